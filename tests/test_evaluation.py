"""Results held against the truth: examples worked out on paper, slices, what is refused; the command."""

import json
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.evaluation import evaluate
from hpmatch.evaluation.judging import judge
from hpmatch.evaluation.measures import (
    estimates,
)
from hpmatch.evaluation.truth import check_truth

PERSON = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
# Ten alerts; a to f are about registered persons. Worked out on paper:
#   matches a b c d g: right a b c, wrong d (another person) and g (nobody) -> precision 3/5, recall 3/6, F1 6/11
#   review e (names the right person) and h -> recall with review 4/6
#   likeliest links by probability: a b c right, g wrong, d wrong, e right, h wrong
TRUTH = [
    {"alert_id": "a", "person_id": "p1", "hpr_number": "1", "tags": "x;y", "country": "LT"},
    {"alert_id": "b", "person_id": "p1", "hpr_number": "1", "tags": "x", "country": "LT"},
    {"alert_id": "c", "person_id": "p3", "hpr_number": "3", "tags": "", "country": "SE"},
    {"alert_id": "d", "person_id": "p4", "hpr_number": "4", "tags": "y", "country": "SE"},
    {"alert_id": "e", "person_id": "p5", "hpr_number": "5", "tags": "y", "country": "SE"},
    {"alert_id": "f", "person_id": "p6", "hpr_number": "6", "tags": "", "country": ""},
    {"alert_id": "g", "person_id": "p7", "hpr_number": "", "tags": "x", "country": "LT"},
    {"alert_id": "h", "person_id": "p8", "hpr_number": "", "tags": "", "country": "LT"},
    {"alert_id": "i", "person_id": "p9", "hpr_number": "", "tags": "", "country": "SE"},
    {"alert_id": "j", "person_id": "p10", "hpr_number": "", "tags": "", "country": "SE"},
]
LINKS = [
    ("a", "1", 9.0, 0.99, "match"), ("b", "1", 8.0, 0.98, "match"), ("c", "3", 7.0, 0.97, "match"),
    ("g", "8", 6.0, 0.96, "match"), ("d", "9", 5.0, 0.95, "match"), ("d", "4", -3.0, 0.01, "no_match"),
    ("e", "5", 0.0, 0.5, "review"), ("e", "7", -1.0, 0.3, "review"), ("h", "2", -1.0, 0.4, "review"),
]  # fmt: skip
DISPOSED = {
    "a": ("match", "1"), "b": ("match", "1"), "c": ("match", "3"), "d": ("match", "9"), "g": ("match", "8"),
    "e": ("review", "5"), "h": ("review", "2"), "f": ("no_match", None), "i": ("no_match", None), "j": ("unmatchable", None),
}  # fmt: skip
ON_PAPER = {
    "precision": 3 / 5,
    "recall": 3 / 6,
    "f1": 6 / 11,
    "recall_with_review": 4 / 6,
    "review_share": 2 / 10,
    "best_f1": 6 / 9,  # the first three, or the first six: 2 * 3 / (3 + 6) and 2 * 4 / (6 + 6) are the same
    "recall_at_95": 3 / 6,
    "recall_at_99": 3 / 6,
    "pairs_completeness": 5 / 6,
    "pairs_quality": 5 / 9,
    "reduction_ratio": 1 - 9 / (10 * 20),
    "brier": (0.01**2 + 0.02**2 + 0.03**2 + 0.96**2 + 0.95**2 + 0.5**2 + 0.4**2) / 7,
}


def _links():
    names = ("alert_id", "hpr_number", "match_weight", "match_probability", "decision")
    return pa.table(dict(zip(names, map(list, zip(*LINKS, strict=True)), strict=True)))


def _dispositions():
    rows = [
        {"alert_id": alert, "disposition": kind, "hpr_number": person}
        for alert, (kind, person) in DISPOSED.items()
    ]
    return pa.Table.from_pylist(rows)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "result"
    made.mkdir()
    pq.write_table(_links(), made / "links.parquet")
    pq.write_table(_dispositions(), made / "dispositions.parquet")
    summary = {"candidate_pairs": len(LINKS), "register": {"read": 20}}
    (made / "summary.json").write_text(json.dumps(summary))
    return made


