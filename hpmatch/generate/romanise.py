"""
Names in Latin letters, one scheme at a time, and what becomes of letters with marks.

The schemes are rows and columns of `romanisation.csv`: a letter (`^` begins a word, `$` ends one) and what each scheme
writes for it; an empty cell means the default. Which authority writes which scheme stands in `schemes.csv`.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache

from hpmatch.generate.names import spellings
from hpmatch.generate.tables import grouped

NATIVE = "native"
_PLAIN = str.maketrans(
    {"ø": "o", "Ø": "O", "æ": "ae", "Æ": "Ae", "ß": "ss", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D"}
) | str.maketrans({"þ": "th", "Þ": "Th", "ð": "d", "Ð": "D", "ı": "i", "ħ": "h", "Ħ": "H", "’": "", "'": "'"})
_DIGRAPHS = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "æ": "ae", "ß": "ss"}
) | str.maketrans({"Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "Å": "Aa", "Ø": "Oe", "Æ": "Ae"})
_LATIN1 = 256
_SPELLED = {"english": 0, "french": 1, "german": 2, "scholarly": 3}
_LATVIAN_MAN = (("ij", "ijs"), ("o", "o"), ("a", "a"), ("s", "s"))
_LITHUANIAN_MAN = (
    ("skij", "skis"),
    ("ckij", "ckis"),
    ("ij", "ijus"),
    ("ej", "ejus"),
    ("aj", "ajus"),
    ("o", "o"),
    ("a", "a"),
)


@lru_cache(maxsize=200_000)
def romanise(text: str, language: str, scheme: str, *, man: bool = False) -> str:
    """
    A name in Latin letters; Latin letters stay as they are.

    Example:
        >>> romanise("Юлия Щербакова", "RU", "icao"), romanise("Юлия Щербакова", "RU", "german")
        ('Iuliia Shcherbakova', 'Julija Schtscherbakowa')
        >>> romanise("Иванов", "RU", "lithuanian", man=True), romanise("Щерев", "BG", "law")
        ('Ivanovas', 'Shterev')
    """
    if scheme == NATIVE or text.isascii() or not _foreign(text):
        return text
    if language in ("AR", "FA"):
        return _spelled(text, scheme)
    words = re.split(r"([ -])", text)
    return "".join(_word(word, language, scheme, man=man) for word in words)


def schemes(language: str, country: str) -> tuple[str, ...]:
    """
    The schemes an authority of the country may use for a language, its own habits counted three times.

    Example:
        >>> schemes("RU", "DE")
        ('icao', 'bgn', 'german', 'german', 'german', 'english')
    """
    found: list[str] = []
    for row in grouped("schemes", "language").get((language,), ()):
        senders = row["senders"].split()
        found += [row["scheme"]] * (3 if country in senders else int("*" in senders))
    return tuple(found)


def letters(text: str, habit: str) -> str:
    """
    What a typist makes of marked letters: `keep`, `strip`, `expand`, or `latin1` (only the marks of ISO 8859-1 survive).

    Example:
        >>> [letters("Øyvind Šimkienė", habit) for habit in ("keep", "strip", "expand", "latin1")]
        ['Øyvind Šimkienė', 'Oyvind Simkiene', 'Oeyvind Simkiene', 'Øyvind Simkiene']
    """
    if habit == "keep" or text.isascii():
        return text
    if habit == "latin1":
        return "".join(letter if ord(letter) < _LATIN1 else strip(letter) for letter in text)
    return strip(text.translate(_DIGRAPHS) if habit == "expand" else text)


@lru_cache(maxsize=200_000)
def strip(text: str) -> str:
    """
    Latin letters without their marks.

    Example:
        >>> strip("Łukasz Żak")
        'Lukasz Zak'
    """
    plain = unicodedata.normalize("NFD", text.translate(_PLAIN))
    return unicodedata.normalize(
        "NFC", "".join(letter for letter in plain if not unicodedata.combining(letter))
    )


def _foreign(text: str) -> bool:
    return any(letter.isalpha() and not unicodedata.name(letter).startswith("LATIN") for letter in text)


def _spelled(text: str, scheme: str) -> str:
    """The spelling that stands in the name tables: for a whole name, or each of its words."""
    known = spellings().get(text)
    if known is None:
        separator = "-" if "-" in text else " "
        parts = text.split(separator)
        return separator.join(_spelled(part, scheme) for part in parts) if len(parts) > 1 else text
    return known[min(_SPELLED.get(scheme, 0), len(known) - 1)]


@cache
def _scheme(language: str, scheme: str) -> Mapping[str, str]:
    """Letter groups and what the scheme writes for them; a language overrides the rows common to its script."""
    table = grouped("romanisation", "language")
    common = () if language == "GR" else table[("cyrillic",)]
    column = scheme if scheme in table[(language,)][0] else "default"
    return {row["letter"]: row[column] or row["default"] for row in (*common, *table[(language,)])}


def _word(word: str, language: str, scheme: str, *, man: bool) -> str:
    if not word or not _foreign(word):
        return word
    source = "^" + _plain_greek(word.lower()) + "$"
    written = _letters(source, _scheme(language, scheme))
    written = _with_ending(written, scheme) if man else written
    return written[:1].upper() + written[1:] if word[0].isupper() else written


def _plain_greek(word: str) -> str:
    """Greek without its accents; Cyrillic й and ё are letters of their own."""
    if "GREEK" not in unicodedata.name(word[0], ""):
        return word
    return "".join(
        letter for letter in unicodedata.normalize("NFD", word) if not unicodedata.combining(letter)
    )


def _letters(source: str, table: Mapping[str, str]) -> str:
    """The longest known letter group first, from left to right."""
    written, at = [], 0
    longest = max(map(len, table))
    while at < len(source):
        for size in range(min(longest, len(source) - at), 0, -1):
            group = source[at : at + size]
            if group in table:
                written.append(table[group])
                # The mark of a word's start is consumed; that of its end is left for a later group.
                at += size
                break
        else:
            written.append("" if source[at] in "^$" else source[at])
            at += 1
    return "".join(written)


def _with_ending(written: str, scheme: str) -> str:
    """Lithuanian and Latvian authorities give a foreign man's name an ending of their own."""
    if scheme == "latvian":
        return _ended(written, _LATVIAN_MAN, "s")
    if scheme == "lithuanian":
        return _ended(written, _LITHUANIAN_MAN, "as")
    return written


def _ended(written: str, endings: tuple[tuple[str, str], ...], default: str) -> str:
    for ending, replacement in endings:
        if written.endswith(ending):
            return written.removesuffix(ending) + replacement
    return written + default
