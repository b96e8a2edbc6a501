"""National identifiers: published examples, numbers made from a known date, and what every number promises."""

import re
from datetime import date, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from standardise.identifier_makers import MAKERS, make_hungarian_tax, make_norwegian, make_ukrainian

from hpmatch.data import read_table
from hpmatch.standardise.identifiers import (
    Identifier,
    read_identifier,
    read_identifiers,
    same_but_one_error,
    take_identifier,
    take_identifiers,
)

CASES = (Path(__file__).with_name("cases") / "identifiers.txt").read_text(encoding="utf-8")


def read_cases(table):
    """Read the cases of a table: a text, the country, and what is told, or None."""
    for line in table.splitlines()[1:]:
        text, country, kind, number, valid, birth_date, sex, _ = (cell.strip() for cell in line.split("|"))
        yield text, country, (kind, number, valid == "yes", int(birth_date), sex) if kind else None


def told_by(text, country):
    """Give what the code tells of a number, or None."""
    found = read_identifier(text, country)
    return found and (found.kind, found.number, found.valid, found.birth_date, found.sex)


def _cases(table):
    for line in table.splitlines()[1:]:
        text, country, kind, number, valid, birth_date, sex, reason = (
            cell.strip() for cell in line.split("|")
        )
        expected = (kind, number, valid == "yes", int(birth_date), sex) if kind else None
        yield pytest.param(text, country, expected, id=f"{country} {text} {reason}")


@pytest.mark.parametrize(("text", "country", "expected"), [*_cases(CASES)])
def test_reads_published_examples(text, country, expected):
    """Each number of the table is recognised, judged and decoded as its source says."""
    found = read_identifier(text, country)
    assert told_by(text, country) == expected
    assert not found or found.country == country


NAMES = [f"{country}-{kind}-{n}" for n, (country, kind, *_) in enumerate(MAKERS)]
BIRTHS = st.dates(date(1920, 1, 1), date(2015, 12, 31))
SEXES = st.sampled_from("FM")
SERIALS = st.integers(0, 9_999)


@pytest.mark.parametrize(("country", "kind", "make", "tells_sex", "_notices"), MAKERS, ids=NAMES)
@given(born=BIRTHS, sex=SEXES, serial=SERIALS)
@example(born=date(2000, 2, 29), sex="F", serial=1)
@example(born=date(1997, 1, 1), sex="M", serial=2)
def test_a_number_tells_what_it_was_made_from(country, kind, make, tells_sex, _notices, born, sex, serial):
    """A number made by the public rules is valid and gives back the birth date, and the sex where it holds it."""
    number = make(born, sex, serial)
    assume(number is not None)
    found = read_identifier(number, country)
    expected = int(born.strftime("%Y%m00" if kind == "nir" else "%Y%m%d"))
    assert found is not None
    assert (found.kind, found.valid, found.number) == (kind, True, number)
    assert found.birth_date == expected
    assert found.sex == (sex if tells_sex else "")


NOTICING = [(country, kind, make) for country, kind, make, _, notices in MAKERS if notices]


@pytest.mark.parametrize(
    ("country", "kind", "make"), NOTICING, ids=[f"{c}-{k}-{n}" for n, (c, k, _) in enumerate(NOTICING)]
)
@given(born=BIRTHS, sex=SEXES, serial=SERIALS, place=st.integers(0, 30), more=st.integers(1, 9))
def test_one_wrong_digit_is_noticed(country, kind, make, born, sex, serial, place, more):
    """Where the check digits promise it, no digit can be replaced without the number being judged a typing error."""
    number = make(born, sex, serial)
    assume(number is not None)
    places = [n for n, character in enumerate(number) if character.isdecimal()]
    place = places[place % len(places)]
    wrong = f"{number[:place]}{(int(number[place]) + more) % 10}{number[place + 1 :]}"
    found = read_identifier(wrong, country)
    assert found is None or not (found.valid and found.kind == kind)
    assert same_but_one_error(number, wrong)


