"""Numbers that belong to stretches of time: how many people, on average over a window, or at most.

Averages are exact integrals over exactly the window stated, stays in progress at its edges included; they are never
mixed with averages over people. Takes arrays of beginnings and ends; knows no scenario.
"""

from __future__ import annotations

import numpy as np


def minutes_within(begins: np.ndarray, ends: np.ndarray, window: tuple[float, float]) -> float:
    """Total minutes that stretches spend inside a window; stretches with NaN at an edge do not count."""
    overlap = np.minimum(ends, window[1]) - np.maximum(begins, window[0])
    return float(np.nansum(np.maximum(overlap, 0.0)))


def time_average(begins: np.ndarray, ends: np.ndarray, window: tuple[float, float]) -> float:
    """How many stretches are under way on average over a window."""
    return minutes_within(begins, ends, window) / (window[1] - window[0])


def peak(begins: np.ndarray, ends: np.ndarray) -> int:
    """The most stretches under way at one time; one that ends when another begins makes room for it."""
    begins, ends = np.sort(begins[~np.isnan(begins)]), np.sort(ends[~np.isnan(ends)])
    if begins.size == 0:
        return 0
    gone = np.searchsorted(ends, begins, side="right")
    return int(np.max(np.arange(1, begins.size + 1) - gone))


def capacity_minutes(times: np.ndarray, capacity: np.ndarray, window: tuple[float, float]) -> float:
    """Integral over a window of a capacity that changes at `times` and is 0 before the first of them."""
    until = np.append(times[1:], np.inf)
    return float(np.sum(capacity * np.maximum(np.minimum(until, window[1]) - np.maximum(times, window[0]), 0.0)))


def minutes_at(begins: np.ndarray, ends: np.ndarray, level: int) -> float:
    """How many minutes at least `level` stretches are under way together."""
    times = np.concatenate((begins, ends[~np.isnan(ends)]))
    steps = np.concatenate((np.ones(begins.size, np.int64), np.full(times.size - begins.size, -1)))
    order = np.lexsort((steps, times))
    under_way = np.cumsum(steps[order])[:-1]
    return float(np.diff(times[order])[under_way >= level].sum())
