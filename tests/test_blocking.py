"""Blocking against a slow and obvious oracle."""

import itertools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpmatch.blocking import candidate_pairs, each_once
from hpmatch.blocking.rules import NameAndDate, SameValue, TwoNames
from hpmatch.errors import PluginError
from hpmatch.hashes import hashes
from hpmatch.model import read_model
from hpmatch.protocols import Keys, Pairs
from hpmatch.records import FEW, Column, Records
from hpmatch.standardise.names import token_keys

NAMES = ("family_name", "given_name")
RULES = [
    NameAndDate("name_year_month", NAMES, part="year_month"),
    NameAndDate("name_year_day", NAMES, part="year_day"),
    NameAndDate("name_day_month", NAMES, part="day_month"),
    NameAndDate("name_day_month_value", NAMES, part="day_month", value="national_id"),
    TwoNames("two_names", ("given_name",), ("family_name",)),
    SameValue("national_id", "national_id"),
]

token = st.sampled_from(
    ["kazlauskas", "kazlauskienė", "rasa", "jonas", "щербакова", "berg", "li", "müller", "mueller"]
)
names = st.none() | st.lists(token, min_size=1, max_size=3, unique=True).map(tuple)
reading = st.sampled_from([19780409, 19780904, 19780000, 19780400, 19800101, 19790409])
row = st.tuples(
    names,
    names,
    st.none() | st.lists(reading, min_size=1, max_size=2, unique=True).map(tuple),
    st.sampled_from([None, ("a",), ("a", "b")]),
)
table = st.lists(row, min_size=1, max_size=8)
KINDS = {
    "family_name": pa.list_(pa.string()),
    "given_name": pa.list_(pa.string()),
    "birth_date": pa.list_(pa.int32()),
    "national_id": pa.list_(pa.string()),
}


def _records(rows):
    columns = {
        name: Column.encode([r[place] for r in rows], kind)
        for place, (name, kind) in enumerate(KINDS.items())
    }
    return Records(pa.array([str(place) for place in range(len(rows))]), columns)


def _keys_by_hand(rule, family, given_names, dates, national_ids):
    """Every key of one row, written down as tuples."""
    keys = {key for name in (*(family or ()), *(given_names or ())) for key in token_keys(name)}
    if rule.name == "national_id":
        return set(national_ids or ())
    if rule.name == "two_names":
        called = {key for name in given_names or () for key in token_keys(name)}
        surnames = {key for name in family or () for key in token_keys(name)}
        return {tuple(sorted(pair)) for pair in itertools.product(called, surnames) if pair[0] != pair[1]}
    parts = set()
    for date in dates or ():
        year, month, day = date // 10_000, date // 100 % 100, date % 100
        if rule.name == "name_year_month":
            unknown = month == 0 or (month, day) in ((1, 1), (7, 1))
            parts |= {(year, any_month) for any_month in (range(1, 13) if unknown else [month])}
        elif rule.name == "name_year_day" and day:
            parts.add((year, day))
        elif rule.name.startswith("name_day_month") and month and day:
            parts.add(tuple(sorted((month, day))))
    values = (national_ids or ()) if rule.name.endswith("_value") else (None,)
    return set(itertools.product(keys, parts, values))


@settings(max_examples=200, deadline=None)
@given(table, table)
def test_candidate_pairs_are_the_rows_that_share_a_key(left, right):
    """The join gives exactly the pairs of a double loop, each once, with the rules that found it."""
    found = candidate_pairs(_records(left), _records(right), RULES)
    expected = {}
    for (i, a), (j, b) in itertools.product(enumerate(left), enumerate(right)):
        bits = sum(
            1 << bit for bit, rule in enumerate(RULES) if _keys_by_hand(rule, *a) & _keys_by_hand(rule, *b)
        )
        if bits:
            expected[i, j] = bits
    assert (
        dict(
            zip(
                zip(found.left.tolist(), found.right.tolist(), strict=True), found.rules.tolist(), strict=True
            )
        )
        == expected
    )
    assert len(found) == len(expected)


