"""The emulator: what a simulation would give at parameters that were not simulated, and how far off that may be.

For each outcome a polynomial of the coordinates: constant, linear and quadratic terms, with products, fitted by ridge
regression whose strength is chosen by leaving out one point at a time. The error that this leaves (misfit and the
chance of a single replication together) is known from the same leaving-out, and counts as uncertainty in the fit. Takes
and gives plain arrays.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_POINTS_PER_TERM = 1.5  # with fewer, leaving one out says too little about the error
_STRENGTHS = tuple(10.0**power for power in np.arange(-3.0, 3.5, 0.5))


@dataclass(frozen=True)
class Emulator:
    """Polynomials for several outcomes at once."""

    weights: FloatArray  # terms x outcomes
    error_sd: FloatArray  # of each outcome, on points that were left out

    def __call__(self, points: FloatArray) -> FloatArray:
        """Expected outcomes, a row per point."""
        return np.asarray(terms(points) @ self.weights)


def terms(points: FloatArray) -> FloatArray:
    """The terms of the polynomial at each point: Hermite polynomials to degree two."""
    count, dimensions = points.shape
    left, right = np.triu_indices(dimensions, 1)
    squares = (points**2 - 1.0) / np.sqrt(2.0)
    return np.concatenate([np.ones((count, 1)), points, squares, points[:, left] * points[:, right]], axis=1)


def fit_emulator(points: FloatArray, values: FloatArray) -> Emulator:
    """The polynomials that predict left-out points best; points with a value that is no number are left out."""
    sound = np.isfinite(values).all(axis=1)
    points, values = points[sound], values[sound]
    basis = terms(points)
    if len(points) < _POINTS_PER_TERM * basis.shape[1]:
        raise ValueError(f"{len(points)} points are too few for the {basis.shape[1]} terms of the polynomial")
    columns = 1 + points.shape[1]  # constant and linear terms are not shrunk
    left, singular, right = np.linalg.svd(_shrunk(basis, columns), full_matrices=False)
    free = np.linalg.qr(basis[:, :columns])[0]
    rest = values - free @ (free.T @ values)
    projected = left.T @ rest
    best = np.full(values.shape[1], np.inf)
    chosen = np.zeros((right.shape[1], values.shape[1]))
    for strength in _STRENGTHS:
        shrink = singular**2 / (singular**2 + strength)
        leverage = (left**2) @ shrink + (free**2).sum(axis=1)
        off = (rest - left @ (shrink[:, None] * projected)) / np.maximum(1.0 - leverage, 1e-3)[:, None]
        errors = np.sqrt((off**2).mean(axis=0))
        better = errors < best
        slopes = right.T @ ((singular / (singular**2 + strength))[:, None] * projected)
        chosen[:, better], best[better] = slopes[:, better], errors[better]
    low = np.linalg.lstsq(basis[:, :columns], values - basis[:, columns:] @ chosen, rcond=None)[0]
    return Emulator(np.concatenate([low, chosen]), best)


def _shrunk(basis: FloatArray, columns: int) -> FloatArray:
    """The higher terms, with what the first columns explain taken out."""
    free = np.linalg.qr(basis[:, :columns])[0]
    higher = basis[:, columns:]
    return np.asarray(higher - free @ (free.T @ higher))


def fewest_points(dimensions: int) -> int:
    """How many points a design needs at least: enough for the polynomial when a fold of the coverage is left out."""
    return 2 * int(terms(np.zeros((1, dimensions))).shape[1])
