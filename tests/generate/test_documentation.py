"""The page about generated data says what the tables say."""

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest

from hpmatch.generate.dates import ERRORS, misdate
from hpmatch.generate.errormodel import tag_names
from hpmatch.generate.profiles import PROFILES
from hpmatch.generate.tables import rows

PAGE = Path(__file__).parents[2] / "docs" / "generated-data.md"


@pytest.fixture(scope="module")
def page() -> str:
    """The page."""
    if not PAGE.exists():
        pytest.skip("the documentation is not part of this copy")
    return PAGE.read_text(encoding="utf-8")


def test_every_rate_is_documented_as_it_is(page):
    """Each rate stands on the page with its figures, its source and its meaning."""
    for row in rows("rates"):
        line = f"| `{row['rate']}` | {row['clean']} | {row['typical']} | {row['hard']} | {row['of']} | {row['meaning']} | {row['source']} |"
        assert line in page


def test_the_page_says_how_many_birth_dates_show_an_error(page):
    """Told as tried and as shown, over every seventh day of fifty years."""
    days = [date(1950, 1, 1) + timedelta(days=7 * each) for each in range(2_609)]
    rng = np.random.default_rng(1)

    def shown(tag):
        wrong = (misdate(tag, day, date(2024, 1, 2), "YYYY-MM-DD", rng) for day in days)
        return np.mean([text != day.isoformat() for text, day in zip(wrong, days, strict=True)])

    shares = {tag: shown(tag) for tag in ERRORS}
    assert shares["dob-swap"] == pytest.approx(132 / 365, abs=0.001)  # 12 months of 12 days, less 12 alike
    rates = [PROFILES[name].rates for name in ("typical", "hard")]
    tried = [sum(each[tag] for tag in ERRORS) for each in rates]
    seen = [sum(each[tag] * share for tag, share in shares.items()) for each in rates]
    swapped = [each["dob-swap"] * shares["dob-swap"] for each in rates]
    said = " ".join(page.split())
    for text, figures in (
        ("on {:.1%} of alerts in `typical` and {:.1%} in `hard`", tried),
        ("An error shows in {:.1%} and {:.1%}", seen),
        ("`dob-swap` stands on {:.1%} and {:.1%} of alerts", swapped),
    ):
        assert text.format(*figures).replace("%", " %") in said


def test_every_tag_is_documented(page):
    """Each tag stands on the page."""
    assert not [tag for tag in tag_names() if f"`{tag}`" not in page]


def test_every_rate_has_a_source():
    """A rate without a source says that it is assumed."""
    assert all(row["source"] and row["meaning"] and row["of"] for row in rows("rates"))
