"""Drawing a pool: the compiled loop that says who looks for work when, where they live and who hears of fairs.

Only what decides about going to a fair is kept for each person of a city; what counts at the fair itself is drawn again
from the same addresses for those who come. Pure functions of arrays; knows no scenario.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import jit
from sim.draws import LEAVES, REACHED, SEARCH, SEEKER, Key, exponential, normal, uniform, uniforms
from sim.population.drawing import first_above

SEARCHER = np.dtype(
    [
        ("inclination", "f4"),  # lasting factor on the odds of going to fairs
        ("begins", "i4"),  # first day of the search, 0: the first day of the season
        ("from_day", "i4"),  # first day on which the person is free to go to a fair
        ("until_day", "i4"),  # first day on which the person no longer looks for work
        ("last_visit", "i4"),  # day, -1: none
        ("kind", "i4"),  # (group * districts + district) * occupations + own occupation
        ("visits", "i2"),
        ("reason", "i1"),  # why the search ends on until_day
        ("reached", "u1"),  # bit k: noticed the outreach k
        ("levers", "u1"),  # bit k: reached by the lever k that helps to find work elsewhere
        ("disappointed", "i1"),  # the last visit brought no interview
    ],
    align=True,
)
"""One person of the pool."""

HIRED_ELSEWHERE, GAVE_UP, TIRED_OF_FAIRS, PLACED = range(1, 5)
REASONS = ("", "hired-elsewhere", "gave-up", "tired-of-fairs", "placed")

FOREVER = 2**30
_FIRST = np.uint64(0)


class Habits(NamedTuple):
    """What decides over a pool, as arrays."""

    groups: np.ndarray  # cumulated shares
    inclination_sd: np.ndarray  # of each group: of the log odds
    districts: np.ndarray  # cumulated shares
    occupations: np.ndarray  # cumulated shares
    reach: np.ndarray  # outreach x kind: share that notices it, 0: not addressed
    reach_numbers: np.ndarray  # the numbers to which its draws belong
    levers: np.ndarray  # lever x group: share that it reaches
    lever_numbers: np.ndarray
    edges: np.ndarray  # days at which hazards change, ascending, the first one -infinity
    hazards: np.ndarray  # group x bits of levers x step: hazard per day of being hired elsewhere
    stops: float  # hazard per day of giving up


@jit
def draw_searchers(key: Key, first: np.uint64, begins: np.ndarray, habits: Habits, people: np.ndarray) -> None:
    """Fill in the people of a pool.

    Args:
        key: of the population (day 0).
        first: number of the first person; the others follow.
        begins: the day on which each search begins; NaN: before the season, to be drawn with `age_days`.
        habits: what decides.
        people: SEARCHER, changed in place.
    """
    districts, occupations = habits.districts.size, habits.occupations.size
    for i in range(people.size):
        who = first + np.uint64(i)
        person = people[i]
        traits = uniforms(key, who, SEEKER, _FIRST)
        search = uniforms(key, who, SEARCH, _FIRST)
        ends = uniforms(key, who, LEAVES, _FIRST)
        group = first_above(habits.groups, traits[0])
        district = first_above(habits.districts, search[0])
        kind = (group * districts + district) * occupations + first_above(habits.occupations, traits[1])
        person["kind"] = kind
        person["inclination"] = math.exp(habits.inclination_sd[group] * normal(search[1]))
        person["begins"] = math.floor(begins[i])
        person["from_day"] = max(person["begins"], 0)
        person["last_visit"] = -1
        person["visits"] = 0
        person["disappointed"] = 0
        bits = 0
        for k in range(habits.reach.shape[0]):
            if habits.reach[k, kind] > 0.0:
                bits |= (uniform(key, who, REACHED, habits.reach_numbers[k]) < habits.reach[k, kind]) << k
        person["reached"] = bits
        bits = 0
        for k in range(habits.levers.shape[0]):
            if habits.levers[k, group] > 0.0:
                bits |= (uniform(key, who, REACHED, habits.lever_numbers[k]) < habits.levers[k, group]) << k
        person["levers"] = bits
        # The pool of the first day holds those who have not yet left: their clocks begin with the season.
        start = max(begins[i], 0.0)
        hired = hired_on(habits.edges, habits.hazards[group, bits], start, exponential(ends[0]))
        stops = start + exponential(ends[1]) / habits.stops if habits.stops > 0.0 else np.inf
        person["reason"] = HIRED_ELSEWHERE if hired <= stops else GAVE_UP
        person["until_day"] = math.floor(min(hired, stops, FOREVER - 1.0)) + 1


@jit
def hired_on(edges: np.ndarray, hazards: np.ndarray, start: float, budget: float) -> float:
    """The day on which the hazard that has piled up since `start` reaches a budget; infinity if never."""
    step = edges.size - 1
    while step > 0 and edges[step] > start:
        step -= 1
    day = start
    while True:
        ends = edges[step + 1] if step + 1 < edges.size else np.inf
        pile = hazards[step] * (ends - day) if hazards[step] > 0.0 else 0.0
        if hazards[step] > 0.0 and pile >= budget:
            return float(day + budget / hazards[step])
        if step + 1 >= edges.size:
            return np.inf
        budget -= pile
        day = ends
        step += 1


@jit
def draw_begins(key: Key, first: np.uint64, count: int, age_days: float, per_day: float, last: float) -> np.ndarray:
    """When each search begins: `count` people before the season, exponential ages; then a Poisson process until `last`.

    A person's gap to the one who comes next belongs to the person, so a longer season only adds people.
    """
    room = count + int(per_day * last + 8.0 * math.sqrt(per_day * last)) + 16
    begins = np.empty(room)
    for i in range(count):
        begins[i] = -age_days * exponential(uniforms(key, first + np.uint64(i), SEARCH, _FIRST)[2]) - 1e-9
    i, now = count, 0.0
    while per_day > 0.0:
        now += exponential(uniforms(key, first + np.uint64(i), SEARCH, _FIRST)[2]) / per_day
        if now >= last:
            break
        if i == begins.size:
            longer = np.empty(2 * begins.size)
            longer[:i] = begins
            begins = longer
        begins[i] = now
        i += 1
    return begins[:i]
