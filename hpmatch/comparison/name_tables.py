"""
What the name comparisons know of a whole register: its tokens, and how common each token is.

Every token of the register has one place in one list; tokens that only the other table has come behind. Two tokens are
compared once in a chunk, however many pairs of records hold them, and only if they have enough in common: 64-bit sketches
of each token's letter pairs, of its consonant pairs and of the given names that it stands for rule out nearly all others;
letters exchanged (Carlo, Calro) leave few pairs, so that tokens of the same letters are always compared.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, Mask, distinct, numbered, ranges
from hpmatch.comparison.conditions import first_cases
from hpmatch.comparison.name_frequencies import TokenFrequencies
from hpmatch.comparison.relations import MayShare, Relations, relations
from hpmatch.comparison.spelling import SpelledTokens, pair_similarity
from hpmatch.protocols import LevelArray
from hpmatch.records import FEW, Records, Terms, Vocabulary
from hpmatch.schema import NAME_ROLES
from hpmatch.standardise.token_forms import (
    ANAGRAM,
    CONSONANTS,
    GROUPS,
    LETTERS,
    STEMS,
    Sketches,
    learn_forms,
    token_forms,
)

# What two tokens have in common, best first.
SAME, STEM, SPELLED, VARIANT, CLOSE, CUT, INITIAL, SIMILAR, NOTHING = range(9)
_SPELLED, CLOSE_LIKENESS, SIMILAR_LIKENESS = 0.94, 0.86, 0.74

# A name that so many persons of the two tables hold exists; that a typing error turns one such name into another is rare.
_KNOWN = 4

# Letter pairs of a beginning that the whole token may lack.
_NOT_OF_BEGINNING = 3

# The parts of their letter pairs and of their consonant pairs that two tokens share, added up: nine tenths.
_WORTH_A_LOOK = (9, 10)


class TokenPairs(NamedTuple):
    """
    Tokens of k pairs of names that have something in common, m in all.

    Attributes:
        owner: int64[m], the pair of names, ascending.
        left_field, right_field: int8[m], the places in ``NAME_ROLES`` that the tokens come from.
        left_first, right_first: bool[m], whether the token is the first of its field.
        left_at, right_at: int64[m], the place of the token among those of all left or right names.
        right_token: int64[m], the right token's place in the list of tokens.
        agreement: int8[m], what the two tokens have in common.
    """

    owner: IntArray
    left_field: IntArray
    right_field: IntArray
    left_first: Mask
    right_first: Mask
    left_at: IntArray
    right_at: IntArray
    right_token: IntArray
    agreement: LevelArray

    def where(self, chosen: Mask) -> TokenPairs:
        """The chosen pairs of tokens."""
        return TokenPairs._make(each[chosen] for each in self)


@dataclass(frozen=True)
class NameTables:
    """
    The tokens of a register.

    Attributes:
        vocabulary: The distinct tokens of all name fields.
        terms: The tokens of each name field's distinct values, as places in the vocabulary.
        known: bool[t], whether the token is a name that several persons hold.
        frequencies: How common tokens are.
        rarity: int64[t], the place of each token when the rarest comes first.
    """

    vocabulary: Vocabulary
    terms: dict[str, Terms]
    known: Mask
    frequencies: TokenFrequencies
    rarity: IntArray

    @cached_property
    def by_rarity(self) -> IntArray:
        """int64[t], the tokens' places, the rarest first."""
        places = np.empty(len(self.rarity), np.int64)
        places[self.rarity] = np.arange(len(self.rarity))
        return places

    @cached_property
    def _known(self) -> Mask:
        """Known, and false for the tokens behind the register's own."""
        return np.append(self.known, False)

    @classmethod
    def of(cls, register: Records) -> NameTables:
        """The tables of a whole register, worked out once."""
        return register.derived("name_tables", lambda: cls._of(register))

    @classmethod
    def _of(cls, register: Records) -> NameTables:
        vocabulary, terms = common_terms(register)
        owner, token = _held_once(register, terms, len(vocabulary))
        frequencies = TokenFrequencies.of(register, owner, token, len(vocabulary))
        holders = np.bincount(token, minlength=len(vocabulary))
        # Among equally rare ones the text decides: the order of rows must not.
        texts = np.array(vocabulary.texts, dtype=str) if len(vocabulary) else np.zeros(0, str)
        rarity = np.empty(len(vocabulary), np.int64)
        rarity[np.lexsort((texts, holders))] = np.arange(len(vocabulary))
        return cls(vocabulary, terms, holders >= _KNOWN, frequencies, rarity)

    def changed(self, records: Records) -> NameTables:
        """
        The tables of a register of which some persons went and to which others came: tokens count as they did before.

        A token that nobody held counts as held by one, and is the rarest.

        Args:
            records: The register as it is now; it holds all tokens of these tables.
        """
        vocabulary, terms = common_terms(records)
        size, before = len(vocabulary), self.frequencies
        place = np.asarray(pc.index_in(self.vocabulary.array, vocabulary.array), np.int64)
        is_new = np.ones(size, bool)
        is_new[place] = False
        new = np.flatnonzero(is_new)
        known, overall = np.zeros(size, bool), np.full(size, 1 / max(before.records, 1))
        known[place], overall[place] = self.known, before.overall
        texts = np.array(vocabulary.array.take(pa.array(new)).to_pylist(), dtype=str)
        rarity = np.empty(size, np.int64)
        rarity[np.append(new[np.argsort(texts)], place[self.by_rarity])] = np.arange(size)
        country, token = np.divmod(before.keys, max(len(before.overall), 1))
        keys = country * max(size, 1) + place[token] if len(token) else before.keys
        order = np.argsort(keys, kind="stable")  # most often they are in order
        frequencies = replace(before, overall=overall, keys=keys[order], counts=before.counts[order])
        return NameTables(vocabulary, terms, known, frequencies, rarity)

    def tokens_of(self, records: Records) -> NameTokens:
        """The tokens of some other records, as places in the register's list and behind it."""
        vocabulary, terms = common_terms(records)
        if vocabulary is self.vocabulary:
            return NameTokens(vocabulary, terms)
        size, known = len(self.vocabulary), self.vocabulary.places
        places = np.fromiter(
            (known.get(text, size + place) for place, text in enumerate(vocabulary.texts)),
            np.int64,
            len(vocabulary),
        )
        return NameTokens(
            vocabulary, {name: replace(each, codes=places[each.codes]) for name, each in terms.items()}
        )

    def token_pairs(self, left: Records, right: Records) -> TokenPairs:
        """Hold every token of each left name against every token of its right name."""
        own = self.tokens_of(left)
        a, b = _row_tokens(left, own.terms), _row_tokens(right, self.terms)
        counts = a.sizes * b.sizes
        owner = np.repeat(np.arange(len(counts), dtype=np.int32), counts)
        within = ranges(np.zeros(len(counts), np.int64), counts)
        sizes = b.sizes[owner]
        in_left = within // sizes
        at_left, at_right = a.starts[owner] + in_left, b.starts[owner] + within - in_left * sizes
        left_token, right_token = a.places[at_left], b.places[at_right]
        equal = left_token == right_token
        worth = np.flatnonzero(
            equal
            | _may_agree(
                self._sketches(a.places, own.vocabulary).take(at_left, axis=0),
                self._sketches(b.places).take(at_right, axis=0),
            )
        )
        owner, left_token, right_token, equal = (
            owner[worth],
            left_token[worth],
            right_token[worth],
            equal[worth],
        )
        agreement = np.full(len(owner), SAME, np.int8)
        agreement[~equal] = self._agreements(own.vocabulary, left_token[~equal], right_token[~equal])
        at_left, at_right = at_left[worth], at_right[worth]
        fields, firsts = (a.fields[at_left], b.fields[at_right]), (a.first[at_left], b.first[at_right])
        return TokenPairs(owner, *fields, *firsts, at_left, at_right, right_token, agreement)

    def _sketches(self, tokens: IntArray, other: Vocabulary | None = None) -> Sketches:
        """uint64[k, 5], the sketches of tokens; those behind the register's own are another table's."""
        own = token_forms(self.vocabulary).sketches
        if other is None or other is self.vocabulary:
            return own.take(tokens, axis=0)
        behind = tokens >= len(own)
        found = np.empty((len(tokens), own.shape[1]), np.uint64)
        found[~behind] = own[tokens[~behind]]
        found[behind] = token_forms(other).sketches[tokens[behind] - len(own)]
        return found

    def _agreements(self, other: Vocabulary, left: IntArray, right: IntArray) -> LevelArray:
        """What the tokens of each pair have in common, worked out once a distinct pair, which is the same from either side."""
        size = len(self.vocabulary)
        width = size + len(other)
        codes, _, of_pair = numbered(np.minimum(left, right) * width + np.maximum(left, right))
        a, b = np.divmod(codes, max(width, 1))
        used, _, place = numbered(np.concatenate([a, b]))
        ours, theirs = self._sketches(a), self._sketches(b, other)
        may_share = MayShare(
            (ours[:, STEMS] & theirs[:, STEMS]) != 0,
            (ours[:, GROUPS] & theirs[:, GROUPS]) != 0,
            may_begin_alike(*_shared(ours[:, LETTERS], theirs[:, LETTERS])),
        )
        lefts, rights = place.reshape(2, -1)
        registered = np.searchsorted(used, size)
        tokens = _spelled(self.vocabulary, used[:registered])
        if registered < len(used):
            tokens = tokens.and_of(_spelled(other, used[registered:] - size))
        found = token_agreement(tokens, lefts, rights, may_share)
        both_known = self._known[a] & self._known[np.minimum(b, size)]
        found[((found == CLOSE) | (found == CUT)) & both_known] = SIMILAR
        return found[of_pair]


