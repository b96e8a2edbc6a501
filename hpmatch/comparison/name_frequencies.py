"""
How common name tokens are in a register, in all and among the persons of one country.

A name is as common as it is among those whom the alerts are about, or where the registered person comes from, whichever is
more, by education or by nationality; but where that is another country, few of those whom the alerts are about come from
there, or from elsewhere. A further name that agrees is as common as it is among those who hold the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import product
from math import sqrt
from typing import Any

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, run_starts
from hpmatch.records import Records

# A token's frequency within a country leans on its frequency in the whole table with the weight of so many persons.
_COUNTRY_SMOOTHING = 200.0

# Of those whom a country's alerts are about, one in 16 comes from the registered person's country if that is another (assumed):
# a quarter for each of two names.
_FROM_ELSEWHERE = 0.25

# A further token that agrees is as common among those who hold the first one as the square root of its frequency: names
# go together (Anne Marie, Jan Erik), the more so the more common they are. One person in a small table is a large share, so
# as many more persons are taken to be there who do not hold it.
_FURTHER_PERSONS = 1000


@dataclass(frozen=True)
class TokenFrequencies:
    """
    How common tokens are among the persons of a table, and among those of one country.

    Attributes:
        records: How many persons the table has.
        overall: float64[t], the share of all persons that hold a token in any name field.
        countries: The number of each country.
        persons: float64[c], how many persons each country has.
        keys: int64[p], country and token together, ascending.
        counts: int64[p], how many persons of the country hold the token.
    """

    records: int
    overall: FloatArray
    countries: Mapping[str, int]
    persons: FloatArray
    keys: IntArray
    counts: IntArray

    @classmethod
    def of(cls, records: Records, owner: IntArray, token: IntArray, tokens: int) -> TokenFrequencies:
        """
        Count the tokens of a whole table.

        Args:
            records: The table.
            owner: int64[h], records.
            token: int64[h], tokens that they hold, each once a record.
            tokens: How many tokens there are.
        """
        width = max(tokens, 1)
        overall = np.bincount(token, minlength=tokens) / max(len(records), 1)
        values = records["country"].values if "country" in records else None
        countries = {
            name: place for place, name in enumerate(sorted(values.terms.vocabulary.texts) if values else [])
        }
        named = _countries_named(records, countries)
        code = np.sort(
            np.concatenate([(country[owner] * width + token)[country[owner] >= 0] for country in named.T])
        )
        first = run_starts(code)
        counts = np.diff(np.append(first, len(code)))
        persons = np.bincount(named[named >= 0], minlength=len(countries)).astype(np.float64)
        return cls(len(records), overall, countries, persons, code[first], counts)

    def among(self, tokens: IntArray, left: Records, right: Records) -> FloatArray:
        """
        The share of a token among the persons of a country of the registered person or of the alert, where it is largest.

        A namesake is as likely as the name is common among those whom the alerts are about; the register tells that of
        its own persons from the alert's country. Few come from another one: the registered person's, or any.

        Args:
            tokens: int64[k], the tokens.
            left: k alerts.
            right: k registered persons.
        """
        theirs, ours = (_countries_named(records, self.countries) for records in (right, left))
        share_one = reduce(
            np.logical_or, ((one >= 0) & (one == other) for one, other in product(ours.T, theirs.T))
        )
        from_elsewhere = (ours >= 0).any(axis=1) & (theirs >= 0).any(axis=1) & ~share_one
        there = self._within(tokens, theirs)
        elsewhere = _FROM_ELSEWHERE * np.maximum(there, self.overall[tokens])
        return np.maximum(np.where(from_elsewhere, elsewhere, there), self._within(tokens, ours))

    def among_holders(self, tokens: IntArray, left: Records, right: Records) -> FloatArray:
        """The share of a token among those who hold another that agrees too; arguments as for ``among``."""
        return np.asarray(np.sqrt(_as_if_larger(self.among(tokens, left, right), self.records)))

    def _within(self, tokens: IntArray, countries: IntArray) -> FloatArray:
        """The largest share among the persons of some countries, smoothed towards the whole table; of all where none is known."""
        overall = np.asarray(self.overall[tokens], np.float64)
        if not len(self.keys):
            return overall
        found = np.where((countries >= 0).any(axis=1), 0.0, overall)
        for country in countries.T:
            key = country * max(len(self.overall), 1) + tokens
            place = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
            count = np.where(self.keys[place] == key, self.counts[place], 0)
            persons = self.persons[np.maximum(country, 0)]
            within = (count + _COUNTRY_SMOOTHING * overall) / (persons + _COUNTRY_SMOOTHING)
            np.maximum(found, within, out=found, where=country >= 0)
        return found


def _as_if_larger(share: Any, records: int) -> Any:
    """The share in a table to which persons come who do not hold the token."""
    return share * records / (records + _FURTHER_PERSONS)


# What ``TokenFrequencies.among_holders`` gives in a table of one person, who holds every token that agrees.
SHARE_AMONG_HOLDERS_IN_ONE: float = sqrt(_as_if_larger(1.0, 1))


def _countries_named(records: Records, countries: Mapping[str, int]) -> IntArray:
    """
    int64[n, w], the countries that each record names, and -1 behind them.

    Who was educated abroad, or holds another citizenship, may have a name from either country.
    """
    if "country" not in records:
        return np.full((len(records), 1), -1)
    values = records["country"].values

    def of_values() -> IntArray:
        named = [
            [countries[country] for country in each if country in countries]
            for each in values.array.to_pylist()
        ]
        width = max(map(len, named), default=1) or 1
        return np.array([each + [-1] * (width - len(each)) for each in [*named, []]], np.int64)

    of_value = values.derived(("countries_named", tuple(countries)), of_values)
    return of_value[records["country"].codes]
