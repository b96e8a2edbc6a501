"""Whom the alerts are about, how many alerts each person gets, and who else stands in the register because of them."""

from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import chain
from typing import NamedTuple

import numpy as np

from hpmatch.generate.names import culture, inflect
from hpmatch.generate.population import TODAY, Draw, Person, Rates, people
from hpmatch.generate.profiles import Profile
from hpmatch.generate.streams import stream
from hpmatch.generate.tables import happens, pick, rows, shares, strings

FIRST_DAY, LAST_DAY = date(2019, 12, 2), date(2025, 10, 3)
UK_LAST_DAY = date(2020, 12, 31)
LEFT_IMI = ("UK",)
HOME = "NO"
KIN = ("twin", "namesake", "parent-child")
_SUBJECTS_AT_ONCE = 1_000
_LATER = {
    "alert-specialist": (0, 4),
    "alert-earlier-profession": (0, 25),
    "alert-resent": (0, 9),
    "alert-update": (20, 500),
} | {"alert-other-country": (3, 90)}
_GROWN_UP, _GENERATION = 50, (20, 29)


class Planned(NamedTuple):
    """One alert to be written: why it is sent, by whom, about which profession, when."""

    kind: str
    country: str
    category: str
    specialty: str
    sent: date
    opened: bool = True


@dataclass(frozen=True)
class Subject:
    """
    A person with alerts.

    `kin` is the relative or namesake that stands in the register, if any; `identity` a tag for all alerts of the person;
    `rates` take the place of the profile's for what is written about the person.
    """

    person: Person
    registered: bool
    plan: tuple[Planned, ...]
    kin_tag: str = ""
    kin: Person | None = None
    identity: str = ""
    rates: Rates | None = None
    earlier_case: bool = False


def scenario(profile: Profile, seed: int, alerts: int, hits: int) -> list[Subject]:
    """
    The people of the alerts: exactly `hits` of the `alerts` concern somebody registered.

    Example:
        >>> from hpmatch.generate.profiles import profile
        >>> found = scenario(profile("typical"), 1, 30, 10)
        >>> sum(len(each.plan) for each in found if each.registered), sum(len(each.plan) for each in found)
        (10, 30)
    """
    wanted = list(_LATER) if profile.covered else []
    cast = _cast(profile.rates, seed) if profile.covered else []
    registered = subjects_of(profile.rates, seed, hits, registered=True, wanted=wanted, cast=cast)
    others = subjects_of(profile.rates, seed, alerts - hits, registered=False, wanted=wanted)
    forced = dict(enumerate(KIN)) if profile.covered else {}
    return [
        with_kin(subject, at, profile.rates, seed, forced.get(at, ""))
        for at, subject in enumerate([*registered, *others])
    ]


def plan(person: Person, sender: str, rates: Rates, rng: np.random.Generator) -> tuple[Planned, ...]:
    """The alerts about one person, the first one, which comes from `sender`, first."""
    main = Planned("", sender, person.professions[-1], "", sent_day(sender, rng))
    kinds = [kind for kind in _LATER if happens(rng, rates[kind]) and _applies(kind, person)]
    return (main, *(_further(kind, person, main, rng) for kind in kinds))


def with_kin(subject: Subject, at: int, rates: Rates, seed: int, forced: str = "") -> Subject:
    """The subject, with a twin, namesake, parent or child who stands in the register, as often as the rates say."""
    rng = stream(seed, "kin", at)
    chance = rng.random()
    for tag in KIN:
        chance -= rates[tag]
        if tag == forced or (chance < 0 and not forced):
            return replace(subject, kin_tag=tag, kin=relative(subject.person, tag, rates, rng))
    return subject


def relative(person: Person, tag: str, rates: Rates, rng: np.random.Generator) -> Person:
    """Somebody easily taken for the person."""
    draw = Draw(np.array([-1]), strings([person.country]), strings([person.professions[0]]))
    (model,) = people(draw, rng, rates)
    if tag == "twin":
        found = _twin(person, model.sex, rng)
    else:
        born = _other_birthday(person, rng) if tag == "namesake" else _generation_apart(person, rng)
        found = person._replace(born=born, second="", inner="")
    return found._replace(
        professions=model.professions, specialty=model.specialty, identified=model.identified
    )


def sent_day(country: str, rng: np.random.Generator) -> date:
    """The day an alert was sent; the United Kingdom sent none after 2020."""
    last = UK_LAST_DAY if country == "UK" else LAST_DAY
    return FIRST_DAY + timedelta(days=int(rng.random() ** 0.8 * (last - FIRST_DAY).days))


def drawn_country(share: str, without: Container[str], rng: np.random.Generator) -> str:
    """
    A country by the shares in one column of `countries.csv`, other than those in `without`.

    Example:
        >>> drawn_country("from_norway", (), np.random.default_rng(1))
        'DK'
    """
    while True:
        (drawn,) = shares("countries", "country", share).draw(rng, 1)
        if drawn not in without:
            return str(drawn)


def subject_people(seed: int, rates: Rates, *, registered: bool) -> Iterator[tuple[Person, str]]:
    """
    People of alerts, without end, each with the country that alerts.

    Senders and professions are mixed as among alerts with, or without, a hit.
    """
    block = int(registered)
    while True:
        rng = stream(seed, "subjects", block)
        senders = shares("countries", "country", "hits" if registered else "alerts").draw(
            rng, _SUBJECTS_AT_ONCE
        )
        professions = shares("professions", "category", "alerts").draw(rng, _SUBJECTS_AT_ONCE)
        own = stream(seed, "lives", block)
        lives = [_life(sender, rates, own, registered=registered) for sender in senders]
        educated, alerting = zip(*lives, strict=True)
        draw = Draw(np.arange(_SUBJECTS_AT_ONCE), strings(educated), professions)
        yield from zip(people(draw, rng, rates), alerting, strict=True)
        block += 2