@pytest.mark.parametrize(("country", "kind", "make", "_tells_sex", "_notices"), MAKERS, ids=NAMES)
@given(born=BIRTHS, sex=SEXES, serial=SERIALS)
def test_a_number_without_a_country_is_among_those_found(
    country, kind, make, _tells_sex, _notices, born, sex, serial
):
    """Every kind with check digits is found without knowing the country; all that is found validates and is checkable."""
    number = make(born, sex, serial)
    assume(number is not None)
    found = read_identifiers([number], [""])[0]
    assert all(identifier.valid and identifier.checkable for identifier in found)
    with_country = read_identifier(number, country)
    assert with_country is not None
    if with_country.checkable:
        assert (kind, number) in {(identifier.kind, identifier.number) for identifier in found}
        assert {i.country for i in found if i.kind == kind} <= {country, ""}


@given(born=BIRTHS, sex=SEXES, serial=SERIALS)
def test_a_zero_that_a_spreadsheet_took_is_put_back(born, sex, serial):
    """A number read as a figure loses its leading zero and may gain '.0'; it is the same number still."""
    number = make_norwegian(born.replace(day=born.day % 9 + 1), sex, serial)
    assume(number is not None)
    whole = read_identifier(number, "NO")
    assert read_identifier(number[1:], "NO") == read_identifier(f"{number[1:]}.0", "NO") == whole


def test_a_zero_is_not_put_before_numbers_that_nothing_confirms():
    """A number that tells and checks nothing stays as short as it is; a zero that makes nothing valid is not put back."""
    assert read_identifier("12345", "CY") is None
    assert read_identifier("1309724802", "NO") is None


def test_shared_kinds_come_once_and_without_a_country():
    """A number that six countries could have given is one identifier, of none of them when the country is unknown."""
    assert read_identifiers(["0101006500006"], [""]) == [
        (Identifier("", "jmbg", "0101006500006", True, 20060101, "M", True, True),)
    ]


def test_several_kinds_are_all_found_without_a_country():
    """Estonian and Lithuanian codes look alike: both are found, and the singular, which cannot choose, gives none."""
    found = read_identifiers(["37605030299"], [""])[0]
    assert {(i.country, i.kind) for i in found} >= {("EE", "isikukood"), ("LT", "asmens_kodas")}
    assert read_identifier("37605030299") is None
    assert read_identifier("RCCMNL83S18D969H") == read_identifier("RCCMNL83S18D969H", "IT")


def test_the_plural_reads_each_with_its_country():
    """Results come in the order of the texts; sequences of different lengths are refused."""
    texts, countries = ["811228-9874", "811228-9874", ""], ["SE", "NO", "SE"]
    assert [[i.kind for i in found] for found in read_identifiers(texts, countries)] == [
        ["personnummer"],
        [],
        [],
    ]
    with pytest.raises(ValueError, match="zip"):
        read_identifiers(["1"], [])


def test_every_kind_of_the_table_is_covered():
    """Each row is shown by an example with its country and kind, and says only what the code understands."""
    shown = {(case.values[1], case.values[2][0]) for case in _cases(CASES) if case.values[2]}
    shown |= {(country, kind) for country, kind, *_ in MAKERS}
    shown |= {("NO", "fh")}  # below
    rows = read_table("identifiers")
    assert {(row["country"], row["kind"]) for row in rows} == shown
    for row in rows:
        assert row["encodes_date"] in ("day", "month", "no")
        assert {row["encodes_sex"], row["strong"]} <= {"yes", "no"}
        assert not (row["module"] and row["check"] and row["kind"] != "asmens_kodas")
        assert re.compile(row["layout"])
        assert row["source"]
        if row["module"]:
            assert import_module(f"stdnum.{row['module']}").is_valid


def test_a_help_number_of_the_new_kind_tells_nothing():
    """FH-numbers, which begin with 8 or 9, have check digits but no birth date, and are no proof of identity."""
    assert read_identifier("80012345600", "NO") == Identifier(
        country="NO",
        kind="fh",
        number="80012345600",
        valid=True,
        birth_date=0,
        sex="",
        strong=False,
        checkable=True,
    )


