"""
Explaining a decision: how the weights add up, the two records side by side, and what would change it.

An explanation is plain data, made from the tables of a result; what the records hold and the model are added where they are at
hand. It is shown as text, as JSON or as a page of its own, in English or Norwegian.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.decision import NO_MATCH
from hpmatch.errors import HpmatchError
from hpmatch.evidence import LOOK_ALIKES, MISSING, Hit, Step, both_ways, hits_from, waterfall
from hpmatch.explain.counterfactuals import Change, what_would_change
from hpmatch.explain.side_by_side import ALIKE, DIFFERS, SAME, Cells, Held, Told, side_by_side
from hpmatch.shown import on_one_line
from hpmatch.wording import number, probability, reason, say, word

if TYPE_CHECKING:
    from hpmatch.model import Model
    from hpmatch.results import Deduplicated

__all__ = ["Cells", "Change", "Explanation", "Held", "Told", "explain"]

# So many candidates are shown with all that is known of them, and so many changes.
SHOWN = 5
_MARKS = {SAME: "=", ALIKE: "~", DIFFERS: "#"}
_BAR = 32  # characters that the bars of a text have


@dataclass(frozen=True)
class Explanation:
    """
    Why an alert got its disposition.

    Attributes:
        alert_id: The alert.
        disposition: match, review, no_match or unmatchable.
        reason: The disposition's reason in words.
        candidates: The candidates that were kept, the likeliest first.
        together: Other alerts about the person whose evidence was pooled with this one's.
        records: For each of the first candidates what alert and register say, column by column; none where the records are
            not at hand.
        changes: What would change the decision, the likeliest first; None where nobody can say, for want of the model or of
            one that weighs comparisons one by one.
        of: What was linked: "alerts" and a register, or "records" of any kind; it is said in other words.

    Example:
        >>> from hpmatch.link import link
        >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> explanation = link([{"alert_id": "A1", **kari}], [{"hpr_number": "7", **kari}]).explain("A1")
        >>> explanation.changes[0].sentence()
        'If the birth date were different, the probability would be 0.76: review.'
        >>> print(explanation.to_text("nb").splitlines()[0])
        Melding A1: treff
    """

    alert_id: str
    disposition: str
    reason: str
    candidates: tuple[Hit, ...]
    together: tuple[str, ...] = ()
    records: tuple[tuple[Told, ...], ...] = ()
    changes: tuple[Change, ...] | None = None
    of: str = "alerts"

    def __repr__(self) -> str:
        return on_one_line(self, self.disposition, candidates=len(self.candidates))

    def __str__(self) -> str:
        return self.to_text()

    def _repr_html_(self) -> str:
        from hpmatch.html import explanation_html  # noqa: PLC0415 - only notebooks need it

        return explanation_html(self)

    def to_text(self, language: str = "en") -> str:
        """
        The explanation as text.

        Args:
            language: "en" or "nb".
        """
        return "\n".join(_text(self, language))

    def to_html(self, language: str = "en") -> str:
        """
        The explanation as a page of its own: no network, no script, and dark where the reader's screen is.

        Args:
            language: "en" or "nb".
        """
        from hpmatch.html import explanation_html, page  # noqa: PLC0415 - only pages need it

        return page(title(self, language), explanation_html(self, language), language)

    def to_json(self, language: str = "en") -> dict[str, Any]:
        """
        Everything as plain lists, dicts and numbers: names for programs, and words in a language to be shown.

        Args:
            language: "en" or "nb".
        """
        return {
            "alert_id": self.alert_id,
            "disposition": self.disposition,
            "reason": reason(self.reason, language),
            "language": language,
            "together": list(self.together),
            "candidates": [
                {
                    **{
                        name: value
                        for name, value in asdict(hit).items()
                        if name not in ("evidence", "rules")
                    },
                    "rules": list(hit.rules),
                    "waterfall": [_step_json(step, language) for step in steps_of(hit)],
                    "records": [_told_json(told, language, self.of) for told in records],
                }
                for hit, records in self.beside()
            ],
            "changes": None
            if self.changes is None
            else [{**asdict(change), "words": change.sentence(language)} for change in self.changes],
            "words": title(self, language),
        }

    def beside(self) -> list[tuple[Hit, tuple[Told, ...]]]:
        """Each candidate with what both sides say; nothing for those whose records are not at hand."""
        lacking = len(self.candidates) - len(self.records)
        return list(zip(self.candidates, (*self.records, *[()] * lacking), strict=True))


def explain(
    alert_id: str,
    tables: Mapping[str, pa.Table],
    held: Held | None = None,
    model: Model | None = None,
    of: str = "alerts",
) -> Explanation:
    """
    Explain an alert's disposition from the tables of a result.

    Args:
        alert_id: The alert.
        tables: ``links``, ``weights`` and ``dispositions``; see ``hpmatch.Result``.
        held: Gives what alerts and registered persons hold, by their identifiers.
        model: The model that decided.
        of: What was linked, see ``Explanation``.

    Raises:
        HpmatchError: If there is no such alert in the result.
    """
    links, dispositions = tables["links"], tables["dispositions"]
    row = dispositions.filter(pc.equal(dispositions["alert_id"], alert_id)).to_pylist()
    if not row:
        raise HpmatchError(f"no alert {alert_id!r} among the {len(dispositions)} of this result")
    candidates = hits_from(links, tables["weights"], alert_id)
    together = pooled_with(alert_id, row[0]["person_id"], links, dispositions)
    explanation = Explanation(
        alert_id,
        row[0]["disposition"],
        row[0]["reason"],
        candidates,
        together,
        of=of,
    )
    return _with_records(explanation, candidates, held, model)


def explain_record(record_id: str, found: Deduplicated) -> Explanation:
    """
    Explain what a record of one table may be a duplicate of; each pair is decided by itself.

    Args:
        record_id: The record.
        found: What ``hpmatch.dedupe`` returned.

    Raises:
        HpmatchError: If there is no such record in the result.
    """
    ids, (left, right) = found.clusters.column(0), found.pairs.columns[:2]
    if not pc.any(pc.equal(ids, record_id)).as_py():
        raise HpmatchError(f"no record {record_id!r} among the {len(ids)} of this result")
    rows = pc.indices_nonzero(pc.or_(pc.equal(left, record_id), pc.equal(right, record_id)))
    pairs, weights = (both_ways(table.take(rows)) for table in (found.pairs, found.weights))
    likeliest_first = pc.sort_indices(pairs, [("match_weight", "descending")])
    candidates = hits_from(pairs.take(likeliest_first), weights.take(likeliest_first), record_id)
    decision, words = (candidates[0].decision, _pattern(candidates[0])) if candidates else (NO_MATCH, "")
    explanation = Explanation(record_id, decision, words, candidates, of="records")
    return _with_records(explanation, candidates[:1], found.held, found.model)


def _pattern(hit: Hit) -> str:
    return "; ".join(
        f"{each.comparison}: {each.level}".replace("_", " ") for each in hit.evidence if each.level != MISSING
    )


def _with_records(
    explanation: Explanation, rivals: tuple[Hit, ...], held: Held | None, model: Model | None
) -> Explanation:
    """With what both sides say, and what would change the decision among candidates that rule each other out."""
    alert_id, candidates, together = explanation.alert_id, explanation.candidates, explanation.together
    records: tuple[tuple[Told, ...], ...] = ()
    if held is not None and candidates:
        shown = [hit.hpr_number for hit in candidates[:SHOWN]]
        alerts, persons = held([alert_id, *together], shown)
        others = [alerts[each] for each in together if each in alerts]
        parts = model.parts if model else ()
        records = tuple(
            side_by_side(
                alerts.get(alert_id, {}), persons.get(hit.hpr_number, {}), hit.evidence, others, parts
            )
            for hit in candidates[:SHOWN]
        )
    lacking = {
        told.column for told in (records[0] if records else ()) if told.register and told.level == MISSING
    }
    changes = (
        what_would_change(rivals, explanation.disposition, model, lacking) if model is not None else None
    )
    return replace(explanation, records=records, changes=changes)


def pooled_with(alert_id: str, person: str, links: pa.Table, dispositions: pa.Table) -> tuple[str, ...]:
    """
    The other alerts about an alert's person whose evidence is the same, because it was pooled.

    Args:
        alert_id: The alert.
        person: Its ``person_id``.
        links: See ``hpmatch.Result``.
        dispositions: Likewise.

    Example:
        >>> from hpmatch.link import link
        >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03", "sending_country": "SE"}
        >>> found = link([{"alert_id": each, **kari} for each in ("A1", "A2")], [{"hpr_number": "7", **kari}])
        >>> pooled_with("A1", "A1", found.links, found.dispositions)
        ('A2',)
    """
    of_person = dispositions.filter(pc.equal(dispositions["person_id"], person))["alert_id"].to_pylist()
    if len(of_person) == 1:
        return ()
    said: dict[str, list[tuple[str, float]]] = {}
    about = links.filter(pc.is_in(links.column(0), pa.array(of_person, links.column(0).type)))
    for each, person_id, weight in zip(*(about.column(place).to_pylist() for place in range(3)), strict=True):
        said.setdefault(each, []).append((person_id, weight))
    own = said.get(alert_id)
    return tuple(sorted(each for each in of_person if own and each != alert_id and said.get(each) == own))


def title(explanation: Explanation, language: str = "en") -> str:
    """What an explanation is about, and the disposition."""
    disposition = word("disposition", explanation.disposition, language)
    return say("title", language, of=explanation.of, alert_id=explanation.alert_id, disposition=disposition)


def candidate_line(hit: Hit, language: str = "en") -> str:
    """A candidate, what was decided about it, and how likely it is."""
    return say(
        "candidate",
        language,
        hpr_number=hit.hpr_number,
        decision=word("disposition", hit.decision, language),
        probability=probability(hit.match_probability, language),
        weight=number(hit.match_weight, 1, language, signed=True),
    )


def remarks(explanation: Explanation, language: str = "en") -> list[str]:
    """What is to be known of an explanation besides its candidates."""
    told = []
    if explanation.together:
        told.append(say("together", language, of=explanation.of, alerts=", ".join(explanation.together)))
    if not explanation.candidates:
        told.append(say("nobody", language, of=explanation.of))
    if further := explanation.candidates[SHOWN:]:
        likeliest = probability(further[0].match_probability, language)
        told.append(say("further", language, number=len(further), probability=likeliest))
    return told


def change_lines(explanation: Explanation, language: str = "en") -> list[str]:
    """What would change the decision, a sentence each."""
    if explanation.changes is None:
        return [say("changes_unknown", language)]
    found = [change.sentence(language) for change in explanation.changes[:SHOWN]]
    return found or [say("no_changes", language)]


def steps_of(hit: Hit) -> tuple[Step, ...]:
    """The waterfall of a candidate."""
    return waterfall(hit.evidence, hit.match_weight, hit.prior_weight, hit.look_alike_weight)


def step_words(step: Step, language: str = "en") -> tuple[str, str, str]:
    """The name, the finding and the weight of a step."""
    is_look_alike = step.name == LOOK_ALIKES and not step.level
    name = word("step" if step.is_end or is_look_alike else "name", step.name, language)
    level = word("level", step.level, language) if step.level else ""
    return name, level, "" if step.weight is None else number(step.weight, 1, language, signed=True)


def _step_json(step: Step, language: str) -> dict[str, Any]:
    name, level, _ = step_words(step, language)
    return {**step._asdict(), "words": name, "level_words": level}


def _told_json(told: Told, language: str, of: str) -> dict[str, Any]:
    alert, registered = told.texts(language, of)
    return {
        **{name: list(value) if isinstance(value, tuple) else value for name, value in asdict(told).items()},
        "words": word("name", told.column, language),
        "alert_words": alert,
        "register_words": registered,
        "verdict_words": word("verdict", told.verdict, language, of),
        "level_words": word("level", told.level, language),
    }


def _text(explanation: Explanation, language: str) -> list[str]:
    lines = [title(explanation, language), reason(explanation.reason, language)]
    for hit, records in explanation.beside()[:SHOWN]:
        lines += ["", candidate_line(hit, language), *_waterfall_lines(steps_of(hit), language)]
        lines += record_lines(records, language, explanation.of)
    lines += ["", *told, ""] if (told := remarks(explanation, language)) else [""]
    if explanation.candidates:
        lines += [f"{say('heading.changes', language)}:"]
        lines += [f"  {line}" for line in change_lines(explanation, language)]
        lines += ["", say("weights", language, of=explanation.of)]
    return [*lines, say("lead", language, of=explanation.of)]


def _waterfall_lines(steps: Sequence[Step], language: str) -> list[str]:
    low, high = span(steps)
    words = [step_words(step, language) for step in steps]
    widths = [max(len(cell) for cell in column) for column in zip(*words, strict=True)]
    return [
        f"  {name:<{widths[0]}}  {level:<{widths[1]}}  {weight:>{widths[2]}}  {_bar(step, low, high)}".rstrip()
        for step, (name, level, weight) in zip(steps, words, strict=True)
    ]


def span(steps: Sequence[Step]) -> tuple[float, float]:
    """The least and the greatest sum that a waterfall reaches; they differ, and 0 is between them."""
    reached = [0.0, *(step.end for step in steps)]
    return min(reached), max(*reached, min(reached) + 1.0)


def _bar(step: Step, low: float, high: float) -> str:
    """A bar of blocks from where a step begins to where it ends."""
    first, last = sorted(round((each - low) / (high - low) * _BAR) for each in (step.start, step.end))
    if step.weight is None or step.start == step.end:
        return ""
    return " " * first + ("+" if step.end > step.start else "-") * max(last - first, 1)


def record_lines(records: Sequence[Told], language: str = "en", of: str = "alerts") -> list[str]:
    """Two records side by side, a line a column behind an empty one and a head; nothing of none."""
    if not records:
        return []
    sides = [
        (say("alert", language, of=of), say("register", language, of=of)),
        *(told.texts(language, of) for told in records),
    ]
    names = ["", *(word("name", told.column, language) for told in records)]
    verdicts = ["", *(word("verdict", told.verdict, language, of) for told in records)]
    marks = [" ", *(_MARKS.get(told.verdict, " ") for told in records)]
    widths = [max(map(len, column)) for column in (names, *zip(*sides, strict=True))]
    return [
        "",
        *(
            f"{mark} {name:<{widths[0]}}  {left:<{widths[1]}}  {right:<{widths[2]}}  {verdict}".rstrip()
            for mark, name, (left, right), verdict in zip(marks, names, sides, verdicts, strict=True)
        ),
    ]
