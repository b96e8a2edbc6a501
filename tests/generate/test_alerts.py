"""Alerts and their truth: counts, kinds, and that every tag tells of something that shows."""

from collections import Counter, defaultdict
from datetime import date

import numpy as np
import pytest

from hpmatch.generate import world
from hpmatch.generate.alerts import COLUMNS, TRUTH
from hpmatch.generate.dates import written
from hpmatch.generate.errormodel import force, tag_names, write_down
from hpmatch.generate.names import culture
from hpmatch.generate.population import Draw, people
from hpmatch.generate.profiles import profile
from hpmatch.generate.scenario import Subject, placed, with_room
from hpmatch.generate.tables import grouped, rows, strings
from hpmatch.generate.views import CHANGES, Holder, register_view, render

CLEAN, TYPICAL, HARD = (profile(name).rates for name in ("clean", "typical", "hard"))
DECIDED = date(2024, 3, 5)
STYLES = {row["country"]: row["dates"] for row in rows("countries")}


@pytest.fixture(scope="module")
def made():
    """A typical world in which half of the alerts have a hit."""
    return world("typical", register=4_000, alerts=2_000, hits=1_000, seed=5)


@pytest.fixture(scope="module")
def tables(made):
    """Its tables as lists of rows."""
    return {name: table.to_pylist() for name, table in made.tables().items()}


def crowd(country: str, code: str, count: int = 120):
    """People of one culture, trained in one country."""
    draw = Draw(
        np.arange(count), strings([country] * count), strings(["SP"] * count), strings([code] * count)
    )
    return people(draw, np.random.default_rng(4), CLEAN)


def test_columns(tables):
    """The tables have the columns of the contract, in its order."""
    assert tuple(tables["alerts"][0]) == COLUMNS
    assert tuple(tables["truth"][0]) == TRUTH
    assert COLUMNS[:9] == (
        "alert_id",
        "sending_country",
        "sent_date",
        "family_name",
        "given_name",
        "birth_date",
        "sex",
        "profession",
        "specialty",
    )


def test_hits_are_as_many_as_asked(tables):
    """Exactly so many alerts concern somebody registered, and their numbers stand in the register."""
    hits = [row["hpr_number"] for row in tables["truth"] if row["hpr_number"]]
    assert len(hits) == 1_000
    assert set(hits) <= {row["hpr_number"] for row in tables["register"]}


def test_a_person_has_one_number(tables):
    """All alerts about a person name the same register number, and no number belongs to two persons."""
    numbers, persons = defaultdict(set), defaultdict(set)
    for row in tables["truth"]:
        numbers[row["person_id"]].add(row["hpr_number"])
        persons[row["hpr_number"]].add(row["person_id"])
    assert all(len(found) == 1 for found in numbers.values())
    assert all(len(found) == 1 for number, found in persons.items() if number)


def test_alerts_come_in_the_order_of_their_dates(tables):
    """Ids count up with the dates, and truth and alerts stand side by side."""
    dates = [row["sent_date"] for row in tables["alerts"]]
    assert dates == sorted(dates)
    assert [row["alert_id"] for row in tables["alerts"]] == [row["alert_id"] for row in tables["truth"]]
    assert dates[0] > "2019-12-01"
    assert dates[-1] < "2025-10-04"


def test_the_united_kingdom_left(tables):
    """No alert comes from the United Kingdom after 2020, nor from Norway or outside Europe ever."""
    senders = Counter(row["sending_country"] for row in tables["alerts"])
    assert all(row["sent_date"] < "2021" for row in tables["alerts"] if row["sending_country"] == "UK")
    assert senders["UK"]
    assert not senders.keys() & {"NO", "RU", "UA", "RS", "MK", "IQ", "IR", "TR", "PK", "PH"}


def test_lithuania_sends_most_hits(tables):
    """Among alerts with a hit Lithuania is the most frequent sender."""
    truth = {row["alert_id"]: row["hpr_number"] for row in tables["truth"]}
    senders = Counter(row["sending_country"] for row in tables["alerts"] if truth[row["alert_id"]])
    assert senders.most_common(1)[0][0] == "LT"


