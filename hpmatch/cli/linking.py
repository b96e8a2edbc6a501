"""Holding alerts against a register: ``link``, ``prepare``, ``screen``; and one table against itself: ``dedupe``."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import (
    DATA_UNUSABLE,
    DONE,
    add_command,
    add_shared,
    check_training,
    progress_bar,
    schema_of,
    show_counts,
    show_rejected,
    show_warnings,
    show_written,
    told_not_grouped,
    told_not_read,
    told_training,
)
from hpmatch.errors import ModelError
from hpmatch.schema import KINDS

_LINK = """\
Holds every alert against the register and says whether its person is in it.

ALERTS and REGISTER are CSV files (comma, semicolon, tab or bar; UTF-8, UTF-16, UTF-32, Latin-1 or Windows-1252; which of them
is found out) or Parquet files. Columns are recognised by their English or Norwegian names (family_name or etternavn, given_name or
fornavn, birth_date or fødselsdato, alert_id or melding_id, hpr_number or hpr_nummer ...), those of a person in
22 more languages too; --schema tells of others.
"""
_LINK_MORE = """\
What is written to DIR:
  dispositions.csv  one row for each alert: match, review, no_match, or unmatchable with the reason
  links.csv         the registered persons that an alert may be about, with weight, probability and what agrees
  weights.csv       for each of these links the prior, what each comparison adds to its weight, and what look-alikes take
  persons.csv       the persons whom alerts are about: which alerts, who is registered, clear or not, earlier case or new
  relations.csv     why a person has several alerts: re-sent, correction, specialty, earlier profession, update ...
  differences.csv   with --ledger, the alerts in force that were answered otherwise before: before, now, and the reason
  checks.csv        a checksum for each alert, by which explain and label notice that they are given other alerts
  rejected.csv      rows of the input that could not be used, with row number and reason
  summary.json      counts that add up
  result_model.json the model that decided, where it is not a shipped one

A schema file (TOML) says which column plays which role:
  [alerts.columns]
  surname = "family_name"
  dob = "birth_date"

With --ledger, a register that has more than a tenth fewer records than in the run before is refused: it may be a part of one, and
whoever it lacks would be answered 'no match'. --smaller-register says that it is meant.

Exit status: 0 done; 1 the data could not be used; 2 the command was wrong. DIR gets a whole result or none.
"""
_PREPARE = """\
Standardises, indexes and counts a register once and keeps it in a folder, for 'hpmatch link' and 'hpmatch screen'.

With --changes-to, REGISTER holds changes to a prepared register: a person who is there is replaced, any other is added,
and where a column 'change' says 'removed' (or 'slettet') the person is taken out. The model is the one of the prepared
register. Changes are folded in whenever it is opened; how common names are stays as counted until it is prepared anew, which
'hpmatch prepare DIR --out DIR' does too.
"""
_PREPARE_MORE = """\
The folder is made whole or not at all, is opened by memory mapping, and is checked for damage whenever it is opened. It
holds personal data: guard it as the register itself.
"""
_SCREEN = """\
Reads alerts as JSON lines and answers each at once with a JSON line: the disposition and the hits, the likeliest first,
with what each comparison found. The answer is the one that 'hpmatch link' gives to an alert by itself; other alerts about the
same person, which 'hpmatch link' takes together, are not known here.
"""
_SCREEN_MORE = """\
  {"alert_id": "A1", "sending_country": "LT", "family_name": "Kazlauskaitė", "given_name": "Rasa", "birth_date": "1978-04-09"}

A line that cannot be used is answered with its number and an "error"; names that nobody reads are told once each on standard
error. Exit status: 0 done; 1 some line or the register
could not be used; 2 the command was wrong.
"""
_DEDUPE = f"""\
Finds records of one table that are about the same person. A record is identified by the column that a schema names, else by one
that is called id, record_id, rec_id, unique_id or løpenummer, else by the first, if it has a value of its own in every row.

What is written to DIR:
  pairs.csv     pairs of records that match, or that a person should look at
  weights.csv   for each pair how its match weight adds up
  clusters.csv  for each record its cluster: records joined by matches, as long as they fit together
  rejected.csv  rows of the input that could not be used
  summary.json  counts
  result_model.json  the model that decided, where it is not a shipped one

