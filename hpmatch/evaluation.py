"""How good a result is, held against the truth."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from hpmatch.errors import HpmatchError
from hpmatch.results import Result
from hpmatch.sources import read


@dataclass(frozen=True)
class Evaluation:
    """
    A result held against the truth.

    An alert is right if it was matched to the person that it is about.

    Attributes:
        alerts: How many alerts there are.
        hits: How many are about a registered person.
        precision: The share of matches that are right.
        recall: The share of hits that were matched rightly.
        recall_with_review: The share of hits whose person was matched, or is a link of an alert that goes to review.
        f1: The harmonic mean of precision and recall.
        best_f1: The best F1 of each alert's likeliest link, over all thresholds on the match probability.
        review: How many alerts go to review.
    """

    alerts: int
    hits: int
    precision: float
    recall: float
    recall_with_review: float
    f1: float
    best_f1: float
    review: int


def evaluate(result: Result, truth: Any) -> Evaluation:
    """
    Measure precision and recall.

    Args:
        result: What a run found.
        truth: The truth: a table (or its path) with ``alert_id`` and ``hpr_number``, which is empty where the person is
            not registered.

    Raises:
        HpmatchError: If the truth lacks an alert of the result, or a column.
    """
    true = _truth(truth)
    rows = result.dispositions.to_pylist()
    if missing := sum(row["alert_id"] not in true for row in rows):
        raise HpmatchError(f"the truth says nothing about {missing} of the {len(rows)} alerts")
    hits = sum(true[row["alert_id"]] is not None for row in rows)
    matches = [row for row in rows if row["disposition"] == "match"]
    right = sum(row["hpr_number"] == true[row["alert_id"]] for row in matches)
    review = {row["alert_id"] for row in rows if row["disposition"] == "review"}
    seen = {row["alert_id"] for row in matches if row["hpr_number"] == true[row["alert_id"]]}
    alert_ids, persons = (result.links.column(place).to_pylist() for place in (0, 1))
    seen |= {a for a, p in zip(alert_ids, persons, strict=True) if a in review and p == true[a]}
    precision, recall = _ratio(right, len(matches)), _ratio(right, hits)
    return Evaluation(
        alerts=len(rows),
        hits=hits,
        precision=precision,
        recall=recall,
        recall_with_review=_ratio(len(seen), hits),
        f1=_ratio(2 * precision * recall, precision + recall),
        best_f1=best_f1(*_best_links(result.links, true), hits),
        review=len(review),
    )


def best_f1(scores: np.ndarray[Any, Any], right: np.ndarray[Any, Any], hits: int) -> float:
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
    order = np.argsort(-scores, kind="stable")
    # A threshold cannot part equal scores.
    last = np.append(np.diff(scores[order]) != 0, True) if len(order) else np.zeros(0, bool)
    found = np.cumsum(right[order])[last]
    chosen = np.arange(1, len(order) + 1)[last]
    return float(max((2 * found / np.maximum(chosen + hits, 1)).tolist(), default=0.0))


def _best_links(
    links: pa.Table, true: dict[str, str | None]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
    """The score of each alert's likeliest link, and whether it is right; links come likeliest first."""
    best: dict[str, tuple[float, bool]] = {}
    columns = (links.column(0), links.column(1), links["match_probability"])
    for alert_id, person, score in zip(*(column.to_pylist() for column in columns), strict=True):
        best.setdefault(alert_id, (score, person == true[alert_id]))
    scores, right = zip(*best.values(), strict=True) if best else ((), ())
    return np.array(scores, float), np.array(right, bool)


def _truth(truth: Any) -> dict[str, str | None]:
    data = read(truth, "truth").data
    lacking = {"alert_id", "hpr_number"} - set(data.column_names)
    if lacking:
        raise HpmatchError(
            f"the truth has no column {', '.join(sorted(lacking))}; it has {', '.join(data.column_names)}"
        )
    return dict(zip(data["alert_id"].to_pylist(), data["hpr_number"].to_pylist(), strict=True))


def _ratio(part: float, whole: float) -> float:
    return part / whole if whole else 0.0
