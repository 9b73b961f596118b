"""Does this installation compute what others published? Fairs from textbooks and queues that have formulas.

Each case of `cases.csv` names a scenario file, a measure, and what it should be: a printed figure with its half-width,
or an exact expectation. The fairs are simulated, the measures are taken from the ledgers, and each case is judged.
Observed measures (averages over people or interviews) and time-weighted ones (averages over a window, through
`sim.study.timeline`) are different functions and are never mixed. Knows no command line.
"""

from __future__ import annotations

import csv
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.resources import files
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
from sim.study.statistics import describe
from sim.study.timeline import minutes_within

SEED = 20200421
# SimPy takes about fifty times as long: fewer replications, and tolerances of exact cases as much wider as the standard
# error is.
REFERENCE_SHARE = 0.05
# One true figure in twenty lies outside its 95 % interval. The figures of one print rise and fall together, so that the
# number outside scatters: by three of ninety in the mixers (tests/published measures it). Up to one in ten is chance.
OUTSIDE_SHARE = 0.1
# In a short run our own luck, which all figures share, is as large as that of the print.
OUTSIDE_SHARE_OF_REFERENCE = 0.2
# Chance does not take a figure further out than this many intervals: 4.1 standard errors.
FAR_OUTSIDE = 2.1
SHORT_VISIT_MINUTES = 30.0

Progress = Callable[[int, int], None]
Pair = tuple[float, float]
"""A total and what it is divided by: minutes waited and interviews, person-minutes and minutes."""


class Question(NamedTuple):
    """What is measured. An empty booth, `who` or window means all."""

    measure: str  # a key of MEASURES
    booth: str  # id of the firm
    who: str  # a key of WHO
    window: tuple[float, float]  # minutes after opening; equal ones: this instant

    def __str__(self) -> str:
        first, last = self.window
        when = f"{first:g}" if first == last else f"{first:g}-{last:g}"
        parts = (self.booth, self.who, "" if last == math.inf else f"minute {when}")
        details = ", ".join(part for part in parts if part)
        return f"{self.measure} ({details})" if details else self.measure


@dataclass(frozen=True)
class Case:
    """One figure that should come out."""

    scenario: str
    question: Question
    expected: float
    is_printed: bool  # else exact
    half_width: float  # of the printed figure
    tolerance: float  # of the exact figure, as a share of it
    source: str


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
    outside_share: float = OUTSIDE_SHARE  # of the printed figures, as chance allows

    @property
    def outside(self) -> tuple[Verdict, ...]:
        """Printed figures outside their 95 % interval that count as passed: none far out, and not too many."""
        printed = [one for one in self.verdicts if one.case.is_printed]
        out = tuple(one for one in printed if not one.is_inside and one.is_near)
        return out if len(out) <= self.outside_share * len(printed) else ()

    def has_passed(self, verdict: Verdict) -> bool:
        """Whether a case counts as passed."""
        return verdict.is_inside or verdict in self.outside

    @property
    def failed(self) -> int:
        """How many cases failed."""
        return sum(not self.has_passed(one) for one in self.verdicts)


class Record:
    """One replication of a fair: the day, and the two tables of its ledger."""

    def __init__(self, day: FairDay, ledger: book.Ledger) -> None:
        self.day = day
        self.visits, self.stays = ledger
        self._stays_at: dict[str, np.ndarray] = {"": self.stays}

    def row_of(self, booth: str) -> int:
        """Row of a firm's booth among those of the day; the only booth has no name."""
        return int(np.flatnonzero(self.day.booths["firm"] == np.uint64(number_of(booth)))[0]) if booth else 0

    def stays_at(self, booth: str) -> np.ndarray:
        """Stays at one booth; without a name, at all."""
        if booth not in self._stays_at:
            self._stays_at[booth] = self.stays[self.stays["booth"] == self.row_of(booth)]
        return self._stays_at[booth]


