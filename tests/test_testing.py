"""The shipped checks notice every promise that a stage breaks."""

import itertools
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pytest

from hpmatch.protocols import Compared, ComparedOne, Keys, Pairs
from hpmatch.testing import check_blocking_rule, check_classifier, check_comparison, check_standardiser

_CALLS = itertools.count()


@dataclass(frozen=True)
class Good:
    """A comparison as a third party would write it."""

    name: str = "town"
    columns: tuple[str, ...] = ("town",)
    levels: tuple[str, ...] = ("same", "different")

    def compare(self, left, right):
        pairs = zip(left["town"].to_pylist(), right["town"].to_pylist(), strict=True)
        return Compared(np.array([int(a != b) for a, b in pairs], np.int8))


class OutOfRange(Good):
    def compare(self, left, right):
        return Compared(super().compare(left, right).levels * 3)


class Restless(Good):
    def compare(self, left, right):
        return Compared(np.full(len(left), next(_CALLS) % 2, np.int8))


class Lopsided(Good):
    def compare(self, left, right):
        pairs = zip(left["town"].to_pylist(), right["town"].to_pylist(), strict=True)
        return Compared(np.array([int(a < b) for a, b in pairs], np.int8))


class Truthful(Good):
    def compare(self, left, right):
        return Compared(super().compare(left, right).levels == 0)


class Listing(Good):
    def compare(self, left, right):
        return Compared(super().compare(left, right).levels.tolist())


class Trusting(Good):
    def compare(self, left, right):
        same = [a == b for a, b in zip(left["street"], right["street"], strict=True)]
        return Compared(np.where(same, super().compare(left, right).levels, 1).astype(np.int8))


class Unlike(Good):
    def compare(self, left, right):
        is_told = "street" in left and "street" in right
        return Compared(np.full(len(left), 0 if is_told else 1, np.int8))


class Neighbourly(Good):
    def compare(self, left, right):
        return Compared(np.full(len(left), len(left) % 2, np.int8))


class GoodWithOne(Good):
    def compare_one(self, left, right):
        return (ComparedOne(int(left["town"] != right["town"])),)


class Divided(GoodWithOne):
    def compare_one(self, left, right):
        return (ComparedOne(int(left["town"] == right["town"])),)


class WithoutOne(GoodWithOne):
    def compare_one(self, left, right):
        return ()


class OneOutOfRange(GoodWithOne):
    def compare_one(self, left, right):
        return (ComparedOne(2),)


@pytest.mark.parametrize("comparison", [Good(), GoodWithOne(), Listing()])
def test_a_good_comparison_passes(comparison):
    """Two lines prove a matcher."""
    check_comparison(comparison)


@pytest.mark.parametrize(
    ("comparison", "promise"),
    [
        (object(), "needs name, columns"),
        (Good(levels=()), "1 to 127 levels"),
        (Good(levels=("a", "a")), "distinct"),
        (Good(columns=()), "columns that it reads"),
        (OutOfRange(), "levels between -1 and 1"),
        (Restless(), "two answers"),
        (Truthful(), "as whole numbers"),
        (Trusting(columns=("town", "street")), "'(town|street)', which a table lacks"),
        (Unlike(columns=("town", "street")), "to count as one without a value"),
        (Lopsided(), "exchanging the sides"),
        (Neighbourly(), "other pairs"),
        (Divided(), "the tables of one record"),
        (WithoutOne(), "one thing for each of its parts"),
        (OneOutOfRange(), "a level between -1 and 1"),
    ],
)
def test_a_comparison_that_breaks_a_promise_is_caught(comparison, promise):
    """The message says which promise it is."""
    with pytest.raises((AssertionError, ValueError), match=promise):
        check_comparison(comparison)


def test_a_lopsided_comparison_may_say_so():
    """Symmetry is asked for unless the caller says otherwise."""
    check_comparison(Lopsided(), symmetric=False)


@dataclass(frozen=True)
class GoodRule:
    """A blocking rule: the town."""

    name: str = "town"
    columns: tuple[str, ...] = ("town",)

    def keys(self, records):
        towns = records["town"].to_pylist() if "town" in records else []
        rows = [row for row, town in enumerate(towns) if town is not None]
        return Keys(np.array(rows, np.int32), np.array([len(towns[row]) for row in rows], np.uint64))


class FarRule(GoodRule):
    def keys(self, records):
        rows, keys = super().keys(records)
        return Keys(rows + len(records), keys)