def test_several_alerts_a_person(made, tables):
    """Doctors with a specialty, nurses who became doctors, copies and updates make more alerts than persons."""
    kinds = Counter(
        tag for row in tables["truth"] for tag in row["tags"].split(";") if tag.startswith("alert-")
    )
    assert set(kinds) == {tag for tag in tag_names() if tag.startswith("alert-")}
    assert made.summary().persons + sum(kinds.values()) == 2_000


def test_a_copy_says_the_same(made):
    """An alert sent again differs from the first in nothing that was written about the person."""
    first = {}
    copies = 0
    for alert in made.alerts:
        if alert.planned.kind == "":
            first[alert.subject] = alert.written
    for alert in made.alerts:
        if alert.planned.kind == "alert-resent":
            copies += 1
            assert alert.written == first[alert.subject]
    assert copies > 10


def test_another_country_is_another_country(made):
    """An alert from a second country comes from another one than the first."""
    first = {alert.subject: alert.planned.country for alert in made.alerts if alert.planned.kind == ""}
    others = [alert for alert in made.alerts if alert.planned.kind == "alert-other-country"]
    assert others
    assert all(alert.planned.country != first[alert.subject] for alert in others)


@pytest.fixture(scope="module")
def moved():
    """What the files tell of persons, by whether they are registered: where educated (or of which nationality), who alerted."""
    made = world("typical", register=5_000, alerts=8_000, hits=4_000, seed=6).tables()
    educated = {row["hpr_number"]: row["education_country"] for row in made["register"].to_pylist()}
    found = {True: {}, False: {}}
    for alert, truth in zip(made["alerts"].to_pylist(), made["truth"].to_pylist(), strict=True):
        number = truth["hpr_number"]
        origin = educated[number] if number else alert["nationality"]
        if origin and "alert-other-country" not in truth["tags"].split(";"):
            found[bool(number)][truth["person_id"]] = (origin, alert["sending_country"])
    return {registered: list(pairs.values()) for registered, pairs in found.items()}


def _is_share(found: int, of: int, share: float) -> bool:
    return abs(found / of - share) < 4 * np.sqrt(share * (1 - share) / of)


def test_one_in_ten_hits_was_educated_at_home(moved):
    """As often as the rate says; nobody else alerted was, for the register keeps who left."""
    assert _is_share(sum(origin == "NO" for origin, _ in moved[True]), len(moved[True]), 0.10)
    assert not any(origin == "NO" for origin, _ in moved[False])


@pytest.mark.parametrize("registered", [True, False])
def test_some_were_educated_in_a_third_country(moved, registered):
    """As often as the rate says, whether registered or not: a nationality that differs from the sender tells of no hit."""
    third = [origin for origin, sender in moved[registered] if origin not in ("NO", sender)]
    assert _is_share(len(third), len(moved[registered]), 0.06)
    assert len(set(third)) > 10


def test_who_was_educated_at_home_is_alerted_by_where_norwegians_work(moved):
    """Their senders are mixed as `from_norway` says, Sweden and Denmark first."""
    senders = Counter(sender for origin, sender in moved[True] if origin == "NO")
    shares = {row["country"]: float(row["from_norway"]) for row in rows("countries")}
    assert sum(shares.values()) == pytest.approx(1)
    assert [country for country, _ in senders.most_common(2)] == ["SE", "DK"]
    assert all(
        _is_share(senders[country], senders.total(), share) for country, share in shares.items() if share
    )
    assert not [country for country in senders if not shares[country]]


def test_the_report_has_nobody_from_elsewhere():
    """Its alerts come from where the person was educated, but for second senders."""
    made = world("report")
    assert all(subject.plan[0].country == subject.person.country for subject in made.subjects)


def test_tags_come_from_the_list(tables):
    """The truth holds no tag that is not on the list of tags."""
    used = {tag for row in tables["truth"] for tag in row["tags"].split(";") if tag}
    assert used <= set(tag_names())


