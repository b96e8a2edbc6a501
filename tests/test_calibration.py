"""Probabilities that mean what they say."""

import json
from dataclasses import replace
from itertools import pairwise, product

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

import hpmatch as hp
from hpmatch import calibration
from hpmatch.calibration.fit import Known, PairWeights, fit
from hpmatch.cli import main
from hpmatch.evaluation.measures import wilson_interval
from hpmatch.evaluation.reliability import expected_calibration_error, reliability
from hpmatch.fellegi_sunter import FellegiSunter, Level, LookAlike
from hpmatch.model import read_model
from hpmatch.sources import read

TRUTH = {
    row["alert_id"]: row["hpr_number"]
    for row in read("examples/data/truth.csv", "truth").data.select(["alert_id", "hpr_number"]).to_pylist()
}
SAMPLE = [f"examples/data/{name}.csv" for name in ("alerts", "register")]


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40))
def test_the_calibration_error_against_a_slow_sum(pairs):
    """Bins of any width; every pair counts once."""
    edges = (0.0, 0.2, 0.5, 1.0)
    said, so = zip(*pairs, strict=True)
    slow = 0.0
    for low, high in pairwise(edges):
        inside = [(p, t) for p, t in pairs if low <= p < high or (high == 1 and p == 1)]
        slow += abs(sum(p for p, _ in inside) - sum(t for _, t in inside))
    assert expected_calibration_error(said, so, edges) == pytest.approx(slow / len(pairs), abs=1e-12)
    table = reliability(said, so, edges)
    assert sum(table["count"].to_pylist()) == len(pairs)
    for row in table.to_pylist():
        assert row["share_low"] <= row["share"] <= row["share_high"]
        assert row["low"] <= row["mean_probability"] <= row["high"]


def test_a_prepared_register_has_its_own_model_calibrated():
    """It was prepared with a model, which is the one that the answers were given by."""
    own = replace(read_model("imi"), name="own")
    found = hp.calibrate(SAMPLE[0], hp.Register.prepare(SAMPLE[1], own), "examples/data/truth.csv")
    assert found.model.name == "own"


@pytest.mark.parametrize(
    ("said", "so"),
    [([], []), ([0.5], [True, False]), ([1.5], [True]), ([0.5], [2]), ([float("nan")], [True])],
)
def test_what_is_no_probability_is_an_error(said, so):
    """It says what is wanted."""
    with pytest.raises(hp.HpmatchError, match="calibration needs"):
        expected_calibration_error(said, so)


def test_wilson_by_hand():
    """The worked example of Newcombe 1998: 81 of 263, 0.2553 to 0.3662."""
    low, high = wilson_interval([81], [263])
    assert (round(float(low[0]), 4), round(float(high[0]), 4)) == (0.2553, 0.3662)


def test_slopes_scale_weights_and_their_adjustments():
    """By comparison; the sum of partial weights stays the match weight; through the file."""
    model = read_model("imi")
    scaled = replace(model, classifier=FellegiSunter(model.classifier.levels, {"family_name": 0.5}))
    result, other = (hp.link(*SAMPLE, each) for each in (model, scaled))
    before, after = (
        {hit.hpr_number: hit for hit in each.explain("A000004").candidates} for each in (result, other)
    )
    (number,) = set(before) & set(after)
    halves = zip(before[number].evidence, after[number].evidence, strict=True)
    for one, half in halves:
        assert half.weight == pytest.approx(one.weight * (0.5 if one.comparison == "family_name" else 1.0))
    summed = after[number].prior_weight + sum(each.weight for each in after[number].evidence)
    assert after[number].match_weight == pytest.approx(summed)
    assert FellegiSunter.from_json(json.loads(json.dumps(scaled.classifier.to_json()))) == scaled.classifier


@pytest.mark.parametrize("slopes", [{"nonsense": 1.0}, {"family_name": 0.0}, {"family_name": float("inf")}])
def test_slopes_that_cannot_be(slopes):
    """An unknown comparison, and a slope that is none."""
    with pytest.raises(hp.ModelError, match="slope"):
        FellegiSunter(read_model("imi").classifier.levels, slopes)


def test_a_distorted_model_is_put_right(tables):
    """One whose names count double and whose prior is far too high comes back to about what it was."""
    model = read_model("imi")
    slopes = {"family_name": 2.0, "given_name": 2.0}
    wrong = replace(model, classifier=FellegiSunter(model.classifier.levels, slopes)).with_decision(
        registered_share=0.95
    )
    found = hp.calibrate(*tables, wrong)
    assert found.alerts > 500
    assert found.matches > 250
    assert found.error < 0.5 * found.error_before
    assert found.error < 0.03
    assert found.shift < -1
    assert found.slopes["family_name"] < 1.5
    again = hp.calibrate(*tables, found.model)
    assert abs(again.shift) < abs(found.shift) / 2


