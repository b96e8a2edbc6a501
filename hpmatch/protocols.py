"""
What each stage plugs into, and the types that cross a boundary.

A stage is any object with the attributes and the one method of its protocol; there is nothing to inherit. It is
plain data plus a function (a frozen dataclass serves well), keeps no state between calls, and gives the same answer
whatever the order or the number of rows. ``hpmatch.testing`` proves that of any stage.

    Standardiser   raw cells of some roles      -> one column of values that can be compared
    BlockingRule   records                      -> blocking keys; rows that share a key become candidate pairs
    PairRule       two tables of records        -> candidate pairs (for what cannot be said as keys)
    Comparison     distinct pairs of values     -> comparison levels, and how common what agrees is
    JointComparison  the same, for several comparisons that share their work
    Classifier     comparison vectors           -> a match weight for each pair
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.arrays import FloatArray, IntArray
from hpmatch.errors import PluginError
from hpmatch.hashes import hashes
from hpmatch.records import MISSING, Records

LevelArray = npt.NDArray[np.int8]
Progress = Callable[[str, int, int], None]  # called with a stage, what is done of it and what there is to do


class Keys(NamedTuple):
    """
    Blocking keys, any number for each row.

    Attributes:
        rows: int32[k], the row that has the key.
        keys: uint64[k], the key; the same key on both sides makes a candidate pair.
    """

    rows: IntArray
    keys: npt.NDArray[np.uint64]

    @classmethod
    def of_texts(cls, rows: Sequence[int], texts: Sequence[str]) -> Keys:
        """
        Keys that are written as texts, one for each row given.

        Example:
            >>> found = Keys.of_texts([0, 2], ["oslo 1978", "oslo 1978"])
            >>> found.rows.tolist(), bool(found.keys[0] == found.keys[1])
            ([0, 2], True)
        """
        return cls(np.array(rows, np.int32), hashes(pa.array(texts, pa.string())))


class Pairs(NamedTuple):
    """
    Pairs of rows.

    Attributes:
        left: int32[k], rows of the left table.
        right: int32[k], rows of the right table.
    """

    left: IntArray
    right: IntArray


class Compared(NamedTuple):
    """
    What a comparison found.

    Attributes:
        levels: int8[k], the place of each pair's comparison level in the comparison's ``levels``; -1 for missing.
        frequencies: float64[k], how common what agrees is among the right table's records that hold something, NaN where
            that says nothing; None if the comparison has no such thing. It makes agreement on what is rare worth more.
    """

    levels: LevelArray
    frequencies: FloatArray | None = None

    @classmethod
    def cut(cls, similarities: Iterable[float], thresholds: Sequence[float]) -> Compared:
        """
        Cut similarities into levels.

        Args:
            similarities: A number for each pair, from a function or an array; NaN for missing.
            thresholds: The similarities from which each level but the last holds, descending.

        Raises:
            PluginError: If the thresholds do not descend.

        Example:
            >>> Compared.cut([1.0, 0.85, 0.3, math.nan], (1.0, 0.8)).levels.tolist()
            [0, 1, 2, -1]
        """
        numbers = np.fromiter(similarities, np.float64)
        ascending = np.asarray(thresholds, np.float64)[::-1]
        if not (ascending[:-1] < ascending[1:]).all():
            raise PluginError(
                f"thresholds have to descend, as the best level stands first; they are {', '.join(map(str, thresholds))}"
            )
        reached = len(ascending) - np.searchsorted(ascending, numbers, side="right")
        return cls(np.where(np.isnan(numbers), MISSING, reached).astype(np.int8))

    def known_frequencies(self) -> FloatArray:
        """float64[k], the frequencies; NaN where the comparison gives none."""
        return np.full(len(self.levels), np.nan) if self.frequencies is None else self.frequencies

    def one(self) -> ComparedOne:
        """What was found of the only pair."""
        return ComparedOne(
            int(self.levels[0]), math.nan if self.frequencies is None else float(self.frequencies[0])
        )


class ComparedOne(NamedTuple):
    """
    What a comparison found of a single pair.

    Attributes:
        level: The place of the comparison level; -1 for missing.
        frequency: How common what agrees is in the right table; NaN where that says nothing.
    """

    level: int
    frequency: float = math.nan


@dataclass(frozen=True)
class ComparisonVectors:
    """
    The comparison levels of all candidate pairs.

    Attributes:
        names: The comparisons, one a column.
        levels: int8[k, c], comparison levels; -1 for missing.
        frequencies: float64[k, c], see ``Compared``; NaN where a comparison gives none.
        sizes: How many levels each comparison has.
        records: How many records the left and the right table have.
        holders: For each comparison how many records of the right table hold something that it compares; empty if all do.
    """

    names: tuple[str, ...]
    levels: LevelArray
    frequencies: FloatArray
    sizes: tuple[int, ...]
    records: tuple[int, int]
    holders: tuple[int, ...] = ()

    @cached_property
    def _agreement(self) -> tuple[LevelArray, IntArray]:
        if len(self.levels) == 1:
            return self.levels, np.zeros(1, np.int64)
        if math.prod(size + 1 for size in self.sizes) >= 2**63:
            patterns, of_pair = np.unique(self.levels, axis=0, return_inverse=True)
            return patterns, of_pair.ravel()
        code = np.zeros(len(self.levels), np.int64)
        for column, size in enumerate(self.sizes):
            code = code * (size + 1) + self.levels[:, column] + 1
        _, first, of_pair = np.unique(code, return_index=True, return_inverse=True)
        return self.levels[first], of_pair

    @property
    def patterns(self) -> LevelArray:
        """int8[p, c], the distinct agreement patterns."""
        return self._agreement[0]

    @property
    def pattern_of_pair(self) -> IntArray:
        """int64[k], the place of each pair's agreement pattern in ``patterns``."""
        return self._agreement[1]

    def take(self, rows: IntArray) -> ComparisonVectors:
        """The vectors of the given pairs, in their order."""
        return replace(self, levels=self.levels[rows], frequencies=self.frequencies[rows])

    @property
    def counts(self) -> IntArray:
        """int64[p], how many pairs have each agreement pattern."""
        return np.bincount(self.pattern_of_pair, minlength=len(self.patterns))


