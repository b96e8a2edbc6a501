"""One alert at a time: while somebody waits, with the same stages and the answer of a batch job of one."""

from __future__ import annotations

import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from decimal import Decimal
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np
import pyarrow as pa

from hpmatch.comparison import compare_one, compare_rows, prepare, without_repeats
from hpmatch.dispose import Scored, dispose, evidence_of, hits_of, links_of
from hpmatch.errors import HpmatchError, SchemaError, SourceError
from hpmatch.evidence import Evidence, Hit, look_alike_lines
from hpmatch.fellegi_sunter import weights_of
from hpmatch.link import score_pairs
from hpmatch.model import Model, read_model
from hpmatch.protocols import ComparedOne, Comparison, ComparisonVectors, JointComparison, Standardiser
from hpmatch.reading import ReadRecords, is_free, roles_of, roles_wanted
from hpmatch.records import Column, Records, is_present
from hpmatch.register import Register
from hpmatch.schema import Layout, Schema, resolve
from hpmatch.shown import on_one_line, told_columns
from hpmatch.sources.memory import plain_cell
from hpmatch.sources.tables import plain_identifier
from hpmatch.standardise import told_roles, value_of_cells, with_common_vocabulary
from hpmatch.standardise.encodings import decoded
from hpmatch.standardise.whole_names import reads_whole_names, with_name_apart

_ID = "*"  # a role that no stage has: of the cell that identifies a record
_REMEMBERED = 1 << 12  # records and cells, so that what repeats is not standardised again
_LAYOUTS = 1 << 8


@dataclass(frozen=True)
class Score:
    """
    How much the evidence says that two records are about one person.

    Attributes:
        match_weight: log2 of how much likelier the evidence is for one person than for two; no prior is in it.
        evidence: What each comparison adds.
        look_alike_weight: What look-alikes take, see ``hpmatch.fellegi_sunter.LookAlike``; 0 or below.
    """

    match_weight: float
    evidence: tuple[Evidence, ...]
    look_alike_weight: float = 0.0

    def __repr__(self) -> str:
        return on_one_line(self, f"weight {self.match_weight:+.2f}", comparisons=len(self.evidence))

    def __str__(self) -> str:
        lines = [f"weight {self.match_weight:+.2f}", *map(str, self.evidence)]
        return "\n".join([*lines, *look_alike_lines(self.look_alike_weight)])

    def _repr_html_(self) -> str:
        from hpmatch.html import score_html  # noqa: PLC0415 - only notebooks need it

        return score_html(self)


@dataclass(frozen=True)
class Answer:
    """
    How one alert is answered, as a batch job of this alert alone would answer it.

    Attributes:
        alert_id: The alert; "" where it has no identifier.
        disposition: match, review, no_match, or unmatchable: it tells too little to be held against the register.
        hpr_number: The registered person, of a match or a review.
        match_probability: The probability that it is that person, or the likeliest one.
        reason: Why, in a sentence.
        hits: The registered persons that it may be about, the likeliest first.
        columns_not_read: The columns of the alert whose names are not known, which say nothing of what it was answered by.
    """

    alert_id: str
    disposition: str
    hpr_number: str | None
    match_probability: float | None
    reason: str
    hits: tuple[Hit, ...]
    columns_not_read: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return on_one_line(self, self.disposition, hits=len(self.hits))

    def __str__(self) -> str:
        return "\n".join([f"{self.disposition}: {self.reason}", *map(str, self.hits)])

    def to_json(self) -> dict[str, Any]:
        """The answer as plain lists, dicts and numbers, as ``hpmatch screen`` prints it."""
        said = {name: value for name, value in vars(self).items() if name != "columns_not_read"}
        return {**said, "hits": [{**asdict(hit), "rules": list(hit.rules)} for hit in self.hits]}


def screen(register: Register, record: Any, model: Model) -> list[Hit]:
    """Hold one alert against a prepared register; see ``Register.screen``."""
    alert = _one_record(record, model, "alert")
    scored = _scored(register, alert, model)
    places = links_of(scored, model, None)
    return list(hits_of(alert, register.read.records, scored, model, places))


