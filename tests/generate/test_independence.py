"""The generator and the matcher are written apart: neither reads what the other knows."""

import ast
from pathlib import Path

import pytest

import hpmatch

HOME = Path(hpmatch.__file__).parent
GENERATOR = sorted((HOME / "generate").glob("**/*.py"))
MATCHER = sorted(path for part in ("standardise", "comparison") for path in (HOME / part).glob("**/*.py"))
NEITHER = ("hpmatch.errors", "hpmatch.files")


def imported(path: Path) -> set[str]:
    """Every module that the file names in an import, relative ones resolved."""
    package = ".".join(path.relative_to(HOME.parent).with_suffix("").parts[:-1])
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = (
                ".".join(package.split(".")[: len(package.split(".")) - node.level + 1]) + "."
                if node.level
                else ""
            )
            module = f"{above}{node.module or ''}".strip(".")
            found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
    return found


@pytest.mark.parametrize("path", GENERATOR, ids=lambda path: path.name)
def test_generator_imports_nothing_of_the_matcher(path):
    """Of hpmatch, a module of the generator imports the generator, and what knows nothing of people."""
    own = {name for name in imported(path) if name.split(".")[0] == "hpmatch"}
    assert not {name for name in own if not name.startswith(("hpmatch.generate", *NEITHER))}


@pytest.mark.parametrize("name", NEITHER)
def test_what_both_use_imports_nothing_of_either(name):
    """What is shared leads to no other module but what is shared."""
    own = {
        name for name in imported(HOME / f"{name.removeprefix('hpmatch.')}.py") if name.startswith("hpmatch")
    }
    assert not {name for name in own if not name.startswith(NEITHER)}


@pytest.mark.parametrize("path", MATCHER, ids=lambda path: f"{path.parent.name}-{path.name}")
def test_matcher_imports_nothing_of_the_generator(path):
    """Standardising and comparing know nothing of the generator."""
    assert not {name for name in imported(path) if name.startswith("hpmatch.generate")}


@pytest.mark.parametrize("path", GENERATOR, ids=lambda path: path.name)
def test_generator_opens_only_its_own_tables(path):
    """No module of the generator names another folder of tables than its own."""
    text = path.read_text(encoding="utf-8")
    assert "hpmatch/data" not in text
    assert 'files("hpmatch")' not in text


def test_the_walk_sees_imports():
    """The walk over imports finds those that are there."""
    assert "hpmatch.errors" in imported(HOME / "generate" / "write.py")
