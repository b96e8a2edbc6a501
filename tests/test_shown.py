"""What a notebook or a log shows of an object by itself: one line with what it is and its counts, no person."""

from dataclasses import replace
from pathlib import Path

import pytest

import hpmatch as hp
from hpmatch.labelling import start_labelling
from hpmatch.labels import read_labels
from hpmatch.reading import read_for
from hpmatch.reconcile import reconcile
from hpmatch.shown import ShownAsText
from hpmatch.sources import read

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
DATA = tuple(SAMPLE / f"{name}.csv" for name in ("alerts", "register", "truth"))
QVISTAD = {"family_name": "Qvistad", "given_name": "Xenofilia", "birth_date": "1977-12-29", "sex": "F"}
PERSON = ("qvistad", "xenofilia", "1977", "qv-17")
ALERTS = [
    {"alert_id": "QV-17", "sending_country": "SE", **QVISTAD},
    {"alert_id": "", "sending_country": "SE", **QVISTAD},
]
REGISTER = [{"hpr_number": "QV-171", **QVISTAD}, {"hpr_number": "", **QVISTAD}]


@pytest.fixture(scope="module")
def objects(tmp_path_factory):
    """What the functions return, all about one person; a row of each table is rejected."""
    home = tmp_path_factory.mktemp("shown")
    register = hp.Register.prepare(REGISTER)
    result = hp.link(ALERTS, REGISTER, min_weight=-1000)
    labelling = start_labelling(result, home / "labels.csv", by="Kari")
    explanation = result.explain("QV-17")
    in_force = hp.AlertsInForce.prepare(ALERTS)
    ledger = hp.Ledger(home / "ledger")
    received = ledger.receive(ALERTS)
    ledger.answer(hp.link(received.alerts, register))
    decisions = [{"decision_id": "QV-17", "decision_date": "2024-01-02", **QVISTAD}]
    records = register.read.records
    column = records["family_name"]
    return {
        "register": register,
        "records": records,
        "column": column,
        "values": column.values,
        "terms": column.values.terms,
        "read": read_for(hp.read_model("imi"), ALERTS, "alerts", None),
        "table": read(ALERTS, "alerts"),
        "rejected": register.read.rejected,
        "result": result,
        "one table": hp.dedupe([{"no": f"QV-17{place}", **QVISTAD} for place in range(3)]),
        "identity": result.identity("QV-17"),
        "labelling": labelling,
        "pair": labelling.next(),
        "labels": read_labels([{"left_id": "QV-17", "right_id": "QV-171", "label": 1}]),
        "explanation": explanation,
        "told": explanation.records[0],
        "hits": register.screen(QVISTAD),
        "score": hp.score(QVISTAD, QVISTAD),
        "in force": in_force,
        "received": received,
        "rescreened": hp.rescreen(
            ledger, in_force, register, changes=[{"change": "removed", "hpr_number": "QV-171"}]
        ),
        "reconciled": reconcile(decisions, [], [{**REGISTER[0], "status": "revoked"}]),
        "names": hp.explain_names("Xenofilia Qvistad", "Qvistad Xenofilia"),
        "paired": hp.explain_names("Xenofilia Qvistad", "Qvistad Xenofilia").tokens,
    }


def test_a_prepared_table_of_things_says_what_it_holds():
    """Persons are in a register, records in any other table."""
    about_things = replace(hp.read_model("imi"), name="things", subject="records")
    of_things, of_persons = (hp.Register.prepare(REGISTER[:1], model) for model in (about_things, "imi"))
    assert repr(of_things) == "<Register: 1 records, 0 rejected>"
    assert repr(of_persons) == "<Register: 1 persons, 0 rejected>"


@pytest.fixture(scope="module")
def measured():
    """What is counted or learned on the sample."""
    result = hp.link(*DATA[:2], min_weight=-1000)
    return {
        "trained": hp.train(*DATA[:2]),
        "evaluation": hp.evaluate(result, DATA[2], replicates=0),
        "thresholds": hp.thresholds(result, cost_miss=9, cost_false=9, cost_review=1),
        "calibration": hp.calibrate(*DATA),
        "recall": hp.estimate_recall(result),
        "blocking": hp.blocking_report(*DATA[:2]),
    }


def test_no_person_is_in_what_an_object_says_of_itself(objects):
    """Whoever writes one to a log, or ends a cell with it, shows nobody."""
    for name, thing in objects.items():
        said = repr(thing).lower()
        assert not [each for each in PERSON if each in said], (name, said)


def test_an_object_shows_itself_on_one_line(objects, measured):
    """With what it is and how much it holds."""
    for name, thing in (objects | measured).items():
        for each in thing if isinstance(thing, (list, tuple)) else (thing,):
            said = repr(each)
            assert said.startswith((f"<{type(each).__name__}: ", f"{type(each).__name__}(")), name
            assert "\n" not in said
            assert len(said) < 150, (name, said)
    assert repr(objects["result"]) == "<Result: 1 dispositions, 1 links, 2 rejected>"
    assert repr(objects["one table"]) == "<Deduplicated: 3 records, 3 pairs, 0 rejected>"
    assert repr(objects["labelling"]) == "<Labelling: 1 pairs, 1 left>"


def test_a_notebook_shows_figures_as_they_are_printed(objects, measured):
    """Not the fields of a class."""
    for name, thing in {**measured, "names": objects["names"]}.items():
        assert isinstance(thing, ShownAsText), name
        shown = thing._repr_html_()
        first = str(thing).splitlines()[0].strip()
        assert "<pre>" in shown, name
        assert first.replace(">", "&gt;") in shown, name


def test_what_a_notebook_shows_of_results_holds_no_name(objects):
    """Identifiers and levels; records are shown where they were asked for, in explanations and pairs to label."""
    for name in ("result", "one table", "hits", "score"):
        things = objects[name] if isinstance(objects[name], list) else [objects[name]]
        for thing in things:
            assert not [each for each in PERSON[:3] if each in thing._repr_html_().lower()], name
