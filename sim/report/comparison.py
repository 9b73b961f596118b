"""A comparison as a planner reads it: what differs, the verdict in words, the table with intervals, how it was done.

From a Comparison it gives the text for the terminal, the JSON document and the rows of `comparison.csv`. It must not
know how plans were simulated or compared.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sim.files import KEY_COLUMNS, csv_text
from sim.language import ENGLISH, N_, _, speaking
from sim.model.visible import shortened
from sim.report.explaining import explanation_json, print_causes, sentences
from sim.report.terminal import measure_label, resource_name, spoken_unit
from sim.study.compare import BETTER, CANNOT_TELL, EQUAL, WORSE, Alternative, Best, Comparison, Difference
from sim.study.differences import Change

if TYPE_CHECKING:
    from rich.console import Console

NOTHING = "-"
ABSENT = N_("not there")
MOST_CHANGES = 20
LONGEST_KEY = 100
LONGEST_VALUE = 90
WIDE_FROM = 110
METHOD = "paired differences, Student t, Bonferroni over all headline measures of all plans"
BEST_METHOD = "multiple comparison with the best (Hsu's constrained intervals, Bonferroni on paired differences)"
SELECTION_METHOD = "Kim and Nelson 2001 (KN, c = 1)"
LEAD = "intents"


# In words -----------------------------------------------------------------------------------------


def verdict_sentence(base: str, other: Alternative, confidence: float) -> str:
    """The verdict on one plan in one sentence."""
    head = _("{other} against {base}").format(other=other.label, base=base)
    if other.is_equal:
        return _("{head}: exactly the same in every measure and replication.").format(head=head)
    lead = other.row(LEAD)
    parts = [] if lead is None else [_lead_clause(lead, confidence)]
    verdicts = (BETTER, _("better: {what}")), (WORSE, _("worse: {what}")), (CANNOT_TELL, _("cannot tell: {what}"))
    for verdict, words in verdicts:
        rows = [row for row in other.headline if row.verdict == verdict and row is not lead]
        if rows:
            labels = [measure_label(row.name) for row in rows]
            changes = ["" if verdict == CANNOT_TELL else f" {_change(row)}" for row in rows]
            parts.append(words.format(what=_(", ").join(map("".join, zip(labels, changes, strict=True)))))
    same = [measure_label(row.name) for row in other.headline if row.verdict == EQUAL and row is not lead]
    if same:
        parts.append(_("the same: {what}").format(what=_(", ").join(same)))
    return _("{head}: {parts}.").format(head=head, parts=_("; ").join(parts))


def best_sentences(best: Best, confidence: float) -> Iterator[str]:
    """Which plan is the best, or which ones may be."""
    count = len(best.possible)
    better = _("{measure} (higher is better)") if best.better == "higher" else _("{measure} (lower is better)")
    by = better.format(measure=measure_label(best.measure))
    sure = f"{confidence * 100:g} %"
    if best.with_best is None:
        yield _("Best by {measure}: cannot tell from so few replications.").format(measure=by)
    elif count == 1:
        line = _("Best by {measure}: {plan}, with {sure} confidence.")
        yield line.format(measure=by, plan=best.possible[0], sure=sure)
    else:
        others = [label for label in best.labels if label not in best.possible]
        ruled_out = _("; not the best: {plans}").format(plans=_(", ").join(others)) if others else ""
        line = _("Best by {measure}: cannot tell between {plans} ({sure} confidence){ruled_out}.")
        yield line.format(measure=by, plans=_(", ").join(best.possible), sure=sure, ruled_out=ruled_out)
    if best.selection is not None and best.zone is not None and best.pcs is not None:
        line = _("{plan} {count:,}")
        counts = zip(best.labels, best.selection.replications, strict=True)
        used = _(", ").join(line.format(plan=label, count=count) for label, count in counts)
        tied = [best.labels[place] for place in best.selection.tied]
        like = _(" (exactly equal so far: {plans})").format(plans=_(", ").join(tied)) if tied else ""
        line = _(
            "Selected by {measure}: {plan}{like}, with probability {pcs:g} or more if the best is better than every"
            " other by {zone:g} {unit} or more; replications used: {used}."
        )
        plan, unit = best.labels[best.selection.selected], spoken_unit(best.unit)
        yield line.format(measure=by, plan=plan, like=like, pcs=best.pcs, zone=best.zone, unit=unit, used=used)


def resource_warning(base: str, other: Alternative) -> str | None:
    """Said when two plans do not use the same resources."""
    if not other.resources_changed:
        return None
    changes = other.resources_changed
    found = _(", ").join(f"{resource_name(one.key)} {_value(one.old)} -> {_value(one.new)}" for one in changes)
    return _("{other} and {base} do not use the same resources: {found}").format(
        other=other.label, base=base, found=found
    )


def notes(comparison: Comparison) -> Iterator[str]:
    """What must be known to read the tables."""
    sure = f"{comparison.confidence * 100:g} %"
    n = comparison.replications
    yield _(
        "{count:,} replications of each plan, paired by seed {seed}: the same people with the same luck."
        " All {intervals} intervals hold together with {sure} confidence (paired Student t, Bonferroni)."
    ).format(count=n, seed=comparison.seed, intervals=comparison.intervals, sure=sure)
    if n == 1:
        yield _("One replication: no interval and no verdict but exact equality; -n 30 gives both.")
    for other in comparison.alternatives:
        gaps = [
            f"{measure_label(row.name)} ({row.missing:,})"
            for row in other.headline
            if row.missing and row.verdict != EQUAL
        ]
        if gaps:
            line = _("{other}: replications left out, because a plan did not observe it: {measures}.")
            yield line.format(other=other.label, measures=_(", ").join(gaps))


def _lead_clause(row: Difference, confidence: float) -> str:
    """The change in percent of the base's mean: 4.1 % more intents (95 % interval 1.0 to 7.2 %)."""
    if row.verdict == EQUAL:
        return _("exactly as many intents")
    if math.isnan(row.low) or not row.base > 0:
        unknown = _("cannot tell whether more or fewer intents")
        return unknown if row.verdict == CANNOT_TELL else f"{_figure(row.difference, row, True)} {measure_label(LEAD)}"
    size, low, high = (100.0 * value / row.base for value in (row.difference, row.low, row.high))
    places = _places(max(high - low, abs(size) / 10))
    sure = f"{confidence * 100:g} %"
    if row.verdict == CANNOT_TELL:
        line = _("cannot tell whether more or fewer intents ({sure} interval {low} to {high} %)")
        return line.format(sure=sure, low=f"{low:+.{places}f}", high=f"{high:+.{places}f}")
    more = _("{size} % more intents ({sure} interval {low} to {high} %)")
    fewer = _("{size} % fewer intents ({sure} interval {low} to {high} %)")
    line, ends = (more, (low, high)) if size > 0 else (fewer, (-high, -low))
    first, last = (f"{end:.{places}f}" for end in ends)
    return line.format(size=f"{abs(size):.{places}f}", sure=sure, low=first, high=last)


