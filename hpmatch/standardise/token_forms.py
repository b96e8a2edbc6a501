"""
What a name token is looked up, sifted and compared by: blocking keys, spellings, units of sound, and sketches of all of them.

It is the dearest thing that is worked out for a token, so it is worked out once for each token of a vocabulary, by several
processes where there are many, and kept with a prepared register.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, pairwise
from typing import NamedTuple
from zlib import crc32

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.arrays import IntArray
from hpmatch.parallel import begin
from hpmatch.records import Vocabulary
from hpmatch.standardise.beginnings import first_letters
from hpmatch.standardise.bilingual import bilingual_groups
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import token_keys
from hpmatch.standardise.scripts import is_single, sound_units, sounds, spellings
from hpmatch.standardise.surnames import stems

WORDS, UNITS = pa.list_(pa.string()), pa.list_(pa.list_(pa.int16()))
# The lists that ``TokenForms`` has, and what each holds.
LISTS = {"keys": WORDS, "groups": WORDS, "spellings": WORDS, "units": UNITS}
NAME_TOKENS = "name tokens"  # the list of terms that name columns share: a token may stand in any field
Sketches = npt.NDArray[np.uint64]
LETTERS, CONSONANTS, GROUPS, ANAGRAM, STEMS = SKETCHES = range(5)


@dataclass(frozen=True)
class TokenForms:
    """
    The forms of t tokens.

    Attributes:
        sketches: uint64[t, 5], a bit for each pair of neighbouring letters of a token's spellings, for each pair of
            neighbouring consonants of its sounds, for each group of forms of one name that it belongs to; a number that
            tokens of the same letters in any order share; and a bit for each stem. A single letter has no bit of consonants.
        make_lists: What makes the lists when somebody asks for them; of a single alert's tokens nobody does.
    """

    sketches: Sketches
    make_lists: Callable[[], dict[str, pa.Array]]

    @cached_property
    def lists(self) -> dict[str, pa.Array]:
        """
        What each token has, by name.

        ``keys`` list<string>[t], its blocking keys; ``groups`` list<string>[t], the groups of given names that it belongs to;
        ``spellings`` list<string>[t] and ``units`` list<list<int16>>[t], see ``scripts.spellings`` and ``scripts.sound_units``.
        """
        return self.make_lists()

    def take(self, places: IntArray) -> TokenForms:
        """The forms of the tokens at the given places."""
        rows = pa.array(places)
        return TokenForms(
            self.sketches[places], lambda: {name: array.take(rows) for name, array in self.lists.items()}
        )

    @classmethod
    def joined(cls, parts: Sequence[TokenForms]) -> TokenForms:
        """The forms of several lists of tokens, one behind the other."""
        return cls(
            np.concatenate([part.sketches for part in parts]),
            lambda: {name: pa.concat_arrays([part.lists[name] for part in parts]) for name in LISTS},
        )


def token_forms(vocabulary: Vocabulary) -> TokenForms:
    """
    The forms of all tokens of a vocabulary.

    Example:
        >>> forms = token_forms(Vocabulary(pa.array(["kowalska", "kovalski"])))
        >>> len(set(forms.lists["keys"].flatten().to_pylist())), len(set(forms.sketches[:, CONSONANTS].tolist()))
        (1, 1)
    """
    return vocabulary.derived_of_each(
        "token_forms", lambda tokens: _forms(begin_forms(tokens)()), TokenForms.joined
    )


def begin_forms(vocabulary: Vocabulary) -> Callable[[], list[_Batch]]:
    """Begin with the forms of a large vocabulary in other processes, before anybody asks for them."""
    return vocabulary.derived("begun_forms", lambda: begin(forms_of_tokens, vocabulary.texts))


def learn_forms(vocabulary: Vocabulary, known: Vocabulary) -> None:
    """Take the forms of tokens that another vocabulary has from there, so that only the others are worked out."""
    if vocabulary is not known and not vocabulary.parts:  # one that grew has those of its parts
        vocabulary.derived("token_forms", lambda: _learned(vocabulary, known))


def _learned(vocabulary: Vocabulary, known: Vocabulary) -> TokenForms:
    places = np.array([known.places.get(text, -1) for text in vocabulary.texts], np.int64)
    there = places >= 0
    if there.all():
        return token_forms(known).take(places)
    old = token_forms(known).take(places[there])
    unknown = [text for text, is_there in zip(vocabulary.texts, there.tolist(), strict=True) if not is_there]
    new = _forms(begin(forms_of_tokens, unknown)())
    order = np.empty(len(places), np.int64)
    order[np.flatnonzero(there)] = np.arange(len(old.sketches))
    order[np.flatnonzero(~there)] = np.arange(len(new.sketches)) + len(old.sketches)
    return TokenForms.joined([old, new]).take(order)


_END = ord("}")


class _Batch(NamedTuple):
    """The forms of some tokens in plain lists: other processes need not load what makes Arrow arrays of them."""

    keys: list[tuple[str, ...]]
    groups: list[list[str]]
    spellings: list[tuple[str, ...]]
    units: list[tuple[tuple[int, ...], ...]]
    sketches: Sketches


def _forms(batches: Sequence[_Batch]) -> TokenForms:
    lists = {
        name: pa.array(chain.from_iterable(getattr(batch, name) for batch in batches), kind)
        for name, kind in LISTS.items()
    }
    return TokenForms(np.concatenate([batch.sketches for batch in batches]), lambda: lists)


def forms_of_tokens(tokens: Sequence[str]) -> list[_Batch]:
    """The forms of some tokens, worked out now, as one batch."""
    groups, spelled = [sorted(name_groups(token)) for token in tokens], [spellings(token) for token in tokens]
    sketches = (
        _pairs([_letters_sketched(token) for token in tokens]),
        _pairs([_sounds_sketched(token) for token in tokens]),
        _bits([variant_groups(token) for token in tokens]),
        np.array([_anagram(each) for each in spelled], np.uint64),
        _bits([stems(token) for token in tokens]),
    )
    keys, units = [token_keys(token) for token in tokens], [sound_units(token) for token in tokens]
    return [_Batch(keys, groups, spelled, units, np.stack(sketches, axis=1))]


def sketches_of(token: str) -> tuple[int, int, int, int]:
    """The sketches of one token but the last, see ``TokenForms``: few pairs get as far as their stems."""
    letters, consonants = _pairs_of(_letters_sketched(token)), _pairs_of(_sounds_sketched(token))
    return letters, consonants, _bits_of(variant_groups(token)), _anagram(spellings(token))


def variant_groups(token: str) -> frozenset[str]:
    """The groups of forms of one name that a token belongs to: of given names, and of surnames in two languages."""
    return name_groups(token) | bilingual_groups(token)


def _letters_sketched(token: str) -> tuple[str, ...]:
    """A token's spellings; of a single letter also what another scheme writes for it at the beginning of a name."""
    spelled = spellings(token)
    if not is_single(token):
        return spelled
    return (*spelled, *(other for letter in spelled for other in first_letters(letter)))


