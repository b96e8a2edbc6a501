"""
Day counts and calendars that birth dates turn up in: exact arithmetic, no tables, no packages.

A date is a reading `yyyymmdd`, 0 where there is none. Which of these calendars a text may be written in is decided where
the text is read; here is only the arithmetic.
"""

from datetime import date, timedelta

_DAYS_IN_MONTH = (0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_FEBRUARY = 2
_LEAP_DAY = 29
_MONTHS = 12

# The last day before the year 1 of each calendar, as `date.toordinal` counts days.
_PERSIAN_EPOCH = 226_894
_HIJRI_EPOCH = 227_014
_HIJRI_MONTH = 30
_PERSIAN_LONG_MONTHS = 6


def reading(year: int, month: int, day: int) -> int:
    """
    Give the reading of a day that exists, 0 for one that does not.

    Examples:
        >>> reading(1978, 4, 9), reading(1980, 2, 31)
        (19780409, 0)
    """
    if not (1 <= month <= _MONTHS and 1 <= day <= _DAYS_IN_MONTH[month]):
        return 0
    if month == _FEBRUARY and day == _LEAP_DAY and (year % 4 or (year % 100 == 0 and year % 400)):
        return 0
    return year * 10000 + month * 100 + day


def from_day_count(days: int, day_zero: date) -> int:
    """
    Give the day that lies a number of days after another.

    Args:
        days: Days since `day_zero`; the year 9999 may not be passed.
        day_zero: The day that the count calls 0.

    Returns:
        The reading of the day.

    Examples:
        >>> from_day_count(28589, date(1899, 12, 30))
        19780409
    """
    day = day_zero + timedelta(days=days)
    return day.year * 10000 + day.month * 100 + day.day


def from_persian(year: int, month: int, day: int) -> int:
    """
    Convert a date of the Persian (solar Hijri) calendar of Iran and Afghanistan.

    Leap years follow the cycle of 33 years, which agrees with the official calendar in all years that living people
    were born in.

    Args:
        year: The Persian year, 1 or more.
        month: The month, 1 is Farvardin.
        day: The day of the month.

    Returns:
        The Gregorian reading; 0 where the calendar has no such day.

    Examples:
        >>> from_persian(1357, 1, 20)
        19780409
    """
    if not (1 <= month <= _MONTHS and day >= 1):
        return 0
    this_year, next_year = _persian_new_year(year), _persian_new_year(year + 1)
    month_start, month_end = (
        _persian_month_start(month),
        min(_persian_month_start(month + 1), next_year - this_year),
    )
    if day > month_end - month_start:
        return 0
    return from_day_count(this_year + month_start + day - 1, date.min)


def from_hijri(year: int, month: int, day: int) -> int:
    """
    Convert a date of the Islamic lunar calendar by its arithmetic (tabular, civil) form.

    Months began where the new moon was seen, so the day can be one or two off.

    Args:
        year: The year of the Hijra, 1 or more.
        month: The month, 1 is Muharram.
        day: The day of the month; 30 is accepted in every month.

    Returns:
        The Gregorian reading; 0 where the calendar has no such day.

    Examples:
        >>> from_hijri(1420, 1, 1)
        19990417
    """
    if not (1 <= month <= _MONTHS and 1 <= day <= _HIJRI_MONTH):
        return 0
    new_year = _HIJRI_EPOCH + 354 * (year - 1) + (11 * year + 3) // 30
    return from_day_count(new_year + (59 * (month - 1) + 1) // 2 + day - 1, date.min)


def _persian_new_year(year: int) -> int:
    """Give the day before 1 Farvardin."""
    return _PERSIAN_EPOCH + 365 * (year - 1) + (8 * year + 21) // 33


def _persian_month_start(month: int) -> int:
    """Give the days of a year that lie before a month: six months of 31 days, then months of 30."""
    return 30 * (month - 1) + min(month - 1, _PERSIAN_LONG_MONTHS)
