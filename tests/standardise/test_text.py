"""Folding, words and phrases: what keywords in any script are compared by."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hpmatch.standardise.text import PhraseIndex, fold, split_words

FOLDED = {
    "": "",
    "Lege": "lege",
    "LÆGE": "laege",
    "Ørsted": "orsted",
    "Œuvre": "oeuvre",
    "Łódź": "lodz",
    "Đurić": "duric",
    "Straße": "strasse",
    "STRASSE": "strasse",
    "Þórður": "thordur",
    "Iğdır": "igdir",
    "İstanbul": "istanbul",
    "Ħal": "hal",
    "Ŧŋ": "tn",
    "Kazlauskaitė": "kazlauskaite",
    "Ștefan Ţurcanu": "stefan turcanu",
    "ΙΑΤΡΟΣ": "ιατροσ",
    "ιατρός": "ιατροσ",
    "Ёлка Йод": "елка иод",
    "ﬁn": "fin",
    "한국": "한국",
    "a-b/c.": "a-b/c.",
}


@pytest.mark.parametrize(("text", "folded"), FOLDED.items())
def test_fold(text, folded):
    """Case, diacritics and special letters go; everything else stays."""
    assert fold(text) == folded


@given(st.text())
@example("ΐ ᾳ ŉ ẞ")
def test_fold_twice_is_fold_once(text):
    """Folded text is a fixed point, whatever the text was."""
    assert fold(fold(text)) == fold(text)


@given(st.text())
def test_fold_does_not_see_composition(text):
    """A letter and its mark fold to the same whether they are one character or two."""
    composed, decomposed = unicodedata.normalize("NFC", text), unicodedata.normalize("NFD", text)
    assert fold(composed) == fold(decomposed)


@given(st.text())
def test_fold_does_not_see_ascii_case(text):
    """Upper and lower case ASCII letters fold to the same."""
    upper = "".join(c.upper() if c.isascii() else c for c in text)
    assert fold(upper) == fold(text)


def test_split_words():
    """Letters and digits make words; underscores and punctuation separate them."""
    assert split_words("Gesundheits- und_Kranken/pfleger(in), FA1!") == [
        "gesundheits",
        "und",
        "kranken",
        "pfleger",
        "in",
        "fa1",
    ]
    assert split_words(" .;-_ ") == []


INDEX = PhraseIndex(
    {
        "nurse": "nurse",
        "dental nurse": "dental",
        "dental nurse of the year": "award",
        "nurse practitioner": "practitioner",
        "lekar*": "doctor",
        "lekar* dent*": "dentist",
        "*arzt": "doctor",
        "zahnarzt": "dentist",
        "tier* *heilkunde": "vet",
        "*ärztin": "doctor",
        "læge": "doctor",
        "sjuksköters*": "nurse",
        "doktor der zahn*": "dentist",
    }
)
FOUND = {
    "": [],
    "nothing known here": [],
    "nurse": ["nurse"],
    "nurses": [],
    "Dental nurse": ["dental"],
    "dental nurse of the": ["dental"],
    "dental nurse of the year": ["award"],
    "dental nurse practitioner": ["practitioner"],
    "nurse, nurse": ["nurse", "nurse"],
    "lekarz": ["doctor"],
    "leka": [],
    "lekarka dentystka": ["dentist"],
    "dentystka lekarka": ["doctor"],
    "Oberarzt": ["doctor"],
    "arzt": ["doctor"],
    "Zahnarzt": ["dentist"],
    "Oberaerztin": ["doctor"],
    "Zahnaerztin": ["doctor"],
    "laege": ["doctor"],
    "lege": [],
    "Sjukskoeterska": ["nurse"],
    "Suedaerztin": ["doctor"],
    "nurse Oberarzt lekar": ["nurse", "doctor", "doctor"],
    "Tierische Naturheilkunde": ["vet"],
}


@pytest.mark.parametrize(("text", "values"), FOUND.items())
def test_phrases(text, values):
    """The longest phrases are found in the order of the text, none of them overlapping."""
    assert [match.value for match in INDEX.find(split_words(text))] == values


def test_phrase_span():
    """A match says which words it took."""
    assert INDEX.find(["a", "dental", "nurse", "b"]) == [(1, 3, "dental")]


PATTERN = st.from_regex(r"\A\*?[ab]{3,4}\Z|\A[ab]{3,4}\*?\Z")
PHRASES = st.lists(st.lists(PATTERN, min_size=1, max_size=3).map(" ".join), unique=True, max_size=8)
WORDS = st.lists(st.text("ab", min_size=1, max_size=6), max_size=6)


def fits(pattern, word):
    """Say whether a word of a phrase fits a word of a text."""
    if pattern.endswith("*"):
        return word.startswith(pattern[:-1])
    return word.endswith(pattern[1:]) if pattern.startswith("*") else word == pattern


def slow_find(phrases, words):
    """Find the longest phrases by trying each one everywhere."""
    spans = [
        (-sum(len(pattern.strip("*")) for pattern in phrase.split()), start, start + len(phrase.split()))
        for phrase in phrases
        for start in range(len(words) - len(phrase.split()) + 1)
        if all(fits(*pair) for pair in zip(phrase.split(), words[start:], strict=False))
    ]
    taken, kept = set(), []
    for _, start, end in sorted(spans):
        if taken.isdisjoint(range(start, end)):
            taken.update(range(start, end))
            kept.append((start, end))
    return sorted(kept)


@given(PHRASES, WORDS)
def test_phrases_as_a_slow_search_finds_them(phrases, words):
    """The index finds what trying every phrase at every word finds."""
    found = PhraseIndex({phrase: phrase for phrase in phrases}).find(words)
    assert [(match.start, match.end) for match in found] == slow_find(phrases, words)
