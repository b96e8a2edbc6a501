"""One alert at a time: the answers of the batch job, while somebody waits."""

import csv
import io
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import numpy as np
import pandas as pd
import polars as pl
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from registers import ALONE
from strategies import ALERTS, PERSONS

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.comparison.text import Text
from hpmatch.fellegi_sunter import FellegiSunter, Level
from hpmatch.model import read_model
from hpmatch.register import read_register
from hpmatch.standardise.stages import PlainText

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
TOLD = ("disposition", "hpr_number", "match_probability", "reason")
PROPERTY = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
KARI = {"family_name": "Bergersen", "given_name": "Kari", "birth_date": "1980-02-03"}
PERSON = {"hpr_number": "1000002", **KARI}


@pytest.fixture(scope="module")
def alerts():
    with (SAMPLE / "alerts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.fixture(scope="module")
def result():
    return hp.link(SAMPLE / "alerts.csv", SAMPLE / "register.csv", ALONE)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("screening") / "prepared"
    hp.Register.prepare(SAMPLE / "register.csv").save(folder)
    return folder


@pytest.fixture(scope="module")
def batch(result, alerts):
    """The batch job's hits of each sample alert."""
    return [result.explain(alert["alert_id"]).candidates for alert in alerts]


def test_every_sample_alert_gets_the_hits_of_the_batch_job(folder, alerts, batch):
    """Identifiers, weights, probabilities, decisions, rules and evidence are the same to the last digit."""
    register = hp.Register.open(folder)
    assert [tuple(register.screen(alert)) for alert in alerts] == batch
    assert sum(map(len, batch)) > 100


def test_eight_threads_get_the_same_answers(folder, alerts, batch):
    """One register, opened a moment ago, serves all of them at once."""
    register = hp.Register.open(folder)
    with ThreadPoolExecutor(8) as threads:
        assert [tuple(hits) for hits in threads.map(register.screen, alerts)] == batch


@PROPERTY
@given(ALERTS, PERSONS, st.data())
def test_screening_is_the_batch_job_whatever_the_data(alerts, persons, data):
    """Alone or among others, with or without an identifier of the state, an alert gets the same hits."""
    numbers = st.sampled_from(["", "37804090001", "09047812345", "7804091234"])
    alerts = [{**alert, "national_id": data.draw(numbers)} for alert in alerts]
    result, register = hp.link(alerts, persons, ALONE), hp.Register.prepare(persons)
    for alert in alerts:
        assert tuple(register.screen(alert)) == result.explain(alert["alert_id"]).candidates


def test_a_model_for_one_alert_goes_before_the_registers_own(folder, alerts):
    """Other thresholds give other decisions, as they do in the batch job."""
    model = ALONE.with_decision(match=0.9999999999)
    register, result = hp.Register.open(folder), hp.link(SAMPLE / "alerts.csv", folder, model)
    some = alerts[:60]
    hits = [tuple(register.screen(alert, model)) for alert in some]
    assert hits == [result.explain(alert["alert_id"]).candidates for alert in some]
    assert hits != [tuple(register.screen(alert)) for alert in some]


def test_one_alert_is_answered_as_the_batch_job_answers_it(folder, alerts, result, batch):
    """The disposition, the person, the probability and the reason are those of its row, and the hits those of screening."""
    register = hp.Register.open(folder)
    rows = {row["alert_id"]: row for row in result.dispositions.to_pylist()}
    for alert, hits in list(zip(alerts, batch, strict=True))[:60]:
        answer = register.answer(alert)
        assert {name: getattr(answer, name) for name in TOLD} == {
            name: rows[alert["alert_id"]][name] for name in TOLD
        }
        assert (answer.alert_id, answer.hits) == (alert["alert_id"], hits)


def test_no_match_and_unmatchable_are_told_apart(folder):
    """Screening finds nobody for either: nobody fits the one, and the other tells too little."""
    register = hp.Register.open(folder)
    nobody, too_little = {**KARI, "family_name": "Qvxzq", "given_name": "Wqzx"}, {"family_name": "Bergersen"}
    assert register.screen(nobody) == register.screen(too_little) == []
    assert [register.answer(alert).disposition for alert in (nobody, too_little)] == [
        "no_match",
        "unmatchable",
    ]


def test_an_answer_shows_no_more_than_it_says():
    """Its repr holds no person; its text is the disposition, the reason and the hits."""
    register = hp.Register.prepare([PERSON])
    answer = register.answer(KARI)
    assert repr(answer) == "<Answer: match, 1 hits>"
    assert str(answer).splitlines()[0] == f"match: {answer.reason}"
    assert str(answer).endswith(str(answer.hits[0]))
    assert register.answer(KARI, register.model.with_decision(match=0.9999999999)).disposition == "review"


# --- what nobody reads, and what nobody can


def test_a_misspelt_column_that_takes_the_place_of_a_needed_one_is_refused():
    """By its name; in an answer without it nobody would see that it lacks. No cell is repeated."""
    register = hp.Register.prepare([PERSON])
    misspelt = {"famly_name": "Bergersen", "given_name": "Kari", "birth_date": "1980-02-03", "x": "Qvam"}
    for ask in (register.screen, register.answer, lambda alert: hp.score(KARI, alert)):
        with pytest.raises(
            hp.SchemaError, match="there is no family_name, and nobody reads 'famly_name', 'x'"
        ) as told:
            ask(misspelt)
        assert "Bergersen" not in str(told.value)
        assert "Qvam" not in str(told.value)
    twelve = {"given_name": "Kari", **{f"x{place}": "" for place in range(12)}}
    with pytest.raises(hp.SchemaError, match="no family_name and no birth_date, .*'x9' and 2 more;"):
        register.screen(twelve)


def test_a_record_that_tells_little_is_still_compared():
    """Without a needed column and without one that nobody reads; or with all needed ones, empty as they may be."""
    register = hp.Register.prepare([PERSON])
    assert register.answer({"given_name": "Kari", "birth_date": "1980-02-03"}).columns_not_read == ()
    answer = register.answer({**KARI, "family_name": None, "profesion": "lege", "note": "x", "sent_date": ""})
    assert answer.columns_not_read == ("profesion", "note")
    assert register.answer({**KARI, "profession": "lege"}).columns_not_read == ()
    assert "columns_not_read" not in answer.to_json()


@pytest.mark.parametrize(
    "cell", [object(), {"y": "Qvam"}, b"Qvam", ["1980-02-03", {"y": "Qvam"}], np.array([{"y": 1}]), print]
)
def test_a_cell_that_is_no_text_is_refused(cell):
    """Its column is named, and nothing of what it holds."""
    register = hp.Register.prepare([PERSON])
    for ask in (register.screen, register.answer, lambda alert: hp.score(alert, KARI)):
        with pytest.raises(
            hp.SourceError, match=r"'birth_date' holds a \w+, which is not text, a number, a date"
        ) as told:
            ask({**KARI, "birth_date": cell})
        assert "Qvam" not in str(told.value)


@pytest.mark.parametrize(
    "day",
    [
        date(1980, 2, 3),
        datetime(1980, 2, 3),  # noqa: DTZ001 - as data bases give it
        pd.Timestamp("1980-02-03"),
        np.datetime64("1980-02-03"),
        np.str_("1980-02-03"),
        ["1980-02-03", None],
        {"1980-02-03"},
    ],
)
def test_cells_of_many_kinds_are_read(day):
    """Texts, days and lists of them; numbers, truth values and identifiers of their own kind; and what says that there is nothing."""
    register = hp.Register.prepare([PERSON])
    more = {
        "national_id": 13097248022,
        "specialty": pd.NA,
        "sex": float("nan"),
        "profession": None,
        "other_names": Decimal(1),
    }
    number = UUID(int=7)
    answer = register.answer({**KARI, **more, "birth_date": day, "alert_id": number})
    assert (answer.disposition, answer.alert_id) == ("match", str(number))


# --- the command


def _screened(text, folder, monkeypatch, capsys):
    monkeypatch.setattr("sys.stdin", io.StringIO(text))
    status = main(["screen", str(folder)])
    told = capsys.readouterr()
    return status, [json.loads(line) for line in told.out.splitlines()], told.err


def test_the_command_gives_the_dispositions_of_the_batch_job(
    folder, alerts, result, batch, tmp_path, monkeypatch, capsys
):
    """Each JSON line has the alert's disposition, person, probability and reason as in dispositions.csv, and its hits."""
    result.write(tmp_path / "out")
    with (tmp_path / "out" / "dispositions.csv").open(encoding="utf-8", newline="") as file:
        expected = {row["alert_id"]: row for row in csv.DictReader(file)}
    lines = "".join(json.dumps(alert, ensure_ascii=False) + "\n" for alert in alerts)
    status, answers, _ = _screened(lines, folder, monkeypatch, capsys)
    assert status == 0
    for alert, answer, hits in zip(alerts, answers, batch, strict=True):
        row = expected[alert["alert_id"]]
        row["match_probability"] = float(row["match_probability"])
        assert {name: answer[name] or "" for name in TOLD} == {name: row[name] or "" for name in TOLD}
        assert [(hit["hpr_number"], hit["match_weight"]) for hit in answer["hits"]] == [
            (hit.hpr_number, hit.match_weight) for hit in hits
        ]


def test_the_command_tells_of_each_name_that_nobody_reads_once(folder, monkeypatch, capsys):
    """On standard error, when it first comes, and of a hundred of them at most; what is printed for programs stays as it is."""
    alerts = [
        KARI,
        {**KARI, "note": "Qvam"},
        {**KARI, "note": "Qvam", "profesion": "lege"},
        {**KARI, "note": ""},
    ]
    alerts += [{**KARI, f"x{place}": ""} for place in range(150)]
    lines = "".join(json.dumps(alert) + "\n" for alert in alerts)
    status, answers, told = _screened(lines, folder, monkeypatch, capsys)
    assert (status, len(answers)) == (0, len(alerts))
    assert {frozenset(answer) for answer in answers} == {frozenset({"alert_id", *TOLD, "hits"})}
    first, second, *others = told.splitlines()
    assert first == "hpmatch: nobody reads 'note'; the names are not known"
    assert second == "hpmatch: nobody reads 'profesion'; the names are not known"
    assert len(others) == 98
    assert "Qvam" not in told


# Lines that cannot be used, and what the answer says.
BAD_LINES = {
    "no JSON": ('{"family_name": Bergersen}', "is not JSON"),
    "no object": ('["Bergersen"]', "is not a JSON object"),
    "a number too long": ("1" * 5000, "a number that is too long"),
    "nested too deep": ("[" * 100_000, "nested too deep"),
    "half a letter": (json.dumps({**KARI, "given_name": "\ud800"}), "half a letter"),
    "no text": ('{"family_name": "Berger\udce6sen"}', "bytes that are not text"),
    "no name or date": ('{"town": "Bergen"}', "there is no family_name, given_name, birth_date"),
    "a misspelt name": ('{"famly_name": "Bergersen", "given_name": "K"}', "nobody reads 'famly_name'"),
    "an object in a cell": ('{"family_name": {"is": "Bergersen"}}', "'family_name' holds a dict"),
    "empty": ("{}", "among its 0 columns"),
    "a column twice": ('{"family_name": "Bergersen", "given_name": "Kari", "family_name": "Moe"}', "a column twice; keep one"),
    "two for a role": ('{"family_name": "Bergersen", "etternavn": "Kari"}', "both taken for 'family_name'"),
}  # fmt: skip


@pytest.mark.parametrize(("line", "words"), BAD_LINES.values(), ids=BAD_LINES)
def test_a_line_that_cannot_be_used_is_answered_with_an_error(folder, line, words, monkeypatch, capsys):
    """Its number and the reason, nothing of the person; the lines around it are answered."""
    good = json.dumps(KARI)
    status, answers, said = _screened(f"{good}\n\n{line}\n{good}\n", folder, monkeypatch, capsys)
    assert status == 1
    assert "1 lines could not be used" in said
    assert answers[0] == answers[2]
    assert "disposition" in answers[0]
    assert answers[1].keys() == {"line", "error"}
    assert answers[1]["line"] == 3
    assert words in answers[1]["error"]
    assert "Bergersen" not in answers[1]["error"]


def test_the_program_reads_utf8_whatever_the_locale(folder):
    """Run as a program: names are UTF-8, bytes that are not are an error of their line, and the rest is answered."""
    hit = json.dumps({**KARI, "given_name": "Åse"}, ensure_ascii=False).encode()
    done = subprocess.run(
        [sys.executable, "-m", "hpmatch", "screen", str(folder)],
        input=hit + b"\n" + hit.replace("Å".encode(), b"\xc5") + b"\n" + hit + b"\n",
        capture_output=True,
        check=False,
        env={**os.environ, "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    )
    first, second, third = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert done.returncode == 1
    assert first == third
    assert first["disposition"] == "no_match"
    assert second == {"line": 2, "error": "holds bytes that are not text in UTF-8"}


def test_the_program_answers_a_lost_letter_as_the_batch_job_does(folder):
    """U+FFFD is text: a code page lacked the letter before the line was written, whether it is escaped or not."""
    lost = {"alert_id": "A1", **KARI, "given_name": "K\N{REPLACEMENT CHARACTER}ri"}
    done = subprocess.run(
        [sys.executable, "-m", "hpmatch", "screen", str(folder)],
        input="\n".join(json.dumps(lost, ensure_ascii=escaped) for escaped in (True, False)).encode(),
        capture_output=True,
        check=False,
    )
    escaped, plain = map(json.loads, done.stdout.decode("utf-8").splitlines())
    assert done.returncode == 0
    assert plain == escaped
    batch = hp.link([lost], folder).dispositions.to_pylist()[0]
    assert (plain["disposition"], plain["match_probability"]) == (
        batch["disposition"],
        batch["match_probability"],
    )


# --- what is refused


def test_a_register_for_one_run_cannot_be_screened():
    """The message says what makes one that can; with that it works."""
    register = read_register([PERSON], read_model("imi"), None)
    with pytest.raises(hp.SourceError, match=r"Register\.prepare") as caught:
        register.screen(KARI)
    assert not any(cell in str(caught.value) for cell in PERSON.values())
    assert [hit.hpr_number for hit in hp.Register.prepare([PERSON]).screen(KARI)] == [PERSON["hpr_number"]]


@pytest.mark.parametrize("record", [{}, {"town": "Bergen"}, {**KARI, "etternavn": "Bergersen"}])
def test_a_record_that_cannot_be_used_is_refused(record):
    """The message names columns, never cells; screening and scoring say the same."""
    register = hp.Register.prepare([PERSON])
    for act in (
        lambda: register.screen(record),
        lambda: hp.score(record, PERSON),
        lambda: hp.score(KARI, record),
    ):
        with pytest.raises(hp.SchemaError) as caught:
            act()
        assert not any(cell in str(caught.value) for cell in PERSON.values())
    assert len(register.screen(KARI)) == 1


def test_cells_need_not_be_text(folder):
    """Numbers, lists, None and NaN are read as in a table of dicts."""
    register = hp.Register.open(folder)
    plain = {**KARI, "profession": "SP;LE", "birth_date": "1980", "sex": ""}
    odd = {**KARI, "profession": ["SP", "LE"], "birth_date": 1980.0, "sex": None, "measure": float("nan")}
    assert register.screen(plain) == register.screen(odd)


# --- score


@PROPERTY
@given(ALERTS, PERSONS)
def test_a_score_is_what_linking_one_person_finds_without_the_prior(alerts, persons):
    """The weight over the prior and the evidence, for every pair that linking compares."""
    whole = [
        [row for row in rows if row["family_name"] and row["given_name"] and row["birth_date"]]
        for rows in (alerts, persons)
    ]
    compared = 0
    for alert in whole[0][-3:]:
        for person in whole[1][-3:]:
            for hit in hp.link([alert], [person], min_weight=-1000).explain(alert["alert_id"]).candidates:
                score = hp.score(alert, person)
                assert score.match_weight == pytest.approx(hit.match_weight - hit.prior_weight, abs=1e-9)
                assert score.evidence == hit.evidence
                compared += 1
    assume(compared)


def test_a_score_adds_up_and_can_be_read():
    """Its weight is the sum of its evidence, and each comparison stands in its text."""
    score = hp.score(KARI, {**KARI, "family_name": "Hansen"})
    evidence = sum(item.weight for item in score.evidence)
    assert score.look_alike_weight < 0
    assert score.match_weight == pytest.approx(evidence + score.look_alike_weight)
    assert score.match_weight < hp.score(KARI, KARI).match_weight
    assert all(item.comparison in str(score) for item in score.evidence)


def test_a_row_of_a_frame_is_a_record(folder):
    """With the gaps that pandas has for what is missing."""
    rows = pd.DataFrame([{**KARI, "middle_name": None}, {**KARI, "middle_name": "Moe"}])
    assert hp.score(rows.iloc[0], pd.Series(PERSON)) == hp.score(KARI, PERSON)
    register = hp.Register.open(folder)
    alerts = pd.read_csv(SAMPLE / "alerts.csv")
    plain = pd.read_csv(SAMPLE / "alerts.csv", dtype=str, keep_default_na=False).to_dict("records")
    for place in range(40):
        assert register.screen(alerts.iloc[place]) == register.screen(plain[place])


def test_what_is_no_record_is_refused():
    """The message says what to give."""
    with pytest.raises(hp.SourceError, match="right: a list is no record; give a mapping"):
        hp.score(KARI, ["Berg"])


@pytest.mark.parametrize("frame", [pd.DataFrame, pl.DataFrame])
def test_a_whole_frame_is_no_record(frame):
    """Though it has what a row of one has."""
    register = hp.Register.prepare([PERSON])
    with pytest.raises(hp.SourceError, match="alert: a DataFrame is no record; give .* one row"):
        register.screen(frame([KARI]))


def test_a_score_takes_a_model_by_its_path(tmp_path):
    """As everything does that takes a model."""
    read_model("imi").save(tmp_path / "own.json")
    assert hp.score(KARI, PERSON, tmp_path / "own.json") == hp.score(KARI, PERSON)


def test_a_comparison_without_a_way_for_one_pair_is_given_tables_of_one_record():
    """A score weighs it as linking does."""
    model = read_model("imi")
    numbers = [
        Level("same", 0.9, 0.01), Level("close", 0.05, 0.01), Level("similar", 0.03, 0.08), Level("different", 0.02, 0.9)
    ]  # fmt: skip
    model = replace(
        model,
        standardisers=(*model.standardisers, PlainText("status")),
        comparisons=(*model.comparisons, Text("status", "status")),
        classifier=FellegiSunter({**model.classifier.levels, "status": tuple(numbers)}),
    )
    for status in ("active", "aktive", "closed", ""):
        alert = {"alert_id": "A", **KARI, "status": status}
        person = {**PERSON, "status": "active"}
        (hit,) = hp.link([alert], [person], model, min_weight=-1000).explain("A").candidates
        score = hp.score(alert, person, model)
        assert score.evidence == hit.evidence
        assert (score.evidence[-1].level == "missing") == (not status)
