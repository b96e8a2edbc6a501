"""Comparing names: cases by country that a native speaker could correct."""

from dataclasses import replace
from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import FAMILY, GIVEN

from hpmatch.comparison.name_tables import NOTHING, NameTables
from hpmatch.comparison.names import FIELDS, FamilyName, GivenName, PersonName
from hpmatch.comparison.one_token import agreement_of
from hpmatch.comparison.one_words import one_words
from hpmatch.comparison.relations import have_alike_stems, joined
from hpmatch.records import FEW, Column, Records, Vocabulary
from hpmatch.standardise import stages
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.token_forms import STEMS, sketches_of, token_forms


def _records(*rows):
    """Records from dicts of name fields."""
    columns = {
        field: Column.encode(
            stages.PersonName(field).standardise([row.get(field, "") for row in rows]), pa.list_(pa.string())
        )
        for field in FIELDS
    }
    return Records(pa.array([str(i) for i in range(len(rows))]), columns)


def _name(text):
    """'Given Names / Middle / Family' as fields."""
    given, middle, family = (part.strip() for part in text.split("/"))
    return {"given_name": given, "middle_name": middle, "family_name": family}


WORDS = [
    "gun",
    "britt",
    "gunbritt",
    "g",
    "unbritt",
    "sjögren",
    "sjogren",
    "de los reyes",
    "щерев",
    "shcherev",
    "дос сантос",
    "'",
]
# The alert's name, the registered name, the level of the family name, the level of the given name.
CASES = [
    ("Kari // Hansen", "Kari // Hansen", "same", "same"),
    ("KARI // HANSEN", "Kari // Hansen", "same", "same"),
    ("Jürgen // Müller", "Juergen // Mueller", "same", "same"),
    ("Hans // Muller", "Hans // Mueller", "same", "same"),  # DE: the marks taken off, and spelled out
    ("Liisa // Ronkko", "Liisa // Roenkkoe", "same", "same"),  # FI
    ("Jan // Odegard", "Jan // Oedegard", "same", "same"),  # NO
    ("Jan // Noel", "Jan // Nol", "spelled", "same"),  # too short to tell
    ("Jan // Baueren", "Jan // Bauren", "spelled", "same"),  # a vowel beside it
    ("Rafael // Berg", "Rafal // Berg", "same", "spelled"),  # PL: known for what they are
    ("Åse // Ødegård", "Aase // Oedegaard", "same", "same"),
    ("Łukasz // Wójcik", "Lukasz // Wojcik", "same", "same"),
    ("Kari // Hansen", "Kari / Hansen / Lie", "further_name", "same"),  # NO: surname kept as middle name
    ("Kari // Lie", "Kari / Hansen / Lie", "same", "same"),
    ("Rasa // Kazlauskaitė", "Rasa // Kazlauskienė", "stem", "same"),  # LT: daughter, wife
    ("Rasa // Kazlauskienė", "Rasa // Kazlauskas", "stem", "same"),  # LT: the husband's form abroad
    ("Anna // Kowalska", "Anna // Kowalski", "stem", "same"),  # PL
    ("Jana // Nováková", "Jana // Novák", "stem", "same"),  # CZ
    ("Ivan // Ivanovs", "Ivan // Ivanov", "stem", "same"),  # LV
    ("Anna // Schukow", "Anna // Zhukova", "stem", "same"),  # DE, RU: the husband's form in another transcription
    ("Anna // Jankowa", "Anna // Yankov", "stem", "same"),  # BG
    ("Anna // Fedorova", "Anna // Fjodorov", "stem", "same"),
    ("Anna // Tschaikowskaja", "Anna // Chaykovsky", "stem", "same"),
    ("Anna // Kravtjuk", "Anna // Kravchuk", "spelled", "same"),  # SE
    ("Jan // v.d. Berg", "Jan // van den Berg", "same", "same"),  # NL
    ("Jan // v d Berg", "Jan // van der Berg", "same", "same"),
    ("José // García López", "José // García", "part", "same"),  # ES: second surname dropped
    ("José // García López", "José // García Pérez", "mixed", "same"),  # ES: the mothers differ
    ("Anna // Berg Hansen", "Anna / Hansen / Berg Lie", "part", "same"),  # NO: the other name became a middle name
    ("Anne // Berg", "Anne Marie // Berg", "same", "part"),
    ("Anne Marie // Berg", "Anne Ingrid // Berg", "same", "mixed"),
    ("Anne M. // Berg", "Anne Marie // Berg", "same", "part"),
    ("Anne Lien // Berg", "Anne Marie / Lien / Berg", "same", "part"),
    ("J. // Berg", "Jan // Berg", "same", "initial"),
    ("Anna H. // Berg", "Anna Helene // Berg", "same", "part"),
    ("Anne M. // Berg", "Marie // Berg", "same", "similar"),  # the initial of a second name alone
    ("J. Marie // Berg", "Jan Peter // Berg", "same", "similar"),  # and others contradict each other
    ("Berg // Anne", "Anne // Berg", "swapped", "same"),  # an exchange is one error, told once
    ("Berg // Anne Marie", "Anne Marie // Berg", "swapped", "same"),
    ("Berg // Anne Marie", "Anne // Berg", "swapped", "part"),
    ("Berg // Liz", "Elisabeth // Berg", "swapped", "variant"),
    ("Berg // Nikolai", "Nicolaj // Berg", "swapped", "spelled"),
    ("Berg // Wojceich", "Wojciech // Berg", "swapped", "close"),
    ("Berg // A.", "Anne // Berg", "swapped", "initial"),
    ("Berg // Anne", "A. // Berg", "swapped", "initial"),
    ("B. // Anne", "Anne // Lie", "changed", "half_swapped"),
    ("Eriksten // Hans", "Hans // Eriksen", "swapped", "close"),  # of the two the one that differs
    ("Nováková // Jana", "Jana // Novák", "swapped", "part"),  # CZ: an ending is a surname's
    ("Hans // Mülller", "Hans // Müller", "spelled", "same"),
    ("Wojceich // Nowak", "Wojciech // Nowak", "same", "close"),
    ("Hans // Eriksten", "Hans // Eriksen", "close", "same"),
    ("Nikolai // Berg", "Nicolaj // Berg", "same", "spelled"),
    ("Liz // Berg", "Elisabeth // Berg", "same", "variant"),
    ("Liz Anne // Berg", "Elisabeth Marie // Berg", "same", "similar"),
    ("Katalin // Nagy", "Emma Karen // Nagy", "same", "similar"),  # a form of a second name alone
    ("Nikolai Anders // Berg", "Nicolaj Olav // Berg", "same", "similar"),
    ("Wojceich Anders // Berg", "Wojciech Olav // Berg", "same", "similar"),
    ("Olga Petrovna // Sokol", "Ivan Petrovich // Sokol", "same", "similar"),  # RU: brother and sister share the patronymic
    ("Kauthar // Berg", "Kawthar // Berg", "same", "spelled"),
    ("Anna // Berg", "Ingrid / Anna / Berg", "same", "middle_name"),
    ("Jan // Van der Berg", "Jan // Berg", "same", "same"),  # NL: particles
    ("Rasa // Petrauskienė", "Rasa // Grigaitytė", "changed", "same"),  # marriage
    ("Rasa // Bartėnaitė", "Rasa // Laukavičiūtė", "different", "same"),  # LT: no woman has two maiden names
    ("Rasa // Bartėnaitė", "Rasa // Laukavičiūtė Grigienė", "changed", "same"),
    ("Anna // Jónsdóttir", "Anna // Sigurðardóttir", "different", "same"),  # IS: nor two fathers
    ("Rasa // Šiliūtė", "Rasa // Zigiūtė", "different", "same"),  # LT: the ending is all that is alike
    ("Jan // Lewandowski", "Jan // Lewamdowski", "close", "same"),  # PL: a slip in the stem
    ("Anna // Berg", "Kari // Lie", "changed", "different"),
    ("Giedrė // Petrauskaitė", "Giedrius // Petrauskas", "stem", "similar"),  # LT: sister and brother
    ("Inta // Ozola", "Ints // Ozols", "stem", "similar"),  # LV
    ("Michèle // Durand", "Michel // Durand", "same", "similar"),
    ("Renée // Durand", "René // Durand", "same", "similar"),
    ("Vlatka // Horvat", "Vlatko // Horvat", "same", "similar"),
    ("Andrea // Rossi", "Andreas // Rossi", "same", "variant"),  # IT: a man
    ("Viktor // Kazlauskas", "Viktoras // Kazlauskas", "same", "variant"),  # LT: the ending of a man
    ("Ivanas // Petrovas", "Ivan // Petrov", "stem", "variant"),  # LT: a foreign name with an ending
    ("Maikls // Smits", "Michael // Smits", "same", "variant"),  # LV
    ("Karin // Berg", "Kari // Berg", "same", "similar"),  # NO: two names, though both are Katherine
    ("Anita // Berg", "Anne // Berg", "same", "different"),
    ("Johan // Berg", "Jonas // Berg", "same", "different"),  # SE
    ("Johannes // Berg", "Jonas // Berg", "same", "variant"),  # LT
    ("Michela // Rossi", "Michele // Rossi", "same", "similar"),  # IT: a woman and a man
    ("Simona // Rossi", "Simone // Rossi", "same", "similar"),
    ("Emina // Hodžić", "Emira // Hodžić", "same", "similar"),  # BA: two names that a letter parts
    ("Мария // Иванова", "Marina // Ivanova", "same", "similar"),  # BG
    ("José María // Romero", "María José // Romero", "same", "similar"),  # ES: brother and sister
    ("Anna Maria // Berg", "Maria Anna // Berg", "same", "same"),
    ("Gun-Britt // Holmström", "Gunbritt // Holmström", "same", "same"),  # SE: in one word
    ("Mariagrazia // Deluca", "Maria Grazia // De Luca", "same", "same"),  # IT
    ("Yohannes // Woldegabriel", "Yohannes // Wolde Gabriel", "same", "same"),  # ER
    ("Asmaa // Aly", "Asma // Aly", "same", "spelled"),  # two ways of writing a woman's name
    ("Agnes // Kazlauskaitė", "Agnė // Kazlauskaitė", "same", "variant"),  # LT: a woman's -s abroad
    ("Ther. // Berg", "Therese // Berg", "same", "initial"),  # SE: written short
    ("Elżb. // Nowak", "Elzbieta // Nowak", "same", "initial"),  # PL
    ("Berg // Elżb.", "Elżbieta // Berg", "swapped", "initial"),
    ("Ingrid Ther. // Berg", "Ingrid Therese // Berg", "same", "part"),
    ("Ingrid Ther. // Berg", "Therese // Berg", "same", "similar"),  # a second name written short, alone
    ("Jan // Berg", "Janusz // Berg", "same", "different"),  # PL: a name by itself
    ("Rasa // Stankevi", "Rasa // Stankevičiūtė", "similar", "same"),  # LT: cut off at the end of a field
    ("Rasa // Sta", "Rasa // Stankevičiūtė", "similar", "same"),
    ("Rasa // St", "Rasa // Stankevičiūtė", "changed", "same"),  # too short to tell
    ("Anna // Berg", "Anna // Bergström", "changed", "same"),  # SE: a common surname by itself
    ("Ewa // Wojciechwska", "Ewa / Wojciechowska / Berg", "close", "same"),  # NO: a slip in the name kept as middle name
]  # fmt: skip


