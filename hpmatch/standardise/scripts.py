"""Spelling a token of any script in basic Latin letters, in each way that is in use."""

from __future__ import annotations

import re
from functools import lru_cache

from unidecode import unidecode

from hpmatch.standardise.text import fold

# Where a letter with a mark is also written as two letters (ICAO Doc 9303-3, German, Nordic and South Slavic habit).
_EXPANDED = str.maketrans(
    {"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "đ": "dj", "ő": "oe", "ű": "ue"}
)
_NO_LETTER = re.compile(r"[^a-z]+")


@lru_cache(maxsize=1 << 20)
def spellings(token: str) -> tuple[str, ...]:
    """
    The spellings that a token takes in the letters a to z, the plainest first.

    Args:
        token: A casefolded token of any script.

    Returns:
        Distinct spellings; the plain one drops the marks. Empty if the token has no letter.

    Example:
        >>> spellings("sjögren")
        ('sjogren', 'sjoegren')
        >>> spellings("щербакова")
        ('shcherbakova',)
    """
    plain = _latin(token)
    expanded = _latin(token.translate(_EXPANDED))
    return tuple(dict.fromkeys(spelling for spelling in (plain, expanded) if spelling))


def _latin(token: str) -> str:
    folded = fold(token)
    return _NO_LETTER.sub("", folded if folded.isascii() else unidecode(folded).lower())
