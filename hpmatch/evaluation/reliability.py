"""
Whether probabilities mean what they say.

Of all pairs that are given a probability of 0.8, four in five ought to be one person. ``reliability`` holds what was said
against what was so, bin by bin; the expected calibration error is the mean difference, each pair counting once (Naeini,
Cooper and Hauskrecht 2015).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.arrays import FloatArray, IntArray
from hpmatch.errors import HpmatchError
from hpmatch.evaluation.measures import CALIBRATION_EDGES, bins_of, wilson_interval


def reliability(
    probabilities: npt.ArrayLike, is_match: npt.ArrayLike, edges: Sequence[float] = CALIBRATION_EDGES
) -> pa.Table:
    """
    What was said against what was so, bin by bin.

    Args:
        probabilities: float64[n], 0 to 1.
        is_match: bool[n], whether the pair is one person.
        edges: Where bins begin and end, from 0 to 1; finer at the ends, where nearly all probabilities are.

    Returns:
        A row a bin that holds any pair: ``low`` and ``high`` edge, ``count``, ``mean_probability``, ``share`` of matches, and
        its 95 % interval ``share_low`` to ``share_high`` (Wilson 1927).

    Raises:
        HpmatchError: If the two differ in length, are empty, or are not what they should be.

    Example:
        >>> reliability([0.1, 0.9, 0.95], [False, True, True], edges=(0, 0.5, 1))["share"].to_pylist()
        [0.0, 1.0]
    """
    said, so, of_pair = _binned(probabilities, is_match, edges)
    used, place = np.unique(of_pair, return_inverse=True)
    count = np.bincount(place)
    matches = np.bincount(place, weights=so)
    low, high = wilson_interval(matches, count)
    return pa.table(
        {
            "low": np.asarray(edges, np.float64)[used],
            "high": np.asarray(edges, np.float64)[used + 1],
            "count": count,
            "mean_probability": np.bincount(place, weights=said) / count,
            "share": matches / count,
            "share_low": low,
            "share_high": high,
        }
    )


def expected_calibration_error(
    probabilities: npt.ArrayLike, is_match: npt.ArrayLike, edges: Sequence[float] = CALIBRATION_EDGES
) -> float:
    """
    The mean difference between what was said and what was so, over the bins of ``reliability``.

    Args:
        probabilities: float64[n], 0 to 1.
        is_match: bool[n], whether the pair is one person.
        edges: Where bins begin and end, from 0 to 1.

    Raises:
        HpmatchError: If the two differ in length, are empty, or are not what they should be.

    Example:
        >>> expected_calibration_error([0.5, 0.5, 1.0, 1.0], [True, False, True, False])
        0.25
    """
    said, so, of_pair = _binned(probabilities, is_match, edges)
    return float(np.abs(np.bincount(of_pair, weights=said - so)).sum() / len(said))


def _binned(
    probabilities: npt.ArrayLike, is_match: npt.ArrayLike, edges: Sequence[float]
) -> tuple[FloatArray, FloatArray, IntArray]:
    said, so = np.asarray(probabilities, np.float64), np.asarray(is_match, np.float64)
    if said.ndim != 1 or said.shape != so.shape or not len(said):
        raise HpmatchError(
            f"calibration needs as many probabilities as truths, not {said.shape} and {so.shape}"
        )
    if not ((said >= 0) & (said <= 1)).all() or not np.isin(so, (0, 1)).all():
        raise HpmatchError(
            "calibration needs probabilities between 0 and 1, and truths that are true or false"
        )
    return said, so, bins_of(said, edges)
