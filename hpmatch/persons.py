"""
From alerts to persons: who was alerted about, whom the register knows, and whom the agency has dealt with before.

The counts are those of the supervisory report's flow chart (Helsetilsynet, chapter 9): alerts, persons, hits in the register,
earlier case or new, and of the new ones whether the identity is clear.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from hpmatch.alerts.relations import in_force, read_texts
from hpmatch.arrays import FloatArray
from hpmatch.cases import Case, PriorCases
from hpmatch.decision import MATCH, NO_MATCH, REVIEW, UNMATCHABLE
from hpmatch.reading import ReadRecords
from hpmatch.standardise.countries import code_country

CLEAR, UNCLEAR = "clear", "unclear"
EARLIER_CASE, NEW = "earlier case", "new"
UNKNOWN = "unknown"
YES, NO = "yes", "no"
_SIGMAS = 1.96  # on both sides of the mean lie 95 % of a normal distribution
_COLUMNS = {
    "person_id": pa.string(),
    "alerts": pa.int64(),
    "alert_ids": pa.string(),
    "countries": pa.string(),
    "professions": pa.string(),
    "disposition": pa.string(),
    "hpr_number": pa.string(),
    "match_probability": pa.float64(),
    "registered_probability": pa.float64(),
    "identity": pa.string(),
    "case": pa.string(),
    "prior_case": pa.string(),
    "prior_case_status": pa.string(),
    "in_force": pa.string(),
}
# Where the numbers of a person go, in the order of the flow.
STEPS = ("persons", NO_MATCH, UNMATCHABLE, "hit", "earlier_case", "new", CLEAR, UNCLEAR)


def persons_table(
    dispositions: pa.Table, alerts: ReadRecords, registered: FloatArray, cases: PriorCases
) -> pa.Table:
    """
    The persons whom alerts are about.

    Args:
        dispositions: A row an alert; see ``hpmatch.results.Result``.
        alerts: The alerts, n of them.
        registered: float64[n], the probability that an alert's person is registered at all.
        cases: Earlier cases.

    Returns:
        A row a person, by ``person_id``: how many ``alerts`` and which, for each of them, in their order, the sending country
        in ``countries``, the categories in ``professions`` and whether it is ``in_force``; ``disposition``, ``hpr_number``, ``match_probability``,
        ``registered_probability`` (that it is this one or any other candidate), for hits whether the
        ``identity`` is clear (a match) or unclear (a review), and whether there is an earlier ``case``, with the numbers in
        ``prior_case``, the latest first, and the latest one's ``prior_case_status``.
    """
    row_of = {alert_id: row for row, alert_id in enumerate(alerts.records.ids.to_pylist())}
    countries, professions, stand = _countries(alerts), _professions(alerts), _in_force(alerts)
    by_person: dict[str, list[_Answer]] = {}
    for person, alert_id, kind, number, probability in zip(
        *(dispositions[name].to_pylist() for name in _ANSWER), strict=True
    ):
        row = row_of[alert_id]
        told = (countries[row], professions[row], float(registered[row]), stand[row])
        by_person.setdefault(person, []).append(_Answer(alert_id, kind, number, probability, *told))
    rows = [(person, *_person(answers, cases)) for person, answers in sorted(by_person.items())]
    columns = zip(*rows, strict=True) if rows else ([] for _ in _COLUMNS)
    arrays = [pa.array(cells, kind) for cells, kind in zip(columns, _COLUMNS.values(), strict=True)]
    return pa.Table.from_arrays(arrays, names=list(_COLUMNS))


_ANSWER = ("person_id", "alert_id", "disposition", "hpr_number", "match_probability")


class _Answer(NamedTuple):
    """The answer to an alert, and what the alert tells."""

    alert_id: str
    disposition: str
    hpr_number: str | None
    match_probability: float
    country: str
    professions: str
    registered: float
    in_force: str


def _person(answers: Sequence[_Answer], cases: PriorCases) -> tuple[Any, ...]:
    """What the table says of a person behind the identifier."""
    best = max(answers, key=lambda each: (_RANK[each.disposition], each.match_probability))
    hit = best.disposition in (MATCH, REVIEW)
    known: tuple[Case, ...] = cases.of_person.get(best.hpr_number or "", ()) if hit else ()
    return (
        len(answers),
        ";".join([each.alert_id for each in answers]),
        ";".join([each.country for each in answers]),
        ";".join([each.professions for each in answers]),
        best.disposition,
        best.hpr_number,
        best.match_probability,
        max([each.registered for each in answers]),
        (CLEAR if best.disposition == MATCH else UNCLEAR) if hit else None,
        (EARLIER_CASE if known else NEW) if hit else None,
        ";".join([case.number for case in known]) or None,
        known[0].status or None if known else None,
        ";".join([each.in_force for each in answers]),
    )


_RANK = {MATCH: 3, REVIEW: 2, NO_MATCH: 1, UNMATCHABLE: 0}


def _countries(alerts: ReadRecords) -> list[str]:
    """The sending country of each alert, "" where it is not told."""
    if "sending_country" not in alerts.texts:
        return [""] * len(alerts.records)
    texts = [text or "" for text in alerts.texts["sending_country"].to_pylist()]
    codes = {text: code_country(text) or "" for text in set(texts)}
    return [codes[text] for text in texts]


def _professions(alerts: ReadRecords) -> list[str]:
    """The categories of each alert's professions."""
    if "profession" not in alerts.records:
        return [""] * len(alerts.records)
    return [" ".join(codes or ()) for codes in alerts.records["profession"].to_pylist()]


