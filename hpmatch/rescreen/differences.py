"""Which alerts are answered in another way, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.ledger.account import Answer
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
    def between(cls, before: pa.Array, now: pa.Array) -> Moves:
        """The moves between the identifiers of two registers; nobody knows who changed."""
        came, left = (
            one.filter(pc.invert(pc.is_in(one, other))) for one, other in ((now, before), (before, now))
        )
        return cls(frozenset(came.to_pylist()), frozenset(left.to_pylist()), frozenset(), _OTHERWISE)

    @classmethod
    def by_changes(cls, went: pa.Array, came: pa.Array) -> Moves:
        """The moves of those whom changes took out and brought, by their identifiers."""
        was, is_now = frozenset(went.to_pylist()), frozenset(came.to_pylist())
        return cls(is_now - was, was - is_now, was & is_now, _OTHERS)

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


def differences_of(result: Result, answers: Mapping[str, tuple[int, Answer]], reasons: Reasons) -> pa.Table:
    """A row an alert whose disposition or registered person is another than before."""
    rows = []
    for now in result.dispositions.to_pylist():
        held = answers.get(now["alert_id"])
        before = held[1]._asdict() if held else {}
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
