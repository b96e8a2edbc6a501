"""Which alerts a run answers otherwise than the ledger notes, and why, as a re-screening tells it."""

import csv
import json
import sys
from dataclasses import replace

import pytest
from registers import written
from rescreened import ALERTED, KARI, OLA, RASA, REGISTER

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.ledger import Ledger
from hpmatch.model import read_model
from hpmatch.output import DIFFERENCES, read_folder
from hpmatch.results import TABLES

TOLD = ("alert_id", "disposition_before", "hpr_number_before", "disposition", "hpr_number", "reason")
# Kari came, and Ola left.
CHANGED = [REGISTER[1], {"hpr_number": "11", **KARI}]
OTHERWISE = "entries, or how common names are, differ in the new register"
CAME = ("A0", "no_match", None, "match", "11", OTHERWISE)
LEFT = ("A1", "match", "12", "no_match", None, "12 left the register")


def told(result):
    """What differs, without probabilities."""
    return [tuple(row[name] for name in TOLD) for row in result.differences.to_pylist()]


@pytest.fixture
def link(tmp_path):
    """What links alerts with a ledger in which the three alerts are answered already."""
    ledger = Ledger(tmp_path / "ledger")

    def linked(alerts, register, *more, **options):
        return ledger.link(alerts, register, tmp_path / "out", *more, **options)

    assert told(linked(ALERTED, REGISTER)) == []
    return linked


def test_what_another_register_changes_is_told_once(link):
    """New alerts have no answer to differ from; the next night nothing is otherwise than the last told."""
    alerts = [*ALERTED, {**ALERTED[0], "alert_id": "A9", "family_name": "Moe", "birth_date": "1962-01-05"}]
    found = link(alerts, CHANGED)
    assert told(found) == [CAME, LEFT]
    assert found.summary["alerts"]["different"] == 2
    assert told(link(alerts, CHANGED)) == []


def test_a_person_who_is_another_one_now_is_told(link):
    """The disposition is the same, and whose case it is is not."""
    assert told(link(ALERTED, [REGISTER[0], {"hpr_number": "14", **RASA}])) == [
        ("A2", "match", "13", "match", "14", "13 left the register")
    ]


@pytest.mark.parametrize(
    ("register", "reason"),
    [(REGISTER, "the model changed"), ([*REGISTER, {**REGISTER[0], "hpr_number": "15", "birth_date": "1951-01-30"}], "the model changed; the register changed")],
)  # fmt: skip
def test_another_model_is_a_reason(link, register, reason):
    """A stricter one sends to review what the other matched."""
    strict = read_model("imi").with_decision(match=0.9999999999)
    found = link(ALERTED, register, strict)
    assert [(row[0], row[3], row[5]) for row in told(found)] == [
        ("A1", "review", reason),
        ("A2", "review", reason),
    ]


def test_another_release_is_a_reason(link, monkeypatch):
    """The model and the register are the same, and what is made of them is not."""
    plain = hp.link

    def newer(*given, **options):
        result = plain(*given, **options)
        rows = result.dispositions.to_pylist()
        rows[0] |= {"disposition": "review", "hpr_number": "13"}
        answers = result.dispositions.from_pylist(rows, result.dispositions.schema)
        return replace(result, dispositions=answers, summary={**result.summary, "hpmatch": "99"})

    monkeypatch.setattr(sys.modules["hpmatch.link"], "link", newer)
    assert told(link(ALERTED, REGISTER)) == [
        ("A0", "no_match", None, "review", "13", "hpmatch is of another version")
    ]


PERSON = {"sending_country": "SE", "given_name": "Kari", "national_id": "19800203-2383", "sex": "F"}
ALONE = {"alert_id": "B1", "family_name": "Qvistgaardsen", "birth_date": "", "birth_name": "", **PERSON}
FELLOW = {"alert_id": "B2", "birth_name": "Qvistgaardsen", **PERSON, **KARI}


def test_a_fellow_that_comes_or_goes_is_a_reason(link):
    """By itself B1 says too little; the register is the same and gets no blame."""
    register = [*REGISTER, {"hpr_number": "11", **KARI}]
    link([ALONE], register)
    joined = "it is answered together with another alert about its person now"
    assert told(link([ALONE, FELLOW], register)) == [("B1", "no_match", None, "match", "11", joined)]
    parted = "other alerts came with it than before"
    assert told(link([ALONE], register)) == [("B1", "match", "11", "no_match", None, parted)]


