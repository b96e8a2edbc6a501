"""Look-alikes as they are learned: how often they show each level, and how many pairs of them there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.fellegi_sunter import LookAlike, persons_at_large
from hpmatch.training.em import Rates
from hpmatch.training.learning import Learning
from hpmatch.training.unseen import chance_rates

NONE = 0.5  # fewer matches, or look-alikes, are none
# How much of what tells a match from chance tells a look-alike who agrees for a reason.
_FOR_A_REASON = 0.1


class Kind(NamedTuple):
    """
    A kind of look-alikes.

    Attributes:
        shown: How often they show each level of a comparison; in one that is not named they are as chance has it.
        share: The share of all pairs that they are.
    """

    shown: Mapping[str, FloatArray]
    share: float


def look_alikes_of(learning: Learning, kinds: Sequence[Kind]) -> tuple[LookAlike, ...]:
    """Kinds of look-alikes as the classifier knows them; without those that are not even one pair, or agree for no reason."""
    return tuple(
        LookAlike(
            f"look-alike {number}" if len(kinds) > 1 else "look-alike",
            kind.share * persons_at_large(len(learning.tables.right)),
            levels={name: tuple(table.tolist()) for name, table in kind.shown.items()},
            source="learned",
        )
        for number, kind in enumerate(kinds, 1)
        if kind.shown and kind.share * learning.pairs >= NONE
    )


def kinds_of(learning: Learning, look_alikes: Sequence[LookAlike]) -> list[Kind]:
    """The kinds that look-alikes are of."""
    return [
        Kind(
            {name: np.array(levels) for name, levels in each.levels.items()},
            each.rate / persons_at_large(len(learning.tables.right)),
        )
        for each in look_alikes
    ]


def kinds_learned(learning: Learning, rates: Rates, alike: Sequence[FloatArray]) -> list[Kind]:
    """
    What kinds of look-alikes there are, by how likely each candidate is one.

    Args:
        learning: What is learned from, with k candidates.
        rates: m and u.
        alike: For each kind float64[k], how likely each candidate is one.
    """
    counted = (learning.candidates.level_counts(each, rates.u) for each in alike)
    return [
        Kind(_shown(learning, of_kind, rates), float(each.sum()) / learning.pairs)
        for of_kind, each in zip(counted, alike, strict=True)
    ]


def _shown(learning: Learning, counted: Sequence[FloatArray], rates: Rates) -> dict[str, FloatArray]:
    """
    The share of each level among look-alikes, for the comparisons that tell them from chance.

    Nobody agrees for a reason in all that is personal, but the person.
    """
    shown = dict(zip(learning.names, chance_rates(counted, rates.u), strict=True))
    told = {
        name: weight_against_chance(shown[name], u) / weight_against_chance(m, u)
        for name, m, u in zip(learning.names, rates.m, rates.u, strict=True)
        if (m > u).any()
    }
    personal = sorted((name for name in told if name in learning.personal), key=told.__getitem__)
    if len(personal) > 1:
        told[personal[0]] = 0.0
    return {name: shown[name] for name, part in told.items() if part >= _FOR_A_REASON}


def weight_against_chance(shown: FloatArray, u: FloatArray) -> float:
    """
    What a comparison weighs against chance on average, if it shows levels at these rates (the Kullback-Leibler divergence).

    Example:
        >>> weight_against_chance(np.array([0.5, 0.5]), np.array([0.25, 0.75])).__round__(3)
        0.208
    """
    return float(shown @ np.log2(shown / u))
