"""
Counterparts: which records of another table are about the same person.

Where both records have the person's number in the register, the number decides; else names, birth date and what else there
is, as alerts are matched. A number and a name are two witnesses: where one says yes and the other clearly no, nobody is
taken for anybody in silence.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hpmatch.arrays import IntArray
from hpmatch.decision import NEAR
from hpmatch.dispose import Scored
from hpmatch.link import score_pairs
from hpmatch.model import Model
from hpmatch.reading import ReadRecords
from hpmatch.register import Register
from hpmatch.schema import REQUIRED_ROLES


@dataclass(frozen=True)
class People:
    """
    Records of persons, some with their number in the register.

    Attributes:
        read: The records, n of them.
        numbers: The number of each, "" where it is not known.
        persons: int64[n], which records are about one person; a record's own row if it is the only one.
    """

    read: ReadRecords
    numbers: Sequence[str]
    persons: IntArray

    def __len__(self) -> int:
        return len(self.numbers)


@dataclass(frozen=True)
class Counterpart:
    """
    The records of another table that are about one record's person.

    Attributes:
        certain: The rows that are.
        possible: The rows that may be; none of the certain ones.
        is_blind: Whether there is too little to tell, so that records without a number may be, too.
    """

    certain: frozenset[int] = frozenset()
    possible: frozenset[int] = frozenset()
    is_blind: bool = False


def counterparts(left: People, right: People, model: Model) -> list[Counterpart]:
    """
    Find for each record of one table those of another that are about the same person.

    Args:
        left: The records.
        right: The others, m of them.
        model: The model.

    Returns:
        One for each record of ``left``.
    """
    if not len(left) or not len(right):
        return [Counterpart()] * len(left)
    scored = score_pairs(left.read, Register(right.read, model, None), model)
    holders, members = defaultdict(set), defaultdict(set)
    for row, (number, person) in enumerate(zip(right.numbers, right.persons.tolist(), strict=True)):
        members[person].add(row)
        if number:
            holders[number].add(row)
    denied = _denied(left, right, scored, model)
    all_numbered = all(right.numbers)
    pairs = scored.pairs
    found = []
    for row, (number, (matched, near)) in enumerate(
        zip(left.numbers, _by_names(scored, right.persons, model), strict=True)
    ):
        named = frozenset(each for person in matched for each in members[person])
        like = frozenset(each for person in near for each in members[person])
        held = frozenset(holders[number]) if number else frozenset[int]()
        # The number of both goes before their names.
        other = frozenset(each for each in named | like if number and right.numbers[each] not in ("", number))
        contradicted = frozenset(each for each in held if (row, each) in denied)
        certain = (named - other) | (held - contradicted)
        possible = (like - other) | (named & other) | contradicted
        unseen = not pairs.blockable[row] or pairs.crowded[row]
        found.append(Counterpart(certain, possible - certain, bool(unseen and not (number and all_numbered))))
    return found


def with_numbers(people: People, found: Sequence[Counterpart], numbers: Sequence[str]) -> People:
    """
    The records with the numbers of the registered persons whom they fit for certain, where they tell none.

    Args:
        people: The records.
        found: For each the registered persons who are the same.
        numbers: The numbers of the registered.
    """
    known = (numbers[min(each.certain)] if len(each.certain) == 1 else "" for each in found)
    told = [own or number for own, number in zip(people.numbers, known, strict=True)]
    return replace(people, numbers=told)


def _by_names(scored: Scored, persons: IntArray, model: Model) -> Iterator[tuple[list[int], list[int]]]:
    """For each record the persons who match it, and, where none does and it is in doubt, those who come near."""
    chances: list[dict[int, float]] = [defaultdict(float) for _ in scored.persons]
    order = np.lexsort((scored.decisions.probabilities, scored.pairs.left))
    for place in order.tolist():  # sums in the order of size do not depend on the order of rows
        person = int(persons[scored.pairs.right[place]])
        chances[int(scored.pairs.left[place])][person] += float(scored.decisions.probabilities[place])
    rule = model.decision
    for each in chances:
        matched = [person for person, chance in each.items() if chance >= rule.match]
        in_doubt = not matched and sum(sorted(each.values())) >= rule.review
        nearest = NEAR * max(each.values(), default=0.0)
        yield matched, [person for person, chance in each.items() if in_doubt and chance >= nearest]


def _denied(left: People, right: People, scored: Scored, model: Model) -> frozenset[tuple[int, int]]:
    """The pairs of one number whose names and birth dates, known on both sides, speak against one person."""
    evidence = scored.match_weights - model.decision.prior_weight(len(right))
    supported = {
        pair
        for pair, weight in zip(
            zip(scored.pairs.left.tolist(), scored.pairs.right.tolist(), strict=True), evidence, strict=True
        )
        if weight > 0
    }
    told = [_has_identity(people) for people in (left, right)]
    rows: Mapping[str, list[int]] = defaultdict(list)
    for row, number in enumerate(right.numbers):
        if number and told[1][row]:
            rows[number].append(row)
    return frozenset(
        (row, other)
        for row, number in enumerate(left.numbers)
        if number and told[0][row]
        for other in rows.get(number, ())
        if (row, other) not in supported
    )


def _has_identity(people: People) -> list[bool]:
    records = people.read.records
    told = np.ones(len(records), bool)
    for name in REQUIRED_ROLES:
        told &= ~records[name].is_missing if name in records else False
    return told.tolist()
