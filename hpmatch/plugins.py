"""
Stages by name.

A model file names its stages; the names are looked up among the entry points of installed packages. The built-in
stages are found the same way, so a third party's stage is in no way second to them. Of a stage that is not built in the
file also names the package, with the version that the model was made with or a later one.
"""

from __future__ import annotations

import inspect
import re
import shlex
import traceback
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from functools import cache
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from typing import Any

import numpy as np

from hpmatch.arrays import FloatArray
from hpmatch.errors import HpmatchError, PluginError
from hpmatch.protocols import (
    BlockingRule,
    Classifier,
    Comparison,
    ComparisonVectors,
    JointComparison,
    PairRule,
    Standardiser,
)

GROUPS: Mapping[str, tuple[type, ...]] = {
    "hpmatch.standardisers": (Standardiser,),
    "hpmatch.blocking_rules": (BlockingRule, PairRule),
    "hpmatch.comparisons": (Comparison, JointComparison),
    "hpmatch.classifiers": (Classifier,),
}


_NUMBERS = "iuf"
_SEVERAL = ("columns", "roles", "levels")


def build(group: str, specification: Mapping[str, Any]) -> Any:
    """
    Make a stage from its specification in a model file.

    Args:
        group: The entry point group, such as "hpmatch.comparisons".
        specification: The stage's name under "stage", the package that it comes from under "package" unless it is built
            in ("hpmatch-places>=0.1"), and its parameters.

    Raises:
        PluginError: If no installed package has the stage, the package is too old, or the stage cannot be made with these
            parameters.

    Example:
        >>> build("hpmatch.comparisons", {"stage": "text", "name": "birth_place", "column": "birth_place"})
        Text(name='birth_place', column='birth_place')
    """
    name = specification.get("stage")
    parameters = {key: _frozen(value) for key, value in specification.items() if key not in _NO_PARAMETERS}
    made_by = _find(group, str(name), specification.get("package"))
    try:
        stage = made_by.from_json(parameters) if hasattr(made_by, "from_json") else made_by(**parameters)
    except HpmatchError:
        raise
    except (TypeError, ValueError, LookupError) as error:
        raise PluginError(
            f"stage {name!r} of {group} cannot be made with {sorted(parameters)}: {error}"
        ) from error
    return checked(group, stage)


def checked(group: str, stage: Any) -> Any:
    """
    The stage itself, if it has what its protocol asks for.

    Raises:
        PluginError: If it is a class, lacks an attribute or method, or has one text in the place of several.
    """
    if inspect.isclass(stage):
        raise PluginError(
            f"{stage.__name__} is a class and no stage; give one made by it: {stage.__name__}(...)"
        )
    for several in _SEVERAL:
        if isinstance(text := getattr(stage, several, ()), str):
            raise PluginError(
                f"{type(stage).__name__} cannot serve in {group}: its {several} are one text, whose letters would be taken; give "
                f"a tuple: ({text!r},)"
            )
    protocols = GROUPS[group]
    if any(isinstance(stage, protocol) for protocol in protocols):
        return stage
    wanted = {member for member in dir(protocols[0]) if not member.startswith("_")}
    lacking = sorted(member for member in wanted if not hasattr(stage, member))
    raise PluginError(f"{type(stage).__name__} cannot serve in {group}: it lacks {', '.join(lacking)}")


@contextmanager
def work_of(stage: Any) -> Iterator[None]:
    """
    Tell of an error of a stage's own by the stage, the error's kind and the line; what it says may name a person.

    Raises:
        PluginError: If the stage fails.

    Example:
        >>> with work_of(dict()):
        ...     int("Berg")
        Traceback (most recent call last):
        hpmatch.errors.PluginError: dict failed: ValueError in ...
    """
    try:
        yield
    except (HpmatchError, MemoryError, OSError):
        raise
    except Exception as error:  # noqa: BLE001 - of a stage any may come
        *_, at = traceback.extract_tb(error.__traceback__)
        name = getattr(stage, "name", "")
        raise PluginError(
            f"{type(stage).__name__}{f' {name!r}' if name else ''} failed: {type(error).__name__} in {Path(at.filename).name}, "
            f"line {at.lineno}"
        ) from None


def checked_weights(classifier: Classifier, vectors: ComparisonVectors) -> FloatArray:
    """
    The match weights that a classifier gives, without the prior.

    Raises:
        PluginError: If it does not give a number for each pair.
    """
    with work_of(classifier):
        found = np.asarray(classifier.match_weights(vectors))
    if (
        found.shape != (len(vectors.levels),)
        or found.dtype.kind not in _NUMBERS
        or not np.isfinite(found).all()
    ):
        raise PluginError(
            f"{type(classifier).__name__} has to return {len(vectors.levels)} match weights, one a pair, each a finite number"
        )
    return np.asarray(found, np.float64)


def checked_partial_weights(classifier: Classifier, vectors: ComparisonVectors) -> FloatArray | None:
    """
    What each comparison adds to the match weights, where a classifier tells it.

    Raises:
        PluginError: If it does not give a number for each pair and comparison.
    """
    weigh = getattr(classifier, "partial_weights", None)
    if weigh is None:
        return None
    with work_of(classifier):
        found = np.asarray(weigh(vectors))
    if found.shape != vectors.levels.shape or found.dtype.kind not in _NUMBERS:
        raise PluginError(
            f"partial_weights of {type(classifier).__name__} has to return a row a pair ({len(vectors.levels)}) of a number a "
            f"comparison ({len(vectors.names)})"
        )
    return np.asarray(found, np.float64)


