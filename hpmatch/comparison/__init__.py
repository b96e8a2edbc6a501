"""
Comparing: from candidate pairs to comparison vectors.

A comparison sees each distinct pair of values once in a run, however the run is cut into chunks; what it finds is spread
to all pairs that hold those values. A joint comparison sees all pairs of a chunk and finds out itself what repeats.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any, cast

import numpy as np

from hpmatch.arrays import IntArray
from hpmatch.blocking import CandidatePairs
from hpmatch.comparison.distinct import check_compared, compare_distinct, compare_distinct_of_run
from hpmatch.errors import HpmatchError, PluginError
from hpmatch.parallel import each_chunk
from hpmatch.plugins import work_of
from hpmatch.protocols import (
    Compared,
    ComparedOne,
    ComparesOne,
    Comparison,
    ComparisonVectors,
    JointComparison,
    Progress,
)
from hpmatch.records import MISSING, Records

DEFAULT_CHUNK_SIZE = 100_000
_ONE_MISSING = (ComparedOne(MISSING),)


def compare(
    left: Records,
    right: Records,
    pairs: CandidatePairs,
    comparisons: Sequence[Comparison | JointComparison],
    chunk_size: int = DEFAULT_CHUNK_SIZE,
    progress: Progress = lambda *_: None,
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
        for chunk, found in compare_distinct_of_run(comparison, left, right, pairs, chunks):
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
    with work_of(comparison):
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
    sides = left.values_at(left_rows, columns), right.values_at(right_rows, columns)
    with work_of(comparison):
        found = comparison.compare_parts(*sides)
    if len(found) != len(comparison.parts):
        raise PluginError(f"comparison {comparison.name!r} has to return one Compared for each of its parts")
    for part, each in zip(comparison.parts, found, strict=True):
        check_compared(part, each, len(left_rows))
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
    with work_of(comparison):
        found = cast(ComparesOne, comparison).compare_one(left, right)
    if len(found) != len(parts):
        raise PluginError(f"comparison {comparison.name!r} has to find one thing for each of its parts")
    for part, each in zip(parts, found, strict=True):
        if not MISSING <= each.level < len(part.levels):
            raise PluginError(
                f"comparison {part.name!r} has to find a level between -1 and {len(part.levels) - 1}"
            )
    return found
