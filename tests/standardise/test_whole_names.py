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
    apart = with_name_apart(dict.fromkeys(fields, name))
    assert list(name_tokens(apart["family_name"])) == family
    assert list(name_tokens(apart["given_name"], given=True)) == given


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


def test_a_model_of_surnames_alone_reads_all_of_a_field():
    """What is taken out of one field has to be read in the other."""
    cells = {"family_name": pa.array(["Sandvik, Solveig"])}
    records = standardise(pa.array(["1"]), cells, [PersonName("family_name")])
    assert records["family_name"].to_pylist() == [["sandvik", "solveig"]]
