"""Charts of a run and of a fit as options of ECharts: plain dicts, built from the page's values.

Texts of tooltips stand ready in `tips`, so that no number is formatted in the browser. Knows nothing of how options
are drawn.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.language import _
from sim.report.page import drawing, words
from sim.report.page.data import Booths, Part, Parts, spread_of
from sim.report.summary import SummaryRow, within

MOST_POINTS = 2_000


def reported_chart(rows: Sequence[SummaryRow]) -> drawing.Option:
    """Simulated figures as shares of the reported ones: the range of one season, the mean, the line of 100 %."""
    shown = [row for row in rows if row.reported]
    data, tips = [], []
    for row in shown:
        reported = row.reported or math.nan
        data.append([drawing.in_percent(value / reported) for value in (row.p05, row.mean, row.p95)])
        tips.append(
            _("{label}\nreported {reported}\nsimulated {mean} (one season: {range})").format(
                label=words.label(row.name),
                reported=words.figure(row, row.reported),
                mean=words.figure(row),
                range=words.span(row, row.p05, row.p95),
            )
        )
    option = drawing.ranges([words.label(row.name) for row in shown], data, "@sim")
    option["xAxis"] |= {"name": _("simulated, in percent of reported"), "axisLabel": {"formatter": "{value} %"}}
    option["series"].append(drawing.rule(100))
    return drawing.chart(option, drawing.height(len(shown)), tips, _("Simulated in percent of reported"))


def lines_chart(stretches: Sequence[Part], measures: Mapping[str, str], title: str) -> drawing.Option:
    """Lines over hours or days, each within the band of one season. `measures`: colour by name of measure."""
    names = [one.name for one in stretches]
    series: list[drawing.Option] = []
    for name, colour in measures.items():
        series += drawing.band(words.label(name), [spread_of(one.rows[name]) for one in stretches], colour)
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
    return drawing.chart(drawing.over_stretches(names, series), 280, tips, title)


def parts_chart(parts: Parts, measure: str) -> drawing.Option:
    """A measure by group or district, with the 95 % intervals of the means."""
    rows = [one.rows[measure] for one in parts.parts]
    factor = 100.0 if rows and rows[0].unit == "share" else 1.0
    data = []
    for row in rows:
        low, high = within(row.low, row.high, row) if math.isfinite(row.low) else (row.low, row.high)
        data.append([drawing.number(value * factor) for value in (low, row.mean, high)])
    tips = [
        _("{label}\n{measure}: {mean} (95 % interval {interval})").format(
            label=words.drawn(one.name),
            measure=words.label(measure),
            mean=words.with_unit(row),
            interval=words.span(row, row.low, row.high),
        )
        for one, row in zip(parts.parts, rows, strict=True)
    ]
    option = drawing.ranges([words.drawn(one.name, 26) for one in parts.parts], data, "@sim")
    unit = "%" if factor == 100.0 else words.unit(rows[0].unit) if rows else ""
    option["xAxis"] |= {"name": f"{words.label(measure)} ({unit})" if unit else words.label(measure), "min": 0}
    return drawing.chart(option, drawing.height(len(rows)), tips, words.label(measure))


def booths_chart(booths: Booths) -> drawing.Option:
    """Every booth by its interviews and its mean wait; the size says how many recruiters it has."""
    shown = [one for one in booths.busiest(MOST_POINTS) if one.interviews]
    most = max((one.recruiters for one in shown), default=1)
    points, tips = [], []
    for one in shown:
        size = 5 + 9 * math.sqrt(one.recruiters / max(most, 1))
        points.append({"value": [one.interviews, drawing.number(one.wait_minutes_mean)], "symbolSize": round(size, 1)})
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
    option = drawing.plane(_("interviews at the booth"), _("mean wait (minutes)"))
    option["series"] = [
        {"type": "scatter", "data": points, "itemStyle": {"color": "@wait", "opacity": 0.6, "borderColor": "@ink"}}
    ]
    return drawing.chart(option, 320, tips, _("Booths by interviews and mean wait"))


def targets_chart(targets: Sequence[Mapping[str, Any]]) -> drawing.Option:
    """Fitted figures in percent of the reported ones."""
    shown = [one for one in targets if one["reported"]]
    data = [[drawing.in_percent(value / one["reported"]) for value in one["fitted"]] for one in shown]
    tips = [
        _("{name}\nreported {reported}, fitted {median} (5-95 %: {range})").format(
            name=one["id"],
            reported=words.number(one["reported"], 4),
            median=words.number(one["fitted"][1]),
            range=words.between(words.number(one["fitted"][0]), words.number(one["fitted"][2])),
        )
        for one in shown
    ]
    option = drawing.ranges([one["id"] for one in shown], data, "@sim")
    option["xAxis"] |= {"name": _("fitted, in percent of reported"), "axisLabel": {"formatter": "{value} %"}}
    option["series"].append(drawing.rule(100))
    return drawing.chart(option, drawing.height(len(shown)), tips, _("Fitted in percent of reported"))
