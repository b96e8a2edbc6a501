"""Tables about anything: which column identifies a record, what is said of them, and that a trained model knows what its columns are."""

import io
import json
import random
import re
from dataclasses import dataclass, replace

import pandas as pd
import pytest
from registers import written

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.errors import ModelError, SchemaError
from hpmatch.explain.folder import explain_folder
from hpmatch.labelling import start_labelling
from hpmatch.model import read_model
from hpmatch.output import MODEL_FILE
from hpmatch.reading import read_for
from hpmatch.standardise.stages import PlainText

KINDS = {"town": "category", "price": "number", "code": "identifier"}
BERG = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}


def goods(number, prefix, seed=1):
    """Goods, the same in each list but for their identifiers."""
    rng = random.Random(seed)
    return [
        {
            "sku": f"{prefix}{place}",
            "town": rng.choice(["bodø", "oslo", "moss", "hamar"]),
            "price": f"{rng.randrange(100, 90_000) / 100:.2f}",
            "code": str(rng.randrange(10**7, 10**8)),
        }
        for place in range(number)
    ]


def right(links):
    """How many links join the two copies of a thing, and how many do not."""
    pairs = zip(*(links.column(place).to_pylist() for place in (0, 1)), strict=True)
    same = [left[1:] == other[1:] for left, other in pairs]
    return same.count(True), same.count(False)


@pytest.fixture(scope="module")
def trained():
    """Trained without a schema."""
    return hp.train(goods(200, "a"), goods(200, "b"))


def test_what_the_columns_were_taken_for_is_told(trained):
    """As the text of a schema file, to be put right and given back."""
    assert trained.schema == hp.Schema("sku", KINDS)
    assert all(f"\n  {line}" in str(trained) for line in str(trained.schema).splitlines())


def test_columns_known_by_name_are_told_beside_those_that_a_schema_says(tmp_path, capsys):
    """One sees that a whole name counts beside its parts, and what no model reads; what tables call otherwise is not told."""
    rng = random.Random(1)
    people = [
        {"no": str(place), "surname": family, "first_name": given, "dob": f"19{rng.randrange(40, 99)}-03-0{place % 9 + 1}"}
        | {"full_name": f"{given} {family}", "status": "valid"}
        for place in range(60)
        for family, given in [(rng.choice(["Berg", "Moe", "Dahl"]), rng.choice(["Kari", "Ola", "Liv"]))]
    ]  # fmt: skip
    schema = tmp_path / "schema.toml"
    schema.write_text('[columns]\nfull_name = "name"\n', "utf-8")
    named = {"surname": "family_name", "first_name": "given_name", "dob": "birth_date"}
    found = hp.train(people, schema=schema)
    assert found.schema == hp.Schema("no", {**named, "full_name": "name"})
    assert hp.train(people, schema=found.schema).model == found.model
    assert named.items() <= hp.train(people).schema.columns.items()
    others = [{**{name: row[name] for name in row if name != "dob"}, "born": row["dob"]} for row in people]
    apart = hp.Schema(columns={"full_name": "name"})
    two = hp.train(people, others, schema=apart)
    assert "dob" not in two.schema.columns
    assert two.left_out == ("dob", "status", "born")  # nobody knows that born is what dob is
    assert hp.train(people).left_out == ("full_name", "status")
    assert "\ncolumns left out: full_name, status\n" in f"{hp.train(people)}\n"
    out = ["--train", "--schema", str(schema), "--out", str(tmp_path / "out")]
    assert main(["dedupe", written(people, tmp_path / "people.csv"), *out]) == 0
    printed = [line for line in capsys.readouterr().out.splitlines() if line.startswith("columns ")]
    assert [line.split(maxsplit=3) for line in printed] == [
        [
            "columns",
            "taken",
            "for",
            "4  surname family_name, first_name given_name, dob birth_date, full_name name",
        ],
        ["columns", "left", "out", "1  status"],
    ]


