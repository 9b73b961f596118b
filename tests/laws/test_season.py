"""Laws of a campaign: nobody and no post is lost or counted twice, whatever the season.

Small random campaigns with every behaviour: imposed and free attendance, themes, outreach, levers, more intents than
posts, several fairs on a day. Each law has a twin that breaks it.
"""

import datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.campaign.season import History, Season
from sim.draws import make_key
from sim.engine.ledger import AGREED, DECLINED, NO_OFFER, NOT_COME
from sim.population.pool import season_days
from sim.population.searching import FOREVER, PLACED
from sim.study.measures import MeasureKey, measure, measure_keys
from tests.strategies import scenario_of

START = datetime.date(2020, 4, 21)
DISTRICTS = ("north", "south", "far")


def fair(name: str, day: int, district: str, **more: object) -> dict[str, object]:
    return {"id": name, "date": START + datetime.timedelta(days=day), "district": district, "firms": 6, **more}


def campaign(fairs: list[dict[str, object]], **more: object) -> dict[str, object]:
    document: dict[str, object] = {
        "season": {"start": START, "end": START + datetime.timedelta(days=20)},
        "pool": {"seekers": 600, "inflow_per_day": 12.0, "hired_elsewhere_per_day": 0.01, "stops_per_day": 0.01},
        "stock": {"firms": 45, "posts": 90, "new_posts_per_day": 3.0, "filled_elsewhere_per_day": 0.02},
        "attendance": {"visit_share": 0.5, "stops_share": 0.2, "inclination_sd": 1.5},
        "match": {"intents_per_post": 1.7},
        "outcomes": {"signing_share": 0.7, "signing_days": 2, "start_days": 3},
        "groups": [{"id": "a"}, {"id": "b", "attendance": {"visit_share": 0.8}}],
        "occupations": [{"id": "x"}, {"id": "y"}, {"id": "z"}],
        "districts": [
            {"id": "north", "x_km": 0},
            {"id": "south", "x_km": 9},
            {"id": "far", "x_km": 60, "seekers_share": 0.5},
        ],
        "outreach": [
            {"id": "sms", "channel": "sms", "reach_share": 0.6},
            {"id": "letters", "reach_share": 0.5, "groups": ["b"], "odds_factor": 2.0},
        ],
        "levers": [
            {"id": "web", "kind": "online", "share": 0.5, "hired_per_day": 0.02},
            {"id": "course", "kind": "training", "share": 0.3, "skill": 1.0},
        ],
        "fairs": fairs,
    }
    return {**document, **more}


@st.composite
def campaigns(draw: st.DrawFn) -> dict[str, object]:
    fairs = []
    for number in range(draw(st.integers(1, 7))):
        more: dict[str, object] = {}
        if draw(st.booleans()):
            more["seekers"] = draw(st.integers(0, 80))
        if draw(st.booleans()):
            more["posts"] = draw(st.integers(6, 90))
        if draw(st.integers(0, 3)) == 0:
            more["theme"] = {"occupations": ["y"]}
        if draw(st.integers(0, 3)) == 0:
            more["appointments"] = {"share": 0.5}
        day = draw(st.sampled_from([0, 1, 1, 4, 9, 20]))
        fairs.append(fair(f"f{number}", day, draw(st.sampled_from(DISTRICTS)), **more))
    return campaign(fairs)


def assert_same_rows(one: np.ndarray, other: np.ndarray) -> None:
    """Column by column, for a number that is none equals itself only there."""
    assert one.dtype == other.dtype
    for name in one.dtype.names or ():
        np.testing.assert_array_equal(one[name], other[name])


def visits_of(history: History) -> list[tuple[int, np.ndarray]]:
    """Of each fair its day and the rows of the pool that came."""
    found = []
    for played in history:
        assert played.setting is not None
        found.append((played.setting.day, played.setting.rows[played.ledger.visits["outcome"] != NOT_COME]))
    return found


