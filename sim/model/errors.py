"""What is wrong with an input, said to a planner.

A finding names the place, the key, what was found there, what is allowed and what to do, and carries a
slug under which `docs/messages.md` explains it. Every bad input of the project becomes an `InputError`
with all its findings. This module knows no file format and no parameter.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass

from sim.language import N_, _, spoken
from sim.model.visible import LONGEST_SHOWN, shortened, visible
from sim.model.whereabouts import spoken_place

LARGEST_SHOWN = 10**18
LINE = re.compile(r"(.*?)(?::|![A-Z]{1,3})([0-9]{1,9})(?::[0-9]{1,9})?", re.DOTALL)


# How bad a finding is: an error stops a run; a warning does not, and is said; a note is said by `check` and `plan`.
ERROR, WARNING, NOTE = "error", "warning", "note"
SEVERITIES = {WARNING: N_("warning"), NOTE: N_("note")}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: where, what was found, what is allowed, what to do."""

    place: str
    key: str
    found: str
    allowed: str
    remedy: str
    slug: str
    severity: str = ERROR

    def __str__(self) -> str:
        severity = "" if self.severity == ERROR else self.severity
        head = "".join(f"{part}: " for part in (severity, self.place, self.key) if part)
        allowed = f" ({self.allowed})" if self.allowed else ""
        remedy = f"; {self.remedy}" if self.remedy else ""
        return visible(f"{head}{self.found}{allowed}{remedy} [{self.slug}]")

    def spoken(self) -> str:
        """The finding in the language that is spoken; files keep it in English."""
        severity = "" if self.severity == ERROR else _(SEVERITIES[self.severity])
        head = "".join(
            _("{part}: ").format(part=part) for part in (severity, spoken_place(self.place), self.key) if part
        )
        allowed = _(" ({allowed})").format(allowed=spoken(self.allowed)) if self.allowed else ""
        remedy = _("; {remedy}").format(remedy=spoken(self.remedy)) if self.remedy else ""
        return visible(f"{head}{spoken(self.found)}{allowed}{remedy} [{self.slug}]")


def has_errors(findings: Iterable[Finding]) -> bool:
    """Whether one of the findings stops a run."""
    return any(finding.severity == ERROR for finding in findings)


class InputError(Exception):
    """Bad input, with every finding of the pass that met it."""

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings: tuple[Finding, ...] = tuple(findings)
        super().__init__(self.findings)

    def __str__(self) -> str:
        return "\n".join(str(finding) for finding in self.findings)

    def spoken(self) -> str:
        """Every finding in the language that is spoken."""
        return "\n".join(finding.spoken() for finding in self.findings)


class Refusal(Exception):  # noqa: N818 - it refuses a value, and becomes an InputError
    """A value that cannot be accepted, said by a reader that does not know where the value stands."""

    def __init__(self, found: str, allowed: str, remedy: str, slug: str) -> None:
        super().__init__(found, allowed, remedy, slug)
        self.found, self.allowed, self.remedy, self.slug = found, allowed, remedy, slug

    def at(self, place: str, key: str) -> Finding:
        """The finding that this refusal becomes at a place."""
        return Finding(place, key, self.found, self.allowed, self.remedy, self.slug)


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """Findings once each, file by file as they came, by line within a file."""
    files: dict[str, int] = {}

    def rank(finding: Finding) -> tuple[int, int]:
        match = LINE.fullmatch(finding.place)
        name, line = (match[1], int(match[2])) if match else (finding.place, 0)
        return files.setdefault(name, len(files)), line

    return sorted(dict.fromkeys(findings), key=rank)


def shown(value: object) -> str:
    """A value as a planner would write it, cut to a readable length."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int) and abs(value) >= LARGEST_SHOWN:
        return f"a whole number of about {int(value.bit_length() * 0.30103) + 1} digits"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "a list"
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return quoted(str(value))


def quoted(text: str) -> str:
    """A text in double quotes, on one line."""
    return visible(json.dumps(shortened(text), ensure_ascii=False))


def nearest(word: str, names: Iterable[str]) -> str:
    """The known name most like a word, or nothing."""
    import difflib

    matches = difflib.get_close_matches(word[:LONGEST_SHOWN], list(names), n=1, cutoff=0.6)
    return matches[0] if matches else ""


def did_you_mean(word: str, names: Iterable[str]) -> str:
    """The remedy that names the known name most like a word, or nothing."""
    name = nearest(word, names)
    return f"did you mean {quoted(name)}?" if name else ""
