"""Judging: every alert's answer held against the truth, whichever engine gave it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import FloatArray, IntArray, Mask, occurrences
from hpmatch.decision import MATCH, NO_MATCH, REVIEW, near_likeliest
from hpmatch.errors import HpmatchError
from hpmatch.evaluation.measures import Answers
from hpmatch.evaluation.truth import check_truth, need, person_codes, places_among, read_clusters, read_truth
from hpmatch.evidence import both_ways
from hpmatch.model import subject_of
from hpmatch.result_tables import pairs_of, result_tables
from hpmatch.results import Deduplicated, Result, opened
from hpmatch.wording import terms_of


def judged(result: Result | Deduplicated | str | Path, truth: Any) -> tuple[Answers, pa.Table]:
    """A result held against the truth, and what the truth tells of each answer; see ``hpmatch.evaluate``."""
    result = opened(result)
    if isinstance(result, Deduplicated):
        clusters = read_clusters(truth, result)
        return judge_records(result, clusters), clusters
    links, dispositions, summary = result_tables(result)
    true = read_truth(truth, links.column_names[:2])
    answers, rows = judge(dispositions, links, true, summary)
    return answers, true.take(pa.array(rows))


def are_true(result: Result | Deduplicated | str | Path, truth: Any) -> Mask:
    """bool[k], whether each link or pair of a result is of one person; see ``hpmatch.evaluate``."""
    result = opened(result)
    if isinstance(result, Deduplicated):
        clusters = read_clusters(truth, result)
        of = dict(zip(clusters["alert_id"].to_pylist(), clusters["person_id"].to_pylist(), strict=True))
        ends = zip(*(result.pairs.column(side).to_pylist() for side in (0, 1)), strict=True)
        return np.array([of[left] == of[right] for left, right in ends], bool)
    links = pairs_of(result)[0]
    return true_links(links, read_truth(truth, links.column_names[:2]))


def judge(
    dispositions: pa.Table, links: pa.Table, truth: pa.Table, summary: Mapping[str, Any] | None = None
) -> tuple[Answers, IntArray]:
    """
    Hold answers against the truth.

    Args:
        dispositions: ``alert_id``, ``disposition`` and ``hpr_number``, a row an alert.
        links: The alert and the registered person in the first two columns, ``match_weight`` and ``match_probability``
            (either may be lacking, not both), and ``decision``.
        truth: ``alert_id`` and ``hpr_number``, and ``person_id`` if there is one.
        summary: ``candidate_pairs`` and ``register: read``, if they are known.

    Returns:
        The answers, and for each the row of its alert in the truth.

    Raises:
        HpmatchError: If the truth lacks an alert, or a table a column.
    """
    need(dispositions, ("alert_id", "disposition", "hpr_number"), "the dispositions")
    check_truth(truth, [dispositions["hpr_number"], links.column(1)], subject_of(summary or {}))
    return _held_against(dispositions, links, truth, summary)


def _held_against(
    dispositions: pa.Table, links: pa.Table, truth: pa.Table, summary: Mapping[str, Any] | None
) -> tuple[Answers, IntArray]:
    rows = places_among(dispositions["alert_id"], truth["alert_id"])
    if (missing := int((rows < 0).sum())) > 0:
        terms = terms_of(subject_of(summary or {}))
        raise HpmatchError(
            f"the truth says nothing about {missing} of the {len(rows)} {terms.many}; give each a row, with an empty "
            f"{links.column_names[1]} where {terms.nowhere}, or link only those whose answer is known"
        )
    true = truth.take(pa.array(rows))
    hit = np.asarray(true["hpr_number"].is_valid())
    kind = np.asarray(dispositions["disposition"].to_pylist(), dtype=str)
    matched, review = kind == MATCH, kind == REVIEW
    scored = _ScoredLinks.of(links, dispositions["alert_id"], true["hpr_number"])
    all_known = bool(summary) and summary.get("candidate_pairs") == len(links)  # type: ignore[union-attr]
    size = len(rows)
    best = scored.likeliest(size)
    linked = best >= 0
    named = scored.true & named_in_review(links, dispositions)
    own = _same(dispositions["hpr_number"], true["hpr_number"])
    seen = matched & own | review & (own | (np.bincount(scored.alert[named], minlength=size) > 0))
    together = _fellows(dispositions, true) if _both_name_persons(dispositions, true) else {}
    person = person_codes(true["person_id" if "person_id" in true.column_names else "alert_id"])
    answers = Answers(
        person=person,
        hit=hit,
        matched=matched,
        right=matched & own,
        review=review,
        seen=seen,
        score=np.where(linked, np.append(scored.rank, -np.inf)[best], -np.inf),
        best=linked & np.append(scored.true, False)[best],
        probability=np.append(scored.probability, np.nan)[best],
        candidates=np.bincount(scored.alert, minlength=size) if all_known else None,
        found=np.bincount(scored.alert[scored.true], minlength=size) > 0 if all_known else None,
        is_cut=bool(summary) and summary.get("candidate_pairs", 0) > len(links),  # type: ignore[union-attr]
        registered=int((summary or {}).get("register", {}).get("read", 0)),
        **together,
    )
    return answers, rows


def judge_records(found: Deduplicated, clusters: pa.Table) -> Answers:
    """
    Hold what was found in one table against the truth: each record is asked whether another one is the same.

    Args:
        found: What ``hpmatch.dedupe`` returned.
        clusters: See ``read_clusters``.

    Returns:
        The answers, a record each: it is a hit if it has a duplicate, and matched rightly if its likeliest pair is one.
    """
    ids, true = clusters["alert_id"], clusters["person_id"]
    links = both_ways(found.pairs)
    other = true.take(pa.array(places_among(links.column(1), ids)))
    links = links.set_column(1, links.column_names[1], other)
    best = _ScoredLinks.of(links, ids, clusters["hpr_number"]).likeliest(len(ids))
    shown = pa.array(np.where(best < 0, len(links), best))
    decided = pa.concat_arrays([*links["decision"].chunks, pa.array([NO_MATCH])]).take(shown)
    partner = pa.concat_arrays([*other.chunks, pa.nulls(1, pa.string())]).take(shown)
    dispositions = pa.table(
        {
            "alert_id": ids,
            "disposition": decided,
            "hpr_number": pc.if_else(pc.equal(decided, NO_MATCH), None, partner),
            "person_id": found.clusters.column(1),
        }
    )
    counted = {
        "candidate_pairs": 2 * found.summary["candidate_pairs"],
        "register": {"read": len(ids) - 1},
    }
    return _held_against(dispositions, links, clusters, counted)[0]


def named_in_review(links: pa.Table, dispositions: pa.Table) -> Mask:
    """
    Which links name a person whom somebody has to look at.

    A review names the person in its disposition, all whose pair goes to review itself, and all who are at least a tenth as
    likely as the likeliest. ``hpmatch.link`` keeps all of these as links, unless ``min_weight`` says otherwise.

    Args:
        links: The alert and the registered person in the first two columns; ``decision`` and ``match_probability``, if known.
        dispositions: ``alert_id``, ``disposition`` and ``hpr_number``, a row an alert.

    Returns:
        bool[k].

    Example:
        >>> links = pa.table({"alert_id": ["a", "a", "b"], "hpr_number": ["1", "2", "3"],
        ...                   "match_probability": [0.02, 0.001, 0.99], "decision": ["no_match", "no_match", "match"]})
        >>> disposed = pa.table({"alert_id": ["a", "b"], "disposition": ["review", "match"], "hpr_number": ["1", "3"]})
        >>> named_in_review(links, disposed).tolist()
        [True, False, False]
    """
    alert = places_among(links.column(0), dispositions["alert_id"])
    disposed = dispositions.take(pa.array(alert))
    named = _same(links.column(1), disposed["hpr_number"])
    named |= near_likeliest(alert, _numbers(links, "match_probability"), len(dispositions))
    if "decision" in links.column_names:
        named |= np.asarray(pc.fill_null(pc.not_equal(links["decision"], NO_MATCH), True))
    else:
        named[:] = True
    is_review = np.asarray(pc.fill_null(pc.equal(disposed["disposition"], REVIEW), False), bool)
    return np.asarray(named & is_review, bool)


def true_links(links: pa.Table, truth: pa.Table) -> Mask:
    """
    Whether each link is of one person.

    Args:
        links: The alert and the registered person in the first two columns.
        truth: ``alert_id`` and ``hpr_number``, empty where the person is not registered.

    Returns:
        bool[k].

    Raises:
        HpmatchError: If the truth lacks an alert or a column, or names an alert more than once.

    Example:
        >>> links = pa.table({"alert_id": ["a", "a"], "hpr_number": ["1", "2"]})
        >>> true_links(links, pa.table({"alert_id": ["a"], "hpr_number": ["2"]})).tolist()
        [False, True]
    """
    check_truth(truth, [links.column(1)])
    rows = places_among(links.column(0), truth["alert_id"])
    if (missing := int((rows < 0).sum())) > 0:
        raise HpmatchError(f"the truth says nothing about the alerts of {missing} of the {len(rows)} links")
    return _same(links.column(1), truth["hpr_number"].take(pa.array(rows)))


def _both_name_persons(dispositions: pa.Table, truth: pa.Table) -> bool:
    """Whether both say which alerts are about one person."""
    return all("person_id" in table.column_names for table in (dispositions, truth))


def _fellows(dispositions: pa.Table, truth: pa.Table) -> dict[str, IntArray]:
    """For each alert how many others are about the same person: as answered, in truth, and both."""
    said, true = (person_codes(table["person_id"]) for table in (dispositions, truth))
    both = said * (int(true.max(initial=0)) + 1) + true
    return {
        name: occurrences(codes) - 1
        for name, codes in (("grouped", said), ("fellows", true), ("together", both))
    }


@dataclass(frozen=True)
class _ScoredLinks:
    """
    Links as arrays.

    Attributes:
        alert: int64[k], the place of the link's alert.
        true: bool[k], whether it is the right one.
        rank: float64[k], the order by probability, then weight.
        probability: float64[k], NaN where there is none.
    """

    alert: IntArray
    true: Mask
    rank: FloatArray
    probability: FloatArray

    @classmethod
    def of(cls, links: pa.Table, alert_ids: pa.ChunkedArray, persons: pa.ChunkedArray) -> _ScoredLinks:
        alert = places_among(links.column(0), alert_ids)
        if (alert < 0).any():
            raise HpmatchError(f"{int((alert < 0).sum())} links are of alerts that have no disposition")
        probability, weight = (_numbers(links, name) for name in ("match_probability", "match_weight"))
        return cls(
            alert,
            _same(links.column(1), persons.take(pa.array(alert))),
            _rank(probability, weight),
            probability,
        )

    def likeliest(self, alerts: int) -> IntArray:
        """For each alert the place of its likeliest link, the first of equals; -1 where it has none."""
        best = np.full(alerts, -1)
        order = np.lexsort((-np.arange(len(self.rank)), self.rank))
        best[self.alert[order]] = order
        return best


def _rank(probability: FloatArray, weight: FloatArray) -> FloatArray:
    """A number for each link that grows with its probability and, where that is the same, its weight."""
    keys = np.stack([np.nan_to_num(probability, nan=-1.0), np.nan_to_num(weight, nan=-np.inf)], axis=1)
    order = np.lexsort((keys[:, 1], keys[:, 0]))
    ordered = keys[order]
    rank = np.empty(len(order))
    rank[order] = np.cumsum(np.append(False, (ordered[1:] != ordered[:-1]).any(axis=1))[: len(order)])
    return rank


def _same(first: pa.ChunkedArray, second: pa.ChunkedArray) -> Mask:
    equal = pc.equal(first.cast(pa.string()), second.cast(pa.string()))
    return np.asarray(pc.fill_null(equal, False).to_numpy(), bool)


def _numbers(links: pa.Table, name: str) -> FloatArray:
    if name not in links.column_names:
        return np.full(len(links), np.nan)
    return np.asarray(links[name].cast(pa.float64()).to_numpy(), np.float64)
