"""All charts of a result that was held against the truth, together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from hpmatch.charts.measures import calibration_chart, precision_recall_chart, slices_chart
from hpmatch.charts.scores import score_chart
from hpmatch.charts.styling import save_chart
from hpmatch.evaluation import Evaluation, evaluate
from hpmatch.evaluation.judging import judged
from hpmatch.files import whole_folder
from hpmatch.result_tables import pairs_of
from hpmatch.results import Deduplicated, Result

FILES = frozenset(f"{name}.svg" for name in ("precision-recall", "calibration", "scores", "slices"))


def evaluation_charts(
    result: Result | Deduplicated | str | Path, truth: Any, evaluation: Evaluation | None = None
) -> dict[str, Any]:
    """
    Draw a result that was held against the truth.

    Args:
        result: What a run found, or the folder that it was written to; see ``evaluate``.
        truth: The truth; see ``evaluate``.
        evaluation: What ``evaluate`` measured on them, if that is done already.

    Returns:
        Charts by name: "precision-recall", "calibration" (of each alert's likeliest link), "scores" and "slices"; a chart for
        which there is nothing to draw is left out.

    Raises:
        HpmatchError: If the truth lacks an alert of the result, or a column.
    """
    links, _ = pairs_of(result)
    answers, _ = judged(result, truth)
    measured = evaluate(result, truth) if evaluation is None else evaluation
    known = ~np.isnan(answers.probability)
    charts = {}
    if measured.hits and measured.curve:
        charts["precision-recall"] = precision_recall_chart(measured)
    if known.any():
        charts["calibration"] = calibration_chart(answers.probability[known], answers.best[known])
    if len(links) and "match_weight" in links.column_names:
        charts["scores"] = score_chart(result, truth)
    if any(each.hits for each in measured.slices):
        charts["slices"] = slices_chart(measured)
    return charts


def save_evaluation_charts(
    result: Result | Deduplicated | str | Path, truth: Any, evaluation: Evaluation | None, out: str | Path
) -> list[str]:
    """
    Save the charts of a result to a folder as SVG, all or none.

    Args:
        result: See ``evaluation_charts``.
        truth: See ``evaluation_charts``.
        evaluation: See ``evaluation_charts``.
        out: The folder; it is made, or takes the place of an earlier one.

    Returns:
        The names of the files.

    Raises:
        SourceError: If the folder cannot be written or holds anything else.
        HpmatchError: If the truth lacks an alert of the result, or a column.
    """
    charts = evaluation_charts(result, truth, evaluation)
    with whole_folder(out, FILES) as folder:
        for name, chart in charts.items():
            save_chart(chart, folder / f"{name}.svg")
    return [f"{name}.svg" for name in charts]
