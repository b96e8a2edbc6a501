"""
A person's name as somebody holds it: which surname, in which form, script and letters, with which given names.

The register and the sender of an alert each hold a view of the same person. The sender's starts from the register's
and changes one choice at a time; a change is told in the truth when undoing it alone would change what is written.
"""

from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

import numpy as np

from hpmatch.generate.names import culture
from hpmatch.generate.population import Person, Rates
from hpmatch.generate.romanise import NATIVE, letters, romanise, schemes
from hpmatch.generate.tables import grouped, happens, pick, rows

_WRITES = {"BG": ("BG", "MK", "RU"), "GR": ("GR",), "CY": ("GR",)}
# A daughter's name there is not a form of her brother's.
_PARENT_NAMES = "IS"
_TRANSLATES = {
    "AT": "DE",
    "CH": "DE",
    "CY": "UK",
    "IE": "UK",
    "BE": "FR",
    "LU": "FR",
    "SK": "CZ",
    "DK": "NO",
    "SI": "HR",
}


class Name(NamedTuple):
    """A name in its fields."""

    family: str
    middle: str
    given: str


class View(NamedTuple):
    """
    The choices behind a written name.

    Surname is `birth`, `married`, `double`, `first` or `second` (of two); given is `all`, `first`, `second`, `inner`,
    `nickname`, `initial` or `translated-<country>`; middle is `own` (a field of its own), `dropped`, `given` or `family`.
    """

    surname: str
    male: bool
    script: str
    letters: str
    given: str
    middle: str


class Holder(NamedTuple):
    """Who writes the name: the country of the sender and what it does how often."""

    country: str
    rates: Rates


Change = Callable[[Person, View, Holder, np.random.Generator], View]


def register_view(person: Person) -> View:
    """The name as the Norwegian register came to hold it."""
    surname = "birth"
    if person.marriage and not person.stale:
        surname = "double" if person.marriage == "double" else "married"
    given = "all" if person.keeps_second else "first"
    return View(surname, person.male_form and person.woman, person.scheme, person.letters, given, "own")


def render(person: Person, view: View) -> Name:
    """The name in its fields, as this view writes it."""
    family, middle, given = (
        _write(person, view, text)
        for text in (surname_of(person, view), middle_of(person, view), _given(person, view))
    )
    if view.middle == "own":
        return Name(family, middle, given)
    if view.middle == "given":
        return Name(family, "", f"{given} {middle}".strip())
    return Name(f"{middle} {family}".strip() if view.middle == "family" else family, "", given)


def alert_view(person: Person, holder: Holder, rng: np.random.Generator) -> tuple[View, list[str]]:
    """The sender's view of the person, and what of it differs from the register's."""
    base = register_view(person)._replace(middle="given")
    view, reasons = base, dict[str, str]()
    for name, change in CHANGES.items():
        if happens(rng, holder.rates[name]):
            changed = change(person, view, holder, rng)
            changes = [field for field in View._fields if getattr(changed, field) != getattr(view, field)]
            view, reasons = changed, {**reasons, **dict.fromkeys(changes, _tag(name, changed))}
    view, reasons["letters"] = _letters(person, view, holder, rng)
    return view, [
        tag for tag in dict.fromkeys(reasons.values()) if _visible(person, base, view, tag, reasons)
    ]


def surname_of(person: Person, view: View) -> str:
    """The surname in the script of home."""
    birth = person.birth_male if view.male else person.birth
    married = person.married_male if view.male else person.married
    if view.surname in ("birth", "married"):
        return birth if view.surname == "birth" else married
    if view.surname == "double":
        return f"{birth}-{married}"
    parts = _parts(f"{birth}-{married}" if person.marriage == "double" and not person.stale else birth)
    return parts[0 if view.surname == "first" else -1]


def middle_of(person: Person, view: View) -> str:
    """The middle name: the former surname, the father's name or patronymic, or the mother's surname."""
    if person.marriage == "middle" and not person.stale:
        return person.birth if view.surname == "married" else ""
    if person.inner:
        return person.inner if person.keeps_inner else ""
    return person.mother if view.surname != "double" else ""


def _write(person: Person, view: View, text: str) -> str:
    return letters(romanise(text, person.language, view.script, man=not person.woman), view.letters)


def _given(person: Person, view: View) -> str:
    if view.given == "initial":
        return romanise(person.given, person.language, view.script)[0] + "."
    if view.given.startswith("translated-"):
        return _translated(person, view.given.removeprefix("translated-"))
    chosen = {
        "first": (person.given,),
        "second": (person.second,),
        "inner": (person.given, person.inner),
        "nickname": (_nicknames().get((person.culture, person.given), person.given),),
    }
    return " ".join(filter(None, chosen.get(view.given, (person.given, person.second))))


