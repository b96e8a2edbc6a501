"""Alerts about one person: which belong together, and what they say together."""

import random
from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from strategies import ALERTS, PERSONS

import hpmatch as hp
from hpmatch.alerts import group_alerts
from hpmatch.alerts.relations import TOLD
from hpmatch.errors import ModelError
from hpmatch.grouping import Grouping
from hpmatch.model import read_model
from hpmatch.reading import read_records
from hpmatch.schema import ALERT_ROLES, Schema

MODEL = read_model("imi")
ALONE = replace(MODEL, grouping=None)
RASA = {"sending_country": "LT", "family_name": "Kazlauskaitė", "given_name": "Rasa", "birth_date": "1978-04-09", "sex": "F", "profession": "gydytoja"}  # fmt: skip
PEOPLE = [
    {"hpr_number": f"{number}", "family_name": family, "given_name": given_name, "birth_date": f"19{70 + number % 20}-0{1 + number % 9}-1{number % 10}"}
    for number, (family, given_name) in enumerate([("Berg", "Kari"), ("Dahl", "Ola"), ("Lund", "Anne"), ("Moen", "Per")] * 10)
]  # fmt: skip


def persons_of(alerts, model=MODEL):
    """Give the alerts of each person, by identifier."""
    read = read_records(alerts, "alerts", ALERT_ROLES, model.standardisers, Schema(), kept=TOLD)
    ids = read.records.ids.to_pylist()
    groups = {}
    for alert_id, person in zip(ids, group_alerts(read, model).tolist(), strict=True):
        groups.setdefault(ids[person], set()).add(alert_id)
    return groups


def others(*changes):
    """Give an alert about Rasa, and one for each set of changes."""
    return [{"alert_id": f"A{number}", **RASA, **change} for number, change in enumerate([{}, *changes])]


ONE_PERSON = {
    "the same again": {},
    "specialist": {"profession": "gydytoja specialistė", "specialty": "chirurgija"},
    "nurse before": {"profession": "slaugytoja"},
    "another country": {"sending_country": "LV", "profession": "ārste"},
    "capitals, no diacritics": {"family_name": "KAZLAUSKAITE", "given_name": "RASA"},
    "married": {"family_name": "Kazlauskienė"},
    "day and month swapped": {"birth_date": "1978-09-04"},
    "wrong digit": {"birth_date": "1978-04-08"},
    "no date": {"birth_date": ""},
    "fields exchanged": {"family_name": "Rasa", "given_name": "Kazlauskaitė"},
    "typing error": {"family_name": "Kazlauskaitee"},
}
OTHER_PERSON = {
    "other given name": {"given_name": "Ona", "profession": "slaugytoja"},
    "other date": {"birth_date": "1961-11-23"},
    "nothing but the date": {"family_name": "Butkutė", "given_name": "Ona"},
    "nothing but the name, without date": {"birth_date": "", "family_name": "Butkutė"},
}


@pytest.mark.parametrize("change", ONE_PERSON.values(), ids=ONE_PERSON)
def test_alerts_about_one_person_are_put_together(change):
    """They differ as alerts about one person do."""
    assert persons_of(others(change)) == {"A0": {"A0", "A1"}}


@pytest.mark.parametrize("change", OTHER_PERSON.values(), ids=OTHER_PERSON)
def test_alerts_about_two_persons_are_not(change):
    """They differ as two persons do."""
    assert persons_of(others(change)) == {"A0": {"A0"}, "A1": {"A1"}}


NURSE = {"sex": "F", "given_name": "Paola", "birth_date": "1987-04-15", "profession": "nurse"}
# States by whose law nobody takes another surname by marriage.
KEEPING = ["IT", "GR", "ES", "BE", "IS"]


def surnames(*changes, country="IT"):
    """Give alerts of one country about persons who share all but what is changed."""
    return [
        {"alert_id": f"A{number}", "sending_country": country, **NURSE, **change}
        for number, change in enumerate(changes)
    ]


def grouped(country):
    """Say how many persons two alerts of a country are about whose surnames differ wholly."""
    return len(
        persons_of(surnames({"family_name": "Tarantino"}, {"family_name": "Martinelli"}, country=country))
    )


@pytest.mark.parametrize("country", KEEPING)
def test_another_surname_joins_no_alerts_where_nobody_changes_it(country):
    """There it is another person's, elsewhere it may be that of a husband."""
    assert grouped(country) == 2
    assert grouped("NO") == 1


