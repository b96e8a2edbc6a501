"""The version of a register: the same for the same content, another for any other, and kept with what is prepared."""

import hashlib

import pyarrow as pa
import pytest

import hpmatch as hp
from hpmatch.prepared import add_changes
from hpmatch.reading import read_for
from hpmatch.register import source_version

PEOPLE = [
    {"hpr_number": "1", "family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"},
    {"hpr_number": "2", "family_name": "Lie", "given_name": "Ola", "birth_date": "1981-03-04"},
]
ADDED = [{"hpr_number": "3", "family_name": "Dahl", "given_name": "Per", "birth_date": "1982-04-05"}]
REMOVED = [{"hpr_number": "1", "change": "removed"}]
ALERT = [{"alert_id": "A", **{name: PEOPLE[0][name] for name in ("family_name", "given_name", "birth_date")}}]


@pytest.fixture
def file(tmp_path):
    """The register as a CSV file."""
    lines = [",".join(PEOPLE[0]), *(",".join(row.values()) for row in PEOPLE)]
    (tmp_path / "register.csv").write_text("\n".join(lines), "utf-8")
    return tmp_path / "register.csv"


def _of_result(register):
    return hp.link(ALERT, register).summary["register"]["version"]


def test_a_file_has_the_sha256_of_its_bytes(file):
    """In the result as well; a blank at its end makes another version."""
    expected = hashlib.sha256(file.read_bytes()).hexdigest()
    assert source_version(file) == source_version(str(file)) == _of_result(file) == expected
    file.write_bytes(file.read_bytes() + b"\n")
    assert _of_result(file) == hashlib.sha256(file.read_bytes()).hexdigest() != expected


def test_a_table_has_one_version_however_it_is_given():
    """Dicts, Arrow in one or two pieces, a slice of a larger one, and a stream that can be read only once."""
    table = pa.Table.from_pylist(PEOPLE)
    forms = [
        table,
        pa.concat_tables([table[:1], table[1:]]),
        pa.Table.from_pylist([*ADDED, *PEOPLE])[1:],
        table.to_reader(),
    ]
    assert {_of_result(form) for form in forms} == {source_version(PEOPLE)}


OTHERS = {
    "a cell": [PEOPLE[0], {**PEOPLE[1], "given_name": "Olav"}],
    "order of rows": PEOPLE[::-1],
    "a row less": PEOPLE[:1],
    "a row more": [*PEOPLE, *ADDED],
    "a column": [{**row, "sex": "F"} for row in PEOPLE],
    "nothing in a cell": [PEOPLE[0], {**PEOPLE[1], "given_name": None}],
    "a letter moved to the next row": [{**PEOPLE[0], "given_name": "KariO"}, {**PEOPLE[1], "given_name": "la"}],
    "names of columns exchanged": [dict(zip(["hpr_number", "given_name", "family_name", "birth_date"], row.values(), strict=True)) for row in PEOPLE],
}  # fmt: skip


def test_any_other_table_has_another_version():
    """No two of them have one."""
    versions = [source_version(table) for table in (PEOPLE, *OTHERS.values())]
    assert len(set(versions)) == len(OTHERS) + 1


def test_a_prepared_register_keeps_the_version_of_its_source(file, tmp_path):
    """In memory, saved, opened, prepared again; and a result says the same of all."""
    hp.Register.prepare(file).save(tmp_path / "prepared")
    hp.Register.prepare(tmp_path / "prepared").save(tmp_path / "again")
    forms = [hp.Register.prepare(file), tmp_path / "prepared", hp.Register.open(tmp_path / "again")]
    assert {source_version(form) for form in forms} == {source_version(file)}
    assert {_of_result(form) for form in forms} == {source_version(file)}


def test_every_change_is_chained_to_the_version(file, tmp_path):
    """In memory and beside the folder, in their order; folded in for good names are counted anew: another version, once."""

    def chained(version, *changes):
        for change in changes:
            version = hashlib.sha256(f"{version} {source_version(change)}".encode()).hexdigest()
        return version

    register = hp.Register.prepare(file)
    register.save(tmp_path / "prepared")
    for change in (ADDED, REMOVED):
        add_changes(tmp_path / "prepared", change)
    expected = chained(source_version(file), ADDED, REMOVED)
    assert source_version(tmp_path / "prepared") == expected
    anew = hashlib.sha256(f"{expected} counted anew".encode()).hexdigest()
    for source, folder in (("prepared", "folded"), ("folded", "again")):
        hp.Register.prepare(tmp_path / source).save(tmp_path / folder)
        assert source_version(tmp_path / folder) == anew
    register.changed(ADDED).changed(REMOVED).save(tmp_path / "saved")
    assert source_version(tmp_path / "saved") == anew
    assert source_version(register.changed(ADDED).changed(REMOVED)) == expected
    assert source_version(register.changed(REMOVED).changed(ADDED)) == chained(
        source_version(file), REMOVED, ADDED
    )


def test_a_register_that_is_not_there_has_no_version(tmp_path):
    """It is told like any other source that cannot be read."""
    with pytest.raises(hp.SourceError, match="cannot read"):
        source_version(tmp_path / "nowhere.csv")


def test_a_register_that_is_replaced_before_its_version_is_taken_is_refused(file, monkeypatch):
    """Else answers would be said to be held against what they were not."""

    def reading(*given):
        found = read_for(*given)
        file.with_name("new").write_bytes(file.read_bytes() + b"\n")
        file.with_name("new").replace(file)
        return found

    monkeypatch.setattr("hpmatch.register.read_for", reading)
    with pytest.raises(hp.SourceError, match="register: .*was changed while it was read"):
        hp.link(ALERT, file)
