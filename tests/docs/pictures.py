"""Makes what docs/tutorial.md shows: `python -m tests.docs.pictures` runs its commands in full, and opens their pages.

What a command prints goes into the block that follows a comment `<!-- printed -->` (with a pattern: only the lines that
match it); parts of the pages are photographed in Chromium into docs/pictures. For use after results have changed, and
when the pages look different; look at the pictures afterwards.
"""

import os
import re
import subprocess
import sys
import tempfile
import textwrap
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import browser_program
from tests.docs.manual import ROOT, commands, write_files

TUTORIAL = ROOT / "docs" / "tutorial.md"
PRINTED = re.compile(r"^(```sh[^\n]*\n(.*?)^```\n\n<!-- printed(?:: ([^\n]*))? -->\n```text\n)(.*?)^```$", re.M | re.S)
WIDTH, MARGIN, LINE = 900, 4, 118  # pixels, pixels, characters


class Picture(NamedTuple):
    name: str
    results: str
    first: str  # from the top of this element ...
    last: str  # ... to the bottom of this one
    clock: str = ""


PICTURES = (
    Picture("tutorial-page", "riverside", "header", ".cards"),
    Picture("tutorial-hours", "riverside", "#hours h3", "[data-chart=flow]"),
    Picture("tutorial-replay", "riverside", "#replay h2", "#counts", "09:50"),
    Picture("tutorial-trade-off", "town-plans", "[data-chart=pareto]", "[data-chart=pareto]"),
    Picture("tutorial-districts", "town-plans", "#parts h2", "#parts details"),
)


def main() -> None:
    """Run the tutorial, write down what it prints, take the pictures."""
    text = TUTORIAL.read_text("utf-8")
    with tempfile.TemporaryDirectory() as name:
        project = Path(name)
        (project / "scenarios").mkdir()
        write_files(text, project)
        said = {tuple(one.words): run(one.words[1:], project) for one in commands(text)}
        TUTORIAL.write_text(PRINTED.sub(lambda found: printed(found, said), text), "utf-8")
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=browser_program(), args=["--no-sandbox"])
            for picture in PICTURES:
                page = browser.new_page(viewport={"width": WIDTH, "height": 900}, reduced_motion="reduce")
                page.goto((project / "results" / picture.results / "report.html").as_uri())
                take(page, picture)
                page.close()
            browser.close()


def run(arguments: list[str], project: Path) -> str:
    """What a command of the tutorial prints."""
    print("jobfair", *arguments, flush=True)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COLUMNS": "100", "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "sim", *arguments]
    return subprocess.run(
        command, cwd=project, env=environment, capture_output=True, check=True, encoding="utf-8"
    ).stdout


def printed(found: re.Match[str], said: dict[tuple[str, ...], str]) -> str:
    """The block that shows what the command above it printed."""
    command = commands(found[1].split("<!--")[0])[-1]
    lines = [line.rstrip() for line in said[tuple(command.words)].strip().splitlines()]
    if found[3]:
        lines = [line for line in lines if re.search(found[3], line)]
    folded = [textwrap.fill(line, LINE, subsequent_indent="  ") if len(line) > LINE else line for line in lines]
    return found[1] + "\n".join(folded) + "\n```"


def take(page: Page, picture: Picture) -> None:
    """Photograph a part of a page."""
    page.locator("[data-chart] svg").first.wait_for()
    if picture.clock:
        hours, minutes = map(int, picture.clock.split(":"))
        page.evaluate(
            """wanted => { const { replay } = JSON.parse(document.getElementById('data').textContent);
            const time = document.getElementById('time');
            time.value = (wanted - replay.begins) * replay.steps; time.dispatchEvent(new Event('input')); }""",
            60 * hours + minutes,
        )
        shown = page.locator("#clock").text_content()
        if shown != picture.clock:
            raise SystemExit(f"{picture.name}: the clock shows {shown}, not {picture.clock}")
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true; })")
    page.locator(picture.first).first.scroll_into_view_if_needed()
    boxes = [page.locator(one).first.bounding_box() for one in (picture.first, picture.last)]
    down = page.evaluate("window.scrollY")
    top, bottom = boxes[0]["y"] + down, boxes[1]["y"] + boxes[1]["height"] + down
    clip = {"x": 0, "y": max(0, top - MARGIN), "width": WIDTH, "height": bottom - top + 2 * MARGIN}
    path = ROOT / "docs" / "pictures" / f"{picture.name}.png"
    page.screenshot(path=path, clip=clip, full_page=True, animations="disabled")
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size:,} bytes", flush=True)


if __name__ == "__main__":
    main()
