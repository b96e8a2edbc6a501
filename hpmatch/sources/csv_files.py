"""CSV files: their encoding, their delimiter, and the rows that are damaged."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from hpmatch.errors import SourceError
from hpmatch.sources.files import BLOCK_BYTES, File, first_line
from hpmatch.sources.rejected import reject
from hpmatch.sources.tables import RawTable, RejectedRow, joined

_DELIMITERS = ",;\t|"
# UTF-32 first: its mark begins as that of UTF-16 does.
_MARKED = {
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
_HEADER = re.compile(rb"[\r\n]*[^\r\n]+[\r\n]")
_CONTROL_BYTES = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# What shows that one byte a letter is not that of Western Europe: words of nothing but accented letters and signs, as Cyrillic,
# Greek, Arabic and Hebrew become, and what hardly stands amid a word: signs (¡ ¢ £ ± ³ ¾ ¿), as the Polish ą ł ś ż ź do, a
# no-break space and quotation marks and the like (” › †), as the á, ö, ø and å of DOS become. Apostrophes (‘ ’) do stand
# there; but ‘, the æ of DOS, stands for an Arabic ayn or in the Uzbek o‘ and g‘, beside a vowel or behind a g.
_ACCENTED = re.compile(rb"[\xc0-\xff]")
_ACCENTED_WORDS = re.compile(rb"(?<![A-Za-z\xa1-\xff])[\xa1-\xff]{3,}(?![A-Za-z])")
_ODD_IN_WORD = re.compile(
    rb"[A-Za-z\xc0-\xff][\xa0-\xa5\xa7\xb1\xb3\xb6\xb9\xbc\xbe\xbf][a-z]"
    rb"|[A-Z][\xa1\xa3\xa5\xa6\xa9\xac\xae\xaf\xb5][A-Z]"
    rb"|[A-Za-z](?:[\x80-\x84\x86-\x89\x8b\x93\x94\x98\x99][A-Za-z]|\x9b)"
    rb"|[BCDFHJ-NP-TVWXZbcdfhj-np-tvwxz]\x91[b-df-hj-np-tv-z]"
)
# How few of them are a slip: a word of three letters; one sign for so many accented letters, and one for so many bytes.
_WORD_AT_MOST, _ACCENTED_A_SIGN, _BYTES_A_SIGN = 3, 10, 4000
_ASCII = [chr(code) for code in range(128)]
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
_MOST_LINES_LOST = 10
# What Arrow says of a row that no block holds; and a block that holds any row, of as many bytes as a 32-bit number counts.
_ROW_TOO_LONG, _LARGEST_BLOCK = "straddl", (1 << 31) - 1


def read_csv(file: File, head: bytes, name: str) -> RawTable:
    """
    Read a text file, whatever its encoding and its delimiter.

    Args:
        file: The file.
        head: How it begins.
        name: What to call the table in messages.

    Raises:
        SourceError: If it is no CSV file, or so damaged that rows would be lost.
    """
    if not head.strip():
        raise SourceError(f"{name}: {file} is empty (only blank lines)")
    look = _look_through(file, head, name)
    decoded = codecs.getincrementaldecoder(look.encoding)("replace").decode(
        head
    )  # which may end amid a letter
    text = decoded.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}")
    # The delimiter that splits the header into most fields; a comma for a single column.
    delimiter = max(_DELIMITERS, key=lambda each: len(_header(text, each)))
    columns = _header(text, delimiter)
    if not columns:
        raise SourceError(f"{name}: {file} is empty (only blank lines)")
    if len(columns) <= 2 and columns[0].startswith("sep="):  # noqa: PLR2004 - "sep=;" cut at its own delimiter
        raise SourceError(f"{name}: {file} begins with a line 'sep=', which is Excel's; delete that line")
    data, rejected = _parse(file, look, delimiter, columns, name)
    rows = np.delete(np.arange(1, len(data) + len(rejected) + 1), [row.row - 1 for row in rejected])
    table = _without_leftovers(RawTable(str(file), data, rows, rejected, is_headed_by_line=True))
    if not look.is_whole:  # in whole text the sign of a lost letter is what the file says
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
        is_ready: Whether Arrow can read it as it stands: in UTF-8, and with a line break behind its header.
        has_quotes: Whether it may hold a quotation mark; without any no cell holds a line break.
        is_whole: Whether all of it is text in that encoding.
    """

    encoding: str
    is_ready: bool = False
    has_quotes: bool = True
    is_whole: bool = False