def test_a_model_knows_what_it_reads(trained, tmp_path):
    """No schema is needed where the columns are called as they were when it was trained."""
    trained.model.save(tmp_path / "model.json")
    for model in (trained.model, tmp_path / "model.json"):
        links = hp.link(goods(200, "a"), goods(200, "b"), model).links
        assert right(links) == (200, 0)
        assert len(hp.dedupe([*goods(200, "a"), *goods(200, "b")], model).pairs) == 200
    register = hp.Register.prepare(goods(200, "b"), trained.model)
    assert hp.link(goods(200, "a"), register, trained.model).links == links


def test_what_columns_are_taken_for_while_linking_is_told(tmp_path, capsys):
    """On the screen and in the summary."""
    table = written([*goods(100, "a"), *goods(100, "b")], tmp_path / "goods.csv")
    assert main(["dedupe", table, "--train", "--out", str(tmp_path / "out")]) == 0
    assert "town category, price number, code identifier" in capsys.readouterr().out
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["training"]["columns"] == KINDS


def test_a_table_of_other_columns_is_told_what_the_model_reads(trained):
    """It may call the same things otherwise."""
    with pytest.raises(SchemaError, match="which reads town, price, code; say in a schema file"):
        hp.dedupe([{"id": "1", "place": "oslo"}], trained.model)


def test_a_schema_names_other_columns_for_what_a_model_reads(trained):
    """By the name that the model gives it."""
    others = [
        {"sku": row["sku"], "place": row["town"], "price": row["price"], "code": row["code"]}
        for row in goods(200, "b")
    ]
    found = read_for(trained.model, others, "register", hp.Schema(columns={"place": "town"}))
    assert found.records["town"].to_pylist()[0] == [goods(1, "b")[0]["town"].replace("ø", "o")]


def test_the_commands_need_no_schema(tmp_path, capsys):
    """`train`, `link`, `explain` and `label`, from one to the next."""
    left, right_ = written(goods(150, "a"), tmp_path / "a.csv"), written(goods(150, "b"), tmp_path / "b.csv")
    model, out = str(tmp_path / "model.json"), str(tmp_path / "out")
    files = ["--alerts", left, "--register", right_]
    assert main(["train", left, right_, "--out", model]) == 0
    assert '"price" = "number"' in capsys.readouterr().out
    assert main(["link", left, right_, "--model", model, "--out", out, "--min-weight=-1000"]) == 0
    assert main(["explain", out, "a3", *files, "--model", model]) == 0
    told = capsys.readouterr().out
    assert all(cell in told for cell in goods(4, "a")[3].values())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.stdin", io.StringIO("m\nquit\n"))
        labels = str(tmp_path / "labels.csv")
        assert (
            main(["label", out, *files, "--model", model, "--labels", labels, "--number", "4", "--by", "K"])
            == 0
        )
    assert (tmp_path / "labels.csv").read_text("utf-8").count("\n") == 2


def test_records_of_any_kind_are_not_explained_without_the_model(trained, tmp_path):
    """It alone says which columns are read; the message does not ask for those of alerts. The folder holds it."""
    tables = goods(200, "a"), goods(200, "b")
    result = hp.link(*tables, trained.model)
    result.write(tmp_path / "out")
    told = explain_folder(tmp_path / "out", "a1", alerts=tables[0], register=tables[1])
    assert told.changes == result.explain("a1").changes
    (tmp_path / "out" / MODEL_FILE).unlink()
    with pytest.raises(ModelError, match="give it"):
        explain_folder(tmp_path / "out", "a1", alerts=tables[0], register=tables[1])
    shown = explain_folder(tmp_path / "out", "a1", alerts=tables[0], register=tables[1], model=trained.model)
    assert {told.column for told in shown.records[0]} == set(KINDS)
    pair = start_labelling(
        tmp_path / "out",
        tmp_path / "labels.csv",
        number=1,
        by="K",
        alerts=tables[0],
        register=tables[1],
        model=trained.model,
    ).next()
    assert pair is not None


