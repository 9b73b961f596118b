"""The kernel's booth choice, where most of its time goes: which of the boards that a seeker reads is the best."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import expect, inlined, jit
from sim.draws import PAIR, TIE, Key, uniform
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.state import State, sure

_NONE = np.uint64(0)
_ONE = np.uint64(1)


@jit
def refresh_crowd(day: FairDay, state: State, b: int) -> None:
    """Note how much a booth's present queue puts people off."""
    if day.hall[0]["rule"] != rules.LOGIT:
        return
    stand = state.stands[b]
    stand["crowd"] = rules.crowding(day.hall[0]["queue_weight"], stand["waiting"], stand["recruiters"])


@inlined
def choose(day: FairDay, state: State, key: Key, i: int) -> int:
    """Row of the booth that person `i` goes to next, -1 if there is none: by the hall's rule of choice."""
    if day.hall[0]["rule"] == rules.FIXED_ORDER:
        return _next_in_order(day, state, i)
    return _best_board(day, state, key, i)


@jit
def _next_in_order(day: FairDay, state: State, i: int) -> int:
    """The next booth in the hall's order that has not gone and suits."""
    person = state.people[i]
    for b in range(sure(person["cursor"]), day.booths.size):
        if not state.stands[b]["gone"] and _is_candidate(day, state, i, b):
            person["cursor"] = b + 1
            return b
    person["cursor"] = day.booths.size
    return -1


@inlined
def _is_candidate(day: FairDay, state: State, i: int, b: int) -> bool:
    """Whether a booth has an open post that suits and is not among the seeker's appointments."""
    seeker = day.seekers[i]
    if not rules.suits(seeker["accepts"], state.stands[b]["open"]):
        return False
    for row in range(seeker["bookings_from"], seeker["bookings_until"]):  # noqa: SIM110 - does not compile otherwise
        if day.bookings[row]["booth"] == b:
            return False
    return True


@inlined
def _best_board(day: FairDay, state: State, key: Key, i: int) -> int:
    """Read the boards on the seeker's list and take the best unvisited booth; marks it as visited."""
    hall, seeker = day.hall[0], day.seekers[i]
    found = _note_candidates(day, state, key, i)
    lasting = Key(key.seed, key.replication, np.uint64(0))
    best, lowest, first_tie = -1, math.inf, 0.0
    for c in range(found):
        b = sure(state.candidates[c]["booth"])
        stand, booth = state.stands[b], day.booths[b]
        tie = 0.0
        if hall["rule"] == rules.SHORTEST_QUEUE:
            cost = float(stand["waiting"] + stand["busy"])
            tie = uniform(key, seeker["who"], TIE, booth["firm"])
        else:
            u = uniform(lasting, seeker["who"], PAIR, booth["firm"])
            cost = rules.logit_cost(u, booth["attraction"], stand["crowd"])
        if cost < lowest or (cost == lowest and tie < first_tie):
            best, lowest, first_tie = c, cost, tie
    if best < 0:
        return -1
    state.people[i]["seen"] |= state.candidates[best]["bit"]
    return int(state.candidates[best]["booth"])


@inlined
def _note_candidates(day: FairDay, state: State, key: Key, i: int) -> int:
    """Note the booths on the seeker's list that are open, unvisited and suit; returns how many.

    Each board is noted, and counts only if its booth may be chosen: no processor can guess whether it may, so nothing
    jumps on it, and the draws that follow come one behind the other.
    """
    seeker, person = day.seekers[i], state.people[i]
    prime, booths = day.hall[0]["prime"], day.booths.size
    accepts, seen = seeker["accepts"], person["seen"]
    if person["first"] < 0:
        person["first"], person["stride"] = rules.reading_order(key, seeker["who"], booths, prime)
    row, stride = sure(person["first"]), person["stride"]
    is_booked = seeker["bookings_from"] < seeker["bookings_until"]
    bit = _ONE
    listed = found = 0
    for _ in range(prime):
        following = row + stride
        if following >= prime:
            following -= prime
        expect(state.stands, following)
        expect(day.booths, following)
        if row < booths and (not seeker["informed"] or rules.suits(accepts, day.booths[row]["offered"])):
            stand = state.stands[row]
            suits = not is_booked or _is_candidate(day, state, i, row)
            state.candidates[found]["booth"] = row
            state.candidates[found]["bit"] = bit
            found += (
                int((seen & bit) == _NONE)
                & int(stand["recruiters"] > 0)
                & int(stand["gone"] == 0)
                & int((accepts & stand["open"]) != _NONE)
                & int(suits)
            )
            bit = bit << _ONE
            listed += 1
            if listed >= seeker["boards"]:
                break
        row = following
    return found
