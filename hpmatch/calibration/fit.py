"""
What calibrating fits: slopes of the comparisons, a shift of the prior and rates of look-alikes that make known answers likeliest.

An alert's candidates and "nobody" compete as they do in ``decision.py``. What few answers cannot tell stays near what leaves the
model as it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.decision import odds_of

FOLDS = 5
# How far slopes, shift and log2 of the look-alikes' rates are from those of the model (standard deviations): what few answers
# are drawn to.
_SLOPE_SPREAD, _SHIFT_SPREAD, _RATE_SPREAD, _SMALLEST_SLOPE = 0.25, 3.0, 2.0, 0.05
_NEWTON_ROUNDS, _SETTLED = 50, 1e-8
_LN2 = float(np.log(2))


@dataclass(frozen=True)
class Known:
    """
    Candidate pairs of alerts whose answer is known, k of them.

    Attributes:
        pairs: int64[k], their places among all candidate pairs.
        alert: int64[k], a number for the alert of each, from 0.
        alerts: How many alerts there are.
        weights: float64[alerts], what each counts: those about one person share their evidence and count as one.
        fold: int64[k], which fifth of the persons each belongs to, by a hash of their alerts' identifiers.
        is_match: float64[k], 1 for the true pair, else 0.
    """

    pairs: IntArray
    alert: IntArray
    alerts: int
    weights: FloatArray
    fold: IntArray
    is_match: FloatArray

    def take(self, chosen: Mask) -> Known:
        """Some of them, all candidates of an alert or none."""
        alerts, numbered = np.unique(self.alert[chosen], return_inverse=True)
        return Known(
            self.pairs[chosen],
            numbered,
            len(alerts),
            self.weights[alerts],
            self.fold[chosen],
            self.is_match[chosen],
        )

    @property
    def persons(self) -> tuple[int, int]:
        """How many persons the alerts with a match are about, and how many the others."""
        matched = np.bincount(self.alert, self.is_match, minlength=self.alerts) > 0
        return round(self.weights[matched].sum()), round(self.weights[~matched].sum())


@dataclass(frozen=True)
class PairWeights:
    """
    What candidate pairs weigh by what is fitted: c slopes, the shift, and log2 of how many times the model's each of a rates is.

    Attributes:
        weights: float64[k, c], the partial weights of the classifier as it was.
        alike: For each kind of look-alike how much likelier they show what was found, see ``FellegiSunter.alike_weights``.
        rates: float64[a], which share of all registered persons each kind is.
        names: The comparisons, one a column.
        prior: The prior weight.
    """

    weights: FloatArray
    alike: Sequence[Mapping[int, FloatArray]]
    rates: Sequence[float]
    names: Sequence[str]
    prior: float

    def take(self, chosen: Mask) -> PairWeights:
        """What some of the pairs weigh."""
        alike = [{column: weights[chosen] for column, weights in each.items()} for each in self.alike]
        return replace(self, weights=self.weights[chosen], alike=alike)

    @property
    def plain(self) -> FloatArray:
        """float64[c + 1 + a], what leaves the model as it is."""
        return np.concatenate([np.ones(len(self.names)), np.zeros(1 + len(self.rates))])

    @property
    def spread(self) -> FloatArray:
        """float64[c + 1 + a], how far from that most models are."""
        sizes = [len(self.names), 1, len(self.rates)]
        return np.repeat([_SLOPE_SPREAD, _SHIFT_SPREAD, _RATE_SPREAD], sizes)

    def parted(self, fitted: FloatArray) -> tuple[FloatArray, float, FloatArray]:
        """The slopes, the shift, and log2 of how many times the model's the rates are."""
        slopes = len(self.names)
        return fitted[:slopes], float(fitted[slopes]), fitted[slopes + 1 :]

    def totals(self, fitted: FloatArray) -> tuple[FloatArray, FloatArray]:
        """float64[k], the match weights, and float64[k, a], how far each kind of look-alike explains what was found."""
        slopes, shift, raised = self.parted(fitted)
        columns = [
            rate * odds_of(sum(slopes[column] * found for column, found in each.items()) + log2)
            for rate, each, log2 in zip(self.rates, self.alike, raised, strict=True)
        ]
        other = sum(columns, np.ones(len(self.weights)))
        shares = np.column_stack(columns) / other[:, None] if columns else np.zeros((len(other), 0))
        return self.weights @ slopes + self.prior + shift - np.log2(other), shares

    def slants(self, shares: FloatArray) -> FloatArray:
        """float64[k, c + 1 + a], how each match weight grows with what is fitted: what look-alikes explain does not count."""
        of_slopes = self.weights.copy()
        for share, each in zip(shares.T, self.alike, strict=True):
            for column, found in each.items():
                of_slopes[:, column] -= share * found
        return np.column_stack([of_slopes, np.ones(len(shares)), -shares])


