"""
Names of persons.

Every token of the one name is held against every token of the other, across given, middle and family names, because
names move between fields: a former surname becomes a middle name, the two fields get exchanged. Agreement on a rare name
is worth more, and how rare a name is depends on the country: Kazlauskas is common among persons educated in Lithuania.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cache
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
    common_terms,
)
from hpmatch.protocols import Compared, Comparison, JointComparison, LevelArray
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

    def prepared(self, register: Records) -> Comparison:
        """The comparison with what it needs to know of the whole register."""
        return _Prepared(self, NameTables.of(register))

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        return self.prepared(right).compare(left, right)


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
    - ``half_swapped``: one side's given name is the other's family name, and the other half fits nowhere.
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
        "half_swapped",
        "similar",
        "different",
    )

    def prepared(self, register: Records) -> Comparison:
        """The comparison with what it needs to know of the whole register."""
        return _Prepared(self, NameTables.of(register))

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        return self.prepared(right).compare(left, right)


@dataclass(frozen=True)
class PersonName:
    """
    Family and given names at once: one look at the tokens serves both comparisons.

    Its parts are ``FamilyName`` and ``GivenName``, with their names and levels.
    """

    name: str = "person_name"
    parts: ClassVar = (FamilyName(), GivenName())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of both."""
        return FamilyName().columns

    def prepared(self, register: Records) -> JointComparison:
        """The comparison with what it needs to know of the whole register."""
        return _PreparedJoint(self, NameTables.of(register))

    def compare_parts(self, left: Records, right: Records) -> tuple[Compared, ...]:
        """What each part finds."""
        return self.prepared(right).compare_parts(left, right)


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
_SURNAMES = (*_FAMILY, *_FURTHER)
# The first token of the given names only: a patronymic or second name that agrees is not the name that a person goes by.
_FIRST = ("first_given_name",)


def _family_cases(best: _FindBest, left: Records, right: Records) -> list[_Case]:
    own, further = best(_FAMILY, _FAMILY), best(_SURNAMES, _SURNAMES)
    crossed, back = best(_SURNAMES, _GIVEN), best(_GIVEN, _SURNAMES)
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
    crossed, back = best(_GIVEN, _SURNAMES), best(_SURNAMES, _GIVEN)
    # A field exchanged whose other half was changed too: the given name stands where the other has its family name.
    half = _better(best(_GIVEN, _FAMILY), best(_FAMILY, _GIVEN))
    return [
        (own.all_agree, own),
        (own.agreement == SAME, own),
        ((own.agreement == STEM) | (own.agreement == VARIANT), own),
        (own.agreement == SPELLED, own),
        (own.agreement == CLOSE, own),
        (own.agreement == INITIAL, None),
        (called.agreement == SAME, called),
        (_exchanged(crossed, back), crossed),
        ((own.agreement >= SIMILAR) & (half.agreement == SAME), half),
        (own.agreement == SIMILAR, None),
    ]


@dataclass(frozen=True)
class _Prepared:
    """A name comparison together with what is known of the whole register."""

    comparison: FamilyName | GivenName
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
        return _compare_parts((self.comparison,), self.tables, left, right)[0]


@dataclass(frozen=True)
class _PreparedJoint:
    """Both name comparisons together with what is known of the whole register."""

    comparison: PersonName
    tables: NameTables = field(repr=False)

    @property
    def name(self) -> str:
        return self.comparison.name

    @property
    def columns(self) -> tuple[str, ...]:
        return self.comparison.columns

    @property
    def parts(self) -> tuple[FamilyName | GivenName, ...]:
        return self.comparison.parts

    def compare_parts(self, left: Records, right: Records) -> tuple[Compared, ...]:
        return _compare_parts(self.parts, self.tables, left, right)


