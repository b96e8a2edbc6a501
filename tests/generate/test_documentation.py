"""The page about generated data says what the tables say."""

from pathlib import Path

import pytest

from hpmatch.generate.errormodel import tag_names
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


def test_every_tag_is_documented(page):
    """Each tag stands on the page."""
    assert not [tag for tag in tag_names() if f"`{tag}`" not in page]


def test_every_rate_has_a_source():
    """A rate without a source says that it is assumed."""
    assert all(row["source"] and row["meaning"] and row["of"] for row in rows("rates"))
