"""
Names of persons.

Every token of the one name is held against every token of the other, across given, middle and family names, because
names move between fields: a former surname becomes a middle name, the two fields get exchanged. Agreement on a rare name
is worth more, and how rare a name is depends on the country: Kazlauskas is common among persons educated in Lithuania.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt

from hpmatch.comparison.name_tables import (
    CLOSE,
    FIELDS,
    INITIAL,
    NOTHING,
    SAME,
    SIMILAR,
    SPELLED,
    STEM,
    VARIANT,
    NameTables,
    TokenPairs,
)
from hpmatch.protocols import Compared, Comparison, LevelArray
from hpmatch.records import IntArray, Records


@dataclass(frozen=True)
class FamilyName:
    """
    Family names, held against the other's further names too.

    Levels, best first:

    - ``same``: every token agrees.
    - ``part``: a token agrees, and either side has more (a double surname).
    - ``stem``: they agree but for an ending that changes with sex or marriage.
    - ``further_name``: one side's family name is a middle, birth or other name of the other.
    - ``spelled``: they sound the same and are spelled otherwise.
    - ``close``: a typing difference.
    - ``swapped``: family and given names are exchanged.
    - ``similar``: some likeness.
    - ``changed``: another name, and not known to be a man's: women's surnames change at marriage.
    - ``different``: another name, and a man's.

    Where the given names contradict each other, two people may share the surname because they are kin, so it is taken
    for more common than it is.
    """

    name: str = "family_name"
    columns: tuple[str, ...] = (*FIELDS, "sex", "country")
    levels: ClassVar = (
        "same",
        "part",
        "stem",
        "further_name",
        "spelled",
        "close",
        "swapped",
        "similar",
        "changed",
        "different",
    )

    def prepared(self, left: Records, right: Records) -> Comparison:
        """The comparison with what it needs to know of the whole tables."""
        return _Prepared(self, _family_cases, NameTables.of(left, right))

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        return self.prepared(left, right).compare(left, right)


@dataclass(frozen=True)
class GivenName:
    """
    Given names, held against the other's middle names too.

    Levels, best first:

    - ``same``: every token agrees.
    - ``part``: a token agrees, and either side has more.
    - ``variant``: forms of one name in two languages, or a short form.
    - ``spelled``: they sound the same and are spelled otherwise.
    - ``close``: a typing difference.
    - ``initial``: one side has only the first letter.
    - ``middle_name``: the first given name of one side is a middle or other name of the other.
    - ``swapped``: family and given names are exchanged.
    - ``similar``: some likeness.
    - ``different``.
    """

    name: str = "given_name"
    columns: tuple[str, ...] = (*FIELDS, "country")
    levels: ClassVar = (
        "same",
        "part",
        "variant",
        "spelled",
        "close",
        "initial",
        "middle_name",
        "swapped",
        "similar",
        "different",
    )

    def prepared(self, left: Records, right: Records) -> Comparison:
        """The comparison with what it needs to know of the whole tables."""
        return _Prepared(self, _given_cases, NameTables.of(left, right))

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        return self.prepared(left, right).compare(left, right)


class _Best(NamedTuple):
    """
    The best agreement between some fields of the left and some of the right name, for each of k pairs.

    Attributes:
        agreement: int8[k], what the best two tokens have in common.
        token: int64[k], the rarest right token among the best.
        all_agree: bool[k], whether each token of either side is the same as one of the other.
    """

    agreement: LevelArray
    token: IntArray
    all_agree: npt.NDArray[np.bool_]


# A level holds where its condition does, unless an earlier one did; its agreement is as common as the token found, if any.
_Case = tuple[npt.NDArray[np.bool_], _Best | None]

# How many further persons of the country a surname counts for where the given names contradict each other. Of 1,000
# alerted persons 15 have a twin, of whom 1 in 40 is registered too, mostly from the same country and in the same
# profession; strangers share a birth date once in 18,000 pairs and a profession once in three.
_KIN = 0.015 / 40 * 18_000 * 3

_FindBest = Callable[[Sequence[str], Sequence[str]], _Best]

_FAMILY, _GIVEN = ("family_name",), ("given_name",)
_FURTHER = ("middle_name", "birth_name", "other_names")
# The first token of the given names only: a patronymic or second name that agrees is not the name that a person goes by.
_FIRST = ("first_given_name",)


def _family_cases(best: _FindBest, left: Records, right: Records) -> list[_Case]:
    own, further = best(_FAMILY, _FAMILY), best((*_FAMILY, *_FURTHER), (*_FAMILY, *_FURTHER))
    crossed, back = best(_FAMILY, _GIVEN), best(_GIVEN, _FAMILY)
    return [
        (own.all_agree, own),
        (own.agreement == SAME, own),
        (own.agreement == STEM, own),
        (further.agreement <= STEM, further),
        (own.agreement <= VARIANT, own),
        (own.agreement == CLOSE, own),
        (_exchanged(crossed, back), crossed),
        (own.agreement == SIMILAR, None),
        (~(_is_man(left) | _is_man(right)), None),
    ]


def _given_cases(best: _FindBest, _left: Records, _right: Records) -> list[_Case]:
    own, called = best(_GIVEN, _GIVEN), _better(best(_FIRST, _FURTHER), best(_FURTHER, _FIRST))
    crossed, back = best(_GIVEN, _FAMILY), best(_FAMILY, _GIVEN)
    return [
        (own.all_agree, own),
        (own.agreement == SAME, own),
        ((own.agreement == STEM) | (own.agreement == VARIANT), own),
        (own.agreement == SPELLED, own),
        (own.agreement == CLOSE, own),
        (own.agreement == INITIAL, None),
        (called.agreement == SAME, called),
        (_exchanged(crossed, back), crossed),
        (own.agreement == SIMILAR, None),
    ]


@dataclass(frozen=True)
class _Prepared:
    """A name comparison together with what is known of the whole tables."""

    comparison: FamilyName | GivenName
    cases: Callable[[_FindBest, Records, Records], list[_Case]]
    tables: NameTables = field(repr=False)

    @property
    def name(self) -> str:
        return self.comparison.name

    @property
    def columns(self) -> tuple[str, ...]:
        return self.comparison.columns

    @property
    def levels(self) -> tuple[str, ...]:
        return self.comparison.levels

    def compare(self, left: Records, right: Records) -> Compared:
        pairs = self.tables.token_pairs(left, right)

        def best(left_fields: Sequence[str], right_fields: Sequence[str]) -> _Best:
            longest = np.maximum(
                self.tables.count(left, self.tables.left, left_fields),
                self.tables.count(right, self.tables.right, right_fields),
            )
            return _find_best(_between(pairs, left_fields, right_fields), self.tables.by_rarity, longest)

        cases = self.cases(best, left, right)
        present = _has(left, self.name) & _has(right, self.name)
        conditions = [condition for condition, _ in cases]
        levels = np.where(present, np.select(conditions, range(len(cases)), len(cases)), -1)
        token = np.select(conditions, [-1 if found is None else found.token for _, found in cases], -1)
        known = present & (token >= 0)
        contradicting = _contradict(best(_GIVEN, _GIVEN), left, right) & (self.name == "family_name")
        kin = np.where(contradicting, _KIN, 0.0)
        frequencies = np.full(len(left), np.nan)
        frequencies[known] = self.tables.frequencies.within_country(
            token[known], right.take(np.flatnonzero(known)), kin[known]
        )
        return Compared(levels.astype(np.int8), frequencies)


def _between(pairs: TokenPairs, left_fields: Sequence[str], right_fields: Sequence[str]) -> TokenPairs:
    """The token pairs between some fields."""
    chosen = _in_fields(pairs.left_field, pairs.left_first, left_fields)
    chosen &= _in_fields(pairs.right_field, pairs.right_first, right_fields)
    return pairs.where(chosen)


def _in_fields(field: IntArray, first: npt.NDArray[np.bool_], names: Sequence[str]) -> npt.NDArray[np.bool_]:
    wanted = np.isin(np.arange(len(FIELDS)), [FIELDS.index(name.removeprefix("first_")) for name in names])
    return np.asarray(wanted[field] & (first | (names != _FIRST)))


def _find_best(pairs: TokenPairs, by_rarity: IntArray, longest: IntArray) -> _Best:
    """
    The best agreement of each of k pairs.

    Args:
        pairs: The token pairs to choose from.
        by_rarity: int64[t], all tokens, the rarest first.
        longest: int64[k], how many tokens the longer of the two names has.
    """
    rarity = np.empty(len(by_rarity), np.int64)
    rarity[by_rarity] = np.arange(len(by_rarity))
    width = max(len(by_rarity), 1)
    best = np.full(len(longest), NOTHING * width, np.int64)
    np.minimum.at(best, pairs.owner, pairs.agreement.astype(np.int64) * width + rarity[pairs.right_token])
    agreement, place = np.divmod(best, width)
    token = np.where(agreement < NOTHING, np.append(by_rarity, -1)[place], -1)
    same = np.bincount(pairs.owner[pairs.agreement == SAME], minlength=len(longest))
    return _Best(agreement.astype(np.int8), token, (same > 0) & (same >= longest))


def _better(one: _Best, other: _Best) -> _Best:
    """The better of two for each pair."""
    first = one.agreement <= other.agreement
    return _Best(
        np.where(first, one.agreement, other.agreement),
        np.where(first, one.token, other.token),
        np.where(first, one.all_agree, other.all_agree),
    )


def _exchanged(one: _Best, other: _Best) -> npt.NDArray[np.bool_]:
    """Both fields agree with the other one, and one of them more than nearly."""
    worse, better = np.maximum(one.agreement, other.agreement), np.minimum(one.agreement, other.agreement)
    return np.asarray((worse <= CLOSE) & (better <= SPELLED))


def _contradict(given: _Best, left: Records, right: Records) -> npt.NDArray[np.bool_]:
    return np.asarray((given.agreement == NOTHING) & _has(left, "given_name") & _has(right, "given_name"))


def _is_man(records: Records) -> npt.NDArray[np.bool_]:
    if "sex" not in records:
        return np.zeros(len(records), bool)
    values = [*records["sex"].values.array.to_pylist(), None]
    return np.asarray(np.array([value == "M" for value in values])[records["sex"].codes])


def _has(records: Records, column: str) -> npt.NDArray[np.bool_]:
    return ~records[column].is_missing if column in records else np.zeros(len(records), bool)
