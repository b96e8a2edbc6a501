"""
Surnames in Irish and Scottish Gaelic: what stands before the name tells a man, his daughter and his wife.

Ó Murchú's daughter is Ní Mhurchú and his wife Uí Mhurchú; Mac Suibhne's are Nic Shuibhne and Mhic Shuibhne. Behind the
women's particles a name is lenited, which is written as an h behind its first consonant; behind Ó one that begins with a
vowel has an h before it (Ó hÓgáin, Ní Ógáin). `gaelic_particles.csv` lists the particles.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from hpmatch.data import read_table
from hpmatch.standardise.text import fold

_LENITED = re.compile("(?<=^[bcdfgmpst])h")
_BEFORE_VOWEL = re.compile("^h(?=[aeiou])")
_NEVER = re.compile("(?!)")


class _Particle(NamedTuple):
    """A word before a name: the man's word that it is or stands for, and the sex that it tells."""

    of: str
    sex: str


def unmutated(token: str) -> str:
    """
    The name behind a particle as it is without that particle, folded; "" if it is not changed by it.

    Example:
        >>> unmutated("ní mhurchú"), unmutated("ó hógáin"), unmutated("ó murchú"), unmutated("nicholas")
        ('murchu', 'ogain', '', '')
    """
    words = fold(token).split()
    particle = _particles().get(words[0]) if len(words) > 1 else None
    if not particle:
        return ""
    name = words[-1]
    mutated = _LENITED if particle.sex else _BEFORE_VOWEL if particle.of == "o" else _NEVER
    plain = mutated.sub("", name)
    return "" if plain == name else plain


def is_womans(token: str) -> bool:
    """
    Whether a surname is a daughter's or a wife's: behind a particle of theirs it is lenited.

    Example:
        >>> is_womans("nic shuibhne"), is_womans("mac suibhne"), is_womans("ni zhang")
        (True, False, False)
    """
    particle = _particles().get(fold(token.partition(" ")[0]))
    return bool(particle and particle.sex and unmutated(token))


def is_particle(word: str) -> bool:
    """
    Whether a word stands before Gaelic surnames.

    Example:
        >>> is_particle("ó"), is_particle("de")
        (True, False)
    """
    return fold(word) in _particles()


def particles_taken_off(joined: str) -> Sequence[str]:
    """
    Give what a name in one word is behind each particle that it may begin with: a man's particle, and the name unmutated.

    Example:
        >>> particles_taken_off("nimhurchu"), particles_taken_off("mcsweeney"), particles_taken_off("hansen")
        (['o murchu'], ['mac sweeney'], ())
    """
    if not joined.startswith(_words()):
        return ()
    return [
        f"{particle.of} {_BEFORE_VOWEL.sub('', _LENITED.sub('', joined.removeprefix(word)))}"
        for word, particle in _particles().items()
        if joined.startswith(word)
    ]


@cache
def _words() -> tuple[str, ...]:
    return tuple(_particles())


@cache
def _particles() -> dict[str, _Particle]:
    return {fold(row["word"]): _Particle(row["of"], row["sex"]) for row in read_table("gaelic_particles")}
