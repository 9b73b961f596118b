"""Texts on the terminal: what comes from outside is shown, never obeyed.

A cell of a table is cut to a readable length; a line is shown whole. Knows nothing of what the texts mean.
"""

from __future__ import annotations

from rich.text import Text

from sim.language import ENGLISH, language
from sim.model.visible import shortened, visible


def measure_label(name: str) -> str:
    """What a measure is called in a table: its name, by which options and files know it, or its label in Chinese."""
    if language() == ENGLISH:
        return name
    from sim.report.page.words import label

    return label(name)


def spoken_unit(name: str) -> str:
    """A unit in a table: its name, by which files know it, or what it is called in Chinese."""
    if language() == ENGLISH:
        return name
    from sim.report.page.words import unit

    return unit(name)


def shown_cell(text: str) -> Text:
    """A cell or heading of a table; line ends are kept."""
    return Text("\n".join(shortened(part) for part in visible(text, keep="\n").split("\n")))


def shown_line(text: str) -> Text:
    """A line of text."""
    return Text(visible(text))
