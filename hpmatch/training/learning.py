"""What training learns from, and what it has learned after each round."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.fellegi_sunter import FellegiSunter, LookAlike
from hpmatch.training.em import Rates
from hpmatch.training.pairs import CountedPairs, Seen, Tables
from hpmatch.training.trained import Sample


class Belief(NamedTuple):
    """
    What counts how much.

    Attributes:
        trust: How many matches the starting model counts for.
        unlabelled: How much a match counts that nobody labelled.
        least_trust: The fewest matches that the starting model counts for where labels tell how much it is worth.
        learns_look_alikes: Whether there may be look-alikes of whom the starting model does not tell.
    """

    trust: float
    unlabelled: float
    least_trust: float
    learns_look_alikes: bool


@dataclass(frozen=True)
class Learning:
    """
    What is learned from.

    Attributes:
        classifier: The one to start from.
        names: Its comparisons, in the order of the rates.
        tables: The tables.
        candidates: The pairs that the blocking rules find, or some of them.
        share: Which share of all that they find.
        random: Random pairs.
        personal: The comparisons that tell a person from his kin.
        from_birth: Those of them that next to nobody changes, given name and birth date.
        belief: What counts how much.
    """

    classifier: FellegiSunter
    names: Sequence[str]
    tables: Tables
    candidates: Seen
    share: float
    random: Seen
    personal: frozenset[str]
    from_birth: frozenset[str]
    belief: Belief

    @cached_property
    def drawn(self) -> CountedPairs:
        """The random pairs, and for how many others each stands."""
        others = self._is_no_candidate
        scale = max(self.pairs - len(self.candidates.said), 0.0) / max(float(others.sum()), 1.0)
        return CountedPairs.of(self.random, scale * others)

    @property
    def _is_no_candidate(self) -> FloatArray:
        """float64[r], 1 for the random pairs of records whose candidates are looked at that are not among these."""
        (asked, random), (held, candidates) = (
            _numbered(seen, self.tables) for seen in (self.random, self.candidates)
        )
        is_asked = np.isin(asked, held) if self.share < 1 else np.ones(len(asked), bool)
        return (is_asked & ~np.isin(random, candidates)).astype(np.float64)

    @cached_property
    def strangers(self) -> tuple[Mask, Mask]:
        """bool[k], of each candidate whether all that one has from birth is told, and nobody labelled it; and whether that differs."""
        vectors = self.candidates.vectors
        from_birth = [place for place, name in enumerate(vectors.names) if name in self.from_birth]
        found, last = vectors.patterns[:, from_birth], np.array(vectors.sizes)[from_birth] - 1
        told = np.asarray((found >= 0).all(axis=1)) & (len(from_birth) > 1)
        strange = told & np.asarray((found == last).all(axis=1))
        unsaid = np.isnan(self.candidates.said)
        return told[vectors.pattern_of_pair] & unsaid, strange[vectors.pattern_of_pair] & unsaid

    @property
    def pairs(self) -> float:
        """How many pairs there are of the records that the candidates are of."""
        return self.tables.all_pairs * self.share


@dataclass(frozen=True)
class Refined:
    """
    What was learned.

    Attributes:
        rates: m and u.
        look_alikes: Who else agrees for a reason.
        prior: The share of all pairs that are matches.
        matches: How many are expected.
        alike: How many pairs are expected to be of look-alikes.
        likelihood: By how much the logarithm of the likelihood of all pairs is above that of chance alone.
        sample: What the numbers rest on.
    """

    rates: Rates
    look_alikes: tuple[LookAlike, ...]
    prior: float
    matches: float
    alike: float
    likelihood: float
    sample: Sample


def _numbered(seen: Seen, tables: Tables) -> tuple[IntArray, IntArray]:
    """The left record of each pair and a number for the pair, whichever of the records of one table stands left."""
    left, right = (np.asarray(each, np.int64) for each in (seen.pairs.left, seen.pairs.right))
    if tables.is_one:
        left, right = np.minimum(left, right), np.maximum(left, right)
    return left, left * len(tables.right) + right
