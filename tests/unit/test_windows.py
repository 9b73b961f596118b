"""Measures of hours and windows of the clock: a morning worked out on paper, and the same sums done another way."""

import math
from collections.abc import Callable, Mapping
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.random_days import CHOICES, fair_day
from sim.campaign.season import Season
from sim.draws import make_key
from sim.engine import FairDay, Ledger, simulate
from sim.engine import ledger as book
from sim.engine.tallying import TALLY, tally_windows
from sim.study.measures import BY_WINDOW, MeasureKey, measure, measure_keys
from sim.study.timeline import capacity_minutes, minutes_within, time_average
from tests.strategies import fair_days, scenario_of

NAN = math.nan
KEY = make_key(5, 2, 8)
Rule = Callable[[float, float, float, float], float]
Window = tuple[float, float]

# A fair from 9:00 to 11:00, a window from 9:20 to 9:50, in minutes after midnight. The stretches: over before the
# window, until its beginning, into it, over all of it, within it, out of it, from its end on, and without length.
OPENS, CLOSES = 540.0, 660.0
WINDOW = (560.0, 590.0)
INSIDE = [(541, 555), (545, 560), (550, 565), (542, 650), (570, 580), (585, 655), (590, 600), (575, 575)]
# joined, started, ended; booth and outcome. Booth 0 has two recruiters and leaves when its two posts are filled, booth
# 1 has one recruiter, and another from 9:30 to 9:40.
STAYS = [
    (545, 550, 562, 0, book.AGREED),  # waits before, talks into the window
    (551, 566, 584, 0, book.AGREED),  # waits into, talks within; the firm is gone at 9:44
    (552, NAN, 600, 1, book.RENEGED),  # waits over all of it
    (560, 560, 590, 1, book.NO_OFFER),  # talks from its beginning to its end
    (571, 571, 571, 1, book.NO_OFFER),  # an interview without length
    (578, 578, 640, 1, book.STOPPED),  # talks out of it; the record stops
    (580, 590, 597, 1, book.DECLINED),  # waits until its end: this interview belongs to what follows
]
ARRIVED = [541, 545, 550, 542, 570, 585, 590, 560]
KNOWN = {
    "seekers": 3,  # at 560, 570 and 585, not at 590
    "interviews": 4,  # begun at 560, 566, 571 and 578
    "wait_minutes": 0 + 15 + 0 + 0,
    "inside_minutes": 0 + 0 + 5 + 30 + 10 + 5 + 0 + 0,
    "waiting_minutes": 0 + 6 + 30 + 0 + 0 + 0 + 10,
    "talking_minutes": 2 + 18 + 0 + 30 + 0 + 12 + 0,
    "busy_minutes": 62,
    "on_duty_minutes": 2 * 24 + 30 + 10,
}


def within(begins: float, ends: float, first: float, last: float) -> float:
    return max(min(ends, last) - max(begins, first), 0.0)


WRONG_RULES: Mapping[str, Rule] = {
    "whole, where it begins": lambda b, e, w0, w1: e - b if w0 <= b < w1 else 0.0,
    "whole, where it ends": lambda b, e, w0, w1: e - b if w0 < e <= w1 else 0.0,
    "only what begins and ends in it": lambda b, e, w0, w1: e - b if w0 <= b and e <= w1 else 0.0,
    "not what is under way at its beginning": lambda b, e, w0, w1: within(b, e, w0, w1) if b >= w0 else 0.0,
    "not what is under way at its end": lambda b, e, w0, w1: within(b, e, w0, w1) if e <= w1 else 0.0,
    "in full, where it touches": lambda b, e, w0, w1: e - b if within(b, e, w0, w1) > 0 else 0.0,
}


def hand_made() -> tuple[FairDay, Ledger]:
    plain = {name: values[0] for name, values in CHOICES.items()}
    day = fair_day({**plain, "seekers": 10, "booths": 2}, 1)
    day.hall["open"], day.hall["close"] = OPENS, CLOSES
    day.booths["posts_from"], day.booths["posts_until"] = [0, 1], [1, 2]
    day.booths["shifts_from"], day.booths["shifts_until"] = [0, 2], [2, 5]
    day.booths["leaves_when_filled"] = 1
    posts = np.array([(0, 2), (0, 9)], day.posts.dtype)
    # The change at 10:20 comes when the firm is long gone: it must not count backwards.
    shifts = np.array([(530.0, 2), (620.0, 1), (540.0, 1), (570.0, 2), (580.0, 1)], day.shifts.dtype)
    visits = book.blank_visits(len(INSIDE))
    visits["arrived"], visits["checked"], visits["left"] = ARRIVED, *np.array(INSIDE, float).T
    stays = np.array([(j, s, e, k, b, 0, o) for k, (j, s, e, b, o) in enumerate(STAYS)], book.STAY)
    return day._replace(posts=posts, shifts=shifts), Ledger(visits, stays)


