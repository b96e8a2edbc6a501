"""Surnames that change, parents' names, and names in one word or in several."""

from collections import Counter
from itertools import combinations

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.compounds import attach, compounds, head_of
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.surnames import (
    are_derived_apart,
    implied_sex,
    is_for_life,
    is_patronymic,
    stems,
    tail_of,
    without_tail,
)
from hpmatch.standardise.text import fold

TOKENS = st.text(max_size=12) | st.builds(
    str.__add__,
    st.text("abdeklmnorstv", max_size=6),
    st.sampled_from([row["ending"] for row in read_table("surname_endings")]),
)


def read_pairs():
    """Read which pairs of names are two forms of one surname."""
    for line in case_lines("surname_pairs"):
        head, rest = line.split(": ", 1)
        country, kind = head.split(" | ")
        for pair in rest.split(" | ")[0].split(", "):
            yield country, *pair.casefold().split(), kind == "same"


def shared(left, right):
    """Give the stems that two tokens have in common."""
    return set(stems(left)) & set(stems(right))


@pytest.mark.parametrize(("country", "left", "right", "same"), [*read_pairs()])
def test_forms_of_one_surname_share_a_stem(country, left, right, same):
    """A man's, a wife's and a daughter's form share a stem, and two surnames do not."""
    assert bool(shared(left, right)) is same, country


def read_sexes():
    """Read what the endings of tokens tell."""
    for line in case_lines("surname_sexes"):
        head, tokens = line.split(": ")
        sex, parent = head.split()
        for token in tokens.split():
            yield token.casefold(), sex.strip("-"), parent == "yes"


@pytest.mark.parametrize(("token", "sex", "parent"), [*read_sexes()])
def test_what_an_ending_tells(token, sex, parent):
    """An ending tells the sex only where it is sure, and whether a name is made of a parent's."""
    assert implied_sex(token) == sex
    assert is_patronymic(token) is parent


@pytest.mark.parametrize("line", case_lines("name_compounds"))
def test_compounds(line):
    """Words that belong together are joined in each usual spelling."""
    exact = ">" not in line
    words, joined = line.split("=" if exact else ">")
    found = compounds(words.split())
    assert set(joined.split()) <= set(found)
    if exact:
        assert set(joined.split()) == set(found)


@pytest.mark.parametrize(
    ("words", "tokens"),
    [
        ("an nur", "an nur"),
        ("an na", "an|na"),
        ("an dagrund", "an|dagrund"),
        ("ar rashid", "ar rashid"),
        ("ar karim", "ar|karim"),
        ("ash sharif", "ash sharif"),
        ("at tayyib", "at tayyib"),
        ("az zahra olsen", "az zahra|olsen"),
        ("abu bakr", "abu bakr"),
        ("jan van der berg", "jan|van der berg"),
    ],
)
def test_words_that_are_joined_with_what_follows(words, tokens):
    """A particle makes one token with the name after it, an assimilated article only before its own letter."""
    assert attach(words.split()) == tokens.split("|")


@pytest.mark.parametrize(
    ("token", "head"),
    [
        ("van der berg", "berg"),
        ("abdul rahim", "rahim"),
        ("abdulrahim", "rahim"),
        ("abd al aziz", "aziz"),
        ("van dam", "dam"),
        ("عبد الكريم", "كريم"),
        ("عبدالكريم", "كريم"),
        ("abdullah", "abdullah"),
        ("berg", "berg"),
        ("delgado", "delgado"),
    ],
)
def test_heads(token, head):
    """What stands before a name is taken off; letters that begin a name are not."""
    assert head_of(token) == head


KINDS = {
    "particle": "van von vom zu zum zur der den dem ter ten te t het op vander vanden de del della delle degli dello di da do das dos d la las los le les lo l du des san santa saint st sainte mc mac o ni nic ui mhic nig mhig giolla fitz ait ould bel dela delos delas ال",
    "filiation": "ap ab bin ben ibn bint binti بن ابن بنت",
    "kunya": "bou abu abou ابو ابي",
    "article": "al el ul ol",
    "assimilated": "ad ar as ash at an az ur uz ud us",
    "servant": "abd abed عبد",
    "servant_of": "abdul abdel abdal abdol abdoul",
    "tail": "din deen dine allah",
    "second": "uddin eddine ullah الدين الله reza",
    "first": "gholam amir anne ann anna ana hans karl carl heinz maria mari mary marie rosa eva lise gian pier jo",
}


