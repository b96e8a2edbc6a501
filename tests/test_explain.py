"""Explanations: what adds up, what is shown side by side, what would change a decision, and how it is told."""

import csv
import json
import re
import shutil
from dataclasses import dataclass, replace
from html.parser import HTMLParser
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

import hpmatch as hp
from hpmatch.changes import what_would_change
from hpmatch.cli import main
from hpmatch.data import read_table
from hpmatch.decision import decide
from hpmatch.evidence import Evidence
from hpmatch.explain import steps_of
from hpmatch.explain_folder import explain_folder
from hpmatch.fellegi_sunter import FellegiSunter, Level, LookAlike
from hpmatch.side_by_side import side_by_side
from hpmatch.wording import LANGUAGES, reason, word

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
ALERTS, REGISTER = SAMPLE / "alerts.csv", SAMPLE / "register.csv"
KARI = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}


@pytest.fixture(scope="module")
def result():
    return hp.link(ALERTS, REGISTER)


@pytest.fixture(scope="module")
def folder(result, tmp_path_factory):
    out = tmp_path_factory.mktemp("explain") / "out"
    result.write(out)
    return out


def ids_of(result, disposition):
    rows = result.dispositions.to_pylist()
    return [row["alert_id"] for row in rows if row["disposition"] == disposition]


# --- how the weights add up


def test_every_waterfall_ends_at_the_match_weight(result):
    """Each step begins where the one before ended, and the last comparison reaches the sum."""
    for alert_id in result.dispositions["alert_id"].to_pylist():
        for hit in result.explain(alert_id).candidates:
            *steps, total = steps_of(hit)
            assert [step.start for step in steps[1:]] == [step.end for step in steps[:-1]]
            assert steps[-1].end == pytest.approx(total.weight)


def test_weights_are_a_row_a_link_and_add_up(result):
    """The identifiers are those of the links, and prior and partial weights make the match weight."""
    links, weights = result.links, result.weights
    told = ("prior_weight", "look_alike_weight")
    assert weights.column_names == [*links.column_names[:2], *told, *links.column_names[6:]]
    assert [weights.column(place) for place in (0, 1)] == [links.column(place) for place in (0, 1)]
    total = np.sum([weights.column(place) for place in range(2, weights.num_columns)], axis=0)
    np.testing.assert_allclose(total, links["match_weight"])


@dataclass(frozen=True)
class Whole:
    """A classifier that does not weigh comparisons one by one."""

    def match_weights(self, vectors):
        """Count the comparisons that agree fully."""
        return 12.0 * (vectors.levels == 0).sum(axis=1)


def test_a_classifier_without_partial_weights_is_explained_by_levels():
    """No weight is made up, and nobody says what would change."""
    model = replace(hp.read_model("imi"), classifier=Whole())
    explanation = hp.link([{"alert_id": "A1", **KARI}], [{"hpr_number": "7", **KARI}], model).explain("A1")
    (hit,) = explanation.candidates
    assert {each.weight for each in hit.evidence} == {None}
    assert explanation.changes is None
    assert explanation.disposition == "match"
    for text in (explanation.to_text(), explanation.to_html(), hit._repr_html_()):
        assert "birth date" in text


# --- side by side


@pytest.mark.parametrize(
    ("alert", "registered", "level", "weight", "verdict"),
    [
        ("Berg", "BERG", "same", 9.0, "same"),
        ("Щербакова", "Scerbakova", "same", 9.0, "same"),
        ("Berg", "Bergh", "close", 4.0, "alike"),
        ("Berg", "Lund", "changed", -2.9, "differs"),
        ("Berg", "Lund", "different", -0.5, "differs"),
        ("Berg", "Borg", "similar", -0.5, "alike"),
        ("Berg", "", "missing", 0.0, "only_alert"),
        ("", "Berg", "missing", 0.0, "only_register"),
        ("?", "Berg", "missing", 0.0, "not_compared"),
    ],
)
def test_verdicts(alert, registered, level, weight, verdict):
    """What both say decides first, then what was found."""
    sides = ({"family_name": alert}, {"family_name": registered})
    (told,) = side_by_side(*sides, [Evidence("family_name", level, weight)])
    assert told.verdict == verdict


