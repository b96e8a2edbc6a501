"""What each candidate is held for by what is known: a match, a look-alike or chance; and how many matches that makes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.decision import log_odds, odds_of, probability_of
from hpmatch.fellegi_sunter import FellegiSunter, Weights
from hpmatch.training.learning import Learning
from hpmatch.training.likelihood import MOST_REGISTERED, likelihood_of_candidates

# Of matches that differ in both given name and birth date.
MOST_STRANGERS = 0.01
_MOST_TAKEN, _HALVINGS = 200.0, 40
_PRIOR_ROUNDS, _PRIOR_TOLERANCE = 200, 1e-6
_SMALLEST_SHARE, _LARGEST_SHARE = 1e-12, 1 - 1e-6


class Expected(NamedTuple):
    """
    What the candidates are held for.

    Attributes:
        matched: How likely each is a match.
        alike: For each kind of look-alike how likely each is one.
        prior: The prior at which as many matches are expected.
        likelihood: By how much the logarithm of their likelihood is above that of chance alone.
    """

    matched: FloatArray
    alike: list[FloatArray]
    prior: float
    likelihood: float


def expected(learning: Learning, known: FellegiSunter, prior: float) -> Expected:
    """
    What the candidates are held for.

    Args:
        learning: What is learned from.
        known: The classifier, with what is known.
        prior: The prior to start from.
    """
    vectors, of_pair = learning.candidates.distinct
    weights = known.weigh(vectors)
    match = weights.match[of_pair]
    match = match + held_back(learning, match + log_odds(prior))
    matched, prior = _probabilities(learning, match, prior)
    of_kinds = known.alike_odds(weights.partial, vectors.levels, vectors.names, vectors.records[1])
    kinds = [each[of_pair] for each in of_kinds]
    alike_odds = alike_odds_of(weights)[of_pair]
    others = (1 - matched) / (1 + alike_odds)
    odds = odds_of(match + log_odds(prior))
    likelihood = likelihood_of_candidates(learning, odds, matched, alike_odds, others * alike_odds)
    return Expected(matched, [others * each for each in kinds], prior, likelihood)


def held_back(learning: Learning, log_odds_of_match: FloatArray) -> FloatArray:
    """
    What is taken off the weights of strangers, lest more than ``MOST_STRANGERS`` of the matches be such.

    Strangers differ in both given name and birth date, as next to no person does. Those of one home are many of them, and agree in all
    that a home shares; without this they are learned as matches (posterior regularisation: Ganchev, Graca, Gillenwater and Taskar, JMLR
    11, 2010).

    Args:
        learning: What is learned from, with k candidates.
        log_odds_of_match: float64[k], log2.
    """
    told, strange = learning.strangers
    taken = np.zeros(len(told))
    others = float(probability_of(log_odds_of_match[told & ~strange]).sum())
    most = MOST_STRANGERS / (1 - MOST_STRANGERS) * others
    against = odds_of(-log_odds_of_match[strange])

    def expected_strangers(off: float) -> float:
        return float((1 / (1 + 2**-off * against)).sum())

    low, high = -_MOST_TAKEN, 0.0
    if expected_strangers(high) <= most:
        return taken
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if expected_strangers(middle) > most else (middle, high)
    taken[strange] = low
    return taken


def alike_odds_of(weights: Weights) -> FloatArray:
    """The odds of each pair for a look-alike against chance."""
    return odds_of(-weights.look_alikes) - 1


def _probabilities(learning: Learning, weights: FloatArray, prior: float) -> tuple[FloatArray, float]:
    """
    The match probability of each candidate, and the prior over all pairs at which the two agree.

    Of two tables a left record has at most one match, so that its candidates compete; those do not that are known to be none,
    be it that another is known to be the match. Where a share c of the matches is labelled, a pair that nobody labelled is a
    match with 1 - c times the odds (Elkan and Noto, Learning Classifiers from Only Positive and Unlabeled Data, 2008).
    """
    seen, is_one = learning.candidates, learning.tables.is_one
    known = ~np.isnan(seen.said)
    excluded = seen.said == 0
    if not is_one:
        matched = np.bincount(seen.pairs.left, weights=seen.said == 1)[seen.pairs.left] > 0
        excluded |= matched & (seen.said != 1)
    evidence, probabilities = np.where(excluded, 0.0, odds_of(weights)), np.zeros(len(weights))
    labelled, share_labelled = float((seen.said == 1).sum()), 0.0
    for _ in range(_PRIOR_ROUNDS):
        odds = (1 - share_labelled) * prior / (1 - prior) * evidence
        rivals = odds if is_one else np.bincount(seen.pairs.left, weights=odds)[seen.pairs.left]
        probabilities = odds / (1 + rivals)
        probabilities[known] = seen.said[known]
        share_labelled = labelled / max(float(probabilities.sum()), 1.0)
        found = _prior(learning, float(probabilities.sum()))
        if abs(found - prior) <= _PRIOR_TOLERANCE * prior:
            break
        prior = found
    return probabilities, prior


def _prior(learning: Learning, matches: float) -> float:
    """
    The prior at which so many matches are expected.

    Of two tables a left record has one match or none: against none stands each right record with an equal part of the chance that
    there is one.
    """
    if learning.tables.is_one:
        return float(np.clip(matches / max(learning.pairs, 1.0), _SMALLEST_SHARE, _LARGEST_SHARE))
    right = len(learning.tables.right)
    share = float(np.clip(matches * right / learning.pairs, _SMALLEST_SHARE, MOST_REGISTERED))
    odds = share / (1 - share) / right
    return odds / (1 + odds)
