"""
Professions: from titles in any language to the categories of the Norwegian register, and to specialties.

The titles are in `hpmatch/data/professions.csv`, the specialties in `hpmatch/data/specialties.csv`. In both, `*` at the
end of a word stands for any ending and `*` at its beginning for the first part of a compound. The longest known title
decides, so 'lekarz dentysta' is a dentist although 'lekarz' is a doctor. A title without a category (feldsher) is known
and says nothing, one with several (FA: FA1 or FA2) says each. A title of at most three letters, such as a category's own code,
counts only where it stands alone.

Who learns a profession or helps in it does not hold it: the words for them are in `hpmatch/data/profession_helpers.csv`,
and what a helper is instead in `hpmatch/data/helper_categories.csv`.
"""

import re
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from hpmatch.data import read_table
from hpmatch.standardise.text import Match, PhraseIndex, fold, split_words

# How two occupations are related, best first: one in common or one that replaced the other in the register; titles, grades and
# fields that one person often has both of; a second education, which few have; none of these.
RELATIONS = ("same", "compatible", "career", "different")

_SEPARATORS = re.compile(r"[/|,&+\n]")
_LONGEST_SHORT_TITLE = 3
_LONGEST_SHORT_CELL = 12  # a short title with blanks and dots around it
_REPLACED = "replaced"  # of two categories that were one occupation's at different times
_LONGEST_SMALL_WORD = 3  # "for", "und", "w": words that need no explanation
_MOST_SMALL_WORDS = 2
_CONJUNCTIONS = frozenset(["and", "og", "och", "und", "et", "e", "y", "i", "ir", "un", "ja", "и"])
_ALONE = re.compile(rf"[/|,&+\n()]|\s(?:{'|'.join(sorted(_CONJUNCTIONS))})\s")  # around a lone title


def code_professions(titles: Sequence[str]) -> list[tuple[str, ...]]:
    """
    Code professional titles to the categories of the register (code list 9060).

    Args:
        titles: Cells of titles; a cell may hold several.

    Returns:
        For each cell its sorted distinct categories; an empty tuple where no title is known, or only neutral ones.

    Examples:
        >>> code_professions(["gydytoja kardiologė", "Zahnarzt", "asistent medical generalist", "feldsher"])
        [('LE',), ('TL',), ('SP',), ()]
        >>> code_professions(["sykepleier; jordmor", "college teacher", "LE"])
        [('JO', 'SP'), (), ('LE',)]
    """
    return [tuple(sorted(_categories(title))) for title in titles]


def code_specialties(texts: Sequence[str]) -> list[tuple[str, ...]]:
    """
    Code specialties, named alone or inside a title.

    Args:
        texts: Cells of specialties or titles; a cell may hold several.

    Returns:
        For each cell the sorted distinct specialties, named as in the column `specialty` of the table.

    Examples:
        >>> code_specialties(["gydytoja kardiologė", "Fachärztin für Innere Medizin", "lege"])
        [('cardiology',), ('internal_medicine',), ()]
    """
    return [tuple(sorted(_specialty_names(text))) for text in texts]


def are_specialists(titles: Sequence[str]) -> list[bool]:
    """
    Say of each cell whether it is the title of a specialist.

    Args:
        titles: Cells of titles; a cell may hold several.

    Returns:
        For each cell True if a title in it is a specialist's or stands with a specialty of its own profession.

    Examples:
        >>> are_specialists(["Facharzt", "gydytojas anesteziologas reanimatologas", "lege"])
        [True, True, False]
    """
    return [_is_specialist(title) for title in titles]


def relation_of(left: Sequence[str], right: Sequence[str]) -> str:
    """
    Say how the occupations of two sides are related, by the two categories that are related best.

    Args:
        left: Categories on one side, at least one.
        right: Categories on the other side, at least one.

    Returns:
        One of ``RELATIONS``.

    Examples:
        >>> relation_of(["SP", "TL"], ["TL"]), relation_of(["HF"], ["HP"]), relation_of(["SP"], ["JO"])
        ('same', 'same', 'compatible')
        >>> relation_of(["SP"], ["LE"]), relation_of(["TL"], ["FT"])
        ('career', 'different')
    """
    found = {
        "same" if one == other else _related().get((one, other), "different")
        for one in left
        for other in right
    }
    return next(relation for relation in RELATIONS if relation in found)


class _Title(NamedTuple):
    """What a known title says: its categories with ';', '' if none; whether its holder is a specialist; its last word's stem."""

    category: str
    specialist: bool
    stem: str


def _categories(cell: str) -> set[str]:
    """Code one cell, part by part."""
    return set().union(*(_categories_in(part) for part in cell.split(";")))


