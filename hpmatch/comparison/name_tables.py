"""
What the name comparisons know of two whole tables: their tokens, and how common each token is.

Every token of both tables has one place in one list. Two tokens are compared once, however many pairs of records hold
them, and only if they have enough in common: 64-bit sketches of each token's letter pairs and of its consonant pairs rule
out nearly all others.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from hpmatch.blocking import ranges
from hpmatch.comparison.relations import relations
from hpmatch.comparison.spelling import token_similarity
from hpmatch.protocols import LevelArray
from hpmatch.records import FloatArray, IntArray, Records
from hpmatch.standardise.scripts import sounds, spellings

FIELDS = ("family_name", "given_name", "middle_name", "birth_name", "other_names")

# What two tokens have in common, best first.
SAME, STEM, SPELLED, VARIANT, CLOSE, INITIAL, SIMILAR, NOTHING = range(8)
_SPELLED, _CLOSE, _SIMILAR = 0.94, 0.86, 0.74

# A name that so many persons of the two tables hold exists; that a typing error turns one such name into another is rare.
_KNOWN = 4

# A token's frequency within a country leans on its frequency in the whole table with the weight of so many persons.
_COUNTRY_SMOOTHING = 200.0


class TokenPairs(NamedTuple):
    """
    Tokens of k pairs of names that have something in common, m in all.

    Attributes:
        owner: int64[m], the pair of names, ascending.
        left_field, right_field: int8[m], the places in ``FIELDS`` that the tokens come from.
        left_first, right_first: bool[m], whether the token is the first of its field.
        right_token: int64[m], the right token's place in the list of tokens.
        agreement: int8[m], what the two tokens have in common.
    """

    owner: IntArray
    left_field: IntArray
    right_field: IntArray
    left_first: npt.NDArray[np.bool_]
    right_first: npt.NDArray[np.bool_]
    right_token: IntArray
    agreement: LevelArray

    def where(self, chosen: npt.NDArray[np.bool_]) -> TokenPairs:
        """The chosen pairs of tokens."""
        return TokenPairs(
            self.owner[chosen],
            self.left_field[chosen],
            self.right_field[chosen],
            self.left_first[chosen],
            self.right_first[chosen],
            self.right_token[chosen],
            self.agreement[chosen],
        )


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
        letters: uint64[t], a bit for each letter pair of a token.
        consonants: uint64[t], a bit for each consonant pair of a token.
        known: bool[t], whether the token is a name that several persons hold.
        left: The name fields of the left table.
        right: The name fields of the right table.
        frequencies: How common tokens are in the right table.
        by_rarity: int64[t], the tokens' places, the rarest in the right table first.
    """

    tokens: tuple[str, ...]
    letters: npt.NDArray[np.uint64]
    consonants: npt.NDArray[np.uint64]
    known: npt.NDArray[np.bool_]
    left: dict[str, FieldTokens]
    right: dict[str, FieldTokens]
    frequencies: TokenFrequencies
    by_rarity: IntArray

    @classmethod
    def of(cls, left: Records, right: Records) -> NameTables:
        """Build the tables of two whole tables of records."""
        places: dict[str, int] = {}
        left_fields, right_fields = _field_tokens(left, places), _field_tokens(right, places)
        letters = np.fromiter((_sketch(spellings(token)) for token in places), np.uint64, len(places))
        consonants = np.fromiter((_sketch(sounds(token)) for token in places), np.uint64, len(places))
        frequencies = TokenFrequencies.of(right, right_fields, len(places))
        holders = _holders(left, left_fields, len(places)) + _holders(right, right_fields, len(places))
        # Among equally rare ones the text decides: the order of rows must not.
        by_rarity = (
            np.lexsort((np.array(list(places), dtype=str), frequencies.overall))
            if places
            else np.zeros(0, np.int64)
        )
        return cls(
            tuple(places),
            letters,
            consonants,
            holders >= _KNOWN,
            left_fields,
            right_fields,
            frequencies,
            by_rarity,
        )

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
        left_distinct, right_distinct = np.divmod(distinct, max(len(self.tokens), 1))
        agreement[other] = token_agreement(self.tokens, left_distinct, right_distinct)[of_pair]
        agreement[(agreement == CLOSE) & self.known[left_token] & self.known[right_token]] = SIMILAR
        at_left, at_right = at_left[worth], at_right[worth]
        fields, firsts = (a.fields[at_left], b.fields[at_right]), (a.first[at_left], b.first[at_right])
        return TokenPairs(owner, *fields, *firsts, right_token, agreement)

    def _may_agree(self, left: IntArray, right: IntArray) -> npt.NDArray[np.bool_]:
        """Whether two tokens share enough letter pairs or consonant pairs to be worth a look."""
        return _share(self.letters[left], self.letters[right], 0.4) | _share(
            self.consonants[left], self.consonants[right], 0.5
        )


