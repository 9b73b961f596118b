"""The workbook to fill in: sheets for fairs, firms, posts and seekers, each column explained where it stands.

What is explained and offered for choice is made from the parameter table, so that it cannot go stale. The rows in it
are a small fair that runs as it is. Knows how a workbook is written, nothing of how it is read.
"""

from __future__ import annotations

import datetime
import io
from typing import TYPE_CHECKING, Any

from sim.language import N_, _
from sim.model.parameters import Parameter, vocabulary
from sim.model.template import described

if TYPE_CHECKING:
    from xlsxwriter import Workbook
    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

Cell = str | int | float | datetime.date | datetime.time
A4 = 9  # the paper by its number in the format
LAST_ROW = 5_000  # down to which the cells offer their choices
FAIR_COLUMNS = (
    "id", "venue", "district", "date", "open", "close", "firms", "posts", "seekers", "gate.lanes", "hall.people_limit",
)  # fmt: skip
EXAMPLES: dict[str, list[dict[str, Cell]]] = {
    "fairs": [
        {"id": "hall", "venue": "Town hall", "district": "Centre", "date": datetime.date(2026, 4, 18),
         "open": datetime.time(9), "close": datetime.time(14), "seekers": 150, "gate.lanes": 2},
    ],
    "firms": [
        {"id": "motor", "name": "Motor works", "fair": "hall", "sector": "vehicles", "recruiters": 3},
        {"id": "bakery", "name": "Bakery", "fair": "hall", "recruiters": 1, "interview_minutes": 6},
        {"id": "clinic", "name": "Clinic", "fair": "hall", "posts": 12, "shifts": "09:00=2 12:00=1"},
    ],
    "posts": [
        {"firm": "motor", "occupation": "production", "count": 60},
        {"firm": "motor", "occupation": "office", "count": 5},
        {"firm": "bakery", "occupation": "production", "count": 8},
    ],
    "seekers": [
        {"id": "# p1", "fair": "hall", "occupation": "office", "arrives": datetime.time(9, 30), "skill": 0.5},
    ],
}  # fmt: skip
LISTS = {"fair": "=fairs!$A$2:$A$2001", "firm": f"=firms!$A$2:$A${LAST_ROW}"}  # where the ids that may be named stand
READ_ME = (
    N_("One sheet each for fairs, firms, posts and seekers. Point at a heading to read what stands below it."),
    N_("The rows are an example that runs as it is. Write your own in their place."),
    N_("A cell that is left empty takes its default, or is drawn. A sheet without rows lists nothing."),
    N_(
        "A row whose first cell begins with # is a remark. So is the row of seekers: take its # away, or write your"
        " own."
    ),
    N_("If seekers are listed for a fair, its number in the column `seekers` must agree, or be left out."),
    N_(
        "The sheet of fairs may have a column for every key of a fair, such as interview.minutes; see"
        " docs/parameters.md."
    ),
    N_("Sheets of other names, such as this one, are left alone. Formulas count as what they show."),
    N_("The scenario file names this workbook: workbook = ... in its section [tables]. `jobfair check` checks both."),
)


def workbook_content() -> bytes:
    """The workbook, as the bytes of its file."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False})
    book.set_properties({"title": "jobfair", "created": datetime.datetime(2020, 1, 1)})
    heading = book.add_format({"bold": True, "bottom": 1})
    for kind in EXAMPLES:
        _write_sheet(book, book.add_worksheet(kind), kind, heading)
    notes = book.add_worksheet("read me")
    notes.set_column(0, 0, 120)
    for number, line in enumerate(READ_ME):
        notes.write_string(number, 0, _(line))
    book.close()
    return stream.getvalue()


def _write_sheet(book: Workbook, into: Worksheet, kind: str, heading: Format) -> None:
    keys = vocabulary(kind).keys
    names = FAIR_COLUMNS if kind == "fairs" else tuple(keys)
    into.freeze_panes(1, 1)
    into.set_landscape()
    into.set_paper(A4)
    into.fit_to_pages(1, 0)
    into.repeat_rows(0)
    for place, name in enumerate(names):
        shape = book.add_format({"num_format": _pattern(keys[name])})
        into.set_column(place, place, max(12, len(name) + 2), shape)
        into.write_string(0, place, name, heading)
        into.write_comment(0, place, described(keys[name]), {"x_scale": 2.5, "y_scale": 1.5})
        choice = _validation(keys[name])
        if choice:
            into.data_validation(1, place, LAST_ROW - 1, place, choice)
        for number, row in enumerate(EXAMPLES[kind], start=1):
            cell = row.get(name)
            if isinstance(cell, str):
                into.write_string(number, place, cell, shape)
            elif isinstance(cell, datetime.date | datetime.time):
                into.write_datetime(number, place, cell, shape)
            elif cell is not None:
                into.write_number(number, place, cell, shape)


def _pattern(parameter: Parameter) -> str:
    """The format of a column; ids are texts, so that 007 and 2-3 stay what they are."""
    patterns = {"text": "@", "path": "@", "shifts": "@", "date": "yyyy-mm-dd", "clock": "hh:mm"}
    return patterns.get(parameter.type, "General")


def _validation(parameter: Parameter) -> dict[str, Any]:
    """What a spreadsheet program offers and refuses in a column; `jobfair check` has the last word."""
    if parameter.choices:
        return {"validate": "list", "source": list(parameter.choices)}
    if parameter.type == "flag":
        return {"validate": "list", "source": ["TRUE", "FALSE"]}
    if parameter.key in LISTS:
        return {"validate": "list", "source": LISTS[parameter.key], "error_type": "warning"}
    if parameter.type == "date":
        return {"validate": "date", "criteria": ">=", "value": datetime.date(1950, 1, 1)}
    if parameter.type == "clock":
        return {"validate": "decimal", "criteria": "between", "minimum": 0, "maximum": 1, "error_type": "warning"}
    if parameter.type in ("integer", "number", "share") and parameter.minimum is not None:
        kind = "integer" if parameter.type == "integer" else "decimal"
        limits = {"minimum": parameter.minimum, "maximum": parameter.maximum}
        return {"validate": kind, "criteria": "between", **limits}
    return {}