def check_nobody_twice_a_day(history: History) -> None:
    by_day: dict[int, list[np.ndarray]] = {}
    for day, rows in visits_of(history):
        by_day.setdefault(day, []).append(rows)
    for parts in by_day.values():
        rows = np.concatenate(parts)
        assert np.unique(rows).size == rows.size


def check_nobody_matched_twice(history: History) -> None:
    """Who started is gone for good, and who has an intent comes to no fair until it has come to nothing."""
    away = {}
    for played in sorted(history, key=lambda one: one.setting.day if one.setting else 0):
        setting, after = played.setting, played.aftermath
        assert setting is not None
        for row in setting.rows.tolist():
            assert setting.day >= away.get(row, 0)
        for row, days in zip(setting.rows[after.seekers].tolist(), after.days_held.tolist(), strict=True):
            away[row] = np.inf if np.isnan(days) else setting.day + days


def check_no_post_filled_twice(history: History) -> None:
    """A post is held by one intent at a time, was offered where it is held, and once filled is never offered again."""
    assert history.ending is not None
    posts, busy = history.ending.posts, {}
    for played in sorted(history, key=lambda one: one.setting.day if one.setting else 0):
        setting, after = played.setting, played.aftermath
        assert setting is not None
        held = setting.held[setting.held >= 0]
        assert np.unique(held).size == held.size
        assert np.isin(held, setting.booths.offered).all()
        offered = posts[setting.booths.offered]
        assert (offered["opens"] <= setting.day).all()
        assert (offered["closes"] > setting.day).all()
        for row in setting.booths.offered.tolist():
            assert setting.day >= busy.get(row, 0)
        for row, days in zip(setting.held.tolist(), after.days_held.tolist(), strict=True):
            if row >= 0:
                busy[row] = np.inf if np.isnan(days) else setting.day + days
        # Every signing has a post of its own.
        assert (setting.held[~np.isnan(after.days_to_signing)] >= 0).all()
    filled = {row for row, until in busy.items() if until == np.inf}
    assert filled == set(np.nonzero(posts["free_from"] == FOREVER)[0].tolist())


def check_firms_at_one_fair_a_day(history: History) -> None:
    by_day: dict[int, list[int]] = {}
    for played in history:
        assert played.setting is not None
        by_day.setdefault(played.setting.day, []).extend(played.setting.booths.rows.tolist())
    assert all(len(rows) == len(set(rows)) for rows in by_day.values())


def check_people_are_conserved(season: Season, history: History) -> None:
    """Day by day: who looks for work is who looked before, and who began, less who was placed, hired or gave up."""
    assert history.ending is not None
    people, days = history.ending.people, season_days(season.scenario)
    names = dict(zip(measure_keys(season.scenario), measure(season, history).tolist(), strict=True))
    dates = [(START + datetime.timedelta(days=day)).isoformat() for day in range(days)]
    in_pool = [names[MeasureKey("in_pool", "seekers", hour=date)] for date in dates]
    starts = np.zeros(days)
    for played in history:
        assert played.setting is not None
        starts[played.setting.day] += np.count_nonzero(~np.isnan(played.aftermath.days_to_start))
    assert starts.sum() == np.count_nonzero(people["reason"][people["until_day"] <= days] == PLACED)
    before = np.count_nonzero(people["begins"] < 0)
    for day in range(days):
        began = np.count_nonzero(people["begins"] == day)
        left = np.count_nonzero((people["until_day"] == day + 1) & (people["reason"] != PLACED))
        before += began - left - starts[day]
        assert in_pool[day] == before
    whole = {name: names[MeasureKey(name, "seekers")] for name in ("searchers", "hired_elsewhere", "gave_up_search")}
    left_over = names[MeasureKey("in_pool_at_end", "seekers")]
    assert whole["searchers"] == left_over + whole["hired_elsewhere"] + whole["gave_up_search"] + starts.sum()


