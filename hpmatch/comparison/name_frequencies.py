"""
How common name tokens are in a register, in all and among the persons of one country.

A name is as common as it is among those whom the alerts are about, or where the registered person comes from, whichever is
more; but where that is another country, few of those whom the alerts are about come from there, or from elsewhere. A further
name that agrees is as common as it is among those who hold the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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
        # Numbered from the rarest, the text deciding among equals: the order of rows must not.
        known = sorted(zip(values.term_counts.tolist(), values.terms.vocabulary.texts)) if values else []  # noqa: B905
        countries = {country: number for number, (_, country) in enumerate(known)}
        country = _main_countries(records, countries)
        code = np.sort((country[owner] * width + token)[country[owner] >= 0])
        first = run_starts(code)
        counts = np.diff(np.append(first, len(code)))
        persons = np.bincount(country[country >= 0], minlength=len(countries)).astype(np.float64)
        return cls(len(records), overall, countries, persons, code[first], counts)

    def among(self, tokens: IntArray, left: Records, right: Records) -> FloatArray:
        """
        The share of a token among the persons of the registered person's country or of the alert's, where it is larger.

        A namesake is as likely as the name is common among those whom the alerts are about; the register tells that of
        its own persons from the alert's country. Few come from another one: the registered person's, or any.

        Args:
            tokens: int64[k], the tokens.
            left: k alerts.
            right: k registered persons.
        """
        theirs, ours = (_main_countries(records, self.countries) for records in (right, left))
        from_elsewhere = (ours >= 0) & (theirs >= 0) & (ours != theirs)
        there = self._within(tokens, theirs)
        elsewhere = _FROM_ELSEWHERE * np.maximum(there, self.overall[tokens])
        return np.maximum(np.where(from_elsewhere, elsewhere, there), self._within(tokens, ours))

    def among_holders(self, tokens: IntArray, left: Records, right: Records) -> FloatArray:
        """The share of a token among those who hold another that agrees too; arguments as for ``among``."""
        return np.asarray(np.sqrt(_as_if_larger(self.among(tokens, left, right), self.records)))

    def _within(self, tokens: IntArray, country: IntArray) -> FloatArray:
        """The share among the persons of a country, smoothed towards the whole table; of all where it is not known."""
        overall = np.asarray(self.overall[tokens], np.float64)
        if not len(self.keys):
            return overall
        key = country * max(len(self.overall), 1) + tokens
        place = np.minimum(np.searchsorted(self.keys, key), len(self.keys) - 1)
        count = np.where(self.keys[place] == key, self.counts[place], 0)
        persons = self.persons[np.maximum(country, 0)]
        within = (count + _COUNTRY_SMOOTHING * overall) / (persons + _COUNTRY_SMOOTHING)
        return np.where(country >= 0, within, overall)


def _as_if_larger(share: Any, records: int) -> Any:
    """The share in a table to which persons come who do not hold the token."""
    return share * records / (records + _FURTHER_PERSONS)


# What ``TokenFrequencies.among_holders`` gives in a table of one person, who holds every token that agrees.
SHARE_AMONG_HOLDERS_IN_ONE: float = sqrt(_as_if_larger(1.0, 1))


def _main_countries(records: Records, countries: Mapping[str, int]) -> IntArray:
    """
    int64[n], one country for each record, which may name several; -1 for none.

    The rarer one says more about a name: who was educated abroad, or holds another citizenship, mostly has its name from
    there.
    """
    if "country" not in records:
        return np.full(len(records), -1)
    values = records["country"].values

    def of_values() -> IntArray:
        main = [
            min((countries[country] for country in named if country in countries), default=-1)
            for named in values.array.to_pylist()
        ]
        return np.array([*main, -1], np.int64)

    of_value = values.derived(("main_countries", tuple(countries)), of_values)
    return of_value[records["country"].codes]
