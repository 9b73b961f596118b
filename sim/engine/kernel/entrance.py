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
    person = state.people[i]
    book.begin_visit(state.visits[i])
    state.visits[i]["arrived"] = now
    person["stamp"] = 0
    person["booking"] = day.seekers[i]["bookings_from"]
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
def go_on_inside(  # noqa: PLR0911, PLR0912 - a loop over the stations costs a tenth of the time of a short visit
    day: FairDay, state: State, key: Key, i: int, now: float
) -> int:
    """The person has reached or finished a station on the way to the booths; returns what they do next.

    Stations and ways that take no time are passed: the end of each part of the story is the beginning of the next.
    """
    hall, person, who = day.hall[0], state.people[i], day.seekers[i]["who"]
    turns = state.hall[IS_ANNOUNCED] and hall["turn_round"]
    place = person["place"]
    if place == ON_WAY_TO_DESK:
        if turns:
            return book.TURNED_ROUND
        law = (hall["desk_kind"], hall["desk_a"], hall["desk_b"], hall["desk_c"])
        minutes = minutes_of(day, key, i, DESK, _FIRST, law)
        place = AT_DESK
        if minutes > 0.0:
            return _stay_until(state, i, place, now + minutes)
    if place == AT_DESK:
        share = hall["guidance_visit_share"]
        if share > 0.0 and rules.happens(uniforms(key, who, GUIDANCE, _FIRST)[0], share):
            minutes = walk(day, state, key, i, hall["desk_to_guidance"])
            place = ON_WAY_TO_GUIDANCE
        else:
            minutes = walk(day, state, key, i, hall["desk_to_booths"])
            place = ON_WAY_TO_BOOTHS
        if minutes > 0.0:
            return _stay_until(state, i, place, now + minutes)
    if place == ON_WAY_TO_GUIDANCE:
        person["place"] = place
        if turns:
            return book.TURNED_ROUND
        law = (hall["guidance_kind"], hall["guidance_a"], hall["guidance_b"], hall["guidance_c"])
        minutes = minutes_of(day, key, i, GUIDANCE_MINUTES, _FIRST, law)
        place = AT_GUIDANCE
        if minutes > 0.0:
            return _stay_until(state, i, place, now + minutes)
    if place == AT_GUIDANCE:
        person["place"] = place
        if rules.happens(uniforms(key, who, GUIDANCE, _FIRST)[1], hall["guidance_leave_share"]):
            return book.LEFT_AFTER_GUIDANCE
        if turns:
            return book.TURNED_ROUND
        minutes = walk(day, state, key, i, hall["guidance_to_booths"])
        place = ON_WAY_TO_BOOTHS
        if minutes > 0.0:
            return _stay_until(state, i, place, now + minutes)
    if place == ON_WAY_TO_BOOTHS:
        person["place"] = place
        state.visits[i]["reached"] = now
        if turns:
            return book.TURNED_ROUND
        if day.seekers[i]["applies"]:
            return CHOOSES
        minutes = day.seekers[i]["stay"]
        place = LOOKING
        if minutes > 0.0:
            return _stay_until(state, i, place, now + minutes)
    if place == LOOKING:
        person["place"] = place
        return book.LOOKED_AROUND
    return REMAINS


@inlined
def _stay_until(state: State, i: int, place: int, time: float) -> int:
    """The person is at a place, or on a way, until then."""
    state.people[i]["place"] = place
    schedule(state.calendar, state.hall, time, rules.STATION_REACHED, i, NO_STAMP)
    return REMAINS
