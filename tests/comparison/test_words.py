"""Comparing texts of several words, and looking for pairs by two of them."""

import math
import random
from collections import Counter
from itertools import pairwise

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jellyfish import damerau_levenshtein_distance

import hpmatch as hp
from hpmatch.blocking import candidate_pairs
from hpmatch.blocking.rules import SameWord, TwoWords
from hpmatch.comparison.words import Words
from hpmatch.records import Column, Records

TITLES = Words("title", "title")


def _titles(*cells):
    return Records(pa.nulls(len(cells), pa.string()), {"title": Column.encode(cells, pa.string())})


def _found(left, right):
    """The level and the frequency of each text with each registered one, in a register of all of them."""
    pairs = [(row, other) for row in range(len(left)) for other in range(len(right))]
    rows, others = np.array(pairs, np.int32).T
    found = TITLES.compare(_titles(*left).take(rows), _titles(*right).take(others))
    return [Words.levels[level] for level in found.levels], found.frequencies.tolist()


def _level(left, right, others=()):
    return _found([left], [right, *others])[0][0]


def _slow_level(left, right, register):
    """What the documentation of the comparison says, word by word."""
    counts = Counter(word for text in register for word in set(text.split()))

    def meant(word):
        near = [
            other
            for other, count in counts.items()
            if count >= 5 * max(counts[word], 1)
            and min(len(word), len(other)) >= 4
            and word.isalpha()
            and other.isalpha()
            and damerau_levenshtein_distance(word, other) == 1
            and meant(other) == other
        ]
        return max(near, key=lambda other: (counts[other], other), default=word)

    def weighed(text):
        weights = {
            word: math.log((len(register) + 1) / max(counts[word], 1)) for word in map(meant, text.split())
        }
        length = math.sqrt(sum(weight**2 for weight in weights.values()))
        return {word: weight / length for word, weight in weights.items()}

    a, b = weighed(left), weighed(right)
    if a.keys() == b.keys():
        return "same"
    similarity = sum(a[word] * b[word] for word in a.keys() & b.keys())
    return next(
        (
            level
            for level, least in zip(Words.levels[1:], (0.85, 0.7, 0.5, 0.3), strict=False)
            if similarity >= least
        ),
        "different",
    )


VOCABULARY = [
    "camera",
    "camra",
    "camara",
    "printer",
    "prnter",
    "g240",
    "g241",
    "red",
    "rad",
    "lumix",
    "lumixx",
]
TEXTS = st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=4).map(" ".join)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.lists(TEXTS, min_size=1, max_size=6), st.integers(0, 12))
def test_levels_are_those_of_the_definition(left, right, common):
    """Against a loop over words, with words of all frequencies, slips of them and words that nobody has."""
    register = [*right, *(f"camera printer lumix {number}" for number in range(common))]
    levels, _ = _found(left, register)
    assert levels == [_slow_level(text, other, register) for text in left for other in register]


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [
        ("camera lumix red", "red camera lumix", "same"),
        ("camera, lumix (red)", "camera lumix red", "same"),
        ("camera g-240", "camera g240", "same"),
        ("camera camera", "camera", "same"),
        ("фото lumix", "lumix фото", "same"),
        ("camera", "printer", "different"),
    ],
)
def test_marks_order_and_repeats_say_nothing(left, right, level):
    """All words are the same, or none is."""
    assert _level(left, right) == _level(right, left) == level


@pytest.mark.parametrize(
    ("word", "slip", "times", "level"),
    [
        ("camera", "camra", 5, "same"),
        ("camera", "camrea", 5, "same"),
        ("camera", "camra", 4, "different"),  # either may be meant
        ("camera", "carma", 5, "different"),
        ("g240x", "g241x", 5, "different"),  # numbers of other things
        ("red", "rad", 5, "different"),
        ("cams", "cam", 5, "different"),
    ],
)
def test_a_slip_is_of_a_common_word_of_letters(word, slip, times, level):
    """It is taken for the word that it is a slip of, be it the register's or not."""
    assert _level(slip, word, [word] * (times - 1)) == level
    assert _level(word, slip, [word] * times) == level


def test_a_rare_word_tells_more():
    """Of texts that share one word of two, by how many hold it."""
    register = ["camera g240", "camera g241", *["camera"] * 50]
    assert _level("lens g240", register[0], register[1:]) != "different"
    assert _level("camera g240", register[1], [register[0], *register[2:]]) == "different"


def test_the_same_words_are_as_common_as_the_text():
    """Where not all are the same nothing is said."""
    levels, frequencies = _found(["red camera"], ["camera red", "red camera", "camera red", "camera lumix"])
    assert levels[:3] == ["same"] * 3
    np.testing.assert_array_equal(frequencies, [0.5, 0.25, 0.5, np.nan])


def test_a_pair_is_what_it_is_among_many():
    """More pairs than are compared at a time."""
    rng = random.Random(1)
    texts = [" ".join(rng.choices(VOCABULARY, k=rng.randint(1, 5))) for _ in range(60)]
    left, right = _titles(*texts), _titles(*reversed(texts))
    rows = np.array([rng.randrange(60) for _ in range(20_000)], np.int32)
    others = np.array([rng.randrange(60) for _ in range(20_000)], np.int32)
    levels = TITLES.compare(left.take(rows), right.take(others)).levels
    for place in range(0, 20_000, 501):
        alone = TITLES.compare(left.take(rows[[place]]), right.take(others[[place]]))
        assert alone.levels[0] == levels[place]
    assert len(set(levels.tolist())) == len(Words.levels)


def test_of_no_pairs_nothing_is_said():
    """As of a chunk in which no pair has both texts."""
    titles = _titles("camera red")
    assert TITLES.compare(titles.slice(0, 0), titles.slice(0, 0)).levels.tolist() == []


@given(
    st.lists(TEXTS | st.none(), min_size=1, max_size=5), st.lists(TEXTS | st.none(), min_size=1, max_size=5)
)
def test_two_words_that_follow_each_other_are_a_key(left, right):
    """Against a loop; a word alone gives no key, and the other order another."""

    def held(text):
        return set(pairwise((text or "").split()))

    pairs = candidate_pairs(_titles(*left), _titles(*right), [TwoWords("two", "title")])
    assert list(zip(pairs.left.tolist(), pairs.right.tolist(), strict=True)) == [
        (row, other)
        for row in range(len(left))
        for other in range(len(right))
        if held(left[row]) & held(right[other])
    ]


def test_things_of_two_shops_are_linked_by_what_is_rare_in_their_titles():
    """Common words in another order, some left out, and a model's number that says which it is."""
    rng = random.Random(3)
    common = [
        ["camera", "printer", "router"],
        ["red", "blue", "black"],
        ["pro", "max", "plus"],
        ["home", "studio", "office"],
    ]

    def title(number):
        words = [*(rng.choice(each) for each in common if rng.random() < 0.8), f"m{number:03d}x"]
        rng.shuffle(words)
        return " ".join(words)

    shops = [
        [{"id": f"{shop}{number}", "title": title(number)} for number in range(start, start + 400)]
        for shop, start in (("a", 0), ("b", 100))
    ]
    result = hp.link(*shops, train=True)
    assert [(part.name, part.levels) for part in result.model.parts] == [("title", Words.levels)]
    assert {type(rule) for rule in result.model.blocking_rules} >= {SameWord, TwoWords}
    matches = [row for row in result.links.to_pylist() if row["decision"] == "match"]
    right = sum(row["id_left"][1:] == row["id_right"][1:] for row in matches)
    assert right > 0.95 * 300
    assert right > 0.95 * len(matches)
