"""scikit-learn's classifiers as stages, fitted to labels of the sample."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression, RidgeClassifier
from sklearn.model_selection import GroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import hpmatch as hp
from hpmatch.adapters.sklearn import Classifier, feature_names, features, fit, training_set
from hpmatch.labels import read_labels
from hpmatch.protocols import ComparisonVectors
from hpmatch.testing import check_classifier

SAMPLE = Path(__file__).parents[2] / "examples" / "data"
MODEL = hp.read_model("imi")
ALONE = replace(MODEL, grouping=None)
ESTIMATORS = {
    "logistic": LogisticRegression(max_iter=1000),
    "pipeline": make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000)),
    "forest": RandomForestClassifier(50, random_state=1),
}


@pytest.fixture(scope="module")
def tables():
    return (
        pd.read_csv(SAMPLE / "alerts.csv", dtype=str),
        pd.read_csv(SAMPLE / "register.csv", dtype=str),
        pd.read_csv(SAMPLE / "truth.csv", dtype=str, keep_default_na=False),
    )


@pytest.fixture(scope="module")
def labels(tables):
    """What a patient person would say of every candidate pair."""
    alerts, register, truth = tables
    true = set(zip(truth["alert_id"], truth["hpr_number"], strict=True))
    pairs = hp.link(alerts, register, ALONE, min_weight=-500.0).links.to_pylist()
    return [
        {
            "left_id": row["alert_id"],
            "right_id": row["hpr_number"],
            "label": "match" if (row["alert_id"], row["hpr_number"]) in true else "no_match",
        }
        for row in pairs
    ]


@pytest.fixture(scope="module")
def training(tables, labels):
    return training_set(*tables[:2], labels)


def test_a_training_set_shows_itself_on_one_line(training):
    """Thousands of numbers tell nobody anything."""
    assert repr(training) == (
        f"<TrainingSet: {len(training.is_match):,} pairs, {training.is_match.sum():,} matches, 9 comparisons>"
    )


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
def test_it_links_alerts_that_it_did_not_learn_from(tables, labels, estimator):
    """Fitted to the labels of every other alert, it answers the rest."""
    alerts, register, truth = tables
    learnt = set(alerts["alert_id"][::2])
    training = training_set(alerts, register, [row for row in labels if row["left_id"] in learnt])
    model = replace(ALONE, classifier=fit(estimator, training))
    rest = alerts[~alerts["alert_id"].isin(learnt)]
    result = hp.link(rest, register, model)
    found = {
        (row["alert_id"], row["hpr_number"])
        for row in result.links.to_pylist()
        if row["decision"] in ("match", "review")
    }
    true = {
        (row.alert_id, row.hpr_number)
        for row in truth.itertuples()
        if row.hpr_number and row.alert_id in set(rest["alert_id"])
    }
    assert len(found & true) > 0.8 * len(true)
    assert len(found & true) > 0.6 * len(found)


def test_an_alert_is_in_one_fold_only(training):
    """Grouped by alert, nothing is judged by what it was learnt from; and the judgement is good."""
    folds = list(GroupKFold(4).split(training.features, training.is_match, training.alerts))
    assert all(not set(training.alerts[a]) & set(training.alerts[b]) for a, b in folds)
    found = cross_val_predict(
        LogisticRegression(max_iter=1000), training.features, training.is_match,
        groups=training.alerts, cv=GroupKFold(4), method="predict_proba",
    )[:, 1]  # fmt: skip
    assert ((found > 0.5) == training.is_match).mean() > 0.9


def test_features_are_levels_missing_values_and_frequencies():
    """By hand: a 1 for the level, or for missing, and log2 of the frequency."""
    vectors = ComparisonVectors(
        ("a", "b"),
        np.array([[1, 0], [-1, 1], [0, -1]], np.int8),
        np.array([[0.25, np.nan], [np.nan, 0.5], [1.0, 0.0]]),
        (2, 2),
        (3, 3),
    )
    assert features(vectors).tolist() == [
        [0, 1, 0, -2, 1, 0, 0, 0],
        [0, 0, 1, 0, 0, 1, 0, -1],
        [1, 0, 0, 0, 0, 0, 1, 0],
    ]


def test_every_feature_has_a_name(training):
    """As many names as columns."""
    assert len(feature_names(MODEL)) == training.features.shape[1] == len(set(feature_names(MODEL)))


def test_an_estimator_that_knows_the_share_only_says_nothing(tables, training):
    """What is left is that the pair is a candidate: log2 of all pairs by candidate pairs."""
    classifier = fit(DummyClassifier(strategy="prior"), training)
    links = hp.link(*tables[:2], ALONE, min_weight=-500.0).links
    np.testing.assert_allclose(
        classifier.match_weights(training.vectors),
        np.log2(len(tables[0]) * len(tables[1]) / len(links)),
        atol=1e-6,
    )


def test_nobody_is_surer_than_the_labels_allow(training):
    """A forest that says 1.0 of the pairs that it has seen is not believed wholly."""
    found = fit(RandomForestClassifier(5, random_state=0), training)
    count, share = len(training.is_match), training.is_match.mean()
    most = np.log2(count + 1) - np.log2(share / (1 - share)) + training.candidate_weight
    assert found.match_weights(training.vectors).max() == pytest.approx(most)


def test_the_order_of_labels_is_of_no_account(tables, labels, training):
    """The same labels in another order give the same classifier."""
    other = training_set(*tables[:2], labels[::-1])
    found = [fit(ESTIMATORS["forest"], each).match_weights(training.vectors) for each in (training, other)]
    np.testing.assert_array_equal(*found)


@pytest.mark.parametrize("estimator", ESTIMATORS.values(), ids=ESTIMATORS)
def test_it_keeps_the_contract(training, estimator):
    """It passes what a third party's classifier must."""
    classifier = fit(estimator, training)
    check_classifier(classifier, dict(zip(classifier.names, classifier.sizes, strict=True)))


