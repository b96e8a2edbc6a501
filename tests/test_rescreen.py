"""Re-screening: what changed is scored again, and the answers are those of a whole run."""

import csv
import errno
import json
import os
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import ALERTS, changed_registers

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.errors import LedgerError
from hpmatch.ledger import Ledger
from hpmatch.model import read_model
from hpmatch.prepared import add_changes
from hpmatch.rescreen import Rescreened, rescreen
from hpmatch.rescreen.standing import AlertsInForce

KARI = {"family_name": "Bergersen", "given_name": "Kari", "birth_date": "1980-02-03"}
OLA = {"family_name": "Dahl", "given_name": "Ola", "birth_date": "1975-07-30"}
RASA = {"family_name": "Kazlauskaite", "given_name": "Rasa", "birth_date": "1978-04-09"}
ALERTED = [
    {"alert_id": f"A{number}", "sending_country": "SE", **who} for number, who in enumerate((KARI, OLA, RASA))
]
REGISTER = [{"hpr_number": "12", **OLA}, {"hpr_number": "13", **RASA}]
TOLD = ("alert_id", "disposition_before", "hpr_number_before", "disposition", "hpr_number", "reason")


@pytest.fixture
def ledger(tmp_path):
    found = Ledger(tmp_path / "ledger")
    found.link(ALERTED, hp.Register.prepare(REGISTER), tmp_path / "out")
    return found


def told(found):
    """What differs, without probabilities."""
    return [tuple(row[name] for name in TOLD) for row in found.differences.to_pylist()]


CHANGES = {
    "an applicant": ([{"hpr_number": "11", **KARI}], [("A0", "no_match", None, "match", "11", "11 is new in the register")]),
    "somebody who left": ([{"hpr_number": "12", "change": "removed"}], [("A1", "match", "12", "no_match", None, "12 left the register")]),
    "another date": ([{"hpr_number": "13", **RASA, "birth_date": "1951-11-23", "given_name": "Ona"}], [("A2", "match", "13", "no_match", None, "the entry of 13 changed")]),
    "one number for another": ([{"hpr_number": "13", "change": "removed"}, {"hpr_number": "14", **RASA}], [("A2", "match", "13", "match", "14", "14 is new in the register; 13 left the register")]),
    "an applicant with blanks in the number": (
        [{"hpr_number": " 11 ", **KARI}],
        [("A0", "no_match", None, "match", "11", "11 is new in the register")],
    ),
    "nothing that matters": ([{"hpr_number": "15", "family_name": "Moe", "given_name": "Per", "birth_date": "1962-01-05"}], []),
    "the same again": ([REGISTER[0]], []),
    "a day without changes": ([], []),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "expected"), CHANGES.values(), ids=CHANGES)
def test_differences_come_with_their_reason(ledger, changes, expected):
    """Who came, left or changed is named; no other alert is told of."""
    assert told(rescreen(ledger, ALERTED, hp.Register.prepare(REGISTER), changes=changes)) == expected


def test_another_register_is_held_against_all(ledger):
    """Prepared anew or a mere table."""
    new = [*REGISTER[1:], {"hpr_number": "11", **KARI}]
    found = rescreen(ledger, ALERTED, hp.Register.prepare(REGISTER), new_register=new)
    assert [row[:5] for row in told(found)] == [
        ("A0", "no_match", None, "match", "11"),
        ("A1", "match", "12", "no_match", None),
    ]
    assert found.summary["alerts"] == {"in_force": 3, "scored_again": 3, "different": 2, "rejected": 0}


def test_another_model_is_a_reason(ledger):
    """A stricter one sends to review what the other matched."""
    strict = read_model("imi").with_decision(match=0.9999999999)
    found = rescreen(ledger, ALERTED, hp.Register.prepare(REGISTER), new_model=strict)
    assert [(row[0], row[3], row[5]) for row in told(found)] == [
        ("A1", "review", "the model changed"),
        ("A2", "review", "the model changed"),
    ]


