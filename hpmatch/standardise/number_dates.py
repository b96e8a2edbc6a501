"""
National identifiers beside birth dates: which of them say the date that is typed, by their digits alone.

To decode a number takes much longer than to look at its digits, and in a register nearly every number says the typed date.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from types import MappingProxyType
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, Mask
from hpmatch.standardise.dates import LAST_BIRTH_YEAR

_IN_DOUBT = LAST_BIRTH_YEAR % 100  # 00-15 may be 1900-1915 and 2000-2015
_THIS_CENTURY = 1_00_00_00  # added to the digits ddmmyy of a date since 2000
_SERIALS_OF_THIS_CENTURY = 500
# What D-numbers add to the day, and help and synthetic numbers to the month.
_RAISED = frozenset(day + month for day in (0, 40_00_00) for month in (0, 40_00, 65_00, 80_00))
_NORWEGIAN_LENGTHS = (10, 11)


def say_these_dates(numbers: pa.Array, dates: Sequence[int], of_row: IntArray, country: str) -> Mask:
    """
    Tell which national identifiers can tell no birth date but the one beside them.

    Args:
        numbers: string[n], the cells, null where empty.
        dates: Birth dates yyyymmdd; 0 for none, or for more than one.
        of_row: int[n], which of the dates stands beside each number.
        country: The country that gave the numbers (ISO 3166).

    Returns:
        bool[n]; False wherever a number has to be decoded to know.

    Example:
        >>> numbers = pa.array(["13097248022", "53097248016", "13097248022", None])
        >>> say_these_dates(numbers, [19720913, 19720914], np.array([0, 0, 1, 0]), "NO").tolist()
        [True, True, False, False]
    """
    by_digits = _BY_DIGITS.get(country)
    return by_digits(numbers, dates, of_row) if by_digits else np.zeros(len(numbers), bool)


def says_this_date(number: str, date: int, country: str) -> bool:
    """
    The same of a single number, where arrays would cost more than to decode it.

    Example:
        >>> says_this_date("13097248022", 19720913, "NO"), says_this_date("13097248022", 19720914, "NO")
        (True, False)
    """
    is_plain = number.isascii() and number.isdecimal() and len(number) in _NORWEGIAN_LENGTHS
    return country in _BY_DIGITS and is_plain and _told(int(number)) - _ddmmyy(date) in _RAISED


def _norwegian(numbers: pa.Array, dates: Sequence[int], of_row: IntArray) -> Mask:
    """The same for DDMMYYIIIKK, which may have lost a leading zero; see ``identifier_decoders``."""
    length = pc.binary_length(numbers)
    plain = pc.and_(pc.ascii_is_decimal(numbers), pc.is_in(length, pa.array(_NORWEGIAN_LENGTHS, length.type)))
    digits = np.asarray(pc.fill_null(pc.if_else(plain, numbers, None).cast(pa.int64()), 0))
    beside = np.array([_ddmmyy(date) for date in dates], np.int64)[of_row]
    return np.isin(_told(digits) - beside, [*_RAISED])


def _told(digits: Any) -> Any:
    """The date in the digits of a number, or of many: ddmmyy, and the century where both may be."""
    told = digits // 1_00_000
    is_recent = (told % 100 <= _IN_DOUBT) & (digits // 100 % 1000 >= _SERIALS_OF_THIS_CENTURY)
    return told + _THIS_CENTURY * is_recent


def _ddmmyy(date: int) -> int:
    """The digits of a birth date, from which numbers tell the century too; of any other more than a number can have."""
    year, month, day = date // 10_000, date // 100 % 100, date % 100
    is_recent = year >= 2000  # noqa: PLR2004 - a century
    if not day or (year % 100 <= _IN_DOUBT) != is_recent:
        return _NO_DATE
    return day * 1_00_00 + month * 100 + year % 100 + _THIS_CENTURY * is_recent


_NO_DATE = 1 << 40
_BY_DIGITS: Final = MappingProxyType[str, Callable[[pa.Array, Sequence[int], IntArray], Mask]](
    {"NO": _norwegian}
)
