"""The first fair (7,248 seekers, 281 firms, 10,017 posts at seven venues): the kernel, and drawing the population."""

import statistics
import time

import numba
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.agreement import differing_records
from benchmarks.conftest import Against, Figures, rounds_of
from benchmarks.fairs import FIRMS, SEEKERS, Task, drawn, mixer
from benchmarks.timing import seconds
from sim.campaign.season import Season
from sim.draws import PAIR, Key, make_key, uniform

pytestmark = pytest.mark.benchmark(timer=time.process_time)


def test_kernel_against_reference(against: Against, first: Task, figures: Figures) -> None:
    kernel, reference = first.run(), first.run("reference")
    assert sum(day.seekers.size for day, _ in first.days) == SEEKERS
    assert sum(day.booths.size for day, _ in first.days) == FIRMS
    assert sum(differing_records(a, b) for a, b in zip(kernel, reference, strict=True)) == 0
    ratio = against(first.run, lambda: first.run("reference"), 5, 20)
    figures.at_least("first fair: reference seconds over kernel seconds", ratio, 150, 150)


def test_one_core(benchmark: BenchmarkFixture, first: Task, figures: Figures) -> None:
    benchmark.extra_info["events"] = first.events()
    taken = rounds_of(benchmark, first.run, 60)
    figures.at_most("first fair: milliseconds on one core, median", 1e3 * statistics.median(taken), 20, 20)


def test_population(against: Against, season: Season, first: Task, figures: Figures) -> None:
    ratio = against(lambda: season.fair_days(1, 0), first.run, 40, 1)
    figures.at_most("first fair: seconds of drawing over seconds of simulating", 1.0 / ratio, 1, 1)


def test_mixers(benchmark: BenchmarkFixture, figures: Figures) -> None:
    task = drawn(Season(mixer()), 1, range(400))
    assert len(task.days) == 400
    taken = rounds_of(benchmark, task.run, 5)
    figures.at_most("400 replications of the career mixer: seconds", statistics.median(taken), 0.3, 0.3)


def test_draw(benchmark: BenchmarkFixture, figures: Figures) -> None:
    draws = 1_000_000

    def total(key: Key, count: int) -> float:
        result = 0.0
        for k in range(count):
            result += uniform(key, np.uint64(k), PAIR, np.uint64(7))
        return result

    compiled, key = numba.njit(error_model="numpy")(total), make_key(1)
    assert compiled(key, draws) / draws == pytest.approx(0.5, abs=0.002)  # seven standard errors
    taken = rounds_of(benchmark, lambda: compiled(key, draws), 20)
    figures.at_most("a compiled draw: nanoseconds", 1e9 * statistics.median(taken) / draws, 20, 20)


def test_timing_sees_a_slower_piece_of_work() -> None:
    # Otherwise every ratio above could be noise.
    ratios = [seconds(lambda: sum(range(400_000))) / seconds(lambda: sum(range(200_000))) for _ in range(9)]
    assert 1.5 < statistics.median(ratios) < 2.7
