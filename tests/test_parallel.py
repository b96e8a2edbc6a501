"""Sharing out work: any number of workers gives the same, and a worker that dies is told."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

import hpmatch as hp
from hpmatch import parallel
from hpmatch.cli import main
from hpmatch.parallel import (
    batch_job,
    begin,
    begin_beside,
    each_chunk,
    end_processes,
    spread,
    start_processes,
    worker_count,
)

SAMPLE = Path(__file__).parents[1] / "examples" / "data"


@pytest.fixture
def processes(monkeypatch):
    """Lets small jobs go to other processes, and counts the batches that they are given."""
    given, executor = [], parallel._executor

    def counting():
        pool = executor()

        class Pool:
            def map(self, work, batches):
                given.extend(map(len, batches))
                return pool.map(work, batches)

            def submit(self, work, *arguments):
                given.append(len(arguments[0]) if arguments else 1)
                return pool.submit(work, *arguments)

            def shutdown(self, wait):
                pool.shutdown(wait=wait)

        return Pool()

    monkeypatch.setattr(parallel, "_ENOUGH", 100)
    monkeypatch.setattr(parallel, "_AT_A_TIME", 300)
    monkeypatch.setattr(parallel, "_executor", counting)
    return given


def _answers(result):
    return result.links, result.dispositions, result.rejected, result.summary


@pytest.mark.parametrize("prepared", [False, True])
def test_processes_and_threads_change_no_answer(processes, monkeypatch, prepared):
    """One worker or two, whose processes and threads really get work: the same result."""
    monkeypatch.setattr("hpmatch.blocking._ROWS_AT_A_TIME", 300)
    monkeypatch.setattr(parallel, "_LARGE_FILE", 0)
    results = []
    for workers in (1, 2):
        assert processes == []
        register = SAMPLE / "register.csv"
        if prepared:
            register = hp.Register.prepare(register, workers=workers)
        results.append(hp.link(SAMPLE / "alerts.csv", register, workers=workers, chunk_size=500))
    assert _answers(results[0]) == _answers(results[1])
    assert len(processes) > 3


def test_the_command_takes_a_number_of_workers(processes, tmp_path):
    """``--workers`` changes no byte of what is written."""
    alerts, register = str(SAMPLE / "alerts.csv"), str(SAMPLE / "register.csv")
    for workers in ("1", "2"):
        assert main(["prepare", register, "--out", str(tmp_path / f"p{workers}"), "--workers", workers]) == 0
        out = str(tmp_path / f"r{workers}")
        assert main(["link", alerts, str(tmp_path / f"p{workers}"), "--out", out, "--workers", workers]) == 0
    assert processes
    for kind in ("p", "r"):
        first, second = (
            {path.name: path.read_bytes() for path in (tmp_path / f"{kind}{workers}").iterdir()}
            for workers in "12"
        )
        assert first == second


def test_work_keeps_the_order_of_its_items(processes):
    """Results of all batches, in the order of the items."""
    items = list(range(1000))
    with batch_job(2):
        assert spread(_doubled, items) == [2 * item for item in items]
    assert processes == [300, 300, 300, 100]


def _doubled(items):
    return [2 * item for item in items]


def test_a_worker_process_that_dies_is_told_and_the_next_job_works(processes):
    """The message says what to do; other processes take the place of the dead ones."""

    def die(items):
        os.kill(os.getpid(), signal.SIGKILL)
        return items

    with batch_job(2):
        for _ in range(2):
            with pytest.raises(hp.HpmatchError, match=r"a worker process died.*workers=1"):
                spread(die, list(range(1000)))
            assert spread(_doubled, list(range(1000)))[-1] == 1998
    assert len(processes) == 16


_KILLED_AT_WORK = """
import os, signal, time
from hpmatch import parallel
parallel._ENOUGH = parallel._AT_A_TIME = 1

def slowly(items):
    time.sleep(1)
    return ["x" * 1_000_000 for _ in items]  # more than a pipe holds

with parallel.batch_job(2):
    parallel.spread(sorted, [1, 2])
    parallel.begin(slowly, range(4))
    time.sleep(0.5)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(os.name != "posix", reason="elsewhere a process does not get another parent")
def test_worker_processes_end_with_the_one_that_was_killed():
    """They have its output open: who reads that would wait for ever."""
    killed = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_WORK], capture_output=True, check=False, timeout=30
    )
    assert killed.returncode == -signal.SIGKILL


def test_an_error_in_a_worker_process_is_the_callers(processes):
    """What goes wrong there goes wrong here, and says the same."""

    def fail(items):
        from hpmatch.errors import SourceError  # noqa: PLC0415 - looked up in the other process

        raise SourceError(f"{len(items)} items")

    with batch_job(2), pytest.raises(hp.SourceError, match="300 items"):
        spread(fail, list(range(1000)))
    assert processes


