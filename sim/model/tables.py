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
from pathlib import Path

from sim.model.errors import Finding, Refusal, quoted
from sim.model.files import TABLE_BYTES, check_size, unreadable
from sim.model.grid import GridReader, Record, Rows
from sim.model.parameters import Parameter
from sim.model.parse import read_text
from sim.model.positions import Source
from sim.model.values import Value

ENCODINGS = ("utf-8-sig", "gbk")
CHUNK_BYTES = 1 << 20


def read_table(kind: str, path: Path, written: str, name: str, findings: list[Finding]) -> tuple[Rows, str]:
    """The rows of a table and the fingerprint of its file; refuses a file that is no table at all."""
    check_size(path, written, TABLE_BYTES)
    reader = GridReader(kind, Source(name), "bad-csv", _read_cell, findings)
    try:
        encoding, digest = _encoding(path, written)
        with path.open("rb") as binary:
            text = io.TextIOWrapper(binary, encoding=encoding, newline="")
            reader.fill(_records(csv.reader(text, strict=True), reader))
    except UnicodeDecodeError as error:
        raise Refusal(f"{quoted(written)} changed while it was read", "", "try again", "unreadable") from error
    except OSError as error:
        raise unreadable(path, written, error) from error
    return reader.rows, digest


def _read_cell(parameter: Parameter, cell: object) -> Value:
    return read_text(parameter, str(cell).strip())


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


def _records(lines: Iterator[list[str]], reader: GridReader) -> Iterator[Record]:
    """Line and cells of every row that is not blank; a fault of the table's form ends it."""
    line = 1
    try:
        for cells in lines:
            if any(cell.strip() for cell in cells):
                yield line, cells
            line = lines.line_num + 1  # type: ignore[attr-defined]
    except csv.Error as error:
        reader.finding(line, "the table is broken", str(error), "look for an open quotation mark", "bad-csv")
