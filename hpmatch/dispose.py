"""
Disposing: from decisions to the tables that answer for every alert.

Every alert gets exactly one disposition: match, review, no_match, or unmatchable with the reason. None is left out, and
the counts add up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from importlib.metadata import version
from math import isnan
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.alerts import person_ids
from hpmatch.alerts.relations import related
from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.blocking import CandidatePairs
from hpmatch.cases import PriorCases
from hpmatch.comparison import not_compared
from hpmatch.decision import DISPOSITIONS, MATCH, NO_MATCH, REVIEW, UNMATCHABLE, Decisions, near_likeliest
from hpmatch.evidence import LOOK_ALIKE_COLUMN, MISSING, PRIOR_COLUMN, Evidence, Hit, id_columns
from hpmatch.explain import Cells
from hpmatch.fellegi_sunter import Weights, weights_of
from hpmatch.model import ALERTS, Model
from hpmatch.persons import funnel, persons_table, standing
from hpmatch.protocols import ComparisonVectors
from hpmatch.reading import ReadRecords, cells_by_id, cells_of
from hpmatch.records import Records
from hpmatch.results import Identity, Result
from hpmatch.schema import REQUIRED_ROLES
from hpmatch.sources.rejected import rejected_table
from hpmatch.standardise.countries import code_country
from hpmatch.wording import say

_RELEASE = version("hpmatch")  # to ask costs a fifth of what a single answer costs


@dataclass(frozen=True)
class Scored:
    """
    All that is known of n alerts and their k candidate pairs.

    Attributes:
        persons: int64[n], which alerts are about one person; see ``hpmatch.alerts.group_alerts``.
        pairs: The candidate pairs, k of them.
        vectors: Their comparison levels.
        match_weights: float64[k], log2 odds, the prior included.
        decisions: What was decided.
        not_grouped: How many alerts were held against no other alert, see ``hpmatch.alerts.Grouped.crowded``.
    """

    persons: IntArray
    pairs: CandidatePairs
    vectors: ComparisonVectors
    match_weights: FloatArray
    decisions: Decisions
    not_grouped: int = 0


def dispose(
    alerts: ReadRecords,
    register: ReadRecords,
    scored: Scored,
    model: Model,
    min_weight: float | None,
    cases: PriorCases | None = None,
) -> Result:
    """
    Make the result.

    Args:
        alerts: The alerts as they were read.
        register: The register as it was read.
        scored: What is known of the candidate pairs.
        model: The model that was used.
        min_weight: Links of at least this match weight are kept; None for those that may matter, which are the pairs
            that alone reach the review threshold and, of alerts that go to review, those that come near the likeliest.
        cases: Earlier cases, if they are known.
    """
    kept = links_of(scored, model, min_weight)
    dispositions = _dispositions(alerts.records, register.records, scored, model)
    places = _sorted_links(alerts.records, register.records, scored, kept)
    links, weights = pair_tables(alerts, register, scored, model, places)
    known = cases or PriorCases()
    persons = persons_table(dispositions, alerts, scored.decisions.registered, known)
    if cases:
        dispositions = dispositions.append_column("prior_case", _prior_case(dispositions, persons))
    rejected = rejected_table(
        {"alerts": alerts.rejected, "register": register.rejected, "prior cases": known.rejected}
    )
    summary = _summary(alerts, register, scored, model, dispositions, persons, len(links))
    summary["funnel"] = funnel(persons, summary["alerts"])
    if cases:
        summary["prior_cases"] = {
            "rows": known.rows,
            "read": known.rows - len(known.rejected),
            "rejected": len(known.rejected),
        }
    return Result(
        links=links,
        weights=weights,
        dispositions=dispositions,
        persons=persons,
        relations=related(alerts, _person_of_row(alerts.records, dispositions, model)),
        rejected=rejected,
        checks=_checks(alerts),
        summary=summary,
        _identity=partial(_identity, alerts, register, scored, model, kept),
        held=partial(held_by_records, alerts, register),
        model=model,
    )


def _checks(alerts: ReadRecords) -> pa.Table:
    ids = alerts.records.ids
    checks = pa.nulls(len(ids), pa.string()) if alerts.checks is None else alerts.checks
    return pa.table({"alert_id": ids, "check": checks}).sort_by("alert_id")


def held_by_records(
    alerts: ReadRecords, register: ReadRecords, alert_ids: Sequence[str], persons: Sequence[str]
) -> tuple[Cells, Cells]:
    """What alerts and registered persons hold, by their identifiers."""
    return cells_by_id(alerts, alert_ids), cells_by_id(register, persons)


def _identity(
    alerts: ReadRecords, register: ReadRecords, scored: Scored, model: Model, kept: IntArray, alert_id: str
) -> Identity:
    """Who an alert may be about, and what is told of them."""
    ids = alerts.records.ids
    row = int(ids.index(pa.scalar(alert_id, ids.type)).as_py())
    of_alert = kept[scored.pairs.left[kept] == row]
    places = _sorted_links(alerts.records, register.records, scored, of_alert)
    countries = cells_of(alerts, np.array([row]))[0].get("sending_country")
    return Identity(
        code_country(str(countries or "")) or "",
        cells_of(alerts, np.flatnonzero(scored.persons == scored.persons[row])),
        cells_of(register, scored.pairs.right[places]),
        tuple(scored.decisions.probabilities[places].tolist()),
        model.decision,
    )


def _prior_case(dispositions: pa.Table, persons: pa.Table) -> pa.ChunkedArray:
    """The earlier cases of each alert's person."""
    return persons["prior_case"].take(pc.index_in(dispositions["person_id"], persons["person_id"]))


