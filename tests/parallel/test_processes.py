"""Several processes give the bytes that one gives, also when processes are killed in the middle."""

import multiprocessing
import os
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.model.errors import InputError
from sim.model.scenario import Scenario, load_scenario
from sim.study import parallel
from sim.study.parallel import (
    AHEAD,
    Finished,
    LocalProcesses,
    Task,
    Workers,
    differs,
    in_batches,
    local_workers,
    perform,
    usable_cores,
)
from sim.study.precision import Precision, Target
from sim.study.replicate import Sample, replicate, replicate_until
from tests.parallel.runs import SEED, same_bytes, small_fair


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return small_fair(tmp_path)


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "BATCH_SECONDS", 0.0)  # one replication each


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Sample:
    return replicate(small_fair(tmp_path_factory.mktemp("whole")), 60, SEED)


def always(jobs: int) -> Workers:
    """Workers that are used however small the work."""
    return local_workers(jobs, start_seconds=0.0)


# The same bytes -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("jobs", [1, 2, 7])
def test_any_number_of_processes_gives_the_same_bytes(scenario: Scenario, whole: Sample, jobs: int) -> None:
    saved: list[Sample] = []
    told: list[tuple[int, int]] = []
    with always(jobs) as workers:
        sample = replicate(
            scenario, 60, SEED, workers=workers, save=saved.append, progress=lambda *how: told.append(how)
        )
    assert same_bytes(sample, whole)
    assert sorted(int(number) for part in saved for number in part.replications) == list(range(60))
    assert told == [(done, 60) for done in range(61)]


def test_draws_and_precision_are_the_same_from_several_processes(scenario: Scenario, tmp_path: Path) -> None:
    draws = [load_scenario(tmp_path / "small.toml", [f"gate.lanes={lanes}"]) for lanes in (1, 2)]
    precision = Precision((Target("intents", 0.02, True),))
    alone = replicate(scenario, 5, SEED, draws=draws)
    taken, reached = replicate_until(scenario, precision, SEED)
    with always(2) as workers:
        together = replicate(scenario, 5, SEED, draws=draws, workers=workers)
        until, also = replicate_until(scenario, precision, SEED, workers=workers)
    assert same_bytes(alone, together)
    np.testing.assert_array_equal(alone.draws, together.draws)
    assert same_bytes(taken, until)
    assert (reached, reached.is_met, len(taken.replications) > 10) == (also, True, True)


def test_what_is_known_is_not_handed_over(scenario: Scenario, whole: Sample) -> None:
    known = Sample(whole.scenario, whole.keys, whole.replications[::2], whole.values[::2])
    saved: list[int] = []
    with always(2) as workers:
        sample = replicate(
            scenario, 60, SEED, known=known, workers=workers, save=lambda part: saved.extend(part.replications)
        )
    assert same_bytes(sample, whole)
    assert sorted(saved) == list(range(1, 60, 2))


# Whether it pays ------------------------------------------------------------------------------------------


def test_small_runs_start_no_process(scenario: Scenario) -> None:
    before = multiprocessing.active_children()
    with local_workers(2) as workers:
        replicate(scenario, 20, SEED, workers=workers)
        assert multiprocessing.active_children() == before


@pytest.mark.parametrize(
    ("size", "seconds", "is_open", "saves"),
    [
        (1, 1e6, False, False),
        (2, 2.9, False, False),
        (2, 3.1, False, True),
        (4, 2.1, False, True),
        (2, 0.1, True, True),
    ],
)
def test_processes_are_started_when_they_save_time(size: int, seconds: float, is_open: bool, saves: bool) -> None:
    assert LocalProcesses(size, start_seconds=1.5).saves(seconds, is_open) is saves


def test_batches_take_long_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "BATCH_SECONDS", 0.2)
    places = [(0, number) for number in range(10)]
    assert [len(batch) for batch in in_batches(places, 0.05)] == [4, 4, 2]
    assert [len(batch) for batch in in_batches(places, 3.0)] == [1] * 10
    assert [len(batch) for batch in in_batches(places, 0.0)] == [10]
    assert [place for batch in in_batches(places, 0.05) for place in batch] == places


def test_usable_cores_are_those_of_this_process() -> None:
    assert 1 <= usable_cores() <= (os.cpu_count() or 1)
    assert local_workers().size == usable_cores()


# Processes die --------------------------------------------------------------------------------------------


def children() -> list[int]:
    return [child.pid for child in multiprocessing.active_children() if child.pid is not None]


