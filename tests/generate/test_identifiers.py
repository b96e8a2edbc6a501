"""Identifiers pass the checks of python-stdnum and tell date and sex."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import nn
from stdnum.bg import egn
from stdnum.cz import rc
from stdnum.dk import cpr
from stdnum.ee import ik
from stdnum.es import dni
from stdnum.exceptions import InvalidComponent
from stdnum.fi import hetu
from stdnum.is_ import kennitala
from stdnum.it import codicefiscale
from stdnum.lt import asmens
from stdnum.lv import pvn
from stdnum.no import fodselsnummer
from stdnum.pl import pesel
from stdnum.ro import cnp
from stdnum.se import personnummer
from stdnum.si import emso

from hpmatch.errors import HpmatchError
from hpmatch.generate.identifiers import MAKERS, national, norwegian

births = st.dates(date(1926, 1, 1), date(2007, 12, 31))
women = st.booleans()
seeds = st.integers(0, 2**32)

VALID = {
    "SE": personnummer.validate,
    "DK": cpr.validate,
    "FI": lambda number: hetu.validate(number, allow_temporary=True),
    "IS": kennitala.validate,
    "EE": ik.validate,
    "LT": asmens.validate,
    "LV": pvn.validate,
    "PL": pesel.validate,
    "CZ": rc.validate,
    "SK": rc.validate,
    "RO": cnp.validate,
    "BG": egn.validate,
    "SI": emso.validate,
    "BE": nn.validate,
    "IT": codicefiscale.validate,
    "ES": dni.validate,
}
DATED = {
    "SE": personnummer,
    "DK": cpr,
    "EE": ik,
    "LT": asmens,
    "PL": pesel,
    "CZ": rc,
    "RO": cnp,
    "BG": egn,
} | {
    "SI": emso,
    "BE": nn,
}
SEXED = {"SE": personnummer, "EE": ik, "LT": ik, "PL": pesel, "SI": emso, "BE": nn, "IT": codicefiscale}


def test_every_maker_is_checked():
    """Each country that has identifiers here has a check of its own in these tests."""
    assert set(VALID) == set(MAKERS)


@pytest.mark.parametrize("country", sorted(MAKERS))
@given(born=births, woman=women, seed=seeds)
def test_checksums(country, born, woman, seed):
    """An identifier passes its country's check."""
    assert VALID[country](national(country, born, woman, np.random.default_rng(seed)))


@pytest.mark.parametrize("country", sorted(DATED))
@given(born=births, woman=women, seed=seeds)
def test_dates(country, born, woman, seed):
    """The date in an identifier is the person's."""
    assert DATED[country].get_birth_date(national(country, born, woman, np.random.default_rng(seed))) == born


@pytest.mark.parametrize("country", sorted(SEXED))
@given(born=births, woman=women, seed=seeds)
def test_sexes(country, born, woman, seed):
    """The sex in an identifier is the person's."""
    assert SEXED[country].get_gender(national(country, born, woman, np.random.default_rng(seed))) == (
        "F" if woman else "M"
    )


@given(born=births, woman=women, seed=seeds, d_number=st.booleans())
def test_norwegian_numbers_are_synthetic(born, woman, seed, d_number):
    """A Norwegian number has its month in the synthetic range, so that the real check refuses it, and a right checksum."""
    number = norwegian(born, woman, np.random.default_rng(seed), d_number=d_number)
    assert int(number[2:4]) == born.month + 80
    assert int(number[:2]) == born.day + 40 * d_number
    assert int(number[8]) % 2 == (not woman)
    assert number[9:] == fodselsnummer.calc_check_digit1(number) + fodselsnummer.calc_check_digit2(number)
    with pytest.raises(InvalidComponent):
        fodselsnummer.validate(number)


def test_unknown_country():
    """A country without identifiers is refused by name."""
    with pytest.raises(HpmatchError, match="'XX'"):
        national("XX", date(1980, 1, 1), True, np.random.default_rng(1))