def _person_of_row(alerts: Records, dispositions: pa.Table, model: Model) -> IntArray:
    """int64[n], a number for the person of each alert, in the order of the alerts' rows; other records have none in common."""
    if model.subject != ALERTS:
        return np.arange(len(alerts))
    rows = pc.index_in(alerts.ids, dispositions["alert_id"].combine_chunks())
    persons = dispositions["person_id"].take(rows).combine_chunks().dictionary_encode()
    return np.asarray(persons.indices, np.int64)


def hits_of(
    alerts: Records, register: Records, scored: Scored, model: Model, places: IntArray
) -> tuple[Hit, ...]:
    """The given pairs as hits, by alert and the likeliest first."""
    if not len(places):  # most alerts, and a twentieth of what one costs
        return ()
    return _hits(register, scored, model, _sorted_links(alerts, register, scored, places))


def links_of(scored: Scored, model: Model, min_weight: float | None) -> IntArray:
    """The pairs that become links."""
    if min_weight is not None:
        return np.flatnonzero(scored.match_weights >= min_weight)
    decisions, alert = scored.decisions, scored.pairs.left
    wanted = (scored.match_weights >= model.decision.review_weight) | (decisions.pairs != NO_MATCH)
    near = near_likeliest(alert, decisions.probabilities, len(decisions.alerts))
    return np.flatnonzero(wanted | ((decisions.alerts[alert] == REVIEW) & near))


def _sorted_links(alerts: Records, register: Records, scored: Scored, places: IntArray) -> IntArray:
    """Pairs by alert, then the likeliest first, then by registered person."""
    alert = _ranks(alerts, scored.pairs.left[places])
    person = _ranks(register, scored.pairs.right[places])
    return places[np.lexsort((person, -scored.match_weights[places], alert))]


def _ranks(records: Records, rows: IntArray) -> IntArray:
    """Each row's place when the records are ordered by identifier."""
    used, of_row = np.unique(rows, return_inverse=True)
    ranks = np.empty(len(used), np.int64)
    ranks[np.asarray(pc.sort_indices(records.ids.take(pa.array(used))))] = np.arange(len(used))
    return ranks[of_row]


