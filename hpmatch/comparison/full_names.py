"""
How alike two full names are, in any script and any order.

The tokens of the one name are paired with those of the other, the most alike first. Tokens that belong together raise the
similarity, tokens that contradict each other lower it most, and tokens that one name simply has more lower it a little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hpmatch.comparison.relations import is_initial, one_name, one_stem, relations
from hpmatch.comparison.spelling import token_similarity
from hpmatch.records import FloatArray, IntArray, ranges
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.surnames import is_patronymic

# What tokens count for that are no spelling of each other.
_SAME_STEM = 0.96
_SAME_GROUP = 0.93
_INITIAL = 0.85

_CONTRADICTION = 0.75  # less alike, two tokens are two names
_CONTRADICTING_SHARE = 0.3  # of their likeness that still counts
_EXTRA = 0.15  # what a token costs that only one name has
_EXTRA_TO_ONE = 0.5  # the same where the other name has a single token
_DIGITS = 9
_PAIRS_AT_A_TIME = 200_000
_SMALL = 0.4  # the weight of an initial or a patronymic


@dataclass(frozen=True)
class PairedTokens:
    """
    Two tokens that were held against each other.

    Attributes:
        left: The left token, "" where the right one has no counterpart.
        right: The right token, "" where the left one has no counterpart.
        similarity: Their likeness, 0 to 1.
        finding: What was found, in words.
    """

    left: str
    right: str
    similarity: float
    finding: str


@dataclass(frozen=True)
class NameExplanation:
    """
    Why two names are as alike as they are.

    Attributes:
        similarity: The likeness of the names, 0 to 1.
        tokens: How their tokens were paired.
    """

    similarity: float
    tokens: tuple[PairedTokens, ...]

    def __str__(self) -> str:
        lines = [f"similarity {self.similarity:.3f}"]
        lines += [f"  {each.left or '-'} / {each.right or '-'}: {each.finding}" for each in self.tokens]
        return "\n".join(lines)


def name_similarity(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """
    Compare full names, elementwise.

    Args:
        left: k full names in any script, given and family names in any order.
        right: k full names.

    Returns:
        float64[k], 0 to 1; 1 for the same name, 0 where either side has no letters. Symmetric.

    Raises:
        ValueError: If the two sequences are not equally long.

    Example:
        >>> same, spelled, other = name_similarity(
        ...     ["Nagy Eszter", "Щербакова Юлия", "Anna Berg"], ["Eszter Nagy", "Julia Shcherbakova", "Kari Lund"]
        ... )
        >>> bool(same == 1), bool(spelled > 0.9), bool(other < 0.5)
        (True, True, True)
    """
    if len(left) != len(right):
        raise ValueError(
            f"names are compared one by one: there are {len(left)} on the left and {len(right)} on the right"
        )
    names: dict[str, int] = {}
    a = np.fromiter((names.setdefault(name, len(names)) for name in left), np.int64, len(left))
    b = np.fromiter((names.setdefault(name, len(names)) for name in right), np.int64, len(right))
    width = max(len(names), 1)
    # The smaller number first: each pair is worked out once, and the same from either side.
    distinct, of_pair = np.unique(np.minimum(a, b) * width + np.maximum(a, b), return_inverse=True)
    table = _Names.of(list(names))
    chunks = [
        distinct[start : start + _PAIRS_AT_A_TIME] for start in range(0, len(distinct), _PAIRS_AT_A_TIME)
    ]
    found = [table.similarity(chunk // width, chunk % width) for chunk in chunks]
    return np.concatenate([np.zeros(0), *found])[of_pair]


def explain_names(left: str, right: str) -> NameExplanation:
    """
    Say why two full names are as alike as they are.

    Args:
        left: A full name in any script.
        right: Another.

    Example:
        >>> print(explain_names("Kari Müller", "Kari Hansen Mueller"))
        similarity 0.930
          kari / kari: the same name
          müller / mueller: the same name
          - / hansen: only here
    """
    names = _Names.of([left, right])
    paired = names.paired(np.array([0]), np.array([1]))
    tokens = [
        PairedTokens(
            names.tokens[a],
            names.tokens[b],
            float(similarity),
            _finding(names.tokens[a], names.tokens[b], similarity),
        )
        for a, b, similarity in zip(
            paired.left.tolist(), paired.right.tolist(), paired.similarity.tolist(), strict=True
        )
    ]
    for side, used in ((0, paired.left.tolist()), (1, paired.right.tolist())):
        for place in names.of_name(side):
            if place not in used:
                pair = (names.tokens[place], "") if side == 0 else ("", names.tokens[place])
                tokens.append(PairedTokens(*pair, 0.0, "only here"))
    return NameExplanation(float(name_similarity([left], [right])[0]), tuple(tokens))


def _finding(left: str, right: str, similarity: float) -> str:
    if similarity == 1:
        return "the same name"
    if one_stem(left, right):
        return "the same name in another gender"
    if one_name(left, right):
        return "forms of one name"
    if is_initial(left, right):
        return "an initial that fits"
    if similarity >= _CONTRADICTION:
        return f"spelled alike ({similarity:.2f})"
    return f"different names ({similarity:.2f})"


class _Paired(NamedTuple):
    """Tokens that were paired: for each the pair of names, both tokens, and their similarity."""

    owner: IntArray
    left: IntArray
    right: IntArray
    similarity: FloatArray

    def where(self, chosen: npt.NDArray[np.bool_]) -> _Paired:
        return _Paired(self.owner[chosen], self.left[chosen], self.right[chosen], self.similarity[chosen])


@dataclass(frozen=True)
class _Names:
    """Distinct names as places in a list of distinct tokens."""

    tokens: list[str]
    starts: IntArray
    sizes: IntArray
    places: IntArray
    weights: FloatArray

    @classmethod
    def of(cls, names: Sequence[str]) -> _Names:
        read = [name_tokens(name) for name in names]
        # In the order of the alphabet, so that ties do not hang on the order of names.
        tokens = {
            token: place for place, token in enumerate(sorted({token for each in read for token in each}))
        }
        each = [[tokens[token] for token in found] for found in read]
        sizes = np.array([len(places) for places in each], np.int64)
        weights = np.array([_SMALL if len(token) == 1 or is_patronymic(token) else 1.0 for token in tokens])
        places = np.array([place for places in each for place in places], np.int64)
        return cls(list(tokens), np.cumsum(sizes) - sizes, sizes, places, weights)

    def of_name(self, name: int) -> list[int]:
        places: list[int] = self.places[self.starts[name] : self.starts[name] + self.sizes[name]].tolist()
        return places

    def similarity(self, left: IntArray, right: IntArray) -> FloatArray:
        paired = self.paired(left, right)
        size = len(left)
        weight = np.maximum(self.weights[paired.left], self.weights[paired.right])
        agree = paired.similarity >= _CONTRADICTION
        worth = np.where(agree, paired.similarity, _CONTRADICTING_SHARE * paired.similarity)
        reached = np.bincount(paired.owner, weights=weight * worth, minlength=size)
        possible = np.bincount(paired.owner, weights=weight, minlength=size)
        used = np.bincount(
            paired.owner, weights=self.weights[paired.left] + self.weights[paired.right], minlength=size
        )
        extra = self._total(left) + self._total(right) - used
        fewer = np.minimum(self.sizes[left], self.sizes[right])
        cost = np.where(fewer == 1, _EXTRA_TO_ONE, _EXTRA) * np.maximum(extra, 0)
        single = (self.sizes[left] == 1) & (self.sizes[right] == 1)
        alone = np.bincount(paired.owner, weights=paired.similarity, minlength=size)
        score = np.where(single, alone, reached / np.maximum(possible + cost, 1e-9))
        # Rounded, for sums in another order differ in the last digit.
        return np.asarray(np.where(fewer > 0, np.clip(score, 0, 1), 0.0).round(_DIGITS), np.float64)

    def _total(self, names: IntArray) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(self.weights[self.places])])
        return np.asarray(sums[self.starts[names] + self.sizes[names]] - sums[self.starts[names]], np.float64)

    def paired(self, left: IntArray, right: IntArray) -> _Paired:
        """Pair the tokens of each two names, the most alike first, each token once."""
        counts = self.sizes[left] * self.sizes[right]
        owner = np.repeat(np.arange(len(left)), counts)
        within = ranges(np.zeros(len(left), np.int64), counts)
        a = self.places[self.starts[left][owner] + within // self.sizes[right][owner]]
        b = self.places[self.starts[right][owner] + within % self.sizes[right][owner]]
        similarity = self._token_similarity(a, b)
        order = np.lexsort((np.maximum(a, b), np.minimum(a, b), -similarity, owner))
        open_pairs = _Paired(owner[order], a[order], b[order], similarity[order])
        chosen = []
        while len(open_pairs.owner):
            first = np.ones(len(open_pairs.owner), bool)
            first[1:] = open_pairs.owner[1:] != open_pairs.owner[:-1]
            best = open_pairs.where(first)
            chosen.append(best)
            group = np.cumsum(first) - 1
            rest = (open_pairs.left != best.left[group]) & (open_pairs.right != best.right[group])
            open_pairs = open_pairs.where(rest)
        if not chosen:
            return open_pairs
        return _Paired(
            np.concatenate([pairs.owner for pairs in chosen]),
            np.concatenate([pairs.left for pairs in chosen]),
            np.concatenate([pairs.right for pairs in chosen]),
            np.concatenate([pairs.similarity for pairs in chosen]),
        )

    def _token_similarity(self, left: IntArray, right: IntArray) -> FloatArray:
        """The likeness of two tokens, raised where they are forms of one name without being spelled alike."""
        width = max(len(self.tokens), 1)
        distinct, of_pair = np.unique(
            np.minimum(left, right) * width + np.maximum(left, right), return_inverse=True
        )
        a, b = np.divmod(distinct, width)
        table = np.array(self.tokens, object)
        similarity = token_similarity(table[a].tolist(), table[b].tolist())
        related = relations(self.tokens, a, b, similarity)
        raised = np.select(
            [related.stem, related.variant, related.initial], [_SAME_STEM, _SAME_GROUP, _INITIAL], 0.0
        )
        return np.asarray(np.maximum(similarity, raised)[of_pair], np.float64)
