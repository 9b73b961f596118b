"""Patterns that a model of job fairs must show before anyone believes it, simulated at one point of a fit.

The emergent matching function (how outcomes answer to more seekers and to more posts), congestion over fairs of unequal
crowding, and what reported fairs say of the same. Gives numbers; judges nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sim.model.scenario import Scenario
from sim.model.values import Value
from sim.study.calibration.observed import ReportedFair
from sim.study.calibration.simulating import as_scenario, log_of, play

FloatArray = npt.NDArray[np.float64]

_FACTORS = (0.6, 0.8, 1.0, 1.25, 1.6)


def elasticities(
    template: Scenario,
    values: Mapping[str, Value],
    base: tuple[int, int, int],
    seed: int,
    replications: int,
    booths_scale: bool = True,
) -> tuple[float, float]:
    """How many percent more intents come of one percent more seekers, and of one percent more posts.

    Slopes of a regression of log intents on log seekers and log posts over a grid of fairs around (firms, posts,
    seekers). With `booths_scale` firms, and so booths and recruiters, grow with posts.
    """
    firms, posts, seekers = base
    rows, outcomes = [], []
    for more_seekers in _FACTORS:
        for more_posts in _FACTORS:
            counts = (
                max(1, round(firms * more_posts)) if booths_scale else firms,
                max(1, round(posts * more_posts)),
                round(seekers * more_seekers),
            )
            scenario = as_scenario(template, ReportedFair("grid", *counts, None), counts, values)
            seen = [log_of("intents", play(scenario, seed, number)) for number in range(replications)]
            rows.append([1.0, math.log(counts[2]), math.log(counts[1])])
            outcomes.append(float(np.mean(seen)))
    slopes = np.linalg.lstsq(np.array(rows), np.array(outcomes), rcond=None)[0]
    return float(slopes[1]), float(slopes[2])


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
