"""
Birth dates as they get written: the sender's convention, and what goes wrong.

At most one error hits a date. Each keeps it a date of the calendar, since a form that refuses others is assumed.
"""

from collections.abc import Callable, Mapping
from datetime import date, timedelta

import numpy as np

from hpmatch.generate.tables import happens, pick

Error = Callable[[date, date, np.random.Generator], date | str]

_LOOKALIKE = {
    "0": "69",
    "1": "74",
    "2": "3",
    "3": "82",
    "4": "1",
    "5": "62",
    "6": "50",
    "7": "1",
    "8": "3",
    "9": "80",
}
_TRIES = 12


def written(born: date, style: str) -> str:
    """
    A date by a convention such as DD.MM.YYYY.

    Example:
        >>> written(date(1978, 4, 9), "DD/MM/YYYY"), written(date(1978, 4, 9), "YYYY.MM.DD.")
        ('09/04/1978', '1978.04.09.')
    """
    return (
        style.replace("YYYY", f"{born.year:04}")
        .replace("MM", f"{born.month:02}")
        .replace("DD", f"{born.day:02}")
    )


def misdate(tag: str, born: date, decided: date, style: str, rng: np.random.Generator) -> str:
    """
    The date with one error, in the given convention; the date itself where the error cannot show.

    Example:
        >>> misdate("dob-swap", date(1978, 4, 9), date(2024, 1, 1), "YYYY-MM-DD", np.random.default_rng(1))
        '1978-09-04'
    """
    for _ in range(_TRIES):
        wrong = ERRORS[tag](born, decided, rng)
        if wrong != born:
            break
    if isinstance(wrong, date):
        return written(wrong, style)
    return written(born, style).replace(f"{born.year:04}", wrong[2:]) if wrong.startswith("YY") else wrong


def _valid(year: int, month: int, day: int, fallback: date) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        return fallback


def _swap(born: date, _decided: date, _rng: np.random.Generator) -> date:
    return _valid(born.year, born.day, born.month, born)


def _year(born: date, _decided: date, rng: np.random.Generator) -> date:
    return _valid(born.year + pick(rng, (-1, 1)), born.month, born.day, born)


def _decade(born: date, _decided: date, rng: np.random.Generator) -> date:
    return _valid(born.year + pick(rng, (-10, 10)), born.month, born.day, born)


def _month(born: date, _decided: date, rng: np.random.Generator) -> date:
    return _valid(born.year, born.month + pick(rng, (-1, 1)), born.day, born)


def _day(born: date, _decided: date, rng: np.random.Generator) -> date:
    return born + timedelta(days=pick(rng, (-1, 1)))


def _digit(born: date, _decided: date, rng: np.random.Generator) -> date:
    digits = f"{born:%Y%m%d}"
    at = 2 + int(rng.random() * 6)
    return _from_digits(digits[:at] + pick(rng, _LOOKALIKE[digits[at]]) + digits[at + 1 :], born)


def _transpose(born: date, _decided: date, rng: np.random.Generator) -> date:
    digits = f"{born:%Y%m%d}"
    at = pick(rng, (2, 4, 6))
    return _from_digits(digits[:at] + digits[at + 1] + digits[at] + digits[at + 2 :], born)


def _from_digits(digits: str, fallback: date) -> date:
    return _valid(int(digits[:4]), int(digits[4:6]), int(digits[6:]), fallback)


def _century(born: date, _decided: date, rng: np.random.Generator) -> date | str:
    if happens(rng, 0.6):
        return f"YY{born:%y}"
    return _valid(born.year + (100 if happens(rng, 0.7) else -100), born.month, born.day, born)


def _default(born: date, _decided: date, rng: np.random.Generator) -> date:
    return date(born.year, pick(rng, (1, 1, 1, 7)), 1)


def _year_only(born: date, _decided: date, _rng: np.random.Generator) -> str:
    return f"{born.year}"


def _decision(_born: date, decided: date, _rng: np.random.Generator) -> date:
    return decided


def _missing(_born: date, _decided: date, _rng: np.random.Generator) -> str:
    return ""


ERRORS: Mapping[str, Error] = {
    "dob-swap": _swap,
    "dob-digit": _digit,
    "dob-year": _year,
    "dob-transpose": _transpose,
    "dob-month": _month,
    "dob-day": _day,
    "dob-decade": _decade,
    "dob-century": _century,
    "dob-default": _default,
    "dob-year-only": _year_only,
    "dob-decision": _decision,
    "dob-missing": _missing,
}
