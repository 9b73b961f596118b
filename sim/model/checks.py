"""What must fit together in a scenario: hours, arrivals, ids, shares, venues.

Each check looks at the whole draft and yields findings; it stays silent about values that were already
refused. How numbers and totals fit is in `totals.py`. Knows no simulation.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from sim.model.documents import BAD, MOST_ENTRIES
from sim.model.draft import Draft, Subject
from sim.model.errors import WARNING, Finding, quoted
from sim.model.limits import check_limits
from sim.model.rows import SINGULAR, duplicate
from sim.model.seasons import check_season
from sim.model.totals import check_totals
from sim.model.values import clock_text


def check(draft: Draft) -> Iterator[Finding]:
    """Every finding about how the values of a scenario fit together."""
    yield from _check_lengths(draft)
    for name, subjects in (
        ("fairs", draft.fairs),
        ("groups", draft.groups),
        ("occupations", draft.occupations),
        ("districts", draft.districts),
        ("venues", draft.venues),
        ("outreach", draft.outreach),
        ("levers", draft.levers),
    ):
        yield from _check_ids(SINGULAR[name], subjects)
    for fair in draft.fairs:
        yield from _check_hours(fair)
        yield from _check_arrivals(draft, fair)
        yield from _check_speed(fair)
    yield from _check_shares(draft)
    yield from _check_venues(draft)
    yield from check_season(draft)
    yield from check_limits(draft)
    if not draft.bad_rows and "fairs" not in draft.document.refused:
        yield from check_totals(draft)


def _check_lengths(draft: Draft) -> Iterator[Finding]:
    document = draft.document
    place = document.top.origin.source.name
    if not document.lists.get("fairs") and "fairs" not in document.refused:
        remedy = 'write [[fairs]] and below it id = "..."'
        yield Finding(place, "fairs", "there is no fair", "at least one", remedy, "no-fairs")
    for name, limit in MOST_ENTRIES.items():
        count = len(document.lists.get(name, []))
        if count > limit:
            found = f"{count} entries with those of the bases"
            yield Finding(place, name, found, f"at most {limit}", "", "over-limit")


def _check_ids(what: str, subjects: tuple[Subject, ...]) -> Iterator[Finding]:
    seen: set[str] = set()
    for subject in subjects:
        if not subject.fine("id"):
            continue
        if not subject.id:
            remedy = 'write id = "..."'
            origin = subject.origin
            yield Finding(origin.place, origin.key, f"this {what} has no id", "", remedy, "missing-id")
        elif subject.id in seen:
            yield duplicate(subject.at("id"), what, subject.id)
        seen.add(subject.id)


def _check_hours(fair: Subject) -> Iterator[Finding]:
    if not fair.fine("open", "close"):
        return
    opening, closing = fair.settings.clock("open"), fair.settings.clock("close")
    if closing <= opening:
        found = f"the fair closes at {clock_text(closing)} but opens at {clock_text(opening)}"
        yield fair.finding("close", found, f"after {clock_text(opening)}", "", "close-before-open")
        return
    last = fair.settings.optional_clock("closing.last_entry")
    if last is not None and not opening <= last <= closing:
        found = f"last entry at {clock_text(last)}"
        allowed = f"{clock_text(opening)} to {clock_text(closing)}"
        yield fair.finding("closing.last_entry", found, allowed, "", "last-entry-outside")


def _check_arrivals(draft: Draft, fair: Subject) -> Iterator[Finding]:
    settings = fair.settings
    poisson = settings.text("arrivals.pattern") == "poisson"
    key = "arrivals.per_hour" if poisson else "arrivals.weights"
    if poisson and draft.is_campaign:
        return  # refused as a whole
    if not fair.fine("arrivals.pattern", key) or (not poisson and _all_have_times(draft, fair)):
        return
    steps = settings.numbers(key)
    used = len(steps)
    while used and steps[used - 1] == 0:
        used -= 1
    if poisson and not steps:
        remedy = "write arrivals.per_hour = [...], one number for each step"
        yield fair.finding(key, "no rates are given", "", remedy, "no-rates")
        return
    if not used:
        if not poisson:
            yield fair.finding(key, "no step has a weight above 0", "", "give a step a weight", "no-arrivals")
        return
    if not fair.fine("arrivals.start", "arrivals.step_minutes", "open", "close"):
        return
    start, closing = settings.clock("arrivals.start"), settings.clock("close")
    end = start + used * settings.number("arrivals.step_minutes")
    if end < settings.clock("open") < closing:
        found = f"the last arrivals come until {clock_text(end)}, before the doors open at "
        found += clock_text(settings.clock("open"))
        origin = fair.at("arrivals.start")
        remedy = "begin arrivals.start later"
        yield Finding(origin.place, origin.key, found, "", remedy, "arrivals-before-open", WARNING)
    if end > closing + 1e-6 and closing > settings.clock("open"):
        found = f"{used} steps from {clock_text(start)} reach to {clock_text(end)}"
        remedy = "take steps off, begin earlier or close later"
        allowed = f"until close, {clock_text(closing)}"
        yield fair.finding(key, found, allowed, remedy, "arrivals-after-close")


def _all_have_times(draft: Draft, fair: Subject) -> bool:
    """Whether all seekers of the fair are listed with the time at which they arrive."""
    if draft.bad_rows or not draft.seekers_at.get(fair.id):
        return draft.bad_rows
    return fair.id not in draft.fairs_with_drawn_times


def _check_speed(fair: Subject) -> Iterator[Finding]:
    key = "walking.metres_per_minute"
    speed = fair.settings.duration(key)
    if fair.fine(key) and max(speed.a, speed.b, speed.c) == 0:
        remedy = "set the distances to 0 instead"
        yield fair.finding(key, "a walking speed that is always 0", "above 0", remedy, "zero-speed")


def _check_shares(draft: Draft) -> Iterator[Finding]:
    for name, subjects, keys in (
        ("groups", draft.groups, ("share",)),
        ("occupations", draft.occupations, ("seekers_share", "posts_share")),
        ("districts", draft.districts, ("seekers_share", "firms_share")),
    ):
        for key in keys:
            if subjects and all(subject.fine(key) and subject.settings.number(key) == 0 for subject in subjects):
                found = f"the {key} of all {name} is 0"
                yield subjects[0].finding(key, found, "at least one above 0", "", "shares-all-zero")


def _check_venues(draft: Draft) -> Iterator[Finding]:
    days: dict[tuple[str, datetime.date], list[Subject]] = {}
    for fair in draft.fairs:
        venue, day = fair.settings.text("venue"), fair.settings.day("date")
        if venue and day and fair.fine("open", "close"):
            days.setdefault((venue, day), []).append(fair)
    for (venue, day), fairs in days.items():
        fairs.sort(key=lambda fair: fair.settings.clock("open"))
        latest = fairs[0]
        for fair in fairs[1:]:
            if fair.settings.clock("open") < latest.settings.clock("close"):
                other = f"{latest.origin.key or 'fair'} {quoted(latest.id)}"
                found = f"{quoted(venue)} is taken on {day.isoformat()} by {other}"
                until = clock_text(latest.settings.clock("close"))
                remedy = "change venue, date or hours"
                yield fair.finding("venue", found, f"free from {until}", remedy, "venue-overlap")
            if fair.settings.clock("close") > latest.settings.clock("close"):
                latest = fair


def refused_rows(draft: Draft, kind: str) -> bool:
    """Whether a list of rows in the scenario file, or a value in it, was refused."""
    blocks = draft.document.lists.get(kind, [])
    return kind in draft.document.refused or any(
        entry.value is BAD for block in blocks for entry in block.entries.values()
    )
