"""Any text, such as a birth place, an address or the name of a thing; and identifiers of any kind."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_sort_ratio

from hpmatch.protocols import Compared
from hpmatch.records import Column, Records


@dataclass(frozen=True)
class Text:
    """
    Text by Jaro-Winkler similarity, or by the share of letters that stay when its words are sorted, if that is more.

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
        texts = left[self.column].to_pylist(), right[self.column].to_pylist()
        spelled = process.cpdist(*texts, scorer=JaroWinkler.similarity, dtype=np.float64)
        sorted_words = process.cpdist(*texts, scorer=token_sort_ratio, dtype=np.float64) / 100
        similarity = np.maximum(spelled, sorted_words)
        same = np.array([one == other for one, other in zip(*texts, strict=True)], bool)
        levels = np.select([same, similarity >= 0.92, similarity >= 0.80], [0, 1, 2], 3)  # noqa: PLR2004
        frequencies = np.where(levels < 3, right[self.column].frequencies, np.nan)  # noqa: PLR2004
        near = np.flatnonzero((levels > 0) & (levels < 3))  # noqa: PLR2004
        # A misspelt text is rare, which says nothing of the text that was meant.
        frequencies[near] = np.maximum(
            frequencies[near], _shares([texts[0][row] for row in near], right[self.column])
        )
        return Compared(levels.astype(np.int8), frequencies)


def _shares(texts: Sequence[str], held: Column) -> list[float]:
    """How common texts are in the whole table that a column was taken from; 0 for those that it does not hold."""
    if not texts:
        return []
    values = held.values
    counts = values.derived(
        "count_of_text", lambda: dict(zip(values.array.to_pylist(), values.counts.tolist(), strict=True))
    )
    return [counts.get(text, 0) / max(values.holders, 1) for text in texts]


@dataclass(frozen=True)
class Identifier:
    """
    An identifier of any kind, such as a social security number.

    Levels: ``same``, ``one_edit`` (a letter or digit more, less or another, or two neighbours exchanged), ``different``.

    Args:
        name: The comparison's name.
        column: The column that it reads.
    """

    name: str
    column: str
    levels: ClassVar = ("same", "one_edit", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        edits = process.cpdist(
            left[self.column].to_pylist(),
            right[self.column].to_pylist(),
            scorer=OSA.distance,
            score_cutoff=1,
            dtype=np.int64,
        )
        return Compared(np.minimum(edits, 2).astype(np.int8))
