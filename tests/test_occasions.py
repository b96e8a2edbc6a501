"""Whether two alerts are about one decision, and what that says of their person."""

from dataclasses import replace
from math import log2

import numpy as np
import pytest
from test_alerts import MODEL, RASA, persons_of

from hpmatch.alerts.occasions import Occasions
from hpmatch.alerts.relations import TOLD
from hpmatch.errors import ModelError
from hpmatch.grouping import Grouping
from hpmatch.reading import read_records
from hpmatch.schema import ALERT_ROLES, Schema

SHARE = 0.4
# A hundred decisions of Lithuania, one every hundred days, so that one is 0.01 of them.
SCATTERED = [
    {"sending_country": "LT", "decision_date": str(np.datetime64("1991-01-01") + 100 * number)}
    for number in range(100)
]


def weight(*alerts, others=SCATTERED):
    """Weigh the days of the first two of some alerts."""
    rows = [
        {
            "alert_id": f"A{number}",
            "family_name": "Berg",
            "given_name": "Kari",
            "birth_date": "1980-02-03",
            **told,
        }
        for number, told in enumerate((*alerts, *others))
    ]
    read = read_records(rows, "alerts", ALERT_ROLES, MODEL.standardisers, Schema(), kept=TOLD)
    found = Occasions.of(read)
    (one,), (other,) = (found.weights(np.array([a]), np.array([b]), SHARE) for a, b in ((0, 1), (1, 0)))
    assert one == other
    return one


def lithuanian(decided="", sent="", country="LT"):
    """Give an alert of some days."""
    return {"sending_country": country, "decision_date": decided, "sent_date": sent}


ONE = {
    "the same day": (lithuanian("2020-05-01"), lithuanian("2020-05-01")),
    "a week later, in another format": (lithuanian("2020-05-01"), lithuanian("08.05.2020")),
    "sent long after one another": (
        lithuanian("2020-05-01", "2020-05-02"),
        lithuanian("2020-05-03", "2021-05-01"),
    ),
}
TWO = {
    "eight days": (lithuanian("2020-05-01"), lithuanian("2020-05-09")),
    "two decisions sent together": (
        lithuanian("2019-05-01", "2020-05-01"),
        lithuanian("2020-04-30", "2020-05-01"),
    ),
}
NOTHING = {
    "two countries": (lithuanian("2020-05-01"), lithuanian("2020-05-01", country="LV")),
    "no country": (lithuanian("2020-05-01", country=""), lithuanian("2020-05-01", country="")),
    "no day": (lithuanian(), lithuanian("2020-05-01")),
    "no day that can be read": (lithuanian("soon"), lithuanian("soon")),
}  # fmt: skip


@pytest.mark.parametrize("pair", ONE.values(), ids=ONE)
def test_one_decision_says_the_more_the_fewer_a_country_has_of_those_days(pair):
    """The two are two of the country's hundred and two alerts."""
    assert weight(*pair) == pytest.approx(log2(SHARE / (2 / 102)))


@pytest.mark.parametrize("pair", TWO.values(), ids=TWO)
def test_two_decisions_speak_a_little_against_one_person(pair):
    """Each is the only one of its days."""
    assert weight(*pair) == pytest.approx(log2((1 - SHARE) / (1 - 1 / 102)))


@pytest.mark.parametrize("pair", NOTHING.values(), ids=NOTHING)
def test_what_is_not_told_says_nothing(pair):
    """Nor do the days of two countries, each of which decides by itself."""
    assert weight(*pair) == 0


def test_days_of_sending_stand_in_for_those_of_decisions():
    """A fortnight, among a hundred alerts that were sent a hundred days apart."""
    sent = [{**each, "sent_date": each["decision_date"], "decision_date": ""} for each in SCATTERED]
    near, far = (lithuanian(sent=day) for day in ("2020-05-15", "2020-05-16"))
    first = lithuanian(sent="2020-05-01")
    assert weight(first, near, others=sent) > 4
    assert -1 < weight(first, far, others=sent) < 0


def test_a_night_on_which_all_was_sent_says_nothing():
    """A country's alerts of one night were all sent then."""
    tonight = [lithuanian(sent="2020-05-01")] * 5
    assert weight(*tonight[:2], others=tonight) == 0
    assert weight(*tonight[:2], others=()) == 0


def test_a_day_of_many_decisions_says_less():
    """Where an institution was closed, thirty lost their right on one day."""
    one = lithuanian("2020-05-01")
    assert 0 < weight(one, one, others=[*SCATTERED, *[one] * 20]) < weight(one, one)


def test_days_say_the_same_from_either_side():
    """The later one has a neighbour that the earlier one has not: three of a hundred and three."""
    first, second, neighbour = (lithuanian(day) for day in ("2020-05-01", "2020-05-08", "2020-05-15"))
    assert weight(first, second, neighbour) == pytest.approx(log2(SHARE / (3 / 103)))


def test_alerts_of_other_countries_do_not_count():
    """Latvia decided much on that day."""
    one = lithuanian("2020-05-01")
    assert weight(one, one, others=[*SCATTERED, *[lithuanian("2020-05-01", country="LV")] * 50]) == weight(
        one, one
    )


def test_two_days_of_many_decisions_say_nothing():
    """Half of a country's alerts are of the one, half of the other: that two are of both is no evidence of one person."""
    one, other = lithuanian("2020-05-01"), lithuanian("2021-05-01")
    assert weight(one, other, others=[one, other] * 4) == 0


SOMEBODY_ELSE = [
    {**RASA, "alert_id": f"B{number}", "family_name": "Butkus", "given_name": "Jonas", "birth_date": f"19{50 + number % 40}-01-0{1 + number % 9}", **told}
    for number, told in enumerate(SCATTERED)
]  # fmt: skip
PAIR = (
    {**RASA, "alert_id": "A1", "decision_date": "2020-05-01"},
    {**RASA, "alert_id": "A2", "family_name": "Petrauskienė", "birth_date": "1978-09-04", "decision_date": "2020-05-01"},
)  # fmt: skip


def test_the_order_of_rows_says_nothing():
    """Their days are those of the rows, wherever they stand."""
    rows = [*SOMEBODY_ELSE, *PAIR]
    assert persons_of(rows)["A1"] == persons_of(rows[::-1])["A1"] == {"A1", "A2"}


def test_alerts_of_one_decision_are_put_together_that_would_not_be():
    """She married, day and month of her date are exchanged, and her two alerts were sent by one decision."""
    apart = [
        {**each, "decision_date": decided}
        for each, decided in zip(PAIR, ("2015-05-01", "2020-05-01"), strict=True)
    ]
    deaf = replace(MODEL, grouping=replace(MODEL.grouping, one_decision=None))
    assert "A2" in persons_of([*PAIR, *SOMEBODY_ELSE])["A1"]
    assert "A2" not in persons_of([*apart, *SOMEBODY_ELSE])["A1"]
    assert "A2" not in persons_of([*PAIR, *SOMEBODY_ELSE], deaf)["A1"]


@pytest.mark.parametrize("share", [0, 1, -0.1])
def test_a_share_that_is_none_is_refused(share):
    """Like the other numbers of a grouping."""
    with pytest.raises(ModelError, match="one_decision"):
        Grouping(0.1, 0.5, one_decision=share)
