"""Draws of the parameters: the same scenario with values that are not known for certain, drawn again and again.

A table holds them: a column per key of the scenario, a row per draw, as a fit or a planner made it. Each row gives a
scenario of its own; all are simulated with the same seeds, so that they differ only by their values. This module reads
the table; it must not know how scenarios are simulated.
"""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from sim.files import text_of_cell
from sim.model.errors import Finding, InputError, quoted
from sim.model.scenario import Scenario, load_scenario
from sim.study.measures import measure_keys

NUMBER = "draw"
MOST_DRAWS = 100_000
MOST_FINDINGS = 20

Rows = tuple[tuple[str, ...], ...]
"""A heading of keys, then the values of each draw."""


def read_draws(path: Path) -> Rows:
    """The draws in a CSV file, with or without a first column that numbers them."""
    place = str(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise InputError([Finding(place, "", "there is no such file", "", "", "no-file")]) from error
    except UnicodeDecodeError as error:
        remedy = "save it as UTF-8"
        raise InputError([Finding(place, "", "is not text in UTF-8", "", remedy, "not-utf8")]) from error
    except OSError as error:
        found = f"cannot be read: {error.strerror or error}"
        raise InputError([Finding(place, "", found, "", "", "unreadable")]) from error
    return parse_draws(text, place)


def parse_draws(text: str, place: str) -> Rows:
    """The draws in the text of a CSV file."""
    try:
        lines = csv.reader(text.splitlines(), strict=True)
        rows = [tuple(text_of_cell(cell.strip()) for cell in row) for row in lines if any(row)]
    except csv.Error as error:
        raise InputError([Finding(place, "", f"no CSV table: {error}", "", "", "bad-csv")]) from error
    findings = _misshapen(rows, place)
    if findings:
        raise InputError(findings)
    return tuple(row[1:] for row in rows) if rows[0][0] == NUMBER else tuple(rows)


def _misshapen(rows: Sequence[tuple[str, ...]], place: str) -> list[Finding]:
    """What keeps a table from being one of draws."""
    if len(rows) < 2:
        return [_bad(place, "holds no draws", "a heading of keys and a row per draw")]
    if len(rows) > MOST_DRAWS + 1:
        return [_bad(place, f"holds {len(rows) - 1:,} draws", f"at most {MOST_DRAWS:,}")]
    keys = rows[0]
    if not all(keys) or len(set(keys)) < len(keys) or keys == (NUMBER,):
        return [_bad(f"{place}:1", "the heading lacks a key or names one twice", "a key of the scenario per column")]
    wrong = [number for number, row in enumerate(rows) if len(row) != len(keys)]
    if wrong:
        found = f"draw {wrong[0]} has {len(rows[wrong[0]])} values"
        return [_bad(place, found, f"one per key of the heading: {len(keys)}")]
    if keys[0] == NUMBER:
        misnumbered = [number for number, row in enumerate(rows[1:], 1) if row[0] != str(number)]
        if misnumbered:
            found = f"draw {misnumbered[0]} is numbered {quoted(rows[misnumbered[0]][0])}"
            return [_bad(place, found, "1, 2, 3 and so on")]
    return []


def _bad(place: str, found: str, allowed: str) -> Finding:
    return Finding(place, "", found, allowed, "", "bad-draws")


def drawn_scenarios(file: str, overrides: Sequence[str], draws: Rows, place: str) -> tuple[Scenario, ...]:
    """The scenario of a file once for each draw, whose values count more than the overrides."""
    heading, *rows = draws
    scenarios: list[Scenario] = []
    findings: list[Finding] = []
    for number, row in enumerate(rows, start=1):
        changes = [f"{key}={value}" for key, value in zip(heading, row, strict=True)]
        try:
            scenarios.append(load_scenario(file, [*overrides, *changes]))
        except InputError as error:
            findings += [_of_draw(one, number, place) for one in error.findings]
        if len(findings) >= MOST_FINDINGS:
            break
    if not findings:
        keys = measure_keys(scenarios[0])
        found, remedy = "has other measures than the first draw", "give all draws the same opening hours"
        findings = [
            Finding(place, f"draw {number}", found, "", remedy, "bad-draws")
            for number, scenario in enumerate(scenarios, start=1)
            if measure_keys(scenario) != keys
        ]
    if findings:
        raise InputError(findings[:MOST_FINDINGS])
    return tuple(scenarios)


def _of_draw(finding: Finding, number: int, place: str) -> Finding:
    """The same finding, placed at the draw that it comes from."""
    if not finding.place.startswith("--set "):
        return finding
    return Finding(f"{place}: draw {number}", finding.key, finding.found, finding.allowed, finding.remedy, finding.slug)
