"""How many registered persons were missed, estimated from labels."""

from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.labelling import choose_pairs
from hpmatch.missed import STRATA, _chapman, _share, _true_in
from hpmatch.model import read_model
from hpmatch.output import MODEL_FILE

SAMPLE = [f"examples/data/{name}.csv" for name in ("alerts", "register")]


def _labels(sample, truth):
    return [
        {**row, "label": "match" if truth.get(row["left_id"]) == row["right_id"] else "no_match"}
        for row in sample.to_pylist()
    ]


def test_recall_is_estimated_from_few_labels(truth, linked):
    """Of hits that are candidates the interval holds the truth; few others are lost, which labels cannot tell of."""
    ids = zip(*(linked.links.column(place).to_pylist() for place in (0, 1)), strict=True)
    hits = sum(truth[alert] == person for alert, person in ids)
    assert hits >= 0.99 * sum(bool(person) for person in truth.values())
    decided = linked.dispositions.to_pylist()
    right = sum(
        row["disposition"] == "match" and truth[row["alert_id"]] == row["hpr_number"] for row in decided
    )
    found = hp.estimate_recall(linked, _labels(hp.recall_sample(linked, 150), truth))
    assert found.recall.low <= right / hits <= found.recall.high
    assert found.recall.high - found.recall.low < 0.15
    assert found.true_pairs.low <= hits <= found.true_pairs.high
    assert sum(each.value for each in found.true_in.values()) == pytest.approx(found.true_pairs.value)
    assert sum(found.labelled.values()) <= 150
    assert len(found.assumptions) == 3


def test_with_every_pair_labelled_only_what_blocking_lost_is_estimated(linked, all_labels):
    """What is labelled is known."""
    found = hp.estimate_recall(linked, all_labels)
    among = sum(label["label"] == "match" for label in all_labels)
    assert sum(found.true_in[name].value for name in STRATA) == pytest.approx(among)


def test_a_sample_may_be_labelled_in_part(truth, linked):
    """What has no label yet is like a pair that was not drawn; labels of other pairs are told of, or refused if there are no others."""
    labels = _labels(hp.recall_sample(linked, 60), truth)
    part = [{**row, "label": row["label"] if place % 2 else ""} for place, row in enumerate(labels)]
    found = hp.estimate_recall(linked, part)
    assert found == hp.estimate_recall(linked, labels[1::2])
    assert sum(found.labelled.values()) == len(labels) // 2
    other = {"left_id": "nobody", "right_id": "1", "label": "match"}
    assert (
        "1 are of pairs that the result does not hold"
        in hp.estimate_recall(linked, [*part, other]).assumptions[0]
    )
    for none in ([other], [{**row, "label": ""} for row in labels]):
        with pytest.raises(hp.HpmatchError, match="no pair that was drawn from the result"):
            hp.estimate_recall(linked, none)


def test_labels_of_pairs_that_were_chosen_for_what_they_are_are_left_out(truth, linked):
    """The uncertain are no sample: near a threshold one in two is a match, of the other candidates one in thousands."""
    drawn = _labels(hp.recall_sample(linked, 60), truth)
    chosen = _labels(choose_pairs(linked, 80), truth)
    kinds = [row["chosen_as"] for row in chosen]
    found = hp.estimate_recall(linked, [row for row in chosen if row["chosen_as"] == "random"] + drawn)
    mixed = hp.estimate_recall(linked, chosen + drawn)
    assert (mixed.recall, mixed.labelled) == (found.recall, found.labelled)
    assert hp.estimate_recall(linked, drawn + chosen) == mixed
    others = {(row["left_id"], row["right_id"]) for row in chosen if row["chosen_as"] != "random"}
    both = others & {(row["left_id"], row["right_id"]) for row in drawn}
    assert both  # what the order of rows is tried with
    left_out = len(others - both)
    assert f"{left_out} are of pairs that were chosen for what they are" in mixed.assumptions[0]
    uncertain = [row for row in chosen if row["chosen_as"] == "uncertain"]
    with pytest.raises(
        hp.HpmatchError, match=rf"{kinds.count('uncertain')} are of pairs that were chosen for what"
    ):
        hp.estimate_recall(linked, uncertain)


