"""Does this installation compute what others published? Fairs from textbooks and queues that have formulas.

Each case of `cases.csv` names a scenario file, a measure, and what it should be: a printed figure with its half-width, or
an exact expectation. The fairs are simulated, the measures are taken from the ledgers, and each case is judged. Observed
measures (averages over people or interviews) and time-weighted ones (averages over a window, through
`sim.study.timeline`) are different functions and are never mixed. Knows no command line.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from sim.campaign.season import Season
from sim.draws import Key
from sim.engine import FairDay, simulate
from sim.engine import ledger as book
from sim.model.scenario import Scenario, load_scenario
from sim.population.identity import number_of
from sim.study.statistics import CONFIDENCE, describe, student_t
from sim.study.timeline import capacity_minutes, minutes_within

SEED = 20200421
# SimPy takes about fifty times as long: fewer replications, and tolerances of exact cases as much wider as the standard
# error is.
REFERENCE_SHARE = 0.05
# By definition one true figure in twenty lies outside its 95 % interval.
OUTSIDE_SHARE = 1.0 - CONFIDENCE
# A figure further out than this many intervals is wrong, not unlucky: once in 900 true figures.
FAR_OUTSIDE = 1.7
LONG_VISIT_MINUTES = 30.0

Progress = Callable[[int, int], None]
Pair = tuple[float, float]
"""A total and what it is divided by: minutes waited and interviews, person-minutes and minutes."""


@dataclass(frozen=True)
class Case:
    """One figure that should come out. An empty booth, `who` or window means all."""

    scenario: str
    measure: str
    booth: str  # id of the firm
    who: str  # a key of WHO
    window: tuple[float, float]  # minutes after opening; equal ones: this instant
    expected: float
    is_printed: bool  # else exact
    half_width: float  # of the printed figure; NaN: not printed, taken from ours for as many replications
    replications: int  # behind the printed figure
    tolerance: float  # of the exact figure, as a share of it
    source: str

    @property
    def name(self) -> str:
        """What the case is called in tables; the figures of two sources for one thing share it."""
        first, last = self.window
        when = f"{first:g}" if first == last else f"{first:g}-{last:g}"
        parts = (self.booth, self.who, "" if last == math.inf else f"minute {when}")
        details = ", ".join(part for part in parts if part)
        return f"{self.scenario}: {self.measure}" + (f" ({details})" if details else "")


@dataclass(frozen=True)
class Verdict:
    """What came out for one case."""

    case: Case
    observed: float
    standard_error: float
    tolerance: float

    @property
    def is_inside(self) -> bool:
        """Whether the observed figure lies within the tolerance; one that was not observed does not."""
        return abs(self.observed - self.case.expected) <= self.tolerance

    @property
    def is_near(self) -> bool:
        """Whether it is inside, or so little outside that chance explains it."""
        return abs(self.observed - self.case.expected) <= FAR_OUTSIDE * self.tolerance


@dataclass(frozen=True)
class Verification:
    """All verdicts, and which printed figures lie outside their intervals as chance allows."""

    verdicts: tuple[Verdict, ...]

    @property
    def outside(self) -> tuple[Verdict, ...]:
        """Printed figures outside their 95 % interval that count as passed: no more than one in twenty, and none far out."""
        printed = [one for one in self.verdicts if one.case.is_printed]
        out = tuple(one for one in printed if not one.is_inside and one.is_near)
        return out if len(out) <= OUTSIDE_SHARE * len(printed) else ()

    def has_passed(self, verdict: Verdict) -> bool:
        """Whether a case counts as passed."""
        return verdict.is_inside or verdict in self.outside

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return sum(not self.has_passed(one) for one in self.verdicts)


class Record(NamedTuple):
    """One replication of a case's fair."""

    day: FairDay
    visits: np.ndarray  # ledger.VISIT
    stays: np.ndarray  # ledger.STAY


