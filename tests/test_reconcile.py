"""Own decisions against the alerts that were sent and the register."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reconciled import BERG, DAHL, DAY, IN_TIME, LOST, PEOPLE, decision, found, register, rows, sent

from hpmatch.reconcile.counterparts import Counterpart
from hpmatch.reconcile.findings import KINDS, standing_of
from hpmatch.reconcile.sendings import Decision, SentAlert, sendings

STANDINGS = {
    "active": ["active", "valid", "Aktiv", "gyldig", "autorisert"],
    "limited": ["restricted", "Restriction", "conditions", "limited", "Begrenset", "begrensning", "begrensning av autorisasjon"],
    "suspended": ["suspended", "suspension", "Suspendert", "suspensjon", "suspensjon av autorisasjon"],
    "lost": [
        "prohibited", "prohibition", "revoked", "revocation", "withdrawn", "lost", "TILBAKEKALT", "tilbakekall",
        "tilbakekall av autorisasjon", "tapt", "tap av autorisasjon",
    ],
    "ended": ["inactive", "expired", "deceased", "Inaktiv", "utløpt", "bortfalt", "frivillig avkall", "død"],
}  # fmt: skip
# --- statuses


@pytest.mark.parametrize(
    ("standing", "word"), [(each, word) for each, words in STANDINGS.items() for word in words]
)
def test_statuses_are_read_in_english_and_norwegian(standing, word):
    """Case and diacritics do not matter."""
    assert standing_of(word) == standing
    assert standing_of(f" {word.upper()} ") == standing


# --- what lacks

# What is the case, and the findings.
CASES = {
    "all is well": ([decision("D1", hpr_number="1001")], IN_TIME, LOST, []),
    "all is well by names": ([decision("D1", **BERG)], IN_TIME, LOST, []),
    "never sent": (
        [decision("D1", hpr_number="1001")], [sent("A9", **DAHL)], LOST,
        [("not_sent", "D1", "", "1001"), ("alert_without_decision", "", "A9", "")],
    ),
    "the third day is in time": ([decision("D1", hpr_number="1001")], [sent("A1", date(2024, 3, 4), **BERG)], LOST, []),
    "the fourth day is late": (
        [decision("D1", hpr_number="1001")], [sent("A1", date(2024, 3, 5), **BERG)], LOST, [("sent_late", "D1", "A1", "1001")],
    ),
    "the first of two alerts counts": (
        [decision("D1", hpr_number="1001")], [sent("A1", date(2024, 5, 5), **BERG), sent("A2", **BERG)], LOST, [],
    ),
    "no day of sending": (
        [decision("D1", hpr_number="1001")], [sent("A1", "", decision_date="2024-03-01", **BERG), sent("A2", **BERG, decision_date="2023-01-01")],
        LOST, [("unclear_when", "D1", "A1", "1001"), ("alert_without_decision", "", "A2", "")],
    ),
    "sent before it was decided": (
        [decision("D1", hpr_number="1001")], [sent("A1", date(2024, 2, 28), decision_date="2024-03-01", **BERG)], LOST,
        [("unclear_when", "D1", "A1", "1001")],
    ),
    "an alert of another day": (
        [decision("D1", hpr_number="1001")], [sent("A1", decision_date="2024-01-03", **BERG)], LOST,
        [("unclear_sent", "D1", "A1", "1001"), ("unclear_alert", "D1", "A1", "")],
    ),
    "an alert from before the decision": (
        [decision("D1", hpr_number="1001")], [sent("A1", date(2024, 2, 1), decision_date="2024-01-30", **BERG)], LOST,
        [("not_sent", "D1", "", "1001"), ("alert_without_decision", "", "A1", "")],
    ),
    "a person in doubt, and an alert from before the decision": (
        [decision("D1", hpr_number="1001", **BERG)], [sent("A1", date(2024, 1, 1), hpr_number="1002", **BERG)], LOST,
        [("not_sent", "D1", "", "1001"), ("alert_without_decision", "", "A1", "1002")],
    ),
    "a number alone, and an alert of another number": (
        [decision("D1", hpr_number="1009")], [*IN_TIME, sent("A2", hpr_number="1003")], register(),
        [("unclear_sent", "D1", "A1", "1009"), ("not_entered", "D1", "", "1009"), ("alert_without_decision", "", "A2", "1003"),
         ("unclear_alert", "D1", "A1", "")],
    ),
    "a number alone, with an alert of before and one by name": (
        [decision("D1", hpr_number="1009")], [*IN_TIME, sent("A2", date(2024, 1, 1), hpr_number="1009")], register(),
        [("unclear_sent", "D1", "A1", "1009"), ("not_entered", "D1", "", "1009"), ("alert_without_decision", "", "A2", "1009"),
         ("unclear_alert", "D1", "A1", "")],
    ),
    "the number of a man who shares but the surname and the birthday": (
        [decision("D1", hpr_number="1002", family_name="Dahlstrand", given_name="Aslaug", birth_date="1985-11-27", sex="F")],
        [sent("A1", hpr_number="1002")], [{**row, "sex": "M"} for row in register(n1002="tapt")],
        [("unclear_sent", "D1", "A1", "1002"), ("unclear_entered", "D1", "", "1002"), ("unclear_alert", "D1", "A1", "1002"),
         ("unclear_entry", "D1", "", "1002")],
    ),
    "the number of a woman who has another surname and is a month older": (
        [decision("D1", hpr_number="1003", family_name="Kvammen", given_name="Sunniva", birth_date="1990-05-15")],
        [sent("A1", hpr_number="1003")], register(n1003="tapt"), [],
    ),
    "married since, by names": (
        [decision("D1", **{**BERG, "family_name": "Skogvang"})], IN_TIME, LOST, [],
    ),
    "the only alert was withdrawn": (
        [decision("D1", hpr_number="1001")], [sent("A1", status="trukket tilbake", **BERG)], LOST,
        [("unclear_sent", "D1", "A1", "1001"), ("unclear_alert", "D1", "A1", "")],
    ),
    "an alert was withdrawn and sent anew": (
        [decision("D1", hpr_number="1001")], [sent("A1", status="withdrawn", **BERG), sent("A2", date(2024, 3, 20), **BERG)], LOST,
        [("sent_late", "D1", "A2", "1001")],
    ),
    "an alert from before the decision was withdrawn": (
        [decision("D1", hpr_number="1001")],
        [sent("A1", date(2024, 2, 1), status="withdrawn", **BERG), sent("A2", **BERG)], LOST,
        [("alert_without_decision", "", "A1", "")],
    ),
    "of two decisions one was sent, and a withdrawn alert may be of the other": (
        [decision("D1", hpr_number="1001"), decision("D2", date(2024, 3, 2), hpr_number="1001")],
        [sent("A1", date(2024, 3, 2), decision_date="2024-03-01", status="withdrawn", **BERG),
         sent("A2", date(2024, 3, 2), decision_date="2024-03-01", **BERG)], LOST,
        [("unclear_sent", "D2", "A1", "1001"), ("unclear_alert", "D2", "A1", "")],
    ),
    "an alert that was updated counts": ([decision("D1", hpr_number="1001")], [sent("A1", status="oppdatert", **BERG)], LOST, []),
    "an alert about another profession": (
        [decision("D1", hpr_number="1001", profession="sykepleier")], [sent("A1", profession="lege", **BERG)], LOST,
        [("not_sent", "D1", "", "1001"), ("alert_without_decision", "", "A1", "")],
    ),
    "the register says active": ([decision("D1", hpr_number="1001")], IN_TIME, register(), [("not_entered", "D1", "", "1001")]),
    "the register does not have the number": (
        [decision("D1", hpr_number="1009")], [sent("A1", hpr_number="1009")], register(), [("not_entered", "D1", "", "1009")],
    ),
    "the register has nobody like this": (
        [decision("D1", **BERG)], IN_TIME, register()[1:], [("not_entered", "D1", "", "")],
    ),
    "entered by names only": ([decision("D1", **BERG)], IN_TIME, register(), [("not_entered", "D1", "", "1001")]),
    "a status that no decision makes": (
        [decision("D1", hpr_number="1001")], IN_TIME, register(n1001="inaktiv"), [("unclear_entered", "D1", "", "1001")],
    ),
    "a status that is not known": (
        [decision("D1", hpr_number="1001")], IN_TIME, register(n1001="hm"), [("unclear_entered", "D1", "", "1001")],
    ),
    "entered as less than was decided": (
        [decision("D1", hpr_number="1001")], IN_TIME, register(n1001="begrenset"), [("not_entered", "D1", "", "1001")],
    ),
    "entered as more than was decided": ([decision("D1", hpr_number="1001", measure="begrensning")], IN_TIME, LOST, []),
    "a measure that is not known": ([decision("D1", hpr_number="1001", measure="?")], IN_TIME, register(n1001="begrenset"), []),
    "a later decision took the place of the first": (
        [decision("D1", hpr_number="1001"), decision("D2", date(2024, 6, 1), "begrensning", hpr_number="1001")],
        [*IN_TIME, sent("A2", date(2024, 6, 2), **BERG)], register(n1001="begrenset"), [],
    ),
    "entries without a decision": (
        [decision("D1", hpr_number="1001")], IN_TIME, register(n1001="tapt", n1002="suspendert", n1003="limited"),
        [("entry_without_decision", "", "", "1002"), ("entry_without_decision", "", "", "1003")],
    ),
    "no entry ended by a decision": ([decision("D1", hpr_number="1001")], IN_TIME, register(n1001="tapt", n1002="død"), []),
    "the number is somebody else's": (
        [decision("D1", hpr_number="1002", **BERG)], IN_TIME, register(n1001="tapt", n1002="tapt"),
        [("unclear_entered", "D1", "", "1002"), ("unclear_entry", "D1", "", "1001"), ("unclear_entry", "D1", "", "1002")],
    ),
    "numbers that differ though the names agree": (
        [decision("D1", hpr_number="1001", **BERG)], [sent("A1", hpr_number="1002", **BERG)], LOST,
        [("unclear_sent", "D1", "A1", "1001"), ("unclear_alert", "D1", "A1", "1002")],
    ),
    "an alert of another's number, and a decision by names": (
        [decision("D1", **BERG)], [sent("A1", hpr_number="1002", **BERG)], LOST,
        [("unclear_sent", "D1", "A1", "1001"), ("unclear_alert", "D1", "A1", "1002")],
    ),
    "an alert of the person's number and another's names, and a decision by names": (
        [decision("D1", **BERG)], [sent("A1", hpr_number="1001", **DAHL)], LOST,
        [("unclear_sent", "D1", "A1", "1001"), ("unclear_alert", "D1", "A1", "1001")],
    ),
    "number and nothing to compare by": (
        [decision("D1", hpr_number="1009")], IN_TIME, register(),
        [("unclear_sent", "D1", "A1", "1009"), ("not_entered", "D1", "", "1009"), ("unclear_alert", "D1", "A1", "")],
    ),
    "two namesakes": (
        [decision("D1", family_name="Berglund", given_name="Eivor Kristin", birth_date="1980")],
        [sent("A1", hpr_number="1001")],
        [*LOST, {**LOST[0], "hpr_number": "1004", "birth_date": "1980-12-09"}],
        None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", [name for name in CASES if CASES[name][3] is not None])
def test_what_lacks_is_found(case):
    """One finding for each thing that lacks, in both directions, and no other."""
    decisions, alerts, people, expected = CASES[case]
    assert rows(found(decisions, alerts, people)) == expected


def test_namesakes_are_told_as_unclear():
    """Two registered persons fit: neither is taken, and neither entry is said to be without a decision; an older one's is."""
    decisions, alerts, people, _ = CASES["two namesakes"]
    far = {**LOST[0], "hpr_number": "1005", "birth_date": "1950-01-05"}
    told = rows(found(decisions, alerts, [*people, far]))
    assert Counter(row[0] for row in told)["unclear_entered"] == 1
    assert [row[3] for row in told if row[0] == "unclear_entry"] == ["1001", "1004"]
    assert [row[3] for row in told if row[0] == "entry_without_decision"] == ["1005"]


