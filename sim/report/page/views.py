"""Which charts and which animation go with a page, each under the name by which its template calls it.

From the page's values to what the browser's program is given. Knows no template.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sim.language import _
from sim.model.values import clock_text
from sim.report.page import charts, words
from sim.report.page.data import ComparisonPage, FitPage, Parts, Replay, RunPage
from sim.study.compare import Alternative, Difference

FEWEST_FOR_A_CHART = 2
FLOW = {"inside_time_average": "@inside", "waiting_time_average": "@wait", "talking_time_average": "@talk"}
TRAFFIC = {"arrivals": "@inside", "interviews": "@talk"}
WAITS = {"wait_minutes_mean": "@wait"}
MOST_CHANGES = 40
PART_CHARTS = ("intents_per_seeker", "intents", "starts")


@dataclass(frozen=True)
class View:
    """What the browser draws."""

    charts: dict[str, charts.Option]
    replay: dict[str, Any] | None = None
    parts: tuple[tuple[str, tuple[Difference, ...]], ...] = ()  # by plan, differences by group and district
    most_changes: int = MOST_CHANGES
    is_season: bool = False  # fairs on more than one date
    fair_measures: tuple[str, ...] = ()  # columns of the table of fairs


def of(page: RunPage | ComparisonPage | FitPage) -> View:
    """The view of a page."""
    if isinstance(page, RunPage):
        return _of_run(page)
    if isinstance(page, ComparisonPage):
        return _of_comparison(page)
    return View({"targets": charts.targets_chart(page.about["targets_in_fit"])})


def _of_run(page: RunPage) -> View:
    drawn: dict[str, charts.Option] = {}
    reported = [row for row in page.summary.rows if row.reported]
    if reported:
        drawn["reported"] = charts.reported_chart(reported)
    hours = [hour for hour, _rows in page.summary.by_hour if "-" not in hour]
    if len(hours) >= FEWEST_FOR_A_CHART:
        drawn["flow"] = charts.hours_chart(page.summary, FLOW, _("People inside, in queues and in interviews"))
        drawn["traffic"] = charts.hours_chart(page.summary, TRAFFIC, _("Arrivals and interviews"))
        drawn["waits"] = charts.hours_chart(page.summary, WAITS, _("Mean wait at a booth, in minutes"))
    drawn["calendar"] = charts.calendar_chart(page.calendar)
    for parts in page.parts:
        measure = part_measure(parts)
        if measure:
            drawn[parts.kind] = charts.parts_chart(parts, measure)
    if page.booths is not None and sum(one.interviews > 0 for one in page.booths.figures) >= FEWEST_FOR_A_CHART:
        drawn["booths"] = charts.booths_chart(page.booths)
    measures = tuple(dict.fromkeys(name for fair in page.calendar for name in fair.rows))
    replay = None if page.replay is None else replay_document(page.replay)
    is_season = len({fair.date for fair in page.calendar}) > 1
    return View(drawn, replay, is_season=is_season, fair_measures=measures)


def part_measure(parts: Parts) -> str | None:
    """The measure by which groups or districts are drawn: what is fair is the chance of each person."""
    return next((name for name in PART_CHARTS if all(name in one.rows for one in parts.parts)), None)


def _of_comparison(page: ComparisonPage) -> View:
    drawn = {"pareto": charts.pareto_chart(page.points, page.gain_measure, page.pain_measure)}
    for number, other in enumerate(page.comparison.alternatives):
        if not other.is_equal and page.comparison.replications > 1:
            drawn[f"differences{number}"] = charts.differences_chart(other.headline)
    if any(rows for _label, rows in page.hours):
        drawn["inside"] = charts.plans_by_hour(page.hours, "inside", _("People inside"))
        drawn["waiting"] = charts.plans_by_hour(page.hours, "waiting", _("People in queues at booths"))
    return View(drawn, parts=tuple(_parts_of(other) for other in page.comparison.alternatives if _parts_of(other)[1]))


def _parts_of(other: Alternative) -> tuple[str, tuple[Difference, ...]]:
    """The differences by one group or one district, and nothing else."""
    return other.label, tuple(
        row
        for row in other.others
        if (row.key.group or row.key.district) and not (row.key.fair or row.key.booth or row.key.hour)
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
