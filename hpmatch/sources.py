"""
Reading and writing tables.

Whatever comes in (a CSV or Parquet file, an Arrow, pandas or polars table, a DuckDB relation, rows as dicts) leaves
as an Arrow table of text columns, with the number that each row had in its source and with the rows that could not
be read. Nothing is ever dropped in silence.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
import json
import re
import stat
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from hpmatch.errors import SourceError
from hpmatch.records import IntArray

DELIMITERS = ",;\t|"
_SNIFFED_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 22
_UTF16_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_IN_ROWS = re.compile(r'[,;\t|"\r\n]')
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BEYOND_LATIN1 = re.compile(rb"[\x80-\x9f]")
# What shows that one byte a letter is not that of Western Europe: words of nothing but accented letters, as Cyrillic, Greek,
# Arabic and Hebrew become; and signs amid a word (± ³ ¶ ¹ ¼ ¿), as the Polish ą ł ś ż ź do.
_ACCENTED = re.compile(rb"[\xc0-\xff]")
_ACCENTED_WORDS = re.compile(rb"[\xc0-\xff]{3,}")
_SIGN_IN_WORD = re.compile(rb"[A-Za-z][\xb1\xb3\xb6\xb9\xbc\xbf][a-z]")
_ASCII = [chr(code) for code in range(128)]
_NO_TEXT_ADVICE = "is not a text file; give a CSV (UTF-8 or Latin-1) or a Parquet file"
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MOST_LINES_LOST = 10
_LARGEST_PIPE = 1 << 30  # bytes, some ten million registered persons


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
    content: str


@dataclass(frozen=True)
class RawTable:
    """
    A table as it was found.

    Attributes:
        source: The file, or the kind of table.
        data: Text columns; null where a cell is empty.
        rows: int64[n], the number that each row had in its source, from 1.
        rejected: The rows that could not be read.
    """

    source: str
    data: pa.Table
    rows: IntArray
    rejected: tuple[RejectedRow, ...] = ()


@dataclass(frozen=True)
class File:
    """
    A file that can be read more than once: what comes through a pipe is in memory.

    Attributes:
        path: Where it is.
        data: What came through the pipe; None for a file that stays.
    """

    path: Path
    data: bytes | None

    @classmethod
    def of(cls, path: str | Path, name: str) -> File:
        """
        Find a file, and read it to its end if that can be done only once.

        Raises:
            SourceError: If it cannot be read, or is a folder.
        """
        path = Path(path)
        try:
            mode = path.stat().st_mode
            data = None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _drained(path)
        except (OSError, ValueError) as error:
            raise SourceError(
                f"{name}: cannot read {path}: {getattr(error, 'strerror', None) or error}"
            ) from error
        if stat.S_ISDIR(mode):
            raise SourceError(
                f"{name}: cannot read {path}: it is a folder; give a CSV or Parquet file (a prepared register serves to link, screen "
                f"and rescreen, not to train)"
            )
        if data is not None and len(data) > _LARGEST_PIPE:
            raise SourceError(f"{name}: what {path} gives does not end; save it as a file and give that")
        return cls(path, data)

    def __str__(self) -> str:
        return str(self.path)

    def open(self) -> io.BufferedReader | io.BytesIO:
        """Open it for reading, from its start."""
        return self.path.open("rb") if self.data is None else io.BytesIO(self.data)

    def as_arrow(self) -> Path | pa.BufferReader:
        """The file as Arrow takes it."""
        return self.path if self.data is None else pa.BufferReader(self.data)


def _drained(path: Path) -> bytes:
    """What a pipe gives, and no more than just beyond the most that is taken."""
    found = io.BytesIO()
    with path.open("rb") as file:
        while found.tell() <= _LARGEST_PIPE and (block := file.read(_BLOCK_BYTES)):
            found.write(block)
    return found.getvalue()


def is_folder(source: Any) -> bool:
    """Whether a source is the path of a folder; of what cannot be looked at, whoever reads it says what is wrong."""
    try:
        return isinstance(source, (str, Path)) and Path(source).is_dir()
    except OSError:
        return False


def read(source: Any, name: str, *, may_be_empty: bool = False) -> RawTable:
    """
    Read a table.

    Args:
        source: The path of a CSV or Parquet file, or of a pipe that gives one; anything with the Arrow PyCapsule interface
            (pyarrow, pandas, polars, DuckDB relations); a sequence of dicts, one a row; or a table that was read already.
        name: What to call the table in messages.
        may_be_empty: Whether a table without rows will do.

    Raises:
        SourceError: If it cannot be read, has no columns or has no rows.

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
    else:
        table = _numbered(type(source).__name__, _as_arrow(source, name))
    if table.data.num_columns == 0:
        raise SourceError(f"{name}: {table.source} has no columns; it needs a header row")
    if len(table.data) == 0 and not table.rejected and not may_be_empty:
        raise SourceError(f"{name}: {table.source} has a header but no rows")
    return table


