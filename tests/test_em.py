"""Known m and u probabilities are recovered from vectors drawn with them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.protocols import ComparisonVectors
from hpmatch.training.em import PatternCounts, Rates, estimate, likeliest_trust, shares

M = ([0.85, 0.10, 0.05], [0.95, 0.05], [0.98, 0.02])
U = ([0.01, 0.04, 0.95], [0.02, 0.98], [0.5, 0.5])
SHARE = 0.1


def _rates(m, u):
    return Rates(*(tuple(np.array(table) for table in tables) for tables in (m, u)))


TRUE = _rates(M, U)
START = _rates(([0.6, 0.3, 0.1], [0.7, 0.3], [0.8, 0.2]), ([0.1, 0.2, 0.7], [0.1, 0.9], [0.6, 0.4]))


def _drawn(pairs, missing=0.0, seed=5, share=SHARE):
    """Vectors, and which of them are matches."""
    random = np.random.default_rng(seed)
    is_match = random.random(pairs) < share
    levels = np.empty((pairs, len(M)), np.int8)
    for column, (of_match, of_other) in enumerate(zip(M, U, strict=True)):
        chosen = np.where(is_match[:, None], np.cumsum(of_match), np.cumsum(of_other))
        levels[:, column] = (random.random(pairs)[:, None] > chosen).sum(axis=1).clip(max=len(of_match) - 1)
    levels[random.random(levels.shape) < missing] = -1
    sizes = tuple(map(len, M))
    return ComparisonVectors(
        ("name", "date", "sex"), levels, np.full(levels.shape, np.nan), sizes, (pairs, pairs)
    ), is_match


def _estimated(vectors, start=START, share=0.3, **options):
    return estimate(PatternCounts.of(vectors), start, share, **options)


def _assert_near(found, expected, tolerance):
    for table, other in zip(found, expected, strict=True):
        np.testing.assert_allclose(table, other, atol=tolerance)


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_known_numbers_are_recovered(missing):
    """From a start far off, also where a fifth of the values is missing at random."""
    found = _estimated(_drawn(400_000, missing)[0])
    assert found.converged
    assert found.match_share == pytest.approx(SHARE, abs=0.01)
    _assert_near(found.rates.m, M, 0.02)
    _assert_near(found.rates.u, U, 0.005)


def test_with_u_known_few_matches_are_enough():
    """One pair in a hundred is a match; u stays what it was."""
    found = _estimated(_drawn(400_000, share=0.01)[0], Rates(START.m, TRUE.u), keep_u=True)
    assert found.match_share == pytest.approx(0.01, rel=0.1)
    _assert_near(found.rates.m, M, 0.06)
    _assert_near(found.rates.u, U, 0)


def test_the_expected_matches_at_each_level_add_up():
    """They are the matches that have a value at all."""
    vectors, is_match = _drawn(400_000)
    for seen in _estimated(vectors).of_matches:
        assert seen.sum() == pytest.approx(is_match.sum(), rel=0.05)


@pytest.mark.parametrize("trust", [0.0, 50.0])
def test_the_likelihood_never_falls(trust):
    """Each round explains the vectors, and what was known before, at least as well as the one before."""
    found = _estimated(_drawn(20_000)[0], trust=trust)
    assert len(found.log_likelihoods) > 2
    assert (np.diff(found.log_likelihoods) >= -1e-12).all()


def test_trust_draws_m_to_the_start():
    """With no end of trust nothing moves; with none the pairs alone speak."""
    vectors = _drawn(20_000)[0]
    distances = [
        sum(
            np.abs(a - b).sum()
            for a, b in zip(_estimated(vectors, trust=trust).rates.m, START.m, strict=True)
        )
        for trust in (0.0, 2_000.0, 1e9)
    ]
    assert distances[0] > distances[1] > distances[2]
    assert distances[2] < 1e-3


def test_labels_are_believed():
    """With every pair labelled the numbers are the shares among the labelled, whatever the start."""
    vectors, is_match = _drawn(50_000)
    found = estimate(PatternCounts.of(vectors, is_match.astype(float)), START, 0.5)
    assert found.match_share == pytest.approx(is_match.mean())
    for column, table in enumerate(found.rates.m):
        counted = np.bincount(vectors.levels[is_match, column], minlength=len(table))
        np.testing.assert_allclose(table, np.maximum(counted / counted.sum(), 1e-9), atol=1e-8)


def test_some_labels_help():
    """A start with m and u exchanged finds the wrong class for the matches; five hundred labels put it right."""
    vectors, is_match = _drawn(50_000)
    labels = np.where(np.arange(50_000) < 500, is_match, np.nan)
    exchanged = Rates(START.u, START.m)
    assert estimate(PatternCounts.of(vectors), exchanged, 0.5).match_share > 0.8
    helped = estimate(PatternCounts.of(vectors, labels), TRUE, 0.5)
    assert helped.match_share == pytest.approx(SHARE, abs=0.02)


def test_the_order_of_the_pairs_does_not_matter():
    """Estimating from the same vectors in another order gives the same numbers."""
    vectors = _drawn(5_000)[0]
    one, other = (_estimated(each) for each in (vectors, vectors.take(np.arange(5_000)[::-1])))
    assert one.log_likelihoods == other.log_likelihoods
    assert all((a == b).all() for a, b in zip(one.rates.m, other.rates.m, strict=True))


def test_a_column_that_is_never_there_keeps_its_numbers():
    """Nothing is learned from nothing."""
    vectors = _drawn(5_000)[0]
    vectors.levels[:, 2] = -1
    assert _estimated(vectors).rates.m[2].tolist() == [0.8, 0.2]


@given(st.integers(0, 3), st.sampled_from([0, 1, 2]), st.sampled_from([1e-9, 0.5, 1 - 1e-9]))
def test_numbers_stay_probabilities(level, column, share):
    """However odd the patterns: one level only, one pair, next to none or all of them matches."""
    vectors = _drawn(30)[0]
    vectors.levels[:, column] = min(level, len(M[column]) - 1)
    for few in (vectors, vectors.take(np.zeros(1, int))):
        found = _estimated(few, share=share)
        for table in (*found.rates.m, *found.rates.u):
            assert ((table > 0) & (table < 1)).all()
            assert table.sum() == pytest.approx(1)
        assert 0 < found.match_share < 1


def test_shares_without_anything_are_what_holds_otherwise():
    """Nothing seen and nothing known before."""
    assert shares([np.zeros(2)], [np.array([0.3, 0.7])])[0].tolist() == [0.3, 0.7]


@given(st.lists(st.integers(0, 40), min_size=2, max_size=4), st.data())
def test_the_likeliest_trust_is_that_of_an_urn(seen, data):
    """What is known before are balls in an urn; each ball that is drawn goes back with another of its colour (Polya)."""
    shares_ = np.array(data.draw(st.lists(st.integers(1, 20), min_size=len(seen), max_size=len(seen))), float)
    known, tried = shares_ / shares_.sum(), [1.0, 10.0, 100.0]

    def chance_of(trust):
        urn, chance = trust * known, 1.0
        for colour, times in enumerate(seen):
            for _ in range(times):
                chance *= urn[colour] / urn.sum()
                urn[colour] += 1
        return chance

    chances = [chance_of(trust) for trust in tried]
    found = likeliest_trust(np.array(seen, float), known, tried)
    assert chances[tried.index(found)] == pytest.approx(max(chances), rel=1e-9)


def test_each_comparison_may_be_trusted_in_another_way():
    seen, before = [np.array([0.0, 10.0])] * 2, [np.array([1.0, 0.0])] * 2
    assert [table.tolist() for table in shares(seen, seen, before, [10.0, 30.0])] == [
        pytest.approx([0.5, 0.5]),
        pytest.approx([0.75, 0.25]),
    ]
