"""The one description of every parameter: key, unit, default, range, meaning, source.

Reads `parameters.csv`, from which the loader, the schema, the starter scenarios and the manual are made.
It must not know how a scenario file is written.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

# A fair-level key that only makes sense for one fair, never as a default of all.
FAIR_ONLY = ("id", "venue", "district", "date", "firms", "posts", "seekers")
# The list of tables in a scenario file, and the level of the parameters in its entries.
LISTS = {
    "fairs": "fair",
    "groups": "group",
    "occupations": "occupation",
    "districts": "district",
    "venues": "venue",
    "outreach": "outreach",
    "levers": "lever",
    "firms": "firm",
    "posts": "post",
    "seekers": "seeker",
}
# The sections that mean something in a campaign only.
CAMPAIGN_SECTIONS = ("season.", "pool.", "stock.", "calendar.", "limits.")
# The lists that say where a season takes place and what is done besides fairs.
CAMPAIGN_LISTS = ("districts", "venues", "outreach", "levers")
# The sections of a fair's keys that say how people behave; a group may have its own.
OF_GROUPS = ("behaviour.", "attendance.")
# Where the parameters of a level stand in a scenario file, as the manual says it.
LEVEL_TITLES = {
    "scenario": "At the top of the file",
    "fair": "For every fair, or in one of `[[fairs]]`",
    "group": "In `[[groups]]`",
    "occupation": "In `[[occupations]]`",
    "district": "In `[[districts]]`",
    "venue": "In `[[venues]]`",
    "outreach": "In `[[outreach]]`",
    "lever": "In `[[levers]]`",
    "firm": "In `[[firms]]`, or columns of a table of firms",
    "post": "In `[[posts]]`, or columns of a table of posts",
    "seeker": "In `[[seekers]]`, or columns of a table of seekers",
}


@dataclass(frozen=True)
class Parameter:
    """One parameter as the table describes it; `default` is text, empty for none."""

    key: str
    level: str
    type: str
    unit: str
    default: str
    minimum: float | None
    maximum: float | None
    choices: tuple[str, ...]
    meaning: str
    source: str


@functools.cache
def parameters(level: str | None = None) -> tuple[Parameter, ...]:
    """All parameters, or those of one level, in the order of the table."""
    if level is not None:
        return tuple(parameter for parameter in parameters() if parameter.level == level)
    import csv
    import importlib.resources

    table = importlib.resources.files(__package__).joinpath("parameters.csv")
    lines = table.read_text(encoding="utf-8").splitlines(keepends=True)
    return tuple(_parameter(row) for row in csv.DictReader(lines))


def _parameter(row: dict[str, str]) -> Parameter:
    return Parameter(
        key=row["key"],
        level=row["level"],
        type=row["type"],
        unit=row["unit"],
        default=row["default"],
        minimum=_limit(row["minimum"]),
        maximum=_limit(row["maximum"]),
        choices=tuple(row["choices"].split("|")) if row["choices"] else (),
        meaning=row["meaning"],
        source=row["source"],
    )


def _limit(text: str) -> float | None:
    """A limit; whole numbers stay exact, for a seed may be as large as a float cannot say."""
    if not text:
        return None
    return int(text) if text.lstrip("-").isdigit() else float(text)


@dataclass(frozen=True)
class Vocabulary:
    """The keys that may stand at one place of a scenario file, and the sections that they form."""

    keys: dict[str, Parameter]
    sections: frozenset[str]


@functools.cache
def vocabulary(place: str) -> Vocabulary:
    """The keys of a place: "" for the top of the file, or the name of a list of tables."""
    if place == "":
        defaults = [p for p in parameters("fair") if p.key not in FAIR_ONLY]
        known = [*parameters("scenario"), *defaults]
    elif place == "groups":
        known = [*parameters("group"), *(p for p in parameters("fair") if p.key.startswith(OF_GROUPS))]
    else:
        known = list(parameters(LISTS[place]))
    keys = {parameter.key: parameter for parameter in known}
    return Vocabulary(keys, frozenset(key.split(".")[0] for key in keys if "." in key))


def parameters_page() -> str:
    """The manual page of all parameters, in the order of the table."""
    head = (
        "# Parameters\n\n"
        "Every parameter of a scenario: what it means, in which unit, what it is if nothing is said, what is\n"
        "allowed, and where the default comes from. *Assumption* means that no source was found;\n"
        "*definition* that nothing is claimed of the world; *scenario* that the planner says it.\n\n"
        "A dot in a key is a table of the file: `gate.lanes` is `lanes` below `[gate]`. What a key for every\n"
        "fair says at the top of the file holds for all fairs; in an entry of `[[fairs]]` it holds for that\n"
        f"one. {_listed(FAIR_ONLY)} only stand in `[[fairs]]`. A key of\n"
        "`[behaviour]` or `[attendance]` may also stand in an entry of `[[groups]]` and then holds for that group.\n\n"
        "This page is made from the program by `python -m sim.model.parameters > docs/parameters.md`.\n"
    )
    return head + "".join(f"\n## {title}\n{_level_tables(level)}" for level, title in LEVEL_TITLES.items())


def _level_tables(level: str) -> str:
    """The parameters of a level as one table per section."""
    tables = []
    for section, members in groupby(parameters(level), key=lambda one: one.key.rpartition(".")[0]):
        title = f"\n### {section}\n" if section else ""
        rows = "".join(f"| {' | '.join(_cells(one))} |\n" for one in members)
        tables.append(f"{title}\n| key | type | unit | default | allowed | meaning | source |\n|{'---|' * 7}\n{rows}")
    return "".join(tables)


def _cells(one: Parameter) -> Iterator[str]:
    yield f"`{one.key}`"
    yield one.type
    yield one.unit
    yield f"`{one.default}`" if one.default else ""
    yield _listed(one.choices) if one.choices else _limits(one)
    yield one.meaning
    yield one.source


def _limits(one: Parameter) -> str:
    if one.minimum is None or one.maximum is None:
        return ""
    return f"{_figure(one.minimum)} to {_figure(one.maximum)}"


def _figure(number: float) -> str:
    return f"{int(number):,}" if number == int(number) else f"{number:,}"


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


if __name__ == "__main__":
    import sys

    sys.stdout.reconfigure(encoding="utf-8", newline="\n")  # type: ignore[union-attr]
    sys.stdout.write(parameters_page())
