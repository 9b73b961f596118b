"""Random numbers of a fit: by address, like all others, so that a seed gives the same fit on any machine.

A stream hands out blocks of numbers one after the other. Decisions 90 to 99 of the addresses belong to calibration.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from sim.draws import make_key
from sim.population.drawing import normals, uniform_rows

FloatArray = npt.NDArray[np.float64]

DESIGN, SAMPLING, SYNTHETIC, PREDICTING = (np.uint64(number) for number in (90, 91, 92, 93))


class Stream:
    """Numbers for one purpose, drawn in order."""

    def __init__(self, seed: int, purpose: np.uint64, number: int = 0) -> None:
        self._key = make_key(seed, number)
        self._purpose = purpose
        self._next = 0

    def uniform(self, *shape: int) -> FloatArray:
        """Uniform numbers in [0, 1)."""
        count = int(np.prod(shape))
        rows = -(-count // 4)
        who = np.arange(self._next, self._next + rows, dtype=np.uint64)
        self._next += rows
        return np.asarray(uniform_rows(self._key, who, self._purpose, 0).ravel()[:count].reshape(shape))

    def normal(self, *shape: int) -> FloatArray:
        """Standard normal numbers."""
        return np.asarray(normals(self.uniform(*shape)))
