"""The tables of a result, in memory or in the folder that any engine wrote it to."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from hpmatch.errors import HpmatchError, SourceError
from hpmatch.output import rearmed
from hpmatch.results import Deduplicated, Result, opened
from hpmatch.sources import read
from hpmatch.sources.rejected import whole


def result_tables(result: Result | str | Path) -> tuple[pa.Table, pa.Table, Mapping[str, Any]]:
    """
    The links, the dispositions and the summary of a result, or of the folder that it was written to.

    Raises:
        SourceError: If the folder holds no whole result.
    """
    if isinstance(result, Result):
        return result.links, result.dispositions, result.summary
    folder = Path(result)
    links, dispositions = (_read_table(folder, name) for name in ("links", "dispositions"))
    summary = summary_of(folder)
    counted = {"links": summary.get("links"), "dispositions": summary.get("alerts", {}).get("read")}
    for name, table in (("links", links), ("dispositions", dispositions)):
        if counted[name] not in (None, len(table)):
            raise SourceError(
                f"{folder} holds a damaged result: {name} has {len(table)} rows, and summary.json counts {counted[name]}; link again"
            )
    return links, dispositions, summary


def pairs_of(result: Result | Deduplicated | str | Path) -> tuple[pa.Table, Mapping[str, Any]]:
    """The links or pairs of a result, and its summary."""
    result = opened(result)
    if isinstance(result, Deduplicated):
        return result.pairs, result.summary
    links, _, summary = result_tables(result)
    return links, summary


def check_all_pairs(pairs: int, summary: Mapping[str, Any], job: str) -> None:
    """
    Make sure that a result holds all candidate pairs.

    Args:
        pairs: How many it holds.
        summary: Its summary.
        job: What made it, "link" or "dedupe".

    Raises:
        HpmatchError: If it does not.
    """
    if pairs < summary["candidate_pairs"]:
        raise HpmatchError(
            f"this takes all {summary['candidate_pairs']:,} candidate pairs, and the result holds {pairs:,}; {job} with "
            f"min_weight=-1000 (hpmatch {job} ... --min-weight=-1000)"
        )


def summary_of(result: Result | str | Path) -> Mapping[str, Any]:
    """
    The summary of a result, or of the folder that it was written to.

    Raises:
        SourceError: If the folder holds none.
    """
    if isinstance(result, Result):
        return result.summary
    folder = Path(result)
    try:
        return dict(json.loads((folder / "summary.json").read_text("utf-8")))
    except OSError as error:
        raise SourceError(f"{folder} holds no result: summary.json: {error.strerror or error}") from error
    except (ValueError, TypeError) as error:
        raise SourceError(f"{folder} holds a damaged result: summary.json is not JSON; link again") from error


def _read_table(folder: Path, name: str) -> pa.Table:
    for ending in ("parquet", "csv"):
        if (path := folder / f"{name}.{ending}").exists():
            table = whole(read(path, name, may_be_empty=True), name).data
            return rearmed(table) if ending == "csv" else table
    raise SourceError(f"{folder} holds no result: there is no {name}.csv or {name}.parquet")
