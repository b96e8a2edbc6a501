"""
Blocking: which pairs are worth comparing.

A blocking rule gives keys to the records of both tables, any number to each record; records that share a key are
candidate pairs. All rules are joined the same way and their pairs are merged, with a bit for each rule that found a
pair. A key held by very many records of the right table is cut off, because such a block costs much and tells little;
what was cut is counted, never hidden.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hpmatch.errors import PluginError
from hpmatch.protocols import BlockingRule, Keys, PairRule, Pairs
from hpmatch.records import Column, IntArray, Records
from hpmatch.standardise.names import token_keys

MAX_RULES = 31
DEFAULT_MAX_BLOCK = 2_000


@dataclass(frozen=True)
class CutBlocks:
    """
    What a rule would have found in blocks that were too large.

    Attributes:
        rule: The rule's name.
        blocks: How many keys were cut off.
        pairs: How many pairs (not necessarily distinct) they would have given.
    """

    rule: str
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
        cut: What was lost to blocks that were too large.
    """

    left: IntArray
    right: IntArray
    rules: IntArray
    rule_names: tuple[str, ...]
    blockable: npt.NDArray[np.bool_]
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
) -> CandidatePairs:
    """
    Find the candidate pairs of all rules.

    Args:
        left: The records to find matches for.
        right: The records to find them among.
        rules: The blocking rules, at most 31.
        max_block: A key that more right records than this hold is cut off.

    Raises:
        PluginError: If there are no rules or too many.
    """
    if not 0 < len(rules) <= MAX_RULES:
        raise PluginError(f"blocking needs 1 to {MAX_RULES} rules, not {len(rules)}")
    found: list[npt.NDArray[np.int64]] = []
    bits: list[IntArray] = []
    cut = []
    blockable = np.zeros(len(left), bool)
    for bit, rule in enumerate(rules):
        pairs, keyed, lost = _pairs_of(rule, left, right, max_block)
        blockable[keyed] = True
        cut += [lost] if lost.blocks else []
        found.append(np.unique(pairs.left.astype(np.int64) * max(len(right), 1) + pairs.right))
        bits.append(np.full(len(found[-1]), 1 << bit, np.int32))
    pair, owner = np.unique(np.concatenate(found), return_inverse=True)
    mask = np.zeros(len(pair), np.int32)
    np.bitwise_or.at(mask, owner, np.concatenate(bits))
    rows_left, rows_right = np.divmod(pair, max(len(right), 1))
    names = tuple(rule.name for rule in rules)
    return CandidatePairs(
        rows_left.astype(np.int32), rows_right.astype(np.int32), mask, names, blockable, tuple(cut)
    )


def _pairs_of(
    rule: BlockingRule | PairRule, left: Records, right: Records, max_block: int
) -> tuple[Pairs, IntArray, CutBlocks]:
    """The pairs of one rule, the left rows that it can say anything about, and what was cut off."""
    if isinstance(rule, PairRule):
        return rule.pairs(left, right), np.arange(len(left)), CutBlocks(rule.name, 0, 0)
    keys = rule.keys(left)
    pairs, cut = _join(rule.name, keys, rule.keys(right), max_block)
    return pairs, keys.rows, cut


def _join(name: str, left: Keys, right: Keys, max_block: int) -> tuple[Pairs, CutBlocks]:
    """All pairs of rows that share a key, except in blocks that are too large."""
    wanted = np.unique(left.keys)
    place = np.searchsorted(wanted, right.keys)
    place[place == len(wanted)] = 0
    hit = wanted[place] == right.keys if len(wanted) else np.zeros(len(right.keys), bool)
    block, rows = place[hit], right.rows[hit]
    rows = rows[np.argsort(block, kind="stable")]
    sizes = np.bincount(block, minlength=len(wanted))
    starts = np.cumsum(sizes) - sizes
    of_left = np.searchsorted(wanted, left.keys)
    too_large = sizes > max_block
    lost = too_large[of_left]
    cut = CutBlocks(name, int(too_large[np.unique(of_left)].sum()), int(sizes[of_left[lost]].sum()))
    kept = of_left[~lost]
    counts = sizes[kept]
    left_rows = np.repeat(left.rows[~lost], counts)
    return Pairs(left_rows, rows[ranges(starts[kept], counts)]), cut


