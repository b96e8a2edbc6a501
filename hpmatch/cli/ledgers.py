"""What was received, answered and forgotten: ``ledger``, ``forget``."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from hpmatch.cli.shared import COMMAND_WRONG, DATA_UNUSABLE, DONE, add_command, add_shared, print_json
from hpmatch.errors import SourceError

_LEDGER = """\
A ledger, which 'hpmatch link ... --ledger FILE' keeps, holds which alerts were received, how each was answered, by which
model and held against which version of the register, and which alerts still wait. It holds no name and no birth date.
"""
_STATUS = """\
Counts what a ledger says: received = answered + waiting + forgotten. A nightly job fails with --fail-if-waiting where an alert was
received and has no answer.

Exit status: 0 done; 1 an alert waits, with --fail-if-waiting, or the ledger cannot be relied on; 2 the command was wrong.
"""
_VERIFY = """\
Holds every byte of a ledger against its chain of hashes and prints the head, the hash of the last entry. Keep the head
elsewhere: entries that are cut off at the end are found only if --head tells of one.

Exit status: 0 as it was written; 1 not, and the first wrong entry is named.
"""
_FORGET = """\
Takes out of a ledger what its entries say about alerts, and leaves tombstones: they are not received again. The ledger still
verifies. With --result, they are also taken out of the tables and counts of results. Of all alerts or of none, where the ledger
does not know one; interrupted, it is finished by being called again.
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
    status = add_command(actions, "status", "count what was received, answered, forgotten, waits", _STATUS)
    status.add_argument("ledger", metavar="FILE", help="the ledger")
    status.add_argument("--waiting", action="store_true", help="list the alerts that wait, one a line")
    add_shared(status, "print_as")
    status.add_argument(
        "--fail-if-waiting", action="store_true", help="end with exit status 1 if any alert waits"
    )
    status.set_defaults(run=_show_status)


def _verify_ledger(options: argparse.Namespace) -> int:
    from hpmatch.ledger import Ledger  # noqa: PLC0415 - so that --help answers at once

    found = Ledger(options.ledger).verify(options.head)
    print(found)
    return DONE if found.ok else DATA_UNUSABLE


def _show_status(options: argparse.Namespace) -> int:
    from hpmatch.ledger import Ledger  # noqa: PLC0415 - so that --help answers at once

    ledger = Ledger(options.ledger)
    status, waiting = ledger.status(), ledger.waiting() if options.waiting else None
    if options.format == "json":
        print_json(asdict(status) | ({} if waiting is None else {"alerts_waiting": waiting}))
    else:
        for line in [status] if waiting is None else waiting:
            print(line)
    if not (options.fail_if_waiting and status.waiting):
        return DONE
    print(f"hpmatch: alerts that wait for an answer: {status.waiting:,}", file=sys.stderr)
    return DATA_UNUSABLE


def add_forget(commands: Any) -> None:
    """The command ``forget``."""
    command = add_command(commands, "forget", "forget alerts, in the ledger and in results", _FORGET)
    command.add_argument("alert_ids", metavar="ALERT_ID", nargs="*", help="the identifier of an alert")
    command.add_argument(
        "--file", metavar="FILE", help="a text file (UTF-8) with further identifiers, one a line"
    )
    command.add_argument("--ledger", metavar="FILE", required=True, help="the ledger")
    command.add_argument(
        "--result",
        metavar="DIR",
        nargs="+",
        action="extend",
        default=[],
        help="folders that 'hpmatch link' or 'hpmatch rescreen' wrote, to take them out of",
    )
    command.set_defaults(run=_forget)


def _forget(options: argparse.Namespace) -> int:
    from hpmatch.ledger import several  # noqa: PLC0415 - so that --help answers at once
    from hpmatch.ledger.forget import forget  # noqa: PLC0415

    alerts = several([*options.alert_ids, *(_listed(options.file) if options.file else ())])
    if not alerts:
        print("hpmatch: name the alerts to forget: ALERT_ID ..., or --file FILE", file=sys.stderr)
        return COMMAND_WRONG
    held = forget(alerts, options.ledger, options.result)
    number = f"{len(alerts):,} alerts " * (len(alerts) > 1)
    print(f"{number}forgotten in {Path(options.ledger)}, and in {held} of {len(options.result)} results")
    return DONE


def _listed(file: str) -> list[str]:
    """The identifiers in a text file, as they are read in tables."""
    from hpmatch.sources.tables import plain_identifier  # noqa: PLC0415 - so that --help answers at once

    try:
        text = Path(file).read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{file} is not text in UTF-8; save it as that") from error
    listed = [identifier for line in text.splitlines() if (identifier := plain_identifier(line))]
    if not listed:
        raise SourceError(f"{file} names no alert; give one identifier a line")
    return listed
