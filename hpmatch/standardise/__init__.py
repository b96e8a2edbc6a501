"""
Standardising: from what was typed to what can be compared, once for each distinct value.

The standardisers of this package are frozen dataclasses; each says which roles it reads and which column it makes.
"""

from __future__ import annotations

from collections.abc import Container, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.errors import PluginError
from hpmatch.parallel import each_chunk
from hpmatch.plugins import work_of
from hpmatch.protocols import Standardiser
from hpmatch.records import FEW, Column, Records, Terms, Vocabulary
from hpmatch.standardise.encodings import decoded_cells
from hpmatch.standardise.token_forms import NAME_TOKENS, begin_forms
from hpmatch.standardise.whole_names import reads_whole_names, with_names_apart

Cells = TypeVar("Cells")


def standardise(
    ids: pa.Array, cells: Mapping[str, pa.Array], standardisers: Sequence[Standardiser]
) -> Records:
    """
    Make records out of a table's cells.

    Args:
        ids: string[n], each row's identifier.
        cells: For each role the cells, string[n].
        standardisers: What makes the columns; one whose roles are all absent makes none.

    Example:
        >>> from hpmatch.standardise.stages import PersonName
        >>> cells = {"family_name": pa.array(["Berg", "BERG", None])}
        >>> records = standardise(pa.array(["1", "2", "3"]), cells, [PersonName("family_name")])
        >>> records["family_name"].codes.tolist(), records["family_name"].values.array.to_pylist()
        ([0, 0, -1], [['berg']])
    """
    cells = {role: decoded_cells(texts) for role, texts in cells.items()}
    if reads_whole_names(standardisers):
        cells = with_names_apart(cells)
    wanted = [stage for stage in standardisers if any(role in cells for role in stage.roles)]
    # Names first: other processes can begin with the forms of their tokens while the rest is standardised here.
    names = [stage for stage in wanted if getattr(stage, "vocabulary", "") == NAME_TOKENS]
    rest = [stage for stage in wanted if stage not in names]
    made = each_chunk(lambda stage: _column(stage, cells, len(ids)), [*names, *rest])
    columns = {stage.column: column for stage, column in zip(names, made, strict=False)}
    columns = with_common_vocabulary(columns, names)
    for column in columns.values():
        begin_forms(column.values.terms.vocabulary)
    columns |= {stage.column: column for stage, column in zip(rest, made, strict=True)}
    columns = with_common_vocabulary(columns, rest)
    return Records(ids, {stage.column: columns[stage.column] for stage in wanted})


def with_common_vocabulary(
    columns: dict[str, Column], standardisers: Sequence[Standardiser]
) -> dict[str, Column]:
    """Let the columns whose standardisers say so share one list of terms."""
    for names in _sharing(columns, standardisers):
        vocabulary = Vocabulary(_distinct_terms([columns[name].values.array for name in names]))
        for name in names:
            columns[name] = _with_vocabulary(columns[name], vocabulary)
    return columns


def with_grown_vocabulary(
    columns: dict[str, Column], before: Mapping[str, Column], standardisers: Sequence[Standardiser]
) -> dict[str, Column]:
    """
    The same for columns that have the values of others and more behind them; what is known of their terms is kept.

    Args:
        columns: The columns.
        before: What they were, as far as they were there.
        standardisers: See ``with_common_vocabulary``, which does the same for columns that shared no list before.
    """
    for names in _sharing(columns, standardisers):
        known = {name: before[name].values for name in names if name in before}
        lists = [values.vocabulary for values in known.values()]
        if not lists or lists[0] is None or any(each is not lists[0] for each in lists):
            columns = with_common_vocabulary(
                columns, [each for each in standardisers if each.column in names]
            )
            continue
        nothing = Terms(lists[0], np.zeros(0, np.int64), np.zeros(1, np.int64))
        terms = {name: known[name].terms if name in known else nothing for name in names}
        more = {name: columns[name].values.array[len(terms[name].offsets) - 1 :] for name in names}
        vocabulary = lists[0].grown(_distinct_terms(list(more.values())))
        for name in names:
            grown = terms[name].grown(vocabulary, more[name])
            columns[name] = _with_vocabulary(columns[name], vocabulary, {"terms": grown})
    return columns


def _sharing(columns: Mapping[str, Column], standardisers: Sequence[Standardiser]) -> list[list[str]]:
    """The names of the columns that share each list of terms."""
    shared: dict[str, list[str]] = {}
    for stage in standardisers:
        if stage.column in columns and (vocabulary := getattr(stage, "vocabulary", "")):
            shared.setdefault(vocabulary, []).append(stage.column)
    return list(shared.values())


def _with_vocabulary(
    column: Column, vocabulary: Vocabulary, derived: Mapping[Hashable, Any] | None = None
) -> Column:
    values = replace(column.values, vocabulary=vocabulary, _derived=dict(derived or {}))
    return replace(column, values=values)


