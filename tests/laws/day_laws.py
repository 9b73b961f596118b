"""Laws that hold at every fair, whatever its people and its hall: each a function of a day and its ledger that raises.

They are written from the specification, in terms of the ledger's columns alone, and know neither engine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from sim.engine import FairDay, Ledger, rules
from sim.engine import ledger as book
from sim.study.timeline import peak

Law = Callable[[FairDay, Ledger], None]

_IN_ORDER = ("arrived", "checked", "entered", "reached", "turned", "left")
# Which columns of a visit are filled in, by outcome; those left out may or may not be.
_FILLED = {
    book.NOT_COME: {},
    book.TURNED_AWAY: {"arrived": True, "entered": False, "reached": False, "turned": False, "left": True},
    book.GAVE_UP_OUTSIDE: {"arrived": True, "checked": False, "entered": False, "turned": False, "left": True},
    book.TURNED_ROUND: {"entered": True, "turned": True, "left": True},
    book.LEFT_AFTER_GUIDANCE: {"entered": True, "reached": False, "turned": True, "left": True},
    book.CLOSED_OUT: {"entered": True, "turned": True, "left": True},
    book.CUT_OFF: {"arrived": True, "left": True},
    **{
        outcome: {"entered": True, "reached": True, "turned": True, "left": True}
        for outcome in (
            book.LOOKED_AROUND, book.INTENT, book.SEEN_ENOUGH, book.STAY_OVER, book.NOTHING_LEFT, book.DISCOURAGED,
            book.GAVE_UP,
        )
    },
}  # fmt: skip
_TALKED = (book.NO_OFFER, book.DECLINED, book.AGREED, book.TALKED)
_WAITED_ONLY = (book.BALKED, book.RENEGED, book.MISSED, book.SENT_AWAY)


def nobody_is_lost(day: FairDay, ledger: Ledger) -> None:
    """Every seeker has one visit, with an outcome that its times bear out, and these times are in order."""
    assert ledger.visits.size == day.seekers.size
    for seeker, visit in zip(day.seekers, ledger.visits, strict=True):
        happened = {name: not np.isnan(visit[name]) for name in _IN_ORDER}
        times = [visit[name] for name in _IN_ORDER if happened[name]]
        assert times == sorted(times), visit
        expected = _FILLED[int(visit["outcome"])]
        assert all(happened[name] == there for name, there in expected.items()), visit
        if visit["outcome"] == book.NOT_COME:
            assert not times, visit
            assert day.hall[0]["at_close"] == rules.CUT_OFF_AT_CLOSE
            assert seeker["arrival"] >= day.hall[0]["close"]
        else:
            assert visit["arrived"] == seeker["arrival"], visit
        assert happened["checked"] or not happened["entered"], visit
        assert happened["entered"] or not (happened["reached"] or happened["turned"]), visit


def nobody_is_there_twice(day: FairDay, ledger: Ledger) -> None:
    """A person's stays lie one after the other, between reaching the booths and turning to the exit."""
    assert np.all(np.diff(ledger.stays["joined"]) >= 0), "stays are in the order in which booths were reached"
    free = ledger.visits["reached"].copy()
    for stay in ledger.stays:
        i = stay["seeker"]
        assert stay["joined"] >= free[i], stay
        assert stay["ended"] >= stay["joined"], stay
        assert np.isnan(stay["started"]) or stay["joined"] <= stay["started"] <= stay["ended"], stay
        free[i] = stay["ended"]
    out = ledger.visits["turned"]
    assert np.all((free <= out) | np.isnan(free) | np.isnan(out))


def interviews_are_counted(day: FairDay, ledger: Ledger) -> None:
    """Outcomes of stays say whether there was an interview; visits count those that came to an end."""
    stays = ledger.stays
    started = ~np.isnan(stays["started"])
    assert np.all(started[np.isin(stays["outcome"], _TALKED)])
    assert not np.any(started[np.isin(stays["outcome"], _WAITED_ONLY)])
    assert np.all(np.isin(stays["outcome"], (*_TALKED, *_WAITED_ONLY, book.STOPPED)))
    finished = stays[np.isin(stays["outcome"], _TALKED)]
    counts = np.bincount(finished["seeker"], minlength=ledger.visits.size)
    np.testing.assert_array_equal(counts, ledger.visits["interviews"])
    assert np.all(day.seekers["applies"][stays["seeker"]] == 1)


def nobody_talks_twice_to_a_firm(day: FairDay, ledger: Ledger) -> None:
    """At most one interview of one person at one booth."""
    talks = ledger.stays[~np.isnan(ledger.stays["started"])]
    pairs = set(zip(talks["seeker"].tolist(), talks["booth"].tolist(), strict=True))
    assert len(pairs) == talks.size


