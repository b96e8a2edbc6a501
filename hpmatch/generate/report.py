"""
The scenario that reproduces the figures of the supervisory report, to the unit.

17,232 alerts; 548 persons with a hit; 344 of them with an earlier case and 204 without, of whom 190 are clear and 14 are
not; 146 of the 204 are alerted by Lithuania and 58 by others; 809 alerts were never opened, 13 of them with a hit.
What the report does not tell (the countries of the 344, say) is drawn as in any other profile.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from hpmatch.errors import HpmatchError
from hpmatch.generate.alerts import Alert
from hpmatch.generate.dates import ERRORS
from hpmatch.generate.errormodel import force
from hpmatch.generate.population import Draw, Person, Rates, people
from hpmatch.generate.profiles import profile
from hpmatch.generate.scenario import (
    LEFT_IMI,
    UK_LAST_DAY,
    Planned,
    Subject,
    drawn_country,
    plan,
    subjects_of,
    with_kin,
)
from hpmatch.generate.streams import stream
from hpmatch.generate.tables import Strings, happens, pick, shares, strings

ALERTS = 17_232
CASES = ("hpr_number", "case_number", "status", "date")
OTHER_CASES = 250
_SMALLEST = 2_000
_UNCLEAR = 14
_DOCTOR, _NURSE, _OTHER = "doctor", "nurse", "other"
_CLASS = {"LE": _DOCTOR, "LE+": _DOCTOR, "SP": _NURSE}
_SECOND_CASE = 0.08


class Group(NamedTuple):
    """So many persons with a hit, of one class, alerted from one place, with or without an earlier case."""

    persons: int
    sender: str
    class_: str
    earlier: bool
    opened: bool


# Of the 344 the report tells only how many there are, the nine of the unopened alerts and the two from the United Kingdom.
GROUPS = (
    Group(18, "LT", _DOCTOR, earlier=False, opened=True),
    Group(99, "LT", _NURSE, earlier=False, opened=True),
    Group(29, "LT", _OTHER, earlier=False, opened=True),
    Group(15, "other", _DOCTOR, earlier=False, opened=True),
    Group(29, "other", _NURSE, earlier=False, opened=True),
    Group(10, "other", _OTHER, earlier=False, opened=True),
    Group(1, "other", _DOCTOR, earlier=False, opened=False),
    Group(3, "other", _NURSE, earlier=False, opened=False),
    Group(5, "other", _DOCTOR, earlier=True, opened=False),
    Group(4, "other", _NURSE, earlier=True, opened=False),
    Group(1, "UK", _DOCTOR, earlier=True, opened=True),
    Group(1, "UK", _NURSE, earlier=True, opened=True),
    Group(85, "any", _DOCTOR, earlier=True, opened=True),
    Group(200, "any", _NURSE, earlier=True, opened=True),
    Group(48, "any", _OTHER, earlier=True, opened=True),
)
# Unopened alerts without a hit: 809 less the 13 with one.
UNOPENED = {_DOCTOR: 64 - 6, _NURSE: 497 - 7, _OTHER: 248}
# When the unopened alerts came in (first and last day, how many): three peaks that the report names, and the rest.
PEAKS = (
    (date(2023, 3, 1), date(2023, 5, 31), 423),
    (date(2024, 2, 1), date(2024, 2, 29), 76),
    (date(2024, 4, 1), date(2024, 4, 30), 155),
    (date(2021, 1, 11), date(2023, 2, 28), 155),
)


def check(register: int, alerts: int, hits: int | None) -> None:
    """The report has sizes of its own."""
    if alerts != ALERTS or hits is not None:
        raise HpmatchError(
            f"the profile 'report' has {ALERTS} alerts and its own hits; leave alerts and hits out"
        )
    if register < _SMALLEST:
        raise HpmatchError(
            f"the profile 'report' needs a register of at least {_SMALLEST}; {register} was asked for"
        )


def report(rates: Rates, seed: int) -> list[Subject]:
    """The people of the report's alerts, those with a hit first."""
    rng = stream(seed, "report")
    days = unopened_days(rng)
    hits = _with_unclear(list(_hits(rates, days, rng)), rng)
    missing = ALERTS - sum(len(subject.plan) for subject in hits)
    others = _unopened(subjects_of(rates, seed, missing, registered=False), days, rates)
    return [with_kin(subject, at, rates, seed) for at, subject in enumerate([*hits, *others])]


def unopened_days(rng: np.random.Generator) -> list[date]:
    """
    The days on which the unopened alerts came in, in no order.

    Example:
        >>> len(unopened_days(np.random.default_rng(1)))
        809
    """
    days = [
        first + timedelta(days=int(rng.random() * ((last - first).days + 1)))
        for first, last, count in PEAKS
        for _ in range(count)
    ]
    return [days[at] for at in np.argsort(rng.random(len(days)), kind="stable")]


def with_opened(
    columns: Sequence[str], rows: Sequence[tuple[str, ...]], alerts: Sequence[Alert]
) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """The alerts with one more column: whether anybody opened them."""
    told = ("yes" if alert.planned.opened else "no" for alert in alerts)
    return (*columns, "opened"), [(*row, opened) for row, opened in zip(rows, told, strict=True)]


