"""What training learned, and what is told of it: levels with their intervals, and warnings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.evaluation.measures import wilson_interval
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.model import Model
from hpmatch.schema import Schema
from hpmatch.shown import ShownAsText, on_one_line
from hpmatch.training.em import Rates
from hpmatch.training.pairs import Seen, Tables
from hpmatch.training.unseen import KNOWN_PAIRS

_FEWEST_MATCHES = 20.0
# Of one table, how many others each record is expected to be the same as. With one other each there are half as many matches as
# records. What had been taken for duplicates was things of one model where 11 others were expected, and those of one home where it
# was 5; lists of which most things are there more than six times are few, and whoever has one knows it.
_MOST_OTHERS = 5.0
_HARDLY_ANY, _HALF = 0.9, 0.5  # of the expected matches are on the last level
_LEVEL_COLUMNS = (
    "comparison", "level", "m", "m_low", "m_high", "u", "u_low", "u_high", "match_weight", "m_before", "u_before",
)  # fmt: skip


@dataclass(frozen=True)
class Session:
    """
    What one blocking rule's pairs told.

    Attributes:
        rule: The rule.
        pairs: How many pairs it gave.
        comparisons: The comparisons that it could tell of.
        match_share: The share of its pairs that are matches.
        rounds: How many rounds it took.
        converged: Whether they came to rest.
    """

    rule: str
    pairs: int
    comparisons: tuple[str, ...]
    match_share: float
    rounds: int
    converged: bool


@dataclass(frozen=True)
class Trained(ShownAsText):
    """
    What was learned.

    Attributes:
        model: The model with the new numbers.
        levels: A row a comparison level: ``comparison, level, m, m_low, m_high, u, u_low, u_high, match_weight`` and the same
            before training, ``m_before, u_before``. The intervals are 95 % of what the sample allows.
        sessions: What each session told.
        matches: The expected number of matches among all pairs.
        look_alikes: The expected number of pairs that agree on much for a reason and are no matches, such as kin.
        warnings: What could not be learned, and why.
        trust: How many matches the starting model counted for, by comparison.
        schema: What the columns were taken for that a model was put together of, by the schema, their names or their cells; ``str``
            of that is the text of a schema file.
        left_out: The columns that a model that was put together does not read: not all tables have them, they are empty, say again what
            others say, or number the rows.
    """

    model: Model
    levels: pa.Table
    sessions: tuple[Session, ...]
    matches: float
    look_alikes: float
    warnings: tuple[str, ...]
    trust: Mapping[str, float]
    schema: Schema | str | Path | None = None
    left_out: tuple[str, ...] = ()

    def __repr__(self) -> str:
        return on_one_line(
            self, levels=len(self.levels), sessions=len(self.sessions), warnings=len(self.warnings)
        )

    def __str__(self) -> str:
        lines = [f"{'comparison':<18}{'level':<20}{'m':>9}{'':<18}{'u':>11}{'weight':>9}"]
        for row in self.levels.to_pylist():
            interval = f"{row['m_low']:.4f} to {row['m_high']:.4f}"
            lines.append(
                f"{row['comparison']:<18}{row['level']:<20}{row['m']:>9.4f} {interval:<17}{row['u']:>11.3g}{row['match_weight']:>+9.2f}"
            )
        lines += [
            f"session {each.rule}: {each.pairs:,} pairs, {each.match_share:.1%} matches"
            for each in self.sessions
        ]
        lines.append(f"expected matches: {self.matches:,.1f}; look-alikes: {self.look_alikes:,.1f}")
        lines += [f"{name}: alike in {', '.join(shared)}" for name, shared in self._alike_in.items()]
        counted = sorted({round(trust) for trust in self.trust.values()})
        lines.append(
            f"the starting model counted for: {' to '.join(f'{each:,}' for each in counted[:1] + counted[1:][-1:])} matches"
        )
        if isinstance(self.schema, Schema) and self.schema.columns:
            lines += [
                "columns, as a schema file says them:",
                *(f"  {line}" for line in str(self.schema).splitlines()),
            ]
        if self.left_out:
            lines.append(f"columns left out: {', '.join(self.left_out)}")
        return "\n".join([*lines, *(f"warning: {each}" for each in self.warnings)])

    @property
    def _alike_in(self) -> dict[str, list[str]]:
        """For each kind of look-alikes that was learned the comparisons in which they agree more than by chance."""
        classifier = self.model.classifier
        look_alikes = classifier.look_alikes if isinstance(classifier, FellegiSunter) else ()
        return {each.name: list(each.levels) for each in look_alikes if each.levels}

    @property
    def summary(self) -> dict[str, Any]:
        """What a result says of the training."""
        kinds = dict(self.schema.columns) if isinstance(self.schema, Schema) else {}
        return {
            "training": {
                "expected_matches": round(self.matches, 1),
                "expected_look_alikes": round(self.look_alikes, 1),
                **({"look_alikes_agree_in": self._alike_in} if self._alike_in else {}),
                **({"columns": kinds} if kinds else {}),
                **({"columns_left_out": list(self.left_out)} if self.left_out else {}),
                "warnings": list(self.warnings),
            }
        }


class Sample(NamedTuple):
    """
    What the numbers of each comparison's levels rest on.

    Attributes:
        matches: How much the matches that show each level count.
        trust: How many matches the starting model counts for.
        others: How many random pairs show each level.
        chance: The u that these give.
        found: How many matches show each level.
        unseen: For each comparison bool[l], the levels that next to no pair shows.
    """

    matches: Sequence[FloatArray]
    trust: Sequence[float]
    others: Sequence[FloatArray]
    chance: Sequence[FloatArray]
    found: Sequence[FloatArray]
    unseen: Sequence[Mask]


def levels_of(start: Model, before: Rates, rates: Rates, sample: Sample) -> pa.Table:
    """A row a comparison level; see ``Trained``."""
    columns: dict[str, list[Any]] = {name: [] for name in _LEVEL_COLUMNS}
    for place, part in enumerate(start.parts):
        m, u = rates.m[place], rates.u[place]
        intervals = [
            _interval(table, of, number)
            for table, of, number in (
                (m, sample.matches[place].sum() + sample.trust[place], m),
                (sample.chance[place], sample.others[place].sum() + KNOWN_PAIRS, u),
            )
        ]
        weights = np.log2(m / u)
        numbers = (m, *intervals[0], u, *intervals[1], weights, before.m[place], before.u[place])
        columns["comparison"] += [part.name] * len(part.levels)
        columns["level"] += list(part.levels)
        for name, values in zip(_LEVEL_COLUMNS[2:], numbers, strict=True):
            columns[name] += values.tolist()
    return pa.table(columns)


def _interval(share: FloatArray, pairs: float, number: FloatArray) -> tuple[FloatArray, FloatArray]:
    """What a share in so many pairs allows, and the number that was settled on, be it that it rests on what was known before."""
    low, high = wilson_interval(share * pairs, np.full(len(share), pairs))
    return np.minimum(low, number), np.maximum(high, number)


def warnings_of(
    start: Model,
    tables: Tables,
    sessions: Sequence[Session],
    random: Seen,
    sample: Sample,
    matches: float,
) -> tuple[str, ...]:
    """What could not be learned, and why."""
    said = []
    if not len(random.pairs):
        return ("there are no two records to compare: nothing was learned, the model is as it was",)
    if matches < _FEWEST_MATCHES:
        said.append(
            "next to no matches were found, or all records look like one: nothing was learned, the model is as it was"
            if matches <= 0
            else f"only {matches:.1f} matches are expected: m is nearly what the model said before"
        )
    others = 2 * matches / len(tables.left)
    if tables.is_one and others > _MOST_OTHERS:
        said.append(
            f"{matches:,.0f} matches are expected among {len(tables.left):,} records, as if each were there {others + 1:.1f} times; if "
            f"they are not, what is alike (things of one model, a household) is taken for the same: add a column that tells them "
            f"apart, or label some"
        )
    said += [
        f"session {session.rule!r} did not come to rest in {session.rounds} rounds"
        for session in sessions
        if not session.converged
    ]
    for place, part in enumerate(start.parts):
        levels = random.vectors.levels[:, place]
        if told := _of_comparison(levels[levels >= 0], sample.found[place], matches):
            said.append(f"comparison {part.name!r}: {told}")
    if matches > 0 and (shown := _named(start, sample.unseen)):
        said.append(f"hardly any pair shows these levels, whose weights are about as they were: {shown}")
    if tables.labels is not None and len(tables.labels) > len(tables.labelled_pairs()):
        missing = len(tables.labels) - len(tables.labelled_pairs())
        said.append(f"{missing} labelled pairs name a record that is not there and were left out")
    if tables.labels is not None and tables.labels.is_match.all():
        said.append("only matches are labelled; label pairs that look like one and are none too")
    return tuple(said)


def _of_comparison(levels: IntArray, seen: FloatArray, matches: float) -> str:
    """What is odd about a comparison, from its levels in random pairs and among expected matches; "" if nothing is."""
    if not len(levels):
        return "hardly any two records have a value; its numbers are as they were"
    if not levels.any():
        return "all records agree, so it tells nothing"
    if matches > 0 and seen.sum() < _FEWEST_MATCHES:
        return f"only {seen.sum():.1f} expected matches have it; m is nearly as it was"
    if matches > 0 and seen[-1] > _HARDLY_ANY * seen.sum():
        return "hardly any expected match agrees; see whether all records write it in one way"
    if matches > 0 and seen[-1] > _HALF * seen.sum():
        return "most expected matches disagree; if they should not, others that are alike (a household, things of one model) are taken for matches: label some"
    return ""


def _named(start: Model, unseen: Sequence[Mask]) -> str:
    """The levels that were not seen, by comparison; those of which nothing at all was seen have a warning of their own."""
    return "; ".join(
        f"{part.name} {', '.join(np.array(part.levels)[which])}"
        for part, which in zip(start.parts, unseen, strict=True)
        if which.any() and not which.all()
    )
