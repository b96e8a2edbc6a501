"""
A surname in capitals beside given names that are not: KUBILIŪTĖ Ligita, Ligita KUBILIŪTĖ, van der BERG Jan.

So officials tell the one from the other where names of many countries stand in one list, as the World Factbook says of
itself ("Personal Names - Capitalization": MAO Zedong, George W. BUSH).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from hpmatch.standardise.compounds import attach
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import name_tokens, names_and_kinds
from hpmatch.standardise.scripts import is_single
from hpmatch.standardise.surname_groups import surname_groups
from hpmatch.standardise.text import fold

_CAPITALS_FOR_A_SMALL_LETTER = 2  # and more: McGEE, d'ARC, STRAUß
_AS_SHORT_AS_INITIALS = 2


def surname_in_capitals(whole: str) -> tuple[str, str] | None:
    """
    Take a whole name apart whose surname is in capitals and whose given names, which stand together, are not.

    A word that stands before a name goes with it, and so does a single letter between words in capitals (GARCÍA Y LÓPEZ).
    A word in brackets that the table of given names does not know is another surname.

    Returns:
        The family and the given names; None where letters' case tells nothing: all are capitals, none are, or a script has none.

    Example:
        >>> surname_in_capitals("van der BERG Jan"), surname_in_capitals("Zdzimira K. McGEE")
        (('van der BERG', 'Jan'), ('McGEE', 'Zdzimira K.'))
        >>> surname_in_capitals("BERG JAN"), surname_in_capitals("Berg Jan"), surname_in_capitals("Fidel CASTRO Ruz")
        (None, None, None)
    """
    names = set(names_and_kinds(whole)[0])
    words = [word.strip(",;") for word in whole.split() if not names.isdisjoint(names_and_kinds(word)[0])]
    shown = [_in_capitals(word) for word in words]
    if not {True, False} <= set(shown):
        return None
    of_surname = _with_neighbours(words, shown)
    if [surname for surname, _ in groupby(of_surname)].count(False) != 1:
        return None
    family, given = (
        " ".join(word for word, surname in zip(words, of_surname, strict=True) if surname == wanted)
        for wanted in (True, False)
    )
    return family, given


def _in_capitals(word: str) -> bool | None:
    """Whether a word is in capitals; None where that tells nothing: of an initial or several (K., JP), a script without case."""
    tokens = name_tokens(word)
    letters = [letter for letter in word if letter.isalpha()]
    capitals, small = (sum(map(case, letters)) for case in (str.isupper, str.islower))
    if all(map(is_single, tokens)) or capitals + small < len(letters):
        return None
    if capitals == len(letters) <= _AS_SHORT_AS_INITIALS and not surname_groups(tokens[0]):
        return None
    return capitals >= _CAPITALS_FOR_A_SMALL_LETTER * small


def _with_neighbours(words: Sequence[str], shown: Sequence[bool | None]) -> list[bool]:
    """Whether each word is of the surname, where those that tell nothing by themselves go with their neighbours."""
    surname: list[bool] = []
    for token in attach(["".join(fold(word).split()) for word in words]):
        together = shown[len(surname) :][: len(token.split())]
        surname += [bool(each or together[-1]) for each in together]
    surname = [itself or _is_another_surname(word) for itself, word in zip(surname, words, strict=True)]
    around = zip([False, *surname], surname, [*surname[1:], False], shown, strict=False)
    return [itself or (tells is None and before and behind) for before, itself, behind, tells in around]


def _is_another_surname(word: str) -> bool:
    return word.startswith("(") and word.endswith(")") and not any(map(name_groups, name_tokens(word)))