def _scored(register: Register, alert: Records, model: Model) -> Scored:
    if register.indexes is None:
        raise SourceError(
            "this register was read for one run; use Register.prepare to make one that can be screened"
        )
    register.check(model)
    return score_pairs(_read(alert), register, model)


def _read(alert: Records) -> ReadRecords:
    return ReadRecords(alert, "alert_id", (), 1)


def answer(register: Register, record: Any, model: Model) -> Answer:
    """Answer one alert as a batch job would; see ``Register.answer``."""
    record = _as_mapping(record, "alert")
    alert = _one_record(record, model, "alert")
    scored = _scored(register, alert, model)
    result = dispose(_read(alert), register.read, scored, model, None)
    told = result.dispositions.drop_columns(["person_id"]).to_pylist()[0]
    hits = hits_of(alert, register.read.records, scored, model, links_of(scored, model, None))
    return Answer(
        **told, hits=hits, columns_not_read=_columns_of(record, _known(model), "alerts", "alert").not_read
    )


def screen_lines(
    register: Register, lines: Iterable[str], note: Callable[[Sequence[str]], None] = lambda _: None
) -> Iterator[dict[str, Any]]:
    """
    Answer alerts that come as JSON lines; a line that cannot be used is answered with its number and an error.

    Args:
        register: The register.
        lines: The alerts.
        note: Called with the columns of each alert whose names are not known.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            answered = answer(register, _record_of(line), register.model)
            note(answered.columns_not_read)
            yield answered.to_json()
        except RecursionError:
            yield {"line": number, "error": "is nested too deep"}
        except HpmatchError as error:
            yield {"line": number, "error": str(error)}
        except Exception as error:  # noqa: BLE001 - one alert may not end the answers to all others
            yield {"line": number, "error": f"could not be answered ({type(error).__name__}); report it"}


def _record_of(line: str) -> dict[str, Any]:
    try:
        line.encode()  # where bytes were no text, halves of letters stand for them
    except UnicodeEncodeError as error:
        raise SourceError("holds bytes that are not text in UTF-8") from error
    try:
        record = json.loads(line, object_pairs_hook=_each_once)
    except SourceError:
        raise
    except json.JSONDecodeError as error:
        raise SourceError(f"is not JSON: {error.msg} at character {error.pos + 1}") from error
    except ValueError as error:
        raise SourceError("holds a number that is too long to be read") from error
    if not isinstance(record, dict):
        raise SourceError("is not a JSON object")
    return record


def _each_once(cells: list[tuple[str, Any]]) -> dict[str, Any]:
    record = dict(cells)
    if len(record) < len(cells):
        raise SourceError("names a column twice; keep one of them")
    return record


def score(left: Any, right: Any, model: Model | str | Path = "imi") -> Score:
    """
    Compare two records, for example an alert and a registered person.

    How common names and dates are is known only with a register; without one, each counts as of average frequency.

    Args:
        left: A mapping of column names to values, or a row of a pandas frame, as of an alert.
        right: Another, as of a registered person.
        model: The model, see ``link``.

    Raises:
        HpmatchError: If a record has none of the needed columns.

    Example:
        >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> round(score(kari, {**kari, "birth_date": "1980-03-02"}).match_weight) < round(score(kari, kari).match_weight)
        True
    """
    model = read_model(model)
    known = _known(model)
    return _score(known, _cells(left, known, "alerts", "left"), _cells(right, known, "register", "right"))


@dataclass(frozen=True)
class _Known:
    """A model that is known by its fingerprint or, if no file could hold it, as the object that it is."""

    key: str | int
    model: Model = field(compare=False)


def _known(model: Model) -> _Known:
    return _Known(model.fingerprint or id(model), model)


_Cells = tuple[tuple[str, str], ...]


@lru_cache(maxsize=_REMEMBERED)
def _score(known: _Known, left: _Cells, right: _Cells) -> Score:
    model, sides = known.model, (left, right)
    values = [_values_of(known, cells) for cells in sides]

    def found(comparison: Comparison | JointComparison) -> tuple[ComparedOne, ...]:
        if hasattr(comparison, "compare_one"):
            return compare_one(comparison, *values)
        a, b = (_records_of(known, cells) for cells in sides)
        return tuple(each.one() for each in compare_rows(prepare(comparison, b), a, b, _ROW, _ROW))

    compared = _vectors(model, [each for comparison in model.comparisons for each in found(comparison)])
    vectors = without_repeats(compared, model.stand_ins)
    weights = weights_of(model.classifier, vectors)
    (evidence,) = evidence_of(vectors, weights, model)
    return Score(float(weights.match[0]), evidence, float(weights.look_alikes[0]))


def _vectors(model: Model, found: Sequence[ComparedOne]) -> ComparisonVectors:
    levels, frequencies = zip(*found, strict=True)
    names = tuple([part.name for part in model.parts])
    sizes = tuple([len(part.levels) for part in model.parts])
    return ComparisonVectors(names, np.array([levels], np.int8), np.array([frequencies]), sizes, (1, 1))


_ROW = np.zeros(1, np.int32)


def _one_record(record: Any, model: Model, name: str) -> Records:
    """A table of one record, an alert, its cells standardised as in any table."""
    known = _known(model)
    return _records_of(known, _cells(record, known, "alerts", name))


def _as_mapping(record: Any, name: str) -> Mapping[str, Any]:
    if isinstance(record, Mapping):
        return record
    # A row of a pandas frame has to_dict; a whole frame has too, and two dimensions.
    if not hasattr(record, "to_dict") or len(getattr(record, "shape", (0,))) != 1:
        kind = type(record).__name__
        raise SourceError(
            f"{name}: a {kind} is no record; give a mapping of column names to values, or one row of a pandas frame"
        )
    found: Mapping[str, Any] = record.to_dict()
    return found


def _cells(record: Any, known: _Known, table: str, name: str) -> _Cells:
    """The role and the text of each cell that is not empty, the identifier's under ``_ID``."""
    record = _as_mapping(record, name)
    cells = tuple(
        [
            (role, text)
            for role, column in _columns_of(record, known, table, name).roles.items()
            if (text := _text_of(record[column], column, name))
        ]
    )
    try:
        "".join([text for _, text in cells]).encode()
    except UnicodeEncodeError as error:
        raise SourceError(
            f"{name}: a cell holds half a letter (a lone surrogate); give whole ones"
        ) from error
    return cells


