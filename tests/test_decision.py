"""Deciding over all candidates of an alert together."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.decision import DecisionRule, decide
from hpmatch.errors import ModelError

RULE = DecisionRule(0.03, match=0.95, review=0.05)


def _log_odds(probability):
    return float(np.log2(probability / (1 - probability)))


def test_probabilities_are_shared_with_nobody_as_one_more_candidate():
    """By hand: odds 3 and 1 against 1 for nobody make 3/5, 1/5, 1/5."""
    found = decide(np.array([0, 0]), np.log2([3.0, 1.0]), 1, RULE)
    np.testing.assert_allclose(found.probabilities, [0.6, 0.2])
    np.testing.assert_allclose(found.registered, [0.8])


@pytest.mark.parametrize(
    ("weights", "alert"),
    [
        ([], "no_match"),
        ([_log_odds(0.04)], "no_match"),
        ([_log_odds(0.06)], "review"),
        ([_log_odds(0.94)], "review"),
        ([_log_odds(0.96)], "match"),
        ([20.0, 20.0], "review"),  # two who fit equally well are no match
        ([20.0, 10.0], "match"),
        ([_log_odds(0.03)] * 2, "review"),  # neither alone, but somebody
    ],
)
def test_alerts_are_decided_over_their_candidates(weights, alert):
    """The thresholds hold for the shared probability."""
    assert decide(np.zeros(len(weights), int), np.array(weights, float), 1, RULE).alerts.tolist() == [alert]


def test_at_most_one_candidate_is_a_match():
    """A threshold above one half leaves room for one."""
    found = decide(np.array([0, 0, 1]), np.array([12.0, 3.0, 12.0]), 2, RULE)
    assert found.pairs.tolist() == ["match", "no_match", "match"]


def test_huge_weights_do_not_overflow():
    """Certainty stays a number."""
    found = decide(np.array([0, 1]), np.array([5000.0, -5000.0]), 2, RULE)
    np.testing.assert_allclose(found.probabilities, [1.0, 0.0], atol=1e-12)


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(-40, 40)), min_size=1, max_size=20),
    st.randoms(use_true_random=False),
)
def test_the_order_of_pairs_changes_nothing(pairs, random):
    """Sums are taken in one order, whatever the order of rows."""
    order = np.array(random.sample(range(len(pairs)), len(pairs)))
    alerts, weights = np.array([pair[0] for pair in pairs]), np.array([pair[1] for pair in pairs])
    first, second = decide(alerts, weights, 4, RULE), decide(alerts[order], weights[order], 4, RULE)
    assert (first.registered == second.registered).all()
    assert (first.probabilities[order] == second.probabilities).all()


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ((0, 0.9, 0.1), "registered_share has to be"),
        ((1, 0.9, 0.1), "registered_share has to be"),
        ((0.1, 0.5, 0.6), "review <= match"),
        ((0.1, 1.0, 0.1), "match has to be"),
        ((0.1, 0.9, 0.0), "review has to be"),
    ],
)
def test_impossible_thresholds_are_refused(numbers, message):
    """The message says what has to hold."""
    with pytest.raises(ModelError, match=message):
        DecisionRule(*numbers)


def test_the_prior_falls_with_the_size_of_the_register():
    """Twice as many registered persons make any one of them half as likely."""
    assert RULE.prior_weight(2_000) == pytest.approx(RULE.prior_weight(1_000) - 1)
    assert RULE.prior_weight(1) == pytest.approx(np.log2(0.03 / 0.97))


def test_two_candidates_that_reach_a_low_threshold_are_reviewed():
    """Nobody can say which of them it is, and the order of rows must not."""
    found = decide(np.zeros(2, int), np.array([9.0, 9.0]), 1, DecisionRule(0.03, match=0.4, review=0.1))
    assert (found.pairs.tolist(), found.alerts.tolist()) == (["review", "review"], ["review"])
