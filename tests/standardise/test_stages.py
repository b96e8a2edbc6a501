"""The stages of standardisation: words for a sex, dates of any year."""

from datetime import date

import pyarrow as pa
import pytest
from case_lists import case_lines
from hypothesis import given
from hypothesis import strategies as st

from hpmatch.standardise import standardise
from hpmatch.standardise.identifiers import read_identifier
from hpmatch.standardise.stages import AnyDate, BirthDate, NationalId, Sex, SexByName


def read_sexes():
    """Read the facts about words for a sex: each word and F or M."""
    for line in case_lines("sexes"):
        head, words = line.split(": ")
        for word in words.split(", "):
            yield word, head[0]


SEXES = [*read_sexes()]


@pytest.mark.parametrize(("word", "sex"), SEXES)
def test_every_word_tells_the_sex(word, sex):
    """A word for a sex is known, in capitals and with a dot too; any other word tells nothing."""
    assert Sex().standardise([word, f" {word.upper()}.", f"{word}q"], [""] * 3, [""] * 3) == [sex, sex, None]


@pytest.mark.parametrize(
    ("given", "family", "expected"),
    [
        ("Rasa", "Berg", "F"),  # LT given name
        ("Jonas Marija", "Berg", "M"),  # the first given name counts
        ("Jan", "Nováková", "F"),  # NO man, EN woman: the surname tells (CZ)
        ("Xqz", "Kowalska", "F"),  # PL
        ("Xqz", "Berg", None),
        ("", "", None),
    ],
)
def test_names_imply_the_sex_that_an_alert_does_not_state(given, family, expected):
    """A given name, or else a surname's ending, tells the sex; names of both sexes tell none."""
    assert SexByName().standardise([""], ["LT"], [""], [given], [family]) == [expected]


def test_a_sex_that_is_known_is_not_implied_again():
    """Evidence counts once: what the alert states, or its identifier tells, leaves nothing to the name."""
    stage = SexByName()
    assert stage.standardise(["M", ""], ["LT", "LT"], ["", "37804090003"], ["Rasa", "Rasa"], ["", ""]) == [
        None,
        None,
    ]
    assert stage.standardise(["F"], [""], [""], [""], [""]) == ["F"]  # a registered person


@pytest.mark.parametrize(
    ("text", "readings"),
    [
        ("1630-08-01", (16300801,)),
        ("2019-05-06", (20190506,)),
        ("18500304", (18500304,)),
        ("1850/3/4", (18500304,)),
        ("4.5.2019", (20190504, 20190405)),
        ("25/12/1799", (17991225,)),
        ("1899", (18990000,)),
        ("2024-02-30", ()),
        ("1878-13-45", ()),
        ("1630-08-01 00:00:00", (16300801,)),
        ("1978-04-09", (19780409,)),
        ("1900-01-01", (19000101,)),
        ("1 January 1900", (19000101,)),
        ("1900", (19000000,)),
        ("9 April 1878", ()),
        ("1753-01-01", (17530101,)),
        ("", ()),
    ],
)
def test_dates_of_any_year_are_read_as_they_are_written(text, readings):
    """No century is put right where nobody has to be born."""
    assert AnyDate("made").standardise([text])[0] == readings


def test_dates_of_births_are_read_alike():
    """Within the years of births the one standardiser is the other."""
    texts = ["23.04.1978", "4/13/1978", "1978", "9 Apr 1978", "230478", "1978-13-45", "unknown"]
    empty = [""] * len(texts)
    assert AnyDate("birth_date").standardise(texts) == BirthDate().standardise(texts, empty, empty)


@pytest.mark.parametrize("text", ["04.05.1978", "4/5/1978", "04051978"])
def test_nobody_knows_the_order_of_any_date(text):
    """Of a table about anything no sender tells whether the day or the month comes first: both are read."""
    assert AnyDate("made").standardise([text]) == [(19780504, 19780405)]


LITHUANIAN, NORWEGIAN = "48507150067", "13097248022"


@pytest.mark.parametrize("cell", [f"{LITHUANIAN}; {NORWEGIAN}", f"fnr {NORWEGIAN};{LITHUANIAN} (LT)"])
def test_each_number_of_a_cell_is_read(cell):
    """Several numbers are told apart by a semicolon, and each tells what it tells."""
    found = set(NationalId().standardise([cell], ["LT"])[0])
    assert found >= {f"asmens_kodas {LITHUANIAN}", f"fnr {NORWEGIAN}"}
    assert set(BirthDate().standardise([""], ["LT"], [cell])[0]) == {19850715, 19720913}
    assert Sex().standardise([""], ["LT"], [cell]) == ["F"]