def _read_file(file: File, name: str) -> RawTable:
    try:
        with file.open() as opened:
            head = opened.read(_SNIFFED_BYTES)
    except OSError as error:
        raise SourceError(f"{name}: cannot read {file}: {error.strerror or error}") from error
    if not head:
        raise SourceError(f"{name}: {file} is empty (0 bytes)")
    if head[:4] == b"PAR1" or file.path.suffix.lower() in (".parquet", ".pq"):
        return _numbered(str(file), _read_parquet(file, name))
    if head[:2] == b"PK":
        raise SourceError(
            f"{name}: {file} is a spreadsheet or zip file; save it as CSV (UTF-8) and give that"
        )
    return _read_csv(file, head, name)


def _read_parquet(file: File, name: str) -> pa.Table:
    try:
        return _as_text(pq.read_table(file.as_arrow()), name)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(f"{name}: {file} is not a readable Parquet file: {_first_line(error)}") from error


def _as_arrow(source: Any, name: str) -> pa.Table:
    kind = type(source).__name__
    try:
        return _as_text(_table_of(source, name), name)
    except SourceError:
        raise
    except UnicodeError as error:
        raise SourceError(
            f"{name}: a cell of the {kind} holds half a letter (a lone surrogate); give whole ones"
        ) from error
    except (TypeError, AttributeError, ValueError, pa.ArrowException) as error:
        raise SourceError(
            f"{name}: cannot read a {kind}; give the path of a CSV or Parquet file, an Arrow, "
            f"pandas or polars table, a DuckDB relation or a list of dicts"
        ) from error


def _table_of(source: Any, name: str) -> pa.Table:
    if isinstance(source, Sequence):
        return _from_dicts(source)
    return _from_pandas(source, name) if hasattr(source, "iloc") else pa.table(source)


def _from_pandas(frame: Any, name: str) -> pa.Table:
    """A frame with its index where that has a name; one without only numbers the rows."""
    if not frame.columns.is_unique:
        raise SourceError(f"{name}: two columns of the DataFrame have one name; rename one of them")
    named = [each for each in frame.index.names if each is not None]
    try:
        table = pa.Table.from_pandas(frame, preserve_index=bool(named))
    except pa.ArrowException:  # a column may hold values of several kinds, as those of a spreadsheet do
        levels = {str(each): _plain_cells(frame.index.get_level_values(each)) for each in named}
        return pa.table(levels | {str(column): _plain_cells(frame[column]) for column in frame.columns})
    for place in range(frame.shape[1]):
        if _is_listed(table.schema.types[place]):  # or a set, whose order Arrow takes as it comes
            table = table.set_column(place, table.column_names[place], _plain_cells(frame.iloc[:, place]))
    return table