def _in_force(alerts: ReadRecords) -> list[str]:
    """Whether each alert is in force; a status that nobody knows counts as if it were."""
    if "status" not in alerts.texts:
        return [YES] * len(alerts.records)
    told = zip(alerts.texts["status"].to_pylist(), read_texts(alerts, "status"), strict=True)
    is_known = [bool(status) or not (text or "").strip() for text, status in told]
    return [
        (YES if known else UNKNOWN) if stands else NO
        for known, stands in zip(is_known, in_force(alerts).tolist(), strict=True)
    ]


def standing(persons: pa.Table) -> dict[str, int]:
    """
    How many alerts are not in force, and how many have a status in words that nobody knows.

    Args:
        persons: See ``persons_table``.

    Example:
        >>> standing(pa.table({"in_force": ["yes;no", "unknown"]}))
        {'not_in_force': 1, 'unknown_status': 1}
    """
    told = [word for cell in persons["in_force"].to_pylist() for word in cell.split(";")]
    return {"not_in_force": told.count(NO), "unknown_status": told.count(UNKNOWN)}


def not_in_force(dispositions: pa.Table, persons: pa.Table) -> frozenset[str]:
    """
    The alerts that are not in force.

    Args:
        dispositions: A row an alert, in the order in which ``persons`` lists them.
        persons: See ``persons_table``.

    Example:
        >>> answers = pa.table({"alert_id": ["A1", "A2", "A3"], "person_id": ["A1", "A2", "A1"]})
        >>> not_in_force(answers, pa.table({"person_id": ["A1", "A2"], "in_force": ["yes;no", "unknown"]}))
        frozenset({'A3'})
    """
    told = zip(*(persons[name].to_pylist() for name in ("person_id", "in_force")), strict=True)
    words = {person: iter(cell.split(";")) for person, cell in told}
    answers = zip(*(dispositions[name].to_pylist() for name in ("alert_id", "person_id")), strict=True)
    return frozenset(alert for alert, person in answers if next(words[person]) == NO)


