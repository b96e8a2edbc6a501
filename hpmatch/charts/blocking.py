"""What blocking rules find, and the blocks that they make. Keys are not in it: they stand for names and dates."""

from __future__ import annotations

from typing import Any

import altair as alt
import pyarrow as pa

from hpmatch.charts.styling import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SHORT,
    data,
    heading,
    powers_of_ten,
    styled,
    titled,
    tones,
)
from hpmatch.errors import HpmatchError
from hpmatch.evaluation.blocking import BlockingReport

_PANEL, _STEP, _CELL = 270, 24, 34
_ROOM, _MORE_ROOM = 1.25, 1.75  # beside the longest bar, for its numbers
_FLOOR, _HALF = 0.6, 0.5
_FOUND, _ALONE = "found", "found by it alone"
_BEFORE, _ADDED = "found by rules above", "added by it"
_USED, _CUT = "used", "cut off"


def blocking_chart(report: BlockingReport) -> Any:
    """
    For each blocking rule: the pairs it finds, those that it alone finds, those that it adds, and how the rules overlap.

    Args:
        report: What ``hp.blocking_report`` counted; with a truth the true pairs are drawn too.

    Returns:
        An altair chart.

    Raises:
        HpmatchError: If there are no candidate pairs.
    """
    if not report.pairs:
        raise HpmatchError("there are no candidate pairs to draw: no rule finds a pair in these tables")
    rows = report.rules.to_pylist()
    panels = [_panels(rows, "", "candidate pairs", (BLUE, ORANGE))]
    if report.true_pairs:
        panels.append(_panels(rows, "true_", "true pairs", (GREEN, ORANGE), report.true_pairs))
    panels.append(_overlap(report.overlap))
    kept = (
        f"; {report.true_found:,} of {report.true_pairs:,} true pairs are among them"
        if report.true_pairs
        else ""
    )
    title = titled(
        f"Blocking: {report.pairs:,} candidate pairs",
        f"{report.left:,} records against {report.right:,}, reduction ratio {report.reduction_ratio:.6f}{kept}",
    )
    return styled(alt.vconcat(*panels, spacing=26).resolve_scale(color="independent").properties(title=title))


def _panels(
    rows: list[dict[str, Any]], prefix: str, what: str, colours: tuple[str, str], of: int | None = None
) -> Any:
    """Bars of what each rule finds, and of what it adds to the rules above it."""
    found, added = [], []
    for row in rows:
        rule = row["rule"]
        pairs, alone, new, so_far = (
            row[f"{prefix}{name}"] for name in ("pairs", "alone", "added", "cumulative")
        )
        said = f"{pairs:,}" + (f" ({alone:,} alone)" if alone else "")
        found += [_bar(rule, _FOUND, 0, pairs, said, of), _bar(rule, _ALONE, 0, alone, of=of)]
        added += [_bar(rule, _BEFORE, 0, so_far - new), _bar(rule, _ADDED, so_far - new, so_far, f"+{new:,}")]
    left = (
        _bars(found, (_FOUND, _ALONE), colours, room=_MORE_ROOM)
        .encode(_by_rule(rows))
        .properties(title=heading(what))
    )
    right = _bars(added, (_BEFORE, _ADDED), (GREY, colours[0]), room=_ROOM).encode(_by_rule(rows).axis(None))
    right = right.properties(title=heading(f"{what}, rule by rule"))
    return alt.hconcat(left, right, spacing=24).resolve_scale(color="independent")


def _bar(rule: str, kind: str, begin: int, end: int, said: str = "", of: int | None = None) -> dict[str, Any]:
    bar = {"rule": rule, "kind": kind, "pairs": end - begin, "from": begin, "to": end, "said": said}
    return {**bar, "share": (end - begin) / of} if of else bar


def _by_rule(rows: list[dict[str, Any]]) -> alt.Y:
    return alt.Y("rule:N", scale=alt.Scale(domain=[row["rule"] for row in rows]), title=None)


def _bars(
    rows: list[dict[str, Any]], kinds: tuple[str, str], colours: tuple[str, str], *, room: float
) -> Any:
    """Bars of two kinds on one another, with what is said at the end of each."""
    scale = alt.Scale(domain=[0, max(row["to"] for row in rows) * room or 1], nice=False)
    x = alt.X("from:Q", title="pairs", scale=scale, axis=alt.Axis(labelExpr=SHORT, tickCount=5))
    told = ["rule:N", alt.Tooltip("kind:N", title="which"), alt.Tooltip("pairs:Q", format=",")]
    if any("share" in row for row in rows):
        told.append(alt.Tooltip("share:Q", title="of the true pairs", format=".4f"))
    base = alt.Chart(data(rows))
    colour = alt.Color("kind:N", title=None, scale=tones(kinds, colours), legend=alt.Legend(offset=4))
    layers = [
        base.transform_filter(f"datum.kind == '{kind}'")
        .mark_bar(height=8 if kind == _ALONE else 16)
        .encode(x=x, x2="to:Q", color=colour, tooltip=told)
        for kind in kinds
    ]
    words = base.mark_text(align="left", dx=4, fontSize=10).encode(x="to:Q", text="said:N")
    return alt.layer(*layers, words).properties(width=_PANEL, height=alt.Step(_STEP))


