"""
What explanations say, in English and Norwegian: the words of ``data/explanation_words.csv``.

A name without a row there, as of a plug-in's comparison or level, is said as it is, with blanks for underscores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from hpmatch.data import read_table
from hpmatch.errors import HpmatchError

LANGUAGES: Final = ("en", "nb")
# Nearer to 0 or 1 two decimals would say that it is certain.
_NEAR: Final = 0.01


# What is said of records of any kind in the place of what is said of alerts and a register; the first goes first.
_OF_RECORDS: Final = {
    "where the person is not registered": "where there is no match",
    "alerts about at least": "at least",
    "match and about": "match and",
    "missed persons": "missed matches",
    "one person": "one person or thing",
    "two persons": "two persons or things",
    " registered)": " records)",
    "an alert_id": "a record",
    "an alert": "a record",
    "alert": "record",
    "persons that": "records that",
    "by persons": "by records",
    " persons with": " records with",
    "the register": "the right table",
    "one register": "one table",
}


def told_of(text: str, subject: str) -> str:
    """
    An English text about alerts and a register as it is said of what a model's tables hold.

    Args:
        text: The text.
        subject: "alerts", or "records" of any kind; see ``hpmatch.Model``.

    Example:
        >>> told_of("learned from 20 alerts", "alerts"), told_of("learned from 20 alerts", "records")
        ('learned from 20 alerts', 'learned from 20 records')
    """
    for said, instead in _OF_RECORDS.items() if subject == "records" else ():
        text = text.replace(said, instead)
    return text


def check_language(language: str) -> str:
    """
    Make sure that there are words in a language.

    Raises:
        HpmatchError: If there are none.
    """
    if language not in LANGUAGES:
        raise HpmatchError(f"no words in language {language!r}; there are {', '.join(LANGUAGES)}")
    return language


def say(key: str, language: str = "en", *, of: str = "", **parts: object) -> str:
    """
    A phrase, with its gaps filled.

    Args:
        key: The phrase, as in ``data/explanation_words.csv``.
        language: "en" or "nb".
        of: What it is said of, where other words are used then ("records" of any kind).
        **parts: What stands in its gaps.

    Example:
        >>> say("disposition.no_match", "nb")
        'ikke treff'
    """
    phrase = _phrases().get(f"{key}.{of}") or _phrases()[key]
    return phrase[check_language(language)].format(**parts)


def word(kind: str, name: str, language: str = "en", of: str = "") -> str:
    """
    The word for a name of some kind.

    Args:
        kind: "name" for a comparison or a column, "the" for it within a sentence, "level" for a comparison level,
            "disposition", "profession" or "sex".
        name: The name.
        language: "en" or "nb".
        of: See ``say``.

    Example:
        >>> word("level", "day_month_swapped", "nb"), word("level", "sounds_alike", "nb")
        ('stemmer når dag og måned byttes om', 'sounds alike')
    """
    phrase = _phrases().get(f"{kind}.{name}.{of}") or _phrases().get(f"{kind}.{name}")
    return phrase[check_language(language)] if phrase else name.replace("_", " ")


def supposed(level: str, language: str = "en") -> str:
    """
    A comparison level within a sentence that says "if".

    Example:
        >>> supposed("one_digit"), supposed("sounds_alike")
        ('differed in one digit or by one', 'were sounds alike')
    """
    known = f"were.{level}" in _phrases()
    return (
        word("were", level, language)
        if known
        else say("were", language, level=word("level", level, language))
    )


def number(value: float, decimals: int = 2, language: str = "en", *, signed: bool = False) -> str:
    """
    A number as it is written in a language.

    Example:
        >>> number(-0.5, language="nb"), number(3.0, 1, signed=True)
        ('-0,50', '+3.0')
    """
    text = f"{value:{'+' if signed else ''}.{decimals}f}"
    return text.replace(".", ",") if language == "nb" else text


def probability(value: float, language: str = "en") -> str:
    """
    A probability with two decimals; what is not certain is not said to be.

    Example:
        >>> probability(0.974), probability(0.9999), probability(0.0, "nb")
        ('0.97', 'over 0.99', 'under 0,01')
    """
    if value > 1 - _NEAR:
        return say("over", language, number=number(1 - _NEAR, language=language))
    if value < _NEAR:
        return say("under", language, number=number(_NEAR, language=language))
    return number(value, language=language)


def reason(text: str, language: str) -> str:
    """
    The reason of a disposition in a language.

    Args:
        text: The reason as it stands in dispositions, in English.
        language: "en" or "nb".

    Returns:
        The reason; as it stands where nobody knows its words.

    Example:
        >>> reason("nobody in the register fits; closest: family name: same; birth date: day month", "nb")
        'ingen i registeret passer; nærmest: etternavn: stemmer; fødselsdato: har samme dag og måned, men et annet år'
    """
    for key, pattern in _reasons().items():
        if found := pattern.fullmatch(text):
            parts = found.groupdict()
            if "words" in parts:
                told = _missing(parts["words"], language) if key == "reason.too_little" else None
                parts["words"] = told or pattern_words(parts["words"], language)
            return say(key, language, **parts)
    return pattern_words(text, language)


def _missing(text: str, language: str) -> str:
    names = text.split(f" {say('reason.and')} ")
    told = [word("name", name.replace(" ", "_"), language) for name in names]
    return f" {say('reason.and', language)} ".join(told)


def pattern_words(text: str, language: str) -> str:
    """An agreement pattern, which stands in English reasons by the names of comparisons and levels, in words."""
    found = []
    for part in text.split("; "):
        comparison, colon, level = (each.replace(" ", "_") for each in part.partition(": "))
        if not colon:
            return text
        found.append(f"{word('name', comparison, language)}: {word('level', level, language)}")
    return "; ".join(found)


@cache
def country_names() -> Mapping[str, Mapping[str, str]]:
    """The name of each country (ISO 3166) in each language."""
    return {
        row["iso2"]: {language: row[f"name_{language}"] for language in LANGUAGES}
        for row in read_table("countries")
    }


@cache
def _phrases() -> Mapping[str, Mapping[str, str]]:
    return {row["key"]: {each: row[each] for each in LANGUAGES} for row in read_table("explanation_words")}


@cache
def _reasons() -> Mapping[str, re.Pattern[str]]:
    """What each kind of reason looks like in English."""
    return {
        key: re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.*)", re.escape(phrase["en"])))
        for key, phrase in _phrases().items()
        if key.startswith("reason.") and key != "reason.and"
    }
