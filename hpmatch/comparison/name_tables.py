"""
What the name comparisons know of two whole tables: their tokens, and how common each token is.

Every token of both tables has one place in one list. Two tokens are compared once, however many pairs of records hold
them, and only if they have letter pairs in common: a 64-bit sketch of each token's letter pairs rules out nearly all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from hpmatch.blocking import ranges
from hpmatch.protocols import LevelArray
from hpmatch.records import FloatArray, IntArray, Records
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.surnames import stems

FIELDS = ("family_name", "given_name", "middle_name", "birth_name", "other_names")

# What two tokens have in common, best first.
SAME, STEM, CLOSE, INITIAL, SIMILAR, NOTHING = range(6)
_CLOSE, _SIMILAR = 0.92, 0.84
_SHORTEST_CLOSE = 4

# A token's frequency within a country leans on its frequency in the whole table with the weight of so many persons.
_COUNTRY_SMOOTHING = 200.0


class TokenPairs(NamedTuple):
    """
    Tokens of k pairs of names that have something in common, m in all.

    Attributes:
        owner: int64[m], the pair of names, ascending.
        left_field, right_field: int8[m], the places in ``FIELDS`` that the tokens come from.
        right_token: int64[m], the right token's place in the list of tokens.
        agreement: int8[m], what the two tokens have in common.
    """

    owner: IntArray
    left_field: IntArray
    right_field: IntArray
    right_token: IntArray
    agreement: LevelArray


@dataclass(frozen=True)
class FieldTokens:
    """The tokens of a name field's distinct values: value i has the tokens ``places[starts[i]:starts[i] + sizes[i]]``."""

    starts: IntArray
    sizes: IntArray
    places: IntArray


@dataclass(frozen=True)
class NameTables:
    """
    The tokens of two tables.

    Attributes:
        tokens: The distinct tokens of both.
        sketches: uint64[t], a bit for each letter pair of a token.
        left: The name fields of the left table.
        right: The name fields of the right table.
        frequencies: How common tokens are in the right table.
        by_rarity: int64[t], the tokens' places, the rarest in the right table first.
    """

    tokens: tuple[str, ...]
    sketches: npt.NDArray[np.uint64]
    left: dict[str, FieldTokens]
    right: dict[str, FieldTokens]
    frequencies: TokenFrequencies
    by_rarity: IntArray

    @classmethod
    def of(cls, left: Records, right: Records) -> NameTables:
        """Build the tables of two whole tables of records."""
        places: dict[str, int] = {}
        left_fields, right_fields = _field_tokens(left, places), _field_tokens(right, places)
        sketches = np.fromiter((_sketch(token) for token in places), np.uint64, len(places))
        frequencies = TokenFrequencies.of(right, right_fields, len(places))
        # Among equally rare ones the text decides: the order of rows must not.
        by_rarity = (
            np.lexsort((np.array(list(places), dtype=str), frequencies.overall))
            if places
            else np.zeros(0, np.int64)
        )
        return cls(tuple(places), sketches, left_fields, right_fields, frequencies, by_rarity)

    def count(self, records: Records, fields: dict[str, FieldTokens], names: Sequence[str]) -> IntArray:
        """How many tokens each record has in some fields."""
        total = np.zeros(len(records), np.int64)
        for name in names:
            if name in fields:
                total += np.append(fields[name].sizes, 0)[records[name].codes]
        return total

    def token_pairs(self, left: Records, right: Records) -> TokenPairs:
        """Hold every token of each left name against every token of its right name."""
        a, b = _row_tokens(left, self.left), _row_tokens(right, self.right)
        counts = a.sizes * b.sizes
        owner = np.repeat(np.arange(len(counts)), counts)
        within = ranges(np.zeros(len(counts), np.int64), counts)
        at_left = a.starts[owner] + within // b.sizes[owner]
        at_right = b.starts[owner] + within % b.sizes[owner]
        left_token, right_token = a.places[at_left], b.places[at_right]
        equal = left_token == right_token
        worth = equal | self._may_agree(left_token, right_token)
        owner, left_token, right_token = owner[worth], left_token[worth], right_token[worth]
        agreement = np.zeros(len(owner), np.int8)
        other = left_token != right_token
        distinct, of_pair = np.unique(
            left_token[other] * len(self.tokens) + right_token[other], return_inverse=True
        )
        left_texts, right_texts = (
            [self.tokens[place] for place in side.tolist()]
            for side in np.divmod(distinct, max(len(self.tokens), 1))
        )
        agreement[other] = token_agreement(left_texts, right_texts)[of_pair]
        return TokenPairs(owner, a.fields[at_left][worth], b.fields[at_right][worth], right_token, agreement)

    def _may_agree(self, left: IntArray, right: IntArray) -> npt.NDArray[np.bool_]:
        """Whether two tokens share a third of the letter pairs of the shorter one."""
        a, b = self.sketches[left], self.sketches[right]
        fewer = np.minimum(np.bitwise_count(a), np.bitwise_count(b))
        return np.asarray(np.bitwise_count(a & b).astype(np.int64) * 3 >= fewer)


