"""The stages of standardisation: words for a sex."""

from pathlib import Path

import pytest

from hpmatch.standardise.stages import Sex

CASES = Path(__file__).with_name("cases") / "sexes.txt"


def read_sexes():
    """Read the facts about words for a sex: each word and F or M."""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            head, words = line.split(": ")
            for word in words.split(", "):
                yield word, head[0]


SEXES = [*read_sexes()]


@pytest.mark.parametrize(("word", "sex"), SEXES)
def test_every_word_tells_the_sex(word, sex):
    """A word for a sex is known, in capitals and with a dot too; any other word tells nothing."""
    assert Sex().standardise([word, f" {word.upper()}.", f"{word}q"], [""] * 3, [""] * 3) == [sex, sex, None]
