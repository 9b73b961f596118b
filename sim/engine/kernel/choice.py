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
    hall, seeker, person = day.hall[0], day.seekers[i], state.people[i]
    prime, booths = hall["prime"], day.booths.size
    who, accepts = seeker["who"], seeker["accepts"]
    if person["first"] < 0:
        person["first"], person["stride"] = rules.reading_order(key, who, booths, prime)
    lasting = Key(key.seed, key.replication, np.uint64(0))
    shortest = hall["rule"] == rules.SHORTEST_QUEUE
    seen, stride = person["seen"], person["stride"]
    best, best_bit, lowest, first_tie = -1, _NONE, math.inf, 0.0
    row = sure(person["first"])
    bit = _ONE
    listed = 0
    for _ in range(prime):
        following = row + stride
        if following >= prime:
            following -= prime
        expect(state.stands, following)
        expect(day.booths, following)
        if row < booths and (not seeker["informed"] or rules.suits(accepts, day.booths[row]["offered"])):
            stand = state.stands[row]
            if not seen & bit and stand["recruiters"] > 0 and not stand["gone"] and _is_candidate(day, state, i, row):
                tie = 0.0
                if shortest:
                    cost = float(stand["waiting"] + stand["busy"])
                    tie = uniform(key, who, TIE, day.booths[row]["firm"])
                else:
                    u = uniform(lasting, who, PAIR, day.booths[row]["firm"])
                    cost = rules.logit_cost(u, day.booths[row]["attraction"], stand["crowd"])
                if cost < lowest or (cost == lowest and tie < first_tie):
                    best, best_bit, lowest, first_tie = row, bit, cost, tie
            bit = bit << _ONE
            listed += 1
            if listed >= seeker["boards"]:
                break
        row = following
    person["seen"] = seen | best_bit
    return best
