"""
Names of persons.

Every token of the one name is held against every token of the other, across given, middle and family names, because
names move between fields: a former surname becomes a middle name, the two fields get exchanged. Agreement on a rare name
is worth more, and how rare a name is depends on the country: Kazlauskas is common among persons educated in Lithuania.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np

from hpmatch.comparison.name_cases import FAMILY_CASES, GIVEN_CASES, SEX_TOLD, NameCases
from hpmatch.comparison.name_look import NameLook
from hpmatch.comparison.name_tables import NOTHING, NameTables
from hpmatch.comparison.one_name import compare_one_name
from hpmatch.protocols import Compared, ComparedOne, Comparison, JointComparison
from hpmatch.records import Records
from hpmatch.schema import NAME_ROLES

Values = Mapping[str, Any]


@dataclass(frozen=True)
class FamilyName:
    """
    Family names, held against the other's further names too.

    Levels, best first:

    - ``same``: every token agrees, or the one side writes in a word what the other writes in several.
    - ``part``: a token agrees, and one side has more (a double surname).
    - ``mixed``: a token agrees, and others of both sides contradict each other.
    - ``stem``: they agree but for an ending, or a Gaelic beginning, that changes with sex or marriage.
    - ``further_name``: one side's family name is a middle, birth or other name of the other; or, where another given name agrees,
      a later one of its given names.
    - ``spelled``: they sound the same and are spelled otherwise, or are one surname in two languages (Ó Murchú, Murphy).
    - ``close``: a typing difference, from the family name or a further one.
    - ``swapped``: family and given names are exchanged.
    - ``similar``: some likeness, or the one is the other cut off.
    - ``changed``: another name, and not known to be a man's, by the sex or the given name: women's surnames change at marriage.
    - ``different``: another name, and a man's; or two of which no marriage makes one of the other: two maiden names (-aitė),
      or any where all states that both sides tell let nobody take another surname.
    """

    name: str = "family_name"
    columns: tuple[str, ...] = (*NAME_ROLES, *SEX_TOLD, "country")
    levels: ClassVar = (
        "same",
        "part",
        "mixed",
        "stem",
        "further_name",
        "spelled",
        "close",
        "swapped",
        "similar",
        "changed",
        "different",
    )

    cases: ClassVar = FAMILY_CASES

    def prepared(self, register: Records) -> Comparison:
        """The comparison with what it needs to know of the whole register."""
        return _Prepared(self, NameTables.of(register))

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        return self.prepared(right).compare(left, right)

    def compare_one(self, left: Values, right: Values) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        return compare_one_name((self.cases,), left, right)


@dataclass(frozen=True)
class GivenName:
    """
    Given names, held against the other's middle, birth and other names too.

    Where family and given names are exchanged, which the family name's level says, they are held against each other as if
    they were not.

    Levels, best first:

    - ``same``: every token agrees, those that are half of the other's surname too, or the one side writes in a word what the other
      writes in several.
    - ``part``: a token agrees, and one side has more.
    - ``mixed``: a token agrees, the first one of a side among them, and others of both sides contradict each other.
    - ``variant``: forms of one first name in two languages, or a short form.
    - ``spelled``: they sound the same and are spelled otherwise.
    - ``close``: a typing difference.
    - ``initial``: one side has only the first letter of the first name, or the letters that it is shortened to (Th., Ther.).
    - ``middle_name``: the first given name of one side is a middle or other name of the other.
    - ``half_swapped``: one side's given name is the other's family name; its first one, where the family names agree besides.
    - ``similar``: some likeness; or a later name alone agrees, as brothers share a patronymic; or they are more alike, and known
      for two names or for a man's and a woman's.
    - ``different``.
    """

    name: str = "given_name"
    columns: tuple[str, ...] = (*NAME_ROLES, *SEX_TOLD, "country")
    levels: ClassVar = (
        "same",
        "part",
        "mixed",
        "variant",
        "spelled",
        "close",
        "initial",
        "middle_name",
        "half_swapped",
        "similar",
        "different",
    )

    in_part: ClassVar = ("initial", "half_swapped")  # levels of a name told in part: a whole one goes before
    cases: ClassVar = GIVEN_CASES

    def prepared(self, register: Records) -> Comparison:
        """The comparison with what it needs to know of the whole register."""
        return _Prepared(self, NameTables.of(register))

    def compare(self, left: Records, right: Records) -> Compared:
        """See the class."""
        return self.prepared(right).compare(left, right)

    def compare_one(self, left: Values, right: Values) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        return compare_one_name((self.cases,), left, right)


@dataclass(frozen=True)
class PersonName:
    """
    Family and given names at once: one look at the tokens serves both comparisons.

    Its parts are ``FamilyName`` and ``GivenName``, with their names and levels.
    """

    name: str = "person_name"
    parts: ClassVar = (FamilyName(), GivenName())

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns of both."""
        return FamilyName().columns

    def prepared(self, register: Records) -> JointComparison:
        """The comparison with what it needs to know of the whole register."""
        return _PreparedJoint(self, NameTables.of(register))

    def compare_parts(self, left: Records, right: Records) -> tuple[Compared, ...]:
        """What each part finds."""
        return self.prepared(right).compare_parts(left, right)

    def compare_one(self, left: Values, right: Values) -> tuple[ComparedOne, ...]:
        """See ``ComparesOne``."""
        return compare_one_name([part.cases for part in self.parts], left, right)


