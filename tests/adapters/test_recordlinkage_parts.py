"""The other way round: hpmatch's stages inside a pipeline of the real recordlinkage."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import polars as pl
import pytest
import recordlinkage as rl
from recordlinkage import compare as rl_compare
from recordlinkage import index as rl_index

import hpmatch as hp
from hpmatch.adapters.recordlinkage import ComparisonFeature, ModelClassifier, RuleIndex
from hpmatch.assembly import assemble
from hpmatch.blocking.rules import SameValue
from hpmatch.comparison.text import Text
from hpmatch.schema import Layout
from hpmatch.standardise.stages import BirthDate, PlainText

pytestmark = pytest.mark.filterwarnings(
    "ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::UserWarning"
)

SAMPLE = Path(__file__).parents[2] / "examples" / "data"
# Each alert by itself, as pairs are.
MODEL = replace(hp.read_model("imi"), grouping=None)


@pytest.fixture(scope="module")
def frames():
    return (
        pd.read_csv(SAMPLE / "alerts.csv", dtype=str).set_index("alert_id"),
        pd.read_csv(SAMPLE / "register.csv", dtype=str).set_index("hpr_number"),
    )


@pytest.fixture(scope="module")
def pairs(frames):
    indexer = rl.Index()
    indexer.add(RuleIndex(MODEL.blocking_rules, MODEL.standardisers, max_block=MODEL.max_block))
    return indexer.index(*frames)


def _features(left, right, **options):
    return [
        ComparisonFeature(each, MODEL.standardisers, list(left), list(right), register=right, **options)
        for each in MODEL.comparisons
    ]


@pytest.fixture(scope="module")
def levels(frames, pairs):
    return rl.Compare(features=_features(*frames)).compute(pairs, *frames)


@pytest.fixture(scope="module")
def own(frames):
    return (
        hp.link(*(frame.reset_index() for frame in frames), MODEL, min_weight=-500.0)
        .to_pandas()
        .set_index(["alert_id", "hpr_number"])
    )


def test_the_index_finds_the_pairs_of_hpmatch(pairs, own):
    """The same candidates, by the labels of the frames."""
    assert pairs.names == ["alert_id", "hpr_number"]
    assert set(pairs) == set(own.index)
    assert len(pairs) == len(own) > 200


def test_the_index_of_a_trained_model_finds_its_pairs_with_its_largest_block():
    """As the docstring says: rules do not know it, and by default finds what a model that says none does."""
    model = assemble([Layout("no", {}, {"town": "text", "dob": "date"})])
    frame = pd.DataFrame(
        {"town": ["moss"] * 101 + ["oslo"] * 100, "dob": ""}, index=[str(row) for row in range(201)]
    )
    found = {
        size: set(RuleIndex(model.blocking_rules, model.standardisers, **options).index(frame))
        for size, options in (("default", {}), ("own", {"max_block": model.max_block}))
    }
    pairs = hp.dedupe(frame.rename_axis("no").reset_index(), model, min_weight=-1000).pairs
    assert {frozenset(pair) for pair in found["own"]} == {
        frozenset(ids) for ids in zip(*(pairs.column(side).to_pylist() for side in (0, 1)), strict=True)
    }
    assert (len(found["own"]), len(found["default"])) == (100 * 99 // 2, 101 * 100 // 2 + 100 * 99 // 2)


def test_the_features_find_the_levels_of_hpmatch(levels, own):
    """Each comparison's levels, missing ones too."""
    for part in MODEL.parts:
        found = levels[part.name].map(
            lambda level, part=part: None if np.isnan(level) else part.levels[int(level)]
        )
        expected = own.loc[levels.index, part.name]
        assert found.isna().eq(expected.isna()).all(), part.name
        assert found.dropna().eq(expected.dropna()).all(), part.name


def test_the_classifier_weighs_and_decides_as_hpmatch(frames, levels, own):
    """The same weights, probabilities and matches, to the last digits."""
    classifier = ModelClassifier(MODEL, len(frames[1]))
    own = own.loc[levels.index]
    np.testing.assert_allclose(classifier.weights(levels), own["match_weight"], atol=1e-9)
    np.testing.assert_allclose(classifier.prob(levels), own["match_probability"], atol=1e-9)
    assert set(classifier.predict(levels)) == set(own.index[own["decision"] == "match"]) != set()


def test_a_pair_of_which_nothing_is_told_leaves_the_others_as_they_were(frames, levels):
    """As where frames of features are put together: no weight becomes NaN."""
    classifier, some = ModelClassifier(MODEL, len(frames[1])), levels.iloc[:20]
    more = pd.concat([some, pd.DataFrame(np.nan, levels.index[20:21], levels.columns)])
    found = np.asarray(classifier.weights(more))
    np.testing.assert_allclose(found[:20], classifier.weights(some))
    assert np.isfinite(found[20])


