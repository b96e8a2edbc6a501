"""Calling a comparison with distinct pairs of values only, and spreading what it finds to all row pairs that hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import IntArray, Mask, numbered
from hpmatch.blocking import CandidatePairs
from hpmatch.errors import PluginError
from hpmatch.parallel import each_chunk
from hpmatch.plugins import work_of
from hpmatch.protocols import Compared, Comparison
from hpmatch.records import MISSING, Records

_NO_LEVELS, _NO_FREQUENCIES = np.zeros(0, np.int8), np.zeros(0)
_MOST_COMBINATIONS = 1 << 31  # two such numbers make one of 64 bits


def compare_distinct(
    comparison: Comparison, left: Records, right: Records, left_rows: IntArray, right_rows: IntArray
) -> Compared:
    """
    Compare row pairs by one comparison, calling it with distinct pairs of values only.

    Returns:
        For each pair what its values gave; missing where either side holds none of the comparison's columns.
    """
    if len(left_rows) == 1:
        return _compare_alone(comparison, left, right, left_rows, right_rows)
    left_value, left_present = _combined(left, comparison.columns, left_rows)
    right_value, right_present = _combined(right, comparison.columns, right_rows)
    present = left_present & right_present
    places = present.nonzero()[0]
    if not len(places):
        return Compared(np.full(len(present), MISSING, np.int8))
    width = int(right_value.max()) + 1
    _, first, of_pair = numbered(left_value[places] * width + right_value[places])
    chosen = places[first]
    return _spread(_asked(comparison, left, right, left_rows[chosen], right_rows[chosen]), present, of_pair)


def _asked(
    comparison: Comparison, left: Records, right: Records, left_rows: IntArray, right_rows: IntArray
) -> Compared:
    """What a comparison gives for row pairs, which are distinct."""
    left, right = (
        left.values_at(left_rows, comparison.columns),
        right.values_at(right_rows, comparison.columns),
    )
    with work_of(comparison):
        found = comparison.compare(left, right)
    check_compared(comparison, found, len(left_rows))
    return found


def _compare_alone(
    comparison: Comparison, left: Records, right: Records, left_row: IntArray, right_row: IntArray
) -> Compared:
    """Compare a single row pair, which is distinct anyway, without looking for others."""
    if not (
        _has_some(left, comparison.columns, left_row) and _has_some(right, comparison.columns, right_row)
    ):
        return Compared(np.full(1, MISSING, np.int8))
    return _asked(comparison, left, right, left_row, right_row)


def _has_some(side: Records, columns: Sequence[str], row: IntArray) -> bool:
    return any(name in side and side[name].codes[row[0]] >= 0 for name in columns)


class _Distinct(NamedTuple):
    """
    The distinct pairs of values among some pairs.

    Attributes:
        codes: int64[d], a number for each, ascending.
        places: int64[d], a pair that holds it.
        present: bool[k], the pairs that hold one.
        of_pair: int32[present.sum()], which one.
    """

    codes: IntArray
    places: IntArray
    present: Mask
    of_pair: IntArray


def compare_distinct_of_run(
    comparison: Comparison, left: Records, right: Records, pairs: CandidatePairs, chunks: Sequence[slice]
) -> Iterator[tuple[slice, Compared]]:
    """Compare all pairs by one comparison, calling it once in the run with each distinct pair of values."""
    sides = [_values_of_rows(records, comparison.columns) for records in (left, right)]
    width = int(sides[1].max(initial=0)) + 1

    def find(chunk: slice) -> _Distinct:
        a, b = sides[0][pairs.left[chunk]], sides[1][pairs.right[chunk]]
        present = (a >= 0) & (b >= 0)
        places = np.flatnonzero(present)
        codes, first, of_pair = numbered(a[places] * width + b[places])
        return _Distinct(codes, places[first] + chunk.start, present, of_pair.astype(np.int32))

    by_chunk = list(each_chunk(find, chunks))
    codes, first = np.unique(np.concatenate([each.codes for each in by_chunk]), return_index=True)
    places = np.concatenate([each.places for each in by_chunk])[first]

    def ask(start: int) -> Compared:
        chosen = places[start : start + size]
        return _asked(comparison, left, right, pairs.left[chosen], pairs.right[chosen])

    size = chunks[0].stop
    asked = list(each_chunk(ask, range(0, len(places), size)))
    levels = np.concatenate([_NO_LEVELS, *(np.asarray(found.levels, np.int8) for found in asked)])
    frequencies = np.concatenate([_NO_FREQUENCIES, *(found.known_frequencies() for found in asked)])

    def spread(found: _Distinct) -> Compared:
        of_run = np.searchsorted(codes, found.codes)
        return _spread(Compared(levels[of_run], frequencies[of_run]), found.present, found.of_pair)

    yield from zip(chunks, each_chunk(spread, by_chunk), strict=True)


def _values_of_rows(records: Records, columns: Sequence[str]) -> IntArray:
    """int64[n], for each record a number that stands for its combination of values; -1 where it has none of them."""
    combined, present = _combined(records, columns, np.arange(len(records)))
    return np.where(present, combined, MISSING)


def _combined(records: Records, columns: Sequence[str], rows: IntArray) -> tuple[IntArray, Mask]:
    """For each row a number that stands for its combination of values, and whether it has any of them."""
    if len(columns) == 1 and columns[0] in records:
        only = records[columns[0]].codes[rows].astype(np.int64)
        return only, only >= 0
    combined, combinations = np.zeros(len(rows), np.int64), 1
    present = np.zeros(len(rows), bool)
    for name in columns:
        if name in records:
            column = records[name]
            codes = column.codes[rows]
            present |= codes >= 0
            values = len(column.values.array) + 1
            if combinations * values > _MOST_COMBINATIONS:
                distinct, combined = np.unique(combined, return_inverse=True)
                combinations = len(distinct)
            combined = combined * values + codes + 1
            combinations *= values
    if combinations > _MOST_COMBINATIONS:
        combined = np.unique(combined, return_inverse=True)[1]
    return combined, present


def _spread(found: Compared, present: Mask, of_pair: IntArray) -> Compared:
    levels = np.full(len(present), MISSING, np.int8)
    levels[present] = np.asarray(found.levels, np.int8)[of_pair]
    if found.frequencies is None:
        return Compared(levels)
    frequencies = np.full(len(present), np.nan)
    frequencies[present] = np.asarray(found.frequencies, np.float64)[of_pair]
    return Compared(levels, frequencies)


def check_compared(comparison: Comparison, found: object, size: int) -> None:
    """
    Make sure that a comparison gave what it promised of some pairs.

    Raises:
        PluginError: If it did not.
    """
    if not isinstance(found, Compared):
        raise PluginError(
            f"comparison {comparison.name!r} has to return Compared(levels), not {type(found).__name__}"
        )
    levels = np.asarray(found.levels)
    # What is true would be 1, which is the second level, and not the best.
    if levels.shape != (size,) or (
        size
        and (
            levels.dtype.kind not in "iu"
            or not MISSING <= levels.min() <= levels.max() < len(comparison.levels)
        )
    ):
        raise PluginError(
            f"comparison {comparison.name!r} has to return {size} levels between -1 and {len(comparison.levels) - 1}, as whole "
            f"numbers: -1 is missing, 0 the first level"
        )
    if found.frequencies is not None:
        shares = np.asarray(found.frequencies, np.float64)
        if shares.shape != (size,) or ((shares < 0) | (shares > 1)).any():
            raise PluginError(
                f"comparison {comparison.name!r} has to return {size} frequencies from 0 to 1, or NaN where they say nothing"
            )
