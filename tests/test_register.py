"""The prepared register: the same answers as the raw files, changes folded in, and damage refused."""

import csv
import errno
import itertools
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from threading import Thread

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from strategies import ALERTS, PERSONS, unversioned

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.model import read_model
from hpmatch.output import whole_folder
from hpmatch.parallel import batch_job
from hpmatch.prepared import add_changes
from hpmatch.register import read_register

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
ALONE = replace(read_model("imi"), grouping=None)
ALL_LINKS = -1000
PEOPLE = [
    {"hpr_number": "1000001", "family_name": "Kazlauskiene", "middle_name": "", "given_name": "Rasa", "birth_date": "1978-04-09", "sex": "F", "professions": "SP"},
    {"hpr_number": "1000002", "family_name": "Bergersen", "middle_name": "Hansen", "given_name": "Kari", "birth_date": "1980-02-03", "sex": "F", "professions": "SP;LE"},
    {"hpr_number": "1000003", "family_name": "Moeller", "middle_name": "", "given_name": "Olaf", "birth_date": "1970-12-24", "sex": "M", "professions": "LE"},
]  # fmt: skip
ABOUT_PEOPLE = [
    {"alert_id": "A1", "sending_country": "LT", "family_name": "Kazlauskaitė", "given_name": "Rasa", "birth_date": "1978-04-09"},
    {"alert_id": "A2", "sending_country": "SE", "family_name": "Hansen", "given_name": "Kari", "birth_date": "1980-02-03"},
    {"alert_id": "A3", "sending_country": "DK", "family_name": "Lundqvist", "given_name": "Peter", "birth_date": "1966-01-30"},
]  # fmt: skip
# What no message may hold.
SECRETS = {cell for row in (*PEOPLE, *ABOUT_PEOPLE) for cell in row.values() if len(cell) > 3}
PROPERTY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)


def answers(result):
    """All that a result says, for comparing."""
    return result.links, result.dispositions, result.rejected, result.summary


def found(register, alerts=ABOUT_PEOPLE):
    """What a register says about alerts, every candidate pair kept."""
    result = hp.link(alerts, register, min_weight=ALL_LINKS)
    return result.links, result.dispositions


def refused(act, *words):
    """The message with which something is refused: of the right type, with the words, and with nothing of a person."""
    with pytest.raises(hp.SourceError) as caught:
        act()
    message = str(caught.value)
    assert [word for word in words if str(word) not in message] == [], message
    assert [secret for secret in SECRETS if secret in message] == []
    return message


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The folder of a register of three persons; not to be touched."""
    folder = tmp_path_factory.mktemp("small") / "prepared"
    hp.Register.prepare(PEOPLE).save(folder)
    return folder


@pytest.fixture
def folder(small, tmp_path):
    """A copy of it, for a test to damage."""
    return Path(shutil.copytree(small, tmp_path / "prepared"))


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folders with alerts and a register: the sample, and generated ones with rows that cannot be used."""
    made = tmp_path_factory.mktemp("data") / "generated"
    hp.generate(made, register=2000, alerts=300, hits=150, seed=11)
    with (made / "register.csv").open("r+", encoding="utf-8") as file:
        _, first, second, *_ = file.read().splitlines()
        file.write(f"{first}\n{second.replace(',F,', ',M,').replace(',SP,', ',LE,')}x\ntoo,few\n")
    return {"sample": SAMPLE, "generated": made}


# --- the same answers as the raw files


@pytest.mark.parametrize("name", ["sample", "generated"])
def test_a_prepared_register_answers_as_the_raw_file(data, name, tmp_path):
    """In memory, opened, and as a folder, verified or not: links, dispositions, rejected rows and summary are the same."""
    alerts, register = data[name] / "alerts.csv", data[name] / "register.csv"
    expected = answers(hp.link(alerts, register))
    prepared = hp.Register.prepare(register)
    prepared.save(tmp_path / "prepared")
    unverified = hp.Register.open(tmp_path / "prepared", verify=False)
    assert len(prepared) == expected[3]["register"]["read"]
    for each in (prepared, tmp_path / "prepared", hp.Register.open(tmp_path / "prepared"), unverified):
        assert answers(hp.link(alerts, each)) == expected


