"""
How alike two names are that are cut into words: those of the one are paired with those of the other, the most alike first.

Words that belong together raise the similarity, words that contradict each other lower it most, and words that one
name simply has more lower it a little. However many agree, the worst of them counts as one of two. Three or more that
agree in an order that no custom explains are less alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask, ranges
from hpmatch.comparison.full_names.tokens import TWO_NAMES, AlikeTokens
from hpmatch.comparison.full_names.words import Tokens
from hpmatch.comparison.relations import are_other_syllables
from hpmatch.standardise.compounds import parent_words
from hpmatch.standardise.signs import chinese_surnames

CONTRADICTION = 0.75  # less alike, two words are two names
TOLD_APART = 0.85  # the most that names are alike which something else tells apart; as with an initial
_ORDERED = 3  # words from which their order tells names apart: Kim Min Jung and Kim Jung Min
_CONTRADICTING_SHARE = 0.3  # of their likeness that still counts
_EXTRA = 0.15  # what a word costs that only one name has
_EXTRAS = 0.2  # what all of them cost at most: a person with five names has none of the others less
_EXTRA_TO_ONE = 0.5  # what each costs where the other name has a single word
_SMALL = 0.4  # the weight of an initial, and of a patronymic beside a full name
_FULL_NAME = 2  # words
_DIGITS = 9


class PairedWords(NamedTuple):
    """Words that were paired: for each the pair of names, where both words stand, and their similarity."""

    owner: IntArray
    left: IntArray
    right: IntArray
    similarity: FloatArray

    def where(self, chosen: Mask | IntArray) -> PairedWords:
        """Some of them."""
        return PairedWords(self.owner[chosen], self.left[chosen], self.right[chosen], self.similarity[chosen])


@dataclass(frozen=True)
class CutNames:
    """
    Names cut into words, which stand one after the other; a word is a place among distinct tokens.

    Attributes:
        tokens: The distinct tokens.
        starts: int64[n], where the words of each name begin.
        sizes: int64[n], how many words each name has.
        places: int64[w], the token that each word is.
        weights: float64[w], how much each word counts.
        extras: float64[w], the same where the other name lacks the word: nothing if it stands there twice.
        chinese: bool[w], whether it stands in a name with a common Chinese surname in Latin letters.
    """

    tokens: AlikeTokens
    starts: IntArray
    sizes: IntArray
    places: IntArray
    weights: FloatArray
    extras: FloatArray
    chinese: Mask

    @classmethod
    def of(cls, names: Sequence[Tokens]) -> CutNames:
        """Number the words of names."""
        tokens = AlikeTokens.of({token for name in names for token in name})
        place_of = {token: place for place, token in enumerate(tokens.texts)}
        sizes = np.array([len(name) for name in names], np.int64)
        places = np.array([place_of[token] for name in names for token in name], np.int64)
        starts = np.cumsum(sizes) - sizes
        weights = _weights(tokens, sizes, places)
        again = [token in name[:place] for name in names for place, token in enumerate(name)]
        extras = np.where(np.array(again, bool), 0.0, weights)
        chinese = np.repeat([not chinese_surnames().isdisjoint(name) for name in names], sizes).astype(bool)
        return cls(tokens, starts, sizes, places, weights, extras, chinese)

    def words(self, words: IntArray) -> list[str]:
        """The tokens that words are."""
        return [self.tokens.texts[place] for place in self.places[words].tolist()]

    def unpaired(self, name: int, paired: IntArray) -> IntArray:
        """The words of a name that are not among those paired."""
        return np.setdiff1d(self.starts[name] + np.arange(self.sizes[name]), paired)

    def similarity(self, left: IntArray, right: IntArray) -> FloatArray:
        """How alike the names at some places are, 0 to 1."""
        paired = self.paired(left, right)
        size = len(left)
        weight = np.maximum(self.weights[paired.left], self.weights[paired.right])
        agree = paired.similarity >= CONTRADICTION
        worth = np.where(agree, paired.similarity, _CONTRADICTING_SHARE * paired.similarity)
        reached = np.bincount(paired.owner, weights=weight * worth, minlength=size)
        possible = np.bincount(paired.owner, weights=weight, minlength=size)
        fewer = np.minimum(self.sizes[left], self.sizes[right])
        mean = reached / np.maximum(possible + self._cost_of_extra(left, right, paired), 1e-9)
        single = (self.sizes[left] == 1) & (self.sizes[right] == 1)
        alone = np.bincount(paired.owner, weights=paired.similarity, minlength=size)
        bound = np.minimum(
            self._bound(paired, weight, worth, size),
            np.where(self.reordered(paired, size), TOLD_APART, 1.0),
        )
        score = np.where(single, alone, np.minimum(mean, bound))
        # Rounded, for sums in another order differ in the last digit.
        return np.asarray(np.where(fewer > 0, np.clip(score, 0, 1), 0.0).round(_DIGITS), np.float64)

    def _cost_of_extra(self, left: IntArray, right: IntArray, paired: PairedWords) -> FloatArray:
        """What the words cost that only one of two names has."""
        paired_extras = self.extras[paired.left] + self.extras[paired.right]
        used = np.bincount(paired.owner, weights=paired_extras, minlength=len(left))
        extra = np.maximum(self._total(left) + self._total(right) - used, 0)
        to_one = np.minimum(self.sizes[left], self.sizes[right]) < _FULL_NAME
        return np.where(to_one, _EXTRA_TO_ONE * extra, np.minimum(_EXTRA * extra, _EXTRAS))

    def _bound(self, paired: PairedWords, weight: FloatArray, worth: FloatArray, size: int) -> FloatArray:
        """
        The likeness of two tokens, of which one agrees wholly and the other is the worst pair here.

        More tokens that agree do not make up for one that does not: brothers share all but one. It is said of
        tokens of one script that writes vowels, for the likeness of others is less sure.
        """
        left, right = self.places[paired.left], self.places[paired.right]
        of_weight = (weight == 1) | (self.tokens.patronymics[left] & self.tokens.patronymics[right])
        sure = (
            (self.tokens.scripts[left] == self.tokens.scripts[right])
            & (self.tokens.scripts[left] >= 0)
            & of_weight
        )
        bound = np.ones(size)
        np.minimum.at(bound, paired.owner[sure], (1 + worth[sure]) / 2)
        return bound

    def reordered(self, paired: PairedWords, size: int) -> Mask:
        """
        Whether the words that are paired stand in two orders, for each of some pairs of names.

        It is one order if the words at the end come first (the surname), or the first and the last are exchanged. Initials,
        patronymics and words that a name has twice have no place. Of two words one may be the parent's of the other (bin).
        """
        exchanged_parents = self._exchanged_parents(paired, size)
        paired = paired.where((self.extras[paired.left] == 1) & (self.extras[paired.right] == 1))
        paired = paired.where(np.lexsort((paired.left, paired.owner)))
        owner, counts = paired.owner, np.bincount(paired.owner, minlength=size)
        starts = np.cumsum(counts) - counts
        place, other = np.arange(len(owner)), np.empty(len(owner), np.int64)
        other[np.lexsort((paired.right, owner))] = place
        place, other = place - starts[owner], other - starts[owner]
        last = counts[owner] - 1
        turned = (other - place) % counts[owner] == other[starts[owner]]
        exchanged = other == np.where((place == 0) | (place == last), last - place, place)
        neither = [np.bincount(owner, weights=~fits, minlength=size) > 0 for fits in (turned, exchanged)]
        return np.asarray(((counts >= _ORDERED) & np.logical_and(*neither)) | exchanged_parents)

    def _exchanged_parents(self, paired: PairedWords, size: int) -> Mask:
        """Whether the child of the one name is the parent of the other (Ahmad bin Ismail, Ismail bin Ahmad)."""
        agree = paired.where(paired.similarity >= CONTRADICTION)
        of_parent = np.array(
            [not parent_words().isdisjoint(token.split()[:-1]) for token in self.tokens.texts], bool
        )
        left, right = of_parent[self.places[agree.left]], of_parent[self.places[agree.right]]
        crossed = [
            np.bincount(agree.owner, weights=which, minlength=size) > 0
            for which in (left & ~right, right & ~left)
        ]
        return np.asarray(np.logical_and(*crossed))

    def _total(self, names: IntArray) -> FloatArray:
        sums = np.concatenate([[0.0], np.cumsum(self.extras)])
        return np.asarray(sums[self.starts[names] + self.sizes[names]] - sums[self.starts[names]], np.float64)

    def paired(self, left: IntArray, right: IntArray) -> PairedWords:
        """Pair the words of each two names, the most alike first, each word once."""
        counts = self.sizes[left] * self.sizes[right]
        owner = np.repeat(np.arange(len(left)), counts)
        within = ranges(np.zeros(len(left), np.int64), counts)
        a = self.starts[left][owner] + within // np.maximum(self.sizes[right], 1)[owner]
        b = self.starts[right][owner] + within % np.maximum(self.sizes[right], 1)[owner]
        one, other = self.places[a], self.places[b]
        similarity = self.tokens.similarity(one, other)
        alike = (similarity >= TWO_NAMES) & (similarity < 1) & self.chinese[a] & self.chinese[b]
        similarity[self.tokens.among(alike, one, other, are_other_syllables)] = TWO_NAMES
        # Of words that stand there twice the first come first, which is the same from either side.
        order = np.lexsort((np.maximum(one, other), np.minimum(one, other), -similarity, owner))
        open_pairs = PairedWords(owner[order], a[order], b[order], similarity[order])
        chosen = [open_pairs.where(np.zeros(len(owner), bool))]
        while len(open_pairs.owner):
            first = np.ones(len(open_pairs.owner), bool)
            first[1:] = open_pairs.owner[1:] != open_pairs.owner[:-1]
            best = open_pairs.where(first)
            chosen.append(best)
            group = np.cumsum(first) - 1
            rest = (open_pairs.left != best.left[group]) & (open_pairs.right != best.right[group])
            open_pairs = open_pairs.where(rest)
        return PairedWords(*map(np.concatenate, zip(*chosen, strict=True)))


def _weights(tokens: AlikeTokens, sizes: IntArray, places: IntArray) -> FloatArray:
    """How much each word counts: an initial little, and a patronymic too beside a full name."""
    initial = np.array([len(token) == 1 for token in tokens.texts], bool)[places]
    patronymic = tokens.patronymics[places] & ~initial
    owner = np.repeat(np.arange(len(sizes)), sizes)
    full = np.bincount(owner[~(initial | patronymic)], minlength=len(sizes))
    return np.where(initial | (patronymic & (full[owner] >= _FULL_NAME)), _SMALL, 1.0)