def test_exchanged_fields_hide_no_name():
    """The surname and the given name are as rare as where they stand right, and nothing in them contradicts."""
    rows = [{"family_name": "Berg", "given_name": "Anne"}] + [
        {"family_name": "Lie", "given_name": name} for name in ["Anne"] * 3 + ["Siv"] * 40
    ]
    register = _records(*rows)
    right = _records({"family_name": "Berg", "given_name": "Anne"})
    exchanged = _records({"family_name": "Anne", "given_name": "Berg"})
    for comparison in (FamilyName().prepared(register), GivenName().prepared(register)):
        found = [comparison.compare(alert, register.take(np.array([0]))) for alert in (right, exchanged)]
        assert found[0].frequencies == found[1].frequencies


@pytest.mark.parametrize(("alert", "person", "family", "given"), CASES)
def test_levels(alert, person, family, given):
    """Each kind of difference has its level."""
    alert, person = (text.replace("//", "/ /") for text in (alert, person))
    left, right = _records(_name(alert)), _records(_name(person))
    assert FamilyName.levels[FamilyName().compare(left, right).levels[0]] == family
    assert GivenName.levels[GivenName().compare(left, right).levels[0]] == given


def _values(records):
    """What a record holds, as a single pair is given it."""
    values = {name: column.to_pylist()[0] for name, column in records.columns.items()}
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in values.items() if value
    }