@pytest.mark.parametrize(
    "change",
    [
        {"nationality": "RO"},  # whose law lets her
        {"birth_name": "Tarantino"},
        {"birth_name": "Tarentino"},
        {"other_names": "Tarantino"},
        {"family_name": "Tarantino Martinelli"},
        {"family_name": "Tarantini"},
    ],
)
def test_what_explains_another_surname_joins_alerts(change):
    """Another nationality, a name of before, both names, a slip."""
    alerts = surnames({"family_name": "Tarantino"}, {"family_name": "Martinelli"} | change)
    assert len(persons_of(alerts)) == 1


def test_an_alert_with_both_surnames_joins_those_with_one():
    """Two surnames alone are two persons; with both in a third alert they are one."""
    both = {"family_name": "Tarantino Martinelli"}
    alerts = surnames({"family_name": "Tarantino"}, {"family_name": "Martinelli"}, both)
    assert len(persons_of(alerts)) == 1


def test_one_number_joins_alerts_of_another_surname():
    """A foreigner may take one in a state whose own citizens keep theirs."""
    number = {"national_id": "12345678Z"}
    alerts = surnames(
        {"family_name": "Kazlauskaitė"} | number, {"family_name": "Petraitienė"} | number, country="ES"
    )
    assert len(persons_of(alerts)) == 1


def test_two_birth_names_are_two_persons():
    """Whose surnames differ too; one that is spelled otherwise is no other one."""
    rasa = {"family_name": "Kazlauskienė", "birth_name": "Montytė"}
    assert len(persons_of(others(rasa, {"family_name": "Butkienė", "birth_name": "Jakelytė"})[1:])) == 2
    assert len(persons_of(others(rasa, {"family_name": "Butkienė", "birth_name": "Montyttė"})[1:])) == 1


def test_two_numbers_of_one_country_keep_alerts_apart():
    """Same name and date, other person: a personal code that is valid and differs says so."""
    numbers = ({"national_id": "47804090002"}, {"national_id": "47804090013"})
    assert len(persons_of(others(*numbers)[1:])) == 2
    assert len(persons_of(others(numbers[0], numbers[0])[1:])) == 1


def test_they_do_so_through_a_third_alert_too():
    """The first and the last share no key, so that nobody compared them; both fit the one between."""
    person = {"sending_country": "SE", "birth_date": "1984-05-03", "sex": "F", "profession": "läkare"}
    chain = [
        {"family_name": "Bergersen", "given_name": "Annika", "national_id": "19840503-2384"},
        {"family_name": "Bergersen Hallström", "given_name": "Annika Marielle"},
        {"family_name": "Hallström", "given_name": "Marielle", "national_id": "19840503-1246"},
    ]
    alerts = [{"alert_id": f"A{number}", **person, **each} for number, each in enumerate(chain)]
    assert len(persons_of(alerts)) == 2
    assert len(persons_of([{**each, "national_id": ""} for each in alerts])) == 1


LITTLE = {"sending_country": "", "birth_date": "", "sex": "", "profession": ""}  # a name and nothing else


@pytest.mark.parametrize("copies", [2, 6, 50, 4000])
def test_copies_are_about_one_person_however_many_they_are(copies):
    """They do not make their own name common, nor their own block too large."""
    assert list(persons_of(others(*[{}] * (copies - 1)))) == ["A0"]


def test_copies_of_what_tells_too_little_stay_apart():
    """Where two of them are two persons, further ones are no one else's either."""
    namesakes = [
        LITTLE | {"family_name": "Hansen", "given_name": f"Rasa {name}"} for name in ("Ida", "Liv", "Ane")
    ]
    copies = [LITTLE | {"family_name": "Hansen"}] * 8
    alerts = others(*namesakes * 9, *copies)[1:]
    found = persons_of(alerts)
    last = [f"A{number}" for number in range(len(namesakes) * 9 + 1, len(alerts) + 1)]
    assert [found.get(alert_id) for alert_id in last] == [{alert_id} for alert_id in last]


@pytest.mark.parametrize("alerts", [50, 300])
def test_what_is_sent_again_on_other_days_is_about_one_person(alerts):
    """However many days there are, the name is not common by it."""
    days = [{"sent_date": f"{2000 + number // 12}-{number % 12 + 1:02}-01"} for number in range(alerts)]
    assert list(persons_of(others(*days))) == ["A0"]


def test_copies_do_not_hang_on_the_order_of_rows():
    """Those of two persons, in any order."""
    alerts = others(*[{}] * 8, *[{"given_name": "Ona", "birth_date": "1961-11-23"}] * 8)
    moved = random.Random(5).sample(alerts, len(alerts))
    assert persons_of(moved) == persons_of(alerts)
    assert sorted(map(len, persons_of(alerts).values())) == [8, 9]


