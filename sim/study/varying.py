"""Which scenarios a planner asks for when values are varied: a grid, a list of cases, a range of an assumption.

It reads what the planner writes (`gate.lanes=4,6`, `booth.recruiters=1..3:5`, a file of cases), and gives one scenario
per case, or all findings of all cases at once. A case is the scenario with the values laid over it, as by `--set`; one
argument of a distribution has a key of its own, `interview.minutes.mean`. It must not know what is done with the
scenarios.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sim.model.errors import Finding, InputError, Refusal, in_order, quoted
from sim.model.files import decoded, read_bytes
from sim.model.parameters import CAMPAIGN_LISTS, LISTS, Parameter, vocabulary
from sim.model.scenario import Scenario, load_scenario
from sim.model.toml import parse_toml
from sim.model.values import DURATION_ARGUMENTS, Duration, Value, clock_text, plain

VARY = "--vary"
MOST_CASES = 10_000
MOST_FINDINGS = 100
NAME = "case"
_CLOSING = {"(": ")", "[": "]", "{": "}"}
_NUMBER = r"[-+]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d+)?"
_CLOCK = r"\d{1,2}:\d\d"
_RANGES = tuple(re.compile(rf"\s*({one})\s*\.\.\s*({one})\s*(?::\s*(\d+)\s*)?") for one in (_CLOCK, _NUMBER))


@dataclass(frozen=True)
class Cases:
    """Values to lay over a scenario, case by case; an empty text leaves what the scenario has."""

    place: str  # where they were written: the option or the file
    keys: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    names: tuple[str, ...] = ()  # one per case, if they have names

    def label(self, number: int) -> str:
        """What a case is called, counted from 0."""
        return self.names[number] if self.names else str(number + 1)

    def values(self, number: int) -> str:
        """What a case varies, in one line."""
        return ", ".join(f"{key}={text}" for key, text in zip(self.keys, self.rows[number], strict=True) if text)

    def as_draws(self) -> tuple[tuple[str, ...], ...]:
        """A heading of keys and a row per case, as a results folder keeps them."""
        return (self.keys, *self.rows)


@dataclass(frozen=True)
class Found:
    """A key of a scenario: what the parameter is, and which value the scenario has."""

    parameter: Parameter
    value: Value


def bad(place: str, found: str, allowed: str = "", remedy: str = "", slug: str = "bad-vary") -> Finding:
    """A finding about what was to be varied."""
    return Finding(place, "", found, allowed, remedy, slug)


# What is written ----------------------------------------------------------------------------------


def grid(texts: Sequence[str]) -> Cases:
    """Every combination of the values of several `KEY=V1,V2`, the last key varying fastest."""
    findings: list[Finding] = []
    values: dict[str, tuple[str, ...]] = {}
    for text in texts:
        place = f"{VARY} {text}"
        key, equals, written = (part.strip() for part in text.partition("="))
        try:
            if not equals or not key:
                raise Refusal("no key and values", "KEY=V1,V2, such as gate.lanes=4,6", "", "bad-vary")
            if key in values:
                raise Refusal(f"{key} is varied twice", "", "write all its values behind one --vary", "bad-vary")
            values[key] = ()
            values[key] = _values(written)
        except Refusal as refusal:
            findings.append(refusal.at(place, ""))
    count = math.prod(len(one) for one in values.values() if one)
    findings += _too_many(VARY, count)
    if findings:
        raise InputError(findings)
    return Cases(VARY, tuple(values), tuple(itertools.product(*values.values())))


def _values(written: str) -> tuple[str, ...]:
    """The values of a key, ranges written out."""
    found: list[str] = []
    for text in split_values(written):
        found += _steps(text) if any(one.fullmatch(text) for one in _RANGES) else [text]
        if len(found) > MOST_CASES:
            break
    if "" in found:
        raise Refusal("an empty value", "values separated by commas, or LOW..HIGH:STEPS", "", "bad-vary")
    twice = sorted({text for text in found if found.count(text) > 1}) if len(found) <= MOST_FINDINGS else []
    if twice:
        raise Refusal(f"{quoted(twice[0])} is named twice", "each value once", "", "bad-vary")
    return tuple(found)


def split_values(text: str) -> list[str]:
    """A text split at the commas that stand outside of brackets and quotation marks."""
    parts, closing, quote, start = [], [""], "", 0
    for place, sign in enumerate(text):
        if quote:
            quote = "" if sign == quote else quote
        elif sign in "\"'":
            quote = sign
        elif sign in _CLOSING:
            closing.append(_CLOSING[sign])
        elif sign == closing[-1]:
            closing.pop()
        elif sign == "," and len(closing) == 1:
            parts.append(text[start:place].strip())
            start = place + 1
    if quote or len(closing) > 1:
        found = f"{quoted(text)} has an open bracket or quotation mark"
        raise Refusal(found, "", "close it; commas inside do not separate values", "bad-vary")
    return [*parts, text[start:].strip()]


def _steps(text: str) -> list[str]:
    """The values of LOW..HIGH:STEPS, equally far apart."""
    low, high, is_clock, steps = read_range(text)
    if steps is None:
        raise Refusal(f"{quoted(text)} does not say how many values", "LOW..HIGH:STEPS", f"write {text}:5", "bad-vary")
    if not 2 <= steps <= MOST_CASES:
        raise Refusal(f"{steps} steps", f"2 to {MOST_CASES:,}", "", "bad-vary")
    between = (low + (high - low) * place / (steps - 1) for place in range(steps))
    return [clock_text(value) if is_clock else short(value) for value in between]


def read_range(text: str) -> tuple[float, float, bool, int | None]:
    """Low, high, whether they are clock times, and the steps if they are given, of LOW..HIGH:STEPS."""
    for is_clock, kind in zip((True, False), _RANGES, strict=True):
        match = kind.fullmatch(text)
        if match:
            low, high = (_minutes(end) if is_clock else float(end) for end in match.groups()[:2])
            if not (low < high and math.isfinite(high - low)):
                raise Refusal(f"{quoted(text)} does not rise", "LOW..HIGH with LOW below HIGH", "", "bad-vary")
            return low, high, is_clock, int(match[3][:9]) if match[3] else None
    raise Refusal(f"{quoted(text)} is no range", "LOW..HIGH, such as 0.2..0.6 or 12:00..16:00", "", "bad-vary")


def _minutes(text: str) -> float:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60.0 + int(minutes)


def short(value: float) -> str:
    """A number without the digits that only rounding put there."""
    return plain(float(f"{value:.12g}"))


def _too_many(place: str, count: int) -> list[Finding]:
    if count <= MOST_CASES:
        return []
    remedy = "name fewer values, or a list of cases in a file"
    return [bad(place, f"{count:,} cases", f"at most {MOST_CASES:,}", remedy, "too-many-cases")]


# A file of cases ----------------------------------------------------------------------------------


def read_cases(path: Path) -> Cases:
    """The cases in a file: CSV with a column per key and a row per case, or TOML with [[cases]]."""
    place = str(path)
    try:
        text = decoded(read_bytes(path))
        cases = _toml_cases(text, place) if path.suffix.lower() == ".toml" else _csv_cases(text, place)
        doubled = sorted({name for name in cases.names if cases.names.count(name) > 1})
        if doubled:
            raise Refusal(f"two cases are called {quoted(doubled[0])}", "", "", "bad-cases")
    except Refusal as refusal:
        raise InputError([refusal.at(place, "")]) from refusal
    return cases


def _csv_cases(text: str, place: str) -> Cases:
    import csv

    try:
        rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), strict=True) if any(row)]
    except csv.Error as error:
        raise Refusal(f"no CSV table: {error}", "", "", "bad-csv") from error
    if len(rows) < 2:
        raise Refusal("holds no cases", "a heading of keys and a row per case", "", "bad-cases")
    _check_count(len(rows) - 1)
    heading, *rows = rows
    if not all(heading) or len(set(heading)) < len(heading) or heading == [NAME]:
        raise Refusal("the heading lacks a key or names one twice", "a key of the scenario per column", "", "bad-cases")
    for number, row in enumerate(rows, 1):
        if len(row) != len(heading):
            raise Refusal(f"case {number} has {len(row)} values", f"one per column: {len(heading)}", "", "bad-cases")
    if NAME not in heading:
        return Cases(place, tuple(heading), tuple(map(tuple, rows)))
    column = heading.index(NAME)
    names = tuple(row.pop(column) for row in rows)
    heading.pop(column)
    return Cases(place, tuple(heading), tuple(map(tuple, rows)), _numbered(names))


def _toml_cases(text: str, place: str) -> Cases:
    try:
        content = parse_toml(text)
    except ValueError as error:
        raise Refusal(f"no TOML: {error}", "", "", "bad-toml") from error
    listed = content.pop("cases", None)
    if content or not isinstance(listed, list) or not listed or not all(isinstance(one, dict) for one in listed):
        raise Refusal("holds no list of cases", "[[cases]] before the keys of each case, nothing else", "", "bad-cases")
    _check_count(len(listed))
    names = tuple(str(one.pop(NAME, "")) for one in listed)
    flat = [dict(_flat("", one)) for one in listed]
    keys = tuple(dict.fromkeys(key for one in flat for key in one))
    if not keys:
        raise Refusal("no case varies anything", "[[cases]] with keys of the scenario", "", "bad-cases")
    rows = tuple(tuple(one.get(key, "") for key in keys) for one in flat)
    return Cases(place, keys, rows, _numbered(names) if any(names) else ())


def _check_count(count: int) -> None:
    if count > MOST_CASES:
        raise Refusal(f"{count:,} cases", f"at most {MOST_CASES:,}", "", "too-many-cases")


def _numbered(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(name or str(number) for number, name in enumerate(names, 1))


def _flat(prefix: str, content: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    """Dotted keys with their values as `--set` takes them."""
    import tomli_w

    for name, value in content.items():
        key = f"{prefix}{name}"
        if isinstance(value, dict):
            yield from _flat(f"{key}.", value)
        elif isinstance(value, str):
            yield key, value
        else:
            yield key, tomli_w.dumps({"v": value}).removeprefix("v = ").strip()


# The scenarios ------------------------------------------------------------------------------------


def find(scenario: Scenario, key: str) -> Found | None:
    """A key as `--set` writes it, in a scenario; None if there is none."""
    head, _, rest = key.partition(".")
    if head not in LISTS:
        parameter = vocabulary("").keys.get(key)
        value = scenario.settings.get(key, scenario.defaults.get(key))
        return None if parameter is None else Found(parameter, value)
    for one in getattr(scenario, head):
        identity = one.id if hasattr(one, "id") else one["id"]
        inner = rest.removeprefix(f"{identity}.")
        parameter = vocabulary(head).keys.get(inner)
        if inner != rest and parameter is not None:
            values: Mapping[str, Value] = one if isinstance(one, Mapping) else one.settings
            if head == "groups":
                values = {**scenario.defaults, **one.behaviour, **values}
            return Found(parameter, values.get(inner))
    return None


def argument_of(scenario: Scenario, key: str) -> tuple[str, str, Duration] | None:
    """The key of a distribution, the name behind it, and the distribution; None if the key is a key of its own."""
    if find(scenario, key) is not None:
        return None
    outer, _, name = key.rpartition(".")
    found = find(scenario, outer)
    return (outer, name, found.value) if found is not None and isinstance(found.value, Duration) else None


def load_cases(file: str, overrides: Sequence[str], base: Scenario, cases: Cases) -> list[Scenario]:
    """The scenario of a file once for each case, or all findings of all cases.

    1. Arguments of distributions are put into the distributions that the scenario has.
    2. Each case is loaded with its values as the last overrides.
    3. A finding that several cases share is said once.
    """
    arguments = {key: found for key in cases.keys if (found := argument_of(base, key)) is not None}
    findings = _bad_arguments(cases, arguments)
    if findings:
        raise InputError(findings)
    scenarios: list[Scenario] = []
    seen: dict[Finding, list[int]] = {}
    for number, row in enumerate(cases.rows):
        changes = _changes(dict(zip(cases.keys, row, strict=True)), arguments)
        try:
            scenario = load_scenario(file, [*overrides, *changes])
            scenarios.append(_shared(scenario, base))
        except InputError as error:
            for finding in error.findings:
                seen.setdefault(finding, []).append(number)
    if seen:
        told = in_order(_of_cases(finding, numbers, cases) for finding, numbers in seen.items())
        raise InputError(told[:MOST_FINDINGS])
    return scenarios


def _shared(scenario: Scenario, base: Scenario) -> Scenario:
    """The scenario with as much as possible of the base, which thousands of cases need not hold again."""
    changes = {
        name: getattr(base, name)
        for name in ("groups", "occupations", *CAMPAIGN_LISTS, "firms", "posts", "seekers", "inputs")
        if getattr(scenario, name) == getattr(base, name)
    }
    return replace(scenario, **changes)


def _bad_arguments(cases: Cases, arguments: Mapping[str, tuple[str, str, Duration]]) -> list[Finding]:
    findings = []
    for key, (outer, name, duration) in arguments.items():
        names = DURATION_ARGUMENTS[duration.kind]
        if name not in names:
            found = f"{outer} is {duration} here, without {quoted(name)}"
            findings.append(bad(f"{cases.place}: {key}", found, ", ".join(f"{outer}.{one}" for one in names)))
        if outer in cases.keys:
            findings.append(bad(f"{cases.place}: {key}", f"{outer} itself is varied too", "one of them"))
    return findings


def _changes(values: Mapping[str, str], arguments: Mapping[str, tuple[str, str, Duration]]) -> list[str]:
    """Values as overrides."""
    changes: dict[str, str] = {}
    inner: dict[str, dict[str, str]] = {}
    for key, text in values.items():
        if text and key in arguments:
            outer, name, duration = arguments[key]
            changes[outer] = with_argument(duration, inner.setdefault(outer, {}) | {name: text})
            inner[outer][name] = text
        elif text:
            changes[key] = text
    return [f"{key}={text}" for key, text in changes.items()]


def with_argument(duration: Duration, changed: Mapping[str, str]) -> str:
    """A distribution as text, some arguments changed."""
    names = DURATION_ARGUMENTS[duration.kind]
    present = zip(names, (duration.a, duration.b, duration.c), strict=False)
    return f"{duration.kind}({', '.join(f'{name}={changed.get(name, plain(value))}' for name, value in present)})"


def _of_cases(finding: Finding, numbers: Sequence[int], cases: Cases) -> Finding:
    """The finding, placed where the value was written; elsewhere with the first case that has it."""
    written, option = finding.place.startswith("--set "), cases.place.startswith("--")
    if written and option:
        return replace(finding, place=f"{cases.place} {finding.place.removeprefix('--set ')}")
    others = f" and {len(numbers) - 1:,} more" if len(numbers) > 1 else ""
    where = f"{cases.place}: case {cases.label(numbers[0])}{others}"
    if written:
        return replace(finding, place=where)
    values = f" ({cases.values(numbers[0])})" if option else ""
    return replace(finding, place=f"{where}{values}, {finding.place}")
