"""A run at a glance: each measure with how sure we are, beside what was reported.

It gives the summary as plain data first, and from the data the headline sentence, the table for the terminal,
the rows of `summary.csv` and the measures of the JSON document. It takes a Sample and must not know how it
was computed.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sim.files import KEY_COLUMNS, csv_text
from sim.language import _, ngettext
from sim.model.scenario import Scenario
from sim.report.terminal import measure_label, spoken_unit
from sim.study.measures import HEADLINE, MeasureKey
from sim.study.replicate import Sample
from sim.study.statistics import QUANTILES_FROM, describe
from sim.study.variance import variance_parts

if TYPE_CHECKING:
    from rich.console import Console

NOTHING = "-"
OPEN_SHARES = ("intents_per_post",)  # may be above 100 %
UNIT_FROM_WIDTH = 100


@dataclass(frozen=True)
class SummaryRow:
    """One measure over all replications. NaN: too few observed values to say."""

    name: str
    unit: str
    mean: float
    low: float
    high: float
    sd: float
    p05: float
    p95: float
    reported: float | None
    ratio: float | None
    missing: int
    sd_draws: float | None = None  # what the parameters' being uncertain contributes to `sd`; None without draws
    sd_chance: float | None = None  # what chance contributes


@dataclass(frozen=True)
class Summary:
    """All measures of a run: the headline ones, and the rest of those that stand for the whole season."""

    scenario: str
    fairs: int
    replications: int
    rows: tuple[SummaryRow, ...]
    draws: int = 0
    by_hour: tuple[tuple[str, tuple[SummaryRow, ...]], ...] = ()  # hours and windows of the clock, over all fairs

    def row(self, name: str) -> SummaryRow:
        """The row of one measure."""
        return next(row for row in self.rows if row.name == name)


def summarise(sample: Sample, scenario: Scenario) -> Summary:
    """The measures of the whole season, headline measures first and in their order."""
    every = sample_rows(sample, scenario.reported)
    season = [row for key, row in zip(sample.keys, every, strict=True) if _is_whole(key)]
    place = {name: number for number, name in enumerate(HEADLINE)}
    season.sort(key=lambda row: place.get(row.name, len(place)))
    draws = 0 if sample.draws is None else len(sample.by_draw())
    hours: dict[str, list[SummaryRow]] = {}
    for key, row in zip(sample.keys, every, strict=True):
        if key.hour and _is_whole(replace(key, hour="")):
            hours.setdefault(key.hour, []).append(row)
    by_hour = tuple((hour, tuple(rows)) for hour, rows in hours.items())
    return Summary(scenario.name, len(scenario.fairs), len(sample.replications), tuple(season), draws, by_hour)


def summary_csv(sample: Sample, scenario: Scenario) -> str:
    """Every measure by fair, booth, hour, group and district, as the text of `summary.csv`."""
    figures = ["mean", "low", "high", "sd", "p05", "p95", "reported", "ratio", "missing"]
    if sample.draws is not None:
        figures += ["sd_draws", "sd_chance"]
    header = ("scenario", *KEY_COLUMNS, "replications", *figures)
    count = len(sample.replications)
    rows = (
        (
            scenario.name,
            *(getattr(key, field) for field in KEY_COLUMNS),
            count,
            *(getattr(row, figure) for figure in figures),
        )
        for key, row in zip(sample.keys, sample_rows(sample, scenario.reported), strict=True)
    )
    return csv_text(header, rows)


def as_json(summary: Summary) -> list[dict[str, Any]]:
    """The headline measures as JSON values; NaN becomes null.

    `reported` is there only where a figure was, the parts of the deviation only where parameters were drawn.
    """
    return [json_row(row) for row in summary.rows if row.name in HEADLINE]


def json_row(row: SummaryRow) -> dict[str, Any]:
    """A row as JSON values."""
    hidden, optional = {"ratio", "missing"}, {"reported", "sd_draws", "sd_chance"}
    return {
        name: None if isinstance(value, float) and math.isnan(value) else value
        for name, value in asdict(row).items()
        if name not in hidden and not (name in optional and value is None)
    }


def headline(summary: Summary) -> str:
    """The outcome in one sentence."""
    row = summary.row("intents")
    fairs = ngettext("{fairs:,} fair", "{fairs:,} fairs", summary.fairs).format(fairs=summary.fairs)
    mean = _people(row.mean)
    interval = _("95 % interval {low} to {high}").format(low=_people(max(row.low, 0.0)), high=_people(row.high))
    if math.isnan(row.low):
        interval = _("one replication, so no interval") if summary.replications == 1 else _("no interval")
    reported = "" if row.reported is None else _("; reported: {reported}").format(reported=_people(row.reported))
    said = ngettext(
        "{mean} person reaches an intent at {fairs} ({interval}){reported}.",
        "{mean} people reach an intent at {fairs} ({interval}){reported}.",
        1 if mean == "1" else 2,
    )
    return said.format(mean=mean, fairs=fairs, interval=interval, reported=reported)


def notes(summary: Summary) -> list[str]:
    """What must be known to read the table."""
    count = summary.replications
    if count == 1:
        lines = [_("One replication: no interval and no range; -n 30 gives both.")]
    elif summary.draws:
        lines = _notes_on_draws(summary)
    else:
        few = _("normal prediction interval (under 20 replications)")
        how = _("sample quantiles") if count >= QUANTILES_FROM else few
        line = _("Interval of the mean: Student t, {count:,} replications. Range of one season: {how}.")
        lines = [line.format(count=count, how=how)]
    gaps: dict[int, list[str]] = {}
    for row in summary.rows:
        if row.missing:
            gaps.setdefault(row.missing, []).append(measure_label(row.name))
    line = _("Not observed in {missing:,} of {count:,} replications, which are left out: {names}.")
    lines += [
        line.format(missing=missing, count=count, names=_(", ").join(names)) for missing, names in sorted(gaps.items())
    ]
    return lines


def _notes_on_draws(summary: Summary) -> list[str]:
    draws, each = summary.draws, summary.replications // summary.draws
    line = _("{draws:,} draws of the parameters, {each:,} replications of each; interval and range include both.")
    lines = [line.format(draws=draws, each=each)]
    if draws == 1 or each == 1:
        lines.append(_("Parameters and chance cannot be told apart: that takes 2 draws and 2 replications of each."))
    return lines


def render(summary: Summary, console: Console, every_measure: bool = False) -> None:
    """Print sentence, table and notes; without colour and lines in ASCII where the output asks for it."""
    from rich import box
    from rich.table import Table

    from sim.report.terminal import shown_cell, shown_line

    rows = [row for row in summary.rows if every_measure or row.name in HEADLINE]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    with_unit = console.width >= UNIT_FROM_WIDTH
    table.add_column(_("measure"), overflow="fold")
    if with_unit:
        table.add_column(_("unit"), overflow="fold")
    names = [_("mean"), _("95 % interval\nof the mean"), _("one season\n5-95 %"), _("reported")]
    names += [_("sd from\nparameters"), _("sd from\nchance")] if summary.draws else []
    for name in names:
        table.add_column(name, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(shown_cell(cell) for cell in _cells(row, with_unit)))
    console.print(shown_line(headline(summary)), soft_wrap=True)
    console.print()
    console.print(table)
    console.print()
    for line in notes(summary):
        console.print(shown_line(line), soft_wrap=True)


def format_figure(value: float | None, row: SummaryRow) -> str:
    """A figure of a row: three significant digits of its mean, thousands separated, shares in percent."""
    if value is None or math.isnan(value):
        return NOTHING
    factor, unit = (100.0, " %") if row.unit == "share" else (1.0, "")
    decimals = 0 if value == row.reported == round(value) else _decimals(row, factor)
    return f"{value * factor:,.{decimals}f}{unit}"


def _people(count: float) -> str:
    """A mean number of people: whole, or with three digits where there are few."""
    if math.isnan(count):
        return NOTHING
    return f"{count:,.0f}" if abs(count) >= 10 or count == round(count) else f"{count:.3g}"


def _decimals(row: SummaryRow, factor: float) -> int:
    shown = [row.mean, row.low, row.high, row.p05, row.p95]
    if all(math.isnan(value) or value == round(value) for value in shown) and factor == 1.0:
        return 0
    size = abs(row.mean) * factor
    if not 0 < size < math.inf:
        return 1
    return min(6, max(0, 2 - math.floor(math.log10(size))))


def _cells(row: SummaryRow, with_unit: bool) -> list[str]:
    return [
        measure_label(row.name, "" if with_unit else row.unit),
        *([spoken_unit(row.unit)] if with_unit else []),
        format_figure(row.mean, row),
        _span(row.low, row.high, row),
        _span(row.p05, row.p95, row),
        format_figure(row.reported, row),
        *(format_figure(part, row) for part in (row.sd_draws, row.sd_chance) if part is not None),
    ]


def within(low: float, high: float, row: SummaryRow) -> tuple[float, float]:
    """An interval as it is shown, no further than the measure can go, which Student's t does not know.

    No measure is negative, and no share is above 100 % but intents of posts, of which there may be too few.
    """
    is_part = row.unit == "share" and row.name not in OPEN_SHARES
    return max(low, 0.0), min(high, 1.0) if is_part else high


def _span(low: float, high: float, row: SummaryRow) -> str:
    if math.isnan(low) or math.isnan(high):
        return NOTHING
    first, last = within(low, high, row)
    least = format_figure(first, row).removesuffix(" %")
    return _("{low} to {high}").format(low=least, high=format_figure(last, row))


def _is_whole(key: MeasureKey) -> bool:
    return not (key.fair or key.booth or key.hour or key.group or key.district)


def sample_rows(sample: Sample, reported: Mapping[str, float]) -> Sequence[SummaryRow]:
    """One row per key, in the order of the sample."""
    found = describe(sample.values)
    parts = None if sample.draws is None else variance_parts(sample.by_draw())
    intervals = found if parts is None else parts
    sd = found.sd if parts is None else np.sqrt(parts.between + parts.within)
    rows = []
    for place, key in enumerate(sample.keys):
        mean = float(intervals.mean[place])
        figure = reported.get(key.measure) if _is_whole(key) else None
        rows.append(
            SummaryRow(
                name=key.measure,
                unit=key.unit,
                mean=mean,
                low=float(intervals.low[place]),
                high=float(intervals.high[place]),
                sd=float(sd[place]),
                p05=float(intervals.p05[place]),
                p95=float(intervals.p95[place]),
                reported=figure,
                ratio=mean / figure if figure else None,
                missing=int(intervals.missing[place]),
                sd_draws=None if parts is None else math.sqrt(parts.between[place]),
                sd_chance=None if parts is None else math.sqrt(parts.within[place]),
            )
        )
    return rows
