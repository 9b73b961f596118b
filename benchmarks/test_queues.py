"""An M/M/3 queue, per customer: the kernel, which writes its whole ledger, against three simulation libraries."""

import math
import statistics
import time

import pytest

from benchmarks.conftest import Against, Figures
from benchmarks.fairs import ARRIVALS_PER_MINUTE, RECRUITERS, SERVICE_MINUTES, waits_of_queue
from benchmarks.queues import QUEUES

pytestmark = pytest.mark.benchmark(timer=time.process_time)

CUSTOMERS = 20_000
# Library, rounds, times asserted, times demanded. Of SimPy and Ciw, what is demanded is not reached: see README.md.
CASES = [("SimPy", 9, 61, 100), ("Ciw", 5, 100, 150), ("salabim", 3, 1000, 1000)]


def erlang_c_wait() -> float:
    """Mean minutes of waiting, Erlang's formula C."""
    load = ARRIVALS_PER_MINUTE * SERVICE_MINUTES
    last = load**RECRUITERS / math.factorial(RECRUITERS) * RECRUITERS / (RECRUITERS - load)
    waits = last / (sum(load**k / math.factorial(k) for k in range(RECRUITERS)) + last)
    return waits * SERVICE_MINUTES / (RECRUITERS - load)


@pytest.mark.parametrize(("library", "rounds", "asserted", "demanded"), CASES)
def test_queue(against: Against, figures: Figures, library: str, rounds: int, asserted: float, demanded: float) -> None:
    other = QUEUES[library]
    ours, theirs = waits_of_queue(CUSTOMERS, 1), other(CUSTOMERS, 1)
    assert len(ours) == len(theirs) == CUSTOMERS
    # 20,000 customers of a queue this busy: the standard error of a run's mean is 0.05 (100 runs of the kernel).
    for waits in (ours, theirs):
        assert statistics.fmean(waits) == pytest.approx(erlang_c_wait(), abs=0.25)
    ratio = against(lambda: waits_of_queue(CUSTOMERS, 1), lambda: other(CUSTOMERS, 1), rounds, 20)
    figures.at_least(f"M/M/3: {library} seconds over kernel seconds, per customer", ratio, asserted, demanded)
