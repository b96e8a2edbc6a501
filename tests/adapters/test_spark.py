"""Spark: its answers are those of the local job, row by row, and its failures are told in one line."""

import json
import logging.config
import os
import random
import re
import shutil
import subprocess
import sys
from contextlib import chdir, contextmanager
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pytest
from pyspark.errors import NumberFormatException
from pyspark.sql import functions as F  # noqa: N812

import hpmatch as hp
from hpmatch.adapters import spark as adapter
from hpmatch.adapters.spark import link, session
from hpmatch.alerts import person_ids
from hpmatch.comparison.thresholds import Thresholds
from hpmatch.generate import generate
from hpmatch.sources import read
from hpmatch.standardise.stages import PlainText

# PySpark 4.0 leaves the sockets by which it collects rows to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed <socket.socket .*127.0.0.1:ResourceWarning")

OPTIONS = {
    "spark.driver.memory": "1g",
    # Short jobs gain nothing by compiling more.
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.sql.execution.arrow.maxRecordsPerBatch": "90",  # several batches a partition
}
# Spark answers each alert by itself. Workers import this file, and know none beside it.
ALONE = replace(hp.read_model("imi"), grouping=None)
DOCUMENTATION = Path(__file__).parents[2] / "docs" / "spark.md"


@contextmanager
def _standard_error_to(path):
    """Processes started within inherit the file."""
    kept = os.dup(2)
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return tmp_path_factory.mktemp("spark")


@pytest.fixture(scope="module")
def spark(home):
    with _standard_error_to(home / "log"), chdir(home):  # both are those of Java, too
        made = session("local[2]", OPTIONS)
    yield made
    made.stop()


@pytest.fixture(scope="module")
def alerts(home):
    generate(home / "data", profile="hard", register=2000, alerts=300, hits=150, seed=5)
    return read(home / "data" / "alerts.csv", "alerts").data


@pytest.fixture(scope="module")
def register(home, alerts):
    hp.Register.prepare(home / "data" / "register.csv").save(home / "prepared")
    return home / "prepared"


@pytest.fixture(scope="module")
def local(alerts, register):
    return hp.link(alerts, register, ALONE)


def _same(found, wanted):
    """Row by row; Spark's rows come in any order."""
    alert, person = found.links.columns[:2]
    order = [(alert, "ascending"), ("match_weight", "descending"), (person, "ascending")]
    for one, other, keys in (
        (found.links, wanted.links, order),
        (found.dispositions, wanted.dispositions, "alert_id"),
    ):
        table = one.toArrow().sort_by(keys)
        assert table.column_names == other.column_names
        assert table.to_pylist() == other.to_pylist()


def _with_column(table, name, column):
    return table.set_column(table.column_names.index(name), name, column)


@pytest.mark.parametrize("partitions", [1, 3])
def test_every_row_is_that_of_the_local_job(spark, alerts, register, local, partitions):
    """Links with weights, levels and decisions, and dispositions with their persons, whatever the partitions."""
    moved = alerts.take(random.Random(1).sample(range(len(alerts)), len(alerts)))
    found = link(spark.createDataFrame(moved), register, partitions=partitions)
    _same(found, local)
    assert found.rejected.count() == 0
    assert local.links.num_rows > 100
    assert 100 < len(pc.unique(local.dispositions["person_id"])) < local.dispositions.num_rows


def test_options_say_what_they_say_locally(spark, alerts, register):
    """Another decision, another weight to keep links from, and columns told by a schema, one of them with a dot."""
    model = ALONE.with_decision(match=0.99, review=0.01)
    named = alerts.slice(0, 150).rename_columns(
        ["hpr_number" if name == "alert_id" else f"No. {name}" for name in alerts.column_names]
    )
    named = named.append_column("NO. X", pa.array([1.5] * 150))
    columns = {name: name.removeprefix("No. ") for name in named.column_names if name.startswith("No.")}
    schema = hp.Schema("hpr_number", columns)
    found = link(spark.createDataFrame(named), register, model, schema=schema, min_weight=-20)
    wanted = hp.link(named, register, model, schema=schema, min_weight=-20)
    assert found.links.columns[:2] == wanted.links.column_names[:2] == ["hpr_number_left", "hpr_number_right"]
    keys = ["hpr_number_left", "hpr_number_right"]
    tables = [
        table.sort_by([(key, "ascending") for key in keys]).to_pylist()
        for table in (found.links.toArrow(), wanted.links)
    ]
    assert tables[0] == tables[1]
    assert len(tables[0]) > 50


