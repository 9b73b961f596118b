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
from sim.model.lines import columns
from sim.report.sheets import Cell, Column, Sheet, sheets_of
from sim.store import WORKBOOK, read_manifest

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

HEAD_ROWS = 3  # caption, names, units
NARROWEST, WIDEST = 9, 40
A4, WIDEST_PAGE = 9, 260  # the paper by its number in the format; characters across that can still be read
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
        name: dict[str, Any] = {"bold": True, "text_wrap": True, "valign": "top", "bottom": 1}
        unit: dict[str, Any] = {"italic": True, "font_color": "#595959", "bottom": 1}
        # Headings stand where what is below them stands: numbers to the right.
        sides: dict[bool, dict[str, Any]] = {False: {"align": "left", "indent": 1}, True: {"align": "right"}}
        self.name = {right: book.add_format(name | side) for right, side in sides.items()}
        self.unit = {right: book.add_format(unit | side) for right, side in sides.items()}
        self.text = book.add_format({"num_format": "@", "indent": 1})

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
    _set_page(into, sheet)
    into.write_string(0, 0, sheet.caption, formats.caption)
    right = [_holds_numbers(sheet, place) for place in range(len(sheet.columns))]
    for place, column in enumerate(sheet.columns):
        into.write_string(1, place, column.name, formats.name[right[place]])
        if column.note:
            into.write_comment(1, place, column.note, {"x_scale": 1.5, "y_scale": 0.6})
    for place, column in enumerate(sheet.columns):
        into.write_string(2, place, "" if column.unit == "row" else column.unit, formats.unit[right[place]])
    names = [column.name for column in sheet.columns]
    for number, row in enumerate(sheet.rows, HEAD_ROWS):
        own = str(row[names.index("unit")]) if "unit" in names else ""
        for place, (cell, column) in enumerate(zip(row, sheet.columns, strict=True)):
            _write_cell(into, (number, place), cell, own if column.unit == "row" else column.unit, formats)


def _set_page(into: Worksheet, sheet: Sheet) -> None:
    """On paper: across, headings and first column on every page; on one page's width what can be read there."""
    into.set_landscape()
    into.set_paper(A4)
    into.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    into.repeat_rows(0, HEAD_ROWS - 1)
    into.repeat_columns(0)
    into.set_footer("&L&F&C&A&R&P / &N")
    if sum(_width(sheet, place, column) for place, column in enumerate(sheet.columns)) <= WIDEST_PAGE:
        into.fit_to_pages(1, 0)


def _holds_numbers(sheet: Sheet, place: int) -> bool:
    """Whether a column holds numbers, dates or times, which stand to the right."""
    cells = (row[place] for row in sheet.rows if row[place] not in (None, ""))
    first = next(cells, None)
    return first is not None and not isinstance(first, str)


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
    longest = max((columns(text) for text in texts if isinstance(text, str)), default=0)
    heading = max((len(part) for part in column.name.split()), default=0)
    return min(WIDEST, max(NARROWEST, longest + 2, heading + 3, len(column.unit) + 2))
