"""
What national identifiers tell: a birth date, a sex; and the check digits that python-stdnum has not.

A decoder gets the canonical number, whose layout is known to fit. It gives what the number tells (`Told`) and whether its
parts are possible. Only the names in `DECODERS`, `CHECKS` and `CANONICAL` are used outside; `data/identifiers.csv` says
which kind uses which.

Two digits of a year mean 2000-2015 or 1916-1999 where the number does not give the century itself. A birth date outside
1900-2015 is not told (0): no registered professional has it.
"""

# ruff: noqa: PLR2004  the numbers are the rules of the identifiers; a name for each would hide them

from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from importlib import import_module
from typing import Final, NamedTuple

from hpmatch.standardise.calendars import from_day_count, reading
from hpmatch.standardise.dates import FIRST_BIRTH_YEAR, LAST_BIRTH_YEAR


class Told(NamedTuple):
    """What a number tells: a reading `yyyymmdd` or 0, 'F', 'M' or '', and whether its parts are possible."""

    birth_date: int = 0
    sex: str = ""
    possible: bool = True


_NOTHING = Told()
_MONTHS = 12
_HUNGARIAN_DAY_ZERO = date(1867, 1, 1)
_UKRAINIAN_DAY_ZERO = date(1899, 12, 31)
_OMOCODIA = str.maketrans("LMNPQRSTUV", "0123456789")  # Italian letters that stand for digits
_ITALIAN_MONTHS = "ABCDEHLMPRST"
_FINNISH_CENTURIES = {"+": 1800} | dict.fromkeys("-YXWVU", 1900) | dict.fromkeys("ABCDEF", 2000)
_FINNISH_LETTERS = "0123456789ABCDEFHJKLMNPRSTUVWXY"


def _year(two_digits: str) -> int:
    """Give the year of two digits that nothing else explains."""
    year = 2000 + int(two_digits)
    return year if year <= LAST_BIRTH_YEAR else year - 100


def _born(year: int, month: int, day: int, sex: str = "") -> Told:
    """Tell a whole date; an impossible one makes the number impossible."""
    found = reading(year, month, day)
    return Told(found if FIRST_BIRTH_YEAR <= year <= LAST_BIRTH_YEAR else 0, sex, found > 0)


def _born_about(year: int, month: int, day: int, sex: str = "") -> Told:
    """Tell a date whose day (0), or month and day (0), may be unknown."""
    if month and day:
        return _born(year, month, day, sex)
    if month > _MONTHS or not FIRST_BIRTH_YEAR <= year <= LAST_BIRTH_YEAR:
        return Told(0, sex, month <= _MONTHS)
    return Told(year * 10000 + month * 100, sex)


def _odd_is_male(digit: str) -> str:
    return "M" if int(digit) % 2 else "F"


def _pairs(digits: str) -> tuple[int, int, int]:
    return int(digits[:2]), int(digits[2:4]), int(digits[4:6])


def _nothing(number: str) -> Told:
    del number
    return _NOTHING


def _norwegian(number: str) -> Told:
    """
    Decode DDMMYYIIIKK; D-numbers add 40 to the day, help and synthetic numbers 40, 65 or 80 to the month.

    Numbers issued from 2032 hold neither century nor sex. Three in four show it by the remainder of their first check
    digit; the fourth looks like an older number and is read as one: from 2032 on its sex must not count against a pair.
    """
    day, month, year = _pairs(number)
    day -= 40 * (day > 40)
    month = next((month - added for added in (0, 40, 65, 80) if 1 <= month - added <= _MONTHS), 0)
    if _norwegian_remainder(number) and _norwegian_check(number):
        return _born(_year(number[4:6]), month, day)
    century = _norwegian_century(year, int(number[6:9]))
    return _born(century + year, month, day, _odd_is_male(number[8])) if century else Told(possible=False)


def _norwegian_century(year: int, individual: int) -> int:
    """Give the century that the individual number (digits 7-9) stands for, 0 for an unused combination."""
    ranges = (
        (range(500), range(100), 1900),
        (range(500, 750), range(54, 100), 1800),
        (range(500, 1000), range(40), 2000),
        (range(900, 1000), range(40, 100), 1900),
    )
    return next((century for serials, years, century in ranges if individual in serials and year in years), 0)


