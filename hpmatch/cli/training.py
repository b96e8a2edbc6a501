"""Learning a model's numbers, and what to make of them: ``train``, ``calibrate``, ``thresholds``, ``recall``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpmatch.cli.shared import DONE, add_command, add_shared, finite, progress_bar, schema_of, show_written
from hpmatch.errors import HpmatchError
from hpmatch.schema import KINDS

if TYPE_CHECKING:
    from hpmatch.calibration import Calibration
    from hpmatch.training.trained import Trained

_TRAIN = f"""\
Learns m, u and the prior from the tables that are to be linked, by expectation maximisation, with labels or without, and
writes a model file for --model.

LEFT and RIGHT are alerts and a register, or any two tables; LEFT alone is held against itself. Of alerts and a register the
shipped model is the start; of other tables one is put together from what a schema file says the columns are
(a kind: {", ".join(KINDS)}; or a role such as family_name); without one
their cells are looked at. The model reads the columns by their names, so that it needs no schema of kinds later.
"""
_TRAIN_MORE = """\
What is printed: each comparison level with m, its 95 % interval, u and match weight; what each session told; how many matches
are expected; what the columns were taken for, as a schema file says it; and warnings, for example of a column that tells nothing.

A file of labels has a row a pair: left_id, right_id, label (match, no_match, unsure).
"""
_CALIBRATE = """\
Makes a model's probabilities mean what they say, by alerts whose answer is known, and writes the model to a file for --model.

TRUTH has a row an alert: alert_id, and hpr_number or nothing where the person is not registered; or a row a labelled pair:
left_id, right_id, label (match, no_match, unsure). What is printed: how far each comparison counts, how the prior moves,
and the expected calibration error before and after, judged by persons that were not learned from.
"""
_THRESHOLDS = """\
Chooses the thresholds for a match and a review by what errors and reviews cost, and says what it means in missed persons,
wrong hits and hours. The costs are as good as the probabilities: calibrate them first.
"""
_RECALL = """\
Estimates how many registered persons were found and how many were missed, without knowing the truth. DIR holds all candidate
pairs: hpmatch link ... --min-weight=-1000.

