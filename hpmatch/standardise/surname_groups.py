"""
Common surnames, and which of their spellings are one name: Meyer and Maier, Diallo and Jallow, 王 and Wong.

`surnames.csv` puts every surname into a group. Two that it knows and that share no group are two names, however alike:
Johnson and Johnston. A name may be in several groups: Chang is Zhang in Taiwan, and Jang in Korea.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache

from hpmatch.data import read_table
from hpmatch.standardise.compounds import head_of
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of, spellings
from hpmatch.standardise.surnames import stems

_REMEMBERED = 1 << 20
_NO_GROUP: frozenset[str] = frozenset()


@lru_cache(maxsize=_REMEMBERED)
def surname_groups(token: str) -> frozenset[str]:
    """
    The groups of surnames that a token belongs to, in any of its spellings and as a man's or a woman's.

    Letters that leave vowels out tell none, for the vowels of their spellings are guesses.

    Args:
        token: A casefolded token of any script; words before a name (van, al) do not count.

    Returns:
        The keys of the groups.

    Example:
        >>> surname_groups("maier") == surname_groups("mayr"), surname_groups("соловьёва") == surname_groups("solovyov")
        (True, True)
        >>> sorted(surname_groups("chang"))
        ['jang', 'zhang']
        >>> sorted(surname_groups("qwerty"))
        []
    """
    if script_of(token) in CONSONANT_SCRIPTS:
        return _NO_GROUP
    head = head_of(token)
    return _of(_sure_stems(head)) or _of(stems(head))


def _of(forms: Iterable[str]) -> frozenset[str]:
    return _NO_GROUP.union(*(_groups().get(form, _NO_GROUP) for form in forms))


def _sure_stems(name: str) -> list[str]:
    """A name as it is spelled, and its stems of a class of endings; what else is left of it may be another name (Laine, Lai)."""
    return [stem for stem in stems(name) if stem in spellings(name) or stem[-1:].isupper()]


@cache
def _groups() -> Mapping[str, frozenset[str]]:
    """The groups of the names that have a form."""
    groups: dict[str, frozenset[str]] = {}
    for row in read_table("surnames"):
        for form in _sure_stems(row["name"].casefold()):
            groups[form] = groups.get(form, _NO_GROUP) | {row["group"]}
    return groups
