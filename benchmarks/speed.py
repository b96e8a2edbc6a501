"""
The speed benchmark: how long each part takes, and how time and memory grow with the register.

    speed_jobs.py      what is measured, each job a process of its own
    speed_profile.py   what is left in Python
    speed_page.py      what a reader sees

Run ``python -m benchmarks.speed --help``.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.__main__ import rounded
from benchmarks.engines import ENGINES, OURS
from benchmarks.measure import in_own_process
from benchmarks.run import FEW_HITS, Progress, machine, progress_bar, versions
from benchmarks.run import Options as BenchmarkOptions
from benchmarks.speed_jobs import JOBS, Job
from benchmarks.speed_page import changes, failures, overview, page
from hpmatch.errors import HpmatchError
from hpmatch.generate import PROFILES, generate

_STANDARD_OUT, _OTHER_OUT = Path("docs"), Path("out/benchmark")
_KEPT = Path("benchmark", "speed.json")

_ABOUT = """\
Measures how long hpmatch takes, stage by stage, from CSV files to a result, with a prepared register, and for single alerts
and pairs, and how time and peak memory grow with the register; beside Splink, where it is installed.

Without options it is the standard run: registers of 10,000, 100,000, 200,000 and 1,000,000 persons, 17,232 alerts, three
repeats. It makes the page docs/speed.md. Let nothing else run on the machine.
"""
_MORE = """\
examples:
  python -m benchmarks.speed --sizes 10000 --repeats 1 --no-peers     a quick look
  python -m benchmarks.speed --sizes 5000000 --data /data/speed       large, with data that is kept for the next run
  python -m benchmarks.speed --profile --sizes 100000 --out docs      what is left in Python, added to the figures in docs

Where docs/benchmark/speed.json exists, the change against it is printed.
"""


@dataclass(frozen=True)
class Options:
    """
    What to measure.

    Attributes:
        sizes: How many persons are registered.
        alerts: How many alerts there are.
        profile: The generator's profile.
        seed: The generator's seed.
        repeats: How many times each job runs.
        peers: Whether other libraries run too.
    """

    sizes: tuple[int, ...] = (10_000, 100_000, 200_000, 1_000_000)
    alerts: int = 17_232
    profile: str = "typical"
    seed: int = 1
    repeats: int = 3
    peers: bool = True

    def jobs(self) -> dict[str, Job]:
        """The jobs that are asked for and can be done."""
        return {
            name: job
            for name, job in JOBS.items()
            if not job.requires or (self.peers and all(map(find_spec, job.requires)))
        }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return the exit status: 1 if hpmatch itself failed."""
    options, given = _options(arguments)
    try:
        before = {} if given.profile else _kept(_STANDARD_OUT)
        with progress_bar() as progress, _data_folder(given.data) as data:
            results = measure(options, data, progress) if not given.profile else {}
            profiled = {"profile": _profiled(options, data, progress)} if given.profile else {}
        _write({**_kept(given.out), **results, **profiled}, given.out)
    except (HpmatchError, RuntimeError, OSError) as error:
        print(f"benchmarks.speed: {error}", file=sys.stderr)
        return 1
    if results:
        print(overview(results) + "\n")
        print(changes(results, before) if before else "There are no kept figures to compare with.")
    print(f"written to {given.out / 'speed.md'}")
    return int(any(not JOBS[job].requires for _, job, _ in failures(results)))


@contextmanager
def _data_folder(kept: Path | None) -> Iterator[Path]:
    if kept:
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="hpmatch-speed-") as home:
        yield Path(home)


def measure(options: Options, data: Path, progress: Progress) -> dict[str, Any]:
    """
    Run all jobs.

    Args:
        options: What to measure.
        data: The folder of the generated data; what is there is used, the rest is made.
        progress: Called with what runs, what is done and what there is to do.

    Returns:
        The options, the machine, the versions, for each size and job its figures, and their growth.
    """
    sizes = {
        str(size): _measured(
            options, make(data, options, size, progress), partial(progress, f"{size:,} registered")
        )
        for size in options.sizes
    }
    engines = [ENGINES[OURS], *(ENGINES[name] for name in ("splink",) if name in options.jobs())]
    return {
        "options": asdict(options),
        "machine": machine(),
        "versions": versions(engines),
        "sizes": sizes,
        "growth": growth(sizes),
    }


def make(home: Path, options: Options, size: int, progress: Progress) -> Path:
    """Generate a register and alerts, as few of them hits as there are in reality, unless they are there."""
    folder = home / f"{options.profile}-{size}-{options.alerts}-{options.seed}"
    if not (folder / "about.json").exists():
        of = BenchmarkOptions(size, options.alerts, profile=options.profile).scenarios()[FEW_HITS]
        generate(
            folder,
            profile=of.profile,
            register=of.register,
            alerts=of.alerts,
            hits=of.hits,
            seed=options.seed,
            progress=partial(progress, f"data: {size:,}"),
        )
    return folder


