"""What the tests of the prepared register share."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

import hpmatch as hp
from hpmatch.model import read_model

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
# For whoever knows of one alert at a time, as screening does.
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
ADDED = {"hpr_number": "1000009", "family_name": "Lundquist", "middle_name": "", "given_name": "Peter", "birth_date": "1966-01-30", "sex": "M", "professions": "LE"}  # fmt: skip
MARRIED = {**PEOPLE[1], "family_name": "Solbakken"}
# What no message may hold.
SECRETS = {cell for row in (*PEOPLE, *ABOUT_PEOPLE, ADDED, MARRIED) for cell in row.values() if len(cell) > 3}
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


def write(path, rows):
    """A table as a CSV file, and its path."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(dict.fromkeys(key for row in rows for key in row)))
        writer.writeheader()
        writer.writerows(rows)
    return path


def written(rows, path):
    """The same path as a command takes it."""
    return str(write(path, rows))
