"""
How alike two tokens are, for a single pair: ``spelling.token_similarity`` with plain numbers.

The same rules, in the same whole numbers, so that the same is found; with arrays a pair would cost ten times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import accumulate, product
from typing import NamedTuple

from rapidfuzz.distance import OSA

from hpmatch.comparison.spelling import (
    LONGEST,
    TRANSPOSED,
    UNIT,
    Costs,
    are_same_letters,
    edges_of,
    edit_costs,
    is_one_edit,
    mixed_similarity,
    similarity_at,
    slip_distance,
)
from hpmatch.standardise.compounds import head_of
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of, sound_units, spellings
from hpmatch.standardise.surnames import tail_of, without_tail


def similarity_of(left: str, right: str) -> float:
    """
    What ``spelling.token_similarity`` gives to a pair.

    Example:
        >>> similarity_of("müller", "mueller")
        1.0
    """
    whole = _similarity(left, right)
    if whole == 1:
        return whole
    heads = head_of(left), head_of(right)
    if left != heads[0] and right != heads[1]:
        whole = min(whole, _similarity(*heads))
    tails = tail_of(left), tail_of(right)
    if tails[0] and tails[0] == tails[1]:
        whole = min(whole, _similarity(without_tail(left), without_tail(right)))
    return whole


def _similarity(left: str, right: str) -> float:
    forms = list(product(spellings(left), spellings(right)))
    alike = [OSA.normalized_similarity(*pair) for pair in forms]
    letters = max(alike, default=0.0)
    if letters == 1 or left == right:
        return 1.0
    consonantal = script_of(left) in CONSONANT_SCRIPTS, script_of(right) in CONSONANT_SCRIPTS
    heard = [
        similarity_at(_distance(_costed(a, *consonantal), _costed(b, *reversed(consonantal))))
        for a, b in product(sound_units(left), sound_units(right))
    ]
    typed = [_typed(*pair, likeness) for likeness, pair in zip(alike, forms, strict=True)]
    slip = 0.0 if any(consonantal) else max(typed, default=0.0)
    return float(mixed_similarity(max(heard, default=0.0), letters, slip))


def _typed(left: str, right: str, alike: float) -> float:
    """How alike two spellings are where a slip of typing explains it."""
    longest = max(len(left), len(right))
    is_slip = edges_of(left) == edges_of(right) or (
        is_one_edit(alike, longest) and are_same_letters(left, right)
    )
    return float(similarity_at(slip_distance(alike, longest, is_slip)))


class _Costed(NamedTuple):
    """Units of sound, what it costs to leave each out, and by how much the cost of all edits is divided."""

    units: Sequence[int]
    left_out: Sequence[int]
    frame: int


@cache
def _plain_costs() -> Costs:
    """The costs as lists."""
    return Costs(*(costs.tolist() for costs in edit_costs()))


def _costed(units: Sequence[int], leaves_vowels_out: bool, other_leaves_vowels_out: bool) -> _Costed:
    costs = _plain_costs()
    units = [unit + 1 for unit in units[:LONGEST]]
    mixed = leaves_vowels_out != other_leaves_vowels_out
    left_out = costs.unwritten if mixed and other_leaves_vowels_out else costs.left_out
    out = [left_out[unit] for unit in units]
    return _Costed(units, out, sum(out) if mixed else sum([costs.weight[unit] for unit in units]))


def _distance(a: _Costed, b: _Costed) -> float:
    """The edit distance per letter (Damerau-Levenshtein, weighted)."""
    costs = _plain_costs()
    exchanged, letters = costs.exchanged, costs.letters
    before: list[int] = []
    above = [0, *accumulate(b.left_out)]
    for i, unit in enumerate(a.units):
        row = [above[0] + a.left_out[i]]
        of_unit = exchanged[unit]
        for j, other in enumerate(b.units):
            cost = min(above[j] + of_unit[other], above[j + 1] + a.left_out[i], row[j] + b.left_out[j])
            if (
                i
                and j
                and letters[other] == letters[a.units[i - 1]]
                and letters[b.units[j - 1]] == letters[unit]
            ):
                cost = min(cost, before[j - 1] + TRANSPOSED)
            row.append(cost)
        before, above = above, row
    return above[-1] / max(a.frame, b.frame, UNIT)