def _text_of(cell: Any, column: str, name: str) -> str | None:
    if type(cell) is str:  # most are
        return cell
    if not _is_readable(cell):
        raise SourceError(
            f"{name}: {column!r} holds a {type(cell).__name__}, which is not text, a number, a date or a list of them"
        )
    return plain_cell(cell)


def _is_readable(cell: Any) -> bool:
    """Whether a cell is something that texts are made of; of any other object the text would be its address or its program."""
    if hasattr(cell, "tolist"):  # an array or a number of numpy, or of another kind
        cell = cell.tolist()
    if isinstance(cell, (list, tuple, set, frozenset)):
        return all(map(_is_readable, cell))
    return cell is None or isinstance(cell, _READABLE) or type(cell).__name__ in ("NAType", "NaTType")


_READABLE = (str, int, float, Decimal, date, UUID)


class _Stage(NamedTuple):
    """A standardiser that remembers what it made of the cells of a record, as a value and as the column of a table of one."""

    standardiser: Standardiser
    value: Callable[[tuple[str, ...]], Hashable | None]
    column: Callable[[tuple[str, ...]], Column]


@lru_cache(maxsize=_LAYOUTS)
def _stages(known: _Known) -> list[_Stage]:
    return [_remembering(stage) for stage in known.model.standardisers]


