"""Who takes part: seekers, firms and posts as flat arrays.

Here, and nowhere else, names become row numbers. What the planner's tables give is taken as it is; the rest is drawn
from the numbers that belong to each person and firm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.draws import Key
from sim.model.scenario import Scenario
from sim.population.firms import draw_firms
from sim.population.people import people_of_fair
from sim.population.places import Places
from sim.population.sharing import COUNTS, share_totals

__all__ = ["Crowd", "Roster"]


class Crowd(NamedTuple):
    """Who takes part in one fair."""

    people: np.ndarray  # drawing.PERSON
    firms: np.ndarray  # firms.FIRM_ROW
    posts: np.ndarray  # firms.POST_ROW


class Roster:
    """What a scenario says about who takes part, sorted by fair once: rows, own numbers, districts.

    `poisson` fairs have no number of seekers; whoever draws their arrivals says how many came.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.places = Places(scenario)
        self.districts = self.places.names
        self.firm_rows: dict[str, list[int]] = {fair.id: [] for fair in scenario.fairs}
        self.seeker_rows: dict[str, list[int]] = {fair.id: [] for fair in scenario.fairs}
        for k, row in enumerate(scenario.firms):
            self.firm_rows[row.text("fair")].append(k)
        for k, row in enumerate(scenario.seekers):
            self.seeker_rows[row.text("fair")].append(k)
        self.own: dict[str, list[int | None]] = {what: [] for what in COUNTS}
        listed: dict[str, int] = {}
        for post in scenario.posts:
            listed[post.text("firm")] = listed.get(post.text("firm"), 0) + post.integer("count")
        for fair in scenario.fairs:
            firms = [scenario.firms[k] for k in self.firm_rows[fair.id]]
            sizes = [listed.get(firm.text("id"), firm.optional_integer("posts")) for firm in firms]
            known = [size for size in sizes if size is not None]
            self.own["firms"].append(len(firms) or fair.settings.optional_integer("firms"))
            posts = fair.settings.optional_integer("posts")
            self.own["posts"].append(sum(known) if posts is None and firms and len(known) == len(sizes) else posts)
            seekers = len(self.seeker_rows[fair.id]) or fair.settings.optional_integer("seekers")
            self.own["seekers"].append(0 if fair.settings.text("arrivals.pattern") == "poisson" else seekers)

    def counts(self, key: Key) -> list[dict[str, int]]:
        """Firms, posts and seekers of each fair in one replication."""
        shared = share_totals(self.scenario, self.own, key)
        return [{what: number or 0 for what, number in one.items()} for one in shared]

    def crowd(self, number: int, counts: dict[str, int], seekers: int, key: Key) -> Crowd:
        """Who takes part in the fair with this number in the scenario."""
        fair = self.scenario.fairs[number]
        firms, posts = draw_firms(self.scenario, fair, self.firm_rows[fair.id], counts, self.districts, key)
        people = people_of_fair(self.scenario, fair, self.seeker_rows[fair.id], seekers, self.districts, key)
        return Crowd(people, firms, posts)
