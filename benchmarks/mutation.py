"""Which small faults the tests would overlook: `python -m benchmarks.mutation`, with mutmut (`pip install mutmut`).

Each module that everything rests on is changed in one place after another - a sign, a comparison, a number - and its
tests are run against each change. A change that no test notices survives. For a module that is compiled, compilation
is off, and the decorators that compile are taken away in the copy that is changed, because mutmut leaves decorated
functions alone. Prints killed and all changes of each module, then the differences of the survivors.
`docs/mutation.md` has the last figures.
"""

from __future__ import annotations

import argparse
import ast
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
UNIT = "tests/unit/test_"
GOLDEN = "tests/golden/test_golden.py"
# The modules, and the tests that are there for them.
TARGETS: dict[str, tuple[str, ...]] = {
    "sim/engine/rules.py": (f"{UNIT}rules.py",),
    "sim/draws.py": (f"{UNIT}draws.py", f"{UNIT}rules.py", GOLDEN),
    "sim/study/measures.py": (f"{UNIT}measures.py", f"{UNIT}windows.py", "tests/laws/test_sums.py", GOLDEN),
    "sim/study/season_measures.py": (f"{UNIT}season_measures.py",),
    "sim/study/statistics.py": (f"{UNIT}statistics.py",),
    "sim/study/compare.py": (f"{UNIT}compare.py",),
    "sim/study/selection.py": (f"{UNIT}selection.py",),
    "sim/study/differences.py": (f"{UNIT}differences.py",),
    "sim/population/sharing.py": (f"{UNIT}population.py",),
    "sim/study/timeline.py": (f"{UNIT}timeline.py",),
    "sim/engine/tallying.py": (f"{UNIT}measures.py", f"{UNIT}windows.py", f"{UNIT}timeline.py"),
    "tests/laws/day_laws.py": ("tests/laws/test_day_laws.py",),
}
# Left out because others are quicker: the statistical tests, and whole seasons; and a twin tests the test beside it.
SLOW = (
    "multinomial", "seen_equally", "all_different", "no_other_randomness", "side_by_side", "logit", "accepting",
    "maximum_matching", "ksl_book_with_many",
)  # fmt: skip
FAST = " and ".join(f"not {word}" for word in SLOW)
_DECORATOR = re.compile(r"^@(?:jit|inlined)\n", re.MULTILINE)
_RESULT = re.compile(r"^\s*(\S+__mutmut_\d+): (.+)$", re.MULTILINE)
KILLED = ("killed", "timeout", "segfault", "suspicious")


def mutate(module: str, tests: tuple[str, ...], folder: Path, jobs: int) -> dict[str, str]:
    """Change a module in a copy of the project; returns what became of each change, by its name."""
    shutil.rmtree(folder, ignore_errors=True)
    for part in ("sim", "tests", "benchmarks", "scenarios", "calibration", "docs"):
        shutil.copytree(ROOT / part, folder / part, ignore=shutil.ignore_patterns("__pycache__"))
    for file in ("pyproject.toml", "README.md", "CHANGELOG.md"):
        shutil.copy(ROOT / file, folder / file)
    target = folder / module
    code = target.read_text(encoding="utf-8")
    is_compiled = _DECORATOR.search(code) is not None
    target.write_text(_DECORATOR.sub("", code), encoding="utf-8")
    settings = {
        "source_paths": ["sim", "tests"], "only_mutate": [module], "pytest_add_cli_args_test_selection": list(tests),
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
    said = _mutmut(folder, "run", "--max-children", str(jobs), is_compiled=is_compiled)
    results = dict(_RESULT.findall(_mutmut(folder, "results", "--all", "true")))
    if "not checked" in results.values():
        raise RuntimeError(said[-3000:])
    at_load = _called_at_load(code)
    for name, became in results.items():
        function = name.rpartition(".x_")[2].rpartition("__mutmut_")[0]
        if became not in KILLED and function in at_load and _fails(folder, tests, name, is_compiled):
            results[name] = "killed"
    return results


def _called_at_load(code: str) -> set[str]:
    """Functions that a module calls while it is loaded: mutmut changes them only after that."""
    body = (one for one in ast.parse(code).body if not isinstance(one, ast.FunctionDef | ast.ClassDef))
    calls = (node for one in body for node in ast.walk(one) if isinstance(node, ast.Call))
    return {call.func.id for call in calls if isinstance(call.func, ast.Name)}


def _fails(folder: Path, tests: tuple[str, ...], change: str, is_compiled: bool) -> bool:
    """Whether the tests notice a change in a process of their own."""
    options = ("-p", "no:cacheprovider", "-p", "no:benchmark", "-x", "-q", "-k", FAST)
    environment = _environment(folder, is_compiled) | {"MUTANT_UNDER_TEST": change}
    command = [sys.executable, "-m", "pytest", *options, *tests]
    return (
        subprocess.run(command, cwd=folder / "mutants", env=environment, capture_output=True, check=False).returncode
        != 0
    )


def survivors(folder: Path, results: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Name and difference of each change that no test noticed."""
    for name, became in results.items():
        if became not in KILLED:
            shown = _mutmut(folder, "show", name)
            lines = [line for line in shown.splitlines() if re.match(r"[-+](?![-+])", line)]
            yield f"{name} ({became})", "\n".join(lines)


def _mutmut(folder: Path, *arguments: str, is_compiled: bool = False) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "mutmut", *arguments],
        cwd=folder, env=_environment(folder, is_compiled), capture_output=True, text=True, check=False,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    if done.returncode not in (0, 1):
        raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
    return done.stdout


def _environment(folder: Path, is_compiled: bool) -> dict[str, str]:
    environment = {**os.environ, "PYTHONPATH": "", "CI": "1", "JOBFAIR_CACHE": str(folder.parent / "cache")}
    return environment | {"NUMBA_DISABLE_JIT": "1"} if is_compiled else environment


def _measured(module: str, folder: Path, jobs: int) -> float:
    """Print what became of the changes of a module; the share that was noticed."""
    started = time.perf_counter()
    results = mutate(module, TARGETS[module], folder, jobs)
    became = Counter(results.values())
    killed = sum(became[one] for one in KILLED)
    share = killed / max(1, len(results))
    seconds = time.perf_counter() - started
    print(f"{module}: {killed} of {len(results)} killed, {share:.1%}, {seconds:.0f} s; {dict(became)}", flush=True)
    for name, difference in survivors(folder, results):
        print(f"  {name}\n{difference}", flush=True)
    return share


def main() -> int:
    """Read the command line, run, give the exit code: 1 if a module keeps less than nine of ten changes out."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", help="the modules; all if left out")
    parser.add_argument("--jobs", type=int, default=2, help="how many processes (2)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:  # one for all, so that what is not changed is compiled once
        shares = [_measured(module, Path(place) / "project", arguments.jobs) for module in arguments.modules or TARGETS]
    return 0 if min(shares) >= 0.9 else 1


if __name__ == "__main__":
    sys.exit(main())
