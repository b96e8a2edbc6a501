"""Learning a model's numbers: ``train``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import DONE, add_command, add_shared, progress_bar
from hpmatch.errors import ModelError

_TRAIN = """\
Learns m, u and the prior from the tables that are to be linked, by expectation maximisation, with labels or without, and
writes a model file for --model.

LEFT and RIGHT are alerts and a register, or any two tables; LEFT alone is held against itself. Of alerts and a register the
shipped model is the start; of other tables one is put together from what a schema file says the columns are (name, date,
category, text, identifier, or a role such as family_name); without one their cells are looked at.
"""
_TRAIN_MORE = """\
What is printed: each comparison level with m, its 95 % interval, u and match weight; what each session told; how many matches
are expected; and warnings, for example of a column that tells nothing.

A file of labels has a row a pair: left_id, right_id, label (match, no_match, unsure).
"""


def add_train(commands: Any) -> None:
    """The command ``train``."""
    command = add_command(commands, "train", "learn a model's numbers from tables", _TRAIN, _TRAIN_MORE)
    command.add_argument("left", metavar="LEFT", help="the alerts, or any table (CSV or Parquet)")
    command.add_argument(
        "right", metavar="RIGHT", nargs="?", help="the register, or another table; none to find duplicates"
    )
    command.add_argument("--out", metavar="MODEL.json", required=True, help="the model file to write")
    add_shared(command, "model_to_train", "schema", "labels")
    command.add_argument(
        "--seed",
        metavar="S",
        type=int,
        default=1,
        help="which random pairs (default: 1); the same gives the same",
    )
    command.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> int:
    from hpmatch.training import train  # noqa: PLC0415 - so that --help answers at once

    with progress_bar() as progress:
        trained = train(
            options.left,
            options.right,
            options.model,
            schema=options.schema,
            labels=options.labels,
            seed=options.seed,
            progress=progress,
        )
    trained.model.save(options.out)
    print(trained)
    print(f"written to {Path(options.out)}")
    return DONE


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


def show_warnings(summary: Mapping[str, Any]) -> None:
    """Say what could not be learned."""
    for warning in summary.get("training", {}).get("warnings", ()):
        print(f"hpmatch: {warning}", file=sys.stderr)
