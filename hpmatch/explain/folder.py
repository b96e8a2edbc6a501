"""
Explaining from a folder: the decision as it was given, from the tables that ``hpmatch link`` or ``hpmatch dedupe`` wrote.

The folder holds weights and levels, and not the records. They come from the files that were linked, and are shown as they stand
there; the register has to be the very one, and so has each alert. The model is known by its SHA-256; the folder holds it, unless
it is a shipped one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.errors import HpmatchError, ModelError, PluginError, SourceError
from hpmatch.explain import Cells, Explanation, Held, explain, explain_record
from hpmatch.model import RECORDS, Model, read_model, subject_of
from hpmatch.output import read_folder
from hpmatch.reading import cells_by_id, checks_of, layout_of, roles_of
from hpmatch.register import Register, source_version
from hpmatch.results import Deduplicated, maker_of, opened
from hpmatch.schema import Layout, Schema, read_schema, with_id
from hpmatch.sources import lasting, read
from hpmatch.sources.files import is_folder
from hpmatch.sources.tables import RawTable
from hpmatch.usable_rows import identifiers, with_usable_ids

_TABLES = ("links", "weights", "dispositions", "checks")


def explain_folder(
    folder: str | Path,
    alert_id: str,
    *,
    alerts: Any = None,
    register: Any = None,
    records: Any = None,
    model: Model | str | Path | None = None,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
) -> Explanation:
    """
    Explain an alert's disposition from a folder that ``Result.write`` or ``hpmatch link`` wrote, or a record's of ``dedupe``.

    Args:
        folder: The folder.
        alert_id: The alert, or the record.
        alerts: The alerts that were linked, see ``hpmatch.link``; without them and the register no records are shown.
        register: The register that they were held against, likewise; it may be a prepared one.
        records: The table that was held against itself, where ``dedupe`` made the folder.
        model: The model that decided; by default the one that the folder holds, or the shipped model of the name that it tells, if
            it is the same. Without it nobody can say what would change the decision.
        id: The column that identifies a record, as when they were linked.
        schema: Which column of the alerts and the register plays which role, likewise.

    Raises:
        SourceError: If the folder holds no result of this release, or the register or the alert is another one.
        ModelError: If the model is another one.
        HpmatchError: If there is no such alert.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from hpmatch.link import link
        >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> alerts, register = [{"alert_id": "A1", **kari}], [{"hpr_number": "7", **kari}]
        >>> with TemporaryDirectory() as home:
        ...     link(alerts, register).write(home + "/out")
        ...     explanation = explain_folder(home + "/out", "A1", alerts=alerts, register=register)
        >>> [told.alert for told in explanation.records[0]]
        [('Berg',), ('Kari',), ('1980-02-03',)]
    """
    found, schema = opened(folder), with_id(schema, id)
    check_tables(found, alerts, register, records)
    if isinstance(found, Deduplicated):
        decided = _model(folder, model)
        held = None if records is None else held_by_table(records, found.summary, schema, decided)
        return explain_record(str(alert_id), replace(found, held=held, model=decided))
    tables, summary, _ = read_folder(folder, _TABLES)
    decided = _model(folder, model)
    if (alerts is None) != (register is None):
        raise HpmatchError("to show the records side by side takes both the alerts and the register")
    held = (
        None
        if alerts is None
        else held_by_files(alerts, register, tables["checks"], summary, schema, decided)
    )
    return explain(str(alert_id), tables, held, decided, subject_of(summary))


def _model(folder: str | Path, given: Model | str | Path | None) -> Model | None:
    """The model that decided, if it can be had."""
    try:
        return maker_of(folder, given)
    except (ModelError, PluginError):
        if given is not None:
            raise
        return None


def check_tables(result: object, alerts: Any, register: Any, records: Any) -> None:
    """
    Make sure that the tables given with a result are those that it is of.

    Raises:
        HpmatchError: If it is of one table and two are given, or the other way round.
    """
    if isinstance(result, Deduplicated):
        if not (alerts is None and register is None):
            raise HpmatchError(
                "what dedupe found is of one table; leave the alerts and the register out, and give that as records (--records)"
            )
    elif records is not None:
        raise HpmatchError(
            "this is what link found between two tables; give them as alerts and register (--alerts, --register)"
        )


def held_by_table(
    records: Any, summary: Mapping[str, Any], schema: Schema | str | Path | None, model: Model | None
) -> Held:
    """
    What the records of one table say in it; see ``held_by_files``.

    Raises:
        ModelError: If the model is needed to read a table about something else than alerts.
        SourceError: If the table is another one.
    """
    reading, records = _reading(model, summary), lasting(records, "records")
    if source_version(records) != summary.get("records", {}).get("version"):
        raise SourceError(
            "records: it is another table than the one that was held against itself; give that one, or dedupe again"
        )

    def held(left: Sequence[str], right: Sequence[str]) -> tuple[Cells, Cells]:
        cells = _cells(*_some_of(records, "records", reading, schema, [*left, *right]))
        return cells, cells

    return held


def _reading(model: Model | None, summary: Mapping[str, Any]) -> Model:
    """The model that says what is read: the one that decided, or for alerts the shipped one."""
    if model is None and subject_of(summary) == RECORDS:
        raise ModelError("the tables are read as the model says that made the result; give it (--model)")
    return model or read_model("imi")


def held_by_files(
    alerts: Any,
    register: Any,
    checks: pa.Table,
    summary: Mapping[str, Any],
    schema: Schema | str | Path | None,
    model: Model | None,
) -> Held:
    """
    What alerts and registered persons say in the files that were linked.

    Args:
        alerts: The alerts, see ``explain_folder``.
        register: The register, likewise.
        checks: What tells whether an alert is the one that was linked; see ``Result.checks``.
        summary: The summary of the result, which knows the register's version.
        schema: Which column plays which role.
        model: The model that decided, which says what it reads; None where it cannot be had.

    Raises:
        ModelError: If that is needed to read tables about something else than alerts.
        SourceError: If the register is another one; and, when asked, if an alert is not there or is another one.
    """
    reading = _reading(model, summary)
    alerts, register = lasting(alerts, "alerts"), lasting(register, "register")
    if source_version(register) != summary.get("register", {}).get("version"):
        raise SourceError(
            "register: it is another than the alerts were held against; give that one, or link the alerts again"
        )

    linked = dict(zip(checks["alert_id"].to_pylist(), checks["check"].to_pylist(), strict=True))

    def held(alert_ids: Sequence[str], persons: Sequence[str]) -> tuple[Cells, Cells]:
        raw, layout = _some_of(alerts, "alerts", reading, schema, alert_ids)
        said = dict(
            zip(identifiers(raw.data, layout.id).to_pylist(), checks_of(raw, layout).to_pylist(), strict=True)
        )
        for each in alert_ids:
            if each not in said:
                raise SourceError(f"alerts: there is no alert {each!r}; give the alerts that were linked")
            if said[each] != linked.get(each):
                raise SourceError(
                    f"alerts: alert {each!r} is another than the one that was linked; give the alerts that were linked, "
                    f"or link these"
                )
        return _cells(raw, layout), _registered(register, reading, schema, persons)

    return held


def _registered(
    register: Any, model: Model, schema: Schema | str | Path | None, persons: Sequence[str]
) -> Cells:
    if is_folder(register):
        register = Register.open(register)
    if not isinstance(register, Register):
        return _cells(*_some_of(register, "register", model, schema, persons))
    return cells_by_id(register.read, persons)


def _some_of(
    source: Any, name: str, model: Model, schema: Schema | str | Path | None, ids: Sequence[str]
) -> tuple[RawTable, Layout]:
    """Some records of a table by their identifiers, and which column plays which role."""
    raw = read(source, name)
    roles, required = roles_of(model, name)
    layout = layout_of(raw, name, roles, read_schema(schema, name), required)
    raw = with_usable_ids(raw, layout, several_rows=name == "register")
    keys = identifiers(raw.data, layout.id)
    wanted = pc.fill_null(pc.is_in(keys, value_set=pa.array(ids, keys.type)), False)
    return replace(raw, data=raw.data.filter(wanted), rows=raw.rows[np.asarray(wanted)]), layout


def _cells(raw: RawTable, layout: Layout) -> Cells:
    """What records say, as it stands in their table, by role; columns that were given a kind by their own name."""
    cells = {role: raw.data[column].to_pylist() for role, column in layout.columns.items()}
    return {
        key: {role: values[row] for role, values in cells.items()}
        for row, key in enumerate(identifiers(raw.data, layout.id).to_pylist())
    }
