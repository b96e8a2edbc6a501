"""
recordlinkage, both ways.

Its parts as stages of hpmatch: ``Index`` (an index as a blocking rule), ``Feature`` (a compare feature as a comparison),
``Classifier``. They see the standardised columns, by hpmatch's names for them, as pandas columns: text as it is, several values
joined by blanks, a date as yyyy-mm-dd; ``Numeric`` and ``Geographic`` see numbers, ``Date`` days.

Stages of hpmatch as its parts: ``RuleIndex`` (blocking rules as an index), ``ComparisonFeature`` (a comparison as a compare
feature), ``ModelClassifier`` (a Fellegi-Sunter model as a classifier). They take pandas frames with any unique index and give
a MultiIndex of its labels, or a frame with one.

Needs the extra ``recordlinkage``.
"""

from __future__ import annotations

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
from recordlinkage import compare as rl_compare

from hpmatch.adapters.recordlinkage_parts import ComparisonFeature, ModelClassifier, RuleIndex
from hpmatch.arrays import FloatArray
from hpmatch.decision import log_odds
from hpmatch.errors import PluginError
from hpmatch.protocols import Compared, ComparisonVectors, Pairs
from hpmatch.records import Records

__all__ = ["Classifier", "ComparisonFeature", "Feature", "Index", "ModelClassifier", "RuleIndex", "to_frame"]

_HIGHEST_CERTAINTY = 1 - 1e-9


@dataclass(frozen=True)
class Index:
    """
    A recordlinkage index, such as ``recordlinkage.index.Block("family_name")``, as a blocking rule.

    Args:
        name: The rule's name.
        columns: The columns that the index reads.
        index: The index: anything with ``index(left, right)`` that gives a MultiIndex.

    Raises:
        PluginError: If the index reads a column that is not among them.
    """

    name: str
    columns: tuple[str, ...]
    index: Any

    def __post_init__(self) -> None:
        for part in getattr(self.index, "algorithms", [self.index]):
            _check_named(f"index {self.name!r}", part, _INDEX_READS, self.columns)

    def pairs(self, left: Records, right: Records) -> Pairs:
        """The pairs that the index makes."""
        found = self.index.index(*(_frame_of(side, self.columns) for side in (left, right)))
        rows = [found.get_level_values(level).to_numpy(np.int32) for level in (0, 1)]
        return Pairs(rows[0], rows[1])


@dataclass(frozen=True)
class Feature:
    """
    A recordlinkage compare feature, such as ``recordlinkage.compare.String("given_name", "given_name")``, as a comparison.

    Args:
        name: The comparison's name.
        columns: The columns that the feature reads.
        feature: The feature: anything with ``compute(pairs, left, right)`` that gives a number from 0 to 1.
        thresholds: The similarities from which each level but the last holds, descending.

    Raises:
        PluginError: If the feature reads a column that is not among them.
    """

    name: str
    columns: tuple[str, ...]
    feature: Any
    thresholds: tuple[float, ...] = (1.0,)

    def __post_init__(self) -> None:
        _check_named(f"feature {self.name!r}", self.feature, _FEATURE_READS, self.columns)

    @property
    def levels(self) -> tuple[str, ...]:
        """A level for each threshold, and one for what reaches none."""
        return (*(f"at_least_{threshold:g}" for threshold in self.thresholds), "different")

    def compare(self, left: Records, right: Records) -> Compared:
        """
        The level that each similarity reaches; missing where the feature has no number.

        Raises:
            PluginError: If the feature does not give one number for each pair.
        """
        rows = pd.RangeIndex(len(left))
        pairs = pd.MultiIndex.from_arrays([rows, rows])
        sides = [self._frame(side) for side in (left, right)]
        similarity = np.array(self.feature.compute(pairs, *sides), np.float64)
        if similarity.shape == (len(left), 1):
            similarity = similarity[:, 0]
        if similarity.shape != (len(left),):
            raise PluginError(
                f"feature {self.name!r} ({type(self.feature).__name__}) did not give one number for each pair; take one that does"
            )
        for side in sides:
            similarity[side.isna().all(axis=1)] = np.nan
        return Compared.cut(similarity, self.thresholds)

    def _frame(self, side: Records) -> pd.DataFrame:
        """The columns as the feature wants them: as numbers or days, or else as text."""
        frame = _frame_of(side, self.columns)
        read = next((read for kind, read in _READ_AS.items() if isinstance(self.feature, kind)), None)
        return frame.apply(read) if read else frame


def _as_numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce").astype(np.float64)


def _as_days(column: pd.Series) -> pd.Series:
    """The first reading of each date; a date told in part is none, for the feature knows no such."""
    return pd.to_datetime(column, format="%Y-%m-%d", errors="coerce").astype("datetime64[ns]")


_READ_AS = MappingProxyType(
    {rl_compare.Numeric: _as_numbers, rl_compare.Geographic: _as_numbers, rl_compare.Date: _as_days}
)
_FEATURE_READS = ("labels_left", "labels_right")
_INDEX_READS = ("left_on", "right_on", "block_on", "block_left_on", "block_right_on")


