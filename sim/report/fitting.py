"""Fits and validations as text for a terminal."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from sim.study.calibration.observed import INTENT
from sim.study.calibration.predicting import Prediction, Summary


def fit_text(about: Mapping[str, Any]) -> str:
    """What a fit found, for a reader in a hurry."""
    lines = [f"{'parameter':46} {'prior median (5-95 %)':32} {'posterior median (5-95 %)':32} says"]
    for one in about["parameters"]:
        lines.append(f"{one['name']:46} {_range(one['prior']):32} {_range(one['posterior']):32} {one['says']}")
    lines += ["", f"{'target':24} {'reported':>10} {'fitted median (5-95 %)':>32} {'off, sd':>8}"]
    for one in about["targets_in_fit"]:
        lines.append(f"{one['id']:24} {one['reported']:>10g} {_range(one['fitted']):>32} {one['off_sd']:>8}")
    covered = about["coverage"]
    lines += ["", f"90 % intervals held {covered['overall']:.1%} of known truths in {covered['sets']} synthetic sets"]
    for name, point in about["point"].items():
        mean, reported = point["mean"], point["reported"]
        lines.append(f"{name}: mean {mean:,} at the point that scenarios name, reported {reported:,.0f}")
    return "\n".join(lines)


def validation_text(predictions: Sequence[Prediction], parts: Mapping[str, Summary], regression: Summary) -> str:
    """Predictions beside reports, and how good they are."""
    lines = [f"{'id':10} {'reported':>9} {'p05':>9} {'median':>9} {'p95':>9}  off by"]
    for one in predictions:
        reported = f"{one.row.signed:,}" if one.row.signed is not None else "-"
        numbers = f"{one.p05:>9,.0f} {one.p50:>9,.0f} {one.p95:>9,.0f}"
        lines.append(f"{one.row.id:10} {reported:>9} {numbers}  {_verdict(one)}")
    titles = {
        "summary": "judged: rows that the fit has not seen",
        "fitted_rows": "rows that were fitted",
        "all_rows": "all comparable rows",
    }
    lines.append("")
    for name, title in titles.items():
        if parts[name].rows:
            lines.append(summary_line(title, parts[name]))
    if regression.rows:
        lines.append(summary_line("log-log regression on the same rows as the first line", regression))
    return "\n".join(lines)


def summary_line(title: str, summary: Summary) -> str:
    """One summary on a line."""
    return (
        f"{title} ({len(summary.rows)}): median factor {summary.median_factor:.2f}, root mean square"
        f" {summary.rms_factor:.2f}, bias {summary.bias_factor:.2f}, 90 % intervals hold {summary.coverage90:.0%}"
    )


def _verdict(one: Prediction) -> str:
    if one.comparable:
        return f"not judged: {one.comparable}"
    if one.row.wording != INTENT:
        return f"not judged: {one.row.wording}"
    if not one.row.signed:
        return ""
    inside = "" if one.p05 <= one.row.signed <= one.p95 else ", outside the interval"
    seen = {"fitted": ", was fitted", "held out": ", held out"}.get(one.role, "")
    return f"factor {math.exp(abs(one.log_off)):.2f} too {'high' if one.log_off > 0 else 'low'}{inside}{seen}"


def _range(values: Sequence[float]) -> str:
    low, middle, high = values
    return f"{middle:.4g} ({low:.4g} to {high:.4g})"
