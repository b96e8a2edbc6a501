"""How alike two tokens are as names: their spelling, and what is known of stems, forms of a name, signs and patronymics."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask, distinct_pairs
from hpmatch.comparison.full_names.signs import Signs, is_read
from hpmatch.comparison.relations import (
    SOUNDING_MUCH_THE_SAME,
    are_of_other_letters,
    are_two_names,
    one_surname,
    relations,
)
from hpmatch.comparison.spelling import token_similarity
from hpmatch.standardise.compounds import head_of
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of
from hpmatch.standardise.surname_groups import surname_groups
from hpmatch.standardise.surnames import is_patronymic

TWO_NAMES = 0.7  # the most that tokens are alike which are known for two names

# What tokens count for that are no spelling of each other.
_SAME_STEM = 0.96
_SAME_GROUP, _SPELLED_IN_GROUP = 0.9, 0.05  # of forms of one name, and how alike those are spelled
_INITIAL = 0.85

_SHORT = 4  # letters of tokens in which one more or less, or another, makes another name (Yang, Ying)
_SHORT_ALIKE = SOUNDING_MUCH_THE_SAME  # unless it sounds much the same, as o for u and e for i do
_READ_ALIKE = 0.965  # less alike, letters are no reading of Chinese signs or of a Korean given name
_ONE_PARENT = 0.9  # less alike, two patronymics are of two parents, for their endings are the same


@dataclass(frozen=True)
class AlikeTokens:
    """
    Distinct tokens of names.

    Attributes:
        texts: The tokens, in the order of the alphabet.
        scripts: int64[t], a number for the script of each; -1 where it leaves vowels out.
        patronymics: bool[t], whether each is made of a parent's name.
    """

    texts: list[str]
    scripts: IntArray
    patronymics: Mask

    @classmethod
    def of(cls, texts: Iterable[str]) -> AlikeTokens:
        """Look at tokens."""
        # In the order of the alphabet, so that ties do not hang on the order of names.
        ordered = sorted({*texts})
        return cls(
            ordered, _script_numbers(ordered), np.array([is_patronymic(each) for each in ordered], bool)
        )

    def similarity(self, left: IntArray, right: IntArray) -> FloatArray:
        """
        The likeness of two tokens as names.

        It is raised where they are forms of one name without being spelled alike, and lowered where they are
        spelled alike without being one name.
        """
        a, b, of_pair = distinct_pairs(left, right)
        table = np.array(self.texts, object)
        similarity = token_similarity(table[a].tolist(), table[b].tolist())
        signs = Signs.of(self.texts)
        similarity[signs.same(a, b)] = 1
        related = relations(self.texts, a, b, similarity)
        alike = ((similarity >= TWO_NAMES) & (similarity < 1)) | related.stem
        two = self.among(alike, a, b, are_two_names) | signs.other(a, b)
        two |= self.patronymics[a] & self.patronymics[b] & (similarity < _ONE_PARENT) & ~related.stem
        variant = related.variant | self._one_surname(a, b)
        short = self._short(a, b, similarity) & ~(related.stem | variant)
        short |= self._read_otherwise(a, b, similarity)
        raised = np.select(
            [related.stem & ~two, variant & ~two, related.initial],
            [_SAME_STEM, _SAME_GROUP + _SPELLED_IN_GROUP * similarity, _INITIAL],
            0.0,
        )
        lowered = np.where(two | short, np.minimum(similarity, TWO_NAMES), similarity)
        return np.asarray(np.maximum(lowered, raised)[of_pair], np.float64)

    def among(
        self, looked_at: Mask, left: IntArray, right: IntArray, related: Callable[[str, str], bool]
    ) -> Mask:
        """Which of the pairs that are looked at, one by one, are related."""
        found = np.zeros(len(left), bool)
        pairs = zip(left[looked_at].tolist(), right[looked_at].tolist(), strict=True)
        found[looked_at] = [related(self.texts[a], self.texts[b]) for a, b in pairs]
        return found

    def _one_surname(self, left: IntArray, right: IntArray) -> Mask:
        """Which tokens are one common surname."""
        common = np.array([bool(surname_groups(token)) for token in self.texts], bool)
        return self.among(common[left] & common[right], left, right, one_surname)

    def _short(self, left: IntArray, right: IntArray, similarity: FloatArray) -> Mask:
        """Which short tokens that are alike sound otherwise and are of other letters (not Lars and Lasr)."""
        # Only of letters that write vowels, and of one script.
        short = np.array([len(head_of(token)) <= _SHORT for token in self.texts], bool) & (self.scripts >= 0)
        both = short[left] & short[right] & (self.scripts[left] == self.scripts[right])
        alike = both & (similarity >= TWO_NAMES) & (similarity < _SHORT_ALIKE)
        return self.among(alike, left, right, are_of_other_letters)

    def _read_otherwise(self, left: IntArray, right: IntArray, similarity: FloatArray) -> Mask:
        """Which names in signs are not read as the Latin letters beside them: a reading has no slips of the ear."""
        latin = np.array([token.isascii() for token in self.texts], bool)
        read = np.array([not token.isascii() and is_read(token) for token in self.texts], bool)
        mixed = (read[left] & latin[right]) | (latin[left] & read[right])
        return np.asarray(mixed & (similarity < _READ_ALIKE), np.bool_)


def _script_numbers(tokens: Sequence[str]) -> IntArray:
    """A number for the script of each token, -1 where it leaves vowels out."""
    scripts = [script_of(token) for token in tokens]
    numbers = {script: number for number, script in enumerate(sorted(set(scripts) - CONSONANT_SCRIPTS))}
    return np.array([numbers.get(script, -1) for script in scripts], np.int64)
