"""
Refinement: m, the prior and look-alikes from all candidate pairs, u from random ones without those that are matches.

Kin who share a surname, a town and the start of a postcode agree on more than chance allows, and are no matches. Where only
matches and chance are known, what chance does not explain is taken for matches with errors, and m of another given name rises
until kin are matches. So for tables of which the starting model says nothing of look-alikes these are learned as further classes
(Larsen and Rubin, Iterative Automated Record Linkage Using Mixture Models, JASA 96, 2001): one that starts half-way between
matches and chance, and where columns tell one person from his kin, one more that starts as kin. Were there but one, namesakes
would fill it, who are many, and kin would be matches. Where look-alikes agree in a column hardly more often than chance has it,
it is chance: else a class of namesakes takes in whoever moved, and a match that moved were none.

Expectation maximisation ends where its start leads. Where columns repeat each other, as a postcode tells the town, sessions take
whoever lives there for matches; so what the starting model says of matches is a second start. Of what is found the likeliest is
kept, if it gains more than its numbers cost (Schwarz 1978, the BIC). For a model that takes columns for independent those of one
home are often the likeliest matches: they repeat each other in all that a home shares. But next to no person differs both in
given name and in birth date; so where that many matches do, this is held to be as unlikely as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.decision import log_odds, odds_of, probability_of
from hpmatch.fellegi_sunter import FellegiSunter, LookAlike, Weights, persons_at_large
from hpmatch.training.em import Rates, likeliest_trust, rates_of, shares, with_rates
from hpmatch.training.learning import Belief, Learning, Refined
from hpmatch.training.likelihood import (
    MOST_REGISTERED,
    likelihood_of_candidates,
    likelihood_of_chance,
    likelihood_of_strangers,
)
from hpmatch.training.pairs import Seen
from hpmatch.training.trained import Sample
from hpmatch.training.unseen import chance_shares, keeping, unseen_levels

_ROUNDS, _AT_REST = 20, 0.002
# Without look-alikes; from each of three starts with them, and the other way round.
MOST_ROUNDS = 7 * _ROUNDS
# What part of the way from chance to matches look-alikes go who agree for a reason.
_FOR_A_REASON = 0.15
_FIRST_PRIOR = 1e-4
_PRIOR_ROUNDS, _PRIOR_TOLERANCE = 200, 1e-6
_SMALLEST_SHARE, _LARGEST_SHARE = 1e-12, 1 - 1e-6
NONE = 0.5  # fewer matches, or look-alikes, are none
# Labels of nearly all matches show how often each level occurs; those of some may have been chosen for what they show.
_NEARLY_ALL = 0.9
_TRIED = 12


def refined(learning: Learning, first: Rates, done: Callable[[int], None]) -> Refined:
    """
    Refine m, u and the prior, with look-alikes if there are such.

    Args:
        learning: What is learned from.
        first: What the sessions and random pairs said.
        done: Called with how many rounds are done, of at most ``MOST_ROUNDS``.
    """
    given = tuple(each for each in learning.classifier.look_alikes if each.shared)
    plain = _at_rest(learning, _round(learning, first, given, _FIRST_PRIOR), done)
    if given or not learning.belief.learns_look_alikes or plain.matches < NONE:
        return plain
    names, guessed = learning.names, rates_of(learning.classifier, learning.names).m
    between = {name: (m + u) / 2 for name, m, u in zip(names, first.m, first.u, strict=True)}
    kin = {name: m for name, m in zip(names, guessed, strict=True) if name not in learning.personal}
    starts = [(first.m, [between]), (guessed, [between])]
    if kin and len(kin) < len(names):
        starts.append((guessed, [between, kin]))
    numbers = 1 + sum(len(table) - 1 for table in guessed)
    cost = numbers / 2 * np.log(len(learning.candidates.pairs))
    kept = plain
    for number, (m, kinds) in enumerate(starts):
        alike = _look_alikes(learning, kinds, [plain.prior] * len(kinds))
        start = _round(learning, Rates(m, first.u), alike, plain.prior)
        found = _with_look_alikes(learning, start, done, (1 + 2 * number) * _ROUNDS)
        kept = found if _likelier(found, kept, cost) else kept
    return kept


def _with_look_alikes(learning: Learning, start: Refined, done: Callable[[int], None], past: int) -> Refined:
    """At rest, with the matches as the class that agrees on more; ``past`` rounds are done before."""
    found = _at_rest(learning, start, lambda number: done(past + number))
    turned = _turned(learning, found)
    return _at_rest(learning, turned, lambda number: done(past + _ROUNDS + number)) if turned else found


def _likelier(found: Refined, other: Refined, cost: float) -> bool:
    """
    Whether it makes what was seen likelier, by more than the kinds of look-alikes cost that only it has.

    What is told by as many kinds from another start has to be better by the cost of one: a little likelier is also what counts
    matches with an error among look-alikes.

    Args:
        found: What was found; of no matches, and it tells nothing.
        other: What was found before.
        cost: Of each kind.
    """
    kinds = len(found.look_alikes) - len(other.look_alikes)
    return found.matches >= NONE and found.likelihood - other.likelihood > cost * max(kinds, 1)


def _look_alikes(
    learning: Learning, shown: Sequence[Mapping[str, FloatArray]], shares_of_pairs: Sequence[float]
) -> tuple[LookAlike, ...]:
    """Kinds of look-alikes, each a share of all pairs; without those that are not even one pair, or agree for no reason."""
    return tuple(
        LookAlike(
            f"look-alike {number}" if len(shown) > 1 else "look-alike",
            share * persons_at_large(len(learning.tables.right)),
            levels={name: tuple(table.tolist()) for name, table in levels.items()},
            source="learned",
        )
        for number, (levels, share) in enumerate(zip(shown, shares_of_pairs, strict=True), 1)
        if levels and share * learning.pairs >= NONE
    )


def _shown(learning: Learning, counted: Sequence[FloatArray], rates: Rates) -> dict[str, FloatArray]:
    """
    The share of each level among look-alikes, for the comparisons in which they agree more than by chance.

    Nobody agrees for a reason in all that is personal, but the person.
    """
    shown = dict(zip(learning.names, chance_rates(counted, rates), strict=True))
    gone = {
        name: float((shown[name] - u) @ (m > u) / ((m - u) @ (m > u)))  # of the way from chance to matches
        for name, m, u in zip(learning.names, rates.m, rates.u, strict=True)
        if (m > u).any()
    }
    personal = sorted((name for name in gone if name in learning.personal), key=gone.__getitem__)
    if len(personal) > 1:
        gone[personal[0]] = 0.0
    return {name: shown[name] for name, part in gone.items() if part >= _FOR_A_REASON}


def _turned(learning: Learning, found: Refined) -> Refined | None:
    """
    Matches in the place of look-alikes and the other way round, if it is the look-alikes who agree on more.

    Expectation maximisation does not know which of two classes is which.
    """
    names, rates = learning.names, found.rates
    shown = [{name: np.array(levels) for name, levels in each.levels.items()} for each in found.look_alikes]
    held = [each.rate / persons_at_large(len(learning.tables.right)) for each in found.look_alikes]
    by_chance = dict(zip(names, rates.u, strict=True))
    tables = [tuple((by_chance | each)[name] for name in names) for each in shown]
    agreeing = [_agreement(each, rates.u) for each in tables]
    if max(agreeing, default=0.0) <= _agreement(rates.m, rates.u):
        return None
    place = int(np.argmax(agreeing))
    share = held[place]
    shown[place], held[place] = dict(zip(names, rates.m, strict=True)), found.prior
    return _round(learning, Rates(tables[place], rates.u), _look_alikes(learning, shown, held), share)


def _agreement(shown: Sequence[FloatArray], u: Sequence[FloatArray]) -> float:
    """What a pair that shows levels at these rates weighs against chance, on average (the Kullback-Leibler divergence)."""
    return sum(float(rate @ np.log2(rate / chance)) for rate, chance in zip(shown, u, strict=True))


def _at_rest(learning: Learning, first: Refined, done: Callable[[int], None]) -> Refined:
    """Round after round until the numbers of matches and of look-alikes stay."""
    found = first
    for number in range(1, _ROUNDS):
        done(number)
        last, found = found, _round(learning, found.rates, found.look_alikes, found.prior)
        then, now = np.array([last.matches, last.alike]), np.array([found.matches, found.alike])
        if (np.abs(now - then) <= _AT_REST * now).all():
            break
    return found


def _round(learning: Learning, rates: Rates, look_alikes: tuple[LookAlike, ...], prior: float) -> Refined:
    """What is learned from how likely each candidate is a match or a look-alike by what is known."""
    candidates, random, belief = learning.candidates, learning.random, learning.belief
    before = rates_of(learning.classifier, learning.names)
    learns = not any(each.shared for each in look_alikes)  # those of the starting model are kept
    known = replace(with_rates(learning.classifier, learning.names, rates), look_alikes=look_alikes)
    expected = _expected(learning, known, prior)
    matched = expected.matched
    counting = np.where(np.isnan(candidates.said), belief.unlabelled, 1.0)
    seen = candidates.level_counts(matched * counting, before.m)
    found = candidates.level_counts(matched, before.m)
    trust = _trust(candidates, matched, before, belief)
    vectors, of_pair = random.distinct
    of_random = known.weigh(vectors)
    apart = counted_apart(random, _by_chance(of_random, expected.prior, learns)[of_pair], before)
    chance, unseen = chance_rates(apart, before), unseen_levels(found, apart)
    learned = keeping(Rates(shares(seen, before.m, before.m, trust), chance), before, unseen)
    if learns:
        counted = (candidates.level_counts(each, learned.u) for each in expected.alike)
        held = [float(each.sum()) / learning.pairs for each in expected.alike]
        look_alikes = _look_alikes(learning, [_shown(learning, each, learned) for each in counted], held)
    return Refined(
        learned,
        look_alikes,
        expected.prior,
        float(matched.sum()) / learning.share,
        float(sum(map(np.sum, expected.alike))) / learning.share,
        expected.likelihood
        + likelihood_of_chance(learning, rates.u, _alike_odds(of_random)[of_pair])
        + likelihood_of_strangers(learning, matched),
        Sample(seen, trust, apart, chance, found, unseen),
    )


def _by_chance(weights: Weights, prior: float, learns: bool) -> FloatArray:
    """How likely each pair is neither a match nor one of the look-alikes that are learned."""
    apart = 1 - probability_of(weights.match + log_odds(prior))
    return apart * 2**weights.look_alikes if learns else apart


def _alike_odds(weights: Weights) -> FloatArray:
    """The odds of each pair for a look-alike against chance."""
    return odds_of(-weights.look_alikes) - 1


class _Expected(NamedTuple):
    """
    What the candidates are held for.

    Attributes:
        matched: How likely each is a match.
        alike: For each kind of look-alike how likely each is one.
        prior: The prior at which as many matches are expected.
        likelihood: By how much the logarithm of their likelihood is above that of chance alone.
    """

    matched: FloatArray
    alike: list[FloatArray]
    prior: float
    likelihood: float


def _expected(learning: Learning, known: FellegiSunter, prior: float) -> _Expected:
    vectors = learning.candidates.vectors
    weights = known.weigh(vectors)
    matched, prior = _probabilities(learning, weights.match, prior)
    kinds = known.alike_odds(weights.partial, vectors.levels, vectors.names, vectors.records[1])
    alike_odds = _alike_odds(weights)
    others = (1 - matched) / (1 + alike_odds)
    odds = odds_of(weights.match + log_odds(prior))
    likelihood = likelihood_of_candidates(learning, odds, matched, alike_odds, others * alike_odds)
    return _Expected(matched, [others * each for each in kinds], prior, likelihood)


def _trust(candidates: Seen, matched: FloatArray, before: Rates, belief: Belief) -> list[float]:
    """For each comparison how many matches the starting model counts for, by the labels where they tell."""
    labelled = candidates.said == 1
    if belief.least_trust == belief.trust or matched[labelled].sum() < _NEARLY_ALL * matched.sum():
        return [belief.trust] * len(before.m)
    tried = np.geomspace(belief.trust, belief.least_trust, _TRIED).tolist()  # of equals the most
    counted = candidates.level_counts(labelled.astype(np.float64), before.m)
    return [likeliest_trust(seen, known, tried) for seen, known in zip(counted, before.m, strict=True)]


def counted_apart(random: Seen, weights: FloatArray, before: Rates) -> tuple[FloatArray, ...]:
    """How many random pairs show each level, each as likely as it is chance; one that people called no match counts wholly."""
    return random.level_counts(np.where(np.isnan(random.said), weights, 1 - random.said), before.u)


def chance_rates(counted: Sequence[FloatArray], before: Rates) -> tuple[FloatArray, ...]:
    """For each comparison the share of each level among pairs that are no matches, which lean on u where they are few."""
    return tuple(chance_shares(seen, known) for seen, known in zip(counted, before.u, strict=True))


def _probabilities(learning: Learning, weights: FloatArray, prior: float) -> tuple[FloatArray, float]:
    """
    The match probability of each candidate, and the prior over all pairs at which the two agree.

    Of two tables a left record has at most one match, so that its candidates compete; those do not that are known to be none,
    be it that another is known to be the match. Where a share c of the matches is labelled, a pair that nobody labelled is a
    match with 1 - c times the odds (Elkan and Noto, Learning Classifiers from Only Positive and Unlabeled Data, 2008).
    """
    seen, is_one = learning.candidates, learning.tables.is_one
    known = ~np.isnan(seen.said)
    excluded = seen.said == 0
    if not is_one:
        matched = np.bincount(seen.pairs.left, weights=seen.said == 1)[seen.pairs.left] > 0
        excluded |= matched & (seen.said != 1)
    probabilities = np.zeros(len(weights))
    labelled, share_labelled = float((seen.said == 1).sum()), 0.0
    for _ in range(_PRIOR_ROUNDS):
        odds = np.where(excluded, 0.0, (1 - share_labelled) * odds_of(weights + log_odds(prior)))
        rivals = odds if is_one else np.bincount(seen.pairs.left, weights=odds)[seen.pairs.left]
        probabilities = odds / (1 + rivals)
        probabilities[known] = seen.said[known]
        share_labelled = labelled / max(float(probabilities.sum()), 1.0)
        found = _prior(learning, float(probabilities.sum()))
        if abs(found - prior) <= _PRIOR_TOLERANCE * prior:
            break
        prior = found
    return probabilities, prior


def _prior(learning: Learning, matches: float) -> float:
    """
    The prior at which so many matches are expected.

    Of two tables a left record has one match or none: against none stands each right record with an equal part of the chance that
    there is one.
    """
    if learning.tables.is_one:
        return float(np.clip(matches / max(learning.pairs, 1.0), _SMALLEST_SHARE, _LARGEST_SHARE))
    right = len(learning.tables.right)
    share = float(np.clip(matches * right / learning.pairs, _SMALLEST_SHARE, MOST_REGISTERED))
    odds = share / (1 - share) / right
    return odds / (1 + odds)
