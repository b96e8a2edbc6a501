"""What to ask about an alert whose identity is unclear."""

import csv
import json
import re
from dataclasses import FrozenInstanceError, replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.data import read_table
from hpmatch.decision import DecisionRule
from hpmatch.inquiry import answer_table, facts, information, settling, unclear_alerts
from hpmatch.schema import ALERT_ROLES, REGISTER_ROLES
from hpmatch.wording import word as word_for

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
RULE = DecisionRule(0.03, match=0.95, review=0.05)
# Whatever the weights, an alert with a candidate is in review.
IN_REVIEW = hp.read_model("imi").with_decision(match=1 - 1e-12, review=1e-12)
# Each fact with a word of its requests.
ASKED = {
    "birth_place": ("place of birth", "fødestedet"),
    "birth_name": ("surname at birth", "etternavnet ved fødselen"),
    "national_id": ("national identifier", "identitetsnummeret"),
    "diploma_year": ("year of the diploma", "året for vitnemålet"),
    "school": ("name of the school", "navnet på skolen"),
    "given_names": ("all given names", "alle fornavn"),
    "birth_date": ("full date of birth", "fullstendig fødselsdato"),
    "sex": ("the sex", "kjønn"),
    "profession": ("the profession", "yrket"),
    "specialty": ("the specialty", "spesialiteten"),
    "education_country": ("country of education", "utdanningslandet"),
}
ALERT = {
    "alert_id": "A1",
    "sending_country": "SE",
    "family_name": "Berglund",
    "given_name": "Eidor",
    "birth_date": "1980",
}
# Two registered persons who differ in all that the register holds.
PERSONS = [
    {
        "hpr_number": "1001",
        "family_name": "Berglund",
        "given_name": "Eidor Kristin",
        "birth_date": "1980-02-03",
        "sex": "F",
        "professions": "SP",
        "specialties": "",
        "education_country": "FI",
    },
    {
        "hpr_number": "1002",
        "family_name": "Berglund",
        "middle_name": "Storhaug",
        "given_name": "Eidor Marie",
        "birth_date": "1980-11-27",
        "sex": "M",
        "professions": "FT",
        "specialties": "",
        "education_country": "DK",
    },
]


def asked(alert=None, persons=PERSONS, alert_id="A1"):
    """Give the questions about an alert."""
    result = hp.link([{**ALERT, **(alert or {})}], persons, workers=1)
    return hp.what_to_ask(result, alert_id)


def named(questions):
    return [question.fact for question in questions]


# --- which facts


@pytest.mark.parametrize("fact", ASKED)
def test_a_fact_is_asked_for_in_both_languages(fact):
    """Of two persons who differ in everything, each fact tells something, and its request names it."""
    persons = [{**PERSONS[0], "specialties": "Psykiatri"}, {**PERSONS[1], "specialties": "Geriatri"}]
    # The names of this alert tell no sex.
    found = {question.fact: question for question in asked({"given_name": "E"}, persons)}
    for language, word in zip(("en", "nb"), ASKED[fact], strict=True):
        assert word in found[fact].request(language)
        assert not [
            other
            for other, words in ASKED.items()
            if other != fact and words[language == "nb"] in found[fact].request(language)
        ]


def test_the_table_is_these_facts():
    """Every fact has its case, and numbers that are probabilities."""
    assert {fact.name for fact in facts()} == set(ASKED)
    for fact in facts():
        assert 0 < fact.chance < fact.agrees <= 1
        assert 0 < fact.known <= 1
        assert set(fact.told_by) <= {*ALERT_ROLES, "sex_by_name"}
        assert set(fact.register_columns) <= {*REGISTER_ROLES, "profession", "specialty", "country"}
    assert all(row["source"] for row in read_table("facts_to_ask"))


