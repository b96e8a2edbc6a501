"""What comes out: links, dispositions, rejected rows and the summary, and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from hpmatch.decision import DecisionRule
from hpmatch.errors import HpmatchError
from hpmatch.output import write_folder

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

TABLES = ("links", "dispositions", "persons", "relations", "rejected")


@dataclass(frozen=True)
class Evidence:
    """
    What one comparison says about a pair.

    Attributes:
        comparison: The comparison.
        level: The comparison level found; "missing" where a side has no value.
        weight: What it adds to the match weight (log2), None if the classifier does not weigh comparisons one by one.
    """

    comparison: str
    level: str
    weight: float | None

    def __str__(self) -> str:
        return (
            f"  {self.comparison:<16}{self.level:<24}{'' if self.weight is None else f'{self.weight:>+8.2f}'}"
        )


@dataclass(frozen=True)
class Hit:
    """
    A registered person that an alert may be about.

    Attributes:
        hpr_number: The person.
        match_weight: log2 of the odds that it is this person, the prior included.
        match_probability: The probability, given all candidates of the alert.
        decision: match, review or no_match.
        rules: The blocking rules that found the person.
        prior_weight: Where the match weight starts from before anything is compared (log2).
        evidence: What each comparison adds.
    """

    hpr_number: str
    match_weight: float
    match_probability: float
    decision: str
    rules: tuple[str, ...]
    prior_weight: float
    evidence: tuple[Evidence, ...]

    def __str__(self) -> str:
        lines = [
            f"{self.hpr_number}: {self.decision}, probability {self.match_probability:.4f}, weight {self.match_weight:+.2f}",
            f"  {'prior':<16}{'':<24}{self.prior_weight:>8.2f}",
        ]
        return "\n".join([*lines, *map(str, self.evidence)])


@dataclass(frozen=True)
class Explanation:
    """
    Why an alert got its disposition.

    Attributes:
        alert_id: The alert.
        disposition: match, review, no_match or unmatchable.
        reason: The disposition's reason in words.
        candidates: The candidates that were kept, the likeliest first.
    """

    alert_id: str
    disposition: str
    reason: str
    candidates: tuple[Hit, ...]

    def __str__(self) -> str:
        lines = [f"Alert {self.alert_id}: {self.disposition} - {self.reason}"]
        lines += [f"  {line}" for hit in self.candidates for line in str(hit).splitlines()]
        return "\n".join(lines)


@dataclass(frozen=True)
class Identity:
    """
    Who an alert may be about, and what is told of them, as it is compared.

    Attributes:
        country: The country that sent the alert (ISO 3166); "" where it is not known.
        alerts: What each alert about the person tells, a value a column.
        candidates: What the register tells of each candidate, the likeliest first.
        probabilities: The probability of each candidate; nobody has what is left.
        rule: When it counts as settled.
    """

    country: str
    alerts: tuple[Mapping[str, object], ...]
    candidates: tuple[Mapping[str, object], ...]
    probabilities: tuple[float, ...]
    rule: DecisionRule


def _not_linked(_: str) -> Identity:
    raise HpmatchError("this result holds answers only; link the alerts again to ask about one")


@dataclass(frozen=True)
class Result:
    """
    What a run found.

    Attributes:
        links: A row a kept pair: both identifiers, match_weight, match_probability, decision, rules (joined by ";"), and
            the comparison level of each comparison (null where a value is missing).
        dispositions: Exactly one row an alert: alert_id, disposition, hpr_number, match_probability, person_id, reason, and
            given earlier cases prior_case.
        persons: A row a person whom alerts are about; see ``hpmatch.persons.persons_table``.
        relations: A row an alert about a person who has an earlier one; see ``hpmatch.alert_relations.related``.
        rejected: A row a rejected row: file, row, reason, content.
        summary: Counts that add up.
    """

    links: pa.Table
    dispositions: pa.Table
    persons: pa.Table
    relations: pa.Table
    rejected: pa.Table
    summary: Mapping[str, Any]
    _hits: Callable[[str], tuple[Hit, ...]]
    _identity: Callable[[str], Identity] = _not_linked

    def explain(self, alert_id: str) -> Explanation:
        """
        Say why an alert got its disposition.

        Raises:
            HpmatchError: If there is no such alert in the result.
        """
        id_column = self.dispositions.column_names[0]
        row = self.dispositions.filter(pc.equal(self.dispositions[id_column], str(alert_id))).to_pylist()
        if not row:
            raise HpmatchError(f"no alert {alert_id!r} among the {len(self.dispositions)} of this result")
        return Explanation(str(alert_id), row[0]["disposition"], row[0]["reason"], self._hits(str(alert_id)))

    def identity(self, alert_id: str) -> Identity:
        """
        Tell who an alert may be about, with what is known of them; see ``hpmatch.inquiry``.

        Raises:
            HpmatchError: If there is no such alert in the result.
        """
        self.explain(alert_id)
        return self._identity(str(alert_id))

    def to_pandas(self, table: str = "links") -> pd.DataFrame:
        """One of the tables ("links", "dispositions", "persons" ...) as a pandas DataFrame; needs pandas."""
        return self._table(table).to_pandas()

    def to_polars(self, table: str = "links") -> pl.DataFrame:
        """One of the tables ("links", "dispositions", "persons" ...) as a polars DataFrame; needs polars."""
        import polars  # noqa: PLC0415, ICN001

        return polars.DataFrame(self._table(table))

    def write(self, out: str | Path, format: str = "csv") -> None:  # noqa: A002 - the option's name
        """
        Write the tables and summary.json to a folder, all or nothing.

        Args:
            out: The folder; it is made, or takes the place of an earlier result.
            format: "csv" or "parquet".

        Raises:
            SourceError: If the folder cannot be written or holds anything but an earlier result.
        """
        write_folder(out, {name: self._table(name) for name in TABLES}, self.summary, format)

    def _table(self, name: str) -> pa.Table:
        if name not in TABLES:
            raise HpmatchError(f"no table {name!r}; there are {', '.join(TABLES)}")
        return getattr(self, name)
