"""The stages of standardisation: words for a sex, dates of any year."""

from pathlib import Path

import pytest

from hpmatch.standardise.stages import AnyDate, BirthDate, NationalId, Sex, SexByName

CASES = Path(__file__).with_name("cases") / "sexes.txt"


def read_sexes():
    """Read the facts about words for a sex: each word and F or M."""
    for line in CASES.read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
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
