"""A classifier: it turns what was found of each pair into evidence, as a match weight."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

import hpmatch as hp
from hpmatch.protocols import ComparisonVectors


@dataclass(frozen=True)
class Points:
    """
    Points for each comparison level, as a case officer would give them.

    A point says that the odds for one person are twice as good, so points are match weights (log2): ten for the same birth
    date, since about one in a thousand other persons of the same age group shares it, and less than none for what speaks
    against.

    Args:
        points: For each comparison its points, a number a level in the order of the comparison's levels; a missing value
            gives none.
    """

    points: Mapping[str, tuple[float, ...]]

    def match_weights(self, vectors: ComparisonVectors) -> np.ndarray:
        """The sum of each pair's points."""
        return self.partial_weights(vectors).sum(axis=1)

    def partial_weights(self, vectors: ComparisonVectors) -> np.ndarray:
        """float64[k, c], the points of each pair by comparison; explanations show them."""
        return np.stack(
            [
                np.append(self._of(name, size), 0.0)[levels]
                for name, size, levels in zip(vectors.names, vectors.sizes, vectors.levels.T, strict=True)
            ],
            axis=1,
        )

    def _of(self, name: str, size: int) -> tuple[float, ...]:
        points = self.points.get(name, ())
        if len(points) != size:
            raise hp.ModelError(
                f"comparison {name!r} has {size} levels and {len(points)} points; give one for each level"
            )
        return points
