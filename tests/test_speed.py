"""The speed benchmark: its figures, its page and what it keeps, shown with injected numbers; and that its jobs run."""

import json

import pytest

pytest.importorskip("benchmarks", reason="the benchmark is no part of the package")

import hpmatch as hp
from benchmarks import speed, speed_page, speed_profile
from benchmarks.engines.__main__ import told
from benchmarks.measure import in_own_process
from benchmarks.speed_jobs import JOBS


def _figure(median, spread=0.0):
    return {"median": median, "min": median - spread, "max": median + spread}


def _job(seconds, memory=100.0, spread=0.0):
    figures = {"total": _figure(seconds, spread), "peak_mib": _figure(memory), "block": _figure(seconds / 2)}
    figures |= {f"{name}_ms": _figure(seconds) for name in ("p50", "p95", "p99", "max", "first")}
    return {"figures": figures, "failed": ""}


def _results(seconds=12.5, spread=0.25, failed=""):
    """A job whose time grows as the register does, one that does not grow, and one that could not be done."""
    sizes = {
        str(size): {
            "link": _job(seconds * size / 1000, spread=spread),
            "screen": _job(3.0, memory=float(size)),
            "splink": {"figures": {}, "failed": failed or "no memory"},
        }
        for size in (1000, 4000, 10_000)
    }
    return {
        "options": {
            "sizes": [1000, 4000, 10_000],
            "alerts": 500,
            "profile": "typical",
            "seed": 1,
            "repeats": 3,
        },
        "machine": {"cores": 2, "memory_gib": 8.0, "system": "Linux", "python": "3.11"},
        "versions": {"hpmatch": "0.1.0"},
        "sizes": sizes,
        "growth": speed.growth(sizes),
    }


def test_growth_is_the_slope_of_times_and_memory():
    """Twice the register and twice the time is 1, the same time is 0; what failed has none."""
    growth = _results()["growth"]
    assert growth["link"] == pytest.approx({"time": 1, "time_at_last": 1, "memory": 0}, abs=1e-9)
    assert growth["screen"] == pytest.approx({"time": 0, "time_at_last": 0, "memory": 1}, abs=1e-9)
    assert "splink" not in growth


def test_one_size_does_not_grow():
    """A slope needs two points."""
    assert speed.growth({"1000": {"link": _job(1.0)}}) == {}


def test_a_fixed_cost_does_not_hide_growth_at_the_end():
    """Where imports make up most of a small job, the two largest registers still tell."""
    sizes = {str(size): {"link": _job(10 + size / 1000)} for size in (1000, 1_000_000, 2_000_000)}
    slopes = speed.growth(sizes)["link"]
    assert slopes["time"] < 0.75
    assert 0.95 < slopes["time_at_last"] < 1


def test_the_page_holds_every_figure():
    """Medians with least and most, sizes, growth, single alerts, and what failed; no column without figures."""
    page = speed_page.page(_results(), drawn=True)
    assert "| 4,000 | 50.0 [49.8, 50.2] |" in page
    assert "| hpmatch, one alert, 10,000 | 3.0 | 3.0 | 3.0 | 3.0 | 3.0 |" in page
    assert f"| {JOBS['link'].title} | 1.00 | 1.00 | 0.00 |" in page
    assert "| link: block | 6.25 | 25.00 | 62.50 |" in page
    assert "- Splink, trained on the data, 1,000: failed: no memory" in page
    assert "Splink, trained on the data |" not in page
    assert "without training" not in page
    assert "benchmark/speed.svg" in page
    assert "benchmark/speed.svg" not in speed_page.page(_results(), drawn=False)


def test_a_page_of_a_profile_alone_has_nothing_else():
    """Before the first measurement there is only what was profiled."""
    rows = [{"function": "link: link", "calls": 7, "share": 0.25}]
    profile = {"register": 1000, "pairs": 50, "python": 0.3, "often": 0.2, "functions": rows}
    page = speed_page.page({"profile": profile}, drawn=False)
    assert "| link: link | 7 | 25.0% |" in page
    assert "## All alerts" not in page