@settings(max_examples=100, deadline=None)
@given(table, table)
def test_rows_with_a_key_are_blockable(left, right):
    """A row counts as blockable if any rule has a key for it."""
    found = candidate_pairs(_records(left), _records(right), RULES)
    assert found.blockable.tolist() == [any(_keys_by_hand(rule, *a) for rule in RULES) for a in left]


def _found_in_a_crowd(max_block):
    """Hold a person against three registered ones of the same names."""
    crowd = [(("hansen",), ("anna",), (19780409,), None)] * 3
    rules = [TwoNames("two_names", ("given_name",), ("family_name",))]
    return candidate_pairs(_records(crowd[:1]), _records(crowd), rules, max_block=max_block)


def test_blocks_that_are_too_large_are_cut_and_counted():
    """A key that more registered persons hold than the limit gives no pairs, and the loss is reported."""
    found = _found_in_a_crowd(max_block=2)
    assert len(found) == 0
    assert [(cut.rule, cut.blocks, cut.pairs) for cut in found.cut] == [("two_names", 1, 3)]


def test_blocks_at_the_limit_are_kept():
    """The limit itself is allowed."""
    found = _found_in_a_crowd(max_block=3)
    assert len(found) == 3
    assert found.cut == ()


def test_a_block_cut_in_one_rule_is_still_found_by_another():
    """What one rule loses, another may find."""
    crowd = [(("hansen",), ("anna",), (19780409,), None), (("hansen",), ("anna",), (19500101,), None)]
    rules = [TwoNames("two_names", ("given_name",), ("family_name",)), NameAndDate("name_year_month", NAMES)]
    found = candidate_pairs(_records(crowd[:1]), _records(crowd), rules, max_block=1)
    assert found.right.tolist() == [0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ((("kazlauskaitė",), ("rasa",), (19780409,)), (("kazlauskienė",), ("rasa",), (19780409,))),
        ((("petrauskienė",), ("rasa",), (19780409,)), (("kazlauskaitė",), ("rasa",), (19780409,))),  # married
        (
            (("щербакова",), ("юлия",), (19780904,)),
            (("shcherbakova",), ("julia",), (19780409,)),
        ),  # swapped date
        (
            (("rasa",), ("kazlauskienė",), (19780409,)),
            (("kazlauskienė",), ("rasa",), (19780409,)),
        ),  # swapped fields
        ((("ødegård",), ("åse",), None), (("odegaard",), ("aase",), (19780409,))),  # no date
        ((("müler",), ("hans",), (19780409,)), (("müller",), ("hans",), (19780409,))),  # a typing error
        ((("berg",), ("kari",), (19780000,)), (("berg",), ("kari",), (19780409,))),  # year only
        (
            (("berg",), ("kari",), (19680409,)),
            (("lie",), ("kari",), (19780409,)),
        ),  # married, and another year
    ],
)
def test_pairs_that_have_to_meet_do(left, right):
    """What the errors of names and dates leave in common is enough to be found."""
    found = candidate_pairs(_records([(*left, None)]), _records([(*right, None)]), RULES)
    assert len(found) == 1


def test_an_unknown_part_of_a_date_is_refused():
    """The parts that there are are named."""
    with pytest.raises(PluginError, match="year_month, year_day, day_month"):
        NameAndDate("x", NAMES, part="decade")


def test_there_have_to_be_rules():
    """No rules would mean no candidates, silently."""
    with pytest.raises(PluginError, match="1 to 31 rules"):
        candidate_pairs(_records([]), _records([]), [])


def test_a_rule_may_pair_rows_itself():
    """A rule that sees both tables takes part like any other."""

    class Everything:
        name = "all"
        columns = NAMES

        def pairs(self, left, right):
            grid = np.mgrid[0 : len(left), 0 : len(right)].reshape(2, -1)
            return Pairs(grid[0], grid[1])

    rows = [(("berg",), None, None, None), (("lie",), None, None, None)]
    found = candidate_pairs(_records(rows), _records(rows), [Everything()])
    assert list(zip(found.left.tolist(), found.right.tolist(), strict=True)) == [
        (0, 0),
        (0, 1),
        (1, 0),
        (1, 1),
    ]
    assert found.blockable.all()


