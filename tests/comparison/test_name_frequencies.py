"""How common names are: what agreement on them is worth."""

import numpy as np
import pyarrow as pa
from name_records import name_records

from hpmatch.comparison.names import FamilyName, GivenName, PersonName
from hpmatch.records import Column, Records


def test_how_rare_a_name_is_depends_on_the_country():
    """Among the persons of a country a name is as common as it is there, smoothed towards the whole register."""
    names = [{"family_name": "Kazlauskas", "given_name": "Jonas"}] * 50 + [
        {"family_name": "Hansen", "given_name": "Jonas"}
    ] * 950
    people = name_records(*names)
    countries = Column.encode([("LT",)] * 100 + [("NO",)] * 900, pa.list_(pa.string()))
    register = Records(people.ids, {**people.columns, "country": countries})
    alerts = register.take(np.array([0]))
    ready = FamilyName().prepared(register)
    found = ready.compare(alerts, register.take(np.array([0])))
    np.testing.assert_allclose(found.frequencies, [(50 + 200 * 0.05) / (100 + 200)])


def test_a_name_is_as_common_as_among_those_whom_the_alerts_are_about():
    """Of whom a quarter, for each name, come from the registered person's country where that is another; the rest as it is there."""
    names = (
        [{"family_name": "Petrov"}] * 60 + [{"family_name": "Tamm"}] * 40 + [{"family_name": "Berg"}] * 900
    )
    people = name_records(*names)
    countries = Column.encode([("RU",)] * 50 + [("EE",)] * 50 + [("NO",)] * 900, pa.list_(pa.string()))
    register = Records(people.ids, {**people.columns, "country": countries})
    # A Russian and an Estonian Petrov, an Estonian Tamm, held against alerts from Estonia, from Russia, and from nowhere known.
    alerts = register.take(np.array([50, 0, 50, 50]))
    unknown = Column.encode([("EE",), ("RU",), ("EE",), None], pa.list_(pa.string()))
    alerts = Records(alerts.ids, {**alerts.columns, "country": unknown})
    found = FamilyName().prepared(register).compare(alerts, register.take(np.array([0, 0, 50, 0])))
    russian, estonian = (50 + 200 * 0.06) / 250, (10 + 200 * 0.06) / 250
    np.testing.assert_allclose(found.frequencies, [max(russian / 4, estonian), russian, estonian, russian])
    assert estonian > russian / 4


def test_a_name_from_elsewhere_is_as_common_as_a_quarter_of_its_share_among_all():
    """A French alert about a Markovic, and one who was educated in Norway: few in either country, and many in the register."""
    countries = ["RS"] * 300 + ["NO"] * 2_700 + ["FR"] * 1_000
    names = ["Markovic"] * 301 + ["Berg"] * 2_699 + ["Petit"] * 1_000
    people = name_records(*({"family_name": name} for name in names))
    country = Column.encode([(each,) for each in countries], pa.list_(pa.string()))
    register = Records(people.ids, {**people.columns, "country": country})
    alert = register.take(np.array([0]))
    alert = Records(
        alert.ids, {**alert.columns, "country": Column.encode([("FR",)], country.values.array.type)}
    )
    found = FamilyName().prepared(register).compare(alert, register.take(np.array([300])))
    overall = 301 / 4_000
    assert max((1 + 200 * overall) / 2_900 / 4, 200 * overall / 1_200) < overall / 4
    np.testing.assert_allclose(found.frequencies, [overall / 4])


def test_a_name_is_as_common_as_in_either_country_of_a_person():
    """Two Germans, one of them educated in Romania and the other alerted about by Austria: Claudia is common in Germany alone."""
    places = [("DE",)] * 100 + [("RO",)] * 100 + [("AT",)] * 100 + [("RO", "DE"), ("DE", "RO"), ("RO",)]
    names = ["Claudia"] * 40 + ["Ioana"] * 60 + ["Elena"] * 100 + ["Anna"] * 100 + ["Claudia"] * 3
    people = name_records(*({"given_name": name} for name in names))
    register = Records(
        people.ids, {**people.columns, "country": Column.encode(places, pa.list_(pa.string()))}
    )
    alert = register.take(np.full(3, 300))
    alert = Records(
        alert.ids, {**alert.columns, "country": Column.encode([("AT", "DE")] * 3, pa.list_(pa.string()))}
    )
    found = GivenName().prepared(register).compare(alert, register.take(np.array([300, 301, 302])))
    german, austrian, overall = (42 + 200 * 43 / 303) / 302, (200 * 43 / 303) / 300, 43 / 303
    assert german > overall > austrian
    np.testing.assert_allclose(
        found.frequencies, [german] * 3
    )  # the alert's own country, whoever is registered


def test_a_birth_name_is_a_further_name():
    """The alert's birth name is held against the registered family name."""
    left = name_records({"family_name": "Lie", "birth_name": "Hansen", "given_name": "Kari"})
    right = name_records({"family_name": "Hansen", "given_name": "Kari"})
    assert FamilyName.levels[FamilyName().compare(left, right).levels[0]] == "further_name"


