"""What each choice of thresholds costs, and what it means."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import altair as alt
import pyarrow as pa

from hpmatch.charts.styling import BLUE, GREEN, ORANGE, PURPLE, RED, SHORT, data, styled, titled
from hpmatch.errors import HpmatchError
from hpmatch.model import ALERTS, RECORDS
from hpmatch.thresholds import COLUMNS
from hpmatch.wording import terms_of

_FIGURES = {
    "cost": ("cost", PURPLE, 170),
    "missed": ("missed", RED, 90),
    "wrong": ("wrong hits", ORANGE, 90),
    "hours": ("hours of review", BLUE, 90),
}
_WIDTH = 320
_SHOWN = (0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999)  # probabilities on the axis


def threshold_chart(thresholds: Any) -> Any:
    """
    What a choice of thresholds costs and what it means: missed persons (of other tables matches), wrong hits, hours of review.

    On the left for each match threshold with the review threshold that costs least beside it, on the right the other way
    round. The axes are even in the odds, so that 0.99 and 0.999 are apart.

    Args:
        thresholds: What ``hp.thresholds`` returns; or an Arrow, pandas or polars table with the columns ``match``, ``review``, ``missed``, ``wrong``,
            ``reviews``, ``hours`` and ``cost``, whose best row is then the first of those that cost least.

    Returns:
        An altair chart, with the best choice marked.

    Raises:
        HpmatchError: If there are no thresholds, or a column is missing.
    """
    table = _table(getattr(thresholds, "table", thresholds))
    lacking = [name for name in COLUMNS if name not in table.column_names]
    if lacking or not len(table):
        raise HpmatchError(
            f"there are no thresholds to draw: the table {'has no column ' + ', '.join(lacking) if lacking else 'is empty'}"
        )
    rows = [{name: float(row[name]) for name in COLUMNS} for row in table.select(list(COLUMNS)).to_pylist()]
    best = _best(getattr(thresholds, "best", None), rows)
    missed = terms_of(ALERTS if getattr(thresholds, "of", "persons") == "persons" else RECORDS).missed
    columns = [
        _column(rows, best, by, missed, labelled=not place) for place, by in enumerate(("match", "review"))
    ]
    title = titled(
        f"Thresholds: least cost {_short(best['cost'])} at match {best['match']:.6g} and review {best['review']:.6g}",
        f"{missed}: {_short(best['missed'])}; wrong hits: {_short(best['wrong'])}; "
        f"reviews: {_short(best['reviews'])}, {_short(best['hours'])} hours",
    )
    return styled(alt.hconcat(*columns, spacing=28).properties(title=title))


def _table(source: Any) -> pa.Table:
    try:
        return source if isinstance(source, pa.Table) else pa.table(source)
    except (TypeError, ValueError, pa.ArrowException) as error:
        raise HpmatchError(
            f"there are no thresholds to draw in a {type(source).__name__}; give what hp.thresholds returns, or a table"
        ) from error


def _best(said: Any, rows: list[dict[str, float]]) -> dict[str, float]:
    """The row that the thresholds name as the best, or the first of those that cost least."""
    if said is None:
        return min(rows, key=lambda row: row["cost"])
    read = said.get if hasattr(said, "get") else lambda name: getattr(said, name)
    return {name: float(read(name)) for name in COLUMNS}


def _column(
    rows: list[dict[str, float]], best: dict[str, float], by: str, missed: str, *, labelled: bool
) -> Any:
    """Small multiples over one threshold, the other being the one that costs least beside it."""
    words = {figure: label for figure, (label, *_) in _FIGURES.items()} | {"missed": missed}
    cheapest: dict[float, dict[str, float]] = {}
    for row in sorted([*rows, best], key=lambda row: row["cost"]):
        cheapest.setdefault(row[by], row)
    line = [{**row, "at": _log_odds(row[by])} for row in sorted(cheapest.values(), key=lambda row: row[by])]
    first, last = line[0]["at"], line[-1]["at"]
    values = [place for each in _SHOWN if first <= (place := _log_odds(each)) <= last] or [first]
    axis: dict[str, Any] = {
        "values": values,
        "labelExpr": "format(round(1e6 / (1 + pow(2, -datum.value))) / 1e6, '~g')",
        "labelOverlap": True,
    }
    scale = alt.Scale(domain=[first, last] if first < last else [first - 1, last + 1], nice=False, zero=False)
    mark = [{**best, "at": _log_odds(best[by])}]
    panels = []
    for place, (figure, (_, tone, height)) in enumerate(_FIGURES.items()):
        lowest = place == len(_FIGURES) - 1
        x = alt.X(
            "at:Q",
            scale=scale,
            title=f"{by} threshold (probability)" if lowest else None,
            axis=alt.Axis(**axis, labels=lowest, ticks=lowest),
        )
        top = max(row[figure] for row in line)
        y = alt.Y(
            f"{figure}:Q",
            title=words[figure] if labelled else None,
            scale=alt.Scale(domain=[0, top * 1.05 or 1], nice=False),
            axis=alt.Axis(tickCount=4, labelExpr=SHORT),
        )
        panels.append(_panel(line, mark, x, y, tone, words).properties(width=_WIDTH, height=height))
    return alt.vconcat(*panels, spacing=10)


def _panel(
    line: list[dict[str, float]],
    mark: list[dict[str, float]],
    x: alt.X,
    y: alt.Y,
    tone: str,
    words: Mapping[str, str],
) -> Any:
    told = [
        alt.Tooltip("match:Q", title="match threshold", format=".6~g"),
        alt.Tooltip("review:Q", title="review threshold", format=".6~g"),
        *(
            alt.Tooltip(f"{name}:Q", title=title, format=",.6~g")
            for name, title in {**words, "reviews": "reviews"}.items()
        ),
    ]  # fmt: skip
    steps = alt.Chart(data(line)).mark_line(
        strokeWidth=2, color=tone, point={"size": 14, "color": tone, "opacity": 1}
    )
    chosen = alt.Chart(data(mark))
    return alt.layer(
        chosen.mark_rule(strokeDash=[4, 3]).encode(x=x),
        steps.encode(x=x, y=y, tooltip=told),
        chosen.mark_point(filled=True, shape="diamond", size=110, opacity=1, color=GREEN).encode(
            x=x, y=y, tooltip=told
        ),
    )


def _short(number: float) -> str:
    return f"{number:,.1f}".removesuffix(".0") if number >= 10 else f"{number:.3g}"  # noqa: PLR2004


def _log_odds(probability: float) -> float:
    """The log2 of the odds, within what a number of its kind tells from 0 and 1."""
    kept = min(max(probability, 2.0**-40), 1 - 2.0**-40)
    return math.log2(kept / (1 - kept))
