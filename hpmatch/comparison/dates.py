"""
Dates of birth.

A date is compared as it was typed: every reading of the one with every reading of the other, and the best level
counts. The levels follow the errors that occur when a date is written down, read aloud or typed again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from hpmatch.arrays import FloatArray, IntArray, ranges
from hpmatch.comparison.conditions import first_case, first_cases
from hpmatch.protocols import Compared, ComparedOne, LevelArray
from hpmatch.records import Column, Records
from hpmatch.standardise.dates import is_default

Readings = npt.NDArray[np.int64]


@dataclass(frozen=True)
class BirthDate:
    """
    Dates of birth, by the error that would explain their difference.

    Levels, best first:

    - ``same``: all of year, month and day.
    - ``day_month_swapped``: 1978-04-09 and 1978-09-04.
    - ``one_digit``: one digit of eight differs, or the year, month or day is off by one (1969 and 1970, the 19th and the 20th).
    - ``digits_transposed``: two neighbouring digits of year, month or day are exchanged.
    - ``default_day``: same year, and one side is the 1 January or 1 July that stands for an unknown day, of which another day
      of that month is no slip; or the first of the other side's month, where no slip explains it.
    - ``partial``: what both sides know agrees, and one of them does not know the day.
    - ``day_month``: day and month agree, the year is another.
    - ``year_month``: year and month agree, the day is another.
    - ``near_year``: day and month differ, the year is the same.
    - ``different``.

    Agreement on a date that many registered persons have, such as 1 January, is worth less.
    """

    name: str = "birth_date"
    column: str = "birth_date"
    levels: ClassVar = (
        "same",
        "day_month_swapped",
        "one_digit",
        "digits_transposed",
        "default_day",
        "partial",
        "day_month",
        "year_month",
        "near_year",
        "different",
    )
    in_part: ClassVar = ("default_day", "partial")  # levels of a date told in part: a whole one goes before

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        a, b, owner = _reading_pairs(left[self.column], right[self.column])
        levels = date_levels(a, b)
        best = np.full(len(left), len(self.levels) - 1, np.int8)
        np.minimum.at(best, owner, levels)
        frequencies = np.where(best == 0, _share(right[self.column]), np.nan)
        return Compared(best, frequencies)

    def compare_one(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        pairs = product(left[self.column], right[self.column])
        level = min(first_case(_conditions(*pair)) for pair in pairs)
        return (ComparedOne(level, np.nan if level else 1.0),)


def date_levels(left: Readings, right: Readings) -> LevelArray:
    """
    The comparison level of each pair of readings.

    Args:
        left: int64[k], readings yyyymmdd with 00 for what is not known.
        right: int64[k], the same.

    Example:
        >>> levels = date_levels(np.array([19780409, 19780409, 19780409]), np.array([19780904, 19790409, 19520130]))
        >>> [BirthDate.levels[level] for level in levels]
        ['day_month_swapped', 'one_digit', 'different']
    """
    return first_cases(_conditions(left, right))


def _conditions(left: Any, right: Any) -> list[Any]:
    """What holds for each level but the last, of arrays of readings or of two readings."""
    year, month, day = parts = _parts(left)
    other_year, other_month, other_day = other_parts = _parts(right)
    whole = (day > 0) & (other_day > 0)
    same_year, same_month, same_day = year == other_year, month == other_month, day == other_day
    known_month_agrees = same_month | (month == 0) | (other_month == 0)
    default = whole & same_year & (is_default(left) | is_default(right))
    first_of_month = whole & same_year & same_month & ((day == 1) | (other_day == 1))
    may_be_slip = whole & ((default & same_month) ^ True)
    a, b = _digits(left), _digits(right)
    differing = sum(one != other for one, other in zip(a, b, strict=True))
    return [
        whole & same_year & same_month & same_day,
        whole & same_year & (month == other_day) & (day == other_month),
        may_be_slip & ((differing == 1) | _off_by_one(parts, other_parts)),
        may_be_slip & (differing == 2) & _transposed(a, b),  # noqa: PLR2004 - digits that are exchanged
        default | first_of_month,
        ((day == 0) | (other_day == 0)) & same_year & known_month_agrees,
        whole & same_month & same_day,
        whole & same_year & same_month,
        same_year,
    ]


def _parts(readings: Any) -> tuple[Any, Any, Any]:
    return readings // 10_000, readings // 100 % 100, readings % 100


def _digits(readings: Any) -> list[Any]:
    return [readings // power % 10 for power in _POWERS]


_POWERS = tuple(10**place for place in range(7, -1, -1))


def _off_by_one(parts: Sequence[Any], others: Sequence[Any]) -> Any:
    """One part of a date is the next or the last, and the others are the same."""
    return sum(abs(part - other) for part, other in zip(parts, others, strict=True)) == 1


def _transposed(a: Sequence[Any], b: Sequence[Any]) -> Any:
    """Two neighbouring digits of one part are exchanged."""
    found = False
    for first in (0, 1, 2, 4, 6):
        second = first + 1
        found = found | ((a[first] != b[first]) & (a[first] == b[second]) & (a[second] == b[first]))
    return found


def _share(column: Column) -> FloatArray:
    """Among the records that hold a date the share whose first reading is that of each row's."""
    values = column.values

    def of_values() -> FloatArray:
        offsets = np.asarray(values.array.offsets, np.int64)
        readings = np.asarray(values.array.values, np.int64)
        first = readings[offsets[:-1]] if len(values.array) else np.empty(0, np.int64)
        dates, of_value = np.unique(first, return_inverse=True)
        counts = np.bincount(of_value, weights=values.counts, minlength=len(dates))
        return np.asarray(np.maximum(counts, 1)[of_value] / max(values.holders, 1), np.float64)

    return values.derived("share_of_first_reading", of_values)[column.codes]


def _reading_pairs(left: Column, right: Column) -> tuple[Readings, Readings, IntArray]:
    """Every reading of each left date with every reading of its right date, and which pair they belong to."""
    left_starts, left_sizes, left_flat = _readings(left)
    right_starts, right_sizes, right_flat = _readings(right)
    counts = left_sizes * right_sizes
    owner = np.repeat(np.arange(len(counts)), counts)
    within = ranges(np.zeros(len(counts), np.int64), counts)
    a = left_flat[left_starts[owner] + within // right_sizes[owner]]
    b = right_flat[right_starts[owner] + within % right_sizes[owner]]
    return a, b, owner


def _readings(column: Column) -> tuple[IntArray, IntArray, Readings]:
    array = column.values.array
    starts, sizes, flat = column.values.derived(
        "readings",
        lambda: (
            np.asarray(array.offsets, np.int64)[:-1],
            np.asarray(np.diff(np.asarray(array.offsets, np.int64)), np.int64),
            np.asarray(array.values, np.int64),
        ),
    )
    return starts[column.codes], sizes[column.codes], flat
