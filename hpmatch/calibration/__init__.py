"""
Calibration: making probabilities mean what they say, from alerts whose answer is known.

How far each comparison's weight counts, where weights start from, and how many look-alikes a register holds are fitted together
to what was so; ``evaluation/reliability.py`` measures how well.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.alerts.relations import TOLD
from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.calibration.fit import FOLDS, Known, PairWeights, fit, fitted_probabilities, held_out
from hpmatch.decision import DecisionRule
from hpmatch.dispose import Scored
from hpmatch.draws import hashed
from hpmatch.errors import HpmatchError, ModelError
from hpmatch.evaluation.reliability import expected_calibration_error
from hpmatch.evaluation.truth import check_truth, read_truth
from hpmatch.evidence import id_columns
from hpmatch.fellegi_sunter import FellegiSunter, persons_at_large
from hpmatch.labels import Labels, check_some_known, read_labels, rows_of_pairs
from hpmatch.link import score_pairs
from hpmatch.model import Model, read_model
from hpmatch.parallel import batch_job
from hpmatch.reading import ReadRecords, read_for
from hpmatch.records import Records
from hpmatch.register import model_of, read_register
from hpmatch.schema import Schema, with_id
from hpmatch.shown import ShownAsText, on_one_line
from hpmatch.wording import terms_of

_FEWEST = 20
_SEEN = 0.01
_WORSE = "calibrating made it worse: keep the model as it was, or calibrate it by more answers"


@dataclass(frozen=True)
class Calibration(ShownAsText):
    """
    A model whose probabilities were held against the truth and put right.

    Attributes:
        model: The model with slopes, other rates of look-alikes and another ``registered_share``.
        slopes: For each comparison how far its weight counts, see ``FellegiSunter``.
        shift: What was added to the prior weight (log2).
        look_alikes: For each kind of look-alike how many of them the register holds for each alert.
        alerts: How many alerts it was learned from.
        matches: How many of them have a match among their candidates.
        error_before: The expected calibration error of the model as it was, over pairs that get at least 0.01 before or after.
        error: The same after calibrating, over the same pairs, each fifth of the persons judged by what the others say.
    """

    model: Model
    slopes: Mapping[str, float]
    shift: float
    look_alikes: Mapping[str, float]
    alerts: int
    matches: int
    error_before: float
    error: float

    def __repr__(self) -> str:
        return on_one_line(self, alerts=self.alerts, matches=self.matches)

    def __str__(self) -> str:
        terms = terms_of(self.model.subject)
        lines = [f"{name:<18}{slope:>7.3f}" for name, slope in self.slopes.items()]
        lines.append(f"{'prior weight':<18}{self.shift:>+7.3f}")
        lines += [f"{f'{name}s each {terms.one}':<18}{rate:>7.4f}" for name, rate in self.look_alikes.items()]
        lines.append(f"learned from {self.alerts:,} {terms.many}, {self.matches:,} of them with a match")
        lines.append(
            f"expected calibration error {self.error_before:.4f} before, {self.error:.4f} after, by {terms.named} not learned from"
        )
        if self.error > self.error_before:
            lines.append(_WORSE)
        return "\n".join(lines)


def calibrate(
    alerts: Any,
    register: Any,
    truth: Any,
    model: Model | str | Path | None = None,
    *,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    workers: int | None = None,
) -> Calibration:
    """
    Make a model's probabilities mean what they say, by alerts whose answer is known.

    The comparisons are weighed as if independent, which they are not: who has the surname of a country has its given names
    too. So each comparison gets a slope and the prior a shift, and look-alikes the rate, that together make the known answers
    likeliest (Platt scaling, with a slope for each comparison), an alert's candidates and "nobody" competing as they do in
    ``hpmatch.decision``. What few answers cannot tell stays near 1, 0 and the model's rates.

    Args:
        alerts: See ``hpmatch.link``.
        register: Likewise.
        truth: Who the alerts are about: ``alert_id``, and ``hpr_number`` or nothing where the person is not registered, or the
            two as the links call them; alerts that are not in it are left out. Or labels of pairs, see ``hpmatch.labels``.
        model: The model to calibrate; by default the one that a prepared register was prepared with, else "imi".
        id: The column that identifies a record, see ``hpmatch.link``.
        schema: Which column plays which role, where its name does not say it.
        workers: See ``hpmatch.link``.

    Returns:
        The calibrated model, and its error before and after.

    Raises:
        HpmatchError: If the data cannot be used, or there are alerts about fewer than 20 persons with a known match, or without.

    Example:
        >>> data = "examples/data/"
        >>> found = calibrate(data + "alerts.csv", data + "register.csv", data + "truth.csv")
        >>> found.error <= found.error_before + 0.02
        True
    """
    start, schema = read_model(model or model_of(register) or "imi"), with_id(schema, id)
    classifier = start.classifier
    if not isinstance(classifier, FellegiSunter):
        raise ModelError(
            f"model {start.name!r} weighs by {type(classifier).__name__}; only weights by m and u probabilities can be calibrated"
        )
    with batch_job(workers):
        held = read_register(register, start, schema)
        left = read_for(start, alerts, "alerts", schema, kept=TOLD)
        scored = score_pairs(left, held, start)
    known = _known(truth, scored, left, held.read, start.subject)
    weights, names = classifier.partial_weights(scored.vectors)[known.pairs], scored.vectors.names
    evidence = PairWeights(
        weights,
        classifier.alike_weights(weights, scored.vectors.levels[known.pairs], names),
        [each.rate / persons_at_large(held.read.records.counted) for each in classifier.look_alikes],
        names,
        start.decision.prior_weight(held.read.records.counted),
    )
    source = f"learned from {known.alerts:,} {terms_of(start.subject).many} whose answer is known"
    calibrated, shift = _calibrated(classifier, evidence, fit(evidence, known), source)
    error_before, error = _errors(
        fitted_probabilities(evidence, known, evidence.plain), held_out(evidence, known), known
    )
    return Calibration(
        model=replace(start, classifier=calibrated, decision=_shifted(start.decision, shift)),
        slopes=calibrated.slopes,
        shift=shift,
        look_alikes={each.name: each.rate for each in calibrated.look_alikes},
        alerts=known.alerts,
        matches=int(known.is_match.sum()),
        error_before=error_before,
        error=error,
    )


def _calibrated(
    classifier: FellegiSunter, evidence: PairWeights, fitted: FloatArray, source: str
) -> tuple[FellegiSunter, float]:
    """The classifier with what was fitted, and what that rests on, and the shift of the prior."""
    slopes, shift, raised = evidence.parted(fitted)
    look_alikes = tuple(
        replace(each, rate=each.rate * float(2**log2), source=source)
        for each, log2 in zip(classifier.look_alikes, raised, strict=True)
    )
    learned = {
        name: classifier.slopes.get(name, 1.0) * float(slope)
        for name, slope in zip(evidence.names, slopes, strict=True)
    }
    return replace(classifier, slopes=learned, look_alikes=look_alikes), shift


def _shifted(rule: DecisionRule, shift: float) -> DecisionRule:
    """The rule with the prior odds shifted, in log2."""
    odds = rule.registered_share / (1 - rule.registered_share) * 2**shift
    return replace(rule, registered_share=float(odds / (1 + odds)))


_MOST_STRANGE = 0.1  # of the persons named by a truth that may have left the register


def _known(truth: Any, scored: Scored, asked: ReadRecords, held: ReadRecords, of: str) -> Known:
    pairs, alerts, register = scored.pairs, asked.records, held.records
    left, right = pairs.left.astype(np.int64), pairs.right.astype(np.int64)
    table = read_truth(truth, id_columns(asked.id_name, held.id_name, scored.vectors.names))
    if "label" in table.column_names:
        known, is_match = _by_labels(read_labels(table), left, right, alerts, register)
    else:
        known, is_match = _by_answers(table, left, right, alerts, register, of)
    places = np.flatnonzero(known)
    rows, numbered = np.unique(left[places], return_inverse=True)
    _, person, together = np.unique(scored.persons[rows], return_inverse=True, return_counts=True)
    lots = np.full(len(together), np.iinfo(np.uint64).max)
    np.minimum.at(lots, person, hashed("fold", alerts.ids.take(pa.array(rows))))
    folds = (lots % np.uint64(FOLDS)).astype(np.int64)[person]
    found = Known(places, numbered, len(rows), 1 / together[person], folds[numbered], is_match[places])
    matched, others = found.persons
    if min(matched, others) < _FEWEST:
        raise HpmatchError(
            f"calibrating needs at least {_FEWEST} {terms_of(of).named} with a known match and {_FEWEST} others that have "
            f"candidates; there are {matched} and {others}: label more pairs"
        )
    return found


def _by_answers(
    table: pa.Table, left: IntArray, right: IntArray, alerts: Records, register: Records, of: str
) -> tuple[Mask, FloatArray]:
    """All candidate pairs of the alerts whose person is known, or known not to be registered."""
    check_truth(table, [pa.chunked_array([register.ids])], of)
    said = np.asarray(pc.fill_null(pc.index_in(alerts.ids, value_set=table["alert_id"].combine_chunks()), -1))
    persons = pc.index_in(table["hpr_number"].combine_chunks(), value_set=register.ids)
    named = table["hpr_number"].combine_chunks().is_valid()
    strange = int(pc.sum(pc.and_(named, pc.is_null(persons))).as_py() or 0)
    if strange > _MOST_STRANGE * int(pc.sum(named).as_py() or 0):
        terms = terms_of(of)
        raise HpmatchError(
            f"{strange} of the {pc.sum(named).as_py()} {terms.named} that the truth names are not in {terms.register}; are the "
            f"numbers written alike in both?"
        )
    person = np.append(np.asarray(pc.fill_null(persons, -1), np.int64), -1)[said]
    return said[left] >= 0, (person[left] == right).astype(np.float64)


def _by_labels(
    labels: Labels, left: IntArray, right: IntArray, alerts: Records, register: Records
) -> tuple[Mask, FloatArray]:
    """All candidates of an alert with a labelled match; of others those that were labelled."""
    one, other, there = rows_of_pairs(labels, alerts.ids, register.ids)
    check_some_known(there)
    width = len(register)
    labelled = one[there] * width + other[there]
    matches = labelled[labels.is_match[there]]
    is_match = np.isin(left * width + right, matches).astype(np.float64)
    matched = np.zeros(len(alerts), bool)
    matched[left[is_match > 0]] = True
    return matched[left] | np.isin(left * width + right, labelled), is_match


def _errors(before: FloatArray, after: FloatArray, known: Known) -> tuple[float, float]:
    """
    The calibration errors before and after, over the pairs that somebody might look at; all others would make them look small.

    Both are over the same pairs, for a pair that only one of the two says is likely is where they differ.
    """
    seen = np.maximum(before, after) >= _SEEN
    if not seen.any():
        return 0.0, 0.0
    so = known.is_match[seen]
    return expected_calibration_error(before[seen], so), expected_calibration_error(after[seen], so)
