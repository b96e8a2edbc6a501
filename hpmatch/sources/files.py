"""Files and pipes."""

from __future__ import annotations

import io
import os
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from hpmatch.errors import SourceError
from hpmatch.files import is_there

BLOCK_BYTES = 1 << 22
_LARGEST_PIPE = 1 << 30  # bytes, some ten million registered persons


@dataclass(frozen=True)
class File:
    """
    A file that can be read more than once: what comes through a pipe is in memory.

    Attributes:
        path: Where it is.
        data: What came through the pipe; None for a file that stays.
        found: What told the file from any other when it was found, and what it held from what it may hold later.
    """

    path: Path
    data: bytes | None
    found: tuple[int, ...]

    @classmethod
    def of(cls, path: str | Path, name: str) -> File:
        """
        Find a file, and read it to its end if that can be done only once.

        Raises:
            SourceError: If it cannot be read, or is a folder.
        """
        path = Path(path)
        try:
            told = path.stat()
            mode = told.st_mode
            data = None if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else _drained(path)
        except (OSError, ValueError) as error:
            raise SourceError(
                f"{name}: cannot read {path}: {getattr(error, 'strerror', None) or error}"
            ) from error
        if stat.S_ISDIR(mode):
            raise SourceError(
                f"{name}: cannot read {path}: it is a folder; give a CSV or Parquet file (a prepared register serves to link, screen "
                f"and rescreen, not to train)"
            )
        if data is not None and len(data) > _LARGEST_PIPE:
            raise SourceError(f"{name}: what {path} gives does not end; save it as a file and give that")
        return cls(path, data, _state(told))

    def check_unchanged(self, name: str) -> None:
        """
        Make sure that what was read is one and the same file, for it is read in several goes.

        Raises:
            SourceError: If another took its place or it was written to since it was found.
        """
        try:
            is_same = self.data is not None or _state(self.path.stat()) == self.found
        except OSError:
            is_same = False
        if not is_same:
            raise SourceError(
                f"{name}: {self} was changed while it was read; run it again once the file is whole"
            )

    def __str__(self) -> str:
        return str(self.path)

    def open(self) -> io.BufferedReader | io.BytesIO:
        """Open it for reading, from its start."""
        return self.path.open("rb") if self.data is None else io.BytesIO(self.data)

    def as_arrow(self) -> Path | pa.BufferReader:
        """The file as Arrow takes it."""
        return self.path if self.data is None else pa.BufferReader(self.data)


def _state(told: os.stat_result) -> tuple[int, ...]:
    return told.st_dev, told.st_ino, told.st_size, told.st_mtime_ns


def _drained(path: Path) -> bytes:
    """What a pipe gives, and no more than just beyond the most that is taken."""
    found = io.BytesIO()
    with path.open("rb") as file:
        while found.tell() <= _LARGEST_PIPE and (block := file.read(BLOCK_BYTES)):
            found.write(block)
    return found.getvalue()


def is_folder(source: Any) -> bool:
    """Whether a source is the path of a folder; of what cannot be looked at, whoever reads it says what is wrong."""
    try:
        return isinstance(source, (str, Path)) and is_there(Path(source))
    except OSError:
        return False


def first_line(error: Exception) -> str:
    """What a reader of files said went wrong."""
    return str(error).splitlines()[0] if str(error) else type(error).__name__
