"""
One job of the speed benchmark: ``python -m benchmarks.speed_jobs JOB DATA WORK`` writes what it cost to WORK/JOB.json.

Each job is a process of its own, so that imports, time and peak memory are its own. ``JOBS`` is the table of them. Figures
are seconds, or what the end of their name says (``_ms``, ``_mib``).
"""

from __future__ import annotations

import csv
import json
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any

from benchmarks.engines.__main__ import children_mib, peak_mib

# Nothing of hpmatch is imported here: to import it is one of the stages.

SINGLE, SINGLE_PEER = 1_000, 50
_PERCENTILES = {"p50": 50, "p95": 95, "p99": 99}
_PREPARED = "prepared"
# The functions that linking and preparing call, and the stage that each of them is.
_PREPARING = {"read_register": "read register", "index_keys": "index"}
_LINKING = {
    "read_for": "read alerts",
    "read_register": "read register",
    "learn_terms": "forms of tokens",
    "grouped_alerts": "group alerts",
    "candidate_pairs": "block",
    "share_candidates": "block",
    "compare": "compare",
    "pool_evidence": "compare",
    "decide": "decide and dispose",
    "dispose": "decide and dispose",
}


@dataclass
class Costs:
    """
    What a job costs.

    Attributes:
        figures: Each figure by its name.
        started: When the job began.
        peak: The most memory in MiB that it and the processes that work for it have held, each at its most, of those that were
            there at the end of any stage.
    """

    figures: dict[str, float] = field(default_factory=dict)
    started: float = field(default_factory=time.perf_counter)
    peak: float = 0.0

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Count the time of the block for a stage; one that comes again adds to it."""
        started = time.perf_counter()
        yield
        self.figures[name] = self.figures.get(name, 0.0) + time.perf_counter() - started
        self._note_peak()

    def _note_peak(self) -> None:
        self.peak = max(self.peak, peak_mib() + children_mib())

    def load(self, module: str) -> Any:
        """Import a module, which is a stage too."""
        with self.stage("import"):
            return import_module(module)

    def watch(self, module: Any, stages: Mapping[str, str]) -> None:
        """Count every call that a module makes to some functions, each for a stage."""
        for function, stage in stages.items():
            setattr(module, function, self._timed(getattr(module, function), stage))

    def _timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        def timed(*arguments: Any, **options: Any) -> Any:
            with self.stage(stage):
                return function(*arguments, **options)

        return timed

    def add_rest(self) -> None:
        """What has passed and belongs to no stage."""
        self.figures["rest"] = time.perf_counter() - self.started - sum(self.figures.values())

    def one_by_one(self, act: Callable[..., Any], items: Sequence[tuple[Any, ...]]) -> None:
        """Act on one item after the other, and keep how the times are distributed."""
        from numpy import percentile  # noqa: PLC0415 - to import it is part of a stage

        times = []
        for item in items:
            started = time.perf_counter()
            act(*item)
            times.append((time.perf_counter() - started) * 1000)
        self.figures |= {f"{name}_ms": float(percentile(times, at)) for name, at in _PERCENTILES.items()}
        self.figures |= {"max_ms": max(times), "first_ms": times[0]}

    def close(self) -> dict[str, float]:
        """All figures, with the whole time and the memory."""
        total = time.perf_counter() - self.started
        self._note_peak()
        return {**self.figures, "total": total, "peak_mib": self.peak}


def link(data: Path, work: Path, costs: Costs) -> None:
    """From two CSV files to a written result."""
    _linked(data, data / "register.csv", work / "result", costs)


def prepare(data: Path, work: Path, costs: Costs) -> None:
    """From the register's CSV file to a prepared one."""
    module = costs.load("hpmatch.register")
    costs.watch(module, _PREPARING)
    made = module.Register.prepare(data / "register.csv")
    with costs.stage("save"):
        made.save(work / _PREPARED)
    costs.add_rest()
    held = sum(path.stat().st_size for path in (work / _PREPARED).iterdir())
    costs.figures["folder_mib"] = held / (1 << 20)


def link_prepared(data: Path, work: Path, costs: Costs) -> None:
    """From alerts and a prepared register to a written result."""
    _linked(data, _opened(work, costs), work / "result-prepared", costs)


def _linked(data: Path, register: Any, out: Path, costs: Costs) -> None:
    flow = costs.load("hpmatch.link")
    costs.watch(flow, _LINKING)
    result = flow.link(data / "alerts.csv", register)
    with costs.stage("write"):
        result.write(out)
    costs.add_rest()


def _opened(work: Path, costs: Costs) -> Any:
    register = costs.load("hpmatch.register").Register
    with costs.stage("open"):
        return register.open(work / _PREPARED)


def screen(data: Path, work: Path, costs: Costs) -> None:
    """One alert after the other against a prepared register."""
    register = _opened(work, costs)
    costs.load("hpmatch.screening")
    costs.one_by_one(register.screen, [(row,) for row in _rows(data / "alerts.csv", SINGLE)])


def score(data: Path, work: Path, costs: Costs) -> None:
    """One pair of records after the other, all of them different."""
    del work
    screening = costs.load("hpmatch.screening")
    sides = (_rows(data / f"{name}.csv", SINGLE) for name in ("alerts", "register"))
    costs.one_by_one(screening.score, list(zip(*sides, strict=False)))


def splink(data: Path, work: Path, costs: Costs) -> None:
    """Splink as the benchmark sets it up."""
    del work
    engine = costs.load("benchmarks.engines.splink_duckdb")
    with costs.stage("clean"):
        job = engine.prepare(data, seed=1)
    parts = job().parts
    costs.figures |= {
        **parts,
        "untrained": costs.figures["import"] + costs.figures["clean"] + parts["predict"],
    }


def splink_single(data: Path, work: Path, costs: Costs) -> None:
    """Splink, trained, for one alert after the other."""
    del work
    engine = costs.load("benchmarks.engines.splink_duckdb")
    with costs.stage("clean and train"):
        find, alerts = engine.prepare_single(data, seed=1, alerts=SINGLE_PEER)
    costs.one_by_one(find, [(alert,) for alert in alerts])


def _rows(path: Path, number: int) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(islice(csv.DictReader(file), number))


@dataclass(frozen=True)
class Job:
    """
    A job.

    Attributes:
        title: Its name for readers.
        run: What does it: takes the data, a folder to work in, and where to keep what it costs.
        requires: The packages that it needs.
        headline: The figure that stands for it.
    """

    title: str
    run: Callable[[Path, Path, Costs], None]
    requires: tuple[str, ...] = ()
    headline: str = "total"


# In an order in which each finds what it needs.
JOBS = {
    "link": Job("hpmatch, CSV files to result", link),
    "prepare": Job("hpmatch, register prepared and saved", prepare),
    "link prepared": Job("hpmatch, result with the prepared register", link_prepared),
    "screen": Job("hpmatch, one alert", screen, headline="p50_ms"),
    "score": Job("hpmatch, one pair", score, headline="p50_ms"),
    "splink": Job("Splink, trained on the data", splink, ("splink",)),
    "splink single": Job("Splink, one alert", splink_single, ("splink",), headline="p50_ms"),
}


def main(name: str, data: str, work: str) -> None:
    """Run one job and write what it cost."""
    costs = Costs()
    JOBS[name].run(Path(data), Path(work), costs)
    Path(work, f"{name}.json").write_text(json.dumps(costs.close()), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
