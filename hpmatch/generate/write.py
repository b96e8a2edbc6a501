"""Files that appear all at once or not at all."""

import csv
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from hpmatch.errors import SourceError


@contextmanager
def finished_folder(out: Path) -> Iterator[Path]:
    """
    A folder to fill, which takes the name `out` when the work is done; whatever interrupts it, nothing is left.

    Example:
        >>> with tempfile.TemporaryDirectory() as home:
        ...     with finished_folder(Path(home, "data")) as folder:
        ...         _ = Path(folder, "a.csv").write_text("a")
        ...     sorted(path.name for path in Path(home).iterdir())
        ['data']
    """
    check_folder(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        workshop = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
        try:
            folder = workshop / "new"
            folder.mkdir()
            yield folder
            if out.exists():
                out.rmdir()
            folder.rename(out)
        finally:
            shutil.rmtree(workshop, ignore_errors=True)
    except OSError as error:
        raise SourceError(
            f"cannot write to {out}: {error.strerror or error}; nothing was left there"
        ) from error


def check_folder(out: Path) -> None:
    """Refuse a folder that holds something, or that cannot be looked at."""
    try:
        is_taken = out.exists() and not (out.is_dir() and not any(out.iterdir()))
    except OSError as error:
        raise SourceError(f"cannot write to {out}: {error.strerror or error}") from error
    if is_taken:
        raise SourceError(f"{out} already holds something; name a new or an empty folder")


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
