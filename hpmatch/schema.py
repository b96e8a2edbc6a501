"""
Which column plays which role.

A role is either one of the project's own column names (``family_name``, ``birth_date`` ...), known without any
configuration under its English and Norwegian aliases, and under those of many languages if it is of a person; or, for
a table about something else, a kind, one of ``KINDS``; a column given a kind keeps its own name.
"""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from string import digits
from types import MappingProxyType

from hpmatch.data import read_table
from hpmatch.errors import SchemaError
from hpmatch.standardise.text import fold

KINDS = ("name", "date", "year", "category", "text", "words", "number", "identifier", "telephone")

# What the two tables of the main job hold; the first role is the record's own identifier.
ALERT_ROLES = (
    "alert_id", "sending_country", "sent_date", "family_name", "given_name", "birth_date", "sex", "profession",
    "specialty", "birth_place", "birth_name", "other_names", "nationality", "national_id", "measure",
    "decision_date", "reason", "status",
)  # fmt: skip
REGISTER_ROLES = (
    "hpr_number", "family_name", "middle_name", "given_name", "birth_name", "other_names", "birth_date", "sex",
    "professions", "specialties", "education_country", "national_id", "nationality", "status",
)  # fmt: skip
CHANGE = "change"  # what becomes of a person
CHANGE_ROLES = (*REGISTER_ROLES, CHANGE)
REQUIRED_ROLES = ("family_name", "given_name", "birth_date")
NAME_ROLES = ("family_name", "given_name", "middle_name", "birth_name", "other_names")
# The tables of names that tell a role, and of those that do where no other column plays it.
_ALIASES, _ALONE = "column_names", "column_names_alone"
_ALIASES_OF_KINDS = "column_kinds"
_LISTED = ("en", "nb")  # the languages of the names that messages list
# How letters are typed where a keyboard lacks them.
_PLURAL = re.compile(r"(?<=\w)\([^\W\d_]{1,2}\)")  # Surname(s), Vorname(n)
_IN_ASCII = str.maketrans({"ø": "oe", "å": "aa", "ä": "ae", "ö": "oe", "ü": "ue"})
_DATA = re.compile(r"\d{4}")  # a date, an identifier
NOT_REPEATED = "the names of the columns may hold data, as the first line of a file without a header does, and are not repeated here"
_SECTIONS = ("id", "columns", "alerts", "register", "records", "cases", "decisions")
# What one table of its own may hold, the identifier first; none is required.
RECORD_ROLES = ("id", *dict.fromkeys((*ALERT_ROLES[1:], *REGISTER_ROLES[1:])))


@dataclass(frozen=True)
class Schema:
    """
    Which column plays which role, where the recognised names do not say it.

    Args:
        id: The column that identifies a record; None to recognise it.
        columns: The role of each named column, or its kind.

    Example:
        >>> Schema(id="rec", columns={"surname": "family_name", "town": "category"}).columns["town"]
        'category'
    """

    id: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        """The text of a schema file that says the same."""
        said = [f"id = {_quoted(self.id)}"] if self.id else []
        columns = [f"{_quoted(column)} = {_quoted(role)}" for column, role in self.columns.items()]
        return "\n".join([*said, *(["[columns]"] if columns else []), *columns])

    @classmethod
    def read(cls, path: str | Path, table: str | None = None) -> Schema:
        """
        Read a schema from a TOML file.

        Args:
            path: The file. ``id`` and ``[columns]`` at the top hold for every table; a section named after a table
                (``[register]`` with ``[register.columns]``) holds for that table instead.
            table: The table that the schema is wanted for, such as "alerts" or "register"; None for what holds for every one.

        Raises:
            SchemaError: If the file cannot be read, holds something else, or without a table only sections of tables.
        """
        try:
            content = tomllib.loads(Path(path).read_text("utf-8"))
        except OSError as error:
            raise SchemaError(f"schema file {path}: {error.strerror or error}") from error
        except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
            raise SchemaError(f"schema file {path} is not valid TOML: {error}") from error
        section = content.get(table, content) if table else content
        unknown = sorted(set(content) - set(_SECTIONS))
        if unknown:
            raise SchemaError(
                f"schema file {path}: there is no section {unknown[0]!r}{_nearest(unknown[0], _SECTIONS)}; "
                f"there are {', '.join(_SECTIONS)}"
            )
        if table is None and content and not content.keys() & {"id", "columns"}:
            raise SchemaError(
                f"schema file {path}: nothing in it holds for every table; name the table whose section is meant, one of "
                f"{', '.join(content)}"
            )
        columns = section.get("columns", {}) if isinstance(section, dict) else {}
        if (
            not isinstance(section, dict)
            or not isinstance(section.get("id", ""), str)
            or not _is_text_table(columns)
        ):
            raise SchemaError(
                f"schema file {path}: 'id' has to be a column name and [columns] a list of column = \"role\""
            )
        return cls(section.get("id"), columns)


