"""Plain arrays of numbers: runs and ranges, and telling numbers apart, faster than numpy does by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_FEW_RUNS = 2_048  # that numpy repeats before it has begun with sums


def ranges(starts: IntArray, counts: IntArray) -> IntArray:
    """
    The numbers of many ranges one after the other.

    Example:
        >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
        [5, 6, 0, 1, 2]
    """
    if len(counts) == 1:
        return np.arange(starts[0], starts[0] + counts[0])
    return _summed(np.asarray(starts, np.int64), counts, 1)


def repeated(counts: IntArray) -> IntArray:
    """
    The place of each count, as often as it says; several times faster than ``numpy.repeat``.

    Example:
        >>> repeated(np.array([2, 0, 3])).tolist()
        [0, 0, 2, 2, 2]
    """
    return _summed(np.arange(len(counts)), counts, 0)


def _summed(starts: IntArray, counts: IntArray, step: int) -> IntArray:
    """Runs of numbers from ``starts``, each as long as its count, as the sums of what every number adds to the last."""
    if len(counts) <= _FEW_RUNS:
        if not step:
            return np.asarray(starts.repeat(counts))
        firsts = (starts + counts - counts.cumsum()).repeat(counts)
        return np.asarray(firsts + np.arange(len(firsts)))
    if not counts.all():
        held = np.flatnonzero(counts)
        starts, counts = starts[held], counts[held]
    if not len(counts):
        return np.zeros(0, np.int64)
    ends = counts.cumsum()
    added = np.full(ends[-1], step, np.int64)
    added[0] = starts[0]
    added[ends[:-1]] = starts[1:] - starts[:-1] - (counts[:-1] - 1) * step
    return added.cumsum(out=added)


def offsets_of(sizes: IntArray) -> IntArray:
    """
    Where each of many runs begins, and where the last one ends.

    Example:
        >>> offsets_of(np.array([2, 0, 3])).tolist()
        [0, 2, 2, 5]
    """
    offsets = np.zeros(len(sizes) + 1, np.int64)
    offsets[1:] = sizes.cumsum()
    return offsets


def sizes_of(offsets: IntArray) -> IntArray:
    """How long each run is, from its offsets; faster than ``numpy.diff`` where they are few."""
    return offsets[1:] - offsets[:-1]


def distinct(codes: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """
    The distinct numbers, ascending; ``numpy.unique`` would hash them, which costs more for millions.

    Example:
        >>> distinct(np.array([3, 1, 3])).tolist()
        [1, 3]
    """
    codes = np.sort(codes)
    return codes[run_starts(codes)]


class Numbered(NamedTuple):
    """
    Numbers told apart.

    Attributes:
        codes: int64[d], the distinct ones, ascending.
        first: int64[d], where each stands first.
        of_each: int64[n], the place of each number among the distinct ones.
    """

    codes: IntArray
    first: IntArray
    of_each: IntArray


def numbered(codes: IntArray) -> Numbered:
    """
    Tell numbers apart; faster than ``numpy.unique`` where they are few.

    Example:
        >>> [found.tolist() for found in numbered(np.array([3, 1, 3]))]
        [[1, 3], [1, 0], [1, 0, 1]]
    """
    order = codes.argsort(kind="stable")
    ordered = codes[order]
    starts = run_starts(ordered)
    steps = np.zeros(len(codes), np.int64)
    steps[starts[1:]] = 1
    of_each = np.empty(len(codes), np.int64)
    of_each[order] = steps.cumsum()
    return Numbered(ordered[starts], order[starts], of_each)


class DistinctPairs(NamedTuple):
    """
    Pairs of numbers told apart.

    Attributes:
        left: int64[d], the smaller number of each distinct pair.
        right: int64[d], the larger one.
        of_each: int64[n], the place of each pair among the distinct ones.
    """

    left: IntArray
    right: IntArray
    of_each: IntArray


def distinct_pairs(left: IntArray, right: IntArray) -> DistinctPairs:
    """
    Tell pairs of numbers from 0 on apart, whichever number stands first; so what is worked out of them is the same from either side.

    Example:
        >>> [each.tolist() for each in distinct_pairs(np.array([3, 1, 1]), np.array([1, 1, 3]))]
        [[1, 1], [1, 3], [1, 0, 1]]
    """
    width = int(np.maximum(left, right).max(initial=0)) + 1
    found = numbered(np.minimum(left, right) * width + np.maximum(left, right))
    return DistinctPairs(*np.divmod(found.codes, width), found.of_each)


def rows_alike(columns: Sequence[IntArray]) -> IntArray:
    """
    int64[n], a number for each row, from 0 on, the same for those that are alike in all columns of numbers from -1 on.

    Example:
        >>> rows_alike([np.array([7, 2, 7]), np.array([-1, 5, -1])]).tolist()
        [1, 0, 1]
    """
    alike: IntArray = np.zeros(len(columns[0]), np.int64)
    for column in columns:
        alike = numbered(alike * (int(column.max(initial=-1)) + 2) + column + 1).of_each
    return alike


def occurrences(codes: IntArray) -> IntArray:
    """
    int64[n], how often each number is there.

    Example:
        >>> occurrences(np.array([4, 9, 4])).tolist()
        [2, 1, 2]
    """
    _, of_code, counts = np.unique(codes, return_inverse=True, return_counts=True)
    return counts[of_code]


def places_among_equals(codes: IntArray) -> IntArray:
    """
    int64[n], how many equal numbers stand before each.

    Example:
        >>> places_among_equals(np.array([4, 9, 4, 4])).tolist()
        [0, 0, 1, 2]
    """
    order = codes.argsort(kind="stable")
    starts = run_starts(codes[order])
    sizes = np.diff(np.append(starts, len(codes)))
    places = np.empty(len(codes), np.int64)
    places[order] = ranges(np.zeros(len(starts), np.int64), sizes)
    return places


def run_starts(codes: npt.NDArray[Any]) -> IntArray:
    """
    Where each run of equal numbers starts.

    Example:
        >>> run_starts(np.array([3, 3, 1])).tolist()
        [0, 2]
    """
    new = np.empty(len(codes), bool)
    new[:1] = True
    np.not_equal(codes[1:], codes[:-1], out=new[1:])
    return new.nonzero()[0]
