"""
Why a person has more than one alert: how each alert is related to an earlier one about the same person.

A country sends one alert for each authorisation that is lost, sends some again, and sends on what changes; other countries
send their own. The kinds are those that the supervisory report and users of the alert system name (Helsetilsynet, report
on alerts from IMI, chapter 9; FEDCAR, 2017).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, Mask
from hpmatch.data import read_table
from hpmatch.reading import ReadRecords
from hpmatch.records import Records
from hpmatch.schema import REQUIRED_ROLES
from hpmatch.standardise.countries import code_country
from hpmatch.standardise.days import read_day
from hpmatch.standardise.professions import are_specialists
from hpmatch.standardise.text import fold

RESENT, CORRECTION, SPECIALTY, PROFESSION, UPDATE, COUNTRY = (
    "re-sent", "correction", "same decision, specialty", "earlier profession", "update", "other country",
)  # fmt: skip
# The closest first: of several earlier alerts the one is named that says most.
KINDS = (RESENT, CORRECTION, SPECIALTY, UPDATE, PROFESSION, COUNTRY)

# An alert has to be sent within three days of the decision (Directive 2005/36/EC art. 56a(2)), so that dates of one decision
# may differ by so much.
DAYS_TO_SEND = 3
# Alerts that say so are no longer in force.
_OVER = frozenset({"revoked", "withdrawn", "expired"})
# What tells the person.
_IDENTITY = (*REQUIRED_ROLES, "sex", "birth_name", "other_names", "national_id")
# Where the date of the decision is not told, alerts that a country sent within so many days are about one decision.
_SENT_TOGETHER = 30


@dataclass(frozen=True)
class Alert:
    """
    What tells how an alert is related to others; an empty value is not known.

    Attributes:
        alert_id: Its identifier.
        country: The sending country (ISO 3166).
        sent: The day it was sent.
        decided: The day of the decision.
        measure: What was decided, folded.
        status: sent, updated, appealed, revoked, withdrawn or expired.
        professions: The categories of the register.
        specialties: The specialties, with "specialist" for a title that says no more.
        identity: Names, date of birth, sex and national identifiers, as they are compared; an empty one is not known.
    """

    alert_id: str
    country: str = ""
    sent: date | None = None
    decided: date | None = None
    measure: str = ""
    status: str = ""
    professions: frozenset[str] = frozenset()
    specialties: frozenset[str] = frozenset()
    identity: tuple[object, ...] = field(default=(), repr=False)


def relate(later: Alert, earlier: Alert) -> tuple[str, str]:
    """
    Say how an alert is related to an earlier one about the same person.

    Returns:
        One of ``KINDS``, and the reason in words.

    Example:
        >>> doctor = Alert("A1", "LT", decided=date(2024, 3, 1), professions=frozenset({"LE"}))
        >>> surgeon = Alert("A2", "LT", decided=date(2024, 3, 1), professions=frozenset({"LE"}), specialties=frozenset({"surgery"}))
        >>> relate(surgeon, doctor)
        ('same decision, specialty', 'one decision, sent for the profession and for a specialty')
    """
    work = [" and ".join(sorted(each.professions)) for each in (later, earlier)]
    one_decision, specialty = _one_decision(later, earlier), later.specialties != earlier.specialties
    # The first that holds says most.
    found = (
        (
            _differ(later.country, earlier.country),
            COUNTRY,
            f"{later.country} alerts too, after {earlier.country}",
        ),
        (
            all(work) and not later.professions & earlier.professions,
            PROFESSION,
            f"another profession of the person: {work[0]} besides {work[1]}",
        ),
        (specialty and one_decision, SPECIALTY, "one decision, sent for the profession and for a specialty"),
        (specialty, UPDATE, "a further decision, about a specialty"),
        (
            later.status not in ("", "sent", earlier.status),
            UPDATE,
            f"sent on because it was {later.status}",
        ),
        (not one_decision, UPDATE, "a further decision about the same authorisation"),
        (_differ(later.measure, earlier.measure), UPDATE, "the measure changed"),
        (
            any(map(_differ, later.identity, earlier.identity)),
            CORRECTION,
            "the same decision with another name, date of birth, sex or national identifier",
        ),
        (
            later.identity != earlier.identity,
            RESENT,
            "the same decision, and nothing contradicts what was told of the person",
        ),
        (True, RESENT, "the same decision with the same content"),
    )
    return next((kind, words) for holds, kind, words in found if holds)


def _differ(one: Any, other: Any) -> bool:
    """Whether both are known and not the same."""
    return bool(one and other and one != other)


def _one_decision(later: Alert, earlier: Alert) -> bool:
    if later.decided and earlier.decided:
        return abs((later.decided - earlier.decided).days) <= DAYS_TO_SEND
    if later.sent and earlier.sent:
        return abs((later.sent - earlier.sent).days) <= _SENT_TOGETHER
    return True


def related(alerts: ReadRecords, persons: IntArray) -> pa.Table:
    """
    How the alerts of each person with several are related.

    Args:
        alerts: The alerts, n of them.
        persons: int64[n], see ``hpmatch.alerts.group_alerts``; or any number that is the same for the alerts of a person.

    Returns:
        A row for each alert but the first of its person: ``alert_id``, ``earlier_alert_id``, ``relation``, ``explanation``.
    """
    _, person, counts = np.unique(persons, return_inverse=True, return_counts=True)
    several = np.flatnonzero(counts[person] > 1)
    by_person: dict[int, list[Alert]] = {}
    for person, alert in zip(persons[several].tolist(), told(alerts, several), strict=True):
        by_person.setdefault(person, []).append(alert)
    rows = sorted(row for group in by_person.values() for row in _relations(sorted(group, key=_order)))
    names = ("alert_id", "earlier_alert_id", "relation", "explanation")
    columns = list(zip(*rows, strict=True)) or [()] * len(names)
    return pa.table(
        {name: pa.array(column, pa.string()) for name, column in zip(names, columns, strict=True)}
    )


def _order(alert: Alert) -> tuple[date, str]:
    return alert.sent or alert.decided or date.max, alert.alert_id


def _relations(group: Sequence[Alert]) -> list[tuple[str, str, str, str]]:
    found = []
    for place, later in enumerate(group[1:], 1):
        kind, words, earlier = _closest(later, group[:place])
        found.append((later.alert_id, earlier.alert_id, kind, words))
    return found


def _closest(later: Alert, group: Sequence[Alert]) -> tuple[str, str, Alert]:
    """Of earlier alerts, in their order, the one that says most; of several the last."""
    known = []
    for earlier in reversed(group):
        known.append((*relate(later, earlier), earlier))
        if known[-1][0] == RESENT:  # nothing says more, and of what is sent a thousand times the last is one
            break
    return min(known, key=lambda each: KINDS.index(each[0]))


def told(alerts: ReadRecords, rows: IntArray) -> list[Alert]:
    """What the alerts at the given rows tell."""
    records = alerts.records.take(rows)
    read = {role: read_texts(alerts, role, rows) for role in TOLD}
    professions, specialties = (_sets(records, name) for name in ("profession", "specialty"))
    identities = zip(*(_sets(records, name) for name in _IDENTITY), strict=True)
    return [
        Alert(
            alert_id=alert_id,
            country=country,
            sent=sent,
            decided=decided,
            measure=measure,
            status=status,
            professions=professions[row],
            specialties=specialties[row] or frozenset({"specialist"} if specialist else ()),
            identity=identity,
        )
        for row, (alert_id, identity, country, sent, decided, measure, status, specialist) in enumerate(
            zip(records.ids.to_pylist(), identities, *(read[role] for role in TOLD), strict=True)
        )
    ]


def status_of(text: str) -> str:
    """
    The status that a word stands for; "" where it is not known.

    Example:
        >>> status_of("Opphevet"), status_of("")
        ('revoked', '')
    """
    return _statuses().get(fold(text).strip(), "")


def in_force(alerts: ReadRecords) -> Mask:
    """bool[n], which alerts are in force: all but those whose status says that they are not."""
    return np.array([status not in _OVER for status in read_texts(alerts, "status")], bool)


@cache
def _statuses() -> Mapping[str, str]:
    return {fold(row["word"]): row["status"] for row in read_table("alert_statuses")}


# What is made of the texts of each role that tells how alerts are related; ``told`` takes them in this order.
_READ: Mapping[str, Callable[[str], Any]] = {
    "sending_country": lambda text: code_country(text) or "",
    "sent_date": read_day,
    "decision_date": read_day,
    "measure": lambda text: fold(text).strip(),
    "status": status_of,
    "profession": lambda text: are_specialists([text])[0],
}
TOLD = tuple(_READ)


def read_texts(alerts: ReadRecords, role: str, rows: IntArray | None = None) -> list[Any]:
    """What is made of the texts of a role of ``TOLD``, at all or at some rows; each distinct one is read once."""
    read = _READ[role]
    if role not in alerts.texts:
        return [read("")] * (len(alerts.records) if rows is None else len(rows))
    texts = alerts.texts[role] if rows is None else alerts.texts[role].take(pa.array(rows))
    encoded = pc.fill_null(texts, "").dictionary_encode()
    values = [read(text) for text in encoded.dictionary.to_pylist()]
    return [values[place] for place in encoded.indices.to_pylist()]


def _sets(records: Records, name: str) -> list[frozenset[Any]]:
    if name not in records:
        return [frozenset()] * len(records)
    column = records[name].recounted()  # the values of a few alerts alone
    sets = [
        frozenset(value if isinstance(value, list) else [value]) for value in column.values.array.to_pylist()
    ]
    return [sets[code] if code >= 0 else frozenset() for code in column.codes.tolist()]
