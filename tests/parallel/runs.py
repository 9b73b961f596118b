"""Runs of a small fair in processes of their own, to be ended in every way."""

import os
import sys
from pathlib import Path

import sim
from sim.files import read_table
from sim.model.scenario import Scenario, load_scenario
from sim.study.replicate import Sample

ROOT = Path(next(iter(sim.__path__))).parent
SEED = 5
FAIR = """
name = "small"
totals = { firms = 20, posts = 90, seekers = 400 }
run = { replications = 60, seed = 5 }
[[fairs]]
id = "one"
[[fairs]]
id = "two"
"""


def small_fair(folder: Path) -> Scenario:
    (folder / "small.toml").write_text(FAIR, encoding="utf-8")
    return load_scenario(folder / "small.toml")


def environment() -> dict[str, str]:
    path = os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])
    return {**os.environ, "PYTHONPATH": path}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "sim", "run", "small.toml", *arguments]


def same_bytes(first: Sample, second: Sample) -> bool:
    return (
        first.keys == second.keys
        and first.replications.tobytes() == second.replications.tobytes()
        and first.values.tobytes() == second.values.tobytes()
    )


def stored(folder: Path) -> Sample:
    return Sample.of_table(read_table(folder / "replications.parquet"))
