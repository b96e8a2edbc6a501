"""The main job, end to end."""

import io
import json
from dataclasses import replace

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from copies import COPIES
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strategies import ALERTS, PERSONS, unversioned

import hpmatch as hp

REGISTER = [
    {"hpr_number": "1000001", "family_name": "Kazlauskiene", "middle_name": "", "given_name": "Rasa", "birth_date": "1978-04-09", "sex": "F", "professions": "SP"},
    {"hpr_number": "1000002", "family_name": "Berg", "middle_name": "Hansen", "given_name": "Kari", "birth_date": "1980-02-03", "sex": "F", "professions": "SP;LE"},
    {"hpr_number": "1000003", "family_name": "Moe", "middle_name": "", "given_name": "Ola", "birth_date": "1970-12-24", "sex": "M", "professions": "LE"},
    {"hpr_number": "1000004", "family_name": "Moe", "middle_name": "", "given_name": "Ola", "birth_date": "1970-12-24", "sex": "M", "professions": "LE"},
]  # fmt: skip
# The alert; what has to come of it; who has to be named.
ALERTS_AND_ANSWERS = [
    ({"sending_country": "LT", "family_name": "Kazlauskaitė", "given_name": "Rasa", "birth_date": "1978-04-09"}, "match", "1000001"),
    ({"sending_country": "SE", "family_name": "Hansen", "given_name": "Kari", "birth_date": "1980-02-03"}, "match", "1000002"),
    ({"sending_country": "DK", "family_name": "Berg", "given_name": "Kari", "birth_date": "02-03-1980"}, "match", "1000002"),
    ({"sending_country": "SE", "family_name": "Moe", "given_name": "Ola", "birth_date": "1970-12-24"}, "review", "1000003"),
    ({"sending_country": "SE", "family_name": "Lund", "given_name": "Per", "birth_date": "1966-01-30"}, "no_match", None),
    ({"sending_country": "SE", "family_name": "", "given_name": "", "birth_date": "1980-02-03"}, "unmatchable", None),
    ({"sending_country": "SE", "family_name": "Berg", "given_name": "", "birth_date": "unknown"}, "unmatchable", None),
]  # fmt: skip
ALERTS_BY_HAND = [
    {"alert_id": f"A{place}", **alert} for place, (alert, _, _) in enumerate(ALERTS_AND_ANSWERS)
]


@pytest.fixture(scope="module")
def result():
    return hp.link(ALERTS_BY_HAND, REGISTER)


def test_every_alert_gets_the_answer_it_should(result):
    """Changed surnames, other readings of a date, namesakes, strangers and empty alerts are each told apart."""
    found = [(row["disposition"], row["hpr_number"]) for row in result.dispositions.to_pylist()]
    assert found == [(disposition, person) for _, disposition, person in ALERTS_AND_ANSWERS]


@pytest.mark.parametrize("again", COPIES)
def test_a_copy_of_a_result_answers_as_it_does(result, again):
    """What was kept to explain an alert and to ask about it goes with it."""
    kept = again(result)
    for alert in ALERTS_BY_HAND:
        assert kept.explain(alert["alert_id"]) == result.explain(alert["alert_id"])
        assert kept.identity(alert["alert_id"]) == result.identity(alert["alert_id"])


def test_a_result_shows_no_more_than_its_tables(result):
    """What is kept of the register to explain alerts is not printed with it."""
    assert "records" not in repr(result).lower()


def test_unmatchable_alerts_say_what_is_missing(result):
    """The reason names what is missing, and nothing of the person."""
    reasons = {row["alert_id"]: row["reason"] for row in result.dispositions.to_pylist()}
    assert reasons["A5"] == "too little to go by: no usable family name and no usable given name"
    assert reasons["A6"] == "too little to go by: no usable given name and no usable birth date"


def test_two_who_fit_equally_well_are_both_shown(result):
    """A review has all its candidates among the links."""
    rows = [row for row in result.links.to_pylist() if row["alert_id"] == "A3"]
    assert [(row["hpr_number"], row["decision"]) for row in rows] == [
        ("1000003", "review"),
        ("1000004", "review"),
    ]


def test_the_summary_adds_up(result):
    """Rows are read or rejected; alerts read have one disposition each."""
    alerts = result.summary["alerts"]
    assert alerts["rows"] == alerts["read"] + alerts["rejected"]
    assert alerts["read"] == sum(alerts[kind] for kind in ("match", "review", "no_match", "unmatchable"))
    assert [alerts[kind] for kind in ("match", "review", "no_match", "unmatchable")] == [3, 1, 1, 2]
    assert result.summary["persons"]["matched"] == 2


def test_alerts_about_one_person_share_a_person(result):
    """Two alerts that match one registered person are about one person."""
    persons = {row["alert_id"]: row["person_id"] for row in result.dispositions.to_pylist()}
    assert persons["A1"] == persons["A2"] == "A1"
    assert len(set(persons.values())) == 6


