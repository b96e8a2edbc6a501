"""
Stages of hpmatch as parts of recordlinkage: an index, a compare feature, a classifier.

They take pandas frames with any unique index and give a MultiIndex of its labels, or a frame with one. Import them from
``hpmatch.adapters.recordlinkage``, which also has the other way round.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
from recordlinkage.base import BaseClassifier, BaseCompareFeature, BaseIndexAlgorithm

from hpmatch.arrays import FloatArray, IntArray
from hpmatch.blocking import DEFAULT_MAX_BLOCK, CandidatePairs, candidate_pairs, each_once
from hpmatch.comparison import compare, parts_of, without_repeats
from hpmatch.decision import MATCH, decide, log_odds
from hpmatch.errors import HpmatchError, ModelError, SchemaError, SourceError
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.model import Model
from hpmatch.protocols import (
    BlockingRule,
    Comparison,
    ComparisonVectors,
    JointComparison,
    PairRule,
    Standardiser,
)
from hpmatch.records import MISSING, Records
from hpmatch.schema import RECORD_ROLES, Schema, resolve
from hpmatch.sources import read
from hpmatch.sources.memory import plain_cell
from hpmatch.standardise import standardise
from hpmatch.training.em import PatternCounts, Rates, estimate, level_counts, rates_of, shares, with_rates


class RuleIndex(BaseIndexAlgorithm):  # type: ignore[misc]  # recordlinkage has no types
    """
    Blocking rules as an index: alone, or added to a ``recordlinkage.Index``.

    Args:
        rules: The blocking rules; the pairs that any of them finds.
        standardisers: What makes the columns that the rules read. A column of a frame plays the role of its name, of a
            recognised name, or the one that the schema says.
        schema: Which column plays which role, where its name does not say it.
        max_block: A key that more right records hold is cut off, unless the rule has a number of its own. Rules do not tell the
            number of the model that they were taken from: give ``model.max_block``. By default it is 2,000, as of a model that says
            none, which only bounds memory: the shipped rules have limits of their own by what they tell. A trained model has 100,
            for nobody knows beforehand how much a rule of any table tells, and larger blocks are pairs in plenty and matches in few.

    Example:
        >>> from hpmatch.blocking.rules import SameValue
        >>> from hpmatch.standardise.stages import PlainText
        >>> people = pd.DataFrame({"town": ["Oslo", "Bergen", "OSLO", None]}, index=["a", "b", "c", "d"])
        >>> RuleIndex([SameValue("town", "town")], [PlainText("town")]).index(people).tolist()
        [('c', 'a')]
    """

    def __init__(
        self,
        rules: Sequence[BlockingRule | PairRule],
        standardisers: Sequence[Standardiser],
        *,
        schema: Schema | None = None,
        max_block: int = DEFAULT_MAX_BLOCK,
        verify_integrity: bool = True,
        suffixes: tuple[str, str] = ("_1", "_2"),
    ) -> None:
        super().__init__(verify_integrity=verify_integrity, suffixes=suffixes)
        self.rules, self.standardisers = rules, standardisers
        self.schema, self.max_block = schema, max_block

    def index(self, x: Any, x_link: pd.DataFrame | None = None) -> pd.MultiIndex:
        """The pairs; see recordlinkage."""
        given = (*x, x_link) if isinstance(x, (list, tuple)) else (x, x_link)
        for frame in given:
            if frame is not None:
                _check_frame(frame, labels=self.verify_integrity)
        return super().index(x, x_link)

    def _link_index(self, df_a: pd.DataFrame, df_b: pd.DataFrame) -> pd.MultiIndex:
        left, right = (to_records(frame, self.standardisers, self.schema) for frame in (df_a, df_b))
        pairs = candidate_pairs(left, right, self.rules, self.max_block)
        return _labelled(df_a.index, df_b.index, pairs.left, pairs.right)

    def _dedup_index(self, df_a: pd.DataFrame) -> pd.MultiIndex:
        records = to_records(df_a, self.standardisers, self.schema)
        pairs = each_once(candidate_pairs(records, records, self.rules, self.max_block))
        # The later record stands first, as recordlinkage has it.
        return _labelled(df_a.index, df_a.index, pairs.right, pairs.left)


def _labelled(left: pd.Index, right: pd.Index, left_rows: IntArray, right_rows: IntArray) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([left.take(left_rows), right.take(right_rows)])


class ComparisonFeature(BaseCompareFeature):  # type: ignore[misc]  # recordlinkage has no types
    """
    A comparison as a compare feature: alone, or added to a ``recordlinkage.Compare``.

    For each part of the comparison there is a column with its name, which holds the place of the comparison level (0 is the
    best, NaN is missing), one with the name and " frequency" behind it, which makes agreement on what is rare worth more, and one
    with " holders" behind it: among how many records that was counted.

    Args:
        comparison: The comparison, joint or not.
        standardisers: What makes the columns that it reads; see ``RuleIndex``.
        labels_left: The columns of the left frame that may be read, such as ``list(frame)``.
        labels_right: Those of the right frame; by default the same.
        register: The whole right frame. How common a value is, is counted there; without it among the pairs at hand, which
            makes all that is common in them less telling.
        schema: Which column plays which role, where its name does not say it.
        similarity: Give one column a part with numbers from 1 (the best level) to 0 (the last level, or missing) instead, in
            even steps, for recordlinkage's own classifiers.

    Raises:
        SchemaError: If no column of a side has a known name or is read.
    """

    def __init__(
        self,
        comparison: Comparison | JointComparison,
        standardisers: Sequence[Standardiser],
        labels_left: Sequence[Any],
        labels_right: Sequence[Any] | None = None,
        *,
        register: pd.DataFrame | None = None,
        schema: Schema | None = None,
        similarity: bool = False,
    ) -> None:
        self.comparison, self.schema, self.similarity = comparison, schema, similarity
        self.standardisers = tuple(stage for stage in standardisers if stage.column in comparison.columns)
        names = [part.name for part in parts_of((comparison,))]
        super().__init__(
            self._read(labels_left),
            self._read(labels_left if labels_right is None else labels_right),
            label=names if similarity else [label for name in names for label in _labels_of(name)],
        )
        if register is not None:
            _check_frame(register)
        self._register = None if register is None else (register.index, self._records(register))

    def compute(
        self, pairs: pd.MultiIndex, x: pd.DataFrame, x_link: pd.DataFrame | None = None
    ) -> pd.DataFrame:
        """Compare the records of each pair; see recordlinkage."""
        for frame in (x, x if x_link is None else x_link):
            _check_frame(frame)
        sides = ((x, self.labels_left), (x if x_link is None else x_link, self.labels_right))
        cells = [
            tuple(frame[label].loc[pairs.get_level_values(side)].set_axis(pairs) for label in labels)
            or (pd.DataFrame(index=pairs),)
            for side, (frame, labels) in enumerate(sides)
        ]
        found = self._compute(*cells)
        found.columns = self.label
        return found.set_axis(pairs)

    def _compute(self, left_on: tuple[pd.Series, ...], right_on: tuple[pd.Series, ...]) -> pd.DataFrame:
        pairs = left_on[0].index
        left, left_rows = self._side(pairs, 0, left_on, self.labels_left)
        if self._register is None:
            right, right_rows = self._side(pairs, 1, right_on, self.labels_right)
        else:
            index, right = self._register
            right_rows = index.get_indexer(pairs.get_level_values(1)).astype(np.int32)
            if (right_rows < 0).any():
                raise HpmatchError(
                    "some pairs name right records that are not in the register given; give the whole of it"
                )
        vectors = compare(left, right, _as_candidates(left_rows, right_rows), [self.comparison])
        levels = np.where(vectors.levels == MISSING, np.nan, vectors.levels)
        if self.similarity:
            steps = np.maximum(np.array(vectors.sizes) - 1, 1)
            return pd.DataFrame(np.nan_to_num(1 - levels / steps, nan=0.0))
        holders = np.broadcast_to(np.array(vectors.holders, np.float64), levels.shape)
        return pd.DataFrame(
            np.stack([levels, vectors.frequencies, holders], axis=2).reshape(len(pairs), len(self.label))
        )

    def _side(
        self, pairs: pd.MultiIndex, side: int, cells: tuple[pd.Series, ...], labels: Sequence[Any]
    ) -> tuple[Records, IntArray]:
        """The records of one side that the pairs name, each once, and which of them stands in each pair."""
        # Where no column is read, recordlinkage hands over a frame without any.
        _, first, of_pair = np.unique(np.asarray(pairs.codes[side]), return_index=True, return_inverse=True)
        frame = pd.DataFrame(
            {label: each.iloc[first].array for label, each in zip(labels, cells, strict=False)}, index=first
        )
        return self._records(frame), of_pair.astype(np.int32)

    def _records(self, frame: pd.DataFrame) -> Records:
        return to_records(frame, self.standardisers, self.schema)

    def _read(self, labels: Sequence[Any]) -> list[Any]:
        """The labels that the standardisers read, in their order; none where the frame lacks what is compared."""
        names = [str(label) for label in labels]
        roles = _roles(names, self.schema)
        read = {role for stage in self.standardisers for role in stage.roles}
        wanted = {column for role, column in roles.items() if role in read}
        if not wanted and roles.keys() <= set(names).difference(RECORD_ROLES):
            raise SchemaError(
                f"none of the columns {', '.join(names)} is known, so that there is nothing to compare; name the columns of the frame, "
                f"or say in a schema which holds what"
            )
        return [label for label in labels if str(label) in wanted]


def to_records(
    frame: pd.DataFrame, standardisers: Sequence[Standardiser], schema: Schema | None = None
) -> Records:
    """
    The rows of a frame as records, in their order.

    Args:
        frame: Any columns; None, NaN, NaT and "" are missing.
        standardisers: What makes the columns; see ``RuleIndex``.
        schema: Which column plays which role, where its name does not say it.

    Raises:
        SourceError: If it is no pandas frame.
        SchemaError: If two columns have one name or play one role, or the schema names one that is not there.

    Example:
        >>> from hpmatch.standardise.stages import BirthDate
        >>> frame = pd.DataFrame({"dob": pd.to_datetime(["1978-04-09", None])}, index=["x", "y"])
        >>> to_records(frame, [BirthDate()])["birth_date"].to_pylist()
        [[19780409], None]
    """
    _check_frame(frame, labels=False)
    ids = pa.array(map(str, range(len(frame))), pa.string())
    if not len(frame.columns):
        return Records(ids, {})
    table = pa.table({str(label): _cells(frame[label]) for label in frame.columns})
    data = read(table, "frame", may_be_empty=True).data
    held = {name: data[name].combine_chunks() for name in data.column_names}
    cells = {role: held[column] for role, column in _roles(data.column_names, schema).items()}
    cells = {role: array for role, array in cells.items() if array.null_count < len(array)}
    return standardise(ids, cells, standardisers)


def _check_frame(frame: object, *, labels: bool = True) -> None:
    """Refuse what is no pandas frame, or has columns or labels that cannot be told apart."""
    if not isinstance(frame, pd.DataFrame):
        library = type(frame).__module__.partition(".")[0]
        raise SourceError(
            f"a {library} {type(frame).__name__} cannot take part in a recordlinkage pipeline; give a pandas DataFrame (to_pandas)"
        )
    if not frame.columns.map(str).is_unique:
        raise SchemaError("two columns of a frame have one name; rename or remove one of them")
    if labels and not frame.index.is_unique:
        raise SourceError(
            "the index of a frame is not unique, so its labels do not say which record is meant; give each its own (reset_index)"
        )
    if labels and (isinstance(frame.index, pd.MultiIndex) or frame.index.hasnans):
        raise SourceError(
            "the index of a frame has several levels or a missing label; give each record one label (reset_index)"
        )


def _roles(columns: Sequence[str], schema: Schema | None) -> dict[str, str]:
    """For each role the column that plays it; every column also plays the role of its own name."""
    layout = resolve(
        schema or Schema(), columns, RECORD_ROLES, table="frame", required=(), is_headed_by_line=False
    )
    return {column: column for column in columns} | dict(layout.roles)


def _cells(column: pd.Series) -> pa.Array:
    try:
        return pa.array(column, from_pandas=True)
    except (pa.ArrowException, TypeError):  # several kinds of things in one column
        return pa.array([plain_cell(cell) for cell in column], pa.string())


def _labels_of(name: str) -> tuple[str, str, str]:
    """The columns of a comparison: its level, how common the value is, and among how many records."""
    return name, f"{name} frequency", f"{name} holders"


def _told(frame: pd.DataFrame, label: str, otherwise: float) -> FloatArray:
    """A column of numbers; a constant where the frame has none."""
    return frame[label].to_numpy(np.float64) if label in frame else np.full(len(frame), float(otherwise))


def _as_candidates(left: IntArray, right: IntArray) -> CandidatePairs:
    nothing = np.zeros(0, bool)
    return CandidatePairs(left, right, np.zeros(len(left), np.int32), (), nothing, nothing)


class ModelClassifier(BaseClassifier):  # type: ignore[misc]  # recordlinkage has no types
    """
    A Fellegi-Sunter model as a classifier of the levels that ``ComparisonFeature`` gives.

    As it is it weighs with the model's own numbers and decides as ``hpmatch.link`` does. ``fit`` learns numbers from the pairs
    at hand, and how many of them match.

    Args:
        model: The model; its classifier and its decision rule are used.
        registered: How many records the right frame has.
        duplicates: Whether the pairs are of one frame, where a record may have any number of matches. Otherwise the
            candidates of one left record share the probability, with "none of them" as one more.

    Raises:
        HpmatchError: If there is not one registered record.
    """

    def __init__(self, model: Model, registered: int, *, duplicates: bool = False) -> None:
        if not (isinstance(registered, (int, float, np.number)) and 1 <= registered < np.inf):
            raise HpmatchError(
                "registered has to be how many records the right frame has, such as len(register)"
            )
        self.model, self.registered, self.duplicates = model, registered, duplicates
        self.classifier = model.classifier
        self.prior_weight = model.decision.prior_weight(registered)

    def fit(self, comparison_vectors: pd.DataFrame, match_index: pd.MultiIndex | None = None) -> None:
        """
        Learn m and u probabilities and the share of matches.

        Args:
            comparison_vectors: What ``ComparisonFeature`` gave.
            match_index: The pairs that match, all others not; None to learn without labels, by expectation maximisation
                that starts from the model's numbers.

        Raises:
            ModelError: If the model has another kind of classifier, or a comparison of it has no column.
        """
        start = self.model.classifier
        if not isinstance(start, FellegiSunter):
            raise ModelError("only a Fellegi-Sunter model can be fitted; use this classifier as it is")
        vectors = self._vectors(comparison_vectors)
        before = rates_of(start, vectors.names)
        if match_index is None:
            lefts = comparison_vectors.index.get_level_values(0).nunique()
            share = self.model.decision.registered_share * lefts / max(len(comparison_vectors), 1)
            found = estimate(
                PatternCounts.of(vectors), before, float(np.clip(share, _LEAST_SHARE, 0.5)), trust=_TRUST
            )
            rates, share = found.rates, found.match_share
        else:
            is_match = np.asarray(comparison_vectors.index.isin(match_index), np.float64)
            rates = _counted(PatternCounts.of(vectors, is_match), before)
            share = (is_match.sum() + 0.5) / (len(is_match) + 1)
        self.classifier = with_rates(start, vectors.names, rates, "learned in a recordlinkage pipeline")
        self.prior_weight = float(log_odds(share))

    def weights(self, comparison_vectors: pd.DataFrame) -> pd.Series:
        """The match weight of each pair: log2 odds, the prior included."""
        weights = self.prior_weight + self.classifier.match_weights(self._vectors(comparison_vectors))
        return pd.Series(weights, index=comparison_vectors.index, name="match_weight")

    def prob(self, comparison_vectors: pd.DataFrame) -> pd.Series:
        """The probability of each pair."""
        return pd.Series(self._decided(comparison_vectors)[0], index=comparison_vectors.index)

    def predict(self, comparison_vectors: pd.DataFrame) -> Any:
        """The pairs that match, as a MultiIndex (or what recordlinkage's option ``classification.return_type`` says)."""
        found = self._decided(comparison_vectors)[1] == MATCH
        return self._return_result(found.astype(np.int64), comparison_vectors)

    def fit_predict(self, comparison_vectors: pd.DataFrame, match_index: pd.MultiIndex | None = None) -> Any:
        """Both, one after the other."""
        self.fit(comparison_vectors, match_index)
        return self.predict(comparison_vectors)

    def _decided(self, comparison_vectors: pd.DataFrame) -> tuple[FloatArray, npt.NDArray[np.str_]]:
        weights = self.weights(comparison_vectors).to_numpy()
        alone = np.arange(len(weights))
        of_pair = alone if self.duplicates else np.asarray(comparison_vectors.index.codes[0], np.int64)
        decisions = decide(of_pair, weights, int(of_pair.max(initial=-1)) + 1, self.model.decision)
        return decisions.probabilities, decisions.pairs

    def _vectors(self, frame: pd.DataFrame) -> ComparisonVectors:
        names = tuple(part.name for part in self.model.parts)
        if lacking := [name for name in names if name not in frame]:
            raise ModelError(
                f"there is no column {lacking[0]!r}; add a ComparisonFeature for every comparison of the model"
            )
        levels = frame[list(names)].to_numpy(np.float64)
        sizes = tuple(len(part.levels) for part in self.model.parts)
        for name, column, size in zip(names, levels.T, sizes, strict=True):
            if not (np.isnan(column) | np.isin(column, np.arange(size))).all():
                raise ModelError(
                    f"column {name!r} holds what is no level of its comparison; make it by ComparisonFeature(..., "
                    f"similarity=False), of the same model"
                )
        told = [_told(frame, label, np.nan) for _, label, _ in map(_labels_of, names)]
        # A pair of which nothing is told, as where frames were put together, says nothing of how many hold a value.
        holders = [
            np.fmax.reduce(_told(frame, label, self.registered), initial=1)
            for *_, label in map(_labels_of, names)
        ]
        vectors = ComparisonVectors(
            names,
            np.where(np.isnan(levels), MISSING, levels).astype(np.int8),
            np.array(told).reshape(len(names), -1).T,
            sizes,
            (frame.index.get_level_values(0).nunique(), self.registered),
            tuple(holders),
        )
        return without_repeats(vectors, self.model.stand_ins)

    def _fit(self, *_: Any) -> None:
        raise NotImplementedError  # ``fit`` does it, which knows the columns

    _predict = _prob_match = _fit


_LEAST_SHARE = 1e-6
_TRUST = 1.0  # what the model said before counts as so many pairs


def _counted(counts: PatternCounts, before: Rates) -> Rates:
    """The shares of levels among pairs labelled as matches and among the others."""
    return Rates(
        *(
            shares(level_counts(counts.patterns, seen, old), old, old, _TRUST)
            for seen, old in ((counts.matches, before.m), (counts.others, before.u))
        )
    )
