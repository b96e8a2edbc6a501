"""
How many did we miss? Recall, estimated without knowing the truth.

The true pairs of a result stand in four places: among the matches, in review, among the candidates that were rejected, and
nowhere, because no blocking rule found them. Of the first three a random sample is labelled in each; where nobody labelled,
the probabilities are believed. The last is estimated by capture and recapture: rules that read the birth date and rules that
do not are two occasions on which a true pair can be caught, and how many are caught on both tells how many on neither
(Lincoln and Petersen; Chapman 1951).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.arrays import FloatArray, IntArray, Mask
from hpmatch.decision import MATCH, REVIEW
from hpmatch.draws import hashed
from hpmatch.errors import HpmatchError
from hpmatch.evaluation.judging import named_in_review
from hpmatch.evaluation.measures import Estimate
from hpmatch.labels import read_labels
from hpmatch.model import Model
from hpmatch.result_tables import check_all_pairs, result_tables
from hpmatch.results import Deduplicated, Result, maker_of, opened
from hpmatch.shown import ShownAsText, on_one_line

# A rejected pair of at least this probability is a stratum of its own: there the misses are.
_NEAR = 0.001
STRATA = ("match", "review", "near", "far")
_SHARES = {"match": 0.3, "review": 0.3, "near": 0.4}
_DRAWS, _TAIL = 2_000, 0.025
_FEWEST_CAUGHT = 10
_ASSUMED = (
    "labels are right, and those used were drawn at random within each stratum",
    "a pair that rules with the birth date miss is no likelier to be missed by rules without it",
    "rejected pairs of a probability below {near:g} are true as often as it says",
)
_STRANGE = "pairs that the result does not hold"
_CHOSEN = "pairs that were chosen for what they are (uncertain, diverse)"
_FAR = f"pairs of a probability under {_NEAR:g}"
_NO_TWO_KINDS = "the model has not both rules with and rules without a date"
_TOO_FEW = f"fewer than {_FEWEST_CAUGHT} true pairs were found both by rules with the birth date and by rules without"


@dataclass(frozen=True)
class RecallEstimate(ShownAsText):
    """
    How many of the registered were found, and how many were not.

    Attributes:
        recall: The share of true pairs that were called a match, with its 95 % interval.
        recall_with_review: The same with those that a review names, see ``hpmatch.evaluation.judging.named_in_review``.
        true_pairs: How many true pairs there are, found or not.
        true_in: How many of them are in each stratum: "match", "review", "near", "far", and "not found" by any rule; the last
            is NaN where it cannot be estimated, and the other figures then take it for none.
        labelled: How many labels each stratum has.
        assumptions: What has to hold.
    """

    recall: Estimate
    recall_with_review: Estimate
    true_pairs: Estimate
    true_in: Mapping[str, Estimate]
    labelled: Mapping[str, int]
    assumptions: tuple[str, ...]

    def __repr__(self) -> str:
        return on_one_line(self, labels=sum(self.labelled.values()))

    def __str__(self) -> str:
        rows = {
            "recall": self.recall,
            "recall with review": self.recall_with_review,
            "true pairs": self.true_pairs,
            **{f"  {name}": each for name, each in self.true_in.items()},
        }
        lines = [f"{'':<22}{'estimate':>10}   {'95 % interval':<20}{'labels':>7}"]
        for name, each in rows.items():
            labels = self.labelled.get(name.strip())
            lines.append(f"{name:<22}{_figures(each):<33}{'' if labels is None else labels:>7}".rstrip())
        return "\n".join([*lines, *(f"assumed: {each}" for each in self.assumptions)])


def _figures(each: Estimate) -> str:
    if np.isnan(each.value):
        return "   cannot be estimated"
    return f"{each.value:>10,.3f}   {each.low:,.3f} to {each.high:,.3f}"


def recall_sample(result: Result | Deduplicated | str | Path, number: int = 200, seed: int = 1) -> pa.Table:
    """
    Draw pairs to label, so that recall can be estimated.

    Args:
        result: What ``hpmatch.link(..., min_weight=-1000)`` found, or the folder of it; or ``hpmatch.dedupe`` likewise.
        number: How many pairs; all there are if they are fewer.
        seed: Another seed draws others; the same draws the same, whatever the order of rows.

    Returns:
        ``left_id``, ``right_id`` and ``chosen_as``, the stratum: matches, pairs that a review names, and of the others those of a
        probability of at least 0.001, three to three to four, drawn at random within each. Where a stratum has fewer, the
        others have more.

    Raises:
        HpmatchError: If the result cannot be used, or has no pairs to draw.

    Example:
        >>> from hpmatch import link
        >>> result = link("examples/data/alerts.csv", "examples/data/register.csv", min_weight=-1000)
        >>> recall_sample(result, 20).column_names
        ['left_id', 'right_id', 'chosen_as']
    """
    if number < 1:
        raise HpmatchError("how many pairs to draw has to be a number of at least 1")
    links, strata = _read(result)
    ids = links.select(links.column_names[:2])
    order = np.argsort(hashed(str(seed), *(_text(ids.column(place)) for place in (0, 1))), kind="stable")
    # The k-th pair of a stratum comes at (k - 1/2) / share, so any number has the shares that it can have (Webster's method).
    turns = np.full(len(links), np.inf)
    for place, name in enumerate(_SHARES):
        mine = order[strata[order] == place]
        turns[mine] = (np.arange(len(mine)) + 0.5) / _SHARES[name]
    chosen = np.lexsort((strata, turns))[: min(number, int(np.isfinite(turns).sum()))]
    if not len(chosen):
        raise HpmatchError(
            f"no pair of the result has a probability of at least {_NEAR:g}; there is nothing to label"
        )
    rows = pa.array(chosen[np.lexsort((turns[chosen], strata[chosen]))])
    return pa.table(
        {
            "left_id": _text(ids.column(0)).take(rows),
            "right_id": _text(ids.column(1)).take(rows),
            "chosen_as": pa.array(STRATA).take(pa.array(strata).take(rows)),
        }
    )


def estimate_recall(
    result: Result | Deduplicated | str | Path,
    labels: Any = None,
    model: Model | str | Path | None = None,
    *,
    seed: int = 1,
) -> RecallEstimate:
    """
    Estimate recall.

    Args:
        result: What ``hpmatch.link(..., min_weight=-1000)`` found, or the folder of it; or ``hpmatch.dedupe`` likewise.
        labels: What people said of the pairs that ``recall_sample`` drew; see ``hpmatch.labels``. Those of pairs that
            ``hpmatch label`` chose as uncertain or diverse tell nothing of others, and are left out. None to believe the
            probabilities, which has to be said of the figure.
        model: The model that made the result, which says which rules read what; None where the result, or its
            folder, holds it or names a shipped one.
        seed: Of the draws that make the intervals.

    Returns:
        Recall and where the true pairs are, each with an interval, and what was assumed.

    Raises:
        HpmatchError: If the result does not hold all candidate pairs, or labels or model cannot be used.

    Example:
        >>> from hpmatch import link
        >>> result = link("examples/data/alerts.csv", "examples/data/register.csv", min_weight=-1000)
        >>> found = estimate_recall(result)
        >>> found.recall.low < found.recall.value < found.recall.high
        True
    """
    links, strata = _read(result)
    maker, generator = maker_of(result, model), np.random.default_rng(seed)
    said, left_out = _said(links, labels, strata)
    probabilities = np.asarray(links["match_probability"].cast(pa.float64()), np.float64)
    counts, true = [], probabilities.copy()
    for place in range(len(STRATA)):
        mine = strata == place
        counts.append(_true_in(said[mine], probabilities[mine], generator))
        expected = probabilities[mine].sum()
        true[mine] = np.clip(
            probabilities[mine] * (counts[place].value / expected if expected else 0.0), 0, 1
        )
    true = np.where(np.isnan(said), true, said)
    caught = _caught(links, maker, true)
    counts.append(_not_found(caught, generator))
    pairs = len(links)
    return RecallEstimate(
        recall=_share(counts[:1], counts[1:], pairs),
        recall_with_review=_share(counts[:2], counts[2:], pairs),
        true_pairs=_number(_sum(counts), pairs),
        true_in={
            name: _number(counts[place], int((strata == place).sum()))
            for place, name in enumerate((*STRATA, "not found"))
        },
        labelled={name: int((~np.isnan(said[strata == place])).sum()) for place, name in enumerate(STRATA)},
        assumptions=tuple(each.format(near=_NEAR) for each in _assumed(said, strata, left_out, caught)),
    )


def _read(result: Result | Deduplicated | str | Path) -> tuple[pa.Table, IntArray]:
    """All candidate pairs, and the place of each one's stratum in ``STRATA``."""
    result = opened(result)
    if isinstance(result, Deduplicated):
        check_all_pairs(len(result.pairs), result.summary, "dedupe")
        return result.pairs, _strata(result.pairs, np.asarray(pc.equal(result.pairs["decision"], REVIEW)))
    links, dispositions, summary = result_tables(result)
    if "candidate_pairs" not in summary:
        raise HpmatchError("this is no result of 'hpmatch link'; name the folder that it wrote")
    check_all_pairs(len(links), summary, "link")
    return links, _strata(links, named_in_review(links, dispositions))


