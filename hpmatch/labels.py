"""
Labels: what people said about pairs of records, in a plain CSV file.

A row a judgement: ``left_id, right_id, label, labelled_by, labelled_at, chosen_as``. ``label`` is match, no_match or unsure; true
or 1 is a match too, and false or 0 none.
Only the first three columns are needed, so that a table of true pairs from elsewhere serves too. Where ``label`` is empty, nobody
has said anything yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import IntArray, Mask
from hpmatch.decision import MATCH, NO_MATCH
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.output import rearmed
from hpmatch.shown import on_one_line
from hpmatch.sources import read
from hpmatch.sources.rejected import whole
from hpmatch.sources.tables import plain_identifier

UNSURE = "unsure"
# What the pairs are chosen as that are worth a label, see ``labelling/choosing.py``; those for what they are tell of no others.
UNCERTAIN, DIVERSE, RANDOM = "uncertain", "diverse", "random"
_FOR_WHAT_THEY_ARE = frozenset({UNCERTAIN, DIVERSE})
COLUMNS = ("left_id", "right_id", "label", "labelled_by", "labelled_at", "chosen_as")
_NEEDED, _CHOSEN_AS = COLUMNS[:3], COLUMNS[-1]
# What a label is written as; a table of numbers with gaps is saved as 1.0 and 0.0 by pandas.
_SPELLINGS = {
    **{each: each for each in ("", MATCH, NO_MATCH, UNSURE)},
    **dict.fromkeys(("true", "1", "1.0"), MATCH),
    **dict.fromkeys(("false", "0", "0.0"), NO_MATCH),
}


@dataclass(frozen=True)
class Labels:
    """
    Pairs that people are sure about, each once.

    Attributes:
        left_ids: Identifiers of records of the left table.
        right_ids: Identifiers of records of the right table.
        is_match: bool[n], whether the two are one person.
        is_drawn: bool[n], whether the pair may have been drawn at random: some row about it does not say that it was chosen for
            what it is.
    """

    left_ids: pa.Array
    right_ids: pa.Array
    is_match: Mask
    is_drawn: Mask

    def __repr__(self) -> str:
        return on_one_line(self, pairs=len(self))

    def __len__(self) -> int:
        return len(self.is_match)


def judgements(source: Any, columns: Sequence[str], *, may_be_empty: bool = False) -> list[dict[str, str]]:
    """
    What people said, in the order of the rows; where nobody has said anything yet there is none.

    Args:
        source: See ``read_labels``.
        columns: The columns that are needed; ``label`` among them. ``chosen_as`` comes with them where it is there.
        may_be_empty: Whether a table without rows will do.

    Raises:
        SourceError: If it, or a row of it, cannot be read, or if it lacks a column or holds another label.

    Example:
        >>> judgements([{"left_id": "A1", "label": True}, {"left_id": "A2", "label": ""}], ("left_id", "label"))
        [{'left_id': 'A1', 'label': 'match'}]
    """
    raw = whole(read(source, "labels", may_be_empty=may_be_empty), "labels")
    table = rearmed(raw.data)
    if lacking := [name for name in columns if name not in table.column_names]:
        raise SourceError(
            f"labels: {raw.source} has no column {lacking[0]!r}; a file of labels has {', '.join(columns)}"
        )
    told = [name for name in (*columns, _CHOSEN_AS) if name in table.column_names]
    rows = [
        {name: plain_identifier(str(cell or "")) for name, cell in row.items()}
        for row in table.select(told).to_pylist()
    ]
    said = [_SPELLINGS.get(row["label"].lower()) for row in rows]
    wrong = [number for number, label in zip(raw.rows, said, strict=True) if label is None]
    if wrong:
        more = f" and {len(wrong) - 1} more" if len(wrong) > 1 else ""
        raise SourceError(
            f"labels: row {wrong[0]}{more}: the label is none of {MATCH}, {NO_MATCH} and {UNSURE}; correct it, or leave it empty"
        )
    return [{**row, "label": label} for row, label in zip(rows, said, strict=True) if label]


def read_labels(source: Any) -> Labels:
    """
    Read labels; of several for one pair the last one holds, and a pair whose last label is unsure, or which has none, is left out.

    Args:
        source: A path (CSV, Parquet) or a table; see ``hpmatch.link``.

    Raises:
        SourceError: If it cannot be read, lacks a column or holds another label.

    Example:
        >>> labels = read_labels([{"left_id": "A1", "right_id": "P1", "label": "match"},
        ...                       {"left_id": "A2", "right_id": "P1", "label": "unsure"}])
        >>> labels.left_ids.to_pylist(), labels.is_match.tolist()
        (['A1'], [True])
    """
    rows = [((row["left_id"], row["right_id"]), row) for row in judgements(source, _NEEDED)]
    last = {pair: row["label"] for pair, row in rows}
    drawn = {pair for pair, row in rows if row.get(_CHOSEN_AS) not in _FOR_WHAT_THEY_ARE}
    sure = sorted(pair for pair, label in last.items() if label != UNSURE)
    return Labels(
        pa.array([left for left, _ in sure], pa.string()),
        pa.array([right for _, right in sure], pa.string()),
        np.array([last[pair] == MATCH for pair in sure], bool),
        np.array([pair in drawn for pair in sure], bool),
    )


def rows_of_pairs(labels: Labels, left: pa.Array, right: pa.Array) -> tuple[IntArray, IntArray, Mask]:
    """
    Where labelled records stand in two tables.

    Args:
        labels: The labels, n of them.
        left: The identifiers of the left table's records.
        right: The same of the right one.

    Returns:
        int64[n] left rows, int64[n] right rows (-1 where there is no such record), bool[n] whether both are there.
    """
    rows = [
        np.asarray(pc.fill_null(pc.index_in(ids, value_set=known), -1), np.int64)
        for ids, known in ((labels.left_ids, left), (labels.right_ids, right))
    ]
    return rows[0], rows[1], (rows[0] >= 0) & (rows[1] >= 0)


def check_some_known(is_known: Mask) -> None:
    """
    Make sure that labels are of the tables that they are used for.

    Args:
        is_known: bool[n], for each labelled pair whether both records are there; see ``rows_of_pairs``.

    Raises:
        HpmatchError: If no pair is.
    """
    if not is_known.any():
        raise HpmatchError(
            f"none of the {len(is_known)} labelled pairs is of these alerts and this register; compare the identifiers"
        )
