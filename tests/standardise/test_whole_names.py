"""Whole names in one field."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.standardise import standardise
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.stages import PersonName, SexByName
from hpmatch.standardise.whole_names import name_apart, with_name_apart, with_names_apart

PERSON = {"alert_id": "1", "sending_country": "SE", "birth_date": "1980-02-03"}
REGISTER = [
    {"hpr_number": "5", "family_name": "Sandvik", "given_name": "Solveig Eva", "birth_date": "1980-02-03"}
]


def _told(cells):
    """Give the tokens of the family name and of the given name that a whole name tells."""
    apart = with_name_apart(cells)
    return list(name_tokens(apart["family_name"])), list(name_tokens(apart["given_name"], given=True))


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Sandvik, Solveig Eva", ["sandvik"], ["solveig", "eva"]),
        ("SANDVIK SOLVEIG EVA", ["sandvik"], ["solveig", "eva"]),
        ("Solveig Eva Sandvik", ["sandvik"], ["solveig", "eva"]),
        ("Thomas, Chukwuemeka", ["thomas"], ["chukwuemeka"]),  # the comma tells, whatever the table knows
        ("Lopez Martin, K.", ["lopez", "martin"], ["k"]),
        ("Kari O. Hansen", ["hansen"], ["kari", "o"]),  # an initial, no particle
        ("김민수", ["김"], ["민수"]),
        ("鈴木一郎。", ["鈴木"], ["一郎"]),
        ("Berg Dina-Huda", ["berg"], ["dina", "huda"]),  # what hangs on a given name is one
        ("Dina-Huda Berg-Martin", ["berg"], ["dina", "huda", "martin"]),
        ("Dina - Berg", ["berg"], ["dina"]),  # a dash by itself is no word
        ("Berg Dina (-)", ["berg"], ["dina"]),
        ("Dr. Jan van der Berg", ["van der berg"], ["jan"]),
        ("Berg Hansen, Kari Zdzimira", ["berg", "hansen"], ["kari", "zdzimira"]),
        ("Berg Kari, dr.", ["berg"], ["kari"]),  # what comes behind is no name
        ("Berg Kari, MD", ["berg"], ["kari"]),
        (", Sandvik Solveig", ["sandvik"], ["solveig"]),
        ("Παπαδόπουλος Γιώργος", ["παπαδόπουλοσ"], ["γιώργοσ"]),
    ],
)
@pytest.mark.parametrize("fields", [("family_name",), ("given_name",), ("family_name", "given_name")])
def test_a_whole_name_is_taken_apart(name, family, given, fields):
    """Whichever field it stands in, or both."""
    assert _told(dict.fromkeys(fields, name)) == (family, given)


@pytest.mark.parametrize(
    "cells",
    [
        {},
        {"family_name": "Sandvik"},
        {"given_name": "Solveig"},
        {"family_name": "García López"},  # a double surname
        {"family_name": "Berg K."},
        {"family_name": "Berg, MD"},
        {"family_name": "Dupont, née Martin"},
        {"family_name": "Hansen Berg (f. Thomas)"},
        {"family_name": "Ma Long"},  # a Mary, or a surname of two letters
        {"given_name": "Solveig Eva"},  # who has no family name told
        {"family_name": "Martin Paul", "given_name": "Martin Paul"},  # who knows
        {"family_name": "Sandvik, Solveig", "given_name": "Eva"},
        {"family_name": "Sandvik", "given_name": "Berg, Solveig"},
        {"family_name": "Sandvik, MD", "given_name": "Solveig"},
        {"family_name": "Sandvik, née Solveig", "given_name": "Solveig"},
        {"family_name": "Solveig", "given_name": "Solveig"},
    ],
)
def test_any_other_name_stays(cells):
    """One word, surnames alone, and two fields that say two things."""
    assert with_name_apart(cells) == cells


@pytest.mark.parametrize("nothing", ["-", "?", "ukjent", "Dr."])
def test_a_field_without_a_name_is_as_good_as_empty(nothing):
    """Beside a whole name with its comma, whichever field holds it; in a table too."""
    for cells in (
        {"family_name": "Sandvik, Solveig", "given_name": nothing},
        {"family_name": nothing, "given_name": "Sandvik, Solveig"},
    ):
        assert with_name_apart(cells) == {"family_name": "Sandvik", "given_name": "Solveig"}
        table = with_names_apart({field: pa.array([text]) for field, text in cells.items()})
        assert [column.to_pylist() for column in table.values()] == [["Sandvik"], ["Solveig"]]


@pytest.mark.parametrize("name", ["Martin Paul", "D. Martin"])
def test_a_family_name_of_given_names_may_be_either(name):
    """Martin Paul is Paul Martin, or Martin Paul; an initial with its dot is no particle."""
    apart = with_name_apart({"family_name": name})
    assert name_tokens(apart["family_name"]) == name_tokens(apart["given_name"]) == name_tokens(name)


@pytest.mark.parametrize(
    ("family", "given", "apart"),
    [
        ("Sandvik", "Sandvik, Solveig Eva", ("Sandvik", "Solveig Eva")),
        ("SANDVIK", "Sandvik, Solveig", ("SANDVIK", "Solveig")),
        ("Sandvik Berg", "Sandvik, Solveig", ("Sandvik Berg", "Solveig")),
        ("Sandvik, Solveig", "Solveig", ("Sandvik", "Solveig")),
        ("Sandvik, Solveig", "Solveig Eva", ("Sandvik", "Solveig Eva")),
    ],
)
def test_a_whole_name_beside_one_of_its_parts_is_taken_apart(family, given, apart):
    """The other field tells what the comma parts."""
    assert name_apart(family, given) == apart


def test_a_name_that_may_be_either_tells_a_sex_only_if_all_of_it_does():
    """Salman is a man's name and Dina a woman's; which of them is the surname nobody knows."""
    told = [SexByName().standardise([""], ["SE"], [""], *([cell] for cell in pair))[0] for pair in [
        reversed(name_apart("Salman Dina-Huda", "")),
        reversed(name_apart("Martin Paul", "")),
    ]]  # fmt: skip
    assert told == [None, "M"]


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("KUBILIŪTĖ Ligita", ["kubiliūtė"], ["ligita"]),  # no table knows the given name
        ("Ligita KUBILIŪTĖ", ["kubiliūtė"], ["ligita"]),
        ("LIEPIŅŠ Hanss", ["liepiņš"], ["hanss"]),
        ("ΓΚΑΛΊΟΥ Ιγνατία", ["γκαλίου"], ["ιγνατία"]),
        ("МЕЛЬНИК Здзимира", ["мельник"], ["здзимира"]),
        ("MARTIN Paul", ["martin"], ["paul"]),  # either may be a given name, and the capitals tell
        ("Martin PAUL", ["paul"], ["martin"]),
        ("BERG Kari Zdzimira", ["berg"], ["kari", "zdzimira"]),
        ("BERG-HANSEN Zdzimira", ["berg", "hansen"], ["zdzimira"]),
        ("GARCÍA LÓPEZ Zdzimira José", ["garcía", "lópez"], ["zdzimira", "josé"]),
        ("GARCÍA Y LÓPEZ Zdzimira", ["garcía", "lópez"], ["zdzimira"]),
        ("GARCÍA y LÓPEZ Zdzimira", ["garcía", "lópez"], ["zdzimira"]),
        ("VAN DER BERG Zdzimira", ["van der berg"], ["zdzimira"]),
        ("van der BERG Zdzimira", ["van der berg"], ["zdzimira"]),
        ("Zdzimira Van der BERG", ["van der berg"], ["zdzimira"]),
        ("DE LA CRUZ Zdzimira", ["de la cruz"], ["zdzimira"]),
        ("LE Hanh", ["le"], ["hanh"]),  # itself a surname before a name that is in no capitals
        ("BERG Abd al-Zdzimir", ["berg"], ["abd al zdzimir"]),
        ("McDONALD Zdzimira", ["mcdonald"], ["zdzimira"]),
        ("Zdzimira MacKAY", ["mackay"], ["zdzimira"]),
        ("d'ARC Zdzimira", ["darc"], ["zdzimira"]),
        ("O'BRIEN Zdzimira", ["obrien"], ["zdzimira"]),
        ("Zdzimira STRAUß", ["strauss"], ["zdzimira"]),
        ("BERG Zdzimira K.", ["berg"], ["zdzimira", "k"]),
        ("Zdzimira J.P. BERG", ["berg"], ["zdzimira", "j", "p"]),
        ("LI Zdzimira", ["li"], ["zdzimira"]),  # a surname of two letters is known
        ("Dr. BERG Zdzimira", ["berg"], ["zdzimira"]),
        ("BERG Zdzimira MD", ["berg"], ["zdzimira"]),
        ("Zdzimira BERG, MD", ["berg"], ["zdzimira"]),
        ("BERG Zdzimira III", ["berg"], ["zdzimira"]),
        ("BERG Zdzimira (Dahl)", ["berg", "dahl"], ["zdzimira"]),
        ("BERG Santa (Dahl)", ["berg", "dahl"], ["santa"]),  # a given name that stands before surnames too
        ("BERG (Dahl) Zdzimira", ["berg", "dahl"], ["zdzimira"]),
        ("BERG Zdzimira (DAHL)", ["berg", "dahl"], ["zdzimira"]),
        ("BERG Zdzimira (Kari)", ["berg"], ["zdzimira", "kari"]),
        ("Fidel CASTRO Ruz", ["castro", "ruz"], ["fidel"]),  # by the table
    ],
)
@pytest.mark.parametrize("field", ["family_name", "given_name"])
def test_a_surname_in_capitals_is_told_from_given_names_that_are_not(name, family, given, field):
    """Whether or not the table knows the given names."""
    assert _told({field: name}) == (family, given)


@pytest.mark.parametrize(
    "name",
    [
        "KUBILIŪTĖ LIGITA",  # all in capitals, and none
        "Kubiliūtė Ligita",
        "kubiliūtė ligita",
        "BERG ZDZIMIRA Dr.",
        "BERG K.",
        "K. BERG",
        "BERG III",
        "Zdzimira MD",
        "J.R.R. Zdzimira",  # initials, with and without dots
        "JP Zdzimira",
        "van der BERG",
        "McDONALD",
        "BERG 张伟",  # a script without capitals
        "Zdzimira 张伟",
        "BERG (Dahl)",
        "Zdzimira BERG Zdenkow",  # between two that are not
    ],
)
def test_capitals_that_tell_nothing_leave_a_name_as_it_is(name):
    """Where no word, each word, or initials alone are in capitals, nothing tells the surname."""
    assert name_apart(name, "") is None


def test_a_damaged_cell_behind_a_marker_is_taken_apart_like_a_short_one():
    """No more of it is read than of any name."""
    apart = name_apart("Sas, Naomi née " + "Berg " * 20_000, "")
    assert name_tokens(apart[0]) == ("sas", "berg")
    assert apart[1] == "Naomi"


def test_a_sign_that_folding_makes_a_blank_of_parts_no_word():
    """An accent in place of an apostrophe."""
    assert name_apart("van O´BRIEN Zdzimira", "") == ("van O´BRIEN", "Zdzimira")


def test_capitals_tell_nothing_where_both_fields_are_filled():
    """What is beside a given name is a family name."""
    assert name_apart("BERG Kari", "Kari") is None
    assert name_apart("BERG Zdzimira", "Eva") is None


WORDS = st.lists(
    st.sampled_from(["berg", "zdzimira", "łódź", "kari", "martin", "de la cruz", "ιγνατία"]),
    min_size=1,
    max_size=3,
)


@given(WORDS, WORDS)
def test_a_surname_in_capitals_may_come_first_or_last(surnames, others):
    """It is the family name in either place, and the rest the given names."""
    surname, rest = " ".join(surnames).upper(), " ".join(others).title()
    assert name_apart(f"{surname} {rest}", "") == name_apart(f"{rest} {surname}", "") == (surname, rest)


@given(WORDS)
def test_a_name_all_in_capitals_is_read_as_in_none(words):
    """Case tells by its difference alone."""
    name = " ".join(words)
    upper, lower = (name_apart(text, "") for text in (name.upper(), name))
    assert upper == lower


@pytest.mark.parametrize(
    ("name", "family", "given"),
    [
        ("Sas, Naomi geb. Cornelisse", ["sas", "cornelisse"], ["naomi"]),
        ("Sas, Naomi (geb. Cornelisse)", ["sas", "cornelisse"], ["naomi"]),
        ("Sas geb. Cornelisse, Naomi", ["sas", "cornelisse"], ["naomi"]),
        ("Sas (geb. Cornelisse), Zdzimira", ["sas", "cornelisse"], ["zdzimira"]),
        ("Sas(geb.Cornelisse), Zdzimira", ["sas", "cornelisse"], ["zdzimira"]),
        ("Sas, née Cornelisse, Zdzimira", ["sas", "cornelisse"], ["zdzimira"]),
        ("Naomi Sas geb. Cornelisse", ["sas", "cornelisse"], ["naomi"]),
        ("Sas (geb. Cornelisse) Naomi", ["sas", "cornelisse"], ["naomi"]),
        ("Sas geb. Cornelisse Naomi", ["sas", "cornelisse"], ["naomi"]),
        ("SAS geb. CORNELISSE Zdzimira", ["sas", "cornelisse"], ["zdzimira"]),
        ("SAS Zdzimira geb. Cornelisse", ["sas", "cornelisse"], ["zdzimira"]),
        ("SAS NAOMI GEB. CORNELISSE", ["sas", "cornelisse"], ["naomi"]),
        ("Naomi Sas née Martin", ["sas", "martin"], ["naomi"]),  # a birth name that is a given name elsewhere
        ("Naomi Sas, née Dahl", ["sas", "dahl"], ["naomi"]),
        ("Margareta Jansson f. Samuelsson", ["jansson", "samuelsson"], ["margareta"]),
        ("Sas Naomi rođ. Dahl", ["sas", "dahl"], ["naomi"]),
        ("Kowalska Anna z d. Nowak", ["kowalska", "nowak"], ["anna"]),
        ("Kowalska Anna z domu Nowak", ["kowalska", "nowak"], ["anna"]),
        ("Kovács Anna szül. Nagy", ["kovács", "nagy"], ["anna"]),
        ("NOVÁKOVÁ Zdzimira roz. SVOBODOVÁ", ["nováková", "svobodová"], ["zdzimira"]),
        ("ZIGMUTIENĖ Rasa mergautinė pavardė Gabinskaitė", ["zigmutienė", "gabinskaitė"], ["rasa"]),
        ("Sas, Naomi verw. Dahl geb. Cornelisse", ["sas", "dahl", "cornelisse"], ["naomi"]),
        ("Sas (verw. Dahl), Naomi geb. Cornelisse", ["sas", "cornelisse", "dahl"], ["naomi"]),
        ("Sas Naomi e/v Cornelisse", ["sas", "cornelisse"], ["naomi"]),
        ("Sas geb. Cornelisse Naomi, MD", ["sas", "cornelisse"], ["naomi"]),
        ("Sas (geb. Cornelisse Naomi) Zdenkow", ["sas", "cornelisse", "zdenkow"], ["naomi"]),
        ("王小明 (née 李)", ["王", "李"], ["小明"]),
        ("Kari F. Hansen", ["hansen"], ["kari"]),  # an initial, which f. is where it is small
        ("Hansen, Kari F.", ["hansen"], ["kari"]),
    ],
)
@pytest.mark.parametrize("field", ["family_name", "given_name"])
def test_another_surname_behind_its_marker_is_a_family_name(name, family, given, field):
    """It is cut off before the name is taken apart."""
    assert _told({field: name}) == (family, given)


@pytest.mark.parametrize(
    "name",
    [
        "Dupont née Martin Paul",  # either may be the given name
        "Kari f. Thomas Hansen",  # who has no other surname told
        "KARI F. HANSEN",  # an initial or a marker
        "née Martin, Paul",
        "Max Born Hansen",
    ],
)
def test_a_marker_that_leaves_no_whole_name_leaves_it_as_it_is(name):
    """As a surname and a birth name without given names are."""
    assert name_apart(name, "") is None


NAMES = st.sampled_from(
    [
        "",
        "Berg",
        "Solveig",
        "Berg, Eva",
        "Eva Berg",
        "Eva Paul",
        "García López",
        "Eva - Berg",
        ",",
        "Γιώργος Αθανασίου",
        "SKÖLD Madelene",
        "Madelene van der SKÖLD",
        "Berg, Eva née Paul",
        "Eva Berg f. Dahl",
    ]
)


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=5))
def test_many_names_are_taken_apart_as_one_is(rows):
    """Each row by itself, whatever stands beside it."""
    fields = ("family_name", "given_name")
    table = {
        field: pa.array([row[place] or None for row in rows], pa.string())
        for place, field in enumerate(fields)
    }
    told = {field: cells for field, cells in table.items() if cells.null_count < len(rows)}
    found = with_names_apart(told)
    for place, row in enumerate(rows):
        one = with_name_apart({field: cell for field, cell in zip(fields, row, strict=True) if cell})
        many = {field: cells[place].as_py() for field, cells in found.items()}
        assert {field: cell for field, cell in many.items() if cell} == one


def test_a_whole_name_matches_as_one_in_two_fields():
    """In a table and as one record; of the twin with the other given name it keeps saying that it is another."""
    apart = PERSON | {"family_name": "Sandvik", "given_name": "Solveig Eva"}
    whole = PERSON | {"family_name": "Sandvik, Solveig Eva", "given_name": ""}
    expected = hp.score(apart, REGISTER[0]).match_weight
    assert hp.score(whole, REGISTER[0]).match_weight == expected
    links = [hp.link([alert], REGISTER).links.to_pylist()[0] for alert in (apart, whole)]
    assert links[0] == links[1]
    twin = REGISTER[0] | {"given_name": "Ingrid"}
    assert hp.score(whole, twin).match_weight == hp.score(apart, twin).match_weight < expected


@pytest.mark.parametrize(
    ("whole", "family", "given"),
    [
        ("SKÖLD Madelene", "Sköld", "Madelene"),
        ("Madelene van der SKÖLD", "van der Sköld", "Madelene"),
        ("Sköld, Madelene f. Berg", "Sköld f. Berg", "Madelene"),
        ("Sköld f. Berg, Madelene", "Sköld f. Berg", "Madelene"),
    ],
)
def test_capitals_and_markers_in_one_field_say_what_two_fields_do(whole, family, given):
    """By the batch, in whatever order, as one record, and one by one against a prepared register."""
    told = {
        "family_name": "Sköld",
        "given_name": "Madelene",
        "birth_name": "Berg",
        "birth_date": "1980-02-03",
    }
    registered = [{"hpr_number": "6", **told}, *REGISTER]
    alerts = [
        PERSON | {"family_name": whole, "given_name": ""},
        PERSON | {"alert_id": "2", "family_name": family, "given_name": given},
    ]
    register = hp.Register.prepare(registered)
    answers = [
        [hp.score(alert, registered[0]).match_weight for alert in alerts],
        [register.screen(alert) for alert in alerts],
        [hp.link([alert | {"alert_id": "1"}], registered).links.to_pylist() for alert in alerts],
    ]
    assert all(in_one and in_one == in_two for in_one, in_two in answers)
    both, other_order = (hp.link(each, registered).links.to_pylist() for each in (alerts, alerts[::-1]))
    assert sorted(both, key=str) == sorted(other_order, key=str)
    assert {link["hpr_number"] for link in both} == {"6"}


def test_a_model_of_surnames_alone_reads_all_of_a_field():
    """What is taken out of one field has to be read in the other."""
    cells = {"family_name": pa.array(["Sandvik, Solveig"])}
    records = standardise(pa.array(["1"]), cells, [PersonName("family_name")])
    assert records["family_name"].to_pylist() == [["sandvik", "solveig"]]
