"""Why two full names are as alike as they are: how their words were paired, and what each pair has in common."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from hpmatch.comparison.full_names import of_two_generations, similarity_of_single_names
from hpmatch.comparison.full_names.pairing import CONTRADICTION, CutNames
from hpmatch.comparison.full_names.texts import HeldTogether, cut_at_capitals, texts_of
from hpmatch.comparison.full_names.words import cut
from hpmatch.comparison.relations import (
    have_alike_stems,
    is_initial,
    may_have_alike_stems,
    one_name,
    one_stem,
    one_surname,
)
from hpmatch.shown import ShownAsText, on_one_line

_ONLY_HERE = "only here"


@dataclass(frozen=True)
class PairedTokens:
    """
    Two tokens that were held against each other.

    Attributes:
        left: The left token, "" where the right one has no counterpart.
        right: The right token, "" where the left one has no counterpart.
        similarity: Their likeness, 0 to 1.
        finding: What was found, in words.
    """

    left: str
    right: str
    similarity: float
    finding: str

    def __repr__(self) -> str:
        return on_one_line(self, self.finding)


@dataclass(frozen=True)
class NameExplanation(ShownAsText):
    """
    Why two names are as alike as they are.

    Attributes:
        similarity: The likeness of the names, 0 to 1.
        tokens: How their tokens were paired.
        reordered: Whether those stand in an order that makes another name, so that the likeness is lower.
        of_two_generations: Whether the names tell two generations (Jr., Sr.), so that it is lower.
    """

    similarity: float
    tokens: tuple[PairedTokens, ...]
    reordered: bool = False
    of_two_generations: bool = False

    def __repr__(self) -> str:
        return on_one_line(self, tokens=len(self.tokens))

    def __str__(self) -> str:
        lines = [f"similarity {self.similarity:.3f}"]
        lines += [f"  {each.left or '-'} / {each.right or '-'}: {each.finding}" for each in self.tokens]
        lines += ["  in another order"] if self.reordered else []
        lines += ["  of two generations"] if self.of_two_generations else []
        return "\n".join(lines)


def explain_names(left: str, right: str) -> NameExplanation:
    """
    Say why two full names are as alike as they are.

    Args:
        left: A full name in any script; one that is missing is like an empty one.
        right: Another.

    Raises:
        ArgumentError: If a name is bytes, which have to be decoded first.

    Example:
        >>> print(explain_names("Kari Müller", "Kari Hansen Mueller"))
        similarity 0.930
          kari / kari: the same name
          müller / mueller: the same name
          - / hansen: only here
    """
    (one,), (other,) = cut_at_capitals(texts_of([left]), texts_of([right]))
    left, right = _deciding(HeldTogether.of(one, other))
    tokens, (a,), (b,) = cut([left, right], np.array([0]), np.array([1]))
    names = CutNames.of(tokens)
    paired = names.paired(np.array([a]), np.array([b]))
    words = zip(names.words(paired.left), names.words(paired.right), strict=True)
    alike = zip(words, paired.similarity.tolist(), strict=True)
    only_left, only_right = names.unpaired(a, paired.left), names.unpaired(b, paired.right)
    return NameExplanation(
        similarity=float(similarity_of_single_names([left], [right])[0]),
        tokens=(
            *(PairedTokens(*pair, likeness, _finding(*pair, likeness)) for pair, likeness in alike),
            *(PairedTokens(word, "", 0.0, _ONLY_HERE) for word in names.words(only_left)),
            *(PairedTokens("", word, 0.0, _ONLY_HERE) for word in names.words(only_right)),
        ),
        reordered=bool(names.reordered(paired, 1)[0]),
        of_two_generations=bool(of_two_generations([left, right], np.array([0]), np.array([1]))[0]),
    )


def _deciding(held: HeldTogether) -> tuple[str, str]:
    """The names that tell how alike two texts are."""
    choose = min if held.all_required else max
    return choose(held.pairs, key=lambda pair: float(similarity_of_single_names([pair[0]], [pair[1]])[0]))


def _finding(left: str, right: str, similarity: float) -> str:
    """What two words have in common, in words."""
    if similarity == 1:
        return "the same name"
    if similarity < CONTRADICTION:
        return f"different names ({similarity:.2f})"
    if one_stem(left, right) or (may_have_alike_stems(similarity) and have_alike_stems(left, right)):
        return "the same name in another gender"
    if one_name(left, right) or one_surname(left, right):
        return "forms of one name"
    if is_initial(left, right):
        return "an initial that fits"
    return f"spelled alike ({similarity:.2f})"