def read_schema(schema: Schema | str | Path | None, table: str) -> Schema:
    """
    A schema for a table: the one given, the one that a file holds, or none.

    Raises:
        SchemaError: If it is no schema, or the file cannot be read.
    """
    if schema is None:
        return Schema()
    if isinstance(schema, (str, Path)):
        return Schema.read(schema, table)
    if not isinstance(schema, Schema):
        raise SchemaError(
            f"a {type(schema).__name__} is no schema; give hp.Schema(id=..., columns={{...}}) or the path of a schema file"
        )
    return schema


def with_id(schema: Schema | str | Path | None, id: str | None) -> Schema | str | Path | None:  # noqa: A002 - what a schema calls it
    """
    A schema that also names the column that identifies a record.

    Raises:
        SchemaError: If the schema is a file, which names it itself, or what is given is no name.
    """
    if id is None:
        return schema
    if not isinstance(id, str) or not id:
        raise SchemaError("id has to be the name of a column, as text; give it, or leave it out")
    if isinstance(schema, (str, Path)):
        raise SchemaError(
            f"the schema is a file, which itself says the identifier: write id = {id!r} into it"
        )
    return replace(read_schema(schema, ""), id=id)


@dataclass(frozen=True)
class Layout:
    """
    A table's columns, resolved.

    Attributes:
        id: The column that identifies a record.
        roles: For each role the column that plays it.
        kinds: For each further column that was given a kind, that kind.
        is_id_guessed: Whether nothing says that it does, and it is only the first.
    """

    id: str
    roles: Mapping[str, str]
    kinds: Mapping[str, str]
    is_id_guessed: bool = False

    @property
    def columns(self) -> Mapping[str, str]:
        """The column of each role, and of each kind under its own name."""
        return {**self.roles, **{column: column for column in self.kinds}}


def resolve(
    schema: Schema,
    found: Sequence[str],
    known: Sequence[str] = (),
    *,
    table: str,
    required: Sequence[str] = REQUIRED_ROLES,
    is_headed_by_line: bool = True,
) -> Layout:
    """
    Find out which column of a table plays which role.

    Args:
        schema: What the user says; it goes before recognised names.
        found: The table's columns.
        known: The roles that this table may have, the identifier first; none for a table about something else.
        table: What to call the table in messages.
        required: The roles that some column has to play; none also lets the first column be the identifier.
        is_headed_by_line: Whether the columns' names are the first line of a file, which may hold data instead.

    Raises:
        SchemaError: With everything that is wrong at once.

    Example:
        >>> layout = resolve(Schema(), ["HPR-nummer", "Etternavn", "Fornavn", "Fødselsdato"], REGISTER_ROLES, table="register")
        >>> layout.id, layout.roles["birth_date"]
        ('HPR-nummer', 'Fødselsdato')
    """
    shown = shown_names(found, known, schema, is_headed_by_line=is_headed_by_line)
    problems = [
        *_named_twice(found, shown),
        *_unknown_columns(schema, found, shown),
        *_unknown_roles(schema, known),
    ]
    if problems:
        raise SchemaError(_message(table, problems))
    said = {column: role for column, role in schema.columns.items() if role not in KINDS}
    if schema.id is not None and known:
        said[schema.id] = known[0]
    players = _players(said, [column for column in found if column not in schema.columns], known)
    problems = [*_played_twice(players), *_missing(players, schema, shown, known, required)]
    if problems:
        raise SchemaError(_message(table, problems))
    roles = {role: columns[0] for role, columns in players.items()}
    identifier = schema.id or roles.get(known[0] if known else RECORD_ROLES[0])
    kinds = {column: role for column, role in schema.columns.items() if role in KINDS}
    return Layout(
        identifier or found[0], MappingProxyType(roles), MappingProxyType(kinds), is_id_guessed=not identifier
    )


