"""The built-in standardisers: for each column, which roles are read and how distinct cells become values."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, partial
from types import MappingProxyType
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.data import read_table
from hpmatch.parallel import processes_started, spread
from hpmatch.records import FEW
from hpmatch.standardise.calendars import reading
from hpmatch.standardise.countries import code_countries, code_country, date_order
from hpmatch.standardise.dates import (
    FIRST_BIRTH_YEAR,
    LAST_BIRTH_YEAR,
    is_default,
    read_as_written,
    read_date,
)
from hpmatch.standardise.given_names import implied_sex_of_given
from hpmatch.standardise.identifiers import Identifier, read_identifiers, take_identifier, take_identifiers
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.number_dates import say_these_dates, says_this_date
from hpmatch.standardise.professions import code_professions, code_specialties
from hpmatch.standardise.surnames import implied_sex
from hpmatch.standardise.text import fold
from hpmatch.standardise.token_forms import NAME_TOKENS

WORDS = pa.list_(pa.string())
_SEVERAL = ";"  # between several values of one cell
# Only an alert's identifier is an observation of its own: the register took its sexes from its identifiers.
_ALERTS_ONLY = MappingProxyType({"national_id": "sending_country"})


@dataclass(frozen=True)
class PersonName:
    """
    One field of a person's name, as tokens.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> PersonName("family_name").standardise(["Dr. VAN DER BERG", "O'Brien-Łuczak (née Kelly)"])
        [('van der berg',), ('obrien', 'łuczak', 'kelly')]
    """

    column: str
    kind = WORDS
    vocabulary = NAME_TOKENS

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]] | pa.Array:
        """The tokens of each field."""
        given = self.column == "given_name"
        if not processes_started():
            return _tokens_of(texts[0], given=given)
        return pc.split_pattern(
            pa.array(spread(partial(_joined_tokens, given=given), texts[0]), pa.string()), "\n"
        )


def _tokens_of(texts: Sequence[str], *, given: bool) -> list[tuple[str, ...]]:
    return [name_tokens(text, given=given) for text in texts]


def _joined_tokens(texts: Sequence[str], *, given: bool) -> list[str | None]:
    """The tokens of each field a line each, which another process hands over at once."""
    return ["\n".join(tokens) if tokens else None for tokens in _tokens_of(texts, given=given)]


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

        @cache
        def read(date: str, country: str) -> tuple[int, ...]:
            return read_date(date, date_order(code_country(country) or self.home)).readings

        return [
            self._with_number(read(date, country), number, country)
            for date, country, number in zip(*texts, strict=True)
        ]

    def _with_number(self, readings: tuple[int, ...], number: str, country: str) -> tuple[int, ...]:
        """The readings of a date with what the number beside it tells."""
        is_home = not country and len(readings) == 1
        if not number or (is_home and says_this_date(number, readings[0], self.home)):
            return readings
        return _with_told(readings, _of_person(number, country, self.home))


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


def _of_person(cell: str, country: str, home: str) -> tuple[Identifier, ...]:
    """What each number of a cell can be; without a country it is one of home or none."""
    if country:
        return _identifiers(cell, code_country(country))
    numbers = cell.split(_SEVERAL)
    return tuple(each for found in read_identifiers(numbers, [home] * len(numbers)) for each in found)


def _identifiers(cell: str, country: str) -> tuple[Identifier, ...]:
    """What each number of a cell can be."""
    return tuple(found for number in cell.split(_SEVERAL) for found in _meanings(number, country))


def _meanings(number: str, country: str) -> tuple[Identifier, ...]:
    """What a number is in its country; if it holds together under no rule there, what it may be anywhere."""
    own = read_identifiers([number], [country])[0] if country else ()
    if any(each.valid for each in own):
        return own
    return (*own, *read_identifiers([number], [""])[0])


@dataclass(frozen=True)
class Sex:
    """
    Sex, as F or M; where an alert does not say it, what its national identifier tells.

    Example:
        >>> Sex().standardise(["Kvinne", "m", "?", ""], ["", "", "", "LT"], ["", "", "", "37804090003"])
        ['F', 'M', None, 'M']
    """

    column: str = "sex"
    kind = pa.string()
    only_with: ClassVar = _ALERTS_ONLY

    @property
    def roles(self) -> tuple[str, ...]:
        """The sex, and the country and identifier that may tell it."""
        return (self.column, "sending_country", "national_id")

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """F or M for each cell, None where nothing says either."""
        return [
            _sexes().get(fold(sex).strip(" .")) or _told_sex(number, country)
            for sex, country, number in zip(*texts, strict=True)
        ]


@dataclass(frozen=True)
class SexByName:
    """
    The sex that an alert's names imply, where nothing else tells it; for registered persons the sex itself.

    A given name tells it by the table of given names or its ending, a surname by an ending that only women or only men
    have.

    Example:
        >>> SexByName().standardise(["", "F", "F"], ["LT", "LT", ""], ["", "", ""], ["Rasa", "Rasa", ""], ["", "", ""])
        ['F', None, 'F']
    """

    column: str = "sex_by_name"
    kind = pa.string()
    roles: tuple[str, ...] = ("sex", "sending_country", "national_id", "given_name", "family_name")
    only_with: ClassVar = MappingProxyType(
        dict.fromkeys(("national_id", "given_name", "family_name"), "sending_country")
    )

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """F or M for each cell, None where the names tell neither or the sex is known without them."""
        stated = Sex().standardise(*texts[:3])
        return [
            sex if not country else None if sex else _implied_sex(given, family)
            for sex, country, given, family in zip(stated, texts[1], *texts[3:], strict=True)
        ]


def _implied_sex(given: str, family: str) -> str | None:
    tokens = name_tokens(given)
    # Where the one field is the other nobody knows which of the names was given.
    called = [implied_sex_of_given(token) for token in (tokens if given == family else tokens[:1])]
    told = set(called) - {""} or {implied_sex(token) for token in name_tokens(family)} - {""}
    return told.pop() if len(told) == 1 else None


def _told_sex(number: str, country: str) -> str | None:
    if not (number and country):
        return None
    told = {each.sex for each in _identifiers(number, code_country(country)) if each.valid and each.sex}
    return told.pop() if len(told) == 1 else None


@cache
def _sexes() -> dict[str, str]:
    return {fold(row["word"]): row["sex"] for row in read_table("sexes")}


@dataclass(frozen=True)
class Professions:
    """
    Professions, as the category codes of the register (code system 9060).

    Example:
        >>> Professions().standardise(["Bendrosios praktikos slaugytoja"], [""])
        [('SP',)]
    """

    column: str = "profession"
    roles: tuple[str, ...] = ("profession", "professions")
    kind = WORDS

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The codes of each cell."""
        return code_professions([";".join(filter(None, cells)) for cells in zip(*texts, strict=True)])