def test_unregistered_persons_are_grouped_by_name_and_date():
    """Doctor and specialist alerts about one stranger are about one person."""
    stranger = {"family_name": "Lund", "given_name": "Per Olav", "birth_date": "1966-01-30"}
    alerts = [
        {"alert_id": "2", **stranger},
        {"alert_id": "1", **stranger},
        {"alert_id": "3", **stranger, "given_name": "Pål"},
    ]
    rows = hp.link(alerts, REGISTER).dispositions.to_pylist()
    assert [(row["alert_id"], row["person_id"]) for row in rows] == [("1", "1"), ("2", "1"), ("3", "3")]


def test_an_explanation_adds_up_to_the_weight(result):
    """Prior and evidence make the match weight."""
    explanation = result.explain("A0")
    candidate = explanation.candidates[0]
    evidence = sum(item.weight for item in candidate.evidence)
    total = candidate.prior_weight + evidence + candidate.look_alike_weight
    assert candidate.match_weight == pytest.approx(total)
    assert explanation.disposition == "match"
    assert "family_name     stem" in str(candidate)


def test_an_unknown_alert_cannot_be_explained(result):
    """The message says that it is not among the alerts."""
    with pytest.raises(hp.HpmatchError, match="no alert 'A99'"):
        result.explain("A99")


def test_a_review_among_many_namesakes_shows_them():
    """Each is unlikely, one of them is likely: all are links and candidates, in the order of their identifiers."""
    namesakes = [
        {**REGISTER[1], "hpr_number": str(2000000 + number), "birth_date": f"19{50 + number % 40}-03-04"}
        for number in range(25)
    ]
    alerts = [
        {"alert_id": "1", "family_name": "Berg", "given_name": "Kari", "birth_date": ""},
        {"alert_id": "2", "family_name": "Lund", "given_name": "Per", "birth_date": "1966-01-30"},
    ]
    found = hp.link(alerts, namesakes, hp.read_model("imi").with_decision(review=0.0001))
    assert found.dispositions["disposition"].to_pylist()[0] == "review"
    people = [row["hpr_number"] for row in namesakes]
    assert [row["hpr_number"] for row in found.links.to_pylist() if row["alert_id"] == "1"] == people
    assert [candidate.hpr_number for candidate in found.explain("1").candidates] == people


def test_an_alert_whose_namesakes_are_too_many_is_not_said_to_match_nobody():
    """Without a birth date and with more namesakes than are looked at, nobody can say who it is."""
    namesakes = [{**REGISTER[1], "hpr_number": str(2000000 + number)} for number in range(60)]
    alerts = [
        {"alert_id": "1", "family_name": "Berg", "given_name": "Kari", "birth_date": ""},
        {"alert_id": "2", "family_name": "Lund", "given_name": "Per", "birth_date": "1966-01-30"},
    ]
    first, second = hp.link(alerts, namesakes).dispositions.to_pylist()
    assert (first["disposition"], second["disposition"]) == ("unmatchable", "no_match")
    assert "too many registered persons" in first["reason"]


@pytest.mark.parametrize("size", [0, -1])
def test_chunks_need_pairs(size):
    """A senseless chunk size is refused, not answered."""
    with pytest.raises(hp.HpmatchError, match="at least 1"):
        hp.link(ALERTS_BY_HAND, REGISTER, chunk_size=size)


def test_min_weight_keeps_more_or_fewer_links():
    """All candidates are kept at a low weight, none at a high one; decisions do not change."""
    low, high = (hp.link(ALERTS_BY_HAND, REGISTER, min_weight=weight) for weight in (-1000, 1000))
    assert len(low.links) == low.summary["candidate_pairs"]
    assert len(high.links) == 0
    assert low.dispositions == high.dispositions


def _csv(table):
    sink = io.BytesIO()
    pyarrow.csv.write_csv(table, sink)
    return sink.getvalue()


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(ALERTS, PERSONS, st.randoms(use_true_random=False), st.integers(1, 5))
def test_order_and_chunks_change_nothing(alerts, persons, random, chunk_size):
    """Rows in any order, pairs in chunks of any size: the same links and dispositions, byte for byte."""
    first = hp.link(alerts, persons, min_weight=-50)
    moved = hp.link(
        random.sample(alerts, len(alerts)),
        random.sample(persons, len(persons)),
        min_weight=-50,
        chunk_size=chunk_size,
    )
    assert _csv(first.links) == _csv(moved.links)
    assert _csv(first.dispositions) == _csv(moved.dispositions)
    assert unversioned(first.summary) == unversioned(moved.summary)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ALERTS, PERSONS)
def test_every_alert_is_answered_exactly_once(alerts, persons):
    """Whatever the data, no alert is lost or answered twice."""
    result = hp.link(alerts, persons)
    assert result.dispositions["alert_id"].to_pylist() == sorted(row["alert_id"] for row in alerts)