With --train the table may be about anything: a schema file says what its columns are
(a kind: {", ".join(KINDS)}; or a role such as family_name); without one
the cells are looked at. A model of 'hpmatch train' knows what the columns are.
"""
_MOST_TOLD = 100  # columns that nobody reads, of all alerts that are screened
# What is said of what was linked; see ``hpmatch.model.Model.subject``.
_WORDS: Mapping[str, Mapping[str, str]] = {
    "alerts": {
        "read": "alerts read",
        "rejected": "alert rows rejected",
        "no_match": "nobody in the register fits",
        "others": "registered persons",
        "others_rejected": "register rows rejected",
        "row": "alert",
        "other_row": "register",
    },
    "records": {
        "read": "records read",
        "rejected": "rows rejected",
        "no_match": "no record fits",
        "others": "other records",
        "others_rejected": "rows of them rejected",
        "row": "left",
        "other_row": "right",
    },
}
_DEDUPE_LABELS = {
    "read": "records read",
    "rejected": "rows rejected",
    "match": "pairs that match",
    "review": "pairs for review",
    "clusters": "clusters",
}


def add_link(commands: Any) -> None:
    """The command ``link``."""
    command = add_command(commands, "link", "hold alerts against the register", _LINK, _LINK_MORE)
    add_shared(command, "alerts", "register", "result", "model_or_train", "schema", "id", "train", "labels")
    command.add_argument(
        "--prior-cases",
        metavar="FILE",
        help="earlier cases (hpr_number, case_number, status, date); each hit then says whether there is one",
    )
    add_shared(command, "min_weight", "format", "workers")
    command.add_argument(
        "--ledger",
        metavar="FILE",
        help="note there what was received and what was answered; new, or a ledger (see 'hpmatch ledger')",
    )
    add_shared(command, "smaller_register")
    command.set_defaults(run=_link)


def _link(options: argparse.Namespace) -> int:
    from hpmatch.files import check_folder  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.ledger import Ledger  # noqa: PLC0415
    from hpmatch.link import link  # noqa: PLC0415
    from hpmatch.results import files_of_link  # noqa: PLC0415

    started = time.perf_counter()
    check_folder(options.out, files_of_link(options.out))
    check_training(options)
    with progress_bar() as progress:
        asked = {
            "schema": schema_of(options),
            "prior_cases": options.prior_cases,
            "min_weight": options.min_weight,
            "workers": options.workers,
            "progress": progress,
        }
        if options.ledger:
            result = Ledger(options.ledger).link(
                options.alerts,
                options.register,
                options.out,
                options.model,
                format=options.format,
                smaller_register=options.smaller_register,
                **asked,
            )
        else:
            result = link(
                options.alerts,
                options.register,
                options.model,
                train=options.train,
                labels=options.labels,
                **asked,
            )
            result.write(options.out, options.format)
    _show_summary(result.summary, options.out, time.perf_counter() - started)
    show_warnings(result.summary)
    if options.ledger:
        print(f"\nthe ledger {Path(options.ledger)}\n{Ledger(options.ledger).status()}")
    return DONE


def _show_summary(summary: Any, out: str, seconds: float) -> None:
    from hpmatch.model import ALERTS, subject_of  # noqa: PLC0415 - so that --help answers at once

    alerts, register, subject = summary["alerts"], summary["register"], subject_of(summary)
    words = _WORDS[subject]
    rows = [
        (words["read"], alerts["read"], ""),
        ("  match", alerts["match"], f"{summary['persons']['matched']} {words['others']}"),
        ("  review", alerts["review"], "to be looked at by a person"),
        ("  no match", alerts["no_match"], words["no_match"]),
        ("  unmatchable", alerts["unmatchable"], "too little to go by; see dispositions"),
        *_told_differences(alerts),
        *_told_statuses(alerts),
        (words["rejected"], alerts["rejected"], "see rejected" if alerts["rejected"] else ""),
        *(_persons(summary) if subject == ALERTS else ()),
        (words["others"], register["read"], _told_joined(register.get("joined", 0))),
        (words["others_rejected"], register["rejected"], "see rejected" if register["rejected"] else ""),
        *told_training(summary),
    ]
    show_counts(rows)
    show_written(out, seconds)
    tables = {
        words["row"]: alerts,
        words["other_row"]: register,
        "prior case": summary.get("prior_cases", {"rejected": 0}),
    }
    show_rejected({kind: table["rejected"] for kind, table in tables.items()}, out)


def _told_differences(alerts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """The line about alerts that the ledger notes another answer of, with a ledger."""
    note = "than the ledger noted before; see differences"
    return [("  answered otherwise", alerts["different"], note)] if "different" in alerts else []


def _told_statuses(alerts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    rows = [
        ("  not in force", alerts["not_in_force"], "answered too; persons says who has others"),
        ("  status unknown", alerts["unknown_status"], "counted as in force"),
    ]
    return [row for row in rows if row[1]]


def _told_joined(rows: int) -> str:
    return f"{rows:,} rows joined with another of the same person" if rows else ""


def _persons(summary: Any) -> list[tuple[str, int, str]]:
    total, expected = summary["funnel"]["total"], summary["funnel"]["expected_hits"]
    return [
        ("persons alerted", total["persons"], "see persons"),
        *told_not_grouped(summary),
        (
            "  hit",
            total["hit"],
            f"expected {expected['value']:,.0f} ({expected['low']:,.0f} to {expected['high']:,.0f})",
        ),
        (
            "    earlier case",
            total["earlier_case"],
            "" if "prior_cases" in summary else "none given: --prior-cases",
        ),
        ("    new", total["new"], f"identity of {total['clear']:,} clear, of {total['unclear']:,} not"),
    ]


def add_prepare(commands: Any) -> None:
    """The command ``prepare``."""
    command = add_command(
        commands, "prepare", "prepare a register for many runs and for single alerts", _PREPARE, _PREPARE_MORE
    )
    command.add_argument(
        "register",
        metavar="REGISTER",
        help="the register, or changes to one (CSV or Parquet), or a prepared one",
    )
    where = command.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "--out", metavar="DIR", help="the folder for the prepared register; new, or an earlier one"
    )
    where.add_argument(
        "--changes-to", metavar="DIR", help="a prepared register that REGISTER holds changes to"
    )
    add_shared(command, "model_of_register", "schema", "id", "workers", "smaller_register")
    command.set_defaults(run=_prepare)


def _prepare(options: argparse.Namespace) -> int:
    from hpmatch.prepared import MANIFEST, add_changes, alone, check_prepared_folder  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.register import Register  # noqa: PLC0415

    if options.changes_to and options.model:
        raise ModelError("changes are taken with the model of the prepared register; leave --model out")
    if options.changes_to:
        rows = add_changes(
            options.changes_to,
            options.register,
            schema_of(options),
            smaller_register=options.smaller_register,
        )
        print(
            f"{rows:,} rows of changes kept in {Path(options.changes_to)}; they count wherever it is opened from now on"
        )
        return DONE
    started = time.perf_counter()
    check_prepared_folder(options.out)
    out = Path(options.out)
    is_anew = (out / MANIFEST).exists() and out.resolve() == Path(options.register).resolve()
    # Changes that come meanwhile would go with the folder that is replaced.
    with alone(out) if is_anew else nullcontext(), progress_bar() as progress:
        register = Register.prepare(
            options.register,
            options.model,
            schema=schema_of(options),
            workers=options.workers,
            progress=progress,
        )
        register.save(options.out, smaller_register=options.smaller_register)
    words = _WORDS[register.model.subject]
    rejected = len(register.read.rejected)
    unread = told_not_read({words["other_row"]: register.read.columns_not_read})
    joined = _told_joined(register.read.joined)
    show_counts([(words["others"], len(register), joined), (words["others_rejected"], rejected, ""), *unread])
    show_written(options.out, time.perf_counter() - started)
    return DONE


def add_screen(commands: Any) -> None:
    """The command ``screen``."""
    command = add_command(
        commands, "screen", "hold single alerts against a prepared register", _SCREEN, _SCREEN_MORE
    )
    command.add_argument("register", metavar="PREPARED", help="the folder that 'hpmatch prepare' wrote")
    command.set_defaults(run=_screen)


def _screen(options: argparse.Namespace) -> int:
    from hpmatch.register import Register  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.screening import screen_lines  # noqa: PLC0415

    register = Register.open(options.register)
    _as_utf8(sys.stdin, "utf-8-sig", "surrogateescape")
    _as_utf8(sys.stdout, "utf-8", "replace")
    failed = 0
    for answer in screen_lines(register, sys.stdin, _each_once()):
        failed += "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    if failed:
        print(f"hpmatch: {failed:,} lines could not be used; see their 'error'", file=sys.stderr)
    return DATA_UNUSABLE if failed else DONE


def _each_once() -> Callable[[Sequence[str]], None]:
    """What tells of columns that nobody reads, of each when it first comes, and not without end of ever other ones."""
    told: set[str] = set()

    def tell(columns: Sequence[str]) -> None:
        from hpmatch.shown import told_columns  # noqa: PLC0415 - so that --help answers at once

        new = [column for column in columns if column not in told]
        if new and len(told) < _MOST_TOLD:
            told.update(new)
            print(
                f"hpmatch: nobody reads {told_columns(new)}; the names are not known",
                file=sys.stderr,
                flush=True,
            )

    return tell


def _as_utf8(stream: Any, encoding: str, errors: str) -> None:
    """JSON is UTF-8 whatever the locale; bytes that are not cost their line, not the run."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=encoding, errors=errors)


