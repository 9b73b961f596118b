"""What a search for better calendars found, in words: the gain and how sure it is, and what the plan changes.

From the page's values to sentences in the language that is spoken. They claim no more than the intervals of the final
allow, and nothing of what the search itself estimated.
"""

from __future__ import annotations

import datetime
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from sim.language import _, ngettext
from sim.report.page import words
from sim.report.page.data import Aim, FairPlan, FoundPlan, Gain, SearchPage
from sim.report.page.drawing import MOST_PLANS
from sim.report.summary import NOTHING
from sim.study.compare import HIGHER

CARDS = ("intents", "starts", "cost", "never_interviewed_share")
# The limit on each resource; other limits bind day by day.
LIMIT_OF = {
    "planned cost": "budget",
    "booth days": "booth_days",
    "fair hours": "fair_hours",
    "staff hours": "staff_hours",
}
COUNTED = ("seekers", "people", "firms", "posts", "interviews")  # units that the label names
MOST_NAMED = 6
SATURDAY = 5


VERDICTS = {1: "better", 0: "cannot tell", -1: "worse"}


class Taken(NamedTuple):
    """A resource: its limit, what the own calendar takes of it and what each plan takes."""

    resource: str
    limit: float | None
    amounts: tuple[float, ...]


def verdict(gain: Gain, aim: Aim) -> int:
    """1 if a plan is better than the own calendar, -1 if it is worse, 0 if nobody can tell."""
    sign = 1 if aim.better == HIGHER else -1
    return sign if gain.low > 0 else -sign if gain.high < 0 else 0