def test_alerts_that_could_be_held_against_no_other_are_told():
    """Too many share all their keys, and each says something else; two about another person are grouped all the same."""
    days = [{"sent_date": f"{2000 + number // 12}-{number % 12 + 1:02}-01"} for number in range(299)]
    ona = {"given_name": "Ona", "family_name": "Butkutė", "birth_date": "1961-11-23"}
    alerts = others(*days, ona, ona)
    summary = hp.link(alerts, PEOPLE, replace(MODEL, max_block=250)).summary
    assert (summary["not_grouped"], summary["persons"]["alerted"]) == (300, 301)
    assert hp.link(alerts, PEOPLE).summary["not_grouped"] == 0


@settings(max_examples=40)
@given(ALERTS, st.randoms())
def test_groups_do_not_hang_on_the_order_of_rows(alerts, rng):
    """Nor does which alert stands for the person."""
    moved = rng.sample(alerts, len(alerts))
    assert persons_of(moved) == persons_of(alerts)


@settings(max_examples=40)
@given(ALERTS, PERSONS)
def test_all_alerts_about_a_person_get_one_answer(alerts, persons):
    """A match with the same registered person, or the same otherwise."""
    result = hp.link(alerts, persons)
    answers = {}
    for row in result.dispositions.to_pylist():
        answers.setdefault(row["person_id"], set()).add((row["disposition"], row["hpr_number"]))
    assert all(len(each) == 1 for each in answers.values())


# --- what they say together

# A Spanish number tells no date, and the register has none.
MAIDEN = {"birth_date": "1961-11-23", "national_id": "12345678Z", "sending_country": "ES"}
MARRIED = {"family_name": "Petraitienė", "national_id": "12345678Z", "sending_country": "ES"}
REGISTERED = {"hpr_number": "77", "family_name": "Kazlauskaite", "given_name": "Rasa", "birth_date": "1978-04-09", "sex": "F", "professions": "LE", "education_country": "LT"}  # fmt: skip


def answer_of(alerts, model=MODEL, register=(REGISTERED, *PEOPLE)):
    """Give each alert's disposition and person."""
    found = hp.link(alerts, list(register), model).dispositions.to_pylist()
    return [(row["disposition"], row["hpr_number"]) for row in found]


TOLD_OTHERWISE = st.fixed_dictionaries(
    {
        "family_name": st.sampled_from(["Kazlauskaitė", "Petraitienė", "Butkutė"]),
        "given_name": st.sampled_from(["Rasa", "R.", "Ona"]),
        "birth_date": st.sampled_from(["1978-04-09", "1961-11-23", ""]),
    }
)


@settings(max_examples=40)
@given(st.lists(TOLD_OTHERWISE, min_size=1, max_size=3))
def test_they_get_one_answer_whatever_each_says_alone(told):
    """Of alerts that only their number keeps together some alone are a match, some are not."""
    alerts = others(*told)
    alerts = [{**alert, "national_id": MAIDEN["national_id"], "sending_country": "ES"} for alert in alerts]
    assume(len(persons_of(alerts)) == 1)
    assert len(set(answer_of(alerts))) == 1


def test_alerts_find_together_what_neither_finds_alone():
    """One has the maiden name and a wrong date, the other the right date and the married name."""
    alerts = others(MAIDEN, MARRIED)[1:]
    rare = {"registered_share": 1e-5}
    assert ("match", "77") not in answer_of(alerts, ALONE.with_decision(**rare))
    assert answer_of(alerts, MODEL.with_decision(**rare)) == [("match", "77")] * 2


def test_an_alert_that_cannot_be_blocked_gets_the_answer_of_its_person():
    """A registered person is found by the alert that has the date."""
    alerts = others({"birth_date": "", "national_id": "47804090002"}, {"national_id": "47804090002"})[1:]
    assert answer_of(alerts) == [("match", "77")] * 2


def test_an_initial_does_not_outweigh_a_name_that_is_written_out():
    """A twin whose name begins alike is not meant, for one alert says the whole name."""
    twin = {**REGISTERED, "hpr_number": "78", "given_name": "Rima"}
    alerts = others({"given_name": "R."})
    assert answer_of(alerts, register=(REGISTERED, twin, *PEOPLE)) == [("match", "77")] * 2
    assert answer_of(alerts[1:], register=(REGISTERED, twin, *PEOPLE))[0][0] == "review"


