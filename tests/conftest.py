"""Settings for all tests, and what many of them work with."""

import gc
import shutil
from pathlib import Path

import pytest
from explained import ALERTS, REGISTER
from hypothesis import settings
from registers import PEOPLE

import hpmatch as hp
from hpmatch.sources import read

# Ten thousand tests stay in memory: to look through them as often as usual takes a tenth of the time.
gc.set_threshold(50_000, 20, 100)

# A loaded machine is no error: speed belongs to the benchmarks. Other examples are drawn in each run, so that fewer add up.
settings.register_profile("any machine", deadline=None, max_examples=40)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def small_register(tmp_path_factory):
    """The folder of a register of three persons; not to be touched."""
    folder = tmp_path_factory.mktemp("small") / "prepared"
    hp.Register.prepare(PEOPLE).save(folder)
    return folder


@pytest.fixture
def prepared(small_register, tmp_path):
    """A copy of the folder of a register of three persons, for a test to change or damage."""
    return Path(shutil.copytree(small_register, tmp_path / "prepared"))


@pytest.fixture(scope="session")
def sample_result():
    """What the sample's alerts are answered."""
    return hp.link(ALERTS, REGISTER)


@pytest.fixture(scope="session")
def sample_folder(sample_result, tmp_path_factory):
    """The folder of the sample's result; not to be touched."""
    out = tmp_path_factory.mktemp("sample") / "out"
    sample_result.write(out)
    return out


@pytest.fixture(scope="session")
def tables(tmp_path_factory):
    """The files of alerts, register and truth, generated, with some three hundred hits."""
    folder = tmp_path_factory.mktemp("data") / "made"
    hp.generate(folder, profile="typical", register=4_000, alerts=1_200, hits=300, seed=5)
    return [str(folder / f"{name}.csv") for name in ("alerts", "register", "truth")]


@pytest.fixture(scope="session")
def linked(tables):
    """All candidate pairs of generated tables."""
    return hp.link(*tables[:2], min_weight=-1000)


@pytest.fixture(scope="session")
def truth(tables):
    """The registered person whom each generated alert is about, if any."""
    return {row["alert_id"]: row["hpr_number"] for row in read(tables[2], "truth").data.to_pylist()}


@pytest.fixture(scope="session")
def all_labels(linked, truth):
    """Every candidate pair of generated tables with its right label."""
    ids = zip(*(linked.links.column(place).to_pylist() for place in (0, 1)), strict=True)
    return [{"left_id": a, "right_id": b, "label": "match" if truth[a] == b else "no_match"} for a, b in ids]
