"""Where a difference in intents comes from, as the page of a comparison says it: by step, place, time and people.

From the explanation of an alternative to rows for the template. Groups and districts of few people are left out, as
everywhere on pages. It must not know how a difference is split.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from dataclasses import dataclass

from sim.language import _
from sim.report.explaining import KINDS, others
from sim.report.summary import NOTHING
from sim.study.compare import Alternative
from sim.study.explain import CAUSE, DISTRICT, GROUP, MOST_PARTS, Part


@dataclass(frozen=True)
class Kind:
    """The parts of one kind that matter most; `others` are not shown and bring `rest` together."""

    name: str
    parts: tuple[Part, ...]
    others: int
    rest: float


@dataclass(frozen=True)
class Causes:
    """Where the difference of one plan comes from."""

    label: str
    difference: float
    steps: tuple[Part, ...]
    kinds: tuple[Kind, ...]

    @property
    def is_whole(self) -> bool:
        """Whether every step was observed, so that they sum up to the difference."""
        return all(math.isfinite(one.difference) for one in self.steps)


def causes_of(other: Alternative, people: Collection[tuple[str, str]]) -> Causes | None:
    """What is said of one plan, None if there is nothing; `people`: the groups and districts that may be shown."""
    found = other.explanation
    if other.is_equal or found is None or not found.largest(CAUSE):
        return None
    kinds = []
    for kind, name in KINDS.items():
        all_parts = found.largest(kind, len(found.parts))
        allowed = tuple(one for one in all_parts if kind not in (GROUP, DISTRICT) or (kind, one.name) in people)
        shown = allowed[:MOST_PARTS]
        if shown:
            kinds.append(Kind(_(name), shown, *others(found, kind, shown)))
    return Causes(other.label, found.difference, found.of(CAUSE), tuple(kinds))


def signed(value: float, part: Part | None = None) -> str:
    """A part of a difference, as fine as its interval."""
    if math.isnan(value):
        return NOTHING
    if value == 0.0:
        return "0"
    half = math.nan if part is None else (part.high - part.low) / 2
    fine = half < 10 if math.isfinite(half) else abs(value) < 100
    return f"{value:+,.{int(fine)}f}"
