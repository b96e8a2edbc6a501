"""
Finding records of one table that are about the same person or thing.

The stages are those of ``link``; the table is held against itself, each pair once. Records joined by matches, directly or
through others, are a cluster.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.blocking import CandidatePairs, candidate_pairs, each_once
from hpmatch.comparison import DEFAULT_CHUNK_SIZE, compare
from hpmatch.decision import MATCH, NO_MATCH, REVIEW
from hpmatch.model import Model, read_model
from hpmatch.output import write_folder
from hpmatch.reading import ReadRecords, read_records
from hpmatch.records import IntArray
from hpmatch.schema import RECORD_ROLES, Schema, read_schema
from hpmatch.sources import rejected_table

TABLES = ("pairs", "clusters", "rejected")
# Beyond it a probability is 0 or 1 to the last digit.
_LARGEST_WEIGHT = 500.0


@dataclass(frozen=True)
class Deduplicated:
    """
    What a run found.

    Attributes:
        pairs: A row a pair that may matter: both identifiers, match_weight, match_probability, decision.
        clusters: A row a record, by identifier: the identifier and cluster_id, the smallest identifier of its cluster.
        rejected: A row a rejected row: file, row, reason, content.
        summary: Counts.
    """

    pairs: pa.Table
    clusters: pa.Table
    rejected: pa.Table
    summary: Mapping[str, Any]

    def write(self, out: str | Path, format: str = "csv") -> None:  # noqa: A002 - the option's name
        """
        Write the tables and summary.json to a folder, all or nothing.

        Raises:
            SourceError: If the folder cannot be written or holds anything but an earlier result.
        """
        write_folder(out, {name: getattr(self, name) for name in TABLES}, self.summary, format)


def dedupe(
    records: Any,
    model: Model | str | Path = "imi",
    *,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    min_weight: float | None = None,
    chunk_size: int = DEFAULT_CHUNK_SIZE,
) -> Deduplicated:
    """
    Find out which records of a table are about the same person or thing.

    Each pair is decided by itself: a record may have any number of duplicates. The model's ``registered_share`` is read as
    the share of records that have one.

    Args:
        records: The table; see ``link``.
        model: A model, the name of a shipped one, or the path of a model file.
        id: The column that identifies a record; by default what the schema says, or the first column.
        schema: Which column plays which role, where its name does not say it.
        min_weight: Keep pairs of at least this match weight; by default those for a match or a review.
        chunk_size: How many candidate pairs are compared at a time; changes memory, never the result.

    Raises:
        HpmatchError: If the data, the schema or the model cannot be used.

    Example:
        >>> berg = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> found = dedupe([{"no": "1", **berg}, {"no": "2", **berg}, {"no": "3", **berg, "birth_date": "1951-07-30"}])
        >>> found.clusters["cluster_id"].to_pylist()
        ['1', '1', '3']
    """
    model = read_model(model)
    said = read_schema(schema, "records")
    said = replace(said, id=id) if id else said
    read = read_records(records, "records", RECORD_ROLES, model.standardisers, said, required=())
    # By identifier, so that which of a pair stands left does not hang on the order of rows.
    table = read.records.take(np.asarray(pc.sort_indices(read.records.ids)))
    pairs = each_once(candidate_pairs(table, table, model.blocking_rules, model.max_block))
    vectors = compare(table, table, pairs, model.comparisons, chunk_size)
    weights = model.decision.prior_weight(len(table)) + model.classifier.match_weights(vectors)
    probabilities = 1 / (1 + np.exp2(-np.clip(weights, -_LARGEST_WEIGHT, _LARGEST_WEIGHT)))
    reached = [probabilities >= model.decision.match, probabilities >= model.decision.review]
    decisions = np.select(reached, [MATCH, REVIEW], NO_MATCH)
    clusters = components(len(table), pairs.left[reached[0]], pairs.right[reached[0]])
    scored = pa.table(
        {
            f"{read.id_name}_left": table.ids.take(pa.array(pairs.left)),
            f"{read.id_name}_right": table.ids.take(pa.array(pairs.right)),
            "match_weight": weights,
            "match_probability": probabilities,
            "decision": pa.array(decisions.tolist(), pa.string()),
        }
    )
    kept = np.flatnonzero(decisions != NO_MATCH if min_weight is None else weights >= min_weight)
    ordered = kept[np.lexsort((pairs.right[kept], pairs.left[kept], -weights[kept]))]
    return Deduplicated(
        scored.take(pa.array(ordered)),
        pa.table({read.id_name: table.ids, "cluster_id": pa.array(_named(table.ids, clusters), pa.string())}),
        rejected_table(read.rejected),
        _summary(read, model, pairs, decisions, clusters),
    )


def components(size: int, left: IntArray, right: IntArray) -> IntArray:
    """
    Connected components: for each of ``size`` rows the smallest row that pairs lead to.

    Example:
        >>> components(5, np.array([0, 3]), np.array([2, 2])).tolist()
        [0, 1, 0, 0, 4]
    """
    smallest = np.arange(size)
    while True:
        lower = np.minimum(smallest[left], smallest[right])
        reached = smallest.copy()
        for side in (left, right):
            # Both the row and the row that it led to so far learn of the smaller one.
            np.minimum.at(reached, side, lower)
            np.minimum.at(reached, smallest[side], lower)
        reached = reached[reached]
        if np.array_equal(reached, smallest):
            return smallest
        smallest = reached


def _named(ids: pa.Array, clusters: IntArray) -> list[str]:
    """Each record's cluster by the smallest identifier in it, which does not hang on the order of rows."""
    names: dict[int, str] = {}
    for record, cluster in zip(ids.to_pylist(), clusters.tolist(), strict=True):
        names[cluster] = min(names.get(cluster, record), record)
    return [names[cluster] for cluster in clusters.tolist()]


def _summary(
    read: ReadRecords,
    model: Model,
    pairs: CandidatePairs,
    decisions: npt.NDArray[np.str_],
    clusters: IntArray,
) -> dict[str, Any]:
    return {
        "records": {"rows": read.rows, "read": len(read.records), "rejected": len(read.rejected)},
        "candidate_pairs": len(decisions),
        "pairs": {kind: int((decisions == kind).sum()) for kind in (MATCH, REVIEW, NO_MATCH)},
        "clusters": len(np.unique(clusters)),
        "cut_blocks": [
            {"rule": cut.rule, "larger_than": cut.larger_than, "blocks": cut.blocks, "pairs": cut.pairs}
            for cut in pairs.cut
        ],
        "model": {"name": model.name, "sha256": model.fingerprint},
    }
