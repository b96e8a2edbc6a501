"""What the README and the documentation show is so: code runs, outputs are those, examples and figures are right."""

import argparse
import doctest
import json
import math
import os
import pkgutil
import re
import shlex
import subprocess
import sys
import tomllib
from importlib import import_module
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from ruff import find_ruff_bin

import hpmatch as hp
from benchmarks.fairness import refreshed
from benchmarks.page import page
from hpmatch.assembly import assemble
from hpmatch.blocking import CandidatePairs
from hpmatch.cli import _parser
from hpmatch.comparison import compare
from hpmatch.comparison.full_names import FullName
from hpmatch.comparison.text import Text
from hpmatch.comparison.thresholds import Thresholds
from hpmatch.generate.profiles import PROFILES
from hpmatch.records import Column, Records
from hpmatch.schema import KINDS, Layout
from hpmatch.standardise.stages import PersonName, PlainText

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = [ROOT / "README.md", ROOT / "examples" / "plugin" / "README.md", *sorted(DOCS.rglob("*.md"))]
# On these pages all blocks continue each other, commands and Python alike.
SESSIONS = [DOCS / "index.md", *sorted((DOCS / "tutorials").glob("*.md"))]
BLOCK = re.compile(r"(<!-- not run: [^\n]+ -->\n)?```(python|console)\n(.*?)```", re.DOTALL)


def _python_blocks(page):
    found = re.findall(r"```python\n(.*?)```", page.read_text("utf-8"), re.DOTALL)
    return [block for block in found if ">>>" not in block]


BLOCKS = {
    str(page.relative_to(ROOT)): blocks
    for page in PAGES
    if page not in SESSIONS and (blocks := _python_blocks(page))
}


def _commands(text):
    """The commands of a page as Python, each with what it is shown to print."""
    for not_run, language, block in BLOCK.findall(text):
        if language == "console" and not not_run:
            yield from _commands_of(block)


def _commands_of(block):
    for shown in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
        command, _, output = shown.partition("\n")
        yield f"_shell({command!r}, {output!r})", output


# All blocks of a page share their names, as in a notebook; each has a folder of its own, as if it stood in a file alone.
_ONE_BY_ONE = """
import os, pathlib, sys
for _place in map(pathlib.Path, sys.argv[1:]):
    os.chdir(_place.parent)
    exec(compile(_place.read_text("utf-8"), _place, "exec"))
"""


@pytest.mark.parametrize("page", BLOCKS)
def test_code_blocks_run(page, tmp_path):
    """No error for a user who puts all blocks of a page into one notebook, nor for one who copies any into a file."""
    places = []
    for number, code in enumerate(BLOCKS[page]):
        folder = tmp_path / f"block {number}"
        folder.mkdir()
        places.append(str(_write(code, folder)))
    _ruff("check", "--isolated", "--select=F821", *places)  # names that only another block defines
    _python(["-c", _ONE_BY_ONE, *places], tmp_path)


@pytest.mark.parametrize("page", SESSIONS, ids=lambda page: page.stem)
def test_tutorials_run(page, tmp_path):
    """A user who follows a page from top to bottom gets no error, and sees what the page shows."""
    _prints_what_is_shown(_steps(page.read_text("utf-8")), tmp_path)


# Elsewhere commands have no order, and those that show what they print start from the examples.
SHOWN = [
    pytest.param(step, id=f"{page.relative_to(ROOT)}-{number}")
    for page in PAGES
    if page not in SESSIONS
    for number, (step, output) in enumerate(_commands(page.read_text("utf-8")))
    if output.strip()
]


@pytest.mark.parametrize("step", SHOWN)
def test_what_commands_print_is_so(step, tmp_path):
    """A user who runs a command by itself sees what the page shows."""
    _prints_what_is_shown([step], tmp_path)


def _prints_what_is_shown(steps, tmp_path):
    (tmp_path / "hpmatch").write_text(f'#!/bin/sh\nexec {sys.executable} -m hpmatch "$@"\n', "utf-8")
    (tmp_path / "hpmatch").chmod(0o755)
    told = _run("\n".join([_SHELL, *steps]), tmp_path)
    shown = [json.loads(line) for line in told.splitlines() if line.startswith('{"command"')]
    for command in shown:
        assert doctest.OutputChecker().check_output(
            command["shown"], command["output"], doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
        ), f"{command['command']} shows\n{command['output']}"


