"""Drawing visits: the compiled loops that decide when each seeker comes to a fair and with what intentions.

Pure functions of arrays. What a person does on one day has the day in its address; another day gives other numbers.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import jit
from sim.draws import ARRIVAL, VISIT, VISIT_LIMITS, Key, exponential, uniform, uniforms
from sim.engine import rules

INTENTION = np.dtype(
    [
        ("talk_share", "f8"),
        ("informed_share", "f8"),
        *[(f"{name}_{field}", "f8") for name in ("stay", "look", "queue_limit", "booths_wanted") for field in "kabc"],
    ],
    align=True,
)
"""With what intentions the members of a group come, one row per group; distributions as kind, a, b, c."""

_FIRST = np.uint64(0)
_MOST = 2147483647


@jit
def draw_visits(
    key: Key,
    people: np.ndarray,
    intentions: np.ndarray,
    boards: tuple[int, int],
    profile: tuple[np.ndarray, np.ndarray],
    time_step: float,
    seekers: np.ndarray,
) -> None:
    """Fill in the visits of people to one fair.

    Args:
        key: of the fair's day.
        people: population.drawing.PERSON.
        intentions: INTENTION, one row per group.
        boards: how many boards the uninformed read, and how many suitable ones the informed know.
        profile: clock times of the steps' ends (one more than steps), and cumulated shares of arrivals at them.
        time_step: minutes to which times are rounded, 0: not at all.
        seekers: engine.day.SEEKER, as many rows as people; changed in place.
    """
    for i in range(people.size):
        person, seeker = people[i], seekers[i]
        who = person["who"]
        plan = intentions[person["group"]]
        first = uniforms(key, who, VISIT, _FIRST)
        applies = rules.happens(first[0], plan["talk_share"])
        informed = rules.happens(first[1], plan["informed_share"])
        if applies:
            stay = _drawn(key, who, np.uint64(0), (plan["stay_k"], plan["stay_a"], plan["stay_b"], plan["stay_c"]))
        else:
            stay = _drawn(key, who, np.uint64(0), (plan["look_k"], plan["look_a"], plan["look_b"], plan["look_c"]))
        law = (plan["queue_limit_k"], plan["queue_limit_a"], plan["queue_limit_b"], plan["queue_limit_c"])
        limit = _drawn(key, who, np.uint64(1), law)
        law = (
            plan["booths_wanted_k"],
            plan["booths_wanted_a"],
            plan["booths_wanted_b"],
            plan["booths_wanted_c"],
        )
        wanted = _drawn(key, who, np.uint64(2), law)
        arrival = person["arrives"]
        if math.isnan(arrival):
            arrival = time_of_share(profile, uniform(key, who, ARRIVAL, _FIRST))
        seeker["who"] = who
        seeker["arrival"] = rules.on_grid(arrival, time_step)
        seeker["stay"] = rules.on_grid(stay, time_step)
        seeker["skill"] = person["skill"]
        seeker["reservation"] = person["reservation"]
        seeker["accepts"] = person["accepts"]
        seeker["occupation"] = person["occupation"]
        seeker["group"] = person["group"]
        seeker["district"] = person["district"]
        seeker["queue_limit"] = int(min(math.floor(limit), _MOST))
        seeker["booths_wanted"] = int(min(max(math.floor(wanted + 0.5), 1), _MOST))
        seeker["boards"] = boards[1] if informed else boards[0]
        seeker["bookings_from"] = 0
        seeker["bookings_until"] = 0
        seeker["applies"] = applies
        seeker["informed"] = informed


@jit
def _drawn(key: Key, who: np.uint64, index: np.uint64, law: rules.Law) -> float:
    """One of the limits that a person sets for a visit."""
    return float(rules.drawn(key, who, VISIT_LIMITS, index, law))


@jit
def time_of_share(profile: tuple[np.ndarray, np.ndarray], share: float) -> float:
    """Clock time by which this share of the arrivals has come; within a step arrivals are even."""
    edges, cumulated = profile
    step = 0
    while step < edges.size - 2 and share >= cumulated[step + 1]:
        step += 1
    width = cumulated[step + 1] - cumulated[step]
    if width <= 0.0:
        return float(edges[step + 1])
    return float(edges[step] + (edges[step + 1] - edges[step]) * (share - cumulated[step]) / width)


@jit
def draw_poisson_arrivals(
    key: Key, first: np.uint64, expected: float, profile: tuple[np.ndarray, np.ndarray], times: np.ndarray
) -> int:
    """Arrival times of a Poisson process with piecewise-constant rates, sampled exactly by a change of time.

    The k-th person, `first` + k, brings an exponential number; the sum of the first k numbers is the k-th arrival of a
    process of rate one, and the profile's cumulated rate takes it to the clock.

    Returns how many came; more than `times` holds means that it was too short, and only the first are in it.
    """
    total = 0.0
    count = 0
    while True:
        total += exponential(uniform(key, first + np.uint64(count), ARRIVAL, _FIRST))
        if total >= expected:
            return count
        if count < times.size:
            times[count] = time_of_share(profile, total / expected)
        count += 1
