"""What the columns of a table hold, guessed from cells and names where neither a schema nor a name alone tells it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from types import MappingProxyType

from hpmatch.protocols import Standardiser
from hpmatch.reading import layout_of
from hpmatch.schema import RECORD_ROLES, Layout, Schema, kind_told
from hpmatch.sources.tables import RawTable
from hpmatch.standardise.countries import code_country
from hpmatch.standardise.stages import BareIdentifier, Telephones
from hpmatch.standardise.text import split_words

_PARTS = {"family_name", "given_name"}  # of a whole name
_MOST = 0.9  # the share of the cells that tells what a column holds
# What so many cells of a kind look like. Numbers need a fraction: whole ones may be numbers of things, such as of a house, of
# which neighbours are no nearer than others. Years may have one, as where some cells of their column are empty.
_PATTERNS = {
    "date": (re.compile(r"\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4}|(19|20)\d{6}"), _MOST),
    "year": (re.compile(r"(1[5-9]|20)\d\d(\.0)?"), _MOST),
    "number": (re.compile(r"[-+]?\d*[.,]\d+"), 0.5),
}
_FEWEST_VALUES, _MOST_CATEGORIES = 2, 50  # different ones in a column
_DIGITS, _CODE = 6, 4  # how long a number or code is that identifies something
_WORDS, _WORDS_OF_A_TITLE = 2, 4  # that a cell has
# Names alone have letters and the marks in a name (O'Brien, Jan P.); behind a comma stand the given names.
_NAME_WORDS = r"[^\W\d_](?:[^\W\d_]|['’.-])*(?:\s+[^\W\d_](?:[^\W\d_]|['’.-])*){0,3}"
_WHOLE_NAME = re.compile(rf"\s*{_NAME_WORDS}(?:\s*,\s*(?P<given>{_NAME_WORDS}))?\s*")
# The share of a table's cells that have the comma of a name, or the plus or brackets of a telephone number: a list of another source
# may stand below, in which they are written otherwise.
_SOME = 0.3
_COUNTRY_CODE = 3  # letters; Per and Bo are given names, and the codes of Peru and Bolivia
# +49 40 123, (040) 123; a decimal may begin with a plus as well.
_DIALLED = re.compile(r"\s*(?!\+\d*\.\d+\s*$)(?:\+[\d\s()/.–-]{7,}|\([\d\s+]{1,7}\)\s*\d[\d\s/.–-]{2,})")
_FEWEST_GIVEN, _LEAST_GIVEN = 20, 0.2  # different given names, or of few rows so many a row


def infer_schema(
    tables: Mapping[str, RawTable], ids: Mapping[str, str | None] = MappingProxyType({})
) -> Schema:
    """
    Guess from their cells what the columns are that no recognised name tells.

    Columns that not all tables have, that are empty, or that differ in every row and are not said in words are left out: the last
    are numbers of the rows themselves. So are whole names beside their parts, which would be counted twice.

    Args:
        tables: The tables as they were read, by name.
        ids: The column that identifies a record, by table, where somebody says it.

    Example:
        >>> from hpmatch.sources import read
        >>> rows = [{"no": str(i), "town": ["Bodo", "Hammerfest"][i % 2], "seen": f"2020-01-{i + 10}"} for i in range(20)]
        >>> dict(infer_schema({"records": read(rows, "records")}).columns)
        {'town': 'category', 'seen': 'date'}
    """
    layouts = {
        table: layout_of(raw, table, RECORD_ROLES, Schema(ids.get(table)), required=())
        for table, raw in tables.items()
    }
    first, *others = tables.values()
    known = {column for layout in layouts.values() for column in (layout.id, *layout.roles.values())}
    kinds = {
        column: _kind_of(
            column, [list(filter(None, raw.data[column].to_pylist())) for raw in tables.values()]
        )
        for column in first.data.column_names
        if column not in known and all(column in other.data.column_names for other in others)
    }
    repeating = {
        column
        for column, kind in kinds.items()
        if kind in ("name", "text", "words", "category")  # of few names a category
        and all(_is_whole_name(column, raw, layouts[table]) for table, raw in tables.items())
    }
    return Schema(
        shared_id(layouts.values()),
        {column: kind for column, kind in kinds.items() if kind and column not in repeating},
    )


def shared_id(layouts: Iterable[Layout]) -> str | None:
    """The column that identifies a record in all tables; None where they differ."""
    distinct = {layout.id for layout in layouts}
    return distinct.pop() if len(distinct) == 1 else None


def _is_whole_name(column: str, raw: RawTable, layout: Layout) -> bool:
    """Whether the cells of a column hold the given name and the surname of nearly all rows that have all three."""
    if not layout.roles.keys() >= _PARTS:
        return False
    columns = [
        raw.data[each].to_pylist() for each in (column, *(layout.roles[part] for part in sorted(_PARTS)))
    ]
    rows = [tuple(set(split_words(cell or "")) for cell in row) for row in zip(*columns, strict=True)]
    held = [given | family <= words for words, family, given in rows if words and family and given]
    return sum(held) > _MOST * len(held)


def _kind_of(column: str, tables: Sequence[Sequence[str]]) -> str | None:
    """The kind of a column by its name and its filled cells in each table, None where it is of no use."""
    cells = [cell for table in tables for cell in table]
    distinct = len(set(cells))
    if not cells or distinct < _FEWEST_VALUES:
        return None
    if kind := _kind_by_name(column, tables):
        return kind
    for kind, (pattern, most) in _PATTERNS.items():
        if sum(bool(pattern.fullmatch(cell.strip())) for cell in cells) > most * len(cells):
            return kind
    # Numbers of the rows, but for what is said in words.
    if distinct == len(cells) and not _some_agree(BareIdentifier, cells):
        return _text_kind(cells) if sum(map(_is_in_words, cells)) > _MOST * len(cells) else None
    if distinct <= _MOST_CATEGORIES:
        return "category"
    numbers = sum(_is_number(cell) or _is_code(cell) for cell in cells)
    return "identifier" if numbers > _MOST * len(cells) else _text_kind(cells)


def _kind_by_name(column: str, tables: Sequence[Sequence[str]]) -> str | None:
    """The kind that a column's name tells and its cells bear out; codes before telephone numbers tell them as well."""
    told = kind_told(column)
    if told == "name" and _are_whole_names(tables):
        return told
    is_dialled = told == "telephone" or any(map(_some_are_dialled, tables))
    return "telephone" if is_dialled and _are_telephones(list(chain(*tables))) else None


