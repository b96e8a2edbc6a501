"""The stages that tell a sex: as it is said, by the national identifier, by the names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import ClassVar

import pyarrow as pa

from hpmatch.data import read_table
from hpmatch.standardise.countries import code_country
from hpmatch.standardise.given_names import implied_sex_of_given
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.stages.identifiers import identifiers_of
from hpmatch.standardise.surnames import implied_sex
from hpmatch.standardise.text import fold

# Only an alert's identifier is an observation of its own: the register took its sexes from its identifiers.
_ALERTS_ONLY = MappingProxyType({"national_id": "sending_country"})


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


def _told_sex(number: str, country: str) -> str | None:
    if not (number and country):
        return None
    told = {each.sex for each in identifiers_of(number, code_country(country)) if each.valid and each.sex}
    return told.pop() if len(told) == 1 else None


@cache
def _sexes() -> dict[str, str]:
    return {fold(row["word"]): row["sex"] for row in read_table("sexes")}


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
