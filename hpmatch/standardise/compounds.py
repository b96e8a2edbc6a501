"""
Names that are written in one word or in several: van der Berg, Mc Donald, Abd al-Rahman.

Their joined spellings follow from `name_compounds.csv`, which lists the words that are joined with their neighbours, by
kind:

    particle      joined with what follows
    article       the same, and stands for every spelling of the Arabic article
    assimilated   the article as it sounds before some letters (ar-Rashid)
    servant       "servant of", joined with the article and what follows it
    servant_of    the same, with the article in it
    tail          joined with what precedes, if the article stands between (Nur al-Din)
    first         the first part of a double given name
    second        the second part of one
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import islice, product

from hpmatch.data import read_table
from hpmatch.standardise.text import fold

_MAX_COMPOUNDS = 16
_ARTICLES = ("article", "assimilated")
_SERVANTS = ("servant", "servant_of")
_BEFORE = ("particle", *_ARTICLES, *_SERVANTS)
_SERVANT = 3  # letters of "abd"
_SUN_LETTER = re.compile(r"sh|dh|th|[dlnrstz]")  # before it the l of the article sounds like it


def attach(words: Sequence[str]) -> list[str]:
    """
    Join words that stand before a name with it, by blanks, so that it is one token.

    Example:
        >>> attach(["maria", "van", "der", "berg"])
        ['maria', 'van der berg']
        >>> attach(["berg", "van"])
        ['berg', 'van']
    """
    tokens: list[str] = []
    before: list[str] = []
    for word in words:
        before.append(word)
        if _kinds().get(fold(word), "") not in _BEFORE:
            tokens.append(" ".join(before))
            before = []
    return [*tokens, *before]


def single_words(token: str) -> tuple[str, ...]:
    """
    The single words that a token may be written as: the name without what stands before it, and all of it joined.

    Example:
        >>> single_words("van der berg"), single_words("berg")
        (('berg', 'vanderberg'), ('berg',))
    """
    words = token.split()
    return (token,) if len(words) <= 1 else tuple(dict.fromkeys((words[-1], *compounds(words))))


def compounds(tokens: Sequence[str]) -> tuple[str, ...]:
    """
    The joined spellings of what stands in one field in several words.

    Args:
        tokens: The casefolded words of a field in their order, particles included.

    Returns:
        Distinct joined words; none if nothing is to be joined.

    Example:
        >>> compounds(["maria", "van", "der", "berg"])
        ('vanderberg',)
        >>> compounds(["abd", "al", "rahman"])[:3]
        ('abdalrahman', 'abdelrahman', 'abdulrahman')
        >>> compounds(["hansen", "lie"])
        ()
    """
    kinds = [_kinds().get(fold(token), "") for token in tokens]
    if not any(kinds):
        return ()
    joined = ("".join(parts) for choices in _choices(tokens, kinds) for parts in product(*choices))
    return tuple(dict.fromkeys(islice(joined, _MAX_COMPOUNDS)))


def _choices(tokens: Sequence[str], kinds: Sequence[str]) -> Iterator[list[Sequence[str]]]:
    """For each run of words to be joined, the spellings of each of its parts."""
    place = 0
    while place < len(tokens):
        end = place
        while end < len(tokens) and kinds[end] in _BEFORE:
            end += 1
        if end == len(tokens):
            return
        if end > place:
            run = [part for at in range(place, end) for part in _parts(tokens[at], kinds[at], tokens[end])]
            is_tail = place > 0 and kinds[end] == "tail" and kinds[end - 1] in _ARTICLES
            before = [tokens[place - 1 : place]] if is_tail else []
            yield [*before, *run, *_name(tokens[end], kinds[end - 1])]
        elif kinds[end] == "second" and end:
            yield [tokens[end - 1 : end], tokens[end : end + 1]]
        if kinds[end] == "first" and end + 1 < len(tokens) and kinds[end + 1] not in _BEFORE:
            yield [tokens[end : end + 1], tokens[end + 1 : end + 2]]
        place = end + 1


def _parts(word: str, kind: str, name: str) -> list[Sequence[str]]:
    """The spellings of a word before a name, part by part."""
    if kind in _ARTICLES:
        return [_articles(word, name)]
    if kind == "servant_of":
        return [(word[:_SERVANT],), _articles(word[_SERVANT:], name)]
    return [(word,)]


def _name(name: str, kind_before: str) -> list[Sequence[str]]:
    """The spellings of a name; after "servant of" it may hold the article (Abd Alrahman, Abd Allah)."""
    if kind_before == "servant" and _kinds().get(name[:2]) == "article":
        return [_articles(name[:2], name[2:]), (name[2:],)]
    return [(name,)]


def _articles(own: str, name: str) -> tuple[str, ...]:
    """The article as it is spelled here, in each other way, and as it sounds before the name."""
    plain = [word for word, kind in _kinds().items() if kind == "article"]
    sun = _SUN_LETTER.match(name)
    sounding = [article[0] + sun.group() for article in plain] if sun else []
    return tuple(dict.fromkeys((own, *plain, *sounding)))


def joined_words() -> frozenset[str]:
    """The folded words that are joined with what follows."""
    return frozenset(word for word, kind in _kinds().items() if kind in _BEFORE)


@cache
def _kinds() -> dict[str, str]:
    return {fold(row["word"]): row["kind"] for row in read_table("name_compounds")}
