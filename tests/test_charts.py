"""Charts: the figures behind them against figures reckoned here, what they may not hold, how they look and are saved."""

import csv
import json
import math
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.errors import HpmatchError, SourceError
from hpmatch.evaluation import evaluate

pytest.importorskip("altair")
pytest.importorskip("vl_convert")
from hpmatch import charts
from hpmatch.charts import styling

DOCS = Path(__file__).parents[1] / "docs"
DATA = Path(__file__).parents[1] / "examples" / "data"
ALERTS, REGISTER, TRUTH = (DATA / f"{name}.csv" for name in ("alerts", "register", "truth"))
_DRAWN_ON = ("#ffffff", "#0d1117")


def _spec(chart):
    return chart.to_dict()


def _rows(chart):
    """All rows of data in a chart, wherever they stand."""
    return [row for rows in _spec(chart)["datasets"].values() for row in rows]


def _title(chart):
    title = _spec(chart)["title"]
    return f"{title['text']} {title['subtitle']}"


@pytest.fixture(scope="module")
def result():
    return hp.link(ALERTS, REGISTER, min_weight=-1000)


@pytest.fixture(scope="module")
def truth():
    with TRUTH.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with ALERTS.open(encoding="utf-8") as file:
        countries = {row["alert_id"]: row["sending_country"] for row in csv.DictReader(file)}
    return pa.Table.from_pylist([{**row, "country": countries[row["alert_id"]]} for row in rows])


@pytest.fixture(scope="module")
def evaluation(result, truth):
    return evaluate(result, truth, replicates=40)


@pytest.fixture(scope="module")
def report():
    return hp.blocking_report(ALERTS, REGISTER, truth=TRUTH)


def _costs():
    """Missed persons grow with the review threshold, wrong hits fall with the match threshold."""
    return pa.Table.from_pylist(
        [
            {"match": match, "review": review, "missed": 100 * review, "wrong": 50 * (1 - match),
             "reviews": 100.0 * (match - review), "hours": 25 * (match - review),
             "cost": 1000 * review + 2000 * (1 - match) + 25 * (match - review)}
            for match in (0.8, 0.9, 0.99)
            for review in (0.01, 0.1, 0.5)
        ]
    )  # fmt: skip


@pytest.fixture(scope="module")
def every_chart(result, truth, evaluation, report):
    return {
        "weights": charts.match_weights_chart(),
        "m_u": charts.m_u_chart(),
        "scores": charts.score_chart(result),
        "scores_truth": charts.score_chart(result, truth, by="probability"),
        "curve": charts.precision_recall_chart({"imi": evaluation, "again": evaluation}),
        "calibration": charts.calibration_chart([0.1, 0.2, 0.9], [False, True, True]),
        "slices": charts.slices_chart(evaluation),
        "blocking": charts.blocking_chart(report),
        "sizes": charts.block_sizes_chart(report),
        "thresholds": charts.threshold_chart(_costs()),
        "funnel": charts.funnel_chart(result.summary["funnel"]),
    }


def test_no_label_says_that_there_is_no_number(every_chart, tmp_path):
    """Whoever hears a chart read out, or points at a bar, is told figures that there are."""
    for name, chart in every_chart.items():
        charts.save_chart(chart, tmp_path / f"{name}.svg")
        labels = re.findall('aria-label="([^"]*)"', (tmp_path / f"{name}.svg").read_text("utf-8"))
        assert labels
        assert not [label for label in labels if re.search("NaN|undefined|null", label)], name


def test_match_weights_are_those_of_the_model():
    """Each level has log2(m / u), in the order of the model, and the prior is that of so many registered persons."""
    model = hp.read_model("imi")
    rows = [row for row in _rows(charts.match_weights_chart(model, registered=5000)) if "weight" in row]
    prior, *levels = rows
    assert prior["weight"] == model.decision.prior_weight(5000)
    assert prior["group"] == "prior (5,000 registered)"
    assert [(row["group"], row["level"]) for row in levels] == [
        (name, level.level) for name, each in model.classifier.levels.items() for level in each
    ]
    expected = [math.log2(level.m / level.u) for each in model.classifier.levels.values() for level in each]
    assert [row["weight"] for row in levels] == pytest.approx(expected)
    assert all((row["speaks"] == "for one person") == (row["weight"] > 0) for row in rows)


