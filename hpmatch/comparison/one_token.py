"""
What two name tokens have in common, for a single pair: ``token_agreement`` with plain numbers.

The same rules as for many pairs (``name_tables.py``), so that the same is found; with arrays a pair would cost ten times as much.
"""

from __future__ import annotations

from functools import lru_cache

from hpmatch.comparison.conditions import first_case
from hpmatch.comparison.name_tables import (
    NOTHING,
    SAME,
    agreement_cases,
    is_worth_a_look,
    may_begin_alike,
)
from hpmatch.comparison.one_similarity import similarity_of
from hpmatch.comparison.relations import (
    SHARED_STEM_LIKENESS,
    Relations,
    have_alike_stems,
    is_beginning,
    is_expanded,
    is_initial,
    may_be_expanded,
    may_have_alike_stems,
    one_name,
    one_stem,
)
from hpmatch.standardise.token_forms import ANAGRAM, CONSONANTS, GROUPS, LETTERS, sketches_of

_REMEMBERED = 1 << 16  # tokens, and pairs of them


@lru_cache(maxsize=_REMEMBERED)
def agreement_of(left: str, right: str) -> int:
    """
    What two tokens have in common of which none is known for a name that several persons hold.

    Example:
        >>> agreement_of("müller", "mueller") == SAME, agreement_of("müller", "ivanov") == NOTHING
        (True, True)
    """
    if left == right:
        return SAME
    ours, theirs = _sketches_of(left), _sketches_of(right)
    letters = _shared_bits(ours[LETTERS], theirs[LETTERS])
    consonants = _shared_bits(ours[CONSONANTS], theirs[CONSONANTS])
    may_share_group = ours[GROUPS] & theirs[GROUPS]
    if not (is_worth_a_look(*letters, *consonants) or may_share_group or ours[ANAGRAM] == theirs[ANAGRAM]):
        return NOTHING
    similarity = similarity_of(left, right)
    other = similarity < 1
    shares_stem = similarity >= SHARED_STEM_LIKENESS and one_stem(left, right)
    related = Relations(
        bool(other and (shares_stem or (may_have_alike_stems(similarity) and have_alike_stems(left, right)))),
        bool(may_share_group and other and one_name(left, right)),
        bool(other and is_initial(left, right)),
        bool(other and may_begin_alike(*letters) and is_beginning(left, right)),
        bool(other and may_be_expanded(similarity) and is_expanded(left, right)),
    )
    return first_case(agreement_cases(similarity, related))


_sketches_of = lru_cache(maxsize=_REMEMBERED)(sketches_of)


def _shared_bits(left: int, right: int) -> tuple[int, int]:
    """How many bits two sketches have in common, and how many the smaller one has."""
    return (left & right).bit_count(), min(left.bit_count(), right.bit_count())
