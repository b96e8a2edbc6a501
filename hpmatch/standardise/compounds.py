"""
Names that are written in one word or in several: van der Berg, Mc Donald, Abd al-Rahman.

Their joined spellings follow from `name_compounds.csv`, which lists the words that are joined with their neighbours, by
kind:

    particle      joined with what follows, but at the start of a given name, where it is a name itself (Ben, Do, Le)
    filiation     the same, and says that the name is a parent's (Ahmad bin Ismail)
    kunya         joined with what follows, in given names too (Abu Bakr)
    article       the same, and stands for every spelling of the Arabic article
    assimilated   the article as it sounds before some letters (ar-Rashid); joined before those only
    servant       "servant of", joined with the article and what follows it
    servant_of    the same, with the article in it
    tail          joined with what precedes, if the article stands between (Nur al-Din)
    first         the first part of a double given name
    second        the second part of one
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from functools import cache, lru_cache
from itertools import islice, product

from hpmatch.data import read_table
from hpmatch.standardise.text import fold

_MAX_COMPOUNDS = 16
_ARTICLES = ("article", "assimilated")
_SERVANTS = ("servant", "servant_of")
_PARTICLES = ("particle", "filiation")
_BEFORE = (*_PARTICLES, "kunya", *_ARTICLES, *_SERVANTS)
_SERVANT = 3  # letters of "abd"
_SHORTEST_HEAD = 4  # letters of what is told apart from "servant of"; Abdullah is one word
_SHORTEST = 3  # letters of a name that an assimilated article stands before; An Na is no article
_ARABIC_ARTICLE = re.compile(r"^ال(?=..)")
_SUN_LETTER = re.compile(r"sh|dh|th|[dlnrstz]")  # before it the l of the article sounds like it


def attach(words: Sequence[str], apart: Container[str] = ()) -> list[str]:
    """
    Join words that stand before a name with it, by blanks, so that it is one token.

    Args:
        words: The casefolded words of a field in their order.
        apart: Folded words that are names of their own where they stand first, one or several (Do Van Nam).

    Example:
        >>> attach(["maria", "van", "der", "berg"])
        ['maria', 'van der berg']
        >>> attach(["berg", "van"])
        ['berg', 'van']
        >>> attach(["ben", "arthur"], {"ben"}), attach(["an", "dagrund"]), attach(["an", "nur"])
        (['ben', 'arthur'], ['an', 'dagrund'], ['an nur'])
    """
    first = next((place for place, word in enumerate(words) if fold(word) not in apart), len(words))
    tokens: list[str] = list(words[:first])
    before: list[str] = []
    for word, following in zip(words[first:], [*words[first + 1 :], ""], strict=False):
        before.append(word)
        if not _stands_before(word, following):
            tokens.append(" ".join(before))
            before = []
    return [*tokens, *before]


def _stands_before(word: str, following: str) -> bool:
    """Whether a word is joined with the next one."""
    folded = fold(word)
    kind = _kinds().get(folded, "")
    if kind == "assimilated":
        return len(following) >= _SHORTEST and following.startswith(folded[1:])
    return kind in _BEFORE


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


@lru_cache(maxsize=1 << 20)
def head_of(token: str) -> str:
    """
    A token without what stands before the name in it, whether it is written in one word or in several.

    Only "servant of" is taken off within a word, for the letters of a particle may as well begin a name.

    Example:
        >>> head_of("van der berg"), head_of("abdulrahman"), head_of("abd al aziz"), head_of("dennis")
        ('berg', 'rahman', 'aziz', 'dennis')
    """
    if " " in token:
        return _ARABIC_ARTICLE.sub("", token.rpartition(" ")[2])
    servant = _servants().match(token)
    head = _ARABIC_ARTICLE.sub("", token[servant.end() :]) if servant else token
    return head if len(head) >= _SHORTEST_HEAD else token


@cache
def _servants() -> re.Pattern[str]:
    """The words for "servant of" that hold the article or, in Arabic letters, stand before it; the longest first."""
    words = [
        word
        for word, kind in _kinds().items()
        if kind == "servant_of" or (kind == "servant" and not word.isascii())
    ]
    return re.compile("|".join(sorted(words, key=len, reverse=True)) or "(?!)")


@cache
def particles() -> frozenset[str]:
    """The folded words that stand before a surname, and at the start of a given name are one themselves."""
    return frozenset(word for word, kind in _kinds().items() if kind in _PARTICLES)


@cache
def second_words() -> frozenset[str]:
    """The folded words that are the second part of a double given name."""
    return frozenset(word for word, kind in _kinds().items() if kind == "second")


@cache
def parent_words() -> frozenset[str]:
    """The folded words that say that the name behind them is a parent's."""
    return frozenset(word for word, kind in _kinds().items() if kind == "filiation")


def joined_words() -> frozenset[str]:
    """The folded words that are joined with what follows."""
    return frozenset(word for word, kind in _kinds().items() if kind in _BEFORE)


@cache
def _kinds() -> dict[str, str]:
    return {fold(row["word"]): row["kind"] for row in read_table("name_compounds")}
