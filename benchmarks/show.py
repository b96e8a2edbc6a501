"""The figures as text, for a terminal or a log."""

from __future__ import annotations

from typing import Any

from benchmarks.engines import ENGINES

_COLUMNS = {
    "best_f1": "best F1",
    "recall_at_95": "R @ P95",
    "recall_at_99": "R @ P99",
    "precision": "precision",
    "recall": "recall",
    "f1": "F1",
    "recall_with_review": "+ review",
    "pairs_completeness": "found",
}
_SLICE_COLUMNS = ("pairs_completeness", "recall", "recall_with_review", "recall_at_95", "best_f1")


def overview(results: dict[str, Any]) -> str:
    """A table of the engines for each scenario."""
    lines = []
    for name, scenario in results["scenarios"].items():
        seeds = len(results["options"]["seeds"])
        size = f"{scenario['hits']:,} of {scenario['alerts']:,} alerts, {scenario['register']:,} registered"
        lines += [
            f"{name}: {size}, profile {scenario['profile']}, {seeds} seed{'s' * (seeds > 1)}",
            f"{'':<15}"
            + "".join(f"{title:>11}" for title in _COLUMNS.values())
            + f"{'seconds':>9}{'MiB':>7}{'pairs':>11}",
        ]
        lines += [_row(engine, measured) for engine, measured in scenario["engines"].items()]
        lines.append("")
    lines += [
        f"{ENGINES[name].title} was not run: not installed ({', '.join(what)})"
        for name, what in results["missing"].items()
    ]
    return "\n".join(lines)


def _row(engine: str, measured: dict[str, Any]) -> str:
    title = f"{ENGINES[engine].title:<15}"
    if measured["failed"]:
        return f"{title}  failed: {measured['failed']}"
    estimates = measured["pooled"]["estimates"]
    figures = "".join(
        f"{estimates[name]['value']:>11.4f}" if name in estimates else f"{'-':>11}" for name in _COLUMNS
    )
    costs = list(measured["costs"].values())
    means = [
        sum(cost[name] for cost in costs) / len(costs) for name in ("seconds", "peak_mib", "candidate_pairs")
    ]
    return f"{title}{figures}{means[0]:>9.1f}{means[1]:>7.0f}{means[2]:>11,.0f}"


def slices(pooled: dict[str, Any] | None) -> str:
    """Every slice of one engine, small ones too, with their counts and the interval of the recall."""
    lines, by = [], ""
    for each in pooled["slices"] if pooled else []:
        if each["by"] != by:
            by = each["by"]
            titles = "".join(f"{_COLUMNS[name]:>10}" for name in _SLICE_COLUMNS)
            lines += ["", f"{by:<26}{'alerts':>8}{'hits':>7}{titles}   95 % interval of recall"]
        figures = "".join(_figure(each["estimates"].get(name)) for name in _SLICE_COLUMNS)
        recall = each["estimates"].get("recall")
        interval = f"   {recall['low']:.3f} to {recall['high']:.3f}" if recall else ""
        lines.append(f"{each['value'][:25]:<26}{each['alerts']:>8,}{each['hits']:>7,}{figures}{interval}")
    return "\n".join(lines)


def _figure(estimate: dict[str, float] | None) -> str:
    return f"{estimate['value']:>10.3f}" if estimate else f"{'-':>10}"
