"""The kernel's booths: choosing the next one, reaching it, its queue, the interview and what comes of it."""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import inlined, jit, merged
from sim.draws import DISCOURAGED, GIVE_UP, INTERVIEW, PAIR, PATIENCE, Key, normal, uniform, uniforms
from sim.engine import ledger as book
from sim.engine import rules
from sim.engine.day import FairDay
from sim.engine.kernel.choice import choose, refresh_crowd
from sim.engine.kernel.exits import minutes_of, turn_to_exit, walk
from sim.engine.kernel.state import (
    CHOOSES,
    IS_ANNOUNCED,
    IS_CLOSED,
    NO_STAMP,
    ON_WAY,
    REMAINS,
    STATUS,
    STAYS,
    STAYS_FULL,
    TALKING,
    WAITING,
    State,
    join_queue,
    leave_queue,
    schedule,
    set_deadline,
    sure,
    wide,
)  # fmt: skip

_ALL_OCCUPATIONS = np.uint64(0xFFFFFFFFFFFFFFFF)


@jit
def open_occupations(day: FairDay, state: State, b: int) -> np.uint64:
    """Occupations in which a booth has posts left; all of them at a fair without offers."""
    if not day.hall[0]["offers"]:
        return _ALL_OCCUPATIONS
    mask = np.uint64(0)
    for p in range(day.booths[b]["posts_from"], day.booths[b]["posts_until"]):
        if state.posts_left[p] > 0:
            mask |= np.uint64(1) << np.uint64(day.posts[p]["occupation"])
    return mask


@merged
def move_on(day: FairDay, state: State, key: Key, i: int, step: int, now: float) -> None:
    """Let person `i` do what comes next: choose a booth, or turn to the exit with an outcome.

    Whoever deals with a person only says what comes next, so that this much code stands in few places.
    """
    if step == CHOOSES:
        step = next_booth(day, state, key, i, now)
    if step != REMAINS:
        turn_to_exit(day, state, key, i, step, now)


@inlined
def next_booth(day: FairDay, state: State, key: Key, i: int, now: float) -> int:
    """What a seeker does between booths: keep an appointment, leave, or go to the booth of choice."""
    hall, person, seeker = day.hall[0], state.people[i], day.seekers[i]
    visit = state.visits[i]
    if state.hall[IS_CLOSED] or (state.hall[IS_ANNOUNCED] and not hall["next_booth"] and person["choices"] > 0):
        return book.CLOSED_OUT
    b = -1
    wait = 0.0
    if person["booking"] < seeker["bookings_until"]:
        booking = day.bookings[person["booking"]]
        b = booking["booth"]
        wait = booking["time"] - now
    elif visit["interviews"] >= seeker["booths_wanted"] or (
        seeker["bookings_from"] < seeker["bookings_until"] and not hall["walk_in_after"]
    ):
        return book.SEEN_ENOUGH
    elif now - visit["entered"] >= seeker["stay"]:
        return book.STAY_OVER
    else:
        b = choose(day, state, key, i)
    person["choices"] += 1
    if b < 0:
        return book.NOTHING_LEFT
    zone = day.booths[b]["zone"]
    metres = hall["between_booths"] + hall["between_zones"] * abs(zone - person["zone"])
    person["zone"] = zone
    person["place"] = ON_WAY
    person["booth"] = b
    schedule(
        state.calendar,
        state.hall,
        now + max(walk(day, state, key, i, metres), wait),
        rules.BOOTH_REACHED,
        i,
        NO_STAMP,
    )
    return REMAINS


