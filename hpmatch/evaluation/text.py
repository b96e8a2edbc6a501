"""An evaluation as text: a table of all figures, how probabilities are calibrated, and a table a kind of slice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from hpmatch.evaluation.measures import CalibrationBin, Estimate
from hpmatch.model import ALERTS
from hpmatch.wording import terms_of

if TYPE_CHECKING:
    from hpmatch.evaluation import Evaluation, Slice

_LABELS: Mapping[str, str] = {
    "precision": "precision of matches",
    "recall": "recall of matches",
    "f1": "F1 of matches",
    "recall_with_review": "recall with review",
    "review_share": "{many} that go to review",
    "best_f1": "best F1 over thresholds",
    "recall_at_95": "recall at 95 % precision",
    "recall_at_99": "recall at 99 % precision",
    "pairs_completeness": "pairs completeness",
    "reduction_ratio": "reduction ratio",
    "pairs_quality": "pairs quality",
    "grouping_precision": "precision of grouping",
    "grouping_recall": "recall of grouping",
    "grouping_f1": "F1 of grouping",
    "brier": "Brier score",
    "calibration_error": "expected calibration error",
}
# Of one table clusters are asked for, and nearly every record's likeliest pair may be right where clusters are not.
_CLUSTERS = {
    "grouping_precision": "pairwise precision of clusters",
    "grouping_recall": "pairwise recall of clusters",
    "grouping_f1": "pairwise F1 of clusters",
}
_LABELS_OF_ONE_TABLE = _CLUSTERS | {
    name: label.replace("of matches", "of likeliest pairs")
    for name, label in _LABELS.items()
    if name not in _CLUSTERS
}
_ABOUT = {
    "alerts": "{alerts} alerts about {persons} persons, {hits} of them about a registered one",
    "records": "{alerts} records of {persons} persons or things, {hits} of them with a match in the other table",
    "one table": "{alerts} records of {persons} persons or things, {hits} of them with a duplicate",
}


def evaluation_text(evaluation: Evaluation) -> str:
    """All figures of an evaluation, as they are printed."""
    counts = {name: f"{getattr(evaluation, name):,}" for name in ("alerts", "persons", "hits")}
    labels = _LABELS_OF_ONE_TABLE if evaluation.one_table else _LABELS
    figures = {
        label.format(many=terms_of(evaluation.of).many): name
        for name, label in labels.items()
        if name not in _CLUSTERS
        or evaluation.one_table
        or evaluation.of == ALERTS  # other records are not grouped
    }
    lines = [
        _ABOUT["one table" if evaluation.one_table else evaluation.of].format(**counts),
        f"{evaluation.matches:,} matched, {evaluation.review:,} to review",
        "",
        *_figures({label: evaluation.estimates.get(name) for label, name in figures.items()}),
    ]
    if evaluation.calibration:
        lines += ["", *_calibration(evaluation.calibration, evaluation.of)]
    for by in dict.fromkeys(each.by for each in evaluation.slices):
        lines += ["", *_slices(by, evaluation.of, [each for each in evaluation.slices if each.by == by])]
    return "\n".join(lines)


def _figures(rows: Mapping[str, Estimate | None]) -> list[str]:
    lines = [f"{'':<32}{'figure':>8}   {'95 % interval':<19}{'of':>8}"]
    for label, estimate in rows.items():
        if estimate is None:
            lines.append(f"{label:<32}{'-':>8}   not available")
        else:
            interval = f"{estimate.low:.4f} to {estimate.high:.4f}"
            lines.append(f"{label:<32}{estimate.value:>8.4f}   {interval:<19}{estimate.of:>8,}")
    return lines


def _calibration(bins: Sequence[CalibrationBin], of: str) -> list[str]:
    return [
        f"{'probability':<32}{of:>8}{'said':>10}{'was':>9}",
        *(
            f"{f'{each.low:g} to {each.high:g}':<32}{each.alerts:>8,}{each.said:>10.4f}{each.was:>9.4f}"
            for each in bins
        ),
    ]


def _slices(by: str, of: str, slices: Sequence[Slice]) -> list[str]:
    columns = {
        "recall": "recall",
        "recall_with_review": "+ review",
        "recall_at_95": "at 95 %",
        "pairs_completeness": "found",
    }
    lines = [
        f"{by:<27}{of:>8}{'hits':>6}"
        + "".join(f"{title:>10}" for title in columns.values())
        + "   95 % of recall"
    ]
    for each in slices:
        cells = [each.estimates.get(name) for name in columns]
        figures = "".join(f"{'-':>10}" if cell is None else f"{cell.value:>10.3f}" for cell in cells)
        interval = "" if cells[0] is None else f"   {cells[0].low:.3f} to {cells[0].high:.3f}"
        lines.append(f"{each.value[:27]:<28}{each.alerts:>7,}{each.hits:>6,}{figures}{interval}")
    return lines
