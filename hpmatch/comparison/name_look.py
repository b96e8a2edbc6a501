"""What the cases of name comparisons ask about the tokens of many pairs of names at once, see ``name_cases.Look``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from hpmatch.arrays import IntArray, Mask, distinct, run_starts
from hpmatch.comparison.joined_words import joined_words
from hpmatch.comparison.name_cases import FIRST_OF, FORMER, LATER_OF, SEX_TOLD, Best
from hpmatch.comparison.name_tables import CLOSE, NOTHING, SAME, NameTables, TokenPairs, common_terms
from hpmatch.comparison.relations import are_of_two_groups, are_of_two_sexes
from hpmatch.records import Records
from hpmatch.schema import NAME_ROLES
from hpmatch.standardise.surnames import is_for_life, keep_surnames

_FIELDS = len(NAME_ROLES)


@dataclass(frozen=True)
class NameLook:
    """
    A look at the tokens of k pairs of names.

    Attributes:
        left: k records.
        right: k registered persons.
        tables: What is known of the register's tokens.
        pairs: The tokens that have something in common, those of one pair of names together.
        known: What was found already.
    """

    left: Records
    right: Records
    tables: NameTables
    pairs: TokenPairs
    known: dict[Any, Any] = field(default_factory=dict)

    def best(self, left_fields: Sequence[str], right_fields: Sequence[str]) -> Best:
        """The best agreement between some fields."""
        fields = left_fields, right_fields
        if fields not in self.known:
            self.known[fields] = self._best(self._between(*fields))
        found: Best = self.known[fields]
        return found

    def _best(self, chosen: IntArray) -> Best:
        agreement = np.full(len(self.left), NOTHING, np.int8)
        token = np.full(len(self.left), -1, np.int64)
        if len(chosen):
            owner = self.pairs.owner[chosen]
            first = run_starts(owner)
            lowest = np.minimum.reduceat(self._ranks[chosen], first)
            size = len(self.tables.rarity)
            agreement[owner[first]] = lowest // size
            token[owner[first]] = self.tables.by_rarity[lowest % size]
        return Best(agreement, token)

    @cached_property
    def _ranks(self) -> IntArray:
        """int64[m], a number for each pair of tokens that is the lower the more agrees, and the rarer the right token is."""
        rarity = self.tables.rarity
        return self.pairs.agreement.astype(np.int64) * len(rarity) + rarity[self.pairs.right_token]

    def all_agree(self, fields: Sequence[str], among: Sequence[str]) -> Mask:
        """Whether each token of some fields of either side is the same as one of the other's among some fields."""
        same = self.pairs.agreement == SAME
        found = np.ones(len(self.left), bool)
        own, other = _are_wanted(tuple(fields)), _are_wanted(tuple(among))
        left, right = self._stand_in
        for records, wanted, at in (
            (self.left, own[left] & other[right], self.pairs.left_at),
            (self.right, own[right] & other[left], self.pairs.right_at),
        ):
            agreeing = self._tokens(same & wanted, at)
            found &= (agreeing > 0) & (agreeing == _field_sizes(records, fields))
        return found

    def further(
        self, between: Sequence[tuple[Sequence[str], Sequence[str]]], token: IntArray
    ) -> tuple[IntArray, IntArray]:
        """
        The tokens that are the same besides one that was found, each once a pair of names, the rarest first.

        Args:
            between: The left and right fields that are held against each other.
            token: int64[k], the right token that was found; -1 for none, and then there are no further ones.

        Returns:
            int64[m], their pairs of names, and int64[m], the tokens.
        """
        owner, right = self.pairs.owner, self.pairs.right_token
        besides = self.pairs.agreement == SAME
        besides &= (token[owner] >= 0) & (token[owner] != right)
        besides &= _are_between(between)[self._stand_in]
        size = max(len(self.tables.rarity), 1)
        rarity = self.tables.rarity[right[besides]]
        owner, rarity = np.divmod(distinct(owner[besides].astype(np.int64) * size + rarity), size)
        return owner, self.tables.by_rarity[rarity]

    def fits(self, field: str) -> Mask:
        """Whether all tokens that one side has in a field agree with something of the other name."""
        place = NAME_ROLES.index(field)
        left = self._tokens(self.pairs.left_field == place, self.pairs.left_at)
        right = self._tokens(self.pairs.right_field == place, self.pairs.right_at)
        return np.asarray(
            (left == _field_sizes(self.left, (field,))) | (right == _field_sizes(self.right, (field,)))
        )

    def _tokens(self, chosen: Mask, at: IntArray) -> IntArray:
        """How many tokens the chosen pairs of tokens are of, for each of k pairs of names."""
        places = chosen.nonzero()[0]
        once = np.full(at.max(initial=-1) + 1, -1, np.int64)
        once[at[places]] = places
        return np.bincount(self.pairs.owner[once[once >= 0]], minlength=len(self.left))

    def _between(self, left_fields: Sequence[str], right_fields: Sequence[str]) -> IntArray:
        """The places of the pairs of tokens between some fields."""
        left, right = self._stand_in
        chosen = _are_wanted(tuple(left_fields)).take(left)
        chosen &= _are_wanted(tuple(right_fields)).take(right)
        return chosen.nonzero()[0]

    @cached_property
    def _stand_in(self) -> tuple[IntArray, IntArray]:
        """int64[m] each, where the left and the right tokens stand, as ``_are_wanted`` numbers it."""
        pairs = self.pairs
        return pairs.left_field + _FIELDS * pairs.left_first, pairs.right_field + _FIELDS * pairs.right_first

    def better(self, one: Best, other: Best) -> Best:
        """The better of two for each pair."""
        first = one.agreement <= other.agreement
        return Best(np.minimum(one.agreement, other.agreement), np.where(first, one.token, other.token))

    def worse(self, one: Best, other: Best) -> Best:
        """The other one."""
        first = one.agreement <= other.agreement
        return Best(np.maximum(one.agreement, other.agreement), np.where(first, other.token, one.token))

    def both_hold(self, field: str) -> Mask:
        """Whether both sides hold a field."""
        return _has(self.left, field) & _has(self.right, field)

    def in_one_field(self) -> Mask:
        """Whether one side has its whole name in one field; see ``Look``."""
        whole, holds = [], []
        for records in (self.left, self.right):
            family, given = (_field_sizes(records, fields) for fields in (_FAMILY, _GIVEN))
            whole.append((family > 1) & (given == 0))
            holds.append((family > 0) & (given > 0))
        return np.asarray((whole[0] & holds[1]) | (whole[1] & holds[0]))

    def no_man(self) -> Mask:
        """Whether neither side is known to be a man; see ``Look``."""
        stated, by_name = (
            [_is(self.left, sex, column) | _is(self.right, sex, column) for sex in "MF"]
            for column in SEX_TOLD
        )
        return ~(stated[0] | (by_name[0] & ~stated[1]))

    def for_life(self) -> Mask:
        """Whether both family names are such as no marriage changes; see ``Look``."""
        found = self.best(_FAMILY, _FAMILY).agreement == NOTHING
        for records in (self.left, self.right):
            for name in FORMER:
                found &= ~_has(records, name)
        by_law = found & _keep_names(self.left) & _keep_names(self.right)
        for records in (self.left, self.right):
            rows = found.nonzero()[0]
            found[rows] = _are_for_life(records, rows)
        return np.asarray(found | by_law)

    def two_names(self) -> Mask:
        """Whether the given names are known for two; see ``Look``."""
        found = np.zeros(len(self.left), bool)
        agreement = self.best(_GIVEN, _GIVEN).agreement
        reordered = self.all_agree(_GIVEN, _GIVEN) & (self.best(_FIRST, _FIRST).agreement != SAME)
        rows = (((agreement > SAME) & (agreement <= CLOSE)) | reordered).nonzero()[0]
        if len(rows):  # or a side may have no given names at all
            given = [_first_tokens(records, rows) for records in (self.left, self.right)]
            slip, one_sex = agreement[rows] == CLOSE, self._of_one_sex[rows]
            found[rows] = [
                (is_slip and are_of_two_groups(left, right))
                or (not of_one_sex and are_of_two_sexes(left, right))
                for left, right, is_slip, of_one_sex in zip(
                    *given, slip.tolist(), one_sex.tolist(), strict=True
                )
            ]
        return found

    def one_word(self, field: str) -> Mask:
        """Whether one side writes in a word what the other writes in several."""
        found = np.zeros(len(self.left), bool)
        left, right = (_field_sizes(records, (field,)) for records in (self.left, self.right))
        rows = ((left != right) & (left > 0) & (right > 0)).nonzero()[0]
        if len(rows):
            left, right = (_joined_words(records, field, rows) for records in (self.left, self.right))
            found[rows] = left == right
        return found

    @property
    def _of_one_sex(self) -> Mask:
        """Whether both records state the same sex."""
        return (_is(self.left, "M") & _is(self.right, "M")) | (_is(self.left, "F") & _is(self.right, "F"))


