"""
Surnames that change with sex or marriage, and parents' names.

Two tokens are linked by a common stem only if an ending of the one stands against an ending of the other in some
language: -as against -ienė, -ov against -ova. Which endings stand against each other is a matter of
`surname_endings.csv`. There a stem keeps a capital for the class of its endings, so that the Lithuanian Butkus and
Butkas, whose wives are both Butkienė, share a stem with her and none with each other. A name without any ending
(Novák beside Nováková) is its own stem. A Gaelic name changes at its beginning (`gaelic.py`).

`surname_suffixes.csv` has the suffixes that make another surname of a name (Hassan, Hassani; Roberts, Robertson), those that
languages and spellings interchange in one class; -s is of none, for Latvian adds it to any man's name (Ivan, Ivans).

`surname_tails.csv` has the endings that so many surnames share that they are no likeness (Šiliūtė, Zigiūtė), and which of
them tell that a name is not changed at marriage: a woman has one maiden name (maiden), and one father (parent).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache, lru_cache
from itertools import product
from typing import NamedTuple

from hpmatch.data import read_table
from hpmatch.standardise.gaelic import is_womans, unmutated
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.text import fold

_REMEMBERED = 1 << 20
# Letters before an ending; fewer are enough where the stem keeps some of its letters and a class.
_SHORTEST, _SHORTEST_OF_CLASS = 3, 2
# In place of a stem: the ending tells the sex only; the name is a parent's.
_SEX_ONLY, _PARENT = "=", "-"
# The scripts whose endings are told apart; a token in Latin letters may have any country's.
_COUNTRIES_OF_SCRIPT = (
    ("\u0370", "\u03ff", frozenset({"GR", "CY"})),
    ("\u0400", "\u052f", frozenset({"RU", "UA", "BY", "BG", "MK"})),
)
_LAST_LATIN = "\u024f"
_NOWHERE = frozenset({"nowhere"})


class _Ending(NamedTuple):
    """
    A row of the table.

    Attributes:
        letters: The ending as the table has it, casefolded.
        latin: Its spellings in the letters a to z.
        stem: What stands in its place in a stem; None if nothing is taken off.
        sex: "F", "M" or "".
        is_parent: Whether a name that ends so is made of a parent's.
        shortest: Letters that stand before it at least.
    """

    letters: str
    latin: tuple[str, ...]
    stem: str | None
    sex: str
    is_parent: bool
    shortest: int


@lru_cache(maxsize=_REMEMBERED)
def stems(token: str) -> tuple[str, ...]:
    """
    A token's spellings, and what is left of them without an ending that changes with sex or marriage.

    Args:
        token: A casefolded token of any script.

    Returns:
        Distinct stems, the spellings first. A capital at the end of a stem is the class of the ending taken off.
        Two tokens that share a stem may be two forms of one surname.

    Example:
        >>> set(stems("kazlauskienė")) & set(stems("kazlauskas"))
        {'kazlauskA'}
        >>> set(stems("nováková")) & set(stems("novák"))
        {'novak'}
        >>> set(stems("ní mhurchú")) & set(stems("ó murchú"))
        {'murchu'}
        >>> set(stems("costa")) & set(stems("costas"))
        set()
    """
    spelled = spellings(token)
    found = list(spelled)
    countries = _countries(token)
    for spelling in spelled:
        found += [
            spelling[: -len(ending.letters)] + ending.stem
            for ending in _endings_of(spelling, countries)
            if ending.stem is not None
        ]
    if not token.isascii():
        found += _native_stems(token.casefold(), spelled, countries)
    if " " in token and (name := unmutated(token)):
        found.append(name)
    return tuple(dict.fromkeys(found))


def _native_stems(token: str, spelled: Sequence[str], countries: frozenset[str] | None) -> Iterator[str]:
    """The stems by endings that show only in the token's own letters: -ė, -né, -ης."""
    for ending in _endings_of(token, countries):
        for spelling, latin in product(spelled, ending.latin):
            if (
                ending.stem is not None
                and spelling.endswith(latin)
                and len(spelling) >= len(latin) + ending.shortest
            ):
                yield spelling[: -len(latin)] + ending.stem