def _players(said: Mapping[str, str], others: Sequence[str], known: Sequence[str]) -> dict[str, list[str]]:
    players: dict[str, list[str]] = {}
    for column, role in said.items():
        players.setdefault(role, []).append(column)
    for column in others:
        known_role = _role_of(column, known, _ALIASES)
        # A column that the user named for a role goes before one that is only recognised.
        if known_role and column not in said and known_role not in said.values():
            players.setdefault(known_role, []).append(column)
    taken = {plain_name(column): column for columns in players.values() for column in columns}
    told_beside: dict[str, list[str]] = {}
    for column in others:
        role, beside = _aliases_beside().get(plain_name(column), ("", frozenset[str]()))
        is_free = column not in taken.values() and role in known and role not in players
        if is_free and not beside.isdisjoint(taken):
            told_beside.setdefault(role, []).append(column)
    players |= told_beside
    return players | _alone(players, others, known)


def _alone(
    players: Mapping[str, Sequence[str]], others: Sequence[str], known: Sequence[str]
) -> dict[str, list[str]]:
    """The columns of roles that no other one plays: a D-number is the national identifier where there is no fødselsnummer."""
    taken = {column for columns in players.values() for column in columns}
    alone: dict[str, list[str]] = {}
    for column in others:
        role = None if column in taken else _role_of(column, known, _ALONE)
        if role and role not in players:
            alone.setdefault(role, []).append(column)
    return alone


def recognised(column: str, known: Sequence[str]) -> str | None:
    """The role among the known ones that a column's name tells, its own before that of an alias; None where it tells none."""
    return _role_of(column, known, _ALIASES) or _role_of(column, known, _ALONE)


def kind_told(column: str) -> str | None:
    """
    The kind that a column's name tells, a number behind it aside; its cells have to bear it out.

    Example:
        >>> kind_told("Fullt navn"), kind_told("telefon 2"), kind_told("town")
        ('name', 'telephone', None)
    """
    return _role_of(column.rstrip(digits), KINDS, _ALIASES_OF_KINDS)


def _role_of(column: str, known: Sequence[str], table: str) -> str | None:
    if column in known:
        return column
    return next((role for role in _aliases(table).get(plain_name(column), ()) if role in known), None)


@cache
def _aliases(table: str) -> dict[str, tuple[str, ...]]:
    aliases: dict[str, tuple[str, ...]] = {}
    for row in read_table(table):
        for name in {plain_name(row["name"]), plain_name(row["name"].translate(_IN_ASCII))}:
            aliases[name] = (*aliases.get(name, ()), row["role"])
    return aliases


@cache
def _aliases_beside() -> dict[str, tuple[str, frozenset[str]]]:
    """What tells a role only beside another column: French *nom* is a surname beside *prénom*, and else any name."""
    return {
        plain_name(row["name"]): (row["role"], frozenset(map(plain_name, row["beside"].split(";"))))
        for row in read_table("column_names_beside")
    }


def plain_name(column: str) -> str:
    """
    A column's name without case, diacritics, blanks, punctuation and a plural in brackets: what recognised names are compared by.

    Example:
        >>> plain_name("Forename(s)"), plain_name("Føde-dato")
        ('forename', 'fodedato')
    """
    return re.sub(r"[\W_]+", "", _PLURAL.sub("", fold(column)))


