"""
Reading tables.

Whatever comes in (a CSV or Parquet file, an Arrow, pandas or polars table, a DuckDB relation, rows as dicts) leaves
as an Arrow table of text columns, with the number that each row had in its source and with the rows that could not
be read. Nothing is ever dropped in silence.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from hpmatch.errors import SourceError
from hpmatch.sources.csv_files import read_csv
from hpmatch.sources.files import File, first_line, is_folder
from hpmatch.sources.memory import as_text, table_in_memory
from hpmatch.sources.tables import RawTable, numbered

_SNIFFED_BYTES = 1 << 16


def read(source: Any, name: str, *, may_be_empty: bool = False) -> RawTable:
    """
    Read a table.

    Args:
        source: The path of a CSV or Parquet file, or of a pipe that gives one; anything with the Arrow PyCapsule interface
            (pyarrow, pandas, polars, DuckDB relations); a sequence of dicts, one a row; or a table that was read already.
        name: What to call the table in messages.
        may_be_empty: Whether a table without rows will do; one in memory has no columns then either.

    Raises:
        SourceError: If it cannot be read or has no rows.

    Example:
        >>> read([{"id": 1, "name": "Berg"}], "people").data.to_pylist()
        [{'id': '1', 'name': 'Berg'}]
    """
    if isinstance(source, RawTable):
        return source
    if isinstance(source, (str, Path)):
        source = File.of(source, name)
    if isinstance(source, File):
        table = _read_file(source, name)
        source.check_unchanged(name)
    else:
        table = numbered(type(source).__name__, table_in_memory(source, name))
    lacks_columns = (
        isinstance(source, File) and not table.data.num_columns
    )  # and is no table with nothing in it
    if len(table.data) == 0 and not table.rejected and (lacks_columns or not may_be_empty):
        lacks = "a header but no rows" if table.data.num_columns else "no rows"
        raise SourceError(f"{name}: {table.source} has {lacks}")
    return table


def lasting(source: Any, name: str) -> Any:
    """
    A source whose path can be read more than once: what comes through a pipe is kept.

    Args:
        source: Any source; folders, and tables of any kind, stay as they are.
        name: What to call it in messages.

    Raises:
        SourceError: If it is a path that cannot be read.
    """
    return File.of(source, name) if isinstance(source, (str, Path)) and not is_folder(source) else source


def read_again(source: Any, name: str) -> File | RawTable:
    """
    A table that is read more than once: its file, so that it is known by it, or what was read of one that is none.

    Args:
        source: See ``read``.
        name: What to call it in messages.

    Raises:
        SourceError: If it cannot be read.
    """
    kept = lasting(source, name)
    return kept if isinstance(kept, File) else read(kept, name)


def _read_file(file: File, name: str) -> RawTable:
    try:
        with file.open() as opened:
            head = opened.read(_SNIFFED_BYTES) + opened.readline(_SNIFFED_BYTES)  # the whole of a long header
    except OSError as error:
        raise SourceError(f"{name}: cannot read {file}: {error.strerror or error}") from error
    if not head:
        raise SourceError(f"{name}: {file} is empty (0 bytes)")
    if head[:4] == b"PAR1" or file.path.suffix.lower() in (".parquet", ".pq"):
        return numbered(str(file), _read_parquet(file, name))
    if head[:2] == b"\x1f\x8b":
        raise SourceError(f"{name}: {file} is compressed; unpack it (gunzip) and give what comes out")
    if head[:2] == b"PK":
        raise SourceError(
            f"{name}: {file} is a spreadsheet or zip file; save it as CSV (UTF-8) and give that"
        )
    return read_csv(file, head, name)


def _read_parquet(file: File, name: str) -> pa.Table:
    try:
        return as_text(pq.read_table(file.as_arrow()), name)
    except MemoryError:  # Arrow's own is an ArrowException, too
        raise
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{name}: {file} is not a readable Parquet file: {first_line(error)}") from error
