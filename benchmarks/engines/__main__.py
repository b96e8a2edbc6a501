"""Run one engine once: ``python -m benchmarks.engines ENGINE DATA OUT SEED``, and write what it found and what it cost."""

from __future__ import annotations

import inspect
import json
import resource
import sys
import time
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

from benchmarks.engines import ENGINES

_KIB_PER_MIB = 1024


def main(name: str, data: str, out: str, seed: str) -> None:
    """Prepare, run and write; only the run is timed as the job."""
    engine = ENGINES[name]
    prepare = import_module(f"benchmarks.engines.{engine.module}").prepare
    more = {"name": name} if "name" in inspect.signature(prepare).parameters else {}
    started = time.perf_counter()
    job = prepare(Path(data), int(seed), **more)
    ready = time.perf_counter()
    answer = job()
    seconds = time.perf_counter() - ready
    cost = {
        "seconds": seconds,
        "prepare_seconds": ready - started,
        "parts": answer.parts,
        "peak_mib": peak_mib(),
        "candidate_pairs": len(answer.links),
        "versions": {package: version(package) for package in engine.requires},
    }
    answer.write(Path(out))
    Path(out, "cost.json").write_text(json.dumps(cost), "utf-8")


def peak_mib() -> float:
    """
    The most memory that this process has held.

    On Linux ``ru_maxrss`` also counts what the parent held when it started this process, so the kernel's own mark of
    this program is read instead.
    """
    return _high_water("self") or resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / _KIB_PER_MIB


def children_mib() -> float:
    """
    The most memory that each of this process's children has held, added up: what they held together at most.

    Nothing where the kernel does not tell (it is told on Linux only).
    """
    children = (told(path).split() for path in Path("/proc/self/task").glob("*/children"))
    return sum(_high_water(child) for each in children for child in each)


def _high_water(process: str) -> float:
    status = told(Path("/proc", process, "status"))
    marks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(marks[0]) / _KIB_PER_MIB if marks else 0.0


def told(path: Path) -> str:
    """What the kernel tells there; nothing of a thread or process that has ended."""
    try:
        return path.read_text("utf-8")
    except OSError:
        return ""


if __name__ == "__main__":
    main(*sys.argv[1:])
