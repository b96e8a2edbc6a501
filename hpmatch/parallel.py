"""
Sharing out work among the cores: Python work on distinct values among processes, array work on chunks among threads.

What is worked out for a value (its tokens, its sounds) depends on that value alone, and what is worked out for a chunk on
that chunk alone, so any number of workers gives the same. Small jobs stay in this process: to start others takes longer.
"""

from __future__ import annotations

import gc
import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from contextvars import ContextVar, copy_context
from pathlib import Path
from typing import Any, TypeVar

from hpmatch.errors import HpmatchError

Item = TypeVar("Item")
Found = TypeVar("Found")

_ENOUGH = 20_000  # items that are worth other processes
_AT_A_TIME = 4_000
_WATCH = 0.5  # seconds between two looks whether the process is there that one works for
_LARGE_FILE = 16 << 20  # bytes, some 200,000 registered persons
_DIED = (
    "a worker process died, most likely for want of memory; nothing was written. Run it again with fewer workers "
    "(workers=1 uses no other process)"
)
_wanted: ContextVar[int | None] = ContextVar("wanted", default=None)
_started: ContextVar[Any] = ContextVar(
    "started", default=None
)  # loky keeps processes for each thread; all share these


@contextmanager
def batch_job(workers: int | None) -> Iterator[None]:
    """
    Work on whole tables within the block: by so many workers, and without a search for garbage.

    Rows and values have no cycles; to look for some among millions of them would take an eighth of the time.

    Args:
        workers: How many; None for one a core.

    Raises:
        HpmatchError: If it is less than one.
    """
    if workers is not None and workers < 1:
        raise HpmatchError(f"workers is {workers}; give at least 1, or None for one a core")
    wanted, started, collected = _wanted.set(workers), _started.set(None), gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collected:
            gc.enable()
        _wanted.reset(wanted)
        _started.reset(started)


def worker_count() -> int:
    """How many workers there are."""
    return _wanted.get() or _cores()


def _cores() -> int:
    """How many cores this process may use, which may be fewer than there are (taskset, a batch system)."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def start_processes(source: Any) -> None:
    """Let other processes start now, while a large file is read, because work for them is to come."""
    try:
        large = isinstance(source, (str, Path)) and Path(source).stat().st_size > _LARGE_FILE
    except OSError:
        return  # who reads it will say what is wrong
    if large and worker_count() > 1:
        processes = _executor()
        _started.set(processes)
        for _ in range(worker_count()):
            processes.submit(warm_up)


def end_processes() -> None:
    """Let other processes go when they have done what was begun, for their memory; what comes after is done in this one."""
    if processes_started():
        _started.get().shutdown(wait=False)


def processes_started() -> bool:
    """Whether other processes have started that all threads share."""
    return _started.get() is not None


def warm_up() -> None:
    """What a process does first: import what it will work with, and read its tables."""
    from hpmatch.standardise.token_forms import forms_of_tokens  # noqa: PLC0415 - it needs this module

    forms_of_tokens(["kari", "šimkienė"])


def spread(work: Callable[[Sequence[Item]], Sequence[Found]], items: Sequence[Item]) -> list[Found]:
    """
    Work on many distinct values, in other processes where that pays.

    Args:
        work: From some values to what is found of them, in their order; a function of a module, which depends on nothing else.
        items: The values.

    Raises:
        HpmatchError: If a process dies.

    Example:
        >>> spread(sorted, [1, 2])
        [1, 2]
    """
    return begin(work, items)()


def begin(
    work: Callable[[Sequence[Item]], Sequence[Found]], items: Sequence[Item]
) -> Callable[[], list[Found]]:
    """
    Begin with work on many distinct values in other processes, to go on with something else meanwhile.

    Args:
        work: See ``spread``.
        items: The values.

    Returns:
        A function that waits for the results, and works on few values itself; it raises what ``spread`` does.

    Example:
        >>> begin(sorted, [2, 1])()
        [1, 2]
    """
    if len(items) < _ENOUGH or worker_count() == 1:  # to count the cores takes time
        return lambda: list(work(items))
    from loky.process_executor import (  # noqa: PLC0415 - only for large jobs
        BrokenProcessPool,
        ShutdownExecutorError,
    )

    batches = [items[start : start + _AT_A_TIME] for start in range(0, len(items), _AT_A_TIME)]
    try:
        begun = [_executor().submit(work, batch) for batch in batches]
    except ShutdownExecutorError:
        return lambda: list(work(items))
    except BrokenProcessPool as error:
        raise HpmatchError(_DIED) from error

    def wait() -> list[Found]:
        try:
            return [found for future in begun for found in future.result()]
        except BrokenProcessPool as error:
            raise HpmatchError(_DIED) from error

    return wait


def _executor() -> Any:
    if processes_started():
        return _started.get()
    from loky import get_reusable_executor  # noqa: PLC0415 - only for large jobs

    return get_reusable_executor(
        max_workers=worker_count(), timeout=60, initializer=_begin_process, initargs=(os.getpid(),)
    )


def _begin_process(parent: int) -> None:
    """
    What is said to a new process before it gets work.

    What is worked out there has no cycles: to look for garbage would take a tenth of the time and find none.
    """
    gc.disable()
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """
    End this process once the one that started it is no more.

    It may wait for ever to hand over what nobody reads, with names in its memory, and with the output open that others read.
    """
    while os.getppid() == parent:
        time.sleep(_WATCH)
    os._exit(1)


def begin_beside(work: Callable[[], Found], *, pays: bool) -> Callable[[], Found]:
    """
    Begin with work in a thread beside this one.

    Args:
        work: What to do.
        pays: Whether it is worth a thread; else it is done when it is asked for, as with one worker.

    Returns:
        A function that waits for what was found; what fails in the thread fails there.

    Example:
        >>> begin_beside(lambda: 1, pays=True)()
        1
    """
    if not pays or worker_count() == 1:
        return work
    thread = ThreadPoolExecutor(1)
    found = thread.submit(copy_context().run, work)
    thread.shutdown(wait=False)
    return found.result


def each_chunk(work: Callable[[Item], Found], chunks: Iterable[Item]) -> Iterator[Found]:
    """The results of array work on chunks, in the chunks' order, by as many threads as there are workers."""
    chunks = list(chunks)
    if len(chunks) <= 1 or worker_count() == 1:
        yield from map(work, chunks)
        return
    # Each chunk in a context of its own, so that it knows how many workers there are.
    contexts = [copy_context() for _ in chunks]
    with ThreadPoolExecutor(worker_count()) as threads:
        yield from threads.map(lambda context, chunk: context.run(work, chunk), contexts, chunks)
