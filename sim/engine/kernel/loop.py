"""The kernel: one fair day at machine speed, as an event loop over flat arrays.

The same story as `sim.engine.reference`, told without generators: each function handles one kind of thing that can come
next and puts what follows into the calendar. A pure function of arrays; no file, no exception, no allocation while the
day runs; an integer status comes back. Units, names and checks stay outside.
"""

from __future__ import annotations

import math

from sim.compiled import borrowed, expect, inlined, jit, merged
from sim.draws import Key
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.booths import (
    change_shift,
    dissolve_queue,
    end_interview,
    lose_patience,
    move_on,
    move_queue,
    open_occupations,
    reach_booth,
)  # fmt: skip
from sim.engine.kernel.calendar import (
    STAMPS,
    clear,
    drop_first,
    drop_first_of_heap,
    first_of,
    first_of_heap,
    is_empty_until,
    is_in_hand,
    rank_of,
    row_of,
    row_to_come,
    stamp_of,
    take_from_hand,
)
from sim.engine.kernel.choice import refresh_crowd
from sim.engine.kernel.entrance import arrive, call_gate, go_on_inside, pass_gate
from sim.engine.kernel.exits import end_outside, leave, turn_to_exit
from sim.engine.kernel.state import (
    ARRIVALS,
    AT_GATE,
    DEADLINES,
    DONE,
    ENTRIES,
    GONE,
    INSIDE,
    IS_ANNOUNCED,
    IS_CLOSED,
    IS_OPEN,
    IS_REFUSING,
    LEAVING,
    NO_STAMP,
    ON_WAY,
    OUTSIDE,
    OUTSIDE_HEAD,
    OUTSIDE_TAIL,
    REMAINS,
    RUNS,
    STATUS,
    TALKING,
    WAITING,
    State,
    leave_outside,
    schedule,
    sure,
    wide,
)  # fmt: skip


@jit
def run_day(day: FairDay, state: State, key: Key) -> int:
    """Simulate one fair day; fills `state.visits` and `state.stays`.

    Arguments: the day, fresh working arrays for it, and the key of its draws. Returns DONE, or STAYS_FULL when
    `state.stays` has too few rows: the caller then tries again with more.
    """
    day = FairDay(
        borrowed(day.hall), borrowed(day.seekers), borrowed(day.groups), borrowed(day.booths), borrowed(day.posts),
        borrowed(day.shifts), borrowed(day.bookings), borrowed(day.travel),
    )  # fmt: skip
    state = State(
        borrowed(state.people), borrowed(state.stands), borrowed(state.posts_left), borrowed(state.calendar),
        borrowed(state.deadlines), borrowed(state.hall), borrowed(state.candidates), borrowed(state.visits),
        borrowed(state.stays),
    )  # fmt: skip
    hall, calendar, deadlines, seekers = state.hall, state.calendar, state.deadlines, day.seekers
    _prepare(day, state)
    now = -math.inf
    arrival = seekers[0]["arrival"] if seekers.size > 0 else math.inf
    while True:
        deadline, whose = first_of_heap(deadlines)
        if is_in_hand(calendar, now) and arrival > now and deadline > now:
            code = take_from_hand(calendar)
        elif hall[STATUS] != RUNS:
            break
        else:
            arrives = arrival < deadline and is_empty_until(calendar, arrival)
            if not arrives:
                now, code = first_of(calendar)
                if deadline < now or (deadline == now and whose < code):
                    now, code = deadline, whose
                arrives = arrival < now or (arrival == now and rank_of(code) > rules.ARRIVES)
            if arrives:
                if arrival == math.inf:
                    break
                now = arrival
                newcomer = sure(hall[ARRIVALS])
                hall[ARRIVALS] = newcomer + 1
                arrive(day, state, key, newcomer, now)
                arrival = seekers[newcomer + 1]["arrival"] if newcomer + 1 < seekers.size else math.inf
                continue
            if now == math.inf:
                break
            if rank_of(code) == rules.PATIENCE_ENDS:
                hall[DEADLINES] = drop_first_of_heap(deadlines, hall[DEADLINES])
            else:
                hall[ENTRIES] = drop_first(calendar, hall[ENTRIES])
            _expect_next(day, state)
        step = _happen(day, state, key, code, now)
        move_on(day, state, key, row_of(code), step, now)
    for i in range(hall[ARRIVALS], day.seekers.size):
        book.begin_visit(state.visits[i])
    if hall[STATUS] != RUNS:
        return int(hall[STATUS])
    _leave_waiting(state)
    return DONE


