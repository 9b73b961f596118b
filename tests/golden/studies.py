"""The page of a study that must not move by itself: strategies of a tiny city, from the command to the page.

`python -m tests.golden.accept` writes down what the program gives now.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from sim.cli import main

CITY = Path(__file__).with_name("study")
PAGE = CITY / "page.md"
ORDER = (
    "study", "scenarios/strategies", "--draws", "draws.csv", "-n", "10", "--zone", "25", "--page", "page.md", "-j", "1",
    "--no-progress",
)  # fmt: skip


def studied(folder: Path, *more: str) -> int:
    """Study the tiny city in a folder: page, pictures and results are written there. The exit code."""
    for name in ("scenarios", "draws.csv"):
        copy = shutil.copytree if (CITY / name).is_dir() else shutil.copyfile
        copy(CITY / name, folder / name)
    with contextlib.chdir(folder):
        return main([*ORDER, *more])


def accept() -> None:
    """Write down the page that the program gives now."""
    with tempfile.TemporaryDirectory() as folder:
        assert studied(Path(folder)) == 0
        changed = not PAGE.exists() or PAGE.read_bytes() != (Path(folder) / "page.md").read_bytes()
        os.replace(shutil.copy(Path(folder) / "page.md", PAGE.with_name("page.new")), PAGE)
    print(f"{PAGE.name} of the study: {'changed' if changed else 'as before'}")
