"""What people say about pairs: ``label``."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import DONE, add_command, add_shared, count, schema_of
from hpmatch.wording import say

_LABEL = """\
Shows pairs of an alert and a registered person, one after the other, and saves what you say of each at once.

DIR is what 'hpmatch link' wrote, of alerts and a register or of any other tables; give those with --alerts and
--register. Or it is what 'hpmatch dedupe' wrote of the table that is given with --records. Half of the pairs are those
nearest to a threshold, a quarter are one of each of many agreement patterns, a quarter are drawn at random; each is saved with what
it was chosen as and with which probability. By default a result holds only pairs near the review threshold and above: link with
--min-weight=-1000 to choose from all candidate pairs.
"""
_LABEL_MORE = """\
Type m (one person), n (not one person), u (unsure), back, or quit. What was labelled is not asked again; the same DIR, --number and
--seed give the same pairs, so that two persons can label one set into one file, each under their own --by. The file has left_id,
right_id, label, labelled_by, labelled_at, inclusion, chosen_as; a line that a crash had torn is taken out at the next start.

Exit status: 0 done; 1 the data could not be used; 2 the command was wrong.
"""


def add_label(commands: Any) -> None:
    """The command ``label``."""
    command = add_command(commands, "label", "label pairs that are worth it", _LABEL, _LABEL_MORE)
    add_shared(command, "found")
    add_shared(command, "linked_alerts", "linked_register")
    command.add_argument(
        "--labels", metavar="FILE", required=True, help="the file of labels (CSV); new, or added to"
    )
    command.add_argument(
        "--number", metavar="N", type=count, default=100, help="how many pairs (default: 100)"
    )
    command.add_argument("--blind", action="store_true", help="show nothing of what the model says")
    command.add_argument("--by", metavar="NAME", help="who labels (default: the login name)")
    add_shared(command, "seed", "records", "model_of_result", "schema", "id", "language")
    command.set_defaults(run=_label)


def _label(options: argparse.Namespace) -> int:
    from hpmatch.labelling import start_labelling  # noqa: PLC0415 - so that --help answers at once

    labelling = start_labelling(
        options.result,
        options.labels,
        number=options.number,
        by=options.by,
        blind=options.blind,
        alerts=options.alerts,
        register=options.register,
        records=options.records,
        schema=schema_of(options),
        model=options.model,
        seed=options.seed,
        language=options.lang,
    )
    if labelling.mended:
        print(
            f"hpmatch: the last line of {Path(options.labels)} was torn and is taken out; its pair is asked again",
            file=sys.stderr,
        )
    answers = {"m": labelling.match, "n": labelling.no_match, "u": labelling.unsure}
    _ask(labelling, answers, options.lang)
    print(say("label.left", options.lang, number=labelling.left))
    return DONE


def _ask(labelling: Any, answers: Mapping[str, Callable[[], object]], language: str) -> None:
    """Ask for one pair after the other, until all are labelled or the person goes."""
    pair = labelling.next()
    while pair is not None:
        print(f"\n{pair}\n")
        answer = _read(say("label.ask", language, of=pair.of))
        if answer in ("quit", "q", None):
            return
        if answer == "back":
            if labelling.can_go_back:
                labelling.back()
            else:
                print(say("label.first", language))
        elif answer in answers:
            answers[answer]()
        else:
            print(say("label.unknown", language))
        pair = labelling.next()


def _read(prompt: str) -> str | None:
    """What the person types; None at the end of the input."""
    print(f"{prompt}: ", end="", flush=True)
    line = sys.stdin.readline()
    return line.strip().lower() if line else None
