"""
Who answers: each engine takes the alerts and the register and gives scored links.

``ENGINES`` is the table of them. An engine runs in a process of its own (``__main__.py``), so that time and peak memory
are its own, and writes the same files as ``hpmatch link``, so that the same measures judge it.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec


@dataclass(frozen=True)
class Engine:
    """
    An engine.

    Attributes:
        name: Its name in commands and files.
        title: Its name for readers.
        module: The module of this package with its function ``run``.
        requires: The packages that it needs.
        about: How it is set up, for readers.
        floor: Whether it only shows what little effort gives.
    """

    name: str
    title: str
    module: str
    requires: tuple[str, ...] = ()
    about: str = ""
    floor: bool = False

    @property
    def missing(self) -> tuple[str, ...]:
        """The packages that it needs and that are not installed."""
        return tuple(package for package in self.requires if find_spec(package) is None)


OURS = "hpmatch"
ENGINES: dict[str, Engine] = {
    engine.name: engine
    for engine in (
        Engine(
            OURS,
            "hpmatch",
            "ours",
            about="`hp.link(alerts, register)` with the shipped model `imi`, untrained.",
        ),
        Engine(
            "splink",
            "Splink",
            "splink_duckdb",
            ("splink",),
            "DuckDB backend, set up and trained on the data at hand as its documentation does. `NameComparison` of family and of "
            "given name, `DateOfBirthComparison`, exact sex, profession and country, with term frequencies of names, profession "
            "and country. Blocks: birth date; both names; family name and birth year; given name and birth year; both names "
            "exchanged. Prior from its documentation's three deterministic rules (recall put at 0.7), u from ten million random "
            "pairs, m by EM in two sessions (blocked on the date, and on both names). A match is a probability of 0.5 or more.",
        ),
        Engine(
            "recordlinkage",
            "recordlinkage",
            "record_linkage",
            ("recordlinkage", "pandas"),
            "Its own `Index` (the same blocks as Splink), `Compare` (Jaro-Winkler of at least 0.85 for both names; exact date, sex, "
            "profession and country) and `ECMClassifier`, which learns without labels from the candidate pairs. A match is a "
            "probability of 0.5 or more.",
        ),
        Engine(
            "exact",
            "exact match",
            "lookups",
            about="Folded family name, given name and date are all the same.",
            floor=True,
        ),
        Engine(
            "robot",
            "look-up",
            "lookups",
            about="What a robot does that looks up surname and date: both are the same; several hits are a review.",
            floor=True,
        ),
    )
}
