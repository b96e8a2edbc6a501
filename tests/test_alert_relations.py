"""How alerts about one person are related, case by case."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

import hpmatch as hp
from hpmatch.alerts import relations
from hpmatch.alerts.relations import (
    CORRECTION,
    COUNTRY,
    PROFESSION,
    RESENT,
    SPECIALTY,
    TOLD,
    UPDATE,
    Alert,
    relate,
    related,
    status_of,
)
from hpmatch.model import read_model
from hpmatch.reading import read_records
from hpmatch.schema import ALERT_ROLES, Schema

STATUSES = {
    "sent": ["sent", "Sendt"],
    "updated": ["Updated", "update", "amended", "oppdatert", "Endret"],
    "appealed": ["under appeal", "appealed", "Påklaget"],
    "revoked": ["revoked", "closed", "LIFTED", "opphevet", "avsluttet", "Lukket"],
    "withdrawn": ["withdrawn", "trukket", "trukket tilbake", "tilbaketrukket", "Annullert", "slettet"],
    "expired": ["expired", "utløpt"],
}
DAY = date(2024, 3, 1)
DOCTOR = Alert(
    "A1",
    "LT",
    DAY,
    DAY,
    "suspension",
    "sent",
    frozenset({"LE"}),
    frozenset(),
    identity=("kazlauskas", 19780409),
)
SURGERY = frozenset({"surgery"})


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({}, RESENT),
        ({"sent": date(2024, 3, 9)}, RESENT),
        ({"decided": date(2024, 3, 4)}, RESENT),
        ({"decided": date(2024, 3, 5)}, UPDATE),
        ({"decided": None, "sent": date(2024, 3, 31)}, RESENT),
        ({"decided": None, "sent": date(2024, 4, 1)}, UPDATE),
        ({"measure": "prohibition"}, UPDATE),
        ({"measure": ""}, RESENT),
        ({"status": "updated"}, UPDATE),
        ({"status": "revoked", "identity": ("", 0)}, UPDATE),
        ({"status": ""}, RESENT),
        ({"identity": ("kazlauskas", 19780904)}, CORRECTION),
        ({"identity": ("kazlauskas", 0)}, RESENT),
        ({"specialties": SURGERY}, SPECIALTY),
        ({"specialties": SURGERY, "decided": date(2025, 3, 1)}, UPDATE),
        ({"professions": frozenset({"SP"})}, PROFESSION),
        ({"professions": frozenset({"SP"}), "decided": date(2020, 1, 1)}, PROFESSION),
        ({"professions": frozenset()}, RESENT),
        ({"professions": frozenset({"SP", "LE"})}, RESENT),
        ({"country": "LV"}, COUNTRY),
        ({"country": "LV", "professions": frozenset({"SP"})}, COUNTRY),
        ({"country": ""}, RESENT),
    ],
)
def test_an_alert_is_related_to_an_earlier_one(changes, kind):
    """One thing differs at a time; what is not told does not differ."""
    assert relate(replace(DOCTOR, alert_id="A2", **changes), DOCTOR)[0] == kind


@pytest.mark.parametrize(
    ("status", "word"), [(status, word) for status, words in STATUSES.items() for word in words]
)
def test_statuses_are_read_in_english_and_norwegian(status, word):
    """Case and diacritics do not matter."""
    assert status_of(word) == status
    assert status_of(f" {word.upper()} ") == status


ALERTS = [
    {"alert_id": "A3", "sending_country": "LV", "sent_date": "2024-05-01", "profession": "ārsts"},
    {"alert_id": "A2", "sending_country": "Litauen", "sent_date": "2024-03-04", "profession": "gydytojas specialistas"},
    {"alert_id": "A1", "sending_country": "LT", "sent_date": "2024-03-02", "profession": "gydytojas"},
    {"alert_id": "A4", "sending_country": "LV", "sent_date": "2024-06-01", "profession": "ārsts", "status": "opphevet"},
    {"alert_id": "B1", "sending_country": "LT", "sent_date": "2024-03-01", "profession": "slaugytoja"},
]  # fmt: skip


def _read(alerts):
    named = [
        {"family_name": "Kalnins", "given_name": "Janis", "birth_date": "1978-04-09", **alert}
        for alert in alerts
    ]
    return read_records(named, "alerts", ALERT_ROLES, read_model("imi").standardisers, Schema(), kept=TOLD)


def test_each_alert_but_the_first_names_the_earlier_one_that_it_is_closest_to():
    """By the date sent, whatever the order of rows; another person's alert is nobody's."""
    persons = np.array([2, 2, 2, 2, 4])
    found = related(_read(ALERTS), persons).to_pylist()
    told = {row["alert_id"]: (row["earlier_alert_id"], row["relation"]) for row in found}
    assert told == {
        "A2": ("A1", SPECIALTY),
        "A3": ("A2", COUNTRY),
        "A4": ("A3", UPDATE),
    }
    assert found[2]["explanation"] == "sent on because it was revoked"
    order = [4, 3, 0, 2, 1]
    moved = related(_read([ALERTS[row] for row in order]), persons[order])
    assert moved.to_pylist() == found


def test_copies_are_held_against_the_last_one_alone(monkeypatch):
    """Nothing says more than that it is the same again, so that a thousand copies are not held against one another."""
    held = []
    monkeypatch.setattr(relations, "relate", lambda *both: held.append(both) or relate(*both))
    copies = [ALERTS[0] | {"alert_id": f"A{number}"} for number in range(9)]
    found = related(_read(copies), np.zeros(9, np.int64)).to_pylist()
    assert [(row["alert_id"], row["earlier_alert_id"], row["relation"]) for row in found] == [
        (f"A{number}", f"A{number - 1}", RESENT) for number in range(1, 9)
    ]
    assert len(held) == len(found)


def test_a_result_tells_how_its_alerts_are_related():
    """Through the whole job; alerts of the same day come in the order of their identifiers."""
    alerts = [
        {
            **ALERTS[1],
            "alert_id": each,
            "family_name": "Kalnins",
            "given_name": "Janis",
            "birth_date": "1978-04-09",
        }
        for each in ("X2", "X1")
    ]
    register = [{"hpr_number": "1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
    result = hp.link(alerts, register)
    assert [
        (row["alert_id"], row["earlier_alert_id"], row["relation"]) for row in result.relations.to_pylist()
    ] == [("X2", "X1", RESENT)]
