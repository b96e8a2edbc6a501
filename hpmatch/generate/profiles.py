"""What is drawn how often: one table of rates (`data/rates.csv`), one profile for each way of reading it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from hpmatch.errors import HpmatchError
from hpmatch.generate.tables import rows


@dataclass(frozen=True)
class Profile:
    """
    A named set of rates.

    `hit_share` is the share of alerts whose person is registered, unless the caller says how many; `covered` asks that
    every tag occurs at least once; what the rates in `without` are of never happens.
    """

    name: str
    column: str
    register: int
    alerts: int
    hit_share: float
    covered: bool = False
    without: tuple[str, ...] = ()

    @property
    def rates(self) -> Mapping[str, float]:
        """Rate by name."""
        return _rates(self.column, self.without)


# The report counts hits by sender alone.
_MOVED = ("educated-at-home", "educated-elsewhere")

PROFILES: Mapping[str, Profile] = MappingProxyType(
    {
        each.name: each
        for each in (
            Profile("clean", "clean", 20_000, 3_000, 0.04),
            Profile("typical", "typical", 20_000, 3_000, 0.04),
            Profile("hard", "hard", 20_000, 3_000, 0.04),
            Profile("sample", "typical", 2_000, 300, 0.50, covered=True),
            Profile("report", "typical", 100_000, 17_232, 0.04, without=_MOVED),
        )
    }
)


def profile(name: str) -> Profile:
    """
    The profile of that name.

    Example:
        >>> profile("clean").rates["typo-insert"]
        0.0
    """
    if name not in PROFILES:
        raise HpmatchError(f"there is no profile {name!r}; choose one of {', '.join(PROFILES)}")
    return PROFILES[name]


@cache
def _rates(column: str, without: tuple[str, ...]) -> Mapping[str, float]:
    found = {row["rate"]: float(row[column]) for row in rows("rates")}
    return MappingProxyType(found | dict.fromkeys(without, 0.0))
