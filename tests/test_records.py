"""Coded columns."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.records import Column, Records

WORDS = pa.list_(pa.string())
CELLS = st.lists(st.none() | st.lists(st.sampled_from("abc"), min_size=1, max_size=3).map(tuple), max_size=12)


@given(CELLS)
def test_encoding_and_reading_back_gives_the_cells(cells):
    """What goes in comes out, whatever is missing or repeated."""
    assert Column.encode(cells, WORDS).to_pylist() == [None if cell is None else list(cell) for cell in cells]


@pytest.mark.parametrize("empty", [None, "", ()])
def test_empty_cells_are_missing(empty):
    """None, the empty text and the empty tuple are one thing: nothing there."""
    assert Column.encode([empty], pa.string() if empty == "" else WORDS).is_missing.tolist() == [True]


@given(CELLS)
def test_counts_say_how_many_records_hold_each_value(cells):
    """Counts of values agree with counting by hand."""
    column = Column.encode(cells, WORDS)
    assert column.values.counts.tolist() == [
        cells.count(tuple(value)) for value in column.values.array.to_pylist()
    ]


@given(CELLS)
def test_a_term_is_counted_once_a_record(cells):
    """A record that holds a term twice is still one record."""
    values = Column.encode(cells, WORDS).values
    texts = values.terms.vocabulary.texts
    expected = {term: sum(term in (cell or ()) for cell in cells) for term in texts}
    assert dict(zip(texts, values.term_counts.tolist(), strict=True)) == expected


def test_frequencies_stay_those_of_the_whole_table_after_taking_rows():
    """A chunk knows how common a value is in the whole table."""
    column = Column.encode(["a", "a", "b", "b", None], pa.string()).take([2, 4])
    np.testing.assert_array_equal(column.frequencies, [0.5, np.nan])


def test_records_take_rows_of_all_columns_alike():
    """Rows of different columns stay together, also when a row is taken twice."""
    records = Records(pa.array(["x", "y"]), {"sex": Column.encode(["F", "M"], pa.string())})
    taken = records.take(np.array([1, 1, 0]))
    assert taken.ids.to_pylist() == ["y", "y", "x"]
    assert taken["sex"].to_pylist() == ["M", "M", "F"]
