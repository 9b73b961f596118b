"""A fixed piece of work, of the kind that the kernel does, to measure the machine with.

Random numbers by multiplying, logarithms, a heap of times, rows of people and booths read and written here and there.
It shares no code with the package, so that nothing that is done to the package changes it. Change it never: the stored
figures are multiples of it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numba
import numpy as np

_PEOPLE, _BOOTHS, _WAITING, _STEPS = 1000, 41, 400, 60_000
_ROW = np.dtype([("number", "u8"), ("time", "f8"), ("count", "i8"), ("filler", "f8", (5,))])
_ENTRY = np.dtype([("time", "f8"), ("row", "i8")])


def yardstick() -> Callable[[], float]:
    """Compile the piece of work; each call does it once, about six milliseconds, and gives the same number."""
    work = numba.njit(error_model="numpy")(_work)

    def once() -> float:
        heap = np.zeros(_WAITING + 1, _ENTRY)
        return float(work(np.zeros(_PEOPLE, _ROW), np.zeros(_BOOTHS, _ROW), heap, _STEPS))

    once()
    return once


def _work(people: np.ndarray, booths: np.ndarray, heap: np.ndarray, steps: int) -> float:
    state = np.uint64(1)
    size = 0
    total = 0.0
    for step in range(steps + heap.size - 1):
        now = 0.0
        row = step % people.size
        if size == heap.size - 1:  # take the first, let the last sink from the top
            now, row = heap[0]["time"], heap[0]["row"]
            size -= 1
            last_time, last_row = heap[size]["time"], heap[size]["row"]
            hole, child = 0, 1
            while child < size:
                if child + 1 < size and heap[child + 1]["time"] < heap[child]["time"]:
                    child += 1
                if last_time <= heap[child]["time"]:
                    break
                heap[hole]["time"], heap[hole]["row"] = heap[child]["time"], heap[child]["row"]
                hole, child = child, 2 * child + 1
            heap[hole]["time"], heap[hole]["row"] = last_time, last_row
        lowest, best = math.inf, 0
        for look in range(4):  # look at some booths and take the cheapest
            mixed = state
            for _ in range(8):
                mixed = (mixed ^ (mixed >> np.uint64(29))) * np.uint64(0xBF58476D1CE4E5B9)
            state += np.uint64(0x9E3779B97F4A7C15)
            uniform = np.float64(mixed >> np.uint64(11)) * (1.0 / 9007199254740992.0)
            booth = (row * 7 + look * 11) % booths.size
            cost = -math.log(1.0 - uniform) * (1.0 + 0.01 * booths[booth]["count"])
            if cost < lowest:
                lowest, best = cost, booth
        booths[best]["count"] += 1
        people[row]["number"] = state
        people[row]["time"] = now
        people[row]["count"] += best
        total += now
        hole = size  # let the new entry rise
        time = now + lowest
        while hole > 0 and time < heap[(hole - 1) >> 1]["time"]:
            above = (hole - 1) >> 1
            heap[hole]["time"], heap[hole]["row"] = heap[above]["time"], heap[above]["row"]
            hole = above
        heap[hole]["time"], heap[hole]["row"] = time, (row * 31 + 17) % people.size
        size += 1
    return total