def prior_cases(earlier: Sequence[str], others: Sequence[str], seed: int) -> list[tuple[str, ...]]:
    """
    Earlier cases, at least one for each number, in the order of their dates.

    Example:
        >>> prior_cases(["1234567"], [], 1)[0][0]
        '1234567'
    """
    rng, found = stream(seed, "report", 1), list[tuple[date, str]]()
    for number in (*earlier, *others):
        times = 2 if happens(rng, _SECOND_CASE) else 1
        found += [(date(2012, 1, 2) + timedelta(days=int(rng.random() * 5000)), number) for _ in range(times)]
    statuses = ("closed", "closed", "closed", "open", "authorisation withdrawn")
    return [
        (number, f"{day.year}/{10_000 + at}", pick(rng, statuses), day.isoformat())
        for at, (day, number) in enumerate(sorted(found))
    ]


def _hits(rates: Rates, days: list[date], rng: np.random.Generator) -> Iterator[Subject]:
    for group in GROUPS:
        for person in _persons(group, rates, rng):
            planned = _planned(group, person, rates, days, rng)
            yield Subject(person, True, planned, rates=_clear(rates), earlier_case=group.earlier)


def _persons(group: Group, rates: Rates, rng: np.random.Generator) -> list[Person]:
    """People of the group; who is not a doctor holds one authorisation, so that the class is beyond doubt."""
    countries = strings([_sender(group.sender, rng) for _ in range(group.persons)])
    categories = _categories(group, rng)
    found = people(Draw(np.arange(group.persons), countries, categories), rng, rates)
    if group.class_ == _DOCTOR:
        return found
    return [each._replace(professions=(held,)) for each, held in zip(found, categories, strict=True)]


def _sender(sender: str, rng: np.random.Generator) -> str:
    """A country: the one named, or any of those with hits but the United Kingdom, and Lithuania where others are meant."""
    if sender not in ("any", "other"):
        return sender
    return drawn_country("hits", LEFT_IMI if sender == "any" else (*LEFT_IMI, "LT"), rng)


def _categories(group: Group, rng: np.random.Generator) -> Strings:
    if group.class_ != _OTHER:
        return strings(["LE" if group.class_ == _DOCTOR else "SP"] * group.persons)
    drawn = shares("professions", "category", "alerts").draw(rng, 50 * group.persons)
    # A midwife is a nurse too, and an auxiliary may have become one: neither is clearly of the third class.
    return drawn[~np.isin(drawn.astype(str), ("LE", "SP", "JO", "HF"))][: group.persons]


def _planned(
    group: Group, person: Person, rates: Rates, days: list[date], rng: np.random.Generator
) -> tuple[Planned, ...]:
    """As in other profiles, but from the group's country alone; an unopened alert is the only one or repeats another."""
    planned = tuple(
        each for each in plan(person, person.country, rates, rng) if each.kind != "alert-other-country"
    )
    if group.sender == "UK":
        return (planned[0]._replace(sent=min(planned[0].sent, UK_LAST_DAY)),)
    if group.opened:
        return planned
    day = days.pop()
    main = planned[0]._replace(category=person.professions[-1], sent=day)
    if not group.earlier:
        return (main._replace(opened=False),)
    return main._replace(sent=day - timedelta(days=9)), main._replace(kind="alert-resent", opened=False)


def _clear(rates: Rates) -> Rates:
    """What is written about somebody whose identity was clear: there is a birth date, and the right profession."""
    unclear = ("profession-other", "dob-missing", "dob-year-only", "dob-default", "dob-decision")
    return {**rates, **dict.fromkeys(unclear, 0.0)}


def _with_unclear(hits: list[Subject], rng: np.random.Generator) -> list[Subject]:
    """Name and date, or name and profession, of fourteen new persons do not agree."""
    new = [
        at
        for at, subject in enumerate(hits)
        if not subject.earlier_case and all(planned.opened for planned in subject.plan)
    ]
    for at in np.argsort(rng.random(len(new)), kind="stable")[:_UNCLEAR].tolist():
        name = pick(rng, ("typo-insert", "typo-delete", "typo-substitute", "typo-keyboard"))
        other = pick(rng, ("dob-year", "dob-digit", "dob-decade", "profession-other"))
        rates = force(force(profile("hard").rates, name), other)
        if other not in ERRORS:
            rates = {**rates, "dob-missing": 0.0}
        hits[new[at]] = replace(hits[new[at]], identity="identity-unclear", rates=rates)
    return hits


def _unopened(subjects: list[Subject], days: list[date], rates: Rates) -> list[Subject]:
    """So many alerts of each class that nobody opened: the only ones of their persons, from countries still in IMI."""
    left, sure = dict(UNOPENED), {**rates, "profession-other": 0.0}
    return [_unopened_one(subject, left, days, sure) for subject in subjects]


def _unopened_one(
    subject: Subject, left: dict[str, int], days: list[date], rates: Mapping[str, float]
) -> Subject:
    (first, *more) = subject.plan
    class_ = _CLASS.get(first.category, _OTHER)
    if more or first.country == "UK" or not left[class_]:
        return subject
    left[class_] -= 1
    return replace(subject, plan=(first._replace(opened=False, sent=days.pop()),), rates=rates)
