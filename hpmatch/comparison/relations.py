"""How two tokens are related that are not spelled alike: by a stem, by being forms of one name, as an initial."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from hpmatch.records import FloatArray, IntArray
from hpmatch.standardise.given_names import implied_sex_of_given, name_groups
from hpmatch.standardise.scripts import spellings
from hpmatch.standardise.surnames import stems

Mask = npt.NDArray[np.bool_]

# Tokens that share a stem are at least so alike.
SHARED_STEM_LIKENESS = 0.4
_LETTERS_OF_ONE = 2  # a letter and a sign, or a letter of two characters


class Relations(NamedTuple):
    """
    How the tokens of k pairs, or with plain numbers of one, are related.

    Attributes:
        stem: bool[k], they differ in an ending that changes with sex or marriage.
        variant: bool[k], they are forms of one name.
        initial: bool[k], one is the first letter of the other.
    """

    stem: Any
    variant: Any
    initial: Any


class MayShare(NamedTuple):
    """
    Which of k pairs of tokens may have something in common, the others surely not.

    Attributes:
        stem: bool[k], they may share a stem.
        group: bool[k], they may share a group of given names.
    """

    stem: Mask
    group: Mask


def relations(
    tokens: Sequence[str],
    left: IntArray,
    right: IntArray,
    similarity: FloatArray,
    may_share: MayShare | None = None,
) -> Relations:
    """
    Find out how tokens are related.

    Args:
        tokens: Distinct tokens.
        left: int64[k], places of the left tokens.
        right: int64[k], places of the right tokens.
        similarity: float64[k], how alike they are.
        may_share: Which pairs are worth a look, where that is known.

    Example:
        >>> found = relations(["liz", "elisabeth", "e"], np.array([0, 2]), np.array([1, 1]), np.array([0.3, 0.2]))
        >>> found.variant.tolist(), found.initial.tolist()
        ([True, False], [False, True])
    """
    if may_share is None:
        grouped = np.array([bool(name_groups(token)) for token in tokens], bool)
        may_share = MayShare(np.ones(len(left), bool), grouped[left] & grouped[right])
    single = np.array([is_single(token) for token in tokens], bool)
    other = similarity < 1

    def look(may: Mask, related: Callable[[str, str], bool]) -> Mask:
        """Only what may be related is looked at one by one."""
        found = np.zeros(len(left), bool)
        places = np.flatnonzero(may & other)
        pairs = zip(left[places].tolist(), right[places].tolist(), strict=True)
        found[places] = [related(tokens[a], tokens[b]) for a, b in pairs]
        return found

    return Relations(
        look(may_share.stem & (similarity >= SHARED_STEM_LIKENESS), one_stem),
        look(may_share.group, one_name),
        look(single[left] | single[right], is_initial),
    )


def is_single(token: str) -> bool:
    """Whether a token is a single letter."""
    return len(token) <= _LETTERS_OF_ONE and min(map(len, spellings(token)), default=0) == 1


def one_stem(left: str, right: str) -> bool:
    """Whether two tokens share a stem."""
    return not set(stems(left)).isdisjoint(stems(right))


def one_name(left: str, right: str) -> bool:
    """Whether two tokens are forms of one name."""
    return not name_groups(left).isdisjoint(name_groups(right))


def are_two_names(left: str, right: str) -> bool:
    """
    Whether two tokens, however alike, are given names of two persons: Christian and Christina, Marko and Mirko.

    They are if no group has both, or if the one is a man's and the other a woman's.

    Example:
        >>> are_two_names("marko", "mirko"), are_two_names("paolo", "paola"), are_two_names("marko", "marek")
        (True, True, False)
    """
    groups, others = name_groups(left), name_groups(right)
    if groups and others and groups.isdisjoint(others):
        return True
    sexes = {implied_sex_of_given(left), implied_sex_of_given(right)}
    return sexes == {"F", "M"} and not one_stem(left, right)


def is_initial(left: str, right: str) -> bool:
    """Whether one token is the first letter of the other."""
    return any(min(len(a), len(b)) == 1 and a[0] == b[0] for a in spellings(left) for b in spellings(right))
