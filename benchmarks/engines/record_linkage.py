"""
recordlinkage with its own parts: Index, Compare, ECMClassifier.

https://recordlinkage.readthedocs.io/en/latest/guides/link_two_dataframes.html (thresholds, blocks) and
.../guides/classifiers.html (the unsupervised ECM classifier).
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import recordlinkage as rl

from benchmarks.engines.answer import Answer, decide_by_cut
from benchmarks.engines.tables import read_tables

BLOCKS = (
    ["birth_date"],
    ["family_name", "given_name"],
    ["family_name", "birth_year"],
    ["given_name", "birth_year"],
)
_ALIKE = 0.85
_CUT = 0.5


def prepare(data: Path, seed: int) -> Callable[[], Answer]:
    """Clean the columns; indexing, comparing and classifying are the job."""
    del seed
    warnings.simplefilter("ignore")
    tables = read_tables(data)
    alerts, register = (table.to_pandas().set_index("id") for table in (tables.alerts, tables.register))
    return lambda: _link(alerts, register)


def _link(alerts: pd.DataFrame, register: pd.DataFrame) -> Answer:
    started = time.perf_counter()
    indexer = rl.Index()
    for columns in BLOCKS:
        indexer.block(columns)
    indexer.block(left_on=["family_name", "given_name"], right_on=["given_name", "family_name"])
    pairs = indexer.index(alerts, register)
    indexed = time.perf_counter()
    features = _compare().compute(pairs, alerts, register)
    compared = time.perf_counter()
    classifier = rl.ECMClassifier()
    classifier.fit(features)
    probability = np.asarray(classifier.prob(features), np.float64)
    links = pa.table(
        {
            "alert_id": pa.array(pairs.get_level_values(0), pa.string()),
            "hpr_number": pa.array(pairs.get_level_values(1), pa.string()),
            "match_probability": probability,
            "match_weight": probability,
        }
    )
    parts = {
        "index": indexed - started,
        "compare": compared - indexed,
        "classify": time.perf_counter() - compared,
    }
    return decide_by_cut(links, pa.array(alerts.index, pa.string()), len(register), _CUT, parts)


def _compare() -> Any:
    compare = rl.Compare()
    for name in ("family_name", "given_name"):
        compare.string(name, name, method="jarowinkler", threshold=_ALIKE, label=name)
    for name in ("birth_date", "sex", "profession", "country"):
        compare.exact(name, name, label=name)
    return compare
