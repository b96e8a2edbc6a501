"""The stages for columns about anything: texts, categories, numbers, and cells as they are."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import pyarrow as pa

from hpmatch.standardise.stages.cells import SEVERAL, WORDS
from hpmatch.standardise.text import fold


@dataclass(frozen=True)
class PlainText:
    """
    Any text, folded: no case, no diacritics, single blanks.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> PlainText("town").standardise(["  Tromsø ", "Nový  Jičín"])
        ['tromso', 'novy jicin']
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str]:
        """The folded cells."""
        return list(map(_folded, texts[0]))


@dataclass(frozen=True)
class Categories:
    """
    One or several values of a category, folded as ``PlainText`` is; several stand in one cell with ``;`` between them.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Categories("colour").standardise(["Red; blue", "BLUE;red", ";"])
        [('blue', 'red'), ('blue', 'red'), ()]
    """

    column: str
    kind = WORDS

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]]:
        """The values of each cell, in an order of their own."""
        return [tuple(sorted({_folded(each) for each in text.split(SEVERAL)} - {""})) for text in texts[0]]


@dataclass(frozen=True)
class BareIdentifier:
    """
    The letters and digits of an identifier, whatever stands between them.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> BareIdentifier("number").standardise(["(576) 445-3876", "576 445 3876", "DE 811.907", "-"])
        ['5764453876', '5764453876', 'de811907', None]
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """The letters and digits of each cell; None where it has none."""
        return ["".join(filter(str.isalnum, fold(text))) or None for text in texts[0]]


def _folded(text: str) -> str:
    return " ".join(fold(text).split())


@dataclass(frozen=True)
class Numbers:
    """
    A number, as a decimal without what tells nothing: blanks, a currency sign, zeros at its end.

    A point or a comma is a decimal mark; of both in one number the last is, and one that stands several times is none.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Numbers("price").standardise(["12.50", "12,5", "kr 1 234,50", "1,234,567.0", "-0.0", "1e3", "twelve"])
        ['12.5', '12.5', '1234.5', '1234567', '0', '1000', None]
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str | None]:
        """The decimals; None where a cell holds no number."""
        return list(map(_decimal, texts[0]))


def _decimal(text: str) -> str | None:
    found = _NUMBER.fullmatch(re.sub(r"[\s'’_]", "", text))
    if not found or len(found["power"] or "") > _LONGEST_POWER:
        return None
    digits = found["digits"]
    mark = max(".,", key=digits.rfind)
    whole, _, fraction = digits.rpartition(mark) if digits.count(mark) == 1 else (digits, "", "")
    if not _WHOLE.fullmatch(whole):
        return None
    written = f"{found['sign']}{re.sub('[.,]', '', whole)}.{fraction}{found['power'] or ''}"
    number = f"{Decimal(written):f}"
    number = number.rstrip("0").rstrip(".") if "." in number else number
    return "0" if not number.strip("-0") else number


_NUMBER = re.compile(
    r"(kr|nok|[$£€])?(?P<sign>[-+]?)(?P<digits>(?=[.,]?[0-9])[0-9.,]*)(?P<power>e[-+]?[0-9]+)?(kr|nok|[$£€])?",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"[0-9]*|[0-9]{1,3}([.,])[0-9]{3}(\1[0-9]{3})*")
_LONGEST_POWER = 4  # so that no number has thousands of digits


@dataclass(frozen=True)
class Verbatim:
    """
    Any text, as it was read.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> Verbatim("town").standardise(["Tromsø "])
        ['Tromsø ']
    """

    column: str
    kind = pa.string()

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[str]:
        """The cells."""
        return list(texts[0])
