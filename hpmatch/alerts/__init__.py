"""
Alerts about one person: doctor and specialist, nurse then doctor, sent again, corrected, from several countries.

Two alerts are compared as an alert and a registered person are, by the same blocking rules, comparisons and weights, and by
whether they are about one decision (``occasions.py``); then they are joined to clusters (``clusters.py``), and what contradicts
outright is kept apart. Two surnames that have nothing in common speak more against one person if they cannot have changed: of
states where nobody takes another by marriage (``surname_laws.csv``), or beside birth names that both alerts tell, another one
each.

What is said word for word again and again is compared a few times and counted as often: a thousand copies of an alert would
make its names look common, its days look busy and its blocks too large.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import cast

import numpy as np
import pyarrow.compute as pc

from hpmatch.alerts.occasions import Occasions
from hpmatch.arrays import FloatArray, IntArray, Mask, places_among_equals, rows_alike
from hpmatch.blocking import CandidatePairs, candidate_pairs, each_once
from hpmatch.clusters import APART, join
from hpmatch.comparison import DEFAULT_CHUNK_SIZE, compare, parts_of, prepare
from hpmatch.comparison.name_tables import SIMILAR_LIKENESS
from hpmatch.comparison.spelling import token_similarity
from hpmatch.grouping import Grouping
from hpmatch.model import Model
from hpmatch.plugins import checked_weights
from hpmatch.protocols import ComparisonVectors
from hpmatch.reading import ReadRecords
from hpmatch.records import Records
from hpmatch.standardise.surnames import keep_surnames

# What a pair that does not fit counts against joining two groups (log2 odds), however badly it fits: an alert with the
# maiden name and one with a wrong date may have nothing in common but the person.
_MISFIT = -5.0
_SMALLEST_CHAIN = 3  # alerts, of which two need not be a pair
# Where surnames do not change, a person has another one a hundred times as seldom as elsewhere: a foreigner there, a mistake.
# At the levels of surnames that are two names; of ``different`` the level tells a part of it already.
_UNCHANGED = {"changed": -6.6, "different": -4.3}
_SURNAMES = ("family_name", "birth_name", "other_names")
# How often alerts that say the same are compared and counted. Ordinary ones are there two or three times.
_TIMES = 5


@dataclass(frozen=True)
class Grouped:
    """
    Which of n alerts are about one person.

    Attributes:
        persons: int64[n], for each alert the row of the one with the smallest identifier about the same person.
        crowded: bool[n], the alerts that were held against no other, for too many share all that they could be found by.
    """

    persons: IntArray
    crowded: Mask

    @classmethod
    def known(cls, persons: IntArray) -> Grouped:
        """What is known already, so that nothing is held against anything."""
        return cls(persons, np.zeros(len(persons), bool))


def group_alerts(alerts: ReadRecords, model: Model, chunk_size: int = DEFAULT_CHUNK_SIZE) -> IntArray:
    """
    Find the alerts that are about one person.

    Args:
        alerts: The alerts, n of them.
        model: The model; one without ``grouping`` takes each alert for a person of its own.
        chunk_size: How many pairs are compared at a time.

    Returns:
        int64[n], for each alert the row of the one with the smallest identifier about the same person.
    """
    return grouped_alerts(alerts, model, chunk_size).persons


def grouped_alerts(alerts: ReadRecords, model: Model, chunk_size: int = DEFAULT_CHUNK_SIZE) -> Grouped:
    """Find the alerts that are about one person, and those that could not be held against any; see ``group_alerts``."""
    records = alerts.records
    if model.grouping is None or len(records) == 1:
        return Grouped.known(np.arange(len(records)))
    # By identifier, so that nothing hangs on the order of rows.
    order = np.asarray(pc.sort_indices(records.ids), np.int64)
    table, occasions = records.take(order), Occasions.of(alerts).take(order)
    cells = rows_alike([column.codes for column in table.columns.values()])
    contents = rows_alike([cells, occasions.country, occasions.decided, occasions.sent])
    kept = np.flatnonzero(places_among_equals(contents) < _TIMES)
    counted = np.flatnonzero(places_among_equals(cells) < _TIMES)
    found = _grouped(table, occasions, kept, counted, model, chunk_size)
    spread = _spread(found, kept, contents)
    persons, crowded = np.empty(len(records), np.int64), np.empty(len(records), bool)
    persons[order], crowded[order] = order[spread.persons], spread.crowded
    return Grouped(persons, crowded)


def _grouped(
    table: Records, occasions: Occasions, kept: IntArray, counted: IntArray, model: Model, chunk_size: int
) -> Grouped:
    """Group the rows that are kept; how common a value is, the rows tell that are counted."""
    comparisons = model.comparisons
    if len(counted) < len(table):
        table = table.counted_at(counted)
        comparisons = tuple(prepare(each, table.take(counted)) for each in comparisons)
        table, occasions = table.take(kept), occasions.take(kept)
    pairs = each_once(candidate_pairs(table, table, model.blocking_rules, model.max_block))
    vectors = compare(table, table, pairs, comparisons, chunk_size, stand_ins=model.stand_ins)
    weights = _weights(table, occasions, pairs, vectors, model)
    return Grouped(_joined(table, pairs, weights, model), pairs.crowded)


def _grouping(model: Model) -> Grouping:
    """What a model says of grouping; one that says nothing groups nothing, and is asked no more."""
    return cast(Grouping, model.grouping)


def _weights(
    table: Records, occasions: Occasions, pairs: CandidatePairs, vectors: ComparisonVectors, model: Model
) -> FloatArray:
    """float64[k], log2 odds that the two alerts of a pair are about one person."""
    grouping = _grouping(model)
    left, right = pairs.left.astype(np.int64), pairs.right.astype(np.int64)
    weights = grouping.prior_weight(len(table)) + checked_weights(model.classifier, vectors)
    if grouping.one_decision:
        weights += occasions.weights(left, right, grouping.one_decision)
    for level, unchanged in _UNCHANGED.items():
        strong = _at_levels(vectors, {"family_name": (level,)}, model)
        strong = strong[weights[strong] >= grouping.least_weight]
        weights[strong[_cannot_have_changed(table, left[strong], right[strong])]] += unchanged
    weights[_kept_apart(vectors, model)] = APART
    return weights


def _joined(table: Records, pairs: CandidatePairs, weights: FloatArray, model: Model) -> IntArray:
    """int64[n], for each row the smallest one about the same person."""
    least = _grouping(model).least_weight
    left, right = pairs.left.astype(np.int64), pairs.right.astype(np.int64)
    found = join(len(table), left, right, weights, least, _MISFIT)
    # Alerts that share no key are no pair, and still may not be about one person.
    while len(apart := _contradicting(table, found, left, right, model)):
        left, right = (np.append(one, more) for one, more in zip((left, right), apart.T, strict=True))
        weights = np.append(weights, np.full(len(apart), APART))
        found = join(len(table), left, right, weights, least, _MISFIT)
    return found


def _spread(found: Grouped, kept: IntArray, contents: IntArray) -> Grouped:
    """
    What was found of the rows that were kept, for all of them.

    Further copies are where the first two are if these are one person, and else as far apart as they are.
    """
    persons, crowded = np.arange(len(contents)), np.zeros(len(contents), bool)
    persons[kept], crowded[kept] = kept[found.persons], found.crowded
    places = places_among_equals(contents)
    rows = np.flatnonzero(places >= _TIMES)
    first, second = np.zeros((2, len(contents)), np.int64)
    for of_content, place in ((first, 0), (second, 1)):
        at = np.flatnonzero(places == place)
        of_content[contents[at]] = at
    first, second = first[contents[rows]], second[contents[rows]]
    persons[rows] = np.where(persons[first] == persons[second], persons[first], rows)
    crowded[rows] = crowded[first]
    return Grouped(persons, crowded)


def _contradicting(
    table: Records, persons: IntArray, left: IntArray, right: IntArray, model: Model
) -> IntArray:
    """int64[k, 2], rows of one person that are no pair yet and hold what keeps alerts apart."""
    known = set(zip(left.tolist(), right.tolist(), strict=True))
    groups: dict[int, list[int]] = {}
    sizes = np.bincount(persons, minlength=len(persons))
    for row in np.flatnonzero(sizes[persons] >= _SMALLEST_CHAIN).tolist():
        groups.setdefault(int(persons[row]), []).append(row)
    new = np.array(
        [pair for rows in groups.values() for pair in combinations(rows, 2) if pair not in known], np.int32
    ).reshape(-1, 2)
    apart = _grouping(model).apart
    comparisons = [each for each in model.comparisons if any(part.name in apart for part in parts_of([each]))]
    if not len(new) or not comparisons:
        return new[:0].astype(np.int64)
    some = np.ones(len(table), bool)
    pairs = CandidatePairs(new[:, 0], new[:, 1], np.zeros(len(new), np.int32), (), some, ~some)
    vectors = compare(table, table, pairs, comparisons)
    return new[_kept_apart(vectors, model)].astype(np.int64)


def _kept_apart(vectors: ComparisonVectors, model: Model) -> IntArray:
    return _at_levels(vectors, _grouping(model).apart, model)


def _at_levels(vectors: ComparisonVectors, wanted: Mapping[str, Sequence[str]], model: Model) -> IntArray:
    """The places of the pairs that are at some levels, which a model need not have."""
    levels = {part.name: part.levels for part in model.parts}
    rows = [
        np.flatnonzero(vectors.levels[:, place] == levels[name].index(level))
        for place, name in enumerate(vectors.names)
        for level in wanted.get(name, ())
        if level in levels[name]
    ]
    return np.concatenate([np.zeros(0, np.int64), *rows])


def _cannot_have_changed(table: Records, left: IntArray, right: IntArray) -> IntArray:
    """The places of the pairs of whom the one cannot have borne the other's surname before or after."""
    pairs = zip(_told_of(table, left), _told_of(table, right), strict=True)
    return np.flatnonzero([_are_two_names(one, other) for one, other in pairs])