def test_one_worker_starts_no_process(processes, monkeypatch):
    """Whatever the size of the job and of the file."""
    monkeypatch.setattr(parallel, "_LARGE_FILE", 0)
    with batch_job(1):
        start_processes(SAMPLE / "register.csv")
        assert spread(_doubled, list(range(1000)))[:3] == [0, 2, 4]
        assert list(each_chunk(str, [1, 2])) == ["1", "2"]
    assert processes == []


@pytest.mark.parametrize(
    ("workers", "pays", "beside"), [(2, True, True), (2, False, False), (1, True, False)]
)
def test_work_goes_to_a_thread_beside_where_that_pays(workers, pays, beside):
    """It knows how many workers there are; else it waits until it is asked for, and this thread does it."""
    with batch_job(workers):
        thread, known = begin_beside(lambda: (threading.get_ident(), worker_count()), pays=pays)()
    assert (thread != threading.get_ident()) == beside
    assert known == workers


@pytest.mark.parametrize(("smallest", "started"), [(0, 2), (1 << 30, 0)])
def test_processes_start_early_for_a_large_file_only(processes, monkeypatch, smallest, started):
    """What is no file, or is not there, starts none and raises nothing: who reads it will."""
    monkeypatch.setattr(parallel, "_LARGE_FILE", smallest)
    with batch_job(2):
        start_processes(SAMPLE / "register.csv")
        start_processes("no such file")
        start_processes([{"hpr_number": "1"}])
    assert len(processes) == started


def test_processes_that_are_not_needed_any_more_end(monkeypatch):
    """What was begun is done first, their memory is free for the rest, which this process does; the next job has others."""
    monkeypatch.setattr(parallel, "_ENOUGH", 100)
    monkeypatch.setattr(parallel, "_LARGE_FILE", 0)
    items = list(range(1000))
    with batch_job(2):
        end_processes()  # of none
        start_processes(SAMPLE / "register.csv")
        begun = begin(_process_of_each, items)
        end_processes()
        theirs = set(begun())
        assert os.getpid() not in theirs
        assert set(spread(_process_of_each, items)) == {os.getpid()}
    until = time.monotonic() + 30
    while any(_runs(process) for process in theirs) and time.monotonic() < until:
        time.sleep(0.05)
    assert not any(_runs(process) for process in theirs)
    with batch_job(2):
        assert os.getpid() not in spread(_process_of_each, items)


def _process_of_each(items):
    return [os.getpid() for _ in items]


def _runs(process):
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def test_the_number_of_workers_holds_within_its_block():
    """Outside it there is one a core."""
    with batch_job(3):
        assert worker_count() == 3
        with batch_job(None):
            assert worker_count() == parallel._cores()
        assert worker_count() == 3
    assert worker_count() == parallel._cores()


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="a process cannot be held to a core here")
def test_only_cores_that_may_be_used_count():
    """A machine of many cores may lend a process one, whose memory then does not suffice for a worker each."""
    allowed = os.sched_getaffinity(0)
    assert worker_count() == len(allowed)
    try:
        os.sched_setaffinity(0, {min(allowed)})
        assert worker_count() == 1
    finally:
        os.sched_setaffinity(0, allowed)


@pytest.mark.parametrize("workers", [0, -2])
def test_there_has_to_be_a_worker(workers, capsys):
    """A senseless number is refused by linking and by the command."""
    with pytest.raises(hp.HpmatchError, match=f"workers is {workers}; give at least 1"):
        hp.link(SAMPLE / "alerts.csv", SAMPLE / "register.csv", workers=workers)
    with pytest.raises(SystemExit) as ended:
        main(["link", "a", "b", "--out", "o", f"--workers={workers}"])
    assert ended.value.code == 2
    assert "at least 1" in capsys.readouterr().err


def test_chunks_keep_their_order_in_threads():
    """Results come in the order of the chunks, and what fails in a thread fails here."""
    with batch_job(4):
        assert list(each_chunk(_doubled, [[number] for number in range(50)])) == [[2 * n] for n in range(50)]
        with pytest.raises(ZeroDivisionError):
            list(each_chunk(lambda number: 1 // number, [1, 0, 1]))


def test_a_job_needs_no_processes_to_be_imported():
    """Importing the package and a small job load no process pool."""
    code = "import sys; from hpmatch.parallel import spread; spread(sorted, [2, 1]); sys.exit('loky' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("before", [True, False])
def test_a_batch_job_looks_for_no_garbage_and_leaves_it_as_it_was(before):
    was = gc.isenabled()
    (gc.enable if before else gc.disable)()
    found = []
    try:
        with suppress(ZeroDivisionError), batch_job(1):
            with batch_job(2):
                found.append(gc.isenabled())
            found.append(gc.isenabled())
            raise ZeroDivisionError
        found.append(gc.isenabled())
    finally:
        (gc.enable if was else gc.disable)()
    assert found == [False, False, before]
