"""
Names of persons.

Every token of the one name is held against every token of the other, across given, middle and family names, because
names move between fields: a former surname becomes a middle name, the two fields get exchanged. Whatever two tokens
have in common is found once for each distinct pair of tokens.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, NamedTuple

import numpy as np
import numpy.typing as npt
from rapidfuzz import process
from rapidfuzz.distance import JaroWinkler

from hpmatch.blocking import ranges
from hpmatch.protocols import Compared, LevelArray
from hpmatch.records import FloatArray, IntArray, Records
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.surnames import stems

FIELDS = ("family_name", "given_name", "middle_name", "birth_name", "other_names")
_FURTHER = ("middle_name", "birth_name", "other_names")

# What two tokens have in common, best first.
SAME, STEM, CLOSE, INITIAL, SIMILAR, NOTHING = range(6)
_CLOSE, _SIMILAR = 0.92, 0.84
_SHORTEST_CLOSE = 4


class TokenPairs(NamedTuple):
    """
    Every left token with every right token of k pairs of names, m in all.

    Attributes:
        owner: int64[m], the pair of names, ascending.
        left_field, right_field: int8[m], the places in ``FIELDS`` that the tokens come from.
        left_token, right_token: int64[m], places in the token table of each side.
        agreement: int8[m], what the two tokens have in common.
        share: float64[m], the share of registered persons that hold the right token in any field.
    """

    owner: IntArray
    left_field: IntArray
    right_field: IntArray
    left_token: IntArray
    right_token: IntArray
    agreement: LevelArray
    share: FloatArray


class Tokens(NamedTuple):
    """The tokens of n names: for each name its tokens' fields and places in a table of distinct tokens."""

    starts: IntArray
    sizes: IntArray
    fields: IntArray
    places: IntArray
    table: list[str]
    shares: FloatArray


@dataclass(frozen=True)
class FamilyName:
    """
    Family names, held against the other's further names too.

    Levels, best first:

    - ``same``: every token agrees.
    - ``part``: a token agrees, and either side has more (a double surname).
    - ``stem``: they agree but for an ending that changes with sex or marriage.
    - ``further_name``: one side's family name is a middle, birth or other name of the other.
    - ``close``: a typing difference.
    - ``swapped``: family and given names are exchanged.
    - ``similar``: some likeness.
    - ``different``.

    Agreement on a rare name is worth more.
    """

    name: str = "family_name"
    columns: tuple[str, ...] = FIELDS
    levels: ClassVar = ("same", "part", "stem", "further_name", "close", "swapped", "similar", "different")

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        pairs = token_pairs(left, right)
        family, further, given = _fields("family_name"), _fields(*_FURTHER), _fields("given_name")
        own = _Best(pairs, family, family, len(left))
        other = _Best(pairs, family | further, family | further, len(left))
        crossed = _Best(pairs, family, given, len(left))
        crossed_back = _Best(pairs, given, family, len(left))
        swapped = _exchanged(crossed, crossed_back)
        return _choose(
            [
                (own.all_agree, own),
                (own.agreement == SAME, own),
                (own.agreement == STEM, own),
                (other.agreement <= STEM, other),
                (own.agreement == CLOSE, own),
                (swapped, crossed),
                (own.agreement == SIMILAR, own),
            ],
            _has(left, "family_name") & _has(right, "family_name"),
        )


@dataclass(frozen=True)
class GivenName:
    """
    Given names, held against the other's middle names too.

    Levels, best first:

    - ``same``: every token agrees.
    - ``part``: a token agrees, and either side has more.
    - ``close``: a typing difference.
    - ``initial``: one side has only the first letter.
    - ``middle_name``: it agrees with a middle or other name.
    - ``swapped``: family and given names are exchanged.
    - ``similar``: some likeness.
    - ``different``.

    Agreement on a rare name is worth more.
    """

    name: str = "given_name"
    columns: tuple[str, ...] = FIELDS
    levels: ClassVar = ("same", "part", "close", "initial", "middle_name", "swapped", "similar", "different")

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        pairs = token_pairs(left, right)
        family, further, given = _fields("family_name"), _fields(*_FURTHER), _fields("given_name")
        own = _Best(pairs, given, given, len(left))
        other = _Best(pairs, given | further, given | further, len(left))
        crossed = _Best(pairs, given, family, len(left))
        crossed_back = _Best(pairs, family, given, len(left))
        swapped = _exchanged(crossed, crossed_back)
        return _choose(
            [
                (own.all_agree, own),
                (own.agreement == SAME, own),
                (own.agreement <= CLOSE, own),
                (own.agreement == INITIAL, None),
                (other.agreement == SAME, other),
                (swapped, crossed),
                (own.agreement == SIMILAR, own),
            ],
            _has(left, "given_name") & _has(right, "given_name"),
        )


class _Best:
    """The best agreement between some fields of the left and some of the right name, for each of k pairs."""

    def __init__(self, pairs: TokenPairs, left_fields: int, right_fields: int, size: int) -> None:
        chosen = (left_fields >> pairs.left_field & 1).astype(bool) & (
            right_fields >> pairs.right_field & 1
        ).astype(bool)
        owner, agreement, share = pairs.owner[chosen], pairs.agreement[chosen], pairs.share[chosen]
        self.agreement = np.full(size, NOTHING, np.int8)
        np.minimum.at(self.agreement, owner, agreement)
        best = agreement == self.agreement[owner]
        self.share = np.full(size, np.inf)
        np.minimum.at(self.share, owner[best], share[best])
        same = np.bincount(owner[agreement == SAME], minlength=size)
        left_tokens = _distinct_count(owner, pairs.left_token[chosen], size)
        right_tokens = _distinct_count(owner, pairs.right_token[chosen], size)
        self.all_agree = (same > 0) & (same >= np.maximum(left_tokens, right_tokens))


