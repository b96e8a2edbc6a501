"""Duplicates within one table."""

import hashlib
import json
import re
from pathlib import Path

import pytest
from registers import written

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.explain.folder import explain_folder
from hpmatch.labelling import start_labelling
from hpmatch.output import MODEL_FILE

BERG = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
ROWS = [
    {"no": "7", **BERG},
    {"no": "3", **BERG, "given_name": "Kari Anne"},
    {"no": "5", "family_name": "Moe", "given_name": "Ola", "birth_date": "1961-11-30"},
    {"no": "9", **BERG},
]


def test_duplicates_become_a_cluster():
    """Each pair is there once, and a cluster is named by the smallest identifier in it."""
    found = hp.dedupe(ROWS)
    assert found.clusters.to_pylist() == [
        {"no": "3", "cluster_id": "3"},
        {"no": "5", "cluster_id": "5"},
        {"no": "7", "cluster_id": "3"},
        {"no": "9", "cluster_id": "3"},
    ]
    pairs = {
        frozenset(pair)
        for pair in zip(*(found.pairs[name].to_pylist() for name in ("no_left", "no_right")), strict=True)
    }
    assert len(pairs) == len(found.pairs)
    assert frozenset(("7", "9")) in pairs


def test_the_order_of_rows_does_not_matter():
    """Pairs and clusters are the same whatever the order and the chunks."""
    before, after = (hp.dedupe(rows, chunk_size=size) for rows, size in ((ROWS, 100), (ROWS[::-1], 1)))
    assert before.pairs == after.pairs
    assert before.clusters == after.clusters


def test_the_identifier_can_be_named():
    """By default it is the first column."""
    rows = [{**row, "key": f"k{row['no']}"} for row in ROWS]
    assert hp.dedupe(rows, id="key").pairs.column_names[:2] == ["key_left", "key_right"]


def test_the_identifier_is_not_called_as_the_cluster_is():
    """One of the two would be lost."""
    with pytest.raises(hp.SchemaError, match="'cluster_id', as that of the clusters is; rename it"):
        hp.dedupe([{"cluster_id": row["no"], **row} for row in ROWS])


def test_a_least_weight_that_is_no_number_is_refused():
    """No weight is at least NaN, so there would be no pairs."""
    with pytest.raises(hp.HpmatchError, match="min_weight is NaN; give a number"):
        hp.dedupe(ROWS, min_weight=float("nan"))


def test_the_command_writes_pairs_and_clusters(tmp_path, capsys):
    """`hpmatch dedupe RECORDS --out DIR` writes what the contract says."""
    lines = [",".join(ROWS[0]), *(",".join(row.values()) for row in [*ROWS, {**ROWS[0], "no": ""}])]
    (tmp_path / "records.csv").write_text("\n".join(lines))
    (tmp_path / "schema.toml").write_text('id = "no"\n')
    schema = ["--schema", str(tmp_path / "schema.toml")]
    assert main(["dedupe", str(tmp_path / "records.csv"), "--out", str(tmp_path / "out"), *schema]) == 0
    header = (tmp_path / "out" / "pairs.csv").read_text().splitlines()[0].replace('"', "")
    levels = ",".join(part.name for part in hp.read_model("imi").parts)
    assert header == f"no_left,no_right,match_weight,match_probability,decision,rules,{levels}"
    weights = (tmp_path / "out" / "weights.csv").read_text().splitlines()[0].replace('"', "")
    assert weights == f"no_left,no_right,prior_weight,look_alike_weight,{levels}"
    assert (tmp_path / "out" / "clusters.csv").read_text().splitlines()[0].replace('"', "") == "no,cluster_id"
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["records"] == {
        "rows": 5,
        "read": 4,
        "rejected": 1,
        "version": hashlib.sha256((tmp_path / "records.csv").read_bytes()).hexdigest(),
    }
    assert "clusters" in capsys.readouterr().out


def test_help_offers_no_prepared_register(capsys):
    """Which is not taken."""
    with pytest.raises(SystemExit):
        main(["dedupe", "--help"])
    assert "prepared register" not in " ".join(capsys.readouterr().out.split())


def test_a_table_without_any_known_column_says_so():
    """Nothing to go by is an error, not an empty result."""
    with pytest.raises(hp.HpmatchError):
        hp.dedupe([])


@pytest.fixture(scope="module")
def found():
    """All candidate pairs of four rows, three of them of one person."""
    return hp.dedupe(ROWS, min_weight=-1000)


