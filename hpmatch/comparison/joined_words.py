"""
Names in one word: what some write as one name and others as several (Gunbritt, Gun-Britt; De los Reyes).

Words are compared as numbers: a polynomial hash, of which that of a joined word follows from those of its parts, so that
thousands of pairs make no strings.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.comparison.relations import joined
from hpmatch.hashes import BASE, Hashes
from hpmatch.records import FEW, Terms, Vocabulary
from hpmatch.standardise.token_forms import token_forms


class JoinedWords(NamedTuple):
    """
    What each of t tokens is in one word.

    Attributes:
        hashes: uint64[t].
        shifts: uint64[t], what the hash of the letters before is multiplied by.
    """

    hashes: Hashes
    shifts: Hashes

    def of_names(self, terms: Terms, codes: IntArray) -> Hashes:
        """uint64[k], what all tokens of each of some names are in one word, see ``relations.joined``."""
        starts, sizes = terms.offsets[codes], terms.sizes[codes]
        found = np.zeros(len(codes), np.uint64)
        for place in range(int(sizes.max(initial=0))):
            longer = (sizes > place).nonzero()[0]
            token = terms.codes[starts[longer] + place]
            found[longer] = found[longer] * self.shifts[token] + self.hashes[token]
        return found


def joined_words(vocabulary: Vocabulary) -> JoinedWords:
    """
    What the tokens of a vocabulary are in one word, worked out once.

    Example:
        >>> import pyarrow as pa
        >>> several, one = joined_words(Vocabulary(pa.array(["de los reyes", "delosreyes"]))).hashes.tolist()
        >>> several == one
        True
    """
    return vocabulary.derived_of_each("joined_words", lambda tokens: _hashed(_words(tokens)), _joined)


def _joined(parts: Sequence[JoinedWords]) -> JoinedWords:
    return JoinedWords(*(np.concatenate(hashes) for hashes in zip(*parts, strict=True)))


def _words(vocabulary: Vocabulary) -> list[str]:
    if len(vocabulary) <= FEW:
        return [joined((text,)) for text in vocabulary.texts]
    words = pc.binary_join(pc.list_slice(token_forms(vocabulary).lists["spellings"], 0, 1), "").to_pylist()
    parted = {place: joined((text,)) for place, text in enumerate(vocabulary.texts) if " " in text}
    return [parted.get(place, word) for place, word in enumerate(words)]


def _hashed(words: list[str]) -> JoinedWords:
    letters = np.array(words, bytes)  # nothing behind the last one of a shorter word
    columns = letters.view(np.uint8).reshape(len(words), letters.itemsize).T
    hashes, shifts = np.zeros(len(words), np.uint64), np.ones(len(words), np.uint64)
    for column in columns:
        is_letter = column > 0
        hashes = np.where(is_letter, hashes * BASE + column, hashes)
        shifts = np.where(is_letter, shifts * BASE, shifts)
    return JoinedWords(hashes, shifts)
