"""The package as a whole: what it offers, what it costs to import, and who may import whom."""

import ast
import csv
import importlib.metadata
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import hpmatch
from hpmatch.blocking.rules import SameValues
from hpmatch.comparison.text import Text
from hpmatch.plugins import GROUPS, checked, describe

PACKAGE = Path(hpmatch.__file__).parent
OPTIONAL = (
    "pandas",
    "polars",
    "recordlinkage",
    "rich",
    "hypothesis",
    "altair",
    "pyspark",
    "sklearn",
    "splink",
)


def _python(code):
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.strip()


@pytest.mark.parametrize("name", hpmatch.__all__)
def test_every_public_name_is_there_and_documented(name):
    """Each name can be had, and says what it is."""
    assert getattr(hpmatch, name).__doc__.strip()
    assert name in dir(hpmatch)


def test_type_checkers_find_each_name_where_it_is_loaded_from():
    """The names stand twice, for whoever reads types and for whoever runs; in both places in order, with one home."""
    tree = ast.parse(Path(hpmatch.__file__).read_text("utf-8"))
    imported = {
        alias.asname: node.module.removeprefix("hpmatch.")
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        for alias in node.names
    }
    assert imported == hpmatch._HOMES
    assert list(hpmatch._HOMES) == sorted(hpmatch._HOMES)


def test_a_function_keeps_its_name_when_its_module_is_imported_first():
    """`hpmatch.link` is the function, whoever imported the module of that name before."""
    assert (
        _python("import hpmatch.link, hpmatch; print(hpmatch.link.__name__, callable(hpmatch.link))")
        == "link True"
    )


def test_an_unknown_name_is_an_attribute_error():
    """The lazy package fails like any other."""
    with pytest.raises(AttributeError, match="no attribute 'lnik'"):
        hpmatch.lnik  # noqa: B018


@pytest.mark.parametrize("table", sorted(PACKAGE.rglob("*.csv")), ids=lambda table: table.stem)
def test_each_row_of_a_table_has_a_cell_for_each_column(table):
    """A comma that nobody quoted would cut its source short."""
    header, *rows = csv.reader(table.read_text("utf-8-sig").splitlines(), strict=True)
    assert rows
    assert [row for row in rows if len(row) != len(header)] == []


def test_importing_imports_little():
    """`import hpmatch` loads no stage and none of the optional packages; linking loads no optional package."""
    loaded = f"print([name for name in {OPTIONAL} if name in sys.modules])"
    assert _python(f"import sys, hpmatch; {loaded}") == "[]"
    assert _python(f"import sys, hpmatch; hpmatch.link; {loaded}") == "[]"


def test_the_main_job_needs_no_optional_package():
    """With the optional packages blocked, alerts are linked all the same."""
    code = f"""
import sys
class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {OPTIONAL}:
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Absent())
import hpmatch as hp
row = {{"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}}
print(hp.link([{{"alert_id": "1", **row}}], [{{"hpr_number": "2", **row}}]).dispositions["disposition"].to_pylist())
"""
    assert _python(code) == "['match']"


@pytest.mark.parametrize("group", GROUPS)
def test_every_entry_point_leads_to_a_stage(group):
    """Each name of the package's own entry points can be loaded."""
    points = importlib.metadata.entry_points(group=group)
    assert points
    for point in points:
        assert callable(point.load())


def test_a_stage_without_its_method_is_refused_by_name():
    """What is lacking is told when the stage is handed over, not when it fails."""

    class NoCompare:
        name, columns, levels = "x", ("a",), ("same",)

    with pytest.raises(
        hpmatch.PluginError, match="NoCompare cannot serve in hpmatch.comparisons: it lacks compare"
    ):
        checked("hpmatch.comparisons", NoCompare())


@pytest.mark.parametrize(
    ("group", "stage", "says"),
    [
        ("comparisons", Text, r"Text is a class and no stage; give one made by it: Text\(\.\.\.\)"),
        ("standardisers", SimpleNamespace(column="town", roles="town"), "its roles are one text"),
        ("blocking_rules", SameValues("x", "town"), r"columns are one text, .* give a tuple: \('town',\)"),
    ],
)
def test_a_class_or_a_text_for_several_columns_is_refused(group, stage, says):
    """The letters of the text would be taken for columns, which no table has, and nothing would be compared."""
    with pytest.raises(hpmatch.PluginError, match=says):
        checked(f"hpmatch.{group}", stage)


def test_a_stage_without_entry_point_cannot_be_saved():
    """A model file can only name what others can find."""

    class Own:
        name, columns, levels = "x", ("a",), ("same",)

        def compare(self, left, right):
            """Never called."""

    with pytest.raises(hpmatch.PluginError, match="entry point"):
        describe("hpmatch.comparisons", Own())
