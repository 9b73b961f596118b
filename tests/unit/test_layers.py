"""The import contracts hold, and each of them fails when it is broken in a copy."""

import shutil
import subprocess
import sysconfig
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINTER = Path(sysconfig.get_path("scripts")) / "lint-imports"
TOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]
CONTRACTS = [contract["name"] for contract in TOOLS["importlinter"]["contracts"]]

# contract, module in which it is broken, what is imported there
VIOLATIONS = [
    ("imports go down only", "sim.language", "sim.model"),
    ("imports go down only", "sim.model", "sim.draws"),
    ("imports go down only", "sim.compiled", "sim.draws"),
    ("imports go down only", "sim.draws", "sim.population"),
    ("imports go down only", "sim.population", "sim.engine"),
    ("imports go down only", "sim.engine", "sim.campaign"),
    ("imports go down only", "sim.engine", "sim.store"),
    ("imports go down only", "sim.campaign", "sim.study"),
    ("imports go down only", "sim.study", "sim.report"),
    ("imports go down only", "sim.report", "sim.cli"),
    ("the results folder knows no simulation", "sim.store", "sim.engine"),
    ("the two engines do not know each other", "sim.engine.reference", "sim.engine.kernel"),
    ("the two engines do not know each other", "sim.engine.kernel", "sim.engine.reference"),
    ("the kernel knows no model and no SimPy", "sim.engine.kernel", "sim.model"),
    ("the kernel knows no model and no SimPy", "sim.engine.kernel", "simpy"),
    ("the kernel opens no file", "sim.engine.kernel", "pathlib"),
    ("the model needs no numerical library", "sim.model", "numpy"),
]


def check_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINTER), "--no-cache"], cwd=folder, capture_output=True, text=True, encoding="utf-8", check=False
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "sim", tmp_path / "sim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_contracts_hold() -> None:
    done = check_imports(ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    assert f"Contracts: {len(CONTRACTS)} kept, 0 broken." in done.stdout


def plant(tree: Path, module: str, imported: str) -> None:
    """Import it in the module, or in a new module of it where it is a package."""
    place = tree.joinpath(*module.split("."))
    path = place / "planted.py" if place.is_dir() else place.with_suffix(".py")
    with path.open("a", encoding="utf-8") as file:
        file.write(f"\nimport {imported}\n")


@pytest.mark.parametrize(("contract", "module", "imported"), VIOLATIONS)
def test_violation_is_found(copy: Path, contract: str, module: str, imported: str) -> None:
    plant(copy, module, imported)
    done = check_imports(copy)
    assert done.returncode == 1
    assert f"{contract} BROKEN" in done.stdout, done.stdout + done.stderr


def test_every_contract_is_tried() -> None:
    assert {contract for contract, _, _ in VIOLATIONS} == set(CONTRACTS)
