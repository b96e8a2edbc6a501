"""
National identifiers that are valid by their own checksum and belong to nobody.

Norway has a range for synthetic persons (month + 80). Elsewhere the serial number is taken from the end of its range,
which is kept for tests (Sweden 980-999, Finland 900-999) or is the least used one; the date in it is the person's own.
"""

from collections.abc import Callable
from datetime import date

import numpy as np
from stdnum.it import codicefiscale

from hpmatch.errors import HpmatchError
from hpmatch.generate.tables import pick

Maker = Callable[[date, bool, np.random.Generator], str]

_NO_FIRST, _NO_SECOND = (3, 7, 6, 1, 8, 9, 4, 5, 2), (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
_HETU, _HETU_CENTURY = "0123456789ABCDEFHJKLMNPRSTUVWXY", {18: "+", 19: "-", 20: "A"}
_SYNTHETIC_MONTH, _D_NUMBER_DAY = 80, 40
_ELEVEN, _TEN = 11, 10
_CENTURY_2000 = 2000
_CZ_NINE_DIGITS = 1954


def norwegian(born: date, woman: bool, rng: np.random.Generator, *, d_number: bool = False) -> str:
    """
    A Norwegian identity number of the synthetic range, or a D-number of it.

    Example:
        >>> number = norwegian(date(1978, 4, 9), True, np.random.default_rng(1))
        >>> number[:6], int(number[8]) % 2
        ('098478', 0)
    """
    day = born.day + (_D_NUMBER_DAY if d_number else 0)
    head = f"{day:02}{born.month + _SYNTHETIC_MONTH}{born.year % 100:02}"
    first, last = (500, 750) if born.year >= _CENTURY_2000 else (0, 499)
    while True:
        serial = first + int(rng.random() * (last - first))
        body = f"{head}{serial - serial % 2 + (not woman):03}"
        checked = _norwegian_digits(body)
        if checked:
            return checked


def national(country: str, born: date, woman: bool, rng: np.random.Generator) -> str:
    """
    The identifier that an authority of the country would write.

    Example:
        >>> national("LT", date(1978, 4, 9), True, np.random.default_rng(1))[:7]
        '4780409'
    """
    if country not in MAKERS:
        raise HpmatchError(f"no identifier is known for {country!r}; give one of {', '.join(MAKERS)}")
    return MAKERS[country](born, woman, rng)


def _norwegian_digits(body: str) -> str:
    for weights in (_NO_FIRST, _NO_SECOND):
        digit = -_sum(body, weights) % _ELEVEN
        if digit == _TEN:
            return ""
        body += str(digit)
    return body


def _sum(digits: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(digits, weights, strict=False))


def _serial(woman: bool, rng: np.random.Generator, first: int, last: int, *, odd_is_man: bool = True) -> int:
    """A serial number of the range whose parity tells the sex."""
    serial = first + int(rng.random() * (last - first))
    return serial - serial % 2 + (woman != odd_is_man)


def _luhn(digits: str) -> str:
    doubled = (int(digit) * (2 - at % 2) for at, digit in enumerate(digits))
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def _swedish(born: date, woman: bool, rng: np.random.Generator) -> str:
    body = f"{born:%y%m%d}{_serial(woman, rng, 980, 999):03}"
    return f"{born:%Y%m%d}-{body[6:]}{_luhn(body)}"


def _danish(born: date, woman: bool, rng: np.random.Generator) -> str:
    """Checksum as before 2007; the seventh digit tells the century."""
    seventh = "4" if born.year >= _CENTURY_2000 else "0"
    while True:
        body = f"{born:%d%m%y}{seventh}{int(rng.random() * 100):02}"
        digit = -_sum(body, (4, 3, 2, 7, 6, 5, 4, 3, 2)) % _ELEVEN
        if digit < _TEN and digit % 2 != woman:
            return f"{body[:6]}-{body[6:]}{digit}"


def _finnish(born: date, woman: bool, rng: np.random.Generator) -> str:
    serial = f"{_serial(woman, rng, 900, 999):03}"
    return (
        f"{born:%d%m%y}{_HETU_CENTURY[born.year // 100]}{serial}{_HETU[int(f'{born:%d%m%y}{serial}') % 31]}"
    )


def _icelandic(born: date, _woman: bool, rng: np.random.Generator) -> str:
    while True:
        body = f"{born:%d%m%y}{20 + int(rng.random() * 80)}"
        digit = -_sum(body, (3, 2, 7, 6, 5, 4, 3, 2)) % _ELEVEN
        if digit < _TEN:
            return f"{body[:6]}-{body[6:]}{digit}{'0' if born.year >= _CENTURY_2000 else '9'}"


def _baltic(born: date, woman: bool, rng: np.random.Generator) -> str:
    """Estonia and Lithuania: sex and century, date, serial, a check digit in two stages."""
    body = f"{(born.year // 100 - 18) * 2 + 1 + woman}{born:%y%m%d}{990 + int(rng.random() * 10)}"
    digit = _sum(body, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1)) % _ELEVEN
    if digit == _TEN:
        digit = _sum(body, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3)) % _ELEVEN % _TEN
    return f"{body}{digit}"


