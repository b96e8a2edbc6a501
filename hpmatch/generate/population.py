"""
People: who they are, what they are called, what they are trained for.

All chances of a block of people are drawn at once; the block, not the chunk written, is the unit of randomness, so the
same seed gives the same people however the work is divided.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from hpmatch.generate.names import Culture, alternate, culture
from hpmatch.generate.romanise import schemes
from hpmatch.generate.streams import stream
from hpmatch.generate.tables import Flags, Integers, Strings, rows, shares, strings

Rates = Mapping[str, float]

BLOCK = 10_000
TODAY = date(2025, 10, 1)
_EPOCH = date(1970, 1, 1)
_YOUNGEST, _OLDEST, _DAYS = 22.0, 80.0, 365.25
_UNKNOWN_BIRTHDAY = {"AR": 0.06, "FA": 0.05, "SA": 0.04, "TR": 0.02}
_NORWEGIAN_SPOUSE, _SECOND_AUTHORISATION, _NURSE_FIRST = 0.2, 0.05, 0.02


class Person(NamedTuple):
    """
    One person; names in the script of the home country.

    `birth` is the surname at birth and `married` the one taken at marriage, each in the form the person bears; `_male`
    is the form a man would bear. `marriage` tells what became of the surname: nothing, `husband`, `middle` (the
    former surname kept as middle name) or `double`. The last columns tell how a Norwegian register came to hold it.
    """

    number: int
    culture: str
    country: str
    sex: str
    born: date
    given: str
    second: str
    inner: str
    birth: str
    birth_male: str
    married: str
    married_male: str
    marriage: str
    mother: str
    professions: tuple[str, ...]
    specialty: str
    identified: str
    stale: bool
    male_form: bool
    scheme: str
    letters: str
    keeps_second: bool
    keeps_inner: bool

    @property
    def woman(self) -> bool:
        """Whether the person is a woman."""
        return self.sex == "F"

    @property
    def language(self) -> str:
        """The language whose letters the names are written in; empty where they are Latin."""
        return culture(self.culture).language


@dataclass(frozen=True)
class Draw:
    """What is known of people before they get names: one entry a person; cultures, if not left to chance."""

    numbers: Integers
    countries: Strings
    professions: Strings
    cultures: Strings | None = None


def background(seed: int, block: int) -> Draw:
    """
    Country and profession of the people of one block of the register.

    Example:
        >>> len(background(1, 0).countries)
        10000
    """
    rng = stream(seed, "register", 2 * block)
    countries = shares("countries", "country", "register").draw(rng, BLOCK)
    home = shares("professions", "category", "register_home").draw(rng, BLOCK)
    abroad = shares("professions", "category", "register_abroad").draw(rng, BLOCK)
    return Draw(np.arange(BLOCK) + block * BLOCK, countries, np.where(countries == "NO", home, abroad))


def people(draw: Draw, rng: np.random.Generator, rates: Rates) -> list[Person]:
    """
    Complete people for what is known of them.

    Example:
        >>> from hpmatch.generate.profiles import profile
        >>> draw = Draw(np.array([1]), strings(["LT"]), strings(["SP"]))
        >>> people(draw, np.random.default_rng(3), profile("typical").rates)[0].professions
        ('SP',)
    """
    sexes = _sexes(draw.professions, rng)
    cultures = _cultures(draw.countries, rng) if draw.cultures is None else draw.cultures
    ages, born = _births(cultures, rng)
    names = _names(cultures, sexes, ages, rng)
    professions, specialties = _trainings(draw.professions, rng)
    habits = _habits(draw.countries, cultures, rates, rng)
    columns = (
        draw.numbers.tolist(),
        cultures,
        draw.countries,
        sexes,
        born,
        *names,
        professions,
        specialties,
        *habits,
    )
    return [Person(*values) for values in zip(*columns, strict=True)]


def block_of_people(seed: int, block: int, rates: Rates) -> list[Person]:
    """
    The people of one block of the register, before anybody takes a place among them.

    Example:
        >>> from hpmatch.generate.profiles import profile
        >>> block_of_people(1, 0, profile("typical").rates)[0].number
        0
    """
    return people(background(seed, block), stream(seed, "register", 2 * block + 1), rates)


def _sexes(professions: Strings, rng: np.random.Generator) -> Strings:
    women = {row["category"]: float(row["women"]) for row in rows("professions")}
    share = np.array([women[category] for category in professions], dtype=np.float64)
    return np.where(rng.random(len(professions)) < share, "F", "M").astype(object)


def _cultures(countries: Strings, rng: np.random.Generator) -> Strings:
    found = strings(["" for _ in countries])
    for country, at in _groups(countries):
        found[at] = shares("mix", "culture", "share", ("country", country)).draw(rng, len(at))
    return found


def _births(cultures: Strings, rng: np.random.Generator) -> tuple[Integers, list[date]]:
    """Ages fall off slowly towards 80; where births went unregistered, 1 January stands for an unknown day."""
    shape = ((rng.random(len(cultures)) + rng.random(len(cultures))) / 2) ** 1.15
    ages = _YOUNGEST + (_OLDEST - _YOUNGEST) * shape
    days = ((TODAY - _EPOCH).days - ages * _DAYS).astype(np.int64).tolist()
    unknown = np.array([_UNKNOWN_BIRTHDAY.get(each, 0.0) for each in cultures])
    default = (rng.random(len(cultures)) < unknown).tolist()
    dates = (_EPOCH + timedelta(days=day) for day in days)
    born = [day.replace(month=1, day=1) if wiped else day for day, wiped in zip(dates, default, strict=True)]
    return ages.astype(np.int64), born


def _groups(codes: Strings) -> Iterator[tuple[str, Integers]]:
    """Each distinct code with the rows that hold it, in the order of the codes."""
    distinct, inverse = np.unique(codes.astype(str), return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    starts = np.searchsorted(inverse[order], np.arange(len(distinct) + 1))
    for at, code in enumerate(distinct):
        yield str(code), order[starts[at] : starts[at + 1]]


def _names(cultures: Strings, sexes: Strings, ages: Integers, rng: np.random.Generator) -> list[Strings]:
    columns = [strings(["" for _ in cultures]) for _ in range(9)]
    for code, at in _groups(cultures):
        for column, values in zip(columns, _names_of(culture(code), sexes[at], ages[at], rng), strict=True):
            column[at] = values
    return columns


def _names_of(own: Culture, sexes: Strings, ages: Integers, rng: np.random.Generator) -> list[Strings]:
    """Given, second, inner, birth, birth_male, married, married_male, marriage, mother."""
    count, women = len(sexes), sexes == "F"
    given, second = (_by_sex(own, women, rng) for _ in range(2))
    second = np.where((rng.random(count) < own.chances["second"]) & (second != given), second, "")
    birth, birth_male = _surname(own, women, own.surnames.daughter, rng)
    married, married_male = _spouse(own, women, rng)
    marriage = _marriage(own, women, ages, rng)
    marriage = np.where(married_male == birth_male, "", marriage)
    mother = own.surnames.man.draw(rng, count)
    mother = np.where((rng.random(count) < own.chances["mother"]) & (mother != birth_male), mother, "")
    return [
        given,
        second,
        _inner(own, women, rng),
        birth,
        birth_male,
        married,
        married_male,
        marriage,
        mother,
    ]


def _by_sex(own: Culture, women: Flags, rng: np.random.Generator) -> Strings:
    count = len(women)
    return np.where(women, own.given["F"].draw(rng, count), own.given["M"].draw(rng, count))


def _inner(own: Culture, women: Flags, rng: np.random.Generator) -> Strings:
    at = own.given["M"].indexes(rng, len(women))
    if not own.inner:
        return strings(["" for _ in women])
    return np.where(women, own.fathers["F"][at], own.fathers["M"][at])


def _surname(own: Culture, women: Flags, form: Strings, rng: np.random.Generator) -> tuple[Strings, Strings]:
    """A surname as the person bears it, and as a man would: one name, two of them, or two with a hyphen."""
    at, second = (own.surnames.man.indexes(rng, len(women)) for _ in range(2))
    forms = alternate((form, own.surnames.other), own.chances["other"], at, rng)
    man = own.surnames.man.values
    borne, male = np.where(women, forms, man[at]), man[at]
    hyphen = rng.random(len(women)) < own.chances["hyphen"]
    twice = hyphen | (own.two_surnames)
    joint = np.where(hyphen, "-", " ")
    return np.where(twice, borne + joint + man[second], borne), np.where(
        twice, male + joint + man[second], male
    )


def _spouse(own: Culture, women: Flags, rng: np.random.Generator) -> tuple[Strings, Strings]:
    """The surname that comes with marriage: of the same culture, or a Norwegian one in the form it has in Norway."""
    at = own.surnames.man.indexes(rng, len(women))
    wife = alternate((own.surnames.wife, own.surnames.other), own.chances["other"], at, rng)
    norwegian = culture("NO").surnames.man.draw(rng, len(women))
    away = rng.random(len(women)) < _NORWEGIAN_SPOUSE
    male = own.surnames.man.values[at]
    return np.where(away, norwegian, np.where(women, wife, male)), np.where(away, norwegian, male)


def _marriage(own: Culture, women: Flags, ages: Integers, rng: np.random.Generator) -> Strings:
    """What became of the surname: marriage gets likelier until 45; few men change theirs."""
    married = rng.random(len(women)) < np.clip((ages - 21) / 24, 0, 1) * 0.75
    changing = np.where(women, 1.0, 0.04)
    outcomes = ("husband", "middle", "double")
    bounds = np.cumsum([own.chances[name] for name in outcomes])
    chosen = np.searchsorted(bounds, rng.random(len(women)) / changing, side="right")
    return np.where(married, strings([*outcomes, ""])[chosen], "")


def _trainings(categories: Strings, rng: np.random.Generator) -> tuple[list[tuple[str, ...]], Strings]:
    """Some hold a second authorisation, as a nurse who became a midwife or a doctor; many doctors hold a specialty."""
    second = {row["category"]: row["second"] for row in rows("professions")}
    both = rng.random(len(categories)) < _SECOND_AUTHORISATION
    nurse_first = rng.random(len(categories)) < _NURSE_FIRST
    found = [
        _held(category, second[category], two, first)
        for category, two, first in zip(categories, both, nurse_first, strict=True)
    ]
    specialties = strings(["" for _ in categories])
    for category, share in (("LE", 0.55), ("TL", 0.15)):
        at = np.flatnonzero((categories == category) & (rng.random(len(categories)) < share))
        specialties[at] = shares("specialties", "norwegian", "share", ("category", category)).draw(
            rng, len(at)
        )
    return found, specialties


def _held(category: str, other: str, two: bool, nurse_first: bool) -> tuple[str, ...]:
    if category == "LE" and nurse_first:
        return ("SP", "LE")
    if category == "JO":
        return ("SP", "JO")
    return (category, other) if two and other else (category,)


def _habits(
    countries: Strings, cultures: Strings, rates: Rates, rng: np.random.Generator
) -> list[list[object]]:
    """How the register came to hold the person: identified, stale, male form, scheme, letters, given names."""
    chance = {name: rng.random(len(countries)) < rates[name] for name in _HABITS}
    abroad, scheme_at = cultures != "NO", rng.random(len(countries))
    plain = countries == "NO"
    identified = np.where(
        chance["register-no-identifier"] & ~plain,
        "",
        np.where(chance["register-d-number"] & abroad, "D", "F"),
    )
    written = np.where(
        chance["register-stripped"], "strip", np.where(chance["register-latin1"], "latin1", "keep")
    )
    return [
        identified.tolist(),
        (chance["register-stale"] & (identified == "")).tolist(),
        (chance["register-male-form"] & abroad & (cultures != "IS")).tolist(),
        [
            _scheme(code, country, at)
            for code, country, at in zip(cultures, countries, scheme_at, strict=True)
        ],
        np.where(abroad, written, "keep").tolist(),
        (~chance["register-one-given"]).tolist(),
        chance["register-inner"].tolist(),
    ]


_HABITS = (
    "register-no-identifier",
    "register-d-number",
    "register-stale",
    "register-male-form",
    "register-stripped",
    "register-latin1",
    "register-one-given",
    "register-inner",
)


def _scheme(code: str, country: str, at: float) -> str:
    language = culture(code).language
    options = schemes(language, country) if language else ()
    return options[int(at * len(options))] if options else ""
