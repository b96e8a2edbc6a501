"""
Given names that stand for one another: translations (Ivan, Jānis, John) and short forms (Liz, Elisabeth).

`given_names.csv` puts every name into the group of names that it is a form of, or short for. A name may be in several
groups: Sasha is Alexander or Alexandra, Jan is John in Norway and Janet in England. A row whose name begins with a
hyphen is an ending: one that tells the sex of a name that stands in no group (ending), or one that a language puts behind
foreign men's names (adapted), which are then in their groups with it too: Ivanas is Ivan. `given_names_apart.csv` has the
pairs of a group that are two names in some country: sisters may be called Kari and Karin.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from typing import NamedTuple

from hpmatch.data import read_table
from hpmatch.standardise.compounds import single_words
from hpmatch.standardise.scripts import CONSONANT_SCRIPTS, script_of, spellings
from hpmatch.standardise.text import fold

_REMEMBERED = 1 << 20
_ENDING, _ADAPTED = "ending", "adapted"
_SHORTEST_ROOT = 2  # letters before an ending
_SHORTEST_FOREIGN = 4  # letters of a foreign name; Lewis is no Lew
_NO_GROUP: frozenset[str] = frozenset()


class _Known(NamedTuple):
    """What is known of one spelling: the groups and the sexes of the names that it may be."""

    groups: frozenset[str]
    sexes: frozenset[str]


@lru_cache(maxsize=_REMEMBERED)
def name_groups(token: str) -> frozenset[str]:
    """
    The groups of names that a token belongs to in any of its spellings.

    Args:
        token: A casefolded token of any script.

    Returns:
        The keys of the groups; two tokens that share one may be the same given name in two languages, or the full
        name and the short one.

    Example:
        >>> sorted(name_groups("иван") & name_groups("jānis"))
        ['john']
        >>> sorted(name_groups("саша"))
        ['alexander', 'alexandra']
        >>> sorted(name_groups("omaras") & name_groups("omar")), sorted(name_groups("kazlauskas"))
        (['omar'], [])
    """
    return _NO_GROUP.union(*(known.groups for known in _known_of(token)))


@lru_cache(maxsize=_REMEMBERED)
def implied_sex_of_given(token: str) -> str:
    """
    The sex that a given name tells: by the table, and where that tells none or both, by its ending.

    Args:
        token: A casefolded token of any script.

    Returns:
        "F", "M" or ""; the last for names of both.

    Example:
        >>> implied_sex_of_given("katarzyna"), implied_sex_of_given("jan"), implied_sex_of_given("vigdís")
        ('F', '', 'F')
        >>> implied_sex_of_given("gabriele"), implied_sex_of_given("gabrielė")
        ('', 'F')
    """
    sexes = frozenset[str]().union(*(each.sexes for each in _known_of(token)))
    if len(sexes) != 1:
        sexes = _sexes_by_ending(token)
    return next(iter(sexes)) if len(sexes) == 1 and "U" not in sexes else ""


def are_apart(left: str, right: str) -> bool:
    """
    Whether two names are two in some country, though they are forms of one.

    Example:
        >>> are_apart("karin", "kari"), are_apart("liz", "elisabeth")
        (True, False)
    """
    return frozenset((fold(left), fold(right))) in _apart()


@cache
def _apart() -> frozenset[frozenset[str]]:
    return frozenset(
        frozenset((fold(row["name"]), fold(row["other"]))) for row in read_table("given_names_apart")
    )


def _sexes_by_ending(token: str) -> frozenset[str]:
    folded = token.casefold()
    return frozenset(
        sex
        for ending, sex in _table().endings[_ENDING]
        if folded.endswith(ending) and len(folded) >= len(ending) + _SHORTEST_ROOT
    )


def _known_of(token: str) -> list[_Known]:
    """
    What is known of a token by the rows of its own script, and else by what other names are spelled like it.

    Rows of another script say nothing of a Latin token that has a row (Яне is no Jane), and nothing of letters that
    leave vowels out, for the vowels of their spellings are guesses. A name without any row may be a foreign man's.
    """
    script = script_of(token)
    forms = _filed_under(token, script)
    own = _known(forms, script)
    if script in CONSONANT_SCRIPTS or (own and script == "latin"):
        return own
    forms = spellings(token)
    if script != "latin":
        return [*own, *_known(forms, "latin")] or _known(forms, "")
    return _known(forms, "") or _known_foreign(forms)


def _known_foreign(forms: Sequence[str]) -> list[_Known]:
    """What is known of the men's names that forms are without an ending that is put behind foreign ones."""
    names = [
        form.removesuffix(ending)
        for form in forms
        for ending, _ in _table().endings[_ADAPTED]
        if form.endswith(ending) and len(form) >= len(ending) + _SHORTEST_FOREIGN
    ]
    return [known for known in _known(names, "latin") or _known(names, "") if known.sexes == {"M"}]


def _known(forms: Sequence[str], script: str) -> list[_Known]:
    """What is known of forms by the rows of one script; "" is the spellings of all that write vowels but Latin."""
    names = _table().names.get(script, {})
    return [names[form] for form in forms if form in names]


def _filed_under(name: str, script: str) -> tuple[str, ...]:
    """What a name is filed under among those of its script: its letters, Latin ones without their marks."""
    return spellings(name) if script == "latin" else single_words(fold(name))


class _Table(NamedTuple):
    """
    The table of given names, read once.

    Attributes:
        names: What is known of names, by script and by what they are filed under.
        endings: The endings of each kind, and the sex that each tells.
    """

    names: dict[str, dict[str, _Known]]
    endings: dict[str, list[tuple[str, str]]]


@cache
def _table() -> _Table:
    table = _Table({}, {})
    for row in read_table("given_names"):
        name = row["name"].casefold()
        if row["relation"] in (_ENDING, _ADAPTED):
            table.endings.setdefault(row["relation"], []).append((name[1:], row["sex"]))
            continue
        known = _told_by(row["group"], row["sex"])
        for script, form in _filed(name):
            names = table.names.setdefault(script, {})
            earlier = names.get(form)
            names[form] = _of_both(earlier, known) if earlier else known
    return table


def _filed(name: str) -> list[tuple[str, str]]:
    """Under which scripts and what a name is filed; "" is the spellings of all scripts that write vowels but Latin."""
    script = script_of(name)
    filed = [(script, form) for form in _filed_under(name, script)]
    if script != "latin" and script not in CONSONANT_SCRIPTS:
        filed += [("", form) for form in spellings(name)]
    return filed


@cache
def _told_by(group: str, sex: str) -> _Known:
    """What a row tells; the names of one group and sex share it."""
    return _Known(frozenset((group,)), frozenset((sex,)))


@cache
def _of_both(one: _Known, other: _Known) -> _Known:
    return _Known(one.groups | other.groups, one.sexes | other.sexes)
