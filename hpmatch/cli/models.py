"""Models from elsewhere: ``import-splink``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import DONE, add_command, add_shared

_IMPORT = """\
Makes a model file of a model that Splink 4 or 5 saved (linker.misc.save_model_to_json). Splink itself is not needed.

Match weights are Splink's wherever no term frequency counts. What cannot be said in a model of hpmatch is listed, all
of it, and no file is written.
"""


def add_import_splink(commands: Any) -> None:
    """The command ``import-splink``."""
    command = add_command(commands, "import-splink", "make a model file of a Splink model", _IMPORT)
    command.add_argument("settings", metavar="SETTINGS", help="the model that Splink saved (JSON)")
    command.add_argument("--out", metavar="MODEL", required=True, help="the model file to write (JSON)")
    command.add_argument(
        "--registered", metavar="N", type=int, required=True,
        help="how many records the register has, or the table that is searched for duplicates",
    )  # fmt: skip
    add_shared(command, "schema")
    command.add_argument(
        "--no-term-frequencies", action="store_true", help="leave adjustments by term frequency out"
    )
    command.set_defaults(run=_import_splink)


def _import_splink(options: argparse.Namespace) -> int:
    from hpmatch.adapters.splink import from_splink  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.schema import Schema  # noqa: PLC0415

    model = from_splink(
        options.settings,
        registered=options.registered,
        schema=Schema.read(options.schema) if options.schema else None,
        term_frequencies=not options.no_term_frequencies,
    )
    model.save(options.out)
    print(
        f"{len(model.comparisons)} comparisons and {len(model.blocking_rules)} blocking rules written to {Path(options.out)}"
    )
    print(model.about)
    return DONE
