"""
Coded columns: every row holds the number of a distinct value, and all work on values is done once for each of them.

A column has one code a row (int32, -1 where the value is missing) and the distinct values as an Arrow array. A cell
with several values (two professions, three name tokens) is one distinct value of list type, so a row never needs
more than one code. Taking rows copies codes only; the values, and what has been derived from them, are shared.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

IntArray = npt.NDArray[np.integer[Any]]
FloatArray = npt.NDArray[np.float64]

MISSING = -1


@dataclass(frozen=True)
class Terms:
    """
    The distinct elements of a list-valued column, such as the tokens of names.

    Attributes:
        array: The distinct terms.
        codes: int64[m], the terms of all values one after the other.
        offsets: int64[n_values + 1]; value ``i`` has the terms ``codes[offsets[i]:offsets[i + 1]]``.
        counts: int64[n_terms], how many records hold the term.
    """

    array: pa.Array
    codes: IntArray
    offsets: IntArray
    counts: IntArray


@dataclass(frozen=True)
class Values:
    """
    The distinct values of a column.

    Attributes:
        array: The values, no nulls among them.
        counts: int64[n_values], how many records of the whole table hold the value.
        records: How many records the whole table has.
    """

    array: pa.Array
    counts: IntArray
    records: int

    @cached_property
    def terms(self) -> Terms:
        """The distinct elements of list values, with the number of records that hold each."""
        encoded = self.array.flatten().dictionary_encode()
        terms = encoded.dictionary
        codes = np.asarray(encoded.indices, np.int64)
        sizes = np.asarray(self.array.value_lengths(), np.int64)
        offsets = np.concatenate([[0], np.cumsum(sizes)])
        # A value that holds a term twice is still one record that holds it.
        width = max(len(terms), 1)
        once = np.unique(np.repeat(np.arange(len(sizes)), sizes) * width + codes)
        counts = np.bincount(once % width, weights=self.counts[once // width], minlength=len(terms))
        return Terms(terms, codes, offsets, counts.astype(np.int64))


@dataclass(frozen=True)
class Column:
    """
    A column of codes into distinct values.

    Attributes:
        codes: int32[n], the place of each row's value in ``values``; -1 where it is missing.
        values: The distinct values, shared between all columns taken from this one.

    Example:
        >>> column = Column.encode(["Oslo", None, "Vilnius", "Oslo"], pa.string())
        >>> column.codes.tolist(), column.values.array.to_pylist()
        ([0, -1, 1, 0], ['Oslo', 'Vilnius'])
        >>> column.take([0, 1]).to_pylist()
        ['Oslo', None]
    """

    codes: IntArray
    values: Values

    @classmethod
    def encode(cls, cells: Sequence[Hashable | None], kind: pa.DataType) -> Column:
        """Encode one cell a row; None and empty cells are missing."""
        return cls.recode(np.arange(len(cells), dtype=np.int32), cells, kind)

    @classmethod
    def recode(cls, rows: IntArray, cells: Sequence[Hashable | None], kind: pa.DataType) -> Column:
        """
        Encode rows that point into cells, of which several may hold the same value.

        Args:
            rows: int32[n], for each row the place of its cell; -1 where it is missing.
            cells: The cells; None, "" and () are missing.
            kind: The Arrow type of a cell.
        """
        distinct: dict[Hashable, int] = {}
        mapped = np.empty(len(cells) + 1, np.int32)
        mapped[-1] = MISSING
        for place, cell in enumerate(cells):
            mapped[place] = distinct.setdefault(cell, len(distinct)) if _is_present(cell) else MISSING
        codes = mapped[rows]
        array = pa.array([list(cell) if isinstance(cell, tuple) else cell for cell in distinct], kind)
        counts = np.bincount(codes[codes >= 0], minlength=len(distinct)).astype(np.int64)
        return cls(codes, Values(array, counts, len(rows)))

    def __len__(self) -> int:
        return len(self.codes)

    def take(self, rows: IntArray | Sequence[int]) -> Column:
        """The column at the given rows, in their order."""
        return replace(self, codes=self.codes[np.asarray(rows, np.int64)])

    @property
    def is_missing(self) -> npt.NDArray[np.bool_]:
        """bool[n], where the value is missing."""
        return self.codes < 0

    def to_pylist(self) -> list[Any]:
        """The value of each row, None where it is missing."""
        used, place = np.unique(self.codes, return_inverse=True)
        values = (
            self.values.array.take(pa.array(np.maximum(used, 0))).to_pylist()
            if len(self.values.array)
            else [None]
        )
        if len(used) and used[0] == MISSING:
            values[0] = None
        return [values[code] for code in place.tolist()]

    @property
    def frequencies(self) -> FloatArray:
        """float64[n], the share of the whole table's records that hold the row's value; NaN where missing."""
        share = np.append(self.values.counts / max(self.values.records, 1), np.nan)
        return np.asarray(share[self.codes], np.float64)


def _is_present(cell: Hashable | None) -> bool:
    return cell is not None and cell not in ("", ())


@dataclass(frozen=True)
class Records:
    """
    Records ready for matching.

    Attributes:
        ids: string[n], each record's own identifier.
        columns: The standardised columns by name, each with n rows.

    Example:
        >>> records = Records(pa.array(["a", "b"]), {"sex": Column.encode(["F", None], pa.string())})
        >>> len(records), records["sex"].to_pylist(), "profession" in records
        (2, ['F', None], False)
    """

    ids: pa.Array
    columns: Mapping[str, Column]

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> Column:
        return self.columns[name]

    def take(self, rows: IntArray) -> Records:
        """The records at the given rows, in their order; a row may be taken more than once."""
        return Records(
            self.ids.take(pa.array(rows)), {name: column.take(rows) for name, column in self.columns.items()}
        )

    def select(self, names: Sequence[str]) -> Records:
        """Only the named columns, as far as they are there."""
        return Records(self.ids, {name: self.columns[name] for name in names if name in self.columns})