@merged
def reach_booth(day: FairDay, state: State, key: Key, i: int, now: float) -> int:
    """A seeker reaches a booth: it is gone, free, too crowded, or worth queueing for."""
    person, seeker = state.people[i], day.seekers[i]
    b = sure(person["booth"])
    stand = state.stands[b]
    row = sure(state.hall[STAYS])
    if row >= state.stays.size:
        state.hall[STATUS] = STAYS_FULL
        return REMAINS
    state.hall[STAYS] = row + 1
    person["stay"] = row
    stay = state.stays[row]
    stay["joined"] = now
    stay["started"] = math.nan
    stay["ended"] = now
    stay["seeker"] = i
    stay["booth"] = b
    stay["ahead"] = stand["waiting"]
    stay["outcome"] = 0
    booked = person["booking"] < seeker["bookings_until"]
    if booked:
        person["booking"] += 1
    if stand["gone"]:
        stay["outcome"] = book.MISSED
        return CHOOSES
    is_free = stand["waiting"] == 0 and stand["busy"] < stand["recruiters"]
    if not (is_free or booked or rules.joins(stand["waiting"], seeker["queue_limit"], day.booths[b]["queue_limit"])):
        stay["outcome"] = book.BALKED
        return CHOOSES
    # Drawn well before it is needed: until the interview begins, the row keeps its minutes in the place of its end.
    stay["ended"] = interview_minutes(day, key, i, b)
    if is_free:
        begin_interview(state, i, b, now)
        return REMAINS
    group = day.groups[sure(seeker["group"])]
    join_queue(state, b, i, rules.BOOKED_PRIORITY if booked else group["priority"])
    refresh_crowd(day, state, b)
    person["place"] = WAITING
    law = (group["patience_kind"], group["patience_a"], group["patience_b"], group["patience_c"])
    patience = minutes_of(day, key, i, PATIENCE, day.booths[b]["firm"], law)
    set_deadline(state, now + patience, i)
    return REMAINS


@inlined
def interview_minutes(day: FairDay, key: Key, i: int, b: int) -> float:
    """Minutes that an interview of person `i` takes at a booth."""
    booth, seeker = day.booths[b], day.seekers[i]
    law = (booth["interview_kind"], booth["interview_a"], booth["interview_b"], booth["interview_c"])
    minutes = rules.drawn(key, seeker["who"], INTERVIEW, booth["firm"], law)
    return rules.on_grid(minutes * day.groups[sure(seeker["group"])]["interview_factor"], day.hall[0]["time_step"])


@inlined
def begin_interview(state: State, i: int, b: int, now: float) -> None:
    """A recruiter begins with a seeker."""
    person = state.people[i]
    stay = state.stays[sure(person["stay"])]
    state.stands[b]["busy"] += 1
    stay["started"] = now
    person["place"] = TALKING
    person["stamp"] += 1
    schedule(state.calendar, state.hall, now + stay["ended"], rules.INTERVIEW_ENDS, i, NO_STAMP)


@merged
def move_queue(day: FairDay, state: State, b: int, now: float) -> None:
    """Free recruiters take the next people in the queue."""
    stand = state.stands[b]
    while stand["waiting"] > 0 and stand["busy"] < stand["recruiters"]:
        i = sure(stand["head"])
        leave_queue(state, b, i)
        begin_interview(state, i, b, now)
    refresh_crowd(day, state, b)


@inlined
def wake_queue(state: State, b: int, now: float) -> None:
    """A recruiter has become free: the queue moves at this instant, after all that ends with it."""
    if state.stands[b]["waiting"] > 0 and state.stands[b]["busy"] < state.stands[b]["recruiters"]:
        schedule(state.calendar, state.hall, now, rules.QUEUE_MOVES, b, NO_STAMP)


@merged
def end_interview(day: FairDay, state: State, key: Key, i: int, now: float) -> int:
    """An interview ends: offer? acceptance? The recruiter is free, the seeker leaves with an intent or goes on."""
    seeker, person = day.seekers[i], state.people[i]
    b = sure(person["booth"])
    stand = state.stands[b]
    stay = state.stays[sure(person["stay"])]
    stand["busy"] -= 1
    wake_queue(state, b, now)
    stay["ended"] = now
    state.visits[i]["interviews"] += 1
    outcome = conclude(day, state, key, i, b)
    stay["outcome"] = outcome
    if outcome == book.AGREED:
        if stand["open"] == np.uint64(0) and day.booths[b]["leaves_when_filled"]:
            send_on(day, state, key, b, now)
        return book.INTENT
    if outcome != book.TALKED and rules.happens(
        uniform(key, seeker["who"], DISCOURAGED, day.booths[b]["firm"]),
        day.groups[sure(seeker["group"])]["discouraged_share"],
    ):
        return book.DISCOURAGED
    return CHOOSES


