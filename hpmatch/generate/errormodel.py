"""
What the sender of an alert writes about a person, and which differences from the register can be seen in it.

Three layers, each with rates of its own: the sender's view of the name (`views.py`), what typing does to it (`noise.py`),
and the other fields. A tag is given only for a difference that shows.
"""

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

import numpy as np

from hpmatch.generate.dates import ERRORS, misdate, written
from hpmatch.generate.noise import NOISES, Fields, Noise
from hpmatch.generate.population import Person, Rates
from hpmatch.generate.romanise import NATIVE
from hpmatch.generate.tables import grouped, happens, pick, rows
from hpmatch.generate.views import Holder, View, alert_view, is_two_named, render

_DIFFERENT = {
    "SP": ("HF", "JO", "FT"),
    "LE": ("TL", "PS"),
    "TL": ("LE", "TT"),
    "JO": ("SP",),
    "FA1": ("BI", "SP"),
    "HF": ("SP",),
}
_LATIN_ONLY = ("typo-keyboard", "typo-ocr", "typo-substitute", "particle")
_BORN_AS = ("{} ({})", "{} née {}", "{} geb. {}", "{} f. {}", "{} born {}")


class Written(NamedTuple):
    """The fields of an alert about a person, as the sender wrote them, and the tags of what differs."""

    family_name: str
    given_name: str
    birth_date: str
    sex: str
    profession: str
    category: str
    birth_name: str
    other_names: str
    tags: tuple[str, ...]


def write_down(
    person: Person, category: str, holder: Holder, decided: date, rng: np.random.Generator
) -> Written:
    """One person as one sender writes him or her; `category` is the profession the alert is about."""
    view, tags = alert_view(person, holder, rng)
    family, given = _named(person, view, holder, rng, tags)
    born = _birth_date(person, decided, holder, rng, tags)
    sex = _sex(person, holder, rng, tags)
    category = _category(person, category, holder, rng, tags)
    former, other = _former(person, view, holder, rng)
    return Written(
        family_name=family,
        given_name=given,
        birth_date=born,
        sex=sex,
        profession=title(person, category, holder, rng),
        category=category,
        birth_name=former,
        other_names=other,
        tags=tuple(dict.fromkeys(tags)),
    )


def title(person: Person, category: str, holder: Holder, rng: np.random.Generator) -> str:
    """The profession in the sender's language, in the form of the person's sex; or the English term of the pick list."""
    titles = grouped("titles", "country", "category")
    own = titles.get((holder.country, category), ())
    english = titles["EN", category]
    row = pick(rng, english if not own or happens(rng, holder.rates["english-title"]) else own)
    return str(row["female" if person.woman else "male"])


def force(rates: Rates, name: str) -> Rates:
    """
    The same rates, with one of them certain.

    Example:
        >>> force({"dob-swap": 0.1, "dob-day": 0.2}, "dob-day")
        {'dob-swap': 0.0, 'dob-day': 1.0}
    """
    others = {other: 0.0 if other in ERRORS and name in ERRORS else rate for other, rate in rates.items()}
    return others | {name: 1.0}


def tag_names() -> tuple[str, ...]:
    """
    Every tag that the truth may hold.

    Example:
        >>> "dob-swap" in tag_names(), "romanised-icao" in tag_names(), "iso-date" in tag_names()
        (True, True, False)
    """
    schemes = dict.fromkeys(f"romanised-{row['scheme']}" for row in rows("schemes"))
    plain = [
        row["rate"]
        for row in rows("rates")
        if row["rate"] not in _UNTAGGED and not row["rate"].startswith("register-")
    ]
    return (*plain, *schemes, "identity-unclear")


_UNTAGGED = (
    "educated-at-home",
    "educated-elsewhere",
    "romanised",
    "english-title",
    "iso-date",
    "birth-place",
    "birth-name",
    "other-names",
    "nationality",
    "national-id",
)


def _named(person: Person, view: View, holder: Holder, rng: np.random.Generator, tags: list[str]) -> Fields:
    name = render(person, view)
    fields = (name.family, name.given)
    for tag, noise in _noises(view).items():
        if happens(rng, holder.rates[tag]):
            before, fields = fields, noise(fields, rng)
            tags += [tag] if fields != before else []
        if tag == "truncated":
            fields = _with_former(person, view, fields, holder, rng, tags)
    return fields


def _noises(view: View) -> Mapping[str, Noise]:
    return (
        NOISES
        if view.script != NATIVE
        else {tag: noise for tag, noise in NOISES.items() if tag not in _LATIN_ONLY}
    )


def _former_name(person: Person, view: View) -> str:
    """The surname that the person has besides the one written."""
    other = "married" if view.surname == "birth" else "birth"
    return render(person, view._replace(surname=other, middle="dropped")).family


def _with_former(
    person: Person, view: View, fields: Fields, holder: Holder, rng: np.random.Generator, tags: list[str]
) -> Fields:
    if (
        not is_two_named(person)
        or view.surname != "married"
        or not happens(rng, holder.rates["birth-name-in-field"])
    ):
        return fields
    tags.append("birth-name-in-field")
    return pick(rng, _BORN_AS).format(fields[0], _former_name(person, view)), fields[1]


def _former(person: Person, view: View, holder: Holder, rng: np.random.Generator) -> tuple[str, str]:
    """The birth name and other names, in fields of their own, where the sender gives them."""
    birth, other = happens(rng, holder.rates["birth-name"]), happens(rng, holder.rates["other-names"])
    if not is_two_named(person):
        return "", ""
    born_as = render(person, view._replace(surname="birth", middle="dropped")).family
    return born_as if birth else "", _former_name(person, view) if other else ""


def _birth_date(
    person: Person, decided: date, holder: Holder, rng: np.random.Generator, tags: list[str]
) -> str:
    (country,) = grouped("countries", "country")[(holder.country,)]
    style = "YYYY-MM-DD" if happens(rng, holder.rates["iso-date"]) else country["dates"]
    right, at = written(person.born, style), rng.random()
    for tag in ERRORS:
        at -= holder.rates[tag]
        if at < 0:
            wrong = misdate(tag, person.born, decided, style, rng)
            tags += [tag] if wrong != right else []
            return wrong
    return right


def _sex(person: Person, holder: Holder, rng: np.random.Generator, tags: list[str]) -> str:
    if happens(rng, holder.rates["sex-missing"]):
        tags.append("sex-missing")
        return ""
    if happens(rng, holder.rates["sex-wrong"]):
        tags.append("sex-wrong")
        return "M" if person.woman else "F"
    return person.sex


def _category(
    person: Person, category: str, holder: Holder, rng: np.random.Generator, tags: list[str]
) -> str:
    """Another profession than any the person holds."""
    others = [other for other in _DIFFERENT.get(category, ("SP",)) if other not in person.professions]
    if not others or not happens(rng, holder.rates["profession-other"]):
        return category
    tags.append("profession-other")
    return str(pick(rng, others))
