"""
Stages by name.

A model file names its stages; the names are looked up among the entry points of installed packages. The built-in
stages are found the same way, so a third party's stage is in no way second to them.
"""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import entry_points
from typing import Any

from hpmatch.errors import PluginError
from hpmatch.protocols import BlockingRule, Classifier, Comparison, JointComparison, PairRule, Standardiser

GROUPS: Mapping[str, tuple[type, ...]] = {
    "hpmatch.standardisers": (Standardiser,),
    "hpmatch.blocking_rules": (BlockingRule, PairRule),
    "hpmatch.comparisons": (Comparison, JointComparison),
    "hpmatch.classifiers": (Classifier,),
}


def build(group: str, specification: Mapping[str, Any]) -> Any:
    """
    Make a stage from its specification in a model file.

    Args:
        group: The entry point group, such as "hpmatch.comparisons".
        specification: The stage's name under "stage", and its parameters.

    Raises:
        PluginError: If no installed package has the stage, or it cannot be made with these parameters.

    Example:
        >>> build("hpmatch.comparisons", {"stage": "text", "name": "birth_place", "column": "birth_place"})
        Text(name='birth_place', column='birth_place')
    """
    name = specification.get("stage")
    parameters = {key: _frozen(value) for key, value in specification.items() if key != "stage"}
    made_by = _find(group, str(name))
    try:
        stage = made_by.from_json(parameters) if hasattr(made_by, "from_json") else made_by(**parameters)
    except TypeError as error:
        raise PluginError(
            f"stage {name!r} of {group} cannot be made with {sorted(parameters)}: {error}"
        ) from error
    return checked(group, stage)


def checked(group: str, stage: Any) -> Any:
    """
    The stage itself, if it has what its protocol asks for.

    Raises:
        PluginError: If it lacks an attribute or method, naming it.
    """
    protocols = GROUPS[group]
    if any(isinstance(stage, protocol) for protocol in protocols):
        return stage
    wanted = {member for member in dir(protocols[0]) if not member.startswith("_")}
    lacking = sorted(member for member in wanted if not hasattr(stage, member))
    raise PluginError(f"{type(stage).__name__} cannot serve in {group}: it lacks {', '.join(lacking)}")


def describe(group: str, stage: Any) -> dict[str, Any]:
    """
    The specification of a stage, for a model file.

    Raises:
        PluginError: If no entry point leads to the stage's class, or it is no dataclass.
    """
    # By its path, so that no other package's stage has to be imported.
    home = f"{type(stage).__module__}:{type(stage).__qualname__}"
    names = [point.name for point in _points(group).values() if point.value == home]
    if not names or not is_dataclass(stage):
        raise PluginError(
            f"{type(stage).__name__} cannot be saved in a model: it has to be a dataclass that a package offers as an "
            f"entry point in {group}"
        )
    if hasattr(stage, "to_json"):
        return {"stage": names[0], **stage.to_json()}
    return {"stage": names[0], **{field.name: getattr(stage, field.name) for field in fields(stage)}}


def _find(group: str, name: str) -> Any:
    points = _points(group)
    if name not in points:
        raise PluginError(
            f"no installed package offers {name!r} in {group}; there is {', '.join(sorted(points)) or 'none'}. "
            f"Install the package that the model was made with, or reinstall hpmatch"
        )
    found = points[name].load()
    if not inspect.isclass(found) and not callable(found):
        raise PluginError(f"entry point {name!r} of {group} leads to {found!r}, which makes no stage")
    return found


@cache
def _points(group: str) -> dict[str, Any]:
    return {point.name: point for point in entry_points(group=group)}


def _frozen(value: Any) -> Any:
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
