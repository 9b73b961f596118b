"""How many firms, posts and seekers come to each fair, and whether the numbers given can all be true.

A fair has its own number, or rows that list its firms and seekers, or a share of a total. Knows nothing of
how a total is shared out.
"""

from __future__ import annotations

from collections.abc import Iterator

from sim.model.draft import Draft, Subject
from sim.model.errors import Finding

LIMITS = {"firms": 1_000_000, "posts": 100_000_000, "seekers": 5_000_000}


def check_totals(draft: Draft) -> Iterator[Finding]:
    """Every finding about numbers of firms, posts and seekers."""
    if (draft.firms or draft.seekers) and not all(fair.id for fair in draft.fairs):
        return  # which rows belong to which fair is not known
    for fair in draft.fairs:
        yield from _check_rows(draft, fair)
        yield from _check_firms(draft, fair)
        yield from _check_posts(draft, fair)
        yield from _check_seekers(draft, fair)
    yield from _check_firm_posts(draft)
    for kind in LIMITS:
        yield from _check_total(draft, kind)
    yield from _check_total_posts(draft)


def poisson(fair: Subject) -> bool:
    """Whether the number of seekers comes out of hourly rates."""
    return fair.settings.text("arrivals.pattern") == "poisson"


def own_number(draft: Draft, fair: Subject, kind: str) -> int | None:
    """The number of a fair by itself or by its rows; None if a total must give it."""
    number = fair.settings.optional_integer(kind)
    if number is not None:
        return number
    if kind == "firms":
        return draft.firms_at.get(fair.id)
    if kind == "posts":
        return draft.posts_of_rows.get(fair.id)
    if poisson(fair) and not draft.is_campaign:
        return 0
    return draft.seekers_at.get(fair.id)


def _no_number(draft: Draft, fair: Subject, kind: str) -> bool:
    total = f"totals.{kind}"
    if not fair.fine("id", kind) or not draft.scenario.fine(total):
        return False
    return own_number(draft, fair, kind) is None and draft.scenario.settings[total] is None


def _check_firms(draft: Draft, fair: Subject) -> Iterator[Finding]:
    if _no_number(draft, fair, "firms"):
        remedy = "write firms = N here, totals.firms = N at the top, or list the firms"
        if draft.is_campaign:
            remedy = "write firms = N here, totals.firms = N at the top, or booths = N for its venue in [[venues]]"
        yield fair.finding("firms", "no number of firms", "", remedy, "no-firms")


def _check_posts(draft: Draft, fair: Subject) -> Iterator[Finding]:
    settings = fair.settings
    if not fair.fine("posts", "firms", "interview.offers"):
        return
    wanted = settings.flag("interview.offers") and not draft.is_campaign
    if wanted and _no_number(draft, fair, "posts"):
        remedy = "write posts = N here, totals.posts = N at the top, or interview.offers = false"
        yield fair.finding("posts", "no number of posts", "", remedy, "no-posts")
    posts, firms = settings.optional_integer("posts"), own_number(draft, fair, "firms")
    if posts is not None and firms is not None and posts < firms and fair.id not in draft.posts_of_rows:
        yield fair.finding("posts", f"{posts} posts for {firms} firms", "at least one each", "", "too-few-posts")


def _check_seekers(draft: Draft, fair: Subject) -> Iterator[Finding]:
    if draft.is_campaign or not fair.fine("seekers", "arrivals.pattern"):
        return  # in a campaign people choose, unless a number says how many
    if not poisson(fair):
        if _no_number(draft, fair, "seekers"):
            remedy = "write seekers = N here, totals.seekers = N at the top, or list the seekers"
            yield fair.finding("seekers", "no number of seekers", "", remedy, "no-seekers")
        return
    number, listed = fair.settings.optional_integer("seekers"), draft.seekers_at.get(fair.id)
    if number is not None or listed:
        found = f"{listed} seekers are listed" if number is None else f"{number} seekers are fixed"
        remedy = 'leave them out, or set arrivals.pattern = "fixed"'
        yield fair.finding("seekers", f"{found} for random arrivals", "", remedy, "seekers-with-poisson")


def _check_rows(draft: Draft, fair: Subject) -> Iterator[Finding]:
    listed_of = {"firms": draft.firms_at, "posts": draft.posts_of_rows, "seekers": draft.seekers_at}
    for kind, listed in listed_of.items():
        number = fair.settings.optional_integer(kind)
        if fair.fine(kind) and number is not None and fair.id in listed and number != listed[fair.id]:
            found = f"{number} {kind}, but the rows for this fair list {listed[fair.id]}"
            yield fair.finding(kind, found, "", "leave the number out or correct it", "rows-contradiction")


def _check_firm_posts(draft: Draft) -> Iterator[Finding]:
    for number, firm in enumerate(draft.firms):
        listed, posts = draft.listed_posts.get(firm.text("id")), firm.optional_integer("posts")
        if listed is not None and posts is not None and listed != posts:
            origin = draft.firm_origin(number).child("posts")
            found = f"{posts} posts, but the rows for this firm list {listed}"
            remedy = "leave the number out or correct it"
            yield Finding(origin.place, origin.key, found, "", remedy, "rows-contradiction")


def _check_total(draft: Draft, kind: str) -> Iterator[Finding]:
    """The own numbers against the total, and their sum against the limit."""
    key, scenario = f"totals.{kind}", draft.scenario
    if not scenario.fine(key) or not all(fair.fine(kind, "arrivals.pattern") for fair in draft.fairs):
        return
    numbers = [own_number(draft, fair, kind) for fair in draft.fairs]
    own = sum(number for number in numbers if number is not None)
    total = scenario.settings.optional_integer(key)
    takers = numbers.count(None)
    if kind == "firms" and total is not None and own <= total < own + takers:
        found = f"{total}, but {takers} fairs share the {total - own} that are left"
        yield scenario.finding(
            key, found, "at least one each", f"raise {key}, or plan fewer fairs", "totals-contradiction"
        )
    elif total is not None and own > total:
        found = f"{total}, but the fairs' own {kind} already add up to {own}"
        yield scenario.finding(key, found, "", f"leave {key} out or correct it", "totals-contradiction")
    elif total is not None and None not in numbers and own != total:
        why = "every fair has its own number" if own else "no fair takes a share of it"
        found = f"{total}, but {why}, {own} in all"
        yield scenario.finding(key, found, "", f"leave {key} out or correct it", "totals-contradiction")
    drawn = sum(_expected(fair) for fair in draft.fairs) if kind == "seekers" else 0.0
    if max(own, total or 0) + drawn > LIMITS[kind]:
        place = draft.document.top.origin.source.name
        found = f"{max(own, total or 0) + drawn:.0f} {kind} over all fairs"
        yield Finding(place, kind, found, f"at most {LIMITS[kind]}", "", "over-limit")


def _expected(fair: Subject) -> float:
    """How many seekers the hourly rates bring on average."""
    if not poisson(fair):
        return 0.0
    return sum(fair.settings.numbers("arrivals.per_hour")) * fair.settings.number("arrivals.step_minutes") / 60


def _check_total_posts(draft: Draft) -> Iterator[Finding]:
    """Enough posts in the totals for the firms in the totals."""
    scenario = draft.scenario
    if not scenario.fine("totals.firms", "totals.posts"):
        return
    firms = scenario.settings.optional_integer("totals.firms")
    posts = scenario.settings.optional_integer("totals.posts")
    if firms is not None and posts is not None and posts < firms:
        found = f"{posts} posts for {firms} firms"
        yield scenario.finding("totals.posts", found, "at least one each", "", "too-few-posts")
