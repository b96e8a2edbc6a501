"""Re-screening: what changed is scored again, and the answers are those of a whole run."""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from rescreened import ALERTED, KARI, OLA, RASA, REGISTER
from strategies import ALERTS, changed_registers
from test_occasions import PAIR, SOMEBODY_ELSE

import hpmatch as hp
from hpmatch.errors import LedgerError
from hpmatch.ledger import Ledger
from hpmatch.model import read_model
from hpmatch.prepared import add_changes
from hpmatch.rescreen import rescreen
from hpmatch.rescreen.standing import AlertsInForce

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


def test_alerts_that_days_no_longer_hold_together_are_answered_anew(tmp_path):
    """Three hundred more came of the same day, so that it says nothing any more; the answers are those of a whole run."""
    alerts = [*PAIR, *SOMEBODY_ELSE]
    strangers = [f"19{40 + number % 50}-0{1 + number % 9}-1{number % 10}" for number in range(300)]
    more = [
        {
            **SOMEBODY_ELSE[0],
            "alert_id": f"C{number}",
            "given_name": "Petras",
            "birth_date": born,
            "decision_date": "2020-05-01",
        }
        for number, born in enumerate(strangers)
    ]
    register, ledger = hp.Register.prepare([{"hpr_number": "11", **KARI}]), Ledger(tmp_path / "ledger")
    before = ledger.link(alerts, register, tmp_path / "out").dispositions.to_pylist()
    now = ledger.receive([*alerts, *more]).alerts
    found = rescreen(ledger, now, register, changes=[]).result.dispositions.to_pylist()
    whole = hp.link([*alerts, *more], register).dispositions.to_pylist()
    persons = [{row["alert_id"]: row["person_id"] for row in rows} for rows in (before, found, whole)]
    assert [each["A1"] == each["A2"] for each in persons] == [True, False, False]


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