@dataclass(frozen=True)
class Specialties:
    """Specialties, as English key words."""

    column: str = "specialty"
    roles: tuple[str, ...] = ("specialty", "specialties")
    kind = WORDS

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The key words of each cell."""
        return code_specialties([";".join(filter(None, cells)) for cells in zip(*texts, strict=True)])


@dataclass(frozen=True)
class Countries:
    """
    The countries that a record names: the alert's sender, or where the registered person was educated, and citizenship.

    Example:
        >>> Countries().standardise(["Litauen"], [""], ["LT"])
        [('LT',)]
    """

    column: str = "country"
    roles: tuple[str, ...] = ("sending_country", "education_country", "nationality")
    kind = WORDS

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The ISO codes of each record, sorted."""
        coded = code_countries([";".join(filter(None, cells)) for cells in zip(*texts, strict=True)])
        return [tuple(sorted(set(codes))) for codes in coded]


@dataclass(frozen=True)
class NationalId:
    """
    National identifiers that may decide alone, as kind and number ("fnr 13097248022").

    A number is read as one of the country that the record comes from; one that holds together under no rule of that
    country is tried against all. A number with a typing error is kept: the comparison sees it as what it is.

    Args:
        column: The role that is read first and the column that is made.
        home: The country of a record that names no sending country (ISO 3166).

    Example:
        >>> NationalId().standardise(["13097248022"], [""])
        [('fnr 13097248022',)]
        >>> NationalId().standardise(["13097248022; 53097248016"], ["NO"])
        [('dnr 53097248016', 'fnr 13097248022')]
    """

    column: str = "national_id"
    home: str = "NO"
    kind = WORDS

    @property
    def roles(self) -> tuple[str, ...]:
        """The number, and the country that it is likely from."""
        return (self.column, "sending_country")

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]] | pa.Array:
        """The identifiers of each cell."""
        if not any(texts[1]) and len(texts[0]) > FEW:
            return _take_cells(texts[0], self.home)
        return [
            self._written(number, country) if number else () for number, country in zip(*texts, strict=True)
        ]

    def _written(self, number: str, country: str) -> tuple[str, ...]:
        if not country:
            return _taken(number, self.home)
        found = _identifiers(number, code_country(country) or self.home)
        return tuple(sorted({f"{each.kind} {each.number}" for each in found if each.strong}))


