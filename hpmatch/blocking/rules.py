"""The built-in blocking rules: frozen dataclasses that give keys to records."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce

import numpy as np

from hpmatch.arrays import IntArray
from hpmatch.blocking.keys import (
    HashLists,
    NameKeys,
    combined,
    date_parts,
    name_keys,
    placed,
    value_keys,
    word_keys,
)
from hpmatch.errors import PluginError
from hpmatch.protocols import Keys
from hpmatch.records import Records

# By the two digits that stand for a month: whether its first day stands for a date that is not known.
_IS_DEFAULT_MONTH = np.isin(np.arange(100), (1, 7))


@dataclass(frozen=True)
class NameAndDate:
    """
    Pairs that share the key of any name token and a part of the birth date.

    Args:
        name: The rule's name.
        names: The name columns; a token of any one meets a token of any other.
        date: The column of birth dates.
        part: "date" (day and month in either order), "year_month" (any month where it is not known), "year_day" or
            "day_month" in either order.
        letters: How many letters of each name's key count; 0 for all.
        variants: Whether forms of one given name (Hans, Johannes) count as one key.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.

    Raises:
        PluginError: If there is no such part.
    """

    name: str
    names: tuple[str, ...]
    date: str = "birth_date"
    part: str = "year_month"
    letters: int = 0
    variants: bool = False
    max_block: int | None = None

    def __post_init__(self) -> None:
        _check_part(self.name, self.part)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names and the date."""
        return (*self.names, self.date)

    def keys(self, records: Records) -> Keys:
        """A key for each combination of a name token's keys and the date's readings."""
        names = name_keys(records, self.names, NameKeys(self.letters, self.variants))
        return combined(names, _dates(records, self.date, self.part)).keys()


@dataclass(frozen=True)
class TwoNames:
    """
    Pairs that share the keys of a given name and of a surname, in either role, and maybe a part of the birth date.

    Args:
        name: The rule's name.
        given: The columns of given names.
        surnames: The columns of surnames.
        date: The column of birth dates.
        part: The part of the date that is shared too, as in ``NameAndDate``, or "year" or "day"; "" for none.
        letters: How many letters of each name's key count; 0 for all.
        variants: Whether forms of one given name (Hans, Johannes) count as one key.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.

    Raises:
        PluginError: If there is no such part.
    """

    name: str
    given: tuple[str, ...]
    surnames: tuple[str, ...]
    date: str = "birth_date"
    part: str = ""
    letters: int = 0
    variants: bool = False
    max_block: int | None = None

    def __post_init__(self) -> None:
        if self.part:
            _check_part(self.name, self.part)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names, and the date if a part of it counts."""
        names = (*self.given, *self.surnames)
        return (*names, self.date) if self.part else names

    def keys(self, records: Records) -> Keys:
        """A key for each given name with each surname of a record, in either order."""
        name = ("two_names", self.given, self.surnames, self.letters, self.variants)
        names = records.derived(name, lambda: self._names(records))
        if not self.part:
            return names.keys()
        return combined(names, _dates(records, self.date, self.part)).keys()

    def _names(self, records: Records) -> HashLists:
        return combined(
            name_keys(records, self.given, NameKeys(self.letters, self.variants)),
            name_keys(records, self.surnames, NameKeys(self.letters)),
        )


@dataclass(frozen=True)
class SameValue:
    """
    Pairs that share a value, or one of several values, of a column.

    Args:
        name: The rule's name.
        column: The column.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.
    """

    name: str
    column: str
    max_block: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def keys(self, records: Records) -> Keys:
        """A key for each value."""
        return value_keys(records, self.column).keys()


@dataclass(frozen=True)
class SameValues:
    """
    Pairs that share a value of each of several columns.

    Args:
        name: The rule's name.
        columns: The columns.
        letters: How many first letters of each column's values count, 0 for all; none given for all of all.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.

    Raises:
        PluginError: If there is not one number of letters for each column.
    """

    name: str
    columns: tuple[str, ...]
    letters: tuple[int, ...] = ()
    max_block: int | None = None

    def __post_init__(self) -> None:
        if not self.columns or len(self.letters) not in (0, len(self.columns)):
            raise PluginError(
                f"blocking rule {self.name!r} needs columns, and letters for each of them or for none"
            )

    def keys(self, records: Records) -> Keys:
        """A key for each combination of the columns' values."""
        letters = self.letters or (0,) * len(self.columns)
        lists = [
            placed(value_keys(records, column, size), place)
            for place, (column, size) in enumerate(zip(self.columns, letters, strict=True))
        ]
        return reduce(combined, lists).keys()


@dataclass(frozen=True)
class NameAndValue:
    """
    Pairs that share the key of any name token and a value of another column.

    Args:
        name: The rule's name.
        names: The name columns; a token of any one meets a token of any other.
        column: The other column.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.
    """

    name: str
    names: tuple[str, ...]
    column: str
    max_block: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The names and the other column."""
        return (*self.names, self.column)

    def keys(self, records: Records) -> Keys:
        """A key for each combination of a name token's keys and the values."""
        names = name_keys(records, self.names, NameKeys())
        return combined(names, value_keys(records, self.column)).keys()


@dataclass(frozen=True)
class SameWord:
    """
    Pairs that share a word of a text.

    Args:
        name: The rule's name.
        column: The column.
        max_block: A key that more registered persons hold is cut off; None for the model's own number.
    """

    name: str
    column: str
    max_block: int | None = None

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def keys(self, records: Records) -> Keys:
        """A key for each word."""
        return word_keys(records, self.column).keys()


def _check_part(rule: str, part: str) -> None:
    if part not in _PARTS:
        raise PluginError(f"blocking rule {rule!r}: part {part!r} is none of {', '.join(_PARTS)}")


def _dates(records: Records, column: str, part: str) -> HashLists:
    return date_parts(records, column, part, _PARTS[part])


_Split = Callable[[IntArray], tuple[IntArray, IntArray]]


def _date(readings: IntArray) -> tuple[IntArray, IntArray]:
    """Year, and day and month in either order, where all are known."""
    places, parts = _day_month(readings)
    return places, readings[places] // 10_000 * 10_000 + parts


def _year_month(readings: IntArray) -> tuple[IntArray, IntArray]:
    """Year and month; every month of the year where the month is not known or the date stands for an unknown one."""
    month, day = readings // 100 % 100, readings % 100
    is_open = (month == 0) | ((day == 1) & _IS_DEFAULT_MONTH[month])
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


_PARTS: dict[str, _Split] = {
    "date": _date,
    "year_month": _year_month,
    "year_day": _year_day,
    "day_month": _day_month,
    "year": _year,
    "day": _day,
}
