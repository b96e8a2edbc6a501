"""
Blocks: which rows hold each key, and the join of one table's keys with the other's.

Only keys that the left table has are of interest. A table of bits, found by the first bits of a key, rules out nearly all
of the right table's keys before any is looked up.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import IntArray, Mask, distinct, offsets_of, ranges, run_starts, sizes_of
from hpmatch.hashes import Hashes
from hpmatch.protocols import Keys, Pairs
from hpmatch.records import MISSING

_FILTER_BITS = 22


@dataclass(frozen=True)
class Blocks:
    """
    The rows that hold each of b keys.

    Attributes:
        keys: uint64[b], distinct, ascending.
        starts: int64[b + 1]; key ``i`` is held by ``rows[starts[i]:starts[i + 1]]``.
        rows: int32[r], each once a key.
    """

    keys: Hashes
    starts: IntArray
    rows: IntArray

    @classmethod
    def at(cls, keys: Hashes, places: IntArray, rows: IntArray) -> Blocks:
        """
        The blocks of given keys.

        Args:
            keys: uint64[b], distinct, ascending.
            places: int[h], the place of a key, for each of h occurrences.
            rows: int32[h], the row that holds it; a row may hold a key more than once.
        """
        code = np.sort((places.astype(np.uint64) << np.uint64(32)) | rows.astype(np.uint64))
        if len(code):
            code = code[run_starts(code)]
        counts = np.bincount((code >> np.uint64(32)).astype(np.int64), minlength=len(keys))
        return cls(keys, offsets_of(counts), (code & np.uint64(0xFFFFFFFF)).astype(np.int32))

    def join(self, left: Keys, max_block: int) -> Joined:
        """Join keys, all of which are among the blocks' keys, with the rows that hold them."""
        sizes = sizes_of(self.starts)
        if len(left.rows) and not (left.rows != left.rows[0]).any() and not (sizes > max_block).any():
            # One row, as when one alert is screened: it has all keys, and all rows that hold one.
            rows = np.full(len(self.rows), left.rows[0])
            return Joined(Pairs(rows, self.rows), left.rows[:0], 0, 0)
        block = np.searchsorted(self.keys, left.keys)
        lost = sizes[block] > max_block
        kept = block[~lost]
        rows = np.repeat(left.rows[~lost], sizes[kept])
        return Joined(
            Pairs(rows, self.rows[ranges(self.starts[kept], sizes[kept])]),
            left.rows[lost],
            int((sizes > max_block).sum()),
            int(sizes[block[lost]].sum()),
        )


class Joined(NamedTuple):
    """
    What a join gave.

    Attributes:
        pairs: The pairs of rows that share a key.
        lost_rows: int32[l], the left rows that have a key whose block is too large.
        blocks_lost: How many blocks are too large.
        pairs_lost: How many pairs, not necessarily distinct, they would have given.
    """

    pairs: Pairs
    lost_rows: IntArray
    blocks_lost: int
    pairs_lost: int


@dataclass(frozen=True)
class KeyIndex:
    """
    All keys of a table with the rows that hold them, ready to be looked up.

    Attributes:
        keys: uint64[r], ascending; a key that several rows hold stands as often.
        rows: int32[r], ascending within a key.
    """

    keys: Hashes
    rows: IntArray

    @classmethod
    def of(cls, keys: Keys) -> KeyIndex:
        """Index keys."""
        by_row = bool((keys.rows[1:] >= keys.rows[:-1]).all())
        order = np.argsort(keys.keys, kind="stable") if by_row else np.lexsort((keys.rows, keys.keys))
        sorted_keys, rows = keys.keys[order], keys.rows[order]
        new = np.ones(len(order), bool)
        new[1:] = (sorted_keys[1:] != sorted_keys[:-1]) | (rows[1:] != rows[:-1])
        return cls(sorted_keys[new], rows[new].astype(np.int32))

    def among(self, wanted: Hashes) -> Blocks:
        """The blocks of the wanted keys, distinct and ascending; empty ones where no row has the key."""
        starts = np.searchsorted(self.keys, wanted, "left")
        sizes = np.searchsorted(self.keys, wanted, "right") - starts
        return Blocks(wanted, offsets_of(sizes), np.asarray(self.rows[ranges(starts, sizes)]))