def test_the_given_estimator_is_left_alone(training):
    """A copy is fitted."""
    estimator = LogisticRegression(max_iter=1000)
    fit(estimator, training)
    assert not hasattr(estimator, "coef_")


def test_what_cannot_be_used_is_told(tables, labels, training):
    """Labels of one kind, labels of other tables, estimators without probabilities, other comparisons."""
    one_kind = replace(training, is_match=np.ones_like(training.is_match))
    with pytest.raises(hp.HpmatchError, match="both kinds"):
        fit(LogisticRegression(), one_kind)
    with pytest.raises(hp.HpmatchError, match="none of the 1 labelled pairs"):
        training_set(*tables[:2], [{"left_id": "x", "right_id": "y", "label": "match"}])
    with pytest.raises(hp.PluginError, match="RidgeClassifier gives no probabilities"):
        fit(RidgeClassifier(), training)
    with pytest.raises(hp.PluginError, match="knows no matches"):
        Classifier(LogisticRegression(), ("sex",), (2,), 1, 1, 0.0)
    classifier = fit(LogisticRegression(max_iter=1000), training)
    with pytest.raises(hp.ModelError, match="fit it anew for sex"):
        classifier.match_weights(
            ComparisonVectors(("sex",), np.zeros((1, 1), np.int8), np.ones((1, 1)), (2,), (1, 1))
        )


class Says:
    """Answers as it is told to."""

    classes_ = (False, True)

    def __init__(self, answer):
        self.answer = answer

    def predict_proba(self, rows):
        return self.answer(len(rows))


@pytest.mark.parametrize(
    "answer",
    [
        lambda size: np.full((size, 2), np.nan),
        lambda size: np.full((size, 2), np.inf),
        lambda size: np.full((size, 1), 0.5),
        lambda size: np.full((size, 3), 0.5),
        lambda size: np.full((1, 2), 0.5),
        lambda size: np.full(size, 0.5),
    ],
    ids=["NaN", "infinite", "one column", "three", "one row", "flat"],
)
def test_what_is_no_probability_is_refused(training, answer):
    """It would be no match for everybody."""
    vectors = training.vectors
    wrong, right = (
        Classifier(Says(each), vectors.names, vectors.sizes, 1, 1, 0.0)
        for each in (answer, lambda size: np.full((size, 2), 0.5))
    )
    with pytest.raises(hp.PluginError, match="Says did not give a probability of each class for each pair"):
        wrong.match_weights(vectors)
    assert right.match_weights(vectors).tolist() == [0.0] * len(vectors.levels)


def test_labels_may_be_read_already(tables, labels, training):
    """As a table, a file or ``Labels``."""
    other = training_set(*tables[:2], read_labels(labels))
    np.testing.assert_array_equal(other.vectors.levels, training.vectors.levels)
    np.testing.assert_array_equal(other.is_match, training.is_match)


def test_it_cannot_be_saved_and_says_what_to_do(tables, training):
    """No model file can name it; linking works all the same, and the summary has no fingerprint."""
    model = replace(ALONE, classifier=fit(LogisticRegression(max_iter=1000), training))
    with pytest.raises(hp.PluginError, match="fit it anew from the labels, or write a plug-in"):
        model.to_json()
    assert hp.link(*tables[:2], model).summary["model"]["sha256"] == ""


def test_a_ledger_takes_no_answers_of_a_model_that_nothing_tells_from_another(training, tables, tmp_path):
    """Two estimators have one name and no fingerprint: refused before the work, and with a result at hand."""
    alerts, register, _ = tables
    ledger = hp.Ledger(tmp_path / "ledger")
    for estimator in (LogisticRegression(max_iter=1000), DummyClassifier()):
        model = replace(MODEL, classifier=fit(estimator, training))
        with pytest.raises(hp.LedgerError, match="can be saved"):
            ledger.link(alerts, register, tmp_path / "out", model)
        with pytest.raises(hp.LedgerError, match="can be saved"):
            ledger.link(alerts, hp.Register.prepare(register, model), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []
    ledger.receive(alerts)
    kept = ledger.path.read_bytes()
    with pytest.raises(hp.LedgerError, match="nothing was recorded"):
        ledger.answer(hp.link(alerts, register, model))
    assert ledger.path.read_bytes() == kept


@pytest.mark.parametrize("estimator", ["logistic", LogisticRegression, None])
def test_what_is_no_classifier_is_refused(tables, labels, estimator):
    """A name and a class are none."""
    with pytest.raises(hp.PluginError, match="is no classifier of scikit-learn; give one, such as"):
        fit(estimator, training_set(*tables[:2], labels))
