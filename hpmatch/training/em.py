"""
Expectation maximisation over agreement patterns: m, u and the share of matches, without labels or with some.

It runs on distinct patterns and their counts, so its cost does not depend on how many pairs there are (Dempster, Laird
and Rubin 1977; Winkler 1988 for record linkage). What is known before counts as so many pairs seen already.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import lgamma

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.protocols import ComparisonVectors, LevelArray

_SMALLEST = 1e-9


@dataclass(frozen=True)
class PatternCounts:
    """
    How many pairs show each agreement pattern.

    Attributes:
        patterns: int8[p, c], comparison levels; -1 for missing.
        unlabelled: float64[p], pairs of which nobody said what they are.
        matches: float64[p], pairs labelled as matches.
        others: float64[p], pairs labelled as no matches.
    """

    patterns: LevelArray
    unlabelled: FloatArray
    matches: FloatArray
    others: FloatArray

    @classmethod
    def of(cls, vectors: ComparisonVectors, labels: FloatArray | None = None) -> PatternCounts:
        """
        Count.

        Args:
            vectors: The comparison vectors of k pairs.
            labels: float64[k], 1 for a match, 0 for none, NaN where nobody said; None if nobody said anything.
        """
        size, of_pair = len(vectors.patterns), vectors.pattern_of_pair
        if labels is None:
            none = np.zeros(size)
            return cls(vectors.patterns, vectors.counts.astype(np.float64), none, none)
        return cls(
            vectors.patterns,
            *(
                np.bincount(of_pair[kind], minlength=size).astype(np.float64)
                for kind in (np.isnan(labels), labels == 1, labels == 0)
            ),
        )

    @property
    def total(self) -> float:
        """How many pairs there are."""
        return float((self.unlabelled + self.matches + self.others).sum())


@dataclass(frozen=True)
class Rates:
    """
    How often each comparison level occurs, one array a comparison.

    Attributes:
        m: Between records of one person.
        u: Between records of two.
    """

    m: tuple[FloatArray, ...]
    u: tuple[FloatArray, ...]


def rates_of(classifier: FellegiSunter, names: Sequence[str]) -> Rates:
    """The m and u of a classifier, by the names of its comparisons."""

    def table(number: str) -> tuple[FloatArray, ...]:
        return tuple(
            np.array([getattr(level, number) for level in classifier.levels[name]]) for name in names
        )

    return Rates(table("m"), table("u"))


def with_rates(
    classifier: FellegiSunter, names: Sequence[str], rates: Rates, source: str | None = None
) -> FellegiSunter:
    """The classifier with other m and u of some comparisons, and where they come from if that is told; without slopes."""
    levels = {
        name: tuple(
            replace(level, m=float(a), u=float(b), source=level.source if source is None else source)
            for level, a, b in zip(classifier.levels[name], m, u, strict=True)
        )
        for name, m, u in zip(names, rates.m, rates.u, strict=True)
    }
    return replace(classifier, levels={**classifier.levels, **levels}, slopes={})


@dataclass(frozen=True)
class Estimated:
    """
    What was estimated.

    Attributes:
        rates: m and u.
        match_share: The share of the pairs that are matches.
        of_matches: For each comparison the expected number of matches at each level, those known before left out.
        log_likelihoods: After each round, per pair, what is known before included; they never fall.
        converged: Whether it stopped because a round changed next to nothing.
    """

    rates: Rates
    match_share: float
    of_matches: tuple[FloatArray, ...]
    log_likelihoods: tuple[float, ...]
    converged: bool


def estimate(
    counts: PatternCounts,
    start: Rates,
    match_share: float,
    *,
    trust: float = 0.0,
    keep_u: bool = False,
    rounds: int = 500,
    tolerance: float = 1e-10,
) -> Estimated:
    """
    Estimate m, the share of matches, and u if it is not known.

    Args:
        counts: The agreement patterns of the pairs to learn from.
        start: Where to start from.
        match_share: The share of matches to start from, between 0 and 1.
        trust: How many matches ``start`` counts for; 0 for none. m is drawn to it where the pairs say little.
        keep_u: Whether u is known and stays.
        rounds: At most so many rounds.
        tolerance: Stop when a round raises the log-likelihood per pair by less.

    Returns:
        What was estimated. A comparison that no pair has a value of stays as it was.
    """
    m, u, share = start.m, start.u, match_share
    pairs = max(counts.total, 1.0)
    likelihoods: list[float] = []
    of_matches = tuple(np.zeros(len(table)) for table in m)
    for _ in range(rounds):
        of_match, of_other = share * chance(counts.patterns, m), (1 - share) * chance(counts.patterns, u)
        responsibility = of_match / (of_match + of_other)
        likelihoods.append(_log_likelihood(counts, of_match, of_other, m, start.m, trust) / pairs)
        matched = counts.matches + counts.unlabelled * responsibility
        other = counts.others + counts.unlabelled * (1 - responsibility)
        if len(likelihoods) > 1 and likelihoods[-1] - likelihoods[-2] < tolerance:
            break
        share = float(np.clip(matched.sum() / pairs, _SMALLEST, 1 - _SMALLEST))
        of_matches = level_counts(counts.patterns, matched, m)
        m = shares(of_matches, m, start.m, trust)
        if not keep_u:
            u = shares(level_counts(counts.patterns, other, u), u)
    return Estimated(Rates(m, u), share, of_matches, tuple(likelihoods), len(likelihoods) < rounds)


def _log_likelihood(
    counts: PatternCounts,
    of_match: FloatArray,
    of_other: FloatArray,
    m: Sequence[FloatArray],
    before: Sequence[FloatArray],
    trust: float,
) -> float:
    """The logarithm of what is made as large as can be; what is known before acts as a Dirichlet prior on m."""
    known = sum(float(trust * old @ np.log(new)) for old, new in zip(before, m, strict=True))
    return known + float(
        counts.unlabelled @ np.log(of_match + of_other)
        + counts.matches @ np.log(of_match)
        + counts.others @ np.log(of_other)
    )


def likeliest_trust(seen: FloatArray, before: FloatArray, tried: Sequence[float]) -> float:
    """
    How many matches what is known before of a comparison is worth, by how well it foretold what was seen since.

    The one of the tried numbers that makes what was seen likeliest, if m was drawn with so much faith in what is known before: a
    Dirichlet-multinomial likelihood (Minka 2000, Estimating a Dirichlet distribution).

    Args:
        seen: float64[l], how often each level was seen.
        before: float64[l], the share of each level by what is known before.
        tried: Numbers above 0.

    Example:
        >>> before = np.array([0.5, 0.5])
        >>> [likeliest_trust(np.array(seen), before, (10, 300)) for seen in ([51.0, 49.0], [90.0, 10.0])]
        [300, 10]
    """

    def likelihood(trust: float) -> float:
        return (
            lgamma(trust)
            - lgamma(trust + seen.sum())
            + sum(
                lgamma(known + times) - lgamma(known)
                for known, times in zip(trust * before, seen, strict=True)
            )
        )

    return max(tried, key=likelihood)


def chance(patterns: LevelArray, tables: Sequence[FloatArray]) -> FloatArray:
    """float64[p], the chance of each pattern, its comparisons taken as independent; a missing value says nothing."""
    found = np.ones(len(patterns))
    for column, table in enumerate(tables):
        found *= np.append(table, 1.0)[patterns[:, column]]
    return found


def level_counts(
    patterns: LevelArray, weights: FloatArray, tables: Sequence[FloatArray]
) -> tuple[FloatArray, ...]:
    """For each comparison the sum of the weights of the patterns that show each level."""
    return tuple(
        np.bincount(
            patterns[patterns[:, column] >= 0, column],
            weights=weights[patterns[:, column] >= 0],
            minlength=len(table),
        ).astype(np.float64)
        for column, table in enumerate(tables)
    )


def shares(
    counted: Sequence[FloatArray],
    otherwise: Sequence[FloatArray],
    before: Sequence[FloatArray] | None = None,
    trust: float | Sequence[float] = 0.0,
) -> tuple[FloatArray, ...]:
    """
    The share of each level.

    Args:
        counted: How often each level was seen, an array a comparison.
        otherwise: What holds for a comparison of which nothing was seen and nothing is known.
        before: What is known before.
        trust: How many sightings that counts for, for all comparisons or for each.
    """
    found = []
    trusts = np.broadcast_to(trust, len(counted))
    for place, (seen, other) in enumerate(zip(counted, otherwise, strict=True)):
        total = seen + (trusts[place] * before[place] if before is not None else 0.0)
        known = total / total.sum() if total.sum() > 0 else other
        bounded = np.maximum(known, _SMALLEST)
        found.append(bounded / bounded.sum())
    return tuple(found)
