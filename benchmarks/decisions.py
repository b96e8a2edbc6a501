"""
What decisions rest on: ``python -m benchmarks.decisions`` measures probabilities, thresholds from costs and estimates of recall.

It writes docs/decisions.md and docs/benchmark/decisions.json, for the shipped model, for the same calibrated on one other data
set, and for the same trained on its labels first: the expected calibration error, what chosen thresholds cost by the truth
against the best choice there was, and how often the interval of an estimated recall holds the true one.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

import hpmatch as hp
from benchmarks.data import read_text
from benchmarks.page import publish, table
from benchmarks.run import machine, versions
from hpmatch.arrays import FloatArray
from hpmatch.evaluation.measures import BoolArray
from hpmatch.evaluation.reliability import expected_calibration_error
from hpmatch.generate import generate
from hpmatch.model import Model
from hpmatch.results import Result
from hpmatch.thresholds import counted, tried_thresholds

_DOCS = Path(__file__).parents[1] / "docs"
# To miss a person, to take a person for another, to have somebody look.
COSTS = ((1_000, 300, 1), (1_000, 1_000, 10), (100, 100, 10), (10_000, 5_000, 100), (50, 200, 5))
_LABELS, _SEEN = 200, 0.01
_REPLICATES, _REDRAWN, _TAIL = 2_000, 200, 2.5


def measure(register: int, alerts: int, hits: int, seeds: Sequence[int], learned_from: int) -> dict[str, Any]:
    """Measure all models, on data made now."""
    with tempfile.TemporaryDirectory(prefix="hpmatch-decisions-") as home:

        def made(seed: int) -> Path:
            folder = Path(home, str(seed))
            generate(folder, register=register, alerts=alerts, hits=hits, seed=seed)
            return folder

        data = [made(seed) for seed in seeds]
        answered = made(learned_from)
        alerts_, register_, truth = (answered / f"{name}.csv" for name in ("alerts", "register", "truth"))
        trained = hp.train(alerts_, register_, labels=_labels(answered)).model
        calibrations = {
            "calibrated": hp.calibrate(alerts_, register_, truth),
            "trained and calibrated": hp.calibrate(alerts_, register_, truth, trained),
        }
        models = {"shipped": hp.read_model("imi")} | {name: each.model for name, each in calibrations.items()}
        return {
            "machine": machine(),
            "versions": versions([]),
            "size": {"register": register, "alerts": alerts, "hits": hits},
            "seeds": list(seeds),
            "learned_from": learned_from,
            "learned": {
                name: {
                    "slopes": dict(each.slopes),
                    "shift": each.shift,
                    "look_alikes": dict(each.look_alikes),
                }
                for name, each in calibrations.items()
            },
            "models": {
                name: _pooled(
                    [_measured(folder, model, seed) for seed, folder in zip(seeds, data, strict=True)]
                )
                for name, model in models.items()
            },
        }


def _labels(data: Path) -> pa.Table:
    """All candidate pairs, labelled by the truth."""
    result = hp.link(data / "alerts.csv", data / "register.csv", min_weight=-1000)
    _, is_match, _ = _links(result, read_text(data / "truth.csv"))
    label = pc.if_else(pa.array(is_match), "match", "no_match")
    ids = result.links.select(["alert_id", "hpr_number"]).rename_columns(["left_id", "right_id"])
    return ids.append_column("label", label)


def _measured(data: Path, model: Model, seed: int) -> dict[str, Any]:
    """One data set by one model; the seed is for what is drawn, so that no two sets share their luck."""
    truth = read_text(data / "truth.csv")
    result = hp.link(data / "alerts.csv", data / "register.csv", model, min_weight=-1000)
    said, is_match, likeliest = _links(result, truth)
    return {
        "links": (said[said >= _SEEN], is_match[said >= _SEEN]),
        "alerts": (said[likeliest], is_match[likeliest]),
        "costs": [_costs(result, truth, costs, seed) for costs in COSTS],
        "recall": _recall(result, truth, model, is_match),
    }


def _links(result: Result, truth: pa.Table) -> tuple[FloatArray, BoolArray, BoolArray]:
    """Of each link what was said, whether it is so, and whether it is its alert's likeliest."""
    links = result.links
    true = truth["hpr_number"].take(pc.index_in(links["alert_id"], truth["alert_id"]))
    is_match = np.asarray(pc.fill_null(pc.equal(true, links["hpr_number"]), False))
    said = np.asarray(links["match_probability"], np.float64)
    alert = np.asarray(links["alert_id"].combine_chunks().dictionary_encode().indices)
    order = np.lexsort((-said, alert))
    likeliest = np.zeros(len(said), bool)
    likeliest[order[np.unique(alert[order], return_index=True)[1]]] = True
    return said, is_match, likeliest


