"""Countries: names and codes as people type them."""

import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.data import read_table
from hpmatch.standardise.countries import code_countries, code_country, date_order


def read_cases():
    """Read the facts: for each country its codes, its date order and its names."""
    for line in case_lines("countries"):
        codes, names = line.split(": ", 1)
        yield (*codes.split(), names.split("; "))


COUNTRIES = list(read_cases())


@pytest.mark.parametrize(("iso2", "iso3", "order", "names"), COUNTRIES, ids=lambda value: str(value)[:3])
def test_every_name_is_coded(iso2, iso3, order, names):
    """Both codes and every name lead to the country, and the country to its date order."""
    texts = [iso2, iso3, *names]
    assert [code_country(text) for text in texts] == [iso2] * len(texts)
    assert date_order(iso2) == order


def test_the_table_is_these_facts():
    """The table holds these countries and names, no others and no fewer."""
    table = [
        (
            row["iso2"],
            row["iso3"],
            row["date_order"],
            [row["name_en"], row["name_nb"], *row["other_names"].split(";")],
        )
        for row in read_table("countries")
    ]
    assert table == COUNTRIES


SPELLINGS = {
    "uk": "GB",
    "EL": "GR",
    "  lithuania ": "LT",
    "LITAUEN": "LT",
    "lietuvė": "LT",
    "lietuve": "LT",
    "LT - Lithuania": "LT",
    "Lithuania (LT)": "LT",
    "Latvia/Latvija": "LV",
    "Cote d’Ivoire": "CI",
    "CÔTE D'IVOIRE": "CI",
    "Åland": "AX",
    "Osterreich": "AT",
    "Østerrike": "AT",
    "Ireland, Northern": "GB",
    "Northern Ireland": "GB",
    "U.S.A.": "US",
    "Serbia & Montenegro": "",
    "Guinea-Bissau": "",
    "Norway, Sweden": "",
    "": "",
    "?": "",
    "Atlantis": "",
    "Lithuanian citizen": "",
}


@pytest.mark.parametrize(("text", "code"), SPELLINGS.items())
def test_spellings(text, code):
    """Case, diacritics, blanks and a code beside the name do not matter; what names no country has no code."""
    assert code_country(text) == code


def test_several_countries_in_a_cell():
    """A cell gives its countries once each, in the order of their codes."""
    cells = ["Sverige;Norge", "NO;Norway;norsk", "", "Atlantis;EE", "SE"]
    assert code_countries(cells) == [("NO", "SE"), ("NO",), (), ("EE",), ("SE",)]


def test_date_order_of_an_unknown_country():
    """A country outside the table writes the day first, as nearly all do."""
    assert date_order("ZZ") == "DMY"
    assert date_order("") == "DMY"


@given(st.lists(st.text()))
def test_any_text_is_coded(texts):
    """No text fails, and a cell is coded alike wherever it stands."""
    assert code_countries(texts) == code_countries(texts[::-1])[::-1]


@given(
    st.sampled_from(COUNTRIES), st.data(), st.sampled_from([str.upper, str.lower, str.title, " {} ".format])
)
def test_case_and_blanks_do_not_matter(country, data, change):
    """A name written in another case or with blanks around it is the same name."""
    iso2, _, _, names = country
    assert code_country(change(data.draw(st.sampled_from(names)))) == iso2
