"""Tables of articles, which have nothing to do with health personnel: what every command and function makes of them."""

import io
import json
import random
import re
import shutil

import pytest
from registers import written

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.explain.folder import explain_folder
from hpmatch.labelling import start_labelling
from hpmatch.output import MODEL_FILE
from hpmatch.screening import answer
from hpmatch.sources import read
from hpmatch.wording import reason

_WORDS = ("red", "blue", "small", "large", "steel", "brass"), ("pump", "valve", "lamp", "chair", "motor")


def articles(number, prefix, seed=1):
    """Articles, the same in each list but for their identifiers."""
    rng = random.Random(seed)
    return [
        {
            "no": f"{prefix}{place}",
            "title": f"{rng.choice(_WORDS[0])} {rng.choice(_WORDS[1])} {rng.choice('abcdef')}{rng.randrange(100)}",
            "maker": rng.choice(["Nordvik", "Berg", "Sola", "Fjell"]),
            "price": f"{rng.randrange(100, 90_000) / 100:.2f}",
            "year": str(rng.randrange(1980, 2020)),
        }
        for place in range(number)
    ]


OURS, THEIRS = articles(200, "a"), articles(150, "b")
NEW = {"no": "a900", "title": "green sofa z9", "maker": "Ek", "price": "5.25", "year": "1971"}
SHORT = {"no": "a901", "title": "", "maker": "Berg", "price": "", "year": "1990"}


@pytest.fixture(scope="module")
def model():
    return hp.train(OURS, THEIRS).model


TRUTH = [
    {"no_left": row["no"], "no_right": f"b{place}" if place < 150 else ""} for place, row in enumerate(OURS)
]


# One at a time


def test_one_article_is_answered_as_the_batch_job_answers_it(model):
    """Match, no match and too little to go by; the identifier is that of the first column."""
    register = hp.Register.prepare(THEIRS, model)
    for article in (OURS[3], OURS[180], NEW, SHORT):
        (batch,) = hp.link([article], register).dispositions.drop_columns(["person_id"]).to_pylist()
        alone = answer(register, article, model).to_json()
        hits = alone.pop("hits")
        assert alone == batch
        assert alone["alert_id"] == article["no"]
        assert [hit["hpr_number"] for hit in hits] == (["b3"] if article is OURS[3] else [])


def test_an_article_needs_no_identifier(model):
    """Its first column is one that the model compares, and so does not identify it."""
    register = hp.Register.prepare(THEIRS, model)
    nameless = {name: cell for name, cell in OURS[3].items() if name != "no"}
    assert answer(register, nameless, model).alert_id == ""
    assert [hit.hpr_number for hit in register.screen(nameless)] == ["b3"]


def test_two_articles_are_weighed(model):
    """Each comparison as in the batch job, whatever the columns are called that identify them."""
    same = hp.link([OURS[3]], THEIRS, model).explain("a3").candidates[0].evidence
    scored = hp.score(OURS[3], THEIRS[3], model)
    assert [(each.comparison, each.level) for each in scored.evidence] == [
        (each.comparison, each.level) for each in same
    ]
    assert scored.match_weight > 0 > hp.score(OURS[3], THEIRS[4], model).match_weight


def test_a_record_of_another_kind_is_told_what_the_model_reads(model):
    """And not what alerts have."""
    register = hp.Register.prepare(THEIRS, model)
    with pytest.raises(
        hp.SchemaError, match="alert: there is no title, maker, price, year among its 2 columns"
    ):
        register.screen({"no": "1", "place": "oslo"})
    with pytest.raises(
        hp.SchemaError, match="right: there is no title, maker, price, year among its 1 columns"
    ):
        hp.score(OURS[3], {"no": "1"}, model)


def test_articles_are_screened_on_the_command_line(model, tmp_path, capsys, monkeypatch):
    """From a model file to an answer a line."""
    model.save(tmp_path / "model.json")
    table = written(THEIRS, tmp_path / "theirs.csv")
    assert (
        main(["prepare", table, "--model", str(tmp_path / "model.json"), "--out", str(tmp_path / "kept")])
        == 0
    )
    capsys.readouterr()
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{json.dumps(OURS[3])}\n{json.dumps(NEW)}\n"))
    assert main(["screen", str(tmp_path / "kept")]) == 0
    answers = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(each["alert_id"], each["disposition"], each["hpr_number"]) for each in answers] == [
        ("a3", "match", "b3"),
        ("a900", "no_match", None),
    ]


# What is known to be so


def test_a_truth_of_articles_calls_them_as_the_links_do(model):
    """To calibrate, and to count what blocking finds."""
    found = hp.calibrate(OURS, THEIRS, TRUTH, model)
    assert (found.alerts, found.matches) == (200, 150)
    report = hp.blocking_report(OURS, THEIRS, model, truth=TRUTH)
    assert (report.true_pairs, report.true_found) == (150, 150)


