"""
Changes to a register: additions, changes and removals, read and folded into records that stay counted as they were.

So an answer changes only where a person it may be about came, went or changed; ``Register.changed`` says more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.comparison.name_tables import NameTables, learn_terms
from hpmatch.errors import SchemaError, SourceError
from hpmatch.model import ALERTS, Model
from hpmatch.reading import layout_of, read_records
from hpmatch.records import MISSING, Column, Records
from hpmatch.schema import CHANGE, CHANGE_ROLES, REGISTER_ROLES, Schema, read_schema, resolve
from hpmatch.sources import read
from hpmatch.sources.rejected import whole
from hpmatch.sources.tables import RawTable, joined, numbered, plain_identifiers, written_otherwise
from hpmatch.standardise import telling_roles, with_common_vocabulary, with_grown_vocabulary

_ID = REGISTER_ROLES[0]
_REMOVED = frozenset({"removed", "deleted", "slettet", "fjernet"})
_KEPT = frozenset({"", "added", "changed", "ny", "endret"})
_TOLD = 5  # of the rows that a message is about


def read_changes(
    changes: Any, schema: Schema | str | Path | None = None, model: Model | None = None
) -> RawTable:
    """
    The rows of changes to a register, as text: the columns that play a role, under its name.

    Args:
        changes: See ``Register.changed``.
        schema: Which column plays which role, where its name does not say it.
        model: The model that the register was prepared with, which may read roles of its own; None for no such roles.

    Raises:
        SourceError: If the table is not one of persons, or a row cannot be read; changes are taken whole or not at all.
        SchemaError: If a needed column is missing.
    """
    if model is not None and model.subject != ALERTS:
        raise SourceError(
            "changes: they are taken to registers of persons, and this table was prepared as records of any kind; prepare the "
            "whole table again: hpmatch prepare TABLE --out DIR"
        )
    raw = whole(read(changes, "changes", may_be_empty=True), "changes")
    if not raw.data.num_columns:
        return numbered(raw.source, pa.table({_ID: pa.array([], pa.string())}))
    roles = (*CHANGE_ROLES, *(model.own_roles if model else ()))
    layout = layout_of(raw, "changes", roles, read_schema(schema, "register"), (_ID,))
    if CHANGE not in layout.roles:
        _refuse_unseen_removals(raw.data)
    named = {column: role for role, column in layout.columns.items() if role in roles}
    named |= {layout.id: _ID}
    table = raw.data.select(list(named)).rename_columns(list(named.values()))
    place = table.column_names.index(_ID)
    table = table.set_column(place, _ID, plain_identifiers(table[_ID]))
    return replace(raw, data=table)


def _numbers(table: RawTable) -> pa.Array:
    """The numbers of the persons that changes are about; none where there is none."""
    return pc.fill_null(joined(table.data[_ID]), "")


def _refuse(table: RawTable, those: pa.Array, what: str, remedy: str) -> None:
    """Refuse changes with some rows, which are told by their numbers in the file."""
    places = np.flatnonzero(those)
    if len(places):
        rows = ", ".join(map(str, table.rows[places[:_TOLD]].tolist()))
        more = ", ..." if len(places) > _TOLD else ""
        raise SourceError(
            f"changes: {len(places)} {what} (row{'s' if len(places) > 1 else ''} {rows}{more}); {remedy}"
        )


def refuse_written_otherwise(table: RawTable, known: pa.Array) -> None:
    """A spreadsheet takes zeros from a number: the person would be there twice, once as before and once as changed."""
    removed, kept = _split(table)
    stay = known.filter(pc.invert(pc.is_in(known, _numbers(removed))))
    _refuse(
        kept,
        written_otherwise(_numbers(kept), stay),
        "of the persons are written otherwise than in the register (zeros, blanks, '.0')",
        "write them alike",
    )


def _refuse_unseen_removals(table: pa.Table) -> None:
    """A person would stay whose removal a column tells that is not known to tell it."""
    for column in table.column_names:
        if pc.any(pc.is_in(_words(table[column]), pa.array(sorted(_REMOVED)))).as_py():
            raise SchemaError(
                f"changes: column {column!r} says that persons are removed, and its name does not say that it tells what "
                f"becomes of them; name it {CHANGE!r}, or if it tells something else add an empty column {CHANGE!r}"
            )


def changed_records(before: Records, table: RawTable, model: Model) -> tuple[IntArray, Records]:
    """
    Fold changes into the records of a register, which stay counted as they were.

    Args:
        before: The records, n of them.
        table: The changes, see ``read_changes``; at least one.
        model: The model that the records were prepared with.

    Returns:
        int64[s], the rows that stay; and the records, those that stay before those that come.

    Raises:
        SourceError: If the changes cannot be used, or name a person for removal who is not there or comes as well.
    """
    removed, kept = _split(table)
    added = _added(kept, model) if len(kept.data) else before.take(np.zeros(0, np.int64))
    gone = pa.chunked_array([_numbers(removed), added.ids], pa.string()).combine_chunks()
    goes = pc.is_in(before.ids, gone)  # few are looked up in, for that is cheap
    _refuse(
        removed,
        pc.invert(pc.is_in(_numbers(removed), before.ids.filter(goes))),
        "of the persons to be removed are not in the register",
        "write their numbers as it does, or leave them out",
    )
    _refuse(
        removed,
        pc.is_in(_numbers(removed), added.ids),
        "of the persons to be removed are added or changed in other rows",
        "keep one row for each",
    )
    added = _with_untold(added, before, np.flatnonzero(np.asarray(goes)), table.data.column_names, model)
    stays = np.flatnonzero(~np.asarray(goes))
    return stays, _joined(before, stays, added, model)


def _words(cells: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.utf8_lower(pc.utf8_trim_whitespace(pc.fill_null(cells, "")))


def _split(table: RawTable) -> tuple[RawTable, RawTable]:
    """The rows of the persons to be removed, and those of all others."""
    words = (
        _words(table.data[CHANGE]) if CHANGE in table.data.column_names else pa.array([""] * len(table.data))
    )
    unknown = pc.invert(pc.is_in(words, pa.array(sorted(_REMOVED | _KEPT))))
    allowed = f"{', '.join(sorted(_REMOVED | _KEPT - {''}))} or empty"
    _refuse(table, unknown, f"of the rows have an unknown word in column {CHANGE!r}", f"it may be {allowed}")
    is_removal = np.asarray(pc.is_in(words, pa.array(sorted(_REMOVED))))
    removed = table.with_rejected(np.flatnonzero(is_removal), ())
    nameless = pc.equal(_numbers(removed), "")
    _refuse(removed, nameless, "of the persons to be removed have no identifier", "give it")
    return removed, table.with_rejected(np.flatnonzero(~is_removal), ())


def _added(rows: RawTable, model: Model) -> Records:
    """The persons to be added; a few of them may well have no birth date, but the column has to be there."""
    roles = (*REGISTER_ROLES, *model.own_roles)
    if CHANGE in rows.data.column_names:
        rows = replace(rows, data=rows.data.drop_columns([CHANGE]))
    resolve(Schema(), rows.data.column_names, roles, table="changes")
    found = read_records(rows, "changes", roles, model.standardisers, Schema(), required=())
    if found.rejected:
        first = min(found.rejected, key=lambda row: row.row)
        raise SourceError(f"changes: row {first.row} {first.reason}; changes are taken whole or not at all")
    return found.records


def _with_untold(
    added: Records, before: Records, goes: IntArray, told: Sequence[str], model: Model
) -> Records:
    """Persons who keep what the changes have no column for: an extract of a few columns takes nothing from anybody."""
    untold = [
        stage.column
        for stage in model.standardisers
        if stage.column in before and not telling_roles(stage, told)
    ]
    if not untold:
        return added
    place = np.asarray(
        pc.fill_null(pc.index_in(added.ids, before.ids.take(pa.array(goes))), MISSING), np.int64
    )
    kept = {}
    for name in untold:
        codes = np.append(before[name].codes[goes], np.int32(MISSING))
        kept[name] = Column(codes[place], before[name].values).recounted()
    return replace(added, columns={**added.columns, **kept})


def _joined(before: Records, stays: IntArray, added: Records, model: Model) -> Records:
    """The records that stay and those that come, with everything counted as before."""
    kinds = {stage.column: stage.kind for stage in model.standardisers}
    columns = {
        name: (before[name] if name in before else _nothing(before, kinds[name])).changed(
            stays, added[name] if name in added else _nothing(added, kinds[name])
        )
        for name in kinds
        if name in before or name in added
    }
    ids = pa.concat_arrays([before.ids.take(pa.array(stays)), added.ids])
    records = Records(ids, with_grown_vocabulary(columns, before.columns, model.standardisers))
    learn_terms(records, before)
    records.derived("name_tables", lambda: NameTables.of(before).changed(records))
    return records


def _nothing(records: Records, kind: pa.DataType) -> Column:
    return Column.encode([None] * len(records), kind)


def turnover(before: Records, now: Records, changes: RawTable) -> tuple[IntArray, IntArray]:
    """
    Whom changes took out of a register and whom they brought to it; who changed is among both.

    Args:
        before: The records of the register as it was.
        now: Those of the register as the changes made it.
        changes: The changes, see ``read_changes``.

    Returns:
        int64[w], rows of the register as it was; int64[c], rows of the register as it is, which are its last ones.
    """
    touched = _numbers(changes)
    went = np.flatnonzero(np.asarray(pc.is_in(before.ids, touched)))
    return went, np.arange(len(before) - len(went), len(now))


def by_itself(register: Records, rows: IntArray, model: Model) -> Records:
    """A few persons of a register, without the values that only others hold."""
    records = counted_anew(register.take(rows), model)
    learn_terms(records, register)
    return records


def counted_anew(records: Records, model: Model) -> Records:
    """Records whose values are counted anew, as if they were a whole table."""
    columns = {name: column.recounted() for name, column in records.columns.items()}
    return Records(records.ids, with_common_vocabulary(columns, model.standardisers))
