"""The day by the hour: the measures of the clock's hours and windows, as a table and as JSON values.

A row per hour, a column per measure, each mean with half of its interval. It takes a Summary and must not know how it
was computed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from sim.language import _
from sim.report.summary import Summary, SummaryRow, format_figure, json_row

if TYPE_CHECKING:
    from rich.console import Console

ONE_LINE_FROM_WIDTH = 100


def by_hour_json(summary: Summary) -> list[dict[str, Any]]:
    """The measures by the hour and by window as JSON values."""
    return [{"hour": hour, "measures": [json_row(row) for row in rows]} for hour, rows in summary.by_hour]


def render_hours(summary: Summary, console: Console) -> None:
    """Print the measures by the hour and by window; on a narrow terminal half-widths go below their means."""
    from rich import box
    from rich.table import Table

    from sim.report.terminal import measure_label, shown_cell, shown_line

    if not summary.by_hour:
        return
    sign = "+-" if console.options.ascii_only else "±"
    gap = " " if console.width >= ONE_LINE_FROM_WIDTH else "\n"
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    table.add_column(_("hour"), overflow="fold")
    for row in summary.by_hour[0][1]:
        table.add_column(measure_label(row.name).replace("_", "\n"), justify="right", overflow="fold")
    for hour, rows in summary.by_hour:
        name = hour.replace("-", f"-{gap.strip(' ')}")
        table.add_row(shown_cell(name), *(shown_cell(_with_half_width(row, gap + sign)) for row in rows))
    said = _("By the hour: mean {sign} half of its 95 % interval; time averages are over every minute of it.")
    heading = said.format(sign=sign)
    console.print()
    console.print(shown_line(heading), soft_wrap=True)
    console.print()
    console.print(table)


def _with_half_width(row: SummaryRow, sign: str) -> str:
    """The mean of a row, and how far its interval reaches to either side."""
    mean = format_figure(row.mean, row)
    if math.isnan(row.low) or math.isnan(row.high):
        return mean
    return f"{mean.removesuffix(' %')}{sign}{format_figure((row.high - row.low) / 2, row)}"
