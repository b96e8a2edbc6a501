"""The commands about the ledger, and what becomes of results when an alert is forgotten."""

import json
import shutil
import sys
from pathlib import Path

import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from ledgers import PERSON, REGISTER, about, alert, refused

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.explain.folder import explain_folder
from hpmatch.ledger import Ledger
from hpmatch.ledger.forget import take_out
from hpmatch.output import MODEL_FILE, read_folder

SAMPLE = Path(__file__).parents[1] / "examples" / "data"
ALERTS, PEOPLE = SAMPLE / "alerts.csv", SAMPLE / "register.csv"
TABLES = ("links", "weights", "dispositions", "rejected")
# What a run counts and cannot count anew without the alert.
OF_THE_RUN = ("candidate_pairs", "cut_blocks")


def _read(folder):
    """All files of a result by name; of the summary what can be counted anew."""
    files = {path.name: path.read_bytes() for path in folder.iterdir()}
    summary = json.loads(files.pop("summary.json"))
    return {
        **files,
        "summary.json": {name: said for name, said in summary.items() if name not in OF_THE_RUN},
    }


def _without(rows, alert_id):
    return [row for row in rows if row["alert_id"] != alert_id]


def _link(*options):
    return main(["link", *map(str, options)])


# --- link


def test_link_keeps_a_ledger_and_the_same_result(tmp_path, capsys):
    """The result is that without a ledger, and that nothing differs; all alerts are answered, and the command says so."""
    assert _link(ALERTS, PEOPLE, "--out", tmp_path / "plain") == 0
    capsys.readouterr()
    assert _link(ALERTS, PEOPLE, "--out", tmp_path / "out", "--ledger", tmp_path / "ledger") == 0
    told = [line.rsplit(maxsplit=1) for line in capsys.readouterr().out.splitlines()[-6:]]
    assert [(label.strip(), number) for label, number in told] == [
        ("alerts received", "300"),
        ("answered", "300"),
        ("waiting", "0"),
        ("forgotten", "0"),
        ("rows rejected", "0"),
        ("runs", "1"),
    ]
    plain, kept = (
        {path.name: path.read_bytes() for path in (tmp_path / name).iterdir()} for name in ("plain", "out")
    )
    without, summary = (json.loads(files.pop("summary.json")) for files in (plain, kept))
    assert summary["alerts"].pop("different") == 0
    assert len(kept.pop("differences.csv").splitlines()) == 1
    assert (kept, summary) == (plain, without)
    latest = Ledger(tmp_path / "ledger").latest()
    dispositions = pyarrow.csv.read_csv(tmp_path / "out" / "dispositions.csv")
    for name in ("alert_id", "disposition", "match_probability"):
        assert latest[name].to_pylist() == dispositions[name].to_pylist()
    assert set(latest["register_version"].to_pylist()) == {hp.source_version(PEOPLE)}
    assert set(latest["model_sha256"].to_pylist()) == {summary["model"]["sha256"]}


def test_linking_again_adds_nothing(tmp_path):
    """The same alerts and register by the same model: the ledger stays as it is."""
    arguments = (ALERTS, PEOPLE, "--out", tmp_path / "out", "--ledger", tmp_path / "ledger")
    _link(*arguments)
    before = (tmp_path / "ledger").read_bytes()
    assert _link(*arguments) == 0
    assert (tmp_path / "ledger").read_bytes() == before


def test_what_cannot_be_linked_waits(tmp_path, capsys):
    """The register is not there: the alerts were received all the same, and `status --waiting` lists them."""
    rows = ALERTS.read_text("utf-8").splitlines()[:4]
    (tmp_path / "alerts.csv").write_text("\n".join(rows), "utf-8")
    arguments = ("--out", tmp_path / "out", "--ledger", tmp_path / "ledger")
    assert _link(tmp_path / "alerts.csv", tmp_path / "nowhere.csv", *arguments) == 1
    capsys.readouterr()
    assert main(["ledger", "status", str(tmp_path / "ledger"), "--waiting"]) == 0
    assert capsys.readouterr().out.splitlines() == ["A000001", "A000002", "A000003"]
    assert _link(tmp_path / "alerts.csv", PEOPLE, *arguments) == 0
    assert Ledger(tmp_path / "ledger").waiting() == []