def published_scenarios() -> Path:
    """Folder of the cases' scenario files in the project that this package belongs to."""
    return Path(str(files("sim"))).parent / "scenarios" / "published"


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
    groups: dict[str, list[Case]] = {}
    for case in read_cases():
        groups.setdefault(case.scenario, []).append(case)
    scenarios = {name: load_scenario(folder / f"{name}.toml") for name in groups}
    counts = {name: replications(scenario, engine) for name, scenario in scenarios.items()}
    total, done = sum(counts.values()), 0
    verdicts: list[Verdict] = []
    for name, cases in groups.items():
        told = None if progress is None else partial(_tell, progress, done, total)
        pairs = observe(records(scenarios[name], counts[name], seed, engine, told), cases)
        widening = math.sqrt(replications(scenarios[name], "kernel") / counts[name])
        verdicts += [judge(case, pairs[:, k], widening) for k, case in enumerate(cases)]
        done += counts[name]
    return Verification(tuple(verdicts), OUTSIDE_SHARE if engine == "kernel" else OUTSIDE_SHARE_OF_REFERENCE)


def _tell(progress: Progress, before: int, total: int, done: int) -> None:
    progress(before + done, total)


def read_cases() -> tuple[Case, ...]:
    """The cases, in the order in which they are shown."""
    lines = (files("sim.study") / "cases.csv").read_text(encoding="utf-8").splitlines()
    return tuple(_case(row) for row in csv.DictReader(lines))


def _case(row: dict[str, str]) -> Case:
    window = float(row["from_minute"] or 0.0), float(row["until_minute"] or math.inf)
    return Case(
        scenario=row["scenario"],
        question=Question(row["measure"], row["booth"], row["who"], window),
        expected=float(row["expected"]),
        is_printed=row["kind"] == "printed",
        half_width=float(row["half_width"] or math.nan),
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
        yield Record(day, simulate(day, Key(np.uint64(seed), np.uint64(replication), day_number), engine))
        if told is not None:
            told(replication + 1)


def observe(some: Iterable[Record], cases: Sequence[Case]) -> npt.NDArray[np.float64]:
    """Total and divisor of every case in every record: an array of records x cases x 2."""
    questions = list(dict.fromkeys(case.question for case in cases))
    pairs = [[MEASURES[question.measure](record, question) for question in questions] for record in some]
    places = [questions.index(case.question) for case in cases]
    return np.array(pairs, np.float64)[:, places]


def judge(case: Case, pairs: npt.NDArray[np.float64], widening: float = 1.0) -> Verdict:
    """Compare what came out with what should.

    A printed figure is an average over replications of each replication's own average, with a half-width of its own:
    the difference of two such averages is tolerated up to the root of the sum of both squared half-widths. An exact
    figure is an expectation over all people or all time: totals are divided by totals, and a share of it is tolerated.

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
    mean, half_width = float(found.mean[0]), float(found.high[0] - found.mean[0])
    error = float(found.sd[0]) / math.sqrt(max(int(found.observed[0]), 1))
    return Verdict(case, mean, error, math.hypot(half_width, case.half_width))


# What a question selects --------------------------------------------------------------------------------


def _clock(record: Record, question: Question) -> tuple[float, float]:
    """The question's window as minutes after midnight."""
    opening = float(record.day.hall[0]["open"])
    return opening + question.window[0], opening + question.window[1]


def _stays(record: Record, question: Question) -> np.ndarray:
    return record.stays_at(question.booth)


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


def _visit_minutes(record: Record, question: Question) -> npt.NDArray[np.float64]:
    """Minutes from arriving to leaving of those who got in and whose leaving is on record."""
    visits = record.visits
    chosen = ~np.isnan(visits["entered"]) & (visits["outcome"] != book.CUT_OFF) & WHO[question.who](record)
    return np.asarray((visits["left"] - visits["arrived"])[chosen], np.float64)


def _mean_visit(record: Record, question: Question) -> Pair:
    minutes = _visit_minutes(record, question)
    return float(minutes.sum()), float(minutes.size)


def _short_visits(record: Record, question: Question) -> Pair:
    minutes = _visit_minutes(record, question)
    return float(np.count_nonzero(minutes <= SHORT_VISIT_MINUTES)), float(minutes.size)


def _mean_wait(record: Record, question: Question) -> Pair:
    """Wait before the interviews that begin in the window."""
    stays = _stays(record, question)
    waits = (stays["started"] - stays["joined"])[_within(stays["started"], _clock(record, question))]
    return float(waits.sum()), float(waits.size)


def _mean_wait_of_all(record: Record, question: Question) -> Pair:
    """Wait of all who reached the booth in the window, given up or not; who turned away at once waited 0 minutes."""
    stays = _stays(record, question)
    stays = stays[_within(stays["joined"], _clock(record, question))]
    return float((_called(stays) - stays["joined"]).sum()), float(stays.size)


def _share(chosen: Callable[[np.ndarray], np.ndarray], record: Record, question: Question) -> Pair:
    """Share of the stays that begin in the window."""
    stays = _stays(record, question)
    stays = stays[_within(stays["joined"], _clock(record, question))]
    return float(np.count_nonzero(chosen(stays))), float(stays.size)


def _count(column: str, record: Record, question: Question) -> Pair:
    """Interviews with this time in the window, per replication."""
    stays = _stays(record, question)
    happened = ~np.isnan(stays["started"]) & (stays["outcome"] != book.STOPPED) | (column == "started")
    return float(np.count_nonzero(_within(stays[column], _clock(record, question)) & happened)), 1.0


def _intents(record: Record, _: Question) -> Pair:
    return float(np.count_nonzero(record.visits["intent_booth"] >= 0)), 1.0


# Measures of time -----------------------------------------------------------------------------------


def _under_way(begins: np.ndarray, ends: np.ndarray, window: tuple[float, float]) -> Pair:
    """How many stretches are under way: on average over a window, or just before an instant."""
    if window[0] == window[1]:
        return float(np.count_nonzero((begins < window[0]) & (ends >= window[0]))), 1.0
    return minutes_within(begins, ends, window), window[1] - window[0]


def _called(stays: np.ndarray) -> np.ndarray:
    """When waiting ended: called to the interview, given up, or sent away."""
    return np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])


