"""
What blocking does: for each rule the pairs that it finds, those that it alone finds, and the blocks that it makes.

A report holds counts. The keys of blocks stand for names and dates, so no key is in it, however large its block.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, Mask, distinct
from hpmatch.blocking import CandidatePairs, each_once, join_blocks, keyed_blocks, keying, largest_block
from hpmatch.blocking.blocks import Blocks
from hpmatch.comparison.name_tables import learn_terms
from hpmatch.evaluation.true_pairs import true_pairs
from hpmatch.model import Model, read_model
from hpmatch.protocols import BlockingRule, Keys, PairRule
from hpmatch.reading import read_for
from hpmatch.records import Records
from hpmatch.register import Register, model_of, read_register
from hpmatch.schema import Schema, with_id
from hpmatch.shown import ShownAsText, on_one_line

_LARGEST = 5  # blocks that are shown of each rule
_Rules = Sequence[BlockingRule | PairRule]


@dataclass(frozen=True)
class BlockingReport(ShownAsText):
    """
    What the blocking rules of a model do with two tables, or with one held against itself.

    Attributes:
        left: How many records there are to find matches for.
        right: How many they are found among; the same records where a table is held against itself.
        all_pairs: How many pairs there are at all.
        pairs: How many of them are candidate pairs.
        true_pairs: How many pairs are of one person, by the truth; None where there is none.
        true_found: How many of these are candidate pairs.
        rules: A row a rule, in the model's order: ``rule``, ``pairs`` (found), ``alone`` (found by no other rule), ``added``
            (found by no rule before it), ``cumulative`` (found by it or one before it), ``max_block`` (the size up to which a
            block is used), ``blocks`` (that give a pair, or would), ``cut_blocks``, ``cut_pairs`` (pairs that the blocks cut off
            would have given; not necessarily distinct, and some are found by other rules); and given a truth ``true_pairs``,
            ``true_alone``, ``true_added``, ``true_cumulative`` and ``true_cut`` (true pairs that share a key that was cut off,
            and that no rule finds). Null where a rule has no keys.
        overlap: A row a pair of rules: ``rule``, ``other``, ``pairs`` (found by both) and ``share`` (of the first rule's pairs).
        blocks: A row a rule and class of sizes: ``rule``, ``smallest``, ``largest`` (1, 2 to 3, 4 to 7 ...; a block's size is how
            many right records hold its key), ``cut``, ``blocks``, ``pairs``.
        largest: The five largest blocks of each rule: ``rule``, ``size``, ``left`` (how many left records hold the key),
            ``pairs``, ``cut``.
    """

    left: int
    right: int
    all_pairs: int
    pairs: int
    true_pairs: int | None
    true_found: int | None
    rules: pa.Table
    overlap: pa.Table
    blocks: pa.Table
    largest: pa.Table

    def __repr__(self) -> str:
        return on_one_line(self, rules=len(self.rules), pairs=self.pairs)

    @property
    def reduction_ratio(self) -> float:
        """The share of all pairs that need not be compared."""
        return 1 - self.pairs / self.all_pairs if self.all_pairs else 0.0

    @property
    def pairs_completeness(self) -> float | None:
        """The share of the true pairs that are candidate pairs; None where it is not known."""
        return self.true_found / self.true_pairs if self.true_pairs and self.true_found is not None else None

    def __str__(self) -> str:
        lines = [
            f"{self.left:,} records held against {self.right:,}: {self.pairs:,} candidate pairs of {self.all_pairs:,}",
            f"{'reduction ratio':<24}{self.reduction_ratio:>12.6f}",
        ]
        if self.true_pairs is not None:
            share = "-" if self.pairs_completeness is None else f"{self.pairs_completeness:.4f}"
            lines.append(
                f"{'pairs completeness':<24}{share:>12}   {self.true_found:,} of {self.true_pairs:,} true pairs"
            )
        lines += ["", *_written(self.rules, ("pairs", "alone", "added", "cumulative"))]
        if self.true_pairs is not None:
            columns = ("true_pairs", "true_alone", "true_added", "true_cumulative", "true_cut")
            lines += ["", *_written(self.rules, columns)]
        lines += ["", *_written(self.rules, ("max_block", "blocks", "cut_blocks", "cut_pairs"))]
        lines += ["", f"{'largest blocks':<24}{'':>12}"]
        for rule in self.rules["rule"].to_pylist():
            sizes = self.largest.filter(pc.equal(self.largest["rule"], rule)).to_pylist()
            shown = ", ".join(f"{each['size']:,}{' (cut off)' if each['cut'] else ''}" for each in sizes)
            lines.append(f"  {rule:<22}{shown or '-'}")
        return "\n".join(lines)


def blocking_report(
    left: Any,
    right: Any = None,
    model: Model | str | Path | None = None,
    *,
    truth: Any = None,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
) -> BlockingReport:
    """
    Count what the blocking rules of a model find, rule by rule.

    Counted are the pairs that rules find; in ``link`` the alerts about one person then share their candidates.

    Args:
        left: The alerts; see ``link``. Without a ``right``, the records that ``dedupe`` would hold against each other.
        right: The register: a table, a ``Register`` or the folder of one. None to hold ``left`` against itself.
        model: A model, the name of a shipped one, or the path of a model file; by default the one that a prepared register was
            prepared with, else "imi".
        truth: What is known to be true, as a table or its path. With a register ``alert_id`` and ``hpr_number`` (empty where the
            person is not registered), or the two as the links call them; without one the records' identifier and ``person_id``
            or ``cluster_id``, which is the same for all records about one person. Or labels of pairs, see ``hpmatch.labels``.
        id: The column that identifies a record, see ``link``.
        schema: Which column plays which role, where its name does not say it.

    Raises:
        HpmatchError: If the data, the schema, the model or the truth cannot be used.

    Example:
        >>> berg = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> report = blocking_report([{"alert_id": "A1", **berg}], [{"hpr_number": "7", **berg}])
        >>> report.pairs, report.all_pairs
        (1, 1)
    """
    itself = right is None
    model, schema = read_model(model or model_of(right) or "imi"), with_id(schema, id)
    asked = read_for(model, left, "records" if itself else "alerts", schema)
    register = Register(asked, model, None) if itself else read_register(right, model, schema)
    held = register.read
    learn_terms(asked.records, held.records)
    rules = model.blocking_rules
    keyed, blocks = keyed_blocks(asked.records, held.records, rules, register.indexes)
    pairs = join_blocks(asked.records, held.records, rules, keyed, blocks, model.max_block)
    pairs = each_once(pairs) if itself else pairs
    size = len(held.records)
    true = None if truth is None else true_pairs(truth, asked, None if itself else held, model)
    of_blocks = {
        rule.name: _Sizes.of(
            keyed[rule.name], blocks[rule.name], largest_block(rule, model.max_block), itself
        )
        for rule in keying(rules)
    }
    found = lost = None
    if true is not None:
        found = true.found_by(pairs, size)
        missed = found == 0
        firsts, seconds = asked.records.take(true.left[missed]), held.records.take(true.right[missed])
        lost = _lost(firsts, seconds, rules, blocks, of_blocks)
    return BlockingReport(
        left=len(asked.records),
        right=size,
        all_pairs=size * (size - 1) // 2 if itself else len(asked.records) * size,
        pairs=len(pairs),
        true_pairs=None if true is None else true.number,
        true_found=None if found is None else int((found > 0).sum()),
        rules=_rules_table(pairs, of_blocks, found, lost),
        overlap=_overlap(pairs),
        blocks=_blocks_table(pairs.rule_names, of_blocks),
        largest=_largest_table(pairs.rule_names, of_blocks),
    )


class _Sizes(NamedTuple):
    """
    The b blocks of a rule that give a pair, or would.

    Attributes:
        size: int64[b], how many right records hold the key.
        left: int64[b], how many left records do.
        pairs: int64[b], how many pairs they make.
        cut: bool[b], whether it is too large to be used.
        limit: The size up to which a block is used.
    """

    size: IntArray
    left: IntArray
    pairs: IntArray
    cut: Mask
    limit: int

    @classmethod
    def of(cls, keys: Keys, blocks: Blocks, limit: int, itself: bool) -> _Sizes:
        size = np.diff(blocks.starts)
        # A record may hold a key more than once.
        held = distinct((np.searchsorted(blocks.keys, keys.keys) << 32) | keys.rows)
        left = np.bincount(held >> 32, minlength=len(size))
        pairs = size * (size - 1) // 2 if itself else size * left
        kept = pairs > 0
        return cls(size[kept], left[kept], pairs[kept], size[kept] > limit, limit)


_COUNTED: Mapping[str, Callable[[_Sizes], int]] = {
    "max_block": lambda sizes: sizes.limit,
    "blocks": lambda sizes: len(sizes.size),
    "cut_blocks": lambda sizes: int(sizes.cut.sum()),
    "cut_pairs": lambda sizes: int(sizes.pairs[sizes.cut].sum()),
}


def _rules_table(
    pairs: CandidatePairs,
    of_blocks: Mapping[str, _Sizes],
    true_bits: IntArray | None,
    lost: Sequence[int | None] | None,
) -> pa.Table:
    counted: dict[str, list[int | None]] = {
        name: [None if (each := of_blocks.get(rule)) is None else count(each) for rule in pairs.rule_names]
        for name, count in _COUNTED.items()
    }
    columns: dict[str, Any] = {
        **_by_rule(pairs.rules, len(pairs.rule_names)),
        **{name: pa.array(values, pa.int64()) for name, values in counted.items()},
    }
    if true_bits is not None:
        true = _by_rule(true_bits, len(pairs.rule_names))
        columns |= {f"true_{name}": values for name, values in true.items()}
        columns["true_cut"] = pa.array(lost, pa.int64())
    return pa.table({"rule": pa.array(pairs.rule_names, pa.string()), **columns})


def _by_rule(bits: IntArray, rules: int) -> dict[str, IntArray]:
    """Of pairs with a bit for each rule that found them: found by each rule, by it alone, and by none before it."""
    kinds, counts = np.unique(bits[bits > 0], return_counts=True)
    has = (kinds[:, None] >> np.arange(rules)) & 1
    first = has.argmax(axis=1)
    added = np.bincount(first, weights=counts, minlength=rules).astype(np.int64)
    return {
        "pairs": counts @ has,
        "alone": counts[has.sum(axis=1) == 1] @ has[has.sum(axis=1) == 1],
        "added": added,
        "cumulative": np.cumsum(added),
    }


def _overlap(pairs: CandidatePairs) -> pa.Table:
    names = pairs.rule_names
    kinds, counts = np.unique(pairs.rules, return_counts=True)
    has = (kinds[:, None] >> np.arange(len(names))) & 1
    both = (has * counts[:, None]).T @ has
    rows = [
        {
            "rule": rule,
            "other": other,
            "pairs": int(both[i, j]),
            "share": float(both[i, j] / both[i, i]) if both[i, i] else None,
        }
        for i, rule in enumerate(names)
        for j, other in enumerate(names)
    ]
    kind = {"rule": pa.string(), "other": pa.string(), "pairs": pa.int64(), "share": pa.float64()}
    return pa.Table.from_pylist(rows, pa.schema(kind))


def _blocks_table(names: Sequence[str], of_blocks: Mapping[str, _Sizes]) -> pa.Table:
    rows = []
    for name in (name for name in names if name in of_blocks):
        sizes = of_blocks[name]
        classes = np.frexp(sizes.size.astype(np.float64))[1] - 1  # the power of two at or below a size
        for power, cut in sorted(set(zip(classes.tolist(), sizes.cut.tolist(), strict=True))):
            here = (classes == power) & (sizes.cut == cut)
            rows.append(
                {
                    "rule": name,
                    "smallest": 2**power,
                    "largest": 2 ** (power + 1) - 1,
                    "cut": cut,
                    "blocks": int(here.sum()),
                    "pairs": int(sizes.pairs[here].sum()),
                }
            )
    numbers = dict.fromkeys(("smallest", "largest"), pa.int64())
    kind = {"rule": pa.string(), **numbers, "cut": pa.bool_(), "blocks": pa.int64(), "pairs": pa.int64()}
    return pa.Table.from_pylist(rows, pa.schema(kind))


def _largest_table(names: Sequence[str], of_blocks: Mapping[str, _Sizes]) -> pa.Table:
    rows = []
    for name in (name for name in names if name in of_blocks):
        sizes = of_blocks[name]
        # By size and pairs alone: the order of keys would tell a little of them.
        order = np.lexsort((-sizes.pairs, -sizes.size))[:_LARGEST]
        rows += [
            {
                "rule": name,
                "size": int(sizes.size[place]),
                "left": int(sizes.left[place]),
                "pairs": int(sizes.pairs[place]),
                "cut": bool(sizes.cut[place]),
            }
            for place in order
        ]
    numbers = dict.fromkeys(("size", "left", "pairs"), pa.int64())
    return pa.Table.from_pylist(rows, pa.schema({"rule": pa.string(), **numbers, "cut": pa.bool_()}))


def _lost(
    left: Records,
    right: Records,
    rules: _Rules,
    blocks: Mapping[str, Blocks],
    of_blocks: Mapping[str, _Sizes],
) -> list[int | None]:
    """For each rule how many pairs that no rule finds share a key whose block is too large; None without keys."""
    lost: list[int | None] = []
    keyed = {rule.name: rule for rule in keying(rules)}
    for rule in rules:
        if rule.name not in keyed:
            lost.append(None)
            continue
        held = blocks[rule.name]
        keys = keyed[rule.name].keys(left)
        others = keyed[rule.name].keys(right)
        shared = set(zip(others.rows.tolist(), others.keys.tolist(), strict=True))
        size = np.diff(held.starts)[np.searchsorted(held.keys, keys.keys)]
        too_large = size > of_blocks[rule.name].limit
        crowded = zip(keys.rows[too_large].tolist(), keys.keys[too_large].tolist(), strict=True)
        lost.append(len({row for row, key in crowded if (row, key) in shared}))
    return lost


def _written(table: pa.Table, columns: Sequence[str]) -> list[str]:
    lines = [f"{'rule':<24}" + "".join(f"{name.replace('_', ' '):>16}" for name in columns)]
    for row in table.to_pylist():
        cells = "".join(f"{'-' if row[name] is None else format(row[name], ','):>16}" for name in columns)
        lines.append(f"{row['rule']:<24}{cells}")
    return lines
