"""One cell of a workbook as a value of its key.

A spreadsheet keeps dates and clock times as numbers with a format, and whole numbers like any other: here they become
what a scenario file would say. Knows the types of keys and of cells, no file and no place.
"""

from __future__ import annotations

import datetime
import math
from dataclasses import dataclass

from sim.model.errors import Refusal, shown
from sim.model.parameters import Parameter
from sim.model.parse import read_text, read_value
from sim.model.values import Value, plain

SECONDS_PER_DAY = 24 * 60 * 60
ERRORS = ("#N/A", "#NAME?", "#REF!", "#VALUE!", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!", "#CALC!")
# A time format shows the number 1, which is 24:00, as midnight of the first day that spreadsheets know.
FIRST_DAY = datetime.datetime(1900, 1, 1)


@dataclass(frozen=True)
class Uncalculated:
    """A formula whose result was not stored with it."""


def read_cell(parameter: Parameter, cell: object) -> Value:
    """The value of a parameter from a cell that is not blank."""
    if isinstance(cell, Uncalculated):
        remedy = "open the workbook in a spreadsheet program and save it there, or write the value itself"
        raise Refusal("the formula has no stored result", "", remedy, "bad-formula")
    if isinstance(cell, str):
        if cell.strip() in ERRORS:
            raise Refusal(f"the cell shows the error {cell.strip()}", "", "correct the formula", "bad-formula")
        return read_text(parameter, cell)
    if parameter.type in ("text", "path", "choice"):
        return read_text(parameter, _label(cell))
    if parameter.type == "clock":
        return read_value(parameter, _clock_text(cell))
    if parameter.type in ("date", "dates"):
        return read_value(parameter, _date(cell))
    if parameter.type in ("numbers", "names", "shifts", "windows") and _is_number(cell):
        return read_text(parameter, _label(cell))
    if isinstance(cell, float) and parameter.type == "integer" and math.isfinite(cell) and cell == int(cell):
        cell = int(cell)
    return read_value(parameter, cell)


def _is_number(cell: object) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool)


def _label(cell: object) -> str:
    """The text that a number shows where a text belongs, such as an id; anything else would be a guess."""
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        remedy = "give the cell the format Text and write it again"
        raise Refusal(f"{shown(cell)} is no text", "a text or a number", remedy, "wrong-type")
    return plain(cell) if math.isfinite(cell) else shown(cell)


def _clock_text(cell: object) -> str:
    """A clock time as a scenario file has it."""
    seconds: float | None = None
    if isinstance(cell, datetime.time):
        seconds = cell.hour * 3600 + cell.minute * 60 + cell.second + cell.microsecond / 1e6
    elif isinstance(cell, datetime.timedelta):
        seconds = cell.total_seconds()
    elif cell == FIRST_DAY:
        seconds = SECONDS_PER_DAY
    elif isinstance(cell, float) and 0.0 < cell < 1.0:
        seconds = cell * SECONDS_PER_DAY
    if seconds is None or not 0.0 <= seconds <= SECONDS_PER_DAY:
        remedy = "give the cell a time format, or write the time as a text"
        raise Refusal(f"{shown(cell)} is no clock time", "HH:MM", remedy, "bad-clock-time")
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60:02d}:{minutes % 60:02d}:{rest:02d}"


def _date(cell: object) -> object:
    """A date; a spreadsheet gives it as midnight."""
    if _is_number(cell):
        remedy = "give the cell a date format, or write the date as a text"
        raise Refusal(f"{shown(cell)} is no date", "a date, or YYYY-MM-DD", remedy, "bad-date")
    if isinstance(cell, datetime.datetime) and cell.time() == datetime.time():
        return cell.date()
    return cell
