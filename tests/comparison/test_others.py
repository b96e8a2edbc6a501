"""Comparing categories, identifiers and text."""

import numpy as np
import pyarrow as pa
import pytest

from hpmatch.comparison.categories import Category, Country, Profession
from hpmatch.comparison.dates import BirthDate
from hpmatch.comparison.identifiers import NationalId
from hpmatch.comparison.text import Text
from hpmatch.records import Column, Records

WORDS = pa.list_(pa.string())


def _one(name, *cells, kind=WORDS):
    return Records(pa.array([str(i) for i in range(len(cells))]), {name: Column.encode(cells, kind)})


def _level(comparison, column, left, right, kind=WORDS):
    found = comparison.compare(_one(column, left, kind=kind), _one(column, right, kind=kind))
    return "missing" if found.levels[0] < 0 else comparison.levels[found.levels[0]]


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("SP",), ("SP",), "same"),
        (("SP",), ("LE", "SP"), "same"),
        (("SP",), ("LE",), "career"),  # nurse, later doctor (report)
        (("SP",), ("JO",), "compatible"),
        (("SP",), ("LE", "JO"), "compatible"),
        (("FA1",), ("FA2",), "compatible"),
        (("HF",), ("HP",), "same"),  # an occupation whose category was replaced
        (("TL",), ("AA",), "different"),
    ],
)
def test_professions(left, right, level):
    """One in common is the same; what one person often is beside it is compatible, a second education a career."""
    assert _level(Profession(), "profession", left, right) == level


def test_categories_say_how_common_the_agreeing_value_is():
    """The rarest value in common decides, as a share of the values that are known."""
    register = _one("country", ("LT",), ("NO",), ("NO",), ("LT", "NO"), None)
    found = Category("country", "country").compare(
        _one("country", ("LT",), ("SE",), ("NO",), ("LT", "NO")), register.take(np.arange(4))
    )
    assert found.levels.tolist() == [0, 1, 0, 0]
    np.testing.assert_array_equal(found.frequencies, [0.5, np.nan, 0.75, 0.5])


def test_a_value_is_as_common_as_among_those_who_hold_one():
    """Whatever the kind; and a misspelt text, which is rare itself, is as common as the one that was meant."""
    held = _one("text", "nordvik", "nordvik", "nordvik", "nordvikk", *[None] * 96, kind=pa.string())
    found = Text("text", "text").compare(
        _one("text", "nordvik", "nordvik", kind=pa.string()), held.take(np.array([0, 3]))
    )
    assert [Text.levels[level] for level in found.levels] == ["same", "close"]
    np.testing.assert_array_equal(found.frequencies, [0.75, 0.75])
    dates = Records(
        pa.array(["a"] * 4),
        {"birth_date": Column.encode([(19780409,), (19780409,), (19610101,), None], pa.list_(pa.int64()))},
    )
    same = BirthDate().compare(dates.take(np.array([0])), dates.take(np.array([1])))
    np.testing.assert_allclose(same.frequencies, [2 / 3])


@pytest.mark.parametrize(
    ("left", "right", "home", "level"),
    [
        (("LT",), ("LT",), "NO", "same"),
        (("LT", "NO"), ("NO",), "NO", "same"),
        (("LT",), ("NO",), "NO", "home"),
        (("LT",), ("PL",), "NO", "abroad"),
        (("LT",), ("NO", "PL"), "NO", "abroad"),  # educated in Poland, a citizen of Norway
        (("LT",), ("NO",), "SE", "abroad"),
    ],
)
def test_countries(left, right, home, level):
    """One in common is the same; else it counts whether the registered person is of the register's own country alone."""
    assert _level(Country(home=home), "country", left, right) == level


def test_countries_in_common_are_as_common_as_their_rarest():
    """As in any category; where none is in common no frequency is known."""
    register = _one("country", ("LT",), ("NO",), ("NO",), ("LT", "NO"))
    found = Country().compare(_one("country", ("LT",), ("LT",), ("PL",), ("LT", "NO")), register)
    np.testing.assert_array_equal(found.frequencies, [0.5, np.nan, np.nan, 0.5])


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        (("LT asmens 37804090001",), ("LT asmens 37804090001",), "same"),
        (("LT asmens 37804090001",), ("LT asmens 37804090011",), "one_error"),
        (("LT asmens 37804090001",), ("LT asmens 38804091101",), "different"),
        (("LT asmens 37804090001",), ("NO fodselsnummer 37804090001",), "missing"),
        (("LT asmens 1", "SE personnummer 2"), ("SE personnummer 2",), "same"),
    ],
)
def test_national_identifiers(left, right, level):
    """Only identifiers of one country and kind say anything about each other."""
    assert _level(NationalId(), "national_id", left, right) == level


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("oslo", "oslo", "same"),
        ("trondheim", "trondhjem", "close"),
        ("panevezys", "panavyzhs", "similar"),
        ("oslo", "kaunas", "different"),
    ],
)
def test_text(left, right, level):
    """Text by its likeness."""
    assert _level(Text("birth_place", "birth_place"), "birth_place", left, right, pa.string()) == level
