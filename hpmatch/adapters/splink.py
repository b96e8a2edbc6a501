"""
Models made with Splink, as models of hpmatch.

``from_splink`` reads what ``linker.misc.save_model_to_json`` of Splink 4 and 5 wrote: comparisons with their levels, m and u
probabilities and term frequencies, blocking rules, the prior. Splink itself is not needed. What cannot be said in a model
of hpmatch is refused, all of it at once, with the comparison, the level and the reason.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeGuard

import numpy as np

from hpmatch.adapters.splink_sql import level_tests, null_columns, parse, parts_of, shared_column
from hpmatch.blocking.rules import SameValues
from hpmatch.comparison.thresholds import Test, Thresholds
from hpmatch.decision import DecisionRule
from hpmatch.errors import ModelError
from hpmatch.fellegi_sunter import FellegiSunter, Level
from hpmatch.model import RECORDS, Model
from hpmatch.schema import KINDS, RECORD_ROLES, Schema, recognised
from hpmatch.standardise.stages import Verbatim

# Splink cuts no block off, however large.
_ANY_BLOCK = 1_000_000_000
_ADVICE = "take out of the file what is not in hpmatch, and give the model that comes of it a stage of hpmatch in its place"
_OF_SPLINK = ("comparison ", "blocking rule ")
_RULES = "blocking_rules_to_generate_predictions"


def from_splink(
    settings: Mapping[str, Any] | str | Path,
    *,
    registered: int,
    match: float = 0.95,
    review: float = 0.05,
    schema: Schema | None = None,
    term_frequencies: bool = True,
) -> Model:
    """
    Make a model of a Splink model.

    The values are compared as they are, as Splink does; an empty one is missing. A column plays the role that its name is
    recognised for (``surname`` is ``family_name``), the one that the schema says, or that of its own name.

    Match weights are Splink's wherever no term frequency counts. Where one does, hpmatch counts how common a value is in the
    register alone, and smooths it.

    Args:
        settings: The path of the saved model, or what it holds.
        registered: How many records the register has (or the table, for duplicates), for Splink's prior is of a pair and
            the one of hpmatch of a record: the share of records that are registered comes out of both.
        match: The probability from which a pair is a match; Splink has no such number.
        review: The probability from which a person looks at it.
        schema: Which column plays which role, where its name does not say it.
        term_frequencies: Whether to keep the adjustments by term frequency.

    Raises:
        ModelError: If the file cannot be read, or with everything that does not map.

    Example:
        >>> levels = [{"sql_condition": '"town_l" IS NULL OR "town_r" IS NULL', "is_null_level": True},
        ...           {"sql_condition": '"town_l" = "town_r"', "m_probability": 0.9, "u_probability": 0.1},
        ...           {"sql_condition": "ELSE", "m_probability": 0.1, "u_probability": 0.9}]
        >>> made = from_splink({"comparisons": [{"output_column_name": "town", "comparison_levels": levels}],
        ...                     "blocking_rules_to_generate_predictions": ["l.town = r.town"],
        ...                     "probability_two_random_records_match": 0.001}, registered=500)
        >>> made.comparisons[0].levels, made.blocking_rules[0].columns
        (('level 1', 'else'), ('town',))
    """
    content = _content(settings)
    _check_shape(content)
    reading = _Reading(schema, term_frequencies)
    compared = [reading.comparison(each) for each in content["comparisons"]]
    rules = reading.rules(content.get(_RULES) or ())
    prior = content.get("probability_two_random_records_match")
    share = prior if isinstance(prior, float) and 0 < prior < 1 else None
    if share is None:
        reading.problems.append(
            "probability_two_random_records_match is no probability; estimate it in Splink"
        )
    if not compared:
        reading.problems.append("there are no comparisons")
    if reading.problems or share is None:
        advice = [_ADVICE] if any(each.startswith(_OF_SPLINK) for each in reading.problems) else []
        raise _refused([*reading.problems, *advice])
    comparisons = tuple(comparison for comparison, _ in filter(None, compared))
    odds = registered * share / (1 - share)
    rule = DecisionRule(odds / (1 + odds), match=match, review=review)
    read = [*(each.columns for each in comparisons), *(rule.columns for rule in rules)]
    columns = dict.fromkeys(column for columns in read for column in columns)
    return Model(
        name="splink",
        standardisers=tuple(Verbatim(column) for column in columns),
        blocking_rules=rules,
        comparisons=comparisons,
        classifier=FellegiSunter({comparison.name: levels for comparison, levels in filter(None, compared)}),
        decision=rule,
        max_block=_ANY_BLOCK,
        subject=RECORDS,
        about=" ".join(
            [
                f"Brought over from a Splink model for a register of {registered} records.",
                *(
                    ["Term frequencies are counted anew, in the register, and smoothed."]
                    if reading.counts
                    else []
                ),
            ]
        ),
    )


def _content(settings: Mapping[str, Any] | str | Path) -> Mapping[str, Any]:
    if isinstance(settings, Mapping):
        return settings
    try:
        content = json.loads(Path(settings).read_text("utf-8"))
    except (OSError, UnicodeDecodeError, json.JSONDecodeError) as error:
        raise ModelError(f"Splink model {settings} cannot be read: {error}") from error
    if not isinstance(content, dict):
        raise ModelError(
            f"Splink model {settings} holds no settings; save it with linker.misc.save_model_to_json"
        )
    return content


def _check_shape(content: Mapping[str, Any]) -> None:
    """Refuse what stands otherwise than Splink writes it."""
    problems, comparisons, rules = [], content.get("comparisons"), content.get(_RULES)
    if not _are_tables(comparisons):
        problems.append("comparisons has to be a list of comparisons")
    else:
        problems += [
            f"comparison {place}: comparison_levels has to be a list of levels"
            for place, each in enumerate(comparisons, 1)
            if not _are_tables(each.get("comparison_levels"))
        ]
    if rules is not None and not isinstance(rules, (list, tuple)):
        problems.append(f"{_RULES} has to be a list of rules")
    if problems:
        raise _refused([*problems, "save it with linker.misc.save_model_to_json"])


def _are_tables(found: object) -> TypeGuard[Sequence[Mapping[str, Any]]]:
    return isinstance(found, (list, tuple)) and all(isinstance(each, Mapping) for each in found)


def _refused(problems: Sequence[str]) -> ModelError:
    told = "".join(f"\n  {each}" for each in dict.fromkeys(problems))
    return ModelError(f"this Splink model cannot be brought over:{told}")


@dataclass
class _Reading:
    """
    What is read of a Splink model, and what could not be.

    Attributes:
        schema: Which column plays which role.
        term_frequencies: Whether adjustments are kept.
        problems: What does not map.
        counts: Whether any term frequency counts.
        players: For each role the column that plays it.
    """

    schema: Schema | None
    term_frequencies: bool
    problems: list[str] = field(default_factory=list)
    counts: bool = False
    players: dict[str, str] = field(default_factory=dict)

    def comparison(self, said: Mapping[str, Any]) -> tuple[Thresholds, tuple[Level, ...]] | None:
        """A comparison and the numbers of its levels; None where something of it does not map."""
        before = len(self.problems)
        name = str(said.get("output_column_name") or "comparison")
        self.check_ends(name, said["comparison_levels"])
        if len(self.problems) > before:
            return None
        null, *levels = said["comparison_levels"]
        required, dates = self.tried(name, null, null_columns) or ((), ())
        conditions = [self.tried(name, level, level_tests) or () for level in levels[:-1]]
        adjusted = self.adjusted(name, levels, conditions) if self.term_frequencies else ""
        numbers = self.numbers(name, levels)
        if len(self.problems) > before:
            return None
        self.counts = self.counts or bool(adjusted)
        labels = _labels(levels)
        # Splink adjusts no else level.
        weights = [*(_tf_weight(level) if adjusted else 0.0 for level in levels[:-1]), 0.0]
        return self.thresholds(name, labels, conditions, required, dates, adjusted), tuple(
            Level(label, m, u, weight, "Splink")
            for label, (m, u), weight in zip(labels, numbers, weights, strict=True)
        )

    def check_ends(self, name: str, levels: Sequence[Mapping[str, Any]]) -> None:
        """A problem where the first level is not the only null level, or the last one not else."""
        if [place for place, each in enumerate(levels) if each.get("is_null_level")] != [0]:
            self.problems.append(
                f"comparison {name!r}: the first level has to be the only null level; without one, missing values would "
                f"count as different, which hpmatch does not do"
            )
        compared = [each for each in levels if not each.get("is_null_level")]
        if not compared or _sql(compared[-1]).strip().upper() != "ELSE":
            self.problems.append(f"comparison {name!r}: the last level has to be ELSE")

    def thresholds(
        self,
        name: str,
        labels: Sequence[str],
        conditions: Sequence[Sequence[Test]],
        required: Sequence[str],
        dates: Sequence[str],
        adjusted: str,
    ) -> Thresholds:
        """The comparison, in which columns go by the roles that they play."""
        tested = [column for tests in conditions for test in tests for column in test[1:3]]
        roles = {column: self.role(column) for column in (*required, *tested, adjusted)}
        return Thresholds(
            name,
            tuple(
                (
                    label,
                    tuple(
                        (measure, roles[left], roles[right], limit) for measure, left, right, limit in tests
                    ),
                )
                for label, tests in zip(labels, conditions, strict=False)
            ),
            tuple(roles[column] for column in required),
            tuple(roles[column] for column in dates),
            roles[adjusted] if adjusted else "",
            labels[-1],
        )

    def tried(self, name: str, level: Mapping[str, Any], read: Callable[[object], Any]) -> Any:
        """What is read of a level's condition; a problem where it is more than hpmatch can say."""
        sql = _sql(level)
        try:
            return read(parse(sql))
        except ModelError as error:
            self.problems.append(f"comparison {name!r}, level {_label(level)!r}: {error}; it is {sql}")
            return None

    def adjusted(
        self, name: str, levels: Sequence[Mapping[str, Any]], conditions: Sequence[Sequence[Test]]
    ) -> str:
        """The column whose term frequencies count; "" for none."""
        wanted = {
            str(level["tf_adjustment_column"]).strip('"`')
            for level in levels
            if level.get("tf_adjustment_column")
        }
        if not wanted:
            return ""
        column = min(wanted)
        if len(wanted) > 1 or list(conditions[0]) != [("same", column, column, 1.0)]:
            self.problems.append(
                f"comparison {name!r}: term frequencies count in hpmatch for one column whose exact match is the first level; "
                f"bring the model over without them, or take them off {', '.join(sorted(wanted))}"
            )
        if any(level.get("tf_minimum_u_value") for level in levels):
            self.problems.append(
                f"comparison {name!r}: there is no tf_minimum_u_value in hpmatch; set it to 0"
            )
        if any(not 0 <= _tf_weight(level) <= 1 for level in levels):
            self.problems.append(f"comparison {name!r}: a tf_adjustment_weight has to lie between 0 and 1")
        return column

    def numbers(self, name: str, levels: Sequence[Mapping[str, Any]]) -> list[tuple[float, float]]:
        """The m and u probability of each level, adding up to 1 each."""
        found: list[tuple[Any, Any]] = [
            (level.get("m_probability"), level.get("u_probability")) for level in levels
        ]
        lacking = [
            f"comparison {name!r}, level {_label(level)!r}: its {number} probability is {value}; it has to lie between 0 and 1. "
            f"Train it, write one into the file, or take the level out"
            for level, pair in zip(levels, found, strict=True)
            for number, value in zip("mu", pair, strict=True)
            if not isinstance(value, (int, float)) or not 0 < value < 1
        ]
        if lacking:
            self.problems += lacking
            return found
        balanced = balance(np.array([m for m, _ in found]), np.array([u for _, u in found]))
        if balanced is None:
            self.problems.append(
                f"comparison {name!r}: its m and u probabilities cannot both add up to 1; train them again"
            )
            return found
        return list(zip(*(each.tolist() for each in balanced), strict=True))

    def rules(self, said: Sequence[Any]) -> tuple[SameValues, ...]:
        """The blocking rules."""
        rules = []
        for each in said:
            told = each if isinstance(each, Mapping) else {"blocking_rule": each}
            sql = str(told.get("blocking_rule", ""))
            if told.get("arrays_to_explode"):
                self.problems.append(
                    f"blocking rule {sql}: there is no arrays_to_explode in hpmatch; leave the rule out"
                )
                continue
            try:
                found = [shared_column(part) for part in parts_of(parse(sql))]
            except ModelError as error:
                self.problems.append(f"blocking rule {sql}: {error}")
                continue
            letters = tuple(size for _, size in found)
            columns = tuple(self.role(column) for column, _ in found)
            name = " and ".join(
                column + (f"[:{size}]" if size else "") for column, size in zip(columns, letters, strict=True)
            )
            rules.append(SameValues(name, columns, letters if any(letters) else ()))
        if not said:
            self.problems.append(
                "there are no blocking rules, so every pair would be compared; give the model some in Splink"
            )
        return tuple({rule.name: rule for rule in rules}.values())

    def role(self, column: str) -> str:
        """The role that a column plays."""
        said = self.schema.columns.get(column) if self.schema else None
        role = column if said in KINDS else said or recognised(column, RECORD_ROLES[1:]) or column
        player = self.players.setdefault(role, column)
        if player.lower() != column.lower():  # SQL takes no heed of case
            self.problems.append(
                f"the columns {player!r} and {column!r} are both taken for {role!r}; give one of them a kind in a schema, "
                f'such as {column} = "text"'
            )
        return role


