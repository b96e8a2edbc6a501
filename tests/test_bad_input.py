"""Bad input through the command line: a clear message, the right exit status, nothing lost, nothing half-written."""

import csv
import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pyarrow as pa
import pytest

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.explain.folder import explain_folder

SAMPLE = [Path(__file__).parents[1] / "examples" / "data" / f"{name}.csv" for name in ("alerts", "register")]

ALERT_HEADER = "alert_id,sending_country,family_name,given_name,birth_date"
PERSON_HEADER = "hpr_number,family_name,given_name,birth_date"
ALERTS = f"{ALERT_HEADER}\nA1,SE,Berg,Kari,1980-02-03\nA2,SE,Lund,Per,1966-01-30\n"
REGISTER = f"{PERSON_HEADER}\n1000001,Berg,Kari,1980-02-03\n1000002,Moe,Ola,1970-12-24\n"


class Run:
    """One run of the command in a folder of its own."""

    def __init__(self, folder, capsys):
        self.folder, self.capsys = folder, capsys

    def __call__(self, alerts=ALERTS, register=REGISTER, *options):
        for name, content in (("alerts.csv", alerts), ("register.csv", register)):
            if content is not None:
                (self.folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
        paths = [str(self.folder / name) for name in ("alerts.csv", "register.csv")]
        self.status = main(["link", *paths, "--out", str(self.folder / "out"), *options])
        self.error = self.capsys.readouterr().err
        return self

    def table(self, name):
        with (self.folder / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    @property
    def left_behind(self):
        return sorted(path.name for path in self.folder.iterdir() if path.suffix != ".csv")


@pytest.fixture
def run(tmp_path, capsys):
    return Run(tmp_path, capsys)


def test_good_input_is_answered(run):
    """The command ends with status 0 and a disposition for each alert."""
    assert run().status == 0
    assert [
        (row["alert_id"], row["disposition"], row["hpr_number"]) for row in run.table("dispositions")
    ] == [
        ("A1", "match", "1000001"),
        ("A2", "no_match", ""),
    ]


# What is wrong, the alerts, the register, and what the message has to say.
UNUSABLE = {
    "missing file": (None, REGISTER, "No such file"),
    "empty file": ("", REGISTER, "is empty"),
    "register header only": (ALERTS, PERSON_HEADER + "\n", "register"),
    "no birth date column": (ALERTS.replace("birth_date", "born"), REGISTER, "no column for 'birth_date'"),
    "no id column": (ALERTS.replace("alert_id", "nr"), REGISTER, "no column for 'alert_id'"),
    "column twice": (ALERTS.replace("given_name", "family_name"), REGISTER, "'family_name' is there more than once"),
    "two columns for a role": (ALERTS.replace("sending_country", "etternavn"), REGISTER, "both taken for 'family_name'"),
    "column all empty": (ALERTS, f"{PERSON_HEADER}\n1000001,Berg,Kari,\n1000002,Moe,Ola,\n", "'birth_date' (birth_date) is empty in all 2 rows"),
    "alerts all empty": (f"{ALERT_HEADER}\nA1,SE,,,\nA2,SE,,,\n", REGISTER, "is empty in all 2 rows"),
    "only a mark of the encoding": (b"\xef\xbb\xbf", REGISTER, "is empty"),
    "Excel's first line": ("sep=,\n" + ALERTS, REGISTER, "delete that line"),
    "quotation mark not closed": (ALERTS, REGISTER.replace("1000001,", '1000001,"') + "3,A,B,1970-01-01\n" * 20, "is not closed"),
    "no text": (b"\x00\x01\x02\x03", REGISTER, "not a text file"),
    "broken Parquet": (b"PAR1....", REGISTER, "not a readable Parquet file"),
    "every row broken": (f"{ALERT_HEADER}\nA1\nA2,x\n", REGISTER, "none of the 2 rows"),
}  # fmt: skip


@pytest.mark.parametrize(("alerts", "register", "message"), UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_data_ends_with_status_1_and_a_message(run, alerts, register, message):
    """The message says what is wrong; nothing is written."""
    run(alerts, register)
    assert run.status == 1
    assert message in run.error
    assert run.error.startswith("hpmatch: ")
    assert run.left_behind == []


@pytest.mark.parametrize("secret", ["Kazlauskaitė", "1978-04-09", "37804090001"])
def test_messages_hold_nothing_of_a_person(run, secret):
    """Rows are named by number: names, dates and identifiers stay out of messages."""
    header = ALERT_HEADER + ",national_id"
    row = "A1,LT,Kazlauskaitė,Rasa,1978-04-09,37804090001"
    for alerts in (
        f"{header}\n{row},too,many\n",
        f"{header}\n{row}\n{row}x\n",
        f"{header.replace('birth_date', 'x')}\n{row}\n",
    ):
        assert secret not in run(alerts).error


def _rejected(run):
    return [(int(row["row"]), row["reason"]) for row in run.table("rejected")]


def test_rows_with_wrong_fields_are_kept_aside(run):
    """Too many or too few fields cost the row, not the run; the numbers add up."""
    run(ALERTS + "A3,SE,Berg\nA4,SE,Berg,Kari,1980-02-03,x,y\n")
    assert run.status == 0
    assert _rejected(run) == [
        (3, "has 3 fields where the header has 5"),
        (4, "has 7 fields where the header has 5"),
    ]
    assert [row["content"] for row in run.table("rejected")] == [
        "A3,SE,Berg",
        "A4,SE,Berg,Kari,1980-02-03,x,y",
    ]
    alerts = json.loads((run.folder / "out" / "summary.json").read_text("utf-8"))["alerts"]
    assert (alerts["rows"], alerts["read"], alerts["rejected"]) == (4, 2, 2)
    assert "2 alert rows" in run.error


def test_empty_and_repeated_identifiers_are_kept_aside(run):
    """A row without an identifier, a copy and two that contradict each other are each named with the reason."""
    run(
        ALERTS
        + ",SE,Moe,Ola,1970-12-24\nA2,SE,Lund,Per,1966-01-30\nA5,SE,Moe,Ola,1970-12-24\nA5,SE,Moe,Pål,1970-12-24\n"
    )
    assert run.status == 0
    assert _rejected(run) == [
        (3, "has no alert_id; give it one"),
        (4, "repeats row 2 word for word"),
        (5, "shares its alert_id with other content in rows 5, 6; give each row its own or keep one"),
        (6, "shares its alert_id with other content in rows 5, 6; give each row its own or keep one"),
    ]
    assert [row["alert_id"] for row in run.table("dispositions")] == ["A1", "A2"]


def test_blanks_around_an_identifier_do_not_make_another(run):
    """'A2' and ' A2 ' are one identifier."""
    run(ALERTS + " A2 ,SE,Lund,Per,1966-01-30\n")
    assert len(_rejected(run)) == 2


ODD_NAMES = ["\x07Berg\x1b", "\u202eBerg\u202c", "B" * 10_000, "12345", "!!!", "Berg\u200d", "=1+1", "😀"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "latin-1"])
def test_a_file_that_ends_amid_a_row_is_refused(tmp_path, encoding):
    """It was cut off in transfer, and what is missing would be missed; a short row that ends as a row does is set aside."""
    header, whole = "hpr_number;family_name;given_name;birth_date\n", "1;Ås;Kari;1980-02-03\n"
    file = tmp_path / "register.csv"
    for row, is_cut in (("2;Dahl;Ol", True), ("2;Dahl;Ola;1975-0", False), ("2;Dahl\n", False)):
        file.write_text(header + whole + row, encoding)
        if not is_cut:
            assert "1" in hp.Register.prepare(file).read.records.ids.to_pylist()
            continue
        with pytest.raises(hp.SourceError, match="ends amid row 2.* cut off") as caught:
            hp.Register.prepare(file)
        assert "Dahl" not in str(caught.value)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_odd_names_are_answered(run, name):
    """Control characters, marks of direction, very long names and names without letters each get a disposition."""
    run(ALERTS + f'A3,SE,"{name}",Kari,1980-02-03\n')
    assert run.status == 0
    assert run.table("dispositions")[2]["disposition"] in ("match", "review", "no_match")


def test_control_characters_do_not_hide_a_name(run):
    """A name is the same with and without characters that nobody sees."""
    run(f"{ALERT_HEADER}\nA1,SE,\u202eBe\u200drg\u202c,Ka\x07ri,1980-02-03\nA2,SE,Lund,Per,1966-01-30\n")
    assert run.table("dispositions")[0]["disposition"] == "match"


@pytest.mark.parametrize(
    "date", ["31.02.1980", "00.00.0000", "1880", "2050", "born in spring", "01.01.1880", "99.99.9999"]
)
def test_odd_dates_are_answered(run, date):
    """An impossible date costs the date, not the alert."""
    run(f"{ALERT_HEADER}\nA1,SE,Berg,Kari,{date}\nA2,SE,Lund,Per,1966-01-30\n")
    assert run.status == 0
    assert run.table("dispositions")[0]["disposition"] in ("match", "review", "no_match")


@pytest.mark.parametrize("date", ["00.00.0000", "born in spring", ""])
def test_an_alert_without_name_and_date_is_unmatchable(run, date):
    """It is answered with the reason, never dropped."""
    run(f"{ALERT_HEADER}\nA1,SE,,,{date}\nA2,SE,Lund,Per,1966-01-30\n")
    row = run.table("dispositions")[0]
    assert row["disposition"] == "unmatchable"
    assert row["reason"].endswith("no usable family name and no usable given name and no usable birth date")


@pytest.mark.parametrize("formula", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"])
def test_formulas_cannot_fire(run, formula):
    """No cell of text that the command writes begins like a formula."""
    run(f'{ALERT_HEADER}\n"{formula}",SE,Berg,Kari,1980-02-03\nA2,SE,Lund,Per,1966-01-30\n"{formula}",SE\n')
    cells = [
        cell
        for name in ("links", "dispositions", "rejected")
        for row in run.table(name)
        for cell in row.values()
    ]
    assert any(cell.startswith("'") for cell in cells)
    assert not any(
        cell[:1] in ("=", "+", "@", "\t", "\r") or (cell[:1] == "-" and not _is_number(cell))
        for cell in cells
    )


def _is_number(cell):
    try:
        float(cell)
    except ValueError:
        return False
    return True


WRONG_COMMANDS = [
    [], ["link"], ["link", "a.csv"], ["link", "a.csv", "b.csv"], ["unlink"], ["link", "a", "b", "--out", "o", "--format", "xlsx"],
    ["link", "a", "b", "--out", "o", "--min-weight", "heavy"], ["link", "a", "b", "--out", "o", "--fast"],
]  # fmt: skip


@pytest.mark.parametrize("arguments", WRONG_COMMANDS)
def test_a_wrong_command_ends_with_status_2(arguments, capsys):
    """The usage is shown."""
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    assert "usage: hpmatch" in capsys.readouterr().err


def test_help_tells_what_goes_in_and_what_comes_out(capsys):
    """The help names the files that are written and the exit statuses."""
    with pytest.raises(SystemExit):
        main(["link", "--help"])
    told = capsys.readouterr().out
    assert all(
        word in told
        for word in ("dispositions.csv", "rejected.csv", "fødselsdato", "Exit status", "--schema")
    )


def test_a_folder_with_other_files_is_not_touched(run):
    """Somebody's folder is not a place for a result."""
    (run.folder / "out").mkdir()
    (run.folder / "out" / "thesis.txt").write_text("mine", "utf-8")
    assert run().status == 1
    assert "holds other files, such as thesis.txt" in run.error
    assert [path.name for path in (run.folder / "out").iterdir()] == ["thesis.txt"]


def test_an_out_that_is_a_file_is_refused(run):
    """The message asks for a folder."""
    (run.folder / "out").write_text("mine", "utf-8")
    assert run().status == 1
    assert "name a folder" in run.error


def test_a_folder_that_cannot_be_written_is_refused_before_the_work(run):
    """A place where nothing can be made is told at once."""
    status = main(["link", str(run.folder / "none.csv"), "none.csv", "--out", "/proc/nothing/out"])
    assert status == 1
    assert "cannot write to /proc/nothing/out" in run.capsys.readouterr().err


def test_an_earlier_result_is_replaced_as_a_whole(run):
    """No file of the earlier run stays behind, whatever its format."""
    run(ALERTS, REGISTER, "--format", "parquet")
    assert run().status == 0
    assert sorted(path.name for path in (run.folder / "out").iterdir()) == [
        "checks.csv", "dispositions.csv", "links.csv", "persons.csv", "rejected.csv", "relations.csv",
        "summary.json", "weights.csv",
    ]  # fmt: skip


def test_a_failed_run_leaves_the_earlier_result(run):
    """Nothing is lost when the next run cannot be done."""
    run()
    before = {path.name: path.read_bytes() for path in (run.folder / "out").iterdir()}
    assert run("").status == 1
    assert {path.name: path.read_bytes() for path in (run.folder / "out").iterdir()} == before


@pytest.mark.parametrize("function", ["output._write_table", "output._write_summary", "files.put_in_place"])
def test_a_write_that_fails_half_way_leaves_nothing(run, monkeypatch, function):
    """A full disk at any step of writing: no folder, no remains, status 1."""

    def failing(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"hpmatch.{function}", failing)
    assert run().status == 1
    assert "No space left on device" in run.error
    assert run.left_behind == []


def test_an_interrupted_run_leaves_nothing(run, monkeypatch):
    """Ctrl-C while writing: status 130, no folder, no remains."""

    def interrupted(table, path):
        raise KeyboardInterrupt

    monkeypatch.setattr("hpmatch.output._write_table", interrupted)
    assert run().status == 130
    assert run.left_behind == []


# Where memory may lack, in Arrow or in Python: while a file is read, while values are coded, while a result is written.
WITHOUT_MEMORY = {
    "reading": ("sources.csv_files.pyarrow.csv.read_csv", pa.ArrowMemoryError("malloc of size 64 failed")),
    "standardising": ("standardise.Column.recode", pa.ArrowMemoryError("malloc of size 64 failed")),
    "writing": ("output._write_table", MemoryError()),
}


@pytest.mark.parametrize(("step", "error"), WITHOUT_MEMORY.values(), ids=WITHOUT_MEMORY)
def test_a_lack_of_memory_is_told_as_such_and_leaves_nothing(run, step, error, monkeypatch):
    """Not as a mistake in a file or in a stage, nor by a traceback."""

    def failing(*_, **__):
        raise error

    monkeypatch.setattr(f"hpmatch.{step}", failing)
    assert run().status == 1
    assert run.error.startswith("hpmatch: there is not enough memory")
    assert "fewer workers" in run.error
    assert run.left_behind == []


INTERRUPTED_WHILE_LOADING = """
import sys

class Interrupts:
    def find_spec(self, name, *_):
        if name == "hpmatch.cli.casework":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Interrupts())
from hpmatch.__main__ import main
sys.exit(main())
"""


def test_a_run_that_is_interrupted_while_modules_load_ends_like_any_other():
    """Ctrl-C at once: status 130, one line, no traceback; and it is this that the command runs."""
    done = subprocess.run(
        [sys.executable, "-c", INTERRUPTED_WHILE_LOADING], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (130, "hpmatch: interrupted before it began\n")
    project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text("utf-8"))
    assert project["project"]["scripts"] == {"hpmatch": "hpmatch.__main__:main"}


def test_an_unclosed_quotation_mark_swallows_no_row_in_silence(run):
    """Rows between two stray quotation marks, and after one, are in the rejected rows with a reason that names the cause."""
    rows = "".join(f"A{number},SE,Lund{number},Per,1966-01-30\n" for number in range(3, 9))
    run(ALERTS + rows.replace("Lund4", '"Lund4').replace("Lund6", 'Lu"nd6'))
    [(_, reason)] = _rejected(run)
    assert "a quotation mark is not closed" in reason or "is a quotation mark not closed" in reason
    answered = {row["alert_id"] for row in run.table("dispositions")}
    content = run.table("rejected")[0]["content"]
    assert all(f"A{number}" in answered or f"A{number}" in content for number in range(1, 9))
    run(ALERTS + rows.replace("Lund4", '"Lund4'))
    assert "is a quotation mark not closed" in _rejected(run)[0][1]


@pytest.mark.parametrize("name", ['"alert\nid"', "alert\u2028id", "alert\x0bid"])
def test_a_line_break_in_a_column_name_does_not_matter(run, name):
    """The name is recognised like one with a blank."""
    assert run(ALERTS.replace("alert_id", name)).status == 0


def test_a_first_line_of_blanks_is_no_header(run):
    """The message asks for columns; there is no other end."""
    assert run("  \n" + ALERTS).status == 1
    assert run.error.startswith("hpmatch: alerts: ")


def test_the_current_folder_is_no_place_for_a_result(run, monkeypatch):
    """It could not be replaced as a whole."""
    (run.folder / "here").mkdir()
    monkeypatch.chdir(run.folder / "here")
    assert main(["link", "../alerts.csv", "../register.csv", "--out", "."]) == 1
    assert "current folder" in run.capsys.readouterr().err


def test_a_result_takes_over_the_permissions_of_the_folder(run):
    """A folder that was closed to others stays closed."""
    (run.folder / "out").mkdir(mode=0o700)
    run()
    assert (run.folder / "out").stat().st_mode & 0o777 == 0o700


def test_a_link_to_a_folder_is_followed(run):
    """The folder that a symbolic link leads to gets the result."""
    (run.folder / "real").mkdir()
    (run.folder / "out").symlink_to(run.folder / "real")
    assert run().status == 0
    assert (run.folder / "real" / "summary.json").exists()
    assert run.left_behind == ["out", "real"]


@pytest.mark.parametrize("weight", ["nan", "inf"])
def test_a_weight_has_to_be_a_number(weight, capsys):
    """No link would reach it."""
    with pytest.raises(SystemExit) as ended:
        main(["link", "a", "b", "--out", "o", "--min-weight", weight])
    assert ended.value.code == 2
    assert "finite number" in capsys.readouterr().err


@pytest.mark.parametrize("content", ['alerts = "x"', '[alerst.columns]\nx = "sex"', "fast = true"])
def test_a_schema_file_with_an_unknown_section_is_refused(run, content):
    """A slip of the pen does not leave a mapping unused."""
    (run.folder / "schema.toml").write_text(content, "utf-8")
    assert run(ALERTS, REGISTER, "--schema", str(run.folder / "schema.toml")).status == 1
    assert "schema.toml" in run.error


def test_a_result_without_links_and_with_formulas_can_be_evaluated(run):
    """What `link` writes, `evaluate` reads."""
    run(f"{ALERT_HEADER}\n+A1,SE,Lund,Per,1966-01-30\n")
    (run.folder / "truth.csv").write_text("alert_id,hpr_number\n+A1,\n", "utf-8")
    assert main(["evaluate", str(run.folder / "out"), str(run.folder / "truth.csv")]) == 0
    (run.folder / "truth.csv").write_text("alert_id,hpr_number\n+A1,\n+A1,1000001\n", "utf-8")
    assert main(["evaluate", str(run.folder / "out"), str(run.folder / "truth.csv")]) == 1
    assert "more than once" in run.capsys.readouterr().err
    (run.folder / "out" / "summary.json").write_text("{", "utf-8")
    assert main(["evaluate", str(run.folder / "out"), str(run.folder / "truth.csv")]) == 1


def test_a_schema_file_maps_the_columns(run):
    """Columns that nobody could recognise are mapped by a file, table by table."""
    schema = run.folder / "schema.toml"
    schema.write_text(
        '[alerts]\nid = "nr"\n[alerts.columns]\nsn = "family_name"\nfn = "given_name"\ndob = "birth_date"\n',
        "utf-8",
    )
    run(ALERTS.replace(ALERT_HEADER, "nr,country,sn,fn,dob"), REGISTER, "--schema", str(schema))
    assert run.status == 0
    assert run.table("links")[0]["nr"] == "A1"


def test_a_pipe_gets_no_bar_and_plain_text(tmp_path):
    """Run as a program with its output in pipes: a summary on standard output, nothing on standard error."""
    (tmp_path / "a.csv").write_text(ALERTS, "utf-8")
    (tmp_path / "r.csv").write_text(REGISTER, "utf-8")
    command = [sys.executable, "-m", "hpmatch", "link", "a.csv", "r.csv", "--out", "out"]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=True, env={**os.environ}
    )
    assert done.stderr == ""
    assert "alerts read" in done.stdout
    assert "Berg" not in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["--help"], ["ask", "a.csv", "r.csv"], ["link", "a.csv", "r.csv", "--out", "out"]],
    ids=" ".join,
)
def test_a_reader_that_goes_away_ends_a_command_quietly(tmp_path, arguments):
    """As `hpmatch ask ... | head -1` does; nothing is complained of, and the status is that of any program then."""
    (tmp_path / "a.csv").write_text(ALERTS, "utf-8")
    (tmp_path / "r.csv").write_text(REGISTER, "utf-8")
    reading, writing = os.pipe()
    os.close(reading)
    command = [sys.executable, "-m", "hpmatch", *arguments]
    try:
        done = subprocess.run(
            command,
            cwd=tmp_path,
            stdout=writing,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            env={**os.environ, "PYTHONUNBUFFERED": ""},
        )
    finally:
        os.close(writing)
    assert (done.stderr, done.returncode) == ("", 141)