def world(alerts: int, rate: float) -> tuple[PairWeights, Known]:
    """
    Alerts against 10,000 persons, half of the alerts registered, with namesakes at a rate; every pair that could matter.

    Names are common or rare: chance has many of the common ones, and look-alikes as many of each. What ``town`` finds is told twice.
    """
    rng = np.random.default_rng(7)
    names = ("name", "date", "sex", "town", "same_town")
    levels = {name: (Level("same", 0.9, 0.1), Level("different", 0.1, 0.9)) for name in names}
    classifier = FellegiSunter(levels, look_alikes=(LookAlike("namesake", 0.02, ("name", "sex")),))
    m, u = np.array([0.9, 0.95, 0.98, 0.8]), np.array([0.0, 0.001, 0.5, 0.05])
    likely = np.array([pattern for pattern in product([True, False], repeat=4) if pattern[0] or pattern[1]])
    weights, alert, is_match = [], [], []
    for number in range(alerts):
        u[0] = 10 ** -rng.uniform(2, 7)
        person = rng.random((number % 2, 4)) < m
        alike = rng.random((rng.poisson(rate), 4)) < np.where([True, False, True, False], m, u)
        chance = np.repeat(likely, rng.poisson(10_000 * np.where(likely, u, 1 - u).prod(1)), axis=0)
        agrees = np.concatenate([person, alike, chance])
        blocked = agrees[:, 0] | agrees[:, 1]
        weights.append(np.where(agrees, np.log2(m / u), np.log2((1 - m) / (1 - u)))[blocked])
        alert += [number] * blocked.sum()
        is_match += (np.arange(len(agrees)) < len(person))[blocked].tolist()
    told = np.concatenate(weights)[:, [0, 1, 2, 3, 3]]
    known = Known(
        np.arange(len(told)),
        np.array(alert),
        alerts,
        np.ones(alerts),
        np.array(alert) % 5,
        np.array(is_match, float),
    )
    alike = classifier.alike_weights(told, np.zeros(told.shape, np.int8), names)
    return PairWeights(told, alike, [0.02 / 10_000], names, float(np.log2(1 / 10_000))), known


def test_the_rate_of_look_alikes_is_found_again():
    """From a tenth of it; and the slopes of what was told twice add up to one."""
    evidence, known = world(alerts=6_000, rate=0.2)
    slopes, shift, raised = evidence.parted(fit(evidence, known))
    assert np.log2(10) - 1 < raised[0] < np.log2(10) + 1
    assert slopes[:3] == pytest.approx(1, abs=0.15)
    assert slopes[3] + slopes[4] == pytest.approx(1, abs=0.15)
    assert shift == pytest.approx(0, abs=1)


@pytest.mark.parametrize("has_own_levels", [False, True])
def test_the_fit_stands_on_a_top(has_own_levels):
    """A step in any direction makes the answers, with what is known of models, less likely."""
    evidence, known = world(alerts=400, rate=0.3)
    if has_own_levels:  # the date tells against look-alikes, less than against chance
        alike = [{**each, 1: evidence.weights[:, 1] / 2} for each in evidence.alike]
        evidence = replace(evidence, alike=alike, rates=[100 * rate for rate in evidence.rates])
    fitted = fit(evidence, known)

    def height(point):
        total = evidence.totals(point)[0]
        each = sum(
            total[place] * np.log(2) - np.log(1 + (2 ** total[known.alert == known.alert[place]]).sum())
            for place in np.flatnonzero(known.is_match)
        )
        empty = set(range(known.alerts)) - set(known.alert[known.is_match > 0])
        each -= sum(np.log(1 + (2 ** total[known.alert == number]).sum()) for number in empty)
        return each - (((point - evidence.plain) / evidence.spread) ** 2).sum() / 2

    top = height(fitted)
    for place in range(len(fitted)):
        for step in (-0.02, 0.02):
            beside = fitted.copy()
            beside[place] += step
            assert height(beside) < top


def test_learned_rates_go_with_the_model(tables, tmp_path):
    """Into its file, and into what it says of pairs."""
    found = hp.calibrate(*tables)
    found.model.save(tmp_path / "model.json")
    kept = read_model(tmp_path / "model.json").classifier.look_alikes
    assert {each.name: each.rate for each in kept} == found.look_alikes
    assert found.look_alikes.keys() == {each.name for each in read_model("imi").classifier.look_alikes}
    assert all("learned from" in each.source for each in kept)
    for name, rate in found.look_alikes.items():
        assert f"{name}s each alert" in str(found)
        assert f"{rate:.4f}" in str(found)