def test_what_neither_side_tells_is_not_shown():
    """A row is about something that somebody said."""
    assert side_by_side({"sex": ""}, {"sex": None}, [Evidence("sex", "missing", 0.0)]) == ()


def test_what_other_alerts_about_the_person_say_is_shown_where_it_differs():
    """Evidence is pooled, so the reader sees whose it is."""
    alerts = [
        {"alert_id": "A1", "sending_country": "SE", **KARI},
        {"alert_id": "A2", "sending_country": "SE", **KARI, "family_name": "Bergh"},
    ]
    explanation = hp.link(alerts, [{"hpr_number": "7", **KARI}]).explain("A2")
    assert explanation.together == ("A1",)
    told = {each.column: each for each in explanation.records[0]}
    assert told["family_name"].alert == ("bergh",)
    assert told["family_name"].other_alerts == (("berg",),)
    assert told["given_name"].other_alerts == ()
    assert "A1" in str(explanation)


def test_a_column_of_a_models_own_is_shown():
    """What a third party's comparison reads is shown with what it found."""

    @dataclass(frozen=True)
    class Town:
        name: str = "town"
        columns: tuple = ("town",)
        levels: tuple = ("same", "different")

        def compare(self, left, right):
            pairs = zip(left["town"].to_pylist(), right["town"].to_pylist(), strict=True)
            return hp.Compared(np.array([a != b for a, b in pairs], np.int8))

    (told,) = side_by_side(
        {"town": "Oslo"}, {"town": "Bergen"}, [Evidence("town", "different", -1.0)], (), [Town()]
    )
    assert (told.column, told.alert, told.register, told.verdict) == (
        "town",
        ("Oslo",),
        ("Bergen",),
        "differs",
    )


def test_countries_are_compared_as_one():
    """Where an alert comes from, where the person was educated, and citizenship: one in common is agreement."""
    alert = {"sending_country": "NL", "nationality": "PL"}
    sides = (alert, {"education_country": "PL", "nationality": "NO"})
    (told,) = side_by_side(*sides, [Evidence("country", "same", 6.0)])
    assert (told.column, told.alert, told.register, told.verdict) == (
        "country", ("NL", "PL"), ("PL", "NO"), "same",
    )  # fmt: skip


# --- what would change


def taken_by_look_alikes(partial, model):
    """The formula of docs/matching.md; the sample's register is smaller than what it is taken for a part of."""
    odds = [
        each.rate / 10_000 * 2 ** sum(partial[name] for name in each.shared)
        for each in model.classifier.look_alikes
    ]
    return -np.log2(1 + sum(odds))


def test_each_change_is_what_deciding_anew_gives():
    """With all candidates at hand and one level of the first exchanged, the whole of them is decided again."""
    model = hp.read_model("imi")
    whole = hp.link(ALERTS, REGISTER, min_weight=-1000)
    shown = hp.link(ALERTS, REGISTER)
    checked = 0
    for alert_id in [*ids_of(shown, "review"), *ids_of(shown, "match")[::10]]:
        candidates = whole.explain(alert_id).candidates
        first = candidates[0]
        by_name = {each.comparison: each for each in first.evidence}
        explained = shown.explain(alert_id)
        is_kept = np.isin(
            [each.hpr_number for each in candidates], [each.hpr_number for each in explained.candidates]
        )
        for change in explained.changes:
            numbers = {level.level: level for level in model.classifier.levels[change.comparison]}
            new = numbers[change.level]
            found = by_name[change.comparison]
            weight = np.log2(new.m / new.u)
            if found.level != "missing" and new.term_frequency and numbers[found.level].term_frequency:
                old = numbers[found.level]
                rarity = (found.weight - np.log2(old.m / old.u)) / old.term_frequency
                weight += new.term_frequency * rarity
            partial = {name: each.weight for name, each in by_name.items()} | {change.comparison: weight}
            partial |= {name: 0.0 for name, other in model.stand_ins.items() if other == change.comparison}
            weights = np.array([hit.match_weight for hit in candidates])
            weights[0] = first.prior_weight + sum(partial.values()) + taken_by_look_alikes(partial, model)
            decided = decide(np.zeros(len(weights), int), weights, 1, model.decision)
            assert decided.alerts[0] == change.disposition
            assert change.match_probability == pytest.approx(decided.probabilities[0], abs=1e-6)
            likeliest = int(np.argmax(np.where(is_kept, weights, -np.inf)))  # of those of whom a link tells
            assert candidates[likeliest].hpr_number == change.hpr_number
            checked += 1
    assert checked > 20


