"""The benchmark's command line; see ``python -m benchmarks --help``."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from benchmarks import febrl, floors, show
from benchmarks.engines import OURS
from benchmarks.fairness import refreshed
from benchmarks.page import page
from benchmarks.run import Options, measure, progress_bar
from hpmatch.errors import HpmatchError
from hpmatch.generate import PROFILES

_OUT = Path("out/benchmark")

_ABOUT = """\
Measures precision and recall on generated data with a known truth, side by side with other libraries on the same data.

Without options it is the standard run: 20,000 registered persons, 3,000 alerts, five seeds, all peers that are installed
(pip install 'hpmatch[bench]'), about five minutes. It makes a page in out/benchmark. With --out docs that is docs/benchmark.md, and
the figures of docs/fairness.md are set anew; that page says which run it is of.
"""
_MORE = """\
examples:
  python -m benchmarks --no-peers --seeds 1                    hpmatch alone, a quick look
  python -m benchmarks --register 200000 --alerts 17232 --seeds 1 2 --out docs      the pages of the documentation
  python -m benchmarks --register 1000000 --alerts 17232 --seeds 1 --no-peers
  python -m benchmarks --no-peers --seeds 1 2 3 --check-floors benchmarks/floors.json

Two runs are made: one in which a fifth of the alerts is about a registered person, so that every slice holds some, and
one in which as few are as in reality, for the precision. --hits N makes one run with that number instead.
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmark and return the exit status: 1 if a floor was missed."""
    options, given = _options(arguments)
    try:
        with progress_bar() as progress:
            results = measure(options, progress)
    except HpmatchError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 1
    results["febrl"] = [] if febrl.MISSING else febrl.measure()
    print(show.overview(results))
    first = next(iter(results["scenarios"].values()))
    print(show.slices(first["engines"][OURS]["pooled"]))
    _write_page(results, given.out)
    if given.set_floors:
        given.set_floors.write_text(json.dumps(floors.set_floors(results), indent=1) + "\n", "utf-8")
        print(f"floors written to {given.set_floors}")
    return _check_floors(results, given.check_floors) if given.check_floors else 0


def _write_page(results: dict[str, Any], out: Path) -> None:
    folder = out / "benchmark"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "results.json").write_text(json.dumps(rounded(results)) + "\n", "utf-8")
    drawn: list[str] = []
    if find_spec("altair") and find_spec("vl_convert"):
        from benchmarks.charts import save_all  # noqa: PLC0415 - altair need not be there

        drawn = save_all(results, folder)
    (out / "benchmark.md").write_text(page(results, drawn), "utf-8")
    groups = out / "fairness.md"
    if groups.exists() and len(results["scenarios"]) > 1:
        groups.write_text(refreshed(groups.read_text("utf-8"), results), "utf-8")
    print(f"\nwritten to {out / 'benchmark.md'}" + ("" if drawn else "; no charts: altair is not installed"))


def rounded(value: Any) -> Any:
    """The same with numbers of six digits, which is more than they are worth."""
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(each) for each in value]
    return round(value, 6) if isinstance(value, float) else value


def _check_floors(results: dict[str, Any], path: Path) -> int:
    checks = floors.check(results, floors.read_floors(path))
    print("\n" + floors.report(checks))
    return int(any(each.fell for each in checks))


def _options(arguments: Sequence[str] | None) -> tuple[Options, argparse.Namespace]:
    standard = Options()
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=_ABOUT,
        epilog=_MORE,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    add = parser.add_argument
    add("--register", type=int, metavar="N", default=standard.register, help="registered persons (20000)")
    add("--alerts", type=int, metavar="N", default=standard.alerts, help="alerts (3000)")
    add("--hits", type=int, metavar="N", help="alerts about a registered person (both: a fifth, and 4 %%)")
    add(
        "--profile",
        choices=sorted(PROFILES),
        default=standard.profile,
        help="how dirty the data is (typical)",
    )
    add(
        "--seeds",
        type=int,
        nargs="+",
        metavar="S",
        default=standard.seeds,
        help="a data set each (1 2 3 4 5)",
    )
    add("--peers", action=argparse.BooleanOptionalAction, default=True, help="run other libraries too (yes)")
    add(
        "--out",
        type=Path,
        metavar="DIR",
        default=_OUT,
        help="where the page goes (out/benchmark)",
    )
    add("--check-floors", type=Path, metavar="FILE", help="fail if a figure lies below its floor in FILE")
    add(
        "--set-floors",
        type=Path,
        metavar="FILE",
        help="write FILE anew from this run",
    )
    given = parser.parse_args(arguments)
    options = Options(
        given.register, given.alerts, given.hits, given.profile, tuple(given.seeds), given.peers
    )
    return options, given


if __name__ == "__main__":
    sys.exit(main())
