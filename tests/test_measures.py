"""Measures against slow oracles, identities and known rates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.evaluation.measures import (
    Answers,
    best_f1,
    calibration,
    draws,
    estimates,
    precision_recall,
    recall_at_precision,
)

SCORED = st.lists(st.tuples(st.integers(0, 6).map(float), st.booleans()), min_size=1, max_size=30)
ROWS = st.lists(
    st.tuples(st.booleans(), st.booleans(), st.booleans(), st.integers(0, 5)), min_size=1, max_size=40
)


def _answers(matched, right, hit, person=None, probability=None):
    size = len(hit)
    hit = np.array(hit, bool)
    right = np.array(right, bool) & np.array(matched, bool) & hit
    probability = np.full(size, np.nan) if probability is None else np.array(probability)
    return Answers(
        person=np.arange(size) if person is None else np.array(person),
        hit=hit,
        matched=np.array(matched, bool),
        right=right,
        review=~np.array(matched, bool),
        seen=hit & (right | ~np.array(matched, bool)),
        score=np.linspace(1, 0, size),
        best=right,
        probability=probability,
    )


def test_what_a_figure_is_a_share_of():
    """Of five alerts four are matched and two are hits, one of them matched rightly: F1 is one of three, 1 / ((4 + 2) / 2)."""
    found = estimates(_answers([1, 1, 1, 1, 0], [1, 0, 0, 0, 0], [1, 0, 0, 0, 1]), replicates=0)
    assert {name: found[name].of for name in ("precision", "recall", "f1", "review_share", "best_f1")} == {
        "precision": 4, "recall": 2, "f1": 3, "review_share": 5, "best_f1": 2,
    }  # fmt: skip
    assert found["f1"].value == pytest.approx(1 / 3)


@given(SCORED, st.integers(0, 10), st.sampled_from([0.5, 0.9, 0.95, 0.99]))
def test_recall_at_precision_against_a_slow_oracle(scored, missed, wanted):
    """Trying every threshold gives the same recall and F1, ties included."""
    scores, right = (np.array(each) for each in zip(*scored, strict=True))
    hits = int(right.sum()) + missed
    recalls, f1s = [0.0], [0.0]
    for threshold in set(scores.tolist()):
        chosen = scores >= threshold
        found = int((chosen & right).sum())
        f1s.append(2 * found / (int(chosen.sum()) + hits))
        if found >= wanted * int(chosen.sum()):
            recalls.append(found / max(hits, 1))
    recall, threshold = recall_at_precision(scores, right, hits, wanted)
    assert recall == pytest.approx(max(recalls))
    assert best_f1(scores, right, hits) == pytest.approx(max(f1s))
    chosen = scores >= threshold
    assert (chosen & right).sum() == pytest.approx(recall * max(hits, 1))


@given(ROWS)
def test_identities_of_the_measures(rows):
    """F1 is the harmonic mean; review never lowers recall; intervals hold their figure or lie in [0, 1]."""
    matched, right, hit, person = zip(*rows, strict=True)
    right_hits = [all(each) for each in zip(matched, right, hit, strict=True)]
    found = estimates(_answers(matched, right, hit, person), replicates=20)
    value = {name: each.value for name, each in found.items()}
    assert all(0 <= each.low <= each.high <= 1 for each in found.values())
    if {"precision", "recall"} <= set(value) and value["precision"] + value["recall"]:
        harmonic = 2 * value["precision"] * value["recall"] / (value["precision"] + value["recall"])
        assert value["f1"] == pytest.approx(harmonic)
    if "recall" in value:
        assert value["recall_with_review"] >= value["recall"]
        assert value["best_f1"] >= 2 * sum(right_hits) / (len(hit) + sum(hit)) - 1e-12  # by taking every link
        assert value["recall_at_99"] <= value["recall_at_95"]


@given(SCORED, st.integers(0, 5))
def test_recall_grows_along_the_curve(scored, missed):
    """A lower threshold never finds less, and the curve ends with all links."""
    scores, right = (np.array(each) for each in zip(*scored, strict=True))
    precision, recall = precision_recall(scores, right, int(right.sum()) + missed)
    assert (np.diff(recall) >= 0).all()
    assert precision[-1] == pytest.approx(right.mean())


def test_the_bootstrap_interval_covers_a_known_rate():
    """In about 95 of 100 samples the interval holds the true rate; alerts of one person come and go together."""
    generator, covered, rate, samples = np.random.default_rng(7), 0, 0.8, 200
    for sample in range(samples):
        right_persons = generator.random(120) < rate
        person = np.repeat(np.arange(120), 3)
        found = estimates(
            _answers(np.ones(360), right_persons[person], np.ones(360), person), replicates=200, seed=sample
        )
        covered += found["recall"].low <= rate <= found["recall"].high
    assert 0.90 <= covered / samples <= 0.99


def test_the_same_seed_gives_the_same_interval():
    """Figures can be had again."""
    answers = _answers([1, 1, 0, 1] * 10, [1, 0, 1, 1] * 10, [1] * 40)
    assert estimates(answers, replicates=50, seed=3) == estimates(answers, replicates=50, seed=3)


def test_persons_are_drawn_whole():
    """Each replicate draws as many persons as there are, all alerts of a person as often."""
    person = np.array([0, 0, 0, 1, 2])
    weights = np.concatenate(draws(person, 50, seed=1))
    assert (weights[:, [0, 3, 4]].sum(axis=1) == 3).all()
    assert (weights[:, 0] == weights[:, 2]).all()


@pytest.mark.parametrize("measure", ["recall", "best_f1", "recall_at_95", "recall_at_99"])
@pytest.mark.parametrize("others", [0, 97])
def test_what_never_fails_has_no_empty_interval(measure, others):
    """Three of three is no proof: the exact bound takes the place of an interval without width; draws without a hit tell nothing."""
    hits = [1, 1, 1] + [0] * others
    found = estimates(_answers(hits, hits, hits), replicates=50)[measure]
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(0.025 ** (1 / 3))


def test_the_intervals_of_a_curve_cover_a_known_rate():
    """With few hits most samples miss nobody, and still nine in ten intervals hold the true figures."""
    generator, rate, samples = np.random.default_rng(3), 0.95, 100
    true = {"recall_at_95": rate, "best_f1": 2 * rate / (1 + rate)}
    covered = dict.fromkeys(true, 0)
    for sample in range(samples):
        right = generator.random(15) < rate
        found = estimates(_answers(right, right, np.ones(15)), replicates=100, seed=sample)
        for name, value in true.items():
            covered[name] += found[name].low <= value <= found[name].high
    assert min(covered.values()) / samples > 0.9


def test_calibration_of_probabilities_that_are_right():
    """Where the share that is right is what was said, the error is small; where it is not, it is the difference."""
    generator = np.random.default_rng(1)
    said = generator.random(20_000)
    right = generator.random(20_000) < said
    honest = _answers(np.ones(20_000), right, np.ones(20_000), probability=said)
    assert estimates(honest, replicates=0)["calibration_error"].value < 0.02
    assert estimates(honest, replicates=0)["brier"].value == pytest.approx(1 / 6, abs=0.01)
    boastful = _answers([1, 1], [1, 0], [1, 1], probability=[1.0, 1.0])
    assert estimates(boastful, replicates=0)["calibration_error"].value == 0.5
    assert [(each.alerts, each.said, each.was) for each in calibration(boastful)] == [(2, 1.0, 0.5)]
