"""What cannot be reconciled, what was set aside, and the command that reconciles files."""

import csv
import json

import pytest
from reconciled import BERG, DAHL, IN_TIME, LOST, decision, found, register, rows, sent

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.reconcile.findings import KINDS


def test_rows_that_cannot_be_used_are_rejected_with_a_reason():
    """Named by their number, and counted."""
    decisions = [
        decision("D1", hpr_number="1001"),
        decision("D2", "soon", hpr_number="1001"),
        decision("D3", family_name="Berglund"),
        decision("", hpr_number="1001"),
        decision("D5", hpr_number="1001"),
        decision("D5", hpr_number="1002"),
    ]
    alerts = [*IN_TIME, {**sent("A2", **BERG), "sending_country": "SE"}, sent("A3", birth_date="1980-02-03")]
    result = found(decisions, alerts)
    assert [(row["row"], row["reason"].split(";")[0]) for row in result.rejected.to_pylist()] == [
        (2, "has no day that can be read in decision_date"),
        (2, "was not sent by NO"),
        (3, "has neither hpr_number nor two of family_name, given_name and birth_date"),
        (3, "has neither hpr_number nor two of family_name, given_name and birth_date"),
        (4, "has no decision_id"),
        (5, "shares its decision_id with other content in rows 5, 6"),
        (6, "shares its decision_id with other content in rows 5, 6"),
    ]
    assert rows(result) == []


def test_the_own_country_may_be_another():
    """What the own country sent counts, in any form of its name."""
    alerts = [{**sent("A1", **BERG), "sending_country": "Sverige"}]
    assert rows(found([decision("D1", hpr_number="1001")], alerts, country="SE")) == []


PEOPLE_FILE = "hpr_number,family_name,given_name,birth_date,status\n1001,Berglund,Eivor,1980-02-03,aktiv\n"
DECISIONS_FILE = "decision_id,hpr_number,decision_date\nD1,1001,2024-03-01\n"
ALERTS_FILE = "alert_id,hpr_number,sent_date\nA1,1001,2024-03-09\n"
# The three files, and what the message says.
WRONG = {
    "no status": (DECISIONS_FILE, ALERTS_FILE, PEOPLE_FILE.replace("status", "stands"), "no column for 'status'"),
    "no day of decision": (DECISIONS_FILE.replace("decision_date", "day"), ALERTS_FILE, PEOPLE_FILE, "no column for 'decision_date'"),
    "no decision_id": (DECISIONS_FILE.replace("decision_id", "n"), ALERTS_FILE, PEOPLE_FILE, "no column for 'decision_id'"),
    "no day of sending": (DECISIONS_FILE, ALERTS_FILE.replace("sent_date", "day"), PEOPLE_FILE, "no column for 'sent_date'"),
    "an empty file of decisions": ("", ALERTS_FILE, PEOPLE_FILE, "is empty (0 bytes)"),
    "no decisions of an unknown day": ("decision_id,hpr_number,day\n", ALERTS_FILE, PEOPLE_FILE, "no column for 'decision_date'"),
    "no usable decision": (DECISIONS_FILE.replace("2024", "year"), ALERTS_FILE, PEOPLE_FILE, "none of the 1 rows of"),
    "an empty register": (DECISIONS_FILE, ALERTS_FILE, "", "register"),
}  # fmt: skip


def _run(folder, decisions, alerts, people, *options):
    paths = [folder / name for name in ("decisions.csv", "sent.csv", "register.csv")]
    for path, content in zip(paths, (decisions, alerts, people), strict=True):
        path.write_text(content, "utf-8")
    return main(["reconcile", *map(str, paths), "--out", str(folder / "out"), "--workers", "1", *options])


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_used_is_told_and_nothing_is_written(tmp_path, capsys, case):
    """A message of the project, no folder, nobody's name."""
    *files, message = WRONG[case]
    assert _run(tmp_path, *files) == 1
    error = capsys.readouterr().err
    assert message in error
    assert not {"Berglund", "Eivor", "1980"} & set(error.replace("-", " ").split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decisions.csv", "register.csv", "sent.csv"]


def test_a_week_without_decisions_is_reconciled_too(tmp_path):
    """What was sent without one is found still, and so is what the register holds; the counts say that there were none."""
    assert (
        _run(
            tmp_path,
            "decision_id,hpr_number,decision_date\n",
            ALERTS_FILE,
            PEOPLE_FILE.replace("aktiv", "tapt"),
        )
        == 0
    )
    with (tmp_path / "out" / "findings.csv").open(encoding="utf-8", newline="") as file:
        kinds = [row["kind"] for row in csv.DictReader(file)]
    assert kinds == ["alert_without_decision", "entry_without_decision"]
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert set(summary["decisions"].values()) == {0}
    nothing = _run(
        tmp_path, "decision_id,hpr_number,decision_date\n", "alert_id,hpr_number,sent_date\n", PEOPLE_FILE
    )
    assert nothing == 0
    assert rows(found([], IN_TIME, register(n1001="aktiv"))) == [("alert_without_decision", "", "A1", "")]
    assert rows(found([], [], LOST)) == [("entry_without_decision", "", "", "1001")]


def test_an_unknown_country_and_a_folder_are_refused(tmp_path):
    """With what to do instead."""
    with pytest.raises(hp.HpmatchError, match="give its code, such as NO"):
        found([decision("D1", hpr_number="1001")], country="Atlantis")
    with pytest.raises(hp.SourceError, match="is a folder; give the table itself"):
        found([decision("D1", hpr_number="1001")], people=tmp_path)


def test_the_command_writes_a_whole_result(tmp_path, capsys):
    """Findings, rejected rows and counts; a second run takes the place of the first."""
    for _ in range(2):
        assert _run(tmp_path, DECISIONS_FILE + "D2,,2024-03-01\n", ALERTS_FILE, PEOPLE_FILE) == 0
        shown = capsys.readouterr()
        told = {line[:26].strip(): line[26:].strip() for line in shown.out.splitlines()[:-1]}
        assert told == {
            "decisions read": "1",
            "sent": "1",
            "entered": "0",
            "findings": "2",
            "sent late": "1",
            "not entered": "1",
        }
        assert "1 input rows could not be used" in shown.err
        with (tmp_path / "out" / "findings.csv").open(encoding="utf-8", newline="") as file:
            assert [row["kind"] for row in csv.DictReader(file)] == ["sent_late", "not_entered"]
        assert (
            json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["decisions"]["rejected"] == 1
        )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "findings.csv",
        "rejected.csv",
        "summary.json",
    ]