def _people_inside(record: Record, question: Question) -> Pair:
    return _under_way(record.visits["checked"], record.visits["left"], _clock(record, question))


def _people_before_booths(record: Record, question: Question) -> Pair:
    """People who have entered and neither reached the booths nor turned to the exit."""
    visits = record.visits
    until = np.fmin(np.fmin(visits["reached"], visits["turned"]), visits["left"])
    return _under_way(visits["entered"], until, _clock(record, question))


def _people_at_booths(record: Record, question: Question) -> Pair:
    stays = _stays(record, question)
    return _under_way(stays["joined"], stays["ended"], _clock(record, question))


def _people_waiting(record: Record, question: Question) -> Pair:
    stays = _stays(record, question)
    return _under_way(stays["joined"], _called(stays), _clock(record, question))


def _people_talking(record: Record, question: Question) -> Pair:
    stays = _stays(record, question)
    return _under_way(stays["started"], stays["ended"], _clock(record, question))


def _utilisation(record: Record, question: Question) -> Pair:
    """Share of the recruiters present who talk, averaged over the time in which there are any."""
    stays, window = _stays(record, question), _clock(record, question)
    booth = record.day.booths[record.row_of(question.booth)]
    shifts = record.day.shifts[booth["shifts_from"] : booth["shifts_until"]]
    talking = minutes = 0.0
    for shift, until in zip(shifts, [*shifts["time"][1:], math.inf], strict=True):
        part = max(window[0], float(shift["time"])), min(window[1], float(until))
        if part[0] < part[1] and shift["recruiters"] > 0:
            talking += minutes_within(stays["started"], stays["ended"], part) / float(shift["recruiters"])
            minutes += part[1] - part[0]
    return talking, minutes


MEASURES: dict[str, Callable[[Record, Question], Pair]] = {
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
