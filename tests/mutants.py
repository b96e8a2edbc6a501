"""Tables with a row taken out or changed, and the facts that no longer hold with them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from types import ModuleType
from typing import NamedTuple

import pytest

from hpmatch.data import read_table

Row = dict[str, str]
Change = Callable[[Row], Row | None]
_as_it_is = cache(read_table)


class Fact(NamedTuple):
    """
    What a case says of the world.

    Attributes:
        says: The case, for messages.
        keys: What a row has in common with the fact if it can matter to it.
        holds: Whether the code agrees.
    """

    says: str
    keys: frozenset[Hashable]
    holds: Callable[[], bool]


class Table(NamedTuple):
    """
    A table and the facts that its rows are there for.

    Attributes:
        name: The table's name.
        modules: The modules that read it or remember what it says.
        facts: Facts that hold with the table as it is.
        keys: For a row, the keys of the facts that it can matter to.
    """

    name: str
    modules: tuple[ModuleType, ...]
    facts: list[Fact]
    keys: Callable[[Row], Iterable[Hashable]]


def left_out(_row: Row) -> None:
    """Take a row out."""


@contextmanager
def reading(table: Table, rows: Sequence[Row]) -> Iterator[None]:
    """Let the modules read other rows of a table; what they remember is forgotten, before and after."""
    with pytest.MonkeyPatch.context() as patch:
        for module in table.modules:
            if hasattr(module, "read_table"):
                patch.setattr(
                    module, "read_table", lambda name: rows if name == table.name else _as_it_is(name)
                )
        forget(table.modules)
        yield
    forget(table.modules)


def forget(modules: Iterable[ModuleType]) -> None:
    """Empty the caches of modules."""
    for module in modules:
        for value in vars(module).values():
            if hasattr(value, "cache_clear") and value.__module__ == module.__name__:
                value.cache_clear()


def unnoticed(table: Table, change: Change = left_out) -> list[Row]:
    """
    Give the rows whose change leaves every fact as it is.

    Rows that share no fact are changed together, so that a fact that fails tells of one row only. A row that the
    change leaves as it is does not count.
    """
    rows = read_table(table.name)
    touched = touched_facts(table, rows)
    asked = rarest_first(touched)
    mutants = {place: change(row) for place, row in enumerate(rows)}
    mutants = {place: row for place, row in mutants.items() if row != rows[place]}
    found = []
    for batch in batches(mutants, touched):
        changed = [mutants[place] if place in batch else row for place, row in enumerate(rows)]
        with reading(table, [row for row in changed if row is not None]):
            found += [place for place in batch if all(table.facts[fact].holds() for fact in asked[place])]
    return [rows[place] for place in sorted(found)]


def touched_facts(table: Table, rows: Sequence[Row]) -> list[set[int]]:
    """For each row, the facts that it can matter to."""
    by_key: dict[Hashable, set[int]] = defaultdict(set)
    for place, fact in enumerate(table.facts):
        for key in fact.keys:
            by_key[key].add(place)
    return [set().union(*(by_key.get(key, ()) for key in table.keys(row))) for row in rows]


def rarest_first(touched: Sequence[set[int]]) -> list[list[int]]:
    """Put the facts of each row in an order: one that few rows can matter to most likely tells of it, and ends the search."""
    rows_of = Counter(fact for facts in touched for fact in facts)
    return [sorted(facts, key=rows_of.__getitem__) for facts in touched]


def batches(places: Iterable[int], touched: Sequence[set[int]]) -> list[set[int]]:
    """Put places together that have no fact in common."""
    found: list[tuple[set[int], set[int]]] = []
    for place in sorted(places, key=lambda place: -len(touched[place])):
        for batch, taken in found:
            if taken.isdisjoint(touched[place]):
                batch.add(place)
                taken.update(touched[place])
                break
        else:
            found.append(({place}, set(touched[place])))
    return [batch for batch, _ in found]
