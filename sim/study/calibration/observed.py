"""Reported fairs: what a table says of fairs that were held somewhere, one row each.

Reads a CSV table, refuses what cannot be (more outcomes than seekers, fewer posts than firms, no number) with every
finding at once, and gives the rows as values. A table may be one's own, with the columns id, firms, posts, seekers and
signed, or the shipped collection, whose notes say which outcome was counted and why a row is not comparable. Knows
nothing of the model.
"""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from sim.model.errors import Finding, InputError, Refusal, quoted
from sim.model.files import decoded, read_bytes
from sim.model.parse import clock_minutes

MOST_ROWS = 10_000
LONGEST_COUNT = 9  # digits of a number of fairs
NEEDED = ("id", "firms", "posts", "seekers")
LARGEST = {"firms": 100_000, "posts": 10_000_000, "seekers": 2_000_000, "signed": 2_000_000}
INTENT = "intent"

_CLASS = re.compile(r"class=([\w-]+)")
_FLAGS = re.compile(r"flag=([^;:(]+)")
_HOURS = re.compile(r"(\d{1,2}:\d{2})\s*-\s*(\d{1,2}:\d{2})")
_MOST_HOURS = 16.0
_SAME_AS_INTENT = ("signed_or_intent",)


@dataclass(frozen=True)
class ReportedFair:
    """One row. `firms` and `posts` are None where they were not reported, `signed` where no outcome was."""

    id: str
    firms: int | None
    posts: int | None
    seekers: int
    signed: int | None
    open: float | None = None  # minutes after midnight; None: not reported
    close: float | None = None
    kind: str = ""  # what the table says of the kind of fair
    country: str = ""  # empty: not said
    wording: str = INTENT  # which outcome was counted
    flags: tuple[str, ...] = ()
    fairs: int | None = 1  # how many fairs the row adds up; None: several
    is_rounded: bool = False


def read_reported(path: Path, shown_as: str = "") -> tuple[ReportedFair, ...]:
    """The rows of a table that have a number of seekers; raises InputError with every finding."""
    name = shown_as or str(path)
    try:
        text = decoded(read_bytes(path))
    except Refusal as refusal:
        raise InputError([refusal.at(name, "")]) from refusal
    reader = csv.DictReader(io.StringIO(text, newline=""), strict=True)
    findings: list[Finding] = []
    rows: list[ReportedFair] = []
    try:
        heading = [one.strip() for one in reader.fieldnames or ()]
        missing = [one for one in NEEDED if one not in heading]
        if missing:
            found = f"the table has no column {', '.join(map(quoted, missing))}"
            allowed = "id, firms, posts, seekers; signed, hours, date, kind, country, wording if known"
            raise InputError([Finding(f"{name}:1", "", found, allowed, "", "bad-csv")])
        reader.fieldnames = heading
        for cells in reader:
            row = _row(cells, f"{name}:{reader.line_num}", findings)
            if row is not None:
                rows.append(row)
            if len(rows) > MOST_ROWS:
                findings.append(Finding(name, "", f"more than {MOST_ROWS} rows", "", "", "too-many-rows"))
                break
    except csv.Error as error:
        findings.append(Finding(f"{name}:{reader.line_num}", "", str(error), "", "", "bad-csv"))
    findings += _twice(rows, name)
    if not rows and not findings:
        findings.append(Finding(name, "", "no row has a number of seekers", "", "", "no-seekers"))
    if findings:
        raise InputError(findings)
    return tuple(rows)


def _row(cells: dict[str, str | None], place: str, findings: list[Finding]) -> ReportedFair | None:
    given = {key: (value or "").strip() for key, value in cells.items() if key}
    before = len(findings)
    if not given["id"]:
        findings.append(Finding(place, "id", "is empty", "a name of its own for every row", "", "missing-id"))
    numbers = {key: _count(key, given.get(key, ""), place, findings) for key in LARGEST}
    hours = _hours(given.get("hours", ""), place, findings)
    findings += _contradictions(numbers, place)
    if len(findings) > before or numbers["seekers"] is None:
        return None
    notes = given.get("notes", "")
    wording = _first(_CLASS, notes) or given.get("wording", "") or INTENT
    fairs = given.get("n_fairs", "") or "1"
    return ReportedFair(
        id=given["id"],
        firms=numbers["firms"],
        posts=numbers["posts"],
        seekers=numbers["seekers"],
        signed=numbers["signed"],
        open=hours[0],
        close=hours[1],
        kind=given.get("kind", "") or given.get("fair_type", ""),
        country=given.get("country", ""),
        wording=INTENT if wording in _SAME_AS_INTENT else wording,
        flags=tuple(part.split()[0] for part in _first(_FLAGS, notes).split(",") if part.strip()),
        fairs=int(fairs) if fairs.isdecimal() and len(fairs) <= LONGEST_COUNT else None,
        is_rounded=given.get("approximate", "") == "yes",
    )


def _count(key: str, text: str, place: str, findings: list[Finding]) -> int | None:
    """A whole number, None for an empty cell."""
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if value != value or value < 0 or value != int(min(value, 1e15)) or value > LARGEST[key]:
        allowed = f"a whole number from 0 to {LARGEST[key]:,}, or empty"
        findings.append(Finding(place, key, f"{quoted(text)} is no count", allowed, "", "out-of-range"))
        return None
    return int(value)


def _hours(text: str, place: str, findings: list[Finding]) -> tuple[float | None, float | None]:
    """Opening and end in minutes after midnight, from "09:00-14:00" or a number of hours (from 9:00 on)."""
    if not text:
        return None, None
    match = _HOURS.fullmatch(text)
    try:
        if match:
            begins, ends = clock_minutes(match[1]), clock_minutes(match[2])
        else:
            begins = 9 * 60.0
            ends = begins + 60.0 * float(text)
    except (Refusal, ValueError):
        begins = ends = 0.0
    if not 0 < ends - begins <= _MOST_HOURS * 60 or ends > 24 * 60:
        allowed = "09:00-14:00, or how many hours from 9:00 on"
        findings.append(Finding(place, "hours", f"{quoted(text)} are no opening hours", allowed, "", "bad-clock-time"))
        return None, None
    return begins, ends


def _contradictions(numbers: dict[str, int | None], place: str) -> list[Finding]:
    """Counts that cannot belong to one fair."""
    findings = []
    firms, posts, seekers, signed = (numbers[key] for key in ("firms", "posts", "seekers", "signed"))
    if signed is not None and seekers is not None and signed > seekers:
        found = f"{signed:,} outcomes of {seekers:,} seekers"
        remedy = "person-times and persons mixed? give both in the same count, or leave the outcome out"
        findings.append(Finding(place, "signed", found, "at most one for each seeker", remedy, "counts-contradict"))
    if firms is not None and posts is not None and posts < firms:
        found = f"{posts:,} posts of {firms:,} firms"
        findings.append(Finding(place, "posts", found, "at least one for each firm", "", "counts-contradict"))
    findings += [
        Finding(place, key, "is 0", "at least 1, or empty where it is not known", "", "out-of-range")
        for key in ("firms", "posts", "seekers")
        if numbers[key] == 0
    ]
    return findings


def _twice(rows: list[ReportedFair], name: str) -> list[Finding]:
    seen: set[str] = set()
    findings = []
    for row in rows:
        if row.id in seen:
            findings.append(Finding(name, "id", f"{quoted(row.id)} stands in two rows", "", "", "duplicate-id"))
        seen.add(row.id)
    return findings


def _first(pattern: re.Pattern[str], text: str) -> str:
    match = pattern.search(text)
    return match[1].strip() if match else ""