def _share(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64], part: float) -> npt.NDArray[np.bool_]:
    """Whether two sketches have such a part of the smaller one in common."""
    fewer = np.minimum(np.bitwise_count(left), np.bitwise_count(right))
    return np.asarray(np.bitwise_count(left & right) >= part * fewer)


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
        width = max(tokens, 1)
        owner, token = _held_once(records, fields, width)
        overall = np.bincount(token, minlength=tokens) / max(len(records), 1)
        country_of_value = _main_countries(records)
        country = (
            country_of_value[records["country"].codes] if "country" in records else np.full(len(records), -1)
        )
        known = country[owner] >= 0
        keys, counts = np.unique(country[owner[known]] * width + token[known], return_counts=True)
        persons = np.bincount(country[country >= 0], minlength=1).astype(np.float64)
        return cls(len(records), overall, country_of_value, persons, keys, counts)

    def within_country(self, tokens: IntArray, records: Records, kin: FloatArray) -> FloatArray:
        """
        The share of a token among the persons of each record's country, smoothed towards the whole table.

        Args:
            tokens: int64[k], the tokens.
            records: k records, whose country counts.
            kin: float64[k], how many further persons of the country each token counts for.
        """
        overall = self.overall[tokens] + kin / max(self.records, 1)
        if "country" not in records or not len(self.keys):
            return np.asarray(overall, np.float64)
        country = self.country_of_value[records["country"].codes]
        key = country * max(len(self.overall), 1) + tokens
        place = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        count = np.where(self.keys[place] == key, self.counts[place], 0) + kin
        persons = self.persons[np.maximum(country, 0)]
        within = (count + _COUNTRY_SMOOTHING * self.overall[tokens]) / (persons + _COUNTRY_SMOOTHING)
        return np.asarray(np.where(country >= 0, within, overall), np.float64)


def _held_once(records: Records, fields: dict[str, FieldTokens], tokens: int) -> tuple[IntArray, IntArray]:
    """Each record with each token that it holds in any field, once."""
    held = _row_tokens(records, fields)
    owner = np.repeat(np.arange(len(records)), held.sizes)
    found: tuple[IntArray, IntArray] = np.divmod(np.unique(owner * tokens + held.places), tokens)
    return found


def _holders(records: Records, fields: dict[str, FieldTokens], tokens: int) -> IntArray:
    return np.bincount(_held_once(records, fields, max(tokens, 1))[1], minlength=tokens)


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
    first: npt.NDArray[np.bool_]
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
    rows: list[IntArray] = [np.zeros(0, np.int64)]
    numbers, firsts, places = list(rows), [np.zeros(0, bool)], list(rows)
    for name, field in fields.items():
        codes = records[name].codes
        present = np.flatnonzero(codes >= 0)
        starts, sizes = field.starts[codes[present]], field.sizes[codes[present]]
        at = ranges(starts, sizes)
        places.append(field.places[at])
        firsts.append(at == np.repeat(starts, sizes))
        rows.append(np.repeat(present, sizes))
        numbers.append(np.full(len(at), FIELDS.index(name)))
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    sizes = np.bincount(row, minlength=len(records))
    return _RowTokens(
        np.cumsum(sizes) - sizes, sizes, *(np.concatenate(each)[order] for each in (numbers, firsts, places))
    )


@lru_cache(maxsize=1 << 20)
def _sketch(words: tuple[str, ...]) -> int:
    """A bit for each pair of neighbouring letters of any of the words, their ends included."""
    bits = 0
    for word in words:
        for a, b in pairwise(f"{{{word}}}"):
            bits |= 1 << (ord(a) * 31 + ord(b)) % 64
    return bits


def token_agreement(tokens: Sequence[str], left: IntArray, right: IntArray) -> LevelArray:
    """
    What the tokens of each pair have in common.

    Args:
        tokens: Distinct tokens.
        left: int64[k], places of the left tokens.
        right: int64[k], places of the right tokens.

    Example:
        >>> tokens = ["müller", "mueller", "j", "jan", "liz", "elisabeth"]
        >>> found = token_agreement(tokens, np.array([0, 2, 0, 4]), np.array([1, 3, 3, 5]))
        >>> found.tolist() == [SAME, INITIAL, NOTHING, VARIANT]
        True
    """
    used, place = np.unique(np.concatenate([left, right]), return_inverse=True)
    texts = [tokens[token] for token in used.tolist()]
    a, b = np.split(place, 2)
    table = np.array(texts, object)
    similarity = token_similarity(table[a].tolist(), table[b].tolist())
    related = relations(texts, a, b, similarity)
    conditions = [
        similarity == 1,
        related.stem,
        (similarity >= _SPELLED) & ~related.initial,
        related.variant,
        (similarity >= _CLOSE) & ~related.initial,
        related.initial,
        similarity >= _SIMILAR,
    ]
    return np.select(conditions, range(NOTHING), NOTHING).astype(np.int8)
