"""The measures of a morning written down by hand, with every figure worked out on paper."""

import math
from pathlib import Path

import numpy as np
import pytest

from benchmarks.random_days import CHOICES, fair_day
from sim.campaign.aftermath import Aftermath
from sim.campaign.season import Played, Season
from sim.engine import FairDay, Ledger
from sim.engine import ledger as book
from sim.model.scenario import load_scenario
from sim.study.measures import (
    BY_GROUP,
    BY_WINDOW,
    HEADLINE,
    MEASURES,
    MeasureKey,
    Tally,
    by_name,
    measure,
    measure_keys,
)
from sim.study.season_measures import season_keys
from tests.strategies import scenario_of

NAN = math.nan
FAIR = {"id": "a", "open": "09:00", "close": "11:00", "firms": 2, "posts": 7, "seekers": 5,
        "arrivals": {"start": "09:00", "step_minutes": 60, "weights": [1]}}  # fmt: skip

# arrived, checked, entered, reached, turned, left; booth and post of the intent, interviews, outcome
VISITS = [
    (535, 540, 541, 545, 560, 562, 0, 0, 1, book.INTENT),
    (540, 541, 543, 550, 605, 610, -1, -1, 2, book.SEEN_ENOUGH),
    (542, 545, 546, 550, 640, 645, -1, -1, 0, book.CLOSED_OUT),
    (600, 600, 600, 601, 621, 625, -1, -1, 0, book.LOOKED_AROUND),
    (700, NAN, NAN, NAN, NAN, 700, -1, -1, 0, book.TURNED_AWAY),
]
# joined, started, ended; seeker, booth, people ahead, outcome
STAYS = [
    (545, 550, 560, 0, 0, 0, book.AGREED),
    (550, 552, 558, 1, 1, 0, book.NO_OFFER),
    (550, NAN, 570, 2, 0, 1, book.RENEGED),
    (560, 585, 605, 1, 0, 0, book.DECLINED),
    (575, NAN, 575, 2, 1, 3, book.BALKED),
    (600, NAN, 640, 2, 0, 0, book.SENT_AWAY),
]


def hand_made_day() -> FairDay:
    plain = {name: values[0] for name, values in CHOICES.items()}
    day = fair_day({**plain, "seekers": 5, "booths": 2, "groups": 2}, 1)
    day.hall["open"], day.hall["close"] = 540.0, 660.0
    day.seekers["group"], day.seekers["applies"] = [0, 0, 1, 1, 1], [1, 1, 1, 0, 1]
    day.booths["posts_from"], day.booths["posts_until"] = [0, 1], [1, 2]
    day.booths["shifts_from"], day.booths["shifts_until"] = [0, 1], [1, 3]
    day.booths["leaves_when_filled"] = 0
    posts = np.array([(0, 1), (0, 9)], day.posts.dtype)
    shifts = np.array([(540.0, 1), (530.0, 2), (600.0, 0)], day.shifts.dtype)
    return day._replace(posts=posts, shifts=shifts)


def played(day: FairDay, number: int = 0) -> Played:
    ledger = Ledger(np.array(VISITS, book.VISIT), np.array(STAYS, book.STAY))
    after = Aftermath(np.array([0]), np.array([4.5]), np.array([12.5]), np.array([np.nan]))
    return Played(number, {"firms": 2, "posts": 7, "seekers": 5}, day, ledger, after)


def season(fairs: int = 1) -> Season:
    names = ("a", "b")[:fairs]
    groups = [{"id": "g0"}, {"id": "g1"}]
    return Season(scenario_of({"groups": groups, "fairs": [{**FAIR, "id": name} for name in names]}))


def measured(one: Season, fairs: list[Played]) -> dict[MeasureKey, float]:
    return dict(zip(measure_keys(one.scenario), measure(one, fairs).tolist(), strict=True))


WHOLE = {
    "firms": 2,
    "posts": 7,
    "seekers": 5,
    "intents": 1,
    "signings": 1,
    "starts": 1,
    "intents_per_seeker": 0.2,
    "intents_per_post": 1 / 7,
    "wait_minutes_mean": (5 + 2 + 25) / 3,
    "wait_minutes_p90": 5 + 0.8 * 20,
    "never_interviewed_share": 1 / 3,
    "peak_inside": 3,
    "events": 6 + 6 + 6 + 6 + 2 + 2 * 6 + 3,
    "entered": 4,
    "turned_away": 1,
    "gave_up_outside": 0,
    "applicants": 3,
    "interviewed": 2,
    "interviews": 3,
    "offers": 2,
    "balked": 1,
    "reneged": 1,
    "missed": 0,
    "closed_out": 1,
    "wait_over_20_share": 1 / 3,
    "outside_minutes_mean": (5 + 1 + 3 + 0) / 4,
    "inside_minutes_mean": (22 + 69 + 100 + 25) / 4,
    "days_to_start_mean": 12.5,
    "utilisation": (10 + 6 + 20) / (1 * 120 + 2 * 60),
}
GROUPS = {"g0": (2, 1, 0.5, 32 / 3, 0.0), "g1": (3, 0, 0.0, NAN, 1.0)}
HOURS = {
    "09:00": (2, 3, 32 / 3, (22 + 59 + 55) / 60, (5 + 2 + 20 + 25) / 60, (10 + 6 + 15) / 60, 31 / (60 + 120)),
    "10:00": (1, 0, NAN, (10 + 45 + 25) / 60, 40 / 60, 5 / 60, 5 / 60),
}


