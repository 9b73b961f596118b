"""The manual as a site: how Sphinx makes it out of the Markdown files of the project, as they are.

The folder of the project is the source, so that a link from one file to another leads to its page. The reading order
stands once, in docs/index.md: what is linked there is in the menu, below the heading under which it is linked; a page
that is linked nowhere there is an error. It must not hold any text of the manual.
"""

import posixpath
import re

from sphinx.application import Sphinx

project = "jobfair"
author = project_copyright = "The jobfair authors"
language = "en"
root_doc = "docs/index"

extensions = ["myst_parser"]
myst_heading_anchors = 4
smartquotes = False  # an option such as --set keeps its two lines
include_patterns = ["*.md", "docs/**.md", "results/README.md", "calibration/observed/README.md", "benchmarks/README.md"]
exclude_patterns = [".*", "build", "dist", "results/[!R]*", "scenarios", "sim", "tests"]

html_theme = "furo"
html_title = "jobfair"
html_extra_path = ["site"]  # the first page of the site leads to docs/
html_static_path: list[str] = []
html_copy_source = False
html_show_sphinx = False
html_show_copyright = False

HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^):#]+)\.md\)")
ALL_BELOW = re.compile(r"^<!-- all pages of (\S+) -->$", re.MULTILINE)


def menu(index: str) -> str:
    """The entries of the menu: the pages linked below each heading of the index, in order, each once."""
    _, *parts = HEADING.split(index)
    seen: set[str] = set()
    trees = []
    for heading, text in zip(parts[::2], parts[1::2], strict=True):
        pages = [page for page in dict.fromkeys(LINK.findall(text)) if page not in seen]
        seen.update(pages)
        if pages:
            trees.append("\n".join(["```{toctree}", ":hidden:", f":caption: {heading}", "", *pages, "```"]))
    return "\n\n" + "\n\n".join(trees) + "\n"


def complete(_: Sphinx, page: str, source: list[str]) -> None:
    """Give the index its menu, and a page that stands for a folder the list of what is in it."""
    if page == root_doc:
        source[0] += menu(source[0])
    below = ALL_BELOW.search(source[0])
    if below:
        pattern = posixpath.join(below[1], "*")
        source[0] += "\n".join(["\n```{toctree}", ":glob:", ":maxdepth: 1", "", pattern, "```\n"])


def setup(app: Sphinx) -> dict[str, bool]:
    """Read by Sphinx."""
    app.connect("source-read", complete)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
