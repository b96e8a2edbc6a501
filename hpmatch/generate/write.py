"""Files that appear all at once or not at all."""

import csv
import hashlib
import json
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hpmatch.errors import SourceError
from hpmatch.files import put_in_place

ABOUT = "about.json"


@contextmanager
def finished_folder(out: Path) -> Iterator[Path]:
    """
    A folder to fill, which takes the name `out` when the work is done; whatever interrupts it, what was there stays.

    Example:
        >>> with tempfile.TemporaryDirectory() as home:
        ...     with finished_folder(Path(home, "data")) as folder:
        ...         _ = Path(folder, "a.csv").write_text("a")
        ...     sorted(path.name for path in Path(home).iterdir())
        ['data']
    """
    out = check_folder(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            folder = workshop / "new"
            folder.mkdir()
            yield folder
            check_folder(out)  # somebody may have put a file there meanwhile
            put_in_place(folder, out, workshop / "earlier")
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    except OSError as error:
        raise SourceError(
            f"cannot write to {out}: {error.strerror or error}; nothing was left there"
        ) from error


def check_folder(out: Path) -> Path:
    """
    Refuse a folder that holds anything but what was generated into it and is as it was, or that cannot be looked at.

    Returns:
        The folder itself, where it is named by a link.
    """
    try:
        folder = out.resolve()
        if folder == Path.cwd():
            raise SourceError(f"cannot write to {out}: it is the current folder; name a folder inside it")
        if not folder.exists():
            return folder
        if not folder.is_dir():
            raise SourceError(f"{out} is a file; name a new or an empty folder")
        made = _digests(folder / ABOUT)
        other = [path.name for path in sorted(folder.iterdir()) if not _is_as_made(path, made)]
    except OSError as error:
        raise SourceError(f"cannot write to {out}: {error.strerror or error}") from error
    if other:
        raise SourceError(
            f"{out} holds {other[0]}, which is not as it was generated; name a new or an empty folder"
        )
    return folder


def _digests(about: Path) -> dict[str, str]:
    """The checksums of the files that were generated beside it."""
    try:
        said: dict[str, str] = dict(json.loads(about.read_text("utf-8"))["files"])
    except (OSError, ValueError, LookupError, TypeError):
        return {}
    return {**said, ABOUT: ""}


def _is_as_made(path: Path, made: dict[str, str]) -> bool:
    return path.name in made and path.is_file() and (path.name == ABOUT or digest(path) == made[path.name])


def digest(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_csv(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> int:
    """Write a table as UTF-8 with commas and line feeds; the number of rows."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count
