"""The ledger: what happened to every person at a fair, losses included. Each column is defined here, once.

Two flat tables in the manner of queueing records: `visits`, one row per seeker who was expected, and `stays`, one row
per booth that a seeker reached. Everything that a measure counts is in them; `events` writes the same facts as one row
per event and person, the form that process-mining tools read. Knows the row types of a day, no engine.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.compiled import jit

# How a visit ended.
NOT_COME = 0  # expected, never arrived before the record stopped
TURNED_AWAY = 1  # refused at the doors, or sent away from outside
GAVE_UP_OUTSIDE = 2  # left the queue outside
TURNED_ROUND = 3  # inside, but turned to the exit after the announcement before reaching a booth
LOOKED_AROUND = 4  # came to look, not to apply
LEFT_AFTER_GUIDANCE = 5
INTENT = 6  # left with an intent
SEEN_ENOUGH = 7  # had as many interviews as wanted
STAY_OVER = 8  # was willing to stay no longer
NOTHING_LEFT = 9  # no booth left that is open, suitable and unvisited
DISCOURAGED = 10  # left after an interview that ended without an intent
GAVE_UP = 11  # left after giving up in a queue
CLOSED_OUT = 12  # sent away by the closing of the fair
CUT_OFF = 13  # still there when the record stopped

VISIT_OUTCOMES = (
    "not-come", "turned-away", "gave-up-outside", "turned-round", "looked-around", "left-after-guidance", "intent",
    "seen-enough", "stay-over", "nothing-left", "discouraged", "gave-up", "closed-out", "cut-off",
)  # fmt: skip

# How a stay at a booth ended.
NO_OFFER = 1
DECLINED = 2
AGREED = 3  # both want: an intent
TALKED = 4  # a talk at a fair without offers
BALKED = 5  # found the queue too long
RENEGED = 6  # waited, and gave up
MISSED = 7  # the booth was gone, or went while the seeker waited
SENT_AWAY = 8  # waiting when the fair closed
STOPPED = 9  # waiting or talking when the record stopped

STAY_OUTCOMES = (
    "", "no-offer", "declined", "agreed", "talked", "balked", "reneged", "missed", "sent-away", "stopped",
)  # fmt: skip

VISIT = np.dtype(
    [
        ("arrived", "f8"),  # outside, minutes after midnight; NaN here and below: it did not happen
        ("checked", "f8"),  # a gate lane begins with the person, who now counts as inside
        ("entered", "f8"),  # through the gate
        ("reached", "f8"),  # reached the booths
        ("turned", "f8"),  # turned to the exit
        ("left", "f8"),
        ("intent_booth", "i4"),  # row of the day's booths, -1: none
        ("intent_post", "i4"),  # row of the day's posts, -1: none
        ("interviews", "i4"),
        ("outcome", "i4"),
    ],
    align=True,
)

STAY = np.dtype(
    [
        ("joined", "f8"),  # reached the booth
        ("started", "f8"),  # interview begins, NaN: never
        ("ended", "f8"),  # interview or waiting ends
        ("seeker", "i4"),  # row of the day's seekers
        ("booth", "i4"),  # row of the day's booths
        ("ahead", "i4"),  # people waiting on arrival
        ("outcome", "i4"),
    ],
    align=True,
)


class Ledger(NamedTuple):
    """What happened at one fair. `visits` has one row per seeker of the day in the same order, `stays` one per booth
    reached, in the order in which booths were reached.
    """

    visits: np.ndarray
    stays: np.ndarray


@jit
def begin_visit(visit: np.ndarray) -> None:
    """Write a visit's row as it is before anything has happened."""
    visit["arrived"] = math.nan
    visit["checked"] = math.nan
    visit["entered"] = math.nan
    visit["reached"] = math.nan
    visit["turned"] = math.nan
    visit["left"] = math.nan
    visit["intent_booth"] = -1
    visit["intent_post"] = -1
    visit["interviews"] = 0
    visit["outcome"] = NOT_COME


def blank_visits(seekers: int) -> np.ndarray:
    """Visits of so many seekers before anything has happened."""
    blank = np.empty(1, VISIT)
    begin_visit(blank[0])
    return np.repeat(blank, seekers)


EVENT = np.dtype([("time", "f8"), ("seeker", "i4"), ("booth", "i4"), ("activity", "i2"), ("outcome", "i2")], align=True)

_BEFORE = ("arrived", "checked", "entered", "reached")  # columns of a visit before the first booth, in order
_AT_BOOTH = ("joined", "started", "ended")  # columns of a stay
_AFTER = ("turned", "left")

ACTIVITIES = (
    "arrives", "gate", "enters", "reaches-booths",
    "reaches-booth", "interview", "leaves-booth",
    "turns-to-exit", "leaves",
)  # fmt: skip


def events(ledger: Ledger) -> np.ndarray:
    """The ledger as one row per event of a person, sorted by time, then person, then the order of the story.

    `outcome` is that of the stay in a row "leaves-booth", that of the visit in a row "turns-to-exit" or "leaves", and
    0 elsewhere.
    """
    visits, stays = ledger
    people, nowhere = np.arange(visits.size), np.full(visits.size, -1)
    first, last = np.full(visits.size, -1), np.full(visits.size, stays.size)
    number, none = np.arange(stays.size), np.zeros(max(visits.size, stays.size), np.int64)
    parts = [(visits[c], people, nowhere, first, k, none[: visits.size]) for k, c in enumerate(_BEFORE)]
    for k, c in enumerate(_AT_BOOTH, len(_BEFORE)):
        outcome = stays["outcome"] if c == "ended" else none[: stays.size]
        parts.append((stays[c], stays["seeker"], stays["booth"], number, k, outcome))
    for k, c in enumerate(_AFTER, len(_BEFORE) + len(_AT_BOOTH)):
        parts.append((visits[c], people, nowhere, last, k, visits["outcome"]))
    time = np.concatenate([part[0] for part in parts])
    seeker, booth, story, outcome = (np.concatenate([part[k] for part in parts]) for k in (1, 2, 3, 5))
    activity = np.concatenate([np.full(part[0].size, part[4]) for part in parts])
    order = np.lexsort((activity, story, seeker, time))
    order = order[~np.isnan(time[order])]
    rows = np.empty(order.size, EVENT)
    for name, column in zip(EVENT.names or (), (time, seeker, booth, activity, outcome), strict=True):
        rows[name] = column[order]
    return rows


def count_events(ledger: Ledger) -> int:
    """Number of rows that `events` gives, without making them."""
    visits, stays = ledger
    columns = [visits[c] for c in (*_BEFORE, *_AFTER)] + [stays[c] for c in _AT_BOOTH]
    return sum(int(np.count_nonzero(~np.isnan(column))) for column in columns)