# The seconds of a run after one of 12.5 s for 1,000 persons, its spread, and whether it is told apart.
AFTERWARDS = [(10.0, 0.25, "faster"), (15.0, 0.25, "SLOWER"), (12.0, 0.1, ""), (15.0, 5.0, "")]


@pytest.mark.parametrize(("seconds", "spread", "mark"), AFTERWARDS)
def test_a_change_is_marked_where_the_measures_do_not_overlap(seconds, spread, mark):
    """By at least a tenth, and beyond what repeats differ by."""
    lines = speed_page.changes(_results(seconds, spread), _results()).splitlines()
    line = next(line for line in lines if "1,000" in line and JOBS["link"].title in line and "total" in line)
    assert f"{seconds / 12.5 - 1:+.0%}" in line
    assert ("faster" in line, "SLOWER" in line) == (mark == "faster", mark == "SLOWER")
    assert not any("another" in line for line in lines)


def test_another_machine_is_told():
    """Figures of two machines are no change of the program."""
    other = {**_results(), "machine": {"cores": 64}}
    assert "another machine" in speed_page.changes(_results(), other)
    assert speed_page.changes(_results(), {"sizes": {}}) == "Nothing of this was measured before."


def test_the_profile_counts_own_time_of_our_functions(tmp_path):
    """Shares are of all time; what is called for single values is told from what is called for chunks."""
    ours, other = str(tmp_path / "names.py"), "/elsewhere/numpy.py"
    found = speed_profile.shares(
        {
            (ours, 1, "token_keys"): (5000, 5000, 3.0, 9.0, {}),
            (ours, 9, "whole"): (1, 1, 1.0, 9.0, {}),
            (other, 1, "sort"): (9, 9, 6.0, 6.0, {}),
        },
        tmp_path,
    )
    assert found["functions"] == [
        {"function": "names: token_keys", "calls": 5000, "share": 0.3},
        {"function": "names: whole", "calls": 1, "share": 0.1},
    ]
    assert (found["seconds"], found["python"], found["often"]) == pytest.approx((10.0, 0.4, 0.3))


@pytest.fixture
def injected(monkeypatch, tmp_path):
    """Runs the command in a folder of its own, with jobs that cost what they are told."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(speed, "make", lambda home, *_: home)
    costs = {"total": [4.0, 2.0, 3.0] * 9, "failing": ()}

    def run(module, name, data, work=None):
        if module == "benchmarks.speed_profile":
            rows = [{"function": "link: link", "calls": 7, "share": 0.25}]
            profile = {"register": 1000, "pairs": 50, "python": 0.3, "often": 0.2, "functions": rows}
            (tmp_path / data).write_text(json.dumps(profile), "utf-8")
            return
        if name in costs["failing"]:
            raise RuntimeError("out of memory")
        figures = {"total": costs["total"].pop(0), "peak_mib": 50.0}
        figures |= {f"{each}_ms": 1.5 for each in ("p50", "p95", "p99", "max", "first")}
        (tmp_path / work / f"{name}.json").write_text(json.dumps(figures), "utf-8")

    monkeypatch.setattr(speed, "in_own_process", run)
    return costs


def _run(*options):
    return speed.main(["--sizes", "1000", "--alerts", "50", "--no-peers", "--out", "docs", *options])


def test_the_command_keeps_its_figures_and_tells_the_change(injected, tmp_path, capsys):
    """Median, least and most of the repeats; the next run is held against them."""
    assert _run("--repeats", "1") == 0
    assert "no kept figures" in capsys.readouterr().out
    kept = json.loads((tmp_path / "docs" / "benchmark" / "speed.json").read_text("utf-8"))
    assert kept["sizes"]["1000"]["link"]["figures"]["total"] == {"median": 4.0, "min": 4.0, "max": 4.0}
    injected["total"][:] = [2.0] * 9
    assert _run("--repeats", "1") == 0
    told = capsys.readouterr().out
    assert "-50%  faster or less" in told
    assert "written to docs/speed.md" in told
    assert "| 1,000 | 2.0 |" in (tmp_path / "docs" / "speed.md").read_text("utf-8")


def test_a_profile_is_added_to_the_kept_figures(injected, tmp_path):
    """And stays when they are measured again."""
    assert _run("--profile") == 0
    assert _run("--repeats", "1") == 0
    page = (tmp_path / "docs" / "speed.md").read_text("utf-8")
    assert "| link: link | 7 | 25.0% |" in page
    assert "## All alerts" in page
    assert _run("--profile") == 0
    assert (tmp_path / "docs" / "speed.md").read_text("utf-8") == page


def test_a_job_that_fails_does_not_end_the_run(injected, tmp_path, capsys):
    """The others are measured, the reason is told, and the status says whether it was hpmatch's own."""
    injected["failing"] = ("link",)
    assert _run("--repeats", "2") == 1
    assert "failed: out of memory" in capsys.readouterr().out
    kept = json.loads((tmp_path / "docs" / "benchmark" / "speed.json").read_text("utf-8"))["sizes"]["1000"]
    assert kept["link"] == {"figures": {}, "failed": "out of memory"}
    assert all(kept[name]["figures"] for name in ("prepare", "screen", "score"))


