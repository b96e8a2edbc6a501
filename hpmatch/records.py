"""
Coded columns: every row holds the number of a distinct value, and all work on values is done once for each of them.

A column has one code a row (int32, -1 where the value is missing) and the distinct values as an Arrow array. A cell
with several values (two professions, three name tokens) is one distinct value of list type, so a row never needs
more than one code. Taking rows copies codes only; the values, and what has been derived from them, are shared.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import chain, pairwise
from typing import Any, TypeVar

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import FloatArray, IntArray, Mask, distinct, offsets_of, sizes_of
from hpmatch.errors import PluginError
from hpmatch.shown import on_one_line

MISSING = -1
_BETWEEN = "\0"  # the elements of a list that is hashed as one text
FEW = 32  # values that Python is done with before Arrow has begun
Derived = TypeVar("Derived")


class _Derived:
    """Something from which more can be derived, each thing once."""

    _derived: dict[Hashable, Any]

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds: it derives anew, for what has begun in other processes cannot be copied."""
        return {**vars(self), "_derived": {}}

    def derived(self, name: Hashable, derive: Callable[[], Derived]) -> Derived:
        """What has been derived under a name, or is derived now."""
        if name not in self._derived:
            # Two threads may derive it at the same time; both go on with the first that was kept.
            self._derived.setdefault(name, derive())
        found: Derived = self._derived[name]
        return found