def booths_keep_their_capacity(day: FairDay, ledger: Ledger) -> None:
    """When an interview begins, no more are under way than recruiters are there; a falling number ends none."""
    for b, stays in _by_booth(day, ledger):
        talks = stays[~np.isnan(stays["started"])]
        for now in np.unique(talks["started"]):
            lasts = talks["ended"] > now
            older = np.count_nonzero((talks["started"] < now) & lasts)
            new = np.count_nonzero((talks["started"] == now) & lasts)
            # Interviews that take no time follow each other at one instant; they need one recruiter.
            passing = np.any((talks["started"] == now) & ~lasts)
            assert older + max(new, int(passing)) <= recruiters_at(day, b, now), (b, now)


def nobody_waits_beside_a_free_recruiter(day: FairDay, ledger: Ledger) -> None:
    """Between any two instants at which something happens at a booth, a queue means that all recruiters are busy."""
    for b, stays in _by_booth(day, ledger):
        shifts = day.shifts[day.booths[b]["shifts_from"] : day.booths[b]["shifts_until"]]
        called = wait_ends(stays)
        edges = np.unique(np.concatenate([stays["joined"], called, stays["ended"], shifts["time"]]))
        for now in (edges[1:] + edges[:-1]) / 2:
            waiting = np.count_nonzero((stays["joined"] < now) & (called > now))
            talking = np.count_nonzero((stays["started"] < now) & (stays["ended"] > now))
            assert waiting == 0 or talking >= recruiters_at(day, b, now), (b, now)


def queues_are_in_order(day: FairDay, ledger: Ledger) -> None:
    """First come, first served at each booth among equal priorities; lower ones first; appointments before all."""
    priority = priorities(day, ledger)
    number = np.arange(ledger.stays.size)
    for b in range(day.booths.size):
        here = number[ledger.stays["booth"] == b]
        stays = ledger.stays[here]
        called = wait_ends(stays)
        for k in np.nonzero(~np.isnan(stays["started"]))[0]:
            now = stays["started"][k]
            is_waiting = (stays["joined"] < now) & (called > now)
            is_before = (priority[here] < priority[here[k]]) | (
                (priority[here] == priority[here[k]]) & (here < here[k])
            )
            assert not np.any(is_waiting & is_before), stays[k]


def queues_are_bearable(day: FairDay, ledger: Ledger) -> None:
    """Nobody without an appointment joins a queue beyond the own limit or the booth's."""
    booked = booked_stays(day, ledger)
    for stay, is_booked in zip(ledger.stays, booked, strict=True):
        waited = stay["outcome"] != book.BALKED and wait_ends(stay) > stay["joined"]
        if waited and not is_booked:
            assert stay["ahead"] <= day.seekers[stay["seeker"]]["queue_limit"], stay
            limit = day.booths[stay["booth"]]["queue_limit"]
            assert limit < 0 or stay["ahead"] < limit, stay


def posts_are_not_oversold(day: FairDay, ledger: Ledger) -> None:
    """Each intent is on a suitable post of the booth where both agreed, and no post has more than it admits."""
    visits, stays = ledger
    agreed = stays[stays["outcome"] == book.AGREED]
    with_intent = np.nonzero(visits["intent_booth"] >= 0)[0]
    assert sorted(zip(agreed["seeker"].tolist(), agreed["booth"].tolist(), strict=True)) == [
        (i, visits["intent_booth"][i]) for i in with_intent.tolist()
    ]
    assert np.all((visits["intent_post"] >= 0) == (visits["intent_booth"] >= 0))
    assert np.all(np.isin(visits["outcome"][with_intent], (book.INTENT, book.CUT_OFF)))
    assert np.all(visits["intent_booth"][visits["outcome"] == book.INTENT] >= 0)
    for i in with_intent:
        booth, post = day.booths[visits["intent_booth"][i]], visits["intent_post"][i]
        assert booth["posts_from"] <= post < booth["posts_until"]
        occupation = day.posts["occupation"][post]
        own = occupation == day.seekers["occupation"][i]
        assert own or rules.suits(day.seekers["accepts"][i], np.uint64(1) << np.uint64(occupation))
    intents = np.bincount(visits["intent_post"][with_intent], minlength=day.posts.size)
    assert np.all(intents <= day.posts["intents"])


def hall_keeps_its_limit(day: FairDay, ledger: Ledger) -> None:
    """Never more people inside than the hall admits, from the gate lane to the exit."""
    limit = day.hall[0]["people_limit"]
    if limit >= 0:
        checked, left = inside(ledger)
        assert peak(checked, left) <= limit


