"""The table of booths in a results folder: written as `booths.csv`, read again for reports.

One replication, number 0: a possible day and no average. Knows the columns, not how their figures come about.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterable
from dataclasses import astuple, fields
from pathlib import Path

from sim.files import csv_text, explained, text_of_cell
from sim.model.errors import Finding, InputError
from sim.store import BOOTHS
from sim.study.booths import BoothFigures

REPLICATION = 0
_READERS: dict[object, Callable[[str], str | int | float]] = {
    "str": text_of_cell,
    "int": int,
    "float": lambda cell: float(cell) if cell else math.nan,
}
_COLUMNS = {field.name: _READERS[field.type] for field in fields(BoothFigures)}


def booths_csv(scenario: str, rows: Iterable[BoothFigures]) -> str:
    """The text of `booths.csv`."""
    header = ("scenario", "replication", *_COLUMNS)
    return csv_text(header, ((scenario, REPLICATION, *astuple(row)) for row in rows))


def read_booths(folder: Path) -> tuple[BoothFigures, ...]:
    """The booths in a results folder; none if it has no such table."""
    path = folder / BOOTHS
    with explained(path):
        if not path.is_file():
            return ()
        text = path.read_text(encoding="utf-8", errors="replace")
    try:
        rows = csv.DictReader(io.StringIO(text, newline=""), restval="", strict=True)
        return tuple(BoothFigures(**{name: read(row[name]) for name, read in _COLUMNS.items()}) for row in rows)  # type: ignore[arg-type]
    except (csv.Error, LookupError, ValueError, TypeError) as error:
        remedy = "remove this file and run with --resume: it is written again"
        finding = Finding(str(path), "", "is damaged and cannot be read", "", remedy, "results-damaged")
        raise InputError([finding]) from error