def test_every_measure_of_the_season() -> None:
    values = measured(season(), [played(hand_made_day())])
    whole = {key.measure: value for key, value in values.items() if not (key.group or key.hour or key.fair)}
    assert set(whole) == set(WHOLE) == {one.name for one in MEASURES} <= set(by_name())
    for name, expected in WHOLE.items():
        assert whole[name] == pytest.approx(expected, rel=1e-12), name


def test_every_measure_of_the_groups_and_hours() -> None:
    values = measured(season(), [played(hand_made_day())])
    for group, expected in GROUPS.items():
        observed = [value for key, value in values.items() if key.group == group]
        assert observed == pytest.approx(expected, rel=1e-12, nan_ok=True)
    assert {key.hour for key in values if key.hour} == set(HOURS)
    for hour, expected in HOURS.items():
        observed = [value for key, value in values.items() if key.hour == hour]
        assert observed == pytest.approx(expected, rel=1e-12, nan_ok=True)


def test_a_firm_that_leaves_when_filled_is_on_duty_until_then() -> None:
    day = hand_made_day()
    day.booths["leaves_when_filled"] = [1, 1]
    values = measured(season(), [played(day)])
    assert values[MeasureKey("utilisation", "share")] == pytest.approx(36 / (20 + 120))


def test_two_fairs_together() -> None:
    day = hand_made_day()
    values = measured(season(2), [played(day), played(day, 1)])
    for fair in ("a", "b"):
        for name, expected in WHOLE.items():
            assert values[MeasureKey(name, by_name()[name].unit, fair=fair)] == pytest.approx(expected, rel=1e-12)
    for name, expected in WHOLE.items():
        is_sum = by_name()[name].unit not in ("share", "minutes", "days") and name != "peak_inside"
        if name != "wait_minutes_p90":
            together = values[MeasureKey(name, by_name()[name].unit)]
            assert together == pytest.approx(expected * (2 if is_sum else 1), rel=1e-12), name
    waits = [5, 2, 25, 5, 2, 25]
    assert values[MeasureKey("wait_minutes_p90", "minutes")] == pytest.approx(np.quantile(waits, 0.9))


def test_nothing_observed_is_no_number() -> None:
    day = hand_made_day()
    empty = day._replace(seekers=day.seekers[:0])
    ledger = Ledger(np.empty(0, book.VISIT), np.empty(0, book.STAY))
    after = Aftermath(np.empty(0, np.int64), np.empty(0), np.empty(0), np.empty(0))
    values = measured(season(), [Played(0, {"firms": 2, "posts": 0, "seekers": 0}, empty, ledger, after)])
    for name in (
        "intents_per_seeker",
        "intents_per_post",
        "wait_minutes_mean",
        "wait_minutes_p90",
        "inside_minutes_mean",
        "never_interviewed_share",
        "wait_over_20_share",
        "days_to_start_mean",
    ):
        assert math.isnan(values[MeasureKey(name, by_name()[name].unit)]), name
    for name in ("seekers", "intents", "interviews", "events", "peak_inside", "utilisation"):
        assert values[MeasureKey(name, by_name()[name].unit)] == 0.0, name


def test_waits_before_talks_without_an_offer_to_make_count_too() -> None:
    fair = played(hand_made_day())
    fair.ledger.stays["outcome"][3] = book.TALKED
    values = measured(season(), [fair])
    assert values[MeasureKey("wait_minutes_p90", "minutes")] == WHOLE["wait_minutes_p90"]
    assert values[MeasureKey("wait_minutes_mean", "minutes")] == WHOLE["wait_minutes_mean"]


def test_a_ratio_of_a_part_of_one_is_taken_and_of_nothing_is_none() -> None:
    ratio = by_name()["wait_minutes_mean"].value
    assert ratio(Tally({"wait_minutes": 3.0, "interviews": 0.5}, np.empty(0), 0)) == 6.0
    assert math.isnan(ratio(Tally({"wait_minutes": 3.0, "interviews": 0.0}, np.empty(0), 0)))


