"""Flips as a planner reads them: at which value of an assumption the verdict of a comparison turns, in words first.

It takes what the study found as plain data and must not know how it was computed. Data has its sentences in English.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sim.files import csv_text
from sim.language import ENGLISH, N_, _, speaking
from sim.report.sweeping import number_or_none, reasons, with_half
from sim.report.terminal import measure_label
from sim.study.flip import CANNOT_TELL, EQUAL, FLIPS, NO_FLIP, Flip, Point
from sim.study.measures import by_name

if TYPE_CHECKING:
    from rich.console import Console

VERDICTS = {CANNOT_TELL: N_("cannot tell"), EQUAL: N_("exactly equal")}


def flip_sentence(found: Flip, measure: str, base: str, other: str) -> str:
    """What becomes of the verdict over the range of one assumption."""
    one = found.range
    head = _("{measure}, {other} against {base}, {key} from {low} to {high}").format(
        measure=measure_label(measure), other=other, base=base, key=one.key, low=one.text(one.low),
        high=one.text(one.high),
    )  # fmt: skip
    zones = [_("{low} to {high}").format(low=one.shown(zone.low), high=one.shown(zone.high)) for zone in found.zones]
    values = [one.shown(value) for value in found.crossings]
    return _(_said(found)).format(
        head=head,
        ends=_("; ").join(_end(found, point, measure) for point in (found.first, found.last)),
        zones=_(" and ").join(zones),
        values=_(" and ").join(values),
    )


def _said(found: Flip) -> str:
    """What is said of an outcome."""
    if found.outcome == EQUAL:
        return N_("{head}: exactly equal at every value.")
    if found.outcome == NO_FLIP:
        return N_("{head}: no flip in the range; {ends}.")
    if found.outcome == CANNOT_TELL:
        return N_("{head}: cannot tell at any value; more replications may; {ends}.")
    if found.outcome == FLIPS:
        return N_("{head}: the verdict flips at {values} (cannot tell from {zones}); {ends}.")
    if found.crossings:
        return N_("{head}: the sign flips at {values}, but not beyond chance: cannot tell from {zones}; {ends}.")
    return N_("{head}: no flip, but cannot tell from {zones}; {ends}.")


def verdict_at(point: Point, measure: str) -> str:
    """The verdict at one value, in the words of a comparison."""
    better = by_name()[measure].better
    if point.verdict == 0:
        return EQUAL if point.found.difference == 0.0 and point.found.sd == 0.0 else CANNOT_TELL
    if better == "neither":
        return N_("more") if point.verdict > 0 else N_("fewer")
    return N_("better") if (point.verdict > 0) == (better == "higher") else N_("worse")


def _end(found: Flip, point: Point, measure: str) -> str:
    difference = with_half(point.found.difference, point.found.half_width, by_name()[measure].unit, signed=True)
    line = _("{difference} at {value} ({verdict})")
    verdict = _(VERDICTS.get(verdict_at(point, measure), verdict_at(point, measure)))
    return line.format(difference=difference, value=found.range.text(point.value), verdict=verdict)


def render_flips(found: Sequence[tuple[str, Flip]], base: str, other: str, replications: int, console: Console) -> None:
    """Print a sentence per measure and assumption, and notes; those that flip first."""
    from sim.report.terminal import shown_line

    def say(line: str) -> None:
        console.print(shown_line(line), soft_wrap=True)

    for measure, flip in sorted(found, key=lambda one: one[1].outcome != FLIPS):
        say(flip_sentence(flip, measure, base, other))
    say("")
    line = _(
        "{count:,} replications of each plan at each value, paired: the same people with the same luck. A difference is"
        " other minus base with half its 95 % interval (paired Student t). `cannot tell`: where that interval holds"
        " zero, which is also how uncertain the value of a flip is."
    )
    say(line.format(count=replications))
    for line in reasons(list({flip.range.key: flip.range for measure, flip in found}.values())):
        say(line)


def flip_csv(found: Sequence[tuple[str, Flip]], base: str, other: str) -> str:
    """Every value that was looked at, with the difference there."""
    header = ("base", "scenario", "measure", "unit", "key", "value", "n", "difference", "low", "high", "sd", "verdict")
    rows = (
        (
            *(base, other, measure, by_name()[measure].unit, flip.range.key, flip.range.text(point.value)),
            *(point.found.observed, point.found.difference, point.found.low, point.found.high, point.found.sd),
            verdict_at(point, measure),
        )
        for measure, flip in found
        for point in flip.points
    )
    return csv_text(header, rows)


def flip_json(found: Sequence[tuple[str, Flip]], base: str, other: str) -> list[dict[str, Any]]:
    """Per measure and assumption what became of the verdict."""
    with speaking(ENGLISH):
        words = [flip_sentence(flip, measure, base, other) for measure, flip in found]
    return [
        {
            "measure": measure,
            "unit": by_name()[measure].unit,
            "key": flip.range.key,
            "low": flip.range.low,
            "high": flip.range.high,
            "reason": flip.range.reason,
            "outcome": flip.outcome,
            "flips_at": list(flip.crossings),
            "cannot_tell": [[zone.low, zone.high] for zone in flip.zones],
            "in_words": said,
            "points": [
                {
                    "value": point.value,
                    "n": point.found.observed,
                    "difference": number_or_none(point.found.difference),
                    "low": number_or_none(point.found.low),
                    "high": number_or_none(point.found.high),
                    "verdict": verdict_at(point, measure),
                }
                for point in flip.points
            ],
        }
        for (measure, flip), said in zip(found, words, strict=True)
    ]
