"""On which line of a scenario file a key stands.

Only used to place findings, after the file has been read without fault: the syntax tree is made when the
first finding asks for it. Gives `Source` (a file under the name the planner gave it) and `Origin` (one
key in one source). Knows nothing of parameters.
"""

from __future__ import annotations

import functools
import json
import re
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tree_sitter import Node

Path = tuple[str | int, ...]
DEEPEST = 8
BARE = re.compile(r"[\w-]+")


class Source:
    """Something that keys were read from, under the name the planner knows it by."""

    def __init__(self, name: str, text: str | None = None) -> None:
        self.name = name
        self._text = text

    @functools.cached_property
    def _lines(self) -> dict[Path, int]:
        return {} if self._text is None else lines_of_keys(self._text)

    def name_columns(self, names: Sequence[str]) -> None:
        """Take notice of the headings of a table; a text knows lines only."""

    def place(self, path: Path, line: int = 0) -> str:
        """The name and, where it is known, the line of a key or of what encloses it; for a table the line given."""
        if line:
            return f"{self.name}:{line}"
        while path:
            if path in self._lines:
                return f"{self.name}:{self._lines[path]}"
            path = path[:-1]
        return self.name


class SheetSource(Source):
    """One sheet of a workbook, in which places are cells: my-fair.xlsx:firms!C7."""

    def __init__(self, name: str, sheet: str) -> None:
        super().__init__(name)
        self._sheet = sheet
        self._letters: dict[str, str] = {}

    def name_columns(self, names: Sequence[str]) -> None:
        """Take notice of the headings."""
        for number, name in enumerate(names, start=1):
            self._letters.setdefault(name, column_letters(number))

    def place(self, path: Path, line: int = 0) -> str:
        """The cell below the heading of a key; the first one of the row where there is none."""
        key = ".".join(str(part) for part in path)
        return f"{self.name}:{self._sheet}!{self._letters.get(key, 'A')}{line or 1}"


def column_letters(number: int) -> str:
    """The name of a column by its number: A, ..., Z, AA, ..."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


class Made(Source):
    """What the program made out of a value; findings about it stand where that value was written."""

    def __init__(self, origin: Origin) -> None:
        super().__init__(origin.source.name)
        self._origin = origin

    def place(self, path: Path, line: int = 0) -> str:
        """The place of the value out of which it was made."""
        return self._origin.place


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value was written: the source and the path of keys; for a table also the line."""

    source: Source
    path: Path = ()
    line: int = 0

    @property
    def place(self) -> str:
        """What a finding says first: file and line."""
        return self.source.place(self.path, self.line)

    @property
    def key(self) -> str:
        """The path as a planner writes it, entries counted from 1: fairs[2].gate.lanes."""
        text = ""
        for part in self.path:
            if isinstance(part, int):
                text += f"[{part + 1}]"
            else:
                text += ("." if text else "") + key_text(part)
        return text

    def child(self, *parts: str | int) -> Origin:
        """The place of a key below this one."""
        return Origin(self.source, (*self.path, *parts), self.line)


def key_text(part: str) -> str:
    """One part of a key, in quotation marks where TOML needs them."""
    return part if BARE.fullmatch(part) else json.dumps(part, ensure_ascii=False)


def lines_of_keys(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and array entry of a TOML text."""
    import tree_sitter
    import tree_sitter_toml

    parser = tree_sitter.Parser(tree_sitter.Language(tree_sitter_toml.language()))
    tree = parser.parse(text.encode("utf-8", "surrogatepass"))
    lines: dict[Path, int] = {}
    entries: dict[Path, int] = {}
    for node in tree.root_node.children:
        if node.type == "pair":
            _pair(node, (), lines, 0)
        elif node.type in ("table", "table_array_element"):
            _table(node, lines, entries)
    return lines


def _table(node: Node, lines: dict[Path, int], entries: dict[Path, int]) -> None:
    path: Path = ()
    keys = list(_keys(node.children[1]))
    for place, key in enumerate(keys, start=1):
        path = (*path, key)
        lines.setdefault(path, _line(node))
        if node.type == "table_array_element" and place == len(keys):
            entries[path] = entries.get(path, -1) + 1
        if path in entries:
            path = (*path, entries[path])
    lines.setdefault(path, _line(node))
    for child in node.children[2:]:
        if child.type == "pair":
            _pair(child, path, lines, 0)


def _pair(node: Node, path: Path, lines: dict[Path, int], depth: int) -> None:
    for key in _keys(node.children[0]):
        path = (*path, key)
        lines.setdefault(path, _line(node))
    _value(node.children[-1], path, lines, depth)


def _value(node: Node, path: Path, lines: dict[Path, int], depth: int) -> None:
    if depth > DEEPEST:
        return
    if node.type == "inline_table":
        for child in node.children:
            if child.type == "pair":
                _pair(child, path, lines, depth + 1)
    elif node.type == "array":
        items = [child for child in node.named_children if child.type != "comment"]
        for place, child in enumerate(items):
            lines[*path, place] = _line(child)
            _value(child, (*path, place), lines, depth + 1)


def _keys(node: Node) -> Iterator[str]:
    """The parts of a key, no more of them than any known key could have."""
    waiting = [node]
    parts = 0
    while waiting and parts < DEEPEST:
        node = waiting.pop()
        if node.type == "dotted_key":
            waiting.extend(reversed(node.named_children))
            continue
        text = (node.text or b"").decode("utf-8", "surrogatepass")
        parts += 1
        yield next(iter(tomllib.loads(f"{text} = 0"))) if node.type == "quoted_key" else text


def _line(node: Node) -> int:
    return node.start_point[0] + 1
