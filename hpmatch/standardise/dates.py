"""
Reading birth dates as people write them.

A reading is a number `yyyymmdd`, with 00 where the month or the day is unknown: 19780409, 19780400, 19780000. A text can
have several readings (two-digit years can lie in two centuries, a month's name can mean two). All of them are kept, best
first; nothing is settled silently. What is wrong with a text is said in one of the words of `PROBLEMS`:

    ''                   nothing; every reading is a whole date
    missing              the text is empty
    placeholder          the text says that the date is unknown: '-', 'ukjent', '00.00.0000', '9999-12-31', '1900-01-01'
    not a date           the text is something else
    partial              year, or year and month, only
    impossible day       no month or no day like this: the year alone is kept, being right more often than not
    year out of range    no birth year of a person now working; readings are repairs, if there is one

Decisions that are not obvious:

- Day and month stand as the sender's country writes them; the other order is read where that makes no date. Read both ways
  03.04.1978 would agree with 4 March as wholly as with 3 April, though nobody but a mistake would write that; as a mistake, day
  and month exchanged, the comparison knows it.
- Birth years lie in 1900-2015. A two-digit year is put in that range; 00-15 fits twice and gives both readings, 20xx first.
- A year outside the range is repaired where one digit of its century explains it (1878, 1578, 0978, 3978 for 1978) or
  another usual error does (2078, 0078, 9178, 1798 for 1978, 1801 for 2001), or where it is a year of the Persian calendar (1357,
  converted exactly) or the Islamic one (1398, one or two days off). A repaired year has to lie in 1930-2015; so 2024,
  mostly the date of today typed, stays unread, and so does the Buddhist 2512.
- The day 0 and the first day of a spreadsheet or a data base are no births: 1 January 1900 and 1901 are not read, nor is a
  day or month of these years that is not known. So 01.01.00 is in 2000.
- A day 41-71 (Norwegian D-number, Italian codice fiscale) or a month 41-52 (Norwegian H-number) is read less 40.
- A time of day is dropped. Exactly 21, 22 or 23 o'clock is how midnight in Europe looks after a conversion to UTC: the
  next day is a second reading.
- Five digits are the day number of a spreadsheet; six a year and month or a short date; seven DDMMYYYY without its zero.
  071985 is July 1985 as well as 19 July 1985.
- What is no date as it stands is read without what else may stand in the field: a star for the birth, a place beside a comma;
  and with letters that look like digits as those (197S).
- A personal number (750512-1234) is read where it can be one date only: not 050312-1234, which begins with the day in Denmark
  and the year in Sweden, not where the century is in doubt, and not by days that countries have raised (750562).
- Of several dates with `;` between them each is a reading, unless the whole is one date.
- Months and days may be written 00, XX or ??; a day without a month is not kept.
- Month names (data/month_names.csv) may mean two months: listopad is November in Polish and Czech, October in Croatian.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
from typing import Any, Final, NamedTuple

from hpmatch.errors import HpmatchError
from hpmatch.standardise.calendars import from_day_count, from_hijri, from_persian, reading
from hpmatch.standardise.characters import plain_characters
from hpmatch.standardise.date_words import date_tokens, date_words, months

FIRST_BIRTH_YEAR: Final = 1900
LAST_BIRTH_YEAR: Final = 2015
FIRST_REPAIRED_YEAR: Final = 1930
ORDERS: Final = ("DMY", "MDY", "YMD")
_FIRST_OF_JANUARY, _FIRST_OF_JULY = 101, 701  # month and day
_NO_ORDER = ""  # day and month in either order
PROBLEMS: Final = (
    "",
    "partial",
    "placeholder",
    "year out of range",
    "impossible day",
    "not a date",
    "missing",
)


class DateReadings(NamedTuple):
    """
    What a written date can mean.

    Attributes:
        readings: Numbers `yyyymmdd`, best first.
        problem: One of `PROBLEMS`; '' where there is none.
    """

    readings: tuple[int, ...]
    problem: str


_MISSING = DateReadings((), "missing")
_PLACEHOLDER = DateReadings((), "placeholder")
_NOT_A_DATE = DateReadings((), "not a date")

_REMEMBERED = 1 << 16  # dates, of which a register has some 25,000

_LONGEST = 80  # characters of a written date; more is no date
_THREE_NUMBERS = re.compile(
    r"([0-9]{1,4})[-./,\\_ ]{1,5}([0-9]{1,2})[-./,\\_ ]{1,5}([0-9]{1,4})[-./,\\_ ]{0,3}\Z"
)
_DECIMAL = re.compile(r"([0-9]{4,8})\.0+\Z")
_UNKNOWN = r"(?:[?*]{2,4}|(?<![^\W_])(?:[xX]{2}|[xX]{4}|[?*])(?![^\W_]))"
_UNKNOWN_PART = re.compile(_UNKNOWN)
_UNKNOWN_YEAR = re.compile(rf"(?<=.){_UNKNOWN}\Z")  # the last part, where no other is a year
_YEAR = re.compile(r"[0-9]{4}")
_DOUBT = re.compile(r"(?<=[0-9]{4})\.? ?(?:\?|\(\?\))\Z")
_TIME = re.compile(
    r"[Tt ] ?([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,][0-9]{1,9})?)?"
    r" ?(?:[AaPp]\.?[Mm]\.?)? ?(?:[Zz]|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})?\Z"
)
_DOTTED_TIME = re.compile(r"(?<=[0-9]) ([0-9]{2})\.([0-9]{2})\.([0-9]{2})\Z")
_ZONE = re.compile(r"(?<=[0-9])(?:[+-][0-9]{2}:[0-9]{2}|[Zz])\Z")
# Personal numbers that begin with a birth date: year first in Sweden; day first in Denmark, Iceland, Finland (three digits and a
# sign behind it) and Latvia (five digits).
_YEAR_FIRST_NUMBER = re.compile(r"(?P<year>[0-9]{2}|[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})-[0-9]{4}\Z")
_DAY_FIRST_NUMBER = re.compile(
    r"(?P<day>[0-9]{2})(?P<month>[0-9]{2})(?P<year>[0-9]{2})-(?:[0-9]{3}[0-9A-Z]|[0-9]{5})\Z"
)
_BORN = re.compile(r"\A\* ?")
_LIKE_NUMBERS = re.compile(r"(?<!\w)(?=\w*[0-9])[0-9OoIlSB]{2,4}(?!\w)")
_LIKE_DIGITS = str.maketrans("OoIlSB", "001158")
_UTC_MIDNIGHTS = ("21", "22", "23")

# A layout says where the year, the month and the day stand among three numbers.
_YMD, _YDM, _DMY, _MDY = (0, 1, 2), (0, 2, 1), (2, 1, 0), (2, 0, 1)
_Layouts = tuple[tuple[tuple[int, int, int], ...], ...]
# Layouts of one group are equally good; a later group counts where none before it fits.
_YEAR_FIRST: _Layouts = ((_YMD,), (_YDM,))
_YEAR_LAST: dict[str, _Layouts] = {
    "DMY": ((_DMY,), (_MDY,)),
    "MDY": ((_MDY,), (_DMY,)),
    "YMD": ((_DMY,), (_MDY,)),
    _NO_ORDER: ((_DMY, _MDY),),
}
_SHORT_YEAR: dict[str, _Layouts] = {
    "DMY": ((_DMY,), (_MDY,), (_YMD,)),
    "MDY": ((_MDY,), (_DMY,), (_YMD,)),
    "YMD": ((_YMD,), (_DMY,), (_MDY,)),
    _NO_ORDER: ((_DMY, _MDY), (_YMD,)),
}

_LONG, _SHORT = 4, 2  # digits of a year; of a month, a day or a short year
# Written for either century though two digits are wrong: left out, one too early or too late, digits exchanged.
_CENTURY_ERRORS = frozenset({"00", "18", "20", "91"})
_BUDDHIST = "25"  # 2512 is 1969
_OTHER_CALENDARS = range(1300, 1440)
_PERSIAN_YEAR_BEGINS = 621
_DECODE = 40
_MONTHS = 12
_LAST_DAY = 31
_SPREADSHEET_DAY_ZERO = date(1899, 12, 30)
_SPREADSHEET_DAYS = range(10_000, (date(LAST_BIRTH_YEAR, 12, 31) - _SPREADSHEET_DAY_ZERO).days + 1)

_PLACEHOLDER_YEARS = frozenset({0, 1, 1111, 9999})
_NEW_YEAR = 101
_DEFAULT_YEARS = frozenset({1900, 1901})
# Where counts of days begin: Gregorian calendar and SPSS, pandas, SQL Server, VMS, spreadsheets.
_PLACEHOLDER_DATES = frozenset({15821014, 15821015, 16770921, 17530101, 18581117, 18991230, 18991231})


@lru_cache(maxsize=_REMEMBERED)
def read_date(text: str, order: str = "DMY") -> DateReadings:
    """
    Read a written birth date in all the ways it can be meant.

    Args:
        text: The date as written, in any of the usual formats, with digits of any script or a month in words.
        order: The sender's convention: 'DMY', 'MDY' or 'YMD'.

    Returns:
        The readings, best first, and what is wrong with the text.

    Raises:
        HpmatchError: The order is none of the three.

    Examples:
        >>> read_date("09.04.1978")
        DateReadings(readings=(19780409,), problem='')
        >>> read_date("1978 m. balandžio 9 d.", "YMD")
        DateReadings(readings=(19780409,), problem='')
        >>> read_date("31.02.1980")
        DateReadings(readings=(19800000,), problem='impossible day')
    """
    if order not in ORDERS:
        raise HpmatchError(f"{order!r} is no order of a date: use one of {', '.join(ORDERS)}")
    return _without_defaults(_read(text.strip(), order))


def read_as_written(text: str) -> tuple[int, ...]:
    """
    Read a date that need not be a birth: 1 January 1900 is a day like any other, and no year is repaired.

    Args:
        text: The date as written, day and month in either order where both can be.

    Returns:
        The readings, best first; none for a year outside those of births.

    Examples:
        >>> read_as_written("1 January 1900"), read_as_written("9 April 1878")
        ((19000101,), ())
    """
    result = _read(text.strip(), _NO_ORDER)
    return () if result.problem == "year out of range" else result.readings


def is_default(reading: Any) -> Any:
    """
    Tell whether authorities write this date for a day they do not know.

    That is 1 January and 1 July of any year. The 15th of a month is used too, but one birthday in thirty falls on a 15th,
    so it is read as a date like any other. A partial reading is no default: it says itself what it does not know.

    Args:
        reading: A number `yyyymmdd`, or an array of such.

    Returns:
        True for 1 January and 1 July.

    Examples:
        >>> is_default(19780101), is_default(19780115), is_default(19780000)
        (True, False, False)
    """
    day = reading % 10_000
    return (day == _FIRST_OF_JANUARY) | (day == _FIRST_OF_JULY)


def _read(text: str, order: str) -> DateReadings:
    """Read a text without blanks around it."""
    match = _THREE_NUMBERS.match(text)
    if match:
        return _read_numbers(match.groups(), order)
    if not text:
        return _MISSING
    if len(text) > _LONGEST:
        return _NOT_A_DATE
    text = plain_characters(text)
    result = _read_any(text, order)
    if result.problem != "not a date":
        return result
    if ";" not in text:
        meant = _meant(text)
        return _read_personal_number(text, order) if meant == text else _read(meant, order)
    results = [_read(part.strip(), order) for part in text.split(";")]
    return _together(results, _mildest(results))


def _meant(text: str) -> str:
    """The part of a text that may be a date, with digits for letters that look like them."""
    with_digits = [part for part in text.split(",") if any(map(str.isdecimal, part))]
    if len(with_digits) == 1:
        text = with_digits[0].strip()
    return _LIKE_NUMBERS.sub(lambda found: found[0].translate(_LIKE_DIGITS), _BORN.sub("", text))


def _read_personal_number(text: str, order: str) -> DateReadings:
    """Read the birth date that a personal number begins with, if it can be one date only."""
    kinds = (_YEAR_FIRST_NUMBER,) if order == "YMD" else (_YEAR_FIRST_NUMBER, _DAY_FIRST_NUMBER)
    dates = {
        reading(year, int(number["month"]), int(number["day"]))
        for number in (kind.match(text) for kind in kinds)
        if number
        for year in _years(number["year"])
    } - {0}
    born = tuple(day for day in dates if FIRST_BIRTH_YEAR <= day // 10000 <= LAST_BIRTH_YEAR)
    return DateReadings(born, "") if len(born) == 1 else _NOT_A_DATE


def _without_defaults(result: DateReadings) -> DateReadings:
    """Leave out the days that stand for no date; without another reading the text is a placeholder."""
    kept = tuple([r for r in result.readings if not _stands_for_none(r)])
    if kept == result.readings:
        return result
    return result._replace(readings=kept) if kept else _PLACEHOLDER


def _stands_for_none(reading: int) -> bool:
    return reading // 10000 in _DEFAULT_YEARS and (reading % 10000 == _NEW_YEAR or not reading % 100)


def _read_any(text: str, order: str) -> DateReadings:
    """Read cleaned text of any form."""
    text, before_midnight = _cut_time(text)
    text = _DECIMAL.sub(r"\1", _UNKNOWN_PART.sub(_zeros, _without_doubt(text)))
    tokens = date_tokens(text)
    ignored = date_words("ignored")
    numbers = tuple(token for token in tokens if token.isdecimal())
    words = [token for token in tokens if not token.isdecimal()]
    if not text:
        return _MISSING
    if not tokens or (numbers and set("".join(numbers)) == {"0"}):
        return _PLACEHOLDER
    if not numbers:
        return _PLACEHOLDER if "".join(words) in date_words("no date") else _NOT_A_DATE
    result = _read_tokens(numbers, [word for word in words if word not in ignored], order)
    return _with_next_day(result) if before_midnight else result


def _without_doubt(text: str) -> str:
    """Pass over a question mark behind a year; a year that is not known is four zeros."""
    text = _DOUBT.sub("", text)
    return text if _YEAR.search(text) else _UNKNOWN_YEAR.sub(" 0000", text)


def _zeros(unknown: re.Match[str]) -> str:
    return f" {'0' * max(_SHORT, len(unknown[0]))} "


def _cut_time(text: str) -> tuple[str, bool]:
    """Cut off the time of day and the time zone; tell whether the time is midnight in Europe as UTC shows it."""
    match = _TIME.search(text) or _DOTTED_TIME.search(text)
    if match is None:
        return _ZONE.sub("", text), False
    hour, minute, second = match.groups()
    return text[: match.start()], hour in _UTC_MIDNIGHTS and not int(minute + (second or ""))


def _with_next_day(result: DateReadings) -> DateReadings:
    days = [date(r // 10000, r // 100 % 100, r % 100) for r in result.readings if r % 100]
    following = (from_day_count(1, day) for day in days)
    later = (r for r in following if r // 10000 <= LAST_BIRTH_YEAR)
    return result._replace(readings=tuple(dict.fromkeys((*result.readings, *later))))


def _read_tokens(numbers: tuple[str, ...], words: Sequence[str], order: str) -> DateReadings:
    """Read what the numbers, and the words that may name a month, say together."""
    if words:
        return _read_month_name(numbers, months().get(" ".join(words), ()), order)
    match numbers:
        case (run,):
            return _read_digits(run, order)
        case (_, _):
            return _read_year_and_month(numbers)
        case (_, _, _):
            return _read_numbers(numbers, order)
        case _:
            return _NOT_A_DATE


def _read_numbers(parts: Sequence[str], order: str) -> DateReadings:
    """Read three numbers as the layouts that their lengths allow."""
    return _read_layouts(parts, _layouts(parts, order))


def _read_layouts(parts: Sequence[str], groups: _Layouts) -> DateReadings:
    for group in groups:
        readings = _whole_dates(parts, group)
        if readings:
            return DateReadings(readings, "")
    convention = groups[0] if groups else ()
    results = [_interpret(_years(parts[y]), int(parts[m]), int(parts[d])) for y, m, d in convention]
    best = _mildest(results)
    return _together(results, best) if best.problem == "year out of range" else best


def _layouts(parts: Sequence[str], order: str) -> _Layouts:
    first, middle, last = map(len, parts)
    if middle > _SHORT or min(first, last) > _SHORT:
        return ()
    if last == _LONG:
        return _YEAR_LAST[order]
    if first == _LONG:
        return _YEAR_FIRST
    return _SHORT_YEAR[order] if max(first, last) <= _SHORT else ()


def _whole_dates(parts: Sequence[str], group: tuple[tuple[int, int, int], ...]) -> tuple[int, ...]:
    """Give the dates that exist in some layout of a group; the layouts of a group agree on where the year is."""
    readings: dict[int, None] = {}
    for year in _years(parts[group[0][0]]):
        if FIRST_BIRTH_YEAR <= year <= LAST_BIRTH_YEAR:
            for _, month, day in group:
                readings[reading(year, int(parts[month]), int(parts[day]))] = None
    readings.pop(0, None)
    return tuple(readings)


def _years(text: str) -> tuple[int, ...]:
    """Give the years that four or two digits can mean, best first; one or three digits are no year."""
    if len(text) == _LONG:
        return (int(text),)
    if len(text) != _SHORT:
        return ()
    return tuple(y for y in (2000 + int(text), 1900 + int(text)) if y <= LAST_BIRTH_YEAR)


def _interpret(years: Sequence[int], month: int, day: int) -> DateReadings:
    """Make the best of a year, month and day, any of which may be unknown (0) or wrong."""
    if not years:
        return _NOT_A_DATE
    if not FIRST_BIRTH_YEAR <= years[0] <= LAST_BIRTH_YEAR:
        return _repair_year(years[0], month, day)
    for real_month, real_day in ((month, day), (month, day - _DECODE), (month - _DECODE, day)):
        readings = tuple(r for year in years if (r := reading(year, real_month, real_day)))
        if readings:
            return DateReadings(readings, "")
    if month == 0 or (day == 0 and month <= _MONTHS):
        return DateReadings(tuple(year * 10000 + month * 100 for year in years), "partial")
    return DateReadings(tuple(year * 10000 for year in years), "impossible day")


def _repair_year(year: int, month: int, day: int) -> DateReadings:
    """Read a year that nobody now working was born in, as another calendar's or as a typing error in the century."""
    if year in _PLACEHOLDER_YEARS or reading(year, month, day) in _PLACEHOLDER_DATES:
        return _PLACEHOLDER
    readings: tuple[int, ...] = ()
    if year in _OTHER_CALENDARS and month and day:
        readings = (from_persian(year, month, day), from_hijri(year, month, day))
    elif year in _OTHER_CALENDARS:
        readings = tuple((year + _PERSIAN_YEAR_BEGINS + n) * 10000 for n in (0, 1))
    else:
        readings = _interpret(_meant_years(f"{year:04}"), month, day).readings
    kept = (r for r in readings if FIRST_REPAIRED_YEAR <= r // 10000 <= LAST_BIRTH_YEAR)
    return DateReadings(tuple(dict.fromkeys(kept)), "year out of range")


def _meant_years(written: str) -> tuple[int, ...]:
    """Give the years that a year may be a typing error for: the century wrong, or its last digit exchanged with the next."""
    century, year = written[:2], written[2:]
    if century == _BUDDHIST:
        return ()
    errors = (y for y in _years(year) if century in _CENTURY_ERRORS or _one_digit_wrong(century, str(y)))
    exchanged = int(written[0] + written[2] + written[1] + written[3])
    return tuple(y for y in (*errors, exchanged) if FIRST_REPAIRED_YEAR <= y <= LAST_BIRTH_YEAR)


def _one_digit_wrong(a: str, b: str) -> bool:
    return (a[0] == b[0]) != (a[1] == b[1])


def _mildest(results: Iterable[DateReadings]) -> DateReadings:
    """Choose the result that has the least wrong with it, the first of several; no reading is worst."""
    return min(results, key=_severity, default=_NOT_A_DATE)


def _severity(result: DateReadings) -> tuple[bool, int]:
    return not result.readings and result is not _PLACEHOLDER, PROBLEMS.index(result.problem)


def _together(results: Iterable[DateReadings], best: DateReadings) -> DateReadings:
    """Join the readings of all results as good as the best one: whole dates, or partial ones where there are no whole."""
    readings = dict.fromkeys(
        r for result in results if result.problem == best.problem for r in result.readings
    )
    return best._replace(readings=tuple(r for r in readings if r % 100) or tuple(readings))


def _read_digits(run: str, order: str) -> DateReadings:
    """Read one unbroken number: its length tells what it can be."""
    match len(run):
        case 4:
            return _interpret(_years(run), 0, 0)
        case 5:
            return _read_spreadsheet_day(int(run))
        case 6:
            month = _read_year_and_month((run[:4], run[4:]))
            return month if month.problem == "partial" else _read_six(run, order)
        case 7:
            return _read_digits(f"0{run}", order)
        case 8:
            year_first = _read_layouts((run[:4], run[4:6], run[6:]), _YEAR_FIRST[:1])
            return _mildest((year_first, _read_layouts((run[:2], run[2:4], run[4:]), _YEAR_LAST[order])))
        case _:
            return _NOT_A_DATE


def _read_six(run: str, order: str) -> DateReadings:
    """Read a short date; MMYYYY, which is one in American order too (071985), comes before that unless it is the convention."""
    whole = _read_numbers((run[:2], run[2:4], run[4:]), order)
    month = _read_year_and_month((run[:2], run[2:]))
    if month.problem != "partial":
        return whole
    first, second = (whole, month) if order == "MDY" else (month, whole)
    return month._replace(readings=tuple(dict.fromkeys((*first.readings, *second.readings))))


def _read_spreadsheet_day(number: int) -> DateReadings:
    if number not in _SPREADSHEET_DAYS:
        return _NOT_A_DATE
    return DateReadings((from_day_count(number, _SPREADSHEET_DAY_ZERO),), "")


def _read_year_and_month(numbers: Sequence[str]) -> DateReadings:
    month, year = sorted(numbers, key=len)
    if len(year) != _LONG or len(month) > _SHORT:
        return _NOT_A_DATE
    return _interpret((int(year),), int(month), 0)


def _read_month_name(numbers: Sequence[str], named: Sequence[int], order: str) -> DateReadings:
    """Read a month in words with a year, or with a day and a year."""
    day, year = _day_and_year(numbers, order)
    results = [_interpret(_years(year), month, int(day)) for month in named]
    return _together(results, _mildest(results))


def _day_and_year(numbers: Sequence[str], order: str) -> tuple[str, str]:
    """Tell the day from the year beside a month in words; ('0', '') where that makes no date."""
    match numbers:
        case (year,):
            return "0", year if int(year) > _LAST_DAY else ""
        case (first, second) if min(len(first), len(second)) <= _SHORT:
            year_first = len(first) > _SHORT or (
                len(second) <= _SHORT
                and (int(first) > _LAST_DAY or (order == "YMD" and int(second) <= _LAST_DAY))
            )
            return (second, first) if year_first else (first, second)
        case _:
            return "0", ""
