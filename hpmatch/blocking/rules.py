"""The built-in blocking rules: frozen dataclasses that give keys to records."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce

from hpmatch.blocking.date_parts import PARTS
from hpmatch.blocking.keys import (
    HashLists,
    NameKeys,
    combined,
    date_parts,
    name_keys,
    placed,
    value_keys,
    word_keys,
    word_pair_keys,
)
from hpmatch.errors import PluginError
from hpmatch.protocols import Keys
from hpmatch.records import Records


@dataclass(frozen=True)
class NameAndDate:
    """
    Pairs that share the key of any name token and a part of the birth date, and maybe a value of another column.

    Args:
        name: The rule's name.
        names: The name columns; a token of any one meets a token of any other.
        date: The column of birth dates.
        part: "date" (day and month in either order), "year_month" (any month where it is not known), "year_day" or
            "day_month" in either order.
        letters: How many letters of each name's key count; 0 for all.
        variants: Whether forms of one given name (Hans, Johannes) count as one key.
        value: The other column, such as countries; "" for none.
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
    value: str = ""
    max_block: int | None = None

    def __post_init__(self) -> None:
        _check_part(self.name, self.part)

    @property
    def columns(self) -> tuple[str, ...]:
        """The names, the date and the other column if there is one."""
        return (*self.names, self.date, *([self.value] if self.value else []))

    def keys(self, records: Records) -> Keys:
        """A key for each combination of a name token's keys, the date's readings and the other column's values."""
        names = name_keys(records, self.names, NameKeys(self.letters, self.variants))
        lists = combined(names, _dates(records, self.date, self.part))
        return (combined(lists, value_keys(records, self.value)) if self.value else lists).keys()


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


@dataclass(frozen=True)
class TwoWords:
    """
    Pairs that share two words which follow each other in a text.

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
        """A key for each two words."""
        return word_pair_keys(records, self.column).keys()


def _check_part(rule: str, part: str) -> None:
    if part not in PARTS:
        raise PluginError(f"blocking rule {rule!r}: part {part!r} is none of {', '.join(PARTS)}")


def _dates(records: Records, column: str, part: str) -> HashLists:
    return date_parts(records, column, part, PARTS[part])
