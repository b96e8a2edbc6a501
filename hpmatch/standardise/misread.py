"""
Letters of names that became something else on their way: in a code page that lacks them (Hans?n, Micha³) or when they were scanned (J0anne).

What is left where nobody can tell the letter is ``LOST``, which agrees with any. Cells of which all bytes were read in a
wrong encoding are put right before, by ``encodings.py``.
"""

from __future__ import annotations

import re
from functools import cache

from hpmatch.data import read_table
from hpmatch.standardise.encodings import LOST
from hpmatch.standardise.scripts import script_of

# A letter that a code page did not have, between letters.
_LOST = re.compile(rf"(?<=[^\W\d_])[?{LOST}]{{1,2}}(?=[^\W\d_])")
# A word with a digit that was read in place of a letter; next to a vowel the 1 is a Latin l, else an i (O1ga, 1nger). At the
# end a digit is a footnote or a count (Hansen1).
_WITH_DIGITS = re.compile(
    r"(?<!\w)(?:(?=[a-zß-ɏ]*[01568])[a-zß-ɏ01568]{2,}[a-zß-ɏ]|(?=[а-яё]*[0346])[а-яё0346]{2,}[а-яё])(?!\w)"
)
_L_READ_AS_1 = re.compile("(?<=[aeiouyß-ɏ])1|1(?=[aeiouyß-ɏ])")
_READ_AS_DIGIT, _CYRILLIC_READ_AS_DIGIT = str.maketrans("01568", "oisbb"), str.maketrans("0346", "озчб")


def with_lost_letters(text: str) -> str:
    """
    A text with ``LOST`` where a letter was lost amid a word.

    Example:
        >>> with_lost_letters("hans?n?") == f"hans{LOST}n?"
        True
    """
    return _LOST.sub(lambda found: LOST * len(found.group()), text)


def with_letters_for_signs(text: str) -> str:
    """
    A text with the letters of Central Europe that became signs (``misread_signs.csv``).

    Example:
        >>> with_letters_for_signs("micha³"), with_letters_for_signs("hansen³")  # which is a footnote
        ('michał', 'hansen³')
    """
    return _signs_amid_letters().sub(lambda found: _misread_signs()[found.group()], text)


def with_letters_for_digits(text: str) -> str:
    """
    A text with the letters that were read as digits.

    Example:
        >>> with_letters_for_digits("j0anne o1ga 1nger"), with_letters_for_digits("hansen1")
        ('joanne olga inger', 'hansen1')
    """
    return _WITH_DIGITS.sub(_in_letters, text)


@cache
def _signs_amid_letters() -> re.Pattern[str]:
    """A sign amid a word that a letter of Central Europe became, and ³ at the end behind a vowel (Micha³, no footnote)."""
    signs = "".join(_misread_signs())
    return re.compile(rf"(?<=[^\W\d_])[{signs}](?=[^\W\d_])|(?<![^\W_])£(?=[^\W\d_])|(?<=[aeouy])³(?!\w)")


@cache
def _misread_signs() -> dict[str, str]:
    return {row["sign"]: row["letter"] for row in read_table("misread_signs")}


def _in_letters(found: re.Match[str]) -> str:
    """Where as many digits as letters stand, they are a number."""
    word = found.group()
    letters = sum(map(str.isalpha, word))
    if 2 * letters <= len(word):
        return word
    if script_of(word) == "cyrillic":
        return word.translate(_CYRILLIC_READ_AS_DIGIT)
    return _L_READ_AS_1.sub("l", word).translate(_READ_AS_DIGIT)
