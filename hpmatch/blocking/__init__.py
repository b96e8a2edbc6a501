"""
Blocking: which pairs are worth comparing.

A blocking rule gives keys to the records of both tables, any number to each record; records that share a key are
candidate pairs. The right table passes in chunks and is held against the keys of the left one; pairs of all rules are
merged, with a bit for each rule that found a pair. A key held by very many records of the right table is cut off,
because such a block costs much and tells little; what was cut is counted, never hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import cast

import numpy as np

from hpmatch.arrays import IntArray, Mask, distinct, run_starts
from hpmatch.blocking.blocks import Blocks, ChangedIndex, KeyIndex, WantedKeys
from hpmatch.errors import PluginError
from hpmatch.parallel import each_chunk
from hpmatch.plugins import work_of
from hpmatch.protocols import BlockingRule, Keys, PairRule, Pairs, Progress
from hpmatch.records import Records

MAX_RULES = 31
DEFAULT_MAX_BLOCK = 2_000
_ROWS_AT_A_TIME = 1 << 16


@dataclass(frozen=True)
class CutBlocks:
    """
    What a rule would have found in blocks that were too large.

    Attributes:
        rule: The rule's name.
        larger_than: The size up to which a block is used.
        blocks: How many keys were cut off.
        pairs: How many pairs (not necessarily distinct) they would have given.
    """

    rule: str
    larger_than: int
    blocks: int
    pairs: int


@dataclass(frozen=True)
class CandidatePairs:
    """
    Pairs of rows that are worth comparing, each once, sorted by left and right row.

    Attributes:
        left: int32[k], rows of the left table.
        right: int32[k], rows of the right table.
        rules: int32[k], bit i is set where rule i found the pair.
        rule_names: The names of the rules in the order of their bits.
        blockable: bool[n], the left rows that had any key at all.
        crowded: bool[n], the left rows that share keys with too many right rows by every rule that gave them a key.
        cut: What was lost to blocks that were too large.
    """

    left: IntArray
    right: IntArray
    rules: IntArray
    rule_names: tuple[str, ...]
    blockable: Mask
    crowded: Mask
    cut: tuple[CutBlocks, ...] = ()

    def __len__(self) -> int:
        return len(self.left)

    def chunks(self, size: int) -> Iterator[slice]:
        """Slices of at most ``size`` pairs."""
        return (slice(start, start + size) for start in range(0, len(self), size))


def candidate_pairs(
    left: Records,
    right: Records,
    rules: Sequence[BlockingRule | PairRule],
    max_block: int = DEFAULT_MAX_BLOCK,
    indexes: Mapping[str, KeyIndex | ChangedIndex] | None = None,
) -> CandidatePairs:
    """
    Find the candidate pairs of all rules.

    Args:
        left: The records to find matches for.
        right: The records to find them among.
        rules: The blocking rules, at most 31.
        max_block: A key that more right records than this hold is cut off, unless the rule has a number of its own.
        indexes: The right table's keys by rule, where they have been indexed.

    Raises:
        PluginError: If there are no rules or too many.
    """
    keyed, blocks = keyed_blocks(left, right, rules, indexes)
    return join_blocks(left, right, rules, keyed, blocks, max_block)


def keyed_blocks(
    left: Records,
    right: Records,
    rules: Sequence[BlockingRule | PairRule],
    indexes: Mapping[str, KeyIndex | ChangedIndex] | None = None,
) -> tuple[dict[str, Keys], dict[str, Blocks]]:
    """The left table's keys by rule, and the right rows that hold each of them; see ``candidate_pairs``."""
    if not 0 < len(rules) <= MAX_RULES:
        raise PluginError(f"blocking needs 1 to {MAX_RULES} rules, not {len(rules)}")
    keyed = {rule.name: keys_of(rule, left) for rule in keying(rules)}
    if left is right:  # the keys are known already
        indexes = {name: KeyIndex.of(keys) for name, keys in keyed.items()}
    blocks = _indexed_blocks(keyed, indexes) if indexes is not None else _blocks(keyed, right, rules)
    return keyed, blocks


def largest_block(rule: BlockingRule | PairRule, max_block: int) -> int:
    """The size up to which a block of a rule is used."""
    return int(getattr(rule, "max_block", None) or max_block)


def join_blocks(
    left: Records,
    right: Records,
    rules: Sequence[BlockingRule | PairRule],
    keyed: Mapping[str, Keys],
    blocks: Mapping[str, Blocks],
    max_block: int = DEFAULT_MAX_BLOCK,
) -> CandidatePairs:
    """The candidate pairs of blocks that ``keyed_blocks`` gave, without those that are too large."""
    found: list[Pairs] = []
    blockable, seen = np.zeros(len(left), bool), np.zeros(len(left), bool)
    cut = []
    for rule in rules:
        if rule.name not in keyed:
            found.append(pairs_of(cast(PairRule, rule), left, right))
            blockable[:] = seen[:] = True
            continue
        limit = largest_block(rule, max_block)
        joined = blocks[rule.name].join(keyed[rule.name], limit)
        found.append(joined.pairs)
        keyed_rows = np.zeros(len(left), bool)
        keyed_rows[keyed[rule.name].rows] = True
        blockable |= keyed_rows
        keyed_rows[joined.lost_rows] = False
        seen |= keyed_rows
        if joined.blocks_lost:
            cut.append(CutBlocks(rule.name, limit, joined.blocks_lost, joined.pairs_lost))
    names = tuple(rule.name for rule in rules)
    return CandidatePairs(*_merged(found, len(right)), names, blockable, blockable & ~seen, tuple(cut))


def each_once(pairs: CandidatePairs) -> CandidatePairs:
    """The pairs of a table with itself, without those of a row and itself, and each of the others one way round."""
    kept = pairs.left < pairs.right
    return replace(pairs, left=pairs.left[kept], right=pairs.right[kept], rules=pairs.rules[kept])


