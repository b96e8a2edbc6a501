"""Given names that stand for one another: translations and short forms."""

import re
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.given_names import implied_sex_of_given, name_groups
from hpmatch.standardise.scripts import spellings

CASES = Path(__file__).with_name("cases")
ROWS = read_table("given_names")
NAMES = st.sampled_from([row["name"] for row in ROWS]) | st.text(max_size=12)

# An ending and a name of no group that has it; for the sex that the ending tells.
ENDINGS = {
    "-ė": "Skaistė F",
    "-ius": "Liudvinius M",
    "-ijus": "Kajetijus M",
    "-mantas": "Eimantas M",
    "-vydas": "Tautvydas M",
    "-iņš": "Ķipariņš M",
    "-slav": "Dobroslav M",
    "-sław": "Dobrosław M",
    "-slava": "Dobroslava F",
    "-sława": "Dobrosława F",
    "-mira": "Krasimira F",
    "-ος": "Ζαφείριος M",
    "-ης": "Ευριπίδης M",
    "-ούλα": "Ασημούλα F",
    "-dís": "Vigdís F",
    "-rún": "Sigrún F",
    "-hildur": "Brynhildur F",
    "-gerður": "Ásgerður F",
    "-björg": "Sigurbjörg F",
    "-þrúður": "Sigþrúður F",
    "-geir": "Ásgeir M",
    "-mundur": "Guðmundur M",
    "-valdur": "Þorvaldur M",
    "-steinn": "Aðalsteinn M",
    "-björn": "Sigurbjörn M",
}


def lines(name):
    """Give the lines of a table of cases."""
    return [
        line for line in (CASES / name).read_text(encoding="utf-8").splitlines() if not line.startswith("#")
    ]


def read_groups():
    """Read what each group holds: names with their relation, sex and languages."""
    for line in lines("given_name_groups.txt"):
        head, names = line.split(": ", 1)
        group, languages = head.split(" | ")
        key, sex = group.split()
        for name in names.split():
            relation = "short" if name[0] == "~" else "form"
            yield (
                name.lstrip("~"),
                key,
                relation,
                sex,
                languages.replace(" ", ";"),
                f"Behind the Name: {key.capitalize()}",
            )


def test_the_table_is_these_groups():
    """The table holds these names in these groups, no others and no fewer."""
    rows = [tuple(row.values()) for row in ROWS if row["relation"] != "ending"]
    assert Counter(rows) == Counter(read_groups())
    assert len({row[1] for row in rows}) >= 250
    assert len(rows) >= 2500


def read_pairs():
    """Read which pairs of given names stand for one another."""
    for line in lines("given_name_pairs.txt"):
        kind, pairs = line.split(": ")
        for pair in pairs.split(", "):
            yield *pair.split(), kind == "same"


@pytest.mark.parametrize(("left", "right", "same"), [*read_pairs()])
def test_names_that_stand_for_one_another(left, right, same):
    """Translations and short forms share a group, and names that only sound alike do not."""
    assert bool(name_groups(left) & name_groups(right)) is same


@pytest.mark.parametrize(
    ("name", "sex"),
    [
        ("katarzyna", "F"),
        ("иван", "M"),
        ("мария", "F"),
        ("никита", "M"),
        ("sasha", ""),  # Alexander or Alexandra
        ("jan", ""),  # John in Norway, Janet in England
        ("andrea", ""),  # Andrew in Italy
        ("simone", ""),  # Simon in Italy
        ("nicola", ""),  # Nicholas in Italy
        ("jean", ""),  # John in France
        ("deniz", ""),
        ("hansen", ""),
    ],
)
def test_sex_of_a_given_name(name, sex):
    """A name of both sexes in any country tells none."""
    assert implied_sex_of_given(name) == sex


def test_endings_tell_the_sex():
    """Each ending of the table tells the sex of a name that stands in no group, and there are no others."""
    rows = [row for row in ROWS if row["relation"] == "ending"]
    assert sorted(row["name"] for row in rows) == sorted(ENDINGS)
    for row in rows:
        name, sex = ENDINGS[row["name"]].split()
        assert name_groups(name.casefold()) == frozenset()
        assert implied_sex_of_given(name.casefold()) == sex == row["sex"]
        assert row["group"] == ""
        assert row["source"]


def test_the_rows_of_the_table():
    """Every cell has its form, and no name stands twice in a group."""
    assert list(ROWS[0]) == ["name", "group", "relation", "sex", "languages", "source"]
    assert max(Counter((row["name"], row["group"]) for row in ROWS).values()) == 1
    for row in ROWS:
        assert row["relation"] in {"form", "short", "ending"}
        assert row["sex"] in {"F", "M", "U"}
        assert all(re.fullmatch("[a-z]{2}", language) for language in row["languages"].split(";"))


@pytest.mark.parametrize(
    "row", [row for row in ROWS if row["relation"] != "ending"][::25], ids=lambda row: row["name"]
)
def test_every_spelling_finds_its_group(row):
    """Each spelling of a name of the table leads to its group."""
    for spelling in spellings(row["name"].casefold()):
        assert row["group"] in name_groups(spelling)


@given(NAMES)
def test_any_token_has_groups(token):
    """No text fails, case does not matter, and the sex is known or not."""
    assert isinstance(name_groups(token), frozenset)
    assert implied_sex_of_given(token) in {"F", "M", ""}
    if token.isascii():
        assert name_groups(token.upper()) == name_groups(token.lower())


@given(NAMES, NAMES)
def test_sharing_is_symmetric(left, right):
    """What two names share does not depend on which comes first."""
    assert name_groups(left) & name_groups(right) == name_groups(right) & name_groups(left)
