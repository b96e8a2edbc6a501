"""
Finding records of one table that are about the same person or thing.

The stages are those of ``link``; the table is held against itself, each pair once. Matching pairs are joined to clusters
whose records fit together (``clusters.py``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch import training
from hpmatch.arrays import IntArray
from hpmatch.blocking import candidate_pairs, each_once
from hpmatch.clusters import join
from hpmatch.comparison import DEFAULT_CHUNK_SIZE, compare, not_compared
from hpmatch.decision import MATCH, NO_MATCH, REVIEW, Decisions, check_min_weight, probability_of
from hpmatch.dispose import Scored, held_by_records, pair_tables
from hpmatch.errors import SchemaError
from hpmatch.link import check_labels, check_names
from hpmatch.model import Model, read_model
from hpmatch.plugins import checked_weights
from hpmatch.protocols import Progress
from hpmatch.reading import ReadRecords, read_for
from hpmatch.records import Records
from hpmatch.register import source_version
from hpmatch.results import Deduplicated
from hpmatch.schema import Schema, with_id
from hpmatch.sources import read as read_source
from hpmatch.sources import read_again
from hpmatch.sources.rejected import rejected_table
from hpmatch.sources.tables import RawTable

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
    check_labels(labels, train)
    schema, report = with_id(schema, id), progress or (lambda *_: None)
    source = read_again(records, "records")
    raw = read_source(source, "records")
    learned: Mapping[str, Any] = {}
    if train:
        trained = training.train(raw, None, model, schema=schema, labels=labels, progress=progress)
        model, learned = trained.model, trained.summary
    model = read_model(model or "imi")
    check_names(model)
    read = replace(_read(raw, model, schema), version=source_version(source))
    scored = _scored(read.records, model, chunk_size, report)
    return Deduplicated(
        *pair_tables(read, read, scored, model, _kept(scored, min_weight)),
        _clusters_table(read, scored.persons),
        rejected_table({"records": read.rejected}),
        {**_summary(read, model, scored), **learned},
        partial(held_by_records, read, read),
        model,
    )


def _read(raw: RawTable, model: Model, schema: Schema | str | Path | None) -> ReadRecords:
    """The records by identifier, so that which of a pair stands left does not hang on the order of rows."""
    read = read_for(model, raw, "records", schema)
    if read.id_name == CLUSTER_COLUMN:
        raise SchemaError(
            f"records: the column of the identifier is called {CLUSTER_COLUMN!r}, as that of the clusters is; rename it"
        )
    return replace(read, records=read.records.take(np.asarray(pc.sort_indices(read.records.ids))))


def _scored(table: Records, model: Model, chunk_size: int, report: Progress) -> Scored:
    """The stages from blocking to clusters, which stand where persons do."""
    pairs = each_once(candidate_pairs(table, table, model.blocking_rules, model.max_block))
    vectors = compare(table, table, pairs, model.comparisons, chunk_size, report, model.stand_ins)
    weights = model.decision.prior_weight(len(table)) + checked_weights(model.classifier, vectors)
    probabilities = probability_of(weights)
    reached = [probabilities >= model.decision.match, probabilities >= model.decision.review]
    decisions = np.select(reached, [MATCH, REVIEW], NO_MATCH)
    clusters = join(len(table), pairs.left, pairs.right, weights, model.decision.match_weight, _MISFIT)
    # Each pair by itself: there are no alerts to decide over all their candidates.
    decided = Decisions(probabilities, decisions, np.zeros(0), np.zeros(0, decisions.dtype))
    return Scored(clusters, pairs, vectors, weights, decided)


def _kept(scored: Scored, min_weight: float | None) -> IntArray:
    """The pairs to tell of, the likeliest first."""
    weights, pairs = scored.match_weights, scored.pairs
    kept = np.flatnonzero(scored.decisions.pairs != NO_MATCH if min_weight is None else weights >= min_weight)
    return kept[np.lexsort((pairs.right[kept], pairs.left[kept], -weights[kept]))]


def _clusters_table(read: ReadRecords, clusters: IntArray) -> pa.Table:
    ids = read.records.ids
    return pa.table({read.id_name: ids, CLUSTER_COLUMN: pa.array(_named(ids, clusters), pa.string())})


def _named(ids: pa.Array, clusters: IntArray) -> list[str]:
    """Each record's cluster by the smallest identifier in it, which does not hang on the order of rows."""
    names: dict[int, str] = {}
    for record, cluster in zip(ids.to_pylist(), clusters.tolist(), strict=True):
        names[cluster] = min(names.get(cluster, record), record)
    return [names[cluster] for cluster in clusters.tolist()]


def _summary(read: ReadRecords, model: Model, scored: Scored) -> dict[str, Any]:
    decisions = scored.decisions.pairs
    return {
        "records": {
            "rows": read.rows,
            "read": len(read.records),
            "rejected": len(read.rejected),
            "version": read.version,
        },
        "candidate_pairs": len(decisions),
        "pairs": {kind: int((decisions == kind).sum()) for kind in (MATCH, REVIEW, NO_MATCH)},
        "clusters": len(np.unique(scored.persons)),
        "cut_blocks": [asdict(cut) for cut in scored.pairs.cut],
        "columns_not_read": {"records": list(read.columns_not_read)},
        "not_compared": not_compared(model.comparisons, read.records, read.records),
        "model": model.made_by,
    }
