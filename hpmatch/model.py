"""Models: which stages make up a matcher, with the numbers they need, as a JSON file that a person can read."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from functools import cache, cached_property
from importlib import resources
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hpmatch import plugins
from hpmatch.blocking import DEFAULT_MAX_BLOCK
from hpmatch.comparison import parts_of
from hpmatch.decision import DecisionRule
from hpmatch.errors import ModelError, PluginError, SourceError
from hpmatch.fellegi_sunter import FellegiSunter
from hpmatch.files import check_file, write_text
from hpmatch.grouping import Grouping
from hpmatch.protocols import (
    BlockingRule,
    Classifier,
    Comparison,
    JointComparison,
    PairRule,
    Standardiser,
)
from hpmatch.schema import RECORD_ROLES
from hpmatch.shown import on_one_line

FORMAT = "hpmatch-model"
FORMAT_VERSION = 1
ALERTS, RECORDS = SUBJECTS = ("alerts", "records")


@dataclass(frozen=True)
class Model:
    """
    A matcher: the stages and the numbers they need.

    Args:
        name: Its name.
        standardisers: What makes the columns.
        blocking_rules: Which pairs are worth comparing.
        comparisons: What pairs are compared by.
        classifier: How the evidence is weighed.
        decision: How weights become decisions.
        max_block: A blocking key that more registered persons hold is cut off.
        about: What it is for and where its numbers come from.
        grouping: When alerts are about one person; None takes each for a person of its own.
        subject: What its tables hold: "alerts" and a register of persons, or "records" of any kind.
        stand_ins: For each comparison that stands in for another, the other. It says nothing where that one finds something,
            be it in another alert about the person.

    Raises:
        PluginError: If a stage does not keep its protocol.
        ModelError: If two stages share a name or column, a rule or comparison reads no column that is made, the classifier's numbers
            do not fit the comparisons, or a stand-in names one that is none.
    """

    name: str
    standardisers: tuple[Standardiser, ...]
    blocking_rules: tuple[BlockingRule | PairRule, ...]
    comparisons: tuple[Comparison | JointComparison, ...]
    classifier: Classifier
    decision: DecisionRule
    max_block: int = DEFAULT_MAX_BLOCK
    about: str = ""
    grouping: Grouping | None = None
    subject: str = ALERTS
    stand_ins: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return on_one_line(
            self, self.name, comparisons=len(self.parts), blocking_rules=len(self.blocking_rules)
        )

    def __post_init__(self) -> None:
        for group, stages in self._stages().items():
            for stage in stages:
                plugins.checked(group, stage)
        names = [comparison.name for comparison in self.parts]
        self._check_distinct("comparisons", "name", names)
        self._check_distinct("blocking rules", "name", [rule.name for rule in self.blocking_rules])
        self._check_distinct("standardisers", "column", [stage.column for stage in self.standardisers])
        self._check_made()
        if not isinstance(self.max_block, int) or self.max_block < 1:
            raise ModelError(f"model {self.name!r}: max_block has to be a whole number of at least 1")
        if self.subject not in SUBJECTS:
            raise ModelError(f"model {self.name!r}: subject has to be one of {', '.join(SUBJECTS)}")
        self._check_grouping()
        self._check_stand_ins(names)
        if isinstance(self.classifier, FellegiSunter):
            for comparison in self.parts:
                named = tuple(level.level for level in self.classifier.levels.get(comparison.name, ()))
                if named != tuple(comparison.levels):
                    raise ModelError(
                        f"model {self.name!r}: comparison {comparison.name!r} has the levels {list(comparison.levels)}, "
                        f"the classifier has numbers for {list(named)}"
                    )

    def _check_distinct(self, stages: str, what: str, found: Sequence[str]) -> None:
        for name in found:
            if found.count(name) > 1:
                raise ModelError(
                    f"model {self.name!r}: two {stages} have one {what}, {name!r}; each needs its own"
                )

    def _check_made(self) -> None:
        """Refuse a rule or comparison of which no standardiser makes a column: it would find nothing, and nobody would know."""
        made = [stage.column for stage in self.standardisers]
        for stage in (*self.blocking_rules, *self.comparisons):
            if stage.columns and not set(made).intersection(stage.columns):
                raise ModelError(
                    f"model {self.name!r}: no standardiser makes a column that {stage.name!r} reads ({', '.join(stage.columns)}); they "
                    f"make {', '.join(made) or 'none'}. Add one, such as PlainText({stage.columns[0]!r}), or name a column that is made"
                )

    def _check_stand_ins(self, names: Collection[str]) -> None:
        for name, other in self.stand_ins.items():
            if name in names and other not in names:
                raise ModelError(
                    f"model {self.name!r}: comparison {name!r} stands in for {other!r}, which is none; take it out of stand_ins"
                )

    def _check_grouping(self) -> None:
        levels = {comparison.name: comparison.levels for comparison in self.parts}
        for name, apart in (self.grouping.apart if self.grouping else {}).items():
            if unknown := sorted(set(apart) - set(levels.get(name, ()))):
                raise ModelError(
                    f"model {self.name!r}: grouping keeps alerts apart by level {unknown[0]!r} of {name!r}, which is none"
                )

    @cached_property
    def parts(self) -> tuple[Comparison, ...]:
        """All comparisons that the classifier weighs, with the parts of joint ones in their place."""
        return parts_of(self.comparisons)

    @cached_property
    def own_roles(self) -> tuple[str, ...]:
        """What its standardisers read besides the project's own roles: columns of these very names, such as a town."""
        read = dict.fromkeys(role for stage in self.standardisers for role in stage.roles)
        return tuple(role for role in read if role not in RECORD_ROLES)

    @cached_property
    def preparing(self) -> str:
        """A fingerprint of all that prepares a register: standardisers, blocking rules, tables, version."""
        stages = {
            group: self._stages()[group] for group in ("hpmatch.standardisers", "hpmatch.blocking_rules")
        }
        described = {
            group: [plugins.describe(group, stage) for stage in each] for group, each in stages.items()
        }
        digest = hashlib.sha256(json.dumps(described, sort_keys=True).encode())
        digest.update(version("hpmatch").encode())
        for table in sorted(resources.files("hpmatch.data").iterdir(), key=lambda path: path.name):
            if table.name.endswith(".csv"):
                digest.update(table.read_bytes())
        return digest.hexdigest()

    def _stages(self) -> dict[str, tuple[Any, ...]]:
        return {
            "hpmatch.standardisers": self.standardisers,
            "hpmatch.blocking_rules": self.blocking_rules,
            "hpmatch.comparisons": self.comparisons,
            "hpmatch.classifiers": (self.classifier,),
        }

    def to_json(self) -> str:
        """
        The model as the text of a JSON file.

        Raises:
            PluginError: If a stage has no entry point, so that no file could name it.
        """
        stages = {
            group: [plugins.describe(group, stage) for stage in stages]
            for group, stages in self._stages().items()
        }
        content = {
            "format": FORMAT,
            "format_version": FORMAT_VERSION,
            "name": self.name,
            "about": self.about,
            "standardisers": stages["hpmatch.standardisers"],
            "blocking_rules": stages["hpmatch.blocking_rules"],
            "max_block": self.max_block,
            "comparisons": stages["hpmatch.comparisons"],
            "classifier": stages["hpmatch.classifiers"][0],
            "decision": asdict(self.decision),
            **({"grouping": _grouping_to_json(self.grouping)} if self.grouping else {}),
            **({"subject": self.subject} if self.subject != ALERTS else {}),
            **({"stand_ins": dict(self.stand_ins)} if self.stand_ins else {}),
        }
        return json.dumps(content, indent=2, ensure_ascii=False) + "\n"

    def save(self, path: str | Path) -> None:
        """
        Write the model to a JSON file, whole or not at all.

        Raises:
            PluginError: If a stage has no entry point, so that no file could name it.
            SourceError: If the file cannot be written, or is there and no model.
        """
        check_model_file(path)
        write_text(path, self.to_json())

    @property
    def made_by(self) -> dict[str, str]:
        """What a summary says of the model that made a result; see ``model_that_made`` and ``subject_of``."""
        subject = {"subject": self.subject} if self.subject != ALERTS else {}
        return {"name": self.name, "sha256": self.fingerprint, **subject}

    @property
    def is_shipped(self) -> bool:
        """Whether its name gives it back, as it is."""
        return self.name in _shipped() and self.fingerprint == _shipped_model(self.name).fingerprint

    @cached_property
    def fingerprint(self) -> str:
        """The SHA-256 of the model's JSON text, or "" for a model that no file could hold."""
        try:
            return hashlib.sha256(self.to_json().encode()).hexdigest()
        except PluginError:
            return ""

    def _repr_html_(self) -> str:
        from hpmatch.html import model_html  # noqa: PLC0415 - only notebooks need it

        return model_html(self)

    def with_decision(self, **changes: float) -> Model:
        """The same model with other thresholds, for example ``with_decision(match=0.99)``."""
        return replace(self, decision=replace(self.decision, **changes))


