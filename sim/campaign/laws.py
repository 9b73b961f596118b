"""From settings to numbers: distributions, clock profiles and options in the form that the engine knows."""

from __future__ import annotations

import numpy as np

from sim.engine import rules
from sim.model.values import Duration, Settings

_MINUTES_PER_HOUR = 60.0


def law(value: Duration) -> tuple[float, float, float, float]:
    """A distribution as four numbers."""
    return float(rules.DISTRIBUTIONS.index(value.kind)), value.a, value.b, value.c


def scaled(value: tuple[float, float, float, float], factor: float) -> tuple[float, float, float, float]:
    """The same distribution of times `factor` as long."""
    kind, a, b, c = value
    if kind in (rules.LOGNORMAL, rules.ERLANG):  # b is a ratio or a number of stages
        return kind, a * factor, b, c
    return kind, a * factor, b * factor, c * factor


def write_law(row: np.ndarray | np.void, name: str, value: tuple[float, float, float, float], fields: str = "") -> None:
    """Write a distribution into the columns of a row: name_kind, name_a ... or with the given one-letter endings."""
    endings = tuple(fields) if fields else ("kind", "a", "b", "c")
    for ending, number in zip(endings, value, strict=True):
        row[f"{name}_{ending}"] = number


def arrival_profile(settings: Settings) -> tuple[np.ndarray, np.ndarray, float]:
    """Clock times of the steps' ends, cumulated shares of arrivals at them, and how many arrivals the rates mean.

    The number is only meant for the pattern "poisson"; for "fixed" it is the sum of the weights.
    """
    poisson = settings.text("arrivals.pattern") == "poisson"
    step = settings.number("arrivals.step_minutes")
    values = np.array(settings.numbers("arrivals.per_hour" if poisson else "arrivals.weights"))
    counts = values * (step / _MINUTES_PER_HOUR) if poisson else values
    edges = settings.clock("arrivals.start") + step * np.arange(values.size + 1)
    expected = float(counts.sum())
    cumulated = np.concatenate(([0.0], np.cumsum(counts))) / (expected or 1.0)
    cumulated[-1] = 1.0
    return edges, cumulated, expected


def smallest_prime(least: int) -> int:
    """The smallest prime that is not below `least`."""
    candidate = max(least, 2)
    while any(candidate % divisor == 0 for divisor in range(2, int(candidate**0.5) + 1)):
        candidate += 1
    return candidate
