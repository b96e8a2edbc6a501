"""Own decisions against the alerts that were sent and the register."""

import csv
import json
from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch.cli import main
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
DAY = date(2024, 3, 1)
BERG = {"family_name": "Berglund", "given_name": "Eivor Kristin", "birth_date": "1980-02-03"}
DAHL = {"family_name": "Dahlstrand", "given_name": "Torgeir", "birth_date": "1971-11-27"}
MOE = {"family_name": "Moeskau", "given_name": "Sunniva", "birth_date": "1990-06-15"}
PEOPLE = {"1001": BERG, "1002": DAHL, "1003": MOE}


def decision(decision_id, decided=DAY, measure="tilbakekall", **cells):
    return {"decision_id": decision_id, "decision_date": str(decided), "measure": measure, **cells}


def sent(alert_id, on=DAY, **cells):
    return {"alert_id": alert_id, "sending_country": "NO", "sent_date": str(on), **cells}


def register(**statuses):
    """Give the register, in which everybody is active but those of whom something else is said."""
    return [
        {"hpr_number": number, **person, "status": statuses.get(f"n{number}", "aktiv")}
        for number, person in PEOPLE.items()
    ]


LOST = register(n1001="tilbakekalt")
IN_TIME = [sent("A1", **BERG)]


def found(decisions, alerts=IN_TIME, people=LOST, **options):
    return hp.reconcile(decisions, alerts, people, workers=1, **options)


def rows(result):
    """Give the findings without their explanations."""
    return [
        tuple(row[name] or "" for name in ("kind", "decision_id", "alert_id", "hpr_number"))
        for row in result.findings.to_pylist()
    ]


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


# --- bad input


def test_rows_that_cannot_be_used_are_rejected_with_a_reason():
    """Named by their number, and counted."""
    decisions = [
        decision("D1", hpr_number="1001"),
        decision("D2", "soon", hpr_number="1001"),
        decision("D3", family_name="Berglund"),
        decision("", hpr_number="1001"),
        decision("D5", hpr_number="1001"),
        decision("D5", hpr_number="1002"),
    ]
    alerts = [*IN_TIME, {**sent("A2", **BERG), "sending_country": "SE"}, sent("A3", birth_date="1980-02-03")]
    result = found(decisions, alerts)
    assert [(row["row"], row["reason"].split(";")[0]) for row in result.rejected.to_pylist()] == [
        (2, "has no day that can be read in decision_date"),
        (2, "was not sent by NO"),
        (3, "has neither hpr_number nor two of family_name, given_name and birth_date"),
        (3, "has neither hpr_number nor two of family_name, given_name and birth_date"),
        (4, "has no decision_id"),
        (5, "shares its decision_id with other content in rows 5, 6"),
        (6, "shares its decision_id with other content in rows 5, 6"),
    ]
    assert rows(result) == []


def test_the_own_country_may_be_another():
    """What the own country sent counts, in any form of its name."""
    alerts = [{**sent("A1", **BERG), "sending_country": "Sverige"}]
    assert rows(found([decision("D1", hpr_number="1001")], alerts, country="SE")) == []


PEOPLE_FILE = "hpr_number,family_name,given_name,birth_date,status\n1001,Berglund,Eivor,1980-02-03,aktiv\n"
DECISIONS_FILE = "decision_id,hpr_number,decision_date\nD1,1001,2024-03-01\n"
ALERTS_FILE = "alert_id,hpr_number,sent_date\nA1,1001,2024-03-09\n"
# The three files, and what the message says.
WRONG = {
    "no status": (DECISIONS_FILE, ALERTS_FILE, PEOPLE_FILE.replace("status", "stands"), "no column for 'status'"),
    "no day of decision": (DECISIONS_FILE.replace("decision_date", "day"), ALERTS_FILE, PEOPLE_FILE, "no column for 'decision_date'"),
    "no decision_id": (DECISIONS_FILE.replace("decision_id", "n"), ALERTS_FILE, PEOPLE_FILE, "no column for 'decision_id'"),
    "no day of sending": (DECISIONS_FILE, ALERTS_FILE.replace("sent_date", "day"), PEOPLE_FILE, "no column for 'sent_date'"),
    "no decisions": (DECISIONS_FILE[:37], ALERTS_FILE, PEOPLE_FILE, "has a header but no rows"),
    "no usable decision": (DECISIONS_FILE.replace("2024", "year"), ALERTS_FILE, PEOPLE_FILE, "none of the 1 rows of"),
    "an empty register": (DECISIONS_FILE, ALERTS_FILE, "", "register"),
}  # fmt: skip


def _run(folder, decisions, alerts, people, *options):
    paths = [folder / name for name in ("decisions.csv", "sent.csv", "register.csv")]
    for path, content in zip(paths, (decisions, alerts, people), strict=True):
        path.write_text(content, "utf-8")
    return main(["reconcile", *map(str, paths), "--out", str(folder / "out"), "--workers", "1", *options])