@pytest.mark.parametrize("empty", [[], [""] * 100])
def test_each_number_of_a_registered_cell_is_taken(empty):
    """Few or many, a cell with two numbers gives both, and the others stay in their places."""
    cells = [f"{NORWEGIAN};53097248016", NORWEGIAN, "x;y", *empty, f"; {NORWEGIAN};"]
    own = (f"fnr {NORWEGIAN}",)
    taken = NationalId().standardise(cells, [""] * len(cells))
    found = [tuple(each or ()) for each in (taken.to_pylist() if empty else taken)]
    assert found == [("dnr 53097248016", *own), own, (), *[()] * len(empty), own]
    assert NationalId().standardise([cells[0], ""], ["", "LT"]) == [("dnr 53097248016", *own), ()]


@pytest.mark.parametrize(
    ("typed", "readings"),
    [
        ("", (19720913,)),
        ("1972-09-13", (19720913,)),
        ("1972-09-14", (19720914, 19720913)),
        ("1972", (19720913,)),
        ("1972-09", (19720913,)),
        ("1972-01-01", (19720913,)),
        ("1972-07-01", (19720913,)),
        ("1972-08", (19720800, 19720913)),
        ("1973-01-01", (19730101, 19720913)),
        ("1973", (19730000, 19720913)),
    ],
)
@pytest.mark.parametrize("country", ["", "NO"])
def test_a_number_tells_the_birth_date(typed, readings, country):
    """Beside a typed date that says another; in place of one that says less of the same year. Without a country it is Norwegian."""
    assert BirthDate().standardise([typed], [country], [NORWEGIAN]) == [readings]


@pytest.mark.parametrize("number", [LITHUANIAN, "13097248021", "?"])
def test_what_is_no_number_of_the_register_tells_no_date(number):
    """One of another country, one with a wrong check digit, none."""
    assert BirthDate().standardise(["1972"], [""], [number]) == [(19720000,)]


def test_a_partial_date_of_a_number_leaves_the_typed_one():
    """A Lithuanian code may hold the year alone (month and day 00); it does not contradict the 1 January."""
    number = next(n for n in map("4850000006{}".format, range(10)) if read_identifier(n, "LT").valid)
    assert BirthDate().standardise(["1985-01-01"], ["LT"], [number]) == [(19850101, 19850000)]


@st.composite
def _persons(draw):
    """A Norwegian number of any kind, old or of 2032, right or wrong, and a date that may be the same."""
    born = draw(st.dates(date(1900, 1, 2), date(2015, 12, 31)))
    day, month = (
        born.day + draw(st.sampled_from([0, 40])),
        born.month + draw(st.sampled_from([0, 40, 65, 80])),
    )
    stem = f"{day:02}{month:02}{born.year % 100:02}{draw(st.integers(0, 999)):03}"
    valid = [n for n in (f"{stem}{check:02}" for check in range(100)) if read_identifier(n, "NO").valid]
    number = draw(st.sampled_from([*valid, f"{stem}00", stem, "", f"fnr {stem}00"]))
    years = st.sampled_from([0, 0, 0, 100, -100, 1])
    typed = f"{born.year + draw(years)}-{born:%m-%d}"
    return draw(st.sampled_from([typed, typed, f"{born:%d.%m.%y}", f"{born.year}", ""])), number.lstrip("0")


@given(st.lists(_persons(), min_size=1, max_size=10))
def test_a_register_is_read_as_its_persons_are(persons):
    """Numbers are looked at together, and decoded where they may say more than the typed date."""
    dates, numbers = (pa.array([cell or None for cell in cells]) for cells in zip(*persons, strict=True))
    ids = pa.array([str(place) for place in range(len(persons))])
    cells = {"birth_date": dates.cast(pa.string()), "national_id": numbers.cast(pa.string())}
    found = standardise(ids, cells, [BirthDate()])["birth_date"].to_pylist()
    alone = [BirthDate().standardise([typed], [""], [number])[0] for typed, number in persons]
    assert found == [list(readings) or None for readings in alone]


def test_numbers_that_say_the_typed_date_are_not_decoded():
    """They are nearly all: a D-number, one without its leading zero, one of this century, one of another date."""
    numbers = [NORWEGIAN, "53097248016", "9047827555", "13090248060", NORWEGIAN]
    dates = ["1972-09-13", "13.09.1972", "1978-04-09", "2002-09-13", "1972-09-14"]
    left = BirthDate().telling(pa.array(dates), None, pa.array(numbers))[2]
    assert left.to_pylist() == [None, None, None, "13090248060", NORWEGIAN]
