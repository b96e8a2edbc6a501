"""Words in written dates: names of months, words to pass over, words that say that there is no date."""

import re
from functools import cache

from hpmatch.data import read_table
from hpmatch.standardise.text import fold

_TOKENS = re.compile(r"[0-9]+|[^\W\d_]+")


def date_tokens(text: str) -> list[str]:
    """
    Split a text into its numbers and its folded words; all else separates.

    Args:
        text: Text in plain characters.

    Returns:
        Numbers and words in their order.

    Examples:
        >>> date_tokens("09APR1978 (født)")
        ['09', 'apr', '1978', 'fodt']
    """
    return _TOKENS.findall(fold(text))


@cache
def months() -> dict[str, tuple[int, ...]]:
    """
    Give the months that a name can mean, in the order of `data/month_names.csv`.

    Returns:
        Months by folded name; words of one name are separated by a blank.

    Examples:
        >>> months()["balandzio"], months()["listopad"], months()["mean fomhair"]
        ((4,), (11, 10), (9,))
    """
    found: dict[str, tuple[int, ...]] = {}
    for row in read_table("month_names"):
        name, month = fold(row["name"]), int(row["month"])
        found[name] = tuple(dict.fromkeys((*found.get(name, ()), month)))
    return found


@cache
def date_words(meaning: str) -> frozenset[str]:
    """
    Give the words of `data/date_words.csv` that have one meaning.

    Args:
        meaning: 'ignored' (passed over beside a date) or 'no date' (says that the date is not known).

    Returns:
        Folded words, what separates their parts left out.

    Examples:
        >>> "fodt" in date_words("ignored"), "na" in date_words("no date")
        (True, True)
    """
    rows = (row for row in read_table("date_words") if row["meaning"] == meaning)
    return frozenset("".join(date_tokens(row["word"])) for row in rows)
