"""Reading tables of every kind, and refusing what is none."""

import codecs
import datetime as dt
import os
from array import array
from decimal import Decimal
from threading import Thread

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hpmatch as hp
from hpmatch.errors import SourceError
from hpmatch.sources import files, read
from hpmatch.sources.memory import plain_cell

ROWS = [
    {"id": "1", "name": "Bērziņš", "birth_date": "1978-04-09"},
    {"id": "2", "name": 'O"Brien; Jr', "birth_date": None},
]
TEXT = 'id,name,birth_date\n1,Müller,1978-04-09\n2,"Ås, Kari",\n'
LATIN = [
    {"id": "1", "name": "Müller", "birth_date": "1978-04-09"},
    {"id": "2", "name": "Ås, Kari", "birth_date": None},
]


def _write(tmp_path, content, name="t.csv"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252", "utf-16", "utf-32"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_encodings_are_found_out(tmp_path, encoding, newline):
    """The same letters come out of every encoding."""
    path = _write(tmp_path, TEXT.replace("\n", newline).encode(encoding))
    assert read(path, "t").data.to_pylist() == LATIN


def test_letters_of_windows_1252_beyond_latin_1_are_read(tmp_path):
    """Š and ž have places in Windows-1252 that Latin-1 leaves to control characters."""
    path = _write(tmp_path, "id,name\n1,Šimkienė\n".replace("ė", "e").encode("cp1252"))
    assert read(path, "t").data["name"].to_pylist() == ["Šimkiene"]


@pytest.mark.parametrize(
    ("encoding", "names"),
    [
        ("cp1251", "Иванов Пётр"),
        ("koi8-r", "Иванов Пётр"),
        ("cp1253", "Παπαδόπουλος Γιώργος"),
        ("cp1255", "כהן דוד"),
        ("cp1256", "محمد أحمد"),
        ("cp1250", "Pawłowski Łukasz"),
        ("iso8859-2", "Wiśniewska Bożena"),
        ("cp850", "Sørås Bjørn Åge"),
        ("cp865", "Sørås Bjørn Åge"),
        ("cp850", "Bjørn"),
        ("cp850", "MÖLLER"),
        ("cp850", "Kjærstad"),
        ("cp437", "Björn"),
        ("cp850", "Anaïs Hélène"),
        ("cp850", "García"),
        ("cp852", "Pawłowski"),
        ("cp866", "Иванов Пётр"),
        ("mac-roman", "Bjørn Åge"),
        ("cp850", "Sánchez"),
        ("cp850", "SÁNCHEZ MUÑOZ"),
        ("cp852", "Dvořák"),
        ("cp865", "Sandø"),
        ("cp1250", "PAWŁOWSKI"),
        ("iso8859-2", "Růžička"),
        ("iso8859-5", "ИВАНОВ ПЕТР"),
        ("iso8859-5", "Иванов Петр"),
        ("iso8859-7", "Παπαδόπουλος Γιώργος"),
    ],
)
def test_other_code_pages_are_refused(tmp_path, encoding, names):
    """Their letters would be read as others, and nobody be found."""
    path = _write(tmp_path, f"id,name\n1,{names}\n2,Berg Kari\n".encode(encoding))
    with pytest.raises(SourceError, match="save it as UTF-8"):
        read(path, "t")


@pytest.mark.parametrize(
    "name",
    [
        "Ødegård",
        "Þórður",
        "Señor Nuñez",
        "Ångström",
        "ÆØÅ",
        "Zoë",
        "5 m³",
        "Günther Öztürk",
        "L’Hôpital",
        "O’Brien",
        "d’Arc",
        "‘t Hooft",
        "in ’t Veld",
        "O‘Connor",
        "Sa‘id",
        "Lund–Berg",
        "so… und „so“",
        "Œuvre Šaš Žiž",
    ],
)
def test_names_of_western_europe_are_read_in_windows_1252(tmp_path, name):
    """Whatever signs and accents they have."""
    path = _write(tmp_path, f"id,name\n1,{name}\n2,Bjørn Håkonsen Sørås\n".encode("cp1252"))
    assert read(path, "t").data["name"][0].as_py() == name


@pytest.mark.parametrize(
    "name",
    [
        *("O’Brien", "d’Arc", "O‘Connor", "Lund–Berg", "“Kari” Berg", "Müller", "so…", "Øåæ", "Óðý", "Sääöä"),
        *("Isma‘il", "Yo‘ldosheva", "Bog‘bonov", "Mas‘ud", "Kari\N{NO-BREAK SPACE}Berg", "N’DIAYE"),
    ],
)
def test_a_single_word_beyond_ascii_is_read_in_windows_1252(tmp_path, name):
    """An apostrophe or a dash amid a word is no sign of another code page, nor is one word of three accented letters."""
    path = _write(tmp_path, f"id,name\n1,{name}\n".encode("cp1252"))
    assert read(path, "t").data["name"].to_pylist() == [name]


@pytest.mark.parametrize("others", [["Berg Kari"] * 1000, ["Bjørn Håkonsen Sørås"] * 10])
@pytest.mark.parametrize("cell", ["A“b”c", "a±b", "x³y", "Price£ten", "van\N{NO-BREAK SPACE}der Berg"])
def test_one_odd_cell_does_not_outvote_a_file(tmp_path, cell, others):
    """Among many names, or beside as many accented letters as a Western file has."""
    names = [cell, *others]
    rows = "".join(f"{number},{name}\n" for number, name in enumerate(names))
    found = read(_write(tmp_path, f"id,name\n{rows}".encode("cp1252")), "t")
    assert found.data["name"].to_pylist() == names


def test_a_few_names_a_thousand_rows_show_another_code_page(tmp_path):
    """A DOS file whose names are mostly without accents."""
    names = ["Berg Kari", *["Moe Per"] * 49] * 20
    rows = "".join(f"{n},{name}\n" for n, name in enumerate(names)).replace("Berg Kari", "Bjørn Kjærstad")
    with pytest.raises(SourceError, match="save it as UTF-8"):
        read(_write(tmp_path, f"id,name\n{rows}".encode("cp850")), "t")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters_are_found_out(tmp_path, delimiter):
    """The header says which delimiter it is, even where cells hold others."""
    path = _write(tmp_path, f'id{delimiter}name\n1{delimiter}"a,b;c|d"\n'.encode())
    assert read(path, "t").data.to_pylist() == [{"id": "1", "name": "a,b;c|d"}]


def test_numbers_keep_their_leading_zeros(tmp_path):
    """An identifier is text."""
    assert read(_write(tmp_path, b"id,n\n007,1.50\n"), "t").data.to_pylist() == [{"id": "007", "n": "1.50"}]


def test_line_breaks_in_quoted_cells_stay(tmp_path):
    """A cell may hold a line break."""
    assert read(_write(tmp_path, b'id,name\n1,"a\nb"\n2,c\n'), "t").data["name"].to_pylist() == ["a\nb", "c"]


@pytest.mark.parametrize(
    "make",
    [
        pa.Table.from_pylist,
        pd.DataFrame,
        pl.DataFrame,
        lambda rows: duckdb.connect().from_arrow(pa.Table.from_pylist(rows)),
        lambda rows: pa.RecordBatchReader.from_batches(
            pa.Table.from_pylist(rows).schema, pa.Table.from_pylist(rows).to_batches()
        ),
        list,
    ],
    ids=["arrow", "pandas", "polars", "duckdb", "reader", "dicts"],
)
def test_tables_in_memory_are_read(make):
    """Every kind of table gives the same rows."""
    assert read(make(ROWS), "t").data.to_pylist() == ROWS


def test_rows_as_dicts_may_lack_cells():
    """A column is there if any row has it."""
    assert read([{"id": 1}, {"name": "a"}], "t").data.to_pylist() == [
        {"id": "1", "name": None},
        {"id": None, "name": "a"},
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (float("nan"), None),
        (pd.NA, None),
        (pd.NaT, None),
        (1.0, "1"),
        (1.5, "1.5"),
        (Decimal("9144889.00"), "9144889"),
        (Decimal(1200), "1200"),
        (Decimal("1.2E+3"), "1200"),
        (Decimal("1.50"), "1.5"),
        (Decimal("NaN"), None),
        (["LE", None, "SP"], "LE;SP"),
        ([], None),
    ],
)
def test_cells_of_dicts_are_read_as_what_they_mean(cell, text):
    """What pandas makes of a gap is nothing; several values are joined."""
    assert read([{"id": "1", "cell": cell}], "t").data["cell"].to_pylist() == [text]


