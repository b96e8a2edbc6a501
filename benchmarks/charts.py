"""The charts of the page: SVG without background, in tones that can be read on white and on black."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import altair as alt

from benchmarks.engines import ENGINES, OURS
from benchmarks.run import FEW_HITS
from benchmarks.speed_jobs import JOBS
from hpmatch.charts.styling import BLUE, GREEN, INK, MAGENTA, ORANGE, PURPLE, data, save_chart, styled

_COLOURS = {OURS: BLUE, "splink": ORANGE, "recordlinkage": GREEN, "exact": PURPLE, "robot": MAGENTA}
_SPEED_COLOURS = {"link": BLUE, "link prepared": GREEN, "prepare": PURPLE, "splink": ORANGE}
_WIDTH, _ROW = 460, 20
_SMALLEST_SLICE = 15
_FLOORS = [engine.title for engine in ENGINES.values() if engine.floor]


def save_all(results: dict[str, Any], folder: Path) -> list[str]:
    """Draw every chart that the results hold figures for, and return their names."""
    charts = {
        "curves": curves(results),
        "tags": slices(results, "tags"),
        "countries": slices(results, "sending country"),
        "calibration": calibration(results),
        "time": time(results),
    }
    for name, chart in charts.items():
        save_chart(styled(chart), folder / f"{name}.svg")
    return list(charts)


def save_speed(results: Mapping[str, Any], folder: Path) -> None:
    """Draw seconds and memory against the size of the register, both on logarithmic scales."""
    panels = [speed(results, name, title) for name, title in (("total", "seconds"), ("peak_mib", "MiB"))]
    save_chart(styled(alt.hconcat(*panels)), folder / "speed.svg")


def speed(results: Mapping[str, Any], figure: str, title: str) -> Any:
    """One figure of all jobs that answer all alerts, with least and most."""
    names = [name for name in JOBS if name in _SPEED_COLOURS]
    rows = [
        {"job": JOBS[name].title, "registered": int(size), **measured["figures"][figure]}
        for size, jobs in results["sizes"].items()
        for name, measured in jobs.items()
        if name in names and figure in measured["figures"]
    ]
    scale = alt.Scale(
        domain=[JOBS[name].title for name in names], range=[_SPEED_COLOURS[name] for name in names]
    )
    base = alt.Chart(data(rows)).encode(
        x=alt.X(
            "registered:Q",
            scale=alt.Scale(type="log"),
            title="registered persons",
            axis=alt.Axis(format="~s", tickCount=4),
        ),
        color=alt.Color("job:N", scale=scale, legend=alt.Legend(title=None, columns=2, labelLimit=0)),
    )
    y = alt.Y("median:Q", scale=alt.Scale(type="log"), title=title, axis=alt.Axis(tickCount=4))
    lines = base.mark_line(strokeWidth=2, point=True).encode(y=y)
    ranges = base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("min:Q"), y2="max:Q")
    return alt.layer(ranges, lines).properties(width=300, height=280)


def curves(results: dict[str, Any]) -> Any:
    """Precision against recall of every engine, a panel a scenario."""
    rows = [
        {
            "scenario": _scenario_title(scenario),
            "engine": ENGINES[engine].title,
            "recall": recall,
            "precision": precision,
            "order": place,
        }
        for scenario in results["scenarios"].values()
        for engine, pooled in _pooled(scenario)
        for place, (precision, recall) in enumerate(pooled["curve"])
    ]
    base = alt.Chart(data(rows)).encode(
        x=alt.X("recall:Q", scale=alt.Scale(domain=[0.4, 1]), title="recall"),
        y=alt.Y("precision:Q", scale=alt.Scale(domain=[0.2, 1]), title="precision"),
        color=_engine_colour(results),
    )
    lines = base.mark_line(strokeWidth=2, clip=True).encode(order="order:Q", detail="engine:N")
    only = base.mark_point(filled=True, size=70, opacity=1).transform_filter(
        f"indexof({_FLOORS}, datum.engine) >= 0"
    )
    return (
        alt.layer(lines, only)
        .properties(width=300, height=280)
        .facet(alt.Facet("scenario:N", title=None, sort=None), columns=2)
    )


def slices(results: dict[str, Any], by: str) -> Any:
    """Recall at 95 % precision in each slice, with intervals, for engines that are no floor."""
    scenario = next(iter(results["scenarios"].values()))
    rows = [
        {
            "slice": f"{each['value']} ({each['hits']:,})",
            "hits": each["hits"],
            "engine": ENGINES[engine].title,
            **each["estimates"]["recall_at_95"],
        }
        for engine, pooled in _pooled(scenario)
        if not ENGINES[engine].floor
        for each in pooled["slices"]
        if each["by"] == by and each["hits"] >= _SMALLEST_SLICE
    ]
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("slice:N", sort=alt.SortField("hits", order="descending"), title=None),
        yOffset=alt.YOffset("engine:N", sort=_titles(results)),
        color=_engine_colour(results, floors=False),
    )
    scale = alt.Scale(domain=[0, 1])
    intervals = base.mark_rule(strokeWidth=1.5, opacity=0.75).encode(
        x=alt.X(
            "low:Q",
            scale=scale,
            title="recall where all alerts together are 95 % precise, with 95 % interval",
        ),
        x2="high:Q",
    )
    points = base.mark_point(filled=True, size=34, opacity=1).encode(x=alt.X("value:Q", scale=scale))
    height = alt.Step(_ROW / max(len({row["engine"] for row in rows}), 1) + 4)
    return alt.layer(intervals, points).properties(width=_WIDTH, height=height)


def calibration(results: dict[str, Any]) -> Any:
    """What each engine says against what was, as few alerts being hits as there are."""
    scenario = results["scenarios"].get(FEW_HITS) or next(iter(results["scenarios"].values()))
    rows = [
        {"engine": ENGINES[engine].title, "said": each["said"], "was": each["was"], "alerts": each["alerts"]}
        for engine, pooled in _pooled(scenario)
        if not ENGINES[engine].floor
        for each in pooled["calibration"]
    ]
    ideal = alt.Chart(data([{"x": 0, "y": 0}, {"x": 1, "y": 1}])).mark_line(color=INK, strokeDash=[4, 4])
    points = alt.Chart(data(rows)).encode(
        x=alt.X("said:Q", title="probability of the likeliest link, as said"),
        y=alt.Y("was:Q", title="share of them that is right"),
        color=_engine_colour(results, floors=False),
    )
    sized = points.mark_point(filled=True, opacity=0.9).encode(
        size=alt.Size("alerts:Q", title="alerts", scale=alt.Scale(type="log", range=[20, 400]))
    )
    return alt.layer(ideal.encode(x="x:Q", y="y:Q"), points.mark_line(strokeWidth=1), sized).properties(
        width=_WIDTH, height=340
    )


def time(results: dict[str, Any]) -> Any:
    """Seconds of each engine, mean over the seeds."""
    scenario = next(iter(results["scenarios"].values()))
    rows = []
    for engine, measured in scenario["engines"].items():
        costs = list(measured["costs"].values())
        if costs and not measured["failed"]:
            rows.append(
                {
                    "engine": ENGINES[engine].title,
                    "seconds": sum(cost["seconds"] for cost in costs) / len(costs),
                }
            )
    base = alt.Chart(data(rows)).encode(
        y=alt.Y("engine:N", sort=_titles(results), title=None),
        x=alt.X("seconds:Q", title="seconds for all alerts"),
    )
    bars = base.mark_bar(height=14).encode(color=_engine_colour(results, legend=False))
    labels = base.mark_text(align="left", dx=4, color=INK).encode(text=alt.Text("seconds:Q", format=".1f"))
    return alt.layer(bars, labels).properties(width=_WIDTH, height=alt.Step(26))


def _scenario_title(scenario: dict[str, Any]) -> str:
    return f"{scenario['hits'] / scenario['alerts']:.0%} of the alerts are hits"


def _pooled(scenario: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((engine, each["pooled"]) for engine, each in scenario["engines"].items() if each["pooled"])


def _titles(results: dict[str, Any]) -> list[str]:
    present = next(iter(results["scenarios"].values()))["engines"]
    return [engine.title for name, engine in ENGINES.items() if name in present]


def _engine_colour(results: dict[str, Any], *, legend: bool = True, floors: bool = True) -> alt.Color:
    titles = [title for title in _titles(results) if floors or title not in _FLOORS]
    tones = [_COLOURS[name] for name, engine in ENGINES.items() if engine.title in titles]
    shown = alt.Legend(title=None) if legend else None
    return alt.Color("engine:N", scale=alt.Scale(domain=titles, range=tones), legend=shown)
