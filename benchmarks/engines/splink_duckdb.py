"""
Splink on DuckDB, set up as its documentation does.

https://moj-analytical-services.github.io/splink/demos/examples/duckdb/link_only.html (comparisons, training) and
.../febrl4.html (several blocking rules, exchanged names).
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import splink.comparison_library as cl
from splink import DuckDBAPI, Linker, SettingsCreator, block_on

from benchmarks.engines.answer import Answer, decide_by_cut
from benchmarks.engines.tables import Tables, read_tables

BLOCKS = (
    ("birth_date",),
    ("family_name", "given_name"),
    ("family_name", "birth_year"),
    ("given_name", "birth_year"),
)
_EXCHANGED = "l.given_name = r.family_name and l.family_name = r.given_name"
_DETERMINISTIC = (
    "l.given_name = r.given_name and levenshtein(r.birth_date, l.birth_date) <= 1",
    "l.family_name = r.family_name and levenshtein(r.birth_date, l.birth_date) <= 1",
    "l.given_name = r.given_name and levenshtein(r.family_name, l.family_name) <= 2",
)
_RECALL = 0.7
_U_PAIRS = 1e7
_SESSIONS = (("birth_date",), ("family_name", "given_name"))
_CUT = 0.5
_FREQUENCIES = ("family_name", "given_name", "profession", "country")


def prepare(data: Path, seed: int) -> Callable[[], Answer]:
    """Clean the columns; training and prediction are the job."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    tables = read_tables(data)
    return lambda: _link(tables, seed)


def _settings() -> Any:
    rules: list[Any] = [*(block_on(*columns) for columns in BLOCKS), _EXCHANGED]
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="id",
        blocking_rules_to_generate_predictions=rules,
        comparisons=[
            cl.NameComparison("family_name"),
            cl.NameComparison("given_name"),
            cl.DateOfBirthComparison("birth_date", input_is_string=True),
            cl.ExactMatch("sex"),
            cl.ExactMatch("profession").configure(term_frequency_adjustments=True),
            cl.ExactMatch("country").configure(term_frequency_adjustments=True),
        ],
    )


def prepare_single(data: Path, seed: int, alerts: int) -> tuple[Callable[[pa.Table], int], list[pa.Table]]:
    """
    Clean, train, and get ready for single alerts.

    Args:
        data: The folder of the data.
        seed: The seed of the training.
        alerts: How many alerts are wanted.

    Returns:
        What holds one alert against the register and says how many pairs it found, and the alerts, a table each.
    """
    logging.getLogger("splink").setLevel(logging.ERROR)
    tables = read_tables(data)
    api = DuckDBAPI()
    linker, register = _trained(api, tables, seed)
    for column in _FREQUENCIES:
        linker.table_management.compute_tf_table(column)

    def find(alert: pa.Table) -> int:
        side = api.register(alert, dataset_display_name="a", table_name=f"alert_{alert['id'][0]}")
        found: Any = linker.inference.predict_between(side, register)
        return len(found.as_pyarrow_table())

    return find, [tables.alerts.slice(place, 1) for place in range(min(alerts, len(tables.alerts)))]


def _trained(api: DuckDBAPI, tables: Tables, seed: int) -> tuple[Any, Any]:
    """A linker that has learned from the data, and its register."""
    # In the order of the names that Splink gives the sides "_l" and "_r".
    alerts = api.register(tables.alerts, dataset_display_name="a")
    register = api.register(tables.register, dataset_display_name="b")
    linker = Linker([alerts, register], _settings())
    train = linker.training
    train.estimate_probability_two_random_records_match(list(_DETERMINISTIC), recall=_RECALL)
    train.estimate_u_using_random_sampling(max_pairs=_U_PAIRS, seed=seed)
    for columns in _SESSIONS:
        train.estimate_parameters_using_expectation_maximisation(block_on(*columns))
    return linker, register


def _link(tables: Tables, seed: int) -> Answer:
    started = time.perf_counter()
    linker, _ = _trained(DuckDBAPI(), tables, seed)
    trained = time.perf_counter()
    predicted: Any = linker.inference.predict()
    found: pa.Table = predicted.as_pyarrow_table()
    links = found.select(["id_l", "id_r", "match_probability", "match_weight"]).rename_columns(
        ["alert_id", "hpr_number", "match_probability", "match_weight"]
    )
    parts = {"train": trained - started, "predict": time.perf_counter() - trained}
    return decide_by_cut(links, tables.alerts["id"].combine_chunks(), len(tables.register), _CUT, parts)