def _named_twice(found: Sequence[str], shown: Sequence[str] | None) -> list[str]:
    twice = sorted({column for column in found if found.count(column) > 1})
    return [
        f"{'a column' if shown is None else f'column {column!r}'} is there more than once; rename or remove one of them"
        for column in twice
    ]


def shown_names(
    found: Sequence[str], known: Sequence[str], schema: Schema, *, is_headed_by_line: bool
) -> Sequence[str] | None:
    """
    The columns that messages may name; None where their names may be data, as those of a file without a header are.

    Args:
        found: The table's columns.
        known: The roles that it may have.
        schema: What the user says; columns that it names are no data.
        is_headed_by_line: See ``resolve``.

    Example:
        >>> shown_names(["Berg", "1980-02-03"], ALERT_ROLES, Schema(), is_headed_by_line=False) is None
        True
    """
    unknown = [column for column in found if not recognised(column, known) and column not in schema.columns]
    is_data = (is_headed_by_line and len(unknown) == len(found)) or any(map(_DATA.search, unknown))
    return None if known and is_data else found


def _told(shown: Sequence[str] | None, word: str, taken: Collection[str] = ()) -> str:
    if shown is None:
        return NOT_REPEATED
    free = [column for column in shown if column not in taken]
    return f"found: {', '.join(shown)}{_nearest(word, free)}"


def _unknown_columns(schema: Schema, found: Sequence[str], shown: Sequence[str] | None) -> list[str]:
    named = [*([schema.id] if schema.id else []), *schema.columns]
    return [
        f"the schema names a column {column!r} that is not there; {_told(shown, column)}"
        for column in named
        if column not in found
    ]


def _unknown_roles(schema: Schema, known: Sequence[str]) -> list[str]:
    fit = [*KINDS, *known]
    return [
        f"the schema gives column {column!r} the role or kind {role!r}, which does not exist here{_nearest(role, fit)}; there "
        f"are the kinds {', '.join(KINDS)} and the roles {', '.join(known)}"
        for column, role in schema.columns.items()
        if role not in fit
    ]


def _played_twice(players: Mapping[str, Sequence[str]]) -> list[str]:
    return [
        f"the columns {' and '.join(map(repr, columns))} are both taken for {role!r}; "
        f"say in a schema which of them it is, or rename one"
        for role, columns in players.items()
        if len(columns) > 1 and role != RECORD_ROLES[0]  # the first is the identifier
    ]


def _missing(
    players: Mapping[str, Sequence[str]],
    schema: Schema,
    shown: Sequence[str] | None,
    known: Sequence[str],
    required: Sequence[str],
) -> list[str]:
    if not known or not required:
        return []
    required = required if schema.id else tuple(dict.fromkeys((known[0], *required)))
    taken = {column for columns in players.values() for column in columns}
    return [
        f"no column for {role!r}; {_told(shown, role, taken)}; recognised names are "
        f'{", ".join(_names_of(role))}; for any other name give a schema file with [columns] YOUR_COLUMN = "{role}"'
        for role in required
        if role not in players
    ]


def _names_of(role: str) -> list[str]:
    """The names that messages list: English and Norwegian ones, and that there are others."""
    rows = [row for row in read_table("column_names") if row["role"] == role]
    listed = [row["name"] for row in rows if row["language"] in _LISTED]
    return listed if len(listed) == len(rows) else [*listed, "those of other languages"]


def _nearest(word: str, among: Sequence[str]) -> str:
    near = difflib.get_close_matches(word, among, n=1)
    return f" (did you mean {near[0]!r}?)" if near else ""


def _message(table: str, problems: Sequence[str]) -> str:
    return f"{table}: " + "\n  ".join(["the columns cannot be used:", *problems])


def _quoted(text: str) -> str:
    """A text as TOML writes it, which is as JSON does but for the one sign that JSON need not escape."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _is_text_table(columns: object) -> bool:
    return isinstance(columns, dict) and all(isinstance(role, str) for role in columns.values())