def test_a_gap_in_a_list_costs_the_gap_only():
    """The other values of the cell stay, whatever the kind of list."""
    cells = [["LE", None, "SP"], None]
    for kind in (pa.list_(pa.string()), pa.large_list(pa.string())):
        table = pa.table({"id": ["1", "2"], "codes": pa.array(cells, kind)})
        assert read(table, "t").data["codes"].to_pylist() == ["LE;SP", None]


def test_parquet_is_read_whatever_its_ending(tmp_path):
    """The content decides, not the name."""
    pq.write_table(pa.Table.from_pylist(ROWS), tmp_path / "t.dat")
    assert read(tmp_path / "t.dat", "t").data.to_pylist() == ROWS


def test_typed_columns_become_text():
    """Dates become ISO dates, whole numbers lose the point that missing values gave them, lists are joined."""
    table = pa.table(
        {
            "day": [dt.date(1978, 4, 9)],
            "moment": [dt.datetime(1978, 4, 9, 12, 30)],  # noqa: DTZ001
            "number": [9144889],
            "float": [9144889.0],
            "half": [1.5],
            "codes": [["LE", "SP"]],
            "category": pa.array(["x"]).dictionary_encode(),
            "yes": [True],
        }
    )
    assert read(table, "t").data.to_pylist() == [
        {
            "day": "1978-04-09",
            "moment": "1978-04-09",
            "number": "9144889",
            "float": "9144889",
            "half": "1.5",
            "codes": "LE;SP",
            "category": "x",
            "yes": "true",
        }
    ]


