"""Comparing birth dates: cases that an analyst can read, and a slow oracle."""

import itertools
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.comparison.dates import BirthDate, date_levels
from hpmatch.records import Column, Records

LEVELS = BirthDate.levels

# One date, the other, what it is called.
CASES = [
    (19780409, 19780409, "same"),
    (19780409, 19780904, "day_month_swapped"),
    (19780409, 19780408, "one_digit"),
    (19780409, 19790409, "one_digit"),
    (19780409, 19680409, "one_digit"),
    (19780409, 19780509, "one_digit"),
    (19690409, 19700409, "one_digit"),
    (19991231, 20001231, "one_digit"),
    (19780319, 19780320, "one_digit"),
    (19780909, 19781009, "one_digit"),
    (19690319, 19700320, "different"),
    (19690409, 19710409, "day_month"),
    (19780412, 19780421, "digits_transposed"),
    (19780409, 19870409, "digits_transposed"),
    (19780110, 19781010, "digits_transposed"),
    (19780409, 19780101, "default_day"),
    (19780523, 19780701, "default_day"),
    (19780101, 19780106, "default_day"),  # another day of January, though a digit apart
    (19780701, 19780702, "default_day"),
    (19780110, 19780101, "default_day"),  # though two digits are exchanged
    (19780401, 19780423, "default_day"),  # the first of a month whose day nobody knew
    (19780401, 19780406, "one_digit"),
    (19780401, 19790423, "different"),
    (19780101, 19780401, "one_digit"),
    (19780101, 19790101, "one_digit"),
    (19780409, 19780000, "partial"),
    (19780400, 19780409, "partial"),
    (19780400, 19780400, "partial"),
    (19780409, 19510409, "day_month"),
    (19780409, 19780422, "year_month"),
    (19780409, 19781123, "near_year"),
    (19780400, 19780509, "near_year"),
    (19780409, 19521231, "different"),
    (19780000, 19790409, "different"),
]


@pytest.mark.parametrize(("left", "right", "level"), CASES)
def test_levels(left, right, level):
    """Each error has its level, from either side."""
    assert LEVELS[date_levels(np.array([left]), np.array([right]))[0]] == level
    assert LEVELS[date_levels(np.array([right]), np.array([left]))[0]] == level


def test_every_level_has_a_case():
    """No level goes without an example."""
    assert {level for _, _, level in CASES} == set(LEVELS)


def _parts(date):
    return f"{date:08}"[:4], f"{date:08}"[4:6], f"{date:08}"[6:]


def _transposed(a, b):
    return any(a[:i] + a[i + 1] + a[i] + a[i + 2 :] == b for i in (0, 1, 2, 4, 6))


def _level_by_hand(left, right):
    """The same decision, written down with text."""
    (year, month, day), (other_year, other_month, other_day) = _parts(left), _parts(right)
    a, b = f"{left:08}", f"{right:08}"
    if "00" in (day, other_day):
        agree = year == other_year and (month == other_month or "00" in (month, other_month))
        return "partial" if agree else "near_year" if year == other_year else "different"
    if a == b:
        return "same"
    if year == other_year and (month, day) == (other_day, other_month):
        return "day_month_swapped"
    apart = sorted(
        abs(int(x) - int(y))
        for x, y in [(year, other_year), (month, other_month), (day, other_day)]
        if x != y
    )
    default = year == other_year and {month + day, other_month + other_day} & {"0101", "0701"}
    if default and month == other_month:
        return "default_day"
    if sum(x != y for x, y in zip(a, b, strict=True)) == 1 or apart == [1]:
        return "one_digit"
    if _transposed(a, b):
        return "digits_transposed"
    if default or (year == other_year and month == other_month and "01" in (day, other_day)):
        return "default_day"
    if (month, day) == (other_month, other_day):
        return "day_month"
    if year == other_year:
        return "year_month" if month == other_month else "near_year"
    return "different"


whole = st.dates(date(1900, 1, 1), date(2015, 12, 31)).map(lambda d: d.year * 10_000 + d.month * 100 + d.day)
reading = st.one_of(
    whole,
    whole.map(lambda d: d // 100 * 100),
    whole.map(lambda d: d // 10_000 * 10_000),
    st.sampled_from([c[0] for c in CASES]),
)


@given(st.lists(st.tuples(reading, reading), min_size=1, max_size=20))
def test_levels_agree_with_the_oracle(pairs):
    """Arrays give what text gives."""
    left, right = np.array(pairs).T
    assert [LEVELS[level] for level in date_levels(left, right)] == list(
        itertools.starmap(_level_by_hand, pairs)
    )


def _dates(*cells):
    return Records(
        pa.array([str(i) for i in range(len(cells))]),
        {"birth_date": Column.encode(cells, pa.list_(pa.int32()))},
    )


def test_the_best_reading_counts():
    """An ambiguous date agrees if either of its readings does."""
    found = BirthDate().compare(_dates((19780904, 19780409)), _dates((19780409,)))
    assert [LEVELS[level] for level in found.levels] == ["same"]


def test_a_date_that_many_have_is_known_to_be_common():
    """The share of the register that has the date comes along with agreement, and only then."""
    register = _dates((19800101,), (19800101,), (19800101,), (19780409,))
    found = BirthDate().compare(_dates((19800101,), (19800101,), (19800102,), (19780409,)), register)
    np.testing.assert_array_equal(found.frequencies, [0.75, 0.75, np.nan, 0.25])