@pytest.fixture(scope="module")
def told_of_goods(trained, tmp_path_factory):
    """What is said of goods, by who says it; the identifiers of the tables are both called sku."""
    left, other = goods(200, "a"), goods(200, "b")
    result = hp.link(left, other, trained.model, min_weight=-1000)
    truth = [
        {"sku_left": f"a{place}", "sku_right": f"b{place}" if place % 4 else "", "shop": "x"}
        for place in range(200)
    ]
    chosen = hp.thresholds(result, cost_miss=10, cost_false=20, cost_review=1)
    calibration = hp.calibrate(left, other, truth, trained.model)
    return {
        "evaluate": str(hp.evaluate(result, truth)),
        "thresholds": str(chosen),
        "calibrate": str(calibration),
    }, (result, truth, chosen)


@pytest.mark.parametrize("who", ["evaluate", "thresholds", "calibrate"])
def test_goods_are_no_alerts_and_no_persons(told_of_goods, who):
    """In nothing that is printed of them."""
    told = told_of_goods[0][who]
    assert "record" in told
    assert not re.search("alert|register|hpr_number|person", told.replace("persons or things", ""))


def test_charts_of_goods_speak_of_no_persons_alone(told_of_goods, trained):
    """Neither in titles nor in labels."""
    charts = pytest.importorskip("hpmatch.charts")
    result, truth, chosen = told_of_goods[1]
    drawn = {
        "weights": charts.match_weights_chart(trained.model, registered=200),
        "m_u": charts.m_u_chart(trained.model),
        "scores": charts.score_chart(result, truth),
        "thresholds": charts.threshold_chart(chosen),
    }
    for name, chart in drawn.items():
        words = re.sub("persons? or things?", "", json.dumps(chart.to_dict()))
        assert not re.search(r"alert|persons?\b|registered", words), name
    assert "prior (200 records)" in json.dumps(drawn["weights"].to_dict())
    assert "missed matches" in json.dumps(drawn["thresholds"].to_dict())


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda truth: [{"asset": row["sku_left"], "cluster_id": "1"} for row in truth], "no column sku_left, sku_right; it has asset"),
        (lambda truth: [{"sku_left": row["sku_left"]} for row in truth], "no column sku_right; it has sku_left$"),
        (lambda truth: truth[:9], "about 191 of the 200 records; give each a row, with an empty sku_right where there is no match"),
        (lambda truth: [*truth, truth[0]], "names a record more than once; give each record one row"),
        (lambda truth: [{**row, "sku_right": row["sku_right"][1:]} for row in truth], "none of the 150 records that the truth names"),
    ],
)  # fmt: skip
def test_a_truth_of_goods_is_refused_in_their_words(told_of_goods, change, message):
    """Whoever links goods has no alert_id."""
    result, truth, _ = told_of_goods[1]
    with pytest.raises(hp.HpmatchError, match=message):
        hp.evaluate(result, change(truth))


def test_what_is_not_read_of_goods_is_told_by_side(tmp_path, capsys):
    """There are no alerts and no register; of those the table is named as ever."""
    sides = [[{**row, f"note{side}": "x"} for row in goods(100, side)] for side in "ab"]
    hp.train(*sides).model.save(tmp_path / "model.json")
    files = [written(rows, tmp_path / f"{place}.csv") for place, rows in enumerate(sides)]
    assert (
        main(["link", *files, "--model", str(tmp_path / "model.json"), "--out", str(tmp_path / "out")]) == 0
    )
    assert "left: notea; right: noteb" in capsys.readouterr().out


# Which column identifies a record


@pytest.mark.parametrize("name", ["id", "rec_id", "Record ID", "unique_id"])
def test_a_column_that_is_called_an_identifier_is_it(name):
    """Wherever it stands."""
    rows = [{**BERG, name: "1"}, {**BERG, name: "2"}]
    assert hp.dedupe(rows).clusters.to_pylist() == [
        {name: "1", "cluster_id": "1"},
        {name: "2", "cluster_id": "1"},
    ]