def subjects_of(
    rates: Rates,
    seed: int,
    alerts: int,
    *,
    registered: bool,
    wanted: Sequence[str] = (),
    cast: Sequence[Person] = (),
) -> list[Subject]:
    """
    So many alerts, and the people they are about.

    Each kind of alert in `wanted` goes to the first person it can apply to; the people of `cast` come first.
    """
    rng, found, pending = stream(seed, "scenario", int(registered)), list[Subject](), list(wanted)
    at_home = ((person, person.country) for person in cast)
    source = chain(at_home, subject_people(seed, rates, registered=registered))
    while alerts > 0:
        person, sender = next(source)
        sure = [kind for kind in pending if _applies(kind, person)][:1]
        pending = [kind for kind in pending if kind not in sure]
        planned = plan(person, sender, {**rates, **dict.fromkeys(sure, 1.0)}, rng)[:alerts]
        found.append(Subject(person, registered, planned))
        alerts -= len(planned)
    return found


def _life(sender: str, rates: Rates, rng: np.random.Generator, *, registered: bool) -> tuple[str, str]:
    """
    Where somebody was educated, and which country alerts: mostly the same.

    Who was educated in Norway is registered there: the register is assumed to keep those who left.
    """
    at, at_home = rng.random(), rates["educated-at-home"] if registered else 0.0
    if at < at_home:
        return HOME, drawn_country("from_norway", (), rng)
    if at < at_home + rates["educated-elsewhere"]:
        return drawn_country("register" if registered else "alerts", (HOME, sender), rng), sender
    return sender, sender


def _cast(rates: Rates, seed: int) -> list[Person]:
    """People without whom some kinds of difference could not occur."""
    cast = rows("cast")
    countries, cultures = (strings([row[column] for row in cast]) for column in ("country", "culture"))
    draw = Draw(np.arange(len(cast)), countries, strings(["SP"] * len(cast)), cultures)
    found = people(draw, stream(seed, "cover"), rates)
    return [
        person._replace(scheme=row["scheme"], marriage=row["marriage"])
        for person, row in zip(found, cast, strict=True)
    ]


def _applies(kind: str, person: Person) -> bool:
    if kind == "alert-specialist":
        return bool(person.specialty) and person.professions[-1] == "LE"
    return kind != "alert-earlier-profession" or len(person.professions) > 1


def _further(kind: str, person: Person, main: Planned, rng: np.random.Generator) -> Planned:
    first, last = _LATER[kind]
    latest = UK_LAST_DAY if main.country == "UK" else LAST_DAY
    sent = min(main.sent + timedelta(days=first + int(rng.random() * (last - first))), latest)
    if kind == "alert-specialist":
        return main._replace(kind=kind, category="LE+", specialty=person.specialty, sent=sent)
    if kind == "alert-earlier-profession":
        return main._replace(kind=kind, category=person.professions[0], sent=sent)
    if kind == "alert-other-country":
        other = drawn_country("alerts", (main.country, *LEFT_IMI), rng)
        return main._replace(kind=kind, country=other, sent=sent)
    return main._replace(kind=kind, sent=sent)


def _twin(person: Person, sex: str, rng: np.random.Generator) -> Person:
    """Same surname and birth date; another given name, often with the same first letter."""
    own = culture(person.culture)
    names = [name for name in own.given[sex].values[:40] if name != person.given]
    alike = [name for name in names if name[0] == person.given[0]]
    birth = person.birth_male if sex == "M" else inflect(person.culture, "surname", person.birth_male)[1]
    given = pick(rng, alike if alike and happens(rng, 0.5) else names)
    birth = person.birth if sex == person.sex else birth
    return person._replace(
        given=given, second="", sex=sex, birth=birth, married=person.married_male, marriage="", mother=""
    )


def _other_birthday(person: Person, rng: np.random.Generator) -> date:
    """Any day that makes the namesake between 24 and 78 years old."""
    while True:
        born = TODAY - timedelta(days=int((24 + rng.random() * 54) * 365.25))
        if born != person.born:
            return born


def _generation_apart(person: Person, rng: np.random.Generator) -> date:
    """A parent of the young, a child of the old."""
    first, last = _GENERATION
    years = first + int(rng.random() * (last - first))
    age = (TODAY - person.born).days // 365
    return person.born + timedelta(
        days=int(years * 365.25) * (1 if age >= _GROWN_UP else -1) + int(rng.random() * 300) - 150
    )


def with_room(subjects: Sequence[Subject], register: int) -> list[Subject]:
    """The subjects, without the kin for whom a small register has no row left."""
    room = register - sum(each.registered for each in subjects)
    kept = []
    for each in subjects:
        is_too_many = each.kin is not None and room <= 0
        room -= each.kin is not None
        kept.append(replace(each, kin_tag="", kin=None) if is_too_many else each)
    return kept


def placed(subjects: Sequence[Subject], seed: int, register: int) -> dict[int, Person]:
    """
    The rows of the register that the registered people of the alerts, and then their kin, take up.

    Example:
        >>> from hpmatch.generate.profiles import profile
        >>> len(placed(scenario(profile("clean"), 1, 30, 10), 1, 100)) <= 10
        True
    """
    wanted = [each.person for each in subjects if each.registered]
    wanted += [each.kin for each in subjects if each.kin is not None]
    order = np.argsort(stream(seed, "places").random(register), kind="stable")
    return dict(zip(order.tolist(), wanted, strict=False))
