"""
The Fellegi-Sunter classifier: comparison levels weighed by their m and u probabilities.

It adds up, over all comparisons, the weight of the level that was found:

    log2(m / u)     m: how often this level occurs between two records of one person
                    u: how often it occurs between records of two persons

(Fellegi and Sunter, A Theory for Record Linkage, JASA 64, 1969). Where a comparison says how common the agreeing value
is, u is adjusted to that frequency f by log2(u0 / f), with u0 the u of the comparison's first level (term-frequency
adjustment, Winkler 1989).

Not everybody else is like a record drawn at random: a register holds namesakes and twins of the person, who agree on much for a
reason. They are a third class beside matches and chance (Winkler, Improved Decision Rules in the Fellegi-Sunter Model of Record
Linkage, 1993; Larsen and Rubin, JASA 96, 2001). With r of them in a register of N, and L the sum of the weights of what
they share with the person, a pair's evidence is divided by

    1 + r / N * 2 ** L
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.decision import odds_of
from hpmatch.errors import ModelError
from hpmatch.plugins import checked_partial_weights, checked_weights
from hpmatch.protocols import Classifier, ComparisonVectors, LevelArray

_SUM_TOLERANCE = 1e-6
# A smaller table is part of a register, and most people's look-alikes are in another part.
_REGISTER_AT_LARGE = 10_000


@dataclass(frozen=True)
class Level:
    """
    The numbers of one comparison level.

    Args:
        level: Its name.
        m: How often it occurs between records of one person.
        u: How often it occurs between records of two persons.
        term_frequency: How far the weight follows the frequency of what agrees, from 0 (not) to 1 (wholly).
        source: Where the numbers come from.
    """

    level: str
    m: float
    u: float
    term_frequency: float = 0.0
    source: str = ""


@dataclass(frozen=True)
class LookAlike:
    """
    Registered persons who are like the person of an alert, and somebody else.

    Args:
        name: What they are.
        rate: How many of them the register holds for each alert, on average.
        shared: The comparisons that find of them what they find of the person; all others find what they find of anybody.
        source: Where the rate comes from.
        levels: For comparisons that find of them something else, how often each level occurs; ``hpmatch.train`` learns it.

    Raises:
        ModelError: If the rate is not above 0, or nothing is shared.
    """

    name: str
    rate: float
    shared: tuple[str, ...] = ()
    source: str = ""
    levels: Mapping[str, tuple[float, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not (0 < self.rate < np.inf and (self.shared or self.levels)):
            raise ModelError(f"look-alike {self.name!r} needs a rate above 0 and comparisons that are shared")

    def check(self, sizes: Mapping[str, int]) -> None:
        """
        Make sure that this fits a classifier.

        Args:
            sizes: How many levels each of its comparisons has.

        Raises:
            ModelError: If it names a comparison that is none, or has not a number for each level.
        """
        if unknown := sorted({*self.shared, *self.levels} - set(sizes)):
            raise ModelError(
                f"look-alike {self.name!r} names {unknown[0]!r}, which is no comparison of the classifier"
            )
        for name, shown in self.levels.items():
            if len(shown) != sizes[name] or not all(0 < share < 1 for share in shown):
                raise ModelError(
                    f"look-alike {self.name!r} needs a number between 0 and 1 for each level of {name!r}"
                )


class Weights(NamedTuple):
    """
    What a classifier says of k pairs by c comparisons, as log2.

    Attributes:
        match: float64[k], the match weights, without a prior.
        partial: float64[k, c], what each comparison adds; NaN where the classifier does not say.
        look_alikes: float64[k], what look-alikes take, 0 or below.
    """

    match: FloatArray
    partial: FloatArray
    look_alikes: FloatArray


@dataclass(frozen=True)
class FellegiSunter:
    """
    Weighs comparison levels by their m and u probabilities.

    Args:
        levels: For each comparison its levels' numbers, in the order of the comparison's levels.
        slopes: How far the weight of a comparison counts, 1 where nothing is said: less than wholly where it repeats what others
            say, for the sum takes all comparisons as independent. ``hpmatch.calibrate`` learns them.
        look_alikes: Who else agrees for a reason.

    Raises:
        ModelError: If a number is no probability, the m or u of a comparison do not add up to 1, a slope is not above 0, or a
            slope or look-alike names a comparison that is none.

    Example:
        >>> sex = (Level("same", m=0.98, u=0.5), Level("different", m=0.02, u=0.5))
        >>> vectors = ComparisonVectors(("sex",), np.array([[0], [1], [-1]], np.int8), np.full((3, 1), np.nan), (2,), (3, 3))
        >>> FellegiSunter({"sex": sex}).match_weights(vectors).round(2).tolist()
        [0.97, -4.64, 0.0]
    """

    levels: Mapping[str, tuple[Level, ...]]
    slopes: Mapping[str, float] = field(default_factory=dict)
    look_alikes: tuple[LookAlike, ...] = ()

    def __post_init__(self) -> None:
        if unknown := sorted(set(self.slopes) - set(self.levels)):
            raise ModelError(f"there is a slope for {unknown[0]!r}, which is no comparison of the classifier")
        for each in self.look_alikes:
            each.check({name: len(levels) for name, levels in self.levels.items()})
        if not all(0 < slope < np.inf for slope in self.slopes.values()):
            raise ModelError("every slope has to be above 0")
        for name, levels in self.levels.items():
            if not all(
                0 < level.m < 1 and 0 < level.u < 1 and 0 <= level.term_frequency <= 1 for level in levels
            ):
                raise ModelError(f"comparison {name!r}: every m and u has to lie between 0 and 1")
            for number in ("m", "u"):
                total = sum(getattr(level, number) for level in levels)
                if abs(total - 1) > _SUM_TOLERANCE:
                    raise ModelError(
                        f"comparison {name!r}: its {number} probabilities add up to {total:.6f}, not 1"
                    )

    @classmethod
    def from_json(cls, parameters: Mapping[str, Any]) -> FellegiSunter:
        """Make the classifier from a model file."""
        levels = parameters["levels"]
        return cls(
            MappingProxyType(
                {name: tuple(Level(**level) for level in each) for name, each in levels.items()}
            ),
            dict(parameters.get("slopes", {})),
            tuple(
                LookAlike(
                    **{
                        **each,
                        "shared": tuple(each.get("shared", ())),
                        "levels": {name: tuple(m) for name, m in each.get("levels", {}).items()},
                    }
                )
                for each in parameters.get("look_alikes", ())
            ),
        )

    def to_json(self) -> dict[str, Any]:
        """The parameters for a model file."""
        levels = {name: [asdict(level) for level in each] for name, each in self.levels.items()}
        look_alikes = [{**asdict(each), "shared": list(each.shared)} for each in self.look_alikes]
        return {
            "levels": levels,
            **({"slopes": dict(self.slopes)} if self.slopes else {}),
            **({"look_alikes": look_alikes} if look_alikes else {}),
        }

    def __reduce__(self) -> tuple[Any, ...]:  # levels that nobody can change cannot be pickled
        return type(self).from_json, (self.to_json(),)

    def match_weights(self, vectors: ComparisonVectors) -> FloatArray:
        """The sum of each pair's partial weights, and what look-alikes take from it; see ``Classifier``."""
        return self.weigh(vectors).match

    def weigh(self, vectors: ComparisonVectors) -> Weights:
        """Each pair's match weight, and what it is the sum of."""
        partial = self.partial_weights(vectors)
        taken = self.look_alike_weights(partial, vectors.levels, vectors.names, vectors.records[1])
        return Weights(_summed([*partial.T, taken], len(partial)), partial, taken)

    def partial_weights(self, vectors: ComparisonVectors) -> FloatArray:
        """float64[k, c], what each comparison adds to each pair's weight; 0 where a value is missing."""
        numbers = self._numbers
        at = self._starts(vectors) + vectors.levels
        weights = numbers.weights.take(at)
        known = np.flatnonzero((vectors.frequencies > 0) & numbers.follows.take(at))
        if len(known):
            at = at.take(known)
            u0 = numbers.u0.take(at)
            all_hold = [vectors.records[1]] * len(vectors.names)
            holders = np.array(vectors.holders or all_hold).take(known % len(vectors.names))
            # As if 1 / u0 further records were there that hold another value: one record is a large share of a small table,
            # so what was seen once would be taken for common.
            smoothed = vectors.frequencies.take(known) * holders / (holders + 1 / u0)
            weights.reshape(-1)[known] += numbers.term_frequencies.take(at) * np.log2(u0 / smoothed)
        return weights

    def look_alike_weights(
        self, partial_weights: FloatArray, levels: LevelArray, names: Sequence[str], registered: int
    ) -> FloatArray:
        """
        What it takes from each pair's match weight that the register holds look-alikes.

        Args:
            partial_weights: float64[k, c], see ``partial_weights``.
            levels: int8[k, c], what the comparisons found.
            names: The comparisons, one a column.
            registered: How many persons the register holds; fewer than 10,000 are taken for a part of so many.

        Returns:
            float64[k], 0 or below.
        """
        odds = self.alike_odds(partial_weights, levels, names, registered)
        return np.asarray(-np.log2(1 + _summed(odds, len(levels))))

    def alike_odds(
        self, partial_weights: FloatArray, levels: LevelArray, names: Sequence[str], registered: int
    ) -> list[FloatArray]:
        """For each kind of look-alike the odds of one against anybody else, float64[k]; see ``look_alike_weights``."""
        return [
            each.rate / persons_at_large(registered) * odds_of(_summed(columns.values(), len(levels)))
            for each, columns in zip(
                self.look_alikes, self.alike_weights(partial_weights, levels, names), strict=True
            )
        ]

    def alike_weights(
        self, partial_weights: FloatArray, levels: LevelArray, names: Sequence[str]
    ) -> list[dict[int, FloatArray]]:
        """
        How much likelier what was found is for each kind of look-alike than for anybody else.

        Args:
            partial_weights: float64[k, c], see ``partial_weights``.
            levels: int8[k, c], what the comparisons found.
            names: The comparisons, one a column.

        Returns:
            For each kind log2 of that, float64[k], by the columns of the comparisons that tell them from others.
        """
        return [
            {
                column: partial_weights[:, column] + told[name].take(levels[:, column])
                for column, name in enumerate(names)
                if name in told
            }
            for told in self._told_of_look_alikes
        ]

    @cached_property
    def _told_of_look_alikes(self) -> list[dict[str, FloatArray]]:
        """
        How much more or less each level says for a kind of look-alike than for a match, by comparison.

        They are float64[l + 1], the last for a missing value.
        """
        return [
            {name: self._told_of(each, name) for name in (*each.shared, *each.levels)}
            for each in self.look_alikes
        ]

    def _told_of(self, look_alike: LookAlike, name: str) -> FloatArray:
        numbers = self.levels[name]
        if name in look_alike.shared:
            return np.zeros(len(numbers) + 1)
        ratio = np.array(look_alike.levels[name]) / [level.m for level in numbers]
        return np.append(self.slopes.get(name, 1.0) * np.log2(ratio), 0.0)

    def _starts(self, vectors: ComparisonVectors) -> IntArray:
        """int64[c], where the numbers of each comparison's first level stand."""
        starts = self._numbers.starts
        try:
            return np.array(
                [starts[part] for part in zip(vectors.names, vectors.sizes, strict=True)], np.int64
            )
        except KeyError as error:
            name, size = error.args[0]
            raise ModelError(f"the classifier has no numbers for the {size} levels of {name!r}") from error

    @cached_property
    def _numbers(self) -> _Numbers:
        starts: dict[tuple[str, int], int] = {}
        rows = []
        for name, levels in self.levels.items():
            slope = self.slopes.get(name, 1.0)
            rows.append((0.0, 0.0, 1.0))
            starts[name, len(levels)] = len(rows)
            rows += [
                (slope * np.log2(level.m / level.u), slope * level.term_frequency, levels[0].u)
                for level in levels
            ]
        weights, term_frequencies, u0 = np.array(rows).reshape(-1, 3).T.copy()
        return _Numbers(starts, weights, term_frequencies, term_frequencies > 0, u0)


