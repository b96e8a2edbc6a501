"""
Standardising: from what was typed to what can be compared, once for each distinct value.

The standardisers of this package are frozen dataclasses; each says which roles it reads and which column it makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.protocols import Standardiser
from hpmatch.records import Column, IntArray, Records, Vocabulary

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
    columns = {
        stage.column: _column(stage, cells, len(ids))
        for stage in standardisers
        if any(role in cells for role in stage.roles)
    }
    return Records(ids, with_common_vocabulary(columns, standardisers))


def with_common_vocabulary(
    columns: dict[str, Column], standardisers: Sequence[Standardiser]
) -> dict[str, Column]:
    """Let the columns whose standardisers say so share one list of terms."""
    shared: dict[str, list[str]] = {}
    for stage in standardisers:
        if stage.column in columns and (vocabulary := getattr(stage, "vocabulary", "")):
            shared.setdefault(vocabulary, []).append(stage.column)
    for names in shared.values():
        elements = [columns[name].values.array.flatten() for name in names]
        vocabulary = Vocabulary(pc.unique(pa.chunked_array(elements, pa.string())))
        for name in names:
            values = replace(columns[name].values, vocabulary=vocabulary, _derived={})
            columns[name] = replace(columns[name], values=values)
    return columns


def _column(stage: Standardiser, cells: Mapping[str, pa.Array], size: int) -> Column:
    texts, rows = distinct_cells(told_roles(stage, cells), size)
    return column_of_cells(stage, texts, rows)


def told_roles(stage: Standardiser, cells: Mapping[str, Cells]) -> list[Cells | None]:
    """The cells of each role that a stage reads; None where the table lacks it, or what makes it telling."""
    only_with: Mapping[str, str] = getattr(stage, "only_with", {})
    return [
        cells.get(role) if role not in only_with or only_with[role] in cells else None for role in stage.roles
    ]


def column_of_cells(stage: Standardiser, texts: Sequence[Sequence[str]], rows: IntArray) -> Column:
    """
    The column that a stage makes.

    Args:
        stage: The stage.
        texts: For each of its roles distinct cells.
        rows: int32[n], the place of each row's cells.
    """
    values = stage.standardise(*texts)
    if isinstance(values, pa.Array):
        return Column.recode_array(rows, values)
    return Column.recode(rows, values, stage.kind)


def distinct_cells(columns: Sequence[pa.Array | None], size: int) -> tuple[list[list[str]], IntArray]:
    """
    The distinct combinations of cells, and for each row the place of its own.

    Args:
        columns: string[n] each; None for a column that is not there.
        size: How many rows there are.

    Returns:
        For each column its cells in the distinct combinations ("" where empty), and int32[n]. A combination of empty cells
        may be there though no row has it.
    """
    encoded = [column.dictionary_encode() for column in columns if column is not None]
    codes = [np.asarray(pc.fill_null(array.indices, -1), np.int64) + 1 for array in encoded]
    sizes = [len(array.dictionary) + 1 for array in encoded]
    if len(encoded) == 1:
        words = ["", *encoded[0].dictionary.to_pylist()]
        return [words if column is not None else [""] * len(words) for column in columns], codes[0].astype(
            np.int32
        )
    combined = np.zeros(size, np.int64)
    for code, width in zip(codes, sizes, strict=True):
        combined = combined * width + code
    combinations = pa.array(combined).dictionary_encode()
    rest, of_role = np.asarray(combinations.dictionary, np.int64), []
    for array, width in zip(reversed(encoded), reversed(sizes), strict=True):
        rest, code = np.divmod(rest, width)
        of_role.append(_texts(array.dictionary, code))
    texts = [[""] * len(combinations.dictionary) if column is None else of_role.pop() for column in columns]
    return texts, np.asarray(combinations.indices, np.int32)


def _texts(dictionary: pa.Array, codes: IntArray) -> list[str]:
    words = ["", *dictionary.to_pylist()]
    return [words[code] for code in codes.tolist()]
