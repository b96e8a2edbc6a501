"""
Standardising: from what was typed to what can be compared, once for each distinct value.

The standardisers of this package are frozen dataclasses; each says which roles it reads and which column it makes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.protocols import Standardiser
from hpmatch.records import Column, IntArray, Records


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
    return Records(ids, columns)


def _column(stage: Standardiser, cells: Mapping[str, pa.Array], size: int) -> Column:
    texts, rows = distinct_cells([cells.get(role) for role in stage.roles], size)
    return Column.recode(rows, stage.standardise(*texts), stage.kind)


def distinct_cells(columns: Sequence[pa.Array | None], size: int) -> tuple[list[list[str]], IntArray]:
    """
    The distinct combinations of cells, and for each row the place of its own.

    Args:
        columns: string[n] each; None for a column that is not there.
        size: How many rows there are.

    Returns:
        For each column its cells in the distinct combinations ("" where empty), and int32[n].
    """
    encoded = [None if column is None else column.dictionary_encode() for column in columns]
    codes = [
        np.zeros(size, np.int64)
        if array is None
        else np.asarray(pc.fill_null(array.indices, -1), np.int64) + 1
        for array in encoded
    ]
    combined = np.zeros(size, np.int64)
    for code, array in zip(codes, encoded, strict=True):
        combined = combined * (1 if array is None else len(array.dictionary) + 1) + code
    _, first, rows = np.unique(combined, return_index=True, return_inverse=True)
    texts = [
        [""] * len(first) if array is None else _texts(array.dictionary, code[first])
        for array, code in zip(encoded, codes, strict=True)
    ]
    return texts, rows.astype(np.int32)


def _texts(dictionary: pa.Array, codes: IntArray) -> list[str]:
    words = ["", *dictionary.to_pylist()]
    return [words[code] for code in codes.tolist()]
