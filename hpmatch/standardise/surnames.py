"""Surnames that change with sex or marriage, reduced to what stays."""

from __future__ import annotations

from functools import cache, lru_cache

from hpmatch.data import read_table
from hpmatch.standardise.scripts import spellings


@lru_cache(maxsize=1 << 20)
def stems(token: str) -> tuple[str, ...]:
    """
    What is left of a token's spellings without an ending that changes with sex or marriage.

    Example:
        >>> stems("kazlauskienė") == stems("kazlauskas")
        True
    """
    return tuple(dict.fromkeys(stem for spelling in spellings(token) for stem in _stems(spelling)))


def _stems(spelling: str) -> tuple[str, ...]:
    """The stems by the longest ending that fits and leaves three letters; one ending may leave several."""
    for length in range(min(_longest_ending(), len(spelling) - 3), 0, -1):
        if kept := _endings().get(spelling[-length:]):
            return tuple(spelling[:-length] + ending for ending in kept)
    return (spelling,)


@cache
def _endings() -> dict[str, tuple[str, ...]]:
    endings: dict[str, tuple[str, ...]] = {}
    for row in read_table("surname_endings"):
        endings[row["ending"]] = (*endings.get(row["ending"], ()), row["stem_ending"])
    return endings


@cache
def _longest_ending() -> int:
    return max(map(len, _endings()))
