"""
How alike two full names are, in any script and any order.

Texts (``texts.py``) are cut into words alike (``words.py``), the words of the one name are paired with those of the other
(``pairing.py``) by how alike they are as names (``tokens.py``, ``signs.py``), and what was paired and what was not tells
how alike the names are. ``explanation.py`` says it in words.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import ClassVar

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask, distinct_pairs, offsets_of
from hpmatch.comparison.full_names.pairing import TOLD_APART, CutNames
from hpmatch.comparison.full_names.texts import HeldTogether, cut_at_capitals, held_together, texts_of
from hpmatch.comparison.full_names.words import cut
from hpmatch.protocols import Compared
from hpmatch.records import Records
from hpmatch.standardise.names import generations

_AT_LEAST = (1.0, 0.95, 0.88, 0.75)  # how alike names of each level are
_PAIRS_AT_A_TIME = 200_000


@dataclass(frozen=True)
class FullName:
    """
    Whole names in one column, given and family names in any order; see ``name_similarity``.

    Levels: ``same``, ``spelled`` (at least 0.95), ``close`` (at least 0.88), ``part`` (at least 0.75), ``different``. Agreement
    on a rare name is worth more.

    Args:
        name: The comparison's name.
        column: The column that it reads, tokens of names.
    """

    name: str
    column: str
    levels: ClassVar = ("same", "spelled", "close", "part", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        names = [[" ".join(tokens) for tokens in side[self.column].to_pylist()] for side in (left, right)]
        similarity = name_similarity(*names)
        levels = (similarity[:, None] < np.array(_AT_LEAST)).sum(axis=1).astype(np.int8)
        return Compared(levels, np.where(levels == 0, right[self.column].frequencies, np.nan))


def name_similarity(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """
    Compare full names, elementwise.

    Args:
        left: k full names in any script, given and family names in any order; one that is missing is like an empty one.
        right: k full names.

    Returns:
        float64[k], 0 to 1; 1 for the same name, 0 where either side has no letters. Symmetric.

    Raises:
        ValueError: If the two sequences are not equally long.
        ArgumentError: If a side is a single name or no sequence of names, or a name is bytes, which have to be decoded first; it is
            a TypeError. Any other value is read as text.

    Example:
        >>> same, spelled, other = name_similarity(
        ...     ["Nagy Eszter", "Щербакова Юлия", "Anna Berg"], ["Eszter Nagy", "Julia Shcherbakova", "Kari Lund"]
        ... )
        >>> bool(same == 1), bool(spelled > 0.9), bool(other < 0.5)
        (True, True, True)
    """
    left, right = texts_of(left), texts_of(right)
    if len(left) != len(right):
        raise ValueError(
            f"names are compared one by one: there are {len(left)} on the left and {len(right)} on the right"
        )
    left, right = cut_at_capitals(left, right)
    similarity = similarity_of_single_names(left, right)
    if held := held_together(left, right):
        similarity[[*held]] = _of_parts([*held.values()])
    return similarity


def _of_parts(held: Sequence[HeldTogether]) -> FloatArray:
    """How alike texts are of which some have several names."""
    parts = similarity_of_single_names(*zip(*chain.from_iterable(each.pairs for each in held), strict=True))
    starts = offsets_of(np.array([len(each.pairs) for each in held], np.int64))[:-1]
    required = np.array([each.all_required for each in held], bool)
    return np.where(required, np.minimum.reduceat(parts, starts), np.maximum.reduceat(parts, starts))


def similarity_of_single_names(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """How alike texts are, each of which has one name."""
    # In the order of the alphabet, so that a pair is the same whatever other names there are.
    names = sorted({*left, *right})
    place_of = {name: place for place, name in enumerate(names)}
    a, b = (np.fromiter(map(place_of.__getitem__, side), np.int64, len(side)) for side in (left, right))
    pairs = distinct_pairs(a, b)
    tokens, one, other = cut(names, pairs.left, pairs.right)
    words = CutNames.of(tokens)
    found = [
        words.similarity(one[start : start + _PAIRS_AT_A_TIME], other[start : start + _PAIRS_AT_A_TIME])
        for start in range(0, len(one), _PAIRS_AT_A_TIME)
    ]
    likeness = np.concatenate([np.zeros(0), *found])
    two = of_two_generations(names, pairs.left, pairs.right)
    return np.where(two, np.minimum(likeness, TOLD_APART), likeness)[pairs.of_each]


def of_two_generations(names: Sequence[str], left: IntArray, right: IntArray) -> Mask:
    """Which names tell two generations, as those of father and son."""
    told = [generations(name) for name in names]
    tells = np.array([bool(each) for each in told], bool)
    two: Mask = np.asarray(tells[left] & tells[right])
    pairs = zip(left[two].tolist(), right[two].tolist(), strict=True)
    two[two] = [told[a].isdisjoint(told[b]) for a, b in pairs]
    return two
