"""
The tables of `data/`, read once.

Names, countries, titles and rates stand in CSV files that a domain expert can read and correct. They were written for the
generator alone: what it does to a name is kept apart from what the matcher knows about names.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import numpy as np
import numpy.typing as npt

Row = Mapping[str, str]
Strings = npt.NDArray[np.object_]
Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


@cache
def rows(name: str) -> tuple[Row, ...]:
    """
    The rows of one table.

    Example:
        >>> rows("countries")[0]["name"]
        'Norway'
    """
    text = resources.files("hpmatch.generate").joinpath(f"data/{name}.csv").read_text(encoding="utf-8")
    return tuple(MappingProxyType(row) for row in csv.DictReader(text.splitlines()))


@cache
def grouped(name: str, *keys: str) -> Mapping[tuple[str, ...], tuple[Row, ...]]:
    """
    The rows of one table by the values of some of its columns.

    Example:
        >>> [row["male"] for row in grouped("titles", "country", "category")["SE", "LE"]]
        ['läkare']
    """
    found: dict[tuple[str, ...], list[Row]] = {}
    for row in rows(name):
        found.setdefault(tuple(row[key] for key in keys), []).append(row)
    return MappingProxyType({key: tuple(group) for key, group in found.items()})


@dataclass(frozen=True)
class Weighted:
    """Values, and the chance of drawing each."""

    values: Strings
    cumulative: Floats

    def indexes(self, rng: np.random.Generator, count: int) -> Integers:
        """Draw `count` positions of `values`."""
        return np.searchsorted(self.cumulative, rng.random(count), side="right")

    def draw(self, rng: np.random.Generator, count: int) -> Strings:
        """Draw `count` values."""
        return self.values[self.indexes(rng, count)]


def weighted(values: Sequence[str], weights: Sequence[float] | Floats) -> Weighted:
    """
    Values with weights that need not add up to one.

    Example:
        >>> weighted(["a", "b"], [1, 3]).cumulative.tolist()
        [0.25, 1.0]
    """
    total = np.cumsum(np.asarray(weights, dtype=np.float64))
    total /= total[-1]
    total[-1] = 1.0
    return Weighted(strings(values), total)


def strings(values: Sequence[Any]) -> Strings:
    """
    An object array of strings, also when there are none.

    Example:
        >>> strings(["a"]).dtype
        dtype('O')
    """
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def pick(rng: np.random.Generator, values: Sequence[Any]) -> Any:
    """
    One of the values, all equally likely.

    Example:
        >>> pick(np.random.default_rng(1), ["only"])
        'only'
    """
    return values[int(rng.random() * len(values))]


def happens(rng: np.random.Generator, chance: float) -> bool:
    """
    Whether something of that chance happens now.

    Example:
        >>> happens(np.random.default_rng(1), 1.0)
        True
    """
    return bool(rng.random() < chance)


@cache
def shares(name: str, key: str, share: str, where: tuple[str, str] = ("", "")) -> Weighted:
    """
    The values of column `key`, drawn by the shares in column `share`; `where` keeps the rows with one value in a column.

    Example:
        >>> shares("mix", "culture", "share", ("country", "RS")).values.tolist()
        ['RS']
    """
    column, value = where
    chosen = [row for row in rows(name) if (not column or row[column] == value) and float(row[share]) > 0]
    return weighted([row[key] for row in chosen], [float(row[share]) for row in chosen])
