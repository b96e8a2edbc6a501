"""What must hold on the sample data."""

import csv
from pathlib import Path

import pytest

import hpmatch as hp

SAMPLE = Path(__file__).parents[1] / "examples" / "data"


@pytest.fixture(scope="module")
def result():
    """Every candidate pair is kept, so that blocking can be judged."""
    return hp.link(SAMPLE / "alerts.csv", SAMPLE / "register.csv", min_weight=-1000)


@pytest.fixture(scope="module")
def truth():
    with (SAMPLE / "truth.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_sample_is_what_the_generator_makes(tmp_path):
    """Byte for byte, with the seed that its description names."""
    hp.generate(tmp_path / "made", profile="sample", seed=2026)
    for name in ("alerts.csv", "register.csv", "truth.csv"):
        assert (tmp_path / "made" / name).read_bytes() == (SAMPLE / name).read_bytes()


def test_every_alert_has_exactly_one_disposition(result, truth):
    """No alert is lost, none is answered twice."""
    assert result.dispositions["alert_id"].to_pylist() == sorted(row["alert_id"] for row in truth)


def test_links_agree_with_the_truth(result):
    """The best F1 over thresholds is at least 0.93, as promised; at the shipped thresholds it stays above as well."""
    found = hp.evaluate(result, SAMPLE / "truth.csv")
    assert found.best_f1 >= 0.93
    assert found.f1 >= 0.93


def test_blocking_finds_the_true_pairs(result, truth):
    """Pairs completeness is at least 0.98."""
    candidates = set(
        zip(result.links["alert_id"].to_pylist(), result.links["hpr_number"].to_pylist(), strict=True)
    )
    true = {(row["alert_id"], row["hpr_number"]) for row in truth if row["hpr_number"]}
    assert len(true & candidates) / len(true) >= 0.98


def test_the_sample_holds_every_kind_of_difference(truth):
    """Scripts, changed surnames, swapped dates, several alerts about one person, twins and namesakes all occur."""
    tags = {tag for row in truth for tag in row["tags"].split(";")}
    assert tags >= {
        "native-script", "surname-changed", "gendered-surname", "swapped-fields", "dob-swap", "dob-digit", "dob-year-only",
        "dob-missing", "nickname", "twin", "namesake", "alert-specialist", "alert-earlier-profession", "alert-other-country",
    }  # fmt: skip
