"""The command line: ``hpmatch link ALERTS REGISTER --out DIR``."""

from __future__ import annotations

import argparse
import json
import math
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpmatch.errors import HpmatchError
from hpmatch.output import FORMATS

if TYPE_CHECKING:
    from hpmatch.ledger import Ledger

DONE, DATA_UNUSABLE, COMMAND_WRONG = 0, 1, 2
_INTERRUPTED = 130

_LINK = """\
Holds every alert against the register and says whether its person is in it.

ALERTS and REGISTER are CSV files (comma, semicolon, tab or bar; UTF-8, Latin-1 or UTF-16; found out by themselves) or
Parquet files. Columns are recognised by their English or Norwegian names (family_name or etternavn, given_name or
fornavn, birth_date or fødselsdato, alert_id or melding_id, hpr_number or hpr_nummer ...); --schema tells of others.
"""
_LINK_MORE = """\
What is written to DIR:
  dispositions.csv  one row for each alert: match, review, no_match, or unmatchable with the reason
  links.csv         the registered persons that an alert may be about, with weight, probability and what agrees
  persons.csv       the persons whom alerts are about: which alerts, who is registered, clear or not, earlier case or new
  relations.csv     why a person has several alerts: re-sent, correction, specialty, earlier profession, update ...
  rejected.csv      rows of the input that could not be used, with row number and reason
  summary.json      counts that add up

A schema file (TOML) says which column plays which role:
  [alerts.columns]
  surname = "family_name"
  dob = "birth_date"

Exit status: 0 done; 1 the data could not be used; 2 the command was wrong. DIR gets a whole result or none.
"""
_FUNNEL = """\
Counts persons from alert to case, in all, by country and by profession: alerts, persons, no match, hits, earlier cases and new
ones, and of these with a clear and with an unclear identity. --out draws it (needs the extra 'charts').
"""
_GENERATE = """\
Makes up a register, alerts from other countries and the truth about each alert; the same seed gives the same files.

Profiles: clean, typical and hard differ in how often names and dates go wrong; sample is small and holds every kind of
difference; report reproduces the figures of the supervisory report. None of the people exist.
"""
_DEDUPE = """\
Finds records of one table that are about the same person. The first column identifies a record unless a schema says which.

What is written to DIR:
  pairs.csv     pairs of records that match, or that a person should look at
  clusters.csv  for each record its cluster: records joined by matches, directly or through others
  rejected.csv  rows of the input that could not be used
  summary.json  counts
"""
_DEDUPE_LABELS = {
    "read": "records read",
    "rejected": "rows rejected",
    "match": "pairs that match",
    "review": "pairs for review",
    "clusters": "clusters",
}
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
with what each comparison found. The answer is the one that 'hpmatch link' gives.
"""
_SCREEN_MORE = """\
  {"alert_id": "A1", "sending_country": "LT", "family_name": "Kazlauskaitė", "given_name": "Rasa", "birth_date": "1978-04-09"}

A line that cannot be used is answered with its number and an "error". Exit status: 0 done; 1 some line or the register
could not be used; 2 the command was wrong.
"""
_LEDGER = """\
A ledger, which 'hpmatch link ... --ledger FILE' keeps, holds which alerts were received, how each was answered, by which
model and held against which version of the register, and which alerts still wait. It holds no name and no birth date.
"""
_VERIFY = """\
Holds every byte of a ledger against its chain of hashes and prints the head, the hash of the last entry. Keep the head
elsewhere: entries that are cut off at the end are found only if --head tells of one.

Exit status: 0 as it was written; 1 not, and the first wrong entry is named.
"""
_FORGET = """\
Takes out of a ledger what its entries say about an alert, and leaves a tombstone: the alert is not received again. The ledger
still verifies. With --result, the alert is also taken out of the tables and counts of results. Interrupted, it is finished
by being called again.
"""
_RECONCILE = """\
Holds own decisions to take or limit an authorisation against the alerts that were sent about them and against the register.

