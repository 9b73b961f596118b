"""Diagnostics: whether a fit may be believed, and what it found out.

Coverage of known truths: points of the design are taken as truth, figures are made from what was simulated there, and
the fit (with an emulator that has not seen the point) is asked for its 90 % intervals. Beside it: what the data say of
each parameter, correlations, and what each target looks like in the fit. Computes; writes nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.study.calibration import chance
from sim.study.calibration.design import Design
from sim.study.calibration.emulator import Emulator, fit_emulator, terms
from sim.study.calibration.inference import Problem, Reported, problem_of, synthetic
from sim.study.calibration.priors import Prior, Priors, Shift
from sim.study.calibration.processes import in_processes
from sim.study.calibration.targets import Targets

FloatArray = npt.NDArray[np.float64]

Progress = Callable[[int, int], None]

FIXED, NARROWED, OPEN = "fixed by the data", "narrowed by the data", "not identified: stays at its prior"
_FIXED_BELOW, _NARROWED_BELOW = 0.5, 0.85  # posterior over prior standard deviation
_FOLDS = 4
_LOW, _HIGH = 0.05, 0.95
_PARTICLES, _MOVES = 600, 8
_CORRECTION_STRENGTH = 3.0  # of the ridge: a correction must be seen by more than a few points
_WORTH_SAYING = 0.4  # correlation


@dataclass(frozen=True)
class Coverage:
    """How often 90 % intervals held the known truth."""

    sets: int
    overall: float
    by_coordinate: FloatArray
    ranks: FloatArray  # sets x coordinates: share of posterior draws below the truth


@dataclass(frozen=True)
class _Trial:
    """What a coverage trial needs."""

    problems: tuple[Problem, ...]  # one per fold
    design: Design
    seed: int


def coverage(
    targets: Targets, design: Design, sets: int, seed: int, jobs: int = 1, progress: Progress | None = None
) -> Coverage:
    """Fit synthetic figures made with known parameters, and count how often the intervals hold them."""
    folds = np.arange(len(design.points)) % _FOLDS
    problems = tuple(
        problem_of(targets, fit_emulator(design.points[folds != fold], design.values[folds != fold]))
        for fold in range(_FOLDS)
    )
    # Points near the end of the design: the beginning of a Sobol sequence is not yet spread out.
    chosen = np.linspace(len(design.points) // 4, len(design.points) - 1, sets).astype(int)
    found: dict[int, FloatArray] = {}

    def keep(number: int, ranks: FloatArray) -> None:
        found[number] = ranks
        if progress is not None:
            progress(len(found), sets)

    in_processes(_trial, _Trial(problems, design, seed), [int(one) for one in chosen], jobs, keep)
    ranks = np.array([found[number] for number in range(len(chosen))])
    inside = (ranks >= _LOW) & (ranks <= _HIGH)
    return Coverage(len(chosen), float(inside.mean()), inside.mean(axis=0), ranks)


def _trial(trial: _Trial, number: int) -> FloatArray:
    """Rank of the truth among the posterior draws, by coordinate."""
    problem, design = trial.problems[number % _FOLDS], trial.design
    stream = chance.Stream(trial.seed, chance.SYNTHETIC, number)
    spreads = stream.normal(problem.priors.dimensions - problem.priors.simulated)
    truth = np.concatenate([design.points[number], spreads])
    figures = synthetic(problem, truth, design.values[number], stream)
    draws = problem.posterior(figures, stream, _PARTICLES, _MOVES).points
    return np.asarray((draws < truth).mean(axis=0))


def statement(sd_ratio: float) -> str:
    """What the data say of a parameter, by posterior over prior standard deviation."""
    if sd_ratio < _FIXED_BELOW:
        return FIXED
    return NARROWED if sd_ratio < _NARROWED_BELOW else OPEN


def parameters_report(priors: Priors, points: FloatArray) -> list[dict[str, object]]:
    """Prior and posterior of every coordinate: median and 90 % interval in its own unit, and what the data say."""
    report: list[dict[str, object]] = []
    normal = 1.6448536269514722
    everything: list[Prior | Shift] = [*priors.behaviour, *priors.shifts, *priors.spreads]
    for place, (name, prior) in enumerate(zip(priors.names, everything, strict=True)):
        low, middle, high = np.quantile(points[:, place], (_LOW, 0.5, _HIGH))
        ratio = float(points[:, place].std())
        if isinstance(prior, Shift):
            before = [-normal * prior.sd, 0.0, normal * prior.sd]
            after = [float(prior.sd * one) for one in (low, middle, high)]
        else:
            before = [prior.value(one) for one in (-normal, 0.0, normal)]
            after = [prior.value(float(one)) for one in (low, middle, high)]
        report.append(
            {
                "name": name,
                "prior": _rounded(before),
                "posterior": _rounded(after),
                "sd_ratio": round(ratio, 3),
                "moved": round(float(points[:, place].mean()), 3),
                "says": statement(ratio),
                "source": prior.source,
            }
        )
    return report


def correlations(priors: Priors, points: FloatArray) -> list[dict[str, object]]:
    """Pairs of coordinates that the data tie to each other, strongest first."""
    matrix: FloatArray = np.asarray(np.corrcoef(points.T), np.float64)
    left, right = np.triu_indices(len(matrix), 1)
    strong = [(float(matrix[i, j]), int(i), int(j)) for i, j in zip(left, right, strict=True)]
    strong = sorted((one for one in strong if abs(one[0]) >= _WORTH_SAYING), key=lambda one: -abs(one[0]))
    names = priors.names
    return [{"first": names[i], "second": names[j], "correlation": round(value, 2)} for value, i, j in strong]


def misfits(targets: Targets, problem: Problem, points: FloatArray, reported: Reported) -> list[dict[str, object]]:
    """Each target in the fit: median and 90 % interval, and how many standard deviations the report lies off."""
    simulated = problem.split(points)[1]
    report: list[dict[str, object]] = []
    for place, target in enumerate(targets.targets):
        low, middle, high = np.exp(np.quantile(simulated[:, place], (_LOW, 0.5, _HIGH)))
        sd = math.sqrt(float(problem.target_variance[place]) + float(simulated[:, place].var()))
        off = (float(reported.targets[place]) - float(simulated[:, place].mean())) / sd
        report.append(
            {
                "id": target.id,
                "reported": round(math.exp(target.log_value), 4),
                "fitted": _rounded([low, middle, high]),
                "unit": target.unit,
                "off_sd": round(off, 2),
                "used": target.is_fitted,
                "source": target.source,
            }
        )
    return report


def emulator_check(problem: Problem, checked: Design) -> dict[str, float]:
    """The emulator against simulations at draws from the posterior that it has not seen."""
    off = problem.emulator(checked.points) - checked.values
    scaled = off / np.maximum(problem.emulator.error_sd, 1e-9)
    return {
        "points": float(len(off)),
        "bias_log": round(float(off.mean()), 4),
        "rms_log": round(float(np.sqrt((off**2).mean())), 4),
        "rms_of_expected": round(float(np.sqrt((scaled**2).mean())), 3),
        "worst_bias_log": round(float(np.abs(off.mean(axis=0)).max()), 4),
    }


def corrected(emulator: Emulator, checked: Design) -> Emulator:
    """The emulator set right near the posterior: constant and linear terms corrected by what was simulated there.

    Its error becomes the one that is left on points that were left out of the correction.
    """
    off = checked.values - emulator(checked.points)
    basis = terms(checked.points)[:, : 1 + checked.points.shape[1]]
    left, singular, right = np.linalg.svd(basis, full_matrices=False)
    shrink = singular**2 / (singular**2 + _CORRECTION_STRENGTH)
    slopes = right.T @ ((singular / (singular**2 + _CORRECTION_STRENGTH))[:, None] * (left.T @ off))
    rest = (off - basis @ slopes) / (1.0 - (left**2) @ shrink)[:, None]
    weights = emulator.weights.copy()
    weights[: basis.shape[1]] += slopes
    return Emulator(weights, np.sqrt((rest**2).mean(axis=0)))


def _rounded(values: list[float]) -> list[float]:
    return [float(f"{value:.4g}") for value in values]
