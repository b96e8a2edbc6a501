"""
The ledger: what was received, what was answered and by what, what still waits, and what was forgotten.

    receive     before the work: every alert, and every row that could not be read
    answer      after it: each alert's disposition, with the model and the version of the register
    waiting     what was received and not answered
    forget      takes out what the entries about an alert say, and leaves a tombstone
    verify      every entry, every byte

``entries.py`` has the file, ``account.py`` what its entries say taken together, ``receiving.py`` what becomes of the rows that
came in.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.errors import LedgerError
from hpmatch.ledger.account import Account, answer_of, read_account, versions_of
from hpmatch.ledger.entries import (
    BrokenLedgerError,
    Said,
    alone,
    first_line,
    lines,
    read_entries,
    without_bodies,
    write,
)
from hpmatch.ledger.receiving import digests, rejected_entries, without_forgotten, without_other_content
from hpmatch.reading import layout_of, with_columns
from hpmatch.register_size import refuse_smaller
from hpmatch.results import Result, only_of_alerts
from hpmatch.schema import ALERT_ROLES, REQUIRED_ROLES, Schema, read_schema
from hpmatch.sources import read
from hpmatch.sources.tables import RawTable
from hpmatch.usable_rows import with_usable_ids

if TYPE_CHECKING:
    from hpmatch.rescreen import Rescreened

_MOST_NAMED = 10  # of the alerts that no entry is about
_IN_ROWS = re.compile(r"[,;\t|]")
_CUT_OFF = (
    "no entry has the given hash: entries were cut off or rewritten, or it is the hash of another ledger"
)


@dataclass(frozen=True)
class Received:
    """
    What became of the rows of a table of alerts.

    Attributes:
        new: How many alerts were received for the first time.
        known: How many had been received before, with the same content.
        rejected: How many rows could not be used and had not been noted before.
        forgotten: How many rows are about alerts that were forgotten; nothing was noted of them.
        alerts: The table without those, for ``link``.
    """

    new: int
    known: int
    rejected: int
    forgotten: int
    alerts: RawTable = field(repr=False)


@dataclass(frozen=True)
class Answered:
    """
    What became of the answers of a result.

    Attributes:
        new: How many were noted: of alerts that had no answer, or another one, or one by another model or register.
        known: How many had been noted before.
        forgotten: The alerts that were forgotten while they were worked on; their answers were not noted.
    """

    new: int
    known: int
    forgotten: tuple[str, ...] = ()


@dataclass(frozen=True)
class Status:
    """
    What a ledger says in numbers: received = answered + waiting + forgotten.

    Attributes:
        received: Alerts that were ever received.
        answered: Those that have an answer.
        waiting: Those that have none yet.
        forgotten: Those that were forgotten, answered or not.
        rejected: Rows that could not be used.
        runs: Runs whose answers were noted.
    """

    received: int
    answered: int
    waiting: int
    forgotten: int
    rejected: int
    runs: int

    def __str__(self) -> str:
        rows = [
            ("alerts received", self.received),
            ("  answered", self.answered),
            ("  waiting", self.waiting),
            ("  forgotten", self.forgotten),
            ("rows rejected", self.rejected),
            ("runs", self.runs),
        ]
        return "\n".join(f"{label:<24}{number:>10,}" for label, number in rows)


@dataclass(frozen=True)
class Verification:
    """
    Whether a ledger is as it was written.

    Attributes:
        ok: Whether all of it is.
        entries: How many entries were found whole, from the first on.
        head: The hash of the last entry; keep it elsewhere, to prove later that nothing up to it was cut off or rewritten.
            "" where some entry is wrong.
        wrong_entry: The first entry that is not as it was written; None if there is none.
        wrong: What is wrong, in words; "" if nothing is.
    """

    ok: bool
    entries: int
    head: str
    wrong_entry: int | None = None
    wrong: str = ""

    def __str__(self) -> str:
        where = "" if self.wrong_entry is None else f"entry {self.wrong_entry} "
        said = "whole" if self.ok else f"NOT as it was written: {where}{self.wrong}"
        rows = [said, f"{'entries found whole':<24}{self.entries:>10,}"]
        return "\n".join([*rows, f"{'head':<24}{self.head}"] if self.head else rows)


@dataclass(frozen=True)
class Ledger:
    """
    A ledger in a file, which comes into being when alerts are first received.

    Args:
        path: The file. It holds identifiers and digests, no name and no birth date; guard it all the same.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from hpmatch import link
        >>> alerts = [{"alert_id": "A1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
        >>> people = [{"hpr_number": "9144889", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
        >>> with TemporaryDirectory() as home:
        ...     ledger = Ledger(Path(home, "ledger"))
        ...     received = ledger.receive(alerts)
        ...     before = ledger.waiting()
        ...     answered = ledger.answer(link(received.alerts, people))
        ...     print(before, ledger.waiting(), ledger.verify().ok)
        ['A1'] [] True
    """

    path: str | Path

    def receive(
        self, alerts: Any, *, schema: Schema | str | Path | None = None, may_begin: bool = True
    ) -> Received:
        """
        Note that alerts came in, all or none; to note them again changes nothing.

        An alert that came in before with other content is set aside; what was noted of it stands.

        Args:
            alerts: The alerts, see ``link``.
            schema: Which column plays which role, where its name does not say it.
            may_begin: Whether a ledger that is not there is begun; else it is an error.

        Returns:
            How many were new, and the table to link: the alerts that were not forgotten.

        Raises:
            LedgerError: If most alerts that came in before have other content, or the ledger cannot be relied on or written.
            HpmatchError: If the alerts or the schema cannot be used.
        """
        raw = with_columns(read(alerts, "alerts", may_be_empty=True), (ALERT_ROLES[0], *REQUIRED_ROLES))
        layout = layout_of(raw, "alerts", ALERT_ROLES, read_schema(schema, "alerts"), REQUIRED_ROLES)
        with alone(self._file, may_be_new=may_begin):
            if not self._file.exists():
                write(self._file, lambda _: [first_line()])
            account = self.account()
            kept, forgotten = without_forgotten(raw, layout.id, account.forgotten)
            content = digests(with_usable_ids(kept, layout), layout, account.secret)
            kept = without_other_content(kept, layout.id, content, account)
            usable = with_usable_ids(kept, layout)
            new = sorted(content.keys() - account.content.keys())
            outcast = rejected_entries(usable.rejected, layout.id, account)
            received = (("received", {"alert": alert, "content": content[alert]}) for alert in new)
            self._add(account, [*received, *outcast])
        rows = replace(kept, rejected=(*kept.rejected, *forgotten))
        return Received(len(new), len(usable.data) - len(new), len(outcast), len(forgotten), rows)

    def answer(
        self, result: Result, register_version: str | None = None, *, smaller_register: bool = False
    ) -> Answered:
        """
        Note the answers of a result, all or none; what is noted already is not noted again.

        Args:
            result: What ``link`` found.
            register_version: The version of the register, if it is not the one that the result tells.
            smaller_register: Whether the register is meant to have much fewer records than in the run before.

        Raises:
            LedgerError: If an alert of the result was never received, no file can hold the model, or the ledger cannot be
                relied on or written.
            SourceError: If the register lost more than a tenth of its records since the run before.
        """
        only_of_alerts(result)
        return self._answer(result, _run(result.summary, register_version), smaller_register=smaller_register)

    def _answer(
        self,
        result: Result,
        run: Mapping[str, Any],
        after: Mapping[str, Any] | None = None,
        *,
        smaller_register: bool,
    ) -> Answered:
        _refuse_nameless(run["model"], run["model_sha256"])
        rows = result.dispositions.to_pylist()
        with alone(self._file):
            account = self.account()
            if not smaller_register:
                _refuse_part(account, result)
            if after is not None and versions_of(account.last_run or {}) not in (after, versions_of(run)):
                raise LedgerError(
                    f"another run was noted in {self.path} since this re-screening began; nothing was recorded. Re-screen again"
                )
            gone = tuple(row["alert_id"] for row in rows if row["alert_id"] in account.forgotten)
            rows = [row for row in rows if row["alert_id"] not in account.forgotten]
            if strange := sum(row["alert_id"] not in account.content for row in rows):
                raise LedgerError(
                    f"{strange} of the {len(rows)} alerts of this result were never received; nothing was recorded. "
                    f"Receive them first: Ledger.receive, or hpmatch link ... --ledger"
                )
            new = [
                row
                for row in rows
                if answer_of(row, run) != account.answers.get(row["alert_id"], (0, None))[1]
            ]
            number = account.last.number + 1
            said = (
                ("answered", _answered(row, number)) for row in sorted(new, key=lambda row: row["alert_id"])
            )
            is_new = versions_of(run) != versions_of(account.last_run or {})
            self._add(account, [("run", run), *said] if new or is_new else [])
        return Answered(len(new), len(rows) - len(new), gone)

    def answer_again(self, rescreened: Rescreened) -> Answered:
        """
        Note what a re-screening found: the run, and the alerts that are answered in another way; all others hold as they are.

        Args:
            rescreened: What ``rescreen`` found.

        Raises:
            LedgerError: If an alert was never received, another run came in between, or the ledger cannot be relied on or
                written.
        """
        rows = rescreened.result.dispositions
        kept = rows.filter(pc.is_in(rows["alert_id"], pa.array(sorted(rescreened.changed), pa.string())))
        started_from = dict(rescreened.started_from)
        run = {**_run(rescreened.result.summary, None), "rescreened": started_from}
        answers = replace(rescreened.result, dispositions=kept)
        # The register was held against the one before when the alerts were re-screened.
        return self._answer(answers, run, started_from, smaller_register=True)

    def link(
        self,
        alerts: Any,
        register: Any,
        out: str | Path,
        model: Any = None,
        *,
        format: str = "csv",  # noqa: A002 - the option's name
        schema: Schema | str | Path | None = None,
        smaller_register: bool = False,
        **options: Any,
    ) -> Result:
        """
        Receive alerts, hold them against the register, write the result to a folder and note the answers.

        The result tells which alerts are answered otherwise than the ledger noted before, in ``differences``. Killed in between, it is
        made whole by being called again.

        Args:
            alerts: The alerts, see ``hpmatch.link``.
            register: The register, likewise.
            out: The folder for the result, see ``Result.write``.
            model: See ``hpmatch.link``.
            format: "csv" or "parquet".
            schema: Which column plays which role, where its name does not say it.
            smaller_register: Whether the register is meant to have much fewer records than in the run before; else a register
                that lost more than a tenth of them is refused, and the alerts wait.
            **options: Further options of ``hpmatch.link``.

        Raises:
            HpmatchError: If something cannot be used or written; the message says what to do.
        """
        from hpmatch.ledger.forget import take_out  # noqa: PLC0415 - it needs this module
        from hpmatch.link import link  # noqa: PLC0415 - noting alone needs no stage
        from hpmatch.model import ALERTS, read_model  # noqa: PLC0415
        from hpmatch.register import model_of  # noqa: PLC0415
        from hpmatch.rescreen.differences import differences_since  # noqa: PLC0415

        if Path(out).resolve() in self._file.resolve().parents:
            raise LedgerError(
                f"the ledger {self.path} would lie in the folder of the result, which each run replaces; keep it elsewhere"
            )
        if used := model or model_of(register):
            _refuse_nameless(read_model(used).name, read_model(used).fingerprint)
            if read_model(used).subject != ALERTS:
                raise LedgerError(
                    "a ledger accounts for alerts, and the model is one of records of any kind; link them without a ledger"
                )
        received = self.receive(alerts, schema=schema)
        result = link(received.alerts, register, model, schema=schema, **options)
        account = self.account()
        if not smaller_register:
            _refuse_part(account, result)
        different = differences_since(result, account, _run(result.summary, None))
        counts = {**result.summary["alerts"], "different": len(different)}
        result = replace(result, differences=different, summary={**result.summary, "alerts": counts})
        result.write(out, format)
        if gone := self.answer(result, smaller_register=smaller_register).forgotten:
            take_out(out, gone)
        return result

    def forget(self, alert_ids: str | Iterable[str]) -> int:
        """
        Take out what the entries about one or several alerts say, of all or none, and note that; the chain still holds.

        Args:
            alert_ids: The alert, or the alerts.

        Returns:
            How many entries said something about them; none if they were forgotten before.

        Raises:
            LedgerError: If no entry is about one of the alerts, or the ledger cannot be relied on or written.
        """
        wanted = several(alert_ids)
        with alone(self._file):
            account = self.account()
            about: dict[str, list[int]] = {alert_id: [] for alert_id in wanted}
            for entry in read_entries(self._file):
                if entry.kind != "forgotten" and (alert_id := (entry.body or {}).get("alert")) in about:
                    about[alert_id].append(entry.number)
            if strange := [each for each in wanted if not about[each] and each not in account.forgotten]:
                raise LedgerError(_not_known(self.path, strange, len(wanted)))
            tombstones = [
                ("forgotten", {"alert": each, "entries": numbers})
                for each, numbers in about.items()
                if numbers
            ]
            emptied = frozenset(chain.from_iterable(about.values()))
            if emptied:
                said = lines(tombstones, account.last.number, account.last.hash)
                write(self._file, lambda old: chain(without_bodies(old, emptied), said))
        return len(emptied)

    def waiting(self) -> list[str]:
        """The alerts that were received and neither answered nor forgotten, by identifier."""
        account = self.account()
        return sorted(account.content.keys() - account.answers.keys())

    def status(self) -> Status:
        """What the ledger says in numbers."""
        account = self.account()
        received, answered, known = account.counts["received"], len(account.answers), len(account.content)
        return Status(
            received=received,
            answered=answered,
            waiting=known - answered,
            forgotten=received - known,
            rejected=account.counts["rejected"],
            runs=account.counts["run"],
        )

    def account(self) -> Account:
        """
        What the entries say, taken together.

        Raises:
            LedgerError: If the ledger cannot be relied on or read.
        """
        return read_account(self._file)

    def latest(self) -> pa.Table:
        """
        Each alert's last answer, by alert.

        Returns:
            Columns alert_id, disposition, hpr_number, match_probability, model_sha256, register_version, entry.
        """
        answers = sorted(self.account().answers.items())
        rows = [
            {"alert_id": alert, **answer._asdict(), "entry": number} for alert, (number, answer) in answers
        ]
        return pa.Table.from_pylist(rows, _LATEST)

    def verify(self, head: str | None = None) -> Verification:
        """
        Find out whether every byte of the ledger is as it was written.

        Args:
            head: The head of an earlier verification, to prove that the entry is still in the chain. Entries that were cut
                off at the end can be found in no other way.

        Raises:
            LedgerError: If there is no such file, or it cannot be read.
        """
        try:
            last = self.account().last
        except BrokenLedgerError as error:
            return Verification(False, error.entry - 1, "", error.entry, error.wrong)
        if head is not None and all(entry.hash != head for entry in read_entries(self._file)):
            return Verification(False, last.number, last.hash, None, _CUT_OFF)
        return Verification(True, last.number, last.hash)

    @property
    def _file(self) -> Path:
        return Path(self.path).resolve()  # a link to it stays one

    def _add(self, account: Account, said: Sequence[Said]) -> None:
        if said:
            added = lines(said, account.last.number, account.last.hash)
            write(self._file, lambda old: chain(old, added))


_LATEST = pa.schema(
    {
        "alert_id": pa.string(),
        "disposition": pa.string(),
        "hpr_number": pa.string(),
        "match_probability": pa.float64(),
        "model_sha256": pa.string(),
        "register_version": pa.string(),
        "entry": pa.int64(),
    }
)


def _refuse_nameless(name: str, sha256: str) -> None:
    """Two models without a fingerprint could not be told apart."""
    if not sha256:
        raise LedgerError(
            f"no file can hold model {name!r}, so the ledger could not say which model answered; nothing was recorded. Link "
            f"with a model that can be saved (Model.save), or without a ledger"
        )


def _refuse_part(account: Account, result: Result) -> None:
    """A register that was cut off on its way would answer "no match" for whoever it lacks."""
    before, register = (account.last_run or {}).get("registered", 0), result.summary["register"]
    refuse_smaller(before, register["read"], "in the run before that the ledger notes", register["rejected"])


def _run(summary: Mapping[str, Any], register_version: str | None) -> dict[str, Any]:
    return {
        "model": summary["model"]["name"],
        "model_sha256": summary["model"]["sha256"],
        "register_version": register_version or summary["register"]["version"],
        "hpmatch": summary["hpmatch"],
        "alerts": summary["alerts"],
        "registered": summary["register"]["read"],
    }


def _answered(row: Mapping[str, Any], run: int) -> dict[str, Any]:
    said = {name: row[name] for name in ("disposition", "hpr_number", "match_probability")}
    return {"alert": row["alert_id"], "run": run, **said}


def several(alert_ids: str | Iterable[str]) -> tuple[str, ...]:
    """
    One alert or several, each once.

    Example:
        >>> several("A1"), several(["A2", "A1", "A2"])
        (('A1',), ('A2', 'A1'))
    """
    return (alert_ids,) if isinstance(alert_ids, str) else tuple(dict.fromkeys(alert_ids))


def _not_known(path: str | Path, strange: Sequence[str], wanted: int) -> str:
    if wanted == 1:
        return f"no entry of {path} is about that alert; is its identifier right?"
    return (
        f"no entry of {path} is about {len(strange):,} of the {wanted:,} alerts: {_named(strange)}; nothing was forgotten. "
        f"Mend their identifiers, or leave them out"
    )


def _named(strange: Sequence[str]) -> str:
    """The first of some identifiers; nothing of them where whole rows of a table were given, which hold names and dates."""
    if any(map(_IN_ROWS.search, strange)):
        return "they may be rows of a table and are not repeated here, give identifiers alone"
    more = f" and {len(strange) - _MOST_NAMED:,} more" * (len(strange) > _MOST_NAMED)
    return ", ".join(map(repr, strange[:_MOST_NAMED])) + more
