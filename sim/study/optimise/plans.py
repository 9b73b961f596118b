"""A plan: one calendar that the planner could decide on, what it takes, and the scenario that it is.

A plan is a small value: the fairs that are held besides the published ones, recruiters, outreach left out. Equal plans
are equal however they were found. It gives what a plan takes as plain sums, exactly as the loader of scenarios counts
them, and the scenario with the plan's fairs, which the loader checks whole. It must not know how plans are found.
"""

from __future__ import annotations

import datetime
import functools
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.model.costs import fair_cost, staff_hours
from sim.model.resources import planned_costs, planned_firms, planned_messages, resources
from sim.model.scenario import Fair, Scenario, scenario_of
from sim.model.values import MINUTES_PER_HOUR, Settings, clock_text
from sim.study.optimise.problem import OF_SCENARIO, OF_SUMS, Problem

Day = datetime.date
LARGEST = 2**63 - 1


@dataclass(frozen=True, order=True)
class PlannedFair:
    """A fair of a plan; spot, hours and theme are places in the lists of the problem."""

    day: Day
    spot: int
    firms: int
    hours: int = 0
    theme: int = 0


@dataclass(frozen=True)
class Plan:
    """A calendar besides the published fairs."""

    fairs: tuple[PlannedFair, ...]  # in order
    recruiters: int | None = None
    without: tuple[str, ...] = ()  # outreach left out

    @property
    def text(self) -> str:
        """The same text for the same plan."""
        fairs = [[one.day.isoformat(), one.spot, one.firms, one.hours, one.theme] for one in self.fairs]
        return json.dumps([fairs, self.recruiters, list(self.without)])

    def number(self, seed: int) -> int:
        """What the plan goes by where finished replications with a seed are kept."""
        digest = hashlib.sha256(f"{seed} {self.text}".encode()).digest()
        return int.from_bytes(digest[:8], "big") & LARGEST


class Costing:
    """What plans of a problem take, as plain sums; one for the whole search."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        base = problem.base
        self.usual = base.defaults
        published = {fair.id for fair in problem.published}
        parts = list(zip(base.fairs, planned_firms(base), planned_costs(base), strict=True))
        self.pinned = [(fair, firms, cost) for fair, firms, cost in parts if fair.id in published]
        self._outreach = {one.id: self._message_cost(one) for one in base.outreach}
        everything = resources(base)["planned cost"]
        # Levers, which no plan changes.
        self._rest = (
            everything
            - sum(cost for *_, cost in parts)
            - sum(self.outreach_cost(one.id, len(base.fairs)) for one in base.outreach)
        )

    def _message_cost(self, outreach: Any) -> tuple[float, float]:
        """Cost of an outreach that does not depend on the number of fairs, and cost for each fair."""
        settings = outreach.settings
        messages = settings.number("cost_per_person") * planned_messages(self.problem.base, outreach)
        named = settings.names("fairs")
        if settings.flag("once") or named:
            return settings.number("cost") + messages, 0.0
        return settings.number("cost"), messages / max(len(self.problem.base.fairs), 1)

    def outreach_cost(self, name: str, fairs: int) -> float:
        """Cost of an outreach in a plan with so many fairs."""
        fixed, each = self._outreach[name]
        return fixed + each * fairs

    @functools.cache  # noqa: B019 - as long-lived as the search
    def _settings(self, spot: int, hours: int) -> Settings:
        problem = self.problem
        opens, closes = problem.decisions.hours[hours]
        changes = {"costs.venue": problem.decisions.spots[spot].cost, "open": opens, "close": closes}
        return Settings({**self.usual, **changes})

    @functools.cached_property
    def _fixed(self) -> dict[str, float]:
        """What the published fairs and the levers take."""
        taken = dict.fromkeys(("budget", *OF_SUMS), 0.0)
        for fair, firms, cost in self.pinned:
            hours = (fair.settings.clock("close") - fair.settings.clock("open")) / MINUTES_PER_HOUR
            taken["budget"] += cost
            taken["booth_days"] += firms
            taken["fair_hours"] += hours
            taken["staff_hours"] += staff_hours(fair.settings)
            taken["recruiter_hours"] += firms * hours * fair.settings.number("booth.recruiters")
        taken["budget"] += self._rest
        return taken

    @functools.cache  # noqa: B019 - as long-lived as the search
    def _of_one(self, spot: int, hours: int) -> tuple[float, float, float, float]:
        """Of a fair there and then: cost without booths, cost of a booth, hours, hours of staff."""
        settings = self._settings(spot, hours)
        opens, closes = self.problem.decisions.hours[hours]
        empty = fair_cost(settings, 0.0)
        return empty, fair_cost(settings, 1.0) - empty, (closes - opens) / MINUTES_PER_HOUR, staff_hours(settings)

    def used(self, plan: Plan) -> dict[str, float]:
        """What a plan takes over the season, by the names of limits on sums."""
        recruiters = self.usual.number("booth.recruiters") if plan.recruiters is None else plan.recruiters
        cost, booths, open_hours, staff, recruiter_hours = (self._fixed[name] for name in ("budget", *OF_SUMS))
        for one in plan.fairs:
            empty, booth, hours, people = self._of_one(one.spot, one.hours)
            cost += empty + booth * one.firms
            booths += one.firms
            open_hours += hours
            staff += people
            recruiter_hours += one.firms * hours * recruiters
        count = len(plan.fairs) + len(self.pinned)
        cost += sum(self.outreach_cost(name, count) for name in self._outreach if name not in plan.without)
        return dict(zip(("budget", *OF_SUMS), (cost, booths, open_hours, staff, recruiter_hours), strict=True))

    def over(self, plan: Plan) -> tuple[str, ...]:
        """The limits on sums that a plan breaks."""
        used = self.used(plan)
        limits = self.problem.limits
        # A cent of rounding is no breach.
        return tuple(name for name in ("budget", *OF_SUMS) if name in limits and used[name] > limits[name] + 1e-6)


# As a scenario ------------------------------------------------------------------------------------


def scenario_of_plan(problem: Problem, plan: Plan, name: str) -> Scenario:
    """The scenario with a plan's fairs, checked by every rule and limit that a scenario file is checked by."""
    return scenario_of(document_of(problem, plan, name), f"{name}.toml")


