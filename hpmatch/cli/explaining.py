"""Why an alert was answered as it was: ``explain``."""

from __future__ import annotations

import argparse
import json
from typing import Any

from hpmatch.cli.shared import DONE, add_command, add_shared, schema_of, show_written

_EXPLAIN = """\
Explains the decision about one alert: how the weights of each candidate add up, what alert and register say side by side, and
which single finding would have changed the decision.

DIR is what 'hpmatch link' wrote, of alerts and a register or of any other tables; the decision is explained as it was given. The
records are shown as they stand in the files given with --alerts and --register; the register has to be the very one that the
alerts were held against, or the folder that 'hpmatch prepare' made of it. Without them weights and levels are shown
alone. Or DIR is what 'hpmatch dedupe' wrote: then a record is explained, and the table is given with --records.
"""
_EXPLAIN_MORE = """\
What would change is worked out by the model, which is recognised by its SHA-256 in summary.json; DIR holds one of your own.
The page (--format html) needs no network and no script, and is dark on a dark screen. It holds personal data.

  hpmatch explain result A000284 --alerts alerts.csv --register register.csv --lang nb --format html --out A000284.html

Exit status: 0 done; 1 the data could not be used, or there is no such alert; 2 the command was wrong.
"""
_FORMATS = ("text", "json", "html")


def add_explain(commands: Any) -> None:
    """The command ``explain``."""
    command = add_command(
        commands, "explain", "say why an alert was answered as it was", _EXPLAIN, _EXPLAIN_MORE
    )
    add_shared(command, "found")
    command.add_argument("alert", metavar="ALERT_ID", help="the alert, or the record")
    add_shared(
        command, "linked_alerts", "linked_register", "records", "model_of_result", "schema", "id", "language"
    )
    command.add_argument(
        "--format", choices=_FORMATS, default="text", help="the form of the explanation (default: text)"
    )
    command.add_argument("--out", metavar="FILE", help="write it there instead of printing it")
    command.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> int:
    from hpmatch.explain.folder import explain_folder  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.files import write_text  # noqa: PLC0415

    explanation = explain_folder(
        options.result,
        options.alert,
        alerts=options.alerts,
        register=options.register,
        records=options.records,
        model=options.model,
        schema=schema_of(options),
    )
    if options.format == "html":
        text = explanation.to_html(options.lang)
    elif options.format == "json":
        text = json.dumps(explanation.to_json(options.lang), indent=2, ensure_ascii=False) + "\n"
    else:
        text = explanation.to_text(options.lang) + "\n"
    if options.out is None:
        print(text, end="")
    else:
        write_text(options.out, text)
        show_written(options.out)
    return DONE
