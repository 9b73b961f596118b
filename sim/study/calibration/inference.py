"""Inference: what the reported figures say about the parameters, through the emulator and the levels.

Puts together the likelihood of all fitted rows and targets at many points at once, and draws from the posterior. The
same function serves the real figures and synthetic ones made with known parameters.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim.study.calibration.chance import Stream
from sim.study.calibration.emulator import Emulator
from sim.study.calibration.levels import Levels, draw_effects, levels_of, log_density
from sim.study.calibration.priors import Priors
from sim.study.calibration.sampling import Posterior, sample
from sim.study.calibration.targets import Targets

FloatArray = npt.NDArray[np.float64]

PARTICLES = 3000
MOVES = 12
_CHUNK = 1000  # points whose covariances are in memory at once


@dataclass(frozen=True)
class Reported:
    """Logarithms of the reported figures."""

    rows: FloatArray
    targets: FloatArray  # in the order of the targets, fitted or not


@dataclass(frozen=True)
class Problem:
    """Everything that a likelihood needs but the figures themselves."""

    priors: Priors
    emulator: Emulator  # outcomes of the rows, then of the targets
    levels: Levels
    target_variance: FloatArray
    is_fitted: npt.NDArray[np.bool_]  # of the targets

    @property
    def rows(self) -> int:
        """How many reported fairs are fitted."""
        return int(self.levels.members.shape[0])

    def split(self, points: FloatArray) -> tuple[FloatArray, FloatArray]:
        """What the emulator gives for rows and for targets."""
        outcomes = self.emulator(points[:, : self.priors.simulated])
        return outcomes[:, : self.rows], outcomes[:, self.rows :]

    def log_likelihood(self, points: FloatArray, reported: Reported) -> FloatArray:
        """Log density of the reported figures at each point."""
        parts = [
            self._log_likelihood(points[start : start + _CHUNK], reported) for start in range(0, len(points), _CHUNK)
        ]
        return np.concatenate(parts)

    def _log_likelihood(self, points: FloatArray, reported: Reported) -> FloatArray:
        rows, targets = self.split(points)
        result = log_density(self.levels, reported.rows - rows, self.priors.spread_values(points))
        off = (reported.targets - targets)[:, self.is_fitted]
        return np.asarray(result - 0.5 * (off**2 / self.target_variance[self.is_fitted]).sum(axis=1))

    def posterior(self, reported: Reported, stream: Stream, particles: int, moves: int) -> Posterior:
        """Draws from the posterior."""
        return sample(
            lambda points: self.log_likelihood(points, reported), self.priors.dimensions, particles, moves, stream
        )

    def effects(self, points: FloatArray, reported: Reported, stream: Stream) -> FloatArray:
        """Effects of kinds, countries and wordings, one draw for each point."""
        off = reported.rows - self.split(points)[0]
        normals = stream.normal(len(points), len(self.levels.names))
        return draw_effects(self.levels, off, self.priors.spread_values(points), normals)


def problem_of(targets: Targets, emulator: Emulator) -> Problem:
    """The problem that a targets file and an emulator of its outcomes pose."""
    rows = targets.fitted_rows()
    errors = emulator.error_sd
    own = np.array([target.log_sd for target in targets.targets])
    return Problem(
        targets.priors,
        emulator,
        levels_of(targets, rows, errors[: len(rows)]),
        own**2 + errors[len(rows) :] ** 2,
        np.array([target.is_fitted for target in targets.targets]),
    )


def reported_of(targets: Targets) -> Reported:
    """The reported figures themselves."""
    outcomes = [float(row.signed or 0) for row in targets.fitted_rows()]
    return Reported(np.log(outcomes), np.array([target.log_value for target in targets.targets]))


def synthetic(problem: Problem, point: FloatArray, outcomes: FloatArray, stream: Stream) -> Reported:
    """Figures as they would have been reported if a point were the truth and the simulation had given these outcomes.

    The outcomes are real simulations, so what the emulator gets wrong is in the figures and not drawn again.
    """
    spreads = problem.priors.spread_values(point)[0]
    levels = problem.levels
    effects = stream.normal(len(levels.names)) * spreads[levels.spread_of]
    known = np.maximum(levels.own_variance - problem.emulator.error_sd[: problem.rows] ** 2, 0.0)
    residual = stream.normal(problem.rows) * np.sqrt(spreads[levels.residual_of] ** 2 + known)
    errors = np.maximum(problem.target_variance - problem.emulator.error_sd[problem.rows :] ** 2, 0.0)
    noise = stream.normal(errors.size) * np.sqrt(errors)
    return Reported(outcomes[: problem.rows] + levels.members @ effects + residual, outcomes[problem.rows :] + noise)
