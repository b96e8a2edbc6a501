"""Comparing names: cases by country that a native speaker could correct."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pytest
from name_records import field_values, name_fields, name_records

from hpmatch.comparison.names import FamilyName, GivenName, PersonName
from hpmatch.records import Column, Records

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
    ("Kari // Hansen", "Kari Hansen // Lie", "further_name", "part"),  # where there is no field for middle names
    ("Kari Hansen // Lie", "Kari // Hansen", "further_name", "part"),
    ("Kari // Berg Hansen", "Kari Berg // Hansen", "same", "same"),  # one surname as a middle name
    ("Kari Berg // Hansen", "Kari // Berg Hansen", "same", "same"),
    ("Kari // Berg Hansen", "Kari Berg Lie // Hansen", "same", "part"),
    ("Anna // Berg Hansen", "Berg Kari // Hansen", "part", "half_swapped"),
    ("Kari // Berg Hansen", "Kari Berg // Lie", "further_name", "part"),
    ("Kari // Hansen", "Ola Hansen // Lie", "changed", "half_swapped"),  # of another person
    ("Frank Leon // Heiman", "Francisco Luis // León González", "changed", "variant"),  # NL, ES
    ("K. // Hansen", "Kari Hansen // Lie", "further_name", "initial"),
    ("Kari // Hansen", "Kari Hanssen // Lie", "changed", "part"),  # a second given name that is like it is none
    ("Kari // Hansen", "Hansen Kari // Lie", "changed", "part"),  # and the first one is no surname
    ("Kari // Lie", "Kari / Hansen / Lie", "same", "same"),
    ("Rasa // Kazlauskaitė", "Rasa // Kazlauskienė", "stem", "same"),  # LT: daughter, wife
    ("Rasa // Kazlauskienė", "Rasa // Kazlauskas", "stem", "same"),  # LT: the husband's form abroad
    ("Anna // Kowalska", "Anna // Kowalski", "stem", "same"),  # PL
    ("Jana // Nováková", "Jana // Novák", "stem", "same"),  # CZ
    ("Ivan // Ivanovs", "Ivan // Ivanov", "stem", "same"),  # LV
    ("Anne // Ní Mhurchú", "Anne // Ó Murchú", "stem", "same"),  # IE: the man's form abroad
    ("Anne // Nic Shuibhne", "Anne // Mhic Shuibhne", "same", "same"),  # IE: daughter, wife
    ("Anne // Murphy", "Anne // Ní Mhurchú", "spelled", "same"),  # IE: English abroad, Irish at home
    ("Anne // Murphy", "Anne // Bean Uí Mhurchú", "spelled", "same"),  # IE: the wife of one
    ("Anne // Walsh", "Anne // Breathnach", "spelled", "same"),  # IE
    ("Anne // Sullivan", "Anne // O'Sullivan", "spelled", "same"),  # IE
    ("Seán // Clarke", "Seán // Cleary", "changed", "same"),  # IE: each may be an Ó Cléirigh
    ("Tadhg // Ó Súilleabháin", "Timothy // Sullivan", "spelled", "variant"),  # IE
    ("Seònaid // NicDhòmhnaill", "Janet // MacDonald", "spelled", "variant"),  # GB: Scottish Gaelic
    ("Siôn // Llwyd", "John // Lloyd", "spelled", "variant"),  # GB: Welsh
    ("Joseba // Etxeberria", "José // Echeverría", "spelled", "variant"),  # ES: Basque
    ("Laia // Vila", "Eulalia // Vila", "same", "variant"),  # ES: Catalan
    ("Xaquín // Castro", "Joaquín // Castro", "same", "variant"),  # ES: Galician
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
    ("Anna // Berg Hansen", "Anna / Hansen / Berg", "same", "same"),  # NO: both names are told, one as middle name
    ("Anna / Hansen / Berg", "Anna // Berg Hansen", "same", "same"),
    ("Anna // Berg Hansen", "Anna / Berg Hansen / Lie", "further_name", "same"),
    ("// Barbaria Rosabelle", "Rosabelle // Barbaria", "same", "same"),  # the whole name in one field
    ("Rosabelle // Barbaria", "// Barbaria Rosabelle", "same", "same"),
    ("// Barbaria Rosabekle", "Rosabelle // Barbaria", "part", "close"),
    ("// R. Barbaria", "Rosabelle // Barbaria", "part", "initial"),
    ("// Barbaria Rosabelle", "Rosabelle Marie // Barbaria", "part", "part"),
    ("// Barbaria Lindqvist", "Rosabelle // Barbaria", "part", "missing"),  # may be a second surname
    ("// Lindqvist Rosabelle", "Rosabelle // Barbaria", "changed", "missing"),  # and a given name no surname
    ("// Barbaria", "Rosabelle // Barbaria", "same", "missing"),
    ("// Barbaria Rosabelle", "// Barbaria", "part", "missing"),
    ("Anne // Berg", "Anne Marie // Berg", "same", "part"),
    ("Anne Marie // Berg", "Anne Ingrid // Berg", "same", "mixed"),
    ("Jan Piotr // Nowak", "Piotr Adam // Nowak", "same", "mixed"),
    ("Jan Piotr // Nowak", "Adam Piotr // Nowak", "same", "similar"),  # PL: a second name alone
    ("Фреди Кирилов // Василев", "Vladimir Kirilov // Vasilev", "same", "similar"),  # BG: brothers share the patronymic
    ("// Barbaria Rosabelle Lind", "Rosabelle Marie // Barbaria", "part", "part"),
    ("Anne M. // Berg", "Anne Marie // Berg", "same", "part"),
    ("Anne Lien // Berg", "Anne Marie / Lien / Berg", "same", "part"),
    ("J. // Berg", "Jan // Berg", "same", "initial"),
    ("Anna H. // Berg", "Anna Helene // Berg", "same", "part"),
    ("Anne M. // Berg", "Marie // Berg", "same", "similar"),  # the initial of a second name alone
    ("J. Marie // Berg", "Jan Peter // Berg", "same", "similar"),  # and others contradict each other
    ("Berg // Anne", "Anne // Berg", "swapped", "same"),  # an exchange is one error, told once
    ("Berg // Anne Marie", "Anne Marie // Berg", "swapped", "same"),
    ("Berg // Anne Marie", "Anne // Berg", "swapped", "part"),
    ("Rask // Charlotte Jensen", "Charlotte / Jensen / Rask", "further_name", "same"),  # a middle name has its own field
    ("Berg // Liz", "Elisabeth // Berg", "swapped", "variant"),
    ("Berg // Nikolai", "Nicolaj // Berg", "swapped", "spelled"),
    ("Berg // Wojceich", "Wojciech // Berg", "swapped", "close"),
    ("Berg // A.", "Anne // Berg", "swapped", "initial"),
    ("Berg // Anne", "A. // Berg", "swapped", "initial"),
    ("B. // Anne", "Anne // Lie", "changed", "half_swapped"),
    ("Aallander // Berit Hovbø", "Berit // Hovbø Aallander", "part", "half_swapped"),  # the fields parted at another word
    ("Søren Skipper // Clausen", "Per // Skipper Clausen", "same", "different"),  # DK: brothers
    ("Rita // Olesen Schmidt", "Jette Olesen // Schmidt", "same", "different"),  # DK: a surname among the given names
    ("Eriksten // Hans", "Hans // Eriksen", "swapped", "close"),  # of the two the one that differs
    ("Nováková // Jana", "Jana // Novák", "swapped", "part"),  # CZ: an ending is a surname's
    ("Hans // Mülller", "Hans // Müller", "spelled", "same"),
    ("Wojceich // Nowak", "Wojciech // Nowak", "same", "close"),
    ("Hans // Eriksten", "Hans // Eriksen", "close", "same"),
    ("Calro // Augeri", "Carlo // Augeri", "same", "close"),  # letters exchanged leave few pairs of them
    ("Hans // Lkein", "Hans // Klein", "close", "same"),
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
    ("GunBritt Maria // Holmström", "Gun-Britt Maria // Holmström", "same", "same"),  # and another name beside it
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
    register = name_records(*rows)
    right = name_records({"family_name": "Berg", "given_name": "Anne"})
    exchanged = name_records({"family_name": "Anne", "given_name": "Berg"})
    for comparison in (FamilyName().prepared(register), GivenName().prepared(register)):
        found = [comparison.compare(alert, register.take(np.array([0]))) for alert in (right, exchanged)]
        assert found[0].frequencies == found[1].frequencies


@pytest.mark.parametrize(("alert", "person", "family", "given"), CASES)
def test_levels(alert, person, family, given):
    """Each kind of difference has its level."""
    alert, person = (text.replace("//", "/ /") for text in (alert, person))
    left, right = name_records(name_fields(alert)), name_records(name_fields(person))
    assert (*FamilyName.levels, "missing")[FamilyName().compare(left, right).levels[0]] == family
    assert (*GivenName.levels, "missing")[GivenName().compare(left, right).levels[0]] == given


@pytest.mark.parametrize(("alert", "person", "family", "given"), CASES)
def test_a_pair_alone_has_the_levels_that_it_has_among_others(alert, person, family, given):
    """With plain numbers as with arrays."""
    sides = [field_values(name_records(name_fields(text.replace("//", "/ /")))) for text in (alert, person)]
    found = zip(PersonName.parts, PersonName().compare_one(*sides), strict=True)
    assert [(*part.levels, "missing")[each.level] for part, each in found] == [family, given]


@pytest.mark.parametrize(
    ("sexes", "level"), [(("F", "F"), "spelled"), (("F", "M"), "similar"), (("F", None), "similar")]
)
def test_a_sex_that_both_state_goes_before_what_names_tell(sexes, level):
    """Renée, written as the man's name, is a slip where both are known to be women."""
    sides = [
        replace(records, columns={**records.columns, "sex": Column.encode([sex], pa.string())})
        for sex, records in zip(
            sexes, map(name_records, map(name_fields, ("René / / Durand", "Renée / / Durand"))), strict=True
        )
    ]
    assert GivenName.levels[GivenName().compare(*sides).levels[0]] == level
    (alone,) = GivenName().compare_one(*map(field_values, sides))
    assert GivenName.levels[alone.level] == level