@pytest.mark.parametrize(
    "make", [pa.Table.from_pylist, pd.DataFrame, pl.DataFrame], ids=["arrow", "pandas", "polars"]
)
def test_every_kind_of_table_gives_the_same(result, make):
    """The kind of table is not part of the data."""
    found = hp.link(make(ALERTS_BY_HAND), make(REGISTER))
    assert found.links == result.links
    assert found.dispositions == result.dispositions


def test_tables_leave_as_pandas_and_polars(result):
    """Notebooks get the frames that they know."""
    assert result.to_pandas()["alert_id"].tolist() == result.links["alert_id"].to_pylist()
    assert result.to_polars("dispositions").rows() == [
        tuple(row.values()) for row in result.dispositions.to_pylist()
    ]
    with pytest.raises(hp.HpmatchError, match="links, weights, dispositions, persons, relations, rejected"):
        result.to_pandas("people")


def test_progress_is_told_to_the_end():
    """Each stage reports until it is done."""
    told = []
    hp.link(ALERTS_BY_HAND, REGISTER, chunk_size=2, progress=lambda *step: told.append(step))
    assert told[0] == ("read", 0, 2)
    assert told[-1][1] == told[-1][2] > 0
    assert {stage for stage, _, _ in told} == {"read", "compare"}


def test_identifiers_keep_the_names_of_their_columns():
    """Links name the two identifiers as the user's tables do."""
    register = [
        {"HPR-nummer" if key == "hpr_number" else key: value for key, value in row.items()}
        for row in REGISTER
    ]
    assert hp.link(ALERTS_BY_HAND, register).links.column_names[:2] == ["alert_id", "HPR-nummer"]


def test_two_identifiers_of_one_name_are_told_apart():
    """Where both tables call their identifier the same, the links name the sides."""
    alerts = [
        {"rec" if key == "alert_id" else key: value for key, value in row.items()} for row in ALERTS_BY_HAND
    ]
    register = [
        {"rec" if key == "hpr_number" else key: value for key, value in row.items()} for row in REGISTER
    ]
    links = hp.link(alerts, register, schema=hp.Schema(id="rec")).links
    assert links.column_names[:2] == ["rec_left", "rec_right"]


@pytest.mark.parametrize("name", ["decision", "prior_weight"])
def test_a_comparison_that_is_called_as_a_column_of_the_result_is_refused(name):
    """One of the two would be lost from links or weights."""
    imi = hp.read_model("imi")
    named = [replace(each, name=name) if each.name == "sex" else each for each in imi.comparisons]
    levels = {name if each == "sex" else each: numbers for each, numbers in imi.classifier.levels.items()}
    classifier = replace(imi.classifier, levels=levels, look_alikes=())
    model = replace(imi, comparisons=tuple(named), classifier=classifier, stand_ins={"sex_by_name": name})
    with pytest.raises(hp.ModelError, match="the name of a column of the result; rename it"):
        hp.link(ALERTS_BY_HAND, REGISTER, model)


def test_a_result_is_written_whole(tmp_path, result):
    """All tables and the summary are there, and read back as they were."""
    result.write(tmp_path / "out")
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "checks.csv",
        "dispositions.csv",
        "links.csv",
        "persons.csv",
        "rejected.csv",
        "relations.csv",
        "summary.json",
        "weights.csv",
    ]
    assert json.loads((tmp_path / "out" / "summary.json").read_text("utf-8")) == result.summary
    written = pyarrow.csv.read_csv(tmp_path / "out" / "links.csv")
    np.testing.assert_array_equal(written["match_weight"], result.links["match_weight"])


def test_parquet_holds_what_the_result_holds(tmp_path, result):
    """Nothing is lost on the way to Parquet."""
    result.write(tmp_path / "out", format="parquet")
    assert pq.read_table(tmp_path / "out" / "dispositions.parquet") == result.dispositions


FORMER = {
    "hpr_number": "9144889",
    "family_name": "Berg",
    "given_name": "Kari",
    "birth_name": "Windman",
    "other_names": "Rosenlund",
    "birth_date": "1978-04-09",
    "professions": "SP",
}


@pytest.mark.parametrize("surname", ["Windman", "Rosenlund"])
@pytest.mark.parametrize(
    "register",
    [
        lambda: [FORMER],
        lambda: hp.Register.prepare([FORMER]),
        lambda: hp.Register.prepare([{**FORMER, "birth_name": "", "other_names": ""}]).changed([FORMER]),
    ],
    ids=["as a table", "prepared", "changed"],
)
def test_a_former_surname_in_the_register_is_met(surname, register):
    """The alert has the name that the person was registered by once, with the day of birth mistyped."""
    alert = {
        "alert_id": "A1",
        "sending_country": "SE",
        "family_name": surname,
        "given_name": "Kari",
        "birth_date": "1978-04-19",
        "profession": "nurse",
    }
    (link,) = hp.link([alert], register()).links.to_pylist()
    assert (link["hpr_number"], link["family_name"]) == ("9144889", "further_name")
