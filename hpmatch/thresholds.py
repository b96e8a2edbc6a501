"""
Thresholds from costs: when to call a hit a match, when to ask a person, when to let an alert rest.

With p the probability of a person's likeliest candidate and r that of being registered at all,

    match      costs (1 - p) * cost_false + (r - p) * cost_miss      it may be the wrong person, and the right one missed
    review     costs cost_review                                     somebody looks, and finds out
    no match   costs r * cost_miss

added up over all persons whom alerts are about (Pepe 2003, chapter 2, has the same of diagnostic tests). A limit on reviews
rules choices out. The costs are as good as the probabilities: calibrate them first (``hpmatch.calibrate``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from numbers import Real
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import FloatArray
from hpmatch.decision import MATCH, REVIEW, UNMATCHABLE, log_odds, probability_of
from hpmatch.errors import HpmatchError
from hpmatch.evaluation.judging import are_true
from hpmatch.evaluation.truth import check_truth, read_truth
from hpmatch.model import ALERTS, RECORDS, Model, subject_of
from hpmatch.output import read_folder
from hpmatch.result_tables import check_all_pairs, summary_of
from hpmatch.results import Deduplicated, Result, opened
from hpmatch.shown import ShownAsText, on_one_line
from hpmatch.wording import terms_of

COLUMNS = ("match", "review", "missed", "wrong", "reviews", "hours", "cost")
_OF = {ALERTS: "persons", RECORDS: "records"}  # what the tables hold, by the subject of the model
# Thresholds that are tried, as log2 odds: from 1 in 16,000 to all but 1 in 16,000.
_GRID = np.arange(-14, 14.01, 0.25)


@dataclass(frozen=True)
class Thresholds(ShownAsText):
    """
    What each choice of thresholds means.

    Attributes:
        table: A row a choice: the thresholds ``match`` and ``review``, and the numbers of persons ``missed``, hits ``wrong`` and
            ``reviews``, the ``hours`` of review, and the ``cost``.
        best: The row that costs least, within what can be reviewed.
        now: The same of the result as it was answered; its thresholds are not told.
        persons: How many persons, other records, or pairs of one table, the numbers are about.
        most_reviews: How many of them can be looked at; None for as many as pays.
        of: What they are: "persons", of other tables than alerts "records", of one table "pairs".
    """

    table: pa.Table
    best: Mapping[str, float]
    now: Mapping[str, float]
    persons: int
    most_reviews: float | None = None
    of: str = "persons"

    def __repr__(self) -> str:
        return on_one_line(self, **{self.of: self.persons}, choices=len(self.table))

    def apply(self, model: Model) -> Model:
        """The model with the best thresholds."""
        return model.with_decision(match=self.best["match"], review=self.best["review"])

    def __str__(self) -> str:
        lines = [
            f"{'':<10}{'match':>10}{'review':>10}{'missed':>9}{'wrong':>9}{'reviews':>9}{'hours':>9}{'cost':>14}"
        ]
        for name, row in (("as it was", self.now), ("best", self.best)):
            told = [f"{row[each]:>10.4g}" if each in row else f"{'':>10}" for each in COLUMNS[:2]]
            counts = [f"{row[each]:>9,.1f}" for each in COLUMNS[2:6]]
            lines.append(f"{name:<10}{''.join(told)}{''.join(counts)}{row['cost']:>14,.0f}")
        lines.append(f"of {self.persons:,} {self.of}")
        if self.most_reviews is not None and self.now["reviews"] > self.most_reviews:
            lines.append(
                f"as it was, {self.now['reviews']:,.0f} {self.of} are to be looked at, more than the {self.most_reviews:,.0f} that can be"
            )
        return "\n".join(lines)


def thresholds(
    result: Result | Deduplicated | str | Path,
    *,
    cost_miss: float,
    cost_false: float,
    cost_review: float,
    capacity: float | None = None,
    weeks: float = 1.0,
    minutes_per_review: float = 20.0,
    truth: Any = None,
) -> Thresholds:
    """
    Choose thresholds by what errors and reviews cost.

    Args:
        result: What ``hpmatch.link`` found, or the folder that it wrote; or what ``hpmatch.dedupe(..., min_weight=-1000)`` found,
            of which each pair is decided by itself.
        cost_miss: What it costs to miss a registered person.
        cost_false: What it costs to take a person for another.
        cost_review: What it costs that somebody looks at a person's alerts; all three in one currency.
        capacity: How many persons can be looked at in a week; None for as many as pays.
        weeks: How many weeks' alerts the result holds.
        minutes_per_review: How long a look takes.
        truth: Who the alerts are about, see ``hpmatch.evaluate``, to count what would have happened; None to expect it by the
            probabilities. Who has no match names nobody, so below the result's own review threshold more errors are counted
            than there would be; link with a lower one to look there.

    Returns:
        All choices, the best one, and what the result as it stands costs.

    Raises:
        HpmatchError: If a number is none or negative, errors cost nothing, there are no persons, or the result or the truth cannot
            be used.

    Example:
        >>> from hpmatch import link
        >>> result = link("examples/data/alerts.csv", "examples/data/register.csv")
        >>> dear = thresholds(result, cost_miss=100_000, cost_false=20_000, cost_review=100)
        >>> cheap = thresholds(result, cost_miss=1_000, cost_false=20_000, cost_review=100)
        >>> dear.best["reviews"] > cheap.best["reviews"]
        True
    """
    _check(cost_miss, cost_false, cost_review, capacity, weeks, minutes_per_review)
    if not (cost_miss or cost_false):
        raise HpmatchError(
            "neither a miss nor a wrong hit costs anything, so that no choice is better than another; say what they cost"
        )
    result = opened(result)
    kinds, likeliest, registered, right, is_registered = _chances(result, truth)

    def row(missed: FloatArray, wrong: FloatArray, reviews: FloatArray) -> dict[str, FloatArray]:
        cost = missed * cost_miss + wrong * cost_false + reviews * cost_review
        return {
            "missed": missed,
            "wrong": wrong,
            "reviews": reviews,
            "hours": reviews * (minutes_per_review / 60),
            "cost": cost,
        }

    tried = tried_thresholds(cost_miss, cost_false, cost_review)
    match, review, counts = counted(likeliest, registered, right, is_registered, tried)
    table = pa.table({"match": match, "review": review, **row(*counts)})
    most = None if capacity is None else capacity * weeks
    within = np.ones(len(table), bool) if most is None else np.asarray(table["reviews"]) <= most
    if not within.any():
        raise HpmatchError(
            f"no choice of thresholds keeps to that capacity: the fewest reviews are {min(table['reviews'].to_pylist()):.1f}"
        )
    best = np.flatnonzero(within)[np.argmin(np.asarray(table["cost"])[within])]
    of = "pairs" if isinstance(result, Deduplicated) else _OF[subject_of(summary_of(result))]
    now = {name: float(value) for name, value in row(*_as_answered(kinds, right, is_registered)).items()}
    return Thresholds(table, table.slice(int(best), 1).to_pylist()[0], now, len(kinds), most, of)


def _check(*numbers: object) -> None:
    if not all(
        number is None or (isinstance(number, Real) and 0 <= float(number) < np.inf) for number in numbers
    ):
        raise HpmatchError("costs, capacity, weeks and minutes have to be numbers of at least 0")


def _chances(
    result: Result | Deduplicated | str | Path, truth: Any
) -> tuple[npt.NDArray[np.str_], FloatArray, FloatArray, FloatArray, FloatArray]:
    """Of each person, or pair of one table, the disposition and what ``counted`` takes."""
    if isinstance(result, Deduplicated):
        check_all_pairs(len(result.pairs), result.summary, "dedupe")
        probabilities = _numbers(result.pairs, "match_probability")
        true = probabilities if truth is None else are_true(result, truth).astype(np.float64)
        return _kinds(result.pairs, "decision"), probabilities, probabilities, true, true
    persons = _persons(result)
    likeliest, registered = (
        _numbers(persons, name) for name in ("match_probability", "registered_probability")
    )
    registered = np.maximum(registered, likeliest)
    right, is_registered = (
        (likeliest, registered)
        if truth is None
        else _so(persons, read_truth(truth, _ids(result)), subject_of(summary_of(result)))
    )
    return _kinds(persons, "disposition"), likeliest, registered, right, is_registered


def _persons(result: Result | str | Path) -> pa.Table:
    persons = result.persons if isinstance(result, Result) else read_folder(result, ["persons"])[0]["persons"]
    # Nobody can be missed or matched about whom nothing can be looked up.
    persons = persons.filter(pc.not_equal(persons["disposition"], UNMATCHABLE))
    if not len(persons):
        raise HpmatchError("the result holds no person whom thresholds could decide about")
    return persons


def _ids(result: Result | str | Path) -> list[str]:
    """What the links call alerts and persons."""
    links = result.links if isinstance(result, Result) else read_folder(result, ["links"])[0]["links"]
    return list(links.column_names[:2])


def _kinds(table: pa.Table, name: str) -> npt.NDArray[np.str_]:
    return np.array(table[name].to_pylist(), str)


def _numbers(table: pa.Table, name: str) -> FloatArray:
    return np.asarray(table[name].cast(pa.float64()).fill_null(0.0), np.float64)


def _so(persons: pa.Table, table: pa.Table, of: str) -> tuple[FloatArray, FloatArray]:
    """Whether each person's likeliest candidate is the right one, and whether the person is registered: 0 or 1."""
    check_truth(table, [persons["hpr_number"]], of)
    person_of = dict(zip(table["alert_id"].to_pylist(), table["hpr_number"].to_pylist(), strict=True))
    alerts = [cell.split(";") for cell in persons["alert_ids"].to_pylist()]
    if not all(any(alert in person_of for alert in each) for each in alerts):
        raise HpmatchError(
            f"the truth does not tell of all of the result; give it for all {terms_of(of).many}"
        )
    true = [{person_of.get(alert) for alert in each} - {None, ""} for each in alerts]
    # The table of persons names nobody where it says no match; who that would be only the probability tells.
    named = persons["hpr_number"].to_pylist()
    right = [1.0 if person in of else 0.0 for person, of in zip(named, true, strict=True)]
    return np.array(right), np.array([1.0 if of else 0.0 for of in true])


