"""From alerts to persons: earlier cases, and the counts of the report's flow chart."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from registers import written
from strategies import ALERTS, PERSONS

import hpmatch as hp
from hpmatch.cases import Case, read_prior_cases
from hpmatch.charts.funnel import _places, _ribbons, funnel_flows
from hpmatch.cli import main
from hpmatch.errors import SchemaError
from hpmatch.inquiry import unclear_alerts
from hpmatch.persons import funnel, funnel_text
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
    """One for each alert about the person, in their order."""
    row = result.persons.to_pylist()[0]
    assert (row["alert_ids"], row["countries"], row["professions"]) == ("A1;A2", "LT;LT", "LE;SP")
    assert (row["identity"], row["hpr_number"]) == ("clear", "11")


def test_a_person_whose_alerts_are_all_over_is_told_as_such(capsys, tmp_path):
    """Answered as any, and counted; nobody is asked about who it was, unless another alert is in force."""
    blurred = {**ALERTED[2], "birth_date": "1980"}
    told = {"A1": "opphevet", "A2": "sent", "A3": "Withdrawn", "A6": "no such word", "A7": ""}
    others = [{**ALERTED[4], "alert_id": name, "family_name": f"Qvist{name}"} for name in ("A6", "A7")]
    alerts = [{**row, "status": told[row["alert_id"]]} for row in (*ALERTED[:2], blurred, *others)]
    found = hp.link(alerts, [*REGISTER, {**REGISTER[1], "hpr_number": "14", "birth_date": "1980-05-06"}])
    rows = {row["person_id"]: row for row in found.persons.to_pylist()}
    assert {name: row["in_force"] for name, row in rows.items()} == {
        "A1": "no;yes",
        "A3": "no",
        "A6": "unknown",
        "A7": "yes",
    }
    assert rows["A3"]["disposition"] == "review"
    assert unclear_alerts(found) == ()
    in_force = [{**row, "status": "sent"} if row["alert_id"] == "A3" else row for row in alerts]
    assert unclear_alerts(hp.link(in_force, [*REGISTER, {**REGISTER[1], "hpr_number": "14"}])) == ("A3",)
    counts = found.summary["alerts"]
    assert (counts["not_in_force"], counts["unknown_status"]) == (2, 1)
    files = [written(alerts, tmp_path / "alerts.csv"), written(REGISTER, tmp_path / "register.csv")]
    assert main(["link", *files, "--out", str(tmp_path / "out")]) == 0
    said = capsys.readouterr().out
    assert "not in force" in said
    assert "status unknown" in said


def test_cases_about_nobody_and_without_a_number_are_set_aside(result):
    """Each with its row and what to do; the counts add up."""
    told = [(row["table"], row["row"], row["reason"]) for row in result.rejected.to_pylist()]
    assert [each[:2] for each in told] == [("prior cases", 3), ("prior cases", 4)]
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


@settings(max_examples=40)
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


def test_a_case_may_be_about_several_persons():
    """Each of them has it; who is not registered has none, whatever else the cell says."""
    rows = [
        {"hpr_number": "11;12 ; 99", "case_number": "2023/9"},
        {"hpr_number": "98;99", "case_number": "2023/10"},
        {"hpr_number": "14;15", "case_number": "2023/11"},
    ]
    found = read_prior_cases(rows, Records(pa.array(["11", "12", "14;15"]), {}))
    assert {person: [case.number for case in cases] for person, cases in found.of_person.items()} == {
        "11": ["2023/9"],
        "12": ["2023/9"],
        "14;15": ["2023/11"],
    }
    assert [row.row for row in found.rejected] == [2]


def test_a_case_that_several_rows_tell_of_is_one_case():
    """As the latest of them tells it."""
    rows = [
        {"hpr_number": "11", "case_number": "2023/9", "status": status, "date": date}
        for status, date in (("open", "2023-01-01"), ("closed", "2024-01-01"), ("appealed", ""))
    ]
    found = read_prior_cases(rows, Records(pa.array(["11"]), {}))
    assert found.of_person["11"] == (Case("2023/9", "closed", "2024-01-01"),)


def test_a_number_that_lost_its_zeros_is_told_as_such():
    """A spreadsheet makes 12 of 0012: the case would be told as one about nobody."""
    rows = [{"hpr_number": number, "case_number": "9"} for number in ("12", "0012", "13")]
    found = read_prior_cases(rows, Records(pa.array(["0012"]), {}))
    reasons = {row.row: row.reason for row in found.rejected}
    assert reasons.keys() == {1, 3}
    assert "writes otherwise" in reasons[1]
    assert "not in the register" in reasons[3]


HEADER = pa.table({"hpr_number": pa.array([], pa.string()), "case_number": pa.array([], pa.string())})


@pytest.mark.parametrize("none", [HEADER, []], ids=["a header only", "no rows"])
def test_an_agency_may_have_no_cases_yet(none):
    """Every hit is new then."""
    result = hp.link(ALERTED, REGISTER, prior_cases=none)
    assert result.summary["prior_cases"] == {"rows": 0, "read": 0, "rejected": 0}
    assert result.summary["funnel"]["total"]["new"] == 2


def test_the_column_that_identifies_alerts_and_persons_need_not_identify_cases(tmp_path):
    """Said as an argument, in a schema or at the top of a schema file: a table of cases has numbers of its own."""
    person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    alerts, people = [{"key": "1", **person}], [{"key": "2", **person}]
    cases = [{"hpr_number": "2", "case_number": "2023/17"}]
    (tmp_path / "schema.toml").write_text('id = "key"\n', "utf-8")
    for said in ({"id": "key"}, {"schema": hp.Schema(id="key")}, {"schema": tmp_path / "schema.toml"}):
        found = hp.link(alerts, people, prior_cases=cases, **said)
        assert found.persons["prior_case"].to_pylist() == ["2023/17"]


def test_cases_without_a_column_for_the_person_are_refused():
    """The message names the column."""
    with pytest.raises(SchemaError, match="'hpr_number'"):
        hp.link(ALERTED, REGISTER, prior_cases=[{"case_number": "1", "status": ""}])


# --- the funnel's table and picture


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    folder = tmp_path_factory.mktemp("funnel") / "out"
    result.write(folder)
    return folder


def test_the_command_shows_the_funnel(folder, capsys):
    """All counts of all, of each country and of each profession."""
    assert main(["funnel", str(folder)]) == 0
    lines = {
        line.split()[0]: line.split()[1:] for line in capsys.readouterr().out.splitlines() if line.strip()
    }
    assert lines["all"] == ["5", "4", "1", "1", "2", "1", "1", "1", "0"]
    assert lines["LT"] == ["2", "1", "0", "0", "1", "1", "0", "0", "0"]
    assert lines["hits"][-4:] == ["2", "(2", "to", "2)"]


def test_groups_beyond_the_largest_are_added_up(result):
    """None is left out of the sum."""
    text = funnel_text(result.summary["funnel"], most=1)
    others = next(line.split() for line in text.splitlines() if line.startswith("  2 others"))
    assert others[2:] == ["3", "2", "0", "1", "1", "1", "0", "0", "0"]


@pytest.mark.parametrize("ending", ["svg", "html", "png"])
def test_the_funnel_is_drawn_without_a_browser(folder, tmp_path, ending):
    """Every node with its number; the file stands alone."""
    target = tmp_path / f"funnel.{ending}"
    assert main(["funnel", str(folder), "--out", str(target)]) == 0
    drawn = target.read_bytes()
    assert b"cdn." not in drawn
    if ending != "png":
        text = drawn.decode()
        assert all(
            node in text for node in ("alerts 5", "persons 4", "hit 2", "earlier case 1", "clear identity 1")
        )
        assert "unclear identity 0" not in text
    assert list(tmp_path.iterdir()) == [target]


def test_a_chart_is_saved_in_known_formats_only(folder, tmp_path, capsys):
    """The message names them."""
    assert main(["funnel", str(folder), "--out", str(tmp_path / "funnel.pdf")]) == 1
    assert ".html, .svg, .png" in capsys.readouterr().err


def test_what_is_no_result_has_no_funnel(tmp_path, capsys):
    """The message says what to name."""
    assert main(["funnel", str(tmp_path)]) == 1
    assert "hpmatch link" in capsys.readouterr().err


@given(st.lists(st.integers(0, 500), min_size=6, max_size=6))
def test_ribbons_fill_their_nodes(numbers):
    """What leaves or reaches a node, laid side by side, is as high as the node."""
    no_match, unmatchable, earlier, clear, unclear, rejected = numbers
    hit = earlier + clear + unclear
    total = {"alerts": hit + no_match + unmatchable, "rejected": rejected, "hit": hit, "no_match": no_match, "unmatchable": unmatchable, "new": clear + unclear, "earlier_case": earlier, "clear": clear, "unclear": unclear}  # fmt: skip
    flows = funnel_flows({"total": total})
    places = _places(flows) if flows else {}
    ribbons = {}
    for point in _ribbons(flows, places):
        ribbons.setdefault(tuple(point["flow"].split(" to ")), []).append(point)
    for node, (_, top, height) in places.items():
        for side, at in ((0, 0), (1, -1)):
            ends = sorted(
                (points[at]["y"], points[at]["y2"]) for flow, points in ribbons.items() if flow[side] == node
            )
            if ends:
                edges = [top, *(edge for end in ends for edge in end), top + height]
                assert np.allclose(edges[::2], edges[1::2])
