"""Which program computed a number: an edit that can move it changes the answer, anything else does not."""

import shutil
from pathlib import Path

import pytest

import sim
from sim.program import identity, source_digest

ROOT = Path(next(iter(sim.__path__)))


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return shutil.copytree(ROOT, tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))


def test_a_copy_is_the_same_program(copy: Path) -> None:
    assert source_digest(copy) == source_digest()
    assert identity()["sources"] == source_digest()[:16]
    assert identity().keys() == {
        "version", "sources", "python", "numpy", "scipy", "numba", "llvmlite", "simpy",
    }  # fmt: skip


@pytest.mark.parametrize("name", ["model/parameters.csv", "study/measures.py", "engine/rules.py", "draws.py"])
def test_an_edit_on_which_a_number_can_depend_counts(copy: Path, name: str) -> None:
    with (copy / name).open("a") as file:
        file.write("\n")
    assert source_digest(copy) != source_digest()


def test_a_new_file_and_a_new_name_count(copy: Path) -> None:
    (copy / "engine" / "new.py").write_text("")
    first = source_digest(copy)
    (copy / "engine" / "new.py").rename(copy / "engine" / "newer.py")
    assert len({first, source_digest(copy), source_digest()}) == 3


def test_how_results_are_shown_does_not_count(copy: Path) -> None:
    for name in ("report/summary.py", "cli/run.py"):
        (copy / name).write_text("changed")
    (copy / "draws.py").write_bytes((copy / "draws.py").read_bytes().replace(b"\n", b"\r\n"))
    (copy / "engine" / "__pycache__").mkdir()
    (copy / "engine" / "notes.txt").write_text("mine")
    assert source_digest(copy) == source_digest()
