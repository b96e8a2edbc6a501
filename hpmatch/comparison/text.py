"""Any text, such as a birth place, an address or the name of a thing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from hpmatch.protocols import Compared
from hpmatch.records import Records


@dataclass(frozen=True)
class Text:
    """
    Text by Jaro-Winkler similarity.

    Levels: ``same``, ``close`` (at least 0.92), ``similar`` (at least 0.80), ``different``. Agreement on a rare text is
    worth more.

    Args:
        name: The comparison's name.
        column: The column that it reads.
    """

    name: str
    column: str
    levels: ClassVar = ("same", "close", "similar", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        similarity = process.cpdist(
            left[self.column].to_pylist(),
            right[self.column].to_pylist(),
            scorer=JaroWinkler.similarity,
            dtype=np.float64,
        )
        levels = np.select([similarity == 1, similarity >= 0.92, similarity >= 0.80], [0, 1, 2], 3)  # noqa: PLR2004
        frequencies = np.where(levels < 3, right[self.column].frequencies, np.nan)  # noqa: PLR2004
        return Compared(levels.astype(np.int8), frequencies)