def test_a_schema_serves_the_ledger_as_well(tmp_path):
    """Columns of other names, told by a file."""
    columns = {"nr": "alert_id", "fam": "family_name", "giv": "given_name", "born": "birth_date"}
    said = "".join(f'{column} = "{role}"\n' for column, role in columns.items())
    (tmp_path / "schema.toml").write_text(f"[alerts.columns]\n{said}", "utf-8")
    (tmp_path / "alerts.csv").write_text(f"{','.join(columns)}\n{','.join(alert('A1').values())}\n", "utf-8")
    arguments = (tmp_path / "alerts.csv", PEOPLE, "--out", tmp_path / "out", "--ledger", tmp_path / "ledger")
    assert _link(*arguments) == 1
    assert _link(*arguments, "--schema", tmp_path / "schema.toml") == 0
    assert about(Ledger(tmp_path / "ledger"), "answered") == ["A1"]


def test_a_forgotten_alert_stays_out_of_later_results(tmp_path):
    """It is in rejected with that reason and without its content, and the counts add up."""
    arguments = (ALERTS, PEOPLE, "--out", tmp_path / "out", "--ledger", tmp_path / "ledger")
    _link(*arguments)
    main(["forget", "A000005", "--ledger", str(tmp_path / "ledger")])
    assert _link(*arguments) == 0
    rejected = pyarrow.csv.read_csv(tmp_path / "out" / "rejected.csv").to_pylist()
    assert [(row["row"], row["reason"].split(":")[0], row["content"] or "") for row in rejected] == [
        (5, "forgotten", "")
    ]
    counts = json.loads((tmp_path / "out" / "summary.json").read_text("utf-8"))["alerts"]
    assert (counts["rows"], counts["read"], counts["rejected"]) == (300, 299, 1)
    for name in ("links", "dispositions"):
        table = pyarrow.csv.read_csv(tmp_path / "out" / f"{name}.csv")
        assert "A000005" not in table["alert_id"].to_pylist()


def test_an_alert_that_is_forgotten_while_it_is_linked_is_taken_out(tmp_path, monkeypatch):
    """Forgotten by another process after it was received: the result that is written does not keep it."""
    ledger = Ledger(tmp_path / "ledger")
    write = hp.Result.write

    def meanwhile(result, *where):
        ledger.forget("A1")
        write(result, *where)

    monkeypatch.setattr(hp.Result, "write", meanwhile)
    ledger.link([alert("A1"), alert("A2", family_name="Lundqvist")], REGISTER, tmp_path / "out")
    table = pyarrow.csv.read_csv(tmp_path / "out" / "dispositions.csv")
    assert table["alert_id"].to_pylist() == about(ledger, "answered") == ["A2"]


# --- forget


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_result_without_an_alert_is_as_if_it_had_never_been_there(tmp_path, kind):
    """For each of some alerts: all files are those of linking the others, but for counts of the run itself."""
    rows = pyarrow.csv.read_csv(
        ALERTS, convert_options=pyarrow.csv.ConvertOptions(column_types={"birth_date": "string"})
    )
    rows = [
        {name: str(cell) if cell is not None else None for name, cell in row.items()}
        for row in rows.to_pylist()
    ][:60]
    register = hp.Register.prepare(PEOPLE)
    whole = hp.link(rows, register, min_weight=-2)
    linked = set(whole.links["alert_id"].to_pylist())
    chosen = [*sorted(linked)[:4], *sorted({row["alert_id"] for row in rows} - linked)[:2]]
    assert len(chosen) == 6
    for alert_id in chosen:
        whole.write(tmp_path / alert_id, kind)
        hp.link(_without(rows, alert_id), register, min_weight=-2).write(tmp_path / "others", kind)
        assert take_out(tmp_path / alert_id, alert_id)
        found, expected = _read(tmp_path / alert_id), _read(tmp_path / "others")
        if kind == "csv":
            assert found == expected
        assert found["summary.json"] == expected["summary.json"]
        for name in TABLES if kind == "parquet" else ():
            ours, theirs = (
                pq.read_table(tmp_path / home / f"{name}.parquet") for home in (alert_id, "others")
            )
            assert ours == theirs


