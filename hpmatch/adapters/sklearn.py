"""
Classifiers of scikit-learn as classifiers of hpmatch, fitted to labelled pairs.

    training = training_set("alerts.csv", "register.csv", "labels.csv")
    model = replace(hp.read_model("imi"), classifier=fit(LogisticRegression(), training))

Needs the extra ``sklearn``.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import numpy as np
from sklearn.base import clone

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.blocking import CandidatePairs, candidate_pairs
from hpmatch.comparison import compare
from hpmatch.decision import log_odds
from hpmatch.errors import HpmatchError, ModelError, PluginError
from hpmatch.labels import Labels, check_some_known, read_labels, rows_of_pairs
from hpmatch.model import Model, read_model
from hpmatch.protocols import ComparisonVectors
from hpmatch.reading import read_for
from hpmatch.records import MISSING
from hpmatch.register import read_register
from hpmatch.schema import Schema
from hpmatch.shown import on_one_line

_PAIRS_AT_A_TIME = 100_000
# Sums of products differ in their last digits with how many rows are multiplied at once.
_DIGITS = 9


def features(vectors: ComparisonVectors) -> FloatArray:
    """
    Comparison vectors as numbers, a row a pair.

    For each comparison: a 1 in the column of the level that was found, or in one more where a value is missing; and log2 of how
    common is what agrees, 0 where that says nothing.

    Args:
        vectors: The comparison vectors of k pairs.

    Returns:
        float64[k, f]; ``feature_names`` names the columns.

    Example:
        >>> vectors = ComparisonVectors(("sex",), np.array([[0], [-1]], np.int8), np.array([[0.5], [np.nan]]), (2,), (1, 1))
        >>> features(vectors).tolist()
        [[1.0, 0.0, 0.0, -1.0], [0.0, 0.0, 1.0, 0.0]]
    """
    columns = []
    for column, size in enumerate(vectors.sizes):
        levels, frequencies = vectors.levels[:, column], vectors.frequencies[:, column]
        columns += [levels == level for level in (*range(size), MISSING)]
        columns.append(np.log2(np.where(frequencies > 0, frequencies, 1.0)))
    return np.stack(columns, axis=1).astype(np.float64)


def feature_names(model: Model) -> list[str]:
    """
    The columns of ``features`` for a model's comparisons.

    Example:
        >>> feature_names(read_model("imi"))[-5:]
        ['national_id: same', 'national_id: one_error', 'national_id: different', 'national_id: missing', 'national_id: log2 frequency']
    """
    return [
        f"{part.name}: {name}" for part in model.parts for name in (*part.levels, "missing", "log2 frequency")
    ]


@dataclass(frozen=True)
class TrainingSet:
    """
    Labelled pairs, ready to learn from.

    Attributes:
        vectors: The comparison vectors of n pairs, in the order of their identifiers.
        is_match: bool[n], whether the two are one person.
        alerts: int64[n], which pairs are of one alert: the groups of a cross-validation, so that no alert is both learnt
            from and judged.
        candidate_weight: log2 of all pairs by candidate pairs: what being a candidate says by itself.
    """

    vectors: ComparisonVectors
    is_match: Mask
    alerts: IntArray
    candidate_weight: float

    def __repr__(self) -> str:
        return on_one_line(
            self,
            pairs=len(self.is_match),
            matches=int(self.is_match.sum()),
            comparisons=len(self.vectors.names),
        )

    @property
    def features(self) -> FloatArray:
        """float64[n, f], see ``features``."""
        return features(self.vectors)


def training_set(
    alerts: Any,
    register: Any,
    labels: Any,
    model: Model | str | Path = "imi",
    *,
    schema: Schema | str | Path | None = None,
) -> TrainingSet:
    """
    Compare the pairs that people have labelled.

    The labels should be of candidate pairs, for that is what is classified later.

    Args:
        alerts: The alerts; see ``hpmatch.link``.
        register: The register; see there.
        labels: The labels; see ``hpmatch.labels.read_labels``. Pairs whose records are not there are left out.
        model: Its standardisers, blocking rules and comparisons are used.
        schema: See ``hpmatch.link``.

    Raises:
        HpmatchError: If the data cannot be used, or no labelled pair is in it.
    """
    model = read_model(model)
    held = read_register(register, model, schema)
    left = read_for(model, alerts, "alerts", schema).records
    right = held.read.records
    labels = labels if isinstance(labels, Labels) else read_labels(labels)
    left_rows, right_rows, known = rows_of_pairs(labels, left.ids, right.ids)
    check_some_known(known)
    nothing = np.zeros(0, bool)
    left_rows, right_rows = left_rows[known].astype(np.int32), right_rows[known].astype(np.int32)
    pairs = CandidatePairs(left_rows, right_rows, np.zeros(len(left_rows), np.int32), (), nothing, nothing)
    candidates = candidate_pairs(left, right, model.blocking_rules, model.max_block, held.indexes)
    return TrainingSet(
        compare(left, right, pairs, model.comparisons, stand_ins=model.stand_ins),
        labels.is_match[known],
        left_rows.astype(np.int64),
        float(np.log2(len(left) * len(right) / max(len(candidates), 1))),
    )


def fit(estimator: Any, training: TrainingSet) -> Classifier:
    """
    Fit a classifier.

    Args:
        estimator: Any classifier of scikit-learn with ``predict_proba``, a pipeline too; a copy is fitted. Give it a
            ``random_state`` if it draws lots.
        training: What to learn from.

    Raises:
        HpmatchError: If all labels are the same.
        PluginError: If it is no classifier, or gives no probabilities.
    """
    if isinstance(estimator, type) or not all(hasattr(estimator, name) for name in ("fit", "get_params")):
        raise PluginError(
            f"a {type(estimator).__name__} is no classifier of scikit-learn; give one, such as LogisticRegression()"
        )
    matches = int(training.is_match.sum())
    if not 0 < matches < len(training.is_match):
        raise HpmatchError("there have to be labels of both kinds, match and no_match")
    fitted = clone(estimator).fit(training.features, training.is_match)
    return Classifier(
        fitted,
        training.vectors.names,
        training.vectors.sizes,
        matches,
        len(training.is_match) - matches,
        training.candidate_weight,
    )


@dataclass(frozen=True)
class Classifier:
    """
    A fitted classifier of scikit-learn, as a classifier of hpmatch.

    A probability among the training pairs is turned into evidence by taking off the share of matches among them and adding
    what being a candidate says by itself. It is taken for no surer than so many pairs allow: with n of them between 1 / (n + 2)
    and 1 - 1 / (n + 2).

    Args:
        estimator: The fitted estimator, of the features that ``features`` makes.
        names: The comparisons that it was fitted to.
        sizes: How many levels each of them has.
        matches: How many of the training pairs match.
        others: How many do not.
        candidate_weight: See ``TrainingSet``.

    Raises:
        PluginError: If the estimator gives no probabilities of a match.
    """

    estimator: Any
    names: tuple[str, ...]
    sizes: tuple[int, ...]
    matches: int
    others: int
    candidate_weight: float

    def __post_init__(self) -> None:
        if not hasattr(self.estimator, "predict_proba"):
            raise PluginError(
                f"{type(self.estimator).__name__} gives no probabilities; take one with predict_proba, or put it into "
                f"sklearn.calibration.CalibratedClassifierCV"
            )
        if True not in self._classes:
            raise PluginError("the estimator knows no matches; fit it with hpmatch.adapters.sklearn.fit")

    @property
    def _classes(self) -> list[Any]:
        return list(getattr(self.estimator, "classes_", ()))

    def match_weights(self, vectors: ComparisonVectors) -> FloatArray:
        """
        The evidence of each pair.

        Raises:
            ModelError: If the comparisons are others than it was fitted to.
            PluginError: If the estimator does not give a probability for each pair.
        """
        if (vectors.names, vectors.sizes) != (self.names, self.sizes):
            raise ModelError(
                f"the classifier was fitted to {', '.join(self.names)}; fit it anew for {', '.join(vectors.names)}"
            )
        chunks = [
            self._log_odds(
                features(vectors.take(np.arange(start, min(start + _PAIRS_AT_A_TIME, len(vectors.levels)))))
            )
            for start in range(0, len(vectors.levels), _PAIRS_AT_A_TIME)
        ]
        prior = np.log2(self.matches / self.others)
        weights = np.concatenate([np.zeros(0), *chunks]) - prior + self.candidate_weight
        return np.asarray(np.round(weights, _DIGITS), np.float64)

    def _log_odds(self, rows: FloatArray) -> FloatArray:
        told = np.asarray(self.estimator.predict_proba(rows), np.float64)
        if told.shape != (len(rows), len(self._classes)) or not np.isfinite(told).all():
            raise PluginError(
                f"{type(self.estimator).__name__} did not give a probability of each class for each pair; take another, or mend "
                f"its predict_proba"
            )
        found = told[:, self._classes.index(True)]
        least = 1 / (self.matches + self.others + 2)
        sure = np.clip(found, least, 1 - least)
        return np.asarray(log_odds(sure), np.float64)

    def to_json(self) -> NoReturn:
        """A fitted estimator has no JSON."""
        raise PluginError(
            "a fitted scikit-learn estimator cannot be named in a model file: pass the model as an object and fit it anew from "
            "the labels, or write a plug-in whose classifier loads it (docs/plugins.md)"
        )
