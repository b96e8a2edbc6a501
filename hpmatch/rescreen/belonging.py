"""Whether the register, its changes and the alerts are those that a ledger tells of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from hpmatch.errors import LedgerError, SourceError
from hpmatch.ledger.account import Account
from hpmatch.prepared import read_prepared
from hpmatch.register import Register, version_with
from hpmatch.rescreen.standing import AlertsInForce
from hpmatch.sources.files import is_folder
from hpmatch.sources.rejected import cells_told
from hpmatch.sources.tables import RawTable

NOT_PREPARED = "re-screening needs the prepared register that the alerts were held against: hpmatch prepare REGISTER --out DIR"


def register_before(register: Any, changes: RawTable | None, account: Account) -> Register:
    """
    The register that the ledger's last answers were given with.

    Changes that were kept with it by a re-screening that was broken off are left out again.

    Raises:
        LedgerError: If it is another one, was prepared with another model, or the ledger notes the changes already.
        SourceError: If it is not a prepared one.
    """
    before = register if isinstance(register, Register) else _opened(register)
    if _are_kept(changes, before, account.last_run) and is_folder(register):
        before = read_prepared(register, without_last=True)
    _refuse_finished(account, before, changes)
    _check(account.last_run, before, changes)
    return before


def _opened(register: Any) -> Register:
    if not is_folder(register):
        raise SourceError(NOT_PREPARED)
    return Register.open(register)


def _are_kept(changes: RawTable | None, register: Register, last: Mapping[str, Any] | None) -> bool:
    """Whether changes were kept with the register by a re-screening that was broken off before the ledger noted it."""
    if changes is None or last is None:
        return False
    return register.read.version == version_with(last["register_version"], changes)


def _refuse_finished(account: Account, register: Register, changes: RawTable | None) -> None:
    """What was kept and noted would be kept once more, and the result that tells of it be replaced by an empty one."""
    begun = [run["rescreened"]["register_version"] for run in account.runs.values() if "rescreened" in run]
    if changes is not None and register.read.version in (version_with(version, changes) for version in begun):
        raise LedgerError(
            "this re-screening is finished: the register has these changes, and the ledger notes their answers; both stay as "
            "they are, and so does the result. A later table with the same rows changes nothing: leave it out, or, to answer "
            "alerts that came in since, give its header alone"
        )


def _check(last: Mapping[str, Any] | None, register: Register, changes: RawTable | None) -> None:
    if last is None:
        raise LedgerError("the ledger holds no answers yet; link the alerts first: hpmatch link ... --ledger")
    if changes is not None and last["register_version"] == version_with(register.read.version, changes):
        raise LedgerError(
            "the ledger names the register with these changes already; keep them with it: "
            "hpmatch prepare CHANGES --changes-to PREPARED"
        )
    if last["register_version"] != register.read.version:
        raise LedgerError(
            f"the register is not the one that the ledger names last (version {last['register_version'][:12]}..., not "
            f"{register.read.version[:12]}...; one that was prepared anew with its changes is another too); give that one, "
            f"repeat a re-screening that was broken off, with its changes, or link all alerts anew: hpmatch link ... --ledger"
        )
    if last["model_sha256"] != register.model.fingerprint:
        raise LedgerError(
            f"the ledger's last answers are by another model than {register.model.name!r}, with which the register was "
            f"prepared; prepare it with that model (hpmatch prepare PREPARED --model MODEL --out PREPARED)"
            f"{', and' if register.is_changed else ', or'} link all alerts anew: hpmatch link ... --ledger"
        )


def refuse_missing(standing: AlertsInForce, answers: Collection[str]) -> None:
    """Every alert that was answered has to be given, for its evidence is part of its person's."""
    given = set(standing.read.records.ids.to_pylist())
    missing = set(answers) - given
    rows = [row for row in standing.read.rejected if not missing.isdisjoint(cells_told(row.content))]
    if rows:
        first = min(rows, key=lambda row: row.row)
        raise LedgerError(
            f"{len(rows)} rows of the alerts cannot be used that are about alerts that were answered; correct them: row "
            f"{first.row} {first.reason}"
        )
    if missing:
        raise LedgerError(
            f"{len(missing)} of the {len(answers)} alerts that were answered are not among the {len(given)} given; give all "
            f"of them, those no longer in force too"
        )