@pytest.mark.parametrize("victims", [1, 2])
def test_killed_processes_lose_nothing(scenario: Scenario, whole: Sample, victims: int) -> None:
    others = set(children())
    saved: list[int] = []

    def kill_some(part: Sample) -> None:
        saved.extend(part.replications)
        if len(saved) in (10, 25):
            for child in [pid for pid in children() if pid not in others][:victims]:
                os.kill(child, signal.SIGKILL)

    with always(2) as workers:
        sample = replicate(scenario, 60, SEED, workers=workers, save=kill_some)
    assert same_bytes(sample, whole)
    assert sorted(saved) == list(range(60))  # each kept once


class Replacing(LocalProcesses):
    """Processes that compute with another function than `perform`."""

    def __init__(self, size: int, function: Callable[[Task], Finished]) -> None:
        super().__init__(size, start_seconds=0.0)
        self.function = function

    def open(self) -> Executor:
        return Redirected(super().open(), self.function)


class Redirected(Executor):
    def __init__(self, executor: Executor, function: Callable[[Task], Finished]) -> None:
        self.executor, self.function = executor, function

    def submit(self, _: Callable[..., Any], /, *arguments: Any, **options: Any) -> Future[Any]:
        return self.executor.submit(self.function, *arguments, **options)


def dies_at_17(task: Task) -> Finished:
    if (0, 17) in task.places:
        os._exit(9)
    return perform(task)


def fails_at_17(task: Task) -> Finished:
    if (0, 17) in task.places:
        raise ZeroDivisionError("one replication went wrong")
    return perform(task)


def warns(task: Task) -> Finished:
    finished = perform(task)
    return finished._replace(warnings=((RuntimeWarning, "careful"),))


def test_a_batch_that_always_kills_its_process_is_named_and_the_others_are_kept(scenario: Scenario) -> None:
    saved: list[int] = []
    with Workers(Replacing(2, dies_at_17)) as workers, pytest.raises(InputError) as caught:
        replicate(scenario, 60, SEED, workers=workers, save=lambda part: saved.extend(part.replications))
    assert str(caught.value) == (
        "replication 17: 3 processes died that computed them, often for want of memory; take fewer --jobs, then go"
        " on with --resume: what is finished is kept [worker-died]"
    )
    assert 17 not in saved
    # What was on its way beside it when the processes died may be lost, nothing else.
    assert len(set(range(17)) - set(saved)) < AHEAD * 2
    assert len(saved) == len(set(saved))


def test_an_error_of_a_batch_is_that_error_and_finished_batches_are_kept(scenario: Scenario) -> None:
    saved: list[int] = []
    with Workers(Replacing(2, fails_at_17)) as workers, pytest.raises(ZeroDivisionError, match="went wrong"):
        replicate(scenario, 60, SEED, workers=workers, save=lambda part: saved.extend(part.replications))
    assert len(set(range(17)) - set(saved)) <= 1  # the other process may not be done
    assert 17 not in saved


def test_warnings_come_home(scenario: Scenario) -> None:
    with Workers(Replacing(2, warns)) as workers, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        replicate(scenario, 8, SEED, workers=workers)
    assert {(one.category, str(one.message)) for one in caught} == {(RuntimeWarning, "careful")}


def test_an_interruption_keeps_what_is_done_and_ends_the_processes(scenario: Scenario) -> None:
    saved: list[int] = []
    others = set(children())

    def interrupted(part: Sample) -> None:
        saved.extend(part.replications)
        if len(saved) == 20:
            time.sleep(0.3)  # meanwhile what was handed over ahead is finished
            raise KeyboardInterrupt

    with always(2) as workers, pytest.raises(KeyboardInterrupt):
        replicate(scenario, 60, SEED, workers=workers, save=interrupted)
    assert set(children()) <= others
    assert 22 <= len(set(saved)) <= 25


def test_a_process_of_another_program_is_refused(scenario: Scenario) -> None:
    task = Task({}, (), SEED, "kernel", {"version": "0.0"})
    with pytest.raises(InputError, match=r"jobfair: version is .*, not 0\.0, .*\[other-program\]"):
        perform(task)
    assert differs("tcp://x", {"numpy": "2.4", "python": "3.11"}, {"numpy": "2.3", "python": "3.11"}).found == (
        "numpy is 2.3, not 2.4"
    )


@pytest.fixture
def no_threads_left() -> Iterator[None]:
    before = set(threading.enumerate())
    yield
    assert set(threading.enumerate()) <= before


def test_any_executor_will_do(scenario: Scenario, whole: Sample, no_threads_left: None) -> None:
    class Threads:
        size = 2

        def saves(self, seconds: float, is_open: bool) -> bool:
            return True

        def open(self) -> Executor:
            self.executor = ThreadPoolExecutor(2)
            return self.executor

        def close(self, at_once: bool) -> None:
            self.executor.shutdown(cancel_futures=True)

        def explain(self, error: BaseException) -> InputError | None:
            return None

    with Workers(Threads()) as workers:
        assert same_bytes(replicate(scenario, 60, SEED, workers=workers), whole)