def test_m_and_u_are_those_of_the_model():
    """Both panels hold the model's probabilities."""
    levels = hp.read_model("imi").classifier.levels
    rows = [row for row in _rows(charts.m_u_chart()) if "m" in row]
    assert {(row["group"], row["level"], row["m"], row["u"]) for row in rows} == {
        (name, level.level, level.m, level.u) for name, each in levels.items() for level in each
    }


@pytest.mark.parametrize("by", ["weight", "probability"])
def test_the_scores_of_all_links_are_counted_by_decision(result, by):
    """Each bin holds as many links of a decision as lie in it."""
    links = result.links.to_pylist()
    bins = [row for row in _rows(charts.score_chart(result, by=by)) if "number" in row]
    assert sum(row["number"] for row in bins) == len(links)
    for row in bins:
        decision = row["links"].rpartition(" (")[0].replace(" ", "_")
        inside = [
            link for link in links
            if link["decision"] == decision
            and (row["low"] <= link[f"match_{by}"] < row["high"] or row["high"] == 1 == link[f"match_{by}"])
        ]  # fmt: skip
        assert row["number"] == len(inside)


def test_the_scores_are_coloured_by_the_truth(result, truth):
    """As many links are of one person as the truth says."""
    registered = {(row["alert_id"], row["hpr_number"]) for row in truth.to_pylist()}
    links = result.links.to_pylist()
    expected = Counter(
        "one person" if (row["alert_id"], row["hpr_number"]) in registered else "two persons" for row in links
    )
    bins = [row for row in _rows(charts.score_chart(result, truth)) if "number" in row]
    drawn = Counter()
    for row in bins:
        drawn[row["links"].rpartition(" (")[0]] += row["number"]
    assert drawn == expected


def test_the_thresholds_are_those_of_the_model(result):
    """Where a pair alone reaches them; without a known model there are none."""
    rules = {row["threshold"]: row["at"] for row in _rows(charts.score_chart(result)) if "threshold" in row}
    decision = hp.read_model("imi").decision
    assert rules["review"] == pytest.approx(decision.review_weight)
    assert 2 ** rules["match"] / (1 + 2 ** rules["match"]) == pytest.approx(decision.match)
    other = hp.read_model("imi").with_decision(match=0.5)
    moved = [row for row in _rows(charts.score_chart(result, model=other)) if row.get("threshold") == "match"]
    assert moved[0]["at"] == pytest.approx(0)


