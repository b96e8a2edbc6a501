"""Forgetting an alert: in the ledger, and in the results that hold it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import compress
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import Mask
from hpmatch.decision import MATCH
from hpmatch.errors import SourceError
from hpmatch.files import check_folder
from hpmatch.ledger import Ledger, several
from hpmatch.output import (
    DIFFERENCES,
    RESCREENED,
    has_table,
    is_rescreening,
    kept_model,
    read_folder,
    result_files,
    write_folder,
)
from hpmatch.persons import funnel, standing
from hpmatch.results import TABLES, files_of_link
from hpmatch.sources.rejected import cells_told

Tables = Mapping[str, pa.Table]


def forget(
    alert_ids: str | Iterable[str], ledger: Ledger | str | Path, results: Sequence[str | Path] = ()
) -> int:
    """
    Forget one or several alerts: take out of a ledger what its entries say about them, and take them out of results.

    The ledger and each result are written once, however many alerts there are. Interrupted, it is finished by being called again.

    Args:
        alert_ids: The alert, or the alerts.
        ledger: The ledger, or its path; it gets a tombstone for each, and does not receive the alert again.
        results: Folders that ``hpmatch link`` or ``hpmatch rescreen`` wrote, or ``write`` of what they found, as CSV or Parquet.

    Returns:
        How many of the folders held any of them.

    Raises:
        HpmatchError: If the ledger knows one of the alerts not, or something cannot be used or written.

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
    wanted = several(alert_ids)
    for folder in results:  # what cannot be done is told before anything is done
        if is_rescreening(folder):
            read_folder(folder, RESCREENED)
            check_folder(folder, result_files(RESCREENED))
        else:
            _read(folder)
            check_folder(folder, files_of_link(folder))
    (ledger if isinstance(ledger, Ledger) else Ledger(ledger)).forget(wanted)
    return sum(take_out(folder, wanted) for folder in results)


def take_out(folder: str | Path, alert_ids: str | Iterable[str]) -> bool:
    """
    Take one or several alerts out of the tables and the counts of a result, at once or not at all.

    The answers of other alerts about their persons stay as they were given; relations to them go with them.
    A rejected row of the alerts that names one keeps its place and its reason, so that rows are still accounted for, and loses its
    content.

    Returns:
        Whether the result held any of them.

    Raises:
        SourceError: If the folder holds no result of ``link``, or cannot be written.
    """
    gone = frozenset(several(alert_ids))
    if is_rescreening(folder):
        return _take_out_of_rescreening(folder, gone)
    tables, summary, ending = _read(folder)
    links, dispositions, rejected = (tables[name] for name in ("links", "dispositions", "rejected"))
    is_link, is_answer = (_is_in(table[table.column_names[0]], gone) for table in (links, dispositions))
    is_about = _names(rejected, gone)
    if not (is_link.any() or is_answer.any() or is_about.any()):
        return False
    relations = tables["relations"]
    is_related = _is_in(relations["alert_id"], gone) | _is_in(relations["earlier_alert_id"], gone)
    kept = {
        "links": links.filter(pa.array(~is_link)),
        "weights": tables["weights"].filter(pa.array(~is_link)),
        "dispositions": _regrouped(dispositions.filter(pa.array(~is_answer)), gone),
        "persons": _without_alerts(tables["persons"], dispositions, gone),
        "relations": relations.filter(pa.array(~is_related)),
        "rejected": _with(rejected, "content", pc.if_else(pa.array(is_about), "", rejected["content"])),
        "checks": tables["checks"].filter(pa.array(~is_answer)),
    }
    if DIFFERENCES in tables:
        kept[DIFFERENCES] = _without(tables[DIFFERENCES], gone)
    kinds = dispositions.filter(pa.array(is_answer))["disposition"].to_pylist()
    model = kept_model(folder)
    text = model.read_text("utf-8") if model else ""
    write_folder(folder, kept, _counted(summary, kept, kinds), ending, text, files_of_link(folder))
    return True


def _take_out_of_rescreening(folder: str | Path, gone: frozenset[str]) -> bool:
    tables, summary, ending = read_folder(folder, RESCREENED)
    is_about = _names(tables["rejected"], gone)
    kept = {name: _without(tables[name], gone) for name in (DIFFERENCES, "links")}
    if not is_about.any() and all(len(kept[name]) == len(tables[name]) for name in kept):
        return False
    rejected = tables["rejected"]
    kept["rejected"] = _with(rejected, "content", pc.if_else(pa.array(is_about), "", rejected["content"]))
    alerts = {**summary["alerts"], "different": len(kept[DIFFERENCES])}
    write_folder(folder, kept, {**summary, "alerts": alerts}, ending)
    return True


def _read(folder: str | Path) -> tuple[dict[str, pa.Table], dict[str, Any], str]:
    names = (*TABLES, DIFFERENCES) if has_table(folder, DIFFERENCES) else TABLES
    tables, summary, ending = read_folder(folder, names)
    if not {"alerts", "persons", "links"} <= summary.keys():
        raise SourceError(f"{folder} holds no result of 'hpmatch link'; name the folder that it wrote")
    return tables, summary, ending


def _without(table: pa.Table, gone: Iterable[str]) -> pa.Table:
    """A table without the rows of some alerts, which its first column names."""
    return table.filter(pa.array(~_is_in(table[table.column_names[0]], gone)))


def _is_in(column: pa.ChunkedArray, alert_ids: Iterable[str]) -> Mask:
    return np.asarray(pc.is_in(column, value_set=pa.array([*alert_ids], column.type)), bool)


def _names(rejected: pa.Table, gone: frozenset[str]) -> Mask:
    """Which rejected rows of alerts have an alert's identifier in some cell; numbers of other tables name others."""
    rows = rejected.select(["table", "content"]).to_pylist()
    return np.array(
        [row["table"] == "alerts" and not gone.isdisjoint(cells_told(row["content"])) for row in rows], bool
    )


def _regrouped(dispositions: pa.Table, gone: frozenset[str]) -> pa.Table:
    """Alerts about the same person keep one identifier of the person: the smallest of theirs that is left."""
    alerts, persons = (dispositions[name].to_pylist() for name in ("alert_id", "person_id"))
    first: dict[str, str] = {}
    for alert, person in zip(alerts, persons, strict=True):
        first[person] = min(first.get(person, alert), alert)
    named = [first[person] if person in gone else person for person in persons]
    return _with(dispositions, "person_id", pa.chunked_array([pa.array(named, pa.string())]))


def _without_alerts(persons: pa.Table, dispositions: pa.Table, gone: frozenset[str]) -> pa.Table:
    """Persons without what some alerts say of them, and without those whom no other alert is about."""
    answers = dispositions.select(["alert_id", "person_id"]).to_pylist()
    touched = {row["person_id"] for row in answers if row["alert_id"] in gone}
    alerts: dict[str, list[str]] = {person: [] for person in touched}  # in the order of the lists
    for row in answers:
        if row["person_id"] in touched:
            alerts[row["person_id"]].append(row["alert_id"])
    rows = persons.to_pylist()
    for row in rows:
        person = row["person_id"]
        stays = [alert not in gone for alert in alerts.get(person, ())]
        if person in touched:
            for name in ("countries", "professions", "in_force"):
                row[name] = ";".join(compress((row[name] or "").split(";"), stays))
            left = [*compress(alerts[person], stays)]
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
    if DIFFERENCES in tables:
        alerts["different"] = len(tables[DIFFERENCES])
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