def _from_dicts(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    columns = dict.fromkeys(column for row in rows for column in row)
    return pa.table({str(column): _plain_cells(row.get(column) for row in rows) for column in columns})


def _plain_cells(cells: Iterable[Any]) -> pa.Array:
    return pa.array([plain_cell(cell) for cell in cells], pa.string())


def plain_cell(cell: Any) -> str | None:
    """A cell of a dict as text; None where there is nothing. A set is read in the order of its texts."""
    if type(cell) is str:  # most are
        return cell
    if hasattr(cell, "tolist"):  # an array or a number of numpy
        cell = cell.tolist()
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or cell != cell:  # noqa: PLR0124 - NaN
        return None
    if isinstance(cell, (set, frozenset)):
        cell = sorted(cell, key=str)
    if isinstance(cell, (list, tuple)):
        return ";".join(text for each in cell if (text := plain_cell(each)))
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _numbered(source: str, data: pa.Table) -> RawTable:
    return RawTable(source, data, np.arange(1, len(data) + 1))


def _as_text(table: pa.Table, name: str) -> pa.Table:
    columns = [
        _text_column(_joined(column), name, field)
        for field, column in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _text_column(column: pa.Array, name: str, field: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column.dictionary, pa.string()).take(column.indices)
    if _is_listed(column.type):
        column = _plain_cells(column.to_pylist())
    if pa.types.is_floating(column.type):
        # Whole numbers with gaps arrive from pandas as floats: 9144889.0 is the number 9144889.
        try:
            column = pc.cast(pc.if_else(pc.is_nan(column), None, column), pa.int64())
        except pa.ArrowInvalid:
            column = _plain_cells(column.to_pylist())
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        column = pc.cast(column, pa.date32(), safe=False)
    unusable = SourceError(
        f"{name}: column {field!r} holds {column.type}, which is not text, a number or a date"
    )
    if isinstance(column.type, pa.BaseExtensionType):  # a period of pandas, stored as a number
        raise unusable
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowException as error:
        raise unusable from error
    return pc.if_else(pc.equal(text, ""), None, text)


def _is_listed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))


def _read_csv(file: File, head: bytes, name: str) -> RawTable:
    if not head.strip():
        raise SourceError(f"{name}: {file} is empty (only blank lines)")
    if b"\x00" in head and not head.startswith(_UTF16_MARKS):
        raise SourceError(f"{name}: {file} {_NO_TEXT_ADVICE}")
    look = _look_through(file, head, name)
    text = head.decode(look.encoding, "replace").removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    # The delimiter that splits the header into most fields; a comma for a single column.
    delimiter = max(DELIMITERS, key=lambda each: len(_header(text, each)))
    columns = _header(text, delimiter)
    if not columns:
        raise SourceError(f"{name}: {file} is empty (only blank lines)")
    if len(columns) <= 2 and columns[0].startswith("sep="):  # noqa: PLR2004 - "sep=;" cut at its own delimiter
        raise SourceError(f"{name}: {file} begins with a line 'sep=', which is Excel's; delete that line")
    data, rejected = _parse(file, look, delimiter, columns, name)
    rows = np.delete(np.arange(1, len(data) + len(rejected) + 1), [row.row - 1 for row in rejected])
    table = RawTable(str(file), data, rows, rejected)
    if look.has_replacements:
        table = _without_damaged(table)
    return _without_swallowed(table, delimiter, name) if look.has_quotes else table


def _header(text: str, delimiter: str) -> list[str]:
    return next((row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if row), [])


@dataclass(frozen=True)
class _TextFile:
    """
    What a first look through a text file tells.

    Attributes:
        encoding: Its encoding.
        is_valid_utf8: Whether it can be read as it stands.
        has_quotes: Whether it may hold a quotation mark; without any no cell holds a line break.
        has_replacements: Whether it may hold, once decoded, the character that stands for damaged bytes.
    """

    encoding: str
    is_valid_utf8: bool = False
    has_quotes: bool = True
    has_replacements: bool = True


