"""Replications computed by several processes at once: on this machine, or on a Dask cluster.

It gives Workers: they take batches of replications, each named by its index, and hand back what comes out in whatever
order it is ready; who asks sorts it. Both kinds are an executor of `concurrent.futures`, used in the same way. A
process that dies loses its batch, which is computed again. It must not know what is measured, nor where results are
kept.

A script that asks for several processes must be guarded by `if __name__ == "__main__":`, because each of them loads it.
"""

from __future__ import annotations

import math
import os
import pickle
import sys
import zlib
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from functools import lru_cache
from types import TracebackType
from typing import TYPE_CHECKING, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from sim import program
from sim.model.errors import Finding, InputError

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from sim.campaign.season import Season
    from sim.model.scenario import Scenario

# Handing over a batch takes 0.3 ms on this machine and 4 ms on a cluster: little beside this.
BATCH_SECONDS = 0.2
# What a process needs to start, load the libraries and the compiled code.
START_SECONDS = 1.5
# So many batches per process are handed over ahead, so that none waits for the next.
AHEAD = 2
MOST_DEATHS = 3
MOST_PROCESSES_ON_WINDOWS = 61

Place = tuple[int, int]
"""Draw of the parameters (0 without draws), replication."""


class Task(NamedTuple):
    """A batch of replications, and all that another process needs to compute them."""

    scenarios: Mapping[int, bytes]  # by draw, packed
    places: tuple[Place, ...]
    seed: int
    engine: str
    computed_by: Mapping[str, str]


class Finished(NamedTuple):
    """What came out of a batch: a row of measures per place, and what Python warned of."""

    values: npt.NDArray[np.float64]
    warnings: tuple[tuple[type[Warning], str], ...]


Keep = Callable[[Task, Finished], None]


class Crew(Protocol):
    """Where workers come from."""

    size: int

    def saves(self, seconds: float, is_open: bool) -> bool:
        """Whether work that takes one process so long is done sooner by these; open: they are running already."""

    def open(self) -> Executor:
        """An executor whose processes are alive."""

    def close(self, at_once: bool) -> None:
        """End the executor; at once: without waiting for what its processes are doing."""

    def explain(self, error: BaseException) -> InputError | None:
        """What an error of this executor means to a planner; None if it came from the batch itself."""


class Workers:
    """Processes that compute batches of replications; they are started when the first batch is handed over."""

    def __init__(self, crew: Crew) -> None:
        self._crew = crew
        self._executor: Executor | None = None

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close(at_once=kind is not None)

    @property
    def size(self) -> int:
        """How many batches are computed at the same time."""
        return self._crew.size

    def pays(self, seconds: float) -> bool:
        """Whether work that takes one process so long is done sooner by these."""
        return self._crew.saves(seconds, is_open=self._executor is not None)

    def run(self, tasks: Iterable[Task], keep: Keep) -> None:
        """Compute every batch and hand each to `keep` when it is ready, in any order.

        Whatever ends this early, finished batches are kept first.
        """
        _Round(self, iter(tasks), keep).run()

    def close(self, at_once: bool = False) -> None:
        """End the processes."""
        self._executor = None
        self._crew.close(at_once)

    def submit(self, task: Task) -> Future[Finished]:
        """Hand one batch over."""
        if self._executor is None:
            self._executor = self._crew.open()
        return self._executor.submit(perform, task)

    def explain(self, error: BaseException) -> InputError | None:
        """What an error of the executor means to a planner."""
        return self._crew.explain(error)


class _Round:
    """Some batches on their way through the workers."""

    def __init__(self, workers: Workers, tasks: Iterator[Task], keep: Keep) -> None:
        self._workers, self._tasks, self._keep = workers, tasks, keep
        self._pending: dict[Future[Finished], Task] = {}
        self._lost: deque[Task] = deque()
        self._deaths: Counter[tuple[Place, ...]] = Counter()

    def run(self) -> None:
        try:
            while self._hand_over():
                done, _ = wait(self._pending, return_when=FIRST_COMPLETED)
                broken = sum(self._settle(future) for future in done)
                if broken:
                    self._start_again()
        except BaseException:
            self._save_what_is_done()
            self._workers.close(at_once=True)
            raise

    def _hand_over(self) -> bool:
        """Hand over as many batches as are wanted ahead; whether any is on its way."""
        try:
            while len(self._pending) < self._room() and (task := self._next()) is not None:
                self._lost.appendleft(task)  # until it is handed over
                self._pending[self._workers.submit(task)] = task
                self._lost.popleft()
        except BrokenExecutor:
            self._start_again()
            return self._hand_over()
        return bool(self._pending)

    def _room(self) -> int:
        """How many batches may be on their way; one that was there at two deaths goes alone, to tell which it is."""
        has_suspect = any(map(self._is_suspect, (*self._lost, *self._pending.values())))
        return 1 if has_suspect else AHEAD * self._workers.size

    def _is_suspect(self, task: Task) -> bool:
        return self._deaths[task.places] >= MOST_DEATHS - 1

    def _next(self) -> Task | None:
        if self._lost:
            task = next(filter(self._is_suspect, self._lost), self._lost[0])
            self._lost.remove(task)
            return task
        return next(self._tasks, None)

    def _settle(self, future: Future[Finished]) -> bool:
        """Keep what came out; whether the processes died instead."""
        task = self._pending[future]
        try:
            finished = future.result()
        except BrokenExecutor as error:
            del self._pending[future]
            self._deaths[task.places] += 1
            if self._deaths[task.places] >= MOST_DEATHS:
                raise InputError([_gave_up(task)]) from error
            self._lost.append(task)
            return True
        except Exception as error:
            explained = self._workers.explain(error)
            if explained is None:
                raise
            raise explained from error
        self._keep(task, finished)
        del self._pending[future]
        return False

    def _start_again(self) -> None:
        """Collect what the dead executor still holds, and let the next batch start another."""
        done, _ = wait(self._pending)
        for future in done:
            self._settle(future)
        self._workers.close(at_once=True)

    def _save_what_is_done(self) -> None:
        for future, task in self._pending.items():
            if not future.cancel() and future.done() and not future.cancelled() and future.exception() is None:
                self._keep(task, future.result())