@dataclass(frozen=True)
class _Prepared:
    """A name comparison together with what is known of the whole register."""

    comparison: FamilyName | GivenName
    tables: NameTables = field(repr=False)

    @property
    def name(self) -> str:
        return self.comparison.name

    @property
    def columns(self) -> tuple[str, ...]:
        return self.comparison.columns

    @property
    def levels(self) -> tuple[str, ...]:
        return self.comparison.levels

    def compare(self, left: Records, right: Records) -> Compared:
        return _compare_parts((self.comparison,), self.tables, left, right)[0]


@dataclass(frozen=True)
class _PreparedJoint:
    """Both name comparisons together with what is known of the whole register."""

    comparison: PersonName
    tables: NameTables = field(repr=False)

    @property
    def name(self) -> str:
        return self.comparison.name

    @property
    def columns(self) -> tuple[str, ...]:
        return self.comparison.columns

    @property
    def parts(self) -> tuple[FamilyName | GivenName, ...]:
        return self.comparison.parts

    def compare_parts(self, left: Records, right: Records) -> tuple[Compared, ...]:
        return _compare_parts(self.parts, self.tables, left, right)


def _compare_parts(
    parts: Sequence[FamilyName | GivenName], tables: NameTables, left: Records, right: Records
) -> tuple[Compared, ...]:
    pairs = tables.token_pairs(left, right)
    look = NameLook(left, right, tables, pairs.where(pairs.agreement != NOTHING))
    return tuple(_compared(part.cases, look) for part in parts)


_COUNTRY = ("country",)


def _compared(names: NameCases, look: NameLook) -> Compared:
    left, right = look.left, look.right
    cases, present = names.of(look), names.present(look)
    levels, token = np.full(len(left), len(cases), np.int8), np.full(len(left), -1, np.int64)
    # From the last case to the first, so that the first one that holds stays.
    for level, (condition, found) in reversed([*enumerate(cases)]):
        np.copyto(levels, level, where=condition)
        np.copyto(token, -1 if found is None else found.token, where=condition)
    levels[~present] = -1
    known = (present & (token >= 0)).nonzero()[0]
    frequencies = np.full(len(left), np.nan)
    if len(known):
        counted = look.tables.frequencies
        where = left.values_at(known, _COUNTRY), right.values_at(known, _COUNTRY)
        frequencies[known] = counted.among(token[known], *where)
        owner, further = look.further(names.between, np.where(levels == names.exchanged, -1, token))
        if len(owner):
            where = left.values_at(owner, _COUNTRY), right.values_at(owner, _COUNTRY)
            np.multiply.at(frequencies, owner, counted.among_holders(further, *where))
    return Compared(levels, frequencies)