def _swedish(number: str) -> Told:
    """Decode YYYYMMDDNNNC; coordination numbers add 60 to the day."""
    month, day = int(number[4:6]), int(number[6:8])
    return _born(int(number[:4]), month, day - 60 * (day > 60), _odd_is_male(number[10]))


def _danish(number: str) -> Told:
    """Decode DDMMYYSSSS: the seventh digit tells the century; replacement numbers add 60 to the day."""
    day, month, year = _pairs(number)
    since_2000 = {"4": 37, "9": 37, "5": 58, "6": 58, "7": 58, "8": 58}.get(number[6], 0)
    century = 2000 if year < since_2000 else 1800 if number[6] in "5678" else 1900
    return _born(century + year, month, day - 60 * (day > 60), _odd_is_male(number[9]))


def _finnish(number: str) -> Told:
    day, month, year = _pairs(number)
    return _born(_FINNISH_CENTURIES[number[6]] + year, month, day, _odd_is_male(number[9]))


def _icelandic(number: str) -> Told:
    day, month, year = _pairs(number)
    century = {"8": 1800, "9": 1900, "0": 2000}.get(number[9], 0)
    return _born(century + year, month, day) if century else Told(possible=False)


def _estonian(number: str) -> Told:
    """Decode GYYMMDDSSSC of Estonia and Lithuania; a Lithuanian code with G = 9 tells nothing."""
    if number[0] == "9":
        return _NOTHING
    year, month, day = _pairs(number[1:])
    return _born_about(1800 + (int(number[0]) - 1) // 2 * 100 + year, month, day, _odd_is_male(number[0]))


def _latvian(number: str) -> Told:
    """Decode DDMMYYXNNNC; codes that begin with 32 tell nothing."""
    if number.startswith("32"):
        return _NOTHING
    day, month, year = _pairs(number)
    return _born(1800 + int(number[6]) * 100 + year, month, day)


def _polish(number: str) -> Told:
    """Decode YYMMDDZZZXQ; the month carries the century."""
    year, month, day = _pairs(number)
    return _born((1900, 2000, 2100, 2200, 1800)[month // 20] + year, month % 20, day, _odd_is_male(number[9]))


def _czech(number: str) -> Told:
    """Decode YYMMDD/SSSC of Czechia and Slovakia: women add 50 to the month, both may add 20 since 2004."""
    year, month, day = _pairs(number)
    century = (2000 if year < 54 else 1900) if len(number) == 10 else (1900 if year < 54 else 1800)
    sex = "F" if month > 50 else "M"
    month -= 50 * (month > 50)
    return _born(century + year, month - 20 * (month > 20), day, sex)


def _hungarian_person(number: str) -> Told:
    """Decode SYYMMDDNNNC: S gives sex and century (1, 2, 5, 6 the twentieth)."""
    year, month, day = _pairs(number[1:])
    century = 1900 if number[0] in "1256" else 2000 if 2000 + year <= LAST_BIRTH_YEAR else 1800
    return _born(century + year, month, day, _odd_is_male(number[0]))


def _counted(number: str, digits: slice, day_zero: date, sex_digit: int | None = None) -> Told:
    """Decode a number that counts the days up to the birth."""
    found = from_day_count(int(number[digits]), day_zero)
    known = FIRST_BIRTH_YEAR <= found // 10000 <= LAST_BIRTH_YEAR
    return Told(found * known, "" if sex_digit is None else _odd_is_male(number[sex_digit]))


def _romanian(number: str) -> Told:
    """Decode SYYMMDDJJNNNC: S gives sex and century; 7, 8 foreign residents without century, 9 without sex."""
    year, month, day = _pairs(number[1:])
    century = {"1": 1900, "2": 1900, "3": 1800, "4": 1800, "5": 2000, "6": 2000}.get(number[0])
    sex = "" if number[0] == "9" else _odd_is_male(number[0])
    return _born(_year(number[1:3]) if century is None else century + year, month, day, sex)


def _bulgarian(number: str) -> Told:
    """Decode YYMMDDNNNC: the month carries the century; the ninth digit is even for men."""
    year, month, day = _pairs(number)
    century = (1900, 1800, 2000, 2100, 2100)[month // 20]
    return _born(century + year, month % 20, day, "F" if int(number[8]) % 2 else "M")


def _jmbg(number: str) -> Told:
    """Decode DDMMYYYRRBBBK of the countries of former Yugoslavia."""
    year = int(number[4:7])
    year += 2000 if year < 800 else 1000
    return _born(year, int(number[2:4]), int(number[:2]), "M" if int(number[9:12]) < 500 else "F")


def _italian(number: str) -> Told:
    """Decode the codice fiscale, with letters in place of digits too; women add 40 to the day."""
    year, day = number[6:8].translate(_OMOCODIA), int(number[9:11].translate(_OMOCODIA))
    month = _ITALIAN_MONTHS.find(number[8]) + 1
    return _born(_year(year), month, day - 40 * (day > 40), "F" if day > 40 else "M")


def _belgian(number: str) -> Told:
    """Decode YYMMDDSSSCC: month or day may be 0 or used up, which leaves a partial date; BIS adds 20 or 40 to the month."""
    year, month, day = _pairs(number)
    sex = "" if 20 <= month < 40 else _odd_is_male(number[8])
    month %= 20
    if year == month == 0:  # nothing about the birth was known
        return Told(sex=sex)
    year = _belgian_year(number)
    return _born_about(year, month, day if reading(year, month, day) else 0, sex)


def _belgian_year(number: str) -> int:
    """Give the year: the check digits tell the century."""
    serial, check = number[:9], int(number[9:])
    centuries = {"": 1900, "2": 2000}
    matching = (c for prefix, c in centuries.items() if (int(prefix + serial) + check) % 97 == 0)
    century = next(matching, None)
    return _year(number[:2]) if century is None else century + int(number[:2])


def _french(number: str) -> Told:
    """Decode SYYMM...: never a day; months beyond 12 stand for an unknown one."""
    month = int(number[3:5])
    sex = _odd_is_male(number[0])
    return _born_about(_year(number[1:3]), month if month <= _MONTHS else 0, 0, sex)


def _greek(number: str) -> Told:
    day, month, _ = _pairs(number)
    return _born(_year(number[4:6]), month, day, _odd_is_male(number[9]))


def _austrian(number: str) -> Told:
    """Decode NNNCDDMMYY: months 13-15 stand for an unknown date or a day whose numbers are used up."""
    day, month, _ = _pairs(number[4:])
    year = _year(number[8:])
    return _born_about(year, 0, 0) if 13 <= month <= 15 else _born(year, month, day)


def _german(number: str) -> Told:
    """Decode AADDMMYYBSSC; serial numbers from 50 are women's."""
    day, month, _ = _pairs(number[2:])
    return _born_about(_year(number[6:8]), month, day, "F" if number[9] >= "5" else "M")


def _luxembourgish(number: str) -> Told:
    """Decode YYYYMMDD...; the old form of eleven digits ends with an order number that is odd for men."""
    sex = _odd_is_male(number[9]) if len(number) == 11 else ""
    return _born_about(int(number[:4]), int(number[4:6]), int(number[6:8]), sex)


def _weighted(number: str, weights: Iterable[int]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def _norwegian_remainder(number: str) -> int:
    return _weighted(number, (3, 7, 6, 1, 8, 9, 4, 5, 2, 1)) % 11


def _norwegian_check(number: str) -> bool:
    """Check both digits; numbers issued from 2032 may have the remainders 1-3 in the first one."""
    return (
        _norwegian_remainder(number) <= 3 and _weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)) % 11 == 0
    )


def _duf_check(number: str) -> bool:
    """Check YYYYNNNNNNCC: the serial number is weighed before the year."""
    return _weighted(number[4:10] + number[:4], (4, 6, 3, 2, 7, 5, 4, 6, 3, 2)) % 11 == int(number[10:])


def _swedish_check(number: str) -> bool:
    return bool(import_module("stdnum.luhn").is_valid(number[-10:]))


def _finnish_check(number: str) -> bool:
    return _FINNISH_LETTERS[int(number[:6] + number[7:10]) % 31] == number[10]


def _lithuanian_check(number: str) -> bool:
    """Check the digit only: months and days 00 occur, which python-stdnum takes for errors."""
    return bool(import_module("stdnum.lt.asmens").is_valid(number, validate_birth_date=False))


def _hungarian_person_check(number: str) -> bool:
    """Check with rising weights, for births from 1997 on with falling ones."""
    weights = range(10, 0, -1) if number[0] in "34" or number[1:3] >= "97" else range(1, 11)
    return _weighted(number, weights) % 11 == int(number[10])


def _hungarian_tax_check(number: str) -> bool:
    return _weighted(number, range(1, 10)) % 11 == int(number[9])


def _german_check(number: str) -> bool:
    """Check the sum of the digits of all products, the letter being its place in the alphabet."""
    digits = f"{number[:8]}{ord(number[8]) - ord('A') + 1:02}{number[9:11]}"
    products = (int(d) * w for d, w in zip(digits, (2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1), strict=True))
    return sum(product // 10 + product % 10 for product in products) % 10 == int(number[11])


def _luxembourgish_check(number: str) -> bool:
    """Check both digits, each over the first eleven."""
    luhn, verhoeff = import_module("stdnum.luhn"), import_module("stdnum.verhoeff")
    return bool(luhn.is_valid(number[:12]) and verhoeff.is_valid(number[:11] + number[12]))


def _luxembourgish_old_check(number: str) -> bool:
    """Check one digit; two more ways of counting were opened when order numbers ran out."""
    return (_weighted(number, (5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1))) % 11 <= 2


def _twelve_digits(number: str) -> str:
    """Write a Swedish number with its century; a plus sign says that the person is a hundred years old."""
    digits = number.replace("-", "").replace("+", "")
    if len(digits) == 12:
        return digits
    return f"{1900 + int(digits[:2]) if '+' in number else _year(digits[:2])}{digits[2:]}"


def _with_sign(number: str) -> str:
    """Write a Finnish code with its century sign where it was lost."""
    if len(number) == 11:
        return number
    return f"{number[:6]}{'A' if _year(number[4:6]) >= 2000 else '-'}{number[6:]}"


def _with_key(number: str) -> str:
    """Write a French number with its key where it was left out."""
    if len(number) == 15:
        return number
    return number + str(import_module("stdnum.fr.nir").calc_check_digits(number))


DECODERS: Final[dict[str, Callable[[str], Told]]] = {
    "nothing": _nothing,
    "norwegian": _norwegian,
    "swedish": _swedish,
    "danish": _danish,
    "finnish": _finnish,
    "icelandic": _icelandic,
    "estonian": _estonian,
    "latvian": _latvian,
    "polish": _polish,
    "czech": _czech,
    "hungarian_person": _hungarian_person,
    "hungarian_tax": partial(_counted, digits=slice(1, 6), day_zero=_HUNGARIAN_DAY_ZERO),
    "romanian": _romanian,
    "bulgarian": _bulgarian,
    "jmbg": _jmbg,
    "italian": _italian,
    "belgian": _belgian,
    "french": _french,
    "greek": _greek,
    "austrian": _austrian,
    "german": _german,
    "luxembourgish": _luxembourgish,
    "ukrainian": partial(_counted, digits=slice(0, 5), day_zero=_UKRAINIAN_DAY_ZERO, sex_digit=8),
}
CHECKS: Final[dict[str, Callable[[str], bool]]] = {
    "norwegian": _norwegian_check,
    "duf": _duf_check,
    "swedish": _swedish_check,
    "finnish": _finnish_check,
    "lithuanian": _lithuanian_check,
    "hungarian_person": _hungarian_person_check,
    "hungarian_tax": _hungarian_tax_check,
    "german": _german_check,
    "luxembourgish": _luxembourgish_check,
    "luxembourgish_old": _luxembourgish_old_check,
}
CANONICAL: Final[dict[str, Callable[[str], str]]] = {
    "personnummer": _twelve_digits,
    "samordningsnummer": _twelve_digits,
    "hetu": _with_sign,
    "nir": _with_key,
}