def keying(rules: Sequence[BlockingRule | PairRule]) -> list[BlockingRule]:
    """The rules that give keys, rather than pairs."""
    # Several times faster than to ask the protocol, which counts where one alert is answered.
    return [cast(BlockingRule, rule) for rule in rules if hasattr(rule, "keys")]


def keys_of(rule: BlockingRule, records: Records) -> Keys:
    """
    The keys that a rule gives to records.

    Raises:
        PluginError: If they cannot be used.
    """
    with work_of(rule):
        found = rule.keys(records)
    if not (isinstance(found, Keys) and _are_rows(found.rows, len(records))):
        raise PluginError(f"blocking rule {rule.name!r} has to return Keys(rows, keys), rows of the table")
    keys = found.keys
    if getattr(keys, "dtype", None) != np.uint64 or len(keys) != len(found.rows):
        raise PluginError(
            f"blocking rule {rule.name!r} has to return as many keys as rows, of type uint64; Keys.of_texts makes them"
        )
    return found


def pairs_of(rule: PairRule, left: Records, right: Records) -> Pairs:
    """
    The pairs that a rule finds; of a table with itself both ways round, as those that share a key are.

    Raises:
        PluginError: If they cannot be used.
    """
    with work_of(rule):
        found = rule.pairs(left, right)
    if not (
        isinstance(found, Pairs)
        and _are_rows(found.left, len(left))
        and _are_rows(found.right, len(right))
        and len(found.left) == len(found.right)
    ):
        raise PluginError(
            f"blocking rule {rule.name!r} has to return Pairs(left, right), as many rows of the one table as of the other"
        )
    if left is not right:
        return found
    return Pairs(np.concatenate(found), np.concatenate(found[::-1]))


def _are_rows(rows: object, size: int) -> bool:
    """Whether numbers are rows of a table of that size."""
    if not isinstance(rows, np.ndarray) or rows.dtype.kind not in "iu" or rows.ndim != 1:
        return False
    return not len(rows) or (int(rows.min()) >= 0 and int(rows.max()) < size)


def index_keys(
    records: Records,
    rules: Sequence[BlockingRule | PairRule],
    progress: Progress = lambda *_: None,
) -> dict[str, KeyIndex]:
    """Index the keys that each blocking rule gives to a table."""
    wanted = keying(rules)
    starts = range(0, len(records), _ROWS_AT_A_TIME)
    indexes = {}
    for done, rule in enumerate(wanted):
        progress("index", done, len(wanted))
        # What is worked out once a distinct value, before threads share it.
        keys_of(rule, records.slice(0, 0))

        def find(start: int, rule: BlockingRule = rule) -> Keys:
            keys = keys_of(rule, records.slice(start, min(start + _ROWS_AT_A_TIME, len(records))))
            return Keys(keys.rows + np.int32(start), keys.keys)

        chunks = list(each_chunk(find, starts)) or [keys_of(rule, records)]
        rows, keys = zip(*chunks, strict=True)
        indexes[rule.name] = KeyIndex.of(Keys(np.concatenate(rows), np.concatenate(keys)))
    progress("index", len(wanted), len(wanted))
    return indexes


def _indexed_blocks(
    keyed: Mapping[str, Keys], indexes: Mapping[str, KeyIndex | ChangedIndex]
) -> dict[str, Blocks]:
    return {name: indexes[name].among(distinct(keys.keys)) for name, keys in keyed.items()}


def _blocks(
    keyed: Mapping[str, Keys], right: Records, rules: Sequence[BlockingRule | PairRule]
) -> dict[str, Blocks]:
    """The rows of the right table that hold each key of the left one, chunk by chunk."""
    wanted = {name: WantedKeys.of(keys.keys) for name, keys in keyed.items()}
    sought = [rule for rule in keying(rules) if len(keyed[rule.name].keys)]

    def find(start: int) -> list[tuple[IntArray, IntArray]]:
        chunk = right.slice(start, min(start + _ROWS_AT_A_TIME, len(right)))
        found = [wanted[rule.name].find(keys_of(rule, chunk)) for rule in sought]
        return [(places, rows + np.int32(start)) for places, rows in found]

    for rule in sought:
        keys_of(rule, right.slice(0, 0))  # see ``index_keys``
    chunks = list(each_chunk(find, range(0, max(len(right), 1), _ROWS_AT_A_TIME)))
    blocks = {name: Blocks.at(keys.keys, *_NO_OCCURRENCES) for name, keys in wanted.items()}
    for rule, *occurrences in zip(sought, *chunks, strict=True):
        places, rows = zip(*occurrences, strict=True)
        blocks[rule.name] = Blocks.at(wanted[rule.name].keys, np.concatenate(places), np.concatenate(rows))
    return blocks


_NO_OCCURRENCES = (np.zeros(0, np.int64), np.zeros(0, np.int32))


def _merged(found: Sequence[Pairs], size: int) -> tuple[IntArray, IntArray, IntArray]:
    """Each pair once, by left and right row, with a bit for each rule that found it."""
    width = max(size, 1)
    code = np.concatenate([pairs.left.astype(np.int64) * width + pairs.right for pairs in found])
    bits = np.repeat(
        np.int32(1) << np.arange(len(found), dtype=np.int32), [len(pairs.left) for pairs in found]
    )
    order = np.argsort(code, kind="stable")
    code = code[order]
    first = run_starts(code)
    rules = np.bitwise_or.reduceat(bits[order], first) if len(code) else np.zeros(0, np.int32)
    left, right = np.divmod(code[first], width)
    return left.astype(np.int32), right.astype(np.int32), rules.astype(np.int32)
