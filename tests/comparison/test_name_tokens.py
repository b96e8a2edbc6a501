"""Tokens of names: what two of them have in common."""

from itertools import permutations

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from name_records import field_values, name_records
from strategies import FAMILY, GIVEN

from hpmatch.comparison.joined_words import joined_words
from hpmatch.comparison.name_tables import NOTHING, NameTables
from hpmatch.comparison.names import GivenName
from hpmatch.comparison.one_token import agreement_of
from hpmatch.comparison.relations import have_alike_stems, joined
from hpmatch.records import FEW, Column, Vocabulary
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.token_forms import STEMS, sketches_of, token_forms

WORDS = [
    "gun",
    "britt",
    "gunbritt",
    "g",
    "unbritt",
    "sjögren",
    "sjogren",
    "de los reyes",
    "щерев",
    "shcherev",
    "дос сантос",
    "'",
]

TOKENS = sorted(
    {token for name in (*GIVEN, *FAMILY) for token in name_tokens(name)}
    | {
        "h",
        "helene",
        "я",
        "яна",
        "yana",
        "k",
        "johannes",
        "kazlauskaite",
        "محمد",
        "schukow",
        "zhukova",
        "fjodorov",
        "fedorova",
        "kravtjuk",
        "lebedew",
        "lobodew",
    }
)


@given(
    st.lists(st.sampled_from(TOKENS) | st.text("abøкиم ", min_size=1, max_size=6), unique=True, max_size=8)
)
def test_a_token_has_the_sketches_that_it_has_among_others(tokens):
    """Worked out for one or for many."""
    found = token_forms(Vocabulary(pa.array(tokens, pa.string()))).sketches
    assert found[:, :STEMS].tolist() == [list(sketches_of(token)) for token in tokens]


# Names of each alphabet's letters, and of what is spelled with several Latin ones.
BEGINNINGS = [
    *(f"{letter}ilemon" for letter in "abcdefghijklmnopqrstuvwxyzåäöøæčđłšž"),
    *(f"{letter}илена" for letter in "абвгдежзиклмнопрстуфхцчшщэюяіїєђљњћџ"),
    *(f"{letter}ιλένα" for letter in "αβγδεζηθικλμνξοπρστυφχψωάέ"),
]
WRITTEN_OTHERWISE = [
    "г herasim",
    "г gerasim",
    "х hristo",
    "х khristo",
    "я yana",
    "ю iulia",
    "ж zeljko",
    "θ thomas",
]


@pytest.mark.parametrize(
    ("letter", "name"), [*((name[0], name) for name in BEGINNINGS), *map(str.split, WRITTEN_OTHERWISE)]
)
def test_any_letter_is_an_initial(letter, name):
    """Of every name that begins with it, whatever is heard of it, in its own letters or in Latin ones."""
    sides = name_records({"given_name": letter}), name_records({"given_name": name})
    assert GivenName.levels[GivenName().compare(*sides).levels[0]] == "initial"
    (alone,) = GivenName().compare_one(*map(field_values, sides))
    assert GivenName.levels[alone.level] == "initial"


@pytest.mark.parametrize(
    ("letter", "name"), [("h", "anna"), ("g", "helene"), ("х", "wilma"), ("bo", "bolette")]
)
def test_another_letter_is_no_initial(letter, name):
    """Nor are two letters."""
    found = GivenName().compare(name_records({"given_name": letter}), name_records({"given_name": name}))
    assert GivenName.levels[found.levels[0]] != "initial"


# Letters that a name is shortened to, a name, whether that is shortened so.
ABBREVIATIONS = [
    ("ch", "charalampidis", True),
    ("ch", "theodoros", False),
    ("ch", "cho", False),  # a letter more: another syllable
    ("kh", "kharitonov", True),
    ("sh", "shavkatov", True),
    ("zh", "zhambulov", True),
    ("ts", "tsvetkov", True),
    ("dzh", "dzhumaev", True),
    ("th", "thorsen", True),
    ("th", "θωμάς", True),
    ("ph", "phaidonos", True),
    ("chr", "chrysostomou", True),
    ("gy", "gyulai", True),
    ("zs", "zsoldos", True),
    ("sz", "szabados", True),
    ("cs", "cserepes", True),
    ("yu", "yuri", True),
    ("yu", "yulan", False),  # a Chinese name begins with Yu, which is one too
    ("ya", "yakov", True),
    ("ya", "yawen", False),
    ("ye", "yevgeny", True),
    ("ye", "yelin", False),
    ("ju", "jurijus", True),
    ("ju", "jurij", True),
    ("ju", "juwen", False),
    ("ng", "ngozi", False),
]