@pytest.mark.parametrize(("alert", "person", "family", "given"), CASES)
def test_a_pair_alone_has_the_levels_that_it_has_among_others(alert, person, family, given):
    """With plain numbers as with arrays."""
    sides = [_values(_records(_name(text.replace("//", "/ /")))) for text in (alert, person)]
    found = zip(PersonName.parts, PersonName().compare_one(*sides), strict=True)
    assert [part.levels[each.level] for part, each in found] == [family, given]


@pytest.mark.parametrize(
    ("sexes", "level"), [(("F", "F"), "spelled"), (("F", "M"), "similar"), (("F", None), "similar")]
)
def test_a_sex_that_both_state_goes_before_what_names_tell(sexes, level):
    """Renée, written as the man's name, is a slip where both are known to be women."""
    sides = [
        replace(records, columns={**records.columns, "sex": Column.encode([sex], pa.string())})
        for sex, records in zip(
            sexes, map(_records, map(_name, ("René / / Durand", "Renée / / Durand"))), strict=True
        )
    ]
    assert GivenName.levels[GivenName().compare(*sides).levels[0]] == level
    (alone,) = GivenName().compare_one(*map(_values, sides))
    assert GivenName.levels[alone.level] == level


@pytest.mark.parametrize("told", ["birth_name", "other_names"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_further_name_tells_that_a_maiden_name_was_changed(told, side):
    """Who tells of another name may have changed a maiden name for a reason of her own."""
    rows = [{"family_name": "Bartėnaitė"}, {"family_name": "Laukavičiūtė"}]
    rows[side] = {**rows[side], told: "Sokol"}
    sides = [*map(_records, rows)]
    (alone,) = FamilyName().compare_one(*map(_values, sides))
    assert FamilyName.levels[FamilyName().compare(*sides).levels[0]] == "changed"
    assert FamilyName.levels[alone.level] == "changed"


@pytest.mark.parametrize(
    ("states", "level"),
    [
        ((["IT"], ["IT"]), "different"),
        ((["IT"], ["IT", "GR"]), "different"),
        ((["IT"], ["IT", "NO"]), "changed"),  # she may have married here
        ((["RO"], ["IT"]), "changed"),
        (([], ["IT"]), "changed"),
    ],
)
def test_no_marriage_changes_a_surname_where_the_law_keeps_it(states, level):
    """A woman whose states all keep her surname has no other one."""
    names = _records({"family_name": "Rossi"}), _records({"family_name": "Tarantino"})
    columns = [Column.encode([tuple(each)], pa.list_(pa.string())) for each in states]
    sides = [
        Records(side.ids, {**side.columns, "country": column})
        for side, column in zip(names, columns, strict=True)
    ]
    told = [{**_values(side), "country": each} for side, each in zip(names, states, strict=True)]
    (alone,) = FamilyName().compare_one(*told)
    assert FamilyName.levels[FamilyName().compare(*sides).levels[0]] == level
    assert FamilyName.levels[alone.level] == level


def test_exchanged_fields_are_seen_beside_a_birth_name_that_agrees():
    """What the birth name says of the surname takes nothing from the given name."""
    left = _records({"family_name": "Gordana", "given_name": "Ristić", "birth_name": "Ljubović"})
    right = _records({"family_name": "Ristić", "given_name": "Gordana", "birth_name": "Ljubović"})
    found = PersonName().compare_parts(left, right)
    alone = PersonName().compare_one(_values(left), _values(right))
    for levels in ([each.levels[0] for each in found], [each.level for each in alone]):
        family, given = (part.levels[level] for part, level in zip(PersonName.parts, levels, strict=True))
        assert (family, given) == ("further_name", "same")


def test_the_beginning_of_a_name_is_a_name_if_several_hold_it():
    """Who is called Vikt is not Viktor written short, in a register that has more of them."""
    names = ["Vikt", "Viktor"]
    levels = []
    for holders in (3, 4):
        register = _records(*[{"given_name": name} for name in names * holders])
        found = (
            GivenName()
            .prepared(register)
            .compare(_records({"given_name": "Vikt"}), register.take(np.array([1])))
        )
        levels.append(GivenName.levels[found.levels[0]])
    assert levels == ["initial", "similar"]


def test_a_man_whose_surname_differs_is_another_matter():
    """A wholly different surname is a change that marriage explains, except for a man."""
    left = _records({"family_name": "Berg", "given_name": "Kim"})
    person = _records({"family_name": "Lie", "given_name": "Kim"})
    man = Records(person.ids, {**person.columns, "sex": Column.encode(["M"], pa.string())})
    assert FamilyName.levels[FamilyName().compare(left, person).levels[0]] == "changed"
    assert FamilyName.levels[FamilyName().compare(left, man).levels[0]] == "different"


def test_how_rare_a_name_is_depends_on_the_country():
    """Among the persons of a country a name is as common as it is there, smoothed towards the whole register."""
    names = [{"family_name": "Kazlauskas", "given_name": "Jonas"}] * 50 + [
        {"family_name": "Hansen", "given_name": "Jonas"}
    ] * 950
    people = _records(*names)
    countries = Column.encode([("LT",)] * 100 + [("NO",)] * 900, pa.list_(pa.string()))
    register = Records(people.ids, {**people.columns, "country": countries})
    alerts = register.take(np.array([0]))
    ready = FamilyName().prepared(register)
    found = ready.compare(alerts, register.take(np.array([0])))
    np.testing.assert_allclose(found.frequencies, [(50 + 200 * 0.05) / (100 + 200)])


def test_a_name_is_as_common_as_among_those_whom_the_alerts_are_about():
    """Of whom a quarter, for each name, come from the registered person's country where that is another; the rest as it is there."""
    names = (
        [{"family_name": "Petrov"}] * 60 + [{"family_name": "Tamm"}] * 40 + [{"family_name": "Berg"}] * 900
    )
    people = _records(*names)
    countries = Column.encode([("RU",)] * 50 + [("EE",)] * 50 + [("NO",)] * 900, pa.list_(pa.string()))
    register = Records(people.ids, {**people.columns, "country": countries})
    # A Russian and an Estonian Petrov, an Estonian Tamm, held against alerts from Estonia, from Russia, and from nowhere known.
    alerts = register.take(np.array([50, 0, 50, 50]))
    unknown = Column.encode([("EE",), ("RU",), ("EE",), None], pa.list_(pa.string()))
    alerts = Records(alerts.ids, {**alerts.columns, "country": unknown})
    found = FamilyName().prepared(register).compare(alerts, register.take(np.array([0, 0, 50, 0])))
    russian, estonian = (50 + 200 * 0.06) / 250, (10 + 200 * 0.06) / 250
    np.testing.assert_allclose(found.frequencies, [max(russian / 4, estonian), russian, estonian, russian])
    assert estonian > russian / 4


def test_a_birth_name_is_a_further_name():
    """The alert's birth name is held against the registered family name."""
    left = _records({"family_name": "Lie", "birth_name": "Hansen", "given_name": "Kari"})
    right = _records({"family_name": "Hansen", "given_name": "Kari"})
    assert FamilyName.levels[FamilyName().compare(left, right).levels[0]] == "further_name"


def test_a_side_without_the_field_is_missing():
    """No family name, no statement about it; the given name still counts."""
    left, right = _records({"given_name": "Kari"}), _records({"given_name": "Kari", "family_name": "Lie"})
    assert FamilyName().compare(left, right).levels.tolist() == [-1]
    assert GivenName().compare(left, right).levels.tolist() == [0]


def test_agreement_says_how_common_the_name_is():
    """The share of registered persons with the name, in any field, comes along; disagreement has none."""
    register = _records(
        *[{"family_name": "Hansen", "given_name": "Kari"}] * 3, {"family_name": "Lie", "given_name": "Kari"}
    )
    alerts = _records(
        *[{"family_name": "Hansen", "given_name": "Kari"}] * 3, {"family_name": "Moe", "given_name": "Kari"}
    )
    found = FamilyName().compare(alerts, register)
    np.testing.assert_array_equal(found.frequencies, [0.75, 0.75, 0.75, np.nan])


def _common(count, of):
    """How common a further name is among those who hold the first: the square root of its share, as if 1,000 more came."""
    return (count / (of + 1000)) ** 0.5


def test_several_names_are_rarer_than_one():
    """A further name that agrees makes the agreement rarer, whichever field it stands in; no name counts twice."""
    rows = [
        *[{"given_name": "Anna Maria", "middle_name": "Maria", "family_name": "Berg"}] * 2,
        *[{"given_name": "Anna", "middle_name": "Lien", "family_name": "Berg"}] * 3,
        *[{"given_name": "Maria", "family_name": "Lien"}] * 5,
    ]
    register = _records(*rows)
    alerts = _records(
        {"given_name": "Anna Maria", "family_name": "Berg"},
        {"given_name": "Anna Lien", "family_name": "Berg"},
        {"given_name": "Anna", "family_name": "Berg Lien"},
        {"given_name": "Anna Maria Lien", "family_name": "Moe"},
        {"given_name": "Anna", "other_names": "Maria", "family_name": "Berg"},
    )
    people = register.take(np.array([0, 2, 2, 2, 0]))
    anna, maria, berg, lien = 0.5, 0.7, 0.5, 0.8
    given = GivenName().prepared(register).compare(alerts, people).frequencies
    family = FamilyName().prepared(register).compare(alerts, people).frequencies
    # The rarest counts wholly, and the further ones as often as they are found with it.
    np.testing.assert_allclose(
        given,
        [anna * _common(7, 10), anna * _common(8, 10), anna, anna * _common(8, 10), anna * _common(7, 10)],
    )
    np.testing.assert_allclose(family, [berg, berg, berg * _common(8, 10), np.nan, berg * _common(7, 10)])
    assert anna < maria < lien


def test_how_many_pairs_are_compared_at_once_changes_nothing():
    """Pairs and tokens are numbered together, which has to hold for more than 32 bits."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [f"k{a}{b}{c}n" for a in letters for b in letters for c in letters]
    register = _records(
        {"given_name": "Anna Maria", "family_name": "Berg Lien"}, *[{"family_name": name} for name in names]
    )
    many = (1 << 31) // len(names) + 2
    first = register.take(np.zeros(many, np.int64))
    ready = PersonName().prepared(register)
    for part, alone in zip(
        ready.compare_parts(first, first),
        ready.compare_parts(register.take(np.array([0])), register.take(np.array([0]))),
        strict=True,
    ):
        assert (part.frequencies == alone.frequencies).all()


def test_all_names_that_kin_share_are_taken_for_more_common():
    """Where the given names contradict each other, each surname that agrees counts as if 20.25 more persons held it."""
    register = _records(
        {"given_name": "Anna", "family_name": "Berg Lien"},
        *[{"given_name": "Kari", "family_name": "Moe"}] * 99,
    )
    alerts = _records({"given_name": "Ingrid", "family_name": "Berg Lien"})
    found = FamilyName().prepared(register).compare(alerts, register.take(np.array([0])))
    np.testing.assert_allclose(found.frequencies, [0.2125 * _common(21.25, 100)])


TOKENS = sorted(
    {token for name in (*GIVEN, *FAMILY) for token in name_tokens(name)}
    | {
        "h",
        "helene",
        "я",
        "яна",
        "yana",
        "k",
        "johannes",
        "kazlauskaite",
        "محمد",
        "schukow",
        "zhukova",
        "fjodorov",
        "fedorova",
        "kravtjuk",
        "lebedew",
        "lobodew",
    }
)


@given(
    st.lists(st.sampled_from(TOKENS) | st.text("abøкиم ", min_size=1, max_size=6), unique=True, max_size=8)
)
def test_a_token_has_the_sketches_that_it_has_among_others(tokens):
    """Worked out for one or for many."""
    found = token_forms(Vocabulary(pa.array(tokens, pa.string()))).sketches
    assert found[:, :STEMS].tolist() == [list(sketches_of(token)) for token in tokens]


# Names of each alphabet's letters, and of what is spelled with several Latin ones.
BEGINNINGS = [
    *(f"{letter}ilemon" for letter in "abcdefghijklmnopqrstuvwxyzåäöøæčđłšž"),
    *(f"{letter}илена" for letter in "абвгдежзиклмнопрстуфхцчшщэюяіїєђљњћџ"),
    *(f"{letter}ιλένα" for letter in "αβγδεζηθικλμνξοπρστυφχψωάέ"),
]
WRITTEN_OTHERWISE = [
    "г herasim",
    "г gerasim",
    "х hristo",
    "х khristo",
    "я yana",
    "ю iulia",
    "ж zeljko",
    "θ thomas",
]


@pytest.mark.parametrize(
    ("letter", "name"), [*((name[0], name) for name in BEGINNINGS), *map(str.split, WRITTEN_OTHERWISE)]
)
def test_any_letter_is_an_initial(letter, name):
    """Of every name that begins with it, whatever is heard of it, in its own letters or in Latin ones."""
    sides = _records({"given_name": letter}), _records({"given_name": name})
    assert GivenName.levels[GivenName().compare(*sides).levels[0]] == "initial"
    (alone,) = GivenName().compare_one(*map(_values, sides))
    assert GivenName.levels[alone.level] == "initial"


@pytest.mark.parametrize(
    ("letter", "name"), [("h", "anna"), ("g", "helene"), ("х", "wilma"), ("bo", "bolette")]
)
def test_another_letter_is_no_initial(letter, name):
    """Nor are two letters."""
    found = GivenName().compare(_records({"given_name": letter}), _records({"given_name": name}))
    assert GivenName.levels[found.levels[0]] != "initial"


# Letters that a name is shortened to, a name, whether that is shortened so.
ABBREVIATIONS = [
    ("ch", "charalampidis", True),
    ("ch", "theodoros", False),
    ("ch", "cho", False),  # a letter more: another syllable
    ("kh", "kharitonov", True),
    ("sh", "shavkatov", True),
    ("zh", "zhambulov", True),
    ("ts", "tsvetkov", True),
    ("dzh", "dzhumaev", True),
    ("th", "thorsen", True),
    ("th", "θωμάς", True),
    ("ph", "phaidonos", True),
    ("chr", "chrysostomou", True),
    ("gy", "gyulai", True),
    ("zs", "zsoldos", True),
    ("sz", "szabados", True),
    ("cs", "cserepes", True),
    ("yu", "yuri", True),
    ("yu", "yulan", False),  # a Chinese name begins with Yu, which is one too
    ("ya", "yakov", True),
    ("ya", "yawen", False),
    ("ye", "yevgeny", True),
    ("ye", "yelin", False),
    ("ju", "jurijus", True),
    ("ju", "jurij", True),
    ("ju", "juwen", False),
    ("ng", "ngozi", False),
]


# An initial, a name, whether some romanisation of the name begins with it: both are of one name as its bearers write it.
INITIALS = [
    ("j", "yury", True),  # Юрий
    ("i", "jurijus", True),
    ("y", "iuliia", True),
    ("j", "юлия", True),
    ("y", "jakov", True),  # Яков
    ("y", "jordan", True),  # Йордан
    ("j", "ioannis", True),
    ("y", "elena", True),  # Елена
    ("e", "jelizaveta", True),
    ("j", "ekaterina", True),  # Екатерина
    ("e", "yevgeny", True),  # Евгений
    ("j", "evgeniy", True),
    ("j", "efim", True),  # Ефим
    ("y", "egor", True),  # Егор
    ("h", "khristina", True),  # Христина
    ("c", "hristo", True),
    ("h", "charalampos", True),  # Χαράλαμπος
    ("h", "khalid", True),  # خالد
    ("w", "vladimir", True),  # Владимир
    ("g", "hanna", True),  # Ганна
    ("h", "grigoriy", True),  # Григорій
    ("g", "halyna", True),  # Галина
    ("g", "hennadii", True),  # Геннадій
    ("y", "georgios", True),  # Γεώργιος
    ("g", "yiannis", True),  # Γιάννης
    ("c", "tsvetan", True),  # Цветан
    ("z", "tsvetana", True),
    ("j", "zhanna", True),  # Жанна
    ("k", "qasim", True),  # قاسم
    ("d", "jamal", True),  # جمال
    ("g", "jalal", True),  # جلال
    ("u", "omar", True),  # عمر
    ("u", "osman", True),  # عثمان
    ("o", "wahid", True),  # وحيد
    ("c", "konstantinos", True),  # Κωνσταντίνος
    ("c", "katerina", True),  # Κατερίνα
    ("c", "kyriakos", True),  # Κυριάκος
    ("b", "vasileios", True),  # Βασίλειος
    ("e", "aikaterini", True),  # Αικατερίνη
    ("p", "filippos", True),  # Φίλιππος
    ("p", "fotini", True),  # Φωτεινή
    ("j", "erik", False),
    ("y", "jens", False),
    ("h", "charles", False),
    ("g", "hans", False),
    ("c", "karin", False),
    ("p", "frida", False),
    ("b", "vera", False),
]


@pytest.mark.parametrize(("short", "name", "fits"), [*ABBREVIATIONS, *INITIALS])
def test_letters_that_a_name_is_shortened_to_are_an_initial(short, name, fits):
    """So it is for tables and for a single pair, and either may be the shorter."""
    for names in permutations((short, name)):
        sides = [_records({"given_name": each}) for each in names]
        found = GivenName().compare(*sides).levels[0]
        (alone,) = GivenName().compare_one(*map(_values, sides))
        assert [GivenName.levels[level] == "initial" for level in (found, alone.level)] == [fits, fits]


def test_given_names_have_no_stems_that_are_spelled_otherwise():
    """What the table of given names does not bring together are two names; a surname is in no group."""
    assert not have_alike_stems("christin", "krystyna")
    assert have_alike_stems("borissov", "borisova")


def test_two_tokens_agree_as_they_do_among_others():
    """Worked out for one pair, or for all pairs of two tables, in which nobody else holds the token."""
    table = _records(*({"family_name": token} for token in TOKENS))
    every = np.arange(len(TOKENS))
    left, right = np.repeat(every, len(TOKENS)), np.tile(every, len(TOKENS))
    pairs = NameTables.of(table).token_pairs(table.take(left), table.take(right))
    found = np.full(len(left), NOTHING)
    found[pairs.owner] = pairs.agreement
    tokens = table["family_name"].to_pylist()
    alone = [
        agreement_of(tokens[a][0], tokens[b][0]) for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert found.tolist() == alone
    assert len(set(alone)) > 3


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=3), min_size=2, max_size=4), st.booleans())
def test_names_are_one_word_as_their_letters_are(names, is_large):
    """Of several words, in another script, and without a letter; in a large table, which is worked out at once, too."""
    more = [("a" * length,) for length in range(1, FEW)] if is_large else []
    column = Column.encode([*map(tuple, names), *more], pa.list_(pa.string()))
    terms = column.values.terms
    found = one_words(terms.vocabulary).of_names(terms, column.codes[: len(names)])
    words = [joined(tuple(name)) for name in names]
    assert [a == b for a in found for b in found] == [a == b for a in words for b in words]


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("schukow", "zhukova", True),
        ("wesselinowa", "veselinov", True),
        (
            "müller",
            "moller",
            False,
        ),  # neither has an ending to take off: spellings of whole names are another level
        ("malik", "malicki", False),  # an ending on one side alone makes another name
        ("constantin", "konstantinou", False),
        ("lebedew", "lobodew", False),  # of the same consonants, and yet two
        ("christina", "kristin", False),  # two given names, of which the table says what they are
        ("жукова", "schukow", False),  # another script has every scheme's spelling
    ],
)
def test_stems_that_two_schemes_spell(left, right, alike):
    """They are alike if an ending was taken off, of one kind on both sides; whichever side comes first."""
    assert have_alike_stems(left, right) is have_alike_stems(right, left) is alike