@lru_cache(maxsize=_REMEMBERED)
def implied_sex(token: str) -> str:
    """
    The sex of a surname's bearer as far as its ending tells, or what stands before it (Ní Mhurchú).

    A man's form in Latin letters tells none, because a woman abroad may bear it too.

    Args:
        token: A casefolded token of any script.

    Returns:
        "F", "M" or "".

    Example:
        >>> implied_sex("kazlauskienė"), implied_sex("достоевский"), implied_sex("kazlauskas")
        ('F', 'M', '')
    """
    if " " in token and is_womans(token):
        return "F"
    countries = _countries(token)
    told = {_sex_told(form, countries) for form in (token.casefold(), *spellings(token))} - {""}
    return told.pop() if len(told) == 1 else ""


def _sex_told(form: str, countries: frozenset[str] | None) -> str:
    """The sex by the longest ending; a longer one that tells none silences a shorter."""
    endings = _endings_of(form, countries)
    sure = endings and (endings[0].stem is None or len(form) - len(endings[0].letters) >= _SHORTEST)
    return endings[0].sex if sure else ""


@lru_cache(maxsize=_REMEMBERED)
def is_patronymic(token: str) -> bool:
    """
    Whether a token is made of a parent's name: it is no family's name, and is often left out abroad.

    A son's name in -son counts only where its letters are Icelandic; else it cannot be told from a Swedish surname.

    Args:
        token: A casefolded token of any script.

    Example:
        >>> is_patronymic("jónsdóttir"), is_patronymic("сергеевна"), is_patronymic("hansson")
        (True, True, False)
    """
    countries = _countries(token)
    forms = (token.casefold(), *spellings(token))
    return any(ending.is_parent for form in forms for ending in _endings_of(form, countries))


def are_derived_apart(left: str, right: str) -> bool:
    """
    Whether two surnames are made of one name by suffixes of two classes, or one of them is that name.

    Args:
        left: A casefolded token of any script.
        right: Another.

    Example:
        >>> are_derived_apart("peters", "petersen"), are_derived_apart("hassan", "hassani")
        (True, True)
        >>> are_derived_apart("petersen", "petersson"), are_derived_apart("peters", "pieters")
        (False, False)
    """
    ours, theirs = _derivations(left), _derivations(right)
    roots = {root for root, _ in ours} & {root for root, _ in theirs}
    return bool(roots) and ours.isdisjoint(theirs)


_GEORGIAN_I = "ი"


@lru_cache(maxsize=_REMEMBERED)
def _derivations(token: str) -> frozenset[tuple[str, str]]:
    """What a token may be made of: a name and the class of the suffix behind it; the token itself has none."""
    whole = spellings(token)
    made = {
        (spelling.removesuffix(suffix), of_class)
        for spelling in whole
        for suffix, of_class in _suffixes()
        if spelling.endswith(suffix) and _is_root(spelling.removesuffix(suffix), suffix)
    }
    # In Georgian letters any name ends in -i where it is the subject, foreign ones too (ჰანსენი is Hansen).
    bare = [spelling.removesuffix("i") for spelling in whole] if token.endswith(_GEORGIAN_I) else []
    return frozenset(made.union((spelling, "") for spelling in (*whole, *bare)))


def _is_root(letters: str, suffix: str) -> bool:
    """Whether enough letters stand before a suffix, more of them before a short one, which may be their end; Weiss is Weis."""
    return len(letters) >= _SHORTEST + (len(suffix) < _SHORTEST) and not letters.endswith(suffix)


@cache
def _suffixes() -> tuple[tuple[str, str], ...]:
    return tuple((row["suffix"], row["class"]) for row in read_table("surname_suffixes"))


@lru_cache(maxsize=_REMEMBERED)
def tail_of(token: str) -> str:
    """
    The longest ending of a token that many surnames share, folded; "" if there is none, or no stem before it.

    Args:
        token: A casefolded token of any script.

    Example:
        >>> tail_of("kazlauskaitė"), tail_of("petraitė"), tail_of("waite"), tail_of("hansen")
        ('auskaite', 'aite', '', '')
    """
    form = token if token.isascii() else fold(token)
    if not form.endswith(_tails_sought()):
        return ""
    # The longest one that leaves a stem is found first; letters before it may be folded into two (þ, æ).
    tail = next((form[start:] for start in range(_SHORTEST, len(form)) if form[start:] in _tails()), "")
    return tail if fold(token[len(token) - len(tail) :]) == tail else ""