def persons_at_large(persons: int) -> int:
    """How many persons look-alikes are counted among: those registered, and for a small register those whose part it is."""
    return max(persons, _REGISTER_AT_LARGE)


def _summed(columns: Iterable[FloatArray], rows: int) -> FloatArray:
    """float64[rows], summed column by column: numpy's own order of adding hangs on how many rows there are."""
    return np.asarray(sum(columns, np.zeros(rows)))


def weights_of(classifier: Classifier, vectors: ComparisonVectors) -> Weights:
    """What any classifier says of pairs, as far as it says more than their match weights."""
    if isinstance(classifier, FellegiSunter):
        return classifier.weigh(vectors)
    partial = checked_partial_weights(classifier, vectors)
    if partial is None:
        partial = np.full(vectors.levels.shape, np.nan)
    return Weights(checked_weights(classifier, vectors), partial, np.zeros(len(partial)))


class _Numbers(NamedTuple):
    """
    The numbers of all comparisons' levels as arrays, before those of each comparison nothing for a missing value.

    Attributes:
        starts: Where the first level of each comparison stands, by its name and how many levels it has.
        weights: float64[l], log2(m / u), times the slope.
        term_frequencies: float64[l], times the slope.
        follows: bool[l], where that is more than nothing.
        u0: float64[l], the u of the comparison's first level.
    """

    starts: dict[tuple[str, int], int]
    weights: FloatArray
    term_frequencies: FloatArray
    follows: Mask
    u0: FloatArray
