"""Rows of a table, whatever it was read from: a heading that names keys, and cells typed by the key above them.

Takes a heading and cells with their lines, gives rows of typed values, and finds what is wrong with either. Knows
neither CSV nor workbooks, nor how rows refer to fairs or to each other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from sim.model.errors import Finding, Refusal, did_you_mean, quoted
from sim.model.parameters import Parameter, vocabulary
from sim.model.parse import default_value
from sim.model.positions import Origin, Source
from sim.model.values import Duration, Value

MOST_ROWS = {"fairs": 2_000, "firms": 1_000_000, "posts": 5_000_000, "seekers": 5_000_000}
MOST_TABLE_FINDINGS = 100
NOT_GIVEN = Duration("not given", 0.0)  # stands in a row for an empty cell where a default would hide that it is empty
Row = tuple[Value, ...]
Record = tuple[int, Sequence[object]]
ReadCell = Callable[[Parameter, object], Value]


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


class GridReader:
    """Reads one table into rows; `slug` is that of a table that is none, `read` makes a cell a value of its key."""

    def __init__(self, kind: str, source: Source, slug: str, read: ReadCell, findings: list[Finding]) -> None:
        self.rows = Rows(kind, source=source)
        self.findings = findings
        self._source, self._slug, self._read = source, slug, read
        self._keys = vocabulary(kind).keys
        self._before = len(findings)

    def fill(self, records: Iterator[Record], defaults: list[Value] | None = None) -> None:
        """Read heading and rows; a cell that is empty leaves the default of its key, or that of `defaults`."""
        heading = next(records, None)
        if heading is None:
            if len(self.findings) == self._before:
                self.finding(1, "the table is empty", "a heading line and rows", "", self._slug)
            return
        columns = self._columns(heading)
        if columns is None:
            return
        self.rows.doubtful = None in columns
        if defaults is None:
            defaults = [default_value(parameter) for parameter in self._keys.values()]
        places = [list(self._keys).index(parameter.key) if parameter else -1 for parameter in columns]
        limit = MOST_ROWS[self.rows.kind]
        for line, cells in records:
            if len(self.rows.values) == limit:
                self.finding(line, f"more than {limit} rows", f"at most {limit}", "", "too-many-rows")
                return
            count = len(self.findings) - self._before
            if count >= MOST_TABLE_FINDINGS:
                found = f"{count} findings; the rest of the table was not looked at"
                self.finding(line, found, "", "correct these first", "too-many-findings")
                return
            self.rows.values.append(self._row(line, cells, columns, places, list(defaults)))
            self.rows.lines.append(line)

    def finding(self, line: int, found: str, allowed: str, remedy: str, slug: str, key: str = "") -> None:
        """Add a finding about a line as a whole, or about its cell below a key."""
        place = self._source.place((key,) if key else (), line)
        self.findings.append(Finding(place, key, found, allowed, remedy, slug))

    def _columns(self, heading: Record) -> list[Parameter | None] | None:
        """The parameter of each column; None for an unknown one; nothing at all if the heading is unusable."""
        line, cells = heading
        names = [text_of(cell) for cell in cells]
        while names and not names[-1]:
            names.pop()
        known = self._keys
        if len(names) == 1 and names[0] not in known and (";" in names[0] or "\t" in names[0]):
            found = f"the heading {quoted(names[0])} is one single column"
            self.finding(line, found, "columns separated by commas", "", self._slug)
            return None
        self._source.name_columns(names)
        allowed = ", ".join(known)
        unusable, counts = False, Counter(names)
        for place, name in enumerate(names):
            if not name:
                self.finding(line, "a column has no heading", allowed, "", self._slug)
                unusable = True
            elif counts[name] > 1:
                unusable = True
                if names.index(name) == place:
                    self.finding(line, "the heading names this column twice", "", "", self._slug, name)
            elif name not in known:
                self.finding(line, "unknown column", allowed, did_you_mean(name, known), "unknown-key", name)
        return None if unusable else [known.get(name) for name in names]

    def _row(
        self,
        line: int,
        cells: Sequence[object],
        columns: list[Parameter | None],
        places: list[int],
        values: list[Value],
    ) -> Row:
        """The typed values of one row; `values` are the defaults that cells replace."""
        for cell, parameter, place in zip(cells, columns, places, strict=False):
            if parameter is None or is_blank(cell):
                continue
            try:
                values[place] = self._read(parameter, cell)
            except Refusal as refusal:
                values[place] = None
                found = (refusal.found, refusal.allowed, refusal.remedy, refusal.slug)
                self.finding(line, *found, parameter.key)
        if not all(is_blank(cell) for cell in cells[len(columns) :]):
            self.finding(line, f"the row has {len(cells)} cells", f"at most {len(columns)}", "", self._slug)
        return tuple(values)


def is_blank(cell: object) -> bool:
    """Whether nothing stands in a cell."""
    return cell is None or (isinstance(cell, str) and not cell.strip())


def text_of(cell: object) -> str:
    """What stands in a cell of the heading."""
    return "" if cell is None else str(cell).strip()