def _look_through(file: File, head: bytes, name: str) -> _TextFile:
    if marked := next((encoding for mark, encoding in _MARKED.items() if head.startswith(mark)), None):
        return _TextFile(marked)
    if b"\x00" in head:
        raise _no_text(file, name)
    decoder = codecs.getincrementaldecoder("utf-8")()
    has_quotes = False
    with file.open() as opened:
        try:
            while block := opened.read(BLOCK_BYTES):
                if b"\x00" in block:
                    raise _no_text(file, name)
                has_quotes = has_quotes or b'"' in block
                decoder.decode(block)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return _TextFile(_encoding_of_damaged(file, name))
    is_ready = _HEADER.match(head.removeprefix(codecs.BOM_UTF8)) is not None
    return _TextFile("utf-8", is_ready, has_quotes, is_whole=True)


def _encoding_of_damaged(file: File, name: str) -> str:
    """
    The encoding of a text file that is not valid UTF-8.

    UTF-8 still where more of its letters beyond ASCII are valid than not (such a file is damaged in places, and only
    those rows are rejected); else Windows-1252, which is Latin-1 with more letters, unless it shows that it is another or
    holds bytes that Windows-1252 does not know, which in Latin-1 are control characters that no text has.
    """
    with file.open() as opened:
        data = opened.read()
    text = data.decode("utf-8", "replace")
    damaged = text.count(_REPLACEMENT)
    if len(text) - sum(map(text.count, _ASCII)) > 2 * damaged:
        return "utf-8"
    if _CONTROL_BYTES.search(data):
        raise _no_text(file, name)
    if _is_other_code_page(data) or not _decodes(data, "cp1252"):
        raise SourceError(
            f"{name}: {file} is in a code page that cannot be told, such as that of DOS, of Central Europe or of another script; "
            f"save it as UTF-8"
        )
    return "cp1252"


def _is_other_code_page(data: bytes) -> bool:
    accented, in_words = len(_ACCENTED.findall(data)), sum(map(len, _ACCENTED_WORDS.findall(data)))
    slips = accented / _ACCENTED_A_SIGN + len(data) / _BYTES_A_SIGN
    return in_words > max(accented / 2, _WORD_AT_MOST) or len(_ODD_IN_WORD.findall(data)) > slips


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _parse(
    file: File, look: _TextFile, delimiter: str, columns: Sequence[str], name: str
) -> tuple[pa.Table, tuple[RejectedRow, ...]]:
    try:
        table, rejected = _table(file, look, delimiter, columns, name)
    except MemoryError:  # Arrow's own is an ArrowException, too
        raise
    except (pa.ArrowException, OSError) as error:
        raise SourceError(
            f"{name}: {file} cannot be read as CSV: {first_line(error)}; see whether a quotation mark is not closed"
        ) from error
    for row in rejected:
        _refuse_lost(name, str(file), row.row, row.content.strip().count("\n"))
    _refuse_cut_off(file, len(table) + len(rejected), rejected, len(columns), delimiter, name)
    if table.column_names != list(columns):
        raise SourceError(
            f"{name}: {file}: the header is not one line of column names of at most 128 KB; put them into the first line"
        )
    data = pa.Table.from_arrays(
        [joined(column) for column in table.columns], names=[column.strip() for column in columns]
    )
    return data, tuple(rejected)


