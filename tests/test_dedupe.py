"""Duplicates within one table."""

import json

import pytest

import hpmatch as hp
from hpmatch.cli import main

BERG = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}
ROWS = [
    {"no": "7", **BERG},
    {"no": "3", **BERG, "given_name": "Kari Anne"},
    {"no": "5", "family_name": "Moe", "given_name": "Ola", "birth_date": "1961-11-30"},
    {"no": "9", **BERG},
]


def test_duplicates_become_a_cluster():
    """Each pair is there once, and a cluster is named by the smallest identifier in it."""
    found = hp.dedupe(ROWS)
    assert found.clusters.to_pylist() == [
        {"no": "3", "cluster_id": "3"},
        {"no": "5", "cluster_id": "5"},
        {"no": "7", "cluster_id": "3"},
        {"no": "9", "cluster_id": "3"},
    ]
    pairs = {
        frozenset(pair)
        for pair in zip(*(found.pairs[name].to_pylist() for name in ("no_left", "no_right")), strict=True)
    }
    assert len(pairs) == len(found.pairs)
    assert frozenset(("7", "9")) in pairs


def test_the_order_of_rows_does_not_matter():
    """Pairs and clusters are the same whatever the order and the chunks."""
    before, after = (hp.dedupe(rows, chunk_size=size) for rows, size in ((ROWS, 100), (ROWS[::-1], 1)))
    assert before.pairs == after.pairs
    assert before.clusters == after.clusters


def test_the_identifier_can_be_named():
    """By default it is the first column."""
    rows = [{**row, "key": f"k{row['no']}"} for row in ROWS]
    assert hp.dedupe(rows, id="key").pairs.column_names[:2] == ["key_left", "key_right"]


def test_the_identifier_is_not_called_as_the_cluster_is():
    """One of the two would be lost."""
    with pytest.raises(hp.SchemaError, match="'cluster_id', as that of the clusters is; rename it"):
        hp.dedupe([{"cluster_id": row["no"], **row} for row in ROWS])


def test_a_least_weight_that_is_no_number_is_refused():
    """No weight is at least NaN, so there would be no pairs."""
    with pytest.raises(hp.HpmatchError, match="min_weight is NaN; give a number"):
        hp.dedupe(ROWS, min_weight=float("nan"))


def test_the_command_writes_pairs_and_clusters(tmp_path, capsys):
    """`hpmatch dedupe RECORDS --out DIR` writes what the contract says."""
    lines = [",".join(ROWS[0]), *(",".join(row.values()) for row in [*ROWS, {**ROWS[0], "no": ""}])]
    (tmp_path / "records.csv").write_text("\n".join(lines))
    (tmp_path / "schema.toml").write_text('id = "no"\n')
    schema = ["--schema", str(tmp_path / "schema.toml")]
    assert main(["dedupe", str(tmp_path / "records.csv"), "--out", str(tmp_path / "out"), *schema]) == 0
    header = (tmp_path / "out" / "pairs.csv").read_text().splitlines()[0].replace('"', "")
    assert header == "no_left,no_right,match_weight,match_probability,decision"
    assert (tmp_path / "out" / "clusters.csv").read_text().splitlines()[0].replace('"', "") == "no,cluster_id"
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["records"] == {
        "rows": 5,
        "read": 4,
        "rejected": 1,
    }
    assert "clusters" in capsys.readouterr().out


def test_help_offers_no_prepared_register(capsys):
    """Which is not taken."""
    with pytest.raises(SystemExit):
        main(["dedupe", "--help"])
    assert "prepared register" not in " ".join(capsys.readouterr().out.split())


def test_a_table_without_any_known_column_says_so():
    """Nothing to go by is an error, not an empty result."""
    with pytest.raises(hp.HpmatchError):
        hp.dedupe([])
