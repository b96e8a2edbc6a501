"""The parts of a date that blocking rules share: from int64[r] readings to the places of those that have it, and the parts."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from hpmatch.arrays import IntArray
from hpmatch.standardise.dates import is_default

_Split = Callable[[IntArray], tuple[IntArray, IntArray]]


def _date(readings: IntArray) -> tuple[IntArray, IntArray]:
    """Year, and day and month in either order, where all are known."""
    places, parts = _day_month(readings)
    return places, readings[places] // 10_000 * 10_000 + parts


def _year_month(readings: IntArray) -> tuple[IntArray, IntArray]:
    """Year and month; every month of the year where the month is not known or the date stands for an unknown one."""
    is_open = (readings // 100 % 100 == 0) | is_default(readings)
    places = np.repeat(np.arange(len(readings)), np.where(is_open, 12, 1))
    year_month = np.repeat(readings // 100, np.where(is_open, 12, 1))
    opened = is_open[places]
    year_month[opened] = year_month[opened] // 100 * 100 + np.tile(np.arange(1, 13), int(is_open.sum()))
    return places, year_month


def _year_day(readings: IntArray) -> tuple[IntArray, IntArray]:
    """Year and day, where the day is known."""
    places = (readings % 100).nonzero()[0]
    return places, readings[places] // 10_000 * 100 + readings[places] % 100


def _day_month(readings: IntArray) -> tuple[IntArray, IntArray]:
    """Day and month in either order, where both are known."""
    month, day = readings // 100 % 100, readings % 100
    places = ((month > 0) & (day > 0)).nonzero()[0]
    return places, (np.minimum(month, day) * 100 + np.maximum(month, day))[places]


def _year(readings: IntArray) -> tuple[IntArray, IntArray]:
    return np.arange(len(readings)), readings // 10_000


def _day(readings: IntArray) -> tuple[IntArray, IntArray]:
    """The day, where it is known."""
    places = (readings % 100).nonzero()[0]
    return places, readings[places] % 100


PARTS: dict[str, _Split] = {
    "date": _date,
    "year_month": _year_month,
    "year_day": _year_day,
    "day_month": _day_month,
    "year": _year,
    "day": _day,
}
