"""Patterns that a model of job fairs must show before anyone believes it, simulated from a fit.

The emergent matching function (how outcomes answer to more seekers and to more posts, around a scenario or a single
fair), congestion over fairs of unequal crowding. Gives numbers; judges nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.model.scenario import Fair, Scenario
from sim.model.values import Settings, Value
from sim.study.calibration.observed import ReportedFair
from sim.study.calibration.processes import in_processes
from sim.study.calibration.simulating import as_scenario, log_of, play, with_settings

FloatArray = npt.NDArray[np.float64]

_FACTORS = (0.6, 0.8, 1.0, 1.25, 1.6)
_GRID = tuple((seekers, posts) for seekers in _FACTORS for posts in _FACTORS)


@dataclass(frozen=True)
class Elasticities:
    """How many percent more intents come of one percent more seekers, and of one percent more posts."""

    seekers: float
    posts: float

    @property
    def together(self) -> float:
        """Of one percent more of both."""
        return self.seekers + self.posts


@dataclass(frozen=True)
class Grid:
    """Scenarios around a base, from 0.6 to 1.6 times as many seekers and posts.

    With `booths_grow` firms, and so booths and recruiters, grow with posts. `crowding` multiplies the seekers of all.
    """

    base: Scenario
    seed: int
    booths_grow: bool = True
    crowding: float = 1.0

    def logs(self, values: Mapping[str, Value], number: int) -> FloatArray:
        """Logarithm of the intents in each cell, with some behaviour, in one replication."""
        base = with_settings(self.base, values)
        cells = [self._cell(base, seekers, posts) for seekers, posts in _GRID]
        return np.array([log_of("intents", play(cell, self.seed, number)) for cell in cells])

    def _cell(self, base: Scenario, seekers: float, posts: float) -> Scenario:
        firms = posts if self.booths_grow else 1.0
        return scaled(base, {"seekers": seekers * self.crowding, "posts": posts, "firms": firms})


def scaled(scenario: Scenario, factors: Mapping[str, float]) -> Scenario:
    """The scenario with its totals, and the numbers of its fairs, multiplied."""

    def more(settings: Settings, prefix: str) -> Settings:
        found = {prefix + name: settings.get(prefix + name) for name in factors}
        numbers: dict[str, Value] = {
            key: max(1, round(value * factors[key.removeprefix(prefix)]))
            for key, value in found.items()
            if isinstance(value, int)
        }
        return Settings({**settings, **numbers})

    fairs = tuple(Fair(fair.id, more(fair.settings, "")) for fair in scenario.fairs)
    return replace(scenario, settings=more(scenario.settings, "totals."), fairs=fairs)


def one_fair(template: Scenario, counts: tuple[int, int, int]) -> Scenario:
    """A single fair with these firms, posts and seekers."""
    return as_scenario(template, ReportedFair("grid", *counts, None), counts, {})


def elasticities(grid: Grid, behaviours: Sequence[Mapping[str, Value]], jobs: int = 1) -> list[Elasticities]:
    """The elasticities with each behaviour: slopes of log intents on log seekers and log posts over the grid.

    The place of a behaviour is its replication; all cells of a grid share the draws of chance.
    """
    tasks = [(values, number) for number, values in enumerate(behaviours)]
    found: dict[int, Elasticities] = {}
    in_processes(_slopes, grid, tasks, jobs, found.__setitem__)
    return [found[number] for number in range(len(tasks))]


def _slopes(grid: Grid, task: tuple[Mapping[str, Value], int]) -> Elasticities:
    basis = np.array([[1.0, math.log(seekers), math.log(posts)] for seekers, posts in _GRID])
    slopes = np.linalg.lstsq(basis, grid.logs(*task), rcond=None)[0]
    return Elasticities(float(slopes[1]), float(slopes[2]))


def mean_of(several: Sequence[Elasticities]) -> Elasticities:
    """The mean over replications."""
    return Elasticities(*(float(np.mean([getattr(one, name) for one in several])) for name in ("seekers", "posts")))


def congestion(rows: Sequence[ReportedFair], outcomes: Sequence[float]) -> tuple[float, float]:
    """Rank correlations of seekers per firm with outcomes per seeker, and with outcomes per firm."""
    chosen = [(row, outcome) for row, outcome in zip(rows, outcomes, strict=True) if row.firms]
    crowding = np.array([row.seekers / row.firms for row, _ in chosen if row.firms])
    per_seeker = np.array([outcome / row.seekers for row, outcome in chosen])
    per_firm = np.array([outcome / row.firms for row, outcome in chosen if row.firms])
    return _spearman(crowding, per_seeker), _spearman(crowding, per_firm)


def _spearman(one: FloatArray, other: FloatArray) -> float:
    """Rank correlation; equal values share their mean rank."""
    first, second = (_ranks(values) - (len(values) - 1) / 2 for values in (one, other))
    return float((first * second).sum() / np.sqrt((first**2).sum() * (second**2).sum()))


def _ranks(values: FloatArray) -> FloatArray:
    """Ranks from 0; equal values share their mean rank."""
    below = (values[None, :] < values[:, None]).sum(axis=1)
    same = (values[None, :] == values[:, None]).sum(axis=1)
    return np.asarray(below + 0.5 * (same - 1), np.float64)
