"""Explaining from the folder of a result, in Python and by the command."""

import csv
import json
import shutil
from pathlib import Path

import pytest
from explained import ALERTS, KARI, REGISTER, ids_of, parsed

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.explain.folder import explain_folder
from hpmatch.output import MODEL_FILE


def test_a_folder_explains_as_the_result_does(sample_result, sample_folder):
    """Candidates, weights and evidence are the same to the last digit; the records are those of the files."""
    for alert_id in [
        *ids_of(sample_result, "review"),
        *ids_of(sample_result, "match")[:5],
        *ids_of(sample_result, "no_match")[:2],
    ]:
        ours = sample_result.explain(alert_id)
        theirs = explain_folder(sample_folder, alert_id, alerts=ALERTS, register=REGISTER)
        assert theirs.candidates == ours.candidates
        assert theirs.together == ours.together
        assert [(each.comparison, each.level, each.disposition) for each in theirs.changes] == [
            (each.comparison, each.level, each.disposition) for each in ours.changes
        ]
        assert [[(told.column, told.level) for told in each] for each in theirs.records] == [
            [(told.column, told.level) for told in each] for each in ours.records
        ]


def test_the_records_are_shown_as_they_stand_in_the_files(sample_folder):
    """The words of the files, not what they were compared as."""
    with ALERTS.open(encoding="utf-8", newline="") as file:
        alert = next(row for row in csv.DictReader(file) if row["alert_id"] == "A000004")
    explanation = explain_folder(sample_folder, "A000004", alerts=ALERTS, register=REGISTER)
    told = {each.column: each for each in explanation.records[0]}
    assert told["family_name"].alert == (alert["family_name"],)
    assert told["birth_date"].alert == (alert["birth_date"],)
    assert told["profession"].alert == (alert["profession"],)


@pytest.mark.parametrize("kind", ["files", "tables"])
def test_what_was_linked_by_a_model_trained_beside_is_explained(tmp_path, kind):
    """The register is known again by its file, however often it was read, and a table by what it holds."""
    tables = [str(ALERTS), str(REGISTER)]
    if kind == "tables":
        tables = [list(csv.DictReader(Path(path).read_text("utf-8").splitlines())) for path in tables]
    hp.link(*tables, train=True).write(tmp_path / "out")
    found = explain_folder(tmp_path / "out", "A000004", alerts=tables[0], register=tables[1])
    assert found.records


def test_a_prepared_register_serves_too(sample_folder, tmp_path):
    """It has the version of what it was prepared from."""
    hp.Register.prepare(REGISTER).save(tmp_path / "prepared")
    explanation = explain_folder(sample_folder, "A000004", alerts=ALERTS, register=tmp_path / "prepared")
    assert {told.column for told in explanation.records[0]} >= {"family_name", "birth_date"}


def test_without_the_files_weights_and_levels_are_shown(sample_folder):
    """Nothing of the persons is known, and all of the decision."""
    explanation = explain_folder(sample_folder, "A000004")
    assert explanation.records == ()
    assert explanation.changes
    assert explanation.candidates[0].evidence


def test_parquet_serves_as_csv_does(sample_result, sample_folder, tmp_path):
    sample_result.write(tmp_path / "out", "parquet")
    assert explain_folder(tmp_path / "out", "A000004") == explain_folder(sample_folder, "A000004")


def test_another_register_is_refused(sample_folder, tmp_path):
    """Side by side with other words than were compared would mislead."""
    other = tmp_path / "register.csv"
    other.write_bytes(REGISTER.read_bytes() + b"\n")
    with pytest.raises(hp.SourceError, match="another than the alerts were held against"):
        explain_folder(sample_folder, "A000004", alerts=ALERTS, register=other)


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
def test_another_alert_of_the_same_identifier_is_refused(sample_folder, tmp_path, said):
    """It may be about another person, whose record would stand beside weights that are not his."""
    files = {"alerts": alerts_with(tmp_path, "A000004", **said), "register": REGISTER}
    with pytest.raises(hp.SourceError, match="'A000004' is another than the one that was linked") as refused:
        explain_folder(sample_folder, "A000004", **files)
    assert "Nordmann" not in str(refused.value)


