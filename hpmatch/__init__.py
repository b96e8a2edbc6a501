"""
Entity resolution of health personnel across borders.

Start with ``link``: it holds alerts against a register and answers for every one. ``hpmatch/link.py`` shows how.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hpmatch.calibration import Calibration as Calibration
    from hpmatch.calibration import calibrate as calibrate
    from hpmatch.comparison.full_names import name_similarity as name_similarity
    from hpmatch.comparison.full_names.explanation import explain_names as explain_names
    from hpmatch.decision import DecisionRule as DecisionRule
    from hpmatch.dedupe import dedupe as dedupe
    from hpmatch.errors import HpmatchError as HpmatchError
    from hpmatch.errors import LedgerError as LedgerError
    from hpmatch.errors import ModelError as ModelError
    from hpmatch.errors import PluginError as PluginError
    from hpmatch.errors import SchemaError as SchemaError
    from hpmatch.errors import SourceError as SourceError
    from hpmatch.evaluation import Evaluation as Evaluation
    from hpmatch.evaluation import evaluate as evaluate
    from hpmatch.evaluation.blocking import BlockingReport as BlockingReport
    from hpmatch.evaluation.blocking import blocking_report as blocking_report
    from hpmatch.evidence import Hit as Hit
    from hpmatch.explain import Explanation as Explanation
    from hpmatch.fellegi_sunter import FellegiSunter as FellegiSunter
    from hpmatch.fellegi_sunter import Level as Level
    from hpmatch.generate import generate as generate
    from hpmatch.inquiry import Missing as Missing
    from hpmatch.inquiry import Question as Question
    from hpmatch.inquiry import what_is_missing as what_is_missing
    from hpmatch.inquiry import what_to_ask as what_to_ask
    from hpmatch.ledger import Ledger as Ledger
    from hpmatch.ledger.forget import forget as forget
    from hpmatch.link import link as link
    from hpmatch.missed import RecallEstimate as RecallEstimate
    from hpmatch.missed import estimate_recall as estimate_recall
    from hpmatch.missed import recall_sample as recall_sample
    from hpmatch.model import Model as Model
    from hpmatch.model import read_model as read_model
    from hpmatch.protocols import Compared as Compared
    from hpmatch.protocols import Keys as Keys
    from hpmatch.protocols import Pairs as Pairs
    from hpmatch.reconcile import Reconciled as Reconciled
    from hpmatch.reconcile import reconcile as reconcile
    from hpmatch.records import Column as Column
    from hpmatch.records import Records as Records
    from hpmatch.register import Register as Register
    from hpmatch.register import source_version as source_version
    from hpmatch.rescreen import rescreen as rescreen
    from hpmatch.rescreen.standing import AlertsInForce as AlertsInForce
    from hpmatch.results import Deduplicated as Deduplicated
    from hpmatch.results import Result as Result
    from hpmatch.schema import Schema as Schema
    from hpmatch.screening import Answer as Answer
    from hpmatch.screening import Score as Score
    from hpmatch.screening import score as score
    from hpmatch.thresholds import Thresholds as Thresholds
    from hpmatch.thresholds import thresholds as thresholds
    from hpmatch.training import train as train
    from hpmatch.training.trained import Trained as Trained

# Modules are imported when a name is first used, so that `import hpmatch` costs next to nothing.
_HOMES = {
    "AlertsInForce": "rescreen.standing",
    "Answer": "screening",
    "BlockingReport": "evaluation.blocking",
    "Calibration": "calibration",
    "Column": "records",
    "Compared": "protocols",
    "DecisionRule": "decision",
    "Deduplicated": "results",
    "Evaluation": "evaluation",
    "Explanation": "explain",
    "FellegiSunter": "fellegi_sunter",
    "Hit": "evidence",
    "HpmatchError": "errors",
    "Keys": "protocols",
    "Ledger": "ledger",
    "LedgerError": "errors",
    "Level": "fellegi_sunter",
    "Missing": "inquiry",
    "Model": "model",
    "ModelError": "errors",
    "Pairs": "protocols",
    "PluginError": "errors",
    "Question": "inquiry",
    "RecallEstimate": "missed",
    "Reconciled": "reconcile",
    "Records": "records",
    "Register": "register",
    "Result": "results",
    "Schema": "schema",
    "SchemaError": "errors",
    "Score": "screening",
    "SourceError": "errors",
    "Thresholds": "thresholds",
    "Trained": "training.trained",
    "blocking_report": "evaluation.blocking",
    "calibrate": "calibration",
    "dedupe": "dedupe",
    "estimate_recall": "missed",
    "evaluate": "evaluation",
    "explain_names": "comparison.full_names.explanation",
    "forget": "ledger.forget",
    "generate": "generate",
    "link": "link",
    "name_similarity": "comparison.full_names",
    "read_model": "model",
    "recall_sample": "missed",
    "reconcile": "reconcile",
    "rescreen": "rescreen",
    "score": "screening",
    "source_version": "register",
    "thresholds": "thresholds",
    "train": "training",
    "what_is_missing": "inquiry",
    "what_to_ask": "inquiry",
}

__all__ = list(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'hpmatch' has no attribute {name!r}")
    value = getattr(import_module(f"hpmatch.{_HOMES[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(_HOMES)


class _Package(ModuleType):
    """A package in which importing the module ``link`` does not hide the function ``link``."""

    def __setattr__(self, name: str, value: Any) -> None:
        is_home = isinstance(value, ModuleType) and _HOMES.get(name) == name
        super().__setattr__(name, getattr(value, name) if is_home else value)


sys.modules[__name__].__class__ = _Package
