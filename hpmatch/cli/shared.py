"""What the commands have in common: exit statuses, options, the bar that shows progress, what is told at the end."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hpmatch.errors import ModelError
from hpmatch.output import FORMATS
from hpmatch.schema import Schema, with_id
from hpmatch.wording import LANGUAGES

DONE, DATA_UNUSABLE, COMMAND_WRONG = 0, 1, 2
_MOST_NAMED = 10  # columns of an export that has hundreds


def add_command(commands: Any, name: str, shown: str, description: str, epilog: str = "") -> Any:
    """Add a command, whose description keeps its lines."""
    return commands.add_parser(
        name,
        help=shown,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def add_shared(command: Any, *names: str, **more: Any) -> None:
    """Add arguments and options that several commands have, by their names in ``SHARED``, and what this one says of them."""
    for name in names:
        flag, settings = SHARED[name]
        command.add_argument(flag, **{**settings, **more})


def schema_of(options: argparse.Namespace) -> Schema | str | Path | None:
    """What --schema and --id say together."""
    return with_id(options.schema, options.id)


def check_training(options: argparse.Namespace) -> None:
    """
    Make sure that what is said of training goes together.

    Raises:
        ModelError: If it does not.
    """
    if options.labels and not options.train:
        raise ModelError("--labels are learned from with --train; give both or neither")
    if options.train and getattr(options, "ledger", None):
        raise ModelError(
            "a ledger names the model of each answer, so it has to be a file: train it first with 'hpmatch train', and name it "
            "with --model"
        )


def count(text: str) -> int:
    """A number of things from an option, at least 1."""
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it has to be at least 1")
    return number


def finite(text: str) -> float:
    """A finite number from an option."""
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError("it has to be a finite number")
    return number


SHARED: dict[str, tuple[str, dict[str, Any]]] = {
    "alerts": ("alerts", {"metavar": "ALERTS", "help": "the alerts (CSV or Parquet)"}),
    "register": (
        "register",
        {"metavar": "REGISTER", "help": "the register (CSV or Parquet), or the folder of a prepared one"},
    ),
    "linked": ("result", {"metavar": "DIR", "help": "the folder that 'hpmatch link' wrote"}),
    "found": (
        "result",
        {"metavar": "DIR", "help": "the folder that 'hpmatch link' or 'hpmatch dedupe' wrote"},
    ),
    "linked_alerts": ("--alerts", {"metavar": "FILE", "help": "the alerts that were linked"}),
    "linked_register": (
        "--register",
        {"metavar": "FILE", "help": "the register that they were held against, or a prepared one"},
    ),
    "model_file": (
        "--out",
        {"metavar": "MODEL.json", "required": True, "help": "the model file to write"},
    ),
    "language": ("--lang", {"choices": LANGUAGES, "default": "en", "help": "the language (default: en)"}),
    "result": (
        "--out",
        {"metavar": "DIR", "required": True, "help": "the folder for the result; new, or an earlier result"},
    ),
    "model": (
        "--model",
        {"metavar": "NAME|FILE", "default": "imi", "help": "a shipped model or a model file (default: imi)"},
    ),
    "model_of_result": (
        "--model",
        {
            "metavar": "NAME|FILE",
            "help": "the model that made the result (default: the one that DIR holds, or the shipped one that it names)",
        },
    ),
    "model_of_register": (
        "--model",
        {
            "metavar": "NAME|FILE",
            "help": "a shipped model or a model file (default: that of a prepared register, else imi)",
        },
    ),
    "model_or_train": (
        "--model",
        {
            "metavar": "NAME|FILE",
            "help": "a shipped model or a model file (default: that of a prepared register, else imi; with --train, one for the columns)",
        },
    ),
    "model_or_train_records": (
        "--model",
        {
            "metavar": "NAME|FILE",
            "help": "a shipped model or a model file (default: imi; with --train, one for the columns)",
        },
    ),
    "model_to_train": (
        "--model",
        {
            "metavar": "NAME|FILE",
            "help": "the model to start from (default: imi for alerts and a register, else one for the columns)",
        },
    ),
    "train": (
        "--train",
        {
            "action": "store_true",
            "help": "learn the model's numbers from these tables first; see 'hpmatch train --help'",
        },
    ),
    "labels": (
        "--labels",
        {"metavar": "FILE", "help": "what people said of pairs, to train with: left_id, right_id, label"},
    ),
    "schema": (
        "--schema",
        {"metavar": "FILE", "help": "a TOML file that says which column plays which role"},
    ),
    "id": (
        "--id",
        {
            "metavar": "COLUMN",
            "help": "the column that identifies a record, in every table; a schema file says it itself (default: known by its name, or the first)",
        },
    ),
    "min_weight": (
        "--min-weight",
        {
            "metavar": "W",
            "type": finite,
            "help": "keep pairs of at least this match weight (log2 odds; default: those that may matter)",
        },
    ),
    "records": (
        "--records",
        {
            "metavar": "FILE",
            "help": "the table that was held against itself, where 'hpmatch dedupe' wrote DIR",
        },
    ),
    "seed": (
        "--seed",
        {"metavar": "S", "type": int, "default": 1, "help": "another seed draws other pairs (default: 1)"},
    ),
    "format": (
        "--format",
        {"choices": FORMATS, "default": "csv", "help": "the format of the tables (default: csv)"},
    ),
    "print_as": (
        "--format",
        {"choices": ("text", "json"), "default": "text", "help": "how it is printed (default: text)"},
    ),
    "smaller_register": (
        "--smaller-register",
        {
            "action": "store_true",
            "help": "the register is meant to be smaller; else one that lost more than a tenth of its records since it was last used is refused",
        },
    ),
    "workers": (
        "--workers",
        {
            "metavar": "N",
            "type": count,
            "help": "how many processes and threads to use (default: one a core)",
        },
    ),
}


@contextmanager
def progress_bar() -> Iterator[Callable[[str, int, int], None]]:
    """A bar on a terminal, nothing in a pipe or without rich."""
    if not (sys.stderr.isatty() and find_spec("rich")):
        yield lambda *_: None
        return
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    with Progress(console=Console(stderr=True), transient=True) as bar:
        tasks: dict[str, Any] = {}

        def show(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = bar.add_task(stage, total=total)
            bar.update(tasks[stage], completed=done, total=total)

        yield show


_TABLES = {"alerts": "left", "register": "right"}  # as the tables of other records than alerts are called


def told_training(summary: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """Lines about what was learned and what columns were taken for, and about comparisons that lack one."""
    from hpmatch.model import RECORDS, subject_of  # noqa: PLC0415 - so that --help answers at once

    named = _TABLES if subject_of(summary) == RECORDS else {}
    training, lacking = summary.get("training", {}), summary["not_compared"]
    kinds, left_out = training.get("columns", {}), training.get("columns_left_out", [])
    taken = ", ".join(f"{column} {kind}" for column, kind in kinds.items())
    told = [
        (
            "matches expected",
            round(training.get("expected_matches", 0)),
            "among all pairs, by what was learned",
        ),
        ("columns taken for", len(kinds), taken),
        ("columns left out", len(left_out), ", ".join(left_out)),
        ("not compared by", len(lacking), f"{', '.join(lacking)}: a table has no such column"),
        *told_not_read(
            {
                named.get(table, table): [column for column in columns if column not in left_out]
                for table, columns in summary["columns_not_read"].items()
            }
        ),
    ]
    return [line for line in told if line[1]]


def told_not_read(columns: Mapping[str, Sequence[str]]) -> list[tuple[str, int, str]]:
    """The line about the columns of each table that nobody reads, if there are any."""
    each = [(table, column) for table, names in columns.items() for column in names]
    if not each:
        return []
    named = {table: [column for of, column in each[:_MOST_NAMED] if of == table] for table, _ in each}
    told = "; ".join(f"{table}: {', '.join(names)}" for table, names in named.items() if names)
    more = f" and {len(each) - _MOST_NAMED} more" * (len(each) > _MOST_NAMED)
    return [("columns not read", len(each), told + more)]


def told_not_grouped(summary: Mapping[str, Any]) -> list[tuple[str, int, str]]:
    """The line about alerts that were held against no other, if there are any."""
    note = "too many share all that they could be found by; each is a person of its own"
    return [("  alerts not grouped", summary["not_grouped"], note)] if summary["not_grouped"] else []


def show_counts(rows: Iterable[tuple[str, int, str]]) -> None:
    """Say what was counted, a line each: what it is, how many, and a note or nothing."""
    for label, number, note in rows:
        print(f"{label:<24}{number:>10,}  {note}".rstrip())


def print_json(said: object) -> None:
    """Print what is said for programs, with names as they are."""
    print(json.dumps(said, ensure_ascii=False, indent=2))


def show_written(out: str, seconds: float | None = None) -> None:
    """Tell where something was written, and how long it took if that is given."""
    took = "" if seconds is None else f" in {seconds:.1f} s"
    print(f"written to {Path(out)}{took}")


def show_warnings(summary: Mapping[str, Any]) -> None:
    """Say what could not be learned."""
    for warning in summary.get("training", {}).get("warnings", ()):
        print(f"hpmatch: {warning}", file=sys.stderr)


def show_rejected(rows: Mapping[str, int], out: str) -> None:
    """Tell of rows that could not be used, by what they are rows of, and where they stand."""
    if told := " and ".join(f"{number:,} {kind} rows" for kind, number in rows.items() if number):
        print(f"hpmatch: {told} could not be used; see 'rejected' in {Path(out)}", file=sys.stderr)