@pytest.mark.parametrize("case", WRONG)
def test_what_cannot_be_used_is_told_and_nothing_is_written(tmp_path, capsys, case):
    """A message of the project, no folder, nobody's name."""
    *files, message = WRONG[case]
    assert _run(tmp_path, *files) == 1
    error = capsys.readouterr().err
    assert message in error
    assert not {"Berglund", "Eivor", "1980"} & set(error.replace("-", " ").split())
    assert sorted(path.name for path in tmp_path.iterdir()) == ["decisions.csv", "register.csv", "sent.csv"]


def test_an_unknown_country_and_a_folder_are_refused(tmp_path):
    """With what to do instead."""
    with pytest.raises(hp.HpmatchError, match="give its code, such as NO"):
        found([decision("D1", hpr_number="1001")], country="Atlantis")
    with pytest.raises(hp.SourceError, match="is a folder; give the table itself"):
        found([decision("D1", hpr_number="1001")], people=tmp_path)


def test_the_command_writes_a_whole_result(tmp_path, capsys):
    """Findings, rejected rows and counts; a second run takes the place of the first."""
    for _ in range(2):
        assert _run(tmp_path, DECISIONS_FILE + "D2,,2024-03-01\n", ALERTS_FILE, PEOPLE_FILE) == 0
        shown = capsys.readouterr()
        told = {line[:26].strip(): line[26:].strip() for line in shown.out.splitlines()[:-1]}
        assert told == {
            "decisions read": "1",
            "sent": "1",
            "entered": "0",
            "findings": "2",
            "sent late": "1",
            "not entered": "1",
        }
        assert "1 input rows could not be used" in shown.err
        with (tmp_path / "out" / "findings.csv").open(encoding="utf-8", newline="") as file:
            assert [row["kind"] for row in csv.DictReader(file)] == ["sent_late", "not_entered"]
        assert (
            json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["decisions"]["rejected"] == 1
        )
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [
        "findings.csv",
        "rejected.csv",
        "summary.json",
    ]


def test_alerts_without_rows_mean_that_nothing_was_sent(tmp_path):
    """A header alone will do."""
    assert _run(tmp_path, DECISIONS_FILE, ALERTS_FILE.splitlines()[0] + "\n", PEOPLE_FILE) == 0
    summary = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))
    assert summary["decisions"]["not_sent"] == summary["decisions"]["read"] == 1
    assert summary["alerts"]["rows"] == 0


def test_no_alerts_at_all_mean_that_nothing_was_sent():
    """A list without rows has no header either."""
    assert rows(found([decision("D1", hpr_number="1001")], [])) == [("not_sent", "D1", "", "1001")]


def test_a_folder_with_other_files_is_left_alone(tmp_path, capsys):
    """It is refused before the work begins."""
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "thesis.txt").write_text("mine", "utf-8")
    assert _run(tmp_path, DECISIONS_FILE, ALERTS_FILE, PEOPLE_FILE) == 1
    assert "thesis.txt" in capsys.readouterr().err
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["thesis.txt"]


def test_help_says_what_is_written(capsys):
    """Files and kinds of findings."""
    with pytest.raises(SystemExit):
        main(["reconcile", "--help"])
    shown = " ".join(capsys.readouterr().out.split())
    for word in ("findings.csv", "rejected.csv", "summary.json", *KINDS):
        assert word in shown


def test_decisions_that_were_set_aside_are_told_of():
    """Who has no decision among those read may have one of the others; a spreadsheet's number is a day."""
    people = [
        {"hpr_number": "1001", **BERG, "status": "tapt"},
        {"hpr_number": "1002", **BERG, "given_name": "Ola", "status": "tapt"},
    ]
    read_day_of = {"decision_id": "D1", "hpr_number": "1001", "decision_date": "45352"}  # 1 March 2024
    unread = {"decision_id": "D2", "hpr_number": "1002", "decision_date": "in spring"}
    sent = [{"alert_id": "A1", "sent_date": "2024-03-02", "hpr_number": "1001"}]
    told = found([read_day_of, unread], sent, people).findings.to_pylist()
    assert [(row["kind"], row["hpr_number"]) for row in told] == [("entry_without_decision", "1002")]
    assert "set aside (1)" in told[0]["explanation"]
    assert "set aside" not in str(found([read_day_of], sent, people).findings.to_pylist())


def test_alerts_and_entries_that_were_set_aside_are_told_of():
    """What lacks may stand in a row that could not be used; what others sent is no such row."""
    decided = [decision("D1", hpr_number="1001", **BERG)]
    twice = [*LOST, {**LOST[0], "status": "aktiv"}]
    nobody, foreign = sent("A1"), sent("A2", **BERG) | {"sending_country": "SE"}
    told = found(decided, [nobody, sent("A9", **DAHL)], twice).findings.to_pylist()
    words = {row["kind"]: row["explanation"] for row in told}
    assert "look at those set aside (1); send one if it is not there" in words["not_sent"]
    assert "look at those set aside (2)" in words["not_entered"]
    told = found(decided, [foreign, sent("A9", **DAHL)]).findings.to_pylist()
    assert {row["kind"]: row["explanation"] for row in told}["not_sent"] == "no alert about it; send one"