def _text(column: pa.ChunkedArray) -> pa.Array:
    return column.cast(pa.string()).combine_chunks()


def _strata(links: pa.Table, is_review: Mask) -> IntArray:
    is_match = np.asarray(pc.equal(links["decision"], MATCH))
    is_near = np.asarray(links["match_probability"].cast(pa.float64()), np.float64) >= _NEAR
    return np.select([is_match, is_review, is_near], [0, 1, 2], 3)


def _said(links: pa.Table, labels: Any, strata: IntArray) -> tuple[FloatArray, Mapping[str, int]]:
    """
    1, 0 or NaN for each pair, and how many labels were left out, by what they are of.

    Labels of far pairs count if all are labelled: a few of millions would leave open that thousands of them are matches.
    """
    if labels is None:
        return np.full(len(links), np.nan), {}
    known = read_labels(labels)
    pairs = zip(known.left_ids.to_pylist(), known.right_ids.to_pylist(), strict=True)
    said_of = np.where(known.is_drawn, known.is_match, np.nan).tolist()
    of_pair = dict(zip(pairs, said_of, strict=True))
    ids = zip(*(_text(links.column(place)).to_pylist() for place in (0, 1)), strict=True)
    said = np.array([of_pair.get(pair, np.nan) for pair in ids], np.float64)
    drawn, held = int(known.is_drawn.sum()), int((~np.isnan(said)).sum())
    is_far = strata == STRATA.index("far")
    if np.isnan(said[is_far]).any():
        said[is_far] = np.nan
    far = held - int((~np.isnan(said)).sum())
    left_out = {_STRANGE: drawn - held, _CHOSEN: len(known) - drawn, _FAR: far}
    if np.isnan(said).all():
        why = " and ".join(f"{number:,} are of {of}" for of, number in left_out.items() if number)
        raise HpmatchError(
            f"the labels say of no pair that was drawn from the result whether it is a match ({why or 'there are none'}); label "
            f"those that 'hpmatch recall --sample' draws"
        )
    return said, left_out