def _table(
    file: File, look: _TextFile, delimiter: str, columns: Sequence[str], name: str
) -> tuple[pa.Table, list[RejectedRow]]:
    """The table as Arrow reads it, and the rows that have more fields than the header or fewer."""
    rejected: list[RejectedRow] = []

    def keep(row: pyarrow.csv.InvalidRow) -> str:
        reason = f"has {row.actual_columns} fields where the header has {row.expected_columns}"
        if lines := row.text.strip().count("\n"):
            reason += f", over {lines + 1} lines: is a quotation mark not closed?"
        rejected.append(RejectedRow(str(file), (row.number or 0) - 1, reason, row.text))
        return "skip"

    def parse(*, threads: bool, block: int = BLOCK_BYTES) -> pa.Table:
        rejected.clear()
        return pyarrow.csv.read_csv(
            file.as_arrow() if look.is_ready else _utf8(file, look.encoding, name),
            pyarrow.csv.ReadOptions(use_threads=threads, block_size=block),
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
        # Only a reader of one thread knows the numbers of the rows that it leaves out.
        return (parse(threads=False) if rejected else table), rejected
    except pa.ArrowInvalid as error:
        if _ROW_TOO_LONG not in str(error):
            raise
        return parse(threads=False, block=_LARGEST_BLOCK), rejected


def _utf8(file: File, encoding: str, name: str) -> pa.BufferReader:
    with file.open() as opened:
        data = opened.read().decode(encoding, "replace").encode()
    if b"\x00" in data:
        raise _no_text(file, name)
    return pa.BufferReader(data + b"\n")  # no header without a line break is read


def _no_text(file: File, name: str) -> SourceError:
    return SourceError(f"{name}: {file} is not a text file; give a CSV (UTF-8 or Latin-1) or a Parquet file")


def _refuse_lost(name: str, path: str, row: int, lines: int) -> None:
    """A few lines that are not read are told as rejected; a register without its end would answer alerts wrongly."""
    if lines > _MOST_LINES_LOST:
        raise SourceError(
            f"{name}: {path}: a quotation mark in row {row} is not closed, so that the {lines} lines behind it are not read; "
            f"close it or take it out"
        )


def _refuse_cut_off(
    file: File, rows: int, rejected: Sequence[RejectedRow], fields: int, delimiter: str, name: str
) -> None:
    """A file that ends amid its last row was cut off in transfer: nobody knows how many rows are missing behind it."""
    last = rejected[-1] if rejected and rejected[-1].row == rows else None
    if last is None or last.content.count(delimiter) + 1 >= fields or _ends_with_a_line(file):
        return
    raise SourceError(
        f"{name}: {file} ends amid row {last.row}, without a line break: it seems to be cut off; fetch it again, or if nothing "
        f"is missing give that row all its {fields} fields"
    )


def _ends_with_a_line(file: File) -> bool:
    end = b""
    with file.open() as opened:
        while block := opened.read(BLOCK_BYTES):
            end = (end + block)[-2:]
    return end.rstrip(b"\0").endswith((b"\n", b"\r"))


def _without_leftovers(table: RawTable) -> RawTable:
    """Leave out what a spreadsheet saves around its cells: rows of none, and columns that have neither a name nor a cell."""
    columns = table.data.columns
    fullest, *others = sorted(columns, key=lambda each: each.null_count)
    blank = np.flatnonzero(fullest.is_null())
    for column in others:
        blank = blank[np.asarray(column.take(pa.array(blank)).is_null())]
    names = enumerate(table.data.column_names)
    own = [place for place, name in names if name or columns[place].null_count < len(columns[place])]
    table = replace(table, data=table.data.select(own))
    return table.with_rejected(np.delete(np.arange(len(columns[0])), blank), ()) if len(blank) else table


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
    return table.with_rejected(keep, rejected)


def _without_damaged(table: RawTable) -> RawTable:
    """Reject the rows with bytes that are no text."""
    damaged = np.zeros(len(table.data), bool)
    for column in table.data.columns:
        damaged |= np.asarray(pc.fill_null(pc.match_substring(column, _REPLACEMENT), False))
    if not damaged.any():
        return table
    rejected = reject(table, np.flatnonzero(damaged), "holds bytes that are not text in the file's encoding")
    keep = np.flatnonzero(~damaged)
    return table.with_rejected(keep, rejected)