def test_an_index_with_a_name_identifies_the_rows():
    """And all columns are left to be compared."""
    frames = [pd.DataFrame(goods(200, prefix)).set_index("sku") for prefix in "ab"]
    result = hp.link(*frames, train=True)
    assert right(result.links) == (200, 0)
    assert result.links.column_names[:2] == ["sku_left", "sku_right"]
    assert result.summary["alerts"]["rejected"] == 0


FIRST_SHARED = [{"town": row["town"], **row} for row in goods(60, "a")]
FIRST_EMPTY = [{"old": "" if place == 5 else str(place), **row} for place, row in enumerate(goods(60, "a"))]


@pytest.mark.parametrize("rows", [FIRST_SHARED, FIRST_EMPTY], ids=["shared", "empty"])
@pytest.mark.parametrize("act", [hp.train, lambda rows: hp.dedupe(rows, train=True)])
def test_a_first_column_that_identifies_nothing_is_refused(rows, act):
    """Not one row in three set aside; those that would do are named."""
    with pytest.raises(SchemaError, match=r"nothing says which column .* would do: sku, (price, )?code$"):
        act(rows)


def test_no_column_at_all_may_identify():
    """As in a frame whose rows are numbered by its index alone."""
    frame = pd.DataFrame({"town": ["oslo", "moss", "oslo"], "code": ["1", "2", "2"]})
    with pytest.raises(SchemaError, match="add a column that numbers the rows"):
        hp.train(frame)


def test_a_file_without_a_header_is_not_repeated(tmp_path):
    """Its first line is data."""
    (tmp_path / "people.csv").write_text("Moe,Berg\nMoe,Dahl\nMoe,Lund\nMoe,Lie\n", "utf-8")
    with pytest.raises(SchemaError, match="nothing says which column") as raised:
        hp.train(tmp_path / "people.csv")
    assert "Berg" not in str(raised.value)


@pytest.mark.parametrize("cell", ["1980-02-03", "03.02.80", "15839326995"])
@pytest.mark.parametrize("act", [hp.train, lambda path: hp.dedupe(path, train=True)])
def test_a_first_line_of_data_names_no_column(tmp_path, act, cell):
    """It would be told as the names of columns, and the record be lost."""
    lines = [f"{place};Berg{place % 20};oslo{place % 7};{place % 9}" for place in range(1, 120)]
    (tmp_path / "people.csv").write_text("\n".join([f"no;Kari;moss;{cell}", *lines]), "utf-8")
    with pytest.raises(SchemaError, match=r"people\.csv: a date or a long number stands where") as raised:
        act(tmp_path / "people.csv")
    assert not any(told in str(raised.value) for told in ("Kari", cell))


def test_a_year_names_a_column(tmp_path):
    rows = [{**row, "2019": row["town"]} for row in [*goods(100, "a"), *goods(100, "b")]]
    pd.DataFrame(rows).to_csv(tmp_path / "goods.csv", index=False)
    assert "2019" in {part.name for part in hp.train(tmp_path / "goods.csv", id="sku").model.parts}


def test_a_row_that_is_there_twice_word_for_word_does_no_harm():
    """The first column still identifies, and the second copy is set aside as anywhere."""
    rows = [{"no": str(place), **BERG} for place in range(3)]
    counts = hp.dedupe([*rows, rows[1]]).summary["records"]
    assert (counts["rows"], counts["read"], counts["rejected"]) == (4, 3, 1)


def test_the_identifier_can_be_said():
    """To learn, to link and to find duplicates; its rows are then set aside as those of any identifier."""
    left, other = ([{"town": row["town"], **row} for row in goods(200, prefix)] for prefix in "ab")
    model = hp.train(left, other, id="sku").model
    assert "town" in {part.name for part in model.parts}
    for result in (hp.link(left, other, model, id="sku"), hp.link(left, other, train=True, id="sku")):
        assert right(result.links) == (200, 0)
    assert len(hp.dedupe([*left, *other], model, id="sku").pairs) == 200
    assert (
        hp.dedupe([*left, left[0] | {"town": "molde"}], model, id="sku").summary["records"]["rejected"] == 2
    )


