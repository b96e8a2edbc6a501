"""The command of re-screening: ledger, register and result go together, whatever breaks off."""

import csv
import errno
import json
import os
import re
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from registers import written
from rescreened import ALERTED, KARI, OLA, RASA, REGISTER

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.ledger import Ledger
from hpmatch.prepared import add_changes
from hpmatch.rescreen import Rescreened, rescreen


@pytest.fixture
def files(tmp_path):
    """Alerts that were linked with a ledger, against a prepared register in a folder."""
    alerts, register = written(ALERTED, tmp_path / "alerts.csv"), written(REGISTER, tmp_path / "register.csv")
    prepared, ledger = str(tmp_path / "prepared"), str(tmp_path / "ledger")
    assert main(["prepare", register, "--out", prepared]) == 0
    assert main(["link", alerts, prepared, "--out", str(tmp_path / "out"), "--ledger", ledger]) == 0
    return [ledger, alerts, prepared]


def _differences(folder):
    with (folder / "differences.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["alert_id"], row["hpr_number_before"], row["hpr_number"]) for row in csv.DictReader(file)
        ]


def test_the_command_keeps_ledger_and_register_together(files, tmp_path, capsys):
    """One night after the other: an applicant comes, and leaves again."""
    nights = [
        ([{"hpr_number": "11", **KARI}], [("A0", "", "11")]),
        ([{"hpr_number": "11", "change": "removed"}], [("A0", "11", "")]),
    ]
    for night, (changes, expected) in enumerate(nights):
        changed = written(changes, tmp_path / f"changes{night}.csv")
        out = tmp_path / f"night{night}"
        assert main(["rescreen", *files, "--changes", changed, "--out", str(out)]) == 0
        assert _differences(out) == expected
        assert sorted(path.name for path in out.iterdir()) == [
            "differences.csv",
            "links.csv",
            "rejected.csv",
            "summary.json",
        ]
    assert "answered otherwise" in capsys.readouterr().out
    assert main(["ledger", "verify", files[0]]) == 0
    assert [row["disposition"] for row in Ledger(files[0]).latest().to_pylist()] == [
        "no_match",
        "match",
        "match",
    ]


def test_alerts_that_could_be_held_against_no_other_are_told_as_by_link(tmp_path, capsys):
    """Too many share all their keys, and each says something else."""
    alerts = [
        {
            **ALERTED[0],
            "alert_id": f"A{number}",
            "sent_date": f"{2000 + number // 12}-{number % 12 + 1:02}-01",
        }
        for number in range(300)
    ]
    alerts += [{**ALERTED[1], "alert_id": "B1"}, {**ALERTED[1], "alert_id": "B2"}]
    replace(hp.read_model("imi"), max_block=250).save(tmp_path / "own.json")
    alerts, register = written(alerts, tmp_path / "alerts.csv"), written(REGISTER, tmp_path / "register.csv")
    prepared, ledger, out = (str(tmp_path / name) for name in ("prepared", "ledger", "out"))
    assert main(["prepare", register, "--model", str(tmp_path / "own.json"), "--out", prepared]) == 0
    assert main(["link", alerts, prepared, "--out", out, "--ledger", ledger]) == 0
    linked = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    changes = written([{"hpr_number": "14", **KARI}], tmp_path / "changes.csv")
    capsys.readouterr()
    assert main(["rescreen", ledger, alerts, prepared, "--changes", changes, "--out", f"{out}2"]) == 0
    told = json.loads((tmp_path / "out2" / "summary.json").read_text("utf-8"))
    assert told["not_grouped"] == linked["not_grouped"] == 300
    assert re.search(r"alerts not grouped +300 ", capsys.readouterr().out)


class Killed(BaseException):
    """What no code takes for an error."""


