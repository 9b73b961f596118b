"""Sampling from a posterior: sequential Monte Carlo from the prior, by tempering.

Particles start as draws from the prior (independent standard normal numbers). The likelihood is brought in by steps,
each as large as keeps half of the particles alive; after each step they are resampled and moved by random-walk
Metropolis steps whose size follows the acceptance. Any function of many points at once serves as likelihood. The seed
is the only source of chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.study.calibration.chance import Stream

FloatArray = npt.NDArray[np.float64]
LogLikelihood = Callable[[FloatArray], FloatArray]

_ALIVE = 0.5  # share of the particles that a step keeps alive
_WANTED = 0.25  # acceptance of the random walk in many dimensions
_MOST_STEPS = 200


@dataclass(frozen=True)
class Posterior:
    """Draws, equally weighted, and how the sampling went."""

    points: FloatArray
    log_likelihood: FloatArray
    steps: int
    acceptance: float  # in the last step
    unique_share: float  # distinct ancestors of the last resampling, per particle
    log_evidence: float


def sample(log_likelihood: LogLikelihood, dimensions: int, particles: int, moves: int, stream: Stream) -> Posterior:
    """Draws from prior times likelihood.

    1. Draw the particles from the prior.
    2. Raise the power of the likelihood until the effective sample size falls to the share that is kept alive.
    3. Resample, and move every particle.
    4. Repeat until the power is one; then move once more as often.
    """
    points = stream.normal(particles, dimensions)
    values = log_likelihood(points)
    power, scale, evidence, unique, acceptance = 0.0, 2.38 / np.sqrt(dimensions), 0.0, 1.0, 0.0
    for step in range(1, _MOST_STEPS + 1):
        raised = _next_power(values, power)
        weights = _normalised(values, raised - power)
        evidence += _log_mean(values * (raised - power))
        chosen = _systematic(weights, float(stream.uniform(1)[0]))
        unique = np.unique(chosen).size / particles
        # Proposals follow the particles as they are weighted now; taken before the copies are made.
        root = _root(points, weights)
        points, values, power = points[chosen], values[chosen], raised
        for _ in range(moves * (2 if power >= 1.0 else 1)):
            points, values, acceptance = _move(log_likelihood, points, values, power, scale * root, stream)
            scale *= float(np.exp(0.3 * (acceptance - _WANTED)))
        if power >= 1.0:
            return Posterior(points, values, step, acceptance, unique, evidence)
    raise RuntimeError("the likelihood could not be brought in: it falls too steeply")


def _next_power(values: FloatArray, power: float) -> float:
    """The largest power at which enough particles stay alive."""
    if _alive(values, 1.0 - power) >= _ALIVE:
        return 1.0
    low, high = 0.0, 1.0 - power
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if _alive(values, middle) >= _ALIVE else (low, middle)
    return power + max(low, 1e-9)


def _alive(values: FloatArray, gain: float) -> float:
    """Effective sample size per particle when the power rises by so much."""
    weights = _normalised(values, gain)
    return float(1.0 / (weights**2).sum() / weights.size)


def _normalised(values: FloatArray, gain: float) -> FloatArray:
    weights = np.exp(gain * (values - values.max()))
    return np.asarray(weights / weights.sum())


def _log_mean(values: FloatArray) -> float:
    top = float(values.max())
    return top + float(np.log(np.exp(values - top).mean()))


def _systematic(weights: FloatArray, u: float) -> npt.NDArray[np.int64]:
    """Which particles live on, each about as often as its weight says."""
    edges = np.cumsum(weights)
    edges[-1] = 1.0
    return np.searchsorted(edges, (u + np.arange(weights.size)) / weights.size).astype(np.int64)


def _root(points: FloatArray, weights: FloatArray) -> FloatArray:
    """Square root of the particles' covariance."""
    off = points - weights @ points
    covariance = (off * weights[:, None]).T @ off
    return np.asarray(np.linalg.cholesky(covariance + 1e-9 * np.eye(points.shape[1])), np.float64)


def _move(
    log_likelihood: LogLikelihood,
    points: FloatArray,
    values: FloatArray,
    power: float,
    root: FloatArray,
    stream: Stream,
) -> tuple[FloatArray, FloatArray, float]:
    """One Metropolis step of every particle."""
    proposed = points + stream.normal(*points.shape) @ root.T
    new = log_likelihood(proposed)
    gain = power * (new - values) - 0.5 * (proposed**2 - points**2).sum(axis=1)
    accepted = np.log(np.maximum(stream.uniform(points.shape[0]), 1e-300)) < gain
    return (
        np.where(accepted[:, None], proposed, points),
        np.where(accepted, new, values),
        float(accepted.mean()),
    )
