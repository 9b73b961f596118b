"""Whether a plan can be carried out: days, halls, firms, staff, money, ways.

Looks at the whole draft of a scenario and yields findings with their severity: what cannot be is an error, what a
planner may have reasons for is a warning. Sums are made only where no value was refused. Knows no simulation.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Callable, Iterator

from sim.model.documents import BAD, Entry
from sim.model.draft import Draft, Subject
from sim.model.errors import ERROR, WARNING, Finding, did_you_mean, quoted
from sim.model.policies import booths_for
from sim.model.resources import people_of_season, resources
from sim.model.values import Settings

MOST_PEOPLE = 5_000_000
MOST_POSTS = 100_000_000
BOOTHS, PEOPLE = "booths", "people_limit"


def check_limits(draft: Draft) -> Iterator[Finding]:
    """Every finding about what a plan needs and what there is."""
    yield from _check_days(draft)
    for fair in draft.fairs:
        yield from _check_hall(draft, fair)
    # Sums over the plan, which a refused value would make wrong.
    if any(entry.value is BAD for entry in _entries(draft)) or "fairs" in draft.document.refused:
        return
    if not draft.bad_rows:
        yield from _check_firms_twice(draft)
    yield from _check_each_day(draft)
    if draft.is_campaign:
        yield from _check_money(draft)
        yield from _check_people(draft)
        yield from _check_booths(draft)
        yield from _check_ways(draft)
        yield from _check_effect(draft)


def _entries(draft: Draft) -> Iterator[Entry]:
    document = draft.document
    yield from document.top.entries.values()
    for blocks in document.lists.values():
        for block in blocks:
            yield from block.entries.values()


def _warning(subject: Subject, key: str, found: str, allowed: str, remedy: str, slug: str) -> Finding:
    origin = subject.at(key)
    return Finding(origin.place, origin.key, found, allowed, remedy, slug, WARNING)


# Days and halls -----------------------------------------------------------------------------------


def _check_days(draft: Draft) -> Iterator[Finding]:
    """Fairs outside the season or on a holiday; a published one cannot be moved, so it is only warned of."""
    scenario = draft.scenario
    first, last = scenario.settings.day("season.start"), scenario.settings.day("season.end")
    season_is_fine = scenario.fine("season.start", "season.end")
    holidays = scenario.settings.dates("season.holidays") if scenario.fine("season.holidays") else ()
    for fair in draft.fairs:
        date = fair.settings.day("date")
        if date is None or not fair.fine("date", "published"):
            continue
        origin = fair.at("date")
        severity = WARNING if fair.settings.flag("published") else ERROR
        if first and last and first <= last and season_is_fine and not first <= date <= last:
            allowed = f"{first.isoformat()} to {last.isoformat()}"
            found = f"{date.isoformat()} is outside the season"
            yield Finding(origin.place, origin.key, found, allowed, "", "outside-season")
        if date in holidays:
            found = f"{date.isoformat()} is a holiday"
            yield Finding(origin.place, origin.key, found, "", "choose another day", "on-a-holiday", severity)


def _check_hall(draft: Draft, fair: Subject) -> Iterator[Finding]:
    """A fair against the venue of the list that it names."""
    name = fair.settings.text("venue")
    known = {venue.id: venue for venue in draft.venues if venue.id}
    if not name or not known or not fair.fine("venue") or "venues" in draft.document.refused:
        return
    if name not in known:
        found = f"{quoted(name)} is not in the list of venues"
        yield _warning(fair, "venue", found, "", did_you_mean(name, known), "unknown-venue")
        return
    venue = known[name]
    for key, of_venue, what in (("firms", BOOTHS, "firms"), ("hall.people_limit", PEOPLE, "people at once")):
        if not fair.fine(key) or not venue.fine(of_venue):
            continue
        wanted, most = fair.settings.optional_integer(key), venue.settings.optional_integer(of_venue)
        if wanted is not None and most is not None and wanted > most:
            found = f"{wanted} {what} do not fit into {quoted(name)}"
            yield fair.finding(key, found, f"at most {most}", "", "venue-too-small")


# What there is of firms and people ----------------------------------------------------------------


def _by_day(draft: Draft) -> dict[datetime.date | None, list[Subject]]:
    days: dict[datetime.date | None, list[Subject]] = {}
    for fair in draft.fairs:
        days.setdefault(fair.settings.day("date"), []).append(fair)
    return days


def _check_firms_twice(draft: Draft) -> Iterator[Finding]:
    """Named firms in two places at once: of the same name, at fairs of one day whose hours overlap."""
    fairs = {fair.id: fair.settings for fair in draft.fairs}
    seen: dict[str, list[str]] = {}
    for number, firm in enumerate(draft.firms):
        name, here = firm.text("name"), fairs.get(firm.text("fair"))
        if not name or here is None:
            continue
        for earlier in seen.setdefault(name, []):
            there = fairs[earlier]
            overlap = there.clock("open") < here.clock("close") and here.clock("open") < there.clock("close")
            if earlier != firm.text("fair") and there["date"] == here["date"] and overlap:
                origin = draft.firm_origin(number).child("fair")
                found = f"{quoted(name)} is at {quoted(earlier)} at the same time"
                remedy = "give two branches two names"
                yield Finding(origin.place, origin.key, found, "one fair at a time", remedy, "firm-twice", WARNING)
                break
        seen[name].append(firm.text("fair"))


def _check_people(draft: Draft) -> Iterator[Finding]:
    """Firms and seekers that are fixed for the fairs of a day, against those there are; and the sizes of all."""
    settings, scenario = draft.settings, draft.scenario
    firms, people = settings.optional_integer("stock.firms"), people_of_season(draft)
    for date, fairs in _by_day(draft).items():
        taken = sum(fair.settings.optional_integer("firms") or 0 for fair in fairs)
        if firms is not None and date is not None and taken > firms:
            found = f"the fairs of {date.isoformat()} together have {taken} booths for {firms} firms"
            remedy = "some booths stay empty: no firm is at two fairs of one day"
            yield _warning(fairs[-1], "firms", found, "", remedy, "too-many-a-day")
        fixed = sum(fair.settings.optional_integer("seekers") or 0 for fair in fairs)
        if date is not None and fixed > people:
            found = f"the fairs of {date.isoformat()} together are to have {fixed} seekers"
            remedy = "nobody is at two fairs of one day"
            yield fairs[-1].finding("seekers", found, f"at most {people:.0f}", remedy, "too-many-a-day")
    if people > MOST_PEOPLE:
        found = f"{people:.0f} people over the season"
        yield scenario.finding("pool.seekers", found, f"at most {MOST_PEOPLE}", "", "over-limit")
    start, end = settings.day("season.start"), settings.day("season.end")
    days = 0 if start is None or end is None else (end - start).days
    posts = (settings.optional_integer("stock.posts") or 0) + days * settings.number("stock.new_posts_per_day")
    if posts > MOST_POSTS:
        found = f"{posts:.0f} posts over the season"
        yield scenario.finding("stock.posts", found, f"at most {MOST_POSTS}", "", "over-limit")


def _check_booths(draft: Draft) -> Iterator[Finding]:
    """The total of firms against the booths of all fairs that take a share of it."""
    total = draft.settings.optional_integer("totals.firms")
    takers = [fair for fair in draft.fairs if fair.settings["firms"] is None]
    room = sum(booths_for(draft, fair) for fair in takers)
    if total is None or not takers:
        return
    rest = total - sum(fair.settings.optional_integer("firms") or 0 for fair in draft.fairs)
    if rest > room:
        found = f"{rest} firms for {room:.0f} booths at {len(takers)} fairs"
        remedy = "plan more fairs, or at larger venues"
        yield draft.scenario.finding("totals.firms", found, "", remedy, "too-few-booths")


# What a plan may take -----------------------------------------------------------------------------


def _check_each_day(draft: Draft) -> Iterator[Finding]:
    """Fairs and staff of each day against the limits."""
    limits: tuple[tuple[str, str, Callable[[Subject], float]], ...] = (
        ("limits.fairs_per_day", "fairs", lambda fair: 1.0),
        ("limits.staff_per_day", "staff", lambda fair: fair.settings.number("staff.people")),
    )
    for key, what, amount in limits:
        most = draft.settings.optional_integer(key)
        for date, fairs in _by_day(draft).items():
            needed = sum(map(amount, fairs))
            if most is not None and date is not None and needed > most:
                found = f"{needed:g} {what} on {date.isoformat()}"
                remedy = "move a fair to another day"
                yield fairs[-1].finding("date", found, f"{key}, at most {most}", remedy, "over-day-limit")


def _check_money(draft: Draft) -> Iterator[Finding]:
    budget = draft.settings.optional_number("limits.budget")
    if budget is None:
        return
    cost = resources(draft)["planned cost"]
    if cost > budget:
        found = f"the plan costs {cost:,.0f} yuan"
        remedy = "see `jobfair plan` for the cost of each fair"
        yield draft.scenario.finding("limits.budget", found, f"at most {budget:,.0f}", remedy, "over-budget")


def _check_ways(draft: Draft) -> Iterator[Finding]:
    """Districts that are too far from every fair."""
    most = draft.settings.optional_number("limits.travel_km")
    places = {one.id: one.settings for one in draft.districts}
    held = {fair.settings.text("district") for fair in draft.fairs}
    if any(not name for name in held):  # chosen on the day
        held |= {venue.settings.text("district") for venue in draft.venues}
    if most is None or not held & places.keys():
        return
    for district in draft.districts:
        km = min(_km(district.settings, places[name]) for name in held if name in places)
        if km > most:
            found = f"the nearest fair is {km:.1f} km away"
            allowed = f"limits.travel_km, at most {most:g}"
            yield _warning(district, "id", found, allowed, "plan a fair nearer", "far-from-fairs")


def _km(here: Settings, there: Settings) -> float:
    """In a straight line between the centres; within a district its mean way."""
    if here.text("id") == there.text("id"):
        return here.number("within_km")
    return math.hypot(*(here.number(axis) - there.number(axis) for axis in ("x_km", "y_km")))


def _check_effect(draft: Draft) -> Iterator[Finding]:
    """Levers outside the season."""
    start, end = draft.settings.day("season.start"), draft.settings.day("season.end")
    for lever in draft.levers:
        first, last = lever.settings.day("from"), lever.settings.day("until")
        if (first and end and first > end) or (last and start and last < start):
            key = "from" if first and end and first > end else "until"
            yield _warning(lever, key, "is outside the season, so that it does nothing", "", "", "outside-season")