@pytest.mark.parametrize(("level", "weight"), [("abroad", -0.7), ("home", -1.5), ("different", -1.0)])
def test_another_country_differs_however_little_it_weighs(level, weight):
    """Levels that have nothing in common are no likeness."""
    sides = {"sending_country": "LT"}, {"education_country": "PL"}
    (told,) = side_by_side(*sides, [Evidence("country", level, weight)])
    assert told.verdict == "differs"


def test_changes_go_both_ways_for_a_review(result):
    """What would make it a match is told, and what would make it nobody."""
    told = {change.disposition for change in result.explain(ids_of(result, "review")[0]).changes}
    assert told == {"match", "no_match"}


def test_a_fall_of_the_first_can_make_another_the_match():
    """Two registered persons, of whom the second fits but for a digit: it would be the match if the first did not fit."""
    register = [
        {"hpr_number": "1", "education_country": "SE", **KARI},
        {"hpr_number": "2", "education_country": "SE", **KARI, "birth_date": "1980-02-08"},
    ]
    model = hp.read_model("imi")
    explanation = hp.link([{"alert_id": "A1", "sending_country": "SE", **KARI}], register).explain("A1")
    assert [hit.hpr_number for hit in explanation.candidates] == ["1", "2"]
    lenient = model.with_decision(match=0.5)
    changes = what_would_change(explanation.candidates, "match", lenient)
    others = [change for change in changes if change.is_other]
    assert others
    assert {change.hpr_number for change in others} == {"2"}
    assert "2 would be likelier" in others[0].sentence()


def test_what_the_register_does_not_hold_would_change_nothing(result):
    """A missing comparison counts only where the alert alone is silent."""
    first = result.explain(ids_of(result, "review")[0])
    missing = {each.comparison for each in first.candidates[0].evidence if each.level == "missing"}
    model = hp.read_model("imi")
    without = what_would_change(first.candidates, "review", model)
    held = what_would_change(first.candidates, "review", model, {"national_id"})
    assert not {change.comparison for change in without} & missing
    assert {change.comparison for change in held} & missing == {"national_id"}


# --- words


def test_all_that_the_shipped_model_says_has_words():
    """Every comparison, level, decision and verdict stands in the table, in both languages, each row with its source."""
    rows = read_table("explanation_words")
    assert len({row["key"] for row in rows}) == len(rows)
    assert all(cell.strip() == cell and cell for row in rows for cell in row.values())
    keys = {row["key"] for row in rows}
    for part in hp.read_model("imi").parts:
        assert {f"name.{part.name}", f"the.{part.name}"} <= keys
        assert {f"{kind}.{level}" for kind in ("level", "were") for level in part.levels} <= keys


def test_both_languages_have_the_same_gaps():
    """What is filled into one is filled into the other."""
    for row in read_table("explanation_words"):
        gaps = [sorted(re.findall(r"\{(\w+)\}", row[language])) for language in LANGUAGES]
        assert gaps[0] == gaps[1], row["key"]


