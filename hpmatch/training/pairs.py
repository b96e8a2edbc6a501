"""What training looks at: random pairs, those that blocking rules find, those that people labelled; and what comparing them finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from hpmatch.arrays import FloatArray, IntArray, numbered
from hpmatch.blocking import CandidatePairs, candidate_pairs, each_once
from hpmatch.comparison import compare
from hpmatch.draws import draw_pairs, hashed
from hpmatch.labels import Labels, rows_of_pairs
from hpmatch.model import Model
from hpmatch.protocols import BlockingRule, ComparisonVectors, PairRule
from hpmatch.records import Records
from hpmatch.training.em import level_counts

_MOST_COMBINATIONS = 2**62  # so many can be numbered by 64 bits


@dataclass(frozen=True)
class Tables:
    """
    The tables to learn from.

    Attributes:
        left: The left one.
        right: The right one; the same as left where records of one table are held against each other.
        labels: What people said, None if they said nothing.
        most_pairs: Not more than so many pairs are looked at a time.
        seed: Which random ones.
    """

    left: Records
    right: Records
    labels: Labels | None
    most_pairs: int
    seed: int

    @property
    def is_one(self) -> bool:
        """Whether records of one table are held against each other."""
        return self.left is self.right

    @property
    def all_pairs(self) -> float:
        """How many pairs there are."""
        size = float(len(self.left))
        return size * (size - 1) / 2 if self.is_one else size * len(self.right)

    def random_pairs(self) -> CandidatePairs:
        """As many random pairs as may be looked at."""
        rows = draw_pairs(self.left.ids, None if self.is_one else self.right.ids, self.most_pairs, self.seed)
        return self._pairs(*rows)

    def found_by(
        self, rules: Sequence[BlockingRule | PairRule], max_block: int
    ) -> tuple[CandidatePairs, float]:
        """The pairs that rules find, or all those of some left rows; and the share that this is of all they find."""
        pairs = candidate_pairs(self.left, self.right, rules, max_block)
        pairs = each_once(pairs) if self.is_one else pairs
        if len(pairs) <= self.most_pairs:
            return pairs, 1.0
        order = np.argsort(hashed(f"{self.seed} sample", self.left.ids), kind="stable")
        of_row = np.bincount(pairs.left, minlength=len(self.left))
        taken = np.zeros(len(self.left), bool)
        taken[order[np.cumsum(of_row[order]) <= self.most_pairs]] = True
        chosen = taken[pairs.left]
        return self._pairs(pairs.left[chosen], pairs.right[chosen]), float(chosen.mean())

    def labelled_pairs(self) -> CandidatePairs:
        """The pairs that people are sure about and whose records are there."""
        left, right, _ = self._labelled
        return self._pairs(left, right)

    @cached_property
    def _labelled(self) -> tuple[IntArray, IntArray, FloatArray]:
        if self.labels is None:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        left, right, known = rows_of_pairs(self.labels, self.left.ids, self.right.ids)
        known &= (left != right) | (not self.is_one)
        if self.is_one:
            left, right = np.minimum(left, right), np.maximum(left, right)
        return left[known], right[known], self.labels.is_match[known].astype(np.float64)

    def _pairs(self, left: IntArray, right: IntArray) -> CandidatePairs:
        rules, none = np.zeros(len(left), np.int32), np.zeros(len(self.left), bool)
        return CandidatePairs(left.astype(np.int32), right.astype(np.int32), rules, (), ~none, none)

    def said_of(self, pairs: CandidatePairs) -> FloatArray:
        """1, 0 or NaN for each pair, as people said."""
        left, right, is_match = self._labelled
        said = np.full(len(pairs), np.nan)
        if not len(is_match) or not len(pairs):
            return said
        labelled = left * len(self.right) + right
        order = np.argsort(labelled, kind="stable")
        wanted = pairs.left.astype(np.int64) * len(self.right) + pairs.right
        place = np.searchsorted(labelled[order], wanted).clip(max=len(order) - 1)
        hit = labelled[order][place] == wanted
        said[hit] = is_match[order][place[hit]]
        return said


@dataclass(frozen=True)
class Seen:
    """
    The comparison vectors of some pairs.

    Attributes:
        pairs: The pairs.
        vectors: Their vectors.
        said: 1, 0 or NaN for each pair, as people said.
        parts: Which of all comparisons they hold.
    """

    pairs: CandidatePairs
    vectors: ComparisonVectors
    said: FloatArray
    parts: tuple[int, ...]

    @cached_property
    def distinct(self) -> tuple[ComparisonVectors, IntArray]:
        """The distinct vectors, and the place of each pair's among them: of a million random pairs a few thousand."""
        code, combinations = self.vectors.pattern_of_pair, len(self.vectors.patterns)
        for frequencies in self.vectors.frequencies.T:
            told = pa.array(frequencies).dictionary_encode()
            if combinations * len(told.dictionary) >= _MOST_COMBINATIONS:
                codes, _, code = numbered(code)
                combinations = len(codes)
            code = code * len(told.dictionary) + told.indices.to_numpy()
            combinations *= len(told.dictionary)
        _, first, of_pair = numbered(code)
        return self.vectors.take(first), of_pair

    def level_counts(self, weights: FloatArray, tables: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
        """For each comparison the sum of the weights of the pairs that show each level."""
        return _level_counts(self.vectors, weights, tables)


@dataclass(frozen=True)
class CountedPairs:
    """
    Random pairs by what comparing them finds, each distinct vector with how many show it.

    Attributes:
        vectors: The distinct comparison vectors, d of them.
        counts: float64[d], how many pairs show each.
        unsaid: float64[d], those of them that nobody labelled.
        none: float64[d], those that people called no match.
        others: float64[d], for how many pairs that are no candidates they stand.
    """

    vectors: ComparisonVectors
    counts: FloatArray
    unsaid: FloatArray
    none: FloatArray
    others: FloatArray

    @classmethod
    def of(cls, seen: Seen, others: FloatArray) -> CountedPairs:
        """
        Count.

        Args:
            seen: The pairs, r of them.
            others: float64[r], for how many pairs that are no candidates each stands.
        """
        vectors, of_pair = seen.distinct
        counted = (np.ones(len(of_pair)), np.isnan(seen.said), seen.said == 0, others)
        return cls(
            vectors,
            *(
                np.bincount(of_pair, weights=each, minlength=len(vectors.levels)).astype(np.float64)
                for each in counted
            ),
        )

    def level_counts(self, weights: FloatArray, tables: Sequence[FloatArray]) -> tuple[FloatArray, ...]:
        """For each comparison the sum of the weights of the distinct vectors that show each level."""
        return _level_counts(self.vectors, weights, tables)

    def level_counts_by_chance(
        self, by_chance: FloatArray, tables: Sequence[FloatArray]
    ) -> tuple[FloatArray, ...]:
        """The same with each pair as likely as it is chance; one that people called no match counts wholly."""
        return self.level_counts(self.unsaid * by_chance + self.none, tables)


def _level_counts(
    vectors: ComparisonVectors, weights: FloatArray, tables: Sequence[FloatArray]
) -> tuple[FloatArray, ...]:
    of_pattern = np.bincount(vectors.pattern_of_pair, weights=weights, minlength=len(vectors.patterns))
    return level_counts(vectors.patterns, of_pattern.astype(np.float64), tables)


def compared(tables: Tables, pairs: CandidatePairs, model: Model, without: Sequence[str] = ()) -> Seen:
    """The vectors of pairs by the comparisons that read none of some columns."""
    apart = [each for each in model.comparisons if not set(each.columns) & set(without)]
    vectors = compare(tables.left, tables.right, pairs, apart, stand_ins=model.stand_ins)
    names = [part.name for part in model.parts]
    return Seen(pairs, vectors, tables.said_of(pairs), tuple(names.index(name) for name in vectors.names))