@dataclass(frozen=True)
class TokenFrequencies:
    """
    How common tokens are among the persons of a table, and among those of one country.

    Attributes:
        records: How many persons the table has.
        overall: float64[t], the share of all persons that hold a token in any name field.
        country_of_value: int64[n_values + 1], the country of each distinct value of the country column; -1 for none.
        persons: float64[c], how many persons each country has.
        keys: int64[p], country and token together, ascending.
        counts: int64[p], how many persons of the country hold the token.
    """

    records: int
    overall: FloatArray
    country_of_value: IntArray
    persons: FloatArray
    keys: IntArray
    counts: IntArray

    @classmethod
    def of(cls, records: Records, fields: dict[str, FieldTokens], tokens: int) -> TokenFrequencies:
        """Count the tokens of a whole table."""
        rows = np.arange(len(records))
        held = _row_tokens(records, fields)
        width = max(tokens, 1)
        owner = np.repeat(rows, held.sizes)
        once = np.unique(owner * width + held.places)
        owner, token = np.divmod(once, width)
        overall = np.bincount(token, minlength=tokens) / max(len(records), 1)
        country_of_value = _main_countries(records)
        country = (
            country_of_value[records["country"].codes] if "country" in records else np.full(len(records), -1)
        )
        known = country[owner] >= 0
        keys, counts = np.unique(country[owner[known]] * width + token[known], return_counts=True)
        persons = np.bincount(country[country >= 0], minlength=1).astype(np.float64)
        return cls(len(records), overall, country_of_value, persons, keys, counts)

    def within_country(self, tokens: IntArray, records: Records) -> FloatArray:
        """The share of a token among the persons of each record's country, smoothed towards the whole table."""
        overall = self.overall[tokens]
        if "country" not in records or not len(self.keys):
            return overall
        country = self.country_of_value[records["country"].codes]
        key = country * max(len(self.overall), 1) + tokens
        place = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        count = np.where(self.keys[place] == key, self.counts[place], 0)
        persons = self.persons[np.maximum(country, 0)]
        within = (count + _COUNTRY_SMOOTHING * overall) / (persons + _COUNTRY_SMOOTHING)
        return np.asarray(np.where(country >= 0, within, overall), np.float64)


def _main_countries(records: Records) -> IntArray:
    """
    One country for each distinct value of the country column, which may name several.

    The rarer one says more about a name: who was educated abroad, or holds another citizenship, mostly has its name from
    there.
    """
    if "country" not in records:
        return np.array([-1])
    values = records["country"].values
    common = dict(zip(values.terms.array.to_pylist(), values.terms.counts.tolist(), strict=True))
    numbers = {country: number for number, country in enumerate(sorted(common))}
    main = [
        min(countries, key=lambda country: (common[country], country))
        for countries in values.array.to_pylist()
    ]
    return np.array([*(numbers[country] for country in main), -1], np.int64)


