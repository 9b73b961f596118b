"""Which assumptions move the result: every assumption varied within its range, all cases with the same luck.

Morris' elementary effects tell with few cases which assumptions matter at all; Sobol's indices tell which share of the
variance over the ranges each contributes. SALib makes the design and computes the indices; in between, whoever asks
computes the result of every case. It must not know what a result is.

Sources: Morris 1991, Technometrics 33:161-174, mu* by Campolongo et al. 2007, Environmental Modelling & Software
22:1509-1518; Saltelli et al. 2010, Computer Physics Communications 181:259-270.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.model.errors import Finding, InputError
from sim.study.ranges import Range
from sim.study.statistics import CONFIDENCE, FloatArray

MORRIS, SOBOL = "morris", "sobol"
METHODS = (MORRIS, SOBOL)
USUAL_SAMPLES = {MORRIS: 10, SOBOL: 64}
LEVELS = 4
LARGEST_SEED = 2**32  # of the design; SALib hands it to numpy's older generator


@dataclass(frozen=True)
class Effect:
    """What one assumption does to one measure.

    Morris: `size` is mu*, the mean change of the measure when the assumption alone goes over its whole range, and
    `other` is sigma, how much that change differs from place to place (interactions, curvature). Sobol: `size` is ST,
    the share of the variance that would be left if all others were known, and `other` is S1, the share that is the
    assumption's alone. Each half-width is half of a 95 % bootstrap interval; `other_half_width` is NaN for Morris.
    """

    key: str
    size: float
    half_width: float
    other: float
    other_half_width: float


@dataclass(frozen=True)
class Sensitivity:
    """The effects on one measure, the largest first."""

    method: str
    measure: str
    unit: str
    mean: float  # over all cases
    low: float  # least of all cases
    high: float
    effects: tuple[Effect, ...]


def design(method: str, ranges: Sequence[Range], samples: int, seed: int) -> FloatArray:
    """The cases to compute: a row per case, a column per range."""
    library = _library(method)
    problem, seed = _problem(ranges), seed % LARGEST_SEED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if method == MORRIS:
            points = library.sample.sample(problem, samples, num_levels=LEVELS, seed=seed)
        else:
            points = library.sample.sample(problem, samples, calc_second_order=False, seed=seed)
    return np.asarray(points, np.float64)


def cases_of(method: str, ranges: int, samples: int) -> int:
    """How many cases a design has."""
    return samples * (ranges + (1 if method == MORRIS else 2))


def effects(
    method: str, ranges: Sequence[Range], points: FloatArray, results: FloatArray, seed: int
) -> tuple[Effect, ...]:
    """The effect of every range on a result, one number per row of the design; the largest first."""
    if np.ptp(results) == 0.0:
        return tuple(Effect(one.key, 0.0, 0.0, 0.0, math.nan if method == MORRIS else 0.0) for one in ranges)
    library, problem, seed = _library(method), _problem(ranges), seed % LARGEST_SEED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if method == MORRIS:
            found = library.analyze.analyze(
                problem, points, results, num_levels=LEVELS, conf_level=CONFIDENCE, num_resamples=1000, seed=seed
            )
            columns = (found["mu_star"], found["mu_star_conf"], found["sigma"], np.full(len(ranges), np.nan))
        else:
            found = library.analyze.analyze(
                problem, results, calc_second_order=False, conf_level=CONFIDENCE, num_resamples=1000, seed=seed
            )
            columns = (found["ST"], found["ST_conf"], found["S1"], found["S1_conf"])
    table = np.array(columns, np.float64).T
    rows = [Effect(one.key, *map(float, row)) for one, row in zip(ranges, table, strict=True)]
    return tuple(sorted(rows, key=lambda row: -row.size))


def sensitivity(
    method: str,
    ranges: Sequence[Range],
    points: FloatArray,
    values: FloatArray,
    measure: tuple[str, str],
    seed: int,
) -> Sensitivity:
    """The effects on a measure (name and unit), whose values are given by case and replication."""
    missing = np.isnan(values).any(axis=1)
    name, unit = measure
    if missing.any():
        found = f"was not observed in some replication of {int(missing.sum()):,} of {len(values):,} cases"
        remedy = "name a count, such as intents, and go on with --resume, or take narrower ranges"
        raise InputError([Finding("--measure", name, found, "", remedy, "not-observed")])
    results: FloatArray = values.mean(axis=1)
    found_effects = effects(method, ranges, points, results, seed)
    mean, low, high = (float(one) for one in (results.mean(), results.min(), results.max()))
    return Sensitivity(method, name, unit, mean, low, high, found_effects)


def _problem(ranges: Sequence[Range]) -> dict[str, Any]:
    return {
        "num_vars": len(ranges),
        "names": [one.key for one in ranges],
        "bounds": [[one.low, one.high] for one in ranges],
    }


@dataclass(frozen=True)
class _Method:
    """The two halves of a method in SALib."""

    sample: Any
    analyze: Any


def _library(method: str) -> _Method:
    """SALib's modules of a method; a message if it is not installed."""
    from importlib import import_module

    try:
        return _Method(import_module(f"SALib.sample.{method}"), import_module(f"SALib.analyze.{method}"))
    except ImportError as error:
        remedy = "pip install 'jobfair[sensitivity]'"
        finding = Finding(
            "--sensitivity", method, "the library SALib is not installed", "", remedy, "no-sensitivity-library"
        )
        raise InputError([finding]) from error


def check_samples(method: str, samples: int) -> None:
    """Refuse a number of samples that the method cannot use, and a missing library, before anything is computed."""
    _library(method)
    if method == SOBOL and samples & (samples - 1):
        below = 1 << (samples.bit_length() - 1)
        found, allowed = f"is {samples}", f"a power of two for Sobol, such as {below} or {2 * below}"
        raise InputError([Finding("--samples", "", found, allowed, "", "bad-vary")])
