"""What was received, answered and forgotten: ``ledger``, ``forget``."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import DATA_UNUSABLE, DONE, add_command

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


def add_ledger(commands: Any) -> None:
    """The command ``ledger``."""
    command = add_command(commands, "ledger", "check a ledger, or count what it says", _LEDGER)
    actions = command.add_subparsers(title="actions", required=True, metavar="ACTION")
    verify = add_command(actions, "verify", "find out whether every byte is as it was written", _VERIFY)
    verify.add_argument("ledger", metavar="FILE", help="the ledger")
    verify.add_argument(
        "--head", metavar="HASH", help="the head that an earlier verification printed; has to be there still"
    )
    verify.set_defaults(run=_verify_ledger)
    status = add_command(actions, "status", "count what was received, answered, forgotten, waits", _LEDGER)
    status.add_argument("ledger", metavar="FILE", help="the ledger")
    status.add_argument("--waiting", action="store_true", help="list the alerts that wait, one a line")
    status.set_defaults(run=_show_status)


def _verify_ledger(options: argparse.Namespace) -> int:
    from hpmatch.ledger import Ledger  # noqa: PLC0415 - so that --help answers at once

    found = Ledger(options.ledger).verify(options.head)
    print(found)
    return DONE if found.ok else DATA_UNUSABLE


def _show_status(options: argparse.Namespace) -> int:
    from hpmatch.ledger import Ledger  # noqa: PLC0415 - so that --help answers at once

    ledger = Ledger(options.ledger)
    for line in ledger.waiting() if options.waiting else [ledger.status()]:
        print(line)
    return DONE


def add_forget(commands: Any) -> None:
    """The command ``forget``."""
    command = add_command(commands, "forget", "forget an alert, in the ledger and in results", _FORGET)
    command.add_argument("alert_id", metavar="ALERT_ID", help="the alert's identifier")
    command.add_argument("--ledger", metavar="FILE", required=True, help="the ledger")
    command.add_argument(
        "--result",
        metavar="DIR",
        nargs="+",
        action="extend",
        default=[],
        help="folders that 'hpmatch link' or 'hpmatch rescreen' wrote, to take it out of",
    )
    command.set_defaults(run=_forget)


def _forget(options: argparse.Namespace) -> int:
    from hpmatch.ledger.forget import forget  # noqa: PLC0415 - so that --help answers at once

    held = forget(options.alert_id, options.ledger, options.result)
    print(f"forgotten in {Path(options.ledger)}, and in {held} of {len(options.result)} results")
    return DONE
