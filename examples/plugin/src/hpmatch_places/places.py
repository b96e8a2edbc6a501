"""What birth places are compared by: one name for each place, its sounds, and how alike two of them are."""

from __future__ import annotations

import csv
from functools import cache
from importlib import resources

import jellyfish
from rapidfuzz.distance import JaroWinkler

# Two names that sound the same are less sure than one name, and surer than any two that are spelled alike.
SOUNDS_ALIKE = 0.95


def likeness(left: str, right: str) -> float:
    """
    How alike two places are, from 0 to 1.

    Example:
        >>> likeness("kopenhagen", "kobenhavn"), likeness("kaunas", "kawnas"), likeness("kaunas", "oslo") < 0.6
        (1.0, 0.95, True)
    """
    left, right = own_name(left), own_name(right)
    if left == right:
        return 1.0
    if jellyfish.metaphone(left) == jellyfish.metaphone(right):
        return SOUNDS_ALIKE
    return min(JaroWinkler.similarity(left, right), SOUNDS_ALIKE - 0.01)


def own_name(place: str) -> str:
    """
    The name by which a place calls itself, folded; the place as it is written where no other name is known.

    Example:
        >>> own_name("copenhagen"), own_name("gjovik")
        ('kobenhavn', 'gjovik')
    """
    return _own_names().get(place, place)


@cache
def _own_names() -> dict[str, str]:
    with resources.files("hpmatch_places").joinpath("exonyms.csv").open(encoding="utf-8", newline="") as file:
        return {row["name"]: row["own_name"] for row in csv.DictReader(file)}
