"""
Labelling: choosing pairs that are worth a person's judgement, asking for it, and saving each answer at once.

Half of the pairs are those nearest to a threshold; a quarter are one of each of many agreement patterns; a quarter are controls,
drawn at random. Which they are hangs on the identifiers and the seed alone. Each pair has its inclusion probability, so that what
is counted in the labelled pairs can be told of all: divide by it (Horvitz and Thompson, A Generalization of Sampling Without
Replacement From a Finite Universe, JASA 47, 1952).
"""

from __future__ import annotations

import csv
import getpass
import io
import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.decision import DecisionRule
from hpmatch.draws import hashed
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.evidence import Hit, hits_from
from hpmatch.explain import candidate_line, record_lines
from hpmatch.explain_folder import held_by_files
from hpmatch.labels import COLUMNS, MATCH, NO_MATCH, UNSURE
from hpmatch.model import read_model
from hpmatch.output import disarmed, read_folder, rearmed
from hpmatch.records import FloatArray, IntArray
from hpmatch.results import Result
from hpmatch.schema import Schema
from hpmatch.side_by_side import NOT_COMPARED, Held, Told, side_by_side
from hpmatch.sources import read
from hpmatch.wording import say

UNCERTAIN, DIVERSE, RANDOM = "uncertain", "diverse", "random"
INCLUSION: Final = "inclusion"
# What chose a pair comes last: a line that ends with such a word is whole.
FILE_COLUMNS: Final = (*COLUMNS[:-1], INCLUSION, COLUMNS[-1])
_FIRST_LEVEL = 6
_IDS = ("left_id", "right_id")
# Beyond it a probability is as far from every threshold as can be told.
_LARGEST_ODDS = 60.0


