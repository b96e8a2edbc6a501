"""The truth that answers are held against: read as other tables are, and made sure of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, occurrences
from hpmatch.errors import HpmatchError, SchemaError
from hpmatch.model import ALERTS
from hpmatch.schema import NOT_REPEATED, RECORD_ROLES, Schema, shown_names
from hpmatch.sources import read
from hpmatch.sources.rejected import whole
from hpmatch.sources.tables import plain_identifiers, written_otherwise
from hpmatch.wording import terms_of

if TYPE_CHECKING:
    from hpmatch.results import Deduplicated

TRUTH_IDS = ("alert_id", "hpr_number")
# What stands for nothing; the last are what Python makes of a cell where nothing is.
_NOTHING = ("", "nan", "NaN", "None", "<NA>", "NaT")
_MANY = 10  # persons, of whom a result that is about them names one at least


def read_truth(truth: Any, ids: Sequence[str] = TRUTH_IDS) -> pa.Table:
    """
    Read a truth: its cells as identifiers are read elsewhere, and without what stands for nothing.

    Args:
        truth: See ``hpmatch.sources.read``.
        ids: What the tables call alerts and persons; the truth may call them so too.

    Raises:
        SourceError: If it, or a row of it, cannot be read.
        SchemaError: If it has a column neither as the tables call it nor as a truth of alerts does.

    Example:
        >>> read_truth([{"alert_id": "A1 ", "hpr_number": " "}]).to_pylist()
        [{'alert_id': 'A1', 'hpr_number': None}]
        >>> read_truth([{"no_left": "a1", "no_right": "b7"}], ("no_left", "no_right")).column_names
        ['alert_id', 'hpr_number']
    """
    table = whole(read(truth, "truth"), "truth").data
    cells = [plain_identifiers(column) for column in table.columns]
    nothing = pa.array(_NOTHING, pa.string())
    filled = [pc.if_else(pc.is_in(column, value_set=nothing), None, column) for column in cells]
    ours = {own: name for own, name in zip(ids, TRUTH_IDS, strict=True) if name not in table.column_names}
    if tuple(ids) != TRUTH_IDS and "label" not in table.column_names:  # labels are of pairs
        own = [own for own, name in zip(ids, TRUTH_IDS, strict=True) if name not in table.column_names]
        need(table, own, "the truth")
    return pa.Table.from_arrays(filled, names=[ours.get(name, name) for name in table.column_names])


def check_truth(truth: pa.Table, known: Sequence[pa.ChunkedArray], of: str = ALERTS) -> None:
    """
    Make sure that a truth tells of each alert once, and writes registered persons as they are written elsewhere.

    Args:
        truth: ``alert_id`` and ``hpr_number``; see ``read_truth``.
        known: Columns of registered persons to hold it against: those of the register, or those that a result names.
        of: What the tables hold, see ``hpmatch.Model``.

    Raises:
        HpmatchError: If it does not.

    Example:
        >>> check_truth(pa.table({"alert_id": ["a"], "hpr_number": ["7.0"]}), [pa.chunked_array([["7"]])])
        Traceback (most recent call last):
        hpmatch.errors.HpmatchError: 1 of the 1 persons that the truth names are written otherwise than elsewhere ...
    """
    need(truth, ("alert_id", "hpr_number"), "the truth")
    alerts, terms = truth["alert_id"].to_pylist(), terms_of(of)
    if len(set(alerts)) < len(alerts):
        raise HpmatchError(f"the truth names {terms.row} more than once; give each {terms.one} one row")
    named = pc.unique(truth["hpr_number"].drop_null())
    elsewhere = pc.unique(
        pa.chunked_array([chunk for each in known for chunk in each.cast(pa.string()).chunks], pa.string())
    )
    otherwise = int(pc.sum(written_otherwise(named, elsewhere)).as_py() or 0)
    if otherwise:
        raise HpmatchError(
            f"{otherwise} of the {len(named)} {terms.named} that the truth names are written otherwise than elsewhere "
            f"(zeros, blanks, '.0'); write them alike"
        )
    are_strange = not pc.any(pc.is_in(named, value_set=elsewhere)).as_py()
    if are_strange and min(len(named), len(elsewhere)) >= _MANY:
        raise HpmatchError(
            f"none of the {len(named)} {terms.named} that the truth names is among the {len(elsewhere)} that it is held against; "
            f"are the numbers written alike in both, and of {terms.one_register}?"
        )


def read_clusters(truth: Any, found: Deduplicated) -> pa.Table:
    """
    Read which records of one table are the same.

    Args:
        truth: A row a record: the identifier, and ``cluster_id``, which may be anything that is the same for the same; a record
            without one is like no other.
        found: What ``hpmatch.dedupe`` returned.

    Returns:
        A row a record of the result, in its order: ``alert_id``; ``person_id``, the true cluster; ``hpr_number``, the same for
        those that are not alone in it; and what else the truth tells.

    Raises:
        HpmatchError: If a column or a record is lacking, or a record is there more than once.
    """
    ids = found.clusters.column(0)
    own, cluster = found.clusters.column_names
    table = read_truth(truth)
    wanted = (
        f"for what dedupe found it has a row a record: {own}, and {cluster}, the same for those that are one"
    )
    need(table, (own, cluster), "the truth", wanted)
    if len(pc.unique(table[own])) < len(table):
        raise HpmatchError(f"the truth names {own} more than once, or not at all; give each record one row")
    rows = places_among(ids, table[own])
    if (missing := int((rows < 0).sum())) > 0:
        raise HpmatchError(f"the truth says nothing about {missing} of the {len(rows)} records")
    told = table.take(pa.array(rows))
    codes = person_codes(told[cluster])
    names = pa.array([str(code) for code in codes.tolist()], pa.string())
    repeated = pa.array(occurrences(codes) > 1)
    return pa.table(
        {
            "alert_id": ids,
            "person_id": names,
            "hpr_number": pc.if_else(repeated, names, None),
            **{name: told[name] for name in told.column_names if name not in (own, cluster)},
        }
    )


def need(table: pa.Table, columns: Sequence[str], name: str, wanted: str = "") -> None:
    """
    Make sure that a table has some columns.

    Args:
        table: The table.
        columns: The columns.
        name: What to call the table in messages.
        wanted: What a table of its kind holds, in words.

    Raises:
        SchemaError: If one is lacking.
    """
    lacking = [column for column in columns if column not in table.column_names]
    if lacking:
        shown = shown_names(table.column_names, RECORD_ROLES, Schema(), is_headed_by_line=False)
        found = NOT_REPEATED if shown is None else f"it has {', '.join(shown)}"
        raise SchemaError(
            f"{name} has no column {', '.join(lacking)}; {found}" + (f"; {wanted}" if wanted else "")
        )


def person_codes(persons: pa.ChunkedArray) -> IntArray:
    """A number for each person; one of its own where none is told."""
    encoded = persons.combine_chunks().dictionary_encode()
    codes = np.asarray(encoded.indices.fill_null(-1), np.int64)
    return np.where(codes < 0, len(encoded.dictionary) + np.arange(len(codes)), codes)


def places_among(ids: pa.ChunkedArray, among: pa.ChunkedArray) -> IntArray:
    """The place of each identifier among others; -1 where it is not there."""
    among = pa.array(among.to_pylist(), pa.string())
    return np.asarray(pc.fill_null(pc.index_in(ids.cast(pa.string()), among), -1).to_numpy(), np.int64)
