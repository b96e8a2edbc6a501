"""A night in which no alert came: empty, well-formed results and exit status 0; a register without rows stays an error."""

import io
import json

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from registers import written
from rescreened import ALERTED, KARI, REGISTER

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.ledger import Ledger
from hpmatch.results import TABLES

# All that an alert may tell, and no alert.
COLUMNS = [
    "alert_id",
    "sending_country",
    "sent_date",
    "decision_date",
    "status",
    "measure",
    "family_name",
    "given_name",
    "birth_name",
    "birth_date",
    "sex",
    "national_id",
    "profession",
    "specialty",
    "birth_place",
]
NONE = pa.table({name: pa.array([], pa.string()) for name in COLUMNS})
IN_MEMORY = {
    "arrow": NONE,
    "pandas": NONE.to_pandas(),
    "polars": pl.from_arrow(NONE),
    "duckdb": duckdb.from_arrow(NONE),
    "numbers in pandas": pd.DataFrame({name: pd.Series(dtype=float) for name in COLUMNS}),
    "list": [],
}


@pytest.fixture(params=["csv", "parquet"])
def none(request, tmp_path):
    """The path of a table of alerts that has a header and no rows."""
    path = tmp_path / f"none.{request.param}"
    if request.param == "csv":
        path.write_text(",".join(COLUMNS) + "\n", "utf-8")
    else:
        pq.write_table(NONE, path)
    return str(path)


@pytest.fixture
def prepared(tmp_path):
    """The folder of a prepared register."""
    folder = str(tmp_path / "prepared")
    assert main(["prepare", written(REGISTER, tmp_path / "register.csv"), "--out", folder]) == 0
    return folder


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_the_result_has_every_table_and_no_row(none, prepared, tmp_path, kind):
    """With the columns that a result of alerts has, and counts that are nought."""
    out, full = tmp_path / "out", tmp_path / "full"
    for alerts, folder in ((none, out), (written(ALERTED, tmp_path / "alerts.csv"), full)):
        assert main(["link", alerts, prepared, "--out", str(folder), "--format", kind]) == 0
    for name in TABLES:
        tables = [
            pq.read_table(folder / f"{name}.parquet")
            if kind == "parquet"
            else pyarrow.csv.read_csv(folder / f"{name}.csv")
            for folder in (out, full)
        ]
        assert len(tables[0]) == 0
        assert tables[0].column_names == tables[1].column_names
        if kind == "parquet":
            assert tables[0].schema.types == tables[1].schema.types
    summary = json.loads((out / "summary.json").read_text("utf-8"))
    assert set(summary["alerts"].values()) == {0}
    assert summary["register"]["read"] == 2
    assert summary["candidate_pairs"] == 0


@pytest.mark.parametrize("alerts", IN_MEMORY.values(), ids=IN_MEMORY)
def test_tables_in_memory_may_be_empty_too(alerts, tmp_path):
    """In the Python API: linked, received, held against changes, written."""
    register, ledger = hp.Register.prepare(REGISTER), Ledger(tmp_path / "ledger")
    cases = [{"hpr_number": "12", "case_number": "2020/1"}]
    assert hp.link(alerts, REGISTER, prior_cases=cases).summary["alerts"]["read"] == 0
    result = ledger.link(alerts, register, tmp_path / "out")
    assert (len(result.dispositions), len(result.differences), ledger.status().received) == (0, 0, 0)
    found = hp.rescreen(ledger, alerts, register, changes=[{"hpr_number": "11", **KARI}])
    found.write(tmp_path / "night")
    assert len(found.differences) == 0
    assert len(hp.AlertsInForce.prepare(alerts)) == 0


def test_a_ledger_goes_on_after_a_night_without_alerts(none, prepared, tmp_path, capsys):
    """The run stands there with its register, nobody waits, and who was answered stays answered."""
    alerts, ledger, out = (
        written(ALERTED, tmp_path / "alerts.csv"),
        str(tmp_path / "ledger"),
        str(tmp_path / "out"),
    )
    for each in (none, alerts, none):
        assert main(["link", each, prepared, "--out", out, "--ledger", ledger]) == 0
    assert main(["ledger", "status", ledger, "--fail-if-waiting"]) == 0
    assert Ledger(ledger).status().answered == 3
    assert Ledger(ledger).verify().ok
    capsys.readouterr()
    night = ["rescreen", ledger, none, prepared, "--new-register", prepared, "--out", str(tmp_path / "night")]
    assert main(night) == 1  # those who were answered have to be given
    assert "3 of the 3 alerts that were answered are not among the 0 given" in capsys.readouterr().err


def test_a_ledger_without_alerts_is_rescreened(none, prepared, tmp_path):
    """Changes are kept, and nothing differs."""
    ledger, night = str(tmp_path / "ledger"), tmp_path / "night"
    assert main(["link", none, prepared, "--out", str(tmp_path / "out"), "--ledger", ledger]) == 0
    changes = written([{"hpr_number": "11", **KARI}], tmp_path / "changes.csv")
    assert main(["rescreen", ledger, none, prepared, "--changes", changes, "--out", str(night)]) == 0
    assert json.loads((night / "summary.json").read_text())["alerts"] == {
        "in_force": 0,
        "scored_again": 0,
        "different": 0,
        "rejected": 0,
    }
    assert len((night / "differences.csv").read_text("utf-8").splitlines()) == 1
    assert len(hp.Register.open(prepared)) == 3


def test_nothing_to_screen_ask_or_count(none, prepared, tmp_path, capsys, monkeypatch):
    """The commands beside end well too."""
    assert main(["link", none, prepared, "--out", str(tmp_path / "out")]) == 0
    assert main(["funnel", str(tmp_path / "out")]) == 0
    capsys.readouterr()
    assert main(["ask", none, prepared]) == 0
    assert "nothing to ask" in capsys.readouterr().out
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    assert main(["screen", prepared]) == 0
    assert capsys.readouterr() == ("", "")


def test_what_is_no_table_stays_an_error(prepared, tmp_path, capsys):
    """Without a byte, without a column that says whose it is, without any column."""
    bad = {
        "empty.csv": "is empty (0 bytes)",
        "other.csv": "no column for 'birth_date'",
        "bare.parquet": "no rows",
    }
    (tmp_path / "empty.csv").write_bytes(b"")
    (tmp_path / "other.csv").write_text("alert_id,family_name,given_name\n", "utf-8")
    pq.write_table(pa.table({}), tmp_path / "bare.parquet")
    for name, words in bad.items():
        assert main(["link", str(tmp_path / name), prepared, "--out", str(tmp_path / "out")]) == 1
        assert words in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("command", [["link", "--train", "--out"], ["train", "--out"], ["blocking"]])
def test_nothing_is_learned_or_measured_from_none(none, tmp_path, capsys, command):
    """A model from no alerts, or what rules find of none, would be made up."""
    name, *more = command
    arguments = [none, written(REGISTER, tmp_path / "register.csv"), *more]
    assert main([name, *arguments, *([str(tmp_path / "out")] if more else [])]) == 1
    assert "has a header but no rows" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
