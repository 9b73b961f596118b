"""The kernel's entrance: from the queue outside through the gate, the desk and the guidance area to the booths."""

from __future__ import annotations

import numpy as np

from sim.compiled import inlined, jit
from sim.draws import DESK, GATE, GUIDANCE, GUIDANCE_MINUTES, OUTSIDE_PATIENCE, Key, uniforms
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.booths import next_booth
from sim.engine.kernel.exits import end_outside, minutes_of, turn_to_exit, wake_gate, walk
from sim.engine.kernel.state import (
    AT_DESK,
    AT_GATE,
    AT_GUIDANCE,
    BUSY_LANES,
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
    State,
    join_outside,
    leave_outside,
    schedule,
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
    schedule(state.calendar, state.hall, now + patience, rules.PATIENCE_ENDS, i, int(state.people[i]["stamp"]))


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
def go_on_inside(day: FairDay, state: State, key: Key, i: int, now: float) -> None:
    """The person has reached or finished a station on the way to the booths; stations that take no time are passed."""
    minutes = 0.0
    while minutes == 0.0:
        minutes = _next_station(day, state, key, i, now)
    if minutes > 0.0:
        schedule(state.calendar, state.hall, now + minutes, rules.STATION_REACHED, i, NO_STAMP)


@inlined
def _next_station(day: FairDay, state: State, key: Key, i: int, now: float) -> float:
    """Send the person on to what comes next; returns its minutes, -1 if the way to the booths is over."""
    hall, person, who = day.hall[0], state.people[i], day.seekers[i]["who"]
    turns = state.hall[IS_ANNOUNCED] and hall["turn_round"]
    place = person["place"]
    outcome = book.TURNED_ROUND
    way_out = hall["booths_to_exit"]
    if place == ON_WAY_TO_DESK:
        if not turns:
            person["place"] = AT_DESK
            law = (hall["desk_kind"], hall["desk_a"], hall["desk_b"], hall["desk_c"])
            return minutes_of(day, key, i, DESK, _FIRST, law)
        way_out = hall["desk_to_exit"]
    elif place == AT_DESK:
        if rules.happens(uniforms(key, who, GUIDANCE, _FIRST)[0], hall["guidance_visit_share"]):
            person["place"] = ON_WAY_TO_GUIDANCE
            return walk(day, state, key, i, hall["desk_to_guidance"])
        person["place"] = ON_WAY_TO_BOOTHS
        return walk(day, state, key, i, hall["desk_to_booths"])
    elif place == ON_WAY_TO_GUIDANCE:
        if not turns:
            person["place"] = AT_GUIDANCE
            law = (hall["guidance_kind"], hall["guidance_a"], hall["guidance_b"], hall["guidance_c"])
            return minutes_of(day, key, i, GUIDANCE_MINUTES, _FIRST, law)
        way_out = hall["guidance_to_exit"]
    elif place == AT_GUIDANCE:
        leaves = rules.happens(uniforms(key, who, GUIDANCE, _FIRST)[1], hall["guidance_leave_share"])
        if not (leaves or turns):
            person["place"] = ON_WAY_TO_BOOTHS
            return walk(day, state, key, i, hall["guidance_to_booths"])
        outcome = book.LEFT_AFTER_GUIDANCE if leaves else book.TURNED_ROUND
        way_out = hall["guidance_to_exit"]
    elif place == ON_WAY_TO_BOOTHS:
        return _reach_booths(day, state, key, i, now, turns)
    elif place == LOOKING:
        outcome = book.LOOKED_AROUND
    else:
        return -1.0
    turn_to_exit(day, state, key, i, outcome, way_out, now)
    return -1.0


@inlined
def _reach_booths(day: FairDay, state: State, key: Key, i: int, now: float, turns: bool) -> float:
    """The person stands before the booths; returns the minutes of looking around, -1 for those who do not just look."""
    state.visits[i]["reached"] = now
    if turns:
        turn_to_exit(day, state, key, i, book.TURNED_ROUND, day.hall[0]["booths_to_exit"], now)
        return -1.0
    if day.seekers[i]["applies"]:
        next_booth(day, state, key, i, now)
        return -1.0
    state.people[i]["place"] = LOOKING
    return float(day.seekers[i]["stay"])
