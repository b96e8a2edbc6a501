"""Plug-ins: how little a comparison takes, how often it is called, and which package a model asks for."""

import ast
import json
from dataclasses import dataclass, field, replace
from pathlib import Path
from traceback import format_exception
from typing import ClassVar

import numpy as np
import pyarrow as pa
import pytest

import hpmatch as hp
from hpmatch import plugins
from hpmatch.blocking.rules import SameValue
from hpmatch.fellegi_sunter import FellegiSunter, Level
from hpmatch.protocols import Compared
from hpmatch.standardise.stages import PlainText

ROOT = Path(__file__).parents[1]
MODEL = ROOT / "examples" / "plugin" / "model.json"
PERSON = {"family_name": "Berg", "given_name": "Kari", "birth_date": "1980-02-03"}


def test_the_example_comparison_is_ten_lines_or_fewer():
    """From its decorator to the end of compare, blank lines and docstring counted."""
    path = ROOT / "examples" / "plugin" / "src" / "hpmatch_places" / "comparisons.py"
    found = next(node for node in ast.parse(path.read_text("utf-8")).body if isinstance(node, ast.ClassDef))
    compare = next(node for node in found.body if isinstance(node, ast.FunctionDef))
    assert (found.name, compare.name) == ("BirthPlace", "compare")
    assert compare.end_lineno - found.decorator_list[0].lineno + 1 <= 10


@dataclass(frozen=True)
class Costly:
    """A comparison around a Python function that notes how it was called."""

    calls: list = field(default_factory=list)
    name: str = "town"
    columns: tuple[str, ...] = ("town",)
    levels: ClassVar = ("same", "different")

    def compare(self, left, right):
        return hp.Compared.cut(map(self.likeness, left["town"], right["town"]), (1.0,))

    def likeness(self, left, right):
        self.calls.append((left, right))
        return float(left == right)


@dataclass(frozen=True)
class CostlyOfTwo(Costly):
    """The same of two columns together."""

    name: str = "home"
    columns: tuple[str, ...] = ("town", "street")

    def compare(self, left, right):
        sides = [list(zip(side["town"], side["street"], strict=True)) for side in (left, right)]
        return hp.Compared.cut(map(self.likeness, *sides), (1.0,))


SCHEMA = hp.Schema(columns={"town": "text", "street": "text", "block": "text"})


def _model(*comparisons):
    columns = ("family_name", "given_name", "birth_date", "town", "street", "block")
    levels = (Level("same", 0.9, 0.1), Level("different", 0.1, 0.9))
    return hp.Model(
        "costly",
        tuple(map(PlainText, columns)),
        (SameValue("block", "block"),),
        comparisons,
        FellegiSunter({each.name: levels for each in comparisons}),
        hp.DecisionRule(0.5, match=0.9, review=0.1),
    )


def _rows(identifier, count, step):
    """Records of few towns and streets, some of them missing, in two blocks."""
    towns, streets = ["oslo", "bergen", "", "kaunas", "riga"], ["a", "b", ""]
    return [
        {
            identifier: f"{row:02}", "family_name": "x", "given_name": "y", "birth_date": "1980-01-01",
            "town": towns[row * step % 5], "street": streets[row * step % 3], "block": str(row % 2),
        }
        for row in range(count)
    ]  # fmt: skip


def _wanted(pairs, columns):
    """The distinct pairs of values that those pairs of rows hold, as far as either side holds any."""
    values = {(tuple(a[c] or None for c in columns), tuple(b[c] or None for c in columns)) for a, b in pairs}
    return {(a, b) for a, b in values if any(a) and any(b)}