def test_every_reason_has_norwegian_words(result):
    """Nothing English is left of the reasons on the sample, nor of those of alerts that cannot be matched."""
    namesakes = [{**KARI, "hpr_number": str(2_000_000 + number)} for number in range(60)]
    nothing = {"family_name": "", "given_name": "", "birth_date": ""}
    alerts = [
        {"alert_id": "1", **KARI, "birth_date": ""},
        {"alert_id": "2", **nothing, "given_name": "Kari"},
        {"alert_id": "3", **KARI, "given_name": "Xi"},
        {"alert_id": "4", **KARI},
    ]
    crowded = hp.link(alerts, namesakes).dispositions
    reasons = [*result.dispositions["reason"].to_pylist(), *crowded["reason"].to_pylist()]
    assert any("too many" in each for each in reasons)
    assert any("too little" in each for each in reasons)
    assert any("about equally well" in each for each in reasons)
    english = {
        "the",
        "same",
        "different",
        "nobody",
        "register",
        "name",
        "birth",
        "too",
        "no",
        "fit",
        "usable",
    }
    for each in reasons:
        assert not english & set(re.findall(r"\w+", reason(each, "nb")))


def test_a_reason_that_nobody_knows_stays_as_it_is():
    """What a later release or another engine writes is not mangled."""
    assert reason("looked at by hand", "nb") == "looked at by hand"


def test_a_language_without_words_is_refused(result):
    with pytest.raises(hp.HpmatchError, match="no words in language 'sv'"):
        result.explain("A000004").to_text("sv")


def test_a_plug_ins_names_stand_for_themselves():
    assert word("name", "sounds_alike", "nb") == "sounds alike"


# --- forms


