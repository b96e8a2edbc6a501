"""What speaks for a registered person, comparison by comparison, and how it adds up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

PRIOR, SUM, MISSING = "prior", "sum", "missing"
# In links the levels come behind two identifiers and four columns about the pair; in weights the partial weights come behind
# two identifiers and the prior.
_FIRST_LEVEL, _FIRST_WEIGHT = 6, 3
PRIOR_COLUMN = "prior_weight"


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
    """

    hpr_number: str
    match_weight: float
    match_probability: float
    decision: str
    rules: tuple[str, ...]
    prior_weight: float
    evidence: tuple[Evidence, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.hpr_number}: {self.decision}, probability {self.match_probability:.4f}, weight {self.match_weight:+.2f}",
            f"  {PRIOR:<16}{'':<24}{self.prior_weight:>8.2f}",
        ]
        return "\n".join([*lines, *map(str, self.evidence)])

    def _repr_html_(self) -> str:
        from hpmatch.html import hit_html  # noqa: PLC0415 - only notebooks need it

        return hit_html(self)


class Step(NamedTuple):
    """
    A step of a waterfall.

    Attributes:
        name: "prior", a comparison, or "sum".
        level: The comparison level; "" for prior and sum.
        weight: What the step adds, None where the classifier does not say; for the sum all of it.
        start: The sum before the step; 0 for prior and sum.
        end: The sum after it.
    """

    name: str
    level: str
    weight: float | None
    start: float
    end: float


def waterfall(evidence: Sequence[Evidence], total: float, prior: float | None = None) -> tuple[Step, ...]:
    """
    How partial weights add up to the match weight.

    Args:
        evidence: What each comparison adds.
        total: The match weight.
        prior: Where it starts from; None if no prior is in it.

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
    comparisons = links.column_names[_FIRST_LEVEL:]
    levels, weighed = (
        [table.column(place).to_pylist() for place in range(first, table.num_columns)]
        for table, first in ((found, _FIRST_LEVEL), (partial, _FIRST_WEIGHT))
    )
    return tuple(
        Hit(
            str(person),
            weight,
            probability,
            decision,
            tuple(filter(None, (rules or "").split(";"))),
            prior,
            tuple(
                Evidence(name, level[row] or MISSING, partial_weight[row])
                for name, level, partial_weight in zip(comparisons, levels, weighed, strict=True)
            ),
        )
        for row, (person, weight, probability, decision, rules, prior) in enumerate(
            zip(
                *(found.column(place).to_pylist() for place in range(1, _FIRST_LEVEL)),
                partial[PRIOR_COLUMN].to_pylist(),
                strict=True,
            )
        )
    )