@pytest.mark.parametrize(
    "path", [*PAGES, *sorted(ROOT.glob("examples/*.ipynb"))], ids=lambda path: str(path.relative_to(ROOT))
)
def test_nobody_is_shown_to_leave_out_look_alikes(path):
    """A classifier made anew from the levels of another lacks its look-alikes and slopes; ``replace`` keeps them."""
    assert not re.search(r"FellegiSunter\([^()]*\.classifier\.levels", path.read_text("utf-8"))


COMMANDS = {
    command.partition("<")[0]
    for page in PAGES
    for command in re.findall(r"^\$ hpmatch (.*)", page.read_text("utf-8"), re.MULTILINE)
}


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_commands_are_understood(command):
    """No page shows a command or an option that does not exist."""
    _parser().parse_args(shlex.split(command, comments=True))


_SHELL = """
import json as _json, subprocess as _subprocess
def _shell(command, shown):
    done = _subprocess.run(["bash", "-ec", command], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    if shown:
        print(_json.dumps({"command": command, "shown": shown, "output": done.stdout}))
"""


def _steps(text):
    """A page's blocks as Python, in their order."""
    for not_run, language, block in BLOCK.findall(text):
        if not_run:
            continue
        if language == "python":
            yield block
            continue
        yield from (step for step, _ in _commands_of(block))


def _run(code, folder):
    return _python([str(_write(code, folder))], folder)


def _write(code, folder):
    (folder / "examples").symlink_to(ROOT / "examples")
    (folder / "block.py").write_text(code, "utf-8")
    return folder / "block.py"


