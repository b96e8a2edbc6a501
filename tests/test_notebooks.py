"""The notebooks of the examples run from top to bottom."""

import shutil
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

EXAMPLES = Path(__file__).parents[1] / "examples"
NOTEBOOKS = sorted(EXAMPLES.glob("*.ipynb"))


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_runs(path, tmp_path):
    """A user who runs all cells gets no error; a copy runs, so that nothing is left behind."""
    shutil.copytree(EXAMPLES / "data", tmp_path / "data")
    client = NotebookClient(
        nbformat.read(path, as_version=4), timeout=120, resources={"metadata": {"path": str(tmp_path)}}
    )
    client.execute()


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebook_holds_no_outputs(path):
    """A notebook is kept without what it printed, so that a change of it shows as such."""
    for cell in nbformat.read(path, as_version=4).cells:
        assert not cell.get("outputs")
        assert cell.get("execution_count") is None


def test_there_are_notebooks():
    """The tests above ran on something."""
    assert NOTEBOOKS
