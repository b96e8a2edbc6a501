"""
Comparing: from candidate pairs to comparison vectors.

A comparison sees each distinct pair of values once in a run, however the run is cut into chunks; what it finds is spread
to all pairs that hold those values. A joint comparison sees all pairs of a chunk and finds out itself what repeats.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np

from hpmatch.arrays import IntArray, Mask, numbered
from hpmatch.blocking import CandidatePairs
from hpmatch.errors import HpmatchError, PluginError
from hpmatch.parallel import each_chunk
from hpmatch.protocols import (
    Compared,
    ComparedOne,
    ComparesOne,
    Comparison,
    ComparisonVectors,
    JointComparison,
)
from hpmatch.records import MISSING, Records

DEFAULT_CHUNK_SIZE = 100_000


def compare(
    left: Records,
    right: Records,
    pairs: CandidatePairs,
    comparisons: Sequence[Comparison | JointComparison],
    chunk_size: int = DEFAULT_CHUNK_SIZE,
    progress: Callable[[str, int, int], None] = lambda *_: None,
    stand_ins: Mapping[str, str] = MappingProxyType({}),
) -> ComparisonVectors:
    """
    Compare candidate pairs.

    Args:
        left: The left table.
        right: The right table, the register.
        pairs: The candidate pairs, k of them.
        comparisons: What to compare them by, c of them with the parts of joint ones counted apart.
        chunk_size: How many pairs are compared at a time.
        progress: Called with "compare", the pairs done and all pairs.
        stand_ins: See ``hpmatch.model.Model``.

    Raises:
        PluginError: If a comparison gives something else than it promised.
        HpmatchError: If the chunks are to have no pairs.
    """
    if chunk_size < 1:
        raise HpmatchError(f"chunk_size is {chunk_size}; give at least 1")
    parts = parts_of(comparisons)
    levels = np.full((len(pairs), len(parts)), MISSING, np.int8)
    frequencies = np.full((len(pairs), len(parts)), np.nan)
    ready = [prepare(comparison, right) for comparison in comparisons]
    place = 0
    progress("compare", 0, len(pairs))
    for done, comparison in enumerate(ready):
        for chunk, found in _compare_chunks(comparison, left, right, pairs, chunk_size):
            for part, each in enumerate(found):
                levels[chunk, place + part] = each.levels
                if each.frequencies is not None:
                    frequencies[chunk, place + part] = each.frequencies
            of_all = done * len(pairs) + min(chunk.stop, len(pairs))
            progress("compare", of_all // len(ready), len(pairs))
        place += len(parts_of((comparison,)))
    names, sizes = tuple(part.name for part in parts), tuple(len(part.levels) for part in parts)
    holders = tuple(_holders(part, right) for part in parts)
    vectors = ComparisonVectors(names, levels, frequencies, sizes, (len(left), right.counted), holders)
    return without_repeats(vectors, stand_ins)


def without_repeats(vectors: ComparisonVectors, stand_ins: Mapping[str, str]) -> ComparisonVectors:
    """
    The vectors in which a comparison that stands in for another is missing where that one found something.

    Example:
        >>> vectors = ComparisonVectors(("sex", "by_name"), np.array([[0, 0], [-1, 0]], np.int8), np.ones((2, 2)), (2, 2), (2, 2))
        >>> without_repeats(vectors, {"by_name": "sex"}).levels.tolist()
        [[0, -1], [-1, 0]]
    """
    place = {name: number for number, name in enumerate(vectors.names)}
    found = vectors.levels != MISSING
    repeats = [
        (place[name], found[:, place[name]] & found[:, place[other]])
        for name, other in stand_ins.items()
        if name in place and other in place
    ]
    if not any(rows.any() for _, rows in repeats):
        return vectors
    levels, frequencies = vectors.levels.copy(), vectors.frequencies.copy()
    for column, rows in repeats:
        levels[rows, column], frequencies[rows, column] = MISSING, np.nan
    return replace(vectors, levels=levels, frequencies=frequencies)


def _holders(comparison: Comparison, right: Records) -> int:
    """How many records hold something that a comparison reads, by the fullest of its columns; a value that came since counts as one."""
    return max([1, *(right[name].values.holders for name in comparison.columns if name in right)])


def _compare_chunks(
    comparison: Comparison | JointComparison,
    left: Records,
    right: Records,
    pairs: CandidatePairs,
    chunk_size: int,
) -> Iterator[tuple[slice, tuple[Compared, ...]]]:
    """What a comparison, or each part of a joint one, finds of each chunk of pairs."""
    chunks = list(pairs.chunks(chunk_size))
    if len(chunks) > 1 and not hasattr(comparison, "compare_parts"):
        for chunk, found in _compare_distinct_of_run(comparison, left, right, pairs, chunks):
            yield chunk, (found,)
        return

    def work(chunk: slice) -> tuple[Compared, ...]:
        return compare_rows(comparison, left, right, pairs.left[chunk], pairs.right[chunk])

    yield from zip(chunks, each_chunk(work, chunks), strict=True)


def parts_of(comparisons: Sequence[Comparison | JointComparison]) -> tuple[Comparison, ...]:
    """All comparisons, with the parts of joint ones in their place."""
    return tuple(
        part
        for comparison in comparisons
        # Several times faster than to ask the protocol.
        for part in (
            cast(JointComparison, comparison).parts if hasattr(comparison, "compare_parts") else (comparison,)
        )
    )


def not_compared(
    comparisons: Sequence[Comparison | JointComparison], left: Records, right: Records
) -> list[str]:
    """The comparisons of which one table or both have no column, so that all pairs miss them."""
    return [
        part.name
        for part in parts_of(comparisons)
        if any(side.columns.keys().isdisjoint(part.columns) for side in (left, right))
    ]


def prepare(comparison: Comparison | JointComparison, register: Records) -> Comparison | JointComparison:
    """The comparison, ready for a whole register."""
    return comparison.prepared(register) if hasattr(comparison, "prepared") else comparison


def compare_rows(
    comparison: Comparison | JointComparison,
    left: Records,
    right: Records,
    left_rows: IntArray,
    right_rows: IntArray,
) -> tuple[Compared, ...]:
    """Compare row pairs by one comparison, or by all parts of a joint one."""
    if not hasattr(comparison, "compare_parts"):  # several times faster than to ask the protocol
        return (compare_distinct(comparison, left, right, left_rows, right_rows),)
    comparison, columns = cast(JointComparison, comparison), comparison.columns
    found = comparison.compare_parts(left.values_at(left_rows, columns), right.values_at(right_rows, columns))
    if len(found) != len(comparison.parts):
        raise PluginError(f"comparison {comparison.name!r} has to return one Compared for each of its parts")
    for part, each in zip(comparison.parts, found, strict=True):
        _check(part, each, len(left_rows))
    return found


def compare_distinct(
    comparison: Comparison, left: Records, right: Records, left_rows: IntArray, right_rows: IntArray
) -> Compared:
    """
    Compare row pairs by one comparison, calling it with distinct pairs of values only.

    Returns:
        For each pair what its values gave; missing where either side holds none of the comparison's columns.
    """
    if len(left_rows) == 1:
        return _compare_one(comparison, left, right, left_rows, right_rows)
    left_value, left_present = _combined(left, comparison.columns, left_rows)
    right_value, right_present = _combined(right, comparison.columns, right_rows)
    present = left_present & right_present
    places = present.nonzero()[0]
    if not len(places):
        return Compared(np.full(len(present), MISSING, np.int8))
    width = int(right_value.max()) + 1
    _, first, of_pair = numbered(left_value[places] * width + right_value[places])
    chosen = places[first]
    found = comparison.compare(
        left.values_at(left_rows[chosen], comparison.columns),
        right.values_at(right_rows[chosen], comparison.columns),
    )
    _check(comparison, found, len(chosen))
    return _spread(found, present, of_pair)


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


def _compare_distinct_of_run(
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
        rows, columns = (pairs.left[chosen], pairs.right[chosen]), comparison.columns
        found = comparison.compare(left.values_at(rows[0], columns), right.values_at(rows[1], columns))
        _check(comparison, found, len(chosen))
        return found

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


def _compare_one(
    comparison: Comparison, left: Records, right: Records, left_row: IntArray, right_row: IntArray
) -> Compared:
    """The same for a single pair, which is distinct anyway."""
    left, right = (
        left.values_at(left_row, comparison.columns),
        right.values_at(right_row, comparison.columns),
    )
    if not all(any(column.codes[0] >= 0 for column in side.columns.values()) for side in (left, right)):
        return Compared(np.full(1, MISSING, np.int8))
    found = comparison.compare(left, right)
    _check(comparison, found, 1)
    return found


def compare_one(
    comparison: Comparison | JointComparison, left: Mapping[str, Any], right: Mapping[str, Any]
) -> tuple[ComparedOne, ...]:
    """
    Compare a single pair by a comparison that has a way for that, see ``ComparesOne``.

    Args:
        comparison: The comparison, joint or not.
        left: The values of the left record by column, none of them missing.
        right: The same of the right record.

    Raises:
        PluginError: If the comparison gives something else than it promised.
    """
    if hasattr(comparison, "compare_parts"):
        parts = cast(JointComparison, comparison).parts
    else:
        parts, columns = (comparison,), comparison.columns
        if left.keys().isdisjoint(columns) or right.keys().isdisjoint(columns):
            return _ONE_MISSING
    found = cast(ComparesOne, comparison).compare_one(left, right)
    if len(found) != len(parts):
        raise PluginError(f"comparison {comparison.name!r} has to find one thing for each of its parts")
    for part, each in zip(parts, found, strict=True):
        if not MISSING <= each.level < len(part.levels):
            raise PluginError(
                f"comparison {part.name!r} has to find a level between -1 and {len(part.levels) - 1}"
            )
    return found


_NO_LEVELS, _NO_FREQUENCIES = np.zeros(0, np.int8), np.zeros(0)
_ONE_MISSING = (ComparedOne(MISSING),)
_MOST_COMBINATIONS = 1 << 31  # two such numbers make one of 64 bits


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


def _check(comparison: Comparison, found: object, size: int) -> None:
    if not isinstance(found, Compared):
        raise PluginError(
            f"comparison {comparison.name!r} has to return Compared(levels), not {type(found).__name__}"
        )
    levels = np.asarray(found.levels)
    if levels.shape != (size,) or (
        size and not MISSING <= levels.min() <= levels.max() < len(comparison.levels)
    ):
        raise PluginError(
            f"comparison {comparison.name!r} has to return {size} levels between -1 and {len(comparison.levels) - 1}"
        )
    if found.frequencies is not None:
        shares = np.asarray(found.frequencies, np.float64)
        # Those of kin may be above 1 in a register of a few.
        if shares.shape != (size,) or ((shares < 0) | (shares == np.inf)).any():
            raise PluginError(
                f"comparison {comparison.name!r} has to return {size} frequencies, none below 0, or NaN where they say nothing"
            )
