"""hpmatch itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import hpmatch as hp
from benchmarks.engines.answer import Answer

_ALL_PAIRS = -1000.0


def prepare(data: Path, seed: int) -> Callable[[], Answer]:
    """Nothing is prepared: hpmatch reads the files itself."""
    del seed

    def job() -> Answer:
        result = hp.link(data / "alerts.csv", data / "register.csv", min_weight=_ALL_PAIRS)
        return Answer(
            result.links,
            result.dispositions.select(["alert_id", "disposition", "hpr_number"]),
            dict(result.summary),
        )

    return job
