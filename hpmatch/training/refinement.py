"""
Refinement: m, the prior and look-alikes from all candidate pairs, u from random ones without those that are matches.

Kin who share a surname, a town and the start of a postcode agree on more than chance allows, and are no matches. Where only
matches and chance are known, what chance does not explain is taken for matches with errors, and m of another given name rises
until kin are matches. So for tables of which the starting model says nothing of look-alikes these are learned as further classes
(Larsen and Rubin, Iterative Automated Record Linkage Using Mixture Models, JASA 96, 2001): one that starts half-way between
matches and chance, and where columns tell one person from his kin, one more that starts as kin, and then others while they make what
was seen likelier. Were there but one, namesakes would fill it, who are many, and kin would be matches. Where a column hardly tells
look-alikes from chance, they are chance in it: else a class of namesakes takes in whoever moved, and a match that moved were none.

Expectation maximisation ends where its start leads. Where columns repeat each other, as a postcode tells the town, sessions take
whoever lives there for matches; so what the starting model says of matches is a second start. Of what is found the likeliest is
kept, if it gains more than its numbers cost (Schwarz 1978, the BIC). For a model that takes columns for independent those of one
home are often the likeliest matches: they repeat each other in all that a home shares. But next to no person differs both in
given name and in birth date; so no more of the matches may (``expectation.py``).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.decision import log_odds, probability_of
from hpmatch.fellegi_sunter import LookAlike, Weights
from hpmatch.training.em import Rates, likeliest_trust, rates_of, shares, with_rates
from hpmatch.training.expectation import alike_odds_of, expected
from hpmatch.training.learning import Belief, Learning, Refined
from hpmatch.training.likelihood import likelihood_of_chance
from hpmatch.training.look_alikes import (
    NONE,
    Kind,
    kinds_learned,
    kinds_of,
    look_alikes_of,
    weight_against_chance,
)
from hpmatch.training.pairs import Seen
from hpmatch.training.trained import Sample
from hpmatch.training.unseen import chance_rates, keeping, unseen_levels

_ROUNDS, _AT_REST = 20, 0.002
_FURTHER = 2  # kinds of look-alikes, at most, beside those of the starts
# Without look-alikes; with them from three starts and with each further kind, and the other way round.
MOST_ROUNDS = (1 + 2 * (3 + _FURTHER)) * _ROUNDS
_FIRST_PRIOR = 1e-4
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
    rounds = count(1)

    def found_from(rates: Rates, look_alikes: tuple[LookAlike, ...], prior: float) -> Refined:
        return _at_rest(learning, _round(learning, rates, look_alikes, prior), lambda: done(next(rounds)))

    plain = found_from(first, given, _FIRST_PRIOR)
    if given or not learning.belief.learns_look_alikes or plain.matches < NONE:
        return plain
    guess = Rates(rates_of(learning.classifier, learning.names).m, first.u)
    halfway, kin = _halfway(learning, first, plain.prior), _kin(learning, guess, plain.prior)
    starts = [(first, [halfway]), (guess, [halfway]), *([(guess, [halfway, kin])] if kin else [])]
    cost = _cost_of_a_kind(learning, guess)
    kept = plain
    for rates, kinds in starts:
        found = found_from(rates, look_alikes_of(learning, kinds), plain.prior)
        kept = found if _likelier(found, kept, cost) else kept
    if not kin:
        return kept
    for _ in range(_FURTHER):
        kinds = [*kinds_of(learning, kept.look_alikes), kin]
        found = found_from(kept.rates, look_alikes_of(learning, kinds), kept.prior)
        if not _likelier(found, kept, cost):
            break
        kept = found
    return kept


def _halfway(learning: Learning, rates: Rates, share: float) -> Kind:
    """Look-alikes half-way between matches and chance."""
    shown = zip(learning.names, rates.m, rates.u, strict=True)
    return Kind({name: (m + u) / 2 for name, m, u in shown}, share)


def _kin(learning: Learning, rates: Rates, share: float) -> Kind | None:
    """Look-alikes who agree as matches do in all that is not personal; None if nothing is personal, or all."""
    shown = {n: m for n, m in zip(learning.names, rates.m, strict=True) if n not in learning.personal}
    return Kind(shown, share) if 0 < len(shown) < len(learning.names) else None


def _cost_of_a_kind(learning: Learning, rates: Rates) -> float:
    """By how much a kind of look-alikes has to raise the logarithm of the likelihood (the BIC)."""
    numbers = 1 + sum(len(table) - 1 for table in rates.m)
    return float(numbers / 2 * np.log(len(learning.candidates.pairs)))


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


def _at_rest(learning: Learning, first: Refined, done: Callable[[], None]) -> Refined:
    """At rest, with the matches as the class that agrees on more."""
    found = _settled(learning, first, done)
    turned = _turned(learning, found)
    return _settled(learning, turned, done) if turned else found


def _settled(learning: Learning, first: Refined, done: Callable[[], None]) -> Refined:
    """Round after round until the numbers of matches and of look-alikes stay."""
    found = first
    for _ in range(1, _ROUNDS):
        done()
        last, found = found, _round(learning, found.rates, found.look_alikes, found.prior)
        then, now = np.array([last.matches, last.alike]), np.array([found.matches, found.alike])
        if (np.abs(now - then) <= _AT_REST * now).all():
            break
    return found


def _turned(learning: Learning, found: Refined) -> Refined | None:
    """
    Matches in the place of look-alikes and the other way round, if it is the look-alikes who agree on more.

    Expectation maximisation does not know which of two classes is which.
    """
    names, (m, u) = learning.names, (found.rates.m, found.rates.u)
    kinds = kinds_of(learning, found.look_alikes)
    by_chance = dict(zip(names, u, strict=True))
    tables = [tuple(kind.shown.get(name, by_chance[name]) for name in names) for kind in kinds]
    agreeing = [_agreement(table, u) for table in tables]
    if max(agreeing, default=0.0) <= _agreement(m, u):
        return None
    place = int(np.argmax(agreeing))
    share = kinds[place].share
    kinds[place] = Kind(dict(zip(names, m, strict=True)), found.prior)
    return _round(learning, Rates(tables[place], u), look_alikes_of(learning, kinds), share)


def _agreement(shown: Sequence[FloatArray], u: Sequence[FloatArray]) -> float:
    """What a pair that shows levels at these rates weighs against chance, on average."""
    return sum(weight_against_chance(rates, chance) for rates, chance in zip(shown, u, strict=True))


def _round(learning: Learning, rates: Rates, look_alikes: tuple[LookAlike, ...], prior: float) -> Refined:
    """What is learned from how likely each candidate is a match or a look-alike by what is known."""
    candidates, drawn, belief = learning.candidates, learning.drawn, learning.belief
    before = rates_of(learning.classifier, learning.names)
    learns = not any(each.shared for each in look_alikes)  # those of the starting model are kept
    known = replace(with_rates(learning.classifier, learning.names, rates), look_alikes=look_alikes)
    held_for = expected(learning, known, prior)
    matched = held_for.matched
    counting = np.where(np.isnan(candidates.said), belief.unlabelled, 1.0)
    seen = candidates.level_counts(matched * counting, before.m)
    found = candidates.level_counts(matched, before.m)
    trust = _trust(candidates, matched, before, belief)
    of_random = known.weigh(drawn.vectors)
    apart = drawn.level_counts_by_chance(_by_chance(of_random, held_for.prior, learns), before.u)
    chance, unseen = chance_rates(apart, before.u), unseen_levels(found, apart)
    learned = keeping(Rates(shares(seen, before.m, before.m, trust), chance), before, unseen)
    if learns:
        look_alikes = look_alikes_of(learning, kinds_learned(learning, learned, held_for.alike))
    return Refined(
        learned,
        look_alikes,
        held_for.prior,
        float(matched.sum()) / learning.share,
        float(sum(map(np.sum, held_for.alike))) / learning.share,
        held_for.likelihood + likelihood_of_chance(learning, rates.u, alike_odds_of(of_random)),
        Sample(seen, trust, apart, chance, found, unseen),
    )


def _by_chance(weights: Weights, prior: float, learns: bool) -> FloatArray:
    """How likely each pair is neither a match nor one of the look-alikes that are learned."""
    apart = 1 - probability_of(weights.match + log_odds(prior))
    return apart * 2**weights.look_alikes if learns else apart


def _trust(candidates: Seen, matched: FloatArray, before: Rates, belief: Belief) -> list[float]:
    """For each comparison how many matches the starting model counts for, by the labels where they tell."""
    labelled = candidates.said == 1
    if belief.least_trust == belief.trust or matched[labelled].sum() < _NEARLY_ALL * matched.sum():
        return [belief.trust] * len(before.m)
    tried = np.geomspace(belief.trust, belief.least_trust, _TRIED).tolist()  # of equals the most
    counted = candidates.level_counts(labelled.astype(np.float64), before.m)
    return [likeliest_trust(seen, known, tried) for seen, known in zip(counted, before.m, strict=True)]
