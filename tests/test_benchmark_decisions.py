"""The benchmark of what decisions rest on: its ratios by hand, and a small run of it."""

import numpy as np
import pyarrow as pa
import pytest

import hpmatch as hp
from benchmarks.decisions import COSTS, _coverage, _links, _measured, _pooled, _ratio, page
from hpmatch.generate import generate


def test_costs_are_held_against_the_one_choice_that_is_best_for_all():
    """Of three choices the second costs 10 + 40; what was chosen cost 90 + 40; the best for the other set would cost 90 + 60."""
    by_chance = np.array([[4.0, 2.0, 8.0], [3.0, 6.0, 8.0]])
    found = _ratio(
        [
            {
                "cost": np.array([9.0, 10.0, 90.0]),
                "here": 2,
                "expected": 30.0,
                "by_chance": (by_chance[:, 2], by_chance),
            },
            {
                "cost": np.array([60.0, 40.0, 30.0]),
                "here": 1,
                "expected": 10.0,
                "by_chance": (by_chance[:, 1], by_chance),
            },
        ]
    )
    assert found["value"] == pytest.approx(130 / 50)
    assert found["others"] == pytest.approx(130 / (90 + 60))
    assert found["if_right"] in (pytest.approx(10 / 4), pytest.approx(14 / 6))
    assert (found["chosen"], found["best"], found["expected"]) == (65.0, 25.0, 20.0)
    assert found["low"] <= found["value"] <= found["high"]
    assert found["if_right_low"] <= found["if_right"] <= found["if_right_high"]


def test_an_interval_holds_the_truth_or_does_not():
    """The ends belong to it."""
    sets = [{"true": 0.9, "without": [0.8, low, high]} for low, high in [(0.7, 0.9), (0.7, 0.8), (0.9, 1.0)]]
    assert _coverage(sets, "without") == "2 of 3, 0.133 wide"


def test_the_likeliest_link_of_each_alert():
    """One an alert, and what was so of each link."""
    truth = pa.table({"alert_id": ["A", "B"], "hpr_number": pa.array(["2", None], pa.string())})
    alerts = ["A", "A", "B"]
    links = pa.table(
        {"alert_id": alerts, "hpr_number": ["1", "2", "3"], "match_probability": [0.2, 0.7, 0.1]}
    )

    class Found:
        """A result's links."""

    Found.links = links
    said, is_match, likeliest = _links(Found, truth)
    assert said.tolist() == [0.2, 0.7, 0.1]
    assert is_match.tolist() == [False, True, False]
    assert likeliest.tolist() == [False, True, True]


def test_a_small_run(tmp_path):
    """Every figure is there, and the page tells them."""
    generate(tmp_path / "made", profile="hard", register=5_000, alerts=1_000, hits=300, seed=4)
    measured = _pooled([_measured(tmp_path / "made", hp.read_model("imi"), seed=4)])
    assert 0 <= measured["calibration_error"]["alerts"]["value"] < 0.1
    assert len(measured["costs"]) == len(COSTS)
    for each in measured["costs"]:
        assert each["value"] >= 1
        assert each["if_right_low"] >= 1
    (recall,) = measured["recall"]
    assert 0.8 < recall["true"] <= 1
    found = {
        "machine": {"cores": 2, "memory_gib": 8, "python": "3.11"},
        "size": {"register": 2_000, "alerts": 400, "hits": 100},
        "seeds": [4],
        "learned_from": 101,
        "learned": {"calibrated": {"look_alikes": {"twin": 0.0051}}},
        "models": {"shipped": measured},
    }
    told = page(found)
    assert f"{recall['true']:.3f}" in told
    assert "twin 0.0051" in told
    assert "1,000 / 300 / 1" in told