def test_labels_calibrate_as_the_truth_does(tables, all_labels):
    """All candidate pairs labelled is the truth; and the order of labels does not matter."""
    by_truth, *by_labels = (
        hp.calibrate(*tables[:2], each) for each in (tables[2], all_labels, all_labels[::-1])
    )
    assert by_labels[0].slopes == by_labels[1].slopes
    assert by_labels[0].slopes == pytest.approx(by_truth.slopes, rel=1e-6)
    assert by_labels[0].shift == pytest.approx(by_truth.shift, abs=1e-6)


def test_errors_before_and_after_are_over_the_same_pairs():
    """A pair that calibrating makes likely counts before, too: (0.005 + 0.1) / 2 before, (0.02 + 0.1) / 2 after."""
    nothing = np.zeros(3)
    known = Known(np.arange(3), np.arange(3), 3, np.ones(3), np.zeros(3, int), np.array([0.0, 1.0, 0.0]))
    before, after = np.array([0.005, 0.9, 0.001]), np.array([0.02, 0.9, 0.002])
    assert calibration._errors(before, after, known) == pytest.approx((0.0525, 0.06))
    assert calibration._errors(nothing, nothing, known) == (0.0, 0.0)


@pytest.mark.parametrize(
    ("before", "after", "worse"), [(0.01, 0.02, True), (0.01, 0.01, False), (0.02, 0.01, False)]
)
def test_it_is_said_if_calibrating_made_it_worse(before, after, worse):
    """With what to do."""
    found = calibration.Calibration(read_model("imi"), {}, 0.0, {}, 60, 30, before, after)
    assert ("made it worse: keep the model as it was" in str(found)) == worse


def test_labels_of_other_tables_are_told_as_such():
    """More of them would not help."""
    labels = [{"left_id": f"Z{place}", "right_id": "1", "label": "match"} for place in range(60)]
    with pytest.raises(hp.HpmatchError, match="none of the 60 labelled pairs"):
        hp.calibrate(*SAMPLE, labels)


def test_too_few_answers_are_an_error():
    """It says how many are needed."""
    few = [{"alert_id": alert, "hpr_number": person} for alert, person in list(TRUTH.items())[:10]]
    with pytest.raises(hp.HpmatchError, match="label more"):
        hp.calibrate(*SAMPLE, few)


def test_a_truth_of_other_numbers_is_refused(tables):
    """Half of them of another register would count as not registered; what stands for nothing is nobody."""
    rows = read(tables[2], "truth").data.to_pylist()
    others = [
        {**row, "hpr_number": row["hpr_number"] and f"{row['hpr_number']}{'9' * (place % 2)}"}
        for place, row in enumerate(rows)
    ]
    with pytest.raises(hp.HpmatchError, match="not in the register; are the numbers written alike"):
        hp.calibrate(*tables[:2], others)
    said = [{**row, "hpr_number": str(row["hpr_number"])} for row in rows]
    assert "None" in {row["hpr_number"] for row in said}
    assert hp.calibrate(*tables[:2], said).slopes == hp.calibrate(*tables[:2], rows).slopes


TRUTHS = {
    "written as a decimal": (
        lambda person, _: f"{person}.0",
        "{known} of the {persons} .* written otherwise",
    ),
    "zeros in front": (lambda person, _: f"0{person}", "{known} of the {persons} .* written otherwise"),
    "blanks between": (
        lambda person, _: f"{person[:3]} {person[3:]}",
        "{known} of the {persons} .* written otherwise",
    ),
    "one of them": (
        lambda person, place: f"{person}.0" if place == 0 else person,
        "1 of the {persons} .* written otherwise",
    ),
    "of another register": (lambda person, _: f"{person}9", "none of the {persons} persons"),
    "alerts of another person": (None, "alert_id more than once"),
}
USES = {
    "evaluate": lambda tables, linked, truth: hp.evaluate(linked, truth, replicates=0),
    "thresholds": lambda tables, linked, truth: hp.thresholds(
        linked, cost_miss=10, cost_false=10, cost_review=1, truth=truth
    ),
    "calibrate": lambda tables, linked, truth: hp.calibrate(*tables[:2], truth),
}