def tallied(day: FairDay, ledger: Ledger, *windows: Window) -> np.ndarray:
    rows = np.zeros(len(windows), TALLY)
    tally_windows(day, *ledger, np.array(windows, float), rows)
    return rows


def minutes_by(rule: Rule, window: Window) -> dict[str, float]:
    """The minutes of the hand-made morning under a rule for what belongs to a window."""
    called = [(joined, ended if math.isnan(begun) else begun) for joined, begun, ended, _, _ in STAYS]
    talks = [(begun, ended) for _, begun, ended, _, _ in STAYS if not math.isnan(begun)]
    stretches = {"inside_minutes": INSIDE, "waiting_minutes": called, "talking_minutes": talks}
    return {name: sum(rule(b, e, *window) for b, e in some) for name, some in stretches.items()}


def test_what_belongs_to_a_window() -> None:
    row = tallied(*hand_made(), WINDOW)[0]
    assert {name: row[name] for name in KNOWN} == KNOWN


def test_the_rule_gives_what_was_worked_out() -> None:
    assert minutes_by(within, WINDOW).items() <= KNOWN.items()


@pytest.mark.parametrize("rule", WRONG_RULES.values(), ids=WRONG_RULES)
def test_twin_with_a_wrong_rule_is_noticed(rule: Rule) -> None:
    wrong = minutes_by(rule, WINDOW)
    assert [name for name, minutes in wrong.items() if minutes == KNOWN[name]] == []


@pytest.mark.parametrize("window", [(500.0, 530.0), (660.0, 700.0), (650.0, 665.0), (615.0, 625.0), (560.0, 560.5)])
def test_windows_at_the_edges_of_the_day(window: Window) -> None:
    row = tallied(*hand_made(), window)[0]
    shifts = [(540, 584, 2), (540, 570, 1), (570, 580, 2), (580, 660, 1)]
    assert row["on_duty_minutes"] == sum(number * within(b, e, *window) for b, e, number in shifts)
    assert {name: row[name] for name in minutes_by(within, window)} == minutes_by(within, window)


def test_interviews_after_the_end_keep_no_recruiter_busy() -> None:
    day, ledger = hand_made()
    ledger.stays["ended"][ledger.stays["outcome"] == book.STOPPED] = 690.0
    inside, after = tallied(day, ledger, (650.0, 665.0), (661.0, 700.0))
    assert (inside["talking_minutes"], inside["busy_minutes"], inside["on_duty_minutes"]) == (15, 10, 10)
    assert (after["talking_minutes"], after["busy_minutes"], after["on_duty_minutes"]) == (29, 0, 0)


def test_several_windows_and_fairs_are_added_each_for_itself() -> None:
    day, ledger = hand_made()
    windows = (WINDOW, (540.0, 660.0), (550.0, 580.0))
    rows = tallied(day, ledger, *windows)
    for row, window in zip(rows, windows, strict=True):
        assert row == tallied(day, ledger, window)[0]
    tally_windows(day, *ledger, np.array(windows), rows)
    assert {name: rows[0][name] for name in KNOWN} == {name: 2 * value for name, value in KNOWN.items()}


@settings(max_examples=60)
@given(fair_days(), st.lists(st.floats(500.0, 800.0), min_size=2, max_size=6, unique=True).map(sorted))
def test_windows_side_by_side_add_up(day: FairDay, edges: list[float]) -> None:
    ledger = simulate(day, KEY)
    parts = tallied(day, ledger, *pairwise(edges))
    whole = tallied(day, ledger, (edges[0], edges[-1]))[0]
    for name in KNOWN:
        assert np.sum(parts[name]) == pytest.approx(whole[name], rel=1e-9, abs=1e-9), name