BOUND_KEYS = [
    ("bound", "seekers"), ("share_of_bound", "share"), ("lost_to_queues", "seekers"), ("lost_to_ignorance", "seekers"),
    ("lost_to_clock", "seekers"), ("lost_to_rivalry", "seekers"), ("lost_to_thin_choice", "seekers"),
]  # fmt: skip


def test_bound_and_season_come_after_the_rest_and_losses_add_up_to_it() -> None:
    campaign = load_scenario(Path(__file__).parents[1] / "golden" / "campaign.toml")
    plain = load_scenario(campaign.file, ("measures.bound=false",))
    keys, own = measure_keys(campaign), season_keys(campaign)
    rest = len(measure_keys(plain)) - len(own)
    assert [(key.measure, key.unit) for key in keys[rest : rest + 7]] == BOUND_KEYS
    assert all(key == MeasureKey(key.measure, key.unit) for key in keys[rest : rest + 7])
    assert keys[:rest] == measure_keys(plain)[:rest]
    assert keys[rest + 7 :] == own == measure_keys(plain)[rest:]

    season = Season(campaign)
    fairs = season.play(3, 1)
    values = measured(season, fairs)
    bound = {name: values[MeasureKey(name, unit)] for name, unit in BOUND_KEYS}
    intents = values[MeasureKey("intents", "seekers")]
    losses = [value for name, value in bound.items() if name.startswith("lost_to")]
    assert bound["bound"] == intents + sum(losses) == sum(one.lost["bound"] for one in fairs if one.lost is not None)
    assert bound["share_of_bound"] == intents / bound["bound"] > 0
    assert losses == [sum(one.lost[name[8:]] for one in fairs if one.lost is not None) for name, _ in BOUND_KEYS[2:]]
    assert sum(losses) > 0
    season_only = Season(plain)
    without = measured(season_only, season_only.play(3, 1))
    assert without == pytest.approx({key: values[key] for key in without}, rel=0, abs=0, nan_ok=True)


@pytest.mark.parametrize(
    ("opens", "arrivals", "closes", "hours"),
    [
        ("09:00", "09:00", "11:00", ["09:00", "10:00"]),
        ("09:30", "09:30", "11:01", ["09:00", "10:00", "11:00"]),
        ("09:00", "07:59", "12:00", ["07:00", "08:00", "09:00", "10:00", "11:00"]),
    ],
)
def test_hours_reach_from_the_first_arrival_or_opening_to_the_last_end(
    opens: str, arrivals: str, closes: str, hours: list[str]
) -> None:
    early = {**FAIR, "open": opens, "close": closes, "arrivals": {**FAIR["arrivals"], "start": arrivals}}
    late = {**FAIR, "id": "b", "open": "09:40", "close": "10:40", "arrivals": {**FAIR["arrivals"], "start": "09:40"}}
    keys = measure_keys(scenario_of({"fairs": [late, early]}))
    assert list(dict.fromkeys(key.hour for key in keys if key.hour)) == hours


def test_keys_are_distinct_and_begin_with_the_headline() -> None:
    keys = measure_keys(season(2).scenario)
    assert len(set(keys)) == len(keys)
    assert tuple(key.measure for key in keys[: len(HEADLINE)]) == HEADLINE
    assert not any(key.fair for key in keys[: len(HEADLINE)])


def test_each_measure_is_defined_once() -> None:
    names = [one.name for one in MEASURES]
    assert len(set(names)) == len(names)
    assert all(one.better in ("higher", "lower", "neither") and one.unit and one.meaning for one in MEASURES)
    assert set(BY_GROUP) <= set(names)
    assert len({one.name for one in BY_WINDOW}) == len(BY_WINDOW)
    for one in BY_WINDOW:  # a name means one thing, in one unit and with one direction
        same = by_name().get(one.name, one)
        assert (one.unit, one.better) == (same.unit, same.better), one.name


def test_events_tell_the_same_story() -> None:
    ledger = played(hand_made_day()).ledger
    rows = book.events(ledger)
    assert rows.size == book.count_events(ledger) == WHOLE["events"]
    assert np.all(np.diff(rows["time"]) >= 0)
    story = [(book.ACTIVITIES[row["activity"]], row["time"]) for row in rows if row["seeker"] == 1]
    assert story == [
        ("arrives", 540), ("gate", 541), ("enters", 543), ("reaches-booths", 550), ("reaches-booth", 550),
        ("interview", 552), ("leaves-booth", 558), ("reaches-booth", 560), ("interview", 585), ("leaves-booth", 605),
        ("turns-to-exit", 605), ("leaves", 610),
    ]  # fmt: skip
    ended = [
        row["outcome"] for row in rows if row["seeker"] == 2 and book.ACTIVITIES[row["activity"]] == "leaves-booth"
    ]
    assert ended == [book.RENEGED, book.BALKED, book.SENT_AWAY]