def headline(page: SearchPage) -> str:
    """What the first plan brings."""
    aim, best = page.aims[0], page.plans[0]
    if not verdict(best.gains[aim.measure], aim):
        return _("Nobody can tell whether {plan} is better than the own calendar.").format(
            plan=words.plan_label(best.label)
        )
    row, own = best.rows[aim.measure], page.own.rows[aim.measure]
    text = _("{label}: {new} with {plan} instead of {old} with the own calendar.")
    if row.unit in COUNTED:
        text = _("{plan}: {new} {label} instead of {old} with the own calendar.")
    return _capital(
        text.format(
            label=words.label(aim.measure),
            new=words.figure(row),
            old=words.with_unit(own) if row.unit not in COUNTED else words.figure(own),
            plan=words.plan_label(best.label),
        )
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def sentences(page: SearchPage) -> Iterator[str]:
    """How sure that is, which plans may be the best, and how they were found."""
    best = page.plans[0]
    for aim in page.aims:
        text = _("{head}: {parts}.").format(head=words.label(aim.measure), parts=gain_text(best, aim.measure))
        yield _capital(text)
    for aim in page.aims:
        yield _possible(aim)
    yield _(
        "{tried} plans were tried, each within all limits. The best {finalists} and the own calendar were then judged"
        " on {count} fresh replications that the search never saw."
    ).format(tried=f"{page.evaluations:,}", finalists=len(page.plans), count=f"{page.replications:,}")


def gain_text(plan: FoundPlan, measure: str) -> str:
    """The difference from the own calendar, in percent too, with its interval."""
    gain, row = plan.gains[measure], plan.rows[measure]
    own = row.mean - gain.mean
    share = f" ({100 * gain.mean / own:+.0f} %)" if own > 0 and row.unit != "share" else ""
    if gain.low == gain.high:
        text = _("{change}{unit}{share} against the own calendar in every replication")
        return text.format(change=change(plan, measure, gain.mean), unit=change_unit(row.unit), share=share)
    interval = words.between(change(plan, measure, gain.low), change(plan, measure, gain.high))
    text = _("{change}{unit}{share} against the own calendar, 95 % interval {interval}")
    return text.format(
        change=change(plan, measure, gain.mean), unit=change_unit(row.unit), share=share, interval=interval
    )


def change(plan: FoundPlan, measure: str, value: float) -> str:
    """A difference with its sign, with two digits of its interval; shares in percentage points."""
    if math.isnan(value):
        return NOTHING
    gain = plan.gains[measure]
    factor = 100.0 if plan.rows[measure].unit == "share" else 1.0
    half = (gain.high - gain.low) * factor / 2
    size = half if half > 0 else abs(gain.mean) * factor
    places = min(6, max(0, 1 - math.floor(math.log10(size)))) if 0 < size < math.inf else 0
    return f"{value * factor:+,.{places}f}" if value else "0"


def change_unit(unit: str) -> str:
    """The unit after a difference; counts of people need none."""
    if unit == "share":
        return _(" percentage points")
    return "" if unit in COUNTED or not words.unit(unit) else f" {words.unit(unit)}"


def _possible(aim: Aim) -> str:
    named = _(", ").join(words.plan_label(label) for label in aim.possible)
    measure = words.label(aim.measure)
    if len(aim.possible) == 1:
        return _("Best of these by {measure}: {plan}.").format(measure=measure, plan=named)
    return _("By {measure}, any of these may be the best: {plans}.").format(measure=measure, plans=named)


def better_is(page: SearchPage) -> str:
    """Where on the chart of both axes the better plans are."""
    texts = {
        (True, False): _("Up and to the left is better."),
        (True, True): _("Up and to the right is better."),
        (False, False): _("Down and to the left is better."),
        (False, True): _("Down and to the right is better."),
    }
    gain, pain = (one.better == HIGHER for one in page.axes)
    return texts[gain, pain]


# What a plan changes ------------------------------------------------------------------------------


def changes(page: SearchPage, plan: FoundPlan) -> Iterator[tuple[str, str, str]]:
    """What is to be decided: the question, what the plan says, what the own calendar says."""
    own = page.own
    yield _("fairs"), _fairs(plan, own), f"{len(own.calendar)}"
    yield _("firms at a fair"), _sizes(plan.calendar), _sizes(own.calendar)
    yield _("dates"), _days(plan.calendar), _days(own.calendar)
    yield _("venues"), _counted(map(_where, plan.calendar)), _counted(map(_where, own.calendar))
    yield _("opening hours"), _counted(map(_hours, plan.calendar)), _counted(map(_hours, own.calendar))
    if any(one.theme for one in (*plan.calendar, *own.calendar)):
        yield _("for certain people"), _counted(_themes(plan)), _counted(_themes(own))
    if plan.recruiters != own.recruiters:
        yield _("recruiters at a booth"), _numbers(plan.recruiters), _numbers(own.recruiters)
    if plan.outreach != own.outreach:
        yield _("outreach"), _named(plan.outreach), _named(own.outreach)


def _themes(plan: FoundPlan) -> list[str]:
    return [one.theme for one in plan.calendar if one.theme]


def _hours(one: FairPlan) -> str:
    return words.hours(one.opens, one.closes)


def _numbers(numbers: Sequence[float]) -> str:
    return ", ".join(f"{one:g}" for one in numbers)


def _fairs(plan: FoundPlan, own: FoundPlan) -> str:
    held = {(one.date, _where(one)) for one in own.calendar}
    same = sum((one.date, _where(one)) in held for one in plan.calendar)
    text = ngettext(
        "{count}, one of them on a day and at a venue of the own calendar",
        "{count}, {same} of them on a day and at a venue of the own calendar",
        same,
    )
    return text.format(count=len(plan.calendar), same=same)


def _where(one: FairPlan) -> str:
    return one.venue or one.district or one.id


def _sizes(calendar: Sequence[FairPlan]) -> str:
    sizes = sorted(round(one.firms) for one in calendar)
    if sizes[0] == sizes[-1]:
        return f"{sizes[0]:,}"
    text = _("{range}, half of them {middle} or more")
    between = words.between(f"{sizes[0]:,}", f"{sizes[-1]:,}")
    return text.format(range=between, middle=f"{sizes[len(sizes) // 2]:,}")


def _days(calendar: Sequence[FairPlan]) -> str:
    days = sorted(one.date for one in calendar if one.date is not None)
    weekend = sum(day.weekday() >= SATURDAY for day in days)
    text = ngettext("{range}; one fair at a weekend", "{range}; {count} fairs at weekends", weekend)
    return text.format(range=_stretch(days), count=weekend)


def _stretch(days: Sequence[datetime.date]) -> str:
    first, last = days[0].isoformat(), days[-1].isoformat()
    return first if first == last else words.between(first, last)


def _counted(names: Iterable[str]) -> str:
    common = sorted(Counter(names).items(), key=lambda one: (-one[1], one[0]))
    shown = [f"{words.drawn(name, 30)} ({count})" for name, count in common[:MOST_NAMED]]
    if len(common) > MOST_NAMED:
        shown.append(_("and {count} more").format(count=len(common) - MOST_NAMED))
    return _(", ").join(shown) if shown else _("none")


def _named(names: Sequence[str]) -> str:
    return _(", ").join(words.drawn(one) for one in names) if names else _("none")


# What plans take ----------------------------------------------------------------------------------


def taken(page: SearchPage) -> list[Taken]:
    """What the plans take of each resource of which any takes something."""
    plans = (page.own, *shown_plans(page))
    rows = [
        Taken(name, page.limits.get(LIMIT_OF.get(name, "")), tuple(plan.takes[name] for plan in plans))
        for name in page.own.takes
        if all(name in plan.takes for plan in plans)
    ]
    return [row for row in rows if any(row.amounts)]


def other_limits(page: SearchPage) -> list[tuple[str, float]]:
    """Limits that are not on one of these resources."""
    of_resources = {row.resource for row in taken(page)}
    shown = {limit for resource, limit in LIMIT_OF.items() if resource in of_resources}
    return [(name, value) for name, value in page.limits.items() if name not in shown]


def shown_plans(page: SearchPage) -> tuple[FoundPlan, ...]:
    """The plans that tables and calendars of the page show."""
    return page.plans[:MOST_PLANS]
