"""What an alert and a registered person say, column by column, and where they differ."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from hpmatch.evidence import MISSING, Evidence
from hpmatch.protocols import Comparison
from hpmatch.schema import NAME_ROLES
from hpmatch.shown import on_one_line
from hpmatch.standardise.text import fold
from hpmatch.wording import country_names, say, word

Cells = Mapping[str, Mapping[str, object]]
Held = Callable[[Sequence[str], Sequence[str]], tuple[Cells, Cells]]

SAME, ALIKE, DIFFERS = "same", "alike", "differs"
ONLY_ALERT, ONLY_REGISTER, NOT_COMPARED = "only_alert", "only_register", "not_compared"
# A finding four times likelier between two persons than of one is a difference.
_AGAINST = -2.0
_DIFFERENT = frozenset({"different", "abroad", "home"})  # whatever they weigh


@dataclass(frozen=True)
class Told:
    """
    What both sides tell of one thing.

    Attributes:
        column: What it is.
        alert: What the alert says, a text for each value; none if it says nothing.
        register: What the register says, likewise.
        other_alerts: What other alerts about the person say that is not the same, each once.
        verdict: same, alike, differs, only_alert, only_register or not_compared.
        level: The comparison level that was found; "" if nothing compares it.
    """

    column: str
    alert: tuple[str, ...]
    register: tuple[str, ...]
    other_alerts: tuple[tuple[str, ...], ...]
    verdict: str
    level: str

    def __repr__(self) -> str:
        return on_one_line(self, self.column, self.verdict)

    def texts(self, language: str = "en", of: str = "alerts") -> tuple[str, str]:
        """What the alert and the register say, in words; see ``hpmatch.wording.say``."""
        others = (
            say("also", language, of=of, cell=shown(self.column, each, language))
            for each in self.other_alerts
        )
        alert = "; ".join(filter(None, (shown(self.column, self.alert, language), *others)))
        return alert, shown(self.column, self.register, language)


@dataclass(frozen=True)
class _Row:
    """
    A row of the comparison of two records.

    Attributes:
        column: What it shows.
        alert: The roles of an alert that tell it.
        register: The roles of a registered person that tell it.
        comparison: The comparison that compares it.
    """

    column: str
    alert: tuple[str, ...]
    register: tuple[str, ...]
    comparison: str = ""


_ROWS = (
    *(_Row(name, (name,), (name,), name) for name in ("family_name", "given_name")),
    *(_Row(name, (name,), (name,)) for name in ("middle_name", "birth_name", "other_names")),
    *(_Row(name, (name,), (name,), name) for name in ("birth_date", "sex")),
    _Row("profession", ("profession",), ("professions",), "profession"),
    _Row("specialty", ("specialty",), ("specialties",), "specialty"),
    _Row("country", ("sending_country", "nationality"), ("education_country", "nationality"), "country"),
    _Row("national_id", ("national_id",), ("national_id",), "national_id"),
    _Row("birth_place", ("birth_place",), ()),
)
# Of these several may stand in one cell.
_SEVERAL = ("profession", "specialty", "country")


def side_by_side(
    alert: Mapping[str, object],
    registered: Mapping[str, object],
    evidence: Sequence[Evidence],
    other_alerts: Iterable[Mapping[str, object]] = (),
    parts: Sequence[Comparison] = (),
) -> tuple[Told, ...]:
    """
    Hold two records against each other.

    Args:
        alert: What the alert says by role or column, as it was read or as it is compared.
        registered: The same of the registered person.
        evidence: What was found about the two.
        other_alerts: What other alerts say that were weighed together with it.
        parts: The comparisons; what those read that the project's own columns do not hold is shown too.

    Returns:
        What either side tells, a row a thing.

    Example:
        >>> found = side_by_side({"family_name": "Berg"}, {"family_name": "BERG", "sex": "F"}, [Evidence("family_name", "same", 9.0)])
        >>> [(told.column, told.verdict) for told in found]
        [('family_name', 'same'), ('sex', 'only_register')]
    """
    levels = {each.comparison: each for each in evidence}
    others = tuple(other_alerts)
    return tuple(
        told
        for row in (*_ROWS, *_further(parts))
        if (told := _told(row, alert, registered, others, levels.get(row.comparison))) is not None
    )


def _further(parts: Sequence[Comparison]) -> Iterable[_Row]:
    """Columns of a model's own, such as a town."""
    known = {name for row in _ROWS for name in (row.column, *row.alert, *row.register)} | {"sex_by_name"}
    for part in parts:
        for column in part.columns:
            if column not in known:
                known.add(column)
                yield _Row(column, (column,), (column,), part.name)


