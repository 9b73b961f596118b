"""What is handed out: the wheel works on its own; the locks agree with one another and the project file."""

import json
import os
import re
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
PINNED = re.compile(r"^([A-Za-z0-9._-]+)==([^ \\]+)( ; [^\\]+)?", re.MULTILINE)


def locked(name: str) -> dict[str, set[str]]:
    """Versions by package; one package may have several, for different Pythons or machines."""
    versions: dict[str, set[str]] = {}
    for package, version, _ in PINNED.findall((ROOT / name).read_text("utf-8")):
        versions.setdefault(package, set()).add(version)
    return versions


def required(requirements: list[str]) -> set[str]:
    return {re.split(r"[<>=!~; \[]", line)[0].lower() for line in requirements}


def pip(*arguments: str | Path) -> None:
    subprocess.run([sys.executable, "-m", "pip", "--quiet", *map(str, arguments)], check=True)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", folder, ROOT)
    (built,) = folder.glob("*.whl")
    return built


def test_wheel_holds_every_file_of_the_package(wheel: Path) -> None:
    tree = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "sim").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    names = set(zipfile.ZipFile(wheel).namelist())
    assert "sim/model/parameters.csv" in names
    assert {name for name in names if name.startswith("sim/")} == tree


def test_wheel_works_away_from_the_source(wheel: Path, tmp_path: Path) -> None:
    away = tmp_path / "venv"
    venv.create(away)
    scheme = {"base": str(away), "platbase": str(away)}
    packages = Path(sysconfig.get_path("purelib", "venv", scheme))
    scripts = Path(sysconfig.get_path("scripts", "venv", scheme))
    python = scripts / ("python.exe" if os.name == "nt" else "python")
    # This environment's libraries serve the new one; its .pth files, and so the source, do not.
    (packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    pip("--python", python, "install", "--no-deps", "--no-index", "--force-reinstall", wheel)

    def printed(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, encoding="utf-8", check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    found = Path(printed(python, "-c", "import sim; print(sim.__file__)"))
    assert found.is_relative_to(packages)
    assert json.loads(printed(scripts / "jobfair", "schema"))["type"] == "object"


def test_locks_hold_every_requirement() -> None:
    runtime = required(PROJECT["dependencies"])
    assert runtime <= locked("requirements.lock").keys()
    development = required(PROJECT["optional-dependencies"]["dev"])
    assert runtime | development <= locked("requirements-dev.lock").keys()


def test_development_uses_the_versions_that_users_get() -> None:
    users, developers = locked("requirements.lock"), locked("requirements-dev.lock")
    assert {package: developers.get(package) for package in users} == users


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_lock_is_hashed_and_names_no_place(name: str) -> None:
    text = (ROOT / name).read_text("utf-8")
    pins = [block for block in re.split(r"\n(?=[A-Za-z0-9])", text) if PINNED.match(block)]
    assert pins
    assert all("--hash=sha256:" in block for block in pins)
    assert "://" not in text
    assert not re.search(r"(?<![\w.])/\w+/", text)
