"""What a reader sees of the speed benchmark: docs/speed.md, and lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from benchmarks.page import table
from benchmarks.speed_jobs import JOBS, SINGLE, SINGLE_PEER

Results = Mapping[str, Any]

_WHOLE = ("link", "prepare", "link prepared", "splink")
_SINGLE = ("screen", "score", "splink single")
_NOTABLE = 0.1


def page(results: Results, *, drawn: bool) -> str:
    """The whole page as Markdown."""
    parts = [
        "# Speed",
        *(_measured(results, drawn=drawn) if results.get("sizes") else ()),
        _profile(results.get("profile")),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _measured(results: Results, *, drawn: bool) -> Iterable[str]:
    options, machine = results["options"], results["machine"]
    versions = ", ".join(f"{name} {number}" for name, number in results["versions"].items())
    yield (
        f"Every figure comes from one run of `python -m benchmarks.speed` and stands in [speed.json](benchmark/speed.json) too: {options['alerts']:,} "
        "alerts against\nregisters of several sizes, [generated](generated-data.md) with profile "
        f"`{options['profile']}`, seed {options['seed']}. Each job is a process of its own, run {_times(options['repeats'])}:\n"
        "median, and in brackets least and most. "
        f"Machine: {machine['cores']} cores, {machine['memory_gib']} GiB, {machine['system']}, Python {machine['python']};\n{versions}."
    )
    yield "![Seconds and memory against the size of the register](benchmark/speed.svg)" if drawn else ""
    yield "## All alerts\n\nSeconds, the start of Python left out."
    yield _by_size(results, [(JOBS[name].title, name, "total", "s") for name in _WHOLE])
    yield _splink(results)
    yield "Peak memory in MiB, of all processes together:"
    yield _by_size(results, [(JOBS[name].title, name, "peak_mib", "MiB") for name in _WHOLE])
    yield "## Where the time goes\n\nSeconds of each stage, from CSV files and with a prepared register. A large register is read beside the alerts, so the stages may add up to more than the total, and the rest is then below zero."
    yield _stages(results)
    yield (
        "## One at a time\n\n"
        f"Milliseconds for each of {min(SINGLE, options['alerts']):,} different alerts or pairs of records, one after the other in one thread; "
        f"Splink, where it was run, is trained before, and gets {min(SINGLE_PEER, options['alerts'])} alerts."
    )
    yield _singles(results)
    yield (
        "## Growth\n\nThe slope on logarithmic scales: 1 is as the register grows, 0 is not at all. What takes the same time for any size, "
        "such as\nimports, flattens it; therefore also from the two largest registers alone."
        if len(results["sizes"]) > 1
        else ""
    )
    yield _growth(results["growth"])
    yield "\n".join(
        f"- {JOBS[job].title}, {int(size):,}: failed: {why}" for size, job, why in failures(results)
    )


def _splink(results: Results) -> str:
    parts = [(part, "splink", part, "s") for part in ("clean", "train", "predict")]
    shown = _by_size(results, [*parts, ("without training", "splink", "untrained", "s")])
    about = (
        "Splink gets columns that were cleaned before, names once a distinct value; that, its import and its training are in its\n"
        "seconds, the making of a result is not. Its parts, and what remains of all where it is already trained:\n\n"
    )
    return about + shown if shown else ""


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"


def _by_size(results: Results, columns: Sequence[tuple[str, str, str, str]]) -> str:
    """A row a size, a column a figure; no column without any figure."""
    sizes = results["sizes"]
    cells = {
        title: [_cell(jobs, job, name, unit) for jobs in sizes.values()] for title, job, name, unit in columns
    }
    shown = {title: column for title, column in cells.items() if set(column) != {"-"}}
    rows = [
        [f"{int(size):,}", *(column[place] for column in shown.values())] for place, size in enumerate(sizes)
    ]
    return table(["registered", *shown], rows) if shown else ""


def _cell(jobs: Mapping[str, Any], job: str, name: str, unit: str) -> str:
    figure = jobs.get(job, {}).get("figures", {}).get(name)
    return "-" if figure is None else _figure(figure, "{:,.0f}" if unit == "MiB" else "{:,.1f}")


def _figure(figure: Mapping[str, float], form: str) -> str:
    shown = [form.format(figure[name]) for name in ("median", "min", "max")]
    return shown[0] if len(set(shown)) == 1 else f"{shown[0]} [{shown[1]}, {shown[2]}]"


def _stages(results: Results) -> str:
    rows: list[list[str]] = []
    for job in ("link", "link prepared", "prepare"):
        each = [jobs.get(job, {}).get("figures", {}) for jobs in results["sizes"].values()]
        stages = [
            name for name in dict.fromkeys(name for figures in each for name in figures) if "_mib" not in name
        ]
        rows += [
            [
                f"{job}: {stage}",
                *(f"{figures[stage]['median']:,.2f}" if stage in figures else "-" for figures in each),
            ]
            for stage in stages
        ]
    return table(["", *(f"{int(size):,}" for size in results["sizes"])], rows)


def _singles(results: Results) -> str:
    names = ("p50_ms", "p95_ms", "p99_ms", "max_ms", "first_ms")
    rows = [
        [
            f"{JOBS[job].title}, {int(size):,}",
            *(f"{jobs[job]['figures'][name]['median']:,.1f}" for name in names),
        ]
        for job in _SINGLE
        for size, jobs in results["sizes"].items()
        if jobs.get(job, {}).get("figures")
    ]
    return table(["", *(name.removesuffix("_ms") for name in names)], rows)


def _growth(growth: Mapping[str, Mapping[str, float]]) -> str:
    if not growth:
        return ""
    rows = [
        [JOBS[job].title, *(f"{slopes[name]:z.2f}" for name in ("time", "time_at_last", "memory"))]
        for job, slopes in growth.items()
    ]
    return table(["", "time", "time, two largest", "memory"], rows)


def _profile(found: Mapping[str, Any] | None) -> str:
    if not found:
        return ""
    rows = [[row["function"], f"{row['calls']:,}", f"{row['share']:.1%}"] for row in found["functions"]]
    return (
        "## What is left in Python\n\n"
        f"One run in one process under a profiler, {found['register']:,} registered, {found['pairs']:,} candidate pairs. "
        f"hpmatch's own functions take {found['python']:.0%} of the\ntime themselves, those that run once a distinct value, row or "
        f"pair {found['often']:.0%}; the rest is in libraries. The profiler slows Python down, so both\nare upper bounds.\n\n"
        + table(["function", "calls", "share of the time"], rows)
    )


def failures(results: Results) -> list[tuple[str, str, str]]:
    """The size, the job and the reason of all that failed."""
    return [
        (size, job, measured["failed"])
        for size, jobs in results.get("sizes", {}).items()
        for job, measured in jobs.items()
        if measured["failed"]
    ]


def overview(results: Results) -> str:
    """The figures that stand for each job, for a terminal or a log."""
    lines = [f"{'registered':>12}  {'job':<42}{'median':>12}{'least':>12}{'most':>12}{'MiB':>9}"]
    for size, jobs in results["sizes"].items():
        for job, measured in jobs.items():
            if measured["failed"]:
                lines.append(f"{int(size):>12,}  {JOBS[job].title:<42}  failed: {measured['failed']}")
                continue
            figures = measured["figures"]
            unit = "ms" if JOBS[job].headline.endswith("_ms") else "s"
            shown = "".join(
                f"{figures[JOBS[job].headline][name]:>9,.2f} {unit:<2}" for name in ("median", "min", "max")
            )
            lines.append(
                f"{int(size):>12,}  {JOBS[job].title:<42}{shown}{figures['peak_mib']['median']:>9,.0f}"
            )
    return "\n".join(lines)


def changes(results: Results, kept: Results) -> str:
    """What changed against kept figures, in per cent of the medians; where the measures do not overlap, what did not."""
    lines = [
        _change(f"{int(size):>12,}  {JOBS[job].title}, {name}", measured["figures"][name], before[name])
        for size, jobs in results["sizes"].items()
        for job, measured in jobs.items()
        for before in [kept.get("sizes", {}).get(size, {}).get(job, {}).get("figures", {})]
        for name in dict.fromkeys((JOBS[job].headline, "peak_mib"))
        if name in before and name in measured["figures"]
    ]
    if not lines:
        return "Nothing of this was measured before."
    other = [name for name in ("machine", "versions") if results[name] != kept.get(name)]
    note = [f"Measured with another {' and other '.join(other)} than before."] if other else []
    return "\n".join(["Change against the kept figures:", *lines, *note])


def _change(title: str, now: Mapping[str, float], before: Mapping[str, float]) -> str:
    share = now["median"] / before["median"] - 1
    apart = now["min"] > before["max"] or now["max"] < before["min"]
    mark = (
        ("  faster or less" if share < 0 else "  SLOWER OR MORE") if apart and abs(share) >= _NOTABLE else ""
    )
    return f"{title:<66}{before['median']:>11,.2f} -> {now['median']:>11,.2f}{share:>+8.0%}{mark}"
