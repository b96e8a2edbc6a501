"""
Measures of how good answers are, over plain arrays with one row an alert; nothing here knows which engine answered.

Every measure takes a weight for each alert, so the bootstrap is the same code as the figure itself: the figure has all
weights 1, a replicate has the number of times that each person was drawn. All alerts about one person are drawn
together, because they are wrong together (cluster bootstrap; Davison and Hinkley, Bootstrap Methods, 1997, section 3.8).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from hpmatch.arrays import FloatArray, IntArray, Mask

BoolArray = Mask

REPLICATES = 500
_AT_A_TIME = 100
_TAIL = 0.025
# Finer at the ends, where nearly all probabilities are.
CALIBRATION_EDGES = (0.0, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.9, 0.95, 0.99, 1.0)


@dataclass(frozen=True)
class Answers:
    """
    What was answered for n alerts, and whether it was right.

    Attributes:
        person: int64[n], a number for the person that each alert is about, from 0.
        hit: bool[n], whether that person is registered.
        matched: bool[n], whether the alert was called a match.
        right: bool[n], whether it was matched to its own person.
        review: bool[n], whether it goes to review.
        seen: bool[n], whether its own person is matched, or named in the review (``hpmatch.evaluation.judging.named_in_review``).
        score: float64[n], of the alert's likeliest link, minus infinity where it has none; only its order counts.
        best: bool[n], whether that link is right.
        probability: float64[n], that it is right, as the engine says; NaN where it says nothing.
        candidates: int64[n], how many candidate pairs each alert has; None if they are not all known.
        found: bool[n], whether the true pair is among them.
        registered: How many persons are registered; 0 if that is not known.
        is_cut: Whether candidate pairs are known to be left out of the links, so that not every alert has its probability.
        grouped: int64[n], how many other alerts the answers say are about the same person; None if they do not say.
        fellows: int64[n], how many other alerts are.
        together: int64[n], how many of these the answers say are.
    """

    person: IntArray
    hit: BoolArray
    matched: BoolArray
    right: BoolArray
    review: BoolArray
    seen: BoolArray
    score: FloatArray
    best: BoolArray
    probability: FloatArray
    candidates: IntArray | None = None
    found: BoolArray | None = None
    registered: int = 0
    is_cut: bool = False
    grouped: IntArray | None = None
    fellows: IntArray | None = None
    together: IntArray | None = None

    def __len__(self) -> int:
        return len(self.hit)

    def take(self, rows: IntArray) -> Answers:
        """The answers at the given rows, in their order."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        taken: dict[str, Any] = {
            name: each[rows] for name, each in columns.items() if isinstance(each, np.ndarray)
        }
        return replace(self, **taken)

    def ranked(self) -> Answers:
        """The answers with the highest score first."""
        return self.take(np.argsort(-self.score, kind="stable"))


@dataclass(frozen=True)
class Estimate:
    """
    A measured figure with its 95 % interval.

    Attributes:
        value: The figure.
        low: The lower end of the interval.
        high: The upper end.
        of: How many alerts (candidate pairs, pairs of alerts) the figure is a share of; of F1, how many there are on average of
            those that precision and recall are shares of.
    """

    value: float
    low: float
    high: float
    of: int


# A share: how much of the second holds the first.
Share = Callable[[Answers], tuple[npt.NDArray[Any], npt.NDArray[Any]] | None]
# A curve: something read off the ranked answers, from the cumulated right and chosen alerts and the number of hits.
Curve = Callable[[FloatArray, FloatArray, FloatArray], FloatArray]


def _of_pairs(
    part: IntArray | None, whole: IntArray | FloatArray | None
) -> tuple[FloatArray, FloatArray] | None:
    """Pairs of alerts, of which each of the two holds a half."""
    return None if part is None or whole is None else (part / 2, whole / 2)