def test_the_identifier_of_articles_can_be_said(model):
    """Where another column stands first that identifies nothing."""
    ours, theirs = ([{"shelf": "1", **row} for row in rows] for rows in (OURS, THEIRS))
    for act in (hp.calibrate, hp.blocking_report):
        asked = (ours, theirs, TRUTH, model) if act is hp.calibrate else (ours, theirs, model)
        with pytest.raises(hp.SchemaError, match="nothing says which column identifies a record"):
            act(*asked)
        act(*asked, id="no")
    register = hp.Register.prepare(theirs, model, id="no")
    assert [hit.hpr_number for hit in register.screen(OURS[3])] == ["b3"]
    assert hp.calibrate(ours, theirs, TRUTH, model, id="no").matches == 150
    assert hp.blocking_report(ours, theirs, model, truth=TRUTH, id="no").true_found == 150
    one = [{"no": row["no"], "cluster_id": row["no"][1:]} for row in (*OURS, *THEIRS)]
    assert hp.blocking_report([*ours, *theirs], None, model, truth=one, id="no").true_found == 150


def test_the_identifier_can_be_said_to_each_command(tmp_path, capsys):
    """From training to labels, with another column first that identifies nothing."""
    ours, theirs = (
        written([{"shelf": "1", **row} for row in rows], tmp_path / name)
        for rows, name in ((OURS, "ours.csv"), (THEIRS, "theirs.csv"))
    )
    truth, kept, out, fit = (
        written(TRUTH, tmp_path / "truth.csv"),
        *(str(tmp_path / name) for name in ("kept", "out", "m")),
    )
    files = ["--alerts", ours, "--register", theirs]
    for command in (
        ["train", ours, theirs, "--out", fit],
        ["prepare", theirs, "--model", fit, "--out", kept],
        ["link", ours, kept, "--out", out],
        ["link", ours, theirs, "--model", fit, "--out", out],
        ["explain", out, "a3", *files, "--model", fit],
        ["label", out, *files, "--model", fit, "--labels", str(tmp_path / "labels.csv"), "--by", "K"],
        ["calibrate", ours, theirs, truth, "--model", fit, "--out", str(tmp_path / "calibrated")],
        ["blocking", ours, theirs, "--model", fit, "--truth", truth],
        ["dedupe", ours, "--model", fit, "--out", str(tmp_path / "one")],
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO("quit\n"))
            assert main([*command, "--id", "no"]) == 0, capsys.readouterr().err
    (tmp_path / "schema.toml").write_text('id = "no"\n', "utf-8")
    assert (
        main(["dedupe", ours, "--id", "no", "--schema", str(tmp_path / "schema.toml"), "--out", kept + "2"])
        == 1
    )
    assert "write id = 'no' into it" in capsys.readouterr().err


# What is said

PERSONAL = re.compile(
    r"\b(alerts?|persons?|nobody|regist\w+|sender|meldinger|melding|ingen i|personer|saksbehandlingen)\b",
    re.IGNORECASE,
)


def twins(model):
    """Results of each kind: one fits, two fit alike, none fits, none comes near, nothing to look it up by, too many."""
    crowd = [{**THEIRS[0], "no": f"c{place}"} for place in range(2100)]
    asked = [OURS[3], OURS[5], OURS[180], NEW, SHORT, {**OURS[5], "no": "a5b"}]
    return hp.link(asked, [*THEIRS, {**THEIRS[3], "no": "b3b"}], model), hp.link(OURS[:1], crowd, model)


def test_reasons_are_of_records(model):
    """In both languages, with nothing of alerts, persons or a register."""
    told = [row["reason"] for result in twins(model) for row in result.dispositions.to_pylist()]
    kinds = (
        "2 records fit",
        "no record fits; closest",
        "no record comes near",
        "too little to go by",
        "too many records",
    )
    for kind in kinds:
        assert any(kind in each for each in told), kind
    assert "too little to go by: no usable title and no usable price" in told
    norwegian = [reason(each, "nb") for each in told]
    assert not any(PERSONAL.search(each) for each in (*told, *norwegian))
    english = {"records", "record", "fit", "fits", "closest", "near", "too", "usable"}
    assert not any(english & set(re.findall(r"\w+", each)) for each in norwegian)


