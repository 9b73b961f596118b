"""The manual as a site: it builds without a warning, every page is in the menu, every link leads somewhere.

The site is built once by the command that CONTRIBUTING.md gives. That a page is missing in the index, and that a
link of a page leads nowhere, are warnings of the builder, and these are errors.
"""

import re
import shlex
import shutil
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest

from sim.cli.reference import commands_page

ROOT = Path(__file__).parents[2]
PICTURES = sorted((ROOT / "docs" / "pictures").glob("*.*"))
LARGEST_PICTURE_BYTES = 150_000
FOLDERS = (".", "docs", "docs/decisions", "results", "calibration/observed", "benchmarks")
PAGES = sorted(page.relative_to(ROOT) for folder in FOLDERS for page in (ROOT / folder).glob("*.md"))


def build(project: Path, site: Path) -> subprocess.CompletedProcess[str]:
    """The command of CONTRIBUTING.md, with this Python and another target."""
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    found = re.search(r"<!-- command: site -->\n```text\n(.*)\n```", text)
    assert found, "CONTRIBUTING.md has no block marked <!-- command: site -->"
    _, *words, _ = shlex.split(found[1])
    command = [sys.executable, *words, str(site)]
    return subprocess.run(command, cwd=project, capture_output=True, text=True, encoding="utf-8", check=False)


class Page(HTMLParser):
    """What a page of the site links to, fetches, and can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []
        self.fetched: list[str] = []
        self.pictures_without_words: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if given.get("id"):
            self.ids.add(str(given["id"]))
        if tag == "a" and given.get("href"):
            self.links.append(str(given["href"]))
        if tag in ("script", "img", "source") and given.get("src"):
            self.fetched.append(str(given["src"]))
        if tag == "link" and given.get("rel") in ("stylesheet", "icon", "preload"):
            self.fetched.append(str(given["href"]))
        if tag == "img" and not (given.get("alt") or "").strip():
            self.pictures_without_words.append(str(given.get("src")))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    done = build(ROOT, folder)
    assert done.returncode == 0, f"the site of the manual does not build:\n{done.stdout}{done.stderr}"
    return folder


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html")) if "_static" not in path.parts}


def test_every_page_of_the_manual_is_in_the_site(site: Path) -> None:
    assert len(PAGES) >= 30
    assert [page for page in PAGES if not (site / page).with_suffix(".html").is_file()] == []
    assert "docs/index.html" in (site / "index.html").read_text("utf-8")


def test_links_within_the_site_lead_to_a_place_that_exists(pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            target, place = urldefrag(link)
            if urlsplit(target).scheme:
                continue
            there = (path.parent / unquote(target)).resolve() if target else path.resolve()
            anchors = pages[there].ids if there in pages else set()
            if not there.is_file() or (place and there in pages and unquote(place) not in anchors):
                broken.append(f"{path.name}: {link}")
    assert sum(len(page.links) for page in pages.values()) > 1000
    assert broken == []


def test_the_site_needs_no_network(pages: dict[Path, Page]) -> None:
    fetched = {link for page in pages.values() for link in page.fetched}
    assert len(fetched) > 3
    assert [link for link in fetched if urlsplit(link).scheme not in ("", "data") or link.startswith("//")] == []


def test_pictures_have_words_are_small_and_are_shown(pages: dict[Path, Page]) -> None:
    assert [page.pictures_without_words for page in pages.values() if page.pictures_without_words] == []
    assert [path.name for path in PICTURES if path.stat().st_size > LARGEST_PICTURE_BYTES] == []
    shown = {Path(link).name for page in pages.values() for link in page.fetched}
    assert [path.name for path in PICTURES if path.name not in shown] == []


def test_twin_a_page_outside_the_index_and_a_dead_link_stop_the_build(tmp_path: Path) -> None:
    docs = tmp_path / "project" / "docs"
    shutil.copytree(ROOT / "docs" / "site", docs / "site")
    shutil.copy(ROOT / "docs" / "conf.py", docs)
    (docs / "index.md").write_text("# Index\n\n## Part\n\n[one](one.md)\n", "utf-8")
    (docs / "one.md").write_text("# One\n\nSee [here](nowhere.md) and [there](#no-such-heading).\n", "utf-8")
    (docs / "two.md").write_text("# Two\n\nAlone.\n", "utf-8")
    done = build(docs.parent, tmp_path / "site")
    assert done.returncode != 0
    said = done.stdout + done.stderr
    assert "two.md" in said
    assert "toctree" in said
    assert "nowhere.md" in said
    assert "no-such-heading" in said


def test_page_of_commands_is_as_generated() -> None:
    made = (ROOT / "docs" / "commands.md").read_text("utf-8")
    assert made == commands_page(), "python -m sim.cli.reference > docs/commands.md"


def test_page_of_commands_has_every_verb_and_option() -> None:
    from sim.cli import cli

    page = commands_page()
    for name, verb in cli.commands.items():
        section = page.split(f"\n## {name}\n")[1].split("\n## ")[0]
        options = [option for one in verb.params for option in one.opts if option.startswith("--")]
        assert [option for option in options if f"`{option}" not in section] == ["--debug"]