def ranges(starts: IntArray, counts: IntArray) -> IntArray:
    """
    The numbers of many ranges one after the other.

    Example:
        >>> ranges(np.array([5, 0]), np.array([2, 3])).tolist()
        [5, 6, 0, 1, 2]
    """
    offsets = np.cumsum(counts) - counts
    return np.arange(counts.sum()) - np.repeat(offsets - starts, counts)


@dataclass(frozen=True)
class NameAndDate:
    """
    Pairs that share the key of any name token and a part of the birth date.

    Args:
        name: The rule's name.
        names: The name columns; a token of any one meets a token of any other.
        date: The column of birth dates.
        part: "year_month" (any month where it is not known), "year_day", or "day_month" in either order.

    Raises:
        PluginError: If there is no such part.
    """

    name: str
    names: tuple[str, ...]
    date: str = "birth_date"
    part: str = "year_month"

    def __post_init__(self) -> None:
        if self.part not in _DATE_PARTS:
            raise PluginError(
                f"blocking rule {self.name!r}: part {self.part!r} is none of {', '.join(_DATE_PARTS)}"
            )

    @property
    def columns(self) -> tuple[str, ...]:
        """The names and the date."""
        return (*self.names, self.date)

    def keys(self, records: Records) -> Keys:
        """A key for each combination of a name token's keys and the date's readings."""
        tokens = name_keys(records, self.names)
        dates = self._dates(records)
        rows, first, second = _combine(tokens, dates, len(records))
        return _distinct(rows, _mix(first, second))

    def _dates(self, records: Records) -> Keys:
        if self.date not in records:
            return _NO_KEYS
        return _distinct(*_DATE_PARTS[self.part](*_flatten(records[self.date])))


def _year_month(rows: IntArray, readings: npt.NDArray[np.int64]) -> tuple[IntArray, npt.NDArray[np.uint64]]:
    """Year and month; every month of the year where the month is not known or the date stands for an unknown one."""
    year, month, day = readings // 10_000, readings // 100 % 100, readings % 100
    open_month = (month == 0) | ((day == 1) & np.isin(month, _DEFAULT_MONTHS))
    months = np.tile(np.arange(1, 13), int(open_month.sum()))
    years = np.repeat(year[open_month], 12)
    return (
        np.concatenate([rows[~open_month], np.repeat(rows[open_month], 12)]),
        np.concatenate([(year * 100 + month)[~open_month], years * 100 + months]).astype(np.uint64),
    )


