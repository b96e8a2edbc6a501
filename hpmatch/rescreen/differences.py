"""Which alerts are answered in another way, by a re-screening or by another run, and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.ledger.account import Account, Answer
from hpmatch.persons import not_in_force
from hpmatch.results import Result

# Reasons for another answer, where no person who is told of came, left or changed.
_OTHERS = "others whom the alert may be about came, left or changed"
_OTHERWISE = "entries, or how common names are, differ in the new register"
_JOINED = "it is answered together with another alert about its person now"
_OVERDUE = "its last answer was by another model or version of the register"
_OTHER_FELLOWS = "other alerts came with it than before"
# What a run notes besides the register, and what is said where it is another than in the run before.
_OTHER_RUN = {"model_sha256": "the model changed", "hpmatch": "hpmatch is of another version"}
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
        held: The alerts whose last answer held for the register and the model before.
    """

    moves: Moves
    model: str
    touched: frozenset[str]
    joined: frozenset[str]
    held: frozenset[str] = frozenset()

    def of(self, alert: str, before: str | None, after: str | None) -> str:
        """Why an alert is answered in another way."""
        words = [self.model] if self.model else self.moves.words(before, after)
        told = [
            *(words if alert in self.touched else ()),
            *([_JOINED] if alert in self.joined else ()),
        ]
        return "; ".join(told) or (_OTHER_FELLOWS if alert in self.held else _OVERDUE)


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


def differences_since(result: Result, account: Account, run: Mapping[str, Any]) -> pa.Table:
    """
    A row an alert in force whose disposition or registered person is another than the ledger notes; new alerts have none.

    Args:
        result: What ``link`` found of all alerts.
        account: What the ledger says before it is noted there.
        run: What will be noted of the run.
    """
    rows = result.dispositions
    gone = not_in_force(rows, result.persons)
    known = [alert in account.answers and alert not in gone for alert in rows["alert_id"].to_pylist()]
    told = replace(result, dispositions=rows.filter(pa.array(known, pa.bool_())))
    return differences_of(told, account.answers, _reasons(told, account, run, _joined(rows, account)))


def _reasons(told: Result, account: Account, run: Mapping[str, Any], joined: frozenset[str]) -> Reasons:
    """What the versions of two runs, the register and the alerts tell; who came to a register or changed in it nobody knows."""
    before, held = account.last_run or {}, frozenset(account.standing())
    other = [words for name, words in _OTHER_RUN.items() if before.get(name) != run[name]]
    is_other_register = before.get("register_version") != run["register_version"]
    numbers = {answer.hpr_number for _, answer in account.answers.values() if answer.hpr_number}
    left = numbers - told.registered(numbers) if is_other_register else set()
    return Reasons(
        Moves(frozenset(), frozenset(left), frozenset(), _OTHERWISE),
        "; ".join([*other, *(["the register changed"] if other and is_other_register else [])]),
        held if other or is_other_register else frozenset(),
        joined,
        held,
    )


def _joined(dispositions: pa.Table, account: Account) -> frozenset[str]:
    """The alerts about whose persons there is one that was not answered before."""
    alerts, persons = (dispositions[name].to_pylist() for name in ("alert_id", "person_id"))
    new = {person for alert, person in zip(alerts, persons, strict=True) if alert not in account.answers}
    return frozenset(alert for alert, person in zip(alerts, persons, strict=True) if person in new)
