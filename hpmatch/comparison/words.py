"""Texts of several words, such as the title of a work or what describes a thing, by how rare the words are that they share."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA

from hpmatch.arrays import FloatArray, IntArray, Mask, distinct, ranges, repeated
from hpmatch.protocols import Compared
from hpmatch.records import Column, Records, Values, Vocabulary

_SIMILARITIES = (0.85, 0.7, 0.5, 0.3)  # from which each level between the first and the last holds
_COMMONER = 5  # so many times as common as a slip of it is the word that was meant
_LETTERS = 4  # a shorter word is one letter from very many others
_PAIRS_AT_A_TIME = 1 << 13  # their words stay in the processor's cache
_MARKS = r"[^\pL\pN\s]+"
_PLACE_BITS = 32  # of a word; the bits before them are of its text


@dataclass(frozen=True)
class Words:
    """
    Texts of several words by the words that they share, in any order; a rare word tells more than a common one.

    The similarity is the cosine of the words of both, each weighed by the logarithm of how rare it is in the right table (TF-IDF).
    A word of letters that is one slip from another five times as common is taken for that one. Cohen, Ravikumar and Fienberg
    (2003), A comparison of string distance metrics for name-matching tasks, call such a measure soft TF-IDF.

    Levels: ``same`` (all words), ``nearly_all`` (a similarity of at least 0.85), ``most`` (0.70), ``half`` (0.50), ``some``
    (0.30), ``different``. All words of a rare text are worth more.

    Args:
        name: The comparison's name.
        column: The column that it reads.

    Example:
        >>> titles = pa.array(["red camera lumix", "lumix camera", "red printer", "red camera"])
        >>> column = Column.of(np.arange(4), titles)
        >>> left, right = (Records(pa.nulls(3, pa.string()), {"title": column.take(rows)}) for rows in ([0, 0, 0], [0, 1, 2]))
        >>> [Words.levels[level] for level in Words("title", "title").compare(left, right).levels]
        ['same', 'nearly_all', 'different']
    """

    name: str
    column: str
    levels: ClassVar = ("same", "nearly_all", "most", "half", "some", "different")

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        held = right[self.column]
        known = held.values.derived("known_words", lambda: _KnownWords.of(held.values))
        sides = [_Weighed.of(side[self.column], known) for side in (left, right)]
        starts = range(0, max(len(left), 1), _PAIRS_AT_A_TIME)
        shared = [_shared(*(side.slice(slice(at, at + _PAIRS_AT_A_TIME)) for side in sides)) for at in starts]
        similarity, all_same = (np.concatenate(each) for each in zip(*shared, strict=True))
        conditions = [all_same, *(similarity >= least for least in _SIMILARITIES)]
        levels = np.select(conditions, range(len(conditions)), len(conditions))
        return Compared(levels.astype(np.int8), np.where(all_same, held.frequencies, np.nan))


def _words(values: Values) -> Values:
    """The same values as lists of their words, without marks."""

    def split() -> Values:
        bare = pc.utf8_trim_whitespace(pc.replace_substring_regex(values.array, _MARKS, ""))
        return Values(pc.utf8_split_whitespace(bare), values.counts, values.records)

    return values.derived("words", split)


class _KnownWords(NamedTuple):
    """
    The words of a table.

    Attributes:
        vocabulary: The w words.
        counts: int64[w], how many records hold each.
        meant: int64[w], the place of the word that each is taken for.
        weights: float64[w + 1], how much each tells; the last is of a word that the table does not hold.
        common: The places of common words by what is left of them without one letter or none.
    """

    vocabulary: Vocabulary
    counts: IntArray
    meant: IntArray
    weights: FloatArray
    common: Mapping[str, list[int]]

    @classmethod
    def of(cls, values: Values) -> _KnownWords:
        words = _words(values)
        vocabulary, counts = words.terms.vocabulary, words.term_counts
        weights = np.log((values.holders + 1) / np.append(np.maximum(counts, 1), 1))
        common: dict[str, list[int]] = {}
        known = cls(vocabulary, counts, np.arange(len(counts)), weights, common)
        texts = vocabulary.texts
        for place in sorted(range(len(texts)), key=lambda place: (-counts[place], texts[place])):
            known.meant[place] = known._meant_by(texts[place], place)
            if known.meant[place] == place and counts[place] >= _COMMONER:
                for part in _parts(texts[place]):
                    common.setdefault(part, []).append(place)
        return known

    def places_of(self, words: pa.Array) -> IntArray:
        """The places of the words that some are taken for; of one that is not known a place behind all that are."""
        places = np.asarray(pc.fill_null(pc.index_in(words, self.vocabulary.array), -1), np.int64)
        unknown = np.flatnonzero(places < 0)
        found = self.meant[places] if len(self.meant) else places
        for number, place in enumerate(unknown.tolist()):
            found[place] = self._meant_by(words[place].as_py(), len(self.meant) + number)
        return found

    def _meant_by(self, word: str, place: int) -> int:
        """The place of the word of which one is a slip, or its own."""
        least = _COMMONER * max(int(self.counts[place]) if place < len(self.counts) else 0, 1)
        near = {
            other
            for part in _parts(word)
            for other in self.common.get(part, ())
            if self.counts[other] >= least and OSA.distance(word, self.vocabulary.texts[other]) <= 1
        }
        return max(near, key=lambda other: (self.counts[other], self.vocabulary.texts[other]), default=place)


def _parts(word: str) -> set[str]:
    """What is left of a word without one letter or none; two that share nothing of it are more than one slip apart."""
    if len(word) < _LETTERS or not word.isalpha():
        return set()
    return {word} | {word[:at] + word[at + 1 :] for at in range(len(word))}


class _Weighed(NamedTuple):
    """
    The words of n texts.

    Attributes:
        starts: int64[n], where the words of each begin.
        sizes: int64[n], how many they are.
        words: int64[m], the places of the words that are meant, each once a text, ascending.
        weights: float64[m], how much each tells; the sum of the squares of a text's is 1.
    """

    starts: IntArray
    sizes: IntArray
    words: IntArray
    weights: FloatArray

    @classmethod
    def of(cls, column: Column, known: _KnownWords) -> _Weighed:
        terms = _words(column.values).terms
        codes, text_of_row = np.unique(column.codes, return_inverse=True)
        sizes = terms.sizes[codes]
        used, word_of = np.unique(terms.codes[ranges(terms.offsets[codes], sizes)], return_inverse=True)
        meant = known.places_of(terms.vocabulary.array.take(pa.array(used)))[word_of]
        code = distinct(repeated(sizes) << _PLACE_BITS | meant)
        texts, words = code >> _PLACE_BITS, code & ((1 << _PLACE_BITS) - 1)
        weights = known.weights[np.minimum(words, len(known.counts))]
        weights /= np.sqrt(np.bincount(texts, weights**2))[texts]
        sizes = np.bincount(texts, minlength=len(codes))
        return cls((sizes.cumsum() - sizes)[text_of_row], sizes[text_of_row], words, weights)

    def slice(self, rows: slice) -> _Weighed:
        """Some of the texts."""
        return self._replace(starts=self.starts[rows], sizes=self.sizes[rows])

    def by_pair(self) -> tuple[IntArray, FloatArray]:
        """The words of one text after the other, each with the number of its text before it, and their weights."""
        places = ranges(self.starts, self.sizes)
        return repeated(self.sizes) << _PLACE_BITS | self.words[places], self.weights[places]


def _shared(left: _Weighed, right: _Weighed) -> tuple[FloatArray, Mask]:
    """The similarity of each pair of texts, and whether all their words are the same."""
    (words, weights), (others, of_others) = left.by_pair(), right.by_pair()
    places = np.minimum(np.searchsorted(others, words), len(others) - 1)
    held = np.flatnonzero(others[places] == words)
    pairs, size = words[held] >> _PLACE_BITS, len(left.sizes)
    similarity = np.asarray(np.bincount(pairs, weights[held] * of_others[places[held]], size), np.float64)
    number = np.bincount(pairs, minlength=size)
    return similarity, (number == left.sizes) & (number == right.sizes)