@pytest.mark.parametrize("chunk_size", [1, 7, 100_000])
@pytest.mark.parametrize("kind", [Costly, CostlyOfTwo])
def test_linking_calls_a_comparison_once_for_each_distinct_pair_of_values(kind, chunk_size):
    """Over the whole run, however it is cut into chunks, and for no other pair."""
    alerts, register = _rows("alert_id", 20, 2), _rows("hpr_number", 30, 3)
    costly = kind()
    hp.link(alerts, register, _model(costly), schema=SCHEMA, chunk_size=chunk_size)
    wanted = _wanted([(a, b) for a in alerts for b in register if a["block"] == b["block"]], costly.columns)
    asked = [tuple(part if isinstance(part, tuple) else (part,) for part in call) for call in costly.calls]
    assert len(asked) == len(wanted) < 300
    assert set(asked) == wanted


@pytest.mark.parametrize("chunk_size", [1, 7, 100_000])
def test_deduplicating_calls_a_comparison_once_for_each_distinct_pair_of_values(chunk_size):
    """As linking does."""
    records = _rows("rec", 30, 2)
    costly = Costly()
    hp.dedupe(records, _model(costly), id="rec", schema=SCHEMA, chunk_size=chunk_size)
    wanted = _wanted(
        [(a, b) for a in records for b in records if a["block"] == b["block"] and a["rec"] < b["rec"]],
        ("town",),
    )
    assert len(costly.calls) == len(wanted)
    assert {((a,), (b,)) for a, b in costly.calls} == wanted


def test_the_answer_does_not_hang_on_chunks():
    """Levels and frequencies are those of one chunk, to the last digit."""
    from hpmatch.comparison.text import Text  # noqa: PLC0415

    alerts, register = _rows("alert_id", 20, 2), _rows("hpr_number", 30, 3)
    model = hp.Model(
        "text",
        *(getattr(_model(Costly()), name) for name in ("standardisers", "blocking_rules")),
        (Text("town", "town"),),
        FellegiSunter({"town": tuple(Level(name, 0.25, 0.25, 1.0) for name in Text.levels)}),
        hp.DecisionRule(0.5, match=0.9, review=0.1),
    )
    found = [
        hp.link(alerts, register, model, schema=SCHEMA, chunk_size=size, min_weight=-99).links
        for size in (100_000, 7, 1)
    ]
    assert found[0] == found[1] == found[2]
    # m and u are alike, so that frequencies alone tell an agreeing town from a missing one.
    assert len(set(found[0]["match_weight"].to_pylist())) == 2


def _content(change=lambda content: None):
    content = json.loads(MODEL.read_text("utf-8"))
    change(content)
    return content


def _read(tmp_path, content):
    path = tmp_path / "own.json"
    path.write_text(json.dumps(content), "utf-8")
    return hp.read_model(path)


def test_a_missing_plug_in_is_named_with_its_package(tmp_path):
    """The message is what to type."""
    content = _content(
        lambda c: c["comparisons"].append({"stage": "shoe_size", "package": "hpmatch-shoes>=2.1"})
    )
    with pytest.raises(hp.PluginError, match=r"'shoe_size'.*not installed: pip install 'hpmatch-shoes>=2.1'"):
        _read(tmp_path, content)


def test_a_plug_in_that_is_too_old_is_named_with_both_versions(tmp_path):
    """A model made with a later version asks for it."""
    content = _content(lambda c: c["comparisons"][-1].update(package="hpmatch-places>=0.10"))
    with pytest.raises(
        hp.PluginError, match=r"hpmatch-places 0.10 or later, and 0.1.0 is installed: pip install"
    ):
        _read(tmp_path, content)


@pytest.mark.parametrize(
    "package", ["hpmatch-places>=0.1", "HPmatch_places>=0.1.0", "hpmatch.places>=0.0.9", "hpmatch-places"]
)
def test_the_installed_plug_in_serves(tmp_path, package):
    """Its name is compared as pip does, its version by number."""
    content = _content(lambda c: c["comparisons"][-1].update(package=package))
    assert _read(tmp_path, content) == hp.read_model(MODEL)


def test_a_model_without_packages_is_read_as_before(tmp_path):
    """Models that were made before packages were noted name their stages alone."""

    def forget(content):
        for stage in (*content["comparisons"], *content["blocking_rules"], content["classifier"]):
            stage.pop("package", None)

    assert _read(tmp_path, _content(forget)) == hp.read_model(MODEL)


