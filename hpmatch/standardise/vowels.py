"""
Scripts that leave vowels out or write them elsewhere than they are heard: India and its neighbours, Ethiopia, Khmer, Thai, Lao.

No table speaks of their letters, which are spelled by Unidecode; what is put right here is what it does not know of vowels.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from unidecode import unidecode


def _in_all(blocks: Sequence[str], first: int, last: int) -> str:
    """Letters at the same places of several blocks of Unicode, for a class of a regular expression."""
    return "".join(f"{chr(ord(block) + first)}-{chr(ord(block) + last)}" for block in blocks)


_SYLLABLES = re.compile("[\u0900-\u109f\u1200-\u135a\u1780-\u17ff]")
# Unicode has the scripts of India in blocks of one order, 128 letters each from Devanagari to Malayalam. A consonant has the
# vowel a in it unless a mark says otherwise; at the end, or without a letter behind, it is not heard.
_INDIC = [chr(block) for block in range(0x0900, 0x0D80, 0x80)]
_INHERENT_A = re.compile(
    f"(?<=[{_in_all(_INDIC, 0x15, 0x39)}{_in_all(_INDIC, 0x3C, 0x3C)}])(?=[{_in_all(_INDIC, 0x02, 0x39)}])"
)
# So it does in Sinhala, where that vowel is heard at the end too.
_INHERENT_SINHALA_A = re.compile("(?<=[\u0d9a-\u0dc6])(?![\u0dca-\u0ddf\u0df2\u0df3])")
# Malayalam has letters of their own for consonants without a vowel, which Unidecode leaves out: here the consonant and its mark.
_CHILLU = {ord(letter): consonant + "\u0d4d" for letter, consonant in zip("ൺൻർൽൾൿ", "ണനരലളക", strict=True)}
# Thai and Lao write some vowels before the consonant that is heard before them.
_VOWEL_WRITTEN_BEFORE = re.compile("([เ-ไເ-ໄ])([ก-ฮກ-ຮ])")
# A vowel between consonants, else a silent letter before a vowel.
_THAI_O = re.compile("(?<=[ก-ฮ])อ(?=[ก-ฮ])")
# The letters of Ethiopia stand in rows of eight: a consonant with each vowel, the sixth of which is hardly heard.
_ETHIOPIC, _ETHIOPIC_ROW = "\u1200\u135a", 8
_ETHIOPIC_VOWELS = ("e", "u", "i", "a", "e", "", "o", "a")


def is_syllabic(text: str) -> bool:
    """Whether a text has letters of such a script; their marks that are vowels would split a word."""
    return _SYLLABLES.search(text) is not None


def with_vowels_as_heard(text: str) -> str:
    """
    A text with the vowels that such scripts leave out, or write elsewhere, where Latin letters have them.

    Example:
        >>> from unidecode import unidecode
        >>> unidecode("कमल"), unidecode(with_vowels_as_heard("कमल"))
        ('kml', 'kamal')
    """
    if not is_syllabic(text):
        return text
    text = _INHERENT_SINHALA_A.sub("a", _INHERENT_A.sub("a", text.translate(_CHILLU)))
    return _VOWEL_WRITTEN_BEFORE.sub(r"\2\1", _THAI_O.sub("o", text))


def syllable_in_latin(letter: str) -> str:
    """
    One letter of such a script in Latin letters, with the vowel that is in it.

    Example:
        >>> "".join(map(syllable_in_latin, "ሀይሉ"))
        'haylu'
    """
    return _ethiopic(letter) if _ETHIOPIC[0] <= letter <= _ETHIOPIC[1] else unidecode(letter).lower()


def _ethiopic(letter: str) -> str:
    """A syllable by its place in its row; behind a guttural, which Latin letters leave out or write h, the first vowel is a."""
    consonant = unidecode(letter).lower().rstrip("aeiou").strip("'`").replace("hh", "h").replace("x", "h")
    vowel = _ETHIOPIC_VOWELS[(ord(letter) - ord(_ETHIOPIC[0])) % _ETHIOPIC_ROW]
    return consonant + ("a" if consonant in ("", "h") and vowel == "e" else vowel)
