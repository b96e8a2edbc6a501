"""From a source to records: read, find the columns' roles, set aside what cannot be used, standardise."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.errors import SchemaError, SourceError
from hpmatch.model import RECORDS, Model
from hpmatch.protocols import Standardiser
from hpmatch.records import Records
from hpmatch.schema import (
    ALERT_ROLES,
    RECORD_ROLES,
    REGISTER_ROLES,
    REQUIRED_ROLES,
    Layout,
    Schema,
    read_schema,
    resolve,
    shown_names,
)
from hpmatch.shown import on_one_line
from hpmatch.sources import read
from hpmatch.sources.tables import RawTable, RejectedRow, joined
from hpmatch.standardise import standardise
from hpmatch.usable_rows import identifiers, with_usable_ids


@dataclass(frozen=True)
class ReadRecords:
    """
    Records, and what became of every row of their source.

    Attributes:
        records: The records, each with an identifier of its own.
        id_name: The column that identifies them.
        rejected: The rows that could not be used.
        rows: How many rows the source has; as many as there are records, rejected rows and joined ones together.
        version: What tells the source from any other, see ``hpmatch.register.source_version``; "" where nobody asks.
        texts: The cells of some roles as they were read, one a record.
        columns_not_read: The columns that neither identify a record nor are read by anybody, in their order.
        checks: string[n], what tells an alert from another of its identifier, see ``checks_of``; None for other records.
    """

    records: Records
    id_name: str
    rejected: tuple[RejectedRow, ...]
    rows: int
    version: str = ""
    texts: Mapping[str, pa.Array] = field(default_factory=dict)
    checks: pa.Array | None = None
    columns_not_read: tuple[str, ...] = ()

    @property
    def joined(self) -> int:
        """How many rows were joined with another one of the same person."""
        return self.rows - len(self.records) - len(self.rejected)

    def __repr__(self) -> str:
        return on_one_line(self, records=len(self.records), rejected=len(self.rejected))


def read_records(
    source: Any,
    name: str,
    roles: Sequence[str],
    standardisers: Sequence[Standardiser],
    schema: Schema,
    required: Sequence[str] = REQUIRED_ROLES,
    kept: Sequence[str] = (),
    *,
    may_be_empty: bool = False,
) -> ReadRecords:
    """
    Read records.

    Args:
        source: See ``hpmatch.sources.read``.
        name: What to call the table in messages.
        roles: The roles that the table may have, the identifier first.
        standardisers: What makes the columns.
        schema: What the recognised column names do not say.
        required: The roles that some column has to play.
        kept: The roles whose cells are wanted as they were read.
        may_be_empty: Whether a table that has its columns and no rows will do.

    Raises:
        SourceError: If the source cannot be read or no row of it can be used.
        SchemaError: If a needed column is missing, named twice or empty.
    """
    raw = read(source, name, may_be_empty=may_be_empty)
    if may_be_empty:
        raw = with_columns(raw, (roles[0], *required))
    layout = layout_of(raw, name, roles, schema, required)
    raw = with_usable_ids(raw, layout, several_rows=name in _OF_PERSONS)
    if len(raw.data) == 0 and raw.rejected:
        first = min(raw.rejected, key=lambda row: row.row)
        raise SourceError(
            f"{name}: none of the {len(raw.rejected)} rows of {raw.source} can be used; row {first.row} {first.reason}"
        )
    cells, ids = _cells(raw.data, layout, name, required), identifiers(raw.data, layout.id)
    if standardisers and cells.keys().isdisjoint(role for each in standardisers for role in each.roles):
        own = ", ".join(role for role in roles if role not in (*RECORD_ROLES, *_ROLES.get(name, ())))
        raise SchemaError(
            f"{name}: no column of {raw.source} has anything that the model compares"
            f"{f', which reads {own}' if own else ''}; say in a schema file which column holds what, or train a model on the "
            f"table (train=True, --train)"
        )
    read_of = {role for stage in standardisers for role in stage.roles}.union(kept)
    said = {layout.id, *(column for role, column in layout.columns.items() if role in read_of)}
    not_read = tuple(column for column in raw.data.column_names if column not in said)
    rows, rejected = len(raw.data) + len(raw.rejected) + raw.joined, raw.rejected
    checks = checks_of(raw, layout) if name == "alerts" else None
    del raw  # what no role reads need not stay in memory
    texts = {role: cells[role] for role in kept if role in cells}
    records = standardise(ids, cells, standardisers)
    return ReadRecords(
        records, layout.id, rejected, rows, texts=texts, checks=checks, columns_not_read=not_read
    )


def read_for(
    model: Model,
    source: Any,
    table: str,
    schema: Schema | str | Path | None = None,
    kept: Sequence[str] = (),
    *,
    may_be_empty: bool = False,
) -> ReadRecords:
    """
    Read a table as a model wants it.

    Args:
        model: The model; one for records of any kind requires no role.
        source: See ``hpmatch.sources.read``.
        table: Which table it is: "alerts", "register" or "records".
        schema: What the recognised column names do not say.
        kept: The roles whose cells are wanted as they were read.
        may_be_empty: See ``read_records``.

    Raises:
        HpmatchError: If the source or the schema cannot be used.
    """
    roles, required = roles_of(model, table)
    said = read_schema(schema, table)
    return read_records(
        source, table, roles, model.standardisers, said, required, kept, may_be_empty=may_be_empty
    )


def with_columns(raw: RawTable, columns: Sequence[str]) -> RawTable:
    """A table as it is; one without rows and columns, as of an empty list, with columns, and still without rows."""
    if raw.data.num_columns or raw.rejected:
        return raw
    return replace(raw, data=pa.table({name: pa.array([], pa.string()) for name in columns}))


def roles_of(model: Model, table: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    The roles that a table may have, the identifier first, and those that some column of it has to play.

    What a model reads besides the project's own roles, such as a town, is a role of that name.

    Example:
        >>> from hpmatch.model import read_model
        >>> roles_of(read_model("imi"), "alerts")[1]
        ('family_name', 'given_name', 'birth_date')
    """
    known, required = (RECORD_ROLES, ()) if is_free(model, table) else (_ROLES[table], REQUIRED_ROLES)
    return (*known, *model.own_roles), required


