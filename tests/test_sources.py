"""Reading tables of every kind, and refusing what is none."""

import codecs
import gzip

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sourced import ROWS, TEXT, write

from hpmatch.errors import SourceError
from hpmatch.sources import files, read
from hpmatch.sources.csv_files import read_csv


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(tmp_path, delimiter):
    """The header says which delimiter it is, even where cells hold others."""
    path = write(tmp_path, f'id{delimiter}name\n1{delimiter}"a,b;c|d"\n'.encode())
    assert read(path, "t").data.to_pylist() == [{"id": "1", "name": "a,b;c|d"}]


def test_numbers_keep_their_leading_zeros(tmp_path):
    """An identifier is text."""
    assert read(write(tmp_path, b"id,n\n007,1.50\n"), "t").data.to_pylist() == [{"id": "007", "n": "1.50"}]


def test_line_breaks_in_quoted_cells_stay(tmp_path):
    """A cell may hold a line break."""
    assert read(write(tmp_path, b'id,name\n1,"a\nb"\n2,c\n'), "t").data["name"].to_pylist() == ["a\nb", "c"]


def test_parquet_is_read_whatever_its_ending(tmp_path):
    """The content decides, not the name."""
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "t.dat")
    assert read(tmp_path / "t.dat", "t").data.to_pylist() == ROWS


def test_rows_with_too_many_or_too_few_fields_are_kept_aside_with_their_number(tmp_path):
    """Such a row is rejected with its number, its reason and its text; the others keep their own numbers."""
    table = read(write(tmp_path, b"id,name\n1,a\n2\n3,b,c\n4,d\n"), "t")
    assert table.data["id"].to_pylist() == ["1", "4"]
    assert table.rows.tolist() == [1, 4]
    assert [(row.row, row.reason, row.content) for row in table.rejected] == [
        (2, "has 1 fields where the header has 2", "2"),
        (3, "has 3 fields where the header has 2", "3,b,c"),
    ]


def test_what_a_spreadsheet_saves_around_its_cells_is_left_out(tmp_path):
    """Rows without a cell are no rows, and columns without a name and a cell no columns; the other rows keep their numbers."""
    table = read(write(tmp_path, b"id;name;;\r\n1;a;;\r\n;;;\r\n2;;;\r\n;b;;\r\n"), "t")
    assert table.data.to_pylist() == [
        {"id": "1", "name": "a"},
        {"id": "2", "name": None},
        {"id": None, "name": "b"},
    ]
    assert table.rows.tolist() == [1, 3, 4]
    assert not table.rejected


def test_a_column_without_a_name_that_holds_something_stays(tmp_path):
    """Only what nobody wrote is left out, also of a table that has nothing else."""
    table = read(write(tmp_path, b"id;;\n1;;\n2;x;\n"), "t")
    assert table.data.column_names == ["id", ""]
    assert table.data.columns[1].to_pylist() == [None, "x"]
    with pytest.raises(SourceError, match="t.csv has a header but no rows"):
        read(write(tmp_path, b"id;name\n;\n;\n"), "t")


def test_damaged_bytes_reject_their_row_only(tmp_path):
    """In a UTF-8 file a row with other bytes is set aside; the rest is read."""
    table = read(write(tmp_path, "id,name\n1,Bērziņš Žydrūnė\n2,".encode() + b"\xff\xfe\n3,c\n"), "t")
    assert table.data["name"].to_pylist() == ["Bērziņš Žydrūnė", "c"]
    assert [(row.row, row.reason) for row in table.rejected] == [
        (2, "holds bytes that are not text in the file's encoding")
    ]
    assert table.rows.tolist() == [1, 3]


def test_a_letter_that_was_lost_before_is_what_a_file_says(tmp_path):
    """The sign of a lost letter in a file that is whole is no damage of the file: its row is read."""
    table = read(write(tmp_path, "id,name\n1,Bal�i�nas\n".encode()), "t")
    assert table.data["name"].to_pylist() == ["Bal�i�nas"]
    assert table.rejected == ()


