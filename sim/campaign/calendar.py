"""The calendar as it is played: the fairs by day, and where a fair is held that goes where demand is greatest."""

from __future__ import annotations

from collections import Counter

import numpy as np

from sim.campaign.appeal import FairAppeal
from sim.campaign.attending import PlannedFair
from sim.model.scenario import Scenario
from sim.population.pool import Pool, season_day
from sim.population.searching import PLACED


class SoFar:
    """What a planner has seen of the season's fairs."""

    def __init__(self, districts: int) -> None:
        self.visits = np.zeros(districts, np.int64)  # by home district
        self.fairs: Counter[str] = Counter()  # by venue


class Option:
    """A fair at one of the venues where it may be held: what is the same in every replication."""

    def __init__(self, scenario: Scenario, number: int, which: int, pool: Pool) -> None:
        self.number = number
        self.fair = scenario.candidates[number][which]
        self.planned = PlannedFair(scenario, number, self.fair)
        self.venue = self.fair.settings.text("venue")
        self.appeal = FairAppeal(scenario, self.fair, pool)
        self.district = pool.places.row(self.fair.settings.text("district"))


def by_day(scenario: Scenario, pool: Pool) -> dict[int, list[list[Option]]]:
    """For each day of the season its fairs in the order of the scenario, each with its options."""
    days: dict[int, list[list[Option]]] = {}
    for number, candidates in enumerate(scenario.candidates):
        options = [Option(scenario, number, which, pool) for which in range(len(candidates))]
        date = options[0].fair.settings.day("date")
        assert date is not None
        days.setdefault(season_day(scenario, date), []).append(options)
    return dict(sorted(days.items()))


def where_demand_is(
    options: list[Option], taken: list[Option], people: np.ndarray, so_far: SoFar, day: int, pool: Pool
) -> Option:
    """The option with the greatest unmet demand nearby, as far as a planner knows it on the day.

    A planner knows who has registered as looking for work, by home district, and who of them was placed by a fair or
    came to one; not who found work elsewhere, nor who gave up. Those who came count no more. A district counts less the
    farther it is from the venue, as people of that district weigh the way. What a venue has had counts too: its demand
    is divided by one more than the fairs held there, so that fairs are shared out like seats (D'Hondt). Venues taken
    that day are left out.

    Args:
        options: where the fair may be held.
        taken: where other fairs of the day are held.
        people: SEARCHER.
        so_far: what fairs there were.
        day: of the season.
        pool: of the scenario.
    """
    if len(options) == 1:
        return options[0]
    known = (people["begins"] < day) & ((people["reason"] != PLACED) | (people["until_day"] > day))
    registered = np.bincount(pool.kinds.district[people["kind"][known]], minlength=len(pool.places.names))
    unmet = np.maximum(registered - so_far.visits, 0)
    names = {one.venue for one in taken}
    free = [one for one in options if one.venue not in names] or options
    weight = pool.scenario.defaults.number("attendance.distance_weight")
    scores = [
        float(unmet @ np.exp(-weight * pool.places.km[:, one.district])) / (1 + so_far.fairs[one.venue]) for one in free
    ]
    return free[int(np.argmax(scores))]
