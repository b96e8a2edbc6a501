"""Drawing at random by a hash of identifiers: the same rows give the same draw, in any order and on any machine."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.hashes import Hashes, hashes


def hashed(salt: str, *ids: pa.Array) -> Hashes:
    """
    A number for each row that hangs on its identifiers and the salt alone.

    Args:
        salt: What the draw is for, the seed in it.
        *ids: One or more columns of identifiers, n each.

    Returns:
        uint64[n].

    Example:
        >>> one, other = (hashed(salt, pa.array(["a", "b"])) for salt in ("first", "second"))
        >>> bool((one != other).all())
        True
    """
    if not len(ids[0]):
        return np.zeros(0, np.uint64)
    return hashes(
        pc.binary_join_element_wise(pa.scalar(salt), *(each.cast(pa.string()) for each in ids), "\0")
    )


def draw_pairs(left: pa.Array, right: pa.Array | None, number: int, seed: int) -> tuple[IntArray, IntArray]:
    """
    Draw pairs of rows by a hash of their identifiers: the same rows in any order give the same pairs, and none twice.

    Args:
        left: The identifiers of the left table, string[n].
        right: Those of the right table, string[m]; None for pairs within the left one.
        number: How many pairs, at most all there are.
        seed: Another seed gives other pairs.

    Returns:
        int64[k] left rows, int64[k] right rows.

    Example:
        >>> rows = draw_pairs(pa.array(["a", "b", "c"]), None, 10, seed=1)
        >>> sorted(tuple(sorted(pair)) for pair in zip(*(side.tolist() for side in rows)))
        [(0, 1), (0, 2), (1, 2)]
    """
    first = np.argsort(hashed(f"{seed} left", left), kind="stable")
    if right is None:
        size = len(first)
        number = min(number, size * (size - 1) // 2)
        step, place = np.divmod(np.arange(number), max(size, 1))
        one, other = first[place], first[(place + step + 1) % max(size, 1)]
        return np.minimum(one, other), np.maximum(one, other)
    second = np.argsort(hashed(f"{seed} right", right), kind="stable")
    number = min(number, len(first) * len(second))
    # One diagonal after the other: each pair once, and each row about equally often.
    longer = max(len(first), len(second), 1)
    step, place = np.divmod(np.arange(number), longer)
    if len(first) >= len(second):
        return first[place], second[(place + step) % max(len(second), 1)]
    return first[(place + step) % max(len(first), 1)], second[place]
