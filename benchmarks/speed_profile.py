"""
Where Python is still at work: ``python -m benchmarks.speed_profile DATA OUT`` profiles one run and writes what it found.

Array work is done for many values in one call. What is left in Python runs once a distinct value, row or pair, and
shows by its calls or by its own time. The profiler slows such code down, so its shares are upper bounds.
"""

from __future__ import annotations

import cProfile
import json
import pstats
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import hpmatch
from hpmatch.link import link

_SHOWN = 15
_OFTEN = 1_000  # calls that only work on single values, rows or pairs makes; chunks and stages are far fewer

# (file, line, function) -> (primitive calls, calls, own seconds, seconds, callers)
Statistics = Mapping[tuple[str, int, str], tuple[int, int, float, float, Any]]


def profile(data: Path) -> dict[str, Any]:
    """Profile one run from CSV files to a result, without other processes or threads, which a profiler does not see."""
    profiler = cProfile.Profile()
    profiler.enable()
    result = link(data / "alerts.csv", data / "register.csv", workers=1)
    profiler.disable()
    statistics: Statistics = pstats.Stats(profiler).stats  # type: ignore[attr-defined]
    sizes = {"register": result.summary["register"]["read"], "pairs": result.summary["candidate_pairs"]}
    return {**sizes, **shares(statistics, Path(hpmatch.__file__).parent)}


def shares(statistics: Statistics, home: Path) -> dict[str, Any]:
    """
    What share of the time the functions of a package take themselves.

    Args:
        statistics: What the profiler found.
        home: The folder of the package.

    Returns:
        seconds of the run; python and often, the shares of all of the package's functions and of those that are called for
        single values, rows or pairs; and functions, those that take most.
    """
    seconds = sum(own for _, _, own, _, _ in statistics.values())
    ours: list[dict[str, Any]] = [
        {
            "function": f"{Path(file).relative_to(home).with_suffix('').as_posix()}: {name}",
            "calls": calls,
            "share": own / seconds,
        }
        for (file, _, name), (_, calls, own, _, _) in statistics.items()
        if Path(file).is_relative_to(home)
    ]
    ours.sort(key=lambda row: (-row["share"], row["function"]))
    return {
        "seconds": seconds,
        "python": sum(row["share"] for row in ours),
        "often": sum(row["share"] for row in ours if row["calls"] >= _OFTEN),
        "functions": ours[:_SHOWN],
    }


if __name__ == "__main__":
    Path(sys.argv[2]).write_text(json.dumps(profile(Path(sys.argv[1]))), "utf-8")
