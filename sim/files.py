"""Files that are whole or not there at all, and what to say when the disk refuses.

Each file is written under a temporary name in the same folder, synchronised and then renamed, so that neither
a reader nor a crash ever meets half a file: texts, CSV, and tidy long tables of values. A file that more than
one program could write to at once has a lock. This module knows how tables are laid out, not which files a
results folder has.
"""

from __future__ import annotations

import csv
import errno
import io
import math
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sim.model.errors import Finding, InputError

if TYPE_CHECKING:
    import duckdb
    import numpy as np
    import numpy.typing as npt

KEY_COLUMNS = ("fair", "booth", "hour", "group", "district", "measure", "unit")
TEMPORARY = ".jobfair-"
PART_NUMBERS = 1_000_000  # written at once
NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?", re.ASCII)
FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r")  # a spreadsheet takes a CSV text that begins so for a formula


@dataclass(frozen=True)
class Table:
    """Values of finished replications: a row per replication, a column per key (texts as in KEY_COLUMNS).

    `draws` says by which draw of the parameters, from 1, each row was computed; None if there are no draws.
    """

    scenario: str
    keys: tuple[tuple[str, ...], ...]
    replications: npt.NDArray[np.int64]
    values: npt.NDArray[np.float64]
    draws: npt.NDArray[np.int64] | None = None


@contextmanager
def explained(path: Path, key: str = "") -> Iterator[None]:
    """Whatever the system refuses inside becomes a message for the planner."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise write_error(error, path, key) from error


def write_error(error: OSError, path: Path, key: str = "") -> InputError:
    """What the system refused, as a message for the planner."""
    found = error.strerror or str(error)
    remedy = {
        errno.ENOSPC: "free some space, then go on with --resume",
        errno.EDQUOT: "free some space, then go on with --resume",
        errno.EFBIG: "the system limits the size of files; raise the limit, then go on with --resume",
        errno.ENAMETOOLONG: "choose a shorter path",
        errno.EILSEQ: "choose a path whose name is text (UTF-8)",
        errno.ENOENT: "the folder is not there, or was removed meanwhile; run it again, or choose another folder",
        errno.EACCES: "choose a folder that you may write to",
        errno.EPERM: "choose a folder that you may write to",
        errno.EROFS: "choose a folder that you may write to",
        errno.ENOTDIR: "choose a folder; a part of this path is a file",
        errno.EEXIST: "choose a folder; this is a file",
    }.get(error.errno or 0, "choose another folder")
    return InputError([Finding(str(path), key, f"cannot be written: {found}", "", remedy, "cannot-write")])


def csv_text(header: Sequence[str], rows: Iterable[Sequence[str | int | float | None]]) -> str:
    """CSV of a table: NaN and None empty, numbers in full, no text that a spreadsheet takes for a formula."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_csv_cell(cell) for cell in row] for row in rows)
    return text.getvalue()


def _csv_cell(cell: str | int | float | None) -> str:
    if cell is None or (isinstance(cell, float) and math.isnan(cell)):
        return ""
    if isinstance(cell, str):
        return "'" + cell if cell.startswith(FORMULA_SIGNS) and not NUMBER.fullmatch(cell) else cell
    return repr(float(cell)) if isinstance(cell, float) else str(cell)


def text_of_cell(cell: str) -> str:
    """The text that `csv_text` wrote as this cell."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_SIGNS) else cell


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A temporary path to write to; afterwards it is on disk under its own name, or nowhere."""
    temporary = path.with_name(f"{TEMPORARY}{os.getpid()}-{path.name}.tmp")
    try:
        yield temporary
        with temporary.open("rb+") as written:
            os.fsync(written.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if os.name == "posix":  # only there can the folder's own entry be synchronised
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Whether this process, and no other, has the lock file inside; the system frees it when a process dies."""
    import filelock

    lock = filelock.FileLock(path, timeout=0)
    try:
        lock.acquire()
    except filelock.Timeout:
        yield False
        return
    try:
        yield True
    finally:
        with suppress(OSError):  # an open file cannot be removed on Windows; there the library does it
            path.unlink()
        lock.release()


def write_text(path: Path, text: str) -> None:
    """Write a text file, UTF-8 with plain line ends on every system."""
    with replacing(path) as temporary:
        # File names that the system could not decode must not end a run.
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def check_workbook_library() -> None:
    """Refuse, before anything is done, if the library that writes workbooks is not installed."""
    try:
        import xlsxwriter  # noqa: F401
    except ImportError as error:
        found = "workbooks are written by the library XlsxWriter, which is not installed"
        remedy = "pip install 'jobfair[xlsx]'"
        raise InputError([Finding("--xlsx", "", found, "", remedy, "no-workbook-library")]) from error


@contextmanager
def _database(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A database in memory that writes or reads one file; what it reports of the disk becomes an OSError."""
    import duckdb

    connection = duckdb.connect(config={"threads": 1, "temp_directory": ""})
    try:
        yield connection
    except duckdb.IOException as error:
        number = errno.ENOSPC if "No space left" in str(error) else errno.EIO
        raise OSError(number, os.strerror(number), str(path)) from error
    finally:
        connection.close()


def _utf8(path: Path) -> str:
    """The path as text, which under another locale Python may hold as undecoded bytes."""
    try:
        return os.fsencode(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), str(path)) from error


