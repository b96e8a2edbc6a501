"""
How alike two name tokens are, in any script: a weighted edit distance over what their letters sound like.

Each distinct token is cut into units that are heard as one (sch, kh, ου, ش), by `spelling_sounds.csv`. Exchanging two
units costs as much as their nearest sounds differ (`sound_distances.csv`); leaving one out costs what its row says, and
little for a short vowel where the other token's script leaves vowels out. The distance is worked out for many distinct
pairs at once, one cell of the table of distances after the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import chain, pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from rapidfuzz import process
from rapidfuzz.distance import OSA

from hpmatch.arrays import FloatArray, IntArray, Mask, distinct_pairs, offsets_of, sizes_of
from hpmatch.data import read_table
from hpmatch.standardise.compounds import head_of
from hpmatch.standardise.scripts import (
    CONSONANT_SCRIPTS,
    SoundUnit,
    script_of,
    sound_table,
    sound_units,
    spellings,
)
from hpmatch.standardise.surnames import tail_of, without_tail

# Distance per letter and the similarity that it stands for; straight lines between.
_DISTANCES = (0.0, 0.20, 0.30, 0.50, 1.00, 2.00)
_SIMILARITIES = (1.0, 0.88, 0.74, 0.45, 0.10, 0.0)
_SPELLING_WEIGHT = 0.08  # of the letters as they stand, beside the sounds
_NO_SLIP = 1.4  # times the distance in letters where the first letters or the endings differ
_FOUR, _OF_FOUR = 4, 0.85  # letters, of which one is typed wrong nearly as easily as one of five
_SUFFIXES = ("ka",)  # of two letters, that make another name
_HIGHEST = 0.999  # of tokens without a spelling in common
_VOWEL_APART, _CONSONANT_APART, _KIND_APART = 0.6, 1.0, 1.2  # sounds that no row of the table brings together
UNIT = 1000  # a cost of one
TRANSPOSED = np.int32(900)
_NEVER = np.int32(1 << 30)
_VOWELS = frozenset({"a", "e", "i", "o", "u", "oe", "ue"})
LONGEST = 24  # units; names beyond are cut
_CHUNK = 4096  # pairs that stay in the processor's cache
_WIDE = 256  # pairs from which an operation a row costs less than one a column


def token_similarity(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    """
    Compare two tokens of each pair, in any script.

    Args:
        left: Casefolded tokens.
        right: As many casefolded tokens.

    Returns:
        float64[k], 0 to 1; 1 where, and only where, the two tokens have a spelling in common.

    Example:
        >>> token_similarity(["müller", "юлия", "kari"], ["mueller", "julija", "kari"]).tolist()
        [1.0, 1.0, 1.0]
        >>> alike, other = token_similarity(["محمد", "محمد"], ["mohammed", "mahmoud"])
        >>> bool(alike > other)
        True
    """
    places = {token: place for place, token in enumerate(dict.fromkeys((*left, *right)))}
    a, b = _coded(left, places), _coded(right, places)
    pairs = distinct_pairs(a, b)
    return pair_similarity(SpelledTokens.of([*places]), pairs.left, pairs.right)[pairs.of_each]


class SpelledTokens(NamedTuple):
    """
    Distinct tokens, how they are spelled and how they are heard.

    Attributes:
        texts: t casefolded tokens.
        spellings: The spellings of all tokens, one token after the other; see ``scripts.spellings``.
        spelled: int64[t + 1], where those of each token begin, and where the last one's end.
        units: int16[u], the units of all sequences; see ``scripts.sound_units``.
        sequences: int64[s + 1], where each sequence begins, and where the last one ends.
        heard: int64[t + 1], where the sequences of each token begin, and where the last one's end.
    """

    texts: Sequence[str]
    spellings: list[str]
    spelled: IntArray
    units: IntArray
    sequences: IntArray
    heard: IntArray

    @classmethod
    def of(cls, texts: Sequence[str]) -> SpelledTokens:
        """Tokens whose spellings are worked out now."""
        spelled, heard = [spellings(text) for text in texts], [sound_units(text) for text in texts]
        sequences = [*chain.from_iterable(heard)]
        units = np.fromiter(chain.from_iterable(sequences), np.int16)
        return cls(
            texts,
            [*chain.from_iterable(spelled)],
            _offsets(spelled),
            units,
            _offsets(sequences),
            _offsets(heard),
        )

    @classmethod
    def of_lists(cls, texts: Sequence[str], spelled: pa.Array, heard: pa.Array) -> SpelledTokens:
        """Tokens with the lists that ``TokenForms`` has of them."""
        sequences = heard.flatten()
        return cls(
            texts,
            spelled.flatten().to_pylist(),
            offsets_of(np.asarray(spelled.value_lengths())),
            np.asarray(sequences.flatten()),
            offsets_of(np.asarray(sequences.value_lengths())),
            offsets_of(np.asarray(heard.value_lengths())),
        )

    def and_of(self, others: SpelledTokens) -> SpelledTokens:
        """These tokens and, behind them, others."""
        return SpelledTokens(
            [*self.texts, *others.texts],
            [*self.spellings, *others.spellings],
            _and_of(self.spelled, others.spelled),
            np.concatenate([self.units, others.units]),
            _and_of(self.sequences, others.sequences),
            _and_of(self.heard, others.heard),
        )


def _offsets(lists: Sequence[Sequence[Any]]) -> IntArray:
    return offsets_of(np.array([len(each) for each in lists], np.int64))


def _and_of(offsets: IntArray, others: IntArray) -> IntArray:
    return np.concatenate([offsets[:-1], others + offsets[-1]])


def pair_similarity(tokens: SpelledTokens, left: IntArray, right: IntArray) -> FloatArray:
    """
    The same of k pairs, better distinct ones, among distinct tokens.

    Args:
        tokens: The tokens.
        left: int64[k], places of the left tokens.
        right: int64[k], places of the right tokens.
    """
    if not len(left):
        return np.zeros(0)
    whole = _distinct_similarity(tokens, left, right)
    other = (whole < 1).nonzero()[0]
    for bare in (_without_heads, _without_tails):
        rows, ours, theirs = bare(tokens.texts, left[other], right[other])
        if len(rows):
            whole[other[rows]] = np.minimum(whole[other[rows]], _text_similarity(ours, theirs))
    return whole


def _text_similarity(left: Sequence[str], right: Sequence[str]) -> FloatArray:
    places = {text: place for place, text in enumerate(dict.fromkeys((*left, *right)))}
    return _distinct_similarity(SpelledTokens.of([*places]), _coded(left, places), _coded(right, places))


class _Bare(NamedTuple):
    """Pairs of tokens that share what is no likeness of them: their rows, and what else the left and right ones are."""

    rows: IntArray
    left: Sequence[str]
    right: Sequence[str]


def _without_heads(texts: Sequence[str], left: IntArray, right: IntArray) -> _Bare:
    """What stands before both names is no likeness of them (van der Berg, van der Meer; Abdulrahman, Abdulrahim)."""
    heads = [head_of(text) for text in texts]
    has_head = np.array([head != text for head, text in zip(heads, texts, strict=True)], bool)
    rows = (has_head[left] & has_head[right]).nonzero()[0]
    return _Bare(rows, *([heads[place] for place in side[rows].tolist()] for side in (left, right)))


def _without_tails(texts: Sequence[str], left: IntArray, right: IntArray) -> _Bare:
    """Nor is an ending that many surnames share (Šiliūtė, Zigiūtė)."""
    numbers = {"": 0}
    tails = np.array([numbers.setdefault(tail_of(text), len(numbers)) for text in texts], np.int64)
    rows = ((tails[left] == tails[right]) & (tails[left] > 0)).nonzero()[0]
    return _Bare(
        rows, *([without_tail(texts[place]) for place in side[rows].tolist()] for side in (left, right))
    )


def _coded(tokens: Sequence[str], places: dict[str, int]) -> IntArray:
    return np.fromiter(map(places.__getitem__, tokens), np.int64, len(tokens))


class _Forms(NamedTuple):
    """
    The forms of t distinct tokens, one after the other: rows `starts[token]` up to `starts[token + 1]`.

    Attributes:
        starts: int64[t + 1].
        units: int16[f, l], the sound units of each form and 0 behind them.
        lengths: int64[f], how many units each form has.
        owners: int64[f], the token of each form.
        consonantal: bool[t], whether the script of a token leaves vowels out.
    """

    starts: IntArray
    units: npt.NDArray[np.int16]
    lengths: IntArray
    owners: IntArray
    consonantal: Mask


def _distinct_similarity(tokens: SpelledTokens, left: IntArray, right: IntArray) -> FloatArray:
    forms = _forms(tokens)
    pair, a, b = _form_pairs(forms.starts, left, right)
    similarity = np.zeros(len(left))
    np.maximum.at(similarity, pair, similarity_at(_distance(forms, a, b)))
    letters, typed = _typed_similarity(tokens, left, right)
    written = ~(forms.consonantal[left] | forms.consonantal[right])
    return np.where(
        (letters == 1) | (left == right), 1.0, mixed_similarity(similarity, letters, typed * written)
    )


def similarity_at(distance: Any) -> Any:
    """The similarity that a distance per letter stands for."""
    return np.interp(distance, _DISTANCES, _SIMILARITIES)


def mixed_similarity(heard: Any, letters: Any, typed: Any) -> Any:
    """
    The similarity of two tokens without a spelling in common.

    Args:
        heard: How alike they sound.
        letters: How alike the letters of their spellings are.
        typed: How alike they are if a slip of typing made the difference; 0 where a script leaves vowels out, for the vowels of
            its spellings are guesses, which no slip explains.
    """
    mixed = np.maximum((1 - _SPELLING_WEIGHT) * heard + _SPELLING_WEIGHT * letters, typed)
    return np.minimum(mixed, _HIGHEST)


def slip_distance(alike: Any, longest: Any, is_slip: Any) -> Any:
    """
    The distance that a slip of typing stands for; longer where it is hardly a slip.

    Args:
        alike: How alike the letters of two spellings are, 1 less the share of edits.
        longest: The letters of the longer one.
        is_slip: Whether their edges are the same, or two neighbouring letters are exchanged.
    """
    return (1 - alike) * np.where(is_slip, np.where(longest == _FOUR, _OF_FOUR, 1), _NO_SLIP)


def edges_of(form: str) -> tuple[str, str]:
    """The first letter and the ending of a spelling; a slip of typing there is rare, another name is not."""
    return form[0], form[-2:] if form.endswith(_SUFFIXES) else form[-1]


def is_one_edit(alike: Any, longest: Any) -> Any:
    """Whether a single edit makes one spelling of the other."""
    return np.rint((1 - alike) * longest) == 1


def are_same_letters(left: str, right: str) -> bool:
    """Whether two spellings have the same letters; if one edit lies between them it exchanged two neighbours (Ivone, Ivoen)."""
    return sorted(left) == sorted(right)


def _typed_similarity(
    tokens: SpelledTokens, left: IntArray, right: IntArray
) -> tuple[FloatArray, FloatArray]:
    """How alike the spellings are letter by letter; and the same as a similarity where a slip of typing explains it."""
    forms = tokens.spellings
    pair, a, b = _form_pairs(tokens.spelled, left, right)
    table = np.array(forms, object)
    alike = process.cpdist(
        table[a].tolist(), table[b].tolist(), scorer=OSA.normalized_similarity, dtype=np.float64
    )
    numbers: dict[tuple[str, str], int] = {}
    edges = np.array([numbers.setdefault(edges_of(form), len(numbers)) for form in forms], np.int64)
    sizes = np.array([len(form) for form in forms], np.int64)
    letters, typed = np.zeros(len(left)), np.zeros(len(left))
    np.maximum.at(letters, pair, alike)
    longest, is_slip = np.maximum(sizes[a], sizes[b]), edges[a] == edges[b]
    near = (is_one_edit(alike, longest) & ~is_slip).nonzero()[0]
    is_slip[near] = list(map(are_same_letters, table[a[near]], table[b[near]]))
    distance = slip_distance(alike, longest, is_slip)
    np.maximum.at(typed, pair, similarity_at(distance))
    return letters, typed


def _form_pairs(starts: IntArray, left: IntArray, right: IntArray) -> tuple[IntArray, IntArray, IntArray]:
    """Every form of the left with every form of the right token of each pair: the pair, the two rows."""
    many_left, many_right = starts[left + 1] - starts[left], starts[right + 1] - starts[right]
    counts = many_left * many_right
    if (counts == 1).all():
        return np.arange(len(left)), starts[left], starts[right]
    pair = np.repeat(np.arange(len(left)), counts)
    within = np.arange(len(pair)) - np.repeat(counts.cumsum() - counts, counts)
    return (
        pair,
        starts[left][pair] + within // many_right[pair],
        starts[right][pair] + within % many_right[pair],
    )


def _forms(tokens: SpelledTokens) -> _Forms:
    starts = tokens.sequences
    lengths = np.minimum(sizes_of(starts), LONGEST)
    places = np.arange(int(lengths.max(initial=1)))
    filled = places < lengths[:, None]
    padded = np.zeros(filled.shape, np.int16)
    padded[filled] = tokens.units[(starts[:-1, None] + places)[filled]] + np.int16(1)
    consonantal = np.array([script_of(token) in CONSONANT_SCRIPTS for token in tokens.texts], bool)
    owners = np.repeat(np.arange(len(tokens.texts)), sizes_of(tokens.heard))
    return _Forms(tokens.heard, padded, lengths, owners, consonantal)


class Costs(NamedTuple):
    """What edits cost, by unit (0: no unit), in thousandths: whole numbers add up the same in any order."""

    exchanged: npt.NDArray[np.int32]
    left_out: npt.NDArray[np.int32]
    unwritten: npt.NDArray[np.int32]
    weight: npt.NDArray[np.int32]
    letters: npt.NDArray[np.int16]


def _distance(forms: _Forms, left: IntArray, right: IntArray) -> FloatArray:
    """The edit distance per letter of each pair of forms, pairs of like length together."""
    if len(left) <= _CHUNK:
        return _distance_at_once(forms, left, right)
    order = np.lexsort((forms.lengths[right], forms.lengths[left]))
    result = np.zeros(len(left))
    for start in range(0, len(order), _CHUNK):
        chunk = order[start : start + _CHUNK]
        result[chunk] = _distance_at_once(forms, left[chunk], right[chunk])
    return result


def _distance_at_once(forms: _Forms, left: IntArray, right: IntArray) -> FloatArray:
    lengths, costs = forms.lengths, edit_costs()
    a = forms.units[left, : lengths[left].max(initial=1)].T
    b = forms.units[right, : lengths[right].max(initial=1)].T
    out_a, out_b = costs.left_out[a], costs.left_out[b]
    frames = np.maximum(costs.weight[a].sum(0), costs.weight[b].sum(0))
    consonantal_a, consonantal_b = (forms.consonantal[forms.owners[side]] for side in (left, right))
    mixed = consonantal_a ^ consonantal_b
    if mixed.any():
        out_a = np.where(consonantal_b & mixed, costs.unwritten[a], out_a)
        out_b = np.where(consonantal_a & mixed, costs.unwritten[b], out_b)
        frames = np.where(mixed, np.maximum(out_a.sum(0), out_b.sum(0)), frames)
    return np.asarray(_edits(a, b, out_a, out_b, costs) / np.maximum(frames, UNIT), np.float64)


def _edits(
    a: npt.NDArray[np.int16],
    b: npt.NDArray[np.int16],
    out_a: npt.NDArray[np.int32],
    out_b: npt.NDArray[np.int32],
    costs: Costs,
) -> npt.NDArray[np.int32]:
    """
    The cheapest way from each column of `a` to the same column of `b` (Damerau-Levenshtein, weighted).

    A cell of the table holds the cost less that of leaving out all units of `b` so far: to leave out one more is then to
    take the cheaper of two neighbours.
    """
    before: npt.NDArray[np.int32] | None = None
    above = np.zeros((len(b) + 1, a.shape[1]), np.int32)
    flat, width = costs.exchanged.ravel(), costs.exchanged.shape[1]
    same_a, same_b = costs.letters[a], costs.letters[b]
    rows, columns = a.astype(np.int64) * width, b.astype(np.int64)
    transposed = TRANSPOSED - out_b[1:] - out_b[:-1]
    for i in range(len(a)):
        swaps = flat[columns + rows[i]]
        swaps += above[:-1]
        swaps -= out_b
        row = above + out_a[i]
        np.minimum(row[1:], swaps, out=row[1:])
        if before is not None:
            crossed = (same_b[1:] == same_a[i - 1]) & (same_b[:-1] == same_a[i])
            if crossed.any():
                np.minimum(row[2:], np.where(crossed, before[:-2] + transposed, _NEVER), out=row[2:])
        _take_least_so_far(row)
        before, above = above, row
    last: npt.NDArray[np.int32] = above[-1] + out_b.sum(axis=0, dtype=np.int32)
    return last


def _take_least_so_far(rows: npt.NDArray[np.int32]) -> None:
    """Let each row have the least of it and those before."""
    if rows.shape[1] < _WIDE:
        np.minimum.accumulate(rows, axis=0, out=rows)
        return
    for one, other in pairwise(rows):
        np.minimum(one, other, out=other)


@cache
def edit_costs() -> Costs:
    """What each edit of units of sound costs, by the tables of sounds."""
    units = sound_table()
    near = {
        frozenset((row["sound"], row["other"])): float(row["distance"])
        for row in read_table("sound_distances")
    }
    sounds = sorted({sound for unit in units for sound in unit.sounds})
    apart = np.array([[_apart(one, other, near) for other in sounds] for one in sounds])
    heard = np.full((len(units), len(sounds)), np.inf)
    for place, unit in enumerate(units):
        for sound, cost in unit.sounds.items():
            heard[place, sounds.index(sound)] = cost
    # The nearest way from a unit to a sound, then from unit to unit.
    nearest = np.min(heard[:, :, None] + apart[None], axis=1)
    between = np.min(nearest[:, None, :] + heard[None], axis=2)
    letters = np.array([unit.rule.letters for unit in units])
    same_letters = letters[:, None] == letters
    exchanged = np.full((len(units) + 1, len(units) + 1), 9.0)
    exchanged[1:, 1:] = np.where(same_letters, 0, np.minimum(between, between.T))
    return Costs(
        _thousandths(exchanged),
        _thousandths([0, *(unit.left_out for unit in units)]),
        _thousandths([0, *(unit.unwritten for unit in units)]),
        _thousandths([0, *(_letters(unit) for unit in units)]),
        np.array([-1, *(same.argmax() for same in same_letters)], np.int16),
    )


def _thousandths(costs: npt.ArrayLike) -> npt.NDArray[np.int32]:
    return np.asarray(np.rint(np.asarray(costs, float) * UNIT), np.int32)


def _letters(unit: SoundUnit) -> float:
    return min(len(unit.rule.letters), 2) if unit.script == "latin" else 1


def _apart(one: str, other: str, near: dict[frozenset[str], float]) -> float:
    if one == other:
        return 0
    kinds = (one in _VOWELS) + (other in _VOWELS)
    return near.get(frozenset((one, other)), (_CONSONANT_APART, _KIND_APART, _VOWEL_APART)[kinds])
