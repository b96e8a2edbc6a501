"""
Sharing out work among the cores: Python work on distinct values among processes, array work on chunks among threads.

What is worked out for a value (its tokens, its sounds) depends on that value alone, and what is worked out for a chunk on
that chunk alone, so any number of workers gives the same. Small jobs stay in this process: to start others takes longer.
"""

from __future__ import annotations

import os
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
_LARGE_FILE = 16 << 20  # bytes, some 200,000 registered persons
_DIED = (
    "a worker process died, most likely for want of memory; nothing was written. Run it again with fewer workers "
    "(workers=1 uses no other process)"
)
_wanted: ContextVar[int | None] = ContextVar("wanted", default=None)


@contextmanager
def use_workers(number: int | None) -> Iterator[None]:
    """
    Use so many workers within the block; None for one a core.

    Raises:
        HpmatchError: If it is less than one.
    """
    if number is not None and number < 1:
        raise HpmatchError(f"workers is {number}; give at least 1, or None for one a core")
    token = _wanted.set(number)
    try:
        yield
    finally:
        _wanted.reset(token)


def worker_count() -> int:
    """How many workers there are."""
    return _wanted.get() or os.cpu_count() or 1


def start_processes(source: Any) -> None:
    """Let other processes start now, while a large file is read, because work for them is to come."""
    try:
        large = isinstance(source, (str, Path)) and Path(source).stat().st_size > _LARGE_FILE
    except OSError:
        return  # who reads it will say what is wrong
    if large and worker_count() > 1:
        for _ in range(worker_count()):
            _executor().submit(warm_up)


def warm_up() -> None:
    """What a process does first: import what it will work with, and read its tables."""
    from hpmatch.standardise.token_forms import forms_of_tokens  # noqa: PLC0415 - it needs this module

    forms_of_tokens(["kari", "šimkienė"])


def spread(work: Callable[[Sequence[Item]], Sequence[Found]], items: Sequence[Item]) -> list[Found]:
    """
    Work on many distinct values, in other processes where that pays.

    Args:
        work: From some values to as many results; a function of a module, which depends on nothing else.
        items: The values.

    Raises:
        HpmatchError: If a process dies.

    Example:
        >>> spread(sorted, [1, 2])
        [1, 2]
    """
    if worker_count() == 1 or len(items) < _ENOUGH:
        return list(work(items))
    from loky.process_executor import BrokenProcessPool  # noqa: PLC0415 - only for large jobs

    batches = [items[start : start + _AT_A_TIME] for start in range(0, len(items), _AT_A_TIME)]
    try:
        return [found for batch in _executor().map(work, batches) for found in batch]
    except BrokenProcessPool as error:
        raise HpmatchError(_DIED) from error


def _executor() -> Any:
    from loky import get_reusable_executor  # noqa: PLC0415 - only for large jobs

    return get_reusable_executor(max_workers=worker_count(), timeout=60)


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
