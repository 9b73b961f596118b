"""What the fairs of a day are to people: from settings to the odds with which the members of a pool go.

Odds multiply: a share at the door, the number of firms, the way, the day of the week, the theme, and who was told of
the fair. Knows no draws.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.campaign.attendance import MOST_VISITS, Appeal
from sim.model.scenario import Fair, Scenario
from sim.population.identity import number_of
from sim.population.people import behaviour
from sim.population.pool import Pool

USUAL_FIRMS = 40.0  # of the fair for which attendance.visit_share is given
_EVENING = 16 * 60.0
_SATURDAY = 5
_MOST_ODDS = 1e12


class FairAppeal:
    """One fair's odds, but for the number of its firms: the same in every replication."""

    def __init__(self, scenario: Scenario, fair: Fair, pool: Pool) -> None:
        self.number = np.uint64(number_of(fair.id))
        district = pool.places.row(fair.settings.text("district"))
        per_group = np.array([_base(fair, scenario, row) for row in range(len(scenario.groups))])
        weights = np.array([behaviour(fair.settings, group, "attendance.distance_weight") for group in scenario.groups])
        kinds = pool.kinds
        way = pool.places.km[kinds.district, district]
        self.odds = per_group[kinds.group] * np.exp(-weights[kinds.group] * way)
        self.odds *= _theme(scenario, fair, pool)
        self.size_weights = np.array([behaviour(fair.settings, g, "attendance.size_weight") for g in scenario.groups])[
            kinds.group
        ]
        self.aware = _aware(scenario, fair, pool, district)
        self.habit = np.array([_habit(fair, scenario, row) for row in range(len(scenario.groups))])

    def with_firms(self, firms: int) -> np.ndarray:
        """The odds of each kind of people when so many firms come."""
        odds: np.ndarray = self.odds * (max(firms, 1) / USUAL_FIRMS) ** self.size_weights
        bounded: np.ndarray = np.minimum(odds, _MOST_ODDS)
        return bounded


def appeal_of_day(fairs: Sequence[tuple[FairAppeal, int]], pool: Pool) -> Appeal:
    """The fairs of one day, each with the number of its firms."""
    return Appeal(
        np.array([one.number for one, _ in fairs], np.uint64),
        np.array([one.with_firms(firms) for one, firms in fairs]),
        np.array([one.aware for one, _ in fairs]),
        np.array([one.habit for one, _ in fairs]),
        pool.kinds.group,
        pool.kinds.district,
    )


def _base(fair: Fair, scenario: Scenario, row: int) -> float:
    """Odds at the door of a fair of usual size, of a newcomer of one group."""
    group = scenario.groups[row]
    share = behaviour(fair.settings, group, "attendance.visit_share")
    odds = share / (1.0 - share) if share < 1.0 else _MOST_ODDS
    date = fair.settings.day("date")
    if date is not None and date.weekday() >= _SATURDAY:
        odds *= behaviour(fair.settings, group, "attendance.weekend_factor")
    if fair.settings.clock("open") >= _EVENING:
        odds *= behaviour(fair.settings, group, "attendance.evening_factor")
    return odds


def _theme(scenario: Scenario, fair: Fair, pool: Pool) -> np.ndarray:
    """Factor of a themed fair on the odds of each kind of people."""
    wanted = np.ones(pool.kinds.size, bool)
    themed = False
    for rows, ids, members in (
        (pool.kinds.group, [one.id for one in scenario.groups], fair.settings.names("theme.groups")),
        (pool.kinds.occupation, [one.id for one in scenario.occupations], fair.settings.names("theme.occupations")),
    ):
        if members:
            themed = True
            wanted &= np.isin(rows, [row for row, name in enumerate(ids) if name in members])
    if not themed:
        return np.ones(pool.kinds.size)
    for_them, for_others = (
        np.array([behaviour(fair.settings, group, f"attendance.{name}") for group in scenario.groups])[pool.kinds.group]
        for name in ("theme_factor", "other_factor")
    )
    return np.where(wanted, for_them, for_others)


def _aware(scenario: Scenario, fair: Fair, pool: Pool, district: int) -> np.ndarray:
    """District x bits of outreach: the factor on the odds of those who noticed these, 0 for who knows nothing.

    A scenario without outreach has a fair that all know of.
    """
    districts, outreach = len(pool.places.names), scenario.outreach
    if not outreach:
        return np.ones((districts, 1))
    table = np.zeros((districts, 1 << len(outreach)))
    tells = np.zeros((len(outreach), districts), bool)
    for row, one in zip(tells, outreach, strict=True):
        named, near = one.settings.names("fairs"), one.settings.optional_number("nearby_km")
        if not named or fair.id in named:
            row[:] = True if near is None else pool.places.km[:, district] <= near
    for bits in range(1, table.shape[1]):
        for k, one in enumerate(outreach):
            if bits >> k & 1:
                factor = np.where(tells[k], one.settings.number("odds_factor"), 0.0)
                table[:, bits] = np.maximum(table[:, bits], factor)
    return table


def _habit(fair: Fair, scenario: Scenario, row: int) -> np.ndarray:
    """Visits before x disappointed: the factor on the odds of a group's members."""
    group = scenario.groups[row]
    fatigue = behaviour(fair.settings, group, "attendance.fatigue")
    disappointed = behaviour(fair.settings, group, "attendance.disappointed")
    return np.outer(fatigue ** np.arange(MOST_VISITS + 1.0), [1.0, disappointed])
