"""Records are joined while they fit together, whatever the order of the pairs."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.clusters import APART, components, join


def _join(size, pairs, weights, least=2.0, misfit=-5.0):
    left, right = np.array(pairs, np.int64).reshape(-1, 2).T
    return join(size, left, right, np.array(weights, np.float64), least, misfit).tolist()


def test_a_chain_of_weak_pairs_does_not_glue_strangers_together():
    """Each is a little like the next; the ends have nothing in common."""
    chain = [(0, 1), (1, 2), (2, 3)]
    assert _join(4, chain, [3.0, 3.0, 3.0]) == [0, 0, 2, 2]
    assert _join(4, chain, [9.0, 8.0, 9.0]) == [0, 0, 2, 2]
    assert _join(4, chain, [99.0, 99.0, 99.0]) == [0, 0, 0, 0]


def test_what_is_kept_apart_is_never_one_person():
    """However well a third record fits both."""
    assert _join(3, [(0, 1), (1, 2), (0, 2)], [400.0, 300.0, APART]) == [0, 0, 2]


PAIRS = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6), st.integers(-30, 30)), max_size=21)


def _joined_slowly(size, weights, least, misfit):
    """The strongest pair that may join two clusters joins them, which every pair between them is asked about, until none may."""
    clusters = [{row} for row in range(size)]
    for pair in sorted(weights, key=lambda each: (-weights[each], each)):
        one, other = (next(cluster for cluster in clusters if row in cluster) for row in pair)
        between = [weights.get((min(a, b), max(a, b)), misfit) for a in one for b in other]
        fit = sum(-np.inf if weight <= APART else max(weight, misfit) for weight in between) > 0
        if one is not other and weights[pair] >= least and fit:
            clusters.remove(other)
            one |= other
    smallest = {row: min(cluster) for cluster in clusters for row in cluster}
    return [smallest[row] for row in range(size)]


@given(PAIRS, st.sampled_from([-5.0, -2.0]), st.randoms())
def test_joining_is_what_a_slow_search_finds(pairs, misfit, rng):
    """Whatever the order of the pairs, and of the two of each."""
    weights = {(min(a, b), max(a, b)): float(weight) for a, b, weight in pairs if a != b}
    moved = rng.sample(sorted(weights), len(weights))
    turned = [pair if rng.random() < 0.5 else pair[::-1] for pair in moved]
    joined = _join(7, turned, [weights[pair] for pair in moved], misfit=misfit)
    assert joined == _joined_slowly(7, weights, 2.0, misfit)


@given(st.integers(0, 2**32 - 1), st.integers(2, 40), st.sampled_from([0.1, 0.5, 1.0]), st.floats(-4, 4))
def test_large_clusters_are_joined_as_a_slow_search_joins_them(seed, size, share, middle):
    """Clusters that took in others, and are asked about again, have what all their pairs add up to."""
    rng = np.random.default_rng(seed)
    pairs = [(a, b) for a in range(size) for b in range(a + 1, size) if rng.random() < share]
    # In quarters, which add up to the same in any order.
    weights = np.round(4 * rng.normal(middle, 6, len(pairs))) / 4
    weights[rng.random(len(pairs)) < 0.02] = APART
    joined = _join(size, pairs, weights, least=0.0, misfit=-2.0)
    assert joined == _joined_slowly(size, dict(zip(pairs, weights.tolist(), strict=True)), 0.0, -2.0)


@given(st.integers(1, 12), st.lists(st.tuples(st.integers(0, 11), st.integers(0, 11)), max_size=20))
def test_components_against_naive_union_find(size, pairs):
    """Every row has the smallest row that pairs lead to."""
    pairs = [(a % size, b % size) for a, b in pairs]
    naive = list(range(size))
    for _ in range(size):
        for a, b in pairs:
            naive[a] = naive[b] = min(naive[a], naive[b])
    left, right = (np.array([pair[side] for pair in pairs], np.int64) for side in (0, 1))
    assert components(size, left, right).tolist() == naive