def _ruff(*arguments):
    done = subprocess.run([find_ruff_bin(), *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def _python(arguments, folder):
    path = os.pathsep.join([str(folder), os.environ["PATH"]])
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PATH": path},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def _rows(page):
    """The cells of all table rows of a page, with the heading that they stand under."""
    heading = ""
    for line in (DOCS / page).read_text("utf-8").splitlines():
        if line.startswith("## "):
            heading = line[3:]
        elif line.startswith("| ") and not line.startswith("| ---"):
            yield heading, [cell.strip() for cell in line.strip("|").split(" | ")]


# Comparisons that the shipped model does not use, and what makes the column that each reads.
OTHERS = {
    "text": (Text("text", "text"), PlainText("text")),
    "full_name": (FullName("full_name", "full_name"), PersonName("full_name")),
    **{
        kind: (model.comparisons[0], model.standardisers[0])
        for kind in ("words", "category", "number", "identifier", "telephone")
        for model in (assemble([Layout("no", {}, {kind: kind})]),)
    },
    "thresholds": (
        Thresholds(
            "thresholds",
            (
                ("same", (("same", "text", "text", 1),)),
                ("typing_error", (("damerau_levenshtein", "text", "text", 1),)),
                ("same_start", (("same_start", "text", "text", 4), ("jaro_winkler", "text", "text", 0.85))),
            ),
            required=("text",),
            frequency="text",
        ),
        PlainText("text"),
    ),
}
EXAMPLES = [
    pytest.param(comparison, row[0].strip("`"), row[1], row[2], id=f"{comparison}-{row[0]}-{number}")
    for number, (comparison, row) in enumerate(_rows("comparisons.md"))
    if row[0] != "level"
]


@pytest.mark.parametrize(("comparison", "level", "alert", "person"), EXAMPLES)
def test_each_example_has_its_level(comparison, level, alert, person):
    """An example of the page on comparisons is found to be of the level that it stands for."""
    alert, person = _told(alert), _told(person)
    assert _level(comparison, alert, person) == level


def test_each_level_has_an_example():
    """No comparison and no level of the library is left out of the page."""
    shown = {}
    for name, level, *_ in (row.values for row in EXAMPLES):
        shown.setdefault(name, set()).update({level} - {"missing"})
    assert {part.name: set(part.levels) for part in hp.read_model("imi").parts}.items() <= shown.items()
    assert {name: set(comparison.levels) for name, (comparison, _) in OTHERS.items()}.items() <= shown.items()
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    for name, value in points["hpmatch.comparisons"].items():
        module, _, attribute = value.partition(":")
        stage = getattr(import_module(module), attribute)
        if isinstance(stage.__dict__.get("levels"), property):  # whoever makes one says its levels
            assert name in OTHERS, f"no examples of {name}"
            continue
        for part in getattr(stage, "parts", (stage,)):
            assert set(part.levels) in shown.values(), f"no examples of {name}"


def _told(cell):
    """'role: value; role: value' as a record; what follows a semicolon without a role is a further value."""
    record, role = {}, ""
    for part in cell.split(";"):
        name, colon, value = part.partition(":")
        role = name.strip() if colon else role
        record[role] = value.strip() if colon else f"{record[role]};{part}"
    return record


def _level(comparison, alert, person):
    if comparison in OTHERS:
        stage, standardiser = OTHERS[comparison]
        sides = [
            Records(
                pa.array(["1"]),
                {
                    standardiser.column: Column.encode(
                        standardiser.standardise(*([side.get(role, "")] for role in standardiser.roles)),
                        standardiser.kind,
                    )
                },
            )
            for side in (alert, person)
        ]
        row, no_row = np.zeros(1, np.int32), np.zeros(1, bool)
        pair = CandidatePairs(row, row, row, (), ~no_row, no_row)
        level = int(compare(*sides, pair, [stage]).levels[0, 0])
        return "missing" if level < 0 else stage.levels[level]
    # Something has to identify a record; it says nothing about the other comparisons.
    base = {} if comparison == "birth_date" else {"birth_date": "1980-02-03"}
    evidence = hp.score({**base, **alert}, {**base, **person}).evidence
    return next(each.level for each in evidence if each.comparison == comparison)


def test_figures_on_fairness_are_those_of_the_benchmark():
    """Each row of the table says what the last run of the benchmark measured, and another run would change it."""
    results = json.loads((DOCS / "benchmark" / "results.json").read_text("utf-8"))
    told = (DOCS / "fairness.md").read_text("utf-8")
    assert refreshed(told, results) == told
    rows = [row for _, row in _rows("fairness.md") if ":" in row[0]]
    assert len(rows) > 15
    other = told
    for cell in sorted({cell for row in rows for cell in row[1:]}, key=len, reverse=True):
        other = other.replace(f"| {cell} |", "| ? |")
    assert refreshed(other, results) == told
    gone = re.sub(r"^[|] sex: F .*$", "| sex: X | 1 | 0.5 | 0.5 | 0.5 |", told, flags=re.MULTILINE)
    assert "| sex: X | 0 | - | - | - |" in refreshed(gone, results)


def test_sizes_that_the_speed_page_measures_are_told_of_there_alone():
    """A figure that stands on two pages is old on one of them after the next run."""
    measured = json.loads((DOCS / "benchmark" / "speed.json").read_text("utf-8"))["sizes"]
    told = {int(row[0].split()[0].replace(",", "")) for _, row in _rows("scale.md") if row[0][:1].isdigit()}
    assert told
    assert told.isdisjoint(map(int, measured))


def test_the_benchmark_says_which_alerts_its_tables_are_of():
    """Each table of costs, and the one of blocking, names the hits and alerts of its scenario."""
    results = json.loads((DOCS / "benchmark" / "results.json").read_text("utf-8"))
    told = [
        f"{each['hits']:,} hits among {each['alerts']:,} alerts" for each in results["scenarios"].values()
    ]
    sections = dict(part.split("\n", 1) for part in page(results, []).split("\n## ")[1:])
    assert told[0] in sections["What blocking finds"]
    assert [sections["What it costs"].count(each) for each in told] == [1] * len(told)


def test_look_alikes_are_told_as_they_are():
    """The table has the rates of the shipped model, the text those of the generator."""
    told = {
        row[0]: float(row[2])
        for heading, row in _rows("matching.md")
        if heading == "Look-alikes" and row[0] != "kind"
    }
    assert told == {each.name: each.rate for each in hp.read_model("imi").classifier.look_alikes}
    generated = PROFILES["typical"].rates
    text = " ".join((DOCS / "matching.md").read_text("utf-8").split())
    assert (
        f"{generated['namesake']} namesakes, {generated['parent-child']} parents or children of the same name, "
        f"{generated['twin']} twins"
    ) in text


def test_weights_of_the_shipped_model_are_told_as_they_are():
    """Pages that say in words what a level is worth follow the model's numbers."""
    levels = {
        (name, each.level): each for name, of in hp.read_model("imi").classifier.levels.items() for each in of
    }
    bits = {key: math.log2(each.m / each.u) for key, each in levels.items()}
    stem, changed, other = (levels["family_name", name] for name in ("stem", "changed", "different"))
    matching, fairness = (
        " ".join((DOCS / f"{page}.md").read_text("utf-8").split()) for page in ("matching", "fairness")
    )
    assert f"found in {stem.m:.0%}".replace("%", " %") in matching
    assert f"log2({stem.m:g} / {stem.u:g}) = {bits['family_name', 'stem']:.1f} bits for a match" in matching
    assert f"{-bits['sex', 'different']:.1f} bits against" in matching
    assert (
        f"worth {-bits['family_name', changed.level]:.0f} bits against a match where nobody is known to be a man, and "
        f"{-bits['family_name', other.level]:.1f} where somebody is"
    ) in fairness


def _subcommands():
    (commands,) = (action for action in _parser()._actions if isinstance(action, argparse._SubParsersAction))
    return commands.choices


@pytest.mark.parametrize(
    "text",
    [
        *(_subcommands()[name].description for name in ("dedupe", "train")),
        (DOCS / "input.md").read_text("utf-8"),
    ],
    ids=["dedupe", "train", "input.md"],
)
def test_every_kind_of_column_is_told(text):
    """All of them, one after the other, wherever a schema file is told of."""
    assert ", ".join(KINDS) in " ".join(text.replace("`", "").split())


def test_help_fits_into_a_wide_terminal():
    """No line of any command's own text is longer than 132 letters."""
    for name, command in _subcommands().items():
        for line in f"{command.description}\n{command.epilog}".splitlines():
            assert len(line) <= 132, f"{name}: {line}"


def test_the_map_has_every_module():
    """The page on architecture says of each module what it is about, by its path or beside its folder, and names no other."""
    page = (DOCS / "architecture.md").read_text("utf-8").partition("## Decisions")[0]
    rows, flow = [line for line in page.splitlines() if line.startswith("| ")], page.partition("## Where")[0]
    modules = {
        path.relative_to(ROOT / "hpmatch")
        for path in (ROOT / "hpmatch").rglob("*.py")
        if not path.name.startswith("__")
    }

    def told(module):
        folder, name = f"`{module.parent.as_posix()}/`", f"`{module.name}`"
        return (
            any(f"`{module.as_posix()}`" in row for row in rows)
            or (module.parent == Path() and re.search(rf"\b{module.name}\b", flow))
            or any(folder in row and (name in row or "a module for each kind" in row) for row in rows)
        )

    assert not [module.as_posix() for module in modules if not told(module)]
    known = {module.name for module in modules} | {path.name for path in ROOT.glob("tests/*.py")}
    assert set(re.findall(r"([a-z_]+[.]py)\b", page)) <= known


def _is_there(name):
    """Whether a dotted name leads to a module, to what one defines, or to a member or field of that."""
    try:
        pkgutil.resolve_name(name)
    except AttributeError:
        home, _, member = name.rpartition(".")
        return _is_there(home) and member in getattr(pkgutil.resolve_name(home), "__dataclass_fields__", ())
    return True


def test_what_docstrings_refer_to_is_there():
    """Each name of the package that stands between backticks; one that moves is called by its new name everywhere."""
    told = {
        (name, path.relative_to(ROOT).as_posix())
        for path in (ROOT / "hpmatch").rglob("*.py")
        for name in re.findall(r"`(hpmatch(?:[.]\w+)+)", path.read_text("utf-8"))
    }
    assert told
    assert not [(name, path) for name, path in sorted(told) if not _is_there(name)]


def test_every_public_name_is_in_the_reference():
    """The reference shows all that ``import hpmatch`` offers."""
    shown = set(
        re.findall(
            r"^::: (\S+)", "\n".join(p.read_text("utf-8") for p in DOCS.glob("reference/*.md")), re.MULTILINE
        )
    )
    modules = {name for name in shown if name in sys.modules or name.count(".") == 1}
    homes = {name: f"{getattr(hp, name).__module__}" for name in hp.__all__}
    missing = [
        f"{home}.{name}"
        for name, home in homes.items()
        if f"{home}.{name}" not in shown and home not in modules
    ]
    assert not missing


def test_every_stage_is_in_the_reference():
    """The page on stages has each one by the name that a model file calls it, and by its class."""
    page = (DOCS / "reference" / "stages.md").read_text("utf-8")
    points = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["entry-points"]
    for group in ("standardisers", "blocking_rules", "comparisons"):
        for name, value in points[f"hpmatch.{group}"].items():
            assert f"`{name}`" in page
            assert f"::: {value.replace(':', '.')}\n" in page