def test_an_answer_from_before_another_run_is_told_as_that(link):
    """The night between had another register and not these alerts."""
    link([{"alert_id": "B", "sending_country": "SE", **OLA}], CHANGED)
    reason = "its last answer was by another model or version of the register"
    assert [row[5] for row in told(link(ALERTED, CHANGED))] == [reason, reason]


def test_what_a_rescreening_told_is_not_told_again(link, tmp_path):
    """The ledger notes it by then."""
    prepared = hp.Register.prepare(REGISTER)
    link(ALERTED, prepared)
    found = hp.rescreen(tmp_path / "ledger", ALERTED, prepared, changes=[CHANGED[1]])
    assert len(found.differences) == 1
    Ledger(tmp_path / "ledger").answer_again(found)
    assert told(link(ALERTED, found.register)) == []


def test_an_alert_no_longer_in_force_is_not_told_of_and_noted(link, tmp_path):
    """As by a re-screening."""
    assert told(link([{**ALERTED[0], "status": "revoked"}, *ALERTED[1:]], CHANGED)) == [LEFT]
    assert Ledger(tmp_path / "ledger").latest()["disposition"].to_pylist()[0] == "match"


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_command_tells_and_writes_them(tmp_path, capsys, kind):
    """On the console, in summary.json and in a table; without a ledger there is none, and the earlier one goes."""
    alerts, out = written(ALERTED, tmp_path / "alerts.csv"), tmp_path / "out"
    registers = [written(rows, tmp_path / f"{place}.csv") for place, rows in enumerate((REGISTER, CHANGED))]
    more = ["--out", str(out), "--format", kind]
    for register, number in zip(registers, (0, 2), strict=True):
        assert main(["link", alerts, register, *more, "--ledger", str(tmp_path / "ledger")]) == 0
        line = next(line for line in capsys.readouterr().out.splitlines() if "answered otherwise" in line)
        assert line.split()[:3] == ["answered", "otherwise", str(number)]
        assert json.loads((out / "summary.json").read_text())["alerts"]["different"] == number
    if kind == "csv":
        with (out / "differences.csv").open(encoding="utf-8", newline="") as file:
            rows = [tuple(row[name] or None for name in TOLD) for row in csv.DictReader(file)]
        assert rows == [CAME, LEFT]
    assert main(["link", alerts, registers[0], *more]) == 0
    assert "answered otherwise" not in capsys.readouterr().out
    assert not (out / f"differences.{kind}").exists()
    assert "different" not in json.loads((out / "summary.json").read_text())["alerts"]


def test_they_are_a_table_of_the_result(link):
    """As a frame as well; of a result without a ledger there is no such table."""
    assert link(ALERTED, CHANGED).to_pandas("differences")["alert_id"].tolist() == ["A0", "A1"]
    with pytest.raises(hp.HpmatchError, match="no table 'differences'"):
        hp.link(ALERTED, CHANGED).to_pandas("differences")


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_forgotten_alert_is_no_difference(link, tmp_path, kind):
    """The table and the count go without it, and the others stay."""
    link(ALERTED, CHANGED, format=kind)
    out = tmp_path / "out"
    assert hp.forget("A0", tmp_path / "ledger", [out]) == 1
    tables, _, ending = read_folder(out, (*TABLES, DIFFERENCES))
    assert ending == kind
    assert "A0" not in str({name: table.to_pylist() for name, table in tables.items()})
    alerts = json.loads((out / "summary.json").read_text())["alerts"]
    assert (alerts["read"], alerts["different"]) == (2, 1)


def test_a_rescreening_is_not_replaced(link, tmp_path, capsys):
    """It is made once, so that its folder is no place for a night's result."""
    prepared = hp.Register.prepare(REGISTER)
    link(ALERTED, prepared)
    hp.rescreen(tmp_path / "ledger", ALERTED, prepared, changes=[CHANGED[1]]).write(tmp_path / "night")
    alerts, register = written(ALERTED, tmp_path / "a.csv"), written(CHANGED, tmp_path / "r.csv")
    arguments = ["link", alerts, register, "--out", str(tmp_path / "night")]
    assert main([*arguments, "--ledger", str(tmp_path / "ledger")]) == 1
    assert "differences.csv" in capsys.readouterr().err
    with pytest.raises(hp.SourceError, match=r"differences\.csv"):
        hp.link(ALERTED, CHANGED).write(tmp_path / "night")
