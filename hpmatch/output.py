"""Writing a result to a folder: whole or not at all, and safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import glob
import io
import json
import os
import platform
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from hpmatch.errors import SourceError

try:
    import fcntl
except ModuleNotFoundError:  # Windows locks files that are open by itself
    fcntl = None  # type: ignore[assignment]

FORMATS = ("csv", "parquet")
_AT_WORK, _EARLIER = "at-work", "earlier"
# How often a folder that is being replaced is waited for, and how many seconds each time.
_WAITS, _WAIT = 100, 0.01
RESCREENED = ("differences", "links", "rejected")  # the tables of a re-screening
WEIGHTS = "weights"  # the table that holds nothing but numbers behind two identifiers
_IDENTIFIERS = 2
# What a spreadsheet takes for a formula (OWASP, CSV injection); a plain number is none.
_FORMULA = r"^'*[=+\-@\t\r]"
_NUMBER = r"^[+-]?[0-9]+([.,][0-9]+)?$"
# The columns of each table that are not text; an identifier is text, whatever its column is called.
_NUMBER_COLUMNS = {
    "links": {"match_weight": pa.float64(), "match_probability": pa.float64()},
    "dispositions": {"match_probability": pa.float64()},
    "persons": {
        "alerts": pa.int64(),
        "match_probability": pa.float64(),
        "registered_probability": pa.float64(),
    },
    "differences": {"match_probability": pa.float64(), "match_probability_before": pa.float64()},
    "rejected": {"row": pa.int64()},
}


def check_folder(out: str | Path, ours: Collection[str]) -> Path:
    """
    Make sure that a folder can be written, before the work begins.

    Args:
        out: The folder.
        ours: The names of the files that an earlier one may hold.

    Raises:
        SourceError: If it cannot, saying why.
    """
    folder = Path(out).resolve()
    try:
        if folder == Path.cwd():
            raise SourceError(f"cannot write to {out}: it is the current folder; name a folder inside it")
        if folder.exists() and not folder.is_dir():
            raise SourceError(f"cannot write to {out}: it is a file; name a folder")
        foreign = (
            sorted(path.name for path in folder.iterdir() if path.name not in ours) if folder.exists() else []
        )
        if foreign:
            raise SourceError(
                f"cannot write to {out}: it holds other files, such as {foreign[0]}; name a new or empty folder"
            )
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=folder.parent, prefix=_workshop_of(folder)):
            pass
    except OSError as error:
        raise SourceError(f"cannot write to {out}: {error.strerror or error}") from error
    return folder


def check_file(path: str | Path) -> None:
    """
    Make sure that a file can be written, before the work begins.

    Raises:
        SourceError: If it cannot, saying why.
    """
    target = Path(path)
    if target.is_dir():
        raise SourceError(f"cannot write {path}: it is a folder; name a file in it")
    try:
        if not _stays(target):
            with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}."):
                pass
    except OSError as error:
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from error


def _stays(target: Path) -> bool:
    """Whether a file is written to and not replaced: a link, a pipe, a device."""
    return os.path.lexists(target) and not stat.S_ISREG(target.lstat().st_mode)


def write_text(path: str | Path, text: str) -> None:
    """
    Write a file, whole or not at all; what is a link, a pipe or a device stays one and is written to.

    Raises:
        SourceError: If it cannot be written.
    """
    target = Path(path)
    unfinished = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        if _stays(target):
            target.write_text(text, "utf-8")
            return
        try:
            unfinished.write_text(text, "utf-8")
            unfinished.replace(target)
        finally:
            discard(unfinished)
    except OSError as error:
        raise SourceError(f"cannot write {path}: {error.strerror or error}") from error


def discard(unfinished: Path) -> None:
    """Remove a file that could not be finished; where that fails too, what went wrong first is what has to be told."""
    with suppress(OSError):
        unfinished.unlink()


@contextmanager
def whole_folder(out: str | Path, ours: Collection[str]) -> Iterator[Path]:
    """
    A folder to write to, which takes its place at the end of the block: whole, or not at all if the block fails.

    Raises:
        SourceError: If it cannot be written; what was there before stays.
    """
    folder = check_folder(out, ours)
    try:
        _clear_away(folder)
        workshop = Path(tempfile.mkdtemp(dir=folder.parent, prefix=_workshop_of(folder)))
        try:
            with _at_work(workshop):
                made = workshop / "new"
                made.mkdir()
                yield made
                _put_in_place(made, folder, workshop / _EARLIER)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    except (OSError, pa.ArrowException) as error:
        raise SourceError(
            f"cannot write to {out}: {getattr(error, 'strerror', None) or error}; nothing was left there"
        ) from error


def _workshop_of(folder: Path, process: int | str | None = None) -> str:
    """How the name begins of what a process, by default this one, writes beside a folder before it takes its place."""
    return f".{folder.name}.{platform.node()}.{os.getpid() if process is None else process}."


@contextmanager
def _at_work(workshop: Path) -> Iterator[None]:
    """Hold a lock in a workshop, by which others see that it is in use; a lock goes with the process that holds it."""
    with (workshop / f"{_AT_WORK}.new").open("wb") as file:
        if fcntl is not None:
            fcntl.flock(file, fcntl.LOCK_EX)
            (workshop / f"{_AT_WORK}.new").rename(workshop / _AT_WORK)  # never there without being locked
        yield


def _is_at_work(workshop: Path) -> bool:
    try:
        with (workshop / _AT_WORK).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True  # or nobody can tell
    return False


def _clear_away(folder: Path) -> None:
    """
    Remove what processes that are no more left unfinished beside a folder: it holds personal data.

    Whose they were their locks tell, on any machine; where there are none, the number of a process of this one.
    """
    written = re.compile(re.escape(_workshop_of(folder, "PROCESS")).replace("PROCESS", "([0-9]+)"))
    for left in _workshops(folder):
        found = written.match(left.name)
        if not _is_at_work(left) if (left / _AT_WORK).exists() else found and not _is_alive(int(found[1])):
            if not folder.exists() and (left / _EARLIER).exists():
                (left / _EARLIER).replace(folder)  # it was killed between the two renames
            shutil.rmtree(left, ignore_errors=True)


def _workshops(folder: Path) -> Iterator[Path]:
    """What any process writes, or left, beside a folder."""
    return folder.parent.glob(f".{glob.escape(folder.name)}.*")


def is_there(folder: Path) -> bool:
    """Whether a folder is there; between the two renames by which another takes its place it is waited for."""
    for _ in range(_WAITS):
        if folder.is_dir() or not any((each / _EARLIER).exists() for each in _workshops(folder.resolve())):
            break
        time.sleep(_WAIT)
    return folder.is_dir()


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # elsewhere to ask is to interrupt
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # there, but not ours; or nobody can tell
    return True


def result_files(tables: Sequence[str]) -> frozenset[str]:
    """The names of the files of a result."""
    return frozenset({"summary.json", *(f"{table}.{ending}" for table in tables for ending in FORMATS)})


def write_folder(
    out: str | Path,
    tables: Mapping[str, pa.Table],
    summary: Mapping[str, Any],
    format: str,  # noqa: A002 - the option's name
) -> None:
    """
    Write tables and a summary to a folder so that it appears whole or not at all.

    Raises:
        SourceError: If it cannot be written; what was there before stays.
    """
    if format not in FORMATS:
        raise SourceError(f"no format {format!r}; there are {', '.join(FORMATS)}")
    with whole_folder(out, result_files(tuple(tables))) as made:
        for name, table in tables.items():
            _write_table(table, made / f"{name}.{format}")
        _write_summary(summary, made / "summary.json")


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
        raise SourceError(f"{folder}: summary.json has no {part!r}; link again with this release")
    return summary


def _read_table(path: Path) -> pa.Table:
    if path.suffix == ".parquet":
        return pq.read_table(path)
    with path.open(encoding="utf-8", newline="") as file:
        columns = next(csv.reader(file))
    types = dict.fromkeys(columns, pa.string()) | _NUMBER_COLUMNS.get(path.stem, {})
    if path.stem == WEIGHTS:
        types |= dict.fromkeys(columns[_IDENTIFIERS:], pa.float64())
    table = pyarrow.csv.read_csv(
        path,
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        convert_options=pyarrow.csv.ConvertOptions(
            column_types=types, null_values=[""], strings_can_be_null=True, quoted_strings_can_be_null=False
        ),
    )
    return rearmed(table)


def _put_in_place(made: Path, folder: Path, earlier: Path) -> None:
    """Let the new folder take the place of the earlier one, with its permissions; on any failure the earlier one stays."""
    if not folder.exists():
        made.replace(folder)
        return
    made.chmod(stat.S_IMODE(folder.stat().st_mode))
    folder.replace(earlier)
    try:
        made.replace(folder)
    except BaseException:
        earlier.replace(folder)
        raise


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
