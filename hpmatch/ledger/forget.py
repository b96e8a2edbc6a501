"""Forgetting an alert: in the ledger, and in the results that hold it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import Mask
from hpmatch.decision import MATCH
from hpmatch.errors import SourceError
from hpmatch.files import check_folder
from hpmatch.ledger import Ledger
from hpmatch.output import FORMATS, RESCREENED, kept_model, read_folder, result_files, write_folder
from hpmatch.persons import funnel, standing
from hpmatch.results import TABLES
from hpmatch.sources.rejected import cells_told

Tables = Mapping[str, pa.Table]


def forget(alert_id: str, ledger: Ledger | str | Path, results: Sequence[str | Path] = ()) -> int:
    """
    Forget an alert: take out of a ledger what its entries say about it, and take it out of results.

    Interrupted, it is finished by being called again.

    Args:
        alert_id: The alert.
        ledger: The ledger, or its path; it gets a tombstone, and does not receive the alert again.
        results: Folders that ``hpmatch link`` or ``hpmatch rescreen`` wrote, or ``write`` of what they found, as CSV or Parquet.

    Returns:
        How many of the folders held it.

    Raises:
        HpmatchError: If the ledger knows no such alert, or something cannot be used or written.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> alerts = [{"alert_id": "A1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
        >>> with TemporaryDirectory() as home:
        ...     ledger = Ledger(Path(home, "ledger"))
        ...     received = ledger.receive(alerts)
        ...     forget("A1", ledger)
        ...     ledger.status().forgotten, ledger.receive(alerts).forgotten
        0
        (1, 1)
    """
    for folder in results:  # what cannot be done is told before anything is done
        if is_rescreening(folder):
            read_folder(folder, RESCREENED)
            check_folder(folder, result_files(RESCREENED))
        else:
            _read(folder)
            check_folder(folder, result_files(TABLES))
    (ledger if isinstance(ledger, Ledger) else Ledger(ledger)).forget(alert_id)
    return sum(take_out(folder, alert_id) for folder in results)


def take_out(folder: str | Path, alert_id: str) -> bool:
    """
    Take an alert out of the tables and the counts of a result, at once or not at all.

    The answers of other alerts about its person stay as they were given; relations to it go with it.
    A rejected row of the alerts that names it keeps its place and its reason, so that rows are still accounted for, and loses its
    content.

    Returns:
        Whether the result held it.

    Raises:
        SourceError: If the folder holds no result of ``link``, or cannot be written.
    """
    if is_rescreening(folder):
        return _take_out_of_rescreening(folder, alert_id)
    tables, summary, ending = _read(folder)
    links, dispositions, rejected = (tables[name] for name in ("links", "dispositions", "rejected"))
    is_link, is_answer = (_equal(table[table.column_names[0]], alert_id) for table in (links, dispositions))
    is_about = _names(rejected, alert_id)
    if not (is_link.any() or is_answer.any() or is_about.any()):
        return False
    relations = tables["relations"]
    is_related = _equal(relations["alert_id"], alert_id) | _equal(relations["earlier_alert_id"], alert_id)
    kept = {
        "links": links.filter(pa.array(~is_link)),
        "weights": tables["weights"].filter(pa.array(~is_link)),
        "dispositions": _regrouped(dispositions.filter(pa.array(~is_answer)), alert_id),
        "persons": _without_alert(tables["persons"], dispositions, alert_id),
        "relations": relations.filter(pa.array(~is_related)),
        "rejected": _with(rejected, "content", pc.if_else(pa.array(is_about), "", rejected["content"])),
        "checks": tables["checks"].filter(pa.array(~is_answer)),
    }
    kinds = dispositions.filter(pa.array(is_answer))["disposition"].to_pylist()
    model = kept_model(folder)
    write_folder(
        folder, kept, _counted(summary, kept, kinds), ending, model.read_text("utf-8") if model else ""
    )
    return True


def is_rescreening(folder: str | Path) -> bool:
    """Whether a folder is what a re-screening wrote."""
    return any(Path(folder, f"{RESCREENED[0]}.{ending}").exists() for ending in FORMATS)


def _take_out_of_rescreening(folder: str | Path, alert_id: str) -> bool:
    tables, summary, ending = read_folder(folder, RESCREENED)
    is_about = _names(tables["rejected"], alert_id)
    kept = {
        name: tables[name].filter(pa.array(~_equal(tables[name][tables[name].column_names[0]], alert_id)))
        for name in ("differences", "links")
    }
    if not is_about.any() and all(len(kept[name]) == len(tables[name]) for name in kept):
        return False
    rejected = tables["rejected"]
    kept["rejected"] = _with(rejected, "content", pc.if_else(pa.array(is_about), "", rejected["content"]))
    alerts = {**summary["alerts"], "different": len(kept["differences"])}
    write_folder(folder, kept, {**summary, "alerts": alerts}, ending)
    return True


def _read(folder: str | Path) -> tuple[dict[str, pa.Table], dict[str, Any], str]:
    tables, summary, ending = read_folder(folder, TABLES)
    if not {"alerts", "persons", "links"} <= summary.keys():
        raise SourceError(f"{folder} holds no result of 'hpmatch link'; name the folder that it wrote")
    return tables, summary, ending


def _equal(column: pa.ChunkedArray, alert_id: str) -> Mask:
    return np.asarray(pc.fill_null(pc.equal(column, alert_id), False), bool)


def _names(rejected: pa.Table, alert_id: str) -> Mask:
    """Which rejected rows of alerts have the alert's identifier in some cell; numbers of other tables name others."""
    rows = rejected.select(["table", "content"]).to_pylist()
    return np.array(
        [row["table"] == "alerts" and alert_id in cells_told(row["content"]) for row in rows], bool
    )


def _regrouped(dispositions: pa.Table, alert_id: str) -> pa.Table:
    """Alerts about the same person keep one identifier of the person: the smallest of theirs that is left."""
    is_named = _equal(dispositions["person_id"], alert_id)
    first = pc.min(dispositions["alert_id"].filter(pa.array(is_named)))
    persons = pc.if_else(pa.array(is_named), first, dispositions["person_id"])
    return _with(dispositions, "person_id", persons)


def _without_alert(persons: pa.Table, dispositions: pa.Table, alert_id: str) -> pa.Table:
    """Persons without what one alert says of them, and without a person whom no other alert is about."""
    answers = dispositions.select(["alert_id", "person_id"]).to_pylist()
    person = next((row["person_id"] for row in answers if row["alert_id"] == alert_id), None)
    alerts = [row["alert_id"] for row in answers if row["person_id"] == person]  # in the order of the lists
    rows = persons.to_pylist()
    for row in rows if person is not None else ():
        if row["person_id"] == person:
            place = alerts.index(alert_id)
            for name in ("countries", "professions", "in_force"):
                told = (row[name] or "").split(";")
                row[name] = ";".join(told[:place] + told[place + 1 :])
            left = alerts[:place] + alerts[place + 1 :]
            row |= {"alerts": len(left), "alert_ids": ";".join(left), "person_id": min(left, default=person)}
    kept = sorted((row for row in rows if row["alerts"]), key=lambda row: row["person_id"])
    return pa.Table.from_pylist(kept, persons.schema)


def _with(table: pa.Table, name: str, column: pa.ChunkedArray) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, column)


def _counted(summary: Mapping[str, Any], tables: Tables, kinds: Sequence[str]) -> dict[str, Any]:
    """The counts without alerts that had the given dispositions."""
    alerts = dict(summary["alerts"])
    for kind in kinds:
        for name in ("rows", "read", kind):
            alerts[name] -= 1
    alerts |= standing(tables["persons"])
    dispositions = tables["dispositions"]
    matched = dispositions.filter(pc.equal(dispositions["disposition"], MATCH))["hpr_number"]
    persons = {"alerted": _distinct(dispositions["person_id"]), "matched": _distinct(matched)}
    links = len(tables["links"])
    # As many candidate pairs less as there are links less: a result that held all of them holds all still.
    pairs = summary["candidate_pairs"] - (summary["links"] - links)
    counted = {"alerts": alerts, "persons": persons, "candidate_pairs": pairs, "links": links}
    return {**summary, **counted, "funnel": funnel(tables["persons"], alerts)}


def _distinct(column: pa.ChunkedArray) -> int:
    return len(pc.unique(column))
