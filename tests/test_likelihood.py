"""How likely training makes what was seen: against slow sums over all pairs."""

from dataclasses import replace
from math import log, log1p

import numpy as np
import pytest
from test_refinement import SCHEMA, families

import hpmatch as hp
from hpmatch import training
from hpmatch.fellegi_sunter import LookAlike
from hpmatch.training.em import with_rates
from hpmatch.training.likelihood import likelihood_of_candidates, likelihood_of_chance

PRIOR = 0.01


class _LearningKnownError(Exception):
    pass


def _learning(monkeypatch, rows, most_pairs):
    """What training would learn from, and m and u at first."""
    found = []

    def stop(*learning):
        found.extend(learning)
        raise _LearningKnownError

    monkeypatch.setattr(training, "refined", stop)
    with pytest.raises(_LearningKnownError):
        hp.train(rows, schema=SCHEMA, most_pairs=most_pairs)
    return found[0], found[1]


def _odds(learning, seen, rates):
    """For each pair the odds of a match, and those of a look-alike who shares the surname and the street as matches do."""
    names = learning.names
    shown = {name: tuple(m.tolist()) for name, m in zip(names, rates.m, strict=True) if name != "born"}
    kin = LookAlike("kin", 50.0, levels={name: shown[name] for name in ("surname", "street")})
    known = replace(with_rates(learning.classifier, names, rates), look_alikes=(kin,))
    weights = known.weigh(seen.vectors)
    return 2**weights.match * PRIOR / (1 - PRIOR), 2**-weights.look_alikes - 1


def _by_hand(learning, rates, everything):
    """The sum over all pairs, one after the other."""
    odds, alike = _odds(learning, everything, rates)
    drawn = learning.random.level_counts(np.ones(len(learning.random.pairs)), rates.u)
    candidates = set(
        zip(learning.candidates.pairs.left.tolist(), learning.candidates.pairs.right.tolist(), strict=True)
    )
    found = 0.0
    pairs = zip(everything.pairs.left.tolist(), everything.pairs.right.tolist(), strict=True)
    for place, (left, right) in enumerate(pairs):
        for level, u, seen in zip(everything.vectors.levels[place], rates.u, drawn, strict=True):
            if level >= 0 and seen[level]:
                found += log(u[level] / u[seen > 0].sum() * seen.sum() / seen[level])
        found += log1p(alike[place])
        if (left, right) in candidates or (right, left) in candidates:
            matched = odds[place] / (1 + odds[place])
            found += log1p(odds[place]) - matched - alike[place] / (1 + alike[place]) * (1 - matched)
    return found


@pytest.mark.parametrize(("most_pairs", "off"), [(1_000_000, 1e-9), (20_000, 0.05)], ids=["all", "some"])
def test_the_likelihood_is_that_of_all_pairs(monkeypatch, most_pairs, off):
    """Exact where all 28,680 pairs of 240 records are drawn, near it where seven in ten are."""
    rows = [row for row in families()[0] if int(row["no"].split("-")[0]) < 30]
    everything = _learning(monkeypatch, rows, 1_000_000)[0].random
    learning, rates = _learning(monkeypatch, rows, most_pairs)
    odds, alike_odds = _odds(learning, learning.candidates, rates)
    matched = odds / (1 + odds)
    alike = alike_odds / (1 + alike_odds) * (1 - matched)
    found = likelihood_of_candidates(learning, odds, matched, alike_odds, alike)
    found += likelihood_of_chance(learning, rates.u, _odds(learning, learning.drawn, rates)[1])
    by_hand = _by_hand(learning, rates, everything)
    assert abs(by_hand) > 300  # it is no difference of nothings
    assert found == pytest.approx(by_hand, rel=off)
