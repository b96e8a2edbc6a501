"""Plain arrays of numbers, held against what plain Python says."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.arrays import _FEW_RUNS, distinct, numbered, offsets_of, ranges, repeated, run_starts, sizes_of


@given(st.lists(st.integers(-5, 5)))
def test_numbers_are_told_apart(numbers):
    found = numbered(np.array(numbers, np.int64))
    assert found.codes.tolist() == sorted(set(numbers))
    assert found.first.tolist() == [numbers.index(code) for code in found.codes.tolist()]
    assert found.codes[found.of_each].tolist() == numbers


@given(st.lists(st.integers(0, 5)))
def test_offsets_and_sizes_belong_together(sizes):
    offsets = offsets_of(np.array(sizes, np.int64))
    assert (offsets[0], offsets[-1]) == (0, sum(sizes))
    assert sizes_of(offsets).tolist() == sizes


@pytest.mark.parametrize("times", [1, _FEW_RUNS], ids=["few", "many"])
@given(st.lists(st.tuples(st.integers(-5, 5), st.integers(0, 3)), min_size=1))
def test_ranges_and_repeated_places_are_the_same_however_many(times, runs):
    starts, counts = np.array(runs * times, np.int64).T
    expected = [number for start, count in runs for number in range(start, start + count)]
    assert ranges(starts, counts).tolist() == expected * times
    expected = [place for place, count in enumerate(counts.tolist()) for _ in range(count)]
    assert repeated(counts).tolist() == expected


@given(st.lists(st.integers(-2, 2)))
def test_runs_start_where_a_number_differs_from_the_last(numbers):
    runs = [len([*run]) for _, run in groupby(numbers)]
    assert run_starts(np.array(numbers, np.int64)).tolist() == [
        sum(runs[:place]) for place in range(len(runs))
    ]
    assert distinct(np.array(numbers, np.int64)).tolist() == sorted(set(numbers))
