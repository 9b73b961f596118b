"""The measures of a season, counted again person by person and visit by visit, in plain loops."""

import datetime
import itertools
import math
import statistics
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim.campaign.season import History, Season
from sim.engine import ledger as book
from sim.model.scenario import Scenario, load_scenario
from sim.population.pool import season_days
from sim.population.searching import GAVE_UP, HIRED_ELSEWHERE, TIRED_OF_FAIRS
from sim.study.keys import MeasureKey
from sim.study.season_measures import SEASON, season_keys, season_values
from sim.study.spending import spending

GOLDEN = Path(__file__).parents[1] / "golden" / "campaign.toml"
# Many come again, few firms, a hall that is full: everything that is counted happens.
BUSY = (
    "measures.bound=false", "attendance.visit_share=0.9", "stock.posts=60", "hall.people_limit=20",
    "fairs.second.date=2021-03-09",
)  # fmt: skip
Counts = dict[str, float]


def ratio(part: float, whole: float) -> float:
    return part / whole if whole else math.nan


def visits_of(season: Season, fairs: History) -> list[dict[str, Any]]:
    """Every visit as a row of plain values, fair after fair."""
    found = []
    places = season.campaign.places  # type: ignore[union-attr]
    for number, played in enumerate(fairs):
        setting, after = played.setting, played.aftermath
        assert setting is not None
        district = places.names.index(setting.fair.settings.text("district"))
        held = dict(zip(after.seekers.tolist(), setting.held.tolist(), strict=True))
        starts = dict(zip(after.seekers.tolist(), after.days_to_start.tolist(), strict=True))
        lost = dict(zip(after.seekers.tolist(), after.days_held.tolist(), strict=True))
        for i, visit in enumerate(played.ledger.visits):
            if visit["outcome"] == book.NOT_COME:
                continue
            suits = [int(booth["offered"]) & int(played.day.seekers["accepts"][i]) for booth in played.day.booths]
            started = starts.get(i, math.nan)
            found.append(
                {
                    "fair": number,
                    "day": setting.day,
                    "person": int(setting.rows[i]),
                    "before": int(setting.before["visits"][i]),
                    "intent": visit["intent_booth"] >= 0,
                    "post": held.get(i, -1),
                    "filled": held.get(i, -1) >= 0 and math.isnan(lost[i]),
                    "km": float(places.km[played.day.seekers["district"][i], district]),
                    "choice": sum(1 for one in suits if one),
                    "to_start": setting.day + started - int(setting.before["begins"][i]),
                }
            )
    return found


def full_minutes(begins: Sequence[float], ends: Sequence[float], limit: int) -> float:
    """Minutes with so many inside, between one coming or going and the next."""
    times = sorted({*begins, *ends})
    return sum(
        later - earlier
        for earlier, later in itertools.pairwise(times)
        if sum(b <= earlier for b in begins) - sum(e <= earlier for e in ends) >= limit
    )


def days_of(fairs: History) -> Counts:
    waits: list[float] = []
    contact = full = 0.0
    for played in fairs:
        for stay in played.ledger.stays:
            joined, started, ended = (float(stay[name]) for name in ("joined", "started", "ended"))
            contact += ended - joined
            if stay["outcome"] in (book.AGREED, book.DECLINED, book.NO_OFFER, book.TALKED):
                waits.append(started - joined)
        inside = [visit for visit in played.ledger.visits if not np.isnan(visit["checked"])]
        limit = int(played.day.hall[0]["people_limit"])
        if limit >= 0:
            full += full_minutes([v["checked"] for v in inside], [v["left"] for v in inside], limit)
    return {"waits": statistics.median(waits) if waits else math.nan, "contact": contact, "full": full}


def people_counts(people: Sequence[int], visits: Sequence[dict[str, Any]]) -> Counts:
    members = set(people)
    mine = [one for one in visits if one["person"] in members]
    intents = sum(one["intent"] for one in mine)
    return {
        "searchers": len(people),
        "seekers": len(mine),
        "intents": intents,
        "intents_per_searcher": ratio(intents, len(people)),
        "travel_km_mean": ratio(sum(one["km"] for one in mine), len(mine)),
    }