def _spelled(vocabulary: Vocabulary, places: IntArray) -> SpelledTokens:
    texts = [vocabulary.texts[place] for place in places.tolist()]
    if len(texts) <= FEW:
        return SpelledTokens.of(texts)
    spelled, heard = (
        token_forms(vocabulary).lists[name].take(pa.array(places)) for name in ("spellings", "units")
    )
    return SpelledTokens.of_lists(texts, spelled, heard)


class NameTokens(NamedTuple):
    """The tokens of some records: their own list, and the tokens of each name field as places in the register's."""

    vocabulary: Vocabulary
    terms: dict[str, Terms]


def common_terms(records: Records) -> tuple[Vocabulary, dict[str, Terms]]:
    """The tokens of all name fields in one list, which the fields may share already; fields that hold plain text have none."""
    return records.derived("common_terms", lambda: _common_terms(records))


def learn_terms(records: Records, known: Records) -> None:
    """Take the forms of tokens that other records hold from there, so that only those of the others are worked out."""
    learn_forms(common_terms(records)[0], common_terms(known)[0])


def _common_terms(records: Records) -> tuple[Vocabulary, dict[str, Terms]]:
    held = {name: records[name].values for name in NAME_ROLES if name in records}
    terms = {name: values.terms for name, values in held.items() if pa.types.is_list(values.array.type)}
    vocabularies = [each.vocabulary for each in terms.values()]
    if not vocabularies:
        return Vocabulary(pa.array([], pa.string())), {}
    if all(each is vocabularies[0] for each in vocabularies):
        return vocabularies[0], terms
    return _joined_terms(terms)