def _measured(options: Options, data: Path, progress: Any) -> dict[str, Any]:
    """Run every job several times, in turns, so that what disturbs the machine disturbs them alike."""
    runs: dict[str, list[Mapping[str, float]]] = {name: [] for name in options.jobs()}
    failed = dict.fromkeys(runs, "")
    todo = options.repeats * len(runs)
    with tempfile.TemporaryDirectory(prefix="hpmatch-speed-work-") as work:
        for done in range(todo):
            name = list(runs)[done % len(runs)]
            progress(done, todo)
            if failed[name]:
                continue
            try:
                in_own_process("benchmarks.speed_jobs", name, str(data), work)
                runs[name].append(json.loads(Path(work, f"{name}.json").read_text("utf-8")))
            except RuntimeError as error:
                failed[name] = str(error)
    progress(todo, todo)
    return {name: {"figures": summary(runs[name]), "failed": failed[name]} for name in runs}


def summary(runs: Sequence[Mapping[str, float]]) -> dict[str, dict[str, float]]:
    """
    Median, least and most of each figure over all runs.

    Example:
        >>> summary([{"total": 3.0}, {"total": 1.0}])
        {'total': {'median': 2.0, 'min': 1.0, 'max': 3.0}}
    """
    figures: dict[str, list[float]] = {}
    for run in runs:
        for name, value in run.items():
            figures.setdefault(name, []).append(value)
    return {
        name: {"median": statistics.median(values), "min": min(values), "max": max(values)}
        for name, values in figures.items()
    }


def growth(sizes: Mapping[str, Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """
    The slopes of each job's time and memory against the size of the register, on logarithmic scales.

    What takes the same time for any size, such as imports, flattens them; ``time_at_last`` is from the two largest alone.
    """
    slopes = {}
    for job in dict.fromkeys(job for jobs in sizes.values() for job in jobs):
        found = [
            (int(size), jobs[job]["figures"])
            for size, jobs in sizes.items()
            if jobs.get(job, {}).get("figures")
        ]
        if len(found) > 1:
            points = {
                name: [(size, figures[name]["median"]) for size, figures in found]
                for name in (JOBS[job].headline, "peak_mib")
            }
            times, memory = points[JOBS[job].headline], points["peak_mib"]
            slopes[job] = {"time": slope(times), "time_at_last": slope(times[-2:]), "memory": slope(memory)}
    return slopes


def slope(points: Sequence[tuple[float, float]]) -> float:
    """
    The exponent of the power law that fits points best.

    Example:
        >>> round(slope([(10, 3), (100, 300), (1000, 30000)]), 6)
        2.0
    """
    x, y = np.log(np.array(points, float)).T
    return float(np.polyfit(x, y, 1)[0])


def _profiled(options: Options, data: Path, progress: Progress) -> dict[str, Any]:
    folder = make(data, options, options.sizes[0], progress)
    with tempfile.TemporaryDirectory(prefix="hpmatch-speed-work-") as work:
        found = Path(work, "profile.json")
        in_own_process("benchmarks.speed_profile", str(folder), str(found))
        profile: dict[str, Any] = json.loads(found.read_text("utf-8"))
    return profile


def _kept(out: Path) -> dict[str, Any]:
    """The figures of an earlier run; none where there was none."""
    try:
        kept: dict[str, Any] = json.loads((out / _KEPT).read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise HpmatchError(f"{out / _KEPT} cannot be read; remove it, or make it anew: make speed") from error
    return kept


def _write(results: Mapping[str, Any], out: Path) -> None:
    (out / _KEPT).parent.mkdir(parents=True, exist_ok=True)
    (out / _KEPT).write_text(json.dumps(rounded(results)) + "\n", "utf-8")
    drawn = bool(results.get("sizes") and find_spec("altair") and find_spec("vl_convert"))
    if drawn:
        from benchmarks.charts import save_speed  # noqa: PLC0415 - altair need not be there

        save_speed(results, out / _KEPT.parent)
    (out / "speed.md").write_text(page(results, drawn=drawn), "utf-8")


def _options(arguments: Sequence[str] | None) -> tuple[Options, argparse.Namespace]:
    standard = Options()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.speed",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    sizes = " ".join(map(str, standard.sizes))
    add(
        "--sizes",
        type=_count,
        nargs="+",
        metavar="N",
        default=standard.sizes,
        help=f"registered persons ({sizes})",
    )
    add("--alerts", type=_count, metavar="N", default=standard.alerts, help="alerts (17232)")
    add(
        "--kind", choices=sorted(PROFILES), default=standard.profile, help="the generator's profile (typical)"
    )
    add("--seed", type=int, metavar="S", default=standard.seed, help="the generator's seed (1)")
    add("--repeats", type=_count, metavar="N", default=standard.repeats, help="runs of each job (3)")
    add("--peers", action=argparse.BooleanOptionalAction, default=True, help="run Splink too (yes)")
    add("--data", type=Path, metavar="DIR", help="keep the generated data there (a temporary folder)")
    add("--profile", action="store_true", help="only profile one run, of the first of the sizes")
    add(
        "--out",
        type=Path,
        metavar="DIR",
        help="where the page goes (docs for the standard run, else out/benchmark)",
    )
    given = parser.parse_args(arguments)
    options = Options(
        tuple(sorted(given.sizes)), given.alerts, given.kind, given.seed, given.repeats, given.peers
    )
    given.out = given.out or (_STANDARD_OUT if options == standard else _OTHER_OUT)
    return options, given


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it has to be at least 1")
    return number


if __name__ == "__main__":
    sys.exit(main())
