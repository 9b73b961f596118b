"""A hundred times the first fair (724,800 seekers, 28,100 firms): events per second, and memory of a whole process."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchmarks.conftest import Against, Figures
from benchmarks.fairs import FIRMS, SCENARIOS, SEEKERS, Task, drawn, first_fair, growth_options
from sim.campaign.season import Season

pytestmark = pytest.mark.benchmark(timer=time.process_time)

TIMES = 100


def test_events_per_second(against: Against, first: Task, figures: Figures) -> None:
    large = drawn(Season(first_fair(*growth_options(TIMES))), 1, range(1))
    assert sum(day.seekers.size for day, _ in large.days) == TIMES * SEEKERS
    assert sum(day.booths.size for day, _ in large.days) == TIMES * FIRMS
    events = {"large": large.events(), "first": first.events()}
    assert 0.9 < events["large"] / (TIMES * events["first"]) < 1.1
    # Seconds of the large one over seconds of the small one, each for its own number of events.
    ratio = against(first.run, large.run, 5, 30)
    share = events["large"] / events["first"] / ratio
    figures.at_least("events per second, a hundred times the first fair over the first fair", share, 0.5, 0.6)


def test_memory(tmp_path: Path, figures: Figures) -> None:
    options = [part for option in growth_options(TIMES) for part in ("--set", option)]
    scenario = str(SCENARIOS / "wuhan-2020-04-21.toml")
    command = [sys.executable, "-m", "sim", "run", scenario, "-n", "1", "--out", str(tmp_path / "out"), "-q", *options]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    figures.at_most("a hundred times the first fair: megabytes of the whole process", kilobytes / 1024, 600, 600)
