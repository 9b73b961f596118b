"""The pages of a small run, a campaign, a comparison, a search and a season, in a real browser without a network."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from sim.language import set_language
from sim.model.scenario import load_scenario
from sim.report.page.running import run_page
from sim.report.page.writing import write_page
from sim.study.booths import booths_of_replication
from sim.study.replicate import replicate
from tests.golden import pages

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
VARIABLE = "JOBFAIR_BROWSER"
MISSING = (
    "no browser was found to open the pages with. Install Chromium (on Debian and Ubuntu as root: `apt-get update &&"
    f" apt-get install -y chromium`), or name the program of one in the variable {VARIABLE}."
)
HOSTILE = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "\u202e\u05d0\u05d1\u05d2 " * 9, "W" * 1500)


class Opened(NamedTuple):
    page: Page
    seen: list[str]  # requests but for the file itself, messages of the console, errors, dialogues


def browser_program() -> str | None:
    """The program of a browser, if there is one."""
    return os.environ.get(VARIABLE) or next(filter(None, map(shutil.which, NAMES)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    found = browser_program()
    if found is None:
        pytest.fail(MISSING, pytrace=False)
    with sync_playwright() as playwright:
        # The pages are our own; as root Chromium does not start with its sandbox.
        opened = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages, by name."""
    folder = tmp_path_factory.mktemp("pages")
    made = {
        "run": pages.small_run(),
        "campaign": pages.small_campaign(),
        "comparison": pages.small_comparison(),
        "search": pages.small_search(),
        "season": season(folder),
    }
    found = {}
    for name, page in made.items():
        for language in ("en", "zh"):
            set_language(language)
            found[f"{name}.{language}"] = folder / f"{name}.{language}.html"
            write_page(found[f"{name}.{language}"], page)
    set_language("en")
    return found


def season(folder: Path):
    """37 fairs over 60 days at eleven venues, some of them with hostile names."""
    text = 'name = "<b>season</b>"\nreported.intents = 500\ntotals = { firms = 111, posts = 900, seekers = 1500 }\n'
    for k in range(37):
        name = HOSTILE[k % 11] if k % 11 < len(HOSTILE) else f"Hall {k % 11}"
        day = f"2020-{4 + (k * 60 // 37) // 30:02d}-{1 + (k * 60 // 37) % 30:02d}"
        quoted = name.replace('"', '\\"')
        text += f'[[fairs]]\nid = "f{k}"\nvenue = "{quoted}"\ndistrict = "d{k % 5}"\ndate = {day}\n'
    (folder / "season.toml").write_text(text, "utf-8")
    scenario = load_scenario(folder / "season.toml")
    sample = replicate(scenario, 3, pages.SEED)
    return run_page(sample, scenario, pages.MANIFEST, booths_of_replication(scenario, pages.SEED))


@pytest.fixture
def open_page(browser: Browser, files: dict[str, Path]) -> Iterator[Callable[..., Opened]]:
    """Opens a page by its name, and notes whatever it does that it should not."""
    contexts = []

    def opened(name: str, width: int = 1280, theme: str = "light", motion: str = "no-preference") -> Opened:
        context = browser.new_context(
            viewport={"width": width, "height": 900}, color_scheme=theme, reduced_motion=motion, offline=True
        )
        contexts.append(context)
        page, seen = context.new_page(), []
        page.on("request", lambda one: seen.append(one.url) if not one.url.startswith(("file:", "data:")) else None)
        page.on("console", lambda one: seen.append(one.text))
        page.on("pageerror", lambda one: seen.append(str(one)))
        page.on("dialog", lambda one: (seen.append(one.message), one.dismiss()))
        page.goto(files[name].as_uri())
        page.locator("[data-chart] svg").first.wait_for()
        return Opened(page, seen)

    yield opened
    for context in contexts:
        context.close()
