"""A fair day as flat arrays: everything that an engine needs to know about one fair at one venue on one day.

Names, units, checks and defaults have been left behind; people and firms are rows. Gives the row types and the value
`FairDay`. Both engines read it and neither changes it. Knows no scenario and no file.

Conventions: times are minutes after midnight, durations minutes, ways metres. `seekers` are sorted by arrival, equal
arrivals by person, so that a lower row goes first at equal times; `booths` are sorted by firm. -1 in an integer limit
means no limit. A distribution is four numbers: its kind (`rules.CONSTANT` ...) and its parameters a, b, c.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.compiled import jit

DISTRIBUTION_FIELDS = ("kind", "a", "b", "c")


def _distribution(name: str) -> list[tuple[str, str]]:
    return [(f"{name}_{field}", "f8") for field in DISTRIBUTION_FIELDS]


SEEKER = np.dtype(
    [
        ("who", "u8"),  # the person's unchanging number
        ("arrival", "f8"),
        ("stay", "f8"),  # minutes that the seeker is willing to stay inside
        ("skill", "f8"),
        ("reservation", "f8"),
        ("accepts", "u8"),  # bit k: accepts occupation k
        ("occupation", "i4"),
        ("group", "i4"),
        ("district", "i4"),
        ("queue_limit", "i4"),
        ("booths_wanted", "i4"),
        ("boards", "i4"),  # boards read, or suitable boards known beforehand
        ("bookings_from", "i4"),  # rows of `bookings`, in order of time
        ("bookings_until", "i4"),
        ("applies", "i1"),  # 0: only looks around
        ("informed", "i1"),
    ],
    align=True,
)

GROUP = np.dtype(
    [
        ("interview_factor", "f8"),
        ("discouraged_share", "f8"),
        ("give_up_share", "f8"),
        *_distribution("patience"),
        ("priority", "i8"),  # lower is served first
    ],
    align=True,
)

BOOTH = np.dtype(
    [
        ("firm", "u8"),  # the firm's unchanging number
        ("pay", "f8"),
        ("attraction", "f8"),  # exp(-pay weight * pay): the factor of pay in the race of `rules.logit_cost`
        ("standard", "f8"),
        *_distribution("interview"),
        ("offered", "u8"),  # bit k: offers posts in occupation k
        ("zone", "i4"),
        ("district", "i4"),
        ("queue_limit", "i4"),
        ("posts_from", "i4"),  # rows of `posts`
        ("posts_until", "i4"),
        ("shifts_from", "i4"),  # rows of `shifts`, in order of time
        ("shifts_until", "i4"),
        ("leaves_when_filled", "i4"),
    ],
    align=True,
)

POST = np.dtype([("occupation", "i4"), ("intents", "i4")], align=True)  # intents that may be made on these posts

SHIFT = np.dtype([("time", "f8"), ("recruiters", "i8")], align=True)  # from `time` on, so many recruiters

BOOKING = np.dtype([("time", "f8"), ("booth", "i8")], align=True)

HALL = np.dtype(
    [
        ("open", "f8"),
        ("last_entry", "f8"),
        ("announcement", "f8"),
        ("close", "f8"),
        ("time_step", "f8"),  # 0: continuous time
        *_distribution("gate"),
        *_distribution("outside_patience"),
        *_distribution("desk"),
        *_distribution("guidance"),
        *_distribution("speed"),
        ("guidance_visit_share", "f8"),
        ("guidance_leave_share", "f8"),
        ("entrance_to_desk", "f8"),
        ("desk_to_guidance", "f8"),
        ("desk_to_booths", "f8"),
        ("desk_to_exit", "f8"),
        ("guidance_to_booths", "f8"),
        ("guidance_to_exit", "f8"),
        ("booths_to_exit", "f8"),
        ("between_booths", "f8"),
        ("between_zones", "f8"),
        ("queue_weight", "f8"),
        ("quality_sd", "f8"),
        ("taste_learned_sd", "f8"),
        ("lanes", "i8"),  # 0: no gate
        ("people_limit", "i8"),
        ("rule", "i8"),  # `rules.LOGIT`, `rules.SHORTEST_QUEUE`, `rules.FIXED_ORDER`
        ("at_close", "i8"),  # `rules.FINISH`, `rules.CUT_OFF_AT_CLOSE`, `rules.RUN_TO_EMPTY`
        ("offers", "i8"),
        ("admit_waiting", "i8"),
        ("turn_round", "i8"),
        ("queue_served", "i8"),
        ("next_booth", "i8"),
        ("walk_in_after", "i8"),
        ("prime", "i8"),  # smallest prime not below the number of booths: see `rules.reading_order`
    ],
    align=True,
)


class FairDay(NamedTuple):
    """One fair on one day. Arrays are one-dimensional, C-contiguous and of the row types above."""

    hall: np.ndarray  # HALL, one row
    seekers: np.ndarray  # SEEKER
    groups: np.ndarray  # GROUP
    booths: np.ndarray  # BOOTH
    posts: np.ndarray  # POST
    shifts: np.ndarray  # SHIFT
    bookings: np.ndarray  # BOOKING
    travel: np.ndarray  # float64, home district x work district: what the way to work takes from a job's value


def checked(day: FairDay) -> FairDay:
    """The same day with every array in the one layout that the compiled engine knows.

    Read-only or strided arrays (as a cluster hands them over) are copied.

    Raises:
        ValueError: an array has another row type, seekers are not sorted, or a row points outside its table.
    """
    types = (HALL, SEEKER, GROUP, BOOTH, POST, SHIFT, BOOKING, np.dtype("f8"))
    arrays = []
    for name, array, kind in zip(day._fields, day, types, strict=True):
        if array.dtype != kind:
            raise ValueError(f"{name}: rows of type {array.dtype}, expected {kind}")
        arrays.append(np.require(array, requirements=["C", "W"]))
    result = FairDay(*arrays)
    are_sorted, are_inside = _look_through(result.seekers, result.bookings.size)
    if not are_sorted:
        raise ValueError("seekers: not sorted by arrival")
    if not are_inside:
        raise ValueError("bookings: a row points outside the table")
    for name, table in (("posts", result.posts), ("shifts", result.shifts)):
        first, until = result.booths[f"{name}_from"], result.booths[f"{name}_until"]
        if result.booths.size and (first.min() < 0 or until.max() > table.size):
            raise ValueError(f"{name}: a row points outside the table")
    return result


@jit
def _look_through(seekers: np.ndarray, bookings: int) -> tuple[bool, bool]:
    """Whether seekers are sorted by arrival, and whether their bookings are rows of a table of so many; in one pass."""
    late = outside = 0  # numbers, for no jump is then made
    before = -np.inf
    for i in range(seekers.size):
        seeker = seekers[i]
        late |= int(seeker["arrival"] < before)
        outside |= int(seeker["bookings_from"] < 0) | int(seeker["bookings_until"] > bookings)
        before = seeker["arrival"]
    return late == 0, outside == 0