def test_tables_are_had_as_frames(found):
    """As those of a result of ``link`` are; another name says which there are."""
    assert list(found.to_pandas("clusters")["cluster_id"]) == ["3", "5", "3", "3"]
    assert found.to_pandas().columns[:2].tolist() == ["no_left", "no_right"]
    assert found.to_polars("weights").shape == (3, found.weights.num_columns)
    with pytest.raises(
        hp.HpmatchError, match="no table 'links'; there are pairs, weights, clusters, rejected"
    ):
        found.to_pandas("links")


def test_a_record_is_explained_by_its_pairs_from_either_side(found):
    """What stands right in a pair is the record that is asked about, when it is asked about."""
    by_pair = {(row["no_left"], row["no_right"]): row["match_weight"] for row in found.pairs.to_pylist()}
    explanation = found.explain("7")
    assert {hit.hpr_number: hit.match_weight for hit in explanation.candidates} == {
        "3": by_pair["3", "7"],
        "9": by_pair["7", "9"],
    }
    likeliest = max(explanation.candidates, key=lambda hit: hit.match_weight)
    assert explanation.candidates[0] == likeliest
    assert (explanation.disposition, explanation.records[0][0].alert) == (likeliest.decision, ("berg",))
    assert likeliest.match_weight == pytest.approx(
        likeliest.prior_weight + likeliest.look_alike_weight + sum(each.weight for each in likeliest.evidence)
    )
    assert explanation.to_text("nb").startswith("Post 7: treff")
    for shown in (explanation.to_text(), explanation.to_html(), found.explain("5").to_text()):
        assert not re.search("[Aa]lert|register", shown)
    alone = found.explain("5")
    assert (alone.disposition, alone.candidates, alone.changes) == ("no_match", (), ())
    with pytest.raises(hp.HpmatchError, match="no record '8' among the 4 of this result"):
        found.explain("8")


def test_a_change_of_a_pair_does_not_hang_on_other_pairs():
    """Each pair is decided by itself: no third record becomes the likelier one when this pair fits worse."""
    explanation = hp.dedupe([{"no": name, **BERG} for name in "123"]).explain("1")
    assert [hit.decision for hit in explanation.candidates] == ["match", "match"]
    assert explanation.changes
    assert {change.hpr_number for change in explanation.changes} == {explanation.candidates[0].hpr_number}


def test_a_notebook_shows_counts_and_the_likeliest_pairs(found):
    """Identifiers, and nothing that the records hold."""
    shown = found._repr_html_()
    assert "4 records, 2 clusters" in shown
    assert "no_left" in shown
    assert not {"berg", "kari"} & set(shown.lower().replace("<", " ").replace(">", " ").split())


@pytest.mark.parametrize("command", ["dedupe", "link"])
def test_a_trained_model_is_kept_with_the_result(command, tmp_path):
    """So that the result is explained, labelled and linked by it; the next result with a shipped model has none of it."""
    tables = [str(written(ROWS, tmp_path / name)) for name in ("one.csv", "two.csv")]
    tables = tables[:1] if command == "dedupe" else tables
    out = tmp_path / "out"
    assert main([command, *tables, "--train", "--id", "no", "--out", str(out)]) == 0
    model = hp.read_model(out / MODEL_FILE)
    summary = json.loads((out / "summary.json").read_text())
    assert (model.fingerprint, model.is_shipped) == (summary["model"]["sha256"], False)
    assert explain_folder(out, "7").changes is not None
    assert main([command, *tables, "--model", str(out / MODEL_FILE), "--id", "no", "--out", str(out)]) == 0
    assert hp.read_model(out / MODEL_FILE) == model
    assert main([command, *tables, "--id", "no", "--out", str(out)]) == 0
    assert not (out / MODEL_FILE).exists()


def test_a_model_that_cannot_be_written_leaves_no_folder(tmp_path, monkeypatch):
    """The result is whole with it, or not there."""
    found = hp.dedupe(ROWS, hp.read_model("imi").with_decision(match=0.9))
    written = Path.write_text

    def full(path, *more):
        if path.name == MODEL_FILE:
            raise OSError(28, "No space left on device")
        return written(path, *more)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(hp.SourceError, match="nothing was left there"):
        found.write(tmp_path / "out")
    assert not list(tmp_path.iterdir())


