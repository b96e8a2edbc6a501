"""
The tokens of two full names, cut alike: neighbours that the one name writes together and the other apart.

Karl Heinz is Karlheinz, نصر الله is Nasrallah, and Do Van Nam may be a Do: that shows only beside the other name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from hpmatch.standardise.names import full_name_tokens
from hpmatch.standardise.scripts import spellings

Tokens = tuple[str, ...]
Tallies = tuple[int, ...]

# A number for each consonant, so that a sum of them tells how many of each there are.
_CONSONANTS = "bcdfghjklmnpqrstvwxz"
_TALLIED = [1 << 3 * _CONSONANTS.index(chr(code)) if chr(code) in _CONSONANTS else 0 for code in range(128)]
_NO_VOWELS = str.maketrans("", "", "aeiouy")
_ENOUGH_CONSONANTS = 4  # of two names written together, that tell them whatever the vowels are


@dataclass(frozen=True)
class NameWords:
    """
    Full names, as each is cut by itself.

    Attributes:
        tokens: The tokens of each name in their order.
        written: Which consonants each of its tokens has.
        together: Which consonants each two neighbours have.
        before: The words that stand before a name within a token (van der Berg).
    """

    tokens: list[Tokens]
    written: list[Tallies]
    together: list[Tallies]
    before: list[Tokens]

    @classmethod
    def of(cls, names: Iterable[str]) -> NameWords:
        """Cut names."""
        words = cls([], [], [], [])
        for name in names:
            tokens = full_name_tokens(name)
            each = [_tallies(token) for token in tokens]
            # Plain tuples of numbers and texts: they cost the least where there are many.
            words.tokens.append(tokens)
            words.written.append(tuple([tally for tallies in each for tally in tallies]))
            words.together.append(tuple([one + other for a, b in pairwise(each) for one in a for other in b]))
            words.before.append(tuple([word for token in tokens for word in token.split()[:-1]]))
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
        # Nearly all pairs end here.
        if (
            set(self.together[left]).isdisjoint(self.written[right])
            and set(self.together[right]).isdisjoint(self.written[left])
            and not (self.before[left] and set(self.before[left]).intersection(self.tokens[right]))
            and not (self.before[right] and set(self.before[right]).intersection(self.tokens[left]))
        ):
            return None
        one = _apart(self.tokens[left], self.tokens[right])
        other = _apart(self.tokens[right], self.tokens[left])
        return _joined(one, other), _joined(other, one)


@lru_cache(maxsize=1 << 20)
def _tallies(token: str) -> Tallies:
    """Which consonants a token has in each of its spellings, as a sum."""
    return tuple({sum([_TALLIED[code] for code in form.encode()]) for form in spellings(token)})


def _apart(tokens: Tokens, others: Tokens) -> Tokens:
    """Take the words of a token apart if the other name has one that stands before (Do Van Nam, Nam Do)."""
    return tuple(
        word
        for token in tokens
        for word in ([token] if set(token.split()[:-1]).isdisjoint(others) else token.split())
    )


def _joined(tokens: Tokens, others: Tokens) -> Tokens:
    """Write neighbours together if the other name has them as one token."""
    joined, place = [], 0
    while place < len(tokens):
        here = tokens[place : place + 2]
        is_one = len(here) > 1 and any(_is_joined(here[0], here[1], other) for other in others)
        joined.append("".join(here).replace(" ", "") if is_one else tokens[place])
        place += len(here) if is_one else 1
    return tuple(joined)


def _is_joined(left: str, right: str, token: str) -> bool:
    """
    Whether a token is two neighbours in one word: spelled like it, or of as many consonants as tell them.

    A single letter is joined only with another one (J. P., JP).
    """
    if (len(left) == 1) != (len(right) == 1):
        return False
    for one in spellings(left):
        for other in spellings(right):
            joined = one + other
            consonants = joined.translate(_NO_VOWELS)
            for form in spellings(token):
                is_told = len(consonants) >= _ENOUGH_CONSONANTS and form.translate(_NO_VOWELS) == consonants
                if is_told or form == joined:
                    return True
    return False
