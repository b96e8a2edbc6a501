"""What comes out: links, dispositions, rejected rows and the summary, and why; of one table pairs and clusters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa

from hpmatch.decision import DecisionRule
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.explain import Explanation, Held, explain, explain_record
from hpmatch.model import ALERTS, Model, model_that_made, subject_of
from hpmatch.output import (
    DIFFERENCES,
    FORMATS,
    is_rescreening,
    kept_model,
    read_folder,
    read_summary,
    result_files,
    write_folder,
)
from hpmatch.shown import on_one_line

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl

_Any = TypeVar("_Any")
TABLES = ("links", "weights", "dispositions", "persons", "relations", "rejected", "checks")
TABLES_OF_ONE = ("pairs", "weights", "clusters", "rejected")  # where one table is held against itself


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

    def __repr__(self) -> str:
        return on_one_line(self, alerts=len(self.alerts), candidates=len(self.candidates))


def _not_linked(_: str) -> Identity:
    raise HpmatchError("this result holds answers only; link the alerts again to ask about one")


@dataclass(frozen=True)
class Result:
    """
    What a run found.

    Attributes:
        links: A row a kept pair: both identifiers, match_weight, match_probability, decision, rules (joined by ";"), and
            the comparison level of each comparison (null where a value is missing).
        weights: A row a link, in the same order: both identifiers, prior_weight, look_alike_weight (what look-alikes take), and
            what each comparison adds to the match weight (null where the classifier does not weigh comparisons one by one).
        dispositions: Exactly one row an alert: alert_id, disposition, hpr_number, match_probability, person_id, reason, and
            given earlier cases prior_case.
        persons: A row a person whom alerts are about; see ``hpmatch.persons.persons_table``.
        relations: A row an alert about a person who has an earlier one; see ``hpmatch.alerts.relations.related``.
        rejected: A row a rejected row: table, file, row, reason, content.
        checks: A row an alert, in the order of the dispositions: alert_id, and check, which tells whether an alert is the
            one that was linked.
        summary: Counts that add up.
        held: Gives what alerts and registered persons hold, as it is compared, by their identifiers.
        model: The model that decided.
        differences: A row an alert that is answered otherwise than a ledger notes, see ``Rescreened``; None without a ledger.
    """

    links: pa.Table
    weights: pa.Table
    dispositions: pa.Table
    persons: pa.Table
    relations: pa.Table
    rejected: pa.Table
    checks: pa.Table
    summary: Mapping[str, Any]
    _identity: Callable[[str], Identity] = _not_linked
    held: Held | None = None
    model: Model | None = None
    differences: pa.Table | None = None

    def __repr__(self) -> str:
        return on_one_line(
            self, dispositions=len(self.dispositions), links=len(self.links), rejected=len(self.rejected)
        )

    def explain(self, alert_id: str) -> Explanation:
        """
        Say why an alert got its disposition, and what would change it.

        Names and dates are shown as they are compared; ``hpmatch.explain.folder.explain_folder`` shows them as they were read.

        Raises:
            HpmatchError: If there is no such alert in the result.
        """
        tables = _tables(self, ("links", "weights", "dispositions"))
        return explain(str(alert_id), tables, self.held, self.model, subject_of(self.summary))

    def registered(self, numbers: Collection[str]) -> frozenset[str]:
        """Those of some numbers that the register holds."""
        return frozenset(self.held([], sorted(numbers))[1]) if self.held else frozenset()

    def identity(self, alert_id: str) -> Identity:
        """
        Tell who an alert may be about, with what is known of them; see ``hpmatch.inquiry``.

        Raises:
            HpmatchError: If there is no such alert in the result.
        """
        self.explain(alert_id)
        return self._identity(str(alert_id))

    def _repr_html_(self) -> str:
        from hpmatch.html import result_html  # noqa: PLC0415 - only notebooks need it

        return result_html(self)

    def to_pandas(self, table: str = "links") -> pd.DataFrame:
        """One of the tables ("links", "dispositions", "persons" ...) as a pandas DataFrame; needs pandas."""
        return _named(self, table, self._names).to_pandas()

    def to_polars(self, table: str = "links") -> pl.DataFrame:
        """One of the tables ("links", "dispositions", "persons" ...) as a polars DataFrame; needs polars."""
        return _as_polars(_named(self, table, self._names))

    def write(self, out: str | Path, format: str = "csv") -> None:  # noqa: A002 - the option's name
        """
        Write the tables and summary.json to a folder, all or nothing, and the model, if it is not a shipped one.

        Args:
            out: The folder; it is made, or takes the place of an earlier result.
            format: "csv" or "parquet".

        Raises:
            SourceError: If the folder cannot be written or holds anything but an earlier result.
        """
        tables = _tables(self, self._names)
        write_folder(out, tables, self.summary, format, _text_of(self.model), files_of_link(out))

    @property
    def _names(self) -> Sequence[str]:
        return TABLES if self.differences is None else (*TABLES, DIFFERENCES)


@dataclass(frozen=True)
class Deduplicated:
    """
    What a run over one table found.

    Attributes:
        pairs: A row a pair that may matter, the likeliest first: both identifiers, match_weight, match_probability, decision,
            rules (joined by ";"), and the comparison level of each comparison (null where a value is missing).
        weights: A row a pair, in the same order: see ``Result``.
        clusters: A row a record, by identifier: the identifier and cluster_id, the smallest identifier of its cluster.
        rejected: A row a rejected row: table, file, row, reason, content.
        summary: Counts.
        held: Gives what records hold, as it is compared, by their identifiers.
        model: The model that decided.
    """

    pairs: pa.Table
    weights: pa.Table
    clusters: pa.Table
    rejected: pa.Table
    summary: Mapping[str, Any]
    held: Held | None = None
    model: Model | None = None

    def __repr__(self) -> str:
        return on_one_line(
            self, records=len(self.clusters), pairs=len(self.pairs), rejected=len(self.rejected)
        )

    def explain(self, record_id: str) -> Explanation:
        """
        Say what speaks for each record that this one may be a duplicate of, and what would change the likeliest pair.

        Raises:
            HpmatchError: If there is no such record in the result.
        """
        return explain_record(str(record_id), self)

    def _repr_html_(self) -> str:
        from hpmatch.html import deduplicated_html  # noqa: PLC0415 - only notebooks need it

        return deduplicated_html(self)

    def to_pandas(self, table: str = "pairs") -> pd.DataFrame:
        """One of the tables ("pairs", "clusters" ...) as a pandas DataFrame; needs pandas."""
        return _named(self, table, TABLES_OF_ONE).to_pandas()

    def to_polars(self, table: str = "pairs") -> pl.DataFrame:
        """One of the tables ("pairs", "clusters" ...) as a polars DataFrame; needs polars."""
        return _as_polars(_named(self, table, TABLES_OF_ONE))

    def write(self, out: str | Path, format: str = "csv") -> None:  # noqa: A002 - the option's name
        """
        Write the tables, summary.json and the model to a folder, all or nothing; see ``Result.write``.

        Raises:
            SourceError: If the folder cannot be written or holds anything but an earlier result.
        """
        write_folder(out, _tables(self, TABLES_OF_ONE), self.summary, format, _text_of(self.model))


def files_of_link(out: str | Path) -> frozenset[str]:
    """What a folder may hold whose place a result of ``link`` takes: an earlier one, and no re-screening, which is made once."""
    return result_files(TABLES if is_rescreening(out) else (*TABLES, DIFFERENCES))


def _tables(result: Result | Deduplicated, names: Sequence[str]) -> dict[str, pa.Table]:
    return {name: getattr(result, name) for name in names}


def _text_of(model: Model | None) -> str:
    """What a folder keeps of the model: nothing where a name gives it back, or no file could hold it."""
    return "" if model is None or model.is_shipped or not model.fingerprint else model.to_json()


def _named(result: Result | Deduplicated, name: str, tables: Sequence[str]) -> pa.Table:
    if name not in tables:
        raise HpmatchError(f"no table {name!r}; there are {', '.join(tables)}")
    return getattr(result, name)


def _as_polars(table: pa.Table) -> pl.DataFrame:
    import polars  # noqa: PLC0415, ICN001

    return polars.DataFrame(table)


def opened(result: _Any) -> _Any | Deduplicated:
    """
    A result as it was given, but the folder of what ``hpmatch.dedupe`` found as that, without the records and the model.

    Raises:
        SourceError: If the folder is damaged.
    """
    if not isinstance(result, (str, Path)) or not any(
        Path(result, f"{TABLES_OF_ONE[0]}.{ending}").exists() for ending in FORMATS
    ):
        return result
    tables, summary, _ = read_folder(result, TABLES_OF_ONE)
    counted = summary.get("records", {}).get("read")
    if counted != len(tables["clusters"]):
        raise SourceError(
            f"{result} holds a damaged result: clusters has {len(tables['clusters'])} rows, and summary.json counts {counted}; "
            f"dedupe again"
        )
    return Deduplicated(**tables, summary=summary)


def only_of_alerts(result: object) -> None:
    """
    Refuse what answers no alerts, where only answers will do.

    Raises:
        HpmatchError: If it is no result of ``hpmatch.link``, or one of other records than alerts.
    """
    if not isinstance(result, Result):
        raise HpmatchError(f"a {type(result).__name__} answers no alerts; give what hpmatch.link returned")
    only_about_alerts(result.summary)


def only_about_alerts(summary: Mapping[str, Any]) -> None:
    """
    Refuse the summary of a result that is about other records than alerts.

    Raises:
        HpmatchError: If it is.
    """
    if subject_of(summary) != ALERTS:
        raise HpmatchError(
            "what was linked are records of any kind and no alerts, so that there is no sender to ask and nothing to account for"
        )


def maker_of(result: Result | Deduplicated | str | Path, given: Model | str | Path | None = None) -> Model:
    """
    The model that made a result.

    Args:
        result: The result, or the folder that it was written to.
        given: The model that is said to be it; None where the result, or its folder, holds it or names a shipped one.

    Raises:
        ModelError: If that is another model, or none is given and the folder neither holds it nor names one that is shipped.
    """
    if isinstance(result, (str, Path)):
        made_by = read_summary(result, "model").get("model", {})
        return model_that_made(made_by, kept_model(result) if given is None else given)
    if result.model and given is None:
        return result.model
    return model_that_made(result.summary.get("model", {}), given)
