"""
Clusters: which records are about one person, from the weights of pairs.

A cluster is more than pairs that fit: its records have to fit together. Records are joined from the strongest pair on, and
only while the pairs between two clusters, taken together, speak for one person; so a chain of weak pairs does not glue
strangers together, and one pair that does not fit does not part what many others hold.
"""

from __future__ import annotations

from collections.abc import Iterable

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
    order = strong[np.lexsort((other[strong], one[strong], -weights[strong]))]
    cluster_of = list(range(size))
    members = {row: [row] for row in np.unique([one[strong], other[strong]]).tolist()}
    beyond = _beyond_misfit(members, one, other, weights, misfit)
    for row, fellow in zip(one[order].tolist(), other[order].tolist(), strict=True):
        # The smaller one moves, so that no row moves often.
        gone, kept = sorted((cluster_of[row], cluster_of[fellow]), key=lambda each: len(members[each]))
        pairs = len(members[gone]) * len(members[kept])
        if gone != kept and pairs * misfit + beyond[kept].get(gone, 0.0) > 0:
            for moved in members[gone]:
                cluster_of[moved] = kept
            members[kept] += members.pop(gone)
            _move_sums(beyond, gone, kept)
    smallest = {cluster: min(rows) for cluster, rows in members.items()}
    return np.array([smallest.get(cluster, cluster) for cluster in cluster_of], np.int64)


def _beyond_misfit(
    rows: Iterable[int], one: IntArray, other: IntArray, weights: FloatArray, misfit: float
) -> dict[int, dict[int, float]]:
    """What speaks for each two of the rows beyond a misfit, which is what any other two count; to add up between clusters."""
    found: dict[int, dict[int, float]] = {row: {} for row in rows}
    beyond = np.where(weights > APART, np.maximum(weights - misfit, 0.0), -np.inf)
    told = np.flatnonzero((beyond != 0) & np.isin(one, list(found)) & np.isin(other, list(found)))
    for row, fellow, weight in zip(
        one[told].tolist(), other[told].tolist(), beyond[told].tolist(), strict=True
    ):
        found[row][fellow] = found[fellow][row] = weight
    return found


def _move_sums(sums: dict[int, dict[int, float]], gone: int, kept: int) -> None:
    """Add what one cluster has with each third one to what another has with it."""
    for third, weight in sums.pop(gone).items():
        del sums[third][gone]
        if third != kept:
            sums[kept][third] = sums[third][kept] = sums[kept].get(third, 0.0) + weight


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
