"""The first run after an installation: eight processes on a cold cache; one compiles, visibly, the others wait."""

import os
import shutil
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROCESSES = 8
SCENARIO = """
schema_version = 1
name = "A small fair"
why = "Is the first run like every other?"

[[fairs]]
id = "hall"
firms = 3
posts = 20
seekers = 60
"""
RANDOM_ARRIVALS = """
schema_version = 1
name = "A small fair without fixed numbers"
why = "Does other behaviour find its code compiled?"

[arrivals]
pattern = "poisson"
per_hour = [60]

[[fairs]]
id = "hall"
firms = 3
posts = 20
"""
# Other behaviour than that of the fair above; the compiled code has to serve it as well.
OTHERS = (
    ("fair.toml", "--set", "choice.rule=fixed-order", "--set", "interview.offers=false", "--set", "gate.lanes=0"),
    ("fair.toml", "--set", "choice.rule=shortest-queue", "--set", "appointments.share=0.5"),
    ("random.toml", "--set", "time_step_minutes=1", "--set", "closing.at_close=cut-off"),
)


@dataclass
class Installation:
    """A copy of the package in a folder that must not change, and folders for what may be written."""

    folder: Path

    @property
    def package(self) -> Path:
        return self.folder / "site" / "sim"

    @property
    def cache(self) -> Path:
        return self.folder / "cache"

    def environment(self, cache: Path) -> dict[str, str]:
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("NUMBA_", "COVERAGE_"))}
        return kept | {
            "PYTHONPATH": str(self.package.parent),
            "PYTHONDONTWRITEBYTECODE": "1",
            "JOBFAIR_CACHE": str(cache),
            "TMPDIR": str(self.folder / "temporary"),
            "TEMP": str(self.folder / "temporary"),
        }

    def start(self, out: str, *order: str, cache: Path | None = None) -> subprocess.Popen[str]:
        order = order or ("fair.toml",)
        command = [sys.executable, "-m", "sim", "run", *order, "-n", "2", "--seed", "1", "--out", out]
        return subprocess.Popen(
            command,
            cwd=self.folder,
            env=self.environment(cache or self.cache),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )

    def run(self, out: str, *order: str, cache: Path | None = None) -> str:
        """Run to the end; returns what went to stderr."""
        process = self.start(out, *order, cache=cache)
        _, stderr = process.communicate(timeout=300)
        assert process.returncode == 0, stderr
        return stderr

    def cached(self) -> dict[str, int]:
        """Every file of machine code and the time at which it was written."""
        files = (path for path in self.cache.rglob("*") if path.is_file())
        return {str(path): path.stat().st_mtime_ns for path in files if path.suffix in (".nbi", ".nbc")}

    def table(self, out: str) -> bytes:
        return (self.folder / out / "summary.csv").read_bytes()


@dataclass
class FirstRuns:
    """What became of several processes started at once."""

    codes: list[int]
    outputs: list[str]
    messages: list[str]


def _tree(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in sorted(folder.rglob("*"))}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    made = Installation(tmp_path_factory.mktemp("installation"))
    shutil.copytree(ROOT / "sim", made.package, ignore=shutil.ignore_patterns("__pycache__"))
    for path in (*made.package.rglob("*"), made.package):
        path.chmod(path.stat().st_mode & ~(stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH))
    (made.folder / "temporary").mkdir()
    (made.folder / "fair.toml").write_text(SCENARIO, encoding="utf-8")
    (made.folder / "random.toml").write_text(RANDOM_ARRIVALS, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def sources(installation: Installation) -> dict[str, int]:
    """The package before the first run."""
    return _tree(installation.package)


@pytest.fixture(scope="module")
def first(installation: Installation, sources: dict[str, int]) -> FirstRuns:
    assert sources
    assert not installation.cache.exists()
    processes = [installation.start(f"out-{k}") for k in range(PROCESSES)]
    both = [process.communicate(timeout=500) for process in processes]
    return FirstRuns([p.returncode for p in processes], [out for out, _ in both], [err for _, err in both])


def test_all_processes_finish(first: FirstRuns) -> None:
    assert first.codes == [0] * PROCESSES, "\n".join(first.messages)


def test_all_processes_give_the_same_bytes(installation: Installation, first: FirstRuns) -> None:
    assert len(set(first.outputs)) == 1
    assert len({installation.table(f"out-{k}") for k in range(PROCESSES)}) == 1


def test_one_process_compiles_and_says_how_far_it_is(first: FirstRuns) -> None:
    announced = [[line for line in text.splitlines() if "compil" in line] for text in first.messages]
    told = [lines for lines in announced if lines]
    assert len(told) == 1, told
    opening, *parts, closing = told[0]
    assert opening.startswith("first run after the installation: compiling, once")
    assert closing == "compiled; later runs start at once"
    assert len(parts) >= 3
    for number, line in enumerate(parts, 1):
        assert line.startswith(f"compiling {number} of {len(parts)}: ")


def test_nothing_is_compiled_after_the_announcement(installation: Installation, first: FirstRuns) -> None:
    # What the warm-up leaves out would be compiled by every process on its own, in silence.
    (ready,) = installation.cache.rglob("ready")
    late = {path for path, written in installation.cached().items() if written > ready.stat().st_mtime_ns}
    assert first.codes == [0] * PROCESSES
    assert late == set()


def test_nothing_is_written_beside_the_sources(
    installation: Installation, sources: dict[str, int], first: FirstRuns
) -> None:
    assert first.codes == [0] * PROCESSES
    assert _tree(installation.package) == sources
    assert installation.cached()


def test_second_run_compiles_nothing(installation: Installation, first: FirstRuns) -> None:
    before = installation.cached()
    assert "compil" not in installation.run("again")
    assert installation.cached() == before
    assert installation.table("again") == installation.table("out-0")


@pytest.mark.parametrize("number", range(len(OTHERS)))
def test_another_scenario_compiles_nothing(installation: Installation, first: FirstRuns, number: int) -> None:
    before = installation.cached()
    assert "compil" not in installation.run(f"other-{number}", *OTHERS[number])
    assert installation.cached() == before


def test_unusable_cache_folder_falls_back_to_a_temporary_one(installation: Installation, first: FirstRuns) -> None:
    # A folder below a file cannot be made by anybody, not even by the administrator. The fallback is given the code
    # compiled above, so that finding it there shows that it is the one in use.
    blocked = installation.folder / "fair.toml" / "cache"
    user = os.getuid() if hasattr(os, "getuid") else "user"
    fallback = installation.folder / "temporary" / f"jobfair-{user}"
    shutil.copytree(installation.cache, fallback)
    assert "compil" not in installation.run("fallback", cache=blocked)
    assert installation.table("fallback") == installation.table("out-0")