ODD = ("birth.town", "Sex", "a`b", "Alert_ID", "_content", "r0", "two words")


def test_columns_may_have_any_name(spark, home, alerts):
    """A column that is given a kind keeps its name, whatever Spark would read in it; a rejected row tells all of them."""
    town = ("levenshtein_0", "different")
    levels = {name: (hp.Level(town[0], 0.8, 0.05), hp.Level(town[1], 0.2, 0.95)) for name in ODD}
    model = replace(
        ALONE,
        standardisers=(*ALONE.standardisers, *map(PlainText, ODD)),
        comparisons=(
            *ALONE.comparisons,
            *(Thresholds.of_column(name, name, "levenshtein", (0,)) for name in ODD),
        ),
        classifier=replace(ALONE.classifier, levels={**ALONE.classifier.levels, **levels}),
    )
    schema = hp.Schema(columns=dict.fromkeys(ODD, "text"))
    table, people = alerts.slice(0, 60), read(home / "data" / "register.csv", "register").data
    for place, name in enumerate(ODD):
        for_alerts, for_people = (
            pa.array([f"{name} {row % (place + 2)}" for row in range(len(each))]) for each in (table, people)
        )
        table, people = table.append_column(name, for_alerts), people.append_column(name, for_people)
    table = pa.concat_tables([table, table.slice(0, 1)])
    hp.Register.prepare(people, model, schema=schema).save(home / "odd")
    found = link(spark.createDataFrame(table), home / "odd", schema=schema)
    wanted = hp.link(table, home / "odd", model, schema=schema)
    _same(found, wanted)
    for name in ODD:
        assert set(town) <= set(wanted.links[name].to_pylist())
    contents = found.rejected.toArrow()["content"].to_pylist(), wanted.rejected["content"].to_pylist()
    assert json.loads(contents[0][0]) == json.loads(contents[1][0])


def test_rows_without_an_identifier_of_their_own_are_set_aside(spark, alerts, register):
    """Over all partitions, as the local job does: repeated rows once, differing rows not at all."""
    first, second, third, *_ = alerts.slice(0, 60).to_pylist()
    rows = [
        *alerts.slice(0, 60).to_pylist(),
        {**first, "alert_id": f"\N{NO-BREAK SPACE}{first['alert_id']}\t"},
        {**second, "family_name": "Berg"},
        third,
        third,
        {**third, "alert_id": " "},
        {**third, "alert_id": None},
    ]
    table = pa.Table.from_pylist(rows, alerts.schema)
    found, wanted = (
        link(spark.createDataFrame(table).repartition(5), register),
        hp.link(table, register, ALONE),
    )
    _same(found, wanted)
    rejected = [row.reason for row in found.rejected.collect()]
    assert len(rejected) == wanted.summary["alerts"]["rejected"] == 8
    assert sorted(re.sub(" .*", "", reason) for reason in rejected) == [
        *["has"] * 2,
        *["repeats"] * 2,
        *["shares"] * 4,
    ]
    contents = found.rejected.toArrow()["content"].to_pylist(), wanted.rejected["content"].to_pylist()
    one, other = (sorted(map(json.loads, each), key=str) for each in contents)
    assert one == other


