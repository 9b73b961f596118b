"""Which plan is best: comparison with the best, and selection with a promised probability.

Two procedures that stay valid when the plans share their draws, because they only use the variances of paired
differences: multiple comparison with the best, from a fixed number of replications, and KN (Kim and Nelson 2001),
which draws on for the plans that are still in the race. It takes plain arrays of numbers, one row per replication
and one column per plan; it knows no scenario and no file.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.study.statistics import CONFIDENCE, FloatArray, student_t

FEWEST_REPLICATIONS = 2
# Kim and Nelson advise 10 or more in the first stage: the constant grows fast below, and so few values of a count may
# all be equal by chance, which looks like a variance of 0.
FEWEST_IN_FIRST_STAGE = 10
# The first stage of KN is stretched by at least this share at a time: a replication more for each screening would leave
# the cores of the machine idle.
STRETCH_SHARE = 0.2
STRETCH_LEAST = 10

Extend = Callable[[Sequence[int], int], Sequence[FloatArray]]
"""Given the numbers of plans and a count of replications, the values of the first so many replications of each."""


@dataclass(frozen=True)
class WithBest:
    """Each plan against the best of the others. Arrays have one entry per plan."""

    means: FloatArray
    low: FloatArray
    high: FloatArray
    is_possible: npt.NDArray[np.bool_]  # may be the best
    replications: int


def compare_with_best(values: npt.ArrayLike, higher_is_better: bool, confidence: float = CONFIDENCE) -> WithBest:
    """Constrained simultaneous intervals of each plan's mean minus the best mean of the other plans (Hsu).

    Hsu's intervals follow from one event alone: the truly best plan beats no other by less, in truth, than its lead in
    the sample minus its margin. That are k - 1 one-sided statements on paired differences, made together by
    Bonferroni: margin = t(1 - a / (k - 1), n - 1) s / sqrt(n), with s of the difference of the two plans. No
    independence and no equal variances are assumed, so plans may share their draws. A plan whose interval lies wholly
    on the bad side of 0 is not the best.
    """
    table = _table(values)
    rows, plans = table.shape
    gains = table if higher_is_better else -table
    means = gains.mean(axis=0)
    margin = _critical(confidence, plans, rows) * np.sqrt(difference_variances(gains) / rows)
    lead = means[:, None] - means[None, :]
    is_other = ~np.eye(plans, dtype=bool)
    reach = np.where(is_other, lead + margin, np.inf).min(axis=1)
    possible = reach >= 0.0
    rivals = is_other & possible[None, :]
    depth = np.where(rivals, lead - margin, np.inf).min(axis=1)
    high = np.maximum(reach, 0.0)
    low = np.where(rivals.any(axis=1), np.minimum(depth, 0.0), 0.0)
    if not higher_is_better:
        low, high = -high, -low
    # Adding 0.0 turns a negative zero into a plain one.
    return WithBest(table.mean(axis=0), low + 0.0, high + 0.0, possible, rows)


def second_stage_replications(values: npt.ArrayLike, zone: float, pcs: float = CONFIDENCE) -> int:
    """Replications in all after which the best mean is the best plan with probability `pcs`, from a first stage.

    Two-stage Bonferroni procedure for an indifference zone: n = max(n0, (t s / zone)^2 rounded up), with the largest s
    of all paired differences and t(1 - a / (k - 1), n0 - 1).
    """
    table = _table(values)
    rows, plans = table.shape
    largest = float(difference_variances(table).max())
    return int(max(rows, math.ceil(_critical(pcs, plans, rows) ** 2 * largest / zone**2)))


def difference_variances(values: FloatArray) -> FloatArray:
    """Sample variances of all paired differences: (..., replications, plans) to (..., plans, plans)."""
    count, plans = values.shape[-2:]
    result = np.zeros((*values.shape[:-2], plans, plans))
    for one in range(plans):
        for two in range(one):
            difference = values[..., one] - values[..., two]
            # From the first value, so that a difference that never varies has variance 0 exactly.
            shifted = difference - difference[..., :1]
            deviation = shifted - shifted.mean(axis=-1, keepdims=True)
            result[..., one, two] = result[..., two, one] = (deviation**2).sum(axis=-1) / (count - 1)
    return result


def h_squared(plans: int, first_stage: int, pcs: float = CONFIDENCE) -> float:
    """The constant h^2 of KN with c = 1: (n0 - 1) ((2 a / (k - 1))^(-2 / (n0 - 1)) - 1), a = 1 - pcs."""
    degrees = first_stage - 1
    return float(degrees * ((2.0 * (1.0 - pcs) / (plans - 1)) ** (-2.0 / degrees) - 1.0))


class Race:
    """KN with c = 1: plans leave one by one as replications come in; the last one is selected.

    Leading axes of the arrays are races of their own, so that many can be run at once. Larger values are better. The
    promise: when the best mean is at least `zone` above all others, the best plan is selected with probability `pcs`
    or more, for normal values, whatever the dependence between plans.
    """

    def __init__(self, first: FloatArray, zone: float, pcs: float = CONFIDENCE) -> None:
        self.zone = zone
        self.taken, plans = first.shape[-2:]
        self.sums = first.sum(axis=-2)
        self.limits = h_squared(plans, self.taken, pcs) * difference_variances(first) / zone**2
        self.is_in = np.ones(self.sums.shape, dtype=bool)
        self._screen()

    def observe(self, row: FloatArray) -> None:
        """Take one more replication; values of plans that have left do not count."""
        self.taken += 1
        self.sums = self.sums + np.where(self.is_in, row, 0.0)
        self._screen()

    @property
    def is_over(self) -> npt.NDArray[np.bool_]:
        """Whether one plan is left, or no further replication could part those that are."""
        over: npt.NDArray[np.bool_] = (self.is_in.sum(axis=-1) == 1) | (self.taken > self.most)
        return over

    @property
    def most(self) -> npt.NDArray[np.float64]:
        """Replications within which the race ends at the latest, less one."""
        both = self.is_in[..., :, None] & self.is_in[..., None, :]
        longest: FloatArray = np.where(both, np.floor(self.limits), 0.0).max(axis=(-2, -1))
        return longest

    @property
    def selected(self) -> npt.NDArray[np.int64]:
        """The plan with the largest mean among those left; the first of equal ones."""
        first: npt.NDArray[np.int64] = np.argmax(np.where(self.is_in, self.sums, -np.inf), axis=-1)
        return first

    def _screen(self) -> None:
        # Every plan still in has as many replications: sums are compared in place of means.
        margin = np.maximum(0.0, self.zone / 2.0 * (self.limits - self.taken))
        is_beaten = self.sums[..., :, None] < self.sums[..., None, :] - margin
        beaten = (is_beaten & self.is_in[..., None, :]).any(axis=-1)
        self.is_in = self.is_in & ~beaten


@dataclass(frozen=True)
class Selection:
    """The plan that KN selected, and what it took."""

    selected: int
    tied: tuple[int, ...]  # plans equal to it that could not be parted
    replications: tuple[int, ...]  # of each plan until it left the race


def most_replications(first: npt.ArrayLike, zone: float, pcs: float) -> int:
    """How many replications a plan may need at most, from the first stage."""
    table = _table(first)
    race = Race(table, zone, pcs)
    return table.shape[0] if race.is_over else int(race.most) + 1


def select_best(first: npt.ArrayLike, zone: float, pcs: float, higher_is_better: bool, extend: Extend) -> Selection:
    """Select the best plan by KN; `extend` gives more replications for the plans that are still in.

    Replications come in stretches but are judged one by one, so that the outcome does not depend on the stretches.
    """
    sign = 1.0 if higher_is_better else -1.0
    table = sign * _table(first)
    race = Race(table, zone, pcs)
    used = np.full(table.shape[1], race.taken)
    while not race.is_over:
        runners = np.flatnonzero(race.is_in).tolist()
        wanted = min(race.taken + max(STRETCH_LEAST, math.ceil(STRETCH_SHARE * race.taken)), int(race.most) + 1)
        rows = np.full((wanted, table.shape[1]), np.nan)
        rows[:, runners] = sign * np.column_stack(extend(runners, wanted))
        for row in rows[race.taken :]:
            used[race.is_in] += 1
            race.observe(row)
            if race.is_over:
                break
    tied = tuple(int(k) for k in np.flatnonzero(race.is_in) if k != race.selected)
    return Selection(int(race.selected), tied, tuple(int(count) for count in used))


def _critical(confidence: float, plans: int, replications: int) -> float:
    return student_t(1.0 - (1.0 - confidence) / (plans - 1), replications - 1)


def _table(values: npt.ArrayLike) -> FloatArray:
    table = np.asarray(values, dtype=np.float64)
    if table.ndim != 2 or table.shape[1] < 2 or table.shape[0] < FEWEST_REPLICATIONS:
        raise ValueError(f"at least two replications of at least two plans are needed, not {table.shape}")
    if not np.isfinite(table).all():
        raise ValueError("every value must be observed")
    return table
