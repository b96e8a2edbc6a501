"""The table of docs/fairness.md: its rows are chosen by a person, its figures are those of the benchmark."""

from __future__ import annotations

import re
from typing import Any

from benchmarks.engines import OURS
from benchmarks.page import bracketed
from benchmarks.run import FEW_HITS, MANY_HITS

_ROW = re.compile(r"^\| ([^|:]+: [^|]+) \|.*\|$", re.MULTILINE)


def refreshed(page: str, results: dict[str, Any]) -> str:
    """
    The page with the figures of a run in each row of its table; a group that the run has not gets none.

    Precision is of the run in which few alerts are hits, as in reality; the rest of the one with many, so that every group
    holds some.

    Args:
        page: The page, whose rows begin with what the alerts are sliced by and what they have in common.
        results: What both runs of the benchmark measured.
    """
    few, many = (_slices(results, name) for name in (FEW_HITS, MANY_HITS))

    def row(found: re.Match[str]) -> str:
        precise, recalled = few.get(found[1], _NOBODY), many.get(found[1], _NOBODY)
        cells = (
            found[1],
            f"{recalled['hits']:,}",
            bracketed(precise["estimates"].get("precision")),
            bracketed(recalled["estimates"].get("recall")),
            bracketed(recalled["estimates"].get("recall_with_review")),
        )
        return f"| {' | '.join(cells)} |"

    return _ROW.sub(row, page)


_NOBODY: dict[str, Any] = {"hits": 0, "estimates": {}}


def _slices(results: dict[str, Any], scenario: str) -> dict[str, Any]:
    parts = results["scenarios"][scenario]["engines"][OURS]["pooled"]["slices"]
    return {f"{part['by']}: {part['value']}": part for part in parts}