@pytest.mark.parametrize("told", ["birth_name", "other_names"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_further_name_tells_that_a_maiden_name_was_changed(told, side):
    """Who tells of another name may have changed a maiden name for a reason of her own."""
    rows = [{"family_name": "Bartėnaitė"}, {"family_name": "Laukavičiūtė"}]
    rows[side] = {**rows[side], told: "Sokol"}
    sides = [*map(name_records, rows)]
    (alone,) = FamilyName().compare_one(*map(field_values, sides))
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
    names = name_records({"family_name": "Rossi"}), name_records({"family_name": "Tarantino"})
    columns = [Column.encode([tuple(each)], pa.list_(pa.string())) for each in states]
    sides = [
        Records(side.ids, {**side.columns, "country": column})
        for side, column in zip(names, columns, strict=True)
    ]
    told = [{**field_values(side), "country": each} for side, each in zip(names, states, strict=True)]
    (alone,) = FamilyName().compare_one(*told)
    assert FamilyName.levels[FamilyName().compare(*sides).levels[0]] == level
    assert FamilyName.levels[alone.level] == level


def test_exchanged_fields_are_seen_beside_a_birth_name_that_agrees():
    """What the birth name says of the surname takes nothing from the given name."""
    left = name_records({"family_name": "Gordana", "given_name": "Ristić", "birth_name": "Ljubović"})
    right = name_records({"family_name": "Ristić", "given_name": "Gordana", "birth_name": "Ljubović"})
    found = PersonName().compare_parts(left, right)
    alone = PersonName().compare_one(field_values(left), field_values(right))
    for levels in ([each.levels[0] for each in found], [each.level for each in alone]):
        family, given = (part.levels[level] for part, level in zip(PersonName.parts, levels, strict=True))
        assert (family, given) == ("further_name", "same")


def test_the_beginning_of_a_name_is_a_name_if_several_hold_it():
    """Who is called Vikt is not Viktor written short, in a register that has more of them."""
    names = ["Vikt", "Viktor"]
    levels = []
    for holders in (3, 4):
        register = name_records(*[{"given_name": name} for name in names * holders])
        found = (
            GivenName()
            .prepared(register)
            .compare(name_records({"given_name": "Vikt"}), register.take(np.array([1])))
        )
        levels.append(GivenName.levels[found.levels[0]])
    assert levels == ["initial", "similar"]


@pytest.mark.parametrize("told", ["sex", "sex_by_name"])
@pytest.mark.parametrize("side", [0, 1])
def test_a_man_whose_surname_differs_is_another_matter(told, side):
    """A wholly different surname is a change that marriage explains, except for a man, whichever record tells that he is one."""
    sides = [name_records({"family_name": name, "given_name": "Kim"}) for name in ("Berg", "Lie")]
    values = [*map(field_values, sides)]
    assert [FamilyName.levels[FamilyName().compare(*sides).levels[0]]] == ["changed"]
    man = sides[side]
    sides[side] = Records(man.ids, {**man.columns, told: Column.encode(["M"], pa.string())})
    values[side] = {**values[side], told: "M"}
    (alone,) = FamilyName().compare_one(*values)
    assert FamilyName.levels[FamilyName().compare(*sides).levels[0]] == "different"
    assert FamilyName.levels[alone.level] == "different"


def test_a_sex_that_is_stated_goes_before_a_man_by_name():
    """Of a woman whose fields were exchanged her husband's surname seems to be the given name."""
    sides = [name_records({"family_name": name, "given_name": "Kim"}) for name in ("Berg", "Lie")]
    told = {"sex_by_name": "M"}, {"sex": "F", "sex_by_name": "F"}
    values = [{**field_values(side), **more} for side, more in zip(sides, told, strict=True)]
    columns = [{name: Column.encode([sex], pa.string()) for name, sex in more.items()} for more in told]
    records = [Records(side.ids, {**side.columns, **more}) for side, more in zip(sides, columns, strict=True)]
    (alone,) = FamilyName().compare_one(*values)
    assert FamilyName.levels[FamilyName().compare(*records).levels[0]] == "changed"
    assert FamilyName.levels[alone.level] == "changed"