def _change(row: Difference) -> str:
    """The change of a measure, with its unit where the name does not say what is counted."""
    units = {"share": _(" percentage points"), "minutes": _(" minutes"), "days": _(" days")}
    unit = units.get(row.key.unit, "")
    return f"{_figure(row.difference, row, True)}{unit}"


# Figures ------------------------------------------------------------------------------------------


def _figure(value: float, row: Difference, signed: bool = False) -> str:
    """A difference, with two digits of its interval; shares in percentage points."""
    if math.isnan(value):
        return NOTHING
    factor = 100.0 if row.key.unit == "share" else 1.0
    width = (row.high - row.low) * factor
    size = abs(row.difference) * factor
    is_fixed = row.sd == 0 or math.isnan(row.sd)
    whole = factor == 1.0 and is_fixed and all(shown == round(shown) for shown in (row.base, row.other, value))
    places = 0 if whole else _places(width / 2 if width > 0 else size)
    return f"{value * factor:{'+' if signed else ''},.{places}f}"


def _mean(value: float, row: Difference) -> str:
    """A mean, as fine as the difference."""
    if math.isnan(value):
        return NOTHING
    factor, unit = (100.0, " %") if row.key.unit == "share" else (1.0, "")
    width = (row.high - row.low) * factor
    fine = _places(width / 2) if width > 0 else _places(abs(row.difference) * factor or abs(value) * factor / 10)
    places = 0 if value == round(value) and row.sd == 0 and factor == 1.0 else fine
    return f"{value * factor:,.{places}f}{unit}"


