"""Limits that no plan can keep, named before anything is simulated: which ones contradict each other.

Everything that a plan takes is least in the cheapest plan, so if that one keeps all limits the search has a feasible
plan to fall back on; if not, no plan keeps them. It must not know how plans are searched for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from sim.model.errors import Finding, InputError, in_order
from sim.study.optimise.decoding import Decoder
from sim.study.optimise.plans import Plan, scenario_of_plan
from sim.study.optimise.problem import Problem, hours_text

SLUG = "limits-contradict"


def check_possible(problem: Problem) -> Decoder:
    """A decoder of plans, if at least one plan keeps all limits; otherwise all contradictions."""
    findings = list(_before_plans(problem))
    if findings:
        raise InputError(in_order(findings))
    decoder = Decoder(problem)
    findings = list(_of_room(problem, decoder)) or list(_of_sums(problem, decoder))
    if findings:
        raise InputError(in_order(findings))
    _check_choices(problem, decoder.cheapest())
    return decoder


def _check_choices(problem: Problem, cheapest: Plan) -> None:
    """What the loader knows besides shows in the smallest plan, with each choice of hours and theme in turn."""
    choices = {(hours, 0) for hours in range(len(problem.decisions.hours))}
    choices |= {(0, theme) for theme in range(len(problem.decisions.themes))}
    for hours, theme in sorted(choices):
        fairs = tuple(replace(one, hours=hours, theme=theme) for one in cheapest.fairs)
        without_limits = replace(problem, limits={})
        name = f"{problem.name}: {hours_text(problem.decisions.hours[hours])}"
        scenario_of_plan(without_limits, replace(cheapest, fairs=fairs), name)


def _before_plans(problem: Problem) -> Iterator[Finding]:
    """Numbers that exclude each other without a look at the calendar."""
    decisions, limits = problem.decisions, problem.limits
    pinned = len(problem.published)
    if pinned > decisions.fairs[-1]:
        allowed = f"decisions.fairs, at most {decisions.fairs[-1]}"
        yield _named(problem, "decisions.fairs", f"{pinned} fairs are published already", allowed, "allow more fairs")
    if limits.get("fairs_per_day", 1.0) < 1.0 and decisions.fairs[0] > pinned:
        found = f"{decisions.fairs[0]} fairs at least (decisions.fairs), of which {pinned} are published"
        allowed = f"limits.fairs_per_day, at most {limits['fairs_per_day']:g}"
        yield _named(problem, "limits.fairs_per_day", found, allowed, "raise one, or lower the other")
    staff = problem.base.defaults.number("staff.people")
    if "staff_per_day" in limits and staff > limits["staff_per_day"] and decisions.fairs[0] > pinned:
        allowed = f"limits.staff_per_day, at most {limits['staff_per_day']:g}"
        found = f"one fair takes {staff:g} staff (staff.people)"
        yield _named(problem, "limits.staff_per_day", found, allowed, "raise one, or lower the other")
    smallest = decisions.firms[0]
    booths = [spot.booths for spot in decisions.spots]
    most = max((one for one in booths if one is not None), default=None)
    if None not in booths and most is not None and smallest > most:
        found = f"the smallest fair has {smallest} firms (decisions.firms)"
        allowed = f"at most {most} booths at any of decisions.venues"
        yield _named(problem, "decisions.firms", found, allowed, "allow smaller fairs or larger venues")
    stock = problem.base.settings.integer("stock.firms")
    if smallest > stock:
        found = f"the smallest fair has {smallest} firms (decisions.firms)"
        yield _named(problem, "decisions.firms", found, f"at most {stock} firms in stock.firms", "allow smaller fairs")


def _of_room(problem: Problem, decoder: Decoder) -> Iterator[Finding]:
    """Published fairs that break the limits of a day, and fewest fairs for which there are too few days and spots."""
    rooms, limits = decoder.rooms, problem.limits
    rooms.begin()
    for day in rooms.fairs:
        for key, amount in (("fairs_per_day", rooms.fairs[day]), ("staff_per_day", rooms.people[day])):
            if amount > limits.get(key, amount):
                what = "staff" if key == "staff_per_day" else "fairs"
                found = f"the published fairs of {day.isoformat()} take {amount:g} {what}"
                allowed = f"limits.{key}, at most {limits[key]:g}"
                yield _named(problem, f"limits.{key}", found, allowed, "a published fair cannot be moved")
    wanted, placed = decoder.counts[0], len(decoder.cheapest().fairs)
    if placed < wanted:
        found = f"{wanted + decoder.pinned} fairs at least, of which {decoder.pinned} are published"
        days, binding = len(problem.decisions.days), ", ".join(_binding(problem, decoder))
        allowed = f"room for {placed} more by decisions.dates ({days} days), {binding}"
        yield _named(problem, "decisions.fairs", found, allowed, "allow fewer fairs, or loosen one of these")


def _binding(problem: Problem, decoder: Decoder) -> Iterator[str]:
    """What fills the days after as many of the smallest fairs were placed as there is room for."""
    rooms, days = decoder.rooms, problem.decisions.days
    full = {name for day in days for name in rooms.full_by(day)}
    most = {
        "limits.fairs_per_day": rooms.most_fairs,
        "limits.staff_per_day": rooms.most_staff,
        "stock.firms": rooms.most_firms,
    }
    yield from (f"{name} ({amount:g})" for name, amount in most.items() if name in full)
    # A day that has room is full because every venue that is large enough is taken.
    if any(rooms.has_room(day) for day in days):
        yield f"decisions.venues ({sum(map(bool, rooms.fits))})"


def _of_sums(problem: Problem, decoder: Decoder) -> Iterator[Finding]:
    """Limits on sums below what the cheapest plan takes."""
    cheapest = decoder.cheapest()
    used = decoder.costing.used(cheapest)
    decisions = problem.decisions
    without = decoder.costing.used(replace(cheapest, fairs=()))
    for name in decoder.costing.over(cheapest):
        unit = "yuan" if name == "budget" else name.replace("_", " ")
        took, rest = f"{used[name]:,.0f}", f"{without[name]:,.0f}"
        fairs = len(cheapest.fairs) + decoder.pinned
        found = f"the smallest plan takes {took} {unit}: decisions.fairs {fairs}, {decoder.pinned} of them published"
        if cheapest.fairs:
            found = (
                f"{found}, the others with decisions.firms {decisions.firms[0]}, decisions.hours {_shortest(problem)}"
            )
        if cheapest.fairs and without[name] > 0.0:
            found = f"{found}; without these it is {rest} {unit}"
        allowed = f"limits.{name}, at most {problem.limits[name]:,.0f}"
        remedy = "raise the limit, or allow fewer, smaller or shorter fairs"
        yield _named(problem, f"limits.{name}", found, allowed, remedy)


def _shortest(problem: Problem) -> str:
    return hours_text(min(problem.decisions.hours, key=lambda one: one[1] - one[0]))


def _named(problem: Problem, key: str, found: str, allowed: str, remedy: str) -> Finding:
    return problem.finding(key, found, allowed, remedy, SLUG)
