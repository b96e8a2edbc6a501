"""Alerts, ready to be held against changes of a register."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.alerts import grouped_alerts
from hpmatch.alerts.relations import TOLD, in_force
from hpmatch.arrays import IntArray, Mask
from hpmatch.blocking import index_keys
from hpmatch.blocking.blocks import KeyIndex
from hpmatch.comparison.name_tables import learn_terms
from hpmatch.model import Model, read_model
from hpmatch.parallel import batch_job
from hpmatch.reading import ReadRecords, read_for
from hpmatch.records import Records
from hpmatch.schema import Schema
from hpmatch.shown import on_one_line
from hpmatch.sources.rejected import without_content


@dataclass(frozen=True)
class AlertsInForce:
    """
    Alerts, ready to be held against changes of a register as often as wanted.

    Attributes:
        read: The standardised alerts, those no longer in force too: they are evidence about their persons.
        in_force: bool[n], which of them are in force.
        persons: int64[n], which of them are about one person; see ``hpmatch.alerts.group_alerts``.
        not_grouped: How many were held against no other alert; see ``hpmatch.alerts.Grouped.crowded``.
        indexes: The keys of each blocking rule.
        model: The model that they were prepared with.
    """

    read: ReadRecords
    in_force: Mask
    persons: IntArray
    not_grouped: int
    indexes: Mapping[str, KeyIndex]
    model: Model

    def __repr__(self) -> str:
        return on_one_line(self, alerts=len(self))

    @classmethod
    def prepare(
        cls, alerts: Any, model: Model | str | Path = "imi", *, schema: Schema | str | Path | None = None
    ) -> AlertsInForce:
        """
        Prepare alerts; those whose status says revoked, withdrawn or expired are not in force.

        Args:
            alerts: See ``link``.
            model: The model whose standardisers, blocking rules and grouping prepare them.
            schema: Which column plays which role, where its name does not say it.

        Raises:
            HpmatchError: If the alerts, the schema or the model cannot be used.

        Example:
            >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
            >>> len(AlertsInForce.prepare([{"alert_id": "A1", **kari}, {"alert_id": "A2", **kari, "status": "revoked"}]))
            1
        """
        model = read_model(model)
        with batch_job(None):
            return read_standing(alerts, model, schema)

    def __len__(self) -> int:
        return int(self.in_force.sum())

    def with_fellows(self, rows: IntArray) -> IntArray:
        """int64[m], the given alerts and all others about the same persons."""
        concerned = np.zeros(len(self.persons), bool)
        concerned[self.persons[rows]] = True
        return np.flatnonzero(concerned[self.persons])

    def ids_of(self, rows: IntArray) -> frozenset[str]:
        """The identifiers of the given alerts."""
        return frozenset(self.read.records.ids.take(pa.array(rows)).to_pylist())


def read_standing(
    alerts: Any, model: Model, schema: Schema | str | Path | None, register: Records | None = None
) -> AlertsInForce:
    """Alerts, prepared; most of their names are those of a register, whose forms are worked out already."""
    read = read_for(model, alerts, "alerts", schema, kept=TOLD, may_be_empty=True)
    if register is not None:
        learn_terms(read.records, register)
    return standing_alerts(read, model)


def standing_alerts(read: ReadRecords, model: Model) -> AlertsInForce:
    """Alerts that were read, grouped and indexed."""
    grouped = grouped_alerts(read, model)
    return AlertsInForce(
        read,
        in_force(read),
        grouped.persons,
        int(grouped.crowded.sum()),
        index_keys(read.records, model.blocking_rules),
        model,
    )


def without_forgotten(standing: AlertsInForce, gone: Collection[str]) -> AlertsInForce:
    """The alerts that were not forgotten, of rejected rows too."""
    ids, rejected = standing.read.records.ids, without_content(standing.read.rejected, gone)
    is_gone = np.asarray(pc.is_in(ids, pa.array(sorted(gone), ids.type)))
    if not is_gone.any():
        return replace(standing, read=replace(standing.read, rejected=rejected))
    return standing_alerts(
        taken(replace(standing.read, rejected=rejected), np.flatnonzero(~is_gone)), standing.model
    )


def taken(read: ReadRecords, rows: IntArray) -> ReadRecords:
    """Some of the alerts that were read."""
    texts = {role: cells.take(pa.array(rows)) for role, cells in read.texts.items()}
    checks = None if read.checks is None else read.checks.take(pa.array(rows))
    return replace(read, records=read.records.take(rows), texts=texts, checks=checks)
