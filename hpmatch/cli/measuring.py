"""Data with a known truth, how good answers are, and what blocking finds: ``generate``, ``evaluate``, ``blocking``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import DONE, add_command, add_shared, progress_bar, schema_of, show_written

_GENERATE = """\
Makes up a register, alerts from other countries and the truth about each alert; the same seed gives the same files.

Profiles: clean, typical and hard differ in how often names and dates go wrong; sample is small and holds every kind of
difference; report reproduces the figures of the supervisory report. None of the people exist.
"""
_EVALUATE = """\
Measures precision and recall of a result, overall and by slice, each with a 95 % interval.

TRUTH has a row for each alert: alert_id, hpr_number (empty where the person is not registered), and optionally person_id
(which alerts are about one person) and tags; tags and every further column make slices. Measures of candidate pairs
need a result that holds all of them: hpmatch link ... --min-weight=-1000.

Where 'hpmatch dedupe' wrote DIR, TRUTH has a row for each record: its identifier, by the name that it has in DIR, and
cluster_id, which is the same for records that are one; further columns make slices.
"""
_BLOCKING = """\
Counts for each blocking rule of a model the pairs that it finds, those that it alone finds, the sizes of its blocks, and what
was lost to blocks that are too large. Without REGISTER the table is held against itself, as 'hpmatch dedupe' does.

TRUTH says which pairs are of one person: alert_id and hpr_number (empty where the person is not registered); without
REGISTER the identifier of a record and person_id or cluster_id; or labels of pairs (left_id, right_id, label). The keys of
blocks are names and dates and are not shown.
"""


def add_generate(commands: Any) -> None:
    """The command ``generate``."""
    command = add_command(
        commands, "generate", "make up a register, alerts and the truth about them", _GENERATE
    )
    command.add_argument(
        "--out",
        metavar="DIR",
        required=True,
        help="the folder for the data; new, or one that data was generated into",
    )
    command.add_argument(
        "--profile", metavar="NAME", default="typical", help="how hard the data is (default: typical)"
    )
    command.add_argument(
        "--register", metavar="N", type=int, help="how many registered persons (default: as the profile says)"
    )
    command.add_argument(
        "--alerts", metavar="N", type=int, help="how many alerts (default: as the profile says)"
    )
    command.add_argument(
        "--hits",
        metavar="N",
        type=int,
        help="how many of the alerts are about a registered person (default: as the profile says)",
    )
    command.add_argument(
        "--seed", metavar="S", type=int, required=True, help="the same seed gives the same data"
    )
    command.set_defaults(run=_generate)


def _generate(options: argparse.Namespace) -> int:
    from hpmatch.generate import generate  # noqa: PLC0415 - so that --help answers at once

    with progress_bar() as progress:
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
    show_written(options.out)
    return DONE


def add_evaluate(commands: Any) -> None:
    """The command ``evaluate``."""
    command = add_command(commands, "evaluate", "hold a result against the truth", _EVALUATE)
    add_shared(command, "found")
    command.add_argument("truth", metavar="TRUTH", help="the truth (CSV or Parquet)")
    command.add_argument("--json", metavar="FILE", help="write all figures there as well")
    command.add_argument(
        "--charts",
        metavar="DIR",
        help="draw them there as SVG: a new folder, or one of earlier charts (needs the extra 'charts')",
    )
    command.set_defaults(run=_evaluate)


def _evaluate(options: argparse.Namespace) -> int:
    from hpmatch.evaluation import evaluate, write_json  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.files import check_file, check_folder  # noqa: PLC0415

    if options.charts:
        from hpmatch.charts.evaluated import FILES, save_evaluation_charts  # noqa: PLC0415 - altair takes long to import

        check_folder(options.charts, FILES)
    if options.json:
        check_file(options.json)
    evaluation = evaluate(options.result, options.truth)
    print(evaluation)
    if options.json:
        write_json(evaluation, options.json)
    if options.charts:
        drawn = save_evaluation_charts(options.result, options.truth, evaluation, options.charts)
        print(f"\n{', '.join(drawn)} drawn in {Path(options.charts)}")
    return DONE


def add_blocking(commands: Any) -> None:
    """The command ``blocking``."""
    command = add_command(commands, "blocking", "count what each blocking rule finds", _BLOCKING)
    command.add_argument("left", metavar="ALERTS", help="the alerts, or the records (CSV or Parquet)")
    command.add_argument(
        "right",
        metavar="REGISTER",
        nargs="?",
        help="the register (CSV or Parquet), or the folder of a prepared one",
    )
    add_shared(command, "model_of_register", "schema", "id")
    command.add_argument("--truth", metavar="FILE", help="which pairs are of one person (CSV or Parquet)")
    command.add_argument(
        "--chart", metavar="FILE", help="draw it too: .html, .svg or .png (needs the extra 'charts')"
    )
    command.set_defaults(run=_blocking)


def _blocking(options: argparse.Namespace) -> int:
    from hpmatch.evaluation.blocking import blocking_report  # noqa: PLC0415 - so that --help answers at once

    report = blocking_report(
        options.left, options.right, options.model, truth=options.truth, schema=schema_of(options)
    )
    print(report)
    if options.chart:
        from hpmatch.charts import blocking_chart, save_chart  # noqa: PLC0415 - altair takes long to import

        save_chart(blocking_chart(report), options.chart)
        print(f"\ndrawn in {Path(options.chart)}")
    return DONE
