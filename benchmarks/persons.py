"""
Persons rather than alerts: ``python -m benchmarks.persons`` measures what it brings to match a person's alerts together.

It writes docs/persons.md and docs/benchmark/persons.json: how well alerts are grouped, what the shipped model finds with and
without grouping, the supervisory report's flow chart on data that reproduces it, and what a re-screening costs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import hpmatch as hp
from benchmarks.data import read_text
from benchmarks.page import publish, table
from benchmarks.run import machine, versions
from hpmatch.arrays import FloatArray, IntArray
from hpmatch.evaluation import evaluate
from hpmatch.evaluation.measures import BoolArray
from hpmatch.generate import generate
from hpmatch.ledger import Ledger
from hpmatch.rescreen import rescreen
from hpmatch.rescreen.standing import AlertsInForce

_DOCS = Path(__file__).parents[1] / "docs"
_REPLICATES, _TAIL = 2_000, 2.5
# Helsetilsynet, report on alerts from IMI, chapter 9: persons with a hit, with an earlier case, new, clear, unclear.
REPORT = {"hit": 548, "earlier_case": 344, "new": 204, "clear": 190, "unclear": 14}
_CHANGES = 1_000


def measure(
    register: int, large: int, alerts: int, seeds: Sequence[int], hits: Sequence[int]
) -> dict[str, Any]:
    """Measure everything, on data made now; re-screening against a large register too."""
    found: dict[str, Any] = {"machine": machine(), "versions": versions([])}
    with tempfile.TemporaryDirectory(prefix="hpmatch-persons-") as home:
        runs = [
            together_and_alone(_made(home, register, alerts, number, seed), number, seed)
            for number in hits
            for seed in seeds
        ]
        found["size"] = {"register": register, "alerts": alerts}
        found["runs"] = runs
        found["report"] = [flow_chart(Path(home), register, seed) for seed in seeds]
        found["rescreening"] = [
            rescreening(_made(home, size, alerts, hits[0], seeds[0]))
            for size in dict.fromkeys((register, large))
        ]
    return found


def _made(home: str, register: int, alerts: int, hits: int, seed: int) -> Path:
    folder = Path(home, f"{register}-{hits}-{seed}")
    if folder.exists():
        return folder
    generate(folder, register=register, alerts=alerts, hits=hits, seed=seed)
    return folder


def together_and_alone(data: Path, hits: int, seed: int) -> dict[str, Any]:
    """The shipped model with and without grouping, on the same alerts."""
    model, truth = hp.read_model("imi"), read_text(data / "truth.csv")
    found = {}
    for name, used in (("together", model), ("alone", replace(model, grouping=None))):
        found[name] = hp.link(data / "alerts.csv", data / "register.csv", used)
    told = evaluate(found["together"], truth).estimates
    judged = {name: _Judged(result.dispositions, truth) for name, result in found.items()}
    return {
        "hits": hits,
        "seed": seed,
        "persons": {
            "true": len(pc.unique(truth["person_id"])),
            "found": found["together"].summary["persons"]["alerted"],
        },
        "grouping": {name: vars(told[f"grouping_{name}"]) for name in ("precision", "recall")},
        "several": {unit: _compared(judged, unit) for unit in ("alerts", "persons")},
        "candidates": {name: result.summary["candidate_pairs"] for name, result in found.items()},
    }


class _Judged:
    """The answers about persons with several alerts, by alert and by person."""

    def __init__(self, dispositions: pa.Table, truth: pa.Table) -> None:
        truth = truth.take(pc.index_in(dispositions["alert_id"], truth["alert_id"]))
        person = np.asarray(truth["person_id"].combine_chunks().dictionary_encode().indices)
        several = np.bincount(person)[person] > 1
        self.person: IntArray = np.unique(person[several], return_inverse=True)[1]
        hit = np.asarray(truth["hpr_number"].is_valid())[several]
        matched = np.asarray(pc.equal(dispositions["disposition"], "match"))[several]
        same = np.asarray(pc.fill_null(pc.equal(dispositions["hpr_number"], truth["hpr_number"]), False))
        right = matched & same[several]
        self.counts = {
            "alerts": self._summed(hit, matched, right),
            "persons": self._any(hit, matched & ~right, right),
        }

    def _summed(self, hit: BoolArray, matched: BoolArray, right: BoolArray) -> FloatArray:
        return np.stack([np.bincount(self.person, weights=each) for each in (hit, matched, right)])

    def _any(self, hit: BoolArray, wrong: BoolArray, right: BoolArray) -> FloatArray:
        """A person is matched rightly, and may be matched wrongly besides."""
        hit_, wrong_, right_ = (np.bincount(self.person, weights=each) > 0 for each in (hit, wrong, right))
        return np.stack([hit_, right_.astype(float) + wrong_, right_]).astype(float)


def _compared(judged: Mapping[str, _Judged], unit: str) -> dict[str, Any]:
    """Precision and recall, together and alone, and the difference with its 95 % interval over drawn persons."""
    together, alone = judged["together"].counts[unit], judged["alone"].counts[unit]
    draws = np.random.default_rng(1).multinomial(
        together.shape[1], np.full(together.shape[1], 1 / together.shape[1]), size=_REPLICATES
    )
    found: dict[str, Any] = {"hits": int(together[0].sum())}
    for name, below in (("precision", 1), ("recall", 0)):
        figures = [float(each[2].sum() / max(each[below].sum(), 1)) for each in (together, alone)]
        drawn = [(draws @ each[2]) / np.maximum(draws @ each[below], 1) for each in (together, alone)]
        low, high = np.percentile(drawn[0] - drawn[1], [_TAIL, 100 - _TAIL])
        found[name] = {
            "together": figures[0],
            "alone": figures[1],
            "difference": figures[0] - figures[1],
            "low": float(low),
            "high": float(high),
        }
    return found


def flow_chart(home: Path, register: int, seed: int) -> dict[str, Any]:
    """The flow chart of data that reproduces the report's figures."""
    data = home / f"report-{seed}"
    generate(data, profile="report", register=register, seed=seed)
    result = hp.link(data / "alerts.csv", data / "register.csv", prior_cases=data / "prior_cases.csv")
    return {"seed": seed, **result.summary["funnel"]}


