"""What all charts of the page are put together from: options of ECharts as plain dicts.

Rows with ranges, planes, lines over time within bands. Colours are names such as "@wait", for which the page puts
those of its light or dark theme. It must not know what a chart is about.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from sim.report.page.data import Spread

Option = dict[str, Any]
ROW_HEIGHT, AXES_HEIGHT = 34, 76
MOST_SYMBOLS = 30  # of a line
MOST_PLANS = 6  # of a search, that have a column and a calendar


def chart(option: Option, height: int, tips: Sequence[Any] = (), name: str = "") -> Option:
    """A chart for the page: what ECharts is told, its height, the tooltips and a description for who cannot see it."""
    return {"option": option, "height": height, "tips": list(tips), "name": name}


def height(rows: int) -> int:
    """Of a chart with so many rows, in pixels."""
    return AXES_HEIGHT + ROW_HEIGHT * max(rows, 1)


def rows_of(names: Sequence[str]) -> Option:
    """A chart with a row for each name, from the top."""
    return {
        "grid": {"left": 8, "right": 20, "top": 8, "bottom": 8, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "yAxis": {
            "type": "category", "data": list(names), "inverse": True, "axisTick": {"show": False},
            "axisLine": {"lineStyle": {"color": "@grid"}}, "axisLabel": {"color": "@ink", "cut": True, "interval": 0},
        },
    }  # fmt: skip


def ranges(names: Sequence[str], data: Sequence[Sequence[Any]], colour: str) -> Option:
    """A row for each name with a range and the middle in it."""
    option = rows_of(names)
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


def rule(at: float | None, axis: str = "xAxis") -> Option:
    """A line across the whole chart."""
    style = {"color": "@ink", "type": "dashed", "width": 1.5}
    mark = {"silent": True, "symbol": "none", "label": {"show": False}, "data": [{axis: at}], "lineStyle": style}
    return {"type": "line", "data": [], "markLine": mark}


def plane(x: str, y: str) -> Option:
    """Two axes with names, for points."""
    axis = {"type": "value", "scale": True, "splitLine": {"lineStyle": {"color": "@grid"}}}
    named = {**axis, "nameTextStyle": {"color": "@soft"}, "axisLabel": {"color": "@soft"}}
    return {
        "grid": {"left": 8, "right": 16, "top": 34, "bottom": 36, "containLabel": True},
        "tooltip": {"trigger": "item"},
        "xAxis": {**named, "name": x, "nameLocation": "middle", "nameGap": 30},
        "yAxis": {**named, "name": y, "nameTextStyle": {"color": "@soft", "align": "left"}},
    }


def over_stretches(names: Sequence[str], series: Sequence[Option]) -> Option:
    """Lines over hours, days or generations, of which those that lead have a name in the legend."""
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


def band(name: str, spreads: Sequence[Spread], colour: str) -> list[Option]:
    """A line of means on a band from 5 to 95 %: what lies below the band is stacked under it and not seen."""
    known = [math.isfinite(one.p05) and math.isfinite(one.p95) for one in spreads]
    below = [number(max(one.p05, 0.0)) if is_known else None for one, is_known in zip(spreads, known, strict=True)]
    width = [
        number(one.p95 - max(one.p05, 0.0)) if is_known else None for one, is_known in zip(spreads, known, strict=True)
    ]
    part = {"type": "line", "stack": f"band {name}", "symbol": "none", "silent": True, "lineStyle": {"opacity": 0}}
    line = {
        "type": "line", "name": name, "lead": True, "data": [number(one.mean) for one in spreads], "symbol": "circle",
        "symbolSize": 5, "showSymbol": len(spreads) <= MOST_SYMBOLS,
        "lineStyle": {"color": colour, "width": 2.5}, "itemStyle": {"color": colour},
    }  # fmt: skip
    return [
        {**part, "data": below},
        {**part, "data": width, "areaStyle": {"color": colour, "opacity": 0.2}},
        line,
    ]


def number(value: float) -> float | None:
    """A number as JSON knows it, as fine as a screen."""
    return float(f"{value:.6g}") if math.isfinite(value) else None


def in_percent(share: float) -> float | None:
    """A share in percent as JSON knows it."""
    return round(share * 100.0, 3) if math.isfinite(share) else None
