"""Levels: how reported outcomes lie around what the model gives, row by row.

The logarithm of a reported outcome is the model's, plus an effect of the kind of fair, one of the country's way of
counting, one of the wording, one that grows with the logarithm of attendance, plus what is left of the single fair.
Effects are normal with spreads that are fitted too; given the spreads, everything is a normal distribution, so effects
are integrated out exactly and drawn afterwards. Takes and gives plain arrays.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.study.calibration.observed import INTENT, ReportedFair
from sim.study.calibration.targets import Targets

FloatArray = npt.NDArray[np.float64]

FACTORS = ("kind", "country", "wording", "size")  # with spreads of the same names
REFERENCES = {"kind": "", "country": "China", "wording": INTENT}  # levels that have no effect
SIZE = ("size", "per unit of log seekers")
USUAL_SEEKERS = 1000.0  # attendance at which size has no effect
_RESIDUAL, _RESIDUAL_OTHER = 0, 1  # places among priors.SPREADS
_FIRST_FACTOR = 2


@dataclass(frozen=True)
class Levels:
    """Which effects are in which row."""

    names: tuple[tuple[str, str], ...]  # of effects: factor, level
    spread_of: npt.NDArray[np.int64]  # place of each effect's spread among priors.SPREADS
    members: FloatArray  # rows x effects, 0 or 1
    residual_of: npt.NDArray[np.int64]  # place of each row's residual spread
    own_variance: FloatArray  # of each row, known: rounding, and the emulator's error

    def deviations(self, spreads: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Standard deviations of the effects, and variances of what is left of each row, per row of spreads."""
        return spreads[:, self.spread_of], spreads[:, self.residual_of] ** 2 + self.own_variance


def levels_of(targets: Targets, rows: Sequence[ReportedFair], emulator_sd: FloatArray) -> Levels:
    """The levels of some rows."""
    labels = [labels_of(targets, row) for row in rows]
    found = {(factor, level) for one in labels for factor, level in one.items() if level}
    names = [*sorted(found - set(REFERENCES.items())), SIZE]
    members = np.array(
        [[float(one[factor] == level) for factor, level in names[:-1]] + [size_of(row)]
         for row, one in zip(rows, labels, strict=True)]
    )  # fmt: skip
    rounding = np.array([targets.rounding_log_sd * row.is_rounded for row in rows])
    return Levels(
        tuple(names),
        np.array([_FIRST_FACTOR + FACTORS.index(factor) for factor, _ in names], np.int64),
        members,
        np.array([residual_place(row.wording) for row in rows], np.int64),
        rounding**2 + emulator_sd**2,
    )


def labels_of(targets: Targets, row: ReportedFair) -> dict[str, str]:
    """Level of a row in each factor; empty: not said, which has no effect in the fit."""
    return {"kind": targets.kind(row), "country": row.country, "wording": row.wording}


def residual_place(wording: str) -> int:
    """Which residual spread belongs to a wording."""
    return _RESIDUAL if wording == INTENT else _RESIDUAL_OTHER


def size_of(row: ReportedFair) -> float:
    """By how much a fair is larger than usual, on the scale of the effect of size."""
    return math.log(row.seekers / USUAL_SEEKERS)


def log_density(levels: Levels, off: FloatArray, spreads: FloatArray) -> FloatArray:
    """Logarithm of the density of each row of differences, given its spreads.

    The covariance is a diagonal and a few effects, so only a matrix of the effects' size has to be taken apart
    (Woodbury).
    """
    root, scaled, rest = _reduced(levels, off, spreads)
    explained = np.linalg.solve(root, scaled[:, :, None])[:, :, 0]
    logs = np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1) + 0.5 * np.log(rest).sum(axis=1)
    return np.asarray(-0.5 * ((off**2 / rest).sum(axis=1) - (explained**2).sum(axis=1)) - logs)


def draw_effects(levels: Levels, off: FloatArray, spreads: FloatArray, normals: FloatArray) -> FloatArray:
    """Effects given the differences between reported and simulated, one draw per row."""
    root, scaled, _ = _reduced(levels, off, spreads)
    upper = np.swapaxes(root, 1, 2)
    mean = np.linalg.solve(upper, np.linalg.solve(root, scaled[:, :, None]))[:, :, 0]
    around = np.linalg.solve(upper, normals[:, :, None])[:, :, 0]
    return np.asarray(spreads[:, levels.spread_of] * (mean + around))


def _reduced(levels: Levels, off: FloatArray, spreads: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """In units of the effects' deviations: root of their precision, precision times mean, variances of the rest."""
    deviations, rest = levels.deviations(spreads)
    members = levels.members
    inner = np.einsum("re,nr,rf->nef", members, 1.0 / rest, members, optimize=True)
    precision = np.eye(members.shape[1]) + deviations[:, :, None] * inner * deviations[:, None, :]
    scaled = deviations * ((off / rest) @ members)
    return np.linalg.cholesky(precision), scaled, rest