@pytest.mark.parametrize(("tag", "test"), [("twin", "born"), ("namesake", "name"), ("parent-child", "name")])
def test_kin_stand_in_the_register(made, tag, test):
    """A twin shares surname and date, a namesake and a parent or child the name; each stands in the register."""
    found = [subject for subject in made.subjects if subject.kin_tag == tag]
    assert found
    for subject in found:
        kin, person = subject.kin, subject.person
        assert kin in made.places.values()
        assert (kin.born == person.born) == (test == "born")
        assert (kin.given == person.given) == (test == "name")
        assert kin.birth_male == person.birth_male
        if tag == "parent-child":
            assert 18 < abs((kin.born - person.born).days) / 365.25 < 31


@pytest.mark.parametrize(("register", "kin"), [(90, 0), (100, 10)])
def test_no_tag_tells_of_kin_for_whom_there_is_no_room(register, kin):
    """Beside ninety registered persons of alerts, of whom each has one."""
    subjects = [
        Subject(person, registered=True, plan=(), kin_tag="twin", kin=person)
        for person in crowd("LT", "LT", 90)
    ]
    kept = with_room(subjects, register)
    assert [each.kin_tag for each in kept] == ["twin"] * kin + [""] * (90 - kin)
    assert [each.kin is not None for each in kept] == [bool(each.kin_tag) for each in kept]
    assert len(placed(kept, 1, register)) == register


def test_all_kin_that_a_small_world_tells_of_stand_in_its_register():
    """Where most of them find no room."""
    small = world("hard", register=100, alerts=1_000, hits=90, seed=1)
    assert any(subject.kin_tag for subject in small.subjects)
    assert len(small.places) == len(set(small.places))
    rows_taken = sum(subject.registered or subject.kin is not None for subject in small.subjects)
    assert rows_taken <= 100
    for subject in small.subjects:
        assert bool(subject.kin_tag) == (subject.kin is not None)
        assert subject.kin is None or subject.kin in small.places.values()


@pytest.mark.parametrize("country", ["LT", "NL", "DE", "ES", "FI"])
def test_without_errors_an_alert_is_the_register(country):
    """With the clean rates an alert says what the register says, in the sender's way of writing dates."""
    for number, person in enumerate(crowd(country, country)):
        note = write_down(person, "SP", Holder(country, CLEAN), DECIDED, np.random.default_rng(number))
        name = render(person, register_view(person))
        assert note.tags == ()
        assert note.family_name == name.family
        assert note.given_name in (name.given, f"{name.given} {name.middle}")
        assert note.birth_date in (written(person.born, STYLES[country]), person.born.isoformat())
        assert note.sex == person.sex


# The culture in which each choice can show, and its sender.
SHOWS = {
    "surname-changed": ("LT", "LT"),
    "middle-as-surname": ("SE", "NO"),
    "double-surname": ("ES", "ES"),
    "gendered-surname": ("LT", "LT"),
    "native-script": ("BG", "BG"),
    "romanised": ("DE", "RU"),
    "given-subset": ("ES", "ES"),
    "inner-name": ("BG", "BG"),
    "nickname": ("PL", "PL"),
    "translated-given": ("LT", "RU"),
    "initials": ("FR", "FR"),
    "middle-dropped": ("DK", "DK"),
    "middle-in-family": ("DK", "DK"),
}


def test_every_choice_is_tested():
    """Each change of a view has an example here."""
    assert set(SHOWS) == set(CHANGES)


@pytest.mark.parametrize(("rate", "where"), SHOWS.items())
def test_a_tag_tells_of_something_that_shows(rate, where):
    """Where a choice is the only difference, the tag stands exactly where the name differs from the register's."""
    country, code = where
    holder = Holder(country, force(CLEAN, rate))
    told = 0
    for number, person in enumerate(crowd(country, code)):
        note = write_down(person, "SP", holder, DECIDED, np.random.default_rng(number))
        name = render(person, register_view(person)._replace(middle="given"))
        differs = (note.family_name, note.given_name) != (name.family, name.given)
        assert bool(note.tags) == differs, (note, name)
        assert {tag.split("-")[0] if rate == "romanised" else tag for tag in note.tags} <= {
            "romanised" if rate == "romanised" else rate
        }
        told += differs
    assert told