@pytest.mark.parametrize(("day", "late"), [(4, 1), (5, 2), (40, 37)])
def test_it_is_told_by_how_many_days_an_alert_is_late(day, late):
    """Counted from the third day on."""
    result = found([decision("D1", hpr_number="1001")], [sent("A1", DAY + timedelta(day), **BERG)])
    days = f"{late} day" if late == 1 else f"{late} days"
    assert result.findings["explanation"].to_pylist() == [
        f"sent {day} days after the decision: {days} too late"
    ]


def test_an_alert_that_names_only_a_number_is_matched():
    """By number on both sides, by what the register says where the decision names the person, and the other way round."""
    for known in ({"hpr_number": "1001"}, BERG):
        for told in ({"hpr_number": "1001"}, BERG):
            assert rows(found([decision("D1", **known)], [sent("A1", **told)])) == []


def test_several_alerts_about_one_person_are_one_person():
    """Doctor and specialist: two alerts of one decision, neither makes the other doubtful."""
    alerts = [sent(f"A{number}", **BERG) for number in range(4)]
    assert rows(found([decision("D1", **BERG)], alerts)) == []


def test_norwegian_columns_are_recognised():
    """A table as an archive and the register write it."""
    decisions = [
        {"Saksnummer": "2024/7", "HPR-nummer": "1001", "Vedtaksdato": "01.03.2024", "Tiltak": "Tilbakekall"}
    ]
    result = found(decisions, [sent("A1", date(2024, 3, 3), **BERG)], register())
    assert rows(result) == [("not_entered", "2024/7", "", "1001")]