def verify(folder: Path, seed: int = SEED, engine: str = "kernel", progress: Progress | None = None) -> Verification:
    """Simulate every case and judge it.

    Args:
        folder: with the scenario files of the cases.
        seed: of all random numbers.
        engine: "kernel" or, with fewer replications, "reference".
        progress: told how many replications are done of how many.

    Raises:
        InputError: a scenario file is missing or not as it should be.
    """
    cases = read_cases()
    groups = [(name, tuple(group)) for name, group in groupby(cases, key=lambda case: case.scenario)]
    scenarios = {name: load_scenario(folder / f"{name}.toml") for name, _ in groups}
    counts = {name: replications(scenario, engine) for name, scenario in scenarios.items()}
    total, done = sum(counts.values()), 0
    verdicts: list[Verdict] = []
    for name, group in groups:
        scenario = scenarios[name]
        told = None if progress is None else partial(_tell, progress, done, total)
        pairs = observe(records(scenario, counts[name], seed, engine, told), group)
        widening = math.sqrt(replications(scenario, "kernel") / counts[name])
        verdicts += [judge(case, pairs[:, k], widening) for k, case in enumerate(group)]
        done += counts[name]
    return Verification(tuple(verdicts))


def _tell(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def read_cases() -> tuple[Case, ...]:
    """The cases, those of one scenario together."""
    with (files("sim.study") / "cases.csv").open(encoding="utf-8", newline="") as file:
        return tuple(_case(row) for row in csv.DictReader(file))


def _case(row: dict[str, str]) -> Case:
    return Case(
        scenario=row["scenario"],
        measure=row["measure"],
        booth=row["booth"],
        who=row["who"],
        window=(float(row["from_minute"] or 0.0), float(row["until_minute"] or math.inf)),
        expected=float(row["expected"]),
        is_printed=row["kind"] == "printed",
        half_width=float(row["half_width"] or math.nan),
        replications=int(row["replications"] or 0),
        tolerance=float(row["tolerance"] or math.nan),
        source=row["source"],
    )


def replications(scenario: Scenario, engine: str) -> int:
    """How many replications a scenario gets: as its file says, fewer with the slow engine."""
    usual = scenario.settings.integer("run.replications")
    return usual if engine == "kernel" else max(2, math.ceil(REFERENCE_SHARE * usual))


def records(
    scenario: Scenario, count: int, seed: int, engine: str, told: Callable[[int], None] | None = None
) -> Iterator[Record]:
    """The first so many replications of a scenario with one fair, one after the other."""
    season = Season(scenario)
    day_number = np.uint64(season.venues[0].day_number)
    for replication in range(count):
        [(_, day)] = season.fair_days(seed, replication)
        visits, stays = simulate(day, Key(np.uint64(seed), np.uint64(replication), day_number), engine)
        yield Record(day, visits, stays)
        if told is not None:
            told(replication + 1)


def observe(some: Iterable[Record], cases: Sequence[Case]) -> npt.NDArray[np.float64]:
    """Total and divisor of every case in every record: an array of records x cases x 2."""
    return np.array([[MEASURES[case.measure](record, case) for case in cases] for record in some], np.float64)


def judge(case: Case, pairs: npt.NDArray[np.float64], widening: float = 1.0) -> Verdict:
    """Compare what came out with what should.

    A printed figure is an average over replications of each replication's own average, with a half-width of its own: the
    difference of two such averages is tolerated up to the root of the sum of both squared half-widths. An exact figure
    is an expectation over all people or all time: totals are divided by totals, and the tolerance is a share of it.

    Args:
        case: with what is expected.
        pairs: total and divisor in each replication.
        widening: of the tolerance of an exact figure, when there are fewer replications than usual.
    """
    totals, divisors = pairs[:, 0], pairs[:, 1]
    if not case.is_printed:
        ratio = float(totals.sum() / divisors.sum()) if divisors.any() else math.nan
        deviations = (totals - ratio * divisors) / divisors.mean()
        error = float(np.sqrt(np.sum(deviations**2)) / totals.size)
        return Verdict(case, ratio, error, widening * case.tolerance * case.expected)
    own = np.full(totals.size, np.nan)
    np.divide(totals, divisors, out=own, where=divisors > 0.0)
    found = describe(own[:, np.newaxis])
    mean, deviation, ours = float(found.mean[0]), float(found.sd[0]), float(found.high[0] - found.mean[0])
    theirs = case.half_width
    if math.isnan(theirs):
        theirs = student_t(0.5 + CONFIDENCE / 2, case.replications - 1) * deviation / math.sqrt(case.replications)
    return Verdict(case, mean, deviation / math.sqrt(int(found.observed[0])), math.hypot(ours, theirs))


# What a case selects --------------------------------------------------------------------------------


def _clock(record: Record, case: Case) -> tuple[float, float]:
    """The case's window as minutes after midnight."""
    opening = float(record.day.hall[0]["open"])
    return opening + case.window[0], opening + case.window[1]


def _booth(record: Record, case: Case) -> int:
    """Row of the case's booth among those of the day."""
    if not case.booth:
        return 0
    return int(np.flatnonzero(record.day.booths["firm"] == np.uint64(number_of(case.booth)))[0])


def _stays(record: Record, case: Case) -> np.ndarray:
    return record.stays[record.stays["booth"] == _booth(record, case)] if case.booth else record.stays


def _within(times: np.ndarray, window: tuple[float, float]) -> npt.NDArray[np.bool_]:
    return (times >= window[0]) & (times < window[1])


def _went_to_guidance(record: Record) -> npt.NDArray[np.bool_]:
    """Whose way to the booths, or back to the exit, took no less than the shortest time in the guidance area."""
    visits = record.visits
    reached = np.where(np.isnan(visits["reached"]), visits["turned"], visits["reached"])
    return np.asarray(reached - visits["entered"] >= record.day.hall[0]["guidance_a"])


def _left_after_guidance(record: Record) -> npt.NDArray[np.bool_]:
    return np.asarray(record.visits["outcome"] == book.LEFT_AFTER_GUIDANCE)


WHO: dict[str, Callable[[Record], npt.NDArray[np.bool_]]] = {
    "": lambda record: np.ones(record.visits.size, np.bool_),
    "straight": lambda record: ~_went_to_guidance(record),
    "guidance": _went_to_guidance,
    "guidance-left": _left_after_guidance,
    "guidance-stayed": lambda record: _went_to_guidance(record) & ~_left_after_guidance(record),
}


# Measures of people and interviews ------------------------------------------------------------------


def _visit_minutes(record: Record, case: Case) -> npt.NDArray[np.float64]:
    """Minutes from arriving to leaving of those who got in and whose leaving is on record."""
    visits = record.visits
    chosen = ~np.isnan(visits["entered"]) & (visits["outcome"] != book.CUT_OFF) & WHO[case.who](record)
    return np.asarray((visits["left"] - visits["arrived"])[chosen], np.float64)


def _mean_visit(record: Record, case: Case) -> Pair:
    minutes = _visit_minutes(record, case)
    return float(minutes.sum()), float(minutes.size)


def _short_visits(record: Record, case: Case) -> Pair:
    minutes = _visit_minutes(record, case)
    return float(np.count_nonzero(minutes <= LONG_VISIT_MINUTES)), float(minutes.size)


def _mean_wait(record: Record, case: Case) -> Pair:
    """Wait before the interviews that begin in the window."""
    stays = _stays(record, case)
    waits = (stays["started"] - stays["joined"])[_within(stays["started"], _clock(record, case))]
    return float(waits.sum()), float(waits.size)


def _mean_wait_of_all(record: Record, case: Case) -> Pair:
    """Wait of all who reached the booth in the window, given up or not; who turned away at once waited 0 minutes."""
    stays = _stays(record, case)
    stays = stays[_within(stays["joined"], _clock(record, case))]
    return float((_called(stays) - stays["joined"]).sum()), float(stays.size)


def _share(chosen: Callable[[np.ndarray], np.ndarray], record: Record, case: Case) -> Pair:
    """Share of the stays that begin in the window."""
    stays = _stays(record, case)
    stays = stays[_within(stays["joined"], _clock(record, case))]
    return float(np.count_nonzero(chosen(stays))), float(stays.size)


def _count(column: str, record: Record, case: Case) -> Pair:
    """Interviews with this time in the window, per replication."""
    stays = _stays(record, case)
    happened = ~np.isnan(stays["started"]) & (stays["outcome"] != book.STOPPED) | (column == "started")
    return float(np.count_nonzero(_within(stays[column], _clock(record, case)) & happened)), 1.0


def _intents(record: Record, _: Case) -> Pair:
    return float(np.count_nonzero(record.visits["outcome"] == book.INTENT)), 1.0


# Measures of time -----------------------------------------------------------------------------------


def _under_way(begins: np.ndarray, ends: np.ndarray, window: tuple[float, float]) -> Pair:
    """How many stretches are under way: on average over a window, or just before an instant."""
    if window[0] == window[1]:
        return float(np.count_nonzero((begins < window[0]) & (ends >= window[0]))), 1.0
    return minutes_within(begins, ends, window), window[1] - window[0]


def _called(stays: np.ndarray) -> np.ndarray:
    """When waiting ended: called to the interview, given up, or sent away."""
    return np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])


