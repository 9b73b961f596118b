"""What a campaign takes as planned: fairs, hours, booths, staff, messages, money.

Plain sums over a plan, before chance has its say: everyone who is in the pool or will enter it counts as addressed, no
one has left. It must not know what a campaign achieves.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from sim.model.costs import fair_cost, staff_hours
from sim.model.values import MINUTES_PER_HOUR, Settings


class Item(Protocol):
    """An entry of a list: a fair, group, district, ..."""

    @property
    def id(self) -> str:
        """Its name."""

    @property
    def settings(self) -> Settings:
        """Its values."""


class Plan(Protocol):
    """A scenario, checked or not yet."""

    @property
    def settings(self) -> Settings:
        """Of the scenario itself."""

    @property
    def fairs(self) -> Sequence[Item]:
        """All fairs."""

    @property
    def groups(self) -> Sequence[Item]:
        """All groups."""

    @property
    def occupations(self) -> Sequence[Item]:
        """All occupations."""

    @property
    def districts(self) -> Sequence[Item]:
        """All districts."""

    @property
    def outreach(self) -> Sequence[Item]:
        """All outreach."""

    @property
    def levers(self) -> Sequence[Item]:
        """All other measures."""


def resources(plan: Plan) -> dict[str, float]:
    """What a campaign takes, by name; money in yuan.

    The planned cost is that of venues, booths, staff and outreach; levers stand apart, without a hiring subsidy, which
    is paid for each start. A fair whose venue is chosen on the day counts with the usual cost of a venue.
    """
    fairs = [fair.settings for fair in plan.fairs]
    messages = [planned_messages(plan, one) for one in plan.outreach]
    cost = sum(planned_costs(plan))
    cost += sum(
        one.settings.number("cost") + one.settings.number("cost_per_person") * number
        for one, number in zip(plan.outreach, messages, strict=True)
    )
    return {
        "fairs": float(len(fairs)),
        "fair hours": sum((one.clock("close") - one.clock("open")) / MINUTES_PER_HOUR for one in fairs),
        "booth days": sum(planned_firms(plan)),
        "venue days": float(
            len({(one.text("venue") or fair.id, one["date"]) for fair, one in zip(plan.fairs, fairs, strict=True)})
        ),
        "staff hours": sum(map(staff_hours, fairs)),
        "outreach messages": sum(messages),
        "planned cost": cost,
        "planned lever cost": sum(_lever_cost(plan, one) for one in plan.levers),
    }


def planned_firms(plan: Plan) -> list[float]:
    """Booths taken at each fair: its own number, or an even share of what is left of the total."""
    own = [fair.settings.optional_integer("firms") for fair in plan.fairs]
    total, takers = plan.settings.optional_integer("totals.firms") or 0, own.count(None)
    share = max(total - sum(one or 0 for one in own), 0) / takers if takers else 0.0
    return [share if one is None else float(one) for one in own]


def planned_costs(plan: Plan) -> list[float]:
    """Cost of each fair in yuan: venue, booths, staff."""
    return [fair_cost(fair.settings, firms) for fair, firms in zip(plan.fairs, planned_firms(plan), strict=True)]


def people_of_season(plan: Plan) -> float:
    """Everyone who is in the pool on the first day or enters it during the season."""
    start, end = plan.settings.day("season.start"), plan.settings.day("season.end")
    days = 0 if start is None or end is None else (end - start).days
    return (plan.settings.optional_integer("pool.seekers") or 0) + days * plan.settings.number("pool.inflow_per_day")


def planned_messages(plan: Plan, outreach: Item) -> float:
    """How many people an outreach addresses over the season, each as often as it tells them of a fair."""
    settings = outreach.settings
    times = 1 if settings.flag("once") else len(settings.names("fairs")) or len(plan.fairs)
    return people_of_season(plan) * times * _share(plan, settings)


def _share(plan: Plan, target: Settings) -> float:
    """The share of people in the groups, occupations and districts that are named; all where none is."""
    share = 1.0
    for name, items, key in (
        ("groups", plan.groups, "share"),
        ("occupations", plan.occupations, "seekers_share"),
        ("districts", plan.districts, "seekers_share"),
    ):
        wanted = target.names(name) if name in target else ()
        weights = {item.id: item.settings.number(key) for item in items}
        if wanted and sum(weights.values()) > 0.0:
            share *= sum(weights.get(one, 0.0) for one in wanted) / sum(weights.values())
    return share


def _lever_cost(plan: Plan, lever: Item) -> float:
    settings = lever.settings
    reached = people_of_season(plan) * settings.number("share") * _share(plan, settings)
    each = 0.0 if settings.text("kind") == "subsidy" else settings.number("cost_per_person")
    return settings.number("cost") + each * reached