@dataclass(frozen=True)
class Vocabulary(_Derived):
    """
    The distinct terms of one or more columns.

    Attributes:
        array: The terms, no nulls among them.
        parts: Of a list that grew the list that it was and what came to it each time; of any other nothing.
    """

    array: pa.Array
    parts: tuple[Vocabulary, ...] = field(default=(), repr=False, compare=False)
    _derived: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return on_one_line(self, terms=len(self))

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds; it derives anew, so that parts are of no use to it."""
        return {**super().__getstate__(), "parts": ()}

    def grown(self, terms: pa.Array) -> Vocabulary:
        """
        The same terms and, behind them, those of some more that are not among them.

        Example:
            >>> Vocabulary(pa.array(["berg", "kari"])).grown(pa.array(["dahl", "kari"])).texts
            ['berg', 'kari', 'dahl']
        """
        new = Vocabulary(
            pa.array([text for text in terms.to_pylist() if text not in self.places], pa.string())
        )
        if not len(new):
            return self
        return Vocabulary(pa.concat_arrays([self.array, new.array]), (*(self.parts or (self,)), new))

    def derived_of_each(
        self,
        name: Hashable,
        derive: Callable[[Vocabulary], Derived],
        join: Callable[[Sequence[Derived]], Derived],
    ) -> Derived:
        """What is derived of each term by itself; where the list grew, it is worked out for the new terms alone."""
        if not self.parts:
            return self.derived(name, lambda: derive(self))
        return self.derived(
            name, lambda: join([part.derived_of_each(name, derive, join) for part in self.parts])
        )

    @cached_property
    def texts(self) -> list[str]:
        """The terms as Python strings."""
        if self.parts:
            return list(chain.from_iterable(part.texts for part in self.parts))
        texts: list[str] = self.array.to_pylist()
        return texts

    @cached_property
    def places(self) -> dict[str, int]:
        """The place of each term."""
        known = dict(self.parts[0].places) if self.parts else {}
        known.update(zip(self.texts[len(known) :], range(len(known), len(self)), strict=True))
        return known

    def __len__(self) -> int:
        return len(self.array)


@dataclass(frozen=True)
class Terms:
    """
    The elements of a list-valued column, such as the tokens of names.

    Attributes:
        vocabulary: The distinct terms; columns may share one.
        codes: int64[m], the terms of all values one after the other.
        offsets: int64[n_values + 1]; value ``i`` has the terms ``codes[offsets[i]:offsets[i + 1]]``.
    """

    vocabulary: Vocabulary
    codes: IntArray
    offsets: IntArray

    @cached_property
    def sizes(self) -> IntArray:
        """int64[n_values + 1], how many terms each value has, and none at the end, where the code of a missing one leads."""
        sizes = np.zeros(len(self.offsets), np.int64)
        sizes[:-1] = sizes_of(self.offsets)
        return sizes

    def grown(self, vocabulary: Vocabulary, more: pa.Array) -> Terms:
        """
        The elements of these values and of more behind them.

        Args:
            vocabulary: The list that these terms' own list grew to; it has those of the other values.
            more: The other values.
        """
        places = [vocabulary.places[text] for text in more.flatten().to_pylist()]
        sizes = np.append(sizes_of(self.offsets), np.asarray(more.value_lengths(), np.int64))
        return Terms(vocabulary, np.append(self.codes, np.array(places, np.int64)), offsets_of(sizes))


@dataclass(frozen=True)
class Values(_Derived):
    """
    The distinct values of a column.

    Attributes:
        array: The values, no nulls among them.
        counts: int64[n_values], how many records of the whole table hold the value, or held it when they were counted.
        records: How many records the whole table has.
        vocabulary: The distinct elements of list values, where columns share them.
    """

    array: pa.Array
    counts: IntArray
    records: int
    vocabulary: Vocabulary | None = None
    _derived: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return on_one_line(self, values=len(self.array))

    @property
    def holders(self) -> int:
        """How many records of the whole table hold any value."""
        return self.derived("holders", lambda: int(self.counts.sum()))

    @property
    def terms(self) -> Terms:
        """The elements of list values."""
        return self.derived("terms", self._terms)

    def _terms(self) -> Terms:
        offsets = offsets_of(np.asarray(self.array.value_lengths()))
        if self.vocabulary is not None and len(self.vocabulary) <= FEW:
            texts = [text for value in self.array.to_pylist() for text in value]
            places = np.array([self.vocabulary.places[text] for text in texts], np.int64)
            return Terms(self.vocabulary, places, offsets)
        if self.vocabulary is None:
            encoded = self.array.flatten().dictionary_encode()
            return Terms(Vocabulary(encoded.dictionary), np.asarray(encoded.indices, np.int64), offsets)
        places = pc.index_in(self.array.flatten(), self.vocabulary.array)
        return Terms(self.vocabulary, np.asarray(places, np.int64), offsets)

    @property
    def term_counts(self) -> IntArray:
        """int64[n_terms], how many records hold each term of the vocabulary."""
        return self.derived("term_counts", self._term_counts)

    def _term_counts(self) -> IntArray:
        terms = self.terms
        width = max(len(terms.vocabulary), 1)
        # A value that holds a term twice is still one record that holds it.
        once = distinct(np.repeat(np.arange(len(self.counts)), sizes_of(terms.offsets)) * width + terms.codes)
        counts = np.bincount(
            once % width, weights=self.counts[once // width], minlength=len(terms.vocabulary)
        )
        return counts.astype(np.int64)


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

    def __repr__(self) -> str:
        return on_one_line(self, cells=len(self.codes), values=len(self.values.array))

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
        places: dict[Hashable, int] = {}
        of_cell = [places.setdefault(cell, len(places)) if is_present(cell) else MISSING for cell in cells]
        mapped = np.array([*of_cell, MISSING], np.int32)
        array = pa.array([list(cell) if isinstance(cell, tuple) else cell for cell in places], kind)
        return cls.of(mapped[rows], array)

    @classmethod
    def recode_array(cls, rows: IntArray, cells: pa.Array) -> Column:
        """
        Encode rows that point into the cells of an Arrow array; much faster than ``recode``.

        Args:
            rows: int32[n], for each row the place of its cell; -1 where it is missing.
            cells: The cells, strings or lists of strings without a null character; null and the empty list are missing.
        """
        listed = pa.types.is_list(cells.type)
        if listed:
            present = pc.greater(pc.list_value_length(cells), 0)
            cells = pc.if_else(present, pc.binary_join(cells, _BETWEEN), None)
        encoded = cells.dictionary_encode()
        mapped = np.append(np.asarray(pc.fill_null(encoded.indices, MISSING), np.int32), np.int32(MISSING))
        array = pc.split_pattern(encoded.dictionary, _BETWEEN) if listed else encoded.dictionary
        return cls.of(mapped[rows], array)

    @classmethod
    def of(cls, codes: IntArray, array: pa.Array) -> Column:
        """The column of a whole table, whose values are counted now."""
        counts = np.bincount(codes[codes >= 0], minlength=len(array)).astype(np.int64)
        return cls(codes, Values(array, counts, len(codes)))

    @classmethod
    def of_one(cls, cell: Hashable | None, kind: pa.DataType) -> Column:
        """
        The column of a table of one row, as ``encode`` makes it.

        Example:
            >>> Column.of_one(("LE", "SP"), pa.list_(pa.string())).to_pylist()
            [['LE', 'SP']]
        """
        held = [cell] if is_present(cell) else []
        codes, counts = np.full(1, len(held) - 1, np.int32), np.ones(len(held), np.int64)
        return cls(codes, Values(pa.array(held, kind), counts, 1))

    def changed(self, stays: IntArray, more: Column) -> Column:
        """
        The column without some rows and with more behind them, its values counted as they were before.

        A value that nobody held was held by none; its frequency is that of one who holds it.

        Args:
            stays: int64[s], the rows that stay.
            more: The rows that come behind.

        Example:
            >>> column = Column.encode(["Oslo", "Oslo", "Vilnius"], pa.string())
            >>> found = column.changed(np.array([0, 2]), Column.encode(["Riga", "Oslo"], pa.string()))
            >>> found.to_pylist(), found.values.counts.tolist(), found.values.records
            (['Oslo', 'Vilnius', 'Riga', 'Oslo'], [2, 1, 0], 3)
        """
        known = len(self.values.array)
        # Few values are looked up in, for that is cheap; many may be there.
        likely = _beginning_alike(self.values.array, more.values.array)
        found = pc.index_in(_comparable(self.values.array.take(likely)), _comparable(more.values.array))
        moved = np.full(len(more.values.array), MISSING, np.int64)
        moved[np.asarray(found.drop_null(), np.int64)] = np.asarray(likely.filter(found.is_valid()), np.int64)
        new = moved == MISSING
        moved[new] = known + np.arange(new.sum())
        array = pa.concat_arrays([self.values.array, more.values.array.filter(pa.array(new))])
        counts = np.append(self.values.counts, np.zeros(new.sum(), np.int64))
        codes = np.append(self.codes[stays], np.append(moved, MISSING)[more.codes]).astype(np.int32)
        return Column(codes, Values(array, counts, self.values.records))

    def recounted(self) -> Column:
        """
        The column with those values alone that some row holds, counted now.

        Example:
            >>> column = Column.encode(["Oslo", None, "Riga", "Riga"], pa.string()).take([2, 1]).recounted()
            >>> column.to_pylist(), column.values.array.to_pylist(), column.values.counts.tolist()
            (['Riga', None], ['Riga'], [1])
        """
        held = distinct(self.codes[self.codes >= 0])
        codes = np.where(self.codes < 0, MISSING, np.searchsorted(held, self.codes)).astype(np.int32)
        return Column.of(codes, self.values.array.take(pa.array(held)))

    def counted_at(self, rows: IntArray) -> Column:
        """
        The same column, its values counted at some rows alone.

        Example:
            >>> column = Column.encode(["Oslo", "Riga", "Riga", "Riga"], pa.string()).counted_at(np.array([0, 1]))
            >>> column.to_pylist(), column.values.counts.tolist(), column.values.records
            (['Oslo', 'Riga', 'Riga', 'Riga'], [1, 1], 2)
        """
        counted = Column.of(self.codes[rows], self.values.array).values
        return Column(self.codes, replace(counted, vocabulary=self.values.vocabulary))

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[Any]:
        return iter(self.to_pylist())

    def take(self, rows: IntArray | Sequence[int]) -> Column:
        """The column at the given rows, in their order."""
        return Column(self.codes[np.asarray(rows, np.int64)], self.values)

    def slice(self, rows: slice) -> Column:
        """A run of rows, without a copy."""
        return Column(self.codes[rows], self.values)

    @property
    def is_missing(self) -> Mask:
        """bool[n], where the value is missing."""
        return self.codes < 0

    def to_pylist(self) -> list[Any]:
        """The value of each row, None where it is missing."""
        used, place = np.unique(self.codes, return_inverse=True)
        values = (
            _to_pylist(self.values.array.take(pa.array(np.maximum(used, 0))))
            if len(self.values.array)
            else [None]
        )
        if len(used) and used[0] == MISSING:
            values[0] = None
        return [values[code] for code in place.tolist()]

    @property
    def frequencies(self) -> FloatArray:
        """
        float64[n], how common each row's value is in the whole table, among the records that hold one; NaN where missing.

        Example:
            >>> Column.encode(["Oslo", "Oslo", "Riga", "Bergen", None, None], pa.string()).frequencies.tolist()
            [0.5, 0.5, 0.25, 0.25, nan, nan]
        """
        share = np.append(np.maximum(self.values.counts, 1) / max(self.values.holders, 1), np.nan)
        return np.asarray(share[self.codes], np.float64)


def _beginning_alike(many: pa.Array, few: pa.Array) -> pa.Array:
    """The places of those of many values, or lists of values, that begin as one of few does."""
    if pa.types.is_list(many.type):
        many, few = (pc.list_element(array, 0) for array in (many, few))
    return pc.indices_nonzero(pc.is_in(many, few))


def _comparable(array: pa.Array) -> pa.Array:
    """Values as Arrow can look them up, lists as their elements with a mark behind each."""
    if not pa.types.is_list(array.type):
        return array
    marked = pc.binary_join_element_wise(array.flatten().cast(pa.string()), "", "\x1f")
    return pc.binary_join(pa.ListArray.from_arrays(_offsets(array), marked), "")


def _offsets(array: pa.ListArray) -> pa.Array:
    return pa.array(offsets_of(np.asarray(array.value_lengths())).astype(np.int32))


def _to_pylist(array: pa.Array) -> list[Any]:
    """Python values; lists are cut from all their elements at once, which is ten times as fast."""
    if not pa.types.is_list(array.type):
        values: list[Any] = array.to_pylist()
        return values
    elements = array.flatten().to_pylist()
    ends = np.cumsum(np.asarray(array.value_lengths(), np.int64)).tolist()
    return [elements[start:end] for start, end in pairwise([0, *ends])]


def is_present(cell: Hashable | None) -> bool:
    """Whether a cell holds a value."""
    return cell is not None and cell not in ("", ())


@dataclass(frozen=True)
class Records(_Derived):
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
    _derived: dict[Hashable, Any] = field(default_factory=dict, repr=False, compare=False)

    def __repr__(self) -> str:
        return on_one_line(self, records=len(self), columns=len(self.columns))

    def __getstate__(self) -> dict[str, Any]:
        """What a copy holds; of a changed register only what was derived tells how common names were when they were counted."""
        return dict(vars(self))

    def __len__(self) -> int:
        return len(self.ids)

    def __contains__(self, name: object) -> bool:
        return name in self.columns

    def __getitem__(self, name: str) -> Column:
        """
        A column.

        Raises:
            PluginError: If the table lacks it, which a stage has to look at first.
        """
        try:
            return self.columns[name]
        except KeyError as error:
            raise PluginError(
                f"a stage reads the column {name!r}, which a table lacks or has no value in; let it look first: if {name!r} in records"
            ) from error

    @property
    def counted(self) -> int:
        """How many records the values of the columns were counted in: all, unless records came or went since."""
        return next((column.values.records for column in self.columns.values()), len(self))

    def take(self, rows: IntArray) -> Records:
        """The records at the given rows, in their order; a row may be taken more than once."""
        return Records(
            self.ids.take(pa.array(rows)), {name: column.take(rows) for name, column in self.columns.items()}
        )

    def counted_at(self, rows: IntArray) -> Records:
        """All records, the values of their columns counted at some of them alone."""
        return Records(self.ids, {name: column.counted_at(rows) for name, column in self.columns.items()})

    def values_at(self, rows: IntArray, names: Sequence[str]) -> Records:
        """Named columns, as far as they are there, at the given rows; identifiers, which nothing compares, are left out."""
        columns = {name: self.columns[name].take(rows) for name in names if name in self.columns}
        return Records(pa.nulls(len(rows), pa.string()), columns)

    def slice(self, start: int, stop: int) -> Records:
        """The records from ``start`` up to ``stop``, without a copy."""
        rows = slice(start, stop)
        columns = {name: column.slice(rows) for name, column in self.columns.items()}
        return Records(self.ids.slice(start, stop - start), columns)

    def select(self, names: Sequence[str]) -> Records:
        """Only the named columns, as far as they are there."""
        return Records(self.ids, {name: self.columns[name] for name in names if name in self.columns})