def test_rows_that_cannot_be_used_are_kept_with_the_register(data, tmp_path):
    """A prepared register still says which rows of its source were set aside, and why."""
    hp.Register.prepare(data["generated"] / "register.csv").save(tmp_path / "prepared")
    rejected = hp.Register.open(tmp_path / "prepared").read.rejected
    assert [row.reason.split(" ")[0] for row in rejected] == ["has", "repeats", "shares", "shares"]


@pytest.mark.parametrize("size", [1, 97, 2000])
def test_sizes_of_chunks_change_nothing(data, size, monkeypatch):
    """Rows indexed and looked up in chunks of any size, pairs compared likewise: the same result."""
    alerts, register = data["sample"] / "alerts.csv", data["sample"] / "register.csv"
    expected = answers(hp.link(alerts, hp.Register.prepare(register)))
    monkeypatch.setattr("hpmatch.blocking._ROWS_AT_A_TIME", max(size, 50))
    prepared = hp.Register.prepare(register)
    assert answers(hp.link(alerts, prepared, chunk_size=max(size, 20))) == expected
    assert answers(hp.link(alerts, register, chunk_size=max(size, 20))) == expected


@PROPERTY
@given(ALERTS, PERSONS, st.randoms(use_true_random=False))
def test_preparing_changes_no_answer_whatever_the_data(alerts, persons, shuffle):
    """Prepared in any order of rows, saved and opened again, a register answers as its raw rows do."""
    expected = hp.link(alerts, persons, min_weight=ALL_LINKS)
    with tempfile.TemporaryDirectory() as home:
        hp.Register.prepare(shuffle.sample(persons, len(persons))).save(Path(home, "prepared"))
        result = hp.link(alerts, Path(home, "prepared"), min_weight=ALL_LINKS)
    assert answers(result)[:3] == answers(expected)[:3]
    assert unversioned(result.summary) == unversioned(expected.summary)


def test_a_register_that_is_prepared_again_stays_the_same(data):
    """Preparing a prepared register changes no answer."""
    alerts = data["sample"] / "alerts.csv"
    once = hp.Register.prepare(data["sample"] / "register.csv")
    assert answers(hp.link(alerts, hp.Register.prepare(once))) == answers(hp.link(alerts, once))