@pytest.mark.parametrize(
    ("fact", "told", "not_told"),
    [
        ("birth_date", {"birth_date": "1980-02-13"}, {"birth_date": "02.1980"}),
        ("birth_date", {"birth_date": "1980-02-13"}, {"birth_date": "1980-01-01"}),
        ("birth_date", {"birth_date": "1980-02-13"}, {"birth_date": "1980-07-01"}),
        ("given_names", {"given_name": "Eidor Kari"}, {"given_name": "Eidor"}),
        ("given_names", {"given_name": "Eidor Kari"}, {"given_name": "E. K."}),
        ("birth_place", {"birth_place": "Uppsala"}, {"birth_place": ""}),
        ("birth_name", {"birth_name": "Lund"}, {"birth_name": ""}),
        ("birth_name", {"other_names": "Lund"}, {"other_names": ""}),
        ("sex", {"sex": "F"}, {"given_name": "E."}),
        ("profession", {"profession": "SP"}, {"profession": "?"}),
    ],
)
def test_what_is_told_in_full_is_not_asked(fact, told, not_told):
    """One cell makes the difference."""
    held = [
        {**person, "birth_date": date}
        for person, date in zip(PERSONS, ("1980-02-23", "1980-12-13"), strict=True)
    ]
    assert fact not in _facts_of_review(told, held)
    assert fact in _facts_of_review(not_told, held)


def _facts_of_review(alert, persons):
    result = hp.link([{**ALERT, **alert}], persons, IN_REVIEW, workers=1)
    assert result.dispositions["disposition"].to_pylist() == ["review"]
    return named(hp.what_to_ask(result, "A1"))


def test_what_another_alert_about_the_person_tells_is_not_asked():
    """The alerts about a person are asked about together."""
    dated = {**ALERT, "birth_date": "1980-02-13"}
    other = {**dated, "alert_id": "A2", "birth_place": "Uppsala", "sending_country": "DK"}
    alone, together = (hp.link([dated, *others], PERSONS, IN_REVIEW, workers=1) for others in ((), [other]))
    assert together.dispositions["person_id"].to_pylist() == ["A1", "A1"]
    assert "birth_place" in named(hp.what_to_ask(alone, "A1"))
    questions = hp.what_to_ask(together, "A1")
    assert questions
    assert "birth_place" not in named(questions)
    assert "Sweden" in questions[0].request_en


def test_what_the_register_does_not_hold_is_not_asked():
    """No candidate has a specialty, or any candidate's sex is known: an answer would say nothing."""
    assert "specialty" not in named(asked())
    assert "sex" not in named(asked({"given_name": "E"}, [{**person, "sex": ""} for person in PERSONS]))


def test_candidates_with_one_value_are_told_apart_by_another_fact():
    """Twins in all but the date: the date is asked for; born on one day, it says only whether it is one of them."""
    twins = [PERSONS[0], {**PERSONS[0], "hpr_number": "1002", "birth_date": "1980-11-27"}]
    dated = asked(persons=twins)
    assert named(dated)[0] == "birth_date"
    same_day = asked(persons=[twins[0], {**twins[1], "birth_date": "1980-02-03"}])
    bits = {question.fact: question.bits for question in same_day}
    assert bits["birth_date"] < dated[0].bits
    assert named(same_day)[0] != "birth_date"


def test_professions_are_told_apart_where_they_have_none_in_common():
    """Nurse and doctor is no other answer than nurse; nurse and physiotherapist are."""

    def bits(first, second):
        persons = [
            {**person, "professions": codes} for person, codes in zip(PERSONS, (first, second), strict=True)
        ]
        return {question.fact: question.bits for question in asked(persons=persons)}["profession"]

    assert bits("SP", "SP;LE") == pytest.approx(bits("SP", "SP"))
    assert bits("SP", "FT") > 2 * bits("SP", "SP")


def test_given_names_are_told_apart_by_any_of_them():
    """The second name is another: the full names are asked for because of it."""

    def bits(first, second):
        persons = [
            {**person, "given_name": name} for person, name in zip(PERSONS, (first, second), strict=True)
        ]
        return {question.fact: question.bits for question in asked(persons=persons)}["given_names"]

    assert bits("Eidor Kristin", "Eidor Marie") > 2 * bits("Eidor Kristin", "Kristin Eidor")


def test_a_person_is_asked_about_once():
    """In the name of the first alert; another person apart."""
    dated = {**ALERT, "birth_date": "1980-02-13"}
    alerts = [
        {**dated, "alert_id": "A2"},
        dated,
        {**dated, "alert_id": "A3", "given_name": "Marie", "birth_date": "1980-11-27"},
    ]
    result = hp.link(alerts, PERSONS, IN_REVIEW, workers=1)
    assert result.dispositions["person_id"].to_pylist() == ["A1", "A1", "A3"]
    assert unclear_alerts(result) == ("A1", "A3")