def test_a_result_of_an_unknown_model_has_no_thresholds():
    """Thresholds that were not used are not drawn."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    model = hp.read_model("imi").with_decision(match=0.7)
    result = hp.link([{"alert_id": "1", **row}], [{"hpr_number": "2", **row}], model)
    assert not [row for row in _rows(charts.score_chart(result)) if "threshold" in row]
    assert [row for row in _rows(charts.score_chart(result, model=model)) if "threshold" in row]


def test_the_curve_and_the_decided_point_are_those_of_the_evaluation(evaluation):
    """Every point of each result, under its name."""
    rows = _rows(charts.precision_recall_chart({"a": evaluation, "b": evaluation}))
    for name in ("a", "b"):
        points = sorted(
            (row for row in rows if row["result"] == name and "order" in row), key=lambda row: row["order"]
        )
        assert [(row["precision"], row["recall"]) for row in points] == list(evaluation.curve)
        (decided,) = (row for row in rows if row["result"] == name and "order" not in row)
        for figure in ("precision", "recall"):
            estimate = evaluation.estimates[figure]
            assert [decided[f"{figure}{end}"] for end in ("", "_low", "_high")] == [
                estimate.value, estimate.low, estimate.high,
            ]  # fmt: skip


def test_calibration_shows_what_was_said_and_what_was():
    """Two bins, worked out on paper: 1 of 2 right where 0.25 was said, 2 of 2 where 0.9 was said."""
    chart = charts.calibration_chart([0.2, 0.3, 0.85, 0.95], [True, False, True, True], edges=(0, 0.5, 1))
    bins = [row for row in _rows(chart) if "share" in row]
    assert [(row["mean_probability"], row["share"], row["count"]) for row in bins] == [
        (0.25, 0.5, 2), (pytest.approx(0.9), 1.0, 2),
    ]  # fmt: skip
    assert "error 0.1750" in _title(chart)  # (2 * 0.25 + 2 * 0.1) / 4
    counted = {row["low"]: row["number"] for row in _rows(chart) if "number" in row}
    assert counted == {0.2: 1, 0.3: 1, 0.85: 1, 0.95: 1}


def test_slices_are_sorted_and_small_ones_marked(evaluation):
    """The lowest recall stands on top; a slice without hits has no recall."""
    chart = charts.slices_chart(evaluation, "country", small=10)
    rows = [row for row in _rows(chart) if "level" in row]
    expected = {
        f"{each.value} ({each.hits:,})": each
        for each in evaluation.slices
        if each.by == "country" and each.hits
    }
    assert {row["level"] for row in rows} == expected.keys()
    for row in rows:
        each = expected[row["level"]]
        assert row["recall"] == each.estimates["recall"].value
        assert row["recall_low"] == each.estimates["recall"].low
        assert row.get("precision") == (
            each.estimates["precision"].value if "precision" in each.estimates else None
        )
        assert row["small"] == (each.hits < 10)
    recalls = [row["recall"] for row in sorted(rows, key=lambda row: row["row"])]
    assert recalls == sorted(recalls)


def test_of_many_slices_the_largest_are_drawn(evaluation):
    """What is left out is told."""
    chart = charts.slices_chart(evaluation, "tags", most=3)
    hits = sorted((each.hits for each in evaluation.slices if each.by == "tags" and each.hits), reverse=True)
    drawn = [row["hits"] for row in _rows(chart) if "level" in row]
    assert sorted(drawn, reverse=True) == hits[:3]
    assert f"{len(hits) - 3} smaller slices are left out" in _title(chart)


def test_blocking_draws_the_report(report):
    """Bars are the report's numbers, of candidate pairs and of true pairs; the overlap is that of two rules."""
    rows = _rows(charts.blocking_chart(report))
    drawn = Counter((row["rule"], row["kind"], row["pairs"]) for row in rows if "kind" in row)
    expected = Counter(
        (row["rule"], kind, number)
        for row in report.rules.to_pylist()
        for prefix in ("", "true_")
        for kind, number in (
            ("found", row[f"{prefix}pairs"]), ("found by it alone", row[f"{prefix}alone"]),
            ("added by it", row[f"{prefix}added"]),
            ("found by rules above", row[f"{prefix}cumulative"] - row[f"{prefix}added"]),
        )
    )  # fmt: skip
    assert drawn == expected
    shares = {(row["rule"], row["other"]): row["pairs"] for row in rows if "other" in row}
    assert shares == {
        (row["rule"], row["other"]): row["pairs"]
        for row in report.overlap.to_pylist()
        if row["rule"] != row["other"]
    }


def test_block_sizes_draws_every_block(report):
    """As many blocks as the report counts, and each rule's limit."""
    rows = _rows(charts.block_sizes_chart(report))
    blocks = Counter()
    for row in rows:
        if "blocks" in row:
            blocks[row["rule"]] += row["blocks"]
    assert blocks == {row["rule"]: row["blocks"] for row in report.rules.to_pylist() if row["blocks"]}
    limits = Counter(row["at"] - 1 for row in rows if "at" in row)
    assert limits == Counter(row["max_block"] for row in report.rules.to_pylist() if row["blocks"])


def test_a_class_of_sizes_is_split_at_the_limit():
    """Blocks of 9 to 10 persons are used and of 11 to 15 cut off, though one class holds both."""
    row = {"given_name": "Kari", "birth_date": "1980-02-03"}
    names = ["Berg"] * 9 + ["Lunde"] * 12
    register = [{"hpr_number": str(place), "family_name": name, **row} for place, name in enumerate(names)]
    alerts = [{"alert_id": name, "family_name": name, **row} for name in ("Berg", "Lunde")]
    drawn = charts.block_sizes_chart(hp.blocking_report(alerts, register))
    # The key of Kari is held by all 21; those of the surnames by 9 and by 12, of which the limit is 10.
    bars = {
        (bar["kind"], bar["begin"], bar["end"]): bar["blocks"]
        for bar in _rows(drawn)
        if bar.get("rule") == "name_year_month" and "blocks" in bar
    }
    assert bars[("used", 8, 11)] >= 1
    assert bars[("cut off", 11, 16)] >= 1
    assert bars[("cut off", 16, 32)] >= 1


