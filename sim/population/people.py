"""Seekers: who looks for work, from the planner's rows or drawn.

A seeker's random numbers belong to their unchanging number. Gives one flat table; knows nothing of a fair's day.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.draws import Key
from sim.model.scenario import Fair, Group, Scenario
from sim.model.values import Duration, Settings
from sim.population.drawing import KIND, PERSON, draw_people
from sim.population.identity import number_of, numbers_of_crowd


def people_of_fair(
    scenario: Scenario, fair: Fair, rows: Sequence[int], count: int, districts: Sequence[str], key: Key
) -> np.ndarray:
    """The seekers (PERSON) who may come to one fair: those in the planner's rows, else so many drawn ones."""
    people = np.zeros(len(rows) or count, PERSON)
    people["who"] = (
        [number_of(scenario.seekers[row].text("id")) for row in rows] if rows else numbers_of_crowd(fair.id, count)
    )
    people["group"] = people["occupation"] = -1
    people["arrives"] = people["skill"] = people["reservation"] = np.nan
    people["district"] = districts.index(fair.settings.text("district"))
    if rows:
        _fill_in(people, scenario, rows, districts)
    draw_people(key, kinds(scenario, fair.settings), occupation_edges(scenario), people)
    return people


def _fill_in(people: np.ndarray, scenario: Scenario, rows: Sequence[int], districts: Sequence[str]) -> None:
    """Write what the planner's rows say; what they leave out stays unknown."""
    groups = {group.id: k for k, group in enumerate(scenario.groups)}
    occupations = {occupation.id: k for k, occupation in enumerate(scenario.occupations)}
    places = {name: k for k, name in enumerate(districts)}
    for person, row in zip(people, (scenario.seekers[row] for row in rows), strict=True):
        person["group"] = groups.get(row.text("group"), -1)
        person["occupation"] = occupations.get(row.text("occupation"), -1)
        if row.text("district"):
            person["district"] = places[row.text("district")]
        for column, value in (
            ("arrives", row.optional_clock("arrives")),
            ("skill", row.optional_number("skill")),
            ("reservation", row.optional_number("reservation")),
        ):
            if value is not None:
                person[column] = value


def behaviour(fair: Settings, group: Group, key: str) -> float:
    """A number of how people behave: the group's own, else the fair's."""
    return _source(fair, group, key).number(key)


def behaviour_duration(fair: Settings, group: Group, key: str) -> Duration:
    """A distribution of the section [behaviour]: the group's own, else the fair's."""
    return _source(fair, group, key).duration(key)


def _source(fair: Settings, group: Group, key: str) -> Settings:
    return group.behaviour if key in group.behaviour else fair


def kinds(scenario: Scenario, usual: Settings) -> np.ndarray:
    """What the members of each group have in common (KIND, one row per group); `usual`: what is said for all."""
    rows = np.zeros(len(scenario.groups), KIND)
    shares = np.array([group.settings.number("share") for group in scenario.groups])
    rows["group_until"] = np.cumsum(shares) / shares.sum()
    others = max(len(scenario.occupations) - 1, 1)
    for row, group in zip(rows, scenario.groups, strict=True):
        for name in ("skill_mean", "skill_sd", "reservation_mean", "reservation_sd"):
            row[name] = behaviour(usual, group, f"behaviour.{name}")
        row["breadth"] = behaviour(usual, group, "behaviour.other_occupations") / others
    return rows


def occupation_edges(scenario: Scenario) -> np.ndarray:
    """Cumulated shares of the occupations among seekers."""
    shares = np.array([occupation.settings.number("seekers_share") for occupation in scenario.occupations])
    edges: np.ndarray = np.cumsum(shares) / shares.sum()
    return edges
