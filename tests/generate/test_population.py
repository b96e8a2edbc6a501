"""People and the register: shapes, shares, and that blocks do not depend on each other."""

from collections import Counter
from datetime import date

import pytest

from hpmatch.generate.population import BLOCK, Person, block_of_people
from hpmatch.generate.profiles import profile
from hpmatch.generate.register import COLUMNS, hpr_number, register_blocks
from hpmatch.generate.tables import rows
from hpmatch.generate.views import register_view, render

RATES = profile("typical").rates


@pytest.fixture(scope="module")
def crowd() -> list[Person]:
    """Two blocks of people."""
    return [person for block in (0, 1) for person in block_of_people(7, block, RATES)]


@pytest.fixture(scope="module")
def register() -> list[dict[str, str]]:
    """Their rows in the register."""
    blocks = register_blocks(7, 2 * BLOCK, RATES, {})
    return [dict(zip(COLUMNS, row, strict=True)) for block in blocks for row in block]


def share(crowd, condition) -> float:
    """The share of people who meet a condition."""
    return sum(map(condition, crowd)) / len(crowd)


def test_about_two_thirds_were_trained_in_norway(crowd):
    """The countries of education are mixed as in a Nordic register."""
    assert 0.62 < share(crowd, lambda person: person.country == "NO") < 0.72
    assert len({person.country for person in crowd}) > 30


def test_most_are_women(crowd):
    """About 83 of 100 are women, fewer among doctors."""
    assert 0.76 < share(crowd, lambda person: person.woman) < 0.86
    doctors = [person for person in crowd if "LE" in person.professions]
    assert 0.42 < share(doctors, lambda person: person.woman) < 0.62


def test_ages(crowd):
    """Everybody is between 21 and 81 years old, half of them younger than 50."""
    ages = sorted((date(2025, 10, 1) - person.born).days / 365.25 for person in crowd)
    assert ages[0] > 21.9
    assert ages[-1] < 81
    assert 40 < ages[len(ages) // 2] < 52


def test_marriages_follow_the_survey(crowd):
    """Of Norwegian women who married, nearly half keep the former surname as middle name and a third take only the new one."""
    grown = [each for each in crowd if each.woman and each.culture == "NO" and each.born.year < 1980]
    kept = Counter(each.marriage for each in grown)
    changed = kept["husband"] + kept["middle"] + kept["double"]
    assert 0.5 < kept["middle"] / changed < 0.6
    assert 0.35 < kept["husband"] / changed < 0.46
    assert changed / len(grown) > 0.5


def test_women_bear_womens_forms(crowd):
    """A Lithuanian woman's own surname is never a man's form; a man's always is."""
    lithuanians = [each for each in crowd if each.culture == "LT"]
    assert len(lithuanians) > 100
    for each in lithuanians:
        assert (each.birth != each.birth_male) == each.woman or each.birth_male.endswith(("o", "i"))


def test_names_are_held_in_the_script_of_home(crowd):
    """Bulgarian and Greek names are held in Cyrillic and Greek, and reach the register in Latin letters."""
    foreign = [each for each in crowd if each.culture in ("BG", "GR", "RU", "AR")]
    assert foreign
    for each in foreign:
        assert ord(each.given[0]) > 0x250
        name = render(each, register_view(each))
        assert all(ord(letter) < 0x250 for letter in name.family + name.given)


def test_surnames_are_many_and_uneven(register):
    """A few surnames are common, most of them rare."""
    counts = Counter(row["family_name"] for row in register)
    assert len(counts) > len(register) * 0.4
    assert 0.004 < counts.most_common(1)[0][1] / len(register) < 0.02


def test_register_columns(register):
    """Ids are unique strings of seven to nine digits, dates ISO, professions codes, and names never empty."""
    known = {row["category"] for row in rows("professions")}
    assert len({row["hpr_number"] for row in register}) == len(register)
    for row in register:
        assert row["hpr_number"].isdigit()
        assert 7 <= len(row["hpr_number"]) <= 9
        assert date.fromisoformat(row["birth_date"])
        assert set(row["professions"].split(";")) <= known
        assert row["family_name"]
        assert row["given_name"]


def test_identifiers_belong_to_their_rows(register):
    """An identity number tells the row's birth date; some educated abroad have none."""
    for row in register:
        if row["national_id"]:
            day, month, year = (int(row["national_id"][at : at + 2]) for at in (0, 2, 4))
            assert (day % 40, month - 80, year) == tuple(
                int(row["birth_date"][at : at + 2]) for at in (8, 5, 2)
            )
    abroad = [row for row in register if row["education_country"] != "NO"]
    assert 0.09 < share(abroad, lambda row: not row["national_id"]) < 0.15
    assert all(row["national_id"] for row in register if row["education_country"] == "NO")


def test_some_hold_two_authorisations(register):
    """There are midwives who are nurses, and doctors who were nurses."""
    held = Counter(row["professions"] for row in register)
    assert held["SP;JO"] > 50
    assert held["SP;LE"] > 5
    assert not held["JO"]


def test_a_block_needs_no_other(crowd):
    """The second block is the same, made alone or after the first."""
    assert block_of_people(7, 1, RATES) == crowd[BLOCK:]


def test_a_larger_register_begins_as_a_smaller_one():
    """The size of a register changes nothing in the rows it shares with another."""
    small = [row for block in register_blocks(3, 1_500, RATES, {}) for row in block]
    large = [row for block in register_blocks(3, BLOCK + 5, RATES, {}) for row in block]
    assert large[:1_500] == small
    assert len(large) == BLOCK + 5


def test_seeds_differ():
    """Another seed gives other people."""
    assert block_of_people(1, 0, RATES)[:5] != block_of_people(2, 0, RATES)[:5]


def test_numbers_are_unique_far_out():
    """No number of the register comes twice, however many rows there are."""
    sample = [*range(3_000), *range(4_000_000, 4_003_000), *range(7_990_000, 7_993_000)]
    assert len({hpr_number(row, 12345) for row in sample}) == len(sample)