def test_kept_figures_that_cannot_be_read_are_told(injected, tmp_path, capsys):
    """With what to do, before anything is measured."""
    (tmp_path / "docs" / "benchmark").mkdir(parents=True)
    (tmp_path / "docs" / "benchmark" / "speed.json").write_text("{", "utf-8")
    before = list(injected["total"])
    assert _run() == 1
    assert "make speed" in capsys.readouterr().err
    assert injected["total"] == before


@pytest.mark.parametrize(
    "options", [["--sizes", "0"], ["--repeats", "0"], ["--size", "5"], ["--kind", "none"]]
)
def test_a_wrong_command_is_refused(options, capsys):
    """The usage is shown."""
    with pytest.raises(SystemExit) as ended:
        speed.main(options)
    assert ended.value.code == 2
    assert "usage: python -m benchmarks.speed" in capsys.readouterr().err


def test_the_chart_shows_each_job_that_answers_all_alerts(tmp_path):
    """Seconds and memory, with the sizes of the register."""
    pytest.importorskip("altair")
    pytest.importorskip("vl_convert")
    from benchmarks.charts import save_speed  # noqa: PLC0415 - altair need not be there

    save_speed(_results(), tmp_path)
    drawn = (tmp_path / "speed.svg").read_text("utf-8")
    assert all(word in drawn for word in (JOBS["link"].title, "seconds", "MiB", "registered persons"))


def test_a_thread_that_has_ended_holds_nothing(tmp_path):
    """The kernel lists it, and then there is nothing to read."""
    assert told(tmp_path / "children") == ""


def test_the_jobs_measure_what_they_say(tmp_path):
    """Run for real on little data: each stage has a time, and they add up to no more than the whole."""
    hp.generate(tmp_path / "data", register=300, alerts=40, hits=10, seed=1)
    (tmp_path / "work").mkdir()
    costs = {}
    for name in ("link", "prepare", "link prepared", "screen", "score"):
        in_own_process("benchmarks.speed_jobs", name, str(tmp_path / "data"), str(tmp_path / "work"))
        costs[name] = json.loads((tmp_path / "work" / f"{name}.json").read_text("utf-8"))
    flow = {"import", "read alerts", "read register", "forms of tokens", "block", "compare", "write", "rest"}
    flow |= {"decide and dispose", "group alerts"}
    ends = {"total", "peak_mib"}
    assert costs["link"].keys() == flow | ends
    assert costs["link prepared"].keys() == flow | {"open"} | ends
    assert (
        costs["prepare"].keys() == {"import", "read register", "index", "save", "rest", "folder_mib"} | ends
    )
    for name in ("link", "link prepared", "prepare"):
        stages = sum(value for figure, value in costs[name].items() if figure not in ends | {"folder_mib"})
        assert 0 < stages <= costs[name]["total"]
    for name in ("screen", "score"):
        assert (
            0
            < costs[name]["p50_ms"]
            <= costs[name]["p95_ms"]
            <= costs[name]["p99_ms"]
            <= costs[name]["max_ms"]
        )
    for name in ("result", "result-prepared"):
        assert (tmp_path / "work" / name / "summary.json").exists()
    first, second = (
        (tmp_path / "work" / name / "dispositions.csv").read_bytes() for name in ("result", "result-prepared")
    )
    assert first == second
