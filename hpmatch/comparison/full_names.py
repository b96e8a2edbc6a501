"""
How alike two full names are, in any script and any order.

The names are cut into tokens alike, and the tokens of the one are paired with those of the other, the most
alike first. Tokens that belong together raise the similarity, tokens that contradict each other lower it most, and
tokens that one name simply has more lower it a little. However many agree, the worst of them counts as one of two. Three
or more that agree in an order that no custom explains are less alike.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from typing import Any, ClassVar, NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, offsets_of, ranges
from hpmatch.comparison.name_words import NameWords, Tokens
from hpmatch.comparison.relations import (
    SOUNDING_MUCH_THE_SAME,
    Mask,
    are_of_other_letters,
    are_other_syllables,
    are_two_names,
    have_alike_stems,
    is_initial,
    may_have_alike_stems,
    one_name,
    one_stem,
    one_surname,
    relations,
)
from hpmatch.comparison.signs import Signs, is_read
from hpmatch.comparison.spelling import token_similarity
from hpmatch.errors import ArgumentError
from hpmatch.protocols import Compared
from hpmatch.records import Records
from hpmatch.shown import on_one_line
from hpmatch.sources.memory import plain_cell
from hpmatch.standardise.compounds import head_of, parent_words
from hpmatch.standardise.encodings import decoded
from hpmatch.standardise.names import generations
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of
from hpmatch.standardise.signs import chinese_surnames, in_signs
from hpmatch.standardise.surname_groups import surname_groups
from hpmatch.standardise.surnames import is_patronymic
from hpmatch.standardise.whole_names import names_by_script

# What tokens count for that are no spelling of each other.
_SAME_STEM = 0.96
_SAME_GROUP, _SPELLED_IN_GROUP = 0.9, 0.05  # of forms of one name, and how alike those are spelled
_INITIAL = 0.85

# The most that names are alike whose words agree in another order, or that tell two generations; as with an initial.
_TOLD_APART = 0.85
_ORDERED = 3  # words from which their order tells names apart: Kim Min Jung and Kim Jung Min

_CONTRADICTION = 0.75  # less alike, two tokens are two names
_TWO_NAMES = 0.7  # the most that tokens are alike which are known for two names
_CONTRADICTING_SHARE = 0.3  # of their likeness that still counts
_SHORT = 4  # letters of tokens in which one more or less, or another, makes another name (Yang, Ying)
_SHORT_ALIKE = SOUNDING_MUCH_THE_SAME  # unless it sounds much the same, as o for u and e for i do
_READ_ALIKE = 0.965  # less alike, letters are no reading of Chinese signs or of a Korean given name
_ONE_PARENT = 0.9  # less alike, two patronymics are of two parents, for their endings are the same
# A name in one word, each part with its capital (ZhangXiaoling); among other words a McDonald is one.
_RUN_TOGETHER = re.compile(r"([A-Z][a-z]+)([A-Z][a-z]+)")
_EXTRA = 0.15  # what a token costs that only one name has
_EXTRAS = 0.2  # what all of them cost at most: a person with five names has none of the others less
_EXTRA_TO_ONE = 0.5  # what each costs where the other name has a single token
_DIGITS = 9
_PAIRS_AT_A_TIME = 200_000
_SMALL = 0.4  # the weight of an initial, and of a patronymic beside a full name
_FULL_NAME = 2  # tokens


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

    def __repr__(self) -> str:
        return on_one_line(self, self.finding)


@dataclass(frozen=True)
class NameExplanation:
    """
    Why two names are as alike as they are.

    Attributes:
        similarity: The likeness of the names, 0 to 1.
        tokens: How their tokens were paired.
        reordered: Whether those stand in an order that makes another name, so that the likeness is lower.
        of_two_generations: Whether the names tell two generations (Jr., Sr.), so that it is lower.
    """

    similarity: float
    tokens: tuple[PairedTokens, ...]
    reordered: bool = False
    of_two_generations: bool = False

    def __repr__(self) -> str:
        return on_one_line(self, tokens=len(self.tokens))

    def _repr_html_(self) -> str:
        from hpmatch.html import text_html  # noqa: PLC0415 - only notebooks need it

        return text_html(str(self))

    def __str__(self) -> str:
        lines = [f"similarity {self.similarity:.3f}"]
        lines += [f"  {each.left or '-'} / {each.right or '-'}: {each.finding}" for each in self.tokens]
        lines += ["  in another order"] if self.reordered else []
        lines += ["  of two generations"] if self.of_two_generations else []
        return "\n".join(lines)


def name_similarity(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """
    Compare full names, elementwise.

    Args:
        left: k full names in any script, given and family names in any order; one that is missing is like an empty one.
        right: k full names.

    Returns:
        float64[k], 0 to 1; 1 for the same name, 0 where either side has no letters. Symmetric.

    Raises:
        ValueError: If the two sequences are not equally long.
        ArgumentError: If a side is a single name or no sequence of names, or a name is no text; it is a TypeError.

    Example:
        >>> same, spelled, other = name_similarity(
        ...     ["Nagy Eszter", "Щербакова Юлия", "Anna Berg"], ["Eszter Nagy", "Julia Shcherbakova", "Kari Lund"]
        ... )
        >>> bool(same == 1), bool(spelled > 0.9), bool(other < 0.5)
        (True, True, True)
    """
    left, right = _listed(left), _listed(right)
    if len(left) != len(right):
        raise ValueError(
            f"names are compared one by one: there are {len(left)} on the left and {len(right)} on the right"
        )
    left, right = _cut_at_capitals(left, right)
    several = {name for name in {*left, *right} if len(names_by_script(name)) > 1}
    similarity = _similarity(left, right)
    pairs = enumerate(zip(left, right, strict=True))
    held = (
        {row: _HeldTogether.of(*pair) for row, pair in pairs if not several.isdisjoint(pair)}
        if several
        else {}
    )
    if held:
        similarity[[*held]] = _of_parts([*held.values()])
    return similarity


class _HeldTogether(NamedTuple):
    """
    What of two texts is held together that may have a name in several scripts, as Zhang Wei (张伟).

    Attributes:
        pairs: The names in each script that both have, else each name of the one with each of the other.
        all_required: Whether all pairs have to be alike, or one.
    """

    pairs: Sequence[tuple[str, str]]
    all_required: bool

    @classmethod
    def of(cls, left: str, right: str) -> _HeldTogether:
        ours, theirs = names_by_script(left), names_by_script(right)
        shared = sorted(ours.keys() & theirs.keys())
        if shared:
            return cls([(ours[script], theirs[script]) for script in shared], all_required=True)
        return cls([*product(ours.values(), theirs.values())], all_required=False)

    def deciding(self) -> tuple[str, str]:
        """The pair that tells how alike the texts are."""
        choose = min if self.all_required else max
        return choose(self.pairs, key=lambda pair: float(_similarity(*([name] for name in pair))[0]))


def _of_parts(held: Sequence[_HeldTogether]) -> FloatArray:
    """How alike texts are of which some have several names."""
    parts = _similarity(*zip(*chain.from_iterable(each.pairs for each in held), strict=True))
    starts = offsets_of(np.array([len(each.pairs) for each in held], np.int64))[:-1]
    required = np.array([each.all_required for each in held], bool)
    return np.where(required, np.minimum.reduceat(parts, starts), np.maximum.reduceat(parts, starts))


def _similarity(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """The same of names that each text has once."""
    # In the order of the alphabet, and the smaller number first: each pair is worked out once, and the same from either side.
    names = {name: number for number, name in enumerate(sorted({*left, *right}))}
    a, b = (np.fromiter(map(names.__getitem__, side), np.int64, len(side)) for side in (left, right))
    width = max(len(names), 1)
    distinct, of_pair = np.unique(np.minimum(a, b) * width + np.maximum(a, b), return_inverse=True)
    table, one, other = _cut(list(names), distinct // width, distinct % width)
    found = [
        table.similarity(one[start : start + _PAIRS_AT_A_TIME], other[start : start + _PAIRS_AT_A_TIME])
        for start in range(0, len(distinct), _PAIRS_AT_A_TIME)
    ]
    likeness = np.concatenate([np.zeros(0), *found])
    two = _of_two_generations([*names], distinct // width, distinct % width)
    return np.where(two, np.minimum(likeness, _TOLD_APART), likeness)[of_pair]


def _of_two_generations(names: Sequence[str], left: IntArray, right: IntArray) -> Mask:
    """Which names tell two generations, as those of father and son."""
    told = [generations(name) for name in names]
    tells = np.array([bool(each) for each in told], bool)
    two: Mask = np.asarray(tells[left] & tells[right])
    pairs = zip(left[two].tolist(), right[two].tolist(), strict=True)
    two[two] = [told[a].isdisjoint(told[b]) for a, b in pairs]
    return two


def _listed(names: Any) -> Sequence[str]:
    if isinstance(names, (str, bytes, Mapping)) or not isinstance(names, Iterable):
        raise ArgumentError(
            f"names are compared one by one: give lists of them, or two names to hp.explain_names, not {_kind(names)}"
        )
    cells = list(names.to_pylist() if hasattr(names, "to_pylist") else names)
    if unread := [_kind(cell) for cell in cells if isinstance(cell, (bytes, bytearray, memoryview))]:
        raise ArgumentError(f"a name has to be text, not {unread[0]}; decode it first")
    return [decoded(plain_cell(name) or "") for name in cells]


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def _cut_at_capitals(left: Sequence[str], right: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Names with a blank where one has none but capitals, beside a name of several words (ZhangXiaoling, Zhang Xiaoling)."""
    apart = {
        name: " ".join(found.groups()) for name in {*left, *right} if (found := _RUN_TOGETHER.fullmatch(name))
    }
    if not apart:
        return left, right
    several = [
        (" " in one or one in apart) and (" " in other or other in apart)
        for one, other in zip(left, right, strict=True)
    ]
    one, other = (
        [apart.get(name, name) if cut else name for name, cut in zip(side, several, strict=True)]
        for side in (left, right)
    )
    return one, other


