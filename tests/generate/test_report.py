"""The report's figures, counted from the files alone."""

import csv
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from hpmatch.errors import HpmatchError
from hpmatch.generate import generate
from hpmatch.generate.tables import rows

IDENTITY = (
    "typo-",
    "dob-",
    "profession-other",
    "surname-",
    "gendered-",
    "romanised-",
    "swapped-",
    "translated-",
    "nickname",
)
CLASSES = {"LE": "doctor", "LE+": "doctor", "SP": "nurse"}


def table(folder: Path, name: str) -> list[dict[str, str]]:
    """One file as rows."""
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


class Files:
    """The five files, and what is counted in them."""

    def __init__(self, folder: Path) -> None:
        self.register = {row["hpr_number"]: row for row in table(folder, "register")}
        self.alerts = {row["alert_id"]: row for row in table(folder, "alerts")}
        self.truth = {row["alert_id"]: row for row in table(folder, "truth")}
        self.cases = table(folder, "prior_cases")
        self.hits = defaultdict(list)
        for row in self.truth.values():
            if row["hpr_number"]:
                self.hits[row["hpr_number"]].append(self.alerts[row["alert_id"]])
        earlier = {row["hpr_number"] for row in self.cases}
        self.earlier = {number for number in self.hits if number in earlier}
        self.new = set(self.hits) - self.earlier

    def class_of(self, number: str) -> str:
        """Doctor, nurse or other, by what the register holds."""
        held = self.register[number]["professions"].split(";")
        return "doctor" if "LE" in held else "nurse" if "SP" in held else "other"

    def senders(self, number: str) -> set[str]:
        """The countries that alerted about a person."""
        return {alert["sending_country"] for alert in self.hits[number]}


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Files:
    """The report's scenario on disk, in a register no larger than the test needs."""
    folder = tmp_path_factory.mktemp("report") / "data"
    generate(folder, profile="report", register=12_000, seed=11)
    return Files(folder)


@pytest.fixture(scope="module")
def classes() -> dict[str, str]:
    """Doctor, nurse or other, by the title in an alert."""
    found = defaultdict(set)
    for row in rows("titles"):
        for form in ("male", "female"):
            found[row[form]].add(CLASSES.get(row["category"], "other"))
    return {title: next(iter(known)) for title, known in found.items() if len(known) == 1}


def test_titles_tell_the_class(classes):
    """Every title of the tables tells whether it is a doctor's, a nurse's or another's."""
    titles = {row[form] for row in rows("titles") for form in ("male", "female")}
    assert titles - set(classes) == set()


def test_17232_alerts(files):
    """There are 17,232 alerts."""
    assert len(files.alerts) == len(files.truth) == 17_232


def test_548_persons_with_a_hit(files):
    """548 persons have a hit: 344 with an earlier case, 204 without."""
    assert len(files.hits) == 548
    assert (len(files.earlier), len(files.new)) == (344, 204)
    assert len({row["person_id"] for row in files.truth.values() if row["hpr_number"]}) == 548
    assert set(files.hits) <= set(files.register)


def test_14_of_204_are_unclear(files):
    """Of the 204 the identity of 190 is clear; of 14 it is not, because name, date or profession differ."""
    unclear = defaultdict(list)
    for row in files.truth.values():
        if "identity-unclear" in row["tags"].split(";"):
            unclear[row["hpr_number"]].append(row["tags"])
    assert len(unclear) == 14
    assert set(unclear) <= files.new
    assert len(files.new - set(unclear)) == 190
    for tags in unclear.values():
        assert all(any(tag.startswith(IDENTITY) for tag in each.split(";")) for each in tags), tags
        assert any(sum(tag.startswith(IDENTITY) for tag in each.split(";")) >= 2 for each in tags), tags


def test_146_from_lithuania_and_58_from_others(files):
    """Of the 204, Lithuania alerted about 146 (18, 99, 29) and other countries about 58 (16, 32, 10)."""
    lithuania = {number for number in files.new if files.senders(number) == {"LT"}}
    others = {number for number in files.new if "LT" not in files.senders(number)}
    assert Counter(map(files.class_of, lithuania)) == {"doctor": 18, "nurse": 99, "other": 29}
    assert Counter(map(files.class_of, others)) == {"doctor": 16, "nurse": 32, "other": 10}
    assert lithuania | others == files.new
    assert not any("UK" in files.senders(number) for number in others)


def test_809_unopened(files, classes):
    """809 alerts were never opened: 64 about doctors, 497 about nurses, 248 about others."""
    unopened = [row for row in files.alerts.values() if row["opened"] == "no"]
    assert len(unopened) == 809
    assert Counter(classes[row["profession"]] for row in unopened) == {
        "doctor": 64,
        "nurse": 497,
        "other": 248,
    }
    assert {row["opened"] for row in files.alerts.values()} == {"yes", "no"}


def test_13_of_the_unopened_are_registered(files):
    """13 persons of the unopened alerts are registered: 5 doctors and 4 nurses with an earlier case, 1 and 3 without."""
    found = Counter()
    for number, alerts in files.hits.items():
        unopened = sum(alert["opened"] == "no" for alert in alerts)
        assert unopened <= 1
        if unopened:
            found[files.class_of(number), number in files.earlier] += 1
    assert found == {("doctor", True): 5, ("nurse", True): 4, ("doctor", False): 1, ("nurse", False): 3}


def test_the_four_new_ones_are_not_from_lithuania(files):
    """The four new persons of the unopened alerts belong to the 58 of other countries."""
    unopened = {number for number in files.new for alert in files.hits[number] if alert["opened"] == "no"}
    assert len(unopened) == 4
    assert not any("LT" in files.senders(number) for number in unopened)


def test_the_unopened_came_in_three_peaks(files):
    """423 came in spring 2023, 76 in February 2024 and 155 in April 2024; none after the robot started."""
    months = Counter(row["sent_date"][:7] for row in files.alerts.values() if row["opened"] == "no")
    assert sum(months[month] for month in ("2023-03", "2023-04", "2023-05")) == 423
    assert months["2024-02"] == 76
    assert months["2024-04"] == 155
    assert max(months) < "2025-02"


def test_two_hits_from_the_united_kingdom(files):
    """Two alerts with a hit came from the United Kingdom."""
    assert sum(alert["sending_country"] == "UK" for alerts in files.hits.values() for alert in alerts) == 2


def test_cases_of_others(files):
    """The earlier cases concern others in the register too, and each stands in the register."""
    numbers = {row["hpr_number"] for row in files.cases}
    assert len(numbers - files.earlier) == 250
    assert numbers <= set(files.register)
    assert len({row["case_number"] for row in files.cases}) == len(files.cases)
    assert [row["date"] for row in files.cases] == sorted(row["date"] for row in files.cases)


@pytest.mark.parametrize("request_", [{"alerts": 100}, {"hits": 548}, {"register": 1_999}])
def test_the_report_has_its_own_sizes(tmp_path, request_):
    """Other sizes than the report's are refused."""
    with pytest.raises(HpmatchError, match="report"):
        generate(tmp_path / "data", profile="report", **request_)
    assert not list(tmp_path.iterdir())
