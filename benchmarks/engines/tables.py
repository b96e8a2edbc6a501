"""
The tables that other libraries get: names folded to ASCII letters, dates in ISO form, the rest coded.

Formats are not what is measured, so hpmatch's own readers do it for them: dates by the sender's convention, first reading.
Names are cleaned once a distinct value.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
from unidecode import unidecode

from hpmatch.reading import read_records
from hpmatch.records import Records
from hpmatch.schema import ALERT_ROLES, REGISTER_ROLES, Schema
from hpmatch.standardise.stages import BirthDate, Countries, PlainText, Professions, Sex

COLUMNS = ("family_name", "given_name", "birth_date", "birth_year", "sex", "profession", "country")
_COUNTRY = Countries(roles=("sending_country", "education_country"))
_STAGES = (PlainText("family_name"), PlainText("given_name"), BirthDate(), Sex(), Professions(), _COUNTRY)


@dataclass(frozen=True)
class Tables:
    """
    Alerts and register, ready for a library that wants clean columns.

    Attributes:
        alerts: id and COLUMNS.
        register: Likewise.
    """

    alerts: pa.Table
    register: pa.Table


def read_tables(data: Path) -> Tables:
    """Read and clean both tables."""
    read = (("alerts", ALERT_ROLES), ("register", REGISTER_ROLES))
    return Tables(
        *(
            _table(read_records(data / f"{name}.csv", name, roles, _STAGES, Schema()).records)
            for name, roles in read
        )
    )


def _table(records: Records) -> pa.Table:
    makers: dict[str, tuple[str, Callable[[Any], str]]] = {
        "family_name": ("family_name", _letters),
        "given_name": ("given_name", _letters),
        "birth_date": ("birth_date", _iso),
        "birth_year": ("birth_date", lambda readings: f"{readings[0] // 10_000:04}"),
        "sex": ("sex", str),
        "profession": ("profession", lambda codes: codes[0]),
        "country": ("country", lambda codes: codes[0]),
    }
    columns = {}
    for name, (source, make) in makers.items():
        column = records[source]
        cells = [*(make(value) for value in column.values.array.to_pylist()), None]
        columns[name] = pa.array([cells[code] or None for code in column.codes.tolist()], pa.string())
    return pa.table({"id": records.ids.cast(pa.string()), **columns})


def _letters(text: str) -> str:
    cleaned = "".join(letter if letter.isalpha() else " " for letter in unidecode(text).lower())
    return " ".join(cleaned.split())


def _iso(readings: list[int]) -> str:
    """The first reading; nothing where the day or month is not known."""
    year, month, day = readings[0] // 10_000, readings[0] // 100 % 100, readings[0] % 100
    return f"{year:04}-{month:02}-{day:02}" if month and day else ""
