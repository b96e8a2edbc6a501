"""
Which alert was sent for which of the own decisions, once it is known whose they are.

A person may have several decisions, and a decision several alerts, one for each authorisation that is lost. An alert is
taken for at most one decision, about the same profession as far as both tell one: the one whose day the alert names or,
where it names none, the last before it was sent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hpmatch.alerts.relations import DAYS_TO_SEND
from hpmatch.reconcile.counterparts import Counterpart


@dataclass(frozen=True)
class Decision:
    """
    An own decision.

    Attributes:
        decision_id: Its identifier.
        hpr_number: The person's number in the register; "" where it is not known.
        decided: The day of the decision.
        professions: The categories of the register; none where they are not known.
        goes: How far it goes, a standing of ``data/register_statuses.csv``; "" where it is not known.
    """

    decision_id: str
    hpr_number: str
    decided: date
    professions: frozenset[str] = frozenset()
    goes: str = ""


@dataclass(frozen=True)
class SentAlert:
    """
    An alert that was sent.

    Attributes:
        alert_id: Its identifier.
        hpr_number: The person's number in the register; "" where it is not known.
        sent: The day it was sent, if it is known.
        decided: The day of the decision that it names, if it does.
        professions: The categories of the register; none where they are not known.
        is_withdrawn: Whether it was sent by mistake and taken back, so that it sends nothing for certain.
    """

    alert_id: str
    hpr_number: str = ""
    sent: date | None = None
    decided: date | None = None
    professions: frozenset[str] = frozenset()
    is_withdrawn: bool = False


@dataclass(frozen=True)
class Sending:
    """
    What was sent about a decision.

    Attributes:
        alerts: The alerts that are about it.
        possible: Where there are none, the alerts that may be.
        withdrawn: Where there are some, those that were about it and were taken back.
    """

    alerts: tuple[int, ...] = ()
    possible: tuple[int, ...] = ()
    withdrawn: tuple[int, ...] = ()


def sendings(
    decisions: Sequence[Decision], alerts: Sequence[SentAlert], who: Sequence[Counterpart]
) -> list[Sending]:
    """
    Find the alerts of each decision.

    Args:
        decisions: The decisions, by identifier.
        alerts: The alerts, by identifier.
        who: For each decision the alerts about the same person.

    Example:
        >>> decided = [Decision("D1", "", date(2024, 3, 1)), Decision("D2", "", date(2024, 6, 1))]
        >>> sent = [SentAlert("A1", sent=date(2024, 3, 4))]
        >>> [sending.alerts for sending in sendings(decided, sent, [Counterpart(frozenset({0}))] * 2)]
        [(0,), ()]
    """
    taken = _taken(decisions, alerts, who)
    found = []
    for place, decision in enumerate(decisions):
        own = tuple(sorted(alert for alert, of in taken.items() if of == place))
        open_ones = [] if own else [row for row in range(len(alerts)) if row not in taken]
        possible = (row for row in open_ones if _may_be(decision, alerts[row], who[place], row))
        found.append(Sending(own, tuple(possible), _withdrawn(decision, alerts, who[place]) if own else ()))
    return found


def _withdrawn(decision: Decision, alerts: Sequence[SentAlert], who: Counterpart) -> tuple[int, ...]:
    rows = (row for row in sorted(who.certain) if alerts[row].is_withdrawn)
    return tuple(row for row in rows if _days_apart(decision, alerts[row]) is not None)


def _taken(
    decisions: Sequence[Decision], alerts: Sequence[SentAlert], who: Sequence[Counterpart]
) -> dict[int, int]:
    """The decision of each alert that has one."""
    options: dict[int, dict[int, int]] = {}
    for place, decision in enumerate(decisions):
        for row in who[place].certain:
            days = None if alerts[row].is_withdrawn else _days_apart(decision, alerts[row])
            if days is not None:
                options.setdefault(row, {})[place] = days
    taken: dict[int, int] = {}
    load: Counter[int] = Counter()
    # Who has the least choice chooses first, and of decisions of one day each gets an alert before one gets two.
    nearest = {row: [*days.values()].count(min(days.values())) for row, days in options.items()}
    for row in sorted(options, key=lambda row: (nearest[row], len(options[row]), row)):
        taken[row] = min(options[row], key=lambda place: (options[row][place], load[place], place))
        load[taken[row]] += 1
    return taken


def _days_apart(decision: Decision, alert: SentAlert) -> int | None:
    """How far an alert's day is from a decision; None where it is not about it, or does not tell."""
    if _differ(decision.professions, alert.professions):
        return None
    if alert.decided:
        days = abs((alert.decided - decision.decided).days)
        return days if days <= DAYS_TO_SEND else None
    if alert.sent and alert.sent >= decision.decided:
        return (alert.sent - decision.decided).days
    return None


def _may_be(decision: Decision, alert: SentAlert, who: Counterpart, row: int) -> bool:
    """Whether it is in doubt if an alert is about a decision: because of its days, or of its person."""
    if row in who.certain:
        sent_before = alert.sent is not None and alert.sent < decision.decided
        return not sent_before and not _differ(decision.professions, alert.professions)
    is_possible = row in who.possible or (who.is_blind and not (decision.hpr_number and alert.hpr_number))
    dayless = alert.sent is None and alert.decided is None
    fits = _days_apart(decision, alert) is not None
    return is_possible and (fits or (dayless and not _differ(decision.professions, alert.professions)))


def _differ(one: frozenset[str], other: frozenset[str]) -> bool:
    """Whether both are known and have nothing in common."""
    return bool(one and other and not one & other)
