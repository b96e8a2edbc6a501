"""From alerts to persons: earlier cases, and the counts of the report's flow chart."""

import pyarrow as pa
import pytest
from hypothesis import given
from strategies import ALERTS, PERSONS

import hpmatch as hp
from hpmatch.cases import Case, read_prior_cases
from hpmatch.errors import SchemaError
from hpmatch.persons import funnel
from hpmatch.records import Records

REGISTER = [
    {"hpr_number": "11", "family_name": "Kazlauskaite", "given_name": "Rasa", "birth_date": "1978-04-09"},
    {"hpr_number": "12", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"},
    {"hpr_number": "13", "family_name": "Dahl", "given_name": "Ola", "birth_date": "1975-07-30"},
]
ALERTED = [
    {"alert_id": "A1", "sending_country": "LT", "profession": "gydytoja", **REGISTERED}
    for REGISTERED in ({key: value for key, value in REGISTER[0].items() if key != "hpr_number"},)
] + [
    {"alert_id": "A2", "sending_country": "LT", "family_name": "Kazlauskienė", "given_name": "Rasa", "birth_date": "1978-04-09", "profession": "slaugytoja"},
    {"alert_id": "A3", "sending_country": "SE", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03", "profession": "sjuksköterska"},
    {"alert_id": "A4", "sending_country": "SE", "family_name": "Qvist", "given_name": "Åke", "birth_date": "1951-12-24"},
    {"alert_id": "A5", "sending_country": "", "family_name": "", "given_name": "", "birth_date": ""},
]  # fmt: skip
CASES = [
    {"hpr_number": "11", "case_number": "2021/4", "status": "closed", "date": "2021-05-01"},
    {"hpr_number": "11", "case_number": "2023/9", "status": "open", "date": "03.04.2023"},
    {"hpr_number": "99", "case_number": "2020/1", "status": "closed", "date": "2020-01-01"},
    {"hpr_number": "12", "case_number": "", "status": "closed", "date": "2020-01-01"},
]


@pytest.fixture(scope="module")
def result():
    return hp.link(ALERTED, REGISTER, prior_cases=CASES)


def test_each_hit_says_whether_there_is_an_earlier_case(result):
    """With its number, the latest first; who is no hit says nothing."""
    told = {
        row["person_id"]: (
            row["alerts"],
            row["disposition"],
            row["case"],
            row["prior_case"],
            row["prior_case_status"],
        )
        for row in result.persons.to_pylist()
    }
    assert told == {
        "A1": (2, "match", "earlier case", "2023/9;2021/4", "open"),
        "A3": (1, "match", "new", None, None),
        "A4": (1, "no_match", None, None, None),
        "A5": (1, "unmatchable", None, None, None),
    }
    cases = {row["alert_id"]: row["prior_case"] for row in result.dispositions.to_pylist()}
    assert cases == {"A1": "2023/9;2021/4", "A2": "2023/9;2021/4", "A3": None, "A4": None, "A5": None}


def test_a_person_is_told_with_countries_professions_and_alerts(result):
    """Those of all alerts about the person, the first alert's first."""
    row = result.persons.to_pylist()[0]
    assert (row["alert_ids"], row["countries"], row["professions"]) == ("A1;A2", "LT", "LE;SP")
    assert (row["identity"], row["hpr_number"]) == ("clear", "11")


def test_cases_about_nobody_and_without_a_number_are_set_aside(result):
    """Each with its row and what to do; the counts add up."""
    told = [(row["file"], row["row"], row["reason"]) for row in result.rejected.to_pylist()]
    assert [row for _, row, _ in told] == [3, 4]
    assert "not in the register" in told[0][2]
    assert "case number" in told[1][2]
    assert result.summary["prior_cases"] == {"rows": 4, "read": 2, "rejected": 2}


def test_without_cases_there_is_no_column_for_them():
    """Then every hit is new."""
    result = hp.link(ALERTED, REGISTER)
    assert "prior_case" not in result.dispositions.column_names
    assert "prior_cases" not in result.summary
    assert result.summary["funnel"]["total"]["new"] == result.summary["funnel"]["total"]["hit"] == 2


def test_the_funnel_counts_persons(result):
    """In all, by the country and by the profession of the alert that names a person first."""
    counted = result.summary["funnel"]
    nothing = dict.fromkeys(
        ["alerts", "persons", "no_match", "unmatchable", "hit", "earlier_case", "new", "clear", "unclear"], 0
    )
    assert counted["total"] == nothing | {
        "rows": 5, "rejected": 0, "alerts": 5, "persons": 4, "no_match": 1, "unmatchable": 1, "hit": 2, "earlier_case": 1,
        "new": 1, "clear": 1,
    }  # fmt: skip
    assert list(counted["by_country"]) == ["SE", "LT", "unknown"]
    assert counted["by_country"]["LT"] == nothing | {"alerts": 2, "persons": 1, "hit": 1, "earlier_case": 1}
    assert counted["by_profession"]["LE"] == counted["by_country"]["LT"]
    assert counted["by_profession"]["unknown"] == nothing | {
        "alerts": 2,
        "persons": 2,
        "no_match": 1,
        "unmatchable": 1,
    }


def test_expected_hits_are_the_sum_of_the_probabilities():
    """With the spread of as many independent throws: 100 of 0.5 have a standard deviation of 5."""
    rows = [{"alerts": 1, "countries": None, "professions": None, "disposition": "review", "identity": "unclear", "case": "new", "registered_probability": 0.5}]  # fmt: skip
    counted = funnel(pa.Table.from_pylist(rows * 100), {"rows": 100, "rejected": 0})
    assert counted["expected_hits"] == {"value": 50.0, "low": 40.2, "high": 59.8}


@given(ALERTS, PERSONS)
def test_the_funnel_adds_up(alerts, persons):
    """Every alert is about one person, and every person is somewhere."""
    result = hp.link(alerts, persons)
    counted = result.summary["funnel"]
    for part in ("by_country", "by_profession"):
        for step, total in counted["total"].items():
            if step not in ("rows", "rejected"):
                assert sum(each[step] for each in counted[part].values()) == total
    total = counted["total"]
    assert total["alerts"] == len(alerts)
    assert total["persons"] == total["no_match"] + total["unmatchable"] + total["hit"] == len(result.persons)
    assert total["hit"] == total["earlier_case"] + total["new"]
    assert total["new"] == total["clear"] + total["unclear"]


def test_cases_are_read_by_their_norwegian_names():
    """As an archive writes them; the latest comes first whatever the order of rows."""
    rows = [
        {"HPR-nummer": "11", "Saksnummer": each, "Saksstatus": "", "Dato": each}
        for each in ("1.2.2020", "3.2.2020", "2.2.2020", "2.2.2020")
    ]
    found = read_prior_cases(rows, Records(pa.array(["11"]), {}))
    assert [case.number for case in found.of_person["11"]] == ["3.2.2020", "2.2.2020", "1.2.2020"]
    assert found.of_person["11"][0] == Case("3.2.2020", "", "3.2.2020")


def test_cases_without_a_column_for_the_person_are_refused():
    """The message names the column."""
    with pytest.raises(SchemaError, match="'hpr_number'"):
        hp.link(ALERTED, REGISTER, prior_cases=[{"case_number": "1", "status": ""}])