def check_model_file(path: str | Path) -> None:
    """
    Make sure that a model can be saved to a file, before the work begins.

    Raises:
        SourceError: If the file cannot be written, or is there and no model.
    """
    if Path(path).is_file() and not _is_model(Path(path)):
        raise SourceError(f"{path} is there already and is no model; name another file")
    check_file(path)


def _is_model(path: Path) -> bool:
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(content, dict) and "comparisons" in content


def read_model(model: Model | str | Path) -> Model:
    """
    Read a model.

    Args:
        model: A model, the name of a shipped one ("imi"), or the path of a JSON file.

    Raises:
        ModelError: If there is no such model, or the file does not hold together.
        PluginError: If it names a stage that is not installed.

    Example:
        >>> read_model("imi").name
        'imi'
    """
    if isinstance(model, Model):
        return model
    if not isinstance(model, (str, Path)):
        raise ModelError(
            f"a {type(model).__name__} is no model; give a Model, the name of a shipped one or the path of a model file"
        )
    shipped = _shipped()
    if str(model) in shipped:
        return _shipped_model(str(model))
    try:
        return _parse(Path(model).read_text("utf-8"), str(model))
    except OSError as error:
        raise ModelError(
            f"no model {str(model)!r}: there is no such file, and the shipped models are {', '.join(sorted(shipped))}"
        ) from error
    except UnicodeDecodeError as error:
        raise ModelError(f"model {model} is not a text file") from error