def test_alerts_that_came_later_do_no_harm(sample_folder, tmp_path):
    """Nor does another order of the columns, another alert that is mended, or what became of the alert since."""
    explanation = explain_folder(sample_folder, "A000004", alerts=ALERTS, register=REGISTER)
    assert "A000001" not in explanation.together
    later = alerts_with(tmp_path, "A000001", family_name="Nordmann")
    assert explain_folder(sample_folder, "A000004", alerts=later, register=REGISTER) == explanation
    later = alerts_with(tmp_path, "A000004", status="revoked")
    assert explain_folder(sample_folder, "A000004", alerts=later, register=REGISTER) == explanation


def test_another_model_is_refused_and_an_unknown_one_is_done_without(sample_result, sample_folder, tmp_path):
    """The shipped model is not taken for one of the same name."""
    own = hp.read_model("imi").with_decision(match=0.9)
    with pytest.raises(hp.ModelError, match="made by another model"):
        explain_folder(sample_folder, "A000004", model=own)
    hp.link([{"alert_id": "A1", **KARI}], [{"hpr_number": "7", **KARI}], own).write(tmp_path / "out")
    assert explain_folder(tmp_path / "out", "A1").changes
    (tmp_path / "out" / MODEL_FILE).rename(tmp_path / "own.json")
    assert explain_folder(tmp_path / "out", "A1").changes is None
    assert explain_folder(tmp_path / "out", "A1", model=tmp_path / "own.json").changes
    own.with_decision(match=0.8).save(tmp_path / "out" / MODEL_FILE)
    assert explain_folder(tmp_path / "out", "A1").changes is None


def test_one_of_the_files_alone_is_not_enough(sample_folder):
    with pytest.raises(hp.HpmatchError, match="takes both"):
        explain_folder(sample_folder, "A000004", alerts=ALERTS)


# --- the command


def test_the_command_writes_each_form(sample_folder, tmp_path, capsys):
    """Text is printed, JSON is JSON, a page is written whole."""
    files = ["--alerts", str(ALERTS), "--register", str(REGISTER)]
    assert main(["explain", str(sample_folder), "A000004", *files, "--lang", "nb"]) == 0
    assert capsys.readouterr().out.startswith("Melding A000004: treff\n")
    assert main(["explain", str(sample_folder), "A000004", "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["alert_id"] == "A000004"
    out = tmp_path / "A000004.html"
    assert (
        main(["explain", str(sample_folder), "A000004", *files, "--format", "html", "--out", str(out)]) == 0
    )
    assert parsed(out.read_text("utf-8")).tags[0] == "html"
    assert [path.name for path in tmp_path.iterdir()] == ["A000004.html"]


def test_the_command_says_what_is_wrong(sample_folder, tmp_path, capsys):
    """An alert that is not there, a folder that holds nothing, a place that cannot be written."""
    assert main(["explain", str(sample_folder), "A999999"]) == 1
    assert "no alert 'A999999'" in capsys.readouterr().err
    assert main(["explain", str(tmp_path), "A000004"]) == 1
    assert "holds no whole result" in capsys.readouterr().err
    assert main(["explain", str(sample_folder), "A000004", "--out", str(tmp_path / "no" / "x")]) == 1
    assert "cannot write" in capsys.readouterr().err
    assert (
        main(
            ["explain", str(sample_folder), "A000004", "--alerts", str(REGISTER), "--register", str(REGISTER)]
        )
        == 1
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
def test_a_folder_that_is_no_result_is_told_in_words(sample_folder, tmp_path, capsys, act, words):
    """What it lacks, and what to name instead; no name of an error of Python."""
    other = Path(shutil.copytree(sample_folder, tmp_path / "other"))
    act(other)
    assert main(["explain", str(other), "A000004"]) == 1
    told = capsys.readouterr().err
    assert f"holds no whole result: {words}" in told
    assert "name a folder with summary.json and links" in told
    assert "Error" not in told