def choose_pairs(
    result: Result | pa.Table | str | Path, number: int, *, seed: int = 1, rule: DecisionRule | None = None
) -> pa.Table:
    """
    Choose pairs that are worth labelling.

    Args:
        result: What ``link`` returned, its links, or the folder that it was written to. By default it holds only pairs that
            come near the review threshold; ``link(..., min_weight=-1000)`` keeps all candidate pairs.
        number: How many; all if there are fewer.
        seed: Another one draws other pairs.
        rule: The thresholds; by default those of the result's model, or of the shipped one.

    Returns:
        A row a pair, in an order that tells nothing: ``left_id, right_id``, ``chosen_as`` (uncertain, diverse or random) and
        ``inclusion``, the probability with which the pair is chosen.

    Raises:
        HpmatchError: If there is nothing to choose from, or ``number`` is less than 1.

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


def _links_of(result: Result | pa.Table | str | Path) -> pa.Table:
    if isinstance(result, Result):
        return result.links
    return result if isinstance(result, pa.Table) else read_folder(result, ("links",))[0]["links"]


def _rule_of(result: Result | pa.Table | str | Path) -> DecisionRule:
    own = result.model if isinstance(result, Result) else None
    return (own or read_model("imi")).decision


def _distance(probabilities: FloatArray, rule: DecisionRule) -> FloatArray:
    """How far each probability is from the nearer threshold, in log2 of odds."""
    with np.errstate(divide="ignore"):
        odds = np.clip(np.log2(probabilities) - np.log2(1 - probabilities), -_LARGEST_ODDS, _LARGEST_ODDS)
    thresholds = np.array([math.log2(each / (1 - each)) for each in (rule.match, rule.review)])
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
    columns = [links.column(place).to_pylist() for place in range(_FIRST_LEVEL, links.num_columns)]
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


@dataclass(frozen=True)
class Pair:
    """
    A pair that waits for a judgement.

    Attributes:
        left_id: The alert.
        right_id: The registered person.
        place: Which pair it is, from 1.
        number: How many pairs there are.
        records: What both say.
        hit: What the model says; None where the labelling is blind.
        language: The language of its words.
    """

    left_id: str
    right_id: str
    place: int
    number: int
    records: tuple[Told, ...]
    hit: Hit | None
    language: str = "en"

    @property
    def heading(self) -> str:
        """Which pair it is."""
        return say("label.progress", self.language, place=self.place, number=self.number)

    def __str__(self) -> str:
        said = ["", candidate_line(self.hit, self.language)] if self.hit else []
        return "\n".join([self.heading, *record_lines(self.records, self.language), *said])

    def _repr_html_(self) -> str:
        from hpmatch.html import pair_html  # noqa: PLC0415 - only notebooks need it

        return pair_html(self.heading, self.records, self.hit, self.language)


@dataclass
class Labelling:
    """
    Pairs that a person labels one after the other; ``start_labelling`` makes one.

    Each judgement is saved before the next pair is shown. In a notebook, let ``labelling.next()`` be the last line of a cell,
    and ``labelling.match()``, ``.no_match()`` or ``.unsure()`` that of the next, which shows the pair after it.

    Attributes:
        pairs: The pairs, a row each; see ``choose_pairs``.
        file: The file of labels.
        by: Who labels.
        shown: What to show of each pair.
        mended: Whether a line that a crash had torn was taken out of the file.
    """

    pairs: Sequence[Mapping[str, Any]]
    file: Path
    by: str
    shown: Sequence[Pair]
    mended: bool = False
    _answered: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _given: list[int] = field(default_factory=list, repr=False)
    _again: int | None = field(default=None, repr=False)

    @property
    def left(self) -> int:
        """How many pairs this person has not labelled."""
        return sum(_key(pair) not in self._answered for pair in self.pairs)

    def next(self) -> Pair | None:
        """The pair to be labelled now; None when all are."""
        place = self._place()
        return None if place is None else self.shown[place]

    def match(self) -> Pair | None:
        """Say that the two are one person, and go on to the next pair."""
        return self._answer(MATCH)

    def no_match(self) -> Pair | None:
        """Say that the two are not one person, and go on."""
        return self._answer(NO_MATCH)

    def unsure(self) -> Pair | None:
        """Say that nobody can tell, and go on."""
        return self._answer(UNSURE)

    @property
    def can_go_back(self) -> bool:
        """Whether something was labelled since the start."""
        return bool(self._given)

    def back(self) -> Pair:
        """
        Go back to the pair that was labelled last; a new answer takes the place of the earlier one.

        Raises:
            HpmatchError: If nothing was labelled since the labelling was started.
        """
        if not self._given:
            raise HpmatchError(
                "there is nothing to go back to; only what was labelled since the start can be"
            )
        self._again = self._given.pop()
        return self.shown[self._again]

    def _place(self) -> int | None:
        if self._again is not None:
            return self._again
        waiting = (place for place, pair in enumerate(self.pairs) if _key(pair) not in self._answered)
        return next(waiting, None)

    def _answer(self, label: str) -> Pair | None:
        place = self._place()
        if place is None:
            raise HpmatchError("all pairs are labelled; choose more, or go back")
        pair = self.pairs[place]
        row = {
            **pair,
            "label": label,
            "labelled_by": self.by,
            "labelled_at": datetime.now(UTC).isoformat(timespec="seconds"),
        }
        append_label(self.file, row)
        self._answered[_key(pair)] = label
        self._given.append(place)
        self._again = None
        return self.next()


def _key(pair: Mapping[str, Any]) -> tuple[str, str]:
    return str(pair["left_id"]), str(pair["right_id"])


def start_labelling(
    result: Result | str | Path,
    labels: str | Path,
    *,
    number: int = 100,
    by: str | None = None,
    blind: bool = False,
    alerts: Any = None,
    register: Any = None,
    schema: Schema | str | Path | None = None,
    seed: int = 1,
    language: str = "en",
) -> Labelling:
    """
    Begin to label pairs of a result, or go on where it was left.

    The same result, number and seed give the same pairs in the same order, so that two persons can label one set.

    Args:
        result: What ``link`` returned, or the folder that it was written to.
        labels: The file of labels (CSV); it is made, or added to.
        number: How many pairs, see ``choose_pairs``.
        by: Who labels; by default the login name.
        blind: Whether to show nothing of what the model says.
        alerts: The alerts that were linked, which are shown as they stand there; needed for a folder.
        register: The register, likewise.
        schema: Which column of them plays which role.
        seed: See ``choose_pairs``.
        language: "en" or "nb".

    Raises:
        HpmatchError: If the result or the files cannot be used.
    """
    chosen = choose_pairs(result, number, seed=seed).to_pylist()
    links, weights, held = _sources(result, alerts, register, schema)
    file, who = Path(labels), (by or getpass.getuser()).strip()
    if not who:
        raise HpmatchError("labels need a name; say who labels")
    mended = mend(file)
    answered = {
        _key(row): str(row["label"]) for row in _rows(file) if str(row["labelled_by"] or "").strip() == who
    }
    told, registered = held([pair["left_id"] for pair in chosen], [pair["right_id"] for pair in chosen])
    shown = []
    for place, pair in enumerate(chosen, 1):
        hits = hits_from(links, weights, pair["left_id"])
        hit = next(each for each in hits if each.hpr_number == pair["right_id"])
        sides = told.get(pair["left_id"], {}), registered.get(pair["right_id"], {})
        records = side_by_side(*sides, () if blind else hit.evidence)
        if blind:  # nothing but what is equal word for word
            records = tuple(
                replace(each, verdict="") if each.verdict == NOT_COMPARED else each for each in records
            )
        shown.append(Pair(*_key(pair), place, len(chosen), records, None if blind else hit, language))
    return Labelling(chosen, file, who, shown, mended, answered)


def _sources(
    result: Result | str | Path, alerts: Any, register: Any, schema: Schema | str | Path | None
) -> tuple[pa.Table, pa.Table, Held]:
    if isinstance(result, Result):
        links, weights, summary = result.links, result.weights, result.summary
    else:
        tables, summary, _ = read_folder(result, ("links", "weights"))
        links, weights = tables["links"], tables["weights"]
    if (alerts is None) != (register is None):
        raise HpmatchError(
            "to show the records as they stand in the files takes both the alerts and the register"
        )
    if alerts is not None:
        return links, weights, held_by_files(alerts, register, summary, schema)
    held = result.held if isinstance(result, Result) else None
    if held is None:
        raise HpmatchError(
            "the records to be labelled are not in the result; give the alerts and the register"
        )
    return links, weights, held


def _rows(file: Path) -> list[dict[str, Any]]:
    """The rows of a file of labels; none if there is no file."""
    if not file.exists() or not file.stat().st_size:
        return []
    table = rearmed(read(file, "labels", may_be_empty=True).data)
    if lacking := [name for name in COLUMNS[:4] if name not in table.column_names]:
        raise SourceError(
            f"labels: {file} has no column {lacking[0]!r}, so that nothing can be added; name a new file"
        )
    rows: list[dict[str, Any]] = table.to_pylist()
    return rows


def append_label(file: str | Path, row: Mapping[str, Any]) -> None:
    """
    Add a judgement to a file of labels, which is on the disk when this returns.

    Args:
        file: The file; it is made if there is none.
        row: ``left_id, right_id, label, labelled_by, labelled_at, inclusion, chosen_as``.

    Raises:
        SourceError: If it cannot be written, or a cell holds a line break.
    """
    path = Path(file)
    try:
        columns = _header(path)
        text = _line([row.get(name, "") for name in columns or FILE_COLUMNS])
        if not columns:
            text = _line(FILE_COLUMNS) + text
        with path.open("ab") as out:
            out.write(text.encode())
            out.flush()
            os.fsync(out.fileno())
    except OSError as error:
        raise SourceError(f"cannot write to {file}: {error.strerror or error}") from error


def _header(path: Path) -> list[str]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8-sig", newline="") as file:
        return next(csv.reader(file), [])


def _line(cells: Sequence[Any]) -> str:
    texts = [disarmed(str(cell)) for cell in cells]
    if any("\n" in text or "\r" in text for text in texts):
        raise SourceError("a label cannot be saved: an identifier or a name holds a line break; correct it")
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerow(texts)
    return written.getvalue()


def mend(file: str | Path) -> bool:
    """
    Take a line that a crash has torn out of a file of labels; the pair is asked again.

    A last line that lacks nothing but its end gets it.

    Returns:
        Whether a line was taken out.

    Raises:
        SourceError: If the file cannot be read or written, or has other columns, so that nobody knows whether its last line is
            whole.
    """
    path = Path(file)
    try:
        data = path.read_bytes() if path.exists() else b""
        if not data or data.endswith(b"\n"):
            return False
        kept, _, torn = data.rpartition(b"\n")
        if kept and tuple(_header(path)) != FILE_COLUMNS:
            raise SourceError(
                f"labels: the last line of {file} has no end; end it with a line break, or take it out"
            )
        # Only a line that ends with one of these words is known to be whole; a header that was torn is written anew.
        if kept and torn.rsplit(b",", 1)[-1].decode("utf-8", "replace") in (UNCERTAIN, DIVERSE, RANDOM):
            with path.open("ab") as out:
                out.write(b"\n")
            return False
        with path.open("r+b") as out:
            out.truncate(len(kept) + 1 if kept else 0)
            os.fsync(out.fileno())
    except OSError as error:
        raise SourceError(f"cannot mend {file}: {error.strerror or error}") from error
    return True


@dataclass(frozen=True)
class Agreement:
    """
    How far two persons agree.

    Attributes:
        pairs: How many pairs both labelled.
        agreed: The share of them that they labelled alike.
        kappa: Cohen's kappa: how much of the agreement that chance leaves open they reach; NaN where chance leaves none.
    """

    pairs: int
    agreed: float
    kappa: float


def agreement(labels: Any, first: str, second: str) -> Agreement:
    """
    How far two persons agree on the pairs that both labelled, unsure being a label like the others.

    Args:
        labels: A file of labels or a table, with ``labelled_by``; of several judgements of one pair the last holds.
        first: One person.
        second: The other.

    Raises:
        SourceError: If it cannot be read.
        HpmatchError: If there is no pair that both labelled.

    Example:
        >>> said = {"Kari": ("match", "match", "no_match", "no_match"), "Ola": ("match", "no_match", "no_match", "no_match")}
        >>> labels = [{"left_id": str(row), "right_id": "7", "label": label, "labelled_by": who}
        ...           for who, each in said.items() for row, label in enumerate(each)]
        >>> agreement(labels, "Kari", "Ola")
        Agreement(pairs=4, agreed=0.75, kappa=0.5)

    The formula is Cohen's (A Coefficient of Agreement for Nominal Scales, 1960): with p_o the share labelled alike, and p_e what
    it would be by chance, (p_o - p_e) / (1 - p_e).
    """
    table = rearmed(read(labels, "labels").data)
    if lacking := [name for name in COLUMNS[:4] if name not in table.column_names]:
        raise SourceError(f"labels: there is no column {lacking[0]!r}")
    said: dict[str, dict[tuple[str, str], str]] = {first: {}, second: {}}
    for row in table.filter(pc.is_in(table["labelled_by"], pa.array([first, second]))).to_pylist():
        said[row["labelled_by"]][_key(row)] = row["label"]
    both = sorted(said[first].keys() & said[second].keys())
    if not both or first == second:
        raise HpmatchError("there is no pair that two persons labelled; say who labelled, as in labelled_by")
    ones, others = ([said[who][pair] for pair in both] for who in (first, second))
    agreed = sum(one == other for one, other in zip(ones, others, strict=True)) / len(both)
    by_chance = sum(ones.count(label) * others.count(label) for label in set(ones)) / len(both) ** 2
    kappa = (agreed - by_chance) / (1 - by_chance) if by_chance < 1 else math.nan
    return Agreement(len(both), agreed, kappa)
