"""README and manual tell the truth: their commands run, their folders exist, the automatic check is theirs.

Every `jobfair` command in a fenced block that opens with `sh` is run, in the order of the page, in a copy of
the project's files that are not code; first the files that the page tells the reader to write are written.
"""

import re
import shlex
import shutil
import subprocess
import sysconfig
from pathlib import Path

import pytest

from tests.docs.manual import ROOT, Command, commands, write_files

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
SCRIPTS = Path(sysconfig.get_path("scripts"))


def shortened(words: list[str]) -> list[str]:
    kept = list(words)
    for option in ("-n", "--replications"):
        if option in kept:
            del kept[kept.index(option) : kept.index(option) + 2]
    return [*kept, "-n", "2"] if kept[1] in ("run", "compare", "sweep") else kept


def execute(command: Command, folder: Path) -> subprocess.CompletedProcess[str]:
    words, target = shortened(command.words) if command.long else command.words, None
    if ">" in words:
        cut = words.index(">")
        words, target = words[:cut], folder / words[cut + 1]
    done = subprocess.run(
        [str(SCRIPTS / "jobfair"), *words[1:]],
        cwd=folder,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    if target:
        target.write_text(done.stdout, encoding="utf-8")
    return done


def marked(name: str) -> str:
    """The block of the README that follows a comment with this name."""
    text = (ROOT / "README.md").read_text("utf-8")
    found = re.search(rf"<!-- {name} -->\n+```sh[^\n]*\n(.*?)```", text, re.DOTALL)
    assert found, f"README.md has no block marked <!-- {name} -->"
    return found[1].strip()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_commands_of_the_page_run(page: Path, tmp_path: Path) -> None:
    hidden = shutil.ignore_patterns(".*", "sim", "tests", "benchmarks", "results", "build", "dist")
    folder = shutil.copytree(ROOT, tmp_path / "project", ignore=hidden)
    text = page.read_text("utf-8")
    write_files(text, folder)
    for command in commands(text):
        done = execute(command, folder)
        shown = f"$ {shlex.join(command.words)}\n{done.stdout}{done.stderr}"
        assert done.returncode == command.exit_code, shown
        assert "Traceback" not in done.stderr, shown


def test_readme_shows_the_first_run() -> None:
    first = marked("first command")
    assert "\n" not in first
    assert "--require-hashes -r requirements.lock" in first
    assert first.endswith(".venv/bin/jobfair run scenarios/wuhan-2020-04-21.toml")


def test_automatic_check_runs_the_line_of_the_readme() -> None:
    check = marked("check command")
    assert "\n" not in check
    assert "--require-hashes -r requirements-dev.lock" in check
    assert check.endswith(" -m pytest -n 2")
    show = ["bash", ".ci/run", "--show"]
    shown = subprocess.run(show, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert shown.strip() == check
    assert "pip install" not in (ROOT / ".ci" / "run").read_text("utf-8")


def test_folders_of_the_map_exist() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`]+)` \|", text.split("## Map")[1].split("\n## ")[0], re.MULTILINE)
    assert len(rows) >= 5
    assert [row for row in rows if not (ROOT / row).exists()] == []


@pytest.mark.parametrize(
    "page",
    [*PAGES, *(ROOT / name for name in ("CONTRIBUTING.md", "CHANGELOG.md"))],
    ids=lambda page: page.name,
)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_blocks_are_read_as_described() -> None:
    page = (
        "```sh long\na && jobfair run x -n 900 # many\n```\n"
        "```bat\njobfair no\n```\n"
        "```sh exits=2\njobfair check y\n```\n"
    )
    assert commands(page) == [
        Command(["jobfair", "run", "x", "-n", "900"], 0, True),
        Command(["jobfair", "check", "y"], 2, False),
    ]
    assert shlex.join(shortened(["jobfair", "run", "x", "-n", "900", "--json"])) == "jobfair run x --json -n 2"
    assert shlex.join(shortened(["jobfair", "compare", "x", "y"])) == "jobfair compare x y -n 2"
    assert shortened(["jobfair", "plan", "x"]) == ["jobfair", "plan", "x"]


def test_files_of_a_page_are_written(tmp_path: Path) -> None:
    write_files('```toml file=a/b.toml\nname = "b"\n```\n```toml\nname = "c"\n```\n', tmp_path)
    assert [path.name for path in tmp_path.rglob("*.toml")] == ["b.toml"]
    assert (tmp_path / "a" / "b.toml").read_text("utf-8") == 'name = "b"\n'