def _people_inside(record: Record, case: Case) -> Pair:
    return _under_way(record.visits["checked"], record.visits["left"], _clock(record, case))


def _people_before_booths(record: Record, case: Case) -> Pair:
    """People who have entered and neither reached the booths nor turned to the exit."""
    visits = record.visits
    until = np.fmin(np.fmin(visits["reached"], visits["turned"]), visits["left"])
    return _under_way(visits["entered"], until, _clock(record, case))


def _people_at_booths(record: Record, case: Case) -> Pair:
    stays = _stays(record, case)
    return _under_way(stays["joined"], stays["ended"], _clock(record, case))


def _people_waiting(record: Record, case: Case) -> Pair:
    stays = _stays(record, case)
    return _under_way(stays["joined"], _called(stays), _clock(record, case))


def _people_talking(record: Record, case: Case) -> Pair:
    stays = _stays(record, case)
    return _under_way(stays["started"], stays["ended"], _clock(record, case))


def _utilisation(record: Record, case: Case) -> Pair:
    """Minutes in which recruiters talk, per minute in which they are there."""
    stays, window = _stays(record, case), _clock(record, case)
    booth = record.day.booths[_booth(record, case)]
    shifts = record.day.shifts[booth["shifts_from"] : booth["shifts_until"]]
    staffed = capacity_minutes(shifts["time"], shifts["recruiters"], window)
    return minutes_within(stays["started"], stays["ended"], window), staffed


MEASURES: dict[str, Callable[[Record, Case], Pair]] = {
    "visit_minutes": _mean_visit,
    "visits_up_to_30_share": _short_visits,
    "wait_minutes": _mean_wait,
    "wait_minutes_of_all": _mean_wait_of_all,
    "delayed_share": partial(_share, lambda stays: _called(stays) > stays["joined"]),
    "balked_share": partial(_share, lambda stays: stays["outcome"] == book.BALKED),
    "gave_up_share": partial(_share, lambda stays: stays["outcome"] == book.RENEGED),
    "interviews_started": partial(_count, "started"),
    "interviews_ended": partial(_count, "ended"),
    "intents": _intents,
    "people_inside": _people_inside,
    "people_before_booths": _people_before_booths,
    "people_at_booths": _people_at_booths,
    "people_waiting": _people_waiting,
    "people_talking": _people_talking,
    "utilisation": _utilisation,
}
