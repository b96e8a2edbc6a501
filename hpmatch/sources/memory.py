"""Tables in memory: Arrow, pandas and polars tables, DuckDB relations, rows as dicts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.errors import SourceError
from hpmatch.sources.tables import joined


def table_in_memory(source: Any, name: str) -> pa.Table:
    """
    A table in memory as text columns.

    Args:
        source: See ``hpmatch.sources.read``.
        name: What to call the table in messages.

    Raises:
        SourceError: If it is no table, or a cell is no text, number or date.
    """
    kind = type(source).__name__
    try:
        return as_text(_table_of(source, name), name)
    except SourceError:
        raise
    except UnicodeError as error:
        raise SourceError(
            f"{name}: a cell of the {kind} holds half a letter (a lone surrogate); give whole ones"
        ) from error
    except (TypeError, AttributeError, ValueError, pa.ArrowException) as error:
        raise SourceError(
            f"{name}: cannot read a {kind}; give the path of a CSV or Parquet file, an Arrow, "
            f"pandas or polars table, a DuckDB relation or a list of dicts"
        ) from error


def _table_of(source: Any, name: str) -> pa.Table:
    if isinstance(source, Sequence):
        return _from_dicts(source)
    return _from_pandas(source, name) if hasattr(source, "iloc") else pa.table(source)


def _from_pandas(frame: Any, name: str) -> pa.Table:
    """A frame behind its index where that has a name; one without only numbers the rows."""
    if not frame.columns.is_unique:
        raise SourceError(f"{name}: two columns of the DataFrame have one name; rename one of them")
    named = [each for each in frame.index.names if each is not None]
    try:
        table = pa.Table.from_pandas(frame, preserve_index=bool(named))
    except pa.ArrowException:  # a column may hold values of several kinds, as those of a spreadsheet do
        levels = {str(each): _plain_cells(frame.index.get_level_values(each)) for each in named}
        return pa.table(levels | {str(column): _plain_cells(frame[column]) for column in frame.columns})
    for place in range(frame.shape[1]):
        if _is_listed(table.schema.types[place]):  # or a set, whose order Arrow takes as it comes
            table = table.set_column(place, table.column_names[place], _plain_cells(frame.iloc[:, place]))
    of_index = [str(each) for each in named if str(each) not in set(map(str, frame.columns))]
    return table.select([*of_index, *(each for each in table.column_names if each not in of_index)])


def _from_dicts(rows: Sequence[Mapping[str, Any]]) -> pa.Table:
    columns = dict.fromkeys(column for row in rows for column in row)
    return pa.table({str(column): _plain_cells(row.get(column) for row in rows) for column in columns})


def _plain_cells(cells: Iterable[Any]) -> pa.Array:
    return pa.array([plain_cell(cell) for cell in cells], pa.string())


def plain_cell(cell: Any) -> str | None:
    """A cell of a dict as text; None where there is nothing. A set is read in the order of its texts."""
    if type(cell) is str:  # most are
        return cell
    if hasattr(cell, "tolist"):  # an array or a number of numpy, or of another kind
        cell = (_in_full(cell) if hasattr(cell, "dtype") else cell).tolist()
    if cell is None or type(cell).__name__ in ("NAType", "NaTType") or cell != cell:  # noqa: PLR0124 - NaN
        return None
    if isinstance(cell, (set, frozenset)):
        cell = sorted(cell, key=str)
    if isinstance(cell, (list, tuple)):
        return ";".join(text for each in cell if (text := plain_cell(each)))
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, Decimal):
        text = f"{cell:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)


def _in_full(numbers: Any) -> Any:
    """Numbers of numpy, those of a single or half precision as the doubles that are written alike: 12.3, not 12.300000190734863."""
    if numbers.dtype.kind != "f" or numbers.dtype.itemsize >= _DOUBLE:
        return numbers
    return np.asarray(numbers).astype(np.str_).astype(np.float64)


_DOUBLE = 8  # bytes


def as_text(table: pa.Table, name: str) -> pa.Table:
    """A table with all its columns as text; null where a cell is empty."""
    columns = [
        _text_column(joined(column), name, field)
        for field, column in zip(table.column_names, table.columns, strict=True)
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _text_column(column: pa.Array, name: str, field: str) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = pc.cast(column.dictionary, pa.string()).take(column.indices)
    if _is_listed(column.type):
        column = _plain_cells(column.to_pylist())
    if pa.types.is_float32(column.type) or pa.types.is_float16(column.type):
        column = pa.array(_in_full(np.asarray(column)), from_pandas=True)
    if pa.types.is_decimal(column.type):
        column = _plain_cells(column.to_pylist())
    if pa.types.is_floating(column.type):
        # Whole numbers with gaps arrive from pandas as floats: 9144889.0 is the number 9144889.
        try:
            column = pc.cast(pc.if_else(pc.is_nan(column), None, column), pa.int64())
        except pa.ArrowInvalid:
            column = _plain_cells(column.to_pylist())
    if pa.types.is_timestamp(column.type) and column.type.tz is None:
        column = pc.cast(column, pa.date32(), safe=False)
    unusable = SourceError(
        f"{name}: column {field!r} holds {column.type}, which is not text, a number or a date"
    )
    if isinstance(column.type, pa.BaseExtensionType):  # a period of pandas, stored as a number
        raise unusable
    try:
        text = pc.cast(column, pa.string())
    except pa.ArrowException as error:
        raise unusable from error
    return pc.if_else(pc.equal(text, ""), None, text)


def _is_listed(kind: pa.DataType) -> bool:
    return bool(pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind))
