"""When two alerts are taken to be about one person: what a model says of it. ``alerts/`` goes by it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from hpmatch.decision import check_shares, log_odds

# A few alerts are a sample of many, so that their number says nothing of how likely two are about one person.
_ALERTS_AT_LARGE = 10_000


@dataclass(frozen=True)
class Grouping:
    """
    When alerts are taken to be about one person.

    Args:
        repeated_share: The share of alerts whose person another alert is about, before anything is compared.
        same_person: The probability from which two alerts may be put together.
        apart: Comparison levels that keep two alerts apart whatever else agrees, by comparison.
        one_decision: The share of the alerts of one country about one person that are about one decision; None where the
            days of alerts say nothing.

    Raises:
        ModelError: If a number is no probability, naming it.
    """

    repeated_share: float
    same_person: float
    apart: Mapping[str, Sequence[str]] = field(default_factory=dict)
    one_decision: float | None = None

    def __post_init__(self) -> None:
        check_shares("grouping", {"repeated_share": self.repeated_share, "same_person": self.same_person})
        if self.one_decision is not None:
            check_shares("grouping", {"one_decision": self.one_decision})

    def prior_weight(self, alerts: int) -> float:
        """log2 of the prior odds that two of so many alerts are about one person."""
        return float(np.log2(self.repeated_share / max(alerts, _ALERTS_AT_LARGE)))

    @property
    def least_weight(self) -> float:
        """The match weight that reaches ``same_person``."""
        return float(log_odds(self.same_person))
