"""recordlinkage as the first outsider: its parts serve as stages, alone and beside the built-in ones."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
import recordlinkage as rl
from recordlinkage import compare
from recordlinkage import index as rl_index

import hpmatch as hp
from hpmatch.adapters.recordlinkage import Classifier, Feature, Index
from hpmatch.blocking.rules import NameAndDate
from hpmatch.comparison.dates import BirthDate
from hpmatch.comparison.distinct import compare_distinct
from hpmatch.comparison.names import FamilyName
from hpmatch.protocols import ComparisonVectors
from hpmatch.records import Column, Records
from hpmatch.standardise.stages import BirthDate as BirthDateColumn
from hpmatch.standardise.stages import PersonName, Sex
from hpmatch.testing import check_blocking_rule, check_classifier, check_comparison

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"
)

SAMPLE = Path(__file__).parents[2] / "examples" / "data"
STANDARDISERS = (PersonName("family_name"), PersonName("given_name"), BirthDateColumn(), Sex())
BLOCKS = (Index("birth_date", ("birth_date",), rl_index.Block("birth_date")),)
FEATURES = (
    Feature(
        "family_name",
        ("family_name",),
        compare.String("family_name", "family_name", method="jarowinkler"),
        (0.9,),
    ),
    Feature(
        "given_name",
        ("given_name",),
        compare.String("given_name", "given_name", method="jarowinkler"),
        (0.9,),
    ),
    Feature("sex", ("sex",), compare.Exact("sex", "sex")),
)
RULE = hp.DecisionRule(0.5, match=0.5, review=0.2)


def _evaluated(model):
    result = hp.link(SAMPLE / "alerts.csv", SAMPLE / "register.csv", model)
    return hp.evaluate(result, SAMPLE / "truth.csv")


def test_recordlinkage_alone_links_the_sample():
    """Its index, its compare features and its ECM classifier make a whole matcher."""
    model = hp.Model("recordlinkage", STANDARDISERS, BLOCKS, FEATURES, Classifier(rl.ECMClassifier()), RULE)
    found = _evaluated(model)
    assert found.precision > 0.9
    assert 0.5 < found.recall < 1  # exact dates only: wrong and missing ones cannot be found


def test_its_parts_and_the_built_in_ones_mix():
    """A blocking rule, a comparison and the classifier of either side work together."""
    rules = (*BLOCKS, NameAndDate("name_year_month", ("family_name", "given_name")))
    model = hp.Model(
        "mixed",
        STANDARDISERS,
        rules,
        (FamilyName(), FEATURES[1], BirthDate()),
        Classifier(rl.ECMClassifier()),
        RULE,
    )
    mixed = _evaluated(model)
    alone = _evaluated(
        hp.Model("alone", STANDARDISERS, BLOCKS, FEATURES, Classifier(rl.ECMClassifier()), RULE)
    )
    assert mixed.recall > alone.recall


def test_its_stages_keep_the_contract():
    """They pass what a third party's stages must."""
    check_blocking_rule(BLOCKS[0])
    check_comparison(FEATURES[0])
    # However few its rounds are: it learns anew from each of hundreds of tables.
    check_classifier(Classifier(rl.ECMClassifier(max_iter=1)), {"a": 2, "b": 2})


VECTORS = ComparisonVectors(
    ("a", "b"), np.array([[0, 0], [0, 1], [1, 1], [1, 1]], np.int8), np.full((4, 2), np.nan), (2, 2), (2, 2)
)


@pytest.mark.parametrize(
    ("classifier", "fit", "words"),
    [
        (rl.ECMClassifier(), False, "ECMClassifier gave no probabilities .*; fit it before"),
        (rl.NaiveBayesClassifier(), False, "NaiveBayesClassifier gave no probabilities .*; fit it before"),
        (rl.NaiveBayesClassifier(), True, "NaiveBayesClassifier could not be fitted .*fit=False"),
        (rl.SVMClassifier(), True, "SVMClassifier could not be fitted .*fit=False"),
        (rl.KMeansClassifier(), True, "KMeansClassifier gave no probabilities .*have none and cannot serve"),
    ],
)
def test_a_classifier_that_cannot_serve_says_what_to_do(classifier, fit, words):
    """One that is not fitted, needs labels or has no probabilities."""
    with pytest.raises(hp.PluginError, match=words):
        Classifier(classifier, fit).match_weights(VECTORS)


class Says:
    """Gives what it is told to, for three patterns."""

    def __init__(self, probabilities):
        self.probabilities = probabilities

    def prob(self, _):
        return self.probabilities