def _year_day(rows: IntArray, readings: npt.NDArray[np.int64]) -> tuple[IntArray, npt.NDArray[np.uint64]]:
    """Year and day, where the day is known."""
    whole = readings % 100 > 0
    return rows[whole], (readings // 10_000 * 100 + readings % 100)[whole].astype(np.uint64)


def _day_month(rows: IntArray, readings: npt.NDArray[np.int64]) -> tuple[IntArray, npt.NDArray[np.uint64]]:
    """Day and month in either order, where both are known."""
    month, day = readings // 100 % 100, readings % 100
    whole = (month > 0) & (day > 0)
    parts = np.minimum(month, day) * 100 + np.maximum(month, day)
    return rows[whole], parts[whole].astype(np.uint64)


_DEFAULT_MONTHS = (1, 7)
_DATE_PARTS = {"year_month": _year_month, "year_day": _year_day, "day_month": _day_month}


@dataclass(frozen=True)
class TwoNames:
    """
    Pairs that share the keys of a given name and of a surname, in either role, whatever the birth dates.

    Args:
        name: The rule's name.
        given: The columns of given names.
        surnames: The columns of surnames.
    """

    name: str
    given: tuple[str, ...]
    surnames: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names."""
        return (*self.given, *self.surnames)

    def keys(self, records: Records) -> Keys:
        """A key for each given name with each surname of a record, in either order."""
        given, surnames = name_keys(records, self.given), name_keys(records, self.surnames)
        rows, first, second = _combine(given, surnames, len(records))
        apart = first != second
        low, high = np.minimum(first, second)[apart], np.maximum(first, second)[apart]
        return _distinct(rows[apart], _mix(low, high))


@dataclass(frozen=True)
class SameValue:
    """
    Pairs that share a value, or one of several values, of a column.

    Args:
        name: The rule's name.
        column: The column.
    """

    name: str
    column: str

    @property
    def columns(self) -> tuple[str, ...]:
        """The column."""
        return (self.column,)

    def keys(self, records: Records) -> Keys:
        """A key for each value."""
        if self.column not in records:
            return _NO_KEYS
        column = records[self.column]
        array = column.values.array
        listed = hasattr(array, "value_lengths")
        texts = (array.flatten() if listed else array).to_pylist()
        sizes = np.asarray(array.value_lengths(), np.int64) if listed else np.ones(len(array), np.int64)
        return _distinct(*_spread(column.codes, sizes, _hashes([str(text) for text in texts])))


_NO_KEYS = Keys(np.empty(0, np.int32), np.empty(0, np.uint64))


def name_keys(records: Records, names: Sequence[str]) -> Keys:
    """The token keys of all name columns of each record."""
    found = [_column_keys(records[name]) for name in names if name in records]
    if not found:
        return _NO_KEYS
    return _distinct(
        np.concatenate([keys.rows for keys in found]), np.concatenate([keys.keys for keys in found])
    )


def _column_keys(column: Column) -> Keys:
    terms = column.values.terms
    keys = [token_keys(token) for token in terms.array.to_pylist()]
    per_term = np.array([len(each) for each in keys], np.int64)
    hashes = _hashes([key for each in keys for key in each])
    starts = np.cumsum(per_term) - per_term
    flat = hashes[ranges(starts[terms.codes], per_term[terms.codes])]
    sizes = np.diff(np.append(0, np.cumsum(per_term[terms.codes]))[terms.offsets])
    return Keys(*_spread(column.codes, sizes, flat))


def _spread(
    codes: IntArray, sizes: IntArray, flat: npt.NDArray[np.uint64]
) -> tuple[IntArray, npt.NDArray[np.uint64]]:
    """From what each distinct value has, laid out flat, to what each row has."""
    present = np.flatnonzero(codes >= 0).astype(np.int32)
    values = codes[present]
    starts = np.cumsum(sizes) - sizes
    return np.repeat(present, sizes[values]), flat[ranges(starts[values], sizes[values])]


def _flatten(column: Column) -> tuple[IntArray, npt.NDArray[np.int64]]:
    array = column.values.array
    flat = np.asarray(array.flatten(), np.int64)
    rows, places = _spread(
        column.codes, np.asarray(array.value_lengths(), np.int64), np.arange(len(flat), dtype=np.uint64)
    )
    return rows, flat[places.astype(np.int64)]


def _combine(
    first: Keys, second: Keys, size: int
) -> tuple[IntArray, npt.NDArray[np.uint64], npt.NDArray[np.uint64]]:
    """Every key of a row together with every other key of the same row; both come sorted by row."""
    counts = np.bincount(second.rows, minlength=size)
    starts = np.cumsum(counts) - counts
    repeats = counts[first.rows]
    places = ranges(starts[first.rows], repeats)
    return np.repeat(first.rows, repeats), np.repeat(first.keys, repeats), second.keys[places]


def _distinct(rows: IntArray, keys: npt.NDArray[np.uint64]) -> Keys:
    """The keys sorted by row, each once a row."""
    order = np.lexsort((keys, rows))
    rows, keys = rows[order], keys[order]
    new = np.ones(len(rows), bool)
    new[1:] = (rows[1:] != rows[:-1]) | (keys[1:] != keys[:-1])
    return Keys(rows[new].astype(np.int32), keys[new])


def _hashes(texts: Sequence[str]) -> npt.NDArray[np.uint64]:
    """64 bits of each text that are the same in every process and on every machine."""
    known = {text: hashlib.blake2b(text.encode(), digest_size=8).digest() for text in set(texts)}
    return np.frombuffer(b"".join(known[text] for text in texts), "<u8").astype(np.uint64)


def _mix(first: npt.NDArray[np.uint64], second: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """One key out of two (the finaliser of SplitMix64, https://prng.di.unimi.it/splitmix64.c)."""
    mixed = first * np.uint64(0x9E3779B97F4A7C15) + second
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