def test_labels_of_far_pairs_do_not_count(linked):
    """Random controls lie there: a score of them among ten thousands would leave open that hundreds are matches."""
    links = linked.links
    far = np.flatnonzero(np.asarray(links["match_probability"].cast("double")) < 1e-6)[:20]
    ids = [column.take(pa.array(far)) for column in links.columns[:2]]
    controls = pa.table({"left_id": ids[0], "right_id": ids[1], "label": ["no_match"] * len(far)})
    drawn = hp.recall_sample(linked, 20).drop_columns(["chosen_as"])
    sample = drawn.append_column("label", pa.array(["match"] * len(drawn)))
    both = pa.concat_tables([sample, controls.cast(sample.schema)])
    found, with_controls = (hp.estimate_recall(linked, each) for each in (sample, both))
    assert with_controls.recall == found.recall
    assert with_controls.labelled["far"] == 0
    assert "20 are of pairs of a probability under 0.001" in with_controls.assumptions[0]


def test_recall_is_estimated_by_the_model_that_made_the_result(linked, tables, tmp_path):
    """Its own rules say what blocking misses, whatever they are called; another model is refused, also of a folder."""
    imi = read_model("imi")
    rules = tuple(replace(rule, name=f"own {rule.name}") for rule in imi.blocking_rules)
    own = replace(imi, name="own", blocking_rules=rules)
    result = hp.link(*tables[:2], own, min_weight=-1000)
    assert hp.estimate_recall(result) == hp.estimate_recall(linked)
    assert hp.estimate_recall(result).true_in["not found"].high > 0
    with pytest.raises(hp.HpmatchError, match="another model"):
        hp.estimate_recall(result, model="imi")
    result.write(tmp_path / "out")
    assert hp.estimate_recall(tmp_path / "out") == hp.estimate_recall(result)
    (tmp_path / "out" / MODEL_FILE).rename(tmp_path / "own.json")
    with pytest.raises(hp.HpmatchError, match="no shipped one"):
        hp.estimate_recall(tmp_path / "out")
    assert hp.estimate_recall(tmp_path / "out", model=tmp_path / "own.json") == hp.estimate_recall(result)
    assert main(["recall", str(tmp_path / "out")]) == 1
    linked.write(tmp_path / "shipped")
    assert hp.estimate_recall(tmp_path / "shipped") == hp.estimate_recall(linked)


@pytest.mark.parametrize("few", ["pairs", "rules"])
def test_what_blocking_misses_is_not_estimated_from_next_to_nothing(few):
    """From one true pair, or by rules of one kind, nobody can say; the other figures are there and say what they take for granted."""
    person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    model = read_model("imi")
    if few == "rules":
        without = tuple(rule for rule in model.blocking_rules if "birth_date" not in rule.columns)
        model = replace(model, blocking_rules=without)
    data = ([{"alert_id": "A1", **person}], [{"hpr_number": "7", **person}]) if few == "pairs" else SAMPLE
    found = hp.estimate_recall(hp.link(*data, model, min_weight=-1000))
    assert np.isnan(found.true_in["not found"].value)
    assert "cannot be estimated" in str(found)
    assert "blocking misses nothing" in found.assumptions[1]
    assert 0 < found.recall.low <= found.recall.value <= found.recall.high <= 1
    assert found.true_pairs.value == pytest.approx(sum(found.true_in[name].value for name in STRATA))


def test_known_captures_are_recovered():
    """Two independent occasions that catch 0.9 and 0.8 of a thousand leave twenty; Chapman's estimator says about so."""
    cells = np.array([[720.0, 180.0, 80.0]])
    assert _chapman(cells)[0] == pytest.approx(20, abs=0.1)


