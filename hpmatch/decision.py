"""
Deciding: from match weights to match, review or no match.

An alert is decided over all its candidates together. At most one registered person is the right one, and "nobody in
the register" is one more candidate, by far the likeliest before anything is compared. With w_j the weight of the
evidence for candidate j (log2), a share s of alerts whose person is registered, and N registered persons,

    odds_j = s / N * 2 ** w_j / (1 - s)          P(j) = odds_j / (1 + sum of all odds)

so two candidates that fit equally well share the probability and become a review, not two matches.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.errors import HpmatchError, ModelError

MATCH, REVIEW, NO_MATCH, UNMATCHABLE = "match", "review", "no_match", "unmatchable"
# Of alerts; for one that is unmatchable nothing is looked up.
DISPOSITIONS = (MATCH, REVIEW, NO_MATCH, UNMATCHABLE)

# In a review, candidates that are at least so likely as the likeliest one, as a share of it, are named.
NEAR = 0.1
# Beyond it a probability is 0 or 1 to the last digit; sums of odds stay finite.
_LARGEST_WEIGHT = 500.0


def odds_of(weights: FloatArray) -> FloatArray:
    """The odds of log2 odds, finite whatever they are."""
    bounded = np.minimum(np.maximum(weights, -_LARGEST_WEIGHT), _LARGEST_WEIGHT)  # faster than clip on few
    return np.asarray(np.exp2(bounded), np.float64)


def probability_of(weights: FloatArray) -> FloatArray:
    """
    The probability of log2 odds.

    Example:
        >>> probability_of(np.array([0.0, 3000.0])).tolist()
        [0.5, 1.0]
    """
    return np.asarray(1 / (1 + odds_of(-weights)), np.float64)


def log_odds(share: Any) -> Any:
    """
    The log2 odds of a probability, or of an array of them.

    Example:
        >>> log_odds(0.5), log_odds(np.array([0.8])).round(3).tolist()
        (np.float64(0.0), [2.0])
    """
    return np.log2(share / (1 - share))


def check_min_weight(min_weight: float | None) -> None:
    """
    Refuse a least match weight that no weight reaches or misses.

    Raises:
        HpmatchError: If it is NaN.

    Example:
        >>> check_min_weight(-3.5)
    """
    if min_weight is not None and math.isnan(min_weight):
        raise HpmatchError("min_weight is NaN; give a number, or leave it out")


def check_shares(what: str, shares: Mapping[str, object]) -> None:
    """
    Refuse what is no number between 0 and 1, for a model file may hold anything.

    Args:
        what: The part of a model that has the numbers.
        shares: The numbers, by their names in a model file.

    Raises:
        ModelError: If one is something else, naming it.

    Example:
        >>> check_shares("decision", {"match": 0.95})
    """
    for name, share in shares.items():
        if isinstance(share, bool) or not isinstance(share, Real) or not 0 < float(share) < 1:
            raise ModelError(f"{what}: {name} has to be a number between 0 and 1, without quotation marks")


@dataclass(frozen=True)
class DecisionRule:
    """
    When to call a pair a match, and when to ask a person.

    Args:
        registered_share: The share of alerts whose person is registered, before anything is compared.
        match: The probability from which the likeliest candidate is a match.
        review: The probability, of being registered at all, from which an alert goes to a person.

    Raises:
        ModelError: If the numbers are no probabilities, or ``review`` is above ``match``.
    """

    registered_share: float
    match: float
    review: float

    def __post_init__(self) -> None:
        check_shares("decision", vars(self))
        if self.review > self.match:
            raise ModelError(
                f"decision: review <= match has to hold, and {self.review} is above {self.match}"
            )

    def prior_weight(self, registered: int) -> float:
        """log2 of the prior odds that one alert and one of so many registered persons belong together."""
        return float(np.log2(self.registered_share / (1 - self.registered_share) / max(registered, 1)))

    def registered(self, prior_weight: float) -> int:
        """
        The number of registered persons that makes a prior weight.

        Example:
            >>> rule = DecisionRule(0.03, match=0.95, review=0.05)
            >>> rule.registered(rule.prior_weight(200_000))
            200000
        """
        return round(self.registered_share / (1 - self.registered_share) / 2**prior_weight)

    @property
    def match_weight(self) -> float:
        """The match weight of a pair that alone reaches the match threshold."""
        return float(log_odds(self.match))

    @property
    def review_weight(self) -> float:
        """The match weight of a pair that alone reaches the review threshold."""
        return float(log_odds(self.review))


@dataclass(frozen=True)
class Decisions:
    """
    Decisions over k pairs of n alerts.

    Attributes:
        probabilities: float64[k], that the pair is one person, given all candidates of its alert.
        pairs: str[k], match, review or no_match.
        registered: float64[n], the probability that the alert's person is registered at all.
        alerts: str[n], match, review or no_match.
    """

    probabilities: FloatArray
    pairs: npt.NDArray[np.str_]
    registered: FloatArray
    alerts: npt.NDArray[np.str_]


def decide(alert_of_pair: IntArray, match_weights: FloatArray, alerts: int, rule: DecisionRule) -> Decisions:
    """
    Decide all alerts.

    Args:
        alert_of_pair: int[k], each pair's alert.
        match_weights: float64[k], log2 odds of each pair, the prior included.
        alerts: How many alerts there are, n.
        rule: The thresholds.

    Example:
        >>> rule = DecisionRule(0.03, match=0.95, review=0.05)
        >>> decide(np.array([0, 1, 1]), np.array([9.0, 9.0, 9.0]), 3, rule).alerts.tolist()
        ['match', 'review', 'no_match']
    """
    return decided(alert_of_pair, odds_of(match_weights), np.ones(alerts), rule)


def decided(alert_of_pair: IntArray, odds: FloatArray, beside: FloatArray, rule: DecisionRule) -> Decisions:
    """
    Decide all alerts by the odds of their candidates.

    Args:
        alert_of_pair: int[k], each pair's alert.
        odds: float64[k], of each pair.
        beside: float64[n], of each alert the odds of all else: 1 of nobody, and those of candidates that are not given.
        rule: The thresholds.
    """
    alerts = len(beside)
    # Sums in the order of size do not depend on the order of rows.
    order = np.lexsort((odds, alert_of_pair))
    total = np.zeros(alerts)
    np.add.at(total, alert_of_pair[order], odds[order])
    probabilities = odds / (beside + total)[alert_of_pair]
    registered = (beside - 1 + total) / (beside + total)
    of_pairs = np.full(len(odds), NO_MATCH, dtype="<U8")
    of_pairs[probabilities >= rule.review] = REVIEW
    # A threshold of a half or less may be reached by two, of whom nobody can say which it is.
    reaching = probabilities >= rule.match
    several = np.bincount(alert_of_pair[reaching], minlength=alerts) > 1
    of_pairs[reaching & ~several[alert_of_pair]] = MATCH
    of_alerts = np.where(registered >= rule.review, REVIEW, NO_MATCH)
    of_alerts[alert_of_pair[of_pairs == MATCH]] = MATCH
    return Decisions(probabilities, of_pairs, registered, of_alerts)


def near_likeliest(alert_of_pair: IntArray, probabilities: FloatArray, alerts: int) -> Mask:
    """
    Which pairs are at least a tenth as likely as the likeliest of their alert.

    Many namesakes may each be unlikely and one of them likely: who looks at the alert has to see them.

    Args:
        alert_of_pair: int[k], each pair's alert.
        probabilities: float64[k], NaN where a pair has none, which is near to nothing.
        alerts: How many alerts there are.

    Returns:
        bool[k].

    Example:
        >>> near_likeliest(np.array([0, 0, 0, 1]), np.array([0.03, 0.02, 0.001, 0.001]), 2).tolist()
        [True, True, False, True]
    """
    likeliest = np.zeros(alerts)
    np.fmax.at(likeliest, alert_of_pair, probabilities)
    return np.asarray(probabilities >= NEAR * likeliest[alert_of_pair], bool)
