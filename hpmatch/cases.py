"""Earlier cases: whom the agency has dealt with before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.reading import layout_of
from hpmatch.records import Records
from hpmatch.schema import Schema, read_schema
from hpmatch.shown import on_one_line
from hpmatch.sources import read
from hpmatch.sources.rejected import reject
from hpmatch.sources.tables import WRITTEN_OTHERWISE, RejectedRow, plain_identifier, written_otherwise
from hpmatch.standardise.days import read_day

CASE_ROLES = ("case_number", "hpr_number", "case_status", "case_date")
_REQUIRED = ("hpr_number",)


@dataclass(frozen=True)
class Case:
    """
    An earlier case.

    Attributes:
        number: The case number.
        status: Its status, as it was given.
        date: Its date, as it was given.
    """

    number: str
    status: str = ""
    date: str = ""


@dataclass(frozen=True)
class PriorCases:
    """
    The earlier cases of registered persons.

    Attributes:
        of_person: The cases of each person, by the person's identifier, the latest first; of a case that several rows
            tell of, what the latest says.
        rejected: The rows that could not be used: without a number, or about a person who is not registered.
        rows: How many rows the source has.
    """

    of_person: Mapping[str, tuple[Case, ...]] = field(default_factory=lambda: MappingProxyType({}))
    rejected: tuple[RejectedRow, ...] = ()
    rows: int = 0

    def __repr__(self) -> str:
        return on_one_line(self, persons=len(self.of_person), rejected=len(self.rejected))


def read_prior_cases(source: Any, register: Records, schema: Schema | str | Path | None = None) -> PriorCases:
    """
    Read the earlier cases.

    Args:
        source: The cases, any table that ``link`` takes: ``hpr_number``, ``case_number``, and if there are any ``status`` and
            ``date``. A person may have several, and a case be about several persons, whose numbers ``;`` separates.
        register: The registered persons; a case about none of them is set aside.
        schema: Which column plays which role, where its name does not say it.

    Raises:
        SourceError: If the source cannot be read.
        SchemaError: If a needed column is missing.

    Example:
        >>> register = Records(pa.array(["9144889"]), {})
        >>> found = read_prior_cases([{"hpr_number": "9144889", "case_number": "2023/17"}, {"hpr_number": "1", "case_number": "9"}], register)
        >>> found.of_person["9144889"][0].number, found.rejected[0].reason
        ('2023/17', 'is about a person who is not in the register; correct hpr_number, or leave the row out')
    """
    raw = read(source, "prior cases", may_be_empty=True)
    if not raw.data.num_columns:
        return PriorCases()
    said = read_schema(schema, "cases")
    if said.id not in raw.data.column_names:  # what identifies alerts and registered persons, and no case
        said = replace(said, id=None)
    layout = layout_of(raw, "prior cases", CASE_ROLES, said, _REQUIRED)
    texts = {role: _texts(raw.data, layout.roles.get(role)) for role in CASE_ROLES}
    persons = _registered(texts["hpr_number"], register)
    numberless = np.array([number == "" for number in texts["case_number"]], bool)
    registered = np.array([bool(each) for each in persons], bool)
    numbers = pa.array(texts["hpr_number"], pa.string())
    otherwise = ~registered & np.asarray(written_otherwise(numbers, register.ids.cast(pa.string())), bool)
    rejected = (
        *raw.rejected,
        *reject(raw, np.flatnonzero(numberless), "has no case number; give it one"),
        *reject(raw, np.flatnonzero(~numberless & otherwise), WRITTEN_OTHERWISE),
        *reject(
            raw,
            np.flatnonzero(~numberless & ~registered & ~otherwise),
            f"is about a person who is not in the register; correct {layout.roles['hpr_number']}, or leave the row out",
        ),
    )
    of_person: dict[str, list[Case]] = {}
    for row in np.flatnonzero(~numberless & registered).tolist():
        case = Case(*(texts[role][row] for role in ("case_number", "case_status", "case_date")))
        for person in persons[row]:
            of_person.setdefault(person, []).append(case)
    ordered = {person: _each_once(cases) for person, cases in of_person.items()}
    return PriorCases(MappingProxyType(ordered), rejected, len(raw.data) + len(raw.rejected))


def _registered(cells: Sequence[str], register: Records) -> list[list[str]]:
    """The registered persons whom each cell names, be it one or several."""
    named = [(cell, *(each.strip() for each in cell.split(";"))) for cell in cells]
    asked = pa.array([each for names in named for each in names], pa.string())
    known = set(asked.filter(pc.is_in(asked, register.ids.cast(pa.string()))).to_pylist())
    return [[each for each in dict.fromkeys(names) if each in known] for names in named]


def _each_once(cases: Iterable[Case]) -> tuple[Case, ...]:
    latest: dict[str, Case] = {}
    for case in sorted(cases, key=_latest_first):
        latest.setdefault(case.number, case)
    return tuple(latest.values())


def _latest_first(case: Case) -> tuple[int, str, str]:
    day = read_day(case.date)
    return -(day.toordinal() if day else 0), case.number, case.status


def _texts(data: pa.Table, column: str | None) -> Sequence[str]:
    if column is None:
        return [""] * len(data)
    return [plain_identifier(text or "") for text in data[column].to_pylist()]
