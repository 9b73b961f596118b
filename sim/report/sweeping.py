"""Sweeps and sensitivities as a planner reads them: in words first, then as tables, as CSV and as JSON.

It takes what the study found as plain data and must not know how it was computed. Data has its sentences in English.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from sim.files import csv_text
from sim.language import ENGLISH, _, ngettext, speaking, spoken
from sim.model.lines import columns as columns_of
from sim.model.lines import lines_of
from sim.report.terminal import measure_label, spoken_unit
from sim.study.ranges import Range
from sim.study.sensitivity import MORRIS, Sensitivity
from sim.study.sweep import CaseMeasure, Swept

if TYPE_CHECKING:
    from rich.console import Console

NOTHING = "-"
LEAD = "intents"
MOST_ROWS = 40
MOST_NAMED = 3
# An assumption that moves the result less than this part of the first one is said to matter little.
LITTLE = 0.1


# Figures ------------------------------------------------------------------------------------------


def _places(size: float) -> int:
    """Decimals that show two digits of a size."""
    return min(6, max(0, 1 - math.floor(math.log10(size)))) if 0 < size < math.inf else 1


def with_half(value: float, half: float, unit: str = "", signed: bool = False) -> str:
    """A figure and half its interval, to two digits of the latter; shares in percent."""
    if math.isnan(value):
        return NOTHING
    factor, mark = (100.0, "%") if unit == "share" else (1.0, "")
    value, half = value * factor, half * factor
    size = half if half > 0 else abs(value) / 10
    places = 0 if value == round(value) and not half > 0 else _places(size)
    shown = f"{value:{'+' if signed else ''},.{places}f}{mark}"
    return shown if math.isnan(half) or half == 0 else f"{shown} ± {half:,.{places}f}"


def number_or_none(value: float) -> float | None:
    """A number for JSON; NaN becomes None."""
    return None if math.isnan(value) else value


def _people(unit: str) -> str:
    """The unit, where the name of a measure does not say it."""
    return "" if unit == "share" else f" {spoken_unit(unit)}"


# A sweep ------------------------------------------------------------------------------------------


Cell = str | int | float | None


def sweep_csv(found: Swept) -> str:
    """The tidy table: a row per case and measure of the whole season."""
    cases = found.cases
    header = ("case", *cases.keys, "measure", "unit", "n", "mean", "low", "high", "sd")
    rows: Iterator[tuple[Cell, ...]] = (
        (cases.label(number), *values, row.measure, row.unit, row.n, row.mean, row.low, row.high, row.sd)
        for number, (values, measures) in enumerate(zip(cases.rows, found.rows, strict=True))
        for row in measures
    )
    return csv_text(header, rows)


def sweep_json(found: Swept) -> list[dict[str, Any]]:
    """The headline measures of every case; NaN becomes null."""
    return [
        {
            "case": found.cases.label(number),
            "values": {key: text for key, text in zip(found.cases.keys, values, strict=True) if text},
            "measures": [
                {
                    "name": row.measure,
                    "unit": row.unit,
                    "n": row.n,
                    **{name: number_or_none(getattr(row, name)) for name in ("mean", "low", "high", "sd")},
                }
                for row in found.headline(number)
            ],
        }
        for number, values in enumerate(found.cases.rows)
    ]


def sweep_sentence(found: Swept) -> str:
    """Between which cases the intents lie."""
    lead = [(next(row for row in rows if row.measure == LEAD), place) for place, rows in enumerate(found.rows)]
    (least, worst), (most, best) = (choose(lead, key=lambda one: one[0].mean) for choose in (min, max))
    if least.mean == most.mean:
        line = _("{cases:,} cases, all with {mean} intents on average.")
        return line.format(cases=len(lead), mean=_mean(most))
    low, high = (f"{_mean(row)} ({_case(found, place)})" for row, place in ((least, worst), (most, best)))
    line = _("{cases:,} cases; intents between {low} and {high}.")
    return line.format(cases=len(lead), low=low, high=high)


def render_sweep(found: Swept, console: Console, everything: bool = False) -> None:
    """Print sentence, tables and notes; -v: every case."""
    from sim.report.terminal import shown_line

    def say(line: str) -> None:
        console.print(shown_line(line), soft_wrap=True)

    say(sweep_sentence(found))
    count = len(found.rows) if everything else min(MOST_ROWS, len(found.rows))
    same, varied = _told_apart(found)
    heads = [[_("case"), *map(found.cases.label, range(count))]]
    for column, key in enumerate(found.cases.keys):
        heads.append([key, *(found.cases.rows[number][column] or NOTHING for number in range(count))])
    columns = [[_label(found, name), *(_mean(_row(found, number, name)) for number in range(count))] for name in varied]
    for number, block in enumerate(_blocks(heads, columns, console.width)):
        say("")
        _print_columns(block, len(heads) if number == 0 else 1, console)
    say("")
    if count < len(found.rows):
        line = _("... and {more:,} more cases; -v shows all, sweep.csv holds them.")
        say(line.format(more=len(found.rows) - count))
    if same:
        said = _(", ").join(f"{_label(found, name)} {_mean(_row(found, 0, name))}" for name in same)
        say(_("The same in every case: {measures}.").format(measures=said))
    line = ngettext(
        "{count:,} replication of each case, all with the same people and the same luck; ± is half the 95 % interval"
        " of the mean.",
        "{count:,} replications of each case, all with the same people and the same luck; ± is half the 95 % interval"
        " of the mean.",
        found.replications,
    )
    say(line.format(count=found.replications))


def _case(found: Swept, number: int) -> str:
    name, values = found.cases.label(number), found.cases.values(number)
    line = _("case {case}: {values}") if 0 < len(values) <= 60 else _("case {case}")
    return line.format(case=name, values=values)


def _label(found: Swept, name: str) -> str:
    return measure_label(name, _row(found, 0, name).unit)


def _row(found: Swept, number: int, name: str) -> CaseMeasure:
    return next(row for row in found.rows[number] if row.measure == name)


def _mean(row: CaseMeasure) -> str:
    return with_half(row.mean, (row.high - row.low) / 2, row.unit)


def _told_apart(found: Swept) -> tuple[list[str], list[str]]:
    """Headline measures that no case changes, and the others."""
    same: list[str] = []
    varied: list[str] = []
    for row in found.headline(0):
        cells = {_mean(_row(found, number, row.measure)) for number in range(len(found.rows))}
        (same if len(cells) == 1 else varied).append(row.measure)
    return same, varied


def _blocks(heads: Sequence[list[str]], columns: Sequence[list[str]], width: int) -> Iterator[list[list[str]]]:
    """Columns in as many tables as the width needs; the first names the values of the cases, the others the case."""

    def size(table: Sequence[Sequence[str]]) -> int:
        return sum(2 + max(columns_of(part) for cell in column for part in cell.split("\n")) for column in table)

    block = list(heads)
    for title, *cells in columns:
        column = [_folded(title, max(map(len, cells))), *cells]
        if len(block) > 1 and size([*block, column]) > width:
            yield block
            block = [heads[0]]
        block.append(column)
    yield block


def _folded(name: str, width: int) -> str:
    """The name of a measure in lines that are little wider than the cells below."""
    if not name.isascii():
        return "\n".join(lines_of(name, max(width, 12)))
    lines = [""]
    for part in name.replace("_", "_ ").split():
        if lines[-1] and len(lines[-1] + part) > max(width, 9):
            lines.append("")
        lines[-1] += part
    return "\n".join(lines)


def _print_columns(columns: Sequence[Sequence[str]], heads: int, console: Console) -> None:
    """A table of columns, each with its title first; the first ones stand to the left."""
    from rich import box
    from rich.table import Table

    from sim.report.terminal import shown_cell

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    for place, column in enumerate(columns):
        table.add_column(shown_cell(column[0]), justify="left" if place < heads else "right", overflow="fold")
    for cells in zip(*(column[1:] for column in columns), strict=True):
        table.add_row(*map(shown_cell, cells))
    console.print(table)


# Sensitivity --------------------------------------------------------------------------------------


def sensitivity_sentence(found: Sensitivity) -> str:
    """On which assumptions a measure hangs most."""
    first, measure = found.effects[0], measure_label(found.measure)
    if first.size == 0.0:
        return _("{measure}: no assumption moves it within these ranges.").format(measure=measure)
    much = [one for one in found.effects if one.size >= LITTLE * first.size]
    little = [one.key for one in found.effects if one.size < LITTLE * first.size]
    sizes = [f"{one.key} ({_size(found, one.size, one.half_width)})" for one in much[:MOST_NAMED]]
    parts = [_("{measure}: the result hangs most on {assumption}").format(measure=measure, assumption=sizes[0])]
    if sizes[1:]:
        parts.append(_("then on {assumptions}").format(assumptions=_(" and ").join(sizes[1:])))
    if len(much) > MOST_NAMED:
        parts.append(_("less on {keys}").format(keys=_(", ").join(one.key for one in much[MOST_NAMED:])))
    if little:
        parts.append(_("hardly on {keys}").format(keys=_(", ").join(little)))
    if len(much) > 1 and first.size - first.half_width < much[1].size + much[1].half_width:
        parts.append(_("the order of the first two is not certain"))
    return _("{parts}.").format(parts=_("; ").join(parts))


def sensitivity_notes(found: Sensitivity, ranges: Sequence[Range], cases: int, replications: int) -> Iterator[str]:
    """What must be known to read the table."""
    if found.method == MORRIS:
        yield _(
            "mu*: mean change of the measure when the assumption alone goes over its whole range. sigma: how much"
            " that change differs from place to place; near mu* or above, it depends on the other assumptions."
        )
    else:
        yield _(
            "ST: share of the variance in which the assumption has a part. S1: share that is its alone. ST above S1:"
            " it works together with others. Values below 0 are estimates of 0."
        )
    line = ngettext(
        "{cases:,} cases of {count:,} replication, all with the same people and the same luck; ± is half a 95 %"
        " bootstrap interval, not counting the chance of replications.",
        "{cases:,} cases of {count:,} replications, all with the same people and the same luck; ± is half a 95 %"
        " bootstrap interval, not counting the chance of replications.",
        replications,
    )
    yield line.format(cases=cases, count=replications)
    yield from reasons(ranges)


def reasons(ranges: Sequence[Range]) -> Iterator[str]:
    """Why ranges that the planner did not name have their limits."""
    for one in ranges:
        if one.reason:
            yield _("{key}: {range} ({reason}).").format(key=one.key, range=one, reason=spoken(one.reason))


def render_sensitivity(
    found: Sequence[Sensitivity], ranges: Sequence[Range], cases: int, replications: int, console: Console
) -> None:
    """Print sentences, tables and notes."""
    from sim.report.terminal import shown_line

    def say(line: str) -> None:
        console.print(shown_line(line), soft_wrap=True)

    for one in found:
        say(sensitivity_sentence(one))
    spans = {one.key: str(one) for one in ranges}
    for one in found:
        say("")
        low, high = (with_half(value, math.nan, one.unit) for value in (one.low, one.high))
        line = _("{measure}: {low} to {high}{unit} over all cases")
        say(line.format(measure=measure_label(one.measure), low=low, high=high, unit=_people(one.unit)))
        columns = [
            [_("assumption"), *(row.key for row in one.effects)],
            [_("range"), *(spans[row.key] for row in one.effects)],
            ["mu*" if one.method == MORRIS else "ST", *(_size(one, r.size, r.half_width, False) for r in one.effects)],
            [
                "sigma" if one.method == MORRIS else "S1",
                *(_size(one, row.other, row.other_half_width, False) for row in one.effects),
            ],
        ]
        _print_columns(columns, 2, console)
    say("")
    for line in sensitivity_notes(found[0], ranges, cases, replications):
        say(line)


def _size(found: Sensitivity, value: float, half: float, with_unit: bool = True) -> str:
    """An effect: in the unit of the measure for Morris, a share of the variance for Sobol."""
    if found.method != MORRIS:
        share = with_half(value, half, "share")
        return _("{share} of the variance").format(share=share) if with_unit else share
    return with_half(value, half, found.unit) + (_people(found.unit) if with_unit else "")


def sensitivity_csv(found: Sequence[Sensitivity], ranges: Sequence[Range]) -> str:
    """A row per measure and assumption."""
    spans = {one.key: one for one in ranges}
    is_morris = found[0].method == MORRIS
    figures = (
        ("mu_star", "mu_star_half_width", "sigma") if is_morris else ("st", "st_half_width", "s1", "s1_half_width")
    )
    rows: list[tuple[Cell, ...]] = []
    for one in found:
        for row in one.effects:
            sizes = (row.size, row.half_width, row.other, row.other_half_width)[: len(figures)]
            span = spans[row.key]
            rows.append((one.method, one.measure, one.unit, row.key, span.low, span.high, *sizes))
    return csv_text(("method", "measure", "unit", "key", "low", "high", *figures), rows)


def sensitivity_json(found: Sequence[Sensitivity], ranges: Sequence[Range]) -> list[dict[str, Any]]:
    """Per measure the assumptions in order."""
    spans = {one.key: one for one in ranges}
    names = ("mu_star", "sigma") if found[0].method == MORRIS else ("st", "s1")
    with speaking(ENGLISH):
        words = [sensitivity_sentence(one) for one in found]
    return [
        {
            "method": one.method,
            "measure": one.measure,
            "unit": one.unit,
            "least": one.low,
            "most": one.high,
            "in_words": said,
            "assumptions": [
                {
                    "key": row.key,
                    "low": spans[row.key].low,
                    "high": spans[row.key].high,
                    "reason": spans[row.key].reason,
                    names[0]: number_or_none(row.size),
                    f"{names[0]}_half_width": number_or_none(row.half_width),
                    names[1]: number_or_none(row.other),
                    f"{names[1]}_half_width": number_or_none(row.other_half_width),
                }
                for row in one.effects
            ],
        }
        for one, said in zip(found, words, strict=True)
    ]
