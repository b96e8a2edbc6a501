"""The stages that make codes: of professions, specialties and countries."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hpmatch.standardise.countries import code_countries
from hpmatch.standardise.professions import code_professions, code_specialties
from hpmatch.standardise.stages.cells import SEVERAL, WORDS


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
        return code_professions(_joined(texts))


@dataclass(frozen=True)
class Specialties:
    """Specialties, as English key words."""

    column: str = "specialty"
    roles: tuple[str, ...] = ("specialty", "specialties")
    kind = WORDS

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The key words of each cell."""
        return code_specialties(_joined(texts))


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
        coded = code_countries(_joined(texts))
        return [tuple(sorted(set(codes))) for codes in coded]


def _joined(texts: Sequence[Sequence[str]]) -> list[str]:
    """The cells of several roles as one cell."""
    return [SEVERAL.join(filter(None, cells)) for cells in zip(*texts, strict=True)]
