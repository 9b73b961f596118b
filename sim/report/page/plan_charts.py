"""Charts that set plans against each other: differences, what each brings and costs, the hours of all.

Options of ECharts from the page's values, texts of tooltips ready in `tips`. It must not know how plans were compared
or found.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.language import _
from sim.report.explaining import step_about, step_name
from sim.report.page import drawing, searches, words
from sim.report.page.causes import Causes, signed
from sim.report.page.data import Aim, FoundPlan, PlanHour, PlanPoint, SearchPage, Spread
from sim.study.compare import HIGHER

MOST_POINTS = 2_000

Pair = tuple[float, float]


def plans_by_hour(hours: Sequence[tuple[str, Sequence[PlanHour]]], part: str, title: str) -> drawing.Option:
    """People inside or waiting by the hour, a line and a band for each plan."""
    names = list(dict.fromkeys(one.hour for _label, rows in hours for one in rows))
    series: list[drawing.Option] = []
    found = [(label, {one.hour: getattr(one, part) for one in rows}) for label, rows in hours]
    nothing = Spread(*[math.nan] * 5)
    for number, (label, own) in enumerate(found):
        series += drawing.band(words.drawn(label), [own.get(hour, nothing) for hour in names], f"@plan{number % 6}")
    tips = []
    for hour in names:
        lines = [f"{words.drawn(label)}: {words.count(own.get(hour, nothing).mean)}" for label, own in found]
        tips.append("\n".join([hour, *lines]))
    return drawing.chart(drawing.over_stretches(names, series), 280, tips, title)


def differences_chart(rows: Sequence[Any]) -> drawing.Option:
    """Paired differences in percent of the base, with the intervals that hold all together."""
    shown = [row for row in rows if row.base > 0 and math.isfinite(row.low)]
    data = [[drawing.in_percent(value / row.base) for value in (row.low, row.difference, row.high)] for row in shown]
    colours = {"better": "@good", "worse": "@bad"}
    tips = [
        _("{label}: {change} % ({low} to {high} %), {verdict}").format(
            label=words.label(row.name),
            change=f"{values[1]:+.2f}",
            low=f"{values[0]:+.2f}",
            high=f"{values[2]:+.2f}",
            verdict=_(words.VERDICTS[row.verdict]) if row.verdict else _("no direction is better"),
        )
        for row, values in zip(shown, data, strict=True)
    ]
    option = drawing.ranges([words.label(row.name) for row in shown], data, "@soft")
    option["series"][0]["colours"] = [colours.get(row.verdict or "", "@soft") for row in shown]
    option["xAxis"] |= {"name": _("difference in percent of the base"), "axisLabel": {"formatter": "{value} %"}}
    option["series"].append(drawing.rule(0))
    return drawing.chart(option, drawing.height(len(shown)), tips, _("Differences in percent of the base"))


def causes_chart(found: Causes) -> drawing.Option:
    """What each step on the way to an intent has of the difference, with its interval."""
    shown = [one for one in found.steps if math.isfinite(one.low)]
    tips = [
        _("{label}: {change} intents ({low} to {high})").format(
            label=step_about(one.name),
            change=signed(one.difference, one),
            low=signed(one.low, one),
            high=signed(one.high, one),
        )
        for one in shown
    ]
    data = [[drawing.number(value) for value in (one.low, one.difference, one.high)] for one in shown]
    option = drawing.ranges([step_name(one.name) for one in shown], data, "@soft")
    option["series"][0]["colours"] = ["@good" if one.low > 0 else "@bad" if one.high < 0 else "@soft" for one in shown]
    option["xAxis"] |= {"name": _("difference in intents")}
    option["series"].append(drawing.rule(0))
    return drawing.chart(option, drawing.height(len(shown)), tips, _("Where the difference in intents comes from"))


def pareto_chart(
    points: Sequence[PlanPoint], gain: str, pain: str, high_pain: bool = False, cloud: Sequence[Pair] = ()
) -> drawing.Option:
    """What each plan brings against what it costs; efficient plans are joined.

    Of `pain`, less is better unless `high_pain`. `cloud`: further plans as dots, pain and gain of each.
    """
    option = drawing.plane(words.label(pain), words.label(gain))
    line = sorted((one for one in points if one.is_efficient), key=lambda one: one.pain.mean)
    front = {
        "type": "line", "silent": True, "symbol": "none", "step": "start" if high_pain else "end",
        "data": [[drawing.number(one.pain.mean), drawing.number(one.gain.mean)] for one in line],
        "lineStyle": {"color": "@good", "type": "dashed"},
    }  # fmt: skip
    crosses, tips = [], []
    for number, one in enumerate(points):
        value = [one.pain.mean, one.gain.mean, one.pain.low, one.pain.high, one.gain.low, one.gain.high]
        crosses.append(_cross(words.drawn(words.plan_label(one.label)), value, number))
        tips.append(
            f"{words.drawn(words.plan_label(one.label))}\n{words.label(gain)}: {words.number(one.gain.mean, 4)}\n"
            f"{words.label(pain)}: {words.number(one.pain.mean)}"
        )
    option["series"] = [front, *([_cloud(cloud)] if cloud else []), *crosses]
    option["legend"] = {"type": "plain", "bottom": 0, "textStyle": {"color": "@ink"}}
    option["legend"]["data"] = [one["name"] for one in crosses]
    option["grid"]["bottom"] = 56 + 22 * (len(points) // 3)
    return drawing.chart(option, 380, tips, _("Plans by what they bring and what they cost"))


def gains_chart(plans: Sequence[FoundPlan], aim: Aim) -> drawing.Option:
    """What the plans of a search bring more than the own calendar, with intervals that hold all together."""
    factor = 100.0 if plans[0].rows[aim.measure].unit == "share" else 1.0
    names = [words.drawn(words.plan_label(one.label)) for one in plans]
    gains = [one.gains[aim.measure] for one in plans]
    data = [[drawing.number(value * factor) for value in (one.low, one.mean, one.high)] for one in gains]
    option = drawing.ranges(names, data, "@soft")
    colours = {1: "@good", -1: "@bad", 0: "@soft"}
    option["series"][0]["colours"] = [colours[searches.verdict(one, aim)] for one in gains]
    option["xAxis"] |= {"name": _("difference from the own calendar")}
    option["series"].append(drawing.rule(0))
    tips = [f"{name}: {searches.gain_text(plan, aim.measure)}" for name, plan in zip(names, plans, strict=True)]
    return drawing.chart(option, drawing.height(len(plans)), tips, option["xAxis"]["name"])


def search_chart(page: SearchPage) -> drawing.Option:
    """How the search went by the first aim: tried plans by generation, the best so far, at the right the final."""
    aim = page.aims[0]
    is_better = max if aim.better == HIGHER else min
    dots: list[drawing.Option] = []
    tips: list[str] = []
    best: dict[int, float] = {}
    most = max((one.replications for one in page.tried), default=1)
    for one in page.tried:
        value = one.values[0]
        if not math.isfinite(value):
            continue
        best[one.generation] = is_better(best.get(one.generation, value), value)
        if len(dots) < MOST_POINTS:
            size = 5 + 7 * math.sqrt(one.replications / most)
            dots.append({"value": [one.generation - 1, drawing.number(value)], "symbolSize": round(size, 1)})
            text = _("generation {number}: {value}, from {count} replications")
            tips.append(text.format(number=one.generation, value=words.number(value, 4), count=one.replications))
    line, so_far = [], math.nan
    for generation in range(1, page.generations + 1):
        found = best.get(generation, so_far)
        so_far = found if math.isnan(so_far) else is_better(so_far, found)
        line.append([generation - 1, drawing.number(so_far)])
    option = drawing.plane(_("generation"), words.label(aim.measure))
    option["xAxis"] |= {"type": "category", "data": [*map(str, range(1, page.generations + 1)), _("final")]}
    option["series"] = [
        {"type": "scatter", "data": dots, "itemStyle": {"color": "@soft", "opacity": 0.5}},
        {
            "type": "line", "silent": True, "symbol": "none", "step": "end", "data": line,
            "lineStyle": {"color": "@sim", "width": 2.5},
        },
        drawing.rule(drawing.number(page.own.rows[aim.measure].mean), "yAxis"),
    ]  # fmt: skip
    for plan in page.plans:
        row = plan.rows[aim.measure]
        final = [page.generations, row.mean, math.nan, math.nan, row.low, row.high]
        cross = _cross(words.drawn(words.plan_label(plan.label)), final, len(tips))
        cross["colours"] = ["@good"]
        option["series"].append(cross)
        tips.append(f"{cross['name']}: {words.with_unit(row)} ({words.span(row, row.low, row.high)})")
    return drawing.chart(option, 320, tips, _("How the search went"))


def _cross(name: str, value: Sequence[float], number: int) -> drawing.Option:
    """A point with intervals both ways."""
    colour = f"@plan{number % 6}"
    return {
        "type": "custom", "draw": "cross", "name": name, "colours": [colour], "itemStyle": {"color": colour},
        "data": [[drawing.number(part) for part in value]], "encode": {"x": [0, 2, 3], "y": [1, 4, 5]}, "tip": number,
    }  # fmt: skip


def _cloud(points: Sequence[Pair]) -> drawing.Option:
    """Plans that were tried and are not named."""
    shown = [[drawing.number(part) for part in one] for one in points[:MOST_POINTS]]
    return {
        "type": "scatter", "silent": True, "symbolSize": 6, "data": [one for one in shown if None not in one],
        "itemStyle": {"color": "@soft", "opacity": 0.35},
    }  # fmt: skip