def pair_tables(
    alerts: ReadRecords, register: ReadRecords, scored: Scored, model: Model, places: IntArray
) -> tuple[pa.Table, pa.Table]:
    """The given pairs, in their order, and how their match weights add up; see ``hpmatch.results.Result``."""
    pairs, vectors = scored.pairs, scored.vectors
    levels = {
        comparison.name: _named(comparison.levels, vectors.levels[places, column])
        for column, comparison in enumerate(model.parts)
    }
    alert_name, person_name = id_columns(alerts.id_name, register.id_name, levels)
    ids = {
        alert_name: alerts.records.ids.take(pa.array(pairs.left[places])),
        person_name: register.records.ids.take(pa.array(pairs.right[places])),
    }
    links = {
        **ids,
        "match_weight": scored.match_weights[places],
        "match_probability": scored.decisions.probabilities[places],
        "decision": pa.array(scored.decisions.pairs[places].tolist(), pa.string()),
        "rules": pa.array([";".join(_rules(pairs, place)) for place in places.tolist()], pa.string()),
        **levels,
    }
    prior = model.decision.prior_weight(register.records.counted)
    weighed = weights_of(model.classifier, vectors.take(places))
    weights = {
        **ids,
        PRIOR_COLUMN: np.full(len(places), prior),
        LOOK_ALIKE_COLUMN: weighed.look_alikes,
        **{
            part.name: pa.array(weighed.partial[:, column], from_pandas=True)
            for column, part in enumerate(model.parts)
        },
    }
    return pa.table(links), pa.table(weights)


def _named(names: Sequence[str], levels: npt.NDArray[np.int8]) -> pa.Array:
    words = [*names, None]
    return pa.array([words[level] for level in levels.tolist()], pa.string())


def _rules(pairs: CandidatePairs, place: int) -> tuple[str, ...]:
    return tuple(name for bit, name in enumerate(pairs.rule_names) if pairs.rules[place] >> bit & 1)


def _dispositions(alerts: Records, register: Records, scored: Scored, model: Model) -> pa.Table:
    decisions = scored.decisions
    best, rivals = _best_links(alerts, register, scored)
    reasons = _unmatchable_reasons(alerts, scored.pairs, decisions.alerts == NO_MATCH, model)
    disposition = np.where(np.array(reasons) == "", decisions.alerts, UNMATCHABLE)
    hit = np.isin(disposition, (MATCH, REVIEW))
    persons = [
        register.ids[int(scored.pairs.right[pair])].as_py() if shown else None
        for pair, shown in zip(best.tolist(), hit.tolist(), strict=True)
    ]
    matched = [person if kind == MATCH else None for person, kind in zip(persons, disposition, strict=True)]
    words = _best_words(scored.vectors, best, model)
    texts = [
        reason or _reason(kind, of_best, number, model.subject)
        for reason, kind, of_best, number in zip(
            reasons, disposition.tolist(), words, rivals.tolist(), strict=True
        )
    ]
    table = pa.table(
        {
            "alert_id": alerts.ids,
            "disposition": pa.array(disposition.tolist(), pa.string()),
            "hpr_number": pa.array(persons, pa.string()),
            "match_probability": np.where(best >= 0, np.append(decisions.probabilities, 0.0)[best], 0.0),
            "person_id": pa.array(person_ids(alerts.ids.to_pylist(), scored.persons, matched), pa.string()),
            "reason": pa.array(texts, pa.string()),
        }
    )
    return table.sort_by("alert_id")


def _best_links(alerts: Records, register: Records, scored: Scored) -> tuple[IntArray, IntArray]:
    """For each alert its likeliest pair (-1 for none), and how many reach half of that one's probability."""
    probabilities, alert = scored.decisions.probabilities, scored.pairs.left
    highest = np.full(len(alerts), -np.inf)
    np.maximum.at(highest, alert, scored.match_weights)
    top = np.flatnonzero(scored.match_weights == highest[alert])
    order = _sorted_links(alerts, register, scored, top)
    owners, first = np.unique(alert[order], return_index=True)
    best = np.full(len(alerts), -1, np.int64)
    best[owners] = order[first]
    near = probabilities * 2 >= np.append(probabilities, 0.0)[best][alert]
    return best, np.bincount(alert[near], minlength=len(alerts))


def _unmatchable_reasons(alerts: Records, pairs: CandidatePairs, unanswered: Mask, model: Model) -> list[str]:
    """Why an alert cannot be held against the register; "" where it can."""
    absent = np.ones(len(alerts), bool)
    missing = {name: alerts[name].is_missing if name in alerts else absent for name in _needed(model)}
    crowded = (pairs.crowded & unanswered).tolist()
    return [
        (say("reason.crowded", of=model.subject) if crowded[row] else "")
        if can
        else say("reason.too_little", words=_listed([n for n in missing if missing[n][row]] or ["key"]))
        for row, can in enumerate(pairs.blockable.tolist())
    ]


