"""The finalists judged on seeds that the search never saw: who is best, who cannot be told apart, by how much.

The search picks what looked best, so what it saw flatters its picks; here every finalist and the scenario's own
calendar are simulated anew. All intervals of gains hold together, so that choosing among the finalists afterwards
spoils none of them. It must not know how the finalists were found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.model.errors import InputError
from sim.study.compare import HIGHER, Best, Contender, best_by
from sim.study.keys import MeasureKey
from sim.study.optimise.evaluating import Evaluations
from sim.study.optimise.plans import Plan
from sim.study.optimise.problem import Objective, Problem
from sim.study.optimise.searching import Known, Searched, layers_of
from sim.study.selection import most_replications, select_best
from sim.study.statistics import CONFIDENCE, FloatArray, describe, student_t

FRONT, CANNOT_TELL, BEATEN = "best or not beaten", "cannot tell", "beaten"
BASE = "own calendar"
# Without a stated smallest difference that matters: this share of what the scenario's own calendar reaches.
USUAL_ZONE_SHARE = 0.01
# A selection may take so many times the first replications; beyond that the zone is doubled, which is said.
MOST_TIMES = 8


@dataclass(frozen=True)
class Figure:
    """One measure of one finalist over fresh replications. NaN: not observed."""

    key: MeasureKey
    mean: float
    low: float  # 95 % interval of the mean
    high: float
    gain: float  # against the scenario's own calendar, paired
    gain_low: float
    gain_high: float
    simultaneous: bool  # whether the gain's interval holds together with those of all objectives and finalists


@dataclass(frozen=True)
class Finalist:
    """A plan that came to the final."""

    label: str
    plan: Plan | None  # None: the scenario's own calendar
    known: Known | None
    figures: tuple[Figure, ...]
    status: str
    replications: int  # that the selection took

    def figure(self, measure: str) -> Figure:
        """One of its measures."""
        return next(one for one in self.figures if one.key.measure == measure)


@dataclass(frozen=True)
class Judged:
    """What the final found; finalists from the best down by the first objective, the own calendar apart."""

    problem: Problem
    own: Finalist
    finalists: tuple[Finalist, ...]
    bests: tuple[Best, ...]  # by objective
    widened: tuple[str, ...]  # objectives whose zone was doubled
    replications: int  # of the intervals
    searched: Searched


def judge(problem: Problem, evaluations: Evaluations, searched: Searched) -> Judged:
    """Simulate the finalists and the own calendar with fresh seeds, and select.

    1. The finalists are the most promising plans; with several objectives, those that no other beats come first.
    2. Every one gets the same first replications of a seed of their own; intervals come from these.
    3. By each objective the best is selected, with as many more replications as that takes.
    """
    chosen = searched.known[: problem.search.finalists]
    plans: list[Plan | None] = [None, *(one.plan for one in chosen)]
    count, seed = problem.search.final_replications, problem.search.final_seed
    values = evaluations.values(plans, seed, 0, count)
    columns = {key.measure: place for place, key in enumerate(evaluations.keys)}
    objectives = problem.objectives
    _check_observed(problem, values, columns)
    wanted = values[:, :, [columns[one.measure] for one in objectives]] * np.array([one.sign for one in objectives])
    # The own calendar is one of those that may be best.
    order = [0, *(1 + place for place in np.argsort(wanted[1:, :, 0].mean(axis=1), kind="stable"))]
    plans, values, wanted = [plans[one] for one in order], values[order], wanted[order]
    labels = [BASE, *(f"plan {place}" for place in range(1, len(plans)))]
    statuses = _statuses(wanted)
    contenders = [
        Contender(label, problem.base, evaluations.sample(plan, seed, count))
        for label, plan in zip(labels, plans, strict=True)
    ]
    bests, widened = _selected(problem, evaluations, contenders, plans)
    known = {one.plan: one for one in chosen}
    finalists = [
        Finalist(
            label,
            plan,
            None if plan is None else known[plan],
            _figures(evaluations.keys, values[place], values[0], objectives, len(plans) - 1),
            statuses[place],
            _most_taken(bests, place, count),
        )
        for place, (label, plan) in enumerate(zip(labels, plans, strict=True))
    ]
    return Judged(problem, finalists[0], tuple(finalists[1:]), bests, widened, count, searched)


def _most_taken(bests: Sequence[Best], place: int, count: int) -> int:
    return max([count, *(best.selection.replications[place] for best in bests if best.selection is not None)])


def _check_observed(problem: Problem, values: FloatArray, columns: dict[str, int]) -> None:
    for one in problem.objectives:
        missing = int(np.isnan(values[:, :, columns[one.measure]]).sum())
        if missing:
            found = f"was not observed in {missing} replications of the finalists"
            remedy = "take a count as the objective, such as intents"
            raise InputError([problem.finding("objectives", f"{one.measure} {found}", "", remedy, "not-observed")])


def _selected(
    problem: Problem, evaluations: Evaluations, contenders: Sequence[Contender], plans: Sequence[Plan | None]
) -> tuple[tuple[Best, ...], tuple[str, ...]]:
    """For each objective the plans that may be best, and the one selected."""
    bests, widened = [], []
    for one in problem.objectives:
        best, wider = _select(problem, one, evaluations, contenders, plans)
        bests.append(best)
        widened += [one.measure] * wider
    return tuple(bests), tuple(widened)


def _select(
    problem: Problem,
    objective: Objective,
    evaluations: Evaluations,
    contenders: Sequence[Contender],
    plans: Sequence[Plan | None],
) -> tuple[Best, bool]:
    """Kim and Nelson's procedure by one objective, as `compare --select` uses it."""
    seed, pcs = problem.search.final_seed, problem.search.pcs
    column = [key.measure for key in evaluations.keys].index(objective.measure)

    def values_of(places: Sequence[int], replications: int) -> FloatArray:
        found = evaluations.values([plans[place] for place in places], seed, 0, replications)
        return np.asarray(found[:, :, column])

    first = values_of(range(len(plans)), problem.search.final_replications).T
    zone = objective.zone or USUAL_ZONE_SHARE * abs(float(first[:, 0].mean())) or 1.0
    asked = zone
    while most_replications(first, zone, pcs) > MOST_TIMES * problem.search.final_replications:
        zone *= 2.0
    higher = objective.better == HIGHER
    selection = select_best(first, zone, pcs, higher, lambda places, count: list(values_of(places, count)))
    best = best_by(contenders, objective.measure, zone, pcs, selection)
    return best, zone > asked