_FAMILY, _GIVEN, _FIRST = ("family_name",), ("given_name",), (FIRST_OF + "given_name",)


def _joined_words(records: Records, field: str, rows: IntArray) -> npt.NDArray[np.uint64]:
    """A number for what each of some names is in one word."""
    terms = common_terms(records)[1][field]
    return joined_words(terms.vocabulary).of_names(terms, records[field].codes[rows])


def _are_for_life(records: Records, rows: IntArray) -> Mask:
    """Whether no marriage changes the family name of some records into another of its kind."""
    terms = common_terms(records)[1].get("family_name")
    if terms is None:
        return np.zeros(len(rows), bool)
    codes, texts = records["family_name"].codes[rows], terms.vocabulary.texts
    found = np.zeros(len(terms.sizes), bool)
    found[codes] = True
    places = found.nonzero()[0]
    names = zip(terms.offsets[places].tolist(), terms.sizes[places].tolist(), strict=True)
    found[places] = [
        all(is_for_life(texts[code]) for code in terms.codes[start : start + size].tolist())
        for start, size in names
    ]
    return found[codes]


def _keep_names(records: Records) -> Mask:
    """Whether all states that each record tells are such by whose law nobody takes another surname."""
    if "country" not in records:
        return np.zeros(len(records), bool)
    values = records["country"].values
    keeping = values.derived(
        "keep_names", lambda: np.array([*map(keep_surnames, values.array.to_pylist()), False])
    )
    return keeping.take(records["country"].codes)