def test_a_result_of_all_candidate_pairs_holds_all_still(tmp_path):
    """What is left can be evaluated, and recall be estimated, as without the alert; where pairs were left out they lack still."""
    people = [*REGISTER, {"hpr_number": "9144897", **PERSON, "given_name": "Rasma"}]
    truth = [{"alert_id": name, "hpr_number": "9144889"} for name in ("A1", "A2")]
    alerts = [alert("A1"), alert("A2", given_name="Rasma")]
    hp.link(alerts, people, min_weight=-1000).write(tmp_path / "out")
    assert hp.evaluate(tmp_path / "out", truth, replicates=0).estimates["pairs_quality"].of == 4
    hp.link(alerts, people, min_weight=1000).write(tmp_path / "few")
    for folder in ("out", "few"):
        assert take_out(tmp_path / folder, "A1")
    assert hp.evaluate(tmp_path / "out", truth, replicates=0).estimates["pairs_quality"].of == 2
    assert hp.estimate_recall(tmp_path / "out").true_pairs.of == 2
    assert "pairs_quality" not in hp.evaluate(tmp_path / "few", truth, replicates=0).estimates


def test_a_result_that_does_not_hold_an_alert_is_left_alone(tmp_path):
    """Not one byte, nor a new file."""
    hp.link([alert("A1")], REGISTER).write(tmp_path / "out")
    before = [(path, path.stat().st_ino) for path in sorted((tmp_path / "out").iterdir())]
    assert not take_out(tmp_path / "out", "A2")
    assert [(path, path.stat().st_ino) for path in sorted((tmp_path / "out").iterdir())] == before


def test_a_result_that_loses_an_alert_keeps_its_model(tmp_path):
    """By which what is left is explained."""
    own = hp.read_model("imi").with_decision(match=0.9)
    hp.link([alert("A1"), alert("A2")], REGISTER, own).write(tmp_path / "out")
    assert take_out(tmp_path / "out", "A1")
    assert hp.read_model(tmp_path / "out" / MODEL_FILE).fingerprint == own.fingerprint


def test_alerts_about_one_person_keep_a_common_name_that_is_theirs(tmp_path):
    """The forgotten alert named the person; now the next does."""
    hp.link([alert("A1"), alert("A2"), alert("A3")], REGISTER).write(tmp_path / "out")
    take_out(tmp_path / "out", "A1")
    table = pyarrow.csv.read_csv(tmp_path / "out" / "dispositions.csv")
    assert table["person_id"].to_pylist() == ["A2", "A2"]
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["persons"] == {
        "alerted": 1,
        "matched": 1,
    }


def test_identifiers_that_hold_a_semicolon_are_told_apart(tmp_path):
    """One alert is not taken for a part of another."""
    kari = {"family_name": "Bergersen", "given_name": "Kari", "birth_date": "1980-02-03"}
    hp.link([alert("A;B"), {"alert_id": "A", **kari}], REGISTER).write(tmp_path / "out")
    take_out(tmp_path / "out", "A")
    found = [row["alert_ids"] for row in pyarrow.csv.read_csv(tmp_path / "out" / "persons.csv").to_pylist()]
    assert found == ["A;B"]
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["funnel"]["total"]["persons"] == 1
    take_out(tmp_path / "out", "A;B")
    assert pyarrow.csv.read_csv(tmp_path / "out" / "persons.csv").num_rows == 0


def test_rejected_rows_about_an_alert_lose_their_content(tmp_path):
    """Whether they could be taken apart or not; they keep their place, so that rows are accounted for."""
    cells = "Kazlauskaite,Rasa,1978-04-09"
    lines = [
        f"A1,{cells}",
        f"A2,{cells}",
        f"A2,{cells}x",
        f'"A2",{cells},x,y',
        f"A3,{cells},A22",
        f"A4,{cells}",
    ]
    (tmp_path / "alerts.csv").write_text("\n".join([",".join(alert("x")), *lines]), "utf-8")
    hp.link(tmp_path / "alerts.csv", REGISTER).write(tmp_path / "out")
    assert take_out(tmp_path / "out", "A2")
    rows = pyarrow.csv.read_csv(tmp_path / "out" / "rejected.csv").to_pylist()
    assert [(row["row"], bool(row["content"])) for row in rows] == [
        (2, False),
        (3, False),
        (4, False),
        (5, True),
    ]
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["alerts"]["rejected"] == 4
    assert "A2," not in "".join(path.read_text() for path in (tmp_path / "out").iterdir())