@settings(max_examples=60)
@given(fair_days(), st.floats(500.0, 800.0), st.floats(0.5, 200.0))
def test_windows_agree_with_the_timeline(day: FairDay, begins: float, length: float) -> None:
    ledger, window = simulate(day, KEY), (begins, begins + length)
    visits, stays = ledger
    row = tallied(day, ledger, window)[0]
    hall = day.hall[0]
    opened = (max(window[0], hall["open"]), min(window[1], hall["close"]))
    called = np.where(np.isnan(stays["started"]), stays["ended"], stays["started"])
    expected = {
        "inside_minutes": minutes_within(visits["checked"], visits["left"], window),
        "waiting_minutes": minutes_within(stays["joined"], called, window),
        "talking_minutes": minutes_within(stays["started"], stays["ended"], window),
        "busy_minutes": minutes_within(stays["started"], stays["ended"], opened),
        "on_duty_minutes": sum(duty(day, stays, b, opened) for b in range(day.booths.size)),
        "seekers": np.count_nonzero((visits["arrived"] >= window[0]) & (visits["arrived"] < window[1])),
        "interviews": np.count_nonzero((stays["started"] >= window[0]) & (stays["started"] < window[1])),
    }
    for name, value in expected.items():
        assert row[name] == pytest.approx(value, rel=1e-9, abs=1e-9), name
    inside = time_average(visits["checked"], visits["left"], window)
    assert row["inside_minutes"] / (window[1] - window[0]) == pytest.approx(inside, rel=1e-9)


def duty(day: FairDay, stays: np.ndarray, b: int, window: Window) -> float:
    """Recruiters' minutes at one booth; a firm that leaves when its posts are filled is gone with its last intent."""
    booth = day.booths[b]
    agreed = stays[(stays["booth"] == b) & (stays["outcome"] == book.AGREED)]
    possible = day.posts["intents"][booth["posts_from"] : booth["posts_until"]].sum()
    gone = np.inf
    if booth["leaves_when_filled"] and 0 < possible <= agreed.size:
        gone = agreed["ended"].max()
    shifts = day.shifts[booth["shifts_from"] : booth["shifts_until"]]
    return capacity_minutes(shifts["time"], shifts["recruiters"], (window[0], min(window[1], gone)))


def test_a_scenario_asks_for_windows_and_an_hour_is_one_of_them() -> None:
    fair = {"open": "09:00", "close": "12:00", "firms": 4, "posts": 20, "seekers": 80}
    document = {
        "measures": {"windows": ["10:00-11:00", "09:00-12:00", "09:30-10:30"]},
        "fairs": [{"id": name, **fair} for name in ("a", "b")],
        "arrivals": {"start": "09:00", "step_minutes": 60, "weights": [1, 1]},
    }
    season = Season(scenario_of(document))
    keys = measure_keys(season.scenario)
    values = dict(zip(keys, measure(season, season.play(3, 0)).tolist(), strict=True))
    names = ("09:00", "10:00", "11:00", "10:00-11:00", "09:00-12:00", "09:30-10:30")
    hours = {name: [values[MeasureKey(one.name, one.unit, hour=name)] for one in BY_WINDOW] for name in names}
    assert len([key for key in keys if key.hour]) == len(names) * len(BY_WINDOW)
    assert hours["10:00"] == hours["10:00-11:00"] != hours["09:30-10:30"]
    whole = {key.measure: value for key, value in values.items() if key == MeasureKey(key.measure, key.unit)}
    day = dict(zip((one.name for one in BY_WINDOW), hours["09:00-12:00"], strict=True))
    assert (day["arrivals"], day["interviews"]) == (whole["seekers"], whole["interviews"])
    assert day["wait_minutes_mean"] == pytest.approx(whole["wait_minutes_mean"], rel=1e-12)
    assert day["utilisation"] == pytest.approx(whole["utilisation"], rel=1e-12)
    for place, one in enumerate(BY_WINDOW):
        by_hour = [hours[name][place] for name in names[:3]]
        if one.name.endswith("_time_average"):
            assert sum(by_hour) / 3 == pytest.approx(day[one.name], rel=1e-12)
        elif one.unit in ("seekers", "interviews"):
            assert sum(by_hour) == day[one.name]


def test_without_windows_there_are_only_hours() -> None:
    document = {"fairs": [{"id": "a", "open": "09:30", "close": "11:10", "firms": 1, "posts": 1, "seekers": 1,
                           "arrivals": {"weights": [1]}}]}  # fmt: skip
    hours = list(dict.fromkeys(key.hour for key in measure_keys(scenario_of(document)) if key.hour))
    assert hours == ["08:00", "09:00", "10:00", "11:00"]
