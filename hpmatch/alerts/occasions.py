"""
Whether two alerts are about one decision: a country sends one for each authorisation that it took away, within days.

That speaks for one person. How much it says depends on how many other alerts the country has of those days: in one night's
alerts, all of which were sent then, it says nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from hpmatch.alerts.relations import read_texts
from hpmatch.arrays import FloatArray, IntArray
from hpmatch.reading import ReadRecords

# Days that lie at most so far apart are of one decision: those of decisions, or where one is not told, of sending. What a
# decision means for a specialist's title may be decided, and sent, some days later.
_DECIDED, _SENT = 7, 14
_UNKNOWN = -1
_DAYS = 1 << 24  # more than there are, so that a country and a day make one number


@dataclass(frozen=True)
class Occasions:
    """
    The countries and days of n alerts.

    Attributes:
        country: int64[n], a number for the country that sent each; -1 where it is not told.
        decided: int64[n], the day of each decision; -1 where it is not told.
        sent: int64[n], the day on which each was sent; likewise.
    """

    country: IntArray
    decided: IntArray
    sent: IntArray

    @classmethod
    def of(cls, alerts: ReadRecords) -> Occasions:
        """What alerts tell of themselves."""
        countries, decided, sent = (
            read_texts(alerts, role) for role in ("sending_country", "decision_date", "sent_date")
        )
        numbers = {"": _UNKNOWN} | {code: number for number, code in enumerate(sorted({*countries} - {""}))}
        return cls(
            np.array([numbers[code] for code in countries], np.int64),
            _day_numbers(decided),
            _day_numbers(sent),
        )

    def take(self, rows: IntArray) -> Occasions:
        """Those of some alerts."""
        return Occasions(self.country[rows], self.decided[rows], self.sent[rows])

    def weights(self, left: IntArray, right: IntArray, one_decision: float) -> FloatArray:
        """
        What the days of two alerts of one country add to the match weight of k pairs.

        Args:
            left: int64[k], an alert of each pair.
            right: int64[k], the other one.
            one_decision: The share of the alerts of one country about one person that are about one decision (m); the u is
                the share of the country's alerts whose days lie as near.

        Returns:
            float64[k], in bits; 0 for alerts of two countries, or whose days are not told.
        """
        weights = np.zeros(len(left))
        same = (self.country[left] == self.country[right]) & (self.country[left] != _UNKNOWN)
        decided = same & (self.decided[left] != _UNKNOWN) & (self.decided[right] != _UNKNOWN)
        sent = same & ~decided & (self.sent[left] != _UNKNOWN) & (self.sent[right] != _UNKNOWN)
        for days, chosen, apart in ((self.decided, decided, _DECIDED), (self.sent, sent, _SENT)):
            pairs = np.flatnonzero(chosen)
            a, b = left[pairs], right[pairs]
            near = self._share_near(days, apart)
            u = np.maximum(near[a], near[b])
            one = np.abs(days[a] - days[b]) <= apart
            with np.errstate(divide="ignore"):
                weights[pairs] = np.where(
                    one,
                    np.maximum(np.log2(one_decision / u), 0),
                    np.minimum(np.log2((1 - one_decision) / (1 - u)), 0),
                )
        return weights

    def _share_near(self, days: IntArray, apart: int) -> FloatArray:
        """float64[n], the share of each alert's country's alerts, itself among them, whose days lie near its own."""
        known = np.flatnonzero((days != _UNKNOWN) & (self.country != _UNKNOWN))
        codes = self.country[known] * _DAYS + days[known]
        ordered = np.sort(codes)
        near = np.searchsorted(ordered, codes + apart, "right") - np.searchsorted(
            ordered, codes - apart, "left"
        )
        of_country = np.bincount(self.country[known])[self.country[known]]
        share = np.ones(len(days))
        share[known] = near / of_country
        return share


def _day_numbers(days: list[date | None]) -> npt.NDArray[np.int64]:
    return np.array([day.toordinal() if day else _UNKNOWN for day in days], np.int64)