def test_a_pair_of_one_table_may_be_told_either_way_round():
    """Later row first or last: each pair is there once."""
    table = _records([(("berg",), None, None, None)] * 3)
    for rows in ([0, 0], [1, 2]), ([1, 2], [0, 0]), ([0, 2, 1], [1, 0, 1]):
        pairs = each_once(candidate_pairs(table, table, [Told(Pairs(*map(np.array, rows)))]))
        assert (pairs.left.tolist(), pairs.right.tolist()) == ([0, 0], [1, 2])


@dataclass(frozen=True)
class Told:
    """A rule that gives what it is told."""

    found: object
    name: str = "told"
    columns: tuple[str, ...] = NAMES

    def pairs(self, *_):
        return self.found


@dataclass(frozen=True)
class ToldKeys:
    """A rule that gives what it is told as keys."""

    found: object
    name: str = "told"
    columns: tuple[str, ...] = NAMES

    def keys(self, records):
        return self.found if len(records) else Keys(np.zeros(0, np.int32), np.zeros(0, np.uint64))


SOME = np.array([0, 1], np.int32)
UNUSABLE = [
    Told(Pairs(SOME, SOME + 1)),
    Told(Pairs(SOME, SOME[:1])),
    Told(Pairs(SOME - 1, SOME)),
    Told(Pairs(SOME.astype(float), SOME)),
    Told((SOME, SOME)),
    ToldKeys(Keys(SOME + 1, SOME.astype(np.uint64))),
    ToldKeys(Keys(SOME - 1, SOME.astype(np.uint64))),
    ToldKeys(Keys(SOME, SOME.astype(np.int64))),
    ToldKeys(Keys(SOME, SOME[:1].astype(np.uint64))),
    ToldKeys(Keys(SOME, [1, 2])),
    ToldKeys((SOME, SOME.astype(np.uint64))),
]


@pytest.mark.parametrize("rule", UNUSABLE, ids=range(len(UNUSABLE)))
def test_what_a_rule_may_not_give_is_refused(rule):
    """Rows that are not there, of another number or type than the keys: in words, and not as other rows."""
    rows = [(("berg",), None, None, None), (("lie",), None, None, None)]
    with pytest.raises(PluginError, match="'told' has to return"):
        candidate_pairs(_records(rows), _records(rows), [rule])


@given(table, st.sampled_from([*RULES, *read_model("imi").blocking_rules]))
def test_a_record_alone_has_the_keys_that_it_has_among_others(rows, rule):
    """A single record's keys are made without the arrays of many."""
    records = _records(rows)
    together = rule.keys(records)
    for place in range(len(rows)):
        alone = rule.keys(records.slice(place, place + 1))
        assert not alone.rows.any()
        assert sorted(alone.keys.tolist()) == sorted(together.keys[together.rows == place].tolist())


@given(table, table, st.sampled_from([1, 3, 1_000]))
def test_a_row_alone_meets_whom_it_meets_among_others(left, right, max_block):
    """Blocks that are too large are cut off for it too."""
    left_records, right_records = _records(left), _records(right)
    together = candidate_pairs(left_records, right_records, RULES, max_block)
    for place in range(len(left)):
        alone = candidate_pairs(left_records.slice(place, place + 1), right_records, RULES, max_block)
        own = together.left == place
        assert alone.right.tolist() == together.right[own].tolist()
        assert alone.rules.tolist() == together.rules[own].tolist()
        assert (alone.blockable[0], alone.crowded[0]) == (together.blockable[place], together.crowded[place])


@given(st.lists(st.text(max_size=12), min_size=FEW + 1, max_size=FEW + 8))
def test_a_text_has_the_same_hash_alone(texts):
    """Looked up one by one, or worked out for many at once."""
    together = hashes(pa.array(texts, pa.string()))
    assert together.tolist() == [hashes(pa.array([text], pa.string()))[0] for text in texts]