def _look_through(file: File, head: bytes, name: str) -> _TextFile:
    if head.startswith(_UTF16_MARKS):
        return _TextFile("utf-16")
    decoder = codecs.getincrementaldecoder("utf-8")()
    has_quotes = has_replacements = False
    with file.open() as opened:
        try:
            while block := opened.read(_BLOCK_BYTES):
                has_quotes = has_quotes or b'"' in block
                has_replacements = _REPLACEMENT in decoder.decode(block) or has_replacements
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _TextFile(_encoding_of_damaged(file, name))
    return _TextFile("utf-8", True, has_quotes, has_replacements)


def _encoding_of_damaged(file: File, name: str) -> str:
    """
    The encoding of a text file that is not valid UTF-8.

    UTF-8 still where more of its letters beyond ASCII are valid than not (such a file is damaged in places, and only
    those rows are rejected); else Windows-1252, which is Latin-1 with more letters, unless it shows that it is another.
    """
    with file.open() as opened:
        data = opened.read()
    text = data.decode("utf-8", "replace")
    damaged = text.count(_REPLACEMENT)
    if len(text) - sum(map(text.count, _ASCII)) > 2 * damaged:
        return "utf-8"
    if _CONTROL_BYTES.search(data):
        raise SourceError(f"{name}: {file} {_NO_TEXT_ADVICE}")
    in_words = sum(map(len, _ACCENTED_WORDS.findall(data)))
    if 2 * in_words > len(_ACCENTED.findall(data)) or _SIGN_IN_WORD.search(data):
        raise SourceError(
            f"{name}: {file} is in a code page that cannot be told, such as that of Central Europe or of another script; save it "
            f"as UTF-8"
        )
    return "cp1252" if _BEYOND_LATIN1.search(data) and _decodes(data, "cp1252") else "latin-1"


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _parse(
    file: File, look: _TextFile, delimiter: str, columns: Sequence[str], name: str
) -> tuple[pa.Table, tuple[RejectedRow, ...]]:
    rejected: list[RejectedRow] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        reason = f"has {row.actual_columns} fields where the header has {row.expected_columns}"
        if lines := row.text.strip().count("\n"):
            reason += f", over {lines + 1} lines: is a quotation mark not closed?"
        rejected.append(RejectedRow(str(file), (row.number or 0) - 1, reason, row.text))
        return "skip"

    def parse(*, threads: bool) -> pa.Table:
        rejected.clear()
        return pyarrow.csv.read_csv(
            file.as_arrow() if look.is_valid_utf8 else _utf8(file, look.encoding),
            pyarrow.csv.ReadOptions(use_threads=threads, block_size=_BLOCK_BYTES),
            pyarrow.csv.ParseOptions(
                delimiter=delimiter, newlines_in_values=look.has_quotes, invalid_row_handler=keep
            ),
            pyarrow.csv.ConvertOptions(
                check_utf8=False,
                strings_can_be_null=True,
                null_values=[""],
                column_types=dict.fromkeys(columns, pa.string()),
            ),
        )

    try:
        table = parse(threads=True)
        if rejected:
            # Only a reader of one thread knows the numbers of the rows that it leaves out.
            table = parse(threads=False)
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{name}: {file} cannot be read as CSV: {_first_line(error)}; see whether a quotation mark is not closed"
        ) from error
    for row in rejected:
        _refuse_lost(name, str(file), row.row, row.content.strip().count("\n"))
    if table.num_columns != len(columns):
        raise SourceError(
            f"{name}: {file}: the header is not one line of column names; put them into the first line"
        )
    data = pa.Table.from_arrays(
        [_joined(column) for column in table.columns], names=[column.strip() for column in columns]
    )
    return data, tuple(rejected)


def _utf8(file: File, encoding: str) -> pa.BufferReader:
    with file.open() as opened:
        return pa.BufferReader(opened.read().decode(encoding, "replace").encode())


