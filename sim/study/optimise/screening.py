"""Which of many proposed plans are worth a simulation: a linear model of those that were simulated already.

A plan is told by a few dozen numbers that a planner would name: booths by venue, weekday, hours and theme, when in the
season, how close together. A ridge regression on these gives for a proposal what it may be worth and how unsure
that is. It only chooses what is simulated next; no figure that is shown comes from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.study.optimise.plans import Plan
from sim.study.optimise.problem import Problem
from sim.study.statistics import FloatArray

# Below this number of known plans the model has nothing to go by.
FEWEST_KNOWN = 4
PENALTIES = 10.0 ** np.arange(-3.0, 4.0)
# A proposal is taken for as good as its expectation and so many standard deviations allow.
OPTIMISM = 1.0
# Fairs so many days apart hardly take people from each other: a week.
CLOSE_DAYS = 7.0


class Screen:
    """Turns plans of one problem into numbers, and numbers into expectations."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        days = problem.decisions.days
        self._first, self._length = days[0], max((days[-1] - days[0]).days, 1)
        self._largest = float(problem.decisions.firms[-1])

    def features(self, plan: Plan) -> FloatArray:
        """What a plan is told by."""
        decisions = self.problem.decisions
        parts = [
            np.zeros(len(decisions.spots)),
            np.zeros(len(decisions.spots)),
            np.zeros(7),
            np.zeros(len(decisions.hours)),
            np.zeros(len(decisions.themes)),
        ]
        booths, counts, weekdays, hours, themes = parts
        when = np.array([(one.day - self._first).days for one in plan.fairs], np.float64)
        size = np.array([one.firms for one in plan.fairs]) / self._largest
        spots = np.array([one.spot for one in plan.fairs], np.int64)
        for fair, share in zip(plan.fairs, size, strict=True):
            booths[fair.spot] += share
            counts[fair.spot] += 1.0
            weekdays[fair.day.weekday()] += share
            hours[fair.hours] += share
            themes[fair.theme] += share
        season = when / self._length
        near = np.exp(-np.abs(when[:, None] - when[None, :]) / CLOSE_DAYS) * size[:, None] * size[None, :]
        same = spots[:, None] == spots[None, :]
        whole = [
            float(len(plan.fairs)),
            float(size.sum()),
            float(np.sqrt(size).sum()),
            float((size * season).sum()),
            float((size * season**2).sum()),
            float(near.sum()),
            float((near * same).sum()),
            float(len(set(plan.fairs)) - len({one.day for one in plan.fairs})),
            float(plan.recruiters or 0),
        ]
        outreach = [float(name in plan.without) for name in decisions.outreach]
        return np.concatenate([*parts, np.array(whole), np.array(outreach)])

    def promise(self, known: Sequence[Plan], values: FloatArray, proposed: Sequence[Plan]) -> FloatArray | None:
        """How good each proposal may be, a column per objective, less is better; None while too little is known."""
        fine = np.isfinite(values).all(axis=1)
        if np.count_nonzero(fine) < FEWEST_KNOWN or not proposed:
            return None
        inputs = np.array([self.features(plan) for plan in known])[fine]
        new = np.array([self.features(plan) for plan in proposed])
        centre, scale = inputs.mean(axis=0), inputs.std(axis=0)
        moving = scale > 1e-9
        # What never varied so far may matter: it is unknown, on the scale of the others.
        scale = np.where(moving, scale, 1.0)
        inputs, new = (inputs - centre) / scale, (new - centre) / scale
        columns = [_bound(inputs, values[fine, place], new) for place in range(values.shape[1])]
        return np.column_stack(columns)


def _bound(inputs: FloatArray, outcome: FloatArray, new: FloatArray) -> FloatArray:
    """Expectation less its standard deviation, of a ridge regression whose penalty leaves out best."""
    count = len(outcome)
    middle, spread = outcome.mean(), outcome.std() or 1.0
    target = (outcome - middle) / spread
    # Everything in the space of the known plans: there are fewer of them than features at first.
    gram = inputs @ inputs.T / inputs.shape[1]
    vectors, roots = _eigen(gram)
    best: tuple[float, float] | None = None
    for penalty in PENALTIES:
        shrunk = roots / (roots + penalty)
        hat = (vectors * shrunk) @ vectors.T
        left_out = (target - hat @ target) / np.maximum(1.0 - np.diag(hat), 1e-6)
        error = float((left_out**2).mean())
        if best is None or error < best[0]:
            best = (error, float(penalty))
    assert best is not None
    penalty = best[1]
    across = new @ inputs.T / inputs.shape[1]
    inverse = (vectors / (roots + penalty)) @ vectors.T
    expected = across @ (inverse @ target)
    own = (new**2).sum(axis=1) / inputs.shape[1]
    noise = float(target @ inverse @ target) / count  # variance on the scale of the prior
    variance = np.maximum(own - ((across @ inverse) * across).sum(axis=1), 0.0) * noise
    return np.asarray(middle + spread * (expected - OPTIMISM * np.sqrt(variance)))


def _eigen(gram: FloatArray) -> tuple[FloatArray, FloatArray]:
    roots, vectors = np.linalg.eigh(gram)
    return vectors, np.maximum(roots, 0.0)
