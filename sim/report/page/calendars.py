"""The calendar as a chart: venues against dates, or, of a single day, against the clock.

Of a run the dots say how many people come; of a plan, of which nothing is simulated fair by fair, how many firms. It
must not know where a calendar comes from.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Sequence

from sim.language import _
from sim.model.values import clock_text
from sim.report.page import drawing, words
from sim.report.page.data import FairPlan

SMALLEST_DOT, LARGEST_DOT = 7.0, 22.0
MOST_VENUES = 45  # rows that a page holds

Span = tuple[datetime.date, datetime.date]


def calendar_chart(calendar: Sequence[FairPlan]) -> drawing.Option:
    """Venues against dates; of a single day, venues against the clock."""
    dates = {one.date for one in calendar}
    return _one_day(calendar) if len(dates) == 1 else season_chart(calendar)


def _one_day(calendar: Sequence[FairPlan]) -> drawing.Option:
    names = [words.drawn(one.venue or one.id, 30) for one in calendar]
    first = 60 * math.floor(min(one.opens for one in calendar) / 60)
    last = 60 * math.ceil(max(one.closes for one in calendar) / 60)
    bars = [
        {
            "value": drawing.number(one.closes - one.opens),
            "label": {"formatter": _outcome(one)},
            "itemStyle": {"color": "@fair"},
        }
        for one in calendar
    ]
    ticks = list(range(first, last + 1, 60))
    option = drawing.rows_of(names)
    option["xAxis"] = {
        "type": "value", "min": first, "max": last, "interval": 60, "splitLine": {"lineStyle": {"color": "@grid"}},
        "axisLabel": {"color": "@soft", "texts": {str(tick): clock_text(tick) for tick in ticks}, "hideOverlap": True},
    }  # fmt: skip
    bar = {"type": "bar", "stack": "day", "barWidth": 22}
    option["series"] = [
        {
            **bar,
            "data": [drawing.number(one.opens) for one in calendar],
            "silent": True,
            "itemStyle": {"color": "transparent"},
        },
        {
            **bar,
            "data": bars,
            "label": {"show": True, "position": "inside", "color": "@onfair", "overflow": "truncate"},
        },
    ]
    return drawing.chart(option, drawing.height(len(names)), [_tip(one) for one in calendar], _("The calendar"))


def season_chart(calendar: Sequence[FairPlan], span: Span | None = None) -> drawing.Option:
    """A row for each venue, or for each district where there are more venues than a page holds.

    The days are those of the calendar, or `span`, so that two calendars can be laid side by side.
    """
    dated = [(one.date, one) for one in calendar if one.date is not None]
    first, last = span or (min(day for day, _fair in dated), max(day for day, _fair in dated))
    by_venue = list(dict.fromkeys(one.venue or one.id for one in calendar))
    rows = by_venue
    if len(rows) > MOST_VENUES:
        rows = list(dict.fromkeys(one.district for one in calendar))

    def row_of(one: FairPlan) -> int:
        return rows.index((one.venue or one.id) if rows is by_venue else one.district)

    most = max((_size(one) for one in calendar), default=1.0)
    points, tips = [], []
    for day, one in dated:
        share = _size(one) / most if most > 0 else 0.0
        dot = SMALLEST_DOT + (LARGEST_DOT - SMALLEST_DOT) * math.sqrt(max(share, 0.0))
        points.append({"value": [(day - first).days, row_of(one)], "symbolSize": round(dot, 1)})
        tips.append(_tip(one))
    days = [(first + datetime.timedelta(number)).isoformat() for number in range((last - first).days + 1)]
    option = drawing.rows_of([words.drawn(name, 26) for name in rows])
    option["xAxis"] = {
        "type": "category", "data": days,
        "axisLabel": {"color": "@soft", "hideOverlap": True, "alignMaxLabel": "right"},
        "splitLine": {"show": False},
    }  # fmt: skip
    option["yAxis"]["axisLabel"]["margin"] = 14  # for half of the largest dot
    option["yAxis"]["splitLine"] = {"show": True, "lineStyle": {"color": "@grid"}}
    option["series"] = [
        {"type": "scatter", "data": points, "itemStyle": {"color": "@fair", "opacity": 0.8, "borderColor": "@paper"}}
    ]
    return drawing.chart(option, drawing.AXES_HEIGHT + 24 * len(rows), tips, _("The calendar"))


def _size(one: FairPlan) -> float:
    """People who come, or firms where nothing was simulated."""
    size = one.rows["seekers"].mean if "seekers" in one.rows else one.firms
    return size if math.isfinite(size) else 0.0


def _outcome(one: FairPlan) -> str:
    """What came out at a fair, on its bar; of a plan, how large it is."""
    if "seekers" not in one.rows:
        return _("{firms} firms").format(firms=words.count(one.firms))
    seekers, intents = one.rows["seekers"], one.rows["intents"]
    return _("{seekers} people, {intents} intents").format(
        seekers=words.count(seekers.mean), intents=words.count(intents.mean)
    )


def _tip(one: FairPlan) -> str:
    lines = [
        words.drawn(one.venue or one.id, 80),
        " ".join(filter(None, (words.day(one.date), words.between(clock_text(one.opens), clock_text(one.closes))))),
        _outcome(one),
    ]
    if one.district and one.district != one.venue:
        lines.insert(1, words.drawn(one.district, 80))
    return "\n".join(lines)