def test_preparing_tells_its_progress(data):
    """Reading and indexing each report until they are done."""
    told = []
    hp.Register.prepare(data["sample"] / "register.csv", progress=lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {"read", "index"}
    assert all((stage, total, total) in told for stage, _, total in told)


# --- changes


@st.composite
def changed_registers(draw):
    """A register, changes to it in any order, and the register that they make."""
    old = draw(PERSONS)
    persons = draw(st.lists(PERSONS.map(lambda rows: rows[0]), max_size=4))
    places = draw(st.lists(st.integers(0, 12), min_size=len(persons), max_size=len(persons), unique=True))
    changes = [
        {**person, "hpr_number": str(1000000 + place), "change": ""}
        for person, place in zip(persons, places, strict=True)
    ]
    gone = draw(
        st.lists(st.sampled_from(old), max_size=len(old) - 1, unique_by=lambda row: row["hpr_number"])
    )
    gone = [
        row["hpr_number"] for row in gone if row["hpr_number"] not in {row["hpr_number"] for row in changes}
    ]
    words = st.sampled_from(["removed", "slettet", "Removed", "SLETTET"])
    changes += [{"hpr_number": number, "change": draw(words)} for number in gone]
    new = {row["hpr_number"]: row for row in (*old, *changes) if row["hpr_number"] not in gone}
    whole = [{key: cell for key, cell in row.items() if key != "change"} for row in new.values()]
    return old, draw(st.permutations(changes)), whole


@PROPERTY
@given(ALERTS, changed_registers())
def test_changes_leave_pairs_with_others_as_they_were(alerts, registers):
    """Not a digit of the weight of any pair that no change is about; and the pairs are those of the new register."""
    old, changes, whole = registers
    assume(changes)
    register = hp.Register.prepare(old)
    before, after = (pairs_of(alerts, each) for each in (register, register.changed(changes)))
    touched = {row["hpr_number"] for row in changes}
    assert {pair: told for pair, told in after.items() if pair[1] not in touched} == {
        pair: told for pair, told in before.items() if pair[1] not in touched
    }
    assume(all(any(row[name] for row in whole) for name in ("family_name", "given_name", "birth_date")))
    assert after.keys() == pairs_of(alerts, hp.Register.prepare(whole)).keys()


def pairs_of(alerts, register):
    """Give the weight and the levels of each pair, each alert being answered by itself."""
    links = hp.link(alerts, register, ALONE, min_weight=ALL_LINKS).links.to_pylist()
    return {
        (row.pop("alert_id"), row.pop("hpr_number")): {
            name: cell for name, cell in row.items() if name not in ("match_probability", "decision")
        }
        for row in links
    }


@PROPERTY
@given(ALERTS, PERSONS, st.integers(0, 3))
def test_a_person_who_comes_counts_as_one_who_was_there(alerts, persons, place):
    """The same names under another number get the same weights, to the last digit."""
    twin = {**persons[place % len(persons)], "hpr_number": "777"}
    found = pairs_of(alerts, hp.Register.prepare(persons).changed([twin]))
    original = persons[place % len(persons)]["hpr_number"]
    for (alert, number), told in found.items():
        if number == original:
            assert found[alert, "777"] == told


@PROPERTY
@given(ALERTS, changed_registers())
def test_changes_give_what_the_new_register_gives(alerts, registers):
    """Counted anew after changes in any order: links and dispositions as if the new register was prepared whole."""
    old, changes, whole = registers
    assume(changes)
    assume(all(any(row[name] for row in whole) for name in ("family_name", "given_name", "birth_date")))
    assert found(hp.Register.prepare(old).changed(changes).recounted(), alerts) == found(
        hp.Register.prepare(whole), alerts
    )


ADDED = {"hpr_number": "1000009", "family_name": "Lundquist", "middle_name": "", "given_name": "Peter", "birth_date": "1966-01-30", "sex": "M", "professions": "LE"}  # fmt: skip
MARRIED = {**PEOPLE[1], "family_name": "Solbakken"}
SECRETS |= {"Lundquist", "Solbakken", "1000009"}


def _write(path, rows):
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
@pytest.mark.parametrize("word", ["removed", "slettet", " Slettet "])
def test_changes_kept_beside_a_register_are_folded_in(folder, tmp_path, order, word):
    """Through the command, in one file or in three, in any order: one answer; prepared anew, that of the new register."""
    changes = [ADDED, MARRIED, {"hpr_number": PEOPLE[0]["hpr_number"], "change": word}]
    together = hp.Register.prepare(PEOPLE).changed([changes[place] for place in order])
    expected = found(together)
    for place in order:
        file = _write(tmp_path / "changes.csv", [changes[place]])
        assert main(["prepare", str(file), "--changes-to", str(folder)]) == 0
    assert found(folder) == expected
    assert len(list(folder.glob("changes-*"))) == len(changes)
    assert main(["prepare", str(folder), "--out", str(folder)]) == 0
    assert list(folder.glob("changes-*")) == []
    assert found(folder) == found([PEOPLE[2], MARRIED, ADDED])


def test_later_changes_go_before_earlier_ones(folder):
    """A person who was replaced, removed and added again is there as last added."""
    for change in (MARRIED, {"hpr_number": MARRIED["hpr_number"], "change": "removed"}, PEOPLE[1]):
        add_changes(folder, [change])
    assert found(folder) == found(PEOPLE)


def test_the_last_person_may_go(folder):
    """A register from which everybody was removed answers that nobody fits."""
    add_changes(folder, [{"hpr_number": row["hpr_number"], "change": "removed"} for row in PEOPLE])
    register = hp.Register.open(folder)
    assert len(register) == 0
    assert register.screen(ABOUT_PEOPLE[0]) == []
    assert found(register)[1]["disposition"].to_pylist() == ["no_match"] * 3


def test_what_nobody_holds_any_more_is_forgotten():
    """A country whose last person was removed says no more about a name than one that was never there."""
    namesakes = [
        {**PEOPLE[0], "hpr_number": str(2000000 + number), "education_country": "LT"} for number in range(5)
    ]
    other = {**PEOPLE[0], "hpr_number": "2000009", "given_name": "Jānis", "education_country": "LT"}
    last = {**PEOPLE[0], "hpr_number": "2000005", "education_country": "NO"}
    alert = [{**ABOUT_PEOPLE[0], "sending_country": "NO", "family_name": "Kazlauskiene"}]
    changed = hp.Register.prepare([*namesakes, other, last]).changed(
        [{"hpr_number": last["hpr_number"], "change": "removed"}]
    )
    changed = changed.recounted()
    assert found(changed, alert) == found([*namesakes, other], alert)


def test_changes_may_name_their_columns_otherwise(folder):
    """A schema says which column plays which role in the changes too, and is not needed when they are folded in."""
    schema = hp.Schema(id="no", columns={"last": "family_name", "first": "given_name", "born": "birth_date"})
    new = {"no": "7777777", "last": "Berg", "first": "Kari", "born": "1980-02-03"}
    add_changes(folder, [new], schema)
    alert = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    assert "7777777" in [hit.hpr_number for hit in hp.Register.open(folder).screen(alert)]


def test_a_change_may_leave_cells_empty(folder):
    """One person without a birth date is added as the whole register would hold her."""
    dateless = {**ADDED, "birth_date": ""}
    add_changes(folder, [dateless])
    assert found(hp.Register.open(folder).recounted()) == found([*PEOPLE, dateless])


# Changes that cannot be used, and what the message says.
UNUSABLE_CHANGES = {
    "unknown person": ([ADDED, {"hpr_number": "7654321", "change": "removed"}], "1 of the persons to be removed are not in the register"),
    "nobody named": ([ADDED, {"hpr_number": "", "change": "removed"}], "1 of the persons to be removed have no identifier"),
    "unknown word": ([ADDED, {"hpr_number": "1000001", "change": "gone"}], "row 2 has an unknown word in column 'change'"),
    "other identifier": ([{"number": "1000001", "change": "removed"}], "no column for 'hpr_number'"),
    "no name column": ([{"hpr_number": "1000001", "birth_date": "1966-01-30"}], "family_name"),
    "nothing": (pa.table({"hpr_number": pa.array([], pa.string())}), "no rows"),
}  # fmt: skip


@pytest.mark.parametrize(("changes", "words"), UNUSABLE_CHANGES.values(), ids=UNUSABLE_CHANGES)
def test_unusable_changes_are_refused_and_nothing_is_kept(folder, changes, words):
    """The message says what is wrong; the register and its folder stay as they were."""
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    with pytest.raises(hp.HpmatchError, match=words) as caught:
        add_changes(folder, changes)
    assert [secret for secret in (*SECRETS, "7654321") if secret in str(caught.value)] == []
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    assert found(folder) == found(PEOPLE)


def test_changes_with_broken_rows_are_refused(folder, tmp_path, capsys):
    """A row of a changes file that cannot be read is no reason to keep the others and forget it."""
    file = _write(tmp_path / "changes.csv", [ADDED])
    file.write_text(file.read_text("utf-8") + "1000001,too,few\n", "utf-8")
    assert main(["prepare", str(file), "--changes-to", str(folder)]) == 1
    assert "row 2 has 3 fields where the header has 7" in capsys.readouterr().err
    assert list(folder.glob("changes-*")) == []


# --- faults


@pytest.mark.parametrize("bit", [0x01, 0x10, 0xFF])
def test_any_damaged_byte_is_found(folder, bit):
    """Bytes at the beginning, within and at the end of each file, the manifest and the changes among them."""
    add_changes(folder, [ADDED])
    expected = found(folder)
    files = sorted(folder.iterdir())
    assert len(files) > 20
    for path in files:
        content = path.read_bytes()
        for place in sorted({0, len(content) // 3, len(content) // 2, len(content) - 1}):
            path.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
            refused(lambda: hp.link(ABOUT_PEOPLE, folder), folder, path.name, "hpmatch prepare")
        path.write_bytes(content)
    assert found(folder) == expected


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_truncated_file_is_found(folder, share):
    """Each file cut to nothing, to its half, or by its last bytes."""
    add_changes(folder, [ADDED])
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        path.write_bytes(content[: int(len(content) * share)])
        refused(lambda: hp.Register.open(folder), folder, path.name, "hpmatch prepare")
        path.write_bytes(content)
    assert found(folder) == found(hp.Register.prepare(PEOPLE).changed([ADDED]))


def test_a_missing_file_is_found(folder):
    """Each file taken away, the first of two files of changes among them."""
    add_changes(folder, [ADDED])
    first = {path.name for path in folder.glob("changes-*")}
    add_changes(folder, [MARRIED])
    last = {path.name for path in folder.glob("changes-*")} - first
    for path in sorted(path for path in folder.iterdir() if path.name not in last):
        content = path.read_bytes()
        path.unlink()
        missing = "changes-000001" if path.name in first else path.name
        refused(lambda: hp.Register.open(folder), folder, missing, "hpmatch prepare")
        path.write_bytes(content)
    assert found(folder) == found(hp.Register.prepare(PEOPLE).changed([MARRIED, ADDED]))


def test_a_register_without_its_files_is_no_register_even_unverified(folder):
    """What cannot be loaded is refused also where checksums are not asked for."""
    for path in sorted(path for path in folder.iterdir() if path.suffix == ".arrow"):
        content = path.read_bytes()
        for damaged in (content[:100], b"no Arrow file"):
            path.write_bytes(damaged)
            refused(lambda: hp.Register.open(folder, verify=False), folder, "hpmatch prepare")
        path.write_bytes(content)


# What a manifest may hold instead, and what the message says.
BAD_MANIFESTS = {
    "no JSON": ("{", "manifest.json cannot be read"),
    "no text": ("\udcff", "manifest.json cannot be read"),
    "a list": ("[1]", "manifest.json cannot be read"),
    "another object": ('{"name": "app", "files": ["a.js"]}', "manifest.json cannot be read"),
    "another format": ('{"format": "hpmatch-model", "format_version": 1}', "has the format hpmatch-model 1, not hpmatch-register 2"),
    "a later version": ('{"format": "hpmatch-register", "format_version": 99}', "has the format hpmatch-register 99, not hpmatch-register 2"),
    "nothing else": ('{"format": "hpmatch-register", "format_version": 2}', "manifest.json"),
}  # fmt: skip


@pytest.mark.parametrize(("content", "words"), BAD_MANIFESTS.values(), ids=BAD_MANIFESTS)
def test_a_bad_manifest_is_refused(folder, content, words):
    """The message says what it is instead; a register prepared anew beside it can be used."""
    (folder / "manifest.json").write_text(content, "utf-8", errors="surrogateescape")
    for verify in (True, False):
        refused(
            lambda verify=verify: hp.Register.open(folder, verify=verify), folder, words, "hpmatch prepare"
        )
    hp.Register.prepare(PEOPLE).save(folder.parent / "anew")
    assert found(folder.parent / "anew") == found(PEOPLE)


def test_a_manifest_with_other_numbers_is_refused(folder):
    """A manifest that can be read and says something else is no less damaged."""
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    for name, other in (("rows", 7), ("id_name", "number"), ("records", 2), ("rules", []), ("files", {})):
        (folder / "manifest.json").write_text(json.dumps({**manifest, name: other}), "utf-8")
        refused(lambda: hp.Register.open(folder), folder, "manifest.json", "hpmatch prepare")


def test_another_version_has_to_prepare_again(folder, monkeypatch):
    """Other tables or another release make other keys: the old ones are not used, and new ones can be made there."""
    monkeypatch.setattr("hpmatch.model.version", lambda _: "0.0.0")
    read_model.__globals__["_shipped_model"].cache_clear()
    try:
        refused(
            lambda: hp.link(ABOUT_PEOPLE, folder), folder, "another version of hpmatch", "hpmatch prepare"
        )
        hp.Register.prepare(PEOPLE).save(folder)
        assert len(found(folder)[1]) == len(ABOUT_PEOPLE)
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


def test_a_register_that_is_deleted_while_in_use_still_answers(folder):
    """Its files are mapped when it is opened, so what is open stays; whoever opens it later is told."""
    register = hp.Register.open(folder)
    shutil.rmtree(folder)
    assert found(register) == found(PEOPLE)
    refused(lambda: hp.Register.open(folder), folder, "hpmatch prepare")
    register.save(folder)
    assert found(folder) == found(PEOPLE)


def test_a_register_can_take_its_own_place(folder):
    """A register that is open is saved over the folder that it is read from, and another one over both."""
    register = hp.Register.open(folder)
    register.save(folder)
    hp.Register.prepare([*PEOPLE, ADDED]).save(folder)
    assert found(register) == found(PEOPLE)
    assert found(folder) == found([*PEOPLE, ADDED])


def test_a_register_for_one_run_cannot_be_saved(tmp_path):
    """The message says what makes one that can."""
    register = read_register(PEOPLE, read_model("imi"), None)
    refused(lambda: register.save(tmp_path / "prepared"), "Register.prepare")
    assert not (tmp_path / "prepared").exists()


def test_a_model_with_other_stages_is_refused(folder):
    """Keys of one model are not looked up with those of another; other thresholds are no other stages."""
    model = read_model("imi")
    other = replace(model, name="narrow", blocking_rules=model.blocking_rules[:1])
    register = hp.Register.open(folder)
    for act in (
        lambda: hp.link(ABOUT_PEOPLE, register, other),
        lambda: hp.link(ABOUT_PEOPLE, folder, other),
        lambda: register.screen(ABOUT_PEOPLE[0], other),
        lambda: hp.Register.prepare(folder, other),
    ):
        refused(act, "'narrow'", "hpmatch prepare")
    stricter = model.with_decision(match=0.999999)
    assert answers(hp.link(ABOUT_PEOPLE, register, stricter)) == answers(
        hp.link(ABOUT_PEOPLE, PEOPLE, stricter)
    )


# --- writing


@pytest.mark.parametrize(
    "step", ["pyarrow.ipc.new_file", "hpmatch.prepared._sealed", "hpmatch.output._put_in_place"]
)
def test_a_disk_that_fills_up_while_saving_leaves_what_was_there(folder, step, monkeypatch):
    """At any step of writing: nothing new is left, the earlier register stays, and a retry works."""

    def failing(*_):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    register = hp.Register.prepare([*PEOPLE, ADDED])
    with monkeypatch.context() as patched:
        patched.setattr(step, failing)
        for out in (folder, folder.parent / "new"):
            refused(lambda out=out: register.save(out), out, "No space left on device")
    assert [path.name for path in folder.parent.iterdir()] == [folder.name]
    assert found(folder) == found(PEOPLE)
    register.save(folder)
    assert found(folder) == found([*PEOPLE, ADDED])


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


def test_changes_that_find_no_room_are_not_kept(full_disk, small):
    """The register beside them stays as it was."""
    _resize(full_disk, "2m")
    folder = Path(shutil.copytree(small, full_disk / "prepared"))
    filler = full_disk / "filler"
    with filler.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            pass
    refused(lambda: add_changes(folder, [ADDED]), folder, "No space left on device", "nothing was changed")
    assert found(folder) == found(PEOPLE)
    filler.unlink()
    add_changes(folder, [ADDED])
    assert found(folder) == found(hp.Register.prepare(PEOPLE).changed([ADDED]))


_KILLED_WHILE_SAVING = """
import os, random, signal, sys, time
from hpmatch.register import Register
register = Register.open(sys.argv[1], verify=False)
moments = random.Random(20)
for home in sys.argv[2:]:
    child = os.fork()
    while not child:
        register.save(home)
    time.sleep(moments.uniform(0.01, 0.1))
    os.kill(child, signal.SIGKILL)
    assert os.waitpid(child, 0)[1] == signal.SIGKILL
"""


def test_a_process_that_is_killed_while_saving_leaves_a_whole_register_or_none(small, tmp_path):
    """Killed at twenty moments: what has the folder's name can be used, and the next save works."""
    homes = [tmp_path / str(number) / "prepared" for number in range(20)]
    subprocess.run([sys.executable, "-c", _KILLED_WHILE_SAVING, str(small), *map(str, homes)], check=True)
    unfinished = [path for home in homes for path in home.parent.glob(".prepared.*")]
    assert unfinished  # or no kill fell into a save
    assert any(home.exists() for home in homes)  # or nothing was saved before
    expected = found(PEOPLE)
    for home in homes:
        if home.exists():
            assert found(home) == expected
        hp.Register.open(small).save(home)
        assert found(home) == expected
        assert list(home.parent.glob(".prepared.*")) == []  # what was left unfinished holds personal data


def test_what_another_process_is_writing_is_left_alone(small, tmp_path):
    """Only what belongs to processes that are no more is cleared away."""
    beside = [
        f".prepared.{platform.node()}.{os.getpid()}.x",
        f".prepared.elsewhere.{2**22 + 1}.x",
        ".prepared.notes",
    ]
    for name in beside:
        (tmp_path / name).mkdir()
    hp.Register.open(small).save(tmp_path / "prepared")
    assert sorted(path.name for path in tmp_path.glob(".prepared.*")) == sorted(beside)


def test_a_process_that_is_killed_while_changes_are_added_leaves_a_register(folder):
    """An unfinished file of changes does not count, and does not bar the folder from being saved anew."""
    (folder / ".changes").write_bytes(b"unfinished")
    assert found(folder) == found(PEOPLE)
    add_changes(folder, [ADDED])
    assert found(folder) == found(hp.Register.prepare(PEOPLE).changed([ADDED]))
    (folder / ".changes").write_bytes(b"unfinished")
    hp.Register.open(folder).save(folder)
    assert found(folder) == found([*PEOPLE, ADDED])


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


@pytest.mark.parametrize("workers", [0, -1])
def test_preparing_needs_a_worker(workers):
    """A senseless number of workers is refused, not answered."""
    with pytest.raises(hp.HpmatchError, match="give at least 1"):
        hp.Register.prepare(PEOPLE, workers=workers)
    with pytest.raises(hp.HpmatchError, match="give at least 1"), batch_job(workers):
        pass


def test_the_command_says_what_it_prepared(tmp_path, capsys):
    """How many persons and rejected rows, and where; no person by name."""
    file = _write(tmp_path / "register.csv", [*PEOPLE, {**PEOPLE[0], "sex": ""}])
    assert main(["prepare", str(file), "--out", str(tmp_path / "prepared")]) == 0
    told = capsys.readouterr().out
    lines = [line.rsplit(maxsplit=1) for line in told.splitlines()[:2]]
    assert [(label.strip(), number) for label, number in lines] == [
        ("registered persons", "2"),
        ("register rows rejected", "2"),
    ]
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_register_that_was_moved_aside_by_a_process_that_is_no_more_comes_back(small, tmp_path):
    """Killed between the two renames: the next save, though its disk is full, leaves the earlier register."""
    home = tmp_path / "prepared"
    hp.Register.open(small).save(home)
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


def test_changes_that_come_while_a_register_is_prepared_anew_are_kept(folder, monkeypatch):
    """They wait until the new folder is in its place, and are kept there."""
    waiting = []
    recounted = hp.Register.recounted

    def with_changes_meanwhile(register, *args):
        waiting.append(
            Thread(target=add_changes, args=(folder, [{"hpr_number": "1000002", "change": "removed"}]))
        )
        waiting[0].start()
        waiting[0].join(timeout=1)  # long enough for it to be lost if it did not wait
        return recounted(register, *args)

    monkeypatch.setattr(hp.Register, "recounted", with_changes_meanwhile)
    before = hp.Register.open(folder).read.records.ids.to_pylist()
    assert main(["prepare", str(folder), "--out", str(folder)]) == 0
    waiting[0].join()
    assert "1000002" in before
    assert hp.Register.open(folder).read.records.ids.to_pylist() == [
        each for each in before if each != "1000002"
    ]