def _categories_in(part: str) -> set[str]:
    """Code one part by its titles; where they name no profession, by specialties that say all the rest."""
    titles = _titles_in(part)
    categories = {code for title in titles for code in title.category.split(";")} - {""}
    if categories or any(not title.specialist for title in titles):
        return categories
    words = split_words(part)
    specialties = _specialties().find(words)
    spans = [match[:2] for match in specialties] + [match[:2] for match in _titles().find(words)]
    explained = {at for span in spans for at in range(*span)}
    if any(len(word) > _LONGEST_SMALL_WORD for at, word in enumerate(words) if at not in explained):
        return set()
    return {_specialty_categories()[slug] for match in specialties for slug in match.value}


def _titles_in(part: str) -> list[_Title]:
    """Find the titles of one part: the short ones that stand alone, and the long ones anywhere in it."""
    alone = (" ".join(split_words(piece)) for piece in _ALONE.split(part) if len(piece) < _LONGEST_SHORT_CELL)
    short = [_short_titles()[key] for key in alone if key in _short_titles()]
    pieces = (split_words(piece) for piece in _SEPARATORS.split(part))
    return short + [title for words in pieces for title in _long_titles(words)]


def _long_titles(words: Sequence[str]) -> list[_Title]:
    """Find the long titles in the words of one piece; a student or a helper of a profession does not hold it."""
    matches = _titles().find(words)
    taken = {at for match in matches for at in range(match.start, match.end)}
    free = ["" if at in taken else word for at, word in enumerate(words)]
    return [_held(match.value, _roles(words, free, match)) for match in matches]


def _held(title: _Title, roles: Sequence[str]) -> _Title:
    """Give the title as it is or, with a role beside it, what the holder is instead: a student is nothing yet."""
    if not roles:
        return title
    return title._replace(category=_helper_categories().get((roles[0], title.category), ""), specialist=False)


def _roles(words: Sequence[str], free: Sequence[str], title: Match[_Title]) -> list[str]:
    """Give the roles that the rest of a title's last word or the free words beside it name."""
    start, end = title.start, title.end
    within = _helpers("within").find([words[end - 1][len(title.value.stem) :]])
    before = [match for match in _helpers("before").find(free[:start]) if _adjoin(free[match.end : start])]
    after = [match for match in _helpers("after").find(free[end:]) if _adjoin(free[end : end + match.start])]
    return [match.value for match in (*within, *before, *after)]


def _adjoin(between: Sequence[str]) -> bool:
    """Say whether at most two small words part a helper from a title: 'of the', 'en', 'der'."""
    return len(between) <= _MOST_SMALL_WORDS and all(
        0 < len(word) <= _LONGEST_SMALL_WORD and word not in _CONJUNCTIONS for word in between
    )


def _is_specialist(cell: str) -> bool:
    """Say whether a title of the cell is a specialist's, or names a specialty of the profession it belongs to."""
    titles = [title for part in cell.split(";") for title in _titles_in(part)]
    specialties = {_specialty_categories()[slug] for slug in _specialty_names(cell)}
    return any(title.specialist for title in titles) or bool(specialties & _categories(cell))


def _specialty_names(cell: str) -> set[str]:
    matches = (match for part in cell.split(";") for match in _specialties().find(split_words(part)))
    return {slug for match in matches for slug in match.value}


def _is_short(title: str) -> bool:
    return len(title) <= _LONGEST_SHORT_TITLE


def _read_titles(*, short: bool) -> dict[str, _Title]:
    rows = (row for row in read_table("professions") if _is_short(row["title"]) is short)
    return {row["title"]: _title(row) for row in rows}


def _title(row: Mapping[str, str]) -> _Title:
    return _Title(row["category"], row["specialist"] == "yes", split_words(row["title"])[-1])


@cache
def _helpers(place: str) -> PhraseIndex[str]:
    rows = read_table("profession_helpers")
    return PhraseIndex({row["word"]: row["role"] for row in rows if place in row["place"].split(";")})


@cache
def _helper_categories() -> dict[tuple[str, str], str]:
    return {(row["role"], row["category"]): row["becomes"] for row in read_table("helper_categories")}


@cache
def _short_titles() -> dict[str, _Title]:
    return {fold(title): value for title, value in _read_titles(short=True).items()}


@cache
def _titles() -> PhraseIndex[_Title]:
    return PhraseIndex(_read_titles(short=False))


@cache
def _specialties() -> PhraseIndex[tuple[str, ...]]:
    slugs: dict[str, tuple[str, ...]] = {}
    for row in read_table("specialties"):
        slugs[row["term"]] = (*slugs.get(row["term"], ()), row["specialty"])
    return PhraseIndex(slugs)


@cache
def _specialty_categories() -> dict[str, str]:
    return {row["specialty"]: row["category"] for row in read_table("specialties")}


@cache
def _related() -> dict[tuple[str, str], str]:
    """How two categories are related, from either side; what replaced another was one occupation once."""
    related = {}
    for row in read_table("profession_relations"):
        relation = "same" if row["relation"] == _REPLACED else row["relation"]
        related[row["left"], row["right"]] = related[row["right"], row["left"]] = relation
    return related
