"""A season of 37 fairs with a pool of 150,000 people: seconds per replication, growth with the pool, memory."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.conftest import Against, Figures
from benchmarks.fairs import SCENARIOS, Task
from sim.campaign.season import Season
from sim.model.scenario import load_scenario
from sim.study.measures import measure
from sim.warmup import ensure_compiled

pytestmark = pytest.mark.benchmark(timer=time.process_time)

SCENARIO = SCENARIOS / "wuhan-2020-season.toml"
TIMES = 10
# With ten times the pool, a tenth goes: the fairs stay as they are, so that only the pool grows.
LARGER = (f"pool.seekers={150_000 * TIMES}", f"pool.inflow_per_day={800 * TIMES}", "attendance.visit_share=0.003")


@pytest.fixture(scope="module")
def wuhan() -> Season:
    ensure_compiled(campaign=True)
    return Season(load_scenario(SCENARIO))


def replication(season: Season) -> None:
    """One replication, measured."""
    measure(season, season.play(1, 0))


def test_seconds_per_replication(benchmark, wuhan: Season, first: Task, figures: Figures, against: Against) -> None:  # type: ignore[no-untyped-def]
    assert len(wuhan.scenario.fairs) == 37
    assert wuhan.scenario.settings.integer("pool.seekers") == 150_000
    ratio = against(first.run, lambda: replication(wuhan), 5, 30)
    # The first fair takes 7 to 11 ms without drawing its people: 0.25 s are 25 to 35 of it.
    figures.at_most("season of 37 fairs and 150,000 people over the first fair", ratio, 40, 30)


def test_ten_times_the_pool(wuhan: Season, figures: Figures, against: Against) -> None:
    larger = Season(load_scenario(SCENARIO, LARGER))
    ratio = against(lambda: replication(wuhan), lambda: replication(larger), 3, 6)
    figures.at_most("ten times the pool: seconds of a season over seconds of the usual one", ratio, 12, 12)


def test_memory(tmp_path: Path, figures: Figures) -> None:
    command = [sys.executable, "-m", "sim", "run", str(SCENARIO), "-n", "2", "--out", str(tmp_path / "out"), "-q"]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    figures.at_most("season of 37 fairs and 150,000 people: megabytes of the process", kilobytes / 1024, 700, 700)