def _cut(names: Sequence[str], left: IntArray, right: IntArray) -> tuple[_Names, IntArray, IntArray]:
    """The names cut into tokens as each pair requires it, and where the names of each pair stand among them."""
    words = NameWords.of(names)
    tokens = [*words.tokens]
    places = []
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        alike = _in_the_same_signs(words.tokens[a], words.tokens[b]) or words.cut_alike(a, b)
        places.append((len(tokens), len(tokens) + 1) if alike else (a, b))
        tokens += alike or ()
    a, b = np.array(places, np.int64).reshape(-1, 2).T
    return _Names.of(tokens), a, b


def _in_the_same_signs(left: Tokens, right: Tokens) -> tuple[Tokens, Tokens] | None:
    """The same name in signs twice, whose surname a blank tells in the one only (佐々木健, 佐々木 健)."""
    is_same = left != right and "".join(left) == "".join(right) and in_signs("".join(left))
    return (left, left) if is_same else None


def explain_names(left: str, right: str) -> NameExplanation:
    """
    Say why two full names are as alike as they are.

    Args:
        left: A full name in any script; one that is missing is like an empty one.
        right: Another.

    Raises:
        ArgumentError: If a name is no text.

    Example:
        >>> print(explain_names("Kari Müller", "Kari Hansen Mueller"))
        similarity 0.930
          kari / kari: the same name
          müller / mueller: the same name
          - / hansen: only here
    """
    one, other = _listed([left, right])
    (one,), (other,) = _cut_at_capitals([one], [other])
    left, right = _HeldTogether.of(one, other).deciding()
    names, a, b = _cut([left, right], np.array([0]), np.array([1]))
    paired = names.paired(a, b)
    tokens = [
        PairedTokens(one, other, likeness, _finding(one, other, likeness))
        for one, other, likeness in zip(
            names.words(paired.left), names.words(paired.right), paired.similarity.tolist(), strict=True
        )
    ]
    tokens += [
        PairedTokens(word, "", 0.0, "only here") for word in names.words(names.unpaired(a[0], paired.left))
    ]
    tokens += [
        PairedTokens("", word, 0.0, "only here") for word in names.words(names.unpaired(b[0], paired.right))
    ]
    reordered = bool(names.reordered(paired, 1)[0])
    two = bool(_of_two_generations([left, right], np.array([0]), np.array([1]))[0])
    return NameExplanation(float(_similarity([left], [right])[0]), tuple(tokens), reordered, two)


