"""Explanations: what adds up, what is shown side by side, what would change a decision, and how it is told."""

import re
from dataclasses import dataclass, replace
from importlib import import_module

import numpy as np
import pytest
from explained import ALERTS, KARI, REGISTER, ids_of

import hpmatch as hp
from hpmatch.assembly import assemble
from hpmatch.data import read_table
from hpmatch.decision import decide
from hpmatch.evidence import Evidence
from hpmatch.explain import steps_of
from hpmatch.explain.counterfactuals import what_would_change
from hpmatch.explain.side_by_side import side_by_side
from hpmatch.fellegi_sunter import LookAlike
from hpmatch.schema import KINDS, Layout
from hpmatch.wording import LANGUAGES, reason, word

# --- how the weights add up


def test_every_waterfall_ends_at_the_match_weight(sample_result):
    """Each step begins where the one before ended, and the last comparison reaches the sum."""
    for alert_id in sample_result.dispositions["alert_id"].to_pylist():
        for hit in sample_result.explain(alert_id).candidates:
            *steps, total = steps_of(hit)
            assert [step.start for step in steps[1:]] == [step.end for step in steps[:-1]]
            assert steps[-1].end == pytest.approx(total.weight)


def test_weights_are_a_row_a_link_and_add_up(sample_result):
    """The identifiers are those of the links, and prior and partial weights make the match weight."""
    links, weights = sample_result.links, sample_result.weights
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


def taken_by_look_alikes(partial, found, model):
    """The formula of docs/matching.md; the sample's register is smaller than what it is taken for a part of."""
    total = 1.0
    for each in model.classifier.look_alikes:
        alike = sum(partial[name] for name in each.shared)
        for name, shown in each.levels.items():
            levels = [level.level for level in model.classifier.levels[name]]
            if found[name] in levels:
                place = levels.index(found[name])
                alike += partial[name] + np.log2(shown[place] / model.classifier.levels[name][place].m)
        total += each.rate / 10_000 * 2**alike
    return -np.log2(total)


def with_kin():
    """The shipped model with look-alikes that show birth dates at rates of their own."""
    model = hp.read_model("imi")
    levels = model.classifier.levels["birth_date"]
    kin = LookAlike(
        "kin", 50.0, ("family_name", "country"), levels={"birth_date": tuple(1 / len(levels) for _ in levels)}
    )
    return replace(model, classifier=replace(model.classifier, look_alikes=(kin,)))


@pytest.mark.parametrize("model", [hp.read_model("imi"), with_kin()], ids=["imi", "with kin"])
def test_each_change_is_what_deciding_anew_gives(model):
    """With all candidates at hand and one level of the first exchanged, the whole of them is decided again."""
    whole = hp.link(ALERTS, REGISTER, model, min_weight=-1000)
    shown = hp.link(ALERTS, REGISTER, model)
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
            silent = [name for name, other in model.stand_ins.items() if other == change.comparison]
            partial |= dict.fromkeys(silent, 0.0)
            levels = {name: each.level for name, each in by_name.items()} | {change.comparison: change.level}
            levels |= dict.fromkeys(silent, "missing")
            weights = np.array([hit.match_weight for hit in candidates])
            weights[0] = (
                first.prior_weight + sum(partial.values()) + taken_by_look_alikes(partial, levels, model)
            )
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


def test_changes_go_both_ways_for_a_review(sample_result):
    """What would make it a match is told, and what would make it nobody."""
    told = {
        change.disposition for change in sample_result.explain(ids_of(sample_result, "review")[0]).changes
    }
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


def test_a_threshold_that_two_reach_makes_no_match():
    """Of two namesakes one would be likelier by profession, and both above a low threshold: a change makes it no match."""
    namesakes = [{"hpr_number": each, **KARI} for each in "12"]
    model = hp.read_model("imi").with_decision(match=0.15, review=0.05)
    explanation = hp.link([{"alert_id": "A1", "profession": "nurse", **KARI}], namesakes, model).explain("A1")
    assert explanation.disposition == "review"
    assert not [each for each in explanation.changes if each.match_probability > 0.5]


def test_what_the_register_does_not_hold_would_change_nothing(sample_result):
    """A missing comparison counts only where the alert alone is silent."""
    first = sample_result.explain(ids_of(sample_result, "review")[0])
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


def test_the_levels_of_columns_of_any_kind_have_words():
    """As of those that the shipped model does not read."""
    keys = {row["key"] for row in read_table("explanation_words")}
    parts = assemble([Layout("no", {}, {kind: kind for kind in KINDS})]).parts
    assert {part.name for part in parts} == set(KINDS)
    for part in parts:
        assert {f"{kind}.{level}" for kind in ("level", "were") for level in part.levels} <= keys


def test_both_languages_have_the_same_gaps():
    """What is filled into one is filled into the other."""
    for row in read_table("explanation_words"):
        gaps = [sorted(re.findall(r"\{(\w+)\}", row[language])) for language in LANGUAGES]
        assert gaps[0] == gaps[1], row["key"]


def test_every_reason_has_norwegian_words(sample_result):
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
    reasons = [*sample_result.dispositions["reason"].to_pylist(), *crowded["reason"].to_pylist()]
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


def test_a_language_without_words_is_refused(sample_result):
    with pytest.raises(hp.HpmatchError, match="no words in language 'sv'"):
        sample_result.explain("A000004").to_text("sv")


def test_a_plug_ins_names_stand_for_themselves():
    assert word("name", "sounds_alike", "nb") == "sounds alike"


# --- the chart


def test_the_chart_holds_the_steps(sample_result, tmp_path):
    """Each bar goes from where the step begins to where it ends."""
    pytest.importorskip("altair")
    charts = import_module("hpmatch.charts")
    explanation = sample_result.explain("A000004")
    hit = explanation.candidates[0]
    chart = charts.waterfall_chart(explanation, language="nb")
    (rows,) = chart.to_dict()["datasets"].values()
    expected = steps_of(hit)
    assert [(row["start"], row["end"]) for row in rows] == [(step.start, step.end) for step in expected]
    assert any(row["step"].startswith("fødselsdato: stemmer") for row in rows)
    charts.save_chart(chart, tmp_path / "waterfall.svg")
    assert "<svg" in (tmp_path / "waterfall.svg").read_text("utf-8")
    with pytest.raises(hp.HpmatchError, match="no candidate 9"):
        charts.waterfall_chart(explanation, 9)