def test_what_is_no_probability_for_each_pair_is_refused():
    """It would be no match for everybody."""
    for wrong in ([0.5, np.nan, 0.5], [0.5, np.inf, 0.5], [0.5, 0.5], [[0.5, 0.5]] * 3):
        with pytest.raises(hp.PluginError, match="Says did not give one probability for each pair"):
            Classifier(Says(wrong), fit=False).match_weights(VECTORS)
    assert len(Classifier(Says([0.9, 0.5, 0.1]), fit=False).match_weights(VECTORS)) == 4


def test_what_is_no_classifier_is_refused_at_once():
    """By what it lacks."""
    with pytest.raises(hp.PluginError, match="str has no method prob"):
        Classifier("ECM", fit=False)
    with pytest.raises(hp.PluginError, match="Says has no method fit"):
        Classifier(Says([]))


@pytest.mark.parametrize(
    "labels", [("surname", "town"), ("town", "surname"), (["town", "surname"], ["town", "town"])]
)
def test_a_feature_of_a_column_that_is_not_given_is_refused_at_once(labels):
    """Not when the first pair is compared."""
    with pytest.raises(
        hp.PluginError, match=r"feature 'town' reads column 'surname'.* \(town\); name it there"
    ):
        Feature("town", ("town",), compare.String(*labels))


BY_SURNAME = rl.Index()
BY_SURNAME.block("surname")


@pytest.mark.parametrize(
    "index",
    [rl_index.Block("surname"), rl_index.Block(["town", "surname"]), BY_SURNAME],
    ids=["one", "two", "an indexer"],
)
def test_an_index_of_a_column_that_is_not_given_is_refused_at_once(index):
    """By the name that hpmatch has for it, such as family_name; not by an error of pandas when pairs are made."""
    with pytest.raises(hp.PluginError, match=r"index 'x' reads column 'surname'.* \(town\); name it there"):
        Index("x", ("town",), index)


def _levels(feature, kind, *pairs):
    tables = [
        Records(pa.array(map(str, range(len(pairs)))), {feature.columns[0]: Column.encode(list(cells), kind)})
        for cells in zip(*pairs, strict=True)
    ]
    rows = np.arange(len(pairs))
    return compare_distinct(feature, *tables, rows, rows).levels.tolist()


def test_numbers_and_days_are_given_to_the_features_that_want_them():
    """The columns hold text; what is no number, or a day told in part, is missing and not different."""
    income = Feature(
        "income", ("income",), compare.Numeric("income", "income", "linear", scale=100), (0.9, 0.5)
    )
    pairs = [("1000", "1000"), ("1000", "1080"), ("1000", "9000"), ("much", "1000"), ("1000", None)]
    assert _levels(income, pa.string(), *pairs) == [0, 1, 2, -1, -1]
    born = Feature("born", ("birth_date",), compare.Date("birth_date", "birth_date"), (1.0, 0.5))
    dates = [(19780409, 19780409), (19780409, 19780904), (19780409, 19800101), (19780000, 19780409)]
    assert _levels(born, pa.list_(pa.int32()), *[((a,), (b,)) for a, b in dates]) == [0, 1, 2, -1]


@pytest.mark.parametrize(
    "feature", [compare.Frequency(left_on="town"), compare.Frequency("town", "town")], ids=["one", "two"]
)
def test_a_feature_that_gives_other_than_a_number_a_pair_is_refused(feature):
    """By its name."""
    with pytest.raises(hp.PluginError, match=r"'town' \(Frequency\) did not give one number for each pair"):
        _levels(Feature("town", ("town",), feature), pa.string(), ("oslo", "oslo"), ("bergen", "oslo"))


@pytest.mark.parametrize(
    ("left", "right", "level"),
    [("oslo", "oslo", 0), ("bergen", "berge", 1), ("oslo", "kaunas", 2), (None, "oslo", -1)],
)
def test_similarities_are_cut_into_levels(left, right, level):
    """Each threshold is a level; a missing value is missing, not different."""
    feature = Feature("town", ("town",), compare.String("town", "town", method="jarowinkler"), (1.0, 0.9))
    tables = [
        Records(pa.array(["1"]), {"town": Column.encode([cell], pa.string())}) for cell in (left, right)
    ]
    assert compare_distinct(feature, *tables, np.array([0]), np.array([0])).levels.tolist() == [level]
    assert feature.levels == ("at_least_1", "at_least_0.9", "different")