def _sounds_sketched(token: str) -> tuple[str, ...]:
    return () if is_single(token) else sounds(token)


def _pairs_of(words: Sequence[str]) -> int:
    """What ``_pairs`` finds for one token."""
    bits = 0
    for word in words:
        for first, second in pairwise(b"{%b}" % word.encode()):
            bits |= 1 << (first * 31 + second & 63)
    return bits


def _pairs(words: Sequence[Sequence[str]]) -> Sketches:
    """For each token a bit for each pair of neighbouring letters of any of its words, their ends included."""
    texts = ["{" + "}{".join(each) + "}" if each else "}" for each in words]
    sizes = np.array([len(text) for text in texts], np.int64)
    letters = np.frombuffer("".join(texts).encode(), np.uint8).astype(np.uint64)
    bits = np.uint64(1) << (letters * 31 + np.roll(letters, -1) & 63)
    bits[letters == _END] = 0
    return np.asarray(np.bitwise_or.reduceat(bits, np.cumsum(sizes) - sizes) if texts else bits, np.uint64)


def _bits(words: Sequence[Iterable[str]]) -> Sketches:
    """For each token a bit for each of its words."""
    return np.array([_bits_of(each) for each in words], np.uint64)


def _anagram(spelled: Sequence[str]) -> int:
    """A number that tells which letters a token's first spelling has, in whatever order; 0 where it has none."""
    return crc32("".join(sorted(spelled[0])).encode()) if spelled else 0


def _bits_of(words: Iterable[str]) -> int:
    bits = 0
    for word in words:
        bits |= 1 << (crc32(word.encode()) & 63)
    return bits
