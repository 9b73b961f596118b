"""How sure we are: the statistics behind every number that a planner sees.

Replications of a season are independent and equally distributed, so the mean of a measure has a Student-t
interval, and one season to come has a prediction range. This module gives these, the paired difference of two
plans that share their draws, and the number of replications that a wanted precision needs. It takes plain
arrays of numbers; it knows no scenario, no measure and no file.

A value that is NaN was not observed in that replication (nobody queued, so there is no waiting time). It is
counted and left out; what is said then holds for the seasons in which the measure exists. Fewer than two
observed values give no interval: NaN.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

CONFIDENCE = 0.95
LOW_TAIL, HIGH_TAIL = 0.05, 0.95
# From here on an observed season lies beyond each end of the 5-95 % range: sample quantiles serve.
QUANTILES_FROM = 20


@dataclass(frozen=True)
class Statistics:
    """Statistics of many measures at once; every array has one entry per measure (column)."""

    observed: npt.NDArray[np.int64]
    missing: npt.NDArray[np.int64]
    mean: FloatArray
    sd: FloatArray
    low: FloatArray
    high: FloatArray
    p05: FloatArray
    p95: FloatArray


@dataclass(frozen=True)
class PairedDifference:
    """First minus second, replication by replication, with the 95 % interval of the mean difference."""

    observed: int
    missing: int
    difference: float
    sd: float
    half_width: float

    @property
    def low(self) -> float:
        """Lower end of the interval."""
        return self.difference - self.half_width

    @property
    def high(self) -> float:
        """Upper end of the interval."""
        return self.difference + self.half_width


def student_t(probability: float, degrees: int) -> float:
    """Quantile of Student's t distribution; NaN without a degree of freedom."""
    if degrees < 1:
        return math.nan
    # scipy.stats has the same number and takes three times as long to import.
    from scipy.special import stdtrit

    return float(stdtrit(degrees, probability))


def least_share(found: int, of: int) -> float:
    """What a share is at least, with 95 % confidence, if it was found so often (Clopper and Pearson 1934, one side)."""
    if found == 0:
        return 0.0
    from scipy.special import betaincinv

    return float(betaincinv(found, of - found + 1, 1.0 - CONFIDENCE))


def describe(values: npt.ArrayLike) -> Statistics:
    """Mean, standard deviation, 95 % interval of the mean and 5-95 % range of one season, for each column.

    `values` has one row per replication and one column per measure.

    The interval of the mean is Student's t. The range of one season to come is, from 20 observed values on,
    between the sample quantiles (type 7 of Hyndman and Fan 1996, the default of R and numpy). With 2 to 19
    values no sample quantile reaches that far out, and the range is the t prediction interval, mean +- t sd
    sqrt(1 + 1/n), which assumes seasons to be normally distributed.
    """
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"values must have rows and columns, not {table.ndim} dimensions")
    seen = ~np.isnan(table)
    observed = seen.sum(axis=0, dtype=np.int64)
    missing = table.shape[0] - observed
    mean, sd = _mean_and_sd(table, seen, observed)
    half_width = _t_by_count(0.5 + CONFIDENCE / 2, observed) * _divide(sd, np.sqrt(observed))
    p05, p95 = _one_season(table, observed, mean, sd)
    return Statistics(observed, missing, mean, sd, mean - half_width, mean + half_width, p05, p95)


def quantile(values: npt.ArrayLike, probability: float) -> FloatArray:
    """Sample quantile of each column by type 7 of Hyndman and Fan (1996), NaN left out."""
    ordered = np.sort(np.asarray(values, dtype=np.float64), axis=0)  # NaN sorts to the end
    return _quantile_of_sorted(ordered, (~np.isnan(ordered)).sum(axis=0), probability)


def paired_difference(first: npt.ArrayLike, second: npt.ArrayLike) -> PairedDifference:
    """Mean of first - second with its paired-t interval; a pair with a NaN on either side is left out."""
    one, two = np.asarray(first, dtype=np.float64), np.asarray(second, dtype=np.float64)
    if one.ndim != 1 or one.shape != two.shape:
        raise ValueError(f"pairs need two rows of equal length, not {one.shape} and {two.shape}")
    result = describe((one - two)[:, np.newaxis])
    mean = float(result.mean[0])
    return PairedDifference(
        observed=int(result.observed[0]),
        missing=int(result.missing[0]),
        difference=mean,
        sd=float(result.sd[0]),
        half_width=float(result.high[0]) - mean,
    )