@pytest.mark.parametrize("tag", [row["rate"] for row in rows("rates") if row["rate"].startswith("dob-")])
def test_a_wrong_date_is_told_exactly_when_it_shows(tag):
    """A date differs from the right one exactly where the truth says so."""
    told = 0
    for number, person in enumerate(crowd("LT", "LT")):
        note = write_down(
            person, "SP", Holder("LT", force(CLEAN, tag)), DECIDED, np.random.default_rng(number)
        )
        assert (note.tags == (tag,)) == (note.birth_date != person.born.isoformat())
        told += bool(note.tags)
    assert told > 20


@pytest.mark.parametrize(
    "tag", ["typo-insert", "swapped-fields", "title-noise", "upper-case", "sex-wrong", "profession-other"]
)
def test_other_errors_are_told(tag):
    """An error that is certain to happen is told for everybody."""
    for number, person in enumerate(crowd("LT", "LT", 40)):
        note = write_down(
            person, "SP", Holder("LT", force(CLEAN, tag)), DECIDED, np.random.default_rng(number)
        )
        assert note.tags == (tag,)


def test_professions_are_in_the_senders_language():
    """Most titles are the sender's own, in the form of the person's sex; the rest are English."""
    titles = grouped("titles", "country", "category")
    seen = Counter()
    for number, person in enumerate(crowd("LT", "LT")):
        note = write_down(person, "SP", Holder("LT", TYPICAL), DECIDED, np.random.default_rng(number))
        form = "female" if person.woman else "male"
        own = {row[form] for row in titles["LT", note.category]}
        assert note.profession in own | {titles["EN", note.category][0]["male"]}
        seen[note.profession in own] += 1
    assert seen[True] > 2 * seen[False] > 0


def test_harder_profiles_are_harder():
    """Each error is at least as frequent in a harder profile, and the sum of errors grows."""
    for rate in CLEAN:
        assert 0 <= CLEAN[rate] <= 1
        if rate not in ("birth-place", "birth-name", "nationality", "national-id"):
            assert CLEAN[rate] <= TYPICAL[rate] <= HARD[rate] or rate.startswith("alert-"), rate


def test_rates_are_met():
    """Over many alerts an error occurs as often as its rate says."""
    everybody = crowd("LT", "LT", 4_000)
    rng = np.random.default_rng(9)
    counts = Counter(
        tag for each in everybody for tag in write_down(each, "SP", Holder("LT", HARD), DECIDED, rng).tags
    )
    for tag in ("dob-swap", "dob-year", "typo-delete", "swapped-fields", "sex-missing", "dob-missing"):
        expected = HARD[tag] * (0.4 if tag == "dob-swap" else 1.0)
        error = 4 * np.sqrt(expected / len(everybody))
        assert abs(counts[tag] / len(everybody) - expected) < error, tag


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_sample_shows_every_tag(seed):
    """In the sample every tag occurs, but for the one of the report's scenario."""
    made = world("sample", seed=seed)
    used = {tag for row in made.truth_rows() for tag in row[3].split(";") if tag}
    assert set(tag_names()) - used == {"identity-unclear"}
    assert made.summary().alerts == 300
    assert made.summary().hits == 150


def test_details_of_a_person_do_not_change(made):
    """Birth place and identifier, where given, are the same in all alerts from one country about a person."""
    details = defaultdict(set)
    for alert in made.alerts:
        for field in ("birth_place", "national_id"):
            if alert.fields[field]:
                details[alert.subject, alert.planned.country, field].add(alert.fields[field])
    assert details
    assert all(len(values) == 1 for values in details.values())


def test_cultures_and_countries_are_known():
    """Every culture of the mix has names, and every country a row of its own."""
    countries = {row["country"] for row in rows("countries")}
    for row in rows("mix"):
        assert row["country"] in countries
        assert culture(row["culture"]).given
    assert {row["country"] for row in rows("mix")} == countries == {row["country"] for row in rows("places")}
