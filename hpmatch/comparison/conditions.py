"""
Cases of which the first that holds counts, written once for many pairs and for a single one.

A condition is made with ``==``, ``&`` and the like alone, so that it holds for arrays of k pairs and, given plain numbers,
for one pair, where arrays would cost a hundred times as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from hpmatch.protocols import LevelArray


def first_cases(conditions: Sequence[Any]) -> LevelArray:
    """
    For each of k pairs the place of the first condition that holds; how many conditions there are where none does.

    Example:
        >>> first_cases([np.array([False, False]), np.array([True, False])]).tolist()
        [1, 2]
    """
    found = np.full(len(conditions[0]), len(conditions), np.int8)
    for place in range(len(conditions) - 1, -1, -1):  # so that the first one that holds stays
        found[conditions[place]] = place
    return found


def first_case(conditions: Sequence[Any]) -> int:
    """
    The same for one pair.

    Example:
        >>> first_case([False, True])
        1
    """
    return next((place for place, holds in enumerate(conditions) if holds), len(conditions))
