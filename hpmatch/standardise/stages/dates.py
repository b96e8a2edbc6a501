"""The stages that make readings of a date: of a birth date with what the national identifier tells of it, of any other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.standardise.calendars import reading
from hpmatch.standardise.countries import code_country, date_order
from hpmatch.standardise.dates import (
    FIRST_BIRTH_YEAR,
    LAST_BIRTH_YEAR,
    is_default,
    read_as_written,
    read_date,
)
from hpmatch.standardise.identifiers import Identifier
from hpmatch.standardise.number_dates import say_these_dates, says_this_date
from hpmatch.standardise.stages.identifiers import identifiers_of_person

_REMEMBERED = 1 << 16


@dataclass(frozen=True)
class BirthDate:
    """
    A date of birth, as every reading that the text allows, the sending country's convention first.

    A reading is a number yyyymmdd, with 00 for a month or day that is not known. What the national identifier tells of the
    birth date is one reading more, for the typed date may be wrong or missing. It takes the place of a typed date that says less
    of the same: the year, or the 1 January that stands for an unknown day.

    Args:
        column: The role that is read and the column that is made.
        home: The country whose convention and numbers hold where the record names no sending country (ISO 3166).

    Example:
        >>> BirthDate().standardise(["04.05.1978", "1978", "1978"], ["LV", "", "LT"], ["", "", "37804090003"])
        [(19780504,), (19780000,), (19780409,)]
    """

    column: str = "birth_date"
    home: str = "NO"
    kind = pa.list_(pa.int32())

    @property
    def roles(self) -> tuple[str, ...]:
        """The date, the country that decides its convention, and the identifier that may tell it too."""
        return (self.column, "sending_country", "national_id")

    def telling(self, *columns: pa.Array | None) -> tuple[pa.Array | None, ...]:
        """The cells of a table, without the numbers of a register that tell the date which is typed."""
        date, country, number = columns
        if date is None or number is None or country is not None:
            return columns
        typed = date.dictionary_encode()
        order = date_order(self.home)
        found = [read_date(text, order).readings for text in typed.dictionary.to_pylist()]
        dates = [each[0] if len(each) == 1 else 0 for each in found]
        of_row = np.asarray(pc.fill_null(typed.indices, len(dates)))
        known = say_these_dates(number, [*dates, 0], of_row, self.home)
        return typed, country, pc.if_else(pa.array(known), None, number)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[int, ...]]:
        """The readings of each date."""
        return [
            self._with_number(_readings(date, country, self.home), number, country)
            for date, country, number in zip(*texts, strict=True)
        ]

    def _with_number(self, readings: tuple[int, ...], number: str, country: str) -> tuple[int, ...]:
        """The readings of a date with what the number beside it tells."""
        is_home = not country and len(readings) == 1
        if not number or (is_home and says_this_date(number, readings[0], self.home)):
            return readings
        return _with_told(readings, identifiers_of_person(number, country, self.home))


@lru_cache(maxsize=_REMEMBERED)
def _readings(date: str, country: str, home: str) -> tuple[int, ...]:
    return read_date(date, date_order(code_country(country) or home)).readings


def _with_told(readings: tuple[int, ...], found: Sequence[Identifier]) -> tuple[int, ...]:
    """The readings of a typed date with those of identifiers; what says less of the one date that is checked is left out."""
    told = [each.birth_date for each in found if each.valid and each.birth_date]
    checked = {each.birth_date for each in found if each.valid and each.checkable and each.birth_date % 100}
    if len(checked) == 1:
        (whole,) = checked
        readings = tuple(each for each in readings if not _says_less(each, whole))
    return tuple(dict.fromkeys((*readings, *told)))


def _says_less(reading: int, whole: int) -> bool:
    """Whether a reading may be the day of another that it does not know."""
    year, month = reading // 10_000, reading // 100 % 100
    is_partial = not reading % 100 and month in (0, whole // 100 % 100)
    return year == whole // 10_000 and reading != whole and (is_partial or is_default(reading))


@dataclass(frozen=True)
class AnyDate:
    """
    A date of any year, where a person now working need not be born: of historical persons, or of things.

    A date in numbers with a year of four digits is taken as it is written, day and month in either order where both can be; any
    other text is read as a birth date is, but no century is put right.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> AnyDate("made").standardise(["1630-08-01", "4.5.2019", "1850", "09 Apr 1978", "1630-13-45"])
        [(16300801,), (20190504, 20190405), (18500000,), (19780409,), ()]
    """

    column: str
    kind = pa.list_(pa.int32())

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[int, ...]]:
        """The readings of each date."""
        written = ((text, _as_written(text)) for text in texts[0])
        return [read_as_written(text) if read is None else read for text, read in written]


def _as_written(text: str) -> tuple[int, ...] | None:
    """The readings of a date in numbers whose year lies outside those of births; None for any other text."""
    numbers = _NUMBERS.fullmatch(text.strip())
    if not numbers or (len(text.strip()) in _UNCLEAR and numbers["mark"] == ""):
        return None
    first, second = numbers["month"] or numbers["d"], numbers["day"] or numbers["m"]
    year = int(numbers["year"] or numbers["y"])
    if FIRST_BIRTH_YEAR <= year <= LAST_BIRTH_YEAR:
        return None
    if first is None:
        return (year * 10_000,)
    orders = (
        [(int(first), int(second))]
        if numbers["year"]
        else [(int(second), int(first)), (int(first), int(second))]
    )
    read = (reading(year, month, day) for month, day in orders)
    return tuple(dict.fromkeys(each for each in read if each))


_UNCLEAR = (6, 7)  # digits without marks between them may be a short date
_NUMBERS = re.compile(
    r"(?P<year>[12]\d{3})(?:(?P<mark>[-./ ]?)(?P<month>\d\d?)(?P=mark)(?P<day>\d\d?)(?:[T ]0?0:00(?::00)?)?)?"
    r"|(?P<d>\d\d?)(?P<between>[-./ ])(?P<m>\d\d?)(?P=between)(?P<y>[12]\d{3})"
)