def without_tail(token: str) -> str:
    """
    A token without the ending that ``tail_of`` finds but its first letter: a slip before it is none at the end of a name.

    Example:
        >>> without_tail("kazlauskaitė"), without_tail("hansen")
        ('kazla', 'hansen')
    """
    return token[: len(token) - max(len(tail_of(token)) - 1, 0)]


def is_for_life(token: str) -> bool:
    """
    Whether a surname's ending tells that it is not changed for another of its kind: a maiden name, or a parent's.

    Example:
        >>> is_for_life("bartėnaitė"), is_for_life("jónsdóttir"), is_for_life("kazlauskienė")
        (True, True, False)
    """
    return bool(_tails().get(tail_of(token)))


@cache
def _tails() -> dict[str, str]:
    """The kind of each ending that many surnames share."""
    return {row["ending"]: row["kind"] for row in read_table("surname_tails")}


@cache
def _tails_sought() -> tuple[str, ...]:
    return tuple(_tails())


def _countries(token: str) -> frozenset[str] | None:
    """The countries whose endings a token may have, by its script; None is any."""
    if token.isascii():
        return None
    for first, last, countries in _COUNTRIES_OF_SCRIPT:
        if first <= token[0] <= last:
            return countries
    return None if token[0] <= _LAST_LATIN else _NOWHERE


def _endings_of(form: str, countries: frozenset[str] | None) -> Sequence[_Ending]:
    """The endings that a form has, of each country the longest; the longest of all first."""
    table = _table(countries)
    for length in range(min(_longest(), len(form)), 0, -1):
        endings = table.get(form[-length:])
        if endings and length + endings[0].shortest <= len(form):
            return endings
    return ()


@cache
def _table(countries: frozenset[str] | None) -> dict[str, tuple[_Ending, ...]]:
    """For each ending, that ending and those within it that are another country's, the longest first."""
    rows: dict[str, list[tuple[_Ending, frozenset[str]]]] = {}
    for row in read_table("surname_endings"):
        of = frozenset(filter(None, row["country"].split(";")))
        if countries is None or not of or of & countries:
            rows.setdefault(row["ending"].casefold(), []).append((_ending(row), of))
    return {letters: _within(letters, rows) for letters in rows}


def _within(letters: str, rows: dict[str, list[tuple[_Ending, frozenset[str]]]]) -> tuple[_Ending, ...]:
    """The endings within these letters; a row without a country says that nothing shorter is an ending."""
    found: list[_Ending] = []
    seen: set[str] = set()
    for start in range(len(letters)):
        here = rows.get(letters[start:], [])
        found += [ending for ending, of in here if not (of and of <= seen)]
        seen.update(*(of for _, of in here))
        if any(not of for _, of in here):
            break
    return tuple(found)


def _ending(row: dict[str, str]) -> _Ending:
    letters, stem = row["ending"].casefold(), row["stem_ending"]
    latin = (letters,) if letters.isascii() else tuple(dict.fromkeys((fold(letters), *spellings(letters))))
    kept = stem in (letters, _SEX_ONLY, _PARENT)
    has_class = len(stem) > _SHORTEST_OF_CLASS and stem[-1].isupper()
    shortest = 0 if kept else _SHORTEST_OF_CLASS if has_class else _SHORTEST
    return _Ending(letters, latin, None if kept else stem, row["sex"], stem == _PARENT, shortest)


@cache
def _longest() -> int:
    return max(len(row["ending"]) for row in read_table("surname_endings"))


def keep_surnames(states: Collection[str] | None) -> bool:
    """
    Whether nobody takes another surname by marriage in any of some states.

    Example:
        >>> keep_surnames(["IT", "GR"]), keep_surnames(["IT", "NO"]), keep_surnames([])
        (True, False, False)
    """
    return bool(states) and _keeping_states().issuperset(states or ())


@cache
def _keeping_states() -> frozenset[str]:
    """The states by whose law nobody takes another surname by marriage."""
    return frozenset(row["country"] for row in read_table("surname_laws"))