def add_dedupe(commands: Any) -> None:
    """The command ``dedupe``."""
    command = add_command(
        commands, "dedupe", "find records of one table that are about the same person", _DEDUPE
    )
    command.add_argument("records", metavar="RECORDS", help="the table (CSV or Parquet)")
    add_shared(
        command, "result", "model_or_train_records", "schema", "id", "train", "labels", "min_weight", "format"
    )
    command.set_defaults(run=_dedupe)


def _dedupe(options: argparse.Namespace) -> int:
    from hpmatch.dedupe import dedupe  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.files import check_folder  # noqa: PLC0415
    from hpmatch.output import result_files  # noqa: PLC0415
    from hpmatch.results import TABLES_OF_ONE  # noqa: PLC0415

    check_folder(options.out, result_files(TABLES_OF_ONE))
    check_training(options)
    with progress_bar() as progress:
        found = dedupe(
            options.records,
            options.model,
            schema=schema_of(options),
            train=options.train,
            labels=options.labels,
            min_weight=options.min_weight,
            progress=progress,
        )
    found.write(options.out, options.format)
    counts = {**found.summary["records"], **found.summary["pairs"], "clusters": found.summary["clusters"]}
    show_counts([(label, counts[name], "") for name, label in _DEDUPE_LABELS.items()])
    show_counts(told_training(found.summary))
    show_written(options.out)
    show_warnings(found.summary)
    return DONE