def spread(parts: Sequence[Counts]) -> float:
    rates = [part["intents_per_searcher"] for part in parts if part["searchers"]]
    return statistics.pstdev(rates) / statistics.fmean(rates) if len(rates) > 1 and any(rates) else math.nan


def recounted(season: Season, fairs: History) -> dict[MeasureKey, float]:
    """All measures of a season by their keys, except what `measures` hands over."""
    scenario, ending, last = season.scenario, fairs.ending, season_days(season.scenario)
    assert ending is not None and season.campaign is not None
    people, posts, kinds = ending.people, ending.posts, season.campaign.pool.kinds
    visits = visits_of(season, fairs)
    offered = [set(played.setting.booths.offered.tolist()) for played in fairs if played.setting is not None]
    earlier: dict[int, list[int]] = defaultdict(list)
    on_new = 0
    for one in sorted(visits, key=lambda visit: visit["day"]):
        been = earlier[one["person"]]
        on_new += bool(one["before"] and one["post"] >= 0 and not any(one["post"] in offered[fair] for fair in been))
        been.append(one["fair"])
    came = {one["person"] for one in visits}
    told = {k for k in range(people.size) if people["reached"][k] or not scenario.outreach}
    repeats = [one for one in visits if one["before"]]
    newcomers = [one for one in visits if not one["before"]]
    gone = [int(person["reason"]) for person in people if person["until_day"] <= last]
    filled = {one["post"]: one["day"] for one in visits if one["filled"]}
    elsewhere = [k for k in range(posts.size) if posts["closes"][k] <= last and k not in filled]
    intents = sum(one["intent"] for one in visits)
    starts = [one["to_start"] for one in visits if not math.isnan(one["to_start"])]
    spent, days = spending(season, fairs), days_of(fairs)
    district_of, group_of = (part[people["kind"]].tolist() for part in (kinds.district, kinds.group))
    districts = {
        name: people_counts([k for k, d in enumerate(district_of) if d == place], visits)
        for place, name in enumerate(season.campaign.places.names)
    }
    groups = {
        one.id: people_counts([k for k, g in enumerate(group_of) if g == place], visits)
        for place, one in enumerate(scenario.groups)
    }
    whole = {
        "searchers": people.size,
        "visitors": len(came),
        "never_reached_share": ratio(people.size - len(told), people.size),
        "never_came_share": ratio(len(told - came), len(told)),
        "repeat_visit_share": ratio(len(repeats), len(visits)),
        "intents_per_newcomer": ratio(sum(one["intent"] for one in newcomers), len(newcomers)),
        "intents_per_repeater": ratio(sum(one["intent"] for one in repeats), len(repeats)),
        "repeaters_new_post_share": ratio(on_new, sum(one["intent"] for one in repeats)),
        "distinct_firms": np.count_nonzero(ending.firms.visits),
        "distinct_posts": len(set().union(*offered)),
        "posts_filled": len(filled),
        "posts_filled_elsewhere": len(elsewhere),
        "hired_elsewhere": gone.count(HIRED_ELSEWHERE),
        "gave_up_search": gone.count(GAVE_UP) + gone.count(TIRED_OF_FAIRS),
        "in_pool_at_end": people.size - len(gone),
        "days_in_pool_mean": statistics.fmean(
            min(int(one["until_day"]), last) - int(one["begins"]) for one in people
        ),
        "days_search_to_start_mean": ratio(sum(starts), len(starts)),
        "travel_km_mean": ratio(sum(one["km"] for one in visits), len(visits)),
        "suitable_booths_mean": ratio(sum(one["choice"] for one in visits), len(visits)),
        "wait_minutes_median": days["waits"],
        "close_contact_minutes_mean": ratio(days["contact"], len(visits)),
        "full_minutes": days["full"],
        "cost": spent.fairs + spent.outreach,
        "cost_levers": spent.levers,
        "cost_travel": spent.travel,
        "cost_per_intent": ratio(spent.fairs + spent.outreach, intents),
        "cost_per_start": ratio(spent.fairs + spent.outreach, len(starts)),
        "district_spread": spread(list(districts.values())),
        "group_spread": spread(list(groups.values())),
    }  # fmt: skip
    units = {one.name: one.unit for one in SEASON}
    values = {MeasureKey(name, units[name]): float(value) for name, value in whole.items()}
    for name, counts in districts.items():
        values |= {key_of(measure, district=name): value for measure, value in counts.items()}
    for name, counts in groups.items() if len(groups) > 1 else ():
        told_of = ("searchers", "intents_per_searcher", "travel_km_mean")
        values |= {key_of(measure, group=name): counts[measure] for measure in told_of}
    start = scenario.settings.day("season.start")
    assert start is not None
    for day in range(last):
        closes = [min(int(closed), filled.get(k, closed) + 1) for k, closed in enumerate(posts["closes"])]
        counts = {
            "in_pool": sum(one["begins"] <= day and one["until_day"] > day + 1 for one in people),
            "open_posts": sum(posts["opens"][k] <= day and closes[k] > day + 1 for k in range(posts.size)),
            "seekers": sum(one["day"] == day for one in visits),
            "intents": sum(one["intent"] for one in visits if one["day"] == day),
        }
        date = (start + datetime.timedelta(days=day)).isoformat()
        values |= {key_of(measure, hour=date): value for measure, value in counts.items()}
    return values


