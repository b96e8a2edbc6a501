"""What speaks for a registered person, comparison by comparison, and how it adds up."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.shown import on_one_line

PRIOR, LOOK_ALIKES, SUM, MISSING = "prior", "look_alikes", "sum", "missing"
LINK_COLUMNS = ("match_weight", "match_probability", "decision", "rules")
PRIOR_COLUMN, LOOK_ALIKE_COLUMN = "prior_weight", "look_alike_weight"
IDENTIFIERS = 2  # columns that links and weights begin with
# Where the levels begin in links, and in weights the partial weights, behind the prior and what look-alikes take.
FIRST_LEVEL, _FIRST_WEIGHT = IDENTIFIERS + len(LINK_COLUMNS), IDENTIFIERS + 2


def id_columns(alerts: str, register: str, comparisons: Collection[str]) -> tuple[str, str]:
    """
    What links call their two identifiers: what their tables do, or that with the side where a name would be there twice.

    Example:
        >>> id_columns("alert_id", "hpr_number", ["sex"]), id_columns("decision", "hpr_number", ["sex"])
        (('alert_id', 'hpr_number'), ('decision_left', 'hpr_number_right'))
    """
    others = {*LINK_COLUMNS, PRIOR_COLUMN, LOOK_ALIKE_COLUMN, *comparisons}
    if alerts == register or alerts in others or register in others:
        return f"{alerts}_left", f"{register}_right"
    return alerts, register


def both_ways(pairs: pa.Table) -> pa.Table:
    """
    Pairs of one table, or their weights, from either side: each record stands left of those that it is paired with.

    Example:
        >>> both_ways(pa.table({"left": ["a"], "right": ["b"], "match_weight": [3.0]})).to_pylist()[1]
        {'left': 'b', 'right': 'a', 'match_weight': 3.0}
    """
    left, right, *others = names = pairs.column_names
    return pa.concat_tables([pairs, pairs.select([right, left, *others]).rename_columns(names)])


@dataclass(frozen=True)
class Evidence:
    """
    What one comparison says about a pair.

    Attributes:
        comparison: The comparison.
        level: The comparison level found; "missing" where a side has no value.
        weight: What it adds to the match weight (log2), None if the classifier does not weigh comparisons one by one.
    """

    comparison: str
    level: str
    weight: float | None

    def __str__(self) -> str:
        return (
            f"  {self.comparison:<16}{self.level:<24}{'' if self.weight is None else f'{self.weight:>+8.2f}'}"
        )


@dataclass(frozen=True)
class Hit:
    """
    A registered person that an alert may be about.

    Attributes:
        hpr_number: The person.
        match_weight: log2 of the odds that it is this person, the prior included.
        match_probability: The probability, given all candidates of the alert.
        decision: match, review or no_match.
        rules: The blocking rules that found the person.
        prior_weight: Where the match weight starts from before anything is compared (log2).
        evidence: What each comparison adds.
        look_alike_weight: What it takes that somebody else may be as like, see ``hpmatch.fellegi_sunter.LookAlike``; 0 or below.
    """

    hpr_number: str
    match_weight: float
    match_probability: float
    decision: str
    rules: tuple[str, ...]
    prior_weight: float
    evidence: tuple[Evidence, ...]
    look_alike_weight: float = 0.0

    def __repr__(self) -> str:
        return on_one_line(
            self, self.decision, f"probability {self.match_probability:.4f}", comparisons=len(self.evidence)
        )

    def __str__(self) -> str:
        lines = [
            f"{self.hpr_number}: {self.decision}, probability {self.match_probability:.4f}, weight {self.match_weight:+.2f}",
            f"  {PRIOR:<16}{'':<24}{self.prior_weight:>8.2f}",
        ]
        return "\n".join([*lines, *map(str, self.evidence), *look_alike_lines(self.look_alike_weight)])

    def _repr_html_(self) -> str:
        from hpmatch.html import hit_html  # noqa: PLC0415 - only notebooks need it

        return hit_html(self)


def look_alike_lines(weight: float) -> list[str]:
    """A line about look-alikes; none where they take nothing."""
    return [f"  {LOOK_ALIKES.replace('_', '-'):<16}{'':<24}{weight:>+8.2f}"] if weight else []


class Step(NamedTuple):
    """
    A step of a waterfall.

    Attributes:
        name: "prior", a comparison, "look_alikes", or "sum".
        level: The comparison level; "" for those that are none.
        weight: What the step adds, None where the classifier does not say; for the sum all of it.
        start: The sum before the step; 0 for prior and sum.
        end: The sum after it.
    """

    name: str
    level: str
    weight: float | None
    start: float
    end: float

    @property
    def is_end(self) -> bool:
        """Whether the waterfall begins or ends with it; a comparison of such a name has a level."""
        return self.name in (PRIOR, SUM) and not self.level


def waterfall(
    evidence: Sequence[Evidence], total: float, prior: float | None = None, look_alikes: float = 0.0
) -> tuple[Step, ...]:
    """
    How partial weights add up to the match weight.

    Args:
        evidence: What each comparison adds.
        total: The match weight.
        prior: Where it starts from; None if no prior is in it.
        look_alikes: What look-alikes take; no step if it is nothing.

    Example:
        >>> for step in waterfall([Evidence("sex", "same", 1.0), Evidence("name", "missing", 0.0)], -4.0, prior=-5.0):
        ...     print(step.name, step.weight, step.start, step.end)
        prior -5.0 0.0 -5.0
        sex 1.0 -5.0 -4.0
        name 0.0 -4.0 -4.0
        sum -4.0 0.0 -4.0
    """
    reached = 0.0
    steps = []
    if prior is not None:
        steps.append(Step(PRIOR, "", prior, 0.0, prior))
        reached = prior
    for each in evidence:
        end = reached + (each.weight or 0.0)
        steps.append(Step(each.comparison, each.level, each.weight, reached, end))
        reached = end
    if look_alikes:
        steps.append(Step(LOOK_ALIKES, "", look_alikes, reached, reached + look_alikes))
    return (*steps, Step(SUM, "", total, 0.0, total))


def hits_from(links: pa.Table, weights: pa.Table, alert_id: str) -> tuple[Hit, ...]:
    """
    The candidates of an alert, as links and weights hold them, the likeliest first.

    Args:
        links: See ``Result``.
        weights: See ``Result``; a row a link, in the same order.
        alert_id: The alert.
    """
    rows = pc.indices_nonzero(pc.equal(links.column(0), alert_id))
    found, partial = links.take(rows), weights.take(rows)
    comparisons = links.column_names[FIRST_LEVEL:]
    levels, weighed = (
        [table.column(place).to_pylist() for place in range(first, table.num_columns)]
        for table, first in ((found, FIRST_LEVEL), (partial, _FIRST_WEIGHT))
    )
    return tuple(
        Hit(
            hpr_number=str(person),
            match_weight=weight,
            match_probability=probability,
            decision=decision,
            rules=tuple(filter(None, (rules or "").split(";"))),
            prior_weight=prior,
            evidence=tuple(
                Evidence(name, level[row] or MISSING, partial_weight[row])
                for name, level, partial_weight in zip(comparisons, levels, weighed, strict=True)
            ),
            look_alike_weight=look_alikes,
        )
        for row, (person, weight, probability, decision, rules, prior, look_alikes) in enumerate(
            zip(
                *(found.column(place).to_pylist() for place in range(1, FIRST_LEVEL)),
                *(partial[name].to_pylist() for name in (PRIOR_COLUMN, LOOK_ALIKE_COLUMN)),
                strict=True,
            )
        )
    )