DECISIONS has decision_id (or case_number, saksnummer), decision_date, hpr_number or names and birth date, and if known
profession and measure. ALERTS_SENT has the columns of alerts, and hpr_number if known. REGISTER has hpr_number, names, birth
date and status (active, limited, suspended, lost ..., English or Norwegian).
"""
_RECONCILE_MORE = """\
What is written to DIR:
  findings.csv  what lacks: kind, decision_id, alert_id, hpr_number, explanation
  rejected.csv  rows of the input that could not be used, with row number and reason
  summary.json  counts that add up: decisions read = sent + not_sent + unclear_sent = entered + not_entered + unclear_entered

Kinds: not_sent, sent_late (more than three days after the decision), unclear_sent, unclear_when, not_entered, unclear_entered,
alert_without_decision, unclear_alert, entry_without_decision, unclear_entry.

Exit status: 0 done, whatever was found; 1 the data could not be used; 2 the command was wrong. DIR gets a whole result or none.
"""
_ASK = """\
Says which one further fact would most likely settle who an alert in review is about, and writes the request to its sender.

Each fact has the information that its answer is expected to give about who it is, in bits, and the probability that the
answer settles it: a match, or nobody. What the alert tells in full is not asked, nor what would say nothing. Without --alert
every person in review is asked about, in the name of the person's first alert.
"""
_ASK_MORE = """\
A request names the alert by its identifier and its country and asks for exactly one fact; it holds nothing of the register, no
name and no birth date. The alerts are linked anew, for what they tell and what the register holds does not stand in a result;
a prepared register makes that fast.

Exit status: 0 done; 1 the data could not be used, or there is no such alert; 2 the command was wrong.
"""
_EVALUATE = """\
Measures precision and recall of a result, overall and by slice, each with a 95 % interval.

TRUTH has a row for each alert: alert_id, hpr_number (empty where the person is not registered), and optionally person_id
(which alerts are about one person) and tags; tags and every further column make slices. Measures of candidate pairs
need a result that holds all of them: hpmatch link ... --min-weight=-1000.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    options = _parser().parse_args(arguments)
    with suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, _interrupt)
    try:
        status = int(options.run(options))
        sys.stdout.flush()
    except HpmatchError as error:
        print(f"hpmatch: {error}", file=sys.stderr)
        return DATA_UNUSABLE
    except KeyboardInterrupt:
        print("hpmatch: interrupted; there is a whole result or none", file=sys.stderr)
        return _INTERRUPTED
    except OSError as error:
        print(f"hpmatch: cannot print: {error.strerror or error}", file=sys.stderr)
        sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - what is left to print has no place
        return DATA_UNUSABLE
    return status


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="hpmatch",
        description="Entity resolution of health personnel across borders.",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"hpmatch {version('hpmatch')}")
    commands = parser.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _add_link(commands)
    _add_dedupe(commands)
    _add_prepare(commands)
    _add_screen(commands)
    _add_funnel(commands)
    _add_ask(commands)
    _add_reconcile(commands)
    _add_ledger(commands)
    _add_forget(commands)
    _add_generate(commands)
    _add_evaluate(commands)
    return parser


def _command(commands: Any, name: str, shown: str, description: str, epilog: str = "") -> Any:
    return commands.add_parser(
        name,
        help=shown,
        description=description,
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )


def _add_shared(command: Any, *names: str) -> None:
    for name in names:
        flag, settings = _SHARED[name]
        command.add_argument(flag, **settings)


def _add_link(commands: Any) -> None:
    command = _command(commands, "link", "hold alerts against the register", _LINK, _LINK_MORE)
    command.add_argument("alerts", metavar="ALERTS", help="the alerts (CSV or Parquet)")
    command.add_argument(
        "register", metavar="REGISTER", help="the register (CSV or Parquet), or the folder of a prepared one"
    )
    _add_shared(command, "result", "model", "schema")
    command.add_argument(
        "--prior-cases",
        metavar="FILE",
        help="earlier cases (hpr_number, case_number, status, date); each hit then says whether there is one",
    )
    command.add_argument(
        "--min-weight",
        metavar="W",
        type=_finite,
        help="keep links of at least this match weight (log2 odds; default: those that may matter)",
    )
    _add_shared(command, "format", "workers")
    command.add_argument(
        "--ledger",
        metavar="FILE",
        help="note there what was received and what was answered; new, or a ledger (see 'hpmatch ledger')",
    )
    command.set_defaults(run=_link)


