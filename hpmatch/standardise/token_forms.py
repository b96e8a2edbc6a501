"""
What a name token is looked up and sifted by: its blocking keys, and sketches of its letters, its sounds and its names.

It is the dearest thing that is worked out for a token, so it is worked out once for each token of a vocabulary, by several
processes where there are many, and kept with a prepared register.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from hpmatch.parallel import spread
from hpmatch.records import IntArray, Vocabulary
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import token_keys
from hpmatch.standardise.scripts import sounds, spellings

Sketches = npt.NDArray[np.uint64]
LETTERS, CONSONANTS, GROUPS = range(3)


@dataclass(frozen=True)
class TokenForms:
    """
    The forms of t tokens.

    Attributes:
        keys: The blocking keys of all tokens, one after the other.
        key_counts: int64[t], how many keys each token has.
        groups: The groups of given names that tokens belong to, one token after the other.
        group_counts: int64[t], how many groups each token belongs to.
        sketches: uint64[t, 3], a bit for each pair of neighbouring letters of a token's spellings, for each pair of
            neighbouring consonants of its sounds, and for each group of given names that it belongs to.
    """

    keys: tuple[str, ...]
    key_counts: IntArray
    groups: tuple[str, ...]
    group_counts: IntArray
    sketches: Sketches


def token_forms(vocabulary: Vocabulary) -> TokenForms:
    """
    The forms of all tokens of a vocabulary.

    Example:
        >>> import pyarrow as pa
        >>> forms = token_forms(Vocabulary(pa.array(["kowalska", "kovalski"])))
        >>> forms.key_counts.tolist(), len(set(forms.keys)), len(set(forms.sketches[:, CONSONANTS].tolist()))
        ([1, 1], 1, 1)
    """
    return vocabulary.derived("token_forms", lambda: _forms(vocabulary))


def _forms(vocabulary: Vocabulary) -> TokenForms:
    found = spread(forms_of_tokens, vocabulary.texts)
    return TokenForms(
        tuple(key for keys, _, _ in found for key in keys),
        np.array([len(keys) for keys, _, _ in found], np.int64),
        tuple(group for _, groups, _ in found for group in groups),
        np.array([len(groups) for _, groups, _ in found], np.int64),
        np.array([sketches for _, _, sketches in found], np.uint64).reshape(-1, 3),
    )


_Forms = tuple[tuple[str, ...], tuple[str, ...], tuple[int, int, int]]


def forms_of_tokens(tokens: Sequence[str]) -> list[_Forms]:
    """For each token its blocking keys, its groups of given names and its three sketches."""
    return [_forms_of(token) for token in tokens]


def _forms_of(token: str) -> _Forms:
    groups = tuple(sorted(name_groups(token)))
    return token_keys(token), groups, (_pairs(spellings(token)), _pairs(sounds(token)), _bits(groups))


def _pairs(words: tuple[str, ...]) -> int:
    """A bit for each pair of neighbouring letters of any of the words, their ends included."""
    bits = 0
    for word in words:
        for a, b in pairwise(b"{%b}" % word.encode()):
            bits |= 1 << (a * 31 + b & 63)
    return bits


def _bits(groups: Iterable[str]) -> int:
    bits = 0
    for group in groups:
        bits |= 1 << _place(group)
    return bits


@cache
def _place(group: str) -> int:
    place = 0
    for letter in group:
        place = (place * 31 + ord(letter)) % 61
    return place
