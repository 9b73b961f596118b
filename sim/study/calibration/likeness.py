"""Likeness: which reported fairs one resembles, for what a table does not say of it.

A fair of which only the numbers are known is of the kind and the country of fairs with such numbers: each fitted fair
that counted the same outcome is taken with a share that falls with the distance in size, in seekers per firm and in
posts per firm. Takes rows and gives shares; knows nothing of effects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from sim.study.calibration.levels import labels_of
from sim.study.calibration.observed import ReportedFair
from sim.study.calibration.simulating import Sizes, completed
from sim.study.calibration.targets import Targets

FloatArray = npt.NDArray[np.float64]

_REACH = 1.0  # standard deviations of reported fairs: chosen by leaving out one fitted fair at a time


def candidates(targets: Targets, fitted: Sequence[ReportedFair], row: ReportedFair) -> list[ReportedFair]:
    """Fitted fairs that agree with a row in all that is said of it, else those that count the same outcome."""
    said = {factor: label for factor, label in labels_of(targets, row).items() if label}
    same_outcome = [one for one in fitted if one.wording == row.wording]
    agreeing = [one for one in same_outcome if _agrees(labels_of(targets, one), said)]
    return agreeing or same_outcome


def _agrees(labels: Mapping[str, str], said: Mapping[str, str]) -> bool:
    return all(labels[factor] == label for factor, label in said.items())


def shares_of(row: ReportedFair, others: Sequence[ReportedFair], sizes: Sizes) -> FloatArray:
    """How likely the row is of the sort of each of the others, by its numbers; adds up to one."""
    there = np.array([_shape(one, sizes) for one in others])
    spread = np.maximum(there.std(axis=0), 1e-9)
    distance = (((there - _shape(row, sizes)) / (_REACH * spread)) ** 2).sum(axis=1)
    weights = np.exp(-0.5 * (distance - distance.min()))
    return np.asarray(weights / weights.sum())


def _shape(row: ReportedFair, sizes: Sizes) -> FloatArray:
    firms, posts, seekers = completed(row, sizes)
    return np.log([seekers, seekers / firms, posts / firms])
