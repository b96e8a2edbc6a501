"""What candidates are held for: next to none of them is a match who differs in both given name and birth date."""

from types import SimpleNamespace

import numpy as np
import pytest

from hpmatch.decision import probability_of
from hpmatch.protocols import ComparisonVectors
from hpmatch.training.expectation import MOST_STRANGERS, held_back
from hpmatch.training.learning import Learning

SAME, DIFFERENT, MISSING = 0, 1, -1
STRANGER, PERSON = (SAME, DIFFERENT, DIFFERENT), (SAME, SAME, SAME)


def _learning(patterns, from_birth=("given_name", "birth_date"), said=np.nan):
    """Something to learn from in which each pattern is that of one pair."""
    levels = np.array(patterns, np.int8)
    size = len(levels)
    unknown = np.full(levels.shape, np.nan)
    vectors = ComparisonVectors(
        ("town", "given_name", "birth_date"), levels, unknown, (2, 2, 2), (size, size)
    )
    seen = SimpleNamespace(vectors=vectors, said=np.full(size, said))
    return Learning(None, vectors.names, None, seen, 1.0, seen, frozenset(), frozenset(from_birth), None)


@pytest.mark.parametrize(
    ("pattern", "from_birth", "strange"),
    [
        (STRANGER, ("given_name", "birth_date"), True),
        ((SAME, DIFFERENT, SAME), ("given_name", "birth_date"), False),
        ((SAME, SAME, DIFFERENT), ("given_name", "birth_date"), False),
        ((DIFFERENT, SAME, SAME), ("given_name", "birth_date"), False),
        ((SAME, DIFFERENT, MISSING), ("given_name", "birth_date"), False),
        (STRANGER, ("birth_date",), False),
        (STRANGER, (), False),
    ],
)
def test_strangers_differ_in_both_given_name_and_birth_date(pattern, from_birth, strange):
    learning = _learning([pattern] * 3 + [PERSON], from_birth)
    taken = held_back(learning, np.full(4, 10.0))
    assert (taken[:3] < -5).all() == strange
    assert (taken[:3] == 0).all() == (not strange)
    assert taken[3] == 0


@pytest.mark.parametrize("log_odds", [-3.0, 5.0, 60.0])
def test_one_match_in_a_hundred_may_be_a_stranger(log_odds):
    """However sure it was that they are matches, after that one in a hundred matches is one."""
    learning = _learning([STRANGER] * 50 + [PERSON] * 50)
    held_for = np.full(100, log_odds)
    matched = probability_of(held_for + held_back(learning, held_for))
    assert matched[:50].sum() == pytest.approx(MOST_STRANGERS * matched.sum(), rel=1e-6)
    assert (matched[50:] == probability_of(held_for[50:])).all()


def test_where_strangers_are_fewer_nothing_is_taken_off():
    learning = _learning([STRANGER] + [PERSON] * 120)
    assert not held_back(learning, np.full(121, 20.0)).any()
    assert held_back(_learning([STRANGER] + [PERSON] * 80), np.full(81, 20.0)).any()


@pytest.mark.parametrize("said", [0.0, 1.0])
def test_labelled_pairs_are_what_people_said(said):
    """Many kin that were labelled as no matches make nobody else a stranger, nor does a label count for less."""
    assert not held_back(_learning([STRANGER] * 5 + [PERSON] * 5, said=said), np.full(10, 20.0)).any()
