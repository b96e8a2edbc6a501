"""
Training: m and u probabilities from comparison vectors without labels, by expectation maximisation.

It runs on agreement patterns and their counts, so its cost does not depend on how many pairs there are (Dempster, Laird
and Rubin 1977; Winkler 1988 for record linkage).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from hpmatch.model import FellegiSunter, Level
from hpmatch.protocols import ComparisonVectors, LevelArray
from hpmatch.records import FloatArray

_SMALLEST = 1e-9


@dataclass(frozen=True)
class Trained:
    """
    What was learned.

    Attributes:
        classifier: The classifier with the new numbers.
        match_share: The share of the pairs that are matches.
        log_likelihoods: After each round, per pair; they never fall.
    """

    classifier: FellegiSunter
    match_share: float
    log_likelihoods: tuple[float, ...]


def train(
    vectors: ComparisonVectors,
    start: FellegiSunter,
    match_share: float,
    *,
    rounds: int = 200,
    tolerance: float = 1e-9,
) -> Trained:
    """
    Estimate m, u and the share of matches.

    Args:
        vectors: The comparison vectors of the pairs to learn from.
        start: Where to start from; its term-frequency settings are kept.
        match_share: The share of matches to start from, between 0 and 1.
        rounds: At most so many rounds.
        tolerance: Stop when a round raises the log-likelihood per pair by less.
    """
    patterns, counts = vectors.patterns, vectors.counts / max(vectors.counts.sum(), 1)
    m, u = _tables(vectors, start, "m"), _tables(vectors, start, "u")
    likelihoods: list[float] = []
    for _ in range(rounds):
        of_match, of_other = match_share * _chance(patterns, m), (1 - match_share) * _chance(patterns, u)
        responsibility = of_match / (of_match + of_other)
        likelihoods.append(float(counts @ np.log(of_match + of_other)))
        match_share = float(np.clip(counts @ responsibility, _SMALLEST, 1 - _SMALLEST))
        m = _shares(patterns, counts * responsibility, m)
        u = _shares(patterns, counts * (1 - responsibility), u)
        if len(likelihoods) > 1 and likelihoods[-1] - likelihoods[-2] < tolerance:
            break
    return Trained(_classifier(vectors, start, m, u), match_share, tuple(likelihoods))


def _tables(vectors: ComparisonVectors, start: FellegiSunter, number: str) -> list[FloatArray]:
    return [np.array([getattr(level, number) for level in start.levels[name]]) for name in vectors.names]


def _chance(patterns: LevelArray, tables: list[FloatArray]) -> FloatArray:
    """The chance of each pattern, its comparisons taken as independent; a missing value says nothing."""
    chance = np.ones(len(patterns))
    for column, table in enumerate(tables):
        chance *= np.append(table, 1.0)[patterns[:, column]]
    return chance


def _shares(patterns: LevelArray, weights: FloatArray, before: list[FloatArray]) -> list[FloatArray]:
    """The weighted share of each level where the value is there; as before where it never is."""
    shares = []
    for column, table in enumerate(before):
        levels = patterns[:, column]
        total = np.bincount(levels[levels >= 0], weights=weights[levels >= 0], minlength=len(table))
        smoothed = np.maximum(total / total.sum(), _SMALLEST) if total.sum() > 0 else table
        shares.append(smoothed / smoothed.sum())
    return shares


def _classifier(
    vectors: ComparisonVectors, start: FellegiSunter, m: list[FloatArray], u: list[FloatArray]
) -> FellegiSunter:
    levels: dict[str, tuple[Level, ...]] = dict(start.levels)
    for name, of_m, of_u in zip(vectors.names, m, u, strict=True):
        levels[name] = tuple(
            replace(level, m=float(a), u=float(b), source="estimated by expectation maximisation")
            for level, a, b in zip(start.levels[name], of_m, of_u, strict=True)
        )
    return FellegiSunter(levels)
