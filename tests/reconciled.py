"""Own decisions, alerts that were sent and a register, for tests of reconciling."""

from datetime import date

import hpmatch as hp

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
