"""A table as it was found, and what it says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.shown import on_one_line

# What nobody sees, and copy-and-paste brings along: soft hyphens, blanks of no width, joiners, marks of direction and of order.
INVISIBLE = "[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]"


@dataclass(frozen=True)
class RejectedRow:
    """
    A row that could not be used.

    Attributes:
        source: The file, or the kind of table, that it stood in.
        row: Its number there; the first row after the header is 1.
        reason: Why it could not be used.
        content: The row as it stood.
    """

    source: str
    row: int
    reason: str
    content: str = field(repr=False)


@dataclass(frozen=True)
class RawTable:
    """
    A table as it was found.

    Attributes:
        source: The file, or the kind of table.
        data: Text columns; null where a cell is empty.
        rows: int64[n], the number that each row had in its source, from 1.
        rejected: The rows that could not be read.
        is_headed_by_line: Whether the columns' names are the first line of a file, which may hold data instead.
        joined: How many rows were joined with another one of the same person.
    """

    source: str
    data: pa.Table
    rows: IntArray
    rejected: tuple[RejectedRow, ...] = ()
    is_headed_by_line: bool = False
    joined: int = 0

    def with_rejected(self, keep: IntArray, rejected: Iterable[RejectedRow]) -> RawTable:
        """The table with some of its rows only, and what became of the others."""
        taken = self.data.take(pa.array(keep)), self.rows[keep]
        return replace(self, data=taken[0], rows=taken[1], rejected=(*self.rejected, *rejected))

    def __repr__(self) -> str:
        return on_one_line(
            self, rows=len(self.data), columns=self.data.num_columns, rejected=len(self.rejected)
        )


def numbered(source: str, data: pa.Table) -> RawTable:
    """A table whose rows are all there, numbered from 1."""
    return RawTable(source, data, np.arange(1, len(data) + 1))


def content_digest(table: pa.Table) -> str:
    """
    The SHA-256 of what a table of text columns says, however it lies in memory.

    Example:
        >>> table = pa.table({"name": ["Berg", None]})
        >>> content_digest(table) == content_digest(pa.concat_tables([table[:1], table[1:]]))
        True
    """
    digest = hashlib.sha256(json.dumps([table.column_names, len(table)]).encode())
    for column in table.columns:
        cells = joined(column)
        # Lengths keep apart what lies side by side: "ab", "c" is not "a", "bc", and nothing is not "".
        digest.update(np.asarray(pc.fill_null(pc.cast(pc.binary_length(cells), pa.int64()), -1)).tobytes())
        whole = pa.ListArray.from_arrays([0, len(cells)], pc.fill_null(cells, ""))
        digest.update(pc.binary_join(whole, "")[0].as_buffer())
    return digest.hexdigest()


def plain_identifiers(cells: pa.Array | pa.ChunkedArray) -> pa.Array | pa.ChunkedArray:
    r"""
    Identifiers of records without what nobody sees in them: blanks around them, and ``INVISIBLE`` characters.

    Example:
        >>> plain_identifiers(pa.array([" 9144889", "\u200b9144\u00ad889\ufeff ", None])).to_pylist()
        ['9144889', '9144889', None]
    """
    if not pc.all(pc.string_is_ascii(cells)).as_py():
        cells = pc.replace_substring_regex(cells, INVISIBLE, "")
    return pc.utf8_trim_whitespace(cells)


def plain_identifier(text: str) -> str:
    r"""
    The same for a single identifier.

    Example:
        >>> plain_identifier("9144889\u2060 ")
        '9144889'
    """
    return (text if text.isascii() else re.sub(INVISIBLE, "", text)).strip()


WRITTEN_OTHERWISE = (
    "names a number that the register writes otherwise (zeros, blanks, '.0'); write it as the register does"
)


def written_otherwise(ids: pa.Array, known: pa.Array) -> pa.Array:
    """
    Which identifiers are not among the known ones, but would be without what a spreadsheet or a form adds or takes.

    Example:
        >>> written_otherwise(pa.array(["12345", "12 345.0", "0012345", "77"]), pa.array(["0012345"])).to_pylist()
        [True, True, False, False]
    """
    # Few are looked up in, for that is cheap.
    strange = pc.invert(pc.is_in(ids, known.filter(pc.is_in(known, ids))))
    if not pc.any(strange).as_py():
        return strange
    bare, bare_known = _bare(ids), _bare(known)
    return pc.and_(strange, pc.is_in(bare, bare_known.filter(pc.is_in(bare_known, bare))))


def _bare(ids: pa.Array) -> pa.Array:
    """Identifiers without blanks, zeros before and behind, and capitals."""
    # Most are bare: numbers in digits, which a pattern need not go through.
    other = pc.invert(pc.and_not(pc.ascii_is_decimal(ids), pc.starts_with(ids, "0")))
    whole = pc.replace_substring_regex(pc.utf8_lower(ids.filter(other)), r"\.0+\s*$", "")
    bare = pc.replace_substring_regex(pc.replace_substring_regex(whole, r"\s", ""), "^0+(.)", r"\1")
    return pc.replace_with_mask(ids, other, bare)


def joined(column: pa.ChunkedArray) -> pa.Array:
    """A column in one piece."""
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)
