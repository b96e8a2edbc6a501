"""Days as they are written in exports."""

from datetime import date

import pytest

from hpmatch.standardise.days import read_day

CASES = {
    "2023-04-03": date(2023, 4, 3),
    "03.04.2023": date(2023, 4, 3),
    "3.4.2023": date(2023, 4, 3),
    "03/04/2023": date(2023, 4, 3),
    "03-04-2023": date(2023, 4, 3),
    "2023.04.03.": date(2023, 4, 3),
    "2023/04/03": date(2023, 4, 3),
    "20230403": date(2023, 4, 3),
    "03.04.23": date(2023, 4, 3),
    " 2023-04-03 23:59:59.123+02:00 ": date(2023, 4, 3),
    "2023-04-03T00:00Z": date(2023, 4, 3),
    "31.02.2023": None,
    "": None,
    "april": None,
}


@pytest.mark.parametrize(("text", "day"), CASES.items())
def test_a_day_is_read(text, day):
    """Day before month; a time of day does not matter; what is no day is none."""
    assert read_day(text) == day