def test_rejected_rows_of_other_tables_keep_their_content(tmp_path):
    """The number of a case, a row of the register and an alert are one number by chance; all three rows are rejected."""
    cells = "Kazlauskaite,Rasa,1978-04-09"
    texts = {
        "alerts.csv": f"{','.join(alert('x'))}\n1,{cells}\n4,{cells},more\n",
        "register.csv": f"hpr_number,{','.join(PERSON)}\n9144889,{cells}\n4,{cells},more\n",
        "cases.csv": "hpr_number,case_number\n7,4\n",
    }
    for name, text in texts.items():
        (tmp_path / name).write_text(text, "utf-8")
    alerts, register, cases = (tmp_path / name for name in texts)
    hp.link(alerts, register, prior_cases=cases).write(tmp_path / "out")
    assert take_out(tmp_path / "out", "4")
    rows = pyarrow.csv.read_csv(tmp_path / "out" / "rejected.csv").to_pylist()
    assert {row["table"]: bool(row["content"]) for row in rows} == {
        "alerts": False,
        "register": True,
        "prior cases": True,
    }


def test_identifiers_that_a_spreadsheet_would_run_are_found(tmp_path):
    """They are written with an apostrophe before them, and so they stay."""
    hp.link([alert("=A1"), alert("=A2"), alert("-3")], REGISTER).write(tmp_path / "out")
    assert take_out(tmp_path / "out", "=A1")
    text = (tmp_path / "out" / "dispositions.csv").read_text("utf-8")
    assert "=A1" not in text
    assert "'=A2" in text


def test_forget_takes_an_alert_out_of_everything(tmp_path, capsys):
    """The ledger and several results at once, one of which never held it; done again, it changes nothing."""
    for name in ("first", "second"):
        _link(ALERTS, PEOPLE, "--out", tmp_path / name, "--ledger", tmp_path / "ledger")
    hp.link([alert("A1")], REGISTER).write(tmp_path / "other")
    results = [str(tmp_path / name) for name in ("first", "second", "other")]
    command = ["forget", "A000002", "--ledger", str(tmp_path / "ledger"), "--result", *results]
    capsys.readouterr()
    assert main(command) == 0
    assert "2 of 3 results" in capsys.readouterr().out
    state = [(tmp_path / "ledger").read_bytes(), *map(_read, map(Path, results))]
    assert [name for name in results if b"A000002" in Path(name, "dispositions.csv").read_bytes()] == []
    assert main(command) == 0
    assert "0 of 3 results" in capsys.readouterr().out
    assert [(tmp_path / "ledger").read_bytes(), *map(_read, map(Path, results))] == state
    assert main(["ledger", "verify", str(tmp_path / "ledger")]) == 0


@pytest.mark.parametrize("spoil", ["no folder", "no summary", "no table", "of dedupe", "foreign file"])
def test_what_is_no_result_is_refused_before_anything_is_forgotten(tmp_path, spoil):
    """The message says what to name; the ledger and the other results stay."""
    ledger = Ledger(tmp_path / "ledger")
    for name in ("out", "other"):
        ledger.link([alert("A1")], REGISTER, tmp_path / name)
    other = tmp_path / "other"
    if spoil == "no folder":
        other = tmp_path / "nowhere"
    elif spoil == "no summary":
        (other / "summary.json").unlink()
    elif spoil == "no table":
        (other / "rejected.csv").unlink()
    elif spoil == "of dedupe":
        (other / "summary.json").write_text('{"records": {}}')
    else:
        (other / "notes.txt").write_text("mine")
    before = ledger.path.read_bytes(), _read(tmp_path / "out")
    with pytest.raises(hp.SourceError) as caught:
        hp.forget("A1", ledger, [tmp_path / "out", other])
    assert str(other) in str(caught.value)
    assert [cell for cell in PERSON.values() if cell in str(caught.value)] == []
    assert (ledger.path.read_bytes(), _read(tmp_path / "out")) == before


