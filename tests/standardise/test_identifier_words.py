"""Words that stand before and behind an identifier."""

import pytest
from case_lists import case_lines
from hypothesis import example, given
from hypothesis import strategies as st
from standardise.test_identifiers import COUNTRIES, told_by

from hpmatch.data import read_table
from hpmatch.standardise.identifiers import (
    read_identifier,
    read_identifiers,
)


def read_words():
    """Read the words that may stand before or behind a number, with their languages."""
    for line in case_lines("identifier_words"):
        languages, words = line.split(": ")
        yield from ((word, languages.replace(" ", ";")) for word in words.split(", "))


WORDS = [*read_words()]
# With a wrong check digit, which is not looked for between words that are not known.
NAMED = "13097248032"


def test_the_table_of_words_is_these_facts():
    """The table holds these words, no others and no fewer."""
    rows = [(row["word"], row["language"]) for row in read_table("identifier_words")]
    assert rows == WORDS
    assert {row["source"] for row in read_table("identifier_words")} == {"usage"}


@pytest.mark.parametrize("word", [word for word, _ in WORDS])
def test_a_word_names_a_number(word):
    """A word stands before or behind a number, in capitals and with a colon or brackets too; between digits it does not."""
    for text in (f"{word} {NAMED}", f"{word.upper()}: {NAMED}", f"{word}.{NAMED}", f"{NAMED} ({word})"):
        assert told_by(text, "NO") == ("fnr", NAMED, False, 19720913, "F")
    assert read_identifier(f"{word}q {NAMED}", "NO") is None
    assert read_identifier(f"130972 {word} 48032", "NO") is None


@given(st.text("0123456789", min_size=9, max_size=15), st.sampled_from(COUNTRIES))
@example("48507150067", "LT")
def test_words_that_are_not_known_never_make_a_number(digits, country):
    """Between words that may name anything only a number with check digits and a birth date is read, as it is without them."""
    for text in (f"sak {digits}", f"{digits} pass", f"sak {digits} pass"):
        for found in read_identifiers([text], [country])[0]:
            assert found.valid
            assert found.checkable
            assert found.birth_date
            assert found == read_identifier(digits, country)
