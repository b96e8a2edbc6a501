"""Columns that nobody reads: what a header misspells, or an export calls by a name that is not known, is told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from pathlib import Path

from hpmatch.model import Model
from hpmatch.reading import roles_of
from hpmatch.schema import Schema, read_schema, resolve
from hpmatch.sources.tables import RawTable

_MOST_NAMED = 10  # of an export that has hundreds


def told_columns(columns: Sequence[str]) -> str:
    """
    Columns by name, the first ten of them, and how many more there are.

    Example:
        >>> told_columns(["profesion", "note"])
        "'profesion', 'note'"
        >>> told_columns([str(place) for place in range(12)])
        "'0', '1', '2', '3', '4', '5', '6', '7', '8', '9' and 2 more"
    """
    more = f" and {len(columns) - _MOST_NAMED:,} more" * (len(columns) > _MOST_NAMED)
    return ", ".join(map(repr, columns[:_MOST_NAMED])) + more


def columns_not_read(
    raw: RawTable,
    table: str,
    model: Model,
    schema: Schema | str | Path | None = None,
    told: Collection[str] = (),
) -> tuple[str, ...]:
    """
    The columns of a table that neither identify a record nor are read by a stage of a model, in their order.

    Args:
        raw: The table, which the model could read.
        table: Which table it is, see ``hpmatch.reading.read_for``.
        model: The model.
        schema: What the recognised column names do not say.
        told: The roles that are read besides, though nothing is matched by them.

    Example:
        >>> from hpmatch.model import read_model
        >>> from hpmatch.sources import read
        >>> rows = [{"hpr_number": "1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03", "kin": "F"}]
        >>> columns_not_read(read(rows, "register"), "register", read_model("imi"))
        ('kin',)
    """
    roles, required = roles_of(model, table)
    layout = resolve(read_schema(schema, table), raw.data.column_names, roles, table=table, required=required)
    wanted = {role for stage in model.standardisers for role in stage.roles}.union(told)
    read = {layout.id, *(column for role, column in layout.columns.items() if role in wanted)}
    return tuple(column for column in raw.data.column_names if column not in read)
