"""
Labelling: pairs that are worth a person's judgement are chosen, asked for one after the other, and each answer is saved at once.

``choosing.py`` has which pairs, ``saving.py`` the file of labels, ``agreeing.py`` how far two persons agree.
"""

from __future__ import annotations

import getpass
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.decision import MATCH, NO_MATCH
from hpmatch.errors import HpmatchError
from hpmatch.evidence import Hit, hits_from
from hpmatch.explain import candidate_line, pooled_with, record_lines
from hpmatch.explain.folder import check_tables, held_by_files, held_by_table
from hpmatch.explain.side_by_side import NOT_COMPARED, Held, Told, side_by_side
from hpmatch.labelling.agreeing import Agreement, agreement
from hpmatch.labelling.choosing import choose_pairs
from hpmatch.labelling.saving import (
    FILE_COLUMNS,
    append_label,
    check_labels_file,
    judged_by,
    key_of,
    mend,
)
from hpmatch.labels import UNSURE
from hpmatch.model import RECORDS, Model
from hpmatch.output import read_folder
from hpmatch.results import Deduplicated, Result, maker_of, opened
from hpmatch.schema import Schema, with_id
from hpmatch.shown import on_one_line
from hpmatch.wording import say

__all__ = [
    "FILE_COLUMNS",
    "Agreement",
    "Labelling",
    "Pair",
    "agreement",
    "append_label",
    "choose_pairs",
    "mend",
    "start_labelling",
]
_TABLES = ("links", "weights", "dispositions", "checks")


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
        of: What was linked: "alerts" and a register, or "records" of any kind.
    """

    left_id: str
    right_id: str
    place: int
    number: int
    records: tuple[Told, ...]
    hit: Hit | None
    language: str = "en"
    of: str = "alerts"

    def __repr__(self) -> str:
        return on_one_line(self, self.heading)

    @property
    def heading(self) -> str:
        """Which pair it is."""
        return say("label.progress", self.language, place=self.place, number=self.number)

    def __str__(self) -> str:
        said = ["", candidate_line(self.hit, self.language)] if self.hit else []
        return "\n".join([self.heading, *record_lines(self.records, self.language, self.of), *said])

    def _repr_html_(self) -> str:
        from hpmatch.html import pair_html  # noqa: PLC0415 - only notebooks need it

        return pair_html(self)


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

    def __repr__(self) -> str:
        return on_one_line(self, pairs=len(self.pairs), left=self.left)

    @property
    def left(self) -> int:
        """How many pairs this person has not labelled."""
        return sum(key_of(pair) not in self._answered for pair in self.pairs)

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
        waiting = (place for place, pair in enumerate(self.pairs) if key_of(pair) not in self._answered)
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
        self._answered[key_of(pair)] = label
        self._given.append(place)
        self._again = None
        return self.next()


def start_labelling(
    result: Result | Deduplicated | str | Path,
    labels: str | Path,
    *,
    number: int = 100,
    by: str | None = None,
    blind: bool = False,
    alerts: Any = None,
    register: Any = None,
    records: Any = None,
    id: str | None = None,  # noqa: A002 - what the schema calls it
    schema: Schema | str | Path | None = None,
    model: Model | str | Path | None = None,
    seed: int = 1,
    language: str = "en",
) -> Labelling:
    """
    Begin to label pairs of a result, or go on where it was left.

    The same result, number and seed give the same pairs in the same order, so that two persons can label one set.

    Args:
        result: What ``link`` or ``dedupe`` returned, or the folder that it wrote.
        labels: The file of labels (CSV); it is made, or added to.
        number: How many pairs, see ``choose_pairs``.
        by: Who labels; by default the login name.
        blind: Whether to show nothing of what the model says.
        alerts: The alerts that were linked, which are shown as they stand there; needed for a folder.
        register: The register, likewise.
        records: The table that was held against itself, needed for the folder that ``dedupe`` wrote.
        id: The column that identifies a record, as when they were linked.
        schema: Which column of them plays which role.
        model: The model that made the result, by whose thresholds pairs are chosen and whose columns are shown; None where the
            result, or its folder, holds it or names a shipped one.
        seed: See ``choose_pairs``.
        language: "en" or "nb".

    Raises:
        HpmatchError: If the result or the files cannot be used.
    """
    maker, result = maker_of(result, model), opened(result)
    check_tables(result, alerts, register, records)
    chosen = choose_pairs(result, number, seed=seed, rule=maker.decision).to_pylist()
    tables, held = _sources(result, alerts, register, records, with_id(schema, id), maker)
    file, who = Path(labels), (by or getpass.getuser()).strip()
    if not who:
        raise HpmatchError("labels need a name; say who labels")
    mended = mend(file)
    check_labels_file(file, chosen)
    answered = judged_by(file, who)
    pooled = {} if blind else _pooled(tables, {pair["left_id"] for pair in chosen})
    asked = [*(pair["left_id"] for pair in chosen), *(each for others in pooled.values() for each in others)]
    told, registered = held(asked, [pair["right_id"] for pair in chosen])
    of = RECORDS if isinstance(result, Deduplicated) else maker.subject
    shown = []
    for place, pair in enumerate(chosen, 1):
        hits = hits_from(tables["links"], tables["weights"], pair["left_id"])
        hit = next(each for each in hits if each.hpr_number == pair["right_id"])
        sides = told.get(pair["left_id"], {}), registered.get(pair["right_id"], {})
        others = [told[each] for each in pooled.get(pair["left_id"], ()) if each in told]
        compared = (
            _blindly(*sides, maker) if blind else side_by_side(*sides, hit.evidence, others, maker.parts)
        )
        shown.append(Pair(*key_of(pair), place, len(chosen), compared, None if blind else hit, language, of))
    return Labelling(chosen, file, who, shown, mended, answered)


def _pooled(tables: Mapping[str, pa.Table], alerts: Collection[str]) -> Mapping[str, tuple[str, ...]]:
    """The alerts with which each was weighed together, without which a verdict beside its own cells may look wrong."""
    if "dispositions" not in tables:  # records of one table are weighed by themselves
        return {}
    of_alerts = tables["dispositions"].filter(
        pc.is_in(tables["dispositions"]["alert_id"], pa.array(sorted(alerts)))
    )
    rows = zip(of_alerts["alert_id"].to_pylist(), of_alerts["person_id"].to_pylist(), strict=True)
    return {each: pooled_with(each, person, tables["links"], tables["dispositions"]) for each, person in rows}


def _blindly(left: Mapping[str, object], right: Mapping[str, object], maker: Model) -> tuple[Told, ...]:
    """Two records side by side, of which nothing is said but what is equal word for word."""
    compared = side_by_side(left, right, (), parts=maker.parts)
    return tuple(replace(each, verdict="") if each.verdict == NOT_COMPARED else each for each in compared)


def _sources(
    result: Result | Deduplicated | str | Path,
    alerts: Any,
    register: Any,
    records: Any,
    schema: Schema | str | Path | None,
    model: Model,
) -> tuple[Mapping[str, pa.Table], Held]:
    if isinstance(result, Deduplicated):
        tables = {"links": result.pairs, "weights": result.weights}
        return tables, _held_by_one(result, records, schema, model)
    if isinstance(result, Result):
        tables, summary = {name: getattr(result, name) for name in _TABLES}, result.summary
    else:
        tables, summary, _ = read_folder(result, _TABLES)
    if (alerts is None) != (register is None):
        raise HpmatchError(
            "to show the records as they stand in the files takes both the alerts and the register"
        )
    if alerts is not None:
        return tables, held_by_files(alerts, register, tables["checks"], summary, schema, model)
    held = None if isinstance(result, (str, Path)) else result.held
    if held is None:
        raise HpmatchError(
            "the records to be labelled are not in the result; give the alerts and the register"
        )
    return tables, held


def _held_by_one(found: Deduplicated, records: Any, schema: Schema | str | Path | None, model: Model) -> Held:
    """What the records of one table say: as they stand in it where it is given, else as they were compared."""
    if records is not None:
        return held_by_table(records, found.summary, schema, model)
    if found.held is None:
        raise HpmatchError(
            "the records to be labelled are not in the result; give their table as records (--records)"
        )
    return found.held