class _Page(HTMLParser):
    """Collects the tags, attributes and text of a page."""

    def __init__(self):
        super().__init__()
        self.tags, self.attributes, self.text, self.open = [], [], [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.attributes += attrs
        if tag not in ("meta", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def parsed(html):
    page = _Page()
    page.feed(html)
    page.close()
    assert page.open == []
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_alone(result, language):
    """No script, no link and no address; light and dark; every number of the waterfall is in it."""
    explanation = result.explain("A000004")
    html = explanation.to_html(language)
    page = parsed(html)
    assert not {"script", "link", "img", "iframe", "object"} & set(page.tags)
    assert "://" not in html
    assert "prefers-color-scheme" in html
    assert ("lang", language) in page.attributes
    text = " ".join(page.text)
    for step in explanation.to_json(language)["candidates"][0]["waterfall"]:
        assert step["words"] in text
    for change in explanation.to_json(language)["changes"]:
        assert change["words"] in text


ATTACK = '<script>alert("1")</script>'


def test_everything_is_escaped(tmp_path):
    """What an alert or a register says is text, in pages and in notebooks."""
    person = {"family_name": "Berg" + ATTACK, "given_name": "Kari<b>", "birth_date": "1980-02-03"}
    alert = {"alert_id": "A1" + ATTACK, **person, "birth_place": "<img src=x>"}
    register = [
        {"hpr_number": "7" + ATTACK, **person, "family_name": "Bergh" + ATTACK, "middle_name": "'\"><i>"}
    ]
    result = hp.link([alert], register)
    result.write(tmp_path / "out")
    explanation = explain_folder(tmp_path / "out", alert["alert_id"], alerts=[alert], register=register)
    model = replace(hp.read_model("imi"), name=ATTACK, about=ATTACK)
    shown = [explanation.to_html(), explanation.to_html("nb"), result._repr_html_(), model._repr_html_()]
    shown += [explanation.candidates[0]._repr_html_(), hp.score(alert, register[0])._repr_html_()]
    for html in shown:
        page = parsed(html)
        assert not {"script", "b", "img"} & set(page.tags)
    assert ATTACK in "".join(parsed(explanation.to_html()).text)


def test_json_holds_what_the_object_holds(result):
    """It can be written and read again."""
    explanation = result.explain("A000298")
    told = json.loads(json.dumps(explanation.to_json("nb")))
    assert told["disposition"] == explanation.disposition
    assert told["candidates"][0]["match_weight"] == explanation.candidates[0].match_weight
    assert [each["level"] for each in told["changes"]] == [change.level for change in explanation.changes]
    records = {each["column"]: each for each in told["candidates"][0]["records"]}
    assert records["given_name"]["verdict_words"] == "ligner"
    taken = [step for step in told["candidates"][0]["waterfall"] if step["name"] == "look_alikes"]
    assert [step["weight"] for step in taken] == [explanation.candidates[0].look_alike_weight]
    assert taken[0]["weight"] < -1


def test_many_candidates_are_counted_not_shown():
    """A text and a page stay readable; the data has all."""
    namesakes = [
        {**KARI, "hpr_number": str(2_000_000 + number), "birth_date": f"19{50 + number}-03-04"}
        for number in range(12)
    ]
    explanation = hp.link([{"alert_id": "1", **KARI}], namesakes, min_weight=-1000).explain("1")
    assert len(explanation.candidates) == len(explanation.to_json()["candidates"]) == 12
    assert "7 further candidates" in str(explanation)
    assert sum(f"{hit.hpr_number}:" in str(explanation) for hit in explanation.candidates) == 5


def test_notebooks_show_bars_of_the_numbers():
    """The widest bar of a model is that of its greatest weight."""
    model = hp.read_model("imi")
    weights = [np.log2(each.m / each.u) for levels in model.classifier.levels.values() for each in levels]
    widths = [float(each) for each in re.findall(r"width:([0-9.]+)%", model._repr_html_())]
    assert len(widths) == len(weights)
    assert int(np.argmax(widths)) == int(np.argmax(np.abs(weights)))


def test_a_model_shows_what_its_classifier_counts_with():
    """Weights times their slope, and who else is like the person."""
    sex = (Level("same", m=0.8, u=0.2), Level("different", m=0.2, u=0.8))
    twin = LookAlike("twin", 0.0123, ("sex",), "counted by hand")
    imi = hp.read_model("imi")
    only = replace(
        imi,
        comparisons=[each for each in imi.comparisons if each.name == "sex"],
        classifier=FellegiSunter({"sex": sex}, {"sex": 0.5}, (twin,)),
        grouping=None,
    )
    shown = only._repr_html_()
    assert "+1.0" in shown
    assert "-1.0" in shown
    for told in ("twin", "0.0123", "counted by hand"):
        assert told in shown


# --- from a folder


def test_a_folder_explains_as_the_result_does(result, folder):
    """Candidates, weights and evidence are the same to the last digit; the records are those of the files."""
    for alert_id in [
        *ids_of(result, "review"),
        *ids_of(result, "match")[:5],
        *ids_of(result, "no_match")[:2],
    ]:
        ours = result.explain(alert_id)
        theirs = explain_folder(folder, alert_id, alerts=ALERTS, register=REGISTER)
        assert theirs.candidates == ours.candidates
        assert theirs.together == ours.together
        assert [(each.comparison, each.level, each.disposition) for each in theirs.changes] == [
            (each.comparison, each.level, each.disposition) for each in ours.changes
        ]
        assert [[(told.column, told.level) for told in each] for each in theirs.records] == [
            [(told.column, told.level) for told in each] for each in ours.records
        ]


def test_the_records_are_shown_as_they_stand_in_the_files(folder):
    """The words of the files, not what they were compared as."""
    with ALERTS.open(encoding="utf-8", newline="") as file:
        alert = next(row for row in csv.DictReader(file) if row["alert_id"] == "A000004")
    explanation = explain_folder(folder, "A000004", alerts=ALERTS, register=REGISTER)
    told = {each.column: each for each in explanation.records[0]}
    assert told["family_name"].alert == (alert["family_name"],)
    assert told["birth_date"].alert == (alert["birth_date"],)
    assert told["profession"].alert == (alert["profession"],)


def test_a_prepared_register_serves_too(folder, tmp_path):
    """It has the version of what it was prepared from."""
    hp.Register.prepare(REGISTER).save(tmp_path / "prepared")
    explanation = explain_folder(folder, "A000004", alerts=ALERTS, register=tmp_path / "prepared")
    assert {told.column for told in explanation.records[0]} >= {"family_name", "birth_date"}


def test_without_the_files_weights_and_levels_are_shown(folder):
    """Nothing of the persons is known, and all of the decision."""
    explanation = explain_folder(folder, "A000004")
    assert explanation.records == ()
    assert explanation.changes
    assert explanation.candidates[0].evidence


def test_parquet_serves_as_csv_does(result, folder, tmp_path):
    result.write(tmp_path / "out", "parquet")
    assert explain_folder(tmp_path / "out", "A000004") == explain_folder(folder, "A000004")


def test_another_register_is_refused(folder, tmp_path):
    """Side by side with other words than were compared would mislead."""
    other = tmp_path / "register.csv"
    other.write_bytes(REGISTER.read_bytes() + b"\n")
    with pytest.raises(hp.SourceError, match="another than the alerts were held against"):
        explain_folder(folder, "A000004", alerts=ALERTS, register=other)


def alerts_with(tmp_path, changed, **said):
    """The file of the alerts, in which one of them says something else, and which ends with an alert more."""
    with ALERTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    rows = [{**row, **(said if row["alert_id"] == changed else {})} for row in rows]
    with (tmp_path / "alerts.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0])[::-1])
        writer.writeheader()
        writer.writerows([*rows, {**rows[0], "alert_id": "A999999"}])
    return tmp_path / "alerts.csv"


@pytest.mark.parametrize(
    "said", [{"family_name": "Nordmann"}, {"birth_date": ""}, {"sent_date": "2020-01-31"}], ids=str
)
def test_another_alert_of_the_same_identifier_is_refused(folder, tmp_path, said):
    """It may be about another person, whose record would stand beside weights that are not his."""
    files = {"alerts": alerts_with(tmp_path, "A000004", **said), "register": REGISTER}
    with pytest.raises(hp.SourceError, match="'A000004' is another than the one that was linked") as refused:
        explain_folder(folder, "A000004", **files)
    assert "Nordmann" not in str(refused.value)


def test_alerts_that_came_later_do_no_harm(folder, tmp_path):
    """Nor does another order of the columns, another alert that is mended, or what became of the alert since."""
    explanation = explain_folder(folder, "A000004", alerts=ALERTS, register=REGISTER)
    assert "A000001" not in explanation.together
    later = alerts_with(tmp_path, "A000001", family_name="Nordmann")
    assert explain_folder(folder, "A000004", alerts=later, register=REGISTER) == explanation
    later = alerts_with(tmp_path, "A000004", status="revoked")
    assert explain_folder(folder, "A000004", alerts=later, register=REGISTER) == explanation


def test_another_model_is_refused_and_an_unknown_one_is_done_without(result, folder, tmp_path):
    """The shipped model is not taken for one of the same name."""
    own = hp.read_model("imi").with_decision(match=0.9)
    with pytest.raises(hp.ModelError, match="made by another model"):
        explain_folder(folder, "A000004", model=own)
    hp.link([{"alert_id": "A1", **KARI}], [{"hpr_number": "7", **KARI}], own).write(tmp_path / "out")
    assert explain_folder(tmp_path / "out", "A1").changes is None
    (tmp_path / "own.json").write_text(own.to_json(), "utf-8")
    assert explain_folder(tmp_path / "out", "A1", model=tmp_path / "own.json").changes


def test_one_of_the_files_alone_is_not_enough(folder):
    with pytest.raises(hp.HpmatchError, match="takes both"):
        explain_folder(folder, "A000004", alerts=ALERTS)


# --- the command


def test_the_command_writes_each_form(folder, tmp_path, capsys):
    """Text is printed, JSON is JSON, a page is written whole."""
    files = ["--alerts", str(ALERTS), "--register", str(REGISTER)]
    assert main(["explain", str(folder), "A000004", *files, "--lang", "nb"]) == 0
    assert capsys.readouterr().out.startswith("Melding A000004: treff\n")
    assert main(["explain", str(folder), "A000004", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["alert_id"] == "A000004"
    out = tmp_path / "A000004.html"
    assert main(["explain", str(folder), "A000004", *files, "--format", "html", "--out", str(out)]) == 0
    assert parsed(out.read_text("utf-8")).tags[0] == "html"
    assert [path.name for path in tmp_path.iterdir()] == ["A000004.html"]


def test_the_command_says_what_is_wrong(folder, tmp_path, capsys):
    """An alert that is not there, a folder that holds nothing, a place that cannot be written."""
    assert main(["explain", str(folder), "A999999"]) == 1
    assert "no alert 'A999999'" in capsys.readouterr().err
    assert main(["explain", str(tmp_path), "A000004"]) == 1
    assert "holds no whole result" in capsys.readouterr().err
    assert main(["explain", str(folder), "A000004", "--out", str(tmp_path / "no" / "x")]) == 1
    assert "cannot write" in capsys.readouterr().err
    assert (
        main(["explain", str(folder), "A000004", "--alerts", str(REGISTER), "--register", str(REGISTER)]) == 1
    )


def _without(*names):
    def remove(folder):
        for path in [path for path in folder.iterdir() if path.stem in names]:
            path.unlink()

    return remove


# What became of the folder of a result, and what the message says.
NO_RESULTS = {
    "gone": (shutil.rmtree, "there is no such folder"),
    "of another command": (_without("summary"), "it has no summary.json"),
    "without tables": (_without("links", "weights", "dispositions", "checks"), "it has no links and no weights and no"),
    "of an older release": (_without("checks"), "it has no checks"),
    "no text": (lambda folder: (folder / "summary.json").write_text("{", "utf-8"), "its files cannot be read together"),
}  # fmt: skip


@pytest.mark.parametrize(("act", "words"), NO_RESULTS.values(), ids=NO_RESULTS)
def test_a_folder_that_is_no_result_is_told_in_words(folder, tmp_path, capsys, act, words):
    """What it lacks, and what to name instead; no name of an error of Python."""
    other = Path(shutil.copytree(folder, tmp_path / "other"))
    act(other)
    assert main(["explain", str(other), "A000004"]) == 1
    told = capsys.readouterr().err
    assert f"holds no whole result: {words}" in told
    assert "name a folder with summary.json and links" in told
    assert "Error" not in told


# --- the chart


def test_the_chart_holds_the_steps(result, tmp_path):
    """Each bar goes from where the step begins to where it ends."""
    pytest.importorskip("altair")
    save_chart = import_module("hpmatch.charts").save_chart
    waterfall_chart = import_module("hpmatch.explain_chart").waterfall_chart
    explanation = result.explain("A000004")
    hit = explanation.candidates[0]
    chart = waterfall_chart(explanation, language="nb")
    (rows,) = chart.to_dict()["datasets"].values()
    expected = steps_of(hit)
    assert [(row["start"], row["end"]) for row in rows] == [(step.start, step.end) for step in expected]
    assert any(row["step"].startswith("fødselsdato: stemmer") for row in rows)
    save_chart(chart, tmp_path / "waterfall.svg")
    assert "<svg" in (tmp_path / "waterfall.svg").read_text("utf-8")
    with pytest.raises(hp.HpmatchError, match="no candidate 9"):
        waterfall_chart(explanation, 9)