def _needed(model: Model) -> Sequence[str]:
    """The columns that an alert is looked up by."""
    if model.subject == ALERTS:
        return REQUIRED_ROLES
    return tuple(dict.fromkeys(column for rule in model.blocking_rules for column in rule.columns))


def _listed(names: Sequence[str]) -> str:
    return f" {say('reason.and')} ".join(name.replace("_", " ") for name in names)


def _best_words(vectors: ComparisonVectors, best: IntArray, model: Model) -> list[str]:
    """The agreement pattern of each alert's best pair in words; "" where there is none."""
    has_pair = best >= 0
    shown = vectors.take(best[has_pair])
    words = [
        "; ".join(
            f"{comparison.name}: {comparison.levels[level]}".replace("_", " ")
            for comparison, level in zip(model.parts, pattern, strict=True)
            if level >= 0
        )
        for pattern in shown.patterns.tolist()
    ]
    pattern_of = np.full(len(best), -1)
    pattern_of[has_pair] = shown.pattern_of_pair
    words.append("")
    return [words[pattern] for pattern in pattern_of.tolist()]


def _reason(disposition: str, words: str, rivals: int, subject: str) -> str:
    if disposition == NO_MATCH:
        return say("reason.closest" if words else "reason.nobody", of=subject, words=words)
    if rivals > 1:
        return say("reason.rivals", of=subject, number=rivals, words=words)
    return words


def _hits(register: Records, scored: Scored, model: Model, places: IntArray) -> tuple[Hit, ...]:
    prior = model.decision.prior_weight(register.counted)
    vectors = scored.vectors.take(places)
    weights = weights_of(model.classifier, vectors)
    evidence, taken = evidence_of(vectors, weights, model), weights.look_alikes.tolist()
    return tuple(
        Hit(
            hpr_number=register.ids[int(scored.pairs.right[place])].as_py(),
            match_weight=float(scored.match_weights[place]),
            match_probability=float(scored.decisions.probabilities[place]),
            decision=str(scored.decisions.pairs[place]),
            rules=_rules(scored.pairs, place),
            prior_weight=prior,
            evidence=told,
            look_alike_weight=look_alikes,
        )
        for place, told, look_alikes in zip(places.tolist(), evidence, taken, strict=True)
    )


def evidence_of(vectors: ComparisonVectors, weights: Weights, model: Model) -> list[tuple[Evidence, ...]]:
    """What each comparison says about each pair, in words and as a weight."""
    return [
        tuple(
            Evidence(
                part.name, MISSING if level < 0 else part.levels[level], None if isnan(weight) else weight
            )
            for part, level, weight in zip(model.parts, levels, each, strict=True)
        )
        for levels, each in zip(vectors.levels.tolist(), weights.partial.tolist(), strict=True)
    ]


def _summary(
    alerts: ReadRecords,
    register: ReadRecords,
    scored: Scored,
    model: Model,
    dispositions: pa.Table,
    persons: pa.Table,
    links: int,
) -> dict[str, Any]:
    kinds = dispositions["disposition"].to_pylist()
    matched = {
        person
        for person, kind in zip(dispositions["hpr_number"].to_pylist(), kinds, strict=True)
        if kind == MATCH
    }
    return {
        "alerts": {
            **_rows(alerts),
            **{kind: kinds.count(kind) for kind in DISPOSITIONS},
            **standing(persons),
        },
        "register": {**_rows(register), "version": register.version},
        "persons": {"alerted": len(set(dispositions["person_id"].to_pylist())), "matched": len(matched)},
        "candidate_pairs": len(scored.pairs),
        "links": links,
        "cut_blocks": [asdict(cut) for cut in scored.pairs.cut],
        "not_grouped": scored.not_grouped,
        "columns_not_read": {
            "alerts": list(alerts.columns_not_read),
            "register": list(register.columns_not_read),
        },
        "not_compared": not_compared(model.comparisons, alerts.records, register.records),
        "model": model.made_by,
        "hpmatch": _RELEASE,
    }


def _rows(table: ReadRecords) -> dict[str, int]:
    joined = {"joined": table.joined} if table.joined else {}
    return {"rows": table.rows, "read": len(table.records), "rejected": len(table.rejected), **joined}