def fit(evidence: PairWeights, known: Known) -> FloatArray:
    """
    The slopes, the shift and the rates that make the known answers likeliest, float64[c + 1 + a].

    The likelihood is that of a conditional logit: Newton's method with the expected curvature (Fisher scoring), each step halved
    until it climbs. All are fitted together, for each changes what the others are best at.
    """
    plain, trust = evidence.plain, evidence.spread**-2.0
    counts = known.weights[known.alert]

    def height(fitted: FloatArray) -> float:
        total = _LN2 * evidence.totals(fitted)[0]
        highest = np.zeros(known.alerts)
        np.maximum.at(highest, known.alert, total)
        summed = np.bincount(known.alert, np.exp(total - highest[known.alert]), minlength=known.alerts)
        told = (counts * known.is_match) @ total - known.weights @ (
            highest + np.log(summed + np.exp(-highest))
        )
        return float(told - trust @ (fitted - plain) ** 2 / 2)

    fitted, reached = plain, height(plain)
    for _ in range(_NEWTON_ROUNDS):
        totals, shares = evidence.totals(fitted)
        probabilities, slants = _compete(totals, known), evidence.slants(shares)
        gradient = _LN2 * (slants.T @ (counts * (known.is_match - probabilities))) - trust * (fitted - plain)
        means = np.column_stack(
            [np.bincount(known.alert, probabilities * slant, minlength=known.alerts) for slant in slants.T]
        )
        spread = (slants * (counts * probabilities)[:, None]).T @ slants - (
            means * known.weights[:, None]
        ).T @ means
        step = np.linalg.solve(_LN2**2 * spread + np.diag(trust), gradient)
        while (climbed := height(fitted + step)) < reached and np.abs(step).max() > _SETTLED:
            step = step / 2
        fitted, reached = fitted + step, max(climbed, reached)
        if np.abs(step).max() < _SETTLED:
            break
    return np.asarray(
        np.maximum(fitted, np.where(np.arange(len(plain)) < len(evidence.names), _SMALLEST_SLOPE, -np.inf))
    )


def fitted_probabilities(evidence: PairWeights, known: Known, fitted: FloatArray) -> FloatArray:
    """float64[k], the probability of each pair by what was fitted."""
    return _compete(evidence.totals(fitted)[0], known)


def _compete(totals: FloatArray, known: Known) -> FloatArray:
    """float64[k], the probability of each pair, the candidates of its alert competing."""
    odds = odds_of(totals)
    return np.asarray(
        odds / (1 + np.bincount(known.alert, weights=odds, minlength=known.alerts)[known.alert])
    )


def held_out(evidence: PairWeights, known: Known) -> FloatArray:
    """The probability of each pair by what the persons of the other folds say."""
    probabilities = np.zeros(len(known.pairs))
    for fold in range(FOLDS):
        mine = known.fold == fold
        if mine.any() and not mine.all():
            fitted = fit(evidence.take(~mine), known.take(~mine))
            probabilities[mine] = fitted_probabilities(evidence.take(mine), known.take(mine), fitted)
    return probabilities
