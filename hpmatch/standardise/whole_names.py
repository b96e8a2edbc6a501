"""A whole name in one field: Sandvik, Solveig Eva as the family name, with the field of given names empty or the same."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.protocols import Standardiser
from hpmatch.standardise.given_names import name_groups
from hpmatch.standardise.names import full_name_tokens

FAMILY, GIVEN = "family_name", "given_name"


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
    names = pc.coalesce(family, given).take(rows).to_pylist()
    apart = {
        row: parts for row, name in zip(rows.to_pylist(), names, strict=True) if (parts := name_apart(name))
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
    family, given = cells.get(FAMILY, ""), cells.get(GIVEN, "")
    parts = name_apart(family or given) if family == given or not (family and given) else None
    return {**cells, FAMILY: parts[0], GIVEN: parts[1]} if parts else cells


@lru_cache(maxsize=1 << 12)
def name_apart(name: str) -> tuple[str, str] | None:
    """
    The family and the given names of a whole name; None where nothing tells that it is one, and no double surname.

    Given names are what comes behind a comma, or the words that the table of given names knows; where it knows all of
    them, each may be either.

    Example:
        >>> name_apart("Sandvik, Solveig Eva"), name_apart("Solveig Eva Sandvik"), name_apart("García López")
        (('Sandvik', 'Solveig Eva'), ('sandvik', 'solveig eva'), None)
        >>> name_apart("Martin Paul")
        ('martin paul', 'martin paul')
    """
    before, _, behind = name.partition(",")
    if full_name_tokens(before) and any(map(name_groups, full_name_tokens(behind))):
        return before, behind.strip()
    tokens = full_name_tokens(name)
    given = [token for token in tokens if name_groups(token)]
    if len(tokens) == 1 or not given:
        return None
    family = [token for token in tokens if not name_groups(token)]
    return " ".join(family or tokens), " ".join(given)
