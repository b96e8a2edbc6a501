"""
Choosing pairs that are worth a person's judgement.

Half of the pairs are those nearest to a threshold; a quarter are one of each of many agreement patterns; a quarter are controls,
drawn at random. Which they are hangs on the identifiers and the seed alone. Each pair has its inclusion probability, so that what
is counted in the labelled pairs can be told of all: divide by it (Horvitz and Thompson, A Generalization of Sampling Without
Replacement From a Finite Universe, JASA 47, 1952).
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from hpmatch.arrays import FloatArray, IntArray
from hpmatch.decision import DecisionRule
from hpmatch.draws import hashed
from hpmatch.errors import HpmatchError
from hpmatch.evidence import FIRST_LEVEL
from hpmatch.labels import DIVERSE, RANDOM, UNCERTAIN
from hpmatch.model import read_model
from hpmatch.output import read_folder
from hpmatch.results import Deduplicated, Result, maker_of, opened

INCLUSION: Final = "inclusion"
_IDS = ("left_id", "right_id")
# Beyond it a probability is as far from every threshold as can be told.
_LARGEST_ODDS = 60.0


def choose_pairs(
    result: Result | Deduplicated | pa.Table | str | Path,
    number: int,
    *,
    seed: int = 1,
    rule: DecisionRule | None = None,
) -> pa.Table:
    """
    Choose pairs that are worth labelling.

    Args:
        result: What ``link`` or ``dedupe`` returned, links, or the folder that ``link`` wrote. By default it holds only pairs that
            come near the review threshold; ``min_weight=-1000`` keeps all candidate pairs.
        number: How many; all if there are fewer.
        seed: Another one draws other pairs.
        rule: The thresholds; by default those of the model that made the result, or of the shipped one for links alone.

    Returns:
        A row a pair, in an order that tells nothing: ``left_id, right_id``, ``chosen_as`` (uncertain, diverse or random) and
        ``inclusion``, the probability with which the pair is chosen.

    Raises:
        HpmatchError: If there is nothing to choose from, ``number`` is less than 1, or a folder's model is no shipped one and no
            ``rule`` is given.

    Example:
        >>> from hpmatch.link import link
        >>> kari = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
        >>> choose_pairs(link([{"alert_id": "A1", **kari}], [{"hpr_number": "7", **kari}]), 10).to_pylist()
        [{'left_id': 'A1', 'right_id': '7', 'chosen_as': 'uncertain', 'inclusion': 1.0}]
    """
    links = _links_of(result)
    if number < 1:
        raise HpmatchError(f"cannot choose {number} pairs; give at least 1")
    if not len(links):
        raise HpmatchError(
            "there are no pairs to choose from: the result holds no links; link with min_weight=-1000, "
            "which keeps all candidate pairs"
        )
    ids = pa.table(
        {name: links.column(side).cast(pa.string()).combine_chunks() for side, name in enumerate(_IDS)}
    )
    everyone = np.arange(len(ids))
    rule = rule or _rule_of(result)
    size = min(number, len(ids))
    distance = _distance(np.asarray(links["match_probability"], np.float64), rule)
    near = np.lexsort((_hashes(ids, everyone, UNCERTAIN, seed), distance))[: -(-size // 2)]
    rest = np.setdiff1d(everyone, near)
    diverse, chance = _one_of_patterns(links, ids, rest, min((size - len(near)) // 2, len(rest)), seed)
    others = np.setdiff1d(rest, diverse)
    controls = others[np.argsort(_hashes(ids, others, RANDOM, seed), kind="stable")]
    controls = controls[: size - len(near) - len(diverse)]
    drawn = len(controls) / len(others) if len(others) else 0.0
    inclusion = chance + (1 - chance) * drawn
    inclusion[near] = 1.0
    rows = np.concatenate([near, diverse, controls])
    kinds = np.repeat([UNCERTAIN, DIVERSE, RANDOM], [len(near), len(diverse), len(controls)])
    order = np.argsort(_hashes(ids, rows, "order", seed), kind="stable")
    rows, kinds = rows[order], kinds[order]
    return pa.table(
        {
            **{name: ids[name].take(pa.array(rows)) for name in _IDS},
            "chosen_as": pa.array(kinds.tolist(), pa.string()),
            INCLUSION: inclusion[rows],
        }
    )


def _rule_of(result: Result | Deduplicated | pa.Table | str | Path) -> DecisionRule:
    return (read_model("imi") if isinstance(result, pa.Table) else maker_of(result)).decision


def _links_of(result: Result | Deduplicated | pa.Table | str | Path) -> pa.Table:
    result = opened(result)
    if isinstance(result, Deduplicated):
        return result.pairs
    if isinstance(result, Result):
        return result.links
    return result if isinstance(result, pa.Table) else read_folder(result, ("links",))[0]["links"]


def _distance(probabilities: FloatArray, rule: DecisionRule) -> FloatArray:
    """How far each probability is from the nearer threshold, in log2 of odds."""
    with np.errstate(divide="ignore"):
        odds = np.clip(np.log2(probabilities) - np.log2(1 - probabilities), -_LARGEST_ODDS, _LARGEST_ODDS)
    thresholds = np.array([rule.match_weight, rule.review_weight])
    return np.asarray(np.abs(odds[:, None] - thresholds).min(axis=1), np.float64)


def _hashes(ids: pa.Table, rows: IntArray, purpose: str, seed: int) -> npt.NDArray[np.uint64]:
    """A number for each of some pairs that hangs on its identifiers, what it is for and the seed."""
    return hashed(
        f"{purpose} {seed}", *(column.combine_chunks().take(pa.array(rows)) for column in ids.columns)
    )


def _one_of_patterns(
    links: pa.Table, ids: pa.Table, rows: IntArray, number: int, seed: int
) -> tuple[IntArray, FloatArray]:
    """
    One pair of each of some agreement patterns, spread evenly from the least to the most alike.

    Returns:
        The rows, and for every row of the links the probability with which it is the one of its pattern.
    """
    chance = np.zeros(len(links))
    if not number:
        return np.zeros(0, np.int64), chance
    columns = [links.column(place).to_pylist() for place in range(FIRST_LEVEL, links.num_columns)]
    members: dict[tuple[str | None, ...], list[int]] = {}
    for row in rows.tolist():
        members.setdefault(tuple(column[row] for column in columns), []).append(row)
    weights = np.asarray(links["match_weight"], np.float64)
    patterns = sorted(members, key=lambda each: (max(weights[members[each]]), tuple(map(str, each))))
    places = np.unique(np.linspace(0, len(patterns) - 1, min(number, len(patterns))).round().astype(int))
    chosen = []
    for place in places:
        of_pattern = np.array(members[patterns[place]])
        chance[of_pattern] = 1 / len(of_pattern)
        chosen.append(of_pattern[np.argmin(_hashes(ids, of_pattern, DIVERSE, seed))])
    return np.array(chosen, np.int64), chance