def test_a_schema_file_may_say_the_identifier_alone(tmp_path):
    """The cells then tell what the columns are."""
    (tmp_path / "schema.toml").write_text('id = "sku"\n', "utf-8")
    rows = [{"town": row["town"], **row} for row in [*goods(100, "a"), *goods(100, "b")]]
    found = hp.train(rows, schema=tmp_path / "schema.toml")
    assert found.schema == hp.Schema("sku", KINDS)
    assert len(hp.dedupe(rows, train=True, schema=tmp_path / "schema.toml").pairs) == 100


def test_numbers_of_a_model_file_are_compared_alike(trained, tmp_path):
    """The comparison is plain text in it."""
    trained.model.save(tmp_path / "model.json")
    assert read_model(tmp_path / "model.json") == trained.model
    assert [part.levels for part in trained.model.parts if part.name == "price"] == [
        ("same", "within_1_percent", "within_10_percent", "different")
    ]


# What is not compared


@dataclass(frozen=True)
class Town:
    name: str = "town"
    columns: tuple = ("town",)
    levels: tuple = ("same", "different")

    def compare(self, left, right):
        return hp.Compared.cut(
            (float(a == b) for a, b in zip(left["town"], right["town"], strict=True)), (1.0,)
        )


def with_towns():
    """The shipped model, with a comparison of its user's own."""
    imi = read_model("imi")
    numbers = (hp.Level("same", m=0.8, u=0.05), hp.Level("different", m=0.2, u=0.95))
    return replace(
        imi,
        standardisers=(*imi.standardisers, PlainText("town")),
        comparisons=(*imi.comparisons, Town()),
        classifier=replace(imi.classifier, levels={**imi.classifier.levels, "town": numbers}),
    )


def test_a_plug_ins_column_is_read_by_its_name():
    """In batches and one by one, without a schema."""
    alert, person = {"alert_id": "A1", **BERG, "town": "Oslo"}, {"hpr_number": "7", **BERG, "town": "OSLO"}
    (hit,) = hp.link([alert], [person], with_towns()).explain("A1").candidates
    assert hit.evidence[-1].level == "same"
    (screened,) = hp.Register.prepare([person], with_towns()).screen(alert)
    assert screened.evidence == hit.evidence
    assert hp.score(alert, person, with_towns()).evidence == hit.evidence


def test_what_no_pair_can_be_compared_by_is_told(tmp_path, capsys):
    """A column that a table lacks, or that is empty there, is no silent gap."""
    alert, person = {"alert_id": "A1", **BERG, "sex": "F"}, {"hpr_number": "7", **BERG, "sex": "F"}
    for of_alert, of_person in (
        ({}, {}),
        ({"town": "oslo"}, {}),
        ({}, {"town": "oslo"}),
        ({"town": "oslo"}, {"town": ""}),
    ):
        summary = hp.link([{**alert, **of_alert}], [{**person, **of_person}], with_towns()).summary
        assert "town" in summary["not_compared"]
        assert "sex" not in summary["not_compared"]
    told = hp.link([{**alert, "town": "oslo"}], [{**person, "town": "moss"}], with_towns()).summary
    assert "town" not in told["not_compared"]
    assert (
        "town" in hp.dedupe([{"id": "1", **BERG}, {"id": "2", **BERG}], with_towns()).summary["not_compared"]
    )
    files = written([alert], tmp_path / "a.csv"), written([person], tmp_path / "r.csv")
    assert main(["link", *files, "--out", str(tmp_path / "out")]) == 0
    assert (
        "profession, specialty, country, national_id: a table has no such column" in capsys.readouterr().out
    )