def describe(group: str, stage: Any) -> dict[str, Any]:
    """
    The specification of a stage, for a model file.

    Raises:
        PluginError: If no entry point leads to the stage's class, or it is no dataclass.
    """
    parameters = stage.to_json() if hasattr(stage, "to_json") else None
    # By its path, so that no other package's stage has to be imported.
    home = f"{type(stage).__module__}:{type(stage).__qualname__}"
    points = [point for each in _points(group).values() for point in each if point.value == home]
    if not points or not is_dataclass(stage):
        raise PluginError(
            f"{type(stage).__name__} cannot be saved in a model: it has to be a dataclass that a package offers as an "
            f"entry point in {group}"
        )
    if parameters is None:
        parameters = {field.name: getattr(stage, field.name) for field in fields(stage)}
    return {"stage": points[0].name, **_package_of(points[0]), **parameters}


_BUILT_IN = "hpmatch"
_NO_PARAMETERS = ("stage", "package")


def _package_of(point: EntryPoint) -> dict[str, str]:
    """The package of a stage that is not built in, with its version, as pip reads it."""
    if _distribution(point) == _BUILT_IN:
        return {}
    return {"package": f"{_distribution(point)}>={_version(point)}"}


def _find(group: str, name: str, package: str | None) -> Any:
    offered = _points(group).get(name, ())
    point = _of_package(group, name, package, offered) if package else _only(group, name, offered)
    try:
        found = point.load()
    except (ImportError, AttributeError) as error:
        raise PluginError(
            f"stage {name!r} of {group} is offered by {_distribution(point)}, which cannot be imported ({error}); reinstall it"
        ) from error
    if not inspect.isclass(found) and not callable(found):
        raise PluginError(f"entry point {name!r} of {group} leads to {found!r}, which makes no stage")
    return found


def _only(group: str, name: str, offered: Sequence[EntryPoint]) -> EntryPoint:
    """The one that offers a stage; the built-in one goes before others of its name."""
    if not offered:
        raise PluginError(
            f"no installed package offers {name!r} in {group}; there is {', '.join(sorted(_points(group))) or 'none'}. "
            f"Install the package that the model was made with, or reinstall hpmatch"
        )
    built_in = [point for point in offered if _distribution(point) == _BUILT_IN]
    if len(built_in or offered) > 1:
        packages = sorted(map(_distribution, offered))
        raise PluginError(
            f"stage {name!r} of {group} is offered by {' and '.join(packages)}; say in the model which of them is "
            f'meant: "package": "{packages[0]}"'
        )
    return (built_in or offered)[0]


def _of_package(group: str, name: str, package: str, offered: Sequence[EntryPoint]) -> EntryPoint:
    """The one that a package offers, in the version that is asked for or a later one."""
    wanted, _, version = (part.strip() for part in str(package).partition(">="))
    advice = f"pip install {shlex.quote(str(package))}"
    for point in offered:
        if _plain_name(_distribution(point)) == _plain_name(wanted):
            if _release(_version(point)) < _release(version):
                raise PluginError(
                    f"the model needs stage {name!r} of {wanted} {version} or later, and {_version(point)} is installed: {advice}"
                )
            return point
    if _is_installed(wanted):
        there = sorted(
            point.name
            for each in _points(group).values()
            for point in each
            if _plain_name(_distribution(point)) == _plain_name(wanted)
        )
        raise PluginError(
            f"the model needs stage {name!r} in {group} of {wanted}, which is installed and does not offer it; it offers "
            f"{', '.join(there) or 'none'} there. Name one of these, or install the version that the model was made with"
        )
    others = sorted(map(_distribution, offered))
    also = f" ({', '.join(others)} offers one of that name, which is another)" if others else ""
    raise PluginError(
        f"the model needs stage {name!r} in {group} of a package that is not installed{also}: {advice}"
    )


def _distribution(point: EntryPoint) -> str:
    return _name_of(point.dist) if point.dist else ""


def _is_installed(package: str) -> bool:
    """Whether any stage is of a package."""
    points = (point for group in GROUPS for each in _points(group).values() for point in each)
    return any(_plain_name(_distribution(point)) == _plain_name(package) for point in points)


@cache
def _name_of(distribution: Distribution) -> str:
    """Kept, for each time it is asked for a file is read and parsed, and a model has some thirty stages."""
    return str(distribution.name)


def _version(point: EntryPoint) -> str:
    return point.dist.version.partition("+")[0] if point.dist else "0"


def _plain_name(distribution: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", distribution).lower()


def _release(version: str) -> tuple[int, ...]:
    """The numbers of a release, without zeros at the end; what comes behind them (rc1, .dev0) is not looked at."""
    numbers = re.match(r"[\d.]*", version)
    found = [int(number) for number in numbers.group().split(".") if number] if numbers else []
    while found and not found[-1]:
        found.pop()
    return tuple(found)


@cache
def _points(group: str) -> dict[str, tuple[EntryPoint, ...]]:
    """The entry points of a group by name; several packages may offer one of the same name."""
    points: dict[str, tuple[EntryPoint, ...]] = {}
    for point in entry_points(group=group):
        points[point.name] = (*points.get(point.name, ()), point)
    return points


def _frozen(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _frozen(each) for key, each in value.items()}
    return tuple(map(_frozen, value)) if isinstance(value, list) else value
