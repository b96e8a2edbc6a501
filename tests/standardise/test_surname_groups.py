"""Common surnames: which spellings are one name, and which names that are alike are two."""

from collections import Counter

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.comparison.relations import are_two_surnames, one_surname
from hpmatch.data import read_table
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.surname_groups import surname_groups

ROWS = read_table("surnames")


def read_groups():
    """Read the common surnames of each country: name, group, countries and source."""
    for line in case_lines("surname_groups"):
        head, names = line.split(": ", 1)
        countries, source = head.split(" | ")
        for each in names.split():
            *earlier, spelled = each.split(">")
            first, *others = spelled.split("=")
            group = earlier[0] if earlier else spellings(first.casefold())[0]
            for name in (first, *others):
                yield name, group, countries.replace(" ", ";"), source


SURNAMES = [*read_groups()]


def test_every_surname_is_in_its_group():
    """A name of the lists leads to its group, whatever its script."""
    assert [name for name, group, *_ in SURNAMES if group not in surname_groups(name.casefold())] == []
    assert len(SURNAMES) > 6000


def test_the_table_of_surnames_is_these_facts():
    """The table holds these names, no others and no fewer."""
    assert Counter(tuple(row.values()) for row in ROWS) == Counter(SURNAMES)
    assert max(Counter((row["name"], row["group"]) for row in ROWS).values()) == 1
    assert all(len(country) == 2 for row in ROWS for country in row["country"].split(";"))


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("johnson", "johnston"),
        ("hernández", "fernández"),
        ("zhang", "zheng"),
        ("sato", "saito"),
        ("pereira", "ferreira"),
        ("nilsson", "nilsen"),
        ("шевчук", "савчук"),
        ("чернышёва", "черкасова"),  # of women, though the table has the men's
        ("шевчук", "savchuk"),
        ("al masri", "al basri"),
        ("van dam", "van ham"),
        ("karimi", "karami"),
        ("müller", "möller"),
    ],
)
def test_surnames_that_are_two(left, right):
    """Two common surnames that are only alike are two names, from either side."""
    assert are_two_surnames(left, right)
    assert are_two_surnames(right, left)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("meyer", "maier"),
        ("solovyov", "solovev"),
        ("schmidt", "schmitt"),
        ("diallo", "jalloh"),
        ("cissé", "sesay"),
        ("touré", "turay"),
        ("traoré", "trawally"),
        ("diop", "jobe"),
        ("ndiaye", "njie"),
        ("cali", "ali"),
        ("王", "wong"),
        ("xu", "hsu"),
        ("chang", "jang"),
        ("chang", "zhang"),
        ("rhee", "lee"),
        ("ковалёв", "kovalev"),
    ],
)
def test_surnames_that_are_one(left, right):
    """Spellings of one name share a group, and are never two names."""
    assert one_surname(left, right)
    assert not are_two_surnames(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("johnson", "johnsion"),  # which no list has, and may be a slip
        ("kowalski", "kowalska"),
        ("иванов", "ivanova"),
        ("novák", "nováková"),
        ("thomas", "tomás"),  # forms of one given name
        ("sousa", "sosa"),  # which sound the same
        ("حداد", "hadad"),  # its vowels are guesses
    ],
)
def test_names_that_are_not_known_for_two(left, right):
    """Forms by sex, names that sound alike and names that no list has are not told apart."""
    assert not are_two_surnames(left, right)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("leone", "leo"),  # though -né is a wife's ending in Hungary
        ("laine", "lai"),
        ("levine", "levy"),
        ("robins", "robin"),
        ("stone", "sto"),
        ("junge", "chung"),  # a German and a Korean Jung
        ("leigh", "yi"),
        ("parks", "bak"),
        ("حسن", "hassan"),  # its vowels are guesses
    ],
)
def test_surnames_that_are_not_known_for_one(left, right):
    """What is left without an ending is another name, and names that are spelled alike in one country have forms of their own."""
    assert not one_surname(left, right)


@given(st.text(), st.sampled_from([row["name"].casefold() for row in ROWS]))
def test_any_token_is_symmetric(token, name):
    """No text fails, and a token is never two names with itself."""
    assert are_two_surnames(token, name) == are_two_surnames(name, token)
    assert not are_two_surnames(name, name)