def rescreening(data: Path) -> dict[str, Any]:
    """What it costs to re-screen all alerts after changes of the register, and whether it gives what a whole run gives."""
    raw = read_text(data / "register.csv")
    changes = changes_of(raw, _CHANGES, seed=1)
    register = hp.Register.prepare(data / "register.csv")
    ledger = Ledger(data / "ledger")
    times: dict[str, float] = {}
    _timed(times, "whole run from CSV files", lambda: hp.link(data / "alerts.csv", data / "register.csv"))
    before = ledger.link(data / "alerts.csv", register, data / "out")
    standing = _timed(times, "alerts prepared", lambda: AlertsInForce.prepare(data / "alerts.csv"))
    found = _timed(times, "re-screening", lambda: rescreen(ledger, standing, register, changes=changes))
    changed = register.changed(changes)
    whole = _timed(times, "whole run, register prepared", lambda: hp.link(data / "alerts.csv", changed))
    answers = {row["alert_id"]: _answer(row) for row in before.dispositions.to_pylist()}
    answers |= {row["alert_id"]: _answer(row) for row in found.result.dispositions.to_pylist()}
    other = sum(answers[row["alert_id"]] != _answer(row) for row in whole.dispositions.to_pylist())
    anew = hp.link(data / "alerts.csv", changed.recounted()).dispositions.to_pylist()
    counted = sum(answers[row["alert_id"]][:2] != _answer(row)[:2] for row in anew)
    return {
        "registered": len(register),
        "changes": len(changes),
        **found.summary["alerts"],
        "other_than_a_whole_run": other,
        "decided_otherwise_if_counted_anew": counted,
        "seconds": times,
    }


def _timed(times: dict[str, float], name: str, work: Any) -> Any:
    started = time.perf_counter()
    found = work()
    times[name] = round(time.perf_counter() - started, 2)
    return found


def _answer(row: Mapping[str, Any]) -> tuple[Any, ...]:
    return row["disposition"], row["hpr_number"], row["match_probability"]


def changes_of(register: pa.Table, number: int, seed: int) -> list[dict[str, Any]]:
    """So many changes: four in ten take another's surname, three are new, three leave."""
    rng = np.random.default_rng(seed)
    rows = register.take(rng.permutation(len(register))[: 2 * number]).to_pylist()
    surnames = iter(row["family_name"] for row in rows[number:])
    kinds = rng.choice(["changed", "added", "removed"], number, p=[0.4, 0.3, 0.3])
    return list(_changes(rows[:number], kinds.tolist(), surnames))


def _changes(
    rows: Sequence[dict[str, Any]], kinds: Sequence[str], surnames: Iterator[str]
) -> Iterator[dict[str, Any]]:
    for row, kind in zip(rows, kinds, strict=True):
        changed = {**row, "change": kind}
        if kind == "changed":
            changed["family_name"] = next(surnames)
        if kind == "added":
            changed["hpr_number"] = f"9{row['hpr_number']}"
        yield changed


def page(found: Mapping[str, Any]) -> str:
    """The page of documentation."""
    size, runs = found["size"], found["runs"]
    parts = [
        "# Persons",
        (
            f"Every figure comes from one run of `python -m benchmarks.persons` and stands in [persons.json](benchmark/persons.json) "
            f"too: {size['alerts']:,} alerts against {size['register']:,} registered, [generated](generated-data.md) with profile "
            f"`typical` unless said, the shipped model `imi`. Intervals are of 95 %."
        ),
        *_on_grouping(runs),
        *_on_matching_together(runs),
        *_on_the_report(found["report"]),
        *_on_rescreening(found["rescreening"]),
        f"Measured once, {_machine(found)}.",
    ]
    return "\n\n".join(parts) + "\n"


