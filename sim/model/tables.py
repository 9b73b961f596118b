"""Firms, posts and seekers from a CSV table beside the scenario file.

Reads row by row, so that a large table needs little more memory than its values, and gives rows of typed
values with their lines. Knows nothing of how rows refer to fairs or to each other.
"""

from __future__ import annotations

import codecs
import csv
import hashlib
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sim.model.errors import Finding, Refusal, did_you_mean, quoted
from sim.model.files import TABLE_BYTES, check_size, unreadable
from sim.model.parameters import Parameter, vocabulary
from sim.model.parse import default_value, read_text
from sim.model.positions import Origin, Source
from sim.model.values import Value

ENCODINGS = ("utf-8-sig", "gbk")
MOST_ROWS = {"firms": 1_000_000, "posts": 5_000_000, "seekers": 5_000_000}
MOST_TABLE_FINDINGS = 100
CHUNK_BYTES = 1 << 20
Row = tuple[Value, ...]


@dataclass
class Rows:
    """Rows of one kind in the order of their keys; None instead of a text stands for a refused value."""

    kind: str
    values: list[Row] = field(default_factory=list)
    origins: list[Origin] = field(default_factory=list)
    source: Source | None = None
    lines: list[int] = field(default_factory=list)
    doubtful: bool = False  # a column has an unknown heading, so what seems not given may stand there

    def origin(self, row: int) -> Origin:
        """The place of a row (counted from 0): a line of the table or an entry of the scenario file."""
        return Origin(self.source, (), self.lines[row]) if self.source else self.origins[row]


def read_table(kind: str, path: Path, written: str, name: str, findings: list[Finding]) -> tuple[Rows, str]:
    """The rows of a table and the fingerprint of its file; refuses a file that is no table at all."""
    check_size(path, written, TABLE_BYTES)
    rows = Rows(kind, source=Source(name))
    try:
        encoding, digest = _encoding(path, written)
        with path.open("rb") as binary:
            text = io.TextIOWrapper(binary, encoding=encoding, newline="")
            _read_rows(rows, csv.reader(text, strict=True), findings)
    except UnicodeDecodeError as error:
        raise Refusal(f"{quoted(written)} changed while it was read", "", "try again", "unreadable") from error
    except OSError as error:
        raise unreadable(path, written, error) from error
    return rows, digest


def _encoding(path: Path, written: str) -> tuple[str, str]:
    """The first encoding in which the whole file is text, and the SHA-256 of the file."""
    digest = hashlib.sha256()
    decoders = {encoding: codecs.getincrementaldecoder(encoding)() for encoding in ENCODINGS}
    with path.open("rb") as stream:
        final = False
        while not final and decoders:
            chunk = stream.read(CHUNK_BYTES)
            final = not chunk
            digest.update(chunk)
            for encoding, decoder in list(decoders.items()):
                try:
                    decoder.decode(chunk, final)
                except UnicodeDecodeError:
                    del decoders[encoding]
    if not decoders:
        raise Refusal(f"{quoted(written)} is no text", "UTF-8 or GBK", 'save it as "CSV UTF-8"', "not-utf8")
    return next(iter(decoders)), digest.hexdigest()


def _records(reader: Iterator[list[str]], rows: Rows, findings: list[Finding]) -> Iterator[tuple[int, list[str]]]:
    """Line and cells of every row that is not blank; a fault of the table's form ends it."""
    line = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = reader.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        remedy = "look for an open quotation mark"
        findings.append(_about(rows, line, "the table is broken", str(error), remedy, "bad-csv"))


def _read_rows(rows: Rows, reader: Iterator[list[str]], findings: list[Finding]) -> None:
    records = _records(reader, rows, findings)
    before = len(findings)
    heading = next(records, None)
    if heading is None:
        if len(findings) == before:
            findings.append(_about(rows, 1, "the table is empty", "a heading line and rows", "", "bad-csv"))
        return
    columns = _columns(rows, heading, findings)
    if columns is None:
        return
    rows.doubtful = None in columns
    keys = vocabulary(rows.kind).keys
    defaults = [default_value(parameter) for parameter in keys.values()]
    places = [list(keys).index(parameter.key) if parameter else -1 for parameter in columns]
    limit = MOST_ROWS[rows.kind]
    for line, cells in records:
        if len(rows.values) == limit:
            found = f"more than {limit} rows"
            findings.append(_about(rows, line, found, f"at most {limit}", "", "too-many-rows"))
            return
        if len(findings) - before >= MOST_TABLE_FINDINGS:
            found = f"{len(findings) - before} findings; the rest of the table was not looked at"
            findings.append(_about(rows, line, found, "", "correct these first", "too-many-findings"))
            return
        rows.values.append(_row(rows, line, cells, columns, places, list(defaults), findings))
        rows.lines.append(line)


def _name(rows: Rows) -> str:
    return rows.source.name if rows.source else rows.kind


def _about(rows: Rows, line: int, found: str, allowed: str, remedy: str, slug: str) -> Finding:
    """A finding about a line as a whole."""
    return Finding(f"{_name(rows)}:{line}", "", found, allowed, remedy, slug)


def _columns(rows: Rows, heading: tuple[int, list[str]], findings: list[Finding]) -> list[Parameter | None] | None:
    """The parameter of each column; None for an unknown one; nothing at all if the heading is unusable."""
    line, cells = heading
    names = [cell.strip() for cell in cells]
    while names and not names[-1]:
        names.pop()
    place = f"{_name(rows)}:{line}"
    known = vocabulary(rows.kind).keys
    if len(names) == 1 and names[0] not in known and (";" in names[0] or "\t" in names[0]):
        found = f"the heading {quoted(names[0])} is one single column"
        findings.append(Finding(place, "", found, "columns separated by commas", "", "bad-csv"))
        return None
    faults = len(findings)
    for name in names:
        if not name:
            findings.append(Finding(place, "", "a column has no heading", ", ".join(known), "", "bad-csv"))
        elif names.count(name) > 1:
            finding = Finding(place, name, "the heading names this column twice", "", "", "bad-csv")
            if finding not in findings[faults:]:
                findings.append(finding)
        elif name not in known:
            remedy = did_you_mean(name, known)
            findings.append(Finding(place, name, "unknown column", ", ".join(known), remedy, "unknown-key"))
    if any(finding.slug == "bad-csv" for finding in findings[faults:]):
        return None
    return [known.get(name) for name in names]


def _row(
    rows: Rows,
    line: int,
    cells: list[str],
    columns: list[Parameter | None],
    places: list[int],
    values: list[Value],
    findings: list[Finding],
) -> Row:
    """The typed values of one row; `values` are the defaults that cells replace."""
    for cell, parameter, place in zip(cells, columns, places, strict=False):
        text = cell.strip()
        if parameter is None or not text:
            continue
        try:
            values[place] = read_text(parameter, text)
        except Refusal as refusal:
            values[place] = None
            findings.append(refusal.at(f"{_name(rows)}:{line}", parameter.key))
    if any(cell.strip() for cell in cells[len(columns) :]):
        found = f"the row has {len(cells)} cells"
        findings.append(Finding(f"{_name(rows)}:{line}", "", found, f"at most {len(columns)}", "", "bad-csv"))
    return tuple(values)
