"""The files as a whole: the same bytes every time, all or nothing, and requests that cannot be met."""

import csv
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpmatch.errors import HpmatchError
from hpmatch.generate import PROFILES, Summary, generate, world
from hpmatch.generate import alerts as alert_table
from hpmatch.generate import register as register_table

SIZES = {"register": 300, "alerts": 60, "hits": 20}


def digest(folder: Path) -> dict[str, str]:
    """The checksum of every file of a folder."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def header(path: Path) -> tuple[str, ...]:
    """The first row of a table."""
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(next(csv.reader(file)))


@pytest.mark.parametrize("profile", ["clean", "typical", "hard", "sample"])
def test_files_and_headers(tmp_path, profile):
    """Each profile writes the same four files, with the columns of the contract, in UTF-8 and with line feeds."""
    summary = generate(tmp_path / "out", profile=profile, seed=2, **SIZES)
    assert isinstance(summary, Summary)
    assert set(digest(tmp_path / "out")) == {"register.csv", "alerts.csv", "truth.csv", "about.json"}
    assert header(tmp_path / "out" / "register.csv") == register_table.COLUMNS
    assert header(tmp_path / "out" / "alerts.csv") == alert_table.COLUMNS
    assert header(tmp_path / "out" / "truth.csv") == ("alert_id", "person_id", "hpr_number", "tags")
    for path in (tmp_path / "out").iterdir():
        text = path.read_bytes()
        assert b"\r" not in text
        assert text.endswith(b"\n")
        assert text.decode("utf-8")


def test_about(tmp_path):
    """The folder says how it was made."""
    generate(tmp_path / "out", seed=2, **SIZES)
    about = json.loads((tmp_path / "out" / "about.json").read_text(encoding="utf-8"))
    assert {name: about[name] for name in ("profile", "seed", "register", "alerts", "hits")} == {
        "profile": "typical",
        "seed": 2,
        **SIZES,
    }
    assert about["rates"] == dict(PROFILES["typical"].rates)


def test_same_seed_same_bytes(tmp_path):
    """The same seed gives the same bytes, another seed others."""
    for name, seed in (("a", 4), ("b", 4), ("c", 5)):
        generate(tmp_path / name, seed=seed, **SIZES)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")
    assert not set(digest(tmp_path / "a").values()) & set(digest(tmp_path / "c").values())


def test_another_process_gives_the_same_bytes(tmp_path):
    """Neither the order of hashes nor the locale of a process shows in the files."""
    call = f"from hpmatch.generate import generate; generate({str(tmp_path / 'b')!r}, seed=4, register=300, alerts=60, hits=20)"
    environment = {**os.environ, "PYTHONHASHSEED": "4711", "LC_ALL": "C", "TZ": "Asia/Tokyo"}
    subprocess.run([sys.executable, "-c", call], check=True, env=environment)
    generate(tmp_path / "a", seed=4, **SIZES)
    assert digest(tmp_path / "a") == digest(tmp_path / "b")


def test_the_tables_in_memory_are_those_on_disk(tmp_path):
    """What is written is what the world holds."""
    generate(tmp_path / "out", seed=4, **SIZES)
    for name, table in world("typical", seed=4, **SIZES).tables().items():
        with (tmp_path / "out" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            assert list(csv.DictReader(file)) == table.to_pylist()


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 40), st.integers(0, 40), st.integers(0, 2**40), st.sampled_from(["clean", "hard"]))
def test_sizes_are_met(alerts, hits, seed, profile):
    """Any sizes that fit together are met exactly."""
    hits = min(hits, alerts)
    made = world(profile, register=60, alerts=alerts, hits=hits, seed=seed)
    assert made.summary().alerts == len(made.alert_rows()) == alerts
    assert made.summary().hits == hits == sum(bool(row[2]) for row in made.truth_rows())
    assert sum(len(block) for block in made.register()) == 60


def test_nothing_at_all(tmp_path):
    """An empty request gives empty tables."""
    assert generate(tmp_path / "out", register=0, alerts=0, seed=1).alerts == 0
    assert (tmp_path / "out" / "truth.csv").read_text(encoding="utf-8").count("\n") == 1


@pytest.mark.parametrize("profile", ["clean", "typical", "hard"])
def test_hits_by_default(profile):
    """Without a number, about four alerts of a hundred have a hit."""
    assert world(profile, register=500, alerts=1_000, seed=1).summary().hits == 40


@pytest.mark.parametrize(
    ("request_", "says"),
    [
        ({"hits": 61, "alerts": 60}, "fewer hits or more alerts"),
        ({"hits": 40, "register": 39, "alerts": 60}, "fewer hits or a register of 40"),
        ({"register": -1}, "0 or more"),
        ({"alerts": -1}, "0 or more"),
        ({"hits": -1}, "0 or more"),
        ({"seed": -1}, "0 or more"),
        ({"register": 10**9}, "last for"),
        ({"profile": "easy"}, "clean, typical, hard, sample, report"),
    ],
)
def test_impossible_requests(tmp_path, request_, says):
    """A request that cannot be met is refused with what to do, before anything is written."""
    with pytest.raises(HpmatchError, match=says):
        generate(tmp_path / "out", **request_)
    assert not list(tmp_path.iterdir())


def test_a_folder_in_use_is_refused(tmp_path):
    """A folder that holds something is left as it is."""
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(HpmatchError, match="new or an empty folder"):
        generate(tmp_path, **SIZES)
    with pytest.raises(HpmatchError, match="new or an empty folder"):
        generate(tmp_path / "mine.txt", **SIZES)
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]


def test_an_earlier_generation_is_replaced(tmp_path):
    """A notebook can be run again; a link to the folder stays one."""
    generate(tmp_path / "out", seed=1, profile="hard", **SIZES)
    (tmp_path / "link").symlink_to(tmp_path / "out", target_is_directory=True)
    generate(tmp_path / "link", seed=2, **SIZES)
    generate(tmp_path / "new", seed=2, **SIZES)
    assert (tmp_path / "link").is_symlink()
    assert digest(tmp_path / "out") == digest(tmp_path / "new")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["link", "new", "out"]


@pytest.mark.parametrize("spoil", ["alerts.csv", "notes.txt", "about.json"])
def test_what_is_not_as_it_was_generated_stays(tmp_path, spoil):
    """A table that was changed, a file beside it, and a folder whose own account is gone are somebody's work."""
    generate(tmp_path / "out", seed=1, **SIZES)
    (tmp_path / "out" / spoil).write_text("mine")
    before = digest(tmp_path / "out")
    with pytest.raises(HpmatchError, match="not as it was generated; name a new or an empty folder"):
        generate(tmp_path / "out", seed=1, **SIZES)
    assert digest(tmp_path / "out") == before