def _compare_parts(
    parts: Sequence[FamilyName | GivenName], tables: NameTables, left: Records, right: Records
) -> tuple[Compared, ...]:
    pairs = tables.token_pairs(left, right)
    left_sizes, right_sizes = field_sizes(left), field_sizes(right)
    known: dict[tuple[Sequence[str], Sequence[str]], _Best] = {}

    def best(left_fields: Sequence[str], right_fields: Sequence[str]) -> _Best:
        if (left_fields, right_fields) not in known:
            longest = np.maximum(left_sizes(left_fields), right_sizes(right_fields))
            chosen = _between(pairs, left_fields, right_fields)
            known[left_fields, right_fields] = _find_best(chosen, tables, longest)
        return known[left_fields, right_fields]

    return tuple(_compared(part, best, tables, left, right) for part in parts)


def _compared(
    part: FamilyName | GivenName, best: _FindBest, tables: NameTables, left: Records, right: Records
) -> Compared:
    is_family = isinstance(part, FamilyName)
    cases = (_family_cases if is_family else _given_cases)(best, left, right)
    own = "family_name" if is_family else "given_name"
    present = _has(left, own) & _has(right, own)
    levels, token = np.full(len(left), len(cases), np.int8), np.full(len(left), -1, np.int64)
    # From the last case to the first, so that the first one that holds stays.
    for level, (condition, found) in reversed([*enumerate(cases)]):
        levels[condition] = level
        token[condition] = -1 if found is None else found.token[condition]
    levels[~present] = -1
    known = np.flatnonzero(present & (token >= 0))
    contradicting = _contradict(best(_GIVEN, _GIVEN), left, right)[known] & is_family
    frequencies = np.full(len(left), np.nan)
    kin = np.where(contradicting, _KIN, 0.0)
    frequencies[known] = tables.frequencies.among(token[known], left.take(known), right.take(known), kin)
    return Compared(levels, frequencies)


def field_sizes(records: Records) -> Callable[[Sequence[str]], IntArray]:
    """How many tokens each record has in some fields."""
    terms = common_terms(records)[1]
    sizes = {name: each.sizes[records[name].codes] for name, each in terms.items()}
    none = np.zeros(len(records), np.int64)
    return lambda names: sum((sizes[name] for name in names if name in sizes), start=none)


def _between(pairs: TokenPairs, left_fields: Sequence[str], right_fields: Sequence[str]) -> TokenPairs:
    """The token pairs between some fields."""
    chosen = _in_fields(pairs.left_field, pairs.left_first, left_fields)
    chosen &= _in_fields(pairs.right_field, pairs.right_first, right_fields)
    return pairs.where(chosen)


def _in_fields(field: IntArray, first: npt.NDArray[np.bool_], names: Sequence[str]) -> npt.NDArray[np.bool_]:
    wanted = _are_wanted(tuple(names))[field]
    return wanted & first if names == _FIRST else wanted


@cache
def _are_wanted(names: tuple[str, ...]) -> npt.NDArray[np.bool_]:
    """bool[f], which of the name fields are among the given ones."""
    return np.array([name in [each.removeprefix("first_") for each in names] for name in FIELDS])


def _find_best(pairs: TokenPairs, tables: NameTables, longest: IntArray) -> _Best:
    """
    The best agreement of each of k pairs.

    Args:
        pairs: The token pairs to choose from, those of one pair of names together.
        tables: What is known of the register's tokens.
        longest: int64[k], how many tokens the longer of the two names has.
    """
    agreement = np.full(len(longest), NOTHING, np.int8)
    token = np.full(len(longest), -1, np.int64)
    all_agree = np.zeros(len(longest), bool)
    if len(pairs.owner):
        size = len(tables.rarity)
        rank = pairs.agreement.astype(np.int64) * size + tables.rarity[pairs.right_token]
        first = np.flatnonzero(np.append(True, pairs.owner[1:] != pairs.owner[:-1]))
        lowest = np.minimum.reduceat(rank, first)
        owner = pairs.owner[first]
        agreement[owner] = lowest // size
        token[owner] = tables.by_rarity[lowest % size]
        same = np.add.reduceat((pairs.agreement == SAME).astype(np.int64), first)
        all_agree[owner] = (same > 0) & (same >= longest[owner])
    token[agreement == NOTHING] = -1
    return _Best(agreement, token, all_agree)


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
