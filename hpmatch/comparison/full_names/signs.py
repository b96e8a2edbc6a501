"""Names in Chinese signs and Hangul: what tells them apart in one script, and whether other letters are their reading."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np

from hpmatch.arrays import IntArray, Mask
from hpmatch.standardise.signs import is_han, plain_signs

_SYLLABLES = 2


def is_read(token: str) -> bool:
    """Whether a token is Chinese signs, or Hangul of as many syllables as Korean given names have, hardly one of a foreign name."""
    return is_han(token) or (len(token) == _SYLLABLES and plain_signs(token)[0] == "hangul")


class Signs(NamedTuple):
    """
    What tokens in Chinese signs or Hangul are told apart by: in one script other signs are another name, whatever readings they share.

    Attributes:
        scripts: int64[t], a number for the script of each token; 0 where other signs say nothing.
        signs: int64[t], a number for its signs.
    """

    scripts: IntArray
    signs: IntArray

    @classmethod
    def of(cls, tokens: Sequence[str]) -> Signs:
        """Number the signs of tokens."""
        plain = [("", "") if token.isascii() else plain_signs(token) for token in tokens]
        numbers = {text: number for number, text in enumerate(sorted({"", *chain.from_iterable(plain)}))}
        scripts, signs = (
            np.array([[numbers[text] for text in each] for each in plain], np.int64).reshape(-1, 2).T
        )
        return cls(scripts, signs)

    def same(self, left: IntArray, right: IntArray) -> Mask:
        """Which tokens, at some places, are the same in signs of one script."""
        return np.asarray(self._of_one_script(left, right) & (self.signs[left] == self.signs[right]))

    def other(self, left: IntArray, right: IntArray) -> Mask:
        """Which are other signs of one script."""
        return np.asarray(self._of_one_script(left, right) & (self.signs[left] != self.signs[right]))

    def _of_one_script(self, left: IntArray, right: IntArray) -> Mask:
        return np.asarray((self.scripts[left] == self.scripts[right]) & (self.scripts[left] > 0))
