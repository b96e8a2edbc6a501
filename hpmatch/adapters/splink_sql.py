"""
The conditions that Splink writes in SQL, as far as they can be said without SQL.

What is read: columns of either side, calls, comparisons, ``is null``, ``and``, ``or``. Anything else is refused, so that
nothing is taken for what it is not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NoReturn

from hpmatch.comparison.thresholds import Test
from hpmatch.errors import ModelError

_TOKENS = re.compile(
    r"""\s*(?:(?P<name>"(?:[^"]|"")+"|`[^`]+`|[^\W\d]\w*)|(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)"""
    r"""|(?P<text>'(?:[^']|'')*')|(?P<sign><=|>=|<>|!=|[-+*/=<>(),.]))"""
)


@dataclass(frozen=True)
class Field:
    """A column of one side, ``l`` or ``r``."""

    column: str
    side: str


@dataclass(frozen=True)
class Call:
    """A function of something; operators between two values too."""

    name: str
    arguments: tuple[object, ...]


def parse(sql: str) -> object:
    """
    Read a condition.

    Returns:
        A ``Field``, a number, a text (as ``Call("text", ...)``) or a ``Call``; "and", "or", "=", "is null" are calls.

    Raises:
        ModelError: If it holds anything that is not read.

    Example:
        >>> parse('"dob_l" = "dob_r"')
        Call(name='=', arguments=(Field(column='dob', side='l'), Field(column='dob', side='r')))
    """
    return _Reader(sql).whole()


class _Reader:
    """Reads a condition from left to right."""

    def __init__(self, sql: str) -> None:
        self.tokens: list[tuple[str, str]] = []
        place, sql = 0, sql.strip()
        while place < len(sql):
            found = _TOKENS.match(sql, place)
            if not found or found.lastgroup is None:
                raise ModelError(f"cannot be read from {sql[place : place + 20]!r}")
            self.tokens.append((found.lastgroup, found[found.lastgroup]))
            place = found.end()
        self.place = 0

    def whole(self) -> object:
        found = self.either()
        if self.place < len(self.tokens):
            self.fail()
        return found

    def either(self) -> object:
        return self.chain("or", self.both)

    def both(self) -> object:
        return self.chain("and", self.comparison)

    def chain(self, word: str, part: Callable[[], object]) -> object:
        parts = [part()]
        while self.take(word):
            parts.append(part())
        return parts[0] if len(parts) == 1 else Call(word, tuple(parts))

    def comparison(self) -> object:
        left = self.value()
        if self.take("is"):
            self.need("null")
            return Call("is null", (left,))
        for sign in ("<=", ">=", "=", "<", ">"):
            if self.take(sign):
                return Call(sign, (left, self.value()))
        return left

    def value(self) -> object:
        left = self.single()
        return Call("-", (left, self.single())) if self.take("-") else left

    def single(self) -> object:
        if self.take("("):
            found = self.either()
            self.need(")")
            return found
        kind, text = self.next()
        if kind == "number":
            return float(text)
        if kind == "text":
            return Call("text", (text[1:-1].replace("''", "'"),))
        if kind != "name" or text.lower() in ("not", "case", "and", "or", "is", "null"):
            self.place -= 1
            self.fail()
        if self.take("("):
            return self.call(text.lower())
        if self.take("."):
            return self.qualified(text)
        return self.field(_bare(text))

    def call(self, name: str) -> object:
        if name in ("cast", "try_cast"):
            inner = self.either()
            self.need("as")
            kind = self.next()[1].lower()
            self.need(")")
            return (
                Call("as text", (inner,))
                if kind in ("text", "varchar", "string")
                else Call(f"as {kind}", (inner,))
            )
        arguments = [self.either()]
        while self.take(","):
            arguments.append(self.either())
        self.need(")")
        return Call(name, tuple(arguments))

    def qualified(self, table: str) -> Field:
        kind, text = self.next()
        if kind != "name" or table.lower() not in ("l", "r"):
            self.fail()
        return Field(_bare(text), table.lower())

    def field(self, name: str) -> Field:
        if not re.search(r"._[lr]$", name, re.IGNORECASE):
            self.place -= 1
            self.fail()
        return Field(name[:-2], name[-1].lower())

    def next(self) -> tuple[str, str]:
        if self.place == len(self.tokens):
            raise ModelError("ends too early")
        self.place += 1
        return self.tokens[self.place - 1]

    def take(self, word: str) -> bool:
        if self.place < len(self.tokens) and self.tokens[self.place][1].lower() == word:
            self.place += 1
            return True
        return False

    def need(self, word: str) -> None:
        if not self.take(word):
            self.fail()

    def fail(self) -> NoReturn:
        rest = self.tokens[self.place : self.place + 3]
        raise ModelError(
            f"cannot be read from {' '.join(text for _, text in rest)!r}" if rest else "ends too early"
        )


def _bare(name: str) -> str:
    return name[1:-1].replace('""', '"') if name[0] in '"`' else name


_ISO_DATE = "%Y-%m-%d"
_TEXT = "as text"
# What the dialects call the measures, and whether the number has to be reached or not exceeded.
_MEASURES: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        **dict.fromkeys(
            ("jaro_winkler_similarity", "jaro_winkler", "jaro_winkler_sim"), ("jaro_winkler", ">=")
        ),
        **dict.fromkeys(("jaro_similarity", "jaro", "jaro_sim"), ("jaro", ">=")),
        "jaccard": ("jaccard", ">="),
        "levenshtein": ("levenshtein", "<="),
        **dict.fromkeys(("damerau_levenshtein", "dam_lev"), ("damerau_levenshtein", "<=")),
    }
)
_EXACT_CALLS = MappingProxyType({"lower": "same_lower", "upper": "same_upper"})
_FIRST_LETTERS = ("substring", "substr", "left")