@pytest.mark.parametrize("language", ["en", "nb"])
def test_explanations_are_of_records(model, tmp_path, language):
    """As text and as a page, from the result, from its folder without the model, and of one table."""
    result = twins(model)[0]
    result.write(tmp_path / "out")
    found = hp.dedupe([*OURS, *THEIRS], model)
    folder = explain_folder(tmp_path / "out", "a3")
    for each in (*map(result.explain, ("a3", "a5", "a180", "a900", "a901")), folder, found.explain("a3")):
        for text in (
            each.to_text(language),
            re.sub(r"<style>.*?</style>|<[^>]*>", " ", each.to_html(language), flags=re.DOTALL),
        ):
            assert not PERSONAL.search(text), PERSONAL.search(text)
    assert not PERSONAL.search(
        re.sub(r"<style>.*?</style>|<[^>]*>|person_id|alert_id", " ", result._repr_html_(), flags=re.DOTALL)
    )


def test_records_that_match_the_same_one_are_no_alerts_sent_again(model):
    """So nothing is said of how they are related."""
    result = twins(model)[0]
    assert (
        result.dispositions.filter(
            [row == "b5" for row in result.dispositions["hpr_number"].to_pylist()]
        ).num_rows
        == 2
    )
    assert not len(result.relations)


def test_the_command_tells_of_records(model, tmp_path, capsys):
    """`link` and `prepare`; and the evaluation."""
    model.save(tmp_path / "m")
    ours, theirs, out = (
        written(OURS, tmp_path / "a.csv"),
        written(THEIRS, tmp_path / "b.csv"),
        str(tmp_path / "out"),
    )
    assert main(["prepare", theirs, "--model", str(tmp_path / "m"), "--out", str(tmp_path / "kept")]) == 0
    assert main(["link", ours, str(tmp_path / "kept"), "--out", out]) == 0
    assert main(["evaluate", out, written(TRUTH, tmp_path / "truth.csv")]) == 0
    told = re.sub("to be looked at by a person|persons or things", "", capsys.readouterr().out)
    assert not PERSONAL.search(told), told
    assert re.search(r"other records +150", told)


# One table

ONE = [*OURS, *THEIRS]
ONE_TRUTH = [{"no": row["no"], "cluster_id": row["no"][1:]} for row in ONE]


@pytest.fixture(scope="module", params=["csv", "parquet"])
def folder(request, model, tmp_path_factory):
    """What dedupe found with all candidate pairs, and the folder that it was written to."""
    home = tmp_path_factory.mktemp("one")
    table = written(ONE, home / "articles.csv")
    found = hp.dedupe(table, model, min_weight=-1000)
    found.write(home / "out", request.param)
    return found, home / "out", table


def test_the_folder_of_duplicates_is_measured_as_what_was_found(folder, model):
    """Evaluation, thresholds, the sample of recall and its estimate, and the pairs to label."""
    found, out, _ = folder
    assert hp.evaluate(out, ONE_TRUTH) == hp.evaluate(found, ONE_TRUTH)
    assert hp.evaluate(out, ONE_TRUTH).hits == 300
    costs = {"cost_miss": 10, "cost_false": 20, "cost_review": 1}
    for truth in ({}, {"truth": ONE_TRUTH}):
        assert hp.thresholds(out, **costs, **truth).table == hp.thresholds(found, **costs, **truth).table
    assert hp.recall_sample(out, 30) == hp.recall_sample(found, 30)
    assert str(hp.estimate_recall(out, model=model)) == str(hp.estimate_recall(found))


def test_the_folder_of_duplicates_is_explained(folder, model):
    """As what was found is, with the cells as they stand in the table where that is given."""
    found, out, table = folder
    bare = explain_folder(out, "a3")
    assert [hit.hpr_number for hit in bare.candidates] == [
        hit.hpr_number for hit in found.explain("a3").candidates
    ]
    assert (bare.disposition, bare.records) == ("match", ())
    full = explain_folder(out, "a3", records=table)
    assert full.changes == bare.changes == found.explain("a3").changes
    assert explain_folder(out, "a3", records=table, model=model) == full
    assert [told.alert for told in full.records[0]] == [
        (OURS[3][name],) for name in ("title", "maker", "price", "year")
    ]


def test_another_table_is_not_taken_for_the_one_that_was_held_against_itself(folder, model, tmp_path):
    """Nor two for one, or one for two; and without any there is nothing to label."""
    _, out, table = folder
    labels = tmp_path / "labels.csv"
    acts = (
        lambda where, **tables: explain_folder(where, "a3", model=model, **tables),
        lambda where, **tables: start_labelling(where, labels, model=model, by="K", **tables),
    )
    two = tmp_path / "two"
    hp.link(OURS, THEIRS, model).write(two)
    for act in acts:
        with pytest.raises(hp.SourceError, match="another table than the one that was held against itself"):
            act(out, records=[*ONE[1:], ONE[0]])
        with pytest.raises(hp.HpmatchError, match="of one table; leave the alerts and the register out"):
            act(out, alerts=OURS, register=THEIRS)
        with pytest.raises(hp.HpmatchError, match="two tables; give them as alerts and register"):
            act(two, records=table)
    with pytest.raises(hp.HpmatchError, match="give their table as records"):
        start_labelling(out, labels, model=model, by="K")
    shutil.copytree(out, tmp_path / "bare")
    (tmp_path / "bare" / MODEL_FILE).unlink()
    with pytest.raises(hp.ModelError, match="give it"):
        explain_folder(tmp_path / "bare", "a3", records=table)


