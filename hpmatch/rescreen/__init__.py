"""
Re-screening: what changes for alerts that were answered, when the register or the model changed since.

A person who was not registered when the alert came may apply next year, and a register changes names. After changes to a
prepared register an alert's answer can change only if one of its person's alerts shares a blocking key with a person who
came, went or changed (``Register.changed`` counts as before): those alerts alone are scored again, and those that new
alerts part or join; the answers are the ones that a whole run would give. With another register or model every alert is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.alerts import group_alerts
from hpmatch.arrays import IntArray, distinct, sizes_of
from hpmatch.blocking import keying, keys_of, largest_block
from hpmatch.blocking.blocks import Blocks
from hpmatch.dispose import dispose
from hpmatch.errors import SourceError
from hpmatch.hashes import Hashes
from hpmatch.ledger import Ledger
from hpmatch.ledger.account import Account, versions_of
from hpmatch.link import score_pairs
from hpmatch.model import Model, read_model
from hpmatch.output import RESCREENED, write_folder
from hpmatch.parallel import batch_job
from hpmatch.register import Register, model_of, read_register
from hpmatch.register_changes import by_itself, read_changes, turnover
from hpmatch.register_size import refuse_smaller
from hpmatch.rescreen.belonging import NOT_PREPARED, refuse_missing, register_before
from hpmatch.rescreen.differences import Moves, Reasons, differences_of
from hpmatch.rescreen.standing import AlertsInForce, read_standing, taken, without_forgotten
from hpmatch.results import Result
from hpmatch.schema import Schema
from hpmatch.shown import on_one_line
from hpmatch.sources.tables import RawTable


@dataclass(frozen=True)
class Rescreened:
    """
    What a re-screening found.

    Attributes:
        differences: A row an alert whose disposition or registered person is another than before: both, and the reason.
        result: The answers of the alerts that were scored again; see ``link``.
        register: The register as it is now.
        summary: Counts: alerts in force, scored again, different; and how many were held against no other alert, as ``link`` tells.
        started_from: The model and the register of the last run before.
        changed: The alerts with another disposition or registered person, those no longer in force too.
    """

    differences: pa.Table
    result: Result
    register: Register
    summary: Mapping[str, Any]
    started_from: Mapping[str, Any]
    changed: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return on_one_line(
            self, differences=len(self.differences), scored_again=len(self.result.dispositions)
        )

    def write(self, out: str | Path, format: str = "csv") -> None:  # noqa: A002 - the option's name
        """
        Write differences, the links of the alerts that were scored again, rejected rows and summary.json to a folder.

        Raises:
            SourceError: If the folder cannot be written or holds anything but an earlier result.
        """
        tables = (self.differences, self.result.links, self.result.rejected)
        write_folder(out, dict(zip(RESCREENED, tables, strict=True)), self.summary, format)


def rescreen(
    ledger: Ledger | str | Path,
    alerts: Any,
    register: Any,
    *,
    changes: Any = None,
    new_register: Any = None,
    new_model: Model | str | Path | None = None,
    schema: Schema | str | Path | None = None,
    smaller_register: bool = False,
) -> Rescreened:
    """
    Find the alerts that are answered in another way now, and why.

    Args:
        ledger: What was answered so far; nothing is added to it, see ``Ledger.answer_again``.
        alerts: All alerts that were answered, see ``link``, or ``AlertsInForce``.
        register: The prepared register that they were held against, or its folder.
        changes: What changed in it; see ``Register.changed``. New applicants are changes too.
        new_register: A register to use instead.
        new_model: A model to use instead.
        schema: Which column plays which role, where its name does not say it.
        smaller_register: Whether the register is meant to have much fewer records now; else one that lost more than a tenth of
            them is refused.

    Raises:
        LedgerError: If the ledger names another register or model, notes these changes already, or cannot be relied on.
        HpmatchError: If something cannot be used; the message says what to do.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> alerts = [{"alert_id": "A1", "sending_country": "SE", **kari}]
        >>> register = Register.prepare([{"hpr_number": "1", "family_name": "Dahl", "given_name": "Ola", "birth_date": "1975-07-30"}])
        >>> with TemporaryDirectory() as home:
        ...     ledger = Ledger(Path(home, "ledger"))
        ...     before = ledger.link(alerts, register, Path(home, "out"))
        ...     found = rescreen(ledger, alerts, register, changes=[{"hpr_number": "2", **kari}])
        >>> [(row["disposition_before"], row["disposition"], row["reason"]) for row in found.differences.to_pylist()]
        [('no_match', 'match', '2 is new in the register')]
    """
    with batch_job(None):
        return _rescreen(ledger, alerts, register, changes, new_register, new_model, schema, smaller_register)


def _rescreen(
    ledger: Ledger | str | Path,
    alerts: Any,
    register: Any,
    changes: Any,
    new_register: Any,
    new_model: Model | str | Path | None,
    schema: Schema | str | Path | None,
    smaller_register: bool,
) -> Rescreened:
    ledger = ledger if isinstance(ledger, Ledger) else Ledger(ledger)
    if sum(each is not None for each in (changes, new_register, new_model)) != 1:
        raise SourceError("say what is new: changes, a new register or a new model, one of them")
    changes = None if changes is None else read_changes(changes, schema, model_of(register))
    account = ledger.account()
    before = register_before(register, changes, account)
    model = before.model if new_model is None else read_model(new_model)
    standing = _standing(alerts, model, schema, before, account)
    now = before if changes is None else before.changed(changes)
    now = now if new_register is None else read_register(new_register, model, schema)
    now.check(model)
    if not smaller_register:
        refuse_smaller(len(before), len(now), "when the alerts were answered", len(now.read.rejected))
    touching, moves = _touched(standing, before, now, changes)
    unheld = _unanswered(standing, account.standing())
    regrouped = np.union1d(
        _joined(standing, _unanswered(standing, account.answers), unheld), _parted(standing, unheld)
    )
    rows = standing.with_fellows(np.unique(np.concatenate([touching, unheld, regrouped])).astype(np.int64))
    result = _answered(standing, rows, now, model)
    reasons = Reasons(
        moves,
        "the model changed" if new_model is not None else "",
        standing.ids_of(standing.with_fellows(touching)),
        standing.ids_of(regrouped),
    )
    differences = differences_of(result, account.answers, reasons)
    in_force = standing.read.records.ids.filter(pa.array(standing.in_force))
    reported = differences.filter(pc.is_in(differences["alert_id"], in_force))
    return Rescreened(
        differences=reported,
        result=result,
        register=now,
        summary=_summary(standing, result, len(rows), len(reported)),
        started_from=versions_of(account.last_run or {}),
        changed=frozenset(differences["alert_id"].to_pylist()),
    )


def _standing(
    alerts: Any, model: Model, schema: Schema | str | Path | None, before: Register, account: Account
) -> AlertsInForce:
    """The alerts as the model prepares them, all that were answered and none that was forgotten."""
    if isinstance(alerts, AlertsInForce):
        standing = alerts
    else:
        standing = read_standing(alerts, model, schema, before.read.records)
    if standing.model.preparing != model.preparing:
        raise SourceError(
            f"the alerts were prepared with other standardisers or blocking rules than model {model.name!r} has; "
            f"prepare them again: AlertsInForce.prepare"
        )
    standing = without_forgotten(standing, account.forgotten)
    refuse_missing(standing, account.answers)
    return standing


def _touched(
    standing: AlertsInForce, before: Register, now: Register, changes: RawTable | None
) -> tuple[IntArray, Moves]:
    """The alerts whose answer the register may have changed, and who came, left or changed in it."""
    if changes is None:
        return np.arange(len(standing.persons)), Moves.between(before.read.records.ids, now.read.records.ids)
    went, came = turnover(before.read.records, now.read.records, changes)
    moves = Moves.by_changes(before.read.records.ids.take(went), now.read.records.ids.take(came))
    return _concerned(standing, before, went, now, came), moves


def _summary(standing: AlertsInForce, result: Result, scored_again: int, different: int) -> dict[str, Any]:
    return {
        "alerts": {
            "in_force": len(standing),
            "scored_again": scored_again,
            "different": different,
            "rejected": len(standing.read.rejected),
        },
        "not_grouped": standing.not_grouped,
        **{name: result.summary[name] for name in ("register", "model", "hpmatch")},
    }


def _unanswered(standing: AlertsInForce, answers: Mapping[str, Any]) -> IntArray:
    return np.flatnonzero([alert not in answers for alert in standing.read.records.ids.to_pylist()])


def _joined(standing: AlertsInForce, new: IntArray, unheld: IntArray) -> IntArray:
    """The alerts that are answered together with others about their persons that they were not answered with before."""
    return np.union1d(standing.with_fellows(new), np.setdiff1d(standing.with_fellows(unheld), unheld)).astype(
        np.int64
    )


def _parted(standing: AlertsInForce, unheld: IntArray) -> IntArray:
    """
    The alerts that are put together with others than they would be without some, for how much days say hangs on all alerts.

    Args:
        standing: The alerts.
        unheld: int64[u], the rows of those that were not answered yet.
    """
    held = np.setdiff1d(np.arange(len(standing.persons)), unheld)
    if not len(unheld) or not len(held):
        return held[:0]
    before = group_alerts(taken(standing.read, held), standing.model)
    now = standing.persons[held]
    both = before * (len(standing.persons) + 1) + now
    sizes = [np.unique(each, return_inverse=True, return_counts=True) for each in (before, now, both)]
    of_before, of_now, of_both = (counts[place] for _, place, counts in sizes)
    return np.asarray(held[(of_before != of_both) | (of_now != of_both)])


def _concerned(
    standing: AlertsInForce, before: Register, went: IntArray, now: Register, came: IntArray
) -> IntArray:
    """The alerts that share a key with a person who came, went or changed, but for keys that are cut off before and now."""
    rules, model = keying(standing.model.blocking_rules), standing.model
    if len(rules) < len(model.blocking_rules):  # a rule without keys may pair any
        return np.arange(len(standing.persons))
    persons = [
        by_itself(register.read.records, rows, model) for register, rows in ((before, went), (now, came))
    ]
    found = []
    for rule in rules:
        alerts = standing.indexes[rule.name]
        keys = distinct(np.concatenate([keys_of(rule, each).keys for each in persons]))
        keys = keys[_sizes(alerts.among(keys)) > 0]  # most are no alert's
        sizes = [_block_sizes(register, rule.name, keys) for register in (before, now)]
        usable = np.minimum(*sizes) <= largest_block(rule, model.max_block)
        found.append(alerts.among(keys[usable]).rows)
    return distinct(np.concatenate(found)).astype(np.int64)


def _block_sizes(register: Register, rule: str, keys: Hashes) -> IntArray:
    if register.indexes is None:
        raise SourceError(NOT_PREPARED)
    return _sizes(register.indexes[rule].among(keys))


def _sizes(blocks: Blocks) -> IntArray:
    return sizes_of(blocks.starts)


def _answered(standing: AlertsInForce, rows: IntArray, register: Register, model: Model) -> Result:
    """The answers of some alerts, of whose persons no alert is missing."""
    read = taken(standing.read, rows)
    persons = np.searchsorted(rows, standing.persons[rows])
    scored = score_pairs(read, register, model, persons=persons)
    return dispose(read, register.read, scored, model, None)
