"""How the scores of links are spread, with the thresholds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.arrays import FloatArray, Mask
from hpmatch.charts.styling import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SHORT,
    counted,
    data,
    powers_of_ten,
    styled,
    titled,
    tones,
)
from hpmatch.decision import MATCH, NO_MATCH, REVIEW, DecisionRule, log_odds
from hpmatch.errors import HpmatchError, ModelError
from hpmatch.evaluation.judging import are_true
from hpmatch.model import Model, read_model, subject_of
from hpmatch.result_tables import pairs_of
from hpmatch.results import Deduplicated, Result
from hpmatch.wording import terms_of

_DECISIONS = {NO_MATCH: GREY, REVIEW: ORANGE, MATCH: BLUE}
_SCORES = {
    "weight": ("match_weight", "match weight (log2 odds)"),
    "probability": ("match_probability", "match probability"),
}
_WIDTHS = (0.25, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)  # of a bin of weights
_BINS, _PROBABILITY_BIN = 100, 0.025
_FLOOR = 0.6  # where bars begin: a logarithm has no zero
_WIDTH, _HEIGHT = 640, 280


def score_chart(
    result: Result | Deduplicated | str | Path,
    truth: Any = None,
    *,
    by: str = "weight",
    model: Model | str | Path | None = None,
) -> Any:
    """
    How many links have which match weight or probability, on a logarithmic axis.

    Links of different colour stand one before the other and not on one another: on a logarithmic axis a hundred on top of a
    million could not be seen. A result holds the links that may matter; ``link(..., min_weight=-1000)`` keeps all candidate pairs.

    Args:
        result: What a run found, or the folder that it was written to; see ``evaluate``.
        truth: The truth, see there; links are then coloured by it, otherwise by decision.
        by: "weight" or "probability".
        model: The model that was used, for its thresholds. By default the shipped one that the result names; if it names none,
            no thresholds are drawn.

    Returns:
        An altair chart.

    Raises:
        HpmatchError: If there are no links, or the truth lacks an alert.
    """
    if by not in _SCORES:
        raise HpmatchError(f"no score {by!r}; links are drawn by {' or '.join(_SCORES)}")
    links, summary = pairs_of(result)
    column, label = _SCORES[by]
    if column not in links.column_names or not len(links):
        raise HpmatchError(f"the result has no links with a {column} to draw")
    scores = np.asarray(links[column].cast(pa.float64()).to_numpy(), np.float64)
    if not np.isfinite(scores).all():
        raise HpmatchError(f"a link has a {column} that is no finite number; leave it out")
    series, colours = (
        _by_decision(links) if truth is None else _by_truth(are_true(result, truth), subject_of(summary))
    )
    rows = _bars(scores, series, by)
    counts = {name: int((series == name).sum()) for name in colours}
    shown = {name: f"{name.replace('_', ' ')} ({number:,})" for name, number in counts.items()}
    rows = [{**row, "links": shown[row["links"]]} for row in rows]
    top = max(row["number"] for row in rows)
    bars = (
        alt.Chart(data(rows))
        .mark_bar(fillOpacity=0.7, strokeWidth=1, binSpacing=0)
        .encode(
            x=alt.X("low:Q", title=label, scale=alt.Scale(nice=by == "weight", zero=False)),
            x2="high:Q",
            y=alt.Y(
                "number:Q",
                title="links (logarithmic)",
                scale=alt.Scale(type="log", domain=[_FLOOR, top * 2], nice=False),
                axis=alt.Axis(values=powers_of_ten(top * 2), labelExpr=SHORT),
            ),
            y2="floor:Q",
            color=_colour("color", shown, colours),
            stroke=_colour("stroke", shown, colours),
            tooltip=[
                alt.Tooltip("low:Q", title="from", format=".4~g"), alt.Tooltip("high:Q", title="to", format=".4~g"),
                "links:N", alt.Tooltip("number:Q", format=","),
            ],
        )
    )  # fmt: skip
    rule = _decision_rule(summary, model)
    layers = [bars, *(_thresholds(rule, by) if rule else ())]
    title = titled(f"Scores of {len(links):,} links", _subtitle(summary, len(links), known=truth is not None))
    return styled(alt.layer(*layers).properties(width=_WIDTH, height=_HEIGHT, title=title))


def _colour(channel: str, shown: dict[str, str], colours: dict[str, str]) -> Any:
    make = alt.Color if channel == "color" else alt.Stroke
    return make(
        "links:N", title="links", sort=None, scale=tones(list(shown.values()), list(colours.values()))
    )


def _subtitle(summary: Any, links: int, *, known: bool) -> str:
    coloured = "coloured by the truth" if known else "coloured by decision"
    pairs = summary.get("candidate_pairs")
    if pairs is None:
        return coloured
    of_all = "all candidate pairs" if pairs == links else f"those kept of {pairs:,} candidate pairs"
    return f"{of_all}; {coloured}"


def _by_decision(links: pa.Table) -> tuple[npt.NDArray[np.str_], dict[str, str]]:
    if "decision" not in links.column_names:
        raise HpmatchError("the links have no column decision; give a truth to colour them by")
    decisions = np.asarray(links["decision"].to_pylist(), dtype=str)
    return decisions, {name: tone for name, tone in _DECISIONS.items() if (decisions == name).any()}


def _by_truth(true: Mask, of: str) -> tuple[npt.NDArray[np.str_], dict[str, str]]:
    terms = terms_of(of)
    return np.where(true, terms.same, terms.two), {terms.two: RED, terms.same: GREEN}


def _bin_width(scores: FloatArray) -> float:
    """The narrowest bin, of those that are round, by which there are not too many."""
    reach = float(scores.max() - scores.min())
    return next((width for width in _WIDTHS if reach / width <= _BINS), _WIDTHS[-1])


def _bars(scores: FloatArray, series: npt.NDArray[np.str_], by: str) -> list[dict[str, Any]]:
    """How many links of each kind lie in each bin, the most frequent kind first."""
    width, last = (
        (_bin_width(scores), None) if by == "weight" else (_PROBABILITY_BIN, round(1 / _PROBABILITY_BIN) - 1)
    )
    kinds, numbers = np.unique(series, return_counts=True)
    return [
        {"links": kind, "low": low, "high": high, "number": number, "floor": _FLOOR}
        for kind in kinds[np.argsort(-numbers, kind="stable")].tolist()
        for low, high, number in counted(scores[series == kind], width, last)
    ]


def _decision_rule(summary: Any, model: Model | str | Path | None) -> DecisionRule | None:
    if model is not None:
        return read_model(model).decision
    named = summary.get("model", {})
    try:
        shipped = read_model(str(named.get("name", "")))
    except ModelError:
        return None
    return shipped.decision if shipped.fingerprint == named.get("sha256") else None


def _thresholds(rule: DecisionRule, by: str) -> list[Any]:
    rows = [
        {
            "threshold": name,
            "at": float(log_odds(probability)) if by == "weight" else probability,
            "said": f"{name} {probability:g}",
        }
        for name, probability in ((REVIEW, rule.review), (MATCH, rule.match))
    ]
    base = alt.Chart(data(rows)).encode(x="at:Q")
    # Words stand where there is room: of weights outside the thresholds, of probabilities between them.
    outside = by == "weight"
    words = [
        base.transform_filter(f"datum.threshold == '{name}'")
        .mark_text(align="right" if left else "left", dx=-4 if left else 4, baseline="bottom", fontSize=11)
        .encode(y=alt.value(10), text="said:N")
        for name, left in ((REVIEW, outside), (MATCH, not outside))
    ]
    rules = base.mark_rule(strokeDash=[4, 3], strokeWidth=1.5)
    return [rules.encode(tooltip=["threshold:N", "said:N"]), *words]