def _costs(result: Result, truth: pa.Table, costs: tuple[int, int, int], seed: int) -> dict[str, Any]:
    """What every choice of thresholds cost by the truth, which one was chosen without it, and what it would cost by chance."""
    given = dict(zip(("cost_miss", "cost_false", "cost_review"), costs, strict=True))
    chosen = hp.thresholds(result, **given)
    by_truth = hp.thresholds(result, truth=truth, **given)
    here = [row == chosen.best for row in chosen.table.to_pylist()].index(True)
    cost = np.asarray(by_truth.table["cost"])
    return {
        "cost": cost,
        "here": here,
        "expected": float(chosen.best["cost"]),
        "by_chance": _by_chance(result, costs, here, seed),
    }


def _by_chance(result: Result, costs: tuple[int, int, int], here: int, seed: int) -> tuple[Any, Any]:
    """
    What a choice, and what every choice, would cost if each probability were right: drawn many times.

    Even then the choice that is best once all is known beats the one that was best to make.
    """
    persons = result.persons.filter(pc.not_equal(result.persons["disposition"], "unmatchable"))
    likeliest = np.asarray(persons["match_probability"].fill_null(0.0), np.float64)
    registered = np.maximum(np.asarray(persons["registered_probability"], np.float64), likeliest)
    tried, random = tried_thresholds(*costs), np.random.default_rng(seed)
    drawn = []
    for _ in range(_REDRAWN):
        chance = random.random(len(persons))
        right, is_registered = ((chance < each).astype(np.float64) for each in (likeliest, registered))
        _, _, counts = counted(likeliest, registered, right, is_registered, tried)
        drawn.append(sum(cost * number for cost, number in zip(costs, counts, strict=True)))
    every = np.array(drawn, np.float32)  # some 300 MB for all sets and costs
    return every[:, here], every


def _recall(result: Result, truth: pa.Table, model: Model, is_match: BoolArray) -> dict[str, Any]:
    """The true recall, and both estimates of it."""
    matched = np.asarray(pc.equal(result.links["decision"], "match"))
    true = float((matched & is_match).sum() / truth["hpr_number"].is_valid().to_numpy().sum())
    drawn = hp.recall_sample(result, _LABELS)
    said = truth["hpr_number"].take(pc.index_in(drawn["left_id"], truth["alert_id"]))
    same = pc.fill_null(pc.equal(said, drawn["right_id"]), False)
    labels = drawn.append_column("label", pc.if_else(same, "match", "no_match"))
    found = {
        "with_labels": hp.estimate_recall(result, labels, model).recall,
        "without": hp.estimate_recall(result, None, model).recall,
    }
    return {"true": true, **{name: [each.value, each.low, each.high] for name, each in found.items()}}


