"""Days of our time: when an alert was sent, when a decision was taken. Dates of birth go wrong in other ways; see ``dates``."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final

_FORMATS: Final = (
    "%Y-%m-%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%Y.%m.%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%d.%m.%y",
)
# A time of day, with or without a zone, says nothing here.
_TIME: Final = re.compile(r"[T\s]+\d{1,2}[:.]\d{2}.*$")

# A spreadsheet's number of a day of this century, counted from here.
_SPREADSHEET_DAY: Final = re.compile(r"(3[6-9]|[4-6]\d|7[0-2])\d{3}")
_SPREADSHEET_START: Final = date(1899, 12, 30)


def read_day(text: str) -> date | None:
    """
    Read a day; None where the text is none.

    Example:
        >>> read_day("03.04.2023"), read_day("2023-04-03T10:15:00Z"), read_day("soon")
        (datetime.date(2023, 4, 3), datetime.date(2023, 4, 3), None)
    """
    plain = _TIME.sub("", text.strip()).strip(" .")
    if _SPREADSHEET_DAY.fullmatch(plain):
        return _SPREADSHEET_START + timedelta(days=int(plain))
    for form in _FORMATS:
        try:
            return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            continue
    return None