@pytest.mark.parametrize(("measure", "value"), ON_PAPER.items())
def test_an_example_worked_out_on_paper(folder, measure, value):
    """Each figure is what a person gets with a pencil."""
    found = evaluate(folder, TRUTH, replicates=0)
    assert found.estimates[measure].value == pytest.approx(value)


def test_probabilities_are_not_judged_by_the_links_that_were_kept(folder):
    """A tenth candidate pair was left out as too unlikely: the alerts that have a link are no sample of all."""
    summary = {"candidate_pairs": len(LINKS) + 1, "register": {"read": 20}}
    (folder / "summary.json").write_text(json.dumps(summary))
    found = evaluate(folder, TRUTH, replicates=0)
    assert not {"brier", "calibration_error", "pairs_completeness"} & set(found.estimates)
    assert found.calibration  # bin by bin they may be


@pytest.mark.parametrize("lacking", ["match_weight", "match_probability"])
def test_equals_are_equals_whatever_is_not_told(lacking):
    """One right and three wrong of the same score: no threshold parts them, so precision is 1/4 and best F1 2 / (4 + 4)."""
    alerts = list("abcd")
    links = {
        "alert_id": alerts,
        "hpr_number": ["1", "x", "y", "z"],
        "match_weight": [1.0] * 4,
        "match_probability": [0.9] * 4,
    }
    links = pa.table(links).drop_columns([lacking])
    disposed = pa.table(
        {"alert_id": alerts, "disposition": ["match"] * 4, "hpr_number": ["1", "x", "y", "z"]}
    )
    truth = pa.table({"alert_id": alerts, "hpr_number": ["1", "2", "3", "4"]})
    for rows in ([0, 1, 2, 3], [3, 2, 1, 0]):
        answers, _ = judge(disposed, links.take(rows), truth)
        found = estimates(answers, replicates=0)
        assert (found["best_f1"].value, found["recall_at_95"].value) == (0.25, 0)


def test_the_counts_of_the_example(folder):
    """Alerts, hits, matches, reviews and persons are counted."""
    found = evaluate(folder, TRUTH, replicates=0)
    assert (found.alerts, found.hits, found.matches, found.review, found.persons) == (10, 6, 5, 2, 9)
    assert found.curve[0] == (1.0, pytest.approx(1 / 6))
    assert str(found).splitlines()[4].startswith("precision of matches")
    assert sum(each.alerts for each in found.calibration) == found.matches + found.review


@pytest.mark.parametrize("min_weight", [None, -1000])
def test_a_review_names_all_namesakes_that_may_be_meant(min_weight):
    """Of 25 namesakes none is likely alone; each is shown, and a clerk who knows which it is finds the person."""
    name = {"family_name": "Szczygielska", "given_name": "Kinga"}
    others = [{"hpr_number": "9", "family_name": "Berg", "given_name": "Kinga", "birth_date": "1960-01-02"}]
    register = [
        {"hpr_number": str(100 + i), **name, "birth_date": f"{1950 + i}-03-{10 + i % 15}"} for i in range(25)
    ]
    alert = {"alert_id": "A1", **name, "birth_date": None, "sending_country": "PL", "profession": "nurse"}
    result = hp.link([alert], register + others, min_weight=min_weight)
    assert result.dispositions["disposition"].to_pylist() == ["review"]
    assert set(result.links["decision"].to_pylist()) == {"no_match"}
    seen = [
        evaluate(result, [{"alert_id": "A1", "hpr_number": person}], replicates=0).recall_with_review
        for person in ("100", "124", "9")
    ]
    assert seen == [1, 1, 0]
    if min_weight is not None:
        found = hp.estimate_recall(result)
        among = [row["match_probability"] for row in result.links.to_pylist() if row["hpr_number"] != "9"]
        assert found.true_in["review"].value == pytest.approx(sum(among))


