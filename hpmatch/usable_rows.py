"""
Rows of a table that can be used, each with an identifier of its own.

A register may have a row for each authorisation of a person; they are joined. Other rows that share an identifier and differ are
set aside.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.schema import Layout
from hpmatch.sources.rejected import reject
from hpmatch.sources.tables import RawTable, joined, plain_identifiers

# Of what a person may have several, so that a register may have a row for each; statuses are of authorisations.
_ONE_A_ROW = ("professions", "specialties", "education_country", "status")
_BETWEEN = ";"  # values in one cell


def identifiers(data: pa.Table, column: str) -> pa.Array:
    """The identifiers of the rows, see ``plain_identifiers``; null where there is none."""
    return plain_identifiers(joined(data[column]))


def with_usable_ids(raw: RawTable, layout: Layout, *, several_rows: bool = False) -> RawTable:
    """
    Set aside the rows whose identifier is empty or not their own.

    Of rows that are the same in every cell the first is kept. Rows that share an identifier and differ are all set
    aside: to choose one would be to guess, and the choice would hang on the order of the rows.

    Args:
        raw: The table.
        layout: Which column plays which role.
        several_rows: Whether a person may have several rows, which differ in professions, specialties and the like alone. The
            first is kept with what all of them say there; what nobody reads stays as it is in the first.
    """
    ids, column = identifiers(raw.data, layout.id), layout.id
    encoded = ids.dictionary_encode()
    empty = np.asarray(pc.fill_null(pc.equal(ids, ""), True))
    if len(encoded.dictionary) == len(ids) and not empty.any():
        return raw
    if several_rows:
        return with_usable_ids(_one_row_a_person(raw, layout), layout)
    code = np.asarray(pc.fill_null(encoded.indices, -1), np.int64)
    shared = ~empty & (np.bincount(code + 1, minlength=1)[code + 1] > 1)
    rejected = reject(raw, np.flatnonzero(empty), f"has no {column}; give it one")
    repeated = np.zeros(len(ids), bool)
    for rows in _groups(code, np.flatnonzero(shared)):
        same = len(set(map(str, raw.data.take(pa.array(rows)).to_pylist()))) == 1
        numbers = ", ".join(str(number) for number in raw.rows[rows][:5])
        reason = (
            f"repeats row {raw.rows[rows[0]]} word for word"
            if same
            else f"shares its {column} with other content in rows {numbers}; give each row its own or keep one"
        )
        outcast = rows[1:] if same else rows
        repeated[outcast] = True
        rejected += reject(raw, outcast, reason)
    keep = np.flatnonzero(~empty & ~repeated)
    return raw.with_rejected(keep, rejected)


def _one_row_a_person(raw: RawTable, layout: Layout) -> RawTable:
    """The table with the rows of each person joined, where they differ in what a person may have several of alone."""
    groups = _rows_of_persons(raw, layout)
    if not groups:
        return raw
    data = raw.data
    for column in _may_differ(layout):
        data = _with_all_told(data, column, groups)
    gone = np.concatenate([group[1:] for group in groups])
    left = replace(raw, data=data, joined=len(gone))
    return left.with_rejected(np.delete(np.arange(len(data)), gone), ())


def _may_differ(layout: Layout) -> list[str]:
    return [layout.roles[role] for role in _ONE_A_ROW if role in layout.roles]


def _rows_of_persons(raw: RawTable, layout: Layout) -> list[IntArray]:
    """The rows of each person who has several that differ, but in nothing else that is read."""
    ids = identifiers(raw.data, layout.id)
    encoded = pc.if_else(pc.equal(ids, ""), None, ids).dictionary_encode()
    code = np.asarray(pc.fill_null(encoded.indices, -1), np.int64)
    shared = np.flatnonzero((code >= 0) & (np.bincount(code + 1)[code + 1] > 1))
    one = [column for column in layout.columns.values() if column not in (layout.id, *_may_differ(layout))]
    rows, code_of_row = raw.data.take(pa.array(shared)), code[shared]
    is_person = (_ways(rows, one, code_of_row) == 1) & (_ways(rows, rows.column_names, code_of_row) > 1)
    return _groups(code, shared[is_person])


def _with_all_told(data: pa.Table, column: str, groups: Sequence[IntArray]) -> pa.Table:
    """The table with what all rows of each group hold in a column in the first of them."""
    cells = data[column].take(pa.array(np.concatenate(groups))).to_pylist()
    ends = np.cumsum([len(group) for group in groups]).tolist()
    told = [_all_of(cells[end - len(group) : end]) for group, end in zip(groups, ends, strict=True)]
    firsts = np.array([group[0] for group in groups])
    in_order = pa.array(told, pa.string()).take(pa.array(np.argsort(firsts)))
    is_first = pa.array(np.isin(np.arange(len(data)), firsts))
    whole = pc.replace_with_mask(joined(data[column]), is_first, in_order)
    return data.set_column(data.column_names.index(column), column, whole)


def _ways(rows: pa.Table, columns: Sequence[str], code: IntArray) -> IntArray:
    """In how many ways the rows with each row's code are told by some columns."""
    names = [str(place) for place in range(len(columns) + 1)]
    told = pa.table([*(rows[column] for column in columns), pa.array(code)], names=names)
    distinct = told.group_by(names).aggregate([])[names[-1]].to_numpy()
    return np.asarray(np.bincount(distinct, minlength=int(code.max(initial=-1)) + 1)[code], np.int64)


def _all_of(cells: Iterable[str | None]) -> str | None:
    """What some cells hold together, in an order that does not hang on theirs."""
    parts = {part.strip() for cell in cells for part in (cell or "").split(_BETWEEN)}
    return _BETWEEN.join(sorted(parts - {""})) or None


def _groups(code: IntArray, rows: IntArray) -> list[IntArray]:
    if not len(rows):
        return []
    order = rows[np.argsort(code[rows], kind="stable")]
    return np.split(order, np.flatnonzero(np.diff(code[order])) + 1)