def _take_cells(cells: Sequence[str], country: str) -> pa.Array:
    """The numbers of cells that are right as they stand; cells with several, of which there are few, are read one by one."""
    taken = take_identifiers(cells, country)
    several = [place for place, cell in enumerate(cells) if _SEVERAL in cell]
    if not several:
        return taken
    places = np.arange(len(cells))
    places[several] = len(cells) + np.arange(len(several))
    parts = [_taken(cells[place], country) or None for place in several]
    return pa.concat_arrays([taken, pa.array(parts, WORDS)]).take(pa.array(places))


def _taken(cell: str, country: str) -> tuple[str, ...]:
    """The numbers of one cell that are right as they stand."""
    numbers = cell.split(_SEVERAL)
    return tuple(sorted({taken for number in numbers if (taken := take_identifier(number, country))}))


@dataclass(frozen=True)
class PlainText:
    """
    Any text, folded: no case, no diacritics, single blanks.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> PlainText("town").standardise(["  Tromsø ", "Nový  Jičín"])
        ['tromso', 'novy jicin']
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str]:
        """The folded cells."""
        return list(map(_folded, texts[0]))


@dataclass(frozen=True)
class Categories:
    """
    One or several values of a category, folded as ``PlainText`` is; several stand in one cell with ``;`` between them.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Categories("colour").standardise(["Red; blue", "BLUE;red", ";"])
        [('blue', 'red'), ('blue', 'red'), ()]
    """

    column: str
    kind = WORDS

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The values of each cell, in an order of their own."""
        return [tuple(sorted({_folded(each) for each in text.split(_SEVERAL)} - {""})) for text in texts[0]]


@dataclass(frozen=True)
class Numbers:
    """
    A number, as a decimal without what tells nothing: blanks, a currency sign, zeros at its end.

    A point or a comma is a decimal mark; of both in one number the last is, and one that stands several times is none.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Numbers("price").standardise(["12.50", "12,5", "kr 1 234,50", "1,234,567.0", "-0.0", "1e3", "twelve"])
        ['12.5', '12.5', '1234.5', '1234567', '0', '1000', None]
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """The decimals; None where a cell holds no number."""
        return list(map(_decimal, texts[0]))


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


def _decimal(text: str) -> str | None:
    found = _NUMBER.fullmatch(re.sub(r"[\s'’_]", "", text))
    if not found or len(found["power"] or "") > _LONGEST_POWER:
        return None
    digits = found["digits"]
    mark = max(".,", key=digits.rfind)
    whole, _, fraction = digits.rpartition(mark) if digits.count(mark) == 1 else (digits, "", "")
    if not _WHOLE.fullmatch(whole):
        return None
    written = f"{found['sign']}{re.sub('[.,]', '', whole)}.{fraction}{found['power'] or ''}"
    number = f"{Decimal(written):f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return "0" if not number.strip("-0") else number


_NUMBER = re.compile(
    r"(kr|nok|[$£€])?(?P<sign>[-+]?)(?P<digits>(?=[.,]?[0-9])[0-9.,]*)(?P<power>e[-+]?[0-9]+)?(kr|nok|[$£€])?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[0-9]*|[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})*")
_LONGEST_POWER = 4  # so that no number has thousands of digits


@dataclass(frozen=True)
class Verbatim:
    """
    Any text, as it was read.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Verbatim("town").standardise(["Tromsø "])
        ['Tromsø ']
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str]:
        """The cells."""
        return list(texts[0])
