"""
Levels by thresholds: of several conditions, the first that holds is the level.

A condition is one test or several that all have to hold. A test is a measure, a column of the left side, one of the right
side and a threshold, so a model file can hold any of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein, Jaro, JaroWinkler, Levenshtein, Prefix

from hpmatch.arrays import FloatArray, Mask
from hpmatch.comparison.conditions import first_cases
from hpmatch.errors import PluginError
from hpmatch.protocols import Compared
from hpmatch.records import MISSING, Records

Test = tuple[str, str, str, float]
Texts = Sequence[str]


@dataclass(frozen=True)
class Thresholds:
    """
    Values by thresholds of any measures, of one column or several.

    Measures that have to reach the threshold: ``jaro_winkler``, ``jaro``, ``jaccard`` (of the letters), ``same`` (1 or 0),
    ``same_lower`` and ``same_upper`` (without case), ``same_start`` (how many first letters are the same). Measures that must not exceed
    it: ``levenshtein``, ``damerau_levenshtein``, ``difference`` (of numbers), ``relative_difference`` (as a share of the larger one),
    ``seconds`` (between dates written yyyy-mm-dd).

    Args:
        name: The comparison's name.
        conditions: For each level but the last its name and its tests ``(measure, left column, right column, threshold)``,
            all of which have to hold. A test of a value that is missing does not.
        required: The pair is missing where, of each of these columns, one side or both have no value.
        dates: Those of the required columns in which what is no date yyyy-mm-dd is missing too.
        frequency: The column whose frequencies make agreement on what is rare worth more; "" for none.
        otherwise: The name of the last level.

    Raises:
        PluginError: If there is no such measure.

    Example:
        >>> Thresholds.of_column("town", "town", "levenshtein", (0, 1, 2)).levels
        ('levenshtein_0', 'levenshtein_1', 'levenshtein_2', 'different')
    """

    name: str
    conditions: tuple[tuple[str, tuple[Test, ...]], ...]
    required: tuple[str, ...]
    dates: tuple[str, ...] = ()
    frequency: str = ""
    otherwise: str = "different"

    def __post_init__(self) -> None:
        unknown = sorted({measure for measure, *_ in self._tests} - set(_MEASURES))
        if unknown:
            raise PluginError(
                f"comparison {self.name!r}: there is no measure {unknown[0]!r}; there are {', '.join(_MEASURES)}"
            )

    @classmethod
    def of_column(cls, name: str, column: str, measure: str, thresholds: Sequence[float]) -> Thresholds:
        """One measure of one column, with a level for each threshold, the strictest first."""
        conditions = tuple(
            (f"{measure}_{threshold:g}", ((measure, column, column, threshold),)) for threshold in thresholds
        )
        return cls(name, conditions, (column,), frequency=column)

    @property
    def columns(self) -> tuple[str, ...]:
        """All columns that a test reads or that are required."""
        read = (column for _, left, right, _ in self._tests for column in (left, right))
        return tuple(dict.fromkeys((*self.required, *read)))

    @property
    def levels(self) -> tuple[str, ...]:
        """The names of the conditions, and of what is left."""
        return (*(name for name, _ in self.conditions), self.otherwise)

    @property
    def _tests(self) -> tuple[Test, ...]:
        return tuple(test for _, tests in self.conditions for test in tests)

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        found = {
            measured: _measured(_MEASURES[measured[0]], _texts(left, measured[1]), _texts(right, measured[2]))
            for measured in dict.fromkeys(test[:3] for test in self._tests)
        }
        conditions = [
            np.all([_holds(test, found[test[:3]]) for test in tests], axis=0) for _, tests in self.conditions
        ]
        known = np.zeros(len(left), bool)
        for column in self.required:
            known |= self._known(left, column) & self._known(right, column)
        levels = np.where(known, first_cases(conditions), MISSING).astype(np.int8)
        if not self.frequency or self.frequency not in right:
            return Compared(levels)
        return Compared(levels, right[self.frequency].frequencies)

    def _known(self, side: Records, column: str) -> Mask:
        texts = _texts(side, column)
        wanted = (lambda text: _day(text) is not None) if column in self.dates else bool
        return np.array([wanted(text) for text in texts], bool)


class _Measure(NamedTuple):
    """
    A measure.

    Attributes:
        find: From two lists of k texts, all present, to float64[k]; NaN where it cannot be told.
        is_distance: Whether less of it is more alike.
    """

    find: Callable[[Texts, Texts], FloatArray]
    is_distance: bool = False


def _measured(measure: _Measure, left: Texts, right: Texts) -> FloatArray:
    """float64[n], what is measured of each pair of texts; NaN where one is missing."""
    present = np.array([bool(a and b) for a, b in zip(left, right, strict=True)], bool)
    rows = np.flatnonzero(present).tolist()
    found = np.full(len(present), np.nan)
    found[rows] = measure.find([left[row] for row in rows], [right[row] for row in rows])
    return found


def _holds(test: Test, found: FloatArray) -> Mask:
    measure, _, _, threshold = test
    return np.asarray(found <= threshold if _MEASURES[measure].is_distance else found >= threshold)


def _texts(side: Records, column: str) -> Texts:
    if column not in side:
        return [""] * len(side)
    return [text or "" for text in side[column]]


def _by(scorer: Any) -> Callable[[Texts, Texts], FloatArray]:
    return lambda left, right: process.cpdist(left, right, scorer=scorer, dtype=np.float64)


def _each(find: Callable[[str, str], float]) -> Callable[[Texts, Texts], FloatArray]:
    return lambda left, right: np.array(list(map(find, left, right)), np.float64)


def _jaccard(left: str, right: str) -> float:
    a, b = set(left), set(right)
    return len(a & b) / len(a | b)


def _same_start(left: Texts, right: Texts) -> FloatArray:
    """How many first letters are the same; without end between texts that are, for a short one starts as itself."""
    found = _by(Prefix.similarity)(left, right)
    return np.where([a == b for a, b in zip(left, right, strict=True)], np.inf, found)


def _numbers(texts: Texts) -> FloatArray:
    return np.array([_number(text) for text in texts], np.float64)


@lru_cache(maxsize=1 << 16)
def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return np.nan


def _difference(left: Texts, right: Texts) -> FloatArray:
    return _apart(_numbers(left), _numbers(right))


def _relative_difference(left: Texts, right: Texts) -> FloatArray:
    """A share of the one further from 0; none between two that are equal, be they 0."""
    a, b = _numbers(left), _numbers(right)
    apart, larger = _apart(a, b), np.maximum(np.abs(a), np.abs(b))
    with np.errstate(invalid="ignore"):
        return np.divide(apart, larger, out=apart, where=apart > 0)


def _apart(a: FloatArray, b: FloatArray) -> FloatArray:
    with np.errstate(invalid="ignore", over="ignore"):
        return np.abs(a - b)


def _seconds(left: str, right: str) -> float:
    a, b = _day(left), _day(right)
    return np.nan if a is None or b is None else abs((a - b).days) * 86_400.0


_DAY = re.compile(r"\s*(\d{1,4})-(\d{1,2})-(\d{1,2})\s*", re.ASCII)


@lru_cache(maxsize=1 << 16)
def _day(text: str) -> date | None:
    """The day that a text says, as DuckDB reads one: with blanks around it, and without leading zeros."""
    said = _DAY.fullmatch(text)
    try:
        return date(*map(int, said.groups())) if said else None
    except ValueError:
        return None


_MEASURES = MappingProxyType(
    {
        "same": _Measure(_each(lambda a, b: float(a == b))),
        "same_lower": _Measure(_each(lambda a, b: float(a.lower() == b.lower()))),
        "same_upper": _Measure(_each(lambda a, b: float(a.upper() == b.upper()))),
        "same_start": _Measure(_same_start),
        "jaro_winkler": _Measure(_by(JaroWinkler.similarity)),
        "jaro": _Measure(_by(Jaro.similarity)),
        "jaccard": _Measure(_each(_jaccard)),
        "levenshtein": _Measure(_by(Levenshtein.distance), is_distance=True),
        "damerau_levenshtein": _Measure(_by(DamerauLevenshtein.distance), is_distance=True),
        "difference": _Measure(_difference, is_distance=True),
        "relative_difference": _Measure(_relative_difference, is_distance=True),
        "seconds": _Measure(_each(_seconds), is_distance=True),
    }
)
