"""The command line: ``hpmatch link ALERTS REGISTER --out DIR``. Each module holds the commands of one kind."""

from __future__ import annotations

import argparse
import io
import os
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib.metadata import version
from pathlib import Path

from hpmatch.cli import casework, explaining, labelling, ledgers, linking, measuring, models, training
from hpmatch.cli.shared import COMMAND_WRONG, DATA_UNUSABLE, DONE
from hpmatch.errors import HpmatchError

__all__ = ["COMMAND_WRONG", "DATA_UNUSABLE", "DONE", "main"]

_INTERRUPTED = 130
_NO_MEMORY = "there is not enough memory; there is a whole result or none. Run it where more is free, or with fewer workers"
_CUT_SHORT = 141  # as shells say of a program whose reader went away


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    _mend_streams()
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except (HpmatchError, MemoryError) as error:
        print(f"hpmatch: {error if isinstance(error, HpmatchError) else _NO_MEMORY}", file=sys.stderr)
        return DATA_UNUSABLE
    except KeyboardInterrupt:
        print("hpmatch: interrupted; there is a whole result or none", file=sys.stderr)
        return _INTERRUPTED
    except BrokenPipeError:  # "| head" has seen enough
        _print_nowhere()
        return _CUT_SHORT
    except OSError as error:
        what = f"use {error.filename}" if error.filename else "print"
        print(f"hpmatch: cannot {what}: {error.strerror or error}", file=sys.stderr)
        if error.filename:
            return DATA_UNUSABLE
        _print_nowhere()
        return DATA_UNUSABLE
    return status


def _run(arguments: Sequence[str] | None) -> int:
    try:
        options = _parser().parse_args(arguments)
    except SystemExit:  # --help was printed, and a reader that went away is noticed here or never
        sys.stdout.flush()
        raise
    with suppress(ValueError):  # only the main thread may
        signal.signal(signal.SIGTERM, _interrupt)
    return int(options.run(options))


def _print_nowhere() -> None:
    """What is left to print has no place, and is not tried again when the program ends."""
    sys.stdout = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as the process lives


def _mend_streams() -> None:
    """Let streams that were closed lead nowhere, and files and pipes be UTF-8, for names have letters of all countries."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - for as long as the process lives
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper) and not stream.isatty():
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")


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
    linking.add_link(commands)
    linking.add_dedupe(commands)
    linking.add_prepare(commands)
    linking.add_screen(commands)
    explaining.add_explain(commands)
    casework.add_funnel(commands)
    casework.add_ask(commands)
    casework.add_rescreen(commands)
    casework.add_reconcile(commands)
    labelling.add_label(commands)
    ledgers.add_ledger(commands)
    ledgers.add_forget(commands)
    training.add_train(commands)
    training.add_calibrate(commands)
    training.add_thresholds(commands)
    training.add_recall(commands)
    measuring.add_generate(commands)
    measuring.add_evaluate(commands)
    measuring.add_blocking(commands)
    models.add_import_splink(commands)
    return parser