@inlined
def _expect_next(day: FairDay, state: State) -> None:
    """Have the rows brought near of the person who will probably be next: at a large fair they are far away."""
    i = row_to_come(state.calendar)
    if i < day.seekers.size:
        expect(state.people, i)
        expect(day.seekers, i)
        expect(state.visits, i)


@merged
def _happen(day: FairDay, state: State, key: Key, code: int, now: float) -> int:
    """One thing in the calendar happens; returns what the person whom it concerns does next."""
    rank, row = rank_of(code), row_of(code)
    if rank == rules.STATION_REACHED:
        return go_on_inside(day, state, key, row, now)
    elif rank == rules.INTERVIEW_ENDS:
        return end_interview(day, state, key, row, now)
    elif rank == rules.BOOTH_REACHED:
        if state.people[row]["place"] == ON_WAY:
            return reach_booth(day, state, key, row, now)
    elif rank == rules.HALL_LEFT:
        leave(state, row, now)
    elif rank == rules.GATE_DONE:
        pass_gate(day, state, key, row, now)
    elif rank == rules.QUEUE_MOVES:
        move_queue(day, state, row, now)
    elif rank == rules.PATIENCE_ENDS:
        if state.people[row]["stamp"] & (STAMPS - 1) == stamp_of(code):
            return _lose_patience(day, state, key, row, now)
    elif rank == rules.GATE_CALLS:
        call_gate(day, state, key, now)
    else:
        _happen_seldom(day, state, key, code, now)
    return REMAINS


@jit
def _happen_seldom(day: FairDay, state: State, key: Key, code: int, now: float) -> None:
    """Shifts and doors, apart from the rest: each call in `_happen` costs a little, whether it is made or not."""
    if rank_of(code) == rules.SHIFT_CHANGES:
        change_shift(day, state, key, row_of(code), stamp_of(code), now)
    else:
        _change_doors(day, state, key, row_of(code), now)


@jit
def _prepare(day: FairDay, state: State) -> None:
    """The instant before the first: nobody there, every booth untended, the doors' times in the calendar."""
    hall = state.hall
    hall[:] = 0
    hall[ENTRIES] = clear(state.calendar)
    hall[DEADLINES] = clear(state.deadlines)
    hall[OUTSIDE_HEAD] = -1
    hall[OUTSIDE_TAIL] = -1
    for b in range(day.booths.size):
        stand = state.stands[b]
        stand["crowd"] = 1.0
        stand["recruiters"] = 0
        stand["busy"] = 0
        stand["waiting"] = 0
        stand["head"] = -1
        stand["tail"] = -1
        stand["gone"] = 0
        stand["open"] = open_occupations(day, state, b)
        for s in range(day.booths[b]["shifts_from"], day.booths[b]["shifts_until"]):
            # One entry per change; the row of the entry is the booth, the stamp the number of the change.
            schedule(
                state.calendar,
                state.hall,
                day.shifts[s]["time"],
                rules.SHIFT_CHANGES,
                b,
                s - day.booths[b]["shifts_from"],
            )
    doors = day.hall[0]
    _schedule_doors(state, doors["open"], rules.DOORS_OPEN)
    _schedule_doors(state, doors["last_entry"], rules.LAST_ENTRY)
    _schedule_doors(state, doors["announcement"], rules.ANNOUNCEMENT)
    if doors["at_close"] != rules.RUN_TO_EMPTY:
        _schedule_doors(state, doors["close"], rules.CLOSE)


@jit
def _schedule_doors(state: State, time: float, what: int) -> None:
    """Note in the calendar what the doors do, if that time ever comes."""
    if time < math.inf:
        schedule(state.calendar, state.hall, time, rules.DOORS_CHANGE, what, NO_STAMP)


