"""
The main job: every alert held against the register, and answered.

    read -> standardise -> group -> block -> compare -> pool -> classify -> decide -> dispose
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from hpmatch import training
from hpmatch.alerts import Grouped, grouped_alerts
from hpmatch.alerts.pooling import pool_evidence, share_candidates
from hpmatch.alerts.relations import TOLD
from hpmatch.arrays import IntArray
from hpmatch.blocking import candidate_pairs
from hpmatch.cases import PriorCases, read_prior_cases
from hpmatch.comparison import DEFAULT_CHUNK_SIZE, compare, prepare
from hpmatch.comparison.name_tables import learn_terms
from hpmatch.decision import check_min_weight, decide
from hpmatch.dispose import Scored, dispose
from hpmatch.errors import HpmatchError, ModelError
from hpmatch.evidence import LINK_COLUMNS, LOOK_ALIKE_COLUMN, PRIOR_COLUMN
from hpmatch.model import Model, read_model
from hpmatch.parallel import batch_job, begin_beside, end_processes, start_processes
from hpmatch.plugins import checked_weights
from hpmatch.protocols import Progress
from hpmatch.reading import ReadRecords, read_for
from hpmatch.register import Register, model_of, read_register
from hpmatch.results import Result
from hpmatch.schema import Schema, with_id
from hpmatch.sources import read_again
from hpmatch.sources.files import File

# What is told though nothing is matched by it.
_KEPT = (*TOLD, "birth_place")
_MANY_ALERTS = 1_000  # so many are worth a thread


def link(
    alerts: Any,
    register: Any,
    model: Model | str | Path | None = None,
    *,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    prior_cases: Any = None,
    train: bool = False,
    labels: Any = None,
    min_weight: float | None = None,
    chunk_size: int = DEFAULT_CHUNK_SIZE,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Result:
    """
    Find out for every alert whether its person is in the register.

    Args:
        alerts: The alerts: the path of a CSV or Parquet file, an Arrow, pandas or polars table, a DuckDB relation, or a
            list of dicts. There may be none, as in a night in which none came: a header without rows, or an empty list.
        register: The register, likewise; or a prepared one (``Register``), or the folder of one.
        model: A model, the name of a shipped one, or the path of a model file; by default the one that a prepared register was
            prepared with, else "imi", or for tables of another kind that are to be trained on one put together from what the
            columns are.
        id: The column that identifies a record, in both tables; by default what the schema or its name says, or of tables about
            something else the first column.
        schema: Which column plays which role, where its name does not say it; a file may say it apart for "alerts" and
            "register".
        prior_cases: Earlier cases, likewise: ``hpr_number``, ``case_number``, ``status``, ``date``. Each hit then says whether
            there is one.
        train: Whether to learn m, u and the prior from the two tables first; see ``hpmatch.train``.
        labels: What people said of pairs, to train with.
        min_weight: Keep links of at least this match weight; by default those that may matter.
        chunk_size: How many candidate pairs are compared at a time; changes memory, never the result.
        workers: How many processes and threads share the work; None for one a core. Changes time, never the result.
        progress: Called with the stage, what is done and what there is to do.

    Returns:
        Links, dispositions, rejected rows and a summary.

    Raises:
        HpmatchError: If the data, the schema or the model cannot be used; the message says what to do.

    Example:
        >>> alerts = [{"alert_id": "A1", "sending_country": "LT", "family_name": "Kazlauskaitė", "given_name": "Rasa",
        ...            "birth_date": "1978-04-09", "profession": "slaugytoja"}]
        >>> register = [{"hpr_number": "9144889", "family_name": "Kazlauskiene", "given_name": "Rasa",
        ...              "birth_date": "1978-04-09", "professions": "SP"}]
        >>> link(alerts, register).dispositions.to_pylist()[0]["disposition"]
        'match'
    """
    check_min_weight(min_weight)
    check_labels(labels, train)
    schema = with_id(schema, id)
    report = progress or (lambda *_: None)
    with batch_job(workers):
        start_processes(register)
        learned: Mapping[str, Any] = {}
        if train:
            alerts, register = read_again(alerts, "alerts"), read_again(register, "register")
            trained = training.train(alerts, register, model, schema=schema, labels=labels, progress=progress)
            model, learned = trained.model, trained.summary
        model = read_model(model or model_of(register) or "imi")
        check_names(model)
        left, held, cases = _read(alerts, register, prior_cases, model, schema, report)
        scored = score_pairs(left, held, model, chunk_size, report)
        result = dispose(left, held.read, scored, model, min_weight, cases)
        return replace(result, summary={**result.summary, **learned})


def _read(
    alerts: Any,
    register: Any,
    prior_cases: Any,
    model: Model,
    schema: Schema | str | Path | None,
    report: Progress,
) -> tuple[ReadRecords, Register, PriorCases | None]:
    report("read", 0, 2)
    reading = begin_beside(
        lambda: read_register(register, model, schema), pays=isinstance(register, (str, Path, File))
    )
    left = read_for(model, alerts, "alerts", schema, kept=_KEPT, may_be_empty=True)
    report("read", 1, 2)
    held = reading()
    cases = None if prior_cases is None else read_prior_cases(prior_cases, held.read.records, schema)
    report("read", 2, 2)
    return left, held, cases


def check_labels(labels: Any, train: bool) -> None:
    """
    Refuse labels that nothing would be made of.

    Raises:
        HpmatchError: If there are labels, and no training is asked for.
    """
    if labels is not None and not train:
        raise HpmatchError("labels are what to train with; say train=True, or leave them out")


def check_names(model: Model) -> None:
    """
    Make sure that no comparison has the name of a column of the result.

    Raises:
        ModelError: If one has.
    """
    ours = {*LINK_COLUMNS, PRIOR_COLUMN, LOOK_ALIKE_COLUMN}
    if taken := sorted(ours.intersection(part.name for part in model.parts)):
        raise ModelError(
            f"model {model.name!r}: comparison {taken[0]!r} has the name of a column of the result; rename it, or the column "
            f"of your tables that it is called after"
        )


def score_pairs(
    alerts: ReadRecords,
    register: Register,
    model: Model,
    chunk_size: int = DEFAULT_CHUNK_SIZE,
    report: Progress = lambda *_: None,
    persons: IntArray | None = None,
) -> Scored:
    """The stages from grouping to decisions, for any number of alerts, whose persons may be known already."""
    records, registered = alerts.records, register.read.records
    # Most names of alerts are registered: their forms are worked out already, or about to be.
    learn_terms(records, registered)
    end_processes()  # they have worked out the last forms, and hold as much as comparing needs
    many = len(records) >= _MANY_ALERTS
    grouping = begin_beside(
        lambda: grouped_alerts(alerts, model, chunk_size) if persons is None else Grouped.known(persons),
        pays=many,
    )
    # What comparisons know of the whole register is kept with it.
    preparing = begin_beside(lambda: [prepare(each, registered) for each in model.comparisons], pays=many)
    pairs = candidate_pairs(records, registered, model.blocking_rules, model.max_block, register.indexes)
    grouped = grouping()
    preparing()
    pairs = share_candidates(pairs, grouped.persons)
    vectors = compare(records, registered, pairs, model.comparisons, chunk_size, report, model.stand_ins)
    vectors = pool_evidence(vectors, pairs, grouped.persons, model)
    match_weights = model.decision.prior_weight(registered.counted) + checked_weights(
        model.classifier, vectors
    )
    decisions = decide(pairs.left, match_weights, len(records), model.decision)
    return Scored(grouped.persons, pairs, vectors, match_weights, decisions, int(grouped.crowded.sum()))
