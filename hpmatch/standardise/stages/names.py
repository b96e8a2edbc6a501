"""The stage that makes tokens of a name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.parallel import processes_started, spread
from hpmatch.standardise.names import name_tokens
from hpmatch.standardise.stages.cells import WORDS
from hpmatch.standardise.token_forms import NAME_TOKENS


@dataclass(frozen=True)
class PersonName:
    """
    One field of a person's name, as tokens.

    Args:
        column: The role that is read and the column that is made.

    Example:
        >>> PersonName("family_name").standardise(["Dr. VAN DER BERG", "O'Brien-Łuczak (née Kelly)"])
        [('van der berg',), ('obrien', 'łuczak', 'kelly')]
    """

    column: str
    kind = WORDS
    vocabulary = NAME_TOKENS

    @property
    def roles(self) -> tuple[str, ...]:
        """The role that is read."""
        return (self.column,)

    def standardise(self, *texts: Sequence[str]) -> list[tuple[str, ...]] | pa.Array:
        """The tokens of each field."""
        given = self.column == "given_name"
        if not processes_started():
            return _tokens_of(texts[0], given=given)
        return pc.split_pattern(
            pa.array(spread(partial(_joined_tokens, given=given), texts[0]), pa.string()), "\n"
        )


def _tokens_of(texts: Sequence[str], *, given: bool) -> list[tuple[str, ...]]:
    return [name_tokens(text, given=given) for text in texts]


def _joined_tokens(texts: Sequence[str], *, given: bool) -> list[str | None]:
    """The tokens of each field a line each, which another process hands over at once."""
    return ["\n".join(tokens) if tokens else None for tokens in _tokens_of(texts, given=given)]