def test_nothing_is_asked_about_what_is_settled():
    """A match, no_match and unmatchable alert have no question."""
    alerts = [
        {**ALERT, "birth_date": "1980-02-03", "given_name": "Eidor Kristin"},
        {**ALERT, "alert_id": "A2", "family_name": "Kazlauskas", "given_name": "Jonas"},
        {**ALERT, "alert_id": "A3", "given_name": "", "birth_date": ""},
    ]
    result = hp.link(alerts, PERSONS, workers=1)
    assert result.dispositions["disposition"].to_pylist() == ["match", "no_match", "unmatchable"]
    assert [hp.what_to_ask(result, alert_id) for alert_id in ("A1", "A2", "A3")] == [(), (), ()]


def test_the_order_of_rows_changes_nothing():
    """Alerts and registered persons in another order get the same questions."""
    others = [{**ALERT, "alert_id": "A2", "given_name": "Eidor Marie"}, {**ALERT, "alert_id": "A0"}]
    straight = hp.link([ALERT, *others], PERSONS, workers=1)
    turned = hp.link([*others, ALERT][::-1], PERSONS[::-1], workers=1)
    for alert_id in ("A0", "A1", "A2"):
        assert hp.what_to_ask(straight, alert_id) == hp.what_to_ask(turned, alert_id)


def test_a_prepared_register_gives_the_same_questions():
    """What the candidates hold is the same however the register came."""
    result = hp.link([ALERT], hp.Register.prepare(PERSONS, workers=1), workers=1)
    assert hp.what_to_ask(result, "A1") == asked()


def test_a_question_is_frozen_and_speaks_two_languages():
    """Another language is refused by name."""
    question = asked()[0]
    with pytest.raises(FrozenInstanceError):
        question.bits = 0
    with pytest.raises(hp.HpmatchError, match="no words in language 'sv'; there are en, nb"):
        question.request("sv")


def test_an_alert_that_is_not_there_is_refused():
    """By its identifier."""
    with pytest.raises(hp.HpmatchError, match="no alert 'A9'"):
        asked(alert_id="A9")


# --- the request


@pytest.fixture(scope="module")
def sample():
    return hp.link(SAMPLE / "alerts.csv", SAMPLE / "register.csv", workers=1)


# Cells of which no part may be told; of the others the whole cell, which may well hold a word such as "for".
PERSONAL = re.compile("name|date|number|national_id|place")


def _words(cells):
    return {word.casefold() for cell in cells for word in re.findall(r"\w+", cell) if len(word) > 1}


def _told(row, text):
    """Give the roles of a row of which a text tells something."""
    plain = " ".join(re.findall(r"\w+", text.casefold()))
    return [
        role
        for role, cell in row.items()
        if _words([cell]) & _words([text])
        and (PERSONAL.search(role) or " ".join(re.findall(r"\w+", cell.casefold())) in plain)
    ]


def test_what_a_text_tells_is_found():
    """The check of the next test sees a part of a name, a number and a title."""
    row = {"family_name": "Berg Lund", "hpr_number": "1001", "profession": "nurse for care"}
    assert _told(row, "ask Lund, 1001, a nurse for care") == list(row)
    assert _told(row, "for one fact, 100") == []


def test_a_request_holds_nothing_of_the_person(sample):
    """Nothing of the alert's cells but its identifier and country, and nothing of any candidate's."""
    alerts, register = _rows("alerts.csv", "alert_id"), _rows("register.csv", "hpr_number")
    reviews = [row["alert_id"] for row in sample.dispositions.to_pylist() if row["disposition"] == "review"]
    assert reviews
    for alert_id in reviews:
        people = [register[hit.hpr_number] for hit in sample.explain(alert_id).candidates]
        for question in hp.what_to_ask(sample, alert_id):
            for language in ("en", "nb"):
                text = question.request(language)
                assert alert_id in text
                assert [role for row in (alerts[alert_id], *people) for role in _told(row, text)] == [
                    "alert_id"
                ]


def _rows(name, key):
    with (SAMPLE / name).open(encoding="utf-8", newline="") as file:
        return {row[key]: row for row in csv.DictReader(file)}