PERSON = {"sending_country": "SE", "given_name": "Kari", "national_id": "19800203-2383", "sex": "F"}
ALONE = {"alert_id": "B1", "family_name": "Qvistgaardsen", "birth_date": "", "birth_name": "", **PERSON}
FELLOW = {"alert_id": "B2", "birth_name": "Qvistgaardsen", **PERSON, **KARI}
JOINED = "it is answered together with another alert about its person now"


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hpr_number": "15", "family_name": "Moe", "given_name": "Per", "birth_date": "1962-01-05"}, JOINED),
        ({"hpr_number": "11", **KARI}, f"the entry of 11 changed; {JOINED}"),
        ({"hpr_number": "16", **KARI, "given_name": "Ida"}, f"others whom the alert may be about came, left or changed; {JOINED}"),
    ],
)  # fmt: skip
def test_another_alert_about_the_same_person_is_a_reason(tmp_path, change, reason):
    """By itself the first says too little; the register gets the blame only where it may be to blame."""
    register, ledger = hp.Register.prepare([{"hpr_number": "11", **KARI}, *REGISTER]), Ledger(tmp_path / "l")
    ledger.link([ALONE], register, tmp_path / "out")
    alerts = ledger.receive([ALONE, FELLOW]).alerts
    assert told(rescreen(ledger, alerts, register, changes=[change])) == [
        ("B1", "no_match", None, "match", "11", reason),
        ("B2", None, None, "match", "11", "answered for the first time"),
    ]


QVIST = {"family_name": "Qvistgaardsen", "given_name": "Maria", "birth_date": "1975-04-03"}
ABOUT_QVIST = [{"alert_id": "A", "sending_country": "SE", **QVIST, "birth_date": "1975-03-04"}]
NAMESAKES = [
    {**QVIST, "hpr_number": str(8000000 + day), "birth_date": f"{1950 + day % 20}-01-{1 + day % 28:02}"}
    for day in range(1000)
]


def test_names_that_are_counted_otherwise_are_a_reason(tmp_path):
    """A name that nobody else held is common now; the one whom the alert was about is there as before."""
    people, ledger = [*REGISTER, {"hpr_number": "9", **QVIST}], Ledger(tmp_path / "ledger")
    register = hp.Register.prepare(people)
    ledger.link(ABOUT_QVIST, register, tmp_path / "out")
    found = rescreen(ledger, ABOUT_QVIST, register, new_register=[*people, *NAMESAKES])
    reason = "entries, or how common names are, differ in the new register"
    assert told(found) == [("A", "match", "9", "no_match", None, reason)]


def test_an_alert_that_is_given_only_in_rejected_rows_is_told_so(ledger):
    """Not that it is missing: twice with other content, neither row can be used. No identifier stands in the message."""
    alerts = [*ALERTED, {**ALERTED[1], "given_name": "Olav"}]
    with pytest.raises(
        LedgerError, match="2 rows of the alerts cannot be used .* correct them: row 2 shares its"
    ) as caught:
        rescreen(ledger, alerts, hp.Register.prepare(REGISTER), changes=[REGISTER[0]])
    assert "A1" not in str(caught.value)


def test_a_register_that_was_counted_anew_is_another(tmp_path):
    """A thousand namesakes came, which weigh on the answer once they are counted; an unrelated change would not tell."""
    hp.Register.prepare([*REGISTER, {"hpr_number": "9", **QVIST}]).save(tmp_path / "prepared")
    add_changes(tmp_path / "prepared", NAMESAKES)
    ledger = Ledger(tmp_path / "ledger")
    before = ledger.link(ABOUT_QVIST, tmp_path / "prepared", tmp_path / "out").dispositions.to_pylist()
    hp.Register.prepare(tmp_path / "prepared").save(tmp_path / "prepared")
    now = hp.link(ABOUT_QVIST, tmp_path / "prepared").dispositions.to_pylist()
    assert now[0]["match_probability"] < before[0]["match_probability"]
    with pytest.raises(
        LedgerError, match="prepared anew with its changes is another too.*link all alerts anew"
    ):
        rescreen(ledger, ABOUT_QVIST, tmp_path / "prepared", changes=[{"hpr_number": "11", **KARI}])
    ledger.link(ABOUT_QVIST, tmp_path / "prepared", tmp_path / "out")
    assert (
        told(rescreen(ledger, ABOUT_QVIST, tmp_path / "prepared", changes=[{"hpr_number": "11", **KARI}]))
        == []
    )