@pytest.mark.parametrize("use", USES)
@pytest.mark.parametrize("truth", TRUTHS)
def test_a_truth_that_cannot_be_meant_is_refused(tables, linked, truth, use):
    """Whatever it is used for: numbers written otherwise would count as missed persons, and of two answers one is wrong."""
    written, message = TRUTHS[truth]
    rows = read(tables[2], "truth").data.to_pylist()
    hits = [row for row in rows if row["hpr_number"]]
    matched = set(linked.persons["hpr_number"].to_pylist()) & {row["hpr_number"] for row in hits}
    if written is None:
        wrong = [*rows, {**hits[0], "hpr_number": hits[1]["hpr_number"]}]
    else:
        order = sorted(
            {row["hpr_number"] for row in hits}, key=lambda person: (person not in matched, person)
        )
        others = {person: written(person, place) for place, person in enumerate(order)}
        wrong = [{**row, "hpr_number": others.get(row["hpr_number"])} for row in rows]
    persons = len({row["hpr_number"] for row in hits})
    # A result knows those that it found, calibration the whole register.
    known = persons if use == "calibrate" else len(matched)
    with pytest.raises(hp.HpmatchError, match=message.format(known=known, persons=persons)):
        USES[use](tables, linked, wrong)


def test_the_commands(tmp_path, tables, truth, capsys):
    """From a result to a sample, an estimate, thresholds and a calibrated model that links."""
    out = str(tmp_path / "out")
    assert main(["link", *tables[:2], "--out", out, "--min-weight=-1000"]) == 0
    assert main(["recall", out, "--sample", "5000", "--out", str(tmp_path / "all.csv")]) == 0
    assert "there are no more" in capsys.readouterr().out
    assert main(["recall", out, "--sample", "1", "--out", str(tmp_path / "one.csv")]) == 0
    assert "1 pairs written" in capsys.readouterr().out
    assert main(["recall", out, "--sample", "40", "--out", str(tmp_path / "sample.csv")]) == 0
    lines = ["left_id,right_id,label"]
    for row in read(tmp_path / "sample.csv", "sample").data.to_pylist():
        same = truth[row["left_id"]] == row["right_id"]
        lines.append(f"{row['left_id']},{row['right_id']},{'match' if same else 'no_match'}")
    (tmp_path / "labels.csv").write_text("\n".join(lines) + "\n")
    assert main(["recall", out, "--labels", str(tmp_path / "labels.csv")]) == 0
    assert "recall with review" in capsys.readouterr().out
    costs = ["--cost-miss", "1000", "--cost-false", "300", "--cost-review", "1"]
    chosen, model = str(tmp_path / "chosen.json"), str(tmp_path / "model.json")
    assert main(["thresholds", out, *costs, "--capacity", "40", "--truth", tables[2], "--out", chosen]) == 0
    assert "best" in capsys.readouterr().out
    best = hp.thresholds(
        out, cost_miss=1000, cost_false=300, cost_review=1, capacity=40, truth=tables[2]
    ).best
    decision = hp.read_model(chosen).decision
    assert (decision.match, decision.review) == (best["match"], best["review"])
    assert main(["thresholds", out, *costs, "--model", chosen, "--out", model]) == 1
    assert "was made by another model" in capsys.readouterr().err
    assert main(["calibrate", *tables, "--out", model]) == 0
    assert "calibration error" in capsys.readouterr().out
    assert main(["link", *tables[:2], "--out", out, "--model", model]) == 0
    assert main(["recall", out, "--sample", "40"]) == 1
    assert "--out" in capsys.readouterr().err


def test_alerts_about_one_person_count_as_one(tables, monkeypatch):
    """To send each alert three times tells nothing more: neither other slopes nor a smaller error, and all three are held out."""
    judged = []
    held_out = calibration.held_out
    monkeypatch.setattr(
        calibration, "held_out", lambda evidence, known: judged.append(known) or held_out(evidence, known)
    )
    alerts, register, truth = (read(table, "t").data for table in tables)
    again = lambda table, time: table.set_column(  # noqa: E731
        table.column_names.index("alert_id"),
        "alert_id",
        pc.binary_join_element_wise(table["alert_id"], f"-{time}", ""),
    )
    thrice = [pa.concat_tables([again(table, time) for time in range(3)]) for table in (alerts, truth)]
    once, more = hp.calibrate(alerts, register, truth), hp.calibrate(thrice[0], register, thrice[1])
    assert more.slopes == pytest.approx(once.slopes, abs=0.02)
    assert more.error == pytest.approx(once.error, abs=0.004)
    folds = np.zeros(judged[1].alerts, int)
    folds[judged[1].alert] = judged[1].fold
    together = judged[1].weights.reshape(3, -1)[0] < 1  # a few say too little to be put together
    assert together.mean() > 0.9
    of_copies = folds.reshape(3, -1)[:, together]
    assert (of_copies == of_copies[0]).all()
