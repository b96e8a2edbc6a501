"""Explanations as text, JSON and pages, and what a notebook shows."""

import json
import re
from dataclasses import replace

import numpy as np
import pytest
from explained import KARI, parsed

import hpmatch as hp
from hpmatch.explain.folder import explain_folder
from hpmatch.fellegi_sunter import FellegiSunter, Level, LookAlike
from hpmatch.wording import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_alone(sample_result, language):
    """No script, no link and no address; light and dark; every number of the waterfall is in it."""
    explanation = sample_result.explain("A000004")
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


@pytest.mark.parametrize("given", ["T.", "Th.", "Ther."])
@pytest.mark.parametrize(
    ("language", "words"),
    [("en", "same as far as it is written out"), ("nb", "stemmer så langt det er skrevet ut")],
)
def test_a_given_name_cut_short_is_not_called_an_initial(given, language, words):
    """The words are right for both, for one level holds both."""
    therese = {**KARI, "given_name": "Therese"}
    found = hp.link([{"alert_id": "A1", **KARI, "given_name": given}], [{"hpr_number": "7", **therese}])
    step = found.explain("A1").to_json(language)["candidates"][0]["waterfall"][2]
    assert (step["name"], step["level"], step["level_words"]) == ("given_name", "initial", words)


def test_json_holds_what_the_object_holds(sample_result):
    """It can be written and read again."""
    explanation = sample_result.explain("A000284")
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
