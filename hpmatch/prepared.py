"""
The folder of a prepared register.

    manifest.json           format, version, counts, size and SHA-256 of each file, and a SHA-256 of all this
    model.json              the model that it was prepared with
    ids.arrow               the identifiers
    codes.arrow             for each column the number of each record's value
    values-NN.arrow         of each column the distinct values and how many records hold each
    tokens.arrow            the name tokens, their forms, and how common each is
    countries.arrow, name-counts.arrow   how common each token is in each country
    index-NN.arrow          of each blocking rule the keys, ascending, and the rows that hold them
    rejected.arrow          the rows that could not be used
    changes-....arrow       changes that came later, in their order; the name ends with the first half of their SHA-256

All files are Arrow IPC files without compression, so that they can be used where they lie on the disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from hpmatch.blocking.blocks import KeyIndex
from hpmatch.comparison.name_frequencies import TokenFrequencies
from hpmatch.comparison.name_tables import NameTables, common_terms
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.files import check_folder, discard, is_there, whole_folder
from hpmatch.model import read_model
from hpmatch.parallel import each_chunk
from hpmatch.reading import ReadRecords
from hpmatch.records import Column, Records, Values, Vocabulary
from hpmatch.register import MODEL_FILE, Register, model_of, version_with
from hpmatch.register_changes import read_changes
from hpmatch.register_size import refuse_smaller
from hpmatch.schema import Schema
from hpmatch.sources.tables import RejectedRow, numbered
from hpmatch.standardise.token_forms import LISTS, SKETCHES, TokenForms, token_forms

try:
    import fcntl
except ModuleNotFoundError:  # Windows locks files that are open by itself
    fcntl = None  # type: ignore[assignment]

FORMAT, FORMAT_VERSION = "hpmatch-register", 5
MANIFEST, _UNFINISHED = "manifest.json", ".changes"
_AGAIN = "prepare it again: hpmatch prepare REGISTER --out DIR"
_CHANGES = re.compile(r"changes-(\d{6})-([0-9a-f]{32})\.arrow")
_BLOCK = 1 << 22
_TRIES = 10  # how often a register is opened that is replaced meanwhile


def write_prepared(register: Register, folder: str | Path, *, smaller_register: bool = False) -> None:
    """Write a prepared register to a folder, whole or not at all; see ``Register.save``."""
    if register.indexes is None:
        raise SourceError(
            "this register was read for one run; use Register.prepare to make one that can be saved"
        )
    if not smaller_register:
        refuse_smaller(
            _earlier(Path(folder)),
            len(register),
            f"where it was prepared in {folder}",
            len(register.read.rejected),
        )
    if register.is_changed:
        register = register.recounted()
    with whole_folder(folder, _own_files(Path(folder))) as made:
        for name, table in _tables(register).items():
            with pa.OSFile(str(made / name), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
                writer.write_table(table, max_chunksize=max(len(table), 1))
        (made / MODEL_FILE).write_text(register.model.to_json(), "utf-8")
        records = register.read.records
        manifest = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "prepared_by": register.model.preparing,
            "id_name": register.read.id_name,
            "rows": register.read.rows,
            "source_version": register.read.version,
            "columns_not_read": register.read.columns_not_read,
            "records": len(records),
            "columns": {name: str(column.values.array.type) for name, column in records.columns.items()},
            "shared_vocabulary": _sharing(records),
            "rules": list(register.indexes or ()),
            "files": {path.name: _sealed(path) for path in sorted(made.iterdir())},
        }
        sealed = {"sha256": _seal(manifest), **manifest}
        (made / MANIFEST).write_text(json.dumps(sealed, indent=2) + "\n", "utf-8")


def _earlier(home: Path) -> int:
    """How many records the prepared register has whose place another one takes; 0 if none is there that can be read."""
    with suppress(HpmatchError):
        return len(read_prepared(home, verify=False)) if _state(home)[0] else 0
    return 0


def check_prepared_folder(folder: str | Path) -> None:
    """Make sure that a prepared register can be written to a folder, before the work begins."""
    check_folder(folder, _own_files(Path(folder)))


def add_changes(
    folder: str | Path,
    changes: Any,
    schema: Schema | str | Path | None = None,
    *,
    onto: str | None = None,
    smaller_register: bool = False,
) -> int:
    """
    Keep changes beside a prepared register; they are folded in whenever it is opened, until it is prepared anew.

    Args:
        folder: The prepared register.
        changes: See ``Register.changed``.
        schema: Which column plays which role, where its name does not say it.
        onto: The version of the register that they are changes to; None for whichever it is. Where they were kept last, as
            when a re-screening is repeated that was broken off, nothing is added.
        smaller_register: Whether it is meant that the changes take out more than a tenth of the register.

    Returns:
        How many rows of changes were added.

    Raises:
        HpmatchError: If the changes cannot be folded in or take out more than a tenth of the register, or it is of another
            version; nothing is kept then.
    """
    home = Path(folder)
    table = read_changes(changes, schema, model_of(home))
    with alone(home):
        _manifest(home)
        if not len(table.data):
            return 0
        register = Register.open(home)
        if onto is not None and register.read.version == version_with(onto, table):
            return 0
        if onto not in (None, register.read.version):
            raise SourceError(
                f"{folder} is not the register that these are changes to (version {onto[:12]}..., not "
                f"{register.read.version[:12]}...); nothing was changed. Re-screen again"
            )
        changed = register.changed(table)  # refused now rather than when it is opened
        if not smaller_register:
            refuse_smaller(len(register), len(changed), "before these changes")
        number = len(_pending(home)) + 1
        unfinished = home / _UNFINISHED
        try:
            with pa.OSFile(str(unfinished), "wb") as file, pa.ipc.new_file(file, table.data.schema) as writer:
                writer.write_table(table.data)
            unfinished.rename(home / f"changes-{number:06}-{_sealed(unfinished)['sha256'][:32]}.arrow")
        except OSError as error:
            discard(unfinished)
            raise SourceError(
                f"cannot write to {folder}: {error.strerror or error}; nothing was changed"
            ) from error
    return len(table.data)


@contextmanager
def alone(home: Path) -> Iterator[None]:
    """
    Let one process or thread at a time change a prepared register, or prepare it anew from itself; others wait.

    A lock goes with the process that holds it.
    """
    with ExitStack() as held:
        while _state(home)[0]:
            with suppress(FileNotFoundError):  # replaced just now
                file = held.enter_context((home / MANIFEST).open("rb"))
                if fcntl is not None:
                    fcntl.flock(file, fcntl.LOCK_EX)
                # Whoever held it may have put another folder in its place.
                if os.path.samestat(os.fstat(file.fileno()), (home / MANIFEST).stat()):
                    break
        else:
            _manifest(home)  # says why it cannot be read, if one is there
            raise _missing(home)
        yield


def read_prepared(folder: str | Path, *, verify: bool = True, without_last: bool = False) -> Register:
    """
    Open a prepared register, see ``Register.open``; again if another was put in its place meanwhile.

    Args:
        folder: The folder that it was saved to.
        verify: Whether to hold all files against their checksums.
        without_last: Whether to leave out the changes that were kept last.
    """
    home = Path(folder)
    for _ in range(_TRIES):
        begun = _state(home)
        try:
            register = _read(home, verify=verify, without_last=without_last)
        except HpmatchError:
            if _state(home) == begun:
                raise
        else:
            if _state(home)[0] == begun[0]:
                return register
    raise SourceError(f"{home} was replaced each of the {_TRIES} times that it was opened; try again")


def _state(home: Path) -> tuple[bytes, int, int]:
    """The manifest of a prepared register, and what tells its file from another with the same text; b"" if there is none."""
    with suppress(OSError):
        if is_there(home):
            with (home / MANIFEST).open("rb") as file:
                told = os.fstat(file.fileno())
                return file.read(), told.st_ino, told.st_mtime_ns
    return b"", 0, 0


def _read(home: Path, *, verify: bool, without_last: bool) -> Register:
    manifest = _manifest(home)
    pending = _pending(home)
    if verify:
        _verify(home, manifest, pending)
    _check_order(home, pending)
    try:
        register = _register(home, manifest)
        if register.model.preparing != manifest["prepared_by"]:
            raise SourceError(f"{home} was prepared by another version of hpmatch; {_AGAIN}")
        for path in pending[:-1] if without_last else pending:
            register = register.folded(numbered(str(path), _load(path)))
    except (HpmatchError, MemoryError):  # Arrow's own lack of memory is an ArrowException too
        raise
    except (OSError, pa.ArrowException, LookupError, ValueError, TypeError) as error:
        raise SourceError(f"{home} is damaged: its files do not hold together; {_AGAIN}") from error
    return register


def _manifest(home: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((home / MANIFEST).read_text("utf-8"))
        kind, number = manifest["format"], manifest["format_version"]
    except (FileNotFoundError, NotADirectoryError) as error:
        raise _missing(home) from error
    except OSError as error:
        raise _unreadable(home, error) from error
    except (ValueError, KeyError, TypeError) as error:
        raise SourceError(f"{home} is damaged: its {MANIFEST} cannot be read; {_AGAIN}") from error
    if (kind, number) != (FORMAT, FORMAT_VERSION):
        raise SourceError(f"{home} has the format {kind} {number}, not {FORMAT} {FORMAT_VERSION}; {_AGAIN}")
    if manifest.get("sha256") != _seal(manifest):
        raise SourceError(f"{home} is damaged: {MANIFEST} is not as it was written; {_AGAIN}")
    return manifest


def _missing(home: Path) -> SourceError:
    if home.is_file():
        return SourceError(
            f"{home} is a file and no prepared register; prepare it first: hpmatch prepare {home} --out DIR, and name DIR"
        )
    return SourceError(
        f"{home} is no prepared register: it has no {MANIFEST}; make one: hpmatch prepare REGISTER --out DIR"
    )


def _unreadable(path: Path, error: OSError) -> SourceError:
    """What is there and may be whole, but is not to be read: nothing is gained by preparing it again."""
    reason = os.strerror(error.errno) if error.errno else str(error)  # of a file, not Arrow's words about it
    return SourceError(f"cannot read {path}: {reason}")


def _verify(home: Path, manifest: Mapping[str, Any], pending: Sequence[Path]) -> None:
    """Hold every file against its size and checksum."""
    files: Mapping[str, Mapping[str, Any]] = manifest["files"]

    def damage(name: str) -> str:
        try:
            sealed = _sealed(home / name)
        except FileNotFoundError:
            return f"{name} is missing"
        except OSError as error:
            raise _unreadable(home / name, error) from error
        changes = _CHANGES.fullmatch(name)
        is_whole = sealed["sha256"].startswith(changes[2]) if changes else sealed == files[name]
        return "" if is_whole else f"{name} is not as it was written"

    names = [*files, *(path.name for path in pending)]
    if damaged := [found for found in each_chunk(damage, names) if found]:
        raise SourceError(f"{home} is damaged: {damaged[0]}; {_AGAIN}")


def _check_order(home: Path, pending: Sequence[Path]) -> None:
    """Make sure that no changes are missing before later ones."""
    for number, path in enumerate(pending, 1):
        if not path.name.startswith(f"changes-{number:06}-"):
            raise SourceError(f"{home} is damaged: changes-{number:06} is missing or there twice; {_AGAIN}")


def _pending(home: Path) -> list[Path]:
    return sorted(path for path in home.glob("changes-*.arrow") if _CHANGES.fullmatch(path.name))


def _own_files(home: Path) -> frozenset[str]:
    """The names of the files of the prepared register that is in a folder, if one is."""
    try:
        manifest = json.loads((home / MANIFEST).read_text("utf-8"))
        files = manifest["files"] if manifest["format"] == FORMAT else ()
    except (ValueError, KeyError, TypeError, OSError):
        return frozenset()
    changes = {_UNFINISHED, *(path.name for path in _pending(home))}
    return frozenset({MANIFEST, *files, *changes}) if files else frozenset()


def _seal(manifest: Mapping[str, Any]) -> str:
    """The SHA-256 of what a manifest says."""
    said = {name: value for name, value in manifest.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _sealed(path: Path) -> dict[str, Any]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
            size += len(block)
    return {"bytes": size, "sha256": digest.hexdigest()}


def _values_file(place: int) -> str:
    return f"values-{place:02}.arrow"


def _index_file(place: int) -> str:
    return f"index-{place:02}.arrow"


def _tables(register: Register) -> dict[str, pa.Table]:
    records, indexes = register.read.records, register.indexes or {}
    tables = {
        "ids.arrow": pa.table({"id": records.ids}),
        "codes.arrow": pa.table({name: column.codes for name, column in records.columns.items()}),
        "rejected.arrow": pa.Table.from_pylist(
            [asdict(row) for row in register.read.rejected],
            pa.schema(
                {"source": pa.string(), "row": pa.int64(), "reason": pa.string(), "content": pa.string()}
            ),
        ),
    }
    for place, column in enumerate(records.columns.values()):
        tables[_values_file(place)] = pa.table({"value": column.values.array, "count": column.values.counts})
    for place, index in enumerate(indexes.values()):
        assert isinstance(index, KeyIndex)  # noqa: S101 - for the types; a changed one was made anew
        tables[_index_file(place)] = pa.table({"key": index.keys, "row": index.rows})
    return tables | _name_tables(records)


def _name_tables(records: Records) -> dict[str, pa.Table]:
    names = NameTables.of(records)
    forms = token_forms(names.vocabulary)
    common = names.frequencies
    return {
        "tokens.arrow": pa.table(
            {
                "token": names.vocabulary.array,
                **forms.lists,
                "sketches": pa.FixedSizeListArray.from_arrays(
                    pa.array(forms.sketches.ravel()), forms.sketches.shape[1]
                ),
                "known": names.known,
                "rarity": names.rarity,
                "overall": common.overall,
            }
        ),
        "countries.arrow": pa.table(
            {
                "country": pa.array(common.countries, pa.string()),
                "persons": common.persons,
            }
        ),
        "name-counts.arrow": pa.table({"key": common.keys, "count": common.counts}),
    }


def _register(home: Path, manifest: Mapping[str, Any]) -> Register:
    tokens = _load(home / "tokens.arrow")
    vocabulary = Vocabulary(_array(tokens, "token"))
    vocabulary.derived("token_forms", lambda: _token_forms(tokens))
    codes = _load(home / "codes.arrow")
    shared = frozenset(manifest["shared_vocabulary"])
    columns = {}
    for place, name in enumerate(manifest["columns"]):
        values = _load(home / _values_file(place))
        columns[name] = Column(
            _numbers(codes, name),
            Values(
                _array(values, "value"),
                _numbers(values, "count"),
                manifest["records"],
                vocabulary if name in shared else None,
            ),
        )
    records = Records(_array(_load(home / "ids.arrow"), "id"), columns)
    _restore_name_tables(records, tokens, home)
    indexes = {}
    for place, rule in enumerate(manifest["rules"]):
        index = _load(home / _index_file(place))
        indexes[rule] = KeyIndex(_numbers(index, "key"), _numbers(index, "row"))
    rejected = tuple(RejectedRow(**row) for row in _load(home / "rejected.arrow").to_pylist())
    found = ReadRecords(
        records,
        manifest["id_name"],
        rejected,
        manifest["rows"],
        manifest["source_version"],
        columns_not_read=tuple(manifest["columns_not_read"]),
    )
    return Register(found, read_model(home / MODEL_FILE), indexes)


def _token_forms(tokens: pa.Table) -> TokenForms:
    sketches = _array(tokens, "sketches")
    return TokenForms(
        np.asarray(sketches.flatten()).reshape(-1, len(SKETCHES)),
        lambda: {name: _array(tokens, name) for name in LISTS},
    )


def _restore_name_tables(records: Records, tokens: pa.Table, home: Path) -> None:
    countries, counts = _load(home / "countries.arrow"), _load(home / "name-counts.arrow")
    frequencies = TokenFrequencies(
        len(records),
        _numbers(tokens, "overall"),
        {country: number for number, country in enumerate(countries["country"].to_pylist())},
        _numbers(countries, "persons"),
        _numbers(counts, "key"),
        _numbers(counts, "count"),
    )
    vocabulary, terms = common_terms(records)
    known = np.asarray(_array(tokens, "known").to_numpy(zero_copy_only=False))
    tables = NameTables(vocabulary, terms, known, frequencies, _numbers(tokens, "rarity"))
    records.derived("name_tables", lambda: tables)


def _sharing(records: Records) -> list[str]:
    vocabulary = common_terms(records)[0]
    return [name for name, column in records.columns.items() if column.values.vocabulary is vocabulary]


def _load(path: Path) -> pa.Table:
    try:
        mapped = pa.memory_map(str(path))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise _unreadable(path, error) from error
    return pa.ipc.open_file(mapped).read_all()


def _array(table: pa.Table, name: str) -> pa.Array:
    column = table[name]
    return column.chunk(0) if column.num_chunks == 1 else column.combine_chunks()


def _numbers(table: pa.Table, name: str) -> Any:
    return np.asarray(_array(table, name))
