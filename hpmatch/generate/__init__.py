"""
Data with a known truth: a register, alerts about people in it and about others, and who is who.

    profiles.py      how often what happens: the table of rates
    population.py    people; names.py and romanise.py give them names
    register.py      what the Norwegian side holds of them
    scenario.py      who has alerts, how many, and who is easily mistaken for them
    errormodel.py    what the sender writes: views.py, noise.py, dates.py
    alerts.py        the alerts and the truth about each
    report.py        the scenario that reproduces the figures of the supervisory report

Nothing here reads a table of the matcher, and the matcher reads none of these: a benchmark whose two sides share a
table proves nothing.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from hpmatch.generate import alerts as alert_table
from hpmatch.generate import register as register_table
from hpmatch.generate import report
from hpmatch.generate.profiles import PROFILES
from hpmatch.generate.world import Summary, World, world
from hpmatch.generate.write import ABOUT, check_folder, digest, finished_folder, write_csv

__all__ = ["PROFILES", "Summary", "World", "generate", "world"]

Progress = Callable[[int, int], None]


def generate(
    out: str | Path,
    *,
    profile: str = "typical",
    register: int | None = None,
    alerts: int | None = None,
    hits: int | None = None,
    seed: int = 1,
    progress: Progress | None = None,
) -> Summary:
    """
    Write a register, alerts and the truth about them into a folder.

    Args:
        out: the folder; it is made, or takes the place of what was generated into it before.
        profile: `clean`, `typical`, `hard`, `sample` or `report`.
        register: number of registered persons; by default the profile's own.
        alerts: number of alerts; by default the profile's own.
        hits: number of alerts whose person is registered; by default the profile's own share.
        seed: the same seed gives the same bytes.
        progress: called with the number of register rows written and their total.

    Returns:
        What was written.

    Raises:
        HpmatchError: if the request cannot be met, or the folder holds anything else; nothing is written then.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as home:
        ...     summary = generate(Path(home, "data"), register=50, alerts=10, hits=2, seed=1)
        ...     sorted(path.name for path in Path(home, "data").iterdir())
        ['about.json', 'alerts.csv', 'register.csv', 'truth.csv']
    """
    check_folder(Path(out))
    made = world(profile, register=register, alerts=alerts, hits=hits, seed=seed)
    with finished_folder(Path(out)) as folder:
        _write(folder, made, progress)
    return made.summary()


def _write(folder: Path, made: World, progress: Progress | None) -> None:
    alert_columns, alert_rows = alert_table.COLUMNS, made.alert_rows()
    if made.profile.name == "report":
        alert_columns, alert_rows = report.with_opened(alert_columns, alert_rows, made.alerts)
        write_csv(folder / "prior_cases.csv", report.CASES, made.prior_cases())
    write_csv(folder / "alerts.csv", alert_columns, alert_rows)
    write_csv(folder / "truth.csv", alert_table.TRUTH, made.truth_rows())
    _write_register(folder / "register.csv", made, progress)
    about = {
        **asdict(made.summary()),
        "rates": dict(made.profile.rates),
        "hpmatch": version("hpmatch"),
        "files": {path.name: digest(path) for path in sorted(folder.iterdir())},
    }
    text = json.dumps(about, indent=2, ensure_ascii=False)
    (folder / ABOUT).write_text(text + "\n", encoding="utf-8", newline="\n")


def _write_register(path: Path, made: World, progress: Progress | None) -> None:
    def rows() -> Iterator[tuple[str, ...]]:
        done = 0
        for block in made.register():
            yield from block
            done += len(block)
            if progress:
                progress(done, made.size)

    write_csv(path, register_table.COLUMNS, rows())
