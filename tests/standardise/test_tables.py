"""The tables of titles, specialties, countries and name noise: their form, and the facts about name noise."""

import re
from collections import Counter

import pytest
from standardise.test_names import read_noise

from hpmatch.data import read_table
from hpmatch.standardise.text import fold, split_words

CATEGORIES = set(
    re.findall(
        r"\w+",
        "AA AT AU BI ET FA1 FA2 FB FO FT HE HF HP JO KE KI LE MT NP OA OI OP OR OS PE PM PS RA SP TH TL TP TT VE VP XX",
    )
)
COLUMNS = {
    "countries": ["iso2", "iso3", "name_en", "name_nb", "other_names", "date_order", "source"],
    "professions": ["title", "language", "category", "specialist", "source"],
    "profession_helpers": ["word", "place", "role", "language", "source"],
    "helper_categories": ["role", "category", "becomes", "source"],
    "profession_relations": ["left", "right", "relation", "note", "source"],
    "specialties": ["specialty", "term", "language", "category", "source"],
    "name_noise": ["word", "kind", "rule", "language", "source"],
}
OPTIONAL = {"language", "category"}
COUNTRY_SOURCES = {
    "ISO 3166-1; general knowledge",
    "ISO 3166-3; general knowledge",
    "user-assigned code in common use; general knowledge",
}


def phrase(text):
    """Give the folded words of a title of a table, with its stars."""
    return " ".join(re.findall(r"\*?[^\W_]+\*?", fold(text)))


def repeated(keys):
    """Give the keys that stand there more than once."""
    return [key for key, count in Counter(keys).items() if count > 1]


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_and_cells(name):
    """Every table has its columns, and every cell that must be filled is, without blanks around it."""
    rows = read_table(name)
    assert rows
    for row in rows:
        assert list(row) == COLUMNS[name]
        assert all(cell == cell.strip() for cell in row.values())
        assert [column for column, cell in row.items() if not cell and column not in OPTIONAL] == []


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("countries", ["iso2"]),
        ("countries", ["iso3"]),
        ("professions", ["title"]),
        ("profession_helpers", ["word"]),
        ("helper_categories", ["role", "category"]),
        ("specialties", ["specialty", "term"]),
    ],
)
def test_keys_are_distinct(name, key):
    """No row says again what another row says, however it is spelled."""
    assert (
        repeated(tuple(phrase(row[column]) or row[column] for column in key) for row in read_table(name))
        == []
    )


@pytest.mark.parametrize("name", ["professions", "profession_helpers", "specialties", "name_noise"])
def test_languages_are_codes(name):
    """A language is an ISO 639-1 code; several are separated by ';'."""
    for row in read_table(name):
        languages = row["language"].split(";") if row["language"] else []
        assert all(re.fullmatch("[a-z]{2}", language) for language in languages)
        assert repeated(languages) == []


def test_categories_exist():
    """Every category of every table is in code list 9060."""
    coded = {code for row in read_table("professions") for code in row["category"].split(";")}
    assert coded - {""} == CATEGORIES - {"XX"}
    assert {row["category"] for row in read_table("specialties")} == {"LE", "TL", "SP"}
    assert {
        row[side] for row in read_table("helper_categories") for side in ("category", "becomes")
    } <= CATEGORIES
    assert {
        row[side] for row in read_table("profession_relations") for side in ("left", "right")
    } <= CATEGORIES


def test_helpers_have_a_role_and_a_place():
    """A word in a compound is the end of it, and every role is known."""
    for row in read_table("profession_helpers"):
        places = row["place"].split(";")
        assert row["role"] in {"assistant", "secretary", "student"}
        assert set(places) <= {"within", "before", "after"}
        assert row["word"].startswith("*") == ("within" in places)


def test_a_specialty_has_one_category():
    """The rows of one specialty agree on the profession it belongs to, and its name is a slug."""
    pairs = {(row["specialty"], row["category"]) for row in read_table("specialties")}
    assert repeated(specialty for specialty, _ in pairs) == []
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", specialty) for specialty, _ in pairs)


def test_relations_are_pairs_of_two():
    """No pair stands there in both directions, and none relates a category to itself."""
    pairs = [frozenset((row["left"], row["right"])) for row in read_table("profession_relations")]
    assert repeated(pairs) == []
    assert all(len(pair) == 2 for pair in pairs)


def test_sources_of_relations():
    """A relation comes from the code list or from general knowledge, and its note says why it holds."""
    for row in read_table("profession_relations"):
        assert row["source"] in {"general knowledge", "HPR code list 9060"}
        assert row["note"]


@pytest.mark.parametrize(
    ("name", "column"), [("professions", "title"), ("specialties", "term"), ("profession_helpers", "word")]
)
def test_titles_can_be_found(name, column):
    """A title has no separator in it, and its stems are long enough to be filed."""
    for row in read_table(name):
        title = row[column]
        assert not set(title) & set(";/|,+_()"), title
        assert all(len(word.strip("*")) >= 3 for word in phrase(title).split() if "*" in word), title
        assert phrase(title).count("*") == title.count("*"), title


def test_names_of_countries_do_not_collide():
    """No name or code leads to two countries."""
    names = Counter(
        (" ".join(split_words(name)), row["iso2"])
        for row in read_table("countries")
        for name in {row["iso2"], row["iso3"], row["name_en"], row["name_nb"], *row["other_names"].split(";")}
    )
    assert repeated(name for name, _ in names) == []
    assert all(name for name, _ in names)


def test_cells_of_countries():
    """Codes, date orders and sources of countries have their form."""
    for row in read_table("countries"):
        assert re.fullmatch("[A-Z]{2}", row["iso2"])
        assert re.fullmatch("[A-Z]{3}", row["iso3"])
        assert row["date_order"] in {"DMY", "MDY", "YMD"}
        assert row["source"] in COUNTRY_SOURCES


NOISE = {word: (kind, rule, languages, "general knowledge") for word, kind, rule, languages in read_noise()}


def test_the_table_of_name_noise_is_these_facts():
    """The table holds these words, no others and no fewer, each once."""
    rows = read_table("name_noise")
    assert repeated(row["word"] for row in rows) == []
    assert {row["word"]: (row["kind"], row["rule"], row["language"], row["source"]) for row in rows} == NOISE


def test_noise_is_folded():
    """A word of the noise is written as it is compared: folded, signs only where it is written with them."""
    for word, (kind, rule, _, _) in NOISE.items():
        assert fold(word) == word
        assert re.fullmatch(r"[^\W\d_]+(?:[ ./-][^\W\d_]+)*|z d\.", word)
        assert kind in {
            "title",
            "degree",
            "marker_birth_name",
            "marker_former",
            "marker_married_name",
            "honorific",
            "suffix",
            "particle",
            "placeholder",
        }
        assert rule in {"any", "with_dot", "first_with_dot", "first", "last", "between"}


@pytest.mark.parametrize(
    "word", ["don", "na", "ing", "med", "may", "do", "an", "ur", "li", "van", "md", "ma", "mba"]
)
def test_words_that_are_also_names(word):
    """A word that is also somebody's name is never noise wherever it stands."""
    assert NOISE.get(word, ("", "not noise"))[1] != "any"
