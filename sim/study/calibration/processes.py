"""Work of a calibration in several processes: numbered tasks on one shared subject, in any order.

Each task is a pure function of the subject and the task, so where it is computed makes no difference. Knows nothing of
what is computed.
"""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, TypeVar

from sim.study.parallel import LocalProcesses

S = TypeVar("S")
T = TypeVar("T")
R = TypeVar("R")
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


def in_processes(
    work: Callable[[S, T], R], subject: S, tasks: Sequence[T], jobs: int, keep: Callable[[int, R], None]
) -> None:
    """Do every task, here or in `jobs` processes, and hand what comes out to `keep` with the task's number.

    `work` is a function of a module.
    """
    if jobs <= 1 or len(tasks) <= 1:
        for number, task in enumerate(tasks):
            keep(number, work(subject, task))
        return
    from concurrent.futures import as_completed

    crew = LocalProcesses(min(jobs, len(tasks)), 0.0)
    packed = pickle.dumps((work, subject))
    finished = False
    with _one_thread():
        executor = crew.open()
        try:
            futures = {executor.submit(_perform, packed, task): number for number, task in enumerate(tasks)}
            for future in as_completed(futures):
                keep(futures[future], future.result())
            finished = True
        finally:
            crew.close(at_once=not finished)


@contextmanager
def _one_thread() -> Iterator[None]:
    """Processes started inside calculate with one thread each: more would get in each other's way."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _perform(packed: bytes, task: Any) -> Any:
    """One task, in another process."""
    work, subject = _unpacked(packed)
    return work(subject, task)


@lru_cache(maxsize=1)
def _unpacked(packed: bytes) -> tuple[Callable[[Any, Any], Any], Any]:
    """What is to be done and on what, unpacked once in each process."""
    from sim.warmup import ensure_compiled

    ensure_compiled()
    return pickle.loads(packed)  # type: ignore[no-any-return]