def test_a_wholly_empty_column_is_as_good_as_absent(spark, alerts, register):
    """Only what is empty in all partitions; all that is needed may not be."""
    table = alerts.slice(0, 60)
    empty = pa.nulls(60, pa.string())
    mostly = pa.array([None] * 59 + ["LT"])
    for name, column in (("sending_country", empty), ("sending_country", mostly), ("given_name", empty)):
        told = _with_column(table, name, column)
        _same(link(spark.createDataFrame(told), register, partitions=3), hp.link(told, register, ALONE))
    for name in ("family_name", "given_name", "birth_date"):
        table = _with_column(table, name, empty)
    with pytest.raises(hp.SchemaError, match="'given_name' .* is empty in all 60 rows; fill it") as raised:
        link(spark.createDataFrame(table), register)
    with pytest.raises(hp.SchemaError, match=re.escape(str(raised.value))):
        hp.link(table, register, ALONE)


def test_a_night_without_alerts_is_a_run_as_any_other(spark, alerts, register):
    """As locally: all tables, and nothing in them."""
    none = alerts.slice(0, 0)
    found = link(spark.createDataFrame([], spark.createDataFrame(alerts.slice(0, 1)).schema), register)
    wanted = hp.link(none, register, ALONE)
    for name in ("links", "dispositions", "rejected"):
        assert getattr(found, name).count() == 0
    assert found.links.columns == wanted.links.column_names


def test_a_model_for_tables_of_any_kind_asks_for_no_column(spark, home, alerts):
    """As locally; but something of what it compares has to be there."""
    free = replace(ALONE, subject="records")
    hp.Register.prepare(home / "data" / "register.csv", free).save(home / "free")
    table = alerts.slice(0, 60).drop_columns(["birth_date"])
    _same(link(spark.createDataFrame(table), home / "free"), hp.link(table, home / "free", free))
    for job, bare in ((link, spark.createDataFrame), (hp.link, lambda table: table)):
        with pytest.raises(hp.SchemaError, match="no column .*has anything that the model compares"):
            job(bare(table.select(["alert_id", "measure"])), home / "free", free)


@pytest.fixture(scope="module")
def articles(home):
    """Two columns, of which the second identifies a row, and a model of such tables, with which they are prepared."""
    rows = [{"a.title": f"lamp {place % 50} {place % 7}", "no": str(place)} for place in range(60)]
    model = hp.train(rows, rows, schema=hp.Schema("no", {"a.title": "text"})).model
    hp.Register.prepare(rows, model, schema=hp.Schema("no")).save(home / "articles")
    return rows


@pytest.mark.parametrize("first", ["lamp 1 1", " ", None], ids=["shared", "blank", "empty"])
def test_a_first_column_that_identifies_nothing_is_refused(spark, home, articles, first):
    """As locally, in the same words, with the columns that would do."""
    rows = [{**articles[0], "a.title": first}, *articles[1:]]
    schema = "`a.title` string, no string"
    messages = []
    for job, table in ((link, spark.createDataFrame(rows, schema)), (hp.link, rows)):
        with pytest.raises(hp.SchemaError, match="nothing says which column .* would do: no$") as raised:
            job(table, home / "articles")
        messages.append(str(raised.value))
    assert messages[0] == messages[1]
    _same(
        link(spark.createDataFrame(rows, schema), home / "articles", id="no"),
        hp.link(rows, home / "articles", id="no"),
    )


def test_a_first_column_that_identifies_the_rows_does(spark, home, articles):
    """A row that is there twice word for word does no harm."""
    rows = [{"sku": f"s{row['no']}", **row} for row in articles]
    table = spark.createDataFrame([*rows, rows[3]], "sku string, no string, `a.title` string")
    _same(link(table, home / "articles"), hp.link([*rows, rows[3]], home / "articles"))


def test_numbers_and_dates_are_read_as_text(spark, alerts, register):
    """A DataFrame's own types will do where they have one text; others are refused by the column's name."""
    clean = alerts.filter(pc.match_substring_regex(alerts["birth_date"], r"^\d{4}-\d\d-\d\d$")).slice(0, 40)
    dates = clean["birth_date"].cast(pa.date32())
    typed = clean.set_column(clean.column_names.index("birth_date"), "birth_date", dates)
    typed = typed.set_column(0, "alert_id", pa.array(range(100, 100 + len(typed))))
    _same(link(spark.createDataFrame(typed), register), hp.link(typed, register, ALONE))
    doubtful = typed.set_column(0, "alert_id", pa.array([float(row) for row in range(len(typed))]))
    with pytest.raises(hp.SchemaError, match="'alert_id' holds double; cast it"):
        link(spark.createDataFrame(doubtful), register)