def test_the_table_of_compounds_is_these_words():
    """The table holds these words, each of its kind, no others and no fewer."""
    rows = read_table("name_compounds")
    words = [(row["word"], row["kind"]) for row in rows]
    assert sorted(words) == sorted((word, kind) for kind, each in KINDS.items() for word in each.split())
    assert all(row["source"] and row["language"] for row in rows)
    assert len({fold(word) for word, _ in words}) == len(words)


def joined_as_told(kind, word):
    """Say whether a word is joined with its neighbour where its kind says so."""
    if kind == "second":
        return compounds(["nur", word]) == ("nur" + word,)
    if kind == "tail":
        return "nural" + word in compounds(["nur", "al", word]) and not compounds(["nur", word])
    if kind == "servant_of":
        return {word + "malik", "abdalmalik"} <= set(compounds([word, "malik"]))
    return compounds([word, "malik"])[:1] == (word + "malik",)


@pytest.mark.parametrize(("kind", "words"), [*KINDS.items()])
def test_every_kind_of_word_is_joined(kind, words):
    """A word of each kind is joined with its neighbour where its kind says so."""
    assert [word for word in words.split() if not joined_as_told(kind, word)] == []


def test_the_rows_of_the_endings():
    """Every row is filled, stands there once, and its countries, sex and stem have their form."""
    rows = read_table("surname_endings")
    assert list(rows[0]) == ["ending", "stem_ending", "sex", "country", "example", "source"]
    keys = [(row["ending"], row["stem_ending"], row["country"]) for row in rows]
    assert len(set(keys)) == len(keys)
    for row in rows:
        assert row["ending"] == row["ending"].casefold().strip() or not row["ending"].isascii()
        assert row["sex"] in {"F", "M", ""}
        assert all(len(code) == 2 for code in filter(None, row["country"].split(";")))
        assert row["example"]
        assert row["source"]


# By class, the suffixes that make another surname of a name.
SUFFIXES = {
    "son": "son sson sen ssen zon zen",
    "": "s",
    "ez": "ez es",
    "ov": "ov ova ev eva off eff ow ew iev yev ieva yeva",
    "in": "in ina yn",
    "ski": "ski sky skii skij skiy skyi skyy skaya skaia ska cki cky cka tsky tski",
    "enko": "enko enka",
    "uk": "uk iuk yuk chuk",
    "vich": "vich vych vitch wicz vic",
    "yan": "yan ian jan",
    "dze": "dze",
    "shvili": "shvili svili",
    "poulos": "opoulos poulos opulos pulos",
    "akis": "akis",
    "idis": "idis ides",
    "i": "i y ii ij iy yi",
    "zai": "zai zay",
    "pour": "pour pur",
    "zadeh": "zadeh zada zoda",
    "oglu": "oglu",
    "escu": "escu",
    "mann": "mann man",
    "er": "er",
    "stein": "stein",
}


def test_the_table_of_suffixes_is_these():
    """The table holds these suffixes, each of its class, no others and no fewer."""
    rows = read_table("surname_suffixes")
    assert list(rows[0]) == ["suffix", "class", "language", "source"]
    found = Counter((row["suffix"], row["class"]) for row in rows)
    assert found == Counter((suffix, name) for name, each in SUFFIXES.items() for suffix in each.split())
    assert all(row["source"] and row["language"] for row in rows)


@pytest.mark.parametrize(("name", "suffixes"), [*SUFFIXES.items()])
def test_a_suffix_makes_another_surname(name, suffixes):
    """Of a name, and not the same as another class does; but for -s, which may be added to any name in Latvian."""
    other = "berd" + ("son" if name != "son" else "ov")
    made = ["berd" + suffix for suffix in suffixes.split()]
    assert [each for each in made if are_derived_apart("berd", each)] == [
        each for each in made if each != "berds"
    ]
    assert [each for each in made if not are_derived_apart(each, other)] == []
    assert [pair for pair in combinations(made, 2) if are_derived_apart(*pair)] == []


@pytest.mark.parametrize(
    ("left", "right", "apart"),
    [
        ("peters", "petersen", True),
        ("martin", "martínez", True),
        ("محمد", "mohammad", False),
        ("гончаренко", "honcharuk", True),
        ("weis", "weiss", False),  # a letter doubled
        ("alis", "ali", False),  # too short
        ("ozols", "ozol", False),
        ("rodrigues", "rodriguez", False),
        ("kowalski", "kowalska", False),
        ("peters", "pieters", False),
        ("hansen", "ჰანსენი", False),  # in Georgian letters any name ends so
    ],
)
def test_surnames_made_of_one_name(left, right, apart):
    """They are two where the classes of their suffixes are, from either side."""
    assert are_derived_apart(left, right) is apart
    assert are_derived_apart(right, left) is apart