def test_a_schema_tells_of_other_columns(tmp_path):
    """Each table has a section of its own."""
    schema = tmp_path / "schema.toml"
    schema.write_text(
        '[decisions]\nid = "no"\n[decisions.columns]\nday = "decision_date"\n'
        '[alerts]\n[alerts.columns]\ngone = "sent_date"\n[register]\n[register.columns]\nstands = "status"\n',
        "utf-8",
    )
    decisions = [{"no": "D1", "day": "2024-03-01", "hpr_number": "1001"}]
    alerts = [{"alert_id": "A1", "gone": "2024-03-09", "hpr_number": "1001"}]
    people = [{"hpr_number": "1001", **BERG, "stands": "tapt"}]
    assert rows(found(decisions, alerts, people, schema=schema)) == [("sent_late", "D1", "A1", "1001")]


# --- which alert is of which decision


@pytest.mark.parametrize(
    ("decided", "alerts", "expected"),
    [
        ([(1, ""), (9, "")], [(2, None, ""), (10, None, "")], [(0,), (1,)]),
        ([(1, ""), (9, "")], [(10, 1, ""), (10, 9, "")], [(0,), (1,)]),
        ([(1, ""), (1, "")], [(2, None, ""), (2, None, "")], [(0,), (1,)]),
        ([(1, "LE"), (1, "SP")], [(2, None, "SP"), (2, None, "LE")], [(1,), (0,)]),
        ([(1, ""), (1, "SP")], [(2, None, ""), (2, None, "LE")], [(1,), (0,)]),
        ([(20, ""), (20, "SP"), (1, "LE")], [(21, None, "SP"), (21, None, "LE")], [(1,), (0,), ()]),
        ([(5, "")], [(4, None, "")], [()]),
        ([(5, "")], [(9, 8, ""), (9, 9, "")], [(0,)]),
    ],
)
def test_each_alert_is_taken_for_one_decision(decided, alerts, expected):
    """By the day it names or was sent, and by the profession; days are those of a month."""
    own = [Decision(f"D{place}", "", _day(day), _codes(code)) for place, (day, code) in enumerate(decided)]
    told = [
        SentAlert(f"A{place}", "", _day(on), _day(named), _codes(code))
        for place, (on, named, code) in enumerate(alerts)
    ]
    who = [Counterpart(frozenset(range(len(told))))] * len(own)
    assert [sending.alerts for sending in sendings(own, told, who)] == expected


