"""Names as callers give them: any sequence of texts, of which one may hold a name in each of several scripts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, NamedTuple

from hpmatch.errors import ArgumentError
from hpmatch.sources.memory import plain_cell
from hpmatch.standardise.encodings import decoded
from hpmatch.standardise.whole_names import names_by_script

# A name in one word, each part with its capital (ZhangXiaoling); among other words a McDonald is one.
_RUN_TOGETHER = re.compile(r"([A-Z][a-z]+)([A-Z][a-z]+)")


def texts_of(names: Any) -> Sequence[str]:
    """
    The names of a sequence of any kind as text, "" for one that is missing.

    Raises:
        ArgumentError: If it is a single name or no sequence, or a name is bytes.

    Example:
        >>> texts_of(["Kari Berg", None])
        ['Kari Berg', '']
    """
    if isinstance(names, (str, bytes, Mapping)) or not isinstance(names, Iterable):
        raise ArgumentError(
            f"names are compared one by one: give lists of them, or two names to hp.explain_names, not {_kind(names)}"
        )
    cells = list(names.to_pylist() if hasattr(names, "to_pylist") else names)
    if unread := [_kind(cell) for cell in cells if isinstance(cell, (bytes, bytearray, memoryview))]:
        raise ArgumentError(f"a name has to be text, not {unread[0]}; decode it first")
    return [decoded(plain_cell(name) or "") for name in cells]


def _kind(value: object) -> str:
    return "None" if value is None else type(value).__name__


def cut_at_capitals(left: Sequence[str], right: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Names with a blank where one has none but capitals, beside a name of several words (ZhangXiaoling, Zhang Xiaoling)."""
    apart = {
        name: " ".join(found.groups()) for name in {*left, *right} if (found := _RUN_TOGETHER.fullmatch(name))
    }
    if not apart:
        return left, right
    several = [
        (" " in one or one in apart) and (" " in other or other in apart)
        for one, other in zip(left, right, strict=True)
    ]
    one, other = (
        [apart.get(name, name) if cut else name for name, cut in zip(side, several, strict=True)]
        for side in (left, right)
    )
    return one, other


def held_together(left: Sequence[str], right: Sequence[str]) -> dict[int, HeldTogether]:
    """What to hold together of two texts of which one has several names, by their row."""
    several = {text for text in {*left, *right} if len(names_by_script(text)) > 1}
    if not several:
        return {}
    pairs = enumerate(zip(left, right, strict=True))
    return {row: HeldTogether.of(*pair) for row, pair in pairs if not several.isdisjoint(pair)}


class HeldTogether(NamedTuple):
    """
    What of two texts is held together that may have a name in several scripts, as Zhang Wei (张伟).

    Attributes:
        pairs: The names in each script that both have, else each name of the one with each of the other.
        all_required: Whether all pairs have to be alike, or one.
    """

    pairs: Sequence[tuple[str, str]]
    all_required: bool

    @classmethod
    def of(cls, left: str, right: str) -> HeldTogether:
        """What to hold together of two texts."""
        ours, theirs = names_by_script(left), names_by_script(right)
        shared = sorted(ours.keys() & theirs.keys())
        if shared:
            return cls([(ours[script], theirs[script]) for script in shared], all_required=True)
        return cls([*product(ours.values(), theirs.values())], all_required=False)