def test_another_model_for_a_changed_register_is_a_new_beginning(ledger, tmp_path):
    """To prepare it with that model counts it anew, so the message does not send to a second refusal."""
    register = hp.Register.prepare(REGISTER)
    night = rescreen(ledger, ALERTED, register, changes=[{"hpr_number": "11", **KARI}])
    ledger.answer_again(night)
    strict = read_model("imi").with_decision(match=0.99)
    ledger.answer_again(rescreen(ledger, ALERTED, night.register, new_model=strict))
    with pytest.raises(LedgerError, match=r"prepare it with that model \(.*\), and link all alerts anew"):
        rescreen(ledger, ALERTED, night.register, changes=[REGISTER[0]])


def test_what_was_found_is_noted_and_asked_once(ledger):
    """The next re-screening starts from there; the same changes again are of a register that the ledger does not name."""
    changes, register = [{"hpr_number": "11", **KARI}], hp.Register.prepare(REGISTER)
    found = rescreen(ledger, ALERTED, register, changes=changes)
    assert ledger.answer_again(found).new == 1
    assert ledger.verify().ok
    with pytest.raises(LedgerError, match="with these changes already; keep them with it"):
        rescreen(ledger, ALERTED, register, changes=changes)
    again = rescreen(ledger, ALERTED, found.register, changes=[{"hpr_number": "11", "change": "removed"}])
    assert told(again) == [("A0", "match", "11", "no_match", None, "11 left the register")]
    before = ledger.verify().entries
    ledger.answer_again(again)
    ledger.answer_again(again)
    assert ledger.verify().entries == before + 2


def test_changes_without_a_difference_are_noted_too(ledger):
    """So that the ledger names the register as it is now."""
    register = hp.Register.prepare(REGISTER)
    found = rescreen(ledger, ALERTED, register, changes=CHANGES["nothing that matters"][0])
    ledger.answer_again(found)
    assert ledger.account().last_run["register_version"] == found.register.read.version
    assert rescreen(ledger, ALERTED, found.register, changes=[REGISTER[0]]).differences.num_rows == 0


def test_an_alert_that_waits_is_answered(ledger):
    """Received and never linked, as after a run that was killed."""
    waiting = {"alert_id": "B", "sending_country": "SE", **KARI}
    ledger.receive([waiting])
    found = rescreen(ledger, [*ALERTED, waiting], hp.Register.prepare(REGISTER), changes=[REGISTER[0]])
    assert told(found) == [("B", None, None, "no_match", None, "answered for the first time")]


def test_a_forgotten_alert_and_one_no_longer_in_force_are_left_out(ledger):
    """Neither is held against anybody."""
    ledger.forget("A0")
    alerts = [ALERTED[0], ALERTED[1], {**ALERTED[2], "status": "withdrawn"}]
    changes = [{"hpr_number": "11", **KARI}, {"hpr_number": "13", "change": "removed"}]
    found = rescreen(ledger, alerts, hp.Register.prepare(REGISTER), changes=changes)
    assert told(found) == []
    assert found.summary["alerts"]["in_force"] == 1


def test_an_answer_from_before_another_register_does_not_stand(ledger, tmp_path):
    """Only some alerts were linked against the changed register; the others are held against it now."""
    register = hp.Register.prepare(REGISTER)
    changed = register.changed([{"hpr_number": "11", **KARI}])
    new = {"alert_id": "B", "sending_country": "SE", **OLA}
    ledger.link([new], changed, tmp_path / "some")
    found = rescreen(ledger, [*ALERTED, new], changed, changes=[REGISTER[0]])
    reason = "its last answer was by another model or version of the register"
    assert told(found) == [("A0", "no_match", None, "match", "11", reason)]
    ledger.answer_again(found)
    again = rescreen(ledger, [*ALERTED, new], found.register, changes=[REGISTER[1]])
    assert again.summary["alerts"]["scored_again"] < 4


