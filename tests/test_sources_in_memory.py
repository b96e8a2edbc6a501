"""Reading frames, dicts and other tables in memory, and what their cells mean."""

import datetime as dt
from array import array
from decimal import Decimal

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sourced import ROWS

from hpmatch.errors import SourceError
from hpmatch.sources import read
from hpmatch.sources.memory import plain_cell


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
