"""Compiled code: never an old answer from the cache, the same bits without compilation, nothing compiled unlisted."""

import ast
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

import sim
from sim import compiled
from sim.campaign.season import Season
from sim.compiled import COMPILED_SOURCES, cache_folder, digest, is_private
from sim.study.measures import measure
from sim.warmup import ensure_compiled
from tests.laws.test_season import campaign, fair
from tests.strategies import scenario_of

PACKAGE = Path(next(iter(sim.__path__)))
ROOT = PACKAGE.parent
DECORATORS = {"jit", "inlined", "intrinsic"}


def run(code: str, folder: Path, **changes: str) -> str:
    """What a new process prints that imports the package in a folder."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder), str(ROOT)]), **changes}
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A copy of the package in a folder of its own."""
    shutil.copytree(PACKAGE, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path


def edit(folder: Path, name: str, old: str, new: str) -> None:
    path = folder / "sim" / name
    text = path.read_text("utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


# The digest ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", COMPILED_SOURCES)
def test_digest_changes_with_each_source(copy: Path, name: str) -> None:
    before = digest(copy / "sim")
    assert before == digest(copy / "sim")
    with (copy / "sim" / name).open("a", encoding="utf-8") as file:
        file.write("\n# another line\n")
    assert digest(copy / "sim") != before


def test_digest_changes_with_the_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    before = digest()
    for package in ("numba", "llvmlite", "numpy"):
        with monkeypatch.context() as patch:
            patch.setattr(compiled, "version", lambda name, changed=package: "9" if name == changed else "1")
            one = digest()
        with monkeypatch.context() as patch:
            patch.setattr(compiled, "version", lambda name: "1")
            assert len({one, digest(), before}) == 3


def test_digest_changes_with_the_place(copy: Path) -> None:
    """The compiler keeps code by the path of its source; a warm folder of another copy would be of no use."""
    assert digest(copy / "sim") != digest()


def test_digest_does_not_change_with_what_is_not_compiled(copy: Path) -> None:
    before = digest(copy / "sim")
    (copy / "sim" / "model" / "errors.py").write_text("", encoding="utf-8")
    assert digest(copy / "sim") == before


# What is listed -------------------------------------------------------------------------------------------------


def is_compiled_here(code: str) -> bool:
    """Whether some code has a function that is compiled."""
    return any(
        isinstance(node, ast.FunctionDef)
        and any(isinstance(one, ast.Name) and one.id in DECORATORS for one in node.decorator_list)
        for node in ast.walk(ast.parse(code))
    )


def imported(code: str, package: Path) -> set[str]:
    """Modules of the package that some code imports, as paths below it."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "sim":
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    paths = {"/".join(name.split(".")[1:]) + ".py" for name in names}
    return {path for path in paths if (package / path).is_file()}


def sources_to_list(package: Path) -> set[str]:
    """Modules with compiled functions, and those whose constants and row types go into them."""
    codes = {path.relative_to(package).as_posix(): path.read_text("utf-8") for path in package.rglob("*.py")}
    listed = {name for name, code in codes.items() if is_compiled_here(code)}
    assert listed
    while True:
        more = listed.union(*(imported(codes[name], package) for name in listed))
        if more == listed:
            return listed
        listed = more


def test_every_compiled_module_is_listed() -> None:
    assert set(COMPILED_SOURCES) == sources_to_list(PACKAGE)
    assert len(set(COMPILED_SOURCES)) == len(COMPILED_SOURCES)


def test_twin_an_unlisted_module_is_noticed(copy: Path) -> None:
    code = (
        "from sim.compiled import jit\nfrom sim.files import Table\n\n\n@jit\ndef f(x: float) -> float:\n    return x\n"
    )
    (copy / "sim" / "study" / "planted.py").write_text(code, encoding="utf-8")
    more = sources_to_list(copy / "sim") - set(COMPILED_SOURCES)
    assert {"study/planted.py", "files.py"} <= more


# The cache ------------------------------------------------------------------------------------------------------

# Compiled code of three modules: a caller, the rule that it calls, the draw that the rule calls.
ASK = """
import numpy as np
from sim.draws import make_key
from sim.engine import rules
import sim
assert sim.__path__[0].startswith({folder!r}), sim.__path__
key, one = make_key(1), np.uint64(1)
print(rules.drawn(key, one, one, one, (1.0, 6.0, 0.0, 0.0)))
"""
PINNED = """
import sim.compiled
from functools import cache
from pathlib import Path
sim.compiled.cache_folder = cache(lambda: Path({cache!r}))
"""
DRAW = ("draws.py", "return -math.log(1.0 - u)", "return -3.0 * math.log(1.0 - u)")
RULE = ("engine/rules.py", "return a * exponential(u)", "return 5.0 * a * exponential(u)")


def test_an_edited_rule_gives_the_new_answer_from_a_warm_cache(copy: Path) -> None:
    ask, cache = ASK.format(folder=str(copy)), {"JOBFAIR_CACHE": str(copy / "cache"), "NUMBA_DISABLE_JIT": "0"}
    first = float(run(ask, copy, **cache))
    assert float(run(ask, copy, **cache)) == first
    assert len(list((copy / "cache" / "compiled").iterdir())) == 1
    edit(copy, *DRAW)
    assert float(run(ask, copy, **cache)) == pytest.approx(3 * first, rel=1e-14)
    edit(copy, *RULE)
    assert float(run(ask, copy, **cache)) == pytest.approx(15 * first, rel=1e-14)
    assert len(list((copy / "cache" / "compiled").iterdir())) == 3


def test_twin_without_the_digest_the_answer_would_be_old(copy: Path) -> None:
    """Why the digest is needed: the compiler itself overlooks an edit in another module."""
    (copy / "cache").mkdir()
    ask = PINNED.format(cache=str(copy / "cache")) + ASK.format(folder=str(copy))
    first = float(run(ask, copy, NUMBA_DISABLE_JIT="0"))
    edit(copy, *DRAW)
    assert float(run(ask, copy, NUMBA_DISABLE_JIT="0")) == first


def test_a_read_only_cache_is_not_needed(copy: Path) -> None:
    """Where the chosen folder cannot be made, another one serves."""
    (copy / "taken").write_text("a file, no folder", encoding="utf-8")
    code = "from sim.compiled import cache_folder; print(cache_folder().is_dir(), cache_folder())"
    is_folder, path = run(code, copy, JOBFAIR_CACHE=str(copy / "taken"), TMPDIR=str(copy)).split(maxsplit=1)
    assert is_folder == "True"
    assert path.startswith(str(copy))
    assert digest(copy / "sim") in path


# Without compilation --------------------------------------------------------------------------------------------

DAYS = """
import hashlib
from benchmarks.random_days import random_day
from sim.compiled import COMPILING
from sim.draws import make_key
from sim.engine import simulate
print(COMPILING)
for number in range(12):
    ledger = simulate(random_day(number), make_key(number, 1, 2), {engine!r})
    state = hashlib.sha256()
    for table in ledger:
        for name in table.dtype.names:
            state.update(table[name].tobytes())
    print(number, ledger.stays.size, state.hexdigest())
"""


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_ledgers_are_the_same_without_compilation(engine: str) -> None:
    with_it, without = (run(DAYS.format(engine=engine), ROOT, NUMBA_DISABLE_JIT=off).split("\n") for off in ("0", "1"))
    assert (with_it[0], without[0]) == ("True", "False")
    assert with_it[1:] == without[1:]
    assert sum(int(line.split()[1]) for line in with_it[1:]) > 100


def test_a_campaign_compiles_nothing_that_was_not_announced() -> None:
    """Row types, layouts and literals of the first calls are those of every later call."""
    ensure_compiled(campaign=True)
    before = {path.name for path in cache_folder().rglob("*")}
    document = campaign([fair("a", 0, "north", seekers=20), fair("b", 3, "south", posts=30)], measures={"bound": True})
    season = Season(scenario_of(document))
    measure(season, season.play(1, 0))
    new = {path.name for path in cache_folder().rglob("*")} - before
    assert new == set()


def test_a_cache_that_others_could_fill_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("in the way of the chosen cache", encoding="utf-8")
    monkeypatch.setenv("JOBFAIR_CACHE", str(tmp_path / "file"))
    monkeypatch.setattr(tempfile, "gettempdir", lambda: str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    shared = tmp_path / f"jobfair-{os.getuid()}"
    find = cache_folder.__wrapped__
    assert find().is_relative_to(shared)
    assert is_private(shared)
    shared.chmod(0o777)
    assert not is_private(shared)
    assert not find().is_relative_to(shared)
    shared.chmod(0o700)
    monkeypatch.setattr(os, "getuid", lambda: shared.stat().st_uid + 1)
    assert not is_private(shared)