@inlined
def conclude(day: FairDay, state: State, key: Key, i: int, b: int) -> int:
    """What comes of an interview: NO_OFFER, DECLINED, AGREED (a post is taken), or TALKED at a fair without offers."""
    hall, seeker, booth = day.hall[0], day.seekers[i], day.booths[b]
    if not hall["offers"]:
        return book.TALKED
    post = best_post(day, state, i, b)
    if post < 0:
        return book.NO_OFFER
    pair = uniforms(Key(key.seed, key.replication, np.uint64(0)), seeker["who"], PAIR, booth["firm"])
    if not rules.offers(seeker["skill"], pair[1], hall["quality_sd"], booth["standard"]):
        return book.NO_OFFER
    learned = hall["taste_learned_sd"] * normal(pair[2])
    travel = day.travel[seeker["district"], booth["district"]]
    if not rules.accepts(booth["pay"], rules.taste(pair[0]), learned, travel, seeker["reservation"]):
        return book.DECLINED
    state.posts_left[post] -= 1
    if state.posts_left[post] == 0:
        state.stands[b]["open"] = open_occupations(day, state, b)
    state.visits[i]["intent_booth"] = b
    state.visits[i]["intent_post"] = post
    return book.AGREED


@inlined
def best_post(day: FairDay, state: State, i: int, b: int) -> int:
    """The post that a firm has for a seeker: in the own occupation, else the first acceptable one; -1: none left."""
    seeker, booth = day.seekers[i], day.booths[b]
    found = -1
    for p in range(booth["posts_from"], booth["posts_until"]):
        if state.posts_left[p] > 0:
            occupation = day.posts[p]["occupation"]
            if occupation == seeker["occupation"]:
                return p
            if found < 0 and rules.suits(seeker["accepts"], np.uint64(1) << np.uint64(occupation)):
                found = p
    return found


@inlined
def dissolve_queue(state: State, b: int) -> int:
    """Empty a booth's queue; returns its first person, the others follow by `next`. -1: nobody waited."""
    stand = state.stands[b]
    first = wide(stand["head"])
    stand["head"] = -1
    stand["tail"] = -1
    stand["waiting"] = 0
    return first


@jit
def send_on(day: FairDay, state: State, key: Key, b: int, now: float) -> None:
    """A booth goes; those who waited there choose again, in the order in which they stood."""
    people = state.people
    state.stands[b]["gone"] = 1
    i = dissolve_queue(state, b)
    while i >= 0:
        behind = wide(people[i]["next"])
        people[i]["stamp"] += 1
        stay = state.stays[people[i]["stay"]]
        stay["ended"] = now
        stay["outcome"] = book.MISSED
        move_on(day, state, key, i, CHOOSES, now)
        i = behind


@inlined
def lose_patience(day: FairDay, state: State, key: Key, i: int, now: float) -> int:
    """A waiting seeker gives up: goes home, or chooses again."""
    person, seeker = state.people[i], day.seekers[i]
    b = sure(person["booth"])
    leave_queue(state, b, i)
    refresh_crowd(day, state, b)
    person["stamp"] += 1
    stay = state.stays[sure(person["stay"])]
    stay["ended"] = now
    stay["outcome"] = book.RENEGED
    if rules.happens(
        uniform(key, seeker["who"], GIVE_UP, day.booths[b]["firm"]),
        day.groups[sure(seeker["group"])]["give_up_share"],
    ):
        return book.GAVE_UP
    return CHOOSES


@jit
def change_shift(day: FairDay, state: State, key: Key, b: int, number: int, now: float) -> None:
    """The number of recruiters changes by the clock; running interviews go on. A booth without further shift goes."""
    booth, stand = day.booths[b], state.stands[b]
    row = booth["shifts_from"] + number
    stand["recruiters"] = day.shifts[row]["recruiters"]
    refresh_crowd(day, state, b)
    wake_queue(state, b, now)
    if stand["recruiters"] > 0:
        return
    for later in range(row + 1, booth["shifts_until"]):
        if day.shifts[later]["recruiters"] > 0:
            return
    send_on(day, state, key, b, now)
