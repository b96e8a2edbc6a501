"""One run of the benchmark: its options, its data, its engines, and everything that was measured."""

from __future__ import annotations

import os
import platform
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.data import Size, make
from benchmarks.engines import ENGINES, OURS, Engine
from benchmarks.measure import Measured, evaluate_seeds, run

Progress = Callable[[str, int, int], None]

MANY_HITS, FEW_HITS = "many hits", "few hits"
_MANY_SHARE, _FEW_SHARE = 0.2, 0.04
_GIB = 1 << 30


@dataclass(frozen=True)
class Options:
    """
    What to measure.

    Attributes:
        register: How many persons are registered.
        alerts: How many alerts there are.
        hits: How many of them are about a registered person; None for a run with many and one with as few as there are.
        profile: The generator's profile.
        seeds: A data set is made for each.
        peers: Whether other libraries run too.
        replicates: How many times the bootstrap draws.
    """

    register: int = 20_000
    alerts: int = 3_000
    hits: int | None = None
    profile: str = "typical"
    seeds: tuple[int, ...] = (1, 2, 3, 4, 5)
    peers: bool = True
    replicates: int = 500

    def scenarios(self) -> dict[str, Size]:
        """The sizes to measure, by name."""
        shares = {MANY_HITS: round(_MANY_SHARE * self.alerts), FEW_HITS: round(_FEW_SHARE * self.alerts)}
        hits = shares if self.hits is None else {f"{self.hits:,} hits": self.hits}
        return {name: Size(self.register, self.alerts, number, self.profile) for name, number in hits.items()}

    def engines(self) -> list[Engine]:
        """The engines that are asked for and installed."""
        wanted = ENGINES.values() if self.peers else [ENGINES[OURS]]
        return [engine for engine in wanted if not engine.missing]


def measure(options: Options, progress: Progress) -> dict[str, Any]:
    """
    Run everything.

    Returns:
        The options, the machine, the versions, and for each scenario what each engine was measured at.
    """
    with tempfile.TemporaryDirectory(prefix="hpmatch-bench-") as home:
        scenarios = {
            name: {
                **asdict(size),
                "engines": {
                    engine: asdict(measured)
                    for engine, measured in _scenario(options, size, Path(home, str(place)), name, progress)
                },
            }
            for place, (name, size) in enumerate(options.scenarios().items())
        }
    wanted = ENGINES.values() if options.peers else []
    return {
        "options": asdict(options),
        "machine": machine(),
        "versions": versions(options.engines()),
        "missing": {engine.name: list(engine.missing) for engine in wanted if engine.missing},
        "scenarios": scenarios,
    }


def _scenario(
    options: Options, size: Size, home: Path, name: str, progress: Progress
) -> Iterator[tuple[str, Measured]]:
    data = {
        seed: make(home / str(seed), size, seed, partial(progress, f"{name}: data {seed}"))
        for seed in options.seeds
    }
    for engine in options.engines():
        yield engine.name, _measure(engine, data, home, options, partial(progress, f"{name}: {engine.title}"))


def _measure(
    engine: Engine,
    data: dict[int, Path],
    home: Path,
    options: Options,
    progress: Callable[[int, int], None],
) -> Measured:
    costs, found = {}, {}
    for done, (seed, folder) in enumerate(data.items()):
        progress(done, len(data) + 1)
        try:
            found[seed] = home / f"{seed}-{engine.name}"
            costs[seed] = run(engine, folder, found[seed], seed)
        except RuntimeError as error:
            progress(1, 1)
            return Measured(None, {}, costs, failed=str(error))
    progress(len(data), len(data) + 1)
    pooled, by_seed = evaluate_seeds(data, found, home / f"all-{engine.name}", options.replicates)
    progress(1, 1)
    return Measured(pooled, by_seed, costs)


def machine() -> dict[str, Any]:
    """What it runs on."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / _GIB
    return {
        "cores": os.cpu_count(),
        "memory_gib": round(memory, 1),
        "system": f"{platform.system()} {platform.machine()}",
        "python": platform.python_version(),
    }


def versions(engines: Sequence[Engine]) -> dict[str, str]:
    """The versions that were measured."""
    packages = {"hpmatch", "numpy", "pyarrow", "rapidfuzz", "duckdb"}.union(
        *(engine.requires for engine in engines)
    )
    return {package: version(package) for package in sorted(packages)}


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar on a terminal, nothing in a pipe."""
    from rich.console import Console  # noqa: PLC0415 - so that --help answers at once
    from rich.progress import BarColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415
    from rich.progress import Progress as Bar  # noqa: PLC0415

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda *_: None
        return
    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Bar(*columns, console=console, transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show