def _told(
    row: _Row,
    alert: Mapping[str, object],
    registered: Mapping[str, object],
    others: Sequence[Mapping[str, object]],
    evidence: Evidence | None,
) -> Told | None:
    left, right = _values(alert, row.alert, row.column), _values(registered, row.register, row.column)
    further = dict.fromkeys(_values(other, row.alert, row.column) for other in others)
    also = tuple(each for each in further if each and _plain(each) != _plain(left))
    if not (left or right or also):
        return None
    level = evidence.level if evidence else ""
    verdict = _verdict(left or tuple(value for each in also for value in each), right, evidence)
    return Told(row.column, left, right, also, verdict, level)


def _verdict(left: tuple[str, ...], right: tuple[str, ...], evidence: Evidence | None) -> str:
    if not (left and right):
        return ONLY_ALERT if left else ONLY_REGISTER
    if _plain(left) == _plain(right) or (evidence and evidence.level == SAME):
        return SAME
    if evidence is None or evidence.level == MISSING:
        return NOT_COMPARED
    is_against = evidence.weight is not None and evidence.weight <= _AGAINST
    return DIFFERS if is_against or evidence.level in _DIFFERENT else ALIKE


def _plain(values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(map(fold, values)))


def _values(record: Mapping[str, object], roles: Sequence[str], column: str) -> tuple[str, ...]:
    """What a record holds in a column, as it is compared, or else what it says in the roles that tell it."""
    cells = [record[column]] if column in record else [record.get(role) for role in roles]
    values = [value for cell in cells for value in _parts(cell, column) if value not in (None, "")]
    return tuple(dict.fromkeys(map(_text, values)))


def _parts(cell: object, column: str) -> tuple[object, ...]:
    if isinstance(cell, str) and column in _SEVERAL:
        return tuple(part.strip() for part in cell.split(";"))
    return cell if isinstance(cell, tuple) else (cell,)


def _text(value: object) -> str:
    """A value as text; a reading of a date (yyyymmdd, 00 for what is not known) as ISO 8601."""
    if not isinstance(value, int):
        return str(value)
    year, month, day = value // 10_000, value // 100 % 100, value % 100
    known = [f"{year:04}" if year else "----", *([f"{month:02}"] if month or day else [])]
    return "-".join([*known, f"{day:02}"] if day else known)


def shown(column: str, values: Sequence[str], language: str = "en") -> str:
    """
    Values as they are shown, codes with their words.

    Example:
        >>> shown("profession", ["SP"], "nb"), shown("birth_date", ["1967-06-07", "1967-07-06"])
        ('sykepleier (SP)', '1967-06-07 or 1967-07-06')
    """
    texts = [_with_words(column, value, language) for value in values]
    if column in NAME_ROLES:
        return " ".join(texts)
    return (f" {say('or', language)} " if column == "birth_date" else ", ").join(texts)


def _with_words(column: str, value: str, language: str) -> str:
    if column == "country":
        said = country_names().get(value, {}).get(language, value)
    elif column in ("profession", "sex"):
        said = word(column, value, language)
    else:
        said = value
    return value if said in (value, value.replace("_", " ")) else f"{said} ({value})"
