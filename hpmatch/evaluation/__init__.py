"""
How good a result is, held against the truth: overall and by slice, each figure with its 95 % interval.

What an engine answered comes as a folder or two tables (dispositions, and scored links) and says nothing about the
engine, so that other engines' answers go through the same measures; see ``measures.py`` here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hpmatch.arrays import FloatArray, IntArray
from hpmatch.errors import HpmatchError
from hpmatch.evaluation.judging import judged
from hpmatch.evaluation.measures import (
    CURVES,
    REPLICATES,
    SHARES,
    Answers,
    CalibrationBin,
    Estimate,
    calibration,
    estimates,
    precision_recall,
    recall_at_precision,
)
from hpmatch.evaluation.text import evaluation_text
from hpmatch.files import write_text
from hpmatch.model import RECORDS, subject_of
from hpmatch.result_tables import summary_of
from hpmatch.results import Deduplicated, Result, opened
from hpmatch.shown import ShownAsText, on_one_line

_TAGS = "tags"
_TRUTH_COLUMNS = ("alert_id", "person_id", "hpr_number")
_NO_TAG, _NOT_GIVEN = "no tag", "not given"
_SLICE_SHARES = ("precision", "recall", "recall_with_review", "pairs_completeness")
_SLICE_CURVES = {"best_f1": CURVES["best_f1"]}
_SLICE_PRECISION = 0.95
_CURVE_POINTS = 100
_FEWEST_REPLICATES = 40
_OF_CLUSTERS = ("grouping_precision", "grouping_recall", "grouping_f1")  # of one table they stand first


@dataclass(frozen=True)
class Slice:
    """
    The alerts that have something in common.

    Attributes:
        by: What the alerts are sliced by: "tags", or a column of the truth.
        value: What they have in common.
        alerts: How many there are.
        hits: How many are about a registered person.
        estimates: The figures; ``recall_at_95`` is at the score from which all alerts together are 95 % precise.
    """

    by: str
    value: str
    alerts: int
    hits: int
    estimates: Mapping[str, Estimate]


@dataclass(frozen=True)
class Evaluation(ShownAsText):
    """
    A result held against the truth.

    An alert is right if it was matched to the person that it is about.

    Attributes:
        alerts: How many alerts there are.
        hits: How many are about a registered person.
        matches: How many alerts were matched.
        review: How many alerts go to review.
        persons: How many persons the alerts are about; the intervals draw persons.
        estimates: Each measure that could be measured, with its interval. Measures of candidate pairs are there only
            if the links hold all candidate pairs, as they do after ``link(..., min_weight=-1000)``; the Brier score and the
            calibration error are not there if links are known to be left out, for those that are kept are the unsure ones.
        calibration: The reliability table of the likeliest links' probabilities.
        curve: Precision and recall at thresholds on the likeliest links, the highest threshold first.
        slices: The same by what the truth says of the alerts.
        of: What was held against the truth: "alerts", or "records" of any kind. Of one table a record is a hit if it has a
            duplicate, and is matched rightly if its likeliest pair is one; grouping is that of the clusters.
        one_table: Whether it is of what ``hpmatch.dedupe`` found; the estimates of grouping come first then.
    """

    alerts: int
    hits: int
    matches: int
    review: int
    persons: int
    estimates: Mapping[str, Estimate]
    calibration: tuple[CalibrationBin, ...] = ()
    curve: tuple[tuple[float, float], ...] = ()
    slices: tuple[Slice, ...] = ()
    of: str = "alerts"
    one_table: bool = False

    def __repr__(self) -> str:
        return on_one_line(
            self, **{self.of: self.alerts}, hits=self.hits, matches=self.matches, review=self.review
        )

    @property
    def precision(self) -> float:
        """The share of matches that are right."""
        return self._value("precision")

    @property
    def recall(self) -> float:
        """The share of hits that were matched rightly."""
        return self._value("recall")

    @property
    def recall_with_review(self) -> float:
        """The share of hits whose person was matched, or is named in the review (``hpmatch.evaluation.judging.named_in_review``)."""
        return self._value("recall_with_review")

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return self._value("f1")

    @property
    def grouping_f1(self) -> float:
        """The harmonic mean of precision and recall of the pairs that are put together: of one table, of its clusters."""
        return self._value("grouping_f1")

    @property
    def best_f1(self) -> float:
        """The best F1 of each alert's likeliest link, over all thresholds."""
        return self._value("best_f1")

    def _value(self, name: str) -> float:
        return self.estimates[name].value if name in self.estimates else 0.0

    def to_json(self) -> dict[str, Any]:
        """Everything as plain lists, dicts and numbers."""
        return asdict(self)

    def __str__(self) -> str:
        return evaluation_text(self)


