"""At which value of an assumption the verdict of a comparison flips: where the paired difference crosses zero.

Both plans have the same assumption, and meet the same people with the same luck. It looks at a few values over the
range, then halves every interval in which the verdict or the sign changes. It takes a function that gives the paired
difference at some values; it must not know what is compared.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sim.study.ranges import Range
from sim.study.statistics import PairedDifference

# Values looked at first: a verdict that flips and flips back between two of them is not seen.
FIRST_VALUES = 9
# A crossing is found to this part of the range.
RESOLUTION = 1 / 128
# A difference that is all noise crosses zero everywhere: no use following every crossing.
MOST_VALUES = 64

FLIPS, MAY_FLIP, NO_FLIP, CANNOT_TELL, EQUAL = "flips", "may flip", "no flip", "cannot tell", "equal"

Differences = Callable[[Sequence[float]], Sequence[PairedDifference]]


@dataclass(frozen=True)
class Point:
    """The paired difference at one value."""

    value: float
    found: PairedDifference

    @property
    def verdict(self) -> int:
        """1 above zero, -1 below, 0 cannot tell."""
        return int(self.found.low > 0.0) - int(self.found.high < 0.0)

    @property
    def sign(self) -> int:
        """The sign of the mean difference."""
        return int(self.found.difference > 0.0) - int(self.found.difference < 0.0)


@dataclass(frozen=True)
class Zone:
    """Values between which it cannot be told which plan is ahead."""

    low: float
    high: float


@dataclass(frozen=True)
class Flip:
    """What became of the verdict over the range of one assumption.

    `crossings` are the values at which the mean difference crosses zero. `zones` are the values that cannot be told
    from a crossing: where the 95 % interval holds zero. That is the uncertainty of a crossing inside.
    """

    range: Range
    outcome: str
    crossings: tuple[float, ...]
    zones: tuple[Zone, ...]
    points: tuple[Point, ...]

    @property
    def first(self) -> Point:
        """The difference at the low end."""
        return self.points[0]

    @property
    def last(self) -> Point:
        """The difference at the high end."""
        return self.points[-1]


def first_values(one: Range) -> list[float]:
    """The values to look at first, both ends among them."""
    step = (one.high - one.low) / (FIRST_VALUES - 1)
    return sorted({one.value(one.low + step * place) for place in range(FIRST_VALUES)})


def find_flip(one: Range, differences: Differences) -> Flip:
    """Follow every change of the verdict over a range.

    1. The difference at some values over the range.
    2. Intervals in which verdict or sign change are halved until they are short.
    3. What was found is put into words.
    """
    values = first_values(one)
    points = dict(zip(values, differences(values), strict=True))
    least = 1.0 if one.is_whole else (one.high - one.low) * RESOLUTION
    while len(points) < MOST_VALUES:
        ordered = [Point(value, points[value]) for value in sorted(points)]
        halves = {one.value((a.value + b.value) / 2) for a, b in _changes(ordered) if b.value - a.value > least}
        new = sorted(halves - points.keys())
        if not new:
            break
        points.update(zip(new, differences(new), strict=True))
    return judged(one, [Point(value, points[value]) for value in sorted(points)])


def judged(one: Range, points: Sequence[Point]) -> Flip:
    """What became of the verdict at some values, in rising order."""
    return Flip(one, _outcome(points), tuple(_crossings(points)), tuple(_zones(points)), tuple(points))


def _changes(points: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    """Neighbours between which the verdict or the sign changes."""
    for a, b in pairwise(points):
        if a.verdict != b.verdict or a.sign * b.sign < 0:
            yield a, b


def _outcome(points: Sequence[Point]) -> str:
    verdicts = {point.verdict for point in points}
    if all(point.found.difference == 0.0 and point.found.sd == 0.0 for point in points):
        return EQUAL
    if {1, -1} <= verdicts:
        return FLIPS
    if verdicts == {0}:
        return CANNOT_TELL
    return NO_FLIP if len(verdicts) == 1 else MAY_FLIP


def _crossings(points: Sequence[Point]) -> Iterator[float]:
    """Where a straight line between neighbours crosses zero; values at which it is zero count once."""
    signed = [point for point in points if point.sign]
    for a, b in pairwise(signed):
        if a.sign != b.sign:
            share = a.found.difference / (a.found.difference - b.found.difference)
            yield a.value + (b.value - a.value) * share


def _zones(points: Sequence[Point]) -> Iterator[Zone]:
    """Neighbouring values at which it cannot be told, each stretch as far as the verdict before and after it.

    Between two neighbours with opposite verdicts there is a stretch, too short to be seen.
    """
    start: int | None = None
    for place, point in enumerate(points):
        if point.verdict == 0 and start is None:
            start = max(place - 1, 0)
        elif point.verdict != 0 and start is not None:
            yield Zone(points[start].value, point.value)
            start = None
        elif place and point.verdict * points[place - 1].verdict < 0:
            yield Zone(points[place - 1].value, point.value)
    if start is not None:
        yield Zone(points[start].value, points[-1].value)
