"""
Pooling: the alerts about one person are one body of evidence.

An alert with the maiden name and another with the right date find together what neither finds alone. So every alert gets
the candidates of all alerts about its person, and of each candidate it is asked what the alerts together say. For each
comparison the alert that agrees most speaks, for a person may well have borne the other name, and a wrong date is wrong in
one alert only. Where none agrees, the one that agrees least speaks. What is told in part agrees only where no other alert
tells it whole: an initial, or half of two names that are exchanged, does not outweigh another name that is written out in
its field, nor 1 January another day. Alerts that say nothing of a comparison do not speak, nor does a comparison that stands
in for one of which another alert speaks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from hpmatch.arrays import FloatArray, IntArray, Mask, ranges
from hpmatch.blocking import CandidatePairs
from hpmatch.comparison import parts_of, without_repeats
from hpmatch.model import Model
from hpmatch.plugins import checked_partial_weights, checked_weights
from hpmatch.protocols import ComparisonVectors
from hpmatch.records import MISSING


def share_candidates(pairs: CandidatePairs, persons: IntArray) -> CandidatePairs:
    """
    Give every alert the candidates of all alerts about its person.

    Args:
        pairs: The candidate pairs of n alerts.
        persons: int64[n], see ``hpmatch.alerts.group_alerts``.
    """
    sizes = np.bincount(persons, minlength=len(persons))
    several = sizes[persons] > 1
    if not several.any():
        return pairs
    own = ~several[pairs.left]
    left, right, rules = _spread(persons, sizes, pairs.left[~own], pairs.right[~own], pairs.rules[~own])
    left, right, rules = (
        np.concatenate([part[own], more])
        for part, more in ((pairs.left, left), (pairs.right, right), (pairs.rules, rules))
    )
    order = np.lexsort((right, left))
    seen = _any_of_person(pairs.blockable & ~pairs.crowded, persons)
    blockable = _any_of_person(pairs.blockable, persons)
    return replace(
        pairs,
        left=left[order],
        right=right[order],
        rules=rules[order],
        blockable=blockable,
        crowded=blockable & ~seen,
    )


def _spread(
    persons: IntArray, sizes: IntArray, left: IntArray, right: IntArray, rules: IntArray
) -> tuple[IntArray, IntArray, IntArray]:
    """Each candidate of a person once for every alert about the person, with all rules that found it."""
    order = np.lexsort((right, persons[left]))
    person, right, rules = persons[left[order]], right[order], rules[order]
    first = _firsts(person, right)
    person, right = person[first], right[first]
    rules = np.bitwise_or.reduceat(rules, first) if len(first) else rules
    members = np.argsort(persons, kind="stable")
    starts = np.cumsum(sizes) - sizes
    times = sizes[person]
    return (
        members[ranges(starts[person], times)].astype(np.int32),
        np.repeat(right, times),
        np.repeat(rules, times),
    )


def _firsts(*sorted_by: IntArray) -> IntArray:
    """The places where rows that are sorted differ from the row before."""
    changes = np.zeros(len(sorted_by[0]), bool)
    changes[:1] = True
    for column in sorted_by:
        changes[1:] |= column[1:] != column[:-1]
    return np.flatnonzero(changes)


def _any_of_person(rows: Mask, persons: IntArray) -> Mask:
    return np.asarray(np.bincount(persons, weights=rows, minlength=len(persons)) > 0)[persons]


def pool_evidence(
    vectors: ComparisonVectors, pairs: CandidatePairs, persons: IntArray, model: Model
) -> ComparisonVectors:
    """
    For each candidate what all alerts about one person say together.

    Args:
        vectors: The comparison vectors of the pairs, one by one.
        pairs: The candidate pairs, shared among the alerts about a person.
        persons: int64[n], see ``hpmatch.alerts.group_alerts``.
        model: The model. Where its classifier does not weigh comparisons one by one, the alert with the greatest match weight
            speaks for all.
    """
    several = np.bincount(persons, minlength=len(persons))[persons] > 1
    rows = np.flatnonzero(several[pairs.left])
    if not len(rows):
        return vectors
    some = vectors.take(rows)
    by_person = np.lexsort((pairs.right[rows], persons[pairs.left[rows]]))
    first = _firsts(persons[pairs.left[rows[by_person]]], pairs.right[rows[by_person]])
    group = np.empty(len(rows), np.int64)
    group[by_person] = np.repeat(np.arange(len(first)), np.diff(np.append(first, len(rows))))
    levels, frequencies = vectors.levels.copy(), vectors.frequencies.copy()
    in_part = _told_in_part(some, model)
    for columns, weights in _speakers(some, model):
        agrees = (weights > 0) & ~in_part[:, columns].all(axis=1)
        chosen = _speaking(group, some.levels[:, columns], some.frequencies[:, columns], weights, agrees)
        levels[rows[:, None], columns] = some.levels[chosen[:, None], columns]
        frequencies[rows[:, None], columns] = some.frequencies[chosen[:, None], columns]
    return without_repeats(replace(vectors, levels=levels, frequencies=frequencies), model.stand_ins)


def _speakers(vectors: ComparisonVectors, model: Model) -> Iterator[tuple[IntArray, FloatArray]]:
    """The columns that are spoken for by one alert, with how much each row says for a match."""
    partial = checked_partial_weights(model.classifier, vectors)
    if partial is None:
        yield np.arange(len(vectors.names)), checked_weights(model.classifier, vectors)
        return
    for column, weights in enumerate(partial.T):
        yield np.array([column]), weights


def _told_in_part(vectors: ComparisonVectors, model: Model) -> Mask:
    """bool[k, c], whether a value agrees as far as it is told, see ``GivenName.in_part`` and ``BirthDate.in_part``."""
    found = np.zeros(vectors.levels.shape, bool)
    for column, part in enumerate(parts_of(model.comparisons)):
        levels = [part.levels.index(level) for level in getattr(part, "in_part", ())]
        found[:, column] = np.isin(vectors.levels[:, column], levels)
    return found


def _speaking(
    group: IntArray,
    levels: IntArray,
    frequencies: FloatArray,
    weights: FloatArray,
    agrees: Mask,
) -> IntArray:
    """For each row the row that speaks for its group: the one that agrees most or, where none agrees, that agrees least."""
    silent = (levels == MISSING).all(axis=1)
    any_agrees = np.zeros(len(group), bool)
    np.logical_or.at(any_agrees, group, agrees)
    # Where one agrees, what is told in part or contradicts does not speak, however much it would add.
    first_choice = np.where(any_agrees[group], np.where(agrees, -weights, np.inf), weights)
    # Of equals the one whose levels come first, so that nothing hangs on the order of rows.
    ties = [*np.nan_to_num(frequencies, nan=-1.0).T, *levels.T]
    order = np.lexsort((*ties, first_choice, silent, group))
    first = _firsts(group[order])
    return order[first][group]
