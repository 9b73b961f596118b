"""What a campaign needs and what it cannot have: season, pool and stock, names that refer to each other.

Each check looks at the whole draft and yields findings; it stays silent about values that were already refused.
Knows nothing of how a calendar is made or whether it is a good one.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sim.model.documents import BAD
from sim.model.draft import Draft, Subject
from sim.model.errors import Finding, did_you_mean, quoted
from sim.model.parameters import CAMPAIGN_SECTIONS
from sim.model.policies import MOST_DAYS, chooses_on_the_day, possible_venues

NEEDED = {
    "season.start": "write the first day, such as season.start = 2020-04-21",
    "season.end": "write the last day, such as season.end = 2020-06-22",
    "stock.firms": "write how many firms may come, stock.firms = N",
    "stock.posts": "write how many posts are open on the first day, stock.posts = N",
}
# Which keys name entries of which list, by the list in whose entries they stand.
REFERENCES = {
    "fairs": {"district": "districts", "theme.occupations": "occupations", "theme.groups": "groups"},
    "venues": {"district": "districts"},
    "outreach": {"groups": "groups", "occupations": "occupations", "districts": "districts", "fairs": "fairs"},
    "levers": {"groups": "groups"},
}


def check_season(draft: Draft) -> Iterator[Finding]:
    """Every finding about a season as a whole."""
    yield from _check_references(draft)
    if not draft.is_campaign:
        yield from _check_no_campaign(draft)
        return
    yield from _check_needed(draft)
    yield from _check_order(draft)
    yield from _check_second_population(draft)


def _check_no_campaign(draft: Draft) -> Iterator[Finding]:
    """Keys that mean something in a campaign only: the first of each section, and of each list."""
    entries = draft.document.top.entries
    remedy = "write pool.seekers = N for a campaign, or take it out"
    for section in CAMPAIGN_SECTIONS:
        origins = [entry.origin for key, entry in entries.items() if key.startswith(section)]
        for origin in origins[:1]:
            found = "there is no campaign without pool.seekers"
            yield Finding(origin.place, origin.key, found, "", remedy, "no-campaign")
    for name in ("outreach", "levers"):
        for block in draft.document.lists.get(name, [])[:1]:
            origin = block.origin
            found = "there is no campaign without pool.seekers"
            yield Finding(origin.place, origin.key, found, "", remedy, "no-campaign")


def _check_needed(draft: Draft) -> Iterator[Finding]:
    for key, remedy in NEEDED.items():
        if draft.scenario.fine(key) and draft.scenario.settings[key] is None:
            yield draft.scenario.finding(key, "is not given", "needed in a campaign", remedy, "value-missing")
    for fair in draft.fairs:
        if fair.fine("date") and fair.settings["date"] is None:
            remedy = "write date = YYYY-MM-DD"
            yield fair.finding("date", "the fair has no date", "needed in a campaign", remedy, "value-missing")
        on_the_day = chooses_on_the_day(draft, fair)
        if on_the_day and not possible_venues(draft, fair):
            found = f"no venue is free on {fair.settings['date']}"
            yield fair.finding("venue", found, "", "list more venues, or fewer fairs a day", "calendar-full")
        if fair.fine("district") and not fair.settings.text("district") and draft.districts and not on_the_day:
            found = f"the district is not given, and there are {len(draft.districts)}"
            remedy = "name one of the districts, or a venue that has one"
            yield fair.finding("district", found, "", remedy, "missing-reference")
    for venue in draft.venues:
        if venue.fine("district") and not venue.settings.text("district") and draft.districts:
            found = f"the district is not given, and there are {len(draft.districts)}"
            yield venue.finding("district", found, "", "name one of the districts", "missing-reference")
    for outreach in draft.outreach:
        if outreach.fine("reach_share") and outreach.settings["reach_share"] is None:
            remedy = "write which share of those addressed notice it"
            yield outreach.finding("reach_share", "is not given", "0 to 1", remedy, "value-missing")
    for lever in draft.levers:
        if lever.fine("kind") and not lever.settings.text("kind"):
            allowed = "online, one-to-one, training, subsidy"
            yield lever.finding("kind", "is not given", allowed, "say what it is", "value-missing")


def _check_order(draft: Draft) -> Iterator[Finding]:
    """The season, the days of a policy and those of levers end after they begin, and a season is no age."""
    scenario = draft.scenario
    start, end = scenario.settings.day("season.start"), scenario.settings.day("season.end")
    if scenario.fine("season.start", "season.end") and start and end and (end - start).days >= MOST_DAYS:
        found = f"a season of {(end - start).days + 1} days"
        yield scenario.finding("season.end", found, f"at most {MOST_DAYS}", "", "over-limit")
    for owner, first, last in (
        (scenario, "season.start", "season.end"),
        (scenario, "calendar.first", "calendar.last"),
        *((lever, "from", "until") for lever in draft.levers),
    ):
        begin, end = owner.settings.day(first), owner.settings.day(last)
        if owner.fine(first, last) and begin is not None and end is not None and end < begin:
            found = f"{end.isoformat()} is before {begin.isoformat()}"
            yield owner.finding(last, found, f"{begin.isoformat()} or later", "", "season-turned-round")


def _check_second_population(draft: Draft) -> Iterator[Finding]:
    for fair in draft.fairs:
        if fair.fine("arrivals.pattern") and fair.settings.text("arrivals.pattern") == "poisson":
            found = "in a campaign people come out of the pool, not at random rates"
            remedy = 'set arrivals.pattern = "fixed"; the weights say when people come'
            yield fair.finding("arrivals.pattern", found, "fixed", remedy, "not-in-campaign")
    for kind, instead in (("firms", "stock.firms"), ("posts", "stock.posts"), ("seekers", "pool.seekers")):
        table = draft.scenario.entries.get(f"tables.{kind}")
        origins = [block.origin for block in draft.document.lists.get(kind, [])[:1]]
        if table is not None and table.value is not BAD and table.value != "":
            origins.append(table.origin)
        elif kind in draft.listed_apart:
            origins.append(draft.scenario.at("tables.workbook"))
        for origin in origins:
            found = f"rows of {kind} cannot stand in a campaign"
            remedy = f"take them out; {instead} says how many there are"
            yield Finding(origin.place, origin.key, found, "", remedy, "not-in-campaign")


def _check_references(draft: Draft) -> Iterator[Finding]:
    """Names of entries of other lists that are not there."""
    known = {name: _ids(draft, name) for name in ("groups", "occupations", "districts", "venues", "fairs")}
    for name, keys in REFERENCES.items():
        for subject in getattr(draft, name):
            for key, target in keys.items():
                yield from _check_names(subject, key, target, known[target])
    yield from _check_names(draft.scenario, "calendar.venues", "venues", known["venues"])


def _ids(draft: Draft, name: str) -> Collection[str] | None:
    """The ids of a list; None if they are not known for certain, or if no districts are listed."""
    subjects: tuple[Subject, ...] = getattr(draft, name)
    if name in draft.document.refused or not all(subject.fine("id") and subject.id for subject in subjects):
        return None
    if name == "districts" and not subjects:
        return None
    return dict.fromkeys(subject.id for subject in subjects)


def _check_names(subject: Subject, key: str, target: str, known: Collection[str] | None) -> Iterator[Finding]:
    if known is None or not subject.fine(key):
        return
    value = subject.settings[key]
    for name in value if isinstance(value, tuple) else (value,):
        if isinstance(name, str) and name and name not in known:
            what = target.removesuffix("s")
            found = f"there is no {what} {quoted(name)}"
            yield subject.finding(key, found, "", did_you_mean(name, known), "unknown-id")