def test_alerts_that_all_lack_a_birth_date_are_answered():
    """A batch of one is no other than an alert in a batch of many; the register has to have dates."""
    alert = {"alert_id": "A1", "family_name": "Berg", "given_name": "Kari", "birth_date": ""}
    person = {"hpr_number": "7", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    assert hp.link([alert], [person]).dispositions["disposition"].to_pylist() != ["unmatchable"]


@pytest.mark.parametrize(
    "header",
    ["A1,LT,Kazlauskaite,Rasa,1978-04-09", "A1,LT,Kazlauskaite,Rasa", "A1,family_name,Rasa,37804091234,x"],
)
def test_a_first_line_of_data_is_not_repeated(run, header):
    """A file without a header: its first row is no list of column names, and does not reach a message."""
    found = run(header + "\n" + ALERTS, REGISTER)
    assert found.status == 1
    assert "may hold data" in found.error
    assert [cell for cell in ("Kazlauskaite", "Rasa", "1978", "3780") if cell in found.error] == []


@pytest.mark.parametrize("first", ["A1,Kazlauskaite,Rasa,1978-04-09", "9144889,Kazlauskaite,Rasa"])
def test_a_first_line_of_data_is_not_repeated_of_a_truth_either(tmp_path, first):
    """A register without its header, given as the truth, is no list of column names."""
    person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    linked = hp.link([{"alert_id": "A1", **person}], [{"hpr_number": "7", **person}])
    (tmp_path / "truth.csv").write_text(f"{first}\n{first.replace('Rasa', 'Ona')}\n", "utf-8")
    with pytest.raises(hp.SchemaError, match="may hold data") as raised:
        hp.evaluate(linked, tmp_path / "truth.csv")
    assert [cell for cell in first.split(",") if cell in str(raised.value)] == []


def test_an_identifier_that_begins_with_an_apostrophe_is_itself_when_read_back(tmp_path):
    """It is not taken for the one that got an apostrophe because a spreadsheet would run it."""
    person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    hp.link(
        [{"alert_id": name, **person} for name in ("=A1", "'=A1", "''=A1")], [{"hpr_number": "7", **person}]
    ).write(tmp_path / "out")
    for name in ("=A1", "'=A1", "''=A1"):
        assert explain_folder(tmp_path / "out", name).alert_id == name


def test_odd_arguments_say_what_to_give(tmp_path):
    """A prepared register cannot be trained on; no weight is at least NaN; a sample has pairs."""
    person = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
    alerts, people = [{"alert_id": "A1", **person}], [{"hpr_number": "7", **person}]
    hp.Register.prepare(people).save(tmp_path / "prepared")
    with pytest.raises(hp.SourceError, match="not to train"):
        hp.train(alerts, tmp_path / "prepared")
    with pytest.raises(hp.HpmatchError, match="min_weight"):
        hp.link(alerts, people, min_weight=float("nan"))
    with pytest.raises(hp.HpmatchError, match="at least 1"):
        hp.recall_sample(hp.link(alerts, people, min_weight=-1000), -5)


def test_files_with_work_in_them_are_not_written_over(tmp_path, capsys):
    """A sample that may hold labels, and alerts in the place of a model."""
    alerts = tmp_path / "alerts.csv"
    alerts.write_bytes(SAMPLE[0].read_bytes())
    assert main(["link", *map(str, SAMPLE), "--out", str(tmp_path / "out"), "--min-weight=-1000"]) == 0
    sample = ["recall", str(tmp_path / "out"), "--sample", "5", "--out", str(tmp_path / "sample.csv")]
    assert main(sample) == 0
    assert main(sample) == 1
    assert "may hold labels" in capsys.readouterr().err
    assert main(["train", *map(str, SAMPLE), "--out", str(alerts)]) == 1
    assert "is no model" in capsys.readouterr().err
    assert alerts.read_bytes() == SAMPLE[0].read_bytes()
    hp.read_model("imi").save(tmp_path / "model.json")
    hp.read_model("imi").save(tmp_path / "model.json")


TOO_LONG = "x" * 300


@pytest.mark.parametrize(
    "command",
    [
        ["link", TOO_LONG, str(SAMPLE[1]), "--out", "out"],
        ["link", str(SAMPLE[0]), TOO_LONG, "--out", "out"],
        ["prepare", TOO_LONG, "--out", "out"],
        ["reconcile", TOO_LONG, TOO_LONG, TOO_LONG, "--out", "out"],
        ["generate", "--register", "9", "--alerts", "9", "--seed", "1", "--out", TOO_LONG],
        ["train", *map(str, SAMPLE), "--out", TOO_LONG],
        ["evaluate", TOO_LONG, TOO_LONG],
    ],
    ids=lambda command: command[0],
)
def test_a_path_that_is_too_long_is_named(command, tmp_path, monkeypatch, capsys):
    """As what cannot be used, not as something that cannot be printed."""
    monkeypatch.chdir(tmp_path)
    assert main(command) == 1
    error = capsys.readouterr().err
    assert TOO_LONG in error
    assert "File name too long" in error
    assert not list(tmp_path.iterdir())


def test_a_path_that_is_too_long_is_an_error_of_the_library():
    """Whoever calls it from Python catches one kind of error."""
    for call in (hp.generate, hp.source_version, hp.Register.prepare, hp.Register.open):
        with pytest.raises(hp.HpmatchError, match="File name too long"):
            call(TOO_LONG, **({"seed": 1} if call is hp.generate else {}))


def test_labels_without_training_are_refused():
    """They would count for nothing, silently."""
    with pytest.raises(hp.HpmatchError, match="train=True"):
        hp.link(*SAMPLE, labels=[{"left_id": "A1", "right_id": "7", "label": "match"}])


def test_closed_streams_and_other_encodings_cost_no_result(tmp_path):
    """All was done, and names of all countries can be printed to a file."""
    program, out = [sys.executable, "-m", "hpmatch"], str(tmp_path / "out")
    alerts, register = map(str, SAMPLE)
    closed = ["sh", "-c", '"$@" >&- 2>&- <&-', "sh"]
    assert (
        subprocess.run([*closed, *program, "link", alerts, register, "--out", out], check=False).returncode
        == 0
    )
    explain = ["explain", out, "A000004", "--lang", "nb", "--format", "json", "--alerts", alerts]
    told = subprocess.run(
        [*program, *explain, "--register", register],
        capture_output=True,
        check=True,
        env={**os.environ, "PYTHONIOENCODING": "ascii"},
    ).stdout.decode()
    assert json.loads(told)["alert_id"] == "A000004"
    assert "fødselsdato" in told