def write_table(path: Path, table: Table) -> None:
    """Tidy long table in the order of draw, replication, key; without draws, no column tells them.

    A value that was not observed (NaN) is written as NULL, so that SQL's AVG and COUNT leave it out. What is large is
    written in parts that are put together afterwards: a row takes many times the memory of its number.
    """
    step = max(1, PART_NUMBERS // max(1, len(table.keys)))
    if len(table.replications) <= step:
        with replacing(path) as temporary:
            _write_part(temporary, table)
        return
    parts: list[Path] = []
    with replacing(path) as temporary:
        try:
            for first in range(0, len(table.replications), step):
                parts.append(temporary.with_name(f"{temporary.name}-{len(parts)}"))
                _write_part(parts[-1], _rows(table, slice(first, first + step)))
            with _database(temporary) as database:
                named = [_utf8(part) for part in parts]
                database.execute(
                    f"COPY (SELECT * FROM read_parquet(?)) TO '{_quoted(temporary)}'"
                    " (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)",
                    [named],
                )
        finally:
            for part in parts:
                part.unlink(missing_ok=True)


def _rows(table: Table, rows: slice) -> Table:
    draws = None if table.draws is None else table.draws[rows]
    return Table(table.scenario, table.keys, table.replications[rows], table.values[rows], draws)


def _quoted(path: Path) -> str:
    """A path within a command to the database."""
    return _utf8(path).replace("'", "''")


def _write_part(path: Path, table: Table) -> None:
    import numpy as np

    count = len(table.keys)
    columns = zip(KEY_COLUMNS, zip(*table.keys, strict=True), strict=True)
    keys: dict[str, Any] = {name: np.array(cells, dtype=object) for name, cells in columns}
    keys["place"] = np.arange(count)
    values = {
        "replication": np.repeat(table.replications, count),
        "place": np.tile(np.arange(count), len(table.replications)),
        "value": table.values.ravel(),
    }
    draw = ""
    if table.draws is not None:
        draw, values["draw"] = " draw,", np.repeat(table.draws, count)
    with _database(path) as database:
        database.register("keys", keys)
        database.register("vals", values)
        database.execute(
            f'COPY (SELECT ? AS scenario,{draw} replication, fair, booth, hour, "group", district, measure,'
            " CASE WHEN isnan(value) THEN NULL ELSE value END AS value, unit"
            f" FROM vals JOIN keys USING (place) ORDER BY{draw} replication, place)"
            f" TO '{_quoted(path)}' (FORMAT parquet, COMPRESSION zstd, USE_TMP_FILE false)",
            [table.scenario],
        )


def damaged(path: Path) -> InputError:
    """What is said of a results file that is not what was written."""
    remedy = "remove this file and go on with --resume: what it held is computed again"
    return InputError([Finding(str(path), "", "is damaged and cannot be read", "", remedy, "results-damaged")])


def read_table(path: Path) -> Table:
    """Read what `write_table` wrote; NULL becomes NaN again."""
    import duckdb
    import numpy as np

    with _database(path) as database:
        try:
            # Rows come in their order. Texts of every row would take many times the memory of the numbers: they are
            # those of the first replication.
            found = database.execute(
                "SELECT * FROM read_parquet(?, file_row_number = true) WHERE file_row_number = 0", [_utf8(path)]
            ).fetchnumpy()
            by = [name for name in ("draw", "replication") if name in found]
            here = " AND ".join(f"{name} = {int(found[name][0])}" for name in by)
            keys = database.execute(f"SELECT * FROM read_parquet(?) WHERE {here}", [_utf8(path)]).fetchnumpy()
            count = len(keys["replication"])
            values = database.execute("SELECT value FROM read_parquet(?)", [_utf8(path)]).fetchnumpy()["value"]
            numbers = database.execute(
                f"SELECT {', '.join(by)} FROM read_parquet(?, file_row_number = true)"
                f" WHERE file_row_number % {count} = 0",
                [_utf8(path)],
            ).fetchnumpy()
            columns = tuple(zip(*(keys[name].tolist() for name in KEY_COLUMNS), strict=True))
            table = Table(
                str(found["scenario"][0]),
                columns,
                numbers["replication"].astype(np.int64),
                np.ma.filled(values.astype(np.float64, copy=False), np.nan).reshape(-1, count),
                numbers["draw"].astype(np.int64) if "draw" in by else None,
            )
        except (duckdb.IOException, MemoryError):
            raise
        except (duckdb.Error, LookupError, ValueError) as error:
            raise damaged(path) from error
    return table
