"""What a campaign cost: the organiser's fairs, outreach and levers, and the seekers' ways.

From what happened in one replication. Money of the organiser and of the seekers is never added up.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.campaign.season import History, Season
from sim.model.costs import fair_cost
from sim.population.pool import season_days


class Spending(NamedTuple):
    """Yuan spent in one replication."""

    fairs: float
    outreach: float
    levers: float
    travel: float  # by seekers, there and back


def spending(season: Season, history: History) -> Spending:
    """What one replication cost."""
    fairs = travel = 0.0
    for played in history:
        assert played.setting is not None
        settings = played.setting.fair.settings
        fairs += fair_cost(settings, played.counts["firms"])
        travel += 2.0 * settings.number("costs.travel_km") * float(ways(season, history, played.number).sum())
    outreach = _outreach(season, history)
    return Spending(fairs, outreach, _levers(season, history), travel)


def ways(season: Season, history: History, number: int) -> np.ndarray:
    """Km from home to the fair of each of its seekers."""
    campaign, played = season.campaign, history[number]
    assert campaign is not None and played.setting is not None
    district = campaign.places.row(played.setting.fair.settings.text("district"))
    km: np.ndarray = campaign.places.km[played.day.seekers["district"], district]
    return km


def _outreach(season: Season, history: History) -> float:
    """Everyone addressed costs, whether they notice it or not: once, or for each fair that is told of."""
    campaign, ending = season.campaign, history.ending
    assert campaign is not None and ending is not None
    by_kind = np.bincount(ending.people["kind"], minlength=campaign.pool.kinds.size)
    total = 0.0
    for one in season.scenario.outreach:
        people = float(by_kind[campaign.pool.addressed(one)].sum())
        times = 1 if one.settings.flag("once") else len(one.settings.names("fairs")) or len(season.scenario.fairs)
        total += one.settings.number("cost") + one.settings.number("cost_per_person") * people * times
    return total


def _levers(season: Season, history: History) -> float:
    """Levers cost for each person reached; a subsidy for each start of somebody it is for."""
    campaign, ending = season.campaign, history.ending
    assert campaign is not None and ending is not None
    people = ending.people
    total = sum(lever.settings.number("cost") for lever in season.scenario.levers)
    for bit, lever in enumerate(campaign.pool.helpers):
        total += lever.settings.number("cost_per_person") * int(np.count_nonzero(people["levers"] >> bit & 1))
    for place, lever in enumerate(campaign.levers.at_fairs):
        price = lever.settings.number("cost_per_person")
        if price <= 0.0:
            continue
        if lever.settings.text("kind") == "training":
            rows = np.nonzero(campaign.pool.addressed(lever)[people["kind"]])[0]
            persons = campaign.pool.persons(people, rows, history.key)
            total += price * int(
                campaign.levers.reached(place, persons, season_days(season.scenario), history.key).sum()
            )
        else:
            total += price * _subsidised(season, history, place)
    return total


def _subsidised(season: Season, history: History, place: int) -> int:
    """Starts of people for whom a subsidy was paid."""
    campaign, ending = season.campaign, history.ending
    assert campaign is not None and ending is not None
    count = 0
    for played in history:
        assert played.setting is not None
        after = played.aftermath
        starters = played.setting.rows[after.seekers[~np.isnan(after.days_to_start)]]
        persons = campaign.pool.persons(ending.people, starters, history.key)
        count += int(campaign.levers.reached(place, persons, played.setting.day, history.key).sum())
    return count
