"""Fairs, firms, posts and seekers from a workbook beside the scenario file, one sheet each.

The sizes of everything packed in the file are looked at before anything is unpacked, and rows are read one by one.
Formulas count as the results that were stored with them; nothing in the file is executed. Gives rows of typed values
with their cells. Knows nothing of how rows refer to fairs or to each other.
"""

from __future__ import annotations

import hashlib
import re
import warnings
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.model.cells import ERRORS, Uncalculated, read_cell
from sim.model.documents import BAD, Block, Entry
from sim.model.errors import Finding, Refusal, did_you_mean, nearest, quoted
from sim.model.files import check_size, unreadable
from sim.model.grid import NOT_GIVEN, GridReader, Record, Rows, is_blank
from sim.model.parameters import vocabulary
from sim.model.positions import SheetSource

if TYPE_CHECKING:
    from openpyxl import Workbook

SHEETS = ("fairs", "firms", "posts", "seekers")
ENDINGS = (".xlsx", ".xlsm")
PACKED_BYTES = 50_000_000
UNPACKED_BYTES = 300_000_000
TEXTS_BYTES = 50_000_000  # of the texts of all cells, which are held in memory
OTHER_BYTES = 10_000_000  # of any other part that is no sheet: formats and the like
MOST_PARTS = 2_000
LAST_ROW, MOST_COLUMNS, MOST_CELLS = 1_048_576, 256, 50_000_000
CHUNK_BYTES = 1 << 20
FORMULA = re.compile(rb"<(?:\w+:)?f[\s/>]")
LONGEST_OPENING = 40  # of what FORMULA finds
PROTECTED = b"\xd0\xcf\x11\xe0"  # how the older format begins, and a workbook with a password
REMARK = "#"


@dataclass
class Sheets:
    """What a workbook lists: the fairs as entries of a scenario, the rest as rows; and the fingerprint of the file."""

    digest: str
    fairs: list[Block] = field(default_factory=list)
    has_lost_fairs: bool = False  # the sheet of fairs has rows without id, or no heading that could be understood
    rows: dict[str, Rows] = field(default_factory=dict)


def read_workbook(path: Path, written: str, name: str, findings: list[Finding]) -> Sheets:
    """The sheets of a workbook; refuses a file that is no workbook at all."""
    _check_library(written)
    if path.suffix.lower() not in ENDINGS:
        remedy = "save it as .xlsx; a CSV table is named by tables.firms, tables.posts or tables.seekers"
        raise Refusal(f"{quoted(written)} is no workbook", ", ".join(ENDINGS), remedy, "bad-workbook")
    check_size(path, written, PACKED_BYTES)
    try:
        result = Sheets(_digest(path))
        has_formulas = _looked_over(path, written)
        with closing(_opened(path, True)) as book:
            formulas = _opened(path, False) if has_formulas else None
            try:
                _read_sheets(result, book, formulas, name, findings)
            finally:
                if formulas is not None:
                    formulas.close()
    except (Refusal, MemoryError):
        raise
    except OSError as error:
        raise unreadable(path, written, error) from error
    except Exception as error:
        # Whatever the library stumbles over: the file is not what a spreadsheet program would write.
        found = f"{quoted(written)} is damaged"
        why = " ".join(f"{type(error).__name__}: {error}".split())[:100]
        remedy = "open it in a spreadsheet program and save it again"
        raise Refusal(found, why, remedy, "bad-workbook") from error
    return result


def _check_library(written: str) -> None:
    try:
        import defusedxml  # noqa: F401 - openpyxl uses it where it is
        import openpyxl  # noqa: F401
    except ImportError as error:
        found = f"{quoted(written)} is read by the library openpyxl, which is not installed"
        raise Refusal(found, "", "pip install 'jobfair[xlsx]'", "no-workbook-library") from error


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _looked_over(path: Path, written: str) -> bool:
    """Refuse what would unpack beyond measure, by the sizes that the file states; whether there are formulas.

    No more is ever unpacked than is stated.
    """
    with path.open("rb") as stream:
        if stream.read(len(PROTECTED)) == PROTECTED:
            found = f"{quoted(written)} has a password, or is of the older format .xls"
            raise Refusal(found, ".xlsx", "save it as .xlsx without a password", "bad-workbook")
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise Refusal(f"{quoted(written)} is no workbook", ".xlsx", "save it as .xlsx", "bad-workbook") from error
    with archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS:
            raise Refusal(f"{quoted(written)} has {len(parts)} parts", f"at most {MOST_PARTS}", "", "too-large")
        total = sum(part.file_size for part in parts)
        for size, limit in ((total, UNPACKED_BYTES), *((part.file_size, _limit(part.filename)) for part in parts)):
            if size > limit:
                found = (
                    f"{quoted(written)} unpacks to {size} bytes"
                    if size == total
                    else (f"a part of {quoted(written)} unpacks to {size} bytes")
                )
                raise Refusal(found, f"at most {limit}", "keep large lists in CSV tables", "too-large")
        return any(_has_formula(archive, part) for part in parts if _is_sheet(part.filename))


def _is_sheet(part: str) -> bool:
    return "/worksheets/" in part and part.endswith(".xml")