def test_a_side_without_the_field_is_missing():
    """No family name, no statement about it; the given name still counts."""
    left, right = (
        name_records({"given_name": "Kari"}),
        name_records({"given_name": "Kari", "family_name": "Lie"}),
    )
    assert FamilyName().compare(left, right).levels.tolist() == [-1]
    assert GivenName().compare(left, right).levels.tolist() == [0]


def test_agreement_says_how_common_the_name_is():
    """The share of registered persons with the name, in any field, comes along; disagreement has none."""
    register = name_records(
        *[{"family_name": "Hansen", "given_name": "Kari"}] * 3, {"family_name": "Lie", "given_name": "Kari"}
    )
    alerts = name_records(
        *[{"family_name": "Hansen", "given_name": "Kari"}] * 3, {"family_name": "Moe", "given_name": "Kari"}
    )
    found = FamilyName().compare(alerts, register)
    np.testing.assert_array_equal(found.frequencies, [0.75, 0.75, 0.75, np.nan])


def _common(count, of):
    """How common a further name is among those who hold the first: the square root of its share, as if 1,000 more came."""
    return (count / (of + 1000)) ** 0.5


def test_several_names_are_rarer_than_one():
    """A further name that agrees makes the agreement rarer, whichever field it stands in; no name counts twice."""
    rows = [
        *[{"given_name": "Anna Maria", "middle_name": "Maria", "family_name": "Berg"}] * 2,
        *[{"given_name": "Anna", "middle_name": "Lien", "family_name": "Berg"}] * 3,
        *[{"given_name": "Maria", "family_name": "Lien"}] * 5,
    ]
    register = name_records(*rows)
    alerts = name_records(
        {"given_name": "Anna Maria", "family_name": "Berg"},
        {"given_name": "Anna Lien", "family_name": "Berg"},
        {"given_name": "Anna", "family_name": "Berg Lien"},
        {"given_name": "Anna Maria Lien", "family_name": "Moe"},
        {"given_name": "Anna", "other_names": "Maria", "family_name": "Berg"},
    )
    people = register.take(np.array([0, 2, 2, 2, 0]))
    anna, maria, berg, lien = 0.5, 0.7, 0.5, 0.8
    given = GivenName().prepared(register).compare(alerts, people).frequencies
    family = FamilyName().prepared(register).compare(alerts, people).frequencies
    # The rarest counts wholly, and the further ones as often as they are found with it.
    np.testing.assert_allclose(
        given,
        [anna * _common(7, 10), anna * _common(8, 10), anna, anna * _common(8, 10), anna * _common(7, 10)],
    )
    np.testing.assert_allclose(family, [berg, berg, berg * _common(8, 10), np.nan, berg * _common(7, 10)])
    assert anna < maria < lien


def test_half_of_a_surname_among_given_names_makes_the_surname_rarer():
    """A person of Berg and Lien is rarer than one of Berg, wherever Lien stands; the given name is as common as it is."""
    rows = [{"given_name": "Anna Lien", "family_name": "Berg"}] * 3 + [
        {"given_name": "Anna", "family_name": "Lien"}
    ] * 2
    register = name_records(*rows)
    alerts = name_records({"given_name": "Anna", "family_name": "Lien Berg"})
    people = register.take(np.array([0]))
    family, given = PersonName().prepared(register).compare_parts(alerts, people)
    np.testing.assert_allclose(family.frequencies, [3 / 5 * _common(5, 5)])
    np.testing.assert_allclose(given.frequencies, [1])


def test_of_exchanged_fields_no_name_counts_twice():
    """The given name counts by its rarest token; that it is also one among the other's family names is no more evidence."""
    rows = [{"given_name": "Anna Siv", "family_name": "Berg"}] + [
        {"given_name": "Anna", "family_name": "Lie"}
    ] * 4
    register = name_records(*rows)
    alerts = name_records({"given_name": "Berg", "family_name": "Anna Siv"})
    family, given = PersonName().prepared(register).compare_parts(alerts, register.take(np.array([0])))
    np.testing.assert_allclose(family.frequencies, [1 / 5])
    np.testing.assert_allclose(given.frequencies, [1 / 5])


def test_how_many_pairs_are_compared_at_once_changes_nothing():
    """Pairs and tokens are numbered together, which has to hold for more than 32 bits."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    names = [f"k{a}{b}{c}n" for a in letters for b in letters for c in letters]
    register = name_records(
        {"given_name": "Anna Maria", "family_name": "Berg Lien"}, *[{"family_name": name} for name in names]
    )
    many = (1 << 31) // len(names) + 2
    first = register.take(np.zeros(many, np.int64))
    ready = PersonName().prepared(register)
    for part, alone in zip(
        ready.compare_parts(first, first),
        ready.compare_parts(register.take(np.array([0])), register.take(np.array([0]))),
        strict=True,
    ):
        assert (part.frequencies == alone.frequencies).all()
