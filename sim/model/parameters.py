"""The one description of every parameter: key, unit, default, range, meaning, source.

Reads `parameters.csv`, from which the loader, the schema, the starter scenarios and the manual are made.
It must not know how a scenario file is written.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass

# A fair-level key that only makes sense for one fair, never as a default of all.
FAIR_ONLY = ("id", "venue", "district", "date", "firms", "posts", "seekers")
# The list of tables in a scenario file, and the level of the parameters in its entries.
LISTS = {
    "fairs": "fair",
    "groups": "group",
    "occupations": "occupation",
    "firms": "firm",
    "posts": "post",
    "seekers": "seeker",
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
        known = [*parameters("group"), *(p for p in parameters("fair") if p.key.startswith("behaviour."))]
    else:
        known = list(parameters(LISTS[place]))
    keys = {parameter.key: parameter for parameter in known}
    return Vocabulary(keys, frozenset(key.split(".")[0] for key in keys if "." in key))