def _joined_terms(terms: dict[str, Terms]) -> tuple[Vocabulary, dict[str, Terms]]:
    places: dict[str, int] = {}
    moved = {}
    for name, each in terms.items():
        own = [places.setdefault(text, len(places)) for text in each.vocabulary.texts]
        moved[name] = np.array(own, np.int64)[each.codes]
    vocabulary = Vocabulary(pa.array(places, pa.string()))
    return vocabulary, {name: Terms(vocabulary, moved[name], each.offsets) for name, each in terms.items()}


def _may_agree(left: Sketches, right: Sketches) -> Mask:
    """Whether two tokens share enough letter pairs and consonant pairs, a given name, or all letters, to be worth a look."""
    counts = (
        count.astype(np.int32)
        for sketch in (LETTERS, CONSONANTS)
        for count in _shared(left[:, sketch], right[:, sketch])
    )
    share_group = (left[:, GROUPS] & right[:, GROUPS]) != 0
    return np.asarray(is_worth_a_look(*counts) | share_group | (left[:, ANAGRAM] == right[:, ANAGRAM]))


def _shared(left: npt.NDArray[np.uint64], right: npt.NDArray[np.uint64]) -> tuple[IntArray, IntArray]:
    """How many bits two sketches have in common, and how many the smaller one has."""
    return np.bitwise_count(left & right), np.minimum(np.bitwise_count(left), np.bitwise_count(right))