def _first_tokens(records: Records, rows: IntArray) -> list[str]:
    """The first given name of some records, which have one."""
    terms = common_terms(records)[1]["given_name"]
    codes = terms.codes[terms.offsets[records["given_name"].codes[rows]]]
    return [terms.vocabulary.texts[code] for code in codes.tolist()]


def _field_sizes(records: Records, fields: Sequence[str]) -> IntArray:
    """How many tokens each record has in some fields."""
    terms = common_terms(records)[1]

    def sizes() -> IntArray:
        of_fields = (terms[name].sizes[records[name].codes] for name in fields if name in terms)
        return sum(of_fields, start=np.zeros(len(records), np.int64))

    return records.derived(("field_sizes", fields), sizes)


@cache
def _are_wanted(names: tuple[str, ...]) -> Mask:
    """bool[2 * f], which of the name fields are among the given ones: for their later tokens, and for their first ones."""
    return np.array(
        [name in names or part + name in names for part in (LATER_OF, FIRST_OF) for name in NAME_ROLES]
    )


@cache
def _are_between(between: Sequence[tuple[Sequence[str], Sequence[str]]]) -> Mask:
    """bool[2 * f, 2 * f], which left and right name fields are among the given pairs of fields, see ``_are_wanted``."""
    return np.asarray(sum(np.outer(*map(_are_wanted, fields)) for fields in between), bool)


def _is(records: Records, sex: str, column: str = "sex") -> Mask:
    """Whether each record tells a sex in a column."""
    if column not in records:
        return np.zeros(len(records), bool)
    values = records[column].values
    of_value = values.derived(
        ("is", sex), lambda: np.array([*(value == sex for value in values.array.to_pylist()), False])
    )
    return of_value.take(records[column].codes)


def _has(records: Records, column: str) -> Mask:
    return ~records[column].is_missing if column in records else np.zeros(len(records), bool)