def _count(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("it has to be at least 1")
    return number


_SHARED: dict[str, tuple[str, dict[str, Any]]] = {
    "result": (
        "--out",
        {"metavar": "DIR", "required": True, "help": "the folder for the result; new, or an earlier result"},
    ),
    "model": (
        "--model",
        {"metavar": "NAME|FILE", "default": "imi", "help": "a shipped model or a model file (default: imi)"},
    ),
    "schema": (
        "--schema",
        {"metavar": "FILE", "help": "a TOML file that says which column plays which role"},
    ),
    "format": (
        "--format",
        {"choices": FORMATS, "default": "csv", "help": "the format of the tables (default: csv)"},
    ),
    "workers": (
        "--workers",
        {
            "metavar": "N",
            "type": _count,
            "help": "how many processes and threads to use (default: one a core)",
        },
    ),
}


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise argparse.ArgumentTypeError("it has to be a finite number")
    return number


def _link(options: argparse.Namespace) -> int:
    from hpmatch.link import link  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.output import check_folder, result_files  # noqa: PLC0415
    from hpmatch.results import TABLES  # noqa: PLC0415

    started = time.perf_counter()
    check_folder(options.out, result_files(TABLES))
    with _progress_bar() as progress:
        asked = {
            "schema": options.schema,
            "prior_cases": options.prior_cases,
            "min_weight": options.min_weight,
            "workers": options.workers,
            "progress": progress,
        }
        if options.ledger:
            result = _ledger(options).link(
                options.alerts,
                options.register,
                options.out,
                options.model,
                format=options.format,
                **asked,
            )
        else:
            result = link(options.alerts, options.register, options.model, **asked)
            result.write(options.out, options.format)
    _show_summary(result.summary, options.out, time.perf_counter() - started)
    if options.ledger:
        print(f"\nthe ledger {Path(options.ledger)}\n{_ledger(options).status()}")
    return DONE


def _add_funnel(commands: Any) -> None:
    command = _command(commands, "funnel", "show where the alerts of a result went", _FUNNEL)
    command.add_argument("result", metavar="DIR", help="the folder that 'hpmatch link' wrote")
    command.add_argument("--out", metavar="FILE", help="draw it too: .html, .svg or .png")
    command.set_defaults(run=_funnel)


def _funnel(options: argparse.Namespace) -> int:
    from hpmatch.output import read_summary  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.persons import funnel_text  # noqa: PLC0415

    funnel = read_summary(options.result, "funnel")["funnel"]
    print(funnel_text(funnel))
    if options.out:
        from hpmatch.charts import funnel_chart, save_chart  # noqa: PLC0415 - altair takes long to import

        save_chart(funnel_chart(funnel), options.out)
        print(f"drawn in {Path(options.out)}")
    return DONE


def _add_ask(commands: Any) -> None:
    command = _command(commands, "ask", "say what to ask the sender of an unclear alert", _ASK, _ASK_MORE)
    command.add_argument("alerts", metavar="ALERTS", help="all alerts (CSV or Parquet)")
    command.add_argument(
        "register", metavar="REGISTER", help="the register (CSV or Parquet), or the folder of a prepared one"
    )
    command.add_argument(
        "--alert", metavar="ID", help="the alert to ask about (default: each person in review)"
    )
    command.add_argument(
        "--language", choices=("en", "nb"), default="en", help="the language of the request (default: en)"
    )
    _add_shared(command, "model", "schema", "workers")
    command.set_defaults(run=_ask)


def _ask(options: argparse.Namespace) -> int:
    from hpmatch.inquiry import unclear_alerts, what_to_ask  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.link import link  # noqa: PLC0415

    with _progress_bar() as progress:
        result = link(
            options.alerts,
            options.register,
            options.model,
            schema=options.schema,
            workers=options.workers,
            progress=progress,
        )
    unclear = unclear_alerts(result) if options.alert is None else (options.alert,)
    if not unclear:
        print("no alert is in review; nothing to ask")
    for place, alert_id in enumerate(unclear):
        questions = what_to_ask(result, alert_id)
        if not questions:
            answer = result.explain(alert_id)
            why = answer.reason if answer.disposition == "unmatchable" else "nothing to ask"
            print(f"{alert_id}: {answer.disposition}; {why}")
            continue
        print("\n" * bool(place) + questions[0].request(options.language))
        for each in questions:
            print(f"  {each.fact:<20}{each.bits:>6.3f} bits, settles it with {each.settles:>4.0%}")
    return DONE


def _add_reconcile(commands: Any) -> None:
    command = _command(
        commands, "reconcile", "find own decisions that were not sent or entered", _RECONCILE, _RECONCILE_MORE
    )
    command.add_argument("decisions", metavar="DECISIONS", help="the own decisions (CSV or Parquet)")
    command.add_argument("alerts_sent", metavar="ALERTS_SENT", help="the alerts that were sent, likewise")
    command.add_argument("register", metavar="REGISTER", help="the register with its status, likewise")
    command.add_argument(
        "--country", metavar="CODE", default="NO", help="the own country, which sends (default: NO)"
    )
    _add_shared(command, "result", "model", "schema", "format", "workers")
    command.set_defaults(run=_reconcile)


def _reconcile(options: argparse.Namespace) -> int:
    from hpmatch.output import check_folder, result_files  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.reconcile import TABLES, reconcile  # noqa: PLC0415

    check_folder(options.out, result_files(TABLES))
    found = reconcile(
        options.decisions,
        options.alerts_sent,
        options.register,
        options.model,
        country=options.country,
        schema=options.schema,
        workers=options.workers,
    )
    found.write(options.out, options.format)
    decisions, kinds = found.summary["decisions"], found.summary["findings"]
    rows = [
        ("decisions read", decisions["read"]),
        *((f"  {name}", decisions[name]) for name in ("sent", "entered")),
    ]
    rows += [
        ("findings", len(found.findings)),
        *((f"  {kind}", kinds[kind]) for kind in kinds if kinds[kind]),
    ]
    for label, number in rows:
        print(f"{label.replace('_', ' '):<26}{number:>8,}")
    print(f"written to {Path(options.out)}")
    if rejected := len(found.rejected):
        print(
            f"hpmatch: {rejected:,} rows could not be used; see 'rejected' in {Path(options.out)}",
            file=sys.stderr,
        )
    return DONE


def _ledger(options: argparse.Namespace) -> Ledger:
    from hpmatch.ledger import Ledger  # noqa: PLC0415 - so that --help answers at once

    return Ledger(options.ledger)


def _add_ledger(commands: Any) -> None:
    command = _command(commands, "ledger", "check a ledger, or count what it says", _LEDGER)
    actions = command.add_subparsers(title="actions", required=True, metavar="ACTION")
    verify = _command(actions, "verify", "find out whether every byte is as it was written", _VERIFY)
    verify.add_argument("ledger", metavar="FILE", help="the ledger")
    verify.add_argument(
        "--head", metavar="HASH", help="the head that an earlier verification printed; has to be there still"
    )
    verify.set_defaults(run=_verify_ledger)
    status = _command(actions, "status", "count what was received, answered, forgotten, waits", _LEDGER)
    status.add_argument("ledger", metavar="FILE", help="the ledger")
    status.add_argument("--waiting", action="store_true", help="list the alerts that wait, one a line")
    status.set_defaults(run=_show_status)


def _verify_ledger(options: argparse.Namespace) -> int:
    found = _ledger(options).verify(options.head)
    print(found)
    return DONE if found.ok else DATA_UNUSABLE


def _show_status(options: argparse.Namespace) -> int:
    ledger = _ledger(options)
    print("\n".join(ledger.waiting()) if options.waiting else ledger.status())
    return DONE


def _add_forget(commands: Any) -> None:
    command = _command(commands, "forget", "forget an alert, in the ledger and in results", _FORGET)
    command.add_argument("alert_id", metavar="ALERT_ID", help="the alert's identifier")
    command.add_argument("--ledger", metavar="FILE", required=True, help="the ledger")
    command.add_argument(
        "--result",
        metavar="DIR",
        nargs="+",
        action="extend",
        default=[],
        help="folders that 'hpmatch link' wrote, to take it out of",
    )
    command.set_defaults(run=_forget)


def _forget(options: argparse.Namespace) -> int:
    from hpmatch.ledger.forget import forget  # noqa: PLC0415 - so that --help answers at once

    held = forget(options.alert_id, options.ledger, options.result)
    print(f"forgotten in {Path(options.ledger)}, and in {held} of {len(options.result)} results")
    return DONE


def _add_generate(commands: Any) -> None:
    command = _command(commands, "generate", "make up a register, alerts and the truth about them", _GENERATE)
    command.add_argument("--out", metavar="DIR", required=True, help="the folder for the data; new or empty")
    command.add_argument(
        "--profile", metavar="NAME", default="typical", help="how hard the data is (default: typical)"
    )
    command.add_argument("--register", metavar="N", type=int, help="how many registered persons")
    command.add_argument("--alerts", metavar="N", type=int, help="how many alerts")
    command.add_argument(
        "--hits", metavar="N", type=int, help="how many of the alerts are about a registered person"
    )
    command.add_argument(
        "--seed", metavar="S", type=int, required=True, help="the same seed gives the same data"
    )
    command.set_defaults(run=_generate)


def _generate(options: argparse.Namespace) -> int:
    from hpmatch.generate import generate  # noqa: PLC0415 - so that --help answers at once

    with _progress_bar() as progress:
        made = generate(
            options.out,
            profile=options.profile,
            register=options.register,
            alerts=options.alerts,
            hits=options.hits,
            seed=options.seed,
            progress=lambda done, total: progress("generate", done, total),
        )
    for name, number in vars(made).items():
        print(f"{name.replace('_', ' '):<24}{number:>10}")
    print(f"written to {Path(options.out)}")
    return DONE


def _add_evaluate(commands: Any) -> None:
    command = _command(commands, "evaluate", "hold a result against the truth", _EVALUATE)
    command.add_argument("result", metavar="DIR", help="the folder that 'hpmatch link' wrote")
    command.add_argument("truth", metavar="TRUTH", help="the truth (CSV or Parquet)")
    command.add_argument("--json", metavar="FILE", help="write all figures there as well")
    command.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from hpmatch.evaluation import evaluate, write_json  # noqa: PLC0415 - so that --help answers at once

    evaluation = evaluate(options.result, options.truth)
    if options.json:
        write_json(evaluation, options.json)
    print(evaluation)
    return DONE


def _add_dedupe(commands: Any) -> None:
    command = _command(
        commands, "dedupe", "find records of one table that are about the same person", _DEDUPE
    )
    command.add_argument("records", metavar="RECORDS", help="the table (CSV or Parquet)")
    _add_shared(command, "result", "model", "schema", "format")
    command.set_defaults(run=_dedupe)


def _dedupe(options: argparse.Namespace) -> int:
    from hpmatch.dedupe import TABLES, dedupe  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.output import check_folder, result_files  # noqa: PLC0415

    check_folder(options.out, result_files(TABLES))
    found = dedupe(options.records, options.model, schema=options.schema)
    found.write(options.out, options.format)
    counts = {**found.summary["records"], **found.summary["pairs"], "clusters": found.summary["clusters"]}
    for name in ("read", "rejected", "match", "review", "clusters"):
        print(f"{_DEDUPE_LABELS[name]:<24}{counts[name]:>10,}")
    print(f"written to {Path(options.out)}")
    return DONE


def _add_prepare(commands: Any) -> None:
    command = _command(
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
    _add_shared(command, "model", "schema", "workers")
    command.set_defaults(run=_prepare)


def _prepare(options: argparse.Namespace) -> int:
    from hpmatch.prepared import add_changes, check_prepared_folder  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.register import Register  # noqa: PLC0415

    if options.changes_to:
        rows = add_changes(options.changes_to, options.register, options.schema)
        print(f"{rows:,} rows of changes kept in {Path(options.changes_to)}; they count from now on")
        return DONE
    started = time.perf_counter()
    check_prepared_folder(options.out)
    with _progress_bar() as progress:
        register = Register.prepare(
            options.register, options.model, schema=options.schema, workers=options.workers, progress=progress
        )
    register.save(options.out)
    print(f"{'registered persons':<24}{len(register):>10,}")
    print(f"{'register rows rejected':<24}{len(register.read.rejected):>10,}")
    print(f"written to {Path(options.out)} in {time.perf_counter() - started:.1f} s")
    return DONE


def _add_screen(commands: Any) -> None:
    command = _command(
        commands, "screen", "hold single alerts against a prepared register", _SCREEN, _SCREEN_MORE
    )
    command.add_argument("register", metavar="PREPARED", help="the folder that 'hpmatch prepare' wrote")
    command.set_defaults(run=_screen)


def _screen(options: argparse.Namespace) -> int:
    from hpmatch.register import Register  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.screening import screen_lines  # noqa: PLC0415

    register = Register.open(options.register)
    _as_utf8(sys.stdin, "utf-8-sig")
    _as_utf8(sys.stdout, "utf-8")
    failed = 0
    for answer in screen_lines(register, sys.stdin):
        failed += "error" in answer
        print(json.dumps(answer, ensure_ascii=False), flush=True)
    if failed:
        print(f"hpmatch: {failed:,} lines could not be used; see their 'error'", file=sys.stderr)
    return DATA_UNUSABLE if failed else DONE


def _as_utf8(stream: Any, encoding: str) -> None:
    """JSON is UTF-8 whatever the locale; bytes that are not are replaced, and so cost their line, not the run."""
    if hasattr(stream, "reconfigure"):
        stream.reconfigure(encoding=encoding, errors="replace")


@contextmanager
def _progress_bar() -> Iterator[Callable[[str, int, int], None]]:
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


def _show_summary(summary: Any, out: str, seconds: float) -> None:
    alerts, register = summary["alerts"], summary["register"]
    total, expected = summary["funnel"]["total"], summary["funnel"]["expected_hits"]
    rows = [
        ("alerts read", alerts["read"], ""),
        ("  match", alerts["match"], f"{summary['persons']['matched']} registered persons"),
        ("  review", alerts["review"], "to be looked at by a person"),
        ("  no match", alerts["no_match"], "nobody in the register fits"),
        ("  unmatchable", alerts["unmatchable"], "too little to go by; see dispositions"),
        ("alert rows rejected", alerts["rejected"], "see rejected" if alerts["rejected"] else ""),
        ("persons alerted", total["persons"], "see persons"),
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
        ("registered persons", register["read"], ""),
        ("register rows rejected", register["rejected"], "see rejected" if register["rejected"] else ""),
    ]
    for label, number, note in rows:
        print(f"{label:<24}{number:>10,}  {note}".rstrip())
    print(f"written to {Path(out)} in {seconds:.1f} s")
    rejected = (
        f"{table['rejected']:,} {kind} rows"
        for kind, table in (("alert", alerts), ("register", register))
        if table["rejected"]
    )
    if told := " and ".join(rejected):
        print(
            f"hpmatch: {told} could not be used and have no answer; see 'rejected' in {Path(out)}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    sys.exit(main())
