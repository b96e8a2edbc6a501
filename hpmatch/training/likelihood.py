"""How likely what was learned makes the pairs that were seen."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.training.learning import Learning

# However many matches there are, some alert may be about nobody in the register.
MOST_REGISTERED = 0.95


def likelihood_of_candidates(
    learning: Learning, odds: FloatArray, matched: FloatArray, alike_odds: FloatArray, alike: FloatArray
) -> float:
    """
    By how much the logarithm of the likelihood of the candidates that nobody labelled is above that of chance alone.

    Pairs are taken as independent events: each adds log(1 + odds), and how many are expected is taken off. But of two tables a
    left record has one match or none: it adds log(1 + the sum of the odds), and all left records the chance that they have none.

    Args:
        learning: What is learned from, with k candidates.
        odds: float64[k], of a match.
        matched: float64[k], the probability of one.
        alike_odds: float64[k], of a look-alike against chance.
        alike: float64[k], the probability of one.
    """
    said = ~np.isnan(learning.candidates.said)
    odds, matched, alike_odds, alike = (
        np.where(said, 0.0, each) for each in (odds, matched, alike_odds, alike)
    )
    gained = float((np.log1p(alike_odds) - alike).sum())
    if learning.tables.is_one:
        return gained + float((np.log1p(odds) - matched).sum())
    lefts = learning.pairs / len(learning.tables.right)
    share = min(float(matched.sum()) / lefts, MOST_REGISTERED)
    of_left = np.bincount(learning.candidates.pairs.left, weights=odds)
    return gained + lefts * float(np.log1p(-share)) + float(np.log1p(of_left).sum())


def likelihood_of_chance(learning: Learning, u: Sequence[FloatArray], alike_odds: FloatArray) -> float:
    """
    By how much the logarithm of the likelihood of all pairs falls, for u is not what random pairs show.

    The candidates count as they are, so that what they gain on a small u and what they lose by it are the same; random pairs stand
    for the others.

    Args:
        learning: What is learned from, whose random pairs show d distinct vectors.
        u: For each comparison the chance of each level.
        alike_odds: float64[d], of a look-alike against chance.
    """
    drawn, candidates = learning.drawn, learning.candidates
    counts = zip(
        drawn.level_counts(drawn.counts, u),
        drawn.level_counts(drawn.others, u),
        candidates.level_counts(np.isnan(candidates.said), u),
        u,
        strict=True,
    )
    gained = float(drawn.others @ np.log1p(alike_odds))
    for seen, apart, held, by_chance in counts:
        shown = seen > 0
        held_for, found = (each[shown] / each[shown].sum() for each in (by_chance, seen))
        gained += float((apart + held)[shown] @ np.log(held_for / found))
    return gained
