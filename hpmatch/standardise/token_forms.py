"""
What a name token is looked up and sifted by: its blocking keys, and sketches of its letters, its sounds and its names.

It is the dearest thing that is worked out for a token, so it is worked out once for each token of a vocabulary, by several
processes where there are many, and kept with a prepared register.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.parallel import spread
from hpmatch.records import IntArray, Vocabulary
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import token_keys
from hpmatch.standardise.scripts import sounds, spellings
from hpmatch.standardise.surnames import stems

Sketches = npt.NDArray[np.uint64]
LETTERS, CONSONANTS, GROUPS, STEMS = SKETCHES = range(4)


@dataclass(frozen=True)
class TokenForms:
    """
    The forms of t tokens.

    Attributes:
        keys: list<string>[t], the blocking keys of each token.
        groups: list<string>[t], the groups of given names that each belongs to.
        sketches: uint64[t, 4], a bit for each pair of neighbouring letters of a token's spellings, for each pair of
            neighbouring consonants of its sounds, for each group of given names that it belongs to, and for each stem.
    """

    keys: pa.Array
    groups: pa.Array
    sketches: Sketches

    def take(self, places: IntArray) -> TokenForms:
        """The forms of the tokens at the given places."""
        rows = pa.array(places)
        return TokenForms(self.keys.take(rows), self.groups.take(rows), self.sketches[places])


def token_forms(vocabulary: Vocabulary) -> TokenForms:
    """
    The forms of all tokens of a vocabulary.

    Example:
        >>> forms = token_forms(Vocabulary(pa.array(["kowalska", "kovalski"])))
        >>> len(set(forms.keys.flatten().to_pylist())), len(set(forms.sketches[:, CONSONANTS].tolist()))
        (1, 1)
    """
    return vocabulary.derived("token_forms", lambda: _forms(vocabulary.texts))


def learn_forms(vocabulary: Vocabulary, known: Vocabulary) -> None:
    """Take the forms of tokens that another vocabulary has from there, so that only the others are worked out."""
    if vocabulary is not known:
        vocabulary.derived("token_forms", lambda: _learned(vocabulary, known))


def _learned(vocabulary: Vocabulary, known: Vocabulary) -> TokenForms:
    places = np.array([known.places.get(text, -1) for text in vocabulary.texts], np.int64)
    there = places >= 0
    if there.all():
        return token_forms(known).take(places)
    old = token_forms(known).take(places[there])
    new = _forms(
        [text for text, is_there in zip(vocabulary.texts, there.tolist(), strict=True) if not is_there]
    )
    order = np.empty(len(places), np.int64)
    order[np.flatnonzero(there)] = np.arange(len(old.sketches))
    order[np.flatnonzero(~there)] = np.arange(len(new.sketches)) + len(old.sketches)
    return TokenForms(
        pa.concat_arrays([old.keys, new.keys]),
        pa.concat_arrays([old.groups, new.groups]),
        np.concatenate([old.sketches, new.sketches]),
    ).take(order)


def _forms(tokens: Sequence[str]) -> TokenForms:
    found = spread(forms_of_tokens, tokens)
    return TokenForms(
        pa.array([keys for keys, _, _ in found], _WORDS),
        pa.array([groups for _, groups, _ in found], _WORDS),
        np.array([sketches for _, _, sketches in found], np.uint64).reshape(-1, len(SKETCHES)),
    )


_WORDS = pa.list_(pa.string())
_Forms = tuple[tuple[str, ...], tuple[str, ...], tuple[int, int, int, int]]


def forms_of_tokens(tokens: Sequence[str]) -> list[_Forms]:
    """For each token its blocking keys, its groups of given names and its sketches."""
    return [_forms_of(token) for token in tokens]


def _forms_of(token: str) -> _Forms:
    return token_keys(token), tuple(sorted(name_groups(token))), sketches_of(token)


def sketches_of(token: str) -> tuple[int, int, int, int]:
    """The sketches of one token, see ``TokenForms``."""
    return _pairs(spellings(token)), _pairs(sounds(token)), _bits(name_groups(token)), _bits(stems(token))


def _pairs(words: tuple[str, ...]) -> int:
    """A bit for each pair of neighbouring letters of any of the words, their ends included."""
    bits = 0
    for word in words:
        for a, b in pairwise(b"{%b}" % word.encode()):
            bits |= 1 << (a * 31 + b & 63)
    return bits


def _bits(words: Iterable[str]) -> int:
    """A bit for each of the words."""
    bits = 0
    for word in words:
        bits |= 1 << (crc32(word.encode()) & 63)
    return bits
