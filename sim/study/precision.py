"""Enough replications: how precise the means are to be, and how many replications that takes.

Looks are taken at prefixes of the replications only, the first so many by index, and when the next look is taken
depends only on what such a prefix holds. So the same replications are taken whatever computed them and in whatever
order. It takes columns of numbers and must not know how they are computed.

A run that stops because its interval is narrow stops a little more often when the interval happens to be narrow: the
coverage of such intervals is slightly below the stated one. Few looks and a minimum of replications keep that small.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.model.errors import Finding, InputError, did_you_mean
from sim.study.statistics import describe, replications_by_ratio

LEAST, MOST = 10, 10_000
# Looks are taken at multiples of this, at most at twice the last one, and at a little less than the last one promised:
# a pilot that happens to vary much then costs little.
BLOCK = 10
PROMISED_SHARE = 0.9


@dataclass(frozen=True)
class Target:
    """How wide half the 95 % interval of a measure's mean may be: in its unit, or as a share of the mean."""

    measure: str
    half_width: float
    is_relative: bool

    def __str__(self) -> str:
        return f"{self.measure}={_shown(self.half_width, self.is_relative)}"


@dataclass(frozen=True)
class Precision:
    """What must be met, and how many replications may be taken for it."""

    targets: tuple[Target, ...]
    least: int = LEAST
    most: int = MOST


@dataclass(frozen=True)
class Look:
    """What a prefix of the replications says: which target is furthest from being met."""

    replications: int
    target: Target
    half_width: float  # in the target's terms; NaN: too few observed values
    needed: int  # replications that this variation lets expect

    @property
    def is_met(self) -> bool:
        """Whether every target is met."""
        return self.half_width <= self.target.half_width


@dataclass(frozen=True)
class Reached:
    """How a sequential run ended."""

    precision: Precision
    last: Look
    decided: Target | None  # which target was the last to be met; None: all were, at the first look

    @property
    def is_met(self) -> bool:
        """Whether every target was met."""
        return self.last.is_met

    def __str__(self) -> str:
        count, target = self.last.replications, self.last.target
        widest = (
            f"{target.measure} has half-width {_shown(self.last.half_width, target.is_relative)},"
            f" wanted {_shown(target.half_width, target.is_relative)}"
        )
        if not self.is_met:
            about = f"; about {self.last.needed:,} would be needed, -n raises the maximum" if self.last.needed else ""
            return f"precision not met after {count:,} replications: {widest}{about}"
        decided = "the minimum" if self.decided is None else self.decided.measure
        return f"precision met after {count:,} replications, {decided} decided; widest: {widest}"


def parse_precision(text: str, names: Sequence[str]) -> tuple[Target, ...]:
    """`intents=1%,wait_minutes_mean=0.5` as targets; InputError names everything that is wrong."""
    targets: dict[str, Target] = {}
    findings: list[Finding] = []
    for part in text.split(","):
        name, equals, value = (piece.strip() for piece in part.partition("="))
        share = value.endswith("%")
        number = _positive(value.removesuffix("%"))
        if not (name and equals and number):
            allowed = "MEASURE=WIDTH or MEASURE=SHARE%, separated by commas, such as intents=1%,wait_minutes_mean=0.5"
            findings.append(Finding("--precision", part.strip(), "no measure and width", allowed, "", "bad-precision"))
        elif name not in names:
            remedy = did_you_mean(name, names)
            findings.append(Finding("--precision", name, "unknown measure", "", remedy, "unknown-measure"))
        else:
            targets[name] = Target(name, number / 100 if share else number, share)
    if findings:
        raise InputError(findings)
    return tuple(targets.values())


def reach(precision: Precision, values_of: Callable[[int], npt.NDArray[np.float64]]) -> Reached:
    """Take replications until every target is met, or the maximum is.

    1. Take the minimum; `values_of` gives so many replications, one row each, one column per target.
    2. Look: the target whose interval is widest, measured by what is wanted, decides.
    3. Unless all are met, take as many more as the last look promises, and look again.
    """
    before: Look | None = None
    count = min(precision.least, precision.most)
    while True:
        now = look(precision.targets, values_of(count))
        if now.is_met or count >= precision.most:
            return Reached(precision, now, before.target if before else None)
        before, count = now, min(next_look(now), precision.most)


def look(targets: Sequence[Target], values: npt.NDArray[np.float64]) -> Look:
    """What some replications say: a row each, a column per target."""
    found = describe(values)
    widths = found.high - found.mean
    count = values.shape[0]
    looks = []
    for place, target in enumerate(targets):
        size = abs(float(found.mean[place])) if target.is_relative else 1.0
        width = _share(float(widths[place]), size) if target.is_relative else float(widths[place])
        # NaN and infinity (a mean of 0) promise nothing.
        needed = 0
        if count >= 2 and math.isfinite(width):
            needed = replications_by_ratio(count, width, target.half_width)
        looks.append(Look(count, target, width, needed))
    return max(looks, key=_distance)


def next_look(last: Look) -> int:
    """At how many replications to look again."""
    promised = math.ceil(PROMISED_SHARE * last.needed) if last.needed else 2 * last.replications
    at_most = max(2 * last.replications, last.replications + BLOCK)
    wanted = min(max(promised, last.replications + 1), at_most)
    return math.ceil(wanted / BLOCK) * BLOCK


def _distance(one: Look) -> float:
    """How far a target is from being met; one that is not observed yet is furthest."""
    return math.inf if math.isnan(one.half_width) else one.half_width / one.target.half_width


def _share(width: float, size: float) -> float:
    if width == 0.0 or math.isnan(width):
        return width
    return width / size if size > 0 else math.inf


def _positive(text: str) -> float:
    """A finite number above 0; 0.0 for anything else."""
    try:
        number = float(text)
    except ValueError:
        return 0.0
    return number if 0 < number < math.inf else 0.0


def _shown(width: float, is_relative: bool) -> str:
    if math.isnan(width):
        return "not observed"
    return f"{width * 100:.3g}%" if is_relative else f"{width:.3g}"
