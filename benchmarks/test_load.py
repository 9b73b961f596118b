"""Large orders in small: many cases, many people, many results. What they take may grow with them, and no faster.

The whole processes are measured, and their memory asserted; `benchmarks/README.md` has the figures at full size.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.conftest import Figures
from benchmarks.fairs import SCENARIOS
from sim.files import Table, read_table
from sim.journal import Journal

SMALL = """\
name = "small"
totals = { firms = 4, posts = 12, seekers = 30 }
run = { replications = 2, seed = 5 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    return tmp_path


def megabytes(folder: Path, *command: str) -> float:
    """The most memory that a command takes as a process of its own; it must end well."""
    process = subprocess.Popen([sys.executable, "-m", "sim", *command], cwd=folder, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss / (1024 * 1024 if sys.platform == "darwin" else 1024)


def kept(folder: Path, replications: int) -> None:
    """Make a small run one that was interrupted after so many replications, whose numbers are invented."""
    run = folder / "out"
    if run.exists():
        shutil.rmtree(run)
    megabytes(folder, "run", "small.toml", "-q", "--no-report", "--out", "out")
    table = read_table(run / "replications.parquet")
    manifest = json.loads((run / "manifest.json").read_text(encoding="utf-8"))
    (run / "manifest.json").write_text(json.dumps({**manifest, "complete": False, "outputs": {}}), encoding="utf-8")
    (run / "replications.parquet").unlink()
    journal, numbers = Journal(run / "journal.bin"), np.random.default_rng(1)
    for first in range(0, replications, 1000):
        values = numbers.random((1000, len(table.keys)))
        journal.add(Table(table.scenario, table.keys, np.arange(first, first + 1000), values))
    journal.close()


def sweep(folder: Path, cases: int, *options: str) -> float:
    rows = "".join(f"c{k},{1 + k % 20},{0.3 + 0.0005 * k:.4f}\n" for k in range(cases))
    (folder / "cases.csv").write_text(f"case,gate.lanes,behaviour.talk_share\n{rows}", encoding="utf-8")
    command = ("sweep", "small.toml", "--cases", "cases.csv", "-n", "2", "--jobs", "1", "--out", "swept", "-q")
    return megabytes(folder, *command, *options)


def test_a_thousand_cases(folder: Path, figures: Figures) -> None:
    few = sweep(folder, 10)
    many = sweep(folder, 1000, "--overwrite")
    figures.at_most("sweep of 1,000 cases: megabytes more than one of 10", many - few, 250, 250)
    table = read_table(folder / "swept" / "replications.parquet")
    assert table.draws is not None and table.draws.tolist() == np.repeat(np.arange(1, 1001), 2).tolist()


def test_a_season_of_two_million_people(tmp_path: Path, figures: Figures) -> None:
    command = ("run", str(SCENARIOS / "wuhan-2020-season.toml"), "--set", "pool.seekers=2000000", "-n", "1", "-q")
    figures.at_most(
        "season with a pool of 2,000,000: megabytes of the process", megabytes(tmp_path, *command, "--out", "out"),
        700, 700,
    )  # fmt: skip


def test_results_are_gone_on_with_in_a_few_times_their_size(folder: Path, figures: Figures) -> None:
    peaks = []
    for replications in (1000, 40_000):
        kept(folder, replications)
        count = str(replications + 1)
        peaks.append(
            megabytes(folder, "run", "small.toml", "-q", "--no-report", "--resume", "-n", count, "--out", "out")
        )
    table = read_table(folder / "out" / "replications.parquet")
    assert len(table.replications) == 40_001
    larger = table.values.nbytes / 2**20
    # Before they were written in parts it was 25 times.
    figures.at_most("an interrupted run gone on with: memory over the size of its numbers",
                    (peaks[1] - peaks[0]) / larger, 8, 8)  # fmt: skip


def test_results_larger_than_the_memory_are_listed(folder: Path, figures: Figures) -> None:
    kept(folder, 1000)
    few = megabytes(folder, "list", ".")
    with (folder / "out" / "journal.bin").open("r+b") as file:
        file.truncate(200 * 2**30)  # a hole: it takes no place on the disk
    many = megabytes(folder, "list", ".", "--json")
    figures.at_most("results of 200 GB listed: megabytes more than of one", many - few, 20, 20)