class _RowTokens(NamedTuple):
    """The tokens of n rows, all fields one after the other."""

    starts: IntArray
    sizes: IntArray
    fields: IntArray
    places: IntArray


def _field_tokens(records: Records, places: dict[str, int]) -> dict[str, FieldTokens]:
    """The tokens of each name field, with their places in the common list, which grows."""
    fields = {}
    for name in FIELDS:
        if name in records:
            terms = records[name].values.terms
            place = np.array(
                [places.setdefault(token, len(places)) for token in terms.array.to_pylist()], np.int64
            )
            fields[name] = FieldTokens(terms.offsets[:-1], np.diff(terms.offsets), place[terms.codes])
    return fields


def _row_tokens(records: Records, fields: dict[str, FieldTokens]) -> _RowTokens:
    rows, numbers, places = [], [], []
    for name, field in fields.items():
        codes = records[name].codes
        present = np.flatnonzero(codes >= 0)
        sizes = field.sizes[codes[present]]
        places.append(field.places[ranges(field.starts[codes[present]], sizes)])
        rows.append(np.repeat(present, sizes))
        numbers.append(np.full(len(places[-1]), FIELDS.index(name), np.int8))
    if not rows:
        return _RowTokens(*(np.zeros(len(records), np.int64),) * 2, *(np.zeros(0, np.int64),) * 2)
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    sizes = np.bincount(row, minlength=len(records))
    return _RowTokens(
        np.cumsum(sizes) - sizes, sizes, np.concatenate(numbers)[order], np.concatenate(places)[order]
    )


@lru_cache(maxsize=1 << 20)
def _sketch(token: str) -> int:
    """A bit for each pair of neighbouring letters of any spelling, the ends of the word included."""
    bits = 0
    for spelling in spellings(token):
        for a, b in pairwise(f"{{{spelling}}}"):
            bits |= 1 << (ord(a) * 31 + ord(b)) % 64
    return bits


def token_agreement(left: Sequence[str], right: Sequence[str]) -> LevelArray:
    """
    What the tokens of each pair have in common.

    Args:
        left: k tokens.
        right: k tokens.

    Example:
        >>> token_agreement(["müller", "j", "müller"], ["mueller", "jan", "jan"]).tolist()
        [0, 3, 5]
    """
    left_forms, right_forms = [spellings(token) for token in left], [spellings(token) for token in right]
    same = np.array([not set(a).isdisjoint(b) for a, b in zip(left_forms, right_forms, strict=True)], bool)
    stem = np.array([not set(stems(a)).isdisjoint(stems(b)) for a, b in zip(left, right, strict=True)], bool)
    initial = np.array([_is_initial(a, b) for a, b in zip(left_forms, right_forms, strict=True)], bool)
    similarity = _similarity(left_forms, right_forms)
    short = np.array([min(len(a), len(b)) < _SHORTEST_CLOSE for a, b in zip(left, right, strict=True)], bool)
    conditions = [same, stem, (similarity >= _CLOSE) & ~short, initial, similarity >= _SIMILAR]
    return np.select(conditions, [SAME, STEM, CLOSE, INITIAL, SIMILAR], NOTHING).astype(np.int8)


def _is_initial(left: Sequence[str], right: Sequence[str]) -> bool:
    return any(a[0] == b[0] and min(len(a), len(b)) == 1 for a in left for b in right)


def _similarity(left: Sequence[Sequence[str]], right: Sequence[Sequence[str]]) -> FloatArray:
    """The best Jaro-Winkler similarity between any spelling of the one and any of the other."""
    counts = np.array([len(a) * len(b) for a, b in zip(left, right, strict=True)], np.int64)
    spelled = [(a, b) for x, y in zip(left, right, strict=True) for a in x for b in y]
    scores = process.cpdist(
        [a for a, _ in spelled], [b for _, b in spelled], scorer=JaroWinkler.similarity, dtype=np.float64
    )
    best = np.zeros(len(counts))
    np.maximum.at(best, np.repeat(np.arange(len(counts)), counts), scores)
    return best
