"""How good answers are: precision and recall, calibration, slices."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import altair as alt
import numpy as np
import numpy.typing as npt

from hpmatch.arrays import FloatArray
from hpmatch.charts.styling import (
    BLUE,
    GREEN,
    SHORT,
    counted,
    data,
    grouped_rows,
    powers_of_ten,
    styled,
    titled,
    tones,
)
from hpmatch.errors import HpmatchError
from hpmatch.evaluation import Evaluation, Slice
from hpmatch.evaluation.measures import CALIBRATION_EDGES, Estimate
from hpmatch.evaluation.reliability import expected_calibration_error, reliability

_WIDTH = 420
_PANEL, _STEP = 260, 20
_EDGE = 0.015
_HISTOGRAM_BINS, _HISTOGRAM_HEIGHT, _FLOOR = 20, 90, 0.6
_FIGURES = {
    "recall": ("recall of matches", GREEN),
    "precision": ("precision of matches", BLUE),
    "recall_with_review": ("recall with review", GREEN),
    "recall_at_95": ("recall at 95 % precision", GREEN),
    "pairs_completeness": ("pairs completeness", GREEN),
    "best_f1": ("best F1", BLUE),
}


def precision_recall_chart(evaluations: Evaluation | Mapping[str, Evaluation], *, begin: float = 0.0) -> Any:
    """
    Precision against recall at thresholds on each alert's likeliest link.

    The marked point is the result as it was decided, with the 95 % intervals of both.

    Args:
        evaluations: An evaluation, or several by name, which are drawn over one another.
        begin: Where both axes begin.

    Returns:
        An altair chart.

    Raises:
        HpmatchError: If no evaluation has a curve, because there are no hits or no links; or ``begin`` is no share below 1.
    """
    if not 0 <= begin < 1:
        raise HpmatchError("axes begin at a share from 0 to less than 1")
    named = {"": evaluations} if isinstance(evaluations, Evaluation) else dict(evaluations)
    points = [
        {"result": name, "order": place, "precision": precision, "recall": recall}
        for name, each in named.items()
        for place, (precision, recall) in enumerate(each.curve)
        if each.hits
    ]
    if not points:
        raise HpmatchError(
            "there is no precision and recall to draw: no alert is about a registered person, or none has a link"
        )
    # A little beyond 1, so that a point on the edge is whole.
    scale = alt.Scale(domain=[begin, 1 + _EDGE * (1 - begin)], nice=False)
    axis: dict[str, Any] = {"scale": scale, "axis": alt.Axis(format="~g", tickCount=6)}
    x_axis, y_axis = (
        {"title": "recall (share of the hits)", **axis},
        {"title": "precision (share of the matches)", **axis},
    )
    legend = alt.Legend(title=None) if len(named) > 1 else None
    colour = alt.Color("result:N", scale=tones(list(named)), legend=legend)
    told = [*(["result:N"] if len(named) > 1 else []), *_tooltips("precision", "recall")]
    lines = (
        alt.Chart(data(points))
        .mark_line(strokeWidth=2, clip=True, interpolate="linear")
        .encode(
            x=alt.X("recall:Q", **x_axis),
            y=alt.Y("precision:Q", **y_axis),
            color=colour,
            order="order:Q",
            detail="result:N",
            tooltip=told,
        )
    )
    hits = {each.hits for each in named.values()}
    subtitle = "line: over thresholds; point: as decided, with 95 % intervals"
    if len(hits) == 1:
        subtitle += f"; {hits.pop():,} hits"
    title = titled("Precision and recall", subtitle)
    layers = [lines, *_as_decided(named, x_axis, y_axis, colour, told)]
    return styled(alt.layer(*layers).properties(width=_WIDTH, height=_WIDTH - 60, title=title))


def _tooltips(*figures: str) -> list[Any]:
    return [alt.Tooltip(f"{figure}:Q", format=".4f") for figure in figures]


def _as_decided(
    named: Mapping[str, Evaluation],
    x_axis: Mapping[str, Any],
    y_axis: Mapping[str, Any],
    colour: Any,
    told: Sequence[Any],
) -> list[Any]:
    """A point for each result that has matches and hits, with the intervals of both figures."""
    rows = [
        {"result": name, **_ends("precision", precision), **_ends("recall", recall)}
        for name, each in named.items()
        if (precision := each.estimates.get("precision")) and (recall := each.estimates.get("recall"))
    ]
    if not rows:
        return []
    base = alt.Chart(data(rows)).encode(color=colour)
    rule = base.mark_rule(strokeWidth=1.5, clip=True)
    x, y = alt.X("recall:Q", **x_axis), alt.Y("precision:Q", **y_axis)
    intervals = _tooltips("precision_low", "precision_high", "recall_low", "recall_high")
    return [
        rule.encode(x=alt.X("recall_low:Q", **x_axis), x2="recall_high:Q", y=y),
        rule.encode(x=x, y=alt.Y("precision_low:Q", **y_axis), y2="precision_high:Q"),
        base.mark_point(filled=True, size=70, opacity=1, clip=True).encode(
            x=x, y=y, tooltip=[*told, *intervals]
        ),
    ]


def _ends(name: str, estimate: Estimate) -> dict[str, float]:
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}


def calibration_chart(
    probabilities: npt.ArrayLike, is_match: npt.ArrayLike, edges: Sequence[float] = CALIBRATION_EDGES
) -> Any:
    """
    A reliability diagram: what share of links is right where so likely is said, with a histogram of what is said.

    Args:
        probabilities: float64[k], the probability of each link.
        is_match: bool[k], whether it is right.
        edges: Where bins begin and end; see ``hpmatch.evaluation.reliability``.

    Returns:
        An altair chart. Bars are Wilson's 95 % intervals; on the diagonal what is said is what is.

    Raises:
        HpmatchError: If there are no links, or a number is no probability.

    Example:
        >>> calibration_chart([0.0, 1.0], [False, True]).to_dict()["title"]["text"]
        'Calibration: expected calibration error 0.0000'
    """
    rows = reliability(probabilities, is_match, edges).to_pylist()
    error = expected_calibration_error(probabilities, is_match, edges)
    said = np.asarray(probabilities, np.float64)
    scale = alt.Scale(domain=[0, 1], nice=False)
    x = alt.X("mean_probability:Q", scale=scale, title=None, axis=alt.Axis(format="~g"))
    ideal = (
        alt.Chart(data([{"x": 0, "y": 0}, {"x": 1, "y": 1}]))
        .mark_rule(strokeDash=[4, 4])
        .encode(x=alt.value(0), x2=alt.value(_WIDTH), y=alt.value(_WIDTH - 100), y2=alt.value(0))
    )
    base = alt.Chart(data(rows)).encode(x=x)
    told = [
        alt.Tooltip("low:Q", title="from", format=".4~g"), alt.Tooltip("high:Q", title="to", format=".4~g"),
        alt.Tooltip("count:Q", title="links", format=","),
        alt.Tooltip("mean_probability:Q", title="said", format=".4f"), alt.Tooltip("share:Q", title="was", format=".4f"),
        alt.Tooltip("share_low:Q", title="was at least", format=".4f"),
        alt.Tooltip("share_high:Q", title="was at most", format=".4f"),
    ]  # fmt: skip
    y_axis: dict[str, Any] = {"scale": scale, "title": "share that is right", "axis": alt.Axis(format="~g")}
    y = alt.Y("share:Q", **y_axis)
    diagram = alt.layer(
        ideal,
        base.mark_rule(strokeWidth=1.5, color=BLUE).encode(
            y=alt.Y("share_low:Q", **y_axis), y2="share_high:Q"
        ),
        base.mark_line(strokeWidth=1.5, color=BLUE).encode(y=y),
        base.mark_point(filled=True, size=60, opacity=1, color=BLUE).encode(y=y, tooltip=told),
    ).properties(width=_WIDTH, height=_WIDTH - 100)
    title = titled(
        f"Calibration: expected calibration error {error:.4f}",
        f"{len(said):,} links in {len(rows)} bins, each with its 95 % interval",
    )
    return styled(alt.vconcat(diagram, _histogram(said), spacing=8).properties(title=title))


def _histogram(said: FloatArray) -> Any:
    rows = [
        {"low": low, "high": high, "number": number, "floor": _FLOOR}
        for low, high, number in counted(said, 1 / _HISTOGRAM_BINS, last=_HISTOGRAM_BINS - 1)
    ]
    top = max(row["number"] for row in rows)
    return (
        alt.Chart(data(rows))
        .mark_bar(color=BLUE, fillOpacity=0.7)
        .encode(
            x=alt.X(
                "low:Q",
                scale=alt.Scale(domain=[0, 1]),
                title="probability, as said",
                axis=alt.Axis(format="~g"),
            ),
            x2="high:Q",
            y=alt.Y(
                "number:Q",
                title="links (log.)",
                scale=alt.Scale(type="log", domain=[_FLOOR, top * 1.5], nice=False),
                axis=alt.Axis(values=powers_of_ten(top), labelExpr=SHORT),
            ),
            y2="floor:Q",
            tooltip=["low:Q", "high:Q", alt.Tooltip("number:Q", title="links", format=",")],
        )
        .properties(width=_WIDTH, height=_HISTOGRAM_HEIGHT)
    )


def slices_chart(
    evaluation: Evaluation,
    by: str | None = None,
    *,
    figures: Sequence[str] = ("recall", "precision"),
    small: int = 15,
    most: int = 30,
) -> Any:
    """
    Recall and precision of the alerts that have something in common, with 95 % intervals.

    Args:
        evaluation: What was measured.
        by: What the alerts are sliced by, "tags" or a column of the truth; by default all of them.
        figures: Which figures to draw, each in a panel: "recall", "precision", "recall_with_review", "recall_at_95",
            "pairs_completeness", "best_f1".
        small: A slice with fewer hits is drawn fainter and hollow, for it proves little.
        most: Of more slices than these, those with the most hits are drawn.

    Returns:
        An altair chart, the slice with the lowest first figure on top; the number in brackets is how many hits it holds.

    Raises:
        HpmatchError: If there is no such slice, or none with a hit.
    """
    if unknown := [name for name in figures if name not in _FIGURES]:
        raise HpmatchError(f"no figure {unknown[0]!r} of slices; there are {', '.join(_FIGURES)}")
    rows, hidden = _slice_rows(evaluation, by, figures, small, most)
    rows, y = grouped_rows(rows)
    panels = [
        _slice_panel(rows, figure, y if not place else y.axis(None)) for place, figure in enumerate(figures)
    ]
    less = f"; {hidden:,} smaller slices are left out" if hidden else ""
    title = titled(
        "Slices",
        f"in brackets: hits; bars: 95 % intervals; hollow: fewer than {small} hits{less}",
    )
    return styled(alt.hconcat(*panels, spacing=24).properties(title=title))


def _slice_rows(
    evaluation: Evaluation, by: str | None, figures: Sequence[str], small: int, most: int
) -> tuple[list[dict[str, Any]], int]:
    """The slices that are drawn, those with the lowest first figure first in each group, and how many are left out."""
    known = list(dict.fromkeys(each.by for each in evaluation.slices))
    if by is not None and by not in known:
        raise HpmatchError(
            f"the alerts are not sliced by {by!r}; the truth has {', '.join(known) or 'no such column'}"
        )
    rows: list[dict[str, Any]] = []
    hidden = 0
    for name in known if by is None else [by]:
        held = [each for each in evaluation.slices if each.by == name and each.hits]
        held.sort(key=lambda each: (-each.hits, each.value))
        hidden += max(len(held) - most, 0)
        found = [_slice_row(each, figures, small) for each in held[:most]]
        rows += sorted(found, key=lambda row: (row.get(figures[0], math.inf), -row["hits"], row["level"]))
    if not rows:
        raise HpmatchError(
            "there are no slices to draw: the truth has neither tags nor further columns, or no slice has a hit"
        )
    return rows, hidden


def _slice_row(held: Slice, figures: Sequence[str], small: int) -> dict[str, Any]:
    row = {
        "group": held.by,
        "level": f"{held.value} ({held.hits:,})",
        "alerts": held.alerts,
        "hits": held.hits,
        "small": held.hits < small,
    }
    for figure in figures:
        if estimate := held.estimates.get(figure):
            row |= _ends(figure, estimate)
    return row


def _slice_panel(rows: list[dict[str, Any]], figure: str, y: alt.Y) -> Any:
    label, tone = _FIGURES[figure]
    scale = alt.Scale(domain=[0, 1], nice=False)
    faint = alt.condition("datum.small", alt.value(0.7), alt.value(1))
    base = alt.Chart(data(rows)).encode(y=y, opacity=faint)
    axis = alt.Axis(format="~g")
    intervals = base.mark_rule(strokeWidth=2, color=tone).encode(
        x=alt.X(f"{figure}_low:Q", scale=scale, title=label, axis=axis), x2=f"{figure}_high:Q"
    )
    told = [
        alt.Tooltip("group:N", title="by"), alt.Tooltip("level:N", title="slice"), "alerts:Q", "hits:Q",
        *(alt.Tooltip(f"{figure}{end}:Q", format=".4f") for end in ("", "_low", "_high")),
    ]  # fmt: skip
    points = base.mark_point(size=50, strokeWidth=2, stroke=tone).encode(
        x=alt.X(f"{figure}:Q", scale=scale, title=label, axis=axis),
        fill=alt.condition("datum.small", alt.value("transparent"), alt.value(tone)),
        tooltip=told,
    )
    return alt.layer(intervals, points).properties(width=_PANEL, height=alt.Step(_STEP))
