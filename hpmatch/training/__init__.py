"""
Training: m and u probabilities and the prior, learned from the tables themselves, with labels or without.

    u       from random pairs, drawn by a hash of their identifiers so that a draw repeats exactly
    m       by expectation maximisation (``em.py``), one session a blocking rule: the pairs that the rule finds, by the
            comparisons that read none of the rule's columns, u known
    prior   from the expected number of matches among all candidate pairs
    again   u without the random pairs that are matches, m among all candidate pairs, the prior, look-alikes, until they stay
            (``refinement.py``)

One session a rule because pairs that share a name say nothing of how often names agree, and because pooled sessions let the
prior run away (Herzog, Scheuren and Winkler 2007, chapter 9, on why one session cannot do). What the starting model says
counts as so many matches seen before, so that few matches cannot overthrow it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import UnionType
from typing import Any

import numpy as np
import pyarrow.compute as pc

from hpmatch.arrays import FloatArray
from hpmatch.assembly import Start, model_for
from hpmatch.comparison.dates import BirthDate
from hpmatch.comparison.identifiers import NationalId
from hpmatch.comparison.names import GivenName
from hpmatch.decision import log_odds
from hpmatch.errors import ModelError
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.labels import read_labels
from hpmatch.model import RECORDS, Model, read_model
from hpmatch.protocols import Progress
from hpmatch.reading import read_for
from hpmatch.schema import Schema, with_id
from hpmatch.sources import read
from hpmatch.training.em import PatternCounts, Rates, estimate, rates_of, shares, with_rates
from hpmatch.training.learning import Belief, Learning, Refined
from hpmatch.training.look_alikes import NONE
from hpmatch.training.pairs import Tables, compared
from hpmatch.training.refinement import MOST_ROUNDS, refined
from hpmatch.training.trained import Session, Trained, levels_of, warnings_of
from hpmatch.training.unseen import chance_rates

_FEWEST_COMPARISONS = 2
_FIRST_SHARE = 0.1

# Among alerts are namesakes and kin of registered persons by the hundred, which without labels look like matches with a wrong
# birth date: counted fully, m of a wrong date rises until they are matches (on generated data, 200,000 registered and 610
# hits, 981 were expected and best F1 fell from 0.972 to 0.932). Hence a small share (Winkler 2002 weighs them so too).
_SHIPPED = Belief(300.0, 0.03, 10.0, learns_look_alikes=False)
_ASSEMBLED = Belief(10.0, 1.0, 10.0, learns_look_alikes=True)


def train(
    left: Any,
    right: Any = None,
    model: Model | str | Path | None = None,
    *,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    labels: Any = None,
    trust: float | None = None,
    most_pairs: int = 1_000_000,
    seed: int = 1,
    progress: Progress | None = None,
) -> Trained:
    """
    Learn m, u and the prior from the tables that are to be linked, with labels or without.

    Args:
        left: The table, or the left one of two (the alerts); see ``hpmatch.link``.
        right: The right one (the register), or None to find duplicates within one table.
        model: The model to start from; None for the shipped one where the tables are alerts and a register, and for any
            other tables one put together from what the schema says the columns are.
        id: The column that identifies a record, in each table; by default what the schema or its name says, or the first column.
        schema: Which column plays which role, or is of which kind.
        labels: What people said of pairs; see ``hpmatch.labels``. A pair that nobody labelled is learned from as well.
        trust: How many matches the starting model counts for, above 0; by default 300 for a model of alerts, and 10 for one of
            records of any kind, whose numbers are guesses. Where nearly all matches are labelled, the labels say how many between
            10 and 300 it is worth: fewer, the worse it foretold them.
        most_pairs: Not more than so many pairs are looked at a time.
        seed: Which random pairs; the same gives the same model.
        progress: Called with "train", what is done and what there is to do.

    Returns:
        The model, what was learned and how sure it is.

    Raises:
        HpmatchError: If the data, schema, labels or model cannot be used, or a number makes no sense.

    Example:
        >>> people = [{"no": f"{copy}{i}", "given_name": name, "family_name": "Berg", "birth_date": f"19{i:02}-03-04"}
        ...           for copy in "ab" for i, name in enumerate(["Kari", "Ola", "Nina", "Per"] * 10)]
        >>> trained = train(people)
        >>> 38 < trained.matches < 42
        True
    """
    if trust is not None and not 0 < trust < np.inf:
        raise ModelError("trust is how many matches the starting model counts for, a number above 0")
    if most_pairs < 1:
        raise ModelError("most_pairs has to be at least 1")
    report = progress or (lambda *_: None)
    (start, schema, left_out), tables = _read(
        left, right, model, with_id(schema, id), labels, most_pairs, seed
    )
    classifier = start.classifier
    if not isinstance(classifier, FellegiSunter):
        raise ModelError(
            f"model {start.name!r} does not weigh by m and u probabilities ({type(classifier).__name__}); "
            f"train its classifier by its own means"
        )
    said = _ASSEMBLED if start.subject == RECORDS else _SHIPPED
    belief = said if trust is None else said._replace(trust=trust, least_trust=trust)
    return replace(_learn(start, classifier, tables, belief, report), schema=schema, left_out=left_out)


def _read(
    left: Any,
    right: Any,
    model: Model | str | Path | None,
    schema: Schema | str | Path | None,
    labels: Any,
    most_pairs: int,
    seed: int,
) -> tuple[Start, Tables]:
    sides = {"records": left} if right is None else {"alerts": left, "register": right}
    raw = {table: read(source, table) for table, source in sides.items()}
    start = Start(read_model(model), schema) if model is not None else model_for(raw, schema)
    found = [read_for(start.model, source, table, schema).records for table, source in raw.items()]
    if right is None:  # which record of a pair stands left must not hang on the order of rows
        found = [records.take(np.asarray(pc.sort_indices(records.ids), np.int64)) for records in found]
    said = None if labels is None else read_labels(labels)
    return start, Tables(found[0], found[-1], said, most_pairs, seed)


def _learn(
    start: Model,
    classifier: FellegiSunter,
    tables: Tables,
    belief: Belief,
    report: Progress,
) -> Trained:
    names = [part.name for part in start.parts]
    before = rates_of(classifier, names)
    steps = len(start.blocking_rules) + 2 + MOST_ROUNDS
    report("train", 0, steps)
    random = compared(tables, tables.random_pairs(), start)
    report("train", 1, steps)
    u = chance_rates(random.level_counts(random.said != 1, before.u), before.u)
    m, sessions = _sessions(
        start, tables, Rates(before.m, u), belief, lambda done: report("train", done + 1, steps)
    )
    pairs, share = tables.found_by(start.blocking_rules, start.max_block)
    if not share:
        raise ModelError(
            f"most_pairs is {tables.most_pairs:,}, and a single record has more candidates; give more"
        )
    learning = Learning(
        classifier=classifier,
        names=names,
        tables=tables,
        candidates=compared(tables, pairs, start),
        share=share,
        random=random,
        personal=_names_of(start, GivenName | BirthDate | NationalId),
        from_birth=_names_of(start, GivenName | BirthDate),
        belief=belief,
    )
    found = refined(learning, Rates(m, u), lambda done: report("train", steps - MOST_ROUNDS + done, steps))
    report("train", steps, steps)
    if found.matches < NONE or not _tells_apart(found):
        found = replace(found, rates=before, look_alikes=classifier.look_alikes, matches=0.0, alike=0.0)
    learned = with_rates(classifier, names, found.rates, "learned")
    return Trained(
        model=replace(
            start,
            classifier=replace(learned, look_alikes=found.look_alikes),
            decision=replace(start.decision, registered_share=_registered_share(start, tables, found)),
            about=_about(start, tables, found.matches),
        ),
        levels=levels_of(start, before, found.rates, found.sample),
        sessions=sessions,
        matches=found.matches,
        look_alikes=found.alike,
        warnings=warnings_of(start, tables, sessions, random, found.sample, found.matches),
        trust=dict(zip(names, found.sample.trust, strict=True)),
    )


def _names_of(start: Model, kinds: type | UnionType) -> frozenset[str]:
    """The comparisons of these kinds."""
    return frozenset(part.name for part in start.parts if isinstance(part, kinds))


def _sessions(
    start: Model, tables: Tables, known: Rates, belief: Belief, done: Callable[[int], None]
) -> tuple[tuple[FloatArray, ...], tuple[Session, ...]]:
    """The m from all sessions together, and what each told."""
    seen = [np.zeros(len(table)) for table in known.m]
    sessions = []
    for number, rule in enumerate(start.blocking_rules, 1):
        pairs, _ = tables.found_by([rule], start.max_block)
        found = compared(tables, pairs, start, without=rule.columns)
        done(number)
        if len(found.parts) < _FEWEST_COMPARISONS or not len(pairs):
            continue
        of_parts = Rates(*(tuple(table[part] for part in found.parts) for table in (known.m, known.u)))
        told = estimate(
            PatternCounts.of(found.vectors, found.said),
            of_parts,
            _FIRST_SHARE,
            trust=belief.trust,
            keep_u=True,
        )
        for part, counted in zip(found.parts, told.of_matches, strict=True):
            seen[part] = seen[part] + belief.unlabelled * counted
        sessions.append(
            Session(
                rule.name,
                len(pairs),
                found.vectors.names,
                told.match_share,
                len(told.log_likelihoods),
                told.converged,
            )
        )
    labelled = compared(tables, tables.labelled_pairs(), start)
    for part, counted in enumerate(labelled.level_counts(labelled.said, known.m)):
        seen[part] = seen[part] + counted
    return shares(seen, known.m, known.m, belief.trust), tuple(sessions)


def _tells_apart(found: Refined) -> bool:
    """Whether any two records could be called a match at all."""
    best = sum(float(np.log2(m / u).max()) for m, u in zip(found.rates.m, found.rates.u, strict=True))
    return bool(best + log_odds(found.prior) > 0)


def _registered_share(start: Model, tables: Tables, found: Refined) -> float:
    """The share at which the prior odds of a pair, share / (1 - share) / records, are those learned."""
    if not found.matches:
        return start.decision.registered_share
    odds = found.prior / (1 - found.prior) * len(tables.right)
    return float(odds / (1 + odds))


def _about(start: Model, tables: Tables, matches: float) -> str:
    held = (
        f"{len(tables.left):,} records"
        if tables.is_one
        else f"{len(tables.left):,} x {len(tables.right):,} records"
    )
    labels = f" and {len(tables.labelled_pairs()):,} labelled pairs" if tables.labels is not None else ""
    return f"{start.about} Trained on {held}{labels}; {matches:,.0f} matches expected.".strip()
