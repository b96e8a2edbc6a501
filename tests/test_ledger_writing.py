"""Writing a ledger when things go wrong: full and read-only disks, killed processes, several writers."""

import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest
from ledgers import about, alert, entries, refused, result_of

import hpmatch as hp
from hpmatch.cli import main

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
# How often a process is killed; a hundred times of each takes some three minutes.
KILLS = int(os.environ.get("HPMATCH_KILLS", "12"))
KILLED_COMMANDS = int(os.environ.get("HPMATCH_KILLED_COMMANDS", "3"))


@pytest.fixture
def ledger(tmp_path):
    """A ledger of two alerts, one of them answered."""
    made = hp.Ledger(tmp_path / "ledger")
    made.receive([alert("A1"), alert("A2")])
    made.answer(result_of({"A1": "match"}))
    return made


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
    # What a process was writing when it was killed may be torn where a page of the file ends.
    whole = re.compile(r"(\d+) (received|answered|forgotten)")
    done = [found.groups() for line in told.read_text().splitlines() if (found := whole.fullmatch(line))]
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
    command = [sys.executable, "-m", "hpmatch", "link", *map(str, arguments), "--workers", "1"]
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