def test_a_folder_of_duplicates_that_lacks_rows_is_refused(model, tmp_path):
    """Figures from a part of them would look like figures."""
    broken = tmp_path / "broken"
    hp.dedupe(ONE[:50], model).write(broken)
    kept = (broken / "clusters.csv").read_text("utf-8").splitlines(keepends=True)
    (broken / "clusters.csv").write_text("".join(kept[:-1]), "utf-8")
    with pytest.raises(
        hp.SourceError, match="damaged result: clusters has 49 rows, and summary.json counts 50"
    ):
        hp.evaluate(broken, ONE_TRUTH)


def test_the_commands_take_the_folder_of_duplicates(model, tmp_path, capsys):
    """From `dedupe` to `explain`, `label`, `evaluate`, `thresholds` and `recall`; others say what they take."""
    model.save(tmp_path / "m")
    fit, out, labels = (str(tmp_path / name) for name in ("m", "out", "labels.csv"))
    table, truth = written(ONE, tmp_path / "articles.csv"), written(ONE_TRUTH, tmp_path / "truth.csv")
    costs = ["--cost-miss=10", "--cost-false=20", "--cost-review=1"]

    def told(*command):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("sys.stdin", io.StringIO("m\nquit\n"))
            status = main(list(command))
        return status, capsys.readouterr()

    assert told("dedupe", table, "--model", fit, "--out", out, "--min-weight=-1000")[0] == 0
    status, said = told("explain", out, "a3", "--records", table, "--model", fit)
    assert status == 0
    assert all(said.out.count(cell) >= 2 for cell in list(OURS[3].values())[1:])
    assert told("label", out, "--records", table, "--model", fit, "--labels", labels, "--by", "K")[0] == 0
    assert (tmp_path / "labels.csv").read_text("utf-8").count("\n") == 2
    assert (
        "350 records of 200 persons or things, 300 of them with a duplicate"
        in told("evaluate", out, truth)[1].out
    )
    assert told("evaluate", out, truth, "--charts", str(tmp_path / "charts"))[0] == 0
    assert told("thresholds", out, *costs, "--model", fit, "--out", str(tmp_path / "best"))[0] == 0
    sample = tmp_path / "sample.csv"
    assert told("recall", out, "--sample=5", "--out", str(sample))[0] == 0
    drawn = [{**row, "label": "match"} for row in read(sample, "sample").data.to_pylist()]
    labelled = written(drawn, tmp_path / "labelled.csv")
    assert told("recall", out, "--labels", labelled, "--model", fit)[0] == 0
    status, said = told("recall", out, "--labels", labels, "--model", fit)
    assert (status, "chosen for what they are" in said.err) == (1, True)
    status, said = told("funnel", out)
    assert (status, "name a folder that 'hpmatch link'" in said.err) == (1, True)


# What is about alerts alone


def test_what_is_about_alerts_alone_does_not_take_articles(model, tmp_path, capsys):
    """And says so, instead of asking a sender, accounting for alerts or looking for columns of persons."""
    result, register = hp.link(OURS, THEIRS, model), hp.Register.prepare(THEIRS, model)
    with pytest.raises(hp.HpmatchError, match="records of any kind and no alerts"):
        hp.what_to_ask(result, "a3")
    ledger = hp.Ledger(tmp_path / "ledger")
    with pytest.raises(hp.HpmatchError, match="records of any kind and no alerts"):
        ledger.answer(result)
    with pytest.raises(hp.LedgerError, match="link them without a ledger"):
        ledger.link(OURS, register, tmp_path / "out")
    assert not any(path.exists() for path in (tmp_path / "ledger", tmp_path / "out"))
    with pytest.raises(hp.SourceError, match="prepare the whole table again"):
        register.changed([{**THEIRS[0], "title": "green lamp"}])
    model.save(tmp_path / "m")
    files = written(OURS, tmp_path / "a.csv"), written(THEIRS, tmp_path / "b.csv")
    result.write(tmp_path / "found")
    for command in (["ask", *files, "--model", str(tmp_path / "m")], ["funnel", str(tmp_path / "found")]):
        assert main(command) == 1
        assert "records of any kind and no alerts" in capsys.readouterr().err