def _day(number):
    return date(2024, 3, number) if number else None


def _codes(code):
    return frozenset({code} - {""})


# --- counts and order

NUMBERS = st.sampled_from(["", "1001", "1002", "1003", "1009"])
DAYS = st.sampled_from(["2024-03-01", "2024-03-04", "2024-03-20", "2024-04-01"])
PERSON = st.sampled_from(
    [{}, *PEOPLE.values(), {**BERG, "birth_date": "1980"}, {**DAHL, "given_name": "Anny"}]
)


@st.composite
def tables(draw):
    """Decisions, alerts and a register; some rows cannot be used."""
    size = st.integers(0, 5)
    decisions = [
        decision(
            f"D{place}",
            draw(DAYS | st.just("soon")),
            draw(st.sampled_from(["tap", "begrensning", ""])),
            hpr_number=draw(NUMBERS),
            **draw(PERSON),
        )
        for place in range(draw(size))
    ]
    alerts = [
        {**sent(f"A{place}", draw(DAYS | st.just("")), hpr_number=draw(NUMBERS), decision_date=draw(DAYS | st.just("")), **draw(PERSON)),
         "sending_country": draw(st.sampled_from(["NO", "", "SE"]))}
        for place in range(draw(size))
    ]  # fmt: skip
    statuses = {
        f"n{number}": draw(st.sampled_from(["aktiv", "tapt", "begrenset", "død", ""])) for number in PEOPLE
    }
    return (
        [*decisions, decision("D9", hpr_number="1001")],
        [*alerts, sent("A9", **BERG)],
        [*register(**statuses), {**BERG, "hpr_number": "1004", "status": "tapt", "birth_date": "1980-09-09"}],
    )


