"""Files that a scenario names beside itself: where they are, and the workbook laid below the scenario's own entries.

The fairs of a workbook are like those of a base: entries of the scenario file and `--set` change them by their ids.
Knows how files of a scenario may be named, nothing of what their rows mean.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from sim.model.bases import Stack
from sim.model.documents import Document, Entry
from sim.model.errors import Refusal
from sim.model.files import inside
from sim.model.grid import Rows
from sim.model.overrides import key_of, with_overrides

WORKBOOK = ("tables", "workbook")


@dataclass(frozen=True)
class NamedFile:
    """A file beside a scenario: as it is written there, as the planner knows it, as seen from the scenario."""

    path: Path
    written: str
    name: str
    from_scenario: str


@dataclass(frozen=True)
class Sheets:
    """The rows that a workbook lists by kind; `refused` if all of it was, `faulty` if anything in it was."""

    path: str
    rows: dict[str, Rows] = field(default_factory=dict)
    refused: bool = False
    faulty: bool = False


def named_file(entry: Entry, stack: Stack, scenario: str) -> NamedFile:
    """The file that a key names, looked for in the folder of the file that has the key."""
    written = str(entry.value)
    namer = entry.origin.source.name
    owner = namer if namer in stack.folders else scenario
    path = inside(stack.root, stack.folders[owner], written)
    name = os.path.normpath(os.path.join(os.path.dirname(owner), written))
    return NamedFile(path, written, name, Path(os.path.relpath(path, stack.folders[scenario])).as_posix())


def with_workbook(
    document: Document, overrides: Sequence[str], stack: Stack, scenario: str
) -> tuple[Document, Sheets | None]:
    """The document over the fairs of the workbook that it names, and the other sheets; none if it names none."""
    entry = _workbook(document, overrides)
    if entry is None:
        return document, None
    from sim.model.workbook import read_workbook

    before = len(stack.findings)
    try:
        file = named_file(entry, stack, scenario)
        book = read_workbook(file.path, file.written, file.name, stack.findings)
    except Refusal as refusal:
        stack.findings.append(refusal.at(entry.origin.place, entry.origin.key))
        return _without_fairs(document), Sheets("", refused=True)
    stack.inputs[file.name] = book.digest
    document = document.over(Document(document.top, {"fairs": book.fairs} if book.fairs else {}))
    if book.has_lost_fairs:
        document = _without_fairs(document)
    return document, Sheets(file.from_scenario, book.rows, faulty=len(stack.findings) > before)


def _workbook(document: Document, overrides: Sequence[str]) -> Entry | None:
    """The key that names the workbook, as the command line leaves it."""
    chosen = [text for text in overrides if key_of(text)[:1] == WORKBOOK[:1]]
    document = with_overrides(document, chosen, [])
    entry = document.top.entries.get(".".join(WORKBOOK))
    return entry if entry is not None and isinstance(entry.value, str) and entry.value else None


def _without_fairs(document: Document) -> Document:
    """The document when nobody knows all its fairs: that one is missing is no finding then."""
    return Document(document.top, document.lists, document.refused | {"fairs"})