def tried_thresholds(cost_miss: float, cost_false: float, cost_review: float) -> FloatArray:
    """float64[t], the probabilities that are tried as thresholds, ascending; see ``thresholds``."""
    return probability_of(np.unique(np.append(_GRID, _indifferent(cost_miss, cost_false, cost_review))))


def counted(
    likeliest: FloatArray,
    registered: FloatArray,
    right: FloatArray,
    is_registered: FloatArray,
    tried: FloatArray,
) -> tuple[FloatArray, FloatArray, tuple[FloatArray, FloatArray, FloatArray]]:
    """
    Count what every choice of two thresholds leads to, review at most match.

    Args:
        likeliest: float64[p], the probability of each person's likeliest candidate.
        registered: float64[p], that the person is registered at all.
        right: float64[p], 1 where the likeliest candidate is the right one, or its probability.
        is_registered: float64[p], 1 where the person is registered, or the probability.
        tried: float64[t], see ``tried_thresholds``.

    Returns:
        Of each choice both thresholds, and how many are missed, wrong and reviewed.
    """
    size = len(tried)
    # How many thresholds each person's two probabilities reach; sums over them answer every choice at once.
    reached = [np.searchsorted(tried, values, side="right") for values in (likeliest, registered)]
    matched_wrong, matched_missed = (
        _from(np.bincount(reached[0], weights=weights, minlength=size + 1))
        for weights in (1 - right, np.maximum(is_registered - right, 0.0))
    )
    below = _below(reached, is_registered, size)
    passed = _below(reached, np.ones(len(right)), size)
    match, review = np.meshgrid(np.arange(size), np.arange(size), indexing="ij")
    kept = (review <= match).ravel()
    match, review = match.ravel()[kept], review.ravel()[kept]
    missed = matched_missed[match] + below[match, review]
    reviews = passed[match, size] - passed[match, review]
    return tried[match], tried[review], (missed, matched_wrong[match], reviews)


