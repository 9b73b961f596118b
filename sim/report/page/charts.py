"""The charts of the page as options of ECharts: plain dicts, built from the page's values.

Colours are names such as "@wait", for which the page puts those of its light or dark theme. Texts of tooltips stand
ready in `tips`, so that no number is formatted in the browser. Knows nothing of how options are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.language import _
from sim.model.values import clock_text
from sim.report.page import words
from sim.report.page.data import Booths, FairPlan, Part, Parts, PlanHour, PlanPoint, Spread
from sim.report.summary import SummaryRow

Option = dict[str, Any]
ROW_HEIGHT, AXES_HEIGHT = 34, 76
MOST_POINTS = 2_000
MOST_SYMBOLS = 30  # of a line
SMALLEST_DOT, LARGEST_DOT = 7.0, 22.0
MINUTES_PER_DAY = 1440


def chart(option: Option, height: int, tips: Sequence[Any] = (), name: str = "") -> Option:
    """A chart for the page: what ECharts is told, its height, the tooltips and a description for who cannot see it."""
    return {"option": option, "height": height, "tips": list(tips), "name": name}


def reported_chart(rows: Sequence[SummaryRow]) -> Option:
    """Simulated figures as shares of the reported ones: the range of one season, the mean, the line of 100 %."""
    shown = [row for row in rows if row.reported]
    data, tips = [], []
    for row in shown:
        reported = row.reported or math.nan
        data.append([_percent(value / reported) for value in (row.p05, row.mean, row.p95)])
        tips.append(
            _("{label}\nreported {reported}\nsimulated {mean} (one season: {range})").format(
                label=words.label(row.name),
                reported=words.figure(row, row.reported),
                mean=words.figure(row),
                range=words.span(row, row.p05, row.p95),
            )
        )
    option = _ranges([words.label(row.name) for row in shown], data, "@sim")
    option["xAxis"] |= {"name": _("simulated, in percent of reported"), "axisLabel": {"formatter": "{value} %"}}
    option["series"].append(_rule(100))
    return chart(option, _height(len(shown)), tips, _("Simulated in percent of reported"))


def lines_chart(stretches: Sequence[Part], measures: Mapping[str, str], title: str) -> Option:
    """Lines over hours or days, each within the band of one season. `measures`: colour by name of measure."""
    names = [one.name for one in stretches]
    series: list[Option] = []
    for name, colour in measures.items():
        series += _band(words.label(name), [_spread(one.rows[name]) for one in stretches], colour)
    tips = []
    for one in stretches:
        lines = [one.name]
        for name in measures:
            row = one.rows[name]
            text = _("{label}: {mean} (one season: {range})")
            lines.append(
                text.format(label=words.label(name), mean=words.with_unit(row), range=words.span(row, row.p05, row.p95))
            )
        tips.append("\n".join(lines))
    return chart(_over_hours(names, series), 280, tips, title)


def plans_by_hour(hours: Sequence[tuple[str, Sequence[PlanHour]]], part: str, title: str) -> Option:
    """People inside or waiting by the hour, a line and a band for each plan."""
    names = list(dict.fromkeys(one.hour for _label, rows in hours for one in rows))
    series: list[Option] = []
    found = [(label, {one.hour: getattr(one, part) for one in rows}) for label, rows in hours]
    nothing = Spread(*[math.nan] * 5)
    for number, (label, own) in enumerate(found):
        series += _band(words.drawn(label), [own.get(hour, nothing) for hour in names], f"@plan{number % 6}")
    tips = []
    for hour in names:
        lines = [f"{words.drawn(label)}: {words.count(own.get(hour, nothing).mean)}" for label, own in found]
        tips.append("\n".join([hour, *lines]))
    return chart(_over_hours(names, series), 280, tips, title)


def parts_chart(parts: Parts, measure: str) -> Option:
    """A measure by group or district, with the 95 % intervals of the means."""
    rows = [one.rows[measure] for one in parts.parts]
    factor = 100.0 if rows and rows[0].unit == "share" else 1.0
    data = [[_number(value * factor) for value in (row.low, row.mean, row.high)] for row in rows]
    tips = [
        _("{label}\n{measure}: {mean} (95 % interval {interval})").format(
            label=words.drawn(one.name),
            measure=words.label(measure),
            mean=words.with_unit(row),
            interval=words.span(row, row.low, row.high),
        )
        for one, row in zip(parts.parts, rows, strict=True)
    ]
    option = _ranges([words.drawn(one.name, 26) for one in parts.parts], data, "@sim")
    unit = "%" if factor == 100.0 else words.unit(rows[0].unit) if rows else ""
    option["xAxis"] |= {"name": f"{words.label(measure)} ({unit})" if unit else words.label(measure), "min": 0}
    return chart(option, _height(len(rows)), tips, words.label(measure))


def booths_chart(booths: Booths) -> Option:
    """Every booth by its interviews and its mean wait; the size says how many recruiters it has."""
    shown = [one for one in booths.busiest(MOST_POINTS) if one.interviews]
    most = max((one.recruiters for one in shown), default=1)
    points, tips = [], []
    for one in shown:
        size = 5 + 9 * math.sqrt(one.recruiters / max(most, 1))
        points.append({"value": [one.interviews, _number(one.wait_minutes_mean)], "symbolSize": round(size, 1)})
        text = _(
            "{firm} ({fair})\n{interviews} interviews, mean wait {wait} minutes\n"
            "{filled} of {posts} possible intents made"
        )
        tips.append(
            text.format(
                firm=words.drawn(one.firm or _("Firm {number}").format(number=one.booth)),
                fair=words.drawn(one.fair),
                interviews=f"{one.interviews:,}",
                wait=words.number(one.wait_minutes_mean),
                filled=f"{one.posts_filled:,}",
                posts=f"{one.posts:,}",
            )
        )
    option = _plane(_("interviews at the booth"), _("mean wait (minutes)"))
    option["series"] = [
        {"type": "scatter", "data": points, "itemStyle": {"color": "@wait", "opacity": 0.6, "borderColor": "@ink"}}
    ]
    return chart(option, 320, tips, _("Booths by interviews and mean wait"))


def calendar_chart(calendar: Sequence[FairPlan]) -> Option:
    """Venues against dates; of a single day, venues against the clock."""
    dates = {one.date for one in calendar}
    return _one_day(calendar) if len(dates) == 1 else _season(calendar)


def _one_day(calendar: Sequence[FairPlan]) -> Option:
    names = [words.drawn(one.venue or one.id, 30) for one in calendar]
    first = 60 * math.floor(min(one.opens for one in calendar) / 60)
    last = 60 * math.ceil(max(one.closes for one in calendar) / 60)
    bars = [
        {
            "value": _number(one.closes - one.opens),
            "label": {"formatter": _outcome(one)},
            "itemStyle": {"color": "@fair"},
        }
        for one in calendar
    ]
    ticks = list(range(first, last + 1, 60))
    option = _rows(names)
    option["xAxis"] = {
        "type": "value", "min": first, "max": last, "interval": 60, "splitLine": {"lineStyle": {"color": "@grid"}},
        "axisLabel": {"color": "@soft", "texts": {str(tick): clock_text(tick) for tick in ticks}, "hideOverlap": True},
    }  # fmt: skip
    bar = {"type": "bar", "stack": "day", "barWidth": 22}
    option["series"] = [
        {
            **bar,
            "data": [_number(one.opens) for one in calendar],
            "silent": True,
            "itemStyle": {"color": "transparent"},
        },
        {
            **bar,
            "data": bars,
            "label": {"show": True, "position": "inside", "color": "@onfair", "overflow": "truncate"},
        },
    ]
    return chart(option, _height(len(names)), [_fair_tip(one) for one in calendar], _("The calendar"))


def _season(calendar: Sequence[FairPlan]) -> Option:
    """A row for each venue, or for each district where there are more venues than a page holds."""
    by_venue = list(dict.fromkeys(one.venue or one.id for one in calendar))
    rows = by_venue
    if len(rows) > 45:
        rows = list(dict.fromkeys(one.district for one in calendar))

    def row_of(one: FairPlan) -> int:
        return rows.index((one.venue or one.id) if rows is by_venue else one.district)

    dated = [one for one in calendar if one.date is not None]
    first, last = (edge(one.date.toordinal() for one in dated if one.date) for edge in (min, max))
    most = max((one.rows["seekers"].mean for one in calendar), default=1.0)
    points, tips = [], []
    for one in dated:
        assert one.date is not None
        share = one.rows["seekers"].mean / most if most > 0 else 0.0
        size = SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * math.sqrt(max(share, 0.0))
        points.append({"value": [one.date.toordinal() - first, row_of(one)], "symbolSize": round(size, 1)})
        tips.append(_fair_tip(one))
    days = [dated[0].date.fromordinal(number).isoformat() for number in range(first, last + 1) if dated[0].date]
    option = _rows([words.drawn(name, 26) for name in rows])
    option["xAxis"] = {
        "type": "category", "data": days, "axisLabel": {"color": "@soft", "hideOverlap": True},
        "splitLine": {"show": False},
    }  # fmt: skip
    option["yAxis"]["axisLabel"]["margin"] = 14  # for half of the largest dot
    option["yAxis"]["splitLine"] = {"show": True, "lineStyle": {"color": "@grid"}}
    option["series"] = [
        {"type": "scatter", "data": points, "itemStyle": {"color": "@fair", "opacity": 0.8, "borderColor": "@paper"}}
    ]
    return chart(option, AXES_HEIGHT + 24 * len(rows), tips, _("The calendar"))


def differences_chart(rows: Sequence[Any]) -> Option:
    """Paired differences in percent of the base, with the intervals that hold all together."""
    shown = [row for row in rows if row.base > 0 and math.isfinite(row.low)]
    data = [[_percent(value / row.base) for value in (row.low, row.difference, row.high)] for row in shown]
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
    option = _ranges([words.label(row.name) for row in shown], data, "@soft")
    option["series"][0]["colours"] = [colours.get(row.verdict or "", "@soft") for row in shown]
    option["xAxis"] |= {"name": _("difference in percent of the base"), "axisLabel": {"formatter": "{value} %"}}
    option["series"].append(_rule(0))
    return chart(option, _height(len(shown)), tips, _("Differences in percent of the base"))


def pareto_chart(points: Sequence[PlanPoint], gain: str, pain: str) -> Option:
    """What each plan brings against what it costs; efficient plans are joined."""
    option = _plane(words.label(pain), words.label(gain))
    option["series"] = []
    line = sorted((one for one in points if one.is_efficient), key=lambda one: one.pain.mean)
    option["series"].append(
        {
            "type": "line", "silent": True, "symbol": "none", "step": "end",
            "data": [[_number(one.pain.mean), _number(one.gain.mean)] for one in line],
            "lineStyle": {"color": "@good", "type": "dashed"},
        }
    )  # fmt: skip
    tips = []
    for number, one in enumerate(points):
        value = [one.pain.mean, one.gain.mean, one.pain.low, one.pain.high, one.gain.low, one.gain.high]
        option["series"].append(
            {
                "type": "custom", "draw": "cross", "name": words.drawn(one.label), "colours": [f"@plan{number % 6}"],
                "data": [[_number(part) for part in value]], "encode": {"x": [0, 2, 3], "y": [1, 4, 5]}, "tip": number,
                "itemStyle": {"color": f"@plan{number % 6}"},
            }
        )  # fmt: skip
        tips.append(
            f"{words.drawn(one.label)}\n{words.label(gain)}: {words.number(one.gain.mean, 4)}\n"
            f"{words.label(pain)}: {words.number(one.pain.mean)}"
        )
    option["legend"] = {"type": "plain", "bottom": 0, "textStyle": {"color": "@ink"}}
    option["legend"]["data"] = [words.drawn(one.label) for one in points]
    option["grid"]["bottom"] = 56 + 22 * (len(points) // 3)
    return chart(option, 380, tips, _("Plans by what they bring and what they cost"))


def targets_chart(targets: Sequence[Mapping[str, Any]]) -> Option:
    """Fitted figures in percent of the reported ones."""
    shown = [one for one in targets if one["reported"]]
    data = [[_percent(value / one["reported"]) for value in one["fitted"]] for one in shown]
    tips = [
        _("{name}\nreported {reported}, fitted {median} (5-95 %: {range})").format(
            name=one["id"],
            reported=words.number(one["reported"], 4),
            median=words.number(one["fitted"][1]),
            range=words.between(words.number(one["fitted"][0]), words.number(one["fitted"][2])),
        )
        for one in shown
    ]
    option = _ranges([one["id"] for one in shown], data, "@sim")
    option["xAxis"] |= {"name": _("fitted, in percent of reported"), "axisLabel": {"formatter": "{value} %"}}
    option["series"].append(_rule(100))
    return chart(option, _height(len(shown)), tips, _("Fitted in percent of reported"))


def _outcome(one: FairPlan) -> str:
    """What came out at a fair, on its bar."""
    seekers, intents = one.rows["seekers"], one.rows["intents"]
    return _("{seekers} people, {intents} intents").format(
        seekers=words.count(seekers.mean), intents=words.count(intents.mean)
    )


def _fair_tip(one: FairPlan) -> str:
    lines = [
        words.drawn(one.venue or one.id, 80),
        " ".join(filter(None, (words.day(one.date), words.between(clock_text(one.opens), clock_text(one.closes))))),
        _outcome(one),
    ]
    if one.district and one.district != one.venue:
        lines.insert(1, words.drawn(one.district, 80))
    return "\n".join(lines)


# Parts of charts ----------------------------------------------------------------------------------


def _height(rows: int) -> int:
    return AXES_HEIGHT + ROW_HEIGHT * max(rows, 1)


def _rows(names: Sequence[str]) -> Option:
    """A chart with a row for each name, from the top."""
    return {
        "grid": {"left": 8, "right": 20, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "@grid"}}, "axisLabel": {"color": "@ink", "cut": True, "interval": 0},
        },
    }  # fmt: skip


def _ranges(names: Sequence[str], data: Sequence[Sequence[Any]], colour: str) -> Option:
    """A row for each name with a range and the middle in it."""
    option = _rows(names)
    option["xAxis"] = {
        "type": "value", "scale": True, "nameLocation": "middle", "nameGap": 30,
        "nameTextStyle": {"color": "@soft"}, "splitLine": {"lineStyle": {"color": "@grid"}},
    }  # fmt: skip
    option["grid"]["bottom"] = 36
    option["series"] = [
        {
            "type": "custom", "draw": "range", "colours": [colour] * len(names), "encode": {"x": [0, 1, 2], "y": 3},
            "data": [[*values, place] for place, values in enumerate(data)],
        }
    ]  # fmt: skip
    return option


def _rule(at: float) -> Option:
    """A line across all rows."""
    style = {"color": "@ink", "type": "dashed", "width": 1.5}
    mark = {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{"xAxis": at}], "lineStyle": style}
    return {"type": "line", "data": [], "markLine": mark}


def _plane(x: str, y: str) -> Option:
    axis = {"type": "value", "scale": True, "splitLine": {"lineStyle": {"color": "@grid"}}}
    named = {**axis, "nameTextStyle": {"color": "@soft"}, "axisLabel": {"color": "@soft"}}
    return {
        "grid": {"left": 8, "right": 16, "top": 34, "bottom": 36, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {**named, "name": x, "nameLocation": "middle", "nameGap": 30},
        "yAxis": {**named, "name": y, "nameTextStyle": {"color": "@soft", "align": "left"}},
    }


def _over_hours(names: Sequence[str], series: Sequence[Option]) -> Option:
    return {
        "grid": {"left": 8, "right": 16, "top": 16, "bottom": 44, "containLabel": True},
        "tooltip": {"trigger": "axis"},
        "legend": {
            "bottom": 0, "textStyle": {"color": "@ink"}, "data": [one["name"] for one in series if one.get("lead")],
        },
        "xAxis": {
            "type": "category", "data": list(names), "axisLabel": {"color": "@soft"},
            "axisLine": {"lineStyle": {"color": "@grid"}},
        },
        "yAxis": {
            "type": "value", "min": 0, "axisLabel": {"color": "@soft"}, "splitLine": {"lineStyle": {"color": "@grid"}},
        },
        "series": list(series),
    }  # fmt: skip


def _band(name: str, spreads: Sequence[Spread], colour: str) -> list[Option]:
    """A line of means on a band from 5 to 95 %: what lies below the band is stacked under it and not seen."""
    known = [math.isfinite(one.p05) and math.isfinite(one.p95) for one in spreads]
    below = [_number(max(one.p05, 0.0)) if is_known else None for one, is_known in zip(spreads, known, strict=True)]
    width = [
        _number(one.p95 - max(one.p05, 0.0)) if is_known else None for one, is_known in zip(spreads, known, strict=True)
    ]
    part = {"type": "line", "stack": f"band {name}", "symbol": "none", "silent": True, "lineStyle": {"opacity": 0}}
    line = {
        "type": "line", "name": name, "lead": True, "data": [_number(one.mean) for one in spreads], "symbol": "circle",
        "symbolSize": 5, "showSymbol": len(spreads) <= MOST_SYMBOLS,
        "lineStyle": {"color": colour, "width": 2.5}, "itemStyle": {"color": colour},
    }  # fmt: skip
    return [
        {**part, "data": below},
        {**part, "data": width, "areaStyle": {"color": colour, "opacity": 0.2}},
        line,
    ]


def _spread(row: SummaryRow) -> Spread:
    return Spread(row.mean, row.low, row.high, row.p05, row.p95)


def _number(value: float) -> float | None:
    """A number as JSON knows it, as fine as a screen."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def _percent(share: float) -> float | None:
    """A share in percent as JSON knows it."""
    return round(share * 100.0, 3) if math.isfinite(share) else None
