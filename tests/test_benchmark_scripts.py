"""The benchmark of names across scripts, on places made up for it."""

import pytest

from benchmarks.scripts import measure, page, pairs_of


def place(name, country, *written):
    return {"name": name, "countrycode": country, "alternatenames": [name, *written]}


PLACES = [
    place("Varnovo", "RU", "Варново"),
    place("Dolinsk", "RU", "Долинск", "دولينسك"),
    place("Zelena", "UA", "Зелена"),
    place("Two Words", "RU", "Слова"),
    place("Sorgrad", "RU", "Сорград", "Зорград"),  # two names in one script: which is meant?
    place("Mixed", "RU", "Mиксед"),
    place("Abc", "RU", "Абц"),
    place("Варна", "RU", "Варна"),
]


def test_places_of_one_word_with_one_name_in_the_script():
    assert sorted(pairs_of(PLACES, "CYRILLIC", ("RU",), 10)) == [
        ("Варново", "Varnovo"),
        ("Долинск", "Dolinsk"),
    ]
    assert ("Зелена", "Zelena") in pairs_of(PLACES, "CYRILLIC", (), 10)
    assert pairs_of(PLACES, "ARABIC", (), 10) == [("دولينسك", "Dolinsk")]


def test_the_names_drawn_hang_on_no_order():
    assert pairs_of(PLACES, "CYRILLIC", (), 2) == pairs_of(PLACES[::-1], "CYRILLIC", (), 2)


def test_a_name_that_shares_the_first_place_counts_in_part():
    twins = [
        place("Petrovo", "RU", "Петрово"),
        place("Pétrovo", "BG", "Зима"),
        place("Zimari", "RU", "Зимари"),
    ]
    figures = {row["names"]: row for row in measure(twins, 10)}
    assert figures["Russian"]["hpmatch"]["value"] == figures["Russian"]["unidecode"]["value"] == 1
    shared = [place("Petrovo", "RU", "Петрово"), place("Petrowo", "RU", "Петрово")]
    row = measure(shared, 10)[0]
    assert row["pairs"] == 2
    assert row["hpmatch"]["value"] == pytest.approx(0.5)
    assert row["hpmatch"]["low"] < 0.5 < row["hpmatch"]["high"]


def test_the_page_tells_each_group():
    text = page(measure(PLACES, 10))
    assert "| Russian | 2 | 1.000 [0.342, 1.000] |" in text
    assert "| Arabic, the whole world | 1 |" in text