@pytest.mark.parametrize("other", ["x", 2])
def test_an_index_with_a_name_is_a_column(other):
    """One that only counts, too; and where some column holds values of several kinds."""
    index = pd.RangeIndex(5, 7, name="alert_id")
    found = read(pd.DataFrame({"cell": ["y", other]}, index=index), "t").data
    assert found.select(["alert_id", "cell"]).to_pylist() == [
        {"alert_id": "5", "cell": "y"},
        {"alert_id": "6", "cell": str(other)},
    ]
    assert read(pd.DataFrame({"cell": ["y", other]}), "t").data.column_names == ["cell"]


@pytest.mark.parametrize("other", ["x", 2])
def test_a_column_that_is_also_the_index_is_read_once(other):
    """As ``set_index(..., drop=False)`` leaves it."""
    frame = pd.DataFrame({"alert_id": ["A", "B"], "cell": ["y", other]})
    found = read(frame.set_index("alert_id", drop=False), "t").data
    assert found.select(["alert_id", "cell"]).to_pylist() == read(frame, "t").data.to_pylist()


@pytest.mark.parametrize("kind", [set, frozenset])
def test_a_set_is_read_in_an_order_of_its_own(kind):
    """Not in that of its hashes, which is another in every process."""
    words = [f"w{number:02}" for number in range(40)]
    shuffled = kind(reversed(words))
    for source in (pd.DataFrame({"cell": [shuffled]}), [{"cell": shuffled}]):
        assert read(source, "t").data["cell"].to_pylist() == [";".join(words)]


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"id": pa.array([Decimal("9144889.00"), None, Decimal("100.00")], pa.decimal128(18, 2))}),
        pd.DataFrame({"id": [Decimal("9144889.00"), None, Decimal("100.00")]}),
        duckdb.connect().sql("select unnest([9144889, null, 100])::decimal(18, 2) as id"),
        pl.DataFrame({"id": [Decimal("9144889.00"), None, Decimal("100.00")]}),
    ],
    ids=["arrow", "pandas", "duckdb", "polars"],
)
def test_whole_decimals_are_whole_numbers(table):
    """As floats are: an identifier has no point."""
    assert read(table, "t").data["id"].to_pylist() == ["9144889", None, "100"]


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"n": pa.array([12.3, None, 0.1], pa.float32())}),
        pd.DataFrame({"n": pd.Series([12.3, None, 0.1], dtype="float32")}),
        duckdb.connect().sql("select unnest([12.3, null, 0.1]::float[]) as n"),
        pl.DataFrame({"n": [12.3, None, 0.1]}, schema={"n": pl.Float32}),
        [{"n": np.float32(12.3)}, {"n": None}, {"n": np.float32(0.1)}],
    ],
    ids=["arrow", "pandas", "duckdb", "polars", "dicts"],
)
def test_numbers_of_single_precision_are_written_as_those_of_double(table):
    """12.3 is 12.3, however many bits hold it."""
    assert read(table, "t").data["n"].to_pylist() == ["12.3", None, "0.1"]


