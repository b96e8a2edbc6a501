"""
Floors: figures that CI does not let fall.

A floor is the figure of several seeds together minus a margin; the file says which seeds and which margin. ``--set-floors``
measures them anew; do that only when the data or the measures have changed, or the matcher has become better, and say why.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.engines import OURS

_MEASURES = ("best_f1", "recall_at_95", "pairs_completeness")
_SMALLEST_SLICE = 30
_MARGIN = 0.005
_OVERALL = "overall"
_PUBLIC = "public data"
# A country with so many hits may lie so far below the average recall: what is fair to one is fair to all.
_COUNTRY, _RECALL, _LARGE, _GAP = "sending country: ", "recall_at_95", 200, 0.03


@dataclass(frozen=True)
class Check:
    """
    A figure held against its floor.

    Attributes:
        scenario: In which scenario it was measured.
        part: "overall", or the slice.
        measure: What was measured.
        value: The figure; None if it was not measured.
        floor: What it must reach.
        hits: How many hits it was measured on.
    """

    scenario: str
    part: str
    measure: str
    value: float | None
    floor: float
    hits: int

    @property
    def fell(self) -> bool:
        """Whether the figure lies below its floor."""
        return self.value is None or self.value < self.floor


def figures(results: Mapping[str, Any]) -> dict[tuple[str, str, str], tuple[float, int]]:
    """Every figure that a floor may be set for, with its number of hits."""
    found = {}
    for name, scenario in results["scenarios"].items():
        pooled = scenario["engines"][OURS]["pooled"]
        if not pooled:
            continue
        parts = [(_OVERALL, pooled["hits"], pooled["estimates"])]
        parts += [
            (f"{each['by']}: {each['value']}", each["hits"], each["estimates"]) for each in pooled["slices"]
        ]
        for part, hits, estimates in parts:
            if part == _OVERALL or hits >= _SMALLEST_SLICE:
                for measure in _MEASURES:
                    if measure in estimates:
                        found[name, part, measure] = estimates[measure]["value"], hits
    for each in results.get("febrl", ()):
        found[_PUBLIC, each["name"], "f1"] = each["f1"], each["true_pairs"]
    return found


def check(results: Mapping[str, Any], floors: Mapping[str, Any]) -> list[Check]:
    """Hold the results against the floors, and every large country against the average."""
    found = figures(results)
    return [*_countries(found), *_kept(found, floors)]


def _countries(found: Mapping[tuple[str, str, str], tuple[float, int]]) -> list[Check]:
    """No country with many hits may lie far below the average recall, whatever it was before."""
    return [
        Check(
            scenario, part, f"{measure}, average", value, found[scenario, _OVERALL, measure][0] - _GAP, hits
        )
        for (scenario, part, measure), (value, hits) in found.items()
        if measure == _RECALL and part.startswith(_COUNTRY) and hits >= _LARGE
    ]


def _kept(found: Mapping[tuple[str, str, str], tuple[float, int]], floors: Mapping[str, Any]) -> list[Check]:
    return [
        Check(scenario, part, measure, *_measured(found, (scenario, part, measure), floor))
        for scenario, parts in floors["floors"].items()
        for part, measures in parts.items()
        for measure, floor in measures.items()
    ]


def _measured(
    found: Mapping[tuple[str, str, str], tuple[float, int]], key: tuple[str, str, str], floor: float
) -> tuple[float | None, float, int]:
    value, hits = found.get(key, (None, 0))
    return value, floor, hits


def read_floors(path: Path) -> dict[str, Any]:
    """The floors of a file."""
    floors: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return floors


def margin(hits: int) -> float:
    """
    How far below the measured figure its floor lies: half a percentage point and two hits.

    Example:
        >>> round(margin(2000), 4), round(margin(40), 4)
        (0.006, 0.055)
    """
    return _MARGIN + 2 / hits


def set_floors(results: Mapping[str, Any]) -> dict[str, Any]:
    """The floors that results give: each figure minus its margin."""
    floors: dict[str, dict[str, dict[str, float]]] = {}
    for (scenario, part, measure), (value, hits) in figures(results).items():
        floor = math.floor(max(value - margin(hits), 0) * 1000) / 1000
        floors.setdefault(scenario, {}).setdefault(part, {})[measure] = floor
    about = {
        "margin": "half a percentage point and two hits below what was measured",
        "smallest_slice": _SMALLEST_SLICE,
        **results["options"],
        "versions": results["versions"],
    }
    return {"about": about, "floors": floors}


def report(checks: Sequence[Check]) -> str:
    """What fell, as a table; one line if nothing did."""
    fallen = [each for each in checks if each.fell]
    if not fallen:
        return f"All {len(checks)} figures reach their floors."
    lines = [
        f"{len(fallen)} of {len(checks)} figures lie below their floors:",
        "",
        f"{'scenario':<14}{'part':<38}{'measure':<22}{'figure':>8}{'floor':>8}{'short by':>10}{'hits':>7}",
    ]
    for each in sorted(fallen, key=lambda check: (check.part != _OVERALL, check.part, check.measure)):
        value = "none" if each.value is None else f"{each.value:.4f}"
        short = "" if each.value is None else f"{each.floor - each.value:.4f}"
        lines.append(
            f"{each.scenario:<14}{each.part[:37]:<38}{each.measure:<22}{value:>8}{each.floor:>8.3f}{short:>10}{each.hits:>7,}"
        )
    return "\n".join(lines)