@dataclass(frozen=True)
class ChangedIndex:
    """
    The keys of a table of which some rows went and to which others came, without a new index of all.

    Attributes:
        before: The index as it was made.
        moved: int32[n], for each row that was indexed the row where it is now; -1 where it went.
        added: The index of the rows that came since and stayed.
    """

    before: KeyIndex
    moved: IntArray
    added: KeyIndex

    def among(self, wanted: Hashes) -> Blocks:
        """See ``KeyIndex.among``."""
        found = [self.before.among(wanted), self.added.among(wanted)]
        places = [np.repeat(np.arange(len(wanted)), sizes_of(blocks.starts)) for blocks in found]
        rows = np.concatenate([self.moved[found[0].rows], found[1].rows])
        here = rows >= 0
        return Blocks.at(wanted, np.concatenate(places)[here], rows[here])


def changed_indexes(
    indexes: Mapping[str, KeyIndex | ChangedIndex], moved: IntArray, came: Mapping[str, KeyIndex]
) -> dict[str, ChangedIndex]:
    """
    The indexes of one table after changes; after a thousand of them they are no deeper than after the first.

    Args:
        indexes: The indexes as they are, by name.
        moved: int32[n], for each row of the table the row where it is now; -1 where it went.
        came: The index of the rows that came, by the same names.

    Example:
        >>> keys = KeyIndex(np.array([7, 9], np.uint64), np.array([0, 1], np.int32))
        >>> none = KeyIndex(keys.keys[:0], keys.rows[:0])
        >>> found = changed_indexes({"rule": keys}, np.array([-1, 0], np.int32), {"rule": none})["rule"]
        >>> found.among(np.array([7, 9], np.uint64)).rows.tolist()
        [0]
    """
    since: dict[int, IntArray] = {}  # all indexes of a table have one array of where its rows are

    def later(earlier: IntArray) -> IntArray:
        if id(earlier) not in since:
            since[id(earlier)] = np.where(earlier < 0, MISSING, moved[earlier])
        return since[id(earlier)]

    return {
        name: ChangedIndex(index, moved, came[name])
        if isinstance(index, KeyIndex)
        else ChangedIndex(index.before, later(index.moved), _and_of(index.added, moved, came[name]))
        for name, index in indexes.items()
    }


def _and_of(added: KeyIndex, moved: IntArray, came: KeyIndex) -> KeyIndex:
    rows = moved[added.rows]
    here = rows >= 0
    return KeyIndex.of(
        Keys(np.concatenate([rows[here], came.rows]), np.concatenate([added.keys[here], came.keys]))
    )


@dataclass(frozen=True)
class WantedKeys:
    """
    Keys to look for.

    Attributes:
        keys: uint64[w], distinct, ascending.
        first_bits: bool[2 ** 22], whether a wanted key begins with these bits.
    """

    keys: Hashes
    first_bits: Mask

    @classmethod
    def of(cls, keys: Hashes) -> WantedKeys:
        """All distinct keys."""
        first_bits = np.zeros(1 << _FILTER_BITS, bool)
        first_bits[_first_bits(keys)] = True
        return cls(distinct(keys), first_bits)

    def find(self, keys: Keys) -> tuple[IntArray, IntArray]:
        """The occurrences of wanted keys: the place of each key, and the row that holds it."""
        likely = np.flatnonzero(self.first_bits.take(_first_bits(keys.keys)))
        values = keys.keys.take(likely)
        places = np.searchsorted(self.keys, values)
        places[places == len(self.keys)] = 0
        held = self.keys.take(places) == values if len(self.keys) else np.zeros(len(values), bool)
        return places[held], keys.rows.take(likely[held])


def _first_bits(keys: Hashes) -> IntArray:
    return (keys >> np.uint64(64 - _FILTER_BITS)).view(np.int64)
