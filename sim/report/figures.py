"""Pictures of a study of strategies, as SVG beside its page: leads, other behaviour, other assumptions.

Drawn by matplotlib (extra `figures`); without it the page has its tables only. The same data give the same file. It
takes the plain data of a study and must not know how it was computed.
"""

from __future__ import annotations

import importlib.util
import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import explained, write_text
from sim.language import _
from sim.model.visible import shortened
from sim.report.findings import lead_of, row_of, sorted_by_lead, verdict_of
from sim.study.compare import BETTER, WORSE

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Document = dict[str, Any]

LIBRARY = "matplotlib"
INK, BETTER_INK, WORSE_INK, GUIDE = "#444444", "#1b7a3d", "#b3261e", "#999999"
LINES = ("#1f4e9c", "#c05a00", "#1b7a3d", "#8b2f97", "#4d4d4d", "#a3123f", "#00788a", "#7a5b00", "#e0529c", "#5a6bd8")
MARKS = "osD^vPX<>*"
STYLE: dict[Any, Any] = {
    "svg.hashsalt": "jobfair",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 9.0,
}
COLUMNS = 3
LONGEST_NAME = 40


def write_figures(document: Document, folder: Path, say: Callable[[str], None]) -> list[str]:
    """Write the pictures into a folder; their names, none without the library."""
    if importlib.util.find_spec(LIBRARY) is None:
        line = _("figures are left out: {library} is not installed (pip install 'jobfair[figures]')")
        say(line.format(library=LIBRARY))
        return []
    import matplotlib

    drawn = {"leads": _leads, "draws": _draws, "assumptions": _assumptions}
    written = []
    with explained(folder), matplotlib.rc_context(STYLE):
        folder.mkdir(parents=True, exist_ok=True)
        for name, draw in drawn.items():
            figure = draw(document)
            if figure is not None:
                write_text(folder / f"{name}.svg", _svg(figure))
                written.append(f"{name}.svg")
    return written


def _svg(figure: Figure) -> str:
    text = io.StringIO()
    figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None}, facecolor="white")
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())


def _name(document: Document, file: str) -> str:
    # A dollar sign would begin a formula.
    return shortened(str(row_of(document, file)["name"]), LONGEST_NAME).replace("$", r"\$")


def _ranges(labels: Sequence[str], spans: Sequence[Sequence[float]], inks: Sequence[str], words: str) -> Figure:
    """A point with a span for each label, from the top down; a line at zero."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(7.5, 0.9 + 0.26 * len(labels)), layout="constrained")
    axes = figure.add_subplot()
    for place, ((low, middle, high), ink) in enumerate(zip(spans, inks, strict=True)):
        axes.plot([low, high], [place, place], color=ink, linewidth=2)
        axes.plot([middle], [place], "o", color=ink, markersize=5)
    axes.axvline(0, color=GUIDE, linewidth=1)
    axes.set_yticks(range(len(labels)), labels)
    axes.invert_yaxis()
    axes.set_xlabel(words)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(left=False)
    return figure


def _leads(document: Document) -> Figure:
    """Every strategy against the base, with the intervals that hold together."""
    rows = [(row, lead) for row in sorted_by_lead(document) if (lead := lead_of(row)) is not None]
    inks = [{BETTER: BETTER_INK, WORSE: WORSE_INK}.get(verdict_of(row) or "", INK) for row, _ in rows]
    return _ranges(
        [_name(document, row["file"]) for row, _ in rows],
        [(lead["low"], lead["difference"], lead["high"]) for _, lead in rows],
        inks,
        f"intents more or fewer than: {_name(document, document['base'])}",
    )


def _draws(document: Document) -> Figure | None:
    """The leads over draws of the behaviour."""
    if document["draws"] is None:
        return None
    rows = [one for one in document["draws"]["strategies"] if one["file"] != document["base"]]
    return _ranges(
        [_name(document, one["file"]) for one in rows],
        [one["lead"] for one in rows],
        [BETTER_INK if one["lead"][0] > 0 else WORSE_INK if one["lead"][2] < 0 else INK for one in rows],
        f"intents more or fewer, median and 5 to 95 % of {document['draws']['draws']} draws of the behaviour",
    )


def _assumptions(document: Document) -> Figure | None:
    """The leads at other values of each assumption, a small picture for each."""
    from matplotlib.figure import Figure

    shown = document["assumptions"]
    if not shown:
        return None
    files = list(dict.fromkeys(row["file"] for one in shown for row in one["strategies"]))
    style = {file: (LINES[place % len(LINES)], MARKS[place % len(MARKS)]) for place, file in enumerate(files)}
    lines = -(-len(shown) // COLUMNS)
    figure = Figure(figsize=(9, 2.4 * lines + 0.25 * len(files)), layout="constrained")
    every = list(figure.subplots(lines, COLUMNS, squeeze=False).flat)
    handles = {}
    for axes, one in zip(every, shown, strict=False):
        for row in one["strategies"]:
            ink, mark = style[row["file"]]
            middles = [lead[0] for lead in row["leads"]]
            (handles[row["file"]],) = axes.plot(one["values"], middles, mark + "-", color=ink, markersize=3.5)
        axes.axhline(0, color=GUIDE, linewidth=1)
        if one["usual"] is not None:
            axes.axvline(one["usual"], color=GUIDE, linewidth=1, linestyle=":")
        axes.set_title(one["key"], fontsize=8)
        axes.spines[["top", "right"]].set_visible(False)
    for axes in every[len(shown) :]:
        axes.set_visible(False)
    figure.supylabel("intents more or fewer", fontsize=9)
    figure.legend(
        [handles[file] for file in files],
        [_name(document, file) for file in files],
        loc="outside lower center",
        ncols=3,
    )
    return figure
