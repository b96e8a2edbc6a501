"""
What training says of comparison levels that it saw seldom or not at all.

The pairs that were drawn speak, and what was known before speaks where they are silent: it counts for a few pairs, whatever
the level, so that it can neither swamp the pairs drawn nor be lost for a level that is rarer than one in all of them.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpmatch.arrays import FloatArray, Mask
from hpmatch.training.em import Rates

# For how many pairs the u that were known before count, however rare a level is.
KNOWN_PAIRS = 10.0
_SEEN = 1.0  # expected pairs


def chance_shares(counted: FloatArray, before: FloatArray) -> FloatArray:
    """
    The u of a comparison's levels from random pairs.

    What was known before counts for ten pairs. Beyond that each level counts as seen as often as it was to be expected in the
    pairs drawn, but less than once: a level that none of them shows keeps about its u, or one of a pair in all that were drawn,
    whichever is less.

    Args:
        counted: float64[l], how many random pairs show each level.
        before: float64[l], the u known before.

    Example:
        >>> chance_shares(np.array([50.0, 950.0]), np.array([1e-5, 0.99999])).round(4).tolist()
        [0.0495, 0.9505]
        >>> [float(f"{chance_shares(np.array([0.0, pairs]), np.array([1e-5, 0.99999]))[0]:.0e}") for pairs in (100, 10_000_000)]
        [1e-05, 1e-07]
    """
    expected = counted.sum() * before
    found = counted + KNOWN_PAIRS * before + expected / (1 + expected)
    return np.asarray(found / found.sum(), np.float64)


def chance_rates(counted: Sequence[FloatArray], before: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
    """The u of each comparison's levels, which lean on those known before where random pairs are few."""
    return tuple(chance_shares(seen, known) for seen, known in zip(counted, before, strict=True))


def unseen_levels(matches: Sequence[FloatArray], others: Sequence[FloatArray]) -> tuple[Mask, ...]:
    """
    For each comparison bool[l], the levels that less than one expected match shows, and less than one other pair.

    Args:
        matches: How many expected matches show each level, an array a comparison.
        others: How many random pairs that are no matches show it.
    """
    return tuple(
        (of_matches < _SEEN) & (rest < _SEEN) for of_matches, rest in zip(matches, others, strict=True)
    )


def keeping(rates: Rates, before: Rates, unseen: Sequence[Mask]) -> Rates:
    """
    Rates by which levels that were not seen weigh as they did before, in their order among those that were.

    The small shares that are left to such a level in m and in u come from samples of other sizes: what they are to each other
    says nothing. So it keeps its weight, but not above a level that outweighed it before, nor below one that it outweighed.

    Args:
        rates: What was learned.
        before: What was known before.
        unseen: For each comparison bool[l].

    Example:
        >>> before = Rates((np.array([0.8, 0.1, 0.1]),), (np.array([0.01, 0.002, 0.988]),))
        >>> learned = Rates((np.array([0.89, 0.01, 0.1]),), (np.array([0.1, 0.00001, 0.89999]),))
        >>> found = keeping(learned, before, (np.array([False, True, False]),))
        >>> np.log2(found.m[0] / found.u[0]).round(1).tolist()  # with the 5.6 that it had, the typo would beat equality
        [3.2, 3.2, -3.2]
    """
    tables = [_keeping(*each) for each in zip(rates.m, rates.u, before.m, before.u, unseen, strict=True)]
    return Rates(rates.m, tuple(tables))


def _keeping(m: FloatArray, u: FloatArray, m0: FloatArray, u0: FloatArray, unseen: Mask) -> FloatArray:
    """The u at which unseen levels have the weight that they are to have."""
    weights, known, seen = np.log2(m / u), np.log2(m0 / u0), ~unseen
    found = u.copy()
    for level in np.flatnonzero(unseen):
        least = weights[seen & (known < known[level])].max(initial=-np.inf)
        most = weights[seen & (known >= known[level])].min(initial=np.inf)
        found[level] = m[level] / 2 ** min(max(known[level], least), most)
    return np.asarray(found / found.sum(), np.float64)