def test_all_answered_alerts_have_to_be_given(ledger):
    """One that is left out would pass for one that was held against the changed register."""
    with pytest.raises(LedgerError, match="1 of the 3 alerts that were answered are not among"):
        rescreen(ledger, ALERTED[1:], hp.Register.prepare(REGISTER), changes=[REGISTER[0]])


def test_an_alert_no_longer_in_force_is_evidence_still(tmp_path):
    """Who is meant does not change with it; the alert itself is told of no more."""
    people = [{"hpr_number": str(day), **KARI, "birth_date": f"1980-0{day}-1{day}"} for day in (1, 2, 3)]
    alerts = [
        {"alert_id": "A1", "sending_country": "SE", **KARI, "birth_date": "1980"},
        {"alert_id": "A2", "sending_country": "SE", **KARI, "birth_date": "1980-02-12"},
    ]
    register, ledger = hp.Register.prepare(people), Ledger(tmp_path / "ledger")
    before = ledger.link(alerts, register, tmp_path / "out").dispositions.to_pylist()
    assert [row["hpr_number"] for row in before] == ["2", "2"]
    revoked = [alerts[0], {**alerts[1], "status": "revoked"}]
    assert told(rescreen(ledger, revoked, register, changes=[people[2]])) == []
    gone = rescreen(ledger, revoked, register, changes=[{"hpr_number": "2", "change": "removed"}])
    assert [row[0] for row in told(gone)] == ["A1"]


def test_what_changed_for_an_alert_no_longer_in_force_is_noted_too(ledger, tmp_path):
    """It is not told of; but should it be in force again, its answer is that of a whole run."""
    revoked, register = [{**ALERTED[0], "status": "revoked"}, *ALERTED[1:]], hp.Register.prepare(REGISTER)
    applicant = [{"hpr_number": "11", **KARI}]
    night = rescreen(ledger, revoked, register, changes=applicant)
    assert told(night) == []
    assert ledger.answer_again(night).new == 1
    whole = hp.link(ALERTED, register.changed(applicant)).dispositions.to_pylist()
    assert [(row["disposition"], row["hpr_number"]) for row in ledger.latest().to_pylist()] == [
        (row["disposition"], row["hpr_number"]) for row in whole
    ]


def test_a_rescreening_that_another_run_overtook_is_not_noted(ledger):
    """Two at once: the second is told, and nothing of it is recorded; the same one again changes nothing."""
    register = hp.Register.prepare(REGISTER)
    applicants = [[{"hpr_number": number, **KARI}] for number in ("11", "14")]
    first, second = (rescreen(ledger, ALERTED, register, changes=each) for each in applicants)
    ledger.answer_again(first)
    kept = ledger.path.read_bytes()
    with pytest.raises(LedgerError, match="another run was noted"):
        ledger.answer_again(second)
    assert ledger.answer_again(first).new == 0
    assert ledger.path.read_bytes() == kept


def test_a_model_that_blocks_otherwise_needs_a_register_of_its_own(ledger):
    """Keys of other rules would find nobody."""
    model = read_model("imi")
    other = replace(model, blocking_rules=model.blocking_rules[1:])
    register = hp.Register.prepare(REGISTER)
    with pytest.raises(hp.SourceError, match="prepare it again"):
        rescreen(ledger, ALERTED, register, new_model=other)
    with pytest.raises(hp.SourceError, match="prepare them again"):
        rescreen(ledger, AlertsInForce.prepare(ALERTED, other), register, changes=[REGISTER[0]])