def test_the_best_thresholds_are_marked():
    """The row of least cost; beside each match threshold stands the review threshold that costs least."""
    table = _costs()
    best = min(table.to_pylist(), key=lambda row: row["cost"])
    chart = charts.threshold_chart(table)
    assert f"match {best['match']:g} and review {best['review']:g}" in _title(chart)
    rows = _rows(chart)
    for match in (0.8, 0.9, 0.99):
        cheapest = min(
            (row for row in table.to_pylist() if row["match"] == match), key=lambda row: row["cost"]
        )
        at = [row for row in rows if row["at"] == pytest.approx(math.log2(match / (1 - match)))]
        assert {row["cost"] for row in at if row["match"] == match} == {cheapest["cost"]}


def test_the_best_is_the_one_that_is_said_to_be():
    """An object with a table and its best row is drawn as it says."""

    class Thresholds:
        table = _costs()
        best = _costs().to_pylist()[4]

    assert "match 0.9 and review 0.1" in _title(charts.threshold_chart(Thresholds()))


def test_thresholds_of_any_library_are_drawn():
    """A frame with the columns is as good as an Arrow table with them."""
    pandas = pytest.importorskip("pandas")
    assert _title(charts.threshold_chart(pandas.DataFrame(_costs().to_pydict()))) == _title(
        charts.threshold_chart(_costs())
    )


def test_no_words_of_the_funnel_stand_across_the_ribbon_of_another():
    """Few hits fan out over the whole height behind them: what ends beside them is named on its own ribbon."""
    steps = {
        "alerts": 1200, "rejected": 30, "persons": 1000, "hit": 43, "no_match": 900, "unmatchable": 57,
        "new": 33, "earlier_case": 10, "clear": 30, "unclear": 3,
    }  # fmt: skip
    spec = _spec(charts.funnel_chart({"total": steps}))
    ribbons, _, *words = spec["layer"]
    scale = ribbons["encoding"]["x"]["scale"]["domain"][1] / spec["width"]
    named = []
    for layer in words:
        at, is_behind = layer["encoding"]["x"]["field"], layer["mark"]["align"] == "left"
        for node in spec["datasets"][layer["data"]["name"]]:
            named.append(node["node"])
            length = 7 * len(node["label"]) * scale  # a letter of 12 points is about 7 wide
            start = node[at] if is_behind else node[at] - length
            for point in spec["datasets"][ribbons["data"]["name"]]:
                if node["node"] not in point["flow"] and start <= point["x"] <= start + length:
                    assert not point["y"] < node["words"] < point["y2"], (node["label"], point["flow"])
    assert len(named) == len(steps)


EMPTY_EVALUATION = hp.Evaluation(alerts=0, hits=0, matches=0, review=0, persons=0, estimates={})


@pytest.mark.parametrize(
    ("draw", "words"),
    [
        (lambda: charts.precision_recall_chart(EMPTY_EVALUATION), "no alert is about a registered person"),
        (lambda: charts.precision_recall_chart({}), "no precision and recall to draw"),
        (lambda: charts.precision_recall_chart(EMPTY_EVALUATION, begin=1), "begin"),
        (lambda: charts.slices_chart(EMPTY_EVALUATION), "no slices to draw"),
        (lambda: charts.slices_chart(EMPTY_EVALUATION, "country"), "not sliced by 'country'"),
        (lambda: charts.slices_chart(EMPTY_EVALUATION, figures=("luck",)), "no figure 'luck'"),
        (lambda: charts.calibration_chart([], []), "probabilities"),
        (lambda: charts.calibration_chart([0.1], [True, False]), "probabilities"),
        (lambda: charts.calibration_chart([1.5], [True]), "between 0 and 1"),
        (lambda: charts.calibration_chart([math.nan], [True]), "between 0 and 1"),
        (lambda: charts.threshold_chart(_costs().slice(0, 0)), "the table is empty"),
        (lambda: charts.threshold_chart(_costs().drop_columns(["hours"])), "no column hours"),
        (lambda: charts.threshold_chart(None), "no thresholds to draw"),
        (lambda: charts.funnel_chart({"total": Counter()}), "no alerts to draw"),
        (lambda: charts.funnel_chart(EMPTY_EVALUATION), r"a Evaluation is no funnel; give summary\['funnel'\] of a result"),
        (lambda: charts.styled(None, "pink"), "no theme 'pink'"),
    ],
)  # fmt: skip
def test_nothing_to_draw_is_said(draw, words):
    """Empty input is an error of the library's own, with what is lacking."""
    with pytest.raises(HpmatchError, match=words):
        draw()