def _parts(surname: str) -> list[str]:
    return [part for part in surname.replace("-", " ").split(" ") if part]


def _tag(name: str, view: View) -> str:
    return f"romanised-{view.script}" if name == "romanised" else name


def _visible(person: Person, base: View, view: View, tag: str, reasons: Mapping[str, str]) -> bool:
    """Whether something else would be written if the choices made for this reason were undone."""
    undone = {field: value for field, value in base._asdict().items() if reasons.get(field) == tag}
    return render(person, View(**{**view._asdict(), **undone})) != render(person, view)


def _letters(person: Person, view: View, holder: Holder, rng: np.random.Generator) -> tuple[View, str]:
    """Marks are kept, lost or spelled out; nothing happens to letters of another script."""
    at, rates = rng.random(), holder.rates
    if view.script == NATIVE or not rates["folded"]:
        return view, ""
    stripped, expanded = view._replace(letters="strip"), view._replace(letters="expand")
    if at < rates["expanded"]:
        differs = render(person, stripped) != render(person, expanded)
        return expanded, "expanded" if differs else "folded"
    return stripped if at < rates["expanded"] + rates["folded"] else view._replace(letters="keep"), "folded"


def _other_surname(person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    if person.marriage != "husband":
        return view
    return view._replace(surname="married" if view.surname == "birth" else "birth")


def _middle_surname(person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return (
        view._replace(surname="birth") if person.marriage == "middle" and view.surname == "married" else view
    )


def _double(person: Person, view: View, _holder: Holder, rng: np.random.Generator) -> View:
    """One of two surnames, oftener the first where both are the person's own; or the former before the new."""
    if view.surname == "married":
        return view._replace(surname="double")
    if len(_parts(surname_of(person, view))) > 1:
        last = person.culture == "PT" or happens(rng, 0.2)
        return view._replace(surname="second" if last else "first")
    return view


def _other_form(person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(male=not view.male) if person.woman and person.culture != _PARENT_NAMES else view


def _native(person: Person, view: View, holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(script=NATIVE) if person.language in _WRITES.get(holder.country, ()) else view


def _other_scheme(person: Person, view: View, holder: Holder, rng: np.random.Generator) -> View:
    options = schemes(person.language, holder.country) if person.language else ()
    return view._replace(script=pick(rng, options)) if options and view.script != NATIVE else view


def _subset(person: Person, view: View, _holder: Holder, rng: np.random.Generator) -> View:
    """Both given names where the register has one; else one of them, usually the first."""
    if not person.second:
        return view
    if view.given == "first":
        return view._replace(given="all")
    return view._replace(given="second" if happens(rng, 0.15) else "first")


def _with_inner(person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(given="inner", middle="dropped") if person.inner else view


def _nickname(person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(given="nickname") if (person.culture, person.given) in _nicknames() else view


def _translate(person: Person, view: View, holder: Holder, _rng: np.random.Generator) -> View:
    country = _TRANSLATES.get(holder.country, holder.country)
    known = _translated(person, country) != person.given and view.script != NATIVE
    return view._replace(given=f"translated-{country}") if known else view


def _initial(_person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(given="initial")


def _drop_middle(_person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(middle="dropped")


def _middle_in_family(person: Person, view: View, _holder: Holder, _rng: np.random.Generator) -> View:
    return view._replace(middle="family") if view.middle == "given" and not person.inner else view


CHANGES: Mapping[str, Change] = {
    "surname-changed": _other_surname,
    "middle-as-surname": _middle_surname,
    "double-surname": _double,
    "gendered-surname": _other_form,
    "romanised": _other_scheme,
    "native-script": _native,
    "given-subset": _subset,
    "inner-name": _with_inner,
    "nickname": _nickname,
    "translated-given": _translate,
    "initials": _initial,
    "middle-dropped": _drop_middle,
    "middle-in-family": _middle_in_family,
}


@cache
def _nicknames() -> Mapping[tuple[str, str], str]:
    return {(row["culture"], row["name"]): row["short"] for row in rows("nicknames")}


def _translated(person: Person, country: str) -> str:
    """The form of the given name in the language of the country, where the table has both."""
    for row in (
        grouped("translations", person.culture).get((person.given,), ())
        if person.culture in rows("translations")[0]
        else ()
    ):
        return row.get(country) or person.given
    return person.given


def is_two_named(person: Person) -> bool:
    """Whether the surname changed at marriage, so that the person can be known under two."""
    return bool(person.marriage) and not culture(person.culture).two_surnames
