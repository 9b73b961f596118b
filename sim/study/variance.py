"""Two kinds of not knowing, kept apart: parameters that are uncertain, and the chance that no knowledge removes.

Every draw of the parameters is simulated with the same replications, so the values form a table of draws by
replications and the analysis of variance is that of two crossed random effects. One that took the replications of each
draw for independent ones would mistake the luck that all draws share for certainty about the parameters, and find too
little uncertainty there, or none. Plain arrays in, plain arrays out: no scenario, no measure.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.study.statistics import CONFIDENCE, HIGH_TAIL, LOW_TAIL, QUANTILES_FROM, quantile, student_t

FloatArray = npt.NDArray[np.float64]


@dataclass(frozen=True)
class Parts:
    """Statistics of many measures over draws and replications; every array has one entry per measure.

    `between` is the variance of a season's expectation over the draws, `within` that of a season about it; NaN: too few
    draws or replications to say. `low` and `high` are the 95 % interval of the mean over both, `p05` and `p95` the
    range of one season whose parameters and luck are both unknown.
    """

    missing: npt.NDArray[np.int64]
    mean: FloatArray
    between: FloatArray
    within: FloatArray
    low: FloatArray
    high: FloatArray
    p05: FloatArray
    p95: FloatArray


def variance_parts(values: npt.ArrayLike) -> Parts:
    """Split the variance of a table of draws by replications by measures.

    With D draws and n replications, mean squares A (draws), R (replications) and E (what remains), the estimates are
    (A - E) / n between draws, not below 0, and (R + (D - 1) E) / D within. The variance of the mean is
    (A + R - E) / (D n), with degrees of freedom by Satterthwaite (1946). The range of one season is between the sample
    quantiles of all values from 20 draws on, and a t prediction interval below. A replication in which one draw has no
    value (NaN) is left out of that measure for all draws, so that the table stays complete; it counts as missing.
    """
    cube = np.asarray(values, dtype=np.float64)
    if cube.ndim != 3:
        raise ValueError(f"values must be draws by replications by measures, not {cube.ndim} dimensions")
    complete = np.isfinite(cube).sum(axis=0, dtype=np.int64) == cube.shape[0]
    columns = [_of_measure(cube[:, complete[:, k], k]) for k in range(cube.shape[2])]
    missing = (cube.shape[1] - complete.sum(axis=0)) * cube.shape[0]
    return Parts(missing.astype(np.int64), *np.array(columns, np.float64).reshape(-1, 7).T)


def _of_measure(table: FloatArray) -> tuple[float, ...]:
    """Mean, between, within, low, high, p05 and p95 of one measure's draws by replications."""
    draws, count = table.shape
    if not table.size:
        return (np.nan,) * 7
    start = table[0, 0]  # so that a measure that never varies has exactly its value as mean
    mean = float(start + (table - start).mean())
    if draws < 2 or count < 2:
        return mean, np.nan, np.nan, np.nan, np.nan, *_season(table, mean, np.nan, 0)
    by_draw, by_replication = (start + (table - start).mean(axis=axis) for axis in (1, 0))
    rest = table - by_draw[:, np.newaxis] - by_replication + mean
    a = count * float(((by_draw - mean) ** 2).sum()) / (draws - 1)
    r = draws * float(((by_replication - mean) ** 2).sum()) / (count - 1)
    e = float((rest**2).sum()) / ((draws - 1) * (count - 1))
    between, within = max(0.0, (a - e) / count), (r + (draws - 1) * e) / draws
    total = max(a + r - e, a, r)
    freedom = _satterthwaite(total, (a, r, e), (draws - 1, count - 1, (draws - 1) * (count - 1)))
    of_mean = total / (draws * count)
    of_season = between + within + of_mean
    return mean, between, within, *_interval(mean, of_mean, freedom), *_season(table, mean, of_season, freedom)


def _satterthwaite(total: float, squares: tuple[float, ...], freedoms: tuple[int, ...]) -> int:
    """Degrees of freedom of a sum of mean squares, rounded down."""
    spread = sum(square**2 / freedom for square, freedom in zip(squares, freedoms, strict=True))
    return max(1, int(total**2 / spread)) if spread > 0 else min(freedoms)


def _interval(mean: float, variance: float, freedom: int) -> tuple[float, float]:
    reach = student_t(0.5 + CONFIDENCE / 2, freedom) * np.sqrt(variance)
    return mean - reach, mean + reach


def _season(table: FloatArray, mean: float, variance: float, freedom: int) -> tuple[float, float]:
    if table.shape[0] >= QUANTILES_FROM:
        every = table.reshape(-1, 1)
        return float(quantile(every, LOW_TAIL)[0]), float(quantile(every, HIGH_TAIL)[0])
    if np.isnan(variance):
        return np.nan, np.nan
    reach = student_t(HIGH_TAIL, freedom) * np.sqrt(variance)
    return mean - reach, mean + reach