SHARES: Mapping[str, Share] = {
    "precision": lambda a: (a.right, a.matched),
    "recall": lambda a: (a.right, a.hit),
    "recall_with_review": lambda a: (a.seen, a.hit),
    "f1": lambda a: (a.right, (a.matched.astype(int) + a.hit) / 2),
    "review_share": lambda a: (a.review, np.ones(len(a), bool)),
    "pairs_completeness": lambda a: None if a.found is None else (a.found, a.hit),
    "pairs_quality": lambda a: None if a.found is None or a.candidates is None else (a.found, a.candidates),
    "reduction_ratio": lambda a: (
        None if a.candidates is None else (a.registered - a.candidates, np.full(len(a), a.registered))
    ),
    "grouping_precision": lambda a: _of_pairs(a.together, a.grouped),
    "grouping_recall": lambda a: _of_pairs(a.together, a.fellows),
    "grouping_f1": lambda a: (
        None if a.grouped is None or a.fellows is None else _of_pairs(a.together, (a.grouped + a.fellows) / 2)
    ),
    "brier": lambda a: (
        None
        if a.is_cut
        else (
            np.where(np.isnan(a.probability), 0.0, (a.probability - a.best) ** 2),
            ~np.isnan(a.probability),
        )
    ),
}
CURVES: Mapping[str, Curve] = {
    "best_f1": lambda right, chosen, hits: _highest(2 * right / np.maximum(chosen + hits, 1)),
    "recall_at_95": lambda right, chosen, hits: _recall_at(0.95, right, chosen, hits),
    "recall_at_99": lambda right, chosen, hits: _recall_at(0.99, right, chosen, hits),
}


def estimates(
    answers: Answers,
    *,
    replicates: int = REPLICATES,
    seed: int = 1,
    shares: Mapping[str, Share] = SHARES,
    curves: Mapping[str, Curve] = CURVES,
) -> dict[str, Estimate]:
    """
    Measure everything that can be measured, each figure with its 95 % interval.

    A figure in which nothing varies (all right, or none) has the exact binomial bound of its number of persons instead
    of an empty interval. Draws in which there is nothing to measure are left out.

    Args:
        answers: The answers.
        replicates: How many times the bootstrap draws.
        seed: What it draws from.
        shares: Which shares to measure.
        curves: What to read off the ranked answers.

    Returns:
        A figure for each measure that has anything to be measured on.
    """
    answers = answers.ranked()
    drawn = [np.ones((1, len(answers))), *draws(answers.person, replicates, seed)]
    found: dict[str, Estimate] = {}
    for name, share in shares.items():
        parts = share(answers)
        if parts is None or parts[1].sum() == 0:
            continue
        values = np.concatenate([_shares(weights, *parts) for weights in drawn])
        persons = len(np.unique(answers.person[parts[1] > 0]))
        found[name] = _estimate(values, int(np.ceil(parts[1].sum())), persons)
    if answers.hit.any():
        found |= _curve_estimates(answers, drawn, curves)
    if not (answers.is_cut or np.isnan(answers.probability).all()):
        error = np.concatenate([_calibration_error(weights, answers) for weights in drawn])
        found["calibration_error"] = _estimate(error, int((~np.isnan(answers.probability)).sum()))
    return found


def _curve_estimates(
    answers: Answers, drawn: list[FloatArray], curves: Mapping[str, Curve]
) -> dict[str, Estimate]:
    read: dict[str, list[FloatArray]] = {name: [] for name in curves}
    for weights in drawn:
        right, chosen = _cumulated(weights, answers)
        hits = weights @ answers.hit
        for name, curve in curves.items():
            read[name].append(np.where(hits > 0, curve(right, chosen, hits[:, None]), np.nan))
    of, persons = int(answers.hit.sum()), len(np.unique(answers.person[answers.hit]))
    return {name: _estimate(np.concatenate(values), of, persons) for name, values in read.items()}


def draws(person: IntArray, replicates: int, seed: int) -> list[FloatArray]:
    """
    Weights of the alerts in each bootstrap replicate, some replicates at a time.

    Example:
        >>> weights = np.concatenate(draws(np.array([0, 0, 1, 2]), 5, seed=1))
        >>> weights.shape, bool((weights[:, 0] == weights[:, 1]).all())
        ((5, 4), True)
    """
    persons, of_alert = np.unique(person, return_inverse=True)
    generator = np.random.default_rng(seed)
    weights = []
    for start in range(0, replicates if len(persons) else 0, _AT_A_TIME):
        size = min(_AT_A_TIME, replicates - start)
        drawn = generator.integers(0, len(persons), (size, len(persons)))
        place = drawn + len(persons) * np.arange(size)[:, None]
        counts = np.bincount(place.ravel(), minlength=size * len(persons)).reshape(size, -1)
        weights.append(counts[:, of_alert].astype(np.float64))
    return weights


