"""The first fair (7,248 seekers, 281 firms, 10,017 posts at seven venues): the kernel, and drawing the population."""

import statistics
import time

import numba
import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.agreement import differing_records
from benchmarks.conftest import Against, Figures
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
    events = first.events()
    benchmark.pedantic(first.run, rounds=60, warmup_rounds=3)
    benchmark.extra_info["events"] = events
    figures.at_most("first fair: milliseconds on one core, median", 1e3 * benchmark.stats.stats.median, 20, 20)


def test_population(against: Against, season: Season, first: Task, figures: Figures) -> None:
    ratio = against(lambda: season.fair_days(1, 0), first.run, 40, 1)
    figures.at_most("first fair: seconds of drawing over seconds of simulating", 1.0 / ratio, 1, 1)


def test_mixers(benchmark: BenchmarkFixture, figures: Figures) -> None:
    task = drawn(Season(mixer()), 1, range(400))
    benchmark.pedantic(task.run, rounds=5, warmup_rounds=1)
    figures.at_most("400 replications of the career mixer: seconds", benchmark.stats.stats.median, 0.3, 0.3)


def test_draw(benchmark: BenchmarkFixture, figures: Figures) -> None:
    draws = 1_000_000

    @numba.njit(error_model="numpy")
    def total(key: Key, count: int) -> float:
        result = 0.0
        for k in range(count):
            result += uniform(key, np.uint64(k), PAIR, np.uint64(7))
        return result

    key = make_key(1)
    assert total(key, draws) / draws == pytest.approx(0.5, abs=0.002)  # seven standard errors
    benchmark.pedantic(total, args=(key, draws), rounds=20, warmup_rounds=1)
    figures.at_most("a compiled draw: nanoseconds", 1e9 * benchmark.stats.stats.median / draws, 20, 20)


def test_timing_sees_a_slower_piece_of_work() -> None:
    # Otherwise every ratio above could be noise.
    work = lambda count: sum(range(count))  # noqa: E731
    ratios = [seconds(lambda: work(400_000)) / seconds(lambda: work(200_000)) for _ in range(9)]
    assert 1.5 < statistics.median(ratios) < 2.7
