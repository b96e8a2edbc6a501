"""Known m and u probabilities are recovered from vectors drawn with them."""

import numpy as np
import pytest

from hpmatch.model import FellegiSunter, Level
from hpmatch.protocols import ComparisonVectors
from hpmatch.training import train

M = {"name": [0.85, 0.10, 0.05], "date": [0.95, 0.05], "sex": [0.98, 0.02]}
U = {"name": [0.01, 0.04, 0.95], "date": [0.02, 0.98], "sex": [0.5, 0.5]}
SHARE = 0.1
START = FellegiSunter(
    {
        name: tuple(Level(f"l{i}", m, u) for i, (m, u) in enumerate(zip(ms, us, strict=True)))
        for name, ms, us in [
            ("name", [0.6, 0.3, 0.1], [0.1, 0.2, 0.7]),
            ("date", [0.7, 0.3], [0.1, 0.9]),
            ("sex", [0.8, 0.2], [0.6, 0.4]),
        ]
    }
)


def _drawn(pairs, missing=0.0, seed=5):
    random = np.random.default_rng(seed)
    is_match = random.random(pairs) < SHARE
    levels = np.empty((pairs, len(M)), np.int8)
    for column, (name, of_match) in enumerate(M.items()):
        chosen = np.where(is_match[:, None], np.cumsum(of_match), np.cumsum(U[name]))
        levels[:, column] = (random.random(pairs)[:, None] > chosen).sum(axis=1).clip(max=len(of_match) - 1)
    levels[random.random(levels.shape) < missing] = -1
    sizes = tuple(len(numbers) for numbers in M.values())
    return ComparisonVectors(tuple(M), levels, np.full(levels.shape, np.nan), sizes, (pairs, pairs))


@pytest.mark.parametrize("missing", [0.0, 0.2])
def test_known_numbers_are_recovered(missing):
    """From a start far off, also where a fifth of the values is missing at random."""
    trained = train(_drawn(400_000, missing), START, 0.3)
    assert trained.match_share == pytest.approx(SHARE, abs=0.01)
    for name, of_match in M.items():
        np.testing.assert_allclose(
            [level.m for level in trained.classifier.levels[name]], of_match, atol=0.02
        )
        np.testing.assert_allclose(
            [level.u for level in trained.classifier.levels[name]], U[name], atol=0.005
        )


def test_the_likelihood_never_falls():
    """Each round explains the vectors at least as well as the one before."""
    assert (np.diff(train(_drawn(20_000), START, 0.3).log_likelihoods) >= -1e-12).all()


def test_the_order_of_the_pairs_does_not_matter():
    """Training on the same vectors in another order gives the same numbers."""
    vectors = _drawn(5_000)
    assert train(vectors, START, 0.3) == train(vectors.take(np.arange(5_000)[::-1]), START, 0.3)


def test_a_column_that_is_never_there_keeps_its_numbers():
    """Nothing is learned from nothing."""
    vectors = _drawn(5_000)
    vectors.levels[:, 2] = -1
    trained = train(vectors, START, 0.3)
    assert [level.m for level in trained.classifier.levels["sex"]] == [0.8, 0.2]


def test_a_constant_column_gives_numbers_that_are_numbers():
    """A column with one level only leaves no NaN and no impossible probability."""
    vectors = _drawn(5_000)
    vectors.levels[:, 1] = 0
    for level in train(vectors, START, 0.3).classifier.levels["date"]:
        assert 0 < level.m < 1
        assert 0 < level.u < 1
