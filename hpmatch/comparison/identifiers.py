"""National identifiers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from hpmatch.protocols import Compared, ComparedOne
from hpmatch.records import Records
from hpmatch.standardise.identifiers import same_but_one_error


@dataclass(frozen=True)
class NationalId:
    """
    National identifiers of one country and kind.

    Levels: ``same``, ``one_error`` (one digit wrong, missing or exchanged with its neighbour), ``different``; missing
    where the two sides have no kind of identifier in common, for a Lithuanian and a Norwegian number say nothing
    about each other.
    """

    name: str = "national_id"
    column: str = "national_id"
    levels: ClassVar = ("same", "one_error", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        pairs = zip(left[self.column].to_pylist(), right[self.column].to_pylist(), strict=True)
        return Compared(np.array([_level(a, b) for a, b in pairs], np.int8))

    def compare_one(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        return (ComparedOne(_level(left[self.column], right[self.column])),)


def _level(left: Iterable[str], right: Iterable[str]) -> int:
    comparable = [
        (a, b) for a, b in ((x.rsplit(" ", 1), y.rsplit(" ", 1)) for x in left for y in right) if a[0] == b[0]
    ]
    if not comparable:
        return -1
    if any(a == b for a, b in comparable):
        return 0
    return 1 if any(same_but_one_error(a[1], b[1]) for a, b in comparable) else 2
