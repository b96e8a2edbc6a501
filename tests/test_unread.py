"""Columns that nobody reads are told, by table."""

import csv

import pytest

import hpmatch as hp
from hpmatch.cli import main

BERG = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
ALERT = {
    "alert_id": "A1",
    **BERG,
    "profesion": "LE",
    "sent_date": "2024-01-02",
    "reason": "x",
    "birth_place": "Oslo",
}
PERSON = {"hpr_number": "7", **BERG, "Yrke": "LE", "Stilling": "lege", "status": "active"}


def written(rows, path):
    """Write rows to a CSV file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    return str(path)


def test_columns_that_nobody_reads_are_told_by_table():
    """A misspelt one, one of an unknown name, and those of which nothing is made; not what alerts are related by or asked for."""
    told = hp.link([ALERT], [PERSON]).summary["columns_not_read"]
    assert told == {"alerts": ["profesion", "reason"], "register": ["Stilling", "status"]}


def test_a_column_that_a_schema_names_is_read(tmp_path):
    """And the one that it takes the place of is not; a kind that the model does not read is none."""
    schema = tmp_path / "schema.toml"
    schema.write_text(
        '[alerts.columns]\ntyped = "family_name"\nprofesion = "profession"\nreason = "text"\n', "utf-8"
    )
    told = hp.link([{**ALERT, "typed": "Berg"}], [PERSON], schema=schema).summary["columns_not_read"]
    assert told == {"alerts": ["family_name", "reason"], "register": ["Stilling", "status"]}


def test_a_prepared_register_tells_them_still(tmp_path):
    """Opened, changed, and prepared anew."""
    hp.Register.prepare([PERSON]).save(tmp_path / "prepared")
    register = hp.Register.open(tmp_path / "prepared")
    changed = register.changed([{**PERSON, "hpr_number": "8"}])
    for each in (register, changed, changed.recounted()):
        assert each.read.columns_not_read == ("Stilling", "status")
        assert hp.link([ALERT], each).summary["columns_not_read"]["register"] == ["Stilling", "status"]


def test_dedupe_tells_them_too():
    """Of its one table."""
    found = hp.dedupe([{"id": "1", **BERG, "shelf": "a"}, {"id": "2", **BERG, "shelf": "b"}])
    assert found.summary["columns_not_read"] == {"records": ["shelf"]}


@pytest.mark.parametrize(
    ("more", "number", "told"),
    [
        (1, 5, "alerts: profesion, reason, x0; register: Stilling, status"),
        (8, 12, "alerts: profesion, reason, x0, x1, x2, x3, x4, x5, x6, x7 and 2 more"),
    ],
)
def test_the_commands_print_them_in_one_line(tmp_path, capsys, more, number, told):
    """By name, at most ten of them, and how many there are."""
    alerts = written([{**ALERT, **{f"x{place}": "secret" for place in range(more)}}], tmp_path / "a.csv")
    register = written([PERSON], tmp_path / "r.csv")
    assert main(["link", alerts, register, "--out", str(tmp_path / "out")]) == 0
    assert f"columns not read {number:>17}  {told}\n" in capsys.readouterr().out
    assert main(["prepare", register, "--out", str(tmp_path / "prepared")]) == 0
    assert "columns not read                 2  register: Stilling, status\n" in capsys.readouterr().out


def test_nothing_is_printed_where_all_are_read(tmp_path, capsys):
    """No line that says none."""
    person = written([{"hpr_number": "7", **BERG}], tmp_path / "r.csv")
    assert main(["prepare", person, "--out", str(tmp_path / "prepared")]) == 0
    assert "columns not read" not in capsys.readouterr().out


def test_what_training_left_out_is_not_told_twice(tmp_path, capsys):
    """The line about columns that were of no use to learn from names them."""
    people = [
        {
            "id": str(place),
            **BERG,
            "born": f"{1950 + place % 40}-{place % 12 + 1:02}-{place % 28 + 1:02}",
            "same": "x",
        }
        for place in range(80)
    ]
    out = str(tmp_path / "out")
    assert main(["dedupe", written(people, tmp_path / "p.csv"), "--train", "--out", out]) == 0
    printed = capsys.readouterr().out
    assert "columns left out                 1  same\n" in printed
    assert "columns not read" not in printed