@pytest.mark.parametrize(
    ("country", "en", "nb"),
    [
        ("DE", "Alert A1 (Germany): ", "Melding A1 (Tyskland): "),
        ("Litauen", "Alert A1 (Lithuania): ", "Melding A1 (Litauen): "),
        ("", "Alert A1: ", "Melding A1: "),
    ],
)
def test_a_request_begins_with_the_alert_and_its_country(country, en, nb):
    """The country in the language of the request; one that is not known is left out."""
    question = asked({"sending_country": country})[0]
    assert question.request_en.startswith(en)
    assert question.request_nb.startswith(nb)


# --- the information

PROBABILITIES = st.lists(st.floats(0.01, 1), min_size=2, max_size=7).map(
    lambda parts: np.array(parts) / sum(parts)
)
SHARES = st.floats(0, 1)


@st.composite
def cases(draw):
    """A posterior with nobody's probability last, and the groups of its candidates' values."""
    posterior = draw(PROBABILITIES)
    groups = draw(st.lists(st.integers(-1, 3), min_size=len(posterior) - 1, max_size=len(posterior) - 1))
    return posterior, np.array(groups)


def entropy(probabilities):
    return -sum(p * np.log2(p) for p in probabilities if p > 0)


def joint_distribution(posterior, groups, agrees, chance):
    """Enumerate who it is and what is answered, one pair at a time."""
    values = sorted({group for group in groups.tolist() if group >= 0})
    by_chance = min(chance, 1 / len(values)) if values else 0
    joint = {}
    for who, probability in enumerate(posterior.tolist()):
        own = groups[who] if who < len(groups) else -1
        left = 1.0
        for value in values:
            share = by_chance if own < 0 else agrees if value == own else (1 - agrees) * by_chance
            joint[who, value] = probability * share
            left -= share
        joint[who, "none"] = probability * max(left, 0.0)
    return joint


@given(cases(), SHARES, SHARES)
def test_the_information_is_that_of_the_enumerated_distribution(case, agrees, chance):
    """H(who) + H(answer) - H(who, answer), from all pairs of the two."""
    posterior, groups = case
    joint = joint_distribution(posterior, groups, agrees, chance)
    answers = {answer for _, answer in joint}
    marginal = [sum(p for (_, given), p in joint.items() if given == answer) for answer in answers]
    expected = entropy(posterior) + entropy(marginal) - entropy(joint.values())
    found = information(posterior, answer_table(groups, agrees, chance))
    assert found == pytest.approx(expected, abs=1e-9)


@given(cases(), SHARES, SHARES)
def test_settling_is_that_of_the_enumerated_distribution(case, agrees, chance):
    """By Bayes' rule answer by answer; probabilities that lie at a threshold may fall on either side."""
    posterior, groups = case
    joint = joint_distribution(posterior, groups, agrees, chance)
    total, nearest = 0.0, 1.0
    for answer in {answer for _, answer in joint}:
        weights = [joint[who, answer] for who in range(len(posterior))]
        if sum(weights) == 0:
            continue
        after = [weight / sum(weights) for weight in weights[:-1]]
        nearest = min(nearest, abs(max(after) - RULE.match), abs(sum(after) - RULE.review))
        if max(after) >= RULE.match or sum(after) < RULE.review:
            total += sum(weights)
    if nearest > 1e-9:
        assert settling(posterior, answer_table(groups, agrees, chance), RULE) == pytest.approx(
            total, abs=1e-9
        )


@given(cases(), SHARES, SHARES)
def test_information_lies_between_nothing_and_the_entropy(case, agrees, chance):
    """An answer never tells more than there is to know."""
    posterior, groups = case
    found = information(posterior, answer_table(groups, agrees, chance))
    assert 0 <= found <= entropy(posterior) + 1e-9


@given(PROBABILITIES)
def test_a_fact_that_tells_all_apart_and_is_always_right_tells_everything(posterior):
    """Every candidate has a value of its own, nobody is met by chance: the whole entropy, and all is settled."""
    answers = answer_table(np.arange(len(posterior) - 1), agrees=1.0, chance=0.0)
    assert information(posterior, answers) == pytest.approx(entropy(posterior), abs=1e-9)
    assert settling(posterior, answers, RULE) == pytest.approx(1.0)


@given(PROBABILITIES, SHARES, SHARES)
def test_a_fact_that_nobody_holds_tells_nothing(posterior, agrees, chance):
    """With no value to agree with there is one answer."""
    answers = answer_table(np.full(len(posterior) - 1, -1), agrees, chance)
    assert information(posterior, answers) == pytest.approx(0.0, abs=1e-12)


