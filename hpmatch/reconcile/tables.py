"""The three tables that are reconciled: read, what cannot be used set aside, and taken for decisions, alerts and persons."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.alerts import group_alerts
from hpmatch.alerts.relations import status_of
from hpmatch.errors import SourceError
from hpmatch.model import Model
from hpmatch.reading import ReadRecords, layout_of
from hpmatch.reconcile.counterparts import People
from hpmatch.reconcile.findings import standing_of
from hpmatch.reconcile.sendings import Decision, SentAlert
from hpmatch.schema import ALERT_ROLES, REGISTER_ROLES, REQUIRED_ROLES, Schema, read_schema
from hpmatch.sources import read
from hpmatch.sources.files import is_folder
from hpmatch.sources.rejected import reject
from hpmatch.sources.tables import (
    WRITTEN_OTHERWISE,
    RejectedRow,
    joined,
    plain_identifiers,
    written_otherwise,
)
from hpmatch.standardise import standardise
from hpmatch.standardise.countries import code_country
from hpmatch.standardise.days import read_day
from hpmatch.standardise.professions import code_professions
from hpmatch.usable_rows import with_usable_ids

DECISION_ROLES = (
    "decision_id", "hpr_number", "family_name", "middle_name", "given_name", "birth_date", "sex", "birth_name",
    "other_names", "national_id", "profession", "specialty", "decision_date", "measure",
)  # fmt: skip
SENT_ROLES = (*ALERT_ROLES, "hpr_number")

# A status of an alert, see data/alert_statuses.csv.
_WITHDRAWN = "withdrawn"
# What a decision or an alert that names only a number is known by.
_FROM_REGISTER = (*REQUIRED_ROLES, "middle_name", "sex")


class _Aside(NamedTuple):
    """
    Why a row is set aside.

    Attributes:
        reason: What is told.
        may_matter: Whether the row may hold what is looked for all the same.
    """

    reason: str
    may_matter: bool = True


_NOBODY = _Aside(
    "has neither hpr_number nor two of family_name, given_name and birth_date; fill in one of these"
)
_WRITTEN_OTHERWISE = _Aside(WRITTEN_OTHERWISE)
_DAYLESS = _Aside("has no day that can be read in decision_date; write it as in 2024-03-31")


@dataclass(frozen=True)
class Table:
    """
    A table as text, in the order of its identifiers, so that nothing hangs on the order of rows.

    Attributes:
        data: The cells of each role, the identifier's first; "" where one is empty.
        rejected: The rows that could not be used.
        unread: How many of these may hold what is looked for.
    """

    data: pa.Table
    rejected: tuple[RejectedRow, ...]
    unread: int

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


def read_entries(source: Any, schema: Schema | str | Path | None) -> Table:
    """The register, with how each authorisation stands."""
    return _read(source, "register", REGISTER_ROLES, ("status",), schema)


def read_decisions(source: Any, held: Table, schema: Schema | str | Path | None) -> Table:
    """The own decisions, about persons of a register; there may be none, as in a quiet week."""
    required, unusable = ("decision_date",), _unusable_decision
    return _read(source, "decisions", DECISION_ROLES, required, schema, unusable, held, may_be_empty=True)


def read_alerts(source: Any, own: str, held: Table, schema: Schema | str | Path | None) -> Table:
    """The alerts that the country `own` sent about persons of a register; there may be none."""
    unusable = partial(_unusable_alert, own)
    return _read(source, "alerts", SENT_ROLES, ("sent_date",), schema, unusable, held, may_be_empty=True)


def _usable(_: Mapping[str, str]) -> None:
    """Nothing speaks against any row."""


def _read(
    source: Any,
    name: str,
    roles: Sequence[str],
    required: Sequence[str],
    schema: Schema | str | Path | None,
    unusable: Callable[[Mapping[str, str]], _Aside | None] = _usable,
    held: Table | None = None,
    *,
    may_be_empty: bool = False,
) -> Table:
    """Read a table and set aside the rows that cannot be used."""
    if is_folder(source):
        raise SourceError(f"{name}: {source} is a folder; give the table itself (CSV or Parquet)")
    found = read(source, name, may_be_empty=may_be_empty)
    if not found.data.num_columns:
        return Table(pa.table({roles[0]: pa.array([], pa.string())}), (), 0)
    layout = layout_of(found, name, roles, read_schema(schema, name), required)
    raw = with_usable_ids(found, layout)
    columns = {roles[0]: layout.id} | {role: layout.roles[role] for role in roles[1:] if role in layout.roles}
    plain = [plain_identifiers(pc.fill_null(raw.data[column], "")) for column in columns.values()]
    data = pa.table(plain, names=list(columns))
    asides = [unusable(row) for row in data.to_pylist()]
    if held is not None and "hpr_number" in columns:
        otherwise = written_otherwise(joined(data["hpr_number"]), pa.array(held.ids, pa.string()))
        told = zip(asides, otherwise.to_pylist(), strict=True)
        asides = [aside or (_WRITTEN_OTHERWISE if is_otherwise else None) for aside, is_otherwise in told]
    rejected = list(raw.rejected)
    for aside in sorted({each for each in asides if each}):
        rejected += reject(raw, np.flatnonzero([each == aside for each in asides]), aside.reason)
    usable = data.filter(pa.array([each is None for each in asides], pa.bool_())).sort_by(roles[0])
    if rejected and not len(usable):
        first = min(rejected, key=lambda row: row.row)
        raise SourceError(
            f"{name}: none of the {len(rejected)} rows of {raw.source} can be used; row {first.row} {first.reason}"
        )
    unread = len(rejected) - sum(not each.may_matter for each in asides if each)
    return Table(usable, tuple(rejected), unread)


def _unusable_decision(row: Mapping[str, str]) -> _Aside | None:
    """Why a decision cannot be used; None where it can."""
    return _unusable_person(row) or (None if read_day(row["decision_date"]) else _DAYLESS)


def _unusable_alert(own: str, row: Mapping[str, str]) -> _Aside | None:
    """Why an alert cannot be used; None where it can."""
    sender = row.get("sending_country", "")
    if sender and code_country(sender) != own:
        return _Aside(
            f"was not sent by {own}; leave out what others sent, or name the own country", may_matter=False
        )
    return _unusable_person(row)


def _unusable_person(row: Mapping[str, str]) -> _Aside | None:
    """Why a row that names a person cannot be used; None where it can."""
    told = sum(bool(row.get(role)) for role in REQUIRED_ROLES)
    return None if row.get("hpr_number") or told > 1 else _NOBODY


def named_by_register(table: Table, register: Table) -> Table:
    """The table with what the register says of the persons of whom a row tells no name."""
    row_of = {number: row for row, number in enumerate(register.ids)}
    rows = [
        None if family or given else row_of.get(number)
        for number, family, given in zip(
            *map(table.cells, ("hpr_number", "family_name", "given_name")), strict=True
        )
    ]
    columns = dict(zip(table.data.column_names, table.data.columns, strict=True))
    for role in _FROM_REGISTER:
        held = register.cells(role)
        told = zip(table.cells(role), rows, strict=True)
        columns[role] = pa.array(
            [cell if row is None else held[row] or cell for cell, row in told], pa.string()
        )
    return replace(table, data=pa.table(columns))


def people_of(table: Table, model: Model) -> People:
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


def grouped(people: People, model: Model) -> People:
    """The alerts with those about one person put together."""
    if not len(people):
        return people
    return replace(people, persons=group_alerts(people.read, model))


def decisions_of(table: Table) -> list[Decision]:
    """The decisions of the table, in its order."""
    days = [read_day(text) for text in table.cells("decision_date")]
    columns = (table.ids, table.cells("hpr_number"), days, _professions(table), table.cells("measure"))
    return [
        Decision(decision_id, number, day, professions, standing_of(measure))
        for decision_id, number, day, professions, measure in zip(*columns, strict=True)
        if day
    ]


def alerts_of(table: Table) -> list[SentAlert]:
    """The alerts of the table, in its order."""
    sent, decided = (
        [read_day(text) for text in table.cells(role)] for role in ("sent_date", "decision_date")
    )
    withdrawn = [status_of(text) == _WITHDRAWN for text in table.cells("status")]
    columns = (table.ids, table.cells("hpr_number"), sent, decided, _professions(table), withdrawn)
    return [SentAlert(*row) for row in zip(*columns, strict=True)]


def _professions(table: Table) -> list[frozenset[str]]:
    return [frozenset(codes) for codes in code_professions(table.cells("profession"))]
