"""Surnames in two languages, and how a Gaelic surname of a woman begins."""

from itertools import combinations

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.comparison.name_tables import SAME, SPELLED, STEM, VARIANT
from hpmatch.comparison.one_token import agreement_of
from hpmatch.data import read_table
from hpmatch.standardise.bilingual import bilingual_groups
from hpmatch.standardise.gaelic import is_womans, unmutated
from hpmatch.standardise.names import name_tokens, token_keys
from hpmatch.standardise.surnames import implied_sex, stems

ROWS = read_table("bilingual_surnames")


def read_surnames():
    """Read the surnames in two languages: their spellings in each, the languages and the source."""
    languages = source = ""
    for line in case_lines("bilingual_surnames"):
        if line.startswith("> "):
            languages, source = line.removeprefix("> ").split(" | ")
        else:
            yield *(tuple(names.split(", ")) for names in line.split(" = ")), languages, source


SURNAMES = [*read_surnames()]


def read_gaelic(kind):
    """Read Gaelic surnames, each as lists of forms."""
    for line in case_lines("gaelic_surnames"):
        of_kind = line.split(" | ")[1]
        if of_kind.startswith(kind):
            yield tuple(forms.split(", ") for forms in of_kind.removeprefix(f"{kind}: ").split(" = "))


ONE = [*read_gaelic("one")]


def groups(name):
    """Give the surnames in two languages that a typed name is a form of."""
    return frozenset().union(*map(bilingual_groups, name_tokens(name)))


def in_common(left, right):
    """Give the surnames in two languages of which two typed names are forms."""
    return groups(left) & groups(right)


def are_one(left, right):
    """Say whether two typed names are forms of one surname in two languages."""
    return bool(in_common(left, right))


def best(left, right):
    """Give what the tokens of two typed names have in common at best."""
    return min(agreement_of(ours, theirs) for ours in name_tokens(left) for theirs in name_tokens(right))


def keys(name):
    """Give the blocking keys of a typed name."""
    return {key for token in name_tokens(name) for key in token_keys(token)}


def test_the_table_of_surnames_in_two_languages_is_these_facts():
    """The table holds these surnames, no others and no fewer."""
    told = [
        (";".join(names), ";".join(others), languages.replace(" ", ";"), source)
        for names, others, languages, source in SURNAMES
    ]
    assert [tuple(row.values()) for row in ROWS] == told
    assert len({each[:2] for each in told}) == len(told) > 200


@pytest.mark.parametrize(("names", "others"), [each[:2] for each in SURNAMES])
def test_a_surname_in_two_languages_meets_and_agrees(names, others):
    """Any spelling in the one language and any in the other share a blocking key and agree as forms of one name."""
    for left in names:
        for right in others:
            assert keys(left) & keys(right), (left, right)
            assert best(left, right) in {SAME, STEM, SPELLED, VARIANT}, (left, right)


@pytest.mark.parametrize(("men", "women", "english"), ONE)
def test_the_forms_of_a_gaelic_surname_meet_and_agree(men, women, english):
    """A man's form, a daughter's, a wife's and the English one share a blocking key and agree as forms of one name."""
    for left, right in combinations([*men, *women, *english], 2):
        assert keys(left) & keys(right), (left, right)
        assert best(left, right) in {SAME, STEM, SPELLED, VARIANT}, (left, right)
        assert are_one(left, right), (left, right)


@pytest.mark.parametrize(("left", "right"), [pair for (pair,) in read_gaelic("two")])
def test_two_gaelic_surnames_are_none_in_two_languages(left, right):
    """Two surnames are not taken for one because one of them has a counterpart that is like the other's."""
    assert not are_one(left, right)


@pytest.mark.parametrize(
    ("man", "woman"),
    [
        ("ó murchú", "ní mhurchú"),
        ("ó murchú", "uí mhurchú"),
        ("mac suibhne", "nic shuibhne"),
        ("mac suibhne", "mhic shuibhne"),
        ("ó hógáin", "ní ógáin"),
        ("ó baothghalaigh", "ní bhaothghalaigh"),  # which no table has
        ("mac giolla bhríde", "mhic giolla bhríde"),
        ("mag fhloinn", "nig fhloinn"),
    ],
)
def test_a_womans_form_shares_a_stem_with_the_mans(man, woman):
    """What stands before a name changes how it begins, and no more; the two forms meet as blocking keys."""
    assert set(stems(man)) & set(stems(woman))
    assert set(token_keys(man)) & set(token_keys(woman))
    assert agreement_of(man, woman) in {SAME, STEM}


@pytest.mark.parametrize(
    ("token", "plain", "sex"),
    [
        ("ní mhurchú", "murchu", "F"),
        ("nic dhomhnaill", "domhnaill", "F"),
        ("mhig fhloinn", "floinn", "F"),
        ("ní riain", "", ""),  # r is not lenited
        ("ni zhang", "", ""),
        ("mac fhloinn", "", ""),
        ("mac hugh", "", ""),
        ("ó hógáin", "ogain", ""),
        ("de bhailís", "", ""),
        ("nicholas", "", ""),
        ("", "", ""),
    ],
)
def test_lenition_tells_a_woman(token, plain, sex):
    """A name that is lenited behind a daughter's or a wife's particle is a woman's."""
    assert unmutated(token) == plain
    assert implied_sex(token) == sex
    assert is_womans(token) is (sex == "F")


def test_a_short_name_is_known_with_its_particle_only():
    """Without a particle a name counts that is long enough to be no other: Ó Sé is Shea, and Se is Korean."""
    assert are_one("Ó Sé", "Shea")
    assert not are_one("Se", "Shea")
    assert are_one("Murchú", "Murphy")


@given(st.text())
def test_any_text_has_groups(text):
    """No text fails."""
    assert bilingual_groups(text) >= frozenset()
    assert isinstance(unmutated(text), str)