def _figures(
    keys: Sequence[MeasureKey], values: FloatArray, own: FloatArray, objectives: Sequence[Objective], finalists: int
) -> tuple[Figure, ...]:
    """Measures of a plan, and its gains: those of objectives hold together over all finalists (Bonferroni)."""
    found, gains = describe(values), describe(values - own)
    wanted = {one.measure for one in objectives}
    together = 1.0 - (1.0 - CONFIDENCE) / (len(objectives) * max(finalists, 1))
    figures = []
    for place, key in enumerate(keys):
        is_objective = key.measure in wanted
        pairs, gain = int(gains.observed[place]), float(gains.mean[place])
        t = student_t(0.5 + (together if is_objective else CONFIDENCE) / 2, pairs - 1) if pairs > 1 else math.nan
        half = t * float(gains.sd[place]) / math.sqrt(pairs) if pairs > 1 else math.nan
        mean, low, high = (float(one[place]) for one in (found.mean, found.low, found.high))
        figures.append(Figure(key, mean, low, high, gain, gain - half, gain + half, is_objective))
    return tuple(figures)


def _statuses(wanted: FloatArray) -> list[str]:
    """By means and by intervals: plans that none beats, plans beaten for certain, and the rest. Less is better."""
    plans, count, objectives = wanted.shape
    layers = layers_of(wanted.mean(axis=1))
    pairs = plans * (plans - 1) * objectives
    t = student_t(1.0 - (1.0 - CONFIDENCE) / max(pairs, 1), count - 1)
    statuses = []
    for one in range(plans):
        if layers[one] == 0:
            statuses.append(FRONT)
            continue
        differences = wanted[one] - wanted  # how much worse this plan is than each
        margin = t * differences.std(axis=1, ddof=1) / math.sqrt(count)
        is_surely_worse = (differences.mean(axis=1) - margin > 0.0).all(axis=1)
        statuses.append(BEATEN if is_surely_worse.any() else CANNOT_TELL)
    return statuses
