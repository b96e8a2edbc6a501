"""What lacks between decisions, the alerts about them and the register, in words; and what cannot be told for certain."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from typing import NamedTuple

from hpmatch.alerts.relations import DAYS_TO_SEND
from hpmatch.data import read_table
from hpmatch.reconcile.counterparts import Counterpart
from hpmatch.reconcile.sendings import Decision, Sending, SentAlert
from hpmatch.standardise.text import fold

KINDS = (
    "not_sent", "sent_late", "unclear_sent", "unclear_when", "not_entered", "unclear_entered",
    "alert_without_decision", "unclear_alert", "entry_without_decision", "unclear_entry",
)  # fmt: skip
# How an authorisation stands after a decision; each goes further than the one before.
DECIDED = ("limited", "suspended", "lost")
_ACTIVE = "active"


class Finding(NamedTuple):
    """
    Something that lacks or is unclear.

    Attributes:
        kind: One of ``KINDS``.
        decision_id: The decision, if there is one.
        alert_id: The alert, if there is one.
        hpr_number: The person's number in the register, if it is known.
        explanation: What lacks, in words.
    """

    kind: str
    decision_id: str
    alert_id: str
    hpr_number: str
    explanation: str


@dataclass(frozen=True)
class Matter:
    """
    All that is known when it is asked what lacks.

    Attributes:
        decisions: The decisions.
        alerts: The alerts that were sent.
        entries: For each registered person the number and how the authorisation stands.
        sent: For each decision the alerts about it.
        entered: For each decision the registered persons whom it may be about.
        unread: How many rows of the decisions could not be used: what is found to have no decision may have one of them.
        unread_alerts: The same of the alerts.
        unread_entries: The same of the register.
    """

    decisions: Sequence[Decision]
    alerts: Sequence[SentAlert]
    entries: Sequence[tuple[str, str]]
    sent: Sequence[Sending]
    entered: Sequence[Counterpart]
    unread: int = 0
    unread_alerts: int = 0
    unread_entries: int = 0


def findings_of(matter: Matter) -> list[Finding]:
    """What lacks or is unclear, in the order of ``KINDS`` and of the identifiers."""
    found = [
        *(finding for place in range(len(matter.decisions)) for finding in _sent(matter, place)),
        *(finding for place in range(len(matter.decisions)) for finding in _entered(matter, place)),
        *_alerts_without_decision(matter),
        *_entries_without_decision(matter),
    ]
    return sorted(found, key=lambda finding: (KINDS.index(finding.kind), *finding[1:]))


def _sent(matter: Matter, place: int) -> Iterator[Finding]:
    decision, sending = matter.decisions[place], matter.sent[place]
    say = partial(Finding, decision_id=decision.decision_id, hpr_number=_number(matter, place))
    if sending.possible:
        alert = matter.alerts[sending.possible[0]].alert_id
        words = f"this alert may be about it{_and_more(sending.possible)}; look whether it is"
        yield say("unclear_sent", alert_id=alert, explanation=words)
    elif not sending.alerts:
        unread = _of_those_read(matter.unread_alerts)
        words = f"no alert about it{unread}; send one{' if it is not there' if unread else ''}"
        yield say("not_sent", alert_id="", explanation=words)
    else:
        yield from _late(matter, place, say)


def _late(matter: Matter, place: int, say: Callable[..., Finding]) -> Iterator[Finding]:
    """Whether the first alert about a decision was in time."""
    alerts = [matter.alerts[row] for row in matter.sent[place].alerts]
    dated = [alert for alert in alerts if alert.sent]
    first = min(dated, key=lambda alert: (alert.sent, alert.alert_id), default=alerts[0])
    if first.sent is None:
        words = "sent, but sent_date tells no day"
        yield say("unclear_when", alert_id=first.alert_id, explanation=words)
        return
    days = (first.sent - matter.decisions[place].decided).days
    if days < 0:
        words = f"sent {_days(-days)} before the decision; correct sent_date or decision_date"
        yield say("unclear_when", alert_id=first.alert_id, explanation=words)
    elif days > DAYS_TO_SEND:
        words = f"sent {_days(days)} after the decision: {_days(days - DAYS_TO_SEND)} too late"
        yield say("sent_late", alert_id=first.alert_id, explanation=words)


def _entered(matter: Matter, place: int) -> Iterator[Finding]:
    decision, entry = matter.decisions[place], matter.entered[place]
    say = partial(Finding, decision_id=decision.decision_id, alert_id="", hpr_number=_number(matter, place))
    if entry.certain:
        yield from _as_decided(matter, place, say)
    elif decision.hpr_number and entry.possible:
        words = "hpr_number says one person, names and birth date another; correct what is wrong"
        yield say("unclear_entered", explanation=words)
    elif entry.possible:
        number = matter.entries[min(entry.possible)][0]
        words = f"it may be about this person{_and_more(sorted(entry.possible))}; give hpr_number"
        yield say("unclear_entered", hpr_number=number, explanation=words)
    elif entry.is_blind:
        yield say("unclear_entered", explanation="too little to tell the person by; give hpr_number")
    else:
        by = "has this hpr_number" if decision.hpr_number else "fits"
        words = f"nobody in the register {by}{_of_those_read(matter.unread_entries)}"
        yield say("not_entered", explanation=words)


def _as_decided(matter: Matter, place: int, say: Callable[..., Finding]) -> Iterator[Finding]:
    """Whether the register says what was decided."""
    goes, standing = matter.decisions[place].goes, matter.entries[min(matter.entered[place].certain)][1]
    if standing == _ACTIVE:
        yield say("not_entered", explanation="the register says that the authorisation is active")
    elif standing not in DECIDED:
        words = f"the register says {standing or 'nothing that is known'}, which no decision makes"
        yield say("unclear_entered", explanation=words)
    elif goes in DECIDED and _goes_further(goes, standing) and _is_latest(matter, place):
        yield say("not_entered", explanation=f"decided was {goes}, the register says {standing}")


def _goes_further(one: str, other: str) -> bool:
    return DECIDED.index(one) > DECIDED.index(other)


def _is_latest(matter: Matter, place: int) -> bool:
    """Whether no later decision is about the same person: the register tells only of the latest."""
    decision, entry = matter.decisions[place], matter.entered[place]
    return not any(
        other.decided > decision.decided and matter.entered[row].certain == entry.certain
        for row, other in enumerate(matter.decisions)
    )


def _alerts_without_decision(matter: Matter) -> Iterator[Finding]:
    told = {row for sending in matter.sent for row in (*sending.alerts, *sending.withdrawn)}
    may_be = _first_by_row(sending.possible for sending in matter.sent)
    for row, alert in enumerate(matter.alerts):
        if row in may_be:
            decision = matter.decisions[may_be[row]].decision_id
            words = "it may be about this decision; look whether it is"
            yield Finding("unclear_alert", decision, alert.alert_id, alert.hpr_number, words)
        elif row not in told:
            words = f"no decision that it is about{_of_those_read(matter.unread)}"
            yield Finding("alert_without_decision", "", alert.alert_id, alert.hpr_number, words)


def _first_by_row(possible: Iterable[Iterable[int]]) -> dict[int, int]:
    """For each row the place of the first decision that it may belong to."""
    first: dict[int, int] = {}
    for place, rows in enumerate(possible):
        for row in rows:
            first.setdefault(row, place)
    return first


def _entries_without_decision(matter: Matter) -> Iterator[Finding]:
    told = {row for entry in matter.entered for row in entry.certain}
    may_be = _first_by_row(entry.possible for entry in matter.entered)
    for row, (number, standing) in enumerate(matter.entries):
        if standing not in DECIDED or row in told:
            continue
        if row in may_be:
            decision = matter.decisions[may_be[row]].decision_id
            words = "this decision may be about the person; look whether it is"
            yield Finding("unclear_entry", decision, "", number, words)
        else:
            words = f"the register says {standing}, and there is no decision about the person{_of_those_read(matter.unread)}"
            yield Finding("entry_without_decision", "", "", number, words)


def _of_those_read(unread: int) -> str:
    return f" among those that could be read; look at those set aside ({unread})" if unread else ""


def _number(matter: Matter, place: int) -> str:
    """The person's number, as the decision tells it or the register does."""
    certain = matter.entered[place].certain
    found = matter.entries[min(certain)][0] if len(certain) == 1 else ""
    return matter.decisions[place].hpr_number or found


def _days(number: int) -> str:
    return f"{number} day{'s' * (number != 1)}"


def _and_more(rows: Sequence[int]) -> str:
    return f", or {len(rows) - 1} more" if len(rows) > 1 else ""


def standing_of(text: str) -> str:
    """
    How an authorisation stands: active, limited, suspended, lost or ended; "" where a word is not known.

    Example:
        >>> standing_of("Tilbakekalt"), standing_of("suspension"), standing_of("?")
        ('lost', 'suspended', '')
    """
    return _standings().get(fold(text).strip(), "")


@cache
def _standings() -> Mapping[str, str]:
    return {fold(row["word"]): row["standing"] for row in read_table("register_statuses")}
