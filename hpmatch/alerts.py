"""Alerts about one person: which of them belong together."""

from __future__ import annotations

from collections.abc import Sequence

from hpmatch.records import Records

IDENTITY = ("family_name", "given_name", "birth_date")


def same_person(alerts: Records, matched: Sequence[str | None]) -> list[str]:
    """
    Give all alerts about one person the same person identifier: the smallest of their alert identifiers.

    Alerts are about one person if they match the same registered person, or if their family names, given names and
    birth dates are the same. An alert that matches nobody joins a registered person only if all who share its name
    and date match that one.

    Args:
        alerts: The alerts.
        matched: For each alert the registered person that it matches, or None.
    """
    of_alert = identities(alerts)
    persons: dict[str | None, set[str]] = {}
    for identity, person in zip(of_alert, matched, strict=True):
        if person is not None:
            persons.setdefault(identity, set()).add(person)
    ids = alerts.ids.to_pylist()
    keys = [
        _key(alert_id, identity, person, persons)
        for alert_id, identity, person in zip(ids, of_alert, matched, strict=True)
    ]
    smallest: dict[tuple[str, str], str] = {}
    for key, alert_id in zip(keys, ids, strict=True):
        smallest[key] = min(smallest.get(key, alert_id), alert_id)
    return [smallest[key] for key in keys]


def _key(
    alert_id: str, identity: str | None, person: str | None, persons: dict[str | None, set[str]]
) -> tuple[str, str]:
    namesakes = persons.get(identity, set()) if identity else set()
    if person or len(namesakes) == 1:
        return "registered", person or next(iter(namesakes))
    return ("identity", identity) if identity else ("alert", alert_id)


def identities(alerts: Records) -> list[str | None]:
    """What makes two alerts look like one person; None where a name or the date is not known."""
    columns = [alerts[name].to_pylist() if name in alerts else [None] * len(alerts) for name in IDENTITY]
    return [
        f"{' '.join(sorted(family))}|{' '.join(sorted(given))}|{dates[0]}"
        if family and given and dates
        else None
        for family, given, dates in zip(*columns, strict=True)
    ]