def is_free(model: Model, table: str) -> bool:
    """Whether a table is about anything, so that no role is required and the first column may identify its records."""
    return RECORDS in (model.subject, table)


def roles_wanted(model: Model, table: str) -> tuple[str, ...]:
    """
    The roles of which a record has to play some, so that it tells anything: the required ones, or all that the model reads.

    Example:
        >>> from hpmatch.model import read_model
        >>> roles_wanted(read_model("imi"), "alerts")
        ('family_name', 'given_name', 'birth_date')
    """
    _, required = roles_of(model, table)
    return required or tuple(dict.fromkeys(role for stage in model.standardisers for role in stage.roles))


def layout_of(
    raw: RawTable, name: str, roles: Sequence[str], schema: Schema, required: Sequence[str]
) -> Layout:
    """
    Find out which column of a table plays which role, and which one identifies a record.

    Args:
        raw: The table.
        name: What to call it in messages.
        roles: The roles that it may have, the identifier first.
        schema: What the recognised column names do not say.
        required: The roles that some column has to play.

    Raises:
        SchemaError: If a needed column is missing or named twice, or nothing identifies a record.
    """
    found, is_headed = raw.data.column_names, raw.is_headed_by_line
    layout = resolve(schema, found, roles, table=name, required=required, is_headed_by_line=is_headed)
    if layout.is_id_guessed and not _may_identify(raw.data, layout.id):
        shown = shown_names(found, roles, schema, is_headed_by_line=is_headed)
        fit = [column for column in shown or () if _may_identify(raw.data, column)]
        raise SchemaError(no_identifier(name, fit))
    return layout


def _may_identify(data: pa.Table, column: str) -> bool:
    """Whether a column has a value in every row, and one of its own in all that are not the same word for word."""
    ids = identifiers(data, column)
    if pc.any(pc.fill_null(pc.equal(ids, ""), True)).as_py():
        return False
    number: int = pc.count_distinct(ids).as_py()
    return number == len(ids) or number == len(data.group_by(data.column_names).aggregate([]))