def test_the_person_whom_the_disposition_names_is_named_without_a_link(folder):
    """Another engine's review may name a person and give no link."""
    pq.write_table(_links().filter(pa.compute.not_equal(_links()["alert_id"], "e")), folder / "links.parquet")
    assert evaluate(folder, TRUTH, replicates=0).recall_with_review == pytest.approx(4 / 6)


@pytest.mark.parametrize("name", ["links", "dispositions"])
@pytest.mark.parametrize("torn", ["a line", "half a line"])
def test_a_result_that_was_cut_off_gives_no_figures(tmp_path, name, torn):
    """Rows that are gone would be taken for answers that never were."""
    rows = [{"alert_id": f"A{place}", **PERSON} for place in range(3)]
    hp.link(rows, [{"hpr_number": "7", **PERSON}]).write(tmp_path / "out")
    truth = [{"alert_id": row["alert_id"], "hpr_number": "7"} for row in rows]
    assert evaluate(tmp_path / "out", truth, replicates=0).recall == 1
    file = tmp_path / "out" / f"{name}.csv"
    lines = file.read_text("utf-8").splitlines(keepends=True)
    file.write_text(
        "".join(lines[:-1]) + (lines[-1].partition(",")[0] if torn == "half a line" else ""), "utf-8"
    )
    with pytest.raises(hp.SourceError, match=name):
        evaluate(tmp_path / "out", truth, replicates=0)


@pytest.mark.parametrize("replicates", [-1, 1, 39])
def test_an_interval_needs_draws(folder, replicates):
    """Of one draw the interval need not even hold the figure."""
    with pytest.raises(hp.HpmatchError, match="at least 40, or 0"):
        evaluate(folder, TRUTH, replicates=replicates)


def test_every_slice_is_there_with_its_counts(folder):
    """Several tags, no tag, and every further column make slices, small ones too."""
    found = evaluate(folder, TRUTH, replicates=40)
    counts = {(each.by, each.value): (each.alerts, each.hits) for each in found.slices}
    assert counts == {
        ("tags", "no tag"): (5, 2), ("tags", "x"): (3, 2), ("tags", "y"): (3, 3),
        ("country", "SE"): (5, 3), ("country", "LT"): (4, 2), ("country", "not given"): (1, 1),
    }  # fmt: skip
    recall = {each.value: each.estimates["recall"].value for each in found.slices if each.by == "tags"}
    assert recall == {"no tag": 0.5, "x": 1.0, "y": pytest.approx(1 / 3)}


def test_figures_of_pairs_need_all_pairs(folder):
    """Where links were left out, nothing is claimed about blocking."""
    (folder / "summary.json").write_text(json.dumps({"candidate_pairs": 99, "register": {"read": 20}}))
    found = evaluate(folder, TRUTH, replicates=0)
    assert not {"pairs_completeness", "pairs_quality", "reduction_ratio"} & set(found.estimates)
    assert "not available" in str(found)


def test_the_order_of_rows_does_not_matter(folder):
    """Links, dispositions and truth may come in any order."""
    before = evaluate(folder, TRUTH, replicates=40)
    for name in ("links", "dispositions"):
        table = pq.read_table(folder / f"{name}.parquet")
        pq.write_table(table.take(list(range(len(table)))[::-1]), folder / f"{name}.parquet")
    after = evaluate(folder, TRUTH[::-1], replicates=0)
    assert {name: each.value for name, each in after.estimates.items()} == pytest.approx(
        {name: each.value for name, each in before.estimates.items()}
    )


def test_a_missing_alert_or_column_is_told():
    """The message says what is lacking."""
    with pytest.raises(
        hp.HpmatchError, match="says nothing about 1 of the 10 alerts; give each a row.*or link only those"
    ):
        judge(_dispositions(), _links(), pa.Table.from_pylist(TRUTH[1:]))
    with pytest.raises(hp.SchemaError, match="the truth has no column hpr_number"):
        judge(_dispositions(), _links(), pa.Table.from_pylist(TRUTH).drop_columns(["hpr_number"]))