def check_imposed_numbers(season: Season, history: History) -> None:
    for played, one in zip(history, season.scenario.fairs, strict=True):
        wanted = one.settings.optional_integer("seekers")
        assert wanted is None or played.day.seekers.size <= wanted
        posts = one.settings.optional_integer("posts")
        if posts is not None and played.day.booths.size and posts >= played.day.booths.size:
            assert played.counts["posts"] == posts


@settings(max_examples=40, deadline=None)
@given(document=campaigns(), seed=st.integers(0, 2**32))
def test_laws_of_any_campaign(document: dict[str, object], seed: int) -> None:
    season = Season(scenario_of(document))
    history = season.play(seed, 0)
    check_nobody_twice_a_day(history)
    check_nobody_matched_twice(history)
    check_no_post_filled_twice(history)
    check_firms_at_one_fair_a_day(history)
    check_people_are_conserved(season, history)
    check_imposed_numbers(season, history)


BUSY = [fair(f"f{k}", k // 2, DISTRICTS[k % 2], posts=40) for k in range(12)]


@pytest.mark.parametrize("law", [check_nobody_matched_twice, check_no_post_filled_twice])
def test_twin_without_carrying_over_is_noticed(monkeypatch: pytest.MonkeyPatch, law) -> None:  # type: ignore[no-untyped-def]
    monkeypatch.setattr("sim.campaign.carrying.apply_intents", lambda *_: None)
    with pytest.raises(AssertionError):
        law(Season(scenario_of(campaign(BUSY))).play(3, 0))


def test_twin_that_sends_people_to_two_fairs_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    history = Season(scenario_of(campaign(BUSY))).play(3, 0)
    check_nobody_twice_a_day(history)
    with pytest.raises(AssertionError):
        check_nobody_twice_a_day(History((*history.fairs, history.fairs[0]), history.key, history.ending))


def test_twin_with_a_lost_person_is_noticed() -> None:
    season = Season(scenario_of(campaign(BUSY)))
    history = season.play(3, 0)
    check_people_are_conserved(season, history)
    assert history.ending is not None
    history.ending.people["until_day"][np.argmax(history.ending.people["until_day"] > 10)] = 2
    history.ending.people["reason"][:5] = PLACED
    with pytest.raises(AssertionError):
        check_people_are_conserved(season, history)


# One fair moved -----------------------------------------------------------------------------------------------


def two_towns(moved: int) -> dict[str, object]:
    """Two towns that have nothing in common: outreach, occupations and districts apart."""
    fairs = [
        fair("n0", 0, "north", theme={"occupations": ["x"]}),
        fair("n1", moved, "north", theme={"occupations": ["x"]}),
        fair("s0", 1, "south", theme={"occupations": ["y"]}),
        fair("s1", 6, "south", theme={"occupations": ["y"]}),
    ]
    outreach = [
        {"id": "in-the-north", "reach_share": 0.8, "districts": ["north"], "fairs": ["n0", "n1"]},
        {"id": "in-the-south", "reach_share": 0.8, "districts": ["south"], "fairs": ["s0", "s1"]},
    ]
    return campaign(fairs, outreach=outreach, firm_traits={"occupations": 1})


def told(document: dict[str, object], seed: int, engine: str | None = None) -> tuple[History, np.ndarray]:
    season = Season(scenario_of(document))
    history = season.play(seed, 0, engine)
    assert history.ending is not None and season.campaign is not None
    district = season.campaign.pool.kinds.district[history.ending.people["kind"]]
    return history, district


@pytest.mark.parametrize("moved", [2, 6, 15])
def test_moving_a_fair_leaves_everyone_untouched_by_it_as_they_were(moved: int) -> None:
    (before, district), (after, _) = told(two_towns(4), 5), told(two_towns(moved), 5)
    assert before.ending is not None and after.ending is not None
    untouched = district != 0
    assert_same_rows(before.ending.people[untouched], after.ending.people[untouched])
    for one, other in zip(before.fairs[2:], after.fairs[2:], strict=True):
        assert_same_rows(one.ledger.visits, other.ledger.visits)
        assert_same_rows(one.ledger.stays, other.ledger.stays)
    assert any(
        one.ledger.visits.size != other.ledger.visits.size
        or not np.array_equal(one.ledger.visits["outcome"], other.ledger.visits["outcome"])
        for one, other in zip(before.fairs[1:2], after.fairs[1:2], strict=True)
    )


def test_nothing_before_a_moved_fair_changes() -> None:
    plan = [fair("a", 0, "north"), fair("b", 3, "south"), fair("c", 9, "north")]
    later = [*plan[:2], fair("c", 12, "north")]
    (one, _), (other, _) = told(campaign(plan), 8), told(campaign(later), 8)
    for before, after in zip(one.fairs[:2], other.fairs[:2], strict=True):
        assert_same_rows(before.ledger.visits, after.ledger.visits)
        assert_same_rows(before.ledger.stays, after.ledger.stays)


# Both engines -------------------------------------------------------------------------------------------------


@settings(max_examples=10, deadline=None)
@given(document=campaigns(), seed=st.integers(0, 2**32))
def test_both_engines_give_the_same_season(document: dict[str, object], seed: int) -> None:
    (kernel, _), (reference, _) = told(document, seed, "kernel"), told(document, seed, "reference")
    assert kernel.ending is not None and reference.ending is not None
    for one, other in zip(kernel, reference, strict=True):
        assert_same_rows(one.ledger.visits, other.ledger.visits)
        assert_same_rows(one.ledger.stays, other.ledger.stays)
    assert_same_rows(kernel.ending.people, reference.ending.people)
    assert_same_rows(kernel.ending.posts, reference.ending.posts)


# What people and firms found out about each other ---------------------------------------------------------------


def again() -> dict[str, object]:
    """A few firms and people who meet again and again; posts never run out, and nothing helps anybody."""
    fairs = [fair(f"f{k}", 2 * k, "north", firms=5) for k in range(8)]
    return campaign(
        fairs,
        pool={"seekers": 150, "hired_elsewhere_per_day": 0.0, "stops_per_day": 0.0},
        stock={"firms": 6, "posts": 60},
        attendance={"visit_share": 0.9, "fatigue": 1.0, "disappointed": 1.0, "stops_share": 0.0},
        match={"intents_per_post": 100.0},
        outcomes={"signing_share": 0.0, "signing_days": 0},
        districts=[{"id": "north"}],
        outreach=[],
        levers=[],
    )


def check_failed_pairs_stay_failed(history: History) -> int:
    """Whoever failed at a firm fails there again: quality and taste belong to the pair. Gives how many met again."""
    failed: set[tuple[int, int]] = set()
    met_again = 0
    for played in history:
        stays = played.ledger.stays
        who = played.day.seekers["who"][stays["seeker"]].tolist()
        firm = played.day.booths["firm"][stays["booth"]].tolist()
        for pair, outcome in zip(zip(who, firm, strict=True), stays["outcome"].tolist(), strict=True):
            met_again += pair in failed and outcome in (NO_OFFER, DECLINED, AGREED)
            assert not (pair in failed and outcome == AGREED)
            if outcome in (NO_OFFER, DECLINED):
                failed.add(pair)
    return met_again


def test_whoever_failed_at_a_firm_fails_there_again() -> None:
    season = Season(scenario_of(again()))
    assert check_failed_pairs_stay_failed(season.play(4, 0)) > 50


def test_twin_with_a_new_quality_every_day_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    # The lasting key is the one that the fair makes with day 0: let it be the day of the fair.
    monkeypatch.setattr(
        "sim.engine.reference.fair.Key", lambda seed, replication, day: make_key(seed, replication, next(days))
    )
    days = iter(range(1, 10**6))
    with pytest.raises(AssertionError):
        check_failed_pairs_stay_failed(Season(scenario_of(again())).play(4, 0, "reference"))
