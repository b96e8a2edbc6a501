"""
What blocking keys are made of.

A key is a 64-bit number. What it is made of (a name's key, a part of a date, a value) is hashed for itself, and the
hashes are joined by exclusive or, which forgets their order and costs one step for each key. Lists are worked out once a
distinct value and spread to rows by number.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, offsets_of, ranges, repeated, sizes_of
from hpmatch.hashes import Hashes, hash_of, hashes, scattered
from hpmatch.protocols import Keys
from hpmatch.records import FEW, Column, Records, Terms, Values
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import token_keys
from hpmatch.standardise.token_forms import TokenForms, token_forms

_GROUP = "G{}"  # a capital tells a group of given names from a key


class HashLists(NamedTuple):
    """
    A list of hashes for each of n rows or values, one list after the other.

    Attributes:
        sizes: int64[n], how long each list is.
        starts: int64[n], where each list begins.
        flat: uint64[sum(sizes)], the lists.
    """

    sizes: IntArray
    starts: IntArray
    flat: Hashes

    @classmethod
    def of(cls, sizes: IntArray, flat: Hashes) -> HashLists:
        """Lists of given sizes."""
        return cls(sizes, sizes.cumsum() - sizes, flat)

    def with_empty(self) -> HashLists:
        """The same lists and an empty one at the end, which the place -1 then leads to."""
        sizes, starts = np.zeros((2, len(self.sizes) + 1), np.int64)
        sizes[:-1], starts[:-1] = self.sizes, self.starts
        return HashLists(sizes, starts, self.flat)

    def at(self, codes: IntArray) -> HashLists:
        """The lists at the given places, in their order."""
        sizes = self.sizes.take(codes)  # twice as fast as indexing
        if len(codes) == 1:
            start = self.starts[codes[0]]
            return HashLists(sizes, np.zeros(1, np.int64), self.flat[start : start + sizes[0]])
        return HashLists.of(sizes, self.flat.take(ranges(self.starts.take(codes), sizes)))

    def rows(self) -> IntArray:
        """int32[sum(sizes)], the row that each hash belongs to."""
        if len(self.sizes) == 1:
            return np.zeros(len(self.flat), np.int32)
        return repeated(self.sizes).astype(np.int32)

    def keys(self) -> Keys:
        """The hashes as blocking keys."""
        return Keys(self.rows(), self.flat)


def nothing(size: int) -> HashLists:
    """Empty lists."""
    return HashLists.of(np.zeros(size, np.int64), np.zeros(0, np.uint64))


def one_after_the_other(lists: Sequence[HashLists], size: int) -> HashLists:
    """The lists of several columns, row by row."""
    if not lists:
        return nothing(size)
    if len(lists) == 1:
        return lists[0]
    sizes = np.sum([each.sizes for each in lists], axis=0)
    starts = sizes.cumsum() - sizes
    flat = np.empty(int(sizes.sum()), np.uint64)
    for each in lists:
        flat[ranges(starts, each.sizes)] = each.flat
        starts = starts + each.sizes
    return HashLists.of(sizes, flat)


def combined(first: HashLists, second: HashLists) -> HashLists:
    """
    Every hash of a row's first list together with every hash of its second.

    Two that are the same make no pair.
    """
    if len(first.sizes) == 1:
        flat = (first.flat[:, None] ^ second.flat).ravel()
        flat = flat[flat != 0]
        return HashLists(np.array([len(flat)]), np.zeros(1, np.int64), flat)
    owners = repeated(first.sizes)
    repeats, starts = second.sizes.take(owners), second.starts.take(owners)
    if (repeats == 1).all():
        flat = first.flat ^ second.flat.take(starts)
    else:
        flat = first.flat.take(repeated(repeats)) ^ second.flat.take(ranges(starts, repeats))
    apart = flat != 0
    if apart.all():
        return HashLists.of(first.sizes * second.sizes, flat)
    rows = repeated(first.sizes * second.sizes)[apart]
    return HashLists.of(np.bincount(rows, minlength=len(first.sizes)), flat[apart])


@dataclass(frozen=True)
class NameKeys:
    """
    Which keys of a name token count.

    Attributes:
        letters: How many letters of each key of its sounds; 0 for all.
        variants: Whether a given name is also keyed by the names that it is a form of.
    """

    letters: int = 0
    variants: bool = False


def name_keys(records: Records, names: Sequence[str], kind: NameKeys) -> HashLists:
    """The keys of all tokens in some name columns of each record."""
    columns = [records[name] for name in names if name in records]
    if len(records) == 1:
        hashed = [
            each for column in columns for token in _tokens(column) for each in _token_keys(token, kind)
        ]
        return HashLists(np.array([len(hashed)]), np.zeros(1, np.int64), np.array(hashed, np.uint64))
    return records.derived(
        ("name_keys", tuple(names), kind),
        lambda: one_after_the_other([_column_keys(column, kind) for column in columns], len(records)),
    )


def _tokens(column: Column) -> list[str]:
    """The tokens of a column of one row."""
    terms, code = column.values.terms, column.codes[0]
    texts = terms.vocabulary.texts
    return [texts[place] for place in terms.codes[terms.offsets[code] :][: terms.sizes[code]].tolist()]


@lru_cache(maxsize=1 << 16)
def _token_keys(token: str, kind: NameKeys) -> list[np.uint64]:
    """The hashes that ``_term_keys`` gives to a token."""
    sounds = [key[: kind.letters] if kind.letters else key for key in token_keys(token)]
    groups = [_GROUP.format(group) for group in sorted(name_groups(token))] if kind.variants else []
    return [hash_of(key) for key in (*sounds, *groups)]


def _column_keys(column: Column, kind: NameKeys) -> HashLists:
    terms = column.values.terms
    lists = column.values.derived(("name_keys", kind), lambda: _value_keys(terms, kind).with_empty())
    return lists.at(column.codes)


def _value_keys(terms: Terms, kind: NameKeys) -> HashLists:
    of_vocabulary = terms.vocabulary.derived(
        ("name_keys", kind), lambda: _term_keys(token_forms(terms.vocabulary), kind)
    )
    of_terms = of_vocabulary.at(terms.codes)
    return HashLists.of(sizes_of(offsets_of(of_terms.sizes)[terms.offsets]), of_terms.flat)


def _term_keys(forms: TokenForms, kind: NameKeys) -> HashLists:
    sounds = _hashed(forms.lists["keys"], lambda key: key[: kind.letters] if kind.letters else key)
    if not kind.variants:
        return sounds
    return one_after_the_other(
        [sounds, _hashed(forms.lists["groups"], _GROUP.format)], len(forms.lists["keys"])
    )


def _hashed(lists: pa.Array, write: Callable[[str], str]) -> HashLists:
    """The hashes of the texts of each list, written in some way."""
    if len(lists) <= FEW:
        words = lists.to_pylist()
        flat = [hash_of(write(word)) for each in words for word in each]
        return HashLists.of(np.array([len(each) for each in words], np.int64), np.array(flat, np.uint64))
    encoded = lists.flatten().dictionary_encode()
    hashed = hashes(pa.array([write(text) for text in encoded.dictionary.to_pylist()], pa.string()))
    return HashLists.of(np.asarray(lists.value_lengths(), np.int64), hashed[np.asarray(encoded.indices)])


def date_parts(
    records: Records, name: str, part: str, split: Callable[[IntArray], tuple[IntArray, IntArray]]
) -> HashLists:
    """
    A part of each reading of each record's date.

    Args:
        records: The records.
        name: The column of dates.
        part: What the part is called; the same number of two parts is two hashes.
        split: From int64[r] readings yyyymmdd to the places of those that have the part, ascending, and the parts.
    """
    if name not in records:
        return nothing(len(records))
    values = records[name].values

    def of_values() -> HashLists:
        sizes, readings = values.derived("sizes_and_readings", lambda: _sizes_and_elements(values.array))
        places, parts = split(readings)
        owners = np.repeat(np.arange(len(sizes)), sizes)[places]
        hashed = scattered(parts.astype(np.uint64) ^ hash_of(part))
        return HashLists.of(np.bincount(owners, minlength=len(sizes)), hashed).with_empty()

    return values.derived(("date_parts", part), of_values).at(records[name].codes)


def _sizes_and_elements(lists: pa.Array) -> tuple[IntArray, IntArray]:
    return np.asarray(lists.value_lengths(), np.int64), np.asarray(lists.flatten(), np.int64)


def value_keys(records: Records, name: str, letters: int = 0) -> HashLists:
    """A key for each value, or for each of several, of a column; of its first letters, or of all of them for 0."""
    if name not in records:
        return nothing(len(records))
    values = records[name].values

    def of_values() -> HashLists:
        listed = hasattr(values.array, "value_lengths")
        texts = (values.array.flatten() if listed else values.array).cast(pa.string())
        if letters:
            texts = pc.utf8_slice_codeunits(texts, 0, letters)
        sizes = (
            np.asarray(values.array.value_lengths(), np.int64) if listed else np.ones(len(texts), np.int64)
        )
        return HashLists.of(sizes, hashes(texts)).with_empty()

    return values.derived(("value_keys", letters), of_values).at(records[name].codes)


def placed(lists: HashLists, place: int) -> HashLists:
    """The lists for one of several places: a key joined of them tells apart what is exchanged, and two of one value."""
    return HashLists(lists.sizes, lists.starts, scattered(lists.flat + np.uint64(place + 1)))


def word_keys(records: Records, name: str) -> HashLists:
    """A key for each word of a column of texts."""
    if name not in records:
        return nothing(len(records))
    return _word_lists(records[name].values).at(records[name].codes)


def word_pair_keys(records: Records, name: str) -> HashLists:
    """A key for each two words that follow each other in a column of texts."""
    if name not in records:
        return nothing(len(records))
    values = records[name].values

    def of_values() -> HashLists:
        words = _word_lists(values)
        ends = words.sizes.cumsum()[words.sizes > 0] - 1
        # Scattered, so that their order counts.
        pairs = np.delete(scattered(words.flat) ^ np.append(words.flat[1:], np.uint64(0)), ends)
        return HashLists.of(np.maximum(words.sizes - 1, 0), pairs)

    return values.derived("word_pair_keys", of_values).at(records[name].codes)


def _word_lists(values: Values) -> HashLists:
    def of_values() -> HashLists:
        words = pc.utf8_split_whitespace(values.array)
        return HashLists.of(np.asarray(words.value_lengths(), np.int64), hashes(words.flatten())).with_empty()

    return values.derived("word_keys", of_values)