def _check_named(what: str, part: object, attributes: Sequence[str], columns: Sequence[str]) -> None:
    """Refuse a part of recordlinkage that reads a column which is not named."""
    for labels in (getattr(part, attribute, ()) for attribute in attributes):
        for label in (labels,) if isinstance(labels, str) else labels or ():
            if label not in columns:
                raise PluginError(
                    f"{what} reads column {label!r}, which is not among its columns ({', '.join(columns)}); name it there"
                )


@dataclass(frozen=True)
class Classifier:
    """
    A recordlinkage classifier, such as ``recordlinkage.ECMClassifier()``, as a classifier.

    It sees a 1 where a comparison reached its first level and a 0 elsewhere. One that learns without labels is fitted to
    the candidate pairs at hand; one that needs labels has to come fitted.

    Args:
        classifier: The classifier: anything with ``prob(features)``.
        fit: Whether to fit it to the candidate pairs.

    Raises:
        PluginError: If it has no ``prob``, or no ``fit`` to fit it with.
    """

    classifier: Any
    fit: bool = True

    def __post_init__(self) -> None:
        lacking = [name for name in ("prob", *["fit"] * self.fit) if not hasattr(self.classifier, name)]
        if lacking:
            raise PluginError(
                f"{self._kind} has no method {lacking[0]}; give a classifier of recordlinkage, such as ECMClassifier()"
            )

    def match_weights(self, vectors: ComparisonVectors) -> FloatArray:
        """
        The evidence of each pair.

        A probability among candidate pairs is turned into evidence by taking off the share of matches among them and
        adding what being a candidate says by itself: log2 of all pairs by candidate pairs.

        Raises:
            PluginError: If the classifier cannot be fitted, or gives no probabilities.
        """
        if not len(vectors.levels):
            return np.zeros(0)
        patterns = self._probabilities(self._fitted(vectors), _binary(vectors, vectors.patterns))
        certain = np.clip(patterns, 1 - _HIGHEST_CERTAINTY, _HIGHEST_CERTAINTY)
        share = float(np.average(certain, weights=vectors.counts))
        candidates = np.log2(float(vectors.records[0]) * vectors.records[1] / len(vectors.levels))
        return np.asarray(
            (log_odds(certain) - log_odds(share) + candidates)[vectors.pattern_of_pair], np.float64
        )

    @property
    def _kind(self) -> str:
        return type(self.classifier).__name__

    def _fitted(self, vectors: ComparisonVectors) -> Any:
        if not self.fit:
            return self.classifier
        # A copy, for fitting leaves traces; in the order of the patterns, so that the order of rows cannot matter.
        classifier = deepcopy(self.classifier)
        try:
            classifier.fit(_binary(vectors, np.repeat(vectors.patterns, vectors.counts, axis=0)))
        except Exception as error:
            raise PluginError(
                f"{self._kind} could not be fitted to the candidate pairs ({type(error).__name__}); fit one that needs labels "
                f"to labelled pairs yourself and say fit=False, or take one that learns without, such as ECMClassifier"
            ) from error
        return classifier

    def _probabilities(self, classifier: Any, features: pd.DataFrame) -> FloatArray:
        try:
            found = np.asarray(classifier.prob(features), np.float64)
        except Exception as error:
            raise PluginError(
                f"{self._kind} gave no probabilities ({type(error).__name__}); fit it before it is given, or say fit=True; "
                f"some, such as KMeansClassifier and SVMClassifier, have none and cannot serve"
            ) from error
        if found.shape != (len(features),) or not np.isfinite(found).all():
            raise PluginError(
                f"{self._kind} did not give one probability for each pair; fit it to more pairs, or take another"
            )
        return found


def to_frame(records: Records) -> pd.DataFrame:
    """
    Standardised columns as a DataFrame, one row a record, numbered from 0.

    Example:
        >>> from hpmatch.records import Column
        >>> import pyarrow as pa
        >>> dates = Column.encode([(19780409,), None], pa.list_(pa.int32()))
        >>> to_frame(Records(pa.array(["a", "b"]), {"birth_date": dates}))["birth_date"].tolist()
        ['1978-04-09', None]
    """
    columns = {}
    for name, column in records.columns.items():
        cells = [_cell(value) for value in column.values.array.to_pylist()]  # noqa: PD011 - no pandas
        columns[name] = pd.Series(np.array([*cells, None], object)[column.codes], dtype=object)
    return pd.DataFrame(columns, index=pd.RangeIndex(len(records)))


def _frame_of(records: Records, columns: Sequence[str]) -> pd.DataFrame:
    """The named columns as a frame; one that the table lacks is there and empty, for recordlinkage asks for each by name."""
    return to_frame(records.select(columns)).reindex(columns=list(columns)).astype(object)


def _cell(value: str | Sequence[str] | Sequence[int]) -> str:
    if isinstance(value, str):
        return value
    if value and isinstance(value[0], int):
        return f"{value[0] // 10_000:04}-{value[0] // 100 % 100:02}-{value[0] % 100:02}"
    return " ".join(map(str, value))


def _binary(vectors: ComparisonVectors, levels: np.ndarray[Any, Any]) -> pd.DataFrame:
    rows = pd.RangeIndex(len(levels))
    index = pd.MultiIndex.from_arrays([rows, rows])
    return pd.DataFrame((levels == 0).astype(np.int64), columns=list(vectors.names), index=index)