def broken_off(command, monkeypatch, step, error=Killed):
    """Run a command that ends at a step, by an error or as if it were killed."""

    def ends(*_, **__):
        raise error(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched, suppress(Killed):
        patched.setattr(step, ends)
        assert main(command) == 1


# Where a re-screening ends, by what, and how often the register has the changes then.
BREAKS = {
    "before the result": ("hpmatch.output.whole_folder", Killed, 0),
    "while the register is written": ("pyarrow.ipc.new_file", Killed, 0),
    "for the register cannot be written": ("pyarrow.ipc.new_file", OSError, 0),
    "before the ledger": ("hpmatch.ledger.Ledger.answer_again", Killed, 1),
    "for the ledger cannot be written": ("hpmatch.ledger.Ledger.answer_again", hp.LedgerError, 1),
}


@pytest.mark.parametrize(("step", "error", "kept"), BREAKS.values(), ids=BREAKS)
def test_a_rescreening_that_was_broken_off_is_repeated(files, tmp_path, monkeypatch, step, error, kept):
    """At any step: the ledger names a register that is there, and the same again gives what it had given, once."""
    changed = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    command = ["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]
    noted, version = Path(files[0]).read_bytes(), hp.source_version(files[2])
    broken_off(command, monkeypatch, step, error)
    assert Path(files[0]).read_bytes() == noted
    assert len(list(Path(files[2]).glob("changes-*"))) == kept
    assert (hp.source_version(files[2]) == version) is (kept == 0)
    assert main(command) == 0
    assert _differences(tmp_path / "night") == [("A0", "", "11")]
    assert len(list(Path(files[2]).glob("changes-*"))) == 1
    assert Ledger(files[0]).account().last_run["register_version"] == hp.source_version(files[2])
    leaves = written([{"hpr_number": "11", "change": "removed"}], tmp_path / "leaves.csv")
    assert main(["rescreen", *files, "--changes", leaves, "--out", str(tmp_path / "night")]) == 0
    assert _differences(tmp_path / "night") == [("A0", "11", "")]


@pytest.mark.parametrize("row", [{"hpr_number": "11", **KARI}, {"hpr_number": "12", "change": "removed"}])
@pytest.mark.parametrize("linked", [False, True])
def test_a_rescreening_that_is_finished_is_not_repeated(files, tmp_path, capsys, row, linked):
    """Its result, the register and the ledger stay as they are, whatever run came in between; a later night goes on."""
    night = tmp_path / "night"
    command = ["rescreen", *files, "--out", str(night), "--changes"]
    changed = written([row], tmp_path / "changes.csv")
    assert main([*command, changed]) == 0
    if linked:
        assert main(["link", *files[1:], "--out", str(tmp_path / "out"), "--ledger", files[0]]) == 0
    paths = [Path(files[0]), *night.iterdir(), *Path(files[2]).iterdir()]
    kept = {path: path.read_bytes() for path in paths}
    assert main([*command, changed]) == 1
    assert "this re-screening is finished" in capsys.readouterr().err
    assert kept == {path: path.read_bytes() for path in (*paths, *night.iterdir(), *Path(files[2]).iterdir())}
    (tmp_path / "none.csv").write_text("hpr_number,change\n", "utf-8")
    assert main([*command, str(tmp_path / "none.csv")]) == 0
    assert main([*command, changed]) == 1
    back = {"hpr_number": "12", **OLA} if "change" in row else {"hpr_number": "11", "change": "removed"}
    assert main([*command, written([back], tmp_path / "back.csv")]) == 0
    assert main([*command, changed]) == 0
    assert len(list(Path(files[2]).glob("changes-*"))) == 3


def test_what_was_broken_off_is_repeated_before_the_next(files, tmp_path, monkeypatch, capsys):
    """The next night's changes are refused until then, with what to do."""
    nights = [
        written([{"hpr_number": number, **who}], tmp_path / f"{number}.csv")
        for number, who in (("11", KARI), ("14", RASA))
    ]
    commands = [["rescreen", *files, "--changes", night, "--out", str(tmp_path / "out2")] for night in nights]
    broken_off(commands[0], monkeypatch, "hpmatch.ledger.Ledger.answer_again")
    assert main(commands[1]) == 1
    assert "repeat a re-screening that was broken off" in capsys.readouterr().err
    assert [main(command) for command in commands] == [0, 0]


def test_changes_are_kept_with_the_register_that_was_rescreened(files):
    """Another process changed it meanwhile: they are refused, and the ledger can be told nothing of them yet."""
    applicants = [[{"hpr_number": number, **KARI}] for number in ("11", "14")]
    ledger, version = Ledger(files[0]), hp.source_version(files[2])
    found = [rescreen(ledger, ALERTED, files[2], changes=each) for each in applicants]
    assert [each.started_from["register_version"] for each in found] == [version, version]
    assert add_changes(files[2], applicants[0], onto=version) == 1
    assert add_changes(files[2], applicants[0], onto=version) == 0
    with pytest.raises(hp.SourceError, match="nothing was changed. Re-screen again"):
        add_changes(files[2], applicants[1], onto=version)
    assert len(list(Path(files[2]).glob("changes-*"))) == 1


def test_changes_may_come_through_a_pipe(files, tmp_path):
    """They are read once."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.write("hpr_number,family_name,given_name,birth_date\n11," + ",".join(KARI.values()) + "\n")
    try:
        out = tmp_path / "night"
        assert main(["rescreen", *files, "--changes", f"/dev/fd/{reading}", "--out", str(out)]) == 0
    finally:
        os.close(reading)
    assert _differences(tmp_path / "night") == [("A0", "", "11")]
    assert "11" in hp.Register.open(files[2]).read.records.ids.to_pylist()


def test_a_dry_run_leaves_ledger_and_register_alone(files, tmp_path):
    """It only writes what it found."""
    changed = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    kept = {path: path.read_bytes() for path in (tmp_path / "prepared").iterdir()} | {
        tmp_path / "ledger": (tmp_path / "ledger").read_bytes()
    }
    assert (
        main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night"), "--dry-run"]) == 0
    )
    assert _differences(tmp_path / "night") == [("A0", "", "11")]
    assert {
        path: path.read_bytes() for path in (*(tmp_path / "prepared").iterdir(), tmp_path / "ledger")
    } == kept


def test_an_alert_with_other_content_is_refused(files, tmp_path, capsys):
    """What was answered is not what is given now."""
    files[1] = written([{**ALERTED[0], "birth_date": "1980-02-04"}, *ALERTED[1:]], tmp_path / "other.csv")
    changed = written([REGISTER[0]], tmp_path / "changes.csv")
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]) == 1
    assert "other content" in capsys.readouterr().err
    assert not (tmp_path / "night").exists()


def test_a_dry_run_notes_no_alert_and_begins_no_ledger(files, tmp_path, capsys):
    """Not even one that is new, and not under a name with a slip of the pen."""
    files[1] = written([*ALERTED, {"alert_id": "B", "sending_country": "SE", **KARI}], tmp_path / "more.csv")
    changed, before = written([REGISTER[0]], tmp_path / "changes.csv"), (tmp_path / "ledger").read_bytes()
    options = ["--changes", changed, "--out", str(tmp_path / "night"), "--dry-run"]
    assert main(["rescreen", *files, *options]) == 0
    assert (tmp_path / "ledger").read_bytes() == before
    files[0] += "x"
    assert main(["rescreen", *files, *options[:-1]]) == 1
    assert "there is no ledger" in capsys.readouterr().err
    assert not (tmp_path / "ledgerx").exists()


def test_an_alert_that_is_revoked_now_is_no_other_alert(files, tmp_path):
    """It came in as sent; it is left out from now on."""
    files[1] = written(
        [{**ALERTED[0], "status": "revoked"}, *({**each, "status": "sent"} for each in ALERTED[1:])],
        tmp_path / "now.csv",
    )
    changed = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]) == 0
    assert _differences(tmp_path / "night") == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_forgotten_alert_disappears_from_a_rescreening(files, tmp_path, kind):
    """From its tables and its counts; another folder is left as it is."""
    changed = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    out = tmp_path / "night"
    assert main(["rescreen", *files, "--changes", changed, "--out", str(out), "--format", kind]) == 0
    assert main(["forget", "A0", "--ledger", files[0], "--result", str(out)]) == 0
    assert b"A0" not in b"".join(path.read_bytes() for path in out.iterdir())
    assert json.loads((out / "summary.json").read_text())["alerts"]["different"] == 0


def test_half_a_rescreening_is_refused_before_anything_is_forgotten(files, tmp_path):
    """The ledger knows the alert still."""
    changed = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    out = tmp_path / "night"
    assert main(["rescreen", *files, "--changes", changed, "--out", str(out)]) == 0
    (out / "links.csv").unlink()
    before = Path(files[0]).read_bytes()
    with pytest.raises(hp.SourceError, match="no whole result"):
        hp.forget("A0", files[0], [out])
    assert Path(files[0]).read_bytes() == before


@pytest.mark.parametrize("more", [[], ["--dry-run"]])
def test_a_forgotten_alert_does_not_come_back_in_a_row_that_cannot_be_used(files, tmp_path, capsys, more):
    """With a field too many, or twice with other content; that rows were rejected is told."""
    assert main(["forget", "A0", "--ledger", files[0]]) == 0
    rows = [
        "A0,SE,Secret,Kari,1980-02-03,more",
        "A0,SE,Secret,Kari,1980-02-03",
        "A0,SE,Secret,Kari,1980-02-04",
    ]
    rows += [",".join(each.values()) for each in ALERTED[1:]] + ["B,SE,Moe,Per,1962-01-05,more"]
    files[1] = str(tmp_path / "now.csv")
    (tmp_path / "now.csv").write_text("\n".join([",".join(ALERTED[0]), *rows]) + "\n", "utf-8")
    changed = written([REGISTER[0]], tmp_path / "changes.csv")
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night"), *more]) == 0
    rejected = (tmp_path / "night" / "rejected.csv").read_text("utf-8")
    assert "Moe" in rejected
    assert "Secret" not in rejected
    assert "alert rows could not be used" in capsys.readouterr().err


def test_an_alert_that_is_forgotten_meanwhile_leaves_the_new_folder(files, tmp_path, monkeypatch):
    """Between the writing of the folder and the noting of the answers."""
    write = Rescreened.write

    def forgetting(found, *where):
        write(found, *where)
        Ledger(files[0]).forget("A0")

    monkeypatch.setattr(Rescreened, "write", forgetting)
    changed = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]) == 0
    assert b"A0" not in b"".join(path.read_bytes() for path in (tmp_path / "night").iterdir())


def test_a_day_without_changes_answers_new_alerts(files, tmp_path):
    """Nobody came or left; the register stays the one that the ledger names."""
    files[1] = written([*ALERTED, {"alert_id": "B", "sending_country": "SE", **OLA}], tmp_path / "more.csv")
    (tmp_path / "changes.csv").write_text("hpr_number,change\n", "utf-8")
    night = ["rescreen", *files, "--changes", str(tmp_path / "changes.csv"), "--out", str(tmp_path / "night")]
    assert main(night) == 0
    assert _differences(tmp_path / "night") == [("B", "", "12")]
    assert main(night) == 0
    assert _differences(tmp_path / "night") == []


@pytest.mark.parametrize("more", [[], ["--changes", "a", "--new-model", "imi"]])
def test_the_command_needs_one_thing_that_is_new(files, tmp_path, more):
    """Nothing, or two things at once, is a wrong command."""
    with pytest.raises(SystemExit) as ended:
        main(["rescreen", *files, *more, "--out", str(tmp_path / "night")])
    assert ended.value.code == 2
