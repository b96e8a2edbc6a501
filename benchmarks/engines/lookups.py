"""Two floors: what a join on equal values finds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import pyarrow as pa

from benchmarks.engines.answer import Answer, decide_by_cut
from benchmarks.engines.tables import read_tables

_KEYS = {"exact": ("family_name", "given_name", "birth_date"), "robot": ("family_name", "birth_date")}


def prepare(data: Path, seed: int, name: str) -> Callable[[], Answer]:
    """Clean the columns; the join is the job."""
    del seed
    tables = read_tables(data)
    return lambda: _join(tables.alerts, tables.register, _KEYS[name])


def _join(alerts: pa.Table, register: pa.Table, keys: Sequence[str]) -> Answer:
    left = alerts.select(["id", *keys]).drop_null().rename_columns(["alert_id", *keys])
    right = register.select(["id", *keys]).drop_null().rename_columns(["hpr_number", *keys])
    links = left.join(right, list(keys), join_type="inner").select(["alert_id", "hpr_number"])
    certain = pa.array([1.0] * len(links))
    links = links.append_column("match_probability", certain).append_column("match_weight", certain)
    return decide_by_cut(links, alerts["id"].combine_chunks(), len(register), 0.5)