def evaluate(
    result: Result | Deduplicated | str | Path, truth: Any, *, replicates: int = REPLICATES, seed: int = 1
) -> Evaluation:
    """
    Measure precision and recall, and what lies behind them.

    Args:
        result: What ``hpmatch.link`` or ``hpmatch.dedupe`` found, or the folder of either.
        truth: The truth: a table (or its path) with ``alert_id`` and ``hpr_number``, or the two as the links call them, the second
            empty where the person is not registered. ``person_id`` says which alerts are about one person; ``tags`` (several
            separated by ";") and every further column make slices. Of one table the identifier and ``cluster_id``, as in its
            clusters.
        replicates: How many times the bootstrap draws, at least 40, so that one lies beyond each end of an interval; 0 for no
            intervals.
        seed: What it draws from.

    Raises:
        HpmatchError: If the truth lacks an alert of the result, or a column, names an alert twice, or writes persons otherwise;
            or if there are too few replicates.

    Example:
        >>> from hpmatch.link import link
        >>> person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> result = link([{"alert_id": "A1", **person}], [{"hpr_number": "7", **person}])
        >>> evaluate(result, [{"alert_id": "A1", "hpr_number": "7"}]).recall
        1.0
    """
    if replicates != 0 and replicates < _FEWEST_REPLICATES:
        raise HpmatchError(f"replicates has to be at least {_FEWEST_REPLICATES}, or 0 for no intervals")
    result = opened(result)
    one_table = isinstance(result, Deduplicated)
    answers, true = judged(result, truth)
    measured = estimates(answers, replicates=replicates, seed=seed)
    first = [name for name in _OF_CLUSTERS if one_table and name in measured]
    slices = _slices(answers, true, replicates, seed)
    hits, ranked = int(answers.hit.sum()), answers.score > -np.inf
    points = precision_recall(answers.score[ranked], answers.best[ranked], hits)
    return Evaluation(
        alerts=len(answers),
        hits=hits,
        matches=int(answers.matched.sum()),
        review=int(answers.review.sum()),
        persons=len(np.unique(answers.person)),
        estimates={name: measured[name] for name in (*first, *measured)},
        calibration=calibration(answers),
        curve=_thinned(*points),
        slices=slices,
        of=RECORDS if isinstance(result, Deduplicated) else subject_of(summary_of(result)),
        one_table=one_table,
    )


def write_json(evaluation: Evaluation, path: str | Path) -> None:
    """
    Write all figures to a JSON file, whole or not at all.

    Raises:
        SourceError: If it cannot be written.
    """
    write_text(path, json.dumps(evaluation.to_json(), indent=1, ensure_ascii=False) + "\n")


def _slices(answers: Answers, truth: pa.Table, replicates: int, seed: int) -> tuple[Slice, ...]:
    _, threshold = recall_at_precision(answers.score, answers.best, int(answers.hit.sum()), _SLICE_PRECISION)
    shares = {name: SHARES[name] for name in _SLICE_SHARES}
    shares["recall_at_95"] = lambda a: (a.best & (a.score >= threshold), a.hit)
    wanted = (*shares, "best_f1")
    found = []
    for by, value, rows in _groups(truth):
        part = answers.take(rows)
        measured = estimates(part, replicates=replicates, seed=seed, shares=shares, curves=_SLICE_CURVES)
        kept = {name: measured[name] for name in wanted if name in measured}
        found.append(Slice(by, value, len(part), int(part.hit.sum()), kept))
    return tuple(found)


def _groups(truth: pa.Table) -> list[tuple[str, str, IntArray]]:
    """What the alerts are sliced by, each value, and its rows; large slices first."""
    groups: list[tuple[str, str, IntArray]] = []
    for by in (name for name in truth.column_names if name not in _TRUTH_COLUMNS):
        members: dict[str, list[int]] = {}
        nothing = _NO_TAG if by == _TAGS else _NOT_GIVEN
        for row, cell in enumerate(truth[by].to_pylist()):
            values = (value.strip() for value in (cell or "").split(";"))
            for value in dict.fromkeys(filter(None, values)) or (nothing,):
                members.setdefault(value, []).append(row)
        ordered = sorted(members.items(), key=lambda item: (-len(item[1]), item[0]))
        groups += [(by, value, np.array(rows)) for value, rows in ordered]
    return groups


def _thinned(precision: FloatArray, recall: FloatArray) -> tuple[tuple[float, float], ...]:
    if not len(recall):
        return ()
    # Nearly all thresholds lie where the recall no longer grows; those where it does make the curve.
    grows = np.flatnonzero(np.diff(recall, prepend=0.0) > 0)
    chosen = [grows[_spread(len(grows))], _spread(len(recall))]
    places = np.unique(np.concatenate(chosen))
    return tuple((float(precision[place]), float(recall[place])) for place in places)


def _spread(size: int) -> IntArray:
    """At most so many places among ``size``, the first and the last among them."""
    return np.unique(np.linspace(0, max(size - 1, 0), _CURVE_POINTS).round().astype(int))[:size]