def test_an_initial_does_not_speak_for_a_name_that_is_written_out_otherwise():
    """A name spelled otherwise is worth less than an initial, and still tells more of who is meant."""
    alerts = others({"given_name": "Raza"}, {"given_name": "R."})[1:]
    links = hp.link(alerts, [REGISTERED, *PEOPLE]).links.to_pylist()
    alone = hp.link(alerts[:1], [REGISTERED, *PEOPLE]).links.to_pylist()
    told = [row["given_name"] for row in (*links, *alone) if row["hpr_number"] == "77"]
    assert told == ["spelled"] * 3


@pytest.mark.parametrize("in_part", ["1978-01-01", "1978"])
def test_a_date_told_in_part_does_not_outweigh_a_whole_one(in_part):
    """A namesake of another day is not meant, for one alert says the whole date."""
    namesake = {**REGISTERED, "hpr_number": "78", "birth_date": "1978-06-21"}
    links = hp.link(others({"birth_date": in_part}), [namesake, *PEOPLE], min_weight=-30).links.to_pylist()
    told = [row["birth_date"] for row in links if row["hpr_number"] == "78"]
    assert told == ["near_year"] * 2


def test_exchanged_fields_do_not_make_a_twin_of_a_name_that_stands_in_its_field():
    """The family name stands for the given name in one alert, but the other says that name itself."""
    twin = {**REGISTERED, **RASA, "hpr_number": "78", "given_name": "Egle"}
    alerts = others({"family_name": RASA["given_name"], "given_name": RASA["family_name"]})
    # Among many of her country the surname is rare.
    many = [
        {**REGISTERED, "hpr_number": f"{number}", "family_name": f"Berg{'abc'[number % 3]}"}
        for number in range(1000, 5000)
    ]
    links = hp.link(alerts, [twin, *many], min_weight=-30).links.to_pylist()
    told = [row for row in links if row["hpr_number"] == "78"]
    assert [row["given_name"] for row in told] == ["different"] * 2
    assert answer_of(alerts) == [("match", "77")] * 2


def test_what_a_comparison_stands_in_for_is_not_counted_twice():
    """One alert tells the sex, the other only a woman's name: that is said already, whichever alert is asked about."""
    alerts = others({"sex": ""})
    found = {
        row["alert_id"]: row
        for row in hp.link(alerts, [REGISTERED, *PEOPLE]).weights.to_pylist()
        if row["hpr_number"] == "77"
    }
    alone = hp.link(alerts[1:], [REGISTERED, *PEOPLE]).weights.to_pylist()[0]
    assert alone["sex_by_name"] > 0
    assert set(found) == {"A0", "A1"}
    for row in found.values():
        assert row["sex"] > 0
        assert row["sex_by_name"] == 0
    assert hp.link(others({}), [REGISTERED, *PEOPLE]).weights.to_pylist()[0] == found["A0"]


def test_a_person_alerted_once_gets_the_answer_of_a_model_without_groups():
    """What others' alerts say changes nothing."""
    alerts = [
        *others({}),
        {**RASA, "alert_id": "B", "family_name": "Berg", "given_name": "Kari", "birth_date": "1970-01-10"},
    ]
    one, other = (hp.link(alerts, [REGISTERED, *PEOPLE], model) for model in (MODEL, ALONE))
    keep = ["disposition", "hpr_number", "match_probability", "reason"]
    assert one.dispositions.select(keep).to_pylist()[-1] == other.dispositions.select(keep).to_pylist()[-1]


def test_chunks_and_order_change_nothing():
    """Pairs of a person's alerts may fall into any chunk."""
    alerts = others(*ONE_PERSON.values(), *OTHER_PERSON.values())
    whole = hp.link(alerts, [REGISTERED, *PEOPLE])
    moved = random.Random(3).sample(alerts, len(alerts))
    again = hp.link(moved, [REGISTERED, *PEOPLE], chunk_size=2)
    for table in ("links", "dispositions", "persons", "relations"):
        assert getattr(again, table) == getattr(whole, table)


@pytest.mark.parametrize("numbers", [(0, 0.8), (0.1, 1), (1.2, 0.8)])
def test_a_grouping_needs_probabilities(numbers):
    """Others are refused."""
    with pytest.raises(ModelError, match="between 0 and 1"):
        Grouping(*numbers)


def test_a_level_that_no_comparison_has_is_refused():
    """A model file with a slip of the pen says so."""
    with pytest.raises(ModelError, match="'wrong' of 'national_id'"):
        replace(MODEL, grouping=Grouping(0.1, 0.8, {"national_id": ["wrong"]}))