def _gave_up(task: Task) -> Finding:
    first, last = task.places[0], task.places[-1]
    name = f"replication {first[1]}" if first == last else f"replications {first[1]} to {last[1]}"
    if last[0]:
        name += f" of draw {first[0]}" if first[0] == last[0] else f" (draws {first[0]} to {last[0]})"
    found = f"{MOST_DEATHS} processes died that computed them, often for want of memory"
    remedy = "take fewer --jobs, then go on with --resume: what is finished is kept"
    return Finding(name, "", found, "", remedy, "worker-died")


# In the other process ---------------------------------------------------------------------------------------------


def perform(task: Task) -> Finished:
    """Compute one batch, in whatever process this is."""
    import warnings

    from sim.study.measures import measure

    if task.computed_by != program.identity():
        raise InputError([differs(program.PROGRAM, task.computed_by, program.identity())])
    with warnings.catch_warnings(record=True) as caught:
        rows = []
        for draw, replication in task.places:
            season = _season(task.scenarios[draw])
            rows.append(measure(season, season.play(task.seed, replication, task.engine)))
    return Finished(np.array(rows, np.float64), tuple((one.category, str(one.message)) for one in caught))


# Batches come in the order of the draws, so one is enough; another for when two scenarios take turns.
@lru_cache(maxsize=2)
def _season(packed: bytes) -> Season:
    """A scenario made ready, once in each process."""
    from sim.campaign.season import Season
    from sim.warmup import ensure_compiled

    scenario: Scenario = pickle.loads(zlib.decompress(packed))
    ensure_compiled(campaign=scenario.is_campaign)
    return Season(scenario)


def pack(scenario: Scenario) -> bytes:
    """A scenario for the way to another process."""
    return zlib.compress(pickle.dumps(scenario), level=1)


def in_batches(places: Sequence[Place], seconds_each: float) -> Iterator[tuple[Place, ...]]:
    """Places in batches that take long enough to be worth handing over."""
    size = max(1, math.ceil(BATCH_SECONDS / max(seconds_each, 1e-6)))
    for start in range(0, len(places), size):
        yield tuple(places[start : start + size])


# Processes of this machine ----------------------------------------------------------------------------------------


def usable_cores() -> int:
    """How many cores this process may use."""
    if sys.version_info >= (3, 13):
        return os.process_cpu_count() or 1
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def local_workers(jobs: int | None = None, start_seconds: float = START_SECONDS) -> Workers:
    """Processes on this machine, as many as there are usable cores unless `jobs` says otherwise.

    `start_seconds` is what starting them costs: work that takes less is better done without them.
    """
    return Workers(LocalProcesses(jobs or usable_cores(), start_seconds))


class LocalProcesses:
    """Processes on this machine.

    Only this process holds the writing end of their lifeline. When it closes that end or dies, however suddenly, theirs
    ends too.
    """

    def __init__(self, size: int, start_seconds: float) -> None:
        self.size = min(size, MOST_PROCESSES_ON_WINDOWS) if sys.platform == "win32" else size
        self._start_seconds = start_seconds
        self._executor: Executor | None = None
        self._lifeline: Connection | None = None

    def saves(self, seconds: float, is_open: bool) -> bool:
        """A single process saves nothing, and starting several takes time."""
        saved = seconds * (1 - 1 / self.size)
        return saved > (0.0 if is_open else self._start_seconds)

    def open(self) -> Executor:
        """A new pool. Its processes are spawned everywhere: a fork copies locks of threads that it does not copy."""
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        context = get_context("spawn")
        theirs, self._lifeline = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(self.size, context, initializer=_begin, initargs=(theirs,))
        return self._executor

    def close(self, at_once: bool) -> None:
        """End the processes."""
        if self._executor is None or self._lifeline is None:
            return
        if at_once:
            self._lifeline.close()
        self._executor.shutdown(cancel_futures=True)
        self._lifeline.close()
        self._executor = self._lifeline = None

    def explain(self, error: BaseException) -> InputError | None:
        """Errors of a batch come from the batch itself."""
        return None


def _begin(lifeline: Connection) -> None:
    """Tie this process to the one that started it."""
    import signal
    import threading

    # Ctrl-C reaches all processes of a terminal; the first one decides.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()


def _end_with(lifeline: Connection) -> None:
    try:
        lifeline.poll(None)  # nothing is ever written: this ends when the other end is closed
    finally:
        os._exit(0)


def differs(place: str, ours: Mapping[str, str], theirs: Mapping[str, str]) -> Finding:
    """How a program elsewhere is another one than this."""
    names = [name for name in {**ours, **theirs} if ours.get(name) != theirs.get(name)]
    found = ", ".join(f"{name} is {theirs.get(name, 'absent')}, not {ours.get(name, 'absent')}" for name in names)
    remedy = "install the same program and libraries there, from the same lock file"
    return Finding(place, "", found, "", remedy, "other-program")
