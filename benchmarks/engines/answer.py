"""What an engine answers with, and what becomes of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq


@dataclass(frozen=True)
class Answer:
    """
    What an engine found.

    Attributes:
        links: alert_id, hpr_number, match_probability, match_weight and decision; all candidate pairs.
        dispositions: alert_id, disposition, hpr_number.
        summary: At least candidate_pairs and register: read.
        parts: Seconds that parts of the job took.
    """

    links: pa.Table
    dispositions: pa.Table
    summary: dict[str, Any]
    parts: dict[str, float] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Write the files that ``hpmatch evaluate`` reads."""
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(self.links, folder / "links.parquet")
        pq.write_table(self.dispositions, folder / "dispositions.parquet")
        (folder / "summary.json").write_text(json.dumps(self.summary), "utf-8")


def decide_by_cut(
    links: pa.Table, alert_ids: pa.Array, registered: int, cut: float, parts: dict[str, float] | None = None
) -> Answer:
    """
    The answer of an engine that scores pairs and leaves the decision to its user.

    An alert is a match if its likeliest link reaches the cut and no other is as likely; it goes to review if others are.

    Args:
        links: alert_id, hpr_number, match_probability, match_weight.
        alert_ids: All alerts.
        registered: How many persons are registered.
        cut: The probability from which a link counts.
        parts: Seconds that parts of the job took.
    """
    links = links.sort_by(
        [
            ("alert_id", "ascending"),
            ("match_probability", "descending"),
            ("match_weight", "descending"),
            ("hpr_number", "ascending"),
        ]
    )
    ids, persons = (np.asarray(links[name].to_pylist(), object) for name in ("alert_id", "hpr_number"))
    scores = np.stack([links[name].to_numpy() for name in ("match_probability", "match_weight")], axis=1)
    first = np.append(True, ids[1:] != ids[:-1])[: len(ids)]
    top = scores[np.flatnonzero(first)[np.cumsum(first) - 1]] if len(ids) else scores
    chosen = (scores[:, 0] >= cut) & (scores == top).all(axis=1)
    rivals: dict[str, list[str]] = {}
    for alert_id, person in zip(ids[chosen], persons[chosen], strict=True):
        rivals.setdefault(alert_id, []).append(person)
    found = [rivals.get(alert_id, []) for alert_id in alert_ids.to_pylist()]
    kinds = np.array(["no_match", "match", "review"])[[min(len(each), 2) for each in found]]
    dispositions = pa.table(
        {
            "alert_id": alert_ids,
            "disposition": pa.array(kinds.tolist(), pa.string()),
            "hpr_number": pa.array([each[0] if each else None for each in found], pa.string()),
        }
    )
    decisions = pa.array(np.where(chosen, "match", "no_match").tolist(), pa.string())
    summary = {"candidate_pairs": len(links), "register": {"read": registered}}
    return Answer(links.append_column("decision", decisions), dispositions, summary, parts or {})
