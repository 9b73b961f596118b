"""Deleting the first hours of each day is enough: what the empty start leaves in the averages is known exactly.

The queues with exponential times are birth-and-death chains; the expected number waiting over the window is computed
from the empty start and compared with the steady state. Those with constant, uniform and Erlang service settle sooner
than the one with exponential service, which has the same load and the most variable service of the four.
"""

import numpy as np
import pytest

from tests.theory.queues import cases_of

# Arrivals, services and givings up per minute, recruiters, most people in the system (enough not to matter where
# there is no limit).
CHAINS = {
    "mm2": (12.0, 7.5, 0.0, 2, 120),
    "mm10": (9.0, 1.0, 0.0, 10, 250),
    "mm100": (90.0, 1.0, 0.0, 100, 300),
    "mm1-6": (1.0, 1.2, 0.0, 1, 6),
    "mm50-impatient": (48.0, 1.0, 0.5, 50, 120),
    "mm90-impatient": (100.0, 1.0, 0.5, 90, 220),
    "mm10-impatient": (10.0, 1.0, 0.25, 10, 80),
    "queue": (0.8, 1.0, 0.0, 1, 150),
}
LARGEST_BIAS = 0.003  # half a standard error of the sharpest estimates, a seventh of the tolerance of 2 %


def waiting_by_minute(name: str, minutes: int) -> tuple[np.ndarray, float]:
    """Expected number waiting at minutes 0, 1, ... of a day that begins empty, and in the steady state."""
    from scipy.linalg import expm

    arriving, serving, giving_up, recruiters, most = CHAINS[name]
    people = np.arange(most + 1)
    down = np.minimum(people, recruiters) * serving + np.maximum(people - recruiters, 0) * giving_up
    up = np.where(people < most, arriving, 0.0)
    rates = np.diag(up[:-1], 1) + np.diag(down[1:], -1) - np.diag(up + down)
    step = expm(rates)
    waiting = np.maximum(people - recruiters, 0)
    now = np.zeros(most + 1)
    now[0] = 1.0
    course = []
    for _ in range(minutes + 1):
        course.append(now @ waiting)
        now = now @ step
    balance = np.concatenate(([0.0], np.cumsum(np.log(up[:-1] / down[1:]))))
    steady = np.exp(balance - balance.max())
    return np.array(course), float(steady @ waiting / steady.sum())


@pytest.mark.parametrize("name", CHAINS)
def test_what_the_empty_start_leaves(name: str) -> None:
    first, last = (int(minute) for minute in cases_of(name)[0].question.window)
    course, steady = waiting_by_minute(name, last)
    window = (course[first:last] + course[first + 1 : last + 1]).mean() / 2
    assert abs(window / steady - 1) <= LARGEST_BIAS
    [stated] = [case.expected for case in cases_of(name) if case.question.measure == "people_waiting"]
    assert steady == pytest.approx(stated, rel=1e-6)


def test_twin_without_deletion() -> None:
    course, steady = waiting_by_minute("queue", 240)
    assert abs(course.mean() / steady - 1) > 0.02
