"""Settings for all tests, and what many of them work with."""

import shutil
from pathlib import Path

import pytest
from hypothesis import settings
from registers import PEOPLE

import hpmatch as hp

# A loaded machine is no error: speed belongs to the benchmarks.
settings.register_profile("any machine", deadline=None)
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