def _exchanged(one: _Best, other: _Best) -> npt.NDArray[np.bool_]:
    """Both fields agree with the other one, and one of them more than nearly."""
    worse, better = np.maximum(one.agreement, other.agreement), np.minimum(one.agreement, other.agreement)
    return np.asarray((worse <= CLOSE) & (better <= STEM))


def _distinct_count(owner: IntArray, token: IntArray, size: int) -> IntArray:
    width = int(token.max(initial=0)) + 1
    return np.bincount(np.unique(owner * width + token) // width, minlength=size)


def _fields(*names: str) -> int:
    return sum(1 << FIELDS.index(name) for name in names)


def _has(records: Records, field: str) -> npt.NDArray[np.bool_]:
    return ~records[field].is_missing if field in records else np.zeros(len(records), bool)


def _choose(
    cases: Sequence[tuple[npt.NDArray[np.bool_], _Best | None]], present: npt.NDArray[np.bool_]
) -> Compared:
    """The first case that holds gives the level and the share of what agrees."""
    conditions = [condition for condition, _ in cases]
    levels = np.select(conditions, range(len(cases)), len(cases)).astype(np.int8)
    nothing = np.full(len(levels), np.nan)
    shares = np.select(conditions, [nothing if best is None else best.share for _, best in cases], np.nan)
    return Compared(np.where(present, levels, -1).astype(np.int8), np.where(present, shares, np.nan))


def token_pairs(left: Records, right: Records) -> TokenPairs:
    """Hold every token of each left name against every token of its right name."""
    a, b = _tokens(left), _tokens(right)
    counts = a.sizes * b.sizes
    owner = np.repeat(np.arange(len(counts)), counts)
    within = ranges(np.zeros(len(counts), np.int64), counts)
    at_left = a.starts[owner] + within // b.sizes[owner]
    at_right = b.starts[owner] + within % b.sizes[owner]
    left_token, right_token = a.places[at_left], b.places[at_right]
    width = max(len(b.table), 1)
    distinct, of_pair = np.unique(left_token * width + right_token, return_inverse=True)
    agreement = token_agreement(a.table, b.table, distinct // width, distinct % width)[of_pair]
    return TokenPairs(
        owner,
        a.fields[at_left],
        b.fields[at_right],
        left_token,
        right_token,
        agreement,
        b.shares[right_token],
    )


def token_agreement(
    left_table: Sequence[str], right_table: Sequence[str], left: IntArray, right: IntArray
) -> LevelArray:
    """
    What the tokens of each pair have in common.

    Args:
        left_table: Distinct tokens.
        right_table: Distinct tokens.
        left: int64[k], places in the left table.
        right: int64[k], places in the right table.

    Example:
        >>> token_agreement(["müller", "j"], ["mueller", "jan"], np.array([0, 1, 0]), np.array([0, 1, 1])).tolist()
        [0, 3, 5]
    """
    lefts, rights = (
        [left_table[place] for place in left.tolist()],
        [right_table[place] for place in right.tolist()],
    )
    left_forms, right_forms = [spellings(token) for token in lefts], [spellings(token) for token in rights]
    same = np.array([not set(a).isdisjoint(b) for a, b in zip(left_forms, right_forms, strict=True)], bool)
    stem = np.array(
        [not set(stems(a)).isdisjoint(stems(b)) for a, b in zip(lefts, rights, strict=True)], bool
    )
    initial = np.array([_is_initial(a, b) for a, b in zip(left_forms, right_forms, strict=True)], bool)
    similarity = _similarity(left_forms, right_forms)
    short = np.array(
        [min(len(a), len(b)) < _SHORTEST_CLOSE for a, b in zip(lefts, rights, strict=True)], bool
    )
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


def _tokens(records: Records) -> Tokens:
    """The tokens of all fields of each record, fields one after the other."""
    tables: dict[str, int] = {}
    held = np.zeros(0, np.float64)
    rows, fields, places = [], [], []
    for field, name in enumerate(FIELDS):
        if name not in records:
            continue
        terms = records[name].values.terms
        place = np.array(
            [tables.setdefault(token, len(tables)) for token in terms.array.to_pylist()], np.int64
        )
        held = np.append(held, np.zeros(len(tables) - len(held)))
        held[place] += terms.counts
        codes = records[name].codes
        present = np.flatnonzero(codes >= 0)
        sizes = np.diff(terms.offsets)[codes[present]]
        places.append(place[terms.codes[ranges(terms.offsets[:-1][codes[present]], sizes)]])
        rows.append(np.repeat(present, sizes))
        fields.append(np.full(len(places[-1]), field, np.int8))
    row = np.concatenate(rows)
    order = np.argsort(row, kind="stable")
    sizes = np.bincount(row, minlength=len(records))
    total = max((column.values.records for column in records.columns.values()), default=1)
    return Tokens(
        np.cumsum(sizes) - sizes,
        sizes,
        np.concatenate(fields)[order],
        np.concatenate(places)[order],
        list(tables),
        held / total,
    )
