"""Categories: sex, profession, specialty, country."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hpmatch.protocols import Compared, ComparedOne, LevelArray
from hpmatch.records import Records
from hpmatch.standardise.professions import RELATIONS, relation_of


@dataclass(frozen=True)
class Category:
    """
    One value, or several, of a category.

    Levels: ``same`` (a value in common), ``different``. Agreement on a rare value is worth more.

    Args:
        name: The comparison's name.
        column: The column that it reads.
    """

    name: str
    column: str
    levels: ClassVar = ("same", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        lefts, rights = _sets(left, self.column), _sets(right, self.column)
        shares = _shares(right, self.column)
        common = [a & b for a, b in zip(lefts, rights, strict=True)]
        levels = np.array([0 if values else 1 for values in common], np.int8)
        rarest = [min((shares[value] for value in values), default=np.nan) for values in common]
        return Compared(levels, np.array(rarest, np.float64))

    def compare_one(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        common = _as_set(left[self.column]) & _as_set(right[self.column])
        return (ComparedOne(0, 1.0) if common else ComparedOne(1),)


@dataclass(frozen=True)
class Profession:
    """
    Professions as category codes of the register.

    Levels: ``same`` (one in common, or one that replaced the other in the register), ``compatible`` (one person often has both, such as
    nurse and midwife), ``career`` (a second education, such as nurse and later doctor), ``different``.
    """

    name: str = "profession"
    column: str = "profession"
    levels: ClassVar = RELATIONS

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        pairs = zip(_sets(left, self.column), _sets(right, self.column), strict=True)
        return Compared(np.array([_level(*pair) for pair in pairs], np.int8))

    def compare_one(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        return (ComparedOne(_level(_as_set(left[self.column]), _as_set(right[self.column]))),)


@dataclass(frozen=True)
class Country:
    """
    The countries of an alert against those of a registered person.

    Levels: ``same`` (a country in common; agreement on a rare one is worth more), ``abroad`` (none, and the registered person is
    from a third country), ``home`` (none, and one of them is of the register's own country alone, as most registered persons are).

    Args:
        name: The comparison's name.
        column: The column that it reads.
        home: The register's own country (ISO 3166).
    """

    name: str = "country"
    column: str = "country"
    home: str = "NO"
    levels: ClassVar = ("same", "abroad", "home")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        found = Category(self.name, self.column).compare(left, right)
        at_home = self._are_at_home(left) | self._are_at_home(right)
        return Compared(np.asarray(found.levels + (found.levels & at_home), np.int8), found.frequencies)

    def compare_one(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        countries, others = _as_set(left[self.column]), _as_set(right[self.column])
        if countries & others:
            return (ComparedOne(0, 1.0),)
        return (ComparedOne(2 if {self.home} in (countries, others) else 1),)

    def _are_at_home(self, records: Records) -> LevelArray:
        return np.array([countries == {self.home} for countries in _sets(records, self.column)], np.int8)


def _level(left: frozenset[str], right: frozenset[str]) -> int:
    return RELATIONS.index(relation_of(sorted(left), sorted(right)))


def _sets(records: Records, column: str) -> list[frozenset[str]]:
    values = records[column].values
    sets = values.derived("sets", lambda: [_as_set(cell) for cell in values.array.to_pylist()])
    return [sets[code] for code in records[column].codes.tolist()]


def _as_set(cell: str | Sequence[str]) -> frozenset[str]:
    return frozenset((cell,) if isinstance(cell, str) else cell)


def _shares(records: Records, column: str) -> dict[str, float]:
    values = records[column].values

    def of_terms() -> dict[str, float]:
        listed = hasattr(values.array, "value_lengths")
        texts = values.terms.vocabulary.texts if listed else values.array.to_pylist()
        counts = values.term_counts if listed else values.counts
        known = max(values.holders, 1)
        return {term: max(count, 1) / known for term, count in zip(texts, counts.tolist(), strict=True)}

    return values.derived("shares", of_terms)
