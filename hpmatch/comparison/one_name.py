"""
The names of a single pair of records: the cases of ``name_cases.py`` with plain numbers.

The right record is a register of its own, in which each of its tokens is as common as any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from hpmatch.comparison.cases import first_case
from hpmatch.comparison.name_cases import FIRST_OF, Best, NameCases, contradict
from hpmatch.comparison.name_tables import (
    FIELDS,
    NOTHING,
    SAME,
    share_among_holders_in_one,
    share_in_one,
)
from hpmatch.comparison.one_token import agreement_of
from hpmatch.protocols import ComparedOne

_GIVEN = "given_name"
_NO_TOKEN = ""
_NOTHING = Best(NOTHING, _NO_TOKEN)


def compare_one_name(
    parts: Sequence[NameCases], left: Mapping[str, Any], right: Mapping[str, Any]
) -> tuple[ComparedOne, ...]:
    """What each part finds, see ``ComparesOne``."""
    look = _OneLook(_with_first(left), _with_first(right))
    return tuple(_compared(part, look) for part in parts)


def _compared(names: NameCases, look: _OneLook) -> ComparedOne:
    if not look.both_hold(names.own):
        return ComparedOne(-1)
    cases = names.of(look)
    level = first_case([condition for condition, _ in cases])
    found = cases[level][1] if level < len(cases) else None
    if found is None or found.token == _NO_TOKEN:
        return ComparedOne(level)
    kin = names.kin if contradict(look) else 0.0
    where = look.left.get("country", ()), look.right.get("country", ())
    share = share_in_one(*where, kin)
    for _ in look.further(names.between, found.token):
        share *= share_among_holders_in_one(*where, kin)
    return ComparedOne(level, share)


@dataclass(frozen=True)
class _OneLook:
    """A look at the tokens of one pair of names, which remembers what it found."""

    left: Mapping[str, Any]
    right: Mapping[str, Any]
    found: dict[tuple[Sequence[str], Sequence[str]], Best] = field(default_factory=dict)

    def best(self, left_fields: Sequence[str], right_fields: Sequence[str]) -> Best:
        """The best agreement between some fields; several cases ask for the same."""
        if (left_fields, right_fields) not in self.found:
            ours, theirs = _tokens(self.left, left_fields), _tokens(self.right, right_fields)
            # Each is as rare as any other, so the text decides, as it does in a table.
            found = min(
                [(agreement_of(one, other), other) for one in ours for other in theirs], default=_NOTHING
            )
            self.found[left_fields, right_fields] = _NOTHING if found[0] == NOTHING else Best(*found)
        return self.found[left_fields, right_fields]

    def all_agree(self, fields: Sequence[str]) -> bool:
        """Whether each token of some fields of either side is the same as one of the other."""
        ours, theirs = _tokens(self.left, fields), _tokens(self.right, fields)
        same = sum(agreement_of(one, other) == SAME for one in ours for other in theirs)
        return 0 < same >= max(len(ours), len(theirs))

    def further(self, between: Sequence[tuple[Sequence[str], Sequence[str]]], token: str) -> set[str]:
        """The right tokens that are the same as a left one, besides one that was found."""
        same = {
            other
            for left_fields, right_fields in between
            for one in _tokens(self.left, left_fields)
            for other in _tokens(self.right, right_fields)
            if agreement_of(one, other) == SAME
        }
        return same - {token}

    def clash(self, field: str) -> bool:
        """Whether both sides have a token in a field that agrees with nothing of the other name."""
        ours, theirs = _tokens(self.left, FIELDS), _tokens(self.right, FIELDS)
        return any(
            all(agreement_of(one, other) == NOTHING for other in theirs)
            for one in _tokens(self.left, (field,))
        ) and any(
            all(agreement_of(one, other) == NOTHING for one in ours)
            for other in _tokens(self.right, (field,))
        )

    def better(self, one: Best, other: Best) -> Best:
        """The better of two."""
        return one if one.agreement <= other.agreement else other

    def both_hold(self, field: str) -> bool:
        """Whether both sides hold a field."""
        return field in self.left and field in self.right

    def no_man(self) -> bool:
        """Whether neither side is known to be a man."""
        return "M" not in (self.left.get("sex"), self.right.get("sex"))


def _tokens(values: Mapping[str, Any], fields: Sequence[str]) -> list[str]:
    return [token for name in fields if name in values for token in values[name]]


def _with_first(values: Mapping[str, Any]) -> Mapping[str, Any]:
    """The values and the first given name, as a field of its own."""
    return {**values, FIRST_OF + _GIVEN: values.get(_GIVEN, ())[:1]}