@pytest.mark.parametrize("labelled", [True, False])
def test_a_fitted_classifier_finds_the_true_pairs(frames, levels, labelled):
    """Learnt from labels or without, on the sample whose truth is known."""
    truth = pd.read_csv(SAMPLE / "truth.csv", dtype=str).dropna(subset="hpr_number")
    true = levels.index.intersection(pd.MultiIndex.from_frame(truth[["alert_id", "hpr_number"]]))
    classifier = ModelClassifier(MODEL, len(frames[1]))
    found = classifier.fit_predict(levels, true if labelled else None)
    assert isinstance(found, pd.MultiIndex)
    assert rl.precision(true, found) > 0.9
    assert rl.recall(true, found) > 0.8
    assert classifier.classifier != MODEL.classifier


def test_hpmatch_features_serve_recordlinkage_classifiers(frames, pairs):
    """As numbers from 0 to 1 beside its own features; ECM learns from both."""
    features = [
        *_features(*frames, similarity=True),
        rl_compare.String("given_name", "given_name", method="jarowinkler", label="by_recordlinkage"),
    ]
    found = rl.Compare(features=features).compute(pairs, *frames)
    assert list(found) == [*(part.name for part in MODEL.parts), "by_recordlinkage"]
    assert found.to_numpy().min() >= 0
    assert found.to_numpy().max() <= 1
    assert isinstance(rl.ECMClassifier(binarize=0.7).fit_predict(found), pd.MultiIndex)


TOWN = Text("town", "town")
STAGES = (PlainText("town"), BirthDate("dob"))


@pytest.mark.parametrize(
    "index",
    [
        [10, 20, 30, 40],
        ["d", "c", "b", "a"],
        pd.to_datetime(["2001-01-04", "2001-01-03", "2001-01-02", "2001-01-01"]),
    ],
    ids=["numbers", "texts", "days"],
)
@pytest.mark.parametrize("kind", [object, "string", "category"])
def test_any_unique_index_and_any_missing_value_will_do(index, kind):
    """Whatever pandas calls missing is missing; labels come back as they went in."""
    frame = pd.DataFrame({"town": pd.array(["Oslo", None, "OSLO", "Bergen"], dtype=object)}, index=index)
    frame["town"] = frame["town"].astype(kind)
    indexer = RuleIndex([SameValue("town", "town")], STAGES)
    assert indexer.index(frame).tolist() == [(frame.index[2], frame.index[0])]
    assert indexer.index(frame, frame.iloc[:1]).tolist() == [
        (frame.index[0],) * 2,
        (frame.index[2], frame.index[0]),
    ]
    every = rl_index.Full().index(frame)
    found = rl.Compare([ComparisonFeature(TOWN, STAGES, ["town"])]).compute(every, frame)
    assert found.index.equals(every)
    wanted = {frozenset((0, 2)): 0.0, frozenset((0, 3)): 3.0, frozenset((2, 3)): 3.0}
    for (a, b), level in found["town"].items():
        place = frozenset(map(frame.index.get_loc, (a, b)))
        assert level == wanted[place] if place in wanted else np.isnan(level)


@pytest.mark.parametrize(
    "cells",
    [
        pd.to_datetime(["1978-04-09", "1978-04-09", None]),
        [date(1978, 4, 9), "1978-04-09", None],
        pd.array([19780409, 19780409, None], "Int64"),
        [19780409.0, 19780409.0, np.nan],
        [19780409, "1978-04-09", np.nan],
        [pd.Timestamp("1978-04-09"), pd.Timestamp("1978-04-09"), pd.NaT],
    ],
    ids=["timestamps", "dates and text", "nullable", "floats", "numbers and text", "objects"],
)
def test_any_column_will_do(cells):
    """Dates as pandas may hold them."""
    frame = pd.DataFrame({"dob": cells})
    assert RuleIndex([SameValue("dob", "dob")], STAGES).index(frame).tolist() == [(1, 0)]


def test_duplicates_are_found_as_hpmatch_finds_them(frames):
    """In one frame each pair once, the later record first as recordlinkage has it."""
    register = frames[1].iloc[:300]
    again = register.iloc[:40].rename(index=lambda number: f"x{number}")
    frame = pd.concat([register, again])
    pairs = rl.Index([RuleIndex(MODEL.blocking_rules, MODEL.standardisers)]).index(frame)
    found = rl.Compare(features=_features(frame, frame)).compute(pairs, frame)
    matches = ModelClassifier(MODEL, len(frame), duplicates=True).predict(found)
    own = hp.dedupe(frame.reset_index(names="rec"), MODEL, id="rec", min_weight=-500.0).pairs
    assert {frozenset(pair) for pair in pairs} == {
        frozenset(pair)
        for pair in zip(own["rec_left"].to_pylist(), own["rec_right"].to_pylist(), strict=True)
    }
    assert {frozenset((number, f"x{number}")) for number in register.index[:40]} <= {
        frozenset(pair) for pair in matches
    }
    assert all(frame.index.get_loc(a) > frame.index.get_loc(b) for a, b in pairs)


