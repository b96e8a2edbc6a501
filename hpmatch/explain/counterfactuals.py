"""
What would change a decision: which single comparison, with another finding, would make it another one.

Of the likeliest candidate one comparison at a time is set to each of its other levels. The new match weight is the old one with
that comparison's partial weight exchanged, and what look-alikes take; the alert is decided anew with all its other candidates as
they are. Where the weight of an agreement follows how common the agreeing value is, a new agreement counts as common as the one
that was found; if none was found, as of average frequency.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from hpmatch.decision import MATCH, NO_MATCH, REVIEW, DecisionRule, decided, odds_of
from hpmatch.evidence import MISSING, Evidence, Hit
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.protocols import ComparisonVectors
from hpmatch.wording import probability, say, supposed, word

if TYPE_CHECKING:
    from hpmatch.model import Model

# A finding that is rarer is no plausible one.
_PLAUSIBLE = 0.001


@dataclass(frozen=True)
class Change:
    """
    A finding that would change the decision.

    Attributes:
        comparison: The comparison.
        found: The level that it found.
        level: The level that it would have to find.
        match_probability: The probability that the likeliest candidate would have then.
        disposition: The disposition that the alert would have then.
        hpr_number: The person who would be the likeliest then.
        is_other: Whether that is another person than now.
    """

    comparison: str
    found: str
    level: str
    match_probability: float
    disposition: str
    hpr_number: str
    is_other: bool = False

    def sentence(self, language: str = "en") -> str:
        """
        The change in words.

        Example:
            >>> Change("birth_date", "one_digit", "same", 0.974, "match", "9144889").sentence()
            'If the birth date were the same, the probability would be 0.97: match.'
        """
        return say(
            "change.other" if self.is_other else "change",
            language,
            comparison=word("the", self.comparison, language),
            level=supposed(self.level, language),
            probability=probability(self.match_probability, language),
            disposition=word("disposition", self.disposition, language),
            hpr_number=self.hpr_number,
        )


def what_would_change(
    candidates: Sequence[Hit], disposition: str, model: Model, held: Collection[str] = ()
) -> tuple[Change, ...] | None:
    """
    Say what would change the decision about an alert.

    Of the levels of a comparison that lead to the same decision only the likeliest is told: by its m probability where it
    speaks for the candidate more than what was found, by its u probability where it speaks against. None is told that occurs
    in less than one of a thousand pairs.

    Args:
        candidates: The alert's candidates, the likeliest first; others may have been left out.
        disposition: What was decided.
        model: The model that decided.
        held: The comparisons that found nothing though the register holds something to compare.

    Returns:
        The changes, the likeliest first; None if the classifier does not weigh comparisons one by one.
    """
    if not hasattr(model.classifier, "partial_weights") or any(
        each.weight is None for hit in candidates[:1] for each in hit.evidence
    ):
        return None
    if not candidates or disposition not in (MATCH, REVIEW, NO_MATCH):
        return ()
    told: dict[tuple[str, str, str], tuple[float, Change]] = {}
    for evidence, level, weight, chance in _alternatives(candidates[0], model, held):
        after = _decided(candidates, weight, model.decision)
        is_other = after[0] != candidates[0].hpr_number
        if chance < _PLAUSIBLE or (after[1] == disposition and not (is_other and disposition == MATCH)):
            continue
        change = Change(
            comparison=evidence.comparison,
            found=evidence.level,
            level=level,
            match_probability=after[2],
            disposition=after[1],
            hpr_number=after[0],
            is_other=is_other,
        )
        key = evidence.comparison, after[1], after[0]
        if key not in told or chance > told[key][0]:
            told[key] = chance, change
    ordered = sorted(told.values(), key=lambda each: -each[0])
    return tuple(change for _, change in ordered)


def _alternatives(
    hit: Hit, model: Model, held: Collection[str]
) -> Iterator[tuple[Evidence, str, float, float]]:
    """Each other level of each comparison, with the match weight that the pair would have, and how plausible it is."""
    names = tuple(part.name for part in model.parts)
    places = {
        part.name: {**{level: place for place, level in enumerate(part.levels)}, MISSING: -1}
        for part in model.parts
    }
    found = np.array([places[each.comparison][each.level] for each in hit.evidence], np.int8)
    said = {name for name, level in zip(names, found, strict=True) if level >= 0}
    asked = [
        (column, level)
        for column, part in enumerate(model.parts)
        for level in range(len(part.levels))
        if level != found[column]
        and (part.name in said or part.name in held)
        and model.stand_ins.get(part.name) not in said
    ]
    levels = np.tile(found, (len(asked) + 1, 1))
    for row, (column, level) in enumerate(asked):
        levels[row, column] = level
    sizes = tuple(len(part.levels) for part in model.parts)
    vectors = ComparisonVectors(names, levels, np.full(levels.shape, np.nan), sizes, (1, 1))
    weights = model.classifier.partial_weights(vectors)  # type: ignore[attr-defined]
    now = np.array([each.weight or 0.0 for each in hit.evidence])
    then = np.tile(now, (len(asked), 1))
    for row, (column, level) in enumerate(asked):
        silent = [model.stand_ins.get(name) == names[column] for name in names]
        carried = _carried(model, names[column], int(found[column]), level)
        then[row, column] = weights[row, column] + (now[column] - weights[-1, column]) * carried
        then[row, silent], levels[row, silent] = 0, -1
    totals = hit.match_weight + (then - now).sum(axis=1)
    if take := getattr(model.classifier, "look_alike_weights", None):
        registered = model.decision.registered(hit.prior_weight)
        totals += take(then, levels[:-1], names, registered) - hit.look_alike_weight
    for row, (column, level) in enumerate(asked):
        speaks_for = bool(then[row, column] > now[column])
        chance = _chance(model, names[column], level, speaks_for=speaks_for)
        yield hit.evidence[column], model.parts[column].levels[level], float(totals[row]), chance


def _carried(model: Model, comparison: str, found: int, level: int) -> float:
    """Which share of what rarity adds to the weight of the level that was found it adds to that of another."""
    if not isinstance(model.classifier, FellegiSunter) or found < 0:
        return 0.0
    numbers = model.classifier.levels[comparison]
    follows = numbers[found].term_frequency
    return numbers[level].term_frequency / follows if follows else 0.0


def _chance(model: Model, comparison: str, level: int, *, speaks_for: bool) -> float:
    if not isinstance(model.classifier, FellegiSunter):
        return 1.0
    numbers = model.classifier.levels[comparison][level]
    return numbers.m if speaks_for else numbers.u


def _decided(candidates: Sequence[Hit], weight: float, rule: DecisionRule) -> tuple[str, str, float]:
    """The likeliest person, the disposition, and the first candidate's probability, if its weight were another."""
    first = candidates[0]
    odds = odds_of(np.array([hit.match_weight for hit in candidates]))
    # Nobody, and the candidates that were left out, are what is missing from the whole.
    whole = odds[0] / first.match_probability if first.match_probability > 0 else 0.0
    beside = max(whole - odds.sum(), 1.0)
    odds[:1] = odds_of(np.array([weight]))
    decisions = decided(np.zeros(len(odds), np.int64), odds, np.array([beside]), rule)
    likeliest = candidates[int(odds.argmax())]
    return likeliest.hpr_number, str(decisions.alerts[0]), float(decisions.probabilities[0])