def test_pairs_of_one_table_are_labelled_and_trained_with(found, tmp_path):
    """The tool that makes the labels which ``dedupe`` takes."""
    asked = start_labelling(found, tmp_path / "labels.csv", number=3, by="Kari")
    assert asked.left == len(found.pairs) == 3
    assert [told.column for told in asked.next().records][:2] == ["family_name", "given_name"]
    assert not re.search("alert|register", str(asked.next()))
    assert "one record" in asked.next()._repr_html_()
    while asked.left:
        asked.match()
    trained = hp.dedupe(ROWS, train=True, labels=tmp_path / "labels.csv")
    assert "training" in trained.summary
    for work in (
        lambda labels: hp.dedupe(ROWS, labels=labels),
        lambda labels: hp.link(ROWS, ROWS, labels=labels),
    ):
        with pytest.raises(hp.HpmatchError, match="train=True"):
            work(tmp_path / "labels.csv")
    with pytest.raises(hp.HpmatchError, match="of one table; leave the alerts and the register out"):
        start_labelling(found, tmp_path / "labels.csv", alerts=ROWS, register=ROWS)


# 7 and 9 are one person; 3, whom the run takes for the same, is another.
TRUTH = [
    {"no": "9", "cluster_id": "kari", "town": "Oslo"},
    {"no": "7", "cluster_id": "kari", "town": "Oslo"},
    {"no": "3", "cluster_id": "kari anne", "town": "Bergen"},
    {"no": "5", "cluster_id": "", "town": ""},
]


def test_what_was_found_is_held_against_the_truth(found):
    """Worked out by hand: three records are matched, each to its likeliest; two have a duplicate, and it is that one."""
    measured = hp.evaluate(found, TRUTH)
    assert (measured.alerts, measured.persons, measured.hits, measured.matches) == (4, 3, 2, 3)
    assert {
        name: each.value for name, each in measured.estimates.items() if name in ON_PAPER
    } == pytest.approx(ON_PAPER)
    assert {(each.value, each.alerts, each.hits) for each in measured.slices} == {
        ("Oslo", 2, 2),
        ("Bergen", 1, 0),
        ("not given", 1, 0),
    }
    assert str(measured).startswith(
        "4 records of 3 persons or things, 2 of them with a duplicate\n3 matched, 0 to review"
    )


def test_clusters_are_what_is_told_first(found, tmp_path, capsys):
    """One pair of three in the cluster is right, while two records of three are with their duplicate."""
    measured = hp.evaluate(found, TRUTH)
    first = ["grouping_precision", "grouping_recall", "grouping_f1"]
    assert list(measured.to_json()["estimates"])[:3] == first
    assert measured.grouping_f1 == pytest.approx(1 / 2)
    lines = str(measured).splitlines()[4:8]
    assert [line[:32].strip() for line in lines] == [
        "pairwise precision of clusters",
        "pairwise recall of clusters",
        "pairwise F1 of clusters",
        "precision of likeliest pairs",
    ]
    assert [line.split()[4] for line in lines[:2]] == ["0.3333", "1.0000"]
    assert str(measured).count("clusters") == 3
    found.write(tmp_path / "out")
    (tmp_path / "truth.csv").write_text(
        "no,cluster_id,town\n" + "".join(f"{row['no']},{row['cluster_id']},{row['town']}\n" for row in TRUTH)
    )
    assert main(["evaluate", str(tmp_path / "out"), str(tmp_path / "truth.csv")]) == 0
    assert capsys.readouterr().out.splitlines()[4:6] == lines[:2]


ON_PAPER = {
    "precision": 2 / 3,
    "recall": 1.0,
    "grouping_precision": 1 / 3,  # of the three pairs in the cluster of 3, 7 and 9 one is of one person
    "grouping_recall": 1.0,
    "pairs_completeness": 1.0,
    "pairs_quality": 1 / 3,
    "reduction_ratio": 1 / 2,  # three of six pairs are compared
}


def test_the_identifier_of_a_record_may_look_like_that_of_a_cluster():
    """Records and true clusters are told apart by where they stand, not by what they are called."""
    moe = {"family_name": "Moe", "given_name": "Ola", "birth_date": "1961-11-30"}
    rows = [{"no": "1", **BERG}, {"no": "01", **BERG}, {"no": "2", **moe}]
    measured = hp.evaluate(
        hp.dedupe(rows),
        [{"no": "1", "cluster_id": "2"}, {"no": "01", "cluster_id": "2"}, {"no": "2", "cluster_id": "02"}],
    )
    assert (measured.hits, measured.recall, measured.precision) == (2, 1.0, 1.0)