def is_worth_a_look(letters: Any, of_letters: Any, consonants: Any, of_consonants: Any) -> Any:
    """
    Whether the parts that are shared add up to enough; in whole numbers, which one pair has in common with arrays.

    Where one token is a single letter, which has no pair of consonants, any letter that is shared is enough.
    """
    parts = letters * of_consonants + consonants * of_letters
    enough = _WORTH_A_LOOK[1] * parts >= _WORTH_A_LOOK[0] * of_letters * of_consonants
    return enough & (letters + of_consonants > 0)


def may_begin_alike(letters: Any, of_letters: Any) -> Any:
    """Whether nearly all letter pairs of one token are the other's too: not that with its end, nor those of other spellings."""
    return of_letters - letters <= _NOT_OF_BEGINNING


def _held_once(records: Records, terms: dict[str, Terms], tokens: int) -> tuple[IntArray, IntArray]:
    """Each record with each token that it holds in any field, once."""
    held = _row_tokens(records, terms)
    owner = np.repeat(np.arange(len(records)), held.sizes)
    found: tuple[IntArray, IntArray] = np.divmod(
        distinct(owner * max(tokens, 1) + held.places), max(tokens, 1)
    )
    return found


class _RowTokens(NamedTuple):
    """The tokens of n rows, all fields one after the other."""

    starts: IntArray
    sizes: IntArray
    fields: IntArray
    first: Mask
    places: IntArray


def _row_tokens(records: Records, terms: dict[str, Terms]) -> _RowTokens:
    columns = [
        (NAME_ROLES.index(name), records[name].codes, each) for name, each in terms.items() if name in records
    ]
    per_column = [each.sizes[codes] for _, codes, each in columns]
    sizes = sum(per_column, np.zeros(len(records), np.int64))
    starts = sizes.cumsum() - sizes
    total = int(sizes.sum())
    fields, first, places = np.empty(total, np.int8), np.zeros(total, bool), np.empty(total, np.int64)
    free = starts.copy()
    for (field, codes, each), own in zip(columns, per_column, strict=True):
        to = ranges(free, own)
        places[to] = each.codes[ranges(each.offsets[codes], own)]
        fields[to] = field
        first[free[own > 0]] = True
        free += own
    return _RowTokens(starts, sizes, fields, first, places)


def token_agreement(
    tokens: SpelledTokens, left: IntArray, right: IntArray, may_share: MayShare | None = None
) -> LevelArray:
    """
    What the tokens of each pair have in common.

    Args:
        tokens: The tokens.
        left: int64[k], places of the left tokens.
        right: int64[k], places of the right tokens.
        may_share: Which pairs may share a stem or a group of given names, where that is known.

    Example:
        >>> tokens = SpelledTokens.of(["müller", "mueller", "j", "jan", "liz", "elisabeth"])
        >>> found = token_agreement(tokens, np.array([0, 2, 0, 4]), np.array([1, 3, 3, 5]))
        >>> found.tolist() == [SAME, INITIAL, NOTHING, VARIANT]
        True
    """
    similarity = pair_similarity(tokens, left, right)
    return first_cases(
        agreement_cases(similarity, relations(tokens.texts, left, right, similarity, may_share))
    )


def agreement_cases(similarity: Any, related: Relations) -> list[Any]:
    """What holds for each agreement but the last, of k pairs of tokens or, with plain numbers, of one."""
    other = related.initial ^ True
    return [
        (similarity == 1) | related.expanded,
        related.stem,
        (similarity >= _SPELLED) & other,
        related.variant,
        (similarity >= CLOSE_LIKENESS) & other,
        related.beginning,
        related.initial,
        similarity >= SIMILAR_LIKENESS,
    ]