def best_f1(scores: npt.NDArray[Any], right: npt.NDArray[Any], hits: int) -> float:
    """
    The best F1 over all thresholds.

    Args:
        scores: float64[k], the score of each alert's likeliest link.
        right: bool[k], whether that link is right.
        hits: How many alerts have a true link at all.

    Example:
        >>> best_f1(np.array([0.9, 0.8, 0.1]), np.array([True, True, False]), 2)
        1.0
    """
    return float(CURVES["best_f1"](*_plain(scores, right), np.array([[float(hits)]]))[0])


def recall_at_precision(
    scores: npt.NDArray[Any], right: npt.NDArray[Any], hits: int, precision: float
) -> tuple[float, float]:
    """
    The highest recall at which the precision is at least so high, and the score from which it is reached.

    Args:
        scores: float64[k], the score of each alert's likeliest link.
        right: bool[k], whether that link is right.
        hits: How many alerts have a true link at all.
        precision: The precision to keep.

    Returns:
        The recall and the threshold; 0 and infinity where no threshold keeps the precision.

    Example:
        >>> recall_at_precision(np.array([0.9, 0.8, 0.7, 0.6]), np.array([True, False, True, True]), 4, 0.75)
        (0.75, 0.6)
    """
    found, chosen = _plain(scores, right)
    enough = (chosen[0] > 0) & (found[0] >= precision * chosen[0])
    if not enough.any():
        return 0.0, float("inf")
    place = int(np.flatnonzero(enough)[-1])
    thresholds = np.unique(scores[np.isfinite(scores)])[::-1]
    return float(found[0, place] / max(hits, 1)), float(thresholds[place])


def precision_recall(
    scores: npt.NDArray[Any], right: npt.NDArray[Any], hits: int
) -> tuple[FloatArray, FloatArray]:
    """
    Precision and recall at each threshold, the highest threshold first.

    Example:
        >>> precision, recall = precision_recall(np.array([3.0, 2.0, 2.0]), np.array([True, True, False]), 2)
        >>> precision.round(2).tolist(), recall.tolist()
        ([1.0, 0.67], [0.5, 1.0])
    """
    found, chosen = _plain(scores, right)
    return found[0] / np.maximum(chosen[0], 1), found[0] / max(hits, 1)


@dataclass(frozen=True)
class CalibrationBin:
    """
    Alerts whose likeliest link has about the same probability.

    Attributes:
        low: The lowest probability of the bin.
        high: The highest.
        alerts: How many alerts fall into it.
        said: Their mean probability.
        was: The share of them whose link is right.
    """

    low: float
    high: float
    alerts: int
    said: float
    was: float


def calibration(answers: Answers) -> tuple[CalibrationBin, ...]:
    """The reliability table: what the engine says against what was, for bins that hold any alert."""
    said, bins = _binned(answers)
    best = answers.best[~np.isnan(answers.probability)]
    return tuple(
        CalibrationBin(
            low,
            high,
            int((bins == place).sum()),
            float(said[bins == place].mean()),
            float(best[bins == place].mean()),
        )
        for place, (low, high) in enumerate(pairwise(CALIBRATION_EDGES))
        if (bins == place).any()
    )


def _binned(answers: Answers) -> tuple[FloatArray, IntArray]:
    said = answers.probability[~np.isnan(answers.probability)]
    return said, bins_of(said, CALIBRATION_EDGES)


def bins_of(probabilities: FloatArray, edges: Sequence[float]) -> IntArray:
    """
    The bin that each probability lies in: from an edge up to the next, the last one too.

    Example:
        >>> bins_of(np.array([0.0, 0.5, 1.0]), (0.0, 0.5, 1.0)).tolist()
        [0, 1, 1]
    """
    return np.clip(np.searchsorted(edges, probabilities, side="right") - 1, 0, len(edges) - 2)


