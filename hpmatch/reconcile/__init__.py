"""
Own decisions: held against the alerts that were sent about them and against the register.

A decision to take or limit an authorisation has to be sent to the other countries as an alert, within three days (Directive
2005/36/EC art. 56a), and be entered in the register. What lacks is found in both directions; what cannot be told for certain
is told as unclear.

    read                                   tables.py
    who is who                             counterparts.py
    which alert is of which decision       sendings.py
    what lacks                             findings.py
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pyarrow as pa

from hpmatch.errors import HpmatchError
from hpmatch.model import Model, read_model
from hpmatch.output import write_folder
from hpmatch.parallel import batch_job
from hpmatch.reconcile.counterparts import counterparts, with_numbers
from hpmatch.reconcile.findings import DECIDED, KINDS, Finding, Matter, findings_of, standing_of
from hpmatch.reconcile.sendings import sendings
from hpmatch.reconcile.tables import (
    Table,
    alerts_of,
    decisions_of,
    grouped,
    named_by_register,
    people_of,
    read_alerts,
    read_decisions,
    read_entries,
)
from hpmatch.schema import Schema
from hpmatch.shown import on_one_line
from hpmatch.sources.rejected import rejected_table
from hpmatch.standardise.countries import code_country

TABLES = ("findings", "rejected")
# The agency decides about persons who are registered: unlike for an alert from abroad, even odds are cautious.
_REGISTERED_SHARE = 0.5


@dataclass(frozen=True)
class Reconciled:
    """
    What was found.

    Attributes:
        findings: A row a finding: kind, decision_id, alert_id, hpr_number, explanation.
        rejected: A row a rejected row: table, file, row, reason, content.
        summary: Counts that add up.
    """

    findings: pa.Table
    rejected: pa.Table
    summary: Mapping[str, Any]

    def __repr__(self) -> str:
        return on_one_line(self, findings=len(self.findings), rejected=len(self.rejected))

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
            ``profession`` and ``measure``; any table that ``link`` takes; may have no rows.
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
    held = read_entries(register, schema)
    told = read_decisions(decisions, held, schema)
    sent = read_alerts(alerts_sent, own, held, schema)
    with batch_job(workers):
        decided, alerted = (people_of(named_by_register(each, held), matcher) for each in (told, sent))
        who_is_registered = counterparts(decided, people_of(held, matcher), matcher)
        known = with_numbers(decided, who_is_registered, held.ids)
        who_was_alerted = counterparts(known, grouped(alerted, matcher), matcher)
    own_decisions, alerts = decisions_of(told), alerts_of(sent)
    matter = Matter(
        own_decisions,
        alerts,
        tuple(zip(held.ids, map(standing_of, held.cells("status")), strict=True)),
        sendings(own_decisions, alerts, who_was_alerted),
        who_is_registered,
        *(table.unread for table in (told, sent, held)),
    )
    return _reconciled(matter, (told, sent, held), matcher)


def _reconciled(matter: Matter, tables: tuple[Table, Table, Table], model: Model) -> Reconciled:
    found = findings_of(matter)
    columns = {
        name: pa.array([getattr(finding, name) or None for finding in found], pa.string())
        for name in Finding._fields
    }
    rejected = rejected_table(
        {
            name: table.rejected
            for name, table in zip(("decisions", "alerts", "register"), tables, strict=True)
        }
    )
    return Reconciled(pa.table(columns), rejected, _summary(matter, found, tables, model))


def _summary(
    matter: Matter, found: Sequence[Finding], tables: tuple[Table, Table, Table], model: Model
) -> dict[str, Any]:
    kinds = Counter(finding.kind for finding in found)
    told, sent, held = tables
    decisions, alerts = len(matter.decisions), len(matter.alerts)
    entries = sum(standing in DECIDED for _, standing in matter.entries)
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


def _rows(table: Table) -> dict[str, int]:
    return {"rows": len(table) + len(table.rejected), "read": len(table), "rejected": len(table.rejected)}
