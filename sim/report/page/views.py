"""Which charts and which animation go with a page, each under the name by which its template calls it.

From the page's values to what the browser's program is given. Knows no template.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sim.language import _
from sim.model.values import clock_text
from sim.report.page import calendars, charts, plan_charts, searches, words
from sim.report.page.causes import Causes, causes_of
from sim.report.page.data import ComparisonPage, Page, Parts, Replay, RunPage, SearchPage
from sim.report.page.drawing import Option
from sim.report.privacy import USUAL_SMALLEST, hidden_cells, people_in
from sim.report.summary import SummaryRow
from sim.study.compare import HIGHER, Alternative, Difference

FEWEST_FOR_A_CHART = 2
AT_BOOTHS = ("interviews", "offers", "balked", "reneged", "missed", "closed_out")
FLOW = {"inside_time_average": "@inside", "waiting_time_average": "@wait", "talking_time_average": "@talk"}
TRAFFIC = {"arrivals": "@inside", "interviews": "@talk"}
WAITS = {"wait_minutes_mean": "@wait"}
MOST_CHANGES = 40
FEW_CHANGES = 12  # more are folded
POOL = {"in_pool": "@inside", "open_posts": "@talk"}
VISITS = {"seekers": "@inside", "intents": "@good"}
PART_CHARTS = ("intents_per_searcher", "intents_per_seeker", "intents", "starts")


@dataclass(frozen=True)
class View:
    """What the browser draws."""

    charts: dict[str, Option]
    replay: dict[str, Any] | None = None
    parts: tuple[tuple[str, tuple[Difference, ...]], ...] = ()  # by plan, differences by group and district
    causes: tuple[Causes, ...] = ()  # by plan, where its difference comes from
    most_changes: int = MOST_CHANGES
    few_changes: int = FEW_CHANGES
    at_booths: tuple[SummaryRow, ...] = ()  # measures of the whole, chosen for tables
    bound: tuple[SummaryRow, ...] = ()
    campaign: tuple[SummaryRow, ...] = ()
    is_season: bool = False  # fairs on more than one date
    fair_measures: tuple[str, ...] = ()  # columns of the table of fairs


def of(page: Page) -> View:
    """The view of a page."""
    if isinstance(page, RunPage):
        return _of_run(page)
    if isinstance(page, ComparisonPage):
        return _of_comparison(page)
    if isinstance(page, SearchPage):
        return _of_search(page)
    return View({"targets": charts.targets_chart(page.about["targets_in_fit"])})


def _of_run(page: RunPage) -> View:
    drawn: dict[str, Option] = {}
    reported = [row for row in page.summary.rows if row.reported]
    if reported:
        drawn["reported"] = charts.reported_chart(reported)
    if len(page.hours) >= FEWEST_FOR_A_CHART:
        drawn["flow"] = charts.lines_chart(page.hours, FLOW, _("People inside, in queues and in interviews"))
        drawn["traffic"] = charts.lines_chart(page.hours, TRAFFIC, _("Arrivals and interviews"))
        drawn["waits"] = charts.lines_chart(page.hours, WAITS, _("Mean wait at a booth, in minutes"))
    if len(page.days) >= FEWEST_FOR_A_CHART:
        drawn["pool"] = charts.lines_chart(page.days, POOL, _("People who look for work, and open posts"))
        drawn["visits"] = charts.lines_chart(page.days, VISITS, _("Visits and intents by day"))
    drawn["calendar"] = calendars.calendar_chart(page.calendar)
    for parts in page.parts:
        shown = replace(parts, parts=tuple(one for one in parts.parts if one.rows))
        measure = part_measure(shown)
        if measure and shown.parts:
            drawn[parts.kind] = charts.parts_chart(shown, measure)
    if page.booths is not None and sum(one.interviews > 0 for one in page.booths.figures) >= FEWEST_FOR_A_CHART:
        drawn["booths"] = charts.booths_chart(page.booths)
    measures = tuple(dict.fromkeys(name for fair in page.calendar for name in fair.rows))
    replay = None if page.replay is None else replay_document(page.replay)
    is_season = len({fair.date for fair in page.calendar}) > 1
    at_booths, bound, campaign = (_rows(page, names) for names in (AT_BOOTHS, words.BOUND, words.CAMPAIGN))
    return View(
        drawn,
        replay,
        at_booths=at_booths,
        bound=bound,
        campaign=campaign,
        is_season=is_season,
        fair_measures=measures,
    )


def _rows(page: RunPage, names: Sequence[str]) -> tuple[SummaryRow, ...]:
    """Those of these measures that the run has, in this order."""
    known = {row.name: row for row in page.summary.rows}
    return tuple(known[name] for name in names if name in known)


def part_measure(parts: Parts) -> str | None:
    """The measure by which groups or districts are drawn: what is fair is the chance of each person."""
    return next((name for name in PART_CHARTS if all(name in one.rows for one in parts.parts)), None)


def _of_comparison(page: ComparisonPage) -> View:
    drawn = {"pareto": plan_charts.pareto_chart(page.points, page.gain_measure, page.pain_measure)}
    for number, other in enumerate(page.comparison.alternatives):
        if not other.is_equal and page.comparison.replications > 1:
            drawn[f"differences{number}"] = plan_charts.differences_chart(other.headline)
    if any(rows for _label, rows in page.hours):
        drawn["inside"] = plan_charts.plans_by_hour(page.hours, "inside", _("People inside"))
        drawn["waiting"] = plan_charts.plans_by_hour(page.hours, "waiting", _("People in queues at booths"))
    parts = [_parts_of(other) for other in page.comparison.alternatives]
    causes: list[Causes] = []
    for other, (_label, rows) in zip(page.comparison.alternatives, parts, strict=True):
        shown = {("group" if row.key.group else "district", row.key.group or row.key.district) for row in rows}
        found = causes_of(other, shown)
        if found is not None:
            if page.comparison.replications > 1:
                drawn[f"causes{len(causes)}"] = plan_charts.causes_chart(found)
            causes.append(found)
    return View(drawn, parts=tuple(one for one in parts if one[1]), causes=tuple(causes))


def _of_search(page: SearchPage) -> View:
    plans = (page.own, *searches.shown_plans(page))
    days = [one.date for plan in plans for one in plan.calendar if one.date is not None]
    span = (min(days), max(days))
    drawn = {f"calendar{number}": calendars.season_chart(plan.calendar, span) for number, plan in enumerate(plans)}
    for number, aim in enumerate(page.aims):
        drawn[f"gain{number}"] = plan_charts.gains_chart(page.plans, aim)
    gain, pain = page.axes
    cloud = [(one.values[1], one.values[0]) for one in page.tried] if len(page.aims) > 1 else []
    finite = [pair for pair in cloud if all(map(math.isfinite, pair))]
    high = pain.better == HIGHER
    drawn["pareto"] = plan_charts.pareto_chart(page.points, gain.measure, pain.measure, high, finite)
    drawn["search"] = plan_charts.search_chart(page)
    return View(drawn)


def _parts_of(other: Alternative) -> tuple[str, tuple[Difference, ...]]:
    """The differences by one group or one district, and nothing else."""
    rows = tuple(
        row
        for row in other.others
        if (row.key.group or row.key.district) and not (row.key.fair or row.key.booth or row.key.hour)
    )
    hidden: set[tuple[str, str]] = set()
    for kind in ("group", "district"):
        means: dict[str, dict[str, float]] = {}
        for row in rows:
            if getattr(row.key, kind):
                means.setdefault(getattr(row.key, kind), {})[row.name] = min(row.base, row.other)
        people = {name: people_in(own) for name, own in means.items()}
        hidden |= {(kind, name) for name in hidden_cells(people, USUAL_SMALLEST)}
    return other.label, tuple(
        row for row in rows if not {("group", row.key.group), ("district", row.key.district)} & hidden
    )


def replay_document(replay: Replay) -> dict[str, Any]:
    """What the animation is given: the packed columns, the times, and what it says."""
    return {
        **replay.packed,
        "begins": replay.begins,
        "ends": replay.ends,
        "opens": replay.opens,
        "closes": replay.closes,
        "booths": replay.booths,
        "each": replay.seekers / max(replay.shown, 1),
        "says": {
            "play": _("Play"),
            "pause": _("Pause"),
            "entrance": _("Entrance"),
            "exit": _("Exit"),
            "outside": _("outside"),
            "walking": _("on the way"),
            "waiting": _("in queues"),
            "talking": _("in interviews"),
            "happy": _("left with an intent"),
            "gone": _("left without"),
            "clock": _("Clock"),
            "begins": clock_text(replay.begins),
            "name": words.drawn(replay.venue or replay.fair, 80),
        },
    }
