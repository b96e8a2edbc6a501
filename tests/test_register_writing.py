"""Writing a prepared register: whole or not at all, on a full disk, killed, or beside another process."""

import errno
import fcntl
import os
import platform
import shutil
import subprocess
import sys
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import pytest
from registers import ABOUT_PEOPLE, ADDED, MARRIED, PEOPLE, SAMPLE, found, refused

import hpmatch as hp
import hpmatch.prepared as prepared_module
from hpmatch.cli import main
from hpmatch.files import whole_folder
from hpmatch.prepared import add_changes, check_prepared_folder


@pytest.mark.parametrize(
    "step", ["pyarrow.ipc.new_file", "hpmatch.prepared._sealed", "hpmatch.files.put_in_place"]
)
def test_a_disk_that_fills_up_while_saving_leaves_what_was_there(prepared, step, monkeypatch):
    """At any step of writing: nothing new is left, the earlier register stays, and a retry works."""

    def failing(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    register = hp.Register.prepare([*PEOPLE, ADDED])
    with monkeypatch.context() as patched:
        patched.setattr(step, failing)
        for out in (prepared, prepared.parent / "new"):
            refused(lambda out=out: register.save(out), out, "No space left on device")
    assert [path.name for path in prepared.parent.iterdir()] == [prepared.name]
    assert found(prepared) == found(PEOPLE)
    register.save(prepared)
    assert found(prepared) == found([*PEOPLE, ADDED])


@pytest.fixture
def full_disk(tmp_path):
    """A file system of 64 KiB."""
    home = tmp_path / "disk"
    home.mkdir()
    if not shutil.which("mount"):
        pytest.skip("there is no mount")
    mount = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(home)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("a small file system cannot be mounted here")
    yield home
    unmount = ["umount", "--lazy", str(home)]
    subprocess.run(unmount, check=True)


def _resize(disk, size):
    mount = ["mount", "-o", f"remount,size={size}", str(disk)]
    subprocess.run(mount, check=True)


def test_a_full_disk_is_told_and_leaves_nothing(full_disk):
    """Really full: the message says so, no file stays, and with more room it works."""
    register = hp.Register.prepare(SAMPLE / "register.csv")
    refused(lambda: register.save(full_disk / "prepared"), full_disk / "prepared", "No space left on device")
    assert list(full_disk.iterdir()) == []
    _resize(full_disk, "32m")
    register.save(full_disk / "prepared")
    assert len(hp.Register.open(full_disk / "prepared")) == len(register)


def test_a_volume_itself_is_no_place_for_a_register(full_disk):
    """No other folder can take the place of what is mounted: that is told before the work begins."""
    refused(lambda: check_prepared_folder(full_disk), full_disk, "mounted", "a folder inside it")
    check_prepared_folder(full_disk / "prepared")


def test_changes_that_find_no_room_are_not_kept(full_disk, small_register):
    """The register beside them stays as it was."""
    _resize(full_disk, "2m")
    prepared = Path(shutil.copytree(small_register, full_disk / "prepared"))
    filler = full_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    refused(
        lambda: add_changes(prepared, [ADDED]), prepared, "No space left on device", "nothing was changed"
    )
    assert found(prepared) == found(PEOPLE)
    filler.unlink()
    add_changes(prepared, [ADDED])
    assert found(prepared) == found(hp.Register.prepare(PEOPLE).changed([ADDED]))


_KILLED_WHILE_SAVING = """
import os, random, signal, sys, time
from hpmatch.register import Register
register = Register.open(sys.argv[1], verify=False)
moments, started = random.Random(20), time.perf_counter()
register.save(sys.argv[2])
length = time.perf_counter() - started  # of a save on this machine, at this time
for home in sys.argv[3:]:
    child = os.fork()
    while not child:
        register.save(home)
    time.sleep(moments.uniform(0.3, 4) * length)
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""


def test_a_process_that_is_killed_while_saving_leaves_a_whole_register_or_none(small_register, tmp_path):
    """Killed at twenty moments: what has the folder's name can be used, and the next save works."""
    homes = [tmp_path / str(number) / "prepared" for number in range(20)]
    places = map(str, (small_register, tmp_path / "timed", *homes))
    subprocess.run([sys.executable, "-c", _KILLED_WHILE_SAVING, *places], check=True)
    unfinished = [path for home in homes for path in home.parent.glob(".prepared.*")]
    assert unfinished  # or no kill fell into a save
    assert any(home.exists() for home in homes)  # or nothing was saved before
    expected = found(PEOPLE)
    for home in homes:
        if home.exists():
            assert found(home) == expected
        hp.Register.open(small_register).save(home)
        assert found(home) == expected
        assert list(home.parent.glob(".prepared.*")) == []  # what was left unfinished holds personal data


def test_what_another_process_is_writing_is_left_alone(small_register, tmp_path):
    """Only what belongs to processes that are no more is cleared away."""
    beside = [
        f".prepared.{platform.node()}.{os.getpid()}.x",
        f".prepared.elsewhere.{2**22 + 1}.x",
        ".prepared.notes",
    ]
    for name in beside:
        (tmp_path / name).mkdir()
    hp.Register.open(small_register).save(tmp_path / "prepared")
    assert sorted(path.name for path in tmp_path.glob(".prepared.*")) == sorted(beside)


def test_a_process_that_is_killed_while_changes_are_added_leaves_a_register(prepared):
    """An unfinished file of changes does not count, and does not bar the folder from being saved anew."""
    (prepared / ".changes").write_bytes(b"unfinished")
    assert found(prepared) == found(PEOPLE)
    add_changes(prepared, [ADDED])
    assert found(prepared) == found(hp.Register.prepare(PEOPLE).changed([ADDED]))
    (prepared / ".changes").write_bytes(b"unfinished")
    hp.Register.open(prepared).save(prepared)
    assert found(prepared) == found([*PEOPLE, ADDED])


def test_two_processes_use_one_register_at_once(tmp_path):
    """Both give what the raw file gives."""
    hp.Register.prepare(SAMPLE / "register.csv").save(tmp_path / "prepared")
    command = [
        sys.executable,
        "-m",
        "hpmatch",
        "link",
        str(SAMPLE / "alerts.csv"),
        str(tmp_path / "prepared"),
    ]
    runs = [
        subprocess.Popen([*command, "--out", str(tmp_path / name)], stdout=subprocess.DEVNULL)
        for name in ("first", "second")
    ]
    assert [run.wait() for run in runs] == [0, 0]
    hp.link(SAMPLE / "alerts.csv", SAMPLE / "register.csv").write(tmp_path / "expected")
    for name in ("first", "second"):
        for path in sorted((tmp_path / "expected").iterdir()):
            assert (tmp_path / name / path.name).read_bytes() == path.read_bytes()


def test_a_register_that_was_moved_aside_by_a_process_that_is_no_more_comes_back(small_register, tmp_path):
    """Killed between the two renames: the next save, though its disk is full, leaves the earlier register."""
    home = tmp_path / "prepared"
    hp.Register.open(small_register).save(home)
    workshop = tmp_path / f".prepared.{platform.node()}.{2**22 + 1}.x"
    workshop.mkdir()
    home.rename(workshop / "earlier")
    with (
        pytest.raises(RuntimeError),
        whole_folder(home, [path.name for path in (workshop / "earlier").iterdir()]),
    ):
        raise RuntimeError
    assert found(home) == found(PEOPLE)
    assert not workshop.exists()


def test_changes_that_come_while_a_register_is_prepared_anew_are_kept(prepared, monkeypatch):
    """They wait until the new folder is in its place, and are kept there."""
    waiting = []
    recounted = hp.Register.recounted

    def with_changes_meanwhile(register, *args):
        waiting.append(
            Thread(target=add_changes, args=(prepared, [{"hpr_number": "1000002", "change": "removed"}]))
        )
        waiting[0].start()
        waiting[0].join(timeout=1)  # long enough for it to be lost if it did not wait
        return recounted(register, *args)

    monkeypatch.setattr(hp.Register, "recounted", with_changes_meanwhile)
    before = hp.Register.open(prepared).read.records.ids.to_pylist()
    assert main(["prepare", str(prepared), "--out", str(prepared)]) == 0
    waiting[0].join()
    assert "1000002" in before
    assert hp.Register.open(prepared).read.records.ids.to_pylist() == [
        each for each in before if each != "1000002"
    ]


def test_what_a_process_left_on_any_machine_is_removed(small_register, tmp_path):
    """Its lock is free, whatever its number and its machine; one that is held is left alone."""
    left, held = tmp_path / ".prepared.pod-7.1.x", tmp_path / ".prepared.pod-8.1.x"
    for workshop in (left, held):
        (workshop / "new").mkdir(parents=True)
        (workshop / "at-work").touch()
    with (held / "at-work").open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        hp.Register.open(small_register).save(tmp_path / "prepared")
        assert [path.name for path in tmp_path.glob(".prepared.*")] == [held.name]
    hp.Register.open(small_register).save(tmp_path / "prepared")
    assert list(tmp_path.glob(".prepared.*")) == []


def test_what_is_being_written_is_not_removed(small_register, tmp_path):
    """By another writer of the same folder, who has the same number in another container."""
    register = hp.Register.open(small_register)
    with whole_folder(tmp_path / "prepared", []) as made:
        (made / "manifest.json").touch()
        register.save(tmp_path / "prepared")
        assert (made / "manifest.json").exists()
        shutil.rmtree(tmp_path / "prepared")


@pytest.mark.parametrize("verify", [True, False])
@pytest.mark.parametrize("people", [PEOPLE, [*PEOPLE, ADDED]])
def test_a_register_that_is_replaced_while_it_is_opened_is_opened_again(
    prepared, monkeypatch, people, verify
):
    """Between its manifest and its files, by the same register or by another: the new one is what is found."""
    manifest, other = prepared_module._manifest, hp.Register.prepare(people)
    times = iter([True])

    def replaced_once(home):
        found = manifest(home)
        if next(times, False):
            other.save(home)
        return found

    add_changes(prepared, [MARRIED])  # a file that goes with the folder
    monkeypatch.setattr(prepared_module, "_manifest", replaced_once)
    assert found(hp.Register.open(prepared, verify=verify)) == found(people)


def test_a_register_that_is_replaced_again_and_again_is_given_up(prepared, monkeypatch):
    """The message asks to try again; it is not said to be damaged."""
    verified = []
    registers = [hp.Register.prepare(PEOPLE), hp.Register.prepare(PEOPLE[:2])]

    def replacing(home, *_):
        verified.append(home)
        registers[len(verified) % 2].save(home)

    monkeypatch.setattr(prepared_module, "_verify", replacing)
    refused(lambda: hp.Register.open(prepared), prepared, "was replaced", "try again")
    assert len(verified) == prepared_module._TRIES


def test_what_is_damaged_is_not_opened_again(prepared, monkeypatch):
    """Nobody replaced it: it is told at once."""
    verified, verify = [], prepared_module._verify
    monkeypatch.setattr(prepared_module, "_verify", lambda *told: verified.append(told) or verify(*told))
    (prepared / "ids.arrow").unlink()
    refused(lambda: hp.Register.open(prepared), "ids.arrow")
    assert len(verified) == 1


USES = {
    "opened": hp.Register.open,
    "linked": lambda home: hp.link(ABOUT_PEOPLE, home),
    "changed": lambda home: add_changes(home, [ADDED]),
}


@pytest.mark.parametrize("use", USES.values(), ids=USES)
def test_a_register_between_two_renames_is_waited_for(prepared, monkeypatch, use):
    """The earlier folder was moved aside, and the new one is not yet in its place; but nobody waits for ever."""
    workshop = prepared.parent / f".{prepared.name}.elsewhere.1.x"
    workshop.mkdir()
    prepared.rename(workshop / "earlier")
    waited = []
    # The module's own clock: threads of others sleep on.
    monkeypatch.setattr("hpmatch.files.time", SimpleNamespace(sleep=waited.append))
    refused(lambda: use(prepared), prepared)
    assert waited
    back = SimpleNamespace(sleep=lambda _: (workshop / "earlier").rename(prepared))
    monkeypatch.setattr("hpmatch.files.time", back)
    use(prepared)


def test_a_folder_where_nothing_can_be_written_is_told(prepared, monkeypatch):
    """Neither the changes nor, after that, away with an unfinished file: the first reason is told, as one of ours."""

    def forbidden(*_, **__):
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patched:
        for step in ("pyarrow.ipc.new_file", "pathlib.Path.unlink"):
            patched.setattr(step, forbidden)
        refused(
            lambda: add_changes(prepared, [ADDED]), prepared, "Read-only file system", "nothing was changed"
        )
    assert found(prepared) == found(PEOPLE)
