"""
The ledger's file: entries that are only ever added, each chained to the one before.

    HASH HEAD BODY      a line each, parted by a blank
    HEAD                JSON: entry (its number, from 1), kind, time, body (the SHA-256 of BODY)
    HASH                SHA-256 of the HASH before (64 zeros for the first) and of HEAD
    BODY                JSON: a random salt, and what the kind has to say; "-" once it is forgotten

Every byte of a line is covered by its hash, and the chain covers the digest of a body, not the body: so a body can be taken
out and the chain still holds. Whatever is written is a whole new file that takes the place of the old one, so that no
reader ever sees half of a transaction, and no process that dies leaves one.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, NamedTuple

from hpmatch.errors import LedgerError
from hpmatch.files import discard

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

FORMAT, FORMAT_VERSION = "hpmatch-ledger", 1
FORGOTTEN = b"-"
_START = "0" * 64

Said = tuple[str, Mapping[str, Any]]


class BrokenLedgerError(LedgerError):
    """An entry is not as it was written."""

    def __init__(self, path: Path, entry: int, wrong: str) -> None:
        super().__init__(
            f"the ledger {path} cannot be relied on: entry {entry} {wrong}; nothing was recorded. "
            f"Put back a copy that 'hpmatch ledger verify' finds whole"
        )
        self.entry, self.wrong = entry, wrong


class Entry(NamedTuple):
    """
    An entry, its line found to be as it was written.

    Attributes:
        number: Its place in the ledger, and the number of its line; from 1.
        kind: ledger (the first), received, rejected, run, answered or forgotten.
        body: What it says; None once that is forgotten.
        hash: Its link of the chain.
    """

    number: int
    kind: str
    body: Mapping[str, Any] | None
    hash: str


def read_entries(path: Path) -> Iterator[Entry]:
    """
    The entries of a ledger, each held against the chain.

    Raises:
        BrokenLedgerError: At the first line that is not as it was written.
        LedgerError: If there is no such file, or it cannot be read.
    """
    before, number = _START, 0
    try:
        with path.open("rb") as file:
            for number, line in enumerate(file, 1):
                try:
                    entry = _entry(line, number, before)
                except (ValueError, LookupError, TypeError) as error:
                    raise BrokenLedgerError(path, number, _words(error)) from None
                yield entry
                before = entry.hash
    except FileNotFoundError:
        raise _missing(path) from None
    except OSError as error:
        raise LedgerError(f"cannot read the ledger {path}: {error.strerror or error}") from error
    if number == 0:
        raise BrokenLedgerError(path, 1, "is missing: the file is empty")


def _missing(path: Path) -> LedgerError:
    return LedgerError(
        f"there is no ledger {path}; name another, or begin one: hpmatch link ... --ledger {path}"
    )


class _WrongError(ValueError):
    """What is wrong with a line, in words."""


def _words(error: Exception) -> str:
    return str(error) if isinstance(error, _WrongError) else "is not as it was written"


def _entry(line: bytes, number: int, before: str) -> Entry:
    if number == 1:
        _check_format(line)
    if not line.endswith(b"\n"):
        raise _WrongError("is cut short, or its end was changed")
    hashed, head, body = line[:-1].split(b" ", 2)
    found = _sha256(before.encode() + head)
    if found.encode() != hashed:
        raise _WrongError("is not as it was written, or an entry before it was taken out")
    told = _HEAD.fullmatch(head)
    if told is None:
        raise _WrongError("is not as it was written")
    if body != FORGOTTEN and _sha256(body).encode() != told[2]:
        raise _WrongError("is not as it was written: what it says was changed")
    return Entry(number, told[1].decode(), None if body == FORGOTTEN else _told(body), found)


# As ``lines`` writes it; several times faster than to read JSON.
_HEAD = re.compile(rb'\{"entry":\d+,"kind":"(\w+)","time":"[^"]+","body":"([0-9a-f]{64})"\}')


def _check_format(line: bytes) -> None:
    try:
        body = json.loads(line.split(b" ", 2)[2])
        found = f"{body['format']} {body['format_version']}"
    except (ValueError, LookupError, TypeError):
        raise _WrongError("is no first entry of a ledger: is this the right file?") from None
    if found != f"{FORMAT} {FORMAT_VERSION}":
        raise _WrongError(
            f"says that the format is {found[:40]!r}, not '{FORMAT} {FORMAT_VERSION}': "
            f"use the version of hpmatch that wrote it, unless that line was changed"
        )


def first_line() -> bytes:
    """The first entry of a new ledger, with a secret of its own."""
    said = {"format": FORMAT, "format_version": FORMAT_VERSION, "secret": secrets.token_hex(32)}
    return next(lines([("ledger", said)], 0, _START))


def lines(said: Iterable[Said], entries: int, head: str) -> Iterator[bytes]:
    """Kinds and bodies as the lines that follow so many entries, the last of which has the hash ``head``."""
    time = datetime.now(UTC).isoformat(timespec="seconds")
    for number, (kind, what) in enumerate(said, entries + 1):
        body = _json({"salt": secrets.token_hex(16), **what})
        told = _json({"entry": number, "kind": kind, "time": time, "body": _sha256(body)})
        head = _sha256(head.encode() + told)
        yield b"%s %s %s\n" % (head.encode(), told, body)


def without_bodies(file: Iterable[bytes], numbers: frozenset[int]) -> Iterator[bytes]:
    """The lines of a ledger, those of the given numbers without their bodies."""
    for number, line in enumerate(file, 1):
        if number in numbers:
            hashed, head, _ = line.split(b" ", 2)
            yield b"%s %s %s\n" % (hashed, head, FORGOTTEN)
        else:
            yield line


def write(path: Path, change: Callable[[Iterable[bytes]], Iterable[bytes]]) -> None:
    """
    Put a changed ledger in the place of the one that is there, on the disk when this returns; or leave that one.

    Args:
        path: The ledger.
        change: From the lines that are there to those that shall be.

    Raises:
        LedgerError: If it cannot be written.
    """
    if path.exists() and not os.access(path, os.W_OK):
        raise _unwritable(path, PermissionError(errno.EACCES, os.strerror(errno.EACCES)))
    made = path.with_name(f".{path.name}.new")
    try:
        with open(made, "wb", opener=_private) as new:
            if path.exists():
                shutil.copymode(path, made)
                with path.open("rb") as old:
                    new.writelines(change(old))
            else:
                new.writelines(change(()))
            new.flush()
            os.fsync(new.fileno())
        made.replace(path)
    except OSError as error:
        discard(made)
        raise _unwritable(path, error) from error
    except BaseException:
        discard(made)
        raise
    with suppress(OSError):  # not every file system can
        _sync_folder(path.parent)


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def alone(path: Path, *, may_be_new: bool = False) -> Iterator[None]:
    """Let one process or thread at a time write a ledger; others wait. The lock goes with the process that holds it."""
    if not (may_be_new or path.exists()):
        raise _missing(path)
    if path.exists():
        next(read_entries(path))  # what is no ledger gets no lock beside it
    elif not path.parent.is_dir():
        raise LedgerError(f"there is no folder {path.parent} for the ledger; make it first")
    try:
        file = path.with_name(f".{path.name}.lock").open("ab")
    except OSError as error:
        raise _unwritable(path, error) from error
    with file:
        _lock(file, path)
        yield


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        if sys.platform == "win32":
            msvcrt.locking(file.fileno(), msvcrt.LK_LOCK, 1)
        else:
            fcntl.flock(file, fcntl.LOCK_EX)
    except OSError as error:
        raise LedgerError(
            f"the ledger {path} cannot be locked ({error.strerror or error}); nothing was recorded. "
            f"Try again when no other process writes it, or keep it on a local disk"
        ) from error


def _unwritable(path: Path, error: OSError) -> LedgerError:
    return LedgerError(
        f"cannot write the ledger {path}: {error.strerror or error}; nothing was recorded, what was there stays"
    )


def _json(said: Mapping[str, Any]) -> bytes:
    return json.dumps(said, separators=(",", ":")).encode()


def _told(text: bytes) -> Any:
    """What JSON says that a hash vouches for, so that only its beginning need be looked at; twice as fast as all of it."""
    return _DECODER.raw_decode(text.decode())[0]


_DECODER = json.JSONDecoder()


def _sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()