@pytest.mark.parametrize(
    ("truth", "words"),
    [
        (TRUTH[1:], "says nothing about 1 of the 4 records"),
        ([*TRUTH, TRUTH[0]], "names no more than once"),
        ([{"no": "7", "alert_id": "7"}], "has no column cluster_id; it has no, alert_id"),
    ],
)
def test_a_truth_that_does_not_fit_is_refused(found, truth, words):
    with pytest.raises(hp.HpmatchError, match=words):
        hp.evaluate(found, truth)


def test_what_the_truth_of_one_table_holds_is_told(tmp_path, capsys):
    """In the help of the commands that take one, and where a truth is given that has it not."""
    hp.dedupe(ROWS, min_weight=-1000).write(tmp_path / "out")
    (tmp_path / "truth.csv").write_text("no,hpr_number\n7,1\n", "utf-8")
    costs = [f"--cost-{what}=1" for what in ("miss", "false", "review")]
    files = [str(tmp_path / "out"), str(tmp_path / "truth.csv")]
    for command in (["evaluate", *files], ["thresholds", files[0], *costs, "--truth", files[1]]):
        assert main(command) == 1
        assert "dedupe found it has a row a record: no, and cluster_id" in capsys.readouterr().err
        with pytest.raises(SystemExit):
            main([command[0], "--help"])
        told = " ".join(capsys.readouterr().out.split())
        assert "'hpmatch dedupe' wrote DIR" in told
        assert "cluster_id" in told


def test_thresholds_count_pairs(found):
    """Three pairs were called a match, of which one is."""
    costs = {"cost_miss": 10, "cost_false": 3, "cost_review": 1}
    chosen = hp.thresholds(found, truth=TRUTH, **costs)
    assert (chosen.now["missed"], chosen.now["wrong"], chosen.now["reviews"], chosen.now["cost"]) == (
        0,
        2,
        0,
        6,
    )
    assert str(chosen).endswith("of 3 pairs")
    expected = hp.thresholds(found, **costs).now["wrong"]
    assert expected == pytest.approx(sum(1 - each for each in found.pairs["match_probability"].to_pylist()))
    with pytest.raises(hp.HpmatchError, match="dedupe with min_weight=-1000"):
        hp.thresholds(hp.dedupe(ROWS, min_weight=1000), **costs)


def test_recall_is_estimated_from_pairs(found):
    """Each pair is in the stratum of its own decision, and labels tell how many of them are true."""
    sample = hp.recall_sample(found, 10).to_pylist()
    assert {row["chosen_as"] for row in sample} == {"match"}
    labels = [{**row, "label": {row["left_id"], row["right_id"]} == {"7", "9"}} for row in sample]
    assert hp.estimate_recall(found, labels).true_in["match"].value == 1
    with pytest.raises(
        hp.HpmatchError, match="3 candidate pairs, and the result holds 0; dedupe with min_weight=-1000"
    ):
        hp.recall_sample(hp.dedupe(ROWS, min_weight=1000))


def test_what_was_found_is_drawn(found):
    """Pairs by decision, and by the truth."""
    charts = pytest.importorskip("hpmatch.charts")
    told = [json.dumps(charts.score_chart(found, truth).to_dict()) for truth in (None, TRUTH)]
    assert "match (3)" in told[0]
    assert "one person (1)" in told[1]
    assert "two persons (2)" in told[1]
    assert set(charts.evaluation_charts(found, TRUTH)) == {
        "precision-recall",
        "calibration",
        "scores",
        "slices",
    }


def test_what_answers_alerts_takes_no_pairs_of_one_table(found, tmp_path):
    """There is no alert to ask about, or to note an answer to."""
    for use in (lambda: hp.what_to_ask(found, "7"), lambda: hp.Ledger(tmp_path / "ledger").answer(found)):
        with pytest.raises(hp.HpmatchError, match="a Deduplicated answers no alerts; give what hpmatch.link"):
            use()


def test_a_column_that_is_called_as_one_of_the_result_is_refused():
    """One of the two would be lost."""
    rows = [
        {"no": str(place), "decision": f"case {place % 20}", "town": f"town {place % 20}"}
        for place in range(40)
    ]
    schema = hp.Schema(id="no", columns={"decision": "text", "town": "text"})
    with pytest.raises(hp.ModelError, match="comparison 'decision' has the name of a column of the result"):
        hp.dedupe(rows, train=True, schema=schema)
