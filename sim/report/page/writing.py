"""The page as one HTML file: templates, style, program and data put together so that nothing is fetched from
anywhere.

Everything that a planner wrote is escaped wherever it goes. The file carries a policy that lets no script run but its
own and no request go out. It is written whole or not at all.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import explained, write_text
from sim.language import _, language, ngettext
from sim.report import explaining
from sim.report.page import causes, headlines, searches, views, words
from sim.report.page.data import ComparisonPage, FitPage, Page, RunPage, SearchPage

if TYPE_CHECKING:
    from jinja2 import Environment

HTML_LANGUAGES = {"en": "en", "zh": "zh-Hans"}
TEMPLATES = {RunPage: "run.html", ComparisonPage: "comparison.html", FitPage: "fit.html", SearchPage: "search.html"}
BACKSLASHES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}


def write_page(path: Path, page: Page) -> None:
    """Write a page to a file, in the language that is spoken."""
    text = html(page)
    with explained(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_text(path, text)


def html(page: Page) -> str:
    """A page as the text of its file."""
    view = views.of(page)
    scripts = [_asset("echarts.min.js"), _asset("page.js"), *([_asset("replay.js")] if view.replay else [])]
    template = _environment().get_template(TEMPLATES[type(page)])
    return template.render(
        page=page,
        view=view,
        lang=HTML_LANGUAGES[language()],
        words=words,
        headlines=headlines,
        searches=searches,
        explaining=explaining,
        causes=causes,
        style=_asset("page.css"),
        scripts=scripts,
        policy=_policy(scripts),
        data=embedded({"charts": view.charts, "replay": view.replay}),
    )


def embedded(value: Mapping[str, Any]) -> str:
    """JSON that may stand in a script element: nothing in it can end the element or begin another."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    for character, escape in BACKSLASHES.items():
        text = text.replace(character, escape)
    return text


def _policy(scripts: list[str]) -> str:
    """What a browser may do for the page: run these scripts, no other, and fetch nothing."""
    digests = (base64.b64encode(hashlib.sha256(one.encode()).digest()).decode() for one in scripts)
    allowed = " ".join(f"'sha256-{digest}'" for digest in digests)
    # ECharts sets the style of elements, which needs 'unsafe-inline' for styles.
    return (
        f"default-src 'none'; script-src {allowed}; style-src 'unsafe-inline'; img-src data:; base-uri 'none';"
        " form-action 'none'"
    )


@cache
def _asset(name: str) -> str:
    """A file of the page as text; what would end the element around it is not in any of them, and a test looks."""
    import importlib.resources

    return importlib.resources.files(__package__).joinpath("assets", name).read_text(encoding="utf-8").strip()


@cache
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("sim.report.page"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        lstrip_blocks=True,
    )
    environment.policies["ext.i18n.trimmed"] = True
    environment.install_gettext_callables(_, ngettext, newstyle=True)  # type: ignore[attr-defined]
    return environment
