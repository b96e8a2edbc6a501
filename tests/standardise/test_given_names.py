"""Given names that stand for one another: translations and short forms."""

import re
from collections import Counter, defaultdict

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.given_names import are_apart, implied_sex_of_given, name_groups
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of, spellings
from hpmatch.standardise.text import fold

ROWS = read_table("given_names")
NAMES = st.sampled_from([row["name"] for row in ROWS]) | st.text(max_size=12)

# An ending and a name of no group that has it; for the sex that the ending tells.
ENDINGS = {
    "-ė": "Gražvilė F",
    "-ius": "Liudvinius M",
    "-ijus": "Kajetijus M",
    "-mantas": "Gedmantas M",
    "-vydas": "Mangvydas M",
    "-iņš": "Ķipariņš M",
    "-slav": "Chvaloslav M",
    "-sław": "Wszebosław M",
    "-slava": "Chvaloslava F",
    "-sława": "Wszebosława F",
    "-mira": "Chvalimira F",
    "-ος": "Ζαφείριος M",
    "-ης": "Ερμοκράτης M",
    "-ούλα": "Ασημούλα F",
    "-dís": "Ragndís F",
    "-rún": "Geirrún F",
    "-hildur": "Arnhildur F",
    "-gerður": "Sólgerður F",
    "-björg": "Hallbjörg F",
    "-þrúður": "Jarþrúður F",
    "-geir": "Ketilgeir M",
    "-mundur": "Vémundur M",
    "-valdur": "Sævaldur M",
    "-steinn": "Hallsteinn M",
    "-björn": "Hallbjörn M",
    "-èle": "Gaspardèle F",
}

# An ending that is put behind foreign men's names, and such a name without it and with it.
ADAPTED = {
    "-as": "Hasan Hasanas",
    "-is": "Anatol Anatolis",
    "-us": "Jevgenij Jevgenijus",
}


def read_groups():
    """Read what each group holds: names with their relation, sex and languages."""
    for line in case_lines("given_name_groups"):
        head, names = line.split(": ", 1)
        group, languages, *source = head.split(" | ")
        key, sex = group.split()
        for name in names.split():
            relation = "short" if name[0] == "~" else "form"
            yield (
                name.lstrip("~"),
                key,
                relation,
                sex,
                languages.replace(" ", ";"),
                *(source or [f"Behind the Name: {key.capitalize()}"]),
            )


def read_by_language():
    """Read the names that are common in each language: those of one name, and others beside them."""
    for line in case_lines("given_names_by_language"):
        head, names = line.split(": ", 1)
        sex, languages = head.split(" | ")
        for each in names.split():
            *earlier, written = each.split(">")
            forms = written.split("=")
            group = earlier[0] if earlier else spellings(forms[0].lstrip("~").casefold())[0]
            for name in forms:
                relation = "short" if name[0] == "~" else "form"
                source = "general knowledge of names"
                yield name.lstrip("~"), group, relation, sex, languages.replace(" ", ";"), source


GROUPS = [*read_groups(), *read_by_language()]


def filed_under(name):
    """Give what a name stands for among those of its script: in Latin letters with or without marks."""
    return set(spellings(name)) if script_of(name) == "latin" else {fold(name)}


def by_script():
    """Give for each script what its names are filed under, with their groups and sexes."""
    found = defaultdict(lambda: defaultdict(set))
    for typed, group, _, sex, *_ in GROUPS:
        name = typed.casefold()
        for form in filed_under(name):
            found[script_of(name)][form].add((group, sex))
        if script_of(name) not in CONSONANT_SCRIPTS | {"latin"}:
            for form in spellings(name):
                found["spelled"][form].add((group, sex))
    return found


BY_SCRIPT = by_script()


def forms_of(name):
    """
    Give what leads to the groups of a name: its own letters, and what it is spelled as.

    A spelling that is a name of its own stands for that one, and one that fills vowels in for none.
    """
    script = script_of(name)
    if script in CONSONANT_SCRIPTS:
        return {name}
    return {name, *(form for form in spellings(name) if script == "latin" or form not in BY_SCRIPT["latin"])}


def test_every_name_is_in_its_groups():
    """Each name, in each of its spellings, leads to the group that it is a form of or short for."""
    forms = [(form, group) for name, group, *_ in GROUPS for form in forms_of(name.casefold())]
    assert [(form, group) for form, group in forms if group not in name_groups(form)] == []
    assert len({group for _, group, *_ in GROUPS}) >= 250
    assert len(GROUPS) >= 2500


def test_the_table_says_nothing_else():
    """Each row of the table is one of these facts."""
    rows = [tuple(row.values()) for row in ROWS if row["relation"] not in {"ending", "adapted"}]
    assert Counter(rows) - Counter(GROUPS) == Counter()


