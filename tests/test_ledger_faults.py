"""The ledger when things go wrong: changed bytes, other files, full disks, killed processes, two writers."""

import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from ledgers import PERSON, about, alert, entries, refused, result_of

import hpmatch as hp
from hpmatch.cli import main

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
KILLS = int(os.environ.get("HPMATCH_KILLS", "12"))
KILLED_COMMANDS = int(os.environ.get("HPMATCH_KILLED_COMMANDS", "3"))


@pytest.fixture
def ledger(tmp_path):
    """A small ledger with entries of every kind, one alert of it forgotten."""
    made = hp.Ledger(tmp_path / "ledger")
    made.receive([alert("A1"), alert("A2"), alert("A3"), alert(None)])
    made.answer(result_of({"A1": "match", "A2": "no_match"}))
    made.forget("A1")
    made.receive([alert("A4")])
    return made


def lines_of(ledger):
    """The lines of a ledger, each with its end."""
    return ledger.path.read_bytes().splitlines(keepends=True)


# --- bytes

CHANGES = {
    "its lowest bit": lambda byte: bytes([byte ^ 1]),
    "its case": lambda byte: bytes([byte ^ 0x20]),
    "its highest bit": lambda byte: bytes([byte ^ 0x80]),
    "a new line": lambda byte: b"\n" if byte != 10 else b" ",
    "taken out": lambda byte: b"",
    "written twice": lambda byte: bytes([byte, byte]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_any_changed_byte_is_found_and_its_entry_named(ledger, change):
    """Every byte of every entry, one at a time; and with the bytes as they were the ledger is whole again."""
    lines = lines_of(ledger)
    whole = b"".join(lines)
    assert {head["kind"] for head, _, _ in entries(ledger)} == {
        "ledger",
        "received",
        "rejected",
        "run",
        "answered",
        "forgotten",
    }
    missed, place = [], 0
    for number, line in enumerate(lines, 1):
        for byte in line:
            ledger.path.write_bytes(whole[:place] + change(byte) + whole[place + 1 :])
            found = ledger.verify()
            # A line end that is written twice is a line of its own, and so is what follows it.
            expected = number + (byte == 10 and change(byte) == b"\n\n")
            if found.ok or found.wrong_entry != expected or found.entries != expected - 1:
                missed.append((place, found))
            place += 1
    assert place == len(whole) > 2000
    assert missed == []
    ledger.path.write_bytes(whole)
    assert ledger.verify().ok


def _emptied(line):
    return b" ".join([*line.split(b" ", 2)[:2], b"-\n"])


# What is done to the ten lines, and the first entry that is wrong.
TAMPERED = {
    "an entry taken out": (lambda lines: lines[:3] + lines[4:], 4),
    "the first entry taken out": (lambda lines: lines[1:], 1),
    "two entries exchanged": (lambda lines: [*lines[:3], lines[4], lines[3], *lines[5:]], 4),
    "an entry written twice": (lambda lines: lines[:4] + lines[3:], 5),
    "something added": (lambda lines: [*lines, b"x"], 11),
    "an empty line added": (lambda lines: [*lines, b"\n"], 11),
    "an entry of another ledger": (lambda lines: [*lines[:3], lines[3].replace(b"received", b"rejected"), *lines[4:]], 4),
    "cut in the last entry": (lambda lines: [*lines[:-1], lines[-1][:-1]], 10),
    "a body taken out without a tombstone": (lambda lines: [*lines[:2], _emptied(lines[2]), *lines[3:]], 3),
    "a tombstone emptied": (lambda lines: [*lines[:8], _emptied(lines[8]), lines[9]], 2),
    "nothing left": (lambda _: [], 1),
}  # fmt: skip


@pytest.mark.parametrize(("act", "wrong"), TAMPERED.values(), ids=TAMPERED)
def test_tampering_is_found_and_refused(ledger, act, wrong, capsys):
    """`verify` names the first wrong entry, the command exits with 1, and nothing is added to such a ledger."""
    ledger.path.write_bytes(b"".join(act(lines_of(ledger))))
    found = ledger.verify()
    assert (found.ok, found.wrong_entry, found.head) == (False, wrong, "")
    assert main(["ledger", "verify", str(ledger.path)]) == 1
    assert f"entry {wrong} " in capsys.readouterr().out
    before = ledger.path.read_bytes()
    for act_on in (
        lambda: ledger.receive([alert("A5")]),
        lambda: ledger.answer(result_of({"A2": "match"})),
        lambda: ledger.forget("A2"),
        ledger.status,
    ):
        refused(act_on, ledger.path, f"entry {wrong} ", "Put back a copy")
    assert ledger.path.read_bytes() == before


def test_a_forgotten_body_that_is_put_back_is_found(ledger):
    """A tombstone says that it is gone."""
    with_body = lines_of(ledger)
    ledger.forget("A2")
    place = next(place for place, (_, body, _) in enumerate(entries(ledger)) if place > 1 and body is None)
    lines = lines_of(ledger)
    ledger.path.write_bytes(b"".join([*lines[:place], with_body[place], *lines[place + 1 :]]))
    found = ledger.verify()
    assert (found.ok, found.wrong_entry) == (False, place + 1)


def test_entries_cut_off_at_the_end_are_found_by_an_earlier_head(ledger, capsys):
    """The file alone cannot tell; the head of an earlier verification can, and one of before that still holds."""
    *earlier, _ = lines_of(ledger)
    head, before = ledger.verify().head, entries(ledger)[4][2]
    ledger.path.write_bytes(b"".join(earlier))
    assert ledger.verify().ok
    assert ledger.verify(before).ok
    found = ledger.verify(head)
    assert (found.ok, found.wrong_entry, found.entries) == (False, None, len(earlier))
    assert main(["ledger", "verify", str(ledger.path), "--head", before]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "whole"
    assert main(["ledger", "verify", str(ledger.path), "--head", head]) == 1
    assert "cut off or rewritten" in capsys.readouterr().out


# --- other files

OTHERS = {
    "alerts": ((SAMPLE / "alerts.csv").read_bytes(), "is this the right file?"),
    "bytes": (bytes(range(256)) * 10, "is this the right file?"),
    "JSON": (b'{"format": "hpmatch-ledger"}\n', "is this the right file?"),
    "JSON of a list": (b"x y [1]\n", "is this the right file?"),
    "a later format": (b'x y {"format": "hpmatch-ledger", "format_version": 99}\n', "'hpmatch-ledger 99', not 'hpmatch-ledger 1'"),
    "another format": (b'x y {"format": "hpmatch-register", "format_version": 1}\n', "'hpmatch-register 1', not 'hpmatch-ledger 1'"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), OTHERS.values(), ids=OTHERS)
def test_what_is_no_ledger_is_refused_and_left_alone(tmp_path, content, words):
    """The message says what it is instead, and what to do."""
    ledger = hp.Ledger(tmp_path / "other")
    ledger.path.write_bytes(content)
    assert words in ledger.verify().wrong
    for act in (ledger.waiting, lambda: ledger.receive([alert("A1")]), lambda: ledger.forget("A1")):
        refused(act, ledger.path, words)
    assert ledger.path.read_bytes() == content


def test_a_ledger_that_is_not_there_is_told(tmp_path):
    """Only receiving begins one, so that a mistyped name is not taken for an empty ledger."""
    ledger = hp.Ledger(tmp_path / "nowhere")
    for act in (ledger.status, ledger.waiting, ledger.latest, ledger.verify, lambda: ledger.forget("A1"), lambda: ledger.answer(result_of({"A1": "match"}))):  # fmt: skip
        refused(act, "there is no ledger", ledger.path, "--ledger")
    assert list(tmp_path.iterdir()) == []
    ledger.receive([alert("A1")])
    assert ledger.waiting() == ["A1"]


def test_a_folder_is_no_ledger(tmp_path):
    """Neither to read nor to begin one in its place."""
    for act in (hp.Ledger(tmp_path).verify, lambda: hp.Ledger(tmp_path).receive([alert("A1")])):
        refused(act, tmp_path, "Is a directory")


# --- writing


@pytest.mark.parametrize("step", ["os.fsync", "pathlib.Path.replace", "shutil.copymode"])
def test_a_disk_that_fills_up_leaves_what_was_there(ledger, step, monkeypatch):
    """At any step of writing: the message says so, not a byte is changed, nothing is left, and a retry works."""

    def failing(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    before = ledger.path.read_bytes()
    acts = (
        lambda: ledger.receive([alert("A7")]),
        lambda: ledger.answer(result_of({"A2": "match"})),
        lambda: ledger.forget("A2"),
    )
    with monkeypatch.context() as patched:
        patched.setattr(step, failing)
        for act in acts:
            refused(act, ledger.path, "No space left on device", "nothing was recorded")
    assert ledger.path.read_bytes() == before
    assert sorted(path.name for path in ledger.path.parent.iterdir()) == [".ledger.lock", "ledger"]
    for act in acts:
        act()
    assert "A7" in ledger.waiting()


def _run(*command):
    return subprocess.run(list(map(str, command)), capture_output=True, check=False).returncode


@pytest.fixture
def small_disk(tmp_path):
    """A file system of 64 KiB."""
    home = tmp_path / "disk"
    home.mkdir()
    if not shutil.which("mount") or _run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", home):
        pytest.skip("a small file system cannot be mounted here")
    yield home
    _run("umount", "--lazy", home)


def test_a_full_or_read_only_disk_is_told_and_changes_nothing(small_disk):
    """Really full, then really read-only: no alert of the transaction is there, and all earlier ones are."""
    ledger = hp.Ledger(small_disk / "ledger")
    ledger.receive([alert("A1")])
    many = [alert(f"B{number}") for number in range(500)]
    refused(lambda: ledger.receive(many), "No space left on device", "nothing was recorded")
    assert ledger.waiting() == ["A1"]
    assert not (small_disk / ".ledger.new").exists()
    assert _run("mount", "-o", "remount,ro", small_disk) == 0
    refused(lambda: ledger.receive([alert("A2")]), "Read-only file system", "nothing was recorded")
    assert ledger.verify().ok
    assert _run("mount", "-o", "remount,rw,size=8m", small_disk) == 0
    ledger.receive(many)
    assert len(ledger.waiting()) == 501


def test_the_permissions_of_a_ledger_stay(ledger):
    """A new one is for its owner alone; what is set later is kept; a link to it stays a link."""
    assert ledger.path.stat().st_mode & 0o777 == 0o600
    ledger.path.chmod(0o640)
    link = ledger.path.with_name("link")
    link.symlink_to(ledger.path)
    hp.Ledger(link).receive([alert("A8")])
    assert ledger.path.stat().st_mode & 0o777 == 0o640
    assert link.is_symlink()
    assert "A8" in ledger.waiting()


def test_what_a_killed_process_left_beside_a_ledger_is_cleared_away(ledger):
    """It may hold what is to be forgotten."""
    left = ledger.path.with_name(".ledger.new")
    shutil.copy(ledger.path, left)
    ledger.forget("A2")
    assert not left.exists()


_WRITER = """
import sys
from ledgers import alert, result_of
import hpmatch as hp
ledger, name = hp.Ledger(sys.argv[1]), sys.argv[2]
for number in range(15):
    ledger.receive([alert("both"), alert(f"{name}{number}")])
    ledger.answer(result_of({"both": "review", f"{name}{number}": "no_match"}))
"""


def _python(code, *arguments):
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
    return subprocess.Popen([sys.executable, "-c", code, *map(str, arguments)], env=environment)


def test_several_writers_take_turns(tmp_path):
    """Three processes begin a ledger and write it at once: every alert is there once, and answered once."""
    ledger = hp.Ledger(tmp_path / "ledger")
    writers = [_python(_WRITER, ledger.path, name) for name in "abc"]
    assert [writer.wait() for writer in writers] == [0, 0, 0]
    expected = sorted(["both", *(f"{name}{number}" for name in "abc" for number in range(15))])
    assert sorted(about(ledger, "received")) == sorted(about(ledger, "answered")) == expected
    assert ledger.verify().ok


# --- killed

_ENDLESS = """
import sys
from ledgers import alert, result_of
import hpmatch as hp
ledger, start = hp.Ledger(sys.argv[1]), int(sys.argv[2])
for number in range(start, start + 10000):
    names = [f"{number}-{each}" for each in range(20)]
    ledger.receive([alert(name) for name in names])
    print(number, "received", flush=True)
    ledger.answer(result_of(dict.fromkeys(names, "review")))
    print(number, "answered", flush=True)
    ledger.forget(names[0])
    print(number, "forgotten", flush=True)
"""
_KILLED = f"""
import os, random, signal, sys, time
code, path = {_ENDLESS!r}, sys.argv[1]
import hpmatch as hp, hpmatch.ledger, ledgers
warm = hp.Ledger(path + "-warm")  # so that a child need not load what it uses
warm.receive([ledgers.alert("A")])
warm.answer(ledgers.result_of({{"A": "review"}}))
warm.forget("A")
moments = random.Random(int(sys.argv[2]))
for kill in range(int(sys.argv[2])):
    child = os.fork()
    if not child:
        sys.argv = ["", path, str(kill * 10000)]
        exec(code)
    time.sleep(moments.uniform(0.01, 0.15))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
    found = hp.Ledger(path).verify() if os.path.exists(path) else None
    assert found is None or found.ok, (kill, found)
"""


def test_a_process_that_is_killed_leaves_a_whole_ledger(tmp_path):
    """Killed at random moments: the ledger verifies each time, holds all that was done, and nothing of it twice."""
    ledger, told = hp.Ledger(tmp_path / "ledger"), tmp_path / "told"
    with told.open("w") as file:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(Path(__file__).parent), *sys.path])}
        command = [sys.executable, "-c", _KILLED, str(ledger.path), str(KILLS)]
        subprocess.run(command, stdout=file, env=environment, check=True)
    done = [line.split() for line in told.read_text().splitlines()]
    assert {step for _, step in done} == {"received", "answered", "forgotten"}
    said = entries(ledger)
    kinds = Counter((head["kind"], body["alert"]) for head, body, _ in said if body and "alert" in body)
    assert [entry for entry, times in kinds.items() if times > 1] == []
    for number, step in done:
        names = [f"{number}-{each}" for each in range(20)]
        kind = {"received": "received", "answered": "answered", "forgotten": "forgotten"}[step]
        gone = ("forgotten", names[0]) in kinds
        wanted = names[:1] if kind == "forgotten" else names[gone:]
        assert [name for name in wanted if (kind, name) not in kinds] == []
    # Every transaction is there whole or not at all.
    batches = Counter((kind, name.split("-")[0]) for kind, name in kinds if kind != "forgotten")
    assert set(batches.values()) <= {19, 20}


def test_a_command_that_is_killed_is_made_whole_by_the_next(tmp_path):
    """`link --ledger` killed at random moments, run again to its end: everything received, answered once, none waits."""
    ledger, out = hp.Ledger(tmp_path / "ledger"), tmp_path / "out"
    arguments = [SAMPLE / "alerts.csv", SAMPLE / "register.csv", "--out", out, "--ledger", ledger.path]
    command = [sys.executable, "-m", "hpmatch.cli", "link", *map(str, arguments), "--workers", "1"]
    moments = random.Random(KILLED_COMMANDS)
    began = time.monotonic()
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    length = time.monotonic() - began
    for _ in range(KILLED_COMMANDS):
        for path in (ledger.path, *out.glob("*")):
            path.unlink()
        run = subprocess.Popen(command, stdout=subprocess.DEVNULL, start_new_session=True)
        time.sleep(moments.uniform(0.3, 1.1) * length)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
        if ledger.path.exists():
            assert ledger.verify().ok
            if "run" in {head["kind"] for head, _, _ in entries(ledger)}:
                assert (out / "summary.json").exists()  # an answer is noted only after it was written
        assert main(["link", *map(str, arguments), "--workers", "1"]) == 0
        status = ledger.status()
        assert (status.received, status.answered, status.waiting) == (300, 300, 0)
        assert len(about(ledger, "answered")) == len(about(ledger, "received")) == 300


def test_no_message_and_no_ledger_tells_of_a_person(ledger, capsys):
    """Neither the file nor what the commands print."""
    main(["ledger", "verify", str(ledger.path)])
    main(["ledger", "status", str(ledger.path)])
    main(["ledger", "status", str(ledger.path), "--waiting"])
    main(["forget", "A2", "--ledger", str(ledger.path)])
    told = "".join(capsys.readouterr()) + ledger.path.read_text("ascii")
    assert [cell for cell in PERSON.values() if cell in told] == []
