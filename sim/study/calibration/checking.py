"""What a validation dossier needs beside the predictions of single fairs: days, seasons, patterns, the unfitted model.

Each function simulates one thing from a fit and gives numbers. Writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from sim.model.values import Value
from sim.study.calibration import chance
from sim.study.calibration.fits import COMMON, Fit, numbers_as_values
from sim.study.calibration.levels import SIZE
from sim.study.calibration.observed import ReportedFair
from sim.study.calibration.priors import SPREADS, as_settings
from sim.study.calibration.processes import in_processes
from sim.study.calibration.simulating import as_scenario, play, with_settings
from sim.study.calibration.targets import Target, Targets

FloatArray = npt.NDArray[np.float64]

_PRIOR_DRAWS = 200
_QUANTILES = (0.05, 0.5, 0.95)


@dataclass(frozen=True)
class Spread:
    """Median and 90 % interval of something simulated."""

    p05: float
    p50: float
    p95: float


def spread_of(values: Sequence[float] | FloatArray) -> Spread:
    """Median and 90 % interval of some values."""
    return Spread(*(float(one) for one in np.quantile(values, _QUANTILES)))


@dataclass(frozen=True)
class _Days:
    targets: Targets
    fit: Fit
    target: Target
    seed: int


def day_predicted(targets: Targets, fit: Fit, target: Target, seed: int, draws: int, jobs: int) -> FloatArray:
    """The figure of a scenario's target with draws of the fit: parameters uncertain, chance new for each."""
    chosen = np.unique(np.linspace(0, fit.draws - 1, draws).astype(int))
    found: dict[int, float] = {}
    in_processes(_day, _Days(targets, fit, target, seed), [int(one) for one in chosen], jobs, found.__setitem__)
    return np.array([found[number] for number in range(len(chosen))])


def _day(days: _Days, draw: int) -> float:
    assert days.target.scenario is not None
    values = days.fit.behaviour[days.target.day or COMMON][draw]
    return play(with_settings(days.target.scenario, values), days.seed, draw)[days.target.measure]


def point_values(fit: Fit, day: str = COMMON) -> dict[str, Value]:
    """The values of the one point that scenarios name."""
    return as_settings(fit.about["numbers"][day])


def many_fairs(
    targets: Targets, values: Mapping[str, Value], fairs: int, firms: int, posts: int, seekers: int, seed: int
) -> float:
    """Intents at so many equal fairs that share these totals."""
    counts = (round(firms / fairs), round(posts / fairs), round(seekers / fairs))
    row = ReportedFair("season", *counts, None)
    scenario = as_scenario(targets.template, row, counts, values)
    return fairs * float(np.mean([play(scenario, seed, number)["intents"] for number in range(40)]))


def unfitted(targets: Targets, fit: Fit, seed: int) -> Fit:
    """The model before it has seen a figure: draws from the priors in the form of a fit."""
    priors = targets.priors
    points = chance.Stream(seed, chance.PREDICTING, 1).normal(_PRIOR_DRAWS, priors.dimensions)
    spreads = priors.spread_values(points)
    levels = {f"spread:{name}": spreads[:, place] for place, name in enumerate(SPREADS)}
    slopes = chance.Stream(seed, chance.PREDICTING, 2).normal(_PRIOR_DRAWS)
    levels[f"effect:{SIZE[0]}:{SIZE[1]}"] = slopes * levels["spread:size"]
    behaviour = {COMMON: numbers_as_values([priors.numbers(one) for one in points])}
    return replace(fit, behaviour=behaviour, levels=levels)


def log_slopes(rows: Sequence[ReportedFair], outcomes: Sequence[float]) -> tuple[float, float]:
    """Slopes of log outcomes on log seekers and log firms over some fairs."""
    basis = np.array([[1.0, math.log(row.seekers), math.log(row.firms or 1)] for row in rows])
    slopes = np.linalg.lstsq(basis, np.log(outcomes), rcond=None)[0]
    return float(slopes[1]), float(slopes[2])
