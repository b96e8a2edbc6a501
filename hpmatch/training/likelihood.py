"""How likely what was learned makes the pairs that were seen, and how clear it leaves who is a match."""

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


def likelihood_of_chance(learning: Learning, u: Sequence[FloatArray]) -> float:
    """
    By how much the logarithm of the likelihood of all pairs falls, for u is not what random pairs show.

    Where some of these are held to be no chance, u is less, and what candidates gain on it is more; each level's share of all pairs
    weighs one against the other.
    """
    random = learning.random
    counted = random.level_counts(np.ones(len(random.pairs)), u)
    fallen = 0.0
    for seen, by_chance in zip(counted, u, strict=True):
        shown = seen > 0
        fallen += float(seen[shown] @ np.log(seen[shown] / seen.sum() / by_chance[shown]))
    return -fallen * learning.pairs / max(len(random.pairs), 1)


def entropy(probabilities: FloatArray) -> float:
    """Of independent events, in nats."""
    unsure = probabilities[(probabilities > 0) & (probabilities < 1)]
    return -float((unsure * np.log(unsure) + (1 - unsure) * np.log1p(-unsure)).sum())
