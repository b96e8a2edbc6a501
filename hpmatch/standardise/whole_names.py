"""A whole name in one field: Sandvik, Solveig Eva as the family name, with the field of given names empty or the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.protocols import Standardiser
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import full_name_tokens, names_and_kinds
from hpmatch.standardise.scripts import is_single, script_of

FAMILY, GIVEN = "family_name", "given_name"
# Of two letters are Bo and Li, given names of the one country and surnames of another.
_TELLING = 3


def reads_whole_names(standardisers: Sequence[Standardiser]) -> bool:
    """Whether standardisers read both fields, so that what is taken out of the one is found in the other."""
    return {FAMILY, GIVEN} <= {role for stage in standardisers for role in stage.roles}


def with_names_apart(cells: Mapping[str, pa.Array]) -> Mapping[str, pa.Array]:
    """
    The cells of records, whole names that stand in one field taken apart.

    Args:
        cells: For each role the cells, string[n]; a field that is empty in all records may be left out.

    Example:
        >>> cells = with_names_apart({"family_name": pa.array(["Sandvik, Eva", "Berg"])})
        >>> cells["family_name"].to_pylist(), cells["given_name"].to_pylist()
        (['Sandvik', 'Berg'], ['Eva', None])
    """
    fields = {field: cells[field] for field in (FAMILY, GIVEN) if field in cells}
    size = max(map(len, fields.values()), default=0)
    family, given = (fields.get(field, pa.nulls(size, pa.string())) for field in (FAMILY, GIVEN))
    one = pc.or_(
        pc.xor(pc.is_valid(family), pc.is_valid(given)), pc.fill_null(pc.equal(family, given), False)
    )
    rows = pa.array(np.flatnonzero(np.asarray(one)))
    names = (column.take(rows).fill_null("").to_pylist() for column in (family, given))
    apart = {
        row: parts
        for row, *name in zip(rows.to_pylist(), *names, strict=True)
        if (parts := name_apart(*name))
    }
    if not apart:
        return cells
    places = np.arange(size)
    places[[*apart]] = size + np.arange(len(apart))
    found = zip((FAMILY, GIVEN), (family, given), zip(*apart.values(), strict=True), strict=True)
    return {
        **cells,
        **{
            field: pa.concat_arrays([column, pa.array(texts, pa.string())]).take(pa.array(places))
            for field, column, texts in found
        },
    }


def with_name_apart(cells: Mapping[str, str]) -> Mapping[str, str]:
    """The same of one record, whose empty cells are left out."""
    parts = name_apart(cells.get(FAMILY, ""), cells.get(GIVEN, ""))
    return {**cells, FAMILY: parts[0], GIVEN: parts[1]} if parts else cells


def name_apart(family: str, given: str) -> tuple[str, str] | None:
    """
    Take a whole name apart that stands in one of two fields, the other being empty or the same.

    What stands before a comma is the family name, and so is the first sign of a Chinese or Korean name. Else the given names
    are the words that the table of given names knows, and the initials beside them; if no other word is left, a family name
    may be either.

    Returns:
        The family and the given names; None where nothing tells that it is a whole name, or a marker tells of two surnames.

    Example:
        >>> name_apart("Sandvik, Solveig Eva", ""), name_apart("", "Solveig E. Sandvik"), name_apart("García López", "")
        (('Sandvik', 'Solveig Eva'), ('sandvik', 'solveig e.'), None)
        >>> name_apart("Martin Paul", ""), name_apart("", "Martin Paul"), name_apart("Dupont, née Martin", "")
        (('martin paul', 'martin paul'), None, None)
    """
    if family and given and family != given:
        return None
    parts = _parts_of(family or given)
    return None if given and parts and parts[0] == parts[1] else parts


@lru_cache(maxsize=1 << 12)
def _parts_of(whole: str) -> tuple[str, str] | None:
    names, kinds = names_and_kinds(whole)
    if any(kind.startswith("marker") for kind in kinds):
        return None
    before, _, behind = whole.partition(",")
    if 0 < len(names_and_kinds(before)[0]) < len(names):  # what is behind may be a degree
        return before.strip(), behind.strip()
    tokens = full_name_tokens(whole)
    if len(tokens) > 1 and len(whole.split()) == 1 and not script_of(tokens[-1]):
        return tokens[0], " ".join(tokens[1:])
    known = [token for token in tokens if name_groups(token)]
    if len(tokens) == 1 or all(len(token) < _TELLING for token in known):
        return None
    rest = [token for token in tokens if not (name_groups(token) or is_single(token))]
    own = [f"{token}." if is_single(token) else token for token in tokens if token not in rest]
    return " ".join(rest or own), " ".join(own)