class SignedRule(GoodRule):
    def keys(self, records):
        rows, keys = super().keys(records)
        return Keys(rows, keys.astype(np.int64))


class CrowdRule(GoodRule):
    def keys(self, records):
        rows, _ = super().keys(records)
        return Keys(rows, np.arange(len(rows)).astype(np.uint64))


class CountingRule(GoodRule):
    def keys(self, records):
        rows, _ = super().keys(records)
        return Keys(rows, np.full(len(rows), len(records), np.uint64))


class BareRule(GoodRule):
    def keys(self, records):
        return tuple(super().keys(records))


class TrustingRule(GoodRule):
    def keys(self, records):
        return Keys.of_texts(range(len(records)), [town or "" for town in records["town"]])


class FarPairs:
    name, columns = "far", ("town",)

    def pairs(self, left, right):
        return Pairs(np.array([len(left)]), np.array([0]))


@pytest.mark.parametrize(
    ("rule", "promise"),
    [
        (object(), "needs name"),
        (FarRule(), "rows of the table"),
        (SignedRule(), "uint64"),
        (BareRule(), "return Keys"),
        (FarPairs(), "return Pairs"),
        (CrowdRule(), "order|other records"),
        (CountingRule(), "other records"),
        (TrustingRule(), "'town', which a table lacks"),
    ],
)
def test_a_rule_that_breaks_a_promise_is_caught(rule, promise):
    """The message says which promise it is."""
    check_blocking_rule(GoodRule())
    with pytest.raises(AssertionError, match=promise):
        check_blocking_rule(rule)


class GoodClassifier:
    """Counts agreements."""

    def match_weights(self, vectors):
        return (vectors.levels == 0).sum(axis=1).astype(float)


class Endless(GoodClassifier):
    def match_weights(self, vectors):
        return super().match_weights(vectors) + np.inf


class Affirming(GoodClassifier):
    def match_weights(self, vectors):
        return super().match_weights(vectors) > 0


class Summing(GoodClassifier):
    def partial_weights(self, vectors):
        return self.match_weights(vectors)


class Ranked(GoodClassifier):
    def match_weights(self, vectors):
        return super().match_weights(vectors) + np.arange(len(vectors.levels))


@pytest.mark.parametrize(
    ("classifier", "promise"),
    [
        (object(), "match_weights"),
        (Endless(), "finite"),
        (Affirming(), "finite number"),
        (Summing(), "a row a pair .* a number a comparison"),
        (Ranked(), "order of the pairs"),
    ],
)
def test_a_classifier_that_breaks_a_promise_is_caught(classifier, promise):
    """The message says which promise it is."""
    check_classifier(GoodClassifier(), {"a": 2, "b": 3})
    with pytest.raises(AssertionError, match=promise):
        check_classifier(classifier, {"a": 2, "b": 3})


@dataclass(frozen=True)
class GoodStandardiser:
    """Text in upper case."""

    column: str = "town"
    roles: tuple[str, ...] = ("town",)
    kind = pa.string()

    def standardise(self, *texts):
        return [text.upper() for text in texts[0]]


class Forgetful(GoodStandardiser):
    def standardise(self, *texts):
        return super().standardise(*texts)[1:]


class Streaming(GoodStandardiser):
    def standardise(self, *texts):
        return (text for text in super().standardise(*texts))


class Spelling(GoodStandardiser):
    kind = pa.list_(pa.string())


class Listed(Spelling):
    def standardise(self, *texts):
        return [[text] for text in super().standardise(*texts)]


class Crowded(GoodStandardiser):
    def standardise(self, *texts):
        return [str(len(texts[0]))] * len(texts[0])


class Numbering(GoodStandardiser):
    def standardise(self, *texts):
        return [str(place) for place, _ in enumerate(texts[0])]


@pytest.mark.parametrize(
    ("standardiser", "promise"),
    [
        (object(), "needs column"),
        (Forgetful(), "one value for each"),
        (Streaming(), "gave a generator for"),
        (Spelling(), "gave a value that is no list"),
        (Listed(), "a list is given as a tuple"),
        (Numbering(), "order"),
        (Crowded(), "other cells"),
    ],
)
def test_a_standardiser_that_breaks_a_promise_is_caught(standardiser, promise):
    """The message says which promise it is."""
    check_standardiser(GoodStandardiser())
    with pytest.raises(AssertionError, match=promise):
        check_standardiser(standardiser)
