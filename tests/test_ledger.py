"""The ledger: what is received, answered and forgotten is accounted for, once, and holds nothing of a person."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ledgers import REGISTER, SECRETS, about, alert, entries, refused, result_of

import hpmatch as hp


@pytest.fixture
def ledger(tmp_path):
    """A ledger that received three alerts."""
    made = hp.Ledger(tmp_path / "ledger")
    made.receive([alert("A1"), alert("A2"), alert("A3")])
    return made


def counts(ledger):
    """The counts of a ledger, its rejected rows and runs left out."""
    found = ledger.status()
    return found.received, found.answered, found.waiting, found.forgotten


# --- receiving


def test_what_is_received_waits(ledger):
    """Each alert has an entry and waits; nothing of a person is in the file."""
    assert about(ledger, "received") == ledger.waiting() == ["A1", "A2", "A3"]
    assert counts(ledger) == (3, 0, 3, 0)
    text = ledger.path.read_text("ascii")
    assert [secret for secret in SECRETS if secret in text] == []


# The same three alerts, given otherwise.
SAME = {
    "as they were": [alert("A1"), alert("A2"), alert("A3")],
    "in another order": [alert("A3"), alert("A1"), alert("A2")],
    "some of them": [alert("A2")],
    "columns in another order": [dict(reversed(alert("A1").items()))],
    "with an empty column": [alert("A1", sex=None), alert("A2", sex="")],
    "one of them twice": [alert("A1"), alert("A1")],
    "as Arrow": pa.Table.from_pylist([alert("A1"), alert("A2")]),
}


@pytest.mark.parametrize("alerts", SAME.values(), ids=SAME)
def test_the_same_content_is_received_once(ledger, alerts):
    """However the same alerts are given again: no alert is noted twice."""
    assert ledger.receive(alerts).new == 0
    assert about(ledger, "received") == ["A1", "A2", "A3"]


def test_receiving_again_leaves_the_file_as_it_is(ledger):
    """Not one byte, and the rows that cannot be used are noted once as well."""
    alerts = [alert("A1"), alert("A4"), alert("A4", sex="F"), alert(None)]
    assert ledger.receive(alerts).rejected == 3
    before = ledger.path.read_bytes()
    again = ledger.receive(alerts[::-1])
    assert (again.new, again.known, again.rejected) == (0, 1, 0)
    assert ledger.path.read_bytes() == before


def test_a_csv_file_and_its_rows_are_the_same_alerts(ledger, tmp_path):
    """The digest is of what the cells say, not of how a file is written."""
    rows = [alert("A1"), alert("A2")]
    lines = [";".join(rows[0]), *(";".join(f'"{cell}"' for cell in row.values()) for row in rows)]
    (tmp_path / "alerts.csv").write_text("\n".join(lines), "utf-16")
    assert ledger.receive(tmp_path / "alerts.csv").known == 2


OTHER = {
    "another name": alert("A2", family_name="Lundqvist"),
    "one more cell": alert("A2", sex="F"),
    "one cell less": alert("A2", birth_date=None),
    "a column of another name": {**alert("A2"), "note": "x"},
}


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_an_alert_with_other_content_is_set_aside(ledger, other):
    """The others are received; what was noted of it stands, and that it came is noted once, with what to do."""
    for _ in range(2):
        received = ledger.receive([alert("A1"), alert("A9"), other, alert("A3")])
    assert (received.new, received.known, received.rejected) == (0, 3, 0)
    assert about(ledger, "received") == ["A1", "A2", "A3", "A9"]
    assert about(ledger, "rejected") == ["A2"]
    assert received.alerts.data["alert_id"].to_pylist() == ["A1", "A9", "A3"]
    (row,) = received.alerts.rejected
    assert row.row == 3
    assert "an identifier of its own" in row.reason
    ledger.receive([alert("A2")])  # as it was: it is known


@pytest.mark.parametrize("other", OTHER.values(), ids=OTHER)
def test_a_table_in_which_most_alerts_have_other_content_is_refused(ledger, other):
    """It is the table that changed: the message says how many, in which rows and what to do, and nothing is noted."""
    before = ledger.path.read_bytes()
    rows = [alert("A1"), {**other, "alert_id": "A3"}, alert("A9"), other]
    refused(
        lambda: ledger.receive(rows),
        "2 of the 3",
        "(rows 2, 4)",
        "an identifier of its own",
        "nothing was recorded",
    )
    assert ledger.path.read_bytes() == before


def test_a_row_that_cannot_be_read_is_noted_by_its_digest(ledger, tmp_path):
    """With the reason, the alert where it is known, and never the content."""
    header = ",".join(alert("A4"))
    (tmp_path / "alerts.csv").write_text(
        f"{header}\nA4,Lundqvist,Rasa,1978-04-09\nA5,x\nA6,Lundqvist,Rasa,1978-04-09\nA6,Lundqvist,Eva,1978-04-09\n"
    )
    assert ledger.receive(tmp_path / "alerts.csv").rejected == 3
    noted = [body for head, body, _ in entries(ledger) if head["kind"] == "rejected"]
    assert sorted((body["alert"] or "", body["reason"].split()[0]) for body in noted) == [
        ("", "has"),
        ("A6", "shares"),
        ("A6", "shares"),
    ]
    assert {len(body["content"]) for body in noted} == {64}
    assert "Lundqvist" not in ledger.path.read_text("ascii")
    assert ledger.waiting() == ["A1", "A2", "A3", "A4"]


def test_two_ledgers_tell_different_digests(tmp_path):
    """Digests are made with a secret of the ledger, and each body has a salt of its own."""
    bodies = []
    for name in ("first", "second"):
        ledger = hp.Ledger(tmp_path / name)
        ledger.receive([alert("A1"), alert("A2")])
        bodies += [body for _, body, _ in entries(ledger)]
    digests = [body["content"] for body in bodies if "content" in body]
    assert len(set(digests)) == len(digests) == 4
    assert len({body["salt"] for body in bodies}) == len(bodies)


# --- answering


def test_answers_are_noted_with_model_and_register(ledger):
    """Who reads the latest answers sees what was found, by what, held against what, and where it stands."""
    assert ledger.answer(result_of({"A1": "match", "A2": "no_match"})).new == 2
    assert ledger.waiting() == ["A3"]
    assert ledger.latest().to_pylist() == [
        {"alert_id": "A1", "disposition": "match", "hpr_number": "9144889", "match_probability": 0.987, "model_sha256": "m1", "register_version": "r1", "entry": 6},
        {"alert_id": "A2", "disposition": "no_match", "hpr_number": None, "match_probability": 0.0, "model_sha256": "m1", "register_version": "r1", "entry": 7},
    ]  # fmt: skip
    head, run, _ = entries(ledger)[4]
    assert (head["kind"], run["model"], run["register_version"], run["alerts"]) == (
        "run",
        "imi",
        "r1",
        {"read": 2},
    )
    assert [body["run"] for head, body, _ in entries(ledger) if head["kind"] == "answered"] == [5, 5]


# What is answered after A1 was a match by model m1 against register r1, and how many answers are new.
AGAIN = {
    "the same": (result_of({"A1": "match"}), 0),
    "the same and another alert": (result_of({"A1": "match", "A2": "review"}), 1),
    "another disposition": (result_of({"A1": "review"}), 1),
    "by another model": (result_of({"A1": "match"}, model="m2"), 1),
    "against another register": (result_of({"A1": "match"}, register="r2"), 1),
}


@pytest.mark.parametrize(("result", "new"), AGAIN.values(), ids=AGAIN)
def test_only_what_is_new_is_answered_again(ledger, result, new):
    """A changed answer is a further entry; the earlier one stays."""
    ledger.answer(result_of({"A1": "match"}))
    before = ledger.path.read_bytes()
    assert ledger.answer(result).new == new
    assert ledger.path.read_bytes().startswith(before)
    assert len(about(ledger, "answered")) == 1 + new
    said = result.dispositions.to_pylist()
    assert [row["disposition"] for row in ledger.latest().to_pylist()] == [row["disposition"] for row in said]


def test_the_version_of_the_register_can_be_told(ledger):
    """It goes before the one of the result."""
    ledger.answer(result_of({"A1": "match"}), "r9")
    assert ledger.latest()["register_version"].to_pylist() == ["r9"]


def test_what_was_never_received_is_not_answered(ledger):
    """The whole result is refused."""
    before = ledger.path.read_bytes()
    refused(
        lambda: ledger.answer(result_of({"A1": "match", "A7": "match"})), "1 of the 2", "Receive them first"
    )
    assert ledger.path.read_bytes() == before


# --- forgetting


def test_a_forgotten_alert_leaves_its_place_and_nothing_else(ledger):
    """Its content digest, salts and answers are gone from the file, the chain holds, and earlier heads are in it."""
    ledger.answer(result_of({"A1": "match", "A2": "no_match"}))
    gone = [body for _, body, _ in entries(ledger) if body and body.get("alert") == "A1"]
    head = ledger.verify().head
    assert ledger.forget("A1") == len(gone) == 2
    text = ledger.path.read_text("ascii")
    assert [body["salt"] for body in gone if body["salt"] in text] == []
    assert gone[0]["content"] not in text
    assert "9144889" not in text
    assert about(ledger, "received") == ["A2", "A3"]
    assert about(ledger, "forgotten") == ["A1"]
    assert ledger.verify(head).ok
    assert counts(ledger) == (3, 1, 1, 1)


def test_a_forgotten_alert_is_not_received_again(ledger):
    """It is reported, whatever it says now, and stays out of what is linked."""
    ledger.forget("A2")
    before = ledger.path.read_bytes()
    received = ledger.receive([alert("A1"), alert(" A2 ", sex="F"), alert("A2")])
    assert (received.new, received.known, received.forgotten) == (0, 1, 2)
    assert ledger.path.read_bytes() == before
    result = hp.link(received.alerts, REGISTER)
    assert result.dispositions["alert_id"].to_pylist() == ["A1"]
    rejected = result.rejected.to_pylist()
    assert [(row["row"], row["reason"].split(":")[0], row["content"]) for row in rejected] == [
        (2, "forgotten", ""),
        (3, "forgotten", ""),
    ]


def test_rejected_rows_of_a_forgotten_alert_are_forgotten_too(tmp_path):
    """Two rows that shared its identifier say nothing any more."""
    ledger = hp.Ledger(tmp_path / "ledger")
    ledger.receive([alert("A1"), alert("A1", sex="F"), alert("A2")])
    assert ledger.forget("A1") == 2
    assert [body for head, body, _ in entries(ledger) if head["kind"] == "rejected"] == [None, None]
    assert ledger.verify().ok


def test_forgetting_twice_changes_nothing_more(ledger):
    """So that what was interrupted can be done again; an unknown alert is a mistake."""
    ledger.forget("A1")
    before = ledger.path.read_bytes()
    assert ledger.forget("A1") == 0
    refused(lambda: ledger.forget("A8"), "no entry", "is its identifier right?")
    assert ledger.path.read_bytes() == before


def test_an_alert_that_is_forgotten_meanwhile_gets_no_answer(ledger):
    """The others do, and the caller is told."""
    ledger.forget("A1")
    answered = ledger.answer(result_of({"A1": "match", "A2": "review"}))
    assert (answered.new, answered.forgotten) == (1, ("A1",))
    assert about(ledger, "answered") == ["A2"]


# --- any sequence

ALERT = st.sampled_from(["A1", "A2", "A3", "Ø\n4", "-"])
STEPS = st.one_of(
    st.tuples(st.just("receive"), st.lists(ALERT, min_size=1, max_size=4), st.randoms(use_true_random=False)),
    st.tuples(
        st.just("answer"),
        st.dictionaries(ALERT, st.sampled_from(["match", "review", "no_match", "unmatchable"]), min_size=1),
        st.sampled_from(["m1", "m2"]),
    ),
    st.tuples(st.just("forget"), ALERT, st.none()),
)


@settings(max_examples=60, deadline=None)
@given(st.lists(STEPS, max_size=12))
def test_any_sequence_of_steps_keeps_the_account(steps):
    """Against a plain model of it: counts, what waits, the last answers, and every earlier head is still in the chain."""
    received, answers, forgotten, heads = set(), {}, set(), []
    with TemporaryDirectory() as home:
        ledger = hp.Ledger(Path(home, "ledger"))
        ledger.receive([alert("B0")])
        for step, what, how in steps:
            before = ledger.path.read_bytes()
            if step == "receive":
                how.shuffle(what)
                ledger.receive([alert(name) for name in what])
                received |= set(what) - forgotten
            elif step == "answer" and set(what) <= received | forgotten:
                ledger.answer(result_of(what, model=how))
                answers |= {name: (kind, how) for name, kind in what.items() if name not in forgotten}
            elif step == "answer":
                refused(lambda what=what: ledger.answer(result_of(what)), "never received")
            elif what in received:
                ledger.forget(what)
                forgotten.add(what)
                answers.pop(what, None)
            assert step == "forget" or ledger.path.read_bytes().startswith(before)
            heads.append(ledger.verify().head)
        latest = {
            row["alert_id"]: (row["disposition"], row["model_sha256"]) for row in ledger.latest().to_pylist()
        }
        assert latest == answers
        waiting = received - forgotten - set(answers)
        assert ledger.waiting() == sorted({*waiting, "B0"})
        assert counts(ledger) == (len(received) + 1, len(answers), len(waiting) + 1, len(forgotten))
        assert [head for head in heads if not ledger.verify(head).ok] == []
        assert set(about(ledger, "received")) == {*received, "B0"} - forgotten


@given(st.randoms(use_true_random=False))
def test_the_order_of_rows_changes_nothing(random):
    """Kinds, alerts and reasons of all entries are the same, whatever the order of the rows was."""
    numbers = range(5)
    assert kept_of(tuple(random.sample(numbers, len(numbers)))) == kept_of(tuple(numbers))


@cache
def kept_of(order):
    """What a ledger keeps of alerts that come in an order, but for what is drawn by chance."""
    rows = [alert(f"A{number}") for number in order]
    with TemporaryDirectory() as home:
        ledger = hp.Ledger(Path(home, "ledger"))
        ledger.receive(rows)
        ledger.answer(hp.link(rows, REGISTER), "r1")
        keep = [
            {name: value for name, value in body.items() if name not in ("salt", "secret", "content")}
            for _, body, _ in entries(ledger)
        ]
        return json.dumps(keep)


def test_a_forgotten_alert_does_not_come_back_in_a_row_that_cannot_be_read(tmp_path):
    """The same file comes again the next night, with bytes that are no text in the row that was forgotten."""
    good = "alert_id,family_name,given_name,birth_date\nA2,Bø,Åse,1980-02-03\nA4,Ødegård,Øyvind,1970-01-02\n"
    file = tmp_path / "alerts.csv"
    file.write_bytes(good.encode() + b"A1,Secret\xf8,Kari,1980-02-03\n")
    ledger, out = hp.Ledger(tmp_path / "ledger"), tmp_path / "out"
    ledger.link(file, REGISTER, out)
    assert ledger.forget("A1") > 0
    ledger.link(file, REGISTER, out)
    assert "Secret" not in (out / "rejected.csv").read_text("utf-8")
    assert about(ledger, "rejected") == []
    assert ledger.forget("A1") == 0


def test_a_forgotten_alert_does_not_come_back_in_a_row_with_a_field_too_many(tmp_path):
    """Such a row cannot be taken apart, and still says which alert it is."""
    ledger, file = hp.Ledger(tmp_path / "ledger"), tmp_path / "alerts.csv"
    ledger.link([alert("A1")], REGISTER, tmp_path / "out")
    ledger.forget("A1")
    file.write_text(
        "alert_id,family_name,given_name,birth_date\nA1,Secret,Kari,1980-02-03,more\nA2,Berg,Kari,1980-02-03\n",
        "utf-8",
    )
    ledger.link(file, REGISTER, tmp_path / "out")
    assert "Secret" not in (tmp_path / "out" / "rejected.csv").read_text("utf-8")


def test_a_ledger_is_not_kept_in_the_folder_of_the_result(tmp_path):
    """Which each run replaces; nothing is received then."""
    out = tmp_path / "out"
    refused(lambda: hp.Ledger(out / "ledger").link([alert("A1")], REGISTER, out), "keep it elsewhere")
    refused(lambda: hp.Ledger(tmp_path / "no" / "ledger").receive([alert("A1")]), "make it first")
    assert [*tmp_path.iterdir()] == []


def test_what_is_no_ledger_gets_no_lock(tmp_path):
    """A file, or a folder, that was named by mistake: nothing is left beside it."""
    other = tmp_path / "summary.json"
    other.write_text("{}", "utf-8")
    refused(lambda: hp.Ledger(other).receive([alert("A1")]), "is this the right file?")
    (tmp_path / "folder").mkdir()
    refused(lambda: hp.Ledger(tmp_path / "folder").receive([alert("A1")]), "cannot read")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["folder", "summary.json"]
