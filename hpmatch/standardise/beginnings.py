"""What names begin with under another scheme of romanisation: Yury, Jurij and Iurii (``name_beginnings.csv``)."""

from __future__ import annotations

from functools import cache, lru_cache

from hpmatch.data import read_table

_REMEMBERED = 1 << 16


@lru_cache(maxsize=_REMEMBERED)
def begun_otherwise(spelling: str) -> tuple[str, ...]:
    """
    A spelling with each beginning that another scheme gives its first letters.

    Example:
        >>> begun_otherwise("yury"), begun_otherwise("anna")
        (('jury', 'iury'), ())
    """
    return tuple(
        other + spelling[len(beginning) :]
        for beginnings in _table()
        for beginning in beginnings
        if spelling.startswith(beginning)
        for other in beginnings
        if other != beginning
    )


@cache
def first_letters(letter: str) -> tuple[str, ...]:
    """
    What else may stand where one scheme writes a letter first.

    Example:
        >>> first_letters("v"), first_letters("t"), first_letters("l")
        (('b', 'w'), ('c', 'z'), ())
    """
    found = {
        other[0]
        for beginnings in _table()
        for beginning in beginnings
        if beginning[0] == letter
        for other in beginnings
    }
    return tuple(sorted(found - {letter}))


@cache
def _table() -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(row["beginnings"].split(";")) for row in read_table("name_beginnings"))