def _told_of(table: Records, rows: IntArray) -> list[Mapping[str, Sequence[str]]]:
    """The states and the surnames that alerts tell."""
    some = table.take(rows)
    columns = {name: some[name].to_pylist() for name in ("country", *_SURNAMES) if name in some}
    return [{name: cells[row] or () for name, cells in columns.items()} for row in range(len(rows))]


def _are_two_names(one: Mapping[str, Sequence[str]], other: Mapping[str, Sequence[str]]) -> bool:
    states = [*one.get("country", ()), *other.get("country", ())]
    birth_names = one.get("birth_name") and other.get("birth_name")
    if not (birth_names or keep_surnames(states)):
        return False
    words = product(*([word for name in _SURNAMES for word in each.get(name, ())] for each in (one, other)))
    return not (token_similarity(*zip(*words, strict=True)) >= SIMILAR_LIKENESS).any()


def person_ids(ids: Sequence[str], persons: IntArray, matched: Sequence[str | None]) -> list[str]:
    """
    Give all alerts about one person the same identifier: the smallest of their alert identifiers.

    Args:
        ids: The identifiers of n alerts.
        persons: int64[n], see ``group_alerts``.
        matched: For each alert the registered person that it matches, or None. All alerts of a person match the same
            one; persons who match the same one are one.

    Example:
        >>> person_ids(["A1", "A2", "A3"], np.array([0, 1, 1]), ["9144889", "9144889", "9144889"])
        ['A1', 'A1', 'A1']
    """
    keys = [person or row for person, row in zip(matched, persons.tolist(), strict=True)]
    smallest: dict[str | int, str] = {}
    for key, alert_id in zip(keys, ids, strict=True):
        smallest[key] = min(smallest.get(key, alert_id), alert_id)
    return [smallest[key] for key in keys]