@given(cases(), SHARES, SHARES)
def test_each_row_of_the_answers_adds_up(case, agrees, chance):
    """Whoever it is, one answer is given."""
    answers = answer_table(case[1], agrees, chance)
    assert answers.sum(axis=1) == pytest.approx(np.ones(len(answers)))
    assert (answers >= 0).all()


@pytest.mark.parametrize("known", [1.0, 0.5, 0.1])
def test_bits_and_settling_are_times_the_chance_of_an_answer(known, monkeypatch):
    """A fact that is always right: the whole entropy of the candidates and nobody, as often as the sender answers."""
    perfect = replace(facts()[0], known=known, agrees=1.0, chance=0.0)
    monkeypatch.setattr(import_module("hpmatch.inquiry"), "facts", lambda: (perfect,))
    result = hp.link([ALERT], PERSONS, workers=1)
    candidates = [hit.match_probability for hit in result.explain("A1").candidates]
    (question,) = hp.what_to_ask(result, "A1")
    assert len(candidates) == len(PERSONS)
    assert question.bits == pytest.approx(known * entropy([*candidates, 1 - sum(candidates)]))
    assert question.settles == pytest.approx(known)


# --- what is missing

WHOLE = {**ALERT, "given_name": "Eidor Kristin", "birth_date": "1980-02-03"}
DATE, NAMES = "the full date of birth", "all given names, written out"
DATO, FORNAVN = "fullstendig fødselsdato", "alle fornavn, skrevet helt ut"
# What an alert tells otherwise than in full, and what is asked for then.
LACKING = {
    "no given name and no date": ({"given_name": "", "birth_date": ""}, f"{DATE} and {NAMES}", f"{DATO} og {FORNAVN}"),
    "cells that cannot be read": ({"family_name": "-", "birth_date": "unknown"}, f"the family name and {DATE}", f"etternavnet og {DATO}"),
    "no name": ({"family_name": "", "given_name": ""}, f"the family name and {NAMES}", f"etternavnet og {FORNAVN}"),
    "nothing": ({"family_name": "", "given_name": "", "birth_date": ""}, f"the family name, {DATE} and {NAMES}", f"etternavnet, {DATO} og {FORNAVN}"),
}  # fmt: skip
ANOTHER = {"alert_id": "A2", "family_name": "Moe", "given_name": "Per", "birth_date": "1962-01-05"}


@pytest.mark.parametrize(("told", "en", "nb"), LACKING.values(), ids=LACKING)
def test_what_an_unmatchable_alert_lacks_is_asked_for_at_once(told, en, nb):
    """In both languages, with the alert and its country and nothing that it tells."""
    found = hp.link([{**WHOLE, **told}, ANOTHER], PERSONS)
    missing = hp.what_is_missing(found, "A1")
    english, norwegian = missing.request("en"), missing.request("nb")
    assert english.startswith("Alert A1 (Sweden): we could not hold this alert against our register")
    assert f"We kindly ask you for {en}. " in english
    assert norwegian.startswith("Melding A1 (Sverige): Vi kunne ikke holde meldingen opp mot vårt register")
    assert f"Vi ber vennligst om {nb}. " in norwegian
    assert not _words([english, norwegian]) & {"berglund", "eidor", "kristin", "1980"}
    assert hp.what_to_ask(found, "A1") == ()
    assert hp.what_is_missing(found, "A2") is None


# So many namesakes of one year that neither tells them apart.
NAMESAKES = [
    {"hpr_number": str(number), "family_name": "Berglund", "given_name": "Eidor", "birth_date": f"1980-{1 + number % 12:02}-{1 + number % 28:02}"}
    for number in range(300)
]  # fmt: skip


@pytest.mark.parametrize("born", ["", "1980"])
def test_an_alert_that_too_many_share_is_asked_for_what_it_does_not_tell_in_full(born):
    """The birth date, which it lacks or tells by its year; not the names, which stand there."""
    found = hp.link([{**WHOLE, "given_name": "Eidor", "birth_date": born}, ANOTHER], NAMESAKES)
    answer = found.dispositions.to_pylist()[0]
    assert (answer["disposition"], answer["reason"][:8]) == ("unmatchable", "too many")
    assert hp.what_is_missing(found, "A1").facts == ("birth_date",)


