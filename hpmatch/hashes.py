"""Hashes of texts and numbers, 64 bits that are the same in every process and on every machine."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.records import FEW

Hashes = npt.NDArray[np.uint64]
_MULTIPLIER = 0x9E3779B97F4A7C15  # odd: 2 ** 64 divided by the golden ratio
BASE, _ALL_BITS = np.uint64(_MULTIPLIER), (1 << 64) - 1
_TEXTS_AT_A_TIME = 1 << 12  # their letters stay in the processor's cache


def hashes(texts: pa.Array) -> Hashes:
    """64 bits of each text, no nulls among them, that are the same in every process and on every machine."""
    if len(texts) <= FEW:  # they are looked up rather than hashed again
        return np.array([hash_of(text) for text in texts.to_pylist()], np.uint64)
    return _hashes(texts)


@lru_cache(maxsize=1 << 16)
def hash_of(text: str) -> np.uint64:
    """What ``hashes`` gives for one text, its letters summed without arrays."""
    number, power = 0, 1
    for letter in text.encode():
        power = power * _MULTIPLIER & _ALL_BITS
        number += (letter + 1) * power
    (mixed,) = scattered(np.array([number & _ALL_BITS], np.uint64))
    return np.uint64(mixed)


def _hashes(texts: pa.Array) -> Hashes:
    array = texts.cast(pa.large_binary())
    offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset : array.offset + len(array) + 1]
    letters = np.frombuffer(array.buffers()[2] or b"", np.uint8)
    powers = np.cumprod(np.full(int(np.diff(offsets).max(initial=0)) + 1, BASE))
    sums = np.empty(len(array), np.uint64)
    for start in range(0, len(array), _TEXTS_AT_A_TIME):
        ends = offsets[start : start + _TEXTS_AT_A_TIME + 1]
        here, sizes = ends - ends[0], np.diff(ends)
        place = np.arange(here[-1]) - np.repeat(here[:-1], sizes)
        # A polynomial of the letters modulo 2 ** 64, summed text by text.
        terms = (letters[ends[0] : ends[-1]] + np.uint64(1)) * powers[place]
        total = np.append(np.uint64(0), np.cumsum(terms))
        sums[start : start + _TEXTS_AT_A_TIME] = total[here[1:]] - total[here[:-1]]
    return scattered(sums)


def scattered(numbers: Hashes) -> Hashes:
    """Numbers whose bits depend on all bits of the given ones (SplitMix64, https://prng.di.unimi.it/splitmix64.c)."""
    mixed = numbers * BASE
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