def funnel(persons: pa.Table, alerts: Mapping[str, int]) -> dict[str, Any]:
    """
    Count where the persons went.

    Args:
        persons: See ``persons_table``.
        alerts: How many alert rows there were, were read and were rejected ("rows", "read", "rejected").

    Returns:
        ``total``, and ``by_country`` and ``by_profession`` of each person's alert with the smallest identifier; each with the number of
        ``alerts`` and of persons at each step. ``hit`` is ``earlier_case`` and ``new`` together, ``new`` is ``clear`` and
        ``unclear`` together. ``expected_hits`` says how many registered persons there are by the probabilities, with the
        interval that chance leaves at 95 %, if the probabilities are right.

    Example:
        >>> row = dict.fromkeys(_COLUMNS) | {"alerts": 2, "registered_probability": 0.99, "disposition": "match", "identity": "clear", "case": "new"}
        >>> funnel(pa.Table.from_pylist([row]), {"rows": 2, "read": 2, "rejected": 0})["total"]["clear"]
        1
    """
    rows = persons.select(
        ["alerts", "countries", "professions", "disposition", "identity", "case"]
    ).to_pylist()
    total = _steps(rows)
    return {
        "total": {"rows": alerts["rows"], "rejected": alerts["rejected"], **total},
        "expected_hits": _expected(np.asarray(persons["registered_probability"], np.float64)),
        "by_country": _by_first(rows, "countries"),
        "by_profession": _by_first(rows, "professions"),
    }


def funnel_text(funnel: Mapping[str, Any], most: int = 12) -> str:
    """
    The counts of ``funnel`` as a table in plain text, with the largest countries and professions.

    Args:
        funnel: The counts.
        most: How many countries and professions are shown; the others are added up.
    """
    total, expected = funnel["total"], funnel["expected_hits"]
    lines = [_line("", ("alerts", *STEPS)), _line("all", _counts(total))]
    for name, part in (("by country", "by_country"), ("by profession", "by_profession")):
        groups = list(funnel[part].items())
        rest = [counts for _, counts in groups[most:]]
        lines += ["", name, *(_line(f"  {group}", _counts(counts)) for group, counts in groups[:most])]
        if rest:
            summed = {step: sum(counts[step] for counts in rest) for step in ("alerts", *STEPS)}
            lines.append(_line(f"  {len(rest)} others", _counts(summed)))
    lines += ["", f"rows rejected: {total['rejected']:,} of {total['rows']:,}"]
    lines.append(
        f"hits expected by the probabilities: {expected['value']:,.0f} ({expected['low']:,.0f} to {expected['high']:,.0f})"
    )
    return "\n".join(lines)


def _counts(counts: Mapping[str, int]) -> Sequence[str]:
    return [f"{counts[step]:,}" for step in ("alerts", *STEPS)]


def _line(name: str, cells: Sequence[str]) -> str:
    return f"{name:<14}" + "".join(f"{cell.replace('_', ' '):>13}" for cell in cells)


def _expected(probabilities: FloatArray) -> dict[str, float]:
    """The expected number of events and where it lies with 95 % probability, by the normal approximation."""
    mean, deviation = probabilities.sum(), np.sqrt((probabilities * (1 - probabilities)).sum())
    low, high = mean - _SIGMAS * deviation, mean + _SIGMAS * deviation
    return {
        "value": round(float(mean), 1),
        "low": round(max(float(low), 0.0), 1),
        "high": round(float(high), 1),
    }


def _by_first(rows: Sequence[Mapping[str, Any]], column: str) -> dict[str, dict[str, int]]:
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        first = (row[column] or "").split(";")[0].split(" ")[0]
        groups.setdefault(first or UNKNOWN, []).append(row)
    largest_first = sorted(groups.items(), key=lambda each: (-len(each[1]), each[0]))
    return {name: _steps(group) for name, group in largest_first}


def _steps(rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    counted = Counter(step for row in rows for step in _steps_of(row))
    return {"alerts": sum(row["alerts"] for row in rows), **{step: counted[step] for step in STEPS}}


def _steps_of(row: Mapping[str, Any]) -> tuple[str, ...]:
    if not row["case"]:
        return "persons", row["disposition"]
    if row["case"] == EARLIER_CASE:
        return "persons", "hit", "earlier_case"
    return "persons", "hit", "new", row["identity"]