@pytest.mark.parametrize("name", ["row", "alerts", "match_weight", "decision", "prior_weight", "sex"])
@pytest.mark.parametrize("ending", ["csv", "parquet"])
def test_the_column_of_an_identifier_may_have_any_name(tmp_path, name, ending):
    """That of a column of the result, too; and its numbers are text."""
    alerts, schema = [{name: number, **PERSON} for number in ("4", "5")], hp.Schema(id=name)
    ledger, out = Ledger(tmp_path / "ledger"), tmp_path / "out"
    result = ledger.link(alerts, hp.Register.prepare(REGISTER), out, schema=schema, format=ending)
    assert result.links.column(0).to_pylist() == ["4", "5"]
    assert result.links["decision"].to_pylist() == ["match", "match"]
    truth = [{"alert_id": number, "hpr_number": "9144889"} for number in ("4", "5")]
    assert hp.evaluate(out, truth).precision == hp.evaluate(out, truth).recall == 1
    assert str(explain_folder(out, "4")).startswith("Alert 4: match")
    assert hp.forget("4", ledger, [out]) == 1
    tables, *_ = read_folder(out, TABLES)
    assert tables["links"].column(0).to_pylist() == tables["weights"].column(0).to_pylist() == ["5"]
    assert tables["links"].schema == result.links.schema


def test_forget_says_that_an_alert_is_unknown(tmp_path):
    """A mistyped identifier is not silently forgotten."""
    Ledger(tmp_path / "ledger").receive([alert("A1")])
    refused(lambda: hp.forget("A2", tmp_path / "ledger"), "no entry", "is its identifier right?")
    assert main(["forget", "A2", "--ledger", str(tmp_path / "ledger")]) == 1


# --- status


def test_status_is_told_to_programs(tmp_path, capsys):
    """The same numbers by name, and on request which alerts wait."""
    ledger = Ledger(tmp_path / "ledger")
    ledger.link([alert("A1")], REGISTER, tmp_path / "out")
    ledger.receive([alert("A1"), alert("Å2"), alert("A3")])
    ledger.forget("A3")
    numbers = {"received": 3, "answered": 1, "waiting": 1, "forgotten": 1, "rejected": 0, "runs": 1}
    command = ["ledger", "status", str(tmp_path / "ledger"), "--format", "json"]
    for more, expected in (([], numbers), (["--waiting"], {**numbers, "alerts_waiting": ["Å2"]})):
        assert main([*command, *more]) == 0
        printed = capsys.readouterr().out
        assert json.loads(printed) == expected
    assert "Å2" in printed


def test_a_job_can_be_made_to_fail_if_an_alert_waits(tmp_path, capsys):
    """With exit status 1 and how many; what is printed otherwise stays, and no alert is named that nobody asked for."""
    ledger, path = Ledger(tmp_path / "ledger"), str(tmp_path / "ledger")
    ledger.link([alert("A1")], REGISTER, tmp_path / "out")
    assert main(["ledger", "status", path, "--fail-if-waiting"]) == 0
    plain = capsys.readouterr()
    assert plain.err == ""
    ledger.receive([alert("A1"), alert("A2")])
    assert main(["ledger", "status", path]) == 0
    expected = capsys.readouterr().out
    assert main(["ledger", "status", path, "--fail-if-waiting"]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err) == (expected, "hpmatch: alerts that wait for an answer: 1\n")
    assert main(["ledger", "status", path, "--fail-if-waiting", "--waiting"]) == 1
    assert capsys.readouterr().out == "A2\n"


# --- several at once


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """A ledger and the result that it accounts for, with persons whom several alerts are about."""
    home = tmp_path_factory.mktemp("several")
    Ledger(home / "ledger").link(ALERTS, hp.Register.prepare(PEOPLE), home / "out")
    return home


def _several(home):
    """Some alerts of persons with several: all of one person, the first of another, the last of a third; and single ones."""
    persons = [
        row
        for row in read_folder(home / "out", (*TABLES, "persons"))[0]["persons"].to_pylist()
        if row["alerts"] > 1
    ]
    first, second, third, *_ = (row["alert_ids"].split(";") for row in persons)
    return [*first, second[0], third[-1], "A000001", "A000003"]