def test_arrays_that_are_not_of_numpy_are_cells_too():
    """They have no precision to look at."""
    assert plain_cell(array("d", [1.5, 2.0])) == "1.5;2"


@pytest.mark.parametrize(
    "table",
    [
        pa.table({"yes": [True, False]}),
        pd.DataFrame({"yes": [True, False]}),
        pd.DataFrame({"yes": pd.Series([True, False], dtype=object), "other": ["x", 2]}),
        [{"yes": True}, {"yes": np.bool_(False)}],
    ],
    ids=["arrow", "pandas", "mixed", "dicts"],
)
def test_truth_values_are_written_in_one_way(table):
    """However the table holds them."""
    assert read(table, "t").data["yes"].to_pylist() == ["true", "false"]


@pytest.mark.parametrize("other", ["x", 2])
def test_an_index_with_a_name_comes_first(other):
    """It is what identifies the rows."""
    frame = pd.DataFrame({"cell": ["y", other], "sku": ["7", "3"]}).set_index("sku")
    assert read(frame, "t").data.column_names == ["sku", "cell"]


def test_missing_numbers_of_pandas_are_missing():
    """NaN is nothing, not a word."""
    assert read(pd.DataFrame({"id": ["a", "b"], "n": [1.0, np.nan]}), "t").data["n"].to_pylist() == [
        "1",
        None,
    ]


def test_rows_with_too_many_or_too_few_fields_are_kept_aside_with_their_number(tmp_path):
    """Such a row is rejected with its number, its reason and its text; the others keep their own numbers."""
    table = read(_write(tmp_path, b"id,name\n1,a\n2\n3,b,c\n4,d\n"), "t")
    assert table.data["id"].to_pylist() == ["1", "4"]
    assert table.rows.tolist() == [1, 4]
    assert [(row.row, row.reason, row.content) for row in table.rejected] == [
        (2, "has 1 fields where the header has 2", "2"),
        (3, "has 3 fields where the header has 2", "3,b,c"),
    ]


def test_damaged_bytes_reject_their_row_only(tmp_path):
    """In a UTF-8 file a row with other bytes is set aside; the rest is read."""
    table = read(_write(tmp_path, "id,name\n1,Bērziņš Žydrūnė\n2,".encode() + b"\xff\xfe\n3,c\n"), "t")
    assert table.data["name"].to_pylist() == ["Bērziņš Žydrūnė", "c"]
    assert [(row.row, row.reason) for row in table.rejected] == [
        (2, "holds bytes that are not text in the file's encoding")
    ]
    assert table.rows.tolist() == [1, 3]


def test_a_letter_that_was_lost_before_is_what_a_file_says(tmp_path):
    """The sign of a lost letter in a file that is whole is no damage of the file: its row is read."""
    table = read(_write(tmp_path, "id,name\n1,Bal�i�nas\n".encode()), "t")
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
        read(_write(tmp_path, content), "t")


