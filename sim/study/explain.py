"""Where a difference in intents comes from: by cause, by fair, by hour, by home district, by group.

Two plans that were simulated with the same draws. Along the way from coming to an intent each step has a rate; the
difference is split over the steps by logarithmic means (Ang 2004), which leaves no rest and depends on no order. By
fair, district and group intents simply add up. Everything is done replication by replication, so each part has an
interval. It knows measures, not how they came about.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sim.study.keys import MeasureKey
from sim.study.replicate import Sample
from sim.study.statistics import FloatArray, describe

CAUSE, FAIR, HOUR, DISTRICT, GROUP, DAY = "cause", "fair", "hour", "district", "group", "day"
# Counts on the way to an intent, each a part of the one before, and what the rate between two of them is called.
WAY = (
    ("seekers", "arrivals"),
    ("entered", "doors"),
    ("applicants", "purpose"),
    ("interviewed", "waits"),
    ("interviews", "choice"),
    ("offers", "posts"),
    ("intents", "acceptance"),
)
MOST_PARTS = 5


@dataclass(frozen=True)
class Part:
    """A part of the difference in intents (of hours: in interviews). NaN: too few replications."""

    kind: str
    name: str
    base: float  # of causes the count or rate of the step, else intents
    other: float
    difference: float
    low: float  # 95 %, one by one
    high: float


@dataclass(frozen=True)
class Explanation:
    """All parts, kind by kind; the parts of a kind sum up to the difference unless some were not observed."""

    difference: float
    parts: tuple[Part, ...]

    def of(self, kind: str) -> tuple[Part, ...]:
        """The parts of one kind."""
        return tuple(one for one in self.parts if one.kind == kind)

    def largest(self, kind: str, count: int = MOST_PARTS) -> tuple[Part, ...]:
        """Those that matter most."""
        parts = [one for one in self.of(kind) if not math.isnan(one.difference) and one.difference != 0.0]
        return tuple(sorted(parts, key=lambda one: -abs(one.difference))[:count])


def explain(base: Sample, other: Sample) -> Explanation | None:
    """Where the difference in intents comes from; None if one of the two does not count them."""
    whole = [MeasureKey("intents", "seekers") in sample.keys for sample in (base, other)]
    if not all(whole):
        return None
    before, after = (_Values(sample) for sample in (base, other))
    change = after.whole("intents") - before.whole("intents")
    parts = [*_causes(before, after)]
    for kind, column in ((FAIR, "fair"), (DISTRICT, "district"), (GROUP, "group")):
        parts += _split(kind, column, "intents", before, after)
    parts += _split(HOUR, "hour", "interviews", before, after)
    parts += _split(DAY, "hour", "intents", before, after)
    return Explanation(float(np.nanmean(change)) if np.isfinite(change).any() else math.nan, tuple(parts))


class _Values:
    """Columns of a sample by what they are about."""

    def __init__(self, sample: Sample) -> None:
        self._values = sample.values
        self._places = {key: place for place, key in enumerate(sample.keys)}
        self.keys = sample.keys

    def whole(self, measure: str) -> FloatArray:
        """A measure of the whole season; empty if there is none."""
        place = next((at for key, at in self._places.items() if _is_whole(key, measure)), None)
        return np.full(len(self._values), np.nan) if place is None else self._values[:, place]

    def by(self, column: str, measure: str) -> dict[str, FloatArray]:
        """A measure by the values of one column of the keys."""
        return {
            getattr(key, column): self._values[:, place]
            for key, place in self._places.items()
            if key.measure == measure and _only(key, column)
        }


def _is_whole(key: MeasureKey, measure: str) -> bool:
    return key == MeasureKey(measure, key.unit)


def _only(key: MeasureKey, column: str) -> bool:
    """Whether a key says this column and no other."""
    columns = ("fair", "booth", "hour", "group", "district")
    return bool(getattr(key, column)) and not any(getattr(key, one) for one in columns if one != column)


def _causes(before: _Values, after: _Values) -> list[Part]:
    """Each step's share of the difference: logarithmic mean of the intents times the logarithm of its ratio."""
    counts = [[values.whole(measure) for measure, _ in WAY] for values in (before, after)]
    rates = [[row[0], *(_ratio(row[at], row[at - 1]) for at in range(1, len(row)))] for row in counts]
    weight = _logarithmic_mean(counts[1][-1], counts[0][-1])
    parts = []
    for (_, name), old, new in zip(WAY, *rates, strict=True):
        with np.errstate(divide="ignore", invalid="ignore"):
            share = np.where(old == new, 0.0, weight * np.log(new / old))
        share = np.where(np.isfinite(share), share, np.nan)
        parts.append(_part(CAUSE, name, old, new, share))
    return parts


def _ratio(part: FloatArray, whole: FloatArray) -> FloatArray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.where(whole > 0, part / whole, np.nan))


def _logarithmic_mean(one: FloatArray, other: FloatArray) -> FloatArray:
    """(a - b) / ln(a / b); a where both are equal."""
    with np.errstate(divide="ignore", invalid="ignore"):
        mean = (one - other) / np.log(one / other)
    return np.asarray(np.where(one == other, one, mean))


def _split(kind: str, column: str, measure: str, before: _Values, after: _Values) -> list[Part]:
    """A count by place, time or people; what one of the two plans does not have counts as nothing there."""
    sides = [_named(kind, values.by(column, measure)) for values in (before, after)]
    if not all(sides):
        return []  # a plan with one fair only does not count it apart
    names = dict.fromkeys([*sides[0], *sides[1]])
    nothing = np.zeros(len(next(iter((*sides[0].values(), *sides[1].values())), np.empty(0))))
    parts = []
    for name in names:
        old, new = (side.get(name, nothing) for side in sides)
        parts.append(_part(kind, name, old, new, new - old))
    return parts


def _named(kind: str, columns: dict[str, FloatArray]) -> dict[str, FloatArray]:
    """Hours of the clock and days share a column of the keys; windows that a scenario asks for overlap the hours."""
    if kind == HOUR:
        return {name: values for name, values in columns.items() if len(name) == len("09:00") and ":" in name}
    if kind == DAY:
        return {name: values for name, values in columns.items() if name.count("-") == 2}
    return columns


def _part(kind: str, name: str, old: FloatArray, new: FloatArray, share: FloatArray) -> Part:
    found = describe(share[:, None])
    means = [float(np.nanmean(one)) if np.isfinite(one).any() else math.nan for one in (old, new)]
    difference, low, high = (float(one[0]) for one in (found.mean, found.low, found.high))
    return Part(kind, name, means[0], means[1], difference, low, high)