@pytest.mark.parametrize(
    ("told", "facts"),
    [
        ({"birth_date": "1980-01-01", "given_name": "E."}, ("birth_date", "given_name")),
        ({"given_name": "E."}, ("given_name",)),
        ({}, None),
    ],
)
def test_what_is_told_in_full_is_not_missing(told, facts):
    """Whatever made it unmatchable: a default day and an initial are not told in full, and where all is there is nothing to ask."""
    found = hp.link([{**WHOLE, **told}], PERSONS)
    rows = [{**row, "disposition": "unmatchable"} for row in found.dispositions.to_pylist()]
    found = replace(found, dispositions=found.dispositions.from_pylist(rows, found.dispositions.schema))
    missing = hp.what_is_missing(found, "A1")
    assert (missing and missing.facts) == facts


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_command_asks_for_what_is_missing(tmp_path, files, capsys, language):
    """After those in review, with the reason; one that is over is not asked about; programs get facts and request."""
    rows = [ALERT, {**WHOLE, "alert_id": "B1", "family_name": "", "given_name": "Eidor", "birth_date": ""}]
    rows.append({**rows[1], "alert_id": "B2", "given_name": "Ona", "status": "revoked"})
    alerts = tmp_path / "unmatchable.csv"
    columns = list(rows[2])
    lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
    alerts.write_text("\n".join(",".join(line) for line in lines) + "\n", "utf-8")
    missing = hp.what_is_missing(hp.link(rows, PERSONS), "B1")
    assert _ask(alerts, files[1], "--lang", language) == 0
    request, why = capsys.readouterr().out.splitlines()[-2:]
    assert request == missing.request(language)
    assert why.startswith(
        {"en": "  unmatchable; too little to go by", "nb": "  kan ikke sammenlignes; for lite"}[language]
    )
    assert _ask(alerts, files[1], "--lang", language, "--format", "json") == 0
    told = json.loads(capsys.readouterr().out)
    assert [(each["alert_id"], each["missing"]) for each in told] == [
        ("A1", None),
        ("B1", {"facts": ["family_name", "birth_date"], "request": missing.request(language)}),
    ]


# --- the command


def _ask(*options):
    return main(["ask", *map(str, options), "--workers", "1"])


@pytest.fixture
def files(tmp_path):
    """The alert and the register as files."""
    for name, rows in (("alerts.csv", [ALERT]), ("register.csv", PERSONS)):
        columns = list(dict.fromkeys(column for row in rows for column in row))
        lines = [columns, *([row.get(column, "") for column in columns] for row in rows)]
        (tmp_path / name).write_text("\n".join(",".join(line) for line in lines) + "\n", "utf-8")
    return tmp_path / "alerts.csv", tmp_path / "register.csv"


@pytest.mark.parametrize("language", ["en", "nb"])
def test_the_command_prints_the_ranking_and_the_best_request(files, capsys, language):
    """The request of the first fact, as it may be sent."""
    assert _ask(*files, "--alert", "A1", "--lang", language) == 0
    shown = capsys.readouterr().out
    questions = asked()
    assert questions[0].request(language) in shown
    told = re.findall(r"^  (\w.*?) {2,}([0-9.,]+) (?:bits|bit), .* +(\d+) ?%$", shown, re.MULTILINE)
    decimal = "." if language == "en" else ","
    assert told == [
        (
            word_for("fact", question.fact, language),
            f"{question.bits:.3f}".replace(".", decimal),
            f"{question.settles * 100:.0f}",
        )
        for question in questions
    ]
    assert not _words([shown]) & {"berglund", "eivor", "kristin", "1001", "1002"}


def test_without_an_alert_all_unclear_persons_are_asked_about(capsys, sample):
    """One question a person in review."""
    assert _ask(SAMPLE / "alerts.csv", SAMPLE / "register.csv") == 0
    shown = capsys.readouterr().out
    persons = {row["person_id"] for row in sample.dispositions.to_pylist() if row["disposition"] == "review"}
    assert len(re.findall(r"^Alert \w+ \(", shown, re.MULTILINE)) == len(persons)