def _finding(left: str, right: str, similarity: float) -> str:
    if similarity == 1:
        return "the same name"
    if similarity < _CONTRADICTION:
        return f"different names ({similarity:.2f})"
    if one_stem(left, right) or (may_have_alike_stems(similarity) and have_alike_stems(left, right)):
        return "the same name in another gender"
    if one_name(left, right) or one_surname(left, right):
        return "forms of one name"
    if is_initial(left, right):
        return "an initial that fits"
    return f"spelled alike ({similarity:.2f})"


class _Paired(NamedTuple):
    """Words that were paired: for each the pair of names, where both words stand, and their similarity."""

    owner: IntArray
    left: IntArray
    right: IntArray
    similarity: FloatArray

    def where(self, chosen: Mask | IntArray) -> _Paired:
        return _Paired(self.owner[chosen], self.left[chosen], self.right[chosen], self.similarity[chosen])


@dataclass(frozen=True)
class _Names:
    """
    Names as words one after the other, and the words as places in a list of distinct tokens.

    Attributes:
        tokens: The distinct tokens.
        starts: int64[n], where the words of each name begin.
        sizes: int64[n], how many words each name has.
        places: int64[w], the token that each word is.
        weights: float64[w], how much each word counts.
        extras: float64[w], the same where the other name lacks the word: nothing if it stands there twice.
        chinese: bool[w], whether it stands in a name with a common Chinese surname in Latin letters.
        scripts: int64[t], a number for the script of each token; -1 where it leaves vowels out.
        patronymics: bool[t], whether each token is made of a parent's name.
    """

    tokens: list[str]
    starts: IntArray
    sizes: IntArray
    places: IntArray
    weights: FloatArray
    extras: FloatArray
    chinese: Mask
    scripts: IntArray
    patronymics: Mask

    @classmethod
    def of(cls, names: Sequence[Tokens]) -> _Names:
        # In the order of the alphabet, so that ties do not hang on the order of names.
        tokens = sorted({token for name in names for token in name})
        place_of = {token: place for place, token in enumerate(tokens)}
        sizes = np.array([len(name) for name in names], np.int64)
        places = np.array([place_of[token] for name in names for token in name], np.int64)
        starts = np.cumsum(sizes) - sizes
        patronymics = np.array([is_patronymic(token) for token in tokens], bool)
        weights = _weights(tokens, sizes, places, patronymics)
        again = [token in name[:place] for name in names for place, token in enumerate(name)]
        extras = np.where(np.array(again, bool), 0.0, weights)
        chinese = np.repeat([not chinese_surnames().isdisjoint(name) for name in names], sizes).astype(bool)
        return cls(
            tokens, starts, sizes, places, weights, extras, chinese, _script_numbers(tokens), patronymics
        )

    def words(self, words: IntArray) -> list[str]:
        """The tokens that words are."""
        return [self.tokens[place] for place in self.places[words].tolist()]

    def unpaired(self, name: int, paired: IntArray) -> IntArray:
        """The words of a name that are not among those paired."""
        return np.setdiff1d(self.starts[name] + np.arange(self.sizes[name]), paired)

    def similarity(self, left: IntArray, right: IntArray) -> FloatArray:
        paired = self.paired(left, right)
        size = len(left)
        weight = np.maximum(self.weights[paired.left], self.weights[paired.right])
        agree = paired.similarity >= _CONTRADICTION
        worth = np.where(agree, paired.similarity, _CONTRADICTING_SHARE * paired.similarity)
        reached = np.bincount(paired.owner, weights=weight * worth, minlength=size)
        possible = np.bincount(paired.owner, weights=weight, minlength=size)
        fewer = np.minimum(self.sizes[left], self.sizes[right])
        mean = reached / np.maximum(possible + self._cost_of_extra(left, right, paired), 1e-9)
        single = (self.sizes[left] == 1) & (self.sizes[right] == 1)
        alone = np.bincount(paired.owner, weights=paired.similarity, minlength=size)
        bound = np.minimum(
            self._bound(paired, weight, worth, size),
            np.where(self.reordered(paired, size), _TOLD_APART, 1.0),
        )
        score = np.where(single, alone, np.minimum(mean, bound))
        # Rounded, for sums in another order differ in the last digit.
        return np.asarray(np.where(fewer > 0, np.clip(score, 0, 1), 0.0).round(_DIGITS), np.float64)

    def _cost_of_extra(self, left: IntArray, right: IntArray, paired: _Paired) -> FloatArray:
        """What the words cost that only one of two names has."""
        paired_extras = self.extras[paired.left] + self.extras[paired.right]
        used = np.bincount(paired.owner, weights=paired_extras, minlength=len(left))
        extra = np.maximum(self._total(left) + self._total(right) - used, 0)
        to_one = np.minimum(self.sizes[left], self.sizes[right]) < _FULL_NAME
        return np.where(to_one, _EXTRA_TO_ONE * extra, np.minimum(_EXTRA * extra, _EXTRAS))

    def _bound(self, paired: _Paired, weight: FloatArray, worth: FloatArray, size: int) -> FloatArray:
        """
        The likeness of two tokens, of which one agrees wholly and the other is the worst pair here.

        More tokens that agree do not make up for one that does not: brothers share all but one. It is said of
        tokens of one script that writes vowels, for the likeness of others is less sure.
        """
        left, right = self.places[paired.left], self.places[paired.right]
        of_weight = (weight == 1) | (self.patronymics[left] & self.patronymics[right])
        sure = (self.scripts[left] == self.scripts[right]) & (self.scripts[left] >= 0) & of_weight
        bound = np.ones(size)
        np.minimum.at(bound, paired.owner[sure], (1 + worth[sure]) / 2)
        return bound

    def reordered(self, paired: _Paired, size: int) -> Mask:
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

    def _exchanged_parents(self, paired: _Paired, size: int) -> Mask:
        """Whether the child of the one name is the parent of the other (Ahmad bin Ismail, Ismail bin Ahmad)."""
        agree = paired.where(paired.similarity >= _CONTRADICTION)
        of_parent = np.array(
            [not parent_words().isdisjoint(token.split()[:-1]) for token in self.tokens], bool
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

    def paired(self, left: IntArray, right: IntArray) -> _Paired:
        """Pair the words of each two names, the most alike first, each word once."""
        counts = self.sizes[left] * self.sizes[right]
        owner = np.repeat(np.arange(len(left)), counts)
        within = ranges(np.zeros(len(left), np.int64), counts)
        a = self.starts[left][owner] + within // np.maximum(self.sizes[right], 1)[owner]
        b = self.starts[right][owner] + within % np.maximum(self.sizes[right], 1)[owner]
        one, other = self.places[a], self.places[b]
        similarity = self._token_similarity(one, other)
        alike = (similarity >= _TWO_NAMES) & (similarity < 1) & self.chinese[a] & self.chinese[b]
        similarity[self._among(alike, one, other, are_other_syllables)] = _TWO_NAMES
        # Of words that stand there twice the first come first, which is the same from either side.
        order = np.lexsort((np.maximum(one, other), np.minimum(one, other), -similarity, owner))
        open_pairs = _Paired(owner[order], a[order], b[order], similarity[order])
        chosen = [open_pairs.where(np.zeros(len(owner), bool))]
        while len(open_pairs.owner):
            first = np.ones(len(open_pairs.owner), bool)
            first[1:] = open_pairs.owner[1:] != open_pairs.owner[:-1]
            best = open_pairs.where(first)
            chosen.append(best)
            group = np.cumsum(first) - 1
            rest = (open_pairs.left != best.left[group]) & (open_pairs.right != best.right[group])
            open_pairs = open_pairs.where(rest)
        return _Paired(*map(np.concatenate, zip(*chosen, strict=True)))

    def _token_similarity(self, left: IntArray, right: IntArray) -> FloatArray:
        """
        The likeness of two tokens as names.

        It is raised where they are forms of one name without being spelled alike, and lowered where they are
        spelled alike without being one name.
        """
        width = max(len(self.tokens), 1)
        distinct, of_pair = np.unique(
            np.minimum(left, right) * width + np.maximum(left, right), return_inverse=True
        )
        a, b = np.divmod(distinct, width)
        table = np.array(self.tokens, object)
        similarity = token_similarity(table[a].tolist(), table[b].tolist())
        signs = Signs.of(self.tokens)
        similarity[signs.same(a, b)] = 1
        related = relations(self.tokens, a, b, similarity)
        alike = ((similarity >= _TWO_NAMES) & (similarity < 1)) | related.stem
        two = self._among(alike, a, b, are_two_names) | signs.other(a, b)
        two |= self.patronymics[a] & self.patronymics[b] & (similarity < _ONE_PARENT) & ~related.stem
        variant = related.variant | self._one_surname(a, b)
        short = self._short(a, b, similarity) & ~(related.stem | variant)
        short |= self._read_otherwise(a, b, similarity)
        raised = np.select(
            [related.stem & ~two, variant & ~two, related.initial],
            [_SAME_STEM, _SAME_GROUP + _SPELLED_IN_GROUP * similarity, _INITIAL],
            0.0,
        )
        lowered = np.where(two | short, np.minimum(similarity, _TWO_NAMES), similarity)
        return np.asarray(np.maximum(lowered, raised)[of_pair], np.float64)

    def _among(
        self, looked_at: Mask, left: IntArray, right: IntArray, related: Callable[[str, str], bool]
    ) -> Mask:
        """Which of the pairs that are looked at, one by one, are related."""
        found = np.zeros(len(left), bool)
        pairs = zip(left[looked_at].tolist(), right[looked_at].tolist(), strict=True)
        found[looked_at] = [related(self.tokens[a], self.tokens[b]) for a, b in pairs]
        return found

    def _one_surname(self, left: IntArray, right: IntArray) -> Mask:
        """Which tokens are one common surname."""
        common = np.array([bool(surname_groups(token)) for token in self.tokens], bool)
        return self._among(common[left] & common[right], left, right, one_surname)

    def _short(self, left: IntArray, right: IntArray, similarity: FloatArray) -> Mask:
        """Which short tokens that are alike sound otherwise and are of other letters (not Lars and Lasr)."""
        # Only of letters that write vowels, and of one script.
        short = np.array([len(head_of(token)) <= _SHORT for token in self.tokens], bool) & (self.scripts >= 0)
        both = short[left] & short[right] & (self.scripts[left] == self.scripts[right])
        alike = both & (similarity >= _TWO_NAMES) & (similarity < _SHORT_ALIKE)
        return self._among(alike, left, right, are_of_other_letters)

    def _read_otherwise(self, left: IntArray, right: IntArray, similarity: FloatArray) -> Mask:
        """Which names in signs are not read as the Latin letters beside them: a reading has no slips of the ear."""
        latin = np.array([token.isascii() for token in self.tokens], bool)
        read = np.array([not token.isascii() and is_read(token) for token in self.tokens], bool)
        mixed = (read[left] & latin[right]) | (latin[left] & read[right])
        return np.asarray(mixed & (similarity < _READ_ALIKE), np.bool_)


def _weights(tokens: Sequence[str], sizes: IntArray, places: IntArray, patronymics: Mask) -> FloatArray:
    """How much each word counts: an initial little, and a patronymic too beside a full name."""
    initial = np.array([len(token) == 1 for token in tokens], bool)[places]
    patronymic = patronymics[places] & ~initial
    owner = np.repeat(np.arange(len(sizes)), sizes)
    full = np.bincount(owner[~(initial | patronymic)], minlength=len(sizes))
    return np.where(initial | (patronymic & (full[owner] >= _FULL_NAME)), _SMALL, 1.0)


def _script_numbers(tokens: Sequence[str]) -> IntArray:
    """A number for the script of each token, -1 where it leaves vowels out."""
    scripts = [script_of(token) for token in tokens]
    numbers = {script: number for number, script in enumerate(sorted(set(scripts) - CONSONANT_SCRIPTS))}
    return np.array([numbers.get(script, -1) for script in scripts], np.int64)


@dataclass(frozen=True)
class FullName:
    """
    Whole names in one column, given and family names in any order; see ``name_similarity``.

    Levels: ``same``, ``spelled`` (at least 0.95), ``close`` (at least 0.88), ``part`` (at least 0.75), ``different``. Agreement
    on a rare name is worth more.

    Args:
        name: The comparison's name.
        column: The column that it reads, tokens of names.
    """

    name: str
    column: str
    levels: ClassVar = ("same", "spelled", "close", "part", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        names = [[" ".join(tokens) for tokens in side[self.column].to_pylist()] for side in (left, right)]
        similarity = name_similarity(*names)
        levels = (similarity[:, None] < np.array(_FULL_NAME_LEVELS)).sum(axis=1).astype(np.int8)
        return Compared(levels, np.where(levels == 0, right[self.column].frequencies, np.nan))


_FULL_NAME_LEVELS = (1.0, 0.95, 0.88, 0.75)
