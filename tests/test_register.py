"""The prepared register: the same answers as the raw files."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from registers import ALL_LINKS, PEOPLE, PROPERTY, SAMPLE, SECRETS, answers, write
from strategies import ALERTS, PERSONS, unversioned

import hpmatch as hp
from hpmatch.cli import main
from hpmatch.parallel import batch_job


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Folders with alerts and a register: the sample, and generated ones with rows that cannot be used."""
    made = tmp_path_factory.mktemp("data") / "generated"
    hp.generate(made, register=2000, alerts=300, hits=150, seed=11)
    with (made / "register.csv").open("r+", encoding="utf-8") as file:
        _, first, second, *_ = file.read().splitlines()
        file.write(f"{first}\n{second.replace(',F,', ',M,').replace(',SP,', ',LE,')}x\ntoo,few\n")
    return {"sample": SAMPLE, "generated": made}


@pytest.mark.parametrize("name", ["sample", "generated"])
def test_a_prepared_register_answers_as_the_raw_file(data, name, tmp_path):
    """In memory, opened, and as a folder, verified or not: links, dispositions, rejected rows and summary are the same."""
    alerts, register = data[name] / "alerts.csv", data[name] / "register.csv"
    expected = answers(hp.link(alerts, register))
    prepared = hp.Register.prepare(register)
    prepared.save(tmp_path / "prepared")
    unverified = hp.Register.open(tmp_path / "prepared", verify=False)
    assert len(prepared) == expected[3]["register"]["read"]
    for each in (prepared, tmp_path / "prepared", hp.Register.open(tmp_path / "prepared"), unverified):
        assert answers(hp.link(alerts, each)) == expected


def test_rows_that_cannot_be_used_are_kept_with_the_register(data, tmp_path):
    """A prepared register still says which rows of its source were set aside, and why."""
    hp.Register.prepare(data["generated"] / "register.csv").save(tmp_path / "prepared")
    rejected = hp.Register.open(tmp_path / "prepared").read.rejected
    assert [row.reason.split(" ")[0] for row in rejected] == ["has", "repeats", "shares", "shares"]


@pytest.mark.parametrize("size", [1, 97, 2000])
def test_sizes_of_chunks_change_nothing(data, size, monkeypatch):
    """Rows indexed and looked up in chunks of any size, pairs compared likewise: the same result."""
    alerts, register = data["sample"] / "alerts.csv", data["sample"] / "register.csv"
    expected = answers(hp.link(alerts, hp.Register.prepare(register)))
    monkeypatch.setattr("hpmatch.blocking._ROWS_AT_A_TIME", max(size, 50))
    prepared = hp.Register.prepare(register)
    assert answers(hp.link(alerts, prepared, chunk_size=max(size, 20))) == expected
    assert answers(hp.link(alerts, register, chunk_size=max(size, 20))) == expected


@PROPERTY
@given(ALERTS, PERSONS, st.randoms(use_true_random=False))
def test_preparing_changes_no_answer_whatever_the_data(alerts, persons, shuffle):
    """Prepared in any order of rows, saved and opened again, a register answers as its raw rows do."""
    expected = hp.link(alerts, persons, min_weight=ALL_LINKS)
    with tempfile.TemporaryDirectory() as home:
        hp.Register.prepare(shuffle.sample(persons, len(persons))).save(Path(home, "prepared"))
        result = hp.link(alerts, Path(home, "prepared"), min_weight=ALL_LINKS)
    assert answers(result)[:3] == answers(expected)[:3]
    assert unversioned(result.summary) == unversioned(expected.summary)


def test_a_register_that_is_prepared_again_stays_the_same(data):
    """Preparing a prepared register changes no answer."""
    alerts = data["sample"] / "alerts.csv"
    once = hp.Register.prepare(data["sample"] / "register.csv")
    assert answers(hp.link(alerts, hp.Register.prepare(once))) == answers(hp.link(alerts, once))


def test_preparing_tells_its_progress(data):
    """Reading and indexing each report until they are done."""
    told = []
    hp.Register.prepare(data["sample"] / "register.csv", progress=lambda *step: told.append(step))
    assert {stage for stage, _, _ in told} == {"read", "index"}
    assert all((stage, total, total) in told for stage, _, total in told)


@pytest.mark.parametrize("workers", [0, -1])
def test_preparing_needs_a_worker(workers):
    """A senseless number of workers is refused, not answered."""
    with pytest.raises(hp.HpmatchError, match="give at least 1"):
        hp.Register.prepare(PEOPLE, workers=workers)
    with pytest.raises(hp.HpmatchError, match="give at least 1"), batch_job(workers):
        pass


def test_the_command_says_what_it_prepared(tmp_path, capsys):
    """How many persons and rejected rows, and where; no person by name."""
    file = write(tmp_path / "register.csv", [*PEOPLE, {**PEOPLE[0], "sex": ""}])
    assert main(["prepare", str(file), "--out", str(tmp_path / "prepared")]) == 0
    told = capsys.readouterr().out
    lines = [line.rsplit(maxsplit=1) for line in told.splitlines()[:2]]
    assert [(label.strip(), number) for label, number in lines] == [
        ("registered persons", "2"),
        ("register rows rejected", "2"),
    ]
    assert [secret for secret in SECRETS if secret in told] == []


def test_a_model_of_ones_own_is_prepared_with_by_its_file(data):
    """Its name means nothing to the command; that of a shipped one does."""
    imi = hp.read_model("imi")
    fewer = replace(imi, name="fewer rules", blocking_rules=imi.blocking_rules[:3])
    people = data["sample"] / "register.csv"
    for model, other, named in ((imi, fewer, "MODEL.json"), (fewer, imi, "imi")):
        with pytest.raises(hp.SourceError, match=f"prepare it again: .* --model {named}$"):
            hp.Register.prepare(people, model).check(other)