def _overlap(overlap: pa.Table) -> Any:
    rows = [
        {
            **row,
            "share": row["share"] or 0.0,
            "said": "-" if row["share"] is None else f"{100 * row['share']:.0f}",
        }
        for row in overlap.to_pylist()
        if row["rule"] != row["other"]
    ]
    order = list(dict.fromkeys(overlap["rule"].to_pylist()))
    scale = alt.Scale(domain=order)
    top = alt.Axis(orient="top", labelAngle=-40, titlePadding=12)
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("rule:N", scale=scale, title="of the pairs of this rule", axis=alt.Axis(titlePadding=12)),
        x=alt.X("other:N", scale=scale, title="so many % are found by this one too", axis=top),
    )
    # Faint enough for ink to be read on it, or strong enough for black.
    strength = alt.Scale(domain=[0, _HALF, _HALF, 1], range=[0, 0.25, 0.65, 1])
    cells = base.mark_rect(stroke=GREY, strokeWidth=0.5, fill=BLUE).encode(
        fillOpacity=alt.FillOpacity("share:Q", legend=None, scale=strength),
        tooltip=[
            "rule:N", alt.Tooltip("other:N", title="found by both"), alt.Tooltip("pairs:Q", format=","),
            alt.Tooltip("share:Q", title="of the rule's pairs", format=".1%"),
        ],
    )  # fmt: skip
    faint = base.transform_filter(f"datum.share < {_HALF}").mark_text(fontSize=11).encode(text="said:N")
    strong = (
        base.transform_filter(f"datum.share >= {_HALF}")
        .mark_text(fontSize=11, color=BLACK)
        .encode(text="said:N")
    )
    return alt.layer(cells, faint, strong).properties(width=alt.Step(_CELL), height=alt.Step(_STEP))


def block_sizes_chart(report: BlockingReport) -> Any:
    """
    How many blocks of which size each rule makes, both on logarithmic axes, with the size up to which a block is used.

    Args:
        report: What ``hp.blocking_report`` counted.

    Returns:
        An altair chart, a panel a rule. A block's size is how many right records hold its key.

    Raises:
        HpmatchError: If no rule makes a block.
    """
    if not len(report.blocks):
        raise HpmatchError("there are no blocks to draw: no record shares a key with another")
    limits = {row["rule"]: row["max_block"] for row in report.rules.to_pylist() if row["blocks"]}
    rows = [_size_bar(row, limits[row["rule"]]) for row in report.blocks.to_pylist()]
    widest = max(*(row["end"] for row in rows), *(limit + 1 for limit in limits.values()))
    x = {"scale": _log(1, widest * 1.3), "axis": alt.Axis(values=powers_of_ten(widest), labelExpr=SHORT)}
    most = max(row["blocks"] for row in rows) * 4  # so that the limit can be written above the bars
    y = {"scale": _log(_FLOOR, most), "axis": alt.Axis(values=powers_of_ten(most), labelExpr=SHORT)}
    panels = [
        _sizes([row for row in rows if row["rule"] == rule], rule, limit, x, y)
        for rule, limit in limits.items()
    ]
    cut, lost = (
        sum(row[name] or 0 for row in report.rules.to_pylist()) for name in ("cut_blocks", "cut_pairs")
    )
    title = titled(
        "Sizes of blocks",
        "a block's size is how many records hold its key; "
        + (
            f"{cut:,} are cut off, which would have given {lost:,} pairs, not necessarily distinct"
            if cut
            else "none is cut off"
        ),
    )
    return styled(alt.concat(*panels, columns=3, spacing=22).properties(title=title))


def _size_bar(row: dict[str, Any], limit: int) -> dict[str, Any]:
    """A class of sizes as a bar; one that holds the limit is split there."""
    ends = {"begin": row["smallest"], "end": min(row["largest"], limit) + 1, "kind": _USED}
    if row["cut"]:
        ends = {"begin": max(row["smallest"], limit + 1), "end": row["largest"] + 1, "kind": _CUT}
    kept = {name: row[name] for name in ("rule", "smallest", "largest", "blocks", "pairs")}
    return {**kept, **ends, "floor": _FLOOR}


def _log(low: float, high: float) -> alt.Scale:
    return alt.Scale(type="log", domain=[low, high], nice=False)


def _sizes(rows: list[dict[str, Any]], rule: str, limit: int, x: dict[str, Any], y: dict[str, Any]) -> Any:
    """The blocks of one rule."""
    bars = (
        alt.Chart(data(rows))
        .mark_bar(binSpacing=0.5)
        .encode(
            x=alt.X("begin:Q", title="size of a block (log.)", **x),
            x2="end:Q",
            y=alt.Y("blocks:Q", title="blocks (log.)", **y),
            y2="floor:Q",
            color=alt.Color("kind:N", title=None, scale=tones((_USED, _CUT), (BLUE, RED))),
            tooltip=[
                "rule:N", "kind:N", alt.Tooltip("smallest:Q", title="size from"), alt.Tooltip("largest:Q", title="to"),
                alt.Tooltip("blocks:Q", format=","), alt.Tooltip("pairs:Q", format=","),
            ],
        )
    )  # fmt: skip
    said = alt.Chart(data([{"rule": rule, "at": limit + 1, "said": f"max {limit:,}"}])).encode(
        x=alt.X("at:Q", **x)
    )
    rules = said.mark_rule(strokeDash=[4, 3]).encode(tooltip="said:N")
    words = said.mark_text(align="right", dx=-3, baseline="top", fontSize=10).encode(
        y=alt.value(0), text="said:N"
    )
    return alt.layer(bars, rules, words).properties(width=200, height=120, title=heading(rule))