def _pooled(sets: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    return {
        "calibration_error": {unit: _error([each[unit] for each in sets]) for unit in ("alerts", "links")},
        "costs": [_ratio([each["costs"][place] for each in sets]) for place in range(len(COSTS))],
        "recall": [each["recall"] for each in sets],
    }


def _error(sets: Sequence[tuple[FloatArray, BoolArray]]) -> dict[str, float]:
    each = [expected_calibration_error(said, is_match) for said, is_match in sets]
    said, is_match = (np.concatenate(arrays) for arrays in zip(*sets, strict=True))
    return {"value": expected_calibration_error(said, is_match), "least": min(each), "most": max(each)}


def _ratio(sets: Sequence[Mapping[str, Any]]) -> dict[str, float]:
    """
    The cost of what was chosen for each set over that of other choices.

    ``value``: over the one choice that is best for all sets together, with an interval for which sets are drawn; ``if_right``: what
    that would be if each probability were right, with the interval of chance; ``others``: over the choices that are each best for all
    other sets, which somebody could have made who knew their truth.
    """
    cost = np.stack([each["cost"] for each in sets])
    chosen = np.array([each["cost"][each["here"]] for each in sets])
    total = cost.sum(axis=0)
    draws = np.random.default_rng(1).multinomial(
        len(sets), np.full(len(sets), 1 / len(sets)), size=_REPLICATES
    )
    low, _, high = _spread_of(_over(draws @ chosen, (draws @ cost).min(axis=1)))
    here, every = (sum(each["by_chance"][part] for each in sets) for part in range(2))
    if_right = _spread_of(_over(here, every.min(axis=1)))
    of_others = sum(own[np.argmin(total - own)] for own in cost)
    return {
        "value": float(_over(chosen.sum(), total.min())),
        "low": low,
        "high": high,
        **dict(zip(("if_right_low", "if_right", "if_right_high"), if_right, strict=True)),
        "others": float(_over(chosen.sum(), of_others)),
        "chosen": float(chosen.mean()),
        "best": float(total.min() / len(sets)),
        "expected": float(np.mean([each["expected"] for each in sets])),
    }


def _spread_of(ratios: FloatArray) -> list[float]:
    """The ends of the interval of 95 %, and the median between them; of ratios that may be infinite."""
    found: list[float] = np.percentile(ratios, [_TAIL, 50, 100 - _TAIL], method="inverted_cdf").tolist()
    return found


def _over(cost: Any, best: Any) -> Any:
    """One cost over another; 1 where both are nothing."""
    ratio = np.where(cost > 0, np.inf, 1.0)
    return np.divide(cost, best, out=ratio, where=np.asarray(best) > 0)


def page(found: Mapping[str, Any]) -> str:
    """The page of documentation."""
    size, models = found["size"], found["models"]
    parts = [
        "# What decisions rest on",
        (
            f"Every figure comes from one run of `python -m benchmarks.decisions` and stands in "
            f"[decisions.json](benchmark/decisions.json) too: {size['alerts']:,} alerts, {size['hits']:,} of them about one of "
            f"{size['register']:,} registered, [generated](generated-data.md) with profile `typical`, seeds {found['seeds'][0]} to "
            f"{found['seeds'][-1]}. *Shipped* is the model `imi`; *calibrated* is what [`hp.calibrate`](training.md#calibrate) makes of it "
            f"from one more such set, seed {found['learned_from']}; *trained and calibrated* has been [trained](training.md#train) on the "
            f"labels of that set's candidate pairs before. The shipped numbers were set with data from the same generator in "
            f"view, so they are better here than on data that is unlike it."
        ),
        *_on_calibration(models),
        "Look-alikes for each alert, as learned: "
        + "; ".join(
            f"{name}: " + ", ".join(f"{kind} {rate:.4f}" for kind, rate in each["look_alikes"].items())
            for name, each in found["learned"].items()
        )
        + ".",
        *_on_costs(models),
        *_on_recall(models, found["seeds"]),
        f"Measured once, {found['machine']['cores']} cores, {found['machine']['memory_gib']} GiB, Python {found['machine']['python']}.",
    ]
    return "\n\n".join(parts) + "\n"


def _on_calibration(models: Mapping[str, Any]) -> list[str]:
    """Whether probabilities mean what they say."""
    return [
        "## Do probabilities mean what they say",
        (
            f"The expected calibration error over all sets, and the least and most of a single set: over each alert's likeliest link, "
            f"and over links of a probability of at least {_SEEN}, those that somebody might look at."
        ),
        table(
            ("", *models),
            [
                (f"by {unit[:-1]}", *(_spread(each["calibration_error"][unit]) for each in models.values()))
                for unit in ("alerts", "links")
            ],
        ),
    ]


def _on_costs(models: Mapping[str, Any]) -> list[str]:
    """What thresholds cost that were chosen by probabilities."""
    return [
        "## What chosen thresholds cost",
        (
            "[`hp.thresholds`](training.md#choose-thresholds) chooses by probabilities alone, for each set by itself. Costs are those of a "
            "missed person, a wrong hit and a review. What the choice cost by the truth, first over the choices that are each best for "
            "all the *other* sets: what an agency could do that knew the truth of so many alerts. Below 1 the probabilities "
            "chose better."
        ),
        _costs_table("chosen / best for the others", models, "{others:.2f}"),
        (
            "Then over the one choice that turns out best for all sets together once the truth is known, with the interval of 95 % over "
            "drawn sets. Nobody could have made that one: it is fitted to the few persons who happened to look unlike. What "
            "the ratio would be if each probability were exactly right stands behind, with where it lies in 95 of 100 draws; "
            "a measured ratio within it is no worse than right probabilities are."
        ),
        _costs_table(
            "chosen / best in hindsight; if right",
            models,
            "{value:.2f} [{low:.2f}, {high:.2f}]; {if_right:.2f} [{if_right_low:.2f}, {if_right_high:.2f}]",
        ),
        "In the same currency, for each set on average: what was chosen, the best in hindsight, and what was expected of what was chosen.",
        _costs_table("chosen, best, expected", models, "{chosen:,.0f}, {best:,.0f}, {expected:,.0f}"),
        (
            "The shipped model takes one surname in ten to have changed altogether. [Generated data](generated-data.md) has some 8 in "
            "100, other data may have more or fewer, and then its thresholds cost more ([architecture](architecture.md)). Labels tell "
            "how it is in one's own data."
        ),
    ]


def _on_recall(models: Mapping[str, Any], seeds: Sequence[int]) -> list[str]:
    """Whether estimates of recall hold."""
    return [
        "## How many were missed",
        (
            f"How often the 95 % interval of [`hp.estimate_recall`](training.md#how-many-were-missed) holds the true recall, with "
            f"{_LABELS} labelled pairs and with none, and how wide it is."
        ),
        table(
            ("", *models),
            [
                (title, *(_coverage(each["recall"], name) for each in models.values()))
                for name, title in (("with_labels", f"{_LABELS} labels"), ("without", "no labels"))
            ],
        ),
        "The shipped model, set by set:",
        table(
            ("seed", "true recall", f"{_LABELS} labels", "no labels"),
            [
                (seed, *_estimates(recall))
                for seed, recall in zip(seeds, models["shipped"]["recall"], strict=True)
            ],
        ),
    ]


def _costs_table(title: str, models: Mapping[str, Any], told: str) -> str:
    rows = [
        (
            " / ".join(f"{cost:,}" for cost in costs),
            *(told.format(**each["costs"][place]) for each in models.values()),
        )
        for place, costs in enumerate(COSTS)
    ]
    return table((title, *models), rows)


def _spread(error: Mapping[str, float]) -> str:
    return "{value:.4f} ({least:.4f} to {most:.4f})".format(**error)


def _coverage(sets: Sequence[Mapping[str, Any]], name: str) -> str:
    held = sum(each[name][1] <= each["true"] <= each[name][2] for each in sets)
    wide = float(np.mean([each[name][2] - each[name][1] for each in sets]))
    return f"{held} of {len(sets)}, {wide:.3f} wide"


def _estimates(recall: Mapping[str, Any]) -> tuple[str, str, str]:
    with_labels, without = (
        "{:.3f} [{:.3f}, {:.3f}]".format(*recall[name]) for name in ("with_labels", "without")
    )
    return f"{recall['true']:.3f}", with_labels, without


def main() -> None:
    """Measure, and write the page."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.decisions", description=__doc__)
    parser.add_argument("--register", type=int, default=200_000, metavar="N", help="registered persons")
    parser.add_argument("--alerts", type=int, default=17_232, metavar="N", help="alerts")
    parser.add_argument("--hits", type=int, default=616, metavar="N", help="alerts about registered persons")
    parser.add_argument(
        "--seeds", type=int, nargs="+", default=list(range(1, 11)), metavar="S", help="a data set each"
    )
    parser.add_argument("--learned-from", type=int, default=101, metavar="S", help="the seed to calibrate on")
    parser.add_argument("--out", type=Path, default=_DOCS, metavar="DIR", help="where the page goes (docs)")
    options = parser.parse_args()
    found = measure(options.register, options.alerts, options.hits, options.seeds, options.learned_from)
    publish(options.out, "decisions", found, page(found))


if __name__ == "__main__":
    main()
