"""
The names of a single pair of records: the cases of ``name_cases.py`` with plain numbers.

The right record is a register of its own, in which each of its tokens is as common as any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

from hpmatch.comparison.conditions import first_case
from hpmatch.comparison.name_cases import FIRST_OF, FORMER, LATER_OF, SEX_TOLD, Best, NameCases
from hpmatch.comparison.name_frequencies import SHARE_AMONG_HOLDERS_IN_ONE
from hpmatch.comparison.name_tables import CLOSE, NOTHING, SAME
from hpmatch.comparison.one_token import agreement_of
from hpmatch.comparison.relations import are_of_two_groups, are_of_two_sexes, joined
from hpmatch.protocols import ComparedOne
from hpmatch.schema import NAME_ROLES
from hpmatch.standardise.surnames import is_for_life, keep_surnames

_NO_TOKEN = ""
_FAMILY, _GIVEN = ("family_name",), ("given_name",)
_NOTHING = Best(NOTHING, _NO_TOKEN)


def compare_one_name(
    parts: Sequence[NameCases], left: Mapping[str, Any], right: Mapping[str, Any]
) -> tuple[ComparedOne, ...]:
    """What each part finds, see ``ComparesOne``."""
    look = _OneLook.of(left, right)
    return tuple(_compared(part, look) for part in parts)


def _compared(names: NameCases, look: _OneLook) -> ComparedOne:
    if not names.present(look):
        return ComparedOne(-1)
    cases = names.of(look)
    level = first_case([condition for condition, _ in cases])
    found = cases[level][1] if level < len(cases) else None
    if found is None or found.token == _NO_TOKEN:
        return ComparedOne(level)
    share = 1.0  # the only registered person holds whatever agrees
    if level != names.exchanged:
        for _ in look.further(names.between, found.token):
            share *= SHARE_AMONG_HOLDERS_IN_ONE
    return ComparedOne(level, share)


class _Pair(NamedTuple):
    """
    Two tokens that have something in common.

    Attributes:
        agreement: What it is.
        right_token: The right token.
        left_fields, right_fields: What each token's field is called, and with ``FIRST_OF`` or ``LATER_OF`` before it.
        left_at, right_at: The place of each among its record's tokens.
    """

    agreement: int
    right_token: str
    left_fields: frozenset[str]
    right_fields: frozenset[str]
    left_at: int
    right_at: int


@dataclass(frozen=True)
class _OneLook:
    """
    A look at the tokens of one pair of names.

    Attributes:
        left, right: The values of both records.
        pairs: The tokens that have something in common.
        known: What was found already.
    """

    left: Mapping[str, Any]
    right: Mapping[str, Any]
    pairs: Sequence[_Pair]
    known: dict[Any, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, left: Mapping[str, Any], right: Mapping[str, Any]) -> _OneLook:
        """A look at two records' values."""
        theirs = [*enumerate(_tokens(right))]
        pairs = [
            _Pair(agreement, other, fields, other_fields, at, other_at)
            for at, (token, fields) in enumerate(_tokens(left))
            for other_at, (other, other_fields) in theirs
            if (agreement := agreement_of(token, other)) != NOTHING
        ]
        return cls(left, right, pairs)

    def best(self, left_fields: Sequence[str], right_fields: Sequence[str]) -> Best:
        """The best agreement between some fields; of tokens that are as rare the text decides, as in a table."""
        fields = left_fields, right_fields
        if fields not in self.known:
            found = [(pair.agreement, pair.right_token) for pair in self._between(*fields)]
            self.known[fields] = Best(*min(found)) if found else _NOTHING
        best: Best = self.known[fields]
        return best

    def all_agree(self, fields: Sequence[str], among: Sequence[str]) -> bool:
        """Whether each token of some fields of either side is the same as one of the other's among some fields."""
        left = {pair.left_at for pair in self._between(fields, among) if pair.agreement == SAME}
        right = {pair.right_at for pair in self._between(among, fields) if pair.agreement == SAME}
        return 0 < len(left) == _size(self.left, fields) and 0 < len(right) == _size(self.right, fields)

    def further(self, between: Sequence[tuple[Sequence[str], Sequence[str]]], token: str) -> set[str]:
        """The right tokens that are the same as a left one, besides one that was found."""
        pairs = chain.from_iterable(self._between(*fields) for fields in between)
        return {pair.right_token for pair in pairs if pair.agreement == SAME} - {token}

    def fits(self, field: str) -> bool:
        """Whether all tokens that one side has in a field agree with something of the other name."""
        left = {pair.left_at for pair in self.pairs if field in pair.left_fields}
        right = {pair.right_at for pair in self.pairs if field in pair.right_fields}
        return len(left) == _size(self.left, (field,)) or len(right) == _size(self.right, (field,))

    def better(self, one: Best, other: Best) -> Best:
        """The better of two."""
        return one if one.agreement <= other.agreement else other

    def worse(self, one: Best, other: Best) -> Best:
        """The other one."""
        return other if one.agreement <= other.agreement else one

    def both_hold(self, field: str) -> bool:
        """Whether both sides hold a field."""
        return field in self.left and field in self.right

    def in_one_field(self) -> bool:
        """Whether one side has its whole name in one field; see ``Look``."""
        whole, holds = [], []
        for side in (self.left, self.right):
            family, given = _size(side, _FAMILY), _size(side, _GIVEN)
            whole.append(family > 1 and given == 0)
            holds.append(family > 0 and given > 0)
        return (whole[0] and holds[1]) or (whole[1] and holds[0])

    def no_man(self) -> bool:
        """Whether neither side is known to be a man."""
        stated, by_name = ({side.get(column) for side in (self.left, self.right)} for column in SEX_TOLD)
        return not ("M" in stated or ("M" in by_name and "F" not in stated))

    def for_life(self) -> bool:
        """Whether both family names are such as no marriage changes; see ``Look``."""
        sides = self.left, self.right
        if self.best(_FAMILY, _FAMILY) != _NOTHING or any(name in side for side in sides for name in FORMER):
            return False
        if all(keep_surnames(side.get("country")) for side in sides):
            return True
        return all(all(map(is_for_life, side.get("family_name", ()))) for side in sides)

    def two_names(self) -> bool:
        """Whether the given names are known for two; see ``Look``."""
        sexes = self.left.get("sex"), self.right.get("sex")
        given, other = (side.get("given_name") for side in (self.left, self.right))
        agreement = self.best(_GIVEN, _GIVEN).agreement
        if (
            not (given and other)
            or agreement > CLOSE
            or (agreement == SAME and not self.all_agree(_GIVEN, _GIVEN))
        ):
            return False
        if agreement == CLOSE and are_of_two_groups(given[0], other[0]):
            return True
        return not (sexes[0] and sexes[0] == sexes[1]) and are_of_two_sexes(given[0], other[0])

    def one_word(self, field: str) -> bool:
        """Whether one side writes in a word what the other writes in several."""
        sides = [side.get(field, ()) for side in (self.left, self.right)]
        return len(sides[0]) != len(sides[1]) and all(sides) and joined(sides[0]) == joined(sides[1])

    def _between(self, left_fields: Sequence[str], right_fields: Sequence[str]) -> list[_Pair]:
        return [
            pair
            for pair in self.pairs
            if not pair.left_fields.isdisjoint(left_fields) and not pair.right_fields.isdisjoint(right_fields)
        ]


_OF_LATER = {name: frozenset({name, LATER_OF + name}) for name in NAME_ROLES}
_OF_FIRST = {name: frozenset({name, FIRST_OF + name}) for name in NAME_ROLES}


def _tokens(values: Mapping[str, Any]) -> list[tuple[str, frozenset[str]]]:
    """All tokens of a record's names, and what the field of each is called."""
    return [
        (token, (_OF_LATER if place else _OF_FIRST)[name])
        for name in NAME_ROLES
        for place, token in enumerate(values.get(name, ()))
    ]


def _size(values: Mapping[str, Any], fields: Sequence[str]) -> int:
    return sum(len(values.get(name, ())) for name in fields)
