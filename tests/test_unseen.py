"""Frequencies, u and weights where columns are half empty, pairs few and levels rare: what is so is what is learned."""

import random
from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.training.em import Rates
from hpmatch.training.unseen import chance_shares, keeping

# Ten values of each kind that are like no other of their kind.
WORDS = ("abild", "bruheim", "cirkel", "drøm", "elvestad", "fossum", "gimle", "hovland", "iskant", "juvik")
VALUES = {
    "category": WORDS,
    "text": WORDS,
    "name": tuple(f"{word} {word[::-1]}" for word in WORDS),
    "date": tuple(f"{1961 + 5 * i}-{1 + i:02}-{28 - 2 * i:02}" for i in range(10)),
    "identifier": tuple(str(1_234_567 * (i + 1)) for i in range(10)),
}


def pair_of_tables(number, kind, filled, seed=1):
    """Give the same things in two tables, with a number of their own and a cell of one of ten values that may be empty."""
    rng = random.Random(seed)
    things = [
        {
            "serial": str(10_000_019 * (i + 1) % 99_999_989),
            "cell": rng.choice(VALUES[kind]) if rng.random() < filled else None,
        }
        for i in range(number)
    ]
    return [[{"no": f"{side}{i}", **thing} for i, thing in enumerate(things)] for side in "ab"]


def schema_of(kind):
    return hp.Schema("no", {"serial": "identifier", "cell": kind})


@pytest.mark.parametrize("filled", [1.0, 0.1])
@pytest.mark.parametrize("kind", VALUES)
def test_agreement_weighs_the_same_however_many_cells_are_empty(kind, filled):
    """One in ten of those who hold a value holds this one, so agreement on it is worth log2(10), 3.3 bits."""
    tables, schema = pair_of_tables(800, kind, filled), schema_of(kind)
    trained = hp.train(*tables, schema=schema)
    weights = hp.link(*tables, trained.model, schema=schema, min_weight=-1000).weights.to_pylist()
    agreeing = [row["cell"] for row in weights if row["cell"] > 0]
    assert np.mean(agreeing) == pytest.approx(np.log2(10), abs=0.2)


@pytest.mark.parametrize(("number", "filled"), [(300, 1.0), (400, 0.15)])
@pytest.mark.parametrize("kind", VALUES)
def test_u_is_found_in_few_pairs(kind, number, filled):
    """Whatever was held for likely before: an identifier that ten things share is none, and the interval holds what is so."""
    tables = pair_of_tables(number, kind, filled)
    cells = [[row["cell"] for row in table] for table in tables]
    pairs = [(a, b) for (i, a), (j, b) in product(*map(enumerate, cells)) if i != j and a and b]
    is_so = sum(a == b for a, b in pairs) / len(pairs)
    learned = {
        (row["comparison"], row["level"]): row
        for row in hp.train(*tables, schema=schema_of(kind)).levels.to_pylist()
    }
    same = learned["cell", "same"]
    assert same["u_low"] < is_so < same["u_high"]
    assert same["u"] == pytest.approx(is_so, rel=0.1)


def test_the_interval_of_u_counts_the_pairs_that_hold_a_value():
    """Of 400 x 400 pairs 1 in 50 has both values: the interval is some seven times as wide as if all had."""
    widths = []
    for filled in (1.0, 0.15):
        levels = hp.train(
            *pair_of_tables(400, "category", filled), schema=schema_of("category")
        ).levels.to_pylist()
        (same,) = (row for row in levels if (row["comparison"], row["level"]) == ("cell", "same"))
        widths.append(same["u_high"] - same["u_low"])
    assert widths[1] > 4 * widths[0]


def test_a_typo_that_nobody_made_does_not_beat_equality():
    """No text of the tables is like another, so nothing tells what a typo is worth: as much as equality at most."""
    tables, schema = pair_of_tables(500, "text", 1.0), schema_of("text")
    trained = hp.train(*tables, schema=schema)
    learned = {(row["comparison"], row["level"]): row["match_weight"] for row in trained.levels.to_pylist()}
    assert learned["cell", "close"] <= learned["cell", "same"] + 0.1  # its share is taken from all others
    (told,) = (warning for warning in trained.warnings if "hardly any pair shows" in warning)
    assert "cell close" in told
    assert "same" not in told


RATES = st.lists(st.floats(0.001, 1), min_size=4, max_size=4).map(lambda found: np.array(found) / sum(found))


@given(RATES, RATES, RATES, RATES, st.lists(st.booleans(), min_size=4, max_size=4).map(np.array))
def test_levels_that_were_not_seen_keep_their_order(m, u, m0, u0, unseen):
    """Among those that were seen, if these are in the order that they had; and where nothing was seen all is as it was."""
    found = keeping(Rates((m,), (u,)), Rates((m0,), (u0,)), (unseen,))
    assert found.u[0].sum() == pytest.approx(1)
    known, learned = np.log2(m0 / u0), np.log2(m / u)
    weights = np.log2(found.m[0] / found.u[0])
    below = known[:, None] < known[None, :] - 1e-9  # those that weighed the same have no order
    kept = below & ~unseen[:, None] & ~unseen[None, :]
    if (learned[:, None] <= learned[None, :])[kept].all():
        assert (weights[:, None] <= weights[None, :] + 1e-9)[below].all()
    as_before = keeping(Rates((m0,), (u,)), Rates((m0,), (u0,)), (np.ones(4, bool),))
    np.testing.assert_allclose(as_before.u[0], u0)


@pytest.mark.parametrize("u0", [1e-7, 1e-5, 1e-3, 0.1])
@pytest.mark.parametrize("pairs", [0, 100, 10_000, 1_000_000])
def test_u_of_a_level_that_no_pair_shows(u0, pairs):
    """About what it was where the pairs are too few to show it, else at most about one in all of them, never more than it was."""
    found = chance_shares(np.array([0.0, pairs]), np.array([u0, 1 - u0]))[0]
    assert found <= u0 * 1.001
    if pairs * u0 <= 0.1:
        assert found > 0.9 * u0
    else:
        assert found < (2 + 10 * u0) / pairs


@pytest.mark.parametrize("u0", [1e-7, 1e-5, 1e-3, 0.3])
def test_u_of_a_level_that_pairs_show_does_not_hang_on_what_it_was(u0):
    """A hundred of a thousand pairs: the ten that are counted before and one more shift it by little."""
    found = chance_shares(np.array([100.0, 900.0]), np.array([u0, 1 - u0]))[0]
    assert found == pytest.approx(0.1, rel=0.03)