@pytest.fixture
def other_package(tmp_path, monkeypatch):
    """A package that offers comparisons under names that are taken: the example's, and a built-in one."""
    (tmp_path / "others.py").write_text("from hpmatch_places import BirthPlace as Other\n", "utf-8")
    folder = tmp_path / "other_places-3.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: other-places\nVersion: 3.0\n", "utf-8")
    (folder / "entry_points.txt").write_text(
        "[hpmatch.comparisons]\nbirth_place = others:Other\ntext = others:Other\n", "utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugins._points.cache_clear()
    yield
    plugins._points.cache_clear()


@pytest.mark.usefixtures("other_package")
def test_two_packages_that_offer_one_name_are_told_apart(tmp_path):
    """The package that a model names decides; a model that names none is asked to."""
    assert _read(tmp_path, _content()) == hp.read_model(MODEL)
    with pytest.raises(hp.PluginError, match='offered by hpmatch-places and other-places.*"package"'):
        _read(tmp_path, _content(lambda c: c["comparisons"][-1].pop("package")))
    with pytest.raises(hp.PluginError, match=r"not installed \(hpmatch-places, other-places offers"):
        _read(tmp_path, _content(lambda c: c["comparisons"][-1].update(package="third-places>=1")))


@pytest.mark.usefixtures("other_package")
def test_no_package_takes_the_place_of_a_built_in_stage():
    """A name of hpmatch's own means hpmatch's own stage."""
    found = plugins.build("hpmatch.comparisons", {"stage": "text", "name": "town", "column": "town"})
    assert type(found).__module__ == "hpmatch.comparison.text"


def test_the_shipped_model_notes_no_package():
    """Built-in stages come with hpmatch, so the shipped model's text and fingerprint are what they were."""
    assert '"package"' not in hp.read_model("imi").to_json()


@pytest.mark.parametrize(
    ("earlier", "later"),
    [("0.9", "0.10"), ("1", "1.0.1"), ("0.1.9", "0.2"), ("", "0.1")],
)
def test_versions_are_compared_by_number(earlier, later):
    """0.10 comes after 0.9, and 1.0 is 1."""
    assert plugins._release(earlier) < plugins._release(later)
    assert plugins._release("1.0") == plugins._release("1")


@dataclass(frozen=True)
class Weighing:
    """A classifier that gives what it is told."""

    give: object

    def match_weights(self, vectors):
        return self.give(np.zeros(len(vectors.levels)))


BROKEN = {
    "not a number": lambda zeros: zeros * np.nan,
    "too few": lambda zeros: zeros[1:],
    "a column": lambda zeros: zeros[:, None],
    "words": lambda zeros: zeros.astype(str),
}


@pytest.mark.parametrize("give", BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("grouping", [True, False])
def test_a_classifier_that_gives_no_weights_is_refused(give, grouping):
    """In place of the answer that nobody is registered."""
    model = replace(hp.read_model("imi"), classifier=Weighing(give))
    model = model if grouping else replace(model, grouping=None)
    alerts, register = (
        [{name: str(number), **PERSON} for number in range(2)] for name in ("alert_id", "hpr_number")
    )
    with pytest.raises(hp.PluginError, match="Weighing has to return . match weights"):
        hp.link(alerts, register, model)
    with pytest.raises(hp.PluginError, match="Weighing has to return 1 match weights"):
        hp.dedupe(register, model)


@dataclass(frozen=True)
class Whole(Weighing):
    """The same, with what each comparison adds told as one number."""

    def partial_weights(self, vectors):
        return self.match_weights(vectors)


def test_whole_numbers_are_weights_and_partial_weights_are_one_a_comparison():
    """Else the numbers of one comparison would be shown as those of another, or the run end in an error of Python."""
    alerts, register = [{"alert_id": "1", **PERSON}], [{"hpr_number": "1", **PERSON}]
    model = replace(hp.read_model("imi"), classifier=Weighing(lambda zeros: zeros.astype(int) + 30))
    assert hp.link(alerts, register, model).summary["alerts"]["match"] == 1
    with pytest.raises(hp.PluginError, match="partial_weights of Whole has to return a row a pair"):
        hp.link(alerts, register, replace(model, classifier=Whole(model.classifier.give)))


@dataclass(frozen=True)
class Commonness:
    """A comparison whose frequencies are what it is told."""

    share: float
    name: str = "commonness"
    columns: tuple[str, ...] = ("birth_date",)
    levels: tuple[str, ...] = ("same", "different")

    def compare(self, left, right):
        return Compared(np.zeros(len(left), np.int8), np.full(len(left), self.share))


@pytest.mark.parametrize("share", [np.inf, 1.1, -0.1])
def test_frequencies_that_are_no_shares_are_refused(share):
    """They would make any agreement worth nothing."""
    alerts, register = [{"alert_id": "1", **PERSON}], [{"hpr_number": "1", **PERSON}]
    model = hp.read_model("imi")
    levels = {
        **model.classifier.levels,
        "commonness": (Level("same", 0.9, 0.5), Level("different", 0.1, 0.5)),
    }
    classifier = replace(model.classifier, levels=levels)
    model = replace(model, comparisons=(*model.comparisons, Commonness(share)), classifier=classifier)
    with pytest.raises(hp.PluginError, match="'commonness' has to return 1 frequencies from 0 to 1"):
        hp.link(alerts, register, model)


@dataclass(frozen=True)
class Levelling(Commonness):
    """A comparison whose levels are what it is told."""

    give: object = None

    def compare(self, left, right):
        return Compared(self.give(len(left)))


@pytest.mark.parametrize(
    "give",
    [lambda size: np.ones(size, bool), lambda size: np.full(size, 0.5), lambda size: np.full(size, "same")],
    ids=["true and false", "fractions", "names"],
)
def test_levels_that_are_no_whole_numbers_are_refused(give):
    """What agrees would be 1, the second level, and half a level the first."""
    alerts, register = [{"alert_id": "1", **PERSON}], [{"hpr_number": "1", **PERSON}]
    model = hp.read_model("imi")
    levels = {
        **model.classifier.levels,
        "commonness": (Level("same", 0.9, 0.5), Level("different", 0.1, 0.5)),
    }
    model = replace(
        model,
        comparisons=(*model.comparisons, Levelling(0, give=give)),
        classifier=replace(model.classifier, levels=levels),
    )
    with pytest.raises(hp.PluginError, match="'commonness' has to return 1 levels .* as whole numbers"):
        hp.link(alerts, register, model)


@pytest.mark.parametrize("thresholds", [(0.9, 1.0), (1.0, 0.9, 0.9)])
def test_thresholds_that_do_not_descend_are_refused(thresholds):
    """In the other order the best level would hold what hardly agrees, and nothing would tell."""
    with pytest.raises(hp.PluginError, match="thresholds have to descend"):
        hp.Compared.cut([1.0, 0.95], thresholds)
    assert hp.Compared.cut([1.0, 0.95], ()).levels.tolist() == [0, 0]


@dataclass(frozen=True)
class Towns:
    """A standardiser that gives values otherwise than it is asked for."""

    give: object
    column: str = "town"
    roles: tuple[str, ...] = ("birth_place",)
    kind = pa.string()

    def standardise(self, texts):
        return self.give([text or None for text in texts])


@pytest.mark.parametrize(
    ("give", "says"),
    [
        (lambda towns: towns[1:], r"gave \d values for \d cells"),
        (lambda towns: [*towns, None], r"gave \d values for \d cells"),
        (lambda towns: [3.5 for _ in towns], "gave a value that is no string"),
        (lambda towns: None, r"gave a NoneType for \d cells; it has to give one value for each"),
    ],
)
def test_a_standardiser_that_loses_a_value_is_refused(give, says):
    """Or each record behind it would get that of another."""
    model = hp.read_model("imi")
    model = replace(model, standardisers=(*model.standardisers, Towns(give)))
    alerts = [{"alert_id": town, "birth_place": town, **PERSON} for town in ("Oslo", "Molde")]
    with pytest.raises(hp.PluginError, match=f"Towns {says}") as refused:
        hp.link(alerts, [{"hpr_number": "1", **PERSON}], model)
    assert "Oslo" not in str(refused.value)


def _fail(*_):
    raise ValueError("Berg")


@dataclass(frozen=True)
class FailingRule:
    """A blocking rule that fails."""

    name: str = "town"
    columns: tuple[str, ...] = ("family_name",)
    keys = _fail


@dataclass(frozen=True)
class FailingPairRule:
    """One that pairs rows itself."""

    name: str = "town"
    columns: tuple[str, ...] = ("family_name",)
    pairs = _fail


@dataclass(frozen=True)
class FailingComparison:
    """A comparison that fails."""

    name: str = "town"
    columns: tuple[str, ...] = ("family_name",)
    levels: ClassVar = ("same", "different")
    compare = _fail


@pytest.mark.parametrize(
    ("failing", "named"),
    [
        ({"standardisers": (*hp.read_model("imi").standardisers, Towns(_fail))}, "Towns"),
        ({"blocking_rules": (FailingRule(),)}, "FailingRule 'town'"),
        ({"blocking_rules": (FailingPairRule(),)}, "FailingPairRule 'town'"),
        ({"comparisons": (FailingComparison(),), "classifier": Weighing(abs)}, "FailingComparison 'town'"),
        ({"classifier": Weighing(_fail)}, "Weighing"),
    ],
)
def test_a_stage_that_fails_is_named_with_the_line_and_without_what_it_says(failing, named):
    """Its error may hold a cell: int("Berg") says so."""
    model = replace(hp.read_model("imi"), stand_ins={}, grouping=None, **failing)
    alerts = [{"alert_id": "1", "birth_place": "Oslo", **PERSON}]
    with pytest.raises(
        hp.PluginError, match=f"^{named} failed: ValueError in test_plugins.py, line "
    ) as told:
        hp.link(alerts, [{"hpr_number": "1", **PERSON}], model)
    assert "Berg" not in "".join(format_exception(told.value))


@pytest.fixture
def broken_package(tmp_path, monkeypatch):
    """A package whose stages cannot be loaded or made."""
    (tmp_path / "broken.py").write_text(
        "class Strict:\n    def __init__(self):\n        raise ValueError('limit')\n", "utf-8"
    )
    folder = tmp_path / "hpmatch_broken-1.0.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: hpmatch-broken\nVersion: 1.0\n", "utf-8")
    (folder / "entry_points.txt").write_text(
        "[hpmatch.comparisons]\ngone = nowhere:Stage\nlacking = broken:Other\nstrict = broken:Strict\n",
        "utf-8",
    )
    monkeypatch.syspath_prepend(tmp_path)
    plugins._points.cache_clear()
    yield
    plugins._points.cache_clear()


@pytest.mark.usefixtures("broken_package")
@pytest.mark.parametrize(
    ("group", "offered"),
    [("comparisons", "gone, lacking, strict"), ("classifiers", "none")],
)
def test_a_stage_that_an_installed_package_does_not_offer_is_none_to_install(group, offered):
    """To install again what is there would not help; the stage was renamed, or is one of another kind."""
    with pytest.raises(
        hp.PluginError, match=f"is installed and does not offer it; it offers {offered} there"
    ):
        plugins.build(f"hpmatch.{group}", {"stage": "town", "package": "hpmatch-broken>=1.0"})


@pytest.mark.usefixtures("broken_package")
@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("gone", "hpmatch-broken, which cannot be imported"),
        ("lacking", "hpmatch-broken, which cannot be imported"),
        ("strict", "cannot be made with .*limit"),
    ],
)
def test_a_broken_plug_in_is_named(name, says):
    """It cannot be imported, or not be made."""
    with pytest.raises(hp.PluginError, match=says):
        plugins.build("hpmatch.comparisons", {"stage": name})