def key_of(measure: str, **part: str) -> MeasureKey:
    units = {
        "searchers": "seekers", "seekers": "seekers", "intents": "seekers", "intents_per_searcher": "share",
        "travel_km_mean": "km", "in_pool": "seekers", "open_posts": "posts",
    }  # fmt: skip
    return MeasureKey(measure, units[measure], **part)


def scenario_with(*overrides: str) -> Scenario:
    return load_scenario(GOLDEN, overrides)


OUTREACH = """

[[outreach]]
id = "sms"
channel = "sms"
reach_share = 0.7
cost = 300

[[outreach]]
id = "posters"
channel = "advertising"
reach_share = 0.3
"""


def busy(folder: Path, groups: bool = True) -> Scenario:
    """With outreach that does not reach everybody; or of one group, and without any."""
    text = GOLDEN.read_text(encoding="utf-8")
    blocks = [block for block in text.split("\n\n") if groups or not block.startswith("[[groups]]")]
    (folder / "busy.toml").write_text("\n\n".join(blocks) + (OUTREACH if groups else ""), encoding="utf-8")
    return load_scenario(folder / "busy.toml", BUSY)


@pytest.mark.parametrize("case", ["golden", "busy", "nobody", "plain"])
def test_all_measures_of_a_season_are_those_counted_by_hand(case: str, tmp_path: Path) -> None:
    scenario = {
        "golden": lambda: scenario_with("measures.bound=false"),
        "busy": lambda: busy(tmp_path),
        "nobody": lambda: scenario_with("measures.bound=false", "attendance.visit_share=0"),
        "plain": lambda: busy(tmp_path, groups=False),
    }[case]()
    season = Season(scenario)
    fairs = season.play(5, 2)
    starts = float(sum(np.count_nonzero(~np.isnan(one.aftermath.days_to_start)) for one in fairs))
    observed = dict(zip(season_keys(scenario), season_values(season, fairs, starts), strict=True))
    expected = recounted(season, fairs)
    assert list(observed) == list(expected)
    for key, value in expected.items():
        assert observed[key] == pytest.approx(value, rel=1e-9, nan_ok=True), key
    whole = {key.measure: value for key, value in observed.items() if key == MeasureKey(key.measure, key.unit)}
    if case == "busy":  # what is never there proves nothing
        for name in ("repeat_visit_share", "intents_per_repeater", "full_minutes", "posts_filled", "visitors"):
            assert whole[name] > 0, name
        assert 0 < whole["repeaters_new_post_share"] < 1
        assert 0 < whole["never_reached_share"] < 1
        assert 0 < whole["never_came_share"] < 1
    if case == "nobody":
        assert math.isnan(whole["district_spread"]) and math.isnan(whole["wait_minutes_median"])
