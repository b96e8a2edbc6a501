"""
Putting a model together for any table, from what its columns are.

Names, birth dates, sexes and the like get the comparisons made for them; a column that was given a kind gets the one for
that kind. The numbers are a start to train from, plain guesses where no shipped model knows better.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

from hpmatch.blocking import MAX_RULES
from hpmatch.blocking.rules import NameAndDate, NameAndValue, SameValue, SameWord, TwoNames, TwoWords
from hpmatch.column_kinds import infer_schema, shared_id
from hpmatch.comparison import parts_of
from hpmatch.comparison.categories import Category, Country, Profession
from hpmatch.comparison.dates import BirthDate as BirthDateComparison
from hpmatch.comparison.full_names import FullName
from hpmatch.comparison.identifiers import NationalId as NationalIdComparison
from hpmatch.comparison.names import FamilyName, GivenName
from hpmatch.comparison.names import PersonName as PersonNameComparison
from hpmatch.comparison.text import Identifier, Text
from hpmatch.comparison.thresholds import Thresholds
from hpmatch.comparison.words import Words
from hpmatch.data import read_table
from hpmatch.decision import DecisionRule
from hpmatch.errors import ModelError, SchemaError
from hpmatch.fellegi_sunter import FellegiSunter, Level
from hpmatch.model import RECORDS, Model, read_model
from hpmatch.protocols import BlockingRule, Comparison, JointComparison, Standardiser
from hpmatch.reading import layout_of
from hpmatch.schema import KINDS, NOT_REPEATED, RECORD_ROLES, Layout, Schema, read_schema, recognised
from hpmatch.sources.tables import RawTable
from hpmatch.standardise.dates import read_as_written
from hpmatch.standardise.stages import (
    AnyDate,
    BareIdentifier,
    Categories,
    Countries,
    NationalId,
    Numbers,
    PersonName,
    PlainText,
    Professions,
    Sex,
    Specialties,
    Telephones,
)

_GIVEN, _SURNAMES = ("given_name",), ("family_name", "middle_name", "birth_name", "other_names")
_TEXTS = ("birth_place",)  # roles that hold any text
# A rule that finds more than this by one key tells too little to be worth its pairs.
_MAX_BLOCK = 100
_LONG_NUMBER = re.compile(r"\d{5,}")
_DECISION = DecisionRule(registered_share=0.5, match=0.5, review=0.1)
_IDENTIFIERS = {
    "alerts": "alert_id",
    "register": "hpr_number",
}  # by which the tables of the shipped model are known


class _Stages(NamedTuple):
    standardiser: Standardiser
    comparison: Comparison | None


_OF_ROLE: dict[str, Callable[[], _Stages]] = {
    "birth_date": lambda: _Stages(AnyDate("birth_date"), BirthDateComparison()),
    "sex": lambda: _Stages(Sex(), Category("sex", "sex")),
    "profession": lambda: _Stages(Professions(), Profession()),
    "specialty": lambda: _Stages(Specialties(), Category("specialty", "specialty")),
    "country": lambda: _Stages(Countries(), Country()),
    "national_id": lambda: _Stages(NationalId(), NationalIdComparison()),
}
# The roles that make a column of another name.
_COLUMN_OF_ROLE = {
    "professions": "profession", "specialties": "specialty", "sending_country": "country",
    "education_country": "country", "nationality": "country",
}  # fmt: skip
_SHARED_BY_MANY = ("category", "year")  # no pairs can be looked for by such a value alone
_OF_KIND: dict[str, Callable[[str], _Stages]] = {
    "name": lambda column: _Stages(PersonName(column), FullName(column, column)),
    "date": lambda column: _Stages(AnyDate(column), BirthDateComparison(column, column)),
    "category": lambda column: _Stages(Categories(column), Category(column, column)),
    "text": lambda column: _Stages(PlainText(column), Text(column, column)),
    "words": lambda column: _Stages(PlainText(column), Words(column, column)),
    "year": lambda column: _Stages(Numbers(column), _years(column)),
    "number": lambda column: _Stages(Numbers(column), _near(column)),
    "identifier": lambda column: _Stages(BareIdentifier(column), Identifier(column, column)),
    "telephone": lambda column: _Stages(Telephones(column), Identifier(column, column)),
}


def _near(column: str) -> Thresholds:
    """Numbers by how far they are apart, as a share of the larger one."""
    return _apart(column, "relative_difference", same=0.0, within_1_percent=0.01, within_10_percent=0.1)


def _years(column: str) -> Thresholds:
    """Years by how many lie between them."""
    return _apart(column, "difference", same=0.0, within_1_year=1.0, within_5_years=5.0)


def _apart(column: str, measure: str, **levels: float) -> Thresholds:
    conditions = tuple((level, ((measure, column, column, most),)) for level, most in levels.items())
    return Thresholds(column, conditions, (column,), frequency=column)


class Start(NamedTuple):
    """
    What training starts from.

    Attributes:
        model: The model.
        schema: What the columns are taken for.
        left_out: The columns that the model does not read, if it was put together for them.
    """

    model: Model
    schema: Schema | str | Path | None
    left_out: tuple[str, ...] = ()


def model_for(tables: Mapping[str, RawTable], schema: Schema | str | Path | None) -> Start:
    """
    The model to start training from where none is named, and what the columns are taken for.

    Args:
        tables: The tables as they were read: "records", or "alerts" and "register".
        schema: What the user says; where that is nothing of columns, their cells are looked at.

    Returns:
        The shipped model for alerts and a register, recognised by their identifiers; else one put together, what the columns that it
        reads were taken for, if all tables call them alike, and which it does not read.

    Raises:
        ModelError: If there is no column to compare by, or none by which pairs can be found.
        SchemaError: If the schema does not fit the tables, or nothing says what their columns are and the first line of one is data.
    """
    if set(tables) == set(_IDENTIFIERS) and all(
        any(recognised(column, (role,)) for column in tables[table].data.column_names)
        for table, role in _IDENTIFIERS.items()
    ):
        return Start(read_model("imi"), schema)
    said = {table: read_schema(schema, table) for table in tables}
    if not any(each.columns for each in said.values()):
        _check_headed(tables.values())
        found = infer_schema(tables, {table: each.id for table, each in said.items()})
        said = {table: replace(each, columns=found.columns) for table, each in said.items()}
    layouts = [layout_of(raw, table, RECORD_ROLES, said[table], required=()) for table, raw in tables.items()]
    model = assemble(layouts)
    if not model.blocking_rules:
        raise ModelError(_without_rules([part.name for part in model.parts]))
    return Start(model, _taken_for(layouts, model), tuple(_left_out(tables.values(), layouts, model)))


def _check_headed(tables: Iterable[RawTable]) -> None:
    """Refuse tables whose first line holds data: it would be told as the names of columns, and lost as a record."""
    for raw in tables:
        if raw.is_headed_by_line and any(map(_is_data, raw.data.column_names)):
            raise SchemaError(
                f"{raw.source}: a date or a long number stands where a column should be named; give the file a header line, or "
                f"say in a schema file which column holds what ({NOT_REPEATED})"
            )


def _is_data(name: str) -> bool:
    """Whether the name of a column is a long number or a whole date; an index that was written along has none."""
    return bool(_LONG_NUMBER.fullmatch(name.strip())) or any(
        reading % 100 for reading in read_as_written(name)
    )


def _left_out(tables: Iterable[RawTable], layouts: Sequence[Layout], model: Model) -> dict[str, None]:
    """The columns that no model reads, in the order of the tables, each once."""
    read = {stage.column for stage in model.standardisers}
    return {
        column: None
        for raw, layout in zip(tables, layouts, strict=True)
        for column in raw.data.column_names
        if column
        not in {
            layout.id,
            *(at for role, at in layout.columns.items() if _COLUMN_OF_ROLE.get(role, role) in read),
        }
    }


def _taken_for(layouts: Sequence[Layout], model: Model) -> Schema:
    """What columns are that a model reads and all tables call alike."""
    read = {stage.column for stage in model.standardisers}
    told = [
        {column: role for role, column in layout.roles.items() if _COLUMN_OF_ROLE.get(role, role) in read}
        | {column: kind for column, kind in layout.kinds.items() if column in read}
        for layout in layouts
    ]
    return Schema(
        shared_id(layouts),
        {column: what for column, what in told[0].items() if all(each.get(column) == what for each in told)},
    )


def assemble(layouts: Sequence[Layout], name: str = "assembled") -> Model:
    """
    Put a model together for the columns that one or two tables have.

    Args:
        layouts: What the columns of each table are; only what all tables have is used.
        name: What to call it.

    Raises:
        ModelError: If there is no column to compare by.

    Example:
        >>> model = assemble([Layout("no", {"given_name": "first", "birth_date": "born"}, {"town": "text"})])
        >>> [comparison.name for comparison in model.parts]
        ['given_name', 'birth_date', 'town']
    """
    roles = _shared([[_COLUMN_OF_ROLE.get(role, role) for role in layout.roles] for layout in layouts])
    kinds = {
        column: kind
        for column, kind in layouts[0].kinds.items()
        if all(layout.kinds.get(column) == kind for layout in layouts)
    }
    kinds |= {role: "text" for role in roles if role in _TEXTS}
    names = [role for role in roles if role in (*_GIVEN, *_SURNAMES)]
    stages = [_OF_ROLE[role]() for role in roles if role in _OF_ROLE]
    stages += [_OF_KIND[kind](column) for column, kind in kinds.items()]
    if names:  # a whole name says again what its parts say; it serves blocking alone
        stages = [
            each._replace(comparison=None) if isinstance(each.comparison, FullName) else each
            for each in stages
        ]
    comparisons = (*_name_comparisons(names), *(each.comparison for each in stages if each.comparison))
    if not comparisons:
        raise ModelError(
            "there is no column to compare by; say in a schema file what the columns are: " + ", ".join(KINDS)
        )
    return Model(
        name,
        (*map(PersonName, names), *(each.standardiser for each in stages)),
        tuple(_blocking_rules(names, roles, kinds)),
        comparisons,
        FellegiSunter({part.name: starting_levels(part) for part in parts_of(comparisons)}),
        _DECISION,
        max_block=_MAX_BLOCK,
        about="Put together from the kinds of the columns; its numbers are a start to train from.",
        subject=RECORDS,
    )


def _without_rules(columns: Sequence[str]) -> str:
    others = ", ".join(kind for kind in KINDS if kind not in _SHARED_BY_MANY)
    return (
        f"no pairs can be looked for by {', '.join(columns)} alone, for a value there is shared by very many records; say in a "
        f"schema file which column is of another kind ({others}), or add one, such as a name, a date or an address"
    )


def _shared(lists: Sequence[Sequence[str]]) -> list[str]:
    """What all lists have, in the order of the first."""
    return [each for each in dict.fromkeys(lists[0]) if all(each in other for other in lists)]


def _name_comparisons(names: Collection[str]) -> tuple[Comparison | JointComparison, ...]:
    has_given, has_surname = "given_name" in names, "family_name" in names
    if has_given and has_surname:
        return (PersonNameComparison(),)
    return (GivenName(),) if has_given else (FamilyName(),) if has_surname else ()


def starting_levels(comparison: Comparison) -> tuple[Level, ...]:
    """
    The numbers that training starts from: those of the shipped model, or plain guesses.

    Example:
        >>> [level.level for level in starting_levels(Text("town", "town"))]
        ['same', 'close', 'similar', 'different']
    """
    shipped = read_model("imi").classifier
    assert isinstance(shipped, FellegiSunter)  # noqa: S101 - it is ours
    known = shipped.levels.get(
        "birth_date" if isinstance(comparison, BirthDateComparison) else comparison.name
    )
    if known and tuple(level.level for level in known) == tuple(comparison.levels):
        return known
    return _guesses().get(tuple(comparison.levels), ())


@cache
def _guesses() -> dict[tuple[str, ...], tuple[Level, ...]]:
    """The guesses for each kind of comparison, by its levels."""
    guesses = {
        kind: tuple(
            Level(row["level"], float(row["m"]), float(row["u"]), float(row["term_frequency"]), row["source"])
            for row in rows
        )
        for kind, rows in groupby(read_table("starting_levels"), itemgetter("comparison"))
    }
    return {tuple(level.level for level in levels): levels for levels in guesses.values()}


def _blocking_rules(names: Sequence[str], roles: Sequence[str], kinds: dict[str, str]) -> list[BlockingRule]:
    whole = [column for column, kind in kinds.items() if kind == "name"]
    dates = [
        *(["birth_date"] if "birth_date" in roles else []),
        *(c for c, kind in kinds.items() if kind == "date"),
    ]
    texts = [column for column, kind in kinds.items() if kind in ("text", "words")]
    categories = [column for column, kind in kinds.items() if kind in _SHARED_BY_MANY]
    every_name = (*names, *whole)
    rules: list[BlockingRule] = []
    if every_name:
        rules += [
            NameAndDate(f"name_{date}_{part}", every_name, date, part)
            for date in dates
            for part in ("year_month", "year_day", "day_month")
        ]
        rules += [NameAndValue(f"name_{column}", every_name, column) for column in (*texts, *categories)]
        given, surnames = (
            [n for n in names if n in _GIVEN] or every_name,
            [n for n in names if n in _SURNAMES] or every_name,
        )
        rules.append(TwoNames("two_names", tuple(given), tuple(surnames)))
    rules += [SameValue(date, date) for date in dates]
    rules += [
        SameValue(column, column)
        for column, kind in kinds.items()
        if kind in ("text", "words", "number", "identifier", "telephone")
    ]
    rules += [SameValue("national_id", "national_id")] if "national_id" in roles else []
    rules += [SameWord(f"{column}_word", column) for column in texts]
    rules += [TwoWords(f"{column}_two_words", column) for column, kind in kinds.items() if kind == "words"]
    return _most_telling(rules, categories)


def _most_telling(rules: Sequence[BlockingRule], categories: Collection[str]) -> list[BlockingRule]:
    """
    As many rules as a model may have, in the order given.

    Of a wide table those go first that find least of what others do not: a name with a category, a name with a text (the
    text alone finds it where few share it), a word of a text. Of one kind the columns that stand last go.
    """

    def rank(rule: BlockingRule) -> int:
        if isinstance(rule, NameAndValue):
            return 3 if rule.columns[-1] in categories else 2
        return 1 if isinstance(rule, (SameWord, TwoWords)) else 0

    kept = sorted(range(len(rules)), key=lambda place: rank(rules[place]))[:MAX_RULES]
    return [rules[place] for place in sorted(kept)]
