"""A prepared register that is damaged, of another version, gone or none at all: refused, or it answers still."""

import errno
import json
import shutil
from dataclasses import replace

import pyarrow as pa
import pytest
from registers import ABOUT_PEOPLE, ADDED, MARRIED, PEOPLE, answers, found, refused, write

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.model import read_model
from hpmatch.prepared import add_changes
from hpmatch.register import read_register


@pytest.mark.parametrize("bit", [0x01, 0x10, 0xFF])
def test_any_damaged_byte_is_found(prepared, bit):
    """Bytes at the beginning, within and at the end of each file, the manifest and the changes among them."""
    add_changes(prepared, [ADDED])
    expected = found(prepared)
    files = sorted(prepared.iterdir())
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        for place in sorted({0, len(content) // 3, len(content) // 2, len(content) - 1}):
            path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            refused(lambda: hp.link(ABOUT_PEOPLE, prepared), prepared, path.name, "hpmatch prepare")
        path.write_bytes(content)
    assert found(prepared) == expected


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_found(prepared, share):
    """Each file cut to nothing, to its half, or by its last bytes."""
    add_changes(prepared, [ADDED])
    for path in sorted(prepared.iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        refused(lambda: hp.Register.open(prepared), prepared, path.name, "hpmatch prepare")
        path.write_bytes(content)
    assert found(prepared) == found(hp.Register.prepare(PEOPLE).changed([ADDED]))


def test_a_missing_file_is_found(prepared):
    """Each file taken away, the first of two files of changes among them."""
    add_changes(prepared, [ADDED])
    first = {path.name for path in prepared.glob("changes-*")}
    add_changes(prepared, [MARRIED])
    last = {path.name for path in prepared.glob("changes-*")} - first
    for path in sorted(path for path in prepared.iterdir() if path.name not in last):
        content = path.read_bytes()
        path.unlink()
        missing = "changes-000001" if path.name in first else path.name
        refused(lambda: hp.Register.open(prepared), prepared, missing, "hpmatch prepare")
        path.write_bytes(content)
    assert found(prepared) == found(hp.Register.prepare(PEOPLE).changed([MARRIED, ADDED]))


UNREADABLE = {
    "no permission": ("_sealed", PermissionError(errno.EACCES, "", "x"), "Permission denied"),
    "a broken disk": ("_sealed", OSError(errno.EIO, "", "x"), "Input/output error"),
    "no memory for it": ("pa.memory_map", OSError("Memory mapping file failed: Cannot allocate memory"), "Cannot allocate memory"),
}  # fmt: skip


@pytest.mark.parametrize(("step", "error", "words"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_may_not_be_read_is_not_called_damaged(prepared, step, error, words, monkeypatch):
    """A register that is whole has not to be prepared again because this process cannot read it."""

    def fail(path):
        raise error

    monkeypatch.setattr(f"hpmatch.prepared.{step}", fail)
    message = refused(lambda: hp.Register.open(prepared), f"cannot read {prepared}", words)
    assert "damaged" not in message


def test_a_lack_of_memory_is_not_called_damage(prepared, monkeypatch):
    """It goes through as what it is; Arrow's is an error of Arrow, too."""

    def fail(path):
        raise pa.ArrowMemoryError

    monkeypatch.setattr("hpmatch.prepared.pa.memory_map", fail)
    with pytest.raises(MemoryError):
        hp.Register.open(prepared)


def test_changes_to_a_register_that_may_not_be_read_say_so(prepared):
    """Nobody is told to make a register where one is."""
    (prepared / "manifest.json").unlink()
    (prepared / "manifest.json").mkdir()
    message = refused(lambda: add_changes(prepared, [ADDED]), f"cannot read {prepared}", "Is a directory")
    assert "no prepared register" not in message


def test_a_register_without_its_files_is_no_register_even_unverified(prepared):
    """What cannot be loaded is refused also where checksums are not asked for."""
    for path in sorted(path for path in prepared.iterdir() if path.suffix == ".arrow"):
        content = path.read_bytes()
        for damaged in (content[:100], b"no Arrow file"):
            path.write_bytes(damaged)
            refused(lambda: hp.Register.open(prepared, verify=False), prepared, "hpmatch prepare")
        path.write_bytes(content)


# What a manifest may hold instead, and what the message says.
BAD_MANIFESTS = {
    "no JSON": ("{", "manifest.json cannot be read"),
    "no text": ("\udcff", "manifest.json cannot be read"),
    "a list": ("[1]", "manifest.json cannot be read"),
    "another object": ('{"name": "app", "files": ["a.js"]}', "manifest.json cannot be read"),
    "another format": ('{"format": "hpmatch-model", "format_version": 1}', "has the format hpmatch-model 1, not hpmatch-register 5"),
    "a later version": ('{"format": "hpmatch-register", "format_version": 99}', "has the format hpmatch-register 99, not hpmatch-register 5"),
    "nothing else": ('{"format": "hpmatch-register", "format_version": 5}', "manifest.json"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), BAD_MANIFESTS.values(), ids=BAD_MANIFESTS)
def test_a_bad_manifest_is_refused(prepared, content, words):
    """The message says what it is instead; a register prepared anew beside it can be used."""
    (prepared / "manifest.json").write_text(content, "utf-8", errors="surrogateescape")
    for verify in (True, False):
        refused(
            lambda verify=verify: hp.Register.open(prepared, verify=verify),
            prepared,
            words,
            "hpmatch prepare",
        )
    hp.Register.prepare(PEOPLE).save(prepared.parent / "anew")
    assert found(prepared.parent / "anew") == found(PEOPLE)


def test_a_manifest_with_other_numbers_is_refused(prepared):
    """A manifest that can be read and says something else is no less damaged."""
    manifest = json.loads((prepared / "manifest.json").read_text("utf-8"))
    for name, other in (("rows", 7), ("id_name", "number"), ("records", 2), ("rules", []), ("files", {})):
        (prepared / "manifest.json").write_text(json.dumps({**manifest, name: other}), "utf-8")
        refused(lambda: hp.Register.open(prepared), prepared, "manifest.json", "hpmatch prepare")


def test_another_version_has_to_prepare_again(prepared, monkeypatch):
    """Other tables or another release make other keys: the old ones are not used, and new ones can be made there."""
    monkeypatch.setattr("hpmatch.model.version", lambda _: "0.0.0")
    read_model.__globals__["_shipped_model"].cache_clear()
    try:
        refused(
            lambda: hp.link(ABOUT_PEOPLE, prepared), prepared, "another version of hpmatch", "hpmatch prepare"
        )
        hp.Register.prepare(PEOPLE).save(prepared)
        assert len(found(prepared)[1]) == len(ABOUT_PEOPLE)
    finally:
        read_model.__globals__["_shipped_model"].cache_clear()


def test_an_empty_folder_is_no_register(tmp_path):
    """The message says how to make one."""
    (tmp_path / "empty").mkdir()
    refused(lambda: hp.link(ABOUT_PEOPLE, tmp_path / "empty"), tmp_path / "empty", "hpmatch prepare")
    refused(lambda: hp.Register.open(tmp_path / "nowhere"), tmp_path / "nowhere", "hpmatch prepare")


@pytest.mark.parametrize("name", ["notes.txt", "manifest.json"])
def test_a_folder_that_is_something_else_is_neither_read_nor_replaced(tmp_path, name):
    """Somebody's folder is no register, and no place for one, even if its files have our names."""
    other = tmp_path / "other"
    other.mkdir()
    for each in {name, "app.js"}:
        (other / each).write_text('{"name": "app", "files": {"app.js": 1}}', "utf-8")
    refused(lambda: hp.Register.open(other), other, "hpmatch prepare")
    refused(lambda: hp.Register.prepare(PEOPLE).save(other), other, "name a new or empty folder")
    assert {path.name for path in other.iterdir()} == {name, "app.js"}


def test_a_file_is_no_place_for_a_register(tmp_path):
    """The message asks for a folder, and a retry with one works."""
    (tmp_path / "file").write_text("mine", "utf-8")
    register = hp.Register.prepare(PEOPLE)
    refused(lambda: register.save(tmp_path / "file"), tmp_path / "file", "name a folder")
    register.save(tmp_path / "folder")
    assert found(tmp_path / "folder") == found(PEOPLE)


def test_a_register_that_is_deleted_while_in_use_still_answers(prepared):
    """Its files are mapped when it is opened, so what is open stays; whoever opens it later is told."""
    register = hp.Register.open(prepared)
    shutil.rmtree(prepared)
    assert found(register) == found(PEOPLE)
    refused(lambda: hp.Register.open(prepared), prepared, "hpmatch prepare")
    register.save(prepared)
    assert found(prepared) == found(PEOPLE)


def test_a_register_can_take_its_own_place(prepared):
    """A register that is open is saved over the folder that it is read from, and another one over both."""
    register = hp.Register.open(prepared)
    register.save(prepared)
    hp.Register.prepare([*PEOPLE, ADDED]).save(prepared)
    assert found(register) == found(PEOPLE)
    assert found(prepared) == found([*PEOPLE, ADDED])


def test_a_register_for_one_run_cannot_be_saved(tmp_path):
    """The message says what makes one that can."""
    register = read_register(PEOPLE, read_model("imi"), None)
    refused(lambda: register.save(tmp_path / "prepared"), "Register.prepare")
    assert not (tmp_path / "prepared").exists()


def test_a_model_with_other_stages_is_refused(prepared):
    """Keys of one model are not looked up with those of another; other thresholds are no other stages."""
    model = read_model("imi")
    other = replace(model, name="narrow", blocking_rules=model.blocking_rules[:1])
    register = hp.Register.open(prepared)
    for act in (
        lambda: hp.link(ABOUT_PEOPLE, register, other),
        lambda: hp.link(ABOUT_PEOPLE, prepared, other),
        lambda: register.screen(ABOUT_PEOPLE[0], other),
        lambda: hp.Register.prepare(prepared, other),
    ):
        refused(act, "'narrow'", "hpmatch prepare")
    stricter = model.with_decision(match=0.999999)
    assert answers(hp.link(ABOUT_PEOPLE, register, stricter)) == answers(
        hp.link(ABOUT_PEOPLE, PEOPLE, stricter)
    )


def test_a_file_in_the_place_of_a_prepared_register_is_told_what_to_do_with(tmp_path, capsys):
    """It has to be prepared first, whatever it was given to; a folder that is not there is another matter."""
    file = write(tmp_path / "register.csv", PEOPLE)
    told = r"register\.csv is a file and no prepared register; prepare it first: hpmatch prepare .*register\.csv --out DIR"
    for ask in (
        hp.Register.open,
        lambda home: hp.Register.open(home, verify=False),
        lambda home: add_changes(home, [ADDED]),
    ):
        with pytest.raises(hp.SourceError, match=told):
            ask(file)
    assert main(["screen", str(file)]) == 1
    assert "prepare it first: hpmatch prepare" in capsys.readouterr().err
    with pytest.raises(hp.SourceError, match=r"it has no manifest\.json; make one"):
        hp.Register.open(tmp_path / "nowhere")


def test_a_column_that_changes_lack_is_named_once(prepared):
    """Their identifier is both what they are known by and all that they need."""
    with pytest.raises(hp.SchemaError) as told:
        add_changes(prepared, [{"number": "1000001", "family_name": "Berg"}])
    assert str(told.value).count("no column for") == 1
