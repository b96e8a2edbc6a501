"""Thresholds that cost least."""

from dataclasses import replace

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.model import read_model
from hpmatch.persons import _COLUMNS as PERSONS
from hpmatch.thresholds import COLUMNS

SAMPLE = [f"examples/data/{name}.csv" for name in ("alerts", "register")]


EMPTY = replace(hp.link(*SAMPLE), persons=pa.Table.from_pylist([], schema=pa.schema(PERSONS)))
CASES = st.lists(
    st.tuples(st.floats(0, 1), st.floats(0, 1)).map(lambda each: (min(each), max(each))),
    min_size=1,
    max_size=15,
)


@given(CASES, st.floats(1, 1000), st.floats(1, 1000), st.floats(0.1, 100))
def test_every_choice_against_a_slow_count(cases, miss, false, review):
    """What each row says is what counting person by person says; the best is the cheapest."""
    result = replace(EMPTY, persons=_persons_of(cases))
    found = hp.thresholds(result, cost_miss=miss, cost_false=false, cost_review=review, minutes_per_review=30)
    assert found.table.column_names == list(COLUMNS)
    rows = found.table.to_pylist()
    for row in rows[:: max(len(rows) // 25, 1)]:
        matched = [(p, r) for p, r in cases if p >= row["match"]]
        others = [(p, r) for p, r in cases if p < row["match"]]
        reviews = [r for _, r in others if r >= row["review"]]
        missed = sum(r - p for p, r in matched) + sum(r for _, r in others if r < row["review"])
        wrong = sum(1 - p for p, _ in matched)
        assert row["review"] <= row["match"]
        assert row["missed"] == pytest.approx(missed, abs=1e-9)
        assert row["wrong"] == pytest.approx(wrong, abs=1e-9)
        assert row["reviews"] == len(reviews)
        assert row["hours"] == pytest.approx(len(reviews) / 2)
        assert row["cost"] == pytest.approx(missed * miss + wrong * false + len(reviews) * review, abs=1e-6)
    assert found.best["cost"] == min(row["cost"] for row in rows)


def _persons_of(cases):
    rows = [
        dict.fromkeys(PERSONS)
        | {
            "person_id": f"A{place}",
            "alerts": 1,
            "alert_ids": f"A{place}",
            "match_probability": likeliest,
            "registered_probability": registered,
            "disposition": "review",
            "hpr_number": f"P{place}",
        }
        for place, (likeliest, registered) in enumerate(cases)
    ]
    return pa.Table.from_pylist(rows, schema=pa.schema(PERSONS))


def test_a_capacity_that_no_choice_keeps_to_is_refused():
    """Somebody is surely registered, and nobody surely which one."""
    result = replace(EMPTY, persons=_persons_of([(0.4999995, 0.999999), (0.00005, 0.6)]))
    with pytest.raises(hp.HpmatchError, match="the fewest reviews are"):
        hp.thresholds(result, cost_miss=1000, cost_false=1000, cost_review=1, capacity=0)


def test_capacity_is_kept():
    """Ten doubtful persons, three reviews a week for two weeks."""
    result = replace(EMPTY, persons=_persons_of([(p / 20, p / 20) for p in range(5, 15)]))
    free, bound = (
        hp.thresholds(result, cost_miss=1000, cost_false=1000, cost_review=1, capacity=capacity, weeks=2)
        for capacity in (None, 3)
    )
    assert free.best["reviews"] == 10
    assert bound.best["reviews"] <= 6
    assert bound.best["cost"] > free.best["cost"]
    assert bound.apply(read_model("imi")).decision.match == bound.best["match"]


def test_a_choice_that_was_ruled_out_is_told_of(linked):
    """What can be looked at may make the best choice dearer than the present one."""
    costs = {"cost_miss": 1000, "cost_false": 1000, "cost_review": 1}
    now = hp.thresholds(linked, **costs).now["reviews"]
    assert now > 1
    told = str(hp.thresholds(linked, **costs, capacity=now - 1)).splitlines()[-1]
    assert (
        told == f"as it was, {now:.0f} persons are to be looked at, more than the {now - 1:.0f} that can be"
    )
    assert "more than" not in str(hp.thresholds(linked, **costs, capacity=now))


@pytest.mark.parametrize(
    ("costs", "words"),
    [
        ({"cost_miss": "1", "cost_false": 1, "cost_review": 1}, "have to be numbers"),
        ({"cost_miss": 1, "cost_false": 1, "cost_review": 1, "capacity": "9"}, "have to be numbers"),
        (
            {"cost_miss": 0, "cost_false": 0, "cost_review": 0},
            "neither a miss nor a wrong hit costs anything",
        ),
        (
            {"cost_miss": 0, "cost_false": 0, "cost_review": 5},
            "neither a miss nor a wrong hit costs anything",
        ),
    ],
)
def test_costs_that_say_nothing_are_refused(linked, costs, words):
    """Rather than some thresholds recommended, or an error of another library."""
    with pytest.raises(hp.HpmatchError, match=words):
        hp.thresholds(linked, **costs)


def test_thresholds_with_the_truth_count_what_would_have_happened():
    """Two rightly likely, one wrongly, one missed."""
    result = replace(EMPTY, persons=_persons_of([(0.9, 0.9), (0.8, 0.8), (0.85, 0.85), (0.1, 0.1)]))
    truth = [
        {"alert_id": "A0", "hpr_number": "P0"},
        {"alert_id": "A1", "hpr_number": "P1"},
        {"alert_id": "A2", "hpr_number": None},
        {"alert_id": "A3", "hpr_number": "P3"},
    ]
    found = hp.thresholds(result, cost_miss=10, cost_false=10, cost_review=1, truth=truth)
    row = min(
        (row for row in found.table.to_pylist() if row["review"] > 0.1 and 0.7 < row["match"] < 0.8),
        key=lambda row: row["match"],
    )
    assert (row["missed"], row["wrong"], row["reviews"], row["cost"]) == (1, 1, 0, 20)
    with pytest.raises(hp.HpmatchError, match="all alerts"):
        hp.thresholds(result, cost_miss=10, cost_false=10, cost_review=1, truth=truth[:2])


def test_what_thresholds_cannot_use_is_an_error():
    """No persons, and a cost below nothing."""
    with pytest.raises(hp.HpmatchError, match="no person"):
        hp.thresholds(EMPTY, cost_miss=1, cost_false=1, cost_review=1)
    with pytest.raises(hp.HpmatchError, match="at least 0"):
        hp.thresholds(EMPTY, cost_miss=-1, cost_false=1, cost_review=1)


def test_the_present_answers_are_counted(linked):
    """As many reviews as persons in review."""
    found = hp.thresholds(linked, cost_miss=100, cost_false=100, cost_review=1)
    assert found.now["reviews"] == linked.persons["disposition"].to_pylist().count("review")
    assert "as it was" in str(found)