def test_the_command_prints_and_writes(folder, tmp_path, capsys):
    """`hpmatch evaluate DIR TRUTH --json FILE` prints a table and writes the same figures."""
    pq.write_table(pa.Table.from_pylist(TRUTH), tmp_path / "truth.parquet")
    assert (
        main(["evaluate", str(folder), str(tmp_path / "truth.parquet"), "--json", str(tmp_path / "e.json")])
        == 0
    )
    assert "recall at 95 % precision" in capsys.readouterr().out
    written = json.loads((tmp_path / "e.json").read_text())
    assert written["estimates"]["recall"]["value"] == 0.5
    assert main(["evaluate", str(tmp_path / "nowhere"), str(tmp_path / "truth.parquet")]) == 1


def test_figures_that_cannot_be_written_leave_the_earlier_ones(folder, tmp_path, monkeypatch, capsys):
    """A disk that is full in the midst of it: the file of before stays, nothing lies beside it, and the figures are shown."""
    pq.write_table(pa.Table.from_pylist(TRUTH), tmp_path / "truth.parquet")
    file, write = tmp_path / "e.json", Path.write_text
    file.write_text("of before", "utf-8")
    before = sorted(tmp_path.iterdir())

    def half(path, text, *more):
        write(path, text[: len(text) // 2], *more)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", half)
    assert main(["evaluate", str(folder), str(tmp_path / "truth.parquet"), "--json", str(file)]) == 1
    assert file.read_text("utf-8") == "of before"
    assert sorted(tmp_path.iterdir()) == before
    shown = capsys.readouterr()
    assert "No space left on device" in shown.err
    assert "recall at 95 % precision" in shown.out


def test_figures_are_written_to_what_a_link_names(folder, tmp_path):
    """The link stays a link."""
    (tmp_path / "link.json").symlink_to(tmp_path / "e.json")
    hp.evaluation.write_json(evaluate(folder, TRUTH, replicates=0), tmp_path / "link.json")
    assert (tmp_path / "link.json").is_symlink()
    assert json.loads((tmp_path / "e.json").read_text("utf-8"))["alerts"] == 10


def test_a_written_result_evaluates_like_the_result(tmp_path):
    """Through CSV files the figures stay the same."""
    sample = Path(__file__).parents[1] / "examples" / "data"
    result = hp.link(sample / "alerts.csv", sample / "register.csv", min_weight=-1000)
    result.write(tmp_path / "out")
    direct, written = (
        evaluate(each, sample / "truth.csv", replicates=40) for each in (result, tmp_path / "out")
    )
    assert direct.estimates["pairs_completeness"].value > 0.9
    assert direct.to_json() == written.to_json()


NO_LINKS = pa.table(
    {
        "alert_id": pa.nulls(0, pa.string()),
        "hpr_number": pa.nulls(0, pa.string()),
        "match_weight": pa.nulls(0, pa.float64()),
    }
)


def _of_nobody(ids, persons):
    """Give the dispositions of alerts that match nobody, grouped into persons."""
    unmatched = {"disposition": ["no_match"] * len(ids), "hpr_number": pa.nulls(len(ids), pa.string())}
    return pa.table({"alert_id": ids, **unmatched, "person_id": persons})


def test_grouping_is_judged_by_pairs_of_alerts():
    """Four alerts of one person put together with one of another, and a fifth left apart: 6 pairs right of 10, and of 10."""
    said = ["a"] * 5 + ["b"]
    true = ["x"] * 4 + ["y", "x"]
    ids = [f"A{number}" for number in range(6)]
    dispositions = _of_nobody(ids, said)
    truth = pa.table({"alert_id": ids, "hpr_number": pa.nulls(6, pa.string()), "person_id": true})
    answers, _ = judge(dispositions, NO_LINKS, truth)
    found = estimates(answers, replicates=0)
    assert (found["grouping_precision"].value, found["grouping_recall"].value) == (0.6, 0.6)
    assert (found["grouping_precision"].of, found["grouping_recall"].of) == (10, 10)
    apart = ["a", "a", "c", "d", "e", "f"]
    answers, _ = judge(_of_nobody(ids, apart), NO_LINKS, truth)
    found = estimates(answers, replicates=0)["grouping_f1"]
    assert (found.value, found.of) == (pytest.approx(2 / 11), 6)  # one pair right, of one and of 10


def test_alerts_whose_person_nobody_names_are_about_nobody_else():
    """A blank person_id tells nothing: such alerts are neither one person nor the first that is named."""
    ids = ["A1", "A2", "A3", "A4"]
    dispositions = _of_nobody(ids, ["P1", "P1", "P2", "P3"])
    truth = pa.table(
        {"alert_id": ids, "hpr_number": pa.nulls(4, pa.string()), "person_id": ["X", "X", None, None]}
    )
    answers, _ = judge(dispositions, NO_LINKS, truth)
    assert answers.fellows.tolist() == [1, 1, 0, 0]
    assert len(set(answers.person.tolist())) == 3


def test_blanks_around_identifiers_of_a_truth_do_not_count():
    """Nor in thresholds, calibration and blocking, which read it alike; a cell of blanks names nobody."""
    people = [
        {"family_name": name, "given_name": "Kari", "birth_date": "1980-02-03"} for name in ("Berg", "Moe")
    ]
    alerts, register = (
        [{name: f"{number} ", **person} for number, person in enumerate(people)]
        for name in ("alert_id", "hpr_number")
    )
    alerts.append({"alert_id": "2", **people[0], "family_name": "Lundqvist", "birth_date": "1950-07-08"})
    truth = [{"alert_id": f" {number}", "hpr_number": f"{number} ", "tags": "a; b"} for number in range(2)]
    truth.append({"alert_id": "2", "hpr_number": " ", "tags": "b"})
    result = hp.link(alerts, register)
    found = evaluate(result, truth, replicates=0)
    assert (found.hits, found.precision, found.recall) == (2, 1, 1)
    assert {each.value for each in found.slices} == {"a", "b"}
    assert (
        hp.thresholds(result, cost_miss=100, cost_false=100, cost_review=1, truth=truth).best["missed"] == 0
    )
    rules = hp.blocking_report(alerts, register, truth=truth).rules.to_pylist()
    assert max(rule["true_cumulative"] for rule in rules) == 2


@pytest.mark.parametrize(("named", "known"), [("1-23", "12-3"), ("rec-1", "rec-11"), ("7", "70")])
def test_persons_of_like_numbers_are_not_one_written_otherwise(named, known):
    """A truth may name persons whom no link does."""
    truth = pa.table({"alert_id": ["a"], "hpr_number": [named]})
    check_truth(truth, [pa.chunked_array([[known]])])
    with pytest.raises(hp.HpmatchError, match="written otherwise"):
        check_truth(truth, [pa.chunked_array([[f"{named}.0"]])])


def test_a_truth_may_call_alerts_and_persons_as_the_result_does(tmp_path):
    """Tables about anything have names of their own; the figures and slices are the same, from a folder too."""
    kinds = hp.Schema(columns={"title": "text", "bought": "date"})
    left = [
        {"no": f"a{place}", "title": f"pump {place}", "bought": f"2001-02-{place:02}"}
        for place in range(1, 29)
    ]
    right = [{**row, "no": f"b{place}"} for place, row in enumerate(left, 1)]
    linked = hp.link(left, right, train=True, schema=kinds)
    linked.write(tmp_path / "out")
    pairs = [(f"a{place}", f"b{place}", "even" if place % 2 == 0 else "odd") for place in range(1, 29)]
    ours, theirs = (
        [dict(zip((*names, "kind"), pair, strict=True)) for pair in pairs]
        for names in (("alert_id", "hpr_number"), ("no_left", "no_right"))
    )
    measured = hp.evaluate(linked, ours)
    assert measured.recall == 1
    assert {each.by for each in measured.slices} == {"kind"}
    assert measured == hp.evaluate(linked, theirs) == hp.evaluate(tmp_path / "out", theirs)
    costs = {"cost_miss": 10, "cost_false": 10, "cost_review": 1}
    assert (
        hp.thresholds(linked, truth=ours, **costs).now
        == hp.thresholds(tmp_path / "out", truth=theirs, **costs).now
    )
