"""How comparisons are called: once for each distinct pair of values, and by name where they break their word."""

import numpy as np
import pyarrow as pa
import pytest

from hpmatch.blocking import candidate_pairs
from hpmatch.comparison import compare
from hpmatch.comparison.distinct import compare_distinct
from hpmatch.errors import PluginError
from hpmatch.protocols import Compared, Pairs
from hpmatch.records import Column, Records


def _towns(*cells):
    return Records(pa.array([str(i) for i in range(len(cells))]), {"town": Column.encode(cells, pa.string())})


class Counting:
    """Remembers what it was asked."""

    name = "town"
    columns = ("town",)
    levels = ("same", "different")

    def __init__(self):
        self.asked = []

    def compare(self, left, right):
        pairs = list(zip(left["town"].to_pylist(), right["town"].to_pylist(), strict=True))
        self.asked += pairs
        return Compared(np.array([int(a != b) for a, b in pairs], np.int8))


class Everything:
    """Pairs every row with every row."""

    name = "all"
    columns = ("town",)

    def pairs(self, left, right):
        grid = np.mgrid[0 : len(left), 0 : len(right)].reshape(2, -1)
        return Pairs(grid[0], grid[1])


def test_a_comparison_is_asked_once_for_each_distinct_pair_of_values():
    """However many pairs hold them, two values are compared once; missing values are not compared."""
    left = _towns("oslo", "oslo", None, "kaunas")
    right = _towns("oslo", "kaunas", "oslo", None)
    counting = Counting()
    vectors = compare(left, right, candidate_pairs(left, right, [Everything()]), [counting])
    assert sorted(counting.asked) == [
        ("kaunas", "kaunas"),
        ("kaunas", "oslo"),
        ("oslo", "kaunas"),
        ("oslo", "oslo"),
    ]
    assert vectors.levels[:, 0].reshape(4, 4).tolist() == [
        [0, 1, 0, -1],
        [0, 1, 0, -1],
        [-1] * 4,
        [1, 0, 1, -1],
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        Compared(np.array([0, 0], np.int8)),
        Compared(np.array([2], np.int8)),
        Compared(np.array([-2], np.int8)),
        [0],
    ],
)
def test_a_comparison_that_breaks_its_word_is_named(wrong):
    """Too many answers, unknown levels and other types are refused with the comparison's name."""

    class Wrong(Counting):
        def compare(self, left, right):
            return wrong

    records = _towns("oslo")
    with pytest.raises(PluginError, match="'town'"):
        compare_distinct(Wrong(), records, records, np.array([0]), np.array([0]))
