"""A ledger that was changed, or is none: every byte, every entry, other files."""

from pathlib import Path

import pytest
from ledgers import PERSON, alert, entries, refused, result_of

import hpmatch as hp
from hpmatch.cli import main

SAMPLE = Path(__file__).parents[1] / "examples" / "data"


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


def test_no_message_and_no_ledger_tells_of_a_person(ledger, capsys):
    """Neither the file nor what the commands print."""
    main(["ledger", "verify", str(ledger.path)])
    main(["ledger", "status", str(ledger.path)])
    main(["ledger", "status", str(ledger.path), "--waiting"])
    main(["forget", "A2", "--ledger", str(ledger.path)])
    told = "".join(capsys.readouterr()) + ledger.path.read_text("ascii")
    assert [cell for cell in PERSON.values() if cell in told] == []
