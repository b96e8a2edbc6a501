"""The plug-in, as any third party would prove its own."""

import json
from pathlib import Path

import pytest
from hpmatch_places import BirthPlace, PlaceAndYear, Points

import hpmatch as hp
from hpmatch.testing import check_blocking_rule, check_classifier, check_comparison

MODEL = Path(__file__).parents[1] / "model.json"
ALERTS = [
    {"alert_id": "A1", "sending_country": "DE", "family_name": "Berg", "given_name": "Anna", "birth_date": "1980-02-03", "birth_place": "Kopenhagen"},
    {"alert_id": "A2", "sending_country": "LT", "family_name": "Vaitkus", "given_name": "Ona", "birth_date": "1975-05-06", "birth_place": "Kaunas"},
]  # fmt: skip
REGISTER = [
    {"hpr_number": "1", "family_name": "Berg", "given_name": "Anna", "birth_date": "1980-02-03", "birth_place": "København"},
    {"hpr_number": "2", "family_name": "Berg", "given_name": "Anna", "birth_date": "1980-02-03", "birth_place": "Oslo"},
    {"hpr_number": "3", "family_name": "Hansen", "given_name": "Ona", "birth_date": "1975-05-06", "birth_place": "Kawnas"},
]  # fmt: skip
SCHEMA = hp.Schema(columns={"birth_place": "text"})


def test_the_comparison_keeps_its_contract():
    """Two lines prove it."""
    check_comparison(BirthPlace())


def test_the_blocking_rule_keeps_its_contract():
    """Two lines prove it."""
    check_blocking_rule(PlaceAndYear())


def test_the_classifier_keeps_its_contract():
    """Two lines prove it."""
    check_classifier(Points({"birth_place": (5, 4, 2, -2), "sex": (1, -4)}), {"birth_place": 4, "sex": 2})


def test_the_model_file_names_the_stages_and_survives():
    """Read, written and read again it is the same model, and says which package its stages come from."""
    model = hp.read_model(MODEL)
    assert [type(stage) for stage in (model.comparisons[-1], model.blocking_rules[-1], model.classifier)] == [
        BirthPlace, PlaceAndYear, Points,
    ]  # fmt: skip
    written = json.loads(model.to_json())
    assert written["comparisons"][-1]["package"] == "hpmatch-places>=0.1.0"
    assert written["classifier"]["package"] == "hpmatch-places>=0.1.0"
    assert "package" not in written["comparisons"][0]


def test_a_model_written_to_a_file_is_the_same_model(tmp_path):
    """What is written is what is read."""
    model = hp.read_model(MODEL)
    (tmp_path / "own.json").write_text(model.to_json(), "utf-8")
    assert hp.read_model(tmp_path / "own.json") == model


@pytest.fixture(scope="module")
def result():
    """The alerts, held against the register by the model file."""
    return hp.link(ALERTS, REGISTER, MODEL, schema=SCHEMA)


def test_birth_places_tell_namesakes_apart(result):
    """Of two persons with one name and one birth date, the one from Copenhagen is meant."""
    answers = {row["alert_id"]: row for row in result.dispositions.to_pylist()}
    assert (answers["A1"]["disposition"], answers["A1"]["hpr_number"]) == ("match", "1")


def test_a_person_with_another_surname_is_found_by_place_and_year(result):
    """No name rule finds her; the place does."""
    found = {row["alert_id"]: row for row in result.links.to_pylist() if row["hpr_number"] == "3"}
    assert found["A2"]["rules"] == "place_and_year"
    assert found["A2"]["birth_place"] == "sounds_alike"


def test_an_explanation_shows_the_points(result):
    """What each comparison adds is what the table of points says."""
    evidence = {each.comparison: each for each in result.explain("A1").candidates[0].evidence}
    assert (evidence["birth_place"].level, evidence["birth_place"].weight) == ("same", 5.0)


def test_points_that_do_not_fit_the_levels_are_refused():
    """The message names the comparison."""
    model = hp.read_model(MODEL)
    wrong = hp.Model(
        "wrong", model.standardisers, model.blocking_rules, model.comparisons,
        Points({**model.classifier.points, "birth_place": (5, -2)}), model.decision,
    )  # fmt: skip
    with pytest.raises(hp.ModelError, match="'birth_place' has 4 levels and 2 points"):
        hp.link(ALERTS, REGISTER, wrong, schema=SCHEMA)
