"""
What explanations say, in English and Norwegian: the words of ``data/explanation_words.csv``.

A name without a row there, as of a plug-in's comparison or level, is said as it is, with blanks for underscores.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final, NamedTuple

from hpmatch.data import read_table
from hpmatch.errors import HpmatchError

LANGUAGES: Final = ("en", "nb")
# Nearer to 0 or 1 two decimals would say that it is certain.
_NEAR: Final = 0.01


class Terms(NamedTuple):
    """
    What messages, tables and charts call what a model's tables hold.

    Attributes:
        one: A row of the left table.
        many: Several of them.
        row: What a truth names once.
        named: What a truth names of the right table.
        nowhere: That nothing in the right table is the same.
        same: What a match is about.
        two: What any other pair is about.
        register: The right table.
        one_register: A single table.
        registered: What stands behind the number of its rows.
        missed: The matches that were not found.
    """

    one: str
    many: str
    row: str
    named: str
    nowhere: str
    same: str
    two: str
    register: str
    one_register: str
    registered: str
    missed: str


_TERMS: Final = {
    "alerts": Terms(
        one="alert",
        many="alerts",
        row="an alert_id",
        named="persons",
        nowhere="the person is not registered",
        same="one person",
        two="two persons",
        register="the register",
        one_register="one register",
        registered="registered",
        missed="missed persons",
    ),
    "records": Terms(
        one="record",
        many="records",
        row="a record",
        named="records",
        nowhere="there is no match",
        same="one person or thing",
        two="two persons or things",
        register="the right table",
        one_register="one table",
        registered="records",
        missed="missed matches",
    ),
}


def terms_of(subject: str) -> Terms:
    """
    What to call what a model's tables hold.

    Args:
        subject: "alerts", or "records" of any kind; see ``hpmatch.Model``.

    Example:
        >>> [f"learned from 20 {terms_of(subject).many}" for subject in ("alerts", "records")]
        ['learned from 20 alerts', 'learned from 20 records']
    """
    return _TERMS[subject]


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
