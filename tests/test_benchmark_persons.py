"""The benchmark of persons: its comparison against sums by hand, and a small run of it."""

import pyarrow as pa
import pytest

from benchmarks.data import read_text
from benchmarks.persons import REPORT, _compared, _Judged, changes_of, page, rescreening, together_and_alone
from hpmatch.generate import generate
from hpmatch.persons import STEPS

TRUTH = pa.table(
    {
        "alert_id": ["A1", "A2", "A3", "B1", "B2", "C1"],
        "person_id": ["A", "A", "A", "B", "B", "C"],
        "hpr_number": ["1", "1", "1", None, None, "3"],
    }
)


def judged(*persons):
    """Give the answers that match alerts to these persons, in the order of the truth."""
    kinds = ["match" if person else "no_match" for person in persons]
    return _Judged(
        pa.table(
            {
                "alert_id": TRUTH["alert_id"],
                "disposition": kinds,
                "hpr_number": pa.array(persons, pa.string()),
            }
        ),
        TRUTH,
    )


def test_persons_with_several_alerts_are_compared():
    """A person with one alert does not count; a person is wrong once, in however many alerts."""
    both = {
        "together": judged("1", "1", "1", "9", "9", None),
        "alone": judged("1", None, None, "9", None, None),
    }
    by_alert, by_person = (_compared(both, unit) for unit in ("alerts", "persons"))
    assert (by_alert["hits"], by_person["hits"]) == (3, 1)
    assert (by_alert["precision"]["together"], by_alert["precision"]["alone"]) == (3 / 5, 1 / 2)
    assert (by_alert["recall"]["together"], by_alert["recall"]["alone"]) == (1, 1 / 3)
    assert (by_person["precision"]["together"], by_person["precision"]["alone"]) == (1 / 2, 1 / 2)
    assert by_person["recall"]["difference"] == 0
    assert by_alert["recall"]["low"] <= by_alert["recall"]["difference"] <= by_alert["recall"]["high"]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    folder = tmp_path_factory.mktemp("persons") / "data"
    generate(folder, register=1500, alerts=300, hits=60, seed=1)
    return folder


def test_changes_are_as_many_as_asked_for(data):
    """Of each kind; who is changed or removed is registered, who is added is not."""
    register = read_text(data / "register.csv")
    known, changes = set(register["hpr_number"].to_pylist()), changes_of(register, 200, seed=1)
    assert len({row["hpr_number"] for row in changes}) == 200
    assert {row["change"] for row in changes} == {"changed", "added", "removed"}
    assert all((row["hpr_number"] in known) == (row["change"] != "added") for row in changes)


def test_a_small_run_makes_a_page(data):
    """With every section; re-screening gives what a whole run gives."""
    run, rescreened = together_and_alone(data, 60, 1), rescreening(data)
    assert rescreened["other_than_a_whole_run"] == 0
    assert 0 < rescreened["scored_again"] <= rescreened["in_force"] == 300
    flow = {
        "seed": 1,
        "total": dict.fromkeys(("alerts", *STEPS), 7),
        "expected_hits": {"value": 5.0, "low": 1.0, "high": 9.0},
    }
    found = {
        "size": {"register": 1500, "alerts": 300},
        "runs": [run],
        "report": [flow],
        "rescreening": [rescreened],
        "machine": {"cores": 2, "memory_gib": 1.0, "python": "3"},
    }
    text = page(found)
    assert all(
        f"## {title}" in text for title in ("Which alerts", "What it brings", "The report's", "Re-screening")
    )
    assert all(f"| {name.replace('_', ' ')} | {number} | 7 |" in text for name, number in REPORT.items())