def _on_grouping(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """Which alerts were put together."""
    return [
        "## Which alerts are about one person",
        (
            "Of pairs of alerts, how many that were put together are about one person, and how many about one person were put "
            "together."
        ),
        table(
            ("hits", "seed", "precision", "recall", "persons found", "persons"),
            [
                (
                    f"{run['hits']:,}",
                    run["seed"],
                    _interval(run["grouping"]["precision"]),
                    _interval(run["grouping"]["recall"]),
                    f"{run['persons']['found']:,}",
                    f"{run['persons']['true']:,}",
                )
                for run in runs
            ],
        ),
    ]


def _on_matching_together(runs: Sequence[Mapping[str, Any]]) -> list[str]:
    """What it brings to match the alerts of a person together."""
    return [
        "## What it brings to match a person's alerts together",
        (
            "Persons with two or more alerts, matched with all their alerts as evidence and each alert by itself; the difference "
            "with its interval over drawn persons. An alert that is matched wrongly counts once by person, however many alerts the "
            "person has: matched together, a person is wrong in all alerts or in none."
        ),
        table(
            ("hits", "seed", "counted by", "hits with several", "measure", "together", "alone", "difference"),
            [
                (
                    f"{run['hits']:,}",
                    run["seed"],
                    unit,
                    run["several"][unit]["hits"],
                    name,
                    *(f"{run['several'][unit][name][each]:.4f}" for each in ("together", "alone")),
                    _difference(run["several"][unit][name]),
                )
                for run in runs
                for unit in ("alerts", "persons")
                for name in ("precision", "recall")
            ],
        ),
    ]


def _on_the_report(report: Sequence[Mapping[str, Any]]) -> list[str]:
    """The flow chart of the report, on data made after it."""
    return [
        "## The report's flow chart",
        (
            "On data with the profile `report`, which holds the report's figures to the unit. `unclear` are reviews: the report's "
            "14 were left after people had looked, a review is what people have to look at, and most reviews are about nobody "
            "registered. So more persons are a hit here than in the report, by those that look like somebody registered; what is "
            "expected by the probabilities lies above the true number where they are too high."
        ),
        table(
            ("", "report", *(f"seed {each['seed']}" for each in report)),
            [
                *(
                    (name.replace("_", " "), number, *(each["total"][name] for each in report))
                    for name, number in REPORT.items()
                ),
                ("expected hits", REPORT["hit"], *(_expected(each) for each in report)),
            ],
        ),
    ]


def _on_rescreening(rescreened: Sequence[Mapping[str, Any]]) -> list[str]:
    """What re-screening costs, and how far it is from a whole run."""
    return [
        "## Re-screening",
        (
            f"After {_CHANGES:,} changes of the register: surnames changed, persons added and removed. An answer is other than that "
            f"of a whole run if its disposition, person or probability is; a register that is counted anew weighs names by its new "
            f"frequencies."
        ),
        table(
            ("registered", *(f"{each['registered']:,}" for each in rescreened)),
            [
                ("alerts in force", *(f"{each['in_force']:,}" for each in rescreened)),
                ("scored again", *(f"{each['scored_again']:,}" for each in rescreened)),
                ("answered otherwise", *(each["different"] for each in rescreened)),
                ("other than in a whole run", *(each["other_than_a_whole_run"] for each in rescreened)),
                (
                    "decided otherwise if counted anew",
                    *(each["decided_otherwise_if_counted_anew"] for each in rescreened),
                ),
                *(
                    (f"{name}, s", *(f"{each['seconds'][name]:.2f}" for each in rescreened))
                    for name in rescreened[0]["seconds"]
                ),
            ],
        ),
    ]


def _interval(estimate: Mapping[str, float]) -> str:
    return f"{estimate['value']:.4f} [{estimate['low']:.4f}, {estimate['high']:.4f}]"


def _difference(figure: Mapping[str, float]) -> str:
    return f"{figure['difference']:+.4f} [{figure['low']:+.4f}, {figure['high']:+.4f}]"


def _expected(flow: Mapping[str, Any]) -> str:
    return "{value:,.0f} [{low:,.0f}, {high:,.0f}]".format(**flow["expected_hits"])


def _machine(found: Mapping[str, Any]) -> str:
    told = found["machine"]
    return f"{told['cores']} cores, {told['memory_gib']} GiB, Python {told['python']}"


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.persons", description=__doc__)
    parser.add_argument("--register", type=int, default=200_000, metavar="N", help="registered persons")
    parser.add_argument(
        "--large", type=int, default=1_000_000, metavar="N", help="the same, for re-screening"
    )
    parser.add_argument("--alerts", type=int, default=17_232, metavar="N", help="alerts")
    parser.add_argument(
        "--hits",
        type=int,
        nargs="+",
        default=[616, 3_446],
        metavar="N",
        help="alerts about registered persons",
    )
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2], metavar="S", help="a data set each")
    parser.add_argument(
        "--out", type=Path, default=_DOCS, metavar="DIR", help="where the page goes (default: docs)"
    )
    options = parser.parse_args()
    found = measure(options.register, options.large, options.alerts, options.seeds, options.hits)
    publish(options.out, "persons", found, page(found))


if __name__ == "__main__":
    main()