def _are_whole_names(tables: Sequence[Sequence[str]]) -> bool:
    """
    Whether cells are whole names of persons, some of them with the surname first, before a comma: Berg, Kari.

    Behind the comma stand many names, unlike what stands behind that of a town (Bergen, Norway), a title (Hobbit, The) or a thing.
    """
    found = [list(map(_WHOLE_NAME.fullmatch, table)) for table in tables]
    turned = [[name["given"] for name in table if name and name["given"]] for table in found]
    behind = {given for table in turned for given in table}
    countries = [given for given in behind if len(given) > _COUNTRY_CODE and code_country(given)]
    return (
        sum(map(bool, chain(*found))) > _MOST * sum(map(len, tables))
        and any(len(some) > _SOME * len(table) for some, table in zip(turned, tables, strict=True))
        and len(behind) > min(_FEWEST_GIVEN, _LEAST_GIVEN * sum(map(len, turned)))
        and len(countries) < len(behind) / 2
    )


def _are_telephones(cells: Sequence[str]) -> bool:
    """Whether cells are telephone numbers, and two of them one, unlike numbers of the rows."""
    numbers = sum(map(bool, Telephones("").standardise(cells)))
    return numbers > _MOST * len(cells) and _some_agree(Telephones, cells)


def _some_are_dialled(cells: Sequence[str]) -> bool:
    """Whether some cells of a table have the code of a country or area marked as such."""
    return sum(map(bool, map(_DIALLED.fullmatch, cells))) > _SOME * len(cells)


def _text_kind(cells: Sequence[str]) -> str:
    """Words where a cell has many on average, as titles and descriptions have; else text."""
    words = sum(any(map(str.isalpha, word)) for cell in cells for word in cell.split())
    return "words" if words >= _WORDS_OF_A_TITLE * len(cells) else "text"


def _some_agree(made_by: Callable[[str], Standardiser], cells: Sequence[str]) -> bool:
    """Whether two cells say the same once their marks are off, with which two tables may write one number in two ways."""
    values = [value for value in made_by("").standardise(cells) if value]
    return len(set(values)) < len(values)


def _is_number(cell: str) -> bool:
    has_words = " " in cell.strip() and any(map(str.isalpha, cell))
    return sum(map(str.isdigit, cell)) >= max(_DIGITS, len(cell) / 2) and not has_words


def _is_code(cell: str) -> bool:
    """Letters and digits in one word, as in the number of a model."""
    return (
        len(cell) >= _CODE
        and len(cell.split()) == 1
        and any(map(str.isdigit, cell))
        and any(map(str.isalpha, cell))
    )


def _is_in_words(cell: str) -> bool:
    return sum(word.strip(",.").isalpha() for word in cell.split()) >= _WORDS