def _limit(part: str) -> int:
    if _is_sheet(part):
        return UNPACKED_BYTES
    if part.endswith((".xml", ".rels")):
        return TEXTS_BYTES if part.endswith("sharedStrings.xml") else OTHER_BYTES
    return UNPACKED_BYTES  # pictures and the like, which are not read


def _has_formula(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    with archive.open(part) as stream:
        end = b""
        while chunk := stream.read(CHUNK_BYTES):
            if FORMULA.search(end + chunk):
                return True
            end = chunk[-LONGEST_OPENING:]
    return False


def _opened(path: Path, results: bool) -> Workbook:
    """The workbook with the results of its formulas, or with the formulas."""
    import openpyxl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of features that the library does not know and nobody needs here
        return openpyxl.load_workbook(path, read_only=True, data_only=results, keep_links=False)


def _read_sheets(result: Sheets, book: Workbook, formulas: Workbook | None, name: str, findings: list[Finding]) -> None:
    """Read the sheets that are known by their names; others are left alone, but for a misspelt one."""
    titles = {sheet.title.strip().lower(): sheet.title for sheet in book.worksheets}
    for title in titles.keys() - set(SHEETS):
        meant = nearest(title, SHEETS)
        if meant and meant not in titles:
            found = f"there is no sheet {meant}, but a sheet {quoted(titles[title])}"
            remedy = f"name the sheet {meant}, or name it quite differently"
            findings.append(Finding(name, titles[title], found, ", ".join(SHEETS), remedy, "unknown-sheet"))
    if not titles.keys() & set(SHEETS):
        found = "none of the sheets is known"
        findings.append(Finding(name, "", found, ", ".join(SHEETS), did_you_mean("", SHEETS), "unknown-sheet"))
    for kind in SHEETS:
        if kind in titles:
            title = titles[kind]
            reader = GridReader(kind, SheetSource(name, title), "bad-sheet", read_cell, findings)
            other = None if formulas is None else formulas[title]
            records = _records(book[title], other, reader)
            heading = next(records, None)
            if heading is None:
                continue  # an empty sheet lists nothing
            records = chain([heading], records)
            if kind == "fairs":
                before = len(findings)
                reader.fill(records, [NOT_GIVEN] * len(vocabulary(kind).keys))
                result.fairs = _entries(reader, findings)
                count = len(reader.rows.values)
                result.has_lost_fairs = len(result.fairs) < count or (not count and len(findings) > before)
            else:
                reader.fill(records)
                if reader.rows.values:
                    result.rows[kind] = reader.rows


def _records(sheet: Any, formulas: Any, reader: GridReader) -> Iterator[Record]:
    """Number and cells of every row that is neither blank nor a remark."""
    cells_so_far = 0
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for number, cells in enumerate(_cells(sheet, formulas), start=1):
            cells_so_far += len(cells)
            width = len(cells)
            while width and is_blank(cells[width - 1]):
                width -= 1
            if number > LAST_ROW or cells_so_far > MOST_CELLS or width > MOST_COLUMNS:
                found = "a sheet beyond measure"
                allowed = f"at most {MOST_COLUMNS} columns, {LAST_ROW} rows and {MOST_CELLS} cells"
                reader.finding(min(number, LAST_ROW), found, allowed, "", "too-many-rows")
                return
            if width and not _is_remark(cells):
                yield number, cells[:width]


def _cells(sheet: Any, formulas: Any) -> Iterator[Sequence[object]]:
    """The rows of a sheet, each as wide as its last cell; a formula whose result is not there comes out as such."""
    sheet.reset_dimensions()  # what a file says of its own size may be wrong
    if formulas is None:
        yield from sheet.iter_rows(values_only=True)
        return
    formulas.reset_dimensions()
    for row, written in zip(sheet.iter_rows(), formulas.iter_rows(), strict=True):
        yield [_result(cell, formula) for cell, formula in zip(row, written, strict=True)]


def _result(cell: Any, formula: Any) -> object:
    """The value of a cell; of an empty text as a result only the type is stored."""
    is_missing = formula.data_type == "f" and cell.value is None and cell.data_type != "str"
    return Uncalculated() if is_missing else cell.value


def _is_remark(cells: Sequence[object]) -> bool:
    first = next((cell for cell in cells if not is_blank(cell)), None)
    return isinstance(first, str) and first.strip().startswith(REMARK) and first.strip() not in ERRORS


def _entries(reader: GridReader, findings: list[Finding]) -> list[Block]:
    """The rows of the sheet of fairs as entries of a scenario; those without id are refused."""
    blocks = []
    keys = tuple(vocabulary("fairs").keys)
    has_ids = any(row[keys.index("id")] is not NOT_GIVEN for row in reader.rows.values)
    for number, row in enumerate(reader.rows.values):
        origin = reader.rows.origin(number)
        block = Block(origin)
        for key, value in zip(keys, row, strict=True):
            if value is not NOT_GIVEN:
                block.entries[key] = Entry(BAD if value is None else value, origin.child(*key.split(".")))
        if block.id:
            blocks.append(block)
        elif "id" not in block.entries and (has_ids or not reader.rows.doubtful):
            place = origin.child("id").place
            findings.append(Finding(place, "id", "this fair has no id", "", "write its id here", "missing-id"))
    return blocks
