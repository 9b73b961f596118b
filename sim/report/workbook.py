"""`report.xlsx`: the results of a run as a workbook, for those who calculate further.

Numbers are numbers in full and are shown rounded; every text stays text, whatever it begins with. Knows how a workbook
looks, not what the results mean.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.files import check_workbook_library, explained, replacing
from sim.report.sheets import Cell, Column, Sheet, sheets_of
from sim.store import WORKBOOK, read_manifest

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HEAD_ROWS = 3  # caption, names, units
NARROWEST, WIDEST = 9, 40
MOST_CHARACTERS = 32_767  # of a cell


def write_workbook(folder: Path) -> Path:
    """Write `report.xlsx` into the results folder of a finished run; the path of the file."""
    check_workbook_library()
    path = folder / WORKBOOK
    sheets = sheets_of(folder)
    with explained(path), replacing(path) as temporary:
        _write(temporary, sheets, str((read_manifest(folder) or {}).get("started", "")))
    return path


def _write(path: Path, sheets: Sequence[Sheet], started: str) -> None:
    import xlsxwriter
    from xlsxwriter.exceptions import FileCreateError

    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    book = xlsxwriter.Workbook(str(path), options)
    # The same results make the same file: it bears the time of the run, not of its writing.
    created = datetime.datetime.fromisoformat(started) if started else datetime.datetime(2000, 1, 1)
    book.set_properties({"title": "jobfair", "created": created.replace(tzinfo=None)})
    formats = _Formats(book)
    for sheet in sheets:
        _write_sheet(book.add_worksheet(sheet.name), sheet, formats)
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from error  # the OSError that it hides


class _Formats:
    """The formats of a workbook, each made once."""

    def __init__(self, book: Workbook) -> None:
        self._book = book
        self._made: dict[str, Format] = {}
        self.caption = book.add_format({"italic": True})
        self.name = book.add_format({"bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
        self.unit = book.add_format({"italic": True, "font_color": "#595959", "bottom": 1})
        self.text = book.add_format({"num_format": "@"})

    def of(self, pattern: str) -> Format:
        """The format that shows a number by a pattern."""
        if pattern not in self._made:
            self._made[pattern] = self._book.add_format({"num_format": pattern})
        return self._made[pattern]


def _write_sheet(into: Worksheet, sheet: Sheet, formats: _Formats) -> None:
    into.freeze_panes(HEAD_ROWS, sheet.keys)
    into.autofilter(HEAD_ROWS - 1, 0, HEAD_ROWS - 1 + len(sheet.rows), len(sheet.columns) - 1)
    for place, column in enumerate(sheet.columns):
        into.set_column(place, place, _width(sheet, place, column))
    into.write_string(0, 0, sheet.caption, formats.caption)
    for place, column in enumerate(sheet.columns):
        into.write_string(1, place, column.name, formats.name)
    for place, column in enumerate(sheet.columns):
        into.write_string(2, place, "" if column.unit == "row" else column.unit, formats.unit)
    names = [column.name for column in sheet.columns]
    for number, row in enumerate(sheet.rows, HEAD_ROWS):
        own = str(row[names.index("unit")]) if "unit" in names else ""
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _write_cell(into, (number, place), cell, own if column.unit == "row" else column.unit, formats)


def _write_cell(into: Worksheet, place: tuple[int, int], cell: Cell, unit: str, formats: _Formats) -> None:
    """Write one value as what it is; nothing where nothing was observed."""
    if isinstance(cell, str):
        if cell:
            into.write_string(*place, cell[:MOST_CHARACTERS], formats.text)
    elif isinstance(cell, datetime.date | datetime.time):
        into.write_datetime(*place, cell, formats.of("hh:mm" if isinstance(cell, datetime.time) else "yyyy-mm-dd"))
    elif cell is not None and math.isfinite(cell):
        into.write_number(*place, cell, formats.of(_pattern(cell, unit)))


def _pattern(number: float, unit: str) -> str:
    """How a number is shown; it is kept in full."""
    if unit == "share":
        return "0.0%"
    if unit in ("minutes", "days"):
        return "#,##0.00"
    return "#,##0" if number == int(number) and abs(number) < 1e15 else "#,##0.0"


def _width(sheet: Sheet, place: int, column: Column) -> float:
    """Characters that show what a column holds; texts beyond measure are cut by the cell."""
    texts: list[Any] = [row[place] for row in sheet.rows[:1000]]
    longest = max((len(text) for text in texts if isinstance(text, str)), default=0)
    heading = max((len(part) for part in column.name.split()), default=0)
    return min(WIDEST, max(NARROWEST, longest + 2, heading + 3, len(column.unit) + 2))
