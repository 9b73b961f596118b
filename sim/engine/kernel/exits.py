"""The kernel's exits and what every part of it needs: minutes drawn for a person, ways walked, leaving the hall."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined
from sim.draws import WALK, Key
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.state import (
    AT_GUIDANCE,
    GONE,
    INSIDE,
    LEAVING,
    NO_STAMP,
    ON_WAY_TO_DESK,
    ON_WAY_TO_GUIDANCE,
    OUTSIDE_HEAD,
    State,
    schedule,
)  # fmt: skip


@inlined
def minutes_of(day: FairDay, key: Key, i: int, decision: np.uint64, index: np.uint64, law: rules.Law) -> float:
    """Minutes from a distribution for person `i`, on the day's time step."""
    return rules.on_grid(rules.drawn(key, day.seekers[i]["who"], decision, index, law), day.hall[0]["time_step"])


@inlined
def walk(day: FairDay, state: State, key: Key, i: int, metres: float) -> float:
    """Minutes that person `i` needs for a way, at a speed of its own."""
    if metres <= 0.0:
        return 0.0
    hall, person = day.hall[0], state.people[i]
    law = (hall["speed_kind"], hall["speed_a"], hall["speed_b"], hall["speed_c"])
    speed = rules.drawn(key, day.seekers[i]["who"], WALK, np.uint64(person["legs"]), law)
    person["legs"] += 1
    return rules.on_grid(metres / speed, hall["time_step"])


@inlined
def _metres_out(day: FairDay, place: int) -> float:
    """The way to the exit from where a person is."""
    hall = day.hall[0]
    if place == ON_WAY_TO_DESK:
        return float(hall["desk_to_exit"])
    if place in (ON_WAY_TO_GUIDANCE, AT_GUIDANCE):
        return float(hall["guidance_to_exit"])
    return float(hall["booths_to_exit"])


@inlined
def turn_to_exit(day: FairDay, state: State, key: Key, i: int, outcome: int, now: float) -> None:
    """The visit is over for person `i`, who walks out."""
    visit = state.visits[i]
    visit["turned"] = now
    visit["outcome"] = outcome
    minutes = walk(day, state, key, i, _metres_out(day, state.people[i]["place"]))
    if minutes > 0.0:
        state.people[i]["place"] = LEAVING
        schedule(state.calendar, state.hall, now + minutes, rules.HALL_LEFT, i, NO_STAMP)
    else:
        leave(state, i, now)


@inlined
def leave(state: State, i: int, now: float) -> None:
    """Person `i` is out of the hall; there is room for another."""
    state.people[i]["place"] = GONE
    state.people[i]["stamp"] += 1
    state.visits[i]["left"] = now
    state.hall[INSIDE] -= 1
    wake_gate(state, now)


@inlined
def wake_gate(state: State, now: float) -> None:
    """A lane or a place in the hall has become free: the gate calls at this instant, when all is settled."""
    if state.hall[OUTSIDE_HEAD] >= 0:
        schedule(state.calendar, state.hall, now, rules.GATE_CALLS, 0, NO_STAMP)


@inlined
def end_outside(state: State, i: int, outcome: int, now: float) -> None:
    """A visit ends outside or at the gate."""
    state.people[i]["place"] = GONE
    state.people[i]["stamp"] += 1
    state.visits[i]["outcome"] = outcome
    state.visits[i]["left"] = now
