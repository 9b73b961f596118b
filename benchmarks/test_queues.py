"""An M/M/3 queue, per customer: the kernel, which writes its whole ledger, against three simulation libraries."""

import heapq
import itertools
import math
import time

import numpy as np
import pytest

from benchmarks.conftest import Against, Figures
from benchmarks.fairs import ARRIVALS_PER_MINUTE, RECRUITERS, SERVICE_MINUTES, serve_queue
from benchmarks.queues import QUEUES

pytestmark = pytest.mark.benchmark(timer=time.process_time)

CUSTOMERS = 20_000
TIMES = 100  # runs of the kernel in a round, which take about as long as one of SimPy
CASES = [("SimPy", 9, 85, 100), ("Ciw", 5, 130, 150), ("salabim", 3, 1000, 1000)]  # rounds, asserted, demanded


def in_order(times: np.ndarray) -> np.ndarray:
    """Rows of (arrival, beginning, end) in the order of arrival, without those that a run's end may have cut short."""
    return times[np.argsort(times[:, 0])][: CUSTOMERS - 200]


def misplaced(times: np.ndarray, servers: int) -> int:
    """Customers who do not begin when the first of so many servers is free: exact, whatever was drawn."""
    free = [0.0] * servers
    wrong = 0
    for arrived, began, ended in times.tolist():
        wrong += not math.isclose(began, max(arrived, free[0]), abs_tol=1e-9)
        heapq.heapreplace(free, ended)
    return wrong


@pytest.mark.parametrize(("library", "rounds", "asserted", "demanded"), CASES)
def test_queue(against: Against, figures: Figures, library: str, rounds: int, asserted: float, demanded: float) -> None:
    other = QUEUES[library]
    stays = serve_queue(CUSTOMERS, 1)
    ours = np.column_stack([stays[name] for name in ("joined", "started", "ended")])
    theirs = np.array(other(CUSTOMERS, 1))
    # As many events in either, and the same queue: everybody is served by the first of three that is free. Two or four
    # would not do.
    assert ours.shape == theirs.shape == (CUSTOMERS, 3)
    for times in (in_order(ours), in_order(theirs)):
        assert [misplaced(times, servers) > 0 for servers in (2, RECRUITERS, 4)] == [True, False, True]
        # Gaps and services are exponential: the standard error of a mean is 0.7 %, of a standard deviation 1.0 %.
        for minutes, mean in (
            (np.diff(times[:, 0]), 1 / ARRIVALS_PER_MINUTE),
            (times[:, 2] - times[:, 1], SERVICE_MINUTES),
        ):
            assert minutes.mean() == pytest.approx(mean, rel=0.02)
            assert minutes.std() == pytest.approx(mean, rel=0.03)
    seeds = itertools.count()  # another queue in each run, lest the processor learn what it ought to guess
    ratio = against(lambda: serve_queue(CUSTOMERS, next(seeds)), lambda: other(CUSTOMERS, 1), rounds, TIMES)
    figures.at_least(f"M/M/3: {library} seconds over kernel seconds, per customer", ratio, asserted, demanded)
