"""The built-in standardisers: for each column, which roles are read and how distinct cells become values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import pyarrow as pa

from hpmatch.data import read_table
from hpmatch.standardise.countries import code_countries, code_country, date_order
from hpmatch.standardise.dates import read_dates
from hpmatch.standardise.identifiers import Identifier, read_identifiers
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.professions import code_professions, code_specialties
from hpmatch.standardise.text import fold

WORDS = pa.list_(pa.string())


@dataclass(frozen=True)
class PersonName:
    """
    One field of a person's name, as tokens.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> PersonName("family_name").standardise(["Dr. VAN DER BERG", "O'Brien-Łuczak (née Kelly)"])
        [('berg',), ('obrien', 'łuczak', 'kelly')]
    """

    column: str
    kind = WORDS

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The tokens of each field."""
        return [name_tokens(text) for text in texts[0]]


@dataclass(frozen=True)
class BirthDate:
    """
    A date of birth, as every reading that the text allows, the sending country's convention first.

    A reading is a number yyyymmdd, with 00 for a month or day that is not known.

    Args:
        column: The role that is read and the column that is made.
        home: The country whose convention holds where the record names no sending country (ISO 3166).

    Example:
        >>> BirthDate().standardise(["04.05.1978", "1978"], ["LV", ""])
        [(19780504, 19780405), (19780000,)]
    """

    column: str = "birth_date"
    home: str = "NO"
    kind = pa.list_(pa.int32())

    @property
    def roles(self) -> tuple[str, ...]:
        """The date, and the country that decides its convention."""
        return (self.column, "sending_country")

    def standardise(self, *texts: Sequence[str]) -> list[tuple[int, ...]]:
        """The readings of each date."""
        dates, countries = texts
        orders = [date_order(code_country(country) or self.home) for country in countries]
        return [date.readings for date in read_dates(dates, orders)]


@dataclass(frozen=True)
class Sex:
    """
    Sex, as F or M.

    Example:
        >>> Sex().standardise(["Kvinne", "m", "?"])
        ['F', 'M', None]
    """

    column: str = "sex"
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """F or M for each cell, None where it says neither."""
        return [_sexes().get(fold(text).strip(" .")) for text in texts[0]]


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
    National identifiers, as kind and number ("fnr 13097248022"), where they hold together.

    A number is read as one of the country that the record comes from; one that holds together under no rule of that
    country is tried against all.

    Args:
        column: The role that is read first and the column that is made.
        home: The country of a record that names no sending country (ISO 3166).

    Example:
        >>> NationalId().standardise(["13097248022"], [""])
        [('fnr 13097248022',)]
    """

    column: str = "national_id"
    home: str = "NO"
    kind = WORDS

    @property
    def roles(self) -> tuple[str, ...]:
        """The number, and the country that it is likely from."""
        return (self.column, "sending_country")

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The identifiers of each cell."""
        numbers, countries = texts
        own = read_identifiers(numbers, [code_country(country) or self.home for country in countries])
        found = [_written(identifiers) for identifiers in own]
        unknown = [place for place, identifiers in enumerate(found) if numbers[place] and not identifiers]
        others = read_identifiers([numbers[place] for place in unknown], [""] * len(unknown))
        for place, identifiers in zip(unknown, others, strict=True):
            found[place] = _written(identifiers)
        return found


def _written(identifiers: Sequence[Identifier]) -> tuple[str, ...]:
    return tuple(sorted(f"{each.kind} {each.number}" for each in identifiers if each.valid))


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
        return [" ".join(fold(text).split()) for text in texts[0]]
