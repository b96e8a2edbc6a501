"""The rows of alerts that came in: which are known, which were forgotten, which cannot be used, and the digest of what each says."""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.errors import LedgerError
from hpmatch.ledger.account import Account
from hpmatch.ledger.entries import Said
from hpmatch.reading import contents
from hpmatch.schema import Layout
from hpmatch.sources.rejected import cells_told, reject
from hpmatch.sources.tables import RawTable, RejectedRow, plain_identifier
from hpmatch.usable_rows import identifiers

_FORGOTTEN_ROW = "forgotten: this alert was taken out of the ledger, and is not taken in again"
_OTHER_CONTENT = "was received before with other content, and what was answered then stands; give a corrected alert an identifier of its own"
_SHOWN = 5


def without_forgotten(
    raw: RawTable, column: str, forgotten: frozenset[str]
) -> tuple[RawTable, Sequence[RejectedRow]]:
    """The rows of alerts that were not forgotten, and the others as rejected, without what they say."""
    is_gone = np.asarray(pc.is_in(identifiers(raw.data, column), pa.array(sorted(forgotten), pa.string())))
    rows, rejected = reject(raw, np.flatnonzero(is_gone), _FORGOTTEN_ROW), list[RejectedRow]()
    for row in raw.rejected:
        (rejected if cells_told(row.content).isdisjoint(forgotten) else rows).append(row)
    kept = replace(
        raw, data=raw.data.filter(pa.array(~is_gone)), rows=raw.rows[~is_gone], rejected=tuple(rejected)
    )
    return kept, [replace(row, content="") for row in rows]


def digests(table: RawTable, layout: Layout, secret: bytes) -> dict[str, str]:
    """The digest of what each alert says."""
    alerts, said = identifiers(table.data, layout.id).to_pylist(), contents(table, layout)
    return {alert: _digest(text, secret) for alert, text in zip(alerts, said, strict=True)}


def _digest(text: str, secret: bytes) -> str:
    return hmac.digest(secret, text.encode(), "sha256").hex()


def without_other_content(
    raw: RawTable, column: str, content: Mapping[str, str], account: Account
) -> RawTable:
    """
    The rows of alerts that were not received before with other content; the others as rejected.

    Args:
        raw: The table.
        column: What identifies an alert.
        content: The digest of what each alert says.
        account: What was received before.

    Raises:
        LedgerError: If more than half of the alerts that were received before have other content: then the table has.
    """
    known = content.keys() & account.content.keys()
    other = sorted(alert for alert in known if account.content[alert] != content[alert])
    is_other = np.asarray(pc.is_in(identifiers(raw.data, column), pa.array(other, pa.string())))
    if 2 * len(other) > len(known):
        rows = raw.rows[is_other].tolist()
        raise LedgerError(
            f"{len(other)} of the {len(known)} alerts of {raw.source} that were received before have other content (rows "
            f"{', '.join(map(str, rows[:_SHOWN]))}{' ...' if len(rows) > _SHOWN else ''}); nothing was recorded. A corrected alert "
            f"needs an identifier of its own; leave out columns that change from one export to the next"
        )
    return raw.with_rejected(np.flatnonzero(~is_other), reject(raw, np.flatnonzero(is_other), _OTHER_CONTENT))


def rejected_entries(rows: Iterable[RejectedRow], column: str, account: Account) -> list[Said]:
    """What is noted of rows that could not be used; the alert too where it is known, to be forgotten with it."""
    found = {_digest(row.content, account.secret): row for row in rows}
    return [
        ("rejected", {"alert": _alert_of(row.content, column), "content": digest, "reason": row.reason})
        for digest, row in sorted(found.items())
        if digest not in account.rejected
    ]


def _alert_of(content: str, column: str) -> str | None:
    """The alert that a rejected row is about; None where the row could not be taken apart."""
    try:
        return plain_identifier(str(json.loads(content)[column] or "")) or None
    except (ValueError, LookupError, TypeError):
        return None