def replications_by_ratio(pilot_replications: int, pilot_half_width: float, half_width: float) -> int:
    """Replications for a wanted half-width by the half-width-ratio rule: n = n0 (h0 / h)^2, rounded up.

    Cautious: it keeps the t value of the small pilot.
    """
    _check_pilot(pilot_replications, pilot_half_width, half_width)
    return max(2, math.ceil(pilot_replications * (pilot_half_width / half_width) ** 2))


def replications_by_student(pilot_replications: int, pilot_half_width: float, half_width: float) -> int:
    """Fewest replications n with t(n - 1) s / sqrt(n) <= the wanted half-width, s from the pilot (95 %)."""
    _check_pilot(pilot_replications, pilot_half_width, half_width)
    upper = 0.5 + CONFIDENCE / 2
    sd = pilot_half_width * math.sqrt(pilot_replications) / student_t(upper, pilot_replications - 1)

    def enough(replications: int) -> bool:
        return student_t(upper, replications - 1) * sd / math.sqrt(replications) <= half_width

    most = 2
    while not enough(most):
        most *= 2
    too_few = most // 2
    while most - too_few > 1:
        middle = (most + too_few) // 2
        too_few, most = (too_few, middle) if enough(middle) else (middle, most)
    return most


def _check_pilot(pilot_replications: int, pilot_half_width: float, half_width: float) -> None:
    if pilot_replications < 2:
        raise ValueError(f"a pilot needs at least 2 replications, not {pilot_replications}")
    if not (0 <= pilot_half_width < math.inf and 0 < half_width < math.inf):
        raise ValueError(f"half-widths must be positive and finite, not {pilot_half_width} and {half_width}")


def _mean_and_sd(
    table: FloatArray, seen: npt.NDArray[np.bool_], observed: npt.NDArray[np.int64]
) -> tuple[FloatArray, FloatArray]:
    columns = np.arange(table.shape[1])
    if table.shape[0] == 0:
        nothing = np.full(table.shape[1], np.nan)
        return nothing, nothing.copy()
    # Taken from the first observed value, a measure that never varies has exactly its value as mean and 0 as
    # deviation.
    start = table[seen.argmax(axis=0), columns]
    mean = start + _divide(np.where(seen, table - start, 0.0).sum(axis=0), observed)
    squares = np.where(seen, (table - mean) ** 2, 0.0).sum(axis=0)
    return mean, np.where(observed >= 2, np.sqrt(_divide(squares, observed - 1)), np.nan)


def _one_season(
    table: FloatArray, observed: npt.NDArray[np.int64], mean: FloatArray, sd: FloatArray
) -> tuple[FloatArray, FloatArray]:
    reach = _t_by_count(HIGH_TAIL, observed) * sd * np.sqrt(1 + _divide(np.ones_like(sd), observed))
    p05, p95 = mean - reach, mean + reach
    many = observed >= QUANTILES_FROM
    if many.any():
        ordered, counts = np.sort(table[:, many], axis=0), observed[many]
        p05[many] = _quantile_of_sorted(ordered, counts, LOW_TAIL)
        p95[many] = _quantile_of_sorted(ordered, counts, HIGH_TAIL)
    return p05, p95


def _quantile_of_sorted(ordered: FloatArray, counts: npt.NDArray[np.int64], probability: float) -> FloatArray:
    """Type 7: the place (n - 1) p between the order statistics, counted from 0, linear in between."""
    if ordered.shape[0] == 0:
        return np.full(ordered.shape[1], np.nan)
    place = np.maximum(counts - 1, 0) * probability
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    columns = np.arange(ordered.shape[1])
    low, high = ordered[below, columns], ordered[above, columns]
    result: FloatArray = low + (high - low) * (place - below)
    return result


def _t_by_count(probability: float, observed: npt.NDArray[np.int64]) -> FloatArray:
    counts, where = np.unique(observed, return_inverse=True)
    quantiles = np.array([student_t(probability, int(count) - 1) for count in counts], dtype=np.float64)
    return quantiles[where]


def _divide(numerator: npt.ArrayLike, denominator: npt.ArrayLike) -> FloatArray:
    """Quotient, NaN where the denominator is not positive (nothing observed)."""
    top, bottom = np.broadcast_arrays(np.asarray(numerator, np.float64), np.asarray(denominator, np.float64))
    quotient = np.full(top.shape, np.nan)
    np.divide(top, bottom, out=quotient, where=bottom > 0)
    return quotient
