"""Unchanging numbers for people, firms and fairs, to which their random numbers belong.

A number comes from the key that the planner gave, never from the place in a list or from a name that is only shown: so
renaming or reordering changes nothing.
"""

from __future__ import annotations

import numpy as np

from sim.model.people import lasting_number

_LOCAL_BITS = 32


def number_of(key: str, bits: int = 64) -> int:
    """Number of so many bits that belongs to a text for good."""
    return lasting_number(key) >> (64 - bits)


def numbers_of_crowd(fair: str, count: int) -> np.ndarray:
    """Numbers of the unnamed members of a fair's crowd: the fair's own number, then 0, 1, 2, ..."""
    base = number_of(fair, 64 - _LOCAL_BITS) << _LOCAL_BITS
    return np.uint64(base) + np.arange(count, dtype=np.uint64)