BAD = {
    "empty": (b"", "is empty"),
    "blank": (b"\n \n", "is empty"),
    "mark alone": (codecs.BOM_UTF8, "is empty"),
    "mark and a blank line": (codecs.BOM_UTF8 + b"\n", "is empty"),
    "header only": (b"id,name\n", "no rows"),
    "binary": (b"\x89PNG\r\n\x1a\n\x00\x00\x01", "not a text file"),
    "control bytes": (b"id,name\n1,\xff\x01\x02\x1f\n", "not a text file"),
    "spreadsheet": (b"PK\x03\x04rest", "save it as CSV"),
    "broken parquet": (b"PAR1 broken", "not a readable Parquet file"),
}


@pytest.mark.parametrize(("content", "message"), BAD.values(), ids=BAD)
def test_what_is_no_table_is_refused_with_a_reason(tmp_path, content, message):
    """The message names the table and the file and says what is wrong."""
    path = _write(tmp_path, content)
    with pytest.raises(SourceError, match=message) as raised:
        read(path, "alerts")
    assert str(raised.value).startswith("alerts: ")
    assert "t.csv" in str(raised.value)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("header", ["id,år", '\n"id","år"', "år"])
def test_a_header_alone_needs_no_line_break(tmp_path, encoding, header):
    """It is a table without rows, with a line break and without one."""
    for newline in ("", "\n", "\r\n"):
        path = _write(tmp_path, (header + newline).encode(encoding))
        with pytest.raises(SourceError, match="has a header but no rows"):
            read(path, "t")
        found = read(path, "t", may_be_empty=True).data
        assert (found.num_rows, found.column_names[-1]) == (0, "år")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_header_alone_with_a_quotation_mark_that_is_not_closed_is_refused(tmp_path, encoding):
    """It may have swallowed rows."""
    for header in ('id,"name', 'id,"name\n1,Berg\n'):
        with pytest.raises(SourceError, match="whether a quotation mark is not closed"):
            read(_write(tmp_path, header.encode(encoding)), "t", may_be_empty=True)


def test_a_csv_named_parquet_is_refused(tmp_path):
    """A Parquet file that is none is told apart from one that is damaged."""
    with pytest.raises(SourceError, match="not a readable Parquet file"):
        read(_write(tmp_path, b"id,name\n1,a\n", "t.parquet"), "alerts")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_cell_larger_than_a_block_is_read(tmp_path, encoding):
    """And a row that is damaged behind it keeps its number."""
    large = "a" * (2 * files.BLOCK_BYTES + 1)
    table = read(_write(tmp_path, f'id,name\n1,"{large}"\n2\n3,b\n'.encode(encoding)), "t")
    assert [len(name) for name in table.data["name"].to_pylist()] == [len(large), 1]
    assert [row.row for row in table.rejected] == [2]