# An initial, a name, whether some romanisation of the name begins with it: both are of one name as its bearers write it.
INITIALS = [
    ("j", "yury", True),  # Юрий
    ("i", "jurijus", True),
    ("y", "iuliia", True),
    ("j", "юлия", True),
    ("y", "jakov", True),  # Яков
    ("y", "jordan", True),  # Йордан
    ("j", "ioannis", True),
    ("y", "elena", True),  # Елена
    ("e", "jelizaveta", True),
    ("j", "ekaterina", True),  # Екатерина
    ("e", "yevgeny", True),  # Евгений
    ("j", "evgeniy", True),
    ("j", "efim", True),  # Ефим
    ("y", "egor", True),  # Егор
    ("h", "khristina", True),  # Христина
    ("c", "hristo", True),
    ("h", "charalampos", True),  # Χαράλαμπος
    ("h", "khalid", True),  # خالد
    ("w", "vladimir", True),  # Владимир
    ("g", "hanna", True),  # Ганна
    ("h", "grigoriy", True),  # Григорій
    ("g", "halyna", True),  # Галина
    ("g", "hennadii", True),  # Геннадій
    ("y", "georgios", True),  # Γεώργιος
    ("g", "yiannis", True),  # Γιάννης
    ("c", "tsvetan", True),  # Цветан
    ("z", "tsvetana", True),
    ("j", "zhanna", True),  # Жанна
    ("k", "qasim", True),  # قاسم
    ("d", "jamal", True),  # جمال
    ("g", "jalal", True),  # جلال
    ("u", "omar", True),  # عمر
    ("u", "osman", True),  # عثمان
    ("o", "wahid", True),  # وحيد
    ("c", "konstantinos", True),  # Κωνσταντίνος
    ("c", "katerina", True),  # Κατερίνα
    ("c", "kyriakos", True),  # Κυριάκος
    ("b", "vasileios", True),  # Βασίλειος
    ("e", "aikaterini", True),  # Αικατερίνη
    ("p", "filippos", True),  # Φίλιππος
    ("p", "fotini", True),  # Φωτεινή
    ("j", "erik", False),
    ("y", "jens", False),
    ("h", "charles", False),
    ("g", "hans", False),
    ("c", "karin", False),
    ("p", "frida", False),
    ("b", "vera", False),
]


@pytest.mark.parametrize(("short", "name", "fits"), [*ABBREVIATIONS, *INITIALS])
def test_letters_that_a_name_is_shortened_to_are_an_initial(short, name, fits):
    """So it is for tables and for a single pair, and either may be the shorter."""
    for names in permutations((short, name)):
        sides = [name_records({"given_name": each}) for each in names]
        found = GivenName().compare(*sides).levels[0]
        (alone,) = GivenName().compare_one(*map(field_values, sides))
        assert [GivenName.levels[level] == "initial" for level in (found, alone.level)] == [fits, fits]


def test_given_names_have_no_stems_that_are_spelled_otherwise():
    """What the table of given names does not bring together are two names; a surname is in no group."""
    assert not have_alike_stems("christin", "krystyna")
    assert have_alike_stems("borissov", "borisova")


def test_two_tokens_agree_as_they_do_among_others():
    """Worked out for one pair, or for all pairs of two tables, in which nobody else holds the token."""
    table = name_records(*({"family_name": token} for token in TOKENS))
    every = np.arange(len(TOKENS))
    left, right = np.repeat(every, len(TOKENS)), np.tile(every, len(TOKENS))
    pairs = NameTables.of(table).token_pairs(table.take(left), table.take(right))
    found = np.full(len(left), NOTHING)
    found[pairs.owner] = pairs.agreement
    tokens = table["family_name"].to_pylist()
    alone = [
        agreement_of(tokens[a][0], tokens[b][0]) for a, b in zip(left.tolist(), right.tolist(), strict=True)
    ]
    assert found.tolist() == alone
    assert len(set(alone)) > 3


@given(st.lists(st.lists(st.sampled_from(WORDS), max_size=3), min_size=2, max_size=4), st.booleans())
def test_names_are_one_word_as_their_letters_are(names, is_large):
    """Of several words, in another script, and without a letter; in a large table, which is worked out at once, too."""
    more = [("a" * length,) for length in range(1, FEW)] if is_large else []
    column = Column.encode([*map(tuple, names), *more], pa.list_(pa.string()))
    terms = column.values.terms
    found = joined_words(terms.vocabulary).of_names(terms, column.codes[: len(names)])
    words = [joined(tuple(name)) for name in names]
    assert [a == b for a in found for b in found] == [a == b for a in words for b in words]


@pytest.mark.parametrize(
    ("left", "right", "alike"),
    [
        ("schukow", "zhukova", True),
        ("wesselinowa", "veselinov", True),
        (
            "müller",
            "moller",
            False,
        ),  # neither has an ending to take off: spellings of whole names are another level
        ("malik", "malicki", False),  # an ending on one side alone makes another name
        ("constantin", "konstantinou", False),
        ("lebedew", "lobodew", False),  # of the same consonants, and yet two
        ("christina", "kristin", False),  # two given names, of which the table says what they are
        ("жукова", "schukow", False),  # another script has every scheme's spelling
    ],
)
def test_stems_that_two_schemes_spell(left, right, alike):
    """They are alike if an ending was taken off, of one kind on both sides; whichever side comes first."""
    assert have_alike_stems(left, right) is have_alike_stems(right, left) is alike
