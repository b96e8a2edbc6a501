"""What the jobs check alike in what they are told."""

from __future__ import annotations

import math

from hpmatch.errors import HpmatchError


def check_min_weight(min_weight: float | None) -> None:
    """
    Refuse a least match weight that no weight reaches or misses.

    Raises:
        HpmatchError: If it is NaN.

    Example:
        >>> check_min_weight(-3.5)
    """
    if min_weight is not None and math.isnan(min_weight):
        raise HpmatchError("min_weight is NaN; give a number, or leave it out")
