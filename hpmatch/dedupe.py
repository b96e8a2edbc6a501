"""
Finding records of one table that are about the same person or thing.

The stages are those of ``link``; the table is held against itself, each pair once. Matching pairs are joined to clusters
whose records fit together (``clusters.py``).
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch import training
from hpmatch.arrays import IntArray
from hpmatch.blocking import CandidatePairs, candidate_pairs, each_once
from hpmatch.clusters import join
from hpmatch.comparison import DEFAULT_CHUNK_SIZE, compare, not_compared
from hpmatch.decision import MATCH, NO_MATCH, REVIEW, Decisions, check_min_weight, probability_of
from hpmatch.dispose import Scored, held_by_records, pair_tables
from hpmatch.errors import SchemaError
from hpmatch.link import Progress, check_names
from hpmatch.model import Model, read_model
from hpmatch.plugins import checked_weights
from hpmatch.reading import ReadRecords, read_for
from hpmatch.register import source_version
from hpmatch.results import Deduplicated
from hpmatch.schema import Schema, with_id
from hpmatch.sources import read as read_source
from hpmatch.sources.files import File
from hpmatch.sources.rejected import rejected_table

CLUSTER_COLUMN = "cluster_id"
# What two records of one cluster count against it that fit badly or share no key: of pairs of one person about three in
# four share a key, and that one in four does not is a hint of about two bits (log2 odds).
_MISFIT = -2.0


def dedupe(
    records: Any,
    model: Model | str | Path | None = None,
    *,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    train: bool = False,
    labels: Any = None,
    min_weight: float | None = None,
    chunk_size: int = DEFAULT_CHUNK_SIZE,
    progress: Progress | None = None,
) -> Deduplicated:
    """
    Find out which records of a table are about the same person or thing.

    Each pair is decided by itself: a record may have any number of duplicates. The model's ``registered_share`` is read as
    the share of records that have one.

    Args:
        records: The table; see ``link``.
        model: A model, the name of a shipped one, or the path of a model file; by default "imi", or when it is to be trained
            one put together from what the columns are.
        id: The column that identifies a record; by default what the schema or its name says, or the first column.
        schema: Which column plays which role, where its name does not say it.
        train: Whether to learn m, u and the prior from the table first; see ``hpmatch.train``.
        labels: What people said of pairs, to train with.
        min_weight: Keep pairs of at least this match weight; by default those for a match or a review.
        chunk_size: How many candidate pairs are compared at a time; changes memory, never the result.
        progress: Called with the stage, what is done and what there is to do.

    Raises:
        HpmatchError: If the data, the schema or the model cannot be used, or the weight is NaN.

    Example:
        >>> berg = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> found = dedupe([{"no": "1", **berg}, {"no": "2", **berg}, {"no": "3", **berg, "birth_date": "1951-07-30"}])
        >>> found.clusters["cluster_id"].to_pylist()
        ['1', '1', '3']
    """
    check_min_weight(min_weight)
    schema = with_id(schema, id)
    # Pipes and some tables can be read only once.
    source = (
        File.of(records, "records") if isinstance(records, (str, Path)) else read_source(records, "records")
    )
    raw = read_source(source, "records")
    trained = (
        training.train(raw, None, model, schema=schema, labels=labels, progress=progress) if train else None
    )
    model = trained.model if trained else read_model(model or "imi")
    check_names(model)
    read = replace(read_for(model, raw, "records", schema), version=source_version(source))
    if read.id_name == CLUSTER_COLUMN:
        raise SchemaError(
            f"records: the column of the identifier is called {CLUSTER_COLUMN!r}, as that of the clusters is; rename it"
        )
    # By identifier, so that which of a pair stands left does not hang on the order of rows.
    table = read.records.take(np.asarray(pc.sort_indices(read.records.ids)))
    pairs = each_once(candidate_pairs(table, table, model.blocking_rules, model.max_block))
    report = progress or (lambda *_: None)
    vectors = compare(table, table, pairs, model.comparisons, chunk_size, report, model.stand_ins)
    weights = model.decision.prior_weight(len(table)) + checked_weights(model.classifier, vectors)
    probabilities = probability_of(weights)
    reached = [probabilities >= model.decision.match, probabilities >= model.decision.review]
    decisions = np.select(reached, [MATCH, REVIEW], NO_MATCH)
    least = model.decision.match_weight
    clusters = join(len(table), pairs.left, pairs.right, weights, least, _MISFIT)
    # Each pair by itself: there are no alerts to decide over all their candidates.
    decided = Decisions(probabilities, decisions, np.zeros(0), np.zeros(0, decisions.dtype))
    kept = np.flatnonzero(decisions != NO_MATCH if min_weight is None else weights >= min_weight)
    ordered = kept[np.lexsort((pairs.right[kept], pairs.left[kept], -weights[kept]))]
    sorted_read = replace(read, records=table)
    scored = Scored(clusters, pairs, vectors, weights, decided)
    return Deduplicated(
        *pair_tables(sorted_read, sorted_read, scored, model, ordered),
        pa.table(
            {read.id_name: table.ids, CLUSTER_COLUMN: pa.array(_named(table.ids, clusters), pa.string())}
        ),
        rejected_table({"records": read.rejected}),
        _summary(read, model, pairs, decisions, clusters) | (trained.summary if trained else {}),
        partial(held_by_records, sorted_read, sorted_read),
        model,
    )


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
        "records": {
            "rows": read.rows,
            "read": len(read.records),
            "rejected": len(read.rejected),
            "version": read.version,
        },
        "candidate_pairs": len(decisions),
        "pairs": {kind: int((decisions == kind).sum()) for kind in (MATCH, REVIEW, NO_MATCH)},
        "clusters": len(np.unique(clusters)),
        "cut_blocks": [
            {"rule": cut.rule, "larger_than": cut.larger_than, "blocks": cut.blocks, "pairs": cut.pairs}
            for cut in pairs.cut
        ],
        "not_compared": not_compared(model.comparisons, read.records, read.records),
        "model": model.made_by,
    }
