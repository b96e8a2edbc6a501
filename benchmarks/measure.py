"""Run and evaluate every engine on the same data, with the same measures."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.engines import Engine
from hpmatch.evaluation import Evaluation, evaluate

_LINK_COLUMNS = ("alert_id", "hpr_number", "match_weight", "match_probability", "decision")


@dataclass(frozen=True)
class Measured:
    """
    What an engine was measured at.

    Attributes:
        pooled: The evaluation of all seeds' alerts together.
        by_seed: The figures of each seed.
        costs: Time, memory and pairs of each seed's run.
        failed: Why it gave no figures, if it did not.
    """

    pooled: Evaluation | None
    by_seed: dict[int, dict[str, float]]
    costs: dict[int, dict[str, Any]]
    failed: str = ""


def run(engine: Engine, data: Path, out: Path, seed: int) -> dict[str, Any]:
    """
    Run an engine in a process of its own.

    Returns:
        What it cost.

    Raises:
        RuntimeError: If it fails, with the end of what it said.
    """
    in_own_process("benchmarks.engines", engine.name, str(data), str(out), str(seed))
    cost: dict[str, Any] = json.loads((out / "cost.json").read_text("utf-8"))
    return cost


def in_own_process(module: str, *arguments: str) -> None:
    """
    Run a module of the benchmark in a process of its own.

    Raises:
        RuntimeError: If it fails, with the end of what it said.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=Path(__file__).parents[1])
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "no message")


def evaluate_seeds(
    data: dict[int, Path], found: dict[int, Path], work: Path, replicates: int
) -> tuple[Evaluation, dict[int, dict[str, float]]]:
    """
    Evaluate the answers to all seeds' data, together and one by one.

    Args:
        data: The folder of each seed's data.
        found: The folder of each seed's answers.
        work: A folder for the answers of all seeds together.
        replicates: How many times the bootstrap draws.
    """
    truth = _pool(data, work, found)
    pooled = evaluate(work, truth, replicates=replicates)
    if len(found) == 1:
        return pooled, {seed: _values(pooled) for seed in found}
    return pooled, {
        seed: _values(evaluate(folder, data[seed] / "truth.csv", replicates=0))
        for seed, folder in found.items()
    }


def _values(evaluation: Evaluation) -> dict[str, float]:
    return {name: estimate.value for name, estimate in evaluation.estimates.items()}


def _pool(data: dict[int, Path], work: Path, found: dict[int, Path]) -> pa.Table:
    """Write the answers of all seeds as one, every identifier with its seed, and return the truth likewise."""
    work.mkdir(parents=True, exist_ok=True)
    for name, columns in (
        ("links", _LINK_COLUMNS),
        ("dispositions", ("alert_id", "disposition", "hpr_number")),
    ):
        parts = [
            _seeded(pq.read_table(folder / f"{name}.parquet", columns=list(columns)), seed)
            for seed, folder in found.items()
        ]
        pq.write_table(pa.concat_tables(parts), work / f"{name}.parquet")
    summaries = [json.loads((folder / "summary.json").read_text("utf-8")) for folder in found.values()]
    summary = {
        "candidate_pairs": sum(each["candidate_pairs"] for each in summaries),
        "register": summaries[0]["register"],
    }
    (work / "summary.json").write_text(json.dumps(summary), "utf-8")
    truths: Sequence[pa.Table] = [
        _seeded(pq.read_table(data[seed] / "truth.parquet"), seed) for seed in found
    ]
    return pa.concat_tables(truths)


def _seeded(table: pa.Table, seed: int) -> pa.Table:
    for name in ("alert_id", "person_id", "hpr_number"):
        if name in table.column_names:
            cells = [None if cell is None else f"{seed}/{cell}" for cell in table[name].to_pylist()]
            place = table.column_names.index(name)
            table = table.set_column(place, name, pa.array(cells, pa.string()))
    return table
