"""
Refinement: m, the prior and look-alikes from all candidate pairs, u from random ones without those that are matches.

Kin who share a surname, a town and the start of a postcode agree on more than chance allows, and are no matches. Where only
matches and chance are known, what chance does not explain is taken for matches with errors, and m of another given name rises
until kin are matches. So for tables of which the starting model says nothing of look-alikes these are learned as a third class
(Larsen and Rubin, Iterative Automated Record Linkage Using Mixture Models, JASA 96, 2001).

Expectation maximisation ends where its start leads. Where columns repeat each other, as a postcode tells the town, sessions take
whoever lives there for matches; so what the starting model says of matches is a second start. Of what is found the clearest is
kept, by likelihood less the entropy of who is a match (Biernacki, Celeux and Govaert, Assessing a Mixture Model for Clustering with
the Integrated Completed Likelihood, IEEE PAMI 22, 2000), if it gains more than its numbers cost (Schwarz 1978, the BIC). Likelihood
alone prefers to call all matches who are alike for any reason.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.decision import odds_of, probability_of
from hpmatch.fellegi_sunter import FellegiSunter, LookAlike, persons_at_large
from hpmatch.training.em import Rates, likeliest_trust, rates_of, shares, with_rates
from hpmatch.training.pairs import Seen, Tables
from hpmatch.training.trained import Sample
from hpmatch.training.unseen import chance_shares, keeping, unseen_levels

_ROUNDS, _AT_REST = 20, 0.002
MOST_ROUNDS = 5 * _ROUNDS  # without look-alikes; from either start with them, and the other way round
_FIRST_PRIOR = 1e-4
_PRIOR_ROUNDS, _PRIOR_TOLERANCE = 200, 1e-6
_SMALLEST_SHARE, _LARGEST_SHARE = 1e-12, 1 - 1e-6
NONE = 0.5  # fewer matches, or look-alikes, are none
# However many matches there are, some alert may be about nobody in the register.
_MOST_REGISTERED = 0.95
# Labels of nearly all matches show how often each level occurs; those of some may have been chosen for what they show.
_NEARLY_ALL = 0.9
_TRIED = 12


class Belief(NamedTuple):
    """
    What counts how much.

    Attributes:
        trust: How many matches the starting model counts for.
        unlabelled: How much a match counts that nobody labelled.
        least_trust: The fewest matches that the starting model counts for where labels tell how much it is worth.
        learns_look_alikes: Whether there may be look-alikes of whom the starting model does not tell.
    """

    trust: float
    unlabelled: float
    least_trust: float
    learns_look_alikes: bool


@dataclass(frozen=True)
class Learning:
    """
    What is learned from.

    Attributes:
        classifier: The one to start from.
        names: Its comparisons, in the order of the rates.
        tables: The tables.
        candidates: The pairs that the blocking rules find, or some of them.
        share: Which share of all that they find.
        random: Random pairs.
        belief: What counts how much.
    """

    classifier: FellegiSunter
    names: Sequence[str]
    tables: Tables
    candidates: Seen
    share: float
    random: Seen
    belief: Belief

    @property
    def pairs(self) -> float:
        """How many pairs there are of the records that the candidates are of."""
        return self.tables.all_pairs * self.share


@dataclass(frozen=True)
class Refined:
    """
    What was learned.

    Attributes:
        rates: m and u.
        look_alikes: Who else agrees for a reason.
        prior: The share of all pairs that are matches.
        matches: How many are expected.
        alike: How many pairs are expected to be of look-alikes.
        likelihood: By how much the logarithm of the candidates' likelihood is above that of chance alone.
        unclear: How unclear it is which candidates are matches, their entropy in nats.
        sample: What the numbers rest on.
    """

    rates: Rates
    look_alikes: tuple[LookAlike, ...]
    prior: float
    matches: float
    alike: float
    likelihood: float
    unclear: float
    sample: Sample


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
    between = tuple((m + u) / 2 for m, u in zip(first.m, first.u, strict=True))
    as_many = _look_alikes(learning, between, plain.prior)
    guessed = rates_of(learning.classifier, learning.names).m
    numbers = 1 + sum(len(table) - 1 for table in between)
    cost = numbers / 2 * np.log(len(learning.candidates.pairs))
    kept = plain
    for m, past in ((first.m, _ROUNDS), (guessed, 3 * _ROUNDS)):
        start = _round(learning, Rates(m, first.u), as_many, plain.prior)
        found = _with_look_alikes(learning, start, done, past)
        kept = found if _clearer(found, kept, cost) else kept
    return kept


def _with_look_alikes(learning: Learning, start: Refined, done: Callable[[int], None], past: int) -> Refined:
    """At rest, with the matches as the class that agrees on more; ``past`` rounds are done before."""
    found = _at_rest(learning, start, lambda number: done(past + number))
    turned = _turned(learning, found)
    return _at_rest(learning, turned, lambda number: done(past + _ROUNDS + number)) if turned else found


def _clearer(found: Refined, other: Refined, cost: float) -> bool:
    """Whether it tells matches from others better by more than it costs; what finds no matches tells nothing."""
    gained = (found.likelihood - found.unclear) - (other.likelihood - other.unclear)
    return found.matches >= NONE and gained > cost


def _look_alikes(learning: Learning, levels: Sequence[FloatArray], share: float) -> tuple[LookAlike, ...]:
    """Look-alikes that are a share of all pairs; none where that is not even one pair."""
    if share * learning.pairs < NONE:
        return ()
    shown = {name: tuple(table.tolist()) for name, table in zip(learning.names, levels, strict=True)}
    rate = share * persons_at_large(len(learning.tables.right))
    return (LookAlike("look-alike", rate, levels=shown, source="learned"),)


def _turned(learning: Learning, found: Refined) -> Refined | None:
    """
    Matches in the place of look-alikes and the other way round, if it is the look-alikes who agree on more.

    Expectation maximisation does not know which of two classes is which.
    """
    if not found.look_alikes:
        return None
    (look_alike,), rates = found.look_alikes, found.rates
    shown = tuple(np.array(look_alike.levels[name]) for name in learning.names)
    if _agreement(shown, rates.u) <= _agreement(rates.m, rates.u):
        return None
    share = look_alike.rate / persons_at_large(len(learning.tables.right))
    return _round(learning, Rates(shown, rates.u), _look_alikes(learning, rates.m, found.prior), share)


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
    known = replace(with_rates(learning.classifier, learning.names, rates), look_alikes=look_alikes)
    matched, alike, prior, likelihood = _expected(learning, known, prior)
    counting = np.where(np.isnan(candidates.said), belief.unlabelled, 1.0)
    seen = candidates.level_counts(matched * counting, before.m)
    found = candidates.level_counts(matched, before.m)
    trust = _trust(candidates, matched, before, belief)
    chance_matched = probability_of(known.match_weights(random.vectors) + log_odds(prior))
    apart = counted_apart(random, 1 - chance_matched, before)
    chance, unseen = chance_rates(apart, before), unseen_levels(found, apart)
    learned = keeping(Rates(shares(seen, before.m, before.m, trust), chance), before, unseen)
    if look_alikes and not any(each.shared for each in look_alikes):  # those of the starting model are kept
        shown = chance_rates(candidates.level_counts(alike, learned.u), learned)
        look_alikes = _look_alikes(learning, shown, float(alike.sum()) / learning.pairs)
    return Refined(
        learned,
        look_alikes,
        prior,
        float(matched.sum()) / learning.share,
        float(alike.sum()) / learning.share,
        likelihood,
        _entropy(matched),
        Sample(seen, trust, apart, chance, found, unseen),
    )


def _expected(
    learning: Learning, known: FellegiSunter, prior: float
) -> tuple[FloatArray, FloatArray, float, float]:
    """How likely each candidate is a match, and a look-alike; the prior; and by how much that is likelier than chance alone."""
    candidates = learning.candidates
    weights = known.weigh(candidates.vectors)
    matched, prior = _probabilities(learning, weights.match, prior)
    alike_odds = odds_of(-weights.look_alikes) - 1
    alike = (1 - matched) * alike_odds / (1 + alike_odds)
    odds = odds_of(weights.match + log_odds(prior))
    return matched, alike, prior, _likelihood(learning, odds, matched, alike_odds, alike)


def _likelihood(
    learning: Learning, odds: FloatArray, matched: FloatArray, alike_odds: FloatArray, alike: FloatArray
) -> float:
    """
    By how much the logarithm of the likelihood of the candidates that nobody labelled is above that of chance alone.

    Pairs are taken as independent events: each adds log(1 + odds), and how many are expected is taken off. But of two tables a
    left record has one match or none: it adds log(1 + the sum of the odds), and all left records the chance that they have none.

    Args:
        learning: What is learned from, with k candidates.
        odds: float64[k], of a match.
        matched: float64[k], the probability of one.
        alike_odds: float64[k], of a look-alike against chance.
        alike: float64[k], the probability of one.
    """
    said = ~np.isnan(learning.candidates.said)
    odds, matched, alike_odds, alike = (
        np.where(said, 0.0, each) for each in (odds, matched, alike_odds, alike)
    )
    gained = float((np.log1p(alike_odds) - alike).sum())
    if learning.tables.is_one:
        return gained + float((np.log1p(odds) - matched).sum())
    lefts = learning.pairs / len(learning.tables.right)
    share = min(float(matched.sum()) / lefts, _MOST_REGISTERED)
    of_left = np.bincount(learning.candidates.pairs.left, weights=odds)
    return gained + lefts * float(np.log1p(-share)) + float(np.log1p(of_left).sum())


def _entropy(probabilities: FloatArray) -> float:
    """Of independent events, in nats."""
    unsure = probabilities[(probabilities > 0) & (probabilities < 1)]
    return -float((unsure * np.log(unsure) + (1 - unsure) * np.log1p(-unsure)).sum())


def _trust(candidates: Seen, matched: FloatArray, before: Rates, belief: Belief) -> list[float]:
    """For each comparison how many matches the starting model counts for, by the labels where they tell."""
    labelled = candidates.said == 1
    if belief.least_trust == belief.trust or matched[labelled].sum() < _NEARLY_ALL * matched.sum():
        return [belief.trust] * len(before.m)
    tried = np.geomspace(belief.trust, belief.least_trust, _TRIED).tolist()  # of equals the most
    counted = candidates.level_counts(labelled.astype(np.float64), before.m)
    return [likeliest_trust(seen, known, tried) for seen, known in zip(counted, before.m, strict=True)]


def counted_apart(random: Seen, weights: FloatArray, before: Rates) -> tuple[FloatArray, ...]:
    """How many random pairs show each level, each with the probability that it is no match; a label goes before it."""
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
    share = float(np.clip(matches * right / learning.pairs, _SMALLEST_SHARE, _MOST_REGISTERED))
    odds = share / (1 - share) / right
    return odds / (1 + odds)


def log_odds(share: float) -> float:
    """The odds of a share as log2."""
    return float(np.log2(share / (1 - share)))