def balance(
    m: np.ndarray[Any, Any], u: np.ndarray[Any, Any]
) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]] | None:
    """
    Numbers that add up to 1 and weigh as the given ones do.

    Splink takes each level's number from several training sessions by itself, so they need not add up to 1. What counts is m / u:
    u is tilted by a power of it, u (m / u) ** t, with the t for which both add up to 1.

    Args:
        m: float64[l], all above 0.
        u: The same.

    Returns:
        Both; None where every level speaks for a match, or every one against.

    Example:
        >>> m, u = balance(np.array([0.9, 0.2]), np.array([0.1, 0.8]))
        >>> m.sum().round(9).item(), u.sum().round(9).item(), (m / u).round(9).tolist()
        (1.0, 1.0, [9.0, 0.25])
    """
    if abs(m.sum() - 1) < _ADDS_UP and abs(u.sum() - 1) < _ADDS_UP:
        return m, u
    ratio = m / u
    if not ratio.min() < 1 < ratio.max():
        return None
    # So far that the levels for a match, or those against it, have all the weight, however near to 1 their ratios are.
    high = _STEEPEST / min(np.log(ratio.max()), -np.log(ratio.min()))
    low = -high
    for _ in range(200):
        middle = (low + high) / 2
        logs = np.log(u) + middle * np.log(ratio)
        tilted = np.exp(logs - logs.max())
        tilted /= tilted.sum()
        low, high = (middle, high) if (tilted * ratio).sum() < 1 else (low, middle)
    return tilted * ratio, tilted


_ADDS_UP, _STEEPEST = 1e-9, 50.0


def _sql(level: Mapping[str, Any]) -> str:
    return str(level.get("sql_condition", ""))


def _tf_weight(level: Mapping[str, Any]) -> float:
    """How much of the term frequency a level counts: for Splink all of it where the level says no number."""
    if not level.get("tf_adjustment_column"):
        return 0.0
    weight = level.get("tf_adjustment_weight")
    if weight is None:
        return 1.0
    return float(weight) if isinstance(weight, (int, float)) else math.nan


def _label(level: Mapping[str, Any]) -> str:
    return str(level.get("label_for_charts") or _sql(level))


def _labels(levels: Sequence[Mapping[str, Any]]) -> list[str]:
    """Names of levels, as they stand in charts, or by number where those are none or not distinct."""
    labels = [str(level.get("label_for_charts") or "") for level in levels]
    if all(labels) and len(set(labels)) == len(labels):
        return labels
    return [*(f"level {place}" for place in range(1, len(levels))), "else"]