def parts_of(condition: object) -> list[object]:
    """What has to hold together."""
    if isinstance(condition, Call) and condition.name == "and":
        return [each for part in condition.arguments for each in parts_of(part)]
    return [condition]


def null_columns(condition: object) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that have to be known, and those that have to hold a date."""
    required: dict[str, bool] = {}
    for part in parts_of(condition):
        sides = part.arguments if isinstance(part, Call) and part.name == "or" else ()
        fields = [
            _date_field(_unshortened(each.arguments[0]))
            for each in sides
            if isinstance(each, Call) and each.name == "is null"
        ]
        if len(fields) != 2 or len(sides) != 2 or {each.side for each, _ in fields} != {"l", "r"}:  # noqa: PLR2004 - sides
            raise ModelError("a null level has to say that a column of the left or of the right side is null")
        (left, is_date), (right, _) = fields
        if left.column != right.column or fields[0][1] != fields[1][1]:
            raise ModelError("it asks two columns for nulls at once")
        required[left.column] = is_date
    return tuple(required), tuple(column for column, is_date in required.items() if is_date)


def _unshortened(value: object) -> object:
    """What letters are taken of, or their case changed: it is null where they are."""
    if isinstance(value, Call) and value.name in (*_EXACT_CALLS, *_FIRST_LETTERS):
        return value.arguments[0]
    return value


def _date_field(value: object) -> tuple[Field, bool]:
    """A column, and whether it is read as a date."""
    if isinstance(value, Field):
        return value, False
    if isinstance(value, Call) and value.name in ("try_strptime", "strptime"):
        inner, *form = value.arguments
        if isinstance(inner, Field) and form == [Call("text", (_ISO_DATE,))]:
            return inner, True
    raise ModelError(f"only a column, or a date written {_ISO_DATE}, is read here")


def level_tests(condition: object) -> tuple[Test, ...]:
    """The tests of a level, all of which have to hold."""
    return tuple(_test(part) for part in parts_of(condition))


def _test(part: object) -> Test:
    if not isinstance(part, Call) or len(part.arguments) != 2:  # noqa: PLR2004 - a comparison of two
        raise ModelError("it compares nothing that hpmatch compares")
    left, right = part.arguments
    if part.name == "=":
        return _same(left, right)
    if isinstance(left, Call) and isinstance(right, float):
        if left.name in _MEASURES and _MEASURES[left.name][1] == part.name:
            return (_MEASURES[left.name][0], *_sides(*map(_as_text, left.arguments)), right)
        if left.name == "abs" and part.name == "<=":
            return _apart(_only(left), right)
    raise ModelError(
        f"it compares by what hpmatch does not have; there are {', '.join(sorted(_MEASURES))}, equality, and the difference of "
        f"dates and numbers"
    )


def _same(left: object, right: object) -> Test:
    if isinstance(left, Call) and isinstance(right, Call) and left.name == right.name:
        if left.name in _EXACT_CALLS:
            return (_EXACT_CALLS[left.name], *_sides(_only(left), _only(right)), 1.0)
        if left.name in _FIRST_LETTERS and left.arguments[1:] == right.arguments[1:]:
            return ("same_start", *_sides(left.arguments[0], right.arguments[0]), float(_letters(left)))
    return ("same", *_sides(left, right), 1.0)


def _letters(call: Call) -> int:
    """How many first letters are taken."""
    numbers = call.arguments[1:] if call.name == "left" else call.arguments[2:]
    starts = call.name == "left" or call.arguments[1:2] == (1.0,)
    if not starts or len(numbers) != 1 or not isinstance(numbers[0], float) or not numbers[0] >= 1:
        raise ModelError("only first letters of a text can be compared")
    return int(numbers[0])


def _only(call: Call) -> object:
    """What a function of one thing is of."""
    if len(call.arguments) != 1:
        raise ModelError(f"{call.name} is of one value")
    return call.arguments[0]


def _apart(difference: object, limit: float) -> Test:
    """A difference of numbers, or of dates in seconds."""
    if isinstance(difference, Call) and difference.name == "-":
        left, right = difference.arguments
        if isinstance(left, Call) and isinstance(right, Call) and left.name == right.name == "epoch":
            fields = [_date_field(_only(each))[0] for each in (left, right)]
            return ("seconds", *_sides(*fields), limit)
        return ("difference", *_sides(left, right), limit)
    raise ModelError("only a difference of two columns is read here")


def _as_text(value: object) -> object:
    return value.arguments[0] if isinstance(value, Call) and value.name == _TEXT else value


def _sides(*values: object) -> tuple[str, str]:
    """The column of the left and that of the right side."""
    for each in values:
        if isinstance(each, Call) and each.name != "text":
            raise ModelError(f"{each.name} of a column is nothing that hpmatch compares so")
    fields = {each.side: each.column for each in values if isinstance(each, Field)}
    if len(values) != 2 or set(fields) != {"l", "r"}:  # noqa: PLR2004 - two sides
        raise ModelError("it does not compare a column of the left side with one of the right")
    return fields["l"], fields["r"]


def shared_column(part: object) -> tuple[str, int]:
    """The column that a part of a blocking rule wants to be the same, and how many first letters of it; 0 for all."""
    try:
        measure, left, right, size = _test(part)
    except ModelError as error:
        raise ModelError(f"{error}; a blocking rule has to be made of l.column = r.column") from error
    if left != right or measure not in ("same", "same_start"):
        raise ModelError("it has to want the same value, or the same first letters, of one column")
    return left, int(size) if measure == "same_start" else 0
