"""
Countries: from the names and codes that people type to ISO 3166 alpha-2.

The names are in `hpmatch/data/countries.csv`.
"""

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from hpmatch.data import read_table
from hpmatch.standardise.text import split_words

_ALIASES = {"uk": "GB", "el": "GR"}  # what the European Union writes
_REMEMBERED = 1 << 12
_PARTS = re.compile(r"[^\w\s.']|_|\s-\s")


@lru_cache(maxsize=_REMEMBERED)
def code_country(text: str) -> str:
    """
    Code one country.

    Args:
        text: A code of two or three letters, a name in a language of the table, or what a nationality column holds.

    Returns:
        The ISO 3166 alpha-2 code in upper case; '' if no country, or more than one, is recognised.

    Examples:
        >>> code_country("Litauen"), code_country(" lietuva "), code_country("LTU"), code_country("UK")
        ('LT', 'LT', 'LT', 'GB')
        >>> code_country("Atlantis")
        ''
    """
    codes = _codes()
    code = codes.get(_key(text))
    if code is not None:
        return code
    found = {codes[key] for part in _PARTS.split(text) if (key := _key(part)) in codes}
    return found.pop() if len(found) == 1 else ""


def code_countries(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """
    Code cells that may each hold several countries, separated by ';'.

    Args:
        texts: The cells.

    Returns:
        For each cell its sorted distinct codes.

    Examples:
        >>> code_countries(["Norway; Sverige", "LT", "?"])
        [('NO', 'SE'), ('LT',), ()]
    """
    return [tuple(sorted({code_country(part) for part in text.split(";")} - {""})) for text in texts]


def date_order(country: str) -> str:
    """
    Say in which order the authorities of a country write day, month and year.

    Args:
        country: An ISO 3166 alpha-2 code.

    Returns:
        'DMY', 'MDY' or 'YMD'; 'DMY', the most common by far, for a country that is not in the table.

    Examples:
        >>> date_order("LT"), date_order("NO"), date_order("US")
        ('YMD', 'DMY', 'MDY')
    """
    return _date_orders().get(country, "DMY")


def _key(text: str) -> str:
    return " ".join(split_words(text))


@cache
def _codes() -> dict[str, str]:
    codes = dict(_ALIASES)
    for row in read_table("countries"):
        names = [row["iso2"], row["iso3"], row["name_en"], row["name_nb"], *row["other_names"].split(";")]
        codes.update({key: row["iso2"] for name in names if (key := _key(name))})
    return codes


@cache
def _date_orders() -> dict[str, str]:
    return {row["iso2"]: row["date_order"] for row in read_table("countries")}