def test_a_quotation_mark_that_takes_more_than_a_block_is_told_with_its_row(tmp_path):
    """Of a file whose rows are many."""
    rows = "2,b\n" * (files.BLOCK_BYTES // 2)
    with pytest.raises(SourceError, match="a quotation mark in row 1 is not closed"):
        read(_write(tmp_path, f'id,name\n1,"a\n{rows}'.encode()), "t")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
@pytest.mark.parametrize("column", ["column007", "column0007"])
def test_a_long_header_is_read_whole_or_refused(tmp_path, encoding, column):
    """No column behind its beginning is taken for numbers, wherever in a name the beginning ends."""

    def found(number):
        content = f"id{f',{column}' * number}\n1{',007' * number}\n".encode(encoding)
        return read(_write(tmp_path, content), "t").data

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


def test_frames_as_spreadsheets_make_them_are_read():
    """Values of several kinds in a column, categories, arrays in a cell, large and broken numbers."""
    mixed = pd.DataFrame(
        {"id": ["1", "2"], "born": pd.Series([dt.date(1978, 4, 9), "1980-02-03"], dtype=object)}
    )
    assert read(mixed, "t").data["born"].to_pylist() == ["1978-04-09", "1980-02-03"]
    sexes = pl.DataFrame({"sex": ["F", None, "M"]}).with_columns(pl.col("sex").cast(pl.Categorical))
    assert read(sexes, "t").data["sex"].to_pylist() == ["F", None, "M"]
    assert read([{"names": np.array(["Berg", "Dahl"])}], "t").data["names"].to_pylist() == ["Berg;Dahl"]
    numbers = pa.table({"n": [37804091234.0, 0.5, None, 1e20]})
    assert read(numbers, "t").data["n"].to_pylist() == ["37804091234", "0.5", None, "1" + 20 * "0"]
    instant = pl.DataFrame({"born": [dt.datetime(1980, 2, 2, 23, tzinfo=dt.UTC)]})
    assert read(instant, "t").data["born"].to_pylist() == ["1980-02-02 23:00:00.000000Z"]


@pytest.mark.parametrize(
    ("source", "says"),
    [
        (pd.DataFrame([[1, 2]], columns=["a", "a"]), "have one name"),
        (pd.DataFrame({"born": pd.PeriodIndex(["1978-04-09"], freq="D")}), "not text, a number or a date"),
        ([{"name": "Be\ud800rg"}], "half a letter"),
    ],
)
def test_frames_that_cannot_be_read_say_why(source, says):
    """And not that the kind of table is unknown."""
    with pytest.raises(SourceError, match=says):
        read(source, "t")


@pytest.mark.parametrize("mixed", [False, True])
def test_an_index_is_a_column_where_it_has_a_name(mixed):
    """One without a name numbers the rows, in whatever order they are now."""
    cells = pd.Series([1, "b"], dtype=object) if mixed else pd.Series(["a", "b"])
    frame = pd.DataFrame({"id": ["7", "3"], "name": cells})
    assert read(frame.set_axis([9, 4]), "t").data.column_names == ["id", "name"]
    named = read(frame.set_index("id"), "t").data
    assert named["id"].to_pylist() == ["7", "3"]
    assert named["name"].to_pylist() == [str(cell) for cell in cells]


def test_columns_may_be_called_by_numbers():
    assert read([{1: "a"}], "t").data.to_pylist() == [{"1": "a"}]
    mixed = pd.DataFrame({1: pd.Series(["a", 2], dtype=object)})
    assert read(mixed, "t").data.to_pylist() == [{"1": "a"}, {"1": "2"}]


@pytest.fixture
def piped(tmp_path):
    """Make a pipe that gives some bytes once."""

    def pipe(content):
        path = tmp_path / "pipe"
        path.unlink(missing_ok=True)
        os.mkfifo(path)
        Thread(target=path.write_bytes, args=(content,), daemon=True).start()
        return path

    return pipe


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("latin-1"),
        TEXT.encode("utf-16"),
        b"id,name\n1,Berg\n2,Moe,9\n3,Lund\n",
    ],
)
def test_a_pipe_gives_what_the_file_gives(tmp_path, piped, content):
    """In every encoding, and with rows that are rejected, for which a file is read again."""
    ours, of_file = read(piped(content), "t"), read(_write(tmp_path, content), "t")
    assert ours.data == of_file.data
    assert [row.row for row in ours.rejected] == [row.row for row in of_file.rejected]


def test_a_pipe_may_give_parquet(tmp_path, piped):
    """What it is its first bytes tell."""
    pq.write_table(pa.table({"id": ["1"]}), tmp_path / "t.parquet")
    assert read(piped((tmp_path / "t.parquet").read_bytes()), "t").data.to_pylist() == [{"id": "1"}]


def test_a_register_from_a_pipe_has_the_version_of_its_file(tmp_path, piped):
    """So that an answer says which register it was held against."""
    content = b"hpr_number,family_name,given_name,birth_date\n1,Berg,Kari,1980-02-03\n"
    path = _write(tmp_path, content)
    assert hp.Register.prepare(piped(content)).read.version == hp.source_version(path)


def test_a_pipe_without_an_end_is_refused(monkeypatch, piped):
    """Before it fills the memory."""
    monkeypatch.setattr(files, "_LARGEST_PIPE", 10)
    with pytest.raises(SourceError, match="does not end; save it as a file"):
        read(piped(TEXT.encode()), "t")
    assert read(piped(b"id\n1234567"), "t").data.to_pylist() == [{"id": "1234567"}]
