"""From answers to cases: ``funnel``, ``ask``, ``rescreen``, ``reconcile``."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpmatch.cli.shared import (
    DONE,
    add_command,
    add_shared,
    print_json,
    progress_bar,
    show_counts,
    show_rejected,
    show_written,
    told_not_grouped,
)

if TYPE_CHECKING:
    from hpmatch.inquiry import Missing, Question

_FUNNEL = """\
Counts persons from alert to case, in all, by country and by profession: alerts, persons, no match, hits, earlier cases and new
ones, and of these with a clear and with an unclear identity. --out draws it (needs the extra 'charts').
"""
_ASK = """\
Says which one further fact would most likely settle who an alert in review is about, and writes the request to its sender.

Each fact has the information that its answer is expected to give about who it is, in bits, and the probability that the
answer settles it: a match, or nobody. What the alert tells in full is not asked, nor what would say nothing. Without --alert
every person in review is asked about, in the name of the person's first alert, and every alert that is unmatchable: of it all that
it lacks is asked for (family name, given name, birth date) or, if it has all three, what it does not tell in full.
"""
_ASK_MORE = """\
A request names the alert by its identifier and its country and asks for exactly one fact, or for what is missing; it holds
nothing of the register, no name and no birth date. The alerts are linked anew, for what they tell and what the register
holds does not stand in a result; a prepared register makes that fast.

Exit status: 0 done; 1 the data could not be used, or there is no such alert; 2 the command was wrong.
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


_RESCREEN = """\
Finds the alerts that are answered in another way since the register or the model changed, and why.

LEDGER is what 'hpmatch link ... --ledger LEDGER' wrote; ALERTS all alerts that were answered, of which those whose status says
revoked, withdrawn or expired are evidence about their persons and not told of; PREPARED the prepared register that they were
held against last. After changes only the alerts that may be about a person who came, left or changed are scored again; the
answers are those of a whole run. New applicants are changes too.
"""
_RESCREEN_MORE = """\
What is written to DIR:
  differences.csv  one row for each alert with another disposition or registered person: before, now, and the reason
  links.csv        the registered persons that the alerts that were scored again may be about
  rejected.csv     rows of the alerts that could not be used
  summary.json     counts

The --changes are kept with PREPARED, then the differences are noted in the ledger, so that both name the same register again.
Broken off at any moment, it can be repeated; finished, it is refused, and DIR stays.
"""


def add_funnel(commands: Any) -> None:
    """The command ``funnel``."""
    command = add_command(commands, "funnel", "show where the alerts of a result went", _FUNNEL)
    add_shared(command, "linked")
    command.add_argument("--out", metavar="FILE", help="draw it too: .html, .svg or .png")
    command.set_defaults(run=_funnel)


def _funnel(options: argparse.Namespace) -> int:
    from hpmatch.output import read_summary  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.persons import funnel_text  # noqa: PLC0415
    from hpmatch.results import only_about_alerts  # noqa: PLC0415

    summary = read_summary(options.result, "funnel")
    only_about_alerts(summary)
    funnel = summary["funnel"]
    print(funnel_text(funnel))
    if options.out:
        from hpmatch.charts import funnel_chart, save_chart  # noqa: PLC0415 - altair takes long to import

        save_chart(funnel_chart(funnel), options.out)
        print(f"drawn in {Path(options.out)}")
    return DONE


def add_ask(commands: Any) -> None:
    """The command ``ask``."""
    command = add_command(commands, "ask", "say what to ask the sender of an unclear alert", _ASK, _ASK_MORE)
    command.add_argument("alerts", metavar="ALERTS", help="all alerts (CSV or Parquet)")
    add_shared(command, "register")
    command.add_argument(
        "--alert", metavar="ID", help="the alert to ask about (default: each person in review)"
    )
    add_shared(command, "language", "model_of_register", "schema", "print_as", "workers")
    command.set_defaults(run=_ask)


def _ask(options: argparse.Namespace) -> int:
    from hpmatch.decision import REVIEW, UNMATCHABLE  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.inquiry import unclear_alerts, what_is_missing, what_to_ask  # noqa: PLC0415
    from hpmatch.link import link  # noqa: PLC0415
    from hpmatch.wording import say  # noqa: PLC0415

    with progress_bar() as progress:
        result = link(
            options.alerts,
            options.register,
            options.model,
            schema=options.schema,
            workers=options.workers,
            progress=progress,
        )
    all_of_them = [alert for kind in (REVIEW, UNMATCHABLE) for alert in unclear_alerts(result, kind)]
    unclear = all_of_them if options.alert is None else [options.alert]
    answers = {row["alert_id"]: row for row in result.dispositions.to_pylist()}
    found = [
        (alert_id, what_to_ask(result, alert_id), what_is_missing(result, alert_id)) for alert_id in unclear
    ]
    asked = [(answers[alert_id], questions, missing) for alert_id, questions, missing in found]
    if options.format == "json":
        print_json([_asked_json(*each, options.lang) for each in asked])
        return DONE
    if not unclear:
        print(say("ask.no_review", options.lang))
    for place, (answer, questions, missing) in enumerate(asked):
        is_request = questions or missing
        print("\n" * bool(place and is_request) + _asked_text(answer, questions, missing, options.lang))
    return DONE


