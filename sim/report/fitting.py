"""Fits and validations as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.language import N_, _
from sim.model.lines import padded
from sim.report.page.words import said
from sim.study.calibration.observed import INTENT
from sim.study.calibration.predicting import Prediction, Summary

NAME, SPAN, ID, FIGURE = 46, 32, 24, -10
ROW_ID, ROW_FIGURE = 10, -9
PARTS = {
    "summary": N_("judged: rows that the fit has not seen"),
    "fitted_rows": N_("rows that were fitted"),
    "all_rows": N_("all comparable rows"),
}


def fit_text(about: Mapping[str, Any]) -> str:
    """What a fit found, for a reader in a hurry."""
    prior, posterior = _("prior median (5-95 %)"), _("posterior median (5-95 %)")
    lines = [_cells((_("parameter"), NAME), (prior, SPAN), (posterior, SPAN)) + _("says")]
    for one in about["parameters"]:
        spans = (one["name"], NAME), (_range(one["prior"]), SPAN), (_range(one["posterior"]), SPAN)
        lines.append(_cells(*spans) + said(one["says"]))
    fitted = _("fitted median (5-95 %)")
    lines += ["", _cells((_("target"), ID), (_("reported"), FIGURE), (fitted, -SPAN), (_("off, sd"), -8)).rstrip()]
    for one in about["targets_in_fit"]:
        cells = (one["id"], ID), (f"{one['reported']:g}", FIGURE), (_range(one["fitted"]), -SPAN), (one["off_sd"], -8)
        lines.append(_cells(*cells).rstrip())
    covered = about["coverage"]
    line = _("90 % intervals held {share} of known truths in {sets} synthetic sets")
    lines += ["", line.format(share=f"{covered['overall']:.1%}", sets=covered["sets"])]
    for name, point in about["point"].items():
        line = _("{name}: mean {mean:,} at the point that scenarios name, reported {reported:,.0f}")
        lines.append(line.format(name=name, mean=point["mean"], reported=point["reported"]))
    return "\n".join(lines)


def _cells(*cells: tuple[object, int]) -> str:
    """Cells side by side, each as wide as said, with a blank after it."""
    return "".join(f"{padded(str(text), width)} " for text, width in cells)


def validation_text(predictions: Sequence[Prediction], parts: Mapping[str, Summary], regression: Summary) -> str:
    """Predictions beside reports, and how good they are."""
    heads = (_("reported"), "p05", _("median"), "p95")
    lines = [_cells(("id", ROW_ID), *((head, ROW_FIGURE) for head in heads)) + " " + _("off by")]
    for one in predictions:
        reported = f"{one.row.signed:,}" if one.row.signed is not None else "-"
        figures = (reported, *(f"{value:,.0f}" for value in (one.p05, one.p50, one.p95)))
        cells = _cells((one.row.id, ROW_ID), *((figure, ROW_FIGURE) for figure in figures))
        lines.append(f"{cells} {_verdict(one)}")
    lines.append("")
    for name, title in PARTS.items():
        if parts[name].rows:
            lines.append(summary_line(_(title), parts[name]))
    if regression.rows:
        lines.append(summary_line(_("log-log regression on the same rows as the first line"), regression))
    return "\n".join(lines)


def summary_line(title: str, summary: Summary) -> str:
    """One summary on a line."""
    return _(
        "{title} ({rows}): median factor {median}, root mean square {rms}, bias {bias}, 90 % intervals hold {held}"
    ).format(
        title=title,
        rows=len(summary.rows),
        median=f"{summary.median_factor:.2f}",
        rms=f"{summary.rms_factor:.2f}",
        bias=f"{summary.bias_factor:.2f}",
        held=f"{summary.coverage90:.0%}",
    )


def _verdict(one: Prediction) -> str:
    if one.comparable:
        return _("not judged: {why}").format(why=_(one.comparable))
    if one.row.wording != INTENT:
        return _("not judged: {why}").format(why=one.row.wording)
    if not one.row.signed:
        return ""
    factor = f"{math.exp(abs(one.log_off)):.2f}"
    off = _("factor {factor} too high") if one.log_off > 0 else _("factor {factor} too low")
    outside = "" if one.p05 <= one.row.signed <= one.p95 else _(", outside the interval")
    seen = {"fitted": _(", was fitted"), "held out": _(", held out")}.get(one.role, "")
    return f"{off.format(factor=factor)}{outside}{seen}"


def _range(values: Sequence[float]) -> str:
    low, middle, high = values
    span = _("{low} to {high}").format(low=f"{low:.4g}", high=f"{high:.4g}")
    return f"{middle:.4g} ({span})"
