"""Which small faults the tests would overlook: `python -m benchmarks.mutation`, with mutmut (`pip install mutmut`).

Each module that everything rests on is changed in one place after another - a sign, a comparison, a number - and its
tests are run against each change. A change that no test notices survives. Compilation is off, and the decorators that
compile are taken away in the copy that is changed, because mutmut leaves decorated functions alone. Prints killed and
all changes of each module, then the differences of the survivors. `docs/mutation.md` has the last figures.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNIT = "tests/unit/test_"
# The modules, and the tests that are there for them.
TARGETS: dict[str, tuple[str, ...]] = {
    "sim/engine/rules.py": (f"{UNIT}rules.py",),
    "sim/draws.py": (f"{UNIT}draws.py", f"{UNIT}rules.py"),
    "sim/study/measures.py": (f"{UNIT}measures.py", f"{UNIT}windows.py"),
    "sim/study/statistics.py": (f"{UNIT}statistics.py",),
    "sim/study/compare.py": (f"{UNIT}compare.py",),
    "sim/study/selection.py": (f"{UNIT}selection.py",),
    "sim/study/differences.py": (f"{UNIT}differences.py",),
    "sim/population/sharing.py": (f"{UNIT}population.py",),
    "sim/study/timeline.py": (f"{UNIT}timeline.py",),
    "sim/engine/tallying.py": (f"{UNIT}measures.py", f"{UNIT}windows.py", f"{UNIT}timeline.py"),
}
# Without compilation the statistical tests take minutes, and a twin tests the test beside it.
FAST = "not twin and not multinomial and not seen_equally and not all_different and not no_other_randomness"
_DECORATOR = re.compile(r"^@(?:jit|inlined)\n", re.MULTILINE)
_RESULT = re.compile(r"^\s*(\S+__mutmut_\d+): (.+)$", re.MULTILINE)
KILLED = ("killed", "timeout", "segfault", "suspicious")


def mutate(module: str, tests: tuple[str, ...], folder: Path, jobs: int) -> dict[str, str]:
    """Change a module in a copy of the project; returns what became of each change, by its name."""
    for part in ("sim", "tests", "benchmarks", "scenarios", "calibration", "docs"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / file, folder / file)
    target = folder / module
    target.write_text(_DECORATOR.sub("", target.read_text(encoding="utf-8")), encoding="utf-8")
    settings = {
        "source_paths": ["sim"], "only_mutate": [module], "pytest_add_cli_args_test_selection": list(tests),
        "pytest_add_cli_args": ["-p", "no:cacheprovider", "-p", "no:benchmark", "-x", "-q", "-k", FAST],
        "also_copy": ["benchmarks", "scenarios", "calibration", "docs", "README.md", "CHANGELOG.md"],
        "timeout_constant": 10.0, "timeout_multiplier": 5.0,
        "use_git_change_detection": False, "track_dependencies": False,
    }  # fmt: skip
    with (folder / "pyproject.toml").open("a", encoding="utf-8") as file:
        lines = (
            f"{name} = {str(value).lower() if isinstance(value, bool) else value}" for name, value in settings.items()
        )
        file.write("\n[tool.mutmut]\n" + "\n".join(lines) + "\n")
    _mutmut(folder, "run", "--max-children", str(jobs))
    return dict(_RESULT.findall(_mutmut(folder, "results", "--all", "true")))


def survivors(folder: Path, results: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Name and difference of each change that no test noticed."""
    for name, became in results.items():
        if became not in KILLED:
            shown = _mutmut(folder, "show", name)
            lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
            yield f"{name} ({became})", "\n".join(lines)


def _mutmut(folder: Path, *arguments: str) -> str:
    environment = {**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": "", "CI": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder, env=environment, capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def main() -> int:
    """Read the command line, run, give the exit code: 1 if a module keeps less than nine of ten changes out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="the modules; all if left out")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes (2)")
    arguments = parser.parse_args()
    worst = 1.0
    for module in arguments.modules or TARGETS:
        with tempfile.TemporaryDirectory() as place:
            folder = Path(place)
            results = mutate(module, TARGETS[module], folder, arguments.jobs)
            became = Counter(results.values())
            killed = sum(became[one] for one in KILLED)
            share = killed / max(1, len(results))
            worst = min(worst, share)
            print(f"{module}: {killed} of {len(results)} killed, {share:.1%}; {dict(became)}", flush=True)
            for name, difference in survivors(folder, results):
                print(f"  {name}\n{difference}", flush=True)
    return 0 if worst >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