First draw pairs to label:   hpmatch recall DIR --sample 200 --out sample.csv
then, with their labels:     hpmatch recall DIR --labels labels.csv
"""


def add_train(commands: Any) -> None:
    """The command ``train``."""
    command = add_command(commands, "train", "learn a model's numbers from tables", _TRAIN, _TRAIN_MORE)
    command.add_argument("left", metavar="LEFT", help="the alerts, or any table (CSV or Parquet)")
    command.add_argument(
        "right", metavar="RIGHT", nargs="?", help="the register, or another table; none to find duplicates"
    )
    add_shared(command, "model_file", "model_to_train", "schema", "id", "labels")
    add_shared(command, "seed", help="which random pairs (default: 1); the same gives the same")
    command.set_defaults(run=_train)


def _train(options: argparse.Namespace) -> int:
    from hpmatch.model import check_model_file  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.training import train  # noqa: PLC0415

    check_model_file(options.out)
    with progress_bar() as progress:
        trained = train(
            options.left,
            options.right,
            options.model,
            schema=schema_of(options),
            labels=options.labels,
            seed=options.seed,
            progress=progress,
        )
    _save(trained, options.out)
    return DONE


def _save(found: Trained | Calibration, out: str) -> None:
    try:
        found.model.save(out)
    finally:  # what took long is shown even if it cannot be kept
        print(found)
    show_written(out)


def add_calibrate(commands: Any) -> None:
    """The command ``calibrate``."""
    command = add_command(
        commands, "calibrate", "make a model's probabilities mean what they say", _CALIBRATE
    )
    add_shared(command, "alerts")
    command.add_argument("register", metavar="REGISTER", help="the register, or the folder of a prepared one")
    command.add_argument("truth", metavar="TRUTH", help="whom the alerts are about, or labelled pairs")
    add_shared(command, "model_file", "model_of_register", "schema", "id", "workers")
    command.set_defaults(run=_calibrate)


def _calibrate(options: argparse.Namespace) -> int:
    from hpmatch.calibration import calibrate  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.model import check_model_file  # noqa: PLC0415

    check_model_file(options.out)
    found = calibrate(
        options.alerts,
        options.register,
        options.truth,
        options.model,
        schema=schema_of(options),
        workers=options.workers,
    )
    _save(found, options.out)
    return DONE


def add_thresholds(commands: Any) -> None:
    """The command ``thresholds``."""
    command = add_command(commands, "thresholds", "choose thresholds by what errors cost", _THRESHOLDS)
    add_shared(command, "found")
    for name, shown in (
        ("miss", "a registered person is missed"),
        ("false", "a person is taken for another"),
        ("review", "somebody looks at a person's alerts"),
    ):
        command.add_argument(
            f"--cost-{name}", metavar="C", type=finite, required=True, help=f"what it costs that {shown}"
        )
    command.add_argument(
        "--capacity", metavar="N", type=finite, help="how many persons can be looked at in a week"
    )
    command.add_argument(
        "--weeks", metavar="N", type=finite, default=1.0, help="how many weeks' alerts DIR holds (default: 1)"
    )
    command.add_argument(
        "--minutes", metavar="M", type=finite, default=20.0, help="how long a review takes (default: 20)"
    )
    command.add_argument(
        "--truth",
        metavar="FILE",
        help="whom the alerts are about (alert_id, hpr_number), or where 'hpmatch dedupe' wrote DIR which records are one "
        "(their identifier, cluster_id), to count instead of expect",
    )
    command.add_argument("--chart", metavar="FILE", help="draw what each choice means (.html, .svg, .png)")
    command.add_argument(
        "--out",
        metavar="MODEL.json",
        help="write the model that made the result, with the best thresholds",
    )
    add_shared(command, "model_of_result")
    command.set_defaults(run=_thresholds)


def _thresholds(options: argparse.Namespace) -> int:
    from hpmatch.thresholds import thresholds  # noqa: PLC0415 - so that --help answers at once

    found = thresholds(
        options.result,
        cost_miss=options.cost_miss,
        cost_false=options.cost_false,
        cost_review=options.cost_review,
        capacity=options.capacity,
        weeks=options.weeks,
        minutes_per_review=options.minutes,
        truth=options.truth,
    )
    print(found)
    if options.chart:
        from hpmatch.charts import save_chart, threshold_chart  # noqa: PLC0415 - only where it is drawn

        save_chart(threshold_chart(found), options.chart)
        show_written(options.chart)
    if options.out:
        from hpmatch.results import maker_of  # noqa: PLC0415 - only where it is written

        found.apply(maker_of(options.result, options.model)).save(options.out)
        show_written(options.out)
    return DONE


def add_recall(commands: Any) -> None:
    """The command ``recall``."""
    command = add_command(commands, "recall", "estimate how many were missed", _RECALL)
    add_shared(command, "found")
    what = command.add_mutually_exclusive_group()
    what.add_argument("--sample", metavar="N", type=int, help="draw so many pairs to label; needs --out")
    what.add_argument("--labels", metavar="FILE", help="what people said of the pairs that were drawn")
    command.add_argument("--out", metavar="FILE.csv", help="where to write the pairs to label")
    add_shared(command, "seed", "model_of_result")
    command.set_defaults(run=_recall)


def _recall(options: argparse.Namespace) -> int:
    from hpmatch.files import write_text  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.missed import estimate_recall, recall_sample  # noqa: PLC0415
    from hpmatch.output import csv_text  # noqa: PLC0415

    if (options.sample is None) != (options.out is None):
        raise HpmatchError(
            "--sample says how many pairs to draw and --out where to write them; give both or neither"
        )
    if options.sample is not None:
        if Path(options.out).exists():
            raise HpmatchError(f"{options.out} is there already and may hold labels; name another file")
        sample = recall_sample(options.result, options.sample, options.seed)
        write_text(options.out, csv_text(sample))
        more = "" if len(sample) == options.sample else "; there are no more that may be a match"
        print(
            f"{len(sample):,} pairs written to {Path(options.out)}{more}; add a column 'label': match, no_match, unsure"
        )
        return DONE
    print(estimate_recall(options.result, options.labels, options.model, seed=options.seed))
    return DONE
