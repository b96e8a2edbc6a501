"""A register that lost many of its records since it was last used is taken for a part of one, unless that is meant."""

from datetime import date, timedelta

import pytest
from registers import written

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.prepared import add_changes

MADE_UP = ("Bergersen", "Dahlström", "Kowalczyk", "Lindqvist", "Moretti", "Novakova", "Petrescu", "Rasmussen")
BORN = date(1960, 1, 5)
PEOPLE = [
    {
        "hpr_number": str(9_000_000 + number),
        "family_name": MADE_UP[number % 8],
        "given_name": ("Anna", "Piotr", "Ingrid", "Marco", "Elena")[number // 8],
        "birth_date": str(BORN + timedelta(days=301 * number)),
    }
    for number in range(40)
]
ALERTS = [
    {"alert_id": f"A{place}", "sending_country": "SE", **{k: v for k, v in who.items() if k != "hpr_number"}}
    for place, who in enumerate((PEOPLE[0], PEOPLE[-1]))
]
# Eleven of forty are more than ten, and more than a tenth.
PART = PEOPLE[:29]
GONE = [{"hpr_number": who["hpr_number"], "change": "removed"} for who in PEOPLE[29:]]
FLAG = "--smaller-register"


@pytest.fixture
def night(tmp_path, capsys):
    """A ledger whose last run was against all forty, and what links alerts to another register with it."""
    alerts = written(ALERTS, tmp_path / "alerts.csv")

    def link(people, *options, register=None):
        source = register or written(people, tmp_path / "register.csv")
        where = ("--out", str(tmp_path / "out"), "--ledger", str(tmp_path / "ledger"))
        status = main(["link", alerts, source, *where, *options])
        return status, capsys.readouterr().err

    assert link(PEOPLE)[0] == 0
    return link


def _files(folder):
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_a_part_of_the_register_is_refused_and_answers_nothing(night, tmp_path):
    """The person of A1 is cut off; both counts are told, ledger and result stay, and a second try is refused too."""
    before, ledger = _files(tmp_path / "out"), (tmp_path / "ledger").read_bytes()
    for _ in range(2):
        status, error = night(PART)
        assert status == 1
        for words in ("it has 29 records,", "had 40 in the run before", FLAG):
            assert words in error
    assert (_files(tmp_path / "out"), (tmp_path / "ledger").read_bytes()) == (before, ledger)


def test_what_is_meant_is_said_once(night, tmp_path):
    """The smaller register is what later ones are held against."""
    assert night(PART, FLAG) == (0, "")
    latest = hp.Ledger(tmp_path / "ledger").latest().to_pylist()
    assert [row["disposition"] for row in latest] == ["match", "no_match"]
    assert night(PART) == (0, "")


@pytest.mark.parametrize("left", [30, 40])
def test_some_may_leave(night, left):
    """Ten of forty are few enough: a share tells nothing of a few."""
    assert night(PEOPLE[:left])[0] == 0


def test_a_tenth_of_many_may_leave_and_no_more(tmp_path):
    """Of two hundred persons twenty, and not twenty-one."""
    people, ledger = (
        [{**PEOPLE[number % 40], "hpr_number": str(number)} for number in range(200)],
        hp.Ledger(tmp_path / "ledger"),
    )
    ledger.link(ALERTS, people, tmp_path / "out")
    with pytest.raises(hp.SourceError, match="179 records, and had 200"):
        ledger.link(ALERTS, people[:179], tmp_path / "out")
    ledger.link(ALERTS, people[:180], tmp_path / "out")


def test_rows_that_are_set_aside_are_as_good_as_missing(night):
    """The file has all forty rows, eleven of them without a number."""
    people = [*PART, *({**who, "hpr_number": ""} for who in PEOPLE[29:])]
    status, error = night(people)
    assert status == 1
    assert "it has 29 records (11 rows of it cannot be used and are set aside), and had 40" in error


def test_rows_that_were_set_aside_before_are_not_missed(tmp_path):
    """Who could not be used then is no loss now."""
    people, ledger = (
        [*PART, *({**who, "hpr_number": ""} for who in PEOPLE[29:])],
        hp.Ledger(tmp_path / "ledger"),
    )
    ledger.link(ALERTS, people, tmp_path / "out")
    ledger.link(ALERTS, PART, tmp_path / "out")
    assert ledger.status().runs == 2


def test_alerts_that_came_with_a_part_of_the_register_wait(night, tmp_path):
    """Whether a register was whole changes nothing about what came in."""
    written([*ALERTS, {**ALERTS[0], "alert_id": "A9"}], tmp_path / "alerts.csv")
    assert night(PART)[0] == 1
    assert hp.Ledger(tmp_path / "ledger").waiting() == ["A9"]


def test_answers_of_a_part_are_not_noted(night, tmp_path):
    """In Python each step stands alone, and the ledger refuses what was answered by a part."""
    ledger, result = hp.Ledger(tmp_path / "ledger"), hp.link(ALERTS, PART)
    with pytest.raises(hp.SourceError, match="29 records, and had 40"):
        ledger.answer(result)
    assert ledger.answer(result, smaller_register=True).new == 2


@pytest.fixture
def prepared(tmp_path):
    """The folder of all forty, prepared."""
    folder = str(tmp_path / "prepared")
    assert main(["prepare", written(PEOPLE, tmp_path / "people.csv"), "--out", folder]) == 0
    return folder


def test_a_part_takes_no_prepared_register_s_place(prepared, tmp_path, capsys):
    """The folder keeps the forty; where it is meant it holds the others, and a register without a folder has no earlier one."""
    part = written(PART, tmp_path / "part.csv")
    assert main(["prepare", part, "--out", prepared]) == 1
    assert f"29 records, and had 40 where it was prepared in {prepared}" in capsys.readouterr().err
    assert len(hp.Register.open(prepared)) == 40
    assert main(["prepare", part, "--out", prepared, FLAG]) == 0
    assert len(hp.Register.open(prepared)) == 29
    assert main(["prepare", part, "--out", str(tmp_path / "another")]) == 0


def test_changes_that_take_out_many_are_refused(prepared, tmp_path, capsys):
    """A list of removals may have been made from a part of an export."""
    changes = written(GONE, tmp_path / "changes.csv")
    assert main(["prepare", changes, "--changes-to", prepared]) == 1
    assert "29 records, and had 40 before these changes" in capsys.readouterr().err
    assert len(hp.Register.open(prepared)) == 40
    assert main(["prepare", changes, "--changes-to", prepared, FLAG]) == 0
    assert len(hp.Register.open(prepared)) == 29


def test_those_who_went_by_changes_are_not_missed_when_it_is_prepared_anew(prepared, tmp_path):
    """The size of a register is that with its changes."""
    add_changes(prepared, GONE, smaller_register=True)
    assert main(["prepare", written(PART, tmp_path / "part.csv"), "--out", prepared]) == 0


def test_a_damaged_register_can_be_prepared_again(prepared, tmp_path):
    """How many it had nobody can tell then."""
    (tmp_path / "prepared" / "codes.arrow").unlink()
    assert main(["prepare", written(PART, tmp_path / "part.csv"), "--out", prepared]) == 0


@pytest.mark.parametrize(("option", "table"), [("--changes", GONE), ("--new-register", PART)])
def test_rescreening_by_a_part_is_refused(night, prepared, tmp_path, capsys, option, table):
    """Nothing is written, noted or kept; with the flag all is."""
    assert night(None, register=prepared)[0] == 0
    ledger, alerts, out = (str(tmp_path / name) for name in ("ledger", "alerts.csv", "rescreened"))
    arguments = [
        "rescreen",
        ledger,
        alerts,
        prepared,
        option,
        written(table, tmp_path / "new.csv"),
        "--out",
        out,
    ]
    before = (tmp_path / "ledger").read_bytes()
    assert main(arguments) == 1
    assert "29 records, and had 40 when the alerts were answered" in capsys.readouterr().err
    assert not (tmp_path / "rescreened").exists()
    assert (tmp_path / "ledger").read_bytes() == before
    assert len(hp.Register.open(prepared)) == 40
    assert main([*arguments, FLAG]) == 0
    latest = hp.Ledger(ledger).latest().to_pylist()
    assert [row["disposition"] for row in latest] == ["match", "no_match"]


def test_a_ledger_begins_with_a_register_of_any_size(tmp_path):
    """There is nothing to hold it against."""
    hp.Ledger(tmp_path / "ledger").link(ALERTS, PEOPLE[:1], tmp_path / "out")
    assert hp.Ledger(tmp_path / "ledger").status().runs == 1
