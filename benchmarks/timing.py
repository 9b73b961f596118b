"""Timing on a shared machine: two pieces of work taken in turn, and the ratio pair by pair.

A machine that others use runs faster in one minute than in the next. What is compared is therefore always timed in the
same run and in turn; the ratio is taken within each pair, and the median of the ratios is reported. Seconds are the
processor's, which other programs disturb less than those on the wall. Knows no job fair.
"""

from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Work = Callable[[], object]

_LARGE = 30_000_000  # bytes; glibc never takes more than 32 MB for the limit


def keep_memory() -> None:
    """Let the C library keep the memory of arrays that are freed, as it does in a process that has run for a while.

    It returns every larger array to the system, and fetches the next page by page, until something large has been freed
    once: without this, figures depend on what ran before.
    """
    np.ones(_LARGE, np.uint8)


class Pairs(NamedTuple):
    """Seconds of two pieces of work that were timed in turn."""

    one: tuple[float, ...]
    other: tuple[float, ...]

    def ratio(self) -> float:
        """Median over the pairs of `other` divided by `one`: how many times faster `one` is."""
        return statistics.median(b / a for a, b in zip(self.one, self.other, strict=True))


def seconds(work: Work, times: int = 1) -> float:
    """Processor seconds of one call, as the mean of so many calls; waste of earlier work is collected beforehand."""
    gc.collect()
    begun = time.process_time()
    for _ in range(times):
        work()
    return (time.process_time() - begun) / times


def in_turn(one: Work, other: Work, rounds: int, times: tuple[int, int] = (1, 1)) -> Pairs:
    """Time two pieces of work in turn.

    Args:
        one, other: the work; both are called once beforehand, uncounted.
        rounds: pairs.
        times: how often each is called within a pair, so that the shorter one is long enough to be timed.
    """
    one()
    other()
    taken = [(seconds(one, times[0]), seconds(other, times[1])) for _ in range(rounds)]
    return Pairs(tuple(a for a, _ in taken), tuple(b for _, b in taken))