def _calibration_error(weights: FloatArray, answers: Answers) -> FloatArray:
    """The mean distance between what is said and what was, over the bins of the reliability table."""
    known = ~np.isnan(answers.probability)
    said, bins = _binned(answers)
    member = np.zeros((len(answers), len(CALIBRATION_EDGES) - 1))
    member[np.flatnonzero(known), bins] = said - answers.best[known]
    total = np.maximum(weights @ known, 1)
    return np.asarray(np.abs(weights @ member).sum(axis=1) / total, np.float64)


def _plain(scores: npt.NDArray[Any], right: npt.NDArray[Any]) -> tuple[FloatArray, FloatArray]:
    """Right and chosen links at each threshold, one row."""
    scores, right = np.asarray(scores, np.float64), np.asarray(right, bool)
    order = np.argsort(-scores, kind="stable")
    last = _last_of_ties(scores[order])
    return (
        np.cumsum(right[order])[last][None].astype(np.float64),
        (np.flatnonzero(last) + 1)[None].astype(np.float64),
    )


def _cumulated(weights: FloatArray, answers: Answers) -> tuple[FloatArray, FloatArray]:
    """The same for weighted answers, ranked; a row a replicate."""
    last = np.flatnonzero(_last_of_ties(answers.score))
    return np.cumsum(weights * answers.best, axis=1)[:, last], np.cumsum(weights, axis=1)[:, last]


def _last_of_ties(scores: FloatArray) -> BoolArray:
    """Where a threshold can be set: it cannot part equal scores, and there is none where there is no link."""
    last = np.append(scores[1:] != scores[:-1], True)[: len(scores)]
    return np.asarray(last & np.isfinite(scores), bool)


def _highest(values: FloatArray) -> FloatArray:
    return np.asarray(values.max(axis=1, initial=0.0), np.float64)


def _recall_at(precision: float, right: FloatArray, chosen: FloatArray, hits: FloatArray) -> FloatArray:
    enough = (chosen > 0) & (right >= precision * chosen)
    return _highest(np.where(enough, right, 0.0) / np.maximum(hits, 1))


def _shares(weights: FloatArray, part: npt.NDArray[Any], whole: npt.NDArray[Any]) -> FloatArray:
    total = weights @ whole
    shares = np.full(len(total), np.nan)
    np.divide(weights @ part, total, out=shares, where=total > 0)
    return shares


def _estimate(values: FloatArray, of: int, persons: int = 0) -> Estimate:
    """The first value with the interval of the others."""
    value, others = float(values[0]), values[1:][~np.isnan(values[1:])]
    if not len(others):
        return Estimate(value, value, value, of)
    low, high = (float(each) for each in np.quantile(others, (_TAIL, 1 - _TAIL)))
    if persons and value == 1:
        low = min(low, _TAIL ** (1 / persons))
    if persons and value == 0:
        high = max(high, 1 - _TAIL ** (1 / persons))
    return Estimate(value, low, high, of)


def wilson_interval(hits: npt.ArrayLike, of: npt.ArrayLike) -> tuple[FloatArray, FloatArray]:
    """
    The 95 % interval of a share (Wilson, JASA 22, 1927).

    Args:
        hits: float64[n], how many of them.
        of: float64[n], of how many, above 0.

    Example:
        >>> low, high = wilson_interval([0], [10])
        >>> float(low[0]), round(float(high[0]), 3)
        (0.0, 0.278)
    """
    n, share = np.asarray(of, np.float64), np.asarray(hits, np.float64) / np.asarray(of, np.float64)
    spread = _Z * np.sqrt(share * (1 - share) / n + _Z**2 / (4 * n**2))
    middle, scale = share + _Z**2 / (2 * n), 1 + _Z**2 / n
    return np.clip((middle - spread) / scale, 0, share), np.clip((middle + spread) / scale, share, 1)


_Z = 1.959963984540054  # of the standard normal distribution, 95 % within
