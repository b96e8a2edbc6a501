"""The stage that makes telephone numbers comparable, however they are written."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa

from hpmatch.standardise.text import fold

_WRITTEN = re.compile(r"\+?\(?\d(?:[\s()/.–-]*\d){4,}")  # five digits or more
# The prefix of a call abroad and the codes of countries and other areas (ITU-T E.164; none begins as another does).
_ABROAD = re.compile(
    r"(?:\+|00)(?:1|7|2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]|[0-9]{3})", re.ASCII
)


@dataclass(frozen=True)
class Telephones:
    """
    The digits of a telephone number within its country: without the country's code, which one table may write and the other not.

    So two numbers that differ in the country alone are one. What is no digit, the zeros before an area and what follows in words
    (an extension) are none of it. Of several numbers in a cell the first is read.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Telephones("phone").standardise(["+49 40 12345", "0049 (0)40-12345", "(040) 123 45", "tel. 040/12345 ext. 7", "none"])
        ['4012345', '4012345', '4012345', '4012345', None]
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """The digits of each cell; None where it holds no number of five digits or more."""
        return list(map(_within_country, texts[0]))


def _within_country(text: str) -> str | None:
    found = _WRITTEN.search(re.sub(r"\d", lambda digit: str(int(digit[0])), fold(text)))
    if not found:
        return None
    written = re.sub(r"[^+\d]", "", found[0].replace("(0)", ""))
    abroad = _ABROAD.match(written)
    return written[abroad.end() if abroad else 0 :].strip("+").lstrip("0") or None