def told_by(name):
    """Give the groups and the sexes of the names that are written like this one."""
    script = script_of(name)
    if script in CONSONANT_SCRIPTS:
        return BY_SCRIPT[script].get(fold(name), set())
    forms = filed_under(name) | set(spellings(name))
    known = set().union(*(BY_SCRIPT[each].get(form, ()) for each in {script, "latin"} for form in forms))
    return known or set().union(*(BY_SCRIPT["spelled"].get(form, ()) for form in forms))


def groups_of(name):
    """Give the groups of a name by the facts."""
    return {group for group, _ in told_by(name)}


def sex_of(name):
    """Give the sex that a name tells by the facts; if names of another sex are written like it, by an ending that tells it."""
    sexes = {sex for _, sex in told_by(name)}
    if len(sexes) != 1:
        sexes = {
            told.split()[1]
            for ending, told in ENDINGS.items()
            if name.casefold().endswith(ending[1:].casefold())
        }
    return next(iter(sexes - {"U"})) if len(sexes) == 1 and sexes != {"U"} else ""


def test_names_are_in_no_other_group():
    """A Latin name is in the groups of the names that are spelled like it, and in no others."""
    forms = {form for name, *_ in GROUPS for form in forms_of(name.casefold()) if script_of(form) == "latin"}
    assert [form for form in sorted(forms) if name_groups(form) != groups_of(form)] == []


def test_every_name_tells_its_sex():
    """A name that only one sex bears tells it."""
    names = {name for name, *_ in GROUPS}
    assert [name for name in names if implied_sex_of_given(name.casefold()) != sex_of(name.casefold())] == []


def read_pairs():
    """Read which pairs of given names stand for one another."""
    for line in case_lines("given_name_pairs"):
        kind, pairs = line.split(": ")
        for pair in pairs.split(", "):
            yield *pair.split(), kind == "same"


@pytest.mark.parametrize(("left", "right", "same"), [*read_pairs()])
def test_names_that_stand_for_one_another(left, right, same):
    """Translations and short forms share a group, and names that only sound alike do not."""
    assert bool(name_groups(left) & name_groups(right)) is same


def read_apart():
    """Read which pairs of given names are two names in a country."""
    for line in case_lines("given_names_apart"):
        country, pairs = line.split(": ")
        for pair in pairs.split(", "):
            yield *pair.split(), country


APART = [*read_apart()]


def test_names_that_are_two_though_of_one_group():
    """They are told apart from either side, whatever their case."""
    pairs = [(left.casefold(), right.casefold()) for left, right, _ in APART]
    assert not [pair for pair in pairs if not name_groups(pair[0]) & name_groups(pair[1])]
    assert not [pair for pair in pairs if not (are_apart(*pair) and are_apart(*pair[::-1]))]


def test_the_table_of_names_apart_is_these_facts():
    """The table holds these pairs, no others and no fewer."""
    rows = read_table("given_names_apart")
    assert Counter((row["name"], row["other"], row["country"]) for row in rows) == Counter(APART)
    assert all(row["source"] for row in rows)


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
        ("michele", ""),  # Michael in Italy
        ("michèle", "F"),
        ("kari", ""),  # a man in Finland
        ("rosario", ""),
        ("dominique", ""),
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


def test_a_foreign_name_with_an_ending_is_in_its_groups():
    """It is a man's that the table knows, and no other group has the name with the ending."""
    assert sorted(row["name"] for row in ROWS if row["relation"] == "adapted") == sorted(ADAPTED)
    for ending, names in ADAPTED.items():
        foreign, adapted = names.casefold().split()
        assert adapted.endswith(ending[1:])
        assert name_groups(adapted) == name_groups(foreign) != frozenset()
        assert implied_sex_of_given(adapted) == "M"


@pytest.mark.parametrize("name", ["olgaas", "annaus", "leoas", "vargas", "rojas", "kazlauskas", "morris"])
def test_an_ending_behind_no_foreign_name(name):
    """Women's names have none of these endings, three letters are too few, and others are in no group."""
    assert name_groups(name) == frozenset()


@pytest.mark.parametrize(
    "names", ["John Džons Džonas", "Michael Maikls Maiklas", "Ivan Ivans Ivanas", "Vadim Vadims Vadimas"]
)
def test_forms_of_a_foreign_name_are_of_one_group(names):
    """As Latvian and Lithuanian documents write it."""
    assert frozenset.intersection(*(name_groups(name) for name in names.casefold().split()))


def test_the_rows_of_the_table():
    """Every cell has its form, and no name stands twice in a group."""
    assert list(ROWS[0]) == ["name", "group", "relation", "sex", "languages", "source"]
    assert max(Counter((row["name"], row["group"]) for row in ROWS).values()) == 1
    for row in ROWS:
        assert row["relation"] in {"form", "short", "ending", "adapted"}
        assert row["sex"] in {"F", "M", "U"}
        assert all(re.fullmatch("[a-z]{2}", language) for language in row["languages"].split(";"))


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
