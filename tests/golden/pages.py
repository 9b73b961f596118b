"""The pages that must not move by themselves: a small run, a season, a comparison and a search, in both languages.

The search is a stored one (`tests/golden/search`), so that its page moves only if the page does.

What is the same on every page (style, scripts, the policy that names them) and the packed columns of the replay are
replaced by marks; the manifest is a fixed one. `python -m tests.golden.accept` writes down what the program gives now.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sim.language import set_language
from sim.model.scenario import load_scenario
from sim.report.page.comparing import comparison_page
from sim.report.page.data import ComparisonPage, RunPage, SearchPage
from sim.report.page.optimising import search_page_of
from sim.report.page.running import run_page
from sim.report.page.writing import html
from sim.study.booths import booths_of_replication
from sim.study.compare import Contender, compare
from sim.study.replicate import replicate

HERE = Path(__file__).parent
SCENARIO, CAMPAIGN, SEARCH = HERE / "small.toml", HERE / "campaign.toml", HERE / "search"
REPLICATIONS, SEED = 4, 20210306
OTHER = ("name=Two lanes", "gate.lanes=2", "fairs.crowded.gate.lanes=2")
LANGUAGES = ("en", "zh")
MANIFEST: dict[str, Any] = {
    "program": "jobfair",
    "version": "0.0",
    "git": None,
    "computed_by": {"version": "0.0", "sources": "0123456789abcdef"},
    "scenario": "golden",
    "seed": SEED,
    "replications": REPLICATIONS,
    "engine": "kernel",
    "fingerprint": "0123456789abcdef0123456789abcdef",
    "inputs": [{"name": "small.toml", "sha256": "0123456789abcdef0123456789abcdef"}],
    "command": ["jobfair", "run", "small.toml"],
    "machine": {"system": "System", "type": "type", "processors": 1},
    "python": "3.0.0",
    "libraries": {},
    "started": "2021-03-06T09:00:00+00:00",
    "wall_seconds": 1.0,
    "complete": True,
    "alarms": [],
}
MARKS = (
    (re.compile(r"(<style>).*?(</style>)", re.DOTALL), r"\1[style]\2"),
    (re.compile(r"(<script>).*?(</script>)", re.DOTALL), r"\1[script]\2"),
    (re.compile(r"&#39;sha256-[^&]+&#39;"), "[digest]"),
)
DATA = re.compile(r'(<script type="application/json" id="data">)(.*?)(</script>)', re.DOTALL)
LONG = 60  # characters; what is longer in the replay is a packed column


def small_run() -> RunPage:
    """The page of the small scenario."""
    scenario = load_scenario(SCENARIO)
    sample = replicate(scenario, REPLICATIONS, SEED)
    return run_page(sample, scenario, MANIFEST, booths_of_replication(scenario, SEED))


def small_campaign() -> RunPage:
    """The page of a season of two fairs with one population, compared with its frictionless bound."""
    scenario = load_scenario(CAMPAIGN)
    sample = replicate(scenario, REPLICATIONS, SEED)
    return run_page(sample, scenario, MANIFEST, booths_of_replication(scenario, SEED))


def small_search() -> SearchPage:
    """The page of a stored search with two aims."""
    return search_page_of(SEARCH, {**MANIFEST, "command": ["jobfair", "optimise", "two.toml"]})


def small_comparison() -> ComparisonPage:
    """The page of the small scenario against itself with another gate."""
    scenarios = {"golden": load_scenario(SCENARIO), "Two lanes": load_scenario(SCENARIO, OTHER)}
    contenders = [Contender(label, one, replicate(one, REPLICATIONS, SEED)) for label, one in scenarios.items()]
    return comparison_page(compare(contenders, SEED), contenders, MANIFEST)


def scrubbed(text: str) -> str:
    """A page without what is the same on all of them; its data one value to a line."""
    for pattern, mark in MARKS:
        text = pattern.sub(mark, text)
    text = DATA.sub(lambda found: found[1] + _data(found[2]) + found[3], text)
    return "\n".join(line.rstrip() for line in text.splitlines() if line.strip()) + "\n"


def _data(text: str) -> str:
    document = json.loads(text)
    for name, value in (document["replay"] or {}).items():
        if isinstance(value, str) and len(value) > LONG:
            document["replay"][name] = "sha256 " + hashlib.sha256(value.encode()).hexdigest()[:16]
    return "\n" + json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def pages() -> Iterator[tuple[Path, str]]:
    """Every golden page: its file, and what the program gives now."""
    found = {
        "run": small_run(),
        "campaign": small_campaign(),
        "comparison": small_comparison(),
        "search": small_search(),
    }
    try:
        for language in LANGUAGES:
            set_language(language)
            for name, page in found.items():
                yield HERE / f"{name}.{language}.html", scrubbed(html(page))
    finally:
        set_language("en")


def accept() -> None:
    """Write down what the program gives now."""
    for path, text in pages():
        before = path.read_text("utf-8").splitlines() if path.exists() else []
        moved = len(set(before) ^ set(text.splitlines()))
        path.write_text(text, encoding="utf-8", newline="\n")
        print(f"{path.name}: {moved} lines differ from before")