@pytest.mark.parametrize("before", [0, 1 << 17, 1 << 23])
@pytest.mark.parametrize("encoding", ["utf-8", "latin-1", "utf-16", "utf-16-be", "utf-32", "damaged"])
def test_a_nul_is_no_text_wherever_it_stands(tmp_path, before, encoding):
    """In the first bytes, behind them, and in whatever encoding."""
    text = "id,name\n" + "1,Müller Žukauskas\n" * (before // 20) + "2,Mü\0ller\n"
    content = b"".join(
        [
            codecs.BOM_UTF16_BE if encoding == "utf-16-be" else b"",
            text.encode("utf-8" if encoding == "damaged" else encoding, "ignore"),
            b"3,\xff\n" if encoding == "damaged" else b"",
        ]
    )
    with pytest.raises(SourceError, match="not a text file"):
        read(write(tmp_path, content), "t")


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "mark alone": (codecs.BOM_UTF8, "is empty"),
    "mark and a blank line": (codecs.BOM_UTF8 + b"\n", "is empty"),
    "header only": (b"id,name\n", "no rows"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x01", "not a text file"),
    "control bytes": (b"id,name\n1,\xff\x01\x02\x1f\n", "not a text file"),
    "compressed": (gzip.compress(b"id,name\n1,Berg\n"), "unpack it"),
    "spreadsheet": (b"PK\x03\x04rest", "save it as CSV"),
    "broken parquet": (b"PAR1 broken", "not a readable Parquet file"),
}


# What becomes of a file between two goes at reading it.
CHANGES = {
    "written to": lambda path: path.write_bytes(path.read_bytes() + b"3,Lund\n"),
    "replaced by one as long": lambda path: path.with_name("new").rename(path),
    "removed": lambda path: path.unlink(),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_that_changes_while_it_is_read_is_refused(tmp_path, change, monkeypatch):
    """Half of one export and half of another would be a table that nobody gave."""
    path = write(tmp_path, TEXT.encode())
    path.with_name("new").write_bytes(path.read_bytes())

    def reading(*given):
        table = read_csv(*given)
        change(path)
        return table

    monkeypatch.setattr("hpmatch.sources.read_csv", reading)
    with pytest.raises(SourceError, match="alerts: .*was changed while it was read; run it again"):
        read(path, "alerts")


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path, content, message):
    """The message names the table and the file and says what is wrong."""
    path = write(tmp_path, content)
    with pytest.raises(SourceError, match=message) as raised:
        read(path, "alerts")
    assert str(raised.value).startswith("alerts: ")
    assert "t.csv" in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("header", ["id,år", '\n"id","år"', "år"])
def test_a_header_alone_needs_no_line_break(tmp_path, encoding, header):
    """It is a table without rows, with a line break and without one."""
    for newline in ("", "\n", "\r\n"):
        path = write(tmp_path, (header + newline).encode(encoding))
        with pytest.raises(SourceError, match="has a header but no rows"):
            read(path, "t")
        found = read(path, "t", may_be_empty=True).data
        assert (found.num_rows, found.column_names[-1]) == (0, "år")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_header_alone_with_a_quotation_mark_that_is_not_closed_is_refused(tmp_path, encoding):
    """It may have swallowed rows."""
    for header in ('id,"name', 'id,"name\n1,Berg\n'):
        with pytest.raises(SourceError, match="whether a quotation mark is not closed"):
            read(write(tmp_path, header.encode(encoding)), "t", may_be_empty=True)


def test_a_csv_named_parquet_is_refused(tmp_path):
    """A Parquet file that is none is told apart from one that is damaged."""
    with pytest.raises(SourceError, match="not a readable Parquet file"):
        read(write(tmp_path, b"id,name\n1,a\n", "t.parquet"), "alerts")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_cell_larger_than_a_block_is_read(tmp_path, encoding):
    """And a row that is damaged behind it keeps its number."""
    large = "a" * (2 * files.BLOCK_BYTES + 1)
    table = read(write(tmp_path, f'id,name\n1,"{large}"\n2\n3,b\n'.encode(encoding)), "t")
    assert [len(name) for name in table.data["name"].to_pylist()] == [len(large), 1]
    assert [row.row for row in table.rejected] == [2]


def test_a_quotation_mark_that_takes_more_than_a_block_is_told_with_its_row(tmp_path):
    """Of a file whose rows are many."""
    rows = "2,b\n" * (files.BLOCK_BYTES // 2)
    with pytest.raises(SourceError, match="a quotation mark in row 1 is not closed"):
        read(write(tmp_path, f'id,name\n1,"a\n{rows}'.encode()), "t")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("column", ["column007", "column0007"])
def test_a_long_header_is_read_whole_or_refused(tmp_path, encoding, column):
    """No column behind its beginning is taken for numbers, wherever in a name the beginning ends."""

    def found(number):
        content = f"id{f',{column}' * number}\n1{',007' * number}\n".encode(encoding)
        return read(write(tmp_path, content), "t").data

    assert found(5_500).num_columns == 5_501
    assert set(found(5_500).schema.types) == {pa.string()}
    with pytest.raises(SourceError, match="at most 128 KB"):
        found(14_000)


@pytest.mark.parametrize("path", ["none.csv", "."])
def test_a_path_that_is_no_file_is_refused(tmp_path, path):
    """A missing file and a folder are both told by name."""
    with pytest.raises(SourceError, match="cannot read"):
        read(tmp_path / path, "alerts")


@pytest.mark.parametrize("thing", [42, object(), [1, 2]])
def test_what_is_no_source_is_refused(thing):
    """The message lists what would do."""
    with pytest.raises(SourceError, match="DuckDB relation"):
        read(thing, "alerts")


@pytest.mark.parametrize(
    ("empty", "says"),
    [
        ([], "list has no rows"),
        (pd.DataFrame(), "DataFrame has no rows"),
        (pa.table({"id": pa.array([], pa.string())}), "Table has a header but no rows"),
    ],
)
def test_an_empty_table_is_refused_where_rows_are_needed(empty, says):
    """And told as what it is."""
    with pytest.raises(SourceError, match=says):
        read(empty, "alerts")
    assert len(read(empty, "alerts", may_be_empty=True).data) == 0


def test_a_text_of_several_lines_is_a_cell(tmp_path):
    """However many commas it has, as long as its quotation marks are closed."""
    file = tmp_path / "alerts.csv"
    file.write_text('id,a,b,c,reason\n1,x,y,z,"Decided.\nOslo, Bergen, Voss, 2020."\n2,x,y,z,\n', "utf-8")
    found = read(file, "alerts")
    assert found.data["reason"].to_pylist() == ["Decided.\nOslo, Bergen, Voss, 2020.", None]
    assert found.rejected == ()


def test_a_quotation_mark_that_takes_many_rows_is_refused(tmp_path):
    """A register without its end would answer alerts wrongly; few rows are rejected and told."""
    rows = [f"{number},Berg,Kari,1980-02-03" for number in range(40)]
    for closed in ("", '"'):
        file = tmp_path / "register.csv"
        cells = ['5,"Berg,Kari,1980-02-03', *rows, f"99,Moe{closed},Ola,1970-12-24"]
        file.write_text("\n".join(["hpr_number,family_name,given_name,birth_date", *cells]) + "\n", "utf-8")
        with pytest.raises(SourceError, match="is not closed"):
            read(file, "register")
