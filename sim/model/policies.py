"""The calendar that a policy makes: from venues, days and a number of fairs to fairs with a date, a venue and a theme.

`with_calendar` puts these fairs into the document as if a planner had listed them, before anything is checked, so that
every key of every fair can be set and is checked. It knows only what a planner knows when the season is planned; where
a fair goes that follows the demand is decided on the day. It must not know how people or firms choose.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from sim.model.documents import Block, Document, Entry
from sim.model.draft import Draft, Subject
from sim.model.errors import NOTE, WARNING, Finding
from sim.model.positions import Made, Origin
from sim.model.values import Value

POLICY = "calendar.policy"
MOST_DAYS = 3660
EXPLICIT, ONE_BIG, ROTATING, THEMED, BY_DEMAND = "explicit", "one-big", "rotating", "themed", "by-demand"
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

Day = datetime.date


@dataclass
class _Plan:
    """What a policy has to go by."""

    draft: Draft
    policy: str
    days: Sequence[Day]
    venues: Sequence[Subject]
    published: Sequence[Subject]
    held: dict[Day, set[str]] = field(default_factory=dict)  # venues at which the policy itself holds a fair

    def free(self, day: Day) -> list[Subject]:
        """The venues that are free on a day while a fair of the policy would be held."""
        hours = self.draft.defaults.settings
        opening, closing = hours.clock("open"), hours.clock("close")
        taken = set(self.held.get(day, ()))
        for fair in self.published:
            own = fair.settings
            if own.day("date") == day and own.clock("open") < closing and own.clock("close") > opening:
                taken.add(own.text("venue"))
        return [venue for venue in self.venues if venue.id not in taken]

    def room(self, day: Day) -> int:
        """How many fairs the policy may hold on a day."""
        settings = self.draft.scenario.settings
        most = settings.integer("calendar.per_day")
        limit = settings.optional_integer("limits.fairs_per_day")
        if limit is not None:
            most = min(most, limit - sum(fair.settings.day("date") == day for fair in self.published))
        return max(min(most, len(self.free(day))), 0)


def policy_of(draft: Draft) -> str:
    """The policy that makes the calendar; `explicit` if there is none or it was refused."""
    if not draft.is_campaign or not draft.scenario.fine(POLICY):
        return EXPLICIT
    return draft.scenario.settings.text(POLICY)


def with_calendar(document: Document, findings: list[Finding]) -> Document:
    """The document with the fairs of its policy instead of those it lists, except published ones.

    1. Days, venues and number of fairs are read; what is missing is a finding, and then there are no fairs.
    2. The fairs are spread over the days and venues.
    3. Listed fairs with the name of one of them say in what it differs; other listed fairs are replaced.
    """
    draft = Draft(document)
    policy = policy_of(draft)
    if policy == EXPLICIT:
        return document
    plan = _plan(draft, policy, findings)
    made = None if plan is None else (_one_big(plan, findings) if policy == ONE_BIG else _spread_out(plan, findings))
    if plan is None or made is None:
        lists = {name: blocks for name, blocks in document.lists.items() if name != "fairs"}
        return Document(document.top, lists, document.refused | {"fairs"})
    listed = {block.id: block for block in document.lists.get("fairs", [])}
    kept = [listed[fair.id] for fair in plan.published]
    fairs = [*kept, *(_with_said(block, listed.get(block.id)) for block in made)]
    replaced = [block for block in listed.values() if block.id not in {fair.id for fair in fairs}]
    if replaced:
        origin = replaced[0].origin
        found = f"the policy {policy} replaces fairs that are listed: {len(replaced)}"
        remedy = "published = true keeps a fair"
        findings.append(Finding(origin.place, origin.key, found, "", remedy, "fairs-replaced", NOTE))
    return Document(document.top, document.lists | {"fairs": fairs}, document.refused)


def _with_said(made: Block, listed: Block | None) -> Block:
    """A fair of the policy with what the planner says of it under its name."""
    return made if listed is None else Block(made.origin, made.entries | listed.entries)


def _plan(draft: Draft, policy: str, findings: list[Finding]) -> _Plan | None:
    """What the policy has to go by; None if something is missing or was refused, which is or becomes a finding."""
    scenario = draft.scenario
    keys = ("fairs", "first", "last", "weekdays", "per_day", "venues", "themes")
    fine = scenario.fine("season.start", "season.end", "season.holidays", *(f"calendar.{key}" for key in keys))
    fine = fine and draft.defaults.fine("open", "close") and scenario.fine("limits.fairs_per_day")
    published = [fair for fair in draft.fairs if fair.fine("published") and fair.settings.flag("published")]
    fine = fine and all(fair.id and fair.fine("date", "open", "close", "venue") for fair in published)
    days = allowed_days(draft) if fine else None
    known = {venue.id: venue for venue in draft.venues if venue.id}
    wanted = scenario.settings.names("calendar.venues")
    venues = [known[name] for name in wanted if name in known] if wanted else list(known.values())
    if not known:
        remedy = "list venues as [[venues]] with an id"
        findings.append(scenario.finding(POLICY, "the policy has no venues", "", remedy, "no-venues"))
    if policy != ONE_BIG and scenario.fine("calendar.fairs") and scenario.settings["calendar.fairs"] is None:
        remedy = "write how many fairs the policy makes, calendar.fairs = N"
        findings.append(scenario.finding("calendar.fairs", "is not given", "1 to 2000", remedy, "value-missing"))
        return None
    if days is None or not venues:
        return None
    if not days:
        found = "no day is left for a fair"
        remedy = "allow more days by calendar.weekdays, calendar.first and calendar.last"
        findings.append(scenario.finding(POLICY, found, "", remedy, "calendar-full"))
        return None
    return _Plan(draft, policy, days, venues, published)


def season_days(draft: Draft) -> list[Day] | None:
    """The days of the season; None if it is not known, turned round or longer than allowed."""
    if not draft.scenario.fine("season.start", "season.end"):
        return None
    first, last = draft.scenario.settings.day("season.start"), draft.scenario.settings.day("season.end")
    if first is None or last is None or not 0 <= (last - first).days < MOST_DAYS:
        return None
    return [first + datetime.timedelta(days) for days in range((last - first).days + 1)]


def allowed_days(draft: Draft) -> list[Day] | None:
    """The days on which the policy may hold fairs; None if the season is not known."""
    season, settings = season_days(draft), draft.scenario.settings
    if season is None:
        return None
    first, last = settings.day("calendar.first"), settings.day("calendar.last")
    weekdays, holidays = settings.names("calendar.weekdays"), settings.dates("season.holidays")
    return [
        day
        for day in season
        if (first is None or day >= first)
        and (last is None or day <= last)
        and WEEKDAYS[day.weekday()] in weekdays
        and day not in holidays
    ]


# Spread over the season ---------------------------------------------------------------------------


def _spread_out(plan: _Plan, findings: list[Finding]) -> list[Block] | None:
    """As many fairs as are wanted, published ones included, evenly over the days and at the venues in turn."""
    scenario = plan.draft.scenario
    wanted = scenario.settings.integer("calendar.fairs")
    if len(plan.published) > wanted:
        found = f"{len(plan.published)} fairs are published already"
        at = scenario.at("calendar.fairs")
        findings.append(Finding(at.place, at.key, found, f"at most {wanted} wanted", "", "calendar-full", WARNING))
    days = _days_in_turn(plan, wanted)
    if days is None:
        room = sum(plan.room(day) for day in plan.days)
        found = f"{wanted - len(plan.published)} fairs do not fit on {len(plan.days)} days"
        remedy = "allow more days, more fairs a day (calendar.per_day) or more venues"
        findings.append(scenario.finding("calendar.fairs", found, f"at most {room}", remedy, "calendar-full"))
        return None
    venues = _Turn(_rings(plan))
    themes = _themes(plan)
    fairs = []
    for number, day in enumerate(days):
        values: dict[str, Value] = {"date": day}
        if plan.policy != BY_DEMAND:
            venue = venues.next(plan.free(day))
            plan.held.setdefault(day, set()).add(venue.id)
            values["venue"] = venue.id
        if themes:
            key, names = themes
            # Moved on by one when venues and themes would meet again in the same pairs.
            shift = number // math.lcm(len(plan.venues), len(names))
            values[key] = (names[(number + shift) % len(names)],)
        fairs.append(values)
    return _blocks(plan, fairs)


def _days_in_turn(plan: _Plan, wanted: int) -> list[Day] | None:
    """The days of the policy's own fairs, in order; None if there is no room for so many.

    All fairs together stand evenly over the days. Each published fair takes the nearest of these places; the others are
    the policy's own, each on the nearest day with room.
    """
    count, all_days = max(wanted, len(plan.published)), plan.days
    places = [(2 * place + 1) * len(all_days) // (2 * count) for place in range(count)]
    for fair in sorted(plan.published, key=lambda fair: fair.settings.day("date") or Day.min):
        date = fair.settings.day("date") or Day.min
        places.remove(min(places, key=lambda place: (abs(all_days[place] - date), place)))
    room = {place: plan.room(day) for place, day in enumerate(all_days)}
    chosen = []
    for wish in places:
        free = [place for place, left in room.items() if left]
        if not free:
            return None
        place = min(free, key=lambda place: (abs(place - wish), place))
        room[place] -= 1
        chosen.append(place)
    return [all_days[place] for place in sorted(chosen)]


class _Turn:
    """Venues in turn: rings (one for all, or one for each district) take turns, and within a ring its venues."""

    def __init__(self, rings: Sequence[Sequence[Subject]]) -> None:
        self.rings = [list(ring) for ring in rings]

    def next(self, free: Sequence[Subject]) -> Subject:
        """The free venue whose turn it is; it and its ring go to the end."""
        names = {venue.id for venue in free}
        place, ring = next(
            (place, ring) for place, ring in enumerate(self.rings) if any(venue.id in names for venue in ring)
        )
        venue = next(venue for venue in ring if venue.id in names)
        ring.remove(venue)
        ring.append(venue)
        self.rings.append(self.rings.pop(place))
        return venue


def _rings(plan: _Plan) -> list[list[Subject]]:
    """All venues as one ring; to rotate, a ring for each district, those with the most seekers first."""
    if plan.policy != ROTATING:
        return [list(plan.venues)]
    shares = {one.id: one.settings.number("seekers_share") for one in plan.draft.districts if one.fine("seekers_share")}
    rings: dict[str, list[Subject]] = {}
    for venue in plan.venues:
        rings.setdefault(venue.settings.text("district"), []).append(venue)
    order = list(shares)
    return [
        rings[name]
        for name in sorted(
            rings, key=lambda name: (-shares.get(name, 0.0), order.index(name) if name in shares else len(order))
        )
    ]


def _themes(plan: _Plan) -> tuple[str, Sequence[str]] | None:
    """The key of the themes and their names in turn."""
    if plan.policy != THEMED:
        return None
    name = plan.draft.scenario.settings.text("calendar.themes")
    subjects = plan.draft.occupations if name == "occupations" else plan.draft.groups
    names = [one.id for one in subjects if one.id]
    return (f"theme.{name}", names) if names else None


# One big fair -------------------------------------------------------------------------------------


def _one_big(plan: _Plan, findings: list[Finding]) -> list[Block] | None:
    """One fair in the largest venue on the middle day, in several at once if one does not hold all firms."""
    own = [fair.settings.optional_integer("firms") for fair in plan.published if fair.fine("firms")]
    scenario = plan.draft.scenario
    total = scenario.settings.optional_integer("totals.firms") if scenario.fine("totals.firms") else None
    wanted = None if total is None else max(total - sum(firms or 0 for firms in own), 1)
    middle = (len(plan.days) - 1) // 2
    for day in sorted(plan.days, key=lambda day: (abs(day - plan.days[middle]), day)):
        halls = _halls(plan.free(day), wanted)
        if halls:
            return _blocks(plan, [{"date": day, "venue": venue.id} for venue in halls])
    room = sum(_booths(venue) for venue in plan.venues)
    found = f"{wanted} firms do not find booths at the venues at once"
    remedy = "list larger or more venues"
    allowed = f"at most {room:.0f}"
    findings.append(scenario.finding("totals.firms", found, allowed, remedy, "too-few-booths"))
    return None


def _halls(free: Sequence[Subject], wanted: int | None) -> list[Subject]:
    """The largest free venues, as many as hold so many firms; none if all together do not."""
    halls: list[Subject] = []
    for venue in sorted(free, key=lambda venue: -_booths(venue)):
        halls.append(venue)
        if sum(map(_booths, halls)) >= (wanted or 0):
            return halls
    return []


def _booths(venue: Subject) -> float:
    booths = venue.settings.optional_integer("booths") if venue.fine("booths") else None
    return math.inf if booths is None else float(booths)


# As entries of the document -----------------------------------------------------------------------


def _blocks(plan: _Plan, fairs: Sequence[dict[str, Value]]) -> list[Block]:
    """Fairs in order of date as entries; each is named after the policy and its place among all fairs by date."""
    source = Made(plan.draft.scenario.at(POLICY))
    taken = {fair.id for fair in plan.published}
    earlier = sorted(fair.settings.day("date") or Day.min for fair in plan.published)
    blocks: list[Block] = []
    number = 0
    for place, values in enumerate(fairs):
        date = values["date"]
        assert isinstance(date, Day)
        number = max(number, place + sum(one <= date for one in earlier)) + 1
        while f"{plan.policy}-{number:02d}" in taken:
            number += 1
        identity = f"{plan.policy}-{number:02d}"
        origin = Origin(source, ("fairs", identity))
        given = {"id": identity, **values, "published": False}
        blocks.append(Block(origin, {key: Entry(v, origin.child(*key.split("."))) for key, v in given.items()}))
    return blocks


# Where a fair may be held -------------------------------------------------------------------------


def chooses_on_the_day(draft: Draft, fair: Subject) -> bool:
    """Whether the venue of a fair is chosen on the day."""
    return policy_of(draft) == BY_DEMAND and isinstance(fair.origin.source, Made) and not fair.settings.text("venue")


def possible_venues(draft: Draft, fair: Subject) -> list[Subject]:
    """The venues among which is chosen on the day: those of the policy that no other fair takes then."""
    wanted = draft.scenario.settings.names("calendar.venues")
    own = fair.settings
    taken = {
        other.settings.text("venue")
        for other in draft.fairs
        if other.settings.day("date") == own.day("date")
        and other.settings.clock("open") < own.clock("close")
        and other.settings.clock("close") > own.clock("open")
    }
    return [one for one in draft.venues if (not wanted or one.id in wanted) and one.id not in taken]


def booths_for(draft: Draft, fair: Subject) -> float:
    """How many firms find a booth at a fair wherever it may be held."""
    if chooses_on_the_day(draft, fair):
        venues = possible_venues(draft, fair)
    else:
        venues = [one for one in draft.venues if one.id == fair.settings.text("venue")]
    booths = [one.settings.optional_integer("booths") for one in venues if one.fine("booths")]
    return min((float(one) for one in booths if one is not None), default=math.inf)