@given(tables(), st.randoms(use_true_random=False))
@settings(max_examples=40)
def test_counts_add_up_and_the_order_of_rows_changes_nothing(three, order):
    """Each row read or rejected, each decision sent, not sent or unclear, and the same in any order."""
    result = found(*three)
    decisions, alerts, entries = (result.summary[name] for name in ("decisions", "alerts", "register"))
    for table, source in zip((decisions, alerts, entries), three, strict=True):
        assert table["rows"] == len(source) == table["read"] + table["rejected"]
    assert decisions["read"] == decisions["sent"] + decisions["not_sent"] + decisions["unclear_sent"]
    assert decisions["read"] == decisions["entered"] + decisions["not_entered"] + decisions["unclear_entered"]
    assert alerts["read"] == alerts["with_decision"] + alerts["without_decision"] + alerts["unclear"]
    assert entries["not_active"] == sum(
        entries[kind] for kind in ("with_decision", "without_decision", "unclear")
    )
    assert len(result.rejected) == sum(table["rejected"] for table in (decisions, alerts, entries))
    kinds = Counter(kind for kind, *_ in rows(result))
    assert {kind: kinds[kind] for kind in KINDS} == result.summary["findings"]
    for one in (decisions, alerts, entries):
        assert all(number >= 0 for number in one.values())
    shuffled = [order.sample(table, len(table)) for table in three]
    turned = found(*shuffled)
    assert turned.findings.equals(result.findings)
    assert turned.summary == result.summary


@given(tables())
@settings(max_examples=25)
def test_each_decision_alert_and_entry_has_at_most_one_answer(three):
    """Nothing is told twice, and nothing at once as lacking and as unclear."""
    told = rows(found(*three))
    for kinds, column in (
        (("not_sent", "sent_late", "unclear_sent", "unclear_when"), 1),
        (("not_entered", "unclear_entered"), 1),
        (("alert_without_decision", "unclear_alert"), 2),
        (("entry_without_decision", "unclear_entry"), 3),
    ):
        keys = [row[column] for row in told if row[0] in kinds]
        assert len(keys) == len(set(keys))
        assert all(keys)
