"""What holds at every fair holds under both engines on random days, and each law notices a ledger that breaks it."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings

from benchmarks.random_days import CHOICES, fair_day
from sim.draws import make_key
from sim.engine import FairDay, Ledger, rules, simulate
from sim.engine import ledger as book
from tests.laws import day_laws as laws
from tests.strategies import fair_days

KEY = make_key(7, 3, 11)


@pytest.mark.parametrize("law", laws.LAWS, ids=lambda law: law.__name__)
@settings(max_examples=100)
@given(day=fair_days())
def test_kernel_keeps_the_law(law: laws.Law, day: FairDay) -> None:
    law(day, simulate(day, KEY))


@pytest.mark.parametrize("seekers", [5, 20])
@settings(max_examples=60)
@given(day=fair_days(seekers=20))
def test_reference_keeps_all_laws(seekers: int, day: FairDay) -> None:
    day = day._replace(seekers=day.seekers[:seekers])
    ledger = simulate(day, KEY, "reference")
    for law in laws.LAWS:
        law(day, ledger)


def late_day() -> FairDay:
    """A day that is cut off at close, with people who would come at and after it."""
    plain = {name: values[0] for name, values in CHOICES.items()}
    day = fair_day({**plain, "seekers": 30, "booths": 3, "at_close": rules.CUT_OFF_AT_CLOSE}, 1)
    arrivals = day.seekers["arrival"].copy()
    arrivals[-5:] = day.hall[0]["close"] + np.array([0.0, 0.0, 1.0, 2.0, 3.0])
    day.seekers["arrival"] = arrivals
    return day


@pytest.mark.parametrize("engine", ["kernel", "reference"])
def test_who_would_come_after_a_cut_is_not_lost(engine: str) -> None:
    day = late_day()
    ledger = simulate(day, KEY, engine)
    assert ledger.visits["outcome"][-5:].tolist() == [book.TURNED_AWAY] * 2 + [book.NOT_COME] * 3
    for law in laws.LAWS:
        law(day, ledger)


def other_close(day: FairDay, ledger: Ledger) -> None:
    day.hall["at_close"] = rules.FINISH


def before_the_cut(day: FairDay, ledger: Ledger) -> None:
    day.seekers["arrival"][-1] = np.nextafter(day.hall[0]["close"], 0.0)


def with_a_time(day: FairDay, ledger: Ledger) -> None:
    ledger.visits["arrived"][-1] = day.seekers["arrival"][-1]


@pytest.mark.parametrize("change", [other_close, before_the_cut, with_a_time], ids=lambda change: change.__name__)
def test_twin_who_did_not_come_for_another_reason_is_noticed(change: Callable[[FairDay, Ledger], None]) -> None:
    day = late_day()
    ledger = simulate(day, KEY)
    change(day, ledger)
    with pytest.raises(AssertionError):
        laws.nobody_is_lost(day, ledger)


# Twins: the same day, with something wrong in its ledger -----------------------------------------------------

Breaker = Callable[[FairDay, Ledger], None]


def busy_day(**changes: float) -> FairDay:
    """A crowded morning with every kind of limit, at which everything that the twins need happens."""
    plain = {name: values[0] for name, values in CHOICES.items()}
    busy = {
        "seekers": 80,
        "booths": 4,
        "minutes_open": 200,
        "lanes": 2,
        "people_limit": 20,
        "applies_share": 1,
        "shifts": 1,
        "booked_share": 0.3,
        "choosiness": -3,
        "leaves_when_filled": 0,
        "recruiters": 1,
        "occupations": 1,
        "patience_minutes": 1000,
        "walk_in_after": 1,
        "outside_patience": 0,
        "next_booth": 1,
        "queue_served": 1,
    }
    return fair_day({**plain, **busy, **changes}, 1)


def waiting(ledger: Ledger, booth: int | None = None) -> np.ndarray:
    """Numbers of the stays in which somebody waited and then was interviewed."""
    stays = ledger.stays
    return np.nonzero((stays["started"] > stays["joined"]) & ((booth is None) | (stays["booth"] == booth)))[0]


def drop_a_visit(day: FairDay, ledger: Ledger) -> None:
    ledger.visits["outcome"][0] = book.NOT_COME


def swap_times_of_a_visit(day: FairDay, ledger: Ledger) -> None:
    i = np.nonzero(ledger.visits["reached"] > ledger.visits["entered"])[0][0]
    ledger.visits["entered"][i] = ledger.visits["reached"][i] + 1.0


def be_at_two_booths(day: FairDay, ledger: Ledger) -> None:
    stays = ledger.stays
    person = np.nonzero(np.bincount(stays["seeker"]) >= 2)[0][0]
    first = np.nonzero(stays["seeker"] == person)[0][0]
    stays["ended"][first] = 10_000.0


def count_an_interview_twice(day: FairDay, ledger: Ledger) -> None:
    ledger.visits["interviews"][3] += 1


def return_to_a_booth(day: FairDay, ledger: Ledger) -> None:
    talks = np.nonzero(~np.isnan(ledger.stays["started"]))[0]
    person = np.nonzero(np.bincount(ledger.stays["seeker"][talks]) >= 2)[0][0]
    own = talks[ledger.stays["seeker"][talks] == person]
    ledger.stays["booth"][own[1]] = ledger.stays["booth"][own[0]]


def start_beside_another(day: FairDay, ledger: Ledger) -> None:
    k = waiting(ledger)[0]
    ledger.stays["started"][k] = ledger.stays["joined"][k]


def dawdle(day: FairDay, ledger: Ledger) -> None:
    k = waiting(ledger)[5]
    ledger.stays["started"][k] = 0.5 * (ledger.stays["started"][k] + ledger.stays["ended"][k])


def swap_two_in_a_queue(day: FairDay, ledger: Ledger) -> None:
    stays = ledger.stays
    for later in waiting(ledger):
        same = (stays["booth"] == stays["booth"][later]) & (stays["joined"] < stays["joined"][later])
        ahead = np.nonzero(same & (stays["started"] > stays["joined"][later]))[0]
        if ahead.size and stays["started"][ahead[0]] < stays["started"][later]:
            both = [ahead[0], later]
            stays["started"][both], stays["ended"][both] = stays["started"][both[::-1]], stays["ended"][both[::-1]]
            return
    raise AssertionError("nobody waits behind another")


def join_a_long_queue(day: FairDay, ledger: Ledger) -> None:
    booked = laws.booked_stays(day, ledger)
    ledger.stays["ahead"][next(k for k in waiting(ledger) if not booked[k])] = 99


def oversell(day: FairDay, ledger: Ledger) -> None:
    taken = ledger.visits["intent_post"][ledger.visits["intent_post"] >= 0][0]
    day.posts["intents"][taken] = 0


def agree_alone(day: FairDay, ledger: Ledger) -> None:
    agreed = np.nonzero(ledger.stays["outcome"] == book.AGREED)[0][0]
    ledger.stays["outcome"][agreed] = book.DECLINED


def stay_for_ever(day: FairDay, ledger: Ledger) -> None:
    ledger.visits["left"] += 500.0


def stand_at_the_gate(day: FairDay, ledger: Ledger) -> None:
    ledger.visits["entered"] += 60.0


def push_in_at_the_gate(day: FairDay, ledger: Ledger) -> None:
    inside = np.nonzero(~np.isnan(ledger.visits["checked"]))[0]
    first, last = inside[0], inside[-1]
    checked = ledger.visits["checked"]
    checked[first], checked[last] = checked[last], checked[first]


def come_before_the_opening(day: FairDay, ledger: Ledger) -> None:
    inside = np.nonzero(~np.isnan(ledger.visits["checked"]))[0]
    ledger.visits["checked"][inside[0]] = day.hall[0]["open"] - 1.0


def come_too_late(day: FairDay, ledger: Ledger) -> None:
    inside = np.nonzero(~np.isnan(ledger.visits["checked"]))[0]
    ledger.visits["arrived"][inside[-1]] = day.hall[0]["last_entry"] + 1.0


def want_no_more(day: FairDay, ledger: Ledger) -> None:
    day.seekers["booths_wanted"][:] = 0


def stay_too_long(day: FairDay, ledger: Ledger) -> None:
    day.seekers["stay"][:] = 1.0


TWINS: list[tuple[laws.Law, Breaker]] = [
    (laws.nobody_is_lost, drop_a_visit),
    (laws.nobody_is_lost, swap_times_of_a_visit),
    (laws.nobody_is_there_twice, be_at_two_booths),
    (laws.interviews_are_counted, count_an_interview_twice),
    (laws.nobody_talks_twice_to_a_firm, return_to_a_booth),
    (laws.booths_keep_their_capacity, start_beside_another),
    (laws.nobody_waits_beside_a_free_recruiter, dawdle),
    (laws.queues_are_in_order, swap_two_in_a_queue),
    (laws.queues_are_bearable, join_a_long_queue),
    (laws.posts_are_not_oversold, oversell),
    (laws.posts_are_not_oversold, agree_alone),
    (laws.hall_keeps_its_limit, stay_for_ever),
    (laws.gate_keeps_its_lanes, stand_at_the_gate),
    (laws.gate_serves_in_order, push_in_at_the_gate),
    (laws.doors_keep_their_times, come_before_the_opening),
    (laws.doors_keep_their_times, come_too_late),
    (laws.stays_are_limited, want_no_more),
    (laws.stays_are_limited, stay_too_long),
]


@pytest.mark.parametrize(
    ("at_close", "admit_waiting", "table", "column", "limit"),
    [
        (rules.CUT_OFF_AT_CLOSE, 1, "visits", "left", "close"),
        (rules.CUT_OFF_AT_CLOSE, 1, "stays", "ended", "close"),
        (rules.FINISH, 1, "visits", "checked", "close"),
        (rules.FINISH, 1, "stays", "started", "close"),
        (rules.FINISH, 1, "stays", "joined", "close"),
        (rules.RUN_TO_EMPTY, 0, "visits", "checked", "last_entry"),
    ],
)
def test_whatever_happens_after_its_end_is_noticed(
    at_close: int, admit_waiting: int, table: str, column: str, limit: str
) -> None:
    day = busy_day()
    day.hall["at_close"], day.hall["admit_waiting"] = at_close, admit_waiting
    ledger = simulate(day, KEY)
    laws.doors_keep_their_times(day, ledger)
    rows, end = getattr(ledger, table), day.hall[0][limit]
    place = np.flatnonzero(~np.isnan(rows[column]))[0]
    rows[column][place] = end
    laws.doors_keep_their_times(day, ledger)
    rows[column][place] = np.nextafter(end, np.inf)
    with pytest.raises(AssertionError):
        laws.doors_keep_their_times(day, ledger)


def test_an_interview_that_its_outcome_does_not_tell_of_is_noticed() -> None:
    day = busy_day()
    for outcomes, started in (((book.NO_OFFER, book.AGREED), np.nan), ((book.RENEGED, book.BALKED), 600.0)):
        ledger = simulate(day, KEY)
        laws.interviews_are_counted(day, ledger)
        place = np.flatnonzero(np.isin(ledger.stays["outcome"], outcomes))[0]
        ledger.stays["started"][place] = started
        with pytest.raises(AssertionError):
            laws.interviews_are_counted(day, ledger)


@pytest.mark.parametrize(
    ("times", "is_possible"),
    [
        ([(10, 20), (10, 10)], True),  # the one without length was first
        ([(10, 10), (10, 10)], True),
        ([(5, 10), (10, 10)], True),
        ([(5, 20), (10, 10)], False),
        ([(10, 20), (10, 20)], False),
        ([(5, 20), (10, 20)], False),
    ],
)
def test_interviews_without_length_need_one_recruiter(times: list[tuple[float, float]], is_possible: bool) -> None:
    stays = np.zeros(len(times), book.STAY)
    stays["started"], stays["ended"] = np.transpose(times)
    day = busy_day()
    booths, shifts = day.booths[:1].copy(), np.array([(0.0, 1)], day.shifts.dtype)
    booths["shifts_from"], booths["shifts_until"] = 0, 1
    day = day._replace(booths=booths, shifts=shifts)
    if is_possible:
        laws.booths_keep_their_capacity(day, Ledger(book.blank_visits(1), stays))
        return
    with pytest.raises(AssertionError):
        laws.booths_keep_their_capacity(day, Ledger(book.blank_visits(1), stays))


@pytest.mark.parametrize(
    ("own", "accepted", "is_suitable"), [(0, 1, True), (1, 0, True), (0, 0, True), (1, 1, False), (1, 2, False)]
)
def test_an_intent_is_on_a_post_in_the_own_or_an_accepted_occupation(
    own: int, accepted: int, is_suitable: bool
) -> None:
    day = busy_day()  # all of its posts are in occupation 0
    ledger = simulate(day, KEY)
    day.seekers["occupation"], day.seekers["accepts"] = own, 1 << accepted
    if is_suitable:
        laws.posts_are_not_oversold(day, ledger)
        return
    with pytest.raises(AssertionError):
        laws.posts_are_not_oversold(day, ledger)


def test_one_more_booth_than_wanted_is_noticed() -> None:
    day = busy_day(choosiness=3, booked_share=0, booths=12, most_boards=14)
    ledger = simulate(day, KEY)
    number, people = np.arange(ledger.stays.size), ledger.stays["seeker"]
    talked = np.isin(ledger.stays["outcome"], (book.NO_OFFER, book.DECLINED))
    last = next(k for k in number[::-1] if np.any(talked & (people == people[k]) & (number < k)))
    i = people[last]
    before = np.count_nonzero(talked & (people == i) & (number < last))
    day.seekers["booths_wanted"][i] = before + 1
    laws.stays_are_limited(day, ledger)
    day.seekers["booths_wanted"][i] = before
    with pytest.raises(AssertionError):
        laws.stays_are_limited(day, ledger)


@pytest.mark.parametrize(("law", "breaker"), TWINS, ids=lambda one: one.__name__)
def test_broken_ledger_is_noticed(law: laws.Law, breaker: Breaker) -> None:
    day = busy_day()
    ledger = simulate(day, KEY)
    law(day, ledger)
    breaker(day, ledger)
    with pytest.raises(AssertionError):
        law(day, ledger)


def test_every_law_has_a_twin() -> None:
    assert {law for law, _ in TWINS} == set(laws.LAWS)
