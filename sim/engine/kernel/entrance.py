"""The kernel's entrance: from the queue outside through the gate, the desk and the guidance area to the booths."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined, jit
from sim.draws import DESK, GATE, GUIDANCE, GUIDANCE_MINUTES, OUTSIDE_PATIENCE, Key, uniforms
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.exits import end_outside, minutes_of, wake_gate, walk
from sim.engine.kernel.state import (
    AT_DESK,
    AT_GATE,
    AT_GUIDANCE,
    BUSY_LANES,
    CHOOSES,
    INSIDE,
    IS_ANNOUNCED,
    IS_OPEN,
    IS_REFUSING,
    LOOKING,
    NO_STAMP,
    ON_WAY_TO_BOOTHS,
    ON_WAY_TO_DESK,
    ON_WAY_TO_GUIDANCE,
    OUTSIDE,
    OUTSIDE_HEAD,
    REMAINS,
    State,
    join_outside,
    leave_outside,
    schedule,
    set_deadline,
)  # fmt: skip

_FIRST = np.uint64(0)


@inlined
def arrive(day: FairDay, state: State, key: Key, i: int, now: float) -> None:
    """A seeker arrives outside: refused, straight to a gate lane, or into the queue."""
    hall = state.hall
    state.visits[i]["arrived"] = now
    if hall[IS_REFUSING]:
        end_outside(state, i, book.TURNED_AWAY, now)
        return
    if hall[OUTSIDE_HEAD] < 0 and _has_room(day, state):
        _begin_gate(day, state, key, i, now)
        return
    join_outside(state, i)
    state.people[i]["place"] = OUTSIDE
    limits = day.hall[0]
    law = (
        limits["outside_patience_kind"],
        limits["outside_patience_a"],
        limits["outside_patience_b"],
        limits["outside_patience_c"],
    )
    patience = minutes_of(day, key, i, OUTSIDE_PATIENCE, _FIRST, law)
    set_deadline(state, now + patience, i)


@inlined
def _has_room(day: FairDay, state: State) -> bool:
    """Whether the next person may begin the gate: doors open, a lane free, the hall below its limit."""
    limits, hall = day.hall[0], state.hall
    if not hall[IS_OPEN] or (limits["lanes"] > 0 and hall[BUSY_LANES] >= limits["lanes"]):
        return False
    return bool(limits["people_limit"] < 0 or hall[INSIDE] < limits["people_limit"])


@inlined
def _begin_gate(day: FairDay, state: State, key: Key, i: int, now: float) -> None:
    """A gate lane begins with a person, who from now on counts as inside; without a gate they walk in."""
    hall, gate = state.hall, day.hall[0]
    hall[INSIDE] += 1
    state.visits[i]["checked"] = now
    if gate["lanes"] == 0:
        _enter(day, state, key, i, now)
        return
    hall[BUSY_LANES] += 1
    state.people[i]["place"] = AT_GATE
    law = (gate["gate_kind"], gate["gate_a"], gate["gate_b"], gate["gate_c"])
    schedule(
        state.calendar,
        state.hall,
        now + minutes_of(day, key, i, GATE, _FIRST, law),
        rules.GATE_DONE,
        i,
        NO_STAMP,
    )


@inlined
def pass_gate(day: FairDay, state: State, key: Key, i: int, now: float) -> None:
    """A lane is done with a person: it calls the next, the person walks in."""
    if state.people[i]["place"] != AT_GATE:
        return
    state.hall[BUSY_LANES] -= 1
    wake_gate(state, now)
    _enter(day, state, key, i, now)


@jit
def call_gate(day: FairDay, state: State, key: Key, now: float) -> None:
    """The gate takes people from the queue outside while there is room."""
    hall = state.hall
    while hall[OUTSIDE_HEAD] >= 0 and _has_room(day, state):
        i = hall[OUTSIDE_HEAD]
        leave_outside(state, i)
        state.people[i]["stamp"] += 1
        _begin_gate(day, state, key, i, now)


@inlined
def _enter(day: FairDay, state: State, key: Key, i: int, now: float) -> None:
    """Through the gate; the way to the desk."""
    person = state.people[i]
    person["legs"] = 0
    person["choices"] = 0
    person["cursor"] = 0
    person["zone"] = 0
    person["seen"] = np.uint64(0)
    person["first"] = -1
    state.visits[i]["entered"] = now
    person["place"] = ON_WAY_TO_DESK
    minutes = walk(day, state, key, i, day.hall[0]["entrance_to_desk"])
    schedule(state.calendar, state.hall, now + minutes, rules.STATION_REACHED, i, NO_STAMP)


@inlined
def go_on_inside(day: FairDay, state: State, key: Key, i: int, now: float) -> int:
    """The person has reached or finished a station on the way to the booths; stations that take no time are passed."""
    minutes, step = 0.0, REMAINS
    while minutes == 0.0 and step == REMAINS:
        minutes, step = _next_station(day, state, key, i, now)
    if minutes > 0.0:
        schedule(state.calendar, state.hall, now + minutes, rules.STATION_REACHED, i, NO_STAMP)
    return step


@inlined
def _next_station(day: FairDay, state: State, key: Key, i: int, now: float) -> tuple[float, int]:
    """Send the person on to the next station; returns its minutes, and what they do if there is none."""
    hall, person, who = day.hall[0], state.people[i], day.seekers[i]["who"]
    turns = state.hall[IS_ANNOUNCED] and hall["turn_round"]
    place = person["place"]
    outcome = book.TURNED_ROUND
    if place == ON_WAY_TO_DESK:
        if not turns:
            person["place"] = AT_DESK
            law = (hall["desk_kind"], hall["desk_a"], hall["desk_b"], hall["desk_c"])
            return minutes_of(day, key, i, DESK, _FIRST, law), REMAINS
    elif place == AT_DESK:
        if rules.happens(uniforms(key, who, GUIDANCE, _FIRST)[0], hall["guidance_visit_share"]):
            person["place"] = ON_WAY_TO_GUIDANCE
            return walk(day, state, key, i, hall["desk_to_guidance"]), REMAINS
        person["place"] = ON_WAY_TO_BOOTHS
        return walk(day, state, key, i, hall["desk_to_booths"]), REMAINS
    elif place == ON_WAY_TO_GUIDANCE:
        if not turns:
            person["place"] = AT_GUIDANCE
            law = (hall["guidance_kind"], hall["guidance_a"], hall["guidance_b"], hall["guidance_c"])
            return minutes_of(day, key, i, GUIDANCE_MINUTES, _FIRST, law), REMAINS
    elif place == AT_GUIDANCE:
        if rules.happens(uniforms(key, who, GUIDANCE, _FIRST)[1], hall["guidance_leave_share"]):
            outcome = book.LEFT_AFTER_GUIDANCE
        elif not turns:
            person["place"] = ON_WAY_TO_BOOTHS
            return walk(day, state, key, i, hall["guidance_to_booths"]), REMAINS
    elif place == ON_WAY_TO_BOOTHS:
        state.visits[i]["reached"] = now
        if not turns:
            return _reach_booths(day, state, i)
    elif place == LOOKING:
        outcome = book.LOOKED_AROUND
    else:
        return -1.0, REMAINS
    return 0.0, outcome


@inlined
def _reach_booths(day: FairDay, state: State, i: int) -> tuple[float, int]:
    """The person stands before the booths: minutes of looking around, or the choice of a booth."""
    if day.seekers[i]["applies"]:
        return 0.0, CHOOSES
    state.people[i]["place"] = LOOKING
    return day.seekers[i]["stay"], REMAINS