def test_several_are_forgotten_as_one_after_the_other(linked, tmp_path):
    """The result is the same to the byte; the ledger has a tombstone for each and verifies."""
    alerts = _several(linked)
    for name in ("at_once", "each"):
        shutil.copytree(linked, tmp_path / name)
    assert hp.forget(alerts, tmp_path / "at_once" / "ledger", [tmp_path / "at_once" / "out"]) == 1
    for each in alerts:
        hp.forget(each, tmp_path / "each" / "ledger", [tmp_path / "each" / "out"])
    assert _read(tmp_path / "at_once" / "out") == _read(tmp_path / "each" / "out") != _read(linked / "out")
    ledger = Ledger(tmp_path / "at_once" / "ledger")
    assert ledger.status() == Ledger(tmp_path / "each" / "ledger").status()
    assert (ledger.status().forgotten, ledger.verify().ok) == (len(alerts), True)
    assert ledger.account().forgotten == frozenset(alerts)


def test_ledger_and_result_are_written_once_for_all(linked, tmp_path, monkeypatch):
    """However many there are, each of them once; and not at all where they are forgotten already."""
    shutil.copytree(linked, tmp_path / "home")
    written = []
    for where, name in (("hpmatch.ledger", "write"), ("hpmatch.ledger.forget", "write_folder")):
        real = getattr(sys.modules[where], name)
        monkeypatch.setattr(
            f"{where}.{name}",
            lambda *of, real=real, name=name, **more: (written.append(name), real(*of, **more)),
        )
    alerts, home = _several(linked), tmp_path / "home"
    hp.forget([*alerts, alerts[0]], home / "ledger", [home / "out"])
    assert written == ["write", "write_folder"]
    assert hp.forget(alerts, home / "ledger", [home / "out"]) == 0
    assert written == ["write", "write_folder"]


def test_where_one_is_unknown_none_is_forgotten(linked):
    """The message names those that are."""
    ledger, before = Ledger(linked / "ledger"), (linked / "ledger").read_bytes()
    refused(
        lambda: ledger.forget(["A000001", "X1", "X2"]), "about 2 of the 3 alerts: 'X1', 'X2'; nothing was"
    )
    refused(
        lambda: ledger.forget([f"X{place}" for place in range(12)]), "'X9' and 2 more; nothing was forgotten"
    )
    assert (linked / "ledger").read_bytes() == before


def test_rows_in_the_place_of_identifiers_are_not_repeated(linked):
    """An export of alerts, given as the list of those to forget, holds names and dates."""
    row = "A000001,LT,Kazlauskaite,Rasa,1978-04-09"
    with pytest.raises(hp.LedgerError, match="about 2 of the 2 alerts: they may be rows") as raised:
        Ledger(linked / "ledger").forget([row, row.replace("Rasa", "Ona")])
    assert "Kazlauskaite" not in str(raised.value)


def test_the_command_takes_several_and_a_file_of_them(linked, tmp_path, capsys):
    """One a line, whatever stands around them; those of the command line come with them."""
    shutil.copytree(linked, tmp_path / "home")
    ledger, out = str(tmp_path / "home" / "ledger"), str(tmp_path / "home" / "out")
    (tmp_path / "gone.txt").write_text("\ufeffA000001\r\n\r\n  A000003\u200b \r\nA000004", "utf-8")
    arguments = [
        "A000005",
        "A000001",
        "--ledger",
        ledger,
        "--file",
        str(tmp_path / "gone.txt"),
        "--result",
        out,
    ]
    assert main(["forget", *arguments]) == 0
    assert capsys.readouterr().out == f"4 alerts forgotten in {ledger}, and in 1 of 1 results\n"
    gone = {"A000001", "A000003", "A000004", "A000005"}
    assert Ledger(ledger).account().forgotten == gone
    left = read_folder(out, TABLES)[0]["dispositions"]["alert_id"].to_pylist()
    assert (len(left), gone & set(left)) == (296, set())


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"\n \n", "names no alert"), (b"\xff", "is not text in UTF-8"), (None, "cannot use")],
)
def test_a_file_that_names_no_alert_is_refused(linked, tmp_path, capsys, content, words):
    """Nothing is forgotten in silence, nor without a word left alone."""
    if content is not None:
        (tmp_path / "gone.txt").write_bytes(content)
    before = (linked / "ledger").read_bytes()
    assert main(["forget", "--ledger", str(linked / "ledger"), "--file", str(tmp_path / "gone.txt")]) == 1
    assert words in capsys.readouterr().err
    assert main(["forget", "--ledger", str(linked / "ledger")]) == 2
    assert "name the alerts to forget" in capsys.readouterr().err
    assert (linked / "ledger").read_bytes() == before