def model_that_made(made_by: Mapping[str, str], given: Model | str | Path | None = None) -> Model:
    """
    The model that made a result.

    Args:
        made_by: What the result's summary says of it, ``name`` and ``sha256``.
        given: The model that is said to be it; None for the shipped model of that name.

    Raises:
        ModelError: If that is another model, or there is none of that name.

    Example:
        >>> imi = read_model("imi")
        >>> model_that_made({"name": "imi", "sha256": imi.fingerprint}) is imi
        True
    """
    name, sha256 = made_by.get("name", ""), made_by.get("sha256")
    if given is None and name not in _shipped():
        raise ModelError(f"the result was made by model {name!r}, which is no shipped one; give it (--model)")
    model = read_model(name if given is None else given)
    if not sha256 or model.fingerprint != sha256:
        raise ModelError(
            f"the result was made by another model ({name!r}) than {model.name!r} here, their SHA-256 differ; give that one"
        )
    return model


def subject_of(summary: Mapping[str, Any]) -> str:
    """What was linked, by the summary of a result: "alerts" and a register, or "records" of any kind."""
    return str(summary.get("model", {}).get("subject", ALERTS))


@cache
def _shipped() -> dict[str, Any]:
    folder = resources.files("hpmatch.data").joinpath("models")
    return {path.name.removesuffix(".json"): path for path in folder.iterdir() if path.name.endswith(".json")}


@cache
def _shipped_model(name: str) -> Model:
    return _parse(_shipped()[name].read_text("utf-8"), name)


def _parse(text: str, source: str) -> Model:
    try:
        content = json.loads(text)
        version = (content["format"], content["format_version"])
        if version != (FORMAT, FORMAT_VERSION):
            raise ModelError(
                f"model {source}: format {version[0]} {version[1]}; this release reads {FORMAT} {FORMAT_VERSION}"
            )
        return Model(
            name=content["name"],
            about=content.get("about", ""),
            standardisers=_build("hpmatch.standardisers", content["standardisers"]),
            blocking_rules=_build("hpmatch.blocking_rules", content["blocking_rules"]),
            comparisons=_build("hpmatch.comparisons", content["comparisons"]),
            classifier=plugins.build("hpmatch.classifiers", content["classifier"]),
            decision=DecisionRule(**content["decision"]),
            max_block=content.get("max_block", DEFAULT_MAX_BLOCK),
            grouping=Grouping(**content["grouping"]) if "grouping" in content else None,
            subject=content.get("subject", ALERTS),
            stand_ins=content.get("stand_ins", {}),
        )
    except json.JSONDecodeError as error:
        raise ModelError(f"model {source} is not JSON: line {error.lineno}: {error.msg}") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"model {source} does not hold together: {error!r}") from error


def _grouping_to_json(grouping: Grouping) -> dict[str, Any]:
    return {**vars(grouping), "apart": {name: list(levels) for name, levels in grouping.apart.items()}}


def _build(group: str, specifications: list[dict[str, Any]]) -> tuple[Any, ...]:
    return tuple(plugins.build(group, specification) for specification in specifications)
