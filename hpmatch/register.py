"""
The prepared register: standardised, indexed and counted once, then held against alerts as often as wanted.

A register that stays in memory serves one run; one that was saved is a folder of Arrow files that is memory-mapped, so that
it opens at once and several processes share one copy (``prepared.py`` has the format). Additions, changes and removals are
kept beside it and folded in when it is opened (``register_changes.py``), until it is prepared anew; how common names are stays
as counted till then.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from hpmatch.arrays import IntArray
from hpmatch.blocking import index_keys
from hpmatch.blocking.blocks import ChangedIndex, KeyIndex, changed_indexes
from hpmatch.comparison.name_tables import NameTables
from hpmatch.errors import HpmatchError, SchemaError, SourceError
from hpmatch.model import ALERTS, Model, read_model
from hpmatch.parallel import batch_job, end_processes, start_processes
from hpmatch.protocols import Progress
from hpmatch.reading import ReadRecords, read_for
from hpmatch.records import MISSING, Records
from hpmatch.register_changes import (
    by_itself,
    changed_records,
    counted_anew,
    read_changes,
    refuse_written_otherwise,
)
from hpmatch.schema import Schema, with_id
from hpmatch.shown import on_one_line
from hpmatch.sources import lasting, read, read_again
from hpmatch.sources.files import File, is_folder
from hpmatch.sources.tables import RawTable, content_digest
from hpmatch.standardise.token_forms import token_forms

if TYPE_CHECKING:
    from hpmatch.evidence import Hit
    from hpmatch.screening import Answer

MODEL_FILE = "model.json"  # in the folder of a prepared register


@dataclass(frozen=True)
class Register:
    """
    A register, ready for alerts.

    Attributes:
        read: The standardised records, and what became of every row of their source.
        model: The model that they were prepared with.
        indexes: The keys of each blocking rule; None for a register that serves one run only.
        is_changed: Whether it was changed since names and persons were counted.

    Example:
        >>> people = [{"hpr_number": "9144889", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
        >>> register = Register.prepare(people)
        >>> [hit.hpr_number for hit in register.screen({"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"})]
        ['9144889']
    """

    read: ReadRecords
    model: Model
    indexes: Mapping[str, KeyIndex | ChangedIndex] | None
    is_changed: bool = False

    def __repr__(self) -> str:
        of = "persons" if self.model.subject == ALERTS else "records"
        return on_one_line(self, **{of: len(self.read.records)}, rejected=len(self.read.rejected))

    @classmethod
    def prepare(
        cls,
        source: Any,
        model: Model | str | Path | None = None,
        *,
        id: str | None = None,  # noqa: A002 - what the schema calls it
        schema: Schema | str | Path | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> Register:
        """
        Prepare a register.

        Args:
            source: The register, see ``link``.
            model: The model whose standardisers and blocking rules prepare it; by default that of a prepared register, else "imi".
            id: The column that identifies a record, see ``link``.
            schema: Which column plays which role, where its name does not say it; none for a prepared register.
            workers: How many processes and threads share the work; None for one a core.
            progress: Called with the stage, what is done and what there is to do.

        Raises:
            HpmatchError: If the data, the schema or the model cannot be used.
        """
        schema = with_id(schema, id)
        if schema is not None and (isinstance(source, Register) or is_folder(source)):
            raise SchemaError(
                "register: it is prepared already, so that a schema tells nothing of it; leave the schema out"
            )
        model, report = read_model(model or model_of(source) or "imi"), progress or (lambda *_: None)
        with batch_job(workers):
            start_processes(source)
            report("read", 0, 1)
            register = read_register(source, model, schema)
            report("read", 1, 1)
            if register is source or register.indexes is not None:
                return replace(register, model=model).recounted(report)
            tables = NameTables.of(register.read.records)
            token_forms(tables.vocabulary)
            end_processes()  # they have worked out the last forms, and hold as much as indexing needs
            return replace(register, indexes=index_keys(register.read.records, model.blocking_rules, report))

    @classmethod
    def open(cls, folder: str | Path, *, verify: bool = True) -> Register:
        """
        Open a prepared register.

        Args:
            folder: The folder that it was saved to.
            verify: Whether to read all files once and hold them against their checksums.

        Raises:
            SourceError: If it is no prepared register, is damaged, or was made by another version.
        """
        from hpmatch.prepared import read_prepared  # noqa: PLC0415 - it needs this module

        return read_prepared(folder, verify=verify)

    def save(self, folder: str | Path, *, smaller_register: bool = False) -> None:
        """
        Save the register to a folder, which appears whole or not at all; an earlier one there is replaced.

        One that was changed is counted anew; ``hpmatch.prepared.add_changes`` keeps changes beside a folder instead. Changes
        that others add to the folder after it was opened are lost; ``hpmatch prepare FOLDER --out FOLDER`` makes them wait.

        Args:
            folder: The folder.
            smaller_register: Whether it is meant to have much fewer records than the earlier one.

        Raises:
            SourceError: If it cannot be written, was prepared for one run only, or has more than a tenth fewer records than the
                register whose place it would take.
        """
        from hpmatch.prepared import write_prepared  # noqa: PLC0415 - it needs this module

        write_prepared(self, folder, smaller_register=smaller_register)

    def __len__(self) -> int:
        return len(self.read.records)

    def check(self, model: Model) -> None:
        """
        Make sure that a model can use this register.

        Raises:
            SourceError: If the model standardises or blocks in another way.
        """
        if model is not self.model and self.model.preparing != model.preparing:
            named = model.name if model.is_shipped else "MODEL.json"
            raise SourceError(
                f"the register was prepared with other standardisers or blocking rules than model {model.name!r} has; "
                f"prepare it again: hpmatch prepare REGISTER --out DIR --model {named}"
            )

    def changed(
        self,
        changes: Any,
        *,
        schema: Schema | str | Path | None = None,
    ) -> Register:
        """
        The register with additions, changes and removals; how common names are and how many persons there are stays as counted.

        So an alert's answer can change only if a person it may be about came, went or changed, and to change a register takes
        a fraction of the time that preparing it takes. A name that nobody held counts as held by one. See ``recounted``.

        Args:
            changes: A table like the register. A person who is there already is replaced, but for what the table has no column
                for, and any other added; where a column
                ``change`` (``endring``) says "removed" ("slettet"), the person is taken out; it may also say "added" ("ny") or
                "changed" ("endret").
            schema: Which column plays which role, where its name does not say it.

        Raises:
            HpmatchError: If the changes cannot be used, name a person for removal who is not there or comes as well, or write the
                number of one who is there otherwise.
        """
        table = read_changes(changes, schema, self.model)
        if not len(table.data):  # a day without changes
            return self
        refuse_written_otherwise(table, self.read.records.ids)
        return self.folded(table)

    def folded(self, table: RawTable) -> Register:
        """The same of changes that were read already, at least one, and held against the numbers of this register."""
        stays, records = changed_records(self.read.records, table, self.model)
        indexes = self._reindexed(stays, records)
        version = version_with(self.read.version, table)
        return replace(self, read=self._as_read(records, version), indexes=indexes, is_changed=True)

    def recounted(self, progress: Progress | None = None) -> Register:
        """
        The same persons, counted and indexed anew: the same as if the register had been prepared from them.

        One that was changed gets another version, for names may be weighed otherwise.
        """
        records = counted_anew(self.read.records, self.model)
        NameTables.of(records)
        indexes = index_keys(records, self.model.blocking_rules, progress or (lambda *_: None))
        version = _version_anew(self.read.version) if self.is_changed else self.read.version
        return replace(self, read=self._as_read(records, version), indexes=indexes, is_changed=False)

    def _reindexed(self, stays: IntArray, now: Records) -> Mapping[str, KeyIndex | ChangedIndex] | None:
        if self.indexes is None:
            return None
        moved = np.full(len(self), MISSING, np.int32)
        moved[stays] = np.arange(len(stays))
        came = index_keys(
            by_itself(now, np.arange(len(stays), len(now)), self.model), self.model.blocking_rules
        )
        behind = {
            name: KeyIndex(index.keys, index.rows + np.int32(len(stays))) for name, index in came.items()
        }
        return changed_indexes(self.indexes, moved, behind)

    def _as_read(self, records: Records, version: str) -> ReadRecords:
        rejected = self.read.rejected
        rows = len(records) + len(rejected)
        return replace(self.read, records=records, rows=rows, version=version)

    def screen(self, record: Any, model: Model | str | Path | None = None) -> list[Hit]:
        """
        Hold one alert against the register, at once; safe to call from several threads.

        Args:
            record: The alert, a mapping of column names to values or a row of a pandas frame.
            model: A model to use instead of the one that the register was prepared with.

        Returns:
            The registered persons that a batch job of this alert alone would have kept as links, the likeliest first.

        Raises:
            HpmatchError: If the record or the model cannot be used.
        """
        from hpmatch.screening import screen  # noqa: PLC0415 - it needs this module

        return screen(self, record, self.model if model is None else read_model(model))

    def answer(self, record: Any, model: Model | str | Path | None = None) -> Answer:
        """
        Hold one alert against the register, and say what becomes of it; safe to call from several threads.

        Where ``screen`` finds nobody, this tells whether nobody fits or the alert tells too little to know.

        Args:
            record: The alert, see ``screen``.
            model: Likewise.

        Raises:
            HpmatchError: If the record or the model cannot be used.

        Example:
            >>> people = [{"hpr_number": "9144889", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
            >>> register = Register.prepare(people)
            >>> register.answer({"family_name": "Dahl", "given_name": "Ola", "birth_date": "1951-07-30"}).disposition
            'no_match'
            >>> register.answer({"family_name": "Berg"}).disposition
            'unmatchable'
        """
        from hpmatch.screening import answer  # noqa: PLC0415 - it needs this module

        return answer(self, record, self.model if model is None else read_model(model))


def read_register(
    source: Any, model: Model, schema: Schema | str | Path | None, name: str = "register"
) -> Register:
    """
    A register for one run: prepared already, or read and standardised now.

    Args:
        source: A ``Register``, the folder of one, or any table; see ``link``.
        model: The model.
        schema: Which column plays which role, where its name does not say it.
        name: What to call it in messages.
    """
    if is_folder(source):
        source = Register.open(source)
    if isinstance(source, Register):
        source.check(model)
        return source
    source = read_again(source, name)
    found = read_for(model, source, name, schema)
    return Register(replace(found, version=source_version(source)), model, None)


def model_of(source: Any) -> Model | None:
    """The model that a register was prepared with; None for one that was not prepared."""
    if isinstance(source, Register):
        return source.model
    with suppress(HpmatchError, OSError):  # what is wrong with it is told when the register is opened
        if is_folder(source) and (kept := Path(source, MODEL_FILE)).is_file():
            return read_model(kept)
    return None


def source_version(source: Any) -> str:
    """
    What tells a register from any other, so that an answer can say which one it was held against.

    Args:
        source: A register in any form that ``link`` takes.

    Returns:
        The SHA-256 of a file's bytes, or of a table's cells. A prepared register has the version of what it was prepared
        from; with changes, the SHA-256 of that version, a blank and the SHA-256 of the changes' cells; and where these were
        counted anew, the SHA-256 of the version with them and " counted anew".

    Raises:
        SourceError: If it cannot be read.

    Example:
        >>> people = [{"hpr_number": "9144889", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
        >>> source_version(people) == source_version(Register.prepare(people))
        True
    """
    if is_folder(source):
        source = Register.open(source, verify=False)
    if isinstance(source, Register):
        return source.read.version
    source = lasting(source, "register")
    if not isinstance(source, File):
        return content_digest(read(source, "register").data)
    try:
        with source.open() as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceError(f"register: cannot read {source}: {error.strerror or error}") from error
    source.check_unchanged("register")
    return digest


def version_with(version: str, changes: RawTable) -> str:
    """The version of a register with changes, as ``read_changes`` gives them."""
    return hashlib.sha256(f"{version} {content_digest(changes.data)}".encode()).hexdigest()


def _version_anew(version: str) -> str:
    return hashlib.sha256(f"{version} counted anew".encode()).hexdigest()
