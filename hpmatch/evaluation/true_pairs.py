"""Which pairs of records are of one person, as a truth or labels tell, and which rules find them."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray
from hpmatch.blocking import CandidatePairs
from hpmatch.errors import SchemaError
from hpmatch.evaluation.truth import TRUTH_IDS, need, read_truth
from hpmatch.evidence import id_columns
from hpmatch.labels import Labels, read_labels, rows_of_pairs
from hpmatch.model import Model
from hpmatch.reading import ReadRecords
from hpmatch.records import Records

_LABELLED = {"left_id", "right_id", "label"}
_CLUSTER_COLUMNS = ("person_id", "cluster_id")


class TruePairs(NamedTuple):
    """
    Pairs of one person.

    Attributes:
        left: int64[t], rows of the left table.
        right: int64[t], rows of the right table.
        number: How many there are; more than t where the registered person of an alert is not among the records.
    """

    left: IntArray
    right: IntArray
    number: int

    def found_by(self, pairs: CandidatePairs, size: int) -> IntArray:
        """int32[t], the bits of the rules that found each of them among so many right records; 0 where none did."""
        width = max(size, 1)
        codes = pairs.left.astype(np.int64) * width + pairs.right  # ascending
        wanted = self.left * width + self.right
        places = np.searchsorted(codes, wanted)
        there = np.append(codes, -1)[places] == wanted
        return np.where(there, np.append(pairs.rules, 0)[places], 0)


def true_pairs(truth: Any, left: ReadRecords, right: ReadRecords | None, model: Model) -> TruePairs:
    """
    Read which pairs are of one person.

    Args:
        truth: See ``hpmatch.blocking_report``.
        left: The alerts, or the records of one table.
        right: The register; None where the table is held against itself.
        model: The model, which says what the table's identifiers may be called.

    Raises:
        SchemaError: If a column is lacking, or a record is named more than once.
    """
    parts = [part.name for part in model.parts]
    table = read_truth(truth, id_columns(left.id_name, right.id_name, parts) if right else TRUTH_IDS)
    if set(table.column_names) >= _LABELLED:
        return _labelled(read_labels(table), left.records, None if right is None else right.records)
    if right is None:
        return _same_cluster(table, left)
    need(table, TRUTH_IDS, "the truth")
    _once(table, "alert_id")
    table = table.filter(pc.is_in(table["alert_id"], left.records.ids))
    table = table.filter(pc.is_valid(table["hpr_number"]))
    alerts = _rows(table["alert_id"], left.records)
    persons = _rows(table["hpr_number"], right.records)
    return TruePairs(alerts[persons >= 0], persons[persons >= 0], len(table))


def _labelled(labels: Labels, left: Records, right: Records | None) -> TruePairs:
    """The pairs that were labelled a match and whose left record is there; of a table with itself as ``each_once`` has them."""
    first, second, known = rows_of_pairs(labels, left.ids, (left if right is None else right).ids)
    pairs = np.stack([first, second])[:, known & labels.is_match]
    if right is None:
        pairs = np.unique(np.sort(pairs[:, pairs[0] != pairs[1]], axis=0), axis=1)
        return TruePairs(pairs[0], pairs[1], pairs.shape[1])
    return TruePairs(pairs[0], pairs[1], int((labels.is_match & (first >= 0)).sum()))


def _same_cluster(table: pa.Table, records: ReadRecords) -> TruePairs:
    """Each pair of records of one person, once, as ``each_once`` has it."""
    named = [name for name in _CLUSTER_COLUMNS if name in table.column_names]
    need(table, (records.id_name, *(named or _CLUSTER_COLUMNS)[:1]), "the truth")
    _once(table, records.id_name)
    table = table.filter(pc.is_valid(table[named[0]]))
    rows = _rows(table[records.id_name], records.records)
    persons = np.asarray(table[named[0]].combine_chunks().dictionary_encode().indices, np.int64)
    members: dict[int, list[int]] = {}
    for row, person in sorted(zip(rows.tolist(), persons.tolist(), strict=True)):
        if row >= 0:
            members.setdefault(person, []).append(row)
    found = [
        (first, second)
        for rows_of_person in members.values()
        for place, first in enumerate(rows_of_person)
        for second in rows_of_person[place + 1 :]
    ]
    left, right = np.array(found, np.int64).reshape(-1, 2).T
    return TruePairs(left, right, len(found))


def _once(table: pa.Table, column: str) -> None:
    if pc.count_distinct(table[column]).as_py() < len(table) - table[column].null_count:
        raise SchemaError(f"the truth names a {column} more than once; give each one row")


def _rows(ids: pa.ChunkedArray, records: Records) -> IntArray:
    """The row of each identifier; -1 where no record has it."""
    return np.asarray(pc.fill_null(pc.index_in(ids, records.ids), -1).to_numpy(), np.int64)