def _places(size: float) -> int:
    """Decimals that show two digits of a size."""
    if not 0 < size < math.inf:
        return 1
    return min(6, max(0, 1 - math.floor(math.log10(size))))


def _value(value: object) -> str:
    """An input as one line writes it."""
    if value is None:
        return _(ABSENT)
    if isinstance(value, dict):
        text = ", ".join(f"{key} = {_value(one)}" for key, one in value.items())
    elif isinstance(value, bool):
        text = "true" if value else "false"
    elif isinstance(value, float):
        text = f"{value:,.10g}"
    else:
        text = str(value) or '""'
    return shortened(text, LONGEST_VALUE)


# On the terminal ----------------------------------------------------------------------------------


def render(comparison: Comparison, console: Console, everything: bool = False) -> None:
    """Print inputs that differ, verdict, table and notes; -v: every change and every measure of the season."""
    from sim.report.terminal import shown_line

    def say(line: str) -> None:
        console.print(shown_line(line), soft_wrap=True)

    for other in comparison.alternatives:
        said = _("What differs between {base} and {other}:")
        say(said.format(base=comparison.base, other=other.label))
        for line in _change_lines(other.inputs_changed, everything):
            say(f"  {line}")
        warning = resource_warning(comparison.base, other)
        if warning:
            say(_("Warning: {warning}.").format(warning=warning))
        say("")
    for other in comparison.alternatives:
        say(verdict_sentence(comparison.base, other, comparison.confidence))
    if comparison.best is not None and (len(comparison.alternatives) > 1 or comparison.best.selection is not None):
        for line in best_sentences(comparison.best, comparison.confidence):
            say(line)
    for other in comparison.alternatives:
        if other.is_equal and not everything:
            continue
        say("")
        if len(comparison.alternatives) > 1:
            say(_("{other} against {base}").format(other=other.label, base=comparison.base))
        rows = [*other.headline, *(row for row in other.others if everything and _is_season(row))]
        _print_table(rows, comparison.base, other.label, console)
        if other.explanation is not None and not other.is_equal:
            print_causes(other.explanation, console)
            for line in sentences(other.explanation):
                say(f"  {line}")
    say("")
    for line in notes(comparison):
        say(line)
    if everything:
        say(_("Measures below the headline measures: intervals hold one by one, and there is no verdict."))


def _is_season(row: Difference) -> bool:
    return all(getattr(row.key, column) == "" for column in KEY_COLUMNS if column not in ("measure", "unit"))


def _change_lines(changes: Sequence[Change], everything: bool) -> Iterator[str]:
    if not changes:
        yield _("nothing")
    shown = changes if everything else changes[:MOST_CHANGES]
    for one in shown:
        yield f"{shortened(one.key, LONGEST_KEY)}: {_value(one.old)} -> {_value(one.new)}"
    if len(changes) > len(shown):
        yield _("... and {count:,} more; -v shows all").format(count=len(changes) - len(shown))


def _print_table(rows: Sequence[Difference], base: str, other: str, console: Console) -> None:
    from rich import box
    from rich.table import Table

    from sim.report.terminal import shown_cell

    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, collapse_padding=True)
    is_wide = console.width >= WIDE_FROM
    table.add_column(_("measure"), overflow="fold")
    if is_wide:
        table.add_column(_("unit"), overflow="fold")
    for label in (base, *([other] if is_wide else [])):
        table.add_column(shown_cell(label), justify="right", overflow="fold")
    for name in (_("difference"), _("interval"), _("better\nis")):
        table.add_column(name, justify="right", overflow="fold")
    table.add_column(_("verdict"), overflow="fold")
    for row in rows:
        table.add_row(*(shown_cell(cell) for cell in _cells(row, is_wide)))
    console.print(table)


