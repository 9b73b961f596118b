"""Drawing people: the compiled loops that give every seeker their lasting traits from their own random numbers.

Pure functions of arrays, so that a million people take a fraction of a second. Knows the row type of people, no
scenario.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import jit
from sim.draws import SEEKER, SEEKER_BREADTH, Key, normal, uniforms

PERSON = np.dtype(
    [
        ("who", "u8"),  # unchanging number; random numbers belong to it
        ("arrives", "f8"),  # clock time if the person has one, else NaN
        ("skill", "f8"),
        ("reservation", "f8"),  # what a job must offer, in units of taste
        ("accepts", "u8"),  # bit k: accepts occupation k
        ("occupation", "i4"),
        ("group", "i4"),
        ("district", "i4"),
    ],
    align=True,
)

KIND = np.dtype(
    [
        ("group_until", "f8"),  # cumulated share of the groups up to this one
        ("skill_mean", "f8"),
        ("skill_sd", "f8"),
        ("reservation_mean", "f8"),
        ("reservation_sd", "f8"),
        ("breadth", "f8"),  # share of the other occupations that is accepted
    ],
    align=True,
)
"""What the members of a group have in common, one row per group."""

_NUMBERS_PER_ADDRESS = 4


@jit
def draw_people(key: Key, kinds: np.ndarray, occupations: np.ndarray, people: np.ndarray) -> None:
    """Fill in what is not yet known of people (negative groups and occupations, NaN traits).

    Args:
        key: of the population (day 0).
        kinds: KIND, one row per group.
        occupations: cumulated shares of the occupations among seekers, ending in 1.
        people: PERSON, `who` given; changed in place.
    """
    for i in range(people.size):
        person = people[i]
        four = uniforms(key, person["who"], SEEKER, np.uint64(0))
        if person["group"] < 0:
            person["group"] = first_above(kinds["group_until"], four[0])
        if person["occupation"] < 0:
            person["occupation"] = first_above(occupations, four[1])
        kind = kinds[person["group"]]
        if math.isnan(person["skill"]):
            person["skill"] = kind["skill_mean"] + kind["skill_sd"] * normal(four[2])
        if math.isnan(person["reservation"]):
            person["reservation"] = kind["reservation_mean"] + kind["reservation_sd"] * normal(four[3])
        person["accepts"] = _accepted(key, person["who"], int(person["occupation"]), occupations.size, kind["breadth"])


@jit
def first_above(cumulated: np.ndarray, u: float) -> int:
    """Index of the first cumulated share above `u`; the last one if rounding leaves none."""
    for k in range(cumulated.size):
        if u < cumulated[k]:
            return k
    return cumulated.size - 1


@jit
def _accepted(key: Key, who: np.uint64, own: int, occupations: int, breadth: float) -> np.uint64:
    """Occupations that a person accepts, as bits: the own one, and each other with the same probability."""
    mask = np.uint64(1) << np.uint64(own)
    if breadth <= 0.0:
        return mask
    for k in range(0, occupations, _NUMBERS_PER_ADDRESS):
        four = uniforms(key, who, SEEKER_BREADTH, np.uint64(k // _NUMBERS_PER_ADDRESS))
        for j in range(min(_NUMBERS_PER_ADDRESS, occupations - k)):
            if four[j] < breadth:
                mask |= np.uint64(1) << np.uint64(k + j)
    return mask


def uniform_rows(key: Key, who: np.ndarray, decision: np.uint64, index: np.ndarray | int) -> np.ndarray:
    """The four uniform numbers of each of many people or firms at one decision: one row each.

    `index` is the same for all, or one for each: the firm, where the decision is about a pair.
    """
    indices = np.empty(who.size, np.uint64)
    indices[:] = index
    return _uniform_rows(key, np.ascontiguousarray(who), decision, indices)


@jit
def _uniform_rows(key: Key, who: np.ndarray, decision: np.uint64, index: np.ndarray) -> np.ndarray:
    rows = np.empty((who.size, _NUMBERS_PER_ADDRESS))
    for i in range(who.size):
        rows[i, 0], rows[i, 1], rows[i, 2], rows[i, 3] = uniforms(key, who[i], decision, index[i])
    return rows


def normals(u: np.ndarray) -> np.ndarray:
    """Standard normal numbers from uniform ones, in the same shape."""
    return _normals(u.ravel()).reshape(u.shape)


@jit
def _normals(u: np.ndarray) -> np.ndarray:
    values = np.empty(u.size)
    for i in range(u.size):
        values[i] = normal(u[i])
    return values