def test_nothing_in_common_is_said():
    """Two tables that share nothing have neither links, candidate pairs nor blocks."""
    alerts = [{"alert_id": "1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}]
    register = [{"hpr_number": "2", "family_name": "Qvist", "given_name": "Olof", "birth_date": "1951-12-24"}]
    with pytest.raises(HpmatchError, match="no links"):
        charts.score_chart(hp.link(alerts, register))
    report = hp.blocking_report(alerts, register)
    with pytest.raises(HpmatchError, match="no candidate pairs"):
        charts.blocking_chart(report)
    with pytest.raises(HpmatchError, match="no blocks"):
        charts.block_sizes_chart(report)


def test_a_classifier_without_m_and_u_is_refused():
    """There are no match weights of levels to draw."""

    class Even:
        def match_weights(self, vectors):
            return np.zeros(len(vectors.levels))

    model = hp.read_model("imi")
    other = hp.Model(
        "even", model.standardisers, model.blocking_rules, model.comparisons, Even(), model.decision
    )
    for draw in (charts.match_weights_chart, charts.m_u_chart):
        with pytest.raises(HpmatchError, match="its classifier is Even"):
            draw(other)


@pytest.mark.parametrize("asked", [{"by": "luck"}, {"truth": [{"alert_id": "nobody", "hpr_number": ""}]}])
def test_scores_that_cannot_be_drawn_are_refused(result, asked):
    """Another score, or a truth about other alerts."""
    with pytest.raises(HpmatchError, match="no score 'luck'|says nothing about the alerts of"):
        charts.score_chart(result, **asked)


def test_one_link_is_enough():
    """A single link, a single threshold, a single alert: nothing divides by the range."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    result = hp.link([{"alert_id": "1", **row}], [{"hpr_number": "2", **row}])
    truth = [{"alert_id": "1", "hpr_number": "2"}]
    drawn = [
        charts.score_chart(result, truth),
        charts.calibration_chart([1.0], [True]),
        charts.threshold_chart(_costs().slice(0, 1)),
        charts.precision_recall_chart(evaluate(result, truth, replicates=0)),
    ]
    for chart in drawn:
        assert styling._drawn(chart, ".svg").startswith(b"<svg")


def test_no_chart_holds_a_person(every_chart):
    """No identifier, name or birth date of the data stands in any chart."""
    persons = set()
    for path, columns in ((ALERTS, ("alert_id", "family_name", "given_name", "birth_date", "national_id")),
                          (REGISTER, ("hpr_number", "family_name", "given_name", "birth_date", "national_id")),
                          (TRUTH, ("person_id",))):  # fmt: skip
        with path.open(encoding="utf-8") as file:
            for row in csv.DictReader(file):
                persons |= {row[column].casefold() for column in columns if row[column]}
    assert len(persons) > 4000
    for name, chart in every_chart.items():
        cells = [str(cell).casefold() for row in _rows(chart) for cell in row.values()]
        words = {*cells, *(word for cell in cells for word in re.findall(r"[\w./-]+", cell))}
        assert sorted(words & persons) == [], name


def test_every_chart_has_a_title_and_tooltips(every_chart):
    """What a chart shows is written on it, and its figures can be read off."""
    for name, chart in every_chart.items():
        spec = _spec(chart)
        assert spec["title"], name
        assert '"tooltip"' in json.dumps(spec), name


@pytest.mark.parametrize("tone", [*styling.TONES, styling.RED, styling.INK])
@pytest.mark.parametrize("page", _DRAWN_ON)
def test_tones_are_read_on_white_and_on_black(tone, page):
    """The contrast of WCAG 2.2, success criterion 1.4.11, by its own formula."""
    light, dark = sorted((_luminance(tone), _luminance(page)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 3


def _luminance(tone):
    parts = [int(tone[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_ink_of_a_known_page_is_read_as_text(theme):
    """4.5:1, as WCAG asks of text."""
    ink, _, background = styling.THEMES[theme]
    light, dark = sorted((_luminance(ink), _luminance(background)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


BEGINNINGS = {".svg": b"<svg", ".png": b"\x89PNG\r\n", ".html": b"<!DOCTYPE html>"}


@pytest.mark.parametrize("ending", BEGINNINGS)
def test_a_chart_is_saved_in_each_format(tmp_path, ending):
    """Whole, and the same bytes each time."""
    chart = charts.calibration_chart([0.1, 0.9], [False, True])
    for name in ("one", "two"):
        charts.save_chart(chart, tmp_path / f"{name}{ending}")
    first, second = ((tmp_path / f"{name}{ending}").read_bytes() for name in ("one", "two"))
    assert first.lstrip().startswith(BEGINNINGS[ending])
    assert first == second
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"one{ending}", f"two{ending}"]


def test_a_theme_has_its_background(tmp_path):
    """A chart is without one unless the page is known."""
    chart = charts.calibration_chart([0.1, 0.9], [False, True])
    for theme in styling.THEMES:
        charts.save_chart(chart, tmp_path / f"{theme}.svg", theme)
    drawn = {theme: (tmp_path / f"{theme}.svg").read_text("utf-8") for theme in styling.THEMES}
    assert 'fill="#0d1117"' in drawn["dark"]
    assert 'fill="#ffffff"' in drawn["light"]
    assert "#0d1117" not in drawn["auto"]
    assert styling.THEMES["dark"].ink in drawn["dark"]
    assert styling.INK not in drawn["dark"]


@pytest.mark.parametrize("name", ["chart.gif", "nowhere/chart.svg"])
def test_a_chart_that_cannot_be_saved_leaves_nothing(tmp_path, name):
    """Another format, or a folder that is not there."""
    with pytest.raises(SourceError, match="cannot write"):
        charts.save_chart(charts.calibration_chart([0.1], [False]), tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_evaluate_draws_charts(tmp_path, result, capsys):
    """The command writes a chart each, and refuses a folder with anything else."""
    result.write(tmp_path / "result")
    out = tmp_path / "charts"
    asked = ["evaluate", str(tmp_path / "result"), str(TRUTH), "--charts", str(out)]
    assert main(asked) == 0
    names = ["calibration.svg", "precision-recall.svg", "scores.svg", "slices.svg"]
    assert sorted(path.name for path in out.iterdir()) == names
    first = [(out / name).read_bytes() for name in names]
    assert main(asked) == 0
    assert [(out / name).read_bytes() for name in names] == first
    (out / "mine.txt").write_text("kept")
    assert main(asked) == 1
    assert "mine.txt" in capsys.readouterr().err


def test_charts_of_answers_without_hits_leave_out_what_cannot_be_drawn():
    """Where nobody is registered there is no recall, and the scores are drawn all the same."""
    row = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    result = hp.link([{"alert_id": "1", **row}], [{"hpr_number": "2", **row}])
    drawn = charts.evaluation_charts(result, [{"alert_id": "1", "hpr_number": ""}])
    assert sorted(drawn) == ["calibration", "scores"]


def test_the_gallery_has_its_pictures():
    """Each picture of the page is there, is described, is small, is drawn by the page's code, and none is left over."""
    page = (DOCS / "charts.md").read_text("utf-8")
    shown = dict(re.findall(r"!\[(.*)\]\(charts/(.*)\)", page))
    assert all(shown)
    assert sorted(shown.values()) == sorted(path.name for path in (DOCS / "charts").iterdir())
    assert sorted(shown.values()) == sorted(re.findall(r'"([a-z-]+\.svg)"\)', page))
    for name in shown.values():  # the overlap of eleven rules alone has 121 cells
        assert 1_000 < (DOCS / "charts" / name).stat().st_size < 80_000


def test_what_data_say_cannot_end_the_script_of_a_page(result, truth, tmp_path):
    """A value that a chart shows stands in its page as text, whole."""
    evil = "</script><script>alert(1)</script>"
    sliced = truth.append_column("office", pa.array([evil, "Oslo"] * (len(truth) // 2)))
    chart = charts.slices_chart(evaluate(result, sliced, replicates=0))
    assert evil in json.dumps(_spec(chart))
    charts.save_chart(chart, tmp_path / "chart.html")
    page = (tmp_path / "chart.html").read_text("utf-8")
    assert "alert(1)" in page
    assert "<script>alert(1)" not in page
