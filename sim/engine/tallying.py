"""Counting: the compiled loops that go once through the ledger of a fair and add up what the measures need.

Sums and counts only; nothing is divided here. One row of TALLY for each group and for each window of the clock (the
hours are windows too), so that rows of several fairs can be added. Pure functions of arrays; knows no scenario.
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
    "left", "inside_minutes", "waiting_minutes", "talking_minutes", "busy_minutes", "on_duty_minutes", "events",
)  # fmt: skip

TALLY = np.dtype([(name, "f8") for name in COUNTS], align=True)
"""Sums over some visits and stays, or over one window of the clock.

Minutes of a window (inside, waiting, talking, busy, on duty) are those spent in it; minutes of people are whole visits
or stays.
"""


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
def tally_windows(day: FairDay, visits: np.ndarray, stays: np.ndarray, windows: np.ndarray, rows: np.ndarray) -> None:
    """Add what happens at one fair within windows of the clock to a TALLY row per window.

    A window has its beginning and not its end. Who arrives in it is counted, and the interviews that begin in it, with
    the wait before them; minutes are those spent in it, whenever they began and whenever they end. Recruiters' minutes,
    in interviews and on duty, are those between opening and end of the fair.

    Args:
        day, visits, stays: of the fair.
        windows: float64, a row (begin, end) per window, in any order; they may overlap.
        rows: TALLY, a row per window.
    """
    for i in range(visits.size):
        arrived, checked, left = visits[i]["arrived"], visits[i]["checked"], visits[i]["left"]
        for w in range(rows.size):
            begins, ends = windows[w, 0], windows[w, 1]
            if begins <= arrived < ends:
                rows[w]["seekers"] += 1.0
            if checked < ends and left > begins:  # not so with NaN
                rows[w]["inside_minutes"] += _within(checked, left, begins, ends)
    opens, closes = day.hall[0]["open"], day.hall[0]["close"]
    for s in range(stays.size):
        stay = stays[s]
        joined, begun, ended = stay["joined"], stay["started"], stay["ended"]
        called = begun if _known(begun) else ended
        for w in range(rows.size):
            begins, ends = windows[w, 0], windows[w, 1]
            if ended < begins or joined >= ends:
                continue
            rows[w]["waiting_minutes"] += _within(joined, called, begins, ends)
            if not _known(begun):
                continue
            rows[w]["talking_minutes"] += _within(begun, ended, begins, ends)
            rows[w]["busy_minutes"] += _within(begun, ended, max(begins, opens), min(ends, closes))
            if begins <= begun < ends:
                rows[w]["interviews"] += 1.0
                rows[w]["wait_minutes"] += begun - joined
    _tally_duty(day, stays, windows, rows)


@jit
def _tally_duty(day: FairDay, stays: np.ndarray, windows: np.ndarray, rows: np.ndarray) -> None:
    """Add the minutes for which recruiters are on duty.

    On duty by the shifts; a firm that leaves when its posts are filled is gone with its last intent.
    """
    opens, closes = day.hall[0]["open"], day.hall[0]["close"]
    intents = np.zeros(day.booths.size)
    last_intent = np.full(day.booths.size, opens)
    for s in range(stays.size):
        stay = stays[s]
        if stay["outcome"] == book.AGREED:
            intents[stay["booth"]] += 1.0
            last_intent[stay["booth"]] = max(last_intent[stay["booth"]], stay["ended"])
    for b in range(day.booths.size):
        booth = day.booths[b]
        possible = 0.0
        for p in range(booth["posts_from"], booth["posts_until"]):
            possible += day.posts[p]["intents"]
        gone = closes
        if booth["leaves_when_filled"] and 0.0 < possible <= intents[b]:
            gone = min(last_intent[b], closes)
        for s in range(booth["shifts_from"], booth["shifts_until"]):
            shift = day.shifts[s]
            until = min(day.shifts[s + 1]["time"], gone) if s + 1 < booth["shifts_until"] else gone
            for w in range(rows.size):
                minutes = _within(max(shift["time"], opens), until, windows[w, 0], windows[w, 1])
                rows[w]["on_duty_minutes"] += shift["recruiters"] * minutes


@jit
def _known(time: float) -> bool:
    """Whether something happened at all."""
    return not math.isnan(time)


@jit
def _within(begins: float, ends: float, first: float, last: float) -> float:
    """Minutes of a stretch between two times of the clock."""
    return max(min(ends, last) - max(begins, first), 0.0)