def test_alerts_without_rows_mean_that_nothing_was_sent(tmp_path):
    """A header alone will do."""
    assert _run(tmp_path, DECISIONS_FILE, ALERTS_FILE.splitlines()[0] + "\n", PEOPLE_FILE) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["decisions"]["not_sent"] == summary["decisions"]["read"] == 1
    assert summary["alerts"]["rows"] == 0


def test_no_alerts_at_all_mean_that_nothing_was_sent():
    """A list without rows has no header either."""
    assert rows(found([decision("D1", hpr_number="1001")], [])) == [("not_sent", "D1", "", "1001")]


def test_a_folder_with_other_files_is_left_alone(tmp_path, capsys):
    """It is refused before the work begins."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", "utf-8")
    assert _run(tmp_path, DECISIONS_FILE, ALERTS_FILE, PEOPLE_FILE) == 1
    assert "thesis.txt" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_help_says_what_is_written(capsys):
    """Files and kinds of findings."""
    with pytest.raises(SystemExit):
        main(["reconcile", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("findings.csv", "rejected.csv", "summary.json", *KINDS):
        assert word in shown


def test_decisions_that_were_set_aside_are_told_of():
    """Who has no decision among those read may have one of the others; a spreadsheet's number is a day."""
    people = [
        {"hpr_number": "1001", **BERG, "status": "tapt"},
        {"hpr_number": "1002", **BERG, "given_name": "Ola", "status": "tapt"},
    ]
    read_day_of = {"decision_id": "D1", "hpr_number": "1001", "decision_date": "45352"}  # 1 March 2024
    unread = {"decision_id": "D2", "hpr_number": "1002", "decision_date": "in spring"}
    sent = [{"alert_id": "A1", "sent_date": "2024-03-02", "hpr_number": "1001"}]
    told = found([read_day_of, unread], sent, people).findings.to_pylist()
    assert [(row["kind"], row["hpr_number"]) for row in told] == [("entry_without_decision", "1002")]
    assert "set aside (1)" in told[0]["explanation"]
    assert "set aside" not in str(found([read_day_of], sent, people).findings.to_pylist())


@pytest.mark.parametrize(
    ("of_decision", "of_alert", "aside", "doubtful"),
    [
        ("01001", "1001", ("decisions", 1), {"alert_without_decision", "entry_without_decision"}),
        ("1001.0", "1001", ("decisions", 1), {"alert_without_decision", "entry_without_decision"}),
        ("1001", "1 001", ("alerts", 1), {"not_sent"}),
    ],
)
def test_a_number_that_the_register_writes_otherwise_is_set_aside(of_decision, of_alert, aside, doubtful):
    """A zero or a blank makes nobody else: what lacks then is told with a word of the row, and nobody is unknown to the register."""
    decisions = [decision("D1", hpr_number=of_decision), decision("D2", hpr_number="1002")]
    people = register(n1001="tilbakekalt", n1002="tilbakekalt")
    result = found(decisions, [sent("A1", hpr_number=of_alert), sent("A2", hpr_number="1002")], people)
    assert [(row["table"], row["row"]) for row in result.rejected.to_pylist()] == [aside]
    told = {row["kind"]: row["explanation"] for row in result.findings.to_pylist()}
    assert told.keys() == doubtful
    assert all("set aside (1)" in words for words in told.values())


def test_alerts_and_entries_that_were_set_aside_are_told_of():
    """What lacks may stand in a row that could not be used; what others sent is no such row."""
    decided = [decision("D1", hpr_number="1001", **BERG)]
    twice = [*LOST, {**LOST[0], "status": "aktiv"}]
    nobody, foreign = sent("A1"), sent("A2", **BERG) | {"sending_country": "SE"}
    told = found(decided, [nobody, sent("A9", **DAHL)], twice).findings.to_pylist()
    words = {row["kind"]: row["explanation"] for row in told}
    assert "look at those set aside (1); send one if it is not there" in words["not_sent"]
    assert "look at those set aside (2)" in words["not_entered"]
    told = found(decided, [foreign, sent("A9", **DAHL)]).findings.to_pylist()
    assert {row["kind"]: row["explanation"] for row in told}["not_sent"] == "no alert about it; send one"
