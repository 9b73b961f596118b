"""Between which values an assumption is thought to lie: as the planner says, or by a stated rule.

From `KEY=LOW..HIGH` or `KEY` alone it gives a Range, which can write any number inside as the scenario takes it. It
must not know what is asked about the range.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sim.model.errors import Finding, InputError, Refusal, did_you_mean, quoted, shown
from sim.model.parameters import parameters
from sim.model.scenario import Scenario, load_scenario
from sim.model.values import DURATION_ARGUMENTS, Duration, clock_text, plain
from sim.study.varying import Cases, argument_of, find, read_range, short

OVER = "--over"
# Limits of a parameter are its range if they are this many times as far apart as its value is from 0, or nearer.
NARROW = 2.0
LEAST, MOST = 0.5, 1.5
_NUMERIC = ("number", "share", "integer", "clock", "duration")


@dataclass(frozen=True)
class Range:
    """The values that one assumption may have."""

    key: str
    low: float
    high: float
    kind: str = "number"  # or "integer" or "clock", which takes whole minutes
    reason: str = ""  # why these limits, if the planner did not name them

    @property
    def is_whole(self) -> bool:
        """Whether only whole numbers are possible."""
        return self.kind != "number"

    def value(self, number: float) -> float:
        """The possible value at a number inside the range."""
        return min(max(math.floor(number + 0.5), self.low), self.high) if self.is_whole else float(f"{number:.12g}")

    def text(self, number: float) -> str:
        """That value as a scenario takes it."""
        value = self.value(number)
        return clock_text(value) if self.kind == "clock" else short(value)

    def shown(self, number: float) -> str:
        """A number inside as fine as the range deserves, to be read."""
        if self.kind == "clock":
            return self.text(number)
        places = 1 if self.is_whole else max(0, 2 - math.floor(math.log10(self.high - self.low)))
        return plain(round(number, places))

    def __str__(self) -> str:
        return f"{self.text(self.low)}..{self.text(self.high)}"


def read_ranges(texts: Sequence[str], file: str, overrides: Sequence[str], base: Scenario) -> tuple[Range, ...]:
    """The ranges behind `--over`, or all findings."""
    ranges: list[Range] = []
    findings: list[Finding] = []
    for text in texts:
        key, equals, written = (part.strip() for part in text.partition("="))
        place = f"{OVER} {text}"
        try:
            one = _given(key, written, base) if equals else _usual(key, base)
            if one is None:
                findings += _unknown(key, file, overrides, place)
                continue
            if one.key in {other.key for other in ranges}:
                raise Refusal(f"{one.key} is named twice", "", "", "bad-vary")
            ranges.append(one)
        except Refusal as refusal:
            findings.append(refusal.at(place, ""))
    if findings:
        raise InputError(findings)
    return tuple(ranges)


def range_cases(ranges: Sequence[Range], points: Sequence[Sequence[float]]) -> Cases:
    """Cases with a value of every range."""
    rows = tuple(tuple(one.text(value) for one, value in zip(ranges, point, strict=True)) for point in points)
    return Cases(OVER, tuple(one.key for one in ranges), rows)


def _given(key: str, written: str, base: Scenario) -> Range | None:
    """A range whose limits are named."""
    low, high, is_clock, steps = read_range(written)
    if steps is not None:
        raise Refusal(f"{quoted(written)} has steps", "LOW..HIGH; values between are chosen", "", "bad-vary")
    kind = _kind(key, base)
    if kind is None:
        return None
    if is_clock != (kind == "clock"):
        wanted = "clock times, such as 12:00..16:00" if kind == "clock" else "numbers, such as 2..8"
        raise Refusal(f"{quoted(written)} is of the wrong kind", wanted, "", "bad-vary")
    if kind == "integer" and not (low.is_integer() and high.is_integer()):
        raise Refusal(f"{quoted(written)} is of the wrong kind", "whole numbers, such as 2..8", "", "bad-vary")
    return Range(key, low, high, kind)


def _kind(key: str, base: Scenario) -> str | None:
    """What kind of number a key takes; None if there is no such key."""
    found = find(base, key)
    if found is None:
        argument = argument_of(base, key)
        return None if argument is None else "integer" if argument[1] == "stages" else "number"
    kind, value = found.parameter.type, found.value
    if kind not in _NUMERIC:
        raise Refusal(f"{key} is no number but a {kind}", "", "vary it with --vary", "bad-vary")
    if isinstance(value, Duration) and value.kind != "constant":
        names = ", ".join(f"{key}.{name}" for name in DURATION_ARGUMENTS[value.kind])
        raise Refusal(f"{key} is {value}", names, "name one argument of the distribution", "bad-vary")
    return {"integer": "integer", "clock": "clock"}.get(kind, "number")


def _usual(key: str, base: Scenario) -> Range | None:
    """A range by rule, from the limits of the parameter and the value of the scenario."""
    found, argument = find(base, key), argument_of(base, key)
    if found is not None and isinstance(found.value, Duration):
        names = DURATION_ARGUMENTS[found.value.kind]
        if names[0] not in ("mean", "value"):
            raise Refusal(f"{key} is {found.value}", f"{key}.{names[0]}=LOW..HIGH", "name the range", "bad-vary")
        if found.value.kind != "constant":
            return _usual(f"{key}.{names[0]}", base)
        return _around(key, found.value.a, "number", None, None)
    if argument is not None:
        _, name, duration = argument
        present = dict(zip(DURATION_ARGUMENTS[duration.kind], (duration.a, duration.b, duration.c), strict=False))
        if name not in present:
            raise Refusal(f"{duration} has no {quoted(name)}", ", ".join(present), "", "bad-vary")
        return _around(key, present[name], _kind(key, base) or "number", 0.0, 4.0 if name == "stages" else None)
    if found is None:
        return None
    kind = _kind(key, base) or "number"
    if kind == "clock" or isinstance(found.value, bool) or not isinstance(found.value, int | float):
        present_value = "nothing" if found.value is None else shown(found.value)
        raise Refusal(f"{key} has no usual range; it is {present_value}", f"{key}=LOW..HIGH", "", "bad-vary")
    return _around(key, float(found.value), kind, found.parameter.minimum, found.parameter.maximum)


def _around(key: str, present: float, kind: str, minimum: float | None, maximum: float | None) -> Range:
    """The limits if they are narrow, else half to one and a half times the present value."""
    if present == 0:
        raise Refusal(f"{key} is 0, so it has no usual range", f"{key}=LOW..HIGH", "", "bad-vary")
    if minimum is not None and maximum is not None and maximum - minimum <= NARROW * abs(present):
        return Range(key, minimum, maximum, kind, "all that the parameter can be")
    low, high = sorted((LEAST * present, MOST * present))
    if kind == "integer":
        low, high = math.floor(low), math.ceil(high)
    low = low if minimum is None else max(low, minimum)
    high = high if maximum is None else min(high, maximum)
    reason = f"{plain(LEAST)} to {plain(MOST)} times the scenario's {short(present)}"
    return Range(key, float(f"{low:.12g}"), float(f"{high:.12g}"), kind, reason)


def _unknown(key: str, file: str, overrides: Sequence[str], place: str) -> list[Finding]:
    """What the scenario says of a key that it does not have."""
    try:
        load_scenario(file, [*overrides, f"{key}=1"])
    except InputError as error:
        return [replace(one, place=place) for one in error.findings]
    remedy = did_you_mean(key, [one.key for one in parameters()])
    return [Finding(place, key, "is no assumption of the scenario", "", remedy, "bad-vary")]
