"""Typing errors and misdated birth dates, one kind at a time."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA, Levenshtein

from hpmatch.generate.dates import ERRORS, misdate, written
from hpmatch.generate.noise import NOISES, swapped
from hpmatch.generate.tables import rows

words = st.text(alphabet="abcdefghijklmnoprstuvyzåøæšžė", min_size=3, max_size=12).map(str.capitalize)
fields = st.tuples(words, words)
rngs = st.integers(0, 2**32).map(np.random.default_rng)
births = st.dates(date(1935, 1, 1), date(2004, 12, 31))
DECIDED = date(2024, 3, 5)
ISO = "YYYY-MM-DD"

ONE_EDIT = ["typo-insert", "typo-delete", "typo-substitute", "typo-keyboard", "typo-transpose"]


@pytest.mark.parametrize("tag", ONE_EDIT)
@given(fields=fields, rng=rngs)
def test_a_typo_is_one_edit_of_one_field(tag, fields, rng):
    """A slip of the finger changes at most one field, by one insertion, deletion, substitution or transposition."""
    changed = NOISES[tag](fields, rng)
    assert (
        sum(
            OSA.distance(before.lower(), after.lower()) for before, after in zip(fields, changed, strict=True)
        )
        <= 1
    )


@pytest.mark.parametrize("tag", ["typo-insert", "typo-delete"])
@given(fields=fields, rng=rngs)
def test_letters_too_many_or_too_few(tag, fields, rng):
    """An insertion makes one field longer by a letter, a deletion shorter."""
    longer = sum(map(len, NOISES[tag](fields, rng))) - sum(map(len, fields))
    assert longer == (1 if tag == "typo-insert" else -1)


@given(fields=fields, rng=rngs)
def test_transposing_keeps_the_letters(fields, rng):
    """Letters that change places stay the same letters."""
    changed = NOISES["typo-transpose"](fields, rng)
    for before, after in zip(fields, changed, strict=True):
        assert sorted(before.lower()) == sorted(after.lower())


@given(fields=fields, rng=rngs)
def test_a_lookalike_changes_at_most_two_letters(fields, rng):
    """A misread letter, or rn read as m, is at most two edits away."""
    changed = NOISES["typo-ocr"](fields, rng)
    assert (
        sum(
            Levenshtein.distance(before.lower(), after.lower())
            for before, after in zip(fields, changed, strict=True)
        )
        <= 2
    )


@given(fields=fields, rng=rngs)
def test_swapping_twice_is_nothing(fields, rng):
    """Swapped fields swapped again are as before."""
    assert swapped(swapped(fields, rng), rng) == fields


@pytest.mark.parametrize("tag", sorted(NOISES))
@given(fields=fields, rng=rngs)
def test_a_name_never_gets_lost(tag, fields, rng):
    """Whatever happens to a name, something is left in both fields."""
    assert all(NOISES[tag](fields, rng))


@pytest.mark.parametrize(
    ("family", "possible"),
    [
        ("van den Berg", {"Berg", "Berg, van den", "Van Den Berg", "Vandenberg"}),
        ("Al-Hassan", {"Hassan", "Hassan, Al", "Al Hassan", "Alhassan"}),
        ("de la Cruz", {"Cruz", "Cruz, de la", "De La Cruz", "Delacruz"}),
        ("O'Brien", {"Brien", "Brien, O", "O Brien", "Obrien"}),
        ("McDonald", {"Mc Donald"}),
        ("Hansen", {"Hansen"}),
    ],
)
def test_particles(family, possible):
    """A particle is joined, moved, cased or left out; a name without one stays."""
    assert {
        NOISES["particle"]((family, "X"), np.random.default_rng(seed))[0] for seed in range(60)
    } == possible


@pytest.mark.parametrize("style", sorted({row["dates"] for row in rows("countries")}))
@given(born=births)
def test_a_convention_can_be_read_back(style, born):
    """A date written by a convention holds its day, month and year where the convention puts them."""
    text = written(born, style)
    assert len(text) == len(style)
    assert [
        int(text[style.index(part) : style.index(part) + len(part)]) for part in ("YYYY", "MM", "DD")
    ] == [
        born.year,
        born.month,
        born.day,
    ]


def misdated(tag: str, born: date, rng: np.random.Generator) -> date:
    """The date an error leaves, read back."""
    return date.fromisoformat(misdate(tag, born, DECIDED, ISO, rng))


@given(born=births, rng=rngs)
def test_day_and_month_change_places(born, rng):
    """Day and month are swapped where that gives a date, and left alone elsewhere."""
    swapped = misdated("dob-swap", born, rng)
    assert (swapped.day, swapped.month) == (
        (born.month, born.day) if born.day <= 12 else (born.day, born.month)
    )


@given(born=births, rng=rngs)
def test_errors_of_one_part(born, rng):
    """Year, decade, month and day errors change what their names say, by one (or ten)."""
    assert abs(misdated("dob-year", born, rng).year - born.year) in (0, 1)
    assert abs(misdated("dob-decade", born, rng).year - born.year) in (0, 10)
    assert abs(misdated("dob-month", born, rng).month - born.month) <= 1
    assert abs((misdated("dob-day", born, rng) - born).days) == 1


@given(born=births, rng=rngs)
def test_errors_of_digits(born, rng):
    """One digit differs, or two neighbouring digits are the other way round."""
    right = f"{born:%Y%m%d}"
    digit = f"{misdated('dob-digit', born, rng):%Y%m%d}"
    assert sum(left != other for left, other in zip(right, digit, strict=True)) <= 1
    assert OSA.distance(right, f"{misdated('dob-transpose', born, rng):%Y%m%d}") <= 1


@given(born=births, rng=rngs)
def test_dates_that_tell_little(born, rng):
    """A default date, a year alone, the date of the decision and no date at all are what they say."""
    assert (misdated("dob-default", born, rng).month, misdated("dob-default", born, rng).day) in (
        (1, 1),
        (7, 1),
    )
    assert misdate("dob-year-only", born, DECIDED, ISO, rng) == str(born.year)
    assert misdated("dob-decision", born, rng) == DECIDED
    assert misdate("dob-missing", born, DECIDED, ISO, rng) == ""


@given(born=births, rng=rngs)
def test_a_century_is_lost(born, rng):
    """The year has two digits, or is a hundred years off."""
    text = misdate("dob-century", born, DECIDED, ISO, rng)
    off = int(text.split("-")[0]) - born.year
    assert text[-6:] == f"{born:-%m-%d}"
    assert off in (-100, 100, born.year % 100 - born.year) or born.strftime("%m%d") == "0229"


def test_every_date_error_has_a_rate():
    """Each error of a date has a rate, and each rate of a date an error."""
    assert set(ERRORS) == {row["rate"] for row in rows("rates") if row["rate"].startswith("dob-")}