# By kind, endings that many surnames share, each behind the stem of a surname that has it.
TAILS = {
    "maiden": "kazl-auskaitė petr-aitė biel-iaitė balči-ūnaitė adom-avičiūtė stank-evičiūtė butk-utė šil-iūtė ali-jūtė ston-ytė",
    "parent": "jóns-dóttir",
    "": """
    butk-ienė butk-uvienė kazl-auskienė balči-ūnienė adom-avičienė stank-evičienė kazl-auskas balči-ūnas adom-avičius stank-evičius
    petr-ović đurđ-ević lewand-owski lewand-owska wiśni-ewski wiśni-ewska ziel-iński ziel-ińska ion-escu mchedli-shvili
    nikol-opoulos papad-opoulou
    """,
}


def of_tails():
    """Read a surname, its stem, its ending and its kind."""
    for kind, names in TAILS.items():
        for name in names.split():
            stem, ending = name.split("-")
            yield stem + ending, stem, fold(ending), kind


def test_the_table_of_tails_is_these():
    """The table holds these endings, each of its kind, no others and no fewer."""
    rows = read_table("surname_tails")
    assert list(rows[0]) == ["ending", "kind", "country", "example", "source"]
    assert {row["ending"]: row["kind"] for row in rows} == {ending: kind for _, _, ending, kind in of_tails()}
    assert all(row["country"] and row["source"] and tail_of(row["example"].casefold()) for row in rows)


@pytest.mark.parametrize(("name", "stem", "ending", "kind"), [*of_tails()])
def test_an_ending_that_many_surnames_share(name, stem, ending, kind):
    """It is found behind a stem, with its marks or without; its first letter stays with the stem."""
    assert tail_of(name) == tail_of(fold(name)) == ending
    assert fold(without_tail(name)) == fold(stem) + ending[0]
    assert is_for_life(name) is bool(kind)


@pytest.mark.parametrize(
    ("name", "rest"),
    [("þorsteinsdóttir", "þorsteinsd"), ("sæmundsdóttir", "sæmundsd"), ("ægisdóttir", "ægisd")],
)
def test_an_ending_behind_letters_that_are_folded_into_two(name, rest):
    """Þ and æ before it hide it no more than th and ae do."""
    assert (tail_of(name), without_tail(name), is_for_life(name)) == ("dottir", rest, True)
    assert tail_of(fold(name)) == "dottir"


@pytest.mark.parametrize("name", ["waite", "hansen", "", "ūtė", "иванова", "æute", "ßaite"])
def test_no_ending_that_many_surnames_share(name):
    """Fewer than three letters are no stem, and other letters have none of the endings."""
    assert (tail_of(name), without_tail(name), is_for_life(name)) == ("", name, False)


def common_surnames():
    """Read the frequent surnames, each once."""
    tokens = [
        token.casefold() for line in case_lines("common_surnames") for token in line.split(": ")[1].split()
    ]
    return list(dict.fromkeys(tokens))


def test_common_surnames_keep_apart():
    """Of all pairs of frequent surnames none share a stem, but those that are spelled alike (Møller, Möller)."""
    names = common_surnames()
    assert len(names) > 600
    found = [pair for pair in combinations(names, 2) if shared(*pair)]
    assert found == [("møller", "möller")]


@given(TOKENS)
def test_any_token_has_its_spellings_as_stems(token):
    """No text fails; a token's own spellings come first, and no stem is longer than the longest of them."""
    spelled = spellings(token)
    assert stems(token)[: len(spelled)] == spelled
    assert all(0 < len(stem) <= max(map(len, spelled)) for stem in stems(token))
    assert implied_sex(token) in {"F", "M", ""}
    assert is_patronymic(token) in {True, False}


@given(TOKENS, TOKENS)
def test_sharing_is_symmetric(left, right):
    """What two tokens share does not depend on which comes first, and a token shares with itself."""
    assert shared(left, right) == shared(right, left)
    assert shared(left, left) == set(stems(left))


@given(TOKENS)
def test_case_does_not_matter(token):
    """A token in capitals has the same stems where capitals are the same letters."""
    if token.isascii():
        assert stems(token.upper()) == stems(token.lower())
        assert implied_sex(token.upper()) == implied_sex(token.lower())


@given(
    st.lists(
        st.sampled_from([row["word"] for row in read_table("name_compounds")]) | st.text(max_size=5),
        max_size=14,
    )
)
def test_any_words_give_few_compounds(words):
    """No words fail, and however many articles stand there, the compounds are few."""
    joined = compounds(words)
    assert len(joined) <= 16
    assert len(set(joined)) == len(joined)