def gate_keeps_its_lanes(day: FairDay, ledger: Ledger) -> None:
    """Never more people at the gate than lanes."""
    lanes = day.hall[0]["lanes"]
    visits = ledger.visits[~np.isnan(ledger.visits["checked"])]
    done = np.where(np.isnan(visits["entered"]), visits["left"], visits["entered"])
    if lanes > 0:
        assert peak(visits["checked"], done) <= lanes
    else:
        np.testing.assert_array_equal(visits["checked"], done)


def doors_keep_their_times(day: FairDay, ledger: Ledger) -> None:
    """Nobody gets in before the opening; who arrives after last entry is refused, and who waits is let in or is not."""
    hall, visits = day.hall[0], ledger.visits
    assert not np.any(visits["checked"] < hall["open"])
    late = visits["arrived"] > hall["last_entry"]
    assert np.all(visits["outcome"][late] == book.TURNED_AWAY)
    if not hall["admit_waiting"]:
        assert not np.any(visits["checked"] > hall["last_entry"])
    ends = hall["close"]
    if hall["at_close"] == rules.CUT_OFF_AT_CLOSE:
        assert not np.any(visits["left"] > ends)
        assert not np.any(ledger.stays["ended"] > ends)
    if hall["at_close"] == rules.FINISH:
        assert not np.any(visits["checked"] > ends)
        assert not np.any(ledger.stays["started"] > ends)
        assert not np.any(ledger.stays["joined"] > ends)


def gate_serves_in_order(day: FairDay, ledger: Ledger) -> None:
    """Outside it is first come, first served: rows of a day are in order of arrival."""
    checked = ledger.visits["checked"]
    assert np.all(np.diff(checked[~np.isnan(checked)]) >= 0)


def stays_are_limited(day: FairDay, ledger: Ledger) -> None:
    """Booths are wanted and visited within the stay, but for appointments; once enough are seen, no other."""
    visits = ledger.visits
    finished = np.zeros(visits.size, int)
    booked = booked_stays(day, ledger)
    order = np.argsort(ledger.stays["seeker"], kind="stable")
    free = visits["reached"].copy()
    for stay, is_booked in zip(ledger.stays[order], booked[order], strict=True):
        i = stay["seeker"]
        if not is_booked:
            assert finished[i] < day.seekers["booths_wanted"][i], stay
            assert free[i] - visits["entered"][i] < day.seekers["stay"][i], stay
        finished[i] += stay["outcome"] in _TALKED
        free[i] = stay["ended"]


LAWS: tuple[Law, ...] = (
    nobody_is_lost,
    nobody_is_there_twice,
    interviews_are_counted,
    nobody_talks_twice_to_a_firm,
    booths_keep_their_capacity,
    nobody_waits_beside_a_free_recruiter,
    queues_are_in_order,
    queues_are_bearable,
    posts_are_not_oversold,
    hall_keeps_its_limit,
    gate_keeps_its_lanes,
    gate_serves_in_order,
    doors_keep_their_times,
    stays_are_limited,
)


def recruiters_at(day: FairDay, b: int, now: float) -> int:
    """Recruiters at a booth, changes at this instant included."""
    shifts = day.shifts[day.booths[b]["shifts_from"] : day.booths[b]["shifts_until"]]
    past = shifts["recruiters"][shifts["time"] <= now]
    return int(past[-1]) if past.size else 0


def wait_ends(stays: np.ndarray | np.void) -> np.ndarray:
    """When waiting ends: with the interview, else with the stay."""
    return np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])


def booked_stays(day: FairDay, ledger: Ledger) -> np.ndarray:
    """Which stays are appointments: the first ones of each person, as many as were booked."""
    left = (day.seekers["bookings_until"] - day.seekers["bookings_from"]).copy()
    booked = np.zeros(ledger.stays.size, bool)
    for number, i in enumerate(ledger.stays["seeker"]):
        booked[number] = left[i] > 0
        left[i] -= 1
    return booked


def priorities(day: FairDay, ledger: Ledger) -> np.ndarray:
    """Priority of each stay in the queue."""
    groups = day.groups["priority"][day.seekers["group"][ledger.stays["seeker"]]]
    return np.where(booked_stays(day, ledger), rules.BOOKED_PRIORITY, groups)


def inside(ledger: Ledger) -> tuple[np.ndarray, np.ndarray]:
    """When each of those who got inside began to count, and when they left."""
    visits = ledger.visits[~np.isnan(ledger.visits["checked"])]
    return visits["checked"], visits["left"]


def _by_booth(day: FairDay, ledger: Ledger) -> Iterator[tuple[int, np.ndarray]]:
    for b in range(day.booths.size):
        yield b, ledger.stays[ledger.stays["booth"] == b]
