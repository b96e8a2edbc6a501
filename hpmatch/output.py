"""The tables and the summary of a result as files, safe to open in a spreadsheet, and read again."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from hpmatch.errors import SourceError
from hpmatch.evidence import IDENTIFIERS
from hpmatch.files import whole_folder

FORMATS = ("csv", "parquet")
DIFFERENCES = "differences"  # the table of alerts that are answered otherwise than before
RESCREENED = (DIFFERENCES, "links", "rejected")  # the tables of a re-screening
MODEL_FILE = "result_model.json"  # a name that no file of one's own is likely to have, for it is replaced
WEIGHTS = "weights"  # the table that holds nothing but numbers behind two identifiers
# What a spreadsheet takes for a formula (OWASP, CSV injection); a plain number is none.
_FORMULA = r"^'*[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)?$"
# The columns of each table that are not text; an identifier is text, whatever its column is called.
_NUMBER_COLUMNS = {
    "links": {"match_weight": pa.float64(), "match_probability": pa.float64()},
    "pairs": {"match_weight": pa.float64(), "match_probability": pa.float64()},
    "dispositions": {"match_probability": pa.float64()},
    "persons": {
        "alerts": pa.int64(),
        "match_probability": pa.float64(),
        "registered_probability": pa.float64(),
    },
    "differences": {"match_probability": pa.float64(), "match_probability_before": pa.float64()},
    "rejected": {"row": pa.int64()},
}


def result_files(tables: Sequence[str]) -> frozenset[str]:
    """The names of the files of a result."""
    return frozenset(
        {"summary.json", MODEL_FILE, *(f"{table}.{ending}" for table in tables for ending in FORMATS)}
    )


def write_folder(
    out: str | Path,
    tables: Mapping[str, pa.Table],
    summary: Mapping[str, Any],
    format: str,  # noqa: A002 - the option's name
    model: str = "",
    ours: Collection[str] | None = None,
) -> None:
    """
    Write tables, a summary and the text of a model, if there is any, to a folder so that it appears whole or not at all.

    Args:
        out: The folder.
        tables: The tables by name.
        summary: The summary.
        format: "csv" or "parquet".
        model: The text of the model.
        ours: The names of the files that an earlier folder may hold; by default those of the same tables.

    Raises:
        SourceError: If it cannot be written; what was there before stays.
    """
    if format not in FORMATS:
        raise SourceError(f"no format {format!r}; there are {', '.join(FORMATS)}")
    with whole_folder(out, result_files(tuple(tables)) if ours is None else ours) as made:
        for name, table in tables.items():
            _write_table(table, made / f"{name}.{format}")
        _write_summary(summary, made / "summary.json")
        if model:
            (made / MODEL_FILE).write_text(model, "utf-8")


def is_rescreening(folder: str | Path) -> bool:
    """Whether a folder is what a re-screening wrote, and not what ``link`` did, which answers all alerts."""
    return has_table(folder, DIFFERENCES) and not has_table(folder, "dispositions")


def has_table(folder: str | Path, table: str) -> bool:
    """Whether a folder holds a table."""
    return any(Path(folder, f"{table}.{ending}").exists() for ending in FORMATS)


def read_folder(folder: str | Path, names: Sequence[str]) -> tuple[dict[str, pa.Table], dict[str, Any], str]:
    """
    Read what ``write_folder`` wrote: to write it again gives the same bytes.

    Returns:
        The tables of the given names, the summary, and the format.

    Raises:
        SourceError: If the folder does not hold them.
    """
    home = Path(folder)
    try:
        summary = json.loads((home / "summary.json").read_text("utf-8"))
        endings = [ending for ending in FORMATS if (home / f"{names[0]}.{ending}").exists()]
        tables = {name: _read_table(home / f"{name}.{endings[0]}") for name in names}
        return tables, dict(summary), endings[0]
    except (OSError, ValueError, LookupError, TypeError, StopIteration, pa.ArrowException) as error:
        raise SourceError(
            f"{folder} holds no whole result: {_lack(home, names)}; name a folder with summary.json and {', '.join(names)}"
        ) from error


def kept_model(folder: str | Path) -> Path | None:
    """The file of the model that a folder holds, if it holds one."""
    file = Path(folder, MODEL_FILE)
    return file if file.exists() else None


def _lack(home: Path, names: Sequence[str]) -> str:
    """What a folder lacks that is read as a result."""
    if not home.is_dir():
        return "there is no such folder"
    files = list(home.glob("*"))
    if not any(path.name == "summary.json" for path in files):
        return "it has no summary.json"
    lacking = [name for name in names if all(path.stem != name for path in files)]
    return f"it has no {' and no '.join(lacking)}" if lacking else "its files cannot be read together"


def read_summary(folder: str | Path, part: str) -> dict[str, Any]:
    """
    The summary of a result.

    Args:
        folder: The folder that a result was written to.
        part: What the summary has to hold.

    Raises:
        SourceError: If there is none that holds it.
    """
    try:
        summary = json.loads((Path(folder) / "summary.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise SourceError(f"{folder} holds no result; name the folder that 'hpmatch link' wrote") from error
    if not isinstance(summary, dict) or part not in summary:
        raise SourceError(
            f"{folder}: summary.json has no {part!r}; name a folder that 'hpmatch link' of this release wrote"
        )
    return summary


def _read_table(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    types = dict.fromkeys(columns, pa.string()) | _NUMBER_COLUMNS.get(path.stem, {})
    if path.stem == WEIGHTS:
        types |= dict.fromkeys(columns[IDENTIFIERS:], pa.float64())
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    return rearmed(table)


def _write_table(table: pa.Table, path: Path) -> None:
    if path.suffix == ".parquet":
        pq.write_table(table, path)
    else:
        path.write_bytes(csv_text(table).encode())


def csv_text(table: pa.Table) -> str:
    """A table as the text of a CSV file that a spreadsheet can open safely."""
    written = io.BytesIO()
    options = pyarrow.csv.WriteOptions(quoting_style="needed")
    pyarrow.csv.write_csv(_without_formulas(table), written, options)
    return written.getvalue().decode()


def _write_summary(summary: Mapping[str, Any], path: Path) -> None:
    path.write_text(json.dumps(summary, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _without_formulas(table: pa.Table) -> pa.Table:
    """Put an apostrophe before text that a spreadsheet would run as a formula."""
    columns = [_disarmed(column) if pa.types.is_string(column.type) else column for column in table.columns]
    return pa.Table.from_arrays(
        columns, names=[re.sub(_FORMULA, r"'\g<0>", name) for name in table.column_names]
    )


def disarmed(text: str) -> str:
    """
    A cell's text, with an apostrophe before it if a spreadsheet would run it as a formula.

    Example:
        >>> disarmed("=1+1"), disarmed("-5")
        ("'=1+1", '-5')
    """
    return f"'{text}" if re.match(_FORMULA, text) and not re.match(_NUMBER, text) else text


def rearmed(table: pa.Table) -> pa.Table:
    """A table that was read from a written CSV file, with the text as it was before apostrophes were put before it."""
    columns = [
        pc.replace_substring_regex(column, r"^'('*[=+\-@\t\r])", r"\1")
        if pa.types.is_string(column.type)
        else column
        for column in table.columns
    ]
    return pa.Table.from_arrays(columns, names=table.column_names)


def _disarmed(column: pa.ChunkedArray) -> pa.ChunkedArray:
    formula = pc.and_(
        pc.match_substring_regex(column, _FORMULA), pc.invert(pc.match_substring_regex(column, _NUMBER))
    )
    return pc.if_else(pc.fill_null(formula, False), pc.binary_join_element_wise("'", column, ""), column)