def _distinct_terms(lists: Sequence[pa.Array]) -> pa.Array:
    if sum(map(len, lists)) > FEW:
        return pc.unique(pa.chunked_array([each.flatten() for each in lists], pa.string()))
    terms = dict.fromkeys(term for each in lists for value in each.to_pylist() for term in value)
    return pa.array(terms, pa.string())


_CELLS_AT_A_TIME = 1 << 18  # Python objects at a time
_MOST_COMBINATIONS = 1 << 62


def _column(stage: Standardiser, cells: Mapping[str, pa.Array], size: int) -> Column:
    told = told_roles(stage, cells)
    with work_of(stage):
        told = stage.telling(*told) if hasattr(stage, "telling") else told
    texts, rows = distinct_cells(told, size)
    number = max((len(each) for each in texts if each is not None), default=1)
    batches = []
    for start in range(0, number, _CELLS_AT_A_TIME):
        count = min(_CELLS_AT_A_TIME, number - start)
        some = [[""] * count if each is None else each.slice(start, count).to_pylist() for each in texts]
        with work_of(stage):
            values = stage.standardise(*some)
        given = f"{len(values)} values" if hasattr(values, "__len__") else f"a {type(values).__name__}"
        if given != f"{count} values":
            raise PluginError(
                f"standardiser {type(stage).__name__} gave {given} for {count} cells; it has to give one value for each"
            )
        batches.append(values)
    return _coded(stage, rows, batches)


def _coded(
    stage: Standardiser, rows: IntArray, batches: Sequence[Sequence[Hashable | None] | pa.Array]
) -> Column:
    if batches and all(isinstance(batch, pa.Array) for batch in batches):
        return Column.recode_array(rows, pa.concat_arrays(batches))
    values = [value for batch in batches for value in _plain(batch)]
    try:
        if pa.types.is_list(stage.kind) and any(value and isinstance(value, str) for value in values):
            raise TypeError("Arrow would take its letters for the elements")  # noqa: TRY301 - told as below
        return Column.recode(rows, values, stage.kind)
    except MemoryError:  # Arrow's own is an ArrowException, too
        raise
    except (pa.ArrowException, TypeError) as error:
        raise PluginError(
            f"standardiser {type(stage).__name__} gave a value that is no {stage.kind}; a list is given as a tuple"
        ) from error


def _plain(values: Sequence[Hashable | None] | pa.Array) -> Sequence[Hashable | None]:
    if isinstance(values, pa.Array):
        return [tuple(value) if isinstance(value, list) else value for value in values.to_pylist()]
    return values


def told_roles(stage: Standardiser, cells: Mapping[str, Cells]) -> list[Cells | None]:
    """The cells of each role that a stage reads; None where the table lacks it, or what makes it telling."""
    telling = telling_roles(stage, cells)
    return [cells[role] if role in telling else None for role in stage.roles]


def telling_roles(stage: Standardiser, told: Container[str]) -> frozenset[str]:
    """The roles that a stage reads of a table which tells some roles."""
    only_with: Mapping[str, str] = getattr(stage, "only_with", {})
    return frozenset(
        role for role in stage.roles if role in told and (role not in only_with or only_with[role] in told)
    )


def value_of_cells(stage: Standardiser, texts: Sequence[str]) -> Hashable | None:
    """The value that a stage makes of one cell of each of its roles; None, "" or () for none."""
    with work_of(stage):
        return _plain(stage.standardise(*[[text] for text in texts]))[0]


def distinct_cells(columns: Sequence[pa.Array | None], size: int) -> tuple[list[pa.Array | None], IntArray]:
    """
    The distinct combinations of cells, and for each row the place of its own.

    Args:
        columns: string[n] each; None for a column that is not there.
        size: How many rows there are.

    Returns:
        For each column its cells in the distinct combinations ("" where empty; None as it was given), and int32[n]. A
        combination of empty cells may be there though no row has it.
    """
    encoded = [column.dictionary_encode() for column in columns if column is not None]
    codes = [np.asarray(pc.fill_null(array.indices, -1), np.int32) + np.int32(1) for array in encoded]
    words = [pa.concat_arrays([pa.array([""]), array.dictionary]) for array in encoded]
    if len(encoded) == 1:
        return [None if column is None else words[0] for column in columns], codes[0]
    combined, combinations = np.zeros(size, np.int64), 1
    for code, each in zip(codes, words, strict=True):
        if combinations * len(each) > _MOST_COMBINATIONS:
            combined = np.asarray(pa.array(combined).dictionary_encode().indices, np.int64)
            combinations = size
        combined = combined * len(each) + code
        combinations *= len(each)
    of_row = np.asarray(pa.array(combined).dictionary_encode().indices, np.int32)
    first = np.zeros(int(of_row.max(initial=-1)) + 1, np.int64)
    first[of_row[::-1]] = np.arange(size)[::-1]
    told = iter([each.take(pa.array(code[first])) for each, code in zip(words, codes, strict=True)])
    return [None if column is None else next(told) for column in columns], of_row
