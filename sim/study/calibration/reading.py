"""Reading the TOML files of a calibration: tables with checked keys and kinds, findings with file and line.

Knows how such files are written, not what is in them.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sim.model.errors import Finding, InputError, Refusal, did_you_mean, quoted, shown
from sim.model.files import decoded, read_bytes
from sim.model.positions import Origin, Source
from sim.model.toml import parse_toml

LARGEST = 1e300  # a whole number may be too large for any other calculation


@dataclass(frozen=True)
class Block:
    """A table of a file, and where it stands."""

    values: Mapping[str, Any]
    origin: Origin
    slug: str

    @property
    def name(self) -> str:
        """The file as the planner named it."""
        return self.origin.source.name

    def finding(self, key: str, found: str, allowed: str = "", remedy: str = "", slug: str = "") -> Finding:
        """A finding about one value of this table."""
        place = self.origin.child(key) if key else self.origin
        return Finding(place.place, place.key, found, allowed, remedy, slug or self.slug)

    def check_keys(self, known: Sequence[str], findings: list[Finding]) -> None:
        """Refuse keys that mean nothing here."""
        for key in self.values:
            if key not in known:
                found, remedy = "unknown key", did_you_mean(key, known)
                findings.append(self.finding(key, found, ", ".join(known), remedy, "unknown-key"))

    def text(self, key: str, findings: list[Finding], default: str | None = None) -> str:
        """A text that must be there unless it has a default; empty after a finding."""
        value = self.values.get(key, default)
        if isinstance(value, str) and (value.strip() or value == default):
            return value
        found = "is missing" if value is None else f"{shown(value)} is no text"
        findings.append(self.finding(key, found, "a text", "", "value-missing" if value is None else "wrong-type"))
        return ""

    def number(self, key: str, findings: list[Finding], positive: bool = False, default: float | None = None) -> float:
        """A finite number that must be there unless it has a default; 0 after a finding."""
        value = self.values.get(key, default)
        if value is None:
            findings.append(self.finding(key, "is missing", "a number", "", "value-missing"))
        elif isinstance(value, bool) or not isinstance(value, int | float):
            findings.append(self.finding(key, f"{shown(value)} is no number", "a number", "", "wrong-type"))
        elif abs(value) > LARGEST or math.isnan(value) or (positive and value <= 0):
            allowed = "a number above 0" if positive else "a finite number"
            findings.append(self.finding(key, f"{shown(value)} is out of range", allowed, "", "out-of-range"))
        else:
            return float(value)
        return 0.0

    def texts(self, key: str, findings: list[Finding]) -> tuple[str, ...]:
        """A list of texts, empty if it is left out."""
        value = self.values.get(key, [])
        if isinstance(value, list) and all(isinstance(one, str) for one in value):
            return tuple(value)
        findings.append(self.finding(key, f"{shown(value)} is no list of texts", "a list of texts", "", "wrong-type"))
        return ()

    def table(self, key: str, findings: list[Finding]) -> Block:
        """A table inside this one, empty if it is left out."""
        value = self.values.get(key, {})
        if not isinstance(value, dict):
            findings.append(self.finding(key, f"{shown(value)} is no table", "", "", "not-a-table"))
            value = {}
        return Block(value, self.origin.child(key), self.slug)

    def blocks(self, key: str, findings: list[Finding]) -> Iterator[Block]:
        """The tables of a list, none if it is left out."""
        value = self.values.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            found = f"{shown(value)} is no list of tables"
            findings.append(self.finding(key, found, f"[[{key}]]", "", "not-a-list"))
            return
        for place, one in enumerate(value):
            yield Block(one, self.origin.child(key, place), self.slug)


def read_toml(path: Path, shown_as: str, slug: str = "bad-prior") -> Block:
    """A TOML file as a table; `slug` is that of findings that have none of their own."""
    try:
        text = decoded(read_bytes(path))
    except Refusal as refusal:
        raise InputError([refusal.at(shown_as, "")]) from refusal
    try:
        values = parse_toml(text)
    except ValueError as error:
        raise InputError([Finding(shown_as, "", f"no TOML: {error}", "", "", "bad-toml")]) from error
    block = Block(values, Origin(Source(shown_as, text)), slug)
    version = values.get("schema_version", 1)
    if version != 1:
        raise InputError([block.finding("schema_version", f"{shown(version)} is unknown", "1", "", "out-of-range")])
    return block


def path_beside(file: Path, written: str) -> Path:
    """The path that a file names, relative to its own folder."""
    return Path(file).parent / written


def named(known: Sequence[str], name: str) -> str:
    """What is wrong with a name that is not known."""
    return f"there is no {quoted(name)} among {', '.join(known) or 'none'}"
