"""
The tokens of two full names, cut alike: neighbours that the one name writes together and the other apart.

Karl Heinz is Karlheinz, نصر الله is Nasrallah, and Do Van Nam may be a Do: that shows only beside the other name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import pairwise, product
from operator import or_

import numpy as np

from hpmatch.arrays import IntArray
from hpmatch.comparison.name_tables import CLOSE_LIKENESS
from hpmatch.comparison.one_similarity import similarity_of
from hpmatch.standardise.compounds import second_words
from hpmatch.standardise.names import full_name_tokens
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.signs import in_signs

Tokens = tuple[str, ...]
Heard = tuple[int, ...]
Pair = tuple[str, str]

# A bit for each class of consonants that spellings interchange; what is heard of h, w and the vowels differs too much.
_CLASSES = ("bp", "fv", "dt", "cgkqx", "jszx", "l", "m", "n", "r")
_CLASS_OF = [
    sum(1 << place for place, letters in enumerate(_CLASSES) if chr(code) in letters) for code in range(128)
]
_NO_VOWELS = str.maketrans("", "", "aeiouy")
_ENOUGH_CONSONANTS = 4  # of two names written together, that tell them whatever the vowels are
_ALIKE = 0.75  # less alike, two words are two names
_SPELLINGS = 3  # of each word, the most official ones


@dataclass(frozen=True)
class NameWords:
    """
    Full names, as each is cut by itself.

    Attributes:
        tokens: The tokens of each name in their order.
        written: Which classes of consonants each of its tokens has.
        together: Which classes each two neighbours have.
        before: The words that stand before a name within a token (van der Berg).
        bound: The neighbours that a hyphen joins (Cheng-kuo), or of which the second is an end of given names (Nur Uddin).
    """

    tokens: list[Tokens]
    written: list[Heard]
    together: list[Heard]
    before: list[Tokens]
    bound: list[frozenset[Pair]]

    @classmethod
    def of(cls, names: Iterable[str]) -> NameWords:
        """Cut names."""
        words = cls([], [], [], [], [])
        for name in names:
            tokens = full_name_tokens(name)
            # Plain tuples of numbers and texts: they cost the least where there are many.
            words.tokens.append(tokens)
            words.written.append(tuple([heard for token in tokens for heard in _heard(token)]))
            words.together.append(tuple(_heard_together(tokens)))
            words.before.append(tuple([word for token in tokens for word in token.split()[:-1]]))
            words.bound.append(_bound(name, tokens))
        return words

    def cut_alike(self, left: int, right: int) -> tuple[Tokens, Tokens] | None:
        """
        Cut two of the names alike.

        Returns:
            The tokens of either name; None if they are cut alike as they are.

        Example:
            >>> words = NameWords.of(["Karl Heinz Becker", "Becker Karlheinz", "Karl Becker"])
            >>> words.cut_alike(0, 1)
            (('karlheinz', 'becker'), ('becker', 'karlheinz'))
            >>> words.cut_alike(0, 2)
        """
        if _is_same_in_signs(self.tokens[left], self.tokens[right]):
            return self.tokens[left], self.tokens[left]
        # Nearly all pairs end here.
        if (
            set(self.together[left]).isdisjoint(self.written[right])
            and set(self.together[right]).isdisjoint(self.written[left])
            and not (self.before[left] and set(self.before[left]).intersection(self.tokens[right]))
            and not (self.before[right] and set(self.before[right]).intersection(self.tokens[left]))
            and not (self.bound[left] and len(self.tokens[left]) > len(self.tokens[right]))
            and not (self.bound[right] and len(self.tokens[right]) > len(self.tokens[left]))
        ):
            return None
        one = _apart(self.tokens[left], self.tokens[right])
        other = _apart(self.tokens[right], self.tokens[left])
        return _joined(one, other, self.bound[left]), _joined(other, one, self.bound[right])


def cut(names: Sequence[str], left: IntArray, right: IntArray) -> tuple[list[Tokens], IntArray, IntArray]:
    """
    Cut names into tokens as each pair of them requires it.

    Args:
        names: Distinct names.
        left: The place of a name of each pair.
        right: The place of the other one.

    Returns:
        Tokens of names, some of them cut in more ways than one, and where among them the names of each pair stand.

    Example:
        >>> tokens, left, right = cut(["Karl Heinz", "Karlheinz"], np.array([0]), np.array([1]))
        >>> tokens[left[0]], tokens[right[0]]
        (('karlheinz',), ('karlheinz',))
    """
    words = NameWords.of(names)
    tokens = [*words.tokens]
    places = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        alike = words.cut_alike(a, b)
        places.append((len(tokens), len(tokens) + 1) if alike else (a, b))
        tokens += alike or ()
    a, b = np.array(places, np.int64).reshape(-1, 2).T
    return tokens, a, b


def _is_same_in_signs(left: Tokens, right: Tokens) -> bool:
    """Whether it is one name in signs, whose surname a blank tells in the one only (佐々木健, 佐々木 健)."""
    return left != right and "".join(left) == "".join(right) and in_signs("".join(left))


def _bound(name: str, tokens: Tokens) -> frozenset[Pair]:
    ends = [pair for pair in pairwise(tokens) if pair[1] in second_words()] if len(tokens) > 1 else []
    if "-" in name:
        ends += [pair for word in name.split() if "-" in word for pair in pairwise(full_name_tokens(word))]
    return frozenset(ends)


@lru_cache(maxsize=1 << 20)
def _heard(token: str) -> Heard:
    """Which classes of consonants a token has in each of its spellings, a bit for each."""
    return tuple({reduce(or_, map(_CLASS_OF.__getitem__, form.encode()), 0) for form in spellings(token)})


def _heard_together(tokens: Tokens) -> Iterator[int]:
    for place in range(len(tokens) - 1):
        for (left, right), _ in _runs(tokens[place : place + 2]):
            yield from (one | other for one in _heard(left) for other in _heard(right))


def _runs(tokens: Tokens) -> Iterator[tuple[tuple[str, str], Tokens]]:
    """The first token with the next one, or with the words before the name in that (Faiz ul Hassan); and what is left."""
    if len(tokens) > 1:
        yield (tokens[0], tokens[1]), tokens[2:]
        before, _, name = tokens[1].rpartition(" ")
        if before:
            yield (tokens[0], before), (name, *tokens[2:])


def _apart(tokens: Tokens, others: Tokens) -> Tokens:
    """Take the words of a token apart if the other name has one that stands before (Do Van Nam, Nam Do)."""
    return tuple(
        word
        for token in tokens
        for word in ([token] if set(token.split()[:-1]).isdisjoint(others) else token.split())
    )


def _joined(tokens: Tokens, others: Tokens, bound: frozenset[Pair]) -> Tokens:
    """Write neighbours together if the other name has them as one token."""
    joined, rest = [], tokens
    while rest:
        one, left = next(
            (
                ("".join(parts).replace(" ", ""), left)
                for parts, left in _runs(rest)
                if any(
                    _is_joined(*parts, other) or (parts in bound and _is_rather_joined(*parts, other))
                    for other in others
                )
            ),
            (rest[0], rest[1:]),
        )
        joined.append(one)
        rest = left
    return tuple(joined)


@lru_cache(maxsize=1 << 16)
def _is_joined(left: str, right: str, token: str) -> bool:
    """
    Whether a token is two neighbours in one word, and neither of them by itself (Al-Kazemi is no Ali Kazemi).

    A single letter is joined only with another one (J. P., JP).
    """
    if (len(left) == 1) != (len(right) == 1) or set(_heard_together((left, right))).isdisjoint(_heard(token)):
        return False
    joined = [one + other for one in spellings(left)[:_SPELLINGS] for other in spellings(right)[:_SPELLINGS]]
    return any(_is_one(each, token) for each in joined) and not any(
        similarity_of(part, token) >= CLOSE_LIKENESS for part in (left, right)
    )


@lru_cache(maxsize=1 << 16)
def _is_rather_joined(left: str, right: str, token: str) -> bool:
    """Whether a token is like two neighbours that belong together, and more so than either of them (Cheng-kuo, Zhengguo)."""
    if not _share_consonants(left + right, token):
        return False
    likeness = similarity_of(left + right, token)
    return likeness >= _ALIKE and all(similarity_of(part, token) < likeness for part in (left, right))


def _share_consonants(left: str, right: str) -> bool:
    """Whether two words have at least a third of their classes of consonants in common; faster to see than their likeness."""
    return any(
        3 * (one & other).bit_count() >= (one | other).bit_count()
        for one, other in product(_heard(left), _heard(right))
    )


def _is_one(word: str, token: str) -> bool:
    """Whether a word is spelled or sounds like a token, or has as many of its consonants as tell it whatever the vowels are."""
    consonants = word.translate(_NO_VOWELS)
    told = [form.translate(_NO_VOWELS) for form in spellings(token)]
    return (len(consonants) >= _ENOUGH_CONSONANTS and consonants in told) or (
        similarity_of(word, token) >= CLOSE_LIKENESS
    )
