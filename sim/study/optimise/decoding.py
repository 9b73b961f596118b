"""From numbers between 0 and 1 to a plan that can be carried out, and back.

The search moves points of a cube; every point stands for one feasible plan. What a point wishes is placed fair by
fair where there is room, then made smaller until no limit is broken; so limits are kept by construction, whatever the
search proposes. It must not know how the search moves, nor what plans achieve.
"""

from __future__ import annotations

import bisect
import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.model.scenario import Fair
from sim.study.optimise.plans import Costing, Plan, PlannedFair
from sim.study.optimise.problem import Problem
from sim.study.statistics import FloatArray

Day = datetime.date


@dataclass(frozen=True)
class Wish:
    """A fair as a point of the cube wishes it: places in the lists of the problem."""

    day: int
    spot: int
    firms: int
    hours: int
    theme: int


class Rooms:
    """Which days and spots are free for the fairs of a plan; published ones have their place already."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        limits, usual = problem.limits, problem.base.defaults
        self.staff = usual.number("staff.people")
        self.most_fairs = limits.get("fairs_per_day", float("inf"))
        self.most_staff = limits.get("staff_per_day", float("inf"))
        self.most_firms = float(problem.base.settings.integer("stock.firms"))
        self.fits = [
            tuple(size for size in problem.decisions.firms if spot.booths is None or size <= spot.booths)
            for spot in problem.decisions.spots
        ]
        self.begin()

    def begin(self) -> None:
        """With no fair but the published ones."""
        self.fairs: dict[Day, int] = {}
        self.people: dict[Day, float] = {}
        self.firms: dict[Day, float] = {}
        self.taken: set[tuple[Day, int]] = set()
        for fair in self.problem.published:
            day = fair.settings.day("date")
            assert day is not None  # a campaign's fair has one
            self._count(day, fair.settings.number("staff.people"), fair.settings.optional_integer("firms") or 0)
            self.taken |= {(day, spot) for spot in self._spots_of(fair)}

    def _spots_of(self, fair: Fair) -> list[int]:
        """The spots that a published fair takes for its day."""
        venue, district = fair.settings.text("venue"), fair.settings.text("district")
        return [
            place
            for place, spot in enumerate(self.problem.decisions.spots)
            if (venue and spot.venue == venue) or (not spot.venue and spot.district == district)
        ]

    def _count(self, day: Day, staff: float, firms: float) -> None:
        self.fairs[day] = self.fairs.get(day, 0) + 1
        self.people[day] = self.people.get(day, 0.0) + staff
        self.firms[day] = self.firms.get(day, 0.0) + firms

    def has_room(self, day: Day) -> bool:
        """Whether one more fair of the smallest size may be held on a day, somewhere."""
        return (
            self.fairs.get(day, 0) + 1 <= self.most_fairs
            and self.people.get(day, 0.0) + self.staff <= self.most_staff
            and self.firms.get(day, 0.0) + self.problem.decisions.firms[0] <= self.most_firms
        )

    def full_by(self, day: Day) -> tuple[str, ...]:
        """What leaves no room on a day for one more fair of the smallest size; nothing if there is room."""
        parts = (
            ("limits.fairs_per_day", self.fairs.get(day, 0) + 1, self.most_fairs),
            ("limits.staff_per_day", self.people.get(day, 0.0) + self.staff, self.most_staff),
            ("stock.firms", self.firms.get(day, 0.0) + self.problem.decisions.firms[0], self.most_firms),
        )
        return tuple(name for name, wanted, most in parts if wanted > most)

    def is_free(self, day: Day, spot: int) -> bool:
        """Whether a spot can take a fair on a day."""
        return bool(self.fits[spot]) and (day, spot) not in self.taken

    def largest(self, day: Day, spot: int, wanted: int) -> int:
        """The largest size up to the one wanted for which there are booths at the spot and firms on the day."""
        left = self.most_firms - self.firms.get(day, 0.0)
        sizes = [size for size in self.fits[spot] if size <= min(wanted, left)]
        return sizes[-1] if sizes else self.fits[spot][0]

    def take(self, day: Day, spot: int, firms: int) -> None:
        """Hold a fair there."""
        self._count(day, self.staff, firms)
        self.taken.add((day, spot))


class Decoder:
    """Turns points into plans of one problem."""

    def __init__(self, problem: Problem) -> None:
        self.problem, self.costing, self.rooms = problem, Costing(problem), Rooms(problem)
        decisions = problem.decisions
        self.pinned = len(problem.published)
        self.counts = tuple(number - self.pinned for number in decisions.fairs if number >= self.pinned)
        self.slots = max(self.counts, default=0)
        self._per_slot = tuple(
            len(one) for one in (decisions.days, decisions.spots, decisions.firms, decisions.hours, decisions.themes)
        )
        self._open = [place for place, number in enumerate(self._per_slot) if number > 1]
        # What is cut first where a limit binds; how many fairs; recruiters; each outreach; then the fairs.
        self._head = 3 + len(decisions.outreach)

    @property
    def genes(self) -> int:
        """Coordinates of a point."""
        return self._head + self.slots * len(self._open)

    def plan(self, point: FloatArray) -> Plan:
        """The feasible plan for which a point stands.

        1. Each fair is placed on the free day and spot nearest to its wish.
        2. While a limit on a sum is broken, the plan is made smaller in the order that the point prefers.
        3. If that does not do, it is the cheapest plan, which keeps all limits if any does.
        """
        decisions = self.problem.decisions
        first_cut = _choice(point[0], len(_CUTS))
        count = self.counts[_choice(point[1], len(self.counts))]
        recruiters = (
            decisions.recruiters[_choice(point[2], len(decisions.recruiters))] if decisions.recruiters else None
        )
        without = tuple(name for place, name in enumerate(decisions.outreach, 3) if point[place] < 0.5)
        plan = Plan(self._placed([self._wish(point, slot) for slot in range(count)]), recruiters, without)
        return self._cut(plan, first_cut)

    def point(self, plan: Plan, like: FloatArray) -> FloatArray:
        """A point that stands for a plan; coordinates without effect are those of another point."""
        decisions = self.problem.decisions
        point = np.array(like, np.float64)
        point[1] = _middle(self.counts.index(len(plan.fairs)), len(self.counts))
        if plan.recruiters is not None:
            point[2] = _middle(decisions.recruiters.index(plan.recruiters), len(decisions.recruiters))
        for place, name in enumerate(decisions.outreach, 3):
            point[place] = 0.25 if name in plan.without else 0.75
        for slot, fair in enumerate(plan.fairs):
            places = (
                decisions.days.index(fair.day),
                fair.spot,
                decisions.firms.index(fair.firms),
                fair.hours,
                fair.theme,
            )
            start = self._head + slot * len(self._open)
            for offset, what in enumerate(self._open):
                point[start + offset] = _middle(places[what], self._per_slot[what])
        return point

    def cheapest(self) -> Plan:
        """The plan that takes least of everything: fewest fairs, smallest and shortest, at the cheapest spots.

        Days do not depend on each other, so taking the cheapest free spot again and again gives the least cost.
        """
        decisions, rooms = self.problem.decisions, self.rooms
        rooms.begin()
        shortest = min(range(len(decisions.hours)), key=lambda place: (_span(decisions.hours[place]), place))
        order = sorted(range(len(decisions.spots)), key=lambda spot: (decisions.spots[spot].cost, spot))
        fairs: list[PlannedFair] = []
        for spot in order:
            for day in decisions.days:
                if len(fairs) < self.counts[0] and rooms.is_free(day, spot) and rooms.has_room(day):
                    size = rooms.fits[spot][0]
                    rooms.take(day, spot, size)
                    fairs.append(PlannedFair(day, spot, size, shortest, 0))
        fewest = decisions.recruiters[0] if decisions.recruiters else None
        saved = tuple(name for name in decisions.outreach if self.costing.outreach_cost(name, 1) > 0)
        return Plan(tuple(sorted(fairs)), fewest, saved)

    def base_plan(self) -> Plan | None:
        """The scenario's own calendar as a plan; None if it is not among the choices."""
        decisions = self.problem.decisions
        published = {fair.id for fair in self.problem.published}
        from sim.model.resources import planned_firms

        wishes = []
        for fair, firms in zip(self.problem.base.fairs, planned_firms(self.problem.base), strict=True):
            day, own = fair.settings.day("date"), fair.settings
            hours = (own.clock("open"), own.clock("close"))
            spots = [place for place, spot in enumerate(decisions.spots) if _is_at(own.text, spot.venue, spot.district)]
            if fair.id in published:
                continue
            if day not in decisions.days or hours not in decisions.hours or not spots:
                return None
            size = min(range(len(decisions.firms)), key=lambda place: abs(decisions.firms[place] - firms))
            wishes.append(Wish(decisions.days.index(day), spots[0], size, decisions.hours.index(hours), 0))
        if len(wishes) not in self.counts:
            return None
        return self._cut(Plan(self._placed(wishes), self._usual_recruiters(), ()), 0)

    def spread(self, count: int, size: int) -> Plan:
        """Fairs evenly over the days and at the spots in turn: what a planner would try first."""
        decisions = self.problem.decisions
        wishes = [
            Wish((2 * number + 1) * len(decisions.days) // (2 * count), number % len(decisions.spots), size, 0, 0)
            for number in range(count)
        ]
        return self._cut(Plan(self._placed(wishes), self._usual_recruiters(), ()), 0)

    def _usual_recruiters(self) -> int | None:
        choices, own = self.problem.decisions.recruiters, self.problem.base.defaults.number("booth.recruiters")
        return min(choices, key=lambda one: abs(one - own)) if choices else None

    def _wish(self, point: FloatArray, slot: int) -> Wish:
        places = [0] * len(self._per_slot)
        start = self._head + slot * len(self._open)
        for offset, what in enumerate(self._open):
            places[what] = _choice(point[start + offset], self._per_slot[what])
        return Wish(*places)

    def _placed(self, wishes: Sequence[Wish]) -> tuple[PlannedFair, ...]:
        """Fairs at the free days and spots nearest to what is wished; those for which there is no room are left out."""
        decisions, rooms = self.problem.decisions, self.rooms
        rooms.begin()
        fairs: list[PlannedFair] = []
        for wish in wishes:
            found = self._place(wish)
            if found is not None:
                day, spot = found
                size = rooms.largest(day, spot, decisions.firms[wish.firms])
                rooms.take(day, spot, size)
                fairs.append(PlannedFair(day, spot, size, wish.hours, wish.theme))
        allowed = bisect.bisect_right(self.counts, len(fairs))
        return tuple(sorted(fairs[: self.counts[allowed - 1]] if allowed else fairs))

    def _place(self, wish: Wish) -> tuple[Day, int] | None:
        """The spot wished on the nearest day, else the next spot in turn."""
        days, spots = self.problem.decisions.days, len(self.problem.decisions.spots)
        nearest = sorted(range(len(days)), key=lambda place: (abs(place - wish.day), place))
        open_days = [days[place] for place in nearest if self.rooms.has_room(days[place])]
        for step in range(spots):
            spot = (wish.spot + step) % spots
            for day in open_days:
                if self.rooms.is_free(day, spot):
                    return day, spot
        return None

    def _cut(self, plan: Plan, first: int) -> Plan:
        """The plan made smaller until it keeps all limits on sums."""
        cuts = [_CUTS[first], *(cut for cut in _CUTS if cut is not _CUTS[first])]
        while broken := self.costing.over(plan):
            smaller = next((one for cut in cuts if (one := cut(self, plan, broken)) is not None), None)
            if smaller is None:
                return self.cheapest()
            plan = smaller
        return plan if len(plan.fairs) in self.counts else self.cheapest()

    # Ways to make a plan smaller: each gives the next smaller plan, or None -----------------------

    def _smaller(self, plan: Plan, broken: Sequence[str]) -> Plan | None:
        """The largest fair one size smaller."""
        sizes = self.problem.decisions.firms
        able = [place for place, fair in enumerate(plan.fairs) if fair.firms > sizes[0]]
        if not able or not {"budget", "booth_days", "recruiter_hours"} & set(broken):
            return None
        place = max(able, key=lambda one: (plan.fairs[one].firms, one))
        fair = plan.fairs[place]
        return _with(plan, place, replace(fair, firms=sizes[sizes.index(fair.firms) - 1]))

    def _fewer(self, plan: Plan, _: Sequence[str]) -> Plan | None:
        """The next smaller number of fairs, without those nearest in time to the one before."""
        place = self.counts.index(len(plan.fairs)) if len(plan.fairs) in self.counts else 0
        if place == 0:
            return None
        fairs = list(plan.fairs)
        while len(fairs) > self.counts[place - 1]:
            gaps = [(fairs[one].day - fairs[one - 1].day).days if one else 10**6 for one in range(len(fairs))]
            fairs.pop(gaps.index(min(gaps)))
        return replace(plan, fairs=tuple(fairs))

    def _shorter(self, plan: Plan, broken: Sequence[str]) -> Plan | None:
        """The longest fair at the next shorter hours; with fewer recruiters where their hours are too many."""
        decisions = self.problem.decisions
        if set(broken) == {"booth_days"}:
            return None
        if "recruiter_hours" in broken and plan.recruiters is not None and plan.recruiters > decisions.recruiters[0]:
            place = decisions.recruiters.index(plan.recruiters)
            return replace(plan, recruiters=decisions.recruiters[place - 1])
        spans = [_span(one) for one in decisions.hours]
        able = [place for place, fair in enumerate(plan.fairs) if spans[fair.hours] > min(spans)]
        if not able:
            return None
        place = max(able, key=lambda one: (spans[plan.fairs[one].hours], one))
        own = spans[plan.fairs[place].hours]
        hours = max((one for one, span in enumerate(spans) if span < own), key=lambda one: (spans[one], -one))
        return _with(plan, place, replace(plan.fairs[place], hours=hours))

    def _quieter(self, plan: Plan, broken: Sequence[str]) -> Plan | None:
        """Without the dearest outreach that may be left out."""
        cost = {
            name: self.costing.outreach_cost(name, len(plan.fairs))
            for name in self.problem.decisions.outreach
            if name not in plan.without
        }
        if "budget" not in broken or not cost or max(cost.values()) <= 0.0:
            return None
        dearest = max(cost, key=lambda name: cost[name])
        order = self.problem.decisions.outreach
        return replace(plan, without=tuple(name for name in order if name in plan.without or name == dearest))


Cut = Callable[[Decoder, Plan, Sequence[str]], Plan | None]
_CUTS: tuple[Cut, ...] = (Decoder._smaller, Decoder._fewer, Decoder._quieter, Decoder._shorter)


def _with(plan: Plan, place: int, fair: PlannedFair) -> Plan:
    fairs = list(plan.fairs)
    fairs[place] = fair
    return replace(plan, fairs=tuple(sorted(fairs)))


def _is_at(text: Callable[[str], str], venue: str, district: str) -> bool:
    return text("venue") == venue if venue else text("district") == district


def _span(hours: tuple[float, float]) -> float:
    return hours[1] - hours[0]


def _choice(gene: float, count: int) -> int:
    return min(int(gene * count), count - 1) if count else 0


def _middle(place: int, count: int) -> float:
    return (place + 0.5) / count
