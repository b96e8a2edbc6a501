"""
Clusters: which records are about one person, from the weights of pairs.

A cluster is more than pairs that fit: its records have to fit together. Records are joined from the strongest pair on, and
only while the pairs between two clusters, taken together, speak for one person; so a chain of weak pairs does not glue
strangers together, and one pair that does not fit does not part what many others hold.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpmatch.arrays import FloatArray, IntArray

# The weight of a pair that is never one person, whatever else its cluster holds.
APART = -1e3


def join(
    size: int, left: IntArray, right: IntArray, weights: FloatArray, least: float, misfit: float
) -> IntArray:
    """
    Join rows from the strongest pair on.

    Args:
        size: How many rows there are.
        left: int[k], a row of each pair.
        right: int[k], the other one.
        weights: float64[k], log2 odds that the two are one person; ``APART`` or less keeps them apart.
        least: Only pairs of at least this weight join anything.
        misfit: What a pair that fits badly, or is none, counts against joining two clusters (log2 odds).

    Returns:
        int64[size], the smallest row of each row's cluster. The order of the pairs does not matter.

    Example:
        >>> pairs = np.array([0, 0, 1]), np.array([1, 2, 2])
        >>> join(3, *pairs, np.array([9.0, -20.0, 9.0]), 2.0, -5.0).tolist()  # 0 and 2 have nothing in common but 1
        [0, 0, 0]
        >>> join(3, *pairs, np.array([9.0, -20.0, 3.0]), 2.0, -5.0).tolist()  # a weak pair is not enough then
        [0, 0, 2]
    """
    one, other = np.minimum(left, right).astype(np.int64), np.maximum(left, right).astype(np.int64)
    strong = np.flatnonzero(weights >= least)
    involved = np.zeros(size, bool)
    involved[one[strong]] = involved[other[strong]] = True
    within = np.flatnonzero(involved[one] & involved[other])
    limited = np.where(weights > APART, np.maximum(weights, misfit), -np.inf)
    codes = one * size + other
    weight_of = dict(zip(codes[within].tolist(), limited[within].tolist(), strict=True))
    cluster_of = list(range(size))
    members = {row: [row] for row in np.flatnonzero(involved).tolist()}

    def fit(first: Sequence[int], second: Sequence[int]) -> bool:
        between = ((a, b) if a < b else (b, a) for a in first for b in second)
        return bool(sum(weight_of.get(a * size + b, misfit) for a, b in between) > 0)

    order = strong[np.lexsort((other[strong], one[strong], -weights[strong]))]
    for row, fellow in zip(one[order].tolist(), other[order].tolist(), strict=True):
        first, second = sorted((cluster_of[row], cluster_of[fellow]))
        if first != second and fit(members[first], members[second]):
            for moved in members[second]:
                cluster_of[moved] = first
            members[first] += members.pop(second)
    return np.array(cluster_of, np.int64)


def components(size: int, left: IntArray, right: IntArray) -> IntArray:
    """
    Connected components: for each of ``size`` rows the smallest row that pairs lead to.

    Example:
        >>> components(5, np.array([0, 3]), np.array([2, 2])).tolist()
        [0, 1, 0, 0, 4]
    """
    smallest = np.arange(size)
    while True:
        lower = np.minimum(smallest[left], smallest[right])
        reached = smallest.copy()
        for side in (left, right):
            # Both the row and the row that it led to so far learn of the smaller one.
            np.minimum.at(reached, side, lower)
            np.minimum.at(reached, smallest[side], lower)
        reached = reached[reached]
        if np.array_equal(reached, smallest):
            return smallest
        smallest = reached
