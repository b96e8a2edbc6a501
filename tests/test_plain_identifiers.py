"""Characters that nobody sees make no other identifier, wherever one is read."""

import json

import pytest

import hpmatch as hp
from hpmatch.labels import read_labels
from hpmatch.screening import screen_lines

PERSON = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
REGISTER = [{"hpr_number": "1", **PERSON}, {"hpr_number": "2", **PERSON, "given_name": "Ola"}]
UNSEEN = {
    "zero-width space": "\u200b",
    "byte order mark": "\ufeff",
    "word joiner": "\u2060",
    "soft hyphen": "\u00ad",
    "right-to-left mark": "\u200f",
}


@pytest.fixture(params=UNSEEN.values(), ids=UNSEEN)
def unseen(request):
    """Give a character that nobody sees."""
    return request.param


def test_those_of_alerts_and_register_are_plain(unseen):
    """In the result they are found again by what anybody types; blanks behind them go too."""
    alerts = [{"alert_id": f"{unseen}A{unseen}1 {unseen}", **PERSON}]
    found = hp.link(alerts, [{**REGISTER[0], "hpr_number": f"1{unseen}"}]).dispositions.to_pylist()
    assert [(row["alert_id"], row["hpr_number"]) for row in found] == [("A1", "1")]


def test_an_identifier_of_nothing_else_is_empty(unseen):
    """Its row is set aside."""
    alerts = [{"alert_id": unseen, **PERSON}, {"alert_id": "A1", **PERSON}]
    assert [row["row"] for row in hp.link(alerts, REGISTER).rejected.to_pylist()] == [1]


def test_changes_are_about_the_person_who_is_there(unseen):
    """One is changed and not added beside herself, and one is removed."""
    prepared = hp.Register.prepare(REGISTER)
    changed = prepared.changed([{**REGISTER[0], "hpr_number": f"{unseen}1", "given_name": "Anna"}])
    assert sorted(changed.read.records.ids.to_pylist()) == ["1", "2"]
    removed = prepared.changed([{"hpr_number": f"1{unseen}", "change": "removed"}])
    assert removed.read.records.ids.to_pylist() == ["2"]


def test_a_single_alert_is_answered_by_the_same_identifier(unseen):
    """As in a batch."""
    alert = json.dumps({"alert_id": f"A{unseen}1", **PERSON})
    (answer,) = screen_lines(hp.Register.prepare(REGISTER), [alert])
    assert answer["alert_id"] == "A1"


def test_truth_labels_and_cases_mean_the_same_records(unseen):
    """They are typed or copied by people."""
    result = hp.link([{"alert_id": "A1", **PERSON}], REGISTER)
    truth = [{"alert_id": f"A1{unseen}", "hpr_number": f"{unseen}1"}]
    assert hp.evaluate(result, truth).hits == 1
    labels = read_labels([{"left_id": f"A1{unseen}", "right_id": f"1{unseen}", "label": "match"}])
    assert (labels.left_ids.to_pylist(), labels.right_ids.to_pylist()) == (["A1"], ["1"])
    cases = [{"hpr_number": f"1{unseen}", "case_number": "2023/17"}]
    found = hp.link([{"alert_id": "A1", **PERSON}], REGISTER, prior_cases=cases)
    assert found.dispositions["prior_case"].to_pylist() == ["2023/17"]
