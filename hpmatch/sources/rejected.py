"""Rows that could not be used: told with their reason, never dropped in silence."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import pyarrow as pa

from hpmatch.arrays import IntArray
from hpmatch.errors import SourceError
from hpmatch.sources.tables import RawTable, RejectedRow

_IN_ROWS = re.compile(r'[,;\t|"\r\n]')


def reject(table: RawTable, places: IntArray, reason: str) -> list[RejectedRow]:
    """The rows at the given places of a table, as rejected for one reason."""
    cells = table.data.take(pa.array(places)).to_pylist()
    return [
        RejectedRow(table.source, int(row), reason, json.dumps(content, ensure_ascii=False))
        for row, content in zip(table.rows[places], cells, strict=True)
    ]


def whole(table: RawTable, name: str) -> RawTable:
    """
    A table of which every row counts.

    Args:
        table: The table.
        name: What to call it in messages.

    Raises:
        SourceError: If a row could not be read.

    Example:
        >>> whole(RawTable("labels.csv", pa.table({}), (), (RejectedRow("labels.csv", 2, "has 4 fields", ""),)), "labels")
        Traceback (most recent call last):
        hpmatch.errors.SourceError: labels: row 2 has 4 fields; correct it: the table is taken whole or not at all
    """
    if table.rejected:
        first = min(table.rejected, key=lambda row: row.row)
        raise SourceError(
            f"{name}: row {first.row} {first.reason}; correct it: the table is taken whole or not at all"
        )
    return table


def cells_told(content: str | None) -> frozenset[str]:
    """
    What the cells of a rejected row say, by which alone an alert's identifier can be found in one that cannot be read.

    Example:
        >>> sorted(cells_told("A1,Berg,,too many")), sorted(cells_told('{"id": "A1", "name": null}'))
        (['A1', 'Berg', 'too many'], ['A1'])
    """
    text = content or ""
    try:
        cells = list(json.loads(text).values())
    except (ValueError, AttributeError):
        cells = _IN_ROWS.split(text)
    return frozenset(str(cell).strip() for cell in cells if cell is not None) - {""}


def without_content(rows: Iterable[RejectedRow], ids: Collection[str]) -> tuple[RejectedRow, ...]:
    """Rejected rows, those without what they say that name one of some identifiers."""
    return tuple(row if cells_told(row.content).isdisjoint(ids) else replace(row, content="") for row in rows)


def rejected_table(of_tables: Mapping[str, Sequence[RejectedRow]]) -> pa.Table:
    """The rejected rows of several tables as one: table, file, row, reason, content; by file and row."""
    told = [(table, row) for table, rows in of_tables.items() for row in rows]
    told.sort(key=lambda each: (each[1].source, each[1].row))
    ordered = [row for _, row in told]
    return pa.table(
        {
            "table": pa.array([table for table, _ in told], pa.string()),
            "file": pa.array([row.source for row in ordered], pa.string()),
            "row": pa.array([row.row for row in ordered], pa.int64()),
            "reason": pa.array([row.reason for row in ordered], pa.string()),
            "content": pa.array([row.content for row in ordered], pa.string()),
        }
    )