def test_persons_are_grouped_as_the_local_job_groups_them(spark):
    """Every alert is a person of its own, but for those that match the same one."""
    draw = random.Random(7)
    ids = [f"A{number:03}" for number in range(300)]
    matched = [draw.choice([None, None, None, *"123456789"]) for _ in ids]
    answers = spark.createDataFrame(
        pa.table(
            {
                "alert_id": ids,
                "disposition": ["match" if person else "no_match" for person in matched],
                "hpr_number": pa.array(matched, pa.string()),
                "match_probability": [0.0] * 300,
                "reason": [""] * 300,
            }
        )
    )
    found = adapter._with_persons(answers).toArrow().sort_by("alert_id")["person_id"].to_pylist()
    assert found == person_ids(ids, np.arange(300), matched)


def test_models_that_look_at_all_alerts_are_refused(spark, alerts, register):
    """A stage that no package offers may do anything; the message names it."""
    model = replace(hp.read_model("imi"), classifier=Learner())
    with pytest.raises(hp.PluginError, match="Learner cannot be saved"):
        link(spark.createDataFrame(alerts), register, model)


class Learner:
    def match_weights(self, vectors):
        """Never called."""


def test_what_cannot_be_used_says_what_to_give(spark, alerts, register):
    """Alerts that are not Spark's, a weight that is no number, parts that there cannot be."""
    opened = hp.Register.open(register)
    with pytest.raises(hp.SourceError, match="the register is a Register; give the path of its folder"):
        link(spark.createDataFrame(alerts), opened)
    given = {"pyarrow Table": alerts, "pandas DataFrame": alerts.to_pandas(), "builtins str": "alerts.csv"}
    for kind, other in given.items():
        with pytest.raises(hp.SourceError, match=f"a {kind}; give a Spark DataFrame"):
            link(other, register)
    people = spark.createDataFrame(alerts.slice(0, 10))
    with pytest.raises(hp.HpmatchError, match="min_weight is NaN; give a number"):
        link(people, register, min_weight=float("nan"))
    for parts in (0, -1, "x", 1.5):
        with pytest.raises(hp.HpmatchError, match="partitions has to be a whole number from 1"):
            link(people, register, partitions=parts)


def test_a_register_that_is_not_there_is_told_at_once(spark, alerts, tmp_path):
    """Before anything runs, with the folder and what to do."""
    with pytest.raises(hp.SourceError, match=r"cannot reach the register in .*absent .*hpmatch prepare"):
        link(spark.createDataFrame(alerts), tmp_path / "absent")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (shutil.rmtree, "cannot reach the register in"),
        (lambda folder: (folder / "manifest.json").write_text("{}"), "sees another register in"),
        (lambda folder: (folder / "ids.arrow").write_bytes(b""), "ids.arrow is not as it was written"),
    ],
    ids=["gone", "another", "damaged"],
)
def test_what_only_a_worker_meets_comes_back_in_words(
    spark, alerts, register, tmp_path, monkeypatch, change, words
):
    """A register that goes, changes or breaks after the driver has looked: one line, no stack of Spark's."""
    folder = shutil.copytree(register, tmp_path / "copy")
    run = adapter._told
    monkeypatch.setattr(adapter, "_told", lambda work: (change(folder), run(work))[1])
    with pytest.raises(hp.SourceError, match=words) as raised:
        link(spark.createDataFrame(alerts), folder)
    assert "\n" not in str(raised.value)


def _die(batches):
    os._exit(3)
    yield from batches


def _stumble(self, batch):
    raise KeyError(batch.column("family_name")[0].as_py())


