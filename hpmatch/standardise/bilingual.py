"""
Surnames that have a form in each of two languages: Ó Murchú and Murphy, Mac Suibhne and Sweeney, Breathnach and Walsh.

A row of `bilingual_surnames.csv` is one name in both languages, with its spellings in each, and makes a group of them. A
form with several counterparts is in a group with each (Ó Cléirigh with Clarke and with Cleary), which share none for that.
The women's forms of a Gaelic name follow by rule (`gaelic.py`).
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache

from hpmatch.data import read_table
from hpmatch.standardise.gaelic import is_particle, particles_taken_off
from hpmatch.standardise.text import fold

_NO_GROUP: frozenset[str] = frozenset()
_BEFORE_LAST = frozenset({"an", "a"})  # Mac an Bhaird: the article is no part of the token
_LAST_LATIN = "\u024f"
_SHORTEST = 4  # letters of a name that is known without its particle


@lru_cache(maxsize=1 << 20)
def bilingual_groups(token: str) -> frozenset[str]:
    """
    The surnames in two languages of which a token is a form.

    Args:
        token: A casefolded token; words before a name (ó, ní) belong to it.

    Returns:
        The keys of the groups, which begin with the counterpart in the wider language, see ``counterpart_of``.

    Example:
        >>> sorted(bilingual_groups("ní mhurchú")), bilingual_groups("ó murchú") == bilingual_groups("murphy")
        (['murphy=omurchu'], True)
        >>> sorted(bilingual_groups("ó cléirigh")), sorted(bilingual_groups("cleary")), sorted(bilingual_groups("baird"))
        (['clarke=ocleirigh', 'cleary=ocleirigh'], ['cleary=ocleirigh'], [])
    """
    if token[:1] > _LAST_LATIN:
        return _NO_GROUP
    known, found = _groups(), _NO_GROUP
    for form in _forms(token):
        if form in known:
            found |= known[form]
    return found


def counterpart_of(group: str) -> str:
    """
    The name in the wider language of a group.

    Example:
        >>> counterpart_of("murphy=omurchu")
        'murphy'
    """
    return group.partition("=")[0]


def _forms(name: str) -> tuple[str, ...]:
    """A name in one word, folded, and what it is without a Gaelic particle."""
    joined = _joined(name)
    return (joined, *particles_taken_off(joined))


def _joined(name: str) -> str:
    joined = name.replace(" ", "")
    return joined if joined.isascii() else fold(joined)


@cache
def _groups() -> dict[str, frozenset[str]]:
    groups: dict[str, frozenset[str]] = {}
    for row in read_table("bilingual_surnames"):
        names, counterparts = (_written(row[column]) for column in ("name", "counterpart"))
        group = f"{_joined(counterparts[0])}={_joined(names[0])}"
        for form in (form for name in (*names, *counterparts) for form in _filed_under(name)):
            groups[form] = groups.get(form, _NO_GROUP) | {group}
    return groups


def _written(cell: str) -> list[str]:
    """The names of a cell as ``names.name_tokens`` would have them."""
    return [name.casefold().replace("'", "").replace("-", "") for name in cell.split(";")]


def _filed_under(name: str) -> Iterator[str]:
    """The forms by which a name is found: its own, and what it is where a Gaelic particle is left out."""
    first, *others = name.split()
    if not _BEFORE_LAST.isdisjoint(others):
        yield _joined(others[-1])
    else:
        yield from _forms(name)
        if is_particle(first) and len("".join(others)) >= _SHORTEST:
            yield _joined("".join(others))
