"""Levers around the fairs: training raises skill, a hiring subsidy lowers what firms ask.

Those that help people to work elsewhere are part of the pool's hazards; here are those that count at the fairs.
"""

from __future__ import annotations

import numpy as np

from sim.draws import REACHED, Key
from sim.model.scenario import Lever, Scenario
from sim.population.drawing import uniform_rows
from sim.population.identity import number_of
from sim.population.pool import Pool, lever_days

AT_FAIRS = ("training", "subsidy")


class Levers:
    """The levers of a scenario that change how firms see people."""

    def __init__(self, scenario: Scenario, pool: Pool) -> None:
        self.at_fairs = [one for one in scenario.levers if one.settings.text("kind") in AT_FAIRS]
        self._spans = [lever_days(scenario, one.settings) for one in self.at_fairs]
        self._groups = [np.unique(pool.kinds.group[pool.addressed(one)]) for one in self.at_fairs]

    def equip(self, people: np.ndarray, day: int, key: Key) -> None:
        """Change the skill of people (PERSON) by what reached them until a day of the season.

        A firm that asks less of somebody decides as if their skill were higher by as much. Training stays with the
        person; a subsidy ends with its last day.
        """
        for place, lever in enumerate(self.at_fairs):
            gain = "skill" if lever.settings.text("kind") == "training" else "standard"
            people["skill"][self.reached(place, people, day, key)] += lever.settings.number(gain)

    def reached(self, place: int, people: np.ndarray, day: int, key: Key) -> np.ndarray:
        """Which of the people (PERSON) a lever has reached by a day of the season."""
        lever: Lever = self.at_fairs[place]
        begins, ends = self._spans[place]
        lasts = lever.settings.text("kind") == "training"
        if day < begins or (day >= ends and not lasts):
            return np.zeros(people.size, bool)
        u = uniform_rows(key, people["who"], REACHED, number_of(lever.id))[:, 0]
        chosen: np.ndarray = np.isin(people["group"], self._groups[place]) & (u < lever.settings.number("share"))
        return chosen
