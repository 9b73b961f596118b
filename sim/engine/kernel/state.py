"""The kernel's memory: what is true at the present instant of a fair day, as flat arrays, and the queues in it.

One row per person and per booth, one vector of counters for the hall. Queues are lists linked through the people's
rows, so that whoever gives up leaves from the middle at once. Every array is made by the caller: nothing is allocated
while the day runs.
"""

from __future__ import annotations

import math
from typing import NamedTuple, cast

import numpy as np

from sim.compiled import inlined, jit
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.calendar import ENTRY, encode, push, put, take_in_hand
from sim.engine.ledger import STAY, VISIT

# Where a person is.
(OUTSIDE, AT_GATE, ON_WAY_TO_DESK, AT_DESK, ON_WAY_TO_GUIDANCE, AT_GUIDANCE, ON_WAY_TO_BOOTHS, LOOKING, ON_WAY,
 WAITING, TALKING, LEAVING, GONE) = range(13)  # fmt: skip

PERSON = np.dtype(
    [
        ("seen", "u8"),  # bit k: the k-th board on the own list has been acted on
        ("place", "i4"),
        ("stamp", "i4"),  # counts waits; an entry in the calendar with another stamp is withdrawn
        ("booth", "i4"),  # where the person waits or talks, or is going
        ("stay", "i4"),  # row of the current stay
        ("next", "i4"),  # behind this person in the queue, -1: nobody
        ("previous", "i4"),
        ("priority", "i4"),  # in the present queue
        ("zone", "i4"),
        ("legs", "i4"),  # ways walked so far
        ("choices", "i4"),
        ("cursor", "i4"),  # next booth of the fixed order
        ("booking", "i4"),  # next row of bookings
        ("first", "i4"),  # where reading the boards begins
        ("stride", "i4"),
    ],
    align=True,
)

STAND = np.dtype(
    [
        ("open", "u8"),  # bit k: a post in occupation k is left
        ("crowd", "f8"),  # `rules.crowding` of the present queue
        ("recruiters", "i4"),
        ("busy", "i4"),
        ("waiting", "i4"),
        ("head", "i4"),
        ("tail", "i4"),
        ("gone", "i4"),
    ],
    align=True,
)

CANDIDATE = np.dtype([("booth", "i8"), ("bit", "u8")])  # a booth and its board's bit in `seen`

# Counters of the hall.
(ENTRIES, DEADLINES, INSIDE, BUSY_LANES, OUTSIDE_HEAD, OUTSIDE_TAIL, IS_OPEN, IS_REFUSING, IS_ANNOUNCED, IS_CLOSED,
 STAYS, ARRIVALS, STATUS) = range(13)  # fmt: skip
COUNTERS = 13

_ROWS = 0xFFFFFFFF

NO_STAMP = cast(int, np.int64(0))  # of entries in the calendar that are never withdrawn; typed like a stamp

RUNS, DONE, STAYS_FULL, CALENDAR_FULL = range(4)

# What a person does next, as whoever dealt with them says it; an outcome of the visit means: turns to the exit with it.
CHOOSES = cast(int, np.int64(-1))  # the next booth
REMAINS = cast(int, np.int64(0))  # waits, talks or walks; what follows is in the calendar


class State(NamedTuple):
    """The kernel's working arrays for one day."""

    people: np.ndarray  # PERSON, as many rows as seekers
    stands: np.ndarray  # STAND, as many rows as booths
    posts_left: np.ndarray  # int64, as many as rows of posts: intents still possible
    calendar: np.ndarray  # calendar.ENTRY
    deadlines: np.ndarray  # calendar.ENTRY, a mere heap: when whose patience ends
    hall: np.ndarray  # int64, COUNTERS
    candidates: np.ndarray  # CANDIDATE, as many rows as booths: among which the seeker of the moment chooses
    visits: np.ndarray  # ledger.VISIT, as many rows as seekers
    stays: np.ndarray  # ledger.STAY; until an interview begins, `ended` holds the minutes that it will take