@dataclass(frozen=True)
class _Count:
    """
    How many true pairs there are somewhere, with draws for what they may be at least and at most.

    Both are the same draws where nothing was labelled.
    """

    value: float
    few: FloatArray
    many: FloatArray


def _true_in(said: FloatArray, probabilities: FloatArray, generator: np.random.Generator) -> _Count:
    """How many pairs of a stratum are true: by its labels if it has any, else by its probabilities."""
    labelled, hits = int((~np.isnan(said)).sum()), float(np.nansum(said))
    if not labelled:
        spread = float(np.sqrt((probabilities * (1 - probabilities)).sum()))
        expected = float(probabilities.sum())
        draws = np.maximum(generator.normal(expected, spread, _DRAWS), 0.0)
        return _Count(expected, draws, draws)
    # What is labelled is known. The share among the rest is drawn for each limit by itself, as the limits of Clopper and
    # Pearson are: one prior for both would move all strata that are nearly pure in one direction.
    rest = len(said) - labelled
    few, many = (
        hits
        + generator.binomial(rest, _beta(hits + more, labelled - hits + 1 - more, generator)).astype(
            np.float64
        )
        for more in (0, 1)
    )
    return _Count(hits + rest * hits / labelled, few, many)


def _beta(first: float, second: float, generator: np.random.Generator) -> FloatArray:
    """Draws from a beta distribution, of which one parameter may be 0."""
    ours, theirs = (generator.standard_gamma(shape, _DRAWS) for shape in (first, second))
    return ours / (ours + theirs)


