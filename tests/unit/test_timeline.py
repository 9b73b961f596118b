"""Averages over time and greatest numbers, on stretches small enough to count on one's fingers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.study.timeline import capacity_minutes, minutes_at, minutes_within, peak, time_average

NAN = np.nan
BEGINS = np.array([0.0, 5.0, 8.0, 30.0, NAN, 2.0])
ENDS = np.array([10.0, 6.0, 25.0, 40.0, NAN, NAN])
STRETCHES = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 12)), max_size=12)


@pytest.mark.parametrize(
    ("window", "minutes"),
    [((0.0, 100.0), 38.0), ((5.0, 10.0), 8.0), ((10.0, 25.0), 15.0), ((25.0, 30.0), 0.0), ((35.0, 36.0), 1.0),
     ((-10.0, 0.0), 0.0), ((5.5, 5.75), 0.5)],
)  # fmt: skip
def test_minutes_within_a_window(window: tuple[float, float], minutes: float) -> None:
    assert minutes_within(BEGINS, ENDS, window) == minutes
    assert time_average(BEGINS, ENDS, window) == pytest.approx(minutes / (window[1] - window[0]))


@given(STRETCHES, st.integers(1, 40))
def test_windows_side_by_side_add_up(stretches: list[tuple[int, int]], middle: int) -> None:
    begins = np.array([begin for begin, _ in stretches], float)
    ends = begins + np.array([length for _, length in stretches], float)
    parts = minutes_within(begins, ends, (0.0, middle)) + minutes_within(begins, ends, (middle, 50.0))
    assert parts == minutes_within(begins, ends, (0.0, 50.0)) == np.sum(ends - begins)


@pytest.mark.parametrize(
    ("begins", "ends", "most"),
    [
        ([], [], 0),
        ([NAN], [NAN], 0),
        ([1], [2], 1),
        ([1, 2], [2, 3], 1),
        ([1, 1], [2, 2], 2),
        ([1, 2, 3], [9, 9, 9], 3),
        ([1, 5, 5], [5, 6, 7], 2),
        ([0, 5, 8, 30], [10, 6, 25, 40], 2),
    ],
)
def test_peak(begins: list[float], ends: list[float], most: int) -> None:
    assert peak(np.array(begins, float), np.array(ends, float)) == most


@given(STRETCHES)
def test_peak_is_the_most_at_any_half_minute(stretches: list[tuple[int, int]]) -> None:
    """Between whole minutes nothing begins or ends; stretches without length are never seen there."""
    begins = np.array([begin for begin, _ in stretches], float)
    ends = begins + np.array([length for _, length in stretches], float)
    seen = max((int(np.sum((begins < t) & (ends > t))) for t in np.arange(0.5, 50.0)), default=0)
    lasting = ends > begins
    assert peak(begins[lasting], ends[lasting]) == seen


def test_capacity_that_changes_by_the_clock() -> None:
    times, capacity = np.array([10.0, 20.0, 20.0, 50.0]), np.array([2, 9, 1, 0])
    assert capacity_minutes(times, capacity, (0.0, 100.0)) == 2 * 10 + 1 * 30
    assert capacity_minutes(times, capacity, (15.0, 25.0)) == 2 * 5 + 1 * 5
    assert capacity_minutes(times, capacity, (0.0, 10.0)) == 0.0
    assert capacity_minutes(times[:0], capacity[:0], (0.0, 10.0)) == 0.0
    assert capacity_minutes(np.array([5.0]), np.array([3]), (0.0, 10.0)) == 15.0


@pytest.mark.parametrize(
    ("begins", "ends", "minutes"),
    [
        ([0.0, 2.0, 8.0, 12.0], [10.0, 6.0, 9.0, 14.0], [12.0, 5.0, 0.0]),
        ([0.0, 5.0], [5.0, 8.0], [8.0, 0.0, 0.0]),  # one ends as the other begins
        ([0.0, 2.0, 3.0], [NAN, 5.0, 4.0], [5.0, 3.0, 1.0]),  # one has no end: it lasts as long as is known
        ([0.0, 0.0, 0.0], [2.0, 2.0, 2.0], [2.0, 2.0, 2.0]),
    ],
)
def test_minutes_at_which_so_many_are_under_way(begins: list[float], ends: list[float], minutes: list[float]) -> None:
    assert [minutes_at(np.array(begins), np.array(ends), level) for level in (1, 2, 3)] == minutes