def new_state(day: FairDay, stays: int) -> State:
    """Working arrays for a day with room for so many stays. Memory that is not written to is not taken."""
    people, booths = day.seekers.size, day.booths.size
    return State(
        np.empty(people, PERSON),
        np.empty(booths, STAND),
        day.posts["intents"].astype(np.int64),
        np.empty(2 * people + day.shifts.size + 2 * booths + 16, ENTRY),
        np.empty(people + stays + 2, ENTRY),
        np.zeros(COUNTERS, np.int64),
        np.empty(booths, CANDIDATE),
        np.empty(people, VISIT),
        np.empty(stays, STAY),
    )


@inlined
def wide(row: int) -> int:
    """A row from a narrow column in the width of all other rows: a function is compiled again for each other width."""
    return int(np.int64(row))


@inlined
def sure(row: int) -> int:
    """The same of a row that is surely none below 0: no code is then made for counting from an array's end."""
    return int(np.int64(row)) & _ROWS


@jit
def schedule(calendar: np.ndarray, hall: np.ndarray, time: float, rank: int, row: int, stamp: int) -> None:
    """Put something to come into the calendar."""
    code = encode(rank, row, stamp)
    if take_in_hand(calendar, time, code):
        return
    if hall[ENTRIES] + 1 >= calendar.size:
        hall[STATUS] = CALENDAR_FULL
        return
    hall[ENTRIES] = put(calendar, hall[ENTRIES], time, code)


@inlined
def set_deadline(state: State, time: float, i: int) -> None:
    """Note when the patience of person `i`, who waits, will end.

    Deadlines have a heap of their own: nearly all of them are withdrawn and would only make the way of everything else
    through the calendar longer. One at a time for each wait, so there is always room. Endless patience needs none.
    """
    if time == math.inf:
        return
    code = encode(rules.PATIENCE_ENDS, i, wide(state.people[i]["stamp"]))
    state.hall[DEADLINES] = push(state.deadlines, state.hall[DEADLINES], time, code)


@inlined
def join_queue(state: State, booth: int, i: int, priority: int) -> None:
    """Put person `i` into a booth's queue, behind everybody of the same or an earlier priority."""
    people, stand = state.people, state.stands[booth]
    people[i]["priority"] = priority
    after = stand["tail"]
    while after >= 0 and people[after]["priority"] > priority:
        after = people[after]["previous"]
    behind = stand["head"] if after < 0 else people[after]["next"]
    people[i]["previous"] = after
    people[i]["next"] = behind
    if after < 0:
        stand["head"] = i
    else:
        people[after]["next"] = i
    if behind < 0:
        stand["tail"] = i
    else:
        people[behind]["previous"] = i
    stand["waiting"] += 1


@inlined
def leave_queue(state: State, booth: int, i: int) -> None:
    """Take person `i` out of a booth's queue, wherever they stand."""
    people, stand = state.people, state.stands[booth]
    before = people[i]["previous"]
    behind = people[i]["next"]
    if before < 0:
        stand["head"] = behind
    else:
        people[before]["next"] = behind
    if behind < 0:
        stand["tail"] = before
    else:
        people[behind]["previous"] = before
    stand["waiting"] -= 1


@inlined
def join_outside(state: State, i: int) -> None:
    """Put person `i` at the end of the queue outside."""
    people, hall = state.people, state.hall
    tail = hall[OUTSIDE_TAIL]
    people[i]["previous"] = tail
    people[i]["next"] = -1
    if tail < 0:
        hall[OUTSIDE_HEAD] = i
    else:
        people[tail]["next"] = i
    hall[OUTSIDE_TAIL] = i


@inlined
def leave_outside(state: State, i: int) -> None:
    """Take person `i` out of the queue outside, wherever they stand."""
    people, hall = state.people, state.hall
    before = people[i]["previous"]
    behind = people[i]["next"]
    if before < 0:
        hall[OUTSIDE_HEAD] = behind
    else:
        people[before]["next"] = behind
    if behind < 0:
        hall[OUTSIDE_TAIL] = before
    else:
        people[behind]["previous"] = before