def test_kinds_that_tell_nothing_tell_nothing():
    """No number of a kind without birth date in the table gives one, and only strong kinds are strong."""
    kinds = {(row["country"], row["kind"]): row for row in read_table("identifiers")}
    for case in _cases(CASES):
        found = read_identifier(*case.values[:2])
        if found:
            row = kinds[found.country, found.kind]
            assert row["encodes_date"] != "no" or not found.birth_date
            assert row["encodes_sex"] != "no" or not found.sex
            assert found.strong == (row["strong"] == "yes")


NUMBER_LIKE = st.text(st.sampled_from("0123456789-+/ .ABLXY٠٩"), max_size=20)
COUNTRIES = sorted({row["country"] for row in read_table("identifiers")} | {"", "XX"})


@given(
    st.one_of(st.text(), NUMBER_LIKE, st.text("0123456789", min_size=7, max_size=15)),
    st.sampled_from(COUNTRIES),
)
@example("2 95 10 99 126 111 93", "")
@example("9" * 11, "BE")
@example("1" * 10_000, "")
def test_no_text_fails_and_what_is_found_is_well_formed(text, country):
    """Any text gives identifiers that can be compared: a plain number, a possible date or none, a known sex or none."""
    for found in read_identifiers([text], [country])[0]:
        assert re.fullmatch(r"[0-9A-Z+-]+", found.number)
        year, month, day = found.birth_date // 10000, found.birth_date // 100 % 100, found.birth_date % 100
        assert found.birth_date == 0 or (1900 <= year <= 2015 and date(year, month or 1, day or 1))
        assert month or not day
        assert found.sex in ("F", "M", "")
        assert found.country == country or not country
        again = read_identifier(found.number, found.country or "RS")
        assert again is None or again.number == found.number or not found.valid


@given(st.text("0123456789", min_size=1, max_size=11), st.data())
def test_one_error_is_one_error(number, data):
    """A digit replaced, two neighbours swapped or a digit left out are one error, in both directions; none is no error."""
    place = data.draw(st.integers(0, len(number) - 1))
    digit = data.draw(st.sampled_from("0123456789"))
    replaced = number[:place] + digit + number[place + 1 :]
    swapped = number[:place] + number[place : place + 2][::-1] + number[place + 2 :]
    shortened = number[:place] + number[place + 1 :]
    assert not same_but_one_error(number, number)
    for other in (replaced, swapped, shortened):
        assert same_but_one_error(number, other) == same_but_one_error(other, number) == (other != number)


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("12345", "21354"),
        ("12345", "12543"),
        ("12345", "13254"),
        ("123", "12345"),
        ("12345", "1354"),
        ("", "12"),
    ],
)
def test_two_errors_are_more_than_one(a, b):
    """Two swaps, a swap over a distance, or two missing digits are not one error."""
    assert not same_but_one_error(a, b)


def test_a_day_is_a_day_in_every_calendar_count():
    """The Hungarian and Ukrainian day counts agree with each other on every day of the range."""
    days = [date(1900, 1, 1) + timedelta(days=n) for n in range(0, 42_000, 501)]
    for day in days:
        numbers = [
            next(filter(None, (make(day, "M", n) for n in range(20))))
            for make in (make_hungarian_tax, make_ukrainian)
        ]
        found = read_identifiers(numbers, ["HU", "UA"])
        assert [i.birth_date for (i,) in found] == [int(day.strftime("%Y%m%d"))] * 2


@given(
    st.lists(
        st.sampled_from([*(case.split("|")[0] for case in CASES.split("\n")), "ß1", "ﬁ", "x y\n1"])
        | st.text()
    )
)
def test_numbers_are_taken_alike_one_by_one_or_many(texts):
    """One by one or as an array."""
    for country in ("NO", "SE", "FR", "FI"):
        many = [taken[0] if taken else None for taken in take_identifiers(texts, country).to_pylist()]
        assert [take_identifier(text, country) for text in texts] == many