def no_identifier(name: str, fit: Sequence[str]) -> str:
    """What is said of a table whose first column was taken to identify its records and does not; others may fit."""
    hint = f"columns that would do: {', '.join(fit)}" if fit else "or add a column that numbers the rows"
    return (
        f"{name}: nothing says which column identifies a record, and the first one is empty or the same in several rows; say "
        f"it with id, in a schema or as an argument; {hint}"
    )


_OF_PERSONS = frozenset({"register", "changes"})  # tables that may have several rows a person
_ROLES = {"alerts": ALERT_ROLES, "register": REGISTER_ROLES}


def cells_of(read: ReadRecords, rows: IntArray) -> tuple[Mapping[str, object], ...]:
    """
    What records hold, as it is compared or, for the roles that were kept, as it was read.

    Args:
        read: The records.
        rows: int64[n], which of them.

    Returns:
        For each row its values by column; a column without one is left out.
    """
    taken = read.records.take(rows)
    columns = {role: texts.take(pa.array(rows)).to_pylist() for role, texts in read.texts.items()}
    columns |= {name: column.to_pylist() for name, column in taken.columns.items()}
    return tuple(
        {
            name: tuple(cells[row]) if isinstance(cells[row], list) else cells[row]
            for name, cells in columns.items()
            if cells[row] is not None
        }
        for row in range(len(rows))
    )


def cells_by_id(read: ReadRecords, ids: Sequence[str]) -> Mapping[str, Mapping[str, object]]:
    """
    What some records hold, see ``cells_of``, by their identifiers; those that are not there are left out.

    Args:
        read: The records.
        ids: The identifiers.
    """
    own = read.records.ids
    rows = np.flatnonzero(np.asarray(pc.is_in(own, value_set=pa.array(ids, own.type))))
    return dict(zip(own.take(pa.array(rows)).to_pylist(), cells_of(read, rows), strict=True))


def _cells(data: pa.Table, layout: Layout, name: str, required: Sequence[str]) -> Mapping[str, pa.Array]:
    """The cells of each role; a role whose column is wholly empty is as good as absent, unless there are no rows at all."""
    cells = {role: data[column] for role, column in layout.columns.items()}
    empty = [role for role, array in cells.items() if 0 < len(array) == array.null_count]
    check_filled(name, [role for role in empty if role in required], layout.roles, required, len(data))
    return {role: joined(array) for role, array in cells.items() if role not in empty}


def check_filled(
    name: str, empty: Sequence[str], columns: Mapping[str, str], required: Sequence[str], rows: int
) -> None:
    """
    Refuse a table that was given with the wrong columns.

    Args:
        name: What to call the table in messages.
        empty: The required roles whose columns are empty in all rows.
        columns: For each of them its column.
        required: All required roles.
        rows: How many rows there are.

    Raises:
        SchemaError: If alerts lack all of the required roles, or another table one of them.
    """
    # A few alerts may all lack a date; a register, or alerts that lack everything, were given with the wrong columns.
    if empty and (name != "alerts" or len(empty) == len(required)):
        told = ", ".join(f"{columns[role]!r} ({role})" for role in empty)
        raise SchemaError(
            f"{name}: column {told} is empty in all {rows} rows; "
            f"fill it, or say in a schema file which column holds it"
        )


def contents(raw: RawTable, layout: Layout) -> list[str]:
    """
    What each row says: its cells by column, in any order of columns, those left out that are empty.

    The status of an alert may change without it becoming another: it is revoked, or appealed against.
    """
    kept = sorted(name for name in raw.data.column_names if name != layout.roles.get("status"))
    cells = [joined(raw.data[name]) for name in kept]
    named = [
        pc.binary_join_element_wise(name, cell, "", "\x1f") for name, cell in zip(kept, cells, strict=True)
    ]
    return list(pc.binary_join_element_wise(*named, "", null_handling="skip").to_pylist())


def checks_of(raw: RawTable, layout: Layout) -> pa.Array:
    """
    Four digits of the checksum of what each row says.

    They are enough to notice that another file is given, and too few to find out from them what was said.
    """
    digits = [f"{zlib.crc32(said.encode()) & 0xFFFF:04x}" for said in contents(raw, layout)]
    return pa.array(digits, pa.string())
