"""The file of labels: each judgement is on the disk before the next is asked, and a crash loses none."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from hpmatch.errors import SourceError
from hpmatch.files import check_file
from hpmatch.labelling.choosing import INCLUSION
from hpmatch.labels import COLUMNS, DIVERSE, RANDOM, UNCERTAIN, judgements
from hpmatch.output import disarmed

# What chose a pair comes last: a line that ends with such a word is whole.
FILE_COLUMNS: Final = (*COLUMNS[:-1], INCLUSION, COLUMNS[-1])
# Without these a row is no judgement.
LABELLED: Final = COLUMNS[:4]
_SAVE: Final = "save it as CSV with commas (UTF-8), or name another file"


def key_of(pair: Mapping[str, Any]) -> tuple[str, str]:
    """What a pair is known by."""
    return str(pair["left_id"]), str(pair["right_id"])


def judged_by(file: Path, who: str) -> dict[tuple[str, str], str]:
    """What a person said of each pair in a file of labels; nothing if there is no file."""
    if not file.exists() or not file.stat().st_size:
        return {}
    said = judgements(file, LABELLED, may_be_empty=True)
    return {key_of(row): row["label"] for row in said if row["labelled_by"] == who}


def append_label(file: str | Path, row: Mapping[str, Any]) -> None:
    """
    Add a judgement to a file of labels, which is on the disk when this returns.

    Args:
        file: The file; it is made if there is none.
        row: ``left_id, right_id, label, labelled_by, labelled_at, inclusion, chosen_as``.

    Raises:
        SourceError: If it cannot be written, or a cell holds a line break.
    """
    path = Path(file)
    try:
        columns = _columns(path, _bytes(path))
        text = _line([row.get(name, "") for name in columns or FILE_COLUMNS])
        if not columns:
            text = _line(FILE_COLUMNS) + text
        with path.open("ab") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise SourceError(f"cannot write to {file}: {error.strerror or error}") from error


def check_labels_file(file: Path, pairs: Iterable[Mapping[str, Any]]) -> None:
    """
    Make sure that judgements of some pairs can be added to a file of labels, before anybody judges.

    Raises:
        SourceError: If it cannot be written, has another form than it was saved with, or an identifier holds a line break.
    """
    for pair in pairs:
        _line(key_of(pair))
    try:
        if _columns(file, _bytes(file)):
            file.open("ab").close()
        else:
            check_file(file)
    except OSError as error:
        raise SourceError(f"cannot write to {file}: {error.strerror or error}") from error


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


def _columns(path: Path, data: bytes) -> list[str]:
    """The columns of a file of labels that can be added to; none if it holds nothing yet."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(
            f"labels: {path} is not in UTF-8, so that nothing can be added to it; {_SAVE}"
        ) from error
    columns = next(csv.reader(io.StringIO(text, newline="")), [])
    if columns and not {"left_id", "right_id", "label"}.issubset(columns):
        raise SourceError(
            f"labels: {path} has no columns left_id, right_id and label separated by commas, so that nothing can be added "
            f"to it; {_SAVE}"
        )
    return columns


def _line(cells: Sequence[Any]) -> str:
    texts = [disarmed(str(cell)) for cell in cells]
    if any("\n" in text or "\r" in text for text in texts):
        raise SourceError("a label cannot be saved: an identifier or a name holds a line break; correct it")
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(texts)
    return written.getvalue()


def mend(file: str | Path) -> bool:
    """
    Take a line that a crash has torn out of a file of labels; the pair is asked again.

    A last line that lacks nothing but its end gets it.

    Returns:
        Whether a line was taken out.

    Raises:
        SourceError: If the file cannot be read or written, or has other columns, so that nobody knows whether its last line is
            whole.
    """
    path = Path(file)
    try:
        data = _bytes(path)
        if not data or data.endswith(b"\n"):
            return False
        kept, _, torn = data.rpartition(b"\n")
        if kept and tuple(_columns(path, kept)) != FILE_COLUMNS:
            raise SourceError(
                f"labels: the last line of {file} has no end; end it with a line break, or take it out"
            )
        # Only a line that ends with one of these words is known to be whole; a header that was torn is written anew.
        if kept and torn.rsplit(b",", 1)[-1].decode("utf-8", "replace") in (UNCERTAIN, DIVERSE, RANDOM):
            with path.open("ab") as out:
                out.write(b"\n")
            return False
        with path.open("r+b") as out:
            out.truncate(len(kept) + 1 if kept else 0)
            os.fsync(out.fileno())
    except OSError as error:
        raise SourceError(f"cannot mend {file}: {error.strerror or error}") from error
    return True
