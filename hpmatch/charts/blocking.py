"""What blocking rules find, and the blocks that they make. Keys are not in it: they stand for names and dates."""

from __future__ import annotations

from typing import Any

import altair as alt
import pyarrow as pa

from hpmatch.blocking.report import BlockingReport
from hpmatch.charts.styling import (
    BLACK,
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    RED,
    SHORT,
    data,
    powers_of_ten,
    styled,
    titled,
    tones,
)
from hpmatch.errors import HpmatchError

_PANEL, _STEP, _CELL = 270, 24, 34
_ROOM = 1.25  # beside the longest bar, for its number
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
        pairs, alone, new, all_pairs = (
            row[f"{prefix}{name}"] for name in ("pairs", "alone", "added", "cumulative")
        )
        share = {"share": pairs / of} if of else {}
        found += [
            {
                "rule": row["rule"],
                "kind": _FOUND,
                "pairs": pairs,
                "from": 0,
                "to": pairs,
                "said": f"{pairs:,}",
                **share,
            },
            {
                "rule": row["rule"],
                "kind": _ALONE,
                "pairs": alone,
                "from": 0,
                "to": alone,
                "said": f"{alone:,} alone",
            },
        ]
        added += [
            {
                "rule": row["rule"],
                "kind": _BEFORE,
                "pairs": all_pairs - new,
                "from": 0,
                "to": all_pairs - new,
            },
            {
                "rule": row["rule"],
                "kind": _ADDED,
                "pairs": new,
                "from": all_pairs - new,
                "to": all_pairs,
                "said": f"+{new:,}",
            },
        ]
    order = [row["rule"] for row in rows]
    left = _bars(found, order, (_FOUND, _ALONE), colours, f"{what}", labelled=True)
    right = _bars(
        added, order, (_BEFORE, _ADDED), (GREY, colours[0]), f"{what}, rule by rule", labelled=False
    )
    return alt.hconcat(left, right, spacing=24).resolve_scale(color="independent")


def _bars(
    rows: list[dict[str, Any]],
    order: list[str],
    kinds: tuple[str, str],
    colours: tuple[str, str],
    title: str,
    *,
    labelled: bool,
) -> Any:
    top = max(row["to"] for row in rows)
    y = alt.Y("rule:N", sort=order, scale=alt.Scale(domain=order), title=None)
    base = alt.Chart(data(rows)).encode(y=y if labelled else y.axis(None))
    x = alt.X(
        "from:Q",
        title=title,
        scale=alt.Scale(domain=[0, top * _ROOM or 1], nice=False),
        axis=alt.Axis(labelExpr=SHORT, tickCount=5),
    )
    told = ["rule:N", alt.Tooltip("kind:N", title="which"), alt.Tooltip("pairs:Q", format=",")]
    if any("share" in row for row in rows):
        told.append(alt.Tooltip("share:Q", title="of the true pairs", format=".4f"))
    layers = [
        base.transform_filter(f"datum.kind == '{kind}'")
        .mark_bar(height=16 if kind != _ALONE else 8)
        .encode(
            x=x,
            x2="to:Q",
            color=alt.Color("kind:N", title=None, scale=tones(kinds, colours), legend=alt.Legend(offset=4)),
            tooltip=told,
        )
        for kind in kinds
    ]
    numbers = (
        base.transform_filter(f"datum.kind == '{kinds[1] if kinds[1] == _ADDED else kinds[0]}'")
        .mark_text(align="left", dx=4, fontSize=10)
        .encode(x=alt.X("to:Q"), text="said:N")
    )
    return alt.layer(*layers, numbers).properties(width=_PANEL, height=alt.Step(_STEP))


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
    limits = {row["rule"]: row["max_block"] for row in report.rules.to_pylist()}
    rows = [
        {
            **{name: row[name] for name in ("rule", "smallest", "largest", "blocks", "pairs")},
            "end": row["largest"] + 1,
            "kind": _CUT if row["cut"] else _USED,
            "floor": _FLOOR,
        }
        for row in report.blocks.to_pylist()
    ]
    # A class of sizes that holds the limit is split there.
    for row in rows:
        row["begin"] = (
            max(row["smallest"], limits[row["rule"]] + 1) if row["kind"] == _CUT else row["smallest"]
        )
        row["end"] = row["end"] if row["kind"] == _CUT else min(row["end"], limits[row["rule"]] + 1)
    order = [rule for rule in limits if any(row["rule"] == rule for row in rows)]
    widest = max(*(row["end"] for row in rows), *(limits[rule] + 1 for rule in order)) * 1.3
    most = max(row["blocks"] for row in rows) * 4
    x_scale = alt.Scale(type="log", domain=[1, widest], nice=False)
    x_axis = alt.Axis(values=powers_of_ten(widest), labelExpr=SHORT)
    y = alt.Y(
        "blocks:Q",
        title="blocks (log.)",
        scale=alt.Scale(type="log", domain=[_FLOOR, most], nice=False),
        axis=alt.Axis(values=powers_of_ten(most), labelExpr=SHORT),
    )
    panels = []
    for rule in order:
        bars = (
            alt.Chart(data([row for row in rows if row["rule"] == rule]))
            .mark_bar(binSpacing=0.5)
            .encode(
                x=alt.X("begin:Q", title="size of a block (log.)", scale=x_scale, axis=x_axis),
                x2="end:Q",
                y=y,
                y2="floor:Q",
                color=alt.Color("kind:N", title=None, scale=tones((_USED, _CUT), (BLUE, RED))),
                tooltip=[
                    "rule:N", "kind:N", alt.Tooltip("smallest:Q", title="size from"), alt.Tooltip("largest:Q", title="to"),
                    alt.Tooltip("blocks:Q", format=","), alt.Tooltip("pairs:Q", format=","),
                ],
            )
        )  # fmt: skip
        limit = alt.Chart(
            data([{"rule": rule, "at": limits[rule] + 1, "said": f"max {limits[rule]:,}"}])
        ).encode(x=alt.X("at:Q", scale=x_scale))
        words = limit.mark_text(align="right", dx=-3, baseline="top", fontSize=10).encode(
            y=alt.value(0), text="said:N"
        )
        heading = alt.TitleParams(rule, fontSize=12, offset=6)
        panels.append(
            alt.layer(bars, limit.mark_rule(strokeDash=[4, 3]).encode(tooltip="said:N"), words).properties(
                width=200, height=120, title=heading
            )
        )
    cut, lost = (
        sum(row[name] or 0 for row in report.rules.to_pylist()) for name in ("cut_blocks", "cut_pairs")
    )
    title = titled(
        "Sizes of blocks",
        f"a block's size is how many records hold its key; {cut:,} blocks are cut off, "
        f"which would have given {lost:,} pairs, not necessarily distinct",
    )
    return styled(alt.concat(*panels, columns=3, spacing=22).properties(title=title))