def _cells(row: Difference, is_wide: bool) -> list[str]:
    interval = NOTHING
    if row.verdict != EQUAL and not math.isnan(row.low):
        low, high = _figure(row.low, row, True), _figure(row.high, row, True)
        interval = _("{low} to {high}").format(low=low, high=high)
    return [
        measure_label(row.name, "" if is_wide else row.key.unit),
        *([spoken_unit(row.key.unit)] if is_wide else []),
        _mean(row.base, row),
        *([_mean(row.other, row)] if is_wide else []),
        "0" if row.verdict == EQUAL else _figure(row.difference, row, True),
        interval,
        {"higher": _("higher"), "lower": _("lower")}.get(row.better, ""),
        _({EQUAL: N_("the same")}.get(row.verdict or "", row.verdict or "")),
    ]


# As data ------------------------------------------------------------------------------------------


def as_json(comparison: Comparison) -> dict[str, Any]:
    """The JSON document, without what only the command line knows."""
    return {
        "base": comparison.base,
        "others": [_alternative_json(comparison.base, other) for other in comparison.alternatives],
        "best": None if comparison.best is None else _best_json(comparison.best, comparison.confidence),
        "method": METHOD,
        "confidence": comparison.confidence,
        "intervals": comparison.intervals,
        "seed": comparison.seed,
        "engine": comparison.engine,
        "replications": comparison.replications,
    }


def comparison_csv(comparison: Comparison) -> str:
    """Every measure that the plans share, by fair, hour and group, as the text of `comparison.csv`."""
    figures = ("better", "base_mean", "mean", "difference", "low", "high", "sd", "replications", "missing")
    header = ("base", "scenario", *KEY_COLUMNS, *figures, "interval", "verdict")
    rows = (
        (
            comparison.base,
            other.label,
            *(getattr(row.key, column) for column in KEY_COLUMNS),
            *(row.better, row.base, row.other, row.difference, row.low, row.high, row.sd, row.pairs, row.missing),
            "simultaneous" if row.is_simultaneous else "single",
            row.verdict,
        )
        for other in comparison.alternatives
        for row in (*other.headline, *other.others)
    )
    return csv_text(header, rows)


def json_text(document: dict[str, Any]) -> str:
    """A document as the text of a file or of stdout."""
    return json.dumps(document, indent=2)


def _in_english(base: str, other: Alternative) -> str | None:
    """The warning of resources as data has it, whatever language is spoken."""
    with speaking(ENGLISH):
        return resource_warning(base, other)


def _alternative_json(base: str, other: Alternative) -> dict[str, Any]:
    return {
        "scenario": other.label,
        "replications": other.replications,
        "measures": [
            {
                "name": row.name,
                "unit": row.key.unit,
                "better": row.better,
                "base_mean": _number(row.base),
                "mean": _number(row.other),
                "difference": _number(row.difference),
                "low": _number(row.low),
                "high": _number(row.high),
                "sd": _number(row.sd),
                "n": row.pairs,
                "verdict": row.verdict,
            }
            for row in other.headline
        ],
        "inputs_changed": [asdict(one) for one in other.inputs_changed],
        "resources_changed": [asdict(one) for one in other.resources_changed],
        "warnings": [line for line in (_in_english(base, other),) if line],
        "explanation": None if other.explanation is None else explanation_json(other.explanation),
    }


def _best_json(best: Best, confidence: float) -> dict[str, Any]:
    found = best.with_best
    scenarios = [
        {
            "scenario": label,
            "mean": None if found is None else float(found.means[place]),
            "low": None if found is None else float(found.low[place]),
            "high": None if found is None else float(found.high[place]),
            "may_be_best": label in best.possible,
        }
        for place, label in enumerate(best.labels)
    ]
    document: dict[str, Any] = {
        "measure": best.measure,
        "unit": best.unit,
        "better": best.better,
        "method": BEST_METHOD,
        "confidence": confidence,
        "n": 0 if found is None else found.replications,
        "scenarios": scenarios,
        "selection": None,
    }
    if best.selection is not None:
        document["selection"] = {
            "scenario": best.labels[best.selection.selected],
            "tied": [best.labels[place] for place in best.selection.tied],
            "method": SELECTION_METHOD,
            "zone": best.zone,
            "pcs": best.pcs,
            "replications": dict(zip(best.labels, best.selection.replications, strict=True)),
        }
    return document


def _number(value: float) -> float | None:
    return None if math.isnan(value) else value