def test_a_feature_by_itself_computes_as_in_a_pipeline(frames, pairs):
    """``compute`` gives what ``recordlinkage.Compare`` gives."""
    some = pairs[:50]
    feature = _features(*frames)[0]
    alone = feature.compute(some, *frames)
    pd.testing.assert_frame_equal(alone, rl.Compare([feature]).compute(some, *frames))


def test_pairs_beyond_the_register_are_refused(frames, pairs):
    """A register that is not whole would count too little."""
    alerts, register = frames
    feature = ComparisonFeature(
        MODEL.comparisons[0], MODEL.standardisers, list(alerts), list(register), register=register.iloc[:10]
    )
    with pytest.raises(hp.HpmatchError, match="not in the register"):
        feature.compute(pairs, alerts, register)


def test_a_model_whose_comparison_was_not_made_is_told_so(levels):
    """The message names the column."""
    with pytest.raises(hp.ModelError, match="'sex'"):
        ModelClassifier(MODEL, 100).predict(levels.drop(columns="sex"))


TOWNS = pd.DataFrame({"town": ["Oslo", "Oslo"]}, index=["x", "y"])
PAIR = pd.MultiIndex.from_tuples([("y", "x")])


@pytest.mark.parametrize(
    ("frame", "words"),
    [
        (TOWNS.set_axis([1, 1]), "index of a frame is not unique"),
        (TOWNS.set_axis(["x", None]), "missing label"),
        (TOWNS.set_axis(pd.MultiIndex.from_tuples([(1, 2), (1, 3)])), "several levels"),
        (pd.concat([TOWNS, TOWNS], axis=1), "two columns of a frame have one name"),
        (TOWNS.assign(**{"1": "a"}).assign(more="b").rename(columns={"more": 1}), "two columns of a frame"),
        (pl.from_pandas(TOWNS), r"a polars DataFrame cannot .*; give a pandas DataFrame \(to_pandas\)"),
        (TOWNS["town"], "a pandas Series cannot take part"),
    ],
)
def test_frames_whose_records_or_columns_cannot_be_told_apart_are_refused(frame, words):
    """To index, as the register, and to compare."""
    index = RuleIndex([SameValue("town", "town")], STAGES)
    feature = ComparisonFeature(TOWN, STAGES, ["town"])
    for run in (
        lambda: index.index(frame),
        lambda: index.index((TOWNS, frame)),
        lambda: index.index(TOWNS, frame),
        lambda: ComparisonFeature(TOWN, STAGES, ["town"], register=frame),
        lambda: feature.compute(PAIR, frame),
        lambda: feature.compute(PAIR, TOWNS, frame),
    ):
        with pytest.raises(hp.HpmatchError, match=words):
            run()
    assert feature.compute(PAIR, TOWNS)["town"].tolist() == [0.0]


def test_how_many_are_registered_has_to_be_a_number():
    """None at all would weigh infinitely."""
    for wrong in (0, -5, float("nan"), float("inf"), "300"):
        with pytest.raises(hp.HpmatchError, match=r"such as len\(register\)"):
            ModelClassifier(MODEL, wrong)


@pytest.mark.parametrize("wrong", [99, -1, 0.5])
def test_what_is_no_level_is_refused(levels, wrong):
    """A similarity, or a level of another model."""
    spoilt = levels.iloc[:5].copy()
    spoilt.iloc[2, list(spoilt).index("sex")] = wrong
    with pytest.raises(hp.ModelError, match="column 'sex' holds what is no level"):
        ModelClassifier(MODEL, 100).weights(spoilt)


def test_frames_without_a_pair_give_empty_frames():
    """No pair is no error."""
    frame = pd.DataFrame({"town": ["Oslo", "Bergen"]})
    pairs = RuleIndex([SameValue("town", "town")], STAGES).index(frame)
    assert len(pairs) == 0
    assert len(rl.Compare([ComparisonFeature(TOWN, STAGES, ["town"])]).compute(pairs, frame)) == 0


def test_a_comparison_whose_columns_are_not_there_is_missing(frames, pairs):
    """A frame need not hold everything that a model can compare."""
    text = Text("shoe_size", "shoe_size")
    feature = ComparisonFeature(text, [PlainText("shoe_size")], *map(list, frames))
    for found in (feature.compute(pairs, *frames), rl.Compare([feature]).compute(pairs, *frames)):
        assert found["shoe_size"].isna().all()
        assert len(found) == len(pairs)


def test_columns_that_nobody_knows_are_refused():
    """All would be missing in silence; a frame that lacks what one comparison reads is none of these."""
    with pytest.raises(hp.SchemaError, match="none of the columns a, b is known"):
        ComparisonFeature(TOWN, STAGES, ["a", "b"])
    with pytest.raises(hp.SchemaError, match="none of the columns a is known"):
        ComparisonFeature(TOWN, STAGES, ["town"], ["a"])
    assert ComparisonFeature(TOWN, STAGES, ["family_name"]).labels_left == []