@pytest.mark.parametrize(
    ("hits", "low", "high"), [(40, 0.025 ** (1 / 40), 1.0), (0, 0.0, 1 - 0.025 ** (1 / 40))]
)
def test_labels_that_all_say_the_same_leave_room_for_the_other(hits, low, high):
    """Of forty labels alike, the other could be as many as Clopper and Pearson say, and none of them for sure."""
    said = np.r_[np.full(40, hits / 40), np.full(100_000, np.nan)]
    count = _true_in(said, np.full(len(said), 0.5), np.random.default_rng(1))
    assert count.value == hits / 40 * len(said)
    assert np.quantile(count.few, 0.025) / len(said) == pytest.approx(low, abs=0.01)
    assert np.quantile(count.many, 0.975) / len(said) == pytest.approx(high, abs=0.01)


def test_the_interval_of_recall_holds_the_truth_as_often_as_it_says():
    """Where nearly all matches are true and nearly no near miss, as in a good result, 95 of 100 intervals should hold recall."""
    strata = [(600, 597, 60), (85, 25, 60), (930, 1, 80)]  # pairs, true ones, labels
    recall, held = 597 / 623, 0
    for seed in range(200):
        generator = np.random.default_rng(seed)
        counts = []
        for pairs, true, labels in strata:
            said = np.full(pairs, np.nan)
            drawn = generator.permutation(pairs)[:labels]
            said[drawn] = drawn < true
            counts.append(_true_in(said, np.full(pairs, 0.5), generator))
        found = _share(counts[:1], counts[1:], 1)
        held += found.low <= recall <= found.high
    assert held >= 0.95 * 200


def test_where_nobody_labelled_is_said(tables, linked):
    """A stratum without labels is believed, which has to hold; one that all were labelled of, not."""
    sample = hp.recall_sample(linked, 400).to_pylist()
    kinds = {row["chosen_as"] for row in sample}
    assert {"match", "near"} <= kinds
    for left_out in ("match", "near"):
        labels = [{**row, "label": "match"} for row in sample if row["chosen_as"] != left_out]
        assumed = hp.estimate_recall(linked, labels).assumptions[0]
        assert f"nobody labelled a pair of {left_out}: there the probabilities are right" in assumed
    labels = [{**row, "label": "match"} for row in sample]
    assert "nobody" not in hp.estimate_recall(linked, labels).assumptions[0]


def test_a_sample_repeats(linked):
    """Another seed draws others; a pair is drawn once; the order of rows does not matter."""
    first, again, other = (hp.recall_sample(linked, 60, seed).to_pylist() for seed in (1, 1, 2))
    assert first == again
    assert first != other
    assert len({(row["left_id"], row["right_id"]) for row in first}) == len(first)
    rows = pa.array(np.arange(len(linked.links))[::-1])
    assert hp.recall_sample(replace(linked, links=linked.links.take(rows)), 60).to_pylist() == first


@pytest.mark.parametrize("number", [1, 2, 3, 5, 10, 20, 41, 10_000])
def test_a_sample_is_as_large_as_asked(linked, number):
    """Three to three to four, to the nearest pair; where a stratum has too few, others take its place until all are drawn."""
    everything = pc.value_counts(hp.recall_sample(linked, 10_000)["chosen_as"]).to_pylist()
    there = {row["values"]: row["counts"] for row in everything}
    assert set(there) == {"match", "review", "near"}
    drawn = hp.recall_sample(linked, number)["chosen_as"].to_pylist()
    assert len(drawn) == min(number, sum(there.values()))
    for name, share in (("match", 0.3), ("review", 0.3), ("near", 0.4)):
        assert drawn.count(name) > min(number * share - 1, there[name] - 1)
    assert len(hp.recall_sample(linked, 40)) == 40


def test_a_sample_of_nothing_is_an_error():
    """Nobody is asked to label an empty file."""
    person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    other = {"family_name": "Berg", "given_name": "Sigurd", "birth_date": "1931-11-27"}
    result = hp.link([{"alert_id": "A1", **person}], [{"hpr_number": "7", **other}], min_weight=-1000)
    with pytest.raises(hp.HpmatchError, match="nothing to label"):
        hp.recall_sample(result)


def test_a_result_without_all_pairs_says_how_to_get_them():
    """Links that were left out cannot be sampled."""
    with pytest.raises(hp.HpmatchError, match="min-weight"):
        hp.estimate_recall(hp.link(*SAMPLE))
