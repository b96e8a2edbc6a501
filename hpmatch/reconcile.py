"""
Own decisions: held against the alerts that were sent about them and against the register.

A decision to take or limit an authorisation has to be sent to the other countries as an alert, within three days (Directive
2005/36/EC art. 56a), and be entered in the register. What lacks is found in both directions; what cannot be told for certain
is told as unclear.

    read -> who is who -> which alert is of which decision -> what lacks
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.alert_relations import status_of
from hpmatch.alerts import group_alerts
from hpmatch.counterparts import Counterpart, People, counterparts
from hpmatch.data import read_table
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.model import Model, read_model
from hpmatch.output import write_folder
from hpmatch.own_decisions import DAYS_TO_SEND, Decision, Sending, SentAlert, sendings
from hpmatch.parallel import batch_job
from hpmatch.reading import ReadRecords, with_usable_ids
from hpmatch.schema import ALERT_ROLES, REGISTER_ROLES, Schema, read_schema, resolve
from hpmatch.sources import RejectedRow, read, reject, rejected_table
from hpmatch.standardise import standardise
from hpmatch.standardise.countries import code_country
from hpmatch.standardise.days import read_day
from hpmatch.standardise.professions import code_professions
from hpmatch.standardise.text import fold

TABLES = ("findings", "rejected")
DECISION_ROLES = (
    "decision_id", "hpr_number", "family_name", "middle_name", "given_name", "birth_date", "sex", "birth_name",
    "other_names", "national_id", "profession", "specialty", "decision_date", "measure",
)  # fmt: skip
SENT_ROLES = (*ALERT_ROLES, "hpr_number")
KINDS = (
    "not_sent", "sent_late", "unclear_sent", "unclear_when", "not_entered", "unclear_entered",
    "alert_without_decision", "unclear_alert", "entry_without_decision", "unclear_entry",
)  # fmt: skip

# The agency decides about persons who are registered: unlike for an alert from abroad, even odds are cautious.
_REGISTERED_SHARE = 0.5
# How an authorisation stands after a decision; each goes further than the one before.
_DECIDED = ("limited", "suspended", "lost")
_ACTIVE = "active"
# A status of an alert, see data/alert_statuses.csv.
_WITHDRAWN = "withdrawn"
_WHO = ("family_name", "given_name", "birth_date")
# What a decision or an alert that names only a number is known by.
_FROM_REGISTER = (*_WHO, "middle_name", "sex")
_NOBODY: Final = (
    "has neither hpr_number nor two of family_name, given_name and birth_date; fill in one of these"
)
_DAYLESS: Final = "has no day that can be read in decision_date; write it as in 2024-03-31"


class Finding(NamedTuple):
    """
    Something that lacks or is unclear.

    Attributes:
        kind: One of ``KINDS``.
        decision_id: The decision, if there is one.
        alert_id: The alert, if there is one.
        hpr_number: The person's number in the register, if it is known.
        explanation: What lacks, in words.
    """

    kind: str
    decision_id: str
    alert_id: str
    hpr_number: str
    explanation: str


@dataclass(frozen=True)
class Reconciled:
    """
    What was found.

    Attributes:
        findings: A row a finding: kind, decision_id, alert_id, hpr_number, explanation.
        rejected: A row a rejected row: file, row, reason, content.
        summary: Counts that add up.
    """

    findings: pa.Table
    rejected: pa.Table
    summary: Mapping[str, Any]

    def write(self, out: str | Path, format: str = "csv") -> None:  # noqa: A002 - the option's name
        """
        Write the tables and summary.json to a folder, all or nothing.

        Raises:
            SourceError: If the folder cannot be written or holds anything but an earlier result.
        """
        write_folder(out, {name: getattr(self, name) for name in TABLES}, self.summary, format)


def reconcile(
    decisions: Any,
    alerts_sent: Any,
    register: Any,
    model: Model | str | Path = "imi",
    *,
    country: str = "NO",
    schema: Schema | str | Path | None = None,
    workers: int | None = None,
) -> Reconciled:
    """
    Hold an agency's own decisions against the alerts that it sent and against the register.

    Args:
        decisions: The decisions: ``decision_id``, ``decision_date``, ``hpr_number`` or names and birth date, and if known
            ``profession`` and ``measure``; any table that ``link`` takes.
        alerts_sent: The alerts that were sent, with the columns of alerts and, if known, ``hpr_number``; may have no rows.
        register: The register with its ``status``; not a prepared one, which does not hold it.
        model: What persons are matched by where a number is not known.
        country: The own country: an alert that names another sender is rejected.
        schema: Which column plays which role, where its name does not say it; a file may say it apart for "decisions",
            "alerts" and "register".
        workers: How many processes and threads share the work; None for one a core.

    Raises:
        HpmatchError: If the data, the schema or the model cannot be used; the message says what to do.

    Example:
        >>> decisions = [{"decision_id": "2024/7", "hpr_number": "9144889", "decision_date": "2024-03-01", "measure": "tilbakekall"}]
        >>> register = [{"hpr_number": "9144889", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03", "status": "aktiv"}]
        >>> sent = [{"alert_id": "A1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03", "sent_date": "2024-03-09"}]
        >>> found = reconcile(decisions, sent, register)
        >>> found.findings["explanation"].to_pylist()[0]
        'sent 8 days after the decision: 5 days too late'
        >>> found.findings["kind"].to_pylist()
        ['sent_late', 'not_entered']
    """
    own = code_country(country)
    if not own:
        raise HpmatchError(f"country {country!r} is not known; give its code, such as NO")
    matcher = read_model(model).with_decision(registered_share=_REGISTERED_SHARE)
    held = _read(register, "register", REGISTER_ROLES, ("status",), schema)
    told = _read(decisions, "decisions", DECISION_ROLES, ("decision_date",), schema, _unusable_decision)
    sent = _read(
        alerts_sent,
        "alerts",
        SENT_ROLES,
        ("sent_date",),
        schema,
        partial(_unusable_alert, own),
        may_be_empty=True,
    )
    with batch_job(workers):
        decided, alerted = (_people(_named_by_register(each, held), matcher) for each in (told, sent))
        who_was_alerted = counterparts(decided, _grouped(alerted, matcher), matcher)
        who_is_registered = counterparts(decided, _people(held, matcher), matcher)
    own_decisions = _decisions(told)
    case = Case(
        own_decisions,
        _alerts(sent),
        tuple(zip(held.ids, map(standing_of, held.cells("status")), strict=True)),
        sendings(own_decisions, _alerts(sent), who_was_alerted),
        who_is_registered,
    )
    return _reconciled(case, (told, sent, held), matcher)


# --- what lacks


@dataclass(frozen=True)
class Case:
    """
    All that is known when it is asked what lacks.

    Attributes:
        decisions: The decisions.
        alerts: The alerts that were sent.
        entries: For each registered person the number and how the authorisation stands.
        sent: For each decision the alerts about it.
        entered: For each decision the registered persons whom it may be about.
    """

    decisions: Sequence[Decision]
    alerts: Sequence[SentAlert]
    entries: Sequence[tuple[str, str]]
    sent: Sequence[Sending]
    entered: Sequence[Counterpart]


def findings_of(case: Case) -> list[Finding]:
    """What lacks or is unclear, in the order of ``KINDS`` and of the identifiers."""
    found = [
        *(finding for place in range(len(case.decisions)) for finding in _sent(case, place)),
        *(finding for place in range(len(case.decisions)) for finding in _entered(case, place)),
        *_alerts_without_decision(case),
        *_entries_without_decision(case),
    ]
    return sorted(found, key=lambda finding: (KINDS.index(finding.kind), *finding[1:]))


def _sent(case: Case, place: int) -> Iterator[Finding]:
    decision, sending = case.decisions[place], case.sent[place]
    say = partial(Finding, decision_id=decision.decision_id, hpr_number=_number(case, place))
    if sending.possible:
        alert = case.alerts[sending.possible[0]].alert_id
        words = f"this alert may be about it{_and_more(sending.possible)}; look whether it is"
        yield say("unclear_sent", alert_id=alert, explanation=words)
    elif not sending.alerts:
        yield say("not_sent", alert_id="", explanation="no alert about it; send one")
    else:
        yield from _late(case, place, say)


def _late(case: Case, place: int, say: Callable[..., Finding]) -> Iterator[Finding]:
    """Whether the first alert about a decision was in time."""
    alerts = [case.alerts[row] for row in case.sent[place].alerts]
    dated = [alert for alert in alerts if alert.sent]
    first = min(dated, key=lambda alert: (alert.sent, alert.alert_id), default=alerts[0])
    if first.sent is None:
        words = "sent, but sent_date tells no day"
        yield say("unclear_when", alert_id=first.alert_id, explanation=words)
        return
    days = (first.sent - case.decisions[place].decided).days
    if days < 0:
        words = f"sent {_days(-days)} before the decision; correct sent_date or decision_date"
        yield say("unclear_when", alert_id=first.alert_id, explanation=words)
    elif days > DAYS_TO_SEND:
        words = f"sent {_days(days)} after the decision: {_days(days - DAYS_TO_SEND)} too late"
        yield say("sent_late", alert_id=first.alert_id, explanation=words)


def _entered(case: Case, place: int) -> Iterator[Finding]:
    decision, entry = case.decisions[place], case.entered[place]
    say = partial(Finding, decision_id=decision.decision_id, alert_id="", hpr_number=_number(case, place))
    if entry.certain:
        yield from _as_decided(case, place, say)
    elif decision.hpr_number and entry.possible:
        words = "hpr_number says one person, names and birth date another; correct what is wrong"
        yield say("unclear_entered", explanation=words)
    elif entry.possible:
        number = case.entries[min(entry.possible)][0]
        words = f"it may be about this person{_and_more(sorted(entry.possible))}; give hpr_number"
        yield say("unclear_entered", hpr_number=number, explanation=words)
    elif entry.is_blind:
        yield say("unclear_entered", explanation="too little to tell the person by; give hpr_number")
    else:
        by = "has this hpr_number" if decision.hpr_number else "fits"
        yield say("not_entered", explanation=f"nobody in the register {by}")


def _as_decided(case: Case, place: int, say: Callable[..., Finding]) -> Iterator[Finding]:
    """Whether the register says what was decided."""
    goes, standing = case.decisions[place].goes, case.entries[min(case.entered[place].certain)][1]
    if standing == _ACTIVE:
        yield say("not_entered", explanation="the register says that the authorisation is active")
    elif standing not in _DECIDED:
        words = f"the register says {standing or 'nothing that is known'}, which no decision makes"
        yield say("unclear_entered", explanation=words)
    elif goes in _DECIDED and _goes_further(goes, standing) and _is_latest(case, place):
        yield say("not_entered", explanation=f"decided was {goes}, the register says {standing}")


def _goes_further(one: str, other: str) -> bool:
    return _DECIDED.index(one) > _DECIDED.index(other)


def _is_latest(case: Case, place: int) -> bool:
    """Whether no later decision is about the same person: the register tells only of the latest."""
    decision, entry = case.decisions[place], case.entered[place]
    return not any(
        other.decided > decision.decided and case.entered[row].certain == entry.certain
        for row, other in enumerate(case.decisions)
    )


def _alerts_without_decision(case: Case) -> Iterator[Finding]:
    told = {row for sending in case.sent for row in sending.alerts}
    may_be: dict[int, int] = {}
    for place, sending in enumerate(case.sent):
        for row in sending.possible:
            may_be.setdefault(row, place)
    for row, alert in enumerate(case.alerts):
        if row in may_be:
            decision = case.decisions[may_be[row]].decision_id
            words = "it may be about this decision; look whether it is"
            yield Finding("unclear_alert", decision, alert.alert_id, alert.hpr_number, words)
        elif row not in told:
            words = "no decision that it is about"
            yield Finding("alert_without_decision", "", alert.alert_id, alert.hpr_number, words)


def _entries_without_decision(case: Case) -> Iterator[Finding]:
    told = {row for entry in case.entered for row in entry.certain}
    may_be: dict[int, int] = {}
    for place, entry in enumerate(case.entered):
        for row in entry.possible:
            may_be.setdefault(row, place)
    for row, (number, standing) in enumerate(case.entries):
        if standing not in _DECIDED or row in told:
            continue
        if row in may_be:
            decision = case.decisions[may_be[row]].decision_id
            words = "this decision may be about the person; look whether it is"
            yield Finding("unclear_entry", decision, "", number, words)
        else:
            words = f"the register says {standing}, and there is no decision about the person"
            yield Finding("entry_without_decision", "", "", number, words)


def _number(case: Case, place: int) -> str:
    """The person's number, as the decision tells it or the register does."""
    certain = case.entered[place].certain
    found = case.entries[min(certain)][0] if len(certain) == 1 else ""
    return case.decisions[place].hpr_number or found


def _days(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"


def _and_more(rows: Sequence[int]) -> str:
    return f", or {len(rows) - 1} more" if len(rows) > 1 else ""


def standing_of(text: str) -> str:
    """
    How an authorisation stands: active, limited, suspended, lost or ended; "" where a word is not known.

    Example:
        >>> standing_of("Tilbakekalt"), standing_of("suspension"), standing_of("?")
        ('lost', 'suspended', '')
    """
    return _standings().get(fold(text).strip(), "")


@cache
def _standings() -> Mapping[str, str]:
    return {fold(row["word"]): row["standing"] for row in read_table("register_statuses")}


# --- the result


def _reconciled(case: Case, tables: tuple[_Table, _Table, _Table], model: Model) -> Reconciled:
    found = findings_of(case)
    columns = {
        name: pa.array([getattr(finding, name) or None for finding in found], pa.string())
        for name in Finding._fields
    }
    rejected = rejected_table([row for table in tables for row in table.rejected])
    return Reconciled(pa.table(columns), rejected, _summary(case, found, tables, model))


def _summary(
    case: Case, found: Sequence[Finding], tables: tuple[_Table, _Table, _Table], model: Model
) -> dict[str, Any]:
    kinds = Counter(finding.kind for finding in found)
    told, sent, held = tables
    decisions, alerts = len(case.decisions), len(case.alerts)
    entries = sum(standing in _DECIDED for _, standing in case.entries)
    return {
        "decisions": {
            **_rows(told),
            "sent": decisions - kinds["not_sent"] - kinds["unclear_sent"],
            "not_sent": kinds["not_sent"],
            "unclear_sent": kinds["unclear_sent"],
            "entered": decisions - kinds["not_entered"] - kinds["unclear_entered"],
            "not_entered": kinds["not_entered"],
            "unclear_entered": kinds["unclear_entered"],
        },
        "alerts": {
            **_rows(sent),
            "with_decision": alerts - kinds["alert_without_decision"] - kinds["unclear_alert"],
            "without_decision": kinds["alert_without_decision"],
            "unclear": kinds["unclear_alert"],
        },
        "register": {
            **_rows(held),
            "not_active": entries,
            "with_decision": entries - kinds["entry_without_decision"] - kinds["unclear_entry"],
            "without_decision": kinds["entry_without_decision"],
            "unclear": kinds["unclear_entry"],
        },
        "findings": {kind: kinds[kind] for kind in KINDS},
        "model": {"name": model.name, "sha256": model.fingerprint},
        "hpmatch": version("hpmatch"),
    }


def _rows(table: _Table) -> dict[str, int]:
    return {"rows": len(table) + len(table.rejected), "read": len(table), "rejected": len(table.rejected)}


# --- reading


@dataclass(frozen=True)
class _Table:
    """
    A table as text, in the order of its identifiers, so that nothing hangs on the order of rows.

    Attributes:
        data: The cells of each role, the identifier's first; "" where one is empty.
        rejected: The rows that could not be used.
    """

    data: pa.Table
    rejected: tuple[RejectedRow, ...]

    def __len__(self) -> int:
        return len(self.data)

    @property
    def ids(self) -> list[str]:
        """The identifiers."""
        return self.cells(self.data.column_names[0])

    def cells(self, role: str) -> list[str]:
        """The cells of a role, whether it is there or not."""
        if role not in self.data.column_names:
            return [""] * len(self)
        cells: list[str] = self.data[role].to_pylist()
        return cells


_Unusable = Callable[[Mapping[str, str]], str]


def _read(
    source: Any,
    name: str,
    roles: Sequence[str],
    required: Sequence[str],
    schema: Schema | str | Path | None,
    unusable: _Unusable | None = None,
    *,
    may_be_empty: bool = False,
) -> _Table:
    """Read a table and set aside the rows that cannot be used."""
    if isinstance(source, (str, Path)) and Path(source).is_dir():
        raise SourceError(f"{name}: {source} is a folder; give the table itself (CSV or Parquet)")
    found = read(source, name, may_be_empty=may_be_empty)
    layout = resolve(read_schema(schema, name), found.data.column_names, roles, table=name, required=required)
    raw = with_usable_ids(found, layout.id)
    columns = {roles[0]: layout.id} | {role: layout.roles[role] for role in roles[1:] if role in layout.roles}
    plain = [pc.utf8_trim_whitespace(pc.fill_null(raw.data[column], "")) for column in columns.values()]
    data = pa.table(plain, names=list(columns))
    reasons = [unusable(row) for row in data.to_pylist()] if unusable else [""] * len(data)
    rejected = list(raw.rejected)
    for reason in sorted(set(reasons) - {""}):
        rejected += reject(raw, np.flatnonzero([each == reason for each in reasons]), reason)
    usable = data.filter(pa.array([not reason for reason in reasons], pa.bool_())).sort_by(roles[0])
    if rejected and not len(usable):
        first = min(rejected, key=lambda row: row.row)
        raise SourceError(
            f"{name}: none of the {len(rejected)} rows of {raw.source} can be used; row {first.row} {first.reason}"
        )
    return _Table(usable, tuple(rejected))


def _unusable_decision(row: Mapping[str, str]) -> str:
    """Why a decision cannot be used; "" where it can."""
    return _unusable_person(row) or ("" if read_day(row["decision_date"]) else _DAYLESS)


def _unusable_alert(own: str, row: Mapping[str, str]) -> str:
    """Why an alert cannot be used; "" where it can."""
    sender = row.get("sending_country", "")
    if sender and code_country(sender) != own:
        return f"was not sent by {own}; leave out what others sent, or name the own country"
    return _unusable_person(row)


def _unusable_person(row: Mapping[str, str]) -> str:
    told = sum(bool(row.get(role)) for role in _WHO)
    return "" if row.get("hpr_number") or told > 1 else _NOBODY


def _named_by_register(table: _Table, register: _Table) -> _Table:
    """The table with what the register says of the persons of whom a row tells no name."""
    row_of = {number: row for row, number in enumerate(register.ids)}
    rows = [
        None if family or given else row_of.get(number)
        for number, family, given in zip(*map(table.cells, ("hpr_number", *_WHO[:2])), strict=True)
    ]
    columns = dict(zip(table.data.column_names, table.data.columns, strict=True))
    for role in _FROM_REGISTER:
        held = register.cells(role)
        told = zip(table.cells(role), rows, strict=True)
        columns[role] = pa.array(
            [cell if row is None else held[row] or cell for cell, row in told], pa.string()
        )
    return replace(table, data=pa.table(columns))


def _people(table: _Table, model: Model) -> People:
    """The table's persons; the sender, which is the own country, tells nothing of them."""
    first, *others = (role for role in table.data.column_names if role != "sending_country")
    cells = {role: _without_empty(table.data[role]) for role in others}
    told = {role: array for role, array in cells.items() if array.null_count < len(array)}
    records = standardise(table.data[first].combine_chunks(), told, model.standardisers)
    return People(
        ReadRecords(records, first, (), len(table)), table.cells("hpr_number"), np.arange(len(table))
    )


def _without_empty(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(
        [pa.array([], pa.string()), *pc.if_else(pc.equal(column, ""), None, column).chunks]
    )


def _grouped(people: People, model: Model) -> People:
    """The alerts with those about one person put together."""
    if not len(people):
        return people
    return replace(people, persons=group_alerts(people.read.records, model))


def _decisions(table: _Table) -> list[Decision]:
    days = [read_day(text) for text in table.cells("decision_date")]
    columns = (table.ids, table.cells("hpr_number"), days, _professions(table), table.cells("measure"))
    return [
        Decision(decision_id, number, day, professions, standing_of(measure))
        for decision_id, number, day, professions, measure in zip(*columns, strict=True)
        if day
    ]


def _alerts(table: _Table) -> list[SentAlert]:
    sent, decided = (
        [read_day(text) for text in table.cells(role)] for role in ("sent_date", "decision_date")
    )
    withdrawn = [status_of(text) == _WITHDRAWN for text in table.cells("status")]
    columns = (table.ids, table.cells("hpr_number"), sent, decided, _professions(table), withdrawn)
    return [SentAlert(*row) for row in zip(*columns, strict=True)]


def _professions(table: _Table) -> list[frozenset[str]]:
    return [frozenset(codes) for codes in code_professions(table.cells("profession"))]