def test_an_alert_that_is_settled_is_told_as_such(tmp_path, files, capsys):
    """There is nothing to ask, and that is no error."""
    alerts = tmp_path / "clear.csv"
    alerts.write_text(
        "alert_id,family_name,given_name,birth_date\nB7,Berglund,Eidor Kristin,1980-02-03\n", "utf-8"
    )
    assert _ask(alerts, files[1], "--alert", "B7") == 0
    assert capsys.readouterr().out == "B7: match; nothing to ask\n"
    unmatchable = tmp_path / "unmatchable.csv"
    unmatchable.write_text(
        "alert_id,family_name,given_name,birth_date\nB8,,Eidor,\nB9,Moe,Eidor,1980\n", "utf-8"
    )
    assert _ask(unmatchable, files[1], "--alert", "B8") == 0
    assert "unmatchable; too little to go by: no usable family name" in capsys.readouterr().out
    assert _ask(alerts, files[1]) == 0
    assert capsys.readouterr().out == "no alert is in review or unmatchable; nothing to ask\n"


def test_what_is_printed_in_norwegian_is_norwegian(tmp_path, files, capsys):
    """The facts, what they are worth, and why there is nothing to ask; every fact has its words."""
    assert _ask(*files, "--alert", "A1", "--lang", "nb") == 0
    lines = capsys.readouterr().out.splitlines()
    (dated,) = [line for line in lines if line.startswith("  fødselsdato ")]
    assert re.fullmatch(r"  fødselsdato +0,\d{3} bit, avgjør det med +\d+ %", dated)
    assert {each.name for each in facts()} == {
        row["key"].removeprefix("fact.")
        for row in read_table("explanation_words")
        if row["key"].startswith("fact.")
    }
    alerts = tmp_path / "clear.csv"
    alerts.write_text(
        "alert_id,family_name,given_name,birth_date\nB7,Berglund,Eidor Kristin,1980-02-03\nB8,,Eidor,\n",
        "utf-8",
    )
    for more, expected in (
        (["--alert", "B7"], "B7: treff; ingenting å spørre om\n"),
        (["--alert", "B8"], "Melding B8: Vi kunne ikke holde meldingen opp mot vårt register, fordi "),
        ([], "Melding B8: Vi kunne ikke holde "),
    ):
        assert _ask(alerts, files[1], "--lang", "nb", *more) == 0
        shown = capsys.readouterr().out
        assert shown.startswith(expected)
        assert "family name" not in shown


@pytest.mark.parametrize("language", ["en", "nb"])
def test_what_to_ask_is_told_to_programs(tmp_path, files, capsys, language):
    """The same ranking with all its digits and a request for each fact; none where there is nothing to ask."""
    assert _ask(*files, "--format", "json", "--lang", language) == 0
    questions = [
        {"fact": each.fact, "bits": each.bits, "settles": each.settles, "request": each.request(language)}
        for each in asked()
    ]
    expected = {
        "alert_id": "A1",
        "disposition": "review",
        "language": language,
        "questions": questions,
        "missing": None,
    }
    assert json.loads(capsys.readouterr().out) == [expected]
    alerts = tmp_path / "clear.csv"
    alerts.write_text(
        "alert_id,family_name,given_name,birth_date\nB7,Berglund,Eidor Kristin,1980-02-03\n", "utf-8"
    )
    assert _ask(alerts, files[1], "--format", "json") == 0
    assert json.loads(capsys.readouterr().out) == []
    assert _ask(alerts, files[1], "--format", "json", "--alert", "B7") == 0
    (settled,) = json.loads(capsys.readouterr().out)
    assert (settled["disposition"], settled["questions"]) == ("match", [])


def test_a_wrong_request_is_refused(files, capsys):
    """An alert that is not there, a file that is not there, a language that is not there."""
    assert _ask(*files, "--alert", "A9") == 1
    assert "no alert 'A9' among the 1" in capsys.readouterr().err
    assert _ask(files[0], "nowhere.csv") == 1
    assert "nowhere.csv" in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        _ask(*files, "--lang", "sv")
    assert stopped.value.code == 2
    assert "'sv'" in capsys.readouterr().err


def test_help_says_what_is_printed(capsys):
    """And that nothing of the register is in a request."""
    with pytest.raises(SystemExit):
        main(["ask", "--help"])
    shown = capsys.readouterr().out
    assert "--alert" in shown
    assert "nothing of the register" in shown
