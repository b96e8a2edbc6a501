"""A sample to explain, and reading the pages that explain it."""

from html.parser import HTMLParser
from pathlib import Path

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
ALERTS, REGISTER = SAMPLE / "alerts.csv", SAMPLE / "register.csv"
KARI = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}


def ids_of(result, disposition):
    rows = result.dispositions.to_pylist()
    return [row["alert_id"] for row in rows if row["disposition"] == disposition]


class _Page(HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parsed(html):
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page