def document_of(problem: Problem, plan: Plan, name: str) -> dict[str, object]:
    """A plan as a scenario file says it: the scenario written out, with the plan's fairs instead of its own."""
    base = problem.base
    document = base.resolved()
    for section in ("calendar", "totals", "reported"):
        document.pop(section, None)
    document["name"] = name
    document["why"] = f"found by the search {problem.name}"
    limits = {key: _plain(problem.limits[key]) for key in OF_SCENARIO if key in problem.limits}
    kept = {key: value for key, value in _section(document, "limits").items() if key not in OF_SCENARIO}
    document["limits"] = kept | limits
    tables = {str(one["id"]): one for one in _tables(document, "fairs")}
    fairs = [_pinned(tables[fair.id], fair, problem) for fair in problem.published]
    document["fairs"] = sorted([*fairs, *_fairs(problem, plan)], key=lambda one: (str(one["date"]), str(one["id"])))
    document["outreach"] = [one for one in _tables(document, "outreach") if one["id"] not in plan.without]
    if not document["outreach"]:
        del document["outreach"]
    return document


def _section(document: dict[str, object], name: str) -> dict[str, Any]:
    found = document.get(name, {})
    assert isinstance(found, dict)
    return found


def _tables(document: dict[str, object], name: str) -> list[dict[str, Any]]:
    found = document.get(name, [])
    assert isinstance(found, list)
    return found


def _pinned(table: dict[str, Any], fair: Fair, problem: Problem) -> dict[str, Any]:
    """A published fair; what it took from a total becomes its own number."""
    firms = fair.settings.optional_integer("firms")
    if firms is None:
        places = [one.id for one in problem.base.fairs]
        firms = round(planned_firms(problem.base)[places.index(fair.id)])
    posts = fair.settings.optional_integer("posts")
    given = {"firms": firms, **_posts(problem, firms)}
    return {**table, **given, **({} if posts is None else {"posts": posts})}


def _fairs(problem: Problem, plan: Plan) -> Iterator[dict[str, Any]]:
    for one in plan.fairs:
        spot, theme = problem.decisions.spots[one.spot], problem.decisions.themes[one.theme]
        opens, closes = problem.decisions.hours[one.hours]
        table: dict[str, Any] = {
            # The draws of a fair belong to its name: the same venue keeps its luck in every plan.
            "id": f"{spot.venue or spot.district} {one.day.isoformat()}",
            "date": one.day,
            "firms": one.firms,
            "open": clock_text(opens),
            "close": clock_text(closes),
            **_posts(problem, one.firms),
        }
        table |= _arrivals(problem, opens, closes)
        if spot.venue:
            table["venue"] = spot.venue
        if spot.district:
            table["district"] = spot.district
        if theme.text:
            lists = {"occupations": theme.occupations, "groups": theme.groups}
            table["theme"] = {key: list(names) for key, names in lists.items() if names}
        if plan.recruiters is not None:
            table["booth"] = {"recruiters": plan.recruiters}
        yield table


def _arrivals(problem: Problem, opens: float, closes: float) -> dict[str, Any]:
    """When people come to a fair with hours of its own: as usual before the doors open, spread in proportion."""
    usual = problem.base.defaults
    usual_opens, usual_closes = usual.clock("open"), usual.clock("close")
    if (opens, closes) == (usual_opens, usual_closes):
        return {}
    start = max(usual.clock("arrivals.start") + opens - usual_opens, 0.0)
    step = usual.number("arrivals.step_minutes") * (closes - opens) / (usual_closes - usual_opens)
    return {"arrivals": {"start": clock_text(start), "step_minutes": step}}


def _posts(problem: Problem, firms: int) -> dict[str, int]:
    """Posts at a fair where the scenario registers a total: as many for each booth as at the fairs that share it."""
    base = problem.base
    total = base.settings.optional_integer("totals.posts")
    own = [fair.settings.optional_integer("posts") for fair in base.fairs]
    booths = sum(share for share, posts in zip(planned_firms(base), own, strict=True) if posts is None)
    if total is None or booths <= 0:
        return {}
    rest = total - sum(posts or 0 for posts in own)
    return {"posts": max(round(rest * firms / booths), firms)}


def _plain(amount: float) -> int | float:
    return int(amount) if amount == int(amount) else amount