REFUSED = {
    "another register": (lambda r: {"register": hp.Register.prepare(REGISTER[:1])}, LedgerError, "not the one that the ledger names"),
    "a register that is not prepared": (lambda r: {"register": REGISTER}, hp.SourceError, "hpmatch prepare"),
    "another model of the register": (lambda r: {"register": hp.Register.prepare(REGISTER, read_model("imi").with_decision(match=0.99))}, LedgerError, "another model"),
    "nothing new": (lambda r: {"changes": None}, hp.SourceError, "say what is new"),
    "two things new": (lambda r: {"new_register": REGISTER}, hp.SourceError, "say what is new"),
    "somebody unknown leaves": (lambda r: {"changes": [{"hpr_number": "99", "change": "removed"}]}, hp.SourceError, "not in the register"),
}  # fmt: skip


@pytest.mark.parametrize(("other", "error", "words"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_the_ledger_is_refused(ledger, other, error, words):
    """With what to do."""
    asked = {"register": hp.Register.prepare(REGISTER), "changes": [REGISTER[0]]}
    with pytest.raises(error, match=words):
        rescreen(ledger, ALERTED, **(asked | other(None)))


def test_a_ledger_without_answers_is_refused(tmp_path):
    """There is nothing to start from."""
    ledger = Ledger(tmp_path / "new")
    ledger.receive(ALERTED)
    with pytest.raises(LedgerError, match="holds no answers yet"):
        rescreen(ledger, ALERTED, hp.Register.prepare(REGISTER), changes=[REGISTER[0]])


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
@given(ALERTS, changed_registers(), st.data())
def test_it_gives_what_a_whole_run_gives(tmp_path_factory, alerts, registers, data):
    """Alert by alert: disposition, registered person and probability, whether it was scored again or not."""
    old, changes, _ = registers
    assume(changes)
    home = tmp_path_factory.mktemp("rescreen")
    register, ledger = hp.Register.prepare(old), Ledger(home / "ledger")
    before = {
        row["alert_id"]: row for row in ledger.link(alerts, register, home / "out").dispositions.to_pylist()
    }
    found = rescreen(ledger, AlertsInForce.prepare(alerts), register, changes=changes)
    again = {row["alert_id"]: row for row in found.result.dispositions.to_pylist()}
    names = ("disposition", "hpr_number", "match_probability", "reason")
    whole = hp.link(alerts, register.changed(changes)).dispositions.to_pylist()
    assert [
        [(again | before)[row["alert_id"]][name] for name in names]
        for row in whole
        if row["alert_id"] not in again
    ] == [[row[name] for name in names] for row in whole if row["alert_id"] not in again]
    assert [
        [again[row["alert_id"]][name] for name in names] for row in whole if row["alert_id"] in again
    ] == [[row[name] for name in names] for row in whole if row["alert_id"] in again]
    different = {
        row["alert_id"]
        for row in whole
        if any(row[name] != before[row["alert_id"]][name] for name in names[:2])
    }
    assert set(found.differences["alert_id"].to_pylist()) == different


# --- the command


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


@pytest.fixture
def files(tmp_path):
    """Alerts that were linked with a ledger, against a prepared register in a folder."""
    alerts, register = _write(tmp_path / "alerts.csv", ALERTED), _write(tmp_path / "register.csv", REGISTER)
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
        changed = _write(tmp_path / f"changes{night}.csv", changes)
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
    changed = _write(tmp_path / "changes.csv", [{"hpr_number": "11", **KARI}])
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
    leaves = _write(tmp_path / "leaves.csv", [{"hpr_number": "11", "change": "removed"}])
    assert main(["rescreen", *files, "--changes", leaves, "--out", str(tmp_path / "night")]) == 0
    assert _differences(tmp_path / "night") == [("A0", "11", "")]


@pytest.mark.parametrize("row", [{"hpr_number": "11", **KARI}, {"hpr_number": "12", "change": "removed"}])
@pytest.mark.parametrize("linked", [False, True])
def test_a_rescreening_that_is_finished_is_not_repeated(files, tmp_path, capsys, row, linked):
    """Its result, the register and the ledger stay as they are, whatever run came in between; a later night goes on."""
    night = tmp_path / "night"
    command = ["rescreen", *files, "--out", str(night), "--changes"]
    changed = _write(tmp_path / "changes.csv", [row])
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
    assert main([*command, _write(tmp_path / "back.csv", [back])]) == 0
    assert main([*command, changed]) == 0
    assert len(list(Path(files[2]).glob("changes-*"))) == 3


def test_what_was_broken_off_is_repeated_before_the_next(files, tmp_path, monkeypatch, capsys):
    """The next night's changes are refused until then, with what to do."""
    nights = [
        _write(tmp_path / f"{number}.csv", [{"hpr_number": number, **who}])
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
    changed = _write(tmp_path / "changes.csv", [{"hpr_number": "11", **KARI}])
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
    files[1] = _write(tmp_path / "other.csv", [{**ALERTED[0], "birth_date": "1980-02-04"}, *ALERTED[1:]])
    changed = _write(tmp_path / "changes.csv", [REGISTER[0]])
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]) == 1
    assert "other content" in capsys.readouterr().err
    assert not (tmp_path / "night").exists()


def test_a_dry_run_notes_no_alert_and_begins_no_ledger(files, tmp_path, capsys):
    """Not even one that is new, and not under a name with a slip of the pen."""
    files[1] = _write(tmp_path / "more.csv", [*ALERTED, {"alert_id": "B", "sending_country": "SE", **KARI}])
    changed, before = _write(tmp_path / "changes.csv", [REGISTER[0]]), (tmp_path / "ledger").read_bytes()
    options = ["--changes", changed, "--out", str(tmp_path / "night"), "--dry-run"]
    assert main(["rescreen", *files, *options]) == 0
    assert (tmp_path / "ledger").read_bytes() == before
    files[0] += "x"
    assert main(["rescreen", *files, *options[:-1]]) == 1
    assert "there is no ledger" in capsys.readouterr().err
    assert not (tmp_path / "ledgerx").exists()


def test_an_alert_that_is_revoked_now_is_no_other_alert(files, tmp_path):
    """It came in as sent; it is left out from now on."""
    files[1] = _write(
        tmp_path / "now.csv",
        [{**ALERTED[0], "status": "revoked"}, *({**each, "status": "sent"} for each in ALERTED[1:])],
    )
    changed = _write(tmp_path / "changes.csv", [{"hpr_number": "11", **KARI}])
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]) == 0
    assert _differences(tmp_path / "night") == []


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_forgotten_alert_disappears_from_a_rescreening(files, tmp_path, kind):
    """From its tables and its counts; another folder is left as it is."""
    changed = _write(tmp_path / "changes.csv", [{"hpr_number": "11", **KARI}])
    out = tmp_path / "night"
    assert main(["rescreen", *files, "--changes", changed, "--out", str(out), "--format", kind]) == 0
    assert main(["forget", "A0", "--ledger", files[0], "--result", str(out)]) == 0
    assert b"A0" not in b"".join(path.read_bytes() for path in out.iterdir())
    assert json.loads((out / "summary.json").read_text())["alerts"]["different"] == 0


def test_half_a_rescreening_is_refused_before_anything_is_forgotten(files, tmp_path):
    """The ledger knows the alert still."""
    changed = _write(tmp_path / "changes.csv", [{"hpr_number": "11", **KARI}])
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
    changed = _write(tmp_path / "changes.csv", [REGISTER[0]])
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
    changed = _write(tmp_path / "changes.csv", [{"hpr_number": "11", **KARI}])
    assert main(["rescreen", *files, "--changes", changed, "--out", str(tmp_path / "night")]) == 0
    assert b"A0" not in b"".join(path.read_bytes() for path in (tmp_path / "night").iterdir())


def test_a_day_without_changes_answers_new_alerts(files, tmp_path):
    """Nobody came or left; the register stays the one that the ledger names."""
    files[1] = _write(tmp_path / "more.csv", [*ALERTED, {"alert_id": "B", "sending_country": "SE", **OLA}])
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
