"""Counting: the compiled loops that go once through the ledger of a fair and add up what the measures need.

Sums and counts only; nothing is divided here. One row of TALLY for the fair, for each group and for each hour of the
clock, so that rows of several fairs can be added. Pure functions of arrays; knows no scenario.
"""

from __future__ import annotations

import math

import numpy as np

from sim.compiled import jit
from sim.engine import ledger as book
from sim.engine.day import FairDay

LONG_WAIT_MINUTES = 20.0

COUNTS = (
    "seekers", "entered", "turned_away", "gave_up_outside", "closed_out", "applicants", "interviewed", "intents",
    "interviews", "offers", "balked", "reneged", "missed", "wait_minutes", "long_waits", "outside_minutes",
    "left", "inside_minutes", "waiting_minutes", "talking_minutes", "events",
)  # fmt: skip

TALLY = np.dtype([(name, "f8") for name in COUNTS], align=True)
"""Sums over some visits and stays, or over one hour.

Minutes of an hour (inside, waiting, talking) are those spent in it; minutes of people are whole visits or stays.
"""

_HOUR = 60.0


@jit
def tally_people(day: FairDay, visits: np.ndarray, stays: np.ndarray, groups: np.ndarray) -> None:
    """Add the visits and stays of one fair to a TALLY row per group; their sum is the fair."""
    for i in range(visits.size):
        visit, seeker = visits[i], day.seekers[i]
        row = groups[seeker["group"]]
        outcome = visit["outcome"]
        if outcome == book.NOT_COME:
            continue
        row["seekers"] += 1.0
        row["turned_away"] += outcome == book.TURNED_AWAY
        row["gave_up_outside"] += outcome == book.GAVE_UP_OUTSIDE
        row["closed_out"] += outcome == book.CLOSED_OUT
        row["interviews"] += visit["interviews"]
        row["interviewed"] += visit["interviews"] > 0
        # Not by outcome: when the record is cut off, some who agreed are still on their way out.
        row["intents"] += visit["intent_booth"] >= 0
        row["events"] += _known(visit["arrived"]) + _known(visit["checked"]) + _known(visit["entered"])
        row["events"] += _known(visit["reached"]) + _known(visit["turned"]) + _known(visit["left"])
        if _known(visit["entered"]):
            row["entered"] += 1.0
            row["applicants"] += seeker["applies"] > 0
            row["outside_minutes"] += visit["checked"] - visit["arrived"]
            if outcome != book.CUT_OFF:
                row["left"] += 1.0
                row["inside_minutes"] += visit["left"] - visit["checked"]
    for s in range(stays.size):
        stay = stays[s]
        row = groups[day.seekers[stay["seeker"]]["group"]]
        outcome = stay["outcome"]
        row["offers"] += outcome in (book.AGREED, book.DECLINED)
        row["balked"] += outcome == book.BALKED
        row["reneged"] += outcome == book.RENEGED
        row["missed"] += outcome == book.MISSED
        row["events"] += 2.0  # reaches the booth, leaves it
        begun = stay["started"]
        if _known(begun):
            row["events"] += 1.0
            row["talking_minutes"] += stay["ended"] - begun
            if outcome <= book.TALKED:
                wait = begun - stay["joined"]
                row["wait_minutes"] += wait
                row["long_waits"] += wait > LONG_WAIT_MINUTES


@jit
def tally_hours(visits: np.ndarray, stays: np.ndarray, first_hour: int, hours: np.ndarray) -> None:
    """Add the visits and stays of one fair to a TALLY row per hour of the clock, from `first_hour` on.

    A wait belongs to the hour in which its interview begins; minutes are cut at the edges of the hour.
    """
    for i in range(visits.size):
        visit = visits[i]
        if _known(visit["arrived"]):
            hour = math.floor(visit["arrived"] / _HOUR) - first_hour
            if 0 <= hour < hours.size:
                hours[hour]["seekers"] += 1.0
        if _known(visit["checked"]):
            for hour in range(hours.size):
                hours[hour]["inside_minutes"] += _within(visit["checked"], visit["left"], first_hour + hour)
    for s in range(stays.size):
        stay = stays[s]
        joined, ended, begun = stay["joined"], stay["ended"], stay["started"]
        called = begun if _known(begun) else ended
        begun_in = -1
        if _known(begun):
            begun_in = math.floor(begun / _HOUR) - first_hour
        for hour in range(hours.size):
            hours[hour]["waiting_minutes"] += _within(joined, called, first_hour + hour)
            if _known(begun):
                hours[hour]["talking_minutes"] += _within(begun, ended, first_hour + hour)
            if hour == begun_in:
                hours[hour]["interviews"] += 1.0
                hours[hour]["wait_minutes"] += begun - joined


@jit
def tally_recruiters(day: FairDay, stays: np.ndarray) -> tuple[float, float]:
    """Recruiters' minutes in interviews, and on duty, both between opening and the end of the fair.

    On duty by the shifts; a firm that leaves when its posts are filled is gone with its last intent.
    """
    opens, closes = day.hall[0]["open"], day.hall[0]["close"]
    intents = np.zeros(day.booths.size)
    last_intent = np.full(day.booths.size, opens)
    busy = 0.0
    for s in range(stays.size):
        stay = stays[s]
        if _known(stay["started"]):
            busy += max(min(stay["ended"], closes) - max(stay["started"], opens), 0.0)
        if stay["outcome"] == book.AGREED:
            intents[stay["booth"]] += 1.0
            last_intent[stay["booth"]] = max(last_intent[stay["booth"]], stay["ended"])
    on_duty = 0.0
    for b in range(day.booths.size):
        booth = day.booths[b]
        possible = 0.0
        for p in range(booth["posts_from"], booth["posts_until"]):
            possible += day.posts[p]["intents"]
        until = closes
        if booth["leaves_when_filled"] and 0.0 < possible <= intents[b]:
            until = min(last_intent[b], closes)
        for s in range(booth["shifts_from"], booth["shifts_until"]):
            ends = day.shifts[s + 1]["time"] if s + 1 < booth["shifts_until"] else until
            on_duty += day.shifts[s]["recruiters"] * max(min(ends, until) - max(day.shifts[s]["time"], opens), 0.0)
    return busy, on_duty


@jit
def _known(time: float) -> bool:
    """Whether something happened at all."""
    return not math.isnan(time)


@jit
def _within(begins: float, ends: float, hour: int) -> float:
    """Minutes of a stretch inside an hour of the clock."""
    return max(min(ends, (hour + 1) * _HOUR) - max(begins, hour * _HOUR), 0.0)