def _from(counted: npt.NDArray[Any]) -> FloatArray:
    """For each threshold the sum over those who reach it."""
    return np.asarray(counted[::-1].cumsum()[::-1][1:], np.float64)


def _below(reached: list[npt.NDArray[Any]], weights: FloatArray, size: int) -> FloatArray:
    """[match, review]: the sum over those who reach neither threshold; with review = size, those who are no match."""
    cells = np.bincount(reached[0] * (size + 1) + reached[1], weights=weights, minlength=(size + 1) ** 2)
    return np.asarray(cells.reshape(size + 1, size + 1).cumsum(axis=0).cumsum(axis=1), np.float64)


def _as_answered(
    kind: npt.NDArray[np.str_], right: FloatArray, is_registered: FloatArray
) -> tuple[FloatArray, FloatArray, FloatArray]:
    matched, review = kind == MATCH, kind == REVIEW
    missed = is_registered[~matched & ~review].sum() + np.maximum(is_registered - right, 0)[matched].sum()
    return np.asarray(missed), np.asarray((1 - right)[matched].sum()), np.asarray(review.sum(), np.float64)


def _indifferent(cost_miss: float, cost_false: float, cost_review: float) -> list[float]:
    """The log2 odds at which two choices cost the same, had each person one candidate only."""
    shares = [
        cost_review / cost_miss if cost_miss else 1.0,
        1 - cost_review / cost_false if cost_false else 0.0,
    ]
    return [float(np.clip(log_odds(share), _GRID[0], _GRID[-1])) for share in shares if 0 < share < 1]
