"""How alike two full names are."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpmatch import explain_names, name_similarity

# A name, another, whether they may be one person (the worked examples of the field's hard pairs).
PAIRS = [
    ("Rasa Kazlauskaitė", "Rasa Kazlauskienė", True),  # LT: daughter's and wife's form
    ("Rasa Kazlauskaitė", "Rasa Petrauskienė", False),  # LT: another family
    ("Jonas Kazlauskas", "Rasa Kazlauskienė", False),  # LT: husband and wife
    ("Anna Kowalska", "Anna Kowalski", True),
    ("Jürgen Müller", "Juergen Mueller", True),
    ("Åse Ødegård", "Aase Oedegaard", True),
    ("Щербакова Юлия", "Iuliia Shcherbakova", True),
    ("Юлия Щербакова", "Julija Ščerbakova", True),
    ("Georgios Papachristou", "Yiorgos Papahristou", True),
    ("Đorđe Đurić", "Djordje Djuric", True),
    ("José García López", "Jose Garcia", True),
    ("Nagy Eszter", "Eszter Nagy", True),
    ("Jan van der Berg", "Jan Vanderberg", True),
    ("Mohammed Al-Hassan", "Muhammad Alhasan", True),
    ("Kari Hansen Lie", "Kari Lie", True),
    ("Ivanovs Ivans", "Ivan Ivanov", True),
    ("محمد عبد الله", "Mohamed Abdullah", True),
    ("Anna Berg", "Kari Lund", False),
    ("Anna Berg", "Anna Lund", False),
    ("Anna Berg", "Kari Berg", False),
    ("Иван Петров", "Petr Ivanenko", False),
]
SAME, OTHER = 0.8, 0.75


@pytest.mark.parametrize(("left", "right", "same"), PAIRS)
def test_hard_pairs(left, right, same):
    """Forms of one name are alike, names of two people are not."""
    similarity = name_similarity([left], [right])[0]
    assert similarity >= SAME if same else similarity < OTHER


NAMES = st.one_of(st.text(max_size=20), st.sampled_from([name for pair in PAIRS for name in pair[:2]]))


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), max_size=6))
def test_symmetric_bounded_and_one_for_itself(pairs):
    """Either side may be first; no text fails; a name with letters is wholly like itself."""
    left, right = [a for a, _ in pairs], [b for _, b in pairs]
    forth, back = name_similarity(left, right), name_similarity(right, left)
    assert (forth == back).all()
    assert ((forth >= 0) & (forth <= 1)).all()
    itself = name_similarity(left, left)
    assert set(np.unique(itself)) <= {0.0, 1.0}
    assert all(
        value == 1 for value, name in zip(itself, left, strict=True) if name.isascii() and name.isalpha()
    )


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=6))
def test_other_pairs_do_not_matter(pairs):
    """A pair compared alone gives what it gives among others."""
    together = name_similarity([a for a, _ in pairs], [b for _, b in pairs])
    alone = [name_similarity([a], [b])[0] for a, b in pairs]
    assert together.tolist() == alone


def test_two_sequences_have_to_be_equally_long():
    """Names are compared one by one."""
    with pytest.raises(ValueError, match="2 on the left and 1 on the right"):
        name_similarity(["a", "b"], ["a"])


@pytest.mark.parametrize(
    ("left", "right", "findings"),
    [
        ("Anna Kowalska", "Kowalski Anna", {"the same name", "the same name in another gender"}),
        ("Liz Berg", "Elisabeth Berg", {"the same name", "forms of one name"}),
        ("J. Berg", "Jan Berg", {"the same name", "an initial that fits"}),
        ("Kari Hansen Lie", "Kari Lie", {"the same name", "only here"}),
    ],
)
def test_explanations_say_what_was_found(left, right, findings):
    """Each pair of tokens is told in words."""
    assert {each.finding for each in explain_names(left, right).tokens} == findings