def test_failures_are_told_without_anything_of_a_person(spark, home, alerts, register):
    """A worker that dies, Spark's own message with a name in it, an unforeseen error: neither raised nor logged."""
    people = spark.createDataFrame(alerts)
    with pytest.raises(hp.HpmatchError, match="a Python worker died, most likely for want of memory") as died:
        link(people.mapInArrow(_die, people.schema), register)
    with pytest.raises(hp.HpmatchError, match="CAST_INVALID_INPUT") as quoted:
        link(people.withColumn("sex", F.col("family_name").cast("int")), register)
    batch = alerts.combine_chunks().to_batches()[0]
    failed = type("Failing", (adapter._Job,), {"_answered": _stumble})
    job = failed(register, "", hp.read_model("imi"), "hpr_number", None)
    failure = next(iter(job.answers(iter([batch]))))["failure"][0].as_py()
    assert failure.startswith("KeyError at test_spark.py, line ")
    told = [failure, *(repr(error.value) + repr(error.value.__context__) for error in (died, quoted))]
    assert max(map(len, told)) < 300
    log = (home / "log").read_text("utf-8")
    assert len(log.splitlines()) < 20
    names = {name for name in alerts["family_name"].to_pylist() if name and len(name) > 3}
    assert not [name for name in names if name in log or any(name in text for text in told)]


def test_no_logger_of_spark_writes_what_a_cell_holds(spark, home, register, caplog, capfd):
    """Of Java or of Python, within ``link`` and without, though ``logging.config`` enables what was disabled."""
    logging.config.dictConfig({"version": 1, "disable_existing_loggers": False})
    people = spark.createDataFrame([("A1", "Kvamvik")], "alert_id string, family_name string")
    people.createOrReplaceTempView("people")
    spoilt = people.withColumn("family_name", F.col("family_name").cast("int"))
    spoilt = spoilt.withColumn("given_name", F.col("alert_id")).withColumn("birth_date", F.col("alert_id"))
    with pytest.raises(hp.HpmatchError, match="CAST_INVALID_INPUT"):
        link(spoilt, register)
    with pytest.raises(NumberFormatException, match="Kvamvik"):
        spoilt.collect()
    with pytest.raises(NumberFormatException, match="Kvamvik"):
        spark.sql("select cast(family_name as int) from people").collect()
    logged = [str(vars(record)) for record in caplog.records]
    assert not [each for each in (*logged, *capfd.readouterr()) if "Kvamvik" in each]
    assert "Kvamvik" not in (home / "log").read_text("utf-8")  # where Java writes


def test_the_documented_example_runs(spark, home, alerts, register, monkeypatch):
    """Here, where a session is there already."""
    monkeypatch.chdir(home)
    shutil.copytree(register, home / "prepared-register")
    pyarrow.csv.write_csv(alerts.slice(0, 40), home / "alerts.csv")
    example = re.search(r"```py\n(.*?)```", DOCUMENTATION.read_text("utf-8"), re.DOTALL)[1]
    exec(compile(example, DOCUMENTATION.name, "exec"), {})  # noqa: S102
    assert any((home / "result" / "dispositions").glob("*.parquet"))


def _python(code, **environment):
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment
    )
    return done.stderr.strip().splitlines()[-1]


START = "from hpmatch.adapters.spark import session; session()"


def test_without_java_it_says_what_to_install(tmp_path):
    """None at all, none where JAVA_HOME says, and one that is too old."""
    assert "needs Java, and none can be run on this machine; install Java 17 and set JAVA_HOME" in _python(
        START, PATH=""
    )
    assert f"none can be run in JAVA_HOME ({tmp_path})" in _python(
        START, PATH=os.environ["PATH"], JAVA_HOME=str(tmp_path)
    )
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    java.write_text("#!/bin/sh\necho 'openjdk version \"11.0.2\" 2019-01-15' >&2\n")
    java.chmod(0o755)
    assert "needs Java 17 or later, and this is Java 11; install Java 17" in _python(
        START, PATH=os.environ["PATH"], JAVA_HOME=str(tmp_path)
    )


def test_without_pyspark_it_names_the_extra():
    """The error of a missing package says which extra holds it."""
    code = f"""
import sys
sys.modules["pyspark"] = None
{START}
"""
    assert _python(code).endswith("which is not installed: pip install 'hpmatch[spark]'")
