"""Texts on the terminal: what comes from outside is shown, never obeyed.

A cell of a table is cut to a readable length; a line is shown whole. Knows nothing of what the texts mean.
"""

from __future__ import annotations

from rich.text import Text

from sim.language import ENGLISH, _, language
from sim.model.visible import shortened, visible

# Units that names of measures tell, and labels do not.
TOLD_BY_NAMES = ("minutes", "km")


def measure_label(name: str, unit: str = "") -> str:
    """What a measure is called in a table: its name, by which options and files know it, or its label in Chinese.

    The label has the unit, where it is given since nothing else in the table says it.
    """
    if language() == ENGLISH:
        return name
    from sim.report.page.words import label

    return f"{label(name)}（{spoken_unit(unit)}）" if unit in TOLD_BY_NAMES else label(name)


def spoken_unit(name: str) -> str:
    """A unit in a table: its name, by which files know it, or what it is called in Chinese."""
    if language() == ENGLISH:
        return name
    from sim.report.page.words import unit

    return unit(name)


def resource_name(name: str) -> str:
    """What a resource is called: its name in data, or what it is called in Chinese."""
    if language() == ENGLISH:
        return name
    from sim.report.page.words import resource

    return resource(name)


def plan_name(label: str) -> str:
    """What a plan of a search is called in a table."""
    if language() == ENGLISH:
        return label
    from sim.report.page.words import plan_label

    return plan_label(label)


def status_name(status: str) -> str:
    """How a plan of a search stands against the others."""
    if language() == ENGLISH:
        return status
    from sim.report.page.words import STATUSES

    return _(STATUSES.get(status, status))


def shown_cell(text: str) -> Text:
    """A cell or heading of a table; line ends are kept."""
    return Text("\n".join(shortened(part) for part in visible(text, keep="\n").split("\n")))


def shown_line(text: str) -> Text:
    """A line of text."""
    return Text(visible(text))