def _refuse_lost(name: str, path: str, row: int, lines: int) -> None:
    """A few lines that are not read are told as rejected; a register without its end would answer alerts wrongly."""
    if lines > _MOST_LINES_LOST:
        raise SourceError(
            f"{name}: {path}: a quotation mark in row {row} is not closed, so that the {lines} lines behind it are not read; "
            f"close it or take it out"
        )


def _without_swallowed(table: RawTable, delimiter: str, name: str) -> RawTable:
    """Reject the rows in which a quotation mark that is not closed made a cell of whole further rows."""
    swallowed: set[int] = set()
    width = table.data.num_columns
    for place_of_column, column in enumerate(table.data.columns):
        places = np.flatnonzero(np.asarray(pc.fill_null(pc.match_substring(column, "\n"), False)))
        for place, cell in zip(places.tolist(), column.take(pa.array(places)).to_pylist(), strict=True):
            _, *whole, last = (line.count(delimiter) for line in cell.split("\n"))
            # Rows lie between, or the cell ends in the column that it began in; a text of several lines does neither.
            if max(whole, default=0) >= max(width - 1, 1) or last == place_of_column >= max(width // 2, 1):
                _refuse_lost(name, table.source, int(table.rows[place]), len(whole) + 1)
                swallowed.add(place)
    if not swallowed:
        return table
    reason = (
        "has a cell that holds further rows: a quotation mark is not closed; those rows are not read either"
    )
    rejected = reject(table, np.array(sorted(swallowed)), reason)
    keep = np.setdiff1d(np.arange(len(table.data)), list(swallowed))
    return RawTable(table.source, table.data.take(keep), table.rows[keep], (*table.rejected, *rejected))


def _without_damaged(table: RawTable) -> RawTable:
    """Reject the rows with bytes that are no text."""
    damaged = np.zeros(len(table.data), bool)
    for column in table.data.columns:
        damaged |= np.asarray(pc.fill_null(pc.match_substring(column, _REPLACEMENT), False))
    if not damaged.any():
        return table
    rejected = reject(table, np.flatnonzero(damaged), "holds bytes that are not text in the file's encoding")
    keep = np.flatnonzero(~damaged)
    return RawTable(table.source, table.data.take(keep), table.rows[keep], (*table.rejected, *rejected))


def reject(table: RawTable, places: IntArray, reason: str) -> list[RejectedRow]:
    """The rows at the given places of a table, as rejected for one reason."""
    cells = table.data.take(pa.array(places)).to_pylist()
    return [
        RejectedRow(table.source, int(row), reason, json.dumps(content, ensure_ascii=False))
        for row, content in zip(table.rows[places], cells, strict=True)
    ]


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


def rejected_table(rows: Sequence[RejectedRow]) -> pa.Table:
    """Rejected rows as a table: file, row, reason, content; by file and row."""
    ordered = sorted(rows, key=lambda row: (row.source, row.row))
    return pa.table(
        {
            "file": pa.array([row.source for row in ordered], pa.string()),
            "row": pa.array([row.row for row in ordered], pa.int64()),
            "reason": pa.array([row.reason for row in ordered], pa.string()),
            "content": pa.array([row.content for row in ordered], pa.string()),
        }
    )


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
        cells = _joined(column)
        # Lengths keep apart what lies side by side: "ab", "c" is not "a", "bc", and nothing is not "".
        digest.update(np.asarray(pc.fill_null(pc.cast(pc.binary_length(cells), pa.int64()), -1)).tobytes())
        whole = pa.ListArray.from_arrays([0, len(cells)], pc.fill_null(cells, ""))
        digest.update(pc.binary_join(whole, "")[0].as_buffer())
    return digest.hexdigest()


def _joined(column: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(column.chunks) if column.num_chunks else pa.array([], column.type)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__
