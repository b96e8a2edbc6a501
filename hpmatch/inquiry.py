"""
What to ask: which one further fact would most likely settle who an unclear alert is about.

Who it is has a posterior over the candidates and "nobody". A fact is worth the information that its answer gives about that,
which is the mutual information between the answer and who it is, times the chance of an answer:

    known * sum over who, answer of P(who) P(answer | who) log2(P(answer | who) / P(answer))

An answer agrees with the candidates that hold one value, or with none. It agrees with the right person's value with the
probability ``agrees``, and with another's as often as ``chance`` says (see ``data/facts_to_ask.csv``). Candidates that hold
the same value stand together: no answer tells them apart.

An unmatchable alert has no candidates to weigh a fact by: all that it lacks is asked for, at once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Final

import numpy as np

from hpmatch.arrays import FloatArray, IntArray
from hpmatch.clusters import components
from hpmatch.data import read_table
from hpmatch.decision import REVIEW, UNMATCHABLE, DecisionRule
from hpmatch.persons import NO
from hpmatch.records import MISSING
from hpmatch.results import Identity, Result, only_of_alerts
from hpmatch.standardise.dates import is_default
from hpmatch.wording import LANGUAGES, check_language, country_names, say, word

_REQUESTS: Final = {
    "en": (
        "{alert}: to find out whether this professional is in our register, we kindly ask you for one fact: {fact}. "
        "Thank you for your help."
    ),
    "nb": (
        "{alert}: For å finne ut om helsepersonellet står i vårt register, ber vi vennligst om én opplysning: {fact}. "
        "På forhånd takk for hjelpen."
    ),
}
_REQUESTS_OF_MISSING: Final = {
    "en": (
        "{alert}: we could not hold this alert against our register, because it lacks a fact or has one that we cannot read. We "
        "kindly ask you for {fact}. Thank you for your help."
    ),
    "nb": (
        "{alert}: Vi kunne ikke holde meldingen opp mot vårt register, fordi en opplysning mangler eller ikke kan leses. Vi ber "
        "vennligst om {fact}. På forhånd takk for hjelpen."
    ),
}
# What an alert is looked up by, and the fact that tells it in full; a family name is told in full by any.
_IN_FULL: Final = {"family_name": "", "birth_date": "birth_date", "given_name": "given_names"}
_ALERT: Final = {"en": "Alert {alert_id}", "nb": "Melding {alert_id}"}
# Less than this is nothing but rounding.
_LEAST_BITS = 1e-9


@dataclass(frozen=True)
class Question:
    """
    A fact that may be asked for.

    Attributes:
        fact: What it is, as in ``data/facts_to_ask.csv``.
        bits: The expected information about who it is.
        settles: The probability that the answer makes a match or a no_match of the review.
        request_en: The request to the sender, in English.
        request_nb: The same in Norwegian.
    """

    fact: str
    bits: float
    settles: float
    request_en: str
    request_nb: str

    def request(self, language: str = "en") -> str:
        """
        The request in a language.

        Raises:
            HpmatchError: If there is none in that language.
        """
        return self.request_en if check_language(language) == "en" else self.request_nb


@dataclass(frozen=True)
class Missing:
    """
    What an alert lacks, so that it could not be held against the register.

    Attributes:
        facts: What it lacks: family_name, birth_date, given_name, one or several of them.
        request_en: The request to the sender for all of them, in English.
        request_nb: The same in Norwegian.
    """

    facts: tuple[str, ...]
    request_en: str
    request_nb: str

    def request(self, language: str = "en") -> str:
        """
        The request in a language.

        Raises:
            HpmatchError: If there is none in that language.
        """
        return self.request_en if check_language(language) == "en" else self.request_nb


@dataclass(frozen=True)
class Fact:
    """
    A row of ``data/facts_to_ask.csv``.

    Attributes:
        name: What it is.
        told_by: The columns of an alert that tell it.
        told_when: When they tell it in full, see ``_TOLD``.
        register_columns: The columns of the register that hold it; none if it is asked of the person's file.
        apart_by: Whether candidates are told apart where the "whole" differs, or only where they have no "part" in common.
        known: How likely the sender answers.
        agrees: How often the answer agrees when it is the same person.
        chance: How often it agrees with another person.
        words: What is asked for, by language.
    """

    name: str
    told_by: tuple[str, ...]
    told_when: str
    register_columns: tuple[str, ...]
    apart_by: str
    known: float
    agrees: float
    chance: float
    words: Mapping[str, str]


def what_to_ask(result: Result, alert_id: str) -> tuple[Question, ...]:
    """
    Say what to ask the sender of an alert whose identity is unclear.

    What the alert tells in full already, or another alert about the same person, is not asked, nor what says nothing.

    Args:
        result: What ``link`` returned.
        alert_id: The alert.

    Returns:
        The questions, the one that tells most first; none for an alert that is not in review.

    Raises:
        HpmatchError: If there is no such alert in the result.

    Example:
        >>> from hpmatch.link import link
        >>> born = [("1", "Kari", "1980-02-03"), ("2", "Kari", "1980-05-06")]
        >>> register = [{"hpr_number": no, "family_name": "Berglund", "given_name": name, "birth_date": date} for no, name, date in born]
        >>> alerts = [{"alert_id": "A1", "sending_country": "SE", "family_name": "Berglund", "given_name": "Kari", "birth_date": "1980"}]
        >>> question = what_to_ask(link(alerts, register), "A1")[0]
        >>> question.fact, question.request_en.partition(":")[0]
        ('birth_date', 'Alert A1 (Sweden)')
    """
    only_of_alerts(result)
    if result.explain(alert_id).disposition != REVIEW:
        return ()
    identity = result.identity(alert_id)
    asked = [_question(fact, identity, str(alert_id)) for fact in facts() if not _is_told(fact, identity)]
    telling = [question for question in asked if question.bits > _LEAST_BITS]
    return tuple(sorted(telling, key=lambda question: (-question.bits, -question.settles, question.fact)))


def what_is_missing(result: Result, alert_id: str) -> Missing | None:
    """
    Say what to ask the sender of an unmatchable alert for: what it lacks or, if it has everything, what it does not tell in full.

    Args:
        result: What ``link`` returned.
        alert_id: The alert.

    Returns:
        What it lacks; None for an alert that is not unmatchable, or one that tells all in full and fits too many.

    Raises:
        HpmatchError: If there is no such alert in the result.

    Example:
        >>> from hpmatch.link import link
        >>> register = [{"hpr_number": "1", "family_name": "Berglund", "given_name": "Kari", "birth_date": "1980-02-03"}]
        >>> alerts = [{"alert_id": "A1", "sending_country": "SE", "family_name": "", "given_name": "Kari", "birth_date": ""}]
        >>> what_is_missing(link(alerts, register), "A1").facts
        ('family_name', 'birth_date')
    """
    only_of_alerts(result)
    if result.explain(alert_id).disposition != UNMATCHABLE:
        return None
    identity = result.identity(alert_id)
    lacking = [role for role in _IN_FULL if not any(alert.get(role) for alert in identity.alerts)]
    by_name = {fact.name: fact for fact in facts()}
    asked = lacking or [
        role for role, name in _IN_FULL.items() if name and not _is_told(by_name[name], identity)
    ]
    if not asked:
        return None
    words = {
        language: _listed([_words(role, by_name, language) for role in asked], language)
        for language in LANGUAGES
    }
    return Missing(
        tuple(asked),
        *(
            _request(words, str(alert_id), identity.country, language, _REQUESTS_OF_MISSING)
            for language in LANGUAGES
        ),
    )


def _words(role: str, by_name: Mapping[str, Fact], language: str) -> str:
    """What is asked for where an alert lacks a role."""
    name = _IN_FULL[role]
    return by_name[name].words[language] if name else word("the", role, language)


def _listed(words: Sequence[str], language: str) -> str:
    *others, last = words
    return say("ask.and", language, others=", ".join(others), last=last) if others else last


def unclear_alerts(result: Result, disposition: str = REVIEW) -> tuple[str, ...]:
    """
    The alerts to ask about: the first in review of each person with an alert in force.

    Args:
        result: What ``link`` returned.
        disposition: Which alerts: in review, or unmatchable.

    Raises:
        HpmatchError: If it is no result of alerts.
    """
    only_of_alerts(result)
    of_person: dict[str, str] = {}
    persons = zip(*(result.persons[name].to_pylist() for name in ("person_id", "in_force")), strict=True)
    over = {person for person, in_force in persons if set(in_force.split(";")) == {NO}}
    for row in result.dispositions.to_pylist():  # by alert_id
        if row["disposition"] == disposition and row["person_id"] not in over:
            of_person.setdefault(row["person_id"], row["alert_id"])
    return tuple(of_person.values())


def _question(fact: Fact, identity: Identity, alert_id: str) -> Question:
    posterior = np.append(identity.probabilities, max(1 - sum(identity.probabilities), 0.0))
    answers = answer_table(_groups(fact, identity.candidates), fact.agrees, fact.chance)
    return Question(
        fact.name,
        fact.known * information(posterior, answers),
        fact.known * settling(posterior, answers, identity.rule),
        *(_request(fact.words, alert_id, identity.country, language) for language in LANGUAGES),
    )


def answer_table(groups: IntArray, agrees: float, chance: float) -> FloatArray:
    """
    How likely each answer is for everybody whom the alert may be about.

    Args:
        groups: int[k], for each candidate the number of its value, the same for candidates that no answer tells apart;
            -1 where its value is not known.
        agrees: How often the answer agrees with the right person's value.
        chance: How often it agrees with another person's.

    Returns:
        float64[k + 1, v + 1], P(answer | who): a row a candidate and one for nobody, a column a value and one for an answer
        that agrees with none.

    Example:
        >>> answer_table(np.array([0, 0, 1]), agrees=0.9, chance=0.1).round(2).tolist()
        [[0.9, 0.01, 0.09], [0.9, 0.01, 0.09], [0.01, 0.9, 0.09], [0.1, 0.1, 0.8]]
    """
    values, place = np.unique(groups[groups >= 0], return_inverse=True)
    holders = np.flatnonzero(groups >= 0)
    # Several values cannot together be met by chance more often than always.
    table = np.full((len(groups) + 1, len(values)), min(chance, 1 / max(len(values), 1)))
    table[holders] *= 1 - agrees
    table[holders, place] = agrees
    return np.column_stack([table, np.maximum(1 - table.sum(axis=1), 0.0)])


def information(posterior: FloatArray, answers: FloatArray) -> float:
    """
    The mutual information between an answer and who it is, in bits.

    Args:
        posterior: float64[n], the probability of each, adding up to 1.
        answers: float64[n, a], P(answer | who).

    Example:
        >>> information(np.array([0.5, 0.5]), np.array([[1.0, 0.0], [0.0, 1.0]]))
        1.0
    """
    joint = posterior[:, None] * answers
    independent = posterior[:, None] * joint.sum(axis=0)
    possible = joint > 0
    return max(float((joint[possible] * np.log2(joint[possible] / independent[possible])).sum()), 0.0)


def settling(posterior: FloatArray, answers: FloatArray, rule: DecisionRule) -> float:
    """
    The probability that the answer leads to a match or a no_match.

    Args:
        posterior: float64[n], the probability of each, nobody's last.
        answers: float64[n, a], P(answer | who).
        rule: The thresholds.

    Example:
        >>> settling(np.array([0.5, 0.5]), np.array([[1.0, 0.0], [0.0, 1.0]]), DecisionRule(0.03, 0.95, 0.05))
        1.0
    """
    joint = posterior[:, None] * answers
    chances = joint.sum(axis=0)
    after = joint / np.where(chances > 0, chances, 1.0)
    candidates = after[:-1]
    settled = (candidates.max(axis=0, initial=0.0) >= rule.match) | (candidates.sum(axis=0) < rule.review)
    return float(chances[settled].sum())


def _groups(fact: Fact, candidates: Sequence[Mapping[str, object]]) -> IntArray:
    """For each candidate the number of its value; what stands in a person's file is everybody's own."""
    if not fact.register_columns:
        return np.arange(len(candidates))
    values = [_value(fact, candidate) for candidate in candidates]
    alike = [
        (one, other)
        for one, other in combinations(range(len(values)), 2)
        if _alike(fact, values[one], values[other])
    ]
    left, right = np.array(alike, np.int64).reshape(-1, 2).T
    return np.where([bool(value) for value in values], components(len(values), left, right), MISSING)


def _value(fact: Fact, candidate: Mapping[str, object]) -> tuple[object, ...]:
    cells = (candidate.get(column) for column in fact.register_columns)
    return tuple(part for cell in cells if cell for part in (cell if isinstance(cell, tuple) else (cell,)))


def _alike(fact: Fact, one: tuple[object, ...], other: tuple[object, ...]) -> bool:
    return bool(set(one) & set(other)) if fact.apart_by == "part" else bool(one) and set(one) == set(other)


def _is_told(fact: Fact, identity: Identity) -> bool:
    """Whether some alert about the person tells the fact in full."""
    held = [_value(fact, candidate) for candidate in identity.candidates]
    is_told = _TOLD[fact.told_when]
    return any(
        is_told(cell if isinstance(cell, tuple) else (cell,), held)
        for alert in identity.alerts
        for column in fact.told_by
        if (cell := alert.get(column))
    )


def _is_whole_date(readings: tuple[object, ...], _: Sequence[tuple[object, ...]]) -> bool:
    """A reading with month and day; 1 January and 1 July are written for days that nobody knows."""
    dates = [reading for reading in readings if isinstance(reading, int)]
    return any(date % 100 and date // 100 % 100 and not is_default(date) for date in dates)


def _are_full_names(names: tuple[object, ...], held: Sequence[tuple[object, ...]]) -> bool:
    """Written out, and as many as any candidate has."""
    return all(len(str(name)) > 1 for name in names) and len(names) >= max(map(len, held), default=0)


_Told = Callable[[tuple[object, ...], Sequence[tuple[object, ...]]], bool]
_TOLD: Final[Mapping[str, _Told]] = {
    "any": lambda *_: True,
    "never": lambda *_: False,
    "whole date": _is_whole_date,
    "full names": _are_full_names,
}


def _request(
    words: Mapping[str, str],
    alert_id: str,
    country: str,
    language: str,
    requests: Mapping[str, str] = _REQUESTS,
) -> str:
    """What is asked for, for one alert: nothing of the person, the candidates or the register."""
    sender = country_names().get(country, {}).get(language)
    alert = _ALERT[language].format(alert_id=alert_id) + (f" ({sender})" if sender else "")
    return requests[language].format(alert=alert, fact=words[language])


@cache
def facts() -> tuple[Fact, ...]:
    """
    The facts that may be asked for.

    Example:
        >>> facts()[0].name, facts()[0].words["nb"]
        ('birth_place', 'fødestedet')
    """
    return tuple(
        Fact(
            name=row["fact"],
            told_by=tuple(row["told_by"].split()),
            told_when=row["told_when"],
            register_columns=tuple(row["register_columns"].split()),
            apart_by=row["apart_by"],
            known=float(row["known"]),
            agrees=float(row["agrees"]),
            chance=float(row["chance"]),
            words={language: row[f"request_{language}"] for language in LANGUAGES},
        )
        for row in read_table("facts_to_ask")
    )
