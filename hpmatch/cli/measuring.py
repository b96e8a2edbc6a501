"""Data with a known truth, and how good answers are: ``generate``, ``evaluate``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import DONE, add_command, progress_bar

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
"""


def add_generate(commands: Any) -> None:
    """The command ``generate``."""
    command = add_command(
        commands, "generate", "make up a register, alerts and the truth about them", _GENERATE
    )
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
    print(f"written to {Path(options.out)}")
    return DONE


def add_evaluate(commands: Any) -> None:
    """The command ``evaluate``."""
    command = add_command(commands, "evaluate", "hold a result against the truth", _EVALUATE)
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