def _asked_text(
    answer: Mapping[str, Any], questions: Sequence[Question], missing: Missing | None, language: str
) -> str:
    """The request for the best fact and what each is worth, or for what is missing; and how the alert is answered elsewhere."""
    from hpmatch.decision import UNMATCHABLE  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.wording import number, reason, say, word  # noqa: PLC0415

    if not questions:
        is_wanting = answer["disposition"] == UNMATCHABLE
        why = reason(answer["reason"], language) if is_wanting else say("ask.nothing", language)
        answered = f"{word('disposition', answer['disposition'], language)}; {why}"
        return (
            f"{missing.request(language)}\n  {answered}" if missing else f"{answer['alert_id']}: {answered}"
        )
    worth = [
        say(
            "ask.worth",
            language,
            bits=number(each.bits, 3, language).rjust(6),
            settles=f"{each.settles * 100:3.0f}",
        )
        for each in questions
    ]
    facts = [word("fact", each.fact, language) for each in questions]
    lines = [f"  {fact:<28}{told}" for fact, told in zip(facts, worth, strict=True)]
    return "\n".join([questions[0].request(language), *lines])


def _asked_json(
    answer: Mapping[str, Any], questions: Sequence[Question], missing: Missing | None, language: str
) -> dict[str, Any]:
    """The same for programs: names as they are, and the requests in a language; no questions where there is nothing to ask."""
    return {
        "alert_id": answer["alert_id"],
        "disposition": answer["disposition"],
        "language": language,
        "questions": [
            {"fact": each.fact, "bits": each.bits, "settles": each.settles, "request": each.request(language)}
            for each in questions
        ],
        "missing": missing and {"facts": missing.facts, "request": missing.request(language)},
    }


def add_reconcile(commands: Any) -> None:
    """The command ``reconcile``."""
    command = add_command(
        commands, "reconcile", "find own decisions that were not sent or entered", _RECONCILE, _RECONCILE_MORE
    )
    command.add_argument("decisions", metavar="DECISIONS", help="the own decisions (CSV or Parquet)")
    command.add_argument("alerts_sent", metavar="ALERTS_SENT", help="the alerts that were sent, likewise")
    command.add_argument("register", metavar="REGISTER", help="the register with its status, likewise")
    command.add_argument(
        "--country", metavar="CODE", default="NO", help="the own country, which sends (default: NO)"
    )
    add_shared(command, "result", "model", "schema", "format", "workers")
    command.set_defaults(run=_reconcile)


def _reconcile(options: argparse.Namespace) -> int:
    from hpmatch.files import check_folder  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.output import result_files  # noqa: PLC0415
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
    show_written(options.out)
    show_rejected({"input": len(found.rejected)}, options.out)
    return DONE


def add_rescreen(commands: Any) -> None:
    """The command ``rescreen``."""
    command = add_command(
        commands, "rescreen", "find what changed for alerts that were answered", _RESCREEN, _RESCREEN_MORE
    )
    command.add_argument("ledger", metavar="LEDGER", help="the ledger")
    add_shared(command, "alerts")
    command.add_argument("register", metavar="PREPARED", help="the folder of the prepared register")
    new = command.add_mutually_exclusive_group(required=True)
    new.add_argument("--changes", metavar="FILE", help="changes of the register, or new applicants")
    new.add_argument("--new-register", metavar="REGISTER", help="another register, or the folder of one")
    new.add_argument("--new-model", metavar="NAME|FILE", help="another model")
    add_shared(command, "result", "schema", "format", "smaller_register")
    command.add_argument(
        "--dry-run", action="store_true", help="write DIR, and leave ledger and register alone"
    )
    command.set_defaults(run=_rescreen)


def _rescreen(options: argparse.Namespace) -> int:
    from hpmatch.files import check_folder  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.ledger import Ledger  # noqa: PLC0415
    from hpmatch.ledger.forget import take_out  # noqa: PLC0415
    from hpmatch.output import RESCREENED, result_files  # noqa: PLC0415
    from hpmatch.prepared import add_changes  # noqa: PLC0415
    from hpmatch.rescreen import rescreen  # noqa: PLC0415
    from hpmatch.sources import read  # noqa: PLC0415

    check_folder(options.out, result_files(RESCREENED))
    ledger = Ledger(options.ledger)
    # It may be a pipe, and is wanted twice.
    changes = None if options.changes is None else read(options.changes, "changes", may_be_empty=True)
    alerts = options.alerts
    if not options.dry_run:
        alerts = ledger.receive(alerts, schema=options.schema, may_begin=False).alerts
    found = rescreen(
        ledger,
        alerts,
        options.register,
        changes=changes,
        new_register=options.new_register,
        new_model=options.new_model,
        schema=options.schema,
        smaller_register=options.smaller_register,
    )
    found.write(options.out, options.format)
    if not options.dry_run:
        # In this order, so that the ledger never names a register that is not there; broken off in between, it can be repeated.
        if changes is not None:
            onto = found.started_from["register_version"]
            add_changes(
                options.register,
                changes,
                options.schema,
                onto=onto,
                smaller_register=options.smaller_register,
            )
        if gone := ledger.answer_again(found).forgotten:
            take_out(options.out, gone)
    counts = found.summary["alerts"]
    show_counts(
        [
            ("alerts in force", counts["in_force"], ""),
            ("  scored again", counts["scored_again"], ""),
            ("  answered otherwise", counts["different"], "see differences"),
            *told_not_grouped(found.summary),
        ]
    )
    show_written(options.out)
    show_rejected({"alert": counts["rejected"]}, options.out)
    return DONE
