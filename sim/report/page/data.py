"""What the page says, as frozen values without a word of any language.

Numbers are as simulated, names as the planner gave them, keywords as the program has them. It must not know how the
values were found nor how they are shown.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sim.report.summary import Summary, SummaryRow
from sim.study.booths import BoothFigures
from sim.study.compare import Comparison


@dataclass(frozen=True)
class Spread:
    """A number over replications: its mean, the 95 % interval of the mean, the 5-95 % range of one season."""

    mean: float
    low: float
    high: float
    p05: float
    p95: float


def spread_of(row: SummaryRow) -> Spread:
    """The spread of a measure."""
    return Spread(row.mean, row.low, row.high, row.p05, row.p95)


@dataclass(frozen=True)
class Loss:
    """People who are lost between two stages of the funnel, by a keyword that says why."""

    why: str
    people: Spread


@dataclass(frozen=True)
class Stage:
    """People who reach a stage of the way from visit to start, and those lost on the way to it."""

    measure: str
    people: Spread
    losses: tuple[Loss, ...]


@dataclass(frozen=True)
class FairPlan:
    """A fair of the calendar, with what came out there by measure. Times are minutes after midnight.

    Of a plan that is not simulated fair by fair nothing came out; its number of firms is known.
    """

    id: str
    venue: str
    district: str
    date: datetime.date | None
    opens: float
    closes: float
    rows: Mapping[str, SummaryRow]
    firms: float = math.nan
    theme: str = ""  # whom it is for
    is_published: bool = False


@dataclass(frozen=True)
class Part:
    """A group of people, a district or a stretch of time, with its measures."""

    name: str
    rows: Mapping[str, SummaryRow]


@dataclass(frozen=True)
class Parts:
    """All parts of one kind: "group", "district" (as measured) or "venue-district" (fairs added up)."""

    kind: str
    measures: tuple[str, ...]
    parts: tuple[Part, ...]
    smallest: int = 0  # some figures are left empty because fewer people than this are behind them; 0: none


@dataclass(frozen=True)
class Booths:
    """Every booth of one replication."""

    replication: int
    figures: tuple[BoothFigures, ...]

    def busiest(self, count: int) -> tuple[BoothFigures, ...]:
        """The booths with most interviews."""
        return tuple(sorted(self.figures, key=lambda one: (-one.interviews, one.fair, one.booth))[:count])


@dataclass(frozen=True)
class Replay:
    """One fair of one replication, person by person; `packed` is what the page's animation reads."""

    replication: int
    fair: str
    venue: str
    date: datetime.date | None
    opens: float
    closes: float
    begins: float
    ends: float
    seekers: int
    shown: int  # of the seekers, every so-many-th is shown where there are too many
    booths: int
    packed: Mapping[str, str | int]


@dataclass(frozen=True)
class Setting:
    """A parameter as it was used, and on what it rests."""

    key: str
    value: str
    unit: str
    meaning: str
    source: str
    is_default: bool


@dataclass(frozen=True)
class Source:
    """A source that the scenario cites, and the keys whose values are from it."""

    text: str
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Method:
    """How the numbers came about: the run as the manifest has it, assumptions and sources of the scenario."""

    manifest: Mapping[str, Any]
    why: str
    rule: str  # how seekers choose
    at_close: str
    assumptions: tuple[Setting, ...]
    sources: tuple[Source, ...]


@dataclass(frozen=True)
class RunPage:
    """The page of a run."""

    name: str
    summary: Summary
    stages: tuple[Stage, ...]
    hours: tuple[Part, ...]  # of the clock
    windows: tuple[Part, ...]  # of the clock, as the scenario asks for them
    days: tuple[Part, ...]  # of a campaign
    calendar: tuple[FairPlan, ...]
    parts: tuple[Parts, ...]
    booths: Booths | None  # None: the replication could not be repeated
    replay: Replay | None
    alarms: tuple[Mapping[str, Any], ...]
    method: Method


@dataclass(frozen=True)
class PlanPoint:
    """A plan by what it brings and what it costs in waiting, and whether another is at least as good in both."""

    label: str
    gain: Spread
    pain: Spread
    is_efficient: bool


@dataclass(frozen=True)
class PlanHour:
    """People inside and waiting in one hour of a plan."""

    hour: str
    inside: Spread
    waiting: Spread


@dataclass(frozen=True)
class ComparisonPage:
    """The page of a comparison."""

    comparison: Comparison
    gain_measure: str
    pain_measure: str
    points: tuple[PlanPoint, ...]
    hours: tuple[tuple[str, tuple[PlanHour, ...]], ...]  # by plan
    alarms: tuple[Mapping[str, Any], ...]
    method: Method


@dataclass(frozen=True)
class Gain:
    """What a plan brings more than the own calendar, with an interval."""

    mean: float
    low: float
    high: float


@dataclass(frozen=True)
class FoundPlan:
    """A plan that a search found, or the own calendar of the scenario, as judged on fresh replications."""

    label: str
    status: str  # a keyword: by all aims together
    file: str
    rows: Mapping[str, SummaryRow]
    gains: Mapping[str, Gain]
    calendar: tuple[FairPlan, ...]
    takes: Mapping[str, float]  # resources
    recruiters: tuple[float, ...]  # at a booth of the fairs that are not published
    outreach: tuple[str, ...]


@dataclass(frozen=True)
class Aim:
    """What a search was for: a measure, the smallest difference that matters, and the plans that may be best by it."""

    measure: str
    better: str
    zone: float
    selected: str | None
    possible: tuple[str, ...]


@dataclass(frozen=True)
class Tried:
    """A plan that a search tried: when, on how many replications, and what was estimated of each aim."""

    generation: int
    replications: int
    values: tuple[float, ...]


@dataclass(frozen=True)
class SearchPage:
    """The page of a search for better calendars."""

    name: str
    scenario: str
    aims: tuple[Aim, ...]
    limits: Mapping[str, float]
    own: FoundPlan
    plans: tuple[FoundPlan, ...]  # the best by the first aim first
    axes: tuple[Aim, Aim]  # what is good, against what it costs or the second aim
    points: tuple[PlanPoint, ...]  # the own calendar first
    tried: tuple[Tried, ...]  # the most promising first
    evaluations: int
    generations: int
    replications: int  # of the final
    replications_in_all: int
    seed: int
    final_seed: int
    method: Method


@dataclass(frozen=True)
class FitPage:
    """The page of a calibration: what the fit says about itself."""

    about: Mapping[str, Any]


Page = RunPage | ComparisonPage | SearchPage | FitPage
