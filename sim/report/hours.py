"""The day by the hour: the measures of the clock's hours and windows and of days, as tables and as JSON values.

A row per hour or day, a column per measure, each mean with half of its interval. It takes a Summary and must not know
how it was computed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.language import _
from sim.report.summary import Summary, SummaryRow, format_figure, json_row

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

Hour = tuple[str, tuple[SummaryRow, ...]]
ONE_LINE_FROM_WIDTH = 100
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def by_hour_json(summary: Summary) -> list[dict[str, Any]]:
    """The measures by the hour and by window as JSON values."""
    return [{"hour": hour, "measures": [json_row(row) for row in rows]} for hour, rows in summary.by_hour]


def render_hours(summary: Summary, console: Console) -> None:
    """Print the measures by the hour and by window, and those by the day, which are others.

    On a narrow terminal half-widths go below their means.
    """
    from sim.report.terminal import shown_line

    if not summary.by_hour:
        return
    sign = "+-" if console.options.ascii_only else "±"
    said = _("By the hour: mean {sign} half of its 95 % interval; time averages are over every minute of it.")
    console.print()
    console.print(shown_line(said.format(sign=sign)), soft_wrap=True)
    tables: dict[tuple[str, ...], list[Hour]] = {}
    for hour in summary.by_hour:
        tables.setdefault(tuple(row.name for row in hour[1]), []).append(hour)
    for hours in tables.values():
        console.print()
        console.print(_table(hours, sign, console.width >= ONE_LINE_FROM_WIDTH))


def _table(hours: Sequence[Hour], sign: str, on_one_line: bool) -> Table:
    """Hours, or days, with the same measures."""
    from rich import box
    from rich.table import Table

    from sim.report.terminal import measure_label, shown_cell

    gap = " " if on_one_line else "\n"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    are_days = all(DAY.fullmatch(name) for name, _rows in hours)
    table.add_column(_("day") if are_days else _("hour"), overflow="fold")
    for row in hours[0][1]:
        table.add_column(measure_label(row.name, row.unit).replace("_", "\n"), justify="right", overflow="fold")
    for hour, rows in hours:
        name = hour if are_days else hour.replace("-", f"-{gap.strip(' ')}")
        table.add_row(shown_cell(name), *(shown_cell(_with_half_width(row, gap + sign)) for row in rows))
    return table


def _with_half_width(row: SummaryRow, sign: str) -> str:
    """The mean of a row, and how far its interval reaches to either side."""
    mean = format_figure(row.mean, row)
    if math.isnan(row.low) or math.isnan(row.high):
        return mean
    return f"{mean.removesuffix(' %')}{sign}{format_figure((row.high - row.low) / 2, row)}"
