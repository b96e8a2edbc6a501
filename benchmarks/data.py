"""Data with a known truth, and what the alerts are sliced by."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

from hpmatch.generate import generate
from hpmatch.standardise.stages import Professions

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Size:
    """
    How much data to make.

    Attributes:
        register: How many persons are registered.
        alerts: How many alerts there are.
        hits: How many of them are about a registered person.
        profile: The profile of the generator.
    """

    register: int
    alerts: int
    hits: int
    profile: str


def make(folder: Path, size: Size, seed: int, progress: Progress | None = None) -> Path:
    """Generate data into a folder, with a truth that has a column for each way to slice it."""
    generate(
        folder,
        profile=size.profile,
        register=size.register,
        alerts=size.alerts,
        hits=size.hits,
        seed=seed,
        progress=progress,
    )
    pq.write_table(_truth(folder), folder / "truth.parquet")
    return folder


def read_text(path: Path) -> pa.Table:
    """A CSV file as text columns."""
    names = pyarrow.csv.open_csv(path).schema.names
    options = pyarrow.csv.ConvertOptions(
        column_types=dict.fromkeys(names, pa.string()), strings_can_be_null=True, null_values=[""]
    )
    return pyarrow.csv.read_csv(path, convert_options=options)


def _truth(folder: Path) -> pa.Table:
    truth, alerts, register = (read_text(folder / f"{name}.csv") for name in ("truth", "alerts", "register"))
    truth = truth.join(alerts.select(["alert_id", *_ALERT_COLUMNS]), "alert_id").sort_by("alert_id")
    registered = register.select(["hpr_number", *_REGISTER_COLUMNS])
    registered = registered.rename_columns(
        ["hpr_number", *(f"register {name}" for name in _REGISTER_COLUMNS)]
    )
    truth = truth.join(registered, "hpr_number").sort_by("alert_id")
    cells = {name: [cell or "" for cell in truth[name].to_pylist()] for name in truth.column_names}
    slices = {by: make_slice(cells) for by, make_slice in _SLICES.items()}
    kept = {name: truth[name] for name in ("alert_id", "person_id", "hpr_number", "tags")}
    return pa.table({**kept, **slices})


_ALERT_COLUMNS = ("sending_country", "sex", "profession", "family_name", "given_name", "birth_date")
_REGISTER_COLUMNS = ("middle_name", "education_country", "professions", "status", "national_id")
_NOT_REGISTERED = "not registered"


def _of_registered(
    column: str, describe: Callable[[str], str]
) -> Callable[[dict[str, list[str]]], list[str]]:
    """A slice by what the register holds of the person, if the person is registered at all."""
    return lambda cells: [
        describe(cell) if number else _NOT_REGISTERED
        for number, cell in zip(cells["hpr_number"], cells[f"register {column}"], strict=True)
    ]


def script(text: str) -> str:
    """
    The script that a name is typed in.

    Example:
        >>> script("Berg"), script("Kazlauskaitė"), script("Иванова")
        ('Latin, plain', 'Latin, marked', 'Cyrillic')
    """
    if text.isascii():
        return "Latin, plain"
    scripts = {unicodedata.name(letter, "?").split()[0].capitalize() for letter in text if letter.isalpha()}
    return "Latin, marked" if scripts == {"Latin"} else " and ".join(sorted(scripts))


def _professions(cells: dict[str, list[str]]) -> list[str]:
    coded = Professions().standardise(cells["profession"], [""] * len(cells["profession"]))
    return [codes[0] if codes else "not coded" for codes in coded]


_SLICES: dict[str, Callable[[dict[str, list[str]]], Sequence[str | None]]] = {
    "sending country": lambda cells: cells["sending_country"],
    "script": lambda cells: [
        script(family + given)
        for family, given in zip(cells["family_name"], cells["given_name"], strict=True)
    ],
    "sex": lambda cells: [cell or "not given" for cell in cells["sex"]],
    "profession": _professions,
    "educated": _of_registered("education_country", lambda cell: "in Norway" if cell == "NO" else "abroad"),
    "middle name": _of_registered("middle_name", lambda cell: "registered with one" if cell else "without"),
    "professions": _of_registered("professions", lambda cell: "several" if ";" in cell else "one"),
    "status": _of_registered("status", lambda cell: cell or "not given"),
}
