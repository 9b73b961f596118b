"""The pool: everyone who looks for work during a season, as one table that changes from day to day.

From a scenario with a pool to the people in it, drawn once for each replication. Knows who looks for work when and who
hears of fairs through what; it knows no fair's day and no calendar.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence

import numpy as np

from sim.draws import Key
from sim.model.scenario import Lever, Outreach, Scenario
from sim.model.values import Settings
from sim.population.drawing import PERSON, draw_people
from sim.population.identity import number_of, numbers_of_crowd
from sim.population.people import behaviour, kinds, occupation_edges
from sim.population.places import Places
from sim.population.searching import SEARCHER, Habits, draw_begins, draw_searchers

HELPS_ELSEWHERE = ("online", "one-to-one")
_CROWD = "pool"


def season_day(scenario: Scenario, date: datetime.date) -> int:
    """A date as a day of the season; its first day is 0."""
    start = scenario.settings.day("season.start")
    assert start is not None
    return (date - start).days


def season_days(scenario: Scenario) -> int:
    """How many days the season has."""
    end = scenario.settings.day("season.end")
    assert end is not None
    return season_day(scenario, end) + 1


class Kinds:
    """The kinds of people of a pool: a number for each group, home district and own occupation together."""

    def __init__(self, groups: int, districts: int, occupations: int) -> None:
        self.shape = (groups, districts, occupations)
        self.size = groups * districts * occupations
        self.group, self.district, self.occupation = (
            part.ravel() for part in np.meshgrid(*map(np.arange, self.shape), indexing="ij")
        )


class Pool:
    """Who looks for work: what is the same in every replication of a scenario."""

    def __init__(self, scenario: Scenario, places: Places) -> None:
        self.scenario = scenario
        self.places = places
        self.kinds = Kinds(len(scenario.groups), len(places.names), len(scenario.occupations))
        self.first = numbers_of_crowd(_CROWD, 1)[0]
        self._traits = kinds(scenario, scenario.defaults)
        self._occupations = occupation_edges(scenario)
        self.helpers = [one for one in scenario.levers if one.settings.text("kind") in HELPS_ELSEWHERE]
        self._habits = self._make_habits()

    def draw(self, key: Key) -> np.ndarray:
        """The people (SEARCHER) of one replication, those of the first day first, then as they begin to search."""
        settings = self.scenario.settings
        begins = draw_begins(
            key,
            self.first,
            settings.integer("pool.seekers"),
            settings.number("pool.history_days"),
            settings.number("pool.inflow_per_day"),
            float(season_days(self.scenario)),
        )
        people = np.zeros(begins.size, SEARCHER)
        draw_searchers(key, self.first, begins, self._habits, people)
        return people

    def who(self, rows: np.ndarray) -> np.ndarray:
        """The unchanging numbers of some rows."""
        numbers: np.ndarray = self.first + rows.astype(np.uint64)
        return numbers

    def persons(self, people: np.ndarray, rows: np.ndarray, key: Key) -> np.ndarray:
        """Some of the pool with all that counts at a fair (PERSON)."""
        persons = np.zeros(rows.size, PERSON)
        kind = people["kind"][rows]
        persons["who"] = self.who(rows)
        persons["arrives"] = persons["skill"] = persons["reservation"] = np.nan
        persons["group"] = self.kinds.group[kind]
        persons["district"] = self.kinds.district[kind]
        persons["occupation"] = self.kinds.occupation[kind]
        draw_people(key, self._traits, self._occupations, persons)
        return persons

    def addressed(self, one: Outreach | Lever) -> np.ndarray:
        """For each kind of people whether an outreach or a lever is for them."""
        groups = [group.id for group in self.scenario.groups]
        chosen = _among(self.kinds.group, groups, one.settings.names("groups"))
        if isinstance(one, Outreach):
            occupations = [occupation.id for occupation in self.scenario.occupations]
            chosen &= _among(self.kinds.occupation, occupations, one.settings.names("occupations"))
            chosen &= _among(self.kinds.district, self.places.names, one.settings.names("districts"))
        return chosen

    def _make_habits(self) -> Habits:
        scenario = self.scenario
        shares = np.array([group.settings.number("share") for group in scenario.groups])
        reach = np.zeros((len(scenario.outreach), self.kinds.size))
        for row, one in zip(reach, scenario.outreach, strict=True):
            row[self.addressed(one)] = one.settings.number("reach_share")
        levers = np.zeros((len(self.helpers), len(scenario.groups)))
        for row, lever in zip(levers, self.helpers, strict=True):
            row[np.unique(self.kinds.group[self.addressed(lever)])] = lever.settings.number("share")
        edges, hazards = self._hazards()
        return Habits(
            np.cumsum(shares) / shares.sum(),
            np.array([behaviour(scenario.defaults, group, "attendance.inclination_sd") for group in scenario.groups]),
            self.places.seekers_until,
            self._occupations,
            reach,
            _numbers(scenario.outreach),
            levers,
            _numbers(self.helpers),
            edges,
            hazards,
            scenario.settings.number("pool.stops_per_day"),
        )

    def _hazards(self) -> tuple[np.ndarray, np.ndarray]:
        """Days at which the hazard of being hired elsewhere changes, and the hazard by group, bits of levers, step."""
        spans = [lever_days(self.scenario, lever.settings) for lever in self.helpers]
        edges = np.unique([-np.inf, *(float(day) for span in spans for day in span)])
        usual = self.scenario.settings.number("pool.hired_elsewhere_per_day")
        hazards = np.full((len(self.scenario.groups), 1 << len(self.helpers), edges.size), usual)
        for bit, (lever, (begins, ends)) in enumerate(zip(self.helpers, spans, strict=True)):
            has = (np.arange(hazards.shape[1]) >> bit) & 1 > 0
            during = (edges >= begins) & (edges < ends)
            hazards[np.ix_(np.arange(hazards.shape[0]), has, during)] += lever.settings.number("hired_per_day")
        return edges, hazards


def lever_days(scenario: Scenario, lever: Settings) -> tuple[int, int]:
    """First day of a lever, and the first one after it."""
    begins, ends = lever.day("from"), lever.day("until")
    first = 0 if begins is None else season_day(scenario, begins)
    last = season_days(scenario) if ends is None else season_day(scenario, ends) + 1
    return first, last


def _among(values: np.ndarray, names: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Whether each value (a row of `names`) is wanted; all are if nothing is said."""
    if not wanted:
        return np.ones(values.size, bool)
    return np.isin(values, [names.index(name) for name in wanted])


def _numbers(named: Sequence[Outreach | Lever]) -> np.ndarray:
    return np.array([number_of(one.id) for one in named], np.uint64)