def _latvian(born: date, _woman: bool, rng: np.random.Generator) -> str:
    while True:
        body = f"{born:%d%m%y}{born.year // 100 - 18}{900 + int(rng.random() * 100)}"
        digit = (1 + _sum(body, (10, 5, 8, 4, 2, 1, 6, 3, 7, 9))) % _ELEVEN
        if digit < _TEN:
            return f"{body[:6]}-{body[6:]}{digit}"


def _polish(born: date, woman: bool, rng: np.random.Generator) -> str:
    month = born.month + (20 if born.year >= _CENTURY_2000 else 0)
    body = f"{born:%y}{month:02}{born:%d}{_serial(woman, rng, 9900, 9999):04}"
    return f"{body}{-_sum(body, (1, 3, 7, 9, 1, 3, 7, 9, 1, 3)) % 10}"


def _czech(born: date, woman: bool, rng: np.random.Generator) -> str:
    head = f"{born:%y}{born.month + 50 * woman:02}{born:%d}"
    serial = 990 + int(rng.random() * 10)
    if born.year < _CZ_NINE_DIGITS:
        return f"{head}/{serial}"
    return f"{head}/{serial}{int(f'{head}{serial}') % _ELEVEN % _TEN}"


def _romanian(born: date, woman: bool, rng: np.random.Generator) -> str:
    sex = (1 if born.year < _CENTURY_2000 else 5) + woman
    body = f"{sex}{born:%y%m%d}{1 + int(rng.random() * 39):02}{990 + int(rng.random() * 10)}"
    digit = _sum(body, (2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9)) % _ELEVEN
    return f"{body}{1 if digit == _TEN else digit}"


def _bulgarian(born: date, woman: bool, rng: np.random.Generator) -> str:
    month = born.month + (40 if born.year >= _CENTURY_2000 else 0)
    body = f"{born:%y}{month:02}{born:%d}{_serial(woman, rng, 900, 999, odd_is_man=False):03}"
    return f"{body}{_sum(body, (2, 4, 8, 5, 10, 9, 7, 3, 6)) % _ELEVEN % _TEN}"


def _slovenian(born: date, woman: bool, rng: np.random.Generator) -> str:
    first = 990 if woman else 490
    while True:
        body = f"{born:%d%m}{born.year % 1000:03}50{first + int(rng.random() * 10):03}"
        digit = -_sum(body, (7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)) % _ELEVEN
        if digit < _TEN:
            return f"{body}{digit}"


def _belgian(born: date, woman: bool, rng: np.random.Generator) -> str:
    serial = f"{_serial(woman, rng, 970, 997):03}"
    century = "2" if born.year >= _CENTURY_2000 else ""
    return f"{born:%y%m%d}{serial}{97 - int(f'{century}{born:%y%m%d}{serial}') % 97:02}"


def _italian(born: date, woman: bool, rng: np.random.Generator) -> str:
    """The consonants of the name are left to chance: the code here tells date and sex only."""
    consonants = "".join(pick(rng, "BCDFGLMNPRSTVZ") for _ in range(6))
    day = born.day + 40 * woman
    body = f"{consonants}{born:%y}{'ABCDEHLMPRST'[born.month - 1]}{day:02}H501"
    return f"{body}{codicefiscale.calc_check_digit(body)}"


def _spanish(_born: date, _woman: bool, rng: np.random.Generator) -> str:
    number = 99_000_000 + int(rng.random() * 999_999)
    return f"{number}{'TRWAGMYFPDXBNJZSQVHLCKE'[number % 23]}"


MAKERS: dict[str, Maker] = {
    "SE": _swedish,
    "DK": _danish,
    "FI": _finnish,
    "IS": _icelandic,
    "EE": _baltic,
    "LT": _baltic,
    "LV": _latvian,
    "PL": _polish,
    "CZ": _czech,
    "SK": _czech,
    "RO": _romanian,
    "BG": _bulgarian,
    "SI": _slovenian,
    "BE": _belgian,
    "IT": _italian,
    "ES": _spanish,
}
