"""A fit: what calibration leaves behind, as files that anybody can open.

`draws.csv` holds draws of the common behaviour, one column per scenario key; a file per day holds the same draws with
the day's shifts; `levels.csv` the spreads and effects that belong to each draw; `fit.json` says how it was made and
what it showed, `program.json` with which program and libraries: all but that last file follow from targets and seed.
Reads and writes them; computes nothing.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.files import csv_text, explained, write_text
from sim.model.errors import Finding, InputError, Refusal
from sim.model.files import decoded, read_bytes
from sim.model.parameters import parameters
from sim.model.parse import read_text
from sim.model.values import Value
from sim.study.calibration.priors import as_settings
from sim.study.calibration.simulating import Sizes

FloatArray = npt.NDArray[np.float64]

COMMON = "draws"
_LEVELS, _ABOUT, _PROGRAM = "levels.csv", "fit.json", "program.json"


@dataclass(frozen=True)
class Fit:
    """Equally likely draws of everything that was fitted, and what is known about them."""

    behaviour: Mapping[str, tuple[Mapping[str, Value], ...]]  # COMMON or a day: values of scenario keys per draw
    levels: Mapping[str, FloatArray]  # "spread:kind", "effect:kind:rural", ...: a number per draw
    about: Mapping[str, Any]

    @property
    def draws(self) -> int:
        """How many draws there are."""
        return len(self.behaviour[COMMON])

    @property
    def sizes(self) -> Sizes:
        """What is usual where a number was not reported."""
        return Sizes(**self.about["usual_sizes"])

    def role(self, row: str) -> str:
        """Whether a reported fair was "fitted" or "held out"; empty for any other fair."""
        roles = self.about["rows"]
        return next((name for name in ("fitted", "held out") if row in roles[name]), "")


def numbers_as_values(numbers: Sequence[Mapping[str, float]]) -> tuple[Mapping[str, Value], ...]:
    """Fitted numbers of many draws as values of scenario keys."""
    return tuple(as_settings(one) for one in numbers)


def save_fit(folder: Path, fit: Fit) -> None:
    """Write a fit; files of an earlier one in the same folder are replaced."""
    with explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        lines: list[list[str | int | float | None]]
        for name, rows in fit.behaviour.items():
            heading = ("draw", *rows[0])
            lines = [[number, *map(_cell, row.values())] for number, row in enumerate(rows, 1)]
            write_text(folder / f"{name}.csv", csv_text(heading, lines))
        table = zip(*fit.levels.values(), strict=True)
        lines = [[number, *(float(f"{value:.6g}") for value in row)] for number, row in enumerate(table, 1)]
        write_text(folder / _LEVELS, csv_text(("draw", *fit.levels), lines))
        about = {key: value for key, value in fit.about.items() if key != "program"}
        for name, values in ((_ABOUT, about), (_PROGRAM, fit.about["program"])):
            write_text(folder / name, json.dumps(values, ensure_ascii=False, indent=2) + "\n")


def load_fit(folder: Path) -> Fit:
    """The fit in a folder; raises InputError when there is none or it is damaged."""
    try:
        about = {**json.loads(_read(folder / _ABOUT)), "program": json.loads(_read(folder / _PROGRAM))}
        known = {one.key: one for one in parameters("fair")}
        behaviour = {}
        for name in about["behaviour"]:
            heading, rows = _table(folder / f"{name}.csv")
            behaviour[name] = tuple(
                {key: read_text(known[key], cell) for key, cell in zip(heading, row, strict=True)} for row in rows
            )
        heading, rows = _table(folder / _LEVELS)
        numbers = np.array([[float(cell) for cell in row] for row in rows])
        levels = {name: numbers[:, place] for place, name in enumerate(heading)}
        fit = Fit(behaviour, levels, about)
        if {len(one) for one in behaviour.values()} != {len(numbers)} or fit.sizes.posts_per_firm <= 0:
            raise ValueError("the files have different numbers of draws")
    except Refusal as refusal:
        remedy = "name the folder of a fit with --fit, or make one with `jobfair calibrate`"
        found = f"no fit is here: {refusal.found}"
        raise InputError([Finding(str(folder), "", found, "", remedy, "no-fit")]) from refusal
    except (KeyError, ValueError, TypeError, IndexError, csv.Error) as error:
        remedy = "make it again with `jobfair calibrate`"
        raise InputError([Finding(str(folder), "", f"the fit is damaged: {error}", "", remedy, "no-fit")]) from error
    return fit


def _cell(value: Value) -> str | float:
    return float(value) if isinstance(value, int | float) else str(value)


def _read(path: Path) -> str:
    return decoded(read_bytes(path, path.name))


def _table(path: Path) -> tuple[list[str], list[list[str]]]:
    """Heading and rows of a file of draws, without the column that numbers them."""
    heading, *rows = csv.reader(_read(path).splitlines(), strict=True)
    return heading[1:], [row[1:] for row in rows]