def _caught(links: pa.Table, model: Model, true: FloatArray) -> FloatArray | None:
    """
    How many true pairs rules with and rules without a date found: both, only the former, only the latter.

    None where the model has not both kinds.
    """
    dates = {part.column for part in model.standardisers if "date" in part.column}
    names = [[], []]  # type: list[list[str]]
    for rule in model.blocking_rules:
        names[0 if set(rule.columns) & dates else 1].append(rule.name)
    if not all(names):
        return None
    rules = [set(cell.split(";")) for cell in links["rules"].to_pylist()]
    first, second = (np.array([bool(rule & set(each)) for rule in rules], bool) for each in names)
    return np.array([true[first & second].sum(), true[first & ~second].sum(), true[~first & second].sum()])


def _not_found(caught: FloatArray | None, generator: np.random.Generator) -> _Count:
    """How many true pairs no rule found (Chapman's estimator), with draws by a Poisson bootstrap; NaN if nobody can say."""
    if caught is None or _why_not(caught):
        unknown = np.full(_DRAWS, np.nan)
        return _Count(np.nan, unknown, unknown)
    drawn = generator.poisson(caught, (_DRAWS, 3)).astype(np.float64)
    # Those on neither occasion are themselves as many as chance makes them.
    missed = generator.poisson(_chapman(drawn)).astype(np.float64)
    return _Count(float(_chapman(np.array([caught]))[0]), missed, missed)


def _why_not(caught: FloatArray | None) -> str:
    """Why it cannot be estimated how many pairs no rule found; "" if it can."""
    if caught is None:
        return _NO_TWO_KINDS
    return _TOO_FEW if caught[0] < _FEWEST_CAUGHT else ""


def _chapman(cells: FloatArray) -> FloatArray:
    both, only_first, only_second = cells.T
    return np.asarray(only_first * only_second / (both + 1), np.float64)


def _assumed(
    said: FloatArray, strata: IntArray, left_out: Mapping[str, int], caught: FloatArray | None
) -> Sequence[str]:
    is_said = ~np.isnan(said)
    believed = [
        name
        for place, name in enumerate(_SHARES)
        if (strata == place).any() and not is_said[strata == place].any()
    ]
    first = _ASSUMED[0] if is_said.any() else "nobody labelled a pair: all probabilities are right"
    if is_said.any() and believed:
        first += f"; nobody labelled a pair of {' and '.join(believed)}: there the probabilities are right"
    first += "".join(
        f" ({number:,} are of {of}, and were left out)" for of, number in left_out.items() if number
    )
    why_not = _why_not(caught)
    second = f"blocking misses nothing, which cannot be checked: {why_not}" if why_not else _ASSUMED[1]
    return first, second, _ASSUMED[2]


def _sum(counts: Sequence[_Count]) -> _Count:
    """All of them together; what cannot be estimated is taken for none."""
    few, many = (np.nansum([getattr(each, which) for each in counts], axis=0) for which in ("few", "many"))
    return _Count(float(np.nansum([each.value for each in counts])), few, many)


def _share(found: Sequence[_Count], other: Sequence[_Count], of: int) -> Estimate:
    """Recall: at least as where few were found and many were not, at most as the other way round."""
    ours, theirs = _sum(found), _sum(other)
    return _limited(
        float(_part(ours.value, theirs.value)), _part(ours.few, theirs.many), _part(ours.many, theirs.few), of
    )


def _part(found: float | FloatArray, other: float | FloatArray) -> FloatArray:
    return np.asarray(found / np.maximum(np.add(found, other), 1e-9), np.float64)


def _number(count: _Count, of: int) -> Estimate:
    return _limited(count.value, count.few, count.many, of)


def _limited(value: float, few: FloatArray, many: FloatArray, of: int) -> Estimate:
    low, high = np.quantile(few, _TAIL), np.quantile(many, 1 - _TAIL)
    return Estimate(float(value), float(min(low, value)), float(max(high, value)), of)
