"""Which alerts are answered in another way, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.results import Result

# Reasons for another answer, where no person who is told of came, left or changed.
_OTHERS = "others whom the alert may be about came, left or changed"
_OTHERWISE = "entries, or how common names are, differ in the new register"
_JOINED = "it is answered together with another alert about its person now"
_OVERDUE = "its last answer was by another model or version of the register"
_SCHEMA = pa.schema(
    [
        *((name, pa.string()) for name in ("alert_id", "disposition_before", "hpr_number_before")),
        ("match_probability_before", pa.float64()),
        *((name, pa.string()) for name in ("disposition", "hpr_number")),
        ("match_probability", pa.float64()),
        ("reason", pa.string()),
    ]
)


@dataclass(frozen=True)
class Moves:
    """Who came to a register, left it, and changed in it; and what is said where it was none of those that are told of."""

    came: frozenset[str]
    left: frozenset[str]
    changed: frozenset[str]
    others: str

    @classmethod
    def between(cls, before: pa.Array, now: pa.Array, changes: pa.Table | None) -> Moves:
        """The moves between two lists of identifiers; without changes nobody knows who changed."""
        if changes is None:
            came, left = (
                one.filter(pc.invert(pc.is_in(one, other))) for one, other in ((now, before), (before, now))
            )
            return cls(frozenset(came.to_pylist()), frozenset(left.to_pylist()), frozenset(), _OTHERWISE)
        touched = pc.unique(changes["hpr_number"])  # few: cheap to look up in
        was, is_now = (set(ids.filter(pc.is_in(ids, touched)).to_pylist()) for ids in (before, now))
        return cls(frozenset(is_now - was), frozenset(was - is_now), frozenset(was & is_now), _OTHERS)

    def words(self, before: str | None, after: str | None) -> list[str]:
        """What of this may be why an alert is answered in another way."""
        told = [
            (after in self.came, f"{after} is new in the register"),
            (before in self.left, f"{before} left the register"),
            (after in self.changed, f"the entry of {after} changed"),
            (before in self.changed and before != after, f"the entry of {before} changed"),
        ]
        return [text for holds, text in told if holds] or [self.others]


@dataclass(frozen=True)
class Reasons:
    """
    Why alerts are answered in another way.

    Attributes:
        moves: What happened in the register.
        model: What is said of the model, if it is another.
        touched: The alerts that it may be about.
        joined: The alerts that others about their persons have come to.
    """

    moves: Moves
    model: str
    touched: frozenset[str]
    joined: frozenset[str]

    def of(self, alert: str, before: str | None, after: str | None) -> str:
        """Why an alert is answered in another way."""
        words = [self.model] if self.model else self.moves.words(before, after)
        told = [
            *(words if alert in self.touched else ()),
            *([_JOINED] if alert in self.joined else ()),
        ]
        return "; ".join(told) or _OVERDUE


def differences_of(result: Result, answers: Mapping[str, Mapping[str, Any]], reasons: Reasons) -> pa.Table:
    """A row an alert whose disposition or registered person is another than before."""
    rows = []
    for now in result.dispositions.to_pylist():
        before = answers.get(now["alert_id"], {})
        if (before.get("disposition"), before.get("hpr_number")) != (now["disposition"], now["hpr_number"]):
            reason = reasons.of(now["alert_id"], before.get("hpr_number"), now["hpr_number"])
            rows.append(
                {
                    **{
                        name: now[name]
                        for name in ("alert_id", "disposition", "hpr_number", "match_probability")
                    },
                    **{
                        f"{name}_before": before.get(name)
                        for name in ("disposition", "hpr_number", "match_probability")
                    },
                    "reason": reason if before else "answered for the first time",
                }
            )
    return pa.Table.from_pylist(rows, _SCHEMA)
