"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import glob
import os
import platform
import re
import shutil
import stat
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pyarrow as pa

from hpmatch.errors import SourceError

try:
    import fcntl
except ModuleNotFoundError:  # Windows locks files that are open by itself
    fcntl = None  # type: ignore[assignment]

_AT_WORK, _EARLIER = "at-work", "earlier"
# How often a folder that is being replaced is waited for, and how many seconds each time.
_WAITS, _WAIT = 100, 0.01


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
        if folder.is_mount():  # another folder cannot take its place
            raise SourceError(
                f"cannot write to {out}: a disk or a volume is mounted there; name a folder inside it"
            )
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
                if folder.exists():
                    made.chmod(stat.S_IMODE(folder.stat().st_mode))
                put_in_place(made, folder, workshop / _EARLIER)
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


def put_in_place(made: Path, folder: Path, earlier: Path) -> None:
    """
    Let a new folder take the place of the earlier one; on any failure the earlier one stays.

    Args:
        made: The new folder.
        folder: Its place, where the earlier one is or nothing.
        earlier: Where the earlier one goes.
    """
    if not folder.exists():
        made.replace(folder)
        return
    folder.replace(earlier)
    try:
        made.replace(folder)
    except BaseException:
        earlier.replace(folder)
        raise