@jit
def _lose_patience(day: FairDay, state: State, key: Key, i: int, now: float) -> int:
    """Somebody who waits gives up, outside or at a booth."""
    if state.people[i]["place"] == WAITING:
        return lose_patience(day, state, key, i, now)
    leave_outside(state, i)
    end_outside(state, i, book.GAVE_UP_OUTSIDE, now)
    return REMAINS


@jit
def _change_doors(day: FairDay, state: State, key: Key, what: int, now: float) -> None:
    """The doors open, refuse newcomers, the closing is announced, the fair ends."""
    limits, hall = day.hall[0], state.hall
    if what == rules.DOORS_OPEN:
        hall[IS_OPEN] = 1
        call_gate(day, state, key, now)
    elif what == rules.LAST_ENTRY:
        hall[IS_REFUSING] = 1
        if not limits["admit_waiting"]:
            _turn_away_outside(state, now)
    elif what == rules.ANNOUNCEMENT:
        hall[IS_ANNOUNCED] = 1
        if not limits["queue_served"]:
            for b in range(day.booths.size):
                _send_out(day, state, key, b, now)
    elif limits["at_close"] == rules.FINISH:
        hall[IS_CLOSED] = 1
        _turn_away_outside(state, now)
        _clear_hall(state, now)
    else:
        _cut_off(state, now)


@jit
def _leave_waiting(state: State) -> None:
    """Whoever still waits when nothing more is to come, at a booth that is never tended: the stay has not ended."""
    for b in range(state.stands.size):
        i = wide(state.stands[b]["head"])
        while i >= 0:
            stay = state.stays[state.people[i]["stay"]]
            stay["ended"] = stay["joined"]
            i = wide(state.people[i]["next"])


@jit
def _turn_away_outside(state: State, now: float) -> None:
    """Everybody in the queue outside is refused."""
    while state.hall[OUTSIDE_HEAD] >= 0:
        i = state.hall[OUTSIDE_HEAD]
        leave_outside(state, i)
        end_outside(state, i, book.TURNED_AWAY, now)


@jit
def _send_out(day: FairDay, state: State, key: Key, b: int, now: float) -> None:
    """A booth's queue is dissolved and its people walk to the exit; the booth stays."""
    people = state.people
    i = dissolve_queue(state, b)
    refresh_crowd(day, state, b)
    while i >= 0:
        behind = wide(people[i]["next"])
        people[i]["stamp"] += 1
        _end_stay(state, i, book.SENT_AWAY, now)
        turn_to_exit(day, state, key, i, book.CLOSED_OUT, now)
        i = behind


@jit
def _end_stay(state: State, i: int, outcome: int, now: float) -> None:
    """A stay at a booth is ended by the clock."""
    stay = state.stays[state.people[i]["stay"]]
    stay["ended"] = now
    stay["outcome"] = outcome


@jit
def _clear_hall(state: State, now: float) -> None:
    """The fair is over: running interviews end in their own time, everybody else is out at this instant."""
    for i in range(state.hall[ARRIVALS]):
        place = state.people[i]["place"]
        if place in (OUTSIDE, TALKING, LEAVING, GONE):
            continue
        if place == WAITING:
            _end_stay(state, i, book.SENT_AWAY, now)
        state.people[i]["place"] = GONE
        state.people[i]["stamp"] += 1
        state.hall[INSIDE] -= 1
        visit = state.visits[i]
        visit["left"] = now
        if place == AT_GATE:
            visit["outcome"] = book.TURNED_AWAY
        else:
            visit["turned"] = now
            visit["outcome"] = book.CLOSED_OUT
    for b in range(state.stands.size):
        dissolve_queue(state, b)


@jit
def _cut_off(state: State, now: float) -> None:
    """The record stops: whoever is still there is noted as such, and nothing more is to come."""
    state.hall[STATUS] = DONE
    clear(state.calendar)
    for i in range(state.hall[ARRIVALS]):
        place = state.people[i]["place"]
        if place == GONE:
            continue
        if place in (WAITING, TALKING):
            _end_stay(state, i, book.STOPPED, now)
        state.visits[i]["outcome"] = book.CUT_OFF
        state.visits[i]["left"] = now
