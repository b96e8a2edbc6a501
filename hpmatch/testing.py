"""
Proof that a stage keeps its contract, for any stage.

    from hpmatch.testing import check_comparison
    check_comparison(MyComparison("town"))

Each check draws records with hypothesis, calls the stage on them, and fails with an AssertionError that says which promise
is broken. The built-in stages pass the same checks. Needs the extra ``testing``.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hpmatch.blocking import keys_of, pairs_of
from hpmatch.comparison import compare_one, compare_rows, parts_of, prepare
from hpmatch.errors import PluginError
from hpmatch.plugins import checked_partial_weights, checked_weights
from hpmatch.protocols import (
    BlockingRule,
    Classifier,
    Comparison,
    ComparisonVectors,
    JointComparison,
    PairRule,
    Standardiser,
)
from hpmatch.records import MISSING, Column, Records
from hpmatch.schema import NAME_ROLES
from hpmatch.standardise import standardise

MAX_LEVELS = 127
_LETTERS = "aeionrstlkšłøвαي"

# The cells of the standardised columns; a column that is not named here holds text.
Cells = Mapping[str, tuple[pa.DataType, st.SearchStrategy[Any]]]


def _words(alphabet: str = _LETTERS) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.text(alphabet, min_size=1, max_size=8), min_size=1, max_size=3, unique=True).map(tuple)


def _codes(*codes: str) -> st.SearchStrategy[tuple[str, ...]]:
    return st.lists(st.sampled_from(codes), min_size=1, max_size=2, unique=True).map(
        lambda found: tuple(sorted(found))
    )


_DATES = st.dates(date(1940, 1, 1), date(1999, 12, 31)).map(
    lambda day: day.year * 10_000 + day.month * 100 + day.day
)
_READINGS = st.one_of(
    _DATES, _DATES.map(lambda day: day // 10_000 * 10_000), _DATES.map(lambda day: day // 100 * 100)
)
_WORD_LIST, _TEXT = pa.list_(pa.string()), pa.string()

STANDARD_CELLS: Cells = {
    **dict.fromkeys(NAME_ROLES, (_WORD_LIST, _words())),
    "birth_date": (pa.list_(pa.int32()), st.lists(_READINGS, min_size=1, max_size=2, unique=True).map(tuple)),
    "sex": (_TEXT, st.sampled_from("FM")),
    "profession": (_WORD_LIST, _codes("LE", "SP", "JO", "TL", "HF")),
    "specialty": (_WORD_LIST, _codes("cardiology", "anaesthesiology", "surgery")),
    "country": (_WORD_LIST, _codes("LT", "NO", "BG")),
    "national_id": (
        _WORD_LIST,
        _codes("LT asmens 37804090000", "LT asmens 37804090001", "NO fnr 1", "SE pnr 22"),
    ),
}
_ANY_TEXT = (_TEXT, st.text("abcd ", min_size=1, max_size=5))


def check_comparison(
    comparison: Comparison | JointComparison, cells: Cells = STANDARD_CELLS, *, symmetric: bool = True
) -> None:
    """
    Check a comparison: protocol, level range, missing values and columns, symmetry, determinism, order, pickling, ``compare_one``.

    Args:
        comparison: The comparison, joint or not.
        cells: For each column its Arrow type and a strategy for its cells; columns that are not named hold text.
        symmetric: Whether exchanging the sides must not change the level.

    Raises:
        AssertionError: If a promise is broken.
    """
    assert isinstance(comparison, (Comparison, JointComparison)), (
        "a comparison needs name, columns, levels and compare(left, right)"
    )
    for part in parts_of((comparison,)):
        levels = tuple(part.levels)
        assert 0 < len(levels) <= MAX_LEVELS, f"it needs 1 to {MAX_LEVELS} levels, not {len(levels)}"
        assert len(set(levels)) == len(levels), "its level names have to be distinct"
    assert comparison.columns, "it has to name the columns that it reads"
    copy = _pickled(comparison)

    def promises(left: Records, right: Records, order: Sequence[int], column: str) -> None:
        ready = prepare(comparison, right)
        found = _compared(ready, left, right)
        assert _equal(found, _compared(ready, left, right)), "called twice, it gives two answers"
        assert _equal(found, _compared(prepare(copy, right), left, right)), (
            "its pickled copy gives another answer"
        )
        moved = _compared(ready, left.take(np.array(order)), right.take(np.array(order)))
        assert _equal(moved, [each[order] for each in found]), "the order of the pairs changes the answer"
        alone = [
            _compared(ready, left.take(np.array([row])), right.take(np.array([row])))
            for row in range(len(left))
        ]
        assert _equal(found, [np.concatenate(each) for each in zip(*alone, strict=True)]), (
            "other pairs change a pair's answer"
        )
        if symmetric:
            exchanged = _compared(prepare(comparison, left), right, left)
            assert _equal(found[::2], exchanged[::2]), "exchanging the sides changes the level"
        absent = np.all([_absent(left, comparison.columns), _absent(right, comparison.columns)], axis=0)
        assert all((levels[absent] == MISSING).all() for levels in found[::2]), (
            "a missing value has to give -1"
        )
        for lacking, empty in _without(left, right, column):
            assert _equal(_compared(ready, *lacking)[::2], _compared(ready, *empty)[::2]), _LACKING
        if hasattr(comparison, "compare_one"):
            for row in range(len(left)):
                a, b = _only(left, row), _only(right, row)
                found = [each.tolist() for each in _compared(prepare(comparison, b), a, b)]
                one = [[value] for each in compare_one(comparison, _held(a), _held(b)) for value in each]
                assert _equal(one, found), "compare_one finds something else than the tables of one record"

    _for_all_tables(promises, comparison.columns, cells)


def check_blocking_rule(rule: BlockingRule | PairRule, cells: Cells = STANDARD_CELLS) -> None:
    """
    Check a blocking rule: protocol, row range, missing columns, determinism, order, independence of other records, pickling.

    A rule that pairs rows itself is checked for range, missing columns, repetition and order only.

    Args:
        rule: The blocking rule.
        cells: See ``check_comparison``.

    Raises:
        AssertionError: If a promise is broken.
    """
    assert isinstance(rule, (BlockingRule, PairRule)), "a blocking rule needs name, columns and keys(records)"
    assert rule.columns, "it has to name the columns that it reads"
    copy = _pickled(rule)
    find: Callable[[Any, Records, Records], Any] = _pairs if isinstance(rule, PairRule) else _keys

    def promises(left: Records, right: Records, order: Sequence[int], column: str) -> None:
        found = find(rule, left, right)
        assert found == find(rule, left, right), "called twice, it gives two answers"
        assert found == find(copy, left, right), "its pickled copy gives another answer"
        moved = find(rule, left.take(np.array(order)), right)
        assert {(order[row], key) for row, key in moved} == found, (
            "the order of the records changes the answer"
        )
        for lacking, empty in _without(left, right, column):
            assert find(rule, *lacking) == find(rule, *empty), _LACKING
        if isinstance(rule, BlockingRule):
            each = range(len(left))
            alone = {(row, key) for row in each for _, key in find(rule, left.take(np.array([row])), right)}
            assert alone == found, "other records change a record's keys"

    _for_all_tables(promises, rule.columns, cells)


def check_classifier(classifier: Classifier, sizes: Mapping[str, int]) -> None:
    """
    Check a classifier: protocol, finite weights, one weight for one pattern, determinism, order, pickling.

    Args:
        classifier: The classifier.
        sizes: The comparisons that it weighs, with the number of their levels.

    Raises:
        AssertionError: If a promise is broken.
    """
    assert isinstance(classifier, Classifier), "a classifier needs match_weights(vectors)"
    copy = _pickled(classifier)
    pattern = st.tuples(*(st.integers(MISSING, size - 1) for size in sizes.values()))

    @_settings
    @given(st.lists(pattern, min_size=1, max_size=20), st.randoms(use_true_random=False))
    def run(patterns: list[tuple[int, ...]], random: Any) -> None:
        order = random.sample(range(len(patterns)), len(patterns))
        with _kept():
            weights = checked_weights(classifier, _vectors(patterns, sizes))
            checked_partial_weights(classifier, _vectors(patterns, sizes))
        assert (weights == classifier.match_weights(_vectors(patterns, sizes))).all(), (
            "called twice, it gives two answers"
        )
        assert (weights == copy.match_weights(_vectors(patterns, sizes))).all(), (
            "its pickled copy gives another answer"
        )
        moved = classifier.match_weights(_vectors([patterns[row] for row in order], sizes))
        assert np.allclose(moved, weights[order]), "the order of the pairs changes the answer"

    run()


def check_standardiser(standardiser: Standardiser) -> None:
    """
    Check a standardiser: protocol, any text accepted, one value a cell, the declared type, determinism, pickling.

    Raises:
        AssertionError: If a promise is broken.
    """
    assert isinstance(standardiser, Standardiser), (
        "a standardiser needs column, roles, kind and standardise(*texts)"
    )
    copy = _pickled(standardiser)
    row = st.tuples(*[st.text(max_size=30)] * len(standardiser.roles))

    @_settings
    @given(st.lists(row, max_size=10, unique=True))
    def run(rows: list[tuple[str, ...]]) -> None:
        texts = [[cells[place] for cells in rows] for place in range(len(standardiser.roles))]
        told = {
            role: pa.array(each, pa.string()) for role, each in zip(standardiser.roles, texts, strict=True)
        }
        with _kept():
            standardise(pa.array(map(str, range(len(rows))), pa.string()), told, [standardiser])
        values = _plain(standardiser.standardise(*texts))
        assert len(values) == len(rows), "it has to give one value a cell"
        assert values == _plain(copy.standardise(*texts)), "its pickled copy gives another answer"
        backwards = _plain(standardiser.standardise(*(text[::-1] for text in texts)))
        assert values[::-1] == backwards, "the order of the cells changes the answer"
        alone = [
            value for cells in rows for value in _plain(standardiser.standardise(*([cell] for cell in cells)))
        ]
        assert values == alone, "other cells change a cell's value"
        if hasattr(standardiser, "telling"):
            columns = standardiser.telling(
                *(pa.array([text or None for text in each], pa.string()) for each in texts)
            )
            telling = ([text or "" for text in column.to_pylist()] for column in columns)
            assert values == _plain(standardiser.standardise(*telling)), "telling leaves out what tells"

    run()


def _plain(values: Any) -> list[Any]:
    """Values as Python objects, however a standardiser gives them; no value is None."""
    cells = values.to_pylist() if isinstance(values, pa.Array) else values
    return [(tuple(cell) if isinstance(cell, list) else cell) or None for cell in cells]


_settings = settings(
    max_examples=50, deadline=None, report_multiple_bugs=False, suppress_health_check=list(HealthCheck)
)


def _for_all_tables(
    promises: Callable[[Records, Records, Sequence[int], str], None], columns: Sequence[str], cells: Cells
) -> None:
    kinds = {name: cells.get(name, _ANY_TEXT) for name in columns}
    row = st.tuples(*(st.none() | strategy for _, strategy in kinds.values()))

    @_settings
    @given(
        st.lists(st.tuples(row, row, st.booleans()), min_size=1, max_size=8),
        st.randoms(use_true_random=False),
        st.sampled_from(list(columns)),
    )
    def run(rows: list[tuple[Any, Any, bool]], random: Any, column: str) -> None:
        # Half of the pairs are the same on both sides: drawn apart, they would hardly ever agree.
        left = _records([a for a, _, _ in rows], kinds)
        right = _records([a if same else b for a, b, same in rows], kinds)
        with _kept():
            promises(left, right, random.sample(range(len(rows)), len(rows)), column)

    run()


@contextmanager
def _kept() -> Iterator[None]:
    """What a run refuses is a broken promise, too."""
    try:
        yield
    except PluginError as error:
        # The data are drawn: the stage's own error may be told whole.
        raise AssertionError(str(error)) from (error.__context__ or error)


_LACKING = "a table that lacks a column has to count as one without a value in it"


def _without(left: Records, right: Records, name: str) -> Iterator[tuple[tuple[Records, Records], ...]]:
    """Of either side the tables when it lacks a column, and when no row has a value there."""
    for side, records in enumerate((left, right)):
        lacking = Records(records.ids, {each: records[each] for each in records.columns if each != name})
        nothing = replace(records[name], codes=np.full(len(records), MISSING, np.int32))
        empty = Records(records.ids, {**records.columns, name: nothing})
        yield tuple((each, right) if side == 0 else (left, each) for each in (lacking, empty))


def _records(rows: Sequence[tuple[Any, ...]], kinds: Cells) -> Records:
    columns = {
        name: Column.encode([cells[place] for cells in rows], kind)
        for place, (name, (kind, _)) in enumerate(kinds.items())
    }
    return Records(pa.array([str(row) for row in range(len(rows))]), columns)


def _compared(comparison: Comparison | JointComparison, left: Records, right: Records) -> list[Any]:
    """The levels and the frequencies of each part, one after the other."""
    rows = np.arange(len(left))
    nothing = np.full(len(left), np.nan)
    return [
        each
        for found in compare_rows(comparison, left, right, rows, rows)
        for each in (np.asarray(found.levels), nothing if found.frequencies is None else found.frequencies)
    ]


def _only(records: Records, row: int) -> Records:
    """A record as a table of its own."""
    cells = {name: column.take([row]).to_pylist()[0] for name, column in records.columns.items()}
    columns = {
        name: Column.of_one(tuple(cell) if isinstance(cell, list) else cell, records[name].values.array.type)
        for name, cell in cells.items()
    }
    return Records(records.ids.slice(row, 1), columns)


def _held(records: Records) -> dict[str, Any]:
    """The values that the only record holds."""
    cells = {name: column.to_pylist()[0] for name, column in records.columns.items()}
    return {
        name: tuple(cell) if isinstance(cell, list) else cell
        for name, cell in cells.items()
        if cell is not None
    }


def _equal(found: Sequence[Any], expected: Sequence[Any]) -> bool:
    return all(np.array_equal(a, b, equal_nan=True) for a, b in zip(found, expected, strict=True))


def _absent(records: Records, columns: Sequence[str]) -> Any:
    return np.all([records[name].is_missing for name in columns], axis=0)


def _keys(rule: BlockingRule, records: Records, _: Records) -> set[tuple[int, int]]:
    found = keys_of(rule, records)
    return set(zip(found.rows.tolist(), found.keys.tolist(), strict=True))


def _pairs(rule: PairRule, left: Records, right: Records) -> set[tuple[int, int]]:
    found = pairs_of(rule, left, right)
    return set(zip(found.left.tolist(), found.right.tolist(), strict=True))


def _vectors(patterns: Sequence[tuple[int, ...]], sizes: Mapping[str, int]) -> ComparisonVectors:
    levels = np.array(patterns, np.int8)
    return ComparisonVectors(
        tuple(sizes),
        levels,
        np.full(levels.shape, np.nan),
        tuple(sizes.values()),
        (len(patterns), len(patterns)),
    )


def _pickled(stage: Any) -> Any:
    return pickle.loads(pickle.dumps(stage))  # noqa: S301 - the stage's own pickle, made just now