def _remembering(stage: Standardiser) -> _Stage:
    value = lru_cache(maxsize=_REMEMBERED)(partial(value_of_cells, stage))
    column = lru_cache(maxsize=_REMEMBERED)(lambda texts: Column.of_one(value(texts), stage.kind))
    return _Stage(stage, value, column)


@lru_cache(maxsize=_LAYOUTS)
def _stages_of(known: _Known, roles: tuple[str, ...]) -> list[tuple[_Stage, list[str]]]:
    """The stages that read some of the roles, with those of their roles that tell something, and "" for each other one."""
    named = dict(zip(roles, roles, strict=True))
    return [
        (stage, [role or "" for role in told_roles(stage.standardiser, named)])
        for stage in _stages(known)
        if not named.keys().isdisjoint(stage.standardiser.roles)
    ]


@lru_cache(maxsize=_LAYOUTS)
def _reads_whole_names(known: _Known) -> bool:
    return reads_whole_names(known.model.standardisers)


def _stages_told(known: _Known, cells: _Cells) -> list[tuple[_Stage, tuple[str, ...]]]:
    """The stages of which some role is told, with what their roles tell."""
    told: Mapping[str, str] = {role: decoded(text) for role, text in cells}
    told = with_name_apart(told) if _reads_whole_names(known) else told
    stages = _stages_of(known, tuple(told))
    return [(stage, tuple([told.get(role, "") for role in roles])) for stage, roles in stages]


@lru_cache(maxsize=_REMEMBERED)
def _records_of(known: _Known, cells: _Cells) -> Records:
    columns = {stage.standardiser.column: stage.column(texts) for stage, texts in _stages_told(known, cells)}
    ids = pa.array([plain_identifier(dict(cells).get(_ID, ""))], pa.string())
    return Records(ids, with_common_vocabulary(columns, known.model.standardisers))


@lru_cache(maxsize=_REMEMBERED)
def _values_of(known: _Known, cells: _Cells) -> Mapping[str, Any]:
    """The values that a record holds, by column."""
    return {
        stage.standardiser.column: value
        for stage, texts in _stages_told(known, cells)
        if is_present(value := stage.value(texts))
    }


class _Columns(NamedTuple):
    """
    What the columns of a record are.

    Attributes:
        roles: The column of each role, and under ``_ID`` the one that identifies the record, if one does.
        not_read: The columns that play no role.
    """

    roles: Mapping[str, str]
    not_read: tuple[str, ...]


def _columns_of(record: Mapping[str, Any], known: _Known, table: str, name: str) -> _Columns:
    return _columns(tuple(record), known, table, name)


@lru_cache(maxsize=_LAYOUTS)
def _columns(names: tuple[str, ...], known: _Known, table: str, name: str) -> _Columns:
    if not all(isinstance(column, str) for column in names):
        raise SchemaError(f"{name}: every column has to be named by text")
    roles, required = roles_of(known.model, table)
    layout = resolve(Schema(), names, roles, table=name, required=()) if names else Layout("", {}, {})
    wanted = roles_wanted(known.model, table)
    if not any(role in layout.roles for role in wanted):
        # The names may be data: those of a record that was put together the wrong way round.
        raise SchemaError(f"{name}: there is no {', '.join(wanted)} among its {len(names)} columns")
    is_nameless = layout.is_id_guessed and (
        not is_free(known.model, table) or layout.id in layout.roles.values()
    )
    found = layout.roles if is_nameless else {**layout.roles, _ID: layout.id}
    not_read = tuple(column for column in names if column not in found.values())
    lacking = [role for role in required if role not in found]
    if lacking and not_read:  # one of them may be meant by it, and an answer without it would be another
        raise SchemaError(
            f"{name}: there is no {' and no '.join(lacking)}, and nobody reads {told_columns(not_read)}; give what is lacking by a "
            f"name that is known, empty if nobody knows it, or leave out what nobody reads"
        )
    return _Columns(found, not_read)
