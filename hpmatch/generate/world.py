"""A generated world before it is written: people, their places in the register, the alerts about them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

import pyarrow as pa

from hpmatch.errors import HpmatchError
from hpmatch.generate import alerts as alert_table
from hpmatch.generate import register as register_table
from hpmatch.generate import report
from hpmatch.generate.alerts import TRUTH, Alert, alert_row, truth_row, write_alerts
from hpmatch.generate.population import Person
from hpmatch.generate.profiles import Profile, profile
from hpmatch.generate.register import LARGEST, hpr_number, register_blocks
from hpmatch.generate.scenario import Subject, placed, scenario, with_room

Table = list[tuple[str, ...]]


@dataclass(frozen=True)
class Summary:
    """What was written."""

    profile: str
    seed: int
    register: int
    alerts: int
    hits: int
    persons: int
    registered_persons: int


@dataclass(frozen=True)
class World:
    """Everything but the register's rows, which are made on the way out: people, their places, alerts."""

    profile: Profile
    seed: int
    size: int
    subjects: tuple[Subject, ...]
    places: Mapping[int, Person]
    alerts: tuple[Alert, ...]

    def register(self) -> Iterator[Table]:
        """The register, block by block."""
        return register_blocks(self.seed, self.size, self.profile.rates, self.places)

    def alert_rows(self) -> Table:
        """The table of alerts."""
        return [alert_row(alert, number) for number, alert in enumerate(self.alerts)]

    def truth_rows(self) -> Table:
        """The table of the truth."""
        numbers = self.hpr_numbers()
        return [
            truth_row(alert, number, self.subjects[alert.subject], numbers.get(alert.subject, ""))
            for number, alert in enumerate(self.alerts)
        ]

    def tables(self) -> dict[str, pa.Table]:
        """The register, the alerts and the truth as tables in memory, under the names of their files."""
        register = [row for block in self.register() for row in block]
        return {
            "register": _table(register_table.COLUMNS, register),
            "alerts": _table(alert_table.COLUMNS, self.alert_rows()),
            "truth": _table(TRUTH, self.truth_rows()),
        }

    def hpr_numbers(self) -> dict[int, str]:
        """The number of each registered subject, by its place among the subjects."""
        registered = [at for at, subject in enumerate(self.subjects) if subject.registered]
        return {at: hpr_number(row, self.seed) for at, row in zip(registered, self.places, strict=False)}

    def prior_cases(self) -> Table:
        """The earlier cases of the report's scenario: those of its people, and of others in the register."""
        numbers = self.hpr_numbers()
        earlier = [numbers[at] for at, subject in enumerate(self.subjects) if subject.earlier_case]
        free = (row for row in range(self.size) if row not in self.places)
        others = [hpr_number(row, self.seed) for row in islice(free, report.OTHER_CASES)]
        return report.prior_cases(earlier, others, self.seed)

    def summary(self) -> Summary:
        """What the world holds."""
        hits = sum(self.subjects[alert.subject].registered for alert in self.alerts)
        registered = sum(subject.registered for subject in self.subjects)
        return Summary(
            self.profile.name, self.seed, self.size, len(self.alerts), hits, len(self.subjects), registered
        )


def world(
    name: str = "typical",
    *,
    register: int | None = None,
    alerts: int | None = None,
    hits: int | None = None,
    seed: int = 1,
) -> World:
    """
    A world in memory; see `generate` for what the sizes mean.

    Example:
        >>> small = world("typical", register=100, alerts=20, hits=5, seed=1)
        >>> small.summary().hits, len(small.alert_rows())
        (5, 20)
    """
    chosen = profile(name)
    size = chosen.register if register is None else register
    count = chosen.alerts if alerts is None else alerts
    wanted = round(count * chosen.hit_share) if hits is None else hits
    wanted = min(wanted, size) if hits is None else wanted
    _check(size, count, wanted, seed)
    if name == "report":
        report.check(size, count, hits)
    subjects = (
        report.report(chosen.rates, seed) if name == "report" else scenario(chosen, seed, count, wanted)
    )
    subjects = with_room(subjects, size)
    places = placed(subjects, seed, size)
    return World(chosen, seed, size, tuple(subjects), places, tuple(write_alerts(subjects, chosen, seed)))


def _table(columns: Sequence[str], rows: Table) -> pa.Table:
    cells = zip(*rows, strict=True) if rows else ([] for _ in columns)
    return pa.table(
        {column: pa.array(values, pa.string()) for column, values in zip(columns, cells, strict=True)}
    )


def _check(register: int, alerts: int, hits: int, seed: int) -> None:
    for what, value in (("register", register), ("alerts", alerts), ("hits", hits), ("seed", seed)):
        if value < 0:
            raise HpmatchError(f"{what} is {value}; give 0 or more")
    if register > LARGEST:
        raise HpmatchError(f"register is {register}; the numbers of the register last for {LARGEST}")
    if hits > alerts:
        raise HpmatchError(
            f"{hits} alerts with a hit do not fit into {alerts} alerts; give fewer hits or more alerts"
        )
    if hits > register:
        raise HpmatchError(
            f"{hits} alerts with a hit need that many registered persons; give fewer hits or a register of {hits}"
        )
