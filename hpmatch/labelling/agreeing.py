"""How far two persons who label agree."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from hpmatch.errors import HpmatchError
from hpmatch.labelling.saving import LABELLED, key_of
from hpmatch.labels import judgements


@dataclass(frozen=True)
class Agreement:
    """
    How far two persons agree.

    Attributes:
        pairs: How many pairs both labelled.
        agreed: The share of them that they labelled alike.
        kappa: Cohen's kappa: how much of the agreement that chance leaves open they reach; NaN where chance leaves none.
    """

    pairs: int
    agreed: float
    kappa: float


def agreement(labels: Any, first: str, second: str) -> Agreement:
    """
    How far two persons agree on the pairs that both labelled, unsure being a label like the others.

    Args:
        labels: A file of labels or a table, with ``labelled_by``; of several judgements of one pair the last holds.
        first: One person.
        second: The other.

    Raises:
        SourceError: If it cannot be read.
        HpmatchError: If there is no pair that both labelled.

    Example:
        >>> said = {"Kari": ("match", "match", "no_match", "no_match"), "Ola": ("match", "no_match", "no_match", "no_match")}
        >>> labels = [{"left_id": str(row), "right_id": "7", "label": label, "labelled_by": who}
        ...           for who, each in said.items() for row, label in enumerate(each)]
        >>> agreement(labels, "Kari", "Ola")
        Agreement(pairs=4, agreed=0.75, kappa=0.5)

    The formula is Cohen's (A Coefficient of Agreement for Nominal Scales, 1960): with p_o the share labelled alike, and p_e what
    it would be by chance, (p_o - p_e) / (1 - p_e).
    """
    said: dict[str, dict[tuple[str, str], str]] = {first: {}, second: {}}
    for row in judgements(labels, LABELLED):
        if row["labelled_by"] in said:
            said[row["labelled_by"]][key_of(row)] = row["label"]
    both = sorted(said[first].keys() & said[second].keys())
    if not both or first == second:
        raise HpmatchError("there is no pair that two persons labelled; say who labelled, as in labelled_by")
    ones, others = ([said[who][pair] for pair in both] for who in (first, second))
    agreed = sum(one == other for one, other in zip(ones, others, strict=True)) / len(both)
    by_chance = sum(ones.count(label) * others.count(label) for label in set(ones)) / len(both) ** 2
    kappa = (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan
    return Agreement(len(both), agreed, kappa)