@runtime_checkable
class Standardiser(Protocol):
    """
    Makes one column of comparable values out of the raw text of one or more roles.

    Attributes:
        column: The name of the column that it makes.
        roles: The roles that it reads; a role that the table lacks is read as "".
        kind: The Arrow type of a value.

    It may also have ``only_with``, which maps a role to another without which the first tells nothing; ``vocabulary``, the name
    of a list of terms that it shares with the other standardisers that name it; and ``telling(*columns)``, which takes a column
    of cells for each role, None for one that the table lacks, and gives them without cells that change no value, so that fewer
    combinations are distinct.
    """

    @property
    def column(self) -> str: ...
    @property
    def roles(self) -> tuple[str, ...]: ...
    @property
    def kind(self) -> pa.DataType: ...

    def standardise(self, *texts: Sequence[str]) -> Sequence[Hashable | None] | pa.Array:
        """
        Read distinct cells.

        Args:
            *texts: For each role the cells, all of the same length; together they are distinct.

        Returns:
            A value for each; tuples for list types; None, "" or () where there is none. Or an Arrow array of strings, or of
            lists of at most one string, null where there is none.
        """
        ...


@runtime_checkable
class BlockingRule(Protocol):
    """
    Says which rows are worth comparing, by keys.

    Attributes:
        name: The rule's name in results and reports.
        columns: The columns it reads; training leaves them out of this rule's own session.
    """

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...

    def keys(self, records: Records) -> Keys:
        """The keys of each record; a key must not depend on the other records. A table may lack a column."""
        ...


@runtime_checkable
class PairRule(Protocol):
    """Says which rows are worth comparing, having seen both tables. Prefer a BlockingRule: it scales."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...

    def pairs(self, left: Records, right: Records) -> Pairs:
        """The candidate pairs."""
        ...


@runtime_checkable
class Comparison(Protocol):
    """
    Compares pairs of values.

    Attributes:
        name: The comparison's name in models, results and explanations.
        columns: The columns it reads.
        levels: The names of its comparison levels, at most 127.
    """

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def levels(self) -> tuple[str, ...]: ...

    def compare(self, left: Records, right: Records) -> Compared:
        """
        Compare row i of ``left`` with row i of ``right``.

        It is called with pairs that are distinct in the columns it reads, and only with pairs where both sides
        hold at least one of those columns; of several a table may lack the others.
        """
        ...


@runtime_checkable
class PreparedComparison(Protocol):
    """What a comparison, joint or not, also has that first looks at the whole register, to learn how common a name is."""

    def prepared(self, register: Records) -> Comparison | JointComparison:
        """The comparison to use for this register; nothing of it may depend on the order of its rows."""
        ...


@runtime_checkable
class ComparesOne(Protocol):
    """What a comparison, joint or not, may also have: a way for a single pair that costs less than arrays of length one."""

    def compare_one(self, left: Mapping[str, Any], right: Mapping[str, Any]) -> tuple[ComparedOne, ...]:
        """
        Compare one record with the only one of the right table.

        Args:
            left: The values that the record holds by column; a list value is a tuple.
            right: The same of the other record.

        Returns:
            What the comparison, or each part of a joint one, finds: exactly what it does with tables of one record. A
            comparison that is not joint is asked only where both sides hold one of its columns.
        """
        ...


@runtime_checkable
class JointComparison(Protocol):
    """
    Several comparisons that share their work.

    Attributes:
        name: The name under which a model holds it.
        columns: The columns that it reads.
        parts: The comparisons, with the names and levels that results and models show.
    """

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> tuple[str, ...]: ...
    @property
    def parts(self) -> tuple[Comparison, ...]: ...

    def compare_parts(self, left: Records, right: Records) -> tuple[Compared, ...]:
        """
        What each part finds about row i of ``left`` and row i of ``right``.

        It is called with all pairs of a chunk, and has to find out itself which values repeat.
        """
        ...


@runtime_checkable
class Classifier(Protocol):
    """Weighs the evidence of each candidate pair."""

    def match_weights(self, vectors: ComparisonVectors) -> FloatArray:
        """float64[k], log2 of how much likelier the pair's evidence is for one person than for two."""
        ...
