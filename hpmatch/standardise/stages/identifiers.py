"""The stage that makes national identifiers, and what the numbers of a cell can be, which tells of birth date and sex too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from hpmatch.records import FEW
from hpmatch.standardise.countries import code_country
from hpmatch.standardise.identifiers import Identifier, read_identifiers, take_identifier, take_identifiers
from hpmatch.standardise.stages.cells import SEVERAL, WORDS


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
        found = identifiers_of(number, code_country(country) or self.home)
        return tuple(sorted({f"{each.kind} {each.number}" for each in found if each.strong}))


def _take_cells(cells: Sequence[str], country: str) -> pa.Array:
    """The numbers of cells that are right as they stand; cells with several, of which there are few, are read one by one."""
    taken = take_identifiers(cells, country)
    several = [place for place, cell in enumerate(cells) if SEVERAL in cell]
    if not several:
        return taken
    places = np.arange(len(cells))
    places[several] = len(cells) + np.arange(len(several))
    parts = [_taken(cells[place], country) or None for place in several]
    return pa.concat_arrays([taken, pa.array(parts, WORDS)]).take(pa.array(places))


def _taken(cell: str, country: str) -> tuple[str, ...]:
    """The numbers of one cell that are right as they stand."""
    numbers = cell.split(SEVERAL)
    return tuple(sorted({taken for number in numbers if (taken := take_identifier(number, country))}))


def identifiers_of_person(cell: str, country: str, home: str) -> tuple[Identifier, ...]:
    """What each number of a cell can be; without a country it is one of home or none."""
    if country:
        return identifiers_of(cell, code_country(country))
    numbers = cell.split(SEVERAL)
    return tuple(each for found in read_identifiers(numbers, [home] * len(numbers)) for each in found)


def identifiers_of(cell: str, country: str) -> tuple[Identifier, ...]:
    """What each number of a cell can be."""
    return tuple(found for number in cell.split(SEVERAL) for found in _meanings(number, country))


def _meanings(number: str, country: str) -> tuple[Identifier, ...]:
    """What a number is in its country; if it holds together under no rule there, what it may be anywhere."""
    own = read_identifiers([number], [country])[0] if country else ()
    if any(each.valid for each in own):
        return own
    return (*own, *read_identifiers([number], [""])[0])