def test_an_interrupted_run_leaves_the_earlier_one(tmp_path):
    """What was there before stays until all is done."""
    generate(tmp_path / "out", seed=1, **SIZES)
    before = digest(tmp_path / "out")

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt(done, total)

    with pytest.raises(KeyboardInterrupt):
        generate(tmp_path / "out", seed=2, progress=stop, **SIZES)
    assert digest(tmp_path / "out") == before
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_file_that_comes_meanwhile_stays(tmp_path):
    """The folder is looked at again before it is replaced."""
    generate(tmp_path / "out", seed=1, **SIZES)

    def write(done: int, total: int) -> None:
        (tmp_path / "out" / "notes.txt").write_text("mine")

    with pytest.raises(HpmatchError, match=r"holds notes\.txt"):
        generate(tmp_path / "out", seed=2, progress=write, **SIZES)
    assert (tmp_path / "out" / "notes.txt").read_text() == "mine"


def test_an_empty_folder_is_taken(tmp_path):
    """An empty folder is filled, and missing ones above it are made."""
    generate(tmp_path, seed=1, **SIZES)
    generate(tmp_path / "deep" / "down", seed=1, **SIZES)
    assert (tmp_path / "deep" / "down" / "truth.csv").exists()


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_nothing(tmp_path, interruption):
    """Whatever stops the work, no folder is left, finished or not."""

    def stop(done: int, total: int) -> None:
        raise interruption(done, total)

    with pytest.raises(interruption):
        generate(tmp_path / "out", seed=1, progress=stop, **SIZES)
    assert not list(tmp_path.iterdir())


def test_progress(tmp_path):
    """Progress counts the rows of the register up to their number."""
    calls = []
    generate(tmp_path / "out", register=10_500, alerts=10, seed=1, progress=lambda *call: calls.append(call))
    assert calls == [(10_000, 10_500), (10_500, 10_500)]
